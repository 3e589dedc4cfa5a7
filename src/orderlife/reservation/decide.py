"""What a reservation answers to a step or a fact."""

from __future__ import annotations

from typing import assert_never

from orderlife.messages import Contradiction, ExceptionKind, Quantities
from orderlife.ports.base import Unknown
from orderlife.ports.inventory import (
    HeldStock,
    StockChanged,
    StockGone,
    StockItem,
    StockShort,
)
from orderlife.reservation.lifecycle import RESERVATION, ReservationTrigger
from orderlife.reservation.messages import (
    AllocateStock,
    AllocationRequested,
    BackorderChecked,
    CheckBackorder,
    ConsumeStock,
    ExpireStock,
    ReleaseStock,
    ReservationBackordered,
    ReservationEvent,
    ReservationExpired,
    ReservationRequested,
    ReservationStep,
    ReserveStock,
    StockAllocated,
    StockConsumed,
    StockContradicted,
    StockHeld,
    StockLost,
    StockRefused,
    StockReleased,
    StockReleaseRequested,
    StockReported,
)
from orderlife.reservation.model import Reservation

__all__ = ["decide", "decide_first", "decide_report"]

_T = ReservationTrigger


def decide_first(step: ReserveStock) -> list[ReservationEvent]:
    """Answer the step that makes a reservation."""
    if step.backordered and step.check_at is not None:
        return [
            ReservationBackordered(
                reservation_id=step.reservation_id,
                demands=step.demands,
                check_at=step.check_at,
            )
        ]
    return [
        ReservationRequested(
            reservation_id=step.reservation_id,
            operation_id=f"{step.reservation_id}:reserve:1",
            demands=step.demands,
            until=step.until,
            partial=step.partial,
            check_at=step.check_at,
        )
    ]


def decide(
    held: Reservation, step: ReservationStep
) -> list[ReservationEvent]:
    """Answer a step.

    Raises:
        IllegalTransitionError: the lifecycle has no such step.
    """
    match step:
        case ReserveStock():
            return []  # it is there already
        case CheckBackorder():
            return _check_backorder(held, step)
        case AllocateStock():
            RESERVATION.step(held.reservation_id, held.state, _T.ALLOCATE)
            return [
                AllocationRequested(
                    reservation_id=held.reservation_id,
                    operation_id=_operation(held, "allocate"),
                )
            ]
        case ConsumeStock():
            return _consume(held, step)
        case ReleaseStock():
            return _release(held, step)
        case ExpireStock():
            RESERVATION.step(held.reservation_id, held.state, _T.EXPIRE)
            return [
                ReservationExpired(
                    reservation_id=held.reservation_id,
                    operation_id=_operation(held, "release"),
                    items=held.items,
                )
            ]
        case _:
            assert_never(step)


def _operation(held: Reservation, kind: str) -> str:
    return f"{held.reservation_id}:{kind}:{held.operations + 1}"


def _check_backorder(
    held: Reservation, step: CheckBackorder
) -> list[ReservationEvent]:
    RESERVATION.step(held.reservation_id, held.state, _T.ALLOCATE)
    if held.pending or held.items:
        return []  # it is being asked for, or on its way already
    return [
        BackorderChecked(
            reservation_id=held.reservation_id,
            operation_id=_operation(held, "reserve"),
            demands=held.demands,
            until=step.until,
            check_at=step.check_at,
        )
    ]


def _consume(
    held: Reservation, step: ConsumeStock
) -> list[ReservationEvent]:
    items = _pick(held.items, step.quantities, step.place)
    found = sum(item.quantity for item in items)
    wanted = sum(step.quantities.values())
    events: list[ReservationEvent] = []
    if found < wanted:
        why = Contradiction(
            ExceptionKind.STOCK_LOST,
            step.subject,
            f"{wanted} units of reservation {held.reservation_id}",
            f"{found} units were held when they left {step.place}",
        )
        events.append(
            StockContradicted(
                reservation_id=held.reservation_id, contradiction=why
            )
        )
    if items:
        events.append(
            StockConsumed(
                reservation_id=held.reservation_id,
                operation_id=_operation(held, "consume"),
                items=items,
                subject=step.subject,
                written_off=step.written_off,
            )
        )
    return events


def _release(
    held: Reservation, step: ReleaseStock
) -> list[ReservationEvent]:
    if RESERVATION.is_terminal(held.state) and not held.items:
        return []
    if step.quantities is None:
        items = held.items
    else:
        items = _pick(held.items, step.quantities, None)
    operation_id = _operation(held, "release")
    if items:
        return [
            StockReleaseRequested(
                reservation_id=held.reservation_id,
                operation_id=operation_id,
                items=items,
            )
        ]
    if step.quantities is None and not held.leaving and not held.pending:
        # Back-ordered: nothing was held, so nothing comes back.
        return [
            StockReleased(
                reservation_id=held.reservation_id,
                operation_id=operation_id,
            )
        ]
    return []


def _pick(
    items: tuple[StockItem, ...],
    quantities: Quantities,
    place: str | None,
) -> tuple[StockItem, ...]:
    """Take units of some lines out of what is held."""
    left = dict(quantities)
    taken = []
    for item in items:
        if place is not None and item.place != place:
            continue
        units = min(item.quantity, left.get(item.line_id, 0))
        if units:
            left[item.line_id] -= units
            taken.append(
                StockItem(
                    line_id=item.line_id,
                    sku=item.sku,
                    place=item.place,
                    quantity=units,
                )
            )
    return tuple(taken)


def decide_report(
    held: Reservation, fact: StockReported
) -> list[ReservationEvent]:
    """Take down what the stock keeper answered.  Never refuses."""
    outcome = fact.outcome
    match outcome:
        case Unknown():
            return []  # the driver finds out; nothing is known yet
        case HeldStock():
            return _held(held, fact.operation_id, outcome)
        case StockShort():
            if fact.operation_id != held.pending:
                return []
            return [
                StockRefused(
                    reservation_id=held.reservation_id,
                    shortages=outcome.shortages,
                )
            ]
        case StockChanged():
            return _changed(held, fact.operation_id)
        case StockGone():
            return _gone(held, fact.operation_id, outcome)
        case _:
            assert_never(outcome)


def _held(
    held: Reservation, operation_id: str, outcome: HeldStock
) -> list[ReservationEvent]:
    if operation_id != held.pending:
        return []  # heard before
    events: list[ReservationEvent] = [
        StockHeld(
            reservation_id=held.reservation_id,
            operation_id=operation_id,
            items=outcome.items,
            short=outcome.short,
        )
    ]
    if RESERVATION.is_terminal(held.state) and outcome.items:
        events.append(
            StockReleaseRequested(
                reservation_id=held.reservation_id,
                operation_id=_operation(held, "release"),
                items=outcome.items,
            )
        )
    return events


def _changed(
    held: Reservation, operation_id: str
) -> list[ReservationEvent]:
    if operation_id in held.leaving:
        return [
            StockReleased(
                reservation_id=held.reservation_id, operation_id=operation_id
            )
        ]
    if operation_id == held.pending:
        return [StockAllocated(reservation_id=held.reservation_id)]
    return []  # heard before, or a movement that nothing waits for


def _gone(
    held: Reservation, operation_id: str, outcome: StockGone
) -> list[ReservationEvent]:
    if operation_id in held.leaving:
        # What had run out is back on the shelf all the same.
        return _changed(held, operation_id)
    if operation_id == held.pending:
        return [
            StockLost(
                reservation_id=held.reservation_id, reason=outcome.reason
            )
        ]
    return []
