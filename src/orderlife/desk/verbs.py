"""The verbs of a desk, written once for both of its kinds.

Each makes a command or a fact and submits it.  What comes back is the
order as it stands then: at once from an ``OrderDesk``, to be awaited
from an ``AsyncOrderDesk``.
"""

from __future__ import annotations

import abc
from collections.abc import Sequence
from datetime import datetime
from typing import (
    Any,
    Generic,
    Literal,
    TypeVar,
    Unpack,
)

from orderlife._checks.validation import check_command_id
from orderlife._kernel.messages import (
    DESK,
    NOTHING,
    Command,
    Fact,
    Quantities,
    Remedy,
)
from orderlife._values.money import Money
from orderlife._values.once import order_id_for
from orderlife._values.personal import Address, Contact
from orderlife.desk.keywords import (
    FactOptions,
    Options,
    VerbOf,
    as_tuple,
    one_contact,
    parcels_of,
    tenders_of,
    verb,
)
from orderlife.errors import Problem, ValidationError
from orderlife.ports.carrier import Parcel
from orderlife.ports.payment import Tender
from orderlife.rooms.exceptions.messages import ResolveException
from orderlife.rooms.order.messages import (
    CancelLines,
    CancelOrder,
    OpenHold,
    PlaceOrder,
    ReleaseHold,
)
from orderlife.rooms.order.model import (
    Blocks,
    CancelReason,
    Discount,
    HoldReason,
    Line,
)
from orderlife.rooms.payment.messages import (
    CapturePayment,
    PayOrder,
    RefundOf,
    RefundPayment,
)
from orderlife.rooms.payment.model import RefundOrder
from orderlife.rooms.returns.messages import (
    ApproveReturn,
    CancelReturn,
    CloseReceiving,
    DeclineReturn,
    InspectReturn,
    RequestReturn,
    ReturnReceived,
)
from orderlife.rooms.returns.model import Finding, Resolution, UnexpectedItem
from orderlife.rooms.shipment.messages import (
    BuyShipmentLabel,
    CancelShipment,
    DispatchShipment,
    InterceptShipment,
    PackShipment,
    PickShipment,
    Scanned,
)
from orderlife.rooms.shipment.model import ScanStatus

__all__ = ["FactOptions", "Options", "VerbOf", "Verbs", "order_of"]

R = TypeVar("R")


def order_of(part_id: str) -> str:
    """The order's id, out of a shipment's or a return's.

    Raises:
        ValidationError: it is no text.
    """
    if not isinstance(part_id, str):
        problem = Problem("id", f"must be text, not {type(part_id).__name__}")
        raise ValidationError("order", [problem])
    return part_id.rpartition("-")[0]


def _status(status: ScanStatus | str) -> ScanStatus:
    if isinstance(status, ScanStatus):
        return status
    known = [each.value for each in ScanStatus]
    if status in known:
        return ScanStatus(status)
    problem = Problem("status", f"must be one of: {', '.join(known)}")
    raise ValidationError("Scanned", [problem])


