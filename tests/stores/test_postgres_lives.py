"""Whole lives on PostgreSQL: the same as in memory, in few round trips."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from benchmarks.life import NOON, POLICY, whole_life
from benchmarks.lives import Clock
from orderlife import (
    AsyncOrderDesk,
    AsyncPorts,
    NotFoundError,
    OrderDesk,
    Ports,
    check_invariants,
)
from orderlife._kernel.messages import Command
from orderlife.ports.store import Effect, FindOrders, FindPeople
from orderlife.testing import (
    AsyncInMemoryPorts,
    InMemoryPorts,
    async_in_memory_ports,
    in_memory_ports,
)
from orderlife_adapters.postgres import (
    AsyncPostgresOrderStore,
    PostgresOrderStore,
    open_stores,
)
from tests.desk.shop import Through
from tests.stores.postgresql import rows, sync_store

TRIPS = pytest.mark.skipif(
    "trace" not in dir(__import__("psycopg").pq.PGconn),
    reason="this libpq cannot be watched",
)


def ports(inner: InMemoryPorts, store: Any, **more: Any) -> Ports:
    """The fakes, with a store of another kind."""
    fakes: dict[str, Any] = {
        "payment": inner.payment,
        "carrier": inner.carrier,
        "inventory": inner.inventory,
        "notifier": inner.notifier,
        **more,
    }
    return Ports(store=store, **fakes)


def aports(inner: AsyncInMemoryPorts, store: Any) -> AsyncPorts:
    """The same for an async desk."""
    return AsyncPorts(
        store=store,
        payment=inner.payment,
        carrier=inner.carrier,
        inventory=inner.inventory,
        notifier=inner.notifier,
    )


def settled(
    effects: tuple[Effect, ...], store: str = ""
) -> list[tuple[object, ...]]:
    """What became of effects, but for who claimed them and the store's id."""
    return [
        attrs.astuple(
            attrs.evolve(
                each,
                claimed_by="",
                key=each.key.removeprefix(f"{store}."),
            ),
            recurse=False,
        )
        for each in effects
    ]


def lead(desk: OrderDesk, clock: Clock, order_id: str = "o1") -> int:
    """Lead an order through a whole life; give the number of inputs."""
    count = 0
    for clock.now, message in whole_life(order_id):
        take(desk, message)
        count += 1
    return count


def take(desk: Any, message: object) -> Any:
    """Submit a command, or report a fact."""
    if isinstance(message, Command):
        return desk.submit(message)
    return desk.report(message)


async def alead(desk: AsyncOrderDesk, clock: Clock) -> None:
    """Lead an order through a whole life, awaited."""
    for clock.now, message in whole_life("o1"):
        await take(desk, message)


def in_memory() -> OrderDesk:
    """A desk at which one order has led its life."""
    clock = Clock()
    desk = OrderDesk.in_memory(policy=POLICY, clock=clock)
    lead(desk, clock)
    return desk


def test_a_life_is_the_same_as_in_memory(postgres_url: str) -> None:
    """The same events, state, effects; and the chain holds."""
    wanted = in_memory()
    clock = Clock()
    with sync_store(postgres_url) as store:
        store.migrate()
        made = in_memory_ports(clock=clock)
        desk = OrderDesk(ports(made, store), policy=POLICY, clock=clock)
        lead(desk, clock)
        assert wanted.history("o1") == desk.history("o1")
        assert wanted.get("o1").case == desk.get("o1").case
        effects = desk.effects("o1")
        assert settled(wanted.effects("o1")) == settled(effects, store.id)
        assert wanted.find(FindOrders()) == desk.find(FindOrders())
        assert wanted.backlog() == desk.backlog()
        desk.verify("o1")
        check_invariants(desk.get("o1").case, desk.history("o1"))


