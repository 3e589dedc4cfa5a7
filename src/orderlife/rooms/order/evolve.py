"""How events change an order, and by nothing else does it change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from orderlife._kernel.messages import Quantities
from orderlife._values.replacing import replace
from orderlife.rooms.order.lifecycle import (
    OPERATION,
    ORDER,
    OperationTrigger,
    OrderTrigger,
)
from orderlife.rooms.order.messages import (
    AuthorityUsed,
    CancellationAbandoned,
    CancellationStarted,
    ExceptionOpened,
    ExceptionResolved,
    FollowUpScheduled,
    FollowUpSent,
    FraudScreened,
    HoldOpened,
    HoldReleased,
    LinesCancelled,
    OrderCancelled,
    OrderCompleted,
    OrderConfirmed,
    OrderDrafted,
    OrderEvent,
    OrderExpired,
    OrderPlaced,
    OrderRejected,
    OrderReopened,
    PaymentAwaited,
    PaymentRecorded,
    PaymentRequested,
    RefundGranted,
    TenderOffered,
    UnitsRecorded,
)
from orderlife.rooms.order.model import Order, Payment, PaymentOperation, Units

__all__ = ["begin", "evolve"]

_T = OrderTrigger
_SUBMITTED = OPERATION.after(OPERATION.initial, OperationTrigger.SUBMIT)


def begin(event: OrderPlaced | OrderDrafted) -> Order:
    """Make the order that an event begins."""
    placement = event.placement
    state = ORDER.initial
    placed_at = None
    notify = True
    if isinstance(event, OrderPlaced):
        state = ORDER.after(state, _T.PLACE)
        placed_at, notify = event.at, event.notify
    fresh = {
        quantity: Units(ordered=quantity)
        for quantity in {line.quantity for line in placement.lines}
    }
    return Order(
        order_id=event.order_id,
        state=state,
        placement=placement,
        placed_at=placed_at,
        units={line.line_id: fresh[line.quantity] for line in placement.lines},
        tenders=event.tenders,
        notify=notify,
    )


def evolve(order: Order, event: OrderEvent) -> Order:
    """Give the state after an event."""
    match event:
        case UnitsRecorded():
            return _counted(order, event)
        case PaymentRequested():
            return _requested(order, event)
        case PaymentRecorded():
            return _recorded(order, event)
        case OrderPlaced():
            state = ORDER.after(order.state, _T.PLACE)
            return replace(
                order, state=state, placed_at=event.at, notify=event.notify
            )
        case PaymentAwaited():
            return replace(order, payment_due_at=event.until)
        case FraudScreened():
            return replace(order, screening=event.screening)
        case OrderConfirmed():
            return _moved(order, _T.CONFIRM)
        case OrderCompleted():
            return _moved(order, _T.COMPLETE)
        case OrderReopened():
            return _moved(order, _T.REOPEN)
        case CancellationAbandoned():
            resumed = _moved(order, _T.RESUME)
            released = order.released_minor + event.returned_minor
            return replace(resumed, closing=None, released_minor=released)
        case OrderCancelled():
            return _moved(order, _T.END_CANCELLED)
        case OrderExpired():
            return _moved(order, _T.END_EXPIRED)
        case OrderRejected():
            return _moved(order, _T.END_REJECTED)
        case CancellationStarted():
            state = ORDER.after(order.state, _T.CANCEL)
            return replace(order, state=state, closing=event.closing)
        case FollowUpScheduled():
            return replace(order, follow_up_at=event.at)
        case FollowUpSent():
            return replace(order, follow_up_at=None, followed_up=True)
        case RefundGranted():
            return _refunded(order, event)
        case LinesCancelled():
            return replace(
                order,
                units=_add(order.units, "cancelled", event.quantities),
                released_minor=order.released_minor + event.freed_minor,
            )
        case ExceptionOpened():
            return replace(
                order,
                exceptions=(*order.exceptions, event.item),
                counts=_next(order.counts, "exception"),
            )
        case ExceptionResolved():
            return _resolved(order, event)
        case HoldOpened():
            return replace(
                order,
                holds=(*order.holds, event.hold),
                counts=_next(order.counts, "hold"),
            )
        case HoldReleased():
            holds = tuple(
                hold for hold in order.holds if hold.hold_id != event.hold_id
            )
            return replace(order, holds=holds)
        case TenderOffered():
            return replace(order, tenders=(*order.tenders, event.tender))
        case OrderDrafted():
            return begin(event)
        case AuthorityUsed():
            so_far = order.authority_used.get(event.actor, 0)
            used = {**order.authority_used, event.actor: so_far + event.minor}
            return replace(order, authority_used=used)
        case _:
            assert_never(event)


def _moved(order: Order, trigger: OrderTrigger) -> Order:
    return replace(order, state=ORDER.after(order.state, trigger))


def _next(counts: Mapping[str, int], kind: str) -> Mapping[str, int]:
    return {**counts, kind: counts.get(kind, 0) + 1}


def _add(
    ledger: Mapping[str, Units], counter: str, quantities: Quantities
) -> Mapping[str, Units]:
    changed = dict(ledger)
    # Most lines are counted alike: those that are one value stay one.
    counted: dict[tuple[int, int], Units] = {}
    for line_id, quantity in quantities.items():
        units = ledger[line_id]
        key = id(units), quantity
        known = counted.get(key)
        if known is None:
            total = getattr(units, counter) + quantity
            known = counted[key] = replace(units, **{counter: total})
        changed[line_id] = known
    return changed


def _refunded(order: Order, event: RefundGranted) -> Order:
    released = event.minor if event.overpaid else event.released_minor
    closing = order.closing
    if closing is not None and released:
        # Should it be too late to cancel, it is not let go of twice.
        before = closing.returned_minor + released
        closing = replace(closing, returned_minor=before)
    return replace(
        order,
        units=_add(order.units, "refunded", event.units),
        released_minor=order.released_minor + released,
        waived_minor=order.waived_minor + event.waived_minor,
        slices={**order.slices, **event.slices}
        if event.slices
        else order.slices,
        closing=closing,
    )


def _counted(order: Order, event: UnitsRecorded) -> Order:
    quantities = event.quantities
    if event.undo:
        quantities = {line: -units for line, units in quantities.items()}
    units = _add(order.units, event.counter, quantities)
    return replace(order, units=units)


def _requested(order: Order, event: PaymentRequested) -> Order:
    payments = order.payments
    if event.tender is not None:
        payments = (
            *payments,
            Payment(
                payment_id=event.payment_id,
                tender=event.tender,
                tender_index=event.tender_index,
                asked_minor=event.minor,
            ),
        )
    operation = PaymentOperation(
        operation_id=event.operation_id,
        kind=event.kind,
        payment_id=event.payment_id,
        minor=event.minor,
        state=_SUBMITTED,
        subject=event.subject,
        final=event.final,
        notify=event.notify,
        reason=event.reason,
    )
    return replace(
        order,
        payments=payments,
        operations={**order.operations, event.operation_id: operation},
        counts=_next(order.counts, event.kind),
    )


def _recorded(order: Order, event: PaymentRecorded) -> Order:
    operation = order.operations.get(event.operation_id)
    operations = order.operations
    payments = order.payments
    if operation is not None:
        changed = _answered(operation, event)
        operations = {**operations, operation.operation_id: changed}
        if operation.kind == "authorize" and event.reference:
            payments = tuple(
                _authorized(payment, event)
                if payment.payment_id == operation.payment_id
                else payment
                for payment in payments
            )
    return replace(
        order,
        operations=operations,
        payments=payments,
        movements=(*order.movements, *event.movements),
    )


def _answered(
    operation: PaymentOperation, event: PaymentRecorded
) -> PaymentOperation:
    state = operation.state
    if event.trigger is not None:
        state = OPERATION.after(state, event.trigger)
    reference = event.reference or operation.reference
    return replace(operation, state=state, reference=reference)


def _authorized(payment: Payment, event: PaymentRecorded) -> Payment:
    return replace(
        payment,
        reference=event.reference,
        capture_before=event.capture_before or payment.capture_before,
        max_capturable_minor=event.max_capturable_minor
        or payment.max_capturable_minor,
        captures_in_parts=payment.captures_in_parts
        if event.captures_in_parts is None
        else event.captures_in_parts,
    )


def _resolved(order: Order, event: ExceptionResolved) -> Order:
    exceptions = tuple(
        replace(item, remedy=event.remedy, note=event.note, by=event.by)
        if item.exception_id == event.exception_id
        else item
        for item in order.exceptions
    )
    return replace(
        order,
        exceptions=exceptions,
        waived_minor=order.waived_minor + event.waived_minor,
    )
