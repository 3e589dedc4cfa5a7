"""Times: every one that is held names a moment, in UTC."""

from __future__ import annotations

import copy
import pickle
import pkgutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from importlib import import_module
from itertools import pairwise
from typing import Any, get_args, get_origin
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given, strategies as st

import orderlife
import orderlife_adapters
from orderlife._values.times import (
    UtcClock,
    as_utc_clock,
    utc,
    utc_clock,
    utc_or_none,
)
from orderlife.errors import ClockError, OrderlifeError
from orderlife.memory.clock import START
from tests.zones import BERLIN, ZONES, moments, told

NAIVE = START.replace(tzinfo=None)


@given(moments(), st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_one_moment_is_one_value(
    at: datetime, one: tzinfo, other: tzinfo
) -> None:
    """Whatever zone it is told in, it is equal, and prints alike."""
    first, second = utc(told(at, one)), utc(told(at, other))

    assert at == first == second
    assert repr(at) == repr(first) == repr(second)
    assert first.tzinfo is UTC
    assert utc(first) is first


@given(st.lists(moments(), min_size=2), st.sampled_from(ZONES))
def test_order_and_distance_depend_on_no_zone(
    times: list[datetime], zone: tzinfo
) -> None:
    """Also about the hour that comes twice, or not at all."""
    found = [utc(told(at, zone)) for at in times]

    assert sorted(times) == sorted(found)
    assert [b - a for a, b in pairwise(times)] == [
        b - a for a, b in pairwise(found)
    ]


def test_the_repeated_hour_is_told_apart() -> None:
    """By the fold that the clock on the wall does not show."""
    once = datetime(2026, 10, 25, 2, 40, tzinfo=BERLIN)
    again = once.replace(fold=1)

    assert datetime(2026, 10, 25, 0, 40, tzinfo=UTC) == utc(once)
    assert datetime(2026, 10, 25, 1, 40, tzinfo=UTC) == utc(again)
    # UTC has no such hour: the mark means nothing, and is taken off.
    assert 0 == utc(START.replace(fold=1)).fold


class Broken(tzinfo):
    """A zone that does not say how far from UTC it is."""

    def utcoffset(self, _: datetime | None) -> timedelta:
        """Raise."""
        raise RuntimeError

    def dst(self, _: datetime | None) -> None:
        """Say nothing."""

    def tzname(self, _: datetime | None) -> None:
        """Say nothing."""


class Vague(Broken):
    """A zone that says nothing."""

    def utcoffset(self, _: datetime | None) -> Any:
        """Say nothing."""


@pytest.mark.parametrize(
    "at",
    [
        NAIVE,
        START.replace(tzinfo=Broken()),
        START.replace(tzinfo=Vague()),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=2))),
        "noon",
        None,
    ],
)
def test_what_is_no_moment_is_left_as_it_is(at: Any) -> None:
    """Whoever checks it says so; nothing is made up."""
    assert utc(at) is at


class Stamp(datetime):
    """A time of another library, which prints itself in its own way."""

    def isoformat(self, *_: Any) -> str:
        """Say something else."""
        return "at some time"


def test_others_times_become_plain_ones() -> None:
    """They print as all do."""
    for zone in (UTC, BERLIN):
        at = Stamp(2026, 1, 5, 9, tzinfo=zone)
        assert type(utc(at)) is datetime
        assert repr(datetime(2026, 1, 5, 9, tzinfo=zone).astimezone(UTC)) == (
            repr(utc(at))
        )


def test_there_may_be_no_time() -> None:
    """Then there is none in UTC either."""
    assert utc_or_none(None) is None
    assert START == utc_or_none(told(START, BERLIN))


def test_a_copied_utc_is_utc() -> None:
    """What went through a pickle is what it was."""
    assert utc(pickle.loads(pickle.dumps(START))).tzinfo is UTC  # noqa: S301
    assert copy.deepcopy(START).tzinfo is UTC


# Clocks


def test_a_clock_tells_utc() -> None:
    """Whatever it is set to."""
    clock = utc_clock(lambda: told(START, BERLIN))

    assert repr(START) == repr(clock())
    assert utc_clock(clock) is clock


CLOCKS: dict[str, tuple[Any, str]] = {
    "naive": (lambda: NAIVE, "2026-01-05T09:00:00, without a time zone"),
    "broken": (
        lambda: START.replace(tzinfo=Vague()),
        "2026-01-05T09:00:00, without a time zone",
    ),
    "text": (lambda: "noon", "str, which is no time"),
    "nothing": (lambda: None, "NoneType, which is no time"),
    "first": (lambda: datetime(1, 1, 1, tzinfo=UTC), "the year 1"),
    "last": (lambda: datetime.max.replace(tzinfo=UTC), "the year 9999"),
    "no clock": (START, "nothing: datetime is no function"),
}


@pytest.mark.parametrize("what", CLOCKS)
def test_a_clock_that_tells_no_moment_is_refused(what: str) -> None:
    """In words of the house, that say what it told."""
    clock, said = CLOCKS[what]
    with pytest.raises(ClockError) as caught:
        utc_clock(clock)

    assert (said,) == caught.value.args
    assert (
        f"the clock tells {said}: it must tell a moment, with its time "
        "zone, as datetime.now(UTC) does"
    ) == str(caught.value)
    assert isinstance(caught.value, OrderlifeError)
    assert isinstance(caught.value, ValueError)


def test_a_clock_is_not_believed_for_ever() -> None:
    """One that tells nonsense later is found when it does."""
    told_now: Any = START
    clock = utc_clock(lambda: told_now)
    told_now = NAIVE

    with pytest.raises(ClockError):
        clock()


# Everything that holds one


def modules() -> Iterator[Any]:
    """All modules of the house, but for those that tell of its lives."""
    for package in (orderlife, orderlife_adapters):
        for found in pkgutil.walk_packages(
            package.__path__, f"{package.__name__}."
        ):
            if not found.name.startswith(
                (
                    "orderlife.__main__",
                    "orderlife.demo",
                    "orderlife.replay",
                    "orderlife.testing.simulation",
                )
            ):
                yield import_module(found.name)


def classes() -> set[type]:
    """All classes of attrs that are written in them."""
    return {
        value
        for module in modules()
        for value in vars(module).values()
        if isinstance(value, type)
        and attrs.has(value)
        and value.__module__ == module.__name__
    }


def test_whatever_holds_a_time_holds_it_in_utc() -> None:
    """It is converted when it is made, so that none can be forgotten."""
    found = 0
    for each in classes():
        attrs.resolve_types(each)
        for field in attrs.fields(each):
            if field.type == datetime:
                assert field.converter is utc, (each, field.name)
            elif field.type == datetime | None:
                assert field.converter is utc_or_none, (each, field.name)
            elif field.type == Callable[[], datetime] and each is not UtcClock:
                assert field.converter in {as_utc_clock, utc_clock}, each
            else:
                # What nobody gives is made of what was converted.
                given = field.init and not field.name.startswith("_")
                assert not (given and holds_a_time(field.type)), field
                continue
            found += 1

    assert found > 50


def holds_a_time(annotation: Any) -> bool:
    """Whether times are in a collection, where nothing converts them."""
    if get_origin(annotation) is Callable:
        return False
    return annotation is datetime or any(
        map(holds_a_time, get_args(annotation))
    )


def test_the_names_of_zones_are_no_matter() -> None:
    """What is called UTC elsewhere is ours, too."""
    at = utc(datetime(2026, 1, 5, 9, tzinfo=ZoneInfo("Etc/UTC")))
    assert at.tzinfo is UTC
