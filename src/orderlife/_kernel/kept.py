"""Whether a value can be stored and read back, by its fields' types.

A command is checked when it comes in.  What a room of an application
gives is not: an event with None in a field of text is written, and no
program can read its order from then on.  So it is looked at before
anything is recorded.  Only types that are sure are looked at.
"""

from __future__ import annotations

import collections.abc
import enum
import re
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from functools import cache
from types import UnionType
from typing import (
    Any,
    Final,
    Literal,
    TypeAlias,
    Union,
    get_args,
    get_origin,
)

import attrs

from orderlife._values.fast_enum import OpenEnum
from orderlife._values.money import Money

__all__ = ["misfits"]

_UNKEPT: Final = re.compile("[\0\ud800-\udfff]")
"""Half a character, and what ends a text elsewhere: no database keeps it."""
_Fits: TypeAlias = Callable[[Any, Collection[str]], bool]
"""Whether a value is of a type, in a house that has rooms of these
names."""


def misfits(value: Any, rooms: Collection[str]) -> Iterator[str]:
    """The fields of a value that hold what cannot be read back.

    Args:
        value: of an attrs class.
        rooms: the names of the rooms whose kinds can be read.
    """
    kind: Any = type(value)
    for name, fits in _fields(kind):
        if not fits(getattr(value, name), rooms):
            yield name


@cache
def _fields(kind: Any) -> tuple[tuple[str, _Fits], ...]:
    """The fields of an attrs class, each with what fits it."""
    fields = attrs.fields(attrs.resolve_types(kind))
    return tuple((field.name, _compiled(field.type)) for field in fields)


def _anything(*_: object) -> bool:
    return True


def _is_text(value: object, *_: object) -> bool:
    return isinstance(value, str) and not _UNKEPT.search(value)


def _is_time(value: object, *_: object) -> bool:
    return isinstance(value, datetime) and value.tzinfo is not None


def _is_whole(value: object, *_: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_PLAIN: Final = (bool, type(None), Money, enum.Enum)
_SIMPLE: Final[dict[object, _Fits]] = {
    str: _is_text,
    int: _is_whole,
    datetime: _is_time,
}


def _compiled(wanted: Any) -> _Fits:
    origin, arguments = get_origin(wanted), get_args(wanted)
    if wanted in _SIMPLE:
        return _SIMPLE[wanted]
    if origin in {Union, UnionType}:
        return _any_of(tuple(map(_compiled, arguments)))
    if origin is tuple and arguments[1:] == (...,):
        return _all_in(_compiled(arguments[0]))
    if origin in {list, collections.abc.Sequence}:
        return _all_in(_compiled(arguments[0]), (list, tuple))
    if origin in {dict, collections.abc.Mapping}:
        return _mapping(*map(_compiled, arguments))
    if origin is Literal:
        return _word(arguments)
    if not isinstance(wanted, type):
        return _anything
    if issubclass(wanted, OpenEnum):
        return _kind(wanted)
    if issubclass(wanted, _PLAIN) or attrs.has(wanted):
        return _of(wanted)
    return _anything


def _of(wanted: type) -> _Fits:
    def fits(value: Any, rooms: Collection[str]) -> bool:
        if not isinstance(value, wanted):
            return False
        return not attrs.has(wanted) or not any(misfits(value, rooms))

    return fits


def _kind(wanted: type[OpenEnum]) -> _Fits:
    def fits(value: Any, rooms: Collection[str]) -> bool:
        return isinstance(value, wanted) and (
            not value.room or value.room in rooms
        )

    return fits


def _any_of(choices: tuple[_Fits, ...]) -> _Fits:
    def fits(value: Any, rooms: Collection[str]) -> bool:
        return any(choice(value, rooms) for choice in choices)

    return fits


def _word(words: tuple[object, ...]) -> _Fits:
    def fits(value: object, *_: object) -> bool:
        return value in words

    return fits


def _all_in(inner: _Fits, kinds: Any = tuple) -> _Fits:
    def fits(value: Any, rooms: Collection[str]) -> bool:
        return isinstance(value, kinds) and all(
            inner(each, rooms) for each in value
        )

    return fits


def _mapping(key: _Fits, inner: _Fits) -> _Fits:
    def fits(value: Any, rooms: Collection[str]) -> bool:
        return isinstance(value, collections.abc.Mapping) and all(
            key(name, rooms) and inner(each, rooms)
            for name, each in value.items()
        )

    return fits