class Verbs(abc.ABC, Generic[R]):
    """What can be asked of a desk; ``R`` is what comes back."""

    @abc.abstractmethod
    def submit(self, command: Command, /) -> R:
        """Follow a command, or raise why not."""

    @abc.abstractmethod
    def report(self, fact: Fact, /) -> R:
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
        # What was given is taken as it is: an empty id that somebody has
        # read out of a header is refused, and switches nothing off.
        common: dict[str, Any] = {"actor": DESK, **options}
        if "command_id" not in common:
            common["command_id"] = self.new_id()
        return kind(order_id=order_id, **common, **fields)

    @verb(PlaceOrder, email="contact", pay_with="tenders")
    def place(
        self,
        lines: Sequence[Line],
        *,
        ship_to: Address | None = None,
        bill_to: Address | None = None,
        email: str = "",
        contact: Contact | None = None,
        pay_with: str | Tender | Sequence[Tender] = (),
        tenders: Sequence[Tender] = (),
        shipping: Money | None = None,
        shipping_tax: Money | None = None,
        shipping_method: str = "",
        discounts: Sequence[Discount] = (),
        tax_included: bool = False,
        expected_total: Money | None = None,
        promised_from: datetime | None = None,
        promised_by: datetime | None = None,
        order_id: str = "",
        customer_id: str = "",
        channel: str = "",
        channel_number: str = "",
        priority: Literal["low", "normal", "high"] = "normal",
        gift_message: str = "",
        instructions: str = "",
        **options: Unpack[Options],
    ) -> R:
        """Place an order: all that ``PlaceOrder`` has, and two short ways.

        ``pay_with`` is a card's token, a tender, or several tenders, and
        ``email`` a contact with nothing else.  Beside ``tenders`` and
        ``contact`` they must say the same.

        Where a ``command_id`` is given and no ``order_id``, the order's
        follows from it (``orderlife._values.once``): however often one click
        comes, it makes one order.

        Raises:
            UnknownKeywordError: it takes no such word.
            ValidationError: two ways of saying one thing disagree.
        """
        command = self._make(
            PlaceOrder,
            order_id or self._order_id(options),
            options,
            lines=as_tuple(lines),
            ship_to=ship_to,
            bill_to=bill_to,
            contact=one_contact(contact, email),
            tenders=tenders_of(pay_with, tenders),
            shipping=shipping,
            shipping_tax=shipping_tax,
            shipping_method=shipping_method,
            discounts=as_tuple(discounts),
            tax_included=tax_included,
            expected_total=expected_total,
            promised_from=promised_from,
            promised_by=promised_by,
            customer_id=customer_id,
            channel=channel,
            channel_number=channel_number,
            priority=priority,
            gift_message=gift_message,
            instructions=instructions,
        )
        return self.submit(command)

    def _order_id(self, options: Options) -> str:
        """An id for a new order: the click's own, where there is one."""
        if "command_id" not in options:
            return self.new_id()
        check_command_id(options["command_id"])
        return order_id_for(options["command_id"])

    @verb(PayOrder)
    def pay(
        self, order_id: str, tender: Tender, **options: Unpack[Options]
    ) -> R:
        """Offer another means of payment."""
        return self.submit(
            self._make(PayOrder, order_id, options, tender=tender)
        )

    @verb(CapturePayment)
    def capture(self, order_id: str, **options: Unpack[Options]) -> R:
        """Take what is secured before the goods leave."""
        return self.submit(self._make(CapturePayment, order_id, options))

    @verb(RefundPayment)
    def refund(
        self,
        order_id: str,
        amount: Money,
        reason: str,
        *,
        of: RefundOf = NOTHING,
        as_credit: bool = False,
        payment_id: str = "",
        tender_index: int | None = None,
        refund_order: RefundOrder | None = None,
        **options: Unpack[Options],
    ) -> R:
        """Give money back: for postage, for units, or for the whole."""
        return self.submit(
            self._make(
                RefundPayment,
                order_id,
                options,
                amount=amount,
                reason=reason,
                as_credit=as_credit,
                of=of,
                payment_id=payment_id,
                tender_index=tender_index,
                refund_order=refund_order,
            )
        )

    @verb(CancelOrder)
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

    @verb(CancelLines)
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

    @verb(OpenHold)
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
                blocks=as_tuple(blocks),
                note=note,
                until=until,
            )
        )

    @verb(ReleaseHold)
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

    @verb(ResolveException)
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

    @verb(PickShipment)
    def pick(
        self,
        shipment_id: str,
        picked: Quantities | None = None,
        **options: Unpack[Options],
    ) -> R:
        """Say what was taken from the shelf; None: all of it."""
        return self._ship(PickShipment, shipment_id, options, picked=picked)

    @verb(PackShipment, weight_g="parcels")
    def pack(
        self,
        shipment_id: str,
        weight_g: int = 0,
        *,
        parcels: Sequence[Parcel] = (),
        **options: Unpack[Options],
    ) -> R:
        """Say what the boxes weigh: one weight, or parcels with sizes.

        Raises:
            ValidationError: the weight is not that of all the parcels.
        """
        boxes = parcels_of(weight_g, as_tuple(parcels))
        return self._ship(PackShipment, shipment_id, options, parcels=boxes)

    @verb(BuyShipmentLabel)
    def buy_label(
        self, shipment_id: str, service: str = "", **options: Unpack[Options]
    ) -> R:
        """Buy the label without sending the shipment yet."""
        return self._ship(
            BuyShipmentLabel, shipment_id, options, service=service
        )

    @verb(DispatchShipment)
    def dispatch(
        self, shipment_id: str, service: str = "", **options: Unpack[Options]
    ) -> R:
        """Hand over to the carrier; buys the label if there is none."""
        return self._ship(
            DispatchShipment, shipment_id, options, service=service
        )

    @verb(CancelShipment)
    def cancel_shipment(
        self, shipment_id: str, reason: str = "", **options: Unpack[Options]
    ) -> R:
        """Take a shipment back before it goes."""
        return self._ship(CancelShipment, shipment_id, options, reason=reason)

    @verb(InterceptShipment)
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

    @verb(Scanned)
    def scan(
        self,
        shipment_id: str,
        status: ScanStatus | str,
        at: datetime,
        detail: str = "",
        *,
        correction: bool = False,
        **options: Unpack[FactOptions],
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
                correction=correction,
                **options,
            )
        )

    @verb(RequestReturn)
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

    @verb(ApproveReturn)
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

    @verb(DeclineReturn)
    def decline_return(
        self, return_id: str, explanation: str, **options: Unpack[Options]
    ) -> R:
        """Say no to a return."""
        return self._back(
            DeclineReturn, return_id, options, explanation=explanation
        )

    @verb(CancelReturn)
    def cancel_return(self, return_id: str, **options: Unpack[Options]) -> R:
        """The customer keeps the goods after all."""
        return self._back(CancelReturn, return_id, options)

    @verb(CloseReceiving)
    def close_receiving(self, return_id: str, **options: Unpack[Options]) -> R:
        """Await no further parcel."""
        return self._back(CloseReceiving, return_id, options)

    @verb(InspectReturn)
    def inspect(
        self,
        return_id: str,
        findings: Sequence[Finding],
        **options: Unpack[Options],
    ) -> R:
        """Say what the inspection found."""
        return self._back(
            InspectReturn, return_id, options, findings=as_tuple(findings)
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

    @verb(ReturnReceived)
    def receive_return(
        self,
        return_id: str,
        quantities: Quantities,
        *,
        parcel_id: str,
        at: datetime,
        unexpected: Sequence[UnexpectedItem] = (),
        **options: Unpack[FactOptions],
    ) -> R:
        """Report a parcel that came back."""
        return self.report(
            ReturnReceived(
                order_id=order_of(return_id),
                return_id=return_id,
                parcel_id=parcel_id,
                at=at,
                quantities=quantities,
                unexpected=as_tuple(unexpected),
                **options,
            )
        )
