"""A cache of cases, so that they are not read and built again."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from orderlife._kernel.case import Case
from orderlife._kernel.messages import NOTHING
from orderlife._values.forks import told_of_forks

__all__ = ["Cases"]


class Cases:
    """The cases used last, by order and head.

    The head is the digest of all events of an order, and the case is
    their fold: an equal head means an equal case, whichever process has
    stored it, so that it need not be read again.

    Args:
        limit: how many are kept; 0: none.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[str, Case, Mapping[str, Any]]] = {}
        told_of_forks(self)

    def before_fork(self) -> None:
        """Do nothing: both processes may keep the same cases."""

    def after_fork(self) -> None:
        """Make a new lock: the old one's holder is not in this process."""
        self._lock = threading.Lock()

    def get(self, order_id: str) -> tuple[str | None, Case | None]:
        """A case and its head; None: there is none."""
        with self._lock:
            found = self._kept.pop(order_id, None)
            if found is None:
                return None, None
            self._kept[order_id] = found  # the last is the youngest
            return found[:2]

    def row(self, order_id: str, head: str) -> Mapping[str, Any]:
        """The columns stored of a case under this head; empty: unknown."""
        found = self._kept.get(order_id)
        return found[2] if found is not None and found[0] == head else {}

    def keep(
        self,
        order_id: str,
        head: str,
        case: Case,
        row: Mapping[str, Any] = NOTHING,
    ) -> None:
        """Keep a case, and drop the least recently used one.

        Args:
            order_id: the order of the case.
            head: the digest of its last event.
            case: the case.
            row: its columns, if they are known.
        """
        if not (self._limit and head):
            return
        with self._lock:
            self._kept.pop(order_id, None)
            self._kept[order_id] = (head, case, row)
            if len(self._kept) > self._limit:
                del self._kept[next(iter(self._kept))]
