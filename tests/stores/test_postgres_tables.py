"""The tables on PostgreSQL: made once, named and versioned."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from orderlife import InputError, OverloadedError, PortError, StoreVersionError
from orderlife.memory.clock import START
from orderlife.ports.store import Committed
from orderlife_adapters._migrations import Naming, latest, sql
from orderlife_adapters.postgres import PostgresOrderStore, open_stores
from tests.desk.test_store import commit
from tests.stores.postgresql import BOTH, rows, sync_store

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = '{}' ORDER BY 1"
NAMES = (
    *("archives", "arrivals", "channel_numbers", "cursors", "decisions"),
    *("denials", "effects", "feed", "orders", "people", "salts"),
    *("sequencers", "snapshots", "stores", "versions"),
)


@pytest.mark.parametrize("kind", BOTH)
def test_the_tables_are_made_once(kind: object, postgres_url: str) -> None:
    """And a store without them says what to do."""
    assert callable(kind)
    with kind(postgres_url) as store:
        for use in (store.check, lambda: store.load("o1")):
            with pytest.raises(StoreVersionError, match="migrate"):
                use()
        assert store.migrate() == latest("orders", "postgresql")
        assert store.migrate() == 0
        store.check()
    found = rows(postgres_url, TABLES.format("public"))
    assert found == [(f"orderlife_{name}",) for name in NAMES]


def test_any_number_make_them_at_once(postgres_url: str) -> None:
    """One does, the others wait and find nothing left to do."""

    def make(_: int) -> int:
        with sync_store(postgres_url) as store:
            return store.migrate()

    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(make, range(4)))
    assert sorted(done) == [0, 0, 0, latest("orders", "postgresql")]


def test_the_tables_are_called_what_the_user_wants(postgres_url: str) -> None:
    """In a schema and with a prefix; two sets live side by side."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA shop")
    for naming in (Naming(schema="shop", prefix="ol_"), Naming(prefix="")):
        with sync_store(postgres_url, naming=naming) as store:
            store.migrate()
            assert store.commit(commit()) == Committed(version=1)
            assert len(store.history("o1")) == 1
    found = rows(postgres_url, TABLES.format("shop"))
    assert found == [(f"ol_{name}",) for name in NAMES]
    found = rows(postgres_url, TABLES.format("public"))
    assert found == [(name,) for name in NAMES]


def test_a_schema_that_is_not_there_is_asked_for(postgres_url: str) -> None:
    """It is the user's to create; an exhausted pool is overload here too."""
    naming = Naming(schema="shop")
    with sync_store(postgres_url, naming=naming) as store:
        with pytest.raises(InputError, match="no such schema"):
            store.migrate()
        with pytest.raises(StoreVersionError, match="migrate"):
            store.check()
    with (
        ConnectionPool(postgres_url, min_size=1, max_size=1) as pool,
        pool.connection(),
    ):
        pool.timeout = 0.05
        with pytest.raises(OverloadedError, match="pool of connections"):
            PostgresOrderStore(pool).migrate()


def test_an_administrator_can_run_the_sql(postgres_url: str) -> None:
    """What is printed makes the same tables as the library does."""
    columns = (
        "SELECT table_name, column_name, data_type, is_nullable, "
        "collation_name FROM information_schema.columns WHERE "
        "table_schema = 'public' AND table_name <> 'orderlife_versions' "
        "ORDER BY 1, ordinal_position"
    )
    indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"
    found = []
    for by_hand in (True, False):
        with (
            psycopg.connect(postgres_url, autocommit=True) as connection,
            sync_store(postgres_url) as store,
        ):
            if by_hand:
                text = sql("orders", "postgresql")
                if "CREATE TABLE IF NOT EXISTS" not in text:
                    connection.execute(
                        "CREATE TABLE orderlife_versions (component TEXT "
                        "PRIMARY KEY, version INTEGER NOT NULL, "
                        "oldest INTEGER NOT NULL)"
                    )
                connection.execute(text.encode())
            else:
                store.migrate()
            store.check()
            found.append(
                (rows(postgres_url, columns), rows(postgres_url, indexes))
            )
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
    assert found[0][0] == found[1][0]
    assert sorted(found[0][1]) == sorted(found[1][1])


def test_tables_are_made_without_triggers(postgres_url: str) -> None:
    """Where they are not wanted; and the store works on them."""
    triggers = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    functions = "SELECT proname FROM pg_proc WHERE proname LIKE 'ol_%'"
    for prefix, wanted in (("ol_", False), ("or_", True)):
        naming = Naming(prefix=prefix, triggers=wanted)
        with sync_store(postgres_url, naming=naming) as store:
            store.migrate()
            assert store.commit(commit()) == Committed(version=1)
    found = rows(postgres_url, triggers)
    assert {name[:3] for (name,) in found} == {"or_"}
    assert rows(postgres_url, functions) == []


def test_two_releases_work_side_by_side(postgres_url: str) -> None:
    """A newer one says who may; a program that may not says so."""
    with sync_store(postgres_url) as store:
        store.migrate()
        newer = latest("orders", "postgresql") + 1
        change = "UPDATE orderlife_versions SET version = {}, oldest = {}"
        column = "ALTER TABLE orderlife_orders ADD COLUMN more TEXT"
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(column)
            connection.execute(change.format(newer, newer - 1).encode())
            store.check()
            assert store.commit(commit()) == Committed(version=1)
            assert store.commit(commit(1)) == Committed(version=2)
            connection.execute(change.format(newer, newer).encode())
            for use in (
                store.check,
                store.migrate,
                lambda: open_stores(postgres_url, clock=lambda: START),
            ):
                with pytest.raises(StoreVersionError, match="upgrade"):
                    use()
            connection.execute(change.format(0, 0).encode())
            with pytest.raises(StoreVersionError, match="migrate"):
                open_stores(postgres_url, clock=lambda: START)


def test_what_cannot_be_opened_says_why() -> None:
    """And never shows a password."""
    with pytest.raises(InputError) as caught:
        open_stores("postgresql://ada:secret@x/y?z=1", clock=lambda: START)
    assert "secret" not in str(caught.value)
    with pytest.raises(PortError, match="cannot be reached") as unreached:
        open_stores(
            "postgresql://ada:secret@127.0.0.1:1/y", clock=lambda: START
        )
    assert "secret" not in str(unreached.value)


def test_a_joined_store_keeps_tenant_and_names(postgres_url: str) -> None:
    """It is the same store, elsewhere."""
    naming = Naming(prefix="ol_")
    with (
        sync_store(postgres_url, tenant="a", naming=naming) as store,
        psycopg.connect(postgres_url) as connection,
    ):
        store.migrate()
        joined = store.joined(connection)
        assert isinstance(joined, PostgresOrderStore)
        joined.commit(commit())
        connection.commit()
        found = rows(postgres_url, "SELECT tenant FROM ol_orders")
        assert found == [("a",)]
