"""Every statement about the stock finds its rows by an index.

Named exceptions: ``check`` and ``levels`` read all there is of a
tenant, and ``fillable`` all who wait.  So does whoever lists the
movements: what has run out anywhere is written down first.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from orderlife.errors import InvariantError
from orderlife.testing import Clock
from orderlife_adapters import _postgres_driver
from orderlife_adapters._inventory_postgres_sql import statements
from orderlife_adapters._inventory_sqlite_sql import (
    sized,
    statements as sqlite_statements,
)
from orderlife_adapters._migrations import Naming
from orderlife_adapters._postgres_driver import Ask
from orderlife_adapters.inventory_postgres import PostgresInventory
from orderlife_adapters.inventory_sqlite import SqliteInventory
from tests.stores.test_postgres_plans import generic, nodes
from tests.testing.test_fakes_inventory import (
    allocate,
    consume,
    demand,
    item,
    release,
    reserve,
    restock,
)

WHOLE: Final = {
    *("all_due", "all_stock", "live", "flow", "read_all", "audit"),
    "awaited",
}
"""What reads all rows of a tenant: ``check``, ``levels``, ``movements``,
``fillable``."""
DUE: Final = "reservation_items_due tenant sku until"
RESERVATION: Final = "reservations tenant reservation_id"
WAITS: Final = "orderlife_waits"
BUCKET: Final = "stock tenant sku place bucket"
SQLITE: Final = {
    "operation": {"operations tenant key"},
    "list": {"stock tenant sku"},
    "take": {
        *("stock tenant sku", "operations tenant key", DUE, RESERVATION),
        *("waits tenant sku", BUCKET),
    },
    "leave": {"waits_of_reservation tenant reservation_id"},
    "history": {"movements tenant sequence"},
    "bucket": {BUCKET},
    "spread": {BUCKET},
    "place": {"stock tenant sku place"},
    "page": {"operations tenant key"},
    "prune": {"operations tenant key key"},
    # Of many values, or rows.
    "known": {
        *("operations tenant key", RESERVATION),
        "reservation_items tenant reservation_id",
        "waits_of_reservation tenant reservation_id",
    },
    "shelf": {"stock tenant sku", DUE, "waits tenant sku"},
    "line": {
        "waits tenant sku",
        "waits_of_reservation tenant reservation_id",
    },
    "move": {"movements tenant"},
    "add": {BUCKET},
    # These only put rows in.
    **{name: set[str]() for name in ("answer", "save", "item", "wait")},
}
"""By which columns a statement finds its rows, in which table or index."""


def test_every_statement_on_sqlite_has_its_index(tmp_path: Path) -> None:
    """By the columns that say which rows are meant, and nothing else."""
    path = tmp_path / "stock.db"
    with contextlib.closing(SqliteInventory(path, clock=Clock())) as store:
        store.migrate()
    with contextlib.closing(sqlite3.connect(path)) as file:
        found = {
            name: set(_searches(file, text))
            for name, text in sqlite_statements(Naming()).items()
            if name not in WHOLE
        }
        for (name, _), text in sized(Naming()).items():
            searched = set(_searches(file, text))
            assert found.setdefault(name, searched) == searched
    assert found == SQLITE


def test_the_last_number_is_found_without_a_look_at_the_others(
    tmp_path: Path,
) -> None:
    """The numbers of the movements are an index that ends in it."""
    path = tmp_path / "stock.db"
    with contextlib.closing(SqliteInventory(path, clock=Clock())) as store:
        store.migrate()
        for number in range(300):
            store.receive("mug", "main", 1, f"delivery {number}")
    text = sized(Naming())["move", 1]
    with contextlib.closing(sqlite3.connect(path)) as file:
        file.execute("SELECT 1 FROM orderlife_stock").fetchone()
        steps: list[None] = []
        file.set_progress_handler(lambda: steps.append(None), 10)
        last = re.search(r"SELECT coalesce.*?:p1\b", text, re.DOTALL)
        assert last is not None
        file.execute(last[0], {"p1": ""}).fetchone()
    assert len(steps) < 10


def test_an_operation_on_five_lines_is_a_handful_of_statements(
    tmp_path: Path,
) -> None:
    """One a table, however many lines there are: two read, five write."""
    skus = [f"sku{number}" for number in range(5)]
    demands = [demand(2, f"l{sku}", sku) for sku in skus]
    items = [item(1, f"l{sku}", sku) for sku in skus]
    path = tmp_path / "stock.db"
    said: list[str] = []

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(path, check_same_thread=False)
        connection.set_trace_callback(said.append)
        return connection

    with contextlib.closing(SqliteInventory(connect, clock=Clock())) as store:
        store.migrate()
        for sku in ("mug", *skus):
            store.receive(sku, "main", 10, "initial")
        asked: dict[str, Callable[[], object]] = {
            "reserve": lambda: store.reserve(reserve(*demands)),
            "allocate": lambda: store.allocate(allocate()),
            "consume": lambda: store.consume(consume(*items)),
            "release": lambda: store.release(release(*items)),
            "again": lambda: store.release(release(*items)),
        }
        counts = {}
        for name, ask in asked.items():
            said.clear()
            ask()
            # All between BEGIN and COMMIT.
            counts[name] = len(said) - 2
        store.check()
        mine = connect()
        mine.execute("BEGIN IMMEDIATE")
        said.clear()
        store.joined(mine).restock(restock(1, "restock"))
        mine.rollback()
        mine.close()
    assert counts == {
        **dict.fromkeys(("reserve", "allocate", "consume", "release"), 7),
        "again": 1,
    }
    # Within a savepoint: the transaction is the application's.
    assert said[0] == "SAVEPOINT orderlife_stock"
    assert said[6:] == ["RELEASE orderlife_stock", "ROLLBACK"]


def _searches(file: sqlite3.Connection, text: str) -> Iterator[str]:
    """What a statement searches, and by which columns."""
    named = set(re.findall(r":(\w+)", text))
    numbers = [int(number) for number in re.findall(r"\?(\d+)", text)]
    count = max(numbers, default=text.count("?"))
    values: Any = dict.fromkeys(named) if named else [None] * count
    for *_, line in file.execute(f"EXPLAIN QUERY PLAN {text}", values):
        named_as = {"s": "orderlife_stock", "one": WAITS, "theirs": WAITS}
        verb, _, rest = line.partition(" ")
        table, _, how = rest.partition(" ")
        table = named_as.get(table, table)
        if not table.startswith("orderlife_"):
            continue  # a sort of what was found, or the word for a part
        found = re.fullmatch(
            r"USING (?:COVERING )?"
            r"(?:PRIMARY KEY|INDEX orderlife_(\w+)) \((.*)\)",
            how,
        )
        assert verb == "SEARCH", line
        assert found is not None, line
        columns = re.findall(r"(\w+)[=<>]", found[2])
        name = found[1] or table.removeprefix("orderlife_")
        yield " ".join((name, *columns))


COUNT: Final = 4_000
FILL: Final = (
    """INSERT INTO orderlife_stock SELECT t, 'sku' || n, 'p' || p, 0, 1, p,
    9, 1, 1, 0 FROM generate_series(1, {count}) AS n,
    generate_series(1, 2) AS p, unnest(ARRAY['t1', 't2']) AS t""",
    """INSERT INTO orderlife_reservations SELECT tenant, sku || place, 1,
    CASE WHEN place = 'p1' THEN 'held' ELSE 'allocated' END, 'c',
    4000000000000000, false FROM orderlife_stock""",
    """INSERT INTO orderlife_reservation_items SELECT tenant, sku || place,
    'l1', sku, place, 0, 1, CASE WHEN place = 'p1' THEN 4000000000000000 END
    FROM orderlife_stock""",
    """INSERT INTO orderlife_movements (tenant, at, kind, sku, place,
    quantity, source, target, cause, reservation_id, line_id)
    SELECT tenant, 0, 'received', sku, place, 11, 'outside', 'available',
    'c', '', '' FROM orderlife_stock""",
    """INSERT INTO orderlife_waits SELECT tenant, sku || place, 'l1', sku,
    '', 1, 'o1', 0, 4000000000000000 FROM orderlife_stock""",
    """INSERT INTO orderlife_operations SELECT tenant, sku || place, '', '{}',
    0 FROM orderlife_stock""",
)
KEYS: Final = {
    "answer": {"operations_pkey"},
    "read": {
        "operations_pkey",
        "reservations_pkey",
        "reservation_items_pkey",
        "reservation_items_due",
        "stock_pkey",
    },
    "write": {
        *("reservations_pkey", "operations_pkey", "stock_pkey"),
        "waits_of_reservation",
    },
    "list": {"stock_pkey"},
    "take": {
        "operations_pkey",
        "reservations_pkey",
        "reservation_items_due",
        "stock_pkey",
        "waits_pkey",
    },
    "buckets": {"stock_pkey"},
    "spread": {"stock_pkey"},
    "prune": {"operations_pkey"},
    "history": {"movements_pkey"},
}
KEYS["take_hot"] = KEYS["take"]
KEYS["read_line"] = {*KEYS["read"], "waits_pkey", "waits_of_reservation"}


def _asked(url: str, patch: pytest.MonkeyPatch) -> dict[str, Ask]:
    """One of each statement, as the operations really ask for it."""
    names = {text: name for name, text in statements(Naming()).items()}
    asked: dict[str, Ask] = {}
    perform = _postgres_driver._ask

    def ask(connection: Any, step: Ask) -> Any:
        if step.statement in names:
            asked[names[step.statement]] = step
        return perform(connection, step)

    patch.setattr(_postgres_driver, "_ask", ask)
    clock = Clock()
    far = clock() + timedelta(days=999)
    with ConnectionPool(url, min_size=1, max_size=1, open=True) as pool:
        store = PostgresInventory(pool, clock=clock, tenant="t1")
        store.receive("mug", "main", 9, "delivery")
        two = (demand(1, "l1"), demand(1, "l2"))
        store.reserve(reserve(*two, until=far))
        store.allocate(allocate())
        store.consume(consume(item(1)))
        store.release(release(item(1, "l2")))
        store.restock(restock(1, "restock"))
        store.look_up(allocate())
        store.reserve(reserve(demand(1), reservation="r2", until=far))
        store.fillable()
        store.spread("mug", "main", 4)
        store.level("mug")
        store.reserve(reserve(demand(1), reservation="r3", until=far))
        store.movements(after=5, limit=2)
        store.prune()
        with contextlib.suppress(InvariantError):
            store.check()  # what was filled in has no movements
    return asked


@pytest.fixture(scope="module")
def filled(
    postgres: str,
) -> Iterator[tuple[psycopg.Connection[Any], dict[str, Ask]]]:
    """Much stock of two tenants, and one of each statement."""
    name = f"orderlife_stock_plans_{os.getpid()}"
    url = urlunsplit(urlsplit(postgres)._replace(path=f"/{name}"))
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        with (
            psycopg.connect(url, autocommit=True) as inside,
            pytest.MonkeyPatch.context() as patch,
        ):
            PostgresInventory(inside, clock=Clock()).migrate()
            for statement in FILL:
                each = statement.replace("{count}", str(COUNT))
                inside.execute(each.encode())
            inside.execute("VACUUM ANALYZE")
            yield inside, _asked(url, patch)
        connection.execute(f"DROP DATABASE {name}".encode())


def test_every_statement_is_looked_at(
    filled: tuple[psycopg.Connection[Any], dict[str, Ask]],
) -> None:
    """Those of the operations by their plan; the others are named above."""
    assert set(statements(Naming())) == KEYS.keys() | (
        WHOLE & filled[1].keys()
    )
    assert filled[1].keys() == set(statements(Naming()))


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("prepared", [False, True])
def test_a_statement_on_postgresql_uses_its_index(
    filled: tuple[psycopg.Connection[Any], dict[str, Ask]],
    name: str,
    prepared: bool,
) -> None:
    """With the values in view, and prepared for any values."""
    connection, asked = filled
    ask = asked[name]
    if prepared:
        query = f"EXPLAIN (FORMAT JSON, GENERIC_PLAN) {generic(ask)}"
        query = query.replace("%%", "%")
        row = (
            psycopg.ClientCursor(connection).execute(query.encode()).fetchone()
        )
    else:
        query = f"EXPLAIN (FORMAT JSON) {ask.statement}"
        row = connection.execute(query.encode(), ask.parameters).fetchone()
    assert row is not None
    plan = row[0] if not isinstance(row[0], str) else json.loads(row[0])
    used = list(nodes(plan[0]["Plan"]))
    scanned = [
        each["Relation Name"]
        for each in used
        if each["Node Type"] == "Seq Scan"
    ]
    assert scanned == []
    indexes = {
        each["Index Name"].removeprefix("orderlife_")
        for each in used
        if "Index Name" in each
    }
    assert indexes
    assert indexes <= KEYS[name]
