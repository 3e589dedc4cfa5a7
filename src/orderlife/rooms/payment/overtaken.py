"""Exception items that a later report has made void."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from orderlife._kernel.messages import ExceptionKind
from orderlife.rooms.exceptions.messages import ExceptionOpened
from orderlife.rooms.exceptions.model import ExceptionItem
from orderlife.rooms.exceptions.opening import UNANSWERED, overtaken_item
from orderlife.rooms.order.model import Order
from orderlife.rooms.payment.evolve import Recorded, after_events
from orderlife.rooms.payment.ledger import UNSETTLED, is_secured
from orderlife.rooms.payment.lifecycle import OperationState
from orderlife.rooms.payment.messages import PaymentReported
from orderlife.rooms.payment.model import MovementKind

__all__ = ["overtaken"]

_REQUESTS: Final = frozenset(
    (
        ExceptionKind.CAPTURE_FAILED,
        ExceptionKind.CREDIT_FAILED,
        ExceptionKind.REFUND_FAILED,
        ExceptionKind.VOID_FAILED,
    )
)


def overtaken(
    order: Order, events: Sequence[Recorded], fact: PaymentReported
) -> Iterator[Recorded]:
    """Close the items that a report on money has made void.

    Args:
        order: the order before the report was recorded.
        events: the events recorded of it.
        fact: the report.
    """
    if not order.exceptions and not any(
        isinstance(event, ExceptionOpened) for event in events
    ):
        return
    order = after_events(order, events)
    for item in order.exceptions:
        if item.is_open and (
            why := _answered(order, item, fact) or _undone(order, item)
        ):
            yield overtaken_item(item, why, fact.source)


def _answered(order: Order, item: ExceptionItem, fact: PaymentReported) -> str:
    """The answer to an unknown outcome by a report; empty: none."""
    why = item.contradiction
    asked = order.operations.get(fact.operation_id)
    if why.kind not in UNANSWERED or why.subject != fact.operation_id:
        return ""
    if asked is None or asked.state in UNSETTLED:
        return ""
    return f"it was answered: {type(fact.outcome).__name__}"


def _undone(order: Order, item: ExceptionItem) -> str:
    """Why an item is void; empty: it is not."""
    why = item.contradiction
    if why.kind is ExceptionKind.DISPUTE:
        remaining = _disputed(order, why.subject, why.reference)
        return "" if remaining > 0 else "the dispute was won"
    if why.kind is ExceptionKind.AUTHORIZATION_LAPSED:
        return "the order is secured" if is_secured(order) else ""
    if why.kind in _REQUESTS:
        asked = order.operations.get(why.reference)
        done = asked is not None and asked.state is OperationState.SUCCEEDED
        # Only a part of it was won: the rest is still to be settled.
        if asked is not None and done and why.minor == asked.minor:
            return f"{why.reference} has succeeded"
    return ""


def _disputed(order: Order, payment_id: str, reference: str) -> int:
    """The amount of a dispute; without its reference, of all disputes."""
    signs = {MovementKind.DISPUTED: 1, MovementKind.DISPUTE_WON: -1}
    return sum(
        signs.get(moved.kind, 0) * moved.minor
        for moved in order.movements
        if moved.payment_id == payment_id
        and reference in {"", moved.reference}
    )
