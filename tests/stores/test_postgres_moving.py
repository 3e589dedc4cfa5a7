"""What the first release stored in PostgreSQL is moved like in SQLite."""

# Statements are made of the names of this file.
# ruff: noqa: S608

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import psycopg
import pytest

from orderlife import AlteredError, ChainBrokenError, StoreVersionError
from orderlife.ports.store import Erase, FindAnswer
from orderlife_adapters import (
    _migrations,
    _postgres_moving,
    _postgres_tables,
)
from orderlife_adapters._migrations import (
    Naming,
    migrations,
    versions_table,
)
from tests.stores.postgresql import BOTH, rows, sync_store
from tests.stores.sqlite import judged, shop_on
from tests.stores.test_moving import OLD, ORDERS, copy, is_whole

TABLES: Final = (
    *("answers", "channel_numbers", "effects", "events", "orders"),
    *("people", "stores"),
)
EVENTS: Final = "SELECT count(*) FROM orderlife_events"


class StoppedError(Exception):
    """The process was stopped."""


@pytest.fixture
def old(postgres_url: str) -> str:
    """A database of the first release, with several orders in it."""
    naming = Naming()
    with (
        psycopg.connect(postgres_url, autocommit=True) as connection,
        contextlib.closing(sqlite3.connect(":memory:")) as file,
    ):
        connection.execute(naming.fill(versions_table("postgresql")).encode())
        for step in migrations("orders", "postgresql")[:5]:
            for text in step.statements:
                connection.execute(naming.fill(text).encode())
        connection.execute(
            "INSERT INTO orderlife_versions VALUES ('orders', 5, 4)"
        )
        connection.execute("DELETE FROM orderlife_stores")
        file.executescript((OLD / "refunded.sql").read_text(encoding="utf-8"))
        for other in ORDERS[1:]:
            copy(file, other)
        for table in TABLES:
            fill(connection, file, f"orderlife_{table}")
    return postgres_url


def fill(
    connection: psycopg.Connection[Any], file: sqlite3.Connection, table: str
) -> None:
    """Copy a table; SQLite has numbers for what is true or not."""
    found = file.execute(f"SELECT * FROM {table}")
    names = [column[0] for column in found.description]
    values = ", ".join(
        f"%({name})s::int::bool"
        if name in {"doubted", "personal"}
        else f"%({name})s"
        for name in names
    )
    for row in found.fetchall():
        text = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values})"
        connection.execute(text.encode(), dict(zip(names, row, strict=True)))


@contextlib.contextmanager
def migrated(url: str, made: Any = sync_store) -> Iterator[Any]:
    """The database, brought up to date by two steps."""
    with made(url) as store:
        assert store.migrate() == 2
        yield store


@pytest.mark.parametrize("made", BOTH)
def test_what_was_moved_is_fed(old: str, made: Any) -> None:
    """The feed is whole from its beginning, and goes on behind it."""
    with migrated(old, made) as store:
        is_whole(store)
        if made is sync_store:
            shop_on(store).desk.receipt(judged())
        is_whole(store)


@pytest.mark.parametrize("made", BOTH)
def test_every_order_is_moved(old: str, made: Any) -> None:
    """Its events, its answers and its effects are those of before."""
    sequences = rows(old, "SELECT sequence FROM orderlife_events ORDER BY 1")
    answers = rows(
        old,
        "SELECT order_id, input_id, first_version, last_version "
        "FROM orderlife_answers",
    )
    keys = rows(old, "SELECT key FROM orderlife_effects ORDER BY key")
    with migrated(old, made) as store:
        store.check()
        found = sorted(
            recorded.sequence
            for each in ORDERS
            for recorded in store.history(each)
        )
        assert found == [sequence for (sequence,) in sequences]
        assert answers
        for order_id, input_id, first, last in answers:
            asked = FindAnswer(order_id=order_id, input_id=input_id)
            answer = store.answer(asked)
            assert (answer.first_version, answer.last_version) == (first, last)
        now = [effect.key for each in ORDERS for effect in store.effects(each)]
        assert sorted(now) == [key for (key,) in keys]
        assert store.migrate() == 0


def test_a_moved_order_verifies(old: str) -> None:
    """Its chain, its snapshot and its effects; and it is loaded as ever."""
    with migrated(old) as store:
        desk = shop_on(store).desk
        desk.verify("o1")
        loaded = store.load("o1")
        assert loaded is not None
        assert loaded.case.version == 39
        found = rows(
            old,
            "SELECT s.version, s.number = o.decisions "
            "FROM orderlife_snapshots s JOIN orderlife_orders o "
            "USING (tenant, order_id)",
        )
        assert found == [(39, True)] * len(ORDERS)


