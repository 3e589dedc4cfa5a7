"""An order as a desk shows it."""

from __future__ import annotations

from typing import Literal, TypeAlias

import attrs

from orderlife._case import Case
from orderlife._sound import Sound
from orderlife.allowed import Allowed, allowed
from orderlife.money import Money
from orderlife.order.ledger import balance, need_minor
from orderlife.order.model import ExceptionItem, Hold, Order, OrderLine
from orderlife.order.status import (
    FulfilmentStatus,
    PaymentStatus,
    fulfilment_status,
    payment_status,
)
from orderlife.ports.store import OrderSummary
from orderlife.reservation.model import Reservation
from orderlife.returns.lifecycle import RETURN, ReturnState
from orderlife.returns.model import Return
from orderlife.shipment.model import Shipment

__all__ = [
    "OrderView",
    "ReturnsStatus",
    "Status",
    "returns_status",
    "summary_of",
]

ReturnsStatus: TypeAlias = Literal[
    "none", "requested", "in_progress", "partially_returned", "returned"
]


@attrs.frozen(kw_only=True)
class Status:
    """Where an order is on each of its axes."""

    order: str
    payment: PaymentStatus
    fulfilment: FulfilmentStatus
    returns: ReturnsStatus

    def __str__(self) -> str:
        return (
            f"order={self.order}, payment={self.payment}, "
            f"fulfilment={self.fulfilment}, returns={self.returns}"
        )


def returns_status(case: Case) -> ReturnsStatus:
    """Where the way back is, by units and by open returns."""
    order = case.placed
    back = delivered = 0
    for units in order.units.values():
        back += units.returned
        delivered += units.delivered
    if back:
        return "returned" if back >= delivered else "partially_returned"
    live = [
        r for r in case.returns.values() if not RETURN.is_terminal(r.state)
    ]
    if any(r.state is not ReturnState.REQUESTED for r in live):
        return "in_progress"
    return "requested" if live else "none"


def summary_of(case: Case) -> OrderSummary:
    """What an order is found by: where it stands on each axis."""
    order = case.order
    if order is None:
        return OrderSummary(order_id=case.order_id)
    placement = order.placement
    return OrderSummary(
        order_id=case.order_id,
        placed_at=order.placed_at,
        channel=placement.channel,
        channel_number=placement.channel_number,
        customer_id=placement.customer_id,
        order_status=order.state.value,
        payment_status=payment_status(order),
        fulfilment_status=fulfilment_status(order),
        returns_status=returns_status(case),
        open_exceptions=sum(item.is_open for item in order.exceptions),
        currency=placement.currency,
        total_minor=placement.total_minor,
    )


@attrs.frozen
class OrderView:
    """A snapshot of one order: read it, ask for a new one later.

    Whatever is worked out of it raises ``InvariantError`` if what was
    stored contradicts itself.
    """

    case: Case

    @property
    def id(self) -> str:
        """The order's id."""
        return self.case.order_id

    @property
    def version(self) -> int:
        """How many events there are; for ``expected_version``."""
        return self.case.version

    @property
    def order(self) -> Order:
        """The order itself."""
        return self.case.placed

    @property
    def lines(self) -> tuple[OrderLine, ...]:
        """Its lines, with what their units cost by now."""
        return tuple(self.order.lines().values())

    @property
    def status(self) -> Status:
        """Where it is on each axis."""
        with Sound(self.id):
            return Status(
                order=self.order.state.value,
                payment=payment_status(self.order),
                fulfilment=fulfilment_status(self.order),
                returns=returns_status(self.case),
            )

    @property
    def total(self) -> Money:
        """What the order came to when it was placed."""
        return self._money(self.order.placement.total_minor)

    @property
    def due(self) -> Money:
        """What is wanted for all units that are not cancelled."""
        with Sound(self.id):
            return self._money(need_minor(self.order))

    @property
    def paid(self) -> Money:
        """What was captured, refunds not deducted."""
        with Sound(self.id):
            return self._money(balance(self.order).captured)

    @property
    def refunded(self) -> Money:
        """What was given back, as money or as store credit."""
        with Sound(self.id):
            return self._money(balance(self.order).refunded)

    @property
    def kept(self) -> Money:
        """What the shop has: captured less all that went back."""
        with Sound(self.id):
            return self._money(balance(self.order).net)

    def _money(self, minor: int) -> Money:
        return Money.of_minor(minor, self.order.placement.currency)

    @property
    def shipments(self) -> tuple[Shipment, ...]:
        """Its shipments, in the order they were planned."""
        return tuple(self.case.shipments.values())

    @property
    def reservations(self) -> tuple[Reservation, ...]:
        """Its reservations, in the order they were asked for."""
        return tuple(self.case.reservations.values())

    @property
    def returns(self) -> tuple[Return, ...]:
        """Its returns, in the order they were requested."""
        return tuple(self.case.returns.values())

    @property
    def holds(self) -> tuple[Hold, ...]:
        """What stands against its going on."""
        return self.order.holds

    @property
    def exceptions(self) -> tuple[ExceptionItem, ...]:
        """The contradictions that wait for somebody to settle them."""
        return tuple(x for x in self.order.exceptions if x.is_open)

    def allowed(self) -> tuple[Allowed, ...]:
        """What can be asked for next."""
        with Sound(self.id):
            return allowed(self.case)
