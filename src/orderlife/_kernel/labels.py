"""English labels of commands, fields, words and subjects, for a page.

They are derived from the names in code, so that a room of an application
has them too.  A translation goes by the same names.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Final

import attrs

from orderlife._kernel.messages import Command

__all__ = ["label_of", "named", "subject_label", "subject_of", "word_label"]

_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD: Final = re.compile(r"\w+")
_PERSON: Final = re.compile(r"\b(customer|staff|system|provider):[^\s,;]+")
"""An actor, as its text is."""


def label_of(kind: type) -> str:
    """The label of a command's button: ``CancelLines`` is *Cancel lines*."""
    return _spaced(kind.__name__)


@functools.cache
def _spaced(name: str) -> str:
    return _CAPITAL.sub(" ", name).capitalize()


def word_label(word: str) -> str:
    """The label of a word: ``customer_damaged`` is *Customer damaged*.

    Of a path, such as ``tender.amount``, it is that of its last word.
    """
    return word.rpartition(".")[2].replace("_", " ").capitalize()


def subject_of(command: Command) -> str:
    """The id of what a command is about: the first that it must name.

    Of a command that needs no id but its order's it is that.
    """
    for name in _needed(type(command)):
        return str(getattr(command, name))
    return command.order_id


def _needed(kind: type[Command]) -> tuple[str, ...]:
    """Those of them that every such command has, but for the order's."""
    fields = attrs.fields_dict(kind)
    return tuple(
        name
        for name in _ids(kind)
        if name != "order_id" and fields[name].default is attrs.NOTHING
    )


def subject_label(command: Command, subject: str) -> str:
    """What a command is about, as in *Shipment o1-s1* or *Hold h1*.

    It is the field that holds the subject's id which says so.
    """
    for name in _ids(type(command)):
        if getattr(command, name) == subject:
            return f"{word_label(name.removesuffix('_id'))} {subject}"
    return subject


def _ids(kind: type[Command]) -> tuple[str, ...]:
    """The fields of a command that name something, but for its own id."""
    return tuple(
        field.name
        for field in attrs.fields(kind)
        if field.name.endswith("_id") and field.name != "command_id"
    )


def named(text: str, labels: Mapping[str, str]) -> str:
    """A text with the labels of commands in place of their names.

    It names no person by an id.
    """
    text = _PERSON.sub("somebody", text)
    return _WORD.sub(
        lambda found: (
            f'"{labels[word]}"' if (word := found.group()) in labels else word
        ),
        text,
    )
