"""What is said of a document that is refused, word by word."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from typing import Any

import attrs
import pytest
from cattrs import Converter

from orderlife import CodecError, codec
from orderlife._kernel.messages import (
    Actor,
    Event,
    Recorded,
    Timer,
    TimerFired,
    TimerKind,
)
from orderlife._values import strict_json
from orderlife._values.limits import MAX_DEPTH, MAX_DOCUMENT, MAX_INPUT
from orderlife._values.money import Money
from orderlife._values.personal import Address, Contact, FreeText
from orderlife._values.strict_json import parse, write, write_sorted
from orderlife.codec import (
    documents,
    dumps,
    fingerprint,
    loads,
    make_converter,
    plain,
    receive,
    request_hash,
    structure,
)
from orderlife.house import HOUSE
from orderlife.ports.carrier import BuyLabel, Parcel, VoidLabel
from orderlife.rooms.order.messages import CancelOrder, OrderCancelled
from orderlife.testing.scenario import NOON, STAFF

TIMER = Timer(TimerKind.FOLLOW_UP, "o1", NOON)
DATA = {"kind": "follow_up", "subject": "o1", "at": NOON.isoformat()}
CANCEL = CancelOrder(order_id="o1", command_id="c1", actor=STAFF)
BUY = BuyLabel(
    operation_id="o1-s1:label:1",
    order_id="o1",
    subject="o1-s1",
    purpose="outbound",
    place="main",
    address="o1:ship_to",
)


class Word(str):
    """A text of somebody's own."""

    __slots__ = ()


@dataclasses.dataclass
class Point:
    """A dataclass of somebody's own."""

    x: int


@pytest.fixture(autouse=True)
def fresh() -> None:
    """Make the converter that all share anew: its making is tested too."""
    vars(documents.codec_of(HOUSE)).pop("_converter", None)


