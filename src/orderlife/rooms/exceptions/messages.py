"""What is said of exception items."""

from __future__ import annotations

import attrs

from orderlife._kernel.messages import (
    Command,
    Contradiction,
    Event,
    ExceptionKind,
    Fact,
    Remedy,
    Step,
)
from orderlife.rooms.exceptions.model import ExceptionItem

__all__ = [
    "CloseExceptions",
    "EffectFailed",
    "ExceptionOpened",
    "ExceptionResolved",
    "OpenException",
    "ResolveException",
]


@attrs.frozen(kw_only=True)
class ResolveException(Command):
    """Settle an exception item: who is the actor, how the remedy."""

    exception_id: str
    remedy: Remedy
    note: str


@attrs.frozen
class OpenException(Step):
    """Open an exception item, unless the very same one is open."""

    contradiction: Contradiction
    once: bool = False
    """True: nor if it was ever settled, other than to be retried."""


@attrs.frozen(kw_only=True)
class CloseExceptions(Step):
    """Close what is open of these kinds: a later fact has undone it."""

    kinds: frozenset[ExceptionKind]
    subject: str
    note: str


@attrs.frozen(kw_only=True, weakref_slot=False)
class ExceptionOpened(Event):
    """Two things contradict each other; somebody must settle it."""

    item: ExceptionItem


@attrs.frozen(kw_only=True, weakref_slot=False)
class ExceptionResolved(Event):
    """Somebody has settled a contradiction."""

    exception_id: str
    remedy: Remedy
    note: str
    by: str
    waived_minor: int = 0
    """What the shop does without from now on."""


@attrs.frozen(kw_only=True)
class EffectFailed(Fact):
    """An intent was given up, or nobody knows what became of it."""

    operation_id: str
    port: str
    why: str
    unknown: bool = False
    """True: it may have acted; False: it certainly has not."""
