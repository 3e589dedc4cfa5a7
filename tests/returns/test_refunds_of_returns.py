"""A return is refunded once for each line, when nothing stands against it."""

from __future__ import annotations

from datetime import timedelta

from orderlife.ports.notifier import MessageKind
from orderlife.ports.payment import IssueCredit, Refund
from orderlife.rooms.order.messages import OpenHold, ReleaseHold
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.testing.scenario import command
from tests.helpers import (
    ask_back,
    back,
    come_back,
    delivered,
    found,
    inspect,
    names,
    told,
    units,
)


def test_two_returns_of_a_line_are_refunded_once_each() -> None:
    """Each return gives back its own units, and together all of them."""
    life = delivered()
    for number in (1, 2):
        ask_back(life)
        come_back(life, parcel_id=f"p{number}", return_id=f"o1-t{number}")
        inspect(life, number=number)

    assert [1000, 1000] == [i.amount.minor for i in life.of(Refund)]
    assert 2 == units(life).refunded
    assert MessageKind.ORDER_REFUNDED in told(life)


def test_store_credit_is_no_refund() -> None:
    """Who asked for credit gets credit, and the tender nothing."""
    life = delivered()
    ask_back(life, resolution="store_credit")
    come_back(life)
    inspect(life)

    assert [1000] == [i.amount.minor for i in life.of(IssueCredit)]
    assert [] == life.of(Refund)


def test_a_worthless_unit_comes_back_for_nothing() -> None:
    """The sellable unit is paid for, the broken one is not."""
    life = delivered()
    ask_back(life, 2)
    come_back(life, 2)
    broken = found(condition="customer_damaged", disposition="scrap")
    inspect(life, found(), broken)

    assert [1000] == [i.amount.minor for i in life.of(Refund)]
    assert ReturnState.CLOSED is back(life).state


def test_a_hold_keeps_the_money_until_it_is_released() -> None:
    """Inspected and held: nothing is paid; released: it is, at once."""
    life = delivered()
    life.do(command(OpenHold, reason="other", blocks=("refund",)))
    ask_back(life)
    come_back(life)
    inspect(life)
    assert ReturnState.INSPECTED is back(life).state
    assert [] == life.of(Refund)

    (hold,) = life.order.holds
    life.do(command(ReleaseHold, hold_id=hold.hold_id))

    assert ReturnState.CLOSED is back(life).state
    assert [1000] == [i.amount.minor for i in life.of(Refund)]


def test_a_completed_order_opens_for_a_return_and_completes_again() -> None:
    """Completed is no end: a return reopens it until it is closed."""
    life = delivered()
    life.advance(timedelta(days=2))
    assert 1 == names(life).count("OrderCompleted")

    ask_back(life)
    assert "OrderReopened" in names(life)
    come_back(life)
    inspect(life)

    assert "completed" == life.order.state.value
    assert 2 == names(life).count("OrderCompleted")
