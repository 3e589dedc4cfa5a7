"""Exception items that a later fact has undone, and nobody need settle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from orderlife._kernel.messages import Actor, ExceptionKind, Remedy
from orderlife.rooms.order.evolve import evolve
from orderlife.rooms.order.ledger import UNSETTLED, is_secured
from orderlife.rooms.order.lifecycle import OperationState
from orderlife.rooms.order.messages import (
    CloseExceptions,
    ExceptionResolved,
    OrderEvent,
    PaymentReported,
)
from orderlife.rooms.order.model import ExceptionItem, MovementKind, Order

__all__ = ["UNANSWERED", "closed", "overtaken"]

_K, _M = ExceptionKind, MovementKind

UNANSWERED: Final = frozenset((_K.EFFECT_FAILED, _K.OUTCOME_UNKNOWN))
"""Of what was asked for, and nobody knows or says what became of it."""
_REQUESTS: Final = frozenset(
    (_K.CAPTURE_FAILED, _K.CREDIT_FAILED, _K.REFUND_FAILED, _K.VOID_FAILED)
)


def closed(
    order: Order, step: CloseExceptions, actor: Actor
) -> list[OrderEvent]:
    """Close the open items of some kinds about a subject."""
    return [
        _overtaken(item, step.note, actor)
        for item in order.exceptions
        if item.is_open
        and item.contradiction.kind in step.kinds
        and item.contradiction.subject == step.subject
    ]


def overtaken(
    order: Order, events: Sequence[OrderEvent], fact: PaymentReported
) -> Iterator[OrderEvent]:
    """Close what a report on money has undone.

    Args:
        order: the order, before the report was taken down.
        events: what was taken down of it.
        fact: the report.
    """
    for event in events:
        order = evolve(order, event)
    for item in order.exceptions:
        if item.is_open and (
            why := _answered(order, item, fact) or _undone(order, item)
        ):
            yield _overtaken(item, why, fact.source)


def _answered(order: Order, item: ExceptionItem, fact: PaymentReported) -> str:
    """Whether a report answers what nobody knew; empty: it does not."""
    why = item.contradiction
    asked = order.operations.get(fact.operation_id)
    if why.kind not in UNANSWERED or why.subject != fact.operation_id:
        return ""
    if asked is None or asked.state in UNSETTLED:
        return ""
    return f"it was answered: {type(fact.outcome).__name__}"


def _overtaken(item: ExceptionItem, note: str, actor: Actor) -> OrderEvent:
    return ExceptionResolved(
        exception_id=item.exception_id,
        remedy=Remedy.OVERTAKEN,
        note=note,
        by=str(actor),
    )


def _undone(order: Order, item: ExceptionItem) -> str:
    """Why an item is about nothing any more; empty: it stands."""
    why = item.contradiction
    if why.kind is _K.DISPUTE:
        left = _disputed(order, why.subject, why.reference)
        return "" if left > 0 else "the dispute was won"
    if why.kind is _K.AUTHORIZATION_LAPSED:
        return "the order is secured" if is_secured(order) else ""
    if why.kind in _REQUESTS:
        asked = order.operations.get(why.reference)
        done = asked is not None and asked.state is OperationState.SUCCEEDED
        # Less than nothing of it: the rest is still to be settled.
        if asked is not None and done and why.minor == asked.minor:
            return f"{why.reference} has succeeded"
    return ""


def _disputed(order: Order, payment_id: str, reference: str) -> int:
    """What a dispute holds; without its reference, all of a payment's."""
    signs = {_M.DISPUTED: 1, _M.DISPUTE_WON: -1}
    return sum(
        signs.get(moved.kind, 0) * moved.minor
        for moved in order.movements
        if moved.payment_id == payment_id
        and reference in {"", moved.reference}
    )
