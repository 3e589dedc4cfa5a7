"""The durable stores keep all the promises of their ports."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from orderlife.testing.conformance import (
    INVENTORY_CHECKS,
    STORE_CHECKS,
    Check,
    InventoryAbility,
    InventoryHarness,
    StoreHarness,
)
from tests.conformance.databases import (
    AsyncPostgresOrders,
    AsyncPostgresStock,
    PostgresOrders,
    PostgresStock,
    SqliteOrders,
    SqliteStock,
)

_NUMBERS: Final = itertools.count(1)

# No answer of these gets lost on a wire that a test could cut here.
STOCK = [
    check
    for check in INVENTORY_CHECKS
    if InventoryAbility.LOSES_ANSWERS not in check.needs
]


@pytest.fixture(scope="module")
def url(postgres: str) -> Iterator[str]:
    """The URL of a database, for the tests of this module."""
    name = f"orderlife_conform_{os.getpid()}_{next(_NUMBERS)}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield urlunsplit(urlsplit(postgres)._replace(path=f"/{name}"))
        finally:
            drop = f"DROP DATABASE {name} WITH (FORCE)"
            connection.execute(drop.encode())


@pytest.mark.parametrize("check", STORE_CHECKS, ids=str)
def test_orders_in_sqlite_conform(
    check: Check[StoreHarness], tmp_path: Path
) -> None:
    """Each on a file of its own."""
    check.run(SqliteOrders(tmp_path))


@pytest.mark.parametrize("check", STORE_CHECKS, ids=str)
def test_orders_in_postgres_conform(
    check: Check[StoreHarness], url: str
) -> None:
    """Each as a tenant of its own."""
    check.run(PostgresOrders(url))


@pytest.mark.parametrize("check", STORE_CHECKS, ids=str)
def test_async_orders_in_postgres_conform(
    check: Check[StoreHarness], url: str
) -> None:
    """The same checks, awaited."""
    asyncio.run(check.arun(AsyncPostgresOrders(url)))


@pytest.mark.parametrize("check", STOCK, ids=str)
def test_stock_in_sqlite_conforms(
    check: Check[InventoryHarness], tmp_path: Path
) -> None:
    """Each on a file of its own."""
    check.run(SqliteStock(tmp_path))


@pytest.mark.parametrize("check", STOCK, ids=str)
def test_stock_in_postgres_conforms(
    check: Check[InventoryHarness], url: str
) -> None:
    """Each as a tenant of its own."""
    check.run(PostgresStock(url))


@pytest.mark.parametrize("check", STOCK, ids=str)
def test_async_stock_in_postgres_conforms(
    check: Check[InventoryHarness], url: str
) -> None:
    """The same checks, awaited."""
    asyncio.run(check.arun(AsyncPostgresStock(url)))
