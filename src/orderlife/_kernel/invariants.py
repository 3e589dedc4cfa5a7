"""What must hold of a room's part of every case: a page of its table.

Rules are never consulted in a decision.  They are checked by tests, by
the simulator and by whoever audits a store, and what does not hold is a
fault of the program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias, TypeVar

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Event, Recorded

__all__ = ["Invariants", "Precondition", "Violation", "precondition"]

E = TypeVar("E", bound=Event)


@attrs.frozen
class Violation:
    """A rule that does not hold."""

    number: int
    """Which rule, of the library's list or of the room's own."""
    what: str
    room: str = ""
    """Of which room, if an application has brought it."""

    def __str__(self) -> str:
        number = f"{self.room}.{self.number}" if self.room else self.number
        return f"invariant {number}: {self.what}"


OfCase: TypeAlias = Callable[[Case], Iterable[Violation]]
OfHistory: TypeAlias = Callable[
    [Case, Sequence[Recorded]], Iterable[Violation]
]


@attrs.frozen
class Precondition:
    """What must hold before an event of a kind is recorded."""

    kind: type[Event]
    check: Callable[[Case, Any], Iterable[Violation]]


def precondition(
    kind: type[E], check: Callable[[Case, E], Iterable[Violation]]
) -> Precondition:
    """What must hold of the case before an event, of any room.

    Args:
        kind: the event.
        check: is given the case as it was before, and the event.
    """
    return Precondition(kind, check)


@attrs.frozen(kw_only=True)
class Invariants:
    """What must hold, by what it is checked of."""

    case: tuple[OfCase, ...] = ()
    """Of the case, as soon as there is an order."""
    events: tuple[Precondition, ...] = ()
    """Of each event, in the state that it was recorded in."""
    history: tuple[OfHistory, ...] = ()
    """Of the case and all that was recorded of it."""
    moves_on: Callable[[Case], bool] | None = None
    """Whether something of the room moves the order on.

    An order that has not ended and that nothing moves on stands still,
    which breaks rule 40.  Timers count by themselves.
    """
