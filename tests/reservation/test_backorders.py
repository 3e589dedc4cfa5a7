"""What is not there is awaited, filled and cancelled."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderlife.errors import IllegalTransitionError, NotFoundError
from orderlife.policy.model import Policy
from orderlife.ports.inventory import (
    Allocate,
    HeldStock,
    Release,
    Reserve,
    StockGone,
    StockShort,
)
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import CancelLines, CancelOrder
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.messages import FillBackorder
from orderlife.testing.scenario import NOON, command
from tests.helpers import (
    line,
    mugs,
    names,
    operations,
    placed,
    reservation,
    shipment,
    silent,
    units,
    waiting,
)

BACKORDERS = Policy(backorder=True)


def test_what_is_there_is_sent_and_the_rest_is_awaited() -> None:
    """With back-orders, a part is held and the rest back-ordered."""
    life = placed(line(quantity=3), policy=BACKORDERS, stock={"mug": 2})

    held, awaited = reservation(life, 1), reservation(life, 2)
    assert (ReservationState.ALLOCATED, 2) == (
        held.state,
        held.items[0].quantity,
    )
    assert (ReservationState.BACKORDERED, ()) == (awaited.state, awaited.items)
    assert (2, 1) == (units(life).allocated, units(life).backordered)
    assert {"1": 2} == shipment(life).items


def test_nothing_there_is_all_awaited() -> None:
    """With back-orders, an order without any stock is confirmed and waits."""
    life = placed(policy=BACKORDERS, stock={"mug": 0})

    held = reservation(life)
    assert ReservationState.BACKORDERED is held.state
    assert held.waited
    assert (0, 2) == (units(life).allocated, units(life).backordered)
    assert OrderState.CONFIRMED is life.order.state
    assert () == waiting(life)


def test_backordered_stock_is_asked_for_every_day() -> None:
    """A check that finds nothing is repeated at its next date.

    The first two are the order's own, and its place in line.
    """
    life = placed(policy=BACKORDERS, stock={"mug": 0})

    life.advance(timedelta(days=3))

    assert [1, 2, 3, 4, 5] == [
        int(operation[-1]) for operation in operations(life, Reserve)
    ]
    assert ReservationState.BACKORDERED is reservation(life).state
    assert reservation(life).check_at == NOON + timedelta(days=4)


def test_backordered_stock_is_sent_when_it_comes() -> None:
    """A check that finds the stock has it allocated and planned."""
    life = placed(policy=BACKORDERS, stock={"mug": 0})
    life.stock = {"mug": 2}

    life.advance(timedelta(days=1))

    assert ReservationState.ALLOCATED is reservation(life).state
    assert (2, 0) == (units(life).allocated, units(life).backordered)
    assert {"1": 2} == shipment(life).items


def test_backorder_can_be_filled_at_once() -> None:
    """FillBackorder asks without waiting for the next date."""
    life = placed(policy=BACKORDERS, stock={"mug": 0})
    life.stock = {"mug": 2}

    life.do(command(FillBackorder, reservation_id="o1-r1"))

    assert ReservationState.ALLOCATED is reservation(life).state


def test_backorder_is_asked_for_once_at_a_time() -> None:
    """While an answer is awaited, nobody asks again."""
    life = placed(policy=BACKORDERS, stock={"mug": 0})
    life.answers[Reserve] = silent
    life.do(command(FillBackorder, reservation_id="o1-r1"))
    before = names(life)

    life.do(command(FillBackorder, reservation_id="o1-r1"))
    life.advance(timedelta(days=3))

    assert before == names(life)


def test_partly_filled_backorder_waits_for_the_rest() -> None:
    """Should a check find a part, the rest is a back-order of its own."""
    life = placed(policy=BACKORDERS, stock={"mug": 0})
    life.answers[Reserve] = lambda asked: (
        HeldStock(items=(mugs(1),))
        if asked.reservation_id == "o1-r1"
        else StockShort(shortages=())
    )

    life.do(command(FillBackorder, reservation_id="o1-r1"))

    assert (1, 1) == (units(life).allocated, units(life).backordered)
    assert 1 == reservation(life, 1).demands[0].quantity
    assert ReservationState.BACKORDERED is reservation(life, 2).state
    assert {"1": 1} == shipment(life).items


def test_a_check_that_brings_nothing_is_a_no() -> None:
    """An answer that holds nothing leaves the back-order as it is."""
    life = placed(policy=BACKORDERS, stock={"mug": 0})
    life.answers[Reserve] = lambda _: HeldStock(items=())

    life.do(command(FillBackorder, reservation_id="o1-r1"))

    assert ReservationState.BACKORDERED is reservation(life).state
    assert 2 == units(life).backordered


def test_only_a_backorder_can_be_filled() -> None:
    """FillBackorder is refused where nothing is awaited, or known."""
    life = placed()

    with pytest.raises(IllegalTransitionError, match="allocated"):
        life.do(command(FillBackorder, reservation_id="o1-r1"))
    with pytest.raises(NotFoundError, match="there is o1-r1"):
        life.do(command(FillBackorder, reservation_id="o1-r9"))


def test_cancelled_units_are_not_awaited_any_more() -> None:
    """Cancelling takes from what is awaited first, and holds what is there."""
    life = placed(line(quantity=5), policy=BACKORDERS, stock={"mug": 2})

    life.do(command(CancelLines, quantities={"1": 2}))

    assert 1 == reservation(life, 2).demands[0].quantity
    assert (2, 1) == (units(life).allocated, units(life).backordered)
    assert {"1": 2} == shipment(life).items
    assert [] == life.of(Release)


def test_a_backorder_of_which_nothing_is_wanted_ends() -> None:
    """When all awaited units are cancelled, nobody asks for them again."""
    life = placed(line(quantity=3), policy=BACKORDERS, stock={"mug": 2})

    life.do(command(CancelLines, quantities={"1": 1}))

    assert ReservationState.RELEASED is reservation(life, 2).state
    assert 0 == units(life).backordered


def test_several_backorders_shrink_together() -> None:
    """Units of two back-orders can be cancelled in one go."""
    life = placed(
        line(quantity=2),
        line(sku="cup", quantity=2),
        line(quantity=2),
        policy=BACKORDERS,
        stock={"mug": 1, "cup": 1},
    )
    life.answers[Reserve] = lambda _: HeldStock(items=(mugs(1, line_id="3"),))
    life.do(command(FillBackorder, reservation_id="o1-r2"))

    life.do(command(CancelLines, quantities={"1": 1, "2": 1, "3": 1}))

    backordered = [units(life, n).backordered for n in "123"]
    assert [0, 0, 0] == backordered
    assert all(
        held.state is not ReservationState.BACKORDERED
        for held in life.case.reservations.values()
    )


def test_units_cancelled_while_they_are_asked_for_are_given_back() -> None:
    """What comes beyond the need is released, and no count goes below 0."""
    life = placed(line(quantity=3), policy=BACKORDERS, stock={"mug": 0})
    life.answers[Reserve] = silent
    life.do(command(FillBackorder, reservation_id="o1-r1"))
    life.do(command(CancelLines, quantities={"1": 2}))

    life.answer("o1-r1:reserve:3", HeldStock(items=(mugs(3),)))

    assert [2] == [intent.items[0].quantity for intent in life.of(Release)]
    assert (1, 0) == (units(life).allocated, units(life).backordered)
    assert {"1": 1} == shipment(life).items


def test_units_cancelled_while_they_are_asked_for_are_not_asked_again() -> (
    None
):
    """When the answer is no, only what is still wanted is awaited."""
    life = placed(line(quantity=3), policy=BACKORDERS, stock={"mug": 0})
    life.answers[Reserve] = silent
    life.do(command(FillBackorder, reservation_id="o1-r1"))
    life.do(command(CancelLines, quantities={"1": 2}))

    life.answer("o1-r1:reserve:3", StockShort(shortages=()))

    assert 1 == reservation(life).demands[0].quantity
    assert 1 == units(life).backordered


def test_backordered_stock_that_is_lost_is_awaited_again() -> None:
    """Units that were back-ordered are counted once, whatever happens."""
    life = placed(policy=BACKORDERS, stock={"mug": 0})
    life.stock, life.answers = {"mug": 2}, {Allocate: silent}
    life.do(command(FillBackorder, reservation_id="o1-r1"))

    life.answer("o1-r1:allocate:4", StockGone())

    assert 2 == units(life).backordered
    assert ReservationState.BACKORDERED is reservation(life, 2).state


def test_filled_backorder_of_a_cancelling_order_is_given_back() -> None:
    """Back-ordered stock that comes too late is counted and given back."""
    life = placed(policy=BACKORDERS, stock={"mug": 0})
    life.answers[Reserve] = silent
    life.do(command(FillBackorder, reservation_id="o1-r1"))
    life.do(command(CancelOrder))

    life.answer("o1-r1:reserve:3", HeldStock(items=(mugs(2),)))

    assert OrderState.CANCELLED is life.order.state
    assert ReservationState.RELEASED is reservation(life).state
    assert 0 == units(life).backordered
