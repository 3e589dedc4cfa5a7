"""What a decision gives back of the money, for the limits of people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import Event, ExceptionKind
from orderlife.rooms.exceptions.messages import ExceptionResolved
from orderlife.rooms.exceptions.opening import find_exception
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import CancellationStarted, LinesCancelled
from orderlife.rooms.order.model import Order
from orderlife.rooms.payment.ledger import balance, need_minor
from orderlife.rooms.payment.messages import PaymentRequested, RefundGranted

__all__ = ["gives_away"]

_OWED: Final = frozenset(
    (ExceptionKind.REFUND_FAILED, ExceptionKind.CREDIT_FAILED)
)
"""Asks for money again that somebody has granted already."""


def gives_away(
    before: Case, after: Case, events: Sequence[Event], context: Context
) -> int:
    """What is given back, and what is not asked for any more.

    What is still to come of it counts as well: a cancellation gives back
    all that was taken, though a label must be voided first.  What a
    return gives back is for returns to say.
    """
    total = asked = 0
    owed = False
    kinds = {type(event) for event in events}
    for event in events:
        match event:
            case PaymentRequested(kind="refund" | "credit"):
                if event.subject not in after.returns:
                    asked += event.minor
            case RefundGranted():
                if event.subject not in after.returns:
                    total += event.waived_minor
            case ExceptionResolved():
                item = find_exception(after.placed, event.exception_id)
                owed = owed or item.contradiction.kind in _OWED
            case _:
                pass
    if not owed:
        total += asked
    if CancellationStarted in kinds:
        total += _still_to_go_back(after.placed)
    elif LinesCancelled in kinds:
        total += _taken_too_late(before.placed, after.placed)
    return total


def _still_to_go_back(order: Order) -> int:
    """What a cancellation has not asked for yet, and will."""
    if order.state is not OrderState.CANCELLING:
        return 0
    sums = balance(order)
    return sums.refundable + sums.capture_pending


def _taken_too_late(before: Order, after: Order) -> int:
    """What is being taken for units that were called off, and goes back."""
    more = _too_much(after) - _too_much(before)
    return max(0, min(more, balance(after).capture_pending))


def _too_much(order: Order) -> int:
    sums = balance(order)
    taken = sums.captured + sums.capture_pending - order.released_minor
    return max(0, taken - need_minor(order))
