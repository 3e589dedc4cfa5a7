"""The limits that stand on everything that comes in.

They are generous for a shop and small enough that no input can take
more than a moment or more than a little memory.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "MAX_ENTRIES",
    "MAX_ID",
    "MAX_LINES",
    "MAX_QUANTITY",
    "MAX_STEPS",
    "MAX_TENDERS",
    "MAX_TEXT",
]

MAX_ID: Final = 64
"""Characters in an id: ``[a-z0-9_-]``, the first a letter or digit."""

MAX_LINES: Final = 2_000
"""Lines in an order."""

MAX_QUANTITY: Final = 1_000_000
"""Units in a line, grams of a parcel, millimetres of its side."""

MAX_TENDERS: Final = 50
"""Means of payment that one order may name, retries included."""

MAX_TEXT: Final = 4_000
"""Characters in any one text."""

MAX_ENTRIES: Final = 5_000
"""Entries of any collection in an input."""

MAX_STEPS: Final = 50_000
"""Steps that one decision may take before it counts as a defect."""
