"""How a life's file is read: small checks that explain themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from difflib import get_close_matches
from typing import Any, Final

from orderlife.errors import InputError

__all__ = [
    "ScenarioError",
    "after",
    "an_object",
    "is_after",
    "length",
    "text_of",
    "unknown",
]

_AFTER: Final = re.compile(
    r"\+(?=\d)(?:(\d{1,4})d)?\s?(?:(\d{1,4})h)?\s?(?:(\d{1,4})m)?"
    r"\s?(?:(\d{1,4})s)?\Z"
)


class ScenarioError(InputError):
    """A life that cannot be read; says in which file and where."""


def an_object(data: Any, known: Iterable[str]) -> dict[str, Any]:
    """Check that a value is an object with none but the known fields.

    Raises:
        ScenarioError: it is no object, or has another field; names it.
    """
    if not isinstance(data, dict):
        raise ScenarioError(f"expected an object, not {data!r:.60}")
    for field in data:
        if field not in known:
            raise ScenarioError(unknown("field", field, known))
    return data


def text_of(data: Mapping[str, Any], field: str) -> str:
    """Give a field that must be a text.

    Raises:
        ScenarioError: it is missing, empty, or no text.
    """
    found = data.get(field)
    if not isinstance(found, str) or not found:
        raise ScenarioError(f"{field} must be a text")
    return found


def unknown(kind: str, name: object, known: Iterable[str]) -> str:
    """Say that there is none of that name, and which was perhaps meant."""
    names = sorted(known)
    close = get_close_matches(str(name), names, n=1)
    hint = (
        f"did you mean {close[0]!r}?"
        if close
        else f"there is {', '.join(names)}"
    )
    return f"no {kind} {name!r}; {hint}"


def is_after(text: str) -> bool:
    """Whether a text is a time since the start."""
    return _AFTER.match(text) is not None


def after(text: str) -> timedelta:
    """Read a time since the start: ``+2d 3h 15m 10s``.

    Raises:
        ScenarioError: it is not written so.
    """
    found = _AFTER.match(text)
    if found is None:
        raise ScenarioError(
            f"{text!r} is no time since the start, such as '+2d 3h'"
        )
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def length(value: object) -> timedelta | None:
    """Read a length of time, such as ``2d 12h`` or ``-1h``; null: none.

    Raises:
        ScenarioError: it is not written so.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise ScenarioError(f"{value!r} is no length of time, such as '2d'")
    if value.startswith("-"):
        return -after("+" + value[1:])
    return after("+" + value)
