"""Durable inventories for the tests: one way to make each of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest

from orderlife.warehouse import Cell
from orderlife_adapters.inventory_sqlite import SqliteInventory

__all__ = ["Make", "make", "stocked"]

Make: TypeAlias = Callable[..., Any]
"""Called as ``InMemoryInventory`` is, and answers with a durable one."""

KINDS: Final = ("sqlite",)


def stocked(store: Any, stock: Mapping[Any, int], place: str = "main") -> Any:
    """Put what it begins with into a store."""
    for key, units in stock.items():
        cell: Cell = (key, place) if isinstance(key, str) else key
        if units > 0:
            store.receive(*cell, units, "initial")
        else:
            store.adjust(*cell, units, "initial")
    return store


def sqlite_maker(path: Path) -> Iterator[Make]:
    """Each store is a tenant of its own in one file."""
    made: list[SqliteInventory] = []
    tenants = itertools.count()

    def make(
        stock: Mapping[Any, int],
        clock: Callable[[], datetime],
        *,
        place: str = "main",
        **_: Any,
    ) -> SqliteInventory:
        store = SqliteInventory(
            path,
            clock=clock,
            tenant=f"t{next(tenants)}",
            durability="normal",
        )
        made.append(store)
        store.migrate()
        stocked(store, stock, place)
        return store

    yield make
    for store in made:
        store.close()


@pytest.fixture(params=KINDS)
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Make stores of one kind."""
    yield from sqlite_maker(tmp_path / "stock.db")
