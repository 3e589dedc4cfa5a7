"""Whatever a store or a desk is made with, it answers in its own words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from orderlife import (
    CancelOrder,
    Capabilities,
    Money,
    OrderDesk,
    Policy,
    ReturnTerms,
    order_id_for,
)
from orderlife._kernel.messages import Actor
from orderlife.desk.settings import utc_now
from orderlife.errors import InputError, OrderlifeError
from orderlife.policy.permissions import Grant, Permissions
from orderlife.testing import (
    Clock,
    FakeGateway,
    InMemoryInventory,
    InMemoryOrderStore,
    Script,
    TimeOut,
)
from orderlife_adapters import postgres, sqlite
from orderlife_adapters.inventory_postgres import PostgresInventory
from orderlife_adapters.inventory_sqlite import SqliteInventory
from orderlife_adapters.sql import sql
from orderlife_adapters.sqlite import Naming, SqliteOrderStore

DEEP: dict[str, Any] = {}
for _ in range(50_000):
    DEEP = {"a": DEEP}
FLAT: Any = None
for _ in range(50_000):
    FLAT = [FLAT]
NAN, ENDLESS = float("nan"), float("inf")
ODD_SECONDS: Final = (NAN, ENDLESS, -1, "5", None, True, 10**30, 1e300, DEEP)
ODD_TEXTS: Final[tuple[Any, ...]] = (
    None,
    7,
    "\0",
    "\ud800",
    "x" * 10_000,
    b"x",
    [],
    DEEP,
)
ODD_NAMES: Final = (7, [7], "x;", b"x", DEEP)
ODD_URLS: Final[tuple[Any, ...]] = (None, 7, b"x.db", [], DEEP, "", "\0")
ODD_NAMINGS: Final = (7, "shop_", True, Naming, DEEP)
NOBODY: Any = object()


class Broken:
    """Cannot be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("a mistake of its own")


def stock(path: Path, **more: Any) -> SqliteInventory:
    """The stock of a file."""
    return SqliteInventory(path, clock=utc_now, **more)


