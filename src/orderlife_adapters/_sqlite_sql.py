"""The statements of the order store on SQLite."""

# Statements are made of constants and of names that `Naming` has checked.
# ruff: noqa: S608

from __future__ import annotations

from functools import cache
from typing import Any, Final

import attrs

from orderlife._values.limits import MAX_DENIALS
from orderlife.ports.store import FindOrders
from orderlife_adapters._migrations import Naming
from orderlife_adapters._rows import DENIAL, EFFECT, SUMMARY

__all__ = ["BEFORE", "KEPT", "OPEN", "Statements", "statements"]

OPEN: Final = "state IN ('pending', 'claimed', 'waiting', 'in_doubt')"
"""The condition of claimable effects; exactly as the index has it."""

_DOUBTED: Final = "coalesce(doubted, begun_at IS NOT NULL)"
"""A row older than that column is doubted, if it was begun."""
_EFFECT: Final = ", ".join(EFFECT)
_SUMMARY: Final = ", ".join(SUMMARY)
_STATUSES: Final = (
    "order_status",
    "payment_status",
    "fulfilment_status",
    "returns_status",
)
_ORDER: Final = (
    "tenant",
    "order_id",
    "version",
    "document",
    "head",
    "timers",
    "timer_at",
    *SUMMARY[1:],
    "updated_at",
    "asked",
)


BEFORE: Final = (
    "version",
    "head",
    "timers",
    "timer_at",
    *SUMMARY[1:],
    "updated_at",
)
"""The columns that are compared before a commit is written."""


KEPT: Final = ("version", "head", "document", "timers", "timer_at", "asked")
"""What is compared with an order's events, beside its summary."""


@attrs.frozen
class Statements:
    """The statements, for tables of these names."""

    naming: Naming
    load: str = attrs.field(init=False)
    before: str = attrs.field(init=False)
    """The columns of an order before a commit, and its input's answer."""
    insert_order: str = attrs.field(init=False)
    insert_event: str = attrs.field(init=False)
    insert_effect: str = attrs.field(init=False)
    insert_answer: str = attrs.field(init=False)
    insert_person: str = attrs.field(init=False)
    number: str = attrs.field(init=False)
    insert_number: str = attrs.field(init=False)
    insert_denial: str = attrs.field(init=False)
    trim_denials: str = attrs.field(init=False)
    store: str = attrs.field(init=False)
    insert_store: str = attrs.field(init=False)
    answer: str = attrs.field(init=False)
    kept: str = attrs.field(init=False)
    events: str = attrs.field(init=False)
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
    timers_of_order: str = attrs.field(init=False)
    person: str = attrs.field(init=False)
    erase_order: str = attrs.field(init=False)
    erase_customer: str = attrs.field(init=False)
    forget_order: str = attrs.field(init=False)
    forget_customer: str = attrs.field(init=False)
    denials: str = attrs.field(init=False)
    backlog: str = attrs.field(init=False)
    _updates: dict[tuple[str, ...], str] = attrs.field(
        init=False, factory=dict, eq=False
    )

    def __attrs_post_init__(self) -> None:
        for field in attrs.fields(Statements):
            if field.name in _TEXTS:
                text = self.naming.fill(_TEXTS[field.name])
                object.__setattr__(self, field.name, text)

    def update_order(self, columns: tuple[str, ...]) -> str:
        """Write these columns of an order, and no others.

        Only if it was not changed since, and the input not answered.
        SQLite writes an index whenever its columns are named, even if
        they do not change.
        """
        found = self._updates.get(columns)
        if found is None:
            named = ", ".join(
                f"{column} = {_ADDED.get(column, '')}:{column}"
                for column in columns
            )
            found = self.naming.fill(
                f"UPDATE {{table}}orders SET {named} "
                "WHERE tenant = :tenant AND order_id = :order_id "
                "AND head = :old_head AND updated_at = :old_updated_at "
                "AND NOT EXISTS (SELECT 1 FROM {table}answers AS a "
                "WHERE a.tenant = :tenant AND a.order_id = :order_id "
                "AND a.input_id = :input_id)"
            )
            self._updates[columns] = found
        return found

    def find(self, request: FindOrders) -> tuple[str, dict[str, Any]]:
        """A page of orders, by the index that leaves the fewest."""
        index, terms = _terms(request)
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


_ADDED: Final = {"asked": "asked + "}
"""The columns that are added to, and not replaced."""


