"""Stock on the connection of the orders moves with the decision."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from benchmarks.life import LINES, POLICY, whole_life
from orderlife import (
    Actor,
    AsyncOrderDesk,
    CancelOrder,
    Line,
    Money,
    OrderDesk,
    PlaceOrder,
    Ports,
)
from orderlife._kernel.messages import Command
from orderlife.engine.ports import AsyncPorts
from orderlife.errors import (
    ConflictError,
    OverloadedError,
    PortError,
    UncommittedError,
)
from orderlife.memory.clock import Clock
from orderlife.memory.ports import async_in_memory_ports, in_memory_ports
from orderlife.ports.inventory import Release, StockItem
from orderlife.ports.store import ClaimEffects, EffectState
from orderlife.rooms.returns.messages import RequestReturn
from orderlife_adapters._postgres_units import aunit, unit
from orderlife_adapters.inventory_postgres import (
    AsyncPostgresInventory,
    PostgresInventory,
)
from orderlife_adapters.inventory_sqlite import SqliteInventory
from orderlife_adapters.postgres import (
    AsyncPostgresOrderStore,
    PostgresOrderStore,
)
from orderlife_adapters.sqlite import SqliteOrderStore, open_stores
from tests.desk.shop import ADDRESS, Through

S = EffectState
ADA = Actor("customer", "ada")
STOCK = {"mug": 9, "cup": 9}


def place(order_id: str = "o1", *skus: str, quantity: int = 1) -> PlaceOrder:
    """An order of one mug, or of other things."""
    return PlaceOrder(
        order_id=order_id,
        command_id="c1",
        actor=ADA,
        lines=tuple(
            Line(sku=sku, quantity=quantity, unit_price=Money("5", "EUR"))
            for sku in skus or ("mug",)
        ),
        ship_to=ADDRESS,
    )


def leave(order_id: str = "o1") -> CancelOrder:
    """A customer who does not want it any more."""
    return CancelOrder(order_id=order_id, command_id="c2", actor=ADA)


@attrs.frozen
class Place:
    """Where orders and their stock are, and how they are told."""

    orders: Any
    stock: Any
    apart: Any
    """The same stock, on a connection of its own."""
    run: Callable[[str], Any]
    """Execute a statement beside."""

    def desk(self, stock: Any = None, store: Any = None) -> OrderDesk:
        """A desk over both."""
        clock = Clock()
        fakes = in_memory_ports(clock=clock)
        ports = Ports(
            store=store or self.orders,
            inventory=stock or self.stock,
            payment=fakes.payment,
            carrier=fakes.carrier,
            notifier=fakes.notifier,
        )
        return OrderDesk(ports, clock=clock)


def _filled(stock: Any) -> None:
    for sku, units in STOCK.items():
        stock.receive(sku, "main", units, sku)


@contextlib.contextmanager
def on_sqlite(path: Path) -> Iterator[Place]:
    """A file; who waits for its lock in vain is told so after a minute."""
    clock = Clock()
    orders = SqliteOrderStore(path, busy_timeout=60)
    stock = orders.inventory(clock=clock)
    apart = SqliteInventory(path, clock=clock, patience=60)
    other = sqlite3.connect(path, isolation_level=None)
    with contextlib.ExitStack() as closing:
        for each in (orders, stock, apart, other):
            closing.callback(each.close)
        orders.migrate()
        stock.migrate()
        _filled(stock)
        yield Place(orders, stock, apart, other.execute)


@contextlib.contextmanager
def on_postgres(url: str) -> Iterator[Place]:
    """A database, with two pools and a connection beside."""
    clock = Clock()
    with (
        ConnectionPool(url, min_size=1, max_size=4, open=True) as pool,
        ConnectionPool(url, min_size=1, max_size=2, open=True) as own,
        psycopg.connect(url, autocommit=True) as other,
    ):
        orders = PostgresOrderStore(pool)
        stock = PostgresInventory(pool, clock=clock)
        orders.migrate()
        stock.migrate()
        _filled(stock)
        apart = PostgresInventory(own, clock=clock)
        yield Place(orders, stock, apart, other.execute)


@pytest.fixture(params=["sqlite", "postgres"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Orders and stock in one database."""
    if request.param == "sqlite":
        with on_sqlite(tmp_path / "shop.db") as made:
            yield made
    else:
        with on_postgres(request.getfixturevalue("postgres_url")) as made:
            yield made


# --- what is beside -----------------------------------------------------


