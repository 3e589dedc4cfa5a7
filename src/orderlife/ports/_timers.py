"""Timers that are due, and orders that are put off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import attrs

from orderlife._kernel.messages import Timer
from orderlife._values.times import utc, utc_or_none

__all__ = ["DueTimer", "FindDueTimers", "Postpone", "due_of"]


@attrs.frozen(kw_only=True)
class FindDueTimers:
    """A request for timers that are due."""

    now: datetime = attrs.field(converter=utc)
    limit: int = 100
    order_id: str = ""
    """Only timers of this order, also if it is put off; empty: of any."""
    latest: datetime | None = attrs.field(default=None, converter=utc_or_none)
    """The longest wait: an order put off for longer was so by a wrong clock,
    and is not put off.  None: it is left as it is."""


@attrs.frozen(kw_only=True)
class DueTimer:
    """A timer that is due, and its order."""

    order_id: str
    timer: Timer
    version: int = 0
    """The order's version, for ``Postpone``."""
    next_at: datetime | None = attrs.field(default=None, converter=utc_or_none)
    """When the next timer of its order is due that is not due yet."""


@attrs.frozen(kw_only=True)
class Postpone:
    """Put an order off whose timer stays due, until it is looked at again.

    The next event of the order ends it.
    """

    order_id: str
    version: int
    """The order's version when the timer was found."""
    until: datetime = attrs.field(converter=utc)


def due_of(
    order_id: str, version: int, timers: Iterable[Timer], now: datetime
) -> Iterator[DueTimer]:
    """The timers of an order that are due."""
    given = tuple(timers)
    later = [timer.at for timer in given if timer.at > now]
    next_at = min(later, default=None)
    for timer in given:
        if timer.at <= now:
            yield DueTimer(
                order_id=order_id,
                timer=timer,
                version=version,
                next_at=next_at,
            )
