"""A timeline: a sentence for each event of an order.

Fold the history, and tell each event with the case as it was after it::

    case = Case(order_id=order_id)
    for recorded in desk.history(order_id):
        case = evolve(case, recorded.event)
        told = tell(recorded.event, case)
        print(f"{recorded.at:%Y-%m-%d %H:%M}  {told.what}")

The rooms write the sentences.  No sentence of ours has a name or an
address, as events refer to people by id, or a token of a means of
payment.  Notes of people are quoted, such as why a hold was released.
"""

from __future__ import annotations

import re
from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.house import House
from orderlife._kernel.messages import Event
from orderlife._kernel.sentences import About, Told
from orderlife.house import HOUSE

__all__ = ["About", "Told", "passed", "tell"]

_JOINTS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=.)(?=[A-Z][a-z])")


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
