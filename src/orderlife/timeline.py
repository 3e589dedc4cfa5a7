"""A timeline: a sentence for each event of an order.

A desk tells a whole life, from one reading of its history::

    for entry in desk.timeline(order_id):
        print(f"{entry.at:%Y-%m-%d %H:%M}  {entry.sentence}")

The rooms write the sentences.  No sentence of ours has a name or an
address, as events refer to people by id, or a token of a means of
payment.  Notes of people are quoted, such as why a hold was released:
a timeline is for the staff, not for a customer's page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.house import House
from orderlife._kernel.messages import Actor, Event, Recorded
from orderlife._kernel.sentences import About, Told
from orderlife._values.plain import Shown
from orderlife._values.times import utc
from orderlife.errors import NotFoundError
from orderlife.house import HOUSE

__all__ = ["About", "TimelineEntry", "Told", "passed", "tell", "timeline_of"]

_JOINTS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=.)(?=[A-Z][a-z])")


@attrs.frozen
class TimelineEntry(Shown):
    """An event in words: when it happened, and through whom."""

    at: datetime = attrs.field(converter=utc)
    """When it was recorded, in UTC."""
    actor: Actor
    """Who caused it."""
    sentence: str
    """What happened, in English, without a full stop."""
    about: About
    """What it is about, such as ``payment``."""
    event: str
    """The name of the event's class, such as ``OrderPlaced``."""
    is_detail: bool
    """True: only a full timeline has it."""


def timeline_of(
    order_id: str,
    history: Iterable[Recorded],
    house: House = HOUSE,
    *,
    details: bool = False,
) -> tuple[TimelineEntry, ...]:
    """Tell a history, each event with the case as it was after it.

    Args:
        order_id: whose history it is.
        history: all of it, the oldest event first.
        house: the rooms, if there are more than ours.
        details: whether to tell the details too.

    Raises:
        NotFoundError: there is no event, so no such order.
        InvariantError: an event changes a part that is not there, as
            when the history lacks its beginning.
        ValidationError: it has an event of no room of the house.
    """
    case, entries = Case(order_id=order_id), []
    for recorded in history:
        case = house.evolve(case, recorded.event)
        told = tell(recorded.event, case, house)
        if details or not told.detail:
            entries.append(
                TimelineEntry(
                    at=recorded.at,
                    actor=recorded.actor,
                    sentence=told.what,
                    about=told.about,
                    event=type(recorded.event).__name__,
                    is_detail=told.detail,
                )
            )
    if not case.version:
        raise NotFoundError("order", order_id)
    return tuple(entries)


def tell(event: Event, case: Case, house: House = HOUSE) -> Told:
    """The sentence of an event.

    The first room that has one for it gives it.  For an event without a
    sentence, it is made of the class's name: ``GiftWrapped``, gift
    wrapped.

    Args:
        event: as the history has it.
        case: the case as it was after the event.
        house: the rooms, if there are more than ours.

    Raises:
        NotFoundError: the sentence needs the order, and the case has
            none.
    """
    for room in house.rooms:
        told = room.sentences and room.sentences(event, case)
        if told:
            return told
    name = _JOINTS.sub(" ", type(event).__name__).lower()
    return Told(name, "order", detail=True)


def passed(seconds: int) -> str:
    """Write a time since the start: days, hours and minutes.

    >>> passed(2 * 86_400 + 3 * 3_600)
    '  2d 03:00'

    Args:
        seconds: how long it was; where it is no whole number of
            minutes, the seconds are written too.
    """
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    text = f"{days:>3}d {hours:02}:{minutes:02}"
    return f"{text}:{rest:02}" if rest else text
