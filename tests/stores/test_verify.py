"""``verify`` finds whatever is changed of an order, in every store.

Each column that says what an order is, or what it has asked for, is
changed by itself; rows are taken away and put in.  What is left out are
the columns that a worker writes as it goes on: see ``WORKING``.
"""

# The statements are made of constants.
# ruff: noqa: S608

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from orderlife import (
    AlteredError,
    ChainBrokenError,
    CodecError,
    Money,
    OrderDesk,
)
from orderlife_adapters._words import plain
from tests.desk.shop import Shop
from tests.stores.postgresql import async_store, sync_store
from tests.stores.sqlite import legible, opened, shop_on

DAY: Final = timedelta(days=1)
ORDER: Final = "WHERE order_id = 'o1'"
REFUND: Final = "WHERE operation_id = 'o1:refund:1'"

WORKING: Final = {
    "effects": {"due_at", "created_at", "attempts", "claimed_by", "note"}
    | {"begun_at", "generation", "key", "store", "doubted", "port"}
    | {"ordinal"},
    "orders": {"updated_at", "tenant", "snapshot", "decisions"}
    | {"put_off", "closed_at", "archived"},
    "decisions": {"tenant", "position"},
    "snapshots": {"tenant", "number"},
}
"""What is not the events' to say: when and how it goes on."""

FOUND: Final[dict[str, str]] = {
    "orders.order_id": f"UPDATE orders SET order_id = 'o7' {ORDER}",
    "orders.version": f"UPDATE orders SET version = 3 {ORDER}",
    "orders.head": f"UPDATE orders SET head = 'f' {ORDER}",
    "orders.timers": f"UPDATE orders SET timers = '', timer_at = NULL {ORDER}",
    "orders.timer_at": f"UPDATE orders SET timer_at = 7 {ORDER}",
    "orders.placed_at": f"UPDATE orders SET placed_at = 7 {ORDER}",
    "orders.channel": f"UPDATE orders SET channel = 'x' {ORDER}",
    "orders.channel_number": f"UPDATE orders SET channel_number = 'x' {ORDER}",
    "orders.customer_id": f"UPDATE orders SET customer_id = 'eve' {ORDER}",
    "orders.order_status": f"UPDATE orders SET order_status = 'draft' {ORDER}",
    "orders.payment_status": f"UPDATE orders SET payment_status = 'x' {ORDER}",
    "orders.fulfilment_status": (
        f"UPDATE orders SET fulfilment_status = 'x' {ORDER}"
    ),
    "orders.returns_status": f"UPDATE orders SET returns_status = 'x' {ORDER}",
    "orders.open_exceptions": f"UPDATE orders SET open_exceptions = 9 {ORDER}",
    "orders.currency": f"UPDATE orders SET currency = 'USD' {ORDER}",
    "orders.total_minor": f"UPDATE orders SET total_minor = 1 {ORDER}",
    "orders.asked": f"UPDATE orders SET asked = asked + 1 {ORDER}",
    "decisions.order_id": (
        "UPDATE decisions SET order_id = 'o7' WHERE number = "
        "(SELECT max(number) FROM decisions)"
    ),
    "decisions.number": "UPDATE decisions SET number = 99 WHERE number = 2",
    "decisions.first_version": (
        "UPDATE decisions SET first_version = 0 WHERE number = 2"
    ),
    "decisions.last_version": (
        "UPDATE decisions SET last_version = 99 WHERE number = 2"
    ),
    "decisions.input_id": (
        "UPDATE decisions SET input_id = 'command:x' WHERE number = 1"
    ),
    "decisions.fingerprint": (
        "UPDATE decisions SET fingerprint = 'f' WHERE number = 1"
    ),
    "decisions.document": (
        "UPDATE decisions SET document = replace(document, 'staff', 'stafF')"
    ),
    "decisions.digest": "UPDATE decisions SET digest = 'f' WHERE number = 2",
    "snapshots.version": "UPDATE snapshots SET version = 3 WHERE version > 3",
    "snapshots.order_id": "UPDATE snapshots SET document = replace("
    """document, '"order_id":"o1"', '"order_id":"o7"') WHERE version > 3""",
    "effects.order_id": f"UPDATE effects SET order_id = 'o7' {REFUND}",
    "effects.operation_id": (
        f"UPDATE effects SET operation_id = 'o1:refund:9' {REFUND}"
    ),
    "effects.intent": (
        f"UPDATE effects SET intent = replace(intent, '5.00', '9.00') {REFUND}"
    ),
    "effects.request_hash": f"UPDATE effects SET request_hash = 'f' {REFUND}",
    "effects.state": f"UPDATE effects SET state = 'done' {REFUND}",
    "a settled effect is opened": (
        "UPDATE effects SET state = 'pending' "
        "WHERE operation_id = 'o1:authorize:1'"
    ),
    "an open effect is gone": f"DELETE FROM effects {REFUND}",
    "a message is gone": (
        "DELETE FROM effects WHERE ordinal = "
        "(SELECT max(ordinal) FROM effects WHERE port = 'notifier')"
    ),
    "the tail is gone": "DELETE FROM decisions WHERE last_version > 5",
    "the tail is gone, and the version says so": (
        "DELETE FROM decisions WHERE last_version > 5; "
        f"UPDATE orders SET version = 5 {ORDER}"
    ),
}
"""One change each, and all of them are found."""