def said(call: Any, *given: Any, **more: Any) -> str:
    """What a CodecError says, and nothing is chained to it."""
    with pytest.raises(CodecError) as caught:
        call(*given, **more)
    assert caught.value.__cause__ is None
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (5, "expected text, not int"),
        (None, "expected text, not NoneType"),
        ("[1.50]", "a number of 4 characters is not a whole one"),
        ("NaN", "a number of 3 characters is not a whole one"),
        ("[", "not JSON: JSONDecodeError"),
        (b"\xff", "not JSON: UnicodeDecodeError"),
        ('"\\ud800"', "not JSON: UnicodeEncodeError"),
        ('"\ud800"', "not JSON: UnicodeEncodeError"),
        ("[" * (MAX_DEPTH + 1), f"nests deeper than {MAX_DEPTH}"),
        ('{"a":' * (MAX_DEPTH + 1), f"nests deeper than {MAX_DEPTH}"),
        (" " * (MAX_INPUT + 1), f"is longer than {MAX_INPUT} characters"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_is_said_of_what_is_no_json(text: Any, message: str) -> None:
    """Which rule it breaks, and nothing of what it holds."""
    assert message == said(parse, text)


def test_a_key_stands_once() -> None:
    """In one object; in another it may stand again."""
    twice = '{"a":1,"b":2,"a":1}'
    assert "a key stands twice in one object" == said(parse, twice)
    assert [{"a": 1}, {"a": 2}] == parse('[{"a":1},{"a":2}]')


def test_limits_are_what_may_still_be() -> None:
    """The last character, and the last level, are allowed."""
    deep = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert deep == write(parse(deep))
    # What closes again is not deep, and what stands in a text nests nothing.
    wide = "[" + ",".join(["[{}]"] * MAX_DEPTH) + "]"
    assert wide == write(parse(wide))
    inside = json.dumps(['"\\' + "[{" * MAX_DEPTH])
    assert inside == json.dumps(parse(inside))
    assert 1 == parse(" 1", limit=2)
    assert "is longer than 2 characters" == said(parse, "  1", limit=2)
    assert 1 == parse("1" + " " * (MAX_INPUT - 1))
    assert 1 == parse("1" + " " * MAX_INPUT, limit=MAX_INPUT + 1)


def test_what_may_be_longer_may_nest_deeper() -> None:
    """Python's own limit stands there."""
    deep = "[" * 500 + "]" * 500
    assert deep == write(parse(deep, limit=MAX_INPUT + 1))
    assert f"nests deeper than {MAX_DEPTH}" == said(parse, deep)


@pytest.mark.parametrize("value", [NOON, Point(1), Word("x"), [{1}], TIMER])
def test_what_json_has_not_is_not_written(value: Any) -> None:
    """Whichever package writes: a text of another class may be anything."""
    if isinstance(value, Word):
        assert '"x"' == write(value)
    else:
        with pytest.raises(TypeError):
            write(value)


def test_the_quick_one_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """All but nothing, which it also writes for NaN."""

    class Quick:
        @staticmethod
        def dumps(data: Any, option: int) -> bytes:
            assert strict_json._AS_STRICT == option
            return f'"quick {data}"'.encode()

    monkeypatch.setattr(strict_json, "_quick", Quick)
    assert '"quick 5"' == write(5)
    assert '"null"' == write("null")
    monkeypatch.setattr(strict_json, "_quick", None)
    assert "5" == write(5)


def written(**changes: Any) -> str:
    """The document of a timer, with something else in it."""
    return json.dumps({"kind": "timer", "schema": 1, "data": DATA} | changes)


NEWER = (
    "written with schema 2; this release reads up to 1: "
    "upgrade orderlife first"
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (written(kind="case"), "not a document of kind 'timer'"),
        ("[]", "not a document of kind 'timer'"),
        (written(schema=0), "its schema is not a version"),
        (written(schema=True), "its schema is not a version"),
        (
            written(schema=2),
            NEWER,
        ),
        (written(more=1), "a document has data, kind, schema"),
        (written(data={}), "cannot be read: 'kind' is missing"),
        (
            written(data=DATA | {"at": "noon"}),
            "cannot be read: ValueError",
        ),
        (written(data=DATA | {"at": 5}), "expected a date and time, not int"),
        (
            written(data=DATA | {"at": "2026-01-05"}),
            "a date and time without a time zone",
        ),
        (written(data=DATA | {"subject": 5}), "expected str, not int"),
        (
            written(data=DATA | {"kind": "noon"}),
            f"no TimerKind: {', '.join(kind.value for kind in TimerKind)}",
        ),
        (
            written(data=DATA | {"kind": ["follow_up"]}),
            f"no TimerKind: {', '.join(kind.value for kind in TimerKind)}",
        ),
        (
            written(data=DATA | {"more": 1}),
            (
                "cannot be read: Timer has no such key; it has kind, "
                "subject, at"
            ),
        ),
    ],
)
def test_what_is_said_of_what_is_no_document(text: str, message: str) -> None:
    """What is wrong with it, and what would be right."""
    assert message == said(loads, text, "timer")


KINDS = (
    "case, decision, recorded, intent, timer, personal, command, fact, "
    "stock, view, staff_view, summary, allowed, not_allowed, preview, timeline"
)
PEOPLE = "Address, Contact, FreeText"


@pytest.mark.parametrize(
    ("call", "given", "message"),
    [
        (loads, ("{}", "cases"), f"no kind 'cases'; there is {KINDS}"),
        (
            loads,
            ("{}", "c" * 21),
            f"no kind '{'c' * 20}'; there is {KINDS}",
        ),
        (loads, ("{}", "a b"), f"no kind of that type; there is {KINDS}"),
        (loads, ("{}", 5), f"no kind of that type; there is {KINDS}"),
        (loads, ("{}", []), f"no kind of that type; there is {KINDS}"),
        (plain, (TIMER, "cases"), f"no kind 'cases'; there is {KINDS}"),
        (plain, (TIMER, "personal"), f"Timer is none of {PEOPLE}"),
        (plain, (5, "timer"), "cannot be written: AttributeError"),
        (
            dumps,
            (FreeText("\ud800"), "personal"),
            "cannot be written: UnicodeEncodeError",
        ),
        (
            dumps,
            (FreeText({1}), "personal"),  # type: ignore[arg-type]
            "cannot be written: TypeError",
        ),
        (
            plain,
            (attrs.evolve(TIMER, at=datetime(2026, 1, 5)), "timer"),  # noqa: DTZ001
            "a date and time without a time zone",
        ),
        (structure, ({}, FreeText), "cannot be read: 'text' is missing"),
        (structure, ("12.50", Money), "cannot be read: UnknownCurrencyError"),
        (
            structure,
            ("12 500 EUR", Money),
            "cannot be read: UnknownCurrencyError",
        ),
        (structure, (12, Money), "expected an amount of money, not int"),
        (structure, (True, int), "expected int, not bool"),
        (structure, (1, bool), "expected bool, not int"),
        (structure, ("x", tuple[str, ...]), "expected list, not str"),
        (structure, ([1], tuple[str, ...]), "expected str, not int"),
        (structure, ([], Event), "expected an object with a 'type'"),
        (structure, ({"type": 5}, Event), "expected an object with a 'type'"),
    ],
)
def test_what_is_said_of_a_value(
    call: Any, given: tuple[Any, ...], message: str
) -> None:
    """Its type at most: a value may be anybody's secret."""
    assert message == said(call, *given)


