"""After an erasure nothing that is kept confirms a guess at the person."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from orderlife import (
    Actor,
    CommandIdReusedError,
    Contact,
    Line,
    Money,
    OrderDesk,
    PlaceOrder,
    TracesLeftError,
)
from orderlife._values.personal import FreeText
from orderlife.codec import fingerprint
from orderlife.ports.store import Answer, Erase, FindAnswer, FindPeople
from orderlife.testing import InMemoryOrderStore
from orderlife_adapters.sqlite import SqliteOrderStore
from tests.desk.shop import ADDRESS, Shop
from tests.desk.test_store import commit
from tests.stores.postgresql import async_store, sync_store
from tests.stores.sqlite import opened, path, raw, shop_on, store
from tools import generate_corpus as corpus

__all__ = ["path", "store"]

ADA: Final = Actor("customer", "ada")
PHONE: Final = "+491701234567"
PEOPLE: Final = FindPeople(order_id="o1", refs=("o1:contact", "o1:ship_to"))


def placing(phone: str = PHONE, **more: Any) -> PlaceOrder:
    """A command that tells of a person."""
    line = Line(sku="mug", quantity=1, unit_price=Money("1.00", "EUR"))
    return PlaceOrder(
        order_id="o1",
        command_id="c1",
        actor=ADA,
        customer_id="ada",
        lines=(line,),
        ship_to=ADDRESS,
        contact=Contact(phone=phone),
        **more,
    )


@pytest.fixture(params=["memory", "sqlite", "postgres", "async"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """A desk on each store."""
    shop = Shop()
    with contextlib.ExitStack() as stack:
        place = tmp_path / "shop.db"
        if request.param == "memory":
            found: Any = InMemoryOrderStore()
        elif request.param == "sqlite":
            found = stack.enter_context(opened(place))
        else:
            url = request.getfixturevalue("postgres_url")
            begun = sync_store if request.param == "postgres" else async_store
            found = stack.enter_context(begun(url))
            found.migrate()
        yield shop.another(store=found)


def answer(desk: OrderDesk, command_id: str = "c1") -> Answer:
    """The answer that a command was given."""
    wanted = FindAnswer(order_id="o1", input_id=f"command:{command_id}")
    found = desk.ports.store.answer(wanted)
    assert found is not None
    return found


def mark(desk: OrderDesk, command_id: str = "c1") -> str:
    """The fingerprint that is kept of a command."""
    return answer(desk, command_id).fingerprint


@pytest.mark.parametrize("whom", [{"order_id": "o1"}, {"customer_id": "ada"}])
def test_no_fingerprint_is_left(desk: OrderDesk, whom: Any) -> None:
    """Of what told of them; a command that did not keeps its own."""
    desk.submit(placing())
    desk.orders.hold("o1", "stock", command_id="c2")
    assert answer(desk).fits(fingerprint(placing()))
    assert mark(desk) != fingerprint(placing())
    assert not answer(desk).fits(fingerprint(placing("+4930")))
    other = mark(desk, "c2")
    links = desk.ports.store.links("o1")
    desk.erase(**whom)
    assert mark(desk) == ""
    assert desk.ports.store.links("o1") == links
    assert other == mark(desk, "c2")
    assert other


def test_a_command_that_comes_again_gets_its_first_answer(
    desk: OrderDesk,
) -> None:
    """Nobody can say any more whether it is the same; nothing is stored."""
    first = desk.receipt(placing())
    with pytest.raises(CommandIdReusedError):
        desk.receipt(placing("+4930"))
    desk.orders.hold("o1", "stock", command_id="c2")
    desk.erase(order_id="o1")
    for again in (placing(), placing("+4930")):
        receipt = desk.receipt(again)
        assert receipt.repeated
        assert receipt.last_version == first.last_version
    assert desk.ports.store.people(PEOPLE) == {}
    assert mark(desk) == ""
    with pytest.raises(CommandIdReusedError):
        desk.orders.hold("o1", "other", command_id="c2")


def test_a_comment_of_a_return_is_forgotten_too(desk: OrderDesk) -> None:
    """Whatever a person has written."""
    shop = Shop()
    shop.clock.set(desk.engine.clock())
    desk.submit(placing(tenders=()))
    store = desk.ports.store
    loaded = store.load("o1")
    assert loaded is not None
    more = commit(
        loaded.case.version,
        head=loaded.head,
        personal={"o1-t1:comment": FreeText("It leaks")},
        input_id="command:c7",
        fingerprint="of what was written",
    )
    store.commit(more)
    assert mark(desk, "c7")
    desk.erase(order_id="o1")
    assert mark(desk, "c7") == ""


def files(place: Path) -> bytes:
    """All bytes that stand in the file and beside it."""
    beside = sorted(place.parent.glob(f"{place.name}*"))
    return b"".join(each.read_bytes() for each in beside)


def test_a_reader_keeps_a_trace_and_that_is_said(
    path: Path,
) -> None:
    """It is erased; the log is emptied by an erasure after the reader."""
    told = fingerprint(placing()).encode()
    with (
        opened(path, busy_timeout=0.05) as mine,
        raw(path) as reader,
    ):
        desk = Shop().another(store=mine)
        desk.submit(placing())
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM orderlife_people").fetchall()
        with pytest.raises(TracesLeftError, match="erase again") as left:
            desk.erase(order_id="o1")
        assert left.value.erased == 2
        assert "shop.db" in left.value.where
        assert mine.people(PEOPLE) == {}
        assert PHONE.encode() in files(path)
        with pytest.raises(TracesLeftError) as left:
            desk.erase(order_id="o1")
        assert left.value.erased == 0
        reader.execute("COMMIT")
        assert desk.erase(order_id="o1") == 0
        assert PHONE.encode() not in files(path)
        assert told not in files(path)


def test_an_erasure_in_a_unit_of_work_is_finished_at_its_end(
    store: SqliteOrderStore, path: Path
) -> None:
    """The log is emptied when there is something to empty it of."""
    desk = shop_on(store).desk
    desk.submit(placing())
    with store.transaction() as inside:
        assert inside.erase(Erase(order_id="o1")) == 2
    assert PHONE.encode() not in files(path)


def test_a_reader_of_a_unit_of_work_is_told_of_too(path: Path) -> None:
    """It is stored, and what is left to do is said."""
    with opened(path, busy_timeout=0.05) as mine, raw(path) as reader:
        shop_on(mine).desk.submit(placing())
        unit = mine.transaction()
        unit.__enter__().erase(Erase(order_id="o1"))
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM orderlife_people").fetchall()
        with pytest.raises(TracesLeftError):
            unit.__exit__(None, None, None)
        reader.execute("COMMIT")
        assert mine.people(PEOPLE) == {}
        assert mine.erase(Erase(order_id="o1")) == 0
        assert PHONE.encode() not in files(path)


@pytest.mark.parametrize("tables", [1, 2, 3, 4, 5])
def test_who_was_erased_before_leaves_no_fingerprint(
    path: Path, tables: int
) -> None:
    """Whatever release has erased them."""
    life = corpus.CORPUS / f"documents-1-tables-{tables}" / "erased.sql"
    with raw(path) as file:
        file.executescript(life.read_text(encoding="utf-8"))
    with opened(path) as after:
        desk = shop_on(after).desk
        assert desk.verify("o1")
        assert mark(desk, "place") == ""
        assert answer(desk, "place").fits("whatever it is")
        # Before version 4 nobody knows what a command has told of.
        assert (mark(desk, "pick") == "") == (tables < 4)
