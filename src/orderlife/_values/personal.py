"""Personal data: values that show nothing of themselves.

They stand apart from the history.  Aggregates, events and intents
name them by an id (a *reference*, such as ``o1:ship_to``) and never
contain them, so that they can be erased and the history still holds.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Self, TypeAlias, TypeVar

import attrs

__all__ = ["Address", "Contact", "Discreet", "FreeText", "Personal", "masked"]

T = TypeVar("T")
_MASK = "***"


def masked(text: str) -> str:
    """Show of a text only whether there is any; for a field's ``repr``."""
    return f"'{_MASK}'" if text else "''"


class Discreet:
    """A pickle of it holds none of what its ``repr`` masks.

    A pickle lies in caches, queues and crash reports.  What comes out
    of it has masks where there were texts, and no order is placed with
    them.  To hand one on, write a document: ``orderlife.codec``.
    """

    __slots__ = ()

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        kind: Any = type(self)
        whole = isinstance(self, _Masked)
        fields = {
            field.name: _hidden(value)
            if whole or callable(field.repr)
            else value
            for field in attrs.fields(kind)
            for value in (getattr(self, field.name),)
        }
        return _restored, (kind, fields)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        kind: Any = type(self)
        fields = {
            field.name: deepcopy(getattr(self, field.name), memo)
            for field in attrs.fields(kind)
        }
        copied: Self = _restored(kind, fields)
        return copied


def _restored(kind: type[T], fields: dict[str, Any]) -> T:
    return kind(**fields)


def _hidden(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(_hidden(item) for item in value)
    return _MASK if value else value


class _Masked(Discreet):
    """``repr`` and ``str`` give the type alone."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({_MASK})"

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
