"""The statements of the order store on SQLite."""

# Statements are made of constants and of names that `Naming` has checked.
# ruff: noqa: S608

from __future__ import annotations

from functools import cache
from typing import Any, Final

import attrs

from orderlife._values.limits import MAX_DENIALS
from orderlife.ports.store import FindOrders
from orderlife_adapters._effect_rows import EFFECT
from orderlife_adapters._migrations import Naming
from orderlife_adapters._rows import DENIAL, LINK, SUMMARY
from orderlife_adapters._sqlite_finding import terms_of

__all__ = ["BEFORE", "KEPT", "NEW", "OPEN", "Statements", "statements"]

OPEN: Final = (
    "state <> 'done' AND state <> 'declined' AND state <> 'attention'"
)
"""The condition of claimable effects; exactly as the index has it."""

_NAMED: Final = (
    "tenant = :tenant AND order_id = :order_id "
    "AND operation_id = :operation_id"
)
_EFFECT: Final = ", ".join(EFFECT)
_LINK: Final = ", ".join(LINK)
_SUMMARY: Final = ", ".join(SUMMARY)
BEFORE: Final = (
    "version",
    "decisions",
    "snapshot",
    "head",
    "timers",
    "timer_at",
    "put_off",
    *SUMMARY[1:],
    "updated_at",
    "asked",
    "closed_at",
    "archived",
)
"""The columns that are compared before a commit is written."""
_ORDER: Final = (
    "tenant",
    "order_id",
    *BEFORE,
)


NEW: Final = (
    "tenant",
    "order_id",
    "operation_id",
    "ordinal",
    "port",
    "intent",
    "state",
    "due_at",
    "created_at",
    "attempts",
    "claimed_by",
    "begun_at",
    "request_hash",
    "store",
)
"""The columns that new effects have each of their own."""

KEPT: Final = ("version", "head", "timers", "timer_at", "asked")
"""What is compared with an order's events, beside its summary."""


@attrs.frozen
class Statements:
    """The statements, for tables of these names."""

    naming: Naming
    load: str = attrs.field(init=False)
    before: str = attrs.field(init=False)
    """The number of the database's id, the columns of an order before a
    commit, and its input's answer."""
    insert_order: str = attrs.field(init=False)
    snapshot: str = attrs.field(init=False)
    insert_snapshot: str = attrs.field(init=False)
    insert_decision: str = attrs.field(init=False)
    insert_salt: str = attrs.field(init=False)
    insert_person: str = attrs.field(init=False)
    number: str = attrs.field(init=False)
    insert_number: str = attrs.field(init=False)
    insert_denial: str = attrs.field(init=False)
    trim_denials: str = attrs.field(init=False)
    stores: str = attrs.field(init=False)
    insert_store: str = attrs.field(init=False)
    answer: str = attrs.field(init=False)
    kept: str = attrs.field(init=False)
    links: str = attrs.field(init=False)
    feed: str = attrs.field(init=False)
    effects: str = attrs.field(init=False)
    due: str = attrs.field(init=False)
    due_of_order: str = attrs.field(init=False)
    far: str = attrs.field(init=False)
    nearer: str = attrs.field(init=False)
    claim: str = attrs.field(init=False)
    poisoned: str = attrs.field(init=False)
    held: str = attrs.field(init=False)
    settle: str = attrs.field(init=False)
    renew: str = attrs.field(init=False)
    timers: str = attrs.field(init=False)
    put_off: str = attrs.field(init=False)
    put_too_far: str = attrs.field(init=False)
    postpone: str = attrs.field(init=False)
    timers_of_order: str = attrs.field(init=False)
    person: str = attrs.field(init=False)
    erase_order: str = attrs.field(init=False)
    erase_customer: str = attrs.field(init=False)
    forget_order: str = attrs.field(init=False)
    forget_customer: str = attrs.field(init=False)
    denials: str = attrs.field(init=False)
    backlog: str = attrs.field(init=False)
    archive: str = attrs.field(init=False)
    numbered: str = attrs.field(init=False)
    _updates: dict[tuple[str, ...], str] = attrs.field(
        init=False, factory=dict, eq=False
    )
    _inserts: dict[int, str] = attrs.field(init=False, factory=dict, eq=False)

    def __attrs_post_init__(self) -> None:
        for field in attrs.fields(Statements):
            if field.name in _TEXTS:
                text = self.naming.fill(_TEXTS[field.name])
                object.__setattr__(self, field.name, text)

    def update_order(self, columns: tuple[str, ...]) -> str:
        """Write these columns of an order, and no others.

        Only if it was not changed since, the input not answered, and the
        database has no other id.
        SQLite writes an index whenever its columns are named, even if
        they do not change.
        """
        found = self._updates.get(columns)
        if found is None:
            named = ", ".join(f"{column} = :{column}" for column in columns)
            found = self.naming.fill(
                f"UPDATE {{table}}orders SET {named} "
                "WHERE tenant = :tenant AND order_id = :order_id "
                "AND head = :old_head AND updated_at = :old_updated_at "
                "AND put_off IS :old_put_off AND archived = 0 "
                "AND NOT EXISTS (SELECT 1 FROM {table}decisions AS d "
                "WHERE d.tenant = :tenant AND d.order_id = :order_id "
                "AND d.input_id = :input_id AND d.input_id <> '') "
                "AND (SELECT max(number) FROM {table}stores) = :store"
            )
            self._updates[columns] = found
        return found

    def insert_effects(self, count: int) -> str:
        """Insert so many new effects: their columns ``NEW``."""
        found = self._inserts.get(count)
        if found is None:
            row = f"({_values(len(NEW))}, '', 1, '', 0)"
            found = self.naming.fill(
                f"INSERT INTO {{table}}effects ({', '.join(NEW)}, "
                "note, generation, key, doubted) "
                f"VALUES {', '.join([row] * count)}"
            )
            self._inserts[count] = found
        return found

    def find(self, request: FindOrders) -> tuple[str, dict[str, Any]]:
        """A page of orders, by the index that leaves the fewest."""
        index, terms = terms_of(request)
        hint = f"INDEXED BY {{name}}orders_{index} " if index else ""
        where = " AND ".join(("tenant = :tenant", *terms))
        text = (
            f"SELECT {_SUMMARY} FROM {{table}}orders {hint}"
            f"WHERE {where} AND order_id > :after "
            "ORDER BY order_id LIMIT :limit"
        )
        values = attrs.asdict(request)
        return self.naming.fill(text), values


