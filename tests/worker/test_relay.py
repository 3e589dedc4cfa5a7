"""A relay pushes each event, and none is left out or overtaken."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from orderlife import FeedEntry, StoreVersionError, ValidationError
from orderlife.worker import Relayed, relay
from orderlife.worker._relays import Relays
from tests.desk.shop import ProcessDied, Shop, Through
from tests.stores.sqlite import opened, path, shop_on

__all__ = ["path"]

MINUTE = timedelta(minutes=1)


class Calm:
    """A stop that ends a relay after so many waits, and keeps them."""

    def __init__(self, waits: int = 1) -> None:
        self.left = waits
        self.waited: list[float] = []

    def is_set(self) -> bool:
        return self.left <= 0

    def set(self) -> None:
        self.left = 0

    def wait(self, timeout: float | None = None) -> bool:
        self.left -= 1
        self.waited.append(timeout or 0.0)
        return self.is_set()


class Outside:
    """Who is told of the events, and may fail."""

    def __init__(self) -> None:
        self.entries: list[FeedEntry] = []
        self.told: list[Relayed] = []
        self.fails: Callable[[FeedEntry], object] = lambda _: None

    def push(self, entry: FeedEntry) -> None:
        self.fails(entry)
        self.entries.append(entry)

    @property
    def positions(self) -> list[int]:
        return [each.position for each in self.entries]

    def relay(self, shop: Shop, stop: Any = None, **more: Any) -> None:
        """Relay the events of a shop as ``erp``."""
        consumer = shop.desk.feed.consumer("erp")
        settings = {"once": stop is None, "told": self.told.append, **more}
        relay(consumer, self.push, stop or Calm(), **settings)


@pytest.fixture
def shop() -> Shop:
    """A shop with an order."""
    shop = Shop()
    shop.place()
    return shop


@pytest.fixture
def outside() -> Outside:
    """Somebody who wants to hear of everything."""
    return Outside()


def position(shop: Shop) -> int:
    """Where the consumer is."""
    return shop.desk.feed.consumer("erp").position


def test_each_event_is_pushed_once_and_in_order(
    shop: Shop, outside: Outside
) -> None:
    """What comes later is pushed behind it."""
    outside.relay(shop)
    assert tuple(outside.entries) == shop.desk.feed()
    shop.place(order_id="o2")
    outside.relay(shop)
    assert tuple(outside.entries) == shop.desk.feed()
    count = len(outside.entries)
    assert sum(each.pushed for each in outside.told) == count
    assert {each.consumer for each in outside.told} == {"erp"}
    assert not any(each.failed for each in outside.told)


def test_a_quiet_shop_is_polled(shop: Shop, outside: Outside) -> None:
    """It waits for what comes, and tells nothing meanwhile."""
    outside.relay(shop)
    outside.told.clear()
    calm = Calm(3)
    outside.relay(shop, calm, poll=MINUTE)
    assert len(calm.waited) == 3
    assert all(45 < waited <= 60 for waited in calm.waited)
    assert outside.told == []


def test_what_cannot_be_pushed_is_pushed_again(
    shop: Shop, outside: Outside
) -> None:
    """After waits that grow; the events behind it wait for it."""
    tries = []

    def fails(entry: FeedEntry) -> None:
        tries.append(entry.position)
        if entry.position == 3 and tries.count(3) < 5:
            raise OSError("ada@example.org")

    outside.fails = fails
    calm = Calm(5)
    outside.relay(shop, calm)
    assert tuple(outside.entries) == shop.desk.feed()
    assert tries[:7] == [1, 2, 3, 3, 3, 3, 3]
    waits = calm.waited[:4]
    assert waits[0] < 0.5
    assert all(late > early / 2 for early, late in pairwise(waits))
    assert waits[-1] >= 1
    failed = [each.failed for each in outside.told if each.failed]
    assert failed == ["order o1, position 3: OSError"] * 4


def test_with_once_a_failure_ends_it(shop: Shop, outside: Outside) -> None:
    """What was pushed stays acknowledged."""

    def fails(entry: FeedEntry) -> None:
        if entry.position == 3:
            raise OSError

    outside.fails = fails
    outside.relay(shop)
    assert outside.positions == [1, 2]
    assert position(shop) == 2
    assert outside.told[-1].failed


def test_what_was_not_acknowledged_comes_again(
    shop: Shop, outside: Outside
) -> None:
    """A process that died after a push is the only one who pushes twice."""

    def dies(entry: FeedEntry) -> None:
        if entry.position == 4:
            outside.entries.append(entry)
            raise ProcessDied

    outside.fails = dies
    with pytest.raises(ProcessDied):
        outside.relay(shop)
    outside.fails = lambda _: None
    outside.relay(shop)
    end = len(shop.history())
    assert outside.positions == [1, 2, 3, 4, *range(4, end + 1)]


def test_one_relay_pushes_at_a_time(shop: Shop, outside: Outside) -> None:
    """Another one waits, until the first has ended or its lease is over."""
    other = Outside()

    def both(entry: FeedEntry) -> None:
        if entry.position == 2:
            other.relay(shop)

    outside.fails = both
    outside.relay(shop, lease=MINUTE)
    assert other.entries == []
    assert len(outside.entries) == len(shop.history())
    shop.place(order_id="o2")
    other.relay(shop)
    assert other.entries
    dead = shop.desk.feed.consumer("erp")
    assert dead.hold(MINUTE)
    shop.place(order_id="o3")
    outside.relay(shop)
    assert position(shop) < len(shop.desk.feed())
    shop.clock.advance(MINUTE)
    outside.relay(shop)
    assert position(shop) == len(shop.desk.feed())


def test_who_was_overtaken_in_a_push_leaves_nothing_out(
    shop: Shop, outside: Outside
) -> None:
    """A push took longer than its lease: some come twice, none is lost."""
    other = Outside()

    def slow(entry: FeedEntry) -> None:
        if entry.position == 2 and not other.entries:
            shop.clock.advance(2 * MINUTE)
            other.relay(shop)

    outside.fails = slow
    outside.relay(shop, Calm(2), lease=MINUTE)
    assert position(shop) == len(shop.desk.feed())
    assert other.positions == [*range(2, len(shop.history()) + 1)]
    assert outside.positions == [1, 2]
    (failed,) = [each.failed for each in outside.told if each.failed]
    assert "order o1, position 2: ConflictError" in failed


def test_a_long_page_is_held_on(
    shop: Shop, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease is as long as a push, and not as long as all of them."""
    other = Outside()
    passed = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: passed[0] + 1)

    def slow(entry: FeedEntry) -> None:
        passed[0] += 40
        shop.clock.advance(timedelta(seconds=40))
        other.relay(shop)

    outside.fails = slow
    outside.relay(shop, lease=MINUTE)
    assert other.entries == []
    assert len(outside.entries) == len(shop.history())