def test_only_stock_on_the_same_connection_is_beside(shop: Place) -> None:
    """It is looked at when the desk is made."""
    assert shop.desk().engine.local
    assert not shop.desk(shop.apart).engine.local
    assert not shop.desk(
        in_memory_ports(STOCK, clock=Clock()).inventory
    ).engine.local


def test_a_stock_that_can_is_asked_for_by_a_store_that_can() -> None:
    """A store that knows of no stock has none beside it."""
    fakes = in_memory_ports(STOCK, clock=Clock())
    able = attrs.evolve(fakes.inventory.capabilities, local=True)
    stock: Any = Through(fakes.inventory)
    stock.__dict__["capabilities"] = able
    ports = attrs.evolve(fakes, inventory=stock)
    assert not OrderDesk(ports).engine.local


def test_stores_that_are_opened_together_are_beside(tmp_path: Path) -> None:
    """As a desk opens them by their URL."""
    stores = open_stores(tmp_path / "shop.db", clock=Clock())
    with contextlib.closing(stores):
        assert stores.orders.is_beside(stores.inventory)
    with OrderDesk.open(tmp_path / "shop.db", fakes=True) as desk:
        assert desk.engine.local


def test_stock_in_a_transaction_of_the_applications_is_not_beside(
    shop: Place,
) -> None:
    """All stays pending there until the application commits."""
    begin = getattr(shop.orders, "transaction", None)
    if begin is None:
        pytest.skip("PostgreSQL: the application begins it by itself")
    with begin() as inside:
        desk = shop.desk(store=inside)
        assert not desk.engine.local
        desk.submit(place())
        (effect,) = inside.effects("o1")
        assert (S.PENDING, 0) == (effect.state, effect.attempts)
    assert shop.stock.level("mug").available == 9
    shop.desk().work()
    assert shop.stock.level("mug").available == 8


def test_joined_orders_have_no_stock_beside_them(
    shop: Place, request: pytest.FixtureRequest
) -> None:
    """The transaction is the application's, whatever stock there is."""
    if not isinstance(shop.orders, PostgresOrderStore):
        pytest.skip("SQLite: see the test before")
    url = request.getfixturevalue("postgres_url")
    with psycopg.connect(url) as connection:
        orders = shop.orders.joined(connection)
        stock = PostgresInventory(connection, clock=Clock())
        desk = shop.desk(stock, store=orders)
        assert not desk.engine.local
        desk.submit(place())
        with pytest.raises(UncommittedError):
            orders.claim(
                ClaimEffects(
                    now=Clock()(),
                    until=Clock()() + timedelta(minutes=1),
                    owner="me",
                )
            )
        connection.rollback()
    assert shop.orders.load("o1") is None


# --- how it moves -------------------------------------------------------


def test_stock_moves_as_it_would_elsewhere(shop: Place) -> None:
    """The same orders, the same numbers, the same history."""
    seen = []
    for name, stock in (("o1", shop.stock), ("o2", shop.apart)):
        desk = shop.desk(stock)
        desk.submit(place(name, "mug", "cup", quantity=2))
        held = stock.level("mug").allocated
        desk.submit(leave(name))
        events = [type(each.event).__name__ for each in desk.history(name)]
        states = [(e.state, e.attempts) for e in desk.effects(name)]
        seen.append((held, events, states, desk.get(name).status))
        assert desk.verify(name)
        assert shop.stock.level("mug").available == 9
    assert seen[0] == seen[1]
    shop.stock.check()


def test_what_is_asked_for_again_moves_once(shop: Place) -> None:
    """A client that had no answer gets the first one."""
    desk = shop.desk()
    for _ in range(3):
        desk.submit(place())
    assert shop.stock.level("mug").available == 8


def test_more_than_there_is_is_not_held(shop: Place) -> None:
    """The order is told, in the same transaction."""
    desk = shop.desk()
    desk.submit(place(quantity=10))
    assert shop.stock.level("mug").available == 9
    assert {S.DECLINED, S.DONE} >= {e.state for e in desk.effects("o1")}


