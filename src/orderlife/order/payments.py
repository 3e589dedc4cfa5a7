"""What an order takes down of its gateway's answers and reports.

Reports come in any order and any number of times.  Money that moved is
always taken down; what contradicts what was asked opens an exception.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypeAlias, assert_never

from orderlife.messages import Contradiction, ExceptionKind
from orderlife.money import Money
from orderlife.order.evolve import evolve
from orderlife.order.ledger import (
    UNSETTLED,
    balance,
    surplus_minor,
    unsettled,
)
from orderlife.order.lifecycle import (
    OPERATION,
    ORDER,
    OperationState,
    OperationTrigger,
    OrderState,
)
from orderlife.order.messages import (
    OrderEvent,
    PaymentRecorded,
    PaymentReported,
    RefundGranted,
)
from orderlife.order.model import (
    Movement,
    MovementKind,
    OperationKind,
    Order,
    PaymentOperation,
    RefundLine,
)
from orderlife.order.remedies import opened
from orderlife.order.requests import failed, given_up, lapsed
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

__all__ = ["report"]

_K, _M, _O, _P = ExceptionKind, MovementKind, OperationState, OperationTrigger

_Moved: TypeAlias = Authorized | Captured | Refunded | CreditIssued

_MOVES: Final[Mapping[tuple[OperationKind, type[_Moved]], MovementKind]] = {
    ("authorize", Authorized): _M.AUTHORIZED,
    ("authorize", Captured): _M.CAPTURED,
    ("capture", Captured): _M.CAPTURED,
    ("refund", Refunded): _M.REFUNDED,
    ("credit", CreditIssued): _M.CREDITED,
}
"""Which answer to which request moves what."""

_UNDOES: Final = {
    _M.CAPTURED: _M.CAPTURE_REVERSED,
    _M.REFUNDED: _M.REFUND_REVERSED,
    _M.CREDITED: _M.REFUND_REVERSED,
}
"""Which movement takes which back."""


def report(
    order: Order, fact: PaymentReported, now: datetime
) -> list[OrderEvent]:
    """Take down what the gateway answered or reported.  Never refuses."""
    operation = order.operations.get(fact.operation_id)
    payment_id = operation.payment_id if operation else fact.payment_id
    if not _is_plausible(order, fact, payment_id):
        return _unmatched(order, fact, now)
    outcome = fact.outcome
    match outcome:
        case DisputeOpened():
            return _disputed(order, payment_id, outcome, now)
        case DisputeWon():
            return _once(order, _M.DISPUTE_WON, payment_id, outcome)
        case DisputeLost():
            return []  # the money went when the dispute was opened
        case AuthorizationLapsed():
            return lapsed(order, payment_id, balance(order, payment_id).open)
        case Voided() if operation is None or operation.kind == "authorize":
            # Not our doing, but all the same it is gone.
            return lapsed(order, payment_id, balance(order, payment_id).open)
        case Captured() | Refunded() if _is_unasked(operation, outcome):
            return _unasked(order, operation, payment_id, outcome, now)
        case _ if operation is None:
            return _unmatched(order, fact, now)
        case Authorized() | Captured() | Refunded() | CreditIssued():
            return _succeeded(order, operation, outcome, now)
        case Voided():
            return _voided(order, operation, fact, now)
        case Declined():
            return _declined(order, operation, outcome, now)
        case RefundFailed() | CaptureFailed():
            return _reversed(order, operation, outcome, now)
        case Pending():
            return _waiting(operation, _P.WAIT, outcome.reference)
        case RequiresAction():
            return _waiting(
                operation, _P.ASK_CUSTOMER, outcome.reference, outcome.url
            )
        case Unknown():
            return _waiting(operation, _P.LOSE, "", outcome.detail)
        case _:
            assert_never(outcome)


def _is_plausible(
    order: Order, fact: PaymentReported, payment_id: str
) -> bool:
    """Whether it is about one of the order's payments, in its currency."""
    amount: Money | None = getattr(fact.outcome, "amount", None)
    if amount is not None and amount.currency != order.placement.currency:
        return False
    if amount is not None and amount.minor < 1:
        return False
    return any(p.payment_id == payment_id for p in order.payments)


