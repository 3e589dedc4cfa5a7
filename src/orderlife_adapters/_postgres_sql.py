"""The statements of the order store on PostgreSQL.

Each operation is one statement, and so one round trip and one
transaction.  All parts of a statement see the database as it was when
the statement began, and yet two that meet are told apart:

- An order's row is the lock of the order.  Whoever comes second waits
  for the first, and PostgreSQL compares the version again then.
- Effects that a commit settles are locked before the order, in one
  order everywhere; a locked row is read as it is then, so a claim that
  was taken over a moment ago does not hold.
- A new order's row is there once: whoever comes second inserts nothing.
- An answer's key is unique, should two inputs of one id get so far; and
  so is a channel's number, should two orders.

Arrays are sent in binary form (``%(name)b``): as text, each of their
quotes would have to be escaped, and documents are full of them.
"""

# Statements are made of constants and of names that `Naming` has checked.
# ruff: noqa: S608

from __future__ import annotations

from functools import cache
from typing import Final

import attrs

from orderlife._values.limits import MAX_DENIALS
from orderlife_adapters._migrations import Naming
from orderlife_adapters._rows import EFFECT, MOST_ATTEMPTS, SUMMARY

__all__ = ["FORGETS", "Parts", "Statements", "commit_sql"]

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
FORGETS: Final = "current_setting('synchronous_commit') = 'off'"
"""Whether the session's commits do not wait for the disk."""
_OPEN: Final = "state IN ('pending', 'claimed', 'waiting', 'in_doubt')"
"""As the index has it: what can be claimed."""


_ADDED: Final = {"asked": "asked + "}
"""What is added to a column, in place of what stands there."""


def _value(column: str) -> str:
    kind = "bigint" if column in _NUMBERS else "text"
    return f"%({column})s::{kind}"


_KEY: Final = "tenant = %(tenant)s AND order_id = %(order_id)s"

_DOUBTED: Final = "coalesce(e.doubted, e.begun_at IS NOT NULL)"
"""A row of before there was that column is doubted, if it was begun."""
_RENEWED: Final = (
    f"CASE WHEN {_DOUBTED} THEN s.renewed_in_doubt ELSE s.renewed END"
)
_STORE: Final = """store AS MATERIALIZED (
    SELECT id FROM {table}stores ORDER BY number DESC LIMIT 1
)"""


def _made_key(operation_id: str, generation: str) -> str:
    """What ``provider_key`` makes of them, in SQL."""
    named = (
        "(SELECT id || '.' FROM store) || CASE WHEN %(tenant)s = '' THEN '' "
        f"ELSE %(tenant)s || '/' END || {operation_id} || {generation}"
    )
    return (
        f"CASE WHEN length({named}) <= 36 THEN {named} ELSE "
        f"left(encode(sha256(convert_to({named}, 'UTF8')), 'hex'), 36) END"
    )


_FIRST_KEY: Final = _made_key("operation_id", "''")
_NEW_KEY: Final = _made_key(
    "e.operation_id", f"'#' || e.generation + {_RENEWED}"
)

_SETTLED: Final = f"""
    UPDATE {{table}}effects AS e SET
        state = s.state,
        due_at = s.due_at,
        note = s.note,
        claimed_by = '',
        generation = e.generation + {_RENEWED},
        key = CASE WHEN {_RENEWED} > 0 THEN {_NEW_KEY} ELSE e.key END,
        begun_at = CASE WHEN {_RENEWED} > 0 THEN NULL ELSE e.begun_at END,
        doubted = CASE WHEN {_DOUBTED} THEN s.doubted_in_doubt
            ELSE s.doubted END
"""
_UNSETTLED: Final = """
    e.tenant = %(tenant)s AND e.operation_id = s.operation_id
    AND (s.renewed > 0 OR e.state NOT IN ('done', 'declined'))
"""


@attrs.frozen
class Parts:
    """Which parts a commit has; the rest is left out."""

    stores: bool
    """False: only say what stands in the way."""
    new: bool
    answer: bool
    events: bool
    intents: bool
    people: bool
    settles: bool
    number: bool


def _obstacles(parts: Parts) -> list[str]:
    """The parts that say why a decision cannot be stored."""
    found = []
    if parts.answer:
        found.append(f"""answered AS (
    SELECT fingerprint, first_version, last_version FROM {{table}}answers
    WHERE {_KEY} AND input_id = %(input_id)s
)""")
    if parts.settles:
        found.append(f"""locked AS MATERIALIZED (
    SELECT operation_id, claimed_by, attempts FROM {{table}}effects
    WHERE {_KEY} AND operation_id = ANY (%(settled)b::text[])
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
    """The part on which all others hang: the order's row."""
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
            f"WHERE {_KEY} AND version = %(expected)s AND {condition}"
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
            WHERE {_KEY}
        ), port, intent, 'pending', %(updated_at)s, %(updated_at)s, 0, '',
        '', 1, {_FIRST_KEY}, request_hash, false
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

