"""Days: they begin and end where the shop is.

What is said in whole days, as *thirty days to return it*, ends with the
last hour of its last day (Regulation (EEC, Euratom) No 1182/71, article
3), and a day ends when it ends there.  What is said in hours, or lasts
while somebody works, is a duration, and the clock on the wall has no
part in it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from orderlife._values.spelling import as_given, meant
from orderlife.errors import MissingExtraError, Problem, ValidationError

__all__ = ["end_of_day", "last_day", "zone_of"]

_DAY: Final = timedelta(days=1)
_AN_INSTANT: Final = timedelta(microseconds=1)


def zone_of(zone: str | tzinfo) -> tzinfo:
    """Give the time zone of a name, as in ``Europe/Berlin``.

    Names are those of the IANA time zone database.  What is a zone
    already is given back.

    Raises:
        MissingExtraError: the machine has no such database.
        ValidationError: it is no zone, or one of no known name.
    """
    if zone == "UTC":
        return UTC
    if isinstance(zone, str):
        return _named(zone)
    if isinstance(zone, tzinfo):
        return zone
    given = as_given(zone, 40)
    what = f"is {given}; must be a tzinfo, or the name of a time zone"
    raise ValidationError("Policy", [Problem("time_zone", what)])


def _named(name: str) -> tzinfo:
    # From files of the machine, or of a package: once, by the shell.
    from zoneinfo import ZoneInfo, available_timezones

    try:
        return ZoneInfo(name)
    except Exception as error:
        # A name may be a folder's, or no path at all: each raises its own.
        known = sorted(available_timezones())
        if not known:
            purpose = f"the time zone {name!r}"
            raise MissingExtraError("tzdata", "zones", purpose) from error
        what = (
            f"is {as_given(name, 40)}; {meant([name], known)}possible: the "
            "names of the IANA database, as in 'Europe/Berlin'"
        )
        problem = Problem("time_zone", what)
        raise ValidationError("Policy", [problem]) from None


def end_of_day(
    at: datetime, zone: tzinfo, after: timedelta = timedelta()
) -> datetime:
    """Give the moment at which a day ends, in UTC: it is not part of it.

    Args:
        at: a moment; the day is the one that it falls on there.
        zone: where.
        after: go on by so much first, by the calendar and the clock on
            the wall: seven days later is the same time of the day.
    """
    day = (at.astimezone(zone).replace(tzinfo=None) + after).date()
    end = _end(day, zone)
    if last_day(end, zone) == day:
        return end
    # The island slept through it, to be on the other side of the date
    # line: the last day is the next one.
    return _end(day + _DAY, zone)


def last_day(end: datetime, zone: tzinfo) -> date:
    """The last day of what ends at a moment, as the calendar there has it."""
    return (end - _AN_INSTANT).astimezone(zone).date()


def _end(day: date, zone: tzinfo) -> datetime:
    """The last moment at which midnight comes after a day.

    Midnight may come twice, or be left out, or come back a minute after
    it was there; a day ends when it is never that day again.
    """
    midnight = datetime.combine(day + _DAY, datetime.min.time(), UTC)
    if zone is UTC:
        return midnight
    offsets = {
        (midnight + days * _DAY).astimezone(zone).utcoffset() or timedelta()
        for days in (-2, 2)
    }
    ends = [midnight - offset for offset in offsets]
    return max(
        [end for end in ends if _parts(end, day, zone)],
        default=max(ends),
    )


def _parts(end: datetime, day: date, zone: tzinfo) -> bool:
    """Whether it is that day, or an earlier one, until then and no more."""
    return last_day(end, zone) <= day < end.astimezone(zone).date()
