"""A room: all that one capability brings, as one table.

A room answers its own commands, facts and steps, changes its parts by
its events, and reacts to events of any room.  Each row of its table
pairs a class with a function that takes values of that class, which a
type checker verifies.

``Parts`` belongs to a room's contract, which later rooms may import.
``Room`` stands beside its rules, and only the list of rooms imports it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import ModuleType
from typing import Any, Final, Generic, TypeAlias, TypeVar

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.invariants import Invariants
from orderlife._kernel.lifecycle import Lifecycle
from orderlife._kernel.messages import (
    NOTHING,
    Actor,
    Command,
    Event,
    ExceptionKind,
    Fact,
    Remedy,
    Step,
    TimerKind,
)
from orderlife._kernel.offers import Offers
from orderlife._kernel.parts import Parts
from orderlife._kernel.sentences import Teller
from orderlife._values.fast_enum import FastEnum
from orderlife._values.replacing import replace
from orderlife.policy.registries import Flag, Reason
from orderlife.ports.base import Intent
from orderlife.ports.inventory import Fillable
from orderlife.ports.notifier import Notify
from orderlife.ports.port import Port
from orderlife.ports.store import ChannelNumber

__all__ = [
    "WAIT",
    "Again",
    "Change",
    "Deadline",
    "GivesAway",
    "Matter",
    "PartRule",
    "Report",
    "Room",
    "Rule",
    "Then",
    "Trouble",
    "about",
    "asks",
    "changes",
    "hears",
    "makes",
    "moves",
    "objects",
    "on",
    "reports",
    "rows",
    "tells",
    "together",
]

S = TypeVar("S")
M = TypeVar("M")
E = TypeVar("E", bound=Event)
F = TypeVar("F", bound=Fact)
C = TypeVar("C", bound=Command)
Asked = TypeVar("Asked", bound=Intent)

Then: TypeAlias = Iterable[Event | Step | Fact]
"""What a rule gives: first all of its events are recorded, then its
steps and facts are answered in their order."""


@attrs.frozen
class Again:
    """Id of an operation that is to be tried again, under its own key."""

    operation_id: str


Do: TypeAlias = Callable[[Case, Any, Context], Any]
Matter: TypeAlias = Callable[[Case, Context], Sequence[Step]]
"""Gives what a case asks for once no step or fact is left to answer."""
GivesAway: TypeAlias = Callable[[Case, Case, Sequence[Event], Context], int]
"""Of a decision: the case before and after it, and what was recorded."""
WAIT: Final[Sequence[Step]] = []
"""A matter gives this to ask for nothing and end the search."""


@attrs.frozen
class Rule:
    """The rule for one kind of message."""

    kind: type
    do: Do
    begins: bool = False
    """True: it is answered also where there is no order yet."""


@attrs.frozen
class PartRule(Generic[S]):
    """The rule for the part that the message names."""

    kind: type
    do: Callable[[S, Any, Context], Any]
    key: str = ""
    unknown: Do | None = None
    """The rule for a fact that names a part which does not exist."""


def on(
    kind: type[M],
    do: Callable[[Case, M, Context], Then],
    *,
    begins: bool = False,
) -> Rule:
    """Answer a command, fact or step with the whole case; or an event."""
    return Rule(kind, do, begins)


def about(kind: type[M], do: Callable[[S, M, Context], Then]) -> PartRule[S]:
    """Answer a command or step as the part that it names."""
    return PartRule(kind, do)


def hears(
    kind: type[F],
    do: Callable[[S, F, Context], Then],
    *,
    key: str = "",
    unknown: Callable[[Case, F, Context], Then],
) -> PartRule[S]:
    """Record a fact, in the room that has the part which it names.

    Args:
        kind: the fact.
        do: records it, for the part that it names.
        key: the field that names the part; empty: that of ``Parts``.
        unknown: records one that names no part of this room or another.
    """
    return PartRule(kind, do, key, unknown)


def objects(kind: type[C], do: Callable[[Case, C, Context], None]) -> Rule:
    """Refuse a command, of this room or an earlier one, or let it pass."""
    return Rule(kind, do)


def asks(
    kind: type[E],
    do: Callable[[Case, E, Context], Iterable[Intent | Again]],
) -> Rule:
    """Give the intents that an event asks of a port."""
    return Rule(kind, do)


def tells(
    kind: type[E], do: Callable[[Case, E, Context], Iterable[Notify]]
) -> Rule:
    """Give the notifications that an event leads to."""
    return Rule(kind, do)


@attrs.frozen
class Report:
    """How a port's answers to an intent are reported to the room."""

    intent: type[Intent]
    fact: type[Fact]
    tell: Callable[[Any, Any], Fact | None]


def reports(
    intent: type[Asked], fact: type[F], tell: Callable[[Asked, Any], F | None]
) -> Report:
    """Report a port's answers to an intent as a fact.

    Args:
        intent: what was asked of the port.
        fact: the class of the facts that are made of its answers.
        tell: makes the fact of an answer and its source; None: the
            room is told nothing, and a refusal is handed to a
            person.
    """
    return Report(intent, fact, tell)


