"""An application's own converter learns orderlife's values."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import attrs
import cattrs
import pytest
from cattrs.preconf.json import make_converter as make_json_converter

from orderlife import Actor, Money, Recorded
from orderlife._kernel.messages import Event
from orderlife.codec import configure_converter, make_converter
from orderlife.memory.clock import START
from tools.generate_golden import COMMANDS, EVENTS, FACTS, INTENTS, sample


@attrs.frozen
class Basket:
    """Something of the application's own."""

    price: Money
    note: str
    count: int


CONVERTERS: dict[str, Callable[..., Any]] = {
    "plain": cattrs.Converter,
    "lean": lambda: cattrs.Converter(
        omit_if_default=True, detailed_validation=False
    ),
    "strict": lambda: cattrs.Converter(forbid_extra_keys=True),
    "json": make_json_converter,
    "our own": make_converter,
}


@pytest.fixture(params=CONVERTERS)
def converter(request: pytest.FixtureRequest) -> cattrs.Converter:
    """A converter of some kind, with our values."""
    made: cattrs.Converter = CONVERTERS[request.param]()
    if request.param != "our own":
        configure_converter(made)
    return made


def test_it_reads_what_it_writes(converter: cattrs.Converter) -> None:
    """Every class round-trips through JSON with any converter."""
    for kind in (*COMMANDS, *FACTS, *INTENTS):
        value = sample(kind)
        text = json.dumps(converter.unstructure(value))
        assert value == converter.structure(json.loads(text), kind)


def test_it_reads_what_is_one_of_several(
    converter: cattrs.Converter,
) -> None:
    """An event in a field of its own carries its type."""
    for event in EVENTS:
        recorded = Recorded(
            1, START, Actor("staff", "ada"), "c", sample(event)
        )
        data = converter.unstructure(recorded)
        assert data["event"]["type"] == event.__name__
        text = json.dumps(data)
        assert recorded == converter.structure(json.loads(text), Recorded)


def test_unions_are_tagged_by_their_alias(
    converter: cattrs.Converter,
) -> None:
    """Where a base class stands, any of its classes may."""
    event = sample(EVENTS[0])
    data = converter.unstructure(event, unstructure_as=Event)
    assert data["type"] == EVENTS[0].__name__
    assert event == converter.structure(data, Event)
    assert Event is not None


def test_the_application_stays_as_lenient_as_it_was() -> None:
    """What it converts of its own is its own choice."""
    converter = cattrs.Converter()
    configure_converter(converter)
    data = {"price": "12.50 EUR", "note": 5, "count": "3", "extra": 1}
    expected = Basket(Money("12.50", "EUR"), "5", 3)
    assert expected == converter.structure(data, Basket)


def test_people_stay_out_with_any_converter(
    converter: cattrs.Converter,
) -> None:
    """No converter writes personal data into an intent."""
    for kind in INTENTS:
        assert "people" not in converter.unstructure(sample(kind))


def test_cattrs_is_imported_when_it_is_needed() -> None:
    """Each call makes a converter of its own."""
    assert make_converter() is not make_converter()
