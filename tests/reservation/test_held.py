"""Stock is held, refused and allocated."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderlife._kernel.messages import ExceptionKind
from orderlife.policy.model import Policy
from orderlife.ports.base import Unknown
from orderlife.ports.inventory import (
    Demand,
    HeldStock,
    Release,
    Reserve,
    StockChanged,
    StockGone,
    StockItem,
    StockShort,
)
from orderlife.ports.payment import Authorize, Declined
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.payment.messages import PayOrder
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.messages import StockReported
from orderlife.testing.scenario import NOON, command, fact
from tests.helpers import (
    CARD,
    line,
    mugs,
    open_items,
    placed,
    reservation,
    sent,
    shipment,
    silent,
    units,
)

BACKORDERS = Policy(backorder=True)


def test_stock_is_held_before_money_is_asked_for() -> None:
    """An order asks for its stock first, and for money once it has it."""
    life = placed(answers={Reserve: silent})

    assert [Reserve] == [type(intent) for intent in life.intents]

    life.answer("o1-r1:reserve:1", HeldStock(items=(mugs(2),)))

    assert [Authorize] == [type(i) for i in life.intents[1:2]]


def test_one_reservation_asks_for_all_lines() -> None:
    """All lines are asked for at once, so one SKU is not promised twice."""
    life = placed(line(quantity=2), line(quantity=3), stock={"mug": 4})

    (asked,) = life.of(Reserve)
    assert [2, 3] == [demand.quantity for demand in asked.demands]
    assert OrderState.REJECTED is life.order.state
    assert {"mug": 4} == life.stock


def test_held_stock_has_a_time_limit() -> None:
    """Stock is held for as long as payment is awaited, and a little more."""
    life = placed(order={"tenders": ()})

    held = reservation(life)
    assert ReservationState.HELD is held.state
    assert held.until == NOON + timedelta(hours=2)
    assert life.of(Reserve)[0].until == held.until


def test_stock_that_is_not_there_rejects_the_order() -> None:
    """Without back-orders, a shortage ends the order before money moves."""
    life = placed(stock={"mug": 1})

    assert ReservationState.REFUSED is reservation(life).state
    assert OrderState.REJECTED is life.order.state
    assert [] == life.of(Authorize)
    assert {"mug": 1} == life.stock


@pytest.mark.parametrize(
    "outcome",
    [
        HeldStock(items=(mugs(2),)),
        StockShort(shortages=()),
        StockChanged(),
        StockGone(),
        Unknown(),
    ],
    ids=lambda outcome: type(outcome).__name__,
)
@pytest.mark.parametrize(
    "operation", ["o1-r1:reserve:1", "o1-r1:allocate:2", "o1-r1:consume:3"]
)
def test_an_answer_that_was_heard_changes_nothing(
    operation: str, outcome: object
) -> None:
    """Whatever is said again of an answered operation, nothing happens."""
    life = placed()
    sent(life)
    before = life.case

    life.report(
        fact(
            StockReported,
            reservation_id="o1-r1",
            operation_id=operation,
            outcome=outcome,
        )
    )

    assert before == life.case


def test_a_partial_answer_that_nobody_asked_for_is_completed() -> None:
    """What a stock keeper leaves out is missing, whatever it says."""
    life = placed(
        answers={
            Reserve: lambda asked: (
                HeldStock(items=(mugs(1), mugs(0)))
                if asked.reservation_id == "o1-r1"
                else StockShort(shortages=())
            )
        }
    )

    assert (1, 1) == (units(life).allocated, units(life).backordered)
    assert (Demand(line_id="1", sku="mug", quantity=1),) == reservation(
        life, 2
    ).demands


def test_an_empty_yes_is_a_no() -> None:
    """A hold of nothing refuses the order, as a shortage does."""
    life = placed(answers={Reserve: lambda _: HeldStock(items=())})

    assert OrderState.REJECTED is life.order.state


def test_stock_of_another_line_is_an_exception() -> None:
    """Units that nobody asked for are not taken for the order's."""
    strange = StockItem(line_id="9", sku="cup", place="main", quantity=1)
    life = placed(
        answers={Reserve: lambda _: HeldStock(items=(mugs(2), strange))}
    )

    (item,) = open_items(life)
    assert ExceptionKind.UNMATCHED_FACT is item.contradiction.kind
    assert "1 x cup for line 9" in item.contradiction.observed
    assert {"1": 2} == shipment(life).items


def test_more_than_was_asked_for_is_given_back() -> None:
    """Units beyond the demand are released when shipments are planned."""
    life = placed(answers={Reserve: lambda _: HeldStock(items=(mugs(5),))})

    assert [3] == [intent.items[0].quantity for intent in life.of(Release)]
    assert {"1": 2} == shipment(life).items
    assert 2 == units(life).allocated


def test_stock_from_several_places_is_one_reservation() -> None:
    """Held from two places, a line is sent in two shipments."""
    life = placed(
        answers={
            Reserve: lambda _: HeldStock(items=(mugs(1, "a"), mugs(1, "b")))
        }
    )

    assert [("a", {"1": 1}), ("b", {"1": 1})] == [
        (sent.place, sent.items) for sent in life.case.shipments.values()
    ]


def test_a_declined_payment_keeps_the_stock() -> None:
    """Another means of payment can be tried while the hold stands."""
    life = placed(answers={Authorize: lambda _: Declined(code="no")})

    assert ReservationState.HELD is reservation(life).state

    life.answers.clear()
    life.do(command(PayOrder, tender=CARD))

    assert ReservationState.ALLOCATED is reservation(life).state
    assert 1 == len(life.of(Reserve))


def test_digital_lines_need_no_stock() -> None:
    """Nothing is reserved for what cannot be put on a shelf."""
    life = placed(line(digital=True), line(sku="cup"))

    (asked,) = life.of(Reserve)
    assert ["cup"] == [demand.sku for demand in asked.demands]
