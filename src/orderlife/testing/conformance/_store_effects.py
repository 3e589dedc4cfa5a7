"""Checks of an order store: the ledger of effects."""

from __future__ import annotations

from typing import cast

import attrs

from orderlife.ports.store import Effect, EffectState
from orderlife.testing.conformance._kit import Flow, ask, equal, require
from orderlife.testing.conformance._store import (
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
    only_effect,
    others,
    stored,
)

__all__: list[str] = []


@STORE()
def intent_is_kept_as_it_was(_: StoreHarness, store: Store) -> Flow[None]:
    """A new effect is pending, due at once, and asked for nothing yet."""
    yield from begin(store, "o1", OPERATION)
    expected = Effect(
        intent=capture(OPERATION),
        state=EffectState.PENDING,
        due_at=NOW,
        created_at=NOW,
        key=OPERATION,
    )
    effect = yield from only_effect(store)
    hidden = attrs.evolve(effect, key=OPERATION)  # another check looks at it
    equal(expected, hidden, "a new effect")
    equal("", effect.intent.key, "the intent's own key, which is not stored")


@STORE()
def says_whether_it_may_forget(_: StoreHarness, store: Store) -> Flow[None]:
    """``may_forget`` is true or false, and stays so when all is used."""
    yield from begin(store, "o1", OPERATION)
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
def stores_keys_differ(harness: StoreHarness, store: Store) -> Flow[None]:
    """Two fresh stores that share a provider do not share a key."""
    yield from begin(store, "o1", OPERATION)
    first = yield from only_effect(store)
    other = cast("Store", (yield from ask(harness.make)))
    yield from begin(other, "o1", OPERATION)
    second = yield from only_effect(other)
    require(first.key != second.key, "two fresh stores have keys of their own")


@STORE()
def key_names_tenant_and_operation(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """A key is made of store, tenant and operation, at most 36 long."""
    names = (OPERATION, "o1:capture:12345678901234567890123456789")
    yield from begin(store, "o1", *names)
    for effect in (yield from ask(store.effects, "o1")):
        named = effect.operation_id
        key = yield from key_of(harness, named)
        equal(key, effect.key, f"the key of {named}")
        require(len(effect.key) <= 36, f"{effect.key} is not too long")


@STORE(StoreAbility.TENANTS)
def tenants_keys_differ(harness: StoreHarness, store: Store) -> Flow[None]:
    """Two tenants who share a provider do not share a key."""
    yield from begin(store, "o1", OPERATION)
    first = yield from only_effect(store)
    other = yield from others(harness)
    yield from begin(other, "o1", OPERATION)
    second = yield from only_effect(other)
    require(first.key != second.key, "tenants have keys of their own")
