"""The people of a simulated shop: what each of them does next.

Nobody here calls anything: each function reads a case and gives the
next command or fact, or None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Actor, Command, Remedy
from orderlife._kernel.offers import Allowed
from orderlife._values.money import Money
from orderlife._values.personal import Address, Contact
from orderlife.house import HOUSE
from orderlife.policy.model import Policy
from orderlife.policy.permissions import Grant
from orderlife.ports.payment import Tender
from orderlife.rooms.exceptions.messages import ResolveException
from orderlife.rooms.exceptions.model import ExceptionItem
from orderlife.rooms.order.messages import (
    CancelLines,
    CancelOrder,
    OpenHold,
    PlaceOrder,
    ReleaseHold,
)
from orderlife.rooms.order.model import Line, LineKind
from orderlife.rooms.payment.messages import (
    CapturePayment,
    PayOrder,
    RefundPayment,
)
from orderlife.rooms.returns.lifecycle import RETURN
from orderlife.rooms.returns.messages import (
    ApproveReturn,
    CloseReceiving,
    DeclineReturn,
    InspectReturn,
    RequestReturn,
)
from orderlife.rooms.returns.model import Return
from orderlife.testing.simulation.choices import Choices
from orderlife.testing.simulation.looks import findings, received, remedies
from orderlife.testing.simulation.staff import (
    BUYER,
    OF_SHIPMENT,
    STAFF,
    Message,
    Staff,
)

__all__ = ["GRANTS", "STRANGERS", "People"]

STRANGERS: Final = (Actor("customer", "mallory"), Actor("provider", "post"))
"""They may do nothing with an order of another's; the second, nothing."""
_COMMANDS: Final = HOUSE.commands
GRANTS: Final = {
    "customer": [Grant(kind, own=True) for kind in _COMMANDS],
    "staff": [Grant(kind) for kind in _COMMANDS],
}
"""Who may do what, in every simulated shop."""
_SKUS: Final = ("mug", "cup")
_RANK: Final = {
    kind: rank
    for rank, kind in enumerate(
        (
            *("PlaceDraft", "CancelOrder", "CancelLines", "PayOrder"),
            *("CapturePayment", "RefundPayment", "RequestReturn"),
            *("OpenHold", "ReleaseHold", "ResolveException"),
            *("FillBackorder", "PickShipment", "PackShipment"),
            *("BuyShipmentLabel", "DispatchShipment", "CancelShipment"),
            *("InterceptShipment", "ApproveReturn", "DeclineReturn"),
            *("CancelReturn", "CloseReceiving", "InspectReturn"),
            "ChangeDisposition",
        )
    )
}
"""In which order people look at what they may do: a seed makes the same
schedules whatever the order of the rooms."""
_EXTRAS: Final[tuple[LineKind, ...]] = (
    "goods",
    "goods",
    "goods",
    "charge",
    "service",
    "digital",
)
"""Of what kind one more line is; goods: there is none."""
_TOKENS: Final = (
    *("tok_visa",) * 6,
    "tok_reported",
    "tok_pending",
    "tok_declined",
    "tok_pending_paid",
    "tok_action",
    "tok_paid_at_once",
    "tok_partial_500",
    "tok_refund_fails",
    "tok_refund_pending",
    "tok_capture_declined",
    "tok_capture_pending",
    "tok_void_declined",
    "tok_expires_1",
    "tok_reported_twice",
    "tok_reported_late",
)


def _in_their_order(case: Case) -> Callable[[Allowed], tuple[int, int, int]]:
    """First the order, then what belongs to it, part by part."""
    order = case.placed
    parts = [
        case.order_id,
        *(hold.hold_id for hold in order.holds),
        *(item.exception_id for item in order.exceptions),
        *case.reservations,
        *case.shipments,
        *case.returns,
    ]
    places = {part: place for place, part in enumerate(parts)}

    def key(choice: Allowed) -> tuple[int, int, int]:
        rank = _RANK[choice.command.__name__]
        return (choice.subject != case.order_id, places[choice.subject], rank)

    return key


