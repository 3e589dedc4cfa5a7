"""What follows for payments from events, and from payments themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import Contradiction, ExceptionKind
from orderlife.rooms.exceptions.messages import OpenException
from orderlife.rooms.exceptions.opening import asking_about
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import (
    BeginClosing,
    LinesCancelled,
    UnitsRecorded,
)
from orderlife.rooms.order.model import Order
from orderlife.rooms.payment import terms
from orderlife.rooms.payment.ledger import (
    balance,
    charges_are_due,
    covered_minor,
    due_minor,
    is_secured,
    takeable_minor,
    to_capture_minor,
    unsettled,
)
from orderlife.rooms.payment.lifecycle import OperationState, OperationTrigger
from orderlife.rooms.payment.messages import (
    AwaitPayment,
    LapseAuthorization,
    PaymentRecorded,
    RefundGranted,
    RequestAuthorizations,
    RequestPayment,
    TenderOffered,
)
from orderlife.rooms.payment.model import MovementKind, Payment, RefundOrder
from orderlife.rooms.payment.single import is_spent, room_minor, taken_whole

__all__ = [
    "MONEY_MISSING",
    "authorization_ends",
    "capture",
    "capture_early",
    "counted",
    "credit_or_refund",
    "granted",
    "lapse",
    "lines_cancelled",
    "offered",
    "paid",
    "payment_due",
    "refund_all",
    "secure_rest",
    "unpaid",
    "unsecured",
    "void",
    "void_rest",
]

_WORKED_ON: Final = frozenset((OrderState.PLACED, OrderState.CONFIRMED))

MONEY_MISSING: Final = frozenset(
    (ExceptionKind.AUTHORIZATION_LAPSED, ExceptionKind.CAPTURE_FAILED)
)
"""The items about money that a confirmed order lacks."""

_ASKED: Final = MONEY_MISSING | {ExceptionKind.AMOUNT_MISMATCH}


# Authorisations


def offered(
    case: Case, event: TenderOffered, context: Context
) -> Iterator[AwaitPayment | RequestAuthorizations | OpenException]:
    """Authorise the offered tender, and give a slow one time to be paid."""
    order, policy = case.placed, context.policy
    if order.state is OrderState.DRAFT:
        return
    slow = event.tender.kind in policy.slow_tenders
    if order.state is OrderState.PLACED and slow:
        due = terms.payment_due(policy, order, context.now)
        yield from due.faults
        until = max(due.answer, order.payment_due_at or due.answer)
        yield AwaitPayment(until=until)
    yield RequestAuthorizations(notify=context.notify)


def paid(
    case: Case, event: PaymentRecorded, context: Context
) -> Iterator[RequestPayment | RequestAuthorizations | OpenException]:
    """Capture what is due now, or authorise again what no longer is."""
    order = case.placed
    operation = order.operations.get(event.operation_id)
    kinds = {moved.kind for moved in event.movements}
    if order.state is OrderState.CONFIRMED:
        if MovementKind.AUTHORIZED in kinds:
            yield from capture(case, context, order.order_id)
        declined = event.trigger is OperationTrigger.DECLINE
        asked = operation is not None and operation.kind == "authorize"
        if operation and asked and declined and not is_secured(order):
            yield unsecured(operation.payment_id, event.detail)
    # One without an answer so far has only been declined.
    gone = MovementKind.LAPSED in kinds and event.trigger is None
    if gone and order.state in _WORKED_ON and not is_secured(order):
        payment_id = event.movements[0].payment_id
        if context.policy.reauthorize:
            yield RequestAuthorizations(again=payment_id)
        else:
            yield unsecured(payment_id, event.detail)


def secure_rest(
    case: Case, context: Context
) -> Sequence[RequestAuthorizations | OpenException]:
    """Authorise again the rest that a single capture has released.

    On the same tender; a person is asked where that is not possible, or
    where the policy authorises nothing a second time.
    """
    order = case.placed
    spent = [each for each in order.payments if is_spent(order, each)]
    if not spent or covered_minor(order) >= due_minor(order):
        return ()
    if any(
        item.is_open and item.contradiction.kind in _ASKED
        for item in order.exceptions
    ):
        return ()  # an item or a request covers it
    policy = context.policy
    if policy.reauthorize or policy.single_capture == "secure_rest":
        for payment in spent:
            if _can_bear(order, payment):
                again = payment.payment_id
                return [
                    RequestAuthorizations(again=again, notify=context.notify)
                ]
    why = "its one capture has left it"
    return [unsecured(spent[-1].payment_id, why)]


def _can_bear(order: Order, payment: Payment) -> bool:
    index = payment.tender_index
    return payment.tender.amount is None or room_minor(order, index) > 0


def unsecured(payment_id: str, why: str) -> OpenException:
    """Open an item about money that is not available any more."""
    return OpenException(
        Contradiction(
            ExceptionKind.AUTHORIZATION_LAPSED,
            payment_id,
            f"payment {payment_id} secures a confirmed order",
            f"it does not any more: {why}",
        )
    )


# Captures


def capture(
    case: Case,
    context: Context,
    subject: str,
    *,
    early: bool = False,
    most: int | None = None,
) -> Iterator[RequestPayment | OpenException]:
    """Capture what is due now, of the payments in their order.

    Args:
        case: the order.
        context: has the policy that says what is due.
        subject: id of the part that it is captured for.
        early: capture for all wanted units, whatever the policy says.
        most: the same, and no more than this amount.
    """
    order = case.placed
    whole = to_capture_minor(order, shipped_only=False)
    minor = whole if most is None else min(most, whole)
    if context.policy.capture == "dispatch" and not early and most is None:
        minor = to_capture_minor(order, shipped_only=True)
    if not minor:
        return
    taken = terms.capture_parts(context.policy, order, minor)
    yield from taken.faults
    parts = taken.answer
    asked = minor
    if context.policy.single_capture == "take_all":
        parts = taken_whole(order, parts, whole)
        asked = max(minor, sum(parts.values()))
    if parts:
        yield RequestPayment(
            kind="capture",
            minor=parts,
            subject=subject,
            final=asked == whole,
            notify=context.notify,
        )
    missing = asked - sum(parts.values())
    if missing:
        yield OpenException(
            Contradiction(
                ExceptionKind.CAPTURE_FAILED,
                order.payments[-1].payment_id if order.payments else "",
                f"{minor} minor units are due for {subject}",
                f"{missing} of them are not authorised",
                minor=missing,
            )
        )


def capture_early(
    case: Case, context: Context
) -> list[RequestPayment | OpenException]:
    """Capture the cost of all wanted units before they leave.

    If too little is authorised, the command is refused; no item opens.
    """
    steps = [
        step
        for step in capture(case, context, case.order_id, early=True)
        if not _is_missing(step)
    ]
    asked = any(isinstance(step, RequestPayment) for step in steps)
    return steps if asked else []


def _is_missing(step: RequestPayment | OpenException) -> bool:
    return isinstance(step, OpenException) and (
        step.contradiction.kind is ExceptionKind.CAPTURE_FAILED
    )


def counted(
    case: Case, event: UnitsRecorded, context: Context
) -> Iterator[RequestPayment | OpenException]:
    """Capture for units that have left, where the policy captures then."""
    departed = event.counter == "shipped" and not event.undo
    if departed and context.policy.capture == "dispatch":
        yield from capture(case, context, event.subject)


# Refunds


def lines_cancelled(
    case: Case, event: LinesCancelled, context: Context
) -> Iterator[RequestPayment | OpenException]:
    """Refund the cost of cancelled units.

    And capture charges that have waited for goods of which none will leave.
    """
    order = case.placed
    if event.refund_minor:
        yield from credit_or_refund(
            case,
            context,
            case.order_id,
            event.refund_minor,
            as_credit=False,
            reason=event.reason,
            notify=context.notify,
        )
    goods = {line.line_id for line in order.of_kind("goods")}
    last = not goods.isdisjoint(event.quantities)
    confirmed = order.state is OrderState.CONFIRMED
    if not confirmed or not last or not order.has_left:
        return
    if order.of_kind("charge") and charges_are_due(order):
        yield from capture(case, context, order.order_id)


def granted(
    case: Case, event: RefundGranted, context: Context
) -> Iterator[RequestPayment | OpenException]:
    """Refund what was granted."""
    return credit_or_refund(
        case,
        context,
        event.subject,
        event.minor,
        as_credit=event.as_credit,
        reason=event.reason,
        notify=event.notify,
        payments=event.payments,
        refund_order=event.refund_order,
    )


def credit_or_refund(
    case: Case,
    context: Context,
    subject: str,
    minor: int,
    *,
    as_credit: bool,
    reason: str,
    notify: bool,
    payments: tuple[str, ...] = (),
    refund_order: RefundOrder | None = None,
) -> Iterator[RequestPayment | OpenException]:
    """Refund an amount to the tenders that policy names, or to these."""
    order, policy = case.placed, context.policy
    asked = terms.refund_parts(policy, order, minor, payments, refund_order)
    yield from asked.faults
    parts = asked.answer
    if parts:
        yield RequestPayment(
            kind="credit" if as_credit else "refund",
            minor=parts,
            subject=subject,
            reason=reason,
            notify=notify,
        )


def void_rest(case: Case, context: Context) -> Sequence[RequestPayment]:
    """Void what is authorised and not needed any more."""
    order = case.placed
    sums = balance(order)
    if sums.capture_pending or not (sums.open or unsettled(order)):
        return ()
    for units in order.units_but("charge").values():
        if units.unshipped > 0:
            return ()
    if to_capture_minor(order, shipped_only=False):
        return ()
    return list(void(order))


def void(order: Order) -> Iterator[RequestPayment]:
    """Void what is authorised, and do not wait for pending authorisations."""
    waiting = asking_about(order, ExceptionKind.VOID_FAILED)
    busy = {op.payment_id for op in unsettled(order) if op.kind != "authorize"}
    asked = {
        op.payment_id: op for op in unsettled(order) if op.kind == "authorize"
    }
    for payment in order.payments:
        payment_id = payment.payment_id
        if payment_id in busy or payment_id in waiting:
            continue
        minor = balance(order, payment_id).open
        awaited = asked.get(payment_id)
        if awaited is not None and awaited.state in {
            OperationState.PENDING,
            OperationState.REQUIRES_ACTION,
        }:
            minor = minor or awaited.minor
        if minor:
            yield RequestPayment(
                kind="void",
                minor={payment_id: minor},
                subject=order.order_id,
            )


def refund_all(order: Order) -> Iterator[RequestPayment]:
    """Refund all that was captured, as the order is cancelled."""
    waiting = asking_about(
        order, ExceptionKind.REFUND_FAILED, ExceptionKind.CREDIT_FAILED
    )
    for payment in order.payments:
        payment_id = payment.payment_id
        remaining = balance(order, payment_id).refundable
        if remaining and payment_id not in waiting:
            yield RequestPayment(
                kind="refund",
                minor={payment_id: remaining},
                subject=order.order_id,
                reason=order.closing.reason if order.closing else "",
                notify=False,  # the message about the cancellation includes it
            )


# Dates


def payment_due(case: Case) -> Iterator[tuple[str, datetime | None]]:
    """By when an order must be paid for."""
    order = case.placed
    if order.state is OrderState.PLACED and not is_secured(order):
        yield case.order_id, order.payment_due_at


def unpaid(case: Case, subject: str, context: Context) -> list[BeginClosing]:
    """Close an order that was not paid for in time."""
    return [BeginClosing(reason="expired", ends_in=OrderState.EXPIRED)]


def authorization_ends(
    case: Case,
) -> Iterator[tuple[str, datetime | None]]:
    """When authorisations run out that can still be captured."""
    order = case.placed
    if order.state in _WORKED_ON:
        for payment in order.payments:
            before = payment.capture_before
            if before and takeable_minor(order, payment.payment_id):
                yield payment.payment_id, before


def lapse(
    case: Case, payment_id: str, context: Context
) -> list[LapseAuthorization]:
    """Write off the rest of an authorisation."""
    return [LapseAuthorization(payment_id=payment_id)]
