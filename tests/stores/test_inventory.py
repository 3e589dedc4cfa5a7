"""Durable stock: never oversold, never half, whoever comes or dies."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import psycopg
import pytest

from orderlife.errors import (
    InputError,
    InvariantError,
    NotFoundError,
    PortError,
    StoreVersionError,
    ValidationError,
)
from orderlife.memory.clock import START
from orderlife.ports.base import NotKnown
from orderlife.ports.inventory import (
    HeldStock,
    Reserve,
    StockChanged,
    StockShort,
)
from orderlife.testing import Clock, InMemoryInventory
from orderlife.warehouse import Level
from orderlife_adapters import _postgres_driver
from orderlife_adapters._migrations import latest
from orderlife_adapters.inventory_postgres import PostgresInventory
from orderlife_adapters.inventory_sqlite import SqliteInventory
from tests.stores.inventories import Make, make, stock_url, stocked
from tests.testing.test_fakes_inventory import (
    SOON,
    allocate,
    consume,
    demand,
    item,
    release,
    reserve,
    restock,
)

__all__ = ["make", "stock_url"]

ROOT = Path(__file__).parents[2]
LATER = START + timedelta(days=1)
NEVER = LATER.replace(year=2999)
KINDS = pytest.mark.parametrize("kind", ["sqlite", "postgres"])


@attrs.frozen
class Place:
    """Where an inventory of several processes is."""

    kind: str
    where: str
    tenant: str

    def opened(self) -> Any:
        from tests.stores.buyers import opened

        return opened(self.kind, self.where, self.tenant)

    def run(self, verb: str, **task: Any) -> subprocess.Popen[str]:
        """Start a process that does something there."""
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.stores.buyers", verb),
                json.dumps({**attrs.asdict(self), **task}),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def ended(process: subprocess.Popen[str]) -> int:
    """What a process has printed."""
    try:
        said, error = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 0, error
    return int(said)


@pytest.fixture
def place(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Tables, and nothing in them."""
    where = str(tmp_path / "stock.db")
    if kind == "postgres":
        where = request.getfixturevalue("stock_url")
    found = Place(kind, where, f"place-{tmp_path.name}")
    with found.opened() as store:
        store.migrate()
    return found


def sell(place: Place, skus: list[str], *, leave: bool = False) -> int:
    """Two processes of eight threads, and 1,000 buyers."""
    processes = [
        place.run(
            "sell",
            name=name,
            skus=skus if name == "p1" else skus[::-1],
            leave=leave,
            threads=8,
            buyers=500,
        )
        for name in ("p1", "p2")
    ]
    return sum(ended(process) for process in processes)


@KINDS
def test_a_thousand_buyers_get_exactly_what_there_is(place: Place) -> None:
    """Of 100 mugs, 100 are sold, and the books are right."""
    with place.opened() as store:
        store.receive("mug", "main", 100, "initial")
        assert sell(place, ["mug"]) == 100
        assert store.level("mug") == Level(on_hand=100, allocated=100)
        store.check()


@pytest.mark.one_python
@KINDS
def test_carts_that_expire_meanwhile_are_sold_to_others(
    place: Place,
) -> None:
    """Half of the buyers leave; their units are sold, and none twice."""
    with place.opened() as store:
        store.receive("mug", "north", 30, "initial")
        store.receive("mug", "south", 70, "initial")
        sold = sell(place, ["mug"], leave=True)
        last = place.run(
            "sell", name="p3", skus=["mug"], leave=False, threads=1, buyers=101
        )
        assert sold + ended(last) == 100
        assert store.level("mug") == Level(on_hand=100, allocated=100)
        store.check()


@pytest.mark.one_python
@KINDS
def test_carts_of_several_skus_meet_in_no_circle(place: Place) -> None:
    """Whatever order they name them in, two of one SKU among them."""
    with place.opened() as store:
        store.receive("cup", "main", 110, "initial")
        store.receive("mug", "north", 90, "initial")
        store.receive("mug", "south", 110, "initial")
        assert sell(place, ["mug", "cup", "mug"]) == 100
        assert store.level("mug") == Level(on_hand=200, allocated=200)
        assert store.level("cup").available == 10
        store.check()


