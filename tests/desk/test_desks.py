"""What a desk gives, beside following commands."""

from __future__ import annotations

import asyncio

import pytest

from orderlife import (
    Actor,
    AsyncOrderDesk,
    CancelOrder,
    Line,
    Money,
    NotFoundError,
    OrderDesk,
    Policy,
    PortError,
    RoundResult,
    Scanned,
    ScanStatus,
    Unknown,
)
from orderlife.desk.settings import new_id, utc_now
from orderlife.ports.carrier import Quoted, RateRequest
from orderlife.testing import Clock, Script, TimeOut, async_in_memory_ports
from tests.desk.shop import ADDRESS, CONTACT, Shop, Through, always

LINES = [Line(sku="mug", quantity=1, unit_price=Money("1.00", "EUR"))]
ADA = Actor("staff", "ada")


def test_an_order_goes_all_the_way() -> None:
    """From the shelf to the door and back, in a few lines."""
    clock = Clock()
    desk = OrderDesk.in_memory(stock={"mug-blue": 40}, clock=clock)
    order = desk.place(
        lines=[
            Line(sku="mug-blue", quantity=2, unit_price=Money("12.50", "EUR"))
        ],
        ship_to=ADDRESS,
        email="ada@example.org",
        pay_with="tok_visa",
    )
    assert str(order.status) == (
        "order=confirmed, payment=authorized, fulfilment=in_progress, "
        "returns=none"
    )
    (shipment,) = order.shipments
    desk.shipments.pick(shipment.shipment_id)
    desk.shipments.pack(shipment.shipment_id, weight_g=840)
    order = desk.shipments.dispatch(shipment.shipment_id)
    assert order.status.payment == "paid"
    desk.shipments.scan(shipment.shipment_id, "delivered", at=clock())
    line_id = order.lines[0].line_id
    back = desk.returns.request(order.id, {line_id: 1}, reason="too_small")
    assert back.status.returns == "in_progress"
    history = desk.history(order.id)
    assert [entry.sequence for entry in history] == list(
        range(1, back.version + 1)
    )


def test_a_desk_of_no_stock_listed_has_endless_stock() -> None:
    """Whoever names some stock has no other."""
    order = OrderDesk.in_memory().place(
        LINES, ship_to=ADDRESS, pay_with="tok_visa"
    )
    assert order.status.order == "confirmed"
    empty = OrderDesk.in_memory({}).place(
        LINES, ship_to=ADDRESS, pay_with="tok_visa"
    )
    assert empty.status.order == "rejected"


def test_a_desk_has_a_policy_and_a_time_of_its_own() -> None:
    """What it is given, else the usual one and the real one."""
    desk = OrderDesk.in_memory(policy=Policy(capture="confirmation"))
    order = desk.place(LINES, ship_to=ADDRESS, pay_with="tok_visa")
    assert order.status.payment == "paid"
    before = utc_now()
    assert before.utcoffset() is not None
    placed_at = order.order.placed_at
    assert placed_at is not None
    assert abs((before - placed_at).total_seconds()) < 60


def test_ids_are_new_and_sort_by_their_time() -> None:
    """Short enough for any provider's key, and fit for an order's id."""
    found = [new_id() for _ in range(1000)]
    assert len(set(found)) == 1000
    assert {len(each) for each in found} == {20}
    assert all(each.isalnum() and each.islower() for each in found)
    times = [each[:9] for each in found]
    assert times == sorted(times)
    assert OrderDesk.in_memory().new_id() not in found


def test_a_quote_tells_what_it_would_cost() -> None:
    """The offers, and who makes none."""
    shop = Shop()
    shop.place()
    shop.desk.shipments.pick("o1-s1")
    shop.desk.shipments.pack("o1-s1", weight_g=20_000)
    before = shop.snapshot()
    quoted = shop.desk.quote("o1-s1")
    assert isinstance(quoted, Quoted)
    assert [rate.carrier for rate in quoted.rates] == ["fake_express"]
    assert [failure.carrier for failure in quoted.failures] == ["fake_post"]
    assert before == shop.snapshot()


