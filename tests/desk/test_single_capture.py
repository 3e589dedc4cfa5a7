"""A desk whose gateway captures once: no goods leave unpaid."""

from __future__ import annotations

import asyncio
from typing import Any

import attrs
import pytest

from orderlife import (
    AsyncOrderDesk,
    Capabilities,
    Line,
    Money,
    NotAllowedError,
    OrderDesk,
    OrderView,
    PaymentReported,
    Policy,
    Remedy,
)
from orderlife.ports.payment import Authorized, Capture
from orderlife.testing import (
    Accept,
    Clock,
    Decline,
    Pend,
    Script,
    async_in_memory_ports,
    in_memory_ports,
)
from tests.desk.shop import ADDRESS

ONCE = Capabilities(deduplicates=True, looks_up=True)
OFTEN = attrs.evolve(ONCE, captures_in_parts=True)
REST = Policy(single_capture="secure_rest")
PRICE = Money("10.00", "EUR")
WHOLE = Money("20.00", "EUR")
LINES = [
    Line(sku="mug", quantity=1, unit_price=PRICE, seller=seller)
    for seller in ("ann", "bob")
]
"""Two parcels: each seller sends its own."""


class Shop:
    """A desk, sync, over a gateway of a kind."""

    def __init__(
        self, able: Capabilities = ONCE, policy: Policy | None = None
    ) -> None:
        clock = Clock()
        self.script = Script()
        self.ports = in_memory_ports(
            {"mug": 9}, clock=clock, script=self.script, capabilities=able
        )
        self.desk = OrderDesk(self.ports, policy=policy, clock=clock)

    def place(self) -> OrderView:
        """Two lines that leave apart."""
        order = self.desk.place(
            LINES, ship_to=ADDRESS, pay_with="tok_visa", order_id="o1"
        )
        for sent in order.shipments:
            self.desk.shipments.pick(sent.shipment_id)
            order = self.desk.shipments.pack(sent.shipment_id, weight_g=100)
        return order

    def hear(self) -> None:
        """Take down what the gateway reports."""
        for report in self.ports.payment.reports():
            self.desk.report(
                PaymentReported(
                    order_id=report.order_id,
                    operation_id=report.operation_id,
                    outcome=report.outcome,
                )
            )


def word(order: OrderView) -> list[bool | None]:
    """What is kept of each authorisation."""
    return [p.captures_in_parts for p in order.order.payments]


def test_the_gateway_really_declines_a_second_capture() -> None:
    """So the rest would prove nothing if a second one were asked for."""
    shop = Shop()
    order = shop.place()
    (payment,) = order.order.payments
    answers = [
        shop.ports.payment.capture(
            Capture(
                operation_id=f"x:capture:{number}",
                order_id="o1",
                payment_id="p1",
                authorization=payment.reference,
                amount=Money("1.00", "EUR"),
                final=False,
            )
        )
        for number in (1, 2)
    ]
    names = [type(answer).__name__ for answer in answers]
    assert ["Captured", "Declined"] == names
    assert 0 == shop.ports.payment.open_minor("o1")


@pytest.mark.parametrize("able", [ONCE, OFTEN])
@pytest.mark.parametrize("policy", [Policy(), REST])
def test_every_parcel_that_leaves_is_paid(
    able: Capabilities, policy: Policy
) -> None:
    """Whatever the gateway can, and whatever policy says of it."""
    shop = Shop(able, policy)
    order = shop.place()
    assert [able.captures_in_parts] == word(order)
    for number, sent in enumerate(order.shipments, start=1):
        order = shop.desk.shipments.dispatch(sent.shipment_id)
        assert order.paid >= PRICE * number
    assert WHOLE == order.paid
    assert () == order.exceptions
    assert WHOLE.minor == shop.ports.payment.captured_minor("o1")
    assert 0 == shop.ports.payment.open_minor("o1")


def test_async_desks_do_the_same() -> None:
    """The word is filled in by what both share."""

    async def live(policy: Policy) -> OrderView:
        clock = Clock()
        ports = async_in_memory_ports(
            {"mug": 9}, clock=clock, capabilities=ONCE
        )
        desk = AsyncOrderDesk(ports, policy=policy, clock=clock)
        order = await desk.place(
            LINES, ship_to=ADDRESS, pay_with="tok_visa", order_id="o1"
        )
        for sent in order.shipments:
            await desk.shipments.pick(sent.shipment_id)
            await desk.shipments.pack(sent.shipment_id, weight_g=100)
            order = await desk.shipments.dispatch(sent.shipment_id)
        return order

    for policy, payments in ((Policy(), 1), (REST, 2)):
        order = asyncio.run(live(policy))
        assert WHOLE == order.paid
        assert [False] * payments == word(order)


@pytest.mark.parametrize("able", [ONCE, OFTEN])
def test_a_webhook_has_the_gateways_word_too(able: Capabilities) -> None:
    """It is filled in, however the authorisation is heard of."""
    shop = Shop(able)
    shop.script.on("authorize", Pend())
    order = shop.place()
    assert [None] == word(order)
    shop.ports.payment.settle("o1:authorize:1")
    shop.hear()
    assert [able.captures_in_parts] == word(shop.desk.get("o1"))


@pytest.mark.parametrize(("able", "said"), [(ONCE, True), (OFTEN, False)])
def test_an_authorisation_says_otherwise_for_itself(
    able: Capabilities, said: bool
) -> None:
    """Its own word counts, and the gateway keeps it."""
    shop = Shop(able)
    shop.script.on("authorize", Accept(in_parts=said))
    order = shop.place()
    assert [said] == word(order)
    for sent, paid in zip(
        order.shipments, (PRICE if said else WHOLE, WHOLE), strict=True
    ):
        assert paid == shop.desk.shipments.dispatch(sent.shipment_id).paid
    assert () == shop.desk.get("o1").exceptions


def test_the_next_parcel_waits_for_its_money() -> None:
    """And an exception opens where it is declined."""
    shop = Shop(policy=REST)
    first, second = shop.place().shipments
    shop.script.on("authorize", Decline())
    order = shop.desk.shipments.dispatch(first.shipment_id)
    assert PRICE == order.paid
    (item,) = order.exceptions
    assert "authorization_lapsed" == item.contradiction.kind.value
    with pytest.raises(NotAllowedError, match="the money is not secured"):
        shop.desk.shipments.dispatch(second.shipment_id)

    shop.desk.exceptions.resolve(
        "o1", item.exception_id, Remedy.RETRY, "asked the bank"
    )
    assert WHOLE == shop.desk.shipments.dispatch(second.shipment_id).paid


def test_what_is_reported_keeps_its_own_word() -> None:
    """Also where the report names no amount that is new."""
    shop = Shop(OFTEN)
    order = shop.place()
    reported: Any = Authorized(
        reference=order.order.payments[0].reference,
        amount=Money("21.00", "EUR"),
        captures_in_parts=False,
    )
    fact = PaymentReported(
        order_id="o1", operation_id="o1:authorize:1", outcome=reported
    )
    shop.desk.report(fact)
    assert [False] == word(shop.desk.get("o1"))
