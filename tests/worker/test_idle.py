"""Working until nothing is due, round by round."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orderlife.engine.results import RoundResult
from orderlife.errors import InvariantError
from orderlife.worker import until_idle

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


class Desk:
    """Has so much to do in each round, and then nothing."""

    def __init__(self, *rounds: RoundResult) -> None:
        self.rounds = list(rounds)
        self.worked = 0

    def work(self) -> RoundResult:
        """Do the next round."""
        self.worked += 1
        return self.rounds.pop(0) if self.rounds else RoundResult()


def worked(desk: Any, **options: Any) -> int:
    """How many things were done."""
    return until_idle(desk, **options)


def test_it_works_until_nothing_is_due() -> None:
    """And counts timers and effects alike."""
    desk = Desk(RoundResult(timers=2, effects=3), RoundResult(effects=1))

    assert 6 == worked(desk)
    assert 3 == desk.worked
    assert 0 == worked(Desk())


def test_an_idle_round_moves_the_clock_by_ever_longer_steps() -> None:
    """Doubled up to a day; from the start again after some work."""
    steps: list[timedelta] = []
    desk = Desk(
        RoundResult(),
        RoundResult(),
        RoundResult(),
        RoundResult(timers=1),
        RoundResult(),
        RoundResult(effects=1),
    )

    assert 2 == worked(desk, advance=steps.append)
    assert [10 * SECOND, 20 * SECOND, 40 * SECOND, 10 * SECOND] == steps[:4]
    assert [10 * SECOND * 2**power for power in range(14)] == steps[4:18]
    assert {DAY} == set(steps[18:])
    assert sum(steps[:-1], timedelta()) <= 365 * DAY
    assert sum(steps, timedelta()) > 365 * DAY


def test_what_never_rests_is_found_out() -> None:
    """After so many rounds, ten thousand unless told otherwise."""

    class Busy(Desk):
        """Has always something to do."""

        def work(self) -> RoundResult:
            """Do it."""
            super().work()
            return RoundResult(effects=1)

    for options, rounds in (({"rounds": 3}, 3), ({}, 10_000)):
        desk = Busy()
        with pytest.raises(InvariantError) as caught:
            worked(desk, **options)
        assert (f"no rest after {rounds} rounds of work",) == caught.value.args
        assert rounds == desk.worked


def test_a_clock_is_moved_by_a_year_in_all() -> None:
    """The step that goes past it is the last."""
    steps: list[timedelta] = []
    worked(Desk(), advance=steps.append)
    total = sum(steps, timedelta())

    assert total - steps[-1] <= 365 * DAY < total
