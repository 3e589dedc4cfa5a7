"""Pages: what is shown of an order, and to whom.

A page lists what it shows, field by field: what is new in an order is
on no page until it is written here.  A customer's page has no token of
a means of payment, no note of the staff and no reason that is for them
alone, and no personal data unless the program gives it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import attrs

from orderlife._values.money import Money
from orderlife._values.plain import Shown
from orderlife._values.times import utc, utc_or_none
from orderlife.rooms.order.model import LineKind
from orderlife.rooms.payment.lifecycle import OperationState
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.status import Status

__all__ = [
    "AddressPage",
    "ContactPage",
    "CustomerView",
    "ExceptionPage",
    "HoldPage",
    "LinePage",
    "PaymentPage",
    "PeoplePage",
    "ReturnLinePage",
    "ReturnPage",
    "ShipmentPage",
    "ShortagePage",
    "StaffView",
    "UnitsPage",
]


@attrs.frozen(kw_only=True)
class UnitsPage(Shown):
    """How many units of a line there are, and where they are."""

    ordered: int
    cancelled: int
    backordered: int
    shipped: int
    delivered: int
    lost: int
    returned: int
    refunded: int


@attrs.frozen(kw_only=True)
class LinePage(Shown):
    """A line of an order."""

    line_id: str
    sku: str
    title: str
    kind: LineKind
    options: Mapping[str, str]
    units: UnitsPage
    unit_price: Money
    cost: Money
    """What its units cost that are not cancelled, with tax and postage."""
    final_sale: bool
    """Whether it cannot be returned."""


@attrs.frozen(kw_only=True)
class ShipmentPage(Shown):
    """Goods on their way to the customer, or that were."""

    shipment_id: str
    state: ShipmentState
    items: Mapping[str, int]
    """Units by line."""
    carrier: str
    """Empty: there is no label yet."""
    tracking_number: str
    last_scan: str
    """The latest status of the carrier, such as ``in_transit``."""
    last_scan_at: datetime | None = attrs.field(converter=utc_or_none)
    left_at: datetime | None = attrs.field(converter=utc_or_none)
    delivered_at: datetime | None = attrs.field(converter=utc_or_none)


@attrs.frozen(kw_only=True)
class PaymentPage(Shown):
    """One use of a means of payment."""

    payment_id: str
    kind: str
    """Such as ``card``; the token is not shown."""
    state: OperationState
    """The state of its authorisation; ``reversed``: it failed later."""
    asked: Money
    secured: Money
    """Authorised, and not taken yet."""
    paid: Money
    refunded: Money
    why_not: str
    """Why it was declined: the gateway's code.  A customer is not told
    that a card counts as lost, stolen or misused: ``declined``."""


@attrs.frozen(kw_only=True)
class ShortagePage(Shown):
    """An article of which there was not enough, when it was asked for."""

    sku: str
    wanted: int
    available: int


@attrs.frozen(kw_only=True)
class ReturnLinePage(Shown):
    """Units of a line on their way back."""

    line_id: str
    quantity: int
    received: int


@attrs.frozen(kw_only=True)
class ReturnPage(Shown):
    """Goods that come back."""

    return_id: str
    state: ReturnState
    lines: tuple[ReturnLinePage, ...]
    reason: str
    resolution: Literal["refund", "store_credit", "keep"]
    requested_at: datetime = attrs.field(converter=utc)
    expires_at: datetime | None = attrs.field(converter=utc_or_none)
    """Until when the goods have to come."""
    explanation: str
    """Why it was declined; to the staff also why it was approved."""


@attrs.frozen(kw_only=True)
class AddressPage(Shown):
    """An address: personal data, on a page that was given it."""

    name: str
    lines: tuple[str, ...]
    city: str
    postcode: str
    region: str
    country: str
    phone: str


@attrs.frozen(kw_only=True)
class ContactPage(Shown):
    """How to reach the customer: personal data, as an address is."""

    email: str
    name: str
    phone: str
    language: str


@attrs.frozen(kw_only=True)
class PeoplePage(Shown):
    """The personal data of an order; what was erased is null or empty."""

    contact: ContactPage | None
    ship_to: AddressPage | None
    bill_to: AddressPage | None
    texts: Mapping[str, str]
    """Gift messages, instructions and comments, by their references."""


@attrs.frozen(kw_only=True)
class CustomerView(Shown):
    """An order, as its customer may see it in a browser."""

    order_id: str
    channel: str
    number: str
    """The channel's number of the order; empty: it gave none."""
    placed_at: datetime | None = attrs.field(converter=utc_or_none)
    status: Status
    total: Money
    """What it cost when it was placed."""
    cost: Money
    """What its units cost that are not cancelled, less what is waived."""
    due: Money
    """What is still to be paid; nothing once it has ended."""
    paid: Money
    refunded: Money
    payment_due_at: datetime | None = attrs.field(converter=utc_or_none)
    """Until when it has to be paid for; null: it has no such date."""
    promised_from: datetime | None = attrs.field(converter=utc_or_none)
    promised_by: datetime | None = attrs.field(converter=utc_or_none)
    closed_because: str
    """Why it is cancelled, rejected or expired: a word such as
    ``customer``.  A customer is not told of a suspicion: ``shop``."""
    shortages: tuple[ShortagePage, ...]
    """What was short, as far as the order is without it."""
    lines: tuple[LinePage, ...]
    payments: tuple[PaymentPage, ...]
    shipments: tuple[ShipmentPage, ...]
    returns: tuple[ReturnPage, ...]
    people: PeoplePage | None
    """Its personal data; null unless the program has given it."""


@attrs.frozen(kw_only=True)
class HoldPage(Shown):
    """What keeps the order from going on."""

    hold_id: str
    reason: str
    blocks: tuple[Literal["confirm", "dispatch", "refund"], ...]
    note: str
    by: str
    until: datetime | None = attrs.field(converter=utc_or_none)


@attrs.frozen(kw_only=True)
class ExceptionPage(Shown):
    """A contradiction that waits for a person."""

    exception_id: str
    kind: str
    subject: str
    """Id of the payment, shipment, return … concerned."""
    expected: str
    observed: str
    opened_at: datetime = attrs.field(converter=utc)


@attrs.frozen(kw_only=True)
class StaffView(CustomerView):
    """An order, as the people of the shop see it."""

    version: int
    customer_id: str
    """Empty: a guest."""
    kept: Money
    """What the shop has: taken less all that went back."""
    priority: Literal["low", "normal", "high"]
    shipping_method: str
    screening: str
    """The verdict on fraud; empty: there was none."""
    screening_reason: str
    holds: tuple[HoldPage, ...]
    exceptions: tuple[ExceptionPage, ...]
    """Those that are open."""
