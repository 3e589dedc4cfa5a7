"""Which commands can be given next, found by trying them.

Each room offers the smallest commands that might be possible.  Each is
tried to the end, as a step or a reaction may refuse it.  The refusal
says why, which a greyed button needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.decision import Decision, Refusal
from orderlife._kernel.messages import Actor, Command
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
    "offer",
    "tried",
]

Offer: TypeAlias = tuple[str, Command]
"""A subject's id, and the smallest command about it that may be possible."""
Offers: TypeAlias = Callable[[Case, Context], Iterable[Offer]]

TRIED = "try"
"""The command id of commands that are tried, and never stored."""


@attrs.frozen
class Allowed:
    """A command that would be followed now, and what it is about."""

    command: type[Command]
    subject: str
    """Id of the order, hold, exception, shipment … it is about."""
    smallest: Command | None = attrs.field(default=None, eq=False, repr=False)
    """The command that was tried: with one unit, or one minor unit."""

    def __str__(self) -> str:
        return f"{self.command.__name__} {self.subject}"


@attrs.frozen
class NotAllowed:
    """A command that would be refused now, and why."""

    command: type[Command]
    subject: str
    """Id of the order, hold, exception, shipment … it is about."""
    error: RefusedError | InputError | PolicyError | RoomError = attrs.field(
        eq=False
    )
    """The error that the command would raise."""

    def __str__(self) -> str:
        return f"{self.command.__name__} {self.subject}: {self.error}"


def tried(
    offers: Iterable[Offer],
    attempt: Callable[[Command], Decision | Refusal],
) -> tuple[tuple[Allowed, ...], tuple[NotAllowed, ...]]:
    """Try commands; give those that would be followed, and the others.

    Of several of one kind about one subject, one that would be followed
    is enough.  A command that would change nothing is in neither list.

    Args:
        offers: the commands, and what they are about.
        attempt: decides on one, and stores nothing.
    """
    found: dict[tuple[type[Command], str], Allowed] = {}
    refused: dict[tuple[type[Command], str], NotAllowed] = {}
    for subject, command in offers:
        what = type(command), subject
        if what in found:
            continue
        try:
            answer = attempt(command)
        except (PolicyError, RoomError) as error:
            refused.setdefault(what, NotAllowed(*what, error))
            continue
        if isinstance(answer, Refusal):
            refused.setdefault(what, NotAllowed(*what, answer.error))
        elif answer.events:
            found[what] = Allowed(*what, command)
    return tuple(found.values()), tuple(
        each for what, each in refused.items() if what not in found
    )


def offer(
    case: Case,
    actor: Actor,
    kind: type[Command],
    subject: str = "",
    **fields: Any,
) -> Offer:
    """The smallest command of a kind.

    Args:
        case: the order.
        actor: who would ask.
        kind: of command.
        subject: id of what it is about; empty: the order's.
        fields: what the kind needs beyond that.
    """
    command = kind(
        order_id=case.order_id,
        command_id=TRIED,
        actor=actor,
        **fields,
    )
    return subject or case.order_id, command
