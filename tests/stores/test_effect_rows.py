"""A row of an effect is read back, and what is wrong with it is named."""

from __future__ import annotations

from typing import Any

import pytest

from orderlife.codec import codec_of
from orderlife.errors import (
    CodecError,
    NewerDocumentError,
    RoomMissingError,
)
from orderlife.house import HOUSE
from orderlife.memory.clock import START
from orderlife.ports.base import provider_key
from orderlife.ports.store import Effect, EffectState
from orderlife_adapters._effect_rows import (
    EFFECT,
    MOST_ATTEMPTS,
    Keys,
    effect_of,
    hash_of,
    new_effect,
)
from orderlife_adapters._rows import micros
from tests.desk.test_store import MINUTE, intent

CODEC = codec_of(HOUSE)
ASKED = intent("o1:capture:1")
DOCUMENT = CODEC.dumps(ASKED, "intent")
KEYS = Keys("shop", {1: "first", 2: "second"})
NAMED = "operation o1:capture:1 of order o1: "


def row(**changed: Any) -> list[Any]:
    """The columns of an effect that has come some way."""
    columns = {
        "operation_id": "o1:capture:1",
        "order_id": "o1",
        "intent": DOCUMENT,
        "state": "claimed",
        "due_at": micros(START + MINUTE),
        "created_at": micros(START),
        "attempts": 2,
        "claimed_by": "a",
        "note": "n",
        "begun_at": micros(START + MINUTE / 2),
        "generation": 3,
        "store": 2,
        "key": "",
        "request_hash": hash_of(DOCUMENT),
        "doubted": 1,
    }
    assert tuple(columns) == EFFECT
    return list({**columns, **changed}.values())


def read(**changed: Any) -> Effect:
    """What is read of them."""
    return effect_of(*row(**changed), codec=CODEC, keys=KEYS)


def key(**made_of: Any) -> str:
    """The key of a provider."""
    return provider_key(
        "o1:capture:1", order_id="o1", tenant="shop", **made_of
    )


def test_a_row_is_read() -> None:
    """Each column in its place."""
    expected = Effect(
        intent=ASKED,
        state=EffectState.CLAIMED,
        due_at=START + MINUTE,
        created_at=START,
        attempts=2,
        claimed_by="a",
        note="n",
        begun_at=START + MINUTE / 2,
        generation=3,
        key=key(generation=3, store="second"),
        altered=False,
        doubted=True,
    )
    assert expected == read()


def test_what_is_not_there_is_not_read() -> None:
    """Nobody has begun it, and nobody doubts it."""
    fresh = read(begun_at=None, doubted=0)
    assert fresh.begun_at is None
    assert fresh.doubted is False


def test_a_key_that_is_written_down_stays() -> None:
    """A provider has had it, whatever ids there are."""
    assert read(key="k", store=9).key == "k"


def test_a_request_with_another_hash_is_altered() -> None:
    """It is read all the same."""
    found = read(request_hash=hash_of("x"))
    assert found.altered
    assert ASKED == found.intent


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"intent": "{"}, "not JSON"),
        ({"store": 9}, "the database had no id number 9"),
        ({"attempts": MOST_ATTEMPTS + 1}, "begun more often than can be"),
        ({"generation": MOST_ATTEMPTS + 1}, "begun more often than can be"),
    ],
)
def test_what_cannot_be_read_is_named(
    changed: dict[str, Any], said: str
) -> None:
    """Of many operations, whoever reads it must know which one."""
    with pytest.raises(CodecError, match=f"^{NAMED}{said}"):
        read(**changed)


@pytest.mark.parametrize("column", ["operation_id", "order_id"])
def test_a_request_of_another_is_refused(column: str) -> None:
    """Of another operation, or of another order."""
    with pytest.raises(CodecError, match="the document of another"):
        read(**{column: "x"})


def test_as_often_as_can_be_is_not_too_often() -> None:
    """The limit itself is written."""
    read(attempts=MOST_ATTEMPTS, generation=MOST_ATTEMPTS)


def test_what_a_later_release_reads_is_told_apart() -> None:
    """Such an effect waits for it, and is of no person's concern."""
    later = DOCUMENT.replace('"schema":', '"schema":9')
    with pytest.raises(NewerDocumentError) as newer:
        read(intent=later)
    assert NAMED not in str(newer.value)
    theirs = DOCUMENT.replace('"Capture"', '"gift_wrap.Capture"')
    with pytest.raises(RoomMissingError):
        read(intent=theirs)


def test_a_new_effect_is_due_at_once() -> None:
    """Its key is of the first generation."""
    expected = Effect(
        intent=ASKED,
        state=EffectState.PENDING,
        due_at=START,
        created_at=START,
        key=key(generation=1, store="second"),
    )
    assert expected == new_effect(ASKED, START, 2, KEYS)


def test_the_last_id_has_the_largest_number() -> None:
    """Without one it is 0."""
    assert KEYS.last == 2
    assert Keys("shop").last == 0
