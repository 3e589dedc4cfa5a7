"""Checks that nothing is missing in a house, when it is made.

Each check names the room and the kind that it is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, get_type_hints

import attrs

from orderlife._kernel.annotations import (
    may_give,
    name_of,
    says_what_it_gives,
)
from orderlife._kernel.binding import fail, refuse
from orderlife._kernel.messages import (
    Command,
    Event,
    ExceptionKind,
    Fact,
    Step,
    TimerKind,
)
from orderlife._kernel.personal import held, refers, undeclared
from orderlife._kernel.room import (
    Do,
    Report,
    Room,
    rows,
)
from orderlife._values.fast_enum import OpenEnum
from orderlife.errors import LifecycleError
from orderlife.policy.registries import REGISTRIES
from orderlife.ports.base import Intent, PersonalIntent

if TYPE_CHECKING:
    from orderlife._kernel.house import House

__all__ = ["check_complete"]

_MESSAGE: Final = (Command, Event, Fact, Step)
_TAKEN: Final = frozenset(("store", "more"))
"""Names that ``Ports`` has already, so that no port can have them."""
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


def check_complete(house: House) -> None:
    """Check that nothing is missing in a house.

    Raises:
        LifecycleError: names what is missing, and the room.
    """
    for room in house.brought:
        _check_names(house, room)
        _check_parts(house, room)
        _check_annotations(room)
    told = {rule.kind for room in house.rooms for rule in room.tells}
    for room in house.rooms:
        _check_personal(room)
        _check_terms(room)
        _check_what_follows(house, room)
        _check_contract(house, room)
        _check_asked(house, room)
        for rule in room.invariants.events:
            if rule.kind not in house.changes:
                fail(room, rule.kind, "is nobody's")
        for change in room.events:
            silent = change.kind in room.silent
            if (change.kind in told) is silent:
                why = "is told and silent" if silent else "is told to nobody"
                fail(room, change.kind, why)
    _check_tags(house)
    _check_lifecycles(house)
    _check_deadlines(house)
    for exception in ExceptionKind:
        if not house.remedies.get(exception):
            message = f"an item {exception.value} has no remedy"
            raise LifecycleError(message)


def _check_tags(house: House) -> None:
    """See that no two messages of a kind are stored under one name."""
    tags = house.tags
    for kinds in (house.commands, house.facts, house.events, house.methods):
        named: dict[str, type] = {}
        for kind in kinds:
            if named.setdefault(tags[kind], kind) is not kind:
                message = f"{tags[kind]} is the name of two classes"
                raise LifecycleError(message)


def _check_lifecycles(house: House) -> None:
    """See that no two lifecycles are drawn under one name."""
    known: set[str] = set()
    for room in house.rooms:
        for name in room.lifecycles:
            if name in known:
                refuse(room, f"lifecycle {name} is there twice")
            known.add(name)


def _check_deadlines(house: House) -> None:
    """Check that each kind of timer belongs to one room."""
    known: set[TimerKind] = set()
    for room in house.rooms:
        for deadline in room.deadlines:
            if deadline.kind in known:
                what = deadline.kind.value
                refuse(room, f"{what} is due twice")
            known.add(deadline.kind)
    for kind in TimerKind:
        if kind not in known:
            message = f"a timer {kind.value} is never due"
            raise LifecycleError(message)


def _check_personal(room: Room[Any]) -> None:
    """Check that personal data is declared, and that no event holds it."""
    for rule in (*room.commands, *room.facts):
        for field in undeclared(rule.kind):
            why = f"keeps personal data in {field}, and does not say so"
            fail(room, rule.kind, why)
    for change in room.events:
        for field in held(change.kind):
            why = f"holds personal data in {field}: it may only refer to it"
            fail(room, change.kind, why)


def _check_terms(room: Room[Any]) -> None:
    """Check that a room's terms can be made without arguments."""
    if room.terms is None:
        return
    if not attrs.has(room.terms):
        fail(room, room.terms, "must be an attrs class")
    try:
        room.terms()
    except Exception as error:  # noqa: BLE001
        fail(room, room.terms, f"needs defaults: {error}")


def _check_annotations(room: Room[Any]) -> None:
    """Check that functions say what they give, as the house reads it."""
    asking = (rule.do for rule in (*room.asks, *room.tells))
    for do in (*_functions(room), *asking):
        name = name_of(do)
        try:
            says = says_what_it_gives(do)
        except Exception as error:  # noqa: BLE001
            refuse(room, f"the annotations of {name} cannot be read: {error}")
        if not says:
            refuse(room, f"{name} does not say what it gives: annotate it")


