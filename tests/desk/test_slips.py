"""Adapters that forget to answer, and orders that nobody can read."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from orderlife import ExceptionKind, InvariantError, Money, Remedy
from orderlife.engine.retry import Retry
from orderlife.engine.stuck import Stuck
from orderlife.errors import CodecError
from orderlife.memory.clock import START
from orderlife.ports.payment import Authorized, Captured, Refunded
from orderlife.ports.store import EffectState
from tests.desk.shop import LOOKS_UP, Shop, Through, always

S = EffectState
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("port", "method"),
    [
        ("payment", "authorize"),
        ("payment", "capture"),
        ("carrier", "buy_label"),
        ("inventory", "reserve"),
        ("inventory", "consume"),
        ("notifier", "send"),
    ],
)
@pytest.mark.parametrize("answer", [None, "ok", True])
def test_a_forgotten_return_is_no_success(
    port: str, method: str, answer: Any
) -> None:
    """Nobody knows what it has done, and the method is named."""
    shop = Shop()
    wrong = Through(getattr(shop.ports, port), **{method: always(answer)})
    replaced: dict[str, Any] = {port: wrong}
    shop.desk = shop.another(**replaced)
    shop.place()
    if shop.view().status.order == "confirmed":
        shop.dispatch()
    said = (
        "None: is a return missing?"
        if answer is None
        else (type(answer).__name__)
    )
    failed = shop.effect(wrong.named(method)[0].operation_id)

    assert (S.ATTENTION, True) == (failed.state, failed.doubted)
    assert f"{method}() answered {said}" == failed.note
    assert ExceptionKind.OUTCOME_UNKNOWN in shop.open_kinds()


DOLLARS = Money("25.00", "USD")
NOTHING = Money("0.00", "EUR")


@pytest.mark.parametrize("amount", [DOLLARS, NOTHING])
@pytest.mark.parametrize(
    ("method", "answer"),
    [("authorize", Authorized), ("capture", Captured), ("refund", Refunded)],
)
def test_an_amount_that_cannot_be_is_no_success(
    method: str, answer: Any, amount: Money
) -> None:
    """Its operation is still to be answered: a person finds out."""
    shop = Shop()
    wrong = always(answer(reference="r", amount=amount))
    shop.desk = shop.another(payment=Through(shop.bank, **{method: wrong}))
    shop.place()
    if shop.view().status.order == "confirmed":
        shop.dispatch()
    if method == "refund":
        shop.desk.refund("o1", Money("1.00", "EUR"), "late")
    operation_id = f"o1:{method}:1"
    failed = shop.effect(operation_id)

    assert (S.ATTENTION, True) == (failed.state, failed.doubted)
    assert "its answer answers something else" == failed.note
    (item,) = shop.view().exceptions
    assert ExceptionKind.OUTCOME_UNKNOWN is item.contradiction.kind
    assert operation_id == item.contradiction.subject
    said = f"{answer.__name__}, {amount}, which cannot be"
    assert said == item.contradiction.observed
    shop.desk.verify("o1")

    shop.desk = shop.another(payment=shop.bank)
    shop.desk.exceptions.resolve(
        "o1", item.exception_id, Remedy.RETRY, "it is mended"
    )
    assert S.DONE is shop.effect(operation_id).state
    assert [] == shop.open_kinds()


def test_who_lets_an_impossible_answer_be_can_go_on() -> None:
    """The order ends in time; nothing is awaited any more."""
    shop = Shop()
    wrong = always(Authorized(reference="r", amount=DOLLARS))
    shop.desk = shop.another(payment=Through(shop.bank, authorize=wrong))
    shop.place()
    (item,) = shop.view().exceptions
    shop.desk.exceptions.resolve(
        "o1", item.exception_id, Remedy.ACCEPT, "not at all"
    )
    shop.work_for(timedelta(hours=3))

    assert "expired" == shop.view().status.order
    shop.desk.verify("o1")


def test_a_look_up_that_forgets_to_answer_is_named() -> None:
    """It neither found nor missed what it was asked for."""
    shop = Shop(capabilities=LOOKS_UP)
    bank = Through(
        shop.bank, authorize=always(TimeoutError()), look_up=always(None)
    )
    shop.desk = shop.another(payment=bank)
    shop.place()
    shop.work_for(timedelta(minutes=5))

    assert "look_up() answered None: is a return missing?" == (
        shop.effect("o1:authorize:1").note
    )


def test_who_waits_for_stock_may_be_forgotten_too() -> None:
    """The round goes on, and says what it could not ask."""
    shop = Shop()
    forgets = Through(shop.ports.inventory, fillable=always(None))
    shop.desk = shop.another(inventory=forgets)
    shop.place()
    why = "who waits for stock: PortError: NoneType does not tell"
    assert shop.desk.work().failed == (why,)


@pytest.mark.parametrize("wrong", [CodecError("no"), InvariantError("no")])
def test_an_order_that_cannot_be_read_slows_nobody_down(
    wrong: Exception,
) -> None:
    """It is told of once, and looked at again after waits that grow."""
    shop = Shop(inline=False)
    for number in range(3):
        shop.place(order_id=f"o{number}", pay_with="tok_declined")
    store, loads = shop.ports.store, Counter[str]()

    def load(order_id: str) -> Any:
        loads[order_id] += 1
        if order_id == "o1":
            raise wrong
        return store.load(order_id)

    broken = Through(store, load=load, claim=always(()))
    desk = shop.another(store=broken, inline=False)
    shop.clock.advance(days=2)
    failed: list[str] = []
    for _ in range(3_600):
        failed += desk.work().failed
        shop.clock.advance(SECOND)

    assert [f"o1: {type(wrong).__name__}: no"] == failed
    assert loads["o1"] < 10
    for order_id in ("o0", "o2"):
        assert "cancelling" == shop.view(order_id).status.order


def test_what_is_wrong_now_is_told_anew() -> None:
    """And one that can be read again is forgotten."""
    stuck, wait = Stuck(), Retry().wait
    assert stuck.met("o1", "why", START, wait)
    assert not stuck.met("o1", "why", START, wait)
    assert stuck.met("o1", "another", START, wait)
    assert stuck.waits("o1", START + 44 * SECOND)
    assert not stuck.waits("o1", START + 45 * SECOND)
    assert not stuck.waits("o1", START - SECOND)
    stuck.free("o1")
    stuck.free("o1")
    assert not stuck.waits("o1", START)
    assert stuck.met("o1", "another", START, wait)


def test_so_many_and_no_more_are_remembered() -> None:
    """The oldest are looked at again before their time."""
    stuck, wait = Stuck(), Retry().wait
    for number in range(10_001):
        stuck.met(f"o{number}", "why", START, wait)
    assert not stuck.waits("o0", START)
    assert stuck.waits("o1", START)
    assert stuck.waits("o10000", START)
