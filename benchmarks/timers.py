"""What a worker's round costs beside timers that stay due.

Each of so many orders has a timer that was fired and led to nothing:
it is put off.  A round finds the one timer that is due beside them.
"""

from __future__ import annotations

import tempfile
from datetime import timedelta
from functools import partial
from pathlib import Path

from benchmarks.life import NOON
from benchmarks.measure import Figure, cpu_us, in_turns
from orderlife._kernel.messages import Timer, TimerKind
from orderlife.ports.store import FindDueTimers
from orderlife_adapters.sqlite import SqliteOrderStore
from tests.desk.test_store import commit

__all__ = ["measure"]

_HOUR = timedelta(hours=1)


def measure(*, quick: bool) -> tuple[Figure, ...]:
    """Find what is due beside few and beside many that wait."""
    counts = (10, 100) if quick else (10, 10_000)
    rounds, times = (1, 2) if quick else (9, 200)
    due = FindDueTimers(now=NOON, latest=NOON + 2 * _HOUR)
    with tempfile.TemporaryDirectory(prefix="orderlife-bench-") as folder:
        stores = {
            count: _filled(Path(folder, f"{count}.db"), count)
            for count in counts
        }
        found = in_turns(
            {
                str(count): partial(
                    cpu_us, partial(store.due_timers, due), times
                )
                for count, store in stores.items()
            },
            rounds,
        )
        for store in stores.values():
            assert len(store.due_timers(due)) == 1
            store.close()
    few, many = (found[str(count)] for count in counts)
    return (
        *(
            Figure(f"CPU beside {count:,} put off", found[str(count)], "µs")
            for count in counts
        ),
        Figure("  many by few", many / few, "times", at_most=1.5),
    )


def _filled(path: Path, count: int) -> SqliteOrderStore:
    store = SqliteOrderStore(path, durability="normal")
    store.migrate()
    waits = (Timer(TimerKind.FOLLOW_UP, "h1", NOON),)
    for number in range(count + 1):
        store.commit(commit(0, f"o{number}", timers=waits))
    with store._file.writing() as connection:  # noqa: SLF001
        connection.execute(
            "UPDATE orderlife_orders SET put_off = timer_at + 3600000000 "
            "WHERE order_id <> 'o0'"
        )
    return store
