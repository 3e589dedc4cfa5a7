"""The statements of the stock in SQLite.

An operation on many rows is one statement a table: it comes in a few
sizes, and each size is prepared once.  Where rows are looked for, a
value is repeated to fill it up, since that finds nothing twice.
"""

# Statements are made of constants and of names that `Naming` has checked.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Final, TypeVar

from orderlife_adapters._inventory_steps import AT_ONCE
from orderlife_adapters._migrations import Naming

__all__ = ["filled", "numbered", "parts", "sized", "statements"]

T = TypeVar("T")

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
_BUCKET: Final = "tenant = :tenant AND sku = :sku AND place = :place"

_TEXTS: Final[Mapping[str, str]] = {
    "operation": "SELECT key, request_hash, document FROM {table}operations "
    "WHERE tenant = ? AND key = ?",
    "all_due": "SELECT DISTINCT reservation_id "
    "FROM {table}reservation_items "
    f"WHERE tenant = ? AND until <= ? LIMIT {AT_ONCE}",
    "all_stock": f"SELECT {_ROW} FROM {{table}}stock WHERE tenant = ?",
    "answer": "INSERT INTO {table}operations "
    "(tenant, key, request_hash, document, at) VALUES (?, ?, ?, ?, ?)",
    "list": "INSERT INTO {table}stock "
    "(tenant, sku, place, bucket, buckets, rank, "
    "available, held, allocated, unavailable) "
    "SELECT :tenant, :sku, :place, 0, 1, 1 + coalesce(max(rank), 0), "
    "0, 0, 0, 0 FROM {table}stock WHERE tenant = :tenant AND sku = :sku",
    "take": """UPDATE {table}stock
        SET available = available - :quantity, held = held + :quantity
        WHERE tenant = :tenant AND sku = :sku AND (place, bucket) = (
            SELECT place, bucket FROM {table}stock
            WHERE tenant = :tenant AND sku = :sku AND available >= :quantity
            AND (:place = '' OR place = :place)
            ORDER BY rank, place, bucket LIMIT 1
        ) AND NOT EXISTS (
            SELECT 1 FROM {table}operations
            WHERE tenant = :tenant AND key = :key
        ) AND NOT EXISTS (
            SELECT 1 FROM {table}reservation_items
            WHERE tenant = :tenant AND sku = :sku AND until <= :now
        ) AND NOT EXISTS (
            SELECT 1 FROM {table}waits
            WHERE tenant = :tenant AND sku = :sku AND until > :now
        ) AND NOT EXISTS (
            SELECT 1 FROM {table}reservations
            WHERE tenant = :tenant AND reservation_id = :reservation_id
        ) RETURNING place, bucket""",
    "leave": "DELETE FROM {table}waits "
    "WHERE tenant = ? AND reservation_id = ?",
    "awaited": """SELECT DISTINCT sku FROM {table}waits AS w
        WHERE tenant = :tenant AND until > :now AND (EXISTS (
            SELECT 1 FROM {table}stock AS s WHERE s.tenant = w.tenant
            AND s.sku = w.sku AND s.available > 0
        ) OR EXISTS (
            SELECT 1 FROM {table}reservation_items AS i
            WHERE i.tenant = w.tenant AND i.sku = w.sku AND i.until <= :now
        ))""",
    "history": f"SELECT {_MOVEMENT} FROM {{table}}movements "
    "WHERE tenant = ? AND sequence > ? ORDER BY sequence LIMIT ?",
    "live": "SELECT reservation_id, line_id, sku, place, state, "
    "sum(quantity) FROM {table}reservation_items "
    "JOIN {table}reservations USING (tenant, reservation_id) "
    "WHERE tenant = ? AND quantity > 0 AND state <> 'expired' "
    "GROUP BY 1, 2, 3, 4, 5",
    # Unlike +, sum() of integers raises an error beyond 64 bits.
    "flow": "SELECT max(sequence), max(at), kind, sku, place, "
    "sum(quantity), source, target, '', reservation_id, line_id "
    "FROM {table}movements WHERE tenant = ? "
    "GROUP BY reservation_id, line_id, sku, place, kind, source, target",
    "bucket": "INSERT INTO {table}stock "
    "(tenant, sku, place, bucket, buckets, rank, "
    "available, held, allocated, unavailable) "
    "SELECT tenant, sku, place, :bucket, :buckets, rank, 0, 0, 0, 0 "
    f"FROM {{table}}stock WHERE {_BUCKET} AND bucket = 0 "
    "ON CONFLICT DO NOTHING",
    "spread": "UPDATE {table}stock SET available = :available, "
    f"buckets = :buckets WHERE {_BUCKET} AND bucket = :bucket",
    "page": "SELECT max(key) FROM (SELECT key FROM {table}operations "
    "WHERE tenant = ? AND key > ? ORDER BY key LIMIT ?)",
    # Keys of counts are lists, and are never deleted.
    "prune": "DELETE FROM {table}operations WHERE tenant = :tenant "
    "AND key > :after AND key <= :last AND at < :before "
    "AND substr(key, 1, 1) <> '['",
    "place": f"SELECT available, bucket FROM {{table}}stock WHERE {_BUCKET}",
}