@cache
def statements(naming: Naming) -> Statements:
    """The statements for these names, made once."""
    return Statements(naming)


def _values(count: int) -> str:
    return ", ".join("?" * count)


_END_OF_HALF: Final = (
    "SELECT number FROM {{table}}denials "
    "WHERE tenant = :tenant AND order_id = :order_id "
    f"ORDER BY number {{}} LIMIT 1 OFFSET {MAX_DENIALS // 2 - 1}"
)
"""The limits of the denials that are kept, from both ends."""
_TEXTS: Final = {
    "load": (
        "SELECT head, version, snapshot FROM {table}orders "
        "WHERE tenant = ? AND order_id = ?"
    ),
    "snapshot": (
        "SELECT number, version, document FROM {table}snapshots "
        "WHERE tenant = ? AND order_id = ?"
    ),
    "before": (
        "SELECT (SELECT max(number) FROM {table}stores), "
        f"{', '.join(f'o.{name}' for name in BEFORE)}, "
        "d.fingerprint, d.first_version, d.last_version, s.salt "
        "FROM (SELECT 1) LEFT JOIN {table}orders AS o "
        "ON o.tenant = ? AND o.order_id = ? "
        "LEFT JOIN {table}decisions AS d "
        "ON d.tenant = o.tenant AND d.order_id = o.order_id "
        "AND d.input_id = ? AND d.input_id <> '' "
        "LEFT JOIN {table}salts AS s ON s.tenant = d.tenant "
        "AND s.order_id = d.order_id AND s.number = d.number"
    ),
    "insert_order": (
        f"INSERT INTO {{table}}orders ({', '.join(_ORDER)}) "
        f"VALUES ({', '.join(f':{name}' for name in _ORDER)})"
    ),
    "insert_snapshot": (
        "INSERT INTO {table}snapshots "
        f"(tenant, order_id, number, version, document) VALUES ({_values(5)}) "
        "ON CONFLICT (tenant, order_id) DO UPDATE SET number = "
        "excluded.number, version = excluded.version, "
        "document = excluded.document"
    ),
    "insert_decision": (
        "INSERT INTO {table}decisions "
        f"(tenant, order_id, position, {_LINK}) "
        "VALUES (?, ?, CASE ? WHEN 0 THEN 0 ELSE ? + coalesce(("
        "SELECT max(position) FROM {table}decisions "
        "WHERE tenant = ? AND position > 0), 0) END, "
        f"{_values(len(LINK))})"
    ),
    "insert_salt": (
        "INSERT INTO {table}salts (tenant, order_id, number, salt) "
        f"VALUES ({_values(4)})"
    ),
    "insert_person": (
        "INSERT INTO {table}people (tenant, order_id, ref, document) "
        f"VALUES ({_values(4)}) ON CONFLICT (tenant, order_id, ref) "
        "DO UPDATE SET document = excluded.document"
    ),
    "number": (
        "SELECT order_id FROM {table}channel_numbers "
        "WHERE tenant = ? AND channel = ? AND number = ?"
    ),
    "insert_number": (
        "INSERT INTO {table}channel_numbers "
        f"(tenant, order_id, channel, number) VALUES ({_values(4)}) "
        "ON CONFLICT DO NOTHING"
    ),
    "insert_denial": (
        f"INSERT INTO {{table}}denials (tenant, {', '.join(DENIAL)}, number) "
        f"VALUES ({_values(7)}, "
        "1 + coalesce((SELECT max(number) FROM {table}denials "
        "WHERE tenant = ? AND order_id = ?), 0))"
    ),
    "trim_denials": (
        "DELETE FROM {table}denials "
        "WHERE tenant = :tenant AND order_id = :order_id "
        f"AND number > ({_END_OF_HALF.format('ASC')}) "
        f"AND number < ({_END_OF_HALF.format('DESC')})"
    ),
    "stores": "SELECT number, id FROM {table}stores ORDER BY number",
    "insert_store": (
        "INSERT INTO {table}stores (number, id) "
        "SELECT 1 + coalesce(max(number), 0), ? FROM {table}stores"
    ),
    "kept": (
        f"SELECT {', '.join(KEPT)}, {_SUMMARY} FROM {{table}}orders "
        "WHERE tenant = ? AND order_id = ?"
    ),
    "answer": (
        "SELECT d.fingerprint, d.first_version, d.last_version, s.salt "
        "FROM {table}decisions AS d LEFT JOIN {table}salts AS s "
        "ON s.tenant = d.tenant AND s.order_id = d.order_id "
        "AND s.number = d.number WHERE d.tenant = ? AND d.order_id = ? "
        "AND d.input_id = ? AND d.input_id <> ''"
    ),
    "archive": (
        "SELECT document FROM {table}archives "
        "WHERE tenant = ? AND order_id = ?"
    ),
    "numbered": (
        "SELECT d.first_version, d.last_version, s.salt "
        "FROM {table}decisions AS d LEFT JOIN {table}salts AS s "
        "ON s.tenant = d.tenant AND s.order_id = d.order_id "
        "AND s.number = d.number "
        "WHERE d.tenant = ? AND d.order_id = ? AND d.number = ?"
    ),
    "links": (
        f"SELECT {_LINK} FROM {{table}}decisions "
        "WHERE tenant = ? AND order_id = ? AND number > ? ORDER BY number"
    ),
    "feed": (
        f"SELECT position, order_id, {_LINK} FROM {{table}}decisions "
        "INDEXED BY {name}decisions_feed "
        "WHERE tenant = ? AND position > ? AND position > 0 "
        "ORDER BY position LIMIT ?"
    ),
    "effects": (
        f"SELECT {_EFFECT} FROM {{table}}effects "
        "WHERE tenant = ? AND order_id = ? ORDER BY ordinal"
    ),
    "due": (
        f"SELECT {_EFFECT} FROM {{table}}effects "
        "INDEXED BY {name}effects_due "
        f"WHERE tenant = :tenant AND due_at <= :now AND {OPEN} "
        "ORDER BY due_at, order_id, ordinal"
    ),
    "due_of_order": (
        f"SELECT {_EFFECT} FROM {{table}}effects "
        "WHERE tenant = :tenant AND order_id = :order_id "
        f"AND due_at <= :now AND {OPEN} ORDER BY due_at, ordinal"
    ),
    "far": (
        f"SELECT {_EFFECT} FROM {{table}}effects "
        "INDEXED BY {name}effects_due "
        f"WHERE tenant = :tenant AND due_at > :latest AND {OPEN} "
        "ORDER BY due_at, order_id, ordinal"
    ),
    "nearer": (
        "UPDATE {table}effects SET due_at = :until, "
        "state = CASE state WHEN 'in_doubt' THEN 'claimed' ELSE state END "
        f"WHERE {_NAMED}"
    ),
    "claim": (
        "UPDATE {table}effects SET state = 'claimed', due_at = :until, "
        "claimed_by = :owner, attempts = attempts + 1, "
        "begun_at = coalesce(begun_at, :now), "
        "doubted = doubted OR state = 'claimed' "
        f"WHERE {_NAMED}"
    ),
    "poisoned": (
        "UPDATE {table}effects SET state = 'attention', note = ?, "
        "claimed_by = '' "
        "WHERE tenant = ? AND order_id = ? AND operation_id = ?"
    ),
    "held": (
        "SELECT claimed_by, attempts, generation, doubted "
        "FROM {table}effects "
        "WHERE tenant = ? AND order_id = ? AND operation_id = ?"
    ),
    "settle": (
        "UPDATE {table}effects SET state = :state, due_at = :due_at, "
        "note = :note, claimed_by = '', "
        "doubted = coalesce(:doubted, doubted) "
        f"WHERE {_NAMED} "
        "AND (:renewed OR (state <> 'done' AND state <> 'declined')) "
        "AND (:claimed_by = '' OR ("
        "claimed_by = :claimed_by AND attempts = :attempts))"
    ),
    "renew": (
        "UPDATE {table}effects SET state = :state, due_at = :due_at, "
        "note = :note, claimed_by = '', begun_at = NULL, key = '', "
        "store = (SELECT max(number) FROM {table}stores), "
        "generation = :generation, doubted = 0 "
        f"WHERE {_NAMED} "
        "AND (:claimed_by = '' "
        "OR (claimed_by = :claimed_by AND attempts = :attempts))"
    ),
    "timers": (
        "SELECT order_id, version, timers FROM {table}orders "
        "INDEXED BY {name}orders_by_timer "
        "WHERE tenant = :tenant AND timer_at <= :now AND timer_at IS NOT NULL "
        "AND put_off IS NULL ORDER BY timer_at, order_id"
    ),
    "put_off": (
        "SELECT order_id, version, timers FROM {table}orders "
        "INDEXED BY {name}orders_put_off "
        "WHERE tenant = :tenant AND put_off <= :now AND put_off IS NOT NULL "
        "ORDER BY put_off, order_id"
    ),
    "put_too_far": (
        "SELECT order_id, version, timers FROM {table}orders "
        "INDEXED BY {name}orders_put_off "
        "WHERE tenant = :tenant AND put_off > :latest "
        "AND put_off IS NOT NULL ORDER BY put_off, order_id"
    ),
    "postpone": (
        "UPDATE {table}orders SET put_off = ? "
        "WHERE tenant = ? AND order_id = ? AND version = ?"
    ),
    "timers_of_order": (
        "SELECT order_id, version, timers FROM {table}orders "
        "WHERE tenant = :tenant AND order_id = :order_id"
    ),
    "person": (
        "SELECT document FROM {table}people "
        "WHERE tenant = ? AND order_id = ? AND ref = ?"
    ),
    "erase_order": (
        "DELETE FROM {table}people WHERE tenant = ? AND order_id = ?"
    ),
    "erase_customer": (
        "DELETE FROM {table}people WHERE tenant = ? AND order_id IN ("
        "SELECT order_id FROM {table}orders "
        "INDEXED BY {name}orders_by_customer WHERE tenant = ? "
        "AND customer_id = ? AND customer_id <> '')"
    ),
    "forget_order": (
        "DELETE FROM {table}salts WHERE tenant = ? AND order_id = ?"
    ),
    "forget_customer": (
        "DELETE FROM {table}salts WHERE tenant = ? AND order_id IN ("
        "SELECT order_id FROM {table}orders "
        "INDEXED BY {name}orders_by_customer WHERE tenant = ? "
        "AND customer_id = ? AND customer_id <> '')"
    ),
    "denials": (
        f"SELECT {', '.join(DENIAL)} FROM {{table}}denials "
        "WHERE tenant = ? AND order_id = ? ORDER BY number"
    ),
    "backlog": (
        "SELECT port, state, count(*), min(created_at), min(due_at) "
        "FROM {table}effects INDEXED BY {name}effects_due "
        f"WHERE tenant = :tenant AND {OPEN} "
        "AND (:port IS NULL OR port = :port) GROUP BY port, state "
        "UNION ALL "
        "SELECT port, state, count(*), min(created_at), min(due_at) "
        "FROM {table}effects INDEXED BY {name}effects_for_people "
        "WHERE tenant = :tenant AND state = 'attention' "
        "AND (:port IS NULL OR port = :port) GROUP BY port, state "
        "ORDER BY 1, 2"
    ),
}
