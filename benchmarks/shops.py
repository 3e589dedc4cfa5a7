"""What a shop pays for a life: the desk on SQLite, with all it does.

Stock in the same file, every effect claimed, performed and settled,
messages sent; payment, carrier and notifier say yes at once.  Beside it
the same 13 commands in plain tables, without a library, turn by turn.
A life is a whole life: nothing is divided by its commands.
"""

from __future__ import annotations

import itertools
import sqlite3
import tempfile
import time
from collections import Counter
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, Self

from benchmarks.bare import COMMANDS, Bare
from benchmarks.life import LINES, NOON, POLICY, whole_life
from benchmarks.lives import Clock
from benchmarks.measure import Figure, in_turns
from orderlife._kernel.messages import Command
from orderlife.desk.desk import OrderDesk
from orderlife.engine.ports import Ports
from orderlife.memory.ports import in_memory_ports
from orderlife_adapters._sqlite import Durability
from orderlife_adapters.sqlite import SqliteOrderStore

__all__ = ["measure"]

_ids = (f"o{number:019}" for number in itertools.count())
_COUNTED: Final = 10
"""Of so many lives the statements and the bytes are counted."""


def measure(*, quick: bool) -> tuple[Figure, ...]:
    """Live on a file with each durability, and beside them bare."""
    rounds, lives = (1, 2) if quick else (9, 20)
    with _Shop("normal") as normal, _Shop("full") as full:
        cpu = in_turns(
            {
                "desk": partial(normal.lives, lives, time.process_time),
                "bare": partial(normal.bare, lives, time.process_time),
            },
            rounds,
        )
        wall = in_turns(
            {
                "desk": partial(full.lives, lives, time.perf_counter),
                "bare": partial(full.bare, lives, time.perf_counter),
            },
            rounds,
        )
        statements = normal.counted()
        log = normal.logged()
        stored = normal.stored()
        archived = normal.archived()
    return (
        Figure("commands of a bare life", len(COMMANDS)),
        Figure("CPU of a life, desk on SQLite", cpu["desk"], "ms"),
        Figure("  bare", cpu["bare"], "ms"),
        Figure("  beside bare", cpu["desk"] / cpu["bare"], "times", at_most=8),
        Figure(
            "a life on FULL by the clock, beside bare",
            wall["desk"] / wall["bare"],
            "times",
            at_most=2,
        ),
        Figure("commits a life", statements["COMMIT"], at_most=21),
        Figure("statements a life", statements.total(), at_most=180),
        Figure("stored bytes of an order", stored, "B", at_most=16_384),
        Figure("  folded away", archived, "B", at_most=6_144),
        Figure("write-ahead log of a life", log, "B", at_most=460_800),
    )


class _Shop:
    """A desk whose orders and stock lie in one file, and one beside it."""

    def __init__(self, durability: Durability) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="orderlife-bench-")
        self.path = Path(self._folder.name, "shop.db")
        self._bare = Bare(Path(self._folder.name, "bare.db"), durability)
        self._clock = Clock()
        self._orders = SqliteOrderStore(self.path, durability=durability)
        self._stock = self._orders.inventory(clock=self._clock)
        self._orders.migrate()
        self._stock.migrate()
        for line in range(1, LINES + 1):
            self._stock.receive(f"mug-{line}", "main", 100_000_000, "first")
        fakes = in_memory_ports(clock=self._clock)
        ports = Ports(
            store=self._orders,
            payment=fakes.payment,
            carrier=fakes.carrier,
            inventory=self._stock,
            notifier=fakes.notifier,
        )
        self._desk = OrderDesk(ports, policy=POLICY, clock=self._clock)
        self._live(next(_ids))  # and warm
        self._bare.live(next(_ids))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bare.close()
        self._orders.close()
        self._stock.close()
        self._folder.cleanup()

    def _live(self, order_id: str) -> None:
        self._clock.now = NOON
        for self._clock.now, message in whole_life(order_id):
            if isinstance(message, Command):
                self._desk.submit(message)
            else:
                self._desk.report(message)

    def lives(self, times: int, now: Any) -> float:
        """Milliseconds of one of so many lives."""
        order_ids = list(itertools.islice(_ids, times))
        start = now()
        for order_id in order_ids:
            self._live(order_id)
        return float(now() - start) / times * 1e3

    def bare(self, times: int, now: Any) -> float:
        """The same of as many lives in plain tables."""
        order_ids = list(itertools.islice(_ids, times))
        start = now()
        for order_id in order_ids:
            self._bare.live(order_id)
        return float(now() - start) / times * 1e3

    def _connections(self) -> tuple[sqlite3.Connection, ...]:
        stock = self._stock._connection  # noqa: SLF001
        assert stock is not None
        return self._orders._connection(), stock  # noqa: SLF001

    def counted(self) -> Counter[str]:
        """How many statements of which kind a life has."""
        found: Counter[str] = Counter()

        def take(text: str) -> None:
            found[text.split(maxsplit=1)[0]] += 1

        for connection in self._connections():
            connection.set_trace_callback(take)
        for _ in range(_COUNTED):
            self._live(next(_ids))
        for connection in self._connections():
            connection.set_trace_callback(None)
        return Counter(
            {kind: count // _COUNTED for kind, count in found.items()}
        )

    @contextmanager
    def _unchecked(self) -> Any:
        """Keep the log, which is written to the file otherwise."""
        for connection in self._connections():
            connection.execute("PRAGMA wal_autocheckpoint = 0")
        yield
        for connection in self._connections():
            connection.execute("PRAGMA wal_autocheckpoint = 1000")

    def logged(self) -> float:
        """Bytes that a life adds to the write-ahead log."""
        self._orders._file.flush()  # noqa: SLF001
        with self._unchecked():
            for _ in range(_COUNTED):
                self._live(next(_ids))
            log = self.path.with_name(f"{self.path.name}-wal")
            return log.stat().st_size / _COUNTED

    def stored(self) -> float:
        """Bytes of an order in the file, beside which others lie."""
        times = 100
        with closing(sqlite3.connect(self.path)) as file:
            before = _used(file)
            for _ in range(times):
                self._live(next(_ids))
            self._orders._file.flush()  # noqa: SLF001
            return (_used(file) - before) / times

    def archived(self) -> float:
        """Bytes of a closed order that was folded away, with its stock.

        All that lie in the file are, and old answers of the stock go.
        """
        with closing(sqlite3.connect(self.path)) as file:
            self._clock.now = NOON + timedelta(days=500)
            self._desk.archive(limit=1_000_000)
            self._stock.prune()
            self._orders._file.flush()  # noqa: SLF001
            ((orders,),) = file.execute(
                "SELECT count(*) FROM orderlife_archives"
            ).fetchall()
            return _used(file) / float(orders)


def _used(file: sqlite3.Connection) -> int:
    """How many bytes of the file are in use."""
    pages, free, size = (
        file.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)
