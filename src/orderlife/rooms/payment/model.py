"""The values of an order's payments."""

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
"""Which payment is refunded first; ``ratio``: each in proportion to
what can still be refunded."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class PaymentOperation:
    """One request to the gateway, and its state."""

    operation_id: str
    kind: OperationKind
    payment_id: str
    minor: int
    state: OperationState
    subject: str = ""
    """Id of the order, shipment or return that it is for."""
    final: bool = False
    notify: bool = True
    reason: str = ""
    reference: str = ""
    why_not: str = attrs.field(default="", eq=False)
    """Why it was declined, or failed after all, as the gateway says.

    A remark, and no state: of reports that overtake each other it is the
    reason of the one that counted.  Missing in older documents."""


class MovementKind(FastEnum):
    """The kinds of movements of money, or of the right to it."""

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
    """One entry of the payment ledger, which is append-only."""

    kind: MovementKind
    payment_id: str
    minor: int
    operation_id: str = ""
    reference: str = ""
    """The provider's id of the movement."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class Payment:
    """One use of a tender.  Its sums are derived from the movements."""

    payment_id: str
    tender: Tender
    tender_index: int
    """The index of its tender among the order's."""
    asked_minor: int
    reference: str = ""
    """The gateway's reference of the authorisation."""
    capture_before: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )
    max_capturable_minor: int = 0
    captures_in_parts: bool | None = None
    """False: its first capture ends it; None: unknown."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class Balance:
    """Sums of one payment or of all, in minor units."""

    authorized: int = 0
    captured: int = 0
    """Captured, less captures that failed late; refunds not deducted."""
    open: int = 0
    """Authorised and neither captured, voided nor lapsed."""
    given_up: int = 0
    """Authorised, and then voided or lapsed."""
    refunded: int = 0
    """Refunded, as money, as store credit or by hand."""
    charged_back: int = 0
    capture_pending: int = 0
    refund_pending: int = 0
    capturable: int = 0
    """What can still be captured of the authorisation."""
    refundable: int = 0
    """What can still be refunded."""

    @property
    def net(self) -> int:
        """What the customer has paid, less refunds."""
        return self.captured - self.refunded - self.charged_back


@attrs.frozen(kw_only=True, weakref_slot=False)
class RefundLine:
    """One line of a refund's statement; fees are negative.

    ``goods``, ``tax`` and ``shipping`` are of units of the line; tax is
    stated where it is added to the prices.  ``postage`` is the shop's,
    kept for the label of a return.  ``goodwill`` is beyond what the
    units cost, ``overpaid`` beyond what the order costs.  ``not_taken``
    is negative: what cannot be refunded, as it was not captured, or was
    refunded in another way.
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
