"""The intents of reservation events for the inventory; their answers."""

from __future__ import annotations

from collections.abc import Iterator

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife.ports.base import Unknown
from orderlife.ports.inventory import (
    Allocate,
    Consume,
    InventoryOutcome,
    Release,
    Reserve,
    StockGone,
)
from orderlife.rooms.stock.messages import (
    AllocationRequested,
    BackorderChecked,
    BackorderReduced,
    ReservationExpired,
    ReservationRequested,
    StockConsumed,
    StockReleaseRequested,
    StockReported,
)

__all__ = [
    "allocate",
    "ask_again",
    "consume",
    "leave_the_line",
    "release",
    "reported",
    "reserve",
]


def reserve(
    case: Case, event: ReservationRequested, context: Context
) -> list[Reserve]:
    """Hold stock."""
    return [
        Reserve(
            operation_id=event.operation_id,
            order_id=case.order_id,
            reservation_id=event.reservation_id,
            demands=event.demands,
            until=event.until,
            partial=event.partial,
        )
    ]


def ask_again(
    case: Case, event: BackorderChecked, context: Context
) -> list[Reserve]:
    """Hold stock for back-ordered units, or wait in line for it."""
    return [
        Reserve(
            operation_id=event.operation_id,
            order_id=case.order_id,
            reservation_id=event.reservation_id,
            demands=event.demands,
            until=event.until,
            in_line=event.in_line,
        )
    ]


def allocate(
    case: Case, event: AllocationRequested, context: Context
) -> list[Allocate]:
    """Allocate the held stock to the order."""
    return [
        Allocate(
            operation_id=event.operation_id,
            order_id=case.order_id,
            reservation_id=event.reservation_id,
        )
    ]


def consume(
    case: Case, event: StockConsumed, context: Context
) -> list[Consume]:
    """Take units off the stock."""
    return [
        Consume(
            operation_id=event.operation_id,
            order_id=case.order_id,
            reservation_id=event.reservation_id,
            items=event.items,
            written_off=event.written_off,
        )
    ]


def release(
    case: Case,
    event: StockReleaseRequested | ReservationExpired,
    context: Context,
) -> list[Release]:
    """Give units back."""
    return [
        Release(
            operation_id=event.operation_id,
            order_id=case.order_id,
            reservation_id=event.reservation_id,
            items=event.items,
        )
    ]


def leave_the_line(
    case: Case, event: BackorderReduced, context: Context
) -> Iterator[Release]:
    """Leave the line, if no units are waited for any more."""
    if event.left_by:
        yield Release(
            operation_id=event.left_by,
            order_id=case.order_id,
            reservation_id=event.reservation_id,
            items=(),
        )


def reported(
    intent: Reserve | Allocate | Consume | Release, outcome: InventoryOutcome
) -> StockReported | None:
    """The inventory's answer as a fact.

    If shipped goods were not in stock, a person has to settle that.
    """
    gone = isinstance(intent, Consume) and isinstance(outcome, StockGone)
    if gone or isinstance(outcome, Unknown):
        return None
    return StockReported(
        order_id=intent.order_id,
        reservation_id=intent.reservation_id,
        operation_id=intent.operation_id,
        outcome=outcome,
    )