def sql(path: Path, url: str) -> Callable[[str], list[tuple[Any, ...]]]:
    """Run statements on the database itself, past the triggers."""

    def run(statements: str) -> list[tuple[Any, ...]]:
        for table in ("orders", "decisions", "snapshots", "effects"):
            for before in (" ", "(", "\n"):
                for after in (" ", ")", ";"):
                    statements = statements.replace(
                        f"{before}{table}{after}",
                        f"{before}orderlife_{table}{after}",
                    )
        if url:
            with psycopg.connect(url) as file:
                file.execute("SET session_replication_role = replica")
                return _each(file, statements)
        with contextlib.closing(sqlite3.connect(path)) as lite, lite:
            legible(lite)
            for name in ("stay", "last", "once"):
                lite.execute(
                    f"DROP TRIGGER IF EXISTS orderlife_decisions_{name}"
                )
            return _each(lite, statements)

    return run


def _each(file: Any, statements: str) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for statement in statements.split("; "):
        cursor = file.execute(f"{statement} ")
        found = cursor.fetchall() if cursor.description else []
    return [tuple(map(_told, row)) for row in found]


def _told(value: Any) -> Any:
    return plain(value) if isinstance(value, bytes) else value


@pytest.fixture(params=["sqlite", "postgres", "async"])
def shop(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[Shop, Callable[[str], list[tuple[Any, ...]]]]]:
    """An order that is on its way, with a refund that is still open."""
    path = tmp_path / "shop.db"
    with contextlib.ExitStack() as stack:
        if request.param == "sqlite":
            store: Any = stack.enter_context(opened(path))
            run = sql(path, "")
        else:
            url = request.getfixturevalue("postgres_url")
            begun = sync_store if request.param == "postgres" else async_store
            store = stack.enter_context(begun(url))
            store.migrate()
            run = sql(path, url)
        found = shop_on(store)
        found.place(customer_id="ada", channel="web")
        found.dispatch()
        found.desk = found.another(store=store, inline=False)
        found.desk.refund("o1", Money("5.00", "EUR"), reason="late")
        found.desk.orders.hold("o1", "stock", until=found.clock() + DAY)
        # What was at hand in memory is not what is looked at.
        store.load("o1")
        yield found, run


def test_an_order_that_nobody_has_touched_is_whole(
    shop: tuple[Shop, Any],
) -> None:
    """Also with what waits to be performed, and after it is."""
    found, run = shop
    head = found.desk.verify("o1")
    assert run("SELECT head FROM orders ") == [(head,)]
    found.desk = found.another(store=found.desk.ports.store)
    found.rest()
    assert found.desk.verify("o1")


@pytest.mark.parametrize("change", FOUND)
def test_each_change_is_found(shop: tuple[Shop, Any], change: str) -> None:
    """By its name, and never by what stands there."""
    found, run = shop
    run(FOUND[change])
    order_id = "o7" if change == "orders.order_id" else "o1"
    with pytest.raises((AlteredError, ChainBrokenError, CodecError)) as told:
        found.desk.verify(order_id)
    assert "ada" not in f"{told.value}"


