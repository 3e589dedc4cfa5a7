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
from orderlife._values.fast_enum import Word

__all__ = ["RETURN", "ReturnState", "ReturnTrigger"]


class ReturnState(Word):
    """Where a return is in its lifecycle."""

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


class ReturnTrigger(Word):
    """What moves a return on."""

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


_S, _T = ReturnState, ReturnTrigger
RETURN: Final = Lifecycle(
    "return",
    states=_S,
    triggers=_T,
    initial=_S.REQUESTED,
    terminal=(_S.CLOSED, _S.DECLINED, _S.CANCELLED, _S.EXPIRED),
    rules=(
        Rule(_T.APPROVE, (_S.REQUESTED,), _S.APPROVED),
        Rule(_T.DECLINE, (_S.REQUESTED,), _S.DECLINED),
        Rule(_T.CANCEL, (_S.REQUESTED, _S.APPROVED), _S.CANCELLED),
        Rule(_T.EXPIRE, (_S.APPROVED, _S.IN_TRANSIT), _S.EXPIRED),
        Rule(_T.HAND_IN, (_S.APPROVED,), _S.IN_TRANSIT),
        # Goods may come before anybody has approved of it.
        Rule(
            _T.RECEIVE,
            (_S.REQUESTED, _S.APPROVED, _S.IN_TRANSIT, _S.RECEIVING),
            _S.RECEIVING,
        ),
        Rule(_T.END_RECEIVING, (_S.RECEIVING,), _S.RECEIVED),
        Rule(_T.INSPECT, (_S.RECEIVED,), _S.INSPECTED),
        # From approved: the customer keeps the item.
        Rule(_T.RESOLVE, (_S.INSPECTED, _S.APPROVED), _S.RESOLVED),
        Rule(_T.CLOSE, (_S.RESOLVED,), _S.CLOSED),
    ),
)
