"""Checks of an order store: the commands that were denied."""

from __future__ import annotations

from orderlife._values.limits import MAX_DENIALS
from orderlife.testing.conformance._kit import Flow, ask, equal
from orderlife.testing.conformance._store import (
    STORE,
    Store,
    StoreHarness,
    commit,
    denial_of,
    fingerprint,
    stored,
    timer,
)

__all__: list[str] = []


@STORE()
def denials_are_kept_in_order(_: StoreHarness, store: Store) -> Flow[None]:
    """Each is kept, a repeated one too, of orders that are there or not."""
    denials = (denial_of(3), denial_of(1), denial_of(1))
    for denial in denials:
        yield from ask(store.deny, denial)
    yield from ask(store.deny, denial_of(4, "o2"))
    equal(denials, (yield from ask(store.denials, "o1")), "denials of o1")
    other = (denial_of(4, "o2"),)
    equal(other, (yield from ask(store.denials, "o2")), "denials of o2")


@STORE()
def denials_have_an_end(_: StoreHarness, store: Store) -> Flow[None]:
    """The first and the last of an order id are kept, and no others'."""
    half = MAX_DENIALS // 2
    denials = [denial_of(number) for number in range(MAX_DENIALS + 3)]
    yield from ask(store.deny, denial_of(1, "o2"))
    for denial in denials:
        yield from ask(store.deny, denial)
    expected = (*denials[:half], *denials[-half:])
    equal(expected, (yield from ask(store.denials, "o1")), "denials of o1")
    other = (denial_of(1, "o2"),)
    equal(other, (yield from ask(store.denials, "o2")), "denials of o2")


@STORE()
def denial_writes_nothing_else(_: StoreHarness, store: Store) -> Flow[None]:
    """A denied command leaves its record, and no other trace."""
    yield from stored(store, commit(timers=(timer(),)))
    before = yield from fingerprint(store, "o1", "o9")
    yield from ask(store.deny, denial_of(1))
    yield from ask(store.deny, denial_of(1, "o9"))
    after = yield from fingerprint(store, "o1", "o9")
    for denied in ("o1: denials", "o9: denials"):
        equal(1, len(after.pop(denied)), denied)  # type: ignore[arg-type]
        del before[denied]
    equal(before, after, "what is stored, after a denial")
    yield from stored(store, commit(1, input_id="command:c1"))
