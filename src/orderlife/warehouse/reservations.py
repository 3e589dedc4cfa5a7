"""Reservations: units of some lines, held or allocated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

import attrs

from orderlife._values.times import utc
from orderlife.ports.inventory import StockItem
from orderlife.warehouse.shelves import Bin, Cell
from orderlife.warehouse.sourcing import Key

__all__ = ["Reservation", "by_cell", "by_key"]


@attrs.define(kw_only=True)
class Reservation:
    """Units of some lines of an order, held or allocated."""

    reservation_id: str
    cause: str
    """Id of the operation that reserved them last."""
    until: datetime = attrs.field(converter=utc)
    """When it runs out, while it is held."""
    state: Literal["held", "allocated", "expired"] = "held"
    items: Counter[Key]
    """The items it had before it expired, which it may get again."""
    consumed: bool = False
    """Whether any unit of it has left."""

    @property
    def bin(self) -> Bin:
        """The bin of its units; if expired, the bin they would be in."""
        return "available" if self.state == "expired" else self.state

    def needs(self) -> Counter[Cell]:
        """Its units by SKU and place, summed over the lines."""
        return by_cell(self.items)

    def drop(self, key: Key, units: int) -> None:
        """Take units off it."""
        self.items[key] -= units
        if not self.items[key]:
            del self.items[key]


def by_key(items: Iterable[StockItem]) -> Counter[Key]:
    """Sum units over line, SKU and place."""
    summed: Counter[Key] = Counter()
    for item in items:
        summed[item.line_id, (item.sku, item.place)] += item.quantity
    return summed


def by_cell(items: Mapping[Key, int]) -> Counter[Cell]:
    """Sum units over SKU and place, whatever their lines."""
    summed: Counter[Cell] = Counter()
    for (_, cell), units in items.items():
        summed[cell] += units
    return summed
