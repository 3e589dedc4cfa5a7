"""Where the shops of the proof are: SQLite files, PostgreSQL tenants."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import attrs
import psycopg
from psycopg_pool import ConnectionPool

from orderlife._kernel.case import Case
from orderlife.engine.discovery import Stores, find_stores
from orderlife.memory.clock import Clock
from orderlife.ports.inventory import InventoryStore
from orderlife.ports.store import OrderStore
from orderlife_adapters._words import digits, plain
from orderlife_adapters.inventory_postgres import PostgresInventory
from orderlife_adapters.inventory_sqlite import Durability, SqliteInventory
from orderlife_adapters.postgres import PostgresOrderStore
from orderlife_adapters.sqlite import SqliteOrderStore

__all__ = ["InPostgres", "InSqlite", "fill"]

_STOCK = {"mug": 4_000, "cup": 4_000}
_ENDS = ("", "-wal", "-shm")
_LOG_HEAD, _FRAME_HEAD = 32, 24
"""How long these are in a write-ahead log: https://sqlite.org/walformat.html"""
_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
_FOLDED = "SELECT order_id FROM orderlife_archives WHERE order_id"
_DIGESTS = {32, 33}
"""How long a digest is, without a mark and with one."""
_CLAIMANT = re.compile(r"\b[0-9a-hjkmnp-tv-z]{20}\b")
"""The owner of a desk, made up in each process."""
_SALTED = {"orders", "decisions", "salts"}
_HEX = re.compile(r"\b(?:[0-9a-f]{64}|[0-9a-f]{32})\b")
"""A salt, made up by each process, and the digests made with it."""


@attrs.frozen
class _Pair:
    """Orders and stock in one file."""

    orders: OrderStore[Case]
    inventory: InventoryStore
    closing: tuple[Callable[[], object], ...]

    def close(self) -> None:
        """Close both."""
        for close in self.closing:
            close()


def _legible(row: Sequence[Any]) -> str:
    """A row with its digests and documents as texts."""
    return repr(
        [
            (digits if len(each) in _DIGESTS else plain)(each)
            if isinstance(each, bytes)
            else each
            for each in row
        ]
    )


def fill(inventory: Any) -> None:
    """Put on the shelves what all paths need."""
    for sku, units in _STOCK.items():
        inventory.receive(sku, "main", units, f"initial:{sku}")


@attrs.frozen
class InSqlite:
    """A file for each shop, copied from one that has its tables."""

    folder: Path
    copies: bool = True
    durability: Durability = "full"
    beside: bool = True
    """Whether the stock is on the connection of the orders."""

    def file(self, shop: str) -> Path:
        """Where a shop is."""
        return self.folder / f"db-{shop}"

    def prepare(self, name: str = "template") -> None:
        """Make what is copied."""
        stores = self.open(name, Clock())
        inventory: Any = stores.inventory
        orders: Any = stores.orders
        orders.migrate()
        inventory.migrate()
        fill(inventory)
        stores.close()

    def begin(self, shop: str, like: str = "template") -> None:
        """Copy one that nobody has open, or has died with."""
        for end in _ENDS:
            file = self.file(like + end)
            if file.exists():
                shutil.copyfile(file, self.file(shop + end))

    def state(self, shop: str) -> str:
        """All rows but for the names of those who claim, and salts."""
        copy = f"{shop}-copy"
        self.begin(copy, shop)
        connection = sqlite3.connect(self.file(copy))
        digest = hashlib.sha256()
        try:
            for (table,) in connection.execute(_TABLES).fetchall():
                rows = connection.execute(f"SELECT * FROM {table}")  # noqa: S608
                for row in sorted(map(_legible, rows)):
                    text = _CLAIMANT.sub("somebody", row)
                    if table.removeprefix("orderlife_") in _SALTED:
                        text = _HEX.sub("salted", text)
                    digest.update(f"{table} {text}\n".encode())
        finally:
            connection.close()
            self.end(copy)
        return digest.hexdigest()

    def open(self, shop: str, clock: Callable[[], Any]) -> Stores:
        """Open it."""
        path = self.file(shop)
        orders = SqliteOrderStore(path, durability=self.durability)
        if self.beside:
            inventory = orders.inventory(clock=clock)
        else:
            inventory = SqliteInventory(
                path, clock=clock, durability=self.durability
            )
        return _Pair(orders, inventory, (orders.close, inventory.close))

    def is_folded(self, shop: str, order: str) -> bool:
        """Whether an order is folded away."""
        with closing(sqlite3.connect(self.file(shop))) as file:
            found = file.execute(f"{_FOLDED} = ?", (order,)).fetchall()
        return bool(found)

    def commits(self, shop: str) -> list[int]:
        """Where in its write-ahead log each commit ends, in bytes.

        Raises:
            FileNotFoundError: nothing was committed by who has died.
        """
        log = self.file(shop + "-wal").read_bytes()
        page_size, salt = int.from_bytes(log[8:12]), log[16:24]
        ends = []
        for at in range(_LOG_HEAD, len(log), _FRAME_HEAD + page_size):
            frame = log[at : at + _FRAME_HEAD]
            if frame[8:16] == salt and any(frame[4:8]):
                ends.append(at + _FRAME_HEAD + page_size)
        return ends

    def cut(self, shop: str, end: int) -> None:
        """Leave what a power cut may leave of a write-ahead log.

        Where commits are not synced, any number of the last of them may
        be missing on the disk: SQLite reads as far as the log is whole.
        """
        os.truncate(self.file(shop + "-wal"), end)
        self.file(shop + "-shm").unlink(missing_ok=True)

    def end(self, shop: str) -> None:
        """Throw it away, with what SQLite put beside it."""
        for end in _ENDS:
            self.file(shop + end).unlink(missing_ok=True)


@attrs.frozen
class InPostgres:
    """A tenant for each shop, in the tables of one database.

    Each process has a pool of one connection: whoever held it during a
    provider's call would keep the next statement waiting for ever.
    """

    url: str
    beside: bool = True
    """Whether the stock is on the connection of the orders."""

    @property
    def copies(self) -> bool:
        """A tenant cannot be copied: each life begins with the first step."""
        return False

    def prepare(self, name: str = "template") -> None:
        """Make the tables."""
        find_stores(self.url, clock=Clock()).close()

    def begin(self, shop: str, like: str = "template") -> None:
        """Fill the shelves of the tenant."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            fill(PostgresInventory(connection, clock=Clock(), tenant=shop))

    def state(self, shop: str) -> str:
        """Not told: each death is followed to its end."""
        raise NotImplementedError

    def open(self, shop: str, clock: Callable[[], Any]) -> Stores:
        """Open the stores of the tenant."""
        pool = self._pool()
        own = pool if self.beside else self._pool()
        return _Pair(
            PostgresOrderStore(pool, tenant=shop),
            PostgresInventory(own, clock=clock, tenant=shop),
            (pool.close, own.close),
        )

    def is_folded(self, shop: str, order: str) -> bool:
        """Whether an order is folded away; False: the server is away."""
        try:
            with psycopg.connect(self.url, autocommit=True) as connection:
                found = connection.execute(
                    f"{_FOLDED} = %s AND tenant = %s".encode(), (order, shop)
                ).fetchall()
        except psycopg.OperationalError:
            return False
        return bool(found)

    def _pool(self) -> ConnectionPool[Any]:
        return ConnectionPool(
            self.url,
            min_size=1,
            max_size=1,
            timeout=20,
            kwargs={"autocommit": True},
            open=True,
        )

    def end(self, shop: str) -> None:
        """Nothing: the database is thrown away as a whole."""
