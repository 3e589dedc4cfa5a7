"""No transaction and no connection is held during a provider's call."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import attrs
import psycopg
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from orderlife import AsyncOrderDesk, OrderDesk, Ports
from orderlife.memory.clock import Clock
from orderlife.memory.ports import async_in_memory_ports, in_memory_ports
from orderlife_adapters.inventory_sqlite import SqliteInventory
from orderlife_adapters.postgres import (
    AsyncPostgresOrderStore,
    PostgresOrderStore,
)
from orderlife_adapters.sqlite import SqliteOrderStore
from tests.crash.paths import PATHS
from tests.crash.rig import live

STOCK = {"mug": 9, "cup": 9}
CALLS = {"authorize", "capture", "buy_label", "send"}


class Watched:
    """A port whose every call first looks at what is held."""

    def __init__(self, inner: Any, look: Any) -> None:
        self._inner = inner
        self._look = look

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name == "capabilities":
            return found

        def call(argument: Any) -> Any:
            self._look(name)
            return found(argument)

        return call


def watched(ports: Any, look: Any, **more: Any) -> Ports:
    """The ports, watched; the store and what else is given is not."""
    names = ("payment", "carrier", "notifier")
    return Ports(
        **{
            "inventory": ports.inventory,
            **{name: Watched(getattr(ports, name), look) for name in names},
            **more,
        }
    )


def test_sqlite_can_be_written_during_a_call(tmp_path: Path) -> None:
    """By anybody, at once: no lock is held, of orders or of stock."""
    path = tmp_path / "shop.db"
    clock = Clock()
    store = SqliteOrderStore(path)
    store.migrate()
    stock = SqliteInventory(path, clock=clock)
    stock.migrate()
    for sku, units in STOCK.items():
        stock.receive(sku, "main", units, sku)
    seen = set()

    def look(name: str) -> None:
        other = sqlite3.connect(path, timeout=0, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
        other.close()
        seen.add(name)

    fakes = in_memory_ports(STOCK, clock=clock)
    ports = watched(fakes, look, store=store, inventory=stock)
    live(OrderDesk(ports, clock=clock), PATHS["delivered"], clock)
    stock.close()
    store.close()
    assert seen >= CALLS


def test_a_pool_of_one_is_free_during_a_call(postgres_url: str) -> None:
    """The provider's adapter gets the only connection, with nothing open."""
    clock = Clock()
    seen = set()
    with ConnectionPool(
        postgres_url,
        min_size=1,
        max_size=1,
        kwargs={"autocommit": True},
        open=True,
    ) as pool:
        store = PostgresOrderStore(pool)
        store.migrate()

        def look(name: str) -> None:
            with pool.connection(timeout=5) as connection:
                status = connection.info.transaction_status
                assert psycopg.pq.TransactionStatus.IDLE == status
            seen.add(name)

        fakes = in_memory_ports(STOCK, clock=clock)
        ports = watched(fakes, look, store=store)
        live(OrderDesk(ports, clock=clock), PATHS["delivered"], clock)
    assert seen >= CALLS


def test_an_async_pool_of_one_is_free_during_a_call(postgres_url: str) -> None:
    """As its twin is."""

    async def main() -> set[str]:
        clock = Clock()
        seen = set()
        async with AsyncConnectionPool(
            postgres_url,
            min_size=1,
            max_size=1,
            kwargs={"autocommit": True},
            open=False,
        ) as pool:
            store = AsyncPostgresOrderStore(pool)
            await store.migrate()
            fakes = async_in_memory_ports(STOCK, clock=clock)
            gateway = fakes.payment

            class Gateway:
                capabilities = gateway.capabilities

                def __getattr__(self, name: str) -> Any:
                    async def call(argument: Any) -> Any:
                        async with pool.connection(timeout=5) as connection:
                            status = connection.info.transaction_status
                            idle = psycopg.pq.TransactionStatus.IDLE
                            assert idle == status
                        seen.add(name)
                        return await getattr(gateway, name)(argument)

                    return call

            bank: Any = Gateway()
            pg: Any = store
            ports: Any = attrs.evolve(fakes, store=pg, payment=bank)
            desk = AsyncOrderDesk(ports, clock=clock)
            for step in PATHS["cancelled_when_confirmed"].steps:
                await desk.submit(step)  # type: ignore[arg-type]
        return seen

    assert {"authorize", "void"} == asyncio.run(main())
