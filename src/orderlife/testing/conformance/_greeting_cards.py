"""A room with a port of its own, as an application would bring one.

A customer asks for a greeting card, a printer prints it, and it is late
if nobody has printed it within a day.  The checks of an order store see
by it that the store keeps what no room of orderlife has.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import ClassVar, Final, Protocol, TypeAlias

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Command, Event, Fact, TimerKind
from orderlife._values.times import utc
from orderlife.building import (
    HOUSE,
    PERSONAL,
    REFERENCE,
    Context,
    Deadline,
    FastEnum,
    Parts,
    Port,
    Room,
    Step,
    about,
    asks,
    changes,
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

__all__ = [
    "CARDS",
    "HOUSE_WITH_CARDS",
    "LATE",
    "NAME",
    "PATIENCE",
    "AskForCard",
    "Card",
    "CardState",
    "Press",
    "PrintCard",
]

NAME: Final = "greeting_card"
LATE: Final = TimerKind("greeting_card.late")
PATIENCE: Final = timedelta(days=1)


class CardState(FastEnum):
    """Where a greeting card is."""

    WANTED = "wanted"
    LATE = "late"
    PRINTED = "printed"


@attrs.frozen(kw_only=True)
class Card:
    """A greeting card that somebody wants."""

    card_id: str
    state: CardState = CardState.WANTED
    text: str
    until: datetime = attrs.field(converter=utc)


CARDS: Final = Parts(NAME, Card, "card_id")


# What it asks of its port


@attrs.frozen(kw_only=True)
class PrintCard(PersonalIntent):
    """Print a card."""

    port: ClassVar[str] = "printer"
    card_id: str
    text: str = attrs.field(metadata=REFERENCE)


@attrs.frozen
class Printed(Outcome):
    """It is printed."""

    becomes: ClassVar[Fate] = Fate.DONE


PrinterOutcome: TypeAlias = Printed | Unknown


class Printer(Protocol):
    """Prints cards."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do about an answer that never came."""
        ...

    def print_card(self, intent: PrintCard, /) -> PrinterOutcome:
        """Print it."""
        ...

    def look_up(self, intent: PrintCard, /) -> PrinterOutcome | NotKnown:
        """Tell what became of it."""
        ...


class Press:
    """A printer that prints whatever it is asked to."""

    capabilities = Capabilities(deduplicates=True, looks_up=True)

    def print_card(self, intent: PrintCard, /) -> PrinterOutcome:
        """Print it."""
        return Printed()

    def look_up(self, intent: PrintCard, /) -> PrinterOutcome | NotKnown:
        """Tell that it is printed, as each is at once."""
        return Printed()


# Its messages


@attrs.frozen(kw_only=True)
class AskForCard(Command):
    """Ask for a greeting card."""

    text: str = attrs.field(metadata=PERSONAL)


@attrs.frozen(kw_only=True)
class CardReported(Fact):
    """The printer answered."""

    card_id: str
    operation_id: str
    outcome: PrinterOutcome


@attrs.frozen(kw_only=True)
class RunLate(Step):
    """Nobody has printed it in time."""

    card_id: str


@attrs.frozen(kw_only=True)
class CardAsked(Event):
    """Somebody wants a greeting card."""

    card_id: str
    text: str = attrs.field(metadata=REFERENCE)
    until: datetime = attrs.field(converter=utc)


@attrs.frozen(kw_only=True)
class CardMoved(Event):
    """It is late, or it is printed."""

    card_id: str
    state: CardState


def _ask(
    case: Case, command: AskForCard, context: Context
) -> Iterator[CardAsked]:
    card_id = f"{case.order_id}-c{len(CARDS.of(case)) + 1}"
    yield CardAsked(
        card_id=card_id, text=f"{card_id}:text", until=context.now + PATIENCE
    )


def _report(
    card: Card, fact: CardReported, context: Context
) -> Iterator[CardMoved]:
    if fact.outcome.fate is Fate.DONE:
        yield CardMoved(card_id=card.card_id, state=CardState.PRINTED)


def _run_late(card: Card, step: RunLate, context: Context) -> list[CardMoved]:
    return [CardMoved(card_id=card.card_id, state=CardState.LATE)]


def _asked(event: CardAsked) -> Card:
    return Card(card_id=event.card_id, text=event.text, until=event.until)


def _moved(card: Card, event: CardMoved) -> Card:
    return attrs.evolve(card, state=event.state)


def _print(
    case: Case, event: CardAsked, context: Context
) -> Iterator[PrintCard]:
    yield PrintCard(
        operation_id=f"{event.card_id}:print_card:1",
        order_id=case.order_id,
        card_id=event.card_id,
        text=event.text,
    )


def _answered(intent: PrintCard, outcome: PrinterOutcome) -> CardReported:
    return CardReported(
        order_id=intent.order_id,
        card_id=intent.card_id,
        operation_id=intent.operation_id,
        outcome=outcome,
    )


def _due(case: Case) -> Iterator[tuple[str, datetime | None]]:
    for card in CARDS.of(case).values():
        if card.state is CardState.WANTED:
            yield card.card_id, card.until


def _fires(case: Case, card_id: str, context: Context) -> list[RunLate]:
    return [RunLate(card_id=card_id)]


HOUSE_WITH_CARDS: Final = HOUSE.with_(
    Room(
        name=NAME,
        parts=CARDS,
        commands=(on(AskForCard, _ask),),
        facts=(about(CardReported, _report),),
        steps=(about(RunLate, _run_late),),
        events=(makes(CardAsked, _asked), changes(CardMoved, _moved)),
        silent=(CardAsked, CardMoved),
        ports=(Port("printer", Printer),),
        asks=(asks(CardAsked, _print),),
        reports=(reports(PrintCard, CardReported, _answered),),
        deadlines=(Deadline(LATE, _due, _fires),),
    )
)
"""The rooms of orderlife, and that of greeting cards."""
