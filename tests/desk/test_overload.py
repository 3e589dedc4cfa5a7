"""A desk with a limit turns away what it has no room for, at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from orderlife import (
    Actor,
    AsyncOrderDesk,
    Line,
    Money,
    OpenHold,
    OrderDesk,
    PlaceOrder,
    Ports,
    worker,
)
from orderlife.engine.results import RoundResult
from orderlife.errors import OverloadedError, StoredError
from orderlife.ports.store import EffectState
from orderlife.testing import Clock, async_in_memory_ports
from tests.desk.shop import ADDRESS, Shop, Through

ADA = Actor("staff", "ada")


def test_a_full_desk_says_so_at_once() -> None:
    """Nothing is stored; as soon as there is room, it is followed."""
    shop = Shop()
    inside, go = threading.Event(), threading.Event()

    def authorize(intent: Any) -> Any:
        inside.set()
        assert go.wait(30)
        return shop.bank.authorize(intent)

    ports = Ports(
        store=shop.ports.store,
        payment=Through(shop.bank, authorize=authorize),
        carrier=shop.ports.carrier,
        inventory=shop.ports.inventory,
        notifier=shop.ports.notifier,
    )
    shop.desk = OrderDesk(ports, clock=shop.clock, limit=1)
    thread = threading.Thread(target=shop.place)
    thread.start()
    assert inside.wait(30)
    with pytest.raises(OverloadedError, match="with 1 inputs under way"):
        shop.place(order_id="o2")
    assert shop.ports.store.load("o2") is None
    go.set()
    thread.join(30)
    assert not thread.is_alive()
    assert shop.place(order_id="o2").status.order == "confirmed"


def test_what_fails_leaves_its_room() -> None:
    """Whatever happens inside, the next one finds it."""
    shop = Shop()
    shop.desk = OrderDesk(shop.ports, clock=shop.clock, limit=1)
    for _ in range(3):
        with pytest.raises(LookupError):
            shop.desk.cancel("nobody")
    assert shop.place().status.order == "confirmed"


def test_what_is_stored_is_not_said_to_be_lost() -> None:
    """A store without room to show it: the same id again is harmless."""
    shop = Shop(inline=False)
    shop.place(order_id="o1")
    again = OpenHold(order_id="o1", command_id="c7", actor=ADA, reason="other")
    shop.desk.submit(again)
    store = Through(shop.ports.store, load=once(shop.ports.store.load))
    shop.desk = shop.another(store=store, inline=False)
    with pytest.raises(StoredError, match="o1 is stored, and the order"):
        shop.desk.submit(again)


def test_an_async_desk_does_not_say_so_either() -> None:
    """The same, awaited."""

    async def main() -> None:
        clock = Clock()
        ports = async_in_memory_ports({"mug": 9}, clock=clock)
        store: Any = Through(ports.store, load=once(ports.store.load))
        placing = PlaceOrder(
            order_id="o1",
            command_id="c1",
            actor=ADA,
            lines=(Line(sku="mug", quantity=1, unit_price=Money("1", "EUR")),),
            ship_to=ADDRESS,
        )
        await AsyncOrderDesk(ports, clock=clock, inline=False).submit(placing)
        desk = AsyncOrderDesk(
            attrs.evolve(ports, store=store), clock=clock, inline=False
        )
        with pytest.raises(StoredError):
            await desk.submit(placing)

    asyncio.run(main())


def test_a_round_ends_where_the_store_has_no_room() -> None:
    """Nothing is claimed from a store that could not fire a timer."""
    shop = Shop(inline=False)
    shop.place(order_id="o1")
    shop.clock.advance(days=30)
    claims: list[Any] = []
    store = Through(shop.ports.store, commit=full, claim=claims.append)
    swept = shop.another(store=store).work()
    assert swept.overloaded
    assert claims == []


@pytest.mark.parametrize("method", ["claim", "due_timers"])
def test_a_round_that_cannot_begin_says_so(method: str) -> None:
    """It raises nothing; when there is room again, all is done."""
    shop = Shop(inline=False)
    shop.place(order_id="o1")
    store = Through(shop.ports.store, **{method: full})

    swept = shop.another(store=store).work()

    assert RoundResult(failed=(NO_ROOM,), overloaded=True) == swept
    assert swept.idle
    worker.until_idle(shop.desk)
    assert "confirmed" == shop.view("o1").status.order


def test_a_round_that_finds_no_room_says_what_it_has_done() -> None:
    """What was claimed before is performed, and nothing twice."""
    shop = Shop(inline=False)
    for order_id in ("o1", "o2"):
        shop.place(order_id=order_id)
    claim = once(shop.ports.store.claim)
    desk = shop.another(store=Through(shop.ports.store, claim=claim))

    assert (
        RoundResult(effects=4, failed=(NO_ROOM,), overloaded=True)
        == desk.work()
    )

    assert EffectState.DONE is shop.effect("o1-r1:reserve:1").state
    assert EffectState.PENDING is shop.effect("o2-r1:reserve:1").state
    worker.until_idle(shop.desk)
    for order_id in ("o1", "o2"):
        assert "confirmed" == shop.view(order_id).status.order
    assert () == shop.bank.doubled()


def test_what_was_claimed_without_an_answer_is_not_lost() -> None:
    """The claim stands in the store: it runs out, and is found out about."""
    shop = Shop(inline=False)
    shop.place(order_id="o1")

    def claim(request: Any) -> Any:
        shop.ports.store.claim(request)
        return full(request)

    store = Through(shop.ports.store, claim=claim)
    assert shop.another(store=store).work().overloaded
    assert EffectState.CLAIMED is shop.effect("o1-r1:reserve:1").state
    assert shop.desk.work().idle

    shop.clock.advance(minutes=5)
    while not shop.desk.work().idle:
        shop.clock.advance(minutes=1)

    assert "confirmed" == shop.view("o1").status.order
    assert () == shop.bank.doubled()


def test_work_until_nothing_is_due_does_not_end_for_want_of_room() -> None:
    """It says that it could not go on."""
    shop = Shop(inline=False)
    for order_id in ("o1", "o2"):
        shop.place(order_id=order_id)
    claim = once(shop.ports.store.claim)
    desk = shop.another(store=Through(shop.ports.store, claim=claim))

    with pytest.raises(OverloadedError, match="after 4 things were done"):
        worker.until_idle(desk)


def test_an_async_round_says_so_too() -> None:
    """The same answer, awaited."""

    async def main() -> RoundResult:
        clock = Clock()
        ports = async_in_memory_ports({"mug": 9}, clock=clock)
        store: Any = Through(ports.store, claim=full)
        desk = AsyncOrderDesk(attrs.evolve(ports, store=store), clock=clock)
        return await desk.work()

    expected = RoundResult(failed=(NO_ROOM,), overloaded=True)
    assert expected == asyncio.run(main())


NO_ROOM = (
    "OverloadedError: the store had no room after 5 seconds: nothing was "
    "stored, try again later"
)


def once(method: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Answer the first time; from then on there is no room."""
    times = iter((method,))

    def call(argument: Any) -> Any:
        return next(times, full)(argument)

    return call


def full(argument: Any) -> Any:
    """A store without room, whatever is asked."""
    raise OverloadedError("the store", 5)


def test_an_async_desk_has_a_limit_too() -> None:
    """So many at once; the others are told to come again."""

    async def main() -> list[str]:
        clock = Clock()
        ports = async_in_memory_ports(clock=clock)
        desk = AsyncOrderDesk(ports, clock=clock, limit=2)
        found = await asyncio.gather(
            *(
                desk.place(
                    [
                        Line(
                            sku="mug",
                            quantity=1,
                            unit_price=Money("1.00", "EUR"),
                        )
                    ],
                    order_id=f"o{number}",
                    ship_to=ADDRESS,
                    pay_with="tok_visa",
                )
                for number in range(5)
            ),
            return_exceptions=True,
        )
        return [
            "overloaded" if isinstance(each, OverloadedError) else "placed"
            for each in found
        ]

    assert asyncio.run(main()) == ["placed"] * 2 + ["overloaded"] * 3
