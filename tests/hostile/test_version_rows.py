"""Whatever the table of versions says, the answer is typed."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from orderlife.errors import StoreVersionError
from orderlife.ports.store import FindOrders
from orderlife.testing import Clock
from orderlife_adapters.inventory_postgres import PostgresInventory
from orderlife_adapters.inventory_sqlite import SqliteInventory
from orderlife_adapters.postgres import PostgresOrderStore
from orderlife_adapters.sqlite import SqliteOrderStore
from tests.hostile.junk import answered

CHANGES = (
    "version = 0",
    "version = -1",
    "version = 2147483647",
    "oldest = 2147483647",
    "oldest = -1, version = 0",
    "component = 'x'",
)
REFUSED = "oldest = 2147483647"
"""Of a release that this one cannot work beside: nothing mends that."""


def asked(store: Any, found: Callable[[], object], change: str) -> None:
    """A store of changed tables is asked, and then migrated."""
    answered(found)
    answer = answered(store.migrate)
    assert isinstance(answer, StoreVersionError) or change != REFUSED
    answered(found)


@pytest.mark.parametrize("change", CHANGES)
def test_versions_on_sqlite(tmp_path: Path, change: str) -> None:
    """Of the orders and of the stock."""
    path = tmp_path / "shop.db"
    for component in ("orders", "inventory"):
        with (
            contextlib.closing(SqliteOrderStore(path)) as orders,
            contextlib.closing(SqliteInventory(path, clock=Clock())) as stock,
        ):
            orders.migrate()
            stock.migrate()
        with contextlib.closing(sqlite3.connect(path)) as file, file:
            file.execute("SAVEPOINT mine")
            file.execute(
                f"UPDATE orderlife_versions SET {change} "  # noqa: S608
                "WHERE component = ?",
                (component,),
            )
        with (
            contextlib.closing(SqliteOrderStore(path)) as orders,
            contextlib.closing(SqliteInventory(path, clock=Clock())) as stock,
        ):
            if component == "orders":
                asked(orders, lambda: orders.orders(FindOrders()), change)
            else:
                asked(stock, lambda: stock.level("mug"), change)
        path.unlink()


@pytest.mark.parametrize("component", ["orders", "inventory"])
@pytest.mark.parametrize("change", CHANGES)
def test_versions_on_postgresql(
    postgres_url: str, change: str, component: str
) -> None:
    """Of the orders and of the stock."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        orders = PostgresOrderStore(connection)
        stock = PostgresInventory(connection, clock=Clock())
        orders.migrate()
        stock.migrate()
        connection.execute(
            f"UPDATE orderlife_versions SET {change} "  # noqa: S608
            f"WHERE component = '{component}'".encode()
        )
        if component == "orders":
            answered(orders.check)
            asked(orders, lambda: orders.orders(FindOrders()), change)
        else:
            asked(stock, lambda: stock.level("mug"), change)
