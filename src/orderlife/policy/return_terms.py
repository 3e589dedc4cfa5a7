"""The reasons and terms of returns: a page of the policy."""

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
        ValidationError: a value is not allowed.
    """

    code: str = attrs.field(metadata=not_empty())
    label: str = attrs.field(metadata=not_empty())
    parent: str = ""
    fault: Literal["shop", "carrier", "customer"] = "customer"
    """The party at fault, which decides the terms that apply."""

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
    """The terms on which goods may be returned.

    The names follow schema.org's ``MerchantReturnPolicy``.

    Raises:
        ValidationError: a value is not allowed.
    """

    days: int = attrs.field(default=30, metadata=within(0, LONGEST.days))
    """For how many days after the day of delivery a return can be
    requested.

    The last day ends in the shop's time zone.
    """
    restocking_fee_percent: int = attrs.field(
        default=0, metadata=within(0, 100)
    )
    """The part of the goods' value that the shop keeps."""
    postage_minor: int = attrs.field(default=0, metadata=within(0, MAX_MINOR))
    """The amount for the label that the shop keeps, once a return."""
    refund_shipping: bool = True
    """Whether the share of the outbound shipping is refunded too."""
    label: bool = True
    """Whether the shop buys the label."""
    final_sale: bool = False
    """Whether goods sold as final may be returned."""

    def __attrs_post_init__(self) -> None:
        check_choices(self)


REMORSE: Final = ReturnTerms()
"""By default, the terms when the customer has changed their mind."""
FAULT: Final = ReturnTerms(days=90, final_sale=True)
"""By default, the terms when the shop or the carrier is at fault."""


@attrs.frozen(kw_only=True)
class ReturnVerdict:
    """The policy's answer to a request for a return, with its reason."""

    answer: Literal["approve", "decline", "ask"]
    """``ask``: a person decides."""
    explanation: str
