"""What a worker does with the effects of an order that it has claimed."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from orderlife.engine.engine import Claim
from orderlife.engine.results import RoundResult
from orderlife.errors import ConflictError, OverloadedError
from orderlife.ports.inventory import StockChanged
from orderlife.ports.notifier import Sent
from orderlife.ports.store import EffectState, Loaded
from tests.desk.shop import Shop, Through
from tests.desk.test_flows import (
    BOOM,
    CASE,
    LEASE,
    LOAD,
    NEITHER,
    NOTIFY,
    OK,
    RELEASE,
    RESTOCK,
    SAME_KEY,
    STORED,
    UNTIL,
    effect,
    engine,
    holding,
    performed,
    played,
    settled,
    store,
)
from tests.desk.test_units import Played, names

S = EffectState
MINE = Claim(effect(RESTOCK), UNTIL)
OTHER = Claim(effect(RELEASE), UNTIL)
FOUND = Loaded(case=CASE)
BACK = store("settle", settled(RELEASE, S.PENDING))
FULL = OverloadedError("the store", 1.0)


def why(error: Exception, intent: Any = RESTOCK) -> str:
    """How a failure is told."""
    return f"{intent.operation_id}: {type(error).__name__}: {error}"


def test_claims_are_parted_by_their_orders() -> None:
    """In the order of the first of each, and each as it was claimed."""
    again = Claim(effect(RESTOCK), UNTIL)
    theirs = Claim(effect(attrs.evolve(RESTOCK, order_id="o2")), UNTIL)
    claims = [MINE, theirs, OTHER, again]
    assert engine().by_order(claims) == ((MINE, OTHER, again), (theirs,))
    assert engine().by_order([]) == ()


def test_what_nobody_could_find_out_waits_for_no_other() -> None:
    """Its claim would run out behind them, and a person be asked."""
    blind = engine(able=NEITHER)
    assert blind.by_order([MINE, OTHER]) == ((MINE,), (OTHER,))


def test_a_worker_goes_on_with_its_order() -> None:
    """What follows from an answer is claimed with it, and read by nobody."""
    shop = Shop(inline=False)
    shop.place()
    watched = Through(shop.ports.store)
    worker = shop.another(inline=False, store=watched)

    assert worker.work() == RoundResult(effects=4)
    states = {each.state for each in shop.desk.effects("o1")}
    assert states == {S.DONE}
    assert shop.view("o1").status.order == "confirmed"
    assert [len(watched.named(each)) for each in ("load", "commit")] == [1, 3]
    # The mail is settled with the last decision, and all else with its own.
    assert watched.named("settle") == []


def test_what_nobody_could_find_out_is_claimed_by_itself() -> None:
    """A worker that dies leaves one doubt that a person has to settle."""
    shop = Shop(inline=False, capabilities=NEITHER)
    shop.place()
    watched = Through(shop.ports.store)
    shop.another(inline=False, store=watched).work()
    claims = [each.claim for each in watched.named("commit")]
    assert all(
        claim is None or not any("authorize" in o for o in claim.operations)
        for claim in claims
    )
    assert shop.view("o1").status.order == "confirmed"


def test_what_is_performed_last_is_settled_at_the_end() -> None:
    """And what is left is given back once there shall be no more."""
    told: list[int] = []

    def more(done: int) -> bool:
        told.append(done)
        return done < 1

    calls, did = played(
        engine().attempt(MINE, OTHER, more=more),
        *(FOUND, StockChanged(), OK, OK),
    )
    assert calls == [LOAD, performed(RESTOCK), STORED, BACK]
    assert did == RoundResult(effects=1)
    assert told == [0, 1, 1]


def test_a_failure_keeps_no_other_effect_from_its_turn() -> None:
    """Its claim runs out; the order is read again, whatever became of it."""
    lost = ConflictError("x")
    calls, did = played(
        engine(able=NEITHER).attempt(MINE, MINE),
        *(FOUND, StockChanged(), lost, FOUND, StockChanged(), OK),
    )
    assert calls == [LOAD, performed(RESTOCK), STORED] * 2
    assert did == RoundResult(effects=2, failed=(why(lost),))


def test_an_overloaded_store_gets_the_rest_back() -> None:
    """What was not begun is as it was; what was, is found out."""
    calls, did = played(
        engine(able=NEITHER).attempt(MINE, OTHER),
        *(FOUND, StockChanged(), FULL, OK),
    )
    assert calls == [LOAD, performed(RESTOCK), STORED, BACK]
    assert did == RoundResult(effects=1, failed=(why(FULL),), overloaded=True)


def test_an_end_that_cannot_be_stored_is_told() -> None:
    """By the name of the first that is not settled; others go on."""
    _, did = played(engine().attempt(MINE), *(FOUND, StockChanged(), FULL))
    assert did == RoundResult(effects=1, failed=(why(FULL),), overloaded=True)
    _, did = played(engine().attempt(MINE), FOUND, StockChanged(), BOOM)
    assert did == RoundResult(
        effects=1, failed=(f"{RESTOCK.operation_id}: ValueError",)
    )


def test_what_another_has_begun_is_not_given_back() -> None:
    """Its doubt stays: its claim runs out again."""
    theirs = Claim(effect(RELEASE, S.CLAIMED), UNTIL)
    calls, did = played(
        engine().attempt(MINE, theirs, more=lambda done: done < 1),
        *(FOUND, StockChanged(), OK),
    )
    assert calls == [LOAD, performed(RESTOCK), STORED]
    assert did == RoundResult(effects=1)


def test_what_was_due_too_late_is_told_and_left() -> None:
    """A wrong clock has made it so; the others are performed."""
    far = Claim(effect(RELEASE), UNTIL, far=True)
    calls, did = played(engine().attempt(far, MINE), FOUND, StockChanged(), OK)
    assert calls == [LOAD, performed(RESTOCK), STORED]
    (told,) = did.failed
    assert "a clock was wrong" in told
    assert did.effects == 1


def test_no_order_is_worked_on_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Other orders wait, too."""
    monkeypatch.setattr("orderlife.engine.driving._ROUNDS", 2)
    shop = Shop(inline=False)
    shop.place()
    assert shop.desk.work(limit=3).effects == 3  # two, and one of a new claim
    states = [each.state for each in shop.desk.effects("o1")]
    assert states == [S.DONE] * 3 + [S.PENDING]


