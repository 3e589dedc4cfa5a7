"""Checks of an order store: the feed of its events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias, cast

from orderlife.errors import UncommittedError
from orderlife.ports.store import (
    FeedEntry,
    FindCursors,
    MoveCursor,
    ReadFeed,
)
from orderlife.testing.conformance._kit import (
    Flow,
    Together,
    ask,
    equal,
    raised,
    require,
)
from orderlife.testing.conformance._store import (
    STORE,
    Store,
    StoreAbility,
    StoreHarness,
    begin,
    commit,
    event,
    joined,
    others,
    second,
    stored,
)

__all__: list[str] = []

_Page: TypeAlias = tuple[FeedEntry, ...]


def _told(entries: Iterable[FeedEntry]) -> list[tuple[str, int]]:
    """The orders and versions of entries."""
    return [(each.order_id, each.version) for each in entries]


def _read(store: Store, after: int = 0, limit: int = 100) -> Flow[_Page]:
    """A page of the feed; it must rise, from behind the position."""
    page = yield from ask(store.feed, ReadFeed(after=after, limit=limit))
    require(len(page) <= limit, f"{len(page)} entries where {limit} may be")
    positions = [after, *(each.position for each in page)]
    rises = sorted(set(positions)) == positions
    require(rises, f"positions must rise: {positions}")
    return page


def _rest(store: Store, after: int = 0, limit: int = 100) -> Flow[_Page]:
    """All that is behind a position, page by page."""
    found: list[FeedEntry] = []
    while page := (yield from _read(store, after, limit)):
        found += page
        after = page[-1].position
    return tuple(found)


def _histories(store: Store, *order_ids: str) -> Flow[set[object]]:
    """All events of some orders, by order and version."""
    found: set[object] = set()
    for each in order_ids:
        history = yield from ask(store.history, each)
        found |= {(each, recorded.sequence) for recorded in history}
    return found


@STORE()
def feed_tells_every_event(_: StoreHarness, store: Store) -> Flow[None]:
    """The feed has each event once, as it was recorded, and nothing else."""
    yield from begin(store, "o2")
    events = (event(1), event(2), event(3))
    yield from stored(store, commit(events=events))
    nothing = commit(3, events=(), input_id="command:c1")
    yield from stored(store, nothing)
    yield from stored(store, commit(1, "o2"))
    found = yield from _rest(store)
    expected = [("o2", 1), ("o1", 1), ("o1", 2), ("o1", 3), ("o2", 2)]
    equal(expected, _told(found), "the events of the feed")
    for order_id in ("o1", "o2"):
        told = tuple(e.recorded for e in found if e.order_id == order_id)
        history = yield from ask(store.history, order_id)
        equal(history, told, f"what the feed tells of {order_id}")


@STORE()
def feed_is_read_in_pages(_: StoreHarness, store: Store) -> Flow[None]:
    """Pages of any size join up, also within one decision's events."""
    yield from begin(store, "o2")
    events = tuple(event(number) for number in range(1, 12))
    yield from stored(store, commit(events=events))
    yield from stored(store, commit(1, "o2"))
    whole = yield from _rest(store)
    equal(13, len(whole), "events in the feed")
    for limit in (1, 2, 5, 13, 14):
        found = yield from _rest(store, limit=limit)
        equal(_told(whole), _told(found), f"the feed by pages of {limit}")
    for number, entry in enumerate(whole, 1):
        found = yield from _rest(store, entry.position)
        what = f"the feed behind position {entry.position}"
        equal(_told(whole[number:]), _told(found), what)


@STORE()
def positions_stay(_: StoreHarness, store: Store) -> Flow[None]:
    """What is stored later comes behind, and no position changes."""
    before: _Page = ()
    for version in range(4):
        for order_id in ("o1", "o2"):
            yield from stored(store, commit(version, order_id))
        found = yield from _rest(store)
        equal(before, found[: len(before)], "what was read before")
        equal(2 * version + 2, len(found), "events in the feed")
        before = found
    equal((), (yield from _read(store, before[-1].position)), "the end")
    far = yield from ask(store.feed, ReadFeed(after=2**63 - 1, limit=1))
    equal((), far, "the feed behind the highest number")


