"""Times: each names a moment, and is told in UTC.

Two times of one zone are compared and added to by the clock on the
wall, in Python as elsewhere: in the night in which an hour comes twice
the later of two moments may be the smaller, and two hours after one in
the night may be one hour later.  So whatever comes in is told in UTC
from then on, and nothing that is kept depends on a zone.

The classes that hold a time convert it when they are made; a clock is
wrapped in one that does.  What names no moment, for it has no zone, is
left as it is: ``check`` reports it, with the name of its field.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import attrs

from orderlife.errors import ClockError

__all__ = [
    "YEARS",
    "UtcClock",
    "as_utc_clock",
    "utc",
    "utc_clock",
    "utc_or_none",
]

YEARS: Final = range(1900, 9000)
"""Of any sensible date: beyond, there is no room to add to it."""


def utc(at: datetime) -> datetime:
    """Tell a moment in UTC: equal moments are equal, and print alike.

    What is no moment, as a time without a zone, is given back as it is.
    """
    if type(at) is datetime and at.tzinfo is UTC and not at.fold:
        return at
    if not isinstance(at, datetime):
        return at
    try:
        if at.utcoffset() is None:
            return at
        there = at.astimezone(UTC)
        # Others' subclasses print themselves in ways of their own.
        return datetime(
            there.year,
            there.month,
            there.day,
            there.hour,
            there.minute,
            there.second,
            there.microsecond,
            tzinfo=UTC,
        )
    except Exception:  # noqa: BLE001
        # A zone is others' code; and the first hours of the calendar
        # are before it, elsewhere.
        return at


def utc_or_none(at: datetime | None) -> datetime | None:
    """Tell a moment in UTC, where there is one."""
    return None if at is None else utc(at)


@attrs.frozen
class UtcClock:
    """A clock that tells the time of another in UTC, or raises."""

    tell: Callable[[], datetime]

    def __call__(self) -> datetime:
        """The time now, UTC.

        Raises:
            ClockError: the clock tells no moment of a sensible year.
        """
        now = utc(self.tell())
        if not isinstance(now, datetime):
            raise ClockError(f"{type(now).__name__}, which is no time")
        if now.year not in YEARS:
            raise ClockError(f"the year {now.year}")
        if now.tzinfo is not UTC:
            raise ClockError(f"{now.isoformat()}, without a time zone")
        return now


def utc_clock(clock: Callable[[], datetime]) -> UtcClock:
    """Make a clock tell UTC; it is asked once, to see that it can.

    Raises:
        ClockError: it tells no moment of a sensible year.
    """
    if not callable(clock):
        raise ClockError(f"nothing: {type(clock).__name__} is no function")
    found = as_utc_clock(clock)
    found()
    return found


def as_utc_clock(clock: Callable[[], datetime]) -> UtcClock:
    """Make a clock tell UTC, without asking it yet."""
    return clock if isinstance(clock, UtcClock) else UtcClock(clock)
