"""Whatever stands in the rows of the stock, the inventory answers.

As with the orders: any value of any row is changed, rows are gone,
doubled or exchanged.  A SKU that nobody has touched is sold on.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import attrs
import psycopg
import pytest
from hypothesis import assume, given, strategies as st
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from orderlife.errors import OrderlifeError
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
from orderlife.testing.clock import START
from orderlife_adapters.inventory_postgres import (
    AsyncPostgresInventory,
    PostgresInventory,
)
from orderlife_adapters.inventory_sqlite import SqliteInventory
from tests.hostile.junk import answered, many
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
        import asyncio

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
            lambda intent=intent: asked(store, intent),  # type: ignore[misc]
            lambda intent=intent: store.look_up(intent),  # type: ignore[misc]
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


@many(1)
@given(data=st.data())
def test_any_change_of_any_row(
    place: Place, rows: Rows, data: st.DataObject
) -> None:
    """Typed answers, nothing half, and other SKUs are sold on."""
    changed = data.draw(changes(rows))
    tenant = f"t{next(_TENANTS)}"
    try:
        place.database.put(tenant, changed)
    except Refused:
        assume(False)  # noqa: FBT003
    check(place, tenant)
