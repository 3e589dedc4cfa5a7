"""The status of payments; derived, and never stored."""

from __future__ import annotations

from typing import Literal, TypeAlias

from orderlife.rooms.order.model import Order
from orderlife.rooms.payment.ledger import balance, need_minor

__all__ = [
    "PaymentStatus",
    "payment_status",
]


PaymentStatus: TypeAlias = Literal[
    "unpaid",
    "authorized",
    "partially_paid",
    "paid",
    "overpaid",
    "partially_refunded",
    "refunded",
    "voided",
]


def payment_status(order: Order) -> PaymentStatus:
    """The status of an order's payments, by the payment ledger."""
    sums = balance(order)
    if sums.captured:
        if sums.refunded + sums.charged_back >= sums.captured:
            return "refunded"
        if sums.refunded + sums.charged_back:
            return "partially_refunded"
        # An amount that is about to be refunded is no surplus.
        taken = sums.captured - order.released_minor
        if taken > need_minor(order):
            return "overpaid"
        if taken == need_minor(order):
            return "paid"
        return "partially_paid"
    if sums.open:
        return "authorized"
    if sums.authorized and sums.given_up:
        return "voided"
    return "unpaid" if need_minor(order) else "paid"
