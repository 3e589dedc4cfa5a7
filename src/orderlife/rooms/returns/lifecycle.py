"""The lifecycle of a return.

A return is physical: goods are expected, handed in, received in one or
several parcels, inspected unit by unit, and only then is it resolved
and, once the money is through, closed.  *Received* means that nothing
more is awaited, not that everything came.  An approved return may be
resolved at once, where the customer keeps the item.
"""

from __future__ import annotations

from typing import Final

from orderlife._kernel.lifecycle import Lifecycle, Rule
from orderlife._values.fast_enum import FastEnum

__all__ = ["RETURN", "ReturnState", "ReturnTrigger"]


class ReturnState(FastEnum):
    """The states of a return's lifecycle."""

    REQUESTED = "requested"
    APPROVED = "approved"
    IN_TRANSIT = "in_transit"
    RECEIVING = "receiving"
    RECEIVED = "received"
    INSPECTED = "inspected"
    RESOLVED = "resolved"
    CLOSED = "closed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class ReturnTrigger(FastEnum):
    """The triggers of a return's lifecycle."""

    APPROVE = "approve"
    DECLINE = "decline"
    CANCEL = "cancel"
    EXPIRE = "expire"
    HAND_IN = "hand_in"
    RECEIVE = "receive"
    END_RECEIVING = "end_receiving"
    INSPECT = "inspect"
    RESOLVE = "resolve"
    CLOSE = "close"


RETURN: Final = Lifecycle(
    "return",
    states=ReturnState,
    triggers=ReturnTrigger,
    initial=ReturnState.REQUESTED,
    terminal=(
        ReturnState.CLOSED,
        ReturnState.DECLINED,
        ReturnState.CANCELLED,
        ReturnState.EXPIRED,
    ),
    rules=(
        Rule(
            ReturnTrigger.APPROVE,
            (ReturnState.REQUESTED,),
            ReturnState.APPROVED,
        ),
        Rule(
            ReturnTrigger.DECLINE,
            (ReturnState.REQUESTED,),
            ReturnState.DECLINED,
        ),
        Rule(
            ReturnTrigger.CANCEL,
            (ReturnState.REQUESTED, ReturnState.APPROVED),
            ReturnState.CANCELLED,
        ),
        Rule(
            ReturnTrigger.EXPIRE,
            (ReturnState.APPROVED, ReturnState.IN_TRANSIT),
            ReturnState.EXPIRED,
        ),
        Rule(
            ReturnTrigger.HAND_IN,
            (ReturnState.APPROVED,),
            ReturnState.IN_TRANSIT,
        ),
        # Goods may come before the return is approved.
        Rule(
            ReturnTrigger.RECEIVE,
            (
                ReturnState.REQUESTED,
                ReturnState.APPROVED,
                ReturnState.IN_TRANSIT,
                ReturnState.RECEIVING,
            ),
            ReturnState.RECEIVING,
        ),
        Rule(
            ReturnTrigger.END_RECEIVING,
            (ReturnState.RECEIVING,),
            ReturnState.RECEIVED,
        ),
        Rule(
            ReturnTrigger.INSPECT,
            (ReturnState.RECEIVED,),
            ReturnState.INSPECTED,
        ),
        # From approved: the customer keeps the item.
        Rule(
            ReturnTrigger.RESOLVE,
            (ReturnState.INSPECTED, ReturnState.APPROVED),
            ReturnState.RESOLVED,
        ),
        Rule(ReturnTrigger.CLOSE, (ReturnState.RESOLVED,), ReturnState.CLOSED),
    ),
)
