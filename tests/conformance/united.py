"""A stock beside the fake order store, for its units."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from copy import copy
from typing import Any

from orderlife import Capabilities, Case
from orderlife.ports.inventory import (
    HeldStock,
    Reserve,
    Shortage,
    StockItem,
    StockShort,
)
from orderlife.testing import AsyncInMemoryOrderStore, InMemoryOrderStore
from orderlife.testing.conformance.inventory import Stock

__all__ = ["AsyncShelf", "AsyncUnited", "InUnits", "Shelf"]


class Shelf:
    """A stock that can be reserved, and no more."""

    capabilities = Capabilities(deduplicates=True, looks_up=True, local=True)

    def __init__(self, units: Stock) -> None:
        self.units = dict(units)
        self.answers: dict[str, Any] = {}

    def reserve(self, intent: Reserve, /) -> Any:
        """Hold units of one line, or none."""
        if intent.operation_id not in self.answers:
            self.answers[intent.operation_id] = self._reserved(intent)
        return self.answers[intent.operation_id]

    def _reserved(self, intent: Reserve) -> Any:
        (wanted,) = intent.demands
        cell = (wanted.sku, "main")
        if self.units[cell] < wanted.quantity:
            lack = Shortage(
                sku=wanted.sku,
                wanted=wanted.quantity,
                available=self.units[cell],
            )
            return StockShort(shortages=(lack,))
        self.units[cell] -= wanted.quantity
        item = StockItem(
            line_id=wanted.line_id,
            sku=wanted.sku,
            place="main",
            quantity=wanted.quantity,
        )
        return HeldStock(items=(item,))

    def contents(self) -> tuple[dict[Any, Any], ...]:
        """All that it has, to be copied and put back."""
        return self.units, self.answers


class InUnits(InMemoryOrderStore[Case]):
    """A store whose units work on a copy, and put it back at their end."""

    shelf: Shelf | None = None

    def is_beside(self, inventory: object, /) -> bool:
        """Whether it is the shelf that was made for it."""
        return inventory is self.shelf is not None

    @contextlib.contextmanager
    def unit(self, shelf: Shelf) -> Iterator[tuple[Any, Any]]:
        """Orders and stock, all of it or nothing."""
        before = tuple(map(dict, shelf.contents()))
        inside = self.begun_unit()
        try:
            yield inside, shelf
        except BaseException:
            self.put_back(shelf, before)
            raise
        self.keep(inside)

    def begun_unit(self) -> Any:
        """The store, as it is within a unit."""
        inside = copy(self)
        vars(inside).update(self._contents())
        return inside

    def put_back(self, shelf: Shelf, before: Any) -> None:
        """Undo what a unit has moved."""
        for kept, contents in zip(shelf.contents(), before, strict=True):
            kept.clear()
            kept.update(contents)

    def keep(self, inside: Any) -> None:
        """Store what a unit has decided."""
        for name, contents in inside._contents().items():
            kept = vars(self)[name]
            kept.clear()
            kept.update(contents)


class AsyncShelf:
    """The same, awaited."""

    def __init__(self, inner: Shelf) -> None:
        self.inner = inner
        self.capabilities = inner.capabilities

    async def reserve(self, intent: Reserve, /) -> Any:
        return self.inner.reserve(intent)


class AsyncUnited(AsyncInMemoryOrderStore[Case]):
    """The async twin of such a store."""

    def __init__(self, store: Any) -> None:
        super().__init__(store)
        self.united = store

    def is_beside(self, inventory: object, /) -> Any:
        return self.united.is_beside(getattr(inventory, "inner", inventory))

    @contextlib.asynccontextmanager
    async def unit(self, shelf: AsyncShelf) -> AsyncIterator[tuple[Any, Any]]:
        with self.united.unit(shelf.inner) as (inside, within):
            yield AsyncInMemoryOrderStore(inside), AsyncShelf(within)
