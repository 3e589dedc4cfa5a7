"""Checks of an order store: the ledger of effects."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import attrs

from orderlife.codec import request_hash
from orderlife.errors import UncommittedError
from orderlife.ports.base import provider_key
from orderlife.ports.store import (
    ClaimEffects,
    Committed,
    Effect,
    EffectState,
    FindBacklog,
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
    DAY,
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
    others,
    refuses,
    settle,
    stored,
    takes,
)

__all__: list[str] = []

_ID = "o1:capture:1"
_SECOND = timedelta(seconds=1)


def _effect(store: Store, order_id: str = "o1") -> Flow[Effect]:
    """An order's only effect."""
    (effect,) = yield from ask(store.effects, order_id)
    return effect


def _key(
    harness: StoreHarness, operation_id: str, generation: int = 1
) -> Flow[str]:
    """The key that an operation should have."""
    store = yield from ask(harness.store_id)
    return provider_key(
        operation_id,
        tenant=harness.tenant,
        generation=generation,
        store=store,
    )


@STORE()
def intent_is_kept_as_it_was(_: StoreHarness, store: Store) -> Flow[None]:
    """A new effect is pending, due at once, and asked for nothing yet."""
    yield from begin(store, "o1", _ID)
    expected = Effect(
        intent=capture(_ID),
        state=EffectState.PENDING,
        due_at=NOW,
        created_at=NOW,
        key=_ID,
        request_hash=request_hash(capture(_ID)),
    )
    effect = yield from _effect(store)
    hidden = attrs.evolve(effect, key=_ID)  # another check looks at it
    equal(expected, hidden, "a new effect")
    equal("", effect.intent.key, "the intent's own key, which is not stored")


@STORE()
def says_whether_it_may_forget(_: StoreHarness, store: Store) -> Flow[None]:
    """``may_forget`` is true or false, and stays so when all is used."""
    yield from begin(store, "o1", _ID)
    yield from claim(store)
    said: object = getattr(store, "may_forget", None)
    require(isinstance(said, bool), f"may_forget must be a bool, is {said!r}")


@STORE()
def effects_come_in_their_order(_: StoreHarness, store: Store) -> Flow[None]:
    """Effects are listed as they were asked for, whatever their names."""
    yield from begin(store, "o1", "o1:z:1", "o1:a:1", "o1:m:10")
    more = (capture("o1:m:9"), capture("o1:b:1"))
    yield from stored(store, commit(1, intents=more))
    effects = yield from ask(store.effects, "o1")
    names = ["o1:z:1", "o1:a:1", "o1:m:10", "o1:m:9", "o1:b:1"]
    equal(names, [e.operation_id for e in effects], "the effects")


@STORE()
def due_effects_are_claimed(_: StoreHarness, store: Store) -> Flow[None]:
    """What is due is claimed, and comes as it was before the claim."""
    yield from begin(store, "o1", _ID)
    before = yield from _effect(store)
    equal((before,), (yield from claim(store)), "what was claimed")
    after = yield from _effect(store)
    expected = attrs.evolve(
        before,
        state=EffectState.CLAIMED,
        due_at=NOW + MINUTE,
        claimed_by="a",
        attempts=1,
        begun_at=NOW,
    )
    equal(expected, after, "the claimed effect")


@STORE()
def nothing_is_claimed_early(_: StoreHarness, store: Store) -> Flow[None]:
    """An effect cannot be claimed before its due time."""
    yield from begin(store, "o1", _ID)
    yield from ask(
        store.settle, settle(_ID, EffectState.PENDING, due_at=NOW + MINUTE)
    )
    tick = timedelta(microseconds=1)
    equal((), (yield from claim(store, after=MINUTE - tick)), "too early")
    equal(1, len((yield from claim(store, after=MINUTE))), "in time")


@STORE()
def claim_is_exclusive(_: StoreHarness, store: Store) -> Flow[None]:
    """Until a claim runs out nobody else gets the effect."""
    yield from begin(store, "o1", _ID)
    yield from claim(store)
    for owner in ("b", "a"):
        late = MINUTE - _SECOND
        again = yield from claim(store, owner, after=late)
        equal((), again, f"claimed by {owner} while a holds it")


