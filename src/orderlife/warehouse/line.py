"""The line of reservations that wait for stock.

No units are put aside for those that wait: they stay available, and a
request is served from the units that reservations before it in line
cannot use.  So it does not matter when or in what order units come in
and are given back; each request is answered by the line at that time.
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
    """Its place in line counts until then."""
    demands: tuple[Demand, ...]

    @property
    def place(self) -> tuple[datetime, str]:
        """Its place in line: the lowest is served first."""
        return self.since, self.reservation_id

    @property
    def skus(self) -> frozenset[str]:
        """The SKUs that it waits for."""
        return frozenset(demand.sku for demand in self.demands)


class Line:
    """The waiting reservations, of all SKUs.

    Args:
        clock: judges which places still count.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = utc_clock(clock)
        self._waiters: dict[str, Waiter] = {}

    def put(self, waiter: Waiter) -> None:
        """Put a reservation in line for these demands and no others."""
        self._waiters[waiter.reservation_id] = waiter

    def drop(self, reservation_id: str) -> None:
        """Remove a reservation from the line."""
        self._waiters.pop(reservation_id, None)

    def find(self, reservation_id: str) -> Waiter | None:
        """The waiting reservation of that id; None: it does not wait."""
        return self._waiters.get(reservation_id)

    def taken_before(
        self, reservation_id: str, shelves: Shelves
    ) -> Counter[Cell]:
        """The units that reservations before one in line will take.

        All in line are before a reservation without a place.
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
        """The waiting reservations that can all be served now."""
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
    """The waiters that can be served in turn, and their units.

    One that cannot be served whole takes no units, and blocks no other.
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
