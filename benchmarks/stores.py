"""Lives on SQLite, beside the bare statements of the same writes.

A decision is read, made and stored in one transaction; what the ports
answer comes as facts.  A life is a whole life of 17 decisions; aims that
were set for one of 13 commands are as much lower.

The limit beside it is the same statements with the same values, by
sqlite3 without a library, turn by turn.
"""

from __future__ import annotations

import itertools
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, Self, TypeAlias

from benchmarks.life import NOON, POLICY, Message, Shop, form, whole_life
from benchmarks.lives import Clock
from benchmarks.measure import Figure, in_turns
from orderlife._kernel.case import Case
from orderlife._kernel.messages import Actor, Recorded
from orderlife.desk.desk import OrderDesk
from orderlife.engine.ports import Ports
from orderlife.engine.summary import summary_of
from orderlife.errors import CodecError
from orderlife.house import evolve
from orderlife.memory.ports import in_memory_ports
from orderlife.ports.base import Intent
from orderlife.ports.store import Commit, OrderStore
from orderlife.rooms.order.messages import OrderCompleted, OrderReopened
from orderlife_adapters._sqlite import Durability
from orderlife_adapters._words import inflated, packed
from orderlife_adapters.sqlite import SqliteOrderStore

__all__ = ["measure"]

TEMPLATE: Final = "template000000000000"
"""Stands for the id of an order, and is as long."""
TABLES: Final = ("orders", "decisions", "salts", "effects", "people")
_FED: Final = "decisions"
_EVENTS: Final = 100
"""More than a placed order has."""

Statement: TypeAlias = tuple[bool, str, Any]
"""Whether it is run for many rows, its text, and its values."""
Input: TypeAlias = tuple[datetime, Message]

_ids = (f"o{number:019}" for number in itertools.count())


def measure(*, quick: bool) -> tuple[Figure, ...]:
    """Live on a file with each durability, and beside them bare."""
    rounds, lives = (1, 2) if quick else (7, 30)
    with (
        _Bench("normal") as normal,
        _Bench("full") as full,
    ):
        found = in_turns(
            {
                "normal": partial(normal.lives, lives),
                "bare": partial(normal.bare, lives),
                "read": partial(normal.bare, lives, reading=True),
                "full": partial(full.lives, lives),
                "bare full": partial(full.bare, lives),
                "unit": partial(normal.units, lives),
                "load": partial(normal.load, 20, lives * 10),
                "load long": partial(normal.load, 2_000, lives),
            },
            rounds,
        )
        cpu = in_turns(
            {
                "ours": partial(normal.lives, lives, cpu=True),
                "bare": partial(normal.bare, lives, cpu=True),
                "read": partial(normal.bare, lives, reading=True, cpu=True),
                "unit": partial(normal.units, lives, cpu=True),
            },
            rounds,
        )
        took = sorted(normal.took)
        stored, events = normal.stored()
    p50, p99 = (took[int(len(took) * share)] * 1e3 for share in (0.5, 0.99))
    return (
        Figure("decisions in a life", normal.decisions),
        Figure("lives/s, NORMAL", found["normal"], at_least=252),
        Figure("  bare", found["bare"]),
        Figure("  bare, and the order read", found["read"]),
        Figure(
            "  CPU by bare", cpu["bare"] / cpu["ours"], "times", at_most=2.5
        ),
        Figure(
            "  CPU by bare, and the order read",
            cpu["read"] / cpu["ours"],
            "times",
            at_most=1.8,
        ),
        Figure("lives/s, FULL", found["full"], at_least=115),
        Figure("  bare", found["bare full"]),
        Figure("lives/s, a unit of work each", found["unit"], at_least=612),
        Figure("  CPU of a life in it", 1e3 / cpu["unit"], "ms", at_most=4.5),
        Figure("a decision, p50", p50, "ms"),
        Figure("a decision, p99", p99, "ms"),
        Figure("load of 20 events", found["load"], "µs", at_most=200),
        Figure("load of 2,000 events", found["load long"], "µs"),
        Figure("events of a life", events),
        Figure("stored bytes of an order", stored, "B"),
        *_growth(quick=quick),
    )


