"""The inventory's statements for PostgreSQL: one for each step.

Each is a transaction of its own, and correct at READ COMMITTED:

- What a change was decided from is read without a lock.  The change
  locks the reservations by id, then the rows of the stock by SKU, place
  and bucket, sees that the versions are still those and that no row falls
  below 0, and only then writes.  A locked row is read as it is then.
- Every statement locks in this order, the rows of the stock last and by
  their key; so waits are short, and there are no deadlocks.  After them
  come only rows that belong to a reservation or a request alone.
- A key and a reservation are unique: a second statement inserts
  nothing.  If it had inserted something else by then, it divides by
  zero, and all of it is undone; tried again, it sees who was first.
"""

# Only names that Naming has let by are filled into statements.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final, Literal

from orderlife_adapters._inventory_steps import AT_ONCE
from orderlife_adapters._migrations import Naming

__all__ = ["statements"]

_ROW: Final = (
    "sku, place, bucket, buckets, rank, available, held, allocated, "
    "unavailable"
)
_SAVED: Final = "reservation_id, version, state, cause, until, consumed"
_ITEM: Final = "reservation_id, line_id, sku, place, bucket, quantity"
_WAIT: Final = (
    "reservation_id, line_id, sku, place, quantity, order_id, since, until"
)
_MOVEMENT: Final = (
    "sequence, at, kind, sku, place, quantity, source, target, cause, "
    "reservation_id, line_id"
)
_CELL: Final = (
    "tenant = %(tenant)s AND sku = %(sku)s::text AND place = %(place)s::text"
)

_NEW: Final = """NOT EXISTS (
        SELECT FROM {table}operations
        WHERE tenant = %(tenant)s AND key = %(key)s::text
    )"""


def _many(columns: str, source: str) -> str:
    """All rows of a part, as one document."""
    return (
        f"(SELECT json_agg(json_build_array({columns}))::text FROM {source})"
    )


def _of_wanted(columns: str, table: str, wanted: str, more: str = "") -> str:
    """The rows of some SKUs, found one SKU after the other.

    Nobody can tell how long the line is, and so how many SKUs are
    wanted: without this, PostgreSQL might read whole tables.
    """
    return f"""SELECT found.* FROM {wanted}, LATERAL (
        SELECT {columns} FROM {{table}}{table} AS t
        WHERE t.tenant = %(tenant)s AND t.sku = wanted.sku {more} OFFSET 0
    ) AS found"""


_DUE: Final = "AND until <= %(now)s::bigint"
_ASKED: Final = (
    "SELECT unnest(%(skus)s::text[]) AS sku UNION SELECT sku FROM own"
)
_LINE: Final = f"""SELECT sku FROM ({_ASKED}) AS asked UNION (
        SELECT other.sku FROM wanted, LATERAL (
            SELECT theirs.sku FROM {{table}}waits AS one
            JOIN {{table}}waits AS theirs USING (tenant, reservation_id)
            WHERE tenant = %(tenant)s AND one.sku = wanted.sku OFFSET 0
        ) AS other
    )"""
"""These SKUs; whatever else those wait for who wait for them; and so on."""