CASES: Final[dict[str, tuple[Callable[[Path, Any], object], Any]]] = {
    "busy timeout": (
        lambda path, odd: SqliteOrderStore(path, busy_timeout=odd),
        ODD_SECONDS,
    ),
    "patience": (lambda path, odd: stock(path, patience=odd), ODD_SECONDS),
    "tenant": (
        lambda path, odd: SqliteOrderStore(path, tenant=odd),
        ODD_TEXTS,
    ),
    "tenant of the stock": (
        lambda path, odd: stock(path, tenant=odd),
        ODD_TEXTS,
    ),
    "tenant in memory": (lambda _, odd: InMemoryOrderStore(odd), ODD_TEXTS),
    "tenant of a desk": (
        lambda path, odd: OrderDesk.open(path, tenant=odd, fakes=True),
        ODD_TEXTS,
    ),
    "tenant in postgres": (
        lambda _, odd: postgres.PostgresOrderStore(NOBODY, tenant=odd),
        ODD_TEXTS,
    ),
    "tenant of the stock in postgres": (
        lambda _, odd: PostgresInventory(NOBODY, clock=utc_now, tenant=odd),
        ODD_TEXTS,
    ),
    "durability": (
        lambda path, odd: SqliteOrderStore(path, durability=odd),
        ("OFF; x", None, 7, [], DEEP),
    ),
    "durability of the stock": (
        lambda path, odd: stock(path, durability=odd),
        ("OFF; x", None, 7, [], DEEP),
    ),
    "cases": (
        lambda path, odd: SqliteOrderStore(path, cases=odd),
        (None, -1, "x", 1.5, DEEP),
    ),
    "prefix": (lambda _, odd: Naming(prefix=odd), ODD_NAMES),
    "schema": (lambda _, odd: Naming(schema=odd), ODD_NAMES),
    "url of a file": (
        lambda _, odd: sqlite.open_stores(odd, clock=utc_now),
        ODD_URLS,
    ),
    "url in postgres": (
        lambda _, odd: postgres.open_stores(odd, clock=utc_now),
        (*ODD_URLS[:-2], Path("/x"), "postgresql://\0", "postgresql://\ud800"),
    ),
    "url of a desk": (
        lambda _, odd: OrderDesk.open(odd, fakes=True),
        ODD_URLS,
    ),
    "path of the stock": (
        lambda _, odd: SqliteInventory(odd, clock=utc_now),
        ODD_URLS,
    ),
    "seconds in a url": (
        lambda path, odd: sqlite.open_stores(
            f"sqlite:///{path}?busy_timeout={odd}", clock=utc_now
        ),
        ("nan", "-1", "1e999", "", "1_0", "٣", "0x1"),
    ),
    "naming": (
        lambda path, odd: SqliteOrderStore(path, naming=odd),
        ODD_NAMINGS,
    ),
    "naming of the stock": (
        lambda path, odd: stock(path, naming=odd),
        ODD_NAMINGS,
    ),
    "naming in postgres": (
        lambda _, odd: postgres.PostgresOrderStore(NOBODY, naming=odd),
        ODD_NAMINGS,
    ),
    "naming of the stock in postgres": (
        lambda _, odd: PostgresInventory(NOBODY, clock=utc_now, naming=odd),
        ODD_NAMINGS,
    ),
    "component of the tables": (
        lambda _, odd: sql(odd, "sqlite"),
        (*ODD_TEXTS, "", "../x"),
    ),
    "dialect of the tables": (
        lambda _, odd: sql("orders", odd),
        (*ODD_TEXTS, "", "../x"),
    ),
    "step of the tables": (
        lambda _, odd: sql("orders", "sqlite", after=odd),
        ("x", -1, None, 1.5, DEEP),
    ),
    "ports": (
        lambda _, odd: OrderDesk(odd),
        (*ODD_TEXTS, OrderDesk, Policy()),
    ),
    "an adapter": (
        lambda path, odd: OrderDesk.open(path, payment=odd, fakes=True),
        ("stripe", 7, object(), OrderDesk),
    ),
    "what a fake can do": (
        lambda _, odd: FakeGateway(capabilities=odd),
        (None, 7, DEEP, Capabilities),
    ),
    "stock in memory": (
        lambda _, odd: OrderDesk.in_memory(odd),
        (7, "mug", ["mug"], {"mug": "1"}, {"mug": 1.5}, {7: 1}, {"mug": True}),
    ),
    "a place in memory": (
        lambda _, odd: InMemoryInventory({}, utc_now, place=odd),
        (None, 7, DEEP),
    ),
    "a test's clock": (lambda _, odd: Clock(odd), ("x", 7, None, DEEP)),
    "a script": (
        lambda _, odd: Script().on(odd, TimeOut("before")),
        (None, 7, b"capture", DEEP, FLAT),
    ),
    "a policy's reasons": (
        lambda _, odd: Policy(reasons=odd),
        (7, DEEP, FLAT, Broken()),
    ),
    "a policy's function": (
        lambda _, odd: Policy(parcel=odd),
        (7, DEEP, FLAT, Broken()),
    ),
    "a policy's zone": (
        lambda _, odd: Policy(time_zone=odd),
        (7, DEEP, FLAT, Broken()),
    ),
    "a term's days": (
        lambda _, odd: ReturnTerms(days=odd),
        (10**5000, -(10**5000), DEEP),
    ),
    "permissions": (
        lambda _, odd: Permissions(kinds=odd),
        (7, "staff", [], {"staff": 7}, {"staff": Grant(CancelOrder)}),
    ),
    "a granted command": (
        lambda _, odd: Permissions(kinds={"staff": [Grant(odd)]}),
        (7, DEEP, FLAT, Broken()),
    ),
    "a click": (lambda _, odd: order_id_for(odd), (None, 7, b"c", DEEP)),
    "a scan's status": (
        lambda _, odd: OrderDesk.in_memory().shipments.scan(
            "o1-s1", odd, at=utc_now()
        ),
        (None, 7, "", "LOST", DEEP, FLAT, Broken()),
    ),
    "parcels": (
        lambda _, odd: OrderDesk.in_memory().shipments.pack(
            "o1-s1", parcels=odd
        ),
        (True, 7, "x", DEEP),
    ),
    "lease": (
        lambda _, odd: OrderDesk(OrderDesk.in_memory().ports, lease=odd),
        ("x", -1, None, DEEP, timedelta()),
    ),
    "a round's limit": (
        lambda _, odd: OrderDesk.in_memory().work(odd),
        ("x", -1, None, 1.5, DEEP),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_odd_settings_are_refused(tmp_path: Path, case: str) -> None:
    """When it is made, and typed; what is shown of them is short."""
    make, odds = CASES[case]
    for odd in odds:
        with pytest.raises(OrderlifeError) as told:
            make(tmp_path / "shop.db", odd)
        assert len(f"{told.value}") < 1_000


def test_a_path_is_as_good_as_its_text(tmp_path: Path) -> None:
    """For a function that says that it takes a URL, too."""
    with pytest.raises(InputError, match="no path of a file"):
        sqlite.open_stores("", clock=utc_now)
    stores = sqlite.open_stores(tmp_path / "shop.db", clock=utc_now)
    assert stores.orders.load("o1") is None
    stores.close()


def test_a_deep_command_id_is_no_id() -> None:
    """It is looked at before anything is made of it."""
    desk = OrderDesk.in_memory()
    odd: Any = DEEP
    asked = CancelOrder(order_id="o1", command_id=odd, actor=Actor("x", "y"))  # type: ignore[arg-type]
    for call in (
        lambda: desk.receipt(asked),
        lambda: desk.cancel("o1", command_id=odd),
    ):
        with pytest.raises(InputError):
            call()


def test_money_that_is_not_made_yet_can_be_shown() -> None:
    """By a debugger, or a traceback with its locals."""
    made = Money.__new__(Money)
    assert repr(made) == str(made) == "Money(of nothing yet)"
