"""The limit on how many inputs a desk processes at once."""

from __future__ import annotations

import threading
from types import TracebackType

from orderlife._values.forks import told_of_forks
from orderlife.errors import OverloadedError

__all__ = ["CapacityLimiter"]


class CapacityLimiter:
    """Limits how many inputs are processed at once; refuses the others.

    An input that waited in a queue would be answered late, and be sent
    again meanwhile.  So one beyond the limit is refused at once.

    Args:
        limit: how many inputs may be under way; None: any number.
    """

    def __init__(self, limit: int | None = None) -> None:
        self._limit = limit
        self._under_way = 0
        self._lock = threading.Lock()
        told_of_forks(self)

    def before_fork(self) -> None:
        """Do nothing: parent and child share nothing of it."""

    def after_fork(self) -> None:
        """Count from 0: inputs under way go on in the parent only."""
        self._lock = threading.Lock()
        self._under_way = 0

    def __enter__(self) -> None:
        """Count one more input under way.

        Raises:
            OverloadedError: the limit is reached; nothing was stored.
        """
        if self._limit is None:
            return
        with self._lock:
            if self._under_way >= self._limit:
                what = f"the desk, with {self._under_way} inputs under way,"
                raise OverloadedError(what, 0.0)
            self._under_way += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Count one input less, also where it has failed."""
        if self._limit is not None:
            with self._lock:
                self._under_way -= 1
