"""Whatever stands in the rows of the stock, the inventory answers.

As with the orders: any value of any row is changed, rows are gone,
doubled or exchanged.  A SKU that nobody has touched is sold on.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import attrs
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from orderlife.errors import (
    CodecError,
    InvariantError,
    OrderlifeError,
    PortError,
    StoreVersionError,
)
from orderlife.memory.clock import START
from orderlife.ports.inventory import (
    Allocate,
    Consume,
    Demand,
    HeldStock,
    InventoryIntent,
    InventoryStore,
    Release,
    Reserve,
    Restock,
    StockChanged,
    StockItem,
)
from orderlife.testing import Clock
from orderlife_adapters.inventory_postgres import (
    AsyncPostgresInventory,
    PostgresInventory,
)
from orderlife_adapters.inventory_sqlite import SqliteInventory
from tests.deep import examples
from tests.hostile.junk import answered
from tests.hostile.rows import (
    STOCK_TABLES,
    Database,
    PostgresRows,
    Refused,
    Rows,
    SqliteRows,
    changes,
    read,
)
from tests.stores.inventories import Awaited, stock_url

__all__ = ["stock_url"]

LATER: Final = START + timedelta(hours=1)
SOON: Final = START + timedelta(minutes=30)
FAR: Final = START + timedelta(days=9)
RESERVATIONS: Final = ("r1", "r2", "r3", "r4", "r5", "r6", "nobody")
_TENANTS: Final = itertools.count(1)
FEW: Final = settings(
    max_examples=examples(100) // 10,  # each asks for a hundred things
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def held(
    reservation: str, *demands: Demand, until: datetime = FAR, number: int = 1
) -> Reserve:
    """Ask for stock to be held."""
    return Reserve(
        operation_id=f"{reservation}:reserve:{number}",
        order_id="o1",
        reservation_id=reservation,
        demands=demands,
        until=until,
    )


def want(sku: str, quantity: int = 1, place: str = "") -> Demand:
    """Want some units for a line."""
    return Demand(line_id=sku, sku=sku, quantity=quantity, place=place)


def item(sku: str, quantity: int = 1, place: str = "north") -> StockItem:
    """Name some units."""
    return StockItem(line_id=sku, sku=sku, place=place, quantity=quantity)


def moved(
    kind: type[Any], reservation: str, *items: StockItem, number: int = 1
) -> Any:
    """Ask for units of a reservation to be moved."""
    named: dict[str, Any] = {
        "operation_id": f"{reservation}:{kind.__name__.lower()}:{number}",
        "order_id": "o1",
    }
    if kind is Restock:
        named |= {"subject": reservation, "disposition": "restock"}
    else:
        named["reservation_id"] = reservation
    if items:
        named["items"] = items
    return kind(**named)


def asked(store: Any, intent: InventoryIntent) -> Any:
    """Have an intent performed."""
    return getattr(store, type(intent).__name__.lower())(intent)


def lived(store: SqliteInventory) -> None:
    """Stock of three SKUs, and reservations in every state."""
    for place, units in (("north", 9), ("south", 20)):
        store.receive("mug", place, units, "delivery")
    store.receive("cup", "north", 50, "delivery")
    store.receive("jug", "north", 50, "delivery")
    store.adjust("mug", "south", -1, "count")
    store.spread("cup", "north", 4)
    for intent in (
        held("r1", want("mug", 2)),
        held("r2", want("mug", 3, "south"), want("cup", 2)),
        moved(Allocate, "r2"),
        held("r3", want("cup", 3), until=SOON),
        held("r4", want("mug", 2), want("cup", 1)),
        moved(Allocate, "r4"),
        moved(Consume, "r4", item("mug")),
        moved(Release, "r4", item("mug")),
        moved(Restock, "r4", item("mug")),
        held("r5", want("mug"), want("cup"), until=SOON),
        held("r6", want("cup"), until=START + timedelta(minutes=1)),
        held("healthy", want("jug", 2)),
    ):
        asked(store, intent)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """What is in the tables after a while."""
    path = tmp_path_factory.mktemp("rows") / "lived.db"
    clock = Clock()
    with contextlib.closing(SqliteInventory(path, clock=clock)) as store:
        store.migrate()
        lived(store)
        clock.advance(timedelta(minutes=5))
        store.check()  # r6 has run out
    return read(path, STOCK_TABLES)


@attrs.frozen
class Place:
    """A database, and how to open a tenant's stock in it."""

    database: Database
    make: Callable[[str], Any]


def at_later() -> datetime:
    """When the rows are worked on."""
    return LATER


@contextlib.contextmanager
def _sqlite(folder: Path) -> Iterator[Place]:
    path = folder / "rows.db"
    made: list[SqliteInventory] = []

    def make(tenant: str) -> SqliteInventory:
        while made:
            made.pop().close()
        store = SqliteInventory(
            path, clock=at_later, tenant=tenant, durability="normal"
        )
        made.append(store)
        return store

    make("").migrate()
    yield Place(SqliteRows(path, STOCK_TABLES), make)
    while made:
        made.pop().close()


