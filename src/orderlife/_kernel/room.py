"""A room: all that one capability brings, as one table.

A room answers the commands, facts and steps that are its own, changes
its parts by its events, and says what follows from an event, wherever
that was recorded.  Each row of its table pairs a class with a function
that takes values of that class, and a type checker sees that it does.

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
from orderlife.ports.notifier import Notify
from orderlife.ports.port import Port

__all__ = [
    "WAIT",
    "Again",
    "Change",
    "Deadline",
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
"""What follows: its events are recorded, all of them, and then its steps
and facts are answered in their order."""


@attrs.frozen
class Again:
    """An operation that is to be tried again, under its own key."""

    operation_id: str


Do: TypeAlias = Callable[[Case, Any, Context], Any]
Matter: TypeAlias = Callable[[Case, Context], Sequence[Step]]
"""What a case as a whole asks for when nothing is left to be answered."""
WAIT: Final[Sequence[Step]] = []
"""From a matter: nothing to ask for, and no later one may ask."""


@attrs.frozen
class Rule:
    """What is done about one kind of message, and nothing else."""

    kind: type
    do: Do
    begins: bool = False
    """Whether there need be no order yet."""


@attrs.frozen
class PartRule(Generic[S]):
    """The same, by the part that the message names."""

    kind: type
    do: Callable[[S, Any, Context], Any]
    key: str = ""
    unknown: Do | None = None
    """What is done about a fact that names no part that is known."""


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
    """Record a fact; of the rooms that hear it, the one that knows.

    Args:
        kind: the fact.
        do: records it, for the part that it names.
        key: the field that names the part; empty: as usual.
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
    """What an event asks of a port."""
    return Rule(kind, do)


def tells(
    kind: type[E], do: Callable[[Case, E, Context], Iterable[Notify]]
) -> Rule:
    """Whom an event is told to, and in which message."""
    return Rule(kind, do)


@attrs.frozen
class Report:
    """How the answers to an intent come back to the room that asked."""

    intent: type[Intent]
    fact: type[Fact]
    tell: Callable[[Any, Any], Fact | None]


def reports(
    intent: type[Asked], fact: type[F], tell: Callable[[Asked, Any], F | None]
) -> Report:
    """Tell as a fact what a port has answered to an intent.

    Args:
        intent: what was asked of the port.
        fact: what all its answers are.
        tell: makes the fact of an answer, whoever its source is; None:
            the room need not know.  What is refused then is handed to
            a person.
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
    """An event that a part begins with; ``again``: if it is there."""

    def anew(part: S, event: E) -> S:
        del part
        return make(event)

    return Change(kind, again or anew, make)


def changes(kind: type[E], apply: Callable[[S, E], S]) -> Change[S]:
    """An event that changes a part that is there."""
    return Change(kind, apply)


def moves(
    kind: type[Event], lifecycle: Lifecycle[Any, Any], trigger: FastEnum
) -> Change[Any]:
    """An event that only moves a part on in its lifecycle."""

    def move(part: Any, event: Event) -> Any:
        del event
        return replace(part, state=lifecycle.after(part.state, trigger))

    return Change(kind, move)


@attrs.frozen
class Deadline:
    """Dates by what they are about, and what is done when one has come."""

    kind: TimerKind
    due: Callable[[Case], Iterable[tuple[str, datetime | None]]]
    fires: Callable[[Case, str, Context], Then]


@attrs.frozen
class Trouble:
    """A kind of exception item, and what each of its remedies does.

    Several rooms may have the same kind: the one that knows the subject
    acts.  A remedy that is None settles the item, and nothing follows.
    """

    kind: ExceptionKind
    remedies: Mapping[Remedy, Callable[[Case, Any, Context], Then] | None]
    knows: Callable[[Case, str], bool] | None = None
    """Whether the subject is this room's; None: it always is."""


_NONE: Final = Invariants()


@attrs.frozen(kw_only=True)
class Room(Generic[S]):
    """One capability: its table is all that others need to know of it."""

    name: str
    parts: Parts[S]
    contract: tuple[ModuleType, ...] = ()
    """Where its messages are: one that stands in no table was forgotten."""
    commands: tuple[Rule | PartRule[S], ...] = ()
    facts: tuple[Rule | PartRule[S], ...] = ()
    steps: tuple[Rule | PartRule[S], ...] = ()
    objects: tuple[Rule, ...] = ()
    events: tuple[Change[S], ...] = ()
    reacts: tuple[Rule, ...] = ()
    asks: tuple[Rule, ...] = ()
    tells: tuple[Rule, ...] = ()
    ports: tuple[Port, ...] = ()
    """The ports that are this room's, each with all that it is asked."""
    reports: tuple[Report, ...] = ()
    silent: tuple[type[Event], ...] = ()
    """Its events of which nobody is told."""
    deadlines: tuple[Deadline, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    offers: Offers | None = None
    """The smallest commands that may be possible now."""
    awaits: Callable[[S, str], bool | None] | None = None
    """Whether a part waits for the answer to an operation of its; None:
    it does not say."""
    catches: Callable[[Case, Any, Context], Then | None] | None = None
    """Takes an answer of a port before the room that hears it; None: it
    lets it pass."""
    invariants: Invariants = _NONE
    """What must hold of its part of a case, and of its history."""
    status: Callable[[Mapping[str, S]], str] | None = None
    """Where its parts of a case are, in a word: an axis of its own."""
    sentences: Teller | None = None
    """What events say to a reader of a timeline; None: their names."""
    terms: type[Any] | None = None
    """The shop's choices for it: an attrs class with defaults, of which
    a policy may have a page."""
    hold_reasons: tuple[Reason, ...] = ()
    """Beside those of the policy; their words carry the room's name."""
    cancel_reasons: tuple[Reason, ...] = ()
    flags: tuple[Flag, ...] = ()


def together(*matters: Matter) -> Matter:
    """What several matters ask for, as one."""

    def all_of_them(case: Case, context: Context) -> Sequence[Step]:
        return [step for matter in matters for step in matter(case, context)]

    return all_of_them


def rows(room: Room[Any]) -> Iterator[Rule | PartRule[Any]]:
    """All that a room answers: commands, facts and steps."""
    yield from room.commands
    yield from room.facts
    yield from room.steps
