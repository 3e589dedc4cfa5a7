"""Numbers of channels in the tables, also of an earlier release."""

from __future__ import annotations

import contextlib
from pathlib import Path

import psycopg
import pytest

from orderlife import Case, OrderDesk, Ports
from orderlife.errors import ConflictError
from orderlife.memory.clock import START
from orderlife.ports.store import (
    ChannelNumber,
    Commit,
    NumberTaken,
    OrderSummary,
)
from orderlife.testing import Clock, in_memory_ports
from orderlife_adapters._rows import micros
from orderlife_adapters._sqlite_orders import SqliteOrders
from orderlife_adapters.postgres import PostgresOrderStore
from tests.desk.test_store import commit
from tests.stores.postgresql import sync_store
from tests.stores.sqlite import opened, path, raw
from tests.stores.test_moving import copy
from tools import generate_corpus as corpus

__all__ = ["path"]

SEVEN = ChannelNumber("web", "7")


def placed(order_id: str, day: int, *, claims: bool = False) -> Commit[Case]:
    """Place an order of channel web, number 7, as version 1 did or now."""
    summary = OrderSummary(
        order_id=order_id,
        placed_at=START.replace(day=day) if day else None,
        channel="web",
        channel_number="7",
    )
    number = SEVEN if claims else None
    return commit(0, order_id, summary=summary, number=number)


def filled(store: SqliteOrders | PostgresOrderStore) -> None:
    """Leave three orders and a draft, of one number."""
    for order_id, day in (("o1", 2), ("o2", 1), ("o3", 3), ("o4", 0)):
        store.commit(placed(order_id, day))


def check(store: SqliteOrders | PostgresOrderStore) -> None:
    """The order that came first has the number, and the others stay."""
    outcome = store.commit(placed("o9", 4, claims=True))
    assert outcome == NumberTaken(order_id="o2")
    clock = Clock()
    fakes = in_memory_ports(clock=clock)
    ports = Ports(
        store=store,
        payment=fakes.payment,
        carrier=fakes.carrier,
        inventory=fakes.inventory,
        notifier=fakes.notifier,
    )
    desk = OrderDesk(ports, clock=clock)
    (found,) = desk.duplicates()
    assert found.order_ids == ("o2", "o1", "o3")


def test_a_sqlite_database_of_version_1_is_brought_forward(
    path: Path,
) -> None:
    """What was placed twice stays, and does not stop the migration."""
    life = corpus.CORPUS / "documents-1-tables-1" / "placed.sql"
    with raw(path) as file:
        file.executescript(life.read_text(encoding="utf-8"))
        for order_id, day in (("o2", 1), ("o3", 3), ("o4", 0)):
            copy(file, order_id)
            at = micros(START.replace(day=day)) if day else None
            file.execute(
                "UPDATE orderlife_orders SET placed_at = ?, "
                "channel_number = '7' WHERE order_id = ?",
                (at, order_id),
            )
        file.execute(
            "UPDATE orderlife_orders SET channel_number = '7', "
            "placed_at = ? WHERE order_id = 'o1'",
            (micros(START.replace(day=2)),),
        )
    with opened(path) as store:
        check(store)
        assert store.migrate() == 0


def test_a_number_is_taken_within_the_applications_transaction(
    postgres_url: str,
) -> None:
    """One that is placed already is told; of two at once, one begins anew."""
    with contextlib.ExitStack() as stack:
        store = stack.enter_context(sync_store(postgres_url))
        store.migrate()
        mine, theirs = (
            stack.enter_context(psycopg.connect(postgres_url))
            for _ in range(2)
        )
        # What theirs sees from now on is what was there.
        theirs.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        theirs.execute("SELECT 1")
        store.joined(mine).commit(placed("o1", 1, claims=True))
        mine.commit()
        with pytest.raises(ConflictError, match="roll the transaction back"):
            store.joined(theirs).commit(placed("o2", 1, claims=True))
        theirs.rollback()
        again = store.joined(theirs).commit(placed("o2", 1, claims=True))
        assert again == NumberTaken(order_id="o1")
