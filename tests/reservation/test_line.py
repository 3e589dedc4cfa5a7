"""A waiting order has its place in line, as long as it could send."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from orderlife.policy.model import Policy
from orderlife.ports.inventory import HeldStock, InLine, Release, Reserve
from orderlife.ports.payment import Authorize
from orderlife.rooms.order.messages import (
    CancelLines,
    CancelOrder,
    OpenHold,
    ReleaseHold,
)
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.messages import FillBackorder, StockArrived
from orderlife.testing.life import Life
from orderlife.testing.scenario import NOON, command, fact
from tests.helpers import line, mugs, names, placed, reservation, silent, units

BACKORDERS = Policy(backorder=True)
WEEK = timedelta(days=7)
PLACE = InLine(since=NOON, until=NOON + WEEK)


def places(life: Life) -> list[InLine | None]:
    """The places in line that were asked for, in their order."""
    return [intent.in_line for intent in life.of(Reserve)]


def test_a_confirmed_order_takes_its_place() -> None:
    """As soon as it is confirmed, by when it was placed."""
    life = placed(policy=BACKORDERS, stock={"mug": 0})

    assert [None, PLACE] == places(life)
    assert PLACE == reservation(life).in_line
    assert {False} == {intent.partial for intent in life.of(Reserve)[1:]}


def test_what_is_missing_takes_the_place() -> None:
    """What is there is sent; the rest waits under an id of its own."""
    life = placed(line(quantity=3), policy=BACKORDERS, stock={"mug": 2})

    assert [None, PLACE] == places(life)
    assert "o1-r2" == life.of(Reserve)[1].reservation_id
    assert (None, PLACE) == (
        reservation(life, 1).in_line,
        reservation(life, 2).in_line,
    )


def test_a_place_is_kept_by_asking() -> None:
    """Each check keeps it for another week; it is never another place."""
    life = placed(policy=BACKORDERS, stock={"mug": 0})

    life.advance(timedelta(days=1))

    later = NOON + timedelta(days=1)
    assert InLine(since=NOON, until=later + WEEK) == places(life)[-1]


def test_an_order_that_is_not_paid_for_has_no_place() -> None:
    """It asks for what is left, and keeps nothing from others."""
    life = placed(
        policy=BACKORDERS, stock={"mug": 0}, answers={Authorize: silent}
    )

    life.do(command(FillBackorder, reservation_id="o1-r1"))

    assert [None, None] == places(life)
    assert reservation(life).in_line is None


def test_a_held_order_leaves_its_place_to_others() -> None:
    """Until the hold is lifted; a hold of the refunds alone matters not."""
    life = placed(policy=BACKORDERS, stock={"mug": 0})

    life.do(command(OpenHold, reason="other", blocks=("refund",)))
    assert [None, PLACE] == places(life)

    life.do(command(OpenHold, reason="address", blocks=("dispatch",)))
    assert [None, PLACE, None] == places(life)
    assert reservation(life).in_line is None

    life.do(command(ReleaseHold, hold_id="h2"))
    assert [None, PLACE, None, PLACE] == places(life)


def test_who_waits_for_fewer_says_so() -> None:
    """At once, so that the others are served with the rest."""
    life = placed(line(quantity=5), policy=BACKORDERS, stock={"mug": 0})

    life.do(command(CancelLines, quantities={"1": 2}))

    asked = life.of(Reserve)[-1]
    assert (3, PLACE) == (asked.demands[0].quantity, asked.in_line)
    assert [] == life.of(Release)


@pytest.mark.parametrize(
    "end",
    [
        command(CancelOrder),
        command(CancelLines, quantities={"1": 2}),
    ],
)
def test_who_waits_for_nothing_leaves_the_line(end: object) -> None:
    """Once: by a release of no units."""
    life = placed(policy=BACKORDERS, stock={"mug": 0})

    life.do(end)  # type: ignore[arg-type]

    (release,) = life.of(Release)
    assert ("o1-r1", ()) == (release.reservation_id, release.items)
    assert "o1-r1:release:3" == release.operation_id
    assert ReservationState.RELEASED is reservation(life).state
    assert "cancelled" == life.order.state.value


def test_who_has_no_place_leaves_none() -> None:
    """An unpaid order that ends says nothing to the stock keeper."""
    life = placed(
        policy=BACKORDERS, stock={"mug": 0}, answers={Authorize: silent}
    )

    life.do(command(CancelOrder))

    assert [] == life.of(Release)


def test_goods_that_came_in_are_asked_for_at_once() -> None:
    """Whoever waits for them is told, and does not wait for its date."""
    life = placed(policy=BACKORDERS, stock={"mug": 0})
    life.stock = {"mug": 2}

    life.report(fact(StockArrived, reservation_id="o1-r1"))

    assert (2, 0) == (units(life).allocated, units(life).backordered)
    assert reservation(life).in_line is None


def test_being_told_twice_does_no_harm() -> None:
    """While it is asked for, or when it is there already."""
    life = placed(policy=BACKORDERS, stock={"mug": 0})
    life.stock, told = {"mug": 2}, fact(StockArrived, reservation_id="o1-r1")
    life.answers[Reserve] = silent
    life.report(told)
    before = names(life)

    life.report(told)
    assert before == names(life)

    del life.answers[Reserve]
    life.answer("o1-r1:reserve:3", HeldStock(items=(mugs(2),)))
    before = names(life)
    life.report(told)
    assert before == names(life)
    assert 2 == units(life).allocated


def test_being_told_of_nothing_one_knows_is_taken_down() -> None:
    """A fact is never refused."""
    life = placed(policy=BACKORDERS, stock={"mug": 0})

    life.report(fact(StockArrived, reservation_id="o1-r9"))

    (item,) = life.order.exceptions
    assert "StockArrived about o1-r9" in item.contradiction.observed


def test_an_order_of_an_earlier_release_takes_its_place() -> None:
    """At the first thing that happens to it: nothing is lost."""
    life = placed(policy=BACKORDERS, stock={"mug": 0})
    held = reservation(life)
    old = attrs.evolve(held, in_line=None)
    life.case = attrs.evolve(life.case, reservations={"o1-r1": old})

    life.do(command(OpenHold, reason="other", blocks=("refund",)))

    assert [None, PLACE, PLACE] == places(life)
