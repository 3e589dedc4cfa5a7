"""Insurance: a parcel is insured for a while."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import Command, Event, Step, TimerKind
from orderlife._kernel.offers import Offer, offer
from orderlife._kernel.parts import Parts
from orderlife._kernel.room import Deadline, Room, about, changes, makes, on
from orderlife._kernel.sentences import Told

LAPSES: Final = TimerKind("insurance.lapses")


@attrs.frozen(kw_only=True)
class Insurance:
    """What is insured, until when."""

    insurance_id: str
    minor: int
    until: datetime | None


@attrs.frozen(kw_only=True)
class InsureOrder(Command):
    """Insure the goods of an order."""

    minor: int


@attrs.frozen(kw_only=True)
class EndInsurance(Step):
    """The time is over."""

    insurance_id: str


@attrs.frozen(kw_only=True)
class OrderInsured(Event):
    """The goods are insured."""

    insurance_id: str
    minor: int
    until: datetime


@attrs.frozen(kw_only=True)
class InsuranceLapsed(Event):
    """They are so no longer."""

    insurance_id: str


INSURANCES: Final = Parts("insurance", Insurance, "insurance_id")


def insure(
    case: Case, command: InsureOrder, context: Context
) -> Iterator[OrderInsured]:
    """Insure them for a week."""
    yield OrderInsured(
        insurance_id=f"{case.order_id}-i{len(INSURANCES.of(case)) + 1}",
        minor=command.minor,
        until=context.now + timedelta(days=7),
    )


def end(
    insurance: Insurance, step: EndInsurance, context: Context
) -> Iterator[InsuranceLapsed]:
    """Insure them no longer."""
    yield InsuranceLapsed(insurance_id=step.insurance_id)


def insured(event: OrderInsured) -> Insurance:
    """A new insurance."""
    return Insurance(
        insurance_id=event.insurance_id, minor=event.minor, until=event.until
    )


def lapsed(insurance: Insurance, event: InsuranceLapsed) -> Insurance:
    """One that is over."""
    return attrs.evolve(insurance, until=None)


def due(case: Case) -> Iterator[tuple[str, datetime | None]]:
    """When each is over."""
    for insurance in INSURANCES.of(case).values():
        yield insurance.insurance_id, insurance.until


def over(case: Case, subject: str, context: Context) -> Iterator[EndInsurance]:
    """End it."""
    yield EndInsurance(insurance_id=subject)


def offers(case: Case, context: Context) -> Iterator[Offer]:
    """It can always be insured."""
    yield offer(case, context.actor, InsureOrder, minor=1)


def tell(event: Event, case: Case) -> Told | None:
    """Say what an event tells."""
    if isinstance(event, OrderInsured):
        return Told(f"insures the goods as {event.insurance_id}", "order")
    return None


INSURANCE_ROOM: Final[Room[Insurance]] = Room(
    name="insurance",
    parts=INSURANCES,
    commands=(on(InsureOrder, insure),),
    steps=(about(EndInsurance, end),),
    events=(makes(OrderInsured, insured), changes(InsuranceLapsed, lapsed)),
    silent=(OrderInsured, InsuranceLapsed),
    deadlines=(Deadline(LAPSES, due, over),),
    offers=offers,
    sentences=tell,
)
