"""The rows of a cell that units come from and go to.

A SKU at a place is one row, and then there is nothing to choose.  In
the hot mode it is several, its *buckets*; the warehouse does not see
them, and here a movement of the cell is split among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

import attrs

from orderlife.warehouse import Bin, Cell, StockMovement

__all__ = ["Holding", "Item", "Racks", "RowKey", "StockRow"]

RowKey: TypeAlias = tuple[str, str, int]
"""A SKU, a place, and a bucket."""

Holding: TypeAlias = tuple[str, str, Cell]
"""A reservation, a line of it, and where its units are."""

_PROMISED: Final[tuple[Bin, ...]] = ("held", "allocated")
_Parts: TypeAlias = "list[tuple[int, int]]"


@attrs.frozen
class StockRow:
    """A row of the table ``stock``."""

    sku: str
    place: str
    bucket: int
    buckets: int
    """The number of rows over which new units are spread."""
    rank: int
    """The rank of the place: the lowest is preferred."""
    available: int
    held: int
    allocated: int
    unavailable: int

    @property
    def bins(self) -> dict[Bin, int]:
        """Its units, by bin."""
        return {
            "available": self.available,
            "held": self.held,
            "allocated": self.allocated,
            "unavailable": self.unavailable,
        }


@attrs.frozen
class Item:
    """A row of the table ``reservation_items``."""

    reservation_id: str
    line_id: str
    sku: str
    place: str
    bucket: int
    quantity: int

    @property
    def holding(self) -> Holding:
        """The reservation, line and cell, without the bucket."""
        return self.reservation_id, self.line_id, (self.sku, self.place)


class Racks:
    """The rows of some cells, and the reservations' units in them.

    Args:
        rows: all rows of the cells.
        items: what live reservations have in them.
        start: the row to search first, so that not all transactions
            begin with the same one.
    """

    def __init__(
        self, rows: Iterable[StockRow], items: Iterable[Item], start: int
    ) -> None:
        self._start = start
        self._rows: dict[Cell, dict[int, dict[Bin, int]]] = {}
        self._spread: dict[Cell, int] = {}
        self.deltas: dict[RowKey, dict[Bin, int]] = {}
        self.holdings: dict[Holding, dict[int, int]] = {}
        for row in rows:
            cell = (row.sku, row.place)
            self._rows.setdefault(cell, {})[row.bucket] = row.bins
            self._spread[cell] = row.buckets
        for cell, found in self._rows.items():
            # Over rows that are there, whatever a row says.
            self._spread[cell] = max(1, min(self._spread[cell], len(found)))
        for item in items:
            self._hold(item.holding, item.bucket, item.quantity)

    def move(self, row: StockMovement) -> None:
        """Split a movement among the rows."""
        cell = (row.sku, row.place)
        held_by: Holding = (row.reservation_id, row.line_id, cell)
        for bucket, units in self._parts(row, cell, held_by):
            if row.source != "outside":
                self._add(cell, bucket, row.source, -units)
            if row.target != "outside":
                self._add(cell, bucket, row.target, units)
            if row.target in _PROMISED:
                self._hold(held_by, bucket, units)

    def _parts(
        self, row: StockMovement, cell: Cell, held_by: Holding
    ) -> _Parts:
        if row.source in _PROMISED:
            return self._give(self._held(held_by), row.quantity)
        if row.source == "outside":
            spread = self._spread.get(cell, 1)
            if row.target != "available" or spread == 1:
                return [(0, row.quantity)]
            return shares(row.quantity, spread)
        return self._find(cell, row.source, row.quantity)

    def _give(self, held: dict[int, int], wanted: int) -> _Parts:
        """Take units out of the rows that a reservation has them in."""
        parts = []
        for bucket, units in sorted(held.items()):
            if taken := min(units, wanted):
                held[bucket] -= taken
                parts.append((bucket, taken))
                wanted -= taken
        return parts

    def _find(self, cell: Cell, bin: Bin, wanted: int) -> _Parts:
        """Take units out of any rows that have some."""
        rows = self._rows[cell]
        buckets = sorted(rows)
        first = self._start % len(buckets)
        parts = []
        for bucket in buckets[first:] + buckets[:first]:
            taken = min(max(0, rows[bucket][bin]), wanted)
            if taken:
                parts.append((bucket, taken))
                wanted -= taken
        return parts

    def _add(self, cell: Cell, bucket: int, bin: Bin, units: int) -> None:
        rows = self._rows.setdefault(cell, {})
        row: dict[Bin, int] = rows.setdefault(bucket, {})
        row[bin] = row.get(bin, 0) + units
        delta = self.deltas.setdefault((*cell, bucket), {})
        delta[bin] = delta.get(bin, 0) + units

    def _hold(self, holding: Holding, bucket: int, units: int) -> None:
        held = self._held(holding)
        held[bucket] = held.get(bucket, 0) + units

    def _held(self, holding: Holding) -> dict[int, int]:
        return self.holdings.setdefault(holding, {})

    def counts(self, key: RowKey) -> Mapping[Bin, int]:
        """The counts of a row after the changes."""
        sku, place, bucket = key
        return self._rows[sku, place][bucket]


def shares(units: int, buckets: int) -> _Parts:
    """Split units evenly: the first rows have one more."""
    each, rest = divmod(units, buckets)
    parts = ((bucket, each + (bucket < rest)) for bucket in range(buckets))
    return [(bucket, share) for bucket, share in parts if share]
