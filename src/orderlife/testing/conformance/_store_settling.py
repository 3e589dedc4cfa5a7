"""Checks of an order store: how effects go on, and when a key is renewed."""

from __future__ import annotations

import attrs

from orderlife.ports.store import Committed, EffectState, FindBacklog
from orderlife.testing.conformance._kit import (
    Flow,
    Together,
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
    claim,
    commit,
    key_of,
    only_effect,
    refuses,
    settle,
    stored,
    takes,
)

__all__: list[str] = []


@STORE()
def settle_of_nothing_is_false(_: StoreHarness, store: Store) -> Flow[None]:
    """An effect that is not there cannot be settled."""
    yield from begin(store, "o1", OPERATION)
    for owner in ("", "a"):
        wanted = settle("o1:capture:9", claimed_by=owner)
        refuses((yield from ask(store.settle, wanted)), "no such effect")


@STORE()
def settle_goes_on_as_it_says(_: StoreHarness, store: Store) -> Flow[None]:
    """State, due time and note are as settled, and the claim is over."""
    yield from begin(store, "o1", OPERATION)
    before = yield from only_effect(store)
    for attempts, state in enumerate(
        (EffectState.IN_DOUBT, EffectState.WAITING, EffectState.PENDING), 1
    ):
        yield from claim(store, after=attempts * DAY)
        due = NOW + attempts * DAY + MINUTE
        wanted = settle(
            OPERATION,
            state,
            due_at=due,
            note=f"note {attempts}",
            claimed_by="a",
            attempts=attempts,
        )
        takes((yield from ask(store.settle, wanted)), state.value)
        expected = attrs.evolve(
            before,
            state=state,
            due_at=due,
            note=f"note {attempts}",
            attempts=attempts,
            begun_at=NOW + DAY,
            doubted=True,
        )
        equal(expected, (yield from only_effect(store)), state.value)


@STORE()
def done_stays_done(_: StoreHarness, store: Store) -> Flow[None]:
    """What is done is never claimed, and never settled again."""
    yield from _stays(store, EffectState.DONE)


@STORE()
def declined_stays_declined(_: StoreHarness, store: Store) -> Flow[None]:
    """What was refused for good is never claimed, nor settled again."""
    yield from _stays(store, EffectState.DECLINED)


def _stays(store: Store, over: EffectState) -> Flow[None]:
    yield from begin(store, "o1", OPERATION)
    require(
        (yield from ask(store.settle, settle(OPERATION, over))), over.value
    )
    before = yield from only_effect(store)
    version = 1
    for state in EffectState:
        wanted = settle(OPERATION, state, note="again")
        what = f"{over.value} settled as {state.value}"
        refuses((yield from ask(store.settle, wanted)), what)
        yield from stored(store, commit(version, settles=(wanted,)))
        version += 1
        equal(before, (yield from only_effect(store)), what)
    late = yield from claim(store, after=99 * DAY, limit=9)
    equal((), late, f"claims of what is {over.value}")


@STORE()
def attention_waits_for_a_person(_: StoreHarness, store: Store) -> Flow[None]:
    """It is not claimed until a person has it tried again."""
    yield from begin(store, "o1", OPERATION)
    handed = settle(OPERATION, EffectState.ATTENTION, note="who knows")
    require((yield from ask(store.settle, handed)), "it is handed over")
    late = yield from claim(store, after=99 * DAY, limit=9)
    equal((), late, "claims of what waits for a person")
    again = settle(OPERATION, EffectState.IN_DOUBT)
    require((yield from ask(store.settle, again)), "it is tried again")
    equal(1, len((yield from claim(store))), "claims then")


@STORE()
def in_doubt_keeps_its_key(_: StoreHarness, store: Store) -> Flow[None]:
    """Nothing but a renewal changes a key: an unknown outcome never."""
    yield from begin(store, "o1", OPERATION)
    first = yield from only_effect(store)
    for attempts, state in enumerate(
        (EffectState.IN_DOUBT, EffectState.ATTENTION), start=1
    ):
        yield from claim(store, after=attempts * DAY)
        wanted = settle(OPERATION, state, claimed_by="a", attempts=attempts)
        require((yield from ask(store.settle, wanted)), state.value)
        effect = yield from only_effect(store)
        now = (effect.key, effect.generation, effect.begun_at)
        equal((first.key, 1, NOW + DAY), now, "key, generation, begun at")


