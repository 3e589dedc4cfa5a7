"""What is written does not depend on which package writes it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, strategies as st

from orderlife import CodecError
from orderlife._values import strict_json
from orderlife._values.personal import FreeText
from orderlife._values.strict_json import parse, write, write_sorted
from orderlife.codec import dumps

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=20,
)


@given(values)
def test_both_ways_write_the_same_bytes(value: Any) -> None:
    """Digests are made of them: they must not differ by a byte."""
    plain = strict_json._ENCODER.encode(value)
    assert strict_json._quick is not None, "the tests need orjson"
    assert plain == write(value)
    assert value == parse(plain)


@given(values | st.text(st.characters(max_codepoint=0x9F)))
@example("\x7f")
@example("\ud800")
def test_both_ways_hash_the_same_bytes(value: Any) -> None:
    """A request keeps its hash whatever is installed, and since ever."""
    plain = strict_json._SORTER.encode(value).encode()
    assert strict_json._quick is not None, "the tests need orjson"
    assert plain == write_sorted(value)


@pytest.mark.parametrize("quick", [strict_json._quick, None])
def test_hashes_do_not_need_the_package(
    quick: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The keys are sorted, and what is not ASCII is escaped."""
    monkeypatch.setattr(strict_json, "_quick", quick)
    assert write_sorted({"b": "\u00e9\x7f", "a": 1}) == (
        b'{"a":1,"b":"\\u00e9\\u007f"}'
    )
    assert write_sorted([10**30]) == b"[1" + b"0" * 30 + b"]"


@pytest.mark.parametrize("quick", [strict_json._quick, None])
def test_what_cannot_be_written_is_an_error_either_way(
    quick: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a character is none; a long number is one."""
    monkeypatch.setattr(strict_json, "_quick", quick)
    with pytest.raises(CodecError, match="cannot be written"):
        dumps(FreeText("\ud800"), "personal")
    assert write([10**30, "\u00e9"]) == "[1" + "0" * 30 + ',"\u00e9"]'


def test_what_is_not_installed_is_done_without() -> None:
    """The package is optional."""
    assert strict_json._optional("no_such_package") is None
    assert strict_json._optional("json") is not None
