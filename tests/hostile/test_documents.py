"""Documents that were damaged, forged or made to hurt."""

from __future__ import annotations

import json
import time
from typing import Any, Final

import pytest
from hypothesis import given, strategies as st

from orderlife import Actor, CodecError, NewerDocumentError
from orderlife._values.limits import MAX_DEPTH, MAX_INPUT
from orderlife.codec import dumps, loads, parse, receive
from orderlife.rooms.order.messages import PlaceOrder
from tests.helpers import ADDRESS, CONTACT, delivered, line
from tests.hostile.junk import MOST_S, answered, many
from tests.process.stages import lives

CUSTOMER: Final = Actor("customer", "c1")
FORM: Final = PlaceOrder(
    order_id="o1",
    command_id="c1",
    actor=CUSTOMER,
    lines=(line(),),
    ship_to=ADDRESS,
    contact=CONTACT,
)


def _documents() -> list[tuple[str, str]]:
    life = delivered()
    found = [("command", dumps(FORM, "command"))]
    found += [("recorded", dumps(each, "recorded")) for each in life.history]
    found += [("intent", dumps(each, "intent")) for each in life.intents]
    found += [("case", dumps(each.case, "case")) for each in lives().values()]
    found.append(("personal", dumps(ADDRESS, "personal")))
    return found


DOCUMENTS: Final = _documents()
VALUES: Final[st.SearchStrategy[Any]] = st.sampled_from(
    [None, True, -1, 10**30, "", "x" * 5000, [], {}, [[]], {"type": "Order"}]
)


@many(400)
@given(data=st.data())
def test_bytes_that_were_flipped(data: st.DataObject) -> None:
    """A document that was damaged is read as something, or refused."""
    kind, text = data.draw(st.sampled_from(DOCUMENTS))
    damaged = bytearray(text.encode())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place] ^= data.draw(st.integers(1, 255))

    answered(lambda: loads(bytes(damaged), kind))


@many(150)
@given(data=st.data())
def test_a_text_that_was_cut(data: st.DataObject) -> None:
    """What is missing at either end is missed."""
    kind, text = data.draw(st.sampled_from(DOCUMENTS))
    cut = data.draw(st.integers(1, len(text) - 1))

    assert isinstance(answered(lambda: loads(text[:cut], kind)), CodecError)
    assert isinstance(answered(lambda: loads(text[cut:], kind)), CodecError)


def _nodes(data: Any) -> list[dict[str, Any]]:
    if isinstance(data, dict):
        return [data, *(n for v in data.values() for n in _nodes(v))]
    if isinstance(data, list):
        return [n for v in data for n in _nodes(v)]
    return []


@many(500)
@given(data=st.data())
def test_keys_and_values_that_were_changed(data: st.DataObject) -> None:
    """Dropped, renamed, added, of another type, of another version."""
    kind, text = data.draw(st.sampled_from(DOCUMENTS))
    document = json.loads(text)
    for _ in range(data.draw(st.integers(1, 2))):
        nodes = [node for node in _nodes(document) if node]
        if not nodes:
            break
        node = nodes[data.draw(st.integers(0, len(nodes) - 1))]
        key = data.draw(st.sampled_from(sorted(node)))
        change = data.draw(st.sampled_from(["drop", "name", "add", "value"]))
        if change == "add":
            node["surplus"] = data.draw(VALUES)
        elif change == "value":
            node[key] = data.draw(VALUES)
        else:
            value = node.pop(key)
            if change == "name":
                node[f"{key}x"] = value

    answered(lambda: loads(json.dumps(document), kind))


@pytest.mark.parametrize("schema", [2, 10**6, 10**30])
def test_a_newer_document_is_refused(schema: int) -> None:
    """It says so, and what to do."""
    text = json.dumps({"kind": "case", "schema": schema, "data": {}})

    with pytest.raises(NewerDocumentError, match="upgrade orderlife first"):
        loads(text, "case")


@pytest.mark.parametrize("schema", [0, -1, True, "1", None, [1], 1.0])
def test_a_schema_is_a_number_from_one_on(schema: object) -> None:
    """Nothing else is a version."""
    text = json.dumps({"kind": "case", "schema": schema, "data": {}})

    with pytest.raises(CodecError):
        loads(text, "case")


