"""Days begin and end where the shop is."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from orderlife._values.days import end_of_day, last_day, zone_of
from orderlife.errors import MissingExtraError, ValidationError
from orderlife.policy.model import Policy, ReturnTerms
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.testing.scenario import NOON
from tests.helpers import ask_back, back, delivered, placed, scan, sent
from tests.zones import BERLIN, ZONES, moments

DAY, INSTANT = timedelta(days=1), timedelta(microseconds=1)
UTC_ENDS = datetime(2026, 2, 5, tzinfo=UTC)


def at(text: str) -> datetime:
    """A moment, UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "start", "days", "end"),
    [
        ("UTC", "2026-01-05T09:00:00", 30, "2026-02-05T00:00"),
        ("UTC", "2026-01-05T00:00:00", 30, "2026-02-05T00:00"),
        ("UTC", "2026-01-05T23:59:59.999999", 30, "2026-02-05T00:00"),
        ("UTC", "2026-01-06T00:00:00", 30, "2026-02-06T00:00"),
        ("UTC", "2026-01-05T09:00:00", 0, "2026-01-06T00:00"),
        ("UTC", "2028-02-28T09:00:00", 1, "2028-03-01T00:00"),
        # East of Greenwich a day is over earlier, and begins earlier.
        ("Europe/Berlin", "2026-01-05T09:00:00", 30, "2026-02-04T23:00"),
        ("Europe/Berlin", "2026-01-05T23:30:00", 30, "2026-02-05T23:00"),
        ("America/New_York", "2026-01-05T03:00:00", 30, "2026-02-04T05:00"),
        ("Pacific/Kiritimati", "2026-01-05T09:00:00", 1, "2026-01-06T10:00"),
        ("Pacific/Kiritimati", "2026-01-05T10:00:00", 1, "2026-01-07T10:00"),
        ("Etc/GMT+12", "2026-01-05T11:59:59", 1, "2026-01-06T12:00"),
        # Over a change of the clocks: it is the calendar that counts.
        ("Europe/Berlin", "2026-03-28T22:30:00", 1, "2026-03-29T22:00"),
        ("Europe/Berlin", "2026-03-28T23:30:00", 0, "2026-03-29T22:00"),
        ("Europe/Berlin", "2026-10-24T21:30:00", 1, "2026-10-25T23:00"),
        ("Europe/Berlin", "2026-10-25T00:30:00", 0, "2026-10-25T23:00"),
        ("Australia/Lord_Howe", "2026-04-04T00:00:00", 1, "2026-04-05T13:30"),
        # There was no midnight: the day ended when the clock jumped.
        ("America/Sao_Paulo", "2018-11-03T15:00:00", 0, "2018-11-04T03:00"),
        # Midnight, that was an hour to it again: it ended the second time.
        ("America/Sao_Paulo", "2018-02-17T15:00:00", 0, "2018-02-18T03:00"),
        # After midnight, and back into its first hour: that is no new day.
        ("America/Havana", "2026-10-31T15:00:00", 0, "2026-11-01T04:00"),
        # A minute after midnight, and back: the last hour came twice.
        ("America/St_Johns", "2006-10-28T15:00:00", 0, "2006-10-29T03:30"),
        ("America/St_Johns", "2006-04-01T15:00:00", 0, "2006-04-02T03:30"),
        # The 30th of December 2011 was not: the last day is the next one.
        ("Pacific/Apia", "2011-12-29T20:00:00", 0, "2011-12-30T10:00"),
        ("Pacific/Apia", "2011-12-29T20:00:00", 1, "2011-12-31T10:00"),
        ("Pacific/Apia", "2011-12-29T20:00:00", 2, "2011-12-31T10:00"),
        # And the 4th of July 1892 was twice, there.
        ("Pacific/Apia", "1892-07-04T03:00:00", 0, "1892-07-05T11:26:56"),
    ],
)
def test_a_day_ends_when_it_ends_there(
    zone: str, start: str, days: int, end: str
) -> None:
    """By the calendar and the clock of the place."""
    found = end_of_day(at(start), zone_of(zone), days * DAY)

    assert at(end) == found
    assert found.tzinfo is UTC


@given(
    moments(),
    st.sampled_from(ZONES),
    st.integers(0, 400),
    st.integers(0, 86_399),
)
def test_the_last_day_is_whole(
    start: datetime, zone: tzinfo, days: int, seconds: int
) -> None:
    """It is that day until it ends, and never again; it is not short."""
    after = timedelta(days=days, seconds=seconds)
    end = end_of_day(start, zone, after)
    last = last_day(end, zone)
    wanted = (start.astimezone(zone).replace(tzinfo=None) + after).date()

    assert last in {wanted, date(2011, 12, 31)}
    for hours in range(72):
        later = end + timedelta(hours=hours)
        assert later.astimezone(zone).date() > last
    assert start < end
    assert end - start <= after + timedelta(days=2, hours=2)


