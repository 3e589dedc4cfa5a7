"""Where an order is on each of its axes, which are of several rooms.

Orders are found by it, and a desk shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, get_args

import attrs

from orderlife._kernel.case import Case
from orderlife._values.plain import Shown
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.status import FulfilmentStatus, fulfilment_status
from orderlife.rooms.payment.status import PaymentStatus, payment_status
from orderlife.rooms.returns.status import ReturnsStatus, returns_status

__all__ = ["AXES", "Status", "status_of", "why_no_status"]

AXES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "order": tuple(state.value for state in OrderState),
        "payment": get_args(PaymentStatus),
        "fulfilment": get_args(FulfilmentStatus),
        "returns": get_args(ReturnsStatus),
    }
)
"""The statuses of each axis."""


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


def why_no_status(axis: str, word: str) -> str:
    """Why no order can have this status on this axis; empty: some can.

    Args:
        axis: one of ``AXES``.
        word: the status that was asked for.
    """
    known = AXES[axis]
    if word in known:
        return ""
    others = [each for each, words in AXES.items() if word in words]
    whose = f", but of {' and '.join(others)}" if others else ""
    return (
        f"{word!r} is no status of {axis}{whose}; "
        f"possible are {', '.join(known)}"
    )
