"""Checks of an order store: what is stored, and what is not."""

from __future__ import annotations

from datetime import timedelta

from orderlife._kernel.case import Case
from orderlife._values.personal import FreeText
from orderlife.errors import PortError
from orderlife.ports.store import (
    Answer,
    ClaimLost,
    Commit,
    Committed,
    EffectState,
    FindAnswer,
    FindDueTimers,
    OrderSummary,
    Repeated,
    Stale,
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
    MINUTE,
    NOW,
    STORE,
    Store,
    StoreAbility,
    StoreHarness,
    begin,
    capture,
    claim,
    commit,
    event,
    fingerprint,
    ids,
    settle,
    stored,
    timer,
    told,
)

__all__: list[str] = []

_C1 = FindAnswer(order_id="o1", input_id="command:c1")


def _full(version: int = 0, order_id: str = "o1") -> Commit[Case]:
    """A decision with something of everything."""
    return commit(
        version,
        order_id,
        events=(event(version + 1), event(version + 2)),
        intents=(capture(f"{order_id}:capture:{version + 1}", order_id),),
        timers=(timer(order_id, MINUTE),),
        personal={f"{order_id}:x": FreeText("x")},
        input_id="command:c1",
        fingerprint="f",
        summary=OrderSummary(order_id=order_id, customer_id="ada"),
    )


@STORE()
def stores_a_decision(_: StoreHarness, store: Store) -> Flow[None]:
    """A decision is stored whole: events, case, intents, timers, answer."""
    wanted = _full()
    yield from stored(store, wanted)
    loaded = yield from ask(store.load, "o1")
    require(loaded is not None, "the order is there")
    equal(wanted.case, loaded and loaded.case, "the case")
    equal(wanted.events, (yield from ask(store.history, "o1")), "the events")
    effects = yield from ask(store.effects, "o1")
    equal(wanted.intents, tuple(e.intent for e in effects), "the intents")
    due = FindDueTimers(now=NOW + MINUTE)
    timers = yield from ask(store.due_timers, due)
    equal(wanted.timers, tuple(t.timer for t in timers), "the timers")
    people = yield from told(store, "o1", "o1:x")
    equal(wanted.personal, people, "the personal data")
    answer = yield from ask(store.answer, _C1)
    require(answer is not None and answer.fits("f"), "it is the same input")
    require(answer is None or not answer.fits("g"), "it is another input")


@STORE()
def knows_nothing_of_other_orders(_: StoreHarness, store: Store) -> Flow[None]:
    """An unknown order is not found, and asking for it is no error."""
    yield from stored(store, _full())
    equal(None, (yield from ask(store.load, "o2")), "no such order")
    equal((), (yield from ask(store.history, "o2")), "its history")
    equal((), (yield from ask(store.effects, "o2")), "its effects")
    equal((), (yield from ask(store.links, "o2")), "its chain")
    equal((), (yield from ask(store.denials, "o2")), "its denials")
    equal({}, (yield from told(store, "o2", "o1:x", "o2:x")), "its people")
    other = FindAnswer(order_id="o2", input_id="command:c1")
    equal(None, (yield from ask(store.answer, other)), "an answer of it")


@STORE()
def stale_decision_stores_nothing(_: StoreHarness, store: Store) -> Flow[None]:
    """A decision on an older or newer version leaves no trace."""
    yield from begin(store, "o1", "o1:capture:1")
    before = yield from fingerprint(store, "o1")
    for version in (0, 2):
        outcome = yield from ask(store.commit, _full(version))
        equal(Stale(version=1), outcome, f"decided on version {version} of 1")
        after = yield from fingerprint(store, "o1")
        equal(before, after, "what is stored, after a stale decision")


