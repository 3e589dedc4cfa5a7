"""A desk with a limit turns away what it has no room for, at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from orderlife import AsyncOrderDesk, Line, Money, OrderDesk, Ports
from orderlife.errors import OverloadedError, StoredError
from orderlife.testing import Clock, async_in_memory_ports
from tests.desk.shop import ADDRESS, Shop, Through


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
    thread = threading.Thread(target=shop.place, args=("o1",))
    thread.start()
    assert inside.wait(30)
    with pytest.raises(OverloadedError, match="with 1 inputs under way"):
        shop.place("o2")
    assert shop.ports.store.load("o2") is None
    go.set()
    thread.join(30)
    assert not thread.is_alive()
    assert shop.place("o2").status.order == "confirmed"


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
    store = Through(shop.ports.store, load=once(shop.ports.store.load))
    shop.desk = shop.another(store=store, inline=False)
    with pytest.raises(StoredError, match="o1 is stored, and the order"):
        shop.place("o1")
    assert shop.ports.store.load("o1") is not None


def test_an_async_desk_does_not_say_so_either() -> None:
    """The same, awaited."""

    async def main() -> None:
        clock = Clock()
        ports = async_in_memory_ports({"mug": 9}, clock=clock)
        store: Any = Through(ports.store, load=once(ports.store.load))
        desk = AsyncOrderDesk(
            attrs.evolve(ports, store=store), clock=clock, inline=False
        )
        with pytest.raises(StoredError):
            await desk.place(
                [Line(sku="mug", quantity=1, unit_price=Money("1", "EUR"))],
                ship_to=ADDRESS,
                order_id="o1",
            )
        assert await ports.store.load("o1") is not None

    asyncio.run(main())


def test_a_round_ends_where_the_store_has_no_room() -> None:
    """Nothing is claimed from a store that could not fire a timer."""
    shop = Shop(inline=False)
    shop.place("o1")
    shop.clock.advance(days=30)
    claims: list[Any] = []
    store = Through(shop.ports.store, commit=full, claim=claims.append)
    swept = shop.another(store=store).work()
    assert swept.overloaded
    assert claims == []


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
