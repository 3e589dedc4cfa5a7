"""Four workers, a clerk and a reader, killed at random, on both stores.

Waits poll a condition and have a deadline; ORDERLIFE_DEEP makes all of
it longer, and ORDERLIFE_SOAK makes it as many seconds long as it says.
"""

from __future__ import annotations

import itertools
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from orderlife.memory.clock import Clock
from orderlife.ports.store import EffectState, ReadFeed
from tests.crash.databases import InPostgres, InSqlite
from tests.crash.paths import PATHS
from tests.crash.provider import BOTH, Remote, provider
from tests.crash.rig import Database, audit, settle
from tests.crash.soak import (
    CONSUMER,
    LEASE,
    SHOP,
    Nursery,
    Soak,
    alive,
    now,
    nursery,
)
from tests.postgres import Server

DEEP: Final = "ORDERLIFE_DEEP" in os.environ
SECONDS: Final = float(os.environ.get("ORDERLIFE_SOAK", "0"))
LONG: Final = bool(DEEP or SECONDS)
ORDERS: Final = 40 if SECONDS else 150 if DEEP else 12
"""How many orders the clerk has at a time."""
KILLS: Final = 60 if LONG else 6
WORKERS: Final = 4
_LIVES: Final = (0.2, 2.0) if SECONDS else (0.05, 0.4)
"""The seconds from one kill to the next: the least, and the most."""
RESTARTS: Final = 12 if SECONDS else 4
"""Of so many rounds the server is killed in one, too."""
_DEADLINE: Final = 1800 if LONG else 120
_PAGE: Final = 1_000


def until(true: Callable[[], bool], seconds: float = _DEADLINE) -> float:
    """Wait until it is so; give how many seconds that took."""
    begun = time.monotonic()
    while not true():
        if time.monotonic() - begun > seconds:
            message = f"not so after {seconds} seconds"
            raise TimeoutError(message)
        time.sleep(0.01)
    return time.monotonic() - begun


@contextmanager
def soaked(database: Database, folder: Path) -> Iterator[Soak]:
    """A provider and a database with an empty shop."""
    database.prepare()
    database.begin(SHOP)
    with provider(folder / "journal") as address:
        remote = Remote(address, SHOP, BOTH, now)
        remote.admin("open", BOTH)
        yield Soak(
            database=database,
            address=address,
            able=BOTH,
            orders=ORDERS,
            begun=now(),
            folder=folder,
        )


def chaos(
    soak: Soak, forks: Nursery, between: Callable[[], bool]
) -> tuple[Soak, Counter[str]]:
    """Kill one of them at a time, and replace it, until all is taken.

    Args:
        soak: the shop, and the first orders.
        forks: where processes come from.
        between: is called before each kill; whether it killed a server.

    Returns:
        The shop with all orders, and how many of whom were killed.
    """
    dice = random.Random(20_261)
    end = time.monotonic() + SECONDS
    killed: Counter[str] = Counter()
    workers = [forks.fork(soak, "work") for _ in range(WORKERS)]
    clerk, reader = forks.fork(soak, "clerk"), forks.fork(soak, "read")
    while killed["worker"] < KILLS or time.monotonic() < end:
        time.sleep(dice.uniform(*_LIVES))  # how long each of them lives
        killed["server"] += between()
        if not alive(clerk) and time.monotonic() < end:
            forks.kill(clerk)  # he has taken all steps of these orders
            soak = attrs.evolve(soak, first=soak.first + ORDERS)
            clerk = forks.fork(soak, "clerk")
        elif dice.random() < 0.25:
            forks.kill(clerk)
            clerk = forks.fork(soak, "clerk")
            killed["clerk"] += 1
        if dice.random() < 0.25:
            forks.kill(reader)
            reader = forks.fork(soak, "read")
            killed["reader"] += 1
        victim = workers.pop(dice.randrange(WORKERS))
        forks.kill(victim)
        workers.append(forks.fork(soak, "work"))
        killed["worker"] += 1
    # He has ended by himself when all steps are taken.
    until(lambda: not alive(clerk))
    for pid in list(forks.pids):
        forks.kill(pid)
    return attrs.evolve(soak, first=0, orders=soak.first + ORDERS), killed