def _read(what: Literal["few", "line", "all"]) -> str:
    """All that an operation needs, as one row of documents."""
    wanted, waits, many = _ASKED, "", "NULL"
    due = (
        "SELECT reservation_id FROM {table}reservation_items "
        f"JOIN wanted USING (sku) WHERE tenant = %(tenant)s {_DUE}"
    )
    rows = (
        f"SELECT {_ROW} FROM {{table}}stock WHERE tenant = %(tenant)s "
        "AND sku IN (SELECT sku FROM wanted UNION SELECT sku FROM items)"
    )
    if what == "line":
        wanted = _LINE
        waits = f", waits AS ({_of_wanted(_WAIT, 'waits', 'wanted')})"
        many = _many(_WAIT, "waits")
        due = _of_wanted("reservation_id", "reservation_items", "wanted", _DUE)
        meant = "(SELECT sku FROM wanted UNION SELECT sku FROM items)"
        rows = _of_wanted(_ROW, "stock", f"{meant} AS wanted")
    elif what == "all":
        wanted = "SELECT '' AS sku"
        due = (
            "SELECT reservation_id FROM {table}reservation_items "
            f"WHERE tenant = %(tenant)s {_DUE}"
        )
        rows = f"SELECT {_ROW} FROM {{table}}stock WHERE tenant = %(tenant)s"
    return f"""WITH RECURSIVE own AS (
    SELECT {_ITEM} FROM {{table}}reservation_items
    WHERE tenant = %(tenant)s AND reservation_id = %(reservation_id)s::text
    AND quantity > 0
), wanted (sku) AS ({wanted}), due AS MATERIALIZED (
    SELECT DISTINCT reservation_id FROM ({due}) AS late LIMIT {AT_ONCE}
), ids AS MATERIALIZED (
    SELECT reservation_id FROM due UNION SELECT %(reservation_id)s::text
), saved AS (
    SELECT {_SAVED} FROM {{table}}reservations
    WHERE tenant = %(tenant)s
    AND reservation_id IN (SELECT reservation_id FROM ids)
), items AS MATERIALIZED (
    SELECT {_ITEM} FROM {{table}}reservation_items
    WHERE tenant = %(tenant)s AND quantity > 0
    AND reservation_id IN (SELECT reservation_id FROM ids)
), rows AS ({rows}){waits} SELECT (
    SELECT json_build_array(key, request_hash, document)::text
    FROM {{table}}operations
    WHERE tenant = %(tenant)s AND key = %(key)s::text
), {_many(_SAVED, "saved")}, {_many(_ITEM, "items")}, {_many(_ROW, "rows")}, {
        many
    }"""


_ANSWER: Final = (
    "SELECT key, request_hash, document FROM {table}operations "
    "WHERE tenant = %(tenant)s AND key = %(key)s::text"
)

_DELTAS: Final = """unnest(
        %(d_skus)s::text[], %(d_places)s::text[], %(d_buckets)s::bigint[],
        %(d_available)s::bigint[], %(d_held)s::bigint[],
        %(d_allocated)s::bigint[], %(d_unavailable)s::bigint[]
    ) AS d (
        sku, place, bucket, available, held, allocated, unavailable
    )"""
_SAVES: Final = """unnest(
        %(r_ids)s::text[], %(r_versions)s::bigint[], %(r_states)s::text[],
        %(r_causes)s::text[], %(r_untils)s::bigint[],
        %(r_consumed)s::boolean[]
    ) AS w (reservation_id, version, state, cause, until, consumed)"""

_WAITS: Final = """unnest(
        %(w_lines)s::text[], %(w_skus)s::text[], %(w_places)s::text[],
        %(w_quantities)s::bigint[]
    ) AS w (line_id, sku, place, quantity)"""

