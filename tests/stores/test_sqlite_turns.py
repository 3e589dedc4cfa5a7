"""Who waits how patiently for the turn to write to a SQLite file."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from orderlife import OverloadedError, worker
from orderlife_adapters import _sqlite_turns as turns
from orderlife_adapters.sqlite import SqliteOrderStore
from tests.desk.shop import Shop, Through, always

EAGER, PATIENT = turns.EAGER, turns.PATIENT


class Time:
    """A clock that goes on while somebody sleeps, and by nothing else."""

    def __init__(self) -> None:
        self.now = 0.0
        self.naps: list[float] = []
        self.meanwhile: Callable[[], object] = list
        """What others do while somebody sleeps."""

    def monotonic(self) -> float:
        """Seconds since it was made."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Sleep, in no time."""
        self.naps.append(seconds)
        self.now += seconds
        self.meanwhile()


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """The time of those who wait."""
    made = Time()
    monkeypatch.setattr(turns, "time", made)
    return made


@contextmanager
def held(path: Path) -> Iterator[None]:
    """While another has the turn to write."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def shop_on(path: Path, *, inline: bool) -> Iterator[Shop]:
    """A shop on a file, which has a short wait for its turn."""
    with closing(SqliteOrderStore(path, busy_timeout=0.2)) as store:
        store.migrate()
        shop = Shop()
        shop.desk = shop.another(inline=inline, store=store)
        yield shop


@pytest.mark.parametrize("patience", [EAGER, PATIENT])
def test_naps_grow_up_to_the_longest(
    tmp_path: Path, time: Time, patience: turns.Patience
) -> None:
    """Each is of a random length, so that those who wait do not meet."""
    path = tmp_path / "shop.db"
    with (
        held(path),
        closing(sqlite3.connect(path, timeout=0)) as connection,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        turns.begin(connection, 1.0, patience)

    assert time.now > 1.0
    most, slept = patience.first, 0.0
    for nap in time.naps:
        assert most / 2 <= nap <= most
        most = min(2 * most, patience.longest)
        slept += nap
        if slept > 0.2:
            most = EAGER.longest  # a fifth of it is over
    assert most == EAGER.longest


def test_an_error_that_is_no_wait_is_told_at_once(
    tmp_path: Path, time: Time
) -> None:
    """Nobody waits for what does not end."""
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        connection.execute("BEGIN")
        with pytest.raises(sqlite3.OperationalError, match="within a"):
            turns.begin(connection, 1.0, EAGER)
    assert time.naps == []


@contextmanager
def written(path: Path) -> Iterator[sqlite3.Connection]:
    """While another writes to a file that keeps no log."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def mode(connection: sqlite3.Connection) -> str:
    """What a file keeps beside it."""
    return str(connection.execute("PRAGMA journal_mode").fetchone()[0])


def test_a_log_is_kept_once_others_let_go_of_the_file(
    tmp_path: Path, time: Time
) -> None:
    """It is asked for every few milliseconds, and kept for good."""
    path = tmp_path / "shop.db"
    with (
        written(path) as other,
        closing(sqlite3.connect(path, timeout=0)) as connection,
    ):
        time.meanwhile = lambda: len(time.naps) < 3 or other.execute("COMMIT")
        turns.write_ahead(connection, 1.0)
        assert mode(connection) == "wal"
        assert time.naps == [0.005] * 3
        turns.write_ahead(connection, 1.0)
        assert mode(connection) == "wal"
    assert len(time.naps) == 3


def test_who_never_lets_go_of_a_file_is_not_waited_for(
    tmp_path: Path, time: Time
) -> None:
    """But for as long as anybody waits for a turn."""
    path = tmp_path / "shop.db"
    with (
        written(path),
        closing(sqlite3.connect(path, timeout=0)) as connection,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        turns.write_ahead(connection, 1.0)
    assert 1.0 < time.now < 1.1


def test_a_file_that_keeps_no_log_is_told_at_once(
    tmp_path: Path, time: Time
) -> None:
    """One that may only be read, say."""
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as made:
        made.execute("CREATE TABLE t (a)")
    with (
        closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as reader,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        turns.write_ahead(reader, 1.0)
    assert time.naps == []


@pytest.mark.parametrize("concurrency", [0, 1, 3])
def test_what_is_due_waits_more_patiently_than_who_serves(
    tmp_path: Path, time: Time, concurrency: int
) -> None:
    """In a worker, in each of its threads, and in a round of a desk."""
    path = tmp_path / "shop.db"
    with shop_on(path, inline=False) as shop:
        stop = threading.Event()
        naps: list[float] = []

        def first_nap() -> float:
            time.naps.clear()
            with held(path), pytest.raises(OverloadedError):
                shop.place(order_id="o2")
            return time.naps[0]

        def authorize(intent: Any) -> Any:
            naps.append(first_nap())
            stop.set()
            return shop.bank.authorize(intent)

        shop.place(order_id="o1")
        assert first_nap() <= EAGER.first
        bank = Through(shop.bank, authorize=authorize)
        store = shop.desk.ports.store
        desk = shop.another(inline=False, store=store, payment=bank)
        if concurrency:
            worker.run(desk, stop, concurrency=concurrency)
        else:
            assert desk.work(limit=2).effects == 2
        assert len(naps) == 1
        assert naps[0] > EAGER.longest
        assert first_nap() <= EAGER.first


def test_who_is_interrupted_in_a_round_is_not_patient_for_ever(
    tmp_path: Path, time: Time
) -> None:
    """The thread may serve somebody next."""
    path = tmp_path / "shop.db"
    with shop_on(path, inline=False) as shop:
        bank = Through(shop.bank, authorize=always(KeyboardInterrupt()))
        store = shop.desk.ports.store
        desk = shop.another(inline=False, store=store, payment=bank)
        shop.place(order_id="o1")
        with pytest.raises(KeyboardInterrupt):
            desk.work()
        with held(path), pytest.raises(OverloadedError):
            shop.place(order_id="o2")
        assert time.naps[0] <= EAGER.first


def test_what_a_desk_claims_of_its_own_order_is_waited_for(
    tmp_path: Path, time: Time
) -> None:
    """Somebody waits for it: it is no work in the background."""
    path = tmp_path / "shop.db"
    with shop_on(path, inline=True) as shop:
        shop.place(order_id="o1")
        assert shop.view("o1").status.order == "confirmed"
        with held(path), pytest.raises(OverloadedError):
            shop.place(order_id="o2")
        assert time.naps[0] <= EAGER.first
