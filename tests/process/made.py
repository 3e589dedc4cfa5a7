"""Cases that are put together by hand, to ask one function about them."""

from __future__ import annotations

from typing import Any

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import ExceptionKind
from orderlife.policy.model import Policy
from orderlife.ports.inventory import Demand, StockItem
from orderlife.rooms.exceptions.model import ExceptionItem
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.model import Order, Tender, Units
from orderlife.rooms.payment.model import Payment
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.model import Return
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.model import Shipment
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.model import Reservation
from orderlife.testing import (
    a_case,
    a_movement,
    a_payment,
    a_reservation,
    a_return,
    a_return_line,
    a_shipment,
    an_exception_item,
)
from orderlife.testing.scenario import NOON, STAFF
from tests.helpers import CARD, line, placed

BASE = placed(
    line("mug", 3),
    line("cup", 2, place="south", seller="ada"),
    line("song", digital=True),
    order={"tenders": (CARD,)},
).order
"""Three mugs, two cups of the south, and a song; 10.00 each, 60.00."""

WHOLE = 6000
R1, S1, T1 = "o1-r1", "o1-s1", "o1-t1"


def payment(payment_id: str = "p1", **fields: Any) -> Payment:
    """A payment by card."""
    settings = {"asked_minor": WHOLE, "reference": ""}
    return a_payment(payment_id, **settings | fields)


def order(
    state: OrderState = OrderState.CONFIRMED,
    authorized: int = WHOLE,
    units: dict[str, dict[str, int]] | None = None,
    **fields: Any,
) -> Order:
    """The order in a state, with money and with counts of its units."""
    ledger = {"1": 3, "2": 2, "3": 1}
    movements = (a_movement(minor=authorized),)
    settings: dict[str, Any] = {
        "state": state,
        "tenders": (Tender("card", "tok_visa"),),
        "payments": (payment(),),
        "operations": {},
        "movements": movements if authorized else (),
        "units": {
            line_id: Units(ordered=ordered, **(units or {}).get(line_id, {}))
            for line_id, ordered in ledger.items()
        },
        "payment_due_at": None,
        "screening": None,
        "counts": {},
    }
    return attrs.evolve(BASE, **settings | fields)


def case(
    made: Order | None = None, *parts: Reservation | Shipment | Return
) -> Case:
    """The order with these parts."""
    return a_case(*parts, order=order() if made is None else made)


def context(**policy: Any) -> Context:
    """Noon, a member of staff, silence, and a policy."""
    return Context(
        now=NOON, policy=Policy(**policy), actor=STAFF, notify=False
    )


_SKUS = {"1": "mug", "2": "cup", "3": "song"}


def item(line_id: str, quantity: int, place: str = "north") -> StockItem:
    """Units at a place."""
    return StockItem(
        line_id=line_id,
        sku=_SKUS[line_id],
        place=place,
        quantity=quantity,
    )


def demand(line_id: str, quantity: int, place: str = "") -> Demand:
    """Units that are needed."""
    return Demand(
        line_id=line_id,
        sku=_SKUS[line_id],
        quantity=quantity,
        place=place,
    )


def held(
    state: ReservationState = ReservationState.ALLOCATED,
    *items: StockItem,
    number: int = 1,
    **fields: Any,
) -> Reservation:
    """A reservation that holds these units."""
    settings: dict[str, Any] = {
        "reservation_id": f"o1-r{number}",
        "demands": (),
        "items": items,
    }
    return a_reservation(state, **settings | fields)


def sent(
    state: ShipmentState,
    items: dict[str, int],
    number: int = 1,
    **fields: Any,
) -> Shipment:
    """A shipment of the first reservation, from the north."""
    settings: dict[str, Any] = {
        "shipment_id": f"o1-s{number}",
        "place": "north",
        "items": items,
    }
    return a_shipment(state, **settings | fields)


def back(
    state: ReturnState = ReturnState.APPROVED, number: int = 1, **fields: Any
) -> Return:
    """A return of two mugs."""
    settings: dict[str, Any] = {
        "return_id": f"o1-t{number}",
        "lines": (a_return_line(),),
        "requested_at": NOON,
    }
    return a_return(state, **settings | fields)


def excepted(
    kind: ExceptionKind, subject: str, number: int = 1, **fields: Any
) -> ExceptionItem:
    """An exception item that waits for somebody."""
    return an_exception_item(
        kind, subject, exception_id=f"x{number}", **fields
    )