@pytest.mark.one_python
@KINDS
def test_hot_sku_is_sold_to_the_last_unit(place: Place) -> None:
    """Spread over rows, while the mode is turned off and on again."""
    with place.opened() as store:
        store.receive("mug", "main", 100, "initial")
        store.spread("mug", "main")
        turned = threading.Event()

        def turn() -> None:
            for buckets in (1, 16) * 10:
                store.spread("mug", "main", buckets)
                if turned.wait(0.05):
                    return

        with ThreadPoolExecutor(1) as pool:
            turning = pool.submit(turn)
            try:
                assert sell(place, ["mug"]) == 100
            finally:
                turned.set()
            turning.result()
        assert store.level("mug") == Level(on_hand=100, allocated=100)
        store.check()


@pytest.mark.one_python
@pytest.mark.parametrize(
    ("kind", "ways"),
    [("sqlite", ["at"]), ("postgres", ["before", "during", "after"])],
)
def test_killed_process_leaves_all_or_nothing(
    place: Place, ways: list[str]
) -> None:
    """At every statement of a life; what is asked again is done once."""
    assert ended(place.run("crash", ways=ways)) >= 20


def test_movements_name_steps_and_rise(make: Make) -> None:
    """Each step moves units, and every movement names its cause."""
    stock = make({"mug": 10}, Clock())
    stock.reserve(reserve(demand(3)))
    stock.allocate(allocate())
    stock.consume(consume(item(2)))
    stock.release(release(item(1)))
    rows = stock.movements()
    assert [(row.kind, row.quantity, row.cause) for row in rows] == [
        ("received", 10, "initial"),
        ("held", 3, "r1:reserve:1"),
        ("allocated", 3, "r1:allocate:1"),
        ("consumed", 2, "r1:consume:1"),
        ("released", 1, "r1:release:1"),
    ]
    numbers = [row.sequence for row in rows]
    assert numbers == sorted(set(numbers))
    assert stock.movements(after=numbers[1], limit=2) == rows[2:4]


def test_two_lines_of_one_sku_share_its_places(make: Make) -> None:
    """Empty places hide nothing, and what expired counts at its place."""
    cells = {("mug", "east"): 0, ("mug", "north"): 2, ("mug", "south"): 3}
    clock = Clock()
    stock = make(cells, clock)
    stock.reserve(reserve(demand(2)))
    clock.set(SOON)
    both = reserve(
        demand(3, "l1"), demand(2, "l2"), reservation="r2", until=LATER
    )
    assert stock.reserve(both) == HeldStock(
        items=(
            item(3, "l1", place="south"),
            item(2, "l2", place="north"),
        )
    )
    assert isinstance(
        stock.reserve(reserve(demand(1), reservation="r3")), StockShort
    )
    stock.check()


def test_order_of_many_lines_is_one_operation(make: Make) -> None:
    """More lines than a statement has rows for, and carts that ran out."""
    skus = [f"sku{number}" for number in range(75)]
    clock = Clock()
    stock = make(dict.fromkeys(skus, 10), clock)
    for number, sku in enumerate(skus):
        cart = reserve(demand(9, "l1", sku), reservation=f"cart{number}")
        assert isinstance(stock.reserve(cart), HeldStock)
    clock.set(SOON)
    lines = [demand(2, f"l{sku}", sku) for sku in skus]
    items = [item(2, f"l{sku}", sku) for sku in skus]
    held = stock.reserve(reserve(*lines, until=LATER))
    assert held == HeldStock(items=tuple(items))
    assert stock.allocate(allocate()) == StockChanged()
    assert stock.consume(consume(*items[:70])) == StockChanged()
    assert stock.release(release(*items[70:])) == StockChanged()
    levels = stock.levels()
    assert {levels[sku, "main"].available for sku in skus[:70]} == {8}
    assert {levels[sku, "main"].available for sku in skus[70:]} == {10}
    stock.check()


def test_same_request_at_once_is_done_once(make: Make) -> None:
    """Eight times the same: one answer, one hold."""
    stock = make({"mug": 10, "cup": 3}, Clock())
    if not isinstance(stock, SqliteInventory | PostgresInventory):
        pytest.skip("one event loop has no threads")
    intents = (
        reserve(demand(2)),
        reserve(demand(1, "l1"), demand(1, "l2", "cup"), reservation="r2"),
    )
    with ThreadPoolExecutor(8) as pool:
        for intent in intents:
            answers = list(pool.map(stock.reserve, [intent] * 8))
            assert answers == [answers[0]] * 8
            assert isinstance(answers[0], HeldStock)
    assert stock.level("mug").held == 3
    stock.check()


