"""What an order of the data set asks of a shop, and when.

:func:`form` makes the command that places it, :func:`schedule` says when
the rest of its life happens.  The data tell most of that, not all:

* Nobody wrote down when an order was called off.  It is taken to be a
  day after the last thing that is known of it; goods that were with the
  carrier by then are back a week later.
* A time that is missing, though the order can only have gone on after
  it, is taken from what is known, and named in ``Schedule.assumed``.
* A customer's name, street and mail address are not in the data, nor
  is the seller's stock.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import attrs

from orderlife import Actor, Address, Money
from orderlife.ports.carrier import Parcel
from orderlife.ports.payment import Tender
from orderlife.replay.olist_csv import (
    OlistItem,
    OlistOrder,
    OlistPayment,
    PaymentKind,
)
from orderlife.rooms.order.messages import PlaceOrder
from orderlife.rooms.order.model import Line

__all__ = [
    "CALLED_OFF",
    "Ask",
    "Schedule",
    "asks",
    "form",
    "line_items",
    "paid_minor",
    "parcels",
    "schedule",
    "unfit",
]

CALLED_OFF: Final = frozenset(("canceled", "unavailable"))
"""The statuses of orders that came to nothing."""

_WENT_AHEAD: Final = frozenset(
    ("approved", "processing", "invoiced", "shipped", "delivered")
)
_LEFT: Final = frozenset(("shipped", "delivered"))
_UNTIL_CALLED_OFF: Final = timedelta(days=1)
_UNTIL_BACK: Final = timedelta(days=7)
_UNTIL_ASKED: Final = timedelta(days=1)

_KINDS: Final[Mapping[PaymentKind, str]] = {
    "boleto": "boleto",
    "credit_card": "card",
    "debit_card": "card",
    "not_defined": "other",
    "voucher": "voucher",
}


@attrs.frozen(kw_only=True)
class Ask:
    """What one means of payment is asked for, and what it paid."""

    tender: Tender
    paid: Money


@attrs.frozen(kw_only=True)
class Schedule:
    """When the things happen that make an order's life."""

    purchased_at: datetime
    approved_at: datetime | None
    """When it was paid; None: it never was."""
    carrier_at: datetime | None
    delivered_at: datetime | None
    called_off_at: datetime | None
    back_at: datetime | None
    """When the goods of an order that was called off are back."""
    asked_at: datetime | None
    """When the customer is asked how it was; None: nothing arrived."""
    assumed: tuple[str, ...]
    """Which times the data do not tell: approval, hand_over, delivery."""


def _brl(minor: int) -> Money:
    return Money.of_minor(minor, "BRL")


def _total_minor(order: OlistOrder) -> int:
    return sum(i.price.minor + i.freight.minor for i in order.items)


def paid_minor(order: OlistOrder) -> int:
    """What all payments of an order come to, in centavos."""
    return sum(payment.amount.minor for payment in order.payments)


def _went_ahead(order: OlistOrder) -> bool:
    moved = order.carrier_at or order.delivered_at
    return order.status in _WENT_AHEAD or moved is not None


def unfit(order: OlistOrder) -> str:
    """Why an order cannot be placed; empty: nothing is known against it."""
    if not order.items:
        return "no items"
    total, paid = _total_minor(order), paid_minor(order)
    if total and not paid and _went_ahead(order):
        return f"no payment, though {_brl(total)} were due and it went ahead"
    if any(ask.tender.amount == _brl(0) for ask in asks(order)):
        return f"{_brl(paid)} were paid for an order of {_brl(total)}"
    return ""


def asks(order: OlistOrder) -> tuple[Ask, ...]:
    """What each means of payment is asked for: the total, in all.

    Where more or less was paid, it is the largest that is asked for a
    different amount.  Payments of nothing are left out.
    """
    paid = [payment for payment in order.payments if payment.amount]
    if not paid:
        return ()
    over = paid_minor(order) - _total_minor(order)
    largest = max(paid, key=lambda payment: payment.amount.minor)
    return tuple(
        Ask(
            tender=_tender(payment, over if payment is largest else 0),
            paid=payment.amount,
        )
        for payment in paid
    )


