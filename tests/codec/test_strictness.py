"""Whatever is not exactly a document is refused, and said to be."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import attrs
import pytest
from hypothesis import given, settings, strategies as st

from orderlife import (
    Address,
    CancelOrder,
    CodecError,
    Command,
    LabelReported,
    Line,
    Money,
    PlaceOrder,
    Recorded,
    Scanned,
    ScanStatus,
    Timer,
    TimerKind,
)
from orderlife.codec import dumps, loads, parse, plain
from orderlife.memory.clock import START
from orderlife.ports.carrier import Label
from orderlife.ports.store import Decided
from tests.desk.asked import STAFF
from tools.generate_golden import COMMANDS, FACTS, INTENTS, sample

ADDRESS = Address(name="Ada", lines=("1 Way",), city="Bonn", country="DE")
PLACE = PlaceOrder(
    order_id="o1",
    command_id="c1",
    actor=STAFF,
    lines=(Line(sku="mug", quantity=2, unit_price=Money("12.50", "EUR")),),
    ship_to=ADDRESS,
)
SCANNED = Scanned(
    order_id="o1", shipment_id="o1-s1", status=ScanStatus.DELIVERED, at=START
)


def changed(value: object, kind: str, *path: Any, to: Any) -> str:
    """Write a document, with one of its values replaced."""
    document = json.loads(dumps(value, kind))
    inner = document["data"]
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = to
    return json.dumps(document)


WRONG: tuple[tuple[tuple[Any, ...], Any], ...] = (
    (("order_id",), 5),
    (("order_id",), None),
    (("order_id",), ["o1"]),
    (("lines",), "mug"),
    (("lines",), {"sku": "mug"}),
    (("lines",), None),
    (("lines", 0), "mug"),
    (("lines", 0), []),
    (("lines", 0), {}),
    (("lines", 0, "quantity"), "2"),
    (("lines", 0, "quantity"), True),
    (("lines", 0, "quantity"), None),
    (("lines", 0, "unit_price"), 12),
    (("lines", 0, "unit_price"), "12.50"),
    (("lines", 0, "unit_price"), "12.50 EURO"),
    (("lines", 0, "unit_price"), "12.501 EUR"),
    (("lines", 0, "unit_price"), "NaN EUR"),
    (("lines", 0, "final_sale"), 1),
    (("lines", 0, "options"), ["a"]),
    (("lines", 0, "options"), {"a": 1}),
    (("actor",), "ada"),
    (("actor", "kind"), "robot"),
    (("actor", "kind"), ["staff"]),
    (("ship_to", "lines"), "1 Way"),
    (("ship_to",), ""),
    (("ship_to",), []),
    (("contact",), ""),
    (("notify",), "yes"),
    (("priority",), "highest"),
    (("promised_by",), "2026-01-05T09:00:00"),
    (("promised_by",), "2026-01-05"),
    (("promised_by",), "tomorrow"),
    (("promised_by",), 1767600000),
    (("unheard_of",), 1),
    (("lines", 0, "unheard_of"), 1),
    (("type",), "DropTable"),
    (("type",), "Scanned"),
    (("type",), None),
    (("type",), ["PlaceOrder"]),
    (("type",), {"a": 1}),
)


@pytest.mark.parametrize(("path", "value"), WRONG)
def test_a_wrong_value_is_refused(path: tuple[Any, ...], value: Any) -> None:
    """Nothing is converted, guessed or overlooked."""
    with pytest.raises(CodecError):
        loads(changed(PLACE, "command", *path, to=value), "command")


@pytest.mark.parametrize("value", ["arrived", "DELIVERED", 5, None, ["lost"]])
def test_a_wrong_member_is_refused(value: Any) -> None:
    """An enumeration is read by its values alone."""
    with pytest.raises(CodecError, match="ScanStatus"):
        loads(changed(SCANNED, "fact", "status", to=value), "fact")


def test_a_missing_field_is_named() -> None:
    """What has no default must be there, and the error says what is not."""
    document = json.loads(dumps(PLACE, "command"))
    del document["data"]["command_id"]
    with pytest.raises(CodecError, match="'command_id' is missing"):
        loads(json.dumps(document), "command")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"5",
        b"\xff\xfe",
        b'{"kind":"timer","schema":1,"data":NaN}',
        b'{"kind":"timer","schema":1,"data":-Infinity}',
        b'{"kind":"timer","schema":1,"data":1.0}',
        b'{"kind":"timer","schema":1,"data":1e400}',
        b'{"kind":"timer","schema":1.0,"data":{}}',
        b'{"kind":"timer","schema":1,"schema":1,"data":{}}',
        b'{"kind":"timer","schema":1,"data":{}}x',
        b'{"kind":"timer","schema":1}',
        b'{"kind":"timer","schema":1,"data":{},"more":1}',
        b'{"kind":"timer","schema":true,"data":{}}',
        b'{"kind":"timer","schema":"1","data":{}}',
        b'{"kind":"timer","schema":0,"data":{}}',
        b'{"kind":"timer","schema":-1,"data":{}}',
        b'{"kind":"case","schema":1,"data":{}}',
        b'{"kind":["timer"],"schema":1,"data":{}}',
        b'{"schema":1,"data":{}}',
        b'{"kind":"timer","schema":1,"data":"\\ud800"}',
        '{"kind":"timer","schema":1,"data":{}}'.encode("utf-16"),
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"1" * 100_000,
    ],
    ids=lambda text: repr(text[:44]),
)
def test_what_is_no_document_is_refused(text: bytes) -> None:
    """Any other bytes give the same typed error."""
    with pytest.raises(CodecError):
        loads(text, "timer")


def test_half_a_character_is_refused_in_text_too() -> None:
    """A lone surrogate can be neither read nor written."""
    with pytest.raises(CodecError):
        parse('"\ud800"')
    with pytest.raises(CodecError):
        dumps(
            Address(name="\ud800", lines=(), city="", country=""), "personal"
        )


def test_a_backslash_is_no_surrogate() -> None:
    """Escaped characters that are whole are read."""
    assert parse(r'"\u00e4\\ud800"') == "ä\\ud800"


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_a_document_or_an_error(text: bytes) -> None:
    """Nothing but a CodecError comes out, whatever goes in."""
    with pytest.raises(CodecError):
        loads(text, "timer")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
SAMPLES = (
    *(("command", sample(command)) for command in COMMANDS),
    *(("fact", sample(fact)) for fact in FACTS),
    *(("intent", sample(intent)) for intent in INTENTS),
    ("timer", sample(Timer)),
    ("recorded", sample(Recorded)),
    ("decision", sample(Decided)),
)


def objects(data: Any) -> list[dict[str, Any]]:
    """Every object in what JSON holds."""
    inner: list[Any] = []
    if isinstance(data, dict):
        inner = [data, *(found for v in data.values() for found in objects(v))]
    elif isinstance(data, list):
        inner = [found for value in data for found in objects(value)]
    return inner


@pytest.mark.parametrize(
    ("kind", "value"),
    SAMPLES,
    ids=[f"{kind}-{type(value).__name__}" for kind, value in SAMPLES],
)
def test_no_key_vanishes(kind: str, value: Any) -> None:
    """A key that a class does not have is refused, however deep it is.

    It never stands in the error, which says what the class has.
    """
    whole = json.loads(dumps(value, kind))["data"]
    for number, _ in enumerate(objects(whole)):
        document = json.loads(dumps(value, kind))
        found = objects(document["data"])[number]
        names = {*found}
        found["adas_secret"] = []  # no key of free texts either
        with pytest.raises(CodecError) as caught:
            loads(json.dumps(document), kind)
        assert "adas_secret" not in str(caught.value)
        if "type" not in names:
            continue
        assert "has no such key; " in str(caught.value)


def test_a_mistyped_key_says_which_was_meant() -> None:
    """The guard that it stands for is not switched off in silence."""
    document = json.loads(dumps(PLACE, "command"))
    document["data"]["expected_verison"] = 1
    with pytest.raises(CodecError) as caught:
        loads(json.dumps(document), "command")
    expected = (
        "PlaceOrder has no such key; did you mean 'expected_version'? it has "
        "order_id, "
    )
    assert expected in str(caught.value)


@settings(max_examples=150, deadline=None)
@given(data=st.data(), value=JSON)
def test_any_field_of_any_type_is_read_or_refused(
    data: st.DataObject, value: Any
) -> None:
    """Whatever stands in a field: what was meant, or a CodecError."""
    kind, right = data.draw(st.sampled_from(SAMPLES))
    document = json.loads(dumps(right, kind))
    field = data.draw(st.sampled_from(sorted(document["data"])))
    document["data"][field] = value
    text = json.dumps(document)
    try:
        found = loads(text, kind)
    except CodecError:
        return
    assert found == loads(dumps(found, kind), kind)


def test_nothing_of_the_input_is_shown() -> None:
    """An error never repeats what it was given: it may be anything."""
    secret = "ada@example.org"
    for path in (("actor",), ("notify",), ("priority",), ("promised_by",)):
        text = changed(PLACE, "command", *path, to=secret)
        with pytest.raises(CodecError) as caught:
            loads(text, "command")
        assert secret not in str(caught.value)
        assert secret not in repr(caught.value)
        assert caught.value.__cause__ is None


def test_a_date_without_a_zone_is_not_written() -> None:
    """What could not be read is not written."""
    naive = datetime(2026, 1, 5)  # noqa: DTZ001
    with pytest.raises(CodecError, match="time zone"):
        dumps(Timer(TimerKind.FOLLOW_UP, "o1", naive), "timer")


def test_a_number_that_json_lacks_is_not_written() -> None:
    """NaN has no place in a document."""
    line = attrs.evolve(PLACE.lines[0], quantity=float("nan"))  # type: ignore[arg-type]
    with pytest.raises(CodecError):
        dumps(attrs.evolve(PLACE, lines=(line,)), "command")


def test_a_stranger_is_not_written() -> None:
    """A class that no release could read is not written."""

    @attrs.frozen(kw_only=True)
    class MakeCoffee(Command):
        pass

    coffee = MakeCoffee(order_id="o1", command_id="c1", actor=STAFF)
    with pytest.raises(CodecError, match="MakeCoffee is none of PlaceOrder"):
        dumps(coffee, "command")
    fake = attrs.make_class("CancelOrder", [], bases=(CancelOrder,))
    with pytest.raises(CodecError):
        plain(fake(order_id="o1", command_id="c1", actor=STAFF), "command")


def test_a_kind_that_there_is_not_is_named() -> None:
    """A mistyped kind is told from the kinds that there are."""
    with pytest.raises(CodecError, match="no kind 'cases'; there is case"):
        loads("{}", "cases")
    with pytest.raises(CodecError, match="no kind"):
        dumps(ADDRESS, "people")


def test_a_label_may_hold_any_text() -> None:
    """Quotes, line ends and other scripts come back as they were."""
    text = '"a\\b"\n\x00\u2028 ключ 鍵 🎁'
    label = Label(label_id=text, carrier="x", tracking_number="t")
    fact = attrs.evolve(sample(LabelReported), outcome=label)
    assert fact == loads(dumps(fact, "fact"), "fact")
