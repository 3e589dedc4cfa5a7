"""Zones in which the clock on the wall misleads, and moments of theirs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

__all__ = ["BERLIN", "ZONES", "moments", "told"]

BERLIN: Final = ZoneInfo("Europe/Berlin")
ZONES: Final[tuple[tzinfo, ...]] = (
    UTC,
    BERLIN,
    ZoneInfo("America/New_York"),
    # Its summer time is half an hour, and it was midnight's.
    ZoneInfo("Australia/Lord_Howe"),
    # The 30th of December 2011 was not.
    ZoneInfo("Pacific/Apia"),
    ZoneInfo("Pacific/Kiritimati"),
    # An hour before midnight comes twice there, or midnight not at all.
    ZoneInfo("America/Sao_Paulo"),
    ZoneInfo("UTC"),
    timezone(timedelta(hours=-12)),
    timezone(timedelta(hours=5, minutes=45)),
)
"""Zones of the world, and some that are none of its."""

CHANGES: Final = (
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2011, 12, 30, 10, tzinfo=UTC),
    datetime(2018, 2, 18, 2, tzinfo=UTC),
    datetime(2018, 11, 4, 3, tzinfo=UTC),
)
"""When some of them changed their clocks."""


def moments() -> st.SearchStrategy[datetime]:
    """Moments about a change of the clocks somewhere."""
    minutes = st.integers(-180, 180).map(lambda n: timedelta(minutes=n))
    return st.builds(
        lambda change, by: change + by, st.sampled_from(CHANGES), minutes
    )


def told(at: datetime, zone: tzinfo) -> datetime:
    """The same moment, as it is told in a zone."""
    return at.astimezone(zone)
