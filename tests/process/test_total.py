"""Whatever is asked, there is an answer: a decision or a refusal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from orderlife._kernel.case import Case
from orderlife._kernel.decision import Decision, Refusal
from orderlife._kernel.messages import Command, Fact, Step
from orderlife.errors import InputError, ValidationError
from orderlife.house import HOUSE, fold, handle
from orderlife.invariants import check_invariants
from orderlife.rooms.order.messages import CancelOrder, Confirm, OrderConfirmed
from orderlife.testing.scenario import NOON, STAFF
from tests.process.stages import lives, messages

COMMANDS = sorted(HOUSE.commands, key=lambda kind: str(kind.__name__))
STAGES = tuple(lives())
MANY = settings(
    max_examples=50, deadline=None, suppress_health_check=list(HealthCheck)
)
JUNK = st.sampled_from(
    [
        None,
        -1,
        2.5,
        float("nan"),
        True,
        "x" * 5000,
        "\ud800",
        b"x",
        (),
        ((),),
        {},
        {"1": -1},
        {"1": None},
        {1: 1},
        [1],
        object(),
        NOON,
        datetime(2026, 1, 1),  # noqa: DTZ001
        datetime.max.replace(tzinfo=UTC),
        STAFF,
        10**30,
    ]
)


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: str(kind.__name__))
@MANY
@given(data=st.data())
def test_any_command_has_an_answer(kind: type, data: st.DataObject) -> None:
    """Well-formed, it gives a sound decision, or a refusal in words."""
    life = lives()[data.draw(st.sampled_from(STAGES))]
    command: Any = data.draw(messages(kind))

    answer = handle(life.case, command, life.now, life.policy)

    if isinstance(answer, Refusal):
        assert str(answer.error)
    else:
        history = [*life.history, *answer.events]
        check_invariants(answer.case, history)


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: str(kind.__name__))
@MANY
@given(data=st.data(), junk=JUNK)
def test_any_field_may_hold_anything(
    kind: type, data: st.DataObject, junk: object
) -> None:
    """A field of a wrong type or size is named, and nothing raises."""
    life = lives()[data.draw(st.sampled_from(STAGES))]
    command: Any = data.draw(messages(kind))
    fields = [field.name for field in attrs.fields(kind)]
    name = data.draw(st.sampled_from(fields))
    wrong = attrs.evolve(command, **{name: junk})

    answer = handle(life.case, wrong, life.now, life.policy)

    assert isinstance(answer, Decision | Refusal)
    if isinstance(answer, Refusal) and isinstance(
        answer.error, ValidationError
    ):
        assert str(answer.error)
        assert repr(answer.error)


@pytest.mark.parametrize("now", [None, "noon", datetime(2026, 1, 1)])  # noqa: DTZ001
def test_the_time_needs_a_time_zone(now: Any) -> None:
    """Neither a text nor a naive date is a time."""
    life = lives()["planned"]
    command = CancelOrder(order_id="o1", command_id="c1", actor=STAFF)

    answer = handle(life.case, command, now)

    assert isinstance(answer, Refusal)
    assert "now" in str(answer.error)


@pytest.mark.parametrize(
    "message",
    [
        None,
        "CancelOrder",
        {"order_id": "o1"},
        Confirm(),
        OrderConfirmed(),
        Step(),
        Fact(order_id="o1"),
        Command(order_id="o1", command_id="c1", actor=STAFF),
    ],
    ids=lambda message: type(message).__name__,
)
def test_only_commands_and_facts_are_heard(message: Any) -> None:
    """A step or an event from outside is no input, nor is anything else."""
    answer = handle(lives()["planned"].case, message, NOON)

    assert isinstance(answer, Refusal)
    assert isinstance(answer.error, InputError)
    assert "must be a command or a fact" in str(answer.error)


def test_a_message_belongs_to_its_case() -> None:
    """A command for one order is not followed in another."""
    command = CancelOrder(order_id="o2", command_id="c1", actor=STAFF)

    answer = handle(lives()["planned"].case, command, NOON)

    assert isinstance(answer, Refusal)
    assert "order_id: is not this case's, o1" in str(answer.error)


def test_nothing_is_asked_of_an_order_that_is_not_there() -> None:
    """Before it is placed, an order has nothing but its id."""
    assert Case(order_id="o1") == fold("o1", iter(()))
