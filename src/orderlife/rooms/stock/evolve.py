"""How events change a reservation, and by nothing else does it change."""

from __future__ import annotations

from typing import assert_never

from orderlife._kernel.messages import Quantities
from orderlife._values.replacing import replace
from orderlife.ports.inventory import Demand, StockItem
from orderlife.rooms.stock.lifecycle import (
    RESERVATION,
    ReservationState,
    ReservationTrigger,
)
from orderlife.rooms.stock.messages import (
    AllocationRequested,
    BackorderChecked,
    BackorderReduced,
    ReservationBackordered,
    ReservationBegun,
    ReservationChanged,
    ReservationExpired,
    StockAllocated,
    StockConsumed,
    StockContradicted,
    StockHeld,
    StockLost,
    StockRefused,
    StockReleased,
    StockReleaseRequested,
)
from orderlife.rooms.stock.model import Reservation

__all__ = ["begin", "evolve"]

_S, _T = ReservationState, ReservationTrigger


def begin(event: ReservationBegun) -> Reservation:
    """Make the reservation that an event begins."""
    if isinstance(event, ReservationBackordered):
        return Reservation(
            reservation_id=event.reservation_id,
            state=RESERVATION.after(RESERVATION.initial, _T.BACKORDER),
            demands=event.demands,
            check_at=event.check_at,
            waited=True,
        )
    return Reservation(
        reservation_id=event.reservation_id,
        state=RESERVATION.initial,
        demands=event.demands,
        until=event.until,
        check_at=event.check_at,
        pending=event.operation_id,
        operations=1,
        partial=event.partial,
    )


def evolve(held: Reservation, event: ReservationChanged) -> Reservation:
    """Give the state after an event."""
    match event:
        case StockHeld():
            return _held(held, event)
        case AllocationRequested():
            return replace(
                held,
                pending=event.operation_id,
                operations=held.operations + 1,
            )
        case StockAllocated():
            state = RESERVATION.after(held.state, _T.ALLOCATE)
            return replace(
                held, state=state, pending="", until=None, check_at=None
            )
        case StockConsumed():
            return _consumed(held, event)
        case StockReleaseRequested():
            return replace(
                held,
                items=_without(held.items, event.items),
                leaving={**held.leaving, event.operation_id: event.items},
                operations=held.operations + 1,
            )
        case StockReleased():
            return _released(held, event)
        case ReservationExpired():
            return replace(
                held,
                state=RESERVATION.after(held.state, _T.EXPIRE),
                items=(),
                leaving={**held.leaving, event.operation_id: event.items},
                operations=held.operations + 1,
            )
        case StockLost():
            state = RESERVATION.after(held.state, _T.EXPIRE)
            return replace(held, state=state, items=(), pending="")
        case StockRefused():
            if held.state is not _S.REQUESTED:
                return replace(held, pending="")
            state = RESERVATION.after(held.state, _T.REFUSE)
            return replace(held, state=state, pending="", refused=held.pending)
        case BackorderReduced():
            return _reduced(held, event)
        case BackorderChecked():
            return replace(
                held,
                pending=event.operation_id,
                operations=held.operations + 1,
                until=event.until,
                check_at=event.check_at,
                in_line=event.in_line,
            )
        case StockContradicted():
            return held
        case _:
            assert_never(event)


def _held(held: Reservation, event: StockHeld) -> Reservation:
    changed = replace(
        held,
        pending="",
        refused="",
        items=event.items,
        in_line=None if event.items else held.in_line,
    )
    if event.items and event.short:
        short = {demand.line_id: demand.quantity for demand in event.short}
        changed = replace(changed, demands=_less(held.demands, short))
    if held.state is not _S.REQUESTED:
        return changed
    trigger = _T.HOLD if event.items else _T.BACKORDER
    return replace(
        changed,
        state=RESERVATION.after(held.state, trigger),
        waited=not event.items,
    )


def _less(
    demands: tuple[Demand, ...], quantities: Quantities
) -> tuple[Demand, ...]:
    left = (
        replace(d, quantity=d.quantity - quantities.get(d.line_id, 0))
        for d in demands
    )
    return tuple(demand for demand in left if demand.quantity > 0)


def _reduced(held: Reservation, event: BackorderReduced) -> Reservation:
    demands = _less(held.demands, event.quantities)
    state = held.state
    if not demands:
        state = RESERVATION.after(state, _T.RELEASE)
    # Whoever still waits has to say so anew: for fewer.
    return replace(
        held,
        state=state,
        demands=demands,
        in_line=None,
        operations=held.operations + bool(event.left_by),
    )


def _consumed(held: Reservation, event: StockConsumed) -> Reservation:
    items = _without(held.items, event.items)
    state = held.state
    if not items and not held.leaving and RESERVATION.can(state, _T.CONSUME):
        state = RESERVATION.after(state, _T.CONSUME)
    return replace(
        held,
        state=state,
        items=items,
        operations=held.operations + 1,
        consumed=True,
    )


def _released(held: Reservation, event: StockReleased) -> Reservation:
    leaving = {**held.leaving}
    leaving.pop(event.operation_id, None)
    state = held.state
    if not held.items and not leaving:
        trigger = _T.CONSUME if held.consumed else _T.RELEASE
        if RESERVATION.can(state, trigger):
            state = RESERVATION.after(state, trigger)
    return replace(held, state=state, leaving=leaving)


def _without(
    items: tuple[StockItem, ...], taken: tuple[StockItem, ...]
) -> tuple[StockItem, ...]:
    left: dict[tuple[str, str], int] = {}
    for item in taken:
        key = (item.line_id, item.place)
        left[key] = left.get(key, 0) + item.quantity
    kept = []
    for item in items:
        units = left.get((item.line_id, item.place), 0)
        if not units:
            kept.append(item)
        elif units < item.quantity:
            left[(item.line_id, item.place)] = 0
            kept.append(replace(item, quantity=item.quantity - units))
        else:
            left[(item.line_id, item.place)] = units - item.quantity
    return tuple(kept)