_FOR_MANY: Final[Mapping[str, str]] = {
    # The answer to a key; some reservations, their items, and which of
    # them wait in line.
    "known": f"""SELECT 0, key, request_hash, document, NULL, NULL, NULL
        FROM {{table}}operations WHERE tenant = :p1 AND key = :p2
        UNION ALL SELECT 1, {_SAVED} FROM {{table}}reservations
        WHERE tenant = :p1 AND reservation_id IN ({{values}})
        UNION ALL SELECT 2, {_ITEM} FROM {{table}}reservation_items
        WHERE tenant = :p1 AND reservation_id IN ({{values}})
        AND quantity > 0
        UNION ALL SELECT 3, reservation_id, NULL, NULL, NULL, NULL, NULL
        FROM {{table}}waits
        WHERE tenant = :p1 AND reservation_id IN ({{values}})""",
    # The stock of some SKUs; the holds of them that have run out, some
    # if there are many; and whether anybody waits for one.
    "shelf": f"""SELECT 0, {_ROW} FROM {{table}}stock
        WHERE tenant = :p1 AND sku IN ({{values}})
        UNION ALL SELECT 1, reservation_id,
        NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM (
            SELECT DISTINCT reservation_id FROM {{table}}reservation_items
            INDEXED BY {{name}}reservation_items_due
            WHERE tenant = :p1 AND sku IN ({{values}}) AND until <= :p2
            LIMIT {AT_ONCE}
        )
        UNION ALL SELECT 2,
        NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL WHERE EXISTS (
            SELECT 1 FROM {{table}}waits
            WHERE tenant = :p1 AND sku IN ({{values}})
        )""",
    # The reservations in line for some SKUs, with their other SKUs, the
    # reservations in line for those, and so on.
    "line": f"""WITH RECURSIVE wanted (sku) AS (
            SELECT sku FROM {{table}}waits
            WHERE tenant = :p1 AND sku IN ({{values}})
            UNION SELECT theirs.sku FROM wanted
            CROSS JOIN {{table}}waits AS one
            ON one.tenant = :p1 AND one.sku = wanted.sku
            CROSS JOIN {{table}}waits AS theirs
            INDEXED BY {{name}}waits_of_reservation
            ON theirs.tenant = :p1
            AND theirs.reservation_id = one.reservation_id
        ) SELECT {_WAIT} FROM {{table}}waits
        WHERE tenant = :p1 AND sku IN (SELECT sku FROM wanted)""",
}
"""Statements with a list of values; ``{values}`` are numbered from 3."""

