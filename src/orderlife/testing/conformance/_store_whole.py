"""Checks of an order store: whole lives, erasures, tenants."""

from __future__ import annotations

from typing import Any

import attrs

from orderlife._values.personal import FreeText
from orderlife.engine.verification import verified
from orderlife.errors import AlteredError, OrderlifeError
from orderlife.house import HOUSE, fold
from orderlife.ports.store import (
    EffectState,
    Erase,
    FindAnswer,
    FindBacklog,
    FindDueTimers,
    OrderSummary,
)
from orderlife.testing.conformance._kit import (
    Broken,
    Flow,
    ask,
    equal,
    require,
)
from orderlife.testing.conformance._store import (
    DAY,
    NOW,
    STORE,
    Store,
    StoreAbility,
    StoreHarness,
    begin,
    case_after,
    claim,
    commit,
    denial_of,
    fingerprint,
    ids,
    others,
    refuses,
    reopened,
    settle,
    stored,
    timer,
    told,
)
from orderlife.testing.conformance._store_chain import chained
from orderlife.testing.conformance._store_lives import lived

__all__: list[str] = []


@STORE()
def state_is_the_fold_of_the_history(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """The case of a whole life is what its stored events lead to.

    A desk works on the store, and the case is compared afterwards.
    """
    yield from lived(store)
    loaded = yield from ask(store.load, "o1")
    history = yield from ask(store.history, "o1")
    if loaded is None:
        raise Broken("the order is there")
    events: Any = [recorded.event for recorded in history]
    equal(fold("o1", iter(events)), loaded.case, "the case")
    equal(len(history), loaded.case.version, "its version")
    effects = yield from ask(store.effects, "o1")
    remaining = [e.operation_id for e in effects if not e.state.is_over]
    equal([], remaining, "effects that are not over")


def _people(store: Store) -> Flow[None]:
    """Two orders of Ada's and one of Bob's, with two values each."""
    for order_id, customer in (("o1", "ada"), ("o2", "bob"), ("o3", "ada")):
        summary = OrderSummary(order_id=order_id, customer_id=customer)
        personal = {
            f"{order_id}:{name}": FreeText(f"{order_id} {name}")
            for name in ("x", "y")
        }
        yield from stored(
            store, commit(0, order_id, summary=summary, personal=personal)
        )


def _left(store: Store) -> Flow[list[str]]:
    left: list[str] = []
    for order_id in ("o1", "o2", "o3"):
        refs = (f"{order_id}:x", f"{order_id}:y")
        left += sorted((yield from told(store, order_id, *refs)))
    return left


@STORE(StoreAbility.REOPENS)
def case_after_any_number_of_decisions_survives(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """A store may keep the case now and then, and fold what came after."""
    version = 0
    for opened_at in (1, 16, 17, 33, 40):
        while version < opened_at:
            yield from stored(store, commit(version))
            version += 1
        store = yield from reopened(harness)
        loaded = yield from ask(store.load, "o1")
        expected = case_after("o1", version)
        found = None if loaded is None else loaded.case
        equal(expected, found, f"the case after {version}")


@STORE()
def erases_an_orders_people(_: StoreHarness, store: Store) -> Flow[None]:
    """All personal data of an order is gone, and nobody else's.

    The answer says how many values; then nothing is left to erase.
    """
    yield from _people(store)
    for count in (2, 0):
        erased = yield from ask(store.erase, Erase(order_id="o1"))
        equal(count, erased, "erased values")
        remaining = ["o2:x", "o2:y", "o3:x", "o3:y"]
        equal(remaining, (yield from _left(store)), "left")
    nobody = yield from ask(store.erase, Erase(order_id="o9"))
    equal(0, nobody, "erased of an order that is not there")


@STORE()
def erases_a_customers_people(_: StoreHarness, store: Store) -> Flow[None]:
    """All personal data of all orders of a customer is gone."""
    yield from _people(store)
    yield from begin(store, "o4", personal={"o4:x": FreeText("guest")})
    erased = yield from ask(store.erase, Erase(customer_id="ada"))
    equal(4, erased, "erased values")
    equal(["o2:x", "o2:y"], (yield from _left(store)), "left")
    guest = yield from told(store, "o4", "o4:x")
    equal(["o4:x"], sorted(guest), "a guest's, who has no customer id")


@STORE()
def erasing_keeps_the_history(_: StoreHarness, store: Store) -> Flow[None]:
    """An erasure leaves events, sums and effects as they were."""
    yield from lived(store)
    mark = "o1: answer to command:c1"  # another check looks at it
    before = yield from fingerprint(store, "o1")
    erased = yield from ask(store.erase, Erase(order_id="o1"))
    require(erased > 0, "an order that is placed has personal data")
    after = yield from fingerprint(store, "o1")
    after[mark] = before[mark]
    equal(before, after, "what is stored, after an erasure")
    yield from chained(store)


@STORE()
def fingerprint_goes_with_the_person(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """What was made over personal data would confirm a guess at them.

    The answer stays, and so do the fingerprints of other commands.
    """
    yield from lived(store)
    placed = FindAnswer(order_id="o1", input_id="command:c1")
    another = FindAnswer(order_id="o1", input_id="command:c2")
    before = yield from ask(store.answer, placed)
    other = yield from ask(store.answer, another)
    yield from ask(store.erase, Erase(customer_id="ada"))
    after = yield from ask(store.answer, placed)
    expected = before and attrs.evolve(before, fingerprint="", salt="")
    equal(expected, after, "the answer to who told of the person")
    equal(other, (yield from ask(store.answer, another)), "another answer")


@STORE()
def kept_is_all_there_is(_: StoreHarness, store: Store) -> Flow[None]:
    """State, summary, timers, events and effects, of one moment."""
    yield from lived(store)
    nothing = yield from ask(store.kept, "o9")
    require(nothing is None, "nothing is kept of an order that is not there")
    kept = yield from ask(store.kept, "o1")
    loaded = yield from ask(store.load, "o1")
    if kept is None or loaded is None:
        raise Broken("all that is kept of an order is read")
    found = (kept.version, kept.head)
    equal((loaded.case.version, loaded.head), found, "its version, its head")
    links = yield from ask(store.links, "o1")
    effects = yield from ask(store.effects, "o1")
    equal((links, effects), (kept.links, kept.effects), "events and effects")
    verified("o1", kept, HOUSE)


@STORE(StoreAbility.TAMPERS)
def kept_is_read_anew(harness: StoreHarness, store: Store) -> Flow[None]:
    """A stored state that was changed is found, in spite of caches."""
    yield from lived(store)
    yield from ask(store.load, "o1")
    yield from ask(harness.alter, "o1")
    kept = yield from ask(store.kept, "o1")
    if kept is None:
        raise Broken("all that is kept of an order is read")
    try:
        verified("o1", kept, HOUSE)
    except AlteredError as error:
        equal(("its state",), error.what, "what was changed")
        return
    raise Broken("a changed state is found")


@STORE(StoreAbility.TENANTS)
def tenants_are_apart(harness: StoreHarness, store: Store) -> Flow[None]:
    """What one tenant has is not there for the other.

    The other may use the same ids.
    """
    other = yield from others(harness)
    nothing = yield from fingerprint(other, "o1")
    yield from lived(store)
    yield from begin(store, "o2", "o2:x:1", timers=(timer(),))
    yield from ask(store.deny, denial_of(1))
    equal(nothing, (yield from fingerprint(other, "o1")), "another's rows")
    equal((), (yield from claim(other, after=DAY, limit=9)), "its claims")
    mine = yield from fingerprint(store, "o1", "o2")
    yield from lived(other)
    yield from begin(other, "o2", "o2:x:1")
    same = yield from fingerprint(store, "o1", "o2")
    equal(mine, same, "the first tenant's rows")


@STORE(StoreAbility.TENANTS)
def tenants_change_nothing_of_one_another(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """Who knows an id of another tenant's can do nothing with it."""
    other = yield from others(harness)
    people = {"o1:x": FreeText("x")}
    summary = OrderSummary(order_id="o1", customer_id="ada")
    yield from begin(store, "o1", "o1:x:1", personal=people, summary=summary)
    before = yield from fingerprint(store, "o1")
    wanted = settle("o1:x:1")
    refuses((yield from ask(other.settle, wanted)), "a settle")
    for whose in (Erase(order_id="o1"), Erase(customer_id="ada")):
        equal(0, (yield from ask(other.erase, whose)), "an erasure")
    yield from ask(other.commit, commit(1, settles=(wanted,)))
    yield from stored(other, commit(0, settles=(wanted,)))
    equal(before, (yield from fingerprint(store, "o1")), "the first's rows")


@STORE(StoreAbility.POISONS)
def poisoned_order_blocks_no_other(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """An order that cannot be read keeps no other from being worked on.

    Loading it is an error of its own, unless it was still at hand.
    """
    for order_id in ("o1", "o2"):
        yield from begin(
            store, order_id, f"{order_id}:x:1", timers=(timer(order_id),)
        )
    before = yield from ask(store.load, "o1")
    yield from ask(harness.poison, "o1")
    try:
        loaded = yield from ask(store.load, "o1")
    except OrderlifeError:
        loaded = before
    equal(before, loaded, "the order that cannot be read")
    loaded = yield from ask(store.load, "o2")
    require(loaded is not None, "the other order can be loaded")
    equal(("o1", "o2"), (yield from ids(store)), "both are listed")
    due = yield from ask(store.due_timers, FindDueTimers(now=NOW))
    timers = [each.order_id for each in due if each.order_id == "o2"]
    equal(["o2"], timers, "the other's timer")
    claimed: list[str] = []
    for _claim in range(3):  # what cannot be read may cost a claim
        try:
            found = yield from claim(store)
        except OrderlifeError:
            continue
        claimed.extend(effect.operation_id for effect in found)
    require("o2:x:1" in claimed, "the other's effect can be claimed")
    waits = yield from ask(store.backlog, FindBacklog())
    equal(2, sum(each.count for each in waits), "effects in the backlog")


@STORE(StoreAbility.POISONS)
def poisoned_intent_goes_to_a_person(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """An unreadable effect is not claimed for ever, but given to a person.

    Until then it counts as what waits, as everything does.
    """
    yield from begin(store, "o1", "o1:x:1", timers=(timer(),))
    yield from ask(harness.poison, "o1")
    for days in range(1, 4):
        try:
            yield from claim(store, after=days * DAY)
        except OrderlifeError:
            continue
    waits = yield from ask(store.backlog, FindBacklog())
    told = [(each.port, each.state, each.count) for each in waits]
    expected = [("payment", EffectState.ATTENTION, 1)]
    equal(expected, told, "what waits, after three claims")


@STORE(StoreAbility.REOPENS)
def everything_survives(harness: StoreHarness, store: Store) -> Flow[None]:
    """After the store is opened anew, it has all that was stored."""
    yield from lived(store)
    yield from begin(
        store,
        "o2",
        "o2:x:1",
        timers=(timer(),),
        personal={"o2:x": FreeText("x")},
    )
    yield from ask(store.deny, denial_of(1))
    yield from claim(store)
    before = yield from fingerprint(store, "o1", "o2")
    again = yield from reopened(harness)
    equal(before, (yield from fingerprint(again, "o1", "o2")), "all of it")
    asked = FindAnswer(order_id="o1", input_id="command:c1")
    require((yield from ask(again.answer, asked)), "the answer is there")
    equal((), (yield from claim(again, "b")), "claims that somebody holds")
