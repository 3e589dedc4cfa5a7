"""Buyers in a process of their own, and crashes of such a process.

::

    python -m tests.stores.buyers sell '{"kind": "sqlite", …}'
    python -m tests.stores.buyers crash '{"kind": "postgres", …}'
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg_pool import ConnectionPool

from orderlife.memory.clock import START
from orderlife.ports.inventory import (
    INVENTORY,
    Allocate,
    Consume,
    Demand,
    HeldStock,
    InventoryIntent,
    Release,
    Reserve,
    Restock,
    StockChanged,
    StockItem,
)
from orderlife.warehouse import Level
from orderlife_adapters import _postgres_driver
from orderlife_adapters.inventory_postgres import PostgresInventory
from orderlife_adapters.inventory_sqlite import SqliteInventory

LATER = START + timedelta(days=1)


def now() -> datetime:
    """Give the time: buyers in several processes have no other clock."""
    return datetime.now(UTC)


@contextmanager
def opened(
    kind: str, where: str, tenant: str, clock: Any = now
) -> Iterator[Any]:
    """Open an inventory, and close it again."""
    if kind == "sqlite":
        store = SqliteInventory(
            where,
            clock=clock,
            tenant=tenant,
            durability="normal",
            patience=60,
        )
        yield store
        store.close()
        return
    with ConnectionPool(where, min_size=1, max_size=8, open=True) as pool:
        yield PostgresInventory(pool, clock=clock, tenant=tenant)


def sell(task: dict[str, Any]) -> int:
    """Let buyers come; some leave their cart behind, which runs out."""
    kind, where, tenant = task["kind"], task["where"], task["tenant"]

    def buy(store: Any, number: int) -> int:
        name = f"{task['name']}-{number}"
        leaves = task["leave"] and number % 2
        limit = timedelta(milliseconds=5) if leaves else timedelta(hours=1)
        held = store.reserve(
            Reserve(
                operation_id=f"{name}:reserve:1",
                order_id="o1",
                reservation_id=name,
                demands=tuple(
                    Demand(line_id=f"l{each}", sku=sku, quantity=1)
                    for each, sku in enumerate(task["skus"])
                ),
                until=now() + limit,
            )
        )
        if leaves or not isinstance(held, HeldStock):
            return 0
        allocate = Allocate(
            operation_id=f"{name}:allocate:1",
            order_id="o1",
            reservation_id=name,
        )
        return int(store.allocate(allocate) == StockChanged())

    threads, buyers = task["threads"], task["buyers"]
    with (
        opened(kind, where, tenant) as store,
        ThreadPoolExecutor(threads) as pool,
    ):
        return sum(pool.map(lambda each: buy(store, each), range(buyers)))


ITEMS = (
    StockItem(line_id="l1", sku="cup", place="main", quantity=2),
    StockItem(line_id="l2", sku="mug", place="main", quantity=1),
)
OF_R1: dict[str, Any] = {"order_id": "o1", "reservation_id": "r1"}
LIFE: tuple[InventoryIntent, ...] = (
    Reserve(
        operation_id="r1:reserve:1",
        order_id="o1",
        reservation_id="r1",
        demands=(
            Demand(line_id="l1", sku="cup", quantity=2),
            Demand(line_id="l2", sku="mug", quantity=1),
        ),
        until=LATER,
    ),
    Reserve(
        operation_id="r2:reserve:1",
        order_id="o1",
        reservation_id="r2",
        demands=(Demand(line_id="l1", sku="mug", quantity=1),),
        until=LATER,
    ),
    Allocate(operation_id="r1:allocate:1", **OF_R1),
    Consume(operation_id="r1:consume:1", items=ITEMS[:1], **OF_R1),
    Release(operation_id="r1:release:1", items=ITEMS[1:], **OF_R1),
    Restock(
        operation_id="b1:restock:1",
        order_id="o1",
        subject="b1",
        items=ITEMS[:1],
        disposition="quarantine",
    ),
)
AFTER = {
    ("cup", "main"): Level(on_hand=5, available=3, unavailable=2),
    ("mug", "main"): Level(on_hand=5, available=4, held=1),
}


def perform(store: Any, intent: InventoryIntent) -> object:
    """Perform an intent."""
    return getattr(store, INVENTORY.methods[type(intent)])(intent)


def live(task: dict[str, Any], tenant: str, at: int, how: str) -> None:
    """Live, and be killed at a statement."""
    seen = [0]

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def traced(_: str) -> None:
        seen[0] += 1
        if seen[0] == at:
            die()

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(task["where"])
        connection.set_trace_callback(traced)
        return connection

    ask = _postgres_driver._ask

    def asked(*arguments: Any) -> Any:
        seen[0] += 1
        if seen[0] != at:
            return ask(*arguments)
        if how == "before":
            die()
        if how == "during":
            threading.Timer(random.uniform(0, 0.002), die).start()
        answer = ask(*arguments)
        if how == "after":
            die()
        return answer

    vars(_postgres_driver)["_ask"] = asked
    where: Any = connect if task["kind"] == "sqlite" else task["where"]
    with opened(task["kind"], where, tenant, lambda: START) as store:
        for intent in LIFE:
            perform(store, intent)


def crash(task: dict[str, Any]) -> int:
    """Kill a life at every statement; each time it is whole afterwards."""
    crashes = 0
    for how in task["ways"]:
        for at in range(1, 200):
            tenant = f"{task['tenant']}-{how}-{at}"
            with opened(
                task["kind"], task["where"], tenant, lambda: START
            ) as store:
                for sku in ("cup", "mug"):
                    store.receive(sku, "main", 5, "initial")
            child = os.fork()
            if not child:
                live(task, tenant, at, how)
                os._exit(0)
            _, status = os.waitpid(child, 0)
            with opened(
                task["kind"], task["where"], tenant, lambda: START
            ) as store:
                prove(store)
            if status == 0:
                break
            assert os.WTERMSIG(status) == signal.SIGKILL, status
            crashes += 1
    return crashes


def prove(store: Any) -> None:
    """What was answered is there, whole; the rest can still be done."""
    store.check()
    for intent in LIFE:
        perform(store, intent)
        store.check()
    assert store.levels() == AFTER, store.levels()
    assert len(store.movements()) == 10, store.movements()


if __name__ == "__main__":
    done = {"sell": sell, "crash": crash}[sys.argv[1]]
    sys.stdout.write(str(done(json.loads(sys.argv[2]))))
