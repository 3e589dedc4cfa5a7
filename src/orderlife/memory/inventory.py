"""An inventory in memory: atomic, honest about time, never oversold.

One lock makes each operation atomic; one algorithm answers both checks
and reservations; every change of a number is a movement that names its
cause; and :meth:`InMemoryInventory.check` proves that the sums are
right.  It is a fake for tests and demos: the stock is lost when the
process ends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from itertools import islice
from typing import Final, TypeVar, cast

from orderlife._checks.validation import (
    check_counted,
    check_received,
    check_texts,
)
from orderlife.errors import Problem, ValidationError
from orderlife.memory._operations import Operations
from orderlife.memory.script import Accept, Behaviour, Script, unsupported
from orderlife.ports.base import Capabilities, NotKnown, Unknown
from orderlife.ports.inventory import (
    INVENTORY,
    Allocate,
    AllocateOutcome,
    Consume,
    Fillable,
    InventoryIntent,
    InventoryOutcome,
    MoveOutcome,
    Release,
    Reserve,
    ReserveOutcome,
    Restock,
    StockChanged,
    StockGone,
)
from orderlife.warehouse.keeper import Warehouse
from orderlife.warehouse.shelves import Cell, Level, Shelves, StockMovement

__all__ = ["InMemoryInventory", "Level", "StockMovement"]

_SAFE: Final = Capabilities(deduplicates=True, looks_up=True, queues=True)

IntentT = TypeVar("IntentT", bound=InventoryIntent)
T = TypeVar("T", bound=InventoryOutcome)


class InMemoryInventory:
    """An :class:`~orderlife.ports.inventory.InventoryStore` in memory.

    Places are preferred in the order in which they were first listed
    for a SKU.  A demand that names no place is served whole by the
    first place that can, or else by as many as it takes.

    Args:
        stock: units by SKU, all at ``place``, or by SKU and place.  A
            negative number is kept, offers nothing, and fails
            :meth:`check`.
        clock: judges the time limits.
        place: where stock is that was given by SKU alone.
        unlimited: True: a SKU that was never listed has endless stock;
            for replaying orders without known stock.
        script: timeouts and crashes, by method or operation id.

    Every method of the port raises ``PortError`` for an operation id
    that comes again with another content.

    Raises:
        ValidationError: ``stock`` is not units by SKU, or by SKU and
            place; or the place is no text.
    """

    def __init__(
        self,
        stock: Mapping[str, int] | Mapping[Cell, int],
        clock: Callable[[], datetime],
        *,
        place: str = "main",
        unlimited: bool = False,
        script: Script | None = None,
    ) -> None:
        self._operations = Operations(clock, _SAFE, script)
        self._warehouse = Warehouse(clock, place=place, unlimited=unlimited)
        check_texts("stock", place=place)
        if not isinstance(stock, Mapping):
            what = type(stock).__name__
            why = f"must be units by SKU, not {what}"
            raise ValidationError("stock", [Problem("stock", why)])
        for key, units in stock.items():
            cell = key if isinstance(key, tuple) else (key, place)
            check_counted(*cell, units, "initial", "units")
            self._warehouse.book("received", cell, units, "initial")

    @property
    def _lock(self) -> AbstractContextManager[object]:
        return self._operations.lock

    # The port

    @property
    def capabilities(self) -> Capabilities:
        """It deduplicates for good, and can be looked up."""
        return self._operations.capabilities

    @property
    def script(self) -> Script:
        """The script of its faults, which can be added to."""
        return self._operations.script

    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        """Hold stock until a date: all, or as much as there is.

        Raises:
            PortError: a quantity below 1, a date without a time zone, or
                a reservation that has stock already.
        """
        return self._perform(
            intent, self._warehouse.reserve, keep=not intent.dry_run
        )

    def allocate(self, intent: Allocate, /) -> AllocateOutcome:
        """Turn a hold into an allocation.

        One that has expired gets its units again if all of them are
        still there.
        """
        return self._perform(intent, self._warehouse.allocate)

    def consume(self, intent: Consume, /) -> MoveOutcome:
        """Take units of a reservation off the stock: all of them or none.

        Goods of a hold that has expired may leave if they are there.
        """
        return self._perform(intent, self._warehouse.consume)

    def release(self, intent: Release, /) -> MoveOutcome:
        """Give back what of these units the reservation still has."""
        return self._perform(intent, self._warehouse.release)

    def restock(self, intent: Restock, /) -> MoveOutcome:
        """Put units where their disposition says: all of them or none.

        ``StockGone`` if they are not where ``previous`` says they were.
        """
        return self._perform(intent, self._warehouse.restock)

    def look_up(
        self, intent: InventoryIntent, /
    ) -> InventoryOutcome | NotKnown:
        """Give the answer to an operation; dry runs are not known."""
        return cast(
            "InventoryOutcome | NotKnown", self._operations.look_up(intent)
        )

    def fillable(self, limit: int = 100, /) -> tuple[Fillable, ...]:
        """The reservations in line that can be served now, the first first."""
        with self._lock:
            self._warehouse.expire()
            return tuple(islice(self._warehouse.fillable(), limit))

    # What the warehouse does by itself

    def receive(
        self, sku: str, place: str, quantity: int, cause: str
    ) -> StockChanged:
        """Take new goods in, once for each cause, SKU and place.

        Raises:
            InputError: fewer than one unit.
            PortError: the cause came before with another quantity.
        """
        check_received(sku, place, quantity, cause)
        with self._lock:
            self._warehouse.count("received", (sku, place), quantity, cause)
            return StockChanged()

    def adjust(
        self, sku: str, place: str, delta: int, cause: str
    ) -> StockChanged | StockGone:
        """Correct the stock after a count, once for each cause.

        ``StockGone``, and nothing changes, if more is missing than is
        available: what is promised must be released first.

        Raises:
            InputError: it is no number of units.
            PortError: the cause came before with another quantity.
        """
        check_counted(sku, place, delta, cause)
        with self._lock:
            self._warehouse.expire()
            return self._warehouse.count(
                "adjusted", (sku, place), delta, cause
            )

    # The books

    def level(self, sku: str, place: str | None = None) -> Level:
        """How many units there are, at a place or at all of them."""
        check_texts("stock", sku=sku, place="" if place is None else place)
        with self._lock:
            shelves = self._read()
            places = shelves.places(sku) if place is None else (place,)
            return shelves.level((sku, each) for each in places)

    def levels(self) -> Mapping[Cell, Level]:
        """The levels of all SKUs and places."""
        with self._lock:
            shelves = self._read()
            return {cell: shelves.level((cell,)) for cell in shelves.cells()}

    def movements(self) -> tuple[StockMovement, ...]:
        """Every change of a number so far, in order.

        A hold that runs out is recorded at the next read, with the time
        at which it ran out.
        """
        with self._lock:
            return tuple(self._read().movements)

    def check(self) -> None:
        """Prove that the numbers are right.

        Raises:
            InvariantError: names which of lines 12 to 15 of the
                invariants does not hold, and where.
        """
        with self._lock:
            self._read().check(self._warehouse.live())

    # Inside

    def _read(self) -> Shelves:
        """The shelves as they are now."""
        self._warehouse.expire()
        return self._warehouse.shelves

    def _perform(
        self,
        intent: IntentT,
        apply: Callable[[IntentT], T],
        *,
        keep: bool = True,
    ) -> T | Unknown:
        method = INVENTORY.methods[type(intent)]

        def act(steer: Behaviour | None) -> T:
            if steer is not None and not isinstance(steer, Accept):
                # Stock is steered by how much of it there is.
                raise unsupported(method, steer)
            self._warehouse.expire()
            return apply(intent)

        return self._operations.perform(
            method, intent, act, keep=lambda _: keep
        )
