"""The store in memory is as strict as a durable one, and as SQLite."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from orderlife import Case, PortError, Recorded, Timer, TimerKind
from orderlife._values.personal import FreeText
from orderlife.memory.clock import START
from orderlife.ports.base import Intent
from orderlife.ports.payment import Capture
from orderlife.ports.store import (
    Answer,
    ClaimEffects,
    ClaimLost,
    Commit,
    Committed,
    Effect,
    EffectState,
    FindAnswer,
    FindDueTimers,
    FindOrders,
    FindPeople,
    OrderStore,
    OrderSummary,
    Repeated,
    Settle,
    Stale,
)
from orderlife.testing import InMemoryOrderStore
from orderlife.testing.conformance import _store as _conformance
from orderlife_adapters.sqlite import SqliteOrderStore
from tools.generate_golden import sample

S = EffectState
MINUTE = timedelta(minutes=1)


def event(sequence: int, order_id: str = "o1") -> Recorded:
    """An event of that number: the first one begins the order."""
    found = _conformance.event(sequence, order_id=order_id)
    return attrs.evolve(found, at=START)


def intent(operation_id: str, order_id: str = "o1") -> Intent:
    """Something that is asked for."""
    made: Intent = sample(
        Capture, operation_id=operation_id, order_id=order_id
    )
    return made


def commit(
    version: int = 0, order_id: str = "o1", **more: Any
) -> Commit[Case]:
    """A decision that records one event."""
    events = more.get("events", (event(version + 1, order_id),))
    fields: dict[str, Any] = {
        "order_id": order_id,
        "expected_version": version,
        "case": _conformance.case_after(order_id, version + len(events)),
        "summary": OrderSummary(order_id=order_id),
        "events": events,
        "intents": (),
        "timers": (),
        "now": START,
    }
    return Commit(**{**fields, **more})


def ids(
    store: OrderStore[Case], request: FindOrders | None = None
) -> tuple[str, ...]:
    """The ids on a page of orders."""
    found = store.orders(request or FindOrders())
    return tuple(summary.order_id for summary in found)


def settle(
    operation_id: str, state: EffectState = S.DONE, **more: Any
) -> Settle:
    """Settle one of ``o1``, at the start of time unless told otherwise."""
    fields: dict[str, Any] = {"order_id": "o1", "due_at": START, **more}
    return Settle(operation_id=operation_id, state=state, **fields)


def claim(
    store: OrderStore[Case],
    owner: str = "a",
    *,
    after: timedelta = timedelta(),
    **more: Any,
) -> tuple[Effect, ...]:
    """Claim what is due then, for a minute."""
    now = START + after
    return store.claim(
        ClaimEffects(now=now, until=now + MINUTE, owner=owner, **more)
    )


@contextlib.contextmanager
def made(kind: str, folder: Path) -> Iterator[OrderStore[Case]]:
    """A store of that kind that holds nothing."""
    if kind == "memory":
        yield InMemoryOrderStore[Case]()
        return
    store = SqliteOrderStore(folder / "shop.db", durability="normal")
    store.migrate()
    with contextlib.closing(store):
        if kind == "sqlite":
            yield store
            return
        with store.transaction() as inside:
            yield inside


@pytest.fixture(params=["memory", "sqlite", "unit of work"])
def empty(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[OrderStore[Case]]:
    """A store that holds nothing."""
    with made(request.param, tmp_path) as store:
        yield store


@pytest.fixture
def store(empty: OrderStore[Case]) -> OrderStore[Case]:
    """A store with one order that asks for one thing."""
    empty.commit(commit(intents=(intent("o1:capture:1"),)))
    return empty


@pytest.fixture(params=["memory", "sqlite"])
def outside(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[OrderStore[Case]]:
    """The same, where effects are claimed: within no transaction."""
    with made(request.param, tmp_path) as store:
        store.commit(commit(intents=(intent("o1:capture:1"),)))
        yield store


def state(
    store: OrderStore[Case], order_id: str = "o1"
) -> list[tuple[str, EffectState]]:
    """What became of the effects of an order."""
    return [(e.operation_id, e.state) for e in store.effects(order_id)]


def test_a_stale_decision_leaves_no_trace(
    store: OrderStore[Case],
) -> None:
    """Not an event, an intent, a timer, a person or an answer of it."""
    for version in (0, 2):
        stale = commit(
            version,
            intents=(intent("o1:capture:2"),),
            timers=(Timer(TimerKind.FOLLOW_UP, "o1", START),),
            personal={"o1:x": FreeText("x")},
            input_id="command:c1",
            settles=(settle("o1:capture:1"),),
        )
        assert store.commit(stale) == Stale(version=1)
    assert len(store.history("o1")) == 1
    assert state(store) == [("o1:capture:1", S.PENDING)]
    assert store.people(FindPeople(order_id="o1", refs=("o1:x",))) == {}
    assert store.due_timers(FindDueTimers(now=START)) == ()
    found = FindAnswer(order_id="o1", input_id="command:c1")
    assert store.answer(found) is None


def test_an_answer_is_given_before_anything_is_compared(
    store: OrderStore[Case],
) -> None:
    """A repeated input is repeated, however old its version is."""
    first = commit(1, input_id="command:c1", fingerprint="f")
    assert store.commit(first) == Committed(version=2)
    answer = Answer(fingerprint="f", first_version=1, last_version=2)
    assert store.commit(first) == Repeated(answer)
    again = commit(2, input_id="command:c1", fingerprint="other")
    assert store.commit(again) == Repeated(answer)
    found = FindAnswer(order_id="o1", input_id="command:c1")
    assert store.answer(found) == answer
    elsewhere = FindAnswer(order_id="o2", input_id="command:c1")
    assert store.answer(elsewhere) is None
    assert len(store.history("o1")) == 2


@pytest.mark.parametrize("sequence", [1, 3, 0, -2])
def test_a_gap_is_refused(store: OrderStore[Case], sequence: int) -> None:
    """Sequence numbers are 1 to n."""
    with pytest.raises(PortError, match=f"event {sequence} where 2 is due"):
        store.commit(commit(1, events=(event(sequence),)))
    assert len(store.history("o1")) == 1


def test_an_operation_is_there_once(store: OrderStore[Case]) -> None:
    """No id is used twice, in one decision or in two."""
    for intents in (
        (intent("o1:capture:1"),),
        (intent("o1:capture:2"), intent("o1:capture:2")),
    ):
        with pytest.raises(PortError, match="is there already"):
            store.commit(commit(1, intents=intents))
    assert state(store) == [("o1:capture:1", S.PENDING)]


def test_a_claim_is_for_one(outside: OrderStore[Case]) -> None:
    """Until it runs out nobody else has it, and then they see its traces."""
    (effect,) = claim(outside)
    assert (effect.state, effect.attempts) == (S.PENDING, 0)
    assert claim(outside, "b", after=MINUTE - timedelta(seconds=1)) == ()
    (again,) = claim(outside, "b", after=MINUTE)
    assert (again.state, again.attempts) == (S.CLAIMED, 1)
    assert again.claimed_by == "a"


def test_what_is_due_is_claimed_in_its_order(
    outside: OrderStore[Case],
) -> None:
    """The longest due first, so many as are wanted, of whom is wanted."""
    later = START + MINUTE
    outside.commit(commit(order_id="o2", intents=(intent("o2:x", "o2"),)))
    outside.commit(commit(1, now=later, intents=(intent("o1:late"),)))
    outside.settle(settle("o1:capture:1", S.PENDING, due_at=later))
    assert [e.operation_id for e in claim(outside, order_id="o1")] == []
    assert claim(outside, order_id="o9") == ()
    both = claim(outside, after=MINUTE, limit=2)
    assert [e.operation_id for e in both] == ["o2:x", "o1:capture:1"]
    (rest,) = claim(outside, after=MINUTE, order_id="o1", limit=9)
    assert rest.operation_id == "o1:late"


def test_a_lost_claim_settles_nothing(
    outside: OrderStore[Case],
) -> None:
    """Neither by itself nor with a decision, which is not stored then."""
    claim(outside, "a")
    claim(outside, "b", after=MINUTE)
    mine = settle("o1:capture:1", claimed_by="a", attempts=1)
    assert not outside.settle(mine)
    assert outside.commit(commit(1, settles=(mine,))) == ClaimLost()
    assert len(outside.history("o1")) == 1
    assert state(outside) == [("o1:capture:1", S.CLAIMED)]
    theirs = settle("o1:capture:1", claimed_by="b", attempts=2)
    assert outside.commit(commit(1, settles=(theirs,))) == Committed(version=2)
    assert state(outside) == [("o1:capture:1", S.DONE)]
    assert outside.commit(commit(2, settles=(theirs,))) == ClaimLost()


def test_a_claim_is_told_from_an_earlier_one_of_the_same_owner(
    outside: OrderStore[Case],
) -> None:
    """Two threads of one desk have one name."""
    claim(outside, "a")
    claim(outside, "a", after=MINUTE)
    first = settle("o1:capture:1", S.ATTENTION, claimed_by="a", attempts=1)
    assert not outside.settle(first)
    second = attrs.evolve(first, attempts=2)
    assert outside.settle(second)
    assert not outside.settle(second)


def test_done_is_done(outside: OrderStore[Case]) -> None:
    """Nothing brings it back; what was handed over may still be done."""
    assert outside.settle(settle("o1:capture:1", S.ATTENTION))
    assert claim(outside) == ()
    assert outside.settle(settle("o1:capture:1", S.PENDING))
    assert len(claim(outside)) == 1
    assert outside.settle(settle("o1:capture:1"))
    for other in S:
        assert not outside.settle(settle("o1:capture:1", other))
    assert claim(outside, after=timedelta(days=99)) == ()
    assert state(outside) == [("o1:capture:1", S.DONE)]


def test_what_is_not_there_is_not_settled(
    store: OrderStore[Case],
) -> None:
    """It is left out, with a claim or without, and so is another's."""
    store.commit(commit(order_id="o2", intents=(intent("o2:x", "o2"),)))
    for claimed_by in ("", "a"):
        strange = settle("o9:x", order_id="o9", claimed_by=claimed_by)
        others = settle("o2:x", order_id="o2", claimed_by=claimed_by)
        version = len(store.history("o1"))
        decision = commit(version, settles=(strange, others))
        assert isinstance(store.commit(decision), Committed)
        assert not store.settle(strange)
    assert state(store, "o2") == [("o2:x", S.PENDING)]


