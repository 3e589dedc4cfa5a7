"""The simulator finds every planted bug, by the rule that it breaks."""

from __future__ import annotations

import pytest

from orderlife.testing.simulation import simulate
from tests.deep import examples
from tests.simulation.bugs import BUGS, Bug

pytestmark = pytest.mark.one_python
"""What is planted says nothing of what the tests reach."""

BUDGET = 10_000

LATE = {
    "doubts are forgotten": 1_200,
    "claims are known by a name alone": 1_220,
    "look-ups believed too early": 560,
    "restocked twice": 490,
    "the carrier forgets keys": 260,
    "zombies call late": 300,
    "a lost aside takes intents with it": 240,
    "put off for ever": 140,
    "no answer is a decline": 145,
    "expired holds are allocated": 140,
    "asides of zombies are taken down": 145,
    "answers of another tenant": 140,
    "a store that forgets is believed": 95,
}
"""From which schedule on the gate looks; a deep run begins at the first."""


def test_the_bugs_have_names_of_their_own() -> None:
    """A failure says which bug was missed; there are 20 at the least."""
    names = {bug.name for bug in BUGS}
    assert len(BUGS) == len(names)
    assert len(names) >= 20
    assert names >= set(LATE)


@pytest.mark.parametrize("bug", BUGS, ids=[bug.name for bug in BUGS])
def test_a_planted_bug_is_found(bug: Bug) -> None:
    """Within the budget, and under a number that belongs to it."""
    first = 0 if examples(0) else LATE.get(bug.name, 0)
    with bug.planted() as parts:
        report = simulate(
            schedules=BUDGET - first,
            seed=1,
            first=first,
            parts=parts,
            stop_at=1,
            shrink=0,
        )
    (violation,) = report.violations
    assert violation.number in bug.numbers
