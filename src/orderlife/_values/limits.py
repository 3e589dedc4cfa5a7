"""The limits that stand on everything that comes in.

They are generous for a shop and small enough that no input can take
more than a moment or more than a little memory.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

__all__ = [
    "MAX_AHEAD",
    "MAX_DENIALS",
    "MAX_DEPTH",
    "MAX_DOCUMENT",
    "MAX_ENTRIES",
    "MAX_FOREIGN_ID",
    "MAX_ID",
    "MAX_INPUT",
    "MAX_LINES",
    "MAX_PAGE",
    "MAX_PROBLEMS",
    "MAX_QUANTITY",
    "MAX_READ",
    "MAX_SCANS",
    "MAX_STEPS",
    "MAX_TENDERS",
    "MAX_TEXT",
]

MAX_ID: Final = 64
"""Characters in an order's, a line's or a command's id.

They are of ``[a-z0-9_-]``; an order's begins with a letter or digit.
"""

MAX_FOREIGN_ID: Final = 128
"""Characters in an id that another system has made, or is made of one.

Any that can be seen: SKUs, customers, places, a channel's numbers.
"""

MAX_LINES: Final = 2_000
"""Lines in an order."""

MAX_QUANTITY: Final = 1_000_000
"""Units in a line, grams of a parcel, millimetres of its side."""

MAX_TENDERS: Final = 50
"""Means of payment that one order may name, retries included."""

MAX_TEXT: Final = 4_000
"""Characters in any one text, as it comes and with its numerals written
out; all the texts of one command have ``MAX_INPUT`` at most."""

MAX_SCANS: Final = 100
"""Scans of a parcel that its state keeps, the latest ones; of a flood
of them the history has all, and the state what decides."""

MAX_READ: Final = 131_072
"""Characters of a command's texts in which there may be a card number:
those that have digits enough for one, their numerals written out."""

MAX_ENTRIES: Final = 5_000
"""Entries of any collection in an input."""

MAX_INPUT: Final = 1_048_576
"""Characters or bytes of a command or fact that comes as JSON."""

MAX_DOCUMENT: Final = 67_108_864
"""Characters or bytes of a document that a store keeps."""

MAX_DEPTH: Final = 32
"""How deep the lists and objects of a command or fact nest in JSON."""

MAX_PAGE: Final = 1_000
"""Orders in a page of ``FindOrders``."""

MAX_DENIALS: Final = 100
"""Denied commands that a store keeps of an order id.

The first half of them and the last: who is denied for ever fills no
disk, and hides neither how it began nor what comes now.
"""

MAX_AHEAD: Final = timedelta(minutes=5)
"""How far a fact's time may be ahead of the clock; beyond, it is wrong."""

MAX_PROBLEMS: Final = 100
"""Problems that one ``ValidationError`` names."""

MAX_STEPS: Final = 50_000
"""Steps that one decision may take before it counts as a defect."""
