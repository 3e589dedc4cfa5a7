"""Killed while an order is folded away or unfolded: it is whole.

It is killed before and after each call of the store, and before each
statement, on both databases.  Then the order is folded away or it is
not, and reads alike; what was asked for is done once, if it is asked for
again; and the order can be folded away, and unfolded, as any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from tests.crash.databases import InPostgres
from tests.crash.folding import Deed, Folding, Record
from tests.crash.points import DEEP, rig
from tests.crash.provider import BOTH, provider
from tests.crash.rig import Rig
from tests.crash.stable import Caller, stable

__all__ = ["rig"]

pytestmark = pytest.mark.one_python


@pytest.fixture(params=["sqlite", "postgresql"])
def ask(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Caller]:
    """A process that forks one for each death, on either database."""
    if request.param == "sqlite":
        with stable(request.getfixturevalue("rig"), Folding) as found:
            yield found
        return
    database = InPostgres(request.getfixturevalue("postgres_url"))
    database.prepare()
    with provider(tmp_path / "journal") as address:
        rig = Rig(database=database, address=address, able=BOTH)
        with stable(rig, Folding) as found:
            yield found


def points(deed: Deed, labels: list[str], *, few: bool) -> list[int]:
    """Where to die: after all calls and commits, and at some statements.

    Args:
        deed: what is done.
        labels: what is passed meanwhile.
        few: whether it is few statements: then at every other one.
    """
    every = 1 if DEEP else 2 if few and deed != "refund" else 9
    return [
        number
        for number, label in enumerate(labels, 1)
        if number % every == 0
        or "COMMIT" in label
        or (label.startswith("after") and deed != "refund")
    ]


@pytest.mark.parametrize("deed", ["fold", "tell", "refund"])
def test_an_order_is_whole_wherever_somebody_dies(
    ask: Caller, deed: Deed
) -> None:
    """Folded away or not, it reads as before or as if nobody had died."""
    labels, before, done = ask("deed", deed)
    assert before.problems == done.problems == ()
    assert (before.is_folded, done.is_folded) == (
        deed != "fold",
        deed == "fold",
    )
    wrong = {}
    states = set()
    few = not any("COMMIT" in label for label in labels)
    for number in points(deed, labels, few=few):
        was, after, again, folded, told = ask("die_at", deed, number)
        states.add((after.is_folded, after.links))
        if not (
            was == before
            and is_whole(deed, after, was, done)
            and again == done
            and len({each.answer for each in (was, after, again, told)}) == 1
            and folded.is_folded
            and alike(folded, again)
            and told.links == folded.links + 1
            and told.events[: len(folded.events)] == folded.events
            and told.problems == ()
            and not told.is_folded
        ):
            wrong[number, labels[number - 1]] = was, after, again, folded, told
    assert {} == wrong
    # Some have died before it was done, and some afterwards.
    assert len(states) > 1


def is_whole(deed: Deed, after: Record, before: Record, done: Record) -> bool:
    """Whether what a death has left is all of one decision or none.

    A refund is made of several; what it has asked for may be open.
    """
    if deed == "fold":
        return alike(after, before)
    if deed == "refund":
        known, final = after.events, done.events
        return final[: len(known)] == known and len(known) >= len(
            before.events
        )
    folded = attrs.evolve(before, is_folded=after.is_folded)
    return after in (folded, done)


def alike(one: Record, other: Record) -> bool:
    """Whether an order reads alike, folded away or not."""
    same = attrs.evolve(one, is_folded=other.is_folded) == other
    return same and (one.digest, one.keys) == (other.digest, other.keys)
