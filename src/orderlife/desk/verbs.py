"""The verbs of a desk, by the room that they belong to.

Each makes a command or a fact and submits it.  The answer is the order
as it stands then: at once from an ``OrderDesk``, to be awaited from an
``AsyncOrderDesk``.
"""

from __future__ import annotations

import abc
from typing import TYPE_CHECKING, Final, TypeVar

from orderlife._kernel.messages import Command, Fact
from orderlife._kernel.verbs import Desk
from orderlife.rooms.exceptions.verbs import ExceptionVerbs
from orderlife.rooms.order.verbs import OrderVerbs, PlaceAndCancel
from orderlife.rooms.payment.verbs import PayAndRefund, PaymentVerbs
from orderlife.rooms.returns.verbs import ReturnVerbs
from orderlife.rooms.shipment.verbs import ShipmentVerbs

__all__ = ["DeskVerbs"]

R = TypeVar("R")

_MOVED: Final = {
    "capture": "payments.capture",
    "cancel_lines": "orders.cancel_lines",
    "hold": "orders.hold",
    "release": "orders.release",
    "resolve": "exceptions.resolve",
    "pick": "shipments.pick",
    "pack": "shipments.pack",
    "buy_label": "shipments.buy_label",
    "dispatch": "shipments.dispatch",
    "cancel_shipment": "shipments.cancel",
    "intercept": "shipments.intercept",
    "scan": "shipments.scan",
    "request_return": "returns.request",
    "approve_return": "returns.approve",
    "decline_return": "returns.decline",
    "cancel_return": "returns.cancel",
    "close_receiving": "returns.close_receiving",
    "inspect": "returns.inspect",
    "receive_return": "returns.receive",
}
"""Where the verbs are now that a desk itself had in earlier releases."""


class DeskVerbs(PlaceAndCancel[R], PayAndRefund[R], abc.ABC):
    """The verbs of a desk; ``R`` is what they answer.

    The desk itself has the most common ones: ``place``, ``pay``,
    ``cancel`` and ``refund``.  All verbs are with their rooms.
    """

    def __init__(self) -> None:
        """Make the verbs of a desk that is this object itself."""

    @property
    def _desk(self) -> Desk[R]:
        return self

    @abc.abstractmethod
    def submit(self, command: Command, /) -> R:
        """Follow a command, or raise its refusal."""

    @abc.abstractmethod
    def report(self, fact: Fact, /) -> R:
        """Record a fact.  It is never refused."""

    @abc.abstractmethod
    def new_id(self) -> str:
        """A new id, for an order or a command."""

    @property
    def orders(self) -> OrderVerbs[R]:
        """Place an order, call it off whole or in part, hold it."""
        return OrderVerbs(self)

    @property
    def payments(self) -> PaymentVerbs[R]:
        """Take money, and give it back."""
        return PaymentVerbs(self)

    @property
    def shipments(self) -> ShipmentVerbs[R]:
        """Pick, pack, label, dispatch, track and call back."""
        return ShipmentVerbs(self)

    @property
    def returns(self) -> ReturnVerbs[R]:
        """Ask for a return, judge it, take it in and inspect it."""
        return ReturnVerbs(self)

    @property
    def exceptions(self) -> ExceptionVerbs[R]:
        """Settle contradictions between what was reported and expected."""
        return ExceptionVerbs(self)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            """Raise an error that names the place of a verb that has moved."""
            if name in _MOVED:
                message = f"desk.{name} is now desk.{_MOVED[name]}"
                raise AttributeError(message, name=name, obj=self)
            return object.__getattribute__(self, name)
