"""An order as a desk shows it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.house import House
from orderlife._kernel.integrity import IntegrityCheck
from orderlife._kernel.messages import DESK, Actor
from orderlife._kernel.offers import Allowed, NotAllowed
from orderlife._values.money import Money
from orderlife._values.personal import Personal
from orderlife._values.plain import core_schema_of, plain_of, schema_of
from orderlife._values.times import utc_or_none
from orderlife.errors import InputError, NotFoundError
from orderlife.house import HOUSE
from orderlife.policy.model import Policy
from orderlife.rooms.exceptions.model import ExceptionItem
from orderlife.rooms.order.model import Hold, Order, OrderLine
from orderlife.rooms.payment.ledger import (
    balance,
    need_minor,
    outstanding_minor,
)
from orderlife.rooms.payment.model import Balance
from orderlife.rooms.returns.model import Return
from orderlife.rooms.shipment.model import Shipment
from orderlife.rooms.status import Status, status_of
from orderlife.rooms.stock.model import Reservation
from orderlife.views.pages import CustomerView, StaffView
from orderlife.views.showing import customer_view, staff_view

__all__ = ["OrderView"]


@attrs.frozen
class OrderView:
    """A snapshot of one order; ask the desk for a new one later.

    FastAPI returns it as it is, and documents it: what a customer may
    see of it, ``customer()``.

    Derived values, such as ``due``, raise ``InvariantError`` if the
    stored order contradicts itself.

    It can be cached: a pickle holds the order, and not the policy and
    the house, which are functions of the program that decides.  What is
    read of a pickle says all but what can be asked for next, and the
    statuses of an application's rooms.
    """

    case: Case
    policy: Policy | None = attrs.field(factory=Policy, eq=False, repr=False)
    """The desk's policy, for what can be asked for next.
    None: the view was read of a pickle."""
    now: datetime | None = attrs.field(
        default=None, eq=False, repr=False, converter=utc_or_none
    )
    """When the view was made; None: unknown."""
    house: House = attrs.field(default=HOUSE, eq=False, repr=False)
    """The desk's house: the rooms that decide."""

    def __copy__(self) -> OrderView:
        return self

    def __deepcopy__(self, memo: object) -> OrderView:
        return self

    def __reduce__(self) -> tuple[type[OrderView], tuple[object, ...]]:
        return OrderView, (self.case, None, self.now)

    @property
    def id(self) -> str:
        """The order's id."""
        return self.case.order_id

    @property
    def version(self) -> int:
        """How many events the order has; for ``expected_version``."""
        return self.case.version

    @property
    def order(self) -> Order:
        """The order itself."""
        return self.case.placed

    @property
    def lines(self) -> tuple[OrderLine, ...]:
        """Its lines, with the present cost of their units."""
        return tuple(self.order.lines().values())

    @property
    def status(self) -> Status:
        """Where it is on each axis."""
        with IntegrityCheck(self.id):
            return status_of(self.case)

    def status_of(self, room: str) -> str:
        """What a room of an application's own says of it in a word.

        Args:
            room: its name.

        Raises:
            NotFoundError: the house has no such room, or the room says
                nothing; names those that do.
        """
        known = []
        for each in self.house.rooms:
            if each.status is not None:
                if each.name == room:
                    return each.status(each.parts.of(self.case))
                known.append(each.name)
        raise NotFoundError("status of room", room, known)

    @property
    def total(self) -> Money:
        """The order's total when it was placed."""
        return self._money(self.order.placement.total_minor)

    @property
    def cost(self) -> Money:
        """What all units cost that are not cancelled, less what is waived."""
        with IntegrityCheck(self.id):
            return self._money(need_minor(self.order))

    @property
    def due(self) -> Money:
        """The amount still to be paid: neither taken nor secured.

        Nothing, once the order has ended or is being cancelled.
        """
        with IntegrityCheck(self.id):
            return self._money(outstanding_minor(self.order))

    @property
    def paid(self) -> Money:
        """The amount captured, refunds not deducted."""
        with IntegrityCheck(self.id):
            return self._money(balance(self.order).captured)

    @property
    def refunded(self) -> Money:
        """The amount given back, as money or as store credit."""
        with IntegrityCheck(self.id):
            return self._money(balance(self.order).refunded)

    @property
    def kept(self) -> Money:
        """The amount that the shop has: captured less all that went back."""
        with IntegrityCheck(self.id):
            return self._money(balance(self.order).net)

    def balance(self, payment_id: str | None = None) -> Balance:
        """Sum the payment ledger, for comparison with the gateway's books.

        Args:
            payment_id: only this payment; None: all of them.
        """
        with IntegrityCheck(self.id):
            return balance(self.order, payment_id)

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
        """The open holds, which keep the order from going on."""
        return self.order.holds

    @property
    def exceptions(self) -> tuple[ExceptionItem, ...]:
        """The open exception items, which wait for a person to settle them."""
        return tuple(x for x in self.order.exceptions if x.is_open)

    def customer(
        self, people: Mapping[str, Personal] | None = None
    ) -> CustomerView:
        """What its customer may see of it, in a browser.

        It has no token of a means of payment, no note of the staff, and
        no reason that is for them alone.

        Args:
            people: its personal data, as ``desk.people`` gives it, to be
                shown, too; None: not shown.
        """
        with IntegrityCheck(self.id):
            return customer_view(self.case, people)

    def staff(self, people: Mapping[str, Personal] | None = None) -> StaffView:
        """What the people of the shop see of it.

        Args:
            people: its personal data, as ``desk.people`` gives it, to be
                shown, too; None: not shown.
        """
        with IntegrityCheck(self.id):
            return staff_view(self.case, people)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        return core_schema_of(cls, lambda view: plain_of(view.customer()))

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> Any:
        return schema_of(CustomerView, whole=False)

    def possible(
        self, actor: Actor = DESK
    ) -> tuple[tuple[Allowed, ...], tuple[NotAllowed, ...]]:
        """Both at once: what is allowed, and what is not, for one page.

        Raises:
            InputError: the view was read of a pickle.
        """
        return self._possible(actor)

    def allowed(self, actor: Actor = DESK) -> tuple[Allowed, ...]:
        """The commands that an actor could give next.

        Each command is tried, and nothing is stored.  Commands that the
        policy denies the actor are left out.  Each says what it may be
        given (``choices``): words, units by line, amounts.

        Raises:
            InputError: the view was read of a pickle.
        """
        return self._possible(actor)[0]

    def not_allowed(self, actor: Actor = DESK) -> tuple[NotAllowed, ...]:
        """The commands that would be refused now, and why, for greyed buttons.

        Raises:
            InputError: the view was read of a pickle.
        """
        return self._possible(actor)[1]

    def _possible(
        self, actor: Actor
    ) -> tuple[tuple[Allowed, ...], tuple[NotAllowed, ...]]:
        if self.policy is None:
            message = (
                f"the view of order {self.id} was read of a pickle, which "
                "has no policy: get the order from a desk to ask it"
            )
            raise InputError(message)
        now = self.now or datetime.now(UTC)
        with IntegrityCheck(self.id):
            return self.house.possible(self.case, now, self.policy, actor)