@attrs.frozen
class Change(Generic[S]):
    """How one kind of event makes or changes a part."""

    kind: type[Event]
    apply: Callable[[S, Any], S]
    make: Callable[[Any], S] | None = None


def makes(
    kind: type[E],
    make: Callable[[E], S],
    again: Callable[[S, E], S] | None = None,
) -> Change[S]:
    """Declare an event that makes a part; ``again``: if it is there."""

    def anew(part: S, event: E) -> S:
        del part
        return make(event)

    return Change(kind, again or anew, make)


def changes(kind: type[E], apply: Callable[[S, E], S]) -> Change[S]:
    """Declare an event that changes a part."""
    return Change(kind, apply)


def moves(
    kind: type[Event], lifecycle: Lifecycle[Any, Any], trigger: FastEnum
) -> Change[Any]:
    """Declare an event that only changes a part's state."""

    def move(part: Any, event: Event) -> Any:
        del event
        return replace(part, state=lifecycle.after(part.state, trigger))

    return Change(kind, move)


@attrs.frozen
class Deadline:
    """A kind of timer: its dates by subject, and the rule when one fires."""

    kind: TimerKind
    due: Callable[[Case], Iterable[tuple[str, datetime | None]]]
    fires: Callable[[Case, str, Context], Then]


@attrs.frozen
class Trouble:
    """A kind of exception item, and the rule of each of its remedies.

    Several rooms may have the same kind: the room that has the subject
    acts.  A remedy that is None settles the item, and nothing follows.
    """

    kind: ExceptionKind
    remedies: Mapping[Remedy, Callable[[Case, Any, Context], Then] | None]
    knows: Callable[[Case, str], bool] | None = None
    """Whether this room has the subject; None: it always does."""


_NONE: Final = Invariants()


@attrs.frozen(kw_only=True)
class Room(Generic[S]):
    """One capability, such as payment, as a table of all its rules."""

    name: str
    parts: Parts[S]
    lifecycles: Mapping[str, Lifecycle[Any, Any]] = NOTHING
    """Those of its parts, to be drawn, by a short name of each."""
    contract: tuple[ModuleType, ...] = ()
    """The module of its messages, each of which must stand in a table."""
    commands: tuple[Rule | PartRule[S], ...] = ()
    facts: tuple[Rule | PartRule[S], ...] = ()
    steps: tuple[Rule | PartRule[S], ...] = ()
    objects: tuple[Rule, ...] = ()
    events: tuple[Change[S], ...] = ()
    reacts: tuple[Rule, ...] = ()
    asks: tuple[Rule, ...] = ()
    tells: tuple[Rule, ...] = ()
    ports: tuple[Port, ...] = ()
    """The room's ports, each with the intents that it performs."""
    reports: tuple[Report, ...] = ()
    silent: tuple[type[Event], ...] = ()
    """Its events for which no message is sent."""
    deadlines: tuple[Deadline, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    offers: Offers | None = None
    """Gives the smallest commands that may be possible now."""
    awaits: Callable[[S, str], bool | None] | None = None
    """Whether a part waits for the answer to one of its operations;
    None: the room cannot tell."""
    catches: Callable[[Case, Any, Context], Then | None] | None = None
    """Answers a port's answer before the room that it is for; None: it
    leaves it to that room."""
    claims: Callable[[Event], ChannelNumber | None] | None = None
    """Gives the channel's number that an event claims for its order."""
    arrived: Callable[[Fillable, Actor], Fact] | None = None
    """Makes the fact for a part whose stock is there, which it waited for
    in the line of the room's port, and its source."""
    marks: Callable[[Case, Any], str] | None = None
    """Gives a word for a fact without an id that its part cannot tell
    from an earlier one, as it keeps too many: the store then knows it by
    its content.  Empty: the part can."""
    gives_away: GivesAway | None = None
    """What goes out by a decision and is this room's, in minor units:
    for the limits of whoever decides."""
    invariants: Invariants = _NONE
    """What must hold of its part of a case, and of its history."""
    status: Callable[[Mapping[str, S]], str] | None = None
    """One word for the state of its parts of a case: ``view.status_of``."""
    sentences: Teller | None = None
    """The sentences of its events in a timeline; None: their names."""
    terms: type[Any] | None = None
    """The shop's choices for it: an attrs class with defaults, of which
    a policy may have a page."""
    hold_reasons: tuple[Reason, ...] = ()
    """Beside those of the policy; their words carry the room's name."""
    cancel_reasons: tuple[Reason, ...] = ()
    flags: tuple[Flag, ...] = ()


def together(*matters: Matter) -> Matter:
    """Combine several matters into one that asks for what all of them do."""

    def all_of_them(case: Case, context: Context) -> Sequence[Step]:
        return [step for matter in matters for step in matter(case, context)]

    return all_of_them


def rows(room: Room[Any]) -> Iterator[Rule | PartRule[Any]]:
    """All rules for the commands, facts and steps that a room answers."""
    yield from room.commands
    yield from room.facts
    yield from room.steps
