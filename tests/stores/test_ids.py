"""A key holds an id of its store, so that two databases never meet."""

from __future__ import annotations

import asyncio
import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orderlife.__main__ import main
from orderlife.errors import OverloadedError
from orderlife.memory.clock import Clock
from orderlife.ports.base import provider_key
from orderlife.ports.store import EffectState
from orderlife.testing import InMemoryOrderStore, in_memory_ports
from orderlife_adapters.postgres import AsyncPostgresOrderStore
from tests.desk.test_store import commit, intent, settle
from tests.stores.postgresql import sync_store
from tests.stores.sqlite import opened, path, raw

__all__ = ["path"]

ID = re.compile(r"[0-9a-f]{12}\Z")
SHORT, LONG = "o1:capture:1", f"o1:{'x' * 32}"


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store(request: pytest.FixtureRequest, path: Path) -> Iterator[Any]:
    """An empty store of each kind."""
    if request.param == "memory":
        yield InMemoryOrderStore()
    elif request.param == "sqlite":
        with opened(path) as found:
            yield found
    else:
        with sync_store(request.getfixturevalue("postgres_url")) as found:
            found.migrate()
            yield found


def test_an_effect_has_a_key_of_its_store(store: Any) -> None:
    """At most 36 characters, also where it is hashed, and renewed."""
    assert ID.match(store.id)
    store.commit(commit(intents=(intent(SHORT), intent(LONG))))
    for generation in (1, 2, 3):
        wanted = [
            provider_key(each, generation=generation, store=store.id)
            for each in (SHORT, LONG)
        ]
        assert wanted == [each.key for each in store.effects("o1")]
        assert max(map(len, wanted)) <= 36
        for each in (SHORT, LONG):
            again = settle(each, EffectState.PENDING, renew=True)
            assert store.settle(again)


def test_a_shop_of_fakes_has_the_same_keys_each_time() -> None:
    """Nobody else is asked under them; a store alone has an id."""
    clock = Clock()
    assert in_memory_ports(clock=clock).store.id == ""
    assert InMemoryOrderStore().id != InMemoryOrderStore().id
    assert InMemoryOrderStore(id="mine").id == "mine"


def test_a_restored_file_keeps_its_id_and_a_copy_gets_another(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is stored keeps its key; what is new has another."""
    with opened(path) as store:
        store.commit(commit(intents=(intent(SHORT),)))
        before, key = store.id, store.effects("o1")[0].key
    copy = path.with_name("copy.db")
    shutil.copy(path, copy)
    assert main(["store", str(copy)]) == 0
    assert capsys.readouterr().out.strip() == before
    assert main(["store", str(copy), "--new-id"]) == 0
    after = capsys.readouterr().out.strip()
    assert ID.match(after)
    assert after != before
    with opened(copy) as other:
        assert other.id == after
        assert key == other.effects("o1")[0].key
        other.commit(commit(1, intents=(intent(LONG),)))
        made = other.effects("o1")[-1].key
        assert made == provider_key(LONG, store=after)
    with opened(path) as store:
        assert store.id == before


def test_the_command_says_what_is_wrong(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In one line, and with code 1."""
    assert main(["store", "oracle://x"]) == 1
    assert "no store for oracle" in capsys.readouterr().err


def test_a_database_gets_another_in_postgres(postgres_url: str) -> None:
    """Whoever is at work has it at once, sync or async."""
    from psycopg_pool import AsyncConnectionPool

    async def other() -> tuple[str, str]:
        async with AsyncConnectionPool(
            postgres_url, min_size=1, open=False
        ) as pool:
            found = AsyncPostgresOrderStore(pool)
            return await found.get_id(), await found.renew_id()

    with sync_store(postgres_url) as store:
        store.migrate()
        first = store.id
        second = store.renew_id()
        found, third = asyncio.run(other())
        assert found == second
        assert store.id == third
        assert len({first, second, third}) == 3
        store.commit(commit(intents=(intent(SHORT),)))
        (effect,) = store.effects("o1")
        assert effect.key == provider_key(SHORT, store=third)


def test_the_application_keeps_its_own_ways_on_a_joined_connection(
    path: Path,
) -> None:
    """Its rows and texts are its own; the store makes what it needs."""
    with opened(path) as store, raw(path) as mine:

        def rows(cursor: sqlite3.Cursor, row: Any) -> dict[str, Any]:
            names = [column[0] for column in cursor.description]
            return dict(zip(names, row, strict=True))

        mine.row_factory, mine.text_factory = rows, bytes
        joined = store.joined(mine)
        mine.execute("BEGIN IMMEDIATE")
        joined.commit(commit(intents=(intent(SHORT),)))
        assert joined.history("o1")
        assert joined.effects("o1")[0].key.startswith(store.id)
        mine.execute("COMMIT")
        found = mine.execute("SELECT order_id FROM orderlife_orders")
        assert found.fetchall() == [{"order_id": b"o1"}]


def test_a_full_disk_is_told_at_once(path: Path) -> None:
    """Nobody has waited for it."""
    with opened(path) as store:
        store._connection().execute("PRAGMA max_page_count = 1")
        orders = [commit(order_id=f"o{number}") for number in range(200)]
        with pytest.raises(OverloadedError) as told:
            list(map(store.commit, orders))
    assert "the disk of the database shop.db has no room" in f"{told.value}"
