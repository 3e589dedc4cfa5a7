"""Parts of a case of one unit, for tests that look at little of them.

``made`` makes them; here is what these tests leave out.
"""

from __future__ import annotations

from typing import Any

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import SYSTEM
from orderlife.rooms.order.model import Order
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.model import Return, ReturnLine
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.model import Shipment
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.model import Reservation
from tests.process import made

STOCK = (made.item("1", 1),)


def case(
    order: Order,
    *,
    shipments: tuple[Shipment, ...] = (),
    reservations: tuple[Reservation, ...] = (),
    returns: tuple[Return, ...] = (),
    **fields: Any,
) -> Case:
    """The order with what belongs to it."""
    found = made.case(order, *shipments, *reservations, *returns)
    return attrs.evolve(found, **fields)


def sent(state: ShipmentState, number: int = 1, **fields: Any) -> Shipment:
    """A shipment of a unit."""
    items = fields.pop("items", {"1": 1})
    return made.sent(state, items, number, **fields)


def held(
    state: ReservationState, number: int = 1, **fields: Any
) -> Reservation:
    """A reservation, of nothing unless something is named."""
    return made.held(state, number=number, **fields)


def back(state: ReturnState, number: int = 1, **fields: Any) -> Return:
    """A return of a unit."""
    settings: dict[str, Any] = {
        "lines": (ReturnLine(line_id="1", quantity=1),),
        "reason": "unwanted",
    }
    return made.back(state, number, **settings | fields)


def context(*, notify: bool = True, **fields: Any) -> Context:
    """As the house itself asks, with a policy."""
    return attrs.evolve(made.context(**fields), actor=SYSTEM, notify=notify)
