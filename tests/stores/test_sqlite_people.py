"""Personal data stands in one table, and is gone when it is erased."""

from __future__ import annotations

import re
from pathlib import Path

from orderlife import Address, Contact, Line, Money
from orderlife.ports.store import Erase, FindPeople
from orderlife_adapters.sqlite import SqliteOrderStore
from tests.stores.sqlite import PERSON, live, opened, path, raw, shop_on, store

__all__ = ["path", "store"]

CARD = "4111 1111 1111 1111"


def cells(path: Path) -> list[tuple[str, str]]:
    """Every value of every column, but of the people's documents."""
    with raw(path) as file:
        tables = file.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).fetchall()
        found = []
        for (table,) in tables:
            rows = file.execute(f"SELECT * FROM {table}")  # noqa: S608
            names = [column[0] for column in rows.description]
            for row in rows:
                found += [
                    (f"{table}.{name}", str(value))
                    for name, value in zip(names, row, strict=True)
                ]
    return found


def test_personal_data_stands_in_its_table_alone(
    store: SqliteOrderStore, path: Path
) -> None:
    """In no other column of any table, and no card number in any."""
    live(shop_on(store), customer_id="c-77")
    texts = (*PERSON, "It leaks")
    found = {
        place
        for place, value in cells(path)
        if any(text in value for text in texts)
    }
    assert found == {"orderlife_people.document"}
    digits = {
        place
        for place, value in cells(path)
        if re.search(r"(?:4111|5500)(?:[ -]?\d){12}", value)
    }
    assert digits == set()


def files(path: Path) -> bytes:
    """All bytes that stand in the file and beside it."""
    beside = sorted(path.parent.glob(f"{path.name}*"))
    return b"".join(each.read_bytes() for each in beside)


def test_an_erased_person_leaves_no_trace(
    store: SqliteOrderStore, path: Path
) -> None:
    """In no table, and in no byte of the files; the rest still holds."""
    shop = shop_on(store)
    live(shop, customer_id="c-77")
    history = store.history("o1")
    assert b"ada@example.org" in files(path)
    assert shop.desk.erase(order_id="o1") == 3
    texts = ("ada@example.org", "1 Way", "Bonn", "It leaks")
    assert [
        place
        for place, value in cells(path)
        if any(text in value for text in texts)
    ] == []
    for text in texts:
        assert text.encode() not in files(path)
    assert history == store.history("o1")
    assert shop.desk.verify("o1")
    assert shop.view().paid == shop.view().total
    assert shop.desk.erase(order_id="o1") == 0


def test_a_customer_is_erased_from_among_many(
    store: SqliteOrderStore, path: Path
) -> None:
    """However the pages of the table were split and filled meanwhile."""
    shop = shop_on(store, inline=False)
    line = Line(sku="mug", quantity=1, unit_price=Money("1.00", "EUR"))

    def place(number: int) -> None:
        # Ids that do not sort by their time: they split every page.
        order_id = f"{number * 7919 % 10007:05}-{number}"
        customer = f"c-{number % 5}"
        mark = f"{customer}.{number}"
        shop.desk.place(
            [line],
            order_id=order_id,
            command_id="place",
            customer_id=customer,
            ship_to=Address(
                name=f"name-{mark}-",
                lines=(f"street-{mark}-" * (1 + number % 9),),
                city="Bonn",
                country="DE",
            ),
            contact=Contact(email=f"mail-{mark}-@example.org"),
        )

    for number in range(300):
        place(number)
    assert shop.desk.erase(customer_id="c-3") == 120
    everything = files(path)
    left = re.findall(rb"(?:name|street|mail)-c-3\.\d+-", everything)
    assert left == []
    for number in range(300, 330):
        place(number)
    assert shop.desk.erase(customer_id="c-3") == 12
    everything = files(path)
    assert re.findall(rb"(?:name|street|mail)-c-3\.\d+-", everything) == []
    assert len(set(re.findall(rb"mail-c-4\.\d+-", everything))) == 66


def test_an_erasure_is_of_one_order_or_customer(path: Path) -> None:
    """Others' data stays; a customer without an id is nobody."""
    with opened(path) as store:
        shop = shop_on(store, inline=False)
        shop.place(order_id="o1", customer_id="c-1")
        shop.place(order_id="o2", customer_id="c-2")
        shop.place(order_id="o3")
        assert store.erase(Erase(customer_id="")) == 0
        assert store.erase(Erase(customer_id="c-1")) == 2
        assert store.erase(Erase(order_id="o9")) == 0
        left = [
            len(store.people(FindPeople(order_id=each, refs=refs)))
            for each in ("o1", "o2", "o3")
            for refs in [(f"{each}:ship_to", f"{each}:contact")]
        ]
        assert left == [0, 2, 2]
