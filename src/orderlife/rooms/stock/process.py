"""Reservations: asking for stock, and what follows from each answer.

A reservation holds stock until the order is paid for, and then the stock
is allocated to the order.  Missing units are back-ordered, or a person
decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import Contradiction, ExceptionKind, Quantities
from orderlife.ports.inventory import Demand
from orderlife.rooms.exceptions.messages import OpenException
from orderlife.rooms.exceptions.opening import unmatched
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import BeginClosing, RecordUnits
from orderlife.rooms.payment.ledger import is_secured
from orderlife.rooms.payment.messages import RequestAuthorizations
from orderlife.rooms.payment.terms import payment_due
from orderlife.rooms.stock.backorders import waits, waits_less
from orderlife.rooms.stock.lifecycle import (
    RESERVATION,
    ReservationState,
    ReservationTrigger,
)
from orderlife.rooms.stock.messages import (
    AllocateStock,
    ExpireStock,
    ReserveStock,
    StockAllocated,
    StockConsumed,
    StockContradicted,
    StockHeld,
    StockLost,
    StockRefused,
    StockReleaseRequested,
    StockReported,
)
from orderlife.rooms.stock.readings import WORKED_ON, quantities_of, uncovered

__all__ = [
    "allocate",
    "allocated",
    "contradicted",
    "held",
    "hold_ends",
    "lost",
    "refused",
    "reserve",
    "run_out",
    "stray_report",
    "taken_off",
]


def reserve(
    case: Case,
    context: Context,
    quantities: Quantities,
    *,
    backordered: bool = False,
) -> Iterator[ReserveStock | OpenException]:
    """Ask for stock for some units of the order's lines."""
    order = case.placed
    policy = context.policy
    if order.state not in WORKED_ON:
        return
    demands = tuple(
        Demand(
            line_id=line.line_id,
            sku=line.sku,
            quantity=quantities[line.line_id],
            place=line.place,
        )
        for line in order.placement.lines
        if line.kind == "goods" and quantities.get(line.line_id, 0) > 0
    )
    if not demands:
        return
    due = order.payment_due_at
    if due is None:
        asked = payment_due(policy, order, context.now)
        due = asked.answer
        yield from asked.faults
    yield ReserveStock(
        reservation_id=f"{case.order_id}-r{len(case.reservations) + 1}",
        demands=demands,
        until=max(due, context.now + policy.payment_within)
        + policy.hold_grace,
        partial=policy.backorder,
        backordered=backordered,
        check_at=context.now + policy.backorder_check,
    )


def allocate(case: Case) -> Iterator[AllocateStock]:
    """Allocate held stock, unless an answer about it is awaited."""
    for reservation in case.reservations.values():
        there = reservation.items and RESERVATION.can(
            reservation.state, ReservationTrigger.ALLOCATE
        )
        if there and not reservation.pending:
            yield AllocateStock(reservation_id=reservation.reservation_id)


def stray_report(
    case: Case, fact: StockReported, context: Context
) -> list[OpenException]:
    """Open an item for an answer about an unknown reservation."""
    subject = fact.reservation_id
    observed = f"StockReported about {subject or 'nothing'}"
    observed += f": {type(fact.outcome).__name__}"
    return [unmatched(fact.order_id, subject, observed)]


def held(
    case: Case, event: StockHeld, context: Context
) -> Iterator[
    RecordUnits
    | ReserveStock
    | RequestAuthorizations
    | AllocateStock
    | OpenException
]:
    """Back-order missing units; authorise the payment, or allocate."""
    reservation = case.reservations[event.reservation_id]
    if RESERVATION.is_terminal(reservation.state):
        return  # it is being released already
    short = quantities_of(event.short)
    if not event.items:
        yield waits(reservation.reservation_id, short)
    elif short:
        if reservation.waited:
            yield waits_less(reservation.reservation_id, short)
        yield from reserve(case, context, short, backordered=True)
    if case.placed.state is OrderState.PLACED:
        yield RequestAuthorizations(notify=case.placed.notify)
    elif case.placed.state is OrderState.CONFIRMED and event.items:
        yield AllocateStock(reservation_id=event.reservation_id)


def refused(
    case: Case, event: StockRefused, context: Context
) -> Iterator[BeginClosing | OpenException]:
    """Reject an order that was only placed; else open an item."""
    reservation = case.reservations[event.reservation_id]
    if reservation.state is ReservationState.BACKORDERED:
        return  # it is asked for again at its next date
    if case.placed.state is OrderState.PLACED:
        yield BeginClosing(reason="inventory", ends_in=OrderState.REJECTED)
    elif case.placed.state is OrderState.CONFIRMED:
        found = ", ".join(
            f"{s.available} of {s.wanted} {s.sku}" for s in event.shortages
        )
        yield OpenException(
            Contradiction(
                ExceptionKind.STOCK_LOST,
                event.reservation_id,
                f"stock for reservation {event.reservation_id}",
                f"there is {found}",
                quantities_of(reservation.demands),
            )
        )


def allocated(
    case: Case, event: StockAllocated, context: Context
) -> Iterator[RecordUnits]:
    """Count the units as allocated."""
    reservation = case.reservations[event.reservation_id]
    if reservation.waited:
        yield waits_less(
            reservation.reservation_id, quantities_of(reservation.demands)
        )
    yield RecordUnits(
        counter="allocated",
        quantities=quantities_of(reservation.items),
        subject=reservation.reservation_id,
    )


def lost(
    case: Case, event: StockLost, context: Context
) -> Iterator[RecordUnits | ReserveStock | OpenException]:
    """Reserve stock again whose hold had run out."""
    reservation = case.reservations[event.reservation_id]
    demands = quantities_of(reservation.demands)
    if reservation.waited and not reservation.leaving:
        yield waits_less(reservation.reservation_id, demands)
    yield from reserve(case, context, uncovered(case, demands))


def taken_off(
    case: Case, event: StockReleaseRequested | StockConsumed, context: Context
) -> Iterator[RecordUnits]:
    """Subtract units that are not allocated any more, unless shipped."""
    reservation = case.reservations[event.reservation_id]
    quantities = quantities_of(event.items)
    if isinstance(event, StockConsumed):
        counted = event.written_off
    else:
        counted = reservation.state is ReservationState.ALLOCATED
    if counted:
        yield RecordUnits(
            counter="allocated",
            quantities=quantities,
            subject=event.reservation_id,
            undo=True,
        )
    elif reservation.state is ReservationState.BACKORDERED:
        yield waits_less(event.reservation_id, quantities)


def contradicted(
    case: Case, event: StockContradicted, context: Context
) -> list[OpenException]:
    """Open an item about stock that was not asked for."""
    return [OpenException(event.contradiction)]


def hold_ends(case: Case) -> Iterator[tuple[str, datetime | None]]:
    """When holds run out, unless an answer about them is awaited."""
    if case.placed.state not in WORKED_ON:
        return
    for reservation in case.reservations.values():
        held_now = reservation.state is ReservationState.HELD
        if held_now and reservation.items and not reservation.pending:
            yield reservation.reservation_id, reservation.until


def run_out(
    case: Case, reservation_id: str, context: Context
) -> list[ExpireStock | AllocateStock]:
    """Expire a hold that is not paid for; allocate one that is."""
    order = case.placed
    if order.state is OrderState.PLACED and not is_secured(order):
        return [ExpireStock(reservation_id=reservation_id)]
    return [AllocateStock(reservation_id=reservation_id)]
