"""The intents of payment events for the gateway, and the answers' facts."""

from __future__ import annotations

from typing import assert_never

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._values.money import Money
from orderlife.ports.base import Intent
from orderlife.ports.payment import (
    Authorize,
    Capture,
    IssueCredit,
    PaymentIntent,
    PaymentOutcome,
    Refund,
    Void,
)
from orderlife.rooms.payment.messages import PaymentReported, PaymentRequested

__all__ = ["reported", "request"]


def request(
    case: Case, event: PaymentRequested, context: Context
) -> list[Intent]:
    """Make the intent of a payment request."""
    return [_intent(case, event)]


def _intent(case: Case, event: PaymentRequested) -> Intent:
    order = case.placed
    amount = Money.of_minor(event.minor, order.placement.currency)
    payment = next(
        p for p in order.payments if p.payment_id == event.payment_id
    )
    common = {
        "operation_id": event.operation_id,
        "order_id": case.order_id,
    }
    match event.kind:
        case "authorize":
            return Authorize(
                **common,
                amount=amount,
                payment_id=event.payment_id,
                tender=payment.tender,
            )
        case "capture":
            return Capture(
                **common,
                amount=amount,
                payment_id=event.payment_id,
                authorization=payment.reference,
                final=event.final,
            )
        case "void":
            return Void(
                **common,
                amount=amount,
                payment_id=event.payment_id,
                authorization=payment.reference,
            )
        case "refund":
            return Refund(
                **common,
                amount=amount,
                payment_id=event.payment_id,
                authorization=payment.reference,
                reason=event.reason,
            )
        case "credit":
            return IssueCredit(
                **common,
                amount=amount,
                customer_id=order.placement.customer_id,
                reason=event.reason,
            )
        case _:
            assert_never(event.kind)


def reported(
    intent: PaymentIntent, outcome: PaymentOutcome
) -> PaymentReported:
    """The gateway's answer as a fact; ``Unknown`` is one too."""
    return PaymentReported(
        order_id=intent.order_id,
        operation_id=intent.operation_id,
        outcome=outcome,
    )
