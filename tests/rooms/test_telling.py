"""Several rooms may tell one event, and each message is sent once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import attrs

from orderlife import Case, Event, OrderDesk
from orderlife.building import HOUSE, Context, customer, staff, tells
from orderlife.ports.notifier import Notify
from orderlife.rooms.order.messages import OrderConfirmed
from orderlife.testing import Clock
from tests.rooms.gift_wrap import GIFT_WRAP, WRAPPED, WrapDone
from tests.rooms.test_brought import place, wish, wrapped


def told_twice(case: Case, event: Event, context: Context) -> Iterator[Notify]:
    """The customer, and the staff."""
    subject = getattr(event, "wrap_id", case.order_id)
    yield from customer(case, WRAPPED, subject, context)
    yield from staff(case, WRAPPED, {}, context)


def test_an_event_of_ours_may_be_told_by_a_room_as_well(
    tmp_path: Path,
) -> None:
    """It is told by ours first, under the id that it has without the room."""
    telling = tells(OrderConfirmed, told_twice)
    room = attrs.evolve(GIFT_WRAP, tells=(*GIFT_WRAP.tells, telling))
    house = HOUSE.with_(room)
    path = tmp_path / "shop.db"
    with OrderDesk.open(path, clock=Clock(), house=house, fakes=True) as desk:
        desk.ports.inventory.receive("mug", "main", 5, "delivery")  # type: ignore[attr-defined]
        desk.submit(place())
        (number,) = (
            each.sequence
            for each in desk.history("o1")
            if isinstance(each.event, OrderConfirmed)
        )
        known = [effect.operation_id for effect in desk.effects("o1")]
        wanted = [f"o1:notify:{number}{more}" for more in ("", "-2", "-3")]
        assert wanted == [
            name for name in known if name.startswith(f"o1:notify:{number}")
        ]
        assert desk.verify("o1")


def test_a_room_may_tell_several_people_of_one_event() -> None:
    """Each gets the message."""
    room = attrs.evolve(GIFT_WRAP, tells=(tells(WrapDone, told_twice),))
    desk = OrderDesk.in_memory(clock=Clock(), house=HOUSE.with_(room))
    desk.submit(place())
    desk.submit(wish())
    desk.submit(wrapped())
    sent = [
        (each.audience, each.subject)
        for each in desk.ports.notifier.sent  # type: ignore[attr-defined]
        if each.message is WRAPPED
    ]
    assert sent == [("customer", "o1-w1"), ("staff", "o1")]
