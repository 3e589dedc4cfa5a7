"""What must hold of reservations, and of what a confirmed order lacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.invariants import Invariants, Violation, precondition
from orderlife.rooms.order.lifecycle import ORDER, OrderState
from orderlife.rooms.payment.ledger import (
    covered_minor,
    due_minor,
    is_secured,
)
from orderlife.rooms.stock.lifecycle import RESERVATION
from orderlife.rooms.stock.messages import ReservationExpired
from orderlife.rooms.stock.readings import uncovered

__all__ = ["INVARIANTS"]


def holdings(case: Case) -> Iterator[Violation]:
    """A reservation holds units, and none once it has ended."""
    for reservation in case.reservations.values():
        reservation_id = reservation.reservation_id
        if RESERVATION.is_terminal(reservation.state) and reservation.items:
            yield Violation(15, f"{reservation_id} has ended and holds stock")
        if any(item.quantity <= 0 for item in reservation.items):
            yield Violation(12, f"{reservation_id} holds nothing")


def given_back_at_the_end(case: Case) -> Iterator[Violation]:
    """An order that has ended holds no stock."""
    if not ORDER.is_terminal(case.placed.state):
        return
    for reservation in case.reservations.values():
        if not RESERVATION.is_terminal(reservation.state):
            yield Violation(21, f"{reservation.reservation_id} is still held")


def secured(case: Case) -> Iterator[Violation]:
    """A confirmed order has money and stock, or they are being obtained."""
    if case.placed.state is OrderState.CONFIRMED and not _is_attended(case):
        yield Violation(40, "it lacks money or stock, and nobody is asked")


def _is_attended(case: Case) -> bool:
    """Whether a request or an item covers what a confirmed order lacks."""
    order = case.placed
    if any(item.is_open for item in order.exceptions):
        return True
    if covered_minor(order) < due_minor(order):
        return False
    goods = order.units_but("digital", "service", "charge")
    wanted = {
        line_id: units.wanted
        for line_id, units in order.units.items()
        if line_id in goods
    }
    return not uncovered(case, wanted)


def unpaid(case: Case, event: ReservationExpired) -> Iterator[Violation]:
    """No time limit takes stock from an order that is paid for."""
    if is_secured(case.placed):
        yield Violation(16, f"{event.reservation_id} is paid for")


def moves_on(case: Case) -> bool:
    """Whether the inventory is still to answer something."""
    return any(
        reservation.pending or reservation.leaving
        for reservation in case.reservations.values()
    )


INVARIANTS: Final = Invariants(
    case=(holdings, given_back_at_the_end, secured),
    events=(precondition(ReservationExpired, unpaid),),
    moves_on=moves_on,
)
