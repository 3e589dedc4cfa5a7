"""The verbs of a desk for returns, from request to inspection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar, Unpack

from orderlife._kernel.messages import Quantities
from orderlife._kernel.verbs import (
    FactOptions,
    Options,
    Verbs,
    as_tuple,
    order_of,
    verb,
)
from orderlife.rooms.returns.messages import (
    ApproveReturn,
    CancelReturn,
    CloseReceiving,
    DeclineReturn,
    InspectReturn,
    RequestReturn,
    ReturnReceived,
)
from orderlife.rooms.returns.model import Finding, Resolution, UnexpectedItem

__all__ = ["ReturnVerbs"]

R = TypeVar("R")


class ReturnVerbs(Verbs[R]):
    """The verbs of returns: ``desk.returns``."""

    @verb(RequestReturn)
    def request(
        self,
        order_id: str,
        quantities: Quantities,
        reason: str,
        *,
        resolution: Resolution = "refund",
        comment: str = "",
        **options: Unpack[Options],
    ) -> R:
        """Request a return of units."""
        return self._desk.submit(
            RequestReturn(
                order_id=order_id,
                quantities=quantities,
                reason=reason,
                resolution=resolution,
                comment=comment,
                **self._envelope(options),
            )
        )

    @verb(ApproveReturn)
    def approve(
        self,
        return_id: str,
        explanation: str = "",
        *,
        keep_items: bool = False,
        **options: Unpack[Options],
    ) -> R:
        """Approve a return."""
        return self._desk.submit(
            ApproveReturn(
                order_id=order_of(return_id),
                return_id=return_id,
                explanation=explanation,
                keep_items=keep_items,
                **self._envelope(options),
            )
        )

    @verb(DeclineReturn)
    def decline(
        self, return_id: str, explanation: str, **options: Unpack[Options]
    ) -> R:
        """Decline a return."""
        return self._desk.submit(
            DeclineReturn(
                order_id=order_of(return_id),
                return_id=return_id,
                explanation=explanation,
                **self._envelope(options),
            )
        )

    @verb(CancelReturn)
    def cancel(self, return_id: str, **options: Unpack[Options]) -> R:
        """Cancel a return: the customer keeps the goods."""
        return self._desk.submit(
            CancelReturn(
                order_id=order_of(return_id),
                return_id=return_id,
                **self._envelope(options),
            )
        )

    @verb(CloseReceiving)
    def close_receiving(self, return_id: str, **options: Unpack[Options]) -> R:
        """Stop waiting for further parcels."""
        return self._desk.submit(
            CloseReceiving(
                order_id=order_of(return_id),
                return_id=return_id,
                **self._envelope(options),
            )
        )

    @verb(InspectReturn)
    def inspect(
        self,
        return_id: str,
        findings: Sequence[Finding],
        **options: Unpack[Options],
    ) -> R:
        """Report what an inspection found."""
        return self._desk.submit(
            InspectReturn(
                order_id=order_of(return_id),
                return_id=return_id,
                findings=as_tuple(findings),
                **self._envelope(options),
            )
        )

    @verb(ReturnReceived)
    def receive(
        self,
        return_id: str,
        quantities: Quantities,
        *,
        parcel_id: str,
        at: datetime,
        unexpected: Sequence[UnexpectedItem] = (),
        **options: Unpack[FactOptions],
    ) -> R:
        """Report a parcel that came back."""
        return self._desk.report(
            ReturnReceived(
                order_id=order_of(return_id),
                return_id=return_id,
                parcel_id=parcel_id,
                at=at,
                quantities=quantities,
                unexpected=as_tuple(unexpected),
                **options,
            )
        )