@STORE(StoreAbility.CONCURRENT)
def many_claimers_share_the_work(_: StoreHarness, store: Store) -> Flow[None]:
    """Each effect is claimed once, however many claim at once."""
    names = [f"o1:capture:{number}" for number in range(12)]
    yield from begin(store, "o1", *names)
    flows = tuple(
        iter(claim(store, f"w{number}", limit=3)) for number in range(6)
    )
    claims = yield from Together(flows)
    got = [effect.operation_id for each in claims for effect in each]
    equal(sorted(set(got)), sorted(got), "effects, each claimed once")
    for _again in names:  # whom others kept waiting comes again
        rest = yield from claim(store, "last", limit=3)
        got.extend(effect.operation_id for effect in rest)
    equal(sorted(names), sorted(got), "effects, all of them claimed")
    for effect in (yield from ask(store.effects, "o1")):
        equal(1, effect.attempts, f"attempts of {effect.operation_id}")


@STORE()
def longest_due_is_claimed_first(_: StoreHarness, store: Store) -> Flow[None]:
    """The earliest due time first, and no more than were asked for."""
    yield from begin(store, "o1", "o1:a:1", "o1:b:1", "o1:c:1")
    for name, minutes in (("a", 3), ("b", 1), ("c", 2)):
        due = NOW + minutes * MINUTE
        wanted = settle(f"o1:{name}:1", EffectState.PENDING, due_at=due)
        require((yield from ask(store.settle, wanted)), "it can be settled")
    got = []
    for limit in (1, 2):
        found = yield from claim(store, after=5 * MINUTE, limit=limit)
        got.append([effect.operation_id for effect in found])
    equal([["o1:b:1"], ["o1:c:1", "o1:a:1"]], got, "one, then two")


@STORE()
def claims_of_one_order(_: StoreHarness, store: Store) -> Flow[None]:
    """Who asks for one order's effects gets no other's."""
    yield from begin(store, "o1", _ID)
    yield from begin(store, "o2", "o2:capture:1")
    found = yield from claim(store, order_id="o2", limit=9)
    equal(["o2:capture:1"], [e.operation_id for e in found], "of o2")
    equal((), (yield from claim(store, order_id="o9", limit=9)), "of o9")
    equal(1, len((yield from claim(store, limit=9))), "of any order, left")