def test_hot_mode_changes_no_answer(make: Make) -> None:
    """More than a row has is taken from several, and given back."""
    stock = make({"mug": 10}, Clock())
    stock.spread("mug", "main", 4)
    assert stock.level("mug") == Level(on_hand=10, available=10)
    assert stock.reserve(reserve(demand(9))) == HeldStock(items=(item(9),))
    stock.spread("mug", "main", 1)
    assert stock.allocate(allocate()) == StockChanged()
    assert stock.consume(consume(item(4))) == StockChanged()
    assert stock.release(release(item(5))) == StockChanged()
    stock.receive("mug", "main", 2, "d1")
    assert stock.level("mug") == Level(on_hand=8, available=8)
    stock.spread("mug", "main", 3)
    stock.receive("mug", "main", 2, "d2")
    more = reserve(demand(2), reservation="r2")
    assert isinstance(stock.reserve(more), HeldStock)
    assert isinstance(
        stock.reserve(reserve(demand(8), reservation="r3")), HeldStock
    )
    stock.check()
    with pytest.raises(InputError, match="0 buckets"):
        stock.spread("mug", "main", 0)
    with pytest.raises(NotFoundError, match="mug at south"):
        stock.spread("mug", "south")


def test_more_units_than_can_be_counted_are_refused(make: Make) -> None:
    """No sum leaves 64 bits, and nothing becomes a float."""
    stock = make({"mug": 1}, Clock())
    with pytest.raises(InputError, match="at most"):
        stock.receive("mug", "main", 10**12 + 1, "d1")
    with pytest.raises(PortError, match="at most"):
        stock.reserve(reserve(demand(10**30)))
    assert isinstance(stock.reserve(reserve(demand(10**12))), StockShort)
    stock.check()


ODD_UNITS: tuple[Any, ...] = (1.5, 2.0, float("nan"), True, "5", None, [1])
ODD_NAMES: tuple[tuple[Any, str], ...] = (
    (None, "must be text"),
    (7, "must be text"),
    (b"mug", "must be text"),
    (["mug"], "must be text"),
    ("mu\0g", "holds a NUL"),
    ("mu\ud800g", "holds half a character"),
    ("m" * 5_000, "is longer than 4000"),
)


@pytest.fixture(params=("in memory", "durable"))
def keep(request: pytest.FixtureRequest, make: Make) -> Make:
    """Makes an inventory, in memory as well."""
    return InMemoryInventory if request.param == "in memory" else make


def test_what_is_no_number_of_units_is_refused(keep: Make) -> None:
    """Neither received nor counted: no shelf has half a mug."""
    store = keep({"mug": 4}, Clock())
    for odd in ODD_UNITS:
        with pytest.raises(ValidationError, match="quantity: must be a whole"):
            store.receive("mug", "main", odd, f"d{odd}")
        with pytest.raises(ValidationError, match="delta: must be a whole"):
            store.adjust("mug", "main", odd, f"d{odd}")
        with pytest.raises(PortError):
            store.reserve(reserve(demand(odd)))
    assert 4 == store.level("mug").on_hand


def test_what_is_no_name_is_refused(keep: Make) -> None:
    """Each is named."""
    store = keep({"mug": 4}, Clock())
    for odd, why in ODD_NAMES:
        with pytest.raises(ValidationError, match=f"sku: {why}"):
            store.receive(odd, "main", 1, "d")
        with pytest.raises(ValidationError, match=f"place: {why}"):
            store.adjust("mug", odd, 1, "d")
        with pytest.raises(ValidationError, match=f"cause: {why}"):
            store.receive("mug", "main", 1, odd)
        with pytest.raises(ValidationError, match=f"sku: {why}"):
            store.level(odd)
    assert 4 == store.level("mug").on_hand


def test_odd_pages_ages_and_buckets_are_refused(make: Make) -> None:
    """As every other setting."""
    store = make({"mug": 4}, Clock())
    for odd in ("x", -1, 1.5, True, [1]):
        with pytest.raises(InputError):
            store.movements(after=odd)
        with pytest.raises(InputError):
            store.movements(limit=odd)
        with pytest.raises(InputError):
            store.prune(odd)
        with pytest.raises(InputError):
            store.spread("mug", "main", odd)
    with pytest.raises(InputError, match="place: must be text"):
        store.spread("mug", None)


