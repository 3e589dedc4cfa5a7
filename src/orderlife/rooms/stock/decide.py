"""What a reservation answers to a step, or to the stock keeper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias, assert_never

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
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
from orderlife.rooms.exceptions.messages import CloseExceptions
from orderlife.rooms.exceptions.opening import answered
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
    ReduceBackorder,
    ReleaseStock,
    ReservationBackordered,
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

__all__ = [
    "allocate",
    "check_backorder",
    "consume",
    "expire",
    "reduce",
    "release",
    "report",
    "reserve",
]

Reported: TypeAlias = (
    StockHeld
    | StockRefused
    | StockAllocated
    | StockLost
    | StockReleased
    | StockReleaseRequested
    | StockContradicted
)
"""What an answer of the stock keeper may be recorded as."""


def reserve(
    case: Case, step: ReserveStock, context: Context
) -> list[ReservationBackordered | ReservationRequested]:
    """Hold stock, or wait for what is known not to be there."""
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


def allocate(
    reservation: Reservation, step: AllocateStock, context: Context
) -> list[AllocationRequested]:
    """Give what is held to the order for good."""
    RESERVATION.step(
        reservation.reservation_id,
        reservation.state,
        ReservationTrigger.ALLOCATE,
    )
    return [
        AllocationRequested(
            reservation_id=reservation.reservation_id,
            operation_id=_operation(reservation, "allocate"),
        )
    ]


def expire(
    reservation: Reservation, step: ExpireStock, context: Context
) -> list[ReservationExpired]:
    """Give back what nobody has paid for in time."""
    RESERVATION.step(
        reservation.reservation_id,
        reservation.state,
        ReservationTrigger.EXPIRE,
    )
    return [
        ReservationExpired(
            reservation_id=reservation.reservation_id,
            operation_id=_operation(reservation, "release"),
            items=reservation.items,
        )
    ]


def _operation(reservation: Reservation, kind: str) -> str:
    return f"{reservation.reservation_id}:{kind}:{reservation.operations + 1}"


def check_backorder(
    reservation: Reservation, step: CheckBackorder, context: Context
) -> list[BackorderChecked]:
    """Ask again for what a reservation waits for."""
    RESERVATION.step(
        reservation.reservation_id,
        reservation.state,
        ReservationTrigger.ALLOCATE,
    )
    waiting = reservation.state is ReservationState.BACKORDERED
    if not waiting or reservation.pending or reservation.items:
        return []  # it is being asked for, or on its way already
    return [
        BackorderChecked(
            reservation_id=reservation.reservation_id,
            operation_id=_operation(reservation, "reserve"),
            demands=reservation.demands,
            until=step.until,
            check_at=step.check_at,
            in_line=step.in_line,
        )
    ]


def consume(
    reservation: Reservation, step: ConsumeStock, context: Context
) -> list[StockConsumed]:
    """Take units off the stock: they have left, or are not there."""
    return [
        StockConsumed(
            reservation_id=reservation.reservation_id,
            operation_id=_operation(reservation, "consume"),
            items=_pick(reservation.items, step.quantities, step.place),
            subject=step.subject,
            written_off=step.written_off,
        )
    ]


def release(
    reservation: Reservation, step: ReleaseStock, context: Context
) -> Sequence[StockReleaseRequested | BackorderReduced]:
    """Give back what is held, or wait for it no longer."""
    if (
        reservation.state is ReservationState.BACKORDERED
        and not reservation.items
    ):
        return _reduce(
            reservation, {d.line_id: d.quantity for d in reservation.demands}
        )
    items = reservation.items if step.items is None else step.items
    return [_giving_back(reservation, items)] if items else []


def reduce(
    reservation: Reservation, step: ReduceBackorder, context: Context
) -> list[BackorderReduced]:
    """Wait for fewer units."""
    return _reduce(reservation, step.quantities)


def _reduce(
    reservation: Reservation, quantities: Quantities
) -> list[BackorderReduced]:
    """Wait for fewer units; who waits for none leaves the line."""
    waits = any(
        demand.quantity > quantities.get(demand.line_id, 0)
        for demand in reservation.demands
    )
    leaves = reservation.in_line is not None and not waits
    return [
        BackorderReduced(
            reservation_id=reservation.reservation_id,
            quantities=quantities,
            left_by=_operation(reservation, "release") if leaves else "",
        )
    ]


def _pick(
    items: tuple[StockItem, ...], quantities: Quantities, place: str
) -> tuple[StockItem, ...]:
    """Take units of some lines out of what is held at a place."""
    remaining = dict(quantities)
    taken = []
    for item in items:
        units = min(item.quantity, remaining.get(item.line_id, 0))
        if item.place == place and units:
            remaining[item.line_id] -= units
            whole = units == item.quantity
            taken.append(item if whole else replace(item, quantity=units))
    return tuple(taken)


def report(
    reservation: Reservation, fact: StockReported, context: Context
) -> Iterator[Reported | CloseExceptions]:
    """Record what the stock keeper answered.  Never refuses."""
    yield from _reported(reservation, fact)
    yield from answered(fact.operation_id, fact.outcome)


def _reported(reservation: Reservation, fact: StockReported) -> list[Reported]:
    outcome = fact.outcome
    match outcome:
        case Unknown():
            return []  # the driver finds out; nothing is known yet
        case HeldStock():
            return _held(reservation, fact.operation_id, outcome)
        case StockShort():
            if not _awaits(reservation, fact.operation_id, "reserve"):
                return []
            return [
                StockRefused(
                    reservation_id=reservation.reservation_id,
                    shortages=outcome.shortages,
                )
            ]
        case StockChanged():
            return _changed(reservation, fact.operation_id)
        case StockGone():
            return _gone(reservation, fact.operation_id, outcome)
        case _:
            assert_never(outcome)


def _awaits(reservation: Reservation, operation_id: str, kind: str) -> bool:
    """Whether an operation of a kind is still to be answered."""
    return reservation.pending == operation_id and f":{kind}:" in operation_id


def _held(
    reservation: Reservation, operation_id: str, outcome: HeldStock
) -> list[Reported]:
    fitting, strange = _sorted_out(reservation, outcome.items)
    events: list[Reported] = [
        StockHeld(
            reservation_id=reservation.reservation_id,
            operation_id=operation_id,
            items=fitting,
            short=_short(reservation, fitting),
        )
    ]
    if reservation.refused and operation_id == reservation.refused and fitting:
        # Yes after no: nobody waits for it any more.
        return [*events, _giving_back(reservation, fitting)]
    if not _awaits(reservation, operation_id, "reserve"):
        return []  # heard before
    if not fitting and (reservation.waited or not reservation.partial):
        events = [
            StockRefused(
                reservation_id=reservation.reservation_id, shortages=()
            )
        ]
    if strange:
        events.append(_contradicted(reservation, strange))
    return events


def _sorted_out(
    reservation: Reservation, items: tuple[StockItem, ...]
) -> tuple[tuple[StockItem, ...], tuple[StockItem, ...]]:
    """Part what was asked for from what nobody has asked for."""
    asked = {(demand.line_id, demand.sku) for demand in reservation.demands}
    there = [item for item in items if item.quantity > 0]
    return (
        tuple(i for i in there if (i.line_id, i.sku) in asked),
        tuple(i for i in there if (i.line_id, i.sku) not in asked),
    )


def _short(
    reservation: Reservation, items: tuple[StockItem, ...]
) -> tuple[Demand, ...]:
    """What is still missing, whatever the stock keeper says of it."""
    there: dict[str, int] = {}
    for item in items:
        there[item.line_id] = there.get(item.line_id, 0) + item.quantity
    return tuple(
        attrs.evolve(demand, quantity=missing)
        for demand in reservation.demands
        if (missing := demand.quantity - there.get(demand.line_id, 0)) > 0
    )


def _contradicted(
    reservation: Reservation, strange: tuple[StockItem, ...]
) -> StockContradicted:
    asked = ", ".join(f"{d.quantity} x {d.sku}" for d in reservation.demands)
    found = ", ".join(
        f"{item.quantity} x {item.sku} for line {item.line_id}"
        for item in strange
    )
    return StockContradicted(
        reservation_id=reservation.reservation_id,
        contradiction=Contradiction(
            ExceptionKind.UNMATCHED_FACT,
            reservation.reservation_id,
            f"{asked} for reservation {reservation.reservation_id}",
            f"{found} is held",
        ),
    )


def _giving_back(
    reservation: Reservation, items: tuple[StockItem, ...]
) -> StockReleaseRequested:
    return StockReleaseRequested(
        reservation_id=reservation.reservation_id,
        operation_id=_operation(reservation, "release"),
        items=items,
    )


def _changed(reservation: Reservation, operation_id: str) -> list[Reported]:
    if operation_id in reservation.leaving:
        return [
            StockReleased(
                reservation_id=reservation.reservation_id,
                operation_id=operation_id,
            )
        ]
    if _awaits(reservation, operation_id, "allocate"):
        return [StockAllocated(reservation_id=reservation.reservation_id)]
    return []  # heard before, or a movement that nothing waits for


def _gone(
    reservation: Reservation, operation_id: str, outcome: StockGone
) -> list[Reported]:
    if operation_id in reservation.leaving:
        # What had run out is back on the shelf all the same.
        return _changed(reservation, operation_id)
    if not _awaits(reservation, operation_id, "allocate"):
        return []
    return [
        StockLost(
            reservation_id=reservation.reservation_id, reason=outcome.reason
        )
    ]
