"""Parcels come back: several, once each, announced or not, until an end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderlife._kernel.messages import ExceptionKind, Remedy
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.messages import CloseReceiving, DeclineReturn
from orderlife.rooms.returns.model import UnexpectedItem
from orderlife.testing.scenario import command
from tests.helpers import (
    ask_back,
    back,
    come_back,
    delivered,
    inspect,
    line,
    open_items,
    open_kinds,
    resolve,
    units,
)
from tests.returns.test_requests import ASK


def test_further_parcels_do_not_put_off_the_end() -> None:
    """Receiving ends so long after the first parcel, whatever follows."""
    life = delivered(line(quantity=3))
    ask_back(life, 3)
    come_back(life)
    until = life.now + timedelta(days=14)
    life.now += timedelta(days=10)

    come_back(life, parcel_id="p2")

    assert until == back(life).receiving_until
    life.advance(until - life.now)
    assert ReturnState.RECEIVED is back(life).state


def test_the_last_parcel_ends_receiving() -> None:
    """Once all that was announced is there, nothing more is awaited."""
    life = delivered()
    ask_back(life, 2)
    come_back(life)
    assert ReturnState.RECEIVING is back(life).state

    come_back(life, parcel_id="p2")

    assert ReturnState.RECEIVED is back(life).state
    assert ("p1", "p2") == back(life).parcels
    assert 2 == units(life).returned


def test_unexpected_items_say_what_they_are() -> None:
    """What nobody announced is kept on the return and shown to a person."""
    life = delivered()
    ask_back(life, 2)
    item = UnexpectedItem(sku="hat", quantity=1)

    come_back(life, unexpected=(item,))

    assert (item,) == back(life).unexpected
    (opened,) = open_items(life)
    assert ExceptionKind.UNEXPECTED_ITEMS is opened.contradiction.kind
    assert "1 x hat" in opened.contradiction.observed


def test_more_than_was_sent_asks_twice() -> None:
    """Beyond what was announced, and beyond what was ever delivered."""
    life = delivered()
    ask_back(life, 2)

    come_back(life, 3)

    assert (
        ExceptionKind.UNEXPECTED_ITEMS,
        ExceptionKind.OVER_RETURNED,
    ) == open_kinds(life)
    assert 3 == units(life).returned


@pytest.mark.parametrize("return_id", ["", "o1-t9"])
def test_a_parcel_of_no_return_is_kept_once(return_id: str) -> None:
    """Without a return nothing is counted; a person is asked, once."""
    life = delivered()

    come_back(life, return_id=return_id)
    come_back(life, return_id=return_id)

    assert (ExceptionKind.UNANNOUNCED_RETURN,) == open_kinds(life)
    assert 0 == units(life).returned


def test_a_declined_return_that_comes_stays_declined() -> None:
    """The goods are counted, the state stands, and a person decides."""
    life = delivered(policy=ASK)
    ask_back(life)
    life.do(command(DeclineReturn, return_id="o1-t1", explanation="worn"))

    come_back(life)

    assert (ExceptionKind.UNANNOUNCED_RETURN,) == open_kinds(life)
    assert (ReturnState.DECLINED, 1) == (
        back(life).state,
        back(life).received(),
    )
    assert "confirmed" == life.order.state.value
    resolve(life, Remedy.ACCEPT)
    assert 1 == units(life).returned


def test_what_was_seen_need_not_be_seen_again() -> None:
    """Inspected while others were awaited, a return moves on at the end."""
    life = delivered()
    ask_back(life, 2)
    come_back(life)
    inspect(life)
    assert ReturnState.RECEIVING is back(life).state

    life.do(command(CloseReceiving, return_id="o1-t1"))

    assert ReturnState.CLOSED is back(life).state
    assert 1 == units(life).refunded
