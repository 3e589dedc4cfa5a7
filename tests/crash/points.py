"""What the tests of deaths on SQLite share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from itertools import takewhile
from typing import Any, Final

import pytest

from tests.crash.databases import InSqlite
from tests.crash.paths import PATHS
from tests.crash.provider import BOTH, provider
from tests.crash.rig import Ending, Rig
from tests.crash.stable import Caller, Tale, stable
from tests.memory import quick_folder

__all__ = [
    "DEEP",
    "EVERY",
    "MAIN",
    "ask",
    "chosen",
    "essence",
    "lived",
    "own",
    "rig",
    "risky",
]

DEEP = "ORDERLIFE_DEEP" in os.environ
EVERY = 1 if DEEP else 9
"""Of the statements that commit nothing, one in so many."""
_READING: Final = {"BEGIN", "EXPLAIN", "PRAGMA", "SELECT"}
_PROVIDERS: Final = ("payment.", "carrier.", "notifier.")
MAIN: Final = "delivered"
"""The path that most others begin with."""


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


def chosen(
    tale: Tale, every: int, since: int = 0
) -> Iterator[tuple[int, int, str]]:
    """Calls and commits, and one in so many other statements.

    Where nothing was written and nobody was asked since the one before,
    a death leaves the same: to die there, too, is for a run with
    ORDERLIFE_DEEP.

    Args:
        tale: a life without a death.
        every: how many.
        since: in which chapter this begins; before, a third as many are
            taken, and a call is as good as any statement.
    """
    changed = True
    for place, (chapter, number, label) in enumerate(tale.boundaries):
        seldom = every if chapter >= since else 3 * every
        counts = chapter >= since and (DEEP or changed)
        if counts and (not label.startswith("within") or "COMMIT" in label):
            changed = False
            yield chapter, number, label
        elif place % seldom == 0:
            yield chapter, number, label
        changed = changed or _changes(label)


def _changes(label: str) -> bool:
    """Whether what comes after this boundary may leave a trace."""
    when, what, *_ = label.split()
    if when == "within":
        return what not in _READING
    return when == "before" and what.startswith(_PROVIDERS)


def own(path: str) -> int:
    """From which chapter on a path is another than the main one.

    With ORDERLIFE_DEEP each is gone through from the beginning.
    """
    one, main = PATHS[path], PATHS[MAIN]
    if DEEP or path == MAIN or one.policy != main.policy:
        return 0
    steps = zip(one.steps, main.steps, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], steps))


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
        provider = what.startswith(_PROVIDERS)
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
