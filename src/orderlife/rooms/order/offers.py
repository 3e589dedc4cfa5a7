"""The smallest commands about an order that may be possible."""

from __future__ import annotations

from collections.abc import Iterator

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.offers import Offer, offer
from orderlife.rooms.order.lifecycle import ORDER, OrderState
from orderlife.rooms.order.messages import (
    CancelLines,
    CancelOrder,
    OpenHold,
    PlaceDraft,
    ReleaseHold,
)
from orderlife.rooms.order.words import usual

__all__ = ["offers"]


def offers(case: Case, context: Context) -> Iterator[Offer]:
    """Place or cancel the order, cancel lines, open and release holds."""
    order, actor = case.placed, context.actor
    if order.state is OrderState.DRAFT:
        yield offer(case, actor, PlaceDraft)
    if not ORDER.is_terminal(order.state):
        reason = usual(context, "cancel_reasons", "customer")
        yield offer(case, actor, CancelOrder, reason=reason)
        for line_id, units in order.units.items():
            if units.unshipped > 0:
                yield offer(
                    case,
                    actor,
                    CancelLines,
                    quantities={line_id: 1},
                    reason=reason,
                )
        reason = usual(context, "hold_reasons", "other")
        yield offer(case, actor, OpenHold, reason=reason)
    for hold in order.holds:
        hold_id = hold.hold_id
        yield offer(case, actor, ReleaseHold, hold_id, hold_id=hold_id)
