"""What the tests of deaths on SQLite share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.crash.databases import InSqlite
from tests.crash.provider import BOTH, provider
from tests.crash.rig import Ending, Rig
from tests.crash.stable import Caller, Tale, stable
from tests.memory import quick_folder

__all__ = [
    "DEEP",
    "EVERY",
    "ask",
    "chosen",
    "essence",
    "lived",
    "rig",
    "risky",
]

DEEP = "ORDERLIFE_DEEP" in os.environ
EVERY = 1 if DEEP else 5
"""Of the statements that commit nothing, one in so many."""


def _is_beside(request: pytest.FixtureRequest) -> bool:
    return getattr(request, "param", "beside") == "beside"


@pytest.fixture(scope="module")
def rig(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Rig]:
    """A provider, and a folder for databases.

    With stock on the connection of the orders; or, for a test that asks
    for it "apart", on one of its own.
    """
    folder = quick_folder("orderlife-")
    try:
        database = InSqlite(folder, beside=_is_beside(request))
        database.prepare()
        with provider(tmp_path_factory.mktemp("crash") / "journal") as address:
            yield Rig(database=database, address=address, able=BOTH)
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def ask(rig: Rig) -> Iterator[Caller]:
    """A process that forks one for each death."""
    with stable(rig) as found:
        yield found


def chosen(tale: Tale, every: int) -> Iterator[tuple[int, int, str]]:
    """All calls and commits, and one in so many other statements."""
    for place, (chapter, number, label) in enumerate(tale.boundaries):
        statement = label.startswith("within")
        if not statement or "COMMIT" in label or place % every == 0:
            yield chapter, number, label


def essence(ending: Ending) -> tuple[Any, ...]:
    """What must be the same whenever a doubt was settled later on.

    A cancellation may come before an authorisation is known, and then
    less happens than without a crash.
    """
    order, *_ = ending.status.split(",")
    taken, back = ending.money
    return order, taken - back, ending.open_exceptions, ending.levels


def risky(tale: Tale) -> Iterator[tuple[int, int, str]]:
    """Where an answer may be lost; all calls with ORDERLIFE_DEEP."""
    for chapter, number, label in chosen(tale, 10_000):
        when, what = label.split()[:2]
        provider = what.startswith(("payment.", "carrier.", "notifier."))
        if DEEP or (when == "after" and (provider or what == "store.claim")):
            yield chapter, number, label


def lived(ask: Caller, path: str) -> Tale:
    """A life without any crash; it leaves nothing to be wished for."""
    tale: Tale = ask("whole", path)
    assert () == tale.ending.problems
    assert {label.split()[0] for _, _, label in tale.boundaries} == {
        "after",
        "before",
        "within",
    }
    return tale
