"""The keeper of the stock: which reservation has which units.

It decides whether there are enough units, and the shelves record what
was moved.  The inventory in memory keeps one for good; a store on a
database fills one with the few rows that an operation is about, and
stores what has changed.  Its caller must hold a lock, and call
``expire`` before anything is read.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal

from orderlife._values.times import utc_clock
from orderlife.errors import PortError
from orderlife.ports.inventory import (
    Allocate,
    Consume,
    Demand,
    Fillable,
    HeldStock,
    Release,
    Reserve,
    Restock,
    StockChanged,
    StockGone,
    StockShort,
)
from orderlife.warehouse.asked import check_dates, check_quantities
from orderlife.warehouse.line import Line, Waiter
from orderlife.warehouse.reservations import Reservation, by_cell, by_key
from orderlife.warehouse.routes import BINS, Route, steps
from orderlife.warehouse.shelves import Bin, Cell, Held, MovementKind, Shelves
from orderlife.warehouse.sourcing import Key, Plan, source

__all__ = ["Reservation", "Warehouse"]


class Warehouse:
    """Shelves, and the reservations of their units.

    Args:
        clock: judges the time limits.
        place: the place of endless stock.
        unlimited: whether a SKU that was never listed is endless.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        place: str,
        unlimited: bool,
    ) -> None:
        self._clock = utc_clock(clock)
        self.shelves = Shelves(self._clock)
        self._place = place
        self._unlimited = unlimited
        self._listed: set[str] = set()
        self._reservations: dict[str, Reservation] = {}
        self._limits: list[tuple[datetime, str, str]] = []
        self._counted: dict[tuple[str, str, Cell], int] = {}
        self.line = Line(clock)

    @property
    def reservations(self) -> Mapping[str, Reservation]:
        """All reservations that were ever made, by id."""
        return self._reservations

    def load(self, found: Reservation) -> None:
        """Add a reservation that was stored elsewhere."""
        self._reservations[found.reservation_id] = found
        if found.state == "held":
            self._limit(found)

    def live(self) -> Iterator[Held]:
        """The units of live reservations."""
        for found in self._reservations.values():
            if found.state in {"held", "allocated"}:
                for (line_id, cell), quantity in found.items.items():
                    yield Held(
                        reservation_id=found.reservation_id,
                        line_id=line_id,
                        cell=cell,
                        bin=found.bin,
                        quantity=quantity,
                    )

    def count(
        self,
        kind: Literal["received", "adjusted"],
        cell: Cell,
        delta: int,
        cause: str,
    ) -> StockChanged | StockGone:
        """Book the difference of a count, once for each cause.

        Raises:
            PortError: the cause came before with another number.
        """
        key = (kind, cause, cell)
        if (known := self._counted.get(key)) is not None:
            if known == delta:
                return StockChanged()
            raise PortError(
                f"{cause} came again with {delta} units of {cell[0]} at "
                f"{cell[1]}: they were {known}"
            )
        available = self.shelves.count(cell, "available")
        if delta < 0 and available + delta < 0:
            return StockGone(f"only {available} are available")
        self._counted[key] = delta
        self.book(kind, cell, delta, cause)
        return StockChanged()

    def book(
        self,
        kind: Literal["received", "adjusted"],
        cell: Cell,
        delta: int,
        cause: str,
    ) -> None:
        """Book units in or off, and list their SKU."""
        self._listed.add(cell[0])
        self.shelves.add(cell)
        if delta > 0:
            route: Route = ("outside", "available")
            self.shelves.move(kind, cell, delta, route, cause=cause)
        elif delta < 0:
            route = ("available", "outside")
            self.shelves.move("adjusted", cell, -delta, route, cause=cause)

    def expire(self) -> None:
        """End the holds that have run out."""
        now = self._clock()
        while self._limits and self._limits[0][0] <= now:
            until, reservation_id, cause = heapq.heappop(self._limits)
            found = self._reservations[reservation_id]
            # It may have been allocated since, or reserved anew.
            if found.state == "held" and found.cause == cause:
                route: Route = ("held", "available")
                self._carry("expired", found, route, cause, at=until)
                found.state = "expired"

    def reserve(self, intent: Reserve) -> HeldStock | StockShort:
        """Hold stock, or answer what is missing.

        Raises:
            PortError: a quantity below 1, a date without a time zone,
                or a reservation that has stock already.
        """
        self._check_reserve(intent)
        free = self._free(intent.demands)
        before = self.line.taken_before(intent.reservation_id, self.shelves)
        for cell in before.keys() & free.keys():
            free[cell] -= before[cell]
        plan = source(intent.demands, free)
        if plan.short and not intent.partial:
            if not intent.dry_run:
                self._wait(intent)
            return StockShort(shortages=plan.shortages)
        if not intent.dry_run:
            self.line.drop(intent.reservation_id)
            self._hold(intent, plan)
        return HeldStock(items=plan.items, short=plan.short)

    def allocate(self, intent: Allocate) -> StockChanged | StockGone:
        """Turn a hold into an allocation, also an expired one if it can be."""
        found = self._reservations.get(intent.reservation_id)
        if found is None or not (found.items or found.consumed):
            return _nothing(intent.reservation_id)
        if found.state == "allocated" or not found.items:
            return StockChanged()
        needs, cause = found.needs(), intent.operation_id
        if not (self._is_left(found) and self._regain(found, needs, cause)):
            return _ran_out(intent.reservation_id)
        self._carry("allocated", found, (found.bin, "allocated"), cause)
        found.state = "allocated"
        return StockChanged()

    def consume(self, intent: Consume) -> StockChanged | StockGone:
        """Take units of a reservation off the stock: all or none."""
        check_quantities(intent)
        found = self._reservations.get(intent.reservation_id)
        wanted = by_key(intent.items)
        if found is None or any(
            found.items[key] < units for key, units in wanted.items()
        ):
            return _nothing(intent.reservation_id)
        needs, cause = by_cell(wanted), intent.operation_id
        if not self._regain(found, needs, cause):
            return _ran_out(intent.reservation_id)
        kind: MovementKind = (
            "written_off" if intent.written_off else "consumed"
        )
        route: Route = (found.bin, "outside")
        self._carry(kind, found, route, cause, items=wanted)
        for key, units in wanted.items():
            found.drop(key, units)
        found.consumed = found.consumed or bool(wanted)
        return StockChanged()

    def release(self, intent: Release) -> StockChanged:
        """Give back what of these units the reservation still has."""
        check_quantities(intent)
        self.line.drop(intent.reservation_id)
        found = self._reservations.get(intent.reservation_id)
        if found is None:
            return StockChanged()
        wanted = by_key(intent.items)
        back = {
            key: min(units, found.items[key])
            for key, units in wanted.items()
            if found.items[key]
        }
        if back and found.state != "expired":
            route: Route = (found.bin, "available")
            self._carry(
                "released", found, route, intent.operation_id, items=back
            )
        for key, units in back.items():
            found.drop(key, units)
        return StockChanged()

    def restock(self, intent: Restock) -> StockChanged | StockGone:
        """Put units where their disposition says: all of them or none."""
        check_quantities(intent)
        needs = by_cell(by_key(intent.items))
        before = intent.previous
        source_bin = BINS[before] if before is not None else "outside"
        if source_bin != "outside" and not self._has(needs, source_bin):
            return StockGone(f"they are not {source_bin} any more")
        for cell, units in needs.items():
            for kind, route in steps(intent.disposition, before):
                self.shelves.move(
                    kind, cell, units, route, cause=intent.operation_id
                )
        return StockChanged()

    def _check_reserve(self, intent: Reserve) -> None:
        check_quantities(intent)
        check_dates(intent)
        found = self._reservations.get(intent.reservation_id)
        live = found is not None and found.items and found.state != "expired"
        if live and not intent.dry_run:
            raise PortError(
                f"operation {intent.operation_id}: reservation "
                f"{intent.reservation_id} has stock already"
            )

    def fillable(self) -> Iterator[Fillable]:
        """The reservations in line that can be served now, the first first."""
        return self.line.fillable(self.shelves)

    def _wait(self, intent: Reserve) -> None:
        """Put a reservation in line, or remove it."""
        self.line.drop(intent.reservation_id)
        if intent.in_line is not None:
            waiter = Waiter(
                reservation_id=intent.reservation_id,
                order_id=intent.order_id,
                since=intent.in_line.since,
                until=intent.in_line.until,
                demands=intent.demands,
            )
            self.line.put(waiter)

    def _is_left(self, found: Reservation) -> bool:
        """Whether an expired hold's units remain after serving the line."""
        if found.state != "expired":
            return True
        taken = self.line.taken_before(found.reservation_id, self.shelves)
        return all(
            self.shelves.count(cell, "available") - taken[cell] >= units
            for cell, units in found.needs().items()
            if cell in taken
        )

    def _is_endless(self, sku: str) -> bool:
        return self._unlimited and sku not in self._listed

    def _free(self, demands: Sequence[Demand]) -> dict[Cell, int]:
        """The units that these demands could take."""
        free: dict[Cell, int] = {}
        endless: Counter[Cell] = Counter()
        for demand in demands:
            sku = demand.sku
            for place in self.shelves.places(sku):
                cell = (sku, place)
                free[cell] = self.shelves.count(cell, "available")
            if self._is_endless(sku):
                endless[sku, demand.place or self._place] += demand.quantity
        for cell, wanted in endless.items():
            free[cell] = max(wanted, free.get(cell, 0))
        return free

    def _has(self, needs: Mapping[Cell, int], bin: Bin) -> bool:
        """Whether a bin has so many units."""
        return all(
            self.shelves.count(cell, bin) >= units
            for cell, units in needs.items()
        )

    def _regain(
        self, found: Reservation, needs: Mapping[Cell, int], cause: str
    ) -> bool:
        """Check that an expired reservation can have its units again."""
        if found.state == "expired":
            self._top_up(needs, cause)
            return self._has(needs, "available")
        return True

    def _top_up(self, needs: Mapping[Cell, int], cause: str) -> None:
        """Receive the units that endless stock is short of."""
        for cell, units in needs.items():
            missing = units - self.shelves.count(cell, "available")
            if missing > 0 and self._is_endless(cell[0]):
                route: Route = ("outside", "available")
                self.shelves.move(
                    "received", cell, missing, route, cause=cause
                )

    def _carry(
        self,
        kind: MovementKind,
        found: Reservation,
        route: Route,
        cause: str,
        *,
        items: Mapping[Key, int] | None = None,
        at: datetime | None = None,
    ) -> None:
        """Move some units of a reservation, or all of them."""
        moved = found.items if items is None else items
        for (line_id, cell), units in moved.items():
            self.shelves.move(
                kind,
                cell,
                units,
                route,
                cause=cause,
                at=at,
                reservation_id=found.reservation_id,
                line_id=line_id,
            )

    def _hold(self, intent: Reserve, plan: Plan) -> None:
        cause, reservation_id = intent.operation_id, intent.reservation_id
        self._top_up(by_cell(plan.taken), cause)
        found = Reservation(
            reservation_id=reservation_id,
            cause=cause,
            until=intent.until,
            items=Counter(plan.taken),
        )
        self._reservations[reservation_id] = found
        self._carry("held", found, ("available", "held"), cause)
        self._limit(found)

    def _limit(self, found: Reservation) -> None:
        limit = (found.until, found.reservation_id, found.cause)
        heapq.heappush(self._limits, limit)


def _nothing(reservation_id: str) -> StockGone:
    return StockGone(f"reservation {reservation_id} does not have them")


def _ran_out(reservation_id: str) -> StockGone:
    return StockGone(f"the hold of reservation {reservation_id} ran out")
