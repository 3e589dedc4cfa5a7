"""What an inventory store promises, as checks.

::

    class MyHarness(InventoryHarness):
        abilities = frozenset({InventoryAbility.MOVES_TIME})

        def make(self, stock: Stock) -> InventoryStore:
            self.mine = MyInventory(empty_database(), clock=self.clock)
            for (sku, place), units in stock.items():
                self.mine.receive(sku, place, units)
            return self.mine

        def level(self, sku: str, place: str) -> Level:
            return self.mine.level(sku, place)
"""

from __future__ import annotations

from typing import Final

from orderlife.testing.conformance._inventory import (
    INVENTORY,
    AnyInventoryStore,
    InventoryAbility,
    InventoryHarness,
    Moved,
    Stock,
)
from orderlife.testing.conformance._kit import Check

# The modules add their checks as they are imported, in this order.
from orderlife.testing.conformance import (  # isort: skip
    _inventory_holds as _holds,
    _inventory_moves as _moves,
    _inventory_keys as _keys,
    _inventory_line as _line,
)

__all__ = [
    "INVENTORY_CHECKS",
    "AnyInventoryStore",
    "InventoryAbility",
    "InventoryHarness",
    "Moved",
    "Stock",
]

_MODULES: Final = (_holds, _moves, _keys, _line)

INVENTORY_CHECKS: Final[tuple[Check[InventoryHarness], ...]] = tuple(
    INVENTORY.checks
)
"""All that an inventory store promises."""