def _unmatched(
    order: Order, fact: PaymentReported, now: datetime
) -> list[OrderEvent]:
    subject = fact.operation_id or fact.payment_id or "no payment"
    known = ", ".join(order.operations) or "none"
    observed = f"{type(fact.outcome).__name__} for {subject}"
    amount: Money | None = getattr(fact.outcome, "amount", None)
    if amount is not None:
        observed += f", {amount}"
    return opened(
        order,
        Contradiction(
            _K.UNMATCHED_FACT,
            subject,
            f"a report on one of these operations: {known}",
            observed,
        ),
        now,
    )


def _waiting(
    operation: PaymentOperation,
    trigger: OperationTrigger,
    reference: str,
    detail: str = "",
) -> list[OrderEvent]:
    if not OPERATION.can(operation.state, trigger):
        return []  # heard before, or overtaken
    return [
        PaymentRecorded(
            operation_id=operation.operation_id,
            trigger=trigger,
            reference=reference,
            detail=detail,
        )
    ]


def _entry(
    operation: PaymentOperation,
    kind: MovementKind,
    minor: int,
    reference: str = "",
) -> Movement:
    return Movement(
        kind=kind,
        payment_id=operation.payment_id,
        minor=minor,
        operation_id=operation.operation_id,
        reference=reference,
    )


# What was not asked for


def _once(
    order: Order,
    kind: MovementKind,
    payment_id: str,
    outcome: Captured | Refunded | DisputeOpened | DisputeWon,
    operation: PaymentOperation | None = None,
) -> list[OrderEvent]:
    """Take a movement down, unless it is there: by the provider's id."""
    for known in order.movements:
        mine = known.payment_id == payment_id and known.kind is kind
        if mine and known.reference == outcome.reference:
            return []
    moved = Movement(
        kind=kind,
        payment_id=payment_id,
        minor=outcome.amount.minor,
        operation_id=operation.operation_id if operation else "",
        reference=outcome.reference,
    )
    return [PaymentRecorded(movements=(moved,))]


def _disputed(
    order: Order, payment_id: str, outcome: DisputeOpened, now: datetime
) -> list[OrderEvent]:
    events = _once(order, _M.DISPUTED, payment_id, outcome)
    if not events:
        return []
    contradiction = Contradiction(
        _K.DISPUTE,
        payment_id,
        f"payment {payment_id} is the shop's",
        f"{outcome.amount} disputed ({outcome.reference}): "
        f"{outcome.reason or 'no reason given'}",
        minor=outcome.amount.minor,
    )
    return events + opened(order, contradiction, now)


def _is_unasked(
    operation: PaymentOperation | None, outcome: Captured | Refunded
) -> bool:
    """Whether it answers no request, or one that was answered before."""
    if operation is None:
        return True
    authorized = operation.kind == "authorize"
    return (
        authorized
        and isinstance(outcome, Captured)
        and operation.state is _O.SUCCEEDED
    )


def _unasked(
    order: Order,
    operation: PaymentOperation | None,
    payment_id: str,
    outcome: Captured | Refunded,
    now: datetime,
) -> list[OrderEvent]:
    """A report on a payment, under the name of no request of ours."""
    kind = _M.CAPTURED if isinstance(outcome, Captured) else _M.REFUNDED
    events = _once(order, kind, payment_id, outcome, operation)
    if not events:
        return []
    asked = [
        awaited
        for awaited in unsettled(order)
        if awaited.payment_id == payment_id
        and awaited.minor == outcome.amount.minor
        and _MOVES.get((awaited.kind, type(outcome))) is kind
    ]
    if len(asked) == 1:
        # It can only be the answer, come by another way.
        return _succeeded(order, asked[0], outcome, now)
    if kind is _M.CAPTURED and ORDER.is_terminal(order.state):
        return events + _after_end(order, payment_id, outcome, now)
    sums = balance(order, payment_id)
    limit = sums.open if kind is _M.CAPTURED else 0
    extra = _extra(order, events)
    if outcome.amount.minor <= limit and not extra:
        return events
    left = Money.of_minor(limit, order.placement.currency)
    contradiction = Contradiction(
        _K.AMOUNT_MISMATCH,
        payment_id,
        f"nothing asked for; {left} of it could be {kind.value}",
        f"{outcome.amount} {kind.value} ({outcome.reference})",
        minor=outcome.amount.minor,
    )
    return events + opened(order, contradiction, now)


def _extra(order: Order, events: list[OrderEvent]) -> int:
    """How much more than the order costs was taken by these events.

    A cancellation gives it all back, so that nothing is too much then.
    """
    if order.state is OrderState.CANCELLING:
        return 0
    after = order
    for event in events:
        after = evolve(after, event)
    return max(0, surplus_minor(after) - surplus_minor(order))


