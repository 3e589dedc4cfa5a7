"""Questions about reservations, for the rules of all rooms."""

from __future__ import annotations

from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Quantities
from orderlife.ports.inventory import Demand, StockItem
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.stock.lifecycle import RESERVATION, ReservationState

__all__ = ["WORKED_ON", "covered", "quantities_of", "uncovered"]

WORKED_ON: Final = frozenset((OrderState.PLACED, OrderState.CONFIRMED))
"""The states in which an order needs stock."""

_AWAITED = frozenset(
    (ReservationState.REQUESTED, ReservationState.BACKORDERED)
)


def quantities_of(
    items: tuple[StockItem, ...] | tuple[Demand, ...],
) -> dict[str, int]:
    """Add units up by line."""
    found: dict[str, int] = {}
    for item in items:
        found[item.line_id] = found.get(item.line_id, 0) + item.quantity
    return found


def covered(case: Case) -> dict[str, int]:
    """Units that are held, asked for or waited for, by line."""
    found: dict[str, int] = {}
    for reservation in case.reservations.values():
        if RESERVATION.is_terminal(reservation.state):
            continue
        awaited = reservation.state in _AWAITED and not reservation.items
        part = quantities_of(
            reservation.demands if awaited else reservation.items
        )
        for line_id, units in part.items():
            found[line_id] = found.get(line_id, 0) + units
    return found


def uncovered(case: Case, quantities: Quantities) -> dict[str, int]:
    """The wanted units among these that have not left and lack stock."""
    there = covered(case)
    found: dict[str, int] = {}
    goods = case.placed.units_but("digital", "service", "charge")
    for line_id, quantity in quantities.items():
        if line_id not in goods:
            continue
        missing = goods[line_id].unshipped - there.get(line_id, 0)
        if missing > 0:
            found[line_id] = min(quantity, missing)
    return found
