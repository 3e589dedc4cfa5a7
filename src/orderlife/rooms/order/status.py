"""The statuses of an order on each axis; derived, and never stored.

One function for each axis, from quantities and from the payment ledger.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from orderlife.rooms.order.lifecycle import ORDER, OrderState
from orderlife.rooms.order.model import Order
from orderlife.rooms.order.readings import blocked

__all__ = [
    "FulfilmentStatus",
    "fulfilment_status",
]

FulfilmentStatus: TypeAlias = Literal[
    "unfulfilled",
    "scheduled",
    "on_hold",
    "in_progress",
    "partially_shipped",
    "shipped",
    "partially_delivered",
    "delivered",
]


def fulfilment_status(order: Order) -> FulfilmentStatus:
    """The state of the goods, by the ledger of units.

    Cancelled units are left out: an order whose last open unit is
    cancelled is as far as its other units are.  Charges are left out
    too, and services in an order that has other lines.
    """
    wanted = shipped = delivered = lost = 0
    for units in order.delivered_units.values():
        wanted += units.ordered - units.cancelled
        shipped += units.shipped
        delivered += units.delivered
        if units.lost:
            lost += min(units.lost, units.refunded)
    if delivered and delivered >= wanted - lost:
        return "delivered"
    if delivered:
        return "partially_delivered"
    if wanted and shipped >= wanted:
        return "shipped"
    if shipped:
        return "partially_shipped"
    if ORDER.is_terminal(order.state):
        return "unfulfilled"
    if blocked(order, "dispatch"):
        return "on_hold"
    if order.state is OrderState.CONFIRMED:
        allocated = any(units.allocated for units in order.units.values())
        return "in_progress" if allocated else "scheduled"
    return "unfulfilled"
