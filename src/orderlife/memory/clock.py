"""A clock that is set by hand, for tests; and that of the machine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from orderlife._values.times import utc
from orderlife.errors import InputError

__all__ = ["START", "Clock", "utc_now"]

START: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
"""The default start of a clock: a Monday, 09:00 UTC."""


def utc_now() -> datetime:
    """The machine's time, UTC: a fake's that is given no clock."""
    return datetime.now(UTC)


class Clock:
    """A clock whose time only a test changes.

    Call it for the time, as any ``Callable[[], datetime]``:

        >>> clock = Clock()
        >>> clock.advance(hours=1, minutes=30)
        datetime.datetime(2026, 1, 5, 10, 30, tzinfo=datetime.timezone.utc)
        >>> clock().isoformat()
        '2026-01-05T10:30:00+00:00'

    Raises:
        InputError: ``start`` is naive: it names no moment.
    """

    def __init__(self, start: datetime = START) -> None:
        self._now = _in_utc(start)

    def __call__(self) -> datetime:
        """Tell the time, in UTC."""
        return self._now

    def __repr__(self) -> str:
        return f"Clock({self._now.isoformat()})"

    def advance(
        self, by: timedelta = timedelta(0), **parts: float
    ) -> datetime:
        """Let time pass, and tell the new time.

        Args:
            by: how much of it.
            parts: more of it, as keywords of ``timedelta``: ``days=2``.

        Raises:
            InputError: the time would go back.
            TypeError: a part that ``timedelta`` does not know.
        """
        return self.set(self._now + by + timedelta(**parts))

    def set(self, now: datetime, *, backwards: bool = False) -> datetime:
        """Set the time, and give it in UTC.

        Args:
            now: the moment, in any time zone.
            backwards: let the clock jump back, as the clock of a
                server does when it is put right.

        Raises:
            InputError: it is naive, or earlier and not ``backwards``.
        """
        moment = _in_utc(now)
        if moment < self._now and not backwards:
            raise InputError(
                f"{moment.isoformat()} is before {self._now.isoformat()}: "
                "a clock only goes back with set(…, backwards=True)"
            )
        self._now = moment
        return moment


def _in_utc(moment: datetime) -> datetime:
    given: object = moment
    if not isinstance(given, datetime):
        raise InputError(f"a clock tells no {type(given).__name__}")
    found = utc(moment)
    if found.tzinfo is not UTC:
        raise InputError(
            f"{moment.isoformat()} has no time zone: say which moment it "
            "is, as in datetime(2026, 1, 5, 9, tzinfo=UTC)"
        )
    return found
