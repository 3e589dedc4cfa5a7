"""What an order store promises, as checks.

::

    class MyHarness(StoreHarness):
        abilities = frozenset({StoreAbility.TENANTS, StoreAbility.HOUSES})

        def make(self) -> OrderStore[Case]:
            return MyStore(empty_database())

        def other_tenant(self) -> OrderStore[Case]:
            return MyStore(the_same_database, tenant="b")

        def with_house(self, house: House) -> OrderStore[Case]:
            return MyStore(the_same_database, house=house)
"""

from __future__ import annotations

from typing import Final

from orderlife.testing.conformance._kit import Check
from orderlife.testing.conformance._store import (
    STORE,
    AnyOrderStore,
    StoreAbility,
    StoreHarness,
)

# The modules add their checks as they are imported, in this order.
from orderlife.testing.conformance import (  # isort: skip
    _store_commits as _commits,
    _store_effects as _effects,
    _store_claims as _claims,
    _store_born as _born,
    _store_settling as _settling,
    _store_finding as _finding,
    _store_timers as _timers,
    _store_numbers as _numbers,
    _store_orders as _orders,
    _store_chain as _chain,
    _store_whole as _whole,
    _store_denials as _denials,
    _store_feed as _feed,
    _store_cursors as _cursors,
    _store_archive as _archive,
    _store_rooms as _rooms,
    _store_unit as _unit,
)

__all__ = [
    "STORE_CHECKS",
    "AnyOrderStore",
    "StoreAbility",
    "StoreHarness",
]

_MODULES: Final = (
    _commits,
    _effects,
    _claims,
    _born,
    _settling,
    _finding,
    _timers,
    _numbers,
    _orders,
    _chain,
    _whole,
    _denials,
    _feed,
    _cursors,
    _archive,
    _rooms,
    _unit,
)

STORE_CHECKS: Final[tuple[Check[StoreHarness], ...]] = tuple(STORE.checks)
"""All that an order store promises."""
