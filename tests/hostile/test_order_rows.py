"""Whatever stands in the rows of the orders, the house answers.

Any value of any row is changed, rows are gone, doubled or exchanged.
Each call then gives an answer or an error of the house, at once; what
was refused has left nothing half; and an order that nobody has touched
goes on, in the same hands, on the same connections.
"""

from __future__ import annotations

import contextlib
import itertools
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

import attrs
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from orderlife import Actor, Line, Money, OrderDesk, Ports
from orderlife.engine.results import RoundResult
from orderlife.errors import (
    AlteredError,
    ChainBrokenError,
    CodecError,
    InvariantError,
    OrderlifeError,
)
from orderlife.memory.clock import START
from orderlife.ports.store import (
    ClaimEffects,
    Denial,
    FindAnswer,
    FindBacklog,
    FindCursors,
    FindDueTimers,
    FindOrders,
    FindPeople,
    HoldCursor,
    MoveCursor,
    OrderStore,
    ReadFeed,
)
from orderlife.rooms.order.messages import CancelOrder
from orderlife.testing import Clock, in_memory_ports
from orderlife.views.order import OrderView
from orderlife.worker import run
from orderlife_adapters.sqlite import SqliteOrderStore
from tests.deep import examples
from tests.desk.shop import ADDRESS
from tests.desk.test_store import commit, settle
from tests.hostile.junk import answered
from tests.hostile.rows import (
    ORDER_TABLES,
    Database,
    PostgresRows,
    Refused,
    Row,
    Rows,
    SqliteRows,
    changes,
    read,
)
from tests.stores.inventories import stock_url
from tests.stores.postgresql import async_store, sync_store
from tests.stores.sqlite import judged, live, opened, raw, shop_on

__all__ = ["stock_url"]