def test_it_ends_after_the_push_under_way(
    shop: Shop, outside: Outside
) -> None:
    """Which is acknowledged; nobody has to wait for its lease then."""
    calm = Calm()

    def told(entry: FeedEntry) -> None:
        if entry.position == 2:
            calm.set()

    outside.fails = told
    outside.relay(shop, calm)
    assert outside.positions == [1, 2]
    assert position(shop) == 2
    assert shop.desk.feed.consumer("erp").hold(MINUTE)


def test_with_once_it_goes_to_the_end(shop: Shop, outside: Outside) -> None:
    """Page by page; and without, it goes on from there."""
    for number in range(2, 14):
        shop.place(order_id=f"o{number}")
    count = len(shop.desk.feed(limit=1_000))
    assert count > 100
    outside.relay(shop)
    assert len(outside.entries) == count
    calm = Calm()
    relay(shop.desk.feed.consumer("crm"), outside.push, calm)
    assert len(outside.entries) == 2 * count
    assert len(calm.waited) == 1


def test_whoever_waits_reads_nothing(shop: Shop, outside: Outside) -> None:
    """As long as another one is at it."""
    store = Through(shop.ports.store)
    shop.desk = shop.another(store=store)
    assert shop.desk.feed.consumer("erp").hold(MINUTE)
    outside.relay(shop, Calm(3))
    assert store.named("feed") == []
    assert len(store.named("hold_cursor")) == 1 + 3 + 1


