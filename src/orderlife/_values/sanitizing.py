"""Makes the words of a fact, or of an answer, fit to be kept.

What has happened is taken down whatever it is called: so nothing that
is told is refused for its words.  Card numbers in free text are
masked, what is too long is cut and says so, and what no database keeps
or nobody can see is replaced.  Names of things stay as they are.

The same words become the same each time, so that a repeat is known for
one; and what was made fit stays as it is.  Nearly all is fit, so a
function is written for each class, which looks for that first.
"""

from __future__ import annotations

import collections.abc
import hashlib
import operator
import re
import types
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias, TypeVar, Union, get_args, get_origin

import attrs

from orderlife._values.cards import masked_cards
from orderlife._values.field_names import MADE_ELSEWHERE, NAMES, PLAIN_IDS
from orderlife._values.limits import MAX_ENTRIES, MAX_FOREIGN_ID, MAX_TEXT
from orderlife._values.money import Money
from orderlife._values.replacing import replace

__all__ = ["heard"]

T = TypeVar("T")
_Mender: TypeAlias = Callable[[Any], Any]
"""Gives a value as it is kept: the very same, if it is fit."""

_UNFIT: Final = re.compile("[\0\ud800-\udfff]")
_CUT: Final = "\u2026"
_DIGEST: Final = 16


def heard(told: T) -> T:
    """Give a fact, or a port's answer, as it is kept.

    What is not of its type stays as it is, for others to refuse.
    """
    kind = type(told)
    if kind not in _MENDERS and not attrs.has(kind):
        return told
    mended: T = _mender(kind)(told)
    return mended


def _seen(character: str) -> str:
    """What is shown for a character that cannot be."""
    control = ord(character) < 32
    return chr(0x2400 + ord(character)) if control else "\ufffd"


def _fit(text: str) -> str:
    """A text without what no database keeps."""
    if text.isascii() and "\0" not in text:
        return text
    return _UNFIT.sub(lambda found: _seen(found[0]), text)


def _words(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return masked_cards(_made(value))


def _made(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if len(value) <= MAX_TEXT:
        return _fit(value)
    return _fit(value[: MAX_TEXT - 1]) + _CUT


def _name(value: Any) -> Any:
    """An id that can be seen, and is no other's for having been cut."""
    if not isinstance(value, str):
        return value
    if len(value) <= MAX_FOREIGN_ID:
        return value if value.isprintable() else _visible(value)
    # The digest is of the whole original text.
    whole = value.encode("utf-8", "surrogatepass")
    digest = hashlib.sha256(whole).hexdigest()[:_DIGEST]
    begun = _visible(value[: MAX_FOREIGN_ID - _DIGEST - 1])
    return f"{begun}{_CUT}{digest}"


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() else _seen(c) for c in text)


def _keys(value: Any) -> Any:
    """Units by line: the lines' names."""
    if not isinstance(value, collections.abc.Mapping):
        return value
    if len(value) > MAX_ENTRIES:
        return value
    mended = {_name(name): units for name, units in value.items()}
    same = mended.keys() == value.keys() or len(mended) < len(value)
    return value if same else mended


def _sequence(inner: _Mender) -> _Mender:
    def mend(value: Any) -> Any:
        if not isinstance(value, tuple) or len(value) > MAX_ENTRIES:
            return value
        mended = tuple([inner(item) for item in value])
        same = all(map(operator.is_, mended, value))
        return value if same else mended

    return mend


def _choice(menders: Mapping[type, _Mender]) -> _Mender:
    def mend(value: Any) -> Any:
        mender = menders.get(type(value))
        return value if mender is None else mender(value)

    return mend


def _compile(annotation: Any, name: str) -> _Mender | None:
    """The mender of a field; None: there is nothing to mend in it."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation is str:
        if name in PLAIN_IDS:
            return None
        made = _made if name in MADE_ELSEWHERE else _words
        return _name if name in NAMES else made
    if origin is tuple:
        inner = _compile(arguments[0], "")
        return inner and _sequence(inner)
    if origin is collections.abc.Mapping:
        return _keys
    if origin in {Union, types.UnionType}:
        menders = {
            choice: _mender(choice)
            for choice in arguments
            if attrs.has(choice) and choice is not Money
        }
        return _choice(menders) if menders else None
    if attrs.has(annotation) and annotation is not Money:
        return _choice({annotation: _mender(annotation)})
    return None


_MENDERS: Final[dict[type, _Mender]] = {}


def _mender(wanted: type) -> _Mender:
    """The mender of an attrs class, made when it is first used."""
    known = _MENDERS.get(wanted)
    if known is None:
        known = _MENDERS[wanted] = _compile_attrs(wanted)
    return known


_IS_FIT: Final = (
    f"type(v) is str and len(v) <= {MAX_FOREIGN_ID} and v.isprintable()"
)
"""What nearly all names are: said of a field that is called v."""


def _compile_attrs(wanted: type) -> _Mender:
    """Write the function that looks at each field of a class in turn."""
    attrs.resolve_types(wanted)
    known: dict[str, Any] = {"replace": replace}
    lines = ["changes = {}"]
    for number, field in enumerate(attrs.fields(wanted)):
        mender = _compile(field.type, field.name)
        if mender is None:
            continue
        known[f"default_{number}"] = field.default
        known[f"mend_{number}"] = mender
        is_fit = f"v is default_{number}"
        if mender is _name:
            is_fit += f" or ({_IS_FIT})"
        lines += [
            f"v = value.{field.name}",
            f"if not ({is_fit}):",
            f"    mended = mend_{number}(v)",
            f"    if mended is not v: changes[{field.name!r}] = mended",
        ]
    lines.append("return replace(value, **changes) if changes else value")
    body = "\n    ".join(lines)
    exec(f"def mend(value):\n    {body}", known)  # noqa: S102, ours
    mend: _Mender = known["mend"]
    return mend
