"""Deaths under harder conditions, and proof that the audit bites."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from tests.crash.paths import PATHS
from tests.crash.points import (
    DEEP,
    EVERY,
    ask,
    essence,
    lived,
    rig,
    risky,
)
from tests.crash.provider import LOOKS_UP
from tests.crash.rig import Bug, Ending, Rig
from tests.crash.stable import Caller, Tale, stable

__all__ = ["ask", "rig"]

pytestmark = pytest.mark.one_python


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
        for chapter, number, label in risky(tale):
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
    # What is one transaction with the stock cannot be torn apart.
    known: Any = rig.database
    database = attrs.evolve(known, beside=False)
    bad = attrs.evolve(rig, bug=bug, able=LOOKS_UP, database=database)
    with stable(bad) as ask:
        tale: Tale = ask("whole", "delivered")
        assert any(
            said in " ".join(verdict(ask, tale, chapter, number))
            for chapter, number, label in tale.boundaries
            if label.endswith(where)
        )


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
    assert pairs > (4_000 if DEEP else 10)
