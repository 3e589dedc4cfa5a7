"""A sentence about an event, and what it is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Event

__all__ = ["About", "Teller", "Told"]

About: TypeAlias = Literal[
    "order", "payment", "stock", "shipment", "return", "message"
]
"""Where an entry of a timeline shows up."""


@attrs.frozen
class Told:
    """An event in words."""

    what: str
    """The sentence, without a full stop."""
    about: About
    detail: bool = False
    """Of interest only to those who want to see everything."""


Teller: TypeAlias = Callable[[Event, Case], Told | None]
"""Tells the events of one room; None: it is none of them."""
