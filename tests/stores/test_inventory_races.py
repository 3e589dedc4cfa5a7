"""Stock that moves between what was read and what is written."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from orderlife.ports.inventory import HeldStock
from orderlife.testing import Clock
from orderlife_adapters import _postgres_driver
from orderlife_adapters._postgres_driver import Ask, Wait
from orderlife_adapters.inventory_postgres import PostgresInventory
from tests.stores.postgresql import rows, waits_for_lock
from tests.testing.test_fakes_inventory import demand, reserve


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