_WRITE: Final = f"""WITH same AS MATERIALIZED (
    SELECT r.reservation_id FROM {{table}}reservations AS r
    JOIN {_SAVES} USING (reservation_id)
    WHERE r.tenant = %(tenant)s AND r.version = w.version - 1
    ORDER BY r.reservation_id FOR UPDATE OF r
), known AS MATERIALIZED (
    SELECT 1 WHERE (SELECT count(*) FROM same) = %(changed)s::bigint
    AND {_NEW}
), locked AS MATERIALIZED (
    SELECT
        sku, place, bucket,
        s.available + d.available AS available, s.held + d.held AS held,
        s.allocated + d.allocated AS allocated,
        s.unavailable + d.unavailable AS unavailable
    FROM {{table}}stock AS s JOIN {_DELTAS} USING (sku, place, bucket)
    WHERE s.tenant = %(tenant)s AND EXISTS (SELECT FROM known)
    ORDER BY s.sku, s.place, s.bucket FOR UPDATE OF s
), enough AS MATERIALIZED (
    SELECT 1 FROM known WHERE (
        SELECT count(*) FROM locked
        WHERE available >= 0 AND held >= 0
        AND allocated >= 0 AND unavailable >= 0
    ) = %(rows)s::bigint
), made AS (
    INSERT INTO {{table}}reservations (tenant, {_SAVED})
    SELECT %(tenant)s, w.* FROM enough, {_SAVES} WHERE w.version = 1
    ON CONFLICT DO NOTHING RETURNING 1
), answered AS (
    INSERT INTO {{table}}operations (tenant, key, request_hash, document, at)
    SELECT
        %(tenant)s, %(key)s::text, %(request_hash)s::text,
        %(document)s::text, %(now)s::bigint
    FROM enough WHERE %(key)s::text <> ''
    AND (SELECT count(*) FROM made) = %(new)s::bigint
    ON CONFLICT DO NOTHING RETURNING 1
), won AS MATERIALIZED (
    SELECT 1 FROM enough
    WHERE (SELECT count(*) FROM made) = %(new)s::bigint
    AND (%(key)s::text = '' OR EXISTS (SELECT FROM answered))
), changed AS (
    UPDATE {{table}}reservations AS r SET
        version = w.version, state = w.state, cause = w.cause,
        until = w.until, consumed = w.consumed
    FROM won, {_SAVES}
    WHERE r.tenant = %(tenant)s AND r.reservation_id = w.reservation_id
    AND w.version > 1
), had AS (
    INSERT INTO {{table}}reservation_items (tenant, {_ITEM}, until)
    SELECT %(tenant)s, i.* FROM won, unnest(
        %(i_ids)s::text[], %(i_lines)s::text[], %(i_skus)s::text[],
        %(i_places)s::text[], %(i_buckets)s::bigint[],
        %(i_quantities)s::bigint[], %(i_untils)s::bigint[]
    ) AS i
    ON CONFLICT (tenant, reservation_id, line_id, sku, place, bucket)
    DO UPDATE SET
        quantity = excluded.quantity, until = excluded.until
), left_line AS (
    DELETE FROM {{table}}waits AS q USING won
    WHERE q.tenant = %(tenant)s AND q.reservation_id = %(w_id)s::text
    AND NOT EXISTS (
        SELECT FROM {_WAITS} WHERE w.line_id = q.line_id
        AND w.sku = q.sku AND w.place = q.place
    )
), in_line AS (
    INSERT INTO {{table}}waits (
        tenant, reservation_id, line_id, sku, place, quantity, order_id,
        since, until
    )
    SELECT
        %(tenant)s, %(w_id)s::text, w.*, %(w_order)s::text,
        %(w_since)s::bigint, %(w_until)s::bigint
    FROM won, {_WAITS}
    ON CONFLICT (tenant, sku, reservation_id, line_id, place)
    DO UPDATE SET
        quantity = excluded.quantity, order_id = excluded.order_id,
        since = excluded.since, until = excluded.until
), moved AS (
    INSERT INTO {{table}}movements (
        tenant, at, kind, sku, place, quantity, source, target, cause,
        reservation_id, line_id
    )
    SELECT
        %(tenant)s, at, kind, sku, place, quantity, source, target, cause,
        reservation_id, line_id
    FROM won, unnest(
        %(m_ats)s::bigint[], %(m_kinds)s::text[], %(m_skus)s::text[],
        %(m_places)s::text[], %(m_quantities)s::bigint[],
        %(m_sources)s::text[], %(m_targets)s::text[], %(m_causes)s::text[],
        %(m_ids)s::text[], %(m_lines)s::text[]
    ) WITH ORDINALITY AS m (
        at, kind, sku, place, quantity, source, target, cause,
        reservation_id, line_id, n
    ) ORDER BY n
), counted AS (
    UPDATE {{table}}stock AS s SET
        available = l.available, held = l.held, allocated = l.allocated,
        unavailable = l.unavailable
    FROM won, locked AS l
    WHERE s.tenant = %(tenant)s AND s.sku = l.sku AND s.place = l.place
    AND s.bucket = l.bucket
) SELECT CASE
    WHEN EXISTS (SELECT FROM won) THEN 1
    WHEN EXISTS (SELECT FROM answered) THEN 1 / (SELECT count(*) FROM won)
    WHEN EXISTS (SELECT FROM made) THEN 1 / (SELECT count(*) FROM won)
    ELSE 0 END"""

