"""From an order to its pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from orderlife._kernel.case import Case
from orderlife._values.money import Money
from orderlife._values.personal import (
    Address,
    Contact,
    FreeText,
    Personal,
)
from orderlife.rooms.order.model import Order, OrderLine
from orderlife.rooms.payment.ledger import (
    balance,
    need_minor,
    outstanding_minor,
)
from orderlife.rooms.payment.model import Payment, PaymentOperation
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.model import Return
from orderlife.rooms.shipment.model import Shipment
from orderlife.rooms.status import status_of
from orderlife.views.pages import (
    AddressPage,
    ContactPage,
    CustomerView,
    ExceptionPage,
    HoldPage,
    LinePage,
    PaymentPage,
    PeoplePage,
    ReturnLinePage,
    ReturnPage,
    ShipmentPage,
    ShortagePage,
    StaffView,
    UnitsPage,
)

__all__ = ["customer_view", "people_page", "staff_view"]

_SUSPICION: Final = "fraud"
_DISCREET: Final = frozenset(
    (
        "fraud",
        "fraudulent",
        "suspected_fraud",
        "lost_card",
        "stolen_card",
        "pickup_card",
        "restricted_card",
        "security_violation",
        "merchant_blacklist",
    )
)
"""Codes of a decline that are no customer's to know: whoever has a stolen
card would learn of it.  The providers' own documentation asks for that."""

People = Mapping[str, Personal]


def customer_view(case: Case, people: People | None = None) -> CustomerView:
    """What a customer may see of an order.

    Args:
        case: the order.
        people: its personal data, by reference; None: not shown.

    Raises:
        NotFoundError: nothing was placed.
    """
    return CustomerView(**_customer(case, people, discreet=True))


def staff_view(case: Case, people: People | None = None) -> StaffView:
    """What the people of the shop see of an order.

    Args:
        case: the order.
        people: its personal data, by reference; None: not shown.

    Raises:
        NotFoundError: nothing was placed.
    """
    order = case.placed
    placement, screening = order.placement, order.screening
    return StaffView(
        **_customer(case, people, discreet=False),
        version=case.version,
        customer_id=placement.customer_id,
        kept=_money(order)(balance(order).net),
        priority=placement.priority,
        shipping_method=placement.shipping_method,
        screening=screening.verdict if screening else "",
        screening_reason=screening.reason if screening else "",
        holds=tuple(
            HoldPage(
                hold_id=hold.hold_id,
                reason=hold.reason,
                blocks=hold.blocks,
                note=hold.note,
                by=hold.by,
                until=hold.until,
            )
            for hold in order.holds
        ),
        exceptions=tuple(
            ExceptionPage(
                exception_id=item.exception_id,
                kind=item.contradiction.kind.value,
                subject=item.contradiction.subject,
                expected=item.contradiction.expected,
                observed=item.contradiction.observed,
                opened_at=item.opened_at,
            )
            for item in order.exceptions
            if item.is_open
        ),
    )


def _money(order: Order) -> Callable[[int], Money]:
    currency = order.placement.currency
    return lambda minor: Money.of_minor(minor, currency)


def _customer(
    case: Case, people: People | None, *, discreet: bool
) -> dict[str, Any]:
    """The fields of a customer's page.

    Args:
        case: the order.
        people: its personal data; None: not shown.
        discreet: leave out what is the staff's alone.
    """
    order = case.placed
    placement, sums, money = order.placement, balance(order), _money(order)
    return {
        "order_id": order.order_id,
        "channel": placement.channel,
        "number": placement.channel_number,
        "placed_at": order.placed_at,
        "status": status_of(case),
        "total": money(placement.total_minor),
        "cost": money(need_minor(order)),
        "due": money(outstanding_minor(order)),
        "paid": money(sums.captured),
        "refunded": money(sums.refunded),
        "payment_due_at": order.payment_due_at,
        "promised_from": placement.promised_from,
        "promised_by": placement.promised_by,
        "closed_because": _closed_because(order, discreet=discreet),
        "shortages": tuple(
            ShortagePage(
                sku=short.sku, wanted=short.wanted, available=short.available
            )
            for reservation in case.reservations.values()
            for short in reservation.shortages
        ),
        "lines": tuple(_line(order, line) for line in order.lines().values()),
        "payments": tuple(
            _payment(order, payment, discreet=discreet)
            for payment in order.payments
        ),
        "shipments": tuple(map(_shipment, case.shipments.values())),
        "returns": tuple(
            _return(return_, discreet=discreet)
            for return_ in case.returns.values()
        ),
        "people": None if people is None else people_page(order, people),
    }