@pytest.mark.one_python
def test_many_at_once_sell_what_there_is_and_no_more(shop: Place) -> None:
    """In opposite orders of their lines, over one database."""
    skus = (("mug", "cup"), ("cup", "mug"))
    errors: list[BaseException] = []

    def sell(number: int) -> None:
        desk = shop.desk()
        try:
            for each in range(4):
                name = f"n{number}-{each}"
                desk.submit(place(name, *skus[each % 2]))
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    threads = [
        threading.Thread(target=sell, args=(number,)) for number in range(4)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join(120)
    assert not errors
    shop.stock.check()
    level = shop.stock.level("mug")
    assert (level.available, level.allocated + level.held) == (0, 9)


# --- what goes wrong ----------------------------------------------------


class Broken:
    """A store's own stock, of which one method does something else."""

    def __init__(self, inner: Any, reserve: Any) -> None:
        self._inner = inner
        self._reserve = reserve

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def reserve(self, intent: Any) -> Any:
        """Do that."""
        return self._reserve(self._inner, intent)


class Between:
    """An order store whose units have another stock in them."""

    def __init__(self, inner: Any, reserve: Any) -> None:
        self._inner = inner
        self._reserve = reserve

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @contextlib.contextmanager
    def unit(self, inventory: Any) -> Iterator[tuple[Any, Any]]:
        """The same, with that stock."""
        with self._inner.unit(inventory) as (store, stock):
            yield store, Broken(stock, self._reserve)


def test_a_stock_that_fails_within_is_asked_outside(shop: Place) -> None:
    """Nothing that it has done is kept; the decision is, and the hold."""

    def fail(stock: Any, intent: Any) -> Any:
        # It has moved something, and breaks then.
        stock.reserve(intent)
        items = (StockItem(line_id="1", sku="mug", place="main", quantity=-1),)
        return stock.release(
            Release(
                operation_id=intent.operation_id,
                order_id=intent.order_id,
                reservation_id=intent.reservation_id,
                items=items,
                key=intent.key,
            )
        )

    desk = shop.desk(store=Between(shop.orders, fail))
    assert desk.engine.local
    desk.submit(place())
    shop.stock.check()
    assert desk.verify("o1")
    doubtful = {e.state for e in desk.effects("o1")}
    if S.IN_DOUBT in doubtful:  # its error was an answer
        desk.engine.clock.tell.advance(timedelta(minutes=5))  # type: ignore[attr-defined]
        desk.work()
    assert shop.stock.level("mug").available == 8


def test_a_transaction_that_cannot_be_committed_is_none(shop: Place) -> None:
    """The decision is stored alone then, and its stock asked for apart."""
    times = []

    def conflict(stock: Any, intent: Any) -> Any:
        stock.reserve(intent)
        times.append(intent)
        raise KeyboardInterrupt

    store = Between(shop.orders, conflict)
    with pytest.raises(KeyboardInterrupt):
        shop.desk(store=store).submit(place())
    assert len(times) == 1
    assert shop.orders.load("o1") is None
    assert shop.stock.level("mug").available == 9
    shop.desk().submit(place())
    assert shop.stock.level("mug").available == 8


def test_an_overloaded_store_stores_nothing(shop: Place) -> None:
    """And is not asked a second time."""

    class Full(Between):
        @contextlib.contextmanager
        def unit(self, inventory: Any) -> Iterator[tuple[Any, Any]]:
            del inventory
            raise OverloadedError("the store", 1)
            yield

    desk = shop.desk(store=Full(shop.orders, None))
    with pytest.raises(OverloadedError):
        desk.submit(place())
    assert shop.orders.load("o1") is None


def test_a_rolled_back_unit_is_stored_apart(shop: Place) -> None:
    """By a deadlock, or the like: nothing of it is there, and no less."""

    class Torn(Between):
        torn = 0

        @contextlib.contextmanager
        def unit(self, inventory: Any) -> Iterator[tuple[Any, Any]]:
            with self._inner.unit(inventory) as both:
                yield both
                Torn.torn += 1
                raise ConflictError("a deadlock")

    desk = shop.desk(store=Torn(shop.orders, None))
    shown = desk.submit(place())
    assert Torn.torn >= 1
    assert shown.status == shop.desk().get("o1").status
    assert shop.stock.level("mug").available == 8
    assert {S.DONE} == {e.state for e in desk.effects("o1")}
    shop.stock.check()


def test_a_unit_that_failed_in_part_is_not_committed(shop: Place) -> None:
    """Even if whoever asked has caught the error."""
    if not isinstance(shop.orders, SqliteOrderStore):
        pytest.skip("PostgreSQL ends its transaction at the first error")

    def receive() -> None:
        with shop.orders.unit(shop.stock) as (_, stock):
            stock.receive("mug", "main", 1, "again")
            with contextlib.suppress(PortError):
                stock.receive("mug", "main", 5, "mug")  # another quantity

    with pytest.raises(PortError):
        receive()
    assert shop.stock.level("mug").available == 9


def _receive(orders: Any, stock: Any, then: Callable[[], object]) -> None:
    """Receive some units in a unit, and do something before its end."""
    with orders.unit(stock) as (_, within):
        within.receive("mug", "main", 5, "never")
        then()


@pytest.mark.parametrize("last", [False, True], ids=["between", "at the end"])
def test_a_function_that_waits_for_its_own_unit_is_ended(
    postgres_url: str, *, last: bool
) -> None:
    """It asks on another connection for a row that the unit has locked.

    The server ends the unit, so that it goes on; whoever asked is told.
    """
    with (
        on_postgres(postgres_url) as shop,
        ConnectionPool(
            postgres_url, min_size=1, max_size=4, timeout=1, open=True
        ) as pool,
    ):
        orders = PostgresOrderStore(pool)
        stock = PostgresInventory(pool, clock=Clock())
        asked: list[object] = []

        def wait(within: Any, intent: Any) -> Any:
            answer = within.reserve(intent)
            asked.append(shop.apart.receive("mug", "main", 1, intent.key))
            return answer

        if last:
            more = partial(shop.apart.receive, "mug", "main", 1, "more")
            with pytest.raises(OverloadedError, match="function of yours"):
                _receive(orders, stock, more)
        else:
            desk = shop.desk(stock, Between(orders, wait))
            with pytest.raises(OverloadedError, match="function of yours"):
                desk.submit(place())
            assert len(asked) == 1
            assert orders.load("o1") is None
        assert shop.stock.level("mug").available == 10
        shop.desk(stock, orders).submit(place())
        shop.stock.check()
        assert shop.stock.level("mug").available == 9


def test_a_unit_in_which_the_database_failed_is_not_committed(
    postgres_url: str,
) -> None:
    """Whoever has caught the error: nothing is stored, and that is told."""
    told = "a statement in it has failed: the transaction was rolled back"
    with on_postgres(postgres_url) as shop:
        with pytest.raises(ConflictError, match=told):
            _failed(postgres_url)
        with pytest.raises(ConflictError, match=told):
            asyncio.run(_afailed(postgres_url))
        assert shop.stock.level("mug").available == 9


def _failed(url: str) -> None:
    with ConnectionPool(url, min_size=1, open=True) as pool:
        stock = PostgresInventory(pool, clock=Clock())
        with unit(pool) as connection:
            stock.within(connection).receive("mug", "main", 5, "never")
            with contextlib.suppress(psycopg.Error):
                connection.execute("SELECT 1 / 0")


async def _afailed(url: str) -> None:
    async with AsyncConnectionPool(url, min_size=1, open=False) as pool:
        stock = AsyncPostgresInventory(pool, clock=Clock())
        async with aunit(pool) as connection:
            within = stock.within(connection)
            await within.receive("mug", "main", 5, "never")
            with contextlib.suppress(psycopg.Error):
                await connection.execute("SELECT 1 / 0")


def test_a_unit_waits_for_others_as_long_as_a_pool_does(
    postgres_url: str,
) -> None:
    """And as long as the application says, where it has said something."""
    shows = "SHOW lock_timeout", "SHOW idle_in_transaction_session_timeout"

    def told(timeout: float, options: str = "") -> list[str]:
        with ConnectionPool(
            postgres_url,
            min_size=1,
            timeout=timeout,
            kwargs={"options": options},
            open=True,
        ) as pool:
            pool.wait()
            with unit(pool) as connection:
                (inside,) = zip(
                    *(connection.execute(show).fetchone() for show in shows),
                    strict=True,
                )
            with pool.connection() as connection:
                after = connection.execute(shows[0]).fetchone()
            assert after == ("3s" if options else "0",)
        return list(inside)

    assert told(12) == ["12s", "12s"]
    assert told(0.5) == ["1s", "1s"]
    assert told(12, "-c lock_timeout=3s") == ["3s", "12s"]


def test_a_unit_that_waits_for_another_in_vain_is_told(
    postgres_url: str,
) -> None:
    """A row of the stock is locked, and stays so."""
    with (
        on_postgres(postgres_url) as shop,
        ConnectionPool(postgres_url, min_size=1, timeout=1, open=True) as pool,
        psycopg.connect(postgres_url) as holds,
    ):
        holds.execute("UPDATE orderlife_stock SET available = available")
        stock = PostgresInventory(pool, clock=Clock())
        with pytest.raises(OverloadedError, match="the database had no room"):
            _receive(PostgresOrderStore(pool), stock, lambda: None)
        holds.rollback()
        assert shop.stock.level("mug").available == 9


def test_stock_in_the_same_file_does_not_wait_for_the_orders(
    tmp_path: Path,
) -> None:
    """On a connection of its own it takes its turn, before or after."""
    with on_sqlite(tmp_path / "shop.db") as shop:
        desk = shop.desk(shop.apart)  # would wait a minute for itself
        desk.submit(place())
        assert {S.DONE} == {e.state for e in desk.effects("o1")}
        assert shop.stock.level("mug").available == 8


# --- async --------------------------------------------------------------


def test_an_async_unit_that_stands_still_is_ended(postgres_url: str) -> None:
    """The same, awaited, and what was done in it is undone."""

    async def wait(pool: Any, stock: AsyncPostgresInventory) -> None:
        async with aunit(pool) as connection:
            within = stock.within(connection)
            await within.receive("mug", "main", 5, "never")
            await stock.receive("mug", "main", 1, "more")

    async def main() -> None:
        async with AsyncConnectionPool(
            postgres_url, min_size=1, max_size=4, timeout=1, open=False
        ) as pool:
            stock = AsyncPostgresInventory(pool, clock=Clock())
            await stock.migrate()
            await stock.receive("mug", "main", 9, "mug")
            with pytest.raises(OverloadedError, match="function of yours"):
                await wait(pool, stock)
            assert (await stock.level("mug")).available == 10

    asyncio.run(main())


@pytest.mark.parametrize("beside", [True, False])
def test_an_async_desk_moves_stock_with_its_decision(
    postgres_url: str, *, beside: bool
) -> None:
    """On one pool; and on two apart from it."""

    async def receive(orders: Any, stock: Any) -> None:
        async with orders.unit(stock) as (_, within):
            await within.receive("mug", "main", 1, "more")
            raise ConflictError("undone")

    async def main() -> None:
        clock = Clock()
        async with (
            AsyncConnectionPool(postgres_url, min_size=1, open=False) as pool,
            AsyncConnectionPool(postgres_url, min_size=1, open=False) as own,
        ):
            orders = AsyncPostgresOrderStore(pool)
            stock = AsyncPostgresInventory(
                pool if beside else own, clock=clock
            )
            await orders.migrate()
            await stock.migrate()
            for sku, units in STOCK.items():
                await stock.receive(sku, "main", units, sku)
            fakes = async_in_memory_ports(clock=clock)
            desk = AsyncOrderDesk(
                AsyncPorts(
                    store=orders,
                    inventory=stock,
                    payment=fakes.payment,
                    carrier=fakes.carrier,
                    notifier=fakes.notifier,
                ),
                clock=clock,
            )
            assert desk.engine.local is beside
            await desk.submit(place("o1", "mug", "cup"))
            assert (await stock.level("mug")).available == 8
            await desk.submit(leave())
            assert (await stock.level("mug")).available == 9
            await stock.check()
            assert await desk.verify("o1")
            if beside:
                with pytest.raises(ConflictError):
                    await receive(orders, stock)
                assert (await stock.level("mug")).available == 9

    asyncio.run(main())


def test_what_was_performed_last_is_settled_at_once(tmp_path: Path) -> None:
    """Messages that no decision follows: in one transaction."""
    with on_sqlite(tmp_path / "shop.db") as shop:
        for line in range(1, LINES + 1):
            shop.stock.receive(f"mug-{line}", "main", 9, "first")
        clock = Clock()
        desk = OrderDesk(shop.desk().ports, policy=POLICY, clock=clock)
        told: list[str] = []
        connection = shop.orders._connection()
        connection.set_trace_callback(told.append)
        for now, message in whole_life("o1"):
            told.clear()
            clock.set(now)
            if isinstance(message, Command):
                desk.submit(message)
            else:
                desk.report(message)
            if isinstance(message, RequestReturn):
                break
        connection.set_trace_callback(None)
        assert told.count("COMMIT") == 2
        last = told[len(told) - told[::-1].index("BEGIN IMMEDIATE") :]
        settled = [text for text in last if text.startswith("UPDATE")]
        assert len(settled) == 2
        assert {S.DONE} == {each.state for each in desk.effects("o1")}