@pytest.mark.parametrize(
    "text",
    [
        "[" * MAX_INPUT,
        '{"a":' * (MAX_INPUT // 5),
        "[]" * (MAX_INPUT // 2),
        '"' + "\\" * (MAX_INPUT - 1),
        '"' * MAX_INPUT,
        "9" * MAX_INPUT,
        "[" + "1," * (MAX_INPUT // 2 - 1) + "1]",
        "[" + '"a",' * (MAX_INPUT // 4 - 2) + '"a"]',
        '{"' + "é" * (MAX_INPUT - 20) + '": 1}',
        "1e1000000",
        "-" * MAX_INPUT,
        " " * MAX_INPUT,
        "\ufeff{}",
        '{"a":1,"a":2}',
        "NaN",
        "[Infinity]",
        "[-Infinity]",
        "1.0",
        '"\\ud800"',
        '{"\\udfff": 1}',
    ],
    ids=lambda text: str(text[:9].encode()),
)
@pytest.mark.parametrize("kind", ["command", "case"])
def test_a_text_made_to_hurt(text: str, kind: str) -> None:
    """A mebibyte of anything is refused in far less than a second."""
    assert isinstance(answered(lambda: loads(text, kind)), CodecError)
    answered(lambda: parse(text))
    assert isinstance(answered(lambda: receive(text, CUSTOMER)), CodecError)


def test_what_is_too_long_is_not_even_read() -> None:
    """A command of more than a mebibyte is refused by its length."""
    start = time.process_time()
    for text in ("[" * (MAX_INPUT + 1), b"[" * (MAX_INPUT + 1)):
        with pytest.raises(CodecError, match="is longer than 1048576"):
            parse(text)
        with pytest.raises(CodecError, match="is longer than 1048576"):
            receive(text, CUSTOMER)
        with pytest.raises(CodecError, match="is longer than 1048576"):
            loads(text, "fact")

    assert time.process_time() - start < MOST_S / 10
    long = '"' + "a" * MAX_INPUT + '"'
    assert MAX_INPUT == len(parse(long, limit=2 * MAX_INPUT))
    with pytest.raises(CodecError, match="is longer than 67108864"):
        loads(b" " * 67_108_865, "case")


@pytest.mark.parametrize("opens", ["[", "{"])
def test_nesting_has_its_limit(opens: str) -> None:
    """32 deep is read, 33 is not; what stands in texts does not count."""

    def nested(depth: int) -> str:
        inner = "[" * depth + "]" * depth
        if opens == "{":
            inner = '{"a":' * (depth - 1) + "[]" + "}" * (depth - 1)
        return inner

    assert parse(nested(MAX_DEPTH))
    with pytest.raises(CodecError, match="nests deeper than 32"):
        parse(nested(MAX_DEPTH + 1))
    wide = "[" + "[]," * 500 + "[]]"
    assert 501 == len(parse(wide))
    assert parse('["' + "[" * 100 + '", "\\"' + "{" * 100 + '"]')
    assert parse(nested(MAX_DEPTH + 1), limit=2 * MAX_INPUT)


def test_an_error_never_shows_what_was_read() -> None:
    """Neither an amount nor a number, a key or a name."""
    secret = "4111 1111 1111 1111"
    document = json.loads(dumps(FORM, "command"))
    document["data"]["lines"][0]["unit_price"] = secret
    for text in (
        json.dumps(document),
        json.dumps({"kind": secret, "schema": 1, "data": {}}),
        '{"kind":"command","schema":1,"data":4111111111111111.5}',
        json.dumps({"kind": "command", "schema": 1, "data": {secret: 1}}),
        json.dumps({"kind": "command", "schema": 1, "data": {"type": secret}}),
    ):
        with pytest.raises(CodecError) as caught:
            loads(text, "command")
        assert "4111" not in f"{caught.value!r} {caught.value}"


@pytest.mark.parametrize(
    ("data", "fits"),
    [
        ({}, False),
        ({"type": "CancelOrder", "order_id": "o1"}, False),
        (
            {"type": "CancelOrder", "order_id": "o1", "command_id": "c1"},
            True,
        ),
        (
            {
                "type": "CancelOrder",
                "order_id": "o1",
                "command_id": "c1",
                "actor": {"kind": "system", "id": "orderlife"},
            },
            True,
        ),
        ([], False),
        (
            {"type": "TimerFired", "order_id": "o1", "command_id": "c1"},
            False,
        ),
    ],
)
def test_a_command_from_outside_has_the_actor_that_is_given(
    data: object, fits: object
) -> None:
    """What its text says of it counts for nothing."""
    text = json.dumps({"kind": "command", "schema": 1, "data": data})

    answer: Any = answered(lambda: receive(text, CUSTOMER))

    assert fits is (getattr(answer, "actor", None) == CUSTOMER)
