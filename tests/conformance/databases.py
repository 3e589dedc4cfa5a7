"""Harnesses of the durable stores."""

from __future__ import annotations

import contextlib
import itertools
import os
import sqlite3
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from orderlife.building import HOUSE, House
from orderlife.testing import Clock, Level, StockMovement
from orderlife.testing.conformance import (
    InventoryAbility,
    InventoryHarness,
    StoreAbility,
    StoreHarness,
)
from orderlife.testing.conformance.inventory import Stock
from orderlife_adapters.inventory_postgres import (
    AsyncPostgresInventory,
    PostgresInventory,
)
from orderlife_adapters.inventory_sqlite import SqliteInventory
from orderlife_adapters.postgres import (
    AsyncPostgresOrderStore,
    PostgresOrderStore,
)
from orderlife_adapters.sqlite import SqliteOrderStore
from tests.stores.sqlite import legible

__all__ = [
    "AsyncPostgresOrders",
    "AsyncPostgresStock",
    "PostgresOrders",
    "PostgresStock",
    "SqliteOrders",
    "SqliteStock",
]

_NUMBERS: Final = itertools.count(1)

_POISON: Final = (
    "UPDATE orderlife_orders SET timers = '{'",
    "UPDATE orderlife_snapshots SET document = '{'",
    "UPDATE orderlife_decisions SET document = '{'",
    "UPDATE orderlife_effects SET intent = '{'",
)
_TAMPER: Final = (
    "UPDATE orderlife_decisions "
    "SET document = replace(document, 'a check', 'a chesk')"
)
_ALTER: Final = (
    "UPDATE orderlife_snapshots "
    "SET document = replace(document, '\"ada\"', '\"eve\"')"
)
_STOCK: Final = frozenset(InventoryAbility) - {InventoryAbility.LOSES_ANSWERS}


def _of(statement: str, tenant: str, order_id: str) -> str:
    """The statement, for one order's rows."""
    return f"{statement} WHERE tenant = '{tenant}' AND order_id = '{order_id}'"


class SqliteOrders(StoreHarness):
    """Orders in a SQLite file, which has one writer at a time."""

    abilities = frozenset(StoreAbility) - {StoreAbility.OVERLAPS}

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: list[SqliteOrderStore] = []
        self._stocks: list[SqliteInventory] = []

    def _open(
        self, tenant: str = "", house: House = HOUSE
    ) -> SqliteOrderStore:
        store = SqliteOrderStore(
            self._path, tenant=tenant, durability="normal", house=house
        )
        self._made.append(store)
        return store

    def make(self) -> SqliteOrderStore:
        self._path = self._folder / f"orders{next(_NUMBERS)}.db"
        store = self._open()
        store.migrate()
        return store

    def other_tenant(self) -> SqliteOrderStore:
        return self._open(self.second)

    def again(self) -> SqliteOrderStore:
        self._made.pop().close()
        return self._open()

    def beside(self) -> SqliteOrderStore:
        return self._open()

    def restored(self) -> SqliteOrderStore:
        with (
            contextlib.closing(sqlite3.connect(self._path)) as here,
            contextlib.closing(
                sqlite3.connect(self._path.with_suffix(".restored"))
            ) as there,
        ):
            there.executescript("\n".join(here.iterdump()))
        self._path = self._path.with_suffix(".restored")
        return self._open()

    def with_house(self, house: House) -> SqliteOrderStore:
        return self._open(house=house)

    def stock(self, units: Stock) -> SqliteInventory:
        stock = self._made[-1].inventory(clock=Clock())
        self._stocks.append(stock)
        stock.migrate()
        for (sku, place), count in units.items():
            stock.receive(sku, place, count, "initial")
        return stock

    def poison(self, order_id: str) -> None:
        self._execute(
            "DROP TRIGGER orderlife_decisions_stay",
            *(_of(each, "", order_id) for each in _POISON),
        )

    def tamper(self, order_id: str, sequence: int) -> None:
        self._execute(
            "DROP TRIGGER orderlife_decisions_stay",
            f"{_of(_TAMPER, '', order_id)} AND last_version = {sequence}",
        )

    def alter(self, order_id: str) -> None:
        self._execute(_of(_ALTER, "", order_id))

    def store_id(self) -> str:
        return self._made[-1].id

    def join(self) -> Any:
        self._mine = sqlite3.connect(self._path, isolation_level=None)
        self._mine.execute("BEGIN IMMEDIATE")
        return self._made[0].joined(self._mine)

    def end(self, *, keep: bool) -> None:
        self._mine.execute("COMMIT" if keep else "ROLLBACK")
        self._mine.close()

    def _execute(self, *statements: str) -> None:
        connection = sqlite3.connect(self._path)
        legible(connection)
        try:
            for each in statements:
                connection.execute(each)
            connection.commit()
        finally:
            connection.close()

    def close(self) -> None:
        while self._stocks:
            self._stocks.pop().close()
        while self._made:
            self._made.pop().close()


