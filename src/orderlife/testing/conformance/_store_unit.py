"""Checks of an order store: stock that moves with a decision."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Final, cast

from orderlife._kernel.case import Case
from orderlife.memory.inventory import InMemoryInventory
from orderlife.ports.inventory import Demand, HeldStock, Reserve
from orderlife.ports.store import (
    ClaimNew,
    Commit,
    Committed,
    EffectState,
    ReadFeed,
    Repeated,
    Stale,
)
from orderlife.testing.conformance._inventory import MUG, Inventory
from orderlife.testing.conformance._kit import Flow, ask, equal, is_a, require
from orderlife.testing.conformance._store import (
    MINUTE,
    NOW,
    OPERATION,
    STORE,
    Store,
    StoreAbility,
    StoreHarness,
    capture,
    claim,
    commit,
    only_effect,
    second,
    stored,
)

__all__: list[str] = []

_STOCKS: Final = StoreAbility.STOCKS


class _UndoneError(Exception):
    """What ends a unit of a check."""


def _one_mug(harness: StoreHarness, store: Any) -> Flow[Inventory]:
    """A stock of one mug, which the store says to be beside it."""
    stock = yield from ask(harness.stock, {MUG: 1})
    said = store.is_beside(stock)
    require(said is True, f"it says that its own stock is beside it: {said}")
    return cast("Inventory", stock)


def _enter(unit: Any) -> Any:
    enter = getattr(unit, "__aenter__", None) or unit.__enter__
    return enter()


def _leave(unit: Any, error: Exception | None) -> Awaitable[bool] | bool:
    leave = getattr(unit, "__aexit__", None) or unit.__exit__
    left: Awaitable[bool] | bool = leave(
        *(None, None, None)
        if error is None
        else (type(error), error, error.__traceback__)
    )
    return left


def _entered(
    store: Any, stock: Inventory
) -> Flow[tuple[Any, Store, Inventory]]:
    """A unit that has begun, and both as they are within it."""
    unit = store.unit(stock)
    inside, within = yield from ask(_enter, unit)
    return unit, inside, within


def _undone(unit: Any) -> Flow[None]:
    """End a unit by an error, which goes on up."""
    error = _UndoneError()
    try:
        caught = yield from ask(_leave, unit, error)
    except _UndoneError:
        return
    require(not caught, "the error that ends a unit goes on up")


def _is_held(stock: Inventory, order_id: str) -> Flow[bool]:
    """Reserve the mug for an order, if it is there."""
    intent = Reserve(
        operation_id=f"{order_id}:reserve:1",
        order_id=order_id,
        reservation_id=f"{order_id}-r1",
        demands=(Demand(line_id="1", sku=MUG[0], quantity=1),),
        until=NOW + MINUTE,
        key=f"{order_id}:reserve:1",
    )
    answer = yield from ask(stock.reserve, intent)
    return isinstance(answer, HeldStock)


@STORE(_STOCKS)
def unit_stores_decision_and_stock(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """What is decided in a unit is there when it ends, and so is its stock."""
    stock = yield from _one_mug(harness, store)
    unit, inside, within = yield from _entered(store, stock)
    yield from stored(inside, commit())
    held = yield from _is_held(within, "o1")
    require(held, "within the unit, the stock is there")
    yield from ask(_leave, unit, None)
    history = yield from ask(store.history, "o1")
    equal(1, len(history), "events, once the unit has ended")
    free = yield from _is_held(stock, "o2")
    require(not free, "the stock is held once the unit has ended")


@STORE(_STOCKS)
def unit_is_undone_as_a_whole(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """An error rolls back the decision, what it asks for and its stock."""
    stock = yield from _one_mug(harness, store)
    unit, inside, within = yield from _entered(store, stock)
    yield from stored(inside, commit(intents=(capture(OPERATION),)))
    yield from _is_held(within, "o1")
    yield from _undone(unit)
    loaded = yield from ask(store.load, "o1")
    equal(None, loaded, "the order, after the unit was undone")
    effects = yield from ask(store.effects, "o1")
    equal((), effects, "what it has asked for")
    fed = yield from ask(store.feed, ReadFeed())
    equal((), fed, "what the feed tells of it")
    other = yield from _is_held(stock, "o2")
    require(other, "the stock is free, after the unit was undone")
    again = yield from _is_held(stock, "o1")
    require(not again, "what was undone is no answer to the same request")


@STORE(_STOCKS, StoreAbility.SHARES)
def unit_is_seen_by_nobody_before_its_end(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """Another store on the database sees all of it or nothing."""
    stock = yield from _one_mug(harness, store)
    other = yield from second(harness)
    unit, inside, _ = yield from _entered(store, stock)
    yield from stored(inside, commit())
    loaded = yield from ask(inside.load, "o1")
    require(loaded is not None, "within the unit, the order is there")
    early = yield from ask(other.load, "o1")
    yield from ask(_leave, unit, None)
    equal(None, early, "the order, before the unit has ended")
    late = yield from ask(other.load, "o1")
    require(late is not None, "the order is there once the unit has ended")


@STORE(_STOCKS, StoreAbility.OVERLAPS)
def unit_leaves_stock_to_others_until_it_asks(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """Its order is locked first: the stock is free until it is asked for."""
    stock = yield from _one_mug(harness, store)
    unit, inside, within = yield from _entered(store, stock)
    yield from stored(inside, commit())
    held = yield from _is_held(stock, "o2")
    require(held, "another order gets stock before the unit asks for it")
    mine = yield from _is_held(within, "o1")
    require(not mine, "what another order has got is not there any more")
    yield from ask(_leave, unit, None)
    loaded = yield from ask(store.load, "o1")
    require(loaded is not None, "the order is there once the unit has ended")


@STORE(_STOCKS)
def unit_refuses_what_any_commit_refuses(
    harness: StoreHarness, store: Store
) -> Flow[None]:
    """An order that has gone on, and an input that has its answer."""
    stock = yield from _one_mug(harness, store)
    first = commit(input_id="command:c1")
    yield from stored(store, first)
    unit, inside, _ = yield from _entered(store, stock)
    stale = yield from ask(inside.commit, commit(input_id="command:c2"))
    repeated = yield from ask(inside.commit, first)
    yield from ask(_leave, unit, None)
    is_a(Stale, stale, "a decision on an order that has gone on")
    is_a(Repeated, repeated, "an input that was decided before")
    history = yield from ask(store.history, "o1")
    equal(1, len(history), "events, once the unit has ended")


def _claiming() -> Commit[Case]:
    """A new order whose effect is claimed with it."""
    new = ClaimNew(
        owner="a", until=NOW + MINUTE, operations=frozenset((OPERATION,))
    )
    return commit(intents=(capture(OPERATION),), claim=new)


@STORE(_STOCKS)
def unit_claims_new_effects(harness: StoreHarness, store: Store) -> Flow[None]:
    """As a commit of its own does, and for nobody else afterwards."""
    stock = yield from _one_mug(harness, store)
    unit, inside, _ = yield from _entered(store, stock)
    outcome = yield from ask(inside.commit, _claiming())
    yield from ask(_leave, unit, None)
    claimed = is_a(Committed, outcome, "a decision that fits").claimed
    names = [each.operation_id for each in claimed]
    equal([OPERATION], names, "what was claimed with the decision")
    effect = yield from only_effect(store)
    equal(
        (EffectState.CLAIMED, "a", 1),
        (effect.state, effect.claimed_by, effect.attempts),
        "the effect, once the unit has ended",
    )
    others = yield from claim(store, "b")
    equal((), others, "what another owner can claim")


@STORE(_STOCKS)
def stock_elsewhere_is_not_beside(
    harness: StoreHarness, store: Any
) -> Flow[None]:
    """A store says of its own stock alone that it moves with it."""
    stock = yield from _one_mug(harness, store)
    elsewhere = InMemoryInventory({}, lambda: NOW)
    for other in (elsewhere, object(), None):
        said = store.is_beside(other)
        what = type(other).__name__
        require(said is False, f"{what} is not beside it: it says {said}")
    require(store.is_beside(stock) is True, "its own is, still")