def wrongs(soak: Soak, killed: Counter[str]) -> dict[str, Any]:
    """What the audit says of each order, once nothing is due any more."""
    clock = Clock(now() + LEASE)
    remote = Remote(soak.address, SHOP, BOTH, clock)
    wrong: dict[str, Any] = {}
    told: Counter[str] = Counter()
    with soak.desk(clock) as desk:
        for order, _ in soak.names():
            settle(desk, clock, order)
        clock.advance(days=1)
        while desk.archive(after=timedelta()):
            pass
        for order, path in soak.names():
            ending = audit(desk, remote, PATHS[path], {}, order)
            if ending.problems:
                wrong[order] = ending.problems
            told["events"] += len(ending.events)
            told["effects"] += len(ending.effects)
            told["folded"] += soak.database.is_folded(SHOP, order)
        inventory: Any = desk.ports.inventory
        inventory.check()
        wrong |= _unread(soak, desk)
    twice = remote.admin("doubled")
    late = len(set(soak.written("folded")))
    told["orders"], told["unfolded"] = soak.orders, late
    told["read"] = len(soak.written("read"))
    sys.stdout.write(f"\nkilled {dict(killed)}; {dict(told)}\n")
    if not late:
        wrong["folded"] = "nothing was folded away while they worked"
    return {**wrong, "twice": twice} if twice else wrong


def _unread(soak: Soak, desk: Any) -> dict[str, Any]:
    """What the reader has left out, or was given in another order.

    He reads to the end; what came again, after a death, was the next in
    its turn when it came first.
    """
    soak.consume(desk)
    lines = [
        tuple(line.split()) for line in dict.fromkeys(soak.written("read"))
    ]
    expected: list[tuple[str, str, str]] = []
    after = 0
    while page := desk.ports.store.feed(ReadFeed(after=after, limit=_PAGE)):
        expected += [
            (str(each.position), each.order_id, str(each.version))
            for each in page
        ]
        after = page[-1].position
    histories = sum(len(desk.history(order)) for order, _ in soak.names())
    if lines != expected:
        pairs = zip(lines, expected, strict=False)
        return {"feed": [pair for pair in pairs if pair[0] != pair[1]][:1]}
    if len({each[1:] for each in expected}) != histories:
        return {"feed": f"of {len(expected)}, and there are {histories}"}
    (cursor,) = desk.feed.consumers()
    if (cursor.consumer, cursor.position) != (CONSUMER, after):
        return {"feed": f"{cursor}, and the feed ends at {after}"}
    return {}


@pytest.fixture
def forks() -> Iterator[Nursery]:
    """Where processes come from."""
    with nursery() as found:
        yield found


@pytest.mark.one_python
def test_soak_on_sqlite(tmp_path: Path, forks: Nursery) -> None:
    """Whoever is killed when: nothing is lost and nothing is twice."""
    with soaked(InSqlite(tmp_path), tmp_path) as soak:
        assert {} == wrongs(*chaos(soak, forks, lambda: False))


@pytest.mark.one_python
def test_soak_on_postgres(
    own_postgres: Server, tmp_path: Path, forks: Nursery
) -> None:
    """The server itself is killed, too, and comes back."""
    turns = itertools.count()

    def restart() -> bool:
        kills = next(turns) % RESTARTS == 2
        if kills:
            own_postgres.restart()
        return kills

    with soaked(InPostgres(own_postgres.url), tmp_path) as soak:
        assert {} == wrongs(*chaos(soak, forks, restart))


def taken_over(soak: Soak, forks: Nursery) -> float:
    """How many seconds the work of a lost worker has waited."""
    lost = forks.fork(attrs.evolve(soak, slow="payment.authorize"), "work")
    with soak.desk() as desk:
        desk.submit(soak.steps("o0", "delivered")[0])  # type: ignore[arg-type]

        def state() -> EffectState | None:
            return next(
                (
                    effect.state
                    for effect in desk.effects("o0")
                    if effect.operation_id == "o0:authorize:1"
                ),
                None,
            )

        until(lambda: state() is EffectState.CLAIMED)
        forks.kill(lost)
        forks.fork(soak, "work")
        seconds = until(lambda: state() is EffectState.DONE)
        until(lambda: desk.get("o0").status.order == "confirmed")
    return seconds


def test_a_lost_workers_work_is_taken_over_on_sqlite(
    tmp_path: Path, forks: Nursery
) -> None:
    """Within the lease and five seconds."""
    with soaked(InSqlite(tmp_path), tmp_path) as soak:
        assert taken_over(soak, forks) < LEASE.total_seconds() + 5


@pytest.mark.one_python
def test_a_lost_workers_work_is_taken_over_on_postgres(
    postgres_url: str, tmp_path: Path, forks: Nursery
) -> None:
    """Within the lease and five seconds."""
    with soaked(InPostgres(postgres_url), tmp_path) as soak:
        assert taken_over(soak, forks) < LEASE.total_seconds() + 5
