"""The tables of all rooms as one: what a house looks things up in.

It refuses what is there twice, and rules for messages of no room;
``completeness`` checks that nothing is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypeAlias

import attrs

from orderlife._kernel.binding import (
    bound,
    fail,
    guarded,
    sequels,
    several,
    words,
)
from orderlife._kernel.labels import label_of
from orderlife._kernel.messages import (
    Command,
    Event,
    ExceptionKind,
    Fact,
    Remedy,
    TimerFired,
    TimerKind,
)
from orderlife._kernel.parts import Parts
from orderlife._kernel.room import (
    Change,
    Deadline,
    Do,
    PartRule,
    Report,
    Room,
    Rule,
    Trouble,
    rows,
)
from orderlife._kernel.shape import check_shape
from orderlife._kernel.watch import Watch
from orderlife.errors import LifecycleError
from orderlife.ports.base import Intent, Outcome
from orderlife.ports.port import Port

__all__ = ["Given", "Tables"]

Given: TypeAlias = Room[Any] | Callable[[Any], Room[Any]]
"""A room; or a function that makes it of the house, if it needs the
tables of all rooms."""


class Tables:
    """The rows of all rooms, by message class.

    Args:
        given: the rooms.
        own: how many of them are the library's.
        fired: answers a timer whose date has come.
        heard: answers a fact that several rooms may hear.

    Raises:
        LifecycleError: a row is there twice, or belongs to no room.
    """

    def __init__(
        self, given: Iterable[Given], own: int, fired: Do, heard: Do
    ) -> None:
        self._own, self._heard_by_key = own, heard
        self.troubles: dict[
            ExceptionKind, list[tuple[Room[Any], Trouble]]
        ] = {}
        self.remedies: dict[ExceptionKind, tuple[Remedy, ...]] = {}
        self.rooms: tuple[Room[Any], ...] = tuple(
            _room_of(room, self, ours=number < own)
            for number, room in enumerate(given)
        )
        self.ports: dict[str, Port] = {}
        """The ports of all rooms, by name."""
        self.methods: dict[type[Intent], str] = {}
        """By intent class, the method of its port that performs it."""
        self.outcomes: dict[type[Intent], tuple[type[Outcome], ...]] = {}
        """By intent class, the answers that its port may give."""
        self.changes: dict[type, tuple[Parts[Any], Change[Any]]] = {}
        self.reports: dict[type[Intent], Report] = {}
        self.rules: dict[type, Rule] = {TimerFired: Rule(TimerFired, fired)}
        self.hearing: dict[type, list[tuple[Parts[Any], PartRule[Any]]]] = {}
        """By fact class, the rooms that may have the part that it names."""
        self.keys: dict[type, str] = {}
        """By message class, the field that names its part; empty: none."""
        for room in self.rooms:
            self._settle_in(room)
        self.inputs = frozenset((*self.commands, *self.facts))
        """All kinds of commands and facts."""
        self.answered_by: dict[type, str] = {
            report.fact: report.intent.port for report in self.reports.values()
        }
        """By class of the facts that are made of answers, the port."""
        self.deadlines: dict[TimerKind, Deadline] = {
            deadline.kind: deadline
            for room in self.rooms
            for deadline in room.deadlines
        }
        self.terms: tuple[type, ...] = tuple(
            room.terms for room in self.rooms if room.terms is not None
        )
        """The rooms' terms, of which a policy may have pages."""
        self.words = words(self.rooms)
        """By registry, the words that rooms add to those of a policy."""
        self.catches = tuple(
            room.catches for room in self.rooms if room.catches is not None
        )
        self.claims = tuple(
            room.claims for room in self.rooms if room.claims is not None
        )
        self.marks = tuple(
            room.marks for room in self.rooms if room.marks is not None
        )
        self.arrived = {
            port.name: room.arrived
            for room in self.rooms
            if room.arrived is not None
            for port in room.ports
        }
        """By port, what makes the fact for a part whose stock is there."""
        self.giving = tuple(
            room.gives_away
            for room in self.rooms
            if room.gives_away is not None
        )
        self.sequels = sequels(self.rooms, self.changes, self.brought)
        for kind, guards in several(self.rooms, "objects", self.rules).items():
            rule = self.rules[kind]
            self.rules[kind] = attrs.evolve(rule, do=guarded(rule.do, guards))

    # Making them

    def _settle_in(self, room: Room[Any]) -> None:
        """Enter the rows of a room's table."""
        for port in room.ports:
            if port.name in self.ports:
                fail(room, port.protocol, f"is port {port.name} twice")
            self.ports[port.name] = port
            self.methods.update(port.methods)
            self.outcomes.update(port.outcomes)
        for change in room.events:
            if change.kind in self.changes:
                fail(room, change.kind, "is applied twice")
            self.changes[change.kind] = room.parts, change
        for report in room.reports:
            if report.intent in self.reports:
                fail(room, report.intent, "is reported twice")
            self.reports[report.intent] = report
        for rule in rows(room):
            if isinstance(rule, PartRule):
                self._place(room, rule)
            elif rule.kind in self.rules:
                fail(room, rule.kind, "is answered twice")
            else:
                self.rules[rule.kind] = rule
        for trouble in room.troubles:
            self.troubles.setdefault(trouble.kind, []).append((room, trouble))
            known = self.remedies.get(trouble.kind, ())
            self.remedies[trouble.kind] = tuple(
                dict.fromkeys((*known, *trouble.remedies))
            )

    def _place(self, room: Room[Any], rule: PartRule[Any]) -> None:
        key = rule.key or room.parts.key
        if key and key not in attrs.fields_dict(rule.kind):
            fail(room, rule.kind, f"has no {key}")
        heard = rule.kind in self.hearing and rule.unknown is not None
        if rule.kind in self.rules and not heard:
            fail(room, rule.kind, "is answered twice")
        self.keys.setdefault(rule.kind, key)
        if rule.unknown is not None:
            heard_by = self.hearing.setdefault(rule.kind, [])
            heard_by.append((room.parts, attrs.evolve(rule, key=key)))
            self.rules[rule.kind] = Rule(rule.kind, self._heard_by_key)
        else:
            do = bound(room.parts, key, rule.do)
            self.rules[rule.kind] = Rule(rule.kind, do)

    # What there is

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """By name of a command, its label."""
        return {kind.__name__: label_of(kind) for kind in self.commands}

    @property
    def brought(self) -> tuple[Room[Any], ...]:
        """The rooms that an application has brought."""
        return self.rooms[self._own :]

    @property
    def events(self) -> tuple[type[Event], ...]:
        """All kinds of events, room by room."""
        return tuple(
            change.kind for room in self.rooms for change in room.events
        )

    @property
    def commands(self) -> tuple[type[Command], ...]:
        """All kinds of commands, room by room."""
        return tuple(
            rule.kind for room in self.rooms for rule in room.commands
        )

    @property
    def facts(self) -> tuple[type[Fact], ...]:
        """All kinds of facts, room by room, those of timers last."""
        found = [rule.kind for room in self.rooms for rule in room.facts]
        return (*dict.fromkeys(found), TimerFired)

    @property
    def tags(self) -> Mapping[type, str]:
        """The names of messages and intents in stored documents."""
        found: dict[type, str] = {TimerFired: TimerFired.__name__}
        for number, room in enumerate(self.rooms):
            prefix = f"{room.name}." if number >= self._own else ""
            for kind in _kinds(room):
                found.setdefault(kind, f"{prefix}{kind.__name__}")
        return found

    @property
    def contents(self) -> Mapping[str, frozenset[type]]:
        """By room, the classes of all that is stored of it."""
        return {
            room.name: frozenset((room.parts.kind, *_kinds(room)))
            for room in self.rooms
        }

    def moves(self, port: str) -> bool:
        """Whether a port moves money or goods; False: it only informs."""
        return port not in self.ports or self.ports[port].moves


def _kinds(room: Room[Any]) -> Iterator[type]:
    """The messages and intents of a room."""
    for rows_of in (room.commands, room.facts, room.events):
        yield from (row.kind for row in rows_of)
    for port in room.ports:
        yield from port.methods


def _room_of(given: Given, house: Tables, *, ours: bool) -> Room[Any]:
    """The room itself, or the one that a function makes of the house.

    The functions of an application's room are watched.
    """
    if isinstance(given, type) or not callable(given):
        made: object = given
    else:
        made = given(house)
    if not isinstance(made, Room):
        message = f"a house is made of rooms: {type(made).__name__} is no room"
        raise LifecycleError(message)
    check_shape(made)
    return made if ours else Watch(made.name, house).room(made)
