"""The statement of a commit: its conditions, and what it stores.

All parts of a statement see the database as it was when
the statement began, and yet two that meet are told apart:

- An order's row is the lock of the order.  A second statement waits
  for the first, and PostgreSQL compares the version again then.
- Effects that a commit settles are locked before the order, in one
  order everywhere; a locked row is read as it is then, so a claim that
  was taken over a moment ago does not hold.
- A new order's row is unique: a second statement inserts nothing.
- An answer's key is unique, should two inputs of one id get so far; and
  so is a channel's number, should two orders.
"""

# Statements are made of constants and of names that `Naming` has checked.
# ruff: noqa: S608

from __future__ import annotations

from functools import cache
from typing import Final

import attrs

from orderlife_adapters._migrations import Naming
from orderlife_adapters._postgres_effect_sql import (
    FIRST_KEY,
    OF_ORDER,
    SETTLED,
    STORE,
    UNSETTLED,
)
from orderlife_adapters._rows import SUMMARY

__all__ = ["Parts", "commit_sql"]

_NUMBERS: Final = frozenset(
    (
        "version",
        "timer_at",
        "placed_at",
        "open_exceptions",
        "total_minor",
        "updated_at",
        "asked",
    )
)
_ROW: Final = (
    "version",
    "document",
    "head",
    "timers",
    "timer_at",
    *SUMMARY[1:],
    "updated_at",
    "asked",
)


_ADDED: Final = {"asked": "asked + "}
"""What is added to a column, in place of what stands there."""


def _value(column: str) -> str:
    kind = "bigint" if column in _NUMBERS else "text"
    return f"%({column})s::{kind}"


@attrs.frozen
class Parts:
    """The parts that a commit has; the others are left out."""

    stores: bool
    """False: only check the conditions."""
    new: bool
    answer: bool
    events: bool
    intents: bool
    people: bool
    settles: bool
    number: bool


def _obstacles(parts: Parts) -> list[str]:
    """The parts that check whether a decision can be stored."""
    found = []
    if parts.answer:
        found.append(f"""answered AS (
    SELECT fingerprint, first_version, last_version FROM {{table}}answers
    WHERE {OF_ORDER} AND input_id = %(input_id)s
)""")
    if parts.settles:
        found.append(f"""locked AS MATERIALIZED (
    SELECT operation_id, claimed_by, attempts FROM {{table}}effects
    WHERE {OF_ORDER} AND operation_id = ANY (%(settled)b::text[])
    ORDER BY operation_id FOR UPDATE
), lost AS MATERIALIZED (
    SELECT 1 FROM locked JOIN unnest(
        %(claims)b::text[], %(owners)b::text[], %(attempts)b::bigint[]
    ) AS c (operation_id, claimed_by, attempts) USING (operation_id)
    WHERE (locked.claimed_by, locked.attempts) <> (c.claimed_by, c.attempts)
)""")
    if parts.number:
        found.append("""taken AS (
    SELECT order_id FROM {table}channel_numbers
    WHERE tenant = %(tenant)s AND channel = %(claimed_channel)s
    AND number = %(claimed_number)s AND order_id <> %(order_id)s
)""")
    return found


def _won(parts: Parts) -> str:
    """The part that all others depend on: the order's row."""
    free = ["true"]
    if parts.answer:
        free.append("NOT EXISTS (SELECT FROM answered)")
    if parts.settles:
        free.append("NOT EXISTS (SELECT FROM lost)")
    if parts.number:
        free.append("NOT EXISTS (SELECT FROM taken)")
    condition = " AND ".join(free)
    if parts.new:
        columns = ", ".join(("tenant", "order_id", *_ROW))
        values = ", ".join(map(_value, ("tenant", "order_id", *_ROW)))
        statement = (
            f"INSERT INTO {{table}}orders ({columns}) "
            f"SELECT {values} WHERE {condition} ON CONFLICT DO NOTHING"
        )
    else:
        values = ", ".join(
            f"{each} = {_ADDED.get(each, '')}{_value(each)}" for each in _ROW
        )
        statement = (
            f"UPDATE {{table}}orders SET {values} "
            f"WHERE {OF_ORDER} AND version = %(expected)s AND {condition}"
        )
    return f"won AS ({statement} RETURNING version)"


