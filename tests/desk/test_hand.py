"""What a desk has in hand: what it has claimed, until when, and for whom."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from orderlife.engine.hand import Claim, Hand
from orderlife.ports.store import ClaimNew, Committed, EffectState, Loaded
from orderlife.testing.scenario import NOON
from tests.desk.test_flows import (
    CAPTURE,
    LEASE,
    MINUTE,
    NOTIFY,
    RESTOCK,
    effect,
    settled,
)
from tests.desk.test_store import commit

UNTIL = NOON + LEASE
ASKED = (CAPTURE, NOTIFY)
CLAIM = ClaimNew(
    owner="me",
    until=UNTIL,
    operations=frozenset(each.operation_id for each in ASKED),
)
WANTED: Any = commit(intents=ASKED, claim=CLAIM)


def committed(*claimed: Any) -> Committed:
    """The answer to a commit that has claimed these."""
    return Committed(version=1, claimed=tuple(map(effect, claimed)))


def test_what_a_commit_has_claimed_is_behind_what_was_in_hand() -> None:
    """Each until its own claim runs out; what was first is done first."""
    before = Claim(effect(RESTOCK), NOON + MINUTE)
    hand = Hand()
    hand.effects.append(before)
    hand.took(WANTED, committed(*ASKED))
    assert list(hand.effects) == [
        before,
        *(Claim(effect(each), UNTIL) for each in ASKED),
    ]


def test_the_order_as_it_was_stored_is_in_hand() -> None:
    """With its head; a store that gives none leaves it to be read."""
    hand = Hand()
    hand.took(WANTED, committed())
    assert hand.loaded is None
    outcome = attrs.evolve(committed(), head="h1")
    hand.took(WANTED, outcome)
    assert hand.loaded == Loaded(case=WANTED.case, head="h1")
    hand.took(commit(1), committed())
    assert hand.loaded == Loaded(case=WANTED.case, head="h1")


@pytest.mark.parametrize(
    ("wanted", "claimed", "left"),
    [
        (WANTED, ASKED, False),
        (WANTED, (CAPTURE,), True),
        (attrs.evolve(WANTED, claim=None), (), True),
        (commit(), (), False),
    ],
    ids=["all", "some", "none", "nothing asked for"],
)
def test_what_nobody_has_claimed_may_be_due(
    wanted: Any, claimed: Any, *, left: bool
) -> None:
    """So the store is asked for it, and else it is not."""
    hand = Hand()
    hand.took(wanted, committed(*claimed))
    assert hand.left is left


def test_what_was_left_stays_so() -> None:
    """A commit that leaves nothing says nothing of one before."""
    hand = Hand(left=True)
    hand.took(WANTED, committed(*ASKED))
    assert hand.left


def test_a_rolled_back_transaction_leaves_the_hand_as_it_was() -> None:
    """What was taken out of it since then, or put in, too."""
    first = Claim(effect(RESTOCK), UNTIL)
    done = settled(NOTIFY, EffectState.DONE)
    hand = Hand()
    hand.effects.append(first)
    hand.asides.append(done)
    before = hand.copied()
    assert hand.taken(RESTOCK.operation_id) is first
    hand.took(attrs.evolve(WANTED, asides=(done,)), committed(CAPTURE))
    assert (list(before.effects), before.asides, before.left) == (
        [first],
        [done],
        False,
    )
    hand.back_to(before)
    assert (list(hand.effects), hand.asides, hand.left) == (
        [first],
        [done],
        False,
    )
    assert hand.loaded is None


def test_what_was_rolled_back_does_not_count() -> None:
    """It is performed once more, and counts then."""
    hand = Hand(done=2)
    before = hand.copied()
    hand.done = 3
    hand.back_to(before)
    assert hand.done == 2


def test_what_is_not_in_the_hand_is_not_taken_out() -> None:
    """It is another's, or was performed before."""
    hand = Hand()
    hand.effects.append(Claim(effect(RESTOCK), UNTIL))
    assert hand.taken(CAPTURE.operation_id) is None
    assert len(hand.effects) == 1
