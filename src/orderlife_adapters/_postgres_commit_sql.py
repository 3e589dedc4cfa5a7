"""The statement of a commit: its conditions, and what it stores.

All parts of a statement see the database as it was when
the statement began, and yet two that meet are told apart:

- An order's row is the lock of the order.  A second statement waits
  for the first, and PostgreSQL compares version and head again then.
- Effects that a commit settles are locked before the order, in one
  order everywhere; a locked row is read as it is then, so a claim that
  was taken over a moment ago does not hold.  If the decision records
  their outcome, nothing is stored then; others are left out.
- A new order's row is unique: a second statement inserts nothing.
- An input's id is unique among an order's decisions, should two of one
  id get so far; and so is a channel's number, should two orders.
"""

# Statements are made of constants and of names that `Naming` has checked.
# ruff: noqa: S608

from __future__ import annotations

from functools import cache
from typing import Final

import attrs

from orderlife_adapters._migrations import Naming
from orderlife_adapters._postgres_effect_sql import (
    LAST_STORE,
    OF_ORDER,
    SETTLED,
    UNSETTLED,
)
from orderlife_adapters._rows import LINK, SUMMARY

__all__ = ["ANSWER", "Parts", "commit_sql"]

_NUMBERS: Final = frozenset(
    (
        "version",
        "decisions",
        "snapshot",
        "timer_at",
        "placed_at",
        "open_exceptions",
        "total_minor",
        "updated_at",
        "asked",
        "closed_at",
    )
)
_ROW: Final = (
    "version",
    "decisions",
    "head",
    "timers",
    "timer_at",
    *SUMMARY[1:],
    "updated_at",
    "asked",
    "closed_at",
)

_ADDED: Final = frozenset(("asked", "decisions"))
"""What is added to these columns, in place of what stands there."""

ANSWER: Final = """
    SELECT d.fingerprint, d.first_version, d.last_version, s.salt
    FROM {table}decisions AS d LEFT JOIN {table}salts AS s
        ON s.tenant = d.tenant AND s.order_id = d.order_id
        AND s.number = d.number
    WHERE d.tenant = %(tenant)s AND d.order_id = %(order_id)s
    AND d.input_id = %(input_id)s AND d.input_id <> ''
"""
"""The answer that an input of this id got."""


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
    decision: bool
    """There is something to be kept: events, or an input's id."""
    events: bool
    snapshot: bool
    intents: bool
    people: bool
    settles: bool
    number: bool


def _obstacles(parts: Parts) -> list[str]:
    """The parts that check whether a decision can be stored."""
    found = []
    if parts.answer:
        found.append(f"answered AS ({ANSWER})")
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
    names = (*_ROW, *(("snapshot",) * parts.snapshot))
    if parts.new:
        columns = ", ".join(("tenant", "order_id", *names))
        values = ", ".join(map(_value, ("tenant", "order_id", *names)))
        statement = (
            f"INSERT INTO {{table}}orders ({columns}) "
            f"SELECT {values} WHERE {condition} ON CONFLICT DO NOTHING"
        )
    else:
        values = ", ".join(
            f"{each} = {f'{each} + ' * (each in _ADDED)}{_value(each)}"
            for each in names
        )
        statement = (
            f"UPDATE {{table}}orders SET {values}, put_off = NULL "
            f"WHERE {OF_ORDER} AND version = %(expected)s "
            f"AND head = %(old_head)s AND NOT archived AND {condition}"
        )
    return f"won AS ({statement} RETURNING version, decisions, asked)"


_DECISION: Final = f"""new_decision AS (
    INSERT INTO {{table}}decisions (tenant, order_id, {", ".join(LINK)})
    SELECT
        %(tenant)s, %(order_id)s, decisions, %(expected)s, version,
        %(input_id)s, %(fingerprint)s, %(document)s, %(head)s
    FROM won
)"""

_ARRIVAL: Final = """new_arrival AS (
    INSERT INTO {table}arrivals (tenant, order_id, number)
    SELECT %(tenant)s, %(order_id)s, decisions FROM won
)"""

_SNAPSHOT: Final = """new_snapshot AS (
    INSERT INTO {table}snapshots (tenant, order_id, number, version, document)
    SELECT %(tenant)s, %(order_id)s, decisions, version, %(case)s FROM won
    ON CONFLICT (tenant, order_id) DO UPDATE SET
        number = excluded.number, version = excluded.version,
        document = excluded.document
)"""

