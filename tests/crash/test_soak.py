"""Four workers and a clerk, killed at random, on both stores.

Waits poll a condition and have a deadline; ORDERLIFE_DEEP makes all of
it longer.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest

from orderlife.memory.clock import Clock
from orderlife.ports.store import EffectState
from tests.crash.databases import InPostgres, InSqlite
from tests.crash.paths import PATHS
from tests.crash.provider import BOTH, Remote, provider
from tests.crash.rig import Database, audit, settle
from tests.crash.soak import LEASE, SHOP, Nursery, Soak, alive, now, nursery
from tests.postgres import Server

DEEP = "ORDERLIFE_DEEP" in os.environ
ORDERS = 150 if DEEP else 12
KILLS = 60 if DEEP else 6
_DEADLINE = 1800 if DEEP else 120


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
        )


def chaos(soak: Soak, forks: Nursery, between: Callable[[int], None]) -> None:
    """Kill one of them at a time, and replace it, until all is taken."""
    dice = random.Random(20_261)
    workers = [forks.fork(soak, "work") for _ in range(4)]
    clerk = forks.fork(soak, "clerk")
    for number in range(KILLS):
        time.sleep(dice.uniform(0.05, 0.4))  # how long each of them lives
        between(number)
        if dice.random() < 0.25 or not alive(clerk):
            forks.kill(clerk)
            clerk = forks.fork(soak, "clerk")
        victim = workers.pop(dice.randrange(4))
        forks.kill(victim)
        workers.append(forks.fork(soak, "work"))
    # He has ended by himself when all steps are taken.
    until(lambda: not alive(clerk))


def wrongs(soak: Soak) -> dict[str, Any]:
    """What the audit says of each order, once nothing is due any more."""
    clock = Clock(now() + LEASE)
    remote = Remote(soak.address, SHOP, BOTH, clock)
    wrong: dict[str, Any] = {}
    with soak.desk(clock) as desk:
        for order, path in soak.names():
            settle(desk, clock, order)
            ending = audit(desk, remote, PATHS[path], {}, order)
            if ending.problems:
                wrong[order] = ending.problems
        inventory: Any = desk.ports.inventory
        inventory.check()
    twice = remote.admin("doubled")
    return {**wrong, "twice": twice} if twice else wrong


@pytest.fixture
def forks() -> Iterator[Nursery]:
    """Where processes come from."""
    with nursery() as found:
        yield found


@pytest.mark.one_python
def test_soak_on_sqlite(tmp_path: Path, forks: Nursery) -> None:
    """Whoever is killed when: nothing is lost and nothing is twice."""
    with soaked(InSqlite(tmp_path), tmp_path) as soak:
        chaos(soak, forks, lambda _: None)
        for pid in list(forks.pids):
            forks.kill(pid)
        assert {} == wrongs(soak)


@pytest.mark.one_python
def test_soak_on_postgres(
    own_postgres: Server, tmp_path: Path, forks: Nursery
) -> None:
    """The server itself is killed, too, and comes back."""

    def restart(number: int) -> None:
        if number % 4 == 2:
            own_postgres.restart()

    with soaked(InPostgres(own_postgres.url), tmp_path) as soak:
        chaos(soak, forks, restart)
        for pid in list(forks.pids):
            forks.kill(pid)
        assert {} == wrongs(soak)


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


def test_a_lost_workers_work_is_taken_over_on_postgres(
    postgres_url: str, tmp_path: Path, forks: Nursery
) -> None:
    """Within the lease and five seconds."""
    with soaked(InPostgres(postgres_url), tmp_path) as soak:
        assert taken_over(soak, forks) < LEASE.total_seconds() + 5
