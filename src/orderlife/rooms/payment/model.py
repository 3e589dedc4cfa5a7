"""What an order keeps of its money."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

import attrs

from orderlife._values.fast_enum import FastEnum
from orderlife._values.times import utc_or_none
from orderlife.ports.payment import Tender
from orderlife.rooms.payment.lifecycle import OperationState

__all__ = [
    "Balance",
    "Movement",
    "MovementKind",
    "OperationKind",
    "Payment",
    "PaymentOperation",
    "RefundLine",
    "RefundOrder",
]


OperationKind: TypeAlias = Literal[
    "authorize", "capture", "void", "refund", "credit"
]


RefundOrder: TypeAlias = Literal["last_first", "first_first", "ratio"]
"""Which payment gets its money back first; ``ratio``: each its part of
what can still be given back."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class PaymentOperation:
    """One request to the gateway, and what is known of it."""

    operation_id: str
    kind: OperationKind
    payment_id: str
    minor: int
    state: OperationState
    subject: str = ""
    """What it is for: the order, a shipment, a return."""
    final: bool = False
    notify: bool = True
    reason: str = ""
    reference: str = ""


class MovementKind(FastEnum):
    """How money, or the right to it, has moved."""

    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    CAPTURE_REVERSED = "capture_reversed"
    VOIDED = "voided"
    LAPSED = "lapsed"
    REFUNDED = "refunded"
    REFUND_REVERSED = "refund_reversed"
    CREDITED = "credited"
    SETTLED_BY_HAND = "settled_by_hand"
    DISPUTED = "disputed"
    DISPUTE_WON = "dispute_won"


@attrs.frozen(kw_only=True, weakref_slot=False)
class Movement:
    """One entry of the payment ledger, which is only ever added to."""

    kind: MovementKind
    payment_id: str
    minor: int
    operation_id: str = ""
    reference: str = ""
    """The provider's own id of it."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class Payment:
    """One use of a tender.  Its sums are sums over the movements."""

    payment_id: str
    tender: Tender
    tender_index: int
    """Which of the order's tenders it uses."""
    asked_minor: int
    reference: str = ""
    """The gateway's reference of the authorisation."""
    capture_before: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )
    max_capturable_minor: int = 0
    captures_in_parts: bool | None = None
    """False: its first capture ends it; None: nobody has said."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class Balance:
    """Sums of one payment or of all, in minor units."""

    authorized: int = 0
    captured: int = 0
    """Taken, less captures that failed late; refunds not deducted."""
    open: int = 0
    """Authorised and neither captured, voided nor lapsed."""
    given_up: int = 0
    """Authorised once, and voided or lapsed."""
    refunded: int = 0
    """Given back, as money, as store credit or by hand."""
    charged_back: int = 0
    capture_pending: int = 0
    refund_pending: int = 0
    capturable: int = 0
    """What can still be asked for of the authorisation."""
    refundable: int = 0
    """What can still be asked to be given back."""

    @property
    def net(self) -> int:
        """What the customer has paid and not got back."""
        return self.captured - self.refunded - self.charged_back


@attrs.frozen(kw_only=True, weakref_slot=False)
class RefundLine:
    """One line of a refund's statement; fees are negative.

    ``goods``, ``tax`` and ``shipping`` are of units of the line; tax is
    stated where it is added to the prices.  ``postage`` is the shop's,
    kept for the label of a return.  ``goodwill`` is beyond what the
    units cost, ``overpaid`` beyond what the order does.  ``not_taken``
    is negative: what cannot go back, as it was not taken, or went back
    by another way.
    """

    kind: Literal[
        "goods",
        "tax",
        "shipping",
        "restocking_fee",
        "postage",
        "goodwill",
        "not_taken",
        "overpaid",
    ]
    minor: int
    line_id: str = ""
