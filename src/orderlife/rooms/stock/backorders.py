"""Back-orders: units that are waited for, and the order's place in line.

A waiting reservation asks again at its dates, and at once when goods
have come in.  It has precedence over others only while its order could
ship the goods.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import Actor, Quantities
from orderlife.ports.inventory import Fillable, InLine
from orderlife.rooms.exceptions.messages import OpenException
from orderlife.rooms.exceptions.opening import unmatched
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import RecordUnits
from orderlife.rooms.order.model import Order
from orderlife.rooms.order.readings import blocked
from orderlife.rooms.payment.ledger import is_secured
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.messages import (
    BackorderReduced,
    CheckBackorder,
    FillBackorder,
    ReservationBackordered,
    StockArrived,
)
from orderlife.rooms.stock.readings import WORKED_ON, quantities_of

__all__ = [
    "arrived",
    "backorder_checks",
    "backordered",
    "check_again",
    "check_now",
    "fill",
    "queue_up",
    "reduced",
    "told_of",
    "waits",
    "waits_less",
]

_CHECKS_MISSED = 7
"""For how many missed checks a place in line is kept."""


def check_now(
    case: Case, reservation_id: str, context: Context
) -> CheckBackorder:
    """Ask again for the units that a reservation waits for."""
    policy, now = context.policy, context.now
    in_line = None
    if _may_use_it(case.placed):
        in_line = InLine(
            since=case.placed.placed_at or now,
            until=now + policy.backorder_check * _CHECKS_MISSED,
        )
    return CheckBackorder(
        reservation_id=reservation_id,
        until=now + policy.payment_within + policy.hold_grace,
        check_at=now + policy.backorder_check,
        in_line=in_line,
    )


def _may_use_it(order: Order) -> bool:
    """Whether an order may have a place in line.

    An order that is not paid for, or is held, could not ship the goods: it
    gets units that no order in line can use, and a place once it can ship.
    """
    return (
        order.state is OrderState.CONFIRMED
        and not blocked(order, "dispatch")
        and is_secured(order)
    )


def fill(
    case: Case, command: FillBackorder, context: Context
) -> list[CheckBackorder]:
    """Ask again for back-ordered units, as when goods have come in."""
    reservation = case.reservation(command.reservation_id)
    return [check_now(case, reservation.reservation_id, context)]


def told_of(found: Fillable, source: Actor) -> StockArrived:
    """Make the fact for a reservation in line whose units are there."""
    return StockArrived(
        order_id=found.order_id,
        reservation_id=found.reservation_id,
        source=source,
    )


def arrived(
    case: Case, fact: StockArrived, context: Context
) -> list[CheckBackorder | OpenException]:
    """Ask for units that have come in, if they are still waited for."""
    reservation = case.reservations.get(fact.reservation_id)
    if reservation is None:
        subject = fact.reservation_id
        observed = f"StockArrived about {subject or 'nothing'}"
        return [unmatched(fact.order_id, subject, observed)]
    waits = reservation.state is ReservationState.BACKORDERED
    if not waits or reservation.items or reservation.pending:
        return []  # they are being asked for, or not wanted any more
    return [check_now(case, fact.reservation_id, context)]


def waits(reservation_id: str, quantities: Quantities) -> RecordUnits:
    """Count units as back-ordered when stock is missing."""
    return RecordUnits(
        counter="backordered", quantities=quantities, subject=reservation_id
    )


def waits_less(reservation_id: str, quantities: Quantities) -> RecordUnits:
    """Count units as back-ordered no more once they are held."""
    return RecordUnits(
        counter="backordered",
        quantities=quantities,
        subject=reservation_id,
        undo=True,
    )


def backordered(
    case: Case, event: ReservationBackordered, context: Context
) -> list[RecordUnits]:
    """Count units as back-ordered."""
    return [waits(event.reservation_id, quantities_of(event.demands))]


def reduced(
    case: Case, event: BackorderReduced, context: Context
) -> list[RecordUnits]:
    """Count units as back-ordered no more."""
    return [waits_less(event.reservation_id, event.quantities)]


def queue_up(case: Case, context: Context) -> Sequence[CheckBackorder]:
    """Take a place in line, or leave it to orders that can ship."""
    waiting = [
        reservation
        for reservation in case.reservations.values()
        if reservation.state is ReservationState.BACKORDERED
        and not (reservation.items or reservation.pending)
    ]
    if not waiting:
        return ()
    in_line = _may_use_it(case.placed)
    return [
        check_now(case, reservation.reservation_id, context)
        for reservation in waiting
        if in_line is (reservation.in_line is None)
    ]


def backorder_checks(case: Case) -> Iterator[tuple[str, datetime | None]]:
    """When to ask again for back-ordered units."""
    if case.placed.state not in WORKED_ON:
        return
    for reservation in case.reservations.values():
        waits = reservation.state is ReservationState.BACKORDERED
        if waits and not (reservation.items or reservation.pending):
            yield reservation.reservation_id, reservation.check_at


def check_again(
    case: Case, reservation_id: str, context: Context
) -> list[CheckBackorder]:
    """Ask once more for back-ordered units."""
    return [check_now(case, reservation_id, context)]
