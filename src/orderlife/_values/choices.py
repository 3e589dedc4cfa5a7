"""Checks the shop's choices when they are made.

A policy is written by hand, once, and asked for years: a mistyped word
or a negative fee in it must not wait for the first order that meets it.
So each of its classes looks at its own values, by the annotations of
its fields; a range or a list of words stands beside the field that has
one::

    @choices
    @attrs.frozen(kw_only=True)
    class Terms:
        days: int = attrs.field(default=30, metadata=within(0, 3650))

        def __attrs_post_init__(self) -> None:
            check_choices(self)
"""

from __future__ import annotations

import collections.abc
import functools
import re
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import (
    Any,
    Final,
    Literal,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
)

import attrs

from orderlife._values.limits import MAX_FOREIGN_ID, MAX_ID
from orderlife._values.spelling import as_given, meant, not_known
from orderlife.errors import Problem, ValidationError

__all__ = [
    "LONGEST",
    "among",
    "check_choices",
    "choices",
    "keyed_by",
    "lasting",
    "not_empty",
    "unkept",
    "within",
    "word",
]

C = TypeVar("C", bound=type[Any])

_Check: TypeAlias = Callable[[Any], str]
"""What is wrong with a value; empty: nothing."""

LONGEST: Final = timedelta(days=36_500)
"""A hundred years: no wait is longer, and no date falls off its end."""

_MORE: Final = "orderlife.choices"
_SHOWN: Final = 40
_WORD: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?")


def choices(kind: C) -> C:
    """Have a class name the keyword that was meant by an unknown one.

    The class then raises, when it is made:

    Raises:
        UnknownKeywordError: a keyword is none of its fields.
    """
    made: Any = kind.__init__
    words = [field.name for field in attrs.fields(kind) if field.init]
    known = frozenset(words)

    @functools.wraps(made)
    def init(self: Any, *args: Any, **given: Any) -> None:
        # A subclass with words of its own has an __init__ of its own.
        if not given.keys() <= known:
            unknown = [word for word in given if word not in known]
            raise not_known(kind.__name__, unknown, words)
        made(self, *args, **given)

    kind.__init__ = init
    return kind


def within(least: int, most: int) -> Mapping[str, _Check]:
    """A whole number from ``least`` to ``most``."""

    def check(value: int) -> str:
        if least <= value <= most:
            return ""
        return f"is {_shown(value)}; from {least} to {most} is possible"

    return {_MORE: check}


def lasting(
    least: timedelta = timedelta(), most: timedelta = LONGEST
) -> Mapping[str, _Check]:
    """A length of time from ``least`` to ``most``."""

    def check(value: timedelta | None) -> str:
        if value is None or least <= value <= most:
            return ""
        return f"is {value}; from {least} to {most} is possible"

    return {_MORE: check}


def among(known: Iterable[str]) -> Mapping[str, _Check]:
    """Words that are all of a known list."""
    listed = tuple(known)

    def check(value: Iterable[str]) -> str:
        unknown = sorted(set(value) - set(listed))
        if not unknown:
            return ""
        return (
            f"names {', '.join(map(_shown, unknown))}, which there is not; "
            f"{meant(unknown, listed)}there is {', '.join(listed)}"
        )

    return {_MORE: check}


def keyed_by(name: str) -> Mapping[str, _Check]:
    """A mapping whose values have their own keys in the field of a name."""

    def check(value: Mapping[str, Any]) -> str:
        for key, item in value.items():
            if getattr(item, name) != key:
                own = _shown(getattr(item, name))
                return f"has {own} under {_shown(key)}: both must be the same"
        return ""

    return {_MORE: check}


def not_empty() -> Mapping[str, _Check]:
    """A text that says something."""
    return {_MORE: lambda value: "" if value else "must not be empty"}


def word() -> Mapping[str, _Check]:
    """A word of a registry; a room's has the room's name before a dot."""

    def check(value: str) -> str:
        if not _WORD.fullmatch(value):
            return (
                f"is {_shown(value)}; must be of a-z, 0-9 and _, the first "
                "a letter, and may have the name of a room and a dot before"
            )
        if len(value) > MAX_ID:
            return f"is longer than {MAX_ID} characters"
        return ""

    return {_MORE: check}


def check_choices(made: object) -> None:
    """Refuse values that are none of their fields' choices.

    Raises:
        ValidationError: naming every field that is wrong, its value and
            what is possible.
    """
    kind: Any = type(made)
    problems = [
        Problem(name, wrong)
        for name, check, more in _checks(kind)
        if (wrong := _wrong(getattr(made, name), check, more))
    ]
    if problems:
        raise ValidationError(kind.__name__, problems)


