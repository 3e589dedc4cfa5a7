"""Parts of a case for tests: each is whole and valid as it comes.

Every builder takes a state and the fields of the model; what is left
out fits the state.  ``a_shipment("delivered")`` has a label, the scan
of its delivery and both of its times.  What a life would have come to
is what is filled in, and a field that is named wins over that::

    a_shipment()                                two mugs, planned
    a_shipment("lost", items={"1": 1})
    a_return("inspected", lines=(a_return_line(3),))

:func:`~orderlife.testing.a_case` puts parts together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from orderlife._kernel.messages import Contradiction, ExceptionKind
from orderlife._values.money import Money
from orderlife._values.personal import Address, Contact
from orderlife.ports.carrier import Label, Parcel
from orderlife.ports.inventory import Demand, InLine, StockItem
from orderlife.rooms.exceptions.model import ExceptionItem
from orderlife.rooms.order.messages import PlaceOrder
from orderlife.rooms.order.model import Line, Tender
from orderlife.rooms.payment.lifecycle import OperationState
from orderlife.rooms.payment.model import (
    Movement,
    MovementKind,
    OperationKind,
    Payment,
    PaymentOperation,
)
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.model import Finding, Return, ReturnLine
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.model import Scan, ScanStatus, Shipment
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.model import Reservation
from orderlife.testing.scenario import NOON, Draft, command

__all__ = [
    "CARD",
    "a_contact",
    "a_finding",
    "a_line",
    "a_movement",
    "a_payment",
    "a_payment_operation",
    "a_reservation",
    "a_return",
    "a_return_line",
    "a_shipment",
    "a_stock_item",
    "an_address",
    "an_exception_item",
    "place_order",
]

CARD: Final = Tender("card", "tok_visa")
"""A card that works."""

_DELIVERY: Final = timedelta(days=2)
"""How long a parcel is on its way."""


# What an order is placed with


def an_address(**fields: Any) -> Address:
    """An address to which a parcel can be sent."""
    settings: dict[str, Any] = {
        "name": "Ada",
        "lines": ("1 Mill Lane",),
        "city": "Berlin",
        "country": "DE",
    }
    return Address(**settings | fields)


def a_contact(**fields: Any) -> Contact:
    """Somebody who can be written to."""
    return Contact(**{"email": "ada@example.org"} | fields)


def a_line(sku: str = "mug", quantity: int = 1, **fields: Any) -> Line:
    """A line, at 10.00 EUR a unit."""
    settings = {"unit_price": Money("10.00", "EUR")}
    return Line(sku=sku, quantity=quantity, **settings | fields)


def place_order(*lines: Line, **fields: Any) -> Draft:
    """Draft ``PlaceOrder`` for a ``Life`` or a scenario.

    Args:
        lines: what is ordered; none: two mugs.
        fields: those of the command; it is paid by card.
    """
    settings: dict[str, Any] = {
        "lines": lines or (a_line(quantity=2),),
        "ship_to": an_address(),
        "contact": a_contact(),
        "tenders": (CARD,),
    }
    return command(PlaceOrder, **settings | fields)


# Money


def a_payment(payment_id: str = "p1", **fields: Any) -> Payment:
    """A payment of 20.00 by card, of which the gateway has a reference.

    What has moved of it stands in the order's movements.
    """
    settings: dict[str, Any] = {
        "tender": CARD,
        "tender_index": 0,
        "asked_minor": 2000,
        "reference": "o1:authorize:1",
    }
    return Payment(payment_id=payment_id, **settings | fields)


def a_payment_operation(
    kind: OperationKind = "authorize",
    minor: int = 2000,
    state: OperationState | str = OperationState.SUCCEEDED,
    **fields: Any,
) -> PaymentOperation:
    """A request to the gateway about the payment ``p1``."""
    settings: dict[str, Any] = {
        "operation_id": f"o1:{kind}:1",
        "payment_id": "p1",
        "subject": "o1",
    }
    return PaymentOperation(
        kind=kind,
        minor=minor,
        state=OperationState(state),
        **settings | fields,
    )


def a_movement(
    kind: MovementKind | str = MovementKind.AUTHORIZED,
    minor: int = 2000,
    **fields: Any,
) -> Movement:
    """An entry of the ledger of the payment ``p1``."""
    settings = {"payment_id": "p1"} | fields
    return Movement(kind=MovementKind(kind), minor=minor, **settings)


# Stock


def a_stock_item(
    quantity: int = 2, place: str = "main", **fields: Any
) -> StockItem:
    """Mugs of the line ``1`` at a place."""
    settings: dict[str, Any] = {"line_id": "1", "sku": "mug"}
    return StockItem(quantity=quantity, place=place, **settings | fields)


_HOLDING: Final = (ReservationState.HELD, ReservationState.ALLOCATED)
_OPERATIONS: Final = {
    ReservationState.BACKORDERED: 2,
    ReservationState.ALLOCATED: 2,
    ReservationState.CONSUMED: 3,
    ReservationState.RELEASED: 3,
    ReservationState.EXPIRED: 2,
}
"""What was asked of the stock keeper, where it was more than once."""


def a_reservation(
    state: ReservationState | str = ReservationState.ALLOCATED, **fields: Any
) -> Reservation:
    """A reservation of two mugs.

    It holds what it demands, and demands what it is said to hold.
    """
    state = ReservationState(state)
    number = fields.get("reservation_id", "o1-r1")
    items = fields.get("items", (a_stock_item(),))
    settings: dict[str, Any] = {
        "reservation_id": number,
        "demands": tuple(map(_demand, items)),
        "operations": _OPERATIONS.get(state, 1),
    }
    demands = fields.get("demands", settings["demands"])
    if state in _HOLDING:
        settings["items"] = tuple(map(_held, demands))
    match state:
        case ReservationState.REQUESTED:
            settings["pending"] = f"{number}:reserve:1"
        case ReservationState.HELD:
            settings["until"] = NOON + timedelta(hours=2)
        case ReservationState.BACKORDERED:
            until = NOON + timedelta(days=7)
            settings |= {
                "check_at": NOON + timedelta(days=1),
                "partial": True,
                "waited": True,
                "in_line": InLine(since=NOON, until=until),
            }
        case ReservationState.CONSUMED:
            settings["consumed"] = True
        case ReservationState.REFUSED:
            settings["refused"] = f"{number}:reserve:1"
        case _:
            pass
    return Reservation(state=state, **settings | fields)


def _demand(item: StockItem) -> Demand:
    return Demand(line_id=item.line_id, sku=item.sku, quantity=item.quantity)


def _held(demand: Demand) -> StockItem:
    return StockItem(
        line_id=demand.line_id,
        sku=demand.sku,
        place=demand.place or "main",
        quantity=demand.quantity,
    )


# Shipments


_SCANNED: Final[Mapping[ShipmentState, ScanStatus]] = {
    ShipmentState.IN_TRANSIT: ScanStatus.IN_TRANSIT,
    ShipmentState.OUT_FOR_DELIVERY: ScanStatus.OUT_FOR_DELIVERY,
    ShipmentState.AVAILABLE_FOR_PICKUP: ScanStatus.AVAILABLE_FOR_PICKUP,
    ShipmentState.ATTEMPT_FAILED: ScanStatus.ATTEMPT_FAILED,
    ShipmentState.DELIVERED: ScanStatus.DELIVERED,
    ShipmentState.LOST: ScanStatus.LOST,
    ShipmentState.DAMAGED: ScanStatus.DAMAGED,
    ShipmentState.RETURNING: ScanStatus.RETURNING,
    ShipmentState.RETURNED_TO_SENDER: ScanStatus.RETURNED,
    ShipmentState.WRITTEN_OFF: ScanStatus.LOST,
}
"""What the carrier has said of a shipment in a state."""
_UNPACKED: Final = (
    ShipmentState.PLANNED,
    ShipmentState.PICKING,
    ShipmentState.CANCELLED,
)


def a_shipment(
    state: ShipmentState | str = ShipmentState.PLANNED, **fields: Any
) -> Shipment:
    """A shipment of two mugs; one that is written off was lost."""
    state = ShipmentState(state)
    number = fields.get("shipment_id", "o1-s1")
    settings: dict[str, Any] = {
        "shipment_id": number,
        "reservation_id": "o1-r1",
        "place": "main",
        "seller": "",
        "items": {"1": 2},
    }
    if state not in _UNPACKED:
        settings["parcels"] = (Parcel(weight_g=500),)
    if state not in {*_UNPACKED, ShipmentState.PACKED}:
        settings |= {"label": _label(number), "operations": 1}
    if state is ShipmentState.DISPATCHED or state in _SCANNED:
        settings["left_at"] = NOON
    if state in _SCANNED:
        scan = Scan(status=_SCANNED[state], at=NOON + _DELIVERY)
        settings["scans"] = (scan,)
    if state is ShipmentState.DELIVERED:
        settings["delivered_at"] = NOON + _DELIVERY
    if state is ShipmentState.WRITTEN_OFF:
        settings["restocked"] = False
    return Shipment(state=state, **settings | fields)


def _label(part_id: str) -> Label:
    operation_id = f"{part_id}:label:1"
    return Label(
        label_id=operation_id, carrier="post", tracking_number=operation_id
    )


# Returns


_ASKED: Final = NOON + _DELIVERY
"""When a return is requested: on the day of the delivery."""
_UNANSWERED: Final = (ReturnState.REQUESTED, ReturnState.CANCELLED)
_ARRIVED: Final = (
    ReturnState.RECEIVED,
    ReturnState.INSPECTED,
    ReturnState.RESOLVED,
    ReturnState.CLOSED,
)
"""The states in which all has come that comes."""


def a_return_line(
    quantity: int = 2, line_id: str = "1", received: int = 0
) -> ReturnLine:
    """Units of a line that are awaited, and how many of them have come."""
    return ReturnLine(line_id=line_id, quantity=quantity, received=received)


def a_finding(quantity: int = 2, line_id: str = "1", **fields: Any) -> Finding:
    """Units that were found sellable, for the shelf."""
    settings: dict[str, Any] = {
        "condition": "sellable",
        "disposition": "restock",
    }
    return Finding(line_id=line_id, quantity=quantity, **settings | fields)


def a_return(
    state: ReturnState | str = ReturnState.REQUESTED, **fields: Any
) -> Return:
    """A return of two mugs, which came as they were announced.

    Lines that are named stand as they are: say how much was received.
    """
    state = ReturnState(state)
    number = fields.get("return_id", "o1-t1")
    received = {ReturnState.RECEIVING: 1}.get(state, 0)
    if state in _ARRIVED:
        received = 2
    lines = fields.get("lines", (a_return_line(received=received),))
    settings: dict[str, Any] = {
        "return_id": number,
        "lines": lines,
        "reason": "too_small",
        "resolution": "refund",
        "requested_at": _ASKED,
    }
    if state is ReturnState.DECLINED:
        settings["explanation"] = "beyond 30 days of its delivery"
    elif state not in _UNANSWERED:
        settings |= {
            "explanation": "within 30 days of its delivery",
            "expires_at": _midnight(_ASKED + timedelta(days=31)),
            "label": _label(number),
            "operations": 1,
        }
    if state is ReturnState.IN_TRANSIT:
        settings["handed_in_at"] = _ASKED
    if state is ReturnState.RECEIVING or state in _ARRIVED:
        settings["parcels"] = (f"{number}-parcel",)
        settings["receiving_until"] = _ASKED + timedelta(days=14)
    if state in _ARRIVED and state is not ReturnState.RECEIVED:
        settings["findings"] = _findings(lines)
        settings["operations"] = 2
    return Return(state=state, **settings | fields)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0)


def _findings(lines: Sequence[ReturnLine]) -> tuple[Finding, ...]:
    return tuple(
        a_finding(line.received, line.line_id)
        for line in lines
        if line.received
    )


# Exception items


_WHY: Final = frozenset(attrs.fields_dict(Contradiction))


def an_exception_item(
    kind: ExceptionKind | str, subject: str = "p1", **fields: Any
) -> ExceptionItem:
    """A contradiction that waits for somebody.

    Args:
        kind: what is wrong.
        subject: the id of the part that it is about.
        fields: those of ``ExceptionItem``, and of its contradiction.
    """
    why: dict[str, Any] = {
        name: fields.pop(name) for name in _WHY & fields.keys()
    }
    what: dict[str, Any] = {
        "kind": ExceptionKind(kind),
        "subject": subject,
        "expected": "this",
        "observed": "that",
    }
    settings: dict[str, Any] = {
        "exception_id": "x1",
        "contradiction": Contradiction(**what | why),
        "opened_at": NOON,
    }
    return ExceptionItem(**settings | fields)
