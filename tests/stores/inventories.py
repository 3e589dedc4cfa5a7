"""Durable inventories for the tests: one way to make each of them."""

from __future__ import annotations

import asyncio
import inspect
import itertools
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from orderlife.warehouse import Cell
from orderlife_adapters.inventory_postgres import (
    AsyncPostgresInventory,
    PostgresInventory,
)
from orderlife_adapters.inventory_sqlite import SqliteInventory

__all__ = ["Make", "make", "stock_url", "stocked"]

Make: TypeAlias = Callable[..., Any]
"""Called as ``InMemoryInventory`` is, and answers with a durable one."""

_TENANTS: Final = itertools.count(1)
KINDS: Final = ("sqlite", "postgres", "async")


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
            tenant=f"t{next(_TENANTS)}",
            durability="normal",
        )
        made.append(store)
        store.migrate()
        stocked(store, stock, place)
        return store

    yield make
    for store in made:
        store.close()


def postgres_maker(url: str) -> Iterator[Make]:
    """Each store is a tenant of its own in one database."""
    with ConnectionPool(url, min_size=1, max_size=4, open=True) as pool:

        def make(
            stock: Mapping[Any, int],
            clock: Callable[[], datetime],
            *,
            place: str = "main",
            **_: Any,
        ) -> Any:
            tenant = f"t{next(_TENANTS)}"
            store = PostgresInventory(pool, clock=clock, tenant=tenant)
            store.migrate()
            return stocked(store, stock, place)

        yield make


class Awaited:
    """An async inventory whose every answer is waited for."""

    def __init__(
        self, store: AsyncPostgresInventory, runner: asyncio.Runner
    ) -> None:
        self._store, self._runner = store, runner

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if not inspect.iscoroutinefunction(found):
            return found

        def call(*arguments: Any, **named: Any) -> Any:
            return self._runner.run(found(*arguments, **named))

        return call


def async_maker(url: str) -> Iterator[Make]:
    """The same, on an event loop of its own."""
    with asyncio.Runner() as runner:
        pool = AsyncConnectionPool(url, min_size=1, max_size=2, open=False)
        runner.run(pool.open())

        def make(
            stock: Mapping[Any, int],
            clock: Callable[[], datetime],
            *,
            place: str = "main",
            **_: Any,
        ) -> Any:
            tenant = f"t{next(_TENANTS)}"
            store = AsyncPostgresInventory(pool, clock=clock, tenant=tenant)
            made = Awaited(store, runner)
            made.migrate()
            return stocked(made, stock, place)

        try:
            yield make
        finally:
            runner.run(pool.close())


@pytest.fixture(scope="module")
def stock_url(postgres: str) -> Iterator[str]:
    """The URL of a database, for the tests of a module.

    Each store in it has a tenant of its own: making a database for each
    test takes longer than the test.
    """
    name = f"orderlife_stock_{os.getpid()}_{next(_TENANTS)}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield urlunsplit(urlsplit(postgres)._replace(path=f"/{name}"))
        finally:
            drop = f"DROP DATABASE {name} WITH (FORCE)"
            connection.execute(drop.encode())


@pytest.fixture(params=KINDS)
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Make stores of one kind."""
    if request.param == "sqlite":
        yield from sqlite_maker(tmp_path / "stock.db")
        return
    url = request.getfixturevalue("stock_url")
    makers = {"postgres": postgres_maker, "async": async_maker}
    yield from makers[request.param](url)