def unkept(text: str) -> str:
    """Why a text of the shop's cannot be kept; empty: it can."""
    if len(text) > _MAX_WORDS:
        return f"a text of more than {_MAX_WORDS} characters"
    if "\0" in text or not _encodes(text):
        return "a text with characters that no database keeps"
    return ""


_MAX_WORDS: Final = 4_000


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _wrong(value: Any, check: _Check, more: _Check | None) -> str:
    wrong = check(value)
    return wrong if wrong or more is None else more(value)


@functools.cache
def _checks(kind: Any) -> tuple[tuple[str, _Check, _Check | None], ...]:
    attrs.resolve_types(kind)
    return tuple(
        (field.name, _compile(field.type), field.metadata.get(_MORE))
        for field in attrs.fields(kind)
    )


def _shown(value: object) -> str:
    return as_given(value, _SHOWN)


def _is(kinds: Any, wanted: str) -> _Check:
    def check(value: Any) -> str:
        if isinstance(value, kinds):
            return ""
        return f"is {_shown(value)}; must be {wanted}"

    return check


def _exactly(kind: type, wanted: str) -> _Check:
    """Of this very type: a bool is no number, and a number no bool."""

    def check(value: Any) -> str:
        if type(value) is kind:
            return ""
        return f"is {_shown(value)}; must be {wanted}"

    return check


def _text(value: Any) -> str:
    if not isinstance(value, str):
        return f"is {_shown(value)}; must be a text"
    if len(value) > MAX_FOREIGN_ID:
        return f"is longer than {MAX_FOREIGN_ID} characters"
    if not value.isprintable():
        return f"is {_shown(value)}; holds characters that cannot be seen"
    return ""


def _one_of(listed: tuple[Any, ...]) -> _Check:
    names = ", ".join(map(str, listed))

    def check(value: Any) -> str:
        if isinstance(value, str) and value in listed:
            return ""
        near = meant([value], listed) if isinstance(value, str) else ""
        return f"is {_shown(value)}; {near}possible: {names}"

    return check


def _each(wanted: str, kinds: Any, inner: _Check) -> _Check:
    def check(value: Any) -> str:
        # A text is a sequence of letters, and not what was meant.
        if not isinstance(value, kinds):
            return f"is {_shown(value)}; must be {wanted}"
        return next(filter(None, (inner(item) for item in value)), "")

    return check


def _mapping(key: _Check, inner: _Check) -> _Check:
    def found(value: Mapping[Any, Any]) -> Iterator[str]:
        for name, item in value.items():
            yield key(name)
            yield inner(item)

    def check(value: Any) -> str:
        if not isinstance(value, collections.abc.Mapping):
            return f"is {_shown(value)}; must be a mapping"
        return next(filter(None, found(value)), "")

    return check


_SIMPLE: Final[Mapping[Any, _Check]] = {
    str: _text,
    int: _exactly(int, "a whole number"),
    bool: _exactly(bool, "True or False"),
    timedelta: _is(timedelta, "a timedelta"),
}


def _compile(annotation: Any) -> _Check:
    origin, inner = get_origin(annotation), get_args(annotation)
    if annotation in _SIMPLE:
        return _SIMPLE[annotation]
    if origin is Literal:
        return _one_of(inner)
    if origin is frozenset:
        sets = collections.abc.Set
        return _each("a frozenset of texts", sets, _compile(inner[0]))
    if origin is tuple:
        return _each("a tuple", tuple, _compile(inner[0]))
    if origin is collections.abc.Mapping:
        return _mapping(_compile(inner[0]), _compile(inner[1]))
    if origin is collections.abc.Callable:
        return lambda value: (
            ""
            if callable(value)
            else f"is {_shown(value)}; must be a function"
        )
    if origin in {Union, types.UnionType}:
        return _any_of(inner)
    return _is(annotation, f"a {annotation.__name__}")


def _any_of(inner: tuple[Any, ...]) -> _Check:
    options = [_compile(one) for one in inner if one is not type(None)]
    optional = type(None) in inner

    def check(value: Any) -> str:
        if value is None and optional:
            return ""
        found = [option(value) for option in options]
        wrong = "" if "" in found else "; or ".join(found)
        return f"{wrong}, or None" if wrong and optional else wrong

    return check
