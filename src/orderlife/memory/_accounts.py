"""An account of the bank behind the fake gateway: one authorisation."""

from __future__ import annotations

from datetime import datetime

import attrs

from orderlife._values.times import utc_or_none
from orderlife.errors import InvariantError
from orderlife.ports.payment import Authorize

__all__ = ["Account"]


@attrs.define(kw_only=True)
class Account:
    """One authorisation and its sums, in minor units."""

    intent: Authorize
    reference: str
    waiting: bool = False
    """Pending, or for the customer to act; nothing is secured yet."""
    closed: bool = False
    """Voided, captured for good, or lapsed."""
    single: bool = False
    """True: it can be captured only once."""
    authorized: int = 0
    limit: int = 0
    """How much can be captured of it: more where that is allowed."""
    capture_before: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )
    captured: int = 0
    capture_failed: int = 0
    capture_pending: int = 0
    voided: int = 0
    refunded: int = 0
    """Given back, less the refunds that failed."""
    refund_pending: int = 0
    charged_back: int = 0

    @property
    def currency(self) -> str:
        """The one currency of all its amounts."""
        return self.intent.amount.currency

    @property
    def token(self) -> str:
        """The token of its tender, which may steer later operations."""
        return self.intent.tender.token

    @property
    def net_captured(self) -> int:
        """Taken, less the captures that failed."""
        return self.captured - self.capture_failed

    @property
    def refundable(self) -> int:
        """What can still be given back."""
        return (
            self.net_captured
            - self.refunded
            - self.refund_pending
            - self.charged_back
        )

    def has_lapsed(self, now: datetime) -> bool:
        """Whether the authorisation has run out."""
        return self.capture_before is not None and now >= self.capture_before

    def open(self, now: datetime) -> int:
        """What is secured and was neither taken nor given back."""
        if self.closed or self.has_lapsed(now):
            return 0
        return max(0, self.authorized - self.captured - self.voided)

    def check(self) -> None:
        """Prove that the sums fit.

        Raises:
            InvariantError: lines 2 and 3 of the invariants do not hold.
        """
        if not 0 <= self.captured <= max(self.limit, self.authorized):
            raise InvariantError(
                f"invariant 2: {self.captured} captured of {self.limit} "
                f"authorised under {self.reference}"
            )
        if self.refundable < 0:
            raise InvariantError(
                f"invariant 3: {self.refunded} refunded, "
                f"{self.refund_pending} pending and {self.charged_back} "
                f"charged back of {self.net_captured} captured under "
                f"{self.reference}"
            )
