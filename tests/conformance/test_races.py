"""What is right for one who comes alone is found wrong for many at once.

These read, let others read as well, and write what they have read: no
check that asks one thing after the other can tell.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from orderlife import Case
from orderlife.ports.inventory import (
    HeldStock,
    Reserve,
    ReserveOutcome,
    StockShort,
)
from orderlife.ports.payment import Capture, CaptureOutcome, Declined
from orderlife.ports.store import Commit, CommitOutcome, Stale
from orderlife.testing import (
    AsyncInMemoryInventory,
    FakeGateway,
    InMemoryInventory,
)
from orderlife.testing.conformance import (
    INVENTORY_CHECKS,
    PAYMENT_CHECKS,
    STORE_CHECKS,
    Check,
    ConformanceError,
)
from tests.conformance.fakes import (
    DocumentStore,
    InventoryFakes,
    PaymentFakes,
    StoreFakes,
)


class Others:
    """Waits until others have read as well, if there are any."""

    def __init__(self, many: int) -> None:
        self._many = many
        self._barrier = threading.Barrier(many)

    def read(self) -> None:
        """Let them read."""
        try:
            self._barrier.wait(0.2)
        except threading.BrokenBarrierError:
            # Nobody came, and the next ones begin anew.
            self._barrier = threading.Barrier(self._many)


def anew(intent: Any, name: str) -> Any:
    """The same request as one that was never seen."""
    return attrs.evolve(
        intent,
        operation_id=f"{intent.operation_id}:{name}",
        key=f"{intent.key}:{name}",
    )


def take(
    inventory: InMemoryInventory,
    intent: Reserve,
    reserve: Callable[[InMemoryInventory, Reserve], ReserveOutcome],
) -> ReserveOutcome:
    """Hold what was there when it was looked at, whatever is there now."""
    answer = reserve(inventory, intent)
    if isinstance(answer, StockShort):
        for each in answer.shortages:
            more = each.wanted - each.available
            cell = (each.sku, "main")
            inventory._warehouse.book("received", cell, more, "nowhere")
        return reserve(inventory, anew(intent, "x"))
    return answer


class ReadsThenHolds(InMemoryInventory):
    """It checks in one step, and holds in another."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.others = Others(12)

    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        dry = attrs.evolve(anew(intent, "dry"), dry_run=True)
        told = super().reserve(dry)
        self.others.read()
        if intent.dry_run or not isinstance(told, HeldStock):
            return told
        with self._lock:
            return take(self, intent, InMemoryInventory.reserve)


class ReadsThenCaptures(FakeGateway):
    """It looks at what is left, and takes it later."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.others = Others(8)

    def capture(self, intent: Capture, /) -> CaptureOutcome:
        account = self._bank.account_for(intent)
        if account is None or account.closed:
            return super().capture(intent)
        left = account.limit - account.captured
        self.others.read()
        if intent.amount.minor > left:
            return Declined(code="amount_too_large")
        with self._lock:
            account.limit = max(
                account.limit, account.captured + intent.amount.minor
            )
            return super().capture(intent)


class ReadsThenCommits(DocumentStore):
    """It compares the version, and stores later."""

    def __init__(self, tenant: str = "") -> None:
        super().__init__(tenant)
        self.others = Others(6)
        self.turn = threading.Lock()

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        version = len(self.history(commit.order_id))
        self.others.read()
        if version != commit.expected_version:
            return Stale(version=version)
        with self.turn:
            version = len(self.history(commit.order_id))
            events = tuple(
                attrs.evolve(each, sequence=number)
                for number, each in enumerate(commit.events, version + 1)
            )
            return super().commit(
                attrs.evolve(commit, expected_version=version, events=events)
            )


def named(checks: tuple[Check[Any], ...], name: str) -> Check[Any]:
    """One of these checks."""
    (found,) = (check for check in checks if check.name == name)
    return found


RACES: dict[str, tuple[Any, tuple[Check[Any], ...], str]] = {
    "as_many_buyers_as_units": (
        lambda: InventoryFakes(ReadsThenHolds),
        INVENTORY_CHECKS,
        "last_unit_is_held_once",
    ),
    "captures_at_once_take_no_more": (
        lambda: PaymentFakes(ReadsThenCaptures),
        PAYMENT_CHECKS,
        "takes_no_more_than_is_secured",
    ),
    "one_of_many_decisions_wins": (
        lambda: StoreFakes(ReadsThenCommits),
        STORE_CHECKS,
        "order_that_is_not_there_is_at_version_0",
    ),
}


@pytest.mark.parametrize("race", RACES)
def test_a_race_is_found(race: str) -> None:
    """By threads, where one after the other nothing is wrong."""
    harness, checks, alone = RACES[race]
    named(checks, alone).run(harness())
    with pytest.raises(ConformanceError, match=race):
        named(checks, race).run(harness())


class AwaitedReads(AsyncInMemoryInventory[InMemoryInventory]):
    """It checks, waits for something, and holds."""

    async def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        dry = attrs.evolve(anew(intent, "dry"), dry_run=True)
        told = self.inner.reserve(dry)
        await asyncio.sleep(0)
        if intent.dry_run or not isinstance(told, HeldStock):
            return told
        return take(self.inner, intent, InMemoryInventory.reserve)


class AwaitedFakes(InventoryFakes):
    """Their harness."""

    def make(self, stock: Any) -> Any:
        return AwaitedReads(super().make(stock))


def test_a_race_of_tasks_is_found() -> None:
    """Where each waits between its reading and its writing."""
    alone = named(INVENTORY_CHECKS, "last_unit_is_held_once")
    asyncio.run(alone.arun(AwaitedFakes()))
    race = named(INVENTORY_CHECKS, "as_many_buyers_as_units")
    with pytest.raises(ConformanceError, match="buyers of five cups"):
        asyncio.run(race.arun(AwaitedFakes()))
