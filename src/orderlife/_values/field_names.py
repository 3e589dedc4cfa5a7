"""Which fields of an input are names of things, and which are words.

A name is an id: somebody's own, another system's, a barcode, a
reference, a tracking number.  One in thirty numbers of 16 digits
passes for a card's, so names are looked at for no card number: a shop
could not sell what a marketplace numbers, and an order whose label is
bought would stand still.  All other texts are words.
"""

from __future__ import annotations

from typing import Final

__all__ = ["MADE_ELSEWHERE", "NAMES", "PLAIN_IDS"]

PLAIN_IDS: Final = frozenset(("command_id", "order_id"))
"""Of a few plain characters."""

NAMES: Final = frozenset(
    (
        "channel_number",
        "customer_id",
        "exception_id",
        "fact_id",
        "hold_id",
        "id",
        "line_id",
        "operation_id",
        "parcel_id",
        "payment_id",
        "place",
        "reservation_id",
        "return_id",
        "seller",
        "shipment_id",
        "sku",
        "subject",
    )
)
"""Of up to ``MAX_FOREIGN_ID`` characters that can be seen."""

MADE_ELSEWHERE: Final = frozenset(
    ("document", "label_id", "reference", "tracking_number", "url")
)
"""Made by a provider's machine: as long as a text, of any characters."""