@STORE()
def order_that_is_not_there_is_at_version_0(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """A decision on an order that was never begun is stale too."""
    outcome = yield from ask(store.commit, commit(1))
    equal(Stale(version=0), outcome, "decided on version 1 of nothing")
    equal(None, (yield from ask(store.load, "o1")), "the order")


@STORE()
def repeated_input_gets_its_first_answer(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """An input that comes again is answered as the first time.

    It changes nothing, however old the version that it is decided on.
    """
    first = commit(0, input_id="command:c1", fingerprint="f")
    yield from stored(store, first)
    yield from stored(store, commit(1))
    before = yield from fingerprint(store, "o1")
    answer = Answer(fingerprint="f", first_version=0, last_version=1)
    for version in (0, 1, 2):
        again = commit(version, input_id="command:c1", fingerprint="f")
        outcome = yield from ask(store.commit, again)
        equal(Repeated(answer), outcome, f"repeated on version {version}")
    after = yield from fingerprint(store, "o1")
    equal(before, after, "what is stored, after a repeated input")


@STORE()
def input_with_other_content_gets_the_first_answer(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """The first fingerprint is kept, to tell inputs of one id apart."""
    first = commit(0, input_id="command:c1", fingerprint="f")
    yield from stored(store, first)
    other = commit(1, input_id="command:c1", fingerprint="another")
    outcome = yield from ask(store.commit, other)
    answer = Answer(fingerprint="f", first_version=0, last_version=1)
    equal(Repeated(answer), outcome, "another input under the same id")
    equal(answer, (yield from ask(store.answer, _C1)), "the answer")


@STORE()
def input_ids_belong_to_their_order(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """One id may be used once in each order."""
    for order_id in ("o1", "o2"):
        mine = commit(0, order_id, input_id="command:c1", fingerprint="f")
        yield from stored(store, mine)


@STORE()
def input_without_an_id_is_not_remembered(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """Facts without an id may come as often as they like."""
    yield from stored(store, commit(0))
    yield from stored(store, commit(1))
    nameless = FindAnswer(order_id="o1", input_id="")
    equal(None, (yield from ask(store.answer, nameless)), "an answer")


@STORE()
def gap_in_the_history_is_refused(_: StoreHarness, store: Store) -> Flow[None]:
    """Events that do not follow on the last one are a PortError."""
    yield from begin(store)
    for sequence in (1, 3, 0, -2):
        wrong = commit(1, events=(event(sequence),))
        what = f"event {sequence} after event 1"
        yield from raised(ask(store.commit, wrong), PortError, what)
    wrong = commit(1, events=(event(2), event(4)))
    yield from raised(ask(store.commit, wrong), PortError, "2 and then 4")
    equal(1, len((yield from ask(store.history, "o1"))), "events stored")


@STORE()
def operation_is_there_once(_: StoreHarness, store: Store) -> Flow[None]:
    """No operation id is used twice by an order."""
    yield from begin(store, "o1", "o1:capture:1")
    twice = (capture("o1:capture:2"), capture("o1:capture:2"))
    for wrong in (
        commit(1, intents=(capture("o1:capture:1"),)),
        commit(1, intents=twice),
    ):
        what = "an operation id that is there already"
        yield from raised(ask(store.commit, wrong), PortError, what)
    effects = yield from ask(store.effects, "o1")
    equal(["o1:capture:1"], [e.operation_id for e in effects], "effects")


@STORE()
def error_stores_nothing(_: StoreHarness, store: Store) -> Flow[None]:
    """A decision that the store cannot take leaves no trace."""
    yield from begin(store, "o1", "o1:capture:1")
    before = yield from fingerprint(store, "o1")
    bad = (capture("o1:capture:2"), capture("o1:capture:1"))
    twice = (capture("o2:capture:2", "o2"), capture("o2:capture:2", "o2"))
    for order_id, version, intents in (("o1", 1, bad), ("o2", 0, twice)):
        wrong = commit(
            version,
            order_id,
            intents=intents,
            timers=(timer(order_id),),
            personal={f"{order_id}:x": FreeText("x")},
            input_id="command:c1",
            settles=(settle("o1:capture:1"),),
        )
        what = "an operation id that is there already"
        yield from raised(ask(store.commit, wrong), PortError, what)
        after = yield from fingerprint(store, "o1")
        equal(before, after, "what is stored, after an error")
    equal(None, (yield from ask(store.load, "o2")), "the other order")


@STORE()
def history_has_no_gaps(_: StoreHarness, store: Store) -> Flow[None]:
    """Events are numbered 1 to n, and come in that order."""
    version = 0
    for count in (1, 12, 0, 3):
        events = tuple(event(version + 1 + n) for n in range(count))
        yield from stored(store, commit(version, events=events))
        version += count
    history = yield from ask(store.history, "o1")
    numbers = [recorded.sequence for recorded in history]
    equal(list(range(1, version + 1)), numbers, "the events' numbers")


@STORE(StoreAbility.CONCURRENT)
def one_of_many_decisions_wins(_: StoreHarness, store: Store) -> Flow[None]:
    """Of decisions on one version that come at once, one is stored."""
    yield from begin(store)
    flows = tuple(
        iter(ask(store.commit, commit(1, intents=(capture(f"o1:x:{n}"),))))
        for n in range(6)
    )
    outcomes = yield from Together(flows)
    won = [o for o in outcomes if isinstance(o, Committed)]
    equal([Committed(version=2)], won, "the decisions that were stored")
    lost = [o for o in outcomes if not isinstance(o, Committed)]
    equal([Stale(version=2)] * 5, lost, "the others")
    equal(2, len((yield from ask(store.history, "o1"))), "events")
    equal(1, len((yield from ask(store.effects, "o1"))), "effects")


@STORE(StoreAbility.CONCURRENT)
def one_of_many_beginnings_wins(_: StoreHarness, store: Store) -> Flow[None]:
    """An order that is begun by several at once is begun once."""
    flows = tuple(iter(ask(store.commit, commit())) for _ in range(6))
    outcomes = yield from Together(flows)
    won = [o for o in outcomes if isinstance(o, Committed)]
    equal([Committed(version=1)], won, "the decisions that were stored")
    lost = [o for o in outcomes if not isinstance(o, Committed)]
    equal([Stale(version=1)] * 5, lost, "the others")


@STORE(StoreAbility.CONCURRENT)
def orders_do_not_wait_for_one_another(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """Decisions on several orders at once are all stored."""
    flows = tuple(
        iter(ask(store.commit, commit(0, f"o{n}", timers=(timer(),))))
        for n in range(8)
    )
    outcomes = yield from Together(flows)
    equal([Committed(version=1)] * 8, outcomes, "the outcomes")
    equal(8, len((yield from ids(store))), "orders")


@STORE()
def decision_that_records_nothing_begins_nothing(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """An order is there once something has happened to it."""
    outcome = yield from ask(store.commit, commit(events=()))
    equal(Committed(version=0), outcome, "a decision without an event")
    equal(None, (yield from ask(store.load, "o1")), "the order")
    equal((), (yield from ids(store)), "the orders")


@STORE()
def decision_without_an_event_is_stored(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """On an order that is there, its answer and its settles count."""
    yield from begin(store, "o1", "o1:capture:1")
    wanted = commit(
        1,
        events=(),
        input_id="command:c1",
        fingerprint="f",
        settles=(settle("o1:capture:1"),),
    )
    yield from stored(store, wanted)
    answer = Answer(fingerprint="f", first_version=1, last_version=1)
    equal(answer, (yield from ask(store.answer, _C1)), "the answer")
    (effect,) = yield from ask(store.effects, "o1")
    equal(EffectState.DONE, effect.state, "the effect")


@STORE()
def outcome_comes_with_its_decision(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """An effect is settled by the decision that takes it down."""
    yield from begin(store, "o1", "o1:capture:1")
    yield from claim(store)
    mine = settle("o1:capture:1", claimed_by="a", attempts=1, note="n")
    yield from stored(store, commit(1, settles=(mine,)))
    (effect,) = yield from ask(store.effects, "o1")
    equal(EffectState.DONE, effect.state, "the effect")
    equal("n", effect.note, "its note")


@STORE()
def lost_claim_stores_nothing(_: StoreHarness, store: Store) -> Flow[None]:
    """A decision whose claim another has taken over leaves no trace."""
    yield from begin(store, "o1", "o1:capture:1", "o1:capture:2")
    yield from claim(store, limit=9)
    yield from claim(store, "b", after=MINUTE, limit=1)
    (first, second) = yield from ask(store.effects, "o1")
    lost = first if first.claimed_by == "b" else second
    kept = second if lost is first else first
    before = yield from fingerprint(store, "o1")
    for mine in (
        settle(lost.operation_id, claimed_by="a", attempts=1),
        settle(lost.operation_id, claimed_by="b", attempts=1),
        settle(lost.operation_id, claimed_by="a", attempts=2),
    ):
        good = settle(kept.operation_id, claimed_by="a", attempts=1)
        wanted = commit(1, settles=(good, mine), timers=(timer(),))
        outcome = yield from ask(store.commit, wanted)
        equal(ClaimLost(), outcome, f"{mine.claimed_by} {mine.attempts}")
        after = yield from fingerprint(store, "o1")
        equal(before, after, "what is stored, after a lost claim")


@STORE()
def stale_comes_before_a_lost_claim(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """Repeated, then stale, then a lost claim: so they are told."""
    yield from begin(store, "o1", "o1:capture:1")
    lost = (settle("o1:capture:1", claimed_by="z", attempts=7),)
    yield from stored(store, commit(1, input_id="command:c1"))
    old = commit(0, settles=lost)
    equal(Stale(version=2), (yield from ask(store.commit, old)), "stale")
    again = commit(0, settles=lost, input_id="command:c1")
    outcome = yield from ask(store.commit, again)
    require(isinstance(outcome, Repeated), f"repeated, not {outcome!r}")


@STORE()
def others_effects_are_left_out(_: StoreHarness, store: Store) -> Flow[None]:
    """A decision settles only its own order's effects."""
    yield from begin(store)
    yield from begin(store, "o2", "o2:capture:1")
    version = 1
    for owner in ("", "a"):
        strange = settle("o9:capture:1", claimed_by=owner)
        others = settle("o2:capture:1", claimed_by=owner)
        yield from stored(store, commit(version, settles=(strange, others)))
        version += 1
    (effect,) = yield from ask(store.effects, "o2")
    equal(EffectState.PENDING, effect.state, "another order's effect")


@STORE()
def timers_are_replaced(_: StoreHarness, store: Store) -> Flow[None]:
    """A decision's timers stand in the place of those before it."""
    yield from stored(store, commit(timers=(timer("x"), timer("y", MINUTE))))
    yield from stored(store, commit(1, timers=(timer("z", MINUTE),)))
    due = FindDueTimers(now=NOW + MINUTE)
    found = yield from ask(store.due_timers, due)
    equal(["z"], [each.timer.subject for each in found], "the timers")
    yield from stored(store, commit(2))
    equal((), (yield from ask(store.due_timers, due)), "no timers")


@STORE()
def keeps_what_was_written(_: StoreHarness, store: Store) -> Flow[None]:
    """Text and times come back as they went in, to the microsecond."""
    note = "ü 漢 \U0001f9a6 'quoted' \"twice\" \\ %s {} ? :x $1 \u2028\ttab"
    soon = timer("x", timedelta(microseconds=1))
    yield from stored(
        store,
        commit(
            events=(event(1, note),),
            timers=(soon,),
            personal={"o1:x": FreeText(f"{note}\nline")},
        ),
    )
    (recorded,) = yield from ask(store.history, "o1")
    equal(event(1, note), recorded, "an event")
    people = yield from told(store, "o1", "o1:x")
    kept = people["o1:x"]
    text = kept.text if isinstance(kept, FreeText) else ""
    equal(f"{note}\nline", text, "personal text")
    early = FindDueTimers(now=NOW)
    equal((), (yield from ask(store.due_timers, early)), "a timer too early")
    due = FindDueTimers(now=NOW + timedelta(microseconds=1))
    (found,) = yield from ask(store.due_timers, due)
    equal(soon, found.timer, "the timer")


@STORE()
def large_decision_is_stored(_: StoreHarness, store: Store) -> Flow[None]:
    """Hundreds of events, intents and timers are one decision too."""
    events = tuple(event(number + 1, "x" * 400) for number in range(700))
    intents = tuple(capture(f"o1:capture:{n}") for n in range(300))
    timers = tuple(timer(f"t{n:03}") for n in range(300))
    wanted = commit(events=events, intents=intents, timers=timers)
    yield from stored(store, wanted)
    equal(events, (yield from ask(store.history, "o1")), "the events")
    effects = yield from ask(store.effects, "o1")
    equal(intents, tuple(e.intent for e in effects), "the intents")
    due = FindDueTimers(now=NOW, limit=1_000)
    found = yield from ask(store.due_timers, due)
    equal(300, len(found), "the timers")
