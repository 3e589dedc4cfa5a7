"""A desk in a transaction that may be rolled back performs nothing.

Whoever has begun it: the store, or the application, in whatever way its
library begins one.  After the commit a desk outside does it, once.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

import attrs
import psycopg
import pytest
import sqlalchemy

from orderlife import Line, Money, OrderDesk, RefusedError, UncommittedError
from orderlife.ports.store import ClaimEffects, FindPeople
from orderlife.testing import InMemoryOrderStore
from orderlife.worker import run
from orderlife_adapters.postgres import PostgresOrderStore
from orderlife_adapters.sqlite import SqliteOrderStore
from tests.conformance.fakes import UndoneError
from tests.desk.shop import ADDRESS, CONTACT, Shop
from tests.stores.postgresql import Awaited, async_store, sync_store
from tests.stores.sqlite import opened, raw

Unit: TypeAlias = "contextlib.AbstractContextManager[Any]"
"""A transaction: gives the store in it, and is undone by an error."""
Begin: TypeAlias = Callable[[], Unit]


@contextlib.contextmanager
def _memory(path: Path, url: str) -> Iterator[tuple[Any, Begin]]:
    del path, url
    store: InMemoryOrderStore[Any] = InMemoryOrderStore()
    yield store, store.transaction


@contextlib.contextmanager
def _sqlite(path: Path, url: str) -> Iterator[tuple[Any, Begin]]:
    del url
    with opened(path) as store:
        yield store, store.transaction


@contextlib.contextmanager
def _sqlite_joined(path: Path, url: str) -> Iterator[tuple[Any, Begin]]:
    del url
    with opened(path) as store, raw(path) as mine:

        @contextlib.contextmanager
        def begin() -> Iterator[Any]:
            mine.execute("BEGIN IMMEDIATE")
            try:
                yield store.joined(mine)
            except BaseException:
                mine.execute("ROLLBACK")
                raise
            mine.execute("COMMIT")

        yield store, begin


@contextlib.contextmanager
def _sqlalchemy(url: Any, store: Any) -> Iterator[tuple[Any, Begin]]:
    engine = sqlalchemy.create_engine(url)

    @contextlib.contextmanager
    def begin() -> Iterator[Any]:
        with engine.begin() as connection:
            mine: Any = connection.connection.driver_connection
            if isinstance(mine, sqlite3.Connection):
                mine.execute("BEGIN IMMEDIATE")
            yield store.joined(mine)

    try:
        yield store, begin
    finally:
        engine.dispose()


@contextlib.contextmanager
def _sqlite_by_sqlalchemy(path: Path, url: str) -> Iterator[Any]:
    del url
    with opened(path) as store:
        named = sqlalchemy.URL.create("sqlite", database=str(path))
        with _sqlalchemy(named, store) as found:
            yield found


@contextlib.contextmanager
def _postgres_by_sqlalchemy(path: Path, url: str) -> Iterator[Any]:
    del path
    named = url.replace("postgresql://", "postgresql+psycopg://")
    with sync_store(url) as store:
        store.migrate()
        with _sqlalchemy(named, store) as found:
            yield found


@contextlib.contextmanager
def _psycopg(
    url: str, *, autocommit: bool, savepoint: bool = False
) -> Iterator[tuple[Any, Begin]]:
    with (
        sync_store(url) as store,
        psycopg.connect(url, autocommit=autocommit) as mine,
    ):
        store.migrate()

        @contextlib.contextmanager
        def begin() -> Iterator[Any]:
            with mine.transaction():
                joined = store.joined(mine)
                with mine.transaction() if savepoint else _nothing():
                    yield joined

        yield store, begin


_nothing: Final = contextlib.nullcontext


@contextlib.contextmanager
def _async(path: Path, url: str) -> Iterator[tuple[Any, Begin]]:
    del path
    with async_store(url) as found:
        store = cast("Awaited", found)
        found.migrate()
        wait = store._runner.run

        @contextlib.contextmanager
        def begin() -> Iterator[Any]:
            mine = wait(psycopg.AsyncConnection.connect(url))
            joined = store._store.joined(mine)
            try:
                yield Awaited(joined, store._runner)
            except BaseException:
                wait(mine.rollback())
                raise
            else:
                wait(mine.commit())
            finally:
                wait(mine.close())

        yield store, begin


MODES: Final[dict[str, Any]] = {
    "memory": _memory,
    "sqlite": _sqlite,
    "sqlite joined": _sqlite_joined,
    "sqlite by sqlalchemy": _sqlite_by_sqlalchemy,
    "psycopg": lambda _, url: _psycopg(url, autocommit=False),
    "psycopg in autocommit": lambda _, url: _psycopg(url, autocommit=True),
    "psycopg in a savepoint": lambda _, url: _psycopg(
        url, autocommit=True, savepoint=True
    ),
    "postgres by sqlalchemy": _postgres_by_sqlalchemy,
    "async": _async,
}


@pytest.fixture(params=list(MODES))
def mode(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[Any, Begin]]:
    """A store, and how a transaction on its database begins."""
    url = ""
    if not request.param.startswith(("memory", "sqlite")):
        url = request.getfixturevalue("postgres_url")
    with MODES[request.param](tmp_path / "shop.db", url) as found:
        yield found


def _desk(shop: Shop, store: Any) -> OrderDesk:
    """A desk with the default settings: it performs inline."""
    return OrderDesk(attrs.evolve(shop.ports, store=store), clock=shop.clock)


def _place(desk: OrderDesk, order_id: str = "o1") -> Any:
    return desk.place(
        [Line(sku="mug", quantity=2, unit_price=Money("12.50", "EUR"))],
        ship_to=ADDRESS,
        contact=CONTACT,
        pay_with="tok_visa",
        order_id=order_id,
        command_id=f"place-{order_id}",
    )


def _asked(shop: Shop) -> int:
    """How much the outside was asked for."""
    moved = len(shop.ports.payment.effects) + len(shop.ports.notifier.sent)
    return moved + len(shop.ports.inventory.movements())


def test_what_is_rolled_back_has_moved_nothing(
    mode: tuple[Any, Begin],
) -> None:
    """No money, no stock, no mail; and nobody finds it later."""
    store, begin = mode
    shop = Shop()
    before = _asked(shop)
    with contextlib.suppress(UndoneError), begin() as inside:
        desk = _desk(shop, inside)
        view = _place(desk)
        assert view.status.order == "placed"
        assert {e.state.value for e in desk.effects("o1")} == {"pending"}
        desk.cancel("o1")
        raise UndoneError
    assert before == _asked(shop)
    assert _desk(shop, store).work().idle
    assert before == _asked(shop)
    assert store.load("o1") is None


def test_what_is_committed_is_performed_then(
    mode: tuple[Any, Begin],
) -> None:
    """By a desk or a worker outside, once; whatever it had asked for."""
    store, begin = mode
    shop = Shop()
    before = _asked(shop)
    with begin() as inside:
        _place(_desk(shop, inside))
        assert before == _asked(shop)
    outside = _desk(shop, store)
    run(outside, threading.Event(), once=True)
    assert outside.get("o1").status.payment == "authorized"
    (authorized,) = shop.ports.payment.effects
    assert authorized.kind == "authorized"
    assert len(shop.ports.notifier.sent) == 1
    assert outside.work().idle


def test_who_works_inside_is_told(mode: tuple[Any, Begin]) -> None:
    """It is refused, and says what to do; the transaction goes on."""
    store, begin = mode
    shop = Shop()
    before = _asked(shop)
    with begin() as inside:
        desk = _desk(shop, inside)
        _place(desk)
        now = shop.clock()
        asked = ClaimEffects(now=now, until=now + desk.engine.lease, owner="a")
        for call in (desk.work, lambda: inside.claim(asked)):
            with pytest.raises(UncommittedError, match="commit it") as told:
                call()
            assert isinstance(told.value, RefusedError)
    assert before == _asked(shop)
    assert len(store.effects("o1")) == len(store.claim(asked)) == 1


def test_a_connection_that_commits_by_itself_is_no_transaction(
    postgres_url: str,
) -> None:
    """In autocommit, and outside of any block: each operation is stored."""
    shop = Shop()
    with (
        sync_store(postgres_url) as store,
        psycopg.connect(postgres_url, autocommit=True) as mine,
    ):
        store.migrate()
        view = _place(_desk(shop, PostgresOrderStore(mine)))
        assert view.status.payment == "authorized"
        assert store.load("o1") is not None


def test_a_rollback_in_memory_leaves_all_as_it_was() -> None:
    """Orders, timers, people, answers and denials."""
    shop = Shop()
    store = shop.ports.store
    desk = _desk(shop, store)
    before = _place(desk)
    refs = ("o1:contact", "o2:contact")
    asked = FindPeople(order_id="o1", refs=refs)
    kept = (desk.history("o1"), desk.effects("o1"), store.people(asked))
    with contextlib.suppress(UndoneError), store.transaction() as inside:
        within = _desk(shop, inside)
        within.orders.hold("o1", "stock")
        within.erase(order_id="o1")
        _place(within, "o2")
        raise UndoneError
    assert desk.get("o1") == before
    assert kept == (
        desk.history("o1"),
        desk.effects("o1"),
        store.people(asked),
    )
    assert set(store.people(asked)) == {"o1:contact"}


def test_a_closed_connection_is_told_as_one(postgres_url: str) -> None:
    """It is no transaction that could be committed."""
    with sync_store(postgres_url) as store:
        store.migrate()
        mine = psycopg.connect(postgres_url)
        mine.close()
        desk = _desk(Shop(), store.joined(mine))
        assert "Uncommitted" not in "".join(desk.work().failed)


def test_both_libraries_know_the_store(tmp_path: Path) -> None:
    """What the store itself begins names the file in its refusal."""
    with opened(tmp_path / "shop.db") as store:
        assert isinstance(store, SqliteOrderStore)
        with store.transaction() as inside:
            desk = _desk(Shop(), inside)
            with pytest.raises(UncommittedError, match="database shop"):
                desk.work()
