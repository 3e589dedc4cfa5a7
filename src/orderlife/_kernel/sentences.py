"""A sentence about an event, and what it is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Event

__all__ = ["About", "Teller", "Told"]

About: TypeAlias = str
"""The subject of an entry of a timeline.

``order``, ``payment``, ``stock``, ``shipment``, ``return`` or
``message``; or a word of an application's room, such as the room's
name.
"""


@attrs.frozen
class Told:
    """An event in words."""

    what: str
    """The sentence, without a full stop."""
    about: About
    detail: bool = False
    """True: a detail, shown only in the full timeline."""


Teller: TypeAlias = Callable[[Event, Case], Told | None]
"""Gives the sentence of an event of one room, with the case as it was
after the event; None: there is no sentence for it."""
