"""Reading a life: what is wrong with it is said, with file and step."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from orderlife._kernel.messages import Actor
from orderlife._values.money import Money
from orderlife.demo.scenario import (
    Outside,
    Scenario,
    ScenarioError,
    Scripted,
    load,
    names,
    read,
)
from orderlife.errors import NotFoundError
from orderlife.memory.clock import START
from orderlife.memory.script import Decline, TimeOut
from orderlife.policy.model import Policy
from orderlife.rooms.order.messages import PlaceOrder
from orderlife.rooms.shipment.messages import Scanned

PLACE: dict[str, Any] = {
    "do": "PlaceOrder",
    "by": "customer:c1",
    "with": {
        "lines": [{"sku": "mug", "quantity": 1, "unit_price": "12.50 EUR"}]
    },
}


def life(*steps: object, **more: object) -> str:
    """Write a life of these steps."""
    data = {"title": "A title", "story": "A story.", "steps": steps, **more}
    return json.dumps(data)


def read_one(step: object) -> Any:
    """Read a life of one step, and give it."""
    (found,) = read("one", life(step)).steps
    return found


def refused(text: str) -> str:
    """Read what cannot be read, and give what is wrong with it."""
    with pytest.raises(ScenarioError) as caught:
        read("broken", text)
    return str(caught.value)


def test_all_lives_of_the_library_can_be_read() -> None:
    """Every file is in order; the order of files is that of the names."""
    assert [load(name).name for name in names()] == list(names())


def test_unknown_life_is_not_found() -> None:
    """A name that is no life's is explained by those that are."""
    with pytest.raises(NotFoundError, match="there is guest-mug, birthday"):
        load("nobody")


def test_step_is_read_as_a_command_with_money() -> None:
    """Fields are written as the codec writes them; ids are filled in."""
    action = read_one(PLACE).action

    assert isinstance(action, PlaceOrder)
    assert action.order_id == "one"
    assert action.command_id == "c1"
    assert action.actor == Actor("customer", "c1")
    assert action.lines[0].unit_price == Money("12.50", "EUR")


def test_fact_happens_when_it_is_reported_unless_it_says_otherwise() -> None:
    """A fact's own date is the step's, or one since the start."""
    fields = {"shipment_id": "one-s1", "status": "delivered"}
    now = read_one({"at": "+2d", "report": "Scanned", "with": fields})
    then = read_one(
        {
            "at": "+2d",
            "report": "Scanned",
            "with": {**fields, "at": "+1d 4h 5m 6s"},
        }
    )

    assert isinstance(now.action, Scanned)
    assert now.action.at == now.at == START + timedelta(days=2)
    assert then.action.at == START + timedelta(
        days=1, hours=4, minutes=5, seconds=6
    )


def test_step_without_a_time_is_when_the_last_one_was() -> None:
    """Time stands still between steps that do not say when they are."""
    steps = read("two", life({"at": "+3h"}, PLACE)).steps

    assert [step.at - START for step in steps] == [timedelta(hours=3)] * 2
    assert [step.name for step in steps] == ["wait", "PlaceOrder"]


def test_outside_and_script_are_read() -> None:
    """What the bank does by itself, and what a port meets next."""
    settle = {
        "gateway": "settle",
        "with": {"operation_id": "one:authorize:1", "minor": 500},
    }
    script = {"script": {"send": ["2 x declined_later", "timeout_after"]}}

    assert read_one(settle).action == Outside(
        "gateway",
        "settle",
        {"operation_id": "one:authorize:1", "minor": 500},
    )
    later = Decline("busy", "later")
    assert read_one(script).action == Scripted(
        {"send": (later, later, TimeOut("after"))}
    )


def test_story_may_have_several_lines() -> None:
    """Lines of a story are put together."""
    scenario = read("one", life(PLACE, story=["One line,", "and another."]))

    assert scenario.story == "One line, and another."


def policy(**choices: object) -> Policy:
    """Read a policy."""
    scenario: Scenario = read("one", life(PLACE, policy=choices))
    return scenario.policy


def test_policy_is_read_by_its_fields() -> None:
    """Plain values, lengths of time, terms, and rules by their names."""
    found = policy(
        capture="confirmation",
        payment_within="2h 30m",
        hold_grace="-30m",
        follow_up_after=None,
        backorder=True,
        slow_tenders=["cheque"],
        remorse={"days": 14, "restocking_fee_percent": 10},
        fault={"label": False},
    )

    assert found.capture == "confirmation"
    assert found.payment_within == timedelta(hours=2, minutes=30)
    assert found.hold_grace == timedelta(minutes=-30)
    assert found.follow_up_after is None
    assert found.backorder is True
    assert found.slow_tenders == frozenset(("cheque",))
    assert (found.remorse.days, found.remorse.label) == (14, True)
    assert (found.fault.days, found.fault.label) == (90, False)


