"""A room of an application's own, with a port of its own: an engraver.

The page ``how-to/bring-a-port.md`` brings the least that works, and is
run as it is printed.  This room has all that a port of one's own can
have, for mypy and for ``test_own_port.py``: an async twin, an answer that
is only a promise, a report of what nobody knows, and a part that waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import ClassVar, Final, Protocol, TypeAlias

import attrs

from orderlife import Case, Command, Event, Fact
from orderlife.building import (
    HOUSE,
    PERSONAL,
    REFERENCE,
    Context,
    Parts,
    Port,
    Room,
    asks,
    changes,
    hears,
    makes,
    on,
    reports,
)
from orderlife.ports.base import (
    Capabilities,
    Fate,
    NotKnown,
    Outcome,
    PersonalIntent,
    Unknown,
)


@attrs.frozen(kw_only=True)
class Engrave(PersonalIntent):
    """Cut a text into a thing."""

    port: ClassVar[str] = "engraver"
    engraving_id: str
    text: str = attrs.field(metadata=REFERENCE)


@attrs.frozen
class Engraved(Outcome):
    """It is cut."""

    becomes: ClassVar[Fate] = Fate.DONE
    depth: int = 1


@attrs.frozen
class TooHard(Outcome):
    """It cannot be cut."""

    becomes: ClassVar[Fate] = Fate.REFUSED


@attrs.frozen
class Queued(Outcome):
    """It will be cut, and reported on then."""

    becomes: ClassVar[Fate] = Fate.WAITING


EngraverOutcome: TypeAlias = Engraved | TooHard | Queued | Unknown


class Engraver(Protocol):
    """Cuts texts into things."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do about an answer that never came."""
        ...

    def engrave(self, intent: Engrave, /) -> EngraverOutcome:
        """Cut it."""
        ...

    def look_up(self, intent: Engrave, /) -> EngraverOutcome | NotKnown:
        """Tell what became of it."""
        ...


class AsyncEngraver(Protocol):
    """The async twin of ``Engraver``."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do about an answer that never came."""
        ...

    async def engrave(self, intent: Engrave, /) -> EngraverOutcome:
        """Cut it."""
        ...

    async def look_up(self, intent: Engrave, /) -> EngraverOutcome | NotKnown:
        """Tell what became of it."""
        ...


ENGRAVER: Final = Port("engraver", Engraver, AsyncEngraver)


class State(Enum):
    """Where an engraving is."""

    ASKED = "asked"
    DONE = "done"
    IMPOSSIBLE = "impossible"


@attrs.frozen(kw_only=True)
class Engraving:
    """A text that somebody wants cut into a thing."""

    engraving_id: str
    state: State = State.ASKED
    text: str


@attrs.frozen(kw_only=True)
class AskForEngraving(Command):
    """Have a text cut in."""

    text: str = attrs.field(metadata=PERSONAL)


@attrs.frozen(kw_only=True)
class EngravingReported(Fact):
    """The engraver answered."""

    engraving_id: str
    operation_id: str
    outcome: EngraverOutcome


@attrs.frozen(kw_only=True)
class EngravingAsked(Event):
    """A text is to be cut in."""

    engraving_id: str
    text: str = attrs.field(metadata=REFERENCE)


@attrs.frozen(kw_only=True)
class EngravingEnded(Event):
    """It was cut in, or cannot be."""

    engraving_id: str
    state: State


@attrs.frozen(kw_only=True)
class EngravingMissed(Event):
    """The engraver told of one that nobody knows."""

    engraving_id: str


ENGRAVINGS = Parts("engraving", Engraving, "engraving_id")


def ask(
    case: Case, command: AskForEngraving, context: Context
) -> Iterator[EngravingAsked]:
    """Have it cut in."""
    engraving_id = f"{case.order_id}-e{len(ENGRAVINGS.of(case)) + 1}"
    yield EngravingAsked(
        engraving_id=engraving_id, text=f"{engraving_id}:text"
    )


