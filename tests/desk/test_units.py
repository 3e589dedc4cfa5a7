"""A decision and the stock that it asks for are one transaction."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from orderlife.engine.calls import Call, run
from orderlife.engine.engine import Claim
from orderlife.engine.ports import Inside
from orderlife.engine.results import RoundResult
from orderlife.errors import (
    ConflictError,
    InDoubtError,
    OverloadedError,
    PortError,
)
from orderlife.memory.ports import in_memory_ports
from orderlife.ports.base import Unknown
from orderlife.ports.inventory import HeldStock, StockChanged, StockItem
from orderlife.ports.store import (
    ClaimNew,
    Committed,
    Effect,
    EffectState,
    Stale,
)
from orderlife.testing.scenario import NOON
from tests.desk.test_flows import (
    CAPTURE,
    LEASE,
    OK,
    RESTOCK,
    effect,
    engine,
    settled,
    store,
)
from tests.order.shop import place

FORM: Any = place().message("o1", 1)
S = EffectState


class Played:
    """A flow, call by call."""

    def __init__(self, flow: Any) -> None:
        self.flow = flow
        self.call: Call[Any] | None = next(flow)
        self.end: Any = None

    def answer(self, answer: Any) -> Call[Any] | None:
        """Give an answer; the next call, or None at the end."""
        try:
            if isinstance(answer, Exception):
                self.call = self.flow.throw(answer)
            else:
                self.call = self.flow.send(answer)
        except StopIteration as stop:
            self.call, self.end = None, stop.value
        return self.call


def names(call: Call[Any] | None) -> str:
    """What is called."""
    return "" if call is None else f"{call.port}.{call.method}"


def driving(**fields: Any) -> Any:
    """An engine beside whose store the stock is, with a hand."""
    return engine(local=True, **fields).at_hand()


def made(commit: Any, store: str = "k7") -> tuple[Effect, ...]:
    """The new effects of a commit, as before their claims."""
    return tuple(
        effect(each, key=store)
        for each in commit.intents
        if each.operation_id in commit.claim.operations
    )


def begun(one: Any) -> tuple[Played, Played]:
    """An order that is placed; the flow, and that of its transaction."""
    played = Played(one.submit(FORM))
    assert names(played.call) == "store.load"
    unit = played.answer(None)
    assert unit is not None
    assert names(unit) == "store.unit"
    return played, Played(unit.argument)


def test_the_stock_moves_in_the_transaction_of_its_decision() -> None:
    """And what the order makes of the answer is part of it."""
    one = driving()
    played, inner = begun(one)
    first: Any = inner.call
    commit = first.argument
    (reserve,) = commit.intents
    expected = ClaimNew(
        owner="me",
        until=NOON + LEASE,
        operations=frozenset({reserve.operation_id}),
    )
    assert names(first) == "store.commit"
    assert commit.claim == expected
    done = Committed(version=3, head="h1", claimed=made(commit))
    asked = inner.answer(done)
    assert names(asked) == "inventory.reserve"
    demand = reserve.demands[0]
    held = HeldStock(
        items=(
            StockItem(
                line_id=demand.line_id,
                sku=demand.sku,
                place="north",
                quantity=demand.quantity,
            ),
        )
    )
    second: Any = inner.answer(held)
    assert names(second) == "store.commit"
    assert second.argument.head == "h1"
    settle, *_ = second.argument.settles
    assert settle == settled(reserve, S.DONE)
    assert inner.answer(Committed(version=5, head="h2")) is None
    assert played.answer(inner.end) is None
    assert played.end.last_version == commit.case.version
    assert one.hand.loaded.head == "h2"
    assert not one.hand.effects
    assert one.hand.done == 1


def test_stock_that_moves_with_a_decision_counts_as_performed() -> None:
    """Beside what was performed before."""
    one = driving()
    one.hand.done = 4
    _, inner = begun(one)
    first: Any = inner.call
    inner.answer(Committed(version=3, head="h1", claimed=made(first.argument)))
    inner.answer(Unknown("lost"))
    while inner.call is not None:
        inner.answer(Committed(version=4, head="h2"))
    assert one.hand.done == 5


def test_a_decision_that_is_not_stored_moves_nothing() -> None:
    """It is decided anew, and is another transaction then."""
    one = driving()
    played, inner = begun(one)
    assert inner.answer(Stale(version=9)) is None
    assert names(played.answer(inner.end)) == "store.load"


@pytest.mark.parametrize(
    "error", [ConflictError("x"), PortError("x"), InDoubtError("x")]
)
def test_what_was_rolled_back_is_stored_apart(error: Exception) -> None:
    """Its effect is in hand then, and what was in hand before is again."""
    one = driving()
    kept = settled(RESTOCK, S.DONE)
    one.hand.asides.append(kept)
    played, inner = begun(one)
    first: Any = inner.call
    assert first.argument.asides == (kept,)
    done = Committed(version=3, head="h1", claimed=made(first.argument))
    inner.answer(done)
    assert not one.hand.asides
    again = played.answer(error)
    assert names(again) == "store.commit"
    assert again == first
    assert one.hand.asides == [kept]
    assert played.answer(done) is None
    assert [each.effect for each in one.hand.effects] == list(done.claimed)


def test_a_claim_that_ran_out_in_its_transaction_moves_no_stock() -> None:
    """Another worker may have claimed it, once the commit is seen."""
    now = [NOON]
    one = driving(clock=lambda: now[0])
    played, inner = begun(one)
    first: Any = inner.call
    now[0] += LEASE
    done = Committed(version=3, head="h1", claimed=made(first.argument))
    assert inner.answer(done) is None
    assert played.answer(inner.end) is None
    assert not one.hand.effects


def test_there_is_no_transaction_within_one() -> None:
    """And after each, whatever has become of it, there may be another."""
    one = driving()
    played, inner = begun(one)
    assert one.hand.within is True
    first: Any = inner.call
    inner.answer(Committed(version=3, head="h1", claimed=made(first.argument)))
    assert one.hand.within is True
    apart = played.answer(ConflictError("x"))
    assert names(apart) == "store.commit"
    assert one.hand.within is False
    with pytest.raises(OverloadedError):
        played.answer(OverloadedError("the store", 1))
    again, _ = begun(one)
    assert one.hand.within is True
    assert names(again.call) == "store.unit"


def test_an_overloaded_store_is_not_asked_twice() -> None:
    """Nothing is stored, and nothing is in hand."""
    one = driving()
    played, inner = begun(one)
    first: Any = inner.call
    inner.answer(Committed(version=3, claimed=made(first.argument)))
    with pytest.raises(OverloadedError):
        played.answer(OverloadedError("the store", 1))
    assert not one.hand.effects
    assert one.hand.loaded is None


def test_a_second_request_of_a_decision_is_a_transaction_of_its_own() -> None:
    """With what the order makes of it; it might wait for another's rows."""
    one = driving()
    one.hand.effects.append(Claim(effect(RESTOCK), NOON + LEASE))
    played = Played(one.drive("o1"))
    unit: Any = played.call
    assert names(unit) == "store.unit"
    inner = Played(unit.argument)
    assert names(inner.call) == "store.load"  # locked before the stock is
    assert names(inner.answer(None)) == "inventory.restock"
    assert not one.hand.asides


