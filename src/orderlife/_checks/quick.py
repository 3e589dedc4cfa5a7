"""Says of a message that it is right, or that it has to be looked into.

Nearly all that comes in is right.  For each class a function is written
that looks at every field once and says yes; it says no of what may be
wrong, and then the checks of ``validation`` look again, say what is, and
are the ones that count: what they let pass is right, such as a text that
is not of ASCII.
"""

from __future__ import annotations

import collections.abc
import re
import types
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeAlias, Union, get_args, get_origin

import attrs

from orderlife._values.field_names import MADE_ELSEWHERE, NAMES
from orderlife._values.limits import (
    MAX_ENTRIES,
    MAX_FOREIGN_ID,
    MAX_ID,
    MAX_QUANTITY,
    MAX_TEXT,
)
from orderlife._values.money import Money
from orderlife._values.times import YEARS

__all__ = ["COMMAND_ID", "ORDER_ID", "is_right"]

_Right: TypeAlias = Callable[[Any], bool]

ORDER_ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]*\Z")
COMMAND_ID: Final = re.compile(r"[a-z0-9_-]+\Z")


def is_right(message: object) -> bool:
    """Whether a message is certainly right; False: look into it."""
    return _attrs_right(type(message))(message)


# What is written of each type, of a field that is called v

_TEXT: Final = (
    f"type(v) is str and len(v) <= {MAX_TEXT} "
    "and v.isascii() and '\\0' not in v"
)
_ID: Final = (
    f"type(v) is str and len(v) <= {MAX_FOREIGN_ID} "
    "and v.isascii() and v.isprintable()"
)
_OURS: Final = f"type(v) is str and len(v) <= {MAX_ID} and {{}}(v) is not None"
_SIMPLE: Final[Mapping[object, str]] = {
    str: _TEXT,
    type(None): "v is None",
    int: f"type(v) is int and 0 <= v <= {MAX_QUANTITY}",
    datetime: (
        "type(v) is datetime and v.tzinfo is UTC "
        f"and {YEARS.start} <= v.year < {YEARS.stop}"
    ),
    Money: "type(v) is Money and v.minor >= 0",
}
_NAMED: Final[Mapping[str, str]] = {
    "order_id": _OURS.format("order_id"),
    "command_id": _OURS.format("command_id"),
    **dict.fromkeys(NAMES, _ID),
    **dict.fromkeys(MADE_ELSEWHERE, _TEXT),
}
_KNOWN: Final[Mapping[str, object]] = {
    "UTC": UTC,
    "Money": Money,
    "command_id": COMMAND_ID.match,
    "datetime": datetime,
    "order_id": ORDER_ID.match,
}


def _says(annotation: Any, name: str, known: dict[str, Any]) -> str:
    """The condition on a field of a type, whose value is v.

    Args:
        annotation: the type.
        name: what the field is called; empty: it is within another.
        known: what the condition calls by a name, to be added to.
    """

    def named(value: object) -> str:
        known[f"known_{len(known)}"] = value
        return f"known_{len(known) - 1}"

    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation is str and name in _NAMED:
        return _NAMED[name]
    if annotation in _SIMPLE:
        return _SIMPLE[annotation]
    if origin is Literal:
        return f"type(v) is str and v in {named(arguments)}"
    if origin is tuple:
        return f"{named(_sequence(arguments[0]))}(v)"
    if origin is collections.abc.Mapping:
        return f"{named(_mapping(arguments[1]))}(v)"
    if origin in {Union, types.UnionType}:
        # Money among others is rare, and looked into field by field.
        alone = len(arguments) - (type(None) in arguments) == 1
        choices = [a for a in arguments if alone or a is not Money]
        return " or ".join(f"({_says(a, name, known)})" for a in choices)
    if attrs.has(annotation):
        nested = f"{named(_attrs_right(annotation))}(v)"
        return f"type(v) is {named(annotation)} and {nested}"
    return f"type(v) is {named(annotation)}"


def _written(lines: Iterable[str], known: dict[str, Any]) -> _Right:
    body = "\n    ".join((*lines, "return True"))
    exec(f"def right(value):\n    {body}", known)  # noqa: S102, ours
    right: _Right = known["right"]
    return right


def _of_type(annotation: Any, name: str = "") -> _Right:
    known = dict(_KNOWN)
    says = _says(annotation, name, known)
    return _written(("v = value", f"if not ({says}): return False"), known)


def _sequence(annotation: Any) -> _Right:
    inner = _of_type(annotation)

    def right(value: Any) -> bool:
        return (
            type(value) is tuple
            and len(value) <= MAX_ENTRIES
            and all(map(inner, value))
        )

    return right


def _mapping(annotation: Any) -> _Right:
    """Units by line, or texts by name."""
    key, inner = _of_type(str, "id"), _of_type(annotation)

    def right(value: Any) -> bool:
        return (
            type(value) is dict
            and len(value) <= MAX_ENTRIES
            and all(map(key, value))
            and all(map(inner, value.values()))
        )

    return right


_RIGHT: Final[dict[type, _Right]] = {}


def _attrs_right(wanted: type) -> _Right:
    """The function of an attrs class, written when it is first used."""
    known = _RIGHT.get(wanted)
    if known is None:
        known = _RIGHT[wanted] = _write_attrs(wanted)
    return known


def _write_attrs(wanted: type) -> _Right:
    attrs.resolve_types(wanted)
    known = dict(_KNOWN)
    lines = []
    for number, field in enumerate(attrs.fields(wanted)):
        known[f"default_{number}"] = field.default
        says = _says(field.type, field.name, known)
        lines.append(f"v = value.{field.name}")
        lines.append(
            f"if not (v is default_{number} or ({says})): return False"
        )
    return _written(lines, known)
