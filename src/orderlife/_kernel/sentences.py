"""A sentence about an event, and what it is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Event

__all__ = ["About", "Teller", "Told"]

About: TypeAlias = str
"""Where an entry of a timeline shows up.

``order``, ``payment``, ``stock``, ``shipment``, ``return`` or
``message``; or what a room of an application's own calls it, such as the
room's name.
"""


@attrs.frozen
class Told:
    """An event in words."""

    what: str
    """The sentence, without a full stop."""
    about: About
    detail: bool = False
    """Of interest only to those who want to see everything."""


Teller: TypeAlias = Callable[[Event, Case], Told | None]
"""Tells the events of one room, each with the case as it was after it;
None: it has no sentence for it."""