def test_a_worker_moves_stock_with_what_comes_of_it() -> None:
    """It is one transaction, which reads the order once more, and locks it."""
    claim = Claim(effect(RESTOCK), NOON + LEASE)
    played = Played(engine(local=True).attempt(claim))
    assert names(played.call) == "store.load"
    unit: Any = played.answer(None)
    assert names(unit) == "store.unit"
    inner = Played(unit.argument)
    assert inner.call == store("load", "o1")
    assert names(inner.answer(None)) == "inventory.restock"
    assert inner.answer(StockChanged()) == store(
        "settle", settled(RESTOCK, S.DONE)
    )
    assert inner.answer(OK) is None
    assert played.answer(inner.end) is None
    assert played.end == RoundResult(effects=1)


@pytest.mark.parametrize("local", [True, False])
def test_a_worker_that_slept_past_its_claim_moves_nothing(
    *, local: bool
) -> None:
    """Another may have claimed it; whoever does asks."""
    now = [NOON]
    one = engine(local=local, clock=lambda: now[0])
    played = Played(one.attempt(Claim(effect(RESTOCK), NOON + LEASE)))
    assert names(played.call) == "store.load"
    now[0] += LEASE
    if not local:
        assert played.answer(None) is None
        return
    unit: Any = played.answer(None)
    inner = Played(unit.argument)
    assert names(inner.call) == "store.load"
    assert inner.answer(None) is None


def test_each_effect_counts_once() -> None:
    """Beside what was performed before."""
    one = engine().at_hand()
    one.hand.done = 4
    played = Played(
        one.performed(Claim(effect(RESTOCK), NOON + LEASE), one.hand)
    )
    assert played.answer(StockChanged()) is None
    assert one.hand.done == 5


def test_what_is_no_stock_is_no_transaction_with_it() -> None:
    """Nor is stock that lies elsewhere."""
    for one in (
        engine(local=True).attempt(Claim(effect(CAPTURE), NOON + LEASE)),
        engine().attempt(Claim(effect(RESTOCK), NOON + LEASE)),
    ):
        played = Played(one)
        assert names(played.call) == "store.load"
        assert names(played.answer(None)) in {
            "payment.capture",
            "inventory.restock",
        }


def test_what_a_worker_could_not_do_as_one_it_does_apart() -> None:
    """An order that cannot be read, say, or two that wait for each other."""
    claim = Claim(effect(RESTOCK), NOON + LEASE)
    played = Played(engine(local=True).attempt(claim))
    assert names(played.answer(None)) == "store.unit"
    again = played.answer(ConflictError("rolled back"))
    assert names(again) == "inventory.restock"


def test_a_worker_leaves_what_an_overloaded_store_does_not_take() -> None:
    """Its claim runs out, and it is found out."""
    claim = Claim(effect(RESTOCK), NOON + LEASE)
    played = Played(engine(local=True).attempt(claim))
    played.answer(None)
    assert played.answer(OverloadedError("the store", 1)) is None
    assert played.end.overloaded


def test_a_decision_without_a_hand_is_stored_alone() -> None:
    """Whoever claims its effects performs them."""
    played = Played(engine(local=True).submit(FORM))
    assert names(played.answer(None)) == "store.commit"


def test_all_other_adapters_are_within_as_well() -> None:
    """The store and the stock alone are others."""
    fakes = in_memory_ports({"mug": 1}, clock=lambda: NOON)
    inside = Inside(fakes, store="store", inventory="stock")
    assert (inside.store, inside.inventory) == ("store", "stock")
    assert inside.payment is fakes.payment
    flow = driving().drive("o1")
    assert run(flow, attrs.evolve(fakes)) == 0