def test_a_cursor_is_held_once_a_while(shop: Shop, outside: Outside) -> None:
    """And not for every entry: that would be a write each."""
    store = Through(shop.ports.store)
    shop.desk = shop.another(store=store)
    outside.relay(shop)
    assert len(outside.entries) > 5
    assert len(store.named("hold_cursor")) == 2


def test_a_store_that_is_gone_at_the_end_is_no_error(
    shop: Shop, outside: Outside
) -> None:
    """Whoever comes next waits for the lease."""
    asked: list[Any] = []

    def hold(request: Any) -> Any:
        asked.append(request)
        if len(asked) > 1:
            raise OSError
        return store.hold_cursor(request)

    store = shop.ports.store
    shop.desk = shop.another(store=Through(store, hold_cursor=hold))
    outside.relay(shop)
    assert len(outside.entries) == len(shop.history())
    assert len(asked) == 2


def test_a_store_that_is_away_is_waited_for(
    shop: Shop, outside: Outside
) -> None:
    """And said to be."""
    answers = iter([OSError("away"), OSError("away")])

    def feed(request: Any) -> Any:
        for error in answers:
            raise error
        return store.feed(request)

    store = shop.ports.store
    shop.desk = shop.another(store=Through(store, feed=feed))
    outside.relay(shop, Calm(3))
    assert len(outside.entries) == len(shop.history())
    failed = [each.failed for each in outside.told if each.failed]
    assert failed == ["the feed: OSError"] * 2


@pytest.mark.parametrize("lease", [-MINUTE, 1441 * MINUTE, 60])
def test_a_lease_that_none_can_have_is_refused(lease: Any) -> None:
    """At once, and not with each round."""
    outside = Outside()
    with pytest.raises(ValidationError, match="lease: must be a timedelta"):
        outside.relay(Shop(), lease=lease)
    assert not outside.told


def test_tables_of_another_release_end_it(
    shop: Shop, outside: Outside
) -> None:
    """Waiting would not help."""

    def feed(request: Any) -> Any:
        raise StoreVersionError(9, 7, "upgrade orderlife first")

    shop.desk = shop.another(store=Through(shop.ports.store, feed=feed))
    with pytest.raises(StoreVersionError):
        outside.relay(shop, Calm(3))


def test_relays_work_side_by_side(path: Path) -> None:
    """Each in a thread, each with all events."""
    erp, crm = Outside(), Outside()
    with opened(path) as store:
        shop = shop_on(store)
        shop.place()
        settings: dict[str, Any] = {
            "poll": timedelta(milliseconds=10),
            "lease": MINUTE,
            "told": erp.told.append,
        }
        done = threading.Event()

        def told(entry: FeedEntry) -> None:
            if entry.order_id == "o2":
                done.set()

        crm.fails = told
        pushes = {"erp": erp.push, "crm": crm.push}
        with Relays(store, pushes, **settings, once=True) as relays:
            pass
        assert not relays.running
        assert erp.entries == crm.entries == list(shop.desk.feed())
        with Relays(store, pushes, **settings, once=False) as relays:
            shop.place(order_id="o2")
            assert done.wait(10)
            assert relays.running
        assert not relays.running


@pytest.mark.parametrize("ours", [False, True])
def test_what_ends_a_relay_is_raised_at_the_end(
    shop: Shop, ours: bool
) -> None:
    """And is told at once, as the worker goes on without it.

    Unless the worker has ended with an error of its own.
    """

    def dies(_: FeedEntry) -> None:
        raise ProcessDied

    told: list[Relayed] = []
    relays = Relays(
        shop.ports.store,
        {"erp": dies},
        poll=MINUTE,
        lease=MINUTE,
        told=told.append,
        once=False,
    )

    def work() -> None:
        with relays:
            while relays.running:
                pass
            why = "the relay has ended: ProcessDied"
            assert told == [Relayed(consumer="erp", failed=why)]
            if ours:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt if ours else ProcessDied):
        work()
