"""Who waits for stock, and what is left after them.

Nothing is put aside for those who wait: their units stay available, and
whoever asks is served from what the ones before them cannot use.  So
it does not matter when, or how, or in what order units come in and are
given back; each question is answered by the line as it stands then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import attrs

from orderlife._values.times import utc, utc_clock
from orderlife.ports.inventory import Demand, Fillable
from orderlife.warehouse.shelves import Cell, Shelves
from orderlife.warehouse.sourcing import source

__all__ = ["Line", "Waiter"]


@attrs.frozen(kw_only=True)
class Waiter:
    """A reservation that waits for all of its units."""

    reservation_id: str
    order_id: str
    since: datetime = attrs.field(converter=utc)
    until: datetime = attrs.field(converter=utc)
    """Its place counts until then."""
    demands: tuple[Demand, ...]

    @property
    def place(self) -> tuple[datetime, str]:
        """Where it stands: the lowest comes first."""
        return self.since, self.reservation_id

    @property
    def skus(self) -> frozenset[str]:
        """What it waits for."""
        return frozenset(demand.sku for demand in self.demands)


class Line:
    """The waiters, of any SKU.

    Args:
        clock: judges whose place still counts.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = utc_clock(clock)
        self._waiters: dict[str, Waiter] = {}

    def put(self, waiter: Waiter) -> None:
        """Have it wait, for this and nothing else."""
        self._waiters[waiter.reservation_id] = waiter

    def drop(self, reservation_id: str) -> None:
        """Have it wait no longer."""
        self._waiters.pop(reservation_id, None)

    def find(self, reservation_id: str) -> Waiter | None:
        """What a reservation waits for; None: nothing."""
        return self._waiters.get(reservation_id)

    def taken_before(
        self, reservation_id: str, shelves: Shelves
    ) -> Counter[Cell]:
        """What those will take who are served before a reservation.

        They are those who stand before it; or all, if it has no place.
        """
        waiting = self._counting()
        own = self._waiters.get(reservation_id)
        if own in waiting:
            waiting = waiting[: waiting.index(own)]
        taken: Counter[Cell] = Counter()
        for _, units in _served(waiting, shelves):
            taken += units
        return taken

    def fillable(self, shelves: Shelves) -> Iterator[Fillable]:
        """Who can be served: the units of all these are there."""
        return (
            Fillable(
                order_id=each.order_id, reservation_id=each.reservation_id
            )
            for each, _ in _served(self._counting(), shelves)
        )

    def _counting(self) -> list[Waiter]:
        now = self._clock()
        return sorted(
            (each for each in self._waiters.values() if each.until > now),
            key=lambda each: each.place,
        )


def _served(
    waiting: Sequence[Waiter], shelves: Shelves
) -> Iterator[tuple[Waiter, Counter[Cell]]]:
    """Who of these could be served, one after the other, and with what.

    Who cannot be served whole takes nothing, and keeps nobody waiting.
    """
    free = {
        (sku, place): shelves.count((sku, place), "available")
        for each in waiting
        for sku in each.skus
        for place in shelves.places(sku)
    }
    for each in waiting:
        plan = source(each.demands, free)
        if not plan.short:
            units: Counter[Cell] = Counter()
            for (_, cell), quantity in plan.taken.items():
                units[cell] += quantity
                free[cell] -= quantity
            yield each, units
