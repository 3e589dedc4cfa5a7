"""What reservations ask of the inventory, and what it answers them."""

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
    """Hold stock that was waited for, or wait in line for it."""
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
    """Give what is held to the order for good."""
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
    """Wait in line no longer, if nothing is waited for any more."""
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
    """What the stock keeper has answered, once it has.

    That goods are gone which have left the building is a person's.
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
