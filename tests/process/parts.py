"""Parts of a case for tests of one function, as they are written out."""

from __future__ import annotations

from typing import Any

from orderlife._case import Case
from orderlife.messages import SYSTEM
from orderlife.order.model import Order
from orderlife.planning import Context
from orderlife.policy import Policy
from orderlife.ports.inventory import StockItem
from orderlife.reservation.lifecycle import ReservationState
from orderlife.reservation.model import Reservation
from orderlife.returns.lifecycle import ReturnState
from orderlife.returns.model import Return, ReturnLine
from orderlife.shipment.lifecycle import ShipmentState
from orderlife.shipment.model import Shipment
from orderlife.testing.scenario import NOON

STOCK = (StockItem(line_id="1", sku="mug", place="north", quantity=1),)


def case(
    order: Order,
    *,
    shipments: tuple[Shipment, ...] = (),
    reservations: tuple[Reservation, ...] = (),
    returns: tuple[Return, ...] = (),
    **fields: Any,
) -> Case:
    """The order with what belongs to it."""
    return Case(
        order_id="o1",
        order=order,
        shipments={each.shipment_id: each for each in shipments},
        reservations={each.reservation_id: each for each in reservations},
        returns={each.return_id: each for each in returns},
        **fields,
    )


def sent(state: ShipmentState, number: int = 1, **fields: Any) -> Shipment:
    """A shipment of a unit."""
    settings: dict[str, Any] = {
        "shipment_id": f"o1-s{number}",
        "state": state,
        "reservation_id": "o1-r1",
        "place": "north",
        "seller": "",
        "items": {"1": 1},
    }
    return Shipment(**settings | fields)


def held(
    state: ReservationState, number: int = 1, **fields: Any
) -> Reservation:
    """A reservation."""
    settings: dict[str, Any] = {
        "reservation_id": f"o1-r{number}",
        "state": state,
        "demands": (),
    }
    return Reservation(**settings | fields)


def back(state: ReturnState, number: int = 1, **fields: Any) -> Return:
    """A return of a unit."""
    settings: dict[str, Any] = {
        "return_id": f"o1-t{number}",
        "state": state,
        "lines": (ReturnLine(line_id="1", quantity=1),),
        "reason": "unwanted",
        "resolution": "refund",
        "requested_at": NOON,
    }
    return Return(**settings | fields)


def context(*, notify: bool = True, **fields: Any) -> Context:
    """Now, with a policy."""
    return Context(
        now=NOON, policy=Policy(**fields), actor=SYSTEM, notify=notify
    )