def test_hundreds_of_expired_carts_are_written_down(make: Make) -> None:
    """More than are written in one step; then all of it can be sold."""
    clock = Clock()
    stock = make({"mug": 250}, clock)
    for number in range(250):
        stock.reserve(reserve(demand(1), reservation=f"r{number}"))
    clock.set(SOON)
    everything = reserve(demand(250), reservation="all", until=LATER)
    assert isinstance(stock.reserve(everything), HeldStock)
    expired = [row for row in stock.movements() if row.kind == "expired"]
    assert len(expired) == 250
    stock.check()


def test_tenants_never_meet(make: Make) -> None:
    """The same ids and SKUs, and other stock."""
    ours, theirs = make({"mug": 1}, Clock()), make({"mug": 5}, Clock())
    assert isinstance(ours.reserve(reserve(demand(1))), HeldStock)
    assert theirs.look_up(reserve(demand(1))) == NotKnown()
    assert theirs.level("mug").available == 5
    assert isinstance(theirs.reserve(reserve(demand(4))), HeldStock)
    assert len(ours.movements()) == len(theirs.movements()) == 2
    for stock in (ours, theirs):
        stock.check()


def execute(place: Place, statement: str) -> None:
    """Go behind the inventory's back."""
    if place.kind == "sqlite":
        with closing(sqlite3.connect(place.where)) as file, file:
            file.execute(statement)
        return
    with psycopg.connect(place.where) as server:
        server.execute(statement.encode())


@KINDS
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE orderlife_movements SET quantity = 1",
        "DELETE FROM orderlife_movements",
    ],
)
def test_movements_never_change(place: Place, statement: str) -> None:
    """The database itself refuses it."""
    with place.opened() as store:
        store.receive("mug", "main", 5, "initial")
        with pytest.raises((sqlite3.Error, psycopg.Error), match="movement"):
            execute(place, statement)
        assert len(store.movements()) == 1


@KINDS
@pytest.mark.parametrize(
    ("statement", "line"),
    [
        (
            "UPDATE orderlife_stock SET unavailable = unavailable + 1",
            "invariant 13, mug at main",
        ),
        (
            "UPDATE orderlife_stock SET held = 3, available = 7",
            "invariant 14, mug at main",
        ),
        (
            "UPDATE orderlife_reservation_items SET line_id = 'l9'",
            "invariant 15, mug at main",
        ),
    ],
)
def test_wrong_numbers_fail_the_check(
    place: Place, statement: str, line: str
) -> None:
    """The check bites: each planted defect names its invariant."""
    with place.opened() as store:
        stocked(store, {"mug": 10})
        store.reserve(reserve(demand(2), until=LATER.replace(year=2999)))
        store.check()
        execute(place, f"{statement} WHERE tenant = '{place.tenant}'")
        with pytest.raises(InvariantError, match=line):
            store.check()


@KINDS
def test_database_refuses_to_oversell(place: Place) -> None:
    """A second wall: no number of a row falls below 0."""
    with place.opened() as store:
        store.receive("mug", "main", 5, "initial")
        with pytest.raises((sqlite3.Error, psycopg.Error)):
            execute(place, "UPDATE orderlife_stock SET available = -1")


def _in_sqlite(place: Place, act: Callable[[Any], None]) -> None:
    store = SqliteInventory(
        place.where, clock=lambda: START, tenant=place.tenant
    )
    connection = sqlite3.connect(place.where, isolation_level=None)
    rows, texts = sqlite3.Row, bytes
    connection.row_factory, connection.text_factory = rows, texts
    try:
        with pytest.raises(InputError, match="BEGIN IMMEDIATE"):
            store.joined(connection)
        connection.execute("BEGIN IMMEDIATE")
        act(store.joined(connection))
        connection.execute("ROLLBACK")
        connection.execute("BEGIN IMMEDIATE")
        act(store.joined(connection))
        connection.execute("COMMIT")
        assert (rows, texts) == (
            connection.row_factory,
            connection.text_factory,
        )
    finally:
        connection.close()


def _in_postgres(place: Place, act: Callable[[Any], None]) -> None:
    mine: Any = {"row_factory": psycopg.rows.dict_row}
    with psycopg.connect(place.where, **mine) as connection:
        store = PostgresInventory(
            connection, clock=lambda: START, tenant=place.tenant
        )
        act(store.joined(connection))
        connection.rollback()
        act(store.joined(connection))
        connection.commit()


