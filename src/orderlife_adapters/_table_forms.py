"""The tables of orders and stock, in a short form.

The feed of all events is kept in another way on SQLite, where one writes
at a time, than on PostgreSQL, where many do.
"""

from __future__ import annotations

from typing import Final

import attrs

from orderlife_adapters._migrations import Dialect

__all__ = ["FORMS", "OWN", "Form"]


@attrs.frozen
class Form:
    """A table, in a short form.

    Columns go by types of ours; with a question mark: may be NULL.
    """

    columns: str
    key: str
    checks: dict[str, str] = attrs.field(factory=dict)
    indexes: dict[str, tuple[str, str]] = attrs.field(factory=dict)
    """The columns, and of which rows; empty: of all."""
    once: dict[str, tuple[str, str]] = attrs.field(factory=dict)
    """Indexes of the same form, in which nothing stands twice."""


def _kinds(columns: str) -> str:
    """A check that columns hold texts or bytes."""
    return " AND ".join(
        f"typeof({column}) IN ('text', 'blob')" for column in columns.split()
    )


_UNITS: Final = "BETWEEN 0 AND 1000000000000000"
_POOLS: Final = "('outside', 'available', 'held', 'allocated', 'unavailable')"

FORMS: Final[dict[str, Form]] = {
    "versions": Form(
        columns="component:text version:small oldest:small",
        key="component",
    ),
    "stores": Form(columns="number:number id:exact", key="number"),
    "orders": Form(
        columns=(
            "tenant:exact order_id:exact version:number head:exact "
            "timers:text timer_at:number? placed_at:number? channel:exact "
            "channel_number:exact customer_id:exact order_status:exact "
            "payment_status:exact fulfilment_status:exact "
            "returns_status:exact open_exceptions:number currency:exact "
            "total_minor:number updated_at:number asked:number "
            "decisions:number snapshot:number put_off:number? "
            "closed_at:number? archived:flag"
        ),
        key="tenant order_id",
        checks={
            "orders_version": "version >= 1",
            "orders_exceptions": "open_exceptions >= 0",
            "orders_timers": "(timer_at IS NULL) = (timers = '')",
        },
        indexes={
            "orders_by_number": (
                "tenant channel_number order_id",
                "channel_number <> ''",
            ),
            "orders_by_channel": (
                "tenant channel order_id",
                "channel <> ''",
            ),
            "orders_by_customer": (
                "tenant customer_id order_id",
                "customer_id <> ''",
            ),
            "orders_by_order_status": ("tenant order_status order_id", ""),
            "orders_by_payment_status": ("tenant payment_status order_id", ""),
            "orders_by_fulfilment_status": (
                "tenant fulfilment_status order_id",
                "",
            ),
            "orders_by_returns_status": ("tenant returns_status order_id", ""),
            "orders_with_exceptions": (
                "tenant order_id",
                "open_exceptions > 0",
            ),
            "orders_by_timer": (
                "tenant timer_at order_id",
                "timer_at IS NOT NULL AND put_off IS NULL",
            ),
            "orders_put_off": (
                "tenant put_off order_id",
                "put_off IS NOT NULL",
            ),
            "orders_closed": ("tenant closed_at", "closed_at IS NOT NULL"),
        },
    ),
    "decisions": Form(
        columns=(
            "tenant:exact order_id:exact number:number first_version:number "
            "last_version:number input_id:exact fingerprint:text "
            "document:text digest:exact"
        ),
        key="tenant order_id number",
        checks={
            "decisions_number": "number >= 1",
            "decisions_versions": "last_version >= first_version",
        },
        once={
            "decisions_by_input": (
                "tenant order_id input_id",
                "input_id <> ''",
            )
        },
    ),
    "archives": Form(
        columns="tenant:exact order_id:exact document:bytes",
        key="tenant order_id",
    ),
    "snapshots": Form(
        columns=(
            "tenant:exact order_id:exact number:number version:number "
            "document:text"
        ),
        key="tenant order_id",
    ),
    "salts": Form(
        columns="tenant:exact order_id:exact number:number salt:exact",
        key="tenant order_id number",
    ),
    "effects": Form(
        columns=(
            "tenant:exact order_id:exact operation_id:exact ordinal:number "
            "port:exact state:exact due_at:number created_at:number "
            "attempts:number claimed_by:text note:text begun_at:number? "
            "generation:number store:number key:exact doubted:flag "
            "request_hash:exact intent:text"
        ),
        key="tenant order_id operation_id",
        checks={
            "effects_state": (
                "state IN ('pending', 'claimed', 'waiting', 'in_doubt', "
                "'done', 'declined', 'attention')"
            ),
            "effects_attempts": "attempts >= 0",
            "effects_generation": "generation >= 1",
        },
        indexes={
            "effects_due": (
                "tenant due_at",
                "state IN ('pending', 'claimed', 'waiting', 'in_doubt')",
            ),
            "effects_for_people": ("tenant port", "state = 'attention'"),
        },
    ),
    "cursors": Form(
        columns=(
            "tenant:exact consumer:exact position:number owner:exact "
            "until:number"
        ),
        key="tenant consumer",
        checks={"cursors_position": "position >= 0"},
    ),
    "people": Form(
        columns="tenant:exact order_id:exact ref:exact document:text",
        key="tenant order_id ref",
    ),
    "channel_numbers": Form(
        columns="tenant:exact channel:exact number:exact order_id:exact",
        key="tenant channel number",
    ),
    "denials": Form(
        columns=(
            "tenant:exact order_id:exact number:number command_id:text "
            "command:text actor:text why:text at:number"
        ),
        key="tenant order_id number",
    ),
    "stock": Form(
        columns=(
            "tenant:exact sku:exact place:exact bucket:number buckets:number "
            "rank:number available:number held:number allocated:number "
            "unavailable:number"
        ),
        key="tenant sku place bucket",
        checks={
            f"stock_{pool}": f"{pool} {_UNITS}"
            for pool in ("available", "held", "allocated", "unavailable")
        },
    ),
    "reservations": Form(
        columns=(
            "tenant:exact reservation_id:exact version:number state:exact "
            "cause:exact until:number consumed:flag"
        ),
        key="tenant reservation_id",
        checks={
            "reservations_version": "version >= 1",
            "reservations_state": (
                "state IN ('held', 'allocated', 'expired')"
            ),
        },
    ),
    "waits": Form(
        columns=(
            "tenant:exact reservation_id:exact line_id:exact sku:exact "
            "place:exact quantity:number order_id:exact since:number "
            "until:number"
        ),
        key="tenant sku reservation_id line_id place",
        checks={"waits_quantity": f"quantity {_UNITS}"},
        indexes={"waits_of_reservation": ("tenant reservation_id", "")},
    ),
    "reservation_items": Form(
        columns=(
            "tenant:exact reservation_id:exact line_id:exact sku:exact "
            "place:exact bucket:number quantity:number until:number?"
        ),
        key="tenant reservation_id line_id sku place bucket",
        checks={"reservation_items_quantity": f"quantity {_UNITS}"},
        indexes={
            "reservation_items_due": (
                "tenant sku until",
                "until IS NOT NULL",
            )
        },
    ),
    "movements": Form(
        columns=(
            "tenant:exact sequence:counted at:number kind:exact sku:exact "
            "place:exact quantity:number source:exact target:exact "
            "cause:exact reservation_id:exact line_id:exact"
        ),
        key="tenant sequence",
        checks={
            "movements_kind": (
                "kind IN ('received', 'held', 'released', 'expired', "
                "'allocated', 'consumed', 'written_off', 'returned', "
                "'adjusted', 'moved')"
            ),
            "movements_quantity": "quantity BETWEEN 1 AND 1000000000000000",
            "movements_source": f"source IN {_POOLS}",
            "movements_target": f"target IN {_POOLS}",
        },
    ),
    "operations": Form(
        columns=(
            "tenant:exact key:exact request_hash:exact document:text at:number"
        ),
        key="tenant key",
    ),
}

