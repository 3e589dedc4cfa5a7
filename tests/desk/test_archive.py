"""A desk folds closed orders away, and so does a worker, by policy."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from orderlife import (
    AsyncOrderDesk,
    Line,
    Money,
    OverloadedError,
    Policy,
    ValidationError,
)
from orderlife.ports._archive import CLOSED
from orderlife.rooms.order.lifecycle import ORDER, OrderState
from orderlife.testing import Clock
from tests.desk.shop import ADDRESS, CONTACT, Shop, Through, always
from tests.stores.sqlite import opened, path, raw, shop_on

__all__ = ["path"]

DAY = timedelta(days=1)
POLICY = Policy(archive_after=30 * DAY)


def _cancelled(shop: Shop, *order_ids: str) -> None:
    for order_id in order_ids:
        shop.place(order_id=order_id)
        shop.desk.cancel(order_id, command_id=f"cancel-{order_id}")


def _folded(path: Path) -> list[str]:
    """The orders that a file has folded away."""
    with raw(path) as file:
        rows = file.execute("SELECT order_id FROM orderlife_archives")
        return sorted(order_id for (order_id,) in rows)


def test_what_is_closed_is_what_ends() -> None:
    """The lifecycle's ends, and what is complete until something comes."""
    ends = {each.value for each in ORDER.terminal}
    assert ends | {OrderState.COMPLETED.value} == CLOSED


def test_a_desk_folds_closed_orders_away(path: Path) -> None:
    """As many as it is asked for, if they were left alone for so long."""
    with opened(path) as store:
        shop = shop_on(store)
        _cancelled(shop, "o1", "o2", "o3")
        shop.place(order_id="o4")
        before = [shop.desk.history(f"o{n}") for n in range(1, 5)]
        assert shop.desk.archive() == 0
        shop.clock.advance(90 * DAY + timedelta(seconds=1))
        assert shop.desk.archive(limit=2) == 2
        assert _folded(path) == ["o1", "o2"]
        assert shop.desk.archive(after=timedelta()) == 1
        assert _folded(path) == ["o1", "o2", "o3"]
        assert before == [shop.desk.history(f"o{n}") for n in range(1, 5)]
        assert shop.desk.get("o1").status.order == "cancelled"


def test_an_async_desk_does_too() -> None:
    """The same, awaited."""

    async def lived() -> int:
        clock = Clock()
        desk = AsyncOrderDesk.in_memory({"mug": 9}, clock=clock)
        await desk.place(
            [Line(sku="mug", quantity=1, unit_price=Money("9.99", "EUR"))],
            order_id="o1",
            ship_to=ADDRESS,
            contact=CONTACT,
            pay_with="tok_visa",
        )
        await desk.cancel("o1")
        clock.advance(2 * DAY)
        return await desk.archive(after=DAY)

    assert asyncio.run(lived()) == 1


@pytest.mark.parametrize(
    "asked",
    [
        {"after": -DAY},
        {"after": 90},
        {"after": timedelta.max},
        {"limit": -1},
        {"limit": "1"},
    ],
    ids=str,
)
def test_what_cannot_be_asked_for_is_refused(asked: Any) -> None:
    """Before anything is looked for."""
    with pytest.raises(ValidationError, match="archive"):
        Shop().desk.archive(**asked)


@pytest.mark.parametrize("policy", [Policy(), POLICY], ids=["never", "by 30"])
def test_a_worker_folds_away_by_policy(path: Path, policy: Policy) -> None:
    """After so many days, and without a policy never."""
    with opened(path) as store:
        shop = shop_on(store, policy=policy)
        _cancelled(shop, "o1")
        shop.desk.work()
        assert _folded(path) == []
        shop.clock.advance(31 * DAY)
        shop.desk.work()
        assert _folded(path) == (["o1"] if policy is POLICY else [])


def test_a_store_that_cannot_fold_away_stops_no_round() -> None:
    """It is told, and an overloaded store is left alone for now."""
    shop = Shop(policy=POLICY)
    for error, expected in (
        (OSError(), ("what is closed: OSError",)),
        (OverloadedError("the store", 1.0), None),
    ):
        store = Through(shop.ports.store, archive=always(error))
        result = shop.another(store=store).work()
        assert result.overloaded is (expected is None)
        assert expected is None or result.failed == expected


def test_a_late_fact_unfolds_an_order(path: Path) -> None:
    """It goes on as if it had never been folded away, and may be again."""
    with opened(path) as store:
        shop = shop_on(store)
        shop.place()
        shop.dispatch()
        shop.desk.shipments.scan("o1-s1", "delivered", shop.clock())
        shop.clock.advance(400 * DAY)
        shop.desk.work()
        shop.clock.advance(91 * DAY)
        assert shop.desk.archive() == 1
        before, head = shop.desk.history("o1"), shop.desk.verify("o1")
        shop.desk.shipments.scan("o1-s1", "returning", shop.clock())
        after = shop.desk.history("o1")
        assert after[: len(before)] == before
        assert len(after) > len(before)
        assert shop.desk.verify("o1") != head
        assert _folded(path) == []
