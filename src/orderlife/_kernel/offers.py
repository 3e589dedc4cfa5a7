"""What rooms offer, and what is found to be allowed or not.

Each room offers the smallest commands that might be possible; the
house tries them (``possible``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.choices import Choice, Choices
from orderlife._kernel.context import Context
from orderlife._kernel.labels import label_of
from orderlife._kernel.messages import Actor, Command
from orderlife._values.plain import HIDDEN, Shown
from orderlife.errors import (
    InputError,
    PolicyError,
    RefusedError,
    RoomError,
)

__all__ = [
    "TRIED",
    "Allowed",
    "NotAllowed",
    "Offer",
    "Offers",
    "Why",
    "offer",
]

TRIED = "try"
"""The command id of commands that are tried, and never stored."""

Why: TypeAlias = RefusedError | InputError | PolicyError | RoomError
"""What keeps a command from being followed."""

_LABEL: Final[Any] = attrs.Factory(
    lambda found: label_of(found.command), takes_self=True
)


@attrs.frozen
class Offer:
    """The smallest command about something that may be possible.

    Made by ``offer``.
    """

    subject: str
    """Id of what it is about."""
    command: Command
    choices: Choices | None = None
    """What the command may be given, if it is possible; None: it leaves
    no choice."""


Offers: TypeAlias = Callable[[Case, Context], Iterable[Offer]]


@attrs.frozen
class Allowed(Shown):
    """A command that would be followed now, and what it is about."""

    command: type[Command]
    subject: str
    """Id of the order, hold, exception, shipment … it is about."""
    smallest: Command | None = attrs.field(
        default=None, eq=False, repr=False, metadata=HIDDEN
    )
    """The command that was tried: with one unit, or one minor unit."""
    subject_label: str = attrs.field(default="", eq=False)
    """What it is about, as in *Shipment o1-s1*."""
    choices: tuple[Choice, ...] = attrs.field(default=(), eq=False)
    """What its fields may be given: words, units by line, amounts.  Fields
    that take any text, and those of yes and no, are not among them."""
    label: str = attrs.field(default=_LABEL, eq=False)
    """The label of its button, as in *Cancel lines*."""

    def choice(self, field: str) -> Choice | None:
        """What a field may be given; None: it has no limits of its own."""
        return next((c for c in self.choices if c.field == field), None)

    def __str__(self) -> str:
        return f"{self.command.__name__} {self.subject}"


@attrs.frozen
class NotAllowed(Shown):
    """A command that would be refused now, and why."""

    command: type[Command]
    subject: str
    """Id of the order, hold, exception, shipment … it is about."""
    error: Why = attrs.field(eq=False, metadata=HIDDEN)
    """The error that the command would raise."""
    subject_label: str = attrs.field(default="", eq=False)
    """What it is about, as in *Shipment o1-s1*."""
    why: str = attrs.field(default="", eq=False)
    """Why not: a sentence for a page.  It names no person."""
    instead: str = attrs.field(default="", eq=False)
    """What could be done instead, a sentence; empty: nothing."""
    label: str = attrs.field(default=_LABEL, eq=False)
    """The label of its button, as in *Cancel lines*."""

    def __str__(self) -> str:
        return f"{self.command.__name__} {self.subject}: {self.error}"


def offer(
    case: Case,
    actor: Actor,
    kind: type[Command],
    subject: str = "",
    *,
    choices: Choices | None = None,
    **fields: Any,
) -> Offer:
    """The smallest command of a kind.

    Args:
        case: the order.
        actor: who would ask.
        kind: of command.
        subject: id of what it is about; empty: the order's.
        choices: gives what its fields may be given, if it is possible.
        fields: what the kind needs beyond that.
    """
    command = kind(
        order_id=case.order_id,
        command_id=TRIED,
        actor=actor,
        **fields,
    )
    return Offer(subject or case.order_id, command, choices)
