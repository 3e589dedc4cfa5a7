"""What the events of reservations ask of the inventory."""

from __future__ import annotations

from collections.abc import Iterator

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife.ports.inventory import Allocate, Consume, Release, Reserve
from orderlife.rooms.stock.messages import (
    AllocationRequested,
    BackorderChecked,
    BackorderReduced,
    ReservationExpired,
    ReservationRequested,
    StockConsumed,
    StockReleaseRequested,
)

__all__ = [
    "allocate",
    "ask_again",
    "consume",
    "leave_the_line",
    "release",
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