_LIST: Final = """INSERT INTO {table}stock (
    tenant, sku, place, bucket, buckets, rank,
    available, held, allocated, unavailable
) SELECT
    %(tenant)s, %(sku)s::text, %(place)s::text, 0, 1,
    1 + coalesce(max(rank), 0), 0, 0, 0, 0
FROM {table}stock WHERE tenant = %(tenant)s AND sku = %(sku)s::text
ON CONFLICT DO NOTHING"""


_FREE: Final = f"""{_NEW} AND NOT EXISTS (
        SELECT FROM {{table}}reservation_items
        WHERE tenant = %(tenant)s AND sku = %(sku)s::text
        AND until <= %(now)s::bigint
    ) AND NOT EXISTS (
        SELECT FROM {{table}}waits
        WHERE tenant = %(tenant)s AND sku = %(sku)s::text
        AND until > %(now)s::bigint
    ) AND NOT EXISTS (
        SELECT FROM {{table}}reservations WHERE tenant = %(tenant)s
        AND reservation_id = %(reservation_id)s::text
    )"""
"""The request and its reservation are new, no hold of the SKU has run
out, and nobody waits in line for it."""


def _take(*, hot: bool) -> str:
    """Hold units of one SKU for one line, from one row: all at once.

    No row comes back if that is not possible, or if some hold has run
    out; then it is decided as usual.  In the hot mode, rows that others
    are at are passed over.
    """
    order = "rank, place, bucket LIMIT 1"
    if hot:
        order = (
            "rank, place, "
            "(bucket + %(start)s::bigint) %% greatest(buckets, 1), bucket "
            "LIMIT 1 FOR UPDATE SKIP LOCKED"
        )
    return f"""WITH chosen AS MATERIALIZED (
    SELECT place, bucket FROM {{table}}stock
    WHERE tenant = %(tenant)s AND sku = %(sku)s::text
    AND available >= %(quantity)s::bigint
    AND (%(place)s::text = '' OR place = %(place)s::text)
    AND {_FREE} ORDER BY {order}
), taken AS (
    UPDATE {{table}}stock AS s SET
        available = available - %(quantity)s::bigint,
        held = held + %(quantity)s::bigint
    FROM chosen
    WHERE s.tenant = %(tenant)s AND s.sku = %(sku)s::text
    AND s.place = chosen.place AND s.bucket = chosen.bucket
    AND s.available >= %(quantity)s::bigint
    RETURNING s.place, s.bucket, s.buckets
), made AS (
    INSERT INTO {{table}}reservations (tenant, {_SAVED})
    SELECT
        %(tenant)s, %(reservation_id)s::text, 1, 'held', %(cause)s::text,
        %(until)s::bigint, false
    FROM taken
), answered AS (
    INSERT INTO {{table}}operations (tenant, key, request_hash, document, at)
    SELECT
        %(tenant)s, %(key)s::text, %(request_hash)s::text,
        %(before)s::text || to_json(place)::text || %(after)s::text,
        %(now)s::bigint
    FROM taken
), had AS (
    INSERT INTO {{table}}reservation_items (tenant, {_ITEM}, until)
    SELECT
        %(tenant)s, %(reservation_id)s::text, %(line_id)s::text,
        %(sku)s::text, place, bucket, %(quantity)s::bigint,
        %(until)s::bigint
    FROM taken
), moved AS (
    INSERT INTO {{table}}movements (
        tenant, at, kind, sku, place, quantity, source, target, cause,
        reservation_id, line_id
    )
    SELECT
        %(tenant)s, %(now)s::bigint, 'held', %(sku)s::text, place,
        %(quantity)s::bigint, 'available', 'held', %(cause)s::text,
        %(reservation_id)s::text, %(line_id)s::text
    FROM taken
) SELECT place, buckets FROM taken"""


_BUCKETS: Final = f"""INSERT INTO {{table}}stock (
    tenant, sku, place, bucket, buckets, rank,
    available, held, allocated, unavailable
) SELECT tenant, sku, place, n, buckets, rank, 0, 0, 0, 0
FROM {{table}}stock, generate_series(1, %(buckets)s::bigint - 1) AS n
WHERE {_CELL} AND bucket = 0 ON CONFLICT DO NOTHING"""

