"""The tables on the user's terms: in a model, and as SQL."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import MetaData, create_engine, text

from orderlife import MissingExtraError
from orderlife.memory.clock import Clock
from orderlife_adapters._migrations import Component, distribution, sql
from orderlife_adapters.inventory_sqlite import SqliteInventory
from orderlife_adapters.sqlite import SqliteOrderStore
from orderlife_adapters.tables import Naming, add_tables
from tests.desk.test_store import commit
from tests.stores.agree import differences
from tests.stores.sqlite import opened, path, raw, store

__all__ = ["path", "store"]

BOTH: tuple[Component, ...] = ("orders", "inventory")
MADE = Naming(prefix="made_")
MODEL = Naming(prefix="model_")


def test_model_and_migrations_agree_on_sqlite(path: Path) -> None:
    """Column by column, index by index, check by check."""
    with (
        opened(path, naming=MADE),
        contextlib.closing(
            SqliteInventory(path, clock=Clock(), naming=MADE)
        ) as inventory,
    ):
        inventory.migrate()
    engine = create_engine(f"sqlite:///{path}")
    try:
        assert differences(engine, MADE, MODEL) == []
        with engine.begin() as connection:
            connection.execute(
                text("CREATE INDEX made_x ON made_orders (tenant, version)")
            )
            connection.execute(text("ALTER TABLE made_people ADD x TEXT"))
        found = [each.partition(":")[0] for each in differences_again(engine)]
        assert found == ["orders.index x", "people.x"]
    finally:
        engine.dispose()


def differences_again(engine: object) -> list[str]:
    """Once more, with tables of the model that are there already."""
    return differences(engine, MADE, MODEL)  # type: ignore[arg-type]


def test_model_and_migrations_agree_on_postgresql(
    postgres_url: str,
) -> None:
    """The same comparison, in two schemas of one database."""
    made, model = (Naming(schema=name) for name in ("made", "model"))
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for naming in (made, model):
            connection.execute(f"CREATE SCHEMA {naming.schema}".encode())
        for component in BOTH:
            connection.execute(sql(component, "postgresql", made).encode())
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(postgres_url),
    )
    try:
        assert differences(engine, made, model) == []
    finally:
        engine.dispose()


def test_the_model_has_names_of_choice() -> None:
    """Schema and prefix, beside the application's own tables."""
    metadata = MetaData()
    found = add_tables(metadata, naming=Naming(schema="shop", prefix="order_"))
    assert found["decisions"].fullname == "shop.order_decisions"
    assert set(metadata.tables) == {t.fullname for t in found.values()}
    assert len(found) == 21


def test_without_sqlalchemy_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is imported when it is needed, and not before."""
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(MissingExtraError, match=r"orderlife\[sqlalchemy\]"):
        add_tables(MetaData())


def test_the_printed_sql_makes_the_tables(path: Path) -> None:
    """An administrator runs it, and the store finds what it needs."""
    with raw(path) as file:
        for component in BOTH:
            file.executescript(sql(component, "sqlite"))
    with contextlib.closing(SqliteOrderStore(path)) as store:
        store.commit(commit())
        assert store.migrate() == 0
    with contextlib.closing(SqliteInventory(path, clock=Clock())) as inventory:
        inventory.migrate()


def printed(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Ask for the SQL as an administrator would."""
    return subprocess.run(
        [sys.executable, "-m", "orderlife", "sql", *arguments],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )


def test_the_command_line_prints_the_sql() -> None:
    """With the names of choice, and nothing but it."""
    ran = printed(
        *("--component", "orders", "--dialect", "postgresql"),
        *("--prefix", "o_", "--schema", "shop"),
    )
    assert ran.returncode == 0, ran.stderr
    naming = Naming(prefix="o_", schema="shop")
    assert sql("orders", "postgresql", naming) == ran.stdout


def test_the_command_line_leaves_triggers_out() -> None:
    """For an engine that has none."""
    ran = printed("--dialect", "postgresql", "--without-triggers")
    naming = Naming(triggers=False)
    assert sql("orders", "postgresql", naming) == ran.stdout
    for made in ("CREATE TRIGGER", "CREATE FUNCTION"):
        assert made in sql("orders", "postgresql")
        assert made not in ran.stdout
    assert "CREATE TRIGGER" in sql("inventory", "sqlite")
    assert "CREATE TRIGGER" not in sql("inventory", "sqlite", naming)


@pytest.mark.parametrize("component", BOTH)
def test_the_command_line_spreads_the_tables(component: Component) -> None:
    """By tenant, all of one on one server; and makes no triggers."""
    naming = Naming(prefix="o_", schema="shop", triggers=False)
    ran = printed(
        *("--dialect", "postgresql", "--component", component),
        *("--prefix", "o_", "--schema", "shop", "--distributed"),
    )
    tables = sql(component, "postgresql", naming)
    spread = distribution(component, naming)
    assert f"{tables}\n{spread}" == ran.stdout


def test_every_table_is_spread_or_on_each_server() -> None:
    """Those with a tenant by it, which is the first of each unique key."""
    told = "".join(map(distribution, BOTH))
    by_tenant = re.findall(
        r"create_distributed_table\('orderlife_(\w+)', 'tenant'", told
    )
    everywhere = re.findall(
        r"create_reference_table\('orderlife_(\w+)'\)", told
    )
    assert sorted(everywhere) == ["stores", "versions"]
    beside = told.count("colocate_with => 'orderlife_orders'")
    assert beside == len(by_tenant) - 1
    found = add_tables(MetaData())
    assert sorted(by_tenant + everywhere) == sorted(found)
    for name in by_tenant:
        table = found[name]
        unique: list[Any] = [index for index in table.indexes if index.unique]
        for key in [table.primary_key, *unique]:
            assert next(iter(key.columns)).name == "tenant", name


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--dialect"),
        (("--dialect", "sqlite", "--distributed"), "not distributed"),
        (("--dialect", "oracle"), "oracle"),
        (("--dialect", "sqlite", "--prefix", "x; DROP"), "cannot name tables"),
        (("--dialect", "sqlite", "--schema", "shop"), "no schemas"),
    ],
)
def test_the_command_line_says_what_is_wrong(
    arguments: tuple[str, ...], said: str
) -> None:
    """In one line, and with code 2."""
    ran = printed(*arguments)
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr
