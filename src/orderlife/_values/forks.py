"""What a forked process must not take over as it was.

A lock that another thread holds at that moment stays locked in the
child for ever, what is counted there never ends, and a connection is
shared by two.  So whoever has such a thing is told of each fork.
"""

from __future__ import annotations

import os
from typing import Final, Protocol, TypeVar
from weakref import WeakSet

__all__ = ["Forking", "told_of_forks"]


class Forking(Protocol):
    """Something that is told when its process is forked."""

    def before_fork(self) -> None:
        """Let go of what two processes must not share."""
        ...

    def after_fork(self) -> None:
        """Begin anew, in the child."""
        ...


T = TypeVar("T", bound=Forking)
_KNOWN: Final[WeakSet[Forking]] = WeakSet()


def told_of_forks(thing: T) -> T:
    """Tell a thing of each fork, for as long as it lives."""
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