def _check_what_follows(house: House, room: Room[Any]) -> None:
    """Check that what a function gives, by its annotation, is known."""
    for do in _functions(room):
        for kind in may_give(do):
            if not issubclass(kind, _MESSAGE) or kind in _MESSAGE:
                continue
            if not _is_known(house, kind):
                fail(room, kind, "follows, and is nobody's")


def _check_asked(house: House, room: Room[Any]) -> None:
    """Check that a port performs each intent, and how it is answered."""
    asked = [
        kind
        for rule in (*room.asks, *room.tells)
        for kind in may_give(rule.do)
    ]
    for kind in (*asked, *(report.intent for report in room.reports)):
        if issubclass(kind, Intent) and not any(
            issubclass(known, kind) for known in house.methods
        ):
            fail(room, kind, "is performed by no port")
    for port in room.ports:
        for intent in port.methods:
            if issubclass(intent, PersonalIntent) and not refers(intent):
                why = "says not which of its fields refers to a person"
                fail(room, intent, why)
            unheard = port.moves and intent not in house.reports
            if unheard and room in house.brought:
                why = f"is answered by port {port.name}, and reported nowhere"
                fail(room, intent, why)
    for report in room.reports:
        if report.fact not in house.rules:
            fail(room, report.fact, "is nobody's")
        _check_answer(house, room, report)


def _check_answer(house: House, room: Room[Any], report: Report) -> None:
    """Check that a fact can hold every answer to an operation."""
    port = house.ports[report.intent.port]
    fields = get_type_hints(report.fact)
    if "operation_id" not in fields:
        fail(room, report.fact, "has no operation_id")
    if fields.get("outcome") != port.reports:
        why = f"needs an outcome: all that port {port.name} reports"
        fail(room, report.fact, why)


def _functions(room: Room[Any]) -> Iterator[Do]:
    """All of a room's functions that give messages."""
    for rule in (*rows(room), *room.reacts):
        yield rule.do
    for deadline in room.deadlines:
        yield deadline.fires
    for trouble in room.troubles:
        for do in trouble.remedies.values():
            if do is not None:
                yield do


def _check_contract(house: House, room: Room[Any]) -> None:
    """Check that each message that a room defines stands in a table."""
    for module in room.contract:
        for name in module.__all__:
            kind = getattr(module, name)
            if not isinstance(kind, type) or kind in _MESSAGE:
                continue
            if issubclass(kind, _MESSAGE) and not _is_known(house, kind):
                fail(room, kind, "was forgotten")


def _is_known(house: House, kind: type) -> bool:
    known = house.changes if issubclass(kind, Event) else house.rules
    return kind in known


def _check_names(house: House, room: Room[Any]) -> None:
    """Check that a room's name is unique, and that its kinds carry it."""
    names = [each.name for each in house.rooms]
    if names.count(room.name) > 1 or not _NAME.fullmatch(room.name):
        message = f"room {room.name!r}: needs a name of its own"
        raise LifecycleError(message)
    for port in room.ports:
        if port.name in _TAKEN or not _NAME.fullmatch(port.name):
            refuse(room, f"no port can be {port.name!r}")
    kinds: list[OpenEnum] = [deadline.kind for deadline in room.deadlines]
    kinds += [trouble.kind for trouble in room.troubles]
    for kind in kinds:
        if kind.room not in {"", room.name}:
            refuse(room, f"{kind.value} is another's")
    for registry in REGISTRIES:
        _check_words(room, [entry.code for entry in getattr(room, registry)])


def _check_parts(house: House, room: Room[Any]) -> None:
    """Check that a room's parts are its own, or those of another room."""
    parts = room.parts
    others = [each for each in house.rooms if each.parts.name == parts.name]
    if any(each.parts != parts for each in others):
        refuse(room, f"parts {parts.name} are another room's")
    if parts.slot and all(each in house.brought for each in others):
        refuse(room, "its parts can have no slot")
    changed = [change for each in others for change in each.events]
    if changed and not parts.slot and not any(c.make for c in changed):
        refuse(room, "no event makes its parts: see makes()")


def _check_words(room: Room[Any], words: list[str]) -> None:
    """Check that a room's words carry its name, and are unique."""
    for word in words:
        if word.rpartition(".")[0] != room.name:
            refuse(room, f"{word} must begin with {room.name}.")
        if words.count(word) > 1:
            refuse(room, f"{word} stands twice")
