"""What must hold of a room's part of every case: a page of its table.

No decision consults these rules.  Tests, the simulator and audits of a
store check them, and one that does not hold is a fault of the program.
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
    """The rule's number, in the library's list or in the room's own."""
    what: str
    room: str = ""
    """The room whose rule it is; empty: the library's list."""

    def __str__(self) -> str:
        number = f"{self.room}.{self.number}" if self.room else self.number
        return f"invariant {number}: {self.what}"


OfCase: TypeAlias = Callable[[Case], Iterable[Violation]]
OfHistory: TypeAlias = Callable[
    [Case, Sequence[Recorded]], Iterable[Violation]
]


@attrs.frozen
class Precondition:
    """A rule of the case before an event of a kind is recorded."""

    kind: type[Event]
    check: Callable[[Case, Any], Iterable[Violation]]


def precondition(
    kind: type[E], check: Callable[[Case, E], Iterable[Violation]]
) -> Precondition:
    """Declare what must hold of the case before an event of any room.

    Args:
        kind: the event.
        check: is given the case as it was before, and the event.
    """
    return Precondition(kind, check)


@attrs.frozen(kw_only=True)
class Invariants:
    """A room's rules, by what they are checked on."""

    case: tuple[OfCase, ...] = ()
    """On the case, as soon as there is an order."""
    events: tuple[Precondition, ...] = ()
    """On each event, with the case before it was recorded."""
    history: tuple[OfHistory, ...] = ()
    """On the case and its whole history."""
    moves_on: Callable[[Case], bool] | None = None
    """Whether something in the room will move the order on.

    An order that has not ended and that nothing moves on stands still,
    which breaks rule 40.  Timers count by themselves.
    """