_SALT: Final = """new_salt AS (
    INSERT INTO {table}salts (tenant, order_id, number, salt)
    SELECT %(tenant)s, %(order_id)s, decisions, %(salt)s FROM won
)"""

_EFFECTS: Final = f"""new_effects AS (
    INSERT INTO {{table}}effects (
        tenant, order_id, operation_id, ordinal, port, intent, state, due_at,
        created_at, attempts, claimed_by, begun_at, note, generation, store,
        key, request_hash, doubted
    )
    SELECT
        %(tenant)s, %(order_id)s, operation_id,
        won.asked - %(asked)s::bigint + n, port, intent, state, due_at,
        %(updated_at)s, attempts, claimed_by, nullif(begun_at, 0), '', 1,
        {LAST_STORE},
        '', request_hash, false
    FROM won, unnest(
        %(operations)b::text[], %(ports)b::text[], %(intents)b::text[],
        %(hashes)b::text[], %(new_states)b::text[], %(new_dues)b::bigint[],
        %(new_attempts)b::bigint[], %(new_owners)b::text[],
        %(new_begun)b::bigint[]
    ) WITH ORDINALITY AS new (
        operation_id, port, intent, request_hash, state, due_at, attempts,
        claimed_by, begun_at, n
    )
    RETURNING store
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
    INSERT INTO {table}people (tenant, order_id, ref, document)
    SELECT %(tenant)s, %(order_id)s, ref, document
    FROM won, unnest(%(refs)b::text[], %(people)b::text[])
        AS new (ref, document)
    ON CONFLICT (tenant, order_id, ref) DO UPDATE SET
        document = excluded.document
)"""

_SETTLES: Final = f"""new_settled AS ({SETTLED}
    FROM won, unnest(
        %(settled)b::text[], %(states)b::text[], %(dues)b::bigint[],
        %(notes)b::text[], %(renewed)b::bigint[],
        %(renewed_in_doubt)b::bigint[], %(doubted)b::bool[],
        %(doubted_in_doubt)b::bool[],
        %(aside_owners)b::text[], %(aside_attempts)b::bigint[]
    ) AS s (
        operation_id, state, due_at, note, renewed, renewed_in_doubt,
        doubted, doubted_in_doubt, claimed_by, attempts
    )
    WHERE {UNSETTLED} AND (
        s.claimed_by = ''
        OR (e.claimed_by, e.attempts) = (s.claimed_by, s.attempts)
    )
)"""


def _outcome(parts: Parts) -> str:
    """The columns of the result.

    Won, version, head, lost claims, the number's owner, the number of
    the database's id, whether it is folded away, the answer.
    """
    asks = parts.intents and parts.stores
    columns = [
        "EXISTS (SELECT FROM won)" if parts.stores else "false",
        "o.version",
        "o.head",
        "EXISTS (SELECT FROM lost)" if parts.settles else "false",
        "(SELECT order_id FROM taken)" if parts.number else "NULL",
        "(SELECT max(store) FROM new_effects)" if asks else "NULL",
        "o.archived",
    ]
    order = (
        f"SELECT version, head, archived FROM {{table}}orders WHERE {OF_ORDER}"
    )
    found = f"FROM (SELECT) AS one LEFT JOIN ({order}) AS o ON true"
    if not parts.answer:
        return f"SELECT {', '.join(columns)}, NULL, NULL, NULL, NULL {found}"
    return (
        f"SELECT {', '.join(columns)}, a.fingerprint, a.first_version, "
        f"a.last_version, a.salt {found} LEFT JOIN answered AS a ON true"
    )


@cache
def commit_sql(naming: Naming, parts: Parts) -> str:
    """The statement that stores a decision, or gives the obstacle."""
    clauses = _obstacles(parts)
    if parts.stores:
        clauses.append(_won(parts))
        wanted = (
            (parts.decision, _DECISION),
            (parts.events, _ARRIVAL),
            (parts.snapshot, _SNAPSHOT),
            (parts.people, _SALT),
            (parts.intents, _EFFECTS),
            (parts.number, _NUMBER),
            (parts.people, _PEOPLE),
            (parts.settles, _SETTLES),
        )
        clauses += [clause for is_there, clause in wanted if is_there]
    ahead = f"WITH {', '.join(clauses)} " if clauses else ""
    return naming.fill(ahead + _outcome(parts))