def test_all_that_is_left_is_one_transaction_where_stock_is_beside() -> None:
    """Each commit waits for the disk."""
    one = engine(local=True)
    flow = Played(one.attempt(MINE, OTHER, more=lambda _: False))
    unit: Any = flow.call
    assert names(unit) == "store.unit"
    inner = Played(unit.argument)
    assert inner.call == store("settle", settled(RESTOCK, S.PENDING))
    assert inner.answer(OK) == BACK
    assert inner.answer(OK) is None
    assert flow.answer(inner.end) is None
    assert flow.end == RoundResult()


def test_one_that_is_left_needs_no_transaction_of_its_own() -> None:
    """It is a statement."""
    one = engine(local=True).attempt(OTHER, more=lambda _: False)
    assert played(one, OK) == ([BACK], RoundResult())


def test_what_could_not_be_settled_as_one_is_settled_one_by_one() -> None:
    """A deadlock has rolled it back, say."""
    flow = Played(
        engine(local=True).attempt(MINE, OTHER, more=lambda _: False)
    )
    again = flow.answer(ConflictError("rolled back"))
    assert again == store("settle", settled(RESTOCK, S.PENDING))
    assert flow.answer(OK) == BACK
    assert flow.answer(OK) is None
    assert flow.end == RoundResult()


@pytest.mark.parametrize("error", [ConflictError("x"), FULL])
def test_who_drives_its_order_is_not_told_of_an_end_that_was_lost(
    error: Exception,
) -> None:
    """The input itself is stored; the claim runs out, and a worker asks."""
    one = holding(effect(RESTOCK))
    calls, done = played(one.drive("o1"), StockChanged(), error)
    assert calls == [performed(RESTOCK), STORED]
    assert done == 1


def test_a_driver_settles_all_that_is_left_as_one() -> None:
    """Where the stock is beside, as a worker does."""
    one = holding(effect(NOTIFY), effect(NOTIFY), local=True)
    flow = Played(one.drive("o1"))
    for _ in range(2):
        flow.answer({})  # the people
        flow.answer(Sent())
    assert names(flow.call) == "store.unit"
    assert one.hand.within is True
    assert flow.answer(None) is None
    assert flow.end == 2


def test_half_a_claim_is_enough_for_a_driver() -> None:
    """Its effect is performed, and not given back."""
    one = holding(effect(RESTOCK), clock=lambda: UNTIL - LEASE / 2)
    assert played(one.drive("o1"), StockChanged(), OK)[1] == 1


def test_what_is_due_later_than_any_wait_is_told_when_it_is_claimed() -> None:
    """It is made due when a claim of now would run out."""
    soon, late = effect(RESTOCK), effect(RELEASE, due_at=UNTIL)
    _, claims = played(engine().claim(9), (soon, late))
    assert claims == (Claim(soon, UNTIL), Claim(late, UNTIL, far=True))


def test_each_failure_is_told() -> None:
    """Of clocks, of effects and of the end."""
    far = Claim(effect(RELEASE), UNTIL, far=True)
    _, did = played(
        engine(able=SAME_KEY).attempt(far, far, MINE, MINE),
        *(FOUND, StockChanged(), StockChanged(), BOOM),
    )
    assert len(did.failed) == 3
    assert did.failed[-1] == f"{RESTOCK.operation_id}: ValueError"
    assert did.effects == 2


def test_a_worker_performs_so_many_and_gives_back_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever it may do."""
    monkeypatch.setattr("orderlife.engine.driving._ROUNDS", 2)
    calls, did = played(
        engine().attempt(MINE, MINE, OTHER),
        *(FOUND, StockChanged(), StockChanged(), OK, OK, OK),
    )
    assert calls[-1] == BACK
    assert did.effects == 2


def test_failures_count_for_how_many_there_may_be() -> None:
    """A provider that is away is not asked more often than allowed."""
    told: list[int] = []

    def more(done: int) -> bool:
        told.append(done)
        return done < 2

    lost = ConflictError("x")
    _, did = played(
        engine(able=NEITHER).attempt(MINE, MINE, OTHER, more=more),
        *(FOUND, StockChanged(), lost, FOUND, StockChanged(), lost, OK),
    )
    assert did.effects == 2
    assert told == [0, 1, 1, 2, 2]


def test_what_is_not_performed_any_more_is_not_claimed() -> None:
    """It would be an attempt that was none."""
    shop = Shop(inline=False)
    shop.place()
    shop.desk.work(limit=1)
    assert [each.attempts for each in shop.desk.effects("o1")] == [1, 0]


def test_a_round_ends_where_claims_run_out_before_they_are_there() -> None:
    """A store that is as slow as that would be asked for ever."""
    shop = Shop(inline=False)
    shop.place()

    def claim(request: Any) -> Any:
        found = shop.ports.store.claim(request)
        shop.clock.advance(minutes=1, seconds=1)
        return found

    watched = Through(shop.ports.store, claim=claim)
    assert shop.another(inline=False, store=watched).work().idle
    assert len(watched.named("claim")) == 1
    assert [each.state for each in shop.desk.effects("o1")] == [S.PENDING]
