"""What a desk or a worker has in hand while it drives an order.

One that is about to perform an effect claims it in the very commit
that makes it, and works through what it has claimed so, without asking
the store for it again.  All of it is in the store as well: if it stops
in the middle, the claims run out, and a worker goes on.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime

import attrs

from orderlife._kernel.case import Case
from orderlife._values.times import utc
from orderlife.ports.store import Commit, Committed, Effect, Loaded, Settle

__all__ = ["Claim", "Hand"]


@attrs.frozen
class Claim:
    """An effect that this worker may perform until the claim runs out."""

    effect: Effect
    """The effect as it was before the claim."""
    until: datetime = attrs.field(converter=utc)
    far: bool = False
    """True: not claimed, but it was due later than any wait is long, and
    is due at ``until`` now."""


@attrs.define(eq=False)
class Hand:
    """The work on one order that its driver knows of.

    Args:
        claims: whether new effects are claimed for it; False: they are
            left to whoever claims them first.
    """

    claims: bool = True
    loaded: Loaded[Case] | None = None
    """The order as its driver has just read or stored it."""
    effects: deque[Claim] = attrs.field(factory=deque)
    """The effects that are claimed for it, the first asked for first."""
    asides: list[Settle] = attrs.field(factory=list)
    """Effects that it has performed, to be settled with what it stores
    next, as their order need not know of them."""
    left: bool = False
    """Whether effects may be due that nobody has claimed."""
    done: int = 0
    """How many effects have been performed for it."""
    within: bool = False
    """Whether what is stored now is one transaction with the stock."""

    def took(self, commit: Commit[Case], outcome: Committed) -> None:
        """Take up what a commit has stored.

        Args:
            commit: what was to be stored.
            outcome: that it is stored.
        """
        if outcome.head is not None:
            self.loaded = Loaded(case=commit.case, head=outcome.head)
        if commit.claim is not None:
            until = commit.claim.until
            self.effects += [Claim(each, until) for each in outcome.claimed]
        if len(outcome.claimed) < len(commit.intents):
            self.left = True
        for settle in commit.asides:
            self.asides.remove(settle)

    def taken(self, operation_id: str) -> Claim | None:
        """Take an effect out of the hand; None: it is not in it."""
        for found in self.effects:
            if found.effect.operation_id == operation_id:
                self.effects.remove(found)
                return found
        return None

    def copied(self) -> Hand:
        """A copy, to go back to if a transaction is rolled back."""
        return attrs.evolve(
            self, effects=self.effects.copy(), asides=self.asides.copy()
        )

    def back_to(self, before: Hand) -> None:
        """Go back to a copy: what was stored since then is not there.

        The order is read anew, as nobody knows why it was rolled back.
        """
        self.loaded = None
        self.effects = before.effects
        self.asides = before.asides
        self.left = before.left
        self.done = before.done
