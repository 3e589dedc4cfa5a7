"""How long a worker waits when nothing is due, or the store is overloaded."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Final

import attrs

from orderlife.engine.results import RoundResult, failure
from orderlife.errors import InputError, MissingExtraError, StoreVersionError

__all__ = ["BACK_OFF", "LIMIT", "Pace", "checked", "could_not"]

BACK_OFF: Final = timedelta(seconds=30)
"""The longest wait of a worker for an overloaded store."""
LIMIT: Final = 100
"""How many effects a worker begins before it looks at timers again."""
_FIRST: Final = 0.25
_SHARE: Final = 0.2


@attrs.define
class Pace:
    """Waits, each shortened by a random share.

    Workers that started or failed together would otherwise poll
    together again.
    """

    poll: timedelta
    _failures: int = 0

    def idle(self) -> float:
        """Seconds until the ledger is polled again."""
        share = random.uniform(0, _SHARE)  # noqa: S311
        return self.poll.total_seconds() * (1 - share)

    def strained(self) -> float:
        """Seconds to wait for an overloaded store; more after each failure."""
        longest = BACK_OFF.total_seconds()
        wait: float = min(longest, _FIRST * 2 ** min(self._failures, 20))
        self._failures += 1
        return wait * random.uniform(0.5, 1)  # noqa: S311

    def eased(self) -> None:
        """Start again with short waits: the store has room."""
        self._failures = 0


def could_not(error: Exception) -> RoundResult:
    """The result of a round in which the store failed.

    Raises:
        Exception: the error itself, where waiting does not help.
    """
    if isinstance(error, StoreVersionError | MissingExtraError):
        raise error
    return attrs.evolve(failure(error), overloaded=True)


def checked(concurrency: int) -> int:
    """Check how many effects are to be performed at once.

    Raises:
        InputError: fewer than one.
    """
    if concurrency < 1:
        message = f"concurrency is {concurrency}: it must be 1 or more"
        raise InputError(message)
    return concurrency
