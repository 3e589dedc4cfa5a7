"""The case: an order with its reservations, shipments and returns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias, get_args

import attrs

from orderlife._kernel.messages import NOTHING, Event, Timer, TimerKind
from orderlife._values.replacing import replace
from orderlife.errors import NotFoundError
from orderlife.rooms.order import evolve as order_room
from orderlife.rooms.order.ledger import is_secured, takeable_minor
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import OrderEvent
from orderlife.rooms.order.model import Order
from orderlife.rooms.returns import evolve as return_room
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.messages import ReturnEvent
from orderlife.rooms.returns.model import Return
from orderlife.rooms.shipment import evolve as shipment_room
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import ShipmentEvent, ShipmentPlanned
from orderlife.rooms.shipment.model import Shipment
from orderlife.rooms.stock import evolve as reservation_room
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.messages import (
    ReservationBackordered,
    ReservationEvent,
    ReservationRequested,
)
from orderlife.rooms.stock.model import Reservation

__all__ = ["AnyEvent", "Case", "advance", "evolve", "fold", "timers"]

AnyEvent: TypeAlias = (
    OrderEvent | ReservationEvent | ShipmentEvent | ReturnEvent
)


@attrs.frozen(kw_only=True, weakref_slot=False)
class Case:
    """All that ``handle`` reads and answers about one order."""

    order_id: str
    version: int = 0
    """How many events there are."""
    order: Order | None = None
    """None: nothing has been placed under this id."""
    reservations: Mapping[str, Reservation] = NOTHING
    shipments: Mapping[str, Shipment] = NOTHING
    returns: Mapping[str, Return] = NOTHING

    @property
    def placed(self) -> Order:
        """The order.

        Raises:
            NotFoundError: nothing has been placed under this id.
        """
        if self.order is None:
            raise NotFoundError("order", self.order_id)
        return self.order

    def shipment(self, shipment_id: str) -> Shipment:
        """The shipment of that id.

        Raises:
            NotFoundError: there is none; names those there are.
        """
        try:
            return self.shipments[shipment_id]
        except KeyError:
            raise NotFoundError(
                "shipment", shipment_id, self.shipments
            ) from None

    def reservation(self, reservation_id: str) -> Reservation:
        """The reservation of that id.

        Raises:
            NotFoundError: there is none; names those there are.
        """
        try:
            return self.reservations[reservation_id]
        except KeyError:
            raise NotFoundError(
                "reservation", reservation_id, self.reservations
            ) from None

    def return_(self, return_id: str) -> Return:
        """The return of that id.

        Raises:
            NotFoundError: there is none; names those there are.
        """
        try:
            return self.returns[return_id]
        except KeyError:
            raise NotFoundError("return", return_id, self.returns) from None


def evolve(case: Case, event: AnyEvent) -> Case:
    """Give the case after an event."""
    changed = replace(case)
    advance(changed, event)
    return changed


def advance(case: Case, event: AnyEvent) -> None:
    """Write an event into a case that nobody else knows of yet.

    A decision takes one copy, and writes all of its events into it.
    """
    _ROOMS[type(event)](case, event)
    _write(case, "version", case.version + 1)


_write: Final = object.__setattr__


def _advance_order(case: Case, event: OrderEvent) -> None:
    if case.order is None:
        first: Any = event  # none but the two that begin an order
        order = order_room.begin(first)
    else:
        order = order_room.evolve(case.order, event)
    _write(case, "order", order)


def _advance_reservation(case: Case, event: ReservationEvent) -> None:
    known = case.reservations
    reservation_id = event.reservation_id
    if isinstance(event, ReservationRequested | ReservationBackordered):
        held = reservation_room.begin(event)
    else:
        held = reservation_room.evolve(known[reservation_id], event)
    _write(case, "reservations", {**known, reservation_id: held})


def _advance_shipment(case: Case, event: ShipmentEvent) -> None:
    known = case.shipments
    shipment_id = event.shipment_id
    if isinstance(event, ShipmentPlanned):
        sent = shipment_room.begin(event)
    else:
        sent = shipment_room.evolve(known[shipment_id], event)
    _write(case, "shipments", {**known, shipment_id: sent})


def _advance_return(case: Case, event: ReturnEvent) -> None:
    known = case.returns
    return_id = event.return_id
    if return_id in known:
        back = return_room.evolve(known[return_id], event)
    else:
        first: Any = event  # none but the one that begins a return
        back = return_room.begin(first)
    _write(case, "returns", {**known, return_id: back})


_ROOMS: Final[Mapping[type[Event], Callable[[Case, Any], None]]] = {
    **dict.fromkeys(get_args(OrderEvent), _advance_order),
    **dict.fromkeys(get_args(ReservationEvent), _advance_reservation),
    **dict.fromkeys(get_args(ShipmentEvent), _advance_shipment),
    **dict.fromkeys(get_args(ReturnEvent), _advance_return),
}
"""Which room knows what an event changes."""


def fold(order_id: str, events: Iterator[AnyEvent]) -> Case:
    """Replay a history: the case is always the fold of its events."""
    case = Case(order_id=order_id)
    for event in events:
        advance(case, event)
    return case


_ACTIVE: Final = frozenset((OrderState.PLACED, OrderState.CONFIRMED))
_FOLLOWED: Final = frozenset((OrderState.CONFIRMED, OrderState.COMPLETED))
_ON_ITS_WAY: Final = frozenset(
    (
        ShipmentState.DISPATCHED,
        ShipmentState.IN_TRANSIT,
        ShipmentState.OUT_FOR_DELIVERY,
    )
)
_AWAITED: Final = frozenset((ReturnState.APPROVED, ReturnState.IN_TRANSIT))


def timers(case: Case) -> tuple[Timer, ...]:
    """All that is due on a date, the earliest first.

    Derived from the state alone: a timer needs no cancelling, it is
    gone when its cause is.
    """
    if case.order is None:
        return ()
    found = [
        Timer(kind, subject, at)
        for kind, subject, at in _dates(case, case.order)
        if at is not None
    ]
    found.sort(key=lambda timer: (timer.at, timer.kind.value, timer.subject))
    return tuple(found)


def _dates(
    case: Case, order: Order
) -> Iterator[tuple[TimerKind, str, datetime | None]]:
    kind = TimerKind
    if order.state in _FOLLOWED:
        yield kind.FOLLOW_UP, case.order_id, order.follow_up_at
    if order.state is OrderState.PLACED and not is_secured(order):
        yield kind.PAYMENT_DUE, case.order_id, order.payment_due_at
    for hold in order.holds:
        yield kind.HOLD_ENDS, hold.hold_id, hold.until
    if order.state in _ACTIVE:
        for payment in order.payments:
            before = payment.capture_before
            if before and takeable_minor(order, payment.payment_id):
                yield kind.AUTHORIZATION_ENDS, payment.payment_id, before
    for held in case.reservations.values():
        if held.pending or order.state not in _ACTIVE:
            continue  # it is being answered, or given back
        if held.state is ReservationState.HELD and held.items:
            yield kind.STOCK_HOLD_ENDS, held.reservation_id, held.until
        elif held.state is ReservationState.BACKORDERED and not held.items:
            yield kind.BACKORDER_CHECK, held.reservation_id, held.check_at
    if order.state is OrderState.CONFIRMED:
        for sent in case.shipments.values():
            if sent.state in _ON_ITS_WAY:
                yield kind.UNTRACKED_ARRIVES, sent.shipment_id, sent.arrives_at
    for back in case.returns.values():
        if back.state in _AWAITED and back.resolution != "keep":
            yield kind.RETURN_EXPIRES, back.return_id, back.expires_at
        elif back.state is ReturnState.RECEIVING:
            yield kind.RECEIVING_ENDS, back.return_id, back.receiving_until
