"""Personal data of a command: declared on its fields, kept apart.

A field of a command, or of its lines, that holds personal data is marked
in its metadata, and so is the field of an event that refers to it.
The two are matched by path: a command's ``ship_to`` is what an event
calls ``o1:ship_to``, and line 2's ``gift_message`` is called
``o1:gift_message:2``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, get_args

import attrs

from orderlife._kernel.messages import NOTHING, Recorded
from orderlife._values.personal import (
    Address,
    Contact,
    FreeText,
    Personal,
    masked,
)
from orderlife.errors import InvariantError

__all__ = [
    "PERSONAL",
    "REFERENCE",
    "held",
    "personal_of",
    "references",
    "refers",
    "undeclared",
]

PERSONAL: Final[Mapping[str, Any]] = {"personal": True}
"""Metadata of a field of personal data, or of lines that have some."""
REFERENCE: Final[Mapping[str, Any]] = {"reference": True}
"""Metadata of a field of an event or an intent that refers to personal
data, or holds values that do."""

_KINDS: Final = frozenset((Address, Contact, FreeText))


def _marked(kind: Any, what: str) -> tuple[str, ...]:
    """The fields of a class with one kind of metadata."""
    if not attrs.has(kind):
        return ()
    return tuple(f.name for f in attrs.fields(kind) if what in f.metadata)


# Of a class, which a checker does not take for hashable.
_declared: Final[Callable[[type, str], tuple[str, ...]]] = cache(_marked)


def _said(message: Any) -> Iterator[tuple[str, Personal]]:
    """All personal data of a message, by its path."""
    for name in _declared(type(message), "personal"):
        value = getattr(message, name)
        if isinstance(value, tuple):
            for number, each in enumerate(value, 1):
                line_id = getattr(each, "line_id", "") or number
                for path, person in _of_one(name, each):
                    yield f"{path}:{line_id}", person
        else:
            yield from _of_one(name, value)


def _of_one(name: str, value: Any) -> Iterator[tuple[str, Personal]]:
    """Personal data of a value, or of a line that has some."""
    if isinstance(value, str):
        if value:
            yield name, FreeText(value)
    elif isinstance(value, Address | Contact | FreeText):
        yield name, value
    else:
        yield from _said(value)


def references(value: Any) -> Iterator[str]:
    """All references in an event or an intent, or in what it holds."""
    found = [value]
    for each in found:  # which grows meanwhile
        if isinstance(each, str):
            yield each
        elif isinstance(each, tuple):
            found += each
        else:
            for name in _declared(type(each), "reference"):
                found.append(getattr(each, name))


def refers(kind: type) -> bool:
    """Whether values of a class refer to personal data."""
    return bool(_declared(kind, "reference"))


def personal_of(
    message: Any, events: Sequence[Recorded]
) -> Mapping[str, Personal]:
    """Personal data by the references that the events have to it.

    Args:
        message: a command or a fact.
        events: what was recorded of it.

    Raises:
        InvariantError: no event refers to a value, which would be lost.
    """
    if not events or not _declared(type(message), "personal"):
        return NOTHING
    said = dict(_said(message))
    found = {
        reference: said[path]
        for recorded in events
        if _declared(type(recorded.event), "reference")
        for reference in references(recorded.event)
        if (path := reference.partition(":")[2]) in said
    }
    lost = said.keys() - {ref.partition(":")[2] for ref in found}
    if lost:
        what = type(message).__name__
        raise InvariantError(f"{what}: nothing refers to {', '.join(lost)}")
    return found


def undeclared(kind: type) -> Iterator[str]:
    """The fields of a message with personal data that are not marked."""
    fields = attrs.fields(attrs.resolve_types(kind))
    for field in fields:
        if "personal" not in field.metadata and (
            field.repr is masked or _holds(field.type)
        ):
            yield field.name


def held(kind: type) -> Iterator[str]:
    """The fields of an event that hold personal data, not a reference."""
    for field in _fields(kind):
        if _holds(field.type):
            yield field.name


def _holds(annotation: Any) -> bool:
    """Whether a type is personal data, or holds some."""
    if annotation in _KINDS:
        return True
    if arguments := get_args(annotation):
        return any(map(_holds, arguments))
    return isinstance(annotation, type) and any(
        _holds(field.type) or "personal" in field.metadata
        for field in _fields(annotation)
    )


@cache
def _fields(kind: type) -> tuple[Any, ...]:
    found = attrs.has(kind)
    return tuple(attrs.fields(attrs.resolve_types(kind))) if found else ()
