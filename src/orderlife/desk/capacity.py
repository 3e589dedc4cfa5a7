"""How many inputs may be under way at a desk at once."""

from __future__ import annotations

import threading
from types import TracebackType

from orderlife._values.forks import told_of_forks
from orderlife.errors import OverloadedError

__all__ = ["Door"]


class Door:
    """Lets so many in, and turns the next one away at once.

    What waits in a queue is answered late, and asked again meanwhile:
    a desk that has no room says so.

    Args:
        limit: how many may be inside; None: as many as come.
    """

    def __init__(self, limit: int | None = None) -> None:
        self._limit = limit
        self._inside = 0
        self._lock = threading.Lock()
        told_of_forks(self)

    def before_fork(self) -> None:
        """Nothing of it is shared."""

    def after_fork(self) -> None:
        """Nobody is inside: whoever was stays in the parent."""
        self._lock = threading.Lock()
        self._inside = 0

    def __enter__(self) -> None:
        """Go in.

        Raises:
            OverloadedError: it is full; nothing was stored.
        """
        if self._limit is None:
            return
        with self._lock:
            if self._inside >= self._limit:
                what = f"the desk, with {self._inside} inputs under way,"
                raise OverloadedError(what, 0.0)
            self._inside += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Come out again, whatever happened inside."""
        if self._limit is not None:
            with self._lock:
                self._inside -= 1
