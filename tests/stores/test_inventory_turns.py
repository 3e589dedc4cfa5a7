"""Threads that want to write to one file of the stock, in turn."""

from __future__ import annotations

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from orderlife.errors import OverloadedError
from orderlife.ports.inventory import HeldStock
from orderlife.testing import Clock
from orderlife.warehouse import Level
from orderlife_adapters import inventory_sqlite
from orderlife_adapters._inventory_turns import Gate, gate_to
from orderlife_adapters._sqlite_turns import begin
from orderlife_adapters.inventory_sqlite import SqliteInventory
from tests.testing.test_fakes_inventory import demand, reserve


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with ten mugs."""
    path = tmp_path / "stock.db"
    with closing(SqliteInventory(path, clock=Clock())) as store:
        store.migrate()
        store.receive("mug", "main", 10, "initial")
    return path


def test_one_thread_of_a_process_asks_for_the_lock_at_a_time(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others do not ask again and again while it waits."""
    asking: list[int] = []
    together: list[int] = []

    def counted(connection: sqlite3.Connection, patience: float) -> None:
        asking.append(1)
        together.append(len(asking))
        begin(connection, patience)
        asking.pop()

    monkeypatch.setattr(inventory_sqlite, "begin", counted)
    with ExitStack() as stack:
        other = stack.enter_context(closing(sqlite3.connect(path)))
        other.execute("BEGIN IMMEDIATE")
        pool = stack.enter_context(ThreadPoolExecutor(8))
        stores = [
            stack.enter_context(closing(SqliteInventory(path, clock=Clock())))
            for _ in range(8)
        ]
        buyers = [
            pool.submit(store.reserve, reserve(demand(1), reservation=f"r{n}"))
            for n, store in enumerate(stores)
        ]
        time.sleep(0.1)
        other.rollback()
        assert all(isinstance(each.result(), HeldStock) for each in buyers)
        assert stores[0].level("mug") == Level(on_hand=10, available=2, held=8)
        stores[0].check()
    assert set(together) == {1}
    assert len(together) >= 8


def test_who_waits_for_another_thread_has_patience_for_so_long(
    path: Path,
) -> None:
    """It gives up then, as it would before the file itself."""
    begun, entered, may_go = (threading.Event() for _ in range(3))
    clock = Clock()

    def slow() -> object:
        if begun.is_set():  # a clock is looked at when a store is opened
            entered.set()
            may_go.wait(10)
        return clock()

    with (
        closing(SqliteInventory(path, clock=slow)) as first,  # type: ignore[arg-type]
        closing(SqliteInventory(path, clock=clock, patience=0.05)) as second,
        ThreadPoolExecutor(1) as pool,
    ):
        begun.set()
        level = pool.submit(first.level, "mug")
        try:
            assert entered.wait(10)
            with pytest.raises(OverloadedError, match="the stock"):
                second.level("mug")
        finally:
            may_go.set()
        assert level.result() == second.level("mug")


def test_a_gate_is_open_after_a_fork(tmp_path: Path) -> None:
    """Whoever was within when the process was forked is not in the child."""
    gate = gate_to(tmp_path / "stock.db")
    assert gate_to(tmp_path / "stock.db") is gate
    entered, may_go = threading.Event(), threading.Event()

    def within() -> None:
        with gate.passed(1.0):
            entered.set()
            may_go.wait(10)

    with ThreadPoolExecutor(1) as pool:
        passing = pool.submit(within)
        try:
            assert entered.wait(10)
            gate.before_fork()
            with pytest.raises(OverloadedError), gate.passed(0.01):
                raise AssertionError
            gate.after_fork()
            with gate.passed(0.01) as left:
                assert left <= 0.01
        finally:
            may_go.set()
        passing.result()


def test_patience_may_be_longer_than_any_wait() -> None:
    """A lock knows a longest time, and patience need not."""
    gate = Gate()
    entered = threading.Event()

    def within() -> None:
        with gate.passed(1.0):
            entered.set()
            time.sleep(0.05)

    with ThreadPoolExecutor(1) as pool:
        passing = pool.submit(within)
        assert entered.wait(10)
        with gate.passed(1e300) as left:
            assert left > 1e10
        passing.result()
