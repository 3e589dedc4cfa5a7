"""First come, first served: goods that come in are for who waits."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import pytest

from orderlife import (
    AsyncOrderDesk,
    FindOrders,
    Line,
    Money,
    OrderDesk,
    Policy,
    Remedy,
    Tender,
)
from orderlife.building import Verbs
from orderlife.engine.results import RoundResult
from orderlife.errors import CodecError
from orderlife.ports.base import Capabilities, Unknown
from orderlife.ports.inventory import Fillable
from orderlife.testing import (
    Clock,
    InMemoryInventory,
    async_in_memory_ports,
    in_memory_ports,
)
from tests.desk.shop import ADDRESS

BACKORDERS = Policy(backorder=True)


class Shop:
    """A shop without mugs, whose desk is awaited or not."""

    def __init__(self, *, awaited: bool = False) -> None:
        self.clock = Clock()
        made: dict[str, Any] = {"clock": self.clock, "policy": BACKORDERS}
        self.desk: Any
        if awaited:
            ports = async_in_memory_ports({"mug": 0}, clock=self.clock)
            self.stock: Any = ports.inventory.inner
            self.desk = AsyncOrderDesk(ports, **made)
        else:
            fakes = in_memory_ports({"mug": 0}, clock=self.clock)
            self.stock = fakes.inventory
            self.desk = OrderDesk(fakes, **made)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.desk, name)
        if isinstance(method, Verbs):
            return type(method)(self)

        def call(*arguments: Any, **named: Any) -> Any:
            answer = method(*arguments, **named)
            if not inspect.isawaitable(answer):
                return answer

            async def wait() -> Any:
                return await answer

            return asyncio.run(wait())

        return call

    def order(self, name: str, units: int = 1, **more: Any) -> None:
        """Place an order of mugs, a minute after what was before."""
        self.clock.advance(minutes=1)
        self.place(
            [Line(sku="mug", quantity=units, unit_price=Money("9", "EUR"))],
            order_id=name,
            ship_to=ADDRESS,
            **{"pay_with": "tok_visa", **more},
        )

    def come(self, units: int, name: str) -> None:
        """Take mugs in."""
        self.stock.receive("mug", "main", units, name)

    def being_sent(self) -> set[str]:
        """The orders whose goods are there."""
        found = self.find(FindOrders())
        return {
            each.order_id
            for each in found
            if each.fulfilment_status == "in_progress"
        }


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def shop(request: pytest.FixtureRequest) -> Shop:
    """Either of them."""
    return Shop(awaited=request.param)


def test_goods_go_to_who_waits_and_not_to_who_comes(shop: Shop) -> None:
    """As soon as somebody works, and before its daily check."""
    shop.order("a")
    shop.come(1, "d1")
    shop.order("n")
    assert shop.being_sent() == set()

    assert shop.work() != RoundResult()

    assert shop.being_sent() == {"a"}
    shop.come(1, "d2")
    shop.work()
    assert shop.being_sent() == {"a", "n"}


def test_goods_go_to_who_waits_without_being_told(shop: Shop) -> None:
    """By its daily check, where the stock keeper tells nobody."""
    shop.stock._operations.capabilities = Capabilities(
        deduplicates=True, looks_up=True
    )
    shop.desk = type(shop.desk)(
        shop.desk.ports,
        clock=shop.clock,
        policy=BACKORDERS,
    )
    shop.order("a")
    shop.come(1, "d1")
    shop.order("n")
    shop.work()
    assert shop.being_sent() == set()

    shop.clock.advance(days=1)
    shop.work()
    assert shop.being_sent() == {"a"}


def test_everybody_is_served_in_the_order_they_came(shop: Shop) -> None:
    """Whatever comes in, a unit a day: none starves."""
    names = [f"o{number}" for number in range(5)]
    for name in names:
        shop.order(name)
    for day in range(len(names)):
        shop.order(f"late{day}")
        shop.come(1, f"d{day}")
        shop.work()
        assert shop.being_sent() == set(names[: day + 1])
        shop.clock.advance(days=1)


def test_who_needs_more_keeps_nobody_waiting(shop: Shop) -> None:
    """And gets its goods when all of them are there."""
    shop.order("a", 3)
    shop.order("b", 1)
    shop.come(1, "d1")
    shop.work()
    assert shop.being_sent() == {"b"}
    shop.come(3, "d2")
    shop.order("n", 1)
    shop.work()
    assert shop.being_sent() == {"a", "b"}


def test_who_has_not_paid_keeps_nobody_waiting(shop: Shop) -> None:
    """Once it has, it stands where it came."""
    shop.order("a", pay_with="tok_declined")
    shop.order("b")
    shop.order("c")
    shop.come(1, "d1")
    shop.work()
    assert shop.being_sent() == {"b"}
    shop.pay("a", Tender("card", "tok_visa"))
    shop.come(1, "d2")
    shop.work()
    assert shop.being_sent() == {"a", "b"}


def test_who_is_held_keeps_nobody_waiting(shop: Shop) -> None:
    """Once the hold is lifted, it stands where it came."""
    for name in ("a", "b", "c"):
        shop.order(name)
    shop.orders.hold("a", "address")
    shop.come(1, "d1")
    shop.work()
    assert shop.being_sent() == {"b"}
    shop.orders.release("a", "h1")
    shop.come(1, "d2")
    shop.work()
    assert shop.being_sent() == {"a", "b"}


@pytest.mark.parametrize("end", ["cancel", "cancel_lines"])
def test_who_is_gone_gives_way_to_the_next(shop: Shop, end: str) -> None:
    """Also of units that are there for it, and that it never asked for."""
    shop.order("a")
    shop.order("b")
    shop.come(1, "d1")
    if end == "cancel":
        shop.cancel("a")
    else:
        shop.orders.cancel_lines("a", {"1": 1})
    shop.work()
    assert shop.being_sent() == {"b"}


def test_goods_that_are_given_back_are_for_who_waits(shop: Shop) -> None:
    """Whether by a cancellation or by a hold that runs out."""
    shop.come(2, "d1")
    shop.order("a")
    shop.order("b", pay_with="tok_pending")
    shop.order("c")
    shop.order("d")
    shop.cancel("a")
    shop.work()
    assert shop.being_sent() == {"c"}
    shop.clock.advance(days=5)
    shop.work()
    shop.order("n")
    shop.work()
    assert shop.being_sent() == {"c", "d"}


def test_an_order_that_lost_its_goods_waits_again(shop: Shop) -> None:
    """In line, by when it was placed."""
    shop.come(1, "d1")
    shop.order("a")
    shop.order("b")
    shop.shipments.pick("a-s1", {})
    shop.exceptions.resolve("a", "x1", Remedy.RESHIP, "it was not there")
    assert shop.get("a").case.reservations["a-r2"].in_line is not None
    shop.come(1, "d2")
    shop.work()
    assert shop.get("b").status.fulfilment == "scheduled"
    assert shop.get("a").case.reservations["a-r2"].items


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        (Unknown("lost"), ()),
        (None, ("who waits for stock: PortError: NoneType does not tell",)),
        (("a",), ("who waits for stock: PortError: tuple does not tell",)),
    ],
)
def test_a_keeper_who_answers_nonsense_stops_nothing(
    answer: object, failed: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that was lost is asked for again; the rest is said."""
    shop = Shop()
    shop.order("a")
    shop.come(1, "d1")
    monkeypatch.setattr(shop.stock, "fillable", lambda _: answer)
    assert shop.work() == RoundResult(failed=failed)
    monkeypatch.undo()
    shop.work()
    assert shop.being_sent() == {"a"}


