"""The statements of the order store on PostgreSQL.

Each operation is one statement, and so one round trip and one
transaction.  That of a commit is ``commit_sql``; all others are here.

Arrays are sent in binary form (``%(name)b``): as text, each of their
quotes would have to be escaped, and documents are full of them.
"""

# Statements are made of constants and of names that `Naming` has checked.
# ruff: noqa: S608

from __future__ import annotations

from typing import Final

import attrs

from orderlife._values.limits import MAX_DENIALS
from orderlife_adapters._effect_rows import EFFECT, MOST_ATTEMPTS
from orderlife_adapters._migrations import Naming
from orderlife_adapters._postgres_commit_sql import ANSWER
from orderlife_adapters._postgres_effect_sql import (
    OF_ORDER,
    OPEN,
    SETTLED,
    UNSETTLED,
)
from orderlife_adapters._rows import DENIAL, LINK, SUMMARY

__all__ = ["FORGETS", "LINKS", "Statements"]

FORGETS: Final = "current_setting('synchronous_commit') = 'off'"
"""Whether the session's commits do not wait for the disk."""


LINKS: Final = f"json_agg(json_build_array({', '.join(LINK)}) ORDER BY number)"
"""Decisions as one text, in sequence."""
_LIST: Final = ", ".join(EFFECT)
_FOUND: Final = ", ".join(SUMMARY)
_FAR: Final = f"""far AS MATERIALIZED (
    SELECT ordinal, {_LIST} FROM {{table}}effects
    WHERE tenant = %(tenant)s AND {OPEN} AND due_at > %(latest)s
    ORDER BY due_at, order_id, ordinal
    LIMIT (SELECT %(limit)s - count(*) FROM due)
    FOR UPDATE SKIP LOCKED
), neared AS (
    UPDATE {{table}}effects AS e SET
        due_at = %(until)s,
        state = CASE e.state WHEN 'in_doubt' THEN 'claimed' ELSE e.state END
    FROM far
    WHERE e.tenant = %(tenant)s AND e.order_id = far.order_id
    AND e.operation_id = far.operation_id
    RETURNING e.order_id, e.operation_id
),"""
"""Effects due later than any wait is long are made due earlier."""


_TIMED: Final = (
    "SELECT order_id, version, timers, put_off IS NOT NULL "
    "FROM {{table}}orders WHERE {where}"
)
"""Orders with timers."""


