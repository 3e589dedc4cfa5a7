"""Checks the shape of whatever comes in, against its own types.

Types are promises that a program makes to itself; what comes in from
outside has made none.  So every command and fact is checked against
the annotations of its class before anything looks at it: a wrong type,
a naive date, a text or a number beyond its limit becomes a
``ValidationError`` that names the field.  A class's check is compiled
when it is first used.
"""

from __future__ import annotations

import collections.abc
import enum
import types
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias, Union, get_args, get_origin

import attrs

from orderlife.cards import holds_card_number
from orderlife.errors import Problem, ValidationError
from orderlife.limits import (
    MAX_DEPTH,
    MAX_ENTRIES,
    MAX_ID,
    MAX_QUANTITY,
    MAX_TEXT,
)
from orderlife.money import MAX_MINOR, Money

__all__ = ["check", "check_time"]

_Check: TypeAlias = Callable[[object, str, int], Iterator[Problem]]

_ID_FIELDS: Final = frozenset(
    (
        "command_id",
        "customer_id",
        "exception_id",
        "fact_id",
        "hold_id",
        "line_id",
        "operation_id",
        "order_id",
        "parcel_id",
        "payment_id",
        "reservation_id",
        "return_id",
        "shipment_id",
        "sku",
    )
)
_SEQUENCE_ITEMS: Final = 2


def check(message: object) -> None:
    """Refuse an input whose values are not of their fields' types.

    Raises:
        ValidationError: naming every field that is wrong.
    """
    problems = list(_attrs_check(type(message))(message, "", 0))
    if problems:
        raise ValidationError(type(message).__name__, problems)


def check_time(now: object) -> None:
    """Refuse a time without a time zone.

    Raises:
        ValidationError: it is not an aware ``datetime``.
    """
    problems = list(_time(now, "now", 0))
    if problems:
        raise ValidationError("time", problems)


def _wrong(value: object, path: str, wanted: str) -> Problem:
    return Problem(path, f"must be {wanted}, not {type(value).__name__}")


def _text(value: object, path: str, depth: int) -> Iterator[Problem]:
    del depth
    if not isinstance(value, str):
        yield _wrong(value, path, "text")
    elif len(value) > MAX_TEXT:
        yield Problem(path, f"is longer than {MAX_TEXT} characters")
    elif holds_card_number(value):
        yield Problem(path, "holds a card number, which is never kept")


def _id(value: object, path: str, depth: int) -> Iterator[Problem]:
    yield from _text(value, path, depth)
    if isinstance(value, str) and MAX_ID * 2 < len(value) <= MAX_TEXT:
        yield Problem(path, f"is longer than {MAX_ID * 2} characters")


def _integer(value: object, path: str, depth: int) -> Iterator[Problem]:
    del depth
    if type(value) is not int:
        yield _wrong(value, path, "a whole number")
    elif abs(value) > (MAX_MINOR if "minor" in path else MAX_QUANTITY):
        yield Problem(path, "is beyond any sensible quantity")


def _time(value: object, path: str, depth: int) -> Iterator[Problem]:
    del depth
    if not isinstance(value, datetime):
        yield _wrong(value, path, "a date and time")
    elif value.tzinfo is None or value.utcoffset() is None:
        yield Problem(path, "needs a time zone, such as UTC")


def _plain(wanted: type) -> _Check:
    def found(value: object, path: str, depth: int) -> Iterator[Problem]:
        del depth
        if not isinstance(value, wanted):
            yield _wrong(value, path, wanted.__name__)

    return found


def _one_of(choices: tuple[object, ...]) -> _Check:
    listed = ", ".join(str(choice) for choice in choices)

    def found(value: object, path: str, depth: int) -> Iterator[Problem]:
        del depth
        if not isinstance(value, str | int) or value not in choices:
            yield Problem(path, f"must be one of: {listed}")

    return found


