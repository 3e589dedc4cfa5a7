"""The sentences of exception items' events in a timeline."""

from __future__ import annotations

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Event
from orderlife._kernel.sentences import Told
from orderlife.rooms.exceptions.messages import (
    ExceptionOpened,
    ExceptionResolved,
)
from orderlife.rooms.sentences import spaced

__all__ = ["tell"]


def tell(event: Event, case: Case) -> Told | None:
    """The sentence of an exception item's event; None: of another room."""
    del case  # an item's text needs no case
    match event:
        case ExceptionOpened():
            why = event.item.contradiction
            kind = spaced(why.kind.value)
            what = (
                f"{event.item.exception_id} to be settled, {kind}: "
                f"{why.expected}; but {why.observed}"
            )
            return Told(what, "order")
        case ExceptionResolved():
            how = spaced(event.remedy.value)
            what = f"settled {event.exception_id}, {how}: {event.note}"
            return Told(what, "order")
        case _:
            return None
