"""Checks of an order store: a channel's number is one order's."""

from __future__ import annotations

from typing import Any

from orderlife._kernel.case import Case
from orderlife.ports.store import (
    ChannelNumber,
    Commit,
    Committed,
    Erase,
    NumberTaken,
    OrderSummary,
    Repeated,
    Stale,
)
from orderlife.testing.conformance._kit import (
    Flow,
    Together,
    ask,
    equal,
    require,
)
from orderlife.testing.conformance._store import (
    NOW,
    STORE,
    Store,
    StoreAbility,
    StoreHarness,
    begin,
    commit,
    fingerprint,
    ids,
    others,
    stored,
)

__all__: list[str] = []

_SEVEN = ChannelNumber("web", "7")


def _placed(
    order_id: str,
    number: ChannelNumber | None = _SEVEN,
    version: int = 0,
    **more: Any,
) -> Commit[Case]:
    """A decision that places an order, with a channel's number."""
    summary = OrderSummary(
        order_id=order_id,
        placed_at=NOW,
        channel=number.channel if number else "",
        channel_number=number.number if number else "",
    )
    return commit(version, order_id, number=number, summary=summary, **more)


@STORE()
def number_is_claimed_once(_: StoreHarness, store: Store) -> Flow[None]:
    """A second order of a channel's number leaves no trace."""
    yield from stored(store, _placed("o1"))
    yield from begin(store, "o2")  # a draft
    before = yield from fingerprint(store, "o1", "o2", "o3")
    for order_id, version in (("o2", 1), ("o3", 0)):
        second = _placed(order_id, version=version, input_id="command:c1")
        outcome = yield from ask(store.commit, second)
        equal(NumberTaken(order_id="o1"), outcome, "the number once more")
        after = yield from fingerprint(store, "o1", "o2", "o3")
        equal(before, after, "what is stored, after a number that is taken")


@STORE()
def number_stays_claimed(_: StoreHarness, store: Store) -> Flow[None]:
    """Whatever becomes of the order, and of the person's data."""
    yield from stored(store, _placed("o1"))
    ended = OrderSummary(order_id="o1", order_status="cancelled")
    yield from stored(store, commit(1, summary=ended))
    yield from ask(store.erase, Erase(order_id="o1"))
    outcome = yield from ask(store.commit, _placed("o2"))
    equal(NumberTaken(order_id="o1"), outcome, "a cancelled order's number")


@STORE()
def other_numbers_are_free(_: StoreHarness, store: Store) -> Flow[None]:
    """A number is unique within its channel; an empty one is not claimed."""
    numbers = (
        _SEVEN,
        ChannelNumber("web", "8"),
        ChannelNumber("shop", "7"),
        ChannelNumber("", "7"),
        ChannelNumber("WEB", "7"),
        None,
        None,
    )
    for place, number in enumerate(numbers, start=1):
        yield from stored(store, _placed(f"o{place}", number))


@STORE()
def order_that_lost_may_take_another_number(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """What was refused has claimed nothing."""
    yield from stored(store, _placed("o1"))
    yield from ask(store.commit, _placed("o2"))
    yield from stored(store, _placed("o2", ChannelNumber("web", "8")))
    outcome = yield from ask(store.commit, _placed("o3", None, 4))
    equal(Stale(version=0), outcome, "a decision on another version")
    stale = _placed("o3", ChannelNumber("web", "9"), 4)
    yield from ask(store.commit, stale)
    yield from stored(store, _placed("o4", ChannelNumber("web", "9")))


@STORE()
def taken_number_is_told_last(_: StoreHarness, store: Store) -> Flow[None]:
    """Repeated, then stale, and only then the number."""
    yield from stored(store, _placed("o1"))
    again = _placed("o2", None, input_id="command:c1")
    yield from stored(store, again)
    repeated = _placed("o2", version=1, input_id="command:c1")
    outcome = yield from ask(store.commit, repeated)
    require(isinstance(outcome, Repeated), f"repeated, not {outcome!r}")
    outcome = yield from ask(store.commit, _placed("o2", version=7))
    equal(Stale(version=1), outcome, "decided on another version")


@STORE(StoreAbility.CONCURRENT)
def one_of_many_orders_gets_the_number(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """Of orders that claim a number at once, one is placed."""
    flows = tuple(iter(ask(store.commit, _placed(f"o{n}"))) for n in range(6))
    outcomes = yield from Together(flows)
    (first,) = yield from ids(store)
    won = [o for o in outcomes if isinstance(o, Committed)]
    equal([Committed(version=1)], won, "the orders that were placed")
    lost = [o for o in outcomes if not isinstance(o, Committed)]
    equal([NumberTaken(order_id=first)] * 5, lost, "the others")


@STORE(StoreAbility.TENANTS)
def numbers_belong_to_their_tenant(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """Two tenants' channels may use one number, and see no other's."""
    yield from stored(store, _placed("o1"))
    theirs = yield from others(harness)
    yield from stored(theirs, _placed("x1"))
    outcome = yield from ask(theirs.commit, _placed("x2"))
    equal(NumberTaken(order_id="x1"), outcome, "their number once more")
