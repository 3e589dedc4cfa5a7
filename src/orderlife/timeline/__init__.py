"""A timeline: what an event says to a reader, in one sentence.

Fold the history, and tell each event with the case as it was after it::

    case = Case(order_id=order_id)
    for recorded in desk.history(order_id):
        case = evolve(case, recorded.event)
        told = tell(recorded.event, case)
        print(f"{recorded.at:%Y-%m-%d %H:%M}  {told.what}")

No sentence knows a name or an address: events refer to people by id,
and a token of a means of payment is never said.  They do say what a
person has noted, such as why a hold was released.
"""

from __future__ import annotations

from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Event
from orderlife.timeline._exceptions import tell_exception
from orderlife.timeline._order import tell_order
from orderlife.timeline._payment import tell_payment
from orderlife.timeline._returns import tell_return
from orderlife.timeline._shipment import tell_shipment
from orderlife.timeline._stock import tell_stock
from orderlife.timeline._told import About, Teller, Told
from orderlife.timeline._words import plain

__all__ = ["About", "Told", "passed", "tell"]

_TELLERS: Final[tuple[Teller, ...]] = (
    tell_order,
    tell_payment,
    tell_stock,
    tell_shipment,
    tell_return,
    tell_exception,
)
"""Those who know the events of a room, room by room."""


def tell(event: Event, case: Case) -> Told:
    """Say what an event tells.

    An event of a room that an application has brought is told by its
    class's name: ``GiftWrapped``, gift wrapped.

    Args:
        event: as the history has it.
        case: the case as it was after the event.

    Raises:
        NotFoundError: the sentence needs the order, and the case has
            none.
    """
    for teller in _TELLERS:
        told = teller(event, case)
        if told is not None:
            return told
    return Told(plain(type(event).__name__), "order", detail=True)


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
