"""Whatever stands in the rows of the orders, the house answers.

Any value of any row is changed, rows are gone, doubled or exchanged.
Each call then gives an answer or an error of the house, at once; what
was refused has left nothing half; and an order that nobody has touched
goes on, in the same hands, on the same connections.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

import attrs
import psycopg
import pytest
from hypothesis import assume, given, strategies as st

from orderlife import Actor, Line, Money, OrderDesk, Ports
from orderlife.errors import OrderlifeError
from orderlife.flows import Swept
from orderlife.order.messages import CancelOrder
from orderlife.ports.store import (
    ClaimEffects,
    Denial,
    FindAnswer,
    FindBacklog,
    FindDueTimers,
    FindOrders,
    OrderStore,
)
from orderlife.testing import Clock, in_memory_ports
from orderlife.testing.clock import START
from orderlife.view import OrderView
from orderlife.worker import run
from orderlife_adapters.sqlite import SqliteOrderStore
from tests.desk.shop import ADDRESS
from tests.desk.test_store import commit, settle
from tests.hostile.junk import answered, many
from tests.hostile.rows import (
    ORDER_TABLES,
    Database,
    PostgresRows,
    Refused,
    Rows,
    SqliteRows,
    changes,
    read,
)
from tests.stores.inventories import stock_url
from tests.stores.postgresql import async_store, sync_store
from tests.stores.sqlite import judged, live, opened, shop_on

__all__ = ["stock_url"]

LATER: Final = START + timedelta(days=2, minutes=5)
"""When the rows are worked on: a little later than they were lived."""
ORDERS: Final = ("o1", "o2", "o3", "nobody")
STAFF: Final = Actor("staff", "eve")
_TENANTS: Final = itertools.count(1)

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
        shop.place("o3", channel="web", channel_number="7", customer_id="ada")
        shop.send("o3")
        lazy = shop.another(store=store, inline=False)
        shop.desk = lazy
        shop.place("o2")
        shop.place("healthy", customer_id="grace")
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
    return read(path, ORDER_TABLES)


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
        other = kind(inner._source, tenant=tenant)
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
    found = [answered(lambda name=name: getattr(view, name)) for name in names]
    return [*found, answered(view.allowed)]


def questions(store: Any, order_id: str) -> None:
    """Ask a store all there is to ask of one order."""
    now = LATER
    answered(lambda: store.load(order_id))
    answered(lambda: store.history(order_id))
    answered(lambda: store.links(order_id))
    answered(lambda: store.effects(order_id))
    answered(lambda: store.denials(order_id))
    answered(
        lambda: store.answer(
            FindAnswer(order_id=order_id, input_id="command:c1")
        )
    )
    answered(
        lambda: store.due_timers(FindDueTimers(now=now, order_id=order_id))
    )
    answered(
        lambda: store.people((f"{order_id}:ship_to", f"{order_id}:contact"))
    )


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
        lambda: desk.scan(f"{order_id}-s1", "delivered", clock()),
        lambda: desk.refund(order_id, Money("1.00", "EUR"), reason="late"),
        lambda: desk.request_return(order_id, {"1": 1}, "defective"),
        lambda: desk.hold(order_id, "stock"),
        lambda: desk.receipt(cancel),
        lambda: desk.receipt(cancel),
        lambda: desk.pick(f"{order_id}-s1"),
        lambda: store.commit(commit(0, order_id)),
        lambda: store.commit(commit(3, order_id)),
        lambda: store.settle(settle(f"{order_id}:authorize:1")),
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


@many(1)
@given(data=st.data())
def test_any_change_of_any_row(
    place: Place, rows: Rows, data: st.DataObject
) -> None:
    """Typed answers, nothing half, and nobody else is held up."""
    changed = data.draw(changes(rows))
    tenant = f"t{next(_TENANTS)}"
    try:
        place.database.put(tenant, changed)
    except Refused:
        assume(False)  # noqa: FBT003
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
    for order_id in ORDERS:
        answered(lambda order_id=order_id: desk.erase(order_id=order_id))
    answered(lambda: desk.erase(customer_id="ada"))


def others_go_on(store: Any) -> None:
    """The healthy order, a new one, and what is asked of all."""
    desk = desk_on(store, inline=True)
    found = {each.order_id for each in desk.find(FindOrders())}
    assert "healthy" in found
    (summary,) = desk.find(FindOrders(customer_id="grace"))
    assert summary.order_id == "healthy"
    assert desk.backlog()
    store.backlog(FindBacklog(port="payment"))
    store.due_timers(FindDueTimers(now=desk.engine.clock()))
    told: list[Swept] = []
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
