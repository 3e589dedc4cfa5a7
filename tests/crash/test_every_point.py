"""Killed at any boundary, a life ends as it would have ended.

The process is killed with SIGKILL before and after each call of the
store and of a port, and before each SQL statement and each COMMIT.
Another one repeats what the client asks for and works until nothing is
due.  Then nothing is lost and nothing has happened twice: the audit of
``rig`` compares the ledger with the provider's journal.

Of the statements within a transaction, the ordinary run takes every
commit and some of the others; with ORDERLIFE_DEEP it takes all, and
pairs of deaths.
"""

from __future__ import annotations

import pytest

from tests.crash.paths import PATHS
from tests.crash.points import EVERY, ask, chosen, lived, rig
from tests.crash.rig import Ending
from tests.crash.stable import Caller

__all__ = ["ask", "rig"]

MAIN = "delivered"


@pytest.mark.parametrize(
    "path",
    [
        MAIN,
        *(
            pytest.param(path, marks=pytest.mark.one_python)
            for path in PATHS
            if path != MAIN
        ),
    ],
)
def test_a_death_anywhere_changes_nothing(ask: Caller, path: str) -> None:
    """Nothing is lost, nothing is twice, and it ends the same."""
    _die_everywhere(ask, path)


@pytest.mark.one_python
@pytest.mark.parametrize("rig", ["apart"], indirect=True)
@pytest.mark.parametrize("path", [MAIN, "cancelled_when_paid", "returned"])
def test_stock_on_a_connection_of_its_own_is_as_safe(
    ask: Caller, path: str
) -> None:
    """It moves in a transaction of its own then, and is asked after."""
    _die_everywhere(ask, path)


def _die_everywhere(ask: Caller, path: str) -> None:
    tale = lived(ask, path)
    wrong = {}
    for chapter, number, label in chosen(tale, EVERY):
        ending: Ending = ask("die", path, chapter, number)
        if ending.problems or ending != tale.ending:
            wrong[chapter, number, label] = ending
    assert {} == wrong
