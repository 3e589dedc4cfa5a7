"""How events change an order's payments; nothing else changes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias, assert_never

from orderlife._kernel.room import Change, changes
from orderlife._values.replacing import replace
from orderlife.rooms.exceptions.evolve import opened, resolved
from orderlife.rooms.exceptions.messages import (
    ExceptionOpened,
    ExceptionResolved,
)
from orderlife.rooms.order.evolve import counted_up, next_count
from orderlife.rooms.order.model import Order
from orderlife.rooms.payment.lifecycle import OPERATION, OperationTrigger
from orderlife.rooms.payment.messages import (
    PaymentAwaited,
    PaymentRecorded,
    PaymentRequested,
    RefundGranted,
    TenderOffered,
)
from orderlife.rooms.payment.model import Payment, PaymentOperation

__all__ = ["CHANGES", "Recorded", "after_events"]

_SUBMITTED = OPERATION.after(OPERATION.initial, OperationTrigger.SUBMIT)

_FAILED: Final = (OperationTrigger.DECLINE, OperationTrigger.REVERSE)


def _awaited(order: Order, event: PaymentAwaited) -> Order:
    return replace(order, payment_due_at=event.until)


def _offered(order: Order, event: TenderOffered) -> Order:
    return replace(order, tenders=(*order.tenders, event.tender))


def refunded(order: Order, event: RefundGranted) -> Order:
    """Count a granted refund, and set the cost of units from then on."""
    released = event.minor if event.overpaid else event.released_minor
    closing = order.closing
    if closing is not None and released:
        # If it is too late to cancel, it must not be subtracted twice.
        before = closing.returned_minor + released
        closing = replace(closing, returned_minor=before)
    return replace(
        order,
        units=counted_up(order.units, "refunded", event.units),
        released_minor=order.released_minor + released,
        waived_minor=order.waived_minor + event.waived_minor,
        slices={**order.slices, **event.slices}
        if event.slices
        else order.slices,
        closing=closing,
    )


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
        counts=next_count(order.counts, event.kind),
    )


def recorded(order: Order, event: PaymentRecorded) -> Order:
    """Record the movements, and the outcome of the request."""
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
    state, why_not = operation.state, operation.why_not
    if event.trigger is not None:
        state = OPERATION.after(state, event.trigger)
        why_not = event.detail if event.trigger in _FAILED else ""
    reference = event.reference or operation.reference
    return replace(
        operation, state=state, reference=reference, why_not=why_not
    )


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


CHANGES: tuple[Change[Order], ...] = (
    changes(PaymentAwaited, _awaited),
    changes(TenderOffered, _offered),
    changes(PaymentRequested, _requested),
    changes(PaymentRecorded, recorded),
    changes(RefundGranted, refunded),
)


Recorded: TypeAlias = (
    PaymentRecorded | RefundGranted | ExceptionOpened | ExceptionResolved
)
"""The events that record a report on money."""


def after_events(order: Order, events: Iterable[Recorded]) -> Order:
    """The order after these events are recorded too."""
    for event in events:
        match event:
            case PaymentRecorded():
                order = recorded(order, event)
            case RefundGranted():
                order = refunded(order, event)
            case ExceptionOpened():
                order = opened(order, event)
            case ExceptionResolved():
                order = resolved(order, event)
            case _:
                assert_never(event)
    return order
