"""What the strategies give is what they say it is."""

from __future__ import annotations

import contextlib
import sys
from importlib import import_module
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

import orderlife.testing
from orderlife import (
    Actor,
    Address,
    Case,
    Contact,
    Decision,
    InputError,
    Line,
    MissingExtraError,
    Money,
    PlaceOrder,
    RefusedError,
    handle,
)
from orderlife._checks.validation import check
from orderlife._values.cards import holds_card_number
from orderlife.memory.clock import START
from orderlife.memory.script import Behaviour, Script
from orderlife.testing import strategies as ours
from tests.desk.shop import Shop
from tests.desk.test_effects import returned


@settings(deadline=None)
@given(ours.place_orders("o7", "c7"))
def test_a_placed_order_is_never_refused(command: PlaceOrder) -> None:
    """In any currency, with any lines, discounts and tenders."""
    decision = handle(Case(order_id="o7"), command, START)
    assert isinstance(decision, Decision)
    assert command.command_id == "c7"


@settings(deadline=None)
@given(
    ours.place_orders(
        currency="JPY", skus=["a"], tokens=["tok_x"], max_lines=1
    )
)
def test_an_order_is_of_what_was_asked_for(command: PlaceOrder) -> None:
    """Currency, goods, tokens and size can be chosen."""
    (line,) = command.lines
    assert line.sku == "a"
    assert line.unit_price.currency == "JPY"
    assert {tender.token for tender in command.tenders} == {"tok_x"}


@settings(deadline=None)
@given(ours.money("EUR", min_minor=5, max_minor=7))
def test_money_stays_within_its_bounds(money: Money) -> None:
    """Both ends are included."""
    assert 5 <= money.minor <= 7
    assert money.currency == "EUR"


@settings(deadline=None)
@given(ours.money(), ours.currencies())
def test_money_is_of_any_currency(money: Money, code: str) -> None:
    """Each of them is one that there is."""
    assert Money.zero(code).currency == code
    assert 0 <= money.minor <= 100_000


@settings(deadline=None)
@given(ours.texts(1, 30), ours.ids())
def test_texts_and_ids_may_be_kept(text: str, id: str) -> None:
    """They are as long as they may be, and no card numbers."""
    assert 1 <= len(text) <= 30
    assert not holds_card_number(text + id)


@settings(deadline=None)
@given(ours.addresses(), ours.contacts(), ours.actors(), ours.lines("EUR"))
def test_parts_are_of_their_types(
    address: Address, contact: Contact, actor: Actor, line: Line
) -> None:
    """Each passes the checks that stand on whatever comes in."""
    for part in (address, contact, actor, line):
        check(part)


@settings(deadline=None)
@given(st.data())
def test_tenders_pay_it_all(data: st.DataObject) -> None:
    """Named amounts leave something for the one that pays the rest."""
    total = data.draw(ours.money("EUR"))
    tenders = data.draw(ours.tenders(total))
    *named, rest = tenders
    assert rest.amount is None
    paid = sum(tender.amount.minor for tender in named if tender.amount)
    assert 0 <= paid <= total.minor


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(ours.faults())
def test_every_behaviour_is_one_that_its_fake_can_show(
    queues: dict[str, list[Behaviour]],
) -> None:
    """No fake calls a script wrong, whatever is asked of it."""
    script = Script()
    for method, queue in queues.items():
        script.on(method, *queue)
    shop = Shop(script=script)
    for act in (lambda: returned(shop), shop.desk.work):
        with contextlib.suppress(RefusedError, InputError):
            act()
    notes = " ".join(effect.note for effect in shop.desk.effects("o1"))
    assert "PortError" not in notes


@settings(deadline=None)
@given(ours.scripts(["capture"], max_size=1))
def test_a_script_is_of_the_methods_that_may_misbehave(
    script: Script,
) -> None:
    """And of no other."""
    assert set(script.left) <= {"capture"}


def test_without_hypothesis_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The rest of the room is there all the same."""
    missing: Any = None
    monkeypatch.setitem(sys.modules, "hypothesis", missing)
    monkeypatch.delitem(sys.modules, "orderlife.testing.strategies")
    monkeypatch.delattr(orderlife.testing, "strategies", raising=False)
    with pytest.raises(MissingExtraError, match=r"orderlife\[testing\]"):
        import_module("orderlife.testing.strategies")
    with pytest.raises(MissingExtraError):
        _ = orderlife.testing.strategies
    assert orderlife.testing.Clock().__call__() == START


def test_the_room_has_the_strategies() -> None:
    """They are imported when they are first asked for; others are not."""
    assert orderlife.testing.strategies.money is not None
    with pytest.raises(AttributeError, match="no attribute 'strategy'"):
        _ = orderlife.testing.strategy