def test_a_type_that_there_is_not_is_told_from_those_that_there_are() -> None:
    """Though never what was written instead of them."""
    from orderlife._values.personal import Personal

    wanted: Any = Personal
    assert f"unknown type, none of {PEOPLE}" == said(
        structure, {"type": "Ada"}, wanted
    )


def test_a_union_is_known_by_its_members() -> None:
    """However it was written down."""
    wanted: Any = Address | (Contact | FreeText)
    assert FreeText("x") == structure(
        {"type": "FreeText", "text": "x"}, wanted
    )


def test_what_is_up_to_date_is_not_upcast(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only the steps from its own schema on are taken."""

    def broken(_: Any) -> Any:
        raise AssertionError

    monkeypatch.setattr(documents, "SCHEMA", 3)
    monkeypatch.setitem(codec.UPCASTS, ("timer", 1), broken)
    assert TIMER == loads(written(schema=2), "timer")
    assert "schema 1 cannot be read: AssertionError" == said(
        loads, written(schema=1), "timer"
    )


def test_what_is_written_is_plain() -> None:
    """Money with its currency, a date as ISO 8601, a type with its name."""
    recorded = Recorded(1, NOON, Actor("staff", "ada"), "c1", OrderCancelled())
    assert {
        "sequence": 1,
        "at": "2026-01-05T12:00:00+00:00",
        "actor": {"kind": "staff", "id": "ada"},
        "cause": "c1",
        "event": {"type": "OrderCancelled"},
    } == plain(recorded, "recorded")
    assert {
        "type": "CancelOrder",
        "order_id": "o1",
        "command_id": "c1",
        "actor": {"kind": "staff", "id": "ada"},
    } == plain(CANCEL, "command")
    assert "12.50 EUR" == make_converter().unstructure(Money("12.5", "EUR"))
    assert Money("12.50", "EUR") == structure("12.50 EUR", Money)
    assert (
        '{"kind":"timer","schema":1,"data":{"kind":"follow_up",'
        '"subject":"o1","at":"2026-01-05T12:00:00+00:00"}}'
    ) == dumps(TIMER, "timer")
    assert TIMER == loads(dumps(TIMER, "timer"), "timer")


@pytest.mark.parametrize("lean", [True, False])
def test_what_the_driver_fills_in_is_not_written(
    lean: bool,
) -> None:
    """Nor read; what was left out is written as the converter would."""
    people = {
        "o1:ship_to": Address(name="Ada", lines=(), city="x", country="DE")
    }
    intent = attrs.evolve(BUY, key="secret", people=people)
    converter = Converter(
        omit_if_default=lean, forbid_extra_keys=True, detailed_validation=False
    )
    codec.configure_converter(converter)
    expected: dict[str, Any] = {
        "operation_id": "o1-s1:label:1",
        "order_id": "o1",
        "subject": "o1-s1",
        "purpose": "outbound",
        "place": "main",
        "address": "o1:ship_to",
    }
    if not lean:
        expected |= {"service": "", "parcels": []}
    data = converter.unstructure(intent)
    assert expected == {
        name: list(value) if name == "parcels" else value
        for name, value in data.items()
    }
    assert BUY == converter.structure(data, BuyLabel)
    for filled in ("key", "people"):
        with pytest.raises(Exception, match=filled):
            converter.structure(data | {filled: {}}, BuyLabel)


def test_a_command_from_outside_may_be_as_long_as_an_input() -> None:
    """What a store has written may be longer; who gives it is said."""
    text = dumps(CANCEL, "command")
    actor = Actor("customer", "eve")
    padded = text + " " * (MAX_INPUT - len(text))
    assert attrs.evolve(CANCEL, actor=actor) == receive(padded, actor)
    too_long = f"is longer than {MAX_INPUT} characters"
    assert too_long == said(receive, padded + " ", actor)
    assert too_long == said(loads, padded + " ", "command")
    timer = dumps(TIMER, "timer")
    assert TIMER == loads(timer + " " * MAX_INPUT, "timer")
    fired = TimerFired(order_id="o1", timer=TIMER)
    fact = dumps(fired, "fact")
    assert fired == loads(fact, "fact")
    assert too_long == said(loads, fact + " " * MAX_INPUT, "fact")
    assert f"is longer than {MAX_DOCUMENT} characters" == said(
        loads, " " * (MAX_DOCUMENT + 1), "timer"
    )


def test_who_gives_a_command_need_not_be_there() -> None:
    """What stands there is not believed; what is no command stays none."""
    actor = Actor("customer", "eve")
    document = json.loads(dumps(CANCEL, "command"))
    del document["data"]["actor"]
    assert attrs.evolve(CANCEL, actor=actor) == receive(
        json.dumps(document), actor
    )
    none = "not a document of kind 'command'"
    assert none == said(receive, "[]", actor)
    assert none == said(receive, '{"kind":"fact"}', actor)
    assert none == said(receive, '{"data":[]}', actor)


def test_fingerprints_stay_what_they_are() -> None:
    """They are stored: another one would be another command."""
    fired = TimerFired(order_id="o1", timer=TIMER)
    asked = VoidLabel(
        operation_id="o1-s1:void:1",
        order_id="o1",
        subject="o1-s1",
        label_id="l1",
    )
    assert (
        "5df7ac9fb061960e6cbde8659331aa6eb7f6c9732137104f12f2dfacc2a7ae8f"
        == fingerprint(fired)
    )
    assert (
        "e57b2955d65205fdef627df7d2a401488f39998b7a14bdda9003a5ccd80e7f4b"
        == request_hash(asked)
    )
    assert request_hash(asked) == request_hash(attrs.evolve(asked, key="k"))


def test_a_request_is_written() -> None:
    """Tuples and words are plain in it, and its key is left out."""
    intent = attrs.evolve(BUY, parcels=(Parcel(weight_g=5),), key="k")
    assert {
        "kind": "intent",
        "schema": 1,
        "data": {
            "type": "BuyLabel",
            "operation_id": "o1-s1:label:1",
            "order_id": "o1",
            "subject": "o1-s1",
            "purpose": "outbound",
            "place": "main",
            "address": "o1:ship_to",
            "parcels": [{"weight_g": 5}],
        },
    } == json.loads(dumps(intent, "intent"))


def test_the_quick_one_sorts(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is ASCII as it stands, and not nothing."""

    class Quick:
        OPT_SORT_KEYS = 1 << 20

        @classmethod
        def dumps(cls, data: Any, option: int) -> bytes:
            assert strict_json._AS_STRICT | cls.OPT_SORT_KEYS == option
            return f'"quick {data}"'.encode()

    monkeypatch.setattr(strict_json, "_quick", Quick)
    assert b'"quick 5"' == write_sorted(5)
    assert b'"null"' == write_sorted("null")
    assert b'"\\u00e4"' == write_sorted("ä")
    assert b'"\\u007f"' == write_sorted("\x7f")
    monkeypatch.setattr(strict_json, "_quick", None)
    assert b'{"a":"\\u00e4","b":5}' == write_sorted({"b": 5, "a": "ä"})


def test_a_hash_does_not_ask_for_an_order_of_keys() -> None:
    """Nor for blanks."""
    assert documents._hashed({"a": 1, "b": [1]}) == documents._hashed(
        {"b": [1], "a": 1}
    )
    assert (
        "7d4fd30633437518cdd6a5066c1035c5ee88fbbc2e13b943bed418c05488908b"
        == documents._hashed({"b": ["ä"], "a": 1})
    )
