"""The lifecycle of an order.

An order's own states are few.  How much is paid, shipped or refunded
is a quantity and never a state (see ``orderlife.rooms.order.status``).

*Cancelling* is a phase, whatever the reason: it ends when the goods
and the money are back, in the state that the reason leads to
(cancelled, expired or rejected).  If a parcel has already left, the
order goes back to confirmed.  A completed order is reopened when there
is more to do, by a return or a late fact.
"""

from __future__ import annotations

from typing import Final

from orderlife._kernel.lifecycle import Lifecycle, Rule
from orderlife._values.fast_enum import FastEnum

__all__ = [
    "ORDER",
    "OrderState",
    "OrderTrigger",
]


class OrderState(FastEnum):
    """The states of an order's lifecycle."""

    DRAFT = "draft"
    PLACED = "placed"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REJECTED = "rejected"


class OrderTrigger(FastEnum):
    """The triggers of an order's lifecycle."""

    PLACE = "place"
    CONFIRM = "confirm"
    COMPLETE = "complete"
    REOPEN = "reopen"
    CANCEL = "cancel"
    RESUME = "resume"
    END_CANCELLED = "end_cancelled"
    END_EXPIRED = "end_expired"
    END_REJECTED = "end_rejected"


ORDER: Final = Lifecycle(
    "order",
    states=OrderState,
    triggers=OrderTrigger,
    initial=OrderState.DRAFT,
    terminal=(OrderState.CANCELLED, OrderState.EXPIRED, OrderState.REJECTED),
    rules=(
        Rule(OrderTrigger.PLACE, (OrderState.DRAFT,), OrderState.PLACED),
        Rule(OrderTrigger.CONFIRM, (OrderState.PLACED,), OrderState.CONFIRMED),
        Rule(
            OrderTrigger.COMPLETE,
            (OrderState.CONFIRMED,),
            OrderState.COMPLETED,
        ),
        # A return or a late fact: there is something to do again.
        Rule(
            OrderTrigger.REOPEN, (OrderState.COMPLETED,), OrderState.CONFIRMED
        ),
        Rule(
            OrderTrigger.CANCEL,
            (OrderState.DRAFT, OrderState.PLACED, OrderState.CONFIRMED),
            OrderState.CANCELLING,
        ),
        # Too late: a parcel is gone.
        Rule(
            OrderTrigger.RESUME, (OrderState.CANCELLING,), OrderState.CONFIRMED
        ),
        Rule(
            OrderTrigger.END_CANCELLED,
            (OrderState.CANCELLING,),
            OrderState.CANCELLED,
        ),
        Rule(
            OrderTrigger.END_EXPIRED,
            (OrderState.CANCELLING,),
            OrderState.EXPIRED,
        ),
        Rule(
            OrderTrigger.END_REJECTED,
            (OrderState.CANCELLING,),
            OrderState.REJECTED,
        ),
    ),
)
