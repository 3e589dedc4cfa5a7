"""The fakes keep all the promises of their ports."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from orderlife.building import House
from orderlife.testing import InMemoryOrderStore
from orderlife.testing.conformance import (
    CARRIER_CHECKS,
    INVENTORY_CHECKS,
    NOTIFIER_CHECKS,
    PAYMENT_CHECKS,
    PORT_CHECKS,
    STORE_CHECKS,
    Check,
    StoreAbility,
    StoreHarness,
)
from tests.conformance.fakes import ASYNC, SYNC

CHECKS: dict[str, tuple[Check[Any], ...]] = {
    "store": STORE_CHECKS,
    "inventory": INVENTORY_CHECKS,
    "payment": PAYMENT_CHECKS,
    "carrier": CARRIER_CHECKS,
    "notifier": NOTIFIER_CHECKS,
    "port": PORT_CHECKS,
}
EACH = [
    pytest.param(port, check, id=f"{port}-{check}")
    for port, checks in CHECKS.items()
    for check in checks
]


@pytest.mark.parametrize(("port", "check"), EACH)
def test_the_fake_conforms(port: str, check: Check[Any]) -> None:
    """Nothing is skipped: the fakes can do everything."""
    check.run(SYNC[port]())


@pytest.mark.parametrize(("port", "check"), EACH)
def test_the_async_fake_conforms(port: str, check: Check[Any]) -> None:
    """The same checks, awaited."""
    asyncio.run(check.arun(ASYNC[port]()))


class Forgetful(StoreHarness):
    """The store in memory as it is: it ends with its process."""

    abilities = frozenset({StoreAbility.HOUSES})

    def make(self) -> Any:
        return InMemoryOrderStore()

    def with_house(self, house: House) -> Any:
        return InMemoryOrderStore(house=house)


ROOMS = [
    check for check in STORE_CHECKS if check.needs == (StoreAbility.HOUSES,)
]


@pytest.mark.parametrize("check", ROOMS, ids=str)
def test_a_store_need_not_survive_to_keep_a_brought_room(
    check: Check[StoreHarness],
) -> None:
    """It is asked for the house once, before anything is stored."""
    check.run(Forgetful())
