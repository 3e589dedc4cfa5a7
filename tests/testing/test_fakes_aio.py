"""The async twins: they wait one turn of the loop, and delegate."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from orderlife._values.money import Money
from orderlife.memory.clock import START
from orderlife.ports.base import NotKnown
from orderlife.ports.carrier import (
    AsyncCarrier,
    BuyLabel,
    Intercept,
    InterceptAccepted,
    Label,
    LabelVoided,
    Quoted,
    RateRequest,
    VoidLabel,
)
from orderlife.ports.inventory import (
    Allocate,
    AsyncInventoryStore,
    Consume,
    Demand,
    HeldStock,
    Release,
    Reserve,
    Restock,
    StockChanged,
)
from orderlife.ports.notifier import AsyncNotifier, MessageKind, Notify, Sent
from orderlife.ports.payment import (
    AsyncPaymentGateway,
    Authorize,
    Authorized,
    Capture,
    Captured,
    CreditIssued,
    IssueCredit,
    Refund,
    Refunded,
    Tender,
    Void,
    Voided,
)
from orderlife.testing import (
    AsyncFakeCarrier,
    AsyncFakeGateway,
    AsyncFakeNotifier,
    AsyncInMemoryInventory,
    Clock,
    FakeCarrier,
    FakeGateway,
    FakeNotifier,
    InMemoryInventory,
)

TEN = Money("10.00", "EUR")
ONE = Money("1.00", "EUR")


def test_gateway_moves_money() -> None:
    """All that the port knows, through the twin."""
    twin = AsyncFakeGateway(FakeGateway())
    port: AsyncPaymentGateway = twin

    async def live() -> None:
        asked = Authorize(
            operation_id="o1:authorize:1",
            order_id="o1",
            payment_id="p1",
            amount=TEN,
            tender=Tender("card", "tok_visa"),
        )
        assert await port.look_up(asked) == NotKnown()
        secured = await port.authorize(asked)
        assert isinstance(secured, Authorized)

        capture = Capture(
            operation_id="o1:capture:1",
            order_id="o1",
            payment_id="p1",
            amount=ONE,
            authorization=secured.reference,
            final=False,
        )
        refund = Refund(
            operation_id="o1:refund:1",
            order_id="o1",
            payment_id="p1",
            amount=ONE,
            authorization=secured.reference,
        )
        void = Void(
            operation_id="o1:void:1",
            order_id="o1",
            payment_id="p1",
            amount=ONE,
            authorization=secured.reference,
        )
        credit = IssueCredit(
            operation_id="o1:credit:1",
            order_id="o1",
            amount=ONE,
            customer_id="",
        )
        assert isinstance(await port.capture(capture), Captured)
        assert isinstance(await port.refund(refund), Refunded)
        assert isinstance(await port.void(void), Voided)
        assert isinstance(await port.issue_credit(credit), CreditIssued)

    asyncio.run(live())
    assert port.capabilities == twin.inner.capabilities
    assert twin.inner.captured_minor("o1") == 100
    twin.inner.check()


def test_carrier_moves_parcels() -> None:
    """All that the port knows, through the twin."""
    twin = AsyncFakeCarrier(FakeCarrier())
    port: AsyncCarrier = twin

    async def live() -> None:
        request = RateRequest(
            subject="s1", place="main", address="a", parcels=()
        )
        assert isinstance(await port.quote(request), Quoted)
        buy = BuyLabel(
            operation_id="s1:label:1",
            order_id="o1",
            subject="s1",
            purpose="outbound",
            place="main",
            address="a",
        )
        label = await port.buy_label(buy)
        assert isinstance(label, Label)
        assert await port.look_up(buy) == label
        stop = Intercept(
            operation_id="s1:intercept:1",
            order_id="o1",
            subject="s1",
            tracking_number=label.tracking_number,
        )
        assert await port.intercept(stop) == InterceptAccepted()
        void = VoidLabel(
            operation_id="s1:void:1",
            order_id="o1",
            subject="s1",
            label_id=label.label_id,
        )
        assert await port.void_label(void) == LabelVoided()

    asyncio.run(live())
    assert port.capabilities == twin.inner.capabilities
    twin.inner.check()


def test_inventory_moves_stock() -> None:
    """All that the port knows, through the twin."""
    twin = AsyncInMemoryInventory(InMemoryInventory({"mug": 3}, Clock()))
    port: AsyncInventoryStore = twin

    async def live() -> None:
        reserve = Reserve(
            operation_id="r1:reserve:1",
            demands=(Demand(line_id="l1", sku="mug", quantity=3),),
            until=START + timedelta(hours=1),
            order_id="o1",
            reservation_id="r1",
        )
        held = await port.reserve(reserve)
        assert isinstance(held, HeldStock)
        assert await port.look_up(reserve) == held
        allocate = Allocate(
            operation_id="r1:allocate:1", order_id="o1", reservation_id="r1"
        )
        assert await port.allocate(allocate) == StockChanged()
        consume = Consume(
            operation_id="r1:consume:1",
            items=held.items,
            order_id="o1",
            reservation_id="r1",
        )
        assert await port.consume(consume) == StockChanged()
        release = Release(
            operation_id="r1:release:1",
            items=held.items,
            order_id="o1",
            reservation_id="r1",
        )
        assert await port.release(release) == StockChanged()
        restock = Restock(
            operation_id="b1:restock:1",
            order_id="o1",
            subject="b1",
            items=held.items,
            disposition="restock",
        )
        assert await port.restock(restock) == StockChanged()

    asyncio.run(live())
    assert port.capabilities == twin.inner.capabilities
    assert twin.inner.level("mug").available == 3
    twin.inner.check()


def test_notifier_sends() -> None:
    """All that the port knows, through the twin."""
    twin = AsyncFakeNotifier(FakeNotifier())
    port: AsyncNotifier = twin
    notify = Notify(
        operation_id="o1:notify:1",
        order_id="o1",
        message=MessageKind.DELIVERED,
        audience="customer",
        subject="o1",
        contact="o1:contact",
    )

    async def live() -> None:
        assert await port.send(notify) == Sent("message-1")
        assert await port.look_up(notify) == Sent("message-1")

    asyncio.run(live())
    assert port.capabilities == twin.inner.capabilities
    assert twin.inner.kinds("o1") == (MessageKind.DELIVERED,)


def test_others_get_a_turn_while_it_waits() -> None:
    """Two buyers of the last mug interleave, and one of them gets it."""
    twin = AsyncInMemoryInventory(InMemoryInventory({"mug": 1}, Clock()))

    def reserve(name: str) -> Reserve:
        return Reserve(
            operation_id=f"{name}:reserve:1",
            order_id="o1",
            reservation_id=name,
            demands=(Demand(line_id="l1", sku="mug", quantity=1),),
            until=START + timedelta(hours=1),
        )

    async def live() -> Sequence[object]:
        return await asyncio.gather(
            twin.reserve(reserve("r1")), twin.reserve(reserve("r2"))
        )

    answers = asyncio.run(live())
    assert [isinstance(answer, HeldStock) for answer in answers] == [
        True,
        False,
    ]
