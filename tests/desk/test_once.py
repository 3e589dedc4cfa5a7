"""One click, one order: also where only the command's id is given."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, strategies as st
from psycopg_pool import AsyncConnectionPool

from orderlife import (
    Actor,
    AsyncOrderDesk,
    AsyncPorts,
    CommandIdReusedError,
    DraftOrder,
    OrderDesk,
    PlaceOrder,
    Ports,
    ValidationError,
    order_id_for,
)
from orderlife._values.cards import holds_card_number
from orderlife._values.once import PREFIX
from orderlife.memory.clock import Clock
from orderlife.testing import async_in_memory_ports, in_memory_ports
from orderlife_adapters.postgres import AsyncPostgresOrderStore, open_stores
from orderlife_adapters.sqlite import SqliteOrderStore
from tests.desk.test_verbs import HOME, LINE

CLICKS = 3
PINNED = "once-bcjmspcaaqqkbcjsqegendbnngdmefap"


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def desk(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[OrderDesk]:
    """A desk over each store, with a gateway that counts."""
    clock = Clock()
    fakes = in_memory_ports(clock=clock)
    store: Any = fakes.store
    closed: Callable[[], object] = list
    if request.param == "sqlite":
        store = SqliteOrderStore(tmp_path / "shop.db")
        store.migrate()
        closed = store.close
    elif request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
        stores = open_stores(url, clock=clock)
        store, closed = stores.orders, stores.close
    yield OrderDesk(
        Ports(
            store=store,
            payment=fakes.payment,
            carrier=fakes.carrier,
            inventory=fakes.inventory,
            notifier=fakes.notifier,
        ),
        clock=clock,
    )
    closed()


def click(desk: Any, command_id: str = "click-1", **more: Any) -> Any:
    """Place an order as a web page does when its button is pressed."""
    return desk.place(
        [LINE],
        ship_to=HOME,
        pay_with="tok_visa",
        command_id=command_id,
        **more,
    )


def authorised(gateway: Any) -> int:
    """How often money was secured."""
    return sum(each.kind == "authorized" for each in gateway.effects)


def test_three_clicks_make_one_order_and_one_authorisation(desk: Any) -> None:
    """However often it comes, whatever else the shop does."""
    views = [click(desk) for _ in range(CLICKS)]
    assert {order_id_for("click-1")} == {view.id for view in views}
    assert 1 == authorised(desk.ports.payment)
    assert 1 == len({view.version for view in views})


def test_three_clicks_at_once_make_one_order(desk: Any) -> None:
    """Three threads race, and one of them makes it."""
    with ThreadPoolExecutor(CLICKS) as threads:
        views = list(threads.map(lambda _: click(desk), range(CLICKS)))
    assert {order_id_for("click-1")} == {view.id for view in views}
    assert 1 == authorised(desk.ports.payment)


def test_another_click_is_another_order(desk: Any) -> None:
    """And the same click for something else is refused."""
    first, second = click(desk), click(desk, "click-2")
    assert first.id != second.id
    assert 2 == authorised(desk.ports.payment)
    with pytest.raises(CommandIdReusedError):
        click(desk, customer_id="somebody-else")


def test_a_chosen_id_stays(desk: Any) -> None:
    """Whoever gives both has both; and one without any is made up."""
    assert "o1" == click(desk, order_id="o1").id
    made = desk.place([LINE], ship_to=HOME)
    assert not made.id.startswith(PREFIX)


async def _thrice(desk: AsyncOrderDesk) -> set[str]:
    views = await asyncio.gather(*(click(desk) for _ in range(CLICKS)))
    again = await click(desk)
    return {again.id, *(view.id for view in views)}


def test_three_clicks_that_are_awaited_at_once_make_one_order() -> None:
    """In memory, on the async desk."""

    async def run() -> int:
        ports = async_in_memory_ports(clock=Clock())
        desk = AsyncOrderDesk(ports, clock=Clock())
        assert {order_id_for("click-1")} == await _thrice(desk)
        return authorised(ports.payment.inner)

    assert 1 == asyncio.run(run())


def test_three_awaited_clicks_make_one_order_in_postgresql(
    postgres_url: str,
) -> None:
    """And on the server."""

    async def run() -> int:
        clock = Clock()
        fakes = async_in_memory_ports(clock=clock)
        async with AsyncConnectionPool[Any](
            postgres_url, kwargs={"autocommit": True}, open=False
        ) as pool:
            store = AsyncPostgresOrderStore(pool)
            await store.migrate()
            desk = AsyncOrderDesk(
                AsyncPorts(
                    store=store,
                    payment=fakes.payment,
                    carrier=fakes.carrier,
                    inventory=fakes.inventory,
                    notifier=fakes.notifier,
                ),
                clock=clock,
            )
            assert {order_id_for("click-1")} == await _thrice(desk)
        return authorised(fakes.payment.inner)

    assert 1 == asyncio.run(run())


@pytest.mark.parametrize("kind", [PlaceOrder, DraftOrder])
def test_nobody_chooses_an_id_that_a_click_may_make(kind: Any) -> None:
    """What begins like one must be that of its own command."""
    desk = OrderDesk.in_memory(clock=Clock())
    form = kind(
        order_id=order_id_for("c1"),
        command_id="c1",
        actor=Actor("staff", "s"),
        lines=(LINE,),
        ship_to=HOME,
    )
    for order_id in (order_id_for("c2"), f"{PREFIX}o1"):
        with pytest.raises(ValidationError, match="follows from the command"):
            desk.submit(attrs.evolve(form, order_id=order_id))
    assert order_id_for("c1") == desk.submit(form).id


def test_an_id_is_the_same_in_every_release() -> None:
    """A click that is tried again after an upgrade finds its order."""
    assert PINNED == order_id_for("click-1")


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789_-", min_size=1))
def test_an_id_is_a_good_one(command_id: str) -> None:
    """Letters alone, so that nothing takes it for a number of anything."""
    made = order_id_for(command_id)
    assert re.fullmatch(r"once-[a-z]{32}", made)
    assert not holds_card_number(made)
    assert made == order_id_for(command_id)
    assert made != order_id_for(command_id + "x")
