"""Which types of fields can be stored and read back.

A document has text, whole numbers, and yes and no.  A field of a float is
written, and no program can read its order from then on.  So a house says
of the events, parts and intents of a room that is brought which fields
can never be read.  Only types that are sure are refused.
"""

from __future__ import annotations

import collections.abc
import enum
from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

import attrs

__all__ = ["KEPT", "unkept"]

KEPT: Final = (
    "text, whole numbers, bool, datetime, Money, enumerations, attrs "
    "classes, one of these or None, and tuples and mappings by text of them"
)
_LOST: Final = (
    *(float, complex, bytes, set, frozenset, Decimal),
    *(date, time, timedelta, enum.Flag),
)
"""Classes that a document has nothing for."""


def unkept(kind: Any, unions: Collection[Any]) -> Iterator[str]:
    """The fields of an attrs class that can never be read back.

    Args:
        kind: the class.
        unions: those of which a document says which member it holds.
    """
    for field in attrs.fields(attrs.resolve_types(kind)):
        if not _is_kept(field.type, unions, (kind,)):
            yield field.name


def _is_kept(
    wanted: Any, unions: Collection[Any], within: tuple[Any, ...]
) -> bool:
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin is Literal or arguments in {(), ((),)}:
        return _is_class_kept(origin or wanted, unions, within)
    inner = [each for each in arguments if each not in {..., type(None)}]
    if origin in {Union, UnionType} and len(inner) > 1:
        return wanted in unions or _is_told_apart(inner)
    if origin is tuple and len(set(inner)) > 1:
        return False
    if origin in {dict, collections.abc.Mapping}:
        return inner[0] not in {int, bool} and all(
            _is_kept(each, unions, within) for each in inner
        )
    return _is_class_kept(origin, unions, within) and all(
        _is_kept(each, unions, within) for each in inner
    )


def _is_class_kept(
    wanted: Any, unions: Collection[Any], within: tuple[Any, ...]
) -> bool:
    if not isinstance(wanted, type) or wanted in within:
        return True
    if issubclass(wanted, datetime):
        return True
    if wanted is object or issubclass(wanted, _LOST):
        return False
    if (wanted.__module__, wanted.__name__) == ("uuid", "UUID"):
        return False
    return not attrs.has(wanted) or all(
        _is_kept(field.type, unions, (*within, wanted))
        for field in attrs.fields(attrs.resolve_types(wanted))
    )


def _is_told_apart(choices: list[Any]) -> bool:
    """Whether the fields of a document say which class it is of.

    A mapping is told apart from a word, and a class by a field that it
    alone has, and must have; one of them may be what is left.
    """
    if set(map(get_origin, choices)) == {collections.abc.Mapping, Literal}:
        return True
    if not all(map(attrs.has, choices)):
        return False
    plain = 0
    for choice in choices:
        others = {
            field.name
            for other in choices
            if other is not choice
            for field in attrs.fields(other)
        }
        plain += not any(
            field.default is attrs.NOTHING and field.name not in others
            for field in attrs.fields(choice)
        )
    return plain <= 1