def test_a_case_at_hand_is_used_while_it_is_the_last(
    postgres_url: str,
) -> None:
    """Whoever else changes the order, what is read is what is stored."""
    clock = Clock()
    with (
        sync_store(postgres_url, cases=1) as store,
        sync_store(postgres_url, cases=0) as other,
    ):
        store.migrate()
        made = in_memory_ports(clock=clock)
        desks = [
            OrderDesk(ports(made, each), policy=POLICY, clock=clock)
            for each in (store, other)
        ]
        for number, (clock.now, message) in enumerate(whole_life("o1")):
            take(desks[number % 2], message)
            found = store.load("o1")
            assert found is not None
            assert found == other.load("o1")
            again = store.load("o1")
            assert again is not None
            assert again.case is found.case  # it was not built again
        last = store.load("o1")
        take(desks[0], next(iter(whole_life("o2")))[1])
        assert last == store.load("o1")


@pytest.mark.parametrize(
    "document",
    [
        "{",
        """replace(document, '"schema":', '"schema":9')""",
        """replace(document, '"o1"', '"o2"')""",
    ],
)
def test_a_snapshot_that_cannot_be_read_is_none(
    postgres_url: str, document: str
) -> None:
    """The decisions tell all that it would."""
    clock = Clock()
    with sync_store(postgres_url, cases=0) as store:
        store.migrate()
        made = in_memory_ports(clock=clock)
        lead(OrderDesk(ports(made, store), policy=POLICY, clock=clock), clock)
        before = store.load("o1")
        value = document if "(" in document else f"'{document}'"
        changed = rows(
            postgres_url,
            f"UPDATE orderlife_snapshots SET document = {value} "  # noqa: S608
            "WHERE version >= 16 RETURNING order_id",
        )
        assert changed == [("o1",)]
        assert before == store.load("o1")


def test_an_async_life_is_the_same(postgres_url: str) -> None:
    """On an async pool, at an async desk."""
    wanted = in_memory()

    async def other() -> None:
        clock = Clock()
        async with AsyncConnectionPool(
            postgres_url, min_size=1, open=False
        ) as pool:
            store = AsyncPostgresOrderStore(pool)
            await store.migrate()
            await store.check()
            made = async_in_memory_ports(clock=clock)
            desk = AsyncOrderDesk(
                aports(made, store), policy=POLICY, clock=clock
            )
            await alead(desk, clock)
            assert wanted.history("o1") == await desk.history("o1")
            assert wanted.get("o1").case == (await desk.get("o1")).case
            effects = await desk.effects("o1")
            found = settled(effects, await store.get_id())
            assert settled(wanted.effects("o1")) == found
            await desk.verify("o1")

    asyncio.run(other())


@pytest.fixture
def trips(postgres_url: str, tmp_path: Path) -> Iterator[Any]:
    """A store on one connection, and a count of its round trips."""
    path = tmp_path / "trace"
    with path.open("w") as trace:

        def watch(connection: Any) -> None:
            connection.pgconn.trace(trace.fileno())

        with ConnectionPool(
            postgres_url, min_size=1, max_size=1, configure=watch, open=True
        ) as pool:
            store = PostgresOrderStore(pool)
            store.migrate()

            def count() -> int:
                """So many times the server was waited for so far."""
                with pool.connection() as connection:
                    connection.pgconn.untrace()
                    connection.pgconn.trace(trace.fileno())
                fields = [
                    line.split("\t") for line in path.read_text().splitlines()
                ]
                return sum(
                    field[1] == "F" and field[3] in {"Sync", "Query"}
                    for field in fields
                    if len(field) > 3
                )

            yield store, count


@TRIPS
def test_a_command_is_two_round_trips(trips: Any) -> None:
    """One to load the order, one to commit: no BEGIN, no COMMIT."""
    store, count = trips
    clock = Clock()
    desk = OrderDesk(
        ports(in_memory_ports(clock=clock), store),
        policy=POLICY,
        clock=clock,
        inline=False,
    )

    def place(order_id: str) -> None:
        (_, message), *_ = whole_life(order_id)
        desk.receipt(message)

    place("o1")  # and prepare the statements
    before = count()
    place("o2")
    assert count() - before == 2


