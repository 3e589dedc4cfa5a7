"""Whether the table of a room has the shape of one, row by row.

A house looks at it before anything else, so that a value of the wrong
kind is named by the field that holds it, and by the row.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any, Final

import attrs

from orderlife._kernel.annotations import name_of
from orderlife._kernel.binding import fail, refuse
from orderlife._kernel.invariants import Invariants, Precondition
from orderlife._kernel.lifecycle import Lifecycle
from orderlife._kernel.messages import (
    Command,
    Event,
    ExceptionKind,
    Fact,
    Remedy,
    Step,
    TimerKind,
)
from orderlife._kernel.parts import Parts
from orderlife._kernel.room import (
    Change,
    Deadline,
    PartRule,
    Report,
    Room,
    Rule,
    Trouble,
)
from orderlife.policy.registries import Flag, Reason
from orderlife.ports.base import Intent
from orderlife.ports.port import Port

__all__ = ["check_shape", "is_no_function"]

_ANSWERS: Final = (Rule, PartRule)
_ROWS: Final[dict[str, tuple[Any, type | None, str]]] = {
    "commands": (_ANSWERS, Command, "on() or about()"),
    "facts": (_ANSWERS, Fact, "hears(), on() or about()"),
    "steps": (_ANSWERS, Step, "on() or about()"),
    "objects": (Rule, Command, "objects()"),
    "events": (Change, Event, "makes(), changes() or moves()"),
    "reacts": (Rule, Event, "on()"),
    "asks": (Rule, Event, "asks()"),
    "tells": (Rule, Event, "tells()"),
    "ports": (Port, None, "Port()"),
    "reports": (Report, None, "reports()"),
    "silent": (type, None, "naming classes of events"),
    "deadlines": (Deadline, None, "Deadline()"),
    "troubles": (Trouble, None, "Trouble()"),
    "contract": (ModuleType, None, "naming modules"),
    "hold_reasons": (Reason, None, "Reason()"),
    "cancel_reasons": (Reason, None, "Reason()"),
    "flags": (Flag, None, "Flag()"),
}
"""By field of ``Room``: the class of its rows, what they are about, and
how they are made."""
_ONCE: Final = (
    *("offers", "awaits", "catches", "claims", "arrived", "marks"),
    *("gives_away", "status", "sentences"),
)
"""The fields of ``Room`` that hold one function, or None."""


def check_shape(room: Room[Any]) -> None:
    """Check that each row of a table is one, and is about what it should.

    Raises:
        LifecycleError: names the field of the table, and what it holds.
    """
    if not isinstance(room.name, str):
        refuse(room, "its name must be a text")
    _check_parts(room)
    for name, (kinds, about, how) in _ROWS.items():
        given = getattr(room, name)
        if not isinstance(given, tuple | list):
            what = f"{name} is a {type(given).__name__}, and no tuple"
            refuse(room, f"{what}: is a comma missing?")
        for row in given:
            if not isinstance(row, kinds):
                what = f"{name} has a {type(row).__name__}"
                refuse(room, f"{what}: its rows are made by {how}")
            if about is not None:
                _check_kind(room, name, row.kind, about)
    _check_events(room)
    _check_kinds(room)
    _check_pages(room)
    for where, function in _functions(room):
        _check_function(room, where, function)


def _check_kind(room: Room[Any], name: str, kind: object, about: type) -> None:
    """Check that a row is about a class of messages, which has its fields."""
    if not isinstance(kind, type) or not issubclass(kind, about):
        named = kind.__name__ if isinstance(kind, type) else repr(kind)
        refuse(room, f"{name} has {named}, which is no {about.__name__}")
    if "__attrs_attrs__" not in vars(kind):
        why = "is no attrs class of its own: put @attrs.frozen above it"
        fail(room, kind, why)


def _check_parts(room: Room[Any]) -> None:
    """Check that parts are those of a class that can be stored."""
    if not isinstance(room.parts, Parts):
        what = f"parts is a {type(room.parts).__name__}"
        refuse(room, f"{what}: it is made by Parts()")
    kind: object = room.parts.kind
    if not isinstance(kind, type) or not attrs.has(kind):
        named = kind.__name__ if isinstance(kind, type) else repr(kind)
        refuse(room, f"its parts are of {named}, which is no attrs class")


def _check_events(room: Room[Any]) -> None:
    """Check that events name their part, and that silent ones are there."""
    key = room.parts.key
    kinds: list[type] = [change.kind for change in room.events]
    for kind in kinds:
        if key and key not in attrs.fields_dict(kind):
            fail(room, kind, f"has no {key}")
    for kind in room.silent:
        if kind not in kinds:
            fail(room, kind, "is silent, and no event of this room")


def _check_kinds(room: Room[Any]) -> None:
    """Check what deadlines, troubles and reports are about."""
    for deadline in room.deadlines:
        if not isinstance(deadline.kind, TimerKind):
            refuse(room, f"a deadline is of {deadline.kind!r}, no TimerKind")
    for trouble in room.troubles:
        kind = trouble.kind
        if not isinstance(kind, ExceptionKind):
            refuse(room, f"a trouble is of {kind!r}, no ExceptionKind")
        remedies = trouble.remedies
        if not isinstance(remedies, Mapping) or not all(
            isinstance(remedy, Remedy) for remedy in remedies
        ):
            why = "must be a mapping, by Remedy, of functions or None"
            refuse(room, f"the remedies of {kind.value} {why}")
        if not remedies:
            refuse(room, f"an item {kind.value} has no remedy")
    for report in room.reports:
        _check_kind(room, "reports", report.intent, Intent)
        _check_kind(room, "reports", report.fact, Fact)


def _check_pages(room: Room[Any]) -> None:
    """Check the fields of which a room has one."""
    drawn = room.lifecycles
    if not isinstance(drawn, Mapping) or not all(
        isinstance(each, Lifecycle) for each in drawn.values()
    ):
        refuse(room, "lifecycles must be a mapping of them, by their names")
    if not isinstance(room.invariants, Invariants):
        refuse(room, "invariants must be made by Invariants()")
    for name in ("case", "events", "history"):
        if not isinstance(getattr(room.invariants, name), tuple | list):
            refuse(
                room,
                f"invariants: {name} must be a tuple: is a comma missing?",
            )
    for rule in room.invariants.events:
        if not isinstance(rule, Precondition):
            refuse(room, "invariants: events are made by precondition()")
    if room.terms is not None and not isinstance(room.terms, type):
        what = f"terms is a {type(room.terms).__name__}"
        refuse(room, f"{what}: give the class, and a page to the policy")


def _functions(room: Room[Any]) -> Iterator[tuple[str, Any]]:
    """All that a house calls of a room, and where it stands."""
    for field in ("commands", "facts", "steps", "objects", "reacts"):
        for rule in getattr(room, field):
            yield f"{field}, {rule.kind.__name__}", rule.do
            unknown = getattr(rule, "unknown", None)
            if unknown is not None:
                yield f"{field}, {rule.kind.__name__}", unknown
    for rule in (*room.asks, *room.tells):
        yield f"asks or tells, {rule.kind.__name__}", rule.do
    for change in room.events:
        yield f"events, {change.kind.__name__}", change.apply
        if change.make is not None:
            yield f"events, {change.kind.__name__}", change.make
    for report in room.reports:
        yield f"reports, {report.intent.__name__}", report.tell
    for deadline in room.deadlines:
        yield f"deadlines, {deadline.kind.value}", deadline.due
        yield f"deadlines, {deadline.kind.value}", deadline.fires
    for trouble in room.troubles:
        for do in (trouble.knows, *trouble.remedies.values()):
            if do is not None:
                yield f"troubles, {trouble.kind.value}", do
    for field in _ONCE:
        if getattr(room, field) is not None:
            yield field, getattr(room, field)
    rules = room.invariants
    yield from (("invariants", check) for check in rules.case)
    yield from (("invariants", rule.check) for rule in rules.events)
    yield from (("invariants", check) for check in rules.history)
    if rules.moves_on is not None:
        yield "invariants", rules.moves_on


def _check_function(room: Room[Any], where: str, function: object) -> None:
    """Check that something can be called, and need not be awaited."""
    why = is_no_function(function)
    if why:
        refuse(room, f"{where}: {why}")
    if where == "catches" and inspect.isgeneratorfunction(function):
        what = f"{where}: {name_of(function)} is a generator, which takes "
        refuse(room, f"{what}every answer: return a list, or None")


def is_no_function(given: object) -> str:
    """Why something is no function that a house can call; empty: it is."""
    if not callable(given):
        return f"{given!r} is no function"
    called: Callable[..., Any] = given
    if inspect.iscoroutinefunction(called) or inspect.isasyncgenfunction(
        called
    ):
        return f"{name_of(called)} is async: a house awaits nothing"
    return ""
