"""The smallest commands about payments that may be possible."""

from __future__ import annotations

from collections.abc import Iterator

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.offers import Offer, offer
from orderlife._values.money import Money
from orderlife.ports.payment import Tender
from orderlife.rooms.order.lifecycle import ORDER, OrderState
from orderlife.rooms.payment.ledger import balance
from orderlife.rooms.payment.messages import (
    CapturePayment,
    PayOrder,
    RefundPayment,
)

__all__ = ["offers"]


def offers(case: Case, context: Context) -> Iterator[Offer]:
    """Offer to pay, to capture what is authorised, and to refund a unit."""
    order, actor = case.placed, context.actor
    cent = Money.of_minor(1, order.placement.currency)
    if not ORDER.is_terminal(order.state):
        tender = Tender("card", "tok", cent)
        yield offer(case, actor, PayOrder, tender=tender)
    if order.state is OrderState.CONFIRMED:
        yield offer(case, actor, CapturePayment)
    if balance(order).refundable:
        yield offer(case, actor, RefundPayment, amount=cent, reason="tried")
