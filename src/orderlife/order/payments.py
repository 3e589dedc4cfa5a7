"""What an order asks of its gateway, and takes down of its reports.

Reports come in any order and any number of times.  Money that moved is
always taken down; what contradicts what was asked opens an exception.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypeAlias, assert_never

from orderlife.messages import Contradiction, ExceptionKind
from orderlife.money import Money
from orderlife.order.ledger import (
    UNSETTLED,
    balance,
    covered_minor,
    need_minor,
)
from orderlife.order.lifecycle import (
    OPERATION,
    ORDER,
    OperationState,
    OperationTrigger,
)
from orderlife.order.messages import (
    ExceptionOpened,
    LapseAuthorization,
    OrderEvent,
    PaymentRecorded,
    PaymentReported,
    PaymentRequested,
    RequestAuthorizations,
    RequestPayment,
    SettleByHand,
)
from orderlife.order.model import (
    ExceptionItem,
    Movement,
    MovementKind,
    OperationKind,
    Order,
    PaymentOperation,
)
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

__all__ = [
    "authorize",
    "lapse",
    "opened",
    "report",
    "request",
    "settle_by_hand",
]

_K, _M, _O, _P = ExceptionKind, MovementKind, OperationState, OperationTrigger

_Moved: TypeAlias = Authorized | Captured | Refunded | CreditIssued

_FAILED: Final[Mapping[OperationKind, ExceptionKind]] = {
    "capture": _K.CAPTURE_FAILED,
    "void": _K.VOID_FAILED,
    "refund": _K.REFUND_FAILED,
    "credit": _K.CREDIT_FAILED,
}
"""A declined authorisation is no exception: another tender may do."""

_TAKES: Final = frozenset((_M.AUTHORIZED, _M.CAPTURED))

_MOVES: Final[Mapping[tuple[OperationKind, type[_Moved]], MovementKind]] = {
    ("authorize", Authorized): _M.AUTHORIZED,
    ("authorize", Captured): _M.CAPTURED,
    ("capture", Captured): _M.CAPTURED,
    ("refund", Refunded): _M.REFUNDED,
    ("credit", CreditIssued): _M.CREDITED,
}
"""Which answer to which request moves what."""


def opened(
    order: Order, contradiction: Contradiction, now: datetime, ahead: int = 0
) -> list[OrderEvent]:
    """Open an exception item, unless the very same one is there."""
    if any(item.contradiction == contradiction for item in order.exceptions):
        return []
    number = order.counts.get("exception", 0) + 1 + ahead
    return [
        ExceptionOpened(
            item=ExceptionItem(
                exception_id=f"x{number}",
                contradiction=contradiction,
                opened_at=now,
            )
        )
    ]


def authorize(order: Order, step: RequestAuthorizations) -> list[OrderEvent]:
    """Ask for money on the tenders that were not asked yet."""
    asked = {payment.tender_index for payment in order.payments}
    rest = need_minor(order) - covered_minor(order)
    again = next(
        (p for p in order.payments if p.payment_id == step.again), None
    )
    if again is not None:
        wanted = [(again.tender_index, again.tender, rest)]
    else:
        new = [
            (index, tender)
            for index, tender in enumerate(order.tenders)
            if index not in asked
        ]
        rest -= sum(t.amount.minor for _, t in new if t.amount is not None)
        wanted = [
            (index, t, rest if t.amount is None else t.amount.minor)
            for index, t in new
        ]
    events: list[OrderEvent] = []
    for index, tender, minor in wanted:
        if minor <= 0:
            continue
        ordinal = order.counts.get("authorize", 0) + 1 + len(events)
        events.append(
            PaymentRequested(
                operation_id=f"{order.order_id}:authorize:{ordinal}",
                kind="authorize",
                payment_id=f"p{len(order.payments) + 1 + len(events)}",
                minor=minor,
                subject=order.order_id,
                tender=tender,
                tender_index=index,
            )
        )
    return events


def request(order: Order, step: RequestPayment) -> list[OrderEvent]:
    """Ask for a capture, void, refund or credit, payment by payment."""
    first = order.counts.get(step.kind, 0) + 1
    return [
        PaymentRequested(
            operation_id=f"{order.order_id}:{step.kind}:{first + ahead}",
            kind=step.kind,
            payment_id=payment_id,
            minor=minor,
            subject=step.subject,
            final=step.final,
            reason=step.reason,
            notify=step.notify,
        )
        for ahead, (payment_id, minor) in enumerate(step.minor.items())
    ]


def lapse(order: Order, step: LapseAuthorization) -> list[OrderEvent]:
    """Write off what is left of an authorisation."""
    left = balance(order, step.payment_id).open
    moved = Movement(kind=_M.LAPSED, payment_id=step.payment_id, minor=left)
    events: list[OrderEvent] = []
    if left:
        events.append(PaymentRecorded(movements=(moved,), detail="lapsed"))
    return events + _given_up(order, step.payment_id, "lapsed")


def _given_up(order: Order, payment_id: str, why: str) -> list[OrderEvent]:
    """An authorisation that was still awaited will not come any more."""
    return [
        PaymentRecorded(
            operation_id=asked.operation_id, trigger=_P.DECLINE, detail=why
        )
        for asked in order.operations.values()
        if asked.kind == "authorize"
        and asked.payment_id == payment_id
        and OPERATION.can(asked.state, _P.DECLINE)
    ]


def settle_by_hand(order: Order, step: SettleByHand) -> list[OrderEvent]:
    """Write down what somebody paid back outside the gateway."""
    minor = min(step.minor, balance(order, step.payment_id).refundable)
    if not minor:
        return []
    moved = Movement(
        kind=_M.SETTLED_BY_HAND, payment_id=step.payment_id, minor=minor
    )
    return [PaymentRecorded(movements=(moved,), detail="settled by hand")]


def report(
    order: Order, fact: PaymentReported, now: datetime
) -> list[OrderEvent]:
    """Take down what the gateway answered or reported.  Never refuses."""
    operation = order.operations.get(fact.operation_id)
    payment_id = operation.payment_id if operation else fact.payment_id
    outcome = fact.outcome
    match outcome:
        case DisputeOpened():
            return _disputed(order, payment_id, outcome, now)
        case DisputeWon():
            moved = _moved(_M.DISPUTE_WON, payment_id, outcome)
            return _once(order, moved, fact, now)
        case DisputeLost():
            return []  # the money went when the dispute was opened
        case AuthorizationLapsed():
            return lapse(order, LapseAuthorization(payment_id=payment_id))
        case _ if operation is None:
            return _spontaneous(order, fact, now)
        case Authorized() | Captured() | Refunded() | CreditIssued():
            return _succeeded(order, operation, outcome, now)
        case Voided():
            return _voided(order, operation, outcome)
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


def _waiting(
    operation: PaymentOperation,
    trigger: OperationTrigger,
    reference: str,
    detail: str = "",
) -> list[OrderEvent]:
    if operation.state not in UNSETTLED or not OPERATION.can(
        operation.state, trigger
    ):
        return []  # heard before, or overtaken
    return [
        PaymentRecorded(
            operation_id=operation.operation_id,
            trigger=trigger,
            reference=reference,
            detail=detail,
        )
    ]


def _moved(
    kind: MovementKind,
    payment_id: str,
    outcome: Captured | Refunded | DisputeOpened | DisputeWon,
    operation_id: str = "",
) -> Movement:
    return Movement(
        kind=kind,
        payment_id=payment_id,
        minor=outcome.amount.minor,
        operation_id=operation_id,
        reference=outcome.reference,
    )


def _once(
    order: Order, moved: Movement, fact: PaymentReported, now: datetime
) -> list[OrderEvent]:
    """Take a movement down, unless it is there or belongs nowhere."""
    if any(
        known.kind is moved.kind and known.reference == moved.reference
        for known in order.movements
    ):
        return []
    if not any(p.payment_id == moved.payment_id for p in order.payments):
        return _unmatched(order, fact, now)
    return [PaymentRecorded(movements=(moved,))]


def _unmatched(
    order: Order, fact: PaymentReported, now: datetime
) -> list[OrderEvent]:
    subject = fact.operation_id or fact.payment_id or "no payment"
    known = ", ".join(order.operations) or "none"
    observed = f"{type(fact.outcome).__name__} for {subject}"
    amount = getattr(fact.outcome, "amount", None)
    if isinstance(amount, Money):
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


def _disputed(
    order: Order, payment_id: str, outcome: DisputeOpened, now: datetime
) -> list[OrderEvent]:
    moved = _moved(_M.DISPUTED, payment_id, outcome)
    fact = PaymentReported(
        order_id=order.order_id, payment_id=payment_id, outcome=outcome
    )
    events = _once(order, moved, fact, now)
    if events and isinstance(events[0], PaymentRecorded):
        contradiction = Contradiction(
            _K.DISPUTE,
            payment_id,
            f"payment {payment_id} is the shop's",
            f"{outcome.amount} disputed ({outcome.reference}): "
            f"{outcome.reason or 'no reason given'}",
            minor=outcome.amount.minor,
        )
        events += opened(order, contradiction, now)
    return events


def _spontaneous(
    order: Order, fact: PaymentReported, now: datetime
) -> list[OrderEvent]:
    """A report on a payment that answers no request of ours."""
    outcome = fact.outcome
    if isinstance(outcome, Captured):
        kind, what = _M.CAPTURED, "captured"
    elif isinstance(outcome, Refunded):
        kind, what = _M.REFUNDED, "refunded"
    else:
        return _unmatched(order, fact, now)
    if outcome.amount.currency != order.placement.currency:
        return _unmatched(order, fact, now)
    moved = _moved(kind, fact.payment_id, outcome)
    events = _once(order, moved, fact, now)
    if not events or not isinstance(events[0], PaymentRecorded):
        return events
    sums = balance(order, fact.payment_id)
    limit = sums.open if kind is _M.CAPTURED else sums.refundable
    if kind is _M.CAPTURED and ORDER.is_terminal(order.state):
        events += _after_end(order, moved, now)
    elif moved.minor > limit or kind is _M.REFUNDED:
        left = Money.of_minor(limit, order.placement.currency)
        contradiction = Contradiction(
            _K.AMOUNT_MISMATCH,
            fact.payment_id,
            f"nothing asked for; at most {left} could be {what}",
            f"{outcome.amount} {what} ({outcome.reference})",
            minor=moved.minor,
        )
        events += opened(order, contradiction, now)
    return events


def _after_end(
    order: Order, moved: Movement, now: datetime
) -> list[OrderEvent]:
    amount = Money.of_minor(moved.minor, order.placement.currency)
    contradiction = Contradiction(
        _K.CAPTURED_AFTER_END,
        moved.payment_id,
        f"order {order.order_id} is {order.state.value}",
        f"{amount} {moved.kind.value} ({moved.reference})",
        minor=moved.minor,
    )
    return opened(order, contradiction, now)


def _succeeded(
    order: Order,
    operation: PaymentOperation,
    outcome: _Moved,
    now: datetime,
) -> list[OrderEvent]:
    kind = _MOVES.get((operation.kind, type(outcome)))
    fact = PaymentReported(
        order_id=order.order_id,
        operation_id=operation.operation_id,
        outcome=outcome,
    )
    if kind is None or outcome.amount.currency != order.placement.currency:
        return _unmatched(order, fact, now)
    heard = operation.state in {_O.SUCCEEDED, _O.REVERSED}
    if heard and _is_repeat(order, operation, kind, outcome.reference):
        return []
    minor = outcome.amount.minor
    movements = []
    if kind is _M.CAPTURED and operation.kind == "authorize" and not heard:
        # Paid at once: secured and taken in one.
        movements.append(_entry(operation, _M.AUTHORIZED, minor, ""))
    movements.append(_entry(operation, kind, minor, outcome.reference))
    if operation.final and kind is _M.CAPTURED:
        left = balance(order, operation.payment_id).open - minor
        if left > 0:
            movements.append(_entry(operation, _M.VOIDED, left, ""))
    if not heard:
        OPERATION.step(operation.operation_id, operation.state, _P.SUCCEED)
    before, over = None, 0
    if isinstance(outcome, Authorized):
        before = outcome.capture_before
        if outcome.max_capturable is not None:
            over = outcome.max_capturable.minor
    events: list[OrderEvent] = [
        PaymentRecorded(
            operation_id=operation.operation_id,
            trigger=None if heard else _P.SUCCEED,
            reference=outcome.reference,
            movements=tuple(movements),
            capture_before=before,
            max_capturable_minor=over,
        )
    ]
    if kind in _TAKES and ORDER.is_terminal(order.state):
        events += _after_end(order, movements[-1], now)
    elif heard or minor != operation.minor:
        events += _mismatch(order, operation, outcome, heard, now)
    return events


def _entry(
    operation: PaymentOperation,
    kind: MovementKind,
    minor: int,
    reference: str,
) -> Movement:
    return Movement(
        kind=kind,
        payment_id=operation.payment_id,
        minor=minor,
        operation_id=operation.operation_id,
        reference=reference,
    )


def _is_repeat(
    order: Order,
    operation: PaymentOperation,
    kind: MovementKind,
    reference: str,
) -> bool:
    """Whether a success was heard before, by the provider's own id.

    A refund that was reversed stays so, whatever is heard late.
    """
    if kind is not _M.CAPTURED or operation.state is _O.REVERSED:
        return True
    known = {
        moved.reference
        for moved in order.movements
        if moved.kind is kind and moved.payment_id == operation.payment_id
    }
    return reference in known or not (reference and any(known) or not known)


def _mismatch(
    order: Order,
    operation: PaymentOperation,
    outcome: _Moved,
    heard: bool,  # noqa: FBT001
    now: datetime,
) -> list[OrderEvent]:
    asked = Money.of_minor(operation.minor, order.placement.currency)
    again = " once more" if heard else ""
    contradiction = Contradiction(
        _K.AMOUNT_MISMATCH,
        operation.payment_id,
        f"{operation.operation_id} asked for {asked}",
        f"{outcome.amount} {type(outcome).__name__.lower()}{again} "
        f"({outcome.reference})",
        minor=abs(outcome.amount.minor - operation.minor),
    )
    return opened(order, contradiction, now)


def _voided(
    order: Order, operation: PaymentOperation, outcome: Voided
) -> list[OrderEvent]:
    if not OPERATION.can(operation.state, _P.SUCCEED):
        return []
    OPERATION.step(operation.operation_id, operation.state, _P.SUCCEED)
    left = balance(order, operation.payment_id).open
    moved = _entry(operation, _M.VOIDED, left, outcome.reference)
    events: list[OrderEvent] = [
        PaymentRecorded(
            operation_id=operation.operation_id,
            trigger=_P.SUCCEED,
            reference=outcome.reference,
            movements=(moved,) if left else (),
        )
    ]
    return events + _given_up(order, operation.payment_id, "voided")


def _declined(
    order: Order,
    operation: PaymentOperation,
    outcome: Declined,
    now: datetime,
) -> list[OrderEvent]:
    if not OPERATION.can(operation.state, _P.DECLINE):
        return []  # heard before, or money has moved all the same
    OPERATION.step(operation.operation_id, operation.state, _P.DECLINE)
    events: list[OrderEvent] = [
        PaymentRecorded(
            operation_id=operation.operation_id,
            trigger=_P.DECLINE,
            detail=f"{outcome.code} ({outcome.advice})",
        )
    ]
    return events + _failure(order, operation, outcome.code, now)


def _failure(
    order: Order, operation: PaymentOperation, why: str, now: datetime
) -> list[OrderEvent]:
    kind = _FAILED.get(operation.kind)
    if kind is None:
        return []
    asked = Money.of_minor(operation.minor, order.placement.currency)
    contradiction = Contradiction(
        kind,
        operation.payment_id,
        f"{operation.operation_id} of {asked}",
        why or "it failed; no reason given",
        minor=operation.minor,
    )
    return opened(order, contradiction, now)


def _reversed(
    order: Order,
    operation: PaymentOperation,
    outcome: RefundFailed | CaptureFailed,
    now: datetime,
) -> list[OrderEvent]:
    """A refund or capture failed, perhaps after it had succeeded."""
    if isinstance(outcome, RefundFailed):
        kinds: tuple[OperationKind, ...] = ("refund", "credit")
        undone: tuple[MovementKind, ...] = (_M.REFUNDED, _M.CREDITED)
        undo = _M.REFUND_REVERSED
    else:
        kinds = ("capture", "authorize")
        undone, undo = (_M.CAPTURED,), _M.CAPTURE_REVERSED
    if operation.kind not in kinds:
        fact = PaymentReported(
            order_id=order.order_id,
            operation_id=operation.operation_id,
            outcome=outcome,
        )
        return _unmatched(order, fact, now)
    if not OPERATION.can(operation.state, _P.REVERSE):
        return []
    already_declined = operation.state is _O.DECLINED
    OPERATION.step(operation.operation_id, operation.state, _P.REVERSE)
    minor = sum(
        moved.minor
        for moved in order.movements
        if moved.operation_id == operation.operation_id
        and moved.kind in undone
    )
    movements = (_entry(operation, undo, minor, ""),) if minor else ()
    events: list[OrderEvent] = [
        PaymentRecorded(
            operation_id=operation.operation_id,
            trigger=_P.REVERSE,
            movements=movements,
            detail=outcome.reason,
        )
    ]
    if already_declined:
        return events  # the decline has opened the exception
    return events + _failure(order, operation, outcome.reason, now)
