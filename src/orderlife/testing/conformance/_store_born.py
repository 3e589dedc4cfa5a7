"""Checks of an order store: effects that are claimed with their decision."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import attrs

from orderlife._kernel.case import Case
from orderlife.ports.store import (
    ClaimNew,
    Commit,
    Committed,
    Effect,
    EffectState,
)
from orderlife.testing.conformance._kit import (
    Flow,
    ask,
    equal,
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
    key_of,
    settle,
    stored,
)

__all__: list[str] = []

_OTHER = "o1:capture:2"


def _asking(*claimed: str) -> Commit[Case]:
    """A new order that asks for two things, and has some of them claimed."""
    return commit(
        intents=(capture(OPERATION), capture(_OTHER)),
        claim=ClaimNew(
            owner="a", until=NOW + MINUTE, operations=frozenset(claimed)
        ),
    )


def _claimed(store: Store, wanted: Commit[Case]) -> Flow[tuple[Effect, ...]]:
    """The effects that a commit has claimed."""
    outcome = yield from ask(store.commit, wanted)
    if not isinstance(outcome, Committed):
        require(False, f"it is stored, and not {outcome!r}")  # noqa: FBT003
    return cast("Committed", outcome).claimed


@STORE()
def new_effects_are_claimed_with_their_decision(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """Those that were named, and no others, as if claimed a moment later."""
    found = yield from _claimed(store, _asking(OPERATION))
    (mine, other) = yield from ask(store.effects, "o1")
    key = yield from key_of(harness, OPERATION)
    before = Effect(
        intent=capture(OPERATION),
        state=EffectState.PENDING,
        due_at=NOW,
        created_at=NOW,
        key=key,
    )
    equal((before,), found, "what was claimed, as before the claim")
    after = attrs.evolve(
        before,
        state=EffectState.CLAIMED,
        due_at=NOW + MINUTE,
        claimed_by="a",
        attempts=1,
        begun_at=NOW,
    )
    equal(after, mine, "the effect that was named")
    equal(
        (EffectState.PENDING, 0, None),
        (other.state, other.attempts, other.begun_at),
        "the other one",
    )


@STORE()
def claim_made_with_a_decision_is_exclusive(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """Until it runs out, no other owner gets the effect."""
    yield from _claimed(store, _asking(OPERATION))
    late = MINUTE - timedelta(seconds=1)
    found = yield from claim(store, "b", after=late, limit=9)
    equal([_OTHER], [each.operation_id for each in found], "claims of b")


@STORE()
def claim_made_with_a_decision_runs_out(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """Who takes over sees that it was claimed before, and by whom."""
    yield from _claimed(store, _asking(OPERATION, _OTHER))
    found = yield from claim(store, "b", after=MINUTE, limit=9)
    equal(
        [
            (OPERATION, EffectState.CLAIMED, "a", 1),
            (_OTHER, EffectState.CLAIMED, "a", 1),
        ],
        [(e.operation_id, e.state, e.claimed_by, e.attempts) for e in found],
        "what b sees",
    )


@STORE()
def nothing_is_claimed_with_a_decision_unless_asked(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """A claim of no operation, or of others', is none."""
    found = yield from _claimed(store, _asking("o1:capture:9"))
    equal((), found, "claimed")
    late = yield from claim(store, "b", limit=9)
    equal(2, len(late), "left to be claimed")


