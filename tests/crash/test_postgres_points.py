"""Killed at any boundary, on PostgreSQL: see ``test_every_point``.

The ordinary run takes a sample of the boundaries, ORDERLIFE_DEEP takes
all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.databases import InPostgres
from tests.crash.paths import PATHS
from tests.crash.points import DEEP, essence, lived, risky
from tests.crash.provider import BOTH, LOOKS_UP, provider
from tests.crash.rig import Ending, Rig
from tests.crash.stable import Caller, Tale, stable

pytestmark = pytest.mark.one_python

STRIDE = 1 if DEEP else 113
FEW = 1 if DEEP else 2


@pytest.fixture(params=["beside", "apart"])
def ask(
    request: pytest.FixtureRequest, postgres_url: str, tmp_path: Path
) -> Iterator[Caller]:
    """A process that forks one for each death."""
    beside = request.param == "beside"
    database = InPostgres(postgres_url, beside=beside)
    database.prepare()
    with provider(tmp_path / "journal") as address:
        rig = Rig(database=database, address=address, able=BOTH)
        with stable(rig) as found:
            yield found


def test_a_death_anywhere_changes_nothing(ask: Caller) -> None:
    """Nothing is lost, nothing is twice, and it ends the same."""
    wrong = {}
    deaths = 0
    for path in PATHS:
        tale: Tale = ask("whole", path)
        assert () == tale.ending.problems
        for chapter, number, label in tale.boundaries[deaths % 7 :: STRIDE]:
            ending: Ending = ask("die", path, chapter, number)
            deaths += 1
            if ending.problems or ending != tale.ending:
                wrong[path, chapter, number, label] = ending
    assert {} == wrong
    assert deaths > 12


def test_a_provider_that_deduplicates_nothing_is_asked_first(
    postgres_url: str, tmp_path: Path
) -> None:
    """It would do twice what it is asked twice."""
    database = InPostgres(postgres_url)
    database.prepare()
    with provider(tmp_path / "journal") as address:
        rig = Rig(database=database, address=address, able=LOOKS_UP)
        with stable(rig) as ask:
            for path in PATHS if DEEP else ["returned"]:
                tale = lived(ask, path)
                wrong = {}
                for chapter, number, label in [*risky(tale)][::FEW]:
                    ending: Ending = ask("die", path, chapter, number)
                    known = essence(tale.ending)
                    if ending.problems or essence(ending) != known:
                        wrong[chapter, number, label] = ending
                assert {} == wrong, path