@STORE(StoreAbility.TENANTS)
def feeds_of_tenants_are_apart(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """A tenant's feed has no other's events, and its cursors no others'."""
    other = yield from others(harness)
    yield from begin(other, "o1")
    yield from begin(store, "o1")
    yield from stored(other, commit(1))
    equal([("o1", 1)], _told((yield from _rest(store))), "the first's feed")
    expected = [("o1", 1), ("o1", 2)]
    equal(expected, _told((yield from _rest(other))), "the second's feed")
    move = MoveCursor(consumer="erp", expected=0, position=1)
    yield from ask(store.move_cursor, move)
    found = yield from ask(other.cursors, FindCursors())
    equal((), found, "the second's cursors")


@STORE(StoreAbility.JOINS)
def nothing_is_fed_before_its_commit(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """What may be rolled back is in no feed; what was committed is."""
    yield from begin(store, "o0")
    for keep in (False, True):
        inside = yield from joined(harness)
        yield from begin(inside, "o1")
        refused = ask(inside.feed, ReadFeed())
        yield from raised(refused, UncommittedError, "a feed read inside")
        found = _told((yield from _rest(store)))
        equal([("o0", 1)], found, "the feed while a transaction is open")
        yield from ask(harness.end, keep=keep)
        expected = [("o0", 1), ("o1", 1)][: 1 + keep]
        found = _told((yield from _rest(store)))
        equal(expected, found, f"the feed after its end, kept: {keep}")


_OVERLAPPING: Final = (
    StoreAbility.JOINS,
    StoreAbility.SHARES,
    StoreAbility.OVERLAPS,
)


@STORE(*_OVERLAPPING)
def late_commit_is_fed(harness: StoreHarness, store: Store) -> Flow[None]:
    """What began first and is committed last is read by who has read on."""
    reader = yield from second(harness)
    inside = yield from joined(harness)
    yield from begin(inside, "o1")
    yield from begin(store, "o2")
    page = yield from _read(reader)
    equal([("o2", 1)], _told(page), "the feed before the late commit")
    yield from ask(harness.end, keep=True)
    yield from begin(store, "o3")
    found = yield from _rest(reader, page[-1].position)
    told = sorted(_told(found))
    equal([("o1", 1), ("o3", 1)], told, "what was committed meanwhile")


@STORE(*_OVERLAPPING)
def versions_are_fed_in_order(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """In one order, no version is fed before the one that it follows."""
    reader = yield from second(harness)
    inside = yield from joined(harness)
    yield from begin(inside, "o1")  # it began before o2 was
    yield from begin(store, "o2")
    yield from stored(store, commit(1, "o2"))
    yield from stored(inside, commit(2, "o2"))
    yield from ask(harness.end, keep=True)
    yield from stored(store, commit(3, "o2"))
    found = _told((yield from _rest(reader)))
    versions = [version for order_id, version in found if order_id == "o2"]
    equal([1, 2, 3, 4], versions, "versions of the order, as they were fed")
    equal(5, len(found), "events in the feed")


@STORE(*_OVERLAPPING)
def open_transaction_stops_no_feed(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """While one transaction is open and idle, all others are fed."""
    reader = yield from second(harness)
    inside = yield from joined(harness)
    yield from begin(inside, "o1")
    after = 0
    for version in range(3):
        yield from stored(store, commit(version, "o2"))
        page = yield from _read(reader, after)
        equal([("o2", version + 1)], _told(page), "what was fed at once")
        after = page[-1].position
    yield from ask(harness.end, keep=True)
    equal([("o1", 1)], _told((yield from _read(reader, after))), "the rest")


@STORE(StoreAbility.RESTORES)
def feed_survives_a_dump(harness: StoreHarness, store: Store) -> Flow[None]:
    """Restored into another database, it goes on where it was."""
    yield from begin(store, "o1")
    yield from stored(store, commit(1))
    read = yield from _rest(store)
    move = MoveCursor(consumer="erp", expected=0, position=read[-1].position)
    yield from ask(store.move_cursor, move)
    yield from begin(store, "o2")  # nobody has read it yet
    there = cast("Store", (yield from ask(harness.restored)))
    (cursor,) = yield from ask(there.cursors, FindCursors())
    equal(read[-1].position, cursor.position, "the cursor")
    yield from stored(there, commit(2))
    yield from begin(there, "o3")
    found = yield from _rest(there)
    equal(read, found[: len(read)], "what was read before the dump")
    told = _told(found[len(read) :])
    equal([("o1", 3), ("o2", 1), ("o3", 1)], sorted(told), "what follows")


@STORE(StoreAbility.CONCURRENT, StoreAbility.SHARES)
def many_readers_read_the_same(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """However many write and read at once, no reader misses an event."""
    beside = yield from second(harness)
    names = [f"o{number}" for number in range(6)]

    def write(at: Store, order_id: str) -> Flow[_Page]:
        for version in range(4):
            yield from stored(at, commit(version, order_id))
        return ()

    def follow(at: Store) -> Flow[_Page]:
        found: list[FeedEntry] = []
        for _ in range(30):
            after = found[-1].position if found else 0
            found += yield from _read(at, after, 3)
        return tuple(found)

    writers = [
        write(at, order_id)
        for order_id, at in zip(names, (store, beside) * 3, strict=True)
    ]
    readers = [follow(store), follow(beside), follow(beside)]
    answers = yield from Together((*readers, *writers))
    whole = yield from _rest(store)
    expected = yield from _histories(store, *names)
    equal(len(expected), len(whole), "events in the feed")
    equal(expected, set(_told(whole)), "events in the feed")
    for name in names:
        told = [e.version for e in whole if e.order_id == name]
        equal([1, 2, 3, 4], told, f"versions of {name}, as they were fed")
    for page in answers[: len(readers)]:
        start = whole[: len(page)]
        equal(_told(start), _told(page), "what one of the readers was given")
