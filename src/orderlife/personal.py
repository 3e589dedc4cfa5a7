"""Personal data: values that show nothing of themselves.

They stand apart from the history.  Aggregates, events and intents
name them by an id (a *reference*, such as ``o1:ship_to``) and never
contain them, so that they can be erased and the history still holds.
"""

from __future__ import annotations

from typing import TypeAlias

import attrs

__all__ = ["Address", "Contact", "FreeText", "Personal", "masked"]


def masked(text: str) -> str:
    """Show of a text only whether there is any; for a field's ``repr``."""
    return "'***'" if text else "''"


class _Masked:
    """``repr`` and ``str`` give the type alone."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(***)"

    __str__ = __repr__


@attrs.frozen(kw_only=True, repr=False)
class Address(_Masked):
    """Where to send goods or a bill to."""

    name: str
    lines: tuple[str, ...]
    """Street, number, floor …, as they go on the label."""
    city: str
    country: str
    """ISO 3166-1 alpha-2, as in ``BR``."""
    postcode: str = ""
    region: str = ""
    phone: str = ""


@attrs.frozen(kw_only=True, repr=False)
class Contact(_Masked):
    """How to reach the customer."""

    email: str = ""
    name: str = ""
    phone: str = ""
    language: str = "en"


@attrs.frozen(repr=False)
class FreeText(_Masked):
    """A gift message, an instruction: whatever a person may write."""

    text: str


Personal: TypeAlias = Address | Contact | FreeText
"""What the table of personal data holds."""