class _Bench:
    """A file, a desk on it, and the statements of one life."""

    def __init__(self, durability: Durability) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="orderlife-bench-")
        self.path = Path(self._folder.name, "shop.db")
        self.store = SqliteOrderStore(self.path, durability=durability)
        self.store.migrate()
        self.took: list[float] = []
        self._clock = Clock()
        self._desk = self._desk_on(self.store)
        self.inputs = _inputs(TEMPLATE)
        self.decisions = len(self.inputs)
        self._statements = self._recorded()
        self._live(self._desk, _inputs(next(_ids)))  # and warm

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()
        self._folder.cleanup()

    def _desk_on(self, store: OrderStore[Case]) -> OrderDesk:
        fakes = in_memory_ports(clock=self._clock)
        ports = Ports(
            store=store,
            payment=fakes.payment,
            carrier=fakes.carrier,
            inventory=fakes.inventory,
            notifier=fakes.notifier,
        )
        return OrderDesk(ports, policy=POLICY, clock=self._clock)

    def _live(
        self, desk: OrderDesk, inputs: list[Input], *, timed: bool = False
    ) -> None:
        for self._clock.now, message in inputs:
            start = time.perf_counter()
            desk.receipt(message)
            if timed:
                self.took.append(time.perf_counter() - start)

    def _recorded(self) -> list[list[Statement]]:
        """The statements of a life, input by input."""
        found = []
        connection: _Recording = sqlite3.connect(
            self.path, factory=_Recording, isolation_level=None
        )
        with closing(connection):
            desk = self._desk_on(self.store.joined(connection))
            for now, message in self.inputs:
                self._clock.now = now
                connection.execute("BEGIN IMMEDIATE")
                connection.asked = []
                desk.receipt(message)
                found.append(connection.asked)
                connection.execute("COMMIT")
        return found

    def lives(self, times: int, *, cpu: bool = False) -> float:
        """How many lives a second; by CPU, or by the clock."""
        ahead = [_inputs(next(_ids)) for _ in range(times)]
        now = time.process_time if cpu else time.perf_counter
        start = now()
        for inputs in ahead:
            self._live(self._desk, inputs, timed=not cpu)
        return times / (now() - start)

    def units(self, times: int, *, cpu: bool = False) -> float:
        """The same, all decisions of a life in one unit of work."""
        ahead = [_inputs(next(_ids)) for _ in range(times)]
        now = time.process_time if cpu else time.perf_counter
        start = now()
        for inputs in ahead:
            with self.store.transaction() as inside:
                self._live(self._desk_on(inside), inputs)
        return times / (now() - start)

    def bare(
        self, times: int, *, reading: bool = False, cpu: bool = False
    ) -> float:
        """The same statements, by sqlite3 alone."""
        connection = self.store._connection()  # noqa: SLF001
        lives = [
            self._filled(next(_ids), reading=reading) for _ in range(times)
        ]
        now = time.process_time if cpu else time.perf_counter
        start = now()
        for steps in lives:
            for statements in steps:
                _run(connection, statements)
        return times / (now() - start)

    def _filled(
        self, order_id: str, *, reading: bool
    ) -> list[list[Statement]]:
        return [
            [
                (many, text, _named(values, order_id))
                for many, text, values in statements
                if reading or not text.startswith("SELECT")
            ]
            for statements in self._statements
        ]

    def load(self, events: int, times: int) -> float:
        """Microseconds to load a whole order that is not at hand."""
        order_id = self._long(events)
        with closing(SqliteOrderStore(self.path, cases=0)) as store:
            store.load(order_id)
            start = time.perf_counter()
            for _ in range(times):
                store.load(order_id)
            return (time.perf_counter() - start) / times * 1e6

    def _long(self, events: int) -> str:
        """An order of so many events: of a life, and then to and fro."""
        order_id = next(_ids)
        for self._clock.now, message in _inputs(order_id):
            loaded = self.store.load(order_id)
            if loaded is not None and loaded.case.version >= events:
                return order_id
            self._desk.receipt(message)
        loaded = self.store.load(order_id)
        assert loaded is not None
        case, history = loaded.case, []
        for number in range(case.version + 1, events + 1):
            again = case.placed.state.value == "completed"
            event = OrderReopened(why="x") if again else OrderCompleted()
            case = evolve(case, event)
            actor = Actor("staff", "ada")
            history.append(Recorded(number, NOON, actor, "c", event))
        self.store.commit(
            Commit(
                order_id=order_id,
                expected_version=loaded.case.version,
                case=case,
                summary=summary_of(case),
                events=tuple(history),
                intents=(),
                timers=(),
                now=NOON,
            )
        )
        return order_id

    def stored(self) -> tuple[float, int]:
        """Bytes of one of a hundred orders, and how many events."""
        with _Bench("normal") as other:
            order_ids = [next(_ids) for _ in range(100)]
            for order_id in order_ids:
                other._live(other._desk, _inputs(order_id))
            events = len(other.store.history(order_ids[0]))
            other.store._file.flush()  # noqa: SLF001
            return other.path.stat().st_size / 102, events


