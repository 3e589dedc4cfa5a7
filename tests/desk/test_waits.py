"""How long an effect waits, and how the rounds of work add up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderlife import NotFoundError, OverloadedError, Retry, RoundResult
from orderlife.engine.results import failure

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [(0, 5), (1, 15), (2, 45), (5, 1215), (6, 3600), (20, 3600)],
)
def test_waits_triple_up_to_an_hour(attempts: int, seconds: int) -> None:
    """Unless the desk says otherwise."""
    assert seconds * SECOND == Retry().wait(attempts)


def test_waits_grow_twenty_times_at_most() -> None:
    """However long the longest one may be."""
    retry = Retry(
        first=timedelta(microseconds=1), factor=2, most=timedelta(days=1)
    )

    assert timedelta(microseconds=2**19) == retry.wait(19)
    assert timedelta(microseconds=2**20) == retry.wait(20)
    assert timedelta(microseconds=2**20) == retry.wait(21)


@pytest.mark.parametrize(
    ("operation_id", "attempts", "jitter", "microseconds"),
    [
        ("o1:capture:1", 0, 20, 4_706_146),
        ("o1:capture:1", 1, 20, 14_607_376),
        ("o1:capture:1", 1, 100, 13_036_880),
        ("o1:capture:2", 1, 100, 9_411_392),
        ("o1:capture:1", 1, 0, 15_000_000),
    ],
)
def test_the_share_of_an_effect_is_the_same_everywhere(
    operation_id: str, attempts: int, jitter: int, microseconds: int
) -> None:
    """It is worked out of its name, and of how often it was tried."""
    wait = Retry(jitter=jitter).wait(attempts, operation_id)

    assert microseconds == round(wait / timedelta(microseconds=1))


def test_rounds_of_work_add_up() -> None:
    """Figures and failures of both; one that found no room is enough."""
    first = RoundResult(timers=1, effects=2, failed=("a",))
    second = RoundResult(timers=3, effects=5, failed=("b",), overloaded=True)
    expected = RoundResult(
        timers=4, effects=7, failed=("a", "b"), overloaded=True
    )

    assert expected == first + second
    assert second == second + RoundResult()
    assert second == RoundResult() + second


@pytest.mark.parametrize(
    ("swept", "is_idle"),
    [
        (RoundResult(), True),
        (RoundResult(timers=1), False),
        (RoundResult(effects=1), False),
        (RoundResult(timers=1, effects=1), False),
        (RoundResult(failed=("o1: ValueError",)), True),
    ],
)
def test_a_round_without_work_is_idle(
    swept: RoundResult, *, is_idle: bool
) -> None:
    """Though something may have failed."""
    assert is_idle is swept.idle


def test_a_failure_says_what_and_why() -> None:
    """Others' texts are not told, ours are."""
    ours = NotFoundError("order", "o1")
    full = failure(OverloadedError("shop", 1.0), "o1", effects=1)

    assert RoundResult(failed=("o1: ValueError",)) == failure(
        ValueError("x"), "o1"
    )
    assert RoundResult(failed=("ValueError",)) == failure(ValueError("x"))
    assert RoundResult(failed=(f"o1: NotFoundError: {ours}",)) == failure(
        ours, "o1"
    )
    assert (1, True) == (full.effects, full.overloaded)
