"""A life at its end: held against what is written, and the bank."""

from __future__ import annotations

from collections.abc import Iterator

from orderlife import OrderView
from orderlife.demo.scenario import Ends
from orderlife.rooms.payment.model import MovementKind
from orderlife.testing import FakeGateway, InMemoryInventory

__all__ = ["ended_otherwise", "unlike_the_bank"]


def ended_otherwise(
    ends: Ends, view: OrderView, warehouse: InMemoryInventory
) -> Iterator[str]:
    """Name what an end has otherwise than it is written.

    Args:
        ends: as it is written.
        view: the order at its end.
        warehouse: where its goods came from.
    """
    actual: dict[str, object] = {
        name: getattr(view.status, name) for name in ends.statuses
    }
    actual |= {name: getattr(view, name) for name in ends.amounts}
    actual["exceptions"] = _settled(view)
    actual |= {
        f"on hand of {sku}": warehouse.level(sku).on_hand
        for sku in ends.on_hand
    }
    expected: dict[str, object] = {**ends.statuses, **ends.amounts}
    expected["exceptions"] = ends.exceptions
    expected |= {f"on hand of {s}": n for s, n in ends.on_hand.items()}
    for name, value in expected.items():
        if actual[name] != value:
            yield (
                f"it ends with {name} {_shown(actual[name])}, not "
                f"{_shown(value)}"
            )


def unlike_the_bank(view: OrderView, bank: FakeGateway) -> Iterator[str]:
    """Name the sums of which the order says one thing, the bank another."""
    order_id = view.id
    sums = view.balance()
    by_hand = sum(
        moved.minor
        for moved in view.order.movements
        if moved.kind is MovementKind.SETTLED_BY_HAND
    )
    books = {
        "secured": (sums.open, bank.open_minor(order_id)),
        "captured": (sums.captured, bank.captured_minor(order_id)),
        "refunded": (
            sums.refunded - by_hand,
            bank.refunded_minor(order_id) + bank.credited_minor(order_id),
        ),
        "charged back": (
            sums.charged_back,
            bank.charged_back_minor(order_id),
        ),
    }
    for what, (ours, theirs) in books.items():
        if ours != theirs:
            yield (
                f"invariant 11: we say {ours} {what}, the bank says {theirs}"
            )


def _settled(view: OrderView) -> tuple[str, ...]:
    return tuple(
        f"{item.contradiction.kind.value}: "
        f"{'open' if item.remedy is None else item.remedy.value}"
        for item in view.order.exceptions
    )


def _shown(value: object) -> str:
    return (
        ", ".join(value) or "none" if isinstance(value, tuple) else f"{value}"
    )
