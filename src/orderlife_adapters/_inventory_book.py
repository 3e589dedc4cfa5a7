"""The rows of one operation, on which the warehouse decides."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final

import attrs

from orderlife.errors import InputError, InvariantError
from orderlife.ports.inventory import Demand
from orderlife.warehouse import (
    Bin,
    Cell,
    Reservation,
    Shelves,
    StockMovement,
    Waiter,
    Warehouse,
)
from orderlife_adapters._inventory_rows import Item, Racks, RowKey, StockRow
from orderlife_adapters._inventory_steps import (
    MOST_IN_ROW,
    Change,
    Delta,
    Entry,
    Loaded,
    Operation,
    Saved,
    WaitRow,
    from_micros,
    to_micros,
)

__all__ = ["Book", "shelves_of"]


class Book:
    """The rows of one operation, and their changes."""

    def __init__(self, loaded: Loaded, now: datetime, key: str) -> None:
        self._loaded = loaded
        self._now = now
        self._start = zlib.crc32(key.encode("utf-8", "replace"))
        self.warehouse = Warehouse(lambda: now, place="", unlimited=False)
        rows = sorted(loaded.rows, key=_by_rank)
        for row in rows:
            self.warehouse.shelves.load((row.sku, row.place), row.bins)
        self._before = {
            each.reservation_id: each for each in loaded.reservations
        }
        items: dict[str, Counter[tuple[str, Cell]]] = {}
        for item in loaded.items:
            found = items.setdefault(item.reservation_id, Counter())
            found[item.line_id, (item.sku, item.place)] += item.quantity
        for each in loaded.reservations:
            self.warehouse.load(
                Reservation(
                    reservation_id=each.reservation_id,
                    cause=each.cause,
                    until=from_micros(each.until),
                    state=each.state,
                    items=items.get(each.reservation_id, Counter()),
                    consumed=each.consumed,
                )
            )
        for waiter in _waiters(loaded.waits):
            self.warehouse.line.put(waiter)

    def change(
        self, operation: Operation | None, entry_of: str = ""
    ) -> Change:
        """The changes to store.

        Args:
            operation: the request and its answer; None: none is stored.
            entry_of: the reservation whose place in line is written.

        Raises:
            InputError: a row would count more units than it can.
            InvariantError: the rows contradict each other.
        """
        movements = tuple(self.warehouse.shelves.movements)
        racks = Racks(self._loaded.rows, self._live(), self._start)
        for movement in movements:
            racks.move(movement)
        touched = self._touched(movements)
        known = {(row.sku, row.place) for row in self._loaded.rows}
        return Change(
            now=to_micros(self._now),
            operation=operation,
            fresh=tuple(
                cell
                for cell in self.warehouse.shelves.cells()
                if cell not in known
            ),
            reservations=tuple(self._saved(each) for each in touched),
            items=self._items(touched, racks),
            stock=self._deltas(racks),
            movements=movements,
            entry=self._entry(entry_of) if entry_of else None,
        )

    def _entry(self, reservation_id: str) -> Entry | None:
        """The units that a reservation waits for now, summed by line.

        None: it neither waits nor has waited.
        """
        waiter = self.warehouse.line.find(reservation_id)
        if waiter is None:
            was = self._loaded.waiting
            return Entry(reservation_id) if was else None
        summed: Counter[tuple[str, str, str]] = Counter()
        for each in waiter.demands:
            summed[each.line_id, each.sku, each.place] += each.quantity
        since, until = to_micros(waiter.since), to_micros(waiter.until)
        named = (waiter.order_id, since, until)
        return Entry(
            reservation_id,
            tuple(
                WaitRow(reservation_id, *key, units, *named)
                for key, units in summed.items()
            ),
        )

    def _live(self) -> list[Item]:
        """The items of live reservations, without expired ones.

        An item without a reservation, which we never store, is left out.
        """
        return [
            item
            for item in self._loaded.items
            if (before := self._before.get(item.reservation_id)) is not None
            and before.state != "expired"
        ]

    def _touched(
        self, movements: tuple[StockMovement, ...]
    ) -> list[Reservation]:
        """The reservations that have changed."""
        moved = {row.reservation_id for row in movements}
        found = [
            each
            for id, each in self.warehouse.reservations.items()
            if id in moved or self._differs(each)
        ]
        return sorted(found, key=lambda each: each.reservation_id)

    def _differs(self, found: Reservation) -> bool:
        before = self._before.get(found.reservation_id)
        if before is None or before.cause != found.cause:
            return True
        if before.until != to_micros(found.until):
            return True
        had = sum(
            item.quantity
            for item in self._loaded.items
            if item.reservation_id == found.reservation_id
        )
        # Units only ever leave a reservation that stays the same one.
        return before.state != found.state or had != found.items.total()

    def _saved(self, found: Reservation) -> Saved:
        before = self._before.get(found.reservation_id)
        return Saved(
            found.reservation_id,
            before.version + 1 if before is not None else 1,
            found.state,
            found.cause,
            to_micros(found.until),
            found.consumed,
        )

    def _items(
        self, touched: list[Reservation], racks: Racks
    ) -> tuple[tuple[Item, int | None], ...]:
        """The items of these reservations, and those they had before."""
        changed: dict[tuple[object, ...], tuple[Item, int | None]] = {}
        ids = {each.reservation_id for each in touched}
        for item in self._loaded.items:
            if item.reservation_id in ids:
                gone = (*item.holding[:2], item.sku, item.place, item.bucket)
                changed[(*item.holding, item.bucket)] = (Item(*gone, 0), None)
        for each in touched:
            id, live = each.reservation_id, each.state != "expired"
            until = to_micros(each.until) if each.state == "held" else None
            for (line_id, cell), units in each.items.items():
                held = (id, line_id, cell)
                # An expired reservation has no units of a row any more.
                parts = racks.holdings[held] if live else {0: units}
                for bucket, share in parts.items():
                    row = Item(id, line_id, *cell, bucket, share)
                    changed[(*held, bucket)] = (row, until)
        return tuple(changed.values())

    def _deltas(self, racks: Racks) -> tuple[Delta, ...]:
        cells = {(row.sku, row.place) for row in self._loaded.rows}
        there = {(row.sku, row.place, row.bucket) for row in self._loaded.rows}
        rows: list[RowKey] = []
        for key, bins in racks.deltas.items():
            if any(bins.values()):
                rows.append(key)
                counts = racks.counts(key).values()
                listed = key in there or key[:2] not in cells
                if not listed or min(counts) < 0:
                    raise InvariantError(
                        f"reservations have units of {key[0]} at {key[1]} "
                        "that no row has: check() tells more"
                    )
                if max(counts) > MOST_IN_ROW:
                    raise InputError(
                        f"more than {MOST_IN_ROW} units of {key[0]} at "
                        f"{key[1]} cannot be counted"
                    )
        # The order in which rows are locked everywhere.
        rows.sort()
        return tuple(
            Delta(*key, *(racks.deltas[key].get(bin, 0) for bin in _BINS))
            for key in rows
        )


_BINS: Final[tuple[Bin, ...]] = (
    "available",
    "held",
    "allocated",
    "unavailable",
)


def _waiters(rows: tuple[WaitRow, ...]) -> Iterator[Waiter]:
    """The reservations in line, each with all units it waits for."""
    found: dict[str, list[WaitRow]] = {}
    for row in sorted(rows, key=attrs.astuple):
        found.setdefault(row.reservation_id, []).append(row)
    for reservation_id, mine in found.items():
        yield Waiter(
            reservation_id=reservation_id,
            order_id=mine[0].order_id,
            since=from_micros(mine[0].since),
            until=from_micros(mine[0].until),
            demands=tuple(
                Demand(
                    line_id=row.line_id,
                    sku=row.sku,
                    quantity=row.quantity,
                    place=row.place,
                )
                for row in mine
            ),
        )


def _by_rank(row: StockRow) -> tuple[object, ...]:
    return row.sku, row.rank, row.place, row.bucket


def shelves_of(rows: tuple[StockRow, ...]) -> Shelves:
    """Shelves with these units on them."""
    shelves = Shelves(lambda: from_micros(0))
    for row in sorted(rows, key=_by_rank):
        shelves.load((row.sku, row.place), row.bins)
    return shelves
