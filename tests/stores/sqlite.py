"""Stores in SQLite files, and shops on them, for tests."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from orderlife import Finding, OrderDesk, UnexpectedItem
from orderlife.rooms.order.messages import FraudJudged
from orderlife.rooms.returns.messages import ReturnReceived
from orderlife_adapters._sqlite_orders import SqliteOrders
from orderlife_adapters._words import plain
from orderlife_adapters.sqlite import SqliteOrderStore
from tests.desk.shop import Shop

EMAIL = "ada@example.org"
PERSON = ("Ada", "1 Way", "Bonn", EMAIL)
"""What a shop's customers are known by: see ``tests.desk.shop``."""


@contextlib.contextmanager
def opened(path: Path, **more: Any) -> Iterator[SqliteOrderStore]:
    """A store with tables; closed in the end."""
    settings = {"durability": "normal", **more}
    with contextlib.closing(SqliteOrderStore(path, **settings)) as store:
        store.migrate()
        yield store


@contextlib.contextmanager
def raw(path: Path) -> Iterator[sqlite3.Connection]:
    """The file itself, in the hands of somebody else."""
    with contextlib.closing(
        sqlite3.connect(path, isolation_level=None)
    ) as connection:
        legible(connection)
        yield connection


def legible(connection: sqlite3.Connection) -> None:
    """Let statements read documents, and put others in their places."""
    connection.create_function("plain", 1, plain, deterministic=True)
    connection.create_function("replace", 3, _replaced, deterministic=True)


def _replaced(stored: str | bytes, old: str, new: str) -> str:
    return plain(stored).replace(old, new)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a file may be."""
    return tmp_path / "shop.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteOrderStore]:
    """A store that holds nothing."""
    with opened(path) as made:
        yield made


def shop_on(store: SqliteOrders, **more: Any) -> Shop:
    """A shop whose desk works on this store."""
    shop = Shop(**more)
    shop.desk = shop.another(store=store, inline=more.get("inline", True))
    return shop


def live(shop: Shop, order_id: str = "o1", **more: Any) -> OrderDesk:
    """Live a whole life with a return in which something is wrong."""
    desk = shop.desk
    shop.place(order_id=order_id, **more)
    shop.dispatch(order_id)
    for status in ("in_transit", "delivered"):
        shop.clock.advance(timedelta(days=1))
        desk.shipments.scan(f"{order_id}-s1", status, shop.clock())
    desk.returns.request(order_id, {"1": 1}, "defective", comment="It leaks")
    desk.report(
        ReturnReceived(
            order_id=order_id,
            fact_id="f1",
            return_id=f"{order_id}-t1",
            parcel_id="parcel1",
            at=shop.clock(),
            quantities={"1": 1},
            unexpected=(UnexpectedItem(sku="sock", quantity=1),),
        )
    )
    desk.returns.inspect(
        f"{order_id}-t1",
        (
            Finding(
                line_id="1",
                quantity=1,
                condition="sellable",
                disposition="restock",
            ),
        ),
    )
    return desk


def judged(order_id: str = "o1", fact_id: str = "f1") -> FraudJudged:
    """A fact that changes little."""
    return FraudJudged(order_id=order_id, fact_id=fact_id, verdict="accept")
