"""How exception items open, close, and are settled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import Contradiction, ExceptionKind, Remedy
from orderlife._kernel.room import Again
from orderlife.errors import NotAllowedError
from orderlife.ports.notifier import MessageKind, Notify
from orderlife.rooms.exceptions.messages import (
    CloseExceptions,
    EffectFailed,
    ExceptionOpened,
    ExceptionResolved,
    OpenException,
    ResolveException,
)
from orderlife.rooms.exceptions.model import ExceptionItem
from orderlife.rooms.exceptions.opening import (
    find_exception,
    opened,
    overtaken_item,
)
from orderlife.rooms.notifications import staff
from orderlife.rooms.order.model import Order
from orderlife.rooms.payment.ledger import (
    covered_minor,
    due_minor,
    to_capture_minor,
)

__all__ = [
    "RETRIABLE",
    "check_remedy",
    "close",
    "given_up",
    "open_item",
    "resolved",
    "tell_staff",
    "try_again",
]

RETRIABLE = frozenset(
    (
        ExceptionKind.EFFECT_FAILED,
        ExceptionKind.OUTCOME_UNKNOWN,
        ExceptionKind.MESSAGE_FAILED,
    )
)
"""The kinds of items whose operation can be tried again."""


def open_item(
    order: Order, step: OpenException, context: Context
) -> list[ExceptionOpened]:
    """Open an exception item, unless the very same one is open."""
    return opened(order, step.contradiction, context.now, once=step.once)


def close(
    order: Order, step: CloseExceptions, context: Context
) -> list[ExceptionResolved]:
    """Close the open items of some kinds about a subject."""
    return [
        overtaken_item(item, step.note, context.actor)
        for item in order.exceptions
        if item.is_open
        and item.contradiction.kind in step.kinds
        and item.contradiction.subject == step.subject
    ]


def given_up(fact: EffectFailed, *, moves: bool) -> OpenException:
    """Open an item for an effect that was given up.

    Args:
        fact: names the operation and the reason.
        moves: whether its port moves money or goods; False: it informs.
    """
    # An unknown outcome of a message is unknown, too: it may have been
    # sent, and must not be sent again under a new key.
    if fact.unknown:
        kind = ExceptionKind.OUTCOME_UNKNOWN
    elif not moves:
        kind = ExceptionKind.MESSAGE_FAILED
    else:
        kind = ExceptionKind.EFFECT_FAILED
    return OpenException(
        Contradiction(
            kind,
            fact.operation_id,
            f"{fact.port} performs {fact.operation_id}",
            fact.why,
        ),
        once=True,
    )


def check_remedy(
    order: Order, command: ResolveException, possible: Sequence[Remedy]
) -> None:
    """Check that an item is open, and that a remedy is one of its kind.

    Raises:
        NotAllowedError: it is settled, or has no such remedy.
        NotFoundError: there is no such item.
    """
    item = find_exception(order, command.exception_id)
    kind = item.contradiction.kind
    if not item.is_open:
        raise NotAllowedError(
            "resolve",
            f"exception {item.exception_id}",
            f"{item.by} has resolved it already",
            "open ones are listed with the order",
        )
    if command.remedy not in possible:
        allowed = ", ".join(remedy.value for remedy in possible)
        raise NotAllowedError(
            f"{command.remedy.value} to settle",
            f"exception {item.exception_id} ({kind.value})",
            "it is no remedy for that",
            f"possible: {allowed}",
        )


def resolved(order: Order, command: ResolveException) -> ExceptionResolved:
    """Record how an item is settled, and the amount that is waived."""
    item = find_exception(order, command.exception_id)
    accepted = command.remedy is Remedy.ACCEPT
    return ExceptionResolved(
        exception_id=item.exception_id,
        remedy=command.remedy,
        note=command.note,
        by=str(command.actor),
        waived_minor=_waived(order, item) if accepted else 0,
    )


def _waived(order: Order, item: ExceptionItem) -> int:
    """The amount that the shop waives by accepting an item."""
    kind = item.contradiction.kind
    minor = item.contradiction.minor
    missing = max(0, due_minor(order) - covered_minor(order))
    if kind is ExceptionKind.CAPTURE_FAILED:
        return min(minor, to_capture_minor(order, shipped_only=False))
    if kind is ExceptionKind.AMOUNT_MISMATCH:
        return min(minor, missing)
    if kind is ExceptionKind.AUTHORIZATION_LAPSED:
        return missing
    return 0


def try_again(
    case: Case, event: ExceptionResolved, context: Context
) -> Iterator[Again]:
    """Try an operation again, by a person's remedy."""
    why = find_exception(case.placed, event.exception_id).contradiction
    if event.remedy is Remedy.RETRY and why.kind in RETRIABLE:
        yield Again(why.subject)


def tell_staff(
    case: Case, event: ExceptionOpened, context: Context
) -> Iterable[Notify]:
    """Send the staff a message about an open item."""
    what = event.item.contradiction.kind
    unsent = ":notify:" in event.item.contradiction.subject
    if unsent or what is ExceptionKind.MESSAGE_FAILED:
        return ()  # else a broken notifier would cause messages for ever
    details = {
        "exception": event.item.exception_id,
        "kind": what.value,
    }
    disputed = what is ExceptionKind.DISPUTE
    return staff(
        case,
        MessageKind.DISPUTE_OPENED
        if disputed
        else MessageKind.EXCEPTION_OPENED,
        details,
        context,
    )
