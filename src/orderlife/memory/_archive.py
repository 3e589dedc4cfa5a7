"""Closed orders in memory that are folded away."""

from __future__ import annotations

import threading
from typing import Any

from orderlife.memory._ledger import Named
from orderlife.memory._rows import Row
from orderlife.ports.store import (
    Archive,
    Commit,
    Effect,
    is_closed,
)

__all__ = ["ArchiveInMemory"]


class ArchiveInMemory:
    """An order that is folded away has its effects in its own row."""

    _lock: threading.RLock
    _rows: dict[str, Row[Any]]
    _effects: dict[Named, Effect]

    def archive(self, request: Archive, /) -> tuple[str, ...]:
        """Fold closed orders away; give their ids."""
        with self._lock:
            found = [
                (row.closed_at, order_id)
                for order_id, row in self._rows.items()
                if row.closed_at is not None
                and row.closed_at < request.closed_before
            ]
            folded: list[str] = []
            for _, order_id in sorted(found):
                if len(folded) == request.limit:
                    break
                if self._fold(order_id):
                    folded.append(order_id)
                else:
                    self._rows[order_id].closed_at = request.now
            return tuple(folded)

    def _fold(self, order_id: str) -> bool:
        """Fold an order away; False: one of its effects is not over."""
        row = self._rows[order_id]
        named = [(order_id, each) for each in row.effects]
        if not all(self._effects[each].state.is_settled for each in named):
            return False
        row.folded = {each: self._effects.pop(each) for each in named}
        row.closed_at = None
        return True

    def _unfold(self, row: Row[Any]) -> None:
        """Put back what an order has folded away, if anything."""
        self._effects.update(row.folded)
        row.folded = {}

    def _rest(self, row: Row[Any], commit: Commit[Any]) -> None:
        """Note since when an order is closed, with a decision on it."""
        if not is_closed(commit.summary, commit.timers):
            row.closed_at = None
        elif commit.events or row.closed_at is None:
            row.closed_at = commit.now
