"""The verbs of a desk for payments: pay, capture, refund."""

from __future__ import annotations

from typing import TypeVar, Unpack

from orderlife._kernel.messages import NOTHING
from orderlife._kernel.verbs import Options, Verbs, verb
from orderlife._values.money import Money
from orderlife.ports.payment import Tender
from orderlife.rooms.payment.messages import (
    CapturePayment,
    PayOrder,
    RefundOf,
    RefundPayment,
)
from orderlife.rooms.payment.model import RefundOrder

__all__ = ["PayAndRefund", "PaymentVerbs"]

R = TypeVar("R")


class PayAndRefund(Verbs[R]):
    """The verbs of payments that a desk has itself too."""

    @verb(PayOrder)
    def pay(
        self, order_id: str, tender: Tender, **options: Unpack[Options]
    ) -> R:
        """Offer another means of payment."""
        return self._desk.submit(
            PayOrder(
                order_id=order_id, tender=tender, **self._envelope(options)
            )
        )

    @verb(RefundPayment)
    def refund(
        self,
        order_id: str,
        amount: Money,
        reason: str,
        *,
        of: RefundOf = NOTHING,
        as_credit: bool = False,
        payment_id: str = "",
        tender_index: int | None = None,
        refund_order: RefundOrder | None = None,
        **options: Unpack[Options],
    ) -> R:
        """Refund an amount: for postage, for units, or for the whole order."""
        return self._desk.submit(
            RefundPayment(
                order_id=order_id,
                amount=amount,
                reason=reason,
                as_credit=as_credit,
                of=of,
                payment_id=payment_id,
                tender_index=tender_index,
                refund_order=refund_order,
                **self._envelope(options),
            )
        )


class PaymentVerbs(PayAndRefund[R]):
    """The verbs of payments: ``desk.payments``."""

    @verb(CapturePayment)
    def capture(self, order_id: str, **options: Unpack[Options]) -> R:
        """Capture what is authorised before the goods leave."""
        return self._desk.submit(
            CapturePayment(order_id=order_id, **self._envelope(options))
        )
