"""The movements of money that a report leads to.

One movement may be reported several times: as the answer to its request,
by a webhook, by a look-up, with or without the id of its request.  It
is recorded once, by the provider's reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from orderlife.ports.payment import (
    Authorized,
    Captured,
    CreditIssued,
    DisputeOpened,
    DisputeWon,
    Refunded,
)
from orderlife.rooms.order.model import Order
from orderlife.rooms.payment.doubts import Moved
from orderlife.rooms.payment.ledger import UNSETTLED, balance
from orderlife.rooms.payment.lifecycle import (
    OPERATION,
    OperationState,
    OperationTrigger,
)
from orderlife.rooms.payment.messages import PaymentRecorded
from orderlife.rooms.payment.model import (
    Movement,
    MovementKind,
    OperationKind,
    PaymentOperation,
)

__all__ = ["ANSWERS", "UNDOES", "entry", "moved_by", "new_movements", "once"]

ANSWERS: Final[Mapping[tuple[OperationKind, type[Moved]], MovementKind]] = {
    ("authorize", Authorized): MovementKind.AUTHORIZED,
    ("authorize", Captured): MovementKind.CAPTURED,
    ("capture", Captured): MovementKind.CAPTURED,
    ("refund", Refunded): MovementKind.REFUNDED,
    ("credit", CreditIssued): MovementKind.CREDITED,
}
"""The kind of movement, by the request and the answer to it."""

UNDOES: Final = {
    MovementKind.CAPTURED: MovementKind.CAPTURE_REVERSED,
    MovementKind.REFUNDED: MovementKind.REFUND_REVERSED,
    MovementKind.CREDITED: MovementKind.REFUND_REVERSED,
}
"""The kind of movement that reverses another."""


def entry(
    operation: PaymentOperation,
    kind: MovementKind,
    minor: int,
    reference: str = "",
) -> Movement:
    """Make a movement of an operation."""
    return Movement(
        kind=kind,
        payment_id=operation.payment_id,
        minor=minor,
        operation_id=operation.operation_id,
        reference=reference,
    )


def once(
    order: Order,
    kind: MovementKind,
    payment_id: str,
    outcome: Captured | Refunded | DisputeOpened | DisputeWon,
    operation: PaymentOperation | None = None,
) -> PaymentRecorded | None:
    """The movement to record; none if the provider's reference is known."""
    for known in order.movements:
        mine = known.payment_id == payment_id and known.kind is kind
        if mine and known.reference == outcome.reference:
            return None
    moved = Movement(
        kind=kind,
        payment_id=payment_id,
        minor=outcome.amount.minor,
        operation_id=operation.operation_id if operation else "",
        reference=outcome.reference,
    )
    return PaymentRecorded(movements=(moved,))


def new_movements(
    order: Order,
    operation: PaymentOperation,
    kind: MovementKind,
    outcome: Moved,
) -> tuple[Movement, ...]:
    """The movements of a success beyond those recorded before."""
    minor, reference = outcome.amount.minor, outcome.reference
    found = []
    if operation.kind == "authorize":
        # A payment at once is an authorisation and a capture.
        more = minor - sum(
            moved.minor
            for moved in moved_by(order, operation)
            if moved.kind is MovementKind.AUTHORIZED
        )
        if more > 0:
            found.append(
                entry(operation, MovementKind.AUTHORIZED, more, reference)
            )
    if kind is MovementKind.AUTHORIZED or _is_known(
        order, operation, kind, outcome
    ):
        return tuple(found)
    found.append(entry(operation, kind, minor, reference))
    if operation.state is OperationState.REVERSED:
        # Its failure was reported first.
        found.append(entry(operation, UNDOES[kind], minor))
    elif operation.final and (remaining := _left(order, operation, minor)) > 0:
        found.append(entry(operation, MovementKind.VOIDED, remaining))
    return tuple(found)


def moved_by(order: Order, operation: PaymentOperation) -> list[Movement]:
    """The amount that an operation has moved, by all reports."""
    return [
        moved
        for moved in order.movements
        if moved.operation_id == operation.operation_id
        or (
            not moved.operation_id
            and moved.reference
            and moved.payment_id == operation.payment_id
            and moved.reference == operation.reference
        )
    ]


def _is_known(
    order: Order,
    operation: PaymentOperation,
    kind: MovementKind,
    outcome: Moved,
) -> bool:
    """Whether a success was reported before, by the provider's id."""
    minor, reference = outcome.amount.minor, outcome.reference
    moved = [
        m
        for m in order.movements
        if m.kind is kind and m.payment_id == operation.payment_id
    ]
    same = [m for m in moved if m.reference == reference]
    if OPERATION.can(operation.state, OperationTrigger.SUCCEED):
        # Reported without our id, before the answer came.
        others = [m for m in same if reference and m.minor == minor]
        return any(not _asked_for(order, m) for m in others)
    if (
        kind is not MovementKind.CAPTURED
        and operation.state is OperationState.SUCCEEDED
    ):
        return True
    mine = [m for m in moved if m.operation_id == operation.operation_id]
    named = reference and any(m.reference for m in mine)
    return bool(same) or (bool(mine) and not named)


def _asked_for(order: Order, moved: Movement) -> bool:
    """Whether a capture or refund was the answer to a request for it."""
    operation = order.operations.get(moved.operation_id)
    return operation is not None and operation.kind != "authorize"


def _left(order: Order, operation: PaymentOperation, minor: int) -> int:
    """The rest of the authorisation after a final capture."""
    sums = balance(order, operation.payment_id)
    others = sums.capture_pending
    if operation.state in UNSETTLED:
        others -= operation.minor
    return sums.open - minor - others
