"""Orders that cannot be read: tried again after growing waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import attrs

from orderlife._values.times import utc

__all__ = ["Stuck"]

_MOST: Final = 10_000
"""How many orders are remembered; the oldest are forgotten first."""


@attrs.frozen
class _Met:
    times: int
    why: str
    since: datetime = attrs.field(converter=utc)
    until: datetime = attrs.field(converter=utc)


@attrs.define
class Stuck:
    """The orders that one desk or worker could not read.

    It is not stored: another worker finds out for itself, and reports
    them once more.
    """

    _met: dict[str, _Met] = attrs.field(factory=dict)

    def waits(self, order_id: str, now: datetime) -> bool:
        """Whether it is too early to try an order again."""
        met = self._met.get(order_id)
        # A clock that was set back must not lengthen a wait.
        return met is not None and met.since <= now < met.until

    def met(
        self,
        order_id: str,
        why: str,
        now: datetime,
        wait: Callable[[int], timedelta],
    ) -> bool:
        """Record that an order cannot be read.

        Args:
            order_id: which order.
            why: the reason, as reported.
            now: the time.
            wait: gives the wait after so many failures.

        Returns:
            Whether the reason is new: another one, or none, was last.
        """
        before = self._met.pop(order_id, None)
        times = before.times + 1 if before is not None else 0
        while len(self._met) >= _MOST:
            self._met.pop(next(iter(self._met)))
        self._met[order_id] = _Met(times, why, now, now + wait(times))
        return before is None or before.why != why

    def free(self, order_id: str) -> None:
        """Forget an order that can be read again."""
        self._met.pop(order_id, None)
