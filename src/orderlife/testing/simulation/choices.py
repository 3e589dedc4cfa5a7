"""The choices that a schedule is made of, recorded and played again.

A schedule is nothing but a list of small numbers: who goes next, what
fails, how much time passes.  0 is always the plainest choice: nobody
fails, the first one goes.  So a shorter list with more zeros in it is
a plainer schedule, and any list at all is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

__all__ = ["Choices"]

T = TypeVar("T")


class Choices:
    """Makes choices by dice, or those of a list.

    Args:
        seed: of the dice; the same seed makes the same choices.
        given: the choices to make instead; behind its end all are 0.
    """

    def __init__(
        self, seed: str = "", given: Sequence[int] | None = None
    ) -> None:
        self._dice = Random(seed)
        self._others = Random(f"{seed}/aside")
        self._given = given
        self.made: list[int] = []
        """What was chosen so far."""

    def below(self, number: int) -> int:
        """Choose a number from 0 on, below ``number``."""
        if number < 2:
            return 0
        return self._take(int(self._dice.random() * number), number)

    def aside(self, number: int) -> int:
        """Choose a number from 0 on, by dice of its own.

        What is chosen so leaves all other choices of a seed as they are.
        """
        return self._take(int(self._others.random() * number), number)

    def upto(self, number: int) -> int:
        """Choose a number from 1 on; 0 only where a list has ended."""
        return self._take(1 + int(self._dice.random() * number), number + 1)

    def one(self, things: Sequence[T]) -> T:
        """Choose one of these; the first is the plainest."""
        return things[self.below(len(things))]

    def rarely(self, number: int, share: float) -> int:
        """Choose 0, but in a share of the cases a number from 1 on.

        Args:
            number: the greatest.
            share: of the cases, from 0 to 1.
        """
        if not number:
            return 0
        value = 0
        if self._given is None and self._dice.random() < share:
            value = 1 + int(self._dice.random() * number)
        return self._take(value, number + 1)

    def _take(self, value: int, number: int) -> int:
        if self._given is not None:
            place = len(self.made)
            given = self._given[place] if place < len(self._given) else 0
            value = given % number
        self.made.append(value)
        return value
