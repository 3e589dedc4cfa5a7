"""Checks the shape of whatever comes in, against its own types.

Types are promises that a program makes to itself; what comes in from
outside has made none.  So every command and fact is checked against
the annotations of its class before anything looks at it: a wrong type,
a naive date, a text or a number beyond its limit becomes a
``ValidationError`` that names the field.  So does a card number in the
words of a command; those of a fact were made fit to be kept before.
A class's check is compiled when it is first used.

Nearly all that comes in is right, so each check looks for that first,
and only then for what to say: a field that was left at its default is
not looked at, and a right one costs a comparison or two.
"""

from __future__ import annotations

import collections.abc
import re
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeAlias, Union, get_args, get_origin

import attrs

from orderlife._checks.card_checks import judge
from orderlife._checks.quick import COMMAND_ID, ORDER_ID, is_right
from orderlife._kernel.messages import Command
from orderlife._values.cards import has_digits
from orderlife._values.field_names import MADE_ELSEWHERE, NAMES
from orderlife._values.limits import (
    MAX_ENTRIES,
    MAX_FOREIGN_ID,
    MAX_ID,
    MAX_PROBLEMS,
    MAX_QUANTITY,
    MAX_TEXT,
)
from orderlife._values.money import Money
from orderlife._values.times import YEARS, utc
from orderlife.errors import InputError, Problem, ValidationError

__all__ = [
    "check",
    "check_choice",
    "check_command_id",
    "check_count",
    "check_counted",
    "check_order_id",
    "check_received",
    "check_seconds",
    "check_tenant",
    "check_texts",
    "check_time",
]

_Check: TypeAlias = Callable[[object, str], Iterable[Problem]]

_DAY_S: Final = 86_400
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def check(message: object) -> None:
    """Refuse an input whose values are not of their fields' types.

    Raises:
        ValidationError: naming every field that is wrong.
    """
    right = is_right(message)
    if right and not isinstance(message, Command):
        return
    problems = [] if right else [*_attrs_check(type(message))(message, "")]
    if isinstance(message, Command):
        problems += judge(message)
    if problems:
        raise ValidationError(type(message).__name__, problems[:MAX_PROBLEMS])


def check_order_id(order_id: object) -> None:
    """Refuse what can be no order's id, before a store is asked for it.

    Raises:
        ValidationError: it is not of ``[a-z0-9_-]{1,64}``.
    """
    problems = list(_order_id(order_id, "order_id"))
    if problems:
        raise ValidationError("the id of an order", problems)


def check_command_id(command_id: object) -> None:
    """Refuse what can be no command's id.

    Raises:
        ValidationError: it is not of ``[a-z0-9_-]{1,64}``.
    """
    problems = list(_command_id(command_id, "command_id"))
    if problems:
        raise ValidationError("the id of a command", problems)


def check_tenant(tenant: object) -> None:
    """Refuse what can be no tenant's name, before a store is made for it.

    Raises:
        ValidationError: it is no text, too long, or no database keeps it.
    """
    problems = list(_text(tenant, "tenant", MAX_FOREIGN_ID))
    if problems:
        raise ValidationError("store", problems)


def check_texts(what: str, **texts: object) -> None:
    """Refuse what is no text that every database keeps.

    Args:
        what: whose texts they are.
        texts: each by its name.

    Raises:
        ValidationError: it is no text, too long, or holds what is none.
    """
    problems = [
        problem for name in texts for problem in _text(texts[name], name)
    ]
    if problems:
        raise ValidationError(what, problems)


def check_count(count: object, field: str, what: str = "store") -> None:
    """Refuse what is no number of things.

    Args:
        count: the number.
        field: what it is called.
        what: whose it is.

    Raises:
        ValidationError: it is no whole number, or negative.
    """
    problems = list(_integer(count, field))
    if problems:
        raise ValidationError(what, problems)


def check_received(sku: str, place: str, quantity: int, cause: str) -> None:
    """See that something is received.

    Raises:
        InputError: fewer than one unit, or no number of them.
    """
    check_counted(sku, place, quantity, cause, "quantity")
    if quantity < 1:
        raise InputError(f"{quantity} units of {sku} cannot be received")