def _tender(payment: OlistPayment, over: int) -> Tender:
    return Tender(
        _KINDS[payment.kind],
        f"{payment.kind}-{payment.sequence}",
        _brl(max(0, payment.amount.minor - over)),
        max(1, payment.instalments),
    )


def form(order: OlistOrder) -> PlaceOrder:
    """The command that places an order, as its customer gives it."""
    customer = order.customer
    return PlaceOrder(
        order_id=order.order_id,
        command_id="place",
        actor=Actor("customer", customer.unique_id),
        lines=tuple(
            _line(line_id, items)
            for line_id, items in line_items(order).items()
        ),
        customer_id=customer.unique_id,
        ship_to=Address(
            name=f"customer {customer.unique_id[:8]}",
            lines=("(no street in the data)",),
            city=customer.city or "(no city in the data)",
            region=customer.state,
            postcode=customer.postcode,
            country="BR",
        ),
        tenders=tuple(ask.tender for ask in asks(order)),
        tax_included=True,
        expected_total=_brl(_total_minor(order)),
        promised_by=order.promised_by,
        channel="olist",
        channel_number=order.order_id,
    )


def line_items(order: OlistOrder) -> dict[str, list[OlistItem]]:
    """The units of each line, by its id: one product, seller and price."""
    lines: dict[tuple[str, str, int], list[OlistItem]] = {}
    for item in order.items:
        key = item.product_id, item.seller.seller_id, item.price.minor
        lines.setdefault(key, []).append(item)
    return {str(items[0].number): items for items in lines.values()}


def _line(line_id: str, items: list[OlistItem]) -> Line:
    item = items[0]
    return Line(
        line_id=line_id,
        sku=item.product_id,
        quantity=len(items),
        unit_price=item.price,
        shipping=_brl(sum(each.freight.minor for each in items)),
        title=item.category,
        seller=item.seller.seller_id,
        place=item.seller.seller_id,
        weight_g=item.weight_g or 0,
    )


def parcels(order: OlistOrder, units: Mapping[str, int]) -> tuple[Parcel, ...]:
    """A parcel for each of these units, by line, in its product's box.

    What has no known weight is taken to weigh 1 g.
    """
    lines = line_items(order)
    return tuple(
        Parcel(
            weight_g=lines[line_id][0].weight_g or 1,
            length_mm=lines[line_id][0].length_mm or 0,
            width_mm=lines[line_id][0].width_mm or 0,
            height_mm=lines[line_id][0].height_mm or 0,
        )
        for line_id, number in units.items()
        for _ in range(number)
    )


def schedule(order: OlistOrder) -> Schedule:
    """When the things happen that make an order's life."""
    assumed: list[str] = []
    carrier_at, delivered_at = order.carrier_at, order.delivered_at
    if carrier_at is None and (order.status in _LEFT or delivered_at):
        assumed.append("hand_over")
        last = max(item.ship_by for item in order.items)
        carrier_at = min(last, delivered_at or last)
    if carrier_at and delivered_at is None and order.status == "delivered":
        assumed.append("delivery")
        delivered_at = max(order.promised_by, carrier_at)
    approved_at = order.approved_at
    if approved_at is None and _went_ahead(order):
        assumed.append("approval")
        approved_at = carrier_at or order.purchased_at
    called_off_at = None
    if order.status in CALLED_OFF:
        known = (order.purchased_at, approved_at, carrier_at, delivered_at)
        called_off_at = _UNTIL_CALLED_OFF + max(at for at in known if at)
    return Schedule(
        purchased_at=order.purchased_at,
        approved_at=approved_at,
        carrier_at=carrier_at,
        delivered_at=delivered_at,
        called_off_at=called_off_at,
        back_at=called_off_at and carrier_at and called_off_at + _UNTIL_BACK,
        asked_at=_asked_at(order, delivered_at),
        assumed=tuple(assumed),
    )


def _asked_at(
    order: OlistOrder, delivered_at: datetime | None
) -> datetime | None:
    """When the first review was asked for, once the goods are there."""
    if delivered_at is None:
        return None
    if not order.reviews:
        return delivered_at + _UNTIL_ASKED
    return max(delivered_at, order.reviews[0].created_at)