def _terms(request: FindOrders) -> tuple[str, list[str]]:
    """Which index to use, and what must hold."""
    index = ""
    terms = []
    if request.channel:
        index = "by_channel"
        terms += ["channel = :channel", "channel <> ''"]
    for name in reversed(_STATUSES):
        if getattr(request, name):
            index = f"by_{name}"
            terms.append(f"{name} = :{name}")
    if request.with_exceptions:
        index = "with_exceptions"
        terms.append("open_exceptions > 0")
    if request.customer_id:
        index = "by_customer"
        terms += ["customer_id = :customer_id", "customer_id <> ''"]
    if request.channel_number:
        index = "by_number"
        terms += ["channel_number = :channel_number", "channel_number <> ''"]
    return index, terms


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
        # A case that is cached under this head is not read again.
        "SELECT head, CASE WHEN head = ? THEN NULL ELSE document END "
        "FROM {table}orders WHERE tenant = ? AND order_id = ?"
    ),
    "before": (
        f"SELECT {', '.join(BEFORE)}, "
        "fingerprint, first_version, last_version FROM {table}orders "
        "AS o LEFT JOIN {table}answers AS a ON a.tenant = o.tenant "
        "AND a.order_id = o.order_id AND a.input_id = ? "
        "WHERE o.tenant = ? AND o.order_id = ?"
    ),
    "insert_order": (
        f"INSERT INTO {{table}}orders ({', '.join(_ORDER)}) "
        f"VALUES ({', '.join(f':{name}' for name in _ORDER)})"
    ),
    "insert_event": (
        "INSERT INTO {table}events "
        "(tenant, order_id, sequence, document, digest) "
        f"VALUES ({_values(5)})"
    ),
    "insert_effect": (
        "INSERT INTO {table}effects (tenant, order_id, operation_id, port, "
        "intent, due_at, created_at, key, request_hash, ordinal, state, "
        "attempts, claimed_by, note, generation, doubted) "
        f"VALUES ({_values(9)}, "
        "1 + coalesce((SELECT max(ordinal) FROM {table}effects "
        "WHERE tenant = ? AND order_id = ?), 0), 'pending', 0, '', '', 1, 0)"
    ),
    "insert_answer": (
        "INSERT INTO {table}answers (tenant, order_id, input_id, "
        "fingerprint, first_version, last_version, personal) "
        f"VALUES ({_values(7)})"
    ),
    "insert_person": (
        "INSERT INTO {table}people (tenant, order_id, ref, document) "
        f"VALUES ({_values(4)}) ON CONFLICT (tenant, ref) DO UPDATE "
        "SET order_id = excluded.order_id, document = excluded.document"
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
    "store": "SELECT id FROM {table}stores ORDER BY number DESC LIMIT 1",
    "insert_store": (
        "INSERT INTO {table}stores (number, id) "
        "SELECT 1 + coalesce(max(number), 0), ? FROM {table}stores"
    ),
    "kept": (
        f"SELECT {', '.join(KEPT)}, {_SUMMARY} FROM {{table}}orders "
        "WHERE tenant = ? AND order_id = ?"
    ),
    "answer": (
        "SELECT fingerprint, first_version, last_version "
        "FROM {table}answers "
        "WHERE tenant = ? AND order_id = ? AND input_id = ?"
    ),
    "events": (
        "SELECT sequence, document, digest FROM {table}events "
        "WHERE tenant = ? AND order_id = ? ORDER BY sequence"
    ),
    "effects": (
        f"SELECT {_EFFECT} FROM {{table}}effects "
        "WHERE tenant = ? AND order_id = ? ORDER BY ordinal"
    ),
    "due": (
        f"SELECT {_EFFECT} FROM {{table}}effects "
        "INDEXED BY {name}effects_due "
        f"WHERE tenant = :tenant AND due_at <= :now AND {OPEN} "
        "ORDER BY due_at, rowid"
    ),
    "due_of_order": (
        f"SELECT {_EFFECT} FROM {{table}}effects "
        "INDEXED BY {name}effects_of_order "
        "WHERE tenant = :tenant AND order_id = :order_id "
        f"AND due_at <= :now AND {OPEN} ORDER BY due_at, ordinal"
    ),
    "far": (
        f"SELECT {_EFFECT} FROM {{table}}effects "
        "INDEXED BY {name}effects_due "
        f"WHERE tenant = :tenant AND due_at > :latest AND {OPEN} "
        "ORDER BY due_at, rowid"
    ),
    "nearer": (
        "UPDATE {table}effects SET due_at = :until, "
        "state = CASE state WHEN 'in_doubt' THEN 'claimed' ELSE state END "
        "WHERE tenant = :tenant AND operation_id = :operation_id"
    ),
    "claim": (
        "UPDATE {table}effects SET state = 'claimed', due_at = :until, "
        "claimed_by = :owner, attempts = attempts + 1, "
        "begun_at = coalesce(begun_at, :now), "
        f"doubted = {_DOUBTED} OR state = 'claimed' "
        "WHERE tenant = :tenant AND operation_id = :operation_id"
    ),
    "poisoned": (
        "UPDATE {table}effects SET state = 'attention', note = ?, "
        "claimed_by = '' WHERE tenant = ? AND operation_id = ?"
    ),
    "held": (
        "SELECT order_id, claimed_by, attempts, generation, "
        f"{_DOUBTED} FROM {{table}}effects "
        "WHERE tenant = ? AND operation_id = ?"
    ),
    "settle": (
        "UPDATE {table}effects SET state = :state, due_at = :due_at, "
        "note = :note, claimed_by = '', doubted = :doubted "
        "WHERE tenant = :tenant AND operation_id = :operation_id "
        "AND (:renewed OR state NOT IN ('done', 'declined')) "
        "AND (:claimed_by = '' OR ("
        "claimed_by = :claimed_by AND attempts = :attempts))"
    ),
    "renew": (
        "UPDATE {table}effects SET state = :state, due_at = :due_at, "
        "note = :note, claimed_by = '', begun_at = NULL, key = :key, "
        "generation = :generation, doubted = 0 "
        "WHERE tenant = :tenant AND operation_id = :operation_id "
        "AND (:claimed_by = '' "
        "OR (claimed_by = :claimed_by AND attempts = :attempts))"
    ),
    "timers": (
        "SELECT order_id, timers FROM {table}orders "
        "INDEXED BY {name}orders_by_timer "
        "WHERE tenant = :tenant AND timer_at <= :now "
        "AND timer_at IS NOT NULL ORDER BY timer_at, order_id"
    ),
    "timers_of_order": (
        "SELECT order_id, timers FROM {table}orders "
        "WHERE tenant = :tenant AND order_id = :order_id"
    ),
    "person": (
        "SELECT document FROM {table}people WHERE tenant = ? AND ref = ?"
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
        "UPDATE {table}answers SET fingerprint = '' "
        "WHERE tenant = ? AND order_id = ? AND personal <> 0"
    ),
    "forget_customer": (
        "UPDATE {table}answers SET fingerprint = '' "
        "WHERE tenant = ? AND personal <> 0 AND order_id IN ("
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