def report(
    engraving: Engraving, fact: EngravingReported, context: Context
) -> Iterator[EngravingEnded]:
    """Record how it ended."""
    ends = {Fate.DONE: State.DONE, Fate.REFUSED: State.IMPOSSIBLE}
    state = ends.get(fact.outcome.fate)
    if state is not None and engraving.state is State.ASKED:
        yield EngravingEnded(engraving_id=engraving.engraving_id, state=state)


def stray(
    case: Case, fact: EngravingReported, context: Context
) -> Iterator[EngravingMissed]:
    """Record that it is nobody's."""
    yield EngravingMissed(engraving_id=fact.engraving_id)


def engrave(
    case: Case, event: EngravingAsked, context: Context
) -> Iterator[Engrave]:
    """Ask the engraver."""
    yield Engrave(
        operation_id=f"{event.engraving_id}:engrave:1",
        order_id=case.order_id,
        engraving_id=event.engraving_id,
        text=event.text,
    )


def told(intent: Engrave, outcome: EngraverOutcome) -> EngravingReported:
    """The answer as a fact."""
    return EngravingReported(
        order_id=intent.order_id,
        engraving_id=intent.engraving_id,
        operation_id=intent.operation_id,
        outcome=outcome,
    )


def made(event: EngravingAsked) -> Engraving:
    """A new one."""
    return Engraving(engraving_id=event.engraving_id, text=event.text)


def missed(event: EngravingMissed) -> Engraving:
    """One that nobody has asked for."""
    return Engraving(
        engraving_id=event.engraving_id, state=State.IMPOSSIBLE, text=""
    )


def ended(engraving: Engraving, event: EngravingEnded) -> Engraving:
    """It has ended."""
    return attrs.evolve(engraving, state=event.state)


def awaits(engraving: Engraving, operation_id: str) -> bool | None:
    """Whether its answer is still to come."""
    return engraving.state is State.ASKED or None


ENGRAVING = Room(
    name="engraving",
    parts=ENGRAVINGS,
    commands=(on(AskForEngraving, ask),),
    facts=(hears(EngravingReported, report, unknown=stray),),
    events=(
        makes(EngravingAsked, made),
        makes(EngravingMissed, missed),
        changes(EngravingEnded, ended),
    ),
    ports=(ENGRAVER,),
    asks=(asks(EngravingAsked, engrave),),
    reports=(reports(Engrave, EngravingReported, told),),
    silent=(EngravingAsked, EngravingEnded, EngravingMissed),
    awaits=awaits,
)
OUR_HOUSE = HOUSE.with_(ENGRAVING)


class Workshop:
    """An engraver of which a test says what it answers."""

    capabilities = Capabilities(deduplicates=True, looks_up=True)

    def __init__(self, *answers: EngraverOutcome) -> None:
        self.answers = list(answers)
        self.asked: list[Engrave] = []
        self.known: dict[str, EngraverOutcome] = {}

    def engrave(self, intent: Engrave, /) -> EngraverOutcome:
        """Cut it, as it is told to."""
        self.asked.append(intent)
        answer = self.answers.pop(0) if self.answers else Engraved()
        if not isinstance(answer, Unknown):
            self.known[intent.operation_id] = answer
        return answer

    def look_up(self, intent: Engrave, /) -> EngraverOutcome | NotKnown:
        """Tell what became of it."""
        return self.known.get(intent.operation_id, NotKnown())


class AsyncWorkshop:
    """The same, awaited."""

    capabilities = Workshop.capabilities

    def __init__(self, inner: Workshop) -> None:
        self.inner = inner

    async def engrave(self, intent: Engrave, /) -> EngraverOutcome:
        """Cut it."""
        return self.inner.engrave(intent)

    async def look_up(self, intent: Engrave, /) -> EngraverOutcome | NotKnown:
        """Tell what became of it."""
        return self.inner.look_up(intent)
