"""The house: the list of rooms, and the matters at rest.

A capability is a room: its folder in ``orderlife.rooms``, and one line
of ``ROOMS``.  A room may import only the contracts of earlier ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.house import House
from orderlife._kernel.room import Matter, together
from orderlife.rooms.exceptions.room import exception_room
from orderlife.rooms.order.authority import check_permitted, used
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import BeginClosing, Complete, Reopen
from orderlife.rooms.order.readings import is_wanted
from orderlife.rooms.order.room import ORDER_ROOM
from orderlife.rooms.payment.ledger import balance, to_capture_minor, unsettled
from orderlife.rooms.payment.process import secure_rest, void_rest
from orderlife.rooms.payment.room import PAYMENT_ROOM
from orderlife.rooms.returns.lifecycle import RETURN
from orderlife.rooms.returns.process import close_returns, resolve_returns
from orderlife.rooms.returns.room import RETURN_ROOM
from orderlife.rooms.shipment.cancellation import unwind
from orderlife.rooms.shipment.fulfilment import (
    follow_up,
    is_settled,
    perform_services,
)
from orderlife.rooms.shipment.planning import (
    plan_shipments,
    release_lines,
    send_ready,
)
from orderlife.rooms.shipment.readings import DONE, is_on_paper
from orderlife.rooms.shipment.room import SHIPMENT_ROOM
from orderlife.rooms.shipment.shortfall import unattended
from orderlife.rooms.stock.backorders import queue_up
from orderlife.rooms.stock.confirmation import (
    nothing_wanted,
    towards_confirmation,
)
from orderlife.rooms.stock.lifecycle import RESERVATION
from orderlife.rooms.stock.room import STOCK_ROOM

__all__ = [
    "HOUSE",
    "ROOMS",
    "completed_because",
    "evolve",
    "fold",
    "handle",
    "timers",
]

ROOMS: Final = (
    ORDER_ROOM,
    PAYMENT_ROOM,
    STOCK_ROOM,
    SHIPMENT_ROOM,
    RETURN_ROOM,
    exception_room,
)
"""All rooms; each may import only the contracts of earlier ones."""


def called_off(case: Case, context: Context) -> Sequence[BeginClosing]:
    """Close an order of which no units are wanted, and none have left."""
    order = case.placed
    if is_wanted(order) or order.has_left:
        return ()
    return [nothing_wanted(context)]


# Reasons why a confirmed order is not complete: the first one counts.
# They are stored as the reason why an order was reopened.


def _units(case: Case) -> str:
    """Units that are neither delivered nor lost nor cancelled."""
    for line_id, units in case.placed.units_but("charge").items():
        if not is_settled(units):
            return f"line {line_id} is not delivered"
    return ""


def _holds(case: Case) -> str:
    """A hold."""
    return "a hold stands" if case.placed.holds else ""


def _items(case: Case) -> str:
    """An open exception item."""
    items = case.placed.exceptions
    return "an exception is open" if any(i.is_open for i in items) else ""


def _follow_up(case: Case) -> str:
    """A follow-up that is to come."""
    due = case.placed.follow_up_at
    return "" if due is None else "the follow-up is to come"


def _returns(case: Case) -> str:
    """A return that has not ended."""
    for return_ in case.returns.values():
        if not RETURN.is_terminal(return_.state):
            return f"return {return_.return_id} is {return_.state.value}"
    return ""


def _shipments(case: Case) -> str:
    """A shipment under way, or a label without an answer yet."""
    for shipment in case.shipments.values():
        if shipment.state not in DONE or is_on_paper(shipment):
            state = shipment.state.value
            return f"shipment {shipment.shipment_id} is {state}"
    return ""


def _reservations(case: Case) -> str:
    """A reservation that has not ended."""
    for reservation in case.reservations.values():
        if reservation.leaving or not RESERVATION.is_terminal(
            reservation.state
        ):
            return (
                f"reservation {reservation.reservation_id} is "
                f"{reservation.state.value}"
            )
    return ""


def _money(case: Case) -> str:
    """A payment that is not settled."""
    order = case.placed
    owed = to_capture_minor(order, shipped_only=False)
    busy = unsettled(order) or balance(order).open or owed
    return "a payment is not settled" if busy else ""


OPEN: Final[tuple[Callable[[Case], str], ...]] = (
    _units,
    _holds,
    _items,
    _follow_up,
    _returns,
    _shipments,
    _reservations,
    _money,
)
"""The reasons why an order is not complete, in order of precedence."""


def completed_because(case: Case) -> str:
    """Why an order is not complete; empty: it is."""
    for open_ in OPEN:
        if why := open_(case):
            return why
    return ""


def complete(case: Case, context: Context) -> Sequence[Complete]:
    """Complete an order of which nothing is left to do."""
    return () if completed_because(case) else [Complete()]


def reopen(case: Case, context: Context) -> Sequence[Reopen]:
    """Reopen a completed order that has something left to do."""
    why = completed_because(case)
    return [Reopen(why=why)] if why else ()


AT_REST: Final[dict[OrderState, tuple[Matter, ...]]] = {
    OrderState.PLACED: (towards_confirmation,),
    OrderState.CONFIRMED: (
        called_off,
        release_lines,
        queue_up,
        plan_shipments,
        send_ready,
        secure_rest,
        perform_services,
        resolve_returns,
        together(close_returns, void_rest),
        follow_up,
        unattended,
        complete,
    ),
    OrderState.COMPLETED: (reopen,),
    OrderState.CANCELLING: (unwind,),
}
"""The matters at rest: what a case asks for when no step is left.

By the state of its order, in sequence: only the first matter that asks
for something does so.  Its steps must change the case, or it would never
come to rest.
"""


def _phase(case: Case) -> OrderState | None:
    return None if case.order is None else case.order.state


HOUSE: Final = House(
    *ROOMS,
    phase=_phase,
    at_rest=AT_REST,
    admits=check_permitted,
    concludes=used,
)
"""The house that the library comes with."""

handle: Final = HOUSE.handle
evolve: Final = HOUSE.evolve
fold: Final = HOUSE.fold
timers: Final = HOUSE.timers