@contextlib.contextmanager
def _postgres(url: str, kind: str) -> Iterator[Place]:
    with (
        contextlib.ExitStack() as stack,
        psycopg.connect(url, autocommit=True) as connection,
    ):
        database = PostgresRows(connection, STOCK_TABLES)
        if kind == "postgres":
            pool = stack.enter_context(
                ConnectionPool(url, min_size=1, max_size=2, open=True)
            )
            PostgresInventory(pool, clock=at_later).migrate()

            def make(tenant: str) -> Any:
                return PostgresInventory(pool, clock=at_later, tenant=tenant)

            yield Place(database, make)
            return
        runner = stack.enter_context(asyncio.Runner())
        apool = AsyncConnectionPool(url, min_size=1, max_size=2, open=False)
        runner.run(apool.open())
        stack.callback(lambda: runner.run(apool.close()))

        def amake(tenant: str) -> Any:
            store = AsyncPostgresInventory(
                apool, clock=at_later, tenant=tenant
            )
            return Awaited(store, runner)

        amake("").migrate()
        yield Place(database, amake)


@pytest.fixture(scope="module", params=["sqlite", "postgres", "async"])
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """A database of each kind, with tables and nothing in them."""
    if request.param == "sqlite":
        with _sqlite(tmp_path_factory.mktemp("rows")) as found:
            yield found
        return
    url = request.getfixturevalue("stock_url")
    with _postgres(url, request.param) as found:
        yield found


def of_one(reservation: str) -> list[InventoryIntent]:
    """All that can be asked for of a reservation, old and new."""
    return [
        held(reservation, want("mug", 2)),
        moved(Allocate, reservation),
        moved(Consume, reservation, item("mug"), number=2),
        moved(Release, reservation, item("mug"), item("cup"), number=2),
        held(reservation, want("mug"), want("cup"), number=2),
        moved(Allocate, reservation, number=2),
        moved(Consume, reservation, item("cup"), number=3),
        moved(Release, reservation, item("mug", 9), number=3),
    ]


