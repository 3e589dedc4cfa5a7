"""How often an effect is tried again, and after what waits."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import attrs

__all__ = ["Retry"]


@attrs.frozen(kw_only=True)
class Retry:
    """How often and after what waits an effect is tried again."""

    first: timedelta = timedelta(seconds=5)
    factor: int = 3
    most: timedelta = timedelta(hours=1)
    attempts: int = 8
    """After so many attempts, a person is asked."""
    patience: timedelta = timedelta(days=10)
    """How long a report is awaited before the outcome is looked up."""

    jitter: int = 20
    """By how many per cent at most a wait is shortened, so that what
    failed together does not come again together."""

    def wait(self, attempts: int, operation_id: str = "") -> timedelta:
        """How long to wait after this many attempts; it grows.

        Args:
            attempts: how many there have been.
            operation_id: determines by how much the wait is shortened.
        """
        wait = self.first
        for _ in range(min(attempts, 20)):
            if wait >= self.most:
                break
            wait *= self.factor
        wait = min(self.most, wait)
        if not operation_id:
            return wait
        named = f"{operation_id}:{attempts}".encode()
        share = int.from_bytes(hashlib.sha256(named).digest()[:2])
        return wait * (100 - share * self.jitter / 65_536) / 100