class Elsewhere(tzinfo):
    """A zone of the kind of pytz: it is right for moments alone."""

    def utcoffset(self, at: datetime | None) -> timedelta:
        """Say how it was before there were zones."""
        del at
        return timedelta(minutes=53)

    def dst(self, at: datetime | None) -> timedelta:
        """Say nothing of summers."""
        del at
        return timedelta()

    def tzname(self, at: datetime | None) -> str:
        """Say its name."""
        del at
        return "LMT"

    def fromutc(self, at: datetime) -> datetime:
        """Tell a moment as Berlin does."""
        there = at.replace(tzinfo=UTC).astimezone(BERLIN)
        offset = there.utcoffset() or timedelta()
        return there.replace(tzinfo=timezone(offset))


@given(moments(), st.integers(0, 40))
def test_zones_of_other_libraries_will_do(start: datetime, days: int) -> None:
    """They are asked what the clock shows, and nothing else."""
    zone = Elsewhere()
    assert end_of_day(start, BERLIN, days * DAY) == end_of_day(
        start, zone, days * DAY
    )


class Nonsense(Elsewhere):
    """A zone in which no day ever ends."""

    def fromutc(self, at: datetime) -> datetime:
        """Tell another year for each hour."""
        return at.replace(tzinfo=UTC, year=2000 + at.hour)


def test_the_named_zone_is_found() -> None:
    """Once, when the policy is made."""
    assert (
        ZoneInfo("Europe/Berlin")
        == Policy(time_zone="Europe/Berlin").time_zone
    )
    assert UTC is Policy().time_zone
    assert UTC is Policy(time_zone="UTC").time_zone
    assert BERLIN is Policy(time_zone=BERLIN).time_zone


KNOWN = "possible: the names of the IANA database, as in 'Europe/Berlin'"


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Europe/Berln", f"did you mean 'Europe/Berlin'? {KNOWN}"),
        (
            "xyzzy",
            f"time_zone: is 'xyzzy'; {KNOWN}",
        ),
        ("../etc/passwd", "time_zone: is '../etc/passwd'; possible"),
        ("Europe", "time_zone: is 'Europe'; "),
        ("", "time_zone: is ''; "),
        ("\0", "time_zone: is '\\x00'; "),
        ("x" * 100, f"time_zone: is '{'x' * 39}…; "),
        (5, "is 5; must be a tzinfo, or the name of a time zone"),
        (None, "is None; must be a tzinfo, or the name of a time zone"),
    ],
)
def test_a_zone_that_is_none_is_refused(zone: Any, said: str) -> None:
    """With the one that was meant, where there is one."""
    with pytest.raises(ValidationError) as caught:
        Policy(time_zone=zone)
    assert said in str(caught.value)
    assert "Policy" == caught.value.what


def test_a_machine_may_have_no_zones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then it is said where they are to be had."""

    def missing(name: str) -> ZoneInfo:
        raise zoneinfo.ZoneInfoNotFoundError(name)

    monkeypatch.setattr(zoneinfo, "ZoneInfo", missing)
    monkeypatch.setattr(zoneinfo, "available_timezones", set)
    with pytest.raises(MissingExtraError) as caught:
        Policy(time_zone="Europe/Berlin")
    assert (
        "the time zone 'Europe/Berlin' needs the package 'tzdata': "
        "python -m pip install 'orderlife[zones]'"
    ) == str(caught.value)


# Returns


def asked_at(when: datetime, **more: Any) -> tuple[str, str]:
    """What becomes of a return that is asked for then; it came at NOON."""
    life = placed(policy=Policy(follow_up_after=None, **more))
    sent(life)
    life.now = NOON
    scan(life, ScanStatus.DELIVERED, at=NOON)
    life.now = when
    asked = ask_back(life)
    return asked.state.value, asked.explanation


OVER = "the 30 days to return it ended on 2026-02-04"


@pytest.mark.parametrize(
    ("zone", "end"),
    [
        ("UTC", "2026-02-05T00:00"),
        ("Europe/Berlin", "2026-02-04T23:00"),
        ("America/New_York", "2026-02-05T05:00"),
        ("Pacific/Kiritimati", "2026-02-05T10:00"),
    ],
)
def test_a_return_may_be_asked_for_on_its_last_day(
    zone: str, end: str
) -> None:
    """To its last moment; then it is said which day it was."""
    last = at(end)
    said = OVER
    if zone == "Pacific/Kiritimati":  # it was the 6th there, when it came
        said = OVER.replace("04", "05")

    assert "approved" == asked_at(last - INSTANT, time_zone=zone)[0]
    assert ("declined", said) == asked_at(last, time_zone=zone)


def test_an_approval_stands_to_the_end_of_its_last_day() -> None:
    """Then nothing is awaited any more."""
    policy = Policy(
        time_zone="Europe/Berlin",
        return_within=14 * DAY,
        remorse=ReturnTerms(days=90),
        follow_up_after=None,
    )
    life = delivered(policy=policy)
    life.now = at("2026-03-20T23:30:00")  # it is the 21st there
    ask_back(life)
    end = at("2026-04-04T22:00:00")  # in summer time

    assert end == back(life).expires_at
    assert {"last_day": "2026-04-04"} == next(
        message.details
        for message in life.messages
        if message.message.value == "return_approved"
    )
    life.advance(end - life.now - INSTANT)
    assert ReturnState.APPROVED is back(life).state
    life.advance(INSTANT)
    assert ReturnState.EXPIRED is back(life).state
