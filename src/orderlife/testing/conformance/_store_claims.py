"""Checks of an order store: who may perform an effect, and until when."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import attrs

from orderlife.errors import UncommittedError
from orderlife.ports.store import ClaimEffects, EffectState
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
    OPERATION,
    SECOND,
    STORE,
    Store,
    StoreAbility,
    StoreHarness,
    begin,
    claim,
    only_effect,
    refuses,
    settle,
    takes,
)

__all__: list[str] = []


@STORE()
def due_effects_are_claimed(_: StoreHarness, store: Store) -> Flow[None]:
    """What is due is claimed, and comes as it was before the claim."""
    yield from begin(store, "o1", OPERATION)
    before = yield from only_effect(store)
    equal((before,), (yield from claim(store)), "what was claimed")
    after = yield from only_effect(store)
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
    yield from begin(store, "o1", OPERATION)
    yield from ask(
        store.settle,
        settle(OPERATION, EffectState.PENDING, due_at=NOW + MINUTE),
    )
    tick = timedelta(microseconds=1)
    equal((), (yield from claim(store, after=MINUTE - tick)), "too early")
    equal(1, len((yield from claim(store, after=MINUTE))), "in time")


@STORE()
def claim_is_exclusive(_: StoreHarness, store: Store) -> Flow[None]:
    """Until a claim runs out, no other owner gets the effect."""
    yield from begin(store, "o1", OPERATION)
    yield from claim(store)
    for owner in ("b", "a"):
        late = MINUTE - SECOND
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
    yield from begin(store, "o1", OPERATION)
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
    yield from begin(store, "o1", OPERATION)
    yield from claim(store)
    found = yield from claim(store, "b", after=MINUTE)
    require(len(found) == 1, "a claim that ran out can be taken over")
    seen = (found[0].state, found[0].claimed_by, found[0].attempts)
    equal((EffectState.CLAIMED, "a", 1), seen, "what b sees")
    effect = yield from only_effect(store)
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
    yield from begin(store, "o1", OPERATION)
    yield from claim(store)
    yield from claim(store, "b", after=MINUTE)
    before = yield from only_effect(store)
    late = settle(OPERATION, claimed_by="a", attempts=1)
    refuses((yield from ask(store.settle, late)), "a late settle")
    equal(before, (yield from only_effect(store)), "the effect")
    good = settle(OPERATION, claimed_by="b", attempts=2)
    takes((yield from ask(store.settle, good)), "the holder's settle")


@STORE()
def claims_of_one_owner_are_told_apart(
    _: StoreHarness, store: Store
) -> Flow[None]:
    """Two threads of one owner: the earlier one's claim is lost too."""
    yield from begin(store, "o1", OPERATION)
    yield from claim(store)
    yield from claim(store, after=MINUTE)
    first = settle(OPERATION, claimed_by="a", attempts=1)
    refuses((yield from ask(store.settle, first)), "the first claim")
    second = settle(
        OPERATION, EffectState.IN_DOUBT, claimed_by="a", attempts=2
    )
    takes((yield from ask(store.settle, second)), "the second claim")
    refuses((yield from ask(store.settle, second)), "it is let go then")


@STORE()
def attempts_are_never_reset(_: StoreHarness, store: Store) -> Flow[None]:
    """They tell one claim from another, also after a person stepped in."""
    yield from begin(store, "o1", OPERATION)
    for attempts in (1, 2, 3):
        found = yield from claim(store, after=attempts * DAY)
        equal([attempts - 1], [e.attempts for e in found], "attempts before")
        state = EffectState.ATTENTION if attempts == 1 else EffectState.PENDING
        yield from ask(store.settle, settle(OPERATION, state))
        yield from ask(store.settle, settle(OPERATION, EffectState.PENDING))
    effect = yield from only_effect(store)
    equal(3, effect.attempts, "attempts")


@STORE(StoreAbility.JOINS)
def nothing_is_claimed_before_the_commit(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """Within a transaction that may be rolled back, nothing is claimed."""
    for keep in (False, True):
        inside = cast("Store", (yield from ask(harness.join)))
        yield from begin(inside, "o1", OPERATION)
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
