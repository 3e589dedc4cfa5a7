"""A provider that can neither be asked nor told apart a repeat.

Its effects are not claimed with the decision that asks for them: a
death before the claim costs nothing, and where the call may have been
made, a person is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import pytest

from orderlife.ports.base import Capabilities
from tests.crash.databases import InPostgres
from tests.crash.points import DEEP, chosen, lived, rig, risky
from tests.crash.provider import provider
from tests.crash.rig import Ending, Rig
from tests.crash.stable import Tale, stable

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
    neither = attrs.evolve(rig, able=Capabilities(), database=database)
    assert died(neither, partial(chosen, every=10_000)) > 10


@pytest.mark.parametrize("stock", ["beside", "apart"])
def test_nor_on_postgresql(
    postgres_url: str, tmp_path: Path, stock: str
) -> None:
    """There, too: after calls of a provider; with ORDERLIFE_DEEP at all."""
    database = InPostgres(postgres_url, beside=stock == "beside")
    database.prepare()
    with provider(tmp_path / "journal") as address:
        neither = Rig(database=database, address=address, able=Capabilities())
        assert died(neither, risky) > (10 if DEEP else 2)


def died(
    neither: Rig, points: Callable[[Tale], Iterable[tuple[int, int, str]]]
) -> int:
    """Die at these points; how often a person was asked."""
    path, doubtful = "cancelled_when_confirmed", 0
    with stable(neither) as ask:
        tale = lived(ask, path)
        for chapter, number, label in points(tale):
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
    return doubtful
