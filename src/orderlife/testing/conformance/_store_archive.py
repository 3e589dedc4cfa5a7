"""Checks of an order store: closed orders that are folded away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from orderlife.engine.verification import verified
from orderlife.house import HOUSE
from orderlife.ports.store import (
    Archive,
    EffectState,
    Erase,
    FindAnswer,
    OrderSummary,
    ReadFeed,
    Repeated,
)
from orderlife.testing.conformance._kit import (
    Broken,
    Flow,
    Together,
    ask,
    equal,
    is_a,
    require,
)
from orderlife.testing.conformance._store import (
    DAY,
    MINUTE,
    NOW,
    OPERATION,
    STORE,
    Store,
    StoreAbility,
    StoreHarness,
    begin,
    capture,
    claim,
    commit,
    fingerprint,
    joined,
    others,
    reopened,
    settle,
    stored,
    takes,
    timer,
)
from orderlife.testing.conformance._store_lives import lived

__all__: list[str] = []

_ANSWER: Final = FindAnswer(order_id="o1", input_id="command:c1")


def _summary(order_id: str = "o1", **more: Any) -> OrderSummary:
    """Of an order that is closed, unless told otherwise."""
    fields = {"order_id": order_id, "order_status": "cancelled", **more}
    return OrderSummary(**fields)


def _closed(
    store: Store, order_id: str = "o1", *operations: str, **more: Any
) -> Flow[None]:
    """Store an order that is closed."""
    more = {"summary": _summary(order_id), **more}
    yield from begin(store, order_id, *operations, **more)


def _archive(
    store: Store,
    after: timedelta = DAY,
    before: timedelta | None = None,
    **more: Any,
) -> Flow[tuple[str, ...]]:
    """Fold away what was closed at a moment, so long after ``NOW``."""
    moment = NOW + (after if before is None else before)
    request = Archive(now=NOW + after, closed_before=moment, **more)
    return (yield from ask(store.archive, request))


def _all(store: Store, *order_ids: str) -> Flow[dict[str, object]]:
    """All that can be read of some orders, and the feed."""
    found = yield from fingerprint(store, *order_ids)
    found["the feed"] = yield from ask(store.feed, ReadFeed())
    for each in order_ids:
        kept = yield from ask(store.kept, each)
        if kept is None:
            raise Broken("all that is kept of an order is read")
        parts = (kept.version, kept.head, kept.summary, kept.asked)
        found[f"{each}: kept"] = (*parts, kept.links, kept.effects)
    return found


def _fits(store: Store, order_id: str = "o1") -> Flow[None]:
    """Fail unless all that is kept of an order fits its events."""
    kept = yield from ask(store.kept, order_id)
    if kept is None:
        raise Broken("all that is kept of an order is read")
    verified(order_id, kept, HOUSE)


@STORE()
def closed_orders_are_archived(_: StoreHarness, store: Store) -> Flow[None]:
    """Once each, and none that has been left alone for too short a time."""
    yield from lived(store)
    yield from _closed(store, "o2", now=NOW + 2 * MINUTE)
    early = yield from _archive(store, DAY, -MINUTE)
    equal((), early, "closed a minute before that")
    found = yield from _archive(store, DAY, MINUTE)
    equal(("o1",), found, "closed by then")
    found = yield from _archive(store)
    equal(("o2",), found, "closed by later, and not folded away yet")


@STORE()
def open_orders_are_not_archived(_: StoreHarness, store: Store) -> Flow[None]:
    """Nor one with a timer, nor one that waits for a person."""
    open_: dict[str, dict[str, Any]] = {
        "o1": {"summary": _summary("o1", order_status="confirmed")},
        "o2": {"timers": (timer("o2", 9 * DAY),)},
        "o3": {"summary": _summary("o3", open_exceptions=1)},
    }
    for order_id, more in open_.items():
        yield from _closed(store, order_id, **more)
    yield from _closed(store, "o4")
    yield from stored(store, commit(1, "o4"))
    equal((), (yield from _archive(store)), "what was folded away")


@STORE()
def archived_orders_answer_alike(_: StoreHarness, store: Store) -> Flow[None]:
    """Whatever is read of an order that is folded away is as before."""
    yield from lived(store)
    yield from begin(store, "o2", "o2:x:1")
    before = yield from _all(store, "o1", "o2")
    equal(("o1",), (yield from _archive(store)), "what was folded away")
    equal(before, (yield from _all(store, "o1", "o2")), "all of it")
    yield from _fits(store)


@STORE()
def order_with_open_effects_is_not_archived(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """It is looked at again when it has been left alone for as long anew."""
    yield from _closed(store, "o1", OPERATION)
    yield from _closed(store, "o2", "o2:x:1")
    yield from ask(store.settle, settle("o2:x:1", EffectState.ATTENTION))
    equal((), (yield from _archive(store)), "while effects are not over")
    (found,) = yield from claim(store, "b", limit=9)
    equal(OPERATION, found.operation_id, "the effect, to be performed still")
    yield from ask(store.settle, settle(OPERATION))
    yield from ask(store.settle, settle("o2:x:1", EffectState.DECLINED))
    found_ = yield from _archive(store, 2 * DAY, DAY - MINUTE)
    equal((), found_, "looked at a minute later")
    found_ = yield from _archive(store, 2 * DAY, DAY + MINUTE)
    equal(("o1", "o2"), found_, "once they are over")


@STORE()
def open_effects_keep_no_other_from_the_archive(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """However many orders cannot be folded away, the others are."""
    for number in range(1, 4):
        yield from _closed(store, f"o{number}", f"o{number}:x:1")
    yield from _closed(store, "o4")
    equal(("o4",), (yield from _archive(store, limit=1)), "the first one")


@STORE()
def archive_begins_with_the_longest_closed(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """It folds away as many as it is asked for, and no more."""
    for order_id, after in (
        ("o1", 2 * MINUTE),
        ("o2", MINUTE),
        ("o3", 3 * MINUTE),
    ):
        yield from _closed(store, order_id, now=NOW + after)
    for expected in (("o2", "o1"), ("o3",), ()):
        found = yield from _archive(store, limit=2)
        equal(expected, found, "two of those left")


@STORE()
def decision_unfolds_an_archived_order(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """It goes on as one that was never folded away, and may be again."""
    yield from lived(store)
    yield from _closed(store, "o2", "o2:x:1")
    yield from ask(store.settle, settle("o2:x:1"))
    before = yield from _all(store, "o2")
    equal(2, len((yield from _archive(store))), "folded away")
    late = commit(
        1,
        "o2",
        intents=(capture("o2:x:2", "o2"),),
        summary=_summary("o2"),
        input_id="fact:late",
        now=NOW + DAY,
    )
    yield from stored(store, late)
    history = yield from ask(store.history, "o2")
    equal(2, len(history), "events")
    equal(before["o2: history"], history[:1], "the events before")
    effects = yield from ask(store.effects, "o2")
    equal(before["o2: effects"], effects[:1], "the effects before")
    (found,) = yield from claim(store, after=DAY)
    equal("o2:x:2", found.operation_id, "what it asks for now")
    yield from ask(store.settle, settle("o2:x:2"))
    links = yield from ask(store.links, "o2")
    again = yield from _archive(store, 2 * DAY)
    equal(("o2",), again, "folded away again")
    equal(links, (yield from ask(store.links, "o2")), "its decisions")
    yield from stored(store, commit(2, "o2"))
    equal(links, (yield from ask(store.links, "o2"))[:2], "the first two")


@STORE()
def archived_order_answers_a_repeated_input(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """With its first answer, and stays folded away."""
    yield from lived(store)
    expected = yield from ask(store.answer, _ANSWER)
    yield from _archive(store)
    again = commit(1, input_id="command:c1", fingerprint="another")
    outcome = yield from ask(store.commit, again)
    found = is_a(Repeated, outcome, "the input, again")
    equal(expected, found.answer, "its answer")
    stale = yield from ask(store.commit, commit(0, input_id="command:c9"))
    require(not isinstance(stale, Repeated), "another input is none again")
    unknown = FindAnswer(order_id="o1", input_id="command:c9")
    equal(None, (yield from ask(store.answer, unknown)), "another's answer")
    equal((), (yield from _archive(store, 9 * DAY)), "folded away anew")


@STORE()
def effects_of_archived_orders_are_renewed(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """A decision that asks again for one that was declined."""
    yield from _closed(store, "o1", OPERATION)
    refused = settle(OPERATION, EffectState.DECLINED)
    yield from ask(store.settle, refused)
    yield from _archive(store)
    again = settle(OPERATION, EffectState.PENDING, renew=True)
    yield from stored(store, commit(1, settles=(again,)))
    (found,) = yield from claim(store, after=MINUTE)
    equal((OPERATION, 2), (found.operation_id, found.generation), "claimed")


@STORE()
def erasing_reaches_archived_orders(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """The person goes, and the first answer is given without comparing."""
    yield from lived(store)
    yield from _archive(store)
    history = yield from ask(store.history, "o1")
    erased = yield from ask(store.erase, Erase(order_id="o1"))
    require(erased > 0, "an order that is placed has personal data")
    answer = yield from ask(store.answer, _ANSWER)
    require(
        answer is not None and answer.fits("anything"),
        f"any input of its id may be the first one: {answer!r}",
    )
    equal(history, (yield from ask(store.history, "o1")), "its events")


@STORE(StoreAbility.REOPENS)
def archived_orders_survive(harness: StoreHarness, store: Store) -> Flow[None]:
    """They are there when the store is opened anew, and go on."""
    yield from lived(store)
    before = yield from _all(store, "o1")
    yield from _archive(store)
    again = yield from reopened(harness)
    equal(before, (yield from _all(again, "o1")), "all of it")
    history = yield from ask(again.history, "o1")
    yield from stored(again, commit(len(history), input_id="fact:late"))
    found = yield from ask(again.history, "o1")
    equal(history, found[:-1], "the events before")


@STORE(StoreAbility.TENANTS)
def tenants_archive_their_own(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """Another tenant's orders stay as they are, also under the same id."""
    other = yield from others(harness)
    yield from lived(store)
    equal((), (yield from _archive(other)), "another's, who has none")
    yield from lived(other)
    equal(("o1",), (yield from _archive(store)), "one's own")
    equal(("o1",), (yield from _archive(other)), "the other's own")