def check_counted(
    sku: str, place: str, units: int, cause: str, field: str = "delta"
) -> None:
    """See that names are texts, and that units are counted.

    Two halves are no unit, and what is no number is no count.

    Raises:
        ValidationError: something is of another type.
    """
    check_texts("stock", sku=sku, place=place, cause=cause)
    if type(units) is not int:
        raise ValidationError(
            "stock", [_wrong(units, field, "a whole number")]
        )


def check_choice(choice: object, field: str, choices: Sequence[str]) -> None:
    """Refuse what is none of a few words.

    Raises:
        ValidationError: it is another word, or none.
    """
    problems = list(_one_of(tuple(choices))(choice, field))
    if problems:
        raise ValidationError("store", problems)


def check_seconds(seconds: object, field: str) -> None:
    """Refuse what is no time to wait, in seconds.

    Raises:
        ValidationError: it is no number, negative, or more than a day.
    """
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        problem = _wrong(seconds, field, "a number of seconds")
    elif not 0 <= seconds <= _DAY_S:
        problem = Problem(field, f"must be 0 to {_DAY_S} seconds")
    else:
        return
    raise ValidationError("store", [problem])


def check_time(now: datetime) -> datetime:
    """Tell a time in UTC; refuse one without a time zone.

    Raises:
        ValidationError: it is not an aware ``datetime``.
    """
    now = utc(now)
    if problems := _time(now, "now"):
        raise ValidationError("time", problems)
    return now


def _wrong(value: object, path: str, wanted: str) -> Problem:
    return Problem(path, f"must be {wanted}, not {type(value).__name__}")


_RIGHT: Final[tuple[Problem, ...]] = ()
"""What is found where nothing is wrong."""


def _text(
    value: object, path: str, limit: int = MAX_TEXT
) -> Sequence[Problem]:
    if not isinstance(value, str):
        return [_wrong(value, path, "text")]
    if len(value) > limit:
        return [Problem(path, f"is longer than {limit} characters")]
    if not value.isascii() and _SURROGATE.search(value):
        return [Problem(path, "holds half a character (a surrogate)")]
    if "\0" in value:
        return [Problem(path, "holds a NUL, which no database keeps")]
    return _RIGHT


def _id(value: object, path: str) -> Sequence[Problem]:
    # Ours add to it: an operation's id is longer than its order's.
    problems = _text(value, path, MAX_FOREIGN_ID)
    if problems or str(value).isprintable():
        return problems
    return [Problem(path, "holds characters that cannot be seen")]


def _order_id(value: object, path: str) -> Sequence[Problem]:
    if value == "":
        return [Problem(path, "must not be empty")]
    problems = _text(value, path, MAX_ID)
    if problems or ORDER_ID.match(str(value)):
        return problems
    what = "must be of a-z, 0-9, _ and -, the first not _ or -"
    return [Problem(path, what)]


def _command_id(value: object, path: str) -> Sequence[Problem]:
    if value == "":
        return [Problem(path, "must not be empty")]
    problems = _text(value, path, MAX_ID)
    if problems or COMMAND_ID.match(str(value)):
        return problems
    return [Problem(path, "must be of a-z, 0-9, _ and -")]


def _integer(value: object, path: str) -> Iterable[Problem]:
    if type(value) is not int:
        return [_wrong(value, path, "a whole number")]
    if value < 0:
        return [Problem(path, "must not be negative")]
    if value > MAX_QUANTITY:
        return [Problem(path, f"is more than {MAX_QUANTITY}")]
    return _RIGHT


def _money(value: object, path: str) -> Iterable[Problem]:
    if not isinstance(value, Money):
        return [_wrong(value, path, "Money")]
    if value.minor < 0:
        return [Problem(path, "must not be negative")]
    return _RIGHT


def _time(value: object, path: str) -> Sequence[Problem]:
    if not isinstance(value, datetime):
        return [_wrong(value, path, "a date and time")]
    if value.year not in YEARS:
        return [Problem(path, "is beyond any sensible date")]
    if value.tzinfo is not UTC:
        # What has a zone is told in UTC by the class that holds it.
        return [Problem(path, "needs a time zone, such as UTC")]
    return _RIGHT


def _plain(wanted: type) -> _Check:
    def found(value: object, path: str) -> Iterable[Problem]:
        if isinstance(value, wanted):
            return _RIGHT
        return [_wrong(value, path, wanted.__name__)]

    return found


