"""JSON as documents are written in it, and nothing looser.

Whoever reads what comes from outside reads it here: no fractions, no
NaN, no key twice, no bottomless nesting, no half characters.
"""

from __future__ import annotations

import json
import re
from importlib import import_module
from itertools import accumulate
from typing import Any, Final

from orderlife._values.limits import MAX_DEPTH, MAX_INPUT
from orderlife.errors import CodecError

__all__ = ["mistyped", "parse", "write", "write_sorted"]

_ENCODER: Final = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":")
)

_SORTER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def _optional(name: str) -> Any:
    """A package that need not be there; None: it is not."""
    try:
        return import_module(name)
    except ImportError:
        return None


_quick: Any = _optional("orjson")
"""Writes the same bytes as the encoder above, in a tenth of the time."""
_AS_STRICT: Final = (
    _quick.OPT_PASSTHROUGH_DATACLASS
    | _quick.OPT_PASSTHROUGH_DATETIME
    | _quick.OPT_PASSTHROUGH_SUBCLASS
    if _quick is not None
    else 0
)
"""It would write more than JSON has; the encoder above does not."""


def write(data: Any) -> str:
    """Write JSON in one line, without a blank between its parts.

    With the extra ``fast``, orjson writes it: the same bytes, sooner.
    It takes a UUID and a member of an enumeration for what they stand
    for, where Python's own encoder raises ``TypeError``; no value that
    was checked holds one.

    Raises:
        ValueError: NaN, or half a character.
        TypeError: it holds what JSON has not.
        RecursionError: it has no bottom.
    """
    if _quick is not None:
        try:
            raw: bytes = _quick.dumps(data, option=_AS_STRICT)
        except TypeError:
            pass  # a number beyond 64 bits, or what is an error below too
        else:
            if b"null" not in raw:  # which it also writes for NaN
                return raw.decode()
    text = _ENCODER.encode(data)
    if not text.isascii():
        text.encode()
    return text


def write_sorted(data: Any) -> bytes:
    """Write the same content the same way, for hashes: in ASCII.

    With the extra ``fast``, orjson writes what is ASCII already.

    Raises:
        TypeError: it holds what JSON has not.
        RecursionError: it has no bottom.
    """
    if _quick is not None:
        try:
            raw: bytes = _quick.dumps(
                data, option=_AS_STRICT | _quick.OPT_SORT_KEYS
            )
        except TypeError:
            pass
        else:
            # It escapes nothing but what JSON must.
            if raw.isascii() and b"\x7f" not in raw and b"null" not in raw:
                return raw
    return _SORTER.encode(data).encode()


def mistyped(value: object, wanted: str) -> CodecError:
    """The error of a value of another type; never shows the value."""
    return CodecError(f"expected {wanted}, not {type(value).__name__}")


def parse(text: str | bytes, *, limit: int = MAX_INPUT) -> Any:
    """Read strict JSON, in UTF-8 if it comes in bytes.

    No fractions, no NaN, no key twice, no bottomless nesting, no half
    characters.

    Args:
        text: what to read.
        limit: characters or bytes that it may have.  Up to
            ``MAX_INPUT`` it nests ``MAX_DEPTH`` deep at most; of what
            may be longer, Python's own limit stands.

    Raises:
        CodecError: it is not that.
    """
    if not isinstance(text, (str, bytes)):
        raise mistyped(text, "text")
    if len(text) > limit:
        message = f"is longer than {limit} characters"
        raise CodecError(message)
    try:
        if isinstance(text, bytes):
            text = text.decode()
        if limit <= MAX_INPUT:
            _check_depth(text)
        data = _DECODER.decode(text)
        if "\\u" in text or not text.isascii():
            _ENCODER.encode(data).encode()
    except CodecError:
        raise
    except (ValueError, RecursionError) as error:
        message = f"not JSON: {type(error).__name__}"
        raise CodecError(message) from None
    return data


_STRING: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NO_BRACKET: Final = re.compile(r"[^][{}]+")


def _check_depth(text: str) -> None:
    """Refuse what nests too deep, before it is read.

    Raises:
        CodecError: it does.
    """
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    brackets = _NO_BRACKET.sub("", _STRING.sub("", text))
    steps = map(_STEPS.__getitem__, brackets)
    if max(accumulate(steps), default=0) > MAX_DEPTH:
        message = f"nests deeper than {MAX_DEPTH}"
        raise CodecError(message)


_STEPS: Final = {"[": 1, "{": 1, "]": -1, "}": -1}


def _refuse_number(text: str) -> Any:
    message = f"a number of {len(text)} characters is not a whole one"
    raise CodecError(message)


def _no_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        message = "a key stands twice in one object"
        raise CodecError(message)
    return found


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_no_twice,
    parse_constant=_refuse_number,
    parse_float=_refuse_number,
)
