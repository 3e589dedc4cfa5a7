"""The remedies of exception items about stock."""

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
"""The answers that are assumed when a person stops waiting."""


def not_there(
    case: Case, item: ExceptionItem, context: Context
) -> Iterator[ReserveStock | CancelUnits | OpenException]:
    """Reserve missing stock again, or cancel its units.

    Some units may have been cancelled or found meanwhile.
    """
    remaining = uncovered(case, item.contradiction.quantities)
    if item.remedy is not Remedy.REFUND:
        yield from reserve(case, context, remaining)
    elif remaining:
        yield CancelUnits(quantities=remaining, reason="inventory")


def given_up(
    case: Case, item: ExceptionItem, context: Context
) -> Iterator[ReleaseStock | StockReported]:
    """Stop waiting for an answer, as if the inventory had refused.

    A later success is recorded as any late answer is.
    """
    operation_id = item.contradiction.subject
    subject, _, kind = operation_id.rpartition(":")[0].rpartition(":")
    if kind == "allocate":
        # If it was done after all, the stock is released.
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