def restored(url: str) -> str:
    """The URL of a new database, with all tables that orders have here.

    The rows are copied as a dump has them, and counters go on from where
    they were.
    """
    name = f"restored_{os.getpid()}_{next(_NUMBERS)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    other = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    with psycopg.connect(url) as here, psycopg.connect(other) as there:
        PostgresOrderStore(there).migrate()
        tables = there.execute(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_name LIKE 'orderlife_%'"
        ).fetchall()
        for (table,) in tables:
            there.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL".encode())
            there.execute(f"TRUNCATE {table}".encode())
            with (
                here.cursor().copy(f"COPY {table} TO STDOUT".encode()) as out,
                there.cursor().copy(f"COPY {table} FROM STDIN".encode()) as to,
            ):
                for part in out:
                    to.write(part)
            there.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL".encode())
        counter = "pg_get_serial_sequence('orderlife_arrivals', 'arrival')"
        next_ = here.execute(f"SELECT nextval({counter})".encode()).fetchone()
        there.execute(f"SELECT setval({counter}, %s)".encode(), next_)
    return other


class _Postgres(StoreHarness):
    """Each store that is made has a tenant of its own."""

    abilities = frozenset(StoreAbility)

    def __init__(self, url: str) -> None:
        self._url = url

    def _tenants(self) -> None:
        number = next(_NUMBERS)
        self.tenant, self.second = f"a{number}", f"b{number}"

    def poison(self, order_id: str) -> None:
        table = "ALTER TABLE orderlife_decisions"
        self._execute(
            f"{table} DISABLE TRIGGER ALL",
            *(_of(each, self.tenant, order_id) for each in _POISON),
            f"{table} ENABLE TRIGGER ALL",
        )

    def tamper(self, order_id: str, sequence: int) -> None:
        table = "ALTER TABLE orderlife_decisions"
        changed = _of(_TAMPER, self.tenant, order_id)
        self._execute(
            f"{table} DISABLE TRIGGER ALL",
            f"{changed} AND last_version = {sequence}",
            f"{table} ENABLE TRIGGER ALL",
        )

    def alter(self, order_id: str) -> None:
        self._execute(_of(_ALTER, self.tenant, order_id))

    def store_id(self) -> str:
        with psycopg.connect(self._url) as connection:
            query = b"SELECT id FROM orderlife_stores"
            ((found,),) = connection.execute(query).fetchall()
        return str(found)

    def _execute(self, *statements: str) -> None:
        with psycopg.connect(self._url) as connection:
            for each in statements:
                connection.execute(each.encode())


class PostgresOrders(_Postgres):
    """Orders in PostgreSQL."""

    def make(self) -> PostgresOrderStore:
        self._tenants()
        self._pool = ConnectionPool(
            self._url, min_size=1, max_size=4, open=True
        )
        store = self.again()
        store.migrate()
        return store

    def other_tenant(self) -> PostgresOrderStore:
        return PostgresOrderStore(self._pool, tenant=self.second)

    def beside(self) -> PostgresOrderStore:
        return self.again()

    def restored(self) -> PostgresOrderStore:
        self._pool.close()
        self._url = restored(self._url)
        self._pool = ConnectionPool(
            self._url, min_size=1, max_size=4, open=True
        )
        return self.again()

    def again(self) -> PostgresOrderStore:
        return PostgresOrderStore(self._pool, tenant=self.tenant)

    def with_house(self, house: House) -> PostgresOrderStore:
        return PostgresOrderStore(self._pool, tenant=self.tenant, house=house)

    def stock(self, units: Stock) -> PostgresInventory:
        stock = PostgresInventory(
            self._pool, clock=Clock(), tenant=self.tenant
        )
        stock.migrate()
        for (sku, place), count in units.items():
            stock.receive(sku, place, count, "initial")
        return stock

    def join(self) -> PostgresOrderStore:
        self._mine = psycopg.connect(self._url)
        return self.again().joined(self._mine)

    def end(self, *, keep: bool) -> None:
        (self._mine.commit if keep else self._mine.rollback)()
        self._mine.close()

    def close(self) -> None:
        self._pool.close()


