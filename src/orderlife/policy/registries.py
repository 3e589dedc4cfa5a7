"""The registries of reasons and flags, which shops and rooms extend.

A registry has our entries first; a shop adds its own in its policy, and
an application's room in its table.  A command must use a listed word.
Only the word is stored, so an order can be read and goes on though its
word is no longer listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, TypeVar, get_args

import attrs

from orderlife._values.choices import check_choices, choices, not_empty, word

__all__ = [
    "CANCEL_REASONS",
    "FLAGS",
    "HOLD_REASONS",
    "REGISTRIES",
    "Entry",
    "Flag",
    "Reason",
    "Registry",
]

Registry: TypeAlias = Literal["hold_reasons", "cancel_reasons", "flags"]
"""The names of the registries in a policy and in a room."""

REGISTRIES: Final[tuple[Registry, ...]] = get_args(Registry)


@attrs.frozen(kw_only=True)
class Entry:
    """An entry of a registry: a word, and its label for people."""

    code: str = attrs.field(metadata=word())
    """The word, of a-z, 0-9 and _; a room's begins with its name and a dot."""
    label: str = attrs.field(metadata=not_empty())

    def __attrs_post_init__(self) -> None:
        check_choices(self)


@choices
@attrs.frozen(kw_only=True)
class Reason(Entry):
    """A reason to hold an order, or to cancel it or some of its units.

    Raises:
        ValidationError: a value is not allowed.
    """


@choices
@attrs.frozen(kw_only=True)
class Flag(Entry):
    """A property of a line for the warehouse, such as fragile.

    Raises:
        ValidationError: a value is not allowed.
    """


E = TypeVar("E", bound=Entry)


def _registry(*entries: E) -> Mapping[str, E]:
    return MappingProxyType({entry.code: entry for entry in entries})


HOLD_REASONS: Final = _registry(
    Reason(code="payment", label="Payment"),
    Reason(code="fraud", label="Fraud"),
    Reason(code="address", label="Address"),
    Reason(code="stock", label="Stock"),
    Reason(code="delivery_date", label="Delivery date"),
    Reason(code="awaiting_return", label="Awaiting a return"),
    Reason(code="customer_request", label="Asked for by the customer"),
    Reason(code="other", label="Other"),
)
"""The reasons of holds that come with the library; a shop adds its own."""

CANCEL_REASONS: Final = _registry(
    Reason(code="customer", label="Asked for by the customer"),
    Reason(code="declined", label="Payment declined"),
    Reason(code="fraud", label="Fraud"),
    Reason(code="inventory", label="Out of stock"),
    Reason(code="staff", label="Decided by the shop"),
    Reason(code="expired", label="Not paid in time"),
    Reason(code="other", label="Other"),
)
"""The reasons of cancellations that come with the library."""

FLAGS: Final = _registry(
    Flag(code="fragile", label="Fragile"),
    Flag(code="gift", label="Gift"),
    Flag(code="rush", label="Rush"),
)
"""The flags of lines that come with the library."""
