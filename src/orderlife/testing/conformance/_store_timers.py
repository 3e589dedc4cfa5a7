"""What an order store promises of timers, and of orders put off."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from orderlife.ports.store import DueTimer, FindDueTimers, Postpone
from orderlife.testing.conformance._kit import Flow, ask, equal, require
from orderlife.testing.conformance._store import (
    DAY,
    MINUTE,
    NOW,
    STORE,
    Store,
    StoreHarness,
    commit,
    stored,
    timer,
)

__all__: list[str] = []


@STORE()
def due_timers_come_in_order(_: StoreHarness, store: Store) -> Flow[None]:
    """The earliest first, over all orders, and none before its time."""
    late, soon = timer("late", 2 * MINUTE), timer("soon", MINUTE)
    yield from stored(store, commit(0, "o1", timers=(late, soon)))
    yield from stored(store, commit(0, "o2", timers=(timer("now"),)))
    found: tuple[DueTimer, ...] = ()
    for minutes, expected in (
        (0, ["now"]),
        (1, ["now", "soon"]),
        (2, ["now", "soon", "late"]),
    ):
        due = FindDueTimers(now=NOW + minutes * MINUTE)
        found = yield from ask(store.due_timers, due)
        got = [each.timer.subject for each in found]
        equal(expected, got, f"due after {minutes} minutes")
    equal(["o2", "o1", "o1"], [each.order_id for each in found], "whose")
    before = FindDueTimers(now=NOW - timedelta(microseconds=1))
    equal((), (yield from ask(store.due_timers, before)), "nothing yet")


@STORE()
def due_timers_have_a_limit(_: StoreHarness, store: Store) -> Flow[None]:
    """So many of the earliest; also of orders with several."""
    for order_id in ("o1", "o2"):
        timers = tuple(
            timer(f"{order_id}{n}", n * MINUTE) for n in range(1, 4)
        )
        yield from stored(store, commit(0, order_id, timers=timers))
    for limit, expected in (
        (2, ["o11", "o21"]),
        (4, ["o11", "o12", "o21", "o22"]),
    ):
        due = FindDueTimers(now=NOW + DAY, limit=limit)
        found = yield from ask(store.due_timers, due)
        got = sorted(each.timer.subject for each in found)
        equal(expected, got, f"the first {limit}")


@STORE()
def due_timers_tell_of_the_next(_: StoreHarness, store: Store) -> Flow[None]:
    """The order's version, and when its next timer is due."""
    timers = (timer("c", DAY), timer("a"), timer("b", MINUTE))
    yield from stored(store, commit(0, "o1", timers=timers))
    yield from stored(store, commit(1, "o1", timers=timers))
    yield from stored(store, commit(0, "o2", timers=(timer("z"),)))
    found = yield from ask(store.due_timers, FindDueTimers(now=NOW))
    got = {each.order_id: (each.version, each.next_at) for each in found}
    equal({"o1": (2, NOW + MINUTE), "o2": (1, None)}, got, "told of each")


def _due_after(store: Store, after: timedelta, **more: Any) -> Flow[list[str]]:
    due = FindDueTimers(now=NOW + after, **more)
    found = yield from ask(store.due_timers, due)
    return [each.order_id for each in found]


@STORE()
def an_order_is_put_off(_: StoreHarness, store: Store) -> Flow[None]:
    """Its timers are left alone until then, and come last from then on."""
    for order_id in ("o1", "o2", "o3"):
        yield from stored(store, commit(0, order_id, timers=(timer("a"),)))
    later = Postpone(order_id="o1", version=1, until=NOW + MINUTE)
    require((yield from ask(store.postpone, later)), "it is put off")
    for after, expected in (
        (timedelta(), ["o2", "o3"]),
        (MINUTE - timedelta(microseconds=1), ["o2", "o3"]),
        (MINUTE, ["o2", "o3", "o1"]),
    ):
        got = yield from _due_after(store, after)
        equal(expected, got, f"due after {after}")
    got = yield from _due_after(store, timedelta(), order_id="o1")
    equal(["o1"], got, "of the order itself")
    got = yield from _due_after(store, MINUTE, limit=2)
    equal(["o2", "o3"], got, "the first two")


@STORE()
def an_event_ends_a_wait(_: StoreHarness, store: Store) -> Flow[None]:
    """An order is not put off by what was known of it before."""
    waiting = (timer("a"),)
    yield from stored(store, commit(0, "o1", timers=waiting))
    yield from ask(store.load, "o1")
    later = Postpone(order_id="o1", version=1, until=NOW + DAY)
    require((yield from ask(store.postpone, later)), "it is put off")
    yield from stored(store, commit(1, "o1", timers=waiting))
    equal(["o1"], (yield from _due_after(store, timedelta())), "due again")
    require(not (yield from ask(store.postpone, later)), "it has moved on")
    equal(["o1"], (yield from _due_after(store, timedelta())), "still due")
    other = Postpone(order_id="o9", version=0, until=NOW + DAY)
    require(not (yield from ask(store.postpone, other)), "it is unknown")


@STORE()
def a_wait_of_a_wrong_clock_ends(_: StoreHarness, store: Store) -> Flow[None]:
    """Nothing is put off for longer than the longest wait."""
    yield from stored(store, commit(0, "o1", timers=(timer("a"),)))
    far = Postpone(order_id="o1", version=1, until=NOW + 365 * DAY)
    yield from ask(store.postpone, far)
    equal([], (yield from _due_after(store, timedelta())), "no limit")
    for latest, expected in ((365 * DAY, []), (364 * DAY, ["o1"])):
        got = yield from _due_after(store, timedelta(), latest=NOW + latest)
        equal(expected, got, f"with at most {latest}")


@STORE()
def due_timers_of_one_order(_: StoreHarness, store: Store) -> Flow[None]:
    """Who asks for one order's timers gets no other's."""
    for order_id in ("o1", "o2"):
        yield from stored(
            store, commit(0, order_id, timers=(timer(order_id),))
        )
    for order_id, expected in (("o2", ["o2"]), ("o9", [])):
        due = FindDueTimers(now=NOW, order_id=order_id)
        found = yield from ask(store.due_timers, due)
        got = [each.timer.subject for each in found]
        equal(expected, got, f"timers of {order_id}")
