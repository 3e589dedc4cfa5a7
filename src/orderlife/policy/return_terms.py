"""Why goods come back, and on what terms: a page of the policy."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

import attrs

from orderlife._values.choices import (
    LONGEST,
    check_choices,
    choices,
    not_empty,
    within,
)
from orderlife._values.money import MAX_MINOR

__all__ = [
    "FAULT",
    "REASONS",
    "REMORSE",
    "ReturnReason",
    "ReturnTerms",
    "ReturnVerdict",
]


@choices
@attrs.frozen(kw_only=True)
class ReturnReason:
    """An entry of the shop's registry of reasons for a return.

    Raises:
        ValidationError: a value is none of its choices.
    """

    code: str = attrs.field(metadata=not_empty())
    label: str = attrs.field(metadata=not_empty())
    parent: str = ""
    fault: Literal["shop", "carrier", "customer"] = "customer"
    """Whose fault it is decides which terms apply."""

    def __attrs_post_init__(self) -> None:
        check_choices(self)


def _reasons(*reasons: ReturnReason) -> Mapping[str, ReturnReason]:
    return MappingProxyType({reason.code: reason for reason in reasons})


REASONS: Final = _reasons(
    ReturnReason(code="defective", label="Defective", fault="shop"),
    ReturnReason(
        code="not_as_described", label="Not as described", fault="shop"
    ),
    ReturnReason(code="wrong_item", label="Wrong item", fault="shop"),
    ReturnReason(code="arrived_late", label="Arrived late", fault="shop"),
    ReturnReason(code="damaged_in_transit", label="Damaged", fault="carrier"),
    ReturnReason(code="too_small", label="Too small", parent="size"),
    ReturnReason(code="too_large", label="Too large", parent="size"),
    ReturnReason(code="colour", label="Colour"),
    ReturnReason(code="style", label="Style"),
    ReturnReason(code="unwanted", label="Unwanted"),
    ReturnReason(code="other", label="Other"),
)
"""The reasons that come with the library; a shop adds its own."""


@choices
@attrs.frozen(kw_only=True)
class ReturnTerms:
    """On what terms goods may come back.

    The words follow schema.org's ``MerchantReturnPolicy``.

    Raises:
        ValidationError: a value is none of its choices.
    """

    days: int = attrs.field(default=30, metadata=within(0, LONGEST.days))
    """How many days after that of delivery a return may be asked for.

    The last of them ends when it ends in the shop's time zone.
    """
    restocking_fee_percent: int = attrs.field(
        default=0, metadata=within(0, 100)
    )
    """Of the goods' value, kept by the shop."""
    postage_minor: int = attrs.field(default=0, metadata=within(0, MAX_MINOR))
    """Kept by the shop for the label, once a return."""
    refund_shipping: bool = True
    """Whether the outbound shipping share goes back too."""
    label: bool = True
    """Whether the shop buys the label."""
    final_sale: bool = False
    """Whether goods sold as final may come back."""

    def __attrs_post_init__(self) -> None:
        check_choices(self)


REMORSE: Final = ReturnTerms()
"""By default, the terms when the customer has thought better of it."""
FAULT: Final = ReturnTerms(days=90, final_sale=True)
"""By default, the terms when the shop or the carrier is at fault."""


@attrs.frozen(kw_only=True)
class ReturnVerdict:
    """What policy says of a request for a return, and why."""

    answer: Literal["approve", "decline", "ask"]
    """``ask``: a person decides."""
    explanation: str