def test_timers_are_replaced_by_each_decision(
    store: OrderStore[Case],
) -> None:
    """They come when they are due, the earliest first, page by page."""
    late = Timer(TimerKind.FOLLOW_UP, "o1", START + MINUTE)
    soon = Timer(TimerKind.HOLD_ENDS, "h1", START)
    store.commit(commit(1, timers=(late, soon)))
    store.commit(commit(0, "o2", timers=(soon,)))

    def due(after: timedelta = MINUTE, **more: Any) -> list[Timer]:
        found = store.due_timers(FindDueTimers(now=START + after, **more))
        return [each.timer for each in found]

    assert due(timedelta()) == [soon, soon]
    assert due() == [soon, soon, late]
    assert due(limit=2) == [soon, soon]
    assert due(order_id="o1") == [soon, late]
    assert due(order_id="o9") == []
    store.commit(commit(2, timers=()))
    assert due() == [soon]


def test_orders_are_listed_page_by_page(
    store: OrderStore[Case],
) -> None:
    """In the order of their ids."""
    for order_id in ("o3", "o2"):
        store.commit(commit(order_id=order_id))
    assert ids(store) == ("o1", "o2", "o3")
    assert ids(store, FindOrders(limit=2)) == ("o1", "o2")
    assert ids(store, FindOrders(after="o2")) == ("o3",)


def test_a_decision_that_records_nothing_begins_nothing(
    empty: OrderStore[Case],
) -> None:
    """An order is there once something has happened to it."""
    assert empty.commit(commit(events=())) == Committed(version=0)
    assert empty.load("o1") is None
    assert ids(empty) == ()
    assert empty.effects("o1") == ()