@attrs.frozen
class Statements:
    """All other statements, with the tables' names filled in."""

    naming: Naming

    def _fill(self, statement: str) -> str:
        return self.naming.fill(statement)

    @property
    def load(self) -> str:
        """An order, its snapshot, and the decisions after that.

        Only its head and version, if the known head is its last, and no
        list of decisions then; all its decisions without a snapshot, if
        the whole is asked for.  At the end, what it has folded away.
        """
        return self._fill(
            f"""SELECT o.head, o.version, s.number, s.version, s.document,
    CASE WHEN o.head <> %(known)s THEN (
        SELECT coalesce({LINKS}, '[]')::text FROM {{table}}decisions
        WHERE {OF_ORDER} AND number > coalesce(s.number, 0)
    ) END,
    CASE WHEN o.archived AND o.head <> %(known)s THEN (
        SELECT document FROM {{table}}archives WHERE {OF_ORDER}
    ) END
FROM {{table}}orders AS o LEFT JOIN {{table}}snapshots AS s
    ON s.tenant = o.tenant AND s.order_id = o.order_id
    AND o.head <> %(known)s AND NOT %(whole)s
WHERE o.tenant = %(tenant)s AND o.order_id = %(order_id)s"""
        )

    @property
    def lock(self) -> str:
        """Have nobody else write an order until the transaction ends."""
        return self._fill(
            f"SELECT 1 FROM {{table}}orders WHERE {OF_ORDER} FOR NO KEY UPDATE"
        )

    @property
    def head(self) -> str:
        """The digest of an order's last decision."""
        return self._fill(f"SELECT head FROM {{table}}orders WHERE {OF_ORDER}")

    @property
    def decided(self) -> str:
        """Whether an order has a decision of this digest."""
        return self._fill(
            f"SELECT 1 FROM {{table}}decisions WHERE {OF_ORDER} "
            "AND digest = %(digest)s"
        )

    @property
    def answer(self) -> str:
        """The answer to one input, and what the order has folded away."""
        return self._fill(
            f"""SELECT a.*, z.document FROM (SELECT) AS one
LEFT JOIN ({ANSWER}) AS a ON true
LEFT JOIN {{table}}archives AS z
    ON z.tenant = %(tenant)s AND z.order_id = %(order_id)s"""
        )

    @property
    def numbered(self) -> str:
        """The versions and the salt of one decision."""
        return self._fill(
            """SELECT d.first_version, d.last_version, s.salt
FROM {table}decisions AS d LEFT JOIN {table}salts AS s
    ON s.tenant = d.tenant AND s.order_id = d.order_id
    AND s.number = d.number
WHERE d.tenant = %(tenant)s AND d.order_id = %(order_id)s
AND d.number = %(number)s"""
        )

    @property
    def archives(self) -> str:
        """What these orders have folded away."""
        return self._fill(
            "SELECT order_id, document FROM {table}archives "
            "WHERE tenant = %(tenant)s "
            "AND order_id = ANY (%(orders)b::text[])"
        )

    @property
    def links(self) -> str:
        """All decisions on an order, and what it has folded away."""
        return self._fill(
            f"""SELECT coalesce({LINKS}, '[]')::text,
    (SELECT document FROM {{table}}archives WHERE {OF_ORDER})
FROM {{table}}decisions WHERE {OF_ORDER}"""
        )

    @property
    def stores(self) -> str:
        """The ids that the database has had, by their numbers."""
        return self._fill(
            "SELECT number, id FROM {table}stores ORDER BY number"
        )

    @property
    def insert_store(self) -> str:
        """Give the database another id."""
        return self._fill(
            "INSERT INTO {table}stores (number, id) "
            "SELECT 1 + coalesce(max(number), 0), %(id)s FROM {table}stores"
        )

    @property
    def kept(self) -> str:
        """All that is stored of an order, read at one moment."""
        return self._fill(
            f"""SELECT version, head, timers, timer_at, asked, {_FOUND},
    (SELECT json_build_array(number, version, document)::text
        FROM {{table}}snapshots WHERE {OF_ORDER}),
    (SELECT coalesce({LINKS}, '[]')::text
        FROM {{table}}decisions WHERE {OF_ORDER}),
    (SELECT coalesce(
            json_agg(json_build_array({_LIST}) ORDER BY ordinal), '[]'
        )::text
        FROM {{table}}effects WHERE {OF_ORDER}),
    (SELECT document FROM {{table}}archives WHERE {OF_ORDER})
FROM {{table}}orders WHERE {OF_ORDER}"""
        )

    @property
    def effects(self) -> str:
        """All effects of an order."""
        return self._fill(
            f"SELECT {_LIST} FROM {{table}}effects WHERE {OF_ORDER} "
            "ORDER BY ordinal"
        )

    def claim(self, *, of_order: bool) -> str:
        """Claim due effects; rows that are locked are skipped."""
        of = "AND order_id = %(order_id)s" if of_order else ""
        far = "" if of_order else _FAR
        named = "USING (order_id, operation_id)"
        columns = ", ".join(("ordinal", *EFFECT))
        found = f"SELECT {columns} FROM due JOIN claimed {named}"
        if not of_order:
            found += f" UNION ALL SELECT {columns} FROM far "
            found += f"JOIN neared {named}"
        return self._fill(
            f"""WITH due AS MATERIALIZED (
    SELECT ordinal, {_LIST} FROM {{table}}effects
    WHERE tenant = %(tenant)s AND {OPEN} AND due_at <= %(now)s {of}
    ORDER BY due_at, order_id, ordinal LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
), {far} claimed AS (
    UPDATE {{table}}effects AS e SET
        state = 'claimed', due_at = %(until)s, claimed_by = %(owner)s,
        attempts = least(e.attempts, {MOST_ATTEMPTS}) + 1,
        begun_at = coalesce(e.begun_at, %(now)s),
        doubted = e.doubted OR e.state = 'claimed'
    FROM due
    WHERE e.tenant = %(tenant)s AND e.order_id = due.order_id
    AND e.operation_id = due.operation_id
    RETURNING e.order_id, e.operation_id
)
SELECT {_LIST}, {FORGETS} FROM ({found}) AS found
ORDER BY due_at, order_id, ordinal"""
        )

    @property
    def settle(self) -> str:
        """Settle one effect, if its claim holds."""
        return self._fill(
            f"""{SETTLED}
    FROM (VALUES (
        %(operation_id)s::text, %(state)s::text, %(due_at)s::bigint,
        %(note)s::text, %(renewed)s::bigint, %(renewed_in_doubt)s::bigint,
        %(doubted)s::bool, %(doubted_in_doubt)s::bool
    )) AS s (
        operation_id, state, due_at, note, renewed, renewed_in_doubt,
        doubted, doubted_in_doubt
    )
    WHERE {UNSETTLED} AND (
        %(claimed_by)s = ''
        OR (e.claimed_by, e.attempts) = (%(claimed_by)s, %(attempts)s)
    )
    RETURNING 1"""
        )

    def due_timers(self, *, of_order: bool) -> str:
        """The orders with due timers; those put off are marked, and last.

        Each part reads no more rows than it gives.
        """
        if of_order:
            found = _TIMED.format(where=f"{OF_ORDER} AND timer_at <= %(now)s")
            return self._fill(found)
        parts = (
            ("timer_at <= %(now)s AND put_off IS NULL", "timer_at"),
            ("put_off <= %(now)s", "put_off"),
            ("put_off > %(latest)s", "put_off"),
        )
        return self._fill(
            " UNION ALL ".join(
                f"({_TIMED.format(where=f'tenant = %(tenant)s AND {where}')} "
                f"ORDER BY {by}, order_id LIMIT %(limit)s)"
                for where, by in parts
            )
        )

    @property
    def postpone(self) -> str:
        """Put an order off that stands as it was found."""
        return self._fill(
            "UPDATE {table}orders SET put_off = %(until)s "
            f"WHERE {OF_ORDER} AND version = %(version)s RETURNING 1"
        )

    @property
    def people(self) -> str:
        """Personal data by reference."""
        return self._fill(
            f"SELECT ref, document FROM {{table}}people WHERE {OF_ORDER} "
            "AND ref = ANY (%(refs)b::text[])"
        )

    @property
    def erase(self) -> str:
        """Erase the personal data of an order and of a customer."""
        return self._fill(
            """WITH theirs AS MATERIALIZED (
    SELECT ARRAY(
        SELECT %(order_id)s::text UNION ALL
        SELECT order_id FROM {table}orders
        WHERE tenant = %(tenant)s AND customer_id = %(customer_id)s
        AND customer_id <> ''
    ) AS orders
), gone AS (
    DELETE FROM {table}people WHERE tenant = %(tenant)s
    AND order_id = ANY ((SELECT orders FROM theirs)::text[]) RETURNING 1
), forgotten AS (
    DELETE FROM {table}salts WHERE tenant = %(tenant)s
    AND order_id = ANY ((SELECT orders FROM theirs)::text[])
) SELECT count(*) FROM gone"""
        )

    @property
    def deny(self) -> str:
        """Record that a command was denied.

        The numbers rise; that of the time keeps two who come at once
        from meeting.  Those between the first and the last go.
        """
        half = MAX_DENIALS // 2
        return self._fill(
            f"""WITH gone AS (
    DELETE FROM {{table}}denials WHERE {OF_ORDER} AND number > (
        SELECT number FROM {{table}}denials WHERE {OF_ORDER}
        ORDER BY number LIMIT 1 OFFSET {half - 1}
    ) AND number < (
        SELECT number FROM {{table}}denials WHERE {OF_ORDER}
        ORDER BY number DESC LIMIT 1 OFFSET {half - 2}
    )
) INSERT INTO {{table}}denials
    (tenant, order_id, number, command_id, command, actor, why, at)
SELECT
    %(tenant)s, %(order_id)s, greatest(
        %(number)s::bigint,
        (SELECT max(number) + 1 FROM {{table}}denials WHERE {OF_ORDER})
    ), %(command_id)s, %(command)s, %(actor)s, %(why)s, %(at)s"""
        )

    @property
    def denials(self) -> str:
        """The commands that were denied."""
        return self._fill(
            f"SELECT {', '.join(DENIAL)} FROM {{table}}denials "
            f"WHERE {OF_ORDER} ORDER BY number"
        )

    def orders(self, columns: tuple[str, ...], *, troubled: bool) -> str:
        """A page of orders, by these columns."""
        wanted = [f"{column} = %({column})s" for column in columns]
        # A partial index is used only if its condition is repeated.
        wanted += [
            f"{column} <> ''"
            for column in ("channel", "channel_number", "customer_id")
            if column in columns
        ]
        wanted += ["open_exceptions > 0"] * troubled
        where = " AND ".join(("tenant = %(tenant)s", *wanted))
        return self._fill(
            f"SELECT {_FOUND} FROM {{table}}orders WHERE {where} "
            "AND order_id > %(after)s ORDER BY order_id LIMIT %(limit)s"
        )

    def backlog(self, *, of_port: bool) -> str:
        """How many effects are not settled, by port and state."""
        of = "AND port = %(port)s" if of_port else ""
        parts = [
            "SELECT port, state, count(*), min(created_at), min(due_at) "
            "FROM {table}effects WHERE tenant = %(tenant)s "
            f"AND {states} {of} GROUP BY port, state"
            for states in (OPEN, "state = 'attention'")
        ]
        return self._fill(" UNION ALL ".join(parts) + " ORDER BY 1, 2")