@pytest.mark.parametrize("batches", [0, 1, 2, 3])
def test_a_move_that_was_stopped_goes_on(
    old: str, monkeypatch: pytest.MonkeyPatch, batches: int
) -> None:
    """However many orders were moved; until then nobody uses the tables."""
    monkeypatch.setattr(_postgres_moving, "BATCH", 1)
    moves, left = _postgres_moving.move, [batches]

    def move(naming: Naming) -> Any:
        moved = yield from moves(naming)
        left[0] -= 1
        if left[0] < 0:
            raise StoppedError
        return moved

    with sync_store(old) as store:
        with monkeypatch.context() as stopped:
            stopped.setattr(_postgres_tables, "move", move)
            with pytest.raises(StoppedError):
                store.migrate()
        assert rows(old, EVENTS) == [(39 * (len(ORDERS) - batches),)]
        with pytest.raises(StoreVersionError, match="migrate"):
            store.check()
        store.migrate()
        assert {len(store.history(each)) for each in ORDERS} == {39}
        found: Any = store
        shop_on(found).desk.verify("o1")


def test_two_that_move_at_once_move_each_order_once(
    old: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They take turns, and together they make two steps."""
    monkeypatch.setattr(_postgres_moving, "BATCH", 1)

    def make(_: int) -> int:
        with sync_store(old) as store:
            return store.migrate()

    with ThreadPoolExecutor(3) as threads:
        assert sum(threads.map(make, range(3))) == 2
    with sync_store(old) as store:
        assert {len(store.history(each)) for each in ORDERS} == {39}


def test_the_scripts_alone_stop_before_anything_is_lost(old: str) -> None:
    """Whoever runs them by hand is told that something is to be moved."""
    text = _migrations.sql("orders", "postgresql", after=5)
    with (
        psycopg.connect(old, autocommit=True) as connection,
        pytest.raises(psycopg.errors.CheckViolation, match="moved_all"),
    ):
        connection.execute(text.encode())
    assert rows(old, EVENTS) == [(39 * len(ORDERS),)]


def test_the_release_before_is_refused(
    old: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would write events where nobody looks for them any more."""
    with migrated(old) as store:
        monkeypatch.setattr(_migrations, "latest", lambda *_: 5)
        with pytest.raises(StoreVersionError, match="upgrade orderlife"):
            store.check()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE orderlife_events SET document = document || ' '",
        "DELETE FROM orderlife_events WHERE sequence = 39",
        "UPDATE orderlife_orders SET head = 'x'",
    ],
)
def test_what_was_changed_before_stays_found(old: str, statement: str) -> None:
    """Nobody launders a history by migrating it."""
    with psycopg.connect(old, autocommit=True) as connection:
        connection.execute("ALTER TABLE orderlife_events DISABLE TRIGGER ALL")
        connection.execute(statement.encode())
    with migrated(old) as store, pytest.raises(ChainBrokenError):
        shop_on(store).desk.verify("o1")


def test_a_request_that_was_changed_before_stays_found(old: str) -> None:
    """Its hash fits neither the way of before nor that of now."""
    with psycopg.connect(old, autocommit=True) as connection:
        connection.execute(
            "UPDATE orderlife_effects SET request_hash = 'x' "
            "WHERE ordinal = 1 AND order_id = 'o1'"
        )
    with migrated(old) as store:
        first, second, *_ = store.effects("o1")
        assert (first.altered, second.altered) == (True, False)
        with pytest.raises(AlteredError, match="document was changed"):
            shop_on(store).desk.verify("o1")


def test_a_fingerprint_goes_with_the_person(old: str) -> None:
    """Also one that the first release has made."""
    asked = FindAnswer(order_id="o1", input_id="command:place")
    ((fingerprint,),) = rows(
        old,
        "SELECT fingerprint FROM orderlife_answers "
        "WHERE order_id = 'o1' AND input_id = 'command:place'",
    )
    with migrated(old) as store:
        before = store.answer(asked)
        assert before is not None
        assert before.fits(fingerprint)
        assert not before.fits("another")
        assert store.erase(Erase(order_id="o1")) > 0
        after = store.answer(asked)
        assert after is not None
        assert (after.fingerprint, after.salt) == ("", "")
        shop_on(store).desk.verify("o1")
