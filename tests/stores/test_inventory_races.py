"""Stock that moves between what was read and what is written."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from orderlife.ports.inventory import HeldStock, StockChanged
from orderlife.testing import Clock
from orderlife_adapters import _postgres_driver
from orderlife_adapters._postgres_driver import Ask, Wait
from orderlife_adapters.inventory_postgres import PostgresInventory
from tests.stores.postgresql import rows, waits_for_lock
from tests.testing.test_fakes_inventory import (
    allocate,
    consume,
    demand,
    item,
    release,
    reserve,
)


def test_unit_that_went_and_came_back_meanwhile_can_be_had(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row is read when it is locked, and again by nobody.

    PostgreSQL checks a row's constraints on the version that the
    statement began with, even if it then writes a later one.
    """
    perform = _postgres_driver._perform
    with (
        ConnectionPool(
            postgres_url, min_size=1, max_size=2, open=True
        ) as pool,
        psycopg.connect(postgres_url) as other,
        ThreadPoolExecutor(1) as buyers,
    ):
        store = PostgresInventory(pool, clock=Clock())
        store.migrate()
        for sku in ("A", "B"):
            store.receive(sku, "main", 1, "initial")

        def interrupted(source: object, step: Ask | Wait) -> object:
            if isinstance(step, Ask) and "locked AS" in step.statement:
                monkeypatch.undo()
                moved(-1)
                other.commit()
                moved(1)
            return perform(source, step)  # type: ignore[arg-type]

        def moved(units: int) -> None:
            other.execute(
                "UPDATE orderlife_stock SET available = available + %s, "
                "held = held - %s WHERE sku = 'A'",
                (units, units),
            )

        monkeypatch.setattr(_postgres_driver, "_perform", interrupted)
        wanted = reserve(demand(1, "l1", "A"), demand(1, "l2", "B"))
        answer = buyers.submit(store.reserve, wanted)
        waits_for_lock(postgres_url)
        other.commit()
        assert isinstance(answer.result(), HeldStock)
        store.check()
    query = "SELECT sku, available, held FROM orderlife_stock ORDER BY sku"
    assert rows(postgres_url, query) == [("A", 0, 1), ("B", 0, 1)]


STOCKED: Final = "SELECT 1 FROM orderlife_stock WHERE place = '{}'"
RESERVED: Final = "SELECT 1 FROM orderlife_reservations"
LOCKED: Final = " FOR UPDATE NOWAIT"


def test_stock_is_locked_last(postgres_url: str) -> None:
    """Who waits for a reservation keeps nobody from the stock."""
    with opened(postgres_url) as (store, other, buyers):
        store.receive("mug", "main", 2, "initial")
        store.reserve(reserve(demand(1), demand(1, "l2")))
        for ask in (
            lambda: store.allocate(allocate()),
            lambda: store.consume(consume(item(1))),
            lambda: store.release(release(item(1, "l2"))),
        ):
            other.execute(RESERVED + " FOR UPDATE")
            answer = buyers.submit(ask)
            waits_for_lock(postgres_url)
            assert rows(postgres_url, STOCKED.format("main") + LOCKED)
            other.commit()
            assert answer.result() == StockChanged()
        store.check()


def test_stock_is_locked_in_the_order_of_its_key(postgres_url: str) -> None:
    """By SKU and place, whichever place is the preferred one."""
    with opened(postgres_url) as (store, other, buyers):
        for place in ("south", "north"):
            store.receive("mug", place, 1, "initial")
        other.execute(
            "SELECT 1 FROM orderlife_stock WHERE place = 'north' FOR UPDATE"
        )
        both = reserve(demand(1), demand(1, "l2"))
        answer = buyers.submit(store.reserve, both)
        waits_for_lock(postgres_url)
        assert rows(postgres_url, STOCKED.format("south") + LOCKED)
        other.commit()
        assert isinstance(answer.result(), HeldStock)
        store.check()


def test_stock_needs_no_trigger(postgres_url: str) -> None:
    """They guard the movements, where there are triggers."""
    with opened(postgres_url) as (store, other, _):
        other.execute(
            "DROP TRIGGER orderlife_movements_stay ON orderlife_movements"
        )
        other.commit()
        store.receive("mug", "main", 2, "initial")
        store.reserve(reserve(demand(2)))
        store.allocate(allocate())
        store.consume(consume(item(2)))
        store.check()
        kinds = [row.kind for row in store.movements()]
        assert kinds == ["received", "held", "allocated", "consumed"]


@contextmanager
def opened(
    url: str,
) -> Iterator[
    tuple[PostgresInventory, psycopg.Connection[Any], ThreadPoolExecutor]
]:
    """A stock, a connection beside it, and a thread."""
    with (
        ConnectionPool(url, min_size=1, max_size=2, open=True) as pool,
        ThreadPoolExecutor(1) as buyers,
        psycopg.connect(url) as other,
    ):
        store = PostgresInventory(pool, clock=Clock())
        store.migrate()
        yield store, other, buyers
