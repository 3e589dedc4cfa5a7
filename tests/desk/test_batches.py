"""Effects that are claimed together and performed one by one."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from orderlife import RoundResult, worker
from orderlife.engine.batches import Batch
from orderlife.engine.engine import Claim
from orderlife.errors import OverloadedError
from orderlife.ports.base import Capabilities
from orderlife.ports.inventory import StockChanged
from orderlife.ports.store import EffectState, Loaded, Settle
from orderlife.testing.scenario import NOON
from tests.desk.shop import Shop, Through
from tests.desk.test_flows import (
    BOOM,
    CASE,
    LEASE,
    OK,
    RESTOCK,
    effect,
    engine,
    played,
    store,
)

SECOND = timedelta(seconds=1)
QUICK = timedelta()


def capable(*, deduplicates: bool = False, looks_up: bool = False) -> Any:
    """What an adapter can do."""
    return Capabilities(deduplicates=deduplicates, looks_up=looks_up)


def test_batches_grow_while_they_are_quick() -> None:
    """Up to twenty; and begin anew with one where one was slow."""
    batch = Batch(LEASE, [capable(looks_up=True), capable(deduplicates=True)])
    sizes = []
    for spent in [*[QUICK] * 5, LEASE / 16, LEASE / 16 + SECOND, QUICK]:
        sizes.append(batch.size)
        batch.took(spent)
    assert [1, 2, 4, 8, 16, 20, 20, 1] == sizes
    assert batch.size == 2


def test_what_can_only_be_doubted_is_claimed_alone() -> None:
    """A worker that dies leaves one doubt, and not twenty."""
    batch = Batch(LEASE, [capable(deduplicates=True), capable()])
    batch.took(QUICK)
    assert batch.size == 1


def test_a_round_claims_in_batches() -> None:
    """With what follows from it, and no more than it may perform."""
    shop = Shop(inline=False)
    for number in range(10):
        shop.place(order_id=f"o{number}")
    through = Through(shop.ports.store)
    worked = shop.another(inline=False, store=through).work(limit=18)
    assert worked.effects == 18
    # Each order has four effects, of which the first is claimed: 4 + 8 are
    # performed, and 6 of the last batch.
    assert [each.limit for each in through.named("claim")] == [1, 2, 4]


def test_a_round_performs_no_more_than_it_may() -> None:
    """What follows beyond that is left to the next round, as it was."""
    shop = Shop(inline=False)
    shop.place()
    assert shop.desk.work(limit=2).effects == 2
    done, left = EffectState.DONE, EffectState.PENDING
    states = [each.state for each in shop.desk.effects("o1")]
    assert states == [done, done, left, left]
    assert shop.desk.work(limit=3).effects == 2


def test_a_store_without_room_gets_the_rest_back() -> None:
    """What of a batch was not begun is as it was."""
    shop = Shop(inline=False)
    for number in range(4):
        shop.place(order_id=f"o{number}")
    full = OverloadedError("the store", 1.0)
    kept = shop.ports.store
    commits: list[Any] = []

    def commit(decision: Any) -> Any:
        commits.append(decision)
        if len(commits) > 3:
            raise full
        return kept.commit(decision)

    desk = shop.another(inline=False, store=Through(kept, commit=commit))
    swept = desk.work()
    assert swept.overloaded
    assert (swept.effects, len(swept.failed)) == (5, 1)
    left = [shop.effect(f"o{n}-r1:reserve:1").state.value for n in range(4)]
    assert left == ["done", "claimed", "pending", "pending"]


@pytest.mark.parametrize(
    "state",
    [EffectState.PENDING, EffectState.WAITING, EffectState.IN_DOUBT],
)
def test_an_effect_that_waited_too_long_is_given_back(
    state: EffectState,
) -> None:
    """It is as it was, and keeps its place."""
    due_at = NOON - 9 * SECOND
    mine = effect(RESTOCK, state, due_at=due_at, note="so", attempts=2)
    back = Settle(
        order_id=RESTOCK.order_id,
        operation_id=RESTOCK.operation_id,
        state=state,
        due_at=due_at,
        note="so",
        claimed_by="me",
        attempts=3,
    )
    late = Claim(mine, NOON + LEASE / 2 - SECOND)
    called = [store("settle", back)]
    assert (called, RoundResult()) == played(engine().attempt(late), OK)
    told = RoundResult(failed=(f"{RESTOCK.operation_id}: ValueError",))
    failed = engine().attempt(late)
    assert (called, told) == played(failed, BOOM)


def test_a_doubt_is_not_given_back() -> None:
    """A claim that ran out once runs out again."""
    mine = effect(RESTOCK, EffectState.CLAIMED)
    late = Claim(mine, NOON + SECOND)
    assert ([], RoundResult()) == played(engine().attempt(late))
    far = Claim(effect(RESTOCK), NOON + LEASE, far=True)
    assert ([], RoundResult()) == played(engine().give_back(far))


def test_half_a_claim_is_enough() -> None:
    """Its effect is performed."""
    claim = Claim(effect(RESTOCK), NOON + LEASE / 2)
    assert (
        RoundResult(effects=1)
        == played(
            engine().attempt(claim), Loaded(case=CASE), StockChanged(), OK
        )[1]
    )


def test_a_worker_that_is_told_to_stop_gives_its_batch_back() -> None:
    """It ends with the effect that is under way."""
    shop = Shop(inline=False)
    for number in range(5):
        shop.place(order_id=f"o{number}")
    stop = threading.Event()
    seen: list[Any] = []

    def reserve(intent: Any) -> Any:
        seen.append(intent)
        if len(seen) == 2:
            stop.set()
        return shop.ports.inventory.reserve(intent)

    stock = Through(shop.ports.inventory, reserve=reserve)
    worker.run(shop.another(inline=False, inventory=stock), stop)
    states = [shop.effect(f"o{n}-r1:reserve:1").state.value for n in range(5)]
    assert states == ["done", "done", *["pending"] * 3]
