"""Values of any kind, quoted in an error message."""

from __future__ import annotations

from decimal import Decimal

__all__ = ["quoted"]


def quoted(value: object) -> str:
    """Show what was given in a message, shortly and without failing."""
    # Python refuses to write out ints of more than 4300 digits, also
    # those within a list or the like.
    if isinstance(value, int) and value.bit_length() > 200:
        return f"an int of {value.bit_length()} bits"
    if isinstance(value, str):
        if sum(c.isdigit() for c in value[:99]) > 13:
            # No amount has so many; a card's number has, and a message
            # may go into a log.
            return f"a text of {len(value)} characters"
        return repr(value) if len(value) <= 60 else f"{value[:57]!r}..."
    if value is None or isinstance(value, (int, float, Decimal)):
        text = repr(value)
        return text if len(text) <= 70 else f"{text[:67]}..."
    return f"an object of the type {type(value).__name__}"
