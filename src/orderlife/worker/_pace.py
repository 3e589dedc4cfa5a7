"""How long a worker waits when there is nothing to do, or no room."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Final

import attrs

from orderlife.engine.results import RoundResult, failure
from orderlife.errors import InputError, MissingExtraError, StoreVersionError

__all__ = ["BACK_OFF", "LIMIT", "Pace", "checked", "could_not"]

BACK_OFF: Final = timedelta(seconds=30)
"""The longest that a worker leaves a store alone that has no room."""
LIMIT: Final = 100
"""How many effects a worker begins before it looks at timers again."""
_FIRST: Final = 0.25
_SHARE: Final = 0.2


@attrs.define
class Pace:
    """Waits, each shortened by a share of chance.

    What started together, or failed together, would otherwise come
    again together.
    """

    poll: timedelta
    _failures: int = 0

    def idle(self) -> float:
        """Seconds until the ledger is asked again."""
        share = random.uniform(0, _SHARE)  # noqa: S311
        return self.poll.total_seconds() * (1 - share)

    def strained(self) -> float:
        """Seconds for which a store without room is left alone."""
        longest = BACK_OFF.total_seconds()
        wait: float = min(longest, _FIRST * 2 ** min(self._failures, 20))
        self._failures += 1
        return wait * random.uniform(0.5, 1)  # noqa: S311

    def eased(self) -> None:
        """It has room again."""
        self._failures = 0


def could_not(error: Exception) -> RoundResult:
    """What a round was that could not even ask the store.

    Raises:
        Exception: the error itself, where waiting mends nothing.
    """
    if isinstance(error, StoreVersionError | MissingExtraError):
        raise error
    return attrs.evolve(failure(error), overloaded=True)


def checked(concurrency: int) -> int:
    """How many effects are performed at once.

    Raises:
        InputError: fewer than one.
    """
    if concurrency < 1:
        message = f"concurrency is {concurrency}: it must be 1 or more"
        raise InputError(message)
    return concurrency
