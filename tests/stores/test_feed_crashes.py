"""A consumer that is killed at any of its steps goes on where it was."""

from __future__ import annotations

import itertools
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from orderlife.ports.store import FindCursors, ReadFeed
from tests.desk.test_store import commit
from tests.stores.postgresql import sync_store
from tests.stores.sqlite import opened

pytestmark = pytest.mark.one_python

ROOT: Final = Path(__file__).parents[2]
READS: Final = """
import os, signal, sys
from orderlife import OrderDesk

url, path, dies_at = sys.argv[1:]
steps = 0

def step():
    global steps
    steps += 1
    if steps == int(dies_at):
        os.kill(os.getpid(), signal.SIGKILL)

with OrderDesk.open(url, fakes=True) as desk, open(path, "a") as done:
    for entry in desk.feed.consumer("erp"):
        step()  # before its work, when the one before is acknowledged
        print(entry.position, file=done, flush=True)
        step()  # before it is acknowledged
"""
ORDERS: Final = ("o1", "o2")


def read(url: str, log: Path, dies_at: int) -> bool:
    """Whether a consumer has come to the end, and was not killed."""
    ran = subprocess.run(
        [sys.executable, "-c", READS, url, str(log), str(dies_at)],
        cwd=ROOT,
        check=False,
        timeout=60,
    )
    assert ran.returncode in {0, -signal.SIGKILL}
    return ran.returncode == 0


def consumed(url: str, store: Any, tmp_path: Path) -> None:
    """Kill a consumer at its steps, and look at what it has done."""
    for order_id in ORDERS:
        for version in range(2):
            store.commit(commit(version, order_id))
    log = tmp_path / "done"
    log.touch()
    positions = [each.position for each in store.feed(ReadFeed())]
    assert not read(url, log, 1)
    assert log.read_text() == ""
    for _ in range(2):
        assert not read(url, log, 2)
        assert store.cursors(FindCursors()) == ()
    # From now on each does the one before again, and one more.
    killed = 0
    while not read(url, log, 4):
        killed += 1
        assert killed < len(positions)
    done = [int(line) for line in log.read_text().split()]
    fresh = [position for position, _ in itertools.groupby(done)]
    assert fresh == positions
    assert len(done) == 2 + killed + len(positions)
    (cursor,) = store.cursors(FindCursors())
    assert cursor.position == positions[-1]


def test_a_killed_consumer_on_sqlite(tmp_path: Path) -> None:
    """An entry comes again, or not, and none is left out."""
    path = tmp_path / "shop.db"
    with opened(path) as store:
        consumed(str(path), store, tmp_path)


def test_a_killed_consumer_on_postgresql(
    postgres_url: str, tmp_path: Path
) -> None:
    """The same, with another process giving positions."""
    with sync_store(postgres_url) as store:
        store.migrate()
        consumed(postgres_url, store, tmp_path)