@STORE(StoreAbility.JOINS)
def nothing_is_claimed_with_a_decision_before_the_commit(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """A rollback would forget what was performed: all is pending."""
    for keep in (False, True):
        inside = cast("Store", (yield from ask(harness.join)))
        found = yield from _claimed(inside, _asking(OPERATION, _OTHER))
        equal((), found, "claimed inside")
        effects = yield from ask(inside.effects, "o1")
        equal(
            [(EffectState.PENDING, 0)] * 2,
            [(each.state, each.attempts) for each in effects],
            "the effects",
        )
        yield from ask(harness.end, keep=keep)
        late = yield from claim(store, limit=9)
        equal(2 * keep, len(late), "effects to perform after its end")


@STORE()
def claim_of_a_decision_that_is_not_stored_is_none(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """Stale decisions leave no effect, and no claim."""
    yield from begin(store)
    outcome = yield from ask(store.commit, _asking(OPERATION))
    require(not isinstance(outcome, Committed), "it is stale")
    equal((), (yield from ask(store.effects, "o1")), "effects")


@STORE()
def decision_goes_on_from_the_head_that_it_gave(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """The next one need not load the order, if the store says its head."""
    outcome = yield from ask(store.commit, commit())
    head = getattr(outcome, "head", None)
    loaded = yield from ask(store.load, "o1")
    if head is None:
        return  # it does not say it, and the order is loaded
    equal(loaded.head if loaded else "none", head, "the head")
    again = yield from ask(store.commit, commit(1, head=head))
    equal(Committed(version=2), again, "what follows")


@STORE()
def asides_are_settled_with_a_decision(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """Effects that are over and of which the order is not told."""
    yield from begin(store, "o1", OPERATION, _OTHER)
    yield from claim(store, limit=9)
    asides = tuple(
        settle(each, claimed_by="a", attempts=1, note="sent")
        for each in (OPERATION, _OTHER)
    )
    yield from stored(store, commit(1, asides=asides))
    effects = yield from ask(store.effects, "o1")
    equal(
        [(EffectState.DONE, "sent", "")] * 2,
        [(each.state, each.note, each.claimed_by) for each in effects],
        "the effects",
    )
    late = yield from claim(store, after=99 * DAY, limit=9)
    equal((), late, "claims of what is done")


@STORE()
def aside_whose_claim_was_lost_is_left_out(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """And all else is stored: the decision, and the other asides."""
    yield from begin(store, "o1", OPERATION, _OTHER)
    yield from claim(store, limit=9)
    yield from claim(store, "b", after=MINUTE)
    yield from stored(
        store,
        commit(
            1,
            asides=(
                settle(OPERATION, claimed_by="a", attempts=1),
                settle("o1:capture:9", claimed_by="a", attempts=1),
                settle(_OTHER, claimed_by="a", attempts=1),
            ),
        ),
    )
    effects = yield from ask(store.effects, "o1")
    equal(
        [(EffectState.CLAIMED, "b", 2), (EffectState.DONE, "", 1)],
        [(each.state, each.claimed_by, each.attempts) for each in effects],
        "the effects",
    )


@STORE()
def asides_of_other_orders_are_left_out(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """A decision settles effects of its own order alone."""
    yield from begin(store, "o1", OPERATION)
    yield from begin(store, "o2", "o2:capture:1")
    yield from claim(store, limit=9)
    theirs = settle("o2:capture:1", claimed_by="a", attempts=1)
    yield from stored(store, commit(1, asides=(theirs,)))
    (effect,) = yield from ask(store.effects, "o2")
    equal(EffectState.CLAIMED, effect.state, "another order's effect")


@STORE()
def asides_of_a_decision_that_is_not_stored_are_not_settled(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """They are asked for again with the decision that follows."""
    yield from begin(store, "o1", OPERATION)
    yield from claim(store)
    mine = settle(OPERATION, claimed_by="a", attempts=1)
    outcome = yield from ask(store.commit, commit(0, asides=(mine,)))
    require(not isinstance(outcome, Committed), "it is stale")
    (effect,) = yield from ask(store.effects, "o1")
    equal(EffectState.CLAIMED, effect.state, "the effect")


@STORE()
def aside_and_outcome_of_one_effect_are_settled_once(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """What the decision records stands."""
    yield from begin(store, "o1", OPERATION)
    yield from claim(store)
    mine = settle(OPERATION, EffectState.WAITING, claimed_by="a", attempts=1)
    aside = attrs.evolve(mine, state=EffectState.DONE)
    yield from stored(store, commit(1, settles=(mine,), asides=(aside,)))
    (effect,) = yield from ask(store.effects, "o1")
    equal(EffectState.WAITING, effect.state, "the effect")
