"""Checks of an order store: what belongs to an order, and to a decision."""

from __future__ import annotations

from typing import Final

import attrs

from orderlife._kernel.messages import Actor
from orderlife._values.personal import FreeText
from orderlife.errors import PortError
from orderlife.ports.store import EffectState, Erase, FindAnswer
from orderlife.testing.conformance._kit import (
    Flow,
    ask,
    equal,
    raised,
    require,
)
from orderlife.testing.conformance._store import (
    NOW,
    SECOND,
    STORE,
    Store,
    StoreHarness,
    begin,
    capture,
    commit,
    event,
    only_effect,
    settle,
    stored,
    takes,
    told,
)

__all__: list[str] = []

_C1: Final = FindAnswer(order_id="o1", input_id="command:c1")


@STORE()
def operations_belong_to_their_order(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """Two orders may call an operation alike; their keys differ."""
    for order_id in ("o1", "o2"):
        mine = (capture("o1:capture:1", order_id),)
        yield from stored(store, commit(0, order_id, intents=mine))
    first = yield from only_effect(store, "o1")
    second = yield from only_effect(store, "o2")
    require(first.key != second.key, "each order has keys of its own")
    ended = settle("o1:capture:1", order_id="o2")
    takes((yield from ask(store.settle, ended)), "the second order's")
    first = yield from only_effect(store, "o1")
    second = yield from only_effect(store, "o2")
    states = (EffectState.PENDING, EffectState.DONE)
    equal(states, (first.state, second.state), "the two effects")


@STORE()
def people_belong_to_their_order(_: StoreHarness, store: Store) -> Flow[None]:
    """Two orders may call a person alike; each gives and erases its own."""
    people = {name: FreeText(name) for name in ("o1", "o2")}
    for order_id, text in people.items():
        more = {"o1:x": text}
        yield from stored(store, commit(0, order_id, personal=more))
    for order_id, text in people.items():
        found = yield from told(store, order_id, "o1:x")
        equal({"o1:x": text}, found, f"the person of {order_id}")
    equal({}, (yield from told(store, "o3", "o1:x")), "of no order")
    erased = yield from ask(store.erase, Erase(order_id="o2"))
    equal(1, erased, "erased values of the second order")
    found = yield from told(store, "o1", "o1:x")
    equal({"o1:x": people["o1"]}, found, "the first order's, after it")


@STORE()
def decision_has_one_time_actor_and_cause(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """Events of several decisions are not stored as one."""
    yield from begin(store)
    for other in (
        attrs.evolve(event(3), at=NOW + SECOND),
        attrs.evolve(event(3), actor=Actor("staff", "bob")),
        attrs.evolve(event(3), cause="another"),
    ):
        wrong = commit(1, events=(event(2), other))
        what = "events of two times, actors or causes"
        yield from raised(ask(store.commit, wrong), PortError, what)
    equal(1, len((yield from ask(store.history, "o1"))), "events stored")


@STORE()
def answers_are_told_apart_from_guesses(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """What is stored of an input with personal data is no fingerprint.

    Else whoever reads the store could confirm a guess at what it held.
    """
    personal = {"o1:x": FreeText("x")}
    told_of = commit(personal=personal, input_id="command:c1", fingerprint="f")
    yield from stored(store, told_of)
    (link,) = yield from ask(store.links, "o1")
    require(link.fingerprint.strip("*") != "f", "its fingerprint is salted")
    yield from ask(store.erase, Erase(order_id="o1"))
    (after,) = yield from ask(store.links, "o1")
    equal(link, after, "its link, after an erasure")
    answer = yield from ask(store.answer, _C1)
    require(answer is not None and answer.fits("g"), "it fits any input")