LATER: Final = START + timedelta(days=2, minutes=5)
"""When the rows are worked on: a little later than they were lived."""
DAY: Final = timedelta(days=1)
ORDERS: Final = ("o1", "o2", "o3", "nobody")
STAFF: Final = Actor("staff", "eve")
O1: Final = {"order_id": "o1"}
O2: Final = {"order_id": "o2"}
PLACED: Final = {"number": 1}
"""The first decision of an order."""
RESERVE: Final = {"operation_id": "o2-r1:reserve:1"}
_TENANTS: Final = itertools.count(1)
FEW: Final = settings(
    max_examples=examples(100) // 10,  # each asks for a hundred things
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

FOUND: Final = (CodecError, InvariantError, ChainBrokenError, AlteredError)
"""What is said of an order in which something is not as it was."""
SNAPSHOTS: Final = pytest.mark.parametrize(
    "change",
    [
        lambda _: {"document": "{"},
        lambda _: {"document": ""},
        lambda _: {"number": 0},
        lambda _: {"number": 10**9},
        lambda rows: {"document": other_case(rows)},
    ],
    ids=["cut", "empty", "of none", "of more than there are", "of another"],
)
DAMAGES: Final = pytest.mark.parametrize(
    ("table", "which", "values"),
    [
        *(
            ("decisions", {"order_id": "o1", "number": 2}, values)
            for values in (
                {"document": ""},
                {"document": "{}"},
                {"digest": ""},
                {"fingerprint": "x"},
                {"input_id": "command:c99"},
                {"first_version": 0},
                {"last_version": 99},
                {"number": 99},
                {"order_id": "o3", "number": 99},
            )
        ),
        ("snapshots", {"order_id": "o1"}, {"version": 1}),
        ("orders", {"order_id": "o1"}, {"head": "x"}),
        ("orders", {"order_id": "o1"}, {"version": 3}),
        ("effects", {"operation_id": "o1:capture:1"}, {"request_hash": "x"}),
        ("effects", {"operation_id": "o1:capture:1"}, {"order_id": "o3"}),
        ("effects", {"operation_id": "o1:capture:1"}, {"operation_id": "x"}),
        ("effects", {"operation_id": "o1:capture:1"}, {"store": 99}),
    ],
)

Make: TypeAlias = Callable[[str], Any]


@attrs.frozen
class Place:
    """A database, and how to open a tenant's store in it."""

    database: Database
    make: Make


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """Four orders: lived, under way, asked for, and the healthy one."""
    path = tmp_path_factory.mktemp("rows") / "lived.db"
    with opened(path) as store:
        shop = shop_on(store)
        live(shop, "o1")
        shop.place(
            order_id="o3", channel="web", channel_number="7", customer_id="ada"
        )
        shop.dispatch("o3")
        lazy = shop.another(store=store, inline=False)
        shop.desk = lazy
        shop.place(order_id="o2")
        shop.place(order_id="healthy", customer_id="grace")
        claim = ClaimEffects(
            now=shop.clock(),
            until=shop.clock() + timedelta(minutes=1),
            owner="gone",
            order_id="o2",
        )
        store.claim(claim)
        assert START < shop.clock() < LATER
        for order_id in ("o1", "o2"):
            denied = Denial(
                order_id=order_id,
                command_id="c9",
                command="CancelOrder",
                actor="staff:eve",
                why="no",
                at=shop.clock(),
            )
            store.deny(denied)
        store.move_cursor(MoveCursor(consumer="erp", expected=0, position=7))
        store.hold_cursor(holding(shop.clock()))
    return read(path, ORDER_TABLES)


def holding(now: datetime) -> HoldCursor:
    """A consumer works with its cursor for a minute."""
    until = now + timedelta(minutes=1)
    return HoldCursor(consumer="erp", owner="a", now=now, until=until)


@contextlib.contextmanager
def _sqlite(folder: Path) -> Iterator[Place]:
    path = folder / "rows.db"
    made: list[SqliteOrderStore] = []

    def make(tenant: str) -> SqliteOrderStore:
        while made:
            made.pop().close()
        store = SqliteOrderStore(path, tenant=tenant, durability="normal")
        made.append(store)
        return store

    with opened(path):
        with raw(path) as file:
            # Rows of any version may be put in.
            file.execute("DROP TRIGGER orderlife_decisions_once")
        yield Place(SqliteRows(path, ORDER_TABLES), make)
    while made:
        made.pop().close()


@contextlib.contextmanager
def _postgres(url: str, kind: str) -> Iterator[Place]:
    with (
        contextlib.ExitStack() as stack,
        psycopg.connect(url, autocommit=True) as connection,
    ):
        if kind == "async":
            store: Any = stack.enter_context(async_store(url))
        else:
            store = stack.enter_context(sync_store(url))
        store.migrate()
        make = _maker(store)
        yield Place(PostgresRows(connection, ORDER_TABLES), make)


def _maker(store: Any) -> Make:
    def make(tenant: str) -> Any:
        inner = getattr(store, "_store", store)
        kind = type(inner)
        other = kind(inner._origin.source, tenant=tenant)
        runner = getattr(store, "_runner", None)
        return other if runner is None else type(store)(other, runner)

    return make


@pytest.fixture(scope="module", params=["sqlite", "postgres", "async"])
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """A database of each kind, with tables and nothing in them."""
    if request.param == "sqlite":
        with _sqlite(tmp_path_factory.mktemp("rows")) as found:
            yield found
        return
    server = request.getfixturevalue("stock_url")
    with _postgres(server, request.param) as found:
        yield found


def desk_on(store: OrderStore[Any], *, inline: bool) -> OrderDesk:
    """A desk some days later, with ports that know of nothing."""
    clock = Clock()
    clock.set(LATER)
    fakes = in_memory_ports({"mug": 40}, clock=clock)
    ports = Ports(
        store=store,
        payment=fakes.payment,
        carrier=fakes.carrier,
        inventory=fakes.inventory,
        notifier=fakes.notifier,
    )
    return OrderDesk(ports, clock=clock, inline=inline)


def looked_at(view: OrderView) -> list[object]:
    """All that a view shows, each an answer of its own."""
    names = [
        name
        for name, value in vars(OrderView).items()
        if isinstance(value, property)
    ]
    found = [answered(partial(getattr, view, name)) for name in names]
    return [*found, answered(view.allowed)]


def questions(store: Any, order_id: str) -> None:
    """Ask a store all there is to ask of one order."""
    now = LATER
    for name in ("load", "history", "links", "effects", "denials"):
        answered(partial(getattr(store, name), order_id))
    given = FindAnswer(order_id=order_id, input_id="command:c1")
    answered(partial(store.answer, given))
    due = FindDueTimers(now=now, order_id=order_id)
    answered(partial(store.due_timers, due))
    refs = (f"{order_id}:ship_to", f"{order_id}:contact")
    people = FindPeople(order_id=order_id, refs=refs)
    answered(partial(store.people, people))


def at_a_desk(desk: OrderDesk, order_id: str) -> None:
    """Ask a desk all there is to ask of one order."""
    view = answered(lambda: desk.get(order_id))
    if isinstance(view, OrderView):
        looked_at(view)
    answered(lambda: desk.history(order_id))
    answered(lambda: desk.effects(order_id))
    answered(lambda: desk.denials(order_id))
    answered(lambda: desk.verify(order_id))
    answered(lambda: desk.quote(f"{order_id}-s1"))


def commands(desk: OrderDesk, order_id: str) -> list[Callable[[], object]]:
    """Inputs of one order: what is stored of each is all or nothing."""
    cancel = CancelOrder(order_id=order_id, command_id="c77", actor=STAFF)
    store = desk.ports.store
    clock = desk.engine.clock
    return [
        lambda: desk.receipt(judged(order_id, "f77")),
        lambda: desk.shipments.scan(f"{order_id}-s1", "delivered", clock()),
        lambda: desk.refund(order_id, Money("1.00", "EUR"), reason="late"),
        lambda: desk.returns.request(order_id, {"1": 1}, "defective"),
        lambda: desk.orders.hold(order_id, "stock"),
        lambda: desk.receipt(cancel),
        lambda: desk.receipt(cancel),
        lambda: desk.shipments.pick(f"{order_id}-s1"),
        lambda: store.commit(commit(0, order_id)),
        lambda: store.commit(commit(3, order_id)),
        lambda: store.settle(
            settle(f"{order_id}:authorize:1", order_id=order_id)
        ),
    ]


def whole(
    place: Place, tenant: str, calls: list[Callable[[], object]]
) -> None:
    """Each call stores all of it, or leaves everything as it was."""
    before = place.database.contents(tenant)
    for call in calls:
        answer = answered(call)
        after = place.database.contents(tenant)
        if isinstance(answer, OrderlifeError):
            assert before == after
        before = after


@FEW
@given(data=st.data())
def test_any_change_of_any_row(
    place: Place, rows: Rows, data: st.DataObject
) -> None:
    """Typed answers, nothing half, and nobody else is held up."""
    changed = data.draw(changes(rows))
    tenant = f"t{next(_TENANTS)}"
    with contextlib.suppress(Refused):
        place.database.put(tenant, changed)
        check(place, tenant)


def check(place: Place, tenant: str) -> None:
    """Ask and do all there is to ask and do in a tenant."""
    store = place.make(tenant)
    for order_id in ORDERS:
        questions(store, order_id)
    desk = desk_on(store, inline=False)
    for order_id in ORDERS:
        at_a_desk(desk, order_id)
        whole(place, tenant, commands(desk, order_id))
    others_go_on(store)
    of_the_feed(store)
    for order_id in ORDERS:
        answered(partial(desk.erase, order_id=order_id))
    answered(lambda: desk.erase(customer_id="ada"))


def of_the_feed(store: Any) -> None:
    """Ask a store all there is to ask of the feed and its consumers."""
    for after in (0, 7, 2**62):
        for limit in (1, 100):
            request = ReadFeed(after=after, limit=limit)
            answered(partial(store.feed, request))
    answered(partial(store.cursors, FindCursors()))
    for expected in (7, 0):
        move = MoveCursor(consumer="erp", expected=expected, position=8)
        answered(partial(store.move_cursor, move))
    answered(partial(store.hold_cursor, holding(LATER)))
    answered(partial(store.forget_cursor, "erp"))


def others_go_on(store: Any) -> None:
    """The healthy order, a new one, and what is asked of all."""
    desk = desk_on(store, inline=True)
    found = {each.order_id for each in desk.find(FindOrders())}
    assert "healthy" in found
    (summary,) = desk.find(FindOrders(customer_id="grace"))
    assert summary.order_id == "healthy"
    assert desk.backlog()
    store.backlog(FindBacklog(port="inventory"))
    store.due_timers(FindDueTimers(now=desk.engine.clock()))
    told: list[RoundResult] = []
    run(desk, threading.Event(), told=told.append, once=True)
    assert [each for each in told if each.overloaded] == []
    assert desk.get("healthy").status.order == "confirmed"
    desk.verify("healthy")
    line = Line(sku="mug", quantity=1, unit_price=Money("1.00", "EUR"))
    placed = desk.place(
        [line],
        ship_to=ADDRESS,
        order_id="new",
        pay_with="tok_visa",
    )
    assert placed.status.order == "confirmed"
    assert desk.erase(customer_id="grace") > 0


def put(place: Place, rows: Rows, *changed: tuple[str, Row, Row]) -> Any:
    """A store whose rows were changed: a table, a row, and the values.

    Raises:
        Refused: the database does not take them.
    """
    found = {
        table: [dict(row) for row in each] for table, each in rows.items()
    }
    for table, which, values in changed:
        (row,) = (row for row in found[table] if which.items() <= row.items())
        row.update(values)
    tenant = f"t{next(_TENANTS)}"
    place.database.put(tenant, found)
    return place.make(tenant)


@pytest.mark.parametrize("stored", [2**63 - 1, -(2**63)])
def test_a_date_beyond_the_calendar_is_its_end(
    place: Place, rows: Rows, stored: int
) -> None:
    """It was an OverflowError, for whoever asked for anything at all."""
    dates = {"due_at": stored, "created_at": stored, "begun_at": stored}
    store = put(
        place,
        rows,
        ("orders", O1, {"placed_at": stored}),
        ("effects", RESERVE, dates),
    )
    placed = {each.order_id: each.placed_at for each in find(store)}
    assert placed["o1"].year in {1, 9999}
    found = store.backlog(FindBacklog(port="inventory"))
    ends = {each.since.year for each in found}
    assert ends - {2026} in ({1}, {9999})
    others_go_on(store)


def other_case(rows: Rows) -> str:
    """A snapshot of ``o1`` in which another order's id stands."""
    (row,) = (row for row in rows["snapshots"] if row["order_id"] == "o1")
    document: str = row["document"]
    return document.replace('"o1"', '"o3"')


def find(store: Any) -> Any:
    """All orders."""
    return store.orders(FindOrders())


def test_attempts_without_an_end_hold_up_no_claim(
    place: Place, rows: Rows
) -> None:
    """One more left 64 bits, and nobody claimed anything any more."""
    many = {"attempts": 2**63 - 1}
    store = put(place, rows, ("effects", RESERVE, many))
    others_go_on(store)
    assert states(store) == ["attention"]


def states(store: Any) -> list[str]:
    """The states of what the inventory has not settled."""
    found = store.backlog(FindBacklog(port="inventory"))
    return [each.state.value for each in found]


@SNAPSHOTS
def test_a_damaged_snapshot_is_none(
    place: Place, rows: Rows, change: Callable[[Rows], Row]
) -> None:
    """The decisions tell all; who verifies is told of it."""
    whole = put(place, rows).load("o1")
    store = put(place, rows, ("snapshots", O1, change(rows)))
    assert store.load("o1") == whole
    with pytest.raises((CodecError, AlteredError)):
        desk_on(store, inline=False).verify("o1")
    others_go_on(store)


def test_a_snapshot_that_is_gone_is_missed_by_nobody(
    place: Place, rows: Rows
) -> None:
    """It is the first thing that may be made anew."""
    left = {**rows, "snapshots": []}
    whole = put(place, rows).load("o1")
    store = put(place, left)
    assert store.load("o1") == whole
    assert desk_on(store, inline=False).verify("o1") == whole.head


@DAMAGES
def test_who_verifies_is_told_of_a_change(
    place: Place, rows: Rows, table: str, which: Row, values: Row
) -> None:
    """Of any column of a decision, and of what an order has asked for."""
    try:
        store = put(place, rows, (table, which, values))
    except Refused:
        return  # by a constraint
    with pytest.raises(FOUND):
        desk_on(store, inline=False).verify("o1")
    others_go_on(store)


@pytest.mark.parametrize("number", [1, 2])
def test_a_decision_that_is_gone_is_missed(
    place: Place, rows: Rows, number: int
) -> None:
    """The first as well as any other."""
    left = [
        row
        for row in rows["decisions"]
        if (row["order_id"], row["number"]) != ("o1", number)
    ]
    store = put(place, {**rows, "decisions": left})
    with pytest.raises(ChainBrokenError):
        desk_on(store, inline=False).verify("o1")
    others_go_on(store)


def test_another_salt_fits_no_command(place: Place, rows: Rows) -> None:
    """It is another command then, under an id that was used before."""
    found = FindAnswer(order_id="o1", input_id=placing(rows)["input_id"])
    first = put(place, rows).answer(found)
    assert first.salt
    other = put(place, rows, ("salts", {**O1, **PLACED}, {"salt": "x"}))
    answer = other.answer(found)
    assert answer == attrs.evolve(first, salt="x")
    assert desk_on(other, inline=False).verify("o1")
    others_go_on(other)


def test_a_salt_of_no_fingerprint_salts_none(place: Place, rows: Rows) -> None:
    """A command that held nobody's data is answered as before."""
    (row, *_) = (
        row
        for row in rows["decisions"]
        if row["order_id"] == "o1"
        and row["fingerprint"]
        and not row["fingerprint"].startswith("*")
    )
    stray = {**O1, "tenant": "", "number": row["number"], "salt": "x"}
    store = put(place, {**rows, "salts": [*rows["salts"], stray]})
    found = FindAnswer(order_id="o1", input_id=row["input_id"])
    assert store.answer(found).fits(row["fingerprint"])
    others_go_on(store)


def test_an_effect_of_another_order_is_not_performed(
    place: Place, rows: Rows
) -> None:
    """Neither for the one nor for the other; a person looks at it."""
    store = put(place, rows, ("effects", RESERVE, {"order_id": "o3"}))
    others_go_on(store)
    assert states(store) == ["attention"]
    for order_id in ("o2", "o3"):
        with pytest.raises(FOUND):
            desk_on(store, inline=False).verify(order_id)


def placing(rows: Rows) -> Row:
    """The decision that began ``o1``."""
    (found,) = (
        row
        for row in rows["decisions"]
        if row["order_id"] == "o1" and row["number"] == 1
    )
    return found


def test_a_request_of_another_operation_is_not_performed(
    place: Place, rows: Rows
) -> None:
    """Its key would have paid for something else; a person looks at it."""
    (other,) = (
        row
        for row in rows["effects"]
        if row["operation_id"] == "o1-r1:reserve:1"
    )
    swapped = {name: other[name] for name in ("intent", "request_hash")}
    store = put(place, rows, ("effects", RESERVE, swapped))
    others_go_on(store)
    assert states(store) == ["attention"]


def test_bytes_that_are_no_text_hide_no_other_order(
    place: Place, rows: Rows
) -> None:
    """They are shown as well as can be, and never in an error."""
    broken = b'{"kind":"case","schema":1,"data":"secret \xff"}'
    changed = (
        ("orders", O2, {"channel": b"web \xff"}),
        ("decisions", {**O2, **PLACED}, {"document": broken}),
    )
    try:
        store = put(place, rows, *changed)
    except Refused:
        return  # PostgreSQL takes no such text
    channels = {each.channel for each in find(store)}
    assert "web \ufffd" in channels
    with pytest.raises(CodecError) as caught:
        store.load("o2")
    assert "secret" not in f"{caught.value}"
    others_go_on(store)


def test_a_joined_connection_shows_nothing_in_an_error(
    tmp_path: Path, rows: Rows
) -> None:
    """Python's own words for what it cannot read hold all of it."""
    with _sqlite(tmp_path) as place:
        broken = {"document": b"secret \xff"}
        put(place, rows, ("decisions", {**O2, **PLACED}, broken))
        tenant = f"t{next(_TENANTS) - 1}"
        store = place.make(tenant)
        with contextlib.closing(sqlite3.connect(tmp_path / "rows.db")) as mine:
            mine.execute("BEGIN IMMEDIATE")
            with pytest.raises(CodecError) as caught:
                store.joined(mine).load("o2")
            mine.rollback()
        assert "secret" not in f"{caught.value}"


@pytest.mark.parametrize(
    ("document", "why", "left"),
    [
        ("{}", "not a document of kind 'decision'", []),
        ('{"kind":"decision","schema":999,"data":{}}', "", ["in_doubt"]),
    ],
)
def test_effects_of_an_order_that_cannot_be_read_come_to_an_end(
    place: Place, rows: Rows, document: str, why: str, left: list[str]
) -> None:
    """They were tried for ever; now they wait for a person who is told why.

    Those of an order of a later release wait for its workers.
    """
    first = {**O2, **PLACED}
    store = put(place, rows, ("decisions", first, {"document": document}))
    desk = desk_on(store, inline=True)
    for _ in range(25):
        desk.work()
        cast("Any", desk.engine.clock).tell.advance(timedelta(hours=2))
    effects = store.effects("o2")
    waiting = [each.state.value for each in effects if not each.state.is_over]
    assert waiting == left
    assert all(why in each.note for each in effects)
    assert desk.verify("healthy")


def test_timers_that_cannot_be_read_are_fired_all_the_same(
    place: Place, rows: Rows
) -> None:
    """By the state of their order; they were left out in silence."""
    changed = ("orders", O2, {"timers": "{"})
    store = put(place, rows, changed)
    due = FindDueTimers(now=LATER + DAY, order_id="o2")
    kinds = [each.timer.kind.value for each in store.due_timers(due)]
    assert "payment_due" in kinds
    desk = desk_on(store, inline=True)
    cast("Any", desk.engine.clock).tell.advance(DAY)
    while not desk.work().idle:
        pass
    assert desk.get("o2").status.order == "expired"
    assert desk.verify("o2")


def test_timers_of_an_order_of_which_nothing_can_be_read_are_told(
    place: Place, rows: Rows
) -> None:
    """Once; and the timers of others are fired."""
    both = (
        ("orders", O2, {"timers": "{"}),
        ("decisions", {**O2, **PLACED}, {"document": "{}"}),
    )
    store = put(place, rows, *both)
    desk = desk_on(store, inline=True)
    cast("Any", desk.engine.clock).tell.advance(DAY)
    told = [why for _ in range(9) for why in desk.work().failed]
    assert 1 == len([why for why in told if why.startswith("o2: CodecError")])
    assert desk.get("healthy").status.order == "expired"


def test_timers_that_are_due_no_more_are_not_fired(
    place: Place, rows: Rows
) -> None:
    """Of an order that is over, and whose row says otherwise."""
    changed = {"timers": "{", "timer_at": 0}
    store = put(place, rows, ("orders", O1, changed))
    everything = FindDueTimers(now=LATER, limit=1)
    assert [each.order_id for each in store.due_timers(everything)] != ["o1"]
    others_go_on(store)
