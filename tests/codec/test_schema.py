"""Older documents are brought up to date, newer ones are refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from orderlife import (
    CancelOrder,
    CodecError,
    NewerDocumentError,
    Timer,
    TimerKind,
)
from orderlife.codec import (
    SCHEMA,
    UPCASTS,
    documents,
    dumps,
    fingerprint,
    loads,
)
from orderlife.house import HOUSE
from orderlife.memory.clock import START
from tests.desk.asked import STAFF

TIMER = Timer(TimerKind.FOLLOW_UP, "o1", START)


def written(schema: int, data: Any, **more: Any) -> str:
    """Write a document of any schema."""
    return json.dumps(
        {"kind": "timer", "schema": schema, "data": data, **more}
    )


def old_timer() -> dict[str, Any]:
    """A timer as schema 1 of this test would have it."""
    return {"kind": "follow_up", "whose": "o1", "at": START.isoformat()}


def upcast(data: dict[str, Any]) -> dict[str, Any]:
    """Bring it to schema 2: ``whose`` is called ``subject``."""
    if "whose" not in data:
        return data
    rest = {name: value for name, value in data.items() if name != "whose"}
    return {**rest, "subject": data["whose"]}


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend that this release writes schema 3."""
    monkeypatch.setattr(documents, "SCHEMA", 3)
    monkeypatch.setitem(UPCASTS, ("timer", 1), upcast)


def test_a_document_says_what_it_is() -> None:
    """Kind, schema and data stand in it, and nothing else."""
    document = json.loads(dumps(TIMER, "timer"))
    assert document.keys() == {"kind", "schema", "data"}
    assert document["kind"] == "timer"
    assert document["schema"] == SCHEMA


@pytest.mark.usefixtures("newer")
def test_an_older_document_is_upcast() -> None:
    """Step by step; a kind that a schema left as it was stays so."""
    assert loads(written(1, old_timer()), "timer") == TIMER
    assert loads(written(2, upcast(old_timer())), "timer") == TIMER
    assert json.loads(dumps(TIMER, "timer"))["schema"] == 3


@pytest.mark.usefixtures("newer")
def test_upcasting_twice_is_upcasting_once() -> None:
    """An upcast leaves alone what is up to date."""
    once = upcast(old_timer())
    assert once == upcast(once)
    assert loads(written(1, once), "timer") == TIMER


@pytest.mark.parametrize("data", [None, 5, "x", []])
@pytest.mark.usefixtures("newer")
def test_an_older_document_that_is_broken_is_refused(data: Any) -> None:
    """What an upcast stumbles over is no document either."""
    with pytest.raises(CodecError):
        loads(written(1, data), "timer")


def test_an_upcast_that_fails_says_of_which_schema(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever it raises, the error is a CodecError."""
    monkeypatch.setattr(documents, "SCHEMA", 2)
    broken: Callable[[Any], Any] = lambda data: data["gone"]  # noqa: E731
    monkeypatch.setitem(UPCASTS, ("timer", 1), broken)
    with pytest.raises(CodecError, match=r"schema 1 .* 'gone' is missing"):
        loads(written(1, old_timer()), "timer")


def test_an_upcast_may_say_why_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its own CodecError is repeated: it shows nothing that was read."""
    monkeypatch.setattr(documents, "SCHEMA", 2)

    def broken(data: Any) -> Any:
        raise CodecError(f"{len(data)} fields are too many")

    monkeypatch.setitem(UPCASTS, ("timer", 1), broken)
    with pytest.raises(CodecError, match=r"schema 1 .* fields are too many"):
        loads(written(1, old_timer()), "timer")


def test_every_upcast_is_of_a_schema_that_was() -> None:
    """An upcast is registered for a kind and an older schema."""
    for kind, schema in UPCASTS:
        assert kind in documents._KINDS
        assert 1 <= schema < SCHEMA


def test_a_newer_document_is_refused() -> None:
    """It says that orderlife must be upgraded, whatever else is new."""
    for text in (
        written(SCHEMA + 1, {}),
        written(SCHEMA + 1, "a new shape", signature="and a new key"),
        written(10**9, None),
    ):
        with pytest.raises(NewerDocumentError, match="upgrade orderlife"):
            loads(text, "timer")


def test_a_document_of_this_release_is_told_without_reading_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By its kind and its schema; an older or a newer one is not."""
    codec = documents.codec_of(HOUSE)
    ours = dumps(TIMER, "timer")
    assert codec.is_current(ours, "timer")
    for text, kind in ((ours, "case"), ("{", "timer")):
        with pytest.raises(CodecError, match=f"of kind '{kind}'"):
            codec.is_current(text, kind)
    for schema in (SCHEMA - 1, SCHEMA + 1, 10 * SCHEMA):
        monkeypatch.setattr(documents, "SCHEMA", schema)
        assert not codec.is_current(ours, "timer")


def test_a_fingerprint_tells_commands_apart() -> None:
    """Another content is another fingerprint; the version is no content."""
    cancel = CancelOrder(order_id="o1", command_id="c1", actor=STAFF)
    same = CancelOrder(
        order_id="o1", command_id="c1", actor=STAFF, expected_version=7
    )
    other = CancelOrder(
        order_id="o1", command_id="c1", actor=STAFF, reason="fraud"
    )
    assert fingerprint(cancel) == fingerprint(same)
    assert fingerprint(cancel) != fingerprint(other)
    # Stored with every answer: a release that changed it would make a
    # repeated command a conflict.
    assert (
        fingerprint(cancel)
        == "aaf45a8ada9cdbc630bafde8acd7387a6b43403d506dd41c5d290980c8535647"
    )
