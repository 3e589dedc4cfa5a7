"""How items open and close: the functions that every room uses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from orderlife._kernel.messages import (
    NOTHING,
    Actor,
    Contradiction,
    ExceptionKind,
    Quantities,
    Remedy,
)
from orderlife.errors import NotFoundError
from orderlife.ports.base import Unknown
from orderlife.ports.carrier import LabelPending, VoidPending
from orderlife.rooms.exceptions.messages import (
    CloseExceptions,
    ExceptionOpened,
    ExceptionResolved,
    OpenException,
)
from orderlife.rooms.exceptions.model import ExceptionItem
from orderlife.rooms.order.model import Order

__all__ = [
    "UNANSWERED",
    "answered",
    "asking_about",
    "find_exception",
    "from_the_future",
    "opened",
    "overtaken_item",
    "stamp",
    "unmatched",
]

UNANSWERED: Final = frozenset(
    (ExceptionKind.EFFECT_FAILED, ExceptionKind.OUTCOME_UNKNOWN)
)
"""The kinds of items about operations without a final outcome."""
_NOT_YET: Final = (Unknown, LabelPending, VoidPending)
"""The answers that are not final."""


def find_exception(order: Order, exception_id: str) -> ExceptionItem:
    """The exception item of that id.

    Raises:
        NotFoundError: there is none; names those that are open.
    """
    for item in order.exceptions:
        if item.exception_id == exception_id:
            return item
    known = [item.exception_id for item in order.exceptions if item.is_open]
    raise NotFoundError("exception", exception_id, known)


def opened(
    order: Order,
    contradiction: Contradiction,
    now: datetime,
    *,
    once: bool = True,
) -> list[ExceptionOpened]:
    """Open an exception item, unless the very same one is there.

    An operation that was retried and fails again in the same way opens a
    new item, and so does a contradiction that had been overtaken.
    """
    for item in order.exceptions:
        settled = not item.is_open and (
            not once or item.remedy in {Remedy.RETRY, Remedy.OVERTAKEN}
        )
        if item.contradiction == contradiction and not settled:
            return []
    number = order.counts.get("exception", 0) + 1
    return [
        ExceptionOpened(
            item=ExceptionItem(
                exception_id=f"x{number}",
                contradiction=contradiction,
                opened_at=now,
            )
        )
    ]


def asking_about(order: Order, *kinds: ExceptionKind) -> set[str]:
    """The subjects of open items of these kinds."""
    return {
        item.contradiction.subject
        for item in order.exceptions
        if item.is_open and item.contradiction.kind in kinds
    }


def answered(operation_id: str, outcome: object) -> Iterator[CloseExceptions]:
    """Close the items about an operation that is answered now."""
    if operation_id and not isinstance(outcome, _NOT_YET):
        yield CloseExceptions(
            kinds=UNANSWERED,
            subject=operation_id,
            note=f"it was answered: {type(outcome).__name__}",
        )


def stamp(at: datetime) -> str:
    """A time as the text of an exception item has it."""
    return at.isoformat(timespec="seconds")


def unmatched(
    order_id: str,
    subject: str,
    observed: str,
    *,
    kind: ExceptionKind = ExceptionKind.UNMATCHED_FACT,
    expected: str = "",
    quantities: Quantities = NOTHING,
) -> OpenException:
    """Open an item for a fact about an unknown subject.

    Args:
        order_id: the order of the fact.
        subject: the id that it names.
        observed: what it reports.
        kind: the kind of the item.
        expected: what was expected; empty: a known subject.
        quantities: the units that it is about.
    """
    expected = expected or f"something that order {order_id} knows"
    return OpenException(
        Contradiction(kind, subject, expected, observed, quantities),
        once=True,
    )


def from_the_future(subject: str, told: str, at: datetime) -> OpenException:
    """Open an item about a reported time that is in the future."""
    return OpenException(
        Contradiction(
            ExceptionKind.FROM_THE_FUTURE,
            subject,
            "what is reported has happened already",
            f"{told} at {stamp(at)}",
        ),
        once=True,
    )


def overtaken_item(
    item: ExceptionItem, note: str, actor: Actor
) -> ExceptionResolved:
    """Close an item that a later fact has undone."""
    return ExceptionResolved(
        exception_id=item.exception_id,
        remedy=Remedy.OVERTAKEN,
        note=note,
        by=str(actor),
    )
