"""A provider that can neither be asked nor told apart a repeat.

Its effects are not claimed with the decision that asks for them: a
death before the claim costs nothing, and where the call may have been
made, a person is asked.
"""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from orderlife.ports.base import Capabilities
from tests.crash.points import chosen, lived, rig
from tests.crash.rig import Ending, Rig
from tests.crash.stable import stable

__all__ = ["rig"]

pytestmark = pytest.mark.one_python

NOBODY_KNOWS = "no answer came, and it can be neither asked nor repeated"
FOLLOWS = ("it is cancelling", "are still secured")
"""What else is not at an end while a person has not said what became."""
NOT_BEGUN = ("after store.unit", "before store.claim", "after store.settle")


@pytest.mark.parametrize("stock", ["beside", "apart"])
def test_nothing_happens_twice_and_a_person_is_asked(
    rig: Rig, stock: str
) -> None:
    """Killed at any call or commit of a life."""
    known: Any = rig.database
    database = attrs.evolve(known, beside=stock == "beside")
    path, doubtful = "cancelled_when_confirmed", 0
    neither = attrs.evolve(rig, able=Capabilities(), database=database)
    with stable(neither) as ask:
        tale = lived(ask, path)
        for chapter, number, label in chosen(tale, 10_000):
            ending: Ending = ask("die", path, chapter, number)
            if ending == tale.ending:
                continue
            doubtful += 1
            where = (chapter, number, label)
            assert label not in NOT_BEGUN, where
            asked = [each for each in ending.problems if NOBODY_KNOWS in each]
            assert len(asked) == 1, where
            assert ending.open_exceptions == 1, where
            rest = [each for each in ending.problems if each not in asked]
            assert all(each.endswith(FOLLOWS) for each in rest), where
    assert doubtful > 10
