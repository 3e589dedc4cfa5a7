"""Killed at any boundary, a life ends as it would have ended.

The process is killed with SIGKILL before and after each call of the
store and of a port, and before each SQL statement and each COMMIT.
Another one repeats what the client asks for and works until nothing is
due.  Then nothing is lost and nothing has happened twice: the audit of
``rig`` compares the ledger with the provider's journal.

The ordinary run takes every call and every commit of the main path, and
of others what is not as on that one; of all else, the statements within
a transaction above all, it takes a sample.  With ORDERLIFE_DEEP all of it
is taken, and pairs of deaths.  No version of Python decides what a death
leaves behind: but for a few, they are on one of them alone.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.crash.paths import PATHS
from tests.crash.points import EVERY, MAIN, ask, chosen, lived, own, rig
from tests.crash.rig import Ending
from tests.crash.stable import Caller, Tale

__all__ = ["ask", "rig"]


@pytest.mark.one_python
@pytest.mark.parametrize("path", PATHS)
def test_a_death_anywhere_changes_nothing(ask: Caller, path: str) -> None:
    """Nothing is lost, nothing is twice, and it ends the same."""
    tale = lived(ask, path)
    _die_at(ask, path, tale, chosen(tale, EVERY, own(path)))


@pytest.mark.one_python
@pytest.mark.parametrize("rig", ["apart"], indirect=True)
@pytest.mark.parametrize("path", [MAIN, "cancelled_when_paid", "returned"])
def test_stock_on_a_connection_of_its_own_is_as_safe(
    ask: Caller, path: str
) -> None:
    """It moves in a transaction of its own then, and is asked after."""
    tale = lived(ask, path)
    _die_at(ask, path, tale, chosen(tale, EVERY, own(path)))


def test_a_death_on_any_python_changes_nothing(ask: Caller) -> None:
    """A sample of the main path."""
    tale = lived(ask, MAIN)
    _die_at(ask, MAIN, tale, tale.boundaries[::19])


def _die_at(
    ask: Caller,
    path: str,
    tale: Tale,
    points: Iterable[tuple[int, int, str]],
) -> None:
    wrong = {}
    for chapter, number, label in points:
        ending: Ending = ask("die", path, chapter, number)
        if ending.problems or ending != tale.ending:
            wrong[chapter, number, label] = ending
    assert {} == wrong
