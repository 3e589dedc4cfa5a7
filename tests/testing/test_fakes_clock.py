"""The clock that is set by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from orderlife.errors import InputError
from orderlife.testing import Clock

NINE = datetime(2026, 1, 5, 9, tzinfo=UTC)


def test_stands_still_at_nine_on_a_monday() -> None:
    """A clock shows the same time however often it is asked."""
    clock = Clock()
    assert [clock(), clock()] == [NINE, NINE]
    assert repr(clock) == "Clock(2026-01-05T09:00:00+00:00)"


def test_advances_by_parts_or_by_a_timedelta() -> None:
    """Time passes by so much as it is told, and the new time is told."""
    clock = Clock()
    assert NINE + timedelta(hours=1) == clock.advance(hours=1)
    assert NINE + timedelta(days=1, hours=1) == clock.advance(
        timedelta(days=1)
    )
    assert NINE + timedelta(days=1, hours=1) == clock()


def test_tells_utc_whatever_it_is_set_in() -> None:
    """A moment of another time zone is told in UTC."""
    east = timezone(timedelta(hours=2))
    clock = Clock(datetime(2026, 1, 5, 11, tzinfo=east))
    assert clock() == NINE
    assert clock().tzinfo is UTC


def test_goes_back_only_when_it_is_meant() -> None:
    """A clock that jumps back does so by a word of its own."""
    clock = Clock()
    earlier = NINE - timedelta(minutes=5)
    with pytest.raises(InputError, match="backwards=True"):
        clock.set(earlier)
    with pytest.raises(InputError, match="backwards=True"):
        clock.advance(minutes=-5)
    assert earlier == clock.set(earlier, backwards=True)


def test_refuses_a_time_without_a_zone() -> None:
    """A naive datetime names no moment."""
    naive = datetime(2026, 1, 5, 9)  # noqa: DTZ001
    with pytest.raises(InputError, match="time zone"):
        Clock(naive)
    with pytest.raises(InputError, match="time zone"):
        Clock().set(naive)