@STORE(StoreAbility.JOINS)
def archive_is_undone_with_its_transaction(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """What is folded away in a transaction is, if that is committed."""
    yield from lived(store)
    before = yield from _all(store, "o1")
    for keep in (False, True):
        inside = yield from joined(harness)
        equal(("o1",), (yield from _archive(inside)), "inside")
        yield from ask(harness.end, keep=keep)
        equal(before, (yield from _all(store, "o1")), "all of it")
    equal((), (yield from _archive(store, 9 * DAY)), "what is left")


@STORE(StoreAbility.CONCURRENT)
def archive_and_decision_meet(_: StoreHarness, store: Store) -> Flow[None]:
    """Both have what they wanted, one after the other, and nothing is lost."""
    names = [f"o{number}" for number in range(1, 7)]
    for each in names:
        yield from _closed(store, each, f"{each}:x:1")
        yield from ask(store.settle, settle(f"{each}:x:1"))

    def deciding() -> Flow[None]:
        for each in names:
            yield from stored(
                store, commit(1, each, intents=(capture(f"{each}:x:2", each),))
            )

    yield from Together((deciding(), _archive(store), _archive(store)))
    for each in names:
        history = yield from ask(store.history, each)
        equal([1, 2], [one.sequence for one in history], "its events")
        effects = yield from ask(store.effects, each)
        equal(
            [f"{each}:x:1", f"{each}:x:2"],
            [one.operation_id for one in effects],
            "its effects",
        )
        takes(
            (yield from ask(store.settle, settle(f"{each}:x:2"))),
            "the effect of an order that goes on",
        )
