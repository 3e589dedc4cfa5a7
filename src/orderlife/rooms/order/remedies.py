"""Exception items: how they open, and which remedies settle them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from orderlife._kernel.messages import Contradiction, ExceptionKind, Remedy
from orderlife.rooms.order.messages import ExceptionOpened, OrderEvent
from orderlife.rooms.order.model import ExceptionItem, Order

__all__ = ["REMEDIES", "opened"]

_K, _R = ExceptionKind, Remedy

REMEDIES: Final[Mapping[ExceptionKind, tuple[Remedy, ...]]] = {
    # Too little: let it be. Too much: let it be, or give it back.
    _K.AMOUNT_MISMATCH: (_R.ACCEPT, _R.REFUND),
    _K.CAPTURED_AFTER_END: (_R.REFUND, _R.ACCEPT),
    _K.CAPTURE_FAILED: (_R.RETRY, _R.ACCEPT),
    _K.CREDIT_FAILED: (_R.RETRY, _R.REFUND, _R.ACCEPT),
    _K.VOID_FAILED: (_R.RETRY, _R.ACCEPT),
    # Accept: somebody has paid it back outside the gateway.
    _K.REFUND_FAILED: (_R.RETRY, _R.STORE_CREDIT, _R.ACCEPT),
    _K.AUTHORIZATION_LAPSED: (_R.RETRY, _R.ACCEPT),
    _K.DISPUTE: (_R.ACCEPT,),
    _K.STOCK_LOST: (_R.RETRY, _R.REFUND),
    _K.SHORT_PICK: (_R.RESHIP, _R.REFUND),
    # Accept: the label is bought by hand and reported.
    _K.LABEL_FAILED: (_R.RETRY, _R.ACCEPT),
    _K.MOVED_BEFORE_DISPATCH: (_R.ACCEPT,),
    _K.MOVED_BEFORE_PAYMENT: (_R.ACCEPT,),
    # Restock: what was given up as lost has come back after all.
    _K.MOVED_AFTER_CANCELLATION: (_R.RESTOCK, _R.ACCEPT),
    _K.CANCELLED_TOO_LATE: (_R.ACCEPT,),
    _K.SHIPMENT_LOST: (_R.REFUND, _R.RESHIP, _R.ACCEPT),
    _K.SHIPMENT_DAMAGED: (_R.REFUND, _R.RESHIP, _R.ACCEPT),
    # Accept: only once they have turned up, or are settled otherwise.
    _K.RETURNED_TO_SENDER: (_R.REFUND, _R.RESHIP, _R.ACCEPT),
    _K.OVER_RETURNED: (_R.ACCEPT,),
    _K.UNEXPECTED_ITEMS: (_R.ACCEPT,),
    _K.UNANNOUNCED_RETURN: (_R.RESTOCK, _R.ACCEPT),
    _K.MESSAGE_FAILED: (_R.RETRY, _R.ACCEPT),
    # Retry: the same operation again, under a new key: it was refused.
    _K.EFFECT_FAILED: (_R.RETRY, _R.ACCEPT),
    _K.OUTCOME_UNKNOWN: (_R.RETRY, _R.ACCEPT),
    _K.UNMATCHED_FACT: (_R.ACCEPT,),
    # Accept: the policy is mended; what was done instead stands.
    _K.POLICY_FAULT: (_R.ACCEPT,),
    _K.FROM_THE_FUTURE: (_R.ACCEPT,),
}


def opened(
    order: Order,
    contradiction: Contradiction,
    now: datetime,
    *,
    once: bool = True,
) -> list[OrderEvent]:
    """Open an exception item, unless the very same one is there.

    What was to be retried and fails again the same way opens anew, and
    so does what had been overtaken.
    """
    for item in order.exceptions:
        settled = not item.is_open and (
            not once or item.remedy in {_R.RETRY, _R.OVERTAKEN}
        )
        if item.contradiction == contradiction and not settled:
            return []
    number = order.counts.get("exception", 0) + 1
    return [
        ExceptionOpened(
            item=ExceptionItem(
                exception_id=f"x{number}",
                contradiction=contradiction,
                opened_at=now,
            )
        )
    ]
