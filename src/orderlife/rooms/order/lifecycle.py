"""The lifecycles of an order and of one payment operation.

An order's own states are few.  How much is paid, shipped or refunded
is a quantity and never a state (see ``orderlife.rooms.order.status``).

*Cancelling* is a phase, whatever the reason: it ends when the goods
and the money are back, and then in the state that the reason asks for
(cancelled, expired or rejected).  Should a parcel turn out to be gone
already, the order goes back to confirmed.  A completed order is
reopened by whatever is still to be done: a return, a late fact.

A payment operation is one request to the gateway.  A success that is
reported after a decline counts: money has moved.  Success is not the
end: a refund or a capture can be reversed.
"""

from __future__ import annotations

from typing import Final

from orderlife._kernel.lifecycle import Lifecycle, Rule
from orderlife._values.fast_enum import Word

__all__ = [
    "OPERATION",
    "ORDER",
    "OperationState",
    "OperationTrigger",
    "OrderState",
    "OrderTrigger",
]


class OrderState(Word):
    """Where an order is in its own lifecycle."""

    DRAFT = "draft"
    PLACED = "placed"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REJECTED = "rejected"


class OrderTrigger(Word):
    """What moves an order on."""

    PLACE = "place"
    CONFIRM = "confirm"
    COMPLETE = "complete"
    REOPEN = "reopen"
    CANCEL = "cancel"
    RESUME = "resume"
    END_CANCELLED = "end_cancelled"
    END_EXPIRED = "end_expired"
    END_REJECTED = "end_rejected"


_S, _T = OrderState, OrderTrigger
ORDER: Final = Lifecycle(
    "order",
    states=_S,
    triggers=_T,
    initial=_S.DRAFT,
    terminal=(_S.CANCELLED, _S.EXPIRED, _S.REJECTED),
    rules=(
        Rule(_T.PLACE, (_S.DRAFT,), _S.PLACED),
        Rule(_T.CONFIRM, (_S.PLACED,), _S.CONFIRMED),
        Rule(_T.COMPLETE, (_S.CONFIRMED,), _S.COMPLETED),
        # A return or a late fact: there is something to do again.
        Rule(_T.REOPEN, (_S.COMPLETED,), _S.CONFIRMED),
        Rule(
            _T.CANCEL,
            (_S.DRAFT, _S.PLACED, _S.CONFIRMED),
            _S.CANCELLING,
        ),
        # Too late: a parcel is gone.
        Rule(_T.RESUME, (_S.CANCELLING,), _S.CONFIRMED),
        Rule(_T.END_CANCELLED, (_S.CANCELLING,), _S.CANCELLED),
        Rule(_T.END_EXPIRED, (_S.CANCELLING,), _S.EXPIRED),
        Rule(_T.END_REJECTED, (_S.CANCELLING,), _S.REJECTED),
    ),
)


class OperationState(Word):
    """What is known of one request to the payment gateway."""

    PLANNED = "planned"
    SUBMITTED = "submitted"
    PENDING = "pending"
    UNKNOWN = "unknown"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    REVERSED = "reversed"


class OperationTrigger(Word):
    """What the gateway answered or reported."""

    SUBMIT = "submit"
    WAIT = "wait"
    LOSE = "lose"
    ASK_CUSTOMER = "ask_customer"
    SUCCEED = "succeed"
    DECLINE = "decline"
    REVERSE = "reverse"


_O, _P = OperationState, OperationTrigger
_OPEN = (_O.SUBMITTED, _O.PENDING, _O.UNKNOWN, _O.REQUIRES_ACTION)
OPERATION: Final = Lifecycle(
    "payment operation",
    states=_O,
    triggers=_P,
    initial=_O.PLANNED,
    terminal=(_O.REVERSED,),
    rules=(
        Rule(_P.SUBMIT, (_O.PLANNED,), _O.SUBMITTED),
        Rule(
            _P.WAIT,
            (_O.SUBMITTED, _O.UNKNOWN, _O.REQUIRES_ACTION),
            _O.PENDING,
        ),
        # No answer is not a decline: it is looked up by its key.
        Rule(_P.LOSE, (_O.SUBMITTED,), _O.UNKNOWN),
        Rule(
            _P.ASK_CUSTOMER,
            (_O.SUBMITTED, _O.PENDING, _O.UNKNOWN),
            _O.REQUIRES_ACTION,
        ),
        # Money that moved has moved, even after a reported decline.
        Rule(_P.SUCCEED, (*_OPEN, _O.DECLINED), _O.SUCCEEDED),
        Rule(_P.DECLINE, _OPEN, _O.DECLINED),
        # A failure may be heard of before the success that it undoes.
        Rule(_P.REVERSE, (*_OPEN, _O.SUCCEEDED, _O.DECLINED), _O.REVERSED),
    ),
)
