"""Amounts and their sums are bounded, and no report breaks that bound."""

from __future__ import annotations

from typing import Any

import pytest

from orderlife import (
    Address,
    ExceptionKind,
    Line,
    Money,
    OrderDesk,
    PaymentReported,
    Tender,
    ValidationError,
    check_invariants,
)
from orderlife._values.money import MAX_MINOR
from orderlife.memory.clock import START, Clock
from orderlife.ports.payment import (
    Captured,
    CreditIssued,
    DisputeOpened,
    DisputeWon,
    Refunded,
)

HOME = Address(name="A", lines=("1 Way",), city="Bonn", country="DE")
MOST = Money.of_minor(MAX_MINOR, "IDR")


def desk_with(price: Money) -> OrderDesk:
    """A desk with one order of one unit, its money secured."""
    desk = OrderDesk.in_memory({"m": 9}, clock=Clock())
    desk.place(
        [Line(sku="m", quantity=1, unit_price=price)],
        ship_to=HOME,
        order_id="o1",
        pay_with="tok_visa",
    )
    return desk


@pytest.mark.parametrize(
    "price",
    [Money("12000000000", "IDR"), Money("90000000000", "VND"), MOST],
    ids=str,
)
def test_a_dear_order_lives_a_whole_life(price: Money) -> None:
    """To the largest amount that there is: paid, sent, given back."""
    desk = desk_with(price)
    desk.shipments.pick("o1-s1")
    desk.shipments.pack("o1-s1", 5)
    desk.shipments.dispatch("o1-s1")
    order = desk.shipments.scan("o1-s1", "delivered", START)
    assert price == order.paid
    order = desk.refund("o1", price, "goodwill")
    assert price == order.refunded
    assert Money.zero(price.currency) == order.kept
    check_invariants(order.case)


OUTCOMES: dict[str, list[Any]] = {
    "captured": [
        Captured(amount=MOST, reference=f"c{number}") for number in range(3)
    ],
    "refunded": [
        Refunded(amount=MOST, reference=f"r{number}") for number in range(3)
    ],
    "disputed": [
        DisputeOpened(amount=MOST, reference=f"d{number}", reason="fraud")
        for number in range(3)
    ],
    "won": [
        DisputeWon(amount=MOST, reference=f"w{number}") for number in range(3)
    ],
    "out": [
        Refunded(amount=MOST, reference="r1"),
        DisputeOpened(amount=MOST, reference="d1", reason="fraud"),
        CreditIssued(amount=MOST, reference="s1"),
    ],
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_reports_beyond_every_sum_are_kept_for_a_person(name: str) -> None:
    """Each alone may be true; together they are more than can be held."""
    desk = desk_with(Money("9.00", "IDR"))
    for outcome in OUTCOMES[name]:
        order = desk.report(
            PaymentReported(order_id="o1", payment_id="p1", outcome=outcome)
        )
        for shown in (
            order.paid,
            order.refunded,
            order.kept,
            order.cost,
            order.due,
        ):
            assert abs(shown.minor) <= MAX_MINOR
    kinds = [x.contradiction.kind for x in desk.get("o1").exceptions]
    assert ExceptionKind.UNMATCHED_FACT in kinds


def test_tenders_beyond_every_sum_are_refused() -> None:
    """By name, as every other field."""
    desk = OrderDesk.in_memory({"m": 9}, clock=Clock())
    with pytest.raises(ValidationError, match="tenders: add up to more than"):
        desk.place(
            [Line(sku="m", quantity=1, unit_price=MOST)],
            ship_to=HOME,
            tenders=[Tender("card", "a", MOST), Tender("card", "b", MOST)],
        )