class Failing(InMemoryInventory):
    """It cannot tell who waits; or tells of orders that it makes up."""

    found: tuple[Fillable, ...] | None = None

    def fillable(self, limit: int = 100, /) -> tuple[Fillable, ...]:
        del limit
        if self.found is None:
            raise OSError("out of order")
        return self.found


def test_a_keeper_who_cannot_tell_stops_nothing() -> None:
    """What failed is said, and the rest goes on."""
    shop = Shop()
    shop.order("a")
    shop.stock.__class__ = Failing
    shop.come(1, "d1")
    assert shop.work() == RoundResult(failed=("who waits for stock: OSError",))
    Failing.found = (
        Fillable(order_id="nobody", reservation_id="nobody-r1"),
        Fillable(order_id="a", reservation_id="a-r1"),
        Fillable(order_id="a", reservation_id="a-r1"),
    )
    swept = shop.work()
    assert [each.split(":")[0] for each in swept.failed] == ["nobody"]
    assert swept.timers == 1
    assert shop.being_sent() == {"a"}


def test_an_order_in_line_that_cannot_be_read_is_told_of_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And looked at again later; the others are served."""
    shop = Shop()
    for name in ("a", "b"):
        shop.order(name)
    shop.come(2, "d1")
    store = shop.desk.ports.store
    load = store.load

    def broken(order_id: str, /) -> Any:
        if order_id == "a":
            raise CodecError("not JSON")
        return load(order_id)

    monkeypatch.setattr(store, "load", broken)
    assert shop.work().failed == ("a: CodecError: not JSON",)
    assert shop.work().failed == ()
    monkeypatch.undo()
    shop.clock.advance(hours=1)
    shop.work()
    assert shop.being_sent() == {"a", "b"}
