"""The algorithm that decides which places serve which demands.

Checks and reservations both use it, so that they cannot disagree.
It is pure: from demands and free units it makes a plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import attrs

from orderlife.ports.inventory import Demand, Shortage, StockItem
from orderlife.warehouse.shelves import Cell

__all__ = ["Key", "Plan", "source"]

Key: TypeAlias = tuple[str, Cell]
"""A line, and the cell of its units."""


@attrs.frozen
class Plan:
    """The units that would be taken, and those that are missing."""

    taken: Mapping[Key, int]
    short: tuple[Demand, ...]
    """The units missing of each demand, by line."""
    shortages: tuple[Shortage, ...]
    """The same by SKU, summed over the lines."""

    @property
    def items(self) -> tuple[StockItem, ...]:
        """The units that would be taken, in the order of the demands."""
        return tuple(
            StockItem(line_id=line_id, sku=sku, place=place, quantity=units)
            for (line_id, (sku, place)), units in self.taken.items()
        )


def source(demands: Sequence[Demand], free: Mapping[Cell, int]) -> Plan:
    """Serve demands as far as the free units suffice.

    Lines of one SKU draw on the same units.  What must come from one
    place comes first, since the others can go elsewhere.  A demand is
    served whole by the first place that can, or else by as many places
    as it takes, in their order.

    Args:
        demands: each of at least one unit.
        free: units by SKU and place, the preferred places first; a
            negative number counts as 0.
    """
    remaining = {cell: max(0, units) for cell, units in free.items()}
    served: dict[int, dict[Cell, int]] = {}
    pinned_first = sorted(
        range(len(demands)), key=lambda index: not demands[index].place
    )
    for index in pinned_first:
        served[index] = _serve(demands[index], remaining)
    taken: Counter[Key] = Counter()
    short = []
    for index, demand in enumerate(demands):
        for cell, units in served[index].items():
            taken[demand.line_id, cell] += units
        missing = demand.quantity - sum(served[index].values())
        if missing:
            short.append(attrs.evolve(demand, quantity=missing))
    return Plan(taken, tuple(short), _shortages(demands, short))


def _serve(demand: Demand, remaining: dict[Cell, int]) -> dict[Cell, int]:
    """Take one demand's units out of the remaining ones."""
    cells = [
        (sku, place)
        for sku, place in remaining
        if sku == demand.sku and demand.place in {"", place}
    ]
    for cell in cells:
        if remaining[cell] >= demand.quantity:
            cells = [cell]
            break
    wanted = demand.quantity
    served = {}
    for cell in cells:
        units = min(remaining[cell], wanted)
        if units:
            served[cell] = units
            remaining[cell] -= units
            wanted -= units
    return served


def _shortages(
    demands: Sequence[Demand], short: Sequence[Demand]
) -> tuple[Shortage, ...]:
    """Sum by SKU; ``available`` is what these demands could have got."""
    wanted: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    for demand in demands:
        wanted[demand.sku] += demand.quantity
    for demand in short:
        missing[demand.sku] += demand.quantity
    return tuple(
        Shortage(sku=sku, wanted=wanted[sku], available=wanted[sku] - units)
        for sku, units in missing.items()
    )
