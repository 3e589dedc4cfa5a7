"""Orders that nobody can read: looked at again after waits that grow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import attrs

from orderlife._values.times import utc

__all__ = ["Stuck"]

_MOST: Final = 10_000
"""Of so many orders it is remembered; the oldest are looked at again."""


@attrs.frozen
class _Met:
    times: int
    why: str
    since: datetime = attrs.field(converter=utc)
    until: datetime = attrs.field(converter=utc)


@attrs.define
class Stuck:
    """What one desk or worker knows of orders that cannot be read.

    It is no part of the store: another worker finds out for itself, and
    tells of it once more.
    """

    _met: dict[str, _Met] = attrs.field(factory=dict)

    def waits(self, order_id: str, now: datetime) -> bool:
        """Whether it is too early to look at an order again."""
        met = self._met.get(order_id)
        # A clock that was set back makes no wait longer.
        return met is not None and met.since <= now < met.until

    def met(
        self,
        order_id: str,
        why: str,
        now: datetime,
        wait: Callable[[int], timedelta],
    ) -> bool:
        """Take down that an order cannot be read.

        Args:
            order_id: which order.
            why: what was said of it.
            now: the time.
            wait: how long to wait after so many times.

        Returns:
            Whether that is news: it was not said of it the last time.
        """
        before = self._met.pop(order_id, None)
        times = before.times + 1 if before is not None else 0
        while len(self._met) >= _MOST:
            self._met.pop(next(iter(self._met)))
        self._met[order_id] = _Met(times, why, now, now + wait(times))
        return before is None or before.why != why

    def free(self, order_id: str) -> None:
        """It can be read again."""
        self._met.pop(order_id, None)