_SETTLES: Final = f"""new_settled AS ({_SETTLED}
    FROM won, unnest(
        %(settled)b::text[], %(states)b::text[], %(dues)b::bigint[],
        %(notes)b::text[], %(renewed)b::bigint[],
        %(renewed_in_doubt)b::bigint[], %(doubted)b::bool[],
        %(doubted_in_doubt)b::bool[]
    ) AS s (
        operation_id, state, due_at, note, renewed, renewed_in_doubt,
        doubted, doubted_in_doubt
    )
    WHERE e.order_id = %(order_id)s AND {_UNSETTLED}
)"""


def _outcome(parts: Parts) -> str:
    """What came of it: won, version, lost claims, number's owner, answer."""
    columns = [
        "EXISTS (SELECT FROM won)" if parts.stores else "false",
        f"(SELECT version FROM {{table}}orders WHERE {_KEY})",
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
    """The statement that stores a decision, or says why it does not."""
    clauses = _obstacles(parts)
    if parts.stores:
        if parts.intents or parts.settles:
            clauses.append(_STORE)
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


_LIST: Final = ", ".join(EFFECT)
_FOUND: Final = ", ".join(SUMMARY)
_FAR: Final = f"""far AS MATERIALIZED (
    SELECT ordinal, {_LIST} FROM {{table}}effects
    WHERE tenant = %(tenant)s AND {_OPEN} AND due_at > %(latest)s
    ORDER BY due_at, order_id, ordinal
    LIMIT (SELECT %(limit)s - count(*) FROM due)
    FOR UPDATE SKIP LOCKED
), neared AS (
    UPDATE {{table}}effects AS e SET
        due_at = %(until)s,
        state = CASE e.state WHEN 'in_doubt' THEN 'claimed' ELSE e.state END
    FROM far
    WHERE e.tenant = %(tenant)s AND e.operation_id = far.operation_id
    RETURNING e.operation_id
),"""
"""What is due later than any wait is made due nearer."""


@attrs.frozen
class Statements:
    """All other statements, with the tables' names filled in."""

    naming: Naming

    def _fill(self, statement: str) -> str:
        return self.naming.fill(statement)

    @property
    def load(self) -> str:
        """The case and its head; without the case if that is at hand."""
        return self._fill(
            "SELECT CASE WHEN head = %(known)s THEN NULL ELSE document END, "
            f"head FROM {{table}}orders WHERE {_KEY}"
        )

    @property
    def digest(self) -> str:
        """The digest of one event."""
        return self._fill(
            f"SELECT digest FROM {{table}}events WHERE {_KEY} "
            "AND sequence = %(sequence)s"
        )

    @property
    def answer(self) -> str:
        """The answer to one input."""
        return self._fill(
            "SELECT fingerprint, first_version, last_version "
            f"FROM {{table}}answers WHERE {_KEY} AND input_id = %(input_id)s"
        )

    @property
    def links(self) -> str:
        """All events of an order."""
        return self._fill(
            "SELECT sequence, document, digest FROM {table}events "
            f"WHERE {_KEY} ORDER BY sequence"
        )

    @property
    def store(self) -> str:
        """The database's own id."""
        return self._fill(f"WITH {_STORE} SELECT id FROM store")

    @property
    def insert_store(self) -> str:
        """Give it another."""
        return self._fill(
            "INSERT INTO {table}stores (number, id) "
            "SELECT 1 + coalesce(max(number), 0), %(id)s FROM {table}stores"
        )

    @property
    def kept(self) -> str:
        """All that is kept of an order, as it is at one moment."""
        return self._fill(
            "SELECT version, head, document, timers, timer_at, asked, "
            f"{_FOUND}, (SELECT coalesce(json_agg(json_build_array("
            "sequence, document, digest) ORDER BY sequence), '[]')::text "
            f"FROM {{table}}events WHERE {_KEY}), "
            f"(SELECT coalesce(json_agg(json_build_array({_LIST}) "
            "ORDER BY ordinal), '[]')::text "
            f"FROM {{table}}effects WHERE {_KEY}) "
            f"FROM {{table}}orders WHERE {_KEY}"
        )

    @property
    def effects(self) -> str:
        """All effects of an order."""
        return self._fill(
            f"SELECT {_LIST} FROM {{table}}effects WHERE {_KEY} "
            "ORDER BY ordinal"
        )

    def claim(self, *, of_order: bool) -> str:
        """Claim what is due; whatever others are at is passed over."""
        of = "AND order_id = %(order_id)s" if of_order else ""
        far = "" if of_order else _FAR
        found = "SELECT due.* FROM due JOIN claimed USING (operation_id)"
        if not of_order:
            found += " UNION ALL SELECT far.* FROM far JOIN neared "
            found += "USING (operation_id)"
        return self._fill(
            f"""WITH due AS MATERIALIZED (
    SELECT ordinal, {_LIST} FROM {{table}}effects
    WHERE tenant = %(tenant)s AND {_OPEN} AND due_at <= %(now)s {of}
    ORDER BY due_at, order_id, ordinal LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
), {far} claimed AS (
    UPDATE {{table}}effects AS e SET
        state = 'claimed', due_at = %(until)s, claimed_by = %(owner)s,
        attempts = least(e.attempts, {MOST_ATTEMPTS}) + 1,
        begun_at = coalesce(e.begun_at, %(now)s),
        doubted = {_DOUBTED} OR e.state = 'claimed'
    FROM due
    WHERE e.tenant = %(tenant)s AND e.operation_id = due.operation_id
    RETURNING e.operation_id
)
SELECT {_LIST}, {FORGETS} FROM ({found}) AS found
ORDER BY due_at, order_id, ordinal"""
        )

    @property
    def settle(self) -> str:
        """Settle one effect, if its claim holds."""
        return self._fill(
            f"""WITH {_STORE} {_SETTLED}
    FROM (VALUES (
        %(operation_id)s::text, %(state)s::text, %(due_at)s::bigint,
        %(note)s::text, %(renewed)s::bigint, %(renewed_in_doubt)s::bigint,
        %(doubted)s::bool, %(doubted_in_doubt)s::bool
    )) AS s (
        operation_id, state, due_at, note, renewed, renewed_in_doubt,
        doubted, doubted_in_doubt
    )
    WHERE {_UNSETTLED} AND (
        %(claimed_by)s = ''
        OR (e.claimed_by, e.attempts) = (%(claimed_by)s, %(attempts)s)
    )
    RETURNING 1"""
        )

    def due_timers(self, *, of_order: bool) -> str:
        """The orders whose timers' dates have come."""
        of = "AND order_id = %(order_id)s" if of_order else ""
        return self._fill(
            "SELECT order_id, timers FROM {table}orders "
            "WHERE tenant = %(tenant)s AND timer_at IS NOT NULL "
            f"AND timer_at <= %(now)s {of} "
            "ORDER BY timer_at, order_id LIMIT %(limit)s"
        )

    @property
    def people(self) -> str:
        """Personal data by reference."""
        return self._fill(
            "SELECT ref, document FROM {table}people "
            "WHERE tenant = %(tenant)s AND ref = ANY (%(refs)b::text[])"
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
    UPDATE {table}answers SET fingerprint = '' WHERE tenant = %(tenant)s
    AND order_id = ANY ((SELECT orders FROM theirs)::text[]) AND personal
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
    DELETE FROM {{table}}denials WHERE {_KEY} AND number > (
        SELECT number FROM {{table}}denials WHERE {_KEY}
        ORDER BY number LIMIT 1 OFFSET {half - 1}
    ) AND number < (
        SELECT number FROM {{table}}denials WHERE {_KEY}
        ORDER BY number DESC LIMIT 1 OFFSET {half - 2}
    )
) INSERT INTO {{table}}denials
    (tenant, order_id, number, command_id, command, actor, why, at)
SELECT
    %(tenant)s, %(order_id)s, greatest(
        (extract(epoch FROM clock_timestamp()) * 1000000)::bigint,
        (SELECT max(number) + 1 FROM {{table}}denials WHERE {_KEY})
    ), %(command_id)s, %(command)s, %(actor)s, %(why)s, %(at)s"""
        )

    @property
    def denials(self) -> str:
        """The commands that were denied."""
        return self._fill(
            "SELECT order_id, command_id, command, actor, why, at "
            f"FROM {{table}}denials WHERE {_KEY} ORDER BY number"
        )

    def orders(self, columns: tuple[str, ...], *, troubled: bool) -> str:
        """A page of orders, by these columns."""
        wanted = [f"{column} = %({column})s" for column in columns]
        # What a part of an index is for is said in so many words.
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
        """What is not settled, by port and state."""
        of = "AND port = %(port)s" if of_port else ""
        parts = [
            "SELECT port, state, count(*), min(created_at), min(due_at) "
            "FROM {table}effects WHERE tenant = %(tenant)s "
            f"AND {states} {of} GROUP BY port, state"
            for states in (_OPEN, "state = 'attention'")
        ]
        return self._fill(" UNION ALL ".join(parts) + " ORDER BY 1, 2")