@KINDS
def test_joins_the_transaction_of_the_application(place: Place) -> None:
    """What is rolled back never was; what is committed is there.

    Whatever the application has its connection make of rows.
    """
    with place.opened() as store:
        store.receive("mug", "main", 5, "initial")

        def act(joined: Any) -> None:
            simple = reserve(demand(2), until=NEVER)
            assert isinstance(joined.reserve(simple), HeldStock)
            several: Reserve = reserve(
                demand(1), demand(1, "l2"), reservation="r2", until=NEVER
            )
            assert isinstance(joined.reserve(several), HeldStock)
            assert joined.level("mug").held == 4
            with pytest.raises(PortError):
                joined.reserve(reserve(demand(0), number=9))

        (_in_sqlite if place.kind == "sqlite" else _in_postgres)(place, act)
        assert store.level("mug").held == 4
        assert len(store.movements()) == 4
        store.check()


@KINDS
def test_what_is_done_in_a_transaction_is_done_once(place: Place) -> None:
    """A key is as good as its transaction: kept with it, or never seen."""
    asked = (
        reserve(demand(2), demand(1, "l2"), until=NEVER),
        allocate(),
        consume(item(1)),
        release(item(1), item(1, "l2")),
        restock(1, "restock"),
    )
    with place.opened() as store:
        store.receive("mug", "main", 5, "initial")

        def act(joined: Any) -> None:
            for intent in asked:
                answer = _asked(joined, intent)
                assert _asked(joined, intent) == answer
                assert joined.look_up(intent) == answer
                with pytest.raises(PortError, match="another content"):
                    _asked(joined, attrs.evolve(intent, order_id="o9"))

        # Once it is rolled back, and once it is committed.
        (_in_sqlite if place.kind == "sqlite" else _in_postgres)(place, act)
        answers = [store.look_up(intent) for intent in asked]
        assert [_asked(store, intent) for intent in asked] == answers
        kinds = [row.kind for row in store.movements()]
        assert kinds == [
            *("received", "held", "held", "allocated", "allocated"),
            *("consumed", "released", "released", "returned"),
        ]
        assert store.level("mug") == Level(on_hand=5, available=5)
        store.check()


def _asked(store: Any, intent: Any) -> Any:
    """The answer to an intent."""
    return getattr(store, type(intent).__name__.lower())(intent)


def test_tables_that_are_missing_are_named(tmp_path: Path) -> None:
    """Before anything else, they are to be made."""
    store = SqliteInventory(tmp_path / "stock.db", clock=lambda: START)
    with pytest.raises(StoreVersionError, match="run migrate"):
        store.level("mug")
    store.migrate()
    store.migrate()
    assert store.level("mug") == Level()
    store.close()


def test_tables_that_are_missing_in_postgres(postgres_url: str) -> None:
    """The same, on PostgreSQL."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        from psycopg_pool import ConnectionPool

        with ConnectionPool(postgres_url, min_size=1, open=True) as pool:
            store = PostgresInventory(pool, clock=lambda: START)
            with pytest.raises(StoreVersionError, match="run migrate"):
                store.reserve(reserve(demand(1)))
            assert store.migrate() == latest("inventory", "postgresql")
            assert store.migrate() == 0
            assert isinstance(store.reserve(reserve(demand(1))), StockShort)
        assert connection.closed is False


@pytest.mark.parametrize("kind", ["postgres"])
def test_statements_are_few(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One round trip to reserve one SKU, hot or not; two for the rest."""
    asked: list[str] = []
    ask = _postgres_driver._ask

    def counting(connection: Any, step: Any) -> Any:
        asked.append(step.statement)
        return ask(connection, step)

    def count(act: Callable[[], object]) -> int:
        asked.clear()
        act()
        return len(asked)

    one = reserve(demand(1), until=NEVER)
    hot = reserve(demand(1), reservation="r2", until=NEVER)
    two = reserve(
        demand(1), demand(1, "l2", "cup"), reservation="r3", until=NEVER
    )
    short = reserve(demand(9), reservation="r4", until=NEVER)
    with place.opened() as store:
        stocked(store, {"mug": 5, "cup": 5})
        monkeypatch.setattr(_postgres_driver, "_ask", counting)
        assert count(lambda: store.reserve(one)) == 1
        store.spread("mug", "main")
        store.level("mug")  # now it knows that it is hot
        assert count(lambda: store.reserve(hot)) == 1
        assert count(lambda: store.reserve(two)) == 2
        assert count(lambda: store.allocate(allocate("r3"))) == 2
        assert count(lambda: store.reserve(short)) <= 4
        assert count(lambda: store.look_up(one)) == 1