_ROWS: Final[Mapping[str, tuple[int, str]]] = {
    "save": (
        7,
        f"""INSERT INTO {{table}}reservations (tenant, {_SAVED})
        VALUES {{rows}} ON CONFLICT DO UPDATE SET
        version = excluded.version, state = excluded.state,
        cause = excluded.cause, until = excluded.until,
        consumed = excluded.consumed WHERE version = excluded.version - 1""",
    ),
    "item": (
        8,
        f"""INSERT INTO {{table}}reservation_items (tenant, {_ITEM}, until)
        VALUES {{rows}} ON CONFLICT DO UPDATE SET
        quantity = excluded.quantity, until = excluded.until""",
    ),
    "wait": (
        9,
        f"INSERT INTO {{table}}waits (tenant, {_WAIT}) VALUES {{rows}}",
    ),
    "move": (
        12,
        f"""INSERT INTO {{table}}movements (tenant, {_MOVEMENT})
        SELECT column1, column2 + (
            SELECT coalesce(max(sequence), 0) FROM {{table}}movements
            WHERE tenant = :p1
        ), column3, column4, column5, column6, column7, column8, column9,
        column10, column11, column12 FROM (VALUES {{rows}})""",
    ),
    "add": (
        8,
        """UPDATE {table}stock AS s SET
            available = s.available + column5, held = s.held + column6,
            allocated = s.allocated + column7,
            unavailable = s.unavailable + column8
        FROM (VALUES {rows}) WHERE s.tenant = column1 AND s.sku = column2
        AND s.place = column3 AND s.bucket = column4
        AND s.available + column5 >= 0 AND s.held + column6 >= 0
        AND s.allocated + column7 >= 0 AND s.unavailable + column8 >= 0""",
    ),
}
"""Statements that store rows: how many columns, and the text."""

_WIDTHS: Final = (1, 8, 64, 512)
"""For how many values a statement with a list of them is made."""
_LOW: Final = 8
_HIGH: Final = 64
_HEIGHTS: Final = (*range(1, _LOW + 1), _HIGH)
"""How many rows a statement that stores rows may store."""


_NAMES: Final = tuple(f"p{number}" for number in range(1, 1_001))
"""The names of parameters; numbers alone are none in a later Python."""


def filled(values: Sequence[T]) -> Iterator[list[T]]:
    """Parts of some values, each filled up to a width."""
    most = _WIDTHS[-1]
    for start in range(0, len(values), most):
        part = list(values[start : start + most])
        width = next(each for each in _WIDTHS if each >= len(part))
        yield part + part[-1:] * (width - len(part))


def parts(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """Parts of some rows, each as high as a statement can be."""
    start = 0
    while start < len(rows):
        rest = len(rows) - start
        height = _HIGH if rest >= _HIGH else min(rest, _LOW)
        yield rows[start : start + height]
        start += height


@cache
def statements(naming: Naming) -> Mapping[str, str]:
    """The statements, with the tables' names filled in."""
    return {name: naming.fill(text) for name, text in _TEXTS.items()}


@cache
def sized(naming: Naming) -> Mapping[tuple[str, int], str]:
    """The statements for many values or rows, by name and how many."""
    texts = {
        (name, width): text.replace("{values}", _numbered(width, 3))
        for name, text in _FOR_MANY.items()
        for width in _WIDTHS
    }
    for name, (columns, text) in _ROWS.items():
        for height in _HEIGHTS:
            rows = ", ".join(
                f"({_numbered(columns, 1 + row * columns)})"
                for row in range(height)
            )
            texts[name, height] = text.replace("{rows}", rows)
    return {key: naming.fill(text) for key, text in texts.items()}


def _numbered(count: int, first: int) -> str:
    """So many parameters, numbered from the first."""
    return ", ".join(f":p{number}" for number in range(first, first + count))


def numbered(values: Iterable[object]) -> dict[str, object]:
    """Values by the names of their parameters."""
    return dict(zip(_NAMES, values, strict=False))
