"""Checks of an order store: the chain of an order's decisions."""

from __future__ import annotations

import attrs

from orderlife.engine.chain import verify
from orderlife.errors import ChainBrokenError
from orderlife.ports.store import Link
from orderlife.testing.conformance._kit import (
    Broken,
    Flow,
    ask,
    equal,
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
    stored,
)
from orderlife.testing.conformance._store_lives import lived

__all__ = ["chained"]


@STORE()
def chain_verifies(_: StoreHarness, store: Store) -> Flow[None]:
    """The decisions are chained, up to the head that a case comes with."""
    for version in (0, 2, 4):
        events = (event(version + 1), event(version + 2))
        yield from stored(store, commit(version, events=events))
    yield from chained(store)
    yield from lived(store, "o2")
    yield from chained(store, "o2")


def chained(store: Store, order_id: str = "o1") -> Flow[tuple[Link, ...]]:
    """The chain of an order; it must be whole."""
    loaded = yield from ask(store.load, order_id)
    links = yield from ask(store.links, order_id)
    history = yield from ask(store.history, order_id)
    equal(len(history), links[-1].last_version, "events in the chain")
    head = (loaded.head if loaded else "") or links[-1].digest
    equal(links[-1].digest, head, "the head is the last digest")
    try:
        verify(order_id, links, head)
    except ChainBrokenError as error:
        raise Broken(f"the chain is whole: {error}") from error
    return links


@STORE()
def chain_is_only_added_to(_: StoreHarness, store: Store) -> Flow[None]:
    """What was chained once stays as it is, whatever comes after."""
    yield from begin(store, "o1")
    first = yield from chained(store)
    yield from stored(store, commit(1))
    yield from begin(store, "o2")
    second = yield from chained(store)
    equal(first, second[:1], "the first link")
    other = yield from chained(store, "o2")
    require(first[0].digest != other[0].digest, "each order has its chain")


@STORE(StoreAbility.TAMPERS)
def changed_event_is_found(harness: StoreHarness, store: Store) -> Flow[None]:
    """A stored event that was changed breaks the chain."""
    for version in range(3):
        yield from stored(store, commit(version))
    yield from ask(harness.tamper, "o1", 2)
    links = yield from ask(store.links, "o1")
    loaded = yield from ask(store.load, "o1")
    _breaks(links, loaded.head if loaded else "", "a changed event")


@STORE()
def answer_without_an_event_is_chained(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """An input that changed nothing is a link, the head, and built upon."""
    yield from begin(store)
    nothing = commit(1, events=(), input_id="command:c2", fingerprint="f")
    yield from stored(store, nothing)
    links = yield from chained(store)
    told = [
        (each.number, each.first_version, each.last_version, each.input_id)
        for each in links
    ]
    expected = [(1, 0, 1, ""), (2, 1, 1, "command:c2")]
    equal(expected, told, "number, versions and input of each link")
    equal("", links[-1].document, "the document of a decision of no event")
    yield from stored(store, commit(1))
    after = yield from chained(store)
    equal(links, after[:2], "the links before the next decision")


@STORE()
def changed_answer_is_found(_: StoreHarness, store: Store) -> Flow[None]:
    """The chain covers which input was answered, and its fingerprint.

    Else a command could be made to count as given, or as another one.
    """
    asked = commit(input_id="command:c1", fingerprint="f")
    yield from stored(store, asked)
    yield from stored(store, commit(1))
    first, second = yield from chained(store)
    for changed, what in (
        (attrs.evolve(first, input_id=""), "a changed input id"),
        (attrs.evolve(first, fingerprint=""), "a changed fingerprint"),
    ):
        _breaks((changed, second), second.digest, what)


def _breaks(links: tuple[Link, ...], head: str, what: str) -> None:
    """Fail unless a chain is found broken."""
    try:
        verify("o1", links, head)
    except ChainBrokenError:
        return
    raise Broken(f"{what} is found")
