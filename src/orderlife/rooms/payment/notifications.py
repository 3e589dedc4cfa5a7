"""The messages to the customer about payments."""

from __future__ import annotations

from collections.abc import Iterable

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._values.money import Money
from orderlife.ports.notifier import MessageKind, Notify
from orderlife.rooms.notifications import customer
from orderlife.rooms.payment.lifecycle import OperationTrigger
from orderlife.rooms.payment.messages import PaymentRecorded

__all__ = ["recorded"]

_OUR_OWN = frozenset(("voided", "lapsed"))
"""Codes of declines that are ours, and no answer of the gateway."""


def recorded(
    case: Case, event: PaymentRecorded, context: Context
) -> Iterable[Notify]:
    """Payments that need the customer, have failed, or are refunded."""
    operation = case.placed.operations.get(event.operation_id)
    if operation is None or not operation.notify:
        return ()
    amount = Money.of_minor(operation.minor, case.placed.placement.currency)
    details = {"amount": str(amount)}
    kind = None
    back = operation.kind in {"refund", "credit"}
    match event.trigger:
        case OperationTrigger.ASK_CUSTOMER:
            kind = MessageKind.PAYMENT_ACTION_REQUIRED
            details["url"] = event.detail
        case OperationTrigger.DECLINE if operation.kind == "authorize":
            if event.detail not in _OUR_OWN:
                kind = MessageKind.PAYMENT_FAILED
                details["reason"] = event.detail
        case OperationTrigger.SUCCEED if back:
            kind = MessageKind.ORDER_REFUNDED
        case OperationTrigger.REVERSE if back:
            kind = MessageKind.REFUND_FAILED
        case _:
            pass
    if kind is None:
        return ()
    return customer(case, kind, case.order_id, context, details)
