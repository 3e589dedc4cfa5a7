"""Clients that are killed in the middle of a statement on PostgreSQL.

The server goes on with it, or not: all of it is done, or nothing, and
whoever comes next goes on.  A statement is held up by a row that another
connection has locked.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from orderlife.ports.store import ReadFeed, Stale
from orderlife_adapters.postgres import Naming
from tests.desk.test_store import commit
from tests.stores.postgresql import rows, sync_store, waits_for_lock
from tests.stores.sqlite import shop_on
from tests.stores.test_archives import ARCHIVE, late, lived

pytestmark = pytest.mark.one_python

ROOT: Final = Path(__file__).parents[2]
CLIENT: Final = """
import sys
from orderlife.ports.store import ReadFeed
from orderlife_adapters.postgres import Naming
from tests.crash.boundary import Boundary, traced
from tests.stores.postgresql import sync_store
from tests.stores.test_archives import ARCHIVE, late

url, what, dies_at = sys.argv[1:]
boundary = Boundary(0, int(dies_at))
naming = Naming(prefix=f"t{dies_at}_") if what == "migrate" else None
with traced(boundary), sync_store(url, cases=0, naming=naming) as store:
    boundary.begin(0)
    if what == "migrate":
        store.migrate()
    elif what == "fold":
        store.archive(ARCHIVE)
    elif what == "unfold":
        store.commit(late(store))
    else:
        store.feed(ReadFeed())
    print(*boundary.labels[0], sep="\\n")
"""


def client(url: str, what: str, dies_at: int = 0) -> subprocess.Popen[str]:
    """A process that does something, and may die before a statement."""
    return subprocess.Popen(
        [sys.executable, "-c", CLIENT, url, what, str(dies_at)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


@contextmanager
def held_up(url: str, lock: str, what: str) -> Iterator[None]:
    """A client is killed while it waits for these rows.

    They are set free at the end, and the statement is over then.
    """
    with psycopg.connect(url) as own:
        own.execute(lock.encode())
        with client(url, what) as killed:
            waits_for_lock(url)
            killed.send_signal(signal.SIGKILL)
        yield
        own.rollback()
    # Whoever locks all rows comes after the statement.
    rows(url, "SELECT FROM orderlife_orders FOR UPDATE")
    rows(url, "SELECT FROM orderlife_sequencers FOR UPDATE")


def parts(store: Any) -> tuple[Any, ...]:
    """What must be there of the order, folded away or not."""
    return (
        store.history("o1"),
        store.effects("o1"),
        [(each.number, each.digest) for each in store.links("o1")],
    )


LOCKS: Final = {
    "an effect": "SELECT FROM orderlife_effects FOR UPDATE",
    "the order": "SELECT FROM orderlife_orders FOR UPDATE",
    "the archive": "SELECT FROM orderlife_archives FOR UPDATE",
}


@pytest.mark.parametrize(
    ("what", "lock"),
    [
        ("fold", "an effect"),
        ("fold", "the order"),
        ("unfold", "the archive"),
        ("unfold", "the order"),
    ],
)
def test_an_order_is_folded_away_or_it_is_not(
    postgres_url: str, what: str, lock: str
) -> None:
    """It reads alike, is decided on, and is folded away once more."""
    with sync_store(postgres_url, cases=0) as store:
        store.migrate()
        lived(store, folds=what == "unfold")
        before = parts(store)
        with held_up(postgres_url, LOCKS[lock], what):
            assert parts(store) == before
        known, *_ = before
        assert parts(store)[0][: len(known)] == known
        orders: Any = store
        shop_on(orders).desk.verify("o1")
        if what == "fold":
            assert parts(store) == before
            assert store.archive(ARCHIVE) in {("o1",), ()}
            assert parts(store) == before
        outcome = store.commit(late(store))
        assert not isinstance(outcome, Stale)
        assert len(parts(store)[0]) == len(known) + 1


def test_tables_are_made_whole_or_once_more(postgres_url: str) -> None:
    """Whoever dies while it makes them is in nobody's way."""
    with client(postgres_url, "migrate") as process:
        said, _ = process.communicate(timeout=60)
    number = len(said.splitlines())
    assert number > 20
    for dies_at in (number // 2, number - 1):
        with client(postgres_url, "migrate", dies_at) as process:
            assert process.wait(60) == -signal.SIGKILL
        naming = Naming(prefix=f"t{dies_at}_")
        with sync_store(postgres_url, naming=naming) as store:
            store.migrate()
            store.check()
            assert store.migrate() == 0
            lived(store)


def arrive(store: Any, order_id: str) -> None:
    """Store three decisions of an order."""
    for version in range(3):
        store.commit(commit(version, order_id))


def test_whoever_gives_positions_is_killed_while_it_does(
    postgres_url: str,
) -> None:
    """Another has waited for it, and each position is given once."""
    with sync_store(postgres_url) as store, ThreadPoolExecutor(1) as others:
        store.migrate()
        arrive(store, "o1")
        assert len(store.feed(ReadFeed())) == 3
        arrive(store, "o2")
        lock = "SELECT FROM orderlife_arrivals FOR UPDATE"
        with held_up(postgres_url, lock, "feed"):
            arrive(store, "o3")  # no commit waits for it
            reading = others.submit(store.feed, ReadFeed())
            waits_for_lock(postgres_url, 2)
        found = reading.result(60)
        assert found == store.feed(ReadFeed())
        assert [each.position for each in found] == list(range(1, 10))
        assert len({(each.order_id, each.version) for each in found}) == 9
        assert rows(postgres_url, "SELECT FROM orderlife_arrivals") == []


def test_whoever_gives_positions_is_killed_between_its_statements(
    postgres_url: str,
) -> None:
    """None is lost, and none is given twice: the next one goes on."""
    with sync_store(postgres_url) as store:
        store.migrate()
        dies_at, labels = 0, ""
        while not labels:
            dies_at += 1
            arrive(store, f"o{dies_at}")
            with client(postgres_url, "feed", dies_at) as process:
                labels, _ = process.communicate(timeout=60)
            given = rows(
                postgres_url,
                "SELECT position FROM orderlife_feed ORDER BY position",
            )
            left = rows(postgres_url, "SELECT FROM orderlife_arrivals")
            assert given == [(n + 1,) for n in range(len(given))]
            assert len(given) + len(left) == 3 * dies_at
        assert dies_at > 3
        found = store.feed(ReadFeed())
        assert [e.position for e in found] == list(range(1, 1 + 3 * dies_at))
        for number in range(1, 1 + dies_at):
            versions = [e.version for e in found if e.order_id == f"o{number}"]
            assert versions == [1, 2, 3]