def _after_end(
    order: Order, payment_id: str, outcome: _Moved, now: datetime
) -> list[OrderEvent]:
    contradiction = Contradiction(
        _K.CAPTURED_AFTER_END,
        payment_id,
        f"order {order.order_id} is {order.state.value}",
        f"{outcome.amount} {type(outcome).__name__.lower()} "
        f"({outcome.reference})",
        minor=outcome.amount.minor,
    )
    return opened(order, contradiction, now)


# What was asked for


def _succeeded(
    order: Order,
    operation: PaymentOperation,
    outcome: _Moved,
    now: datetime,
) -> list[OrderEvent]:
    kind = _MOVES.get((operation.kind, type(outcome)))
    if kind is None:
        fact = PaymentReported(
            order_id=order.order_id,
            operation_id=operation.operation_id,
            outcome=outcome,
        )
        return _unmatched(order, fact, now)
    first = OPERATION.can(operation.state, _P.SUCCEED)
    movements = _movements(order, operation, kind, outcome)
    if not first and not movements:
        return []
    before, over = None, 0
    if isinstance(outcome, Authorized):
        before = outcome.capture_before
        if outcome.max_capturable is not None:
            over = outcome.max_capturable.minor
    recorded = PaymentRecorded(
        operation_id=operation.operation_id,
        trigger=_P.SUCCEED if first else None,
        reference=outcome.reference,
        movements=movements,
        capture_before=before,
        max_capturable_minor=over,
    )
    doubts = _doubts(order, operation, outcome, recorded, now)
    return [recorded, *doubts]


def _movements(
    order: Order,
    operation: PaymentOperation,
    kind: MovementKind,
    outcome: _Moved,
) -> tuple[Movement, ...]:
    """What a success moves beyond what was taken down before."""
    minor, reference = outcome.amount.minor, outcome.reference
    found = []
    if operation.kind == "authorize":
        # Paid at once is secured and taken in one.
        more = minor - sum(
            moved.minor
            for moved in _of(order, operation)
            if moved.kind is _M.AUTHORIZED
        )
        if more > 0:
            found.append(_entry(operation, _M.AUTHORIZED, more, reference))
    if kind is _M.AUTHORIZED or _is_known(order, operation, kind, outcome):
        return tuple(found)
    found.append(_entry(operation, kind, minor, reference))
    if operation.state is _O.REVERSED:
        # Its failure was heard of first.
        found.append(_entry(operation, _UNDOES[kind], minor))
    elif operation.final and (left := _left(order, operation, minor)) > 0:
        found.append(_entry(operation, _M.VOIDED, left))
    return tuple(found)


def _of(order: Order, operation: PaymentOperation) -> list[Movement]:
    """What an operation has moved, whoever told of it."""
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
    outcome: _Moved,
) -> bool:
    """Whether a success was heard of before, by the provider's own id."""
    minor, reference = outcome.amount.minor, outcome.reference
    moved = [
        m
        for m in order.movements
        if m.kind is kind and m.payment_id == operation.payment_id
    ]
    same = [m for m in moved if m.reference == reference]
    if OPERATION.can(operation.state, _P.SUCCEED):
        # Told of without our id, before it was answered.
        others = [m for m in same if reference and m.minor == minor]
        return any(not _asked_for(order, m) for m in others)
    if kind is not _M.CAPTURED and operation.state is _O.SUCCEEDED:
        return True
    mine = [m for m in moved if m.operation_id == operation.operation_id]
    named = reference and any(m.reference for m in mine)
    return bool(same) or (bool(mine) and not named)


def _asked_for(order: Order, moved: Movement) -> bool:
    """Whether a capture or refund was the answer to a request for it."""
    operation = order.operations.get(moved.operation_id)
    return operation is not None and operation.kind != "authorize"


def _left(order: Order, operation: PaymentOperation, minor: int) -> int:
    """What a final capture leaves over for nobody."""
    sums = balance(order, operation.payment_id)
    others = sums.capture_pending
    if operation.state in UNSETTLED:
        others -= operation.minor
    return sums.open - minor - others


