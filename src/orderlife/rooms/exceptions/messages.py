"""The messages about exception items."""

from __future__ import annotations

import attrs

from orderlife._kernel.messages import (
    Command,
    Contradiction,
    EffectFailed,
    Event,
    ExceptionKind,
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
    """Settle an exception item by a remedy."""

    exception_id: str
    remedy: Remedy
    note: str


@attrs.frozen
class OpenException(Step):
    """Open an exception item, unless the very same one is open."""

    contradiction: Contradiction
    once: bool = False
    """True: not even if it was settled before, unless by a retry."""


@attrs.frozen(kw_only=True)
class CloseExceptions(Step):
    """Close open items of these kinds, made void by a later fact."""

    kinds: frozenset[ExceptionKind]
    subject: str
    note: str


@attrs.frozen(kw_only=True, weakref_slot=False)
class ExceptionOpened(Event):
    """A contradiction was found, which a person must settle."""

    item: ExceptionItem


@attrs.frozen(kw_only=True, weakref_slot=False)
class ExceptionResolved(Event):
    """An exception item was settled."""

    exception_id: str
    remedy: Remedy
    note: str
    by: str
    waived_minor: int = 0
    """The amount that the shop waives from now on."""
