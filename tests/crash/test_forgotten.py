"""Deaths that take more with them: the last commits, or the right time.

The power goes, and SQLite with ``durability="normal"`` has lost its last
commits, while a provider has acted.  A worker's clock is a year ahead,
and it is killed.  A process is killed in a unit of work.  Whoever comes
after finds out what has happened, and nothing happens twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import attrs
import pytest

from orderlife.ports.base import Capabilities
from tests.crash.databases import InSqlite
from tests.crash.paths import PATHS
from tests.crash.points import DEEP, ask, essence, lived, rig, risky
from tests.crash.provider import BOTH, LOOKS_UP
from tests.crash.rig import Bug, Ending, Rig
from tests.crash.stable import Caller, Tale, stable

__all__ = ["ask", "rig"]

pytestmark = pytest.mark.one_python

DAY = timedelta(days=1)
PATH, SHORT = "returned", "cancelled_when_confirmed"
FEW = PATHS if DEEP else [PATH, "cancelled_when_paid"]


def forgetful(rig: Rig, able: Capabilities, bug: Bug = "") -> Rig:
    """A shop on a file that may lose what was committed last."""
    assert isinstance(rig.database, InSqlite)
    database = attrs.evolve(rig.database, durability="normal")
    return attrs.evolve(rig, database=database, able=able, bug=bug)


def losses(
    ask: Caller, path: str, tale: Tale
) -> Iterator[tuple[tuple[int, int, str, int], Ending]]:
    """All that may be lost once a provider has been called."""
    for chapter, number, label in risky(tale):
        if not DEEP and "store" in label:
            continue
        found = ask("lose_power", path, chapter, number)
        # None of them is left, or one is missing.
        for left, ending in found if DEEP else found[:1] + found[-1:]:
            yield (chapter, number, label, left), ending


def is_wrong(ending: Ending, tale: Tale) -> bool:
    """Whether something has happened twice, or nobody knows of it.

    A decision that is forgotten whole, and not taken again because the
    order was called off meanwhile, is nobody's any more: of its message
    nobody knows, of its money somebody is asked.
    """
    problems = [
        problem
        for problem in ending.problems
        if not problem.endswith("was never asked for")
    ]
    if any("twice" in each or "times" in each for each in problems):
        return True
    if ending.open_exceptions > tale.ending.open_exceptions:
        return False
    return bool(problems) or essence(ending) != essence(tale.ending)


@pytest.mark.parametrize("able", [BOTH, LOOKS_UP], ids=["both", "looks_up"])
@pytest.mark.parametrize("path", FEW)
def test_a_power_cut_takes_commits_and_nothing_happens_twice(
    rig: Rig, path: str, able: Capabilities
) -> None:
    """What is forgotten here is known there, and asked for first."""
    with stable(forgetful(rig, able)) as ask:
        tale = lived(ask, path)
        tried, wrong = 0, {}
        for where, ending in losses(ask, path, tale):
            tried += 1
            if is_wrong(ending, tale):
                wrong[where] = ending
    assert {} == wrong
    assert tried > 8


def test_who_believes_such_a_store_does_it_twice(rig: Rig) -> None:
    """So the audit bites, and the power cut takes what it should."""
    with stable(forgetful(rig, LOOKS_UP, "believed")) as ask:
        tale: Tale = ask("whole", PATH)
        said = {
            problem
            for _, ending in losses(ask, PATH, tale)
            for problem in ending.problems
        }
    assert any("o1:authorize:1 acted" in problem for problem in said)


@pytest.mark.parametrize("path", FEW)
def test_a_clock_a_year_ahead_claims_nothing_for_a_year(
    ask: Caller, path: str
) -> None:
    """Its claims are taken over, and what it has asked for is found.

    Or a person is asked, where a key was begun at nobody knows what time.
    That takes leases and waits, and no year.
    """
    tale = lived(ask, path)
    tried, wrong = 0, {}
    for chapter, number, label in tale.boundaries:
        if label.startswith("before payment"):
            for where, ending in ask("die_ahead", path, chapter, number):
                tried += 1
                late = ending.rested_at - tale.ending.rested_at
                if is_wrong(ending, tale) or late > DAY:
                    wrong[chapter, number, where] = ending
    assert {} == wrong
    assert tried > 5


def test_a_death_in_a_unit_of_work_leaves_all_or_nothing(
    ask: Caller,
) -> None:
    """And no provider has heard of it before it is committed."""
    tale = lived(ask, SHORT)
    labels, found = ask("die_within", SHORT, 1 if DEEP else 9)
    commit = labels.index("within COMMIT")
    assert "before payment.authorize" in labels[commit:]
    assert "before payment.authorize" not in labels[:commit]
    assert "before inventory.reserve" not in labels[:commit]
    wrong = {
        label: ending
        for label, ending in found
        if ending.problems or essence(ending) != essence(tale.ending)
    }
    assert {} == wrong
