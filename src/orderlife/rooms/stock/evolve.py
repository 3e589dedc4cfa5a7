"""How events change a reservation; nothing else changes it."""

from __future__ import annotations

from orderlife._kernel.messages import Quantities
from orderlife._kernel.room import Change, changes, makes
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
    ReservationExpired,
    ReservationRequested,
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

__all__ = ["CHANGES", "begin"]


def begin(event: ReservationBegun) -> Reservation:
    """Make the reservation that an event begins."""
    if isinstance(event, ReservationBackordered):
        return Reservation(
            reservation_id=event.reservation_id,
            state=RESERVATION.after(
                RESERVATION.initial, ReservationTrigger.BACKORDER
            ),
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


def _allocation_asked(
    reservation: Reservation, event: AllocationRequested
) -> Reservation:
    return replace(
        reservation,
        pending=event.operation_id,
        operations=reservation.operations + 1,
    )


def _allocated(reservation: Reservation, event: StockAllocated) -> Reservation:
    state = RESERVATION.after(reservation.state, ReservationTrigger.ALLOCATE)
    return replace(
        reservation, state=state, pending="", until=None, check_at=None
    )


def _release_asked(
    reservation: Reservation, event: StockReleaseRequested
) -> Reservation:
    return replace(
        reservation,
        items=_without(reservation.items, event.items),
        leaving={**reservation.leaving, event.operation_id: event.items},
        operations=reservation.operations + 1,
    )


def _expired(
    reservation: Reservation, event: ReservationExpired
) -> Reservation:
    return replace(
        reservation,
        state=RESERVATION.after(reservation.state, ReservationTrigger.EXPIRE),
        items=(),
        leaving={**reservation.leaving, event.operation_id: event.items},
        operations=reservation.operations + 1,
    )


def _lost(reservation: Reservation, event: StockLost) -> Reservation:
    state = RESERVATION.after(reservation.state, ReservationTrigger.EXPIRE)
    return replace(reservation, state=state, items=(), pending="")


def _refused(reservation: Reservation, event: StockRefused) -> Reservation:
    if reservation.state is not ReservationState.REQUESTED:
        return replace(reservation, pending="")
    state = RESERVATION.after(reservation.state, ReservationTrigger.REFUSE)
    return replace(
        reservation,
        state=state,
        pending="",
        refused=reservation.pending,
        shortages=event.shortages,
    )


def _checked(reservation: Reservation, event: BackorderChecked) -> Reservation:
    return replace(
        reservation,
        pending=event.operation_id,
        operations=reservation.operations + 1,
        until=event.until,
        check_at=event.check_at,
        in_line=event.in_line,
    )


def _contradicted(
    reservation: Reservation, event: StockContradicted
) -> Reservation:
    return reservation


def _held(reservation: Reservation, event: StockHeld) -> Reservation:
    changed = replace(
        reservation,
        pending="",
        refused="",
        shortages=(),
        items=event.items,
        in_line=None if event.items else reservation.in_line,
    )
    if event.items and event.short:
        short = {demand.line_id: demand.quantity for demand in event.short}
        changed = replace(changed, demands=_less(reservation.demands, short))
    if reservation.state is not ReservationState.REQUESTED:
        return changed
    trigger = (
        ReservationTrigger.HOLD
        if event.items
        else ReservationTrigger.BACKORDER
    )
    return replace(
        changed,
        state=RESERVATION.after(reservation.state, trigger),
        waited=not event.items,
    )


def _less(
    demands: tuple[Demand, ...], quantities: Quantities
) -> tuple[Demand, ...]:
    remaining = (
        replace(d, quantity=d.quantity - quantities.get(d.line_id, 0))
        for d in demands
    )
    return tuple(demand for demand in remaining if demand.quantity > 0)


def _reduced(reservation: Reservation, event: BackorderReduced) -> Reservation:
    demands = _less(reservation.demands, event.quantities)
    state = reservation.state
    if not demands:
        state = RESERVATION.after(state, ReservationTrigger.RELEASE)
    # A reservation that still waits takes its place anew.
    return replace(
        reservation,
        state=state,
        demands=demands,
        in_line=None,
        operations=reservation.operations + bool(event.left_by),
    )


def _consumed(reservation: Reservation, event: StockConsumed) -> Reservation:
    items = _without(reservation.items, event.items)
    state = reservation.state
    if (
        not items
        and not reservation.leaving
        and RESERVATION.can(state, ReservationTrigger.CONSUME)
    ):
        state = RESERVATION.after(state, ReservationTrigger.CONSUME)
    return replace(
        reservation,
        state=state,
        items=items,
        operations=reservation.operations + 1,
        consumed=True,
    )


def _released(reservation: Reservation, event: StockReleased) -> Reservation:
    leaving = {**reservation.leaving}
    leaving.pop(event.operation_id, None)
    state = reservation.state
    if not reservation.items and not leaving:
        trigger = (
            ReservationTrigger.CONSUME
            if reservation.consumed
            else ReservationTrigger.RELEASE
        )
        if RESERVATION.can(state, trigger):
            state = RESERVATION.after(state, trigger)
    return replace(reservation, state=state, leaving=leaving)


def _without(
    items: tuple[StockItem, ...], taken: tuple[StockItem, ...]
) -> tuple[StockItem, ...]:
    remaining: dict[tuple[str, str], int] = {}
    for item in taken:
        key = (item.line_id, item.place)
        remaining[key] = remaining.get(key, 0) + item.quantity
    kept = []
    for item in items:
        units = remaining.get((item.line_id, item.place), 0)
        if not units:
            kept.append(item)
        elif units < item.quantity:
            remaining[(item.line_id, item.place)] = 0
            kept.append(replace(item, quantity=item.quantity - units))
        else:
            remaining[(item.line_id, item.place)] = units - item.quantity
    return tuple(kept)


CHANGES: tuple[Change[Reservation], ...] = (
    makes(ReservationRequested, begin),
    makes(ReservationBackordered, begin),
    changes(StockHeld, _held),
    changes(AllocationRequested, _allocation_asked),
    changes(StockAllocated, _allocated),
    changes(StockConsumed, _consumed),
    changes(StockReleaseRequested, _release_asked),
    changes(StockReleased, _released),
    changes(ReservationExpired, _expired),
    changes(StockLost, _lost),
    changes(StockRefused, _refused),
    changes(BackorderReduced, _reduced),
    changes(BackorderChecked, _checked),
    changes(StockContradicted, _contradicted),
)
