"""What an order records of its gateway's answers and reports.

Reports come in any order and any number of times.  Money that moved is
always recorded; a contradiction to the requests opens an exception item.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, assert_never

from orderlife._kernel.messages import Contradiction, ExceptionKind
from orderlife._values.money import MAX_MINOR, Money
from orderlife.ports.base import Unknown
from orderlife.ports.payment import (
    AuthorizationLapsed,
    Authorized,
    Captured,
    CaptureFailed,
    CreditIssued,
    Declined,
    DisputeLost,
    DisputeOpened,
    DisputeWon,
    Pending,
    Refunded,
    RefundFailed,
    RequiresAction,
    Voided,
)
from orderlife.rooms.exceptions.opening import opened
from orderlife.rooms.order.model import Order
from orderlife.rooms.payment.doubts import (
    Moved,
    after_end,
    doubts,
    implausible,
    unasked,
    unmatched,
)
from orderlife.rooms.payment.evolve import Recorded
from orderlife.rooms.payment.ledger import balance, unsettled
from orderlife.rooms.payment.lifecycle import (
    OPERATION,
    OperationState,
    OperationTrigger,
)
from orderlife.rooms.payment.messages import PaymentRecorded, PaymentReported
from orderlife.rooms.payment.model import (
    MovementKind,
    OperationKind,
    PaymentOperation,
)
from orderlife.rooms.payment.movements import (
    ANSWERS,
    UNDOES,
    entry,
    moved_by,
    new_movements,
    once,
)
from orderlife.rooms.payment.overtaken import overtaken
from orderlife.rooms.payment.requests import failed, given_up, lapsed
from orderlife.rooms.payment.single import spent

__all__ = ["report"]


def report(
    order: Order, fact: PaymentReported, now: datetime
) -> Sequence[Recorded]:
    """Record what the gateway answered or reported.  Never refuses."""
    operation = order.operations.get(fact.operation_id)
    payment_id = operation.payment_id if operation else fact.payment_id
    if not _is_plausible(order, fact, payment_id):
        return implausible(order, fact, operation, now)
    events = [*_recorded(order, fact, operation, payment_id, now)]
    events += spent(order, payment_id, events)
    events += after_end(order, payment_id, fact.outcome, events, now)
    return [*events, *overtaken(order, events, fact)]


def _recorded(
    order: Order,
    fact: PaymentReported,
    operation: PaymentOperation | None,
    payment_id: str,
    now: datetime,
) -> Sequence[Recorded]:
    outcome = fact.outcome
    match outcome:
        case DisputeOpened():
            return _disputed(order, payment_id, outcome, now)
        case DisputeWon():
            won = once(order, MovementKind.DISPUTE_WON, payment_id, outcome)
            return [won] if won else []
        case DisputeLost():
            return []  # the money was taken when the dispute was opened
        case AuthorizationLapsed():
            return lapsed(order, payment_id, balance(order, payment_id).open)
        case Voided() if operation is None or operation.kind == "authorize":
            # We did not ask for it, but the authorisation has ended.
            return lapsed(order, payment_id, balance(order, payment_id).open)
        case Captured() | Refunded() if _is_unasked(operation, outcome):
            return _unasked(order, operation, payment_id, outcome, now)
        case _ if operation is None:
            return unmatched(order, fact, now)
        case Authorized() | Captured() | Refunded() | CreditIssued():
            return _succeeded(order, operation, outcome, now)
        case Voided():
            return _voided(order, operation, fact, now)
        case Declined():
            return _declined(order, operation, outcome, now)
        case RefundFailed() | CaptureFailed():
            return _reversed(order, operation, outcome, now)
        case Pending():
            return _waiting(
                operation, OperationTrigger.WAIT, outcome.reference
            )
        case RequiresAction():
            return _waiting(
                operation,
                OperationTrigger.ASK_CUSTOMER,
                outcome.reference,
                outcome.url,
            )
        case Unknown():
            return _waiting(
                operation, OperationTrigger.LOSE, "", outcome.detail
            )
        case _:
            assert_never(outcome)


def _is_plausible(
    order: Order, fact: PaymentReported, payment_id: str
) -> bool:
    """Whether a report is about a payment of the order, in its currency."""
    amount: Money | None = getattr(fact.outcome, "amount", None)
    if amount is not None and amount.currency != order.placement.currency:
        return False
    if amount is not None and not _is_countable(order, fact, amount):
        return False
    return any(p.payment_id == payment_id for p in order.payments)


def _is_countable(order: Order, fact: PaymentReported, amount: Money) -> bool:
    """Whether an amount is in range, and the sums with it.

    One amount may be as large as the largest sum; two such reports would
    exceed it, and the order could not be shown any more.
    """
    if amount.minor < 1:
        return False
    side = _SIDES[type(fact.outcome)]
    so_far = sum(m.minor for m in order.movements if m.kind in side)
    return so_far + amount.minor <= MAX_MINOR


_SECURED: Final = frozenset((MovementKind.AUTHORIZED,))


_IN: Final = frozenset((MovementKind.CAPTURED, MovementKind.DISPUTE_WON))


_OUT: Final = frozenset(
    (
        MovementKind.REFUNDED,
        MovementKind.CREDITED,
        MovementKind.SETTLED_BY_HAND,
        MovementKind.DISPUTED,
    )
)

_SIDES: Final[dict[type, frozenset[MovementKind]]] = {
    Authorized: _SECURED,
    Captured: _IN,
    DisputeWon: _IN,
    Refunded: _OUT,
    CreditIssued: _OUT,
    DisputeOpened: _OUT,
}
"""The kinds of movements that are summed: authorised, in and out."""


def _waiting(
    operation: PaymentOperation,
    trigger: OperationTrigger,
    reference: str,
    detail: str = "",
) -> Sequence[Recorded]:
    if not OPERATION.can(operation.state, trigger):
        return []  # reported before, or overtaken
    return [
        PaymentRecorded(
            operation_id=operation.operation_id,
            trigger=trigger,
            reference=reference,
            detail=detail,
        )
    ]


def _disputed(
    order: Order, payment_id: str, outcome: DisputeOpened, now: datetime
) -> Sequence[Recorded]:
    recorded = once(order, MovementKind.DISPUTED, payment_id, outcome)
    if recorded is None:
        return []
    contradiction = Contradiction(
        ExceptionKind.DISPUTE,
        payment_id,
        f"payment {payment_id} is the shop's",
        f"{outcome.amount} disputed ({outcome.reference}): "
        f"{outcome.reason or 'no reason given'}",
        minor=outcome.amount.minor,
        reference=outcome.reference,
    )
    return [recorded, *opened(order, contradiction, now)]


def _is_unasked(
    operation: PaymentOperation | None, outcome: Captured | Refunded
) -> bool:
    """Whether a report answers no request, or an answered one."""
    if operation is None:
        return True
    authorized = operation.kind == "authorize"
    return (
        authorized
        and isinstance(outcome, Captured)
        and operation.state is OperationState.SUCCEEDED
    )


def _unasked(
    order: Order,
    operation: PaymentOperation | None,
    payment_id: str,
    outcome: Captured | Refunded,
    now: datetime,
) -> Sequence[Recorded]:
    """Record a report on a payment without an operation of ours."""
    kind = (
        MovementKind.CAPTURED
        if isinstance(outcome, Captured)
        else MovementKind.REFUNDED
    )
    recorded = once(order, kind, payment_id, outcome, operation)
    if recorded is None:
        return []
    asked = [
        awaited
        for awaited in unsettled(order)
        if awaited.payment_id == payment_id
        and awaited.minor == outcome.amount.minor
        and ANSWERS.get((awaited.kind, type(outcome))) is kind
    ]
    if len(asked) == 1:
        # It can only be the answer, by another channel.
        return _succeeded(order, asked[0], outcome, now)
    return [
        recorded,
        *unasked(
            order, payment_id, outcome, recorded, now, awaited=bool(asked)
        ),
    ]


def _succeeded(
    order: Order,
    operation: PaymentOperation,
    outcome: Moved,
    now: datetime,
) -> Sequence[Recorded]:
    kind = ANSWERS.get((operation.kind, type(outcome)))
    if kind is None:
        fact = PaymentReported(
            order_id=order.order_id,
            operation_id=operation.operation_id,
            outcome=outcome,
        )
        return unmatched(order, fact, now)
    first = OPERATION.can(operation.state, OperationTrigger.SUCCEED)
    movements = new_movements(order, operation, kind, outcome)
    if not first and not movements:
        return []
    before, over, in_parts = None, 0, None
    if isinstance(outcome, Authorized):
        before = outcome.capture_before
        in_parts = outcome.captures_in_parts
        if outcome.max_capturable is not None:
            over = outcome.max_capturable.minor
    recorded = PaymentRecorded(
        operation_id=operation.operation_id,
        trigger=OperationTrigger.SUCCEED if first else None,
        reference=outcome.reference,
        movements=movements,
        capture_before=before,
        max_capturable_minor=over,
        captures_in_parts=in_parts,
    )
    return [recorded, *doubts(order, operation, outcome, recorded, now)]


def _voided(
    order: Order,
    operation: PaymentOperation,
    fact: PaymentReported,
    now: datetime,
) -> Sequence[Recorded]:
    if operation.kind != "void":
        return unmatched(order, fact, now)
    if not OPERATION.can(operation.state, OperationTrigger.SUCCEED):
        return []  # reported before
    sums = balance(order, operation.payment_id)
    # A late report of an awaited authorisation must not count it.
    remaining = sums.open if sums.authorized else operation.minor
    moved = entry(operation, MovementKind.VOIDED, remaining)
    recorded = PaymentRecorded(
        operation_id=operation.operation_id,
        trigger=OperationTrigger.SUCCEED,
        movements=(moved,) if remaining else (),
    )
    return [recorded, *given_up(order, operation.payment_id)]


def _declined(
    order: Order,
    operation: PaymentOperation,
    outcome: Declined,
    now: datetime,
) -> Sequence[Recorded]:
    if not OPERATION.can(operation.state, OperationTrigger.DECLINE):
        return []  # reported before, or money has moved all the same
    recorded = PaymentRecorded(
        operation_id=operation.operation_id,
        trigger=OperationTrigger.DECLINE,
        detail=f"{outcome.code} ({outcome.advice})",
    )
    return [recorded, *failed(order, operation, outcome.code, now)]


def _reversed(
    order: Order,
    operation: PaymentOperation,
    outcome: RefundFailed | CaptureFailed,
    now: datetime,
) -> Sequence[Recorded]:
    """A refund or capture failed, perhaps after it had succeeded."""
    kind: ExceptionKind | None = None
    kinds: tuple[OperationKind, ...] = ("refund", "credit")
    if isinstance(outcome, CaptureFailed):
        kind, kinds = ExceptionKind.CAPTURE_FAILED, ("capture", "authorize")
    if operation.kind not in kinds:
        fact = PaymentReported(
            order_id=order.order_id,
            operation_id=operation.operation_id,
            outcome=outcome,
        )
        return unmatched(order, fact, now)
    if not OPERATION.can(operation.state, OperationTrigger.REVERSE):
        return []  # reported before
    events: list[Recorded] = [
        PaymentRecorded(
            operation_id=operation.operation_id,
            trigger=OperationTrigger.REVERSE,
            movements=tuple(
                entry(operation, UNDOES[moved.kind], moved.minor)
                for moved in moved_by(order, operation)
                if moved.kind in UNDOES
            ),
            detail=outcome.reason,
        )
    ]
    if operation.state is OperationState.DECLINED:
        return events  # the decline has opened the exception
    return events + failed(order, operation, outcome.reason, now, kind=kind)