class AsyncPostgresOrders(_Postgres):
    """Orders in PostgreSQL, awaited."""

    async def make(self) -> AsyncPostgresOrderStore:
        self._tenants()
        self._pool = AsyncConnectionPool(
            self._url, min_size=1, max_size=4, open=False
        )
        await self._pool.open()
        store = self.again()
        await store.migrate()
        return store

    def other_tenant(self) -> AsyncPostgresOrderStore:
        return AsyncPostgresOrderStore(self._pool, tenant=self.second)

    def beside(self) -> AsyncPostgresOrderStore:
        return self.again()

    async def restored(self) -> AsyncPostgresOrderStore:
        await self._pool.close()
        self._url = restored(self._url)
        self._pool = AsyncConnectionPool(
            self._url, min_size=1, max_size=4, open=False
        )
        await self._pool.open()
        return self.again()

    def again(self) -> AsyncPostgresOrderStore:
        return AsyncPostgresOrderStore(self._pool, tenant=self.tenant)

    def with_house(self, house: House) -> AsyncPostgresOrderStore:
        return AsyncPostgresOrderStore(
            self._pool, tenant=self.tenant, house=house
        )

    async def stock(self, units: Stock) -> AsyncPostgresInventory:
        stock = AsyncPostgresInventory(
            self._pool, clock=Clock(), tenant=self.tenant
        )
        await stock.migrate()
        for (sku, place), count in units.items():
            await stock.receive(sku, place, count, "initial")
        return stock

    async def join(self) -> AsyncPostgresOrderStore:
        self._mine = await psycopg.AsyncConnection.connect(self._url)
        return self.again().joined(self._mine)

    async def end(self, *, keep: bool) -> None:
        await (self._mine.commit if keep else self._mine.rollback)()
        await self._mine.close()

    async def close(self) -> None:
        await self._pool.close()


class SqliteStock(InventoryHarness):
    """Stock in a SQLite file."""

    abilities = _STOCK

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._made: list[SqliteInventory] = []

    def _open(self, tenant: str = "") -> SqliteInventory:
        store = SqliteInventory(
            self._path,
            clock=self.clock,
            tenant=tenant,
            durability="normal",
        )
        self._made.append(store)
        return store

    def make(self, stock: Stock) -> SqliteInventory:
        self._path = self._folder / f"stock{next(_NUMBERS)}.db"
        store = self._open()
        store.migrate()
        for (sku, place), units in stock.items():
            store.receive(sku, place, units, "initial")
        return store

    def level(self, sku: str, place: str) -> Level:
        return self._made[0].level(sku, place)

    def movements(self) -> tuple[StockMovement, ...]:
        return self._made[0].movements()

    def other_tenant(self) -> SqliteInventory:
        return self._open("b")

    def again(self) -> SqliteInventory:
        return self._open()

    def close(self) -> None:
        while self._made:
            self._made.pop().close()


class PostgresStock(InventoryHarness):
    """Stock in PostgreSQL: a tenant of its own each time."""

    abilities = _STOCK

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def make(self, stock: Stock) -> PostgresInventory:
        self._tenant = f"s{next(_NUMBERS)}"
        self._pool = ConnectionPool(
            self._url, min_size=1, max_size=4, open=True
        )
        self._made = self.again()
        self._made.migrate()
        for (sku, place), units in stock.items():
            self._made.receive(sku, place, units, "initial")
        return self._made

    def level(self, sku: str, place: str) -> Level:
        return self._made.level(sku, place)

    def movements(self) -> tuple[StockMovement, ...]:
        return self._made.movements()

    def other_tenant(self) -> PostgresInventory:
        return PostgresInventory(
            self._pool, clock=self.clock, tenant=f"{self._tenant}b"
        )

    def again(self) -> PostgresInventory:
        return PostgresInventory(
            self._pool, clock=self.clock, tenant=self._tenant
        )

    def close(self) -> None:
        self._pool.close()


class AsyncPostgresStock(InventoryHarness):
    """Stock in PostgreSQL, awaited."""

    abilities = _STOCK

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    async def make(self, stock: Stock) -> AsyncPostgresInventory:
        self._tenant = f"s{next(_NUMBERS)}"
        self._pool = AsyncConnectionPool(
            self._url, min_size=1, max_size=4, open=False
        )
        await self._pool.open()
        self._made = self.again()
        await self._made.migrate()
        for (sku, place), units in stock.items():
            await self._made.receive(sku, place, units, "initial")
        return self._made

    async def level(self, sku: str, place: str) -> Level:
        return await self._made.level(sku, place)

    async def movements(self) -> Any:
        return await self._made.movements()

    def other_tenant(self) -> AsyncPostgresInventory:
        return AsyncPostgresInventory(
            self._pool, clock=self.clock, tenant=f"{self._tenant}b"
        )

    def again(self) -> AsyncPostgresInventory:
        return AsyncPostgresInventory(
            self._pool, clock=self.clock, tenant=self._tenant
        )

    async def close(self) -> None:
        await self._pool.close()
