"""The verbs of a desk, written once for both of its kinds.

Each makes a command or a fact and submits it.  What comes back is the
order as it stands then: at once from an ``OrderDesk``, to be awaited
from an ``AsyncOrderDesk``.
"""

from __future__ import annotations

import abc
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Generic, TypedDict, TypeVar, Unpack, cast

from orderlife.case import AnyCommand, AnyFact
from orderlife.errors import Problem, ValidationError
from orderlife.messages import Actor, Command, Quantities, Remedy
from orderlife.money import Money
from orderlife.order.messages import (
    CancelLines,
    CancelOrder,
    CapturePayment,
    OpenHold,
    PayOrder,
    PlaceOrder,
    RefundPayment,
    ReleaseHold,
    ResolveException,
)
from orderlife.order.model import (
    Blocks,
    CancelReason,
    Discount,
    HoldReason,
    Line,
)
from orderlife.personal import Address, Contact
from orderlife.ports.carrier import Parcel
from orderlife.ports.payment import Tender
from orderlife.returns.messages import (
    ApproveReturn,
    CancelReturn,
    CloseReceiving,
    DeclineReturn,
    InspectReturn,
    RequestReturn,
    ReturnReceived,
)
from orderlife.returns.model import Finding, Resolution, UnexpectedItem
from orderlife.shipment.messages import (
    BuyShipmentLabel,
    CancelShipment,
    DispatchShipment,
    InterceptShipment,
    PackShipment,
    PickShipment,
    Scanned,
)
from orderlife.shipment.model import ScanStatus

__all__ = ["Options", "Verbs", "order_of"]

R = TypeVar("R")
T = TypeVar("T")


class Options(TypedDict, total=False):
    """What every command may carry."""

    actor: Actor
    command_id: str
    notify: bool
    expected_version: int | None


def order_of(part_id: str) -> str:
    """The order's id, out of a shipment's or a return's.

    Raises:
        ValidationError: it is no text.
    """
    if not isinstance(part_id, str):
        problem = Problem("id", f"must be text, not {type(part_id).__name__}")
        raise ValidationError("order", [problem])
    return part_id.rpartition("-")[0]


def _tuple(given: Sequence[T]) -> tuple[T, ...]:
    """A sequence as a tuple; what is none is left to be refused."""
    if isinstance(given, Sequence) and not isinstance(given, str):
        return tuple(given)
    return cast("tuple[T, ...]", given)


def _status(status: ScanStatus | str) -> ScanStatus:
    try:
        return ScanStatus(status)
    except ValueError:
        known = ", ".join(each.value for each in ScanStatus)
        problem = Problem("status", f"must be one of: {known}")
        raise ValidationError("Scanned", [problem]) from None


