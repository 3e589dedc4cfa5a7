"""A life as it went: its timeline, its messages and its end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import attrs

from orderlife import Case, Money, OrderView, Recorded
from orderlife.demo.scenario import Scenario
from orderlife.rooms.payment.model import MovementKind
from orderlife.timeline import About

__all__ = ["Entry", "Lived", "Message"]


@attrs.frozen(kw_only=True)
class Entry:
    """A row of a timeline: who did what, about which part, and when."""

    at: datetime
    seconds: int
    """From the start of the life."""
    who: str
    what: str
    about: About
    event: str
    """The event's class; ``refused``, ``repeated`` or ``note``."""
    detail: bool = False
    silent: bool = False
    """The command asked for no messages."""


@attrs.frozen(kw_only=True)
class Message:
    """A message that was sent."""

    seconds: int
    """From the start of the life."""
    message: str
    audience: Literal["customer", "staff"]
    subject: str


@attrs.frozen(kw_only=True)
class Lived:
    """A life as it went."""

    scenario: Scenario
    case: Case
    history: tuple[Recorded, ...]
    timeline: tuple[Entry, ...]
    messages: tuple[Message, ...]
    inputs: frozenset[str]
    """The classes of the commands and facts that the file gives."""
    work: int
    """How many timers fired."""
    problems: tuple[str, ...]
    """What went otherwise than it is written; empty: nothing."""
    violations: tuple[str, ...]
    """Rules that must always hold and did not; empty: none."""

    @property
    def view(self) -> OrderView:
        """The order at its end."""
        return OrderView(self.case)

    @property
    def money(self) -> Mapping[str, Money]:
        """The order's total, and what was paid, refunded and kept of it."""
        view = self.view
        return {
            "total": view.total,
            "paid": view.paid,
            "refunded": view.refunded,
            "kept": view.kept,
        }

    @property
    def store_credit(self) -> Money:
        """How much of the refunds was given as store credit."""
        order = self.case.placed
        minor = sum(
            moved.minor
            for moved in order.movements
            if moved.kind is MovementKind.CREDITED
        )
        return Money.of_minor(minor, order.placement.currency)
