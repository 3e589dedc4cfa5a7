"""Reservations: units of some lines, and how firmly they are promised."""

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
    """Units of some lines, and how firmly they are promised."""

    reservation_id: str
    cause: str
    """The operation that reserved them, last."""
    until: datetime = attrs.field(converter=utc)
    """When it runs out, as long as it is held."""
    state: Literal["held", "allocated", "expired"] = "held"
    items: Counter[Key]
    """When expired, what it had: it may get that again."""
    consumed: bool = False
    """Whether any unit of it has left."""

    @property
    def bin(self) -> Bin:
        """Where its units are; of an expired one, where they would be."""
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