_DECISIONS: Final = FORMS["decisions"]
_EFFECTS: Final = FORMS["effects"]
_SNAPSHOTS: Final = FORMS["snapshots"]
OWN: Final[dict[Dialect, dict[str, Form]]] = {
    "postgresql": {
        "arrivals": Form(
            columns=(
                "tenant:exact arrival:counted order_id:exact number:number"
            ),
            key="tenant arrival",
        ),
        "feed": Form(
            columns=(
                "tenant:exact position:number order_id:exact number:number"
            ),
            key="tenant position",
            checks={"feed_position": "position >= 1"},
        ),
        "sequencers": Form(
            columns="tenant:exact position:number",
            key="tenant",
            checks={"sequencers_position": "position >= 0"},
        ),
    },
    "sqlite": {
        "decisions": attrs.evolve(
            _DECISIONS,
            columns=(
                "tenant:exact order_id:exact number:number position:number "
                "first_version:number last_version:number input_id:exact "
                "fingerprint:packed digest:packed document:packed"
            ),
            checks={
                "decisions_position": (
                    "position >= (last_version > first_version)"
                ),
                "decisions_kinds": _kinds("fingerprint digest document"),
                **_DECISIONS.checks,
            },
            once={
                "decisions_feed": ("tenant position", "position > 0"),
                **_DECISIONS.once,
            },
        ),
        "effects": attrs.evolve(
            _EFFECTS,
            columns=_EFFECTS.columns.replace(
                "request_hash:exact intent:text",
                "request_hash:packed intent:packed",
            ),
            checks={
                "effects_kinds": _kinds("request_hash intent"),
                **_EFFECTS.checks,
            },
            indexes={
                **_EFFECTS.indexes,
                "effects_due": (
                    "tenant due_at order_id ordinal",
                    (
                        "state <> 'done' AND state <> 'declined' "
                        "AND state <> 'attention'"
                    ),
                ),
            },
        ),
        "snapshots": attrs.evolve(
            _SNAPSHOTS,
            columns=_SNAPSHOTS.columns.replace("text", "packed"),
            checks={"snapshots_kinds": _kinds("document")},
        ),
    },
}
"""What keeps the feed, on each database in its own way; and what SQLite
keeps in less room."""
