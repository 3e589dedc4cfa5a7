"""Addresses in doubt: the order is held, and not refused.

What stands on an envelope differs from country to country, and a rule
that is right for one refuses half of another.  So an order is placed
with whatever address can be written down, and what is doubtful is a
hold: the goods wait until a person has checked it.  A function of the
policy gives the names of the fields in doubt, and never their content,
which is personal data and must not be kept with the order.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final, TypeAlias

import attrs

from orderlife._values.personal import Address

__all__ = ["AddressCheck", "doubt_no_town", "doubts", "take_any"]

AddressCheck: TypeAlias = Callable[[Address], Collection[str]]
"""The names of an address's fields that are in doubt; none: it is fine."""

_TOWNS: Final = frozenset(
    ("AG", "GI", "HK", "KY", "MC", "MO", "NR", "SG", "SM", "VA", "VG")
)
"""Countries that are one town, or whose addresses name none."""

_FIELDS: Final = tuple(field.name for field in attrs.fields(Address))


def doubt_no_town(address: Address) -> tuple[str, ...]:
    """Doubt an address that names neither a town nor a region.

    Some countries are one town, or their addresses name none.
    """
    named = address.city.strip() or address.region.strip()
    return () if named or address.country in _TOWNS else ("city",)


def take_any(address: Address) -> tuple[str, ...]:
    """Doubt no address."""
    del address
    return ()


def doubts(check: AddressCheck, address: Address) -> str:
    """The names of an address's doubtful fields, in a text; empty: none.

    Their content is never in it.  If the check fails, the whole address
    is in doubt.
    """
    try:
        found = check(address)
    except Exception as error:  # noqa: BLE001
        # Others' code, whose words may hold what it was given.
        return f"the policy's check_address raised {type(error).__name__}"
    if isinstance(found, str) or not isinstance(found, Collection):
        return f"the policy's check_address gave {type(found).__name__}"
    if any(name not in _FIELDS for name in found):
        return "the policy's check_address names what is no field"
    named = [name for name in _FIELDS if name in found]
    return f"doubtful: {', '.join(named)}" if named else ""