def _sequence(inner: _Check) -> _Check:
    def found(value: object, path: str, depth: int) -> Iterator[Problem]:
        if not isinstance(value, tuple):
            yield _wrong(value, path, "a tuple")
        elif len(value) > MAX_ENTRIES:
            yield Problem(path, f"has more than {MAX_ENTRIES} entries")
        else:
            for index, item in enumerate(value):
                yield from inner(item, f"{path}[{index}]", depth + 1)

    return found


def _mapping(key: _Check, inner: _Check) -> _Check:
    def found(value: object, path: str, depth: int) -> Iterator[Problem]:
        if not isinstance(value, collections.abc.Mapping):
            yield _wrong(value, path, "a mapping")
        elif len(value) > MAX_ENTRIES:
            yield Problem(path, f"has more than {MAX_ENTRIES} entries")
        else:
            for name, item in value.items():
                yield from key(name, f"{path}'s keys", depth + 1)
                yield from inner(item, f"{path}[{name}]", depth + 1)

    return found


def _either(choices: tuple[Any, ...]) -> _Check:
    """One of several types: the value's own type says which."""
    classes = tuple(c for c in choices if attrs.has(c))
    others = [_compile(c, "") for c in choices if not attrs.has(c)]
    names = ", ".join(getattr(c, "__name__", str(c)) for c in choices)

    def found(value: object, path: str, depth: int) -> Iterator[Problem]:
        if type(value) in classes:
            yield from _attrs_check(type(value))(value, path, depth)
            return
        for other in others:
            problems = list(other(value, path, depth))
            if not problems:
                return
            if len(others) == 1 and not classes:
                yield from problems
                return
        yield _wrong(value, path, f"one of: {names}")

    return found


def _optional(inner: _Check) -> _Check:
    def found(value: object, path: str, depth: int) -> Iterator[Problem]:
        if value is not None:
            yield from inner(value, path, depth)

    return found


def _nested(wanted: type) -> _Check:
    def found(value: object, path: str, depth: int) -> Iterator[Problem]:
        if not isinstance(value, wanted):
            yield _wrong(value, path, wanted.__name__)
        elif depth > MAX_DEPTH:
            yield Problem(path, "is nested too deeply")
        else:
            yield from _attrs_check(type(value))(value, path, depth)

    return found


def _compile(annotation: Any, name: str) -> _Check:  # noqa: PLR0911
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation is str:
        return _id if name in _ID_FIELDS else _text
    if annotation is int:
        return _integer
    if annotation is datetime:
        return _time
    if origin is Literal:
        return _one_of(arguments)
    if origin is tuple:
        return _sequence(_compile(arguments[0], ""))
    if origin is collections.abc.Mapping:
        key, inner = (_compile(argument, "") for argument in arguments)
        return _mapping(key, inner)
    if origin in {Union, types.UnionType}:
        rest = tuple(a for a in arguments if a is not type(None))
        inner = _compile(rest[0], name) if len(rest) == 1 else _either(rest)
        return _optional(inner) if len(rest) < len(arguments) else inner
    if isinstance(annotation, type):
        known = attrs.has(annotation) and annotation is not Money
        is_enum = issubclass(annotation, enum.Enum)
        return _nested(annotation) if known and not is_enum else _plain(
            annotation
        )
    message = f"no check for a field of type {annotation}"
    raise TypeError(message)


_CHECKS: Final[dict[type, _Check]] = {}


def _attrs_check(wanted: type) -> _Check:
    """The check of one attrs class, made when it is first used."""
    known = _CHECKS.get(wanted)
    if known is None:
        known = _CHECKS[wanted] = _compile_attrs(wanted)
    return known


def _compile_attrs(wanted: type) -> _Check:
    attrs.resolve_types(wanted)
    checks = [
        (field.name, _compile(field.type, field.name))
        for field in attrs.fields(wanted)
    ]

    def found(value: object, path: str, depth: int) -> Iterator[Problem]:
        prefix = f"{path}." if path else ""
        for name, inner in checks:
            yield from inner(getattr(value, name), prefix + name, depth + 1)

    return found
