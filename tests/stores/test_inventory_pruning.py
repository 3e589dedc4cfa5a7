"""Answers of long ago may go: when nobody asks for them any more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orderlife.errors import InputError, PortError
from orderlife.memory.clock import START
from orderlife.ports.base import NotKnown
from orderlife.ports.inventory import (
    HeldStock,
    InventoryIntent,
    StockChanged,
    StockGone,
)
from orderlife.ports.store import EffectState
from orderlife.testing import Clock
from orderlife_adapters import _inventory
from tests.desk.shop import Shop, Through
from tests.stores.inventories import Make, make, stock_url
from tests.testing.test_fakes_inventory import (
    allocate,
    consume,
    demand,
    item,
    release,
    reserve,
)

__all__ = ["make", "stock_url"]

OLD = timedelta(days=181)
DAY = timedelta(days=1)


def lived(make: Make) -> tuple[Any, Clock, list[InventoryIntent]]:
    """A reservation of which all has left, half a year ago."""
    clock = Clock()
    stock = make({"mug": 10}, clock)
    first = reserve(demand(3), until=START + DAY)
    asked: list[InventoryIntent] = [
        first,
        allocate(),
        consume(item(2)),
        release(item(1)),
    ]
    assert isinstance(stock.reserve(first), HeldStock)
    assert stock.allocate(allocate()) == StockChanged()
    assert stock.consume(consume(item(2))) == StockChanged()
    assert stock.release(release(item(1))) == StockChanged()
    clock.advance(OLD)
    return stock, clock, asked


def test_old_answers_go_and_young_ones_stay(make: Make) -> None:
    """What is gone is not known any more; the numbers stay."""
    stock, clock, asked = lived(make)
    young = reserve(
        demand(1), reservation="r2", until=clock() + timedelta(days=9)
    )
    held = stock.reserve(young)
    before = stock.level("mug"), stock.movements()
    assert stock.prune() == len(asked)
    assert [stock.look_up(each) for each in asked] == [NotKnown()] * 4
    assert stock.look_up(young) == held
    assert stock.prune() == 0
    assert before == (stock.level("mug"), stock.movements())
    stock.check()


def test_page_after_page_is_looked_at(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are, each is met once."""
    monkeypatch.setattr(_inventory, "_A_PAGE", 2)
    stock, _, asked = lived(make)
    for number in range(5):
        stock.receive("mug", "main", 1, f"delivery {number}")
    assert stock.prune() == len(asked)


def test_others_answers_stay(make: Make) -> None:
    """A tenant forgets nothing of another's."""
    stock, _, asked = lived(make)
    other, *_ = lived(make)
    assert stock.prune() == len(asked)
    assert other.look_up(asked[1]) == StockChanged()


def test_receipts_and_counts_are_remembered_for_good(make: Make) -> None:
    """A delivery note that turns up again in a year is taken in once."""
    stock, clock, _ = lived(make)
    stock.receive("mug", "main", 4, "note 7")
    stock.adjust("mug", "main", -1, "count 7")
    before = stock.level("mug")
    clock.advance(OLD * 3)
    stock.prune()
    assert stock.receive("mug", "main", 4, "note 7") == StockChanged()
    assert stock.adjust("mug", "main", -1, "count 7") == StockChanged()
    assert stock.level("mug") == before
    with pytest.raises(PortError, match="note 7 came again"):
        stock.receive("mug", "main", 5, "note 7")


@pytest.mark.parametrize("days", [-1, 0, 90])
def test_young_answers_are_never_pruned(make: Make, days: int) -> None:
    """Until then a driver may repeat its request: that is refused."""
    stock, _, asked = lived(make)
    with pytest.raises(InputError, match="kept for at least 91 days"):
        stock.prune(timedelta(days=days))
    assert isinstance(stock.look_up(asked[0]), HeldStock)
    assert stock.prune(timedelta.max) == 0
    assert stock.prune(timedelta(days=91)) == len(asked)


def test_what_has_ended_does_not_happen_again(make: Make) -> None:
    """Even if somebody repeats it by hand, after its answer is gone."""
    stock, _, asked = lived(make)
    stock.prune()
    before = stock.level("mug")
    assert stock.allocate(asked[1]) == StockChanged()
    assert isinstance(stock.consume(asked[2]), StockGone)
    assert stock.release(asked[3]) == StockChanged()
    assert stock.level("mug") == before
    # Its date is over: it is held, and runs out as soon as anybody looks.
    assert isinstance(stock.reserve(asked[0]), HeldStock)
    assert stock.level("mug") == before
    stock.check()


def test_no_driver_repeats_what_may_be_pruned(make: Make) -> None:
    """The window says so: it is looked up, and a person is asked."""
    shop = Shop()
    stock = make({"mug": 10}, shop.clock)
    lost = Through(stock, reserve=_lost(stock))
    shop.desk = shop.another(inventory=lost, inline=False)
    shop.place()
    shop.desk.work(1)
    (effect,) = shop.desk.effects("o1")
    assert effect.state is EffectState.IN_DOUBT
    shop.clock.advance(OLD)
    assert stock.prune() == 1
    shop.rest()
    assert len(lost.named("reserve")) == 1
    state = shop.effect(effect.operation_id).state
    assert state is EffectState.ATTENTION
    assert stock.level("mug").available == 10
    stock.check()


def _lost(stock: Any) -> Any:
    """Reserve, and lose the answer."""

    def method(intent: Any) -> None:
        stock.reserve(intent)
        raise TimeoutError

    return method
