"""Whole cases for tests.

``a_case`` puts parts together, and makes the rest so that it fits::

    a_case()                           confirmed, a shipment is planned
    a_case(a_shipment("delivered"))    its units have arrived, and are paid
    a_case(a_return("received"))       the same, and they are back
    a_case(state="cancelling")         the authorisation is being voided

What comes out keeps every rule that needs no history.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, TypeAlias

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.house import House
from orderlife._kernel.messages import ExceptionKind, Remedy
from orderlife.house import HOUSE
from orderlife.ports.inventory import Demand
from orderlife.rooms.exceptions.model import ExceptionItem
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.model import (
    Line,
    Order,
    OrderLine,
    Units,
)
from orderlife.rooms.payment.model import PaymentOperation
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.model import Return
from orderlife.rooms.shipment.lifecycle import BEFORE_DISPATCH, ShipmentState
from orderlife.rooms.shipment.model import Shipment
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.model import Reservation
from orderlife.rooms.stock.readings import quantities_of
from orderlife.testing.builders.orders import (
    an_order,
    money,
    placement_of,
    units_of,
)
from orderlife.testing.builders.parts import (
    a_line,
    a_payment_operation,
    a_reservation,
    a_shipment,
    a_stock_item,
    an_exception_item,
)
from orderlife.testing.scenario import NOON

__all__ = ["Part", "a_case"]

Part: TypeAlias = Reservation | Shipment | Return
"""What a case has beside its order."""


def a_case(
    *parts: Part,
    order: Order | None = None,
    order_id: str = "o1",
    house: House = HOUSE,
    **fields: Any,
) -> Case:
    """A case of these parts, and of what they presuppose.

    Args:
        parts: reservations, shipments and returns, in any state.
        order: the order.  Then the case is this and the parts, and
            nothing is made to fit.
        order_id: the order's id.
        house: the house of the order, if it has more rooms than ours.
        fields: those of the order that is made: its ``state``, ``lines``
            or ``holds``, in place of what fits the parts.
    """
    if order is None:
        order, parts = _Fitting(order_id, parts, fields, house).made()
    return Case(
        order_id=order.order_id,
        order=order,
        reservations={
            part.reservation_id: part
            for part in parts
            if isinstance(part, Reservation)
        },
        shipments={
            part.shipment_id: part
            for part in parts
            if isinstance(part, Shipment)
        },
        returns={
            part.return_id: part for part in parts if isinstance(part, Return)
        },
    )


_TROUBLE: Final = {
    ShipmentState.LOST: ExceptionKind.SHIPMENT_LOST,
    ShipmentState.WRITTEN_OFF: ExceptionKind.SHIPMENT_LOST,
    ShipmentState.DAMAGED: ExceptionKind.SHIPMENT_DAMAGED,
    ShipmentState.RETURNED_TO_SENDER: ExceptionKind.RETURNED_TO_SENDER,
}
"""What somebody is, or was, asked about a shipment."""
_LOST: Final = (
    ShipmentState.LOST,
    ShipmentState.DAMAGED,
    ShipmentState.WRITTEN_OFF,
)
_NOT_OUT: Final = (
    *BEFORE_DISPATCH,
    ShipmentState.CANCELLED,
    ShipmentState.RETURNED_TO_SENDER,
)
_STAYED: Final = (*BEFORE_DISPATCH, ShipmentState.CANCELLED)
_CONFIRMED: Final = (
    ReservationState.ALLOCATED,
    ReservationState.CONSUMED,
    ReservationState.BACKORDERED,
)
_ENDED: Final = {
    ReservationState.RELEASED: OrderState.CANCELLED,
    ReservationState.REFUSED: OrderState.CANCELLED,
    ReservationState.EXPIRED: OrderState.EXPIRED,
}
"""What has become of an order whose only reservation has ended."""
_REFUNDED: Final = (ReturnState.RESOLVED, ReturnState.CLOSED)


class _Fitting:
    """The order and the parts that given parts presuppose."""

    def __init__(
        self,
        order_id: str,
        parts: Sequence[Part],
        fields: Mapping[str, Any],
        house: House,
    ) -> None:
        self.order_id = order_id
        self.fields = dict(fields)
        self.reservations = [p for p in parts if isinstance(p, Reservation)]
        self.shipments = [p for p in parts if isinstance(p, Shipment)]
        self.returns = [p for p in parts if isinstance(p, Return)]
        self.state = OrderState(self.fields.pop("state", self._state()))
        self.open = self.state in {OrderState.CONFIRMED, OrderState.COMPLETED}
        lines = self.fields.pop("lines", ()) or self._lines()
        self.placement = self.fields.pop("placement", None) or placement_of(
            order_id, lines, house
        )
        self.goods = {
            line.line_id: line
            for line in self.placement.lines
            if line.kind == "goods"
        }

    def _state(self) -> OrderState:
        """The state in which an order has such parts."""
        if self.shipments or self.returns:
            settled = all(
                shipment.state is ShipmentState.WRITTEN_OFF
                for shipment in self.shipments
            )
            done = settled and bool(self.shipments)
            return OrderState.COMPLETED if done else OrderState.CONFIRMED
        states = [part.state for part in self.reservations]
        if not states or set(states) & set(_CONFIRMED):
            return OrderState.CONFIRMED
        return _ENDED.get(states[-1], OrderState.PLACED)

    def _lines(self) -> tuple[Line, ...]:
        """As many units as the parts speak of."""
        needed = self._sent((ShipmentState.CANCELLED,))
        for shipment in self.shipments:
            needed |= Counter(shipment.items)
        for return_ in self.returns:
            needed |= Counter(
                {line.line_id: line.quantity for line in return_.lines}
            )
        skus: dict[str, str] = {}
        for reservation in self.reservations:
            needed |= Counter(quantities_of(reservation.demands))
            skus |= {one.line_id: one.sku for one in reservation.demands}
        return tuple(
            a_line(skus.get(line_id, "mug"), units, line_id=line_id)
            for line_id, units in sorted(needed.items())
        )

    def made(self) -> tuple[Order, tuple[Part, ...]]:
        """Make what is missing, and count the units and the money."""
        if self.open:
            self._ship_the_rest()
        if not self.reservations and self.state is not OrderState.DRAFT:
            self.reservations = self._reserved()
        parts: tuple[Part, ...] = (
            *self.reservations,
            *self.shipments,
            *self.returns,
        )
        settings: dict[str, Any] = {
            "placement": self.placement,
            "units": {
                line.line_id: self._units(line)
                for line in self.placement.lines
            },
            "exceptions": tuple(self._exceptions()),
        }
        order = an_order(self.state, order_id=self.order_id, **settings)
        order = attrs.evolve(order, **self._paid(order) | self.fields)
        return order, parts

    def _ship_the_rest(self) -> None:
        """Plan a shipment, or deliver one, of what is in none."""
        there = self._sent((ShipmentState.CANCELLED,))
        there += self._waiting()
        rest = {
            line_id: line.quantity - there[line_id]
            for line_id, line in self.goods.items()
            if line.quantity > there[line_id]
        }
        if rest:
            number = len(self.shipments) + 1
            shipment = a_shipment(
                self._state_of_the_rest(),
                shipment_id=f"{self.order_id}-s{number}",
                reservation_id=self._reservation_id(),
                items=rest,
            )
            self.shipments.append(shipment)

    def _state_of_the_rest(self) -> ShipmentState:
        """Delivered, sent, or planned: as far as the parts presuppose."""
        if self.returns or self.state is OrderState.COMPLETED:
            return ShipmentState.DELIVERED
        states = {held.state for held in self.reservations}
        if states == {ReservationState.CONSUMED}:
            return ShipmentState.DISPATCHED
        return ShipmentState.PLANNED

    def _reservation_id(self) -> str:
        numbers = [
            *(shipment.reservation_id for shipment in self.shipments),
            *(held.reservation_id for held in self.reservations),
            f"{self.order_id}-r1",
        ]
        return numbers[0]

    def _reserved(self) -> list[Reservation]:
        """Hold the goods as an order in this state does."""
        if not self.goods:
            return []
        gone = self._sent(_STAYED)
        items = tuple(
            a_stock_item(
                line.quantity - gone[line.line_id],
                line_id=line.line_id,
                sku=line.sku,
                place=self._place(line),
            )
            for line in self.goods.values()
            if line.quantity > gone[line.line_id]
        )
        settings: dict[str, Any] = {
            "reservation_id": self._reservation_id(),
            "demands": tuple(
                Demand(
                    line_id=line.line_id,
                    sku=line.sku,
                    quantity=line.quantity,
                    place=line.place,
                )
                for line in self.goods.values()
            ),
        }
        if self.state is OrderState.PLACED:
            return [a_reservation("held", items=items, **settings)]
        if not self.open:
            return [a_reservation("released", **settings)]
        if not items:
            return [a_reservation("consumed", **settings)]
        settings |= {"items": items, "consumed": any(gone.values())}
        return [a_reservation("allocated", **settings)]

    def _waiting(self) -> Counter[str]:
        """Units that are back-ordered."""
        found: Counter[str] = Counter()
        for reservation in self.reservations:
            if reservation.state is ReservationState.BACKORDERED:
                found.update(quantities_of(reservation.demands))
        return found

    def _place(self, line: OrderLine) -> str:
        for shipment in self.shipments:
            if line.line_id in shipment.items:
                return shipment.place
        return line.place or "main"

    def _sent(self, but: Iterable[ShipmentState]) -> Counter[str]:
        """Units in shipments, but for those in some states."""
        return self._in(set(ShipmentState) - set(but))

    def _in(self, states: Iterable[ShipmentState]) -> Counter[str]:
        """Units in shipments that are in one of these states."""
        found: Counter[str] = Counter()
        for shipment in self.shipments:
            if shipment.state in states:
                found.update(shipment.items)
        return found

    def _units(self, line: OrderLine) -> Units:
        """The ledger of a line, counted from the parts."""
        line_id = line.line_id
        if line_id not in self.goods:
            return units_of(line, self.state)
        waiting = self._waiting()[line_id]
        back = [
            (return_.state in _REFUNDED, one)
            for return_ in self.returns
            for one in return_.lines
            if one.line_id == line_id
        ]
        given_back = self._in({ShipmentState.WRITTEN_OFF})[line_id]
        return Units(
            ordered=line.quantity,
            allocated=line.quantity - waiting if self.open else 0,
            backordered=waiting,
            shipped=self._sent(_NOT_OUT)[line_id],
            delivered=self._in({ShipmentState.DELIVERED})[line_id],
            lost=self._in(_LOST)[line_id],
            returned=sum(one.received for _, one in back),
            refunded=given_back
            + sum(one.quantity for refunded, one in back if refunded),
        )

    def _exceptions(self) -> Iterator[ExceptionItem]:
        """What somebody is asked about the shipments, or was."""
        for shipment in self.shipments:
            kind = _TROUBLE.get(shipment.state)
            if kind is None:
                continue
            settings: dict[str, Any] = {"quantities": shipment.items}
            if shipment.state is ShipmentState.WRITTEN_OFF:
                settings |= {"remedy": Remedy.REFUND, "note": "settled"}
            yield an_exception_item(kind, shipment.shipment_id, **settings)

    def _paid(self, order: Order) -> dict[str, Any]:
        """What moved with the goods, and when it is asked how it was."""
        if not self.open:
            return {}
        total = self.placement.total_minor
        asked = [
            a_payment_operation("authorize", total, subject=self.order_id)
        ]
        if any(units.shipped for units in order.units.values()):
            sent = [
                shipment.shipment_id
                for shipment in self.shipments
                if shipment.state not in _NOT_OUT
            ]
            subject = (*sent, self.order_id)[0]
            asked.append(
                a_payment_operation(
                    "capture", total, subject=subject, final=True
                )
            )
        asked.extend(self._given_back())
        settings = money(self.order_id, total, asked)
        arrived = all(
            units.delivered == units.ordered for units in order.units.values()
        )
        if arrived and self.state is OrderState.CONFIRMED:
            settings["follow_up_at"] = NOON + timedelta(days=3)
        return settings

    def _given_back(self) -> Iterator[PaymentOperation]:
        """The refunds of what was lost, and of what was returned."""
        before: Counter[str] = Counter()
        for shipment in self.shipments:
            if shipment.state is ShipmentState.WRITTEN_OFF:
                yield a_payment_operation(
                    "refund",
                    self._value(shipment.items, before),
                    subject=shipment.shipment_id,
                    reason="undelivered",
                )
        for return_ in self.returns:
            if return_.state in _REFUNDED:
                closed = return_.state is ReturnState.CLOSED
                credit = return_.resolution == "store_credit"
                units = {one.line_id: one.quantity for one in return_.lines}
                yield a_payment_operation(
                    "credit" if credit else "refund",
                    self._value(units, before),
                    "succeeded" if closed else "submitted",
                    subject=return_.return_id,
                    reason=return_.reason,
                )

    def _value(self, items: Mapping[str, int], before: Counter[str]) -> int:
        """What units cost, the next ones of their lines."""
        minor = 0
        for line_id, units in items.items():
            start = before[line_id]
            before[line_id] += units
            minor += self.goods[line_id].value(start, before[line_id])
        return minor