@TRIPS
def test_every_operation_is_one_round_trip(trips: Any) -> None:
    """Whatever it reads or writes, once it has been prepared."""
    store, count = trips
    clock = Clock()
    desk = OrderDesk(
        ports(in_memory_ports(clock=clock), store), policy=POLICY, clock=clock
    )
    lead(desk, clock)
    asked: list[Callable[[], object]] = [
        lambda: store.load("o1"),
        lambda: store.history("o1"),
        lambda: store.effects("o1"),
        lambda: store.orders(FindOrders()),
        lambda: store.people(FindPeople(order_id="o1", refs=("o1:x",))),
    ]
    for ask in asked:
        ask()
        before = count()
        ask()
        assert count() - before == 1


def test_no_connection_is_held_while_a_port_is_called(
    postgres_url: str,
) -> None:
    """On a pool of one, whoever is called can use that one."""
    clock = Clock()
    made = in_memory_ports(clock=clock)
    with ConnectionPool(
        postgres_url, min_size=1, max_size=1, timeout=2, open=True
    ) as pool:
        store = PostgresOrderStore(pool)
        store.migrate()
        called: list[str] = []

        def looked(port: object) -> Any:
            names = [
                name
                for name, method in inspect.getmembers(port, callable)
                if not name.startswith("_") and name != "clock"
            ]

            def through(name: str) -> Callable[[Any], Any]:
                def call(intent: Any) -> Any:
                    assert pool.get_stats()["pool_available"] == 1
                    assert store.load(intent.order_id) is not None
                    called.append(name)
                    return getattr(port, name)(intent)

                return call

            return Through(port, **{name: through(name) for name in names})

        desk = OrderDesk(
            ports(
                made,
                store,
                payment=looked(made.payment),
                carrier=looked(made.carrier),
                notifier=looked(made.notifier),
            ),
            policy=POLICY,
            clock=clock,
        )
        lead(desk, clock)
        assert {"authorize", "capture", "buy_label", "send"} <= set(called)


def test_tenants_do_not_see_each_other(postgres_url: str) -> None:
    """The same ids, and nothing of another's is found or changed."""
    clock = Clock()
    with sync_store(postgres_url) as store:
        store.migrate()
    with (
        sync_store(postgres_url, tenant="a") as mine,
        sync_store(postgres_url, tenant="b") as other,
    ):
        desks = [
            OrderDesk(
                ports(in_memory_ports(clock=clock), each),
                policy=POLICY,
                clock=clock,
            )
            for each in (mine, other)
        ]
        lead(desks[0], clock)
        with pytest.raises(NotFoundError):
            desks[1].get("o1")
        assert desks[1].find(FindOrders()) == ()
        assert desks[1].history("o1") == ()
        assert desks[1].effects("o1") == ()
        assert desks[1].backlog() == ()
        assert desks[1].erase(order_id="o1") == 0
        refs = rows(postgres_url, "SELECT ref FROM orderlife_people")
        wanted = tuple(ref for (ref,) in refs)
        asked = FindPeople(order_id="o1", refs=wanted)
        assert mine.people(asked).keys() == set(wanted)
        assert other.people(asked) == {}
        lead(desks[1], clock)
        assert desks[0].history("o1") == desks[1].history("o1")
        assert {e.key for e in mine.effects("o1")}.isdisjoint(
            e.key for e in other.effects("o1")
        )
        assert desks[0].erase(order_id="o1") > 0
        found = rows(
            postgres_url, "SELECT DISTINCT tenant FROM orderlife_people"
        )
        assert found == [("b",)]


def test_a_url_is_enough(postgres_url: str) -> None:
    """The tables are made, and what was stored is there the next time."""
    clock = Clock()
    clock.now = NOON
    for expected in ((), ("o1",)):
        stores = open_stores(postgres_url, clock=clock)
        found = stores.orders.orders(FindOrders())
        assert expected == tuple(each.order_id for each in found)
        made = in_memory_ports(clock=clock)
        desk = OrderDesk(ports(made, stores.orders), clock=clock)
        desk.submit(next(iter(whole_life("o1")))[1])  # type: ignore[arg-type]
        stores.close()
        assert stores.pool.closed
