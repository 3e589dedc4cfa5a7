"""The people of a simulated shop: what each of them does next.

Nobody here calls anything: each function reads a case and gives the
next command or fact, or None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Actor, Command, Fact, Remedy
from orderlife._kernel.offers import Allowed
from orderlife._values.money import Money
from orderlife._values.personal import Address, Contact
from orderlife.house import HOUSE
from orderlife.policy.model import Policy
from orderlife.policy.permissions import Grant
from orderlife.ports.carrier import Parcel
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
from orderlife.rooms.shipment.lifecycle import SHIPMENT, ShipmentState
from orderlife.rooms.shipment.messages import (
    BuyShipmentLabel,
    CancelShipment,
    DispatchShipment,
    InterceptShipment,
    PackShipment,
    PickShipment,
    Scanned,
)
from orderlife.rooms.shipment.model import ScanStatus, Shipment
from orderlife.testing.simulation.choices import Choices
from orderlife.testing.simulation.looks import findings, received, remedies

__all__ = ["BUYER", "GRANTS", "STRANGERS", "People"]

_STAFF: Final = Actor("staff", "ada")
BUYER: Final = Actor("customer", "grace")
"""The customer of all orders, of each tenant."""
STRANGERS: Final = (Actor("customer", "mallory"), Actor("provider", "post"))
"""They may do nothing with an order of another's; the second, nothing."""
_CARRIER: Final = Actor("provider", "carrier")
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
_SERVICES: Final = (
    "",
    "",
    "express",
    "refuse",
    "pending",
    "void_rejected",
    "void_pending",
)
_SCANS: Final = tuple(ScanStatus)
_RESTS: Final = frozenset(
    (
        ShipmentState.DELIVERED,
        ShipmentState.LOST,
        ShipmentState.DAMAGED,
        ShipmentState.RETURNED_TO_SENDER,
        ShipmentState.PLANNED,
        ShipmentState.PICKING,
        ShipmentState.PACKED,
        ShipmentState.READY,
    )
)
"""Where a shipment is that no carrier moves on."""

Message = Command | Fact


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


