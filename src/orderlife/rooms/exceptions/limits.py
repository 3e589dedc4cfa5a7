"""What settling an item does without, for the limits of people."""

from __future__ import annotations

from collections.abc import Sequence

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import Event
from orderlife.rooms.exceptions.messages import ExceptionResolved

__all__ = ["gives_away"]


def gives_away(
    before: Case, after: Case, events: Sequence[Event], context: Context
) -> int:
    """What was not taken, and never has to be."""
    return sum(
        event.waived_minor
        for event in events
        if isinstance(event, ExceptionResolved)
    )