@STORE()
def renewal_raises_the_generation(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """A renewed effect has a new key, made of the next generation.

    It was not begun under that one yet, and its attempts go on.
    """
    yield from begin(store, "o1", OPERATION)
    yield from claim(store)
    declined = settle(
        OPERATION, EffectState.DECLINED, claimed_by="a", attempts=1
    )
    require((yield from ask(store.settle, declined)), "it is declined")
    again = settle(OPERATION, EffectState.PENDING, renew=True)
    require((yield from ask(store.settle, again)), "it is renewed")
    effect = yield from only_effect(store)
    key = yield from key_of(harness, OPERATION, generation=2)
    now = (effect.generation, effect.key, effect.begun_at, effect.attempts)
    equal((2, key, None, 1), now, "generation, key, begun at, attempts")
    require(not effect.altered, "the request is the one that was asked for")
    yield from claim(store, "b", after=DAY)
    effect = yield from only_effect(store)
    equal((NOW + DAY, 2), (effect.begun_at, effect.attempts), "begun anew")


@STORE()
def doubted_effect_is_not_renewed(_: StoreHarness, store: Store) -> Flow[None]:
    """It keeps its key, whatever became of it since, by either way."""
    yield from begin(store, "o1", OPERATION)
    first = yield from only_effect(store)
    require(not first.doubted, "a new effect is not doubted")
    yield from claim(store)
    doubt = settle(OPERATION, EffectState.IN_DOUBT, claimed_by="a", attempts=1)
    require((yield from ask(store.settle, doubt)), "it is in doubt")
    refused = settle(OPERATION, EffectState.ATTENTION, note="refused")
    require((yield from ask(store.settle, refused)), "it is refused")
    again = settle(OPERATION, EffectState.PENDING, renew=True)
    require((yield from ask(store.settle, again)), "it is tried again")
    expected = attrs.evolve(
        first, attempts=1, begun_at=NOW, doubted=True, note=again.note
    )
    equal(expected, (yield from only_effect(store)), "the effect")
    yield from stored(store, commit(1, settles=(again,)))
    equal(expected, (yield from only_effect(store)), "with a decision")


@STORE()
def doubt_can_be_said_and_ended(_: StoreHarness, store: Store) -> Flow[None]:
    """Settling can set or end the doubt; a renewal begins without one."""
    yield from begin(store, "o1", OPERATION)
    unknown = settle(OPERATION, EffectState.ATTENTION, doubt=True)
    require((yield from ask(store.settle, unknown)), "nobody knows")
    effect = yield from only_effect(store)
    require(effect.doubted, "it is doubted if that is said")
    again = settle(OPERATION, EffectState.PENDING, renew=True, doubt=False)
    yield from stored(store, commit(1, settles=(again,)))
    effect = yield from only_effect(store)
    now = (effect.state, effect.generation, effect.doubted)
    equal((EffectState.PENDING, 2, False), now, "state, generation, doubt")


@STORE()
def claim_that_ran_out_is_a_doubt(_: StoreHarness, store: Store) -> Flow[None]:
    """An effect whose claim ran out may have been sent: it is not renewed."""
    yield from begin(store, "o1", OPERATION)
    yield from claim(store)
    effect = yield from only_effect(store)
    require(not effect.doubted, "a claim that holds is no doubt")
    yield from claim(store, "b", after=MINUTE)
    effect = yield from only_effect(store)
    require(effect.doubted, "a claim that was taken over is one")
    again = settle(
        OPERATION, EffectState.PENDING, renew=True, claimed_by="b", attempts=2
    )
    require((yield from ask(store.settle, again)), "it is tried again")
    equal(1, (yield from only_effect(store)).generation, "generation")


@STORE()
def renewal_comes_with_its_decision(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """A decision may renew what was done or declined, each time anew."""
    yield from begin(store, "o1", OPERATION)
    require((yield from ask(store.settle, settle(OPERATION))), "it is done")
    for version in (1, 2):
        again = settle(OPERATION, EffectState.PENDING, renew=True)
        yield from stored(store, commit(version, settles=(again,)))
        effect = yield from only_effect(store)
        generation = version + 1
        key = yield from key_of(harness, OPERATION, generation=generation)
        now = (effect.state, effect.generation, effect.key)
        equal(
            (EffectState.PENDING, generation, key),
            now,
            "state, generation, key",
        )
        equal(1, len((yield from claim(store, f"c{version}"))), "claims")
        free = settle(OPERATION, claimed_by=f"c{version}", attempts=version)
        require((yield from ask(store.settle, free)), "it is done")


@STORE(StoreAbility.CONCURRENT)
def one_of_many_settles_with_its_claim(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """An outcome that several record at once is recorded once."""
    yield from begin(store, "o1", OPERATION)
    yield from claim(store)
    mine = settle(OPERATION, claimed_by="a", attempts=1)
    flows = tuple(
        iter(ask(store.commit, commit(1, settles=(mine,)))) for _ in range(4)
    )
    outcomes = yield from Together(flows)
    won = [o for o in outcomes if isinstance(o, Committed)]
    equal(1, len(won), "decisions that took it down")
    effect = yield from only_effect(store)
    equal(EffectState.DONE, effect.state, "the effect")
    equal((), (yield from ask(store.backlog, FindBacklog())), "the backlog")
