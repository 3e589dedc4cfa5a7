"""Stock as numbers: sourcing, reservations, and movements.

Pure: it uses no database and no clock.  The inventory in memory and the
durable ones all decide by it, so that they answer alike.
"""

from __future__ import annotations

from orderlife.warehouse.asked import check_dates, check_quantities
from orderlife.warehouse.keeper import Reservation, Warehouse
from orderlife.warehouse.line import Waiter
from orderlife.warehouse.shelves import (
    Bin,
    Cell,
    Held,
    Level,
    MovementKind,
    Shelves,
    StockMovement,
)
from orderlife.warehouse.sourcing import Key, Plan, source

__all__ = [
    "Bin",
    "Cell",
    "Held",
    "Key",
    "Level",
    "MovementKind",
    "Plan",
    "Reservation",
    "Shelves",
    "StockMovement",
    "Waiter",
    "Warehouse",
    "check_dates",
    "check_quantities",
    "source",
]