class People:
    """Customers, warehouse and staff, as the choices have them act.

    Args:
        choices: what they do.
        tenant: whose people they are.
    """

    def __init__(self, choices: Choices, tenant: str) -> None:
        self._choices = choices
        self._tenant = tenant
        self._commands = 0

    def _make(self, kind: type[Any], case_id: str, **fields: Any) -> Any:
        self._commands += 1
        by_buyer = kind in {PlaceOrder, PayOrder, RequestReturn}
        return kind(
            order_id=case_id,
            command_id=f"c{self._commands}",
            actor=BUYER if by_buyer else _STAFF,
            **fields,
        )

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

    # The warehouse and the carrier

    def send(self, case: Case, now: datetime) -> Message | None:
        """Bring a shipment one step further, from where it is."""
        for sent in case.shipments.values():
            if message := self._sent(sent, now, self.service):
                return message
        return None

    def service(self) -> str:
        """A carrier's service, at times an unwilling one."""
        return self._choices.one(_SERVICES)

    def _sent(
        self,
        sent: Shipment,
        now: datetime,
        service: Callable[[], str],
    ) -> Message | None:
        message: Message
        match sent.state:
            case ShipmentState.PLANNED:
                message = self._part(PickShipment, sent, picked=None)
            case ShipmentState.PICKING:
                parcels = (Parcel(weight_g=500),)
                message = self._part(PackShipment, sent, parcels=parcels)
            case ShipmentState.PACKED | ShipmentState.READY:
                free = not (sent.label_pending or sent.void_pending)
                if not free:
                    return None
                message = self._part(DispatchShipment, sent, service=service())
            case state if state in _RESTS or SHIPMENT.is_terminal(state):
                return None
            case _:
                returning = sent.state is ShipmentState.RETURNING
                status = "returned" if returning else "delivered"
                message = self._scan(sent, ScanStatus(status), now)
        return message

    def _part(self, kind: type[Any], sent: Shipment, **fields: Any) -> Any:
        order_id = sent.shipment_id.rpartition("-")[0]
        return self._make(
            kind, order_id, shipment_id=sent.shipment_id, **fields
        )

    @staticmethod
    def _scan(sent: Shipment, status: ScanStatus, at: datetime) -> Scanned:
        return Scanned(
            order_id=sent.shipment_id.rpartition("-")[0],
            shipment_id=sent.shipment_id,
            status=status,
            at=at,
            source=_CARRIER,
        )

    def scan(self, case: Case, now: datetime) -> Scanned | None:
        """The carrier says anything at all of a shipment."""
        shipments = tuple(case.shipments.values())
        if not shipments:
            return None
        sent = self._choices.one(shipments)
        hours = self._choices.one((0, -30, 30))
        at = now + timedelta(hours=hours)
        return self._scan(sent, self._choices.one(_SCANS), at)

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
        found, _ = HOUSE.possible(case, now, Policy(), _STAFF)
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
            case name if name in _OF_SHIPMENT:
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

    def _handle(self, sent: Shipment, name: str) -> Any:
        draw = self._choices.below
        match name:
            case "PickShipment":
                picked = dict(sent.items)
                if draw(4) == 1:
                    first = next(iter(picked))
                    picked[first] = max(0, picked[first] - 1)
                return self._part(PickShipment, sent, picked=picked)
            case "PackShipment":
                parcels = (Parcel(weight_g=500),)
                return self._part(PackShipment, sent, parcels=parcels)
            case "BuyShipmentLabel":
                service = self.service()
                return self._part(BuyShipmentLabel, sent, service=service)
            case "DispatchShipment":
                service = self.service()
                return self._part(DispatchShipment, sent, service=service)
            case "CancelShipment":
                return self._part(CancelShipment, sent, reason="")
            case _:
                return self._part(InterceptShipment, sent)

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
        for back in case.returns.values():
            if not RETURN.is_terminal(back.state) and (
                message := self._returned(back, now, self._choices.below(3))
            ):
                return message
        if not case.placed.has_left:
            return None
        lines = [line.line_id for line in case.placed.placement.lines]
        asked: Message = self._ask_back(case, self._choices.one(lines))
        return asked

    def _returned(
        self, back: Return, now: datetime, how: int
    ) -> Message | None:
        match back.state.value:
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
        message: Message | None = self._return(back, name, now, how)
        return message

    def _return(
        self, back: Return, name: str, now: datetime, how: int | None = None
    ) -> Any:
        if how is None:
            how = self._choices.below(3)
        match name:
            case "ApproveReturn":
                return self._back(ApproveReturn, back)
            case "DeclineReturn":
                return self._back(DeclineReturn, back, explanation="no")
            case "CloseReceiving":
                return self._back(CloseReceiving, back)
            case "InspectReturn":
                seen = tuple(findings(back, how))
                if not seen:
                    return None
                return self._back(InspectReturn, back, findings=seen)
            case _:
                return received(back, now, how)

    def _back(self, kind: type[Any], back: Return, **fields: Any) -> Any:
        order_id = back.return_id.rpartition("-")[0]
        return self._make(kind, order_id, return_id=back.return_id, **fields)

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
        for sent in case.shipments.values():
            if message := self._sent(sent, now, lambda: ""):
                yield message
        for back in case.returns.values():
            if not RETURN.is_terminal(back.state) and (
                message := self._returned(back, now, 0)
            ):
                yield message


_OF_SHIPMENT: Final = frozenset(
    (
        "PickShipment",
        "PackShipment",
        "BuyShipmentLabel",
        "DispatchShipment",
        "CancelShipment",
        "InterceptShipment",
    )
)
_OF_RETURN: Final = frozenset(
    ("ApproveReturn", "DeclineReturn", "CloseReceiving", "InspectReturn")
)
