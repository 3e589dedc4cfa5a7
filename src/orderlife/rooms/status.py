"""Where an order is on each of its axes, which are of several rooms.

Orders are found by it, and a desk shows it.
"""

from __future__ import annotations

import attrs

from orderlife._kernel.case import Case
from orderlife._values.plain import Shown
from orderlife.rooms.order.status import FulfilmentStatus, fulfilment_status
from orderlife.rooms.payment.status import PaymentStatus, payment_status
from orderlife.rooms.returns.status import ReturnsStatus, returns_status

__all__ = ["Status", "status_of"]


@attrs.frozen(kw_only=True)
class Status(Shown):
    """Where an order is on each of its axes."""

    order: str
    """The state of its lifecycle, such as ``confirmed``."""
    payment: PaymentStatus
    fulfilment: FulfilmentStatus
    returns: ReturnsStatus

    def __str__(self) -> str:
        return (
            f"order={self.order}, payment={self.payment}, "
            f"fulfilment={self.fulfilment}, returns={self.returns}"
        )


def status_of(case: Case) -> Status:
    """Where an order is.

    Raises:
        NotFoundError: nothing was placed.
    """
    order = case.placed
    return Status(
        order=order.state.value,
        payment=payment_status(order),
        fulfilment=fulfilment_status(order),
        returns=returns_status(case),
    )
