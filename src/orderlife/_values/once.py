"""One click, one order: an order's id that follows from a command's.

Whoever gives ``place`` a command id and no order id asks for one order
under it, however often the click comes.  So the order's id is made of
the command's, and is the same at every try, for every tenant and in
every process.
"""

from __future__ import annotations

import hashlib
from typing import Final

from orderlife.errors import Problem, ValidationError

__all__ = ["PREFIX", "is_taken_from", "order_id_for"]

PREFIX: Final = "once-"
"""The prefix of such ids, which no chosen id may have."""

_LETTERS: Final = str.maketrans("0123456789", "ghjkmnpqrs")
"""No digit is left, so that nothing takes it for a number of a card."""
_LENGTH: Final = 32
"""Letters, of four bits each: no two commands meet by chance."""


def order_id_for(command_id: str) -> str:
    """The id of the order that one click makes.

    Args:
        command_id: the click's id; the same one gives the same order.

    Returns:
        37 characters of ``[a-z-]``.

    Raises:
        ValidationError: it is no text.
    """
    given: object = command_id
    if not isinstance(given, str):
        why = f"must be text, not {type(given).__name__}"
        problem = Problem("command_id", why)
        raise ValidationError("the id of a command", [problem])
    digest = hashlib.sha256(command_id.encode("utf-8", "replace")).hexdigest()
    return PREFIX + digest[:_LENGTH].translate(_LETTERS)


def is_taken_from(order_id: str, command_id: str) -> bool:
    """Whether an id that looks like a click's is this click's.

    Any other id is accepted here.
    """
    made = order_id.startswith(PREFIX)
    return not made or order_id == order_id_for(command_id)
