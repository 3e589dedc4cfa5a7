"""Durable inventories answer as the one in memory does, test by test."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.stores.inventories import Make, make, stock_url
from tests.testing import test_fakes_inventory, test_inventory_machine

__all__ = ["make", "stock_url"]

_NOT_FOR_STORES = {
    # Endless stock and scripts are for replays and tests.
    "test_unlisted_sku_is_endless_where_that_is_wanted",
    "test_faults_strike_before_or_after_it_acts",
    "test_stock_is_not_steered_by_behaviours",
    # A database refuses what is negative to begin with.
    "test_negative_place_hides_no_stock_elsewhere",
    # PostgreSQL's numbers have gaps; test_inventory.py has the like.
    "test_moves_units_from_hold_to_shipment",
    # These look inside; test_inventory.py has the like.
    "test_wrong_numbers_fail_the_check",
    "test_sixteen_threads_sell_exactly_what_there_is",
}

globals().update(
    {
        name: value
        for name, value in vars(test_fakes_inventory).items()
        if name.startswith("test_") and name not in _NOT_FOR_STORES
    }
)


@pytest.fixture(autouse=True)
def durable(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a durable inventory where the tests make one in memory."""
    for module in (test_fakes_inventory, test_inventory_machine):
        monkeypatch.setattr(module, "InMemoryInventory", make)


def test_books_are_right_whatever_is_asked() -> None:
    """The state machine of the one in memory, on a database."""
    few: Any = settings(max_examples=15, stateful_step_count=30, deadline=None)
    run_state_machine_as_test(test_inventory_machine.Buying, settings=few)
