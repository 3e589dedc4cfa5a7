"""Who waits in line, in the tables: also of an earlier release."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import psycopg
import pytest
from psycopg_pool import ConnectionPool

from orderlife.errors import StoreVersionError
from orderlife.ports.inventory import (
    Demand,
    HeldStock,
    InLine,
    Reserve,
    StockShort,
)
from orderlife.testing import Clock
from orderlife_adapters import _postgres_driver
from orderlife_adapters._postgres_driver import Ask, Wait
from orderlife_adapters.inventory_postgres import PostgresInventory
from orderlife_adapters.inventory_sqlite import SqliteInventory
from tests.stores.inventories import Make, make, stock_url
from tests.stores.sqlite import raw

__all__ = ["make", "stock_url"]

BACK = (
    "DROP TABLE orderlife_waits",
    "UPDATE orderlife_versions SET version = 1 WHERE component = 'inventory'",
)
"""What makes the tables those of version 1."""


def asks(
    clock: Clock,
    name: str,
    units: int = 1,
    *,
    attempt: int = 1,
    waits: bool = True,
) -> Reserve:
    """Ask for mugs, with a place in line or without."""
    now = clock()
    place = InLine(since=now, until=now + timedelta(days=7))
    return Reserve(
        operation_id=f"{name}:reserve:{attempt}",
        order_id=f"o-{name}",
        reservation_id=name,
        demands=(Demand(line_id="l1", sku="mug", quantity=units),),
        until=now + timedelta(hours=1),
        in_line=place if waits else None,
    )


def check(store: Any, clock: Clock) -> None:
    """What waited before the migration is in line once it asks again."""
    assert isinstance(store.reserve(asks(clock, "r1", attempt=2)), StockShort)
    store.receive("mug", "main", 1, "delivery")
    new = asks(clock, "n1", waits=False)
    assert isinstance(store.reserve(new), StockShort)
    assert isinstance(store.reserve(asks(clock, "r1", attempt=3)), HeldStock)
    store.check()


def test_a_sqlite_database_of_version_1_is_brought_forward(
    tmp_path: Path,
) -> None:
    """Its stock and its answers are what they were."""
    clock, path = Clock(), tmp_path / "stock.db"
    with contextlib.closing(SqliteInventory(path, clock=clock)) as store:
        store.migrate()
        store.reserve(asks(clock, "r1", waits=False))
    with raw(path) as file:
        for statement in BACK:
            file.execute(statement)
    with contextlib.closing(SqliteInventory(path, clock=clock)) as store:
        with pytest.raises(StoreVersionError, match="run migrate"):
            store.level("mug")
        store.migrate()
        check(store, clock)


def test_a_postgresql_database_of_version_1_is_brought_forward(
    postgres_url: str,
) -> None:
    """There as well."""
    clock = Clock()
    with ConnectionPool(postgres_url, min_size=1, open=True) as pool:
        store = PostgresInventory(pool, clock=clock)
        store.migrate()
        store.reserve(asks(clock, "r1", waits=False))
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for statement in BACK:
            connection.execute(statement.encode())
    with ConnectionPool(postgres_url, min_size=1, open=True) as pool:
        store = PostgresInventory(pool, clock=clock)
        with pytest.raises(StoreVersionError, match="run migrate"):
            store.level("mug")
        assert store.migrate() == 1
        check(store, clock)


def test_who_waits_is_served_in_the_hot_mode_too(make: Make) -> None:
    """Units of several rows are for who waits; a newcomer gets the rest."""
    clock = Clock()
    store = make({"mug": 1}, clock)
    store.spread("mug", "main", 4)
    store.level("mug")  # now it knows that it is hot
    assert isinstance(store.reserve(asks(clock, "r1", 3)), StockShort)
    store.receive("mug", "main", 3, "delivery")
    for name, units, served in (("n1", 2, False), ("n2", 1, True)):
        answer = store.reserve(asks(clock, name, units, waits=False))
        assert isinstance(answer, HeldStock) is served
    (first,) = store.fillable()
    assert (first.order_id, first.reservation_id) == ("o-r1", "r1")
    assert isinstance(
        store.reserve(asks(clock, "r1", 3, attempt=2)), HeldStock
    )
    assert store.fillable() == ()
    store.check()


def test_a_sale_is_as_short_as_before_where_nobody_waits(make: Make) -> None:
    """Also if somebody waits for something else, or waited once."""
    clock = Clock()
    store = make({"mug": 5, "cup": 0}, clock)
    cup = attrs.evolve(
        asks(clock, "r1"),
        demands=(Demand(line_id="l1", sku="cup", quantity=1),),
    )
    store.reserve(cup)
    store.reserve(asks(clock, "r2", 9))
    assert [each.reservation_id for each in store.fillable()] == []
    clock.advance(days=8)
    new = asks(clock, "n1", 5, waits=False)
    assert isinstance(store.reserve(new), HeldStock)


@pytest.fixture
def two(postgres_url: str) -> Iterator[tuple[PostgresInventory, Clock]]:
    """An inventory that two threads may use at once."""
    clock = Clock()
    with ConnectionPool(
        postgres_url, min_size=2, max_size=2, open=True
    ) as pool:
        store = PostgresInventory(pool, clock=clock)
        store.migrate()
        yield store, clock


def test_goods_that_come_while_somebody_steps_in_line_are_not_lost(
    two: tuple[PostgresInventory, Clock], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its look at the shelf and its place in line they came in.

    A newcomer who asks after that does not get them.
    """
    store, clock = two
    perform = _postgres_driver._perform

    def interrupted(source: object, step: Ask | Wait) -> object:
        if isinstance(step, Ask) and "locked AS" in step.statement:
            monkeypatch.undo()
            with ThreadPoolExecutor(1) as other:
                other.submit(
                    store.receive, "mug", "main", 1, "delivery"
                ).result()
        return perform(source, step)  # type: ignore[arg-type]

    monkeypatch.setattr(_postgres_driver, "_perform", interrupted)
    assert isinstance(store.reserve(asks(clock, "r1")), StockShort)
    new = asks(clock, "n1", waits=False)
    assert isinstance(store.reserve(new), StockShort)
    assert [each.reservation_id for each in store.fillable()] == ["r1"]
    assert isinstance(store.reserve(asks(clock, "r1", attempt=2)), HeldStock)
