"""Connections to PostgreSQL belong to the process that opened them.

Two processes on one connection read each other's rows.  A pool of our
own is opened anew in a child; one of the application's is refused.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Final, TypeAlias, TypeVar

from orderlife.errors import ForkedError
from orderlife_adapters._postgres_driver import (
    AsyncConnection,
    Connection,
    ConnectionPool,
)

__all__ = ["Origin", "OwnPool"]

S = TypeVar("S")
Pool: TypeAlias = "ConnectionPool[Any]"

_inherited: Final[list[object]] = []
"""Pools of the process that this one was forked from.

They are never closed here: that would end the parent's sessions.
"""


class OwnPool:
    """A pool of our own, one in each process that needs it.

    Args:
        make: opens one.
    """

    def __init__(self, make: Callable[[], Pool]) -> None:
        self._make = make
        self._pools: dict[int, Pool] = {os.getpid(): make()}

    def pool(self) -> Pool:
        """The pool of this process."""
        pid = os.getpid()
        found = self._pools.get(pid)
        if found is None:
            _inherited.append(dict(self._pools))
            made = self._make()
            found = self._pools.setdefault(pid, made)
            if found is not made:
                made.close()  # another thread was first
        return found

    def close(self) -> None:
        """Close the pool of this process, if there is one."""
        found = self._pools.get(os.getpid())
        if found is not None:
            found.close()


class Origin:
    """The source of a store's connections, in any process.

    Args:
        source: a pool or a connection of the application's, or a pool
            of our own.
    """

    def __init__(self, source: Any) -> None:
        self.source = source
        self._pid = os.getpid()

    def now(self) -> Any:
        """The pool or connection to use in this process.

        Raises:
            ForkedError: it was opened in another.
        """
        source = self.source
        if isinstance(source, OwnPool):
            return source.pool()
        if self._pid != os.getpid():
            joined = isinstance(source, Connection | AsyncConnection)
            what = "the connection" if joined else "the pool of connections"
            raise ForkedError(
                what, "open one in this process, and make a store on it"
            )
        return source
