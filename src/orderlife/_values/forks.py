"""Calls objects before and after a fork of the process.

A lock that another thread holds at the fork stays locked in the child
for ever, a count of running calls never falls, and a connection is shared
by two processes.  So objects that have such things are called.
"""

from __future__ import annotations

import os
from typing import Final, Protocol, TypeVar
from weakref import WeakSet

__all__ = ["Forking", "told_of_forks"]


class Forking(Protocol):
    """An object that is called when its process is forked."""

    def before_fork(self) -> None:
        """Close what two processes must not share."""
        ...

    def after_fork(self) -> None:
        """Start anew, in the child."""
        ...


T = TypeVar("T", bound=Forking)
_KNOWN: Final[WeakSet[Forking]] = WeakSet()


def told_of_forks(thing: T) -> T:
    """Have an object called at each fork, for as long as it lives."""
    _KNOWN.add(thing)
    return thing


def _known() -> tuple[Forking, ...]:
    while True:
        try:
            return tuple(_KNOWN)
        except RuntimeError:
            continue  # another thread has added one meanwhile


def _before() -> None:
    for thing in _known():
        thing.before_fork()


def _after() -> None:
    for thing in _known():
        thing.after_fork()


os.register_at_fork(before=_before, after_in_child=_after)