def calls(store: Any) -> list[Callable[[], object]]:
    """All that can be asked for of the stock."""
    intents = [
        held("new", want("mug")),
        moved(Restock, "r4", item("mug")),
        moved(Restock, "r4", item("cup"), number=2),
        *(intent for each in RESERVATIONS for intent in of_one(each)),
    ]
    found: list[Callable[[], object]] = []
    for intent in intents:
        found += [
            partial(asked, store, intent),
            partial(store.look_up, intent),
        ]
    return [
        lambda: store.level("mug"),
        lambda: store.level("cup", "north"),
        *found[: len(found) // 2],
        lambda: store.receive("mug", "north", 5, "second"),
        lambda: store.receive("cup", "north", 5, "delivery"),
        lambda: store.adjust("cup", "north", -1, "count"),
        lambda: store.spread("mug", "north", 3),
        lambda: store.spread("cup", "north", 1),
        *found[len(found) // 2 :],
        store.levels,
        store.movements,
        lambda: store.movements(after=3, limit=2),
        store.check,
    ]


def check(place: Place, tenant: str) -> None:
    """Ask and do all there is to ask and do in a tenant."""
    store = place.make(tenant)
    for number, call in enumerate(calls(store)):
        before = place.database.contents(tenant) if number % 7 == 0 else None
        answer = answered(call)
        if isinstance(answer, OrderlifeError) and before is not None:
            assert before == place.database.contents(tenant)
    others_go_on(store)


def others_go_on(store: InventoryStore) -> None:
    """The healthy SKU is counted, sold, sent and received as ever."""
    stock: Any = store
    assert stock.level("jug").available == 48
    assert stock.allocate(moved(Allocate, "healthy")) == StockChanged()
    sent = moved(Consume, "healthy", item("jug"))
    assert stock.consume(sent) == StockChanged()
    assert stock.look_up(sent) == StockChanged()
    assert stock.receive("jug", "north", 2, "more") == StockChanged()
    for intent in (held("h1", want("jug")), held("h2", want("jug", 2))):
        assert isinstance(stock.reserve(intent), HeldStock)
    assert stock.level("jug").available == 47


@FEW
@given(data=st.data())
def test_any_change_of_any_row(
    place: Place, rows: Rows, data: st.DataObject
) -> None:
    """Typed answers, nothing half, and nobody else is held up."""
    changed = data.draw(changes(rows))
    tenant = f"t{next(_TENANTS)}"
    with contextlib.suppress(Refused):
        place.database.put(tenant, changed)
        check(place, tenant)


def put(place: Place, rows: Rows, table: str, **changed: Any) -> Any:
    """A stock in which all rows of a table have these values.

    Those of the healthy SKU stay as they are.
    """
    found = {name: [dict(row) for row in each] for name, each in rows.items()}
    for row in found[table]:
        if "jug" not in row.values() and "healthy" not in row.values():
            row.update(changed)
    tenant = f"t{next(_TENANTS)}"
    place.database.put(tenant, found)
    return place.make(tenant)


def test_items_whose_reservation_is_gone_block_no_sale(
    place: Place, rows: Rows
) -> None:
    """It was a KeyError, for each buyer of the SKU."""
    left = {**rows, "reservations": []}
    left["reservations"] = [
        row
        for row in rows["reservations"]
        if row["reservation_id"] == "healthy"
    ]
    store = put(place, left, "operations")
    assert isinstance(store.reserve(held("new", want("cup"))), HeldStock)
    assert store.level("cup").available > 0
    others_go_on(store)


def test_a_date_on_what_is_no_hold_is_passed_over(
    place: Place, rows: Rows
) -> None:
    """It was looked at again and again, without an end."""
    store = put(place, rows, "reservations", state="allocated")
    assert store.level("cup").held > 0
    assert answered(store.levels)
    others_go_on(store)


@pytest.mark.parametrize("buckets", [0, -1, 10**15])
def test_buckets_are_those_that_are_there(
    place: Place, rows: Rows, buckets: int
) -> None:
    """Whatever a row says: a division by 0, or a quadrillion of turns."""
    store = put(place, rows, "stock", buckets=buckets)
    before = store.level("cup").available
    more = answered(lambda: store.receive("cup", "north", 5, "second"))
    assert more == StockChanged()
    assert store.level("cup").available == before + 5
    assert isinstance(store.reserve(held("new", want("cup"))), HeldStock)
    others_go_on(store)


def test_hold_of_more_than_there_is_contradicts_at_once(
    place: Place, rows: Rows
) -> None:
    """It was tried forty times, and then said to be too much at once."""
    store = put(place, rows, "reservation_items", quantity=1000)
    with pytest.raises(InvariantError, match="that no row has: check"):
        store.reserve(held("new", want("cup")))
    with pytest.raises(InvariantError):
        store.check()
    others_go_on(store)


@pytest.mark.parametrize("until", [2**63 - 1, -(2**63)])
def test_a_limit_beyond_the_calendar_is_its_end(
    place: Place, rows: Rows, until: int
) -> None:
    """It was an OverflowError, for each buyer of the SKU."""
    store = put(place, rows, "reservations", until=until)
    assert isinstance(store.reserve(held("new", want("cup"))), HeldStock)
    answered(store.levels)
    others_go_on(store)


def test_bytes_that_are_no_text_are_an_answer_too(
    place: Place, rows: Rows
) -> None:
    """The place of a row is not read; it was an AttributeError."""
    broken = b'"secret \xff'
    try:
        store = put(place, rows, "operations", document=broken)
    except Refused:
        return  # PostgreSQL takes no such text
    with pytest.raises(CodecError) as caught:
        store.reserve(held("r1", want("mug", 2)))
    assert "secret" not in f"{caught.value}"
    others_go_on(store)


def test_a_joined_connection_shows_nothing_in_an_error(
    tmp_path: Path, rows: Rows
) -> None:
    """Python's own words for what it cannot read hold all of it."""
    with _sqlite(tmp_path) as place:
        store = put(place, rows, "operations", document=b"secret \xff")
        with contextlib.closing(sqlite3.connect(tmp_path / "rows.db")) as mine:
            mine.isolation_level = None
            mine.execute("BEGIN IMMEDIATE")
            joined = store.joined(mine)
            with pytest.raises(CodecError) as caught:
                joined.look_up(held("r1", want("mug", 2)))
            mine.rollback()
        assert "secret" not in f"{caught.value}"


def test_numbers_that_begin_again_are_a_typed_error(stock_url: str) -> None:
    """A table that was restored without its counter clashes with itself."""
    with psycopg.connect(stock_url, autocommit=True) as connection:
        store = PostgresInventory(connection, clock=at_later, tenant="again")
        store.migrate()
        store.receive("mug", "main", 1, "first")
        counter = (
            "ALTER TABLE orderlife_movements ALTER COLUMN sequence "
            "RESTART WITH %d"
        )
        row = connection.execute(
            "SELECT max(sequence) FROM orderlife_movements "
            "WHERE tenant = 'again'"
        ).fetchone()
        assert row is not None
        connection.execute((counter % row[0]).encode())
        with pytest.raises(PortError, match="movements_pkey"):
            store.receive("mug", "main", 1, "second")
        assert store.level("mug").available == 1
        connection.execute((counter % (row[0] + 1000)).encode())


def test_a_table_that_is_gone_is_named(postgres_url: str) -> None:
    """The versions say that it is there, and it is not."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        store = PostgresInventory(connection, clock=at_later)
        store.migrate()
        connection.execute("DROP TABLE orderlife_operations")
        with pytest.raises(StoreVersionError, match="no such tables"):
            store.look_up(held("r1", want("mug")))