_EVENTS: Final = """new_events AS (
    INSERT INTO {table}events (tenant, order_id, sequence, document, digest)
    SELECT %(tenant)s, %(order_id)s, %(expected)s + n, document, digest
    FROM won, unnest(%(documents)b::text[], %(digests)b::text[])
        WITH ORDINALITY AS new (document, digest, n)
)"""

_EFFECTS: Final = f"""new_effects AS (
    INSERT INTO {{table}}effects (
        tenant, operation_id, order_id, ordinal, port, intent, state, due_at,
        created_at, attempts, claimed_by, note, generation, key, request_hash,
        doubted
    )
    SELECT
        %(tenant)s, operation_id, %(order_id)s, n + (
            SELECT coalesce(max(ordinal), 0) FROM {{table}}effects
            WHERE {OF_ORDER}
        ), port, intent, 'pending', %(updated_at)s, %(updated_at)s, 0, '',
        '', 1, {FIRST_KEY}, request_hash, false
    FROM won, unnest(
        %(operations)b::text[], %(ports)b::text[], %(intents)b::text[],
        %(hashes)b::text[]
    ) WITH ORDINALITY AS new (
        operation_id, port, intent, request_hash, n
    )
)"""

_ANSWER: Final = """new_answer AS (
    INSERT INTO {table}answers (
        tenant, order_id, input_id, fingerprint, first_version, last_version,
        personal
    )
    SELECT
        %(tenant)s, %(order_id)s, %(input_id)s, %(fingerprint)s,
        %(expected)s, version, cardinality(%(refs)b::text[]) > 0
    FROM won
)"""

_NUMBER: Final = """new_number AS (
    INSERT INTO {table}channel_numbers (tenant, channel, number, order_id)
    SELECT
        %(tenant)s, %(claimed_channel)s, %(claimed_number)s, %(order_id)s
    FROM won WHERE NOT EXISTS (
        SELECT FROM {table}channel_numbers
        WHERE tenant = %(tenant)s AND channel = %(claimed_channel)s
        AND number = %(claimed_number)s
    )
)"""

_PEOPLE: Final = """new_people AS (
    INSERT INTO {table}people (tenant, ref, order_id, document)
    SELECT %(tenant)s, ref, %(order_id)s, document
    FROM won, unnest(%(refs)b::text[], %(people)b::text[])
        AS new (ref, document)
    ON CONFLICT (tenant, ref) DO UPDATE SET
        order_id = excluded.order_id, document = excluded.document
)"""

_SETTLES: Final = f"""new_settled AS ({SETTLED}
    FROM won, unnest(
        %(settled)b::text[], %(states)b::text[], %(dues)b::bigint[],
        %(notes)b::text[], %(renewed)b::bigint[],
        %(renewed_in_doubt)b::bigint[], %(doubted)b::bool[],
        %(doubted_in_doubt)b::bool[]
    ) AS s (
        operation_id, state, due_at, note, renewed, renewed_in_doubt,
        doubted, doubted_in_doubt
    )
    WHERE e.order_id = %(order_id)s AND {UNSETTLED}
)"""


def _outcome(parts: Parts) -> str:
    """The result: won, version, lost claims, number's owner, answer."""
    columns = [
        "EXISTS (SELECT FROM won)" if parts.stores else "false",
        f"(SELECT version FROM {{table}}orders WHERE {OF_ORDER})",
        "EXISTS (SELECT FROM lost)" if parts.settles else "false",
        "(SELECT order_id FROM taken)" if parts.number else "NULL",
    ]
    if not parts.answer:
        return f"SELECT {', '.join(columns)}, NULL, NULL, NULL"
    return (
        f"SELECT {', '.join(columns)}, a.fingerprint, a.first_version, "
        "a.last_version FROM (SELECT) AS one LEFT JOIN answered AS a ON true"
    )


@cache
def commit_sql(naming: Naming, parts: Parts) -> str:
    """The statement that stores a decision, or gives the obstacle."""
    clauses = _obstacles(parts)
    if parts.stores:
        if parts.intents or parts.settles:
            clauses.append(STORE)
        clauses.append(_won(parts))
        wanted = (
            (parts.events, _EVENTS),
            (parts.intents, _EFFECTS),
            (parts.answer, _ANSWER),
            (parts.number, _NUMBER),
            (parts.people, _PEOPLE),
            (parts.settles, _SETTLES),
        )
        clauses += [clause for is_there, clause in wanted if is_there]
    ahead = f"WITH {', '.join(clauses)} " if clauses else ""
    return naming.fill(ahead + _outcome(parts))