def test_policy_permits_what_is_listed() -> None:
    """Who may give a command is listed by the command's name."""
    found = policy(permit={"PlaceOrder": ["customer", "staff"]})
    action = read_one(PLACE).action

    assert found.permit(Actor("staff", "ada"), action) == ""
    assert found.permit(Actor("system", "x"), action) == (
        "only customer and staff may"
    )


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ({"doo": "PlaceOrder"}, "no field 'doo'; did you mean 'do'?"),
        ({"do": "PlaceOrdr"}, "no command 'PlaceOrdr'; did you mean"),
        ({"report": "Scaned"}, "no fact 'Scaned'; did you mean 'Scanned'?"),
        ({"do": "PlaceOrder", "report": "Scanned"}, "one thing a step"),
        ({"do": "PlaceOrder"}, "with: lines must be given"),
        (
            {"do": "CancelOrder", "with": {"reson": "customer"}},
            "with: no field 'reson'; did you mean 'reason'?",
        ),
        (
            {"do": "CancelOrder", "by": "somebody"},
            "by: 'somebody' is no actor",
        ),
        ({"at": "tomorrow"}, "'tomorrow' is no time since the start"),
        ({"at": "2d"}, "'2d' is no time since the start"),
        ({"at": "+"}, "'+' is no time since the start"),
        ({"gateway": "setle"}, "did you mean 'settle'?"),
        (
            {"carrier": "settle", "with": {"operation": "x"}},
            "with: no field 'operation'; did you mean 'operation_id'?",
        ),
        ({"script": {"send": ["decline"]}}, "did you mean 'declined'?"),
        ({"script": ["declined"]}, "expected words by method"),
        ("CancelOrder", "expected an object, not 'CancelOrder'"),
    ],
)
def test_wrong_step_is_named_with_its_file(step: Any, expected: str) -> None:
    """Whatever is wrong with a step, its file and number are said."""
    text = refused(life(PLACE, step))

    assert text.startswith("broken.json, step 2 (")
    assert expected in text


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([{"sku": "mug", "quantity": 1, "unit_price": "12.505 EUR"}], "EUR"),
        ([{"sku": "mug", "quantity": "1", "unit_price": "1 EUR"}], "int"),
        (
            [{"sku": "m", "quantity": 1, "unit_price": "1 EUR", "prize": 2}],
            "prize",
        ),
    ],
)
def test_wrong_field_of_a_command_is_named(
    lines: list[dict[str, Any]], expected: str
) -> None:
    """What the codec refuses, deep inside, is said with file and step."""
    text = refused(life({"do": "PlaceOrder", "with": {"lines": lines}}))

    assert text.startswith("broken.json, step 1 (PlaceOrder): ")
    assert expected in text


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"titel": "x"}, "no field 'titel'; did you mean 'title'?"),
        ({"title": ""}, "title must be a text"),
        ({"story": 3}, "story must be a text"),
        ({"stock": {"mug": 3}}, "is no life"),
        ({"ends": {"state": "draft"}}, "no field 'state'"),
        ({"ends": {"paid": "much"}}, "broken.json, ends, paid: "),
        ({"policy": {"captur": 1}}, "policy: no field 'captur'"),
        ({"policy": {"capture": "never"}}, "policy: no capture 'never'"),
        ({"policy": {"screen": "revew"}}, "did you mean 'review'?"),
        ({"policy": {"backorder": "yes"}}, "backorder: 'yes' is no such"),
        ({"policy": {"payment_within": 3}}, "3 is no length of time"),
        ({"policy": {"payment_within": "3 days"}}, "'+3 days' is no time"),
        ({"policy": {"remorse": {"day": 3}}}, "did you mean 'days'?"),
        ({"policy": {"permit": {"Refund": []}}}, "no field 'Refund'"),
        (
            {"policy": {"permit": {"RefundPayment": ["saff"]}}},
            "did you mean 'staff'?",
        ),
        ({"policy": {"remorse": {"days": -3}}}, "days: is -3; from 0 to"),
    ],
)
def test_wrong_life_is_named_with_its_file(
    more: dict[str, Any], expected: str
) -> None:
    """Whatever is wrong outside the steps is said with the file's name."""
    text = refused(life(PLACE, **more))

    assert text.startswith("broken.json")
    assert expected in text


def test_step_before_the_last_one_is_refused() -> None:
    """Time goes on: a step cannot be earlier than the one before it."""
    text = refused(life({"at": "+2d"}, {"at": "+1d"}))

    assert text == "broken.json, step 2 (wait): it is before the last step"


@pytest.mark.parametrize("text", ["", "[]", "{", '{"title": 1, "title": 2}'])
def test_what_is_no_json_object_is_refused(text: str) -> None:
    """A file that is no JSON, or no object, is named."""
    assert refused(text).startswith("broken.json")
