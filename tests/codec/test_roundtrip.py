"""Whatever orderlife makes can be written down and read again."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from orderlife import (
    Actor,
    Address,
    Case,
    PlaceOrder,
    Recorded,
    Timer,
    handle,
    timers,
)
from orderlife._kernel.decision import Decision
from orderlife._values.personal import Personal
from orderlife.codec import dumps, loads, make_converter, plain
from orderlife.memory.clock import START
from orderlife.ports.store import Decided
from orderlife.testing.strategies import place_orders
from tests.codec.values import OUTCOMES, anything
from tests.desk.play import Life, lives
from tools.generate_golden import COMMANDS, EVENTS, FACTS, INTENTS, sample

FEW = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
KINDS: tuple[tuple[str, type], ...] = (
    *(("command", command) for command in COMMANDS),
    *(("fact", fact) for fact in FACTS),
    *(("intent", intent) for intent in INTENTS),
    *(("personal", personal) for personal in get_args(Personal)),
    ("timer", Timer),
    ("recorded", Recorded),
    ("decision", Decided),
)
CONVERTER = make_converter()


@pytest.mark.parametrize(("kind", "wanted"), KINDS)
@FEW
@given(data=st.data())
def test_every_class_comes_back_equal(
    data: st.DataObject, kind: str, wanted: type
) -> None:
    """Any value of any class that a document may hold comes back equal."""
    value = data.draw(anything(wanted))
    back = loads(dumps(value, kind), kind)
    assert type(value) is type(back)
    assert value == back


@pytest.mark.parametrize("event", EVENTS)
@FEW
@given(data=st.data())
def test_every_event_comes_back_equal(
    data: st.DataObject, event: type
) -> None:
    """Any event comes back equal, with its place in the history."""
    recorded = Recorded(
        1, START, Actor("staff", "ada"), "c1", data.draw(anything(event))
    )
    assert recorded == loads(dumps(recorded, "recorded"), "recorded")


@pytest.mark.parametrize(
    ("union", "wanted"),
    [(union, member) for union in OUTCOMES for member in get_args(union)],
)
@FEW
@given(data=st.data())
def test_every_outcome_comes_back_equal(
    data: st.DataObject, union: Any, wanted: type
) -> None:
    """Any outcome of any port comes back as what it was."""
    value = data.draw(anything(wanted))
    written = json.loads(json.dumps(CONVERTER.unstructure(value, union)))
    back = CONVERTER.structure(written, union)
    assert type(value) is type(back)
    assert value == back


@settings(max_examples=50, deadline=None)
@given(command=place_orders(currency="EUR"))
def test_a_placed_order_comes_back_equal(command: PlaceOrder) -> None:
    """The case, its events and its intents come back equal."""
    assert command == loads(dumps(command, "command"), "command")
    decision = handle(Case(order_id="o1"), command, START)
    assert isinstance(decision, Decision)
    case = decision.case
    assert case == loads(dumps(case, "case"), "case")
    for recorded in decision.events:
        assert recorded == loads(dumps(recorded, "recorded"), "recorded")
    for intent in decision.intents:
        assert intent == loads(dumps(intent, "intent"), "intent")


@pytest.mark.parametrize(("kind", "wanted"), KINDS)
def test_writing_is_repeatable(kind: str, wanted: type) -> None:
    """With every field set it comes back, and is written the same again."""
    value = sample(wanted)
    text = dumps(value, kind)
    back = loads(text, kind)
    assert value == back
    assert text == dumps(back, kind)


def test_defaults_take_no_room() -> None:
    """A field that has its default is left out."""
    address = Address(name="Ada", lines=("1 Way",), city="Bonn", country="DE")
    expected = {"type", "name", "lines", "city", "country"}
    assert expected == set(plain(address, "personal"))


@settings(max_examples=20, deadline=None)
@given(life=lives())
def test_a_whole_life_comes_back_equal(life: Life) -> None:
    """A case in the midst of any life, and its history, come back equal."""
    desk = life.desk()
    case = desk.get("o1").case
    assert case == loads(dumps(case, "case"), "case")
    for recorded in desk.history("o1"):
        assert recorded == loads(dumps(recorded, "recorded"), "recorded")
    for effect in desk.effects("o1"):
        intent = effect.intent
        assert intent == loads(dumps(intent, "intent"), "intent")
    for timer in timers(case):
        assert timer == loads(dumps(timer, "timer"), "timer")