@STORE()
def claim_that_ran_out_is_taken_over(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """Who takes over sees that, and by whom, it was claimed before."""
    yield from begin(store, "o1", _ID)
    yield from claim(store)
    found = yield from claim(store, "b", after=MINUTE)
    require(len(found) == 1, "a claim that ran out can be taken over")
    seen = (found[0].state, found[0].claimed_by, found[0].attempts)
    equal((EffectState.CLAIMED, "a", 1), seen, "what b sees")
    effect = yield from _effect(store)
    equal(("b", 2), (effect.claimed_by, effect.attempts), "the new claim")


@STORE()
def far_effects_are_brought_nearer(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """What is due later than any wait, and no more than was asked for.

    It is not claimed, and is claimed in its turn; what is in doubt is
    as if claimed until then, and nothing else is changed.
    """
    names = ("o1:a:1", "o1:b:1", "o1:c:1", "o1:d:1")
    yield from begin(store, "o1", *names)
    yield from claim(store, after=366 * DAY)
    for name, state, due in (
        ("b", EffectState.IN_DOUBT, 400 * DAY),
        ("c", EffectState.WAITING, 401 * DAY),
        ("d", EffectState.WAITING, 9 * DAY),
    ):
        wanted = settle(f"o1:{name}:1", state, due_at=NOW + due)
        require((yield from ask(store.settle, wanted)), state.value)
    before = yield from ask(store.effects, "o1")
    soon = ClaimEffects(
        now=NOW,
        until=NOW + MINUTE,
        owner="b",
        limit=2,
        latest=NOW + 9 * DAY,
    )
    found = yield from ask(store.claim, soon)
    equal(before[:2], found, "the nearest two, as they were")
    found = yield from ask(store.claim, soon)
    equal(before[2:3], found, "the last of them")
    equal((), (yield from ask(store.claim, soon)), "no more is far off")
    expected = [attrs.evolve(each, due_at=NOW + MINUTE) for each in before[:3]]
    expected[1] = attrs.evolve(expected[1], state=EffectState.CLAIMED)
    after = yield from ask(store.effects, "o1")
    equal((*expected, before[3]), after, "the effects")
    late = yield from claim(store, "b", after=MINUTE, limit=9)
    equal(sorted(names[:3]), sorted(e.operation_id for e in late), "then")


@STORE()
def far_effects_come_behind_what_is_due(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """What is due goes first; of one order nothing is brought nearer."""
    yield from begin(store, "o1", "o1:a:1", "o1:b:1")
    far = settle("o1:a:1", EffectState.PENDING, due_at=NOW + 400 * DAY)
    require((yield from ask(store.settle, far)), "it is far off")
    soon = ClaimEffects(
        now=NOW, until=NOW + MINUTE, owner="b", latest=NOW + DAY, limit=1
    )
    of_order = attrs.evolve(soon, order_id="o1", limit=9)
    found = yield from ask(store.claim, of_order)
    equal(["o1:b:1"], [each.operation_id for each in found], "of its order")
    yield from ask(store.settle, settle("o1:b:1", EffectState.PENDING))
    for name, due in (("b", MINUTE), ("a", MINUTE)):
        found = yield from ask(store.claim, soon)
        equal([f"o1:{name}:1"], [e.operation_id for e in found], "in turn")
        (effect,) = [
            each
            for each in (yield from ask(store.effects, "o1"))
            if each.operation_id == f"o1:{name}:1"
        ]
        equal(NOW + due, effect.due_at, "when it is due")


@STORE()
def zombie_changes_nothing(_: StoreHarness, store: Store) -> Flow[None]:
    """A late answer under a claim that was taken over is not stored."""
    yield from begin(store, "o1", _ID)
    yield from claim(store)
    yield from claim(store, "b", after=MINUTE)
    before = yield from _effect(store)
    late = settle(_ID, claimed_by="a", attempts=1)
    refuses((yield from ask(store.settle, late)), "a late settle")
    equal(before, (yield from _effect(store)), "the effect")
    good = settle(_ID, claimed_by="b", attempts=2)
    takes((yield from ask(store.settle, good)), "the holder's settle")


@STORE()
def claims_of_one_owner_are_told_apart(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """Two threads of one owner: the earlier one's claim is lost too."""
    yield from begin(store, "o1", _ID)
    yield from claim(store)
    yield from claim(store, after=MINUTE)
    first = settle(_ID, claimed_by="a", attempts=1)
    refuses((yield from ask(store.settle, first)), "the first claim")
    second = settle(_ID, EffectState.IN_DOUBT, claimed_by="a", attempts=2)
    takes((yield from ask(store.settle, second)), "the second claim")
    refuses((yield from ask(store.settle, second)), "it is let go then")


@STORE()
def settle_of_nothing_is_false(_: StoreHarness, store: Store) -> Flow[None]:
    """An effect that is not there cannot be settled."""
    yield from begin(store, "o1", _ID)
    for owner in ("", "a"):
        wanted = settle("o1:capture:9", claimed_by=owner)
        refuses((yield from ask(store.settle, wanted)), "no such effect")


@STORE()
def settle_goes_on_as_it_says(_: StoreHarness, store: Store) -> Flow[None]:
    """State, due time and note are as settled, and the claim is over."""
    yield from begin(store, "o1", _ID)
    before = yield from _effect(store)
    for attempts, state in enumerate(
        (EffectState.IN_DOUBT, EffectState.WAITING, EffectState.PENDING), 1
    ):
        yield from claim(store, after=attempts * DAY)
        due = NOW + attempts * DAY + MINUTE
        wanted = settle(
            _ID,
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
        equal(expected, (yield from _effect(store)), state.value)


@STORE()
def done_stays_done(_: StoreHarness, store: Store) -> Flow[None]:
    """What is done is never claimed, and never settled again."""
    yield from _stays(store, EffectState.DONE)


@STORE()
def declined_stays_declined(_: StoreHarness, store: Store) -> Flow[None]:
    """What was refused for good is never claimed, nor settled again."""
    yield from _stays(store, EffectState.DECLINED)


def _stays(store: Store, over: EffectState) -> Flow[None]:
    yield from begin(store, "o1", _ID)
    require((yield from ask(store.settle, settle(_ID, over))), over.value)
    before = yield from _effect(store)
    version = 1
    for state in EffectState:
        wanted = settle(_ID, state, note="again")
        what = f"{over.value} settled as {state.value}"
        refuses((yield from ask(store.settle, wanted)), what)
        yield from stored(store, commit(version, settles=(wanted,)))
        version += 1
        equal(before, (yield from _effect(store)), what)
    late = yield from claim(store, after=99 * DAY, limit=9)
    equal((), late, f"claims of what is {over.value}")


@STORE()
def attention_waits_for_a_person(_: StoreHarness, store: Store) -> Flow[None]:
    """It is not claimed, until somebody has it tried again."""
    yield from begin(store, "o1", _ID)
    handed = settle(_ID, EffectState.ATTENTION, note="who knows")
    require((yield from ask(store.settle, handed)), "it is handed over")
    late = yield from claim(store, after=99 * DAY, limit=9)
    equal((), late, "claims of what waits for a person")
    again = settle(_ID, EffectState.IN_DOUBT)
    require((yield from ask(store.settle, again)), "it is tried again")
    equal(1, len((yield from claim(store))), "claims then")


@STORE()
def in_doubt_keeps_its_key(_: StoreHarness, store: Store) -> Flow[None]:
    """Nothing but a renewal changes a key: an unknown outcome never."""
    yield from begin(store, "o1", _ID)
    first = yield from _effect(store)
    for attempts, state in enumerate(
        (EffectState.IN_DOUBT, EffectState.ATTENTION), start=1
    ):
        yield from claim(store, after=attempts * DAY)
        wanted = settle(_ID, state, claimed_by="a", attempts=attempts)
        require((yield from ask(store.settle, wanted)), state.value)
        effect = yield from _effect(store)
        now = (effect.key, effect.generation, effect.begun_at)
        equal((first.key, 1, NOW + DAY), now, "key, generation, begun at")


@STORE()
def renewal_raises_the_generation(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """A renewed effect has a new key, made of the next generation.

    It was not begun under that one yet, and its attempts go on.
    """
    yield from begin(store, "o1", _ID)
    yield from claim(store)
    declined = settle(_ID, EffectState.DECLINED, claimed_by="a", attempts=1)
    require((yield from ask(store.settle, declined)), "it is declined")
    again = settle(_ID, EffectState.PENDING, renew=True)
    require((yield from ask(store.settle, again)), "it is renewed")
    effect = yield from _effect(store)
    key = yield from _key(harness, _ID, generation=2)
    now = (effect.generation, effect.key, effect.begun_at, effect.attempts)
    equal((2, key, None, 1), now, "generation, key, begun at, attempts")
    equal(request_hash(capture(_ID)), effect.request_hash, "request hash")
    yield from claim(store, "b", after=DAY)
    effect = yield from _effect(store)
    equal((NOW + DAY, 2), (effect.begun_at, effect.attempts), "begun anew")


@STORE()
def doubted_effect_is_not_renewed(_: StoreHarness, store: Store) -> Flow[None]:
    """It keeps its key, whatever became of it since, by either way."""
    yield from begin(store, "o1", _ID)
    first = yield from _effect(store)
    require(not first.doubted, "a new effect is not doubted")
    yield from claim(store)
    doubt = settle(_ID, EffectState.IN_DOUBT, claimed_by="a", attempts=1)
    require((yield from ask(store.settle, doubt)), "it is in doubt")
    refused = settle(_ID, EffectState.ATTENTION, note="refused")
    require((yield from ask(store.settle, refused)), "it is refused")
    again = settle(_ID, EffectState.PENDING, renew=True)
    require((yield from ask(store.settle, again)), "it is tried again")
    expected = attrs.evolve(
        first, attempts=1, begun_at=NOW, doubted=True, note=again.note
    )
    equal(expected, (yield from _effect(store)), "the effect")
    yield from stored(store, commit(1, settles=(again,)))
    equal(expected, (yield from _effect(store)), "with a decision")


@STORE()
def doubt_can_be_said_and_ended(_: StoreHarness, store: Store) -> Flow[None]:
    """Whoever settles says so; a renewal begins without a doubt."""
    yield from begin(store, "o1", _ID)
    unknown = settle(_ID, EffectState.ATTENTION, doubt=True)
    require((yield from ask(store.settle, unknown)), "nobody knows")
    effect = yield from _effect(store)
    require(effect.doubted, "it is doubted if that is said")
    again = settle(_ID, EffectState.PENDING, renew=True, doubt=False)
    yield from stored(store, commit(1, settles=(again,)))
    effect = yield from _effect(store)
    now = (effect.state, effect.generation, effect.doubted)
    equal((EffectState.PENDING, 2, False), now, "state, generation, doubt")


@STORE()
def claim_that_ran_out_is_a_doubt(_: StoreHarness, store: Store) -> Flow[None]:
    """Whoever held it may have sent it: it is not renewed either."""
    yield from begin(store, "o1", _ID)
    yield from claim(store)
    effect = yield from _effect(store)
    require(not effect.doubted, "a claim that holds is no doubt")
    yield from claim(store, "b", after=MINUTE)
    effect = yield from _effect(store)
    require(effect.doubted, "a claim that was taken over is one")
    again = settle(
        _ID, EffectState.PENDING, renew=True, claimed_by="b", attempts=2
    )
    require((yield from ask(store.settle, again)), "it is tried again")
    equal(1, (yield from _effect(store)).generation, "generation")


@STORE()
def renewal_comes_with_its_decision(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """A decision may renew what was done or declined, each time anew."""
    yield from begin(store, "o1", _ID)
    require((yield from ask(store.settle, settle(_ID))), "it is done")
    for version in (1, 2):
        again = settle(_ID, EffectState.PENDING, renew=True)
        yield from stored(store, commit(version, settles=(again,)))
        effect = yield from _effect(store)
        generation = version + 1
        key = yield from _key(harness, _ID, generation=generation)
        now = (effect.state, effect.generation, effect.key)
        equal(
            (EffectState.PENDING, generation, key),
            now,
            "state, generation, key",
        )
        equal(1, len((yield from claim(store, f"c{version}"))), "claims")
        free = settle(_ID, claimed_by=f"c{version}", attempts=version)
        require((yield from ask(store.settle, free)), "it is done")


@STORE()
def stores_keys_differ(harness: StoreHarness, store: Store) -> Flow[None]:
    """Two fresh stores that share a provider do not share a key."""
    yield from begin(store, "o1", _ID)
    first = yield from _effect(store)
    other = cast("Store", (yield from ask(harness.make)))
    yield from begin(other, "o1", _ID)
    second = yield from _effect(other)
    require(first.key != second.key, "two fresh stores have keys of their own")


@STORE()
def key_names_tenant_and_operation(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """A key is made of store, tenant and operation, at most 36 long."""
    names = (_ID, "o1:capture:12345678901234567890123456789")
    yield from begin(store, "o1", *names)
    for effect in (yield from ask(store.effects, "o1")):
        named = effect.operation_id
        key = yield from _key(harness, named)
        equal(key, effect.key, f"the key of {named}")
        require(len(effect.key) <= 36, f"{effect.key} is not too long")


@STORE(StoreAbility.TENANTS)
def tenants_keys_differ(harness: StoreHarness, store: Store) -> Flow[None]:
    """Two tenants who share a provider do not share a key."""
    yield from begin(store, "o1", _ID)
    first = yield from _effect(store)
    other = yield from others(harness)
    yield from begin(other, "o1", _ID)
    second = yield from _effect(other)
    require(first.key != second.key, "tenants have keys of their own")


@STORE()
def attempts_are_never_reset(_: StoreHarness, store: Store) -> Flow[None]:
    """They tell one claim from another, also after a person stepped in."""
    yield from begin(store, "o1", _ID)
    for attempts in (1, 2, 3):
        found = yield from claim(store, after=attempts * DAY)
        equal([attempts - 1], [e.attempts for e in found], "attempts before")
        state = EffectState.ATTENTION if attempts == 1 else EffectState.PENDING
        yield from ask(store.settle, settle(_ID, state))
        yield from ask(store.settle, settle(_ID, EffectState.PENDING))
    effect = yield from _effect(store)
    equal(3, effect.attempts, "attempts")


@STORE(StoreAbility.CONCURRENT)
def one_of_many_settles_with_its_claim(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """An outcome that several record at once is recorded once."""
    yield from begin(store, "o1", _ID)
    yield from claim(store)
    mine = settle(_ID, claimed_by="a", attempts=1)
    flows = tuple(
        iter(ask(store.commit, commit(1, settles=(mine,)))) for _ in range(4)
    )
    outcomes = yield from Together(flows)
    won = [o for o in outcomes if isinstance(o, Committed)]
    equal(1, len(won), "decisions that took it down")
    effect = yield from _effect(store)
    equal(EffectState.DONE, effect.state, "the effect")
    equal((), (yield from ask(store.backlog, FindBacklog())), "the backlog")


@STORE(StoreAbility.JOINS)
def nothing_is_claimed_before_the_commit(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """What may be rolled back is not performed, by whoever asks for it."""
    for keep in (False, True):
        inside = cast("Store", (yield from ask(harness.join)))
        yield from begin(inside, "o1", _ID)
        for order_id in ("o1", ""):
            claimed = claim(inside, order_id=order_id)
            yield from raised(claimed, UncommittedError, "a claim inside")
        (effect,) = yield from ask(inside.effects, "o1")
        equal(
            (EffectState.PENDING, 0),
            (effect.state, effect.attempts),
            "the effect",
        )
        yield from ask(harness.end, keep=keep)
        found = yield from claim(store)
        equal(int(keep), len(found), "effects to perform after its end")
