"""The cases that were at hand last, so that they are not read again."""

from __future__ import annotations

import threading

from orderlife.case import Case

__all__ = ["Cases"]


class Cases:
    """The last cases that were at hand, by order and head.

    The head is the digest of all events of an order, and the case is
    their fold: under the same head it is the same case, whoever has
    stored it, and need not be read and built once more.

    Args:
        limit: how many are kept; 0: none.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[str, Case]] = {}

    def get(self, order_id: str) -> tuple[str | None, Case | None]:
        """A case and its head; None: there is none."""
        with self._lock:
            found = self._kept.pop(order_id, None)
            if found is None:
                return None, None
            self._kept[order_id] = found  # the last is the youngest
            return found

    def keep(self, order_id: str, head: str, case: Case) -> None:
        """Keep a case, and let go of the one that was longest unused."""
        if not (self._limit and head):
            return
        with self._lock:
            self._kept.pop(order_id, None)
            self._kept[order_id] = (head, case)
            if len(self._kept) > self._limit:
                del self._kept[next(iter(self._kept))]
