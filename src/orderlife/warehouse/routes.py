"""Routes of goods between bins, by what is to become of what came back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from orderlife.ports.inventory import Disposition
from orderlife.warehouse.shelves import Bin, MovementKind

__all__ = ["BINS", "Route", "steps"]

Route: TypeAlias = tuple[Bin, Bin]

BINS: Final[Mapping[Disposition, Bin]] = {
    "restock": "available",
    "refurbish": "unavailable",
    "quarantine": "unavailable",
    "scrap": "outside",
    "return_to_vendor": "outside",
    "return_to_customer": "outside",
}
"""Where goods of each disposition are."""


def steps(
    after: Disposition, before: Disposition | None
) -> Sequence[tuple[MovementKind, Route]]:
    """The movements from one disposition to another; None: from outside."""
    source_bin = BINS[before] if before is not None else "outside"
    target = BINS[after]
    if before is None and after == "scrap":
        # It came back, and is written off: both can be counted.
        return (
            ("returned", ("outside", "unavailable")),
            ("written_off", ("unavailable", "outside")),
        )
    if source_bin == target:
        return ()
    if source_bin == "outside":
        return (("returned", (source_bin, target)),)
    if target != "outside":
        return (("moved", (source_bin, target)),)
    if after == "scrap":
        return (("written_off", (source_bin, target)),)
    return (("consumed", (source_bin, target)),)
