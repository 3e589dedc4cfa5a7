"""Several commands in one transaction: the store's, or the application's."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import attrs
import pytest

from orderlife import OrderDesk, PortError, RefusedError, StoreVersionError
from orderlife._values.personal import FreeText
from orderlife.ports.store import Committed, Erase, FindPeople, Stale
from orderlife_adapters._sqlite_orders import SqliteOrders
from orderlife_adapters.sqlite import Naming, SqliteOrderStore
from tests.desk.shop import Shop
from tests.desk.test_store import commit, ids, intent, state
from tests.stores.sqlite import judged, opened, path, raw, shop_on, store

__all__ = ["path", "store"]


class NotTodayError(Exception):
    """The application has changed its mind."""


def change_of_mind(store: SqliteOrderStore, first: Callable[..., Any]) -> None:
    """A unit of work that is given up in the end."""
    with store.transaction() as inside:
        first(inside)
        raise NotTodayError


def inside_of(shop: Shop, inside: SqliteOrders) -> OrderDesk:
    """A desk that works inside a unit of work."""
    return shop.another(store=inside, inline=False)


def test_several_commands_are_one_unit_of_work(
    store: SqliteOrderStore, path: Path
) -> None:
    """Others see nothing of it until it ends, and then all of it."""
    shop = shop_on(store, inline=False)
    with opened(path) as other:
        with store.transaction() as inside:
            shop.desk = inside_of(shop, inside)
            shop.place(order_id="o1")
            shop.place(order_id="o2")
            shop.desk.receipt(judged())
            assert ids(other) == ()
            assert ids(inside) == ("o1", "o2")
        assert ids(other) == ids(store) == ("o1", "o2")
        assert shop_on(other).desk.verify("o1")


def test_an_exception_rolls_the_whole_unit_back(
    store: SqliteOrderStore,
) -> None:
    """It is raised as it is, and nothing is left behind."""
    shop = shop_on(store, inline=False)

    def place(inside: SqliteOrders) -> None:
        shop.desk = inside_of(shop, inside)
        shop.place(order_id="o1")

    with pytest.raises(NotTodayError):
        change_of_mind(store, place)
    assert ids(store) == ()
    assert store.load("o1") is None
    assert store.effects("o1") == ()
    assert store.commit(commit()) == Committed(version=1)


def test_a_command_that_fails_leaves_the_rest_of_the_unit(
    store: SqliteOrderStore,
) -> None:
    """Its own part is gone whole, if the application goes on."""
    asked = (intent("o1:capture:1"),)
    with store.transaction() as inside:
        inside.commit(commit(intents=asked))
        with pytest.raises(PortError):
            inside.commit(commit(1, intents=asked))
        with pytest.raises(RefusedError):
            inside_of(Shop(), inside).get("o9")
        assert inside.commit(commit(2)) == Stale(version=1)
        assert inside.commit(commit(1)) == Committed(version=2)
    assert len(store.history("o1")) == 2
    assert len(state(store)) == 1


def test_inside_is_what_is_used_inside(store: SqliteOrderStore) -> None:
    """The outer store would wait for itself: it says so at once."""
    with store.transaction() as inside:
        for asked in (
            lambda: store.commit(commit()),
            lambda: store.transaction().__enter__(),
            store.migrate,
        ):
            with pytest.raises(PortError, match="use what it gave you"):
                asked()
        inside.commit(commit())
    assert ids(store) == ("o1",)


def test_an_erasure_in_a_unit_is_part_of_it(store: SqliteOrderStore) -> None:
    """It is undone with the rest."""
    store.commit(commit(personal={"o1:x": FreeText("x")}))

    def erase(inside: SqliteOrders) -> None:
        assert inside.erase(Erase(order_id="o1")) == 1
        assert inside.people(FindPeople(order_id="o1", refs=("o1:x",))) == {}

    with pytest.raises(NotTodayError):
        change_of_mind(store, erase)
    assert len(store.people(FindPeople(order_id="o1", refs=("o1:x",)))) == 1


def test_a_transaction_of_the_application_is_joined(
    store: SqliteOrderStore, path: Path
) -> None:
    """Its rows and ours are kept together, or gone together."""
    with raw(path) as mine:
        mine.execute("CREATE TABLE carts (order_id TEXT)")
        mine.row_factory = sqlite3.Row
        joined = store.joined(mine)
        assert joined.load("o1") is None
        for end, kept in (("ROLLBACK", 0), ("COMMIT", 1)):
            mine.execute("BEGIN IMMEDIATE")
            mine.execute("INSERT INTO carts VALUES ('o1')")
            desk = shop_on(joined, inline=False)
            desk.place("o1")
            mine.execute(end)
            assert len(ids(store)) == kept
            (count,) = mine.execute("SELECT count(*) FROM carts").fetchone()
            assert count == kept


def test_what_is_joined_must_have_begun(
    store: SqliteOrderStore, path: Path
) -> None:
    """Or each command would be a transaction of its own, unnoticed."""
    with raw(path) as mine:
        joined = store.joined(mine)
        with pytest.raises(PortError, match="BEGIN IMMEDIATE"):
            joined.commit(commit())
    assert ids(store) == ()


def test_a_joined_file_must_have_tables(path: Path) -> None:
    """Those of this name."""
    with opened(path), closing(sqlite3.connect(path)) as mine:
        bare = SqliteOrderStore(path, naming=Naming(prefix="shop_"))
        joined = bare.joined(mine)
        with pytest.raises(StoreVersionError):
            joined.load("o1")


def test_a_unit_ends_with_the_disk(store: SqliteOrderStore) -> None:
    """What has no room is told at the latest when it ends."""
    order = commit(personal={"o1:x": FreeText("x" * 9_000)})
    with store.transaction() as inside:
        inside.commit(order)
        more = attrs.evolve(commit(1), personal={"o1:y": FreeText("y")})
        inside.commit(more)
    assert (
        len(store.people(FindPeople(order_id="o1", refs=("o1:x", "o1:y"))))
        == 2
    )