def test_a_quote_is_asked_for_with_all_that_it_takes() -> None:
    """What is to be sent, from where, and to whom."""
    shop = Shop()
    shop.place()
    shop.desk.shipments.pick("o1-s1")
    shop.desk.shipments.pack("o1-s1", weight_g=500)
    carrier = Through(shop.ports.carrier)
    case = shop.view().case
    sent = case.shipments["o1-s1"]
    address = case.placed.placement.ship_to
    expected = RateRequest(
        subject="o1-s1",
        place=sent.place,
        address=address,
        parcels=sent.parcels,
        people={address: ADDRESS},
    )

    shop.another(carrier=carrier).quote("o1-s1")

    (request,) = carrier.named("quote")
    assert expected == request
    assert expected.people == request.people
    assert sent.parcels


def test_a_quote_that_nobody_answers_is_unknown() -> None:
    """Whether the adapter says so, or raises."""
    shop = Shop(script=Script().on("quote", TimeOut("before")))
    shop.place()
    assert isinstance(shop.desk.quote("o1-s1"), Unknown)
    broken = Through(shop.ports.carrier, quote=always(OSError("no line")))
    assert shop.another(carrier=broken).quote("o1-s1") == Unknown("OSError")


def test_a_quote_that_is_none_is_an_adapters_fault() -> None:
    """It says what it got instead."""
    shop = Shop()
    shop.place()
    wrong = Through(shop.ports.carrier, quote=always(5))
    with pytest.raises(PortError, match="int is no answer"):
        shop.another(carrier=wrong).quote("o1-s1")


def test_a_quote_needs_a_shipment() -> None:
    """One that is there, of an order that is there."""
    shop = Shop()
    with pytest.raises(NotFoundError, match="no order 'o1'"):
        shop.desk.quote("o1-s1")
    shop.place()
    with pytest.raises(NotFoundError, match="no shipment 'o1-s9'; there is"):
        shop.desk.quote("o1-s9")


def test_desks_of_one_store_see_the_same() -> None:
    """A desk keeps nothing to itself."""
    shop = Shop()
    shop.place()
    other = shop.another()
    assert other.engine.owner != shop.desk.engine.owner
    assert other.get("o1").case == shop.view().case
    other.cancel("o1")
    assert shop.view().status.order == "cancelled"


def test_an_async_desk_gives_the_same() -> None:
    """Everything that a desk gives, awaited."""

    async def main() -> None:
        clock = Clock()
        desk = AsyncOrderDesk.in_memory({"mug": 9}, clock=clock)
        order = await desk.place(
            LINES,
            order_id="o1",
            ship_to=ADDRESS,
            contact=CONTACT,
            pay_with="tok_visa",
        )
        assert order.status.order == "confirmed"
        assert isinstance(await desk.quote("o1-s1"), Quoted)
        assert len(await desk.history("o1")) == order.version
        assert len(await desk.effects("o1")) == 4
        assert await desk.work() == RoundResult()
        cancel = CancelOrder(order_id="o1", command_id="c1", actor=ADA)
        receipt = await desk.receipt(cancel)
        assert receipt.last_version > receipt.first_version
        swept = await desk.work()
        assert swept.effects > 0
        assert (await desk.get("o1")).status.order == "cancelled"
        with pytest.raises(NotFoundError, match="no order 'o2'"):
            await desk.get("o2")
        assert len(desk.new_id()) == 20

    asyncio.run(main())


def test_an_async_desk_may_leave_the_work_to_others() -> None:
    """``inline=False`` stores, facts and commands alike."""

    async def main() -> None:
        clock = Clock()
        ports = async_in_memory_ports(clock=clock)
        desk = AsyncOrderDesk(ports, clock=clock, inline=False)
        await desk.place(LINES, order_id="o1", ship_to=ADDRESS)
        assert ports.inventory.inner.movements() == ()
        fact = Scanned(
            order_id="o1",
            shipment_id="o1-s1",
            status=ScanStatus.LOST,
            at=clock(),
        )
        view = await desk.report(fact)
        assert len(view.exceptions) == 1
        assert {e.attempts for e in await desk.effects("o1")} == {0}

    asyncio.run(main())
