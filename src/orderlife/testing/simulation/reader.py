"""A reader of the feed, who reads on after each commit."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from orderlife._kernel.messages import Recorded
from orderlife.ports.store import ReadFeed
from orderlife.testing.simulation.found import Tally, ViolatedError

__all__ = ["Reader"]

_Told: TypeAlias = tuple[str, int, Recorded]
_ALL: Final = 10_000


class Reader:
    """Compares the feed with what was committed, each event once.

    Args:
        store: the store of one tenant.
        tally: where what is checked is counted.
    """

    def __init__(self, store: Any, tally: Tally) -> None:
        self._store = store
        self._tally = tally
        self._position = 0
        self._expected: list[_Told] = []

    def heard(self, order_id: str, events: tuple[Recorded, ...]) -> None:
        """Expect the events of a decision, once it is committed."""
        self._expected += [(order_id, each.sequence, each) for each in events]

    def read(self) -> None:
        """Read on from the last position; nothing is open.

        Raises:
            ViolatedError: an event is missing, comes twice or too early,
                or positions do not rise.
        """
        self._tally.checked[55] += 1
        asked = ReadFeed(after=self._position, limit=_ALL)
        entries = self._store.feed(asked)
        found = [(e.order_id, e.version, e.recorded) for e in entries]
        if found != self._expected:
            what = (
                f"the feed has {[each[:2] for each in found]}, and "
                f"{[each[:2] for each in self._expected]} was committed"
            )
            raise ViolatedError(55, what)
        self._expected.clear()
        for entry in entries:
            if entry.position <= self._position:
                what = f"position {entry.position} after {self._position}"
                raise ViolatedError(55, what)
            self._position = entry.position
