"""Checks of the requests to an inventory."""

from __future__ import annotations

from orderlife.errors import PortError
from orderlife.ports.inventory import Consume, Release, Reserve, Restock

__all__ = ["check_dates", "check_quantities"]


def check_quantities(intent: Reserve | Consume | Release | Restock) -> None:
    """Check that each demand is for at least one unit.

    Raises:
        PortError: a quantity below 1.
    """
    rows = intent.demands if isinstance(intent, Reserve) else intent.items
    for row in rows:
        if type(row.quantity) is not int or row.quantity < 1:
            raise PortError(
                f"operation {intent.operation_id} asks for {row.quantity} "
                f"units of {row.sku}"
            )


def check_dates(intent: Reserve) -> None:
    """Check that dates have a zone, and that none in line is partial.

    Raises:
        PortError: a date without a time zone, or a partial reservation
            in line.
    """
    line = intent.in_line
    dates = [intent.until, *((line.since, line.until) if line else ())]
    for date in dates:
        if date.utcoffset() is None:
            raise PortError(
                f"operation {intent.operation_id}: {date} has no time zone"
            )
    if line is not None and intent.partial:
        raise PortError(
            f"operation {intent.operation_id} is partial: whoever waits in "
            "line waits for all of it"
        )