class _Recording(sqlite3.Connection):
    """Takes down what it is asked for."""

    asked: list[Statement]

    def execute(self, text: str, values: Any = (), /) -> sqlite3.Cursor:
        self._take(many=False, text=text, values=values)
        return super().execute(text, values)

    def executemany(self, text: str, values: Any, /) -> sqlite3.Cursor:
        self._take(many=True, text=text, values=values)
        return super().executemany(text, values)

    def cursor(self, *_: Any, **__: Any) -> Any:
        return super().cursor(_RecordingCursor)

    def _take(self, *, many: bool, text: str, values: Any) -> None:
        if text.startswith(("SELECT head", "INSERT", "UPDATE")):
            self.asked.append((many, text, values))


class _RecordingCursor(sqlite3.Cursor):
    def execute(self, text: str, values: Any = (), /) -> Self:
        self.connection._take(  # type: ignore[attr-defined]  # noqa: SLF001
            many=False, text=text, values=values
        )
        return super().execute(text, values)


class _Asker(Shop):
    """A shop that takes down what it is asked to decide on."""

    def __init__(self) -> None:
        super().__init__()
        self.inputs: list[Input] = []

    def decide(self, message: Message, now: datetime) -> tuple[Intent, ...]:
        self.inputs.append((now, message))
        return super().decide(message, now)


def _inputs(order_id: str) -> list[Input]:
    """All that is decided on in a life, the ports' answers among it.

    Made ahead, and no part of what is measured.
    """
    shop = _Asker()
    for now, message in whole_life(order_id):
        shop.take(message, now)
    return shop.inputs


def _named(values: Any, order_id: str) -> Any:
    """The same values, of another order."""
    if isinstance(values, str):
        return values.replace(TEMPLATE, order_id)
    if isinstance(values, dict):
        return {name: _named(each, order_id) for name, each in values.items()}
    if isinstance(values, tuple | list):
        return type(values)(_named(each, order_id) for each in values)
    return values


def _run(connection: sqlite3.Connection, statements: list[Statement]) -> None:
    """One command, bare: its statements in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    for many, text, values in statements:
        if many:
            connection.executemany(text, values)
        else:
            connection.execute(text, values).fetchall()
    connection.execute("COMMIT")


def _growth(*, quick: bool) -> Iterator[Figure]:
    """CPU of a decision beside ever more orders."""
    counts = (100, 1_000) if quick else (1_000, 100_000, 1_000_000)
    rounds, lives = (1, 2) if quick else (7, 20)
    benches = {}
    try:
        for count in counts:
            benches[count] = _Bench("normal")
            _fill(benches[count], count)
        found = in_turns(
            {
                str(count): partial(bench.lives, lives, cpu=True)
                for count, bench in benches.items()
            },
            rounds,
        )
    finally:
        for bench in benches.values():
            bench.__exit__()
    took = {
        count: 1e6 / bench.decisions / found[str(count)]
        for count, bench in benches.items()
    }
    for count, each in took.items():
        yield Figure(f"CPU of a decision beside {count:,} orders", each, "µs")
    few, many = counts[0], counts[-1]
    yield Figure(
        f"  beside {many:,} by beside {few:,}",
        took[many] / took[few],
        "times",
        at_most=1.15,
    )


def _fill(bench: _Bench, count: int) -> None:
    """Put copies of a placed order into the tables."""
    bench._desk.receipt(form("copied"))  # noqa: SLF001
    connection = bench.store._connection()  # noqa: SLF001
    for table in TABLES:
        rows = connection.execute(
            f"SELECT * FROM orderlife_{table} "  # noqa: S608
            "WHERE order_id = 'copied'"
        ).fetchall()
        marks = ", ".join("?" * len(rows[0]))
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            f"INSERT INTO orderlife_{table} VALUES ({marks})",  # noqa: S608
            _copies(rows, count, events=_EVENTS if table == _FED else 0),
        )
        connection.execute("COMMIT")


def _copies(
    rows: list[Any], count: int, *, events: int
) -> Iterable[tuple[Any, ...]]:
    """Rows for so many other orders.

    The fourth column of a decision is its position in the feed: each copy
    needs room for so many events behind the one before.
    """
    for number in range(count):
        order_id = f"f{number:019}"
        for row in rows:
            copy: list[Any] = [_renamed(each, order_id) for each in row]
            if events:
                copy[3] += (number + 1) * events
            yield tuple(copy)


def _renamed(value: Any, order_id: str) -> Any:
    """A value of the copied order, of another one."""
    if isinstance(value, str):
        return value.replace("copied", order_id)
    if isinstance(value, bytes):
        with suppress(CodecError):
            return packed(inflated(value).replace("copied", order_id))
    return value