def _one_of(choices: tuple[object, ...]) -> _Check:
    listed = ", ".join(str(choice) for choice in choices)

    def found(value: object, path: str) -> Iterable[Problem]:
        if isinstance(value, str) and value in choices:
            return _RIGHT
        return [Problem(path, f"must be one of: {listed}")]

    return found


def _sequence(inner: _Check) -> _Check:
    def found(value: object, path: str) -> Iterator[Problem]:
        if not isinstance(value, tuple):
            yield _wrong(value, path, "a tuple")
        elif len(value) > MAX_ENTRIES:
            yield Problem(path, f"has more than {MAX_ENTRIES} entries")
        else:
            for index, item in enumerate(value):
                yield from inner(item, f"{path}[{index}]")

    return found


def _mapping(key: _Check, inner: _Check) -> _Check:
    def found(value: object, path: str) -> Iterator[Problem]:
        if not isinstance(value, collections.abc.Mapping):
            yield _wrong(value, path, "a mapping")
        elif len(value) > MAX_ENTRIES:
            yield Problem(path, f"has more than {MAX_ENTRIES} entries")
        else:
            for name, item in value.items():
                wrong = list(key(name, f"{path}'s keys"))
                yield from wrong
                # A key may be what nobody should see.
                hidden = wrong or len(name) > MAX_ID or has_digits(name)
                shown = "?" if hidden else name
                yield from inner(item, f"{path}[{shown}]")

    return found


def _either(choices: tuple[Any, ...]) -> _Check:
    """One of several attrs classes: the value's own says which."""
    names = ", ".join(choice.__name__ for choice in choices)

    def found(value: object, path: str) -> Iterable[Problem]:
        if type(value) in choices:
            return _attrs_check(type(value))(value, path)
        return [_wrong(value, path, f"one of: {names}")]

    return found


def _by_shape(choices: Sequence[Any], name: str) -> _Check:
    """A mapping, or else a word."""
    by_key, other = (_compile(choice, name) for choice in choices)

    def found(value: object, path: str) -> Iterable[Problem]:
        mapping = isinstance(value, collections.abc.Mapping)
        return (by_key if mapping else other)(value, path)

    return found


def _optional(inner: _Check) -> _Check:
    def found(value: object, path: str) -> Iterable[Problem]:
        return _RIGHT if value is None else inner(value, path)

    return found


def _nested(wanted: type) -> _Check:
    def found(value: object, path: str) -> Iterable[Problem]:
        if type(value) is wanted:
            return _attrs_check(wanted)(value, path)
        return [_wrong(value, path, wanted.__name__)]

    return found


_SIMPLE: Final[Mapping[object, _Check]] = {
    str: _text,
    int: _integer,
    datetime: _time,
    Money: _money,
}
_NAMED: Final[Mapping[str, _Check]] = {
    "order_id": _order_id,
    "command_id": _command_id,
    **dict.fromkeys(NAMES, _id),
    **dict.fromkeys(MADE_ELSEWHERE, _text),
}


def _compile(annotation: Any, name: str) -> _Check:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation is str and name in _NAMED:
        return _NAMED[name]
    if annotation in _SIMPLE:
        return _SIMPLE[annotation]
    if origin is Literal:
        return _one_of(arguments)
    if origin is tuple:
        return _sequence(_compile(arguments[0], ""))
    if origin is collections.abc.Mapping:
        # Units by line, or texts by name.
        key = _id if arguments[1] is int else _text
        return _mapping(key, _compile(arguments[1], ""))
    if origin in {Union, types.UnionType}:
        rest = tuple(a for a in arguments if a is not type(None))
        if len(rest) == 1:
            inner = _compile(rest[0], name)
        elif all(attrs.has(choice) for choice in rest):
            inner = _either(rest)
        else:
            inner = _by_shape(rest, name)
        return _optional(inner) if len(rest) < len(arguments) else inner
    return _nested(annotation) if attrs.has(annotation) else _plain(annotation)


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
        (field.name, _compile(field.type, field.name), field.default)
        for field in attrs.fields(wanted)
    ]

    def found(value: object, path: str) -> Iterable[Problem]:
        problems: list[Problem] = []
        prefix = f"{path}." if path else ""
        for name, inner, default in checks:
            given = getattr(value, name)
            # Ours, by its identity, is what the class promises.
            if given is not default:
                problems += inner(given, prefix + name)
        return problems

    return found
