"""What an order is found by: where it stands on each axis."""

from __future__ import annotations

from orderlife._kernel.case import Case
from orderlife.ports.store import OrderSummary
from orderlife.rooms.order.status import fulfilment_status
from orderlife.rooms.payment.status import payment_status
from orderlife.rooms.returns.status import ReturnsStatus, returns_status

__all__ = ["ReturnsStatus", "returns_status", "summary_of"]


def summary_of(case: Case) -> OrderSummary:
    """What an order is found by: where it stands on each axis."""
    order = case.order
    if order is None:
        return OrderSummary(order_id=case.order_id)
    placement = order.placement
    return OrderSummary(
        order_id=case.order_id,
        placed_at=order.placed_at,
        channel=placement.channel,
        channel_number=placement.channel_number,
        customer_id=placement.customer_id,
        order_status=order.state.value,
        payment_status=payment_status(order),
        fulfilment_status=fulfilment_status(order),
        returns_status=returns_status(case),
        open_exceptions=sum(item.is_open for item in order.exceptions),
        currency=placement.currency,
        total_minor=placement.total_minor,
    )
