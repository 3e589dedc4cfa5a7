"""A channel's order number is unique within its channel."""

from __future__ import annotations

from typing import Any

import pytest

from orderlife import (
    Actor,
    DraftOrder,
    FindOrders,
    Line,
    Money,
    NumberTakenError,
    PlaceDraft,
)
from orderlife.engine.duplicates import DuplicateNumber
from orderlife.memory.clock import START
from orderlife.ports.store import OrderSummary
from tests.desk.shop import ADDRESS
from tests.desk.test_finding import Desk
from tests.desk.test_store import commit


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def desk(request: pytest.FixtureRequest) -> Desk:
    """A desk without orders."""
    return Desk(awaited=request.param)


ADA = Actor("staff", "ada")
LINES = (Line(sku="mug", quantity=1, unit_price=Money("12.50", "EUR")),)


def place(desk: Desk, order_id: str, **more: Any) -> Any:
    """Place an order of a channel's number."""
    return desk.place(
        LINES,
        order_id=order_id,
        ship_to=ADDRESS,
        **{"channel": "web", "channel_number": "7", **more},
    )


def test_a_channels_number_is_placed_once(desk: Desk) -> None:
    """The second order is refused, names the first, and leaves no trace."""
    place(desk, "o1", pay_with="tok_visa")
    with pytest.raises(NumberTakenError) as refused:
        place(desk, "o2", pay_with="tok_visa")
    error = refused.value
    assert (error.order_id, error.taken_by) == ("o2", "o1")
    assert (error.channel, error.number) == ("web", "7")
    wanted = FindOrders(channel="web", channel_number="7")
    assert [one.order_id for one in desk.find(wanted)] == ["o1"]
    assert desk.history("o2") == desk.effects("o2") == ()


def test_the_same_command_gets_its_first_answer(desk: Desk) -> None:
    """An import that runs again is told what it was told before."""
    first = place(desk, "o1", command_id="import-7")
    again = place(desk, "o1", command_id="import-7")
    assert again.version == first.version


@pytest.mark.parametrize("channel", ["web", ""])
def test_a_cancelled_order_keeps_its_number(desk: Desk, channel: str) -> None:
    """Also among orders without a channel, which are the shop's own."""
    place(desk, "o1", channel=channel)
    desk.cancel("o1")
    assert desk.get("o1").status.order == "cancelled"
    with pytest.raises(NumberTakenError, match="is order o1 already"):
        place(desk, "o2", channel=channel)


def test_another_channel_has_numbers_of_its_own(desk: Desk) -> None:
    """And orders without a number claim nothing."""
    place(desk, "o1")
    place(desk, "o2", channel="shop")
    place(desk, "o3", channel="")
    place(desk, "o4", channel_number="")
    place(desk, "o5", channel_number="")
    assert desk.duplicates() == ()


def test_a_draft_claims_its_number_when_it_is_placed(desk: Desk) -> None:
    """It may come to nothing; then the number is another order's."""
    for order_id in ("o1", "o2"):
        desk.submit(
            DraftOrder(
                order_id=order_id,
                command_id="draft",
                actor=ADA,
                lines=LINES,
                ship_to=ADDRESS,
                channel="web",
                channel_number="7",
            )
        )
    desk.submit(PlaceDraft(order_id="o2", command_id="c1", actor=ADA))
    with pytest.raises(NumberTakenError, match="is order o2 already"):
        desk.submit(PlaceDraft(order_id="o1", command_id="c1", actor=ADA))
    assert desk.get("o1").status.order == "draft"
    with pytest.raises(NumberTakenError):
        place(desk, "o3")
    assert desk.duplicates() == ()


def test_duplicates_of_an_earlier_release_are_listed(desk: Desk) -> None:
    """The order that was placed first has the number."""
    for order_id, day in (("o1", 2), ("o2", 1), ("o3", 3), ("o4", 0)):
        summary = OrderSummary(
            order_id=order_id,
            placed_at=START.replace(day=day) if day else None,
            channel="web",
            channel_number="7",
        )
        desk.store.commit(commit(0, order_id, summary=summary))
    place(desk, "o5", channel_number="8")
    assert desk.duplicates() == (
        DuplicateNumber(
            channel="web", channel_number="7", order_ids=("o2", "o1", "o3")
        ),
    )
