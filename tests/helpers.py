"""Small steps that many lives share: place, send, deliver, take back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from orderlife._kernel.messages import ExceptionKind, Remedy
from orderlife._values.personal import Address, Contact
from orderlife.ports.base import Intent
from orderlife.ports.carrier import Parcel
from orderlife.ports.inventory import StockItem
from orderlife.ports.notifier import MessageKind
from orderlife.rooms.exceptions.messages import ResolveException
from orderlife.rooms.exceptions.model import ExceptionItem
from orderlife.rooms.order.model import Line, Tender, Units
from orderlife.rooms.returns.messages import (
    InspectReturn,
    RequestReturn,
    ReturnReceived,
)
from orderlife.rooms.returns.model import Finding, Return
from orderlife.rooms.shipment.lifecycle import BEFORE_DISPATCH
from orderlife.rooms.shipment.messages import (
    DispatchShipment,
    PackShipment,
    PickShipment,
    Scanned,
)
from orderlife.rooms.shipment.model import ScanStatus, Shipment
from orderlife.rooms.stock.model import Reservation
from orderlife.testing import a_finding, a_line, place_order
from orderlife.testing.life import Life
from orderlife.testing.scenario import Draft, command, fact

ADDRESS = Address(
    name="Ada Lovelace", lines=("12 Square",), city="London", country="GB"
)
CONTACT = Contact(email="ada@example.org", name="Ada Lovelace")
CARD = Tender("card", "tok_visa")
PARCEL = Parcel(weight_g=500)

line = a_line


def mugs(quantity: int, place: str = "main", line_id: str = "1") -> StockItem:
    """Some mugs of a line at a place."""
    return StockItem(
        line_id=line_id, sku="mug", place=place, quantity=quantity
    )


def place(*lines: Line, **more: Any) -> Draft:
    """Draft ``PlaceOrder`` for these lines, else for two mugs."""
    fields: dict[str, Any] = {"ship_to": ADDRESS, "contact": CONTACT}
    return place_order(*lines, **fields | more)


def placed(*lines: Line, order: Any = None, **more: Any) -> Life:
    """A life in which an order was placed.

    Args:
        lines: else two mugs.
        order: further fields of ``PlaceOrder``.
        more: of ``Life``.
    """
    life = Life(**more)
    life.do(place(*lines, **(order or {})))
    return life


def shipment(life: Life, number: int = 1) -> Shipment:
    """The shipment of that number, from 1 on."""
    return life.case.shipments[f"o1-s{number}"]


def reservation(life: Life, number: int = 1) -> Reservation:
    """The reservation of that number, from 1 on."""
    return life.case.reservations[f"o1-r{number}"]


def back(life: Life, number: int = 1) -> Return:
    """The return of that number, from 1 on."""
    return life.case.returns[f"o1-t{number}"]


def units(life: Life, line_id: str = "1") -> Units:
    """The ledger of a line's units."""
    return life.order.units[line_id]


def packed(life: Life, number: int = 1) -> None:
    """Pick and pack a shipment."""
    shipment_id = f"o1-s{number}"
    life.do(command(PickShipment, shipment_id=shipment_id))
    life.do(command(PackShipment, shipment_id=shipment_id, parcels=(PARCEL,)))


def sent(life: Life, number: int = 1) -> None:
    """Pick, pack and dispatch a shipment."""
    packed(life, number)
    life.do(command(DispatchShipment, shipment_id=f"o1-s{number}"))


def scan(
    life: Life,
    status: ScanStatus,
    number: int = 1,
    *,
    at: datetime | None = None,
    **more: Any,
) -> None:
    """Report a scan of now, or of another time: a later one comes then."""
    at = life.now if at is None else at
    life.now = max(life.now, at)
    found = fact(
        Scanned,
        shipment_id=f"o1-s{number}",
        status=status,
        at=at,
        **more,
    )
    life.report(found)


def delivered(*lines: Line, **more: Any) -> Life:
    """A life whose goods have all arrived, a day after they were sent."""
    life = placed(*lines, **more)
    for number in range(1, len(life.case.shipments) + 1):
        sent(life, number)
        life.now += timedelta(days=1)
        scan(life, ScanStatus.DELIVERED, number)
    return life


def waiting(life: Life) -> tuple[str, ...]:
    """The ids of the shipments that are still in the building."""
    return tuple(
        shipment_id
        for shipment_id, sent in life.case.shipments.items()
        if sent.state in BEFORE_DISPATCH
    )


def ask_back(life: Life, quantity: int = 1, **more: Any) -> Return:
    """Ask to return units of line 1."""
    fields: dict[str, Any] = {"quantities": {"1": quantity}}
    fields["reason"] = "too_small"
    life.do(command(RequestReturn, **{**fields, **more}))
    return back(life, len(life.case.returns))


def come_back(
    life: Life, quantity: int = 1, *, parcel_id: str = "p1", **more: Any
) -> None:
    """Report a parcel that came back with units of line 1."""
    fields: dict[str, Any] = {
        "return_id": "o1-t1",
        "at": life.now,
        "quantities": {"1": quantity} if quantity else {},
    }
    fact_of = {**fields, **more}
    life.report(fact(ReturnReceived, parcel_id=parcel_id, **fact_of))


def found(quantity: int = 1, **more: Any) -> Finding:
    """A finding of sellable units of line 1, for the shelf."""
    return a_finding(quantity, **more)


def inspect(life: Life, *findings: Finding, number: int = 1) -> None:
    """Inspect a return; one sellable unit unless said otherwise."""
    life.do(
        command(
            InspectReturn,
            return_id=f"o1-t{number}",
            findings=findings or (found(),),
        )
    )


def open_items(life: Life) -> tuple[ExceptionItem, ...]:
    """The exception items that wait for somebody."""
    return tuple(item for item in life.order.exceptions if item.is_open)


def open_kinds(life: Life) -> tuple[ExceptionKind, ...]:
    """The kinds of the exception items that wait for somebody."""
    return tuple(item.contradiction.kind for item in open_items(life))


def resolve(life: Life, remedy: Remedy, **more: Any) -> None:
    """Settle the only open exception item."""
    (item,) = open_items(life)
    life.do(
        command(
            ResolveException,
            exception_id=item.exception_id,
            remedy=remedy,
            note="settled",
            **more,
        )
    )


def told(life: Life) -> tuple[MessageKind, ...]:
    """The kinds of all messages so far."""
    return tuple(message.message for message in life.messages)


def names(life: Life) -> list[str]:
    """The names of all events so far."""
    return [type(event).__name__ for event in life.events]


def operations(life: Life, kind: type[Intent]) -> list[str]:
    """The ids of all operations of a kind so far."""
    return [intent.operation_id for intent in life.of(kind)]


def silent(intent: Intent) -> None:
    """Answer nothing for now."""
