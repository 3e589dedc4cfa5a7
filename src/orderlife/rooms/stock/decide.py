"""What a reservation answers to a step or a fact."""

from __future__ import annotations

from typing import assert_never

import attrs

from orderlife._kernel.messages import Contradiction, ExceptionKind, Quantities
from orderlife._values.replacing import replace
from orderlife.ports.base import Unknown
from orderlife.ports.inventory import (
    Demand,
    HeldStock,
    StockChanged,
    StockGone,
    StockItem,
    StockShort,
)
from orderlife.rooms.stock.lifecycle import (
    RESERVATION,
    ReservationState,
    ReservationTrigger,
)
from orderlife.rooms.stock.messages import (
    AllocateStock,
    AllocationRequested,
    BackorderChecked,
    BackorderReduced,
    CheckBackorder,
    ConsumeStock,
    ExpireStock,
    HeldStep,
    ReduceBackorder,
    ReleaseStock,
    ReservationBackordered,
    ReservationEvent,
    ReservationExpired,
    ReservationRequested,
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
from orderlife.rooms.stock.model import Reservation

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


def decide(held: Reservation, step: HeldStep) -> list[ReservationEvent]:
    """Answer a step.

    Raises:
        IllegalTransitionError: the lifecycle has no such step.
    """
    match step:
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
        case ReduceBackorder():
            return _reduce(held, step.quantities)
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
    waiting = held.state is ReservationState.BACKORDERED
    if not waiting or held.pending or held.items:
        return []  # it is being asked for, or on its way already
    return [
        BackorderChecked(
            reservation_id=held.reservation_id,
            operation_id=_operation(held, "reserve"),
            demands=held.demands,
            until=step.until,
            check_at=step.check_at,
            in_line=step.in_line,
        )
    ]


def _consume(held: Reservation, step: ConsumeStock) -> list[ReservationEvent]:
    return [
        StockConsumed(
            reservation_id=held.reservation_id,
            operation_id=_operation(held, "consume"),
            items=_pick(held.items, step.quantities, step.place),
            subject=step.subject,
            written_off=step.written_off,
        )
    ]


def _release(held: Reservation, step: ReleaseStock) -> list[ReservationEvent]:
    if held.state is ReservationState.BACKORDERED and not held.items:
        return _reduce(held, {d.line_id: d.quantity for d in held.demands})
    items = held.items if step.items is None else step.items
    return [_giving_back(held, items)] if items else []


def _reduce(
    held: Reservation, quantities: Quantities
) -> list[ReservationEvent]:
    """Wait for fewer units; who waits for none leaves the line."""
    waits = any(
        demand.quantity > quantities.get(demand.line_id, 0)
        for demand in held.demands
    )
    leaves = held.in_line is not None and not waits
    return [
        BackorderReduced(
            reservation_id=held.reservation_id,
            quantities=quantities,
            left_by=_operation(held, "release") if leaves else "",
        )
    ]


def _pick(
    items: tuple[StockItem, ...], quantities: Quantities, place: str
) -> tuple[StockItem, ...]:
    """Take units of some lines out of what is held at a place."""
    left = dict(quantities)
    taken = []
    for item in items:
        units = min(item.quantity, left.get(item.line_id, 0))
        if item.place == place and units:
            left[item.line_id] -= units
            whole = units == item.quantity
            taken.append(item if whole else replace(item, quantity=units))
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
            if not _awaits(held, fact.operation_id, "reserve"):
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


def _awaits(held: Reservation, operation_id: str, kind: str) -> bool:
    """Whether an operation of a kind is still to be answered."""
    return held.pending == operation_id and f":{kind}:" in operation_id


def _held(
    held: Reservation, operation_id: str, outcome: HeldStock
) -> list[ReservationEvent]:
    fitting, strange = _sorted_out(held, outcome.items)
    events: list[ReservationEvent] = [
        StockHeld(
            reservation_id=held.reservation_id,
            operation_id=operation_id,
            items=fitting,
            short=_short(held, fitting),
        )
    ]
    if held.refused and operation_id == held.refused and fitting:
        # Yes after no: nobody waits for it any more.
        return [*events, _giving_back(held, fitting)]
    if not _awaits(held, operation_id, "reserve"):
        return []  # heard before
    if not fitting and (held.waited or not held.partial):
        events = [
            StockRefused(reservation_id=held.reservation_id, shortages=())
        ]
    if strange:
        events.append(_contradicted(held, strange))
    return events


def _sorted_out(
    held: Reservation, items: tuple[StockItem, ...]
) -> tuple[tuple[StockItem, ...], tuple[StockItem, ...]]:
    """Part what was asked for from what nobody has asked for."""
    asked = {(demand.line_id, demand.sku) for demand in held.demands}
    there = [item for item in items if item.quantity > 0]
    return (
        tuple(i for i in there if (i.line_id, i.sku) in asked),
        tuple(i for i in there if (i.line_id, i.sku) not in asked),
    )


def _short(
    held: Reservation, items: tuple[StockItem, ...]
) -> tuple[Demand, ...]:
    """What is still missing, whatever the stock keeper says of it."""
    there: dict[str, int] = {}
    for item in items:
        there[item.line_id] = there.get(item.line_id, 0) + item.quantity
    return tuple(
        attrs.evolve(demand, quantity=missing)
        for demand in held.demands
        if (missing := demand.quantity - there.get(demand.line_id, 0)) > 0
    )


def _contradicted(
    held: Reservation, strange: tuple[StockItem, ...]
) -> StockContradicted:
    asked = ", ".join(f"{d.quantity} x {d.sku}" for d in held.demands)
    found = ", ".join(
        f"{item.quantity} x {item.sku} for line {item.line_id}"
        for item in strange
    )
    return StockContradicted(
        reservation_id=held.reservation_id,
        contradiction=Contradiction(
            ExceptionKind.UNMATCHED_FACT,
            held.reservation_id,
            f"{asked} for reservation {held.reservation_id}",
            f"{found} is held",
        ),
    )


def _giving_back(
    held: Reservation, items: tuple[StockItem, ...]
) -> StockReleaseRequested:
    return StockReleaseRequested(
        reservation_id=held.reservation_id,
        operation_id=_operation(held, "release"),
        items=items,
    )


def _changed(held: Reservation, operation_id: str) -> list[ReservationEvent]:
    if operation_id in held.leaving:
        return [
            StockReleased(
                reservation_id=held.reservation_id, operation_id=operation_id
            )
        ]
    if _awaits(held, operation_id, "allocate"):
        return [StockAllocated(reservation_id=held.reservation_id)]
    return []  # heard before, or a movement that nothing waits for


def _gone(
    held: Reservation, operation_id: str, outcome: StockGone
) -> list[ReservationEvent]:
    if operation_id in held.leaving:
        # What had run out is back on the shelf all the same.
        return _changed(held, operation_id)
    if not _awaits(held, operation_id, "allocate"):
        return []
    return [
        StockLost(reservation_id=held.reservation_id, reason=outcome.reason)
    ]
