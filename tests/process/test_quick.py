"""Most messages are right, and that is told without looking twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta, timezone
from typing import Any

import attrs
import pytest

from orderlife._checks import quick, validation as checks
from orderlife._checks.quick import is_right
from orderlife._checks.validation import check
from orderlife._kernel.messages import Actor, Fact
from orderlife._values.limits import MAX_ENTRIES
from orderlife._values.money import Money
from orderlife._values.replacing import replace
from orderlife.errors import ValidationError
from orderlife.house import HOUSE
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.testing.scenario import NOON, STAFF
from tests.helpers import ask_back, come_back, delivered, inspect, line
from tools.generate_golden import sample

ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**9,
    1.5,
    "",
    "O 1",
    "_a",
    "\0",
    "\n",
    "\ud800",
    "x" * 65,
    "x" * 256,
    "x" * 5001,
    (),
    ("",) * 1001,
    (None,),
    [],
    {},
    {"1": -1},
    {"1": "\0"},
    {1: 1},
    {"\n": 1},
    {"x" * 300: 1},
    {str(number): 1 for number in range(1001)},
    Money("-1.00", "EUR"),
    NOON.replace(tzinfo=None),
    NOON.replace(year=1),
    NOON.astimezone(timezone(timedelta(hours=1))),
    object(),
)
"""What is wrong in nearly every field."""


@pytest.fixture(autouse=True)
def fresh() -> None:
    """Write every function anew: what is written is tested too."""
    quick._RIGHT.clear()


def odd(value: Any) -> Iterator[Any]:
    """A value with something odd in one place."""
    if attrs.has(type(value)) and not isinstance(value, Money):
        for field in attrs.fields(type(value)):
            for other in odd(getattr(value, field.name)):
                yield replace(value, **{field.name: other})
    elif isinstance(value, tuple) and value:
        for other in odd(value[0]):
            yield (other,)
    elif isinstance(value, dict) and value:
        for other in odd(value["1"]):
            yield {"1": other}
    yield from ODD


@pytest.mark.parametrize("kind", [*HOUSE.commands, *HOUSE.facts])
def test_what_is_right_at_once_is_right_at_a_second_look(kind: Any) -> None:
    """The checks that explain have nothing to say of it."""
    look = checks._attrs_check(kind)
    for message in odd(sample(kind)):
        if type(message) is kind and is_right(message):
            assert list(look(message, "")) == []


def test_a_whole_life_needs_no_second_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No message of it is looked into."""
    looked_into: list[type] = []
    monkeypatch.setattr(checks, "_attrs_check", looked_into.append)
    life = delivered(line(), line(quantity=2))
    ask_back(life)
    come_back(life)
    inspect(life)
    assert [each.state for each in life.case.returns.values()] == [
        ReturnState.CLOSED
    ]
    assert looked_into == []


@attrs.frozen(kw_only=True)
class Tipped(Fact):
    """A fact of a room that an application brings."""

    tip: Money | None = None
    given: Money | Actor = STAFF


@pytest.mark.parametrize("given", [STAFF, Money("1.00", "EUR")])
def test_money_among_others_is_looked_into(given: Any) -> None:
    """And may be there, or any other of them."""
    tipped = Tipped(order_id="o1", given=given, tip=Money("1.00", "EUR"))
    assert is_right(tipped) is isinstance(given, Actor)
    check(tipped)


def test_money_alone_may_not_be_negative() -> None:
    """What is no money is named."""
    with pytest.raises(ValidationError, match="tip: must not be negative"):
        check(Tipped(order_id="o1", tip=Money("-1.00", "EUR")))


@attrs.frozen(kw_only=True)
class Listed(Fact):
    """A fact that lists things."""

    names: tuple[str, ...] = ()
    units: Mapping[str, int] = attrs.field(factory=dict)


def test_a_full_list_is_right_at_once() -> None:
    """As many entries as there may be, and one more is too many."""
    names = [str(number) for number in range(MAX_ENTRIES + 1)]
    for most, right in ((names[1:], True), (names, False)):
        units = dict.fromkeys(most, 1)
        assert is_right(Listed(order_id="o1", names=tuple(most))) is right
        assert is_right(Listed(order_id="o1", units=units)) is right
