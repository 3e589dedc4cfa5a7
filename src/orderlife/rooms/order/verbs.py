"""The verbs of a desk for orders: place, cancel, hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, TypeVar, Unpack

import attrs

from orderlife._checks.validation import check_command_id
from orderlife._kernel.messages import Quantities
from orderlife._kernel.verbs import Options, Verbs, as_tuple, disagree, verb
from orderlife._values.money import Money
from orderlife._values.once import order_id_for
from orderlife._values.personal import Address, Contact
from orderlife.ports.payment import Tender
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

__all__ = ["OrderVerbs", "PlaceAndCancel"]

R = TypeVar("R")


class PlaceAndCancel(Verbs[R]):
    """The verbs of orders that a desk has itself too."""

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
        """Place an order; takes the fields of ``PlaceOrder``, and two more.

        ``pay_with`` is a card's token, a tender, or several tenders, and
        ``email`` a contact with nothing else.  Beside ``tenders`` and
        ``contact`` they must say the same.

        With a ``command_id`` and no ``order_id``, the order's id is made
        of the command's (``orderlife._values.once``), so that a click that
        is sent several times makes one order.

        Raises:
            UnknownKeywordError: it has no such keyword.
            ValidationError: two keywords for one thing disagree.
        """
        return self._desk.submit(
            PlaceOrder(
                order_id=order_id or self._order_id(options),
                lines=as_tuple(lines),
                ship_to=ship_to,
                bill_to=bill_to,
                contact=_one_contact(contact, email),
                tenders=_tenders_of(pay_with, tenders),
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
                **self._envelope(options),
            )
        )

    def _order_id(self, options: Options) -> str:
        """The id of a new order: made of the command's, if there is one."""
        if "command_id" not in options:
            return self._desk.new_id()
        check_command_id(options["command_id"])
        return order_id_for(options["command_id"])

    @verb(CancelOrder)
    def cancel(
        self,
        order_id: str,
        reason: CancelReason = "customer",
        **options: Unpack[Options],
    ) -> R:
        """Cancel the whole order."""
        return self._desk.submit(
            CancelOrder(
                order_id=order_id, reason=reason, **self._envelope(options)
            )
        )


class OrderVerbs(PlaceAndCancel[R]):
    """The verbs of orders: ``desk.orders``."""

    @verb(CancelLines)
    def cancel_lines(
        self,
        order_id: str,
        quantities: Quantities,
        reason: CancelReason = "customer",
        **options: Unpack[Options],
    ) -> R:
        """Cancel some units."""
        return self._desk.submit(
            CancelLines(
                order_id=order_id,
                quantities=quantities,
                reason=reason,
                **self._envelope(options),
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
        return self._desk.submit(
            OpenHold(
                order_id=order_id,
                reason=reason,
                blocks=as_tuple(blocks),
                note=note,
                until=until,
                **self._envelope(options),
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
        """Release a hold."""
        return self._desk.submit(
            ReleaseHold(
                order_id=order_id,
                hold_id=hold_id,
                note=note,
                **self._envelope(options),
            )
        )


def _one_contact(contact: Contact | None, email: str) -> Contact | None:
    """The contact, or one made of ``email``; both must agree."""
    if not email:
        return contact
    if contact is None:
        return Contact(email=email)
    if not isinstance(contact, Contact):
        return contact  # left to be refused
    if contact.email not in {"", email}:
        hint = "give one of them"
        raise disagree(PlaceOrder, "email", "contact", hint=hint)
    return attrs.evolve(contact, email=email)


def _tenders_of(
    pay_with: str | Tender | Sequence[Tender], tenders: Sequence[Tender]
) -> tuple[Tender, ...]:
    """The means of payment, of ``tenders`` or of ``pay_with``."""
    named = as_tuple(tenders)
    if isinstance(pay_with, str):
        # An empty text is taken for a card's token, and refused.
        found: tuple[Tender, ...] = (Tender("card", pay_with),)
    elif isinstance(pay_with, Tender):
        found = (pay_with,)
    else:
        found = as_tuple(pay_with)
    if not found or not named:
        return found or named
    if found != named:
        hint = "give one of them"
        raise disagree(PlaceOrder, "pay_with", "tenders", hint=hint)
    return named
