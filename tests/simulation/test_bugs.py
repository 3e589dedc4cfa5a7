"""The simulator finds every planted bug, by the rule that it breaks."""

from __future__ import annotations

import pytest

from orderlife.testing.simulation import simulate
from tests.simulation.bugs import BUGS, Bug

BUDGET = 10_000


def test_the_bugs_have_names_of_their_own() -> None:
    """A failure says which bug was missed; there are 20 at the least."""
    names = {bug.name for bug in BUGS}
    assert len(BUGS) == len(names)
    assert len(names) >= 20


@pytest.mark.parametrize("bug", BUGS, ids=[bug.name for bug in BUGS])
def test_a_planted_bug_is_found(bug: Bug) -> None:
    """Within the budget, and under a number that belongs to it."""
    with bug.planted() as parts:
        report = simulate(
            schedules=BUDGET, seed=1, parts=parts, stop_at=1, shrink=0
        )
    (violation,) = report.violations
    assert violation.number in bug.numbers
