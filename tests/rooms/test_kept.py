"""What a room of an application's records can be read back, or is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs
import pytest

from orderlife import Case, Command, Contradiction, Event, OrderDesk
from orderlife.building import (
    HOUSE,
    Context,
    Parts,
    Room,
    customer,
    hears,
    makes,
    on,
    tells,
)
from orderlife.errors import RoomError
from orderlife.ports.notifier import MessageKind, Notify
from orderlife.rooms.exceptions.messages import OpenException
from orderlife.rooms.order.messages import PlaceHold
from orderlife.testing import START
from tests.rooms import engraving, gift_wrap
from tests.rooms.gift_wrap import GIFT_WRAP, TORN, PaperTorn, Wrap, WrapDone
from tests.rooms.test_brought import STAFF, place, wrapped
from tests.rooms.test_faults import with_wrap
from tests.rooms.test_own_port import WISH


@attrs.frozen(kw_only=True)
class Count(Command):
    """Count points."""


@attrs.frozen(kw_only=True)
class Counted(Event):
    """They were counted."""

    points_id: str
    points: int = 0
    note: str = ""
    rate: float | None = None
    since: datetime | None = None
    names: Sequence[str] = ()
    by_name: Mapping[str, int] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Points:
    """Those of an order."""

    points_id: str
    share: Any = 0


def desk_of(share: Any = 0, **given: Any) -> OrderDesk:
    """A desk whose room records this."""

    def count(
        case: Case, command: Count, context: Context
    ) -> Iterator[Counted]:
        yield Counted(points_id="o1-p1", **given)

    def counted(event: Counted) -> Points:
        return Points(points_id=event.points_id, share=share)

    room: Room[Points] = Room(
        name="loyalty",
        parts=Parts("loyalty", Points, "points_id"),
        commands=(on(Count, count),),
        events=(makes(Counted, counted),),
        silent=(Counted,),
    )
    desk = OrderDesk.in_memory(house=HOUSE.with_(room))
    desk.submit(place())
    return desk


COUNT = Count(order_id="o1", command_id="c7", actor=STAFF)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"rate": 0.5}, "rate cannot be read back: a number of 3 characters"),
        ({"note": None}, "note cannot be read back: expected str, not None"),
        ({"points": "7"}, "points cannot be read back: expected int, not str"),
        ({"note": "half \ud800"}, "note cannot be read back: cannot be writ"),
        (
            {"since": START.replace(tzinfo=None)},
            "since cannot be read back: a date and time without a time zone",
        ),
        ({"names": ["ada"]}, "names is read back as tuple"),
        ({"by_name": {"ada": 0.5}}, "by_name cannot be read back: a number"),
        ({"by_name": {7: 1}}, "by_name is read back as dict"),
        ({"points": True}, "points cannot be read back: expected int, not bo"),
    ],
)
def test_an_event_that_cannot_be_read_back_is_not_stored(
    given: Any, why: str
) -> None:
    """Or no program could read its order from then on."""
    desk = desk_of(**given)
    before = desk.history("o1")
    with pytest.raises(RoomError, match=rf"room loyalty: Counted\.{why}"):
        desk.submit(COUNT)
    assert desk.history("o1") == before


def test_a_part_that_cannot_be_read_back_is_not_stored() -> None:
    """Though its event can."""
    with pytest.raises(RoomError, match=r"Points\.share cannot be read"):
        desk_of(share={1, 2}).submit(COUNT)


def test_an_intent_that_cannot_be_read_back_is_not_stored() -> None:
    """It would never be performed."""
    wrong: Any = None

    def engrave(
        case: Case, event: engraving.EngravingAsked, context: Context
    ) -> Iterator[engraving.Engrave]:
        yield engraving.Engrave(
            order_id="o1",
            operation_id="o1-e1:engrave:1",
            engraving_id=wrong,
            text="o1-e1:text",
        )

    room = attrs.evolve(
        engraving.ENGRAVING,
        asks=(attrs.evolve(engraving.ENGRAVING.asks[0], do=engrave),),
    )
    desk = OrderDesk.in_memory(
        house=HOUSE.with_(room), more={"engraver": engraving.Workshop()}
    )
    desk.submit(place())
    with pytest.raises(RoomError, match=r"Engrave\.engraving_id cannot"):
        desk.submit(WISH)


@pytest.mark.parametrize(
    ("item", "why"),
    [
        (Contradiction(TORN, None, "a", "b"), "subject must be text"),  # type: ignore[arg-type]
        (Contradiction(TORN, "o1-w1", "a", 7), "observed must be text"),  # type: ignore[arg-type]
        (Contradiction("torn", "o1-w1", "a", "b"), "kind must be Exception"),  # type: ignore[arg-type]
    ],
)
def test_an_item_that_is_none_is_not_opened(
    item: Contradiction, why: str
) -> None:
    """It would be told as an order that contradicts itself."""

    def torn(
        wrap: Wrap, fact: PaperTorn, context: Context
    ) -> list[OpenException]:
        return [OpenException(item)]

    facts = (hears(PaperTorn, torn, unknown=gift_wrap.unknown),)
    desk, _ = with_wrap(attrs.evolve(GIFT_WRAP, facts=facts))
    with pytest.raises(RoomError, match=f"an item that is none: {why}"):
        desk.report(PaperTorn(order_id="o1", wrap_id="o1-w1"))


def test_what_another_room_records_by_a_step_of_it_is_read_back_too() -> None:
    """The reason of a hold is an event of ours."""

    def torn(wrap: Wrap, fact: PaperTorn, context: Context) -> list[PlaceHold]:
        note: Any = 7
        hold = PlaceHold(
            reason="gift_wrap.torn", blocks=("dispatch",), note=note
        )
        return [hold]

    facts = (hears(PaperTorn, torn, unknown=gift_wrap.unknown),)
    desk, _ = with_wrap(attrs.evolve(GIFT_WRAP, facts=facts))
    before = desk.history("o1")
    with pytest.raises(RoomError, match=r"HoldOpened\.hold cannot be read"):
        desk.report(PaperTorn(order_id="o1", wrap_id="o1-w1"))
    assert desk.history("o1") == before


def test_a_message_is_of_a_kind_that_can_be_read_back() -> None:
    """A room that is not there has none."""

    def told(
        case: Case, event: WrapDone, context: Context
    ) -> Iterator[Notify]:
        kind = MessageKind("other.wrapped")
        return customer(case, kind, event.wrap_id, context)

    tells_it = (tells(WrapDone, told),)
    desk, _ = with_wrap(attrs.evolve(GIFT_WRAP, tells=tells_it))
    with pytest.raises(RoomError, match=r"Notify\.message cannot be read"):
        desk.submit(wrapped())


def test_what_can_be_read_back_is_stored() -> None:
    """Of every type that a document has."""
    desk = desk_of(
        share="half",
        points=7,
        note="seven",
        since=START,
        names=("ada", "bob"),
        by_name={"ada": 3},
    )
    view = desk.submit(COUNT)
    assert desk.history("o1")[-1].event == Counted(
        points_id="o1-p1",
        points=7,
        note="seven",
        since=START,
        names=("ada", "bob"),
        by_name={"ada": 3},
    )
    assert view.case.parts["loyalty"]["o1-p1"].share == "half"