def _closed_because(order: Order, *, discreet: bool) -> str:
    closing = order.closing
    if closing is None:
        return ""
    hidden = discreet and closing.reason == _SUSPICION
    return "shop" if hidden else closing.reason


def _line(order: Order, line: OrderLine) -> LinePage:
    units = order.units[line.line_id]
    return LinePage(
        line_id=line.line_id,
        sku=line.sku,
        title=line.title,
        kind=line.kind,
        options=line.options,
        units=UnitsPage(
            ordered=units.ordered,
            cancelled=units.cancelled,
            backordered=units.backordered,
            shipped=units.shipped,
            delivered=units.delivered,
            lost=units.lost,
            returned=units.returned,
            refunded=units.refunded,
        ),
        unit_price=line.unit_price,
        cost=_money(order)(line.value(0, units.wanted)),
        final_sale=line.final_sale,
    )


def _payment(order: Order, payment: Payment, *, discreet: bool) -> PaymentPage:
    sums, money = balance(order, payment.payment_id), _money(order)
    asked = _authorization(order, payment)
    code, _, _ = asked.why_not.partition(" (")
    hidden = discreet and code.lower() in _DISCREET
    return PaymentPage(
        payment_id=payment.payment_id,
        kind=payment.tender.kind,
        state=asked.state,
        asked=money(payment.asked_minor),
        secured=money(sums.open),
        paid=money(sums.captured),
        refunded=money(sums.refunded),
        why_not="declined" if hidden else code,
    )


def _authorization(order: Order, payment: Payment) -> PaymentOperation:
    """The request that a payment began with."""
    return next(
        operation
        for operation in order.operations.values()
        if operation.kind == "authorize"
        and operation.payment_id == payment.payment_id
    )


def _shipment(shipment: Shipment) -> ShipmentPage:
    label, scans = shipment.label, shipment.scans
    return ShipmentPage(
        shipment_id=shipment.shipment_id,
        state=shipment.state,
        items=shipment.items,
        carrier=label.carrier if label else "",
        tracking_number=label.tracking_number if label else "",
        last_scan=scans[-1].status.value if scans else "",
        last_scan_at=scans[-1].at if scans else None,
        left_at=shipment.left_at,
        delivered_at=shipment.delivered_at,
    )


def _return(return_: Return, *, discreet: bool) -> ReturnPage:
    # Of an approval it may name who has given it.
    told = not discreet or return_.state is ReturnState.DECLINED
    return ReturnPage(
        return_id=return_.return_id,
        state=return_.state,
        lines=tuple(
            ReturnLinePage(
                line_id=line.line_id,
                quantity=line.quantity,
                received=line.received,
            )
            for line in return_.lines
        ),
        reason=return_.reason,
        resolution=return_.resolution,
        requested_at=return_.requested_at,
        expires_at=return_.expires_at,
        explanation=return_.explanation if told else "",
    )


def people_page(order: Order, people: People) -> PeoplePage:
    """The personal data of an order.

    Args:
        order: refers to it.
        people: by reference; what was erased is not there.
    """
    placement = order.placement
    return PeoplePage(
        contact=_contact(people.get(placement.contact)),
        ship_to=_address(people.get(placement.ship_to)),
        bill_to=_address(people.get(placement.bill_to or placement.ship_to)),
        texts={
            reference: found.text
            for reference, found in people.items()
            if isinstance(found, FreeText)
        },
    )


def _contact(found: Personal | None) -> ContactPage | None:
    if not isinstance(found, Contact):
        return None
    return ContactPage(
        email=found.email,
        name=found.name,
        phone=found.phone,
        language=found.language,
    )


def _address(found: Personal | None) -> AddressPage | None:
    if not isinstance(found, Address):
        return None
    return AddressPage(
        name=found.name,
        lines=found.lines,
        city=found.city,
        postcode=found.postcode,
        region=found.region,
        country=found.country,
        phone=found.phone,
    )