_SPREAD: Final = f"""WITH locked AS MATERIALIZED (
    SELECT available, bucket FROM {{table}}stock WHERE {_CELL}
    ORDER BY bucket FOR UPDATE
), units AS MATERIALIZED (
    SELECT coalesce(sum(available), 0)::bigint AS there FROM locked
), spread AS (
    UPDATE {{table}}stock AS s SET buckets = %(buckets)s::bigint,
        available = CASE WHEN s.bucket >= %(buckets)s::bigint THEN 0
            ELSE there / %(buckets)s::bigint
                + (s.bucket < there %% %(buckets)s::bigint)::int END
    FROM units, locked
    WHERE s.bucket = locked.bucket AND {_CELL} RETURNING 1
) SELECT count(*) FROM spread"""

# Keys of counts are lists, and are never deleted.
_PRUNE: Final = """WITH page AS MATERIALIZED (
    SELECT key FROM {table}operations
    WHERE tenant = %(tenant)s AND key > %(after)s::text
    ORDER BY key LIMIT %(limit)s::bigint
), gone AS (
    DELETE FROM {table}operations
    WHERE tenant = %(tenant)s AND key > %(after)s::text
    AND key <= (SELECT max(key) FROM page)
    AND at < %(before)s::bigint AND left(key, 1) <> '['
    RETURNING 1
) SELECT (SELECT max(key) FROM page), (SELECT count(*) FROM gone)"""

_HISTORY: Final = (
    f"SELECT {_MOVEMENT} FROM {{table}}movements "
    "WHERE tenant = %(tenant)s AND sequence > %(after)s::bigint "
    "ORDER BY sequence LIMIT %(limit)s::bigint"
)

_AWAITED: Final = """SELECT DISTINCT sku FROM {table}waits AS w
WHERE tenant = %(tenant)s AND until > %(now)s::bigint AND (EXISTS (
    SELECT FROM {table}stock AS s WHERE s.tenant = %(tenant)s
    AND s.sku = w.sku AND s.available > 0
) OR EXISTS (
    SELECT FROM {table}reservation_items AS i WHERE i.tenant = %(tenant)s
    AND i.sku = w.sku AND i.until <= %(now)s::bigint
))"""

_AUDIT: Final = f"""WITH rows AS (
    SELECT {_ROW} FROM {{table}}stock WHERE tenant = %(tenant)s
), live AS (
    SELECT reservation_id, line_id, sku, place, state,
        sum(quantity)::bigint AS units
    FROM {{table}}reservation_items
    JOIN {{table}}reservations USING (tenant, reservation_id)
    WHERE tenant = %(tenant)s AND quantity > 0 AND state <> 'expired'
    GROUP BY 1, 2, 3, 4, 5
), flow AS (
    SELECT max(sequence) AS sequence, max(at) AS at, kind, sku, place,
        sum(quantity)::bigint AS units, source, target, reservation_id,
        line_id
    FROM {{table}}movements WHERE tenant = %(tenant)s
    GROUP BY reservation_id, line_id, sku, place, kind, source, target
) SELECT {_many(_ROW, "rows")}, {
    _many("reservation_id, line_id, sku, place, state, units", "live")
}, {
    _many(
        "sequence, at, kind, sku, place, units, source, target, '', "
        "reservation_id, line_id",
        "flow",
    )
}"""


@cache
def statements(naming: Naming) -> Mapping[str, str]:
    """All statements, with the tables' names filled in."""
    texts = {
        "read": _read("few"),
        "read_line": _read("line"),
        "read_all": _read("all"),
        "answer": _ANSWER,
        "write": _WRITE,
        "list": _LIST,
        "take": _take(hot=False),
        "take_hot": _take(hot=True),
        "buckets": _BUCKETS,
        "spread": _SPREAD,
        "awaited": _AWAITED,
        "prune": _PRUNE,
        "history": _HISTORY,
        "audit": _AUDIT,
    }
    return {name: naming.fill(text) for name, text in texts.items()}
