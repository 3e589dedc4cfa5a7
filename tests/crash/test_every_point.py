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

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.crash.databases import InSqlite
from tests.crash.paths import PATHS
from tests.crash.provider import BOTH, LOOKS_UP, provider
from tests.crash.rig import Bug, Ending, Rig
from tests.crash.stable import Caller, Tale, stable

DEEP = "ORDERLIFE_DEEP" in os.environ
EVERY = 1 if DEEP else 5
"""Of the statements that commit nothing, one in so many."""


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A provider, and a folder for databases."""
    folder = tmp_path_factory.mktemp("crash")
    database = InSqlite(_quick(folder))
    database.prepare()
    with provider(folder / "journal") as address:
        yield Rig(database=database, address=address, able=BOTH)
    for file in database.folder.glob("db-*"):
        file.unlink()
    if database.folder != folder:
        database.folder.rmdir()


def _quick(folder: Path) -> Path:
    """Memory that looks like a disk, where there is such: SIGKILL takes
    nothing of it, and a sync is free there.
    """
    shared = Path("/dev/shm")  # noqa: S108
    if not os.access(shared, os.W_OK):
        return folder
    found = shared / f"orderlife-{os.getpid()}"
    found.mkdir(mode=0o700, exist_ok=True)
    return found


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


@pytest.mark.parametrize("path", PATHS)
def test_a_death_anywhere_changes_nothing(ask: Caller, path: str) -> None:
    """Nothing is lost, nothing is twice, and it ends the same."""
    tale = lived(ask, path)
    wrong = {}
    for chapter, number, label in chosen(tale, EVERY):
        ending: Ending = ask("die", path, chapter, number)
        if ending.problems or ending != tale.ending:
            wrong[chapter, number, label] = ending
    assert {} == wrong


def essence(ending: Ending) -> tuple[Any, ...]:
    """What must be the same whenever a doubt was settled later on.

    A cancellation may come before an authorisation is known, and then
    less happens than without a crash.
    """
    order, *_ = ending.status.split(",")
    taken, back = ending.money
    return order, taken - back, ending.open_exceptions, ending.levels


@pytest.mark.parametrize(
    "path", PATHS if DEEP else ["cancelled_when_confirmed", "returned"]
)
def test_a_provider_that_deduplicates_nothing_is_asked_first(
    rig: Rig, path: str
) -> None:
    """It would do twice what it is asked twice."""
    able = attrs.evolve(rig, able=LOOKS_UP)
    with stable(able) as ask:
        tale = lived(ask, path)
        wrong = {}
        for chapter, number, label in chosen(tale, 10_000):
            ending: Ending = ask("die", path, chapter, number)
            if ending.problems or essence(ending) != essence(tale.ending):
                wrong[chapter, number, label] = ending
        assert {} == wrong


@pytest.mark.parametrize(
    ("bug", "where", "said"),
    [
        ("new_key", "payment.capture", "came under a strange key"),
        ("lost_intent", "store.commit", "it is refused for ever"),
        ("forgotten_stock", "inventory.consume", "it ends otherwise"),
    ],
)
def test_the_audit_bites(rig: Rig, bug: Bug, where: str, said: str) -> None:
    """A bug that is planted is found at some point of death."""
    with stable(attrs.evolve(rig, bug=bug, able=LOOKS_UP)) as ask:
        tale: Tale = ask("whole", "delivered")
        found = [
            told
            for chapter, number, label in tale.boundaries
            if label.endswith(where)
            for told in verdict(ask, tale, chapter, number)
        ]
        assert said in " ".join(found)


def verdict(
    ask: Caller, tale: Tale, chapter: int, number: int
) -> tuple[str, ...]:
    """What the audit says of a death."""
    try:
        ending: Ending = ask("die", "delivered", chapter, number)
    except AssertionError as error:
        return (str(error),)
    if ending != tale.ending:
        return (*ending.problems, "it ends otherwise")
    return ending.problems


def test_tables_are_made_whole_or_once_more(ask: Caller) -> None:
    """A death while they are made leaves nothing that is in the way."""
    deaths = 0
    while ask("die_making_tables", 1 + deaths * EVERY):
        deaths += 1
    assert deaths > 5


def test_a_second_death_changes_nothing_either(ask: Caller) -> None:
    """Pairs of deaths on the main path; all of them with ORDERLIFE_DEEP."""
    path = "delivered"
    tale = lived(ask, path)
    first = [
        (chapter, number)
        for chapter, number, label in tale.boundaries
        if DEEP or label == "after payment.capture"
    ]
    stride = 1 if DEEP else 10
    pairs = 0
    wrong: list[str] = []
    for chapter, number in first:
        deaths, found = ask("die_twice", path, chapter, number, stride)
        pairs += deaths
        wrong += found
    assert [] == wrong
    assert pairs > (5_000 if DEEP else 10)