class People(Staff):
    """Customers, warehouse and staff, as the choices have them act.

    Args:
        choices: what they do.
        tenant: whose people they are.
    """

    def __init__(self, choices: Choices, tenant: str) -> None:
        super().__init__(choices)
        self._tenant = tenant

    # Customers

    def place(self, order_id: str) -> PlaceOrder:
        """Place an order of a line or two, with a tender or two."""
        draw = self._choices.below
        wanted = [draw(2) for _ in range(1 + draw(2))]
        lines = tuple(
            Line(
                sku=_SKUS[which],
                quantity=1 + draw(2),
                unit_price=Money.of_minor(1_000 + number, "EUR"),
                seller="us" if which else "them",
            )
            for number, which in enumerate(wanted)
        )
        # No choice: it shortens no trace, and shows in every few orders.
        extra = _EXTRAS[self._commands % len(_EXTRAS)]
        if extra != "goods":
            price = Money.of_minor(98 + self._commands, "EUR")
            more = Line(sku=extra, quantity=1, unit_price=price, kind=extra)
            lines = (*lines, more)
        tokens = [self._choices.one(_TOKENS)]
        if draw(4) == 1:
            tokens.append(self._choices.one(_TOKENS))
        first = Money.of_minor(700, "EUR") if len(tokens) > 1 else None
        order: PlaceOrder = self._make(
            PlaceOrder,
            order_id,
            lines=lines,
            customer_id=BUYER.id,
            channel=self._tenant,
            ship_to=Address(
                name=f"Grace of {self._tenant}",
                lines=("1 Way",),
                city="Bonn",
                country="DE",
            ),
            contact=Contact(email=f"grace@{self._tenant}.example.org"),
            tenders=tuple(
                Tender("card", token, None if number else first)
                for number, token in enumerate(tokens)
            ),
            shipping=Money.of_minor(draw(2) * 490, "EUR"),
        )
        return order

    # Strangers

    def forbidden(self, command: Command | None) -> Command:
        """What a stranger asks for: something of another's, or nothing's.

        Args:
            command: what somebody else has asked for, or would.
        """
        stranger = STRANGERS[self._choices.aside(len(STRANGERS))]
        how = self._choices.aside(4)
        if command is None or how == 1:
            # In another's name, or of an order that is not there.
            asked = self.place("o98")
            return attrs.evolve(asked, actor=stranger)
        if how == 2:
            cancel = self._make(CancelOrder, "o99", reason="customer")
            return attrs.evolve(cancel, actor=stranger)  # type: ignore[no-any-return]
        if how == 3:
            # The same id: what was it answered?
            return attrs.evolve(command, actor=stranger)
        self._commands += 1
        return attrs.evolve(
            command, actor=stranger, command_id=f"c{self._commands}"
        )

    # Whatever is allowed

    def act(self, case: Case, now: datetime) -> Message | None:
        """Do one of the things that are allowed."""
        found, _ = HOUSE.possible(case, now, Policy(), STAFF)
        choices = sorted(found, key=_in_their_order(case))
        if not choices:
            return None
        chosen = self._choices.one(choices)
        message: Message | None = self._act(case, chosen, now)
        return message

    def _act(self, case: Case, choice: Allowed, now: datetime) -> Any:
        draw, order_id, subject = (
            self._choices.below,
            case.order_id,
            choice.subject,
        )
        lines = [line.line_id for line in case.placed.placement.lines]
        make = self._make
        match choice.command.__name__:
            case "CancelOrder":
                return make(CancelOrder, order_id, reason="customer")
            case "CancelLines":
                wanted = {self._choices.one(lines): 1 + draw(2)}
                return make(CancelLines, order_id, quantities=wanted)
            case "PayOrder":
                token = self._choices.one(_TOKENS)
                return make(PayOrder, order_id, tender=Tender("card", token))
            case "CapturePayment":
                return make(CapturePayment, order_id)
            case "RefundPayment":
                parts: list[Any] = [
                    {},
                    "postage",
                    {self._choices.one(lines): 1},
                ]
                return make(
                    RefundPayment,
                    order_id,
                    amount=Money.of_minor(1 + draw(300), "EUR"),
                    reason="goodwill",
                    of=self._choices.one(parts),
                )
            case "OpenHold" if not case.placed.holds:
                return make(
                    OpenHold,
                    order_id,
                    reason="other",
                    blocks=("confirm", "dispatch"),
                )
            case "ReleaseHold":
                return make(ReleaseHold, order_id, hold_id=subject)
            case "ResolveException":
                return self._settle(case, subject)
            case name if name in OF_SHIPMENT:
                return self._handle(case.shipment(subject), name)
            case "RequestReturn":
                return self._ask_back(case, self._choices.one(lines))
            case name if name in _OF_RETURN:
                return self._return(case.return_(subject), name, now)
            case _:
                return None

    def _settle(self, case: Case, exception_id: str) -> ResolveException:
        (item,) = [
            item
            for item in case.placed.exceptions
            if item.exception_id == exception_id
        ]
        remedy = self._choices.one(HOUSE.remedies[item.contradiction.kind])
        return self._resolved(case, item, remedy)

    def _resolved(
        self, case: Case, item: ExceptionItem, remedy: Remedy
    ) -> ResolveException:
        resolved: ResolveException = self._make(
            ResolveException,
            case.order_id,
            exception_id=item.exception_id,
            remedy=remedy,
            note="settled",
        )
        return resolved

    def _ask_back(self, case: Case, line_id: str) -> Any:
        draw = self._choices.below
        return self._make(
            RequestReturn,
            case.order_id,
            quantities={line_id: 1 + draw(2)},
            reason=self._choices.one(("defective", "unwanted")),
            resolution=self._choices.one(("refund", "store_credit", "keep")),
        )

    # Returns

    def give_back(self, case: Case, now: datetime) -> Message | None:
        """Ask for a return, or take one a step further."""
        for return_ in case.returns.values():
            if not RETURN.is_terminal(return_.state) and (
                message := self._returned(return_, now, self._choices.below(3))
            ):
                return message
        if not case.placed.has_left:
            return None
        lines = [line.line_id for line in case.placed.placement.lines]
        asked: Message = self._ask_back(case, self._choices.one(lines))
        return asked

    def _returned(
        self, return_: Return, now: datetime, how: int
    ) -> Message | None:
        match return_.state.value:
            case "requested":
                name = "DeclineReturn" if how == 0 else "ApproveReturn"
            case "approved" | "in_transit":
                name = "ReturnReceived"
            case "receiving":
                name = "CloseReceiving" if how == 0 else "ReturnReceived"
            case "received":
                name = "InspectReturn"
            case _:
                return None
        message: Message | None = self._return(return_, name, now, how)
        return message

    def _return(
        self, return_: Return, name: str, now: datetime, how: int | None = None
    ) -> Any:
        if how is None:
            how = self._choices.below(3)
        match name:
            case "ApproveReturn":
                return self._back(ApproveReturn, return_)
            case "DeclineReturn":
                return self._back(DeclineReturn, return_, explanation="no")
            case "CloseReceiving":
                return self._back(CloseReceiving, return_)
            case "InspectReturn":
                seen = tuple(findings(return_, how))
                if not seen:
                    return None
                return self._back(InspectReturn, return_, findings=seen)
            case _:
                return received(return_, now, how)

    def _back(self, kind: type[Any], return_: Return, **fields: Any) -> Any:
        order_id = return_.return_id.rpartition("-")[0]
        return self._make(
            kind, order_id, return_id=return_.return_id, **fields
        )

    # At the end

    def finish(
        self, case: Case, now: datetime, *, can_be_asked: bool
    ) -> Iterator[Message]:
        """What brings an order to its end, the first thing first.

        Args:
            case: the order as it stands.
            now: the time.
            can_be_asked: whether to try again what nobody knows of.
        """
        order = case.placed
        for item in order.exceptions:
            if item.is_open:
                for remedy in remedies(item, order.exceptions, can_be_asked):
                    yield self._resolved(case, item, remedy)
        for hold in order.holds:
            yield self._make(ReleaseHold, case.order_id, hold_id=hold.hold_id)
        for shipment in case.shipments.values():
            if message := self._sent(shipment, now, lambda: ""):
                yield message
        for return_ in case.returns.values():
            if not RETURN.is_terminal(return_.state) and (
                message := self._returned(return_, now, 0)
            ):
                yield message


_OF_RETURN: Final = frozenset(
    ("ApproveReturn", "DeclineReturn", "CloseReceiving", "InspectReturn")
)
