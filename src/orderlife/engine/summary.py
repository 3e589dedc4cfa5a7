"""What an order is found by: where it stands on each axis."""

from __future__ import annotations

from orderlife._kernel.case import Case
from orderlife.ports.store import OrderSummary
from orderlife.rooms.status import status_of

__all__ = ["summary_of"]


def summary_of(case: Case) -> OrderSummary:
    """What an order is found by: where it stands on each axis."""
    order = case.order
    if order is None:
        return OrderSummary(order_id=case.order_id)
    placement, status = order.placement, status_of(case)
    return OrderSummary(
        order_id=case.order_id,
        placed_at=order.placed_at,
        channel=placement.channel,
        channel_number=placement.channel_number,
        customer_id=placement.customer_id,
        order_status=status.order,
        payment_status=status.payment,
        fulfilment_status=status.fulfilment,
        returns_status=status.returns,
        open_exceptions=sum(item.is_open for item in order.exceptions),
        currency=placement.currency,
        total_minor=placement.total_minor,
    )