def test_every_column_is_changed_or_says_how_it_goes_on(
    shop: tuple[Shop, Any],
) -> None:
    """A new column is one of the two."""
    _, run = shop
    for table in ("orders", "decisions", "snapshots", "effects"):
        columns = _columns(run, table)
        tried = {
            name.partition(".")[2]
            for name in FOUND
            if name.startswith(f"{table}.")
        }
        assert columns - tried - WORKING[table] <= {"tenant", "document"}


def _columns(run: Any, table: str) -> set[str]:
    try:
        rows = run(f"SELECT name FROM pragma_table_info('orderlife_{table}') ")
    except psycopg.Error:
        rows = run(
            "SELECT column_name FROM information_schema.columns "
            f"WHERE table_name = 'orderlife_{table}' "
        )
    return {name for (name,) in rows}


@pytest.mark.parametrize(
    ("old", "new"),
    [('"ada"', '"eve"'), ('"minor":2500', '"minor":5000'), ('"o1-s1"', '"x"')],
)
def test_a_changed_state_is_found(
    shop: tuple[Shop, Any], old: str, new: str
) -> None:
    """Whose it is, what was paid, what is on its way."""
    found, run = shop
    document = run("SELECT document FROM snapshots ")[0][0]
    assert old in document
    run(
        "UPDATE snapshots SET document = "
        f"replace(document, '{old}', '{new}') {ORDER}"
    )
    with pytest.raises(AlteredError, match="its state") as told:
        found.desk.verify("o1")
    assert told.value.what[0] == "its state"
    assert new not in f"{told.value}"


def test_an_amount_and_its_hash_are_found(shop: tuple[Shop, Any]) -> None:
    """The event says how much is to go back."""
    found, run = shop
    (text,) = run(f"SELECT intent FROM effects {REFUND}")[0]
    document = json.loads(text)
    document["data"]["amount"] = "9.00 EUR"
    text = json.dumps(document, separators=(",", ":"))
    mark = hashlib.sha256(text.encode()).hexdigest()
    run(
        f"UPDATE effects SET intent = '{text}', request_hash = '{mark}' "
        f"{REFUND}"
    )
    with pytest.raises(AlteredError, match="which is another request"):
        found.desk.verify("o1")


def test_an_effect_that_nobody_asked_for_is_found(
    shop: tuple[Shop, Any],
) -> None:
    """One more refund, with a key of its own."""
    found, run = shop
    columns = sorted(_columns(run, "effects"))
    values = [
        {
            "operation_id": "'o1:refund:9'",
            "intent": "replace(intent, 'o1:refund:1', 'o1:refund:9')",
            "key": "'o1:refund:9'",
            "ordinal": "ordinal + 99",
        }.get(name, name)
        for name in columns
    ]
    run(
        f"INSERT INTO effects ({', '.join(columns)}) "
        f"SELECT {', '.join(values)} FROM effects {REFUND}"
    )
    with pytest.raises(AlteredError, match="nobody has asked") as told:
        found.desk.verify("o1")
    assert any("there are" in each for each in told.value.what)


def test_a_store_in_memory_is_verified_too() -> None:
    """Its state is compared, and what it has asked for."""
    shop = Shop()
    shop.place(order_id="o1", customer_id="ada")
    desk: OrderDesk = shop.desk
    assert desk.verify("o1")
    del shop.ports.store._rows["o1"].effects[0]
    with pytest.raises(AlteredError, match="which is gone"):
        desk.verify("o1")


def test_a_reason_that_nobody_gave_is_found(shop: tuple[Shop, Any]) -> None:
    """A payment that succeeded was not declined, whatever its state says."""
    found, run = shop
    document = run("SELECT document FROM snapshots ")[0][0]
    asked = '"kind":"authorize",'
    assert asked in document
    run(
        "UPDATE snapshots SET document = replace(document, "
        f"'{asked}', '{asked}\"why_not\":\"stolen\",') {ORDER}"
    )
    with pytest.raises(AlteredError, match="its state"):
        found.desk.verify("o1")