class Verbs(abc.ABC, Generic[R]):
    """What can be asked of a desk; ``R`` is what comes back."""

    @abc.abstractmethod
    def submit(self, command: AnyCommand, /) -> R:
        """Follow a command, or raise why not."""

    @abc.abstractmethod
    def report(self, fact: AnyFact, /) -> R:
        """Take down a fact.  It is never refused."""

    @abc.abstractmethod
    def new_id(self) -> str:
        """A new id, for an order or a command."""

    def _make(
        self,
        kind: type[Command],
        order_id: str,
        options: Options,
        **fields: Any,
    ) -> Any:
        return kind(
            order_id=order_id,
            command_id=options.get("command_id") or self.new_id(),
            actor=options.get("actor", Actor("staff", "desk")),
            notify=options.get("notify", True),
            expected_version=options.get("expected_version"),
            **fields,
        )

    def place(
        self,
        lines: Sequence[Line],
        *,
        ship_to: Address | None = None,
        bill_to: Address | None = None,
        email: str = "",
        contact: Contact | None = None,
        pay_with: str | Tender | Sequence[Tender] = (),
        shipping: Money | None = None,
        discounts: Sequence[Discount] = (),
        order_id: str = "",
        customer_id: str = "",
        channel: str = "",
        channel_number: str = "",
        **options: Unpack[Options],
    ) -> R:
        """Place an order.

        ``pay_with`` is a card's token, a tender, or several tenders.
        Everything else an order can have is in ``PlaceOrder``, for
        ``submit``.
        """
        if isinstance(pay_with, str):
            tenders: tuple[Tender, ...] = (Tender("card", pay_with),)
        elif isinstance(pay_with, Tender):
            tenders = (pay_with,)
        else:
            tenders = _tuple(pay_with)
        if contact is None and email:
            contact = Contact(email=email)
        command = self._make(
            PlaceOrder,
            order_id or self.new_id(),
            options,
            lines=_tuple(lines),
            ship_to=ship_to,
            bill_to=bill_to,
            contact=contact,
            tenders=tenders,
            shipping=shipping,
            discounts=_tuple(discounts),
            customer_id=customer_id,
            channel=channel,
            channel_number=channel_number,
        )
        return self.submit(command)

    def pay(
        self, order_id: str, tender: Tender, **options: Unpack[Options]
    ) -> R:
        """Offer another means of payment."""
        return self.submit(
            self._make(PayOrder, order_id, options, tender=tender)
        )

    def capture(self, order_id: str, **options: Unpack[Options]) -> R:
        """Take what is secured before the goods leave."""
        return self.submit(self._make(CapturePayment, order_id, options))

    def refund(
        self,
        order_id: str,
        amount: Money,
        reason: str,
        *,
        as_credit: bool = False,
        **options: Unpack[Options],
    ) -> R:
        """Give money back out of goodwill."""
        return self.submit(
            self._make(
                RefundPayment,
                order_id,
                options,
                amount=amount,
                reason=reason,
                as_credit=as_credit,
            )
        )

    def cancel(
        self,
        order_id: str,
        reason: CancelReason = "customer",
        **options: Unpack[Options],
    ) -> R:
        """Call the whole order off."""
        return self.submit(
            self._make(CancelOrder, order_id, options, reason=reason)
        )

    def cancel_lines(
        self,
        order_id: str,
        quantities: Quantities,
        reason: CancelReason = "customer",
        **options: Unpack[Options],
    ) -> R:
        """Call some units off."""
        return self.submit(
            self._make(
                CancelLines,
                order_id,
                options,
                quantities=quantities,
                reason=reason,
            )
        )

    def hold(
        self,
        order_id: str,
        reason: HoldReason,
        *,
        blocks: Sequence[Blocks] = ("confirm", "dispatch"),
        note: str = "",
        until: datetime | None = None,
        **options: Unpack[Options],
    ) -> R:
        """Keep the order from going on."""
        return self.submit(
            self._make(
                OpenHold,
                order_id,
                options,
                reason=reason,
                blocks=_tuple(blocks),
                note=note,
                until=until,
            )
        )

    def release(
        self,
        order_id: str,
        hold_id: str,
        note: str = "",
        **options: Unpack[Options],
    ) -> R:
        """Take a hold away."""
        return self.submit(
            self._make(
                ReleaseHold, order_id, options, hold_id=hold_id, note=note
            )
        )

    def resolve(
        self,
        order_id: str,
        exception_id: str,
        remedy: Remedy,
        note: str,
        **options: Unpack[Options],
    ) -> R:
        """Settle an exception item."""
        return self.submit(
            self._make(
                ResolveException,
                order_id,
                options,
                exception_id=exception_id,
                remedy=remedy,
                note=note,
            )
        )

    def pick(
        self,
        shipment_id: str,
        picked: Quantities | None = None,
        **options: Unpack[Options],
    ) -> R:
        """Say what was taken from the shelf; None: all of it."""
        return self._ship(PickShipment, shipment_id, options, picked=picked)

    def pack(
        self,
        shipment_id: str,
        weight_g: int = 0,
        *,
        parcels: Sequence[Parcel] = (),
        **options: Unpack[Options],
    ) -> R:
        """Say what the boxes weigh: one weight, or parcels with sizes."""
        boxes = _tuple(parcels) or (Parcel(weight_g=weight_g),)
        return self._ship(PackShipment, shipment_id, options, parcels=boxes)

    def buy_label(
        self, shipment_id: str, service: str = "", **options: Unpack[Options]
    ) -> R:
        """Buy the label without sending the shipment yet."""
        return self._ship(
            BuyShipmentLabel, shipment_id, options, service=service
        )

    def dispatch(
        self, shipment_id: str, service: str = "", **options: Unpack[Options]
    ) -> R:
        """Hand over to the carrier; buys the label if there is none."""
        return self._ship(
            DispatchShipment, shipment_id, options, service=service
        )

    def cancel_shipment(
        self, shipment_id: str, reason: str = "", **options: Unpack[Options]
    ) -> R:
        """Take a shipment back before it goes."""
        return self._ship(CancelShipment, shipment_id, options, reason=reason)

    def intercept(self, shipment_id: str, **options: Unpack[Options]) -> R:
        """Ask the carrier to bring a parcel back."""
        return self._ship(InterceptShipment, shipment_id, options)

    def _ship(
        self,
        kind: type[Command],
        shipment_id: str,
        options: Options,
        **fields: Any,
    ) -> R:
        order_id = order_of(shipment_id)
        return self.submit(
            self._make(
                kind, order_id, options, shipment_id=shipment_id, **fields
            )
        )

    def scan(
        self,
        shipment_id: str,
        status: ScanStatus | str,
        at: datetime,
        detail: str = "",
    ) -> R:
        """Report a carrier's scan.

        Raises:
            ValidationError: there is no such status.
        """
        return self.report(
            Scanned(
                order_id=order_of(shipment_id),
                shipment_id=shipment_id,
                status=_status(status),
                at=at,
                detail=detail,
            )
        )

    def request_return(
        self,
        order_id: str,
        quantities: Quantities,
        reason: str,
        *,
        resolution: Resolution = "refund",
        comment: str = "",
        **options: Unpack[Options],
    ) -> R:
        """Ask to give units back."""
        return self.submit(
            self._make(
                RequestReturn,
                order_id,
                options,
                quantities=quantities,
                reason=reason,
                resolution=resolution,
                comment=comment,
            )
        )

    def approve_return(
        self,
        return_id: str,
        explanation: str = "",
        *,
        keep_items: bool = False,
        **options: Unpack[Options],
    ) -> R:
        """Say yes to a return."""
        return self._back(
            ApproveReturn,
            return_id,
            options,
            explanation=explanation,
            keep_items=keep_items,
        )

    def decline_return(
        self, return_id: str, explanation: str, **options: Unpack[Options]
    ) -> R:
        """Say no to a return."""
        return self._back(
            DeclineReturn, return_id, options, explanation=explanation
        )

    def cancel_return(self, return_id: str, **options: Unpack[Options]) -> R:
        """The customer keeps the goods after all."""
        return self._back(CancelReturn, return_id, options)

    def close_receiving(self, return_id: str, **options: Unpack[Options]) -> R:
        """Await no further parcel."""
        return self._back(CloseReceiving, return_id, options)

    def inspect(
        self,
        return_id: str,
        findings: Sequence[Finding],
        **options: Unpack[Options],
    ) -> R:
        """Say what the inspection found."""
        return self._back(
            InspectReturn, return_id, options, findings=_tuple(findings)
        )

    def _back(
        self,
        kind: type[Command],
        return_id: str,
        options: Options,
        **fields: Any,
    ) -> R:
        return self.submit(
            self._make(
                kind,
                order_of(return_id),
                options,
                return_id=return_id,
                **fields,
            )
        )

    def receive_return(
        self,
        return_id: str,
        quantities: Quantities,
        *,
        parcel_id: str,
        at: datetime,
        unexpected: Sequence[UnexpectedItem] = (),
    ) -> R:
        """Report a parcel that came back."""
        return self.report(
            ReturnReceived(
                order_id=order_of(return_id),
                return_id=return_id,
                parcel_id=parcel_id,
                at=at,
                quantities=quantities,
                unexpected=_tuple(unexpected),
            )
        )