def _doubts(
    order: Order,
    operation: PaymentOperation,
    outcome: _Moved,
    recorded: PaymentRecorded,
    now: datetime,
) -> list[OrderEvent]:
    """What does not fit about a success: for a person, or given back."""
    minor, asked = outcome.amount.minor, operation.minor
    if operation.state is _O.REVERSED:
        return []  # its failure has opened the exception
    if operation.kind in {"authorize", "capture"} and ORDER.is_terminal(
        order.state
    ):
        taken = isinstance(outcome, Captured)
        after = balance(evolve(order, recorded), operation.payment_id)
        if taken or after.open:
            return _after_end(order, operation.payment_id, outcome, now)
        return []
    if recorded.trigger is None:
        return _mismatch(order, operation, outcome, minor, " once more", now)
    if minor > asked or (minor < asked and operation.kind == "authorize"):
        return _mismatch(order, operation, outcome, minor - asked, "", now)
    if minor < asked:
        why = f"only {outcome.amount} ({outcome.reference})"
        return failed(order, operation, why, now, minor=asked - minor)
    extra = _extra(order, [recorded])
    if not extra:
        return []
    if operation.state is _O.DECLINED or order.state is not (
        OrderState.CONFIRMED
    ):
        return _mismatch(order, operation, outcome, extra, " too late", now)
    return [_give_back(order, extra)]


def _give_back(order: Order, extra: int) -> RefundGranted:
    """Give back what was cancelled while it was being taken."""
    return RefundGranted(
        subject=order.order_id,
        lines=(RefundLine(kind="overpaid", minor=extra),),
        minor=extra,
        overpaid=True,
        reason="cancelled while it was being paid",
    )


def _mismatch(
    order: Order,
    operation: PaymentOperation,
    outcome: _Moved,
    difference: int,
    how: str,
    now: datetime,
) -> list[OrderEvent]:
    asked = Money.of_minor(operation.minor, order.placement.currency)
    contradiction = Contradiction(
        _K.AMOUNT_MISMATCH,
        operation.payment_id,
        f"{operation.operation_id} asked for {asked}",
        f"{outcome.amount} {type(outcome).__name__.lower()}{how} "
        f"({outcome.reference})",
        minor=abs(difference),
    )
    return opened(order, contradiction, now)


def _voided(
    order: Order,
    operation: PaymentOperation,
    fact: PaymentReported,
    now: datetime,
) -> list[OrderEvent]:
    if operation.kind != "void":
        return _unmatched(order, fact, now)
    if not OPERATION.can(operation.state, _P.SUCCEED):
        return []  # heard before
    sums = balance(order, operation.payment_id)
    # What was still awaited will not be secured if it is heard of late.
    left = sums.open if sums.authorized else operation.minor
    moved = _entry(operation, _M.VOIDED, left)
    recorded = PaymentRecorded(
        operation_id=operation.operation_id,
        trigger=_P.SUCCEED,
        movements=(moved,) if left else (),
    )
    return [recorded, *given_up(order, operation.payment_id)]


def _declined(
    order: Order,
    operation: PaymentOperation,
    outcome: Declined,
    now: datetime,
) -> list[OrderEvent]:
    if not OPERATION.can(operation.state, _P.DECLINE):
        return []  # heard before, or money has moved all the same
    recorded = PaymentRecorded(
        operation_id=operation.operation_id,
        trigger=_P.DECLINE,
        detail=f"{outcome.code} ({outcome.advice})",
    )
    return [recorded, *failed(order, operation, outcome.code, now)]


def _reversed(
    order: Order,
    operation: PaymentOperation,
    outcome: RefundFailed | CaptureFailed,
    now: datetime,
) -> list[OrderEvent]:
    """A refund or capture failed, perhaps after it had succeeded."""
    kind: ExceptionKind | None = None
    kinds: tuple[OperationKind, ...] = ("refund", "credit")
    if isinstance(outcome, CaptureFailed):
        kind, kinds = _K.CAPTURE_FAILED, ("capture", "authorize")
    if operation.kind not in kinds:
        fact = PaymentReported(
            order_id=order.order_id,
            operation_id=operation.operation_id,
            outcome=outcome,
        )
        return _unmatched(order, fact, now)
    if not OPERATION.can(operation.state, _P.REVERSE):
        return []  # heard before
    events: list[OrderEvent] = [
        PaymentRecorded(
            operation_id=operation.operation_id,
            trigger=_P.REVERSE,
            movements=tuple(
                _entry(operation, _UNDOES[moved.kind], moved.minor)
                for moved in _of(order, operation)
                if moved.kind in _UNDOES
            ),
            detail=outcome.reason,
        )
    ]
    if operation.state is _O.DECLINED:
        return events  # the decline has opened the exception
    return events + failed(order, operation, outcome.reason, now, kind=kind)
