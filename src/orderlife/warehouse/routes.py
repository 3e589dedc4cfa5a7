"""Routes of returned goods between bins, by disposition."""

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
"""The bin of each disposition."""


def steps(
    after: Disposition, before: Disposition | None
) -> Sequence[tuple[MovementKind, Route]]:
    """The movements from one disposition to another; None: from outside."""
    source_bin = BINS[before] if before is not None else "outside"
    target = BINS[after]
    if before is None and after == "scrap":
        # Two movements, in and off, so that both can be counted.
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
