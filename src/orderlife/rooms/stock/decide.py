"""The rules of a reservation for steps and for the inventory's answers."""

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
"""The events that record an answer of the inventory."""


def reserve(
    case: Case, step: ReserveStock, context: Context
) -> list[ReservationBackordered | ReservationRequested]:
    """Hold stock, or back-order units that are known to be missing."""
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
    """Allocate the held stock to the order."""
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
    """Release stock that was not paid for in time."""
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
    """Ask again for the units that a reservation waits for."""
    RESERVATION.step(
        reservation.reservation_id,
        reservation.state,
        ReservationTrigger.ALLOCATE,
    )
    waiting = reservation.state is ReservationState.BACKORDERED
    if not waiting or reservation.pending or reservation.items:
        return []  # it is being asked for, or held already
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
    """Take units off the stock that have left, or are missing."""
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
    """Release held stock, or stop waiting for it."""
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
    """Wait for fewer units; for none, leave the line."""
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
    """Select units of some lines among those held, by place."""
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
    """Record an answer of the inventory.  Never refuses."""
    yield from _reported(reservation, fact)
    yield from answered(fact.operation_id, fact.outcome)


def _reported(reservation: Reservation, fact: StockReported) -> list[Reported]:
    outcome = fact.outcome
    match outcome:
        case Unknown():
            return []  # the engine looks the outcome up; nothing is known yet
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
    """Whether an operation of a kind has no answer yet."""
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
        # A success after a refusal is not awaited any more.
        return [*events, _giving_back(reservation, fitting)]
    if not _awaits(reservation, operation_id, "reserve"):
        return []  # reported before
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
    """Separate the units that were asked for from the others."""
    asked = {(demand.line_id, demand.sku) for demand in reservation.demands}
    there = [item for item in items if item.quantity > 0]
    return (
        tuple(i for i in there if (i.line_id, i.sku) in asked),
        tuple(i for i in there if (i.line_id, i.sku) not in asked),
    )


def _short(
    reservation: Reservation, items: tuple[StockItem, ...]
) -> tuple[Demand, ...]:
    """The units that are still missing, by our own count."""
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
    return []  # reported before, or a movement that nothing waits for


def _gone(
    reservation: Reservation, operation_id: str, outcome: StockGone
) -> list[Reported]:
    if operation_id in reservation.leaving:
        # The units of an expired hold are on the shelf again, too.
        return _changed(reservation, operation_id)
    if not _awaits(reservation, operation_id, "allocate"):
        return []
    return [
        StockLost(
            reservation_id=reservation.reservation_id, reason=outcome.reason
        )
    ]
