"""The feed on PostgreSQL: who comes first, what was restored, what is odd."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from orderlife import (
    CodecError,
    InDoubtError,
    InputError,
    OverloadedError,
    PortError,
    UncommittedError,
)
from orderlife.ports.store import (
    FeedEntry,
    FindCursors,
    MoveCursor,
    ReadFeed,
)
from orderlife_adapters._migrations import Naming
from orderlife_adapters._postgres_driver import Ask, run
from orderlife_adapters._postgres_faults import LostError
from orderlife_adapters._postgres_orders import Orders
from orderlife_adapters.postgres import PostgresOrderStore
from tests.desk.test_store import commit
from tests.postgres import Server, program
from tests.stores.postgresql import BOTH, rows, sync_store, waits_for_lock

URL: Final = "{url}{more}options=-c%20default_transaction_isolation%3D{level}"
ARRIVALS: Final = "SELECT order_id, number FROM orderlife_arrivals"


def told(entries: Any) -> list[tuple[str, int]]:
    """The orders and versions of entries."""
    return [(each.order_id, each.version) for each in entries]


def whole(store: Any, limit: int = 1_000) -> list[FeedEntry]:
    """All of a feed, page by page."""
    found: list[FeedEntry] = []
    while page := store.feed(
        ReadFeed(after=found[-1].position if found else 0, limit=limit)
    ):
        found += page
    return found


@pytest.fixture(params=["read committed", "repeatable read", "serializable"])
def store(
    request: pytest.FixtureRequest, postgres_url: str
) -> Iterator[PostgresOrderStore]:
    """A store on a database with each level of isolation, with tables."""
    level = request.param.replace(" ", "%5C%20")
    more = "&" if "?" in postgres_url else "?"
    url = URL.format(url=postgres_url, more=more, level=level)
    with ConnectionPool(url, min_size=1, max_size=8, open=True) as pool:
        store = PostgresOrderStore(pool)
        store.migrate()
        yield store


def test_a_second_sequencer_waits_and_takes_nothing_twice(
    store: PostgresOrderStore, postgres_url: str
) -> None:
    """What one takes, the other does not; what came meanwhile is there."""
    for order_id in ("o1", "o2"):
        store.commit(commit(0, order_id))
    assert whole(store)[-1].position == 2
    store.commit(commit(0, "o3"))
    with (
        ThreadPoolExecutor(1) as others,
        psycopg.connect(postgres_url) as connection,
    ):
        first = store.joined(connection)
        run(first._orders._sequence(), connection)
        found = others.submit(whole, store)
        waits_for_lock(postgres_url)
        store.commit(commit(0, "o4"))
        connection.commit()
        expected = [("o1", 1), ("o2", 1), ("o3", 1), ("o4", 1)]
        assert told(found.result()) == expected
    assert told(whole(store)) == expected
    assert rows(postgres_url, ARRIVALS) == []


def test_a_sequencer_that_dies_has_taken_nothing(
    store: PostgresOrderStore, postgres_url: str
) -> None:
    """Who waits for it does its work."""
    store.commit(commit())
    whole(store)
    store.commit(commit(1))
    with (
        ThreadPoolExecutor(1) as others,
        psycopg.connect(postgres_url) as connection,
    ):
        run(store.joined(connection)._orders._sequence(), connection)
        found = others.submit(whole, store)
        waits_for_lock(postgres_url)
        connection.rollback()
        assert told(found.result()) == [("o1", 1), ("o1", 2)]


def test_writers_and_readers_in_any_order(
    store: PostgresOrderStore, postgres_url: str
) -> None:
    """Transactions of any length: each reader gets all, in order."""
    done = threading.Event()

    def write(number: int) -> None:
        lot = random.Random(number)
        with psycopg.connect(postgres_url) as connection:
            inside = store.joined(connection)
            for version in range(8):
                inside.commit(commit(version, f"a{number}"))
                inside.commit(commit(version, f"b{number}"))
                time.sleep(lot.random() / 50)
                connection.commit()

    def read(limit: int) -> list[FeedEntry]:
        found: list[FeedEntry] = []
        over = False
        while not over:
            over = done.is_set()
            after = found[-1].position if found else 0
            with contextlib.suppress(OverloadedError):
                while page := store.feed(ReadFeed(after=after, limit=limit)):
                    found += page
                    after = page[-1].position
        return found

    with ThreadPoolExecutor(8) as threads:
        readers = [threads.submit(read, limit) for limit in (1, 7, 100)]
        writers = [threads.submit(write, number) for number in range(5)]
        for writer in writers:
            writer.result()
        done.set()
        read_by = [reader.result() for reader in readers]
    expected = whole(store)
    assert len(expected) == 80
    for found in read_by:
        assert found == expected
    for order_id in {each.order_id for each in expected}:
        mine = [each for each in expected if each.order_id == order_id]
        assert [each.version for each in mine] == [*range(1, 9)]
        history = store.history(order_id)
        assert tuple(each.recorded for each in mine) == history


def test_nobody_writes_to_see_that_nothing_is_new(
    postgres_url: str,
) -> None:
    """A poll of a quiet shop is one statement that only reads."""
    with sync_store(postgres_url) as store:
        store.migrate()
        store.commit(commit())
        assert len(whole(store)) == 1
        orders = store._orders
        program = orders.feed(ReadFeed(after=1))
        step = next(program)
        assert isinstance(step, Ask)
        assert "UPDATE" not in step.statement
        with pytest.raises(StopIteration) as stop:
            program.send([(False, *[None] * 9)])
        assert stop.value.value == ()


@pytest.mark.parametrize("kind", BOTH)
def test_a_decision_of_many_events_is_read_in_pages(
    kind: Any, postgres_url: str
) -> None:
    """Positions are those of events, also within a decision."""
    with kind(postgres_url) as store:
        store.migrate()
        for version in range(3):
            store.commit(commit(version, "o1"))
            store.commit(commit(version, "o2"))
        assert told(whole(store, 1)) == told(whole(store, 4))
        positions = [each.position for each in whole(store, 5)]
        assert positions == [1, 2, 3, 4, 5, 6]


def test_within_a_transaction_the_feed_is_not_read(
    postgres_url: str,
) -> None:
    """It could be rolled back, and would keep other readers waiting."""
    with sync_store(postgres_url) as store:
        store.migrate()
        store.commit(commit())
        with psycopg.connect(postgres_url) as connection:
            inside = store.joined(connection)
            with pytest.raises(UncommittedError, match="read the feed"):
                inside.feed(ReadFeed())
            move = MoveCursor(consumer="erp", expected=0, position=1)
            assert inside.move_cursor(move)
            assert store.cursors(FindCursors()) == ()
            connection.commit()
        assert store.cursors(FindCursors())[0].position == 1


def test_a_dump_is_restored_into_another_database(
    postgres_url: str, tmp_path: Path
) -> None:
    """Positions and cursors are what they were, and nothing is left out."""
    dump = tmp_path / "dump.sql"
    with sync_store(postgres_url) as store:
        store.migrate()
        store.commit(commit())
        before = whole(store)
        move = MoveCursor(consumer="erp", expected=0, position=1)
        store.move_cursor(move)
        store.commit(commit(1))
        store.commit(commit(0, "o2"))
        with dump.open("wb") as output:
            subprocess.run(
                [program("pg_dump"), "--no-owner", postgres_url],
                check=True,
                stdout=output,
                timeout=60,
            )
    name = f"orderlife_dumped_{os.getpid()}"
    other = urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}"))
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            subprocess.run(
                [program("psql"), "-v", "ON_ERROR_STOP=1", "-f", dump, other],
                check=True,
                stdout=subprocess.DEVNULL,
                timeout=60,
            )
            with sync_store(other) as store:
                assert store.migrate() == 0
                (cursor,) = store.cursors(FindCursors())
                assert cursor.position == 1
                store.commit(commit(2))
                found = whole(store)
                assert found[:1] == before
                expected = [("o1", 2), ("o2", 1), ("o1", 3)]
                assert told(found[1:]) == expected
        finally:
            drop = f"DROP DATABASE {name} WITH (FORCE)"
            connection.execute(drop.encode())


def test_orders_that_are_copied_in_are_fed(postgres_url: str) -> None:
    """Whoever brings decisions in by hand says that they have arrived."""
    with sync_store(postgres_url) as store:
        store.migrate()
        for version in range(3):
            store.commit(commit(version))
        whole(store)
        with psycopg.connect(postgres_url) as connection:
            connection.execute(
                "INSERT INTO orderlife_decisions SELECT tenant, 'o2', number, "
                "first_version, last_version, input_id, fingerprint, "
                "document, digest FROM orderlife_decisions"
            )
            connection.execute(
                "INSERT INTO orderlife_arrivals (tenant, order_id, number) "
                "SELECT tenant, order_id, number FROM orderlife_decisions "
                "WHERE order_id = 'o2' ORDER BY number"
            )
        expected = [(f"o{n}", v) for n in (1, 2) for v in (1, 2, 3)]
        assert told(whole(store)) == expected


ODD: Final = (
    # Arrivals of what is not there.
    """INSERT INTO orderlife_arrivals (tenant, order_id, number)
    VALUES ('', 'nobody', 1), ('', 'o1', 9), ('', '', -1)""",
    # A place in the feed of what is not there.
    "INSERT INTO orderlife_feed VALUES ('', 5, 'nobody', 1)",
    # The last position is gone, or one that was given already.
    "DELETE FROM orderlife_sequencers",
)


@pytest.mark.parametrize("odd", ODD)
def test_odd_rows_hold_nobody_up(postgres_url: str, odd: str) -> None:
    """What belongs to no decision is passed over."""
    with sync_store(postgres_url) as store:
        store.migrate()
        store.commit(commit())
        before = whole(store)
        rows(postgres_url, f"{odd} RETURNING 1")
        for version in range(1, 4):
            store.commit(commit(version))
        found = whole(store)
        assert found[: len(before)] == before
        assert told(found) == [("o1", number) for number in range(1, 5)]
        assert rows(postgres_url, ARRIVALS) == []


@pytest.mark.parametrize("last", [0, 99, 2**62, 2**63 - 1])
def test_a_decision_with_odd_versions_is_named(
    postgres_url: str, last: int
) -> None:
    """The others are fed; who leaves it out goes on behind it."""
    with sync_store(postgres_url) as store:
        store.migrate()
        with psycopg.connect(postgres_url) as connection:
            connection.execute(
                "INSERT INTO orderlife_decisions "
                "VALUES ('', 'odd', 1, %s, %s, '', '', '', '')",
                (-(2**63) if last == 99 else 0, last),
            )
            connection.execute(
                "INSERT INTO orderlife_arrivals (tenant, order_id, number) "
                "VALUES ('', 'odd', 1)"
            )
        store.commit(commit())
        after = 0
        if last:
            with pytest.raises(CodecError, match="order odd at position"):
                store.feed(ReadFeed())
            ((after,),) = rows(
                postgres_url,
                "SELECT position FROM orderlife_feed WHERE order_id = 'odd'",
            )
        assert told(store.feed(ReadFeed(after=after))) == [("o1", 1)]


def test_positions_that_have_run_out_are_said(postgres_url: str) -> None:
    """As are those that were given already: nothing is taken meanwhile."""
    with sync_store(postgres_url) as store:
        store.migrate()
        store.commit(commit())
        whole(store)
        store.commit(commit(1))
        set_to = "UPDATE orderlife_sequencers SET position = {} RETURNING 1"
        for wrong in (0, 2**63 - 1):
            rows(postgres_url, set_to.format(wrong))
            with pytest.raises((PortError, InputError)):
                store.feed(ReadFeed())
            assert rows(postgres_url, ARRIVALS) == [("o1", 2)]
        rows(postgres_url, set_to.format(1))
        assert told(whole(store)) == [("o1", 1), ("o1", 2)]


@pytest.mark.parametrize(("now", "moved"), [(5, True), (4, False)])
def test_a_move_without_an_answer_is_looked_up(now: int, moved: bool) -> None:
    """The connection broke: the cursor says whether it was made."""
    orders = Orders(Naming(), "", 3)
    move = MoveCursor(consumer="erp", expected=1, position=5)
    running = orders.move_cursor(move)
    next(running)
    running.throw(LostError("cut off"))
    next(running)  # it has waited
    step = running.send([])
    assert isinstance(step, Ask)
    assert step.statement.startswith("SELECT consumer")
    with pytest.raises(StopIteration) as stop:
        running.send([("crm", 5, "", 0), ("erp", now, "", 0)])
    assert stop.value.value is moved


def test_a_reader_that_is_always_second_says_so() -> None:
    """It does not try for ever."""

    def others_first() -> None:
        running = Orders(Naming(), "", 3).feed(ReadFeed())
        step = next(running)
        while isinstance(step, Ask):
            reads = "AS news" in step.statement
            step = running.send([(True, *[None] * 9)] if reads else [(1,)])

    with pytest.raises(OverloadedError, match="the feed"):
        others_first()


@pytest.mark.one_python
def test_what_was_handed_out_is_not_forgotten(own_postgres: Server) -> None:
    """Also where commits do not wait for the disk, and the server dies."""
    url = f"{own_postgres.url}&options=-c%20synchronous_commit%3Doff"
    for number in range(1, 4):
        with sync_store(url) as store:
            store.migrate()
            assert store.may_forget
            before = whole(store)
            store.commit(commit(0, f"o{number}"))
            found = whole(store)
            assert len(found) == len(before) + 1
            own_postgres.kill()
        own_postgres.start()
        with sync_store(url) as store:
            assert whole(store) == found


@pytest.mark.one_python
def test_a_server_that_is_killed_under_writers_and_readers(
    own_postgres: Server,
) -> None:
    """Each reader goes on where it was, and has all events in the end."""
    done = threading.Event()
    with (
        ConnectionPool(
            own_postgres.url, min_size=2, max_size=6, timeout=60, open=True
        ) as pool,
        ThreadPoolExecutor(4) as threads,
    ):
        store = PostgresOrderStore(pool)
        store.migrate()

        def write(order_id: str) -> None:
            version = 0
            while version < 60:
                wanted = commit(
                    version, order_id, input_id=f"command:{version}"
                )
                with contextlib.suppress(InDoubtError, OverloadedError):
                    store.commit(wanted)
                    version += 1

        def read(limit: int) -> list[FeedEntry]:
            found: list[FeedEntry] = []
            while True:
                over = done.is_set()
                after = found[-1].position if found else 0
                with contextlib.suppress(InDoubtError, OverloadedError):
                    page = store.feed(ReadFeed(after=after, limit=limit))
                    found += page
                    if over and not page:
                        return found

        readers = [threads.submit(read, limit) for limit in (2, 100)]
        writers = [threads.submit(write, name) for name in ("o1", "o2")]
        for _ in range(2):
            own_postgres.restart()
        for writer in writers:
            writer.result(120)
        done.set()
        expected = whole(store)
        assert len(expected) == 120
        for reader in readers:
            assert reader.result(120) == expected
