"""What the remedies of exception items about stock do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import Remedy
from orderlife.ports.inventory import InventoryOutcome, StockGone, StockShort
from orderlife.rooms.exceptions.messages import OpenException
from orderlife.rooms.exceptions.model import ExceptionItem
from orderlife.rooms.order.messages import CancelUnits
from orderlife.rooms.stock.messages import (
    ReleaseStock,
    ReserveStock,
    StockReported,
)
from orderlife.rooms.stock.process import reserve
from orderlife.rooms.stock.readings import uncovered

__all__ = ["given_up", "is_ours", "not_there"]

_NO: Final[Mapping[str, InventoryOutcome]] = {
    "reserve": StockShort(shortages=()),
    "allocate": StockGone("given up"),
    "release": StockGone("given up"),
}
"""What is taken for the answer to what a person waits for no longer."""


def not_there(
    case: Case, item: ExceptionItem, context: Context
) -> Iterator[ReserveStock | CancelUnits | OpenException]:
    """Ask for missing stock again, or call its units off.

    Some of them may have been cancelled or found meanwhile.
    """
    remaining = uncovered(case, item.contradiction.quantities)
    if item.remedy is not Remedy.REFUND:
        yield from reserve(case, context, remaining)
    elif remaining:
        yield CancelUnits(quantities=remaining, reason="inventory")


def given_up(
    case: Case, item: ExceptionItem, context: Context
) -> Iterator[ReleaseStock | StockReported]:
    """Wait no longer for what somebody takes for not having happened.

    It is as if the answer were no; should it be yes after all, that is
    recorded as any late answer is.
    """
    operation_id = item.contradiction.subject
    subject, _, kind = operation_id.rpartition(":")[0].rpartition(":")
    if kind == "allocate":
        # Should it have happened after all, it is let go of.
        yield ReleaseStock(reservation_id=subject)
    outcome = _NO.get(kind)
    if outcome is not None:
        yield StockReported(
            order_id=case.order_id,
            reservation_id=subject,
            operation_id=operation_id,
            outcome=outcome,
        )


def is_ours(case: Case, operation_id: str) -> bool:
    """Whether an operation is one of a reservation's."""
    subject = operation_id.rpartition(":")[0].rpartition(":")[0]
    return subject in case.reservations
