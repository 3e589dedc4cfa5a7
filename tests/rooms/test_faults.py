"""What is wrong in a room that was brought is told of the room, by name."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest

from orderlife import (
    Address,
    Case,
    Contradiction,
    Event,
    ExceptionKind,
    Fact,
    FreeText,
    InvariantError,
    LifecycleError,
    OrderDesk,
    OrderState,
    OrderView,
    Remedy,
    TimerFired,
)
from orderlife.building import (
    HOUSE,
    WAIT,
    Again,
    Context,
    Deadline,
    Invariants,
    Offer,
    Room,
    Step,
    Told,
    Trouble,
    Violation,
    about,
    asks,
    changes,
    hears,
    makes,
    objects,
    on,
    precondition,
    reports,
    tells,
)
from orderlife.errors import NotAllowedError, NumberTakenError, RoomError
from orderlife.invariants import check_invariants
from orderlife.ports.inventory import Fillable
from orderlife.ports.notifier import MessageKind, Notify
from orderlife.ports.store import ChannelNumber, EffectState
from orderlife.rooms.exceptions.messages import OpenException
from orderlife.rooms.order.messages import OrderPlaced
from orderlife.testing import Clock
from orderlife.timeline import tell
from tests.rooms import engraving, gift_wrap
from tests.rooms.gift_wrap import (
    GIFT_WRAP,
    LATE,
    TORN,
    AskForWrap,
    PaperTorn,
    RunLate,
    WrapDone,
    WrapLate,
    WrapWanted,
)
from tests.rooms.test_brought import STAFF, place, wish, wrapped
from tests.rooms.test_own_port import WISH


def desk_of(room: Room[Any], **given: Any) -> tuple[OrderDesk, Clock]:
    """A desk with the room and an order."""
    clock = Clock()
    house = HOUSE.with_(room, **given)
    desk = OrderDesk.in_memory(clock=clock, house=house)
    desk.submit(place())
    return desk, clock


def gives(answer: Any) -> Callable[..., Any]:
    """A function that gives what it should not."""

    def answering(*_: object) -> Any:
        return answer

    return answering


def breaks(*_: object) -> Any:
    """Raise an error of Python's own."""
    raise KeyError("ada@example.org")


def refuses(*_: object) -> Any:
    """Refuse what it is given."""
    raise NotAllowedError("wrap", "wrap o1-w1", "it is late", "wait")


def stumbles(
    case: Case, command: AskForWrap, context: Context
) -> Iterator[Any]:
    """Break behind the first event."""
    yield from gift_wrap.ask(case, command, context)
    breaks()


@attrs.frozen(kw_only=True)
class Stray(Event):
    """In no room's table."""


@attrs.frozen(kw_only=True)
class Adrift(Step):
    """In no room's table."""


@attrs.frozen(kw_only=True)
class Unheard(Fact):
    """In no room's table."""


def _commands(do: Any) -> Room[Any]:
    return attrs.evolve(GIFT_WRAP, commands=(on(AskForWrap, do),))


def _events(make: Any, apply: Any = gift_wrap.done) -> Room[Any]:
    return attrs.evolve(
        GIFT_WRAP,
        events=(
            makes(WrapWanted, make),
            changes(WrapDone, apply),
            changes(WrapLate, gift_wrap.late),
        ),
    )


NO_REMEDY = OpenException(
    Contradiction(ExceptionKind("gift_wrap.lost"), "o1-w1", "a", "b")
)
ASKED: dict[str, tuple[Room[Any], str]] = {
    "an error of Python's own": (
        _commands(breaks),
        "breaks, for AskForWrap, raised KeyError",
    ),
    "an error behind the first event": (
        _commands(stumbles),
        "stumbles, for AskForWrap, raised KeyError",
    ),
    "nothing": (
        _commands(gives(None)),
        "gave None: it must give a list or an iterator of events, steps",
    ),
    "text": (
        _commands(gives("red")),
        "gave str: it must give a list or an iterator of events, steps",
    ),
    "a number among events": (
        _commands(gives([7])),
        "answering, for AskForWrap, gave int: it must give events, steps",
    ),
    "a command as a step": (
        _commands(gives([wish()])),
        "gave AskForWrap: it must give events, steps and facts",
    ),
    "an event of no table": (
        _commands(gives([Stray()])),
        "gave Stray, which is in no room's table",
    ),
    "a step of no table": (
        _commands(gives([Adrift()])),
        "gave Adrift, which is in no room's table",
    ),
    "an item that nobody settles": (
        _commands(gives([NO_REMEDY])),
        "opens an item gift_wrap.lost, which no room's Trouble settles",
    ),
    "an objection that is an answer": (
        attrs.evolve(GIFT_WRAP, objects=(objects(AskForWrap, gives(0)),)),
        "gave int: it must give nothing, and refuse by raising an error",
    ),
    "no part": (
        _events(gives(None)),
        "answering, for WrapWanted, gave None: it must give Wrap",
    ),
    "a reaction of no kind": (
        attrs.evolve(GIFT_WRAP, reacts=(on(WrapWanted, gives([None])),)),
        "answering, for WrapWanted, gave None: it must give events, steps",
    ),
    "a date without a zone": (
        attrs.evolve(
            GIFT_WRAP,
            deadlines=(
                Deadline(
                    LATE,
                    gives([("o1-w1", datetime(2026, 1, 1))]),  # noqa: DTZ001
                    gift_wrap.fires,
                ),
            ),
        ),
        "gave tuple: it must give pairs of a subject and its date, in UTC",
    ),
    "a date alone": (
        attrs.evolve(
            GIFT_WRAP,
            deadlines=(Deadline(LATE, gives(timedelta(1)), gift_wrap.fires),),
        ),
        "gave timedelta: it must give a list or an iterator of pairs",
    ),
    "a number that is none": (
        attrs.evolve(GIFT_WRAP, claims=gives("1001")),
        "gave str: it must give ChannelNumber or None",
    ),
    "what goes out, in words": (
        attrs.evolve(GIFT_WRAP, gives_away=gives("2.50")),
        "gave str: it must give int",
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_a_command_names_the_function_that_is_wrong(name: str) -> None:
    """In the first words, and without the values."""
    room, why = ASKED[name]
    with pytest.raises(RoomError) as raised:
        desk_of(room)[0].submit(wish())
    assert why in str(raised.value)
    assert str(raised.value).startswith("room gift_wrap: ")
    assert raised.value.room == "gift_wrap"
    assert "ada@example.org" not in str(raised.value)


def test_nothing_is_stored() -> None:
    """Of a command whose function broke behind its first event."""
    desk, _ = desk_of(_commands(stumbles))
    before = desk.history("o1")
    with pytest.raises(RoomError):
        desk.submit(wish())
    assert desk.history("o1") == before


def test_the_cause_is_the_error_itself() -> None:
    """A traceback leads to the line."""
    desk, _ = desk_of(_commands(breaks))
    with pytest.raises(RoomError) as raised:
        desk.submit(wish())
    assert isinstance(raised.value.__cause__, KeyError)
    assert isinstance(raised.value, InvariantError)


def test_a_command_may_be_refused() -> None:
    """That is no fault."""
    desk, _ = desk_of(_commands(refuses))
    with pytest.raises(NotAllowedError, match="it is late"):
        desk.submit(wish())


def with_wrap(room: Room[Any], **given: Any) -> tuple[OrderDesk, Clock]:
    """A desk whose order has a wrap."""
    desk, clock = desk_of(room, **given)
    desk.submit(wish())
    return desk, clock


def _facts(do: Any, unknown: Any = gift_wrap.unknown) -> Room[Any]:
    return attrs.evolve(
        GIFT_WRAP, facts=(hears(PaperTorn, do, unknown=unknown),)
    )


@pytest.mark.parametrize("wrap_id", ["o1-w1", "o1-w9"])
def test_a_fact_is_never_refused(wrap_id: str) -> None:
    """Of a part that is there, or of none."""
    desk, _ = with_wrap(_facts(refuses, refuses))
    with pytest.raises(RoomError, match="refused what has happened") as raised:
        desk.report(PaperTorn(order_id="o1", wrap_id=wrap_id))
    assert isinstance(raised.value.__cause__, NotAllowedError)


def test_a_fact_that_no_part_is_asked_about_is_watched_too() -> None:
    """A row made by ``on``."""
    desk, _ = desk_of(attrs.evolve(GIFT_WRAP, facts=(on(PaperTorn, refuses),)))
    with pytest.raises(RoomError, match="refuses, for PaperTorn, refused"):
        desk.report(PaperTorn(order_id="o1", wrap_id="o1-w1"))


def test_a_change_names_its_event() -> None:
    """Of those that make a part, and of those that change one."""
    desk, _ = with_wrap(_events(gift_wrap.wanted, breaks))
    with pytest.raises(RoomError, match="breaks, for WrapDone, raised KeyErr"):
        desk.submit(wrapped())


@pytest.mark.parametrize(
    ("given", "asked", "why"),
    [
        (
            {"awaits": gives("yes")},
            "awaits",
            "must give bool or None;",
        ),
        ({"awaits": breaks}, "awaits", "breaks raised KeyError"),
        ({"catches": gives(7)}, "catches", "gave int: it must give a"),
        ({"catches": breaks}, "catches", "breaks raised KeyError"),
    ],
)
def test_what_is_awaited_and_caught_is_watched(
    given: Any, asked: str, why: str
) -> None:
    """As all that a room may have once."""
    (room,) = HOUSE.with_(attrs.evolve(GIFT_WRAP, **given)).brought
    with pytest.raises(RoomError, match=why):
        getattr(room, asked)(None, "o1-w1:x:1", None)


@pytest.mark.parametrize("answer", [True, False, None])
def test_whether_an_answer_is_awaited_may_be_unknown(answer: Any) -> None:
    """That is an answer, too."""
    room = attrs.evolve(GIFT_WRAP, awaits=gives(answer))
    (ours,) = HOUSE.with_(room).brought
    assert ours.awaits is not None
    given: Any = None
    assert ours.awaits(given, "o1-w1:x:1") is answer


@pytest.mark.parametrize("caught", [None, [RunLate(wrap_id="o1-w1")]])
def test_an_answer_may_be_caught_or_left(caught: Any) -> None:
    """None leaves it to the room that it is for."""
    room = attrs.evolve(GIFT_WRAP, catches=gives(caught))
    (ours,) = HOUSE.with_(room).brought
    assert ours.catches is not None
    given: Any = None
    answer = ours.catches(given, given, given)
    assert answer == (None if caught is None else tuple(caught))


def test_an_answer_of_a_port_need_not_be_reported() -> None:
    """Its effect is over then."""
    room = attrs.evolve(
        engraving.ENGRAVING,
        reports=(
            reports(
                engraving.Engrave, engraving.EngravingReported, gives(None)
            ),
        ),
    )
    workshop = engraving.Workshop(engraving.Engraved())
    desk = OrderDesk.in_memory(
        house=HOUSE.with_(room), more={"engraver": workshop}
    )
    desk.submit(place())
    desk.submit(WISH)
    assert not desk.get("o1").exceptions
    assert {effect.state for effect in desk.effects("o1")} == {
        EffectState.DONE
    }


def test_a_deadline_may_have_no_date() -> None:
    """Of a part that waits for nothing."""
    due = gives([("o1-w1", None)])
    room = attrs.evolve(
        GIFT_WRAP, deadlines=(Deadline(LATE, due, gift_wrap.fires),)
    )
    desk, clock = with_wrap(room)
    clock.advance(timedelta(days=3))
    assert desk.work().failed == ()


def test_a_step_gives_what_may_follow() -> None:
    """Or it is told, as a command's rule is."""
    room = attrs.evolve(GIFT_WRAP, steps=(about(RunLate, gives(None)),))
    desk, clock = with_wrap(room)
    clock.advance(timedelta(days=3))
    (told,) = desk.work().failed
    assert "answering, for RunLate, gave None: it must give a list" in told


def test_an_operation_may_have_an_id_as_long_as_can_be_kept() -> None:
    """And no longer."""
    name = "o1-e1" + "x" * (128 - len("o1-e1:engrave:1")) + ":engrave:1"
    assert len(name) == 128
    room = attrs.evolve(
        engraving.ENGRAVING,
        asks=(
            asks(
                engraving.EngravingAsked,
                gives([_engraves(operation_id=name)]),
            ),
        ),
    )
    more = {"engraver": engraving.Workshop()}
    desk = OrderDesk.in_memory(house=HOUSE.with_(room), more=more)
    desk.submit(place())
    desk.submit(WISH)
    assert name in {e.operation_id for e in desk.effects("o1")}


def test_a_step_is_watched() -> None:
    """The rule of a part, for what a timer asks."""
    desk, clock = with_wrap(
        attrs.evolve(GIFT_WRAP, steps=(about(RunLate, breaks),))
    )
    clock.advance(timedelta(days=3))
    done = desk.work()
    assert any(
        "breaks, for RunLate, raised KeyError" in w for w in done.failed
    )


def test_the_mark_of_a_fact_is_a_word() -> None:
    """By it the store knows a repeat."""
    desk, _ = with_wrap(attrs.evolve(GIFT_WRAP, marks=gives(None)))
    with pytest.raises(RoomError, match="gave None: it must give str"):
        desk.report(PaperTorn(order_id="o1", wrap_id="o1-w1"))


def test_a_fact_that_its_room_marks_is_known_by_its_content() -> None:
    """Also where its part keeps nothing to compare it with."""
    desk, _ = with_wrap(attrs.evolve(GIFT_WRAP, marks=gives("torn")))
    fact = PaperTorn(order_id="o1", wrap_id="o1-w1")
    desk.report(fact)
    desk.report(fact)
    assert len(desk.get("o1").exceptions) == 1


def test_a_room_may_claim_a_number_of_a_channel() -> None:
    """Which no other order has then."""

    def claims(event: Event) -> ChannelNumber | None:
        asked = isinstance(event, WrapWanted)
        return ChannelNumber("wraps", "1") if asked else None

    desk, _ = with_wrap(attrs.evolve(GIFT_WRAP, claims=claims))
    desk.submit(attrs.evolve(place(), order_id="o2", command_id="c8"))
    with pytest.raises(NumberTakenError):
        desk.submit(attrs.evolve(wish(9), order_id="o2"))


@pytest.mark.parametrize(
    ("arrived", "why"),
    [
        (gives(None), "gave None: it must give a fact"),
        (gives(TimerFired), "gave type: it must give a fact"),
        (
            gives(Unheard(order_id="o1")),
            "gave Unheard, which is in no room's table",
        ),
    ],
)
def test_what_arrives_is_reported_by_a_fact(arrived: Any, why: str) -> None:
    """Of some room."""
    house = HOUSE.with_(attrs.evolve(engraving.ENGRAVING, arrived=arrived))
    found = Fillable(order_id="o1", reservation_id="o1-e1")
    with pytest.raises(RoomError, match=why):
        house.arrived["engraver"](found, STAFF)


@pytest.mark.parametrize(
    ("fires", "why"),
    [
        (refuses, "refuses refused what has happened"),
        (gives([3]), "answering gave int: it must give events, steps"),
    ],
)
def test_a_deadline_that_fires_wrong_is_told_by_the_worker(
    fires: Any, why: str
) -> None:
    """The order stays as it is, and other orders go on."""
    room = attrs.evolve(
        GIFT_WRAP, deadlines=(Deadline(LATE, gift_wrap.due, fires),)
    )
    desk, clock = with_wrap(room)
    clock.advance(timedelta(days=3))
    done = desk.work()
    assert any(why in failed for failed in done.failed)


def _notify(**given: Any) -> Notify:
    said = {
        "order_id": "o1",
        "operation_id": "o1:notify:9",
        "audience": "staff",
        "message": MessageKind.EXCEPTION_OPENED,
        "subject": "o1-w1",
        "contact": "",
    }
    return Notify(**{**said, **given})


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ([wish()], "gave AskForWrap: it must give notifications"),
        ([Again("o1:x:1")], "gave Again: it must give notifications"),
        ([_notify(order_id="o2")], "gave Notify, which names another order"),
        (
            [_notify(operation_id="o1")],
            "it must be PART:notify:NUMBER, of 128",
        ),
        (None, "gave None: it must give a list or an iterator of notif"),
    ],
)
def test_a_message_is_a_notification_of_this_order(
    told: Any, why: str
) -> None:
    """What else it may be is told."""
    room = attrs.evolve(GIFT_WRAP, tells=(tells(WrapDone, gives(told)),))
    desk, _ = with_wrap(room)
    with pytest.raises(RoomError, match=why):
        desk.submit(wrapped())


def _engraves(**given: Any) -> engraving.Engrave:
    said = {
        "order_id": "o1",
        "operation_id": "o1-e1:engrave:1",
        "engraving_id": "o1-e1",
        "text": "o1-e1:text",
    }
    return engraving.Engrave(**{**said, **given})


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ([3], "gave int: it must give intents"),
        (
            [_engraves(order_id="o2")],
            "gave Engrave, which names another order",
        ),
        ([_engraves(operation_id="1")], "it must be PART:engrave:NUMBER"),
        ([_engraves(operation_id="o1-e1:cut:1")], "must be PART:engrave:NUM"),
        ([_engraves(operation_id="o1\n:engrave:1")], "PART:engrave:NUMBER"),
        ([_engraves(operation_id="o" * 128 + ":engrave:1")], "PART:engrave:"),
        ([_engraves(operation_id=None)], "PART:engrave:NUMBER"),
        ([_engraves(), _engraves()], "gave two intents of one operation_id"),
        ("o1", "gave str: it must give a list or an iterator of intents"),
    ],
)
def test_an_intent_is_one_that_its_port_performs(asked: Any, why: str) -> None:
    """With an id by which its answer is known."""
    room = attrs.evolve(
        engraving.ENGRAVING,
        asks=(asks(engraving.EngravingAsked, gives(asked)),),
    )
    more = {"engraver": engraving.Workshop()}
    desk = OrderDesk.in_memory(house=HOUSE.with_(room), more=more)
    desk.submit(place())
    with pytest.raises(RoomError, match=why):
        desk.submit(WISH)


def test_an_intent_of_no_port_is_told() -> None:
    """Of a class that no port's Protocol has."""

    @attrs.frozen(kw_only=True)
    class Polish(engraving.Engrave):
        """Nobody polishes."""

    asked = Polish(
        order_id="o1",
        operation_id="o1-e1:polish:1",
        engraving_id="o1-e1",
        text="o1-e1:text",
    )
    room = attrs.evolve(
        engraving.ENGRAVING,
        asks=(asks(engraving.EngravingAsked, gives([asked])),),
    )
    more = {"engraver": engraving.Workshop()}
    desk = OrderDesk.in_memory(house=HOUSE.with_(room), more=more)
    desk.submit(place())
    with pytest.raises(RoomError, match="Polish, which no port performs"):
        desk.submit(WISH)


def test_only_what_an_item_is_about_is_tried_again() -> None:
    """``Again`` says nothing of how it went before: its item does."""
    again = Again("o1-w1:x:1")
    room = attrs.evolve(GIFT_WRAP, asks=(asks(WrapWanted, gives([again])),))
    desk, _ = desk_of(room)
    with pytest.raises(InvariantError, match="no exception item is about it"):
        desk.submit(wish())


@pytest.mark.parametrize(
    ("tell_", "why"),
    [
        (breaks, "breaks, for Engrave, raised KeyError"),
        (gives("done"), "answering, for Engrave, gave str: it must give Engr"),
        (refuses, "refuses, for Engrave, refused what has happened"),
    ],
)
def test_an_answer_that_cannot_be_reported_goes_to_a_person(
    tell_: Any, why: str
) -> None:
    """Its effect waits for them, and the item says why."""
    room = attrs.evolve(
        engraving.ENGRAVING,
        reports=(
            reports(engraving.Engrave, engraving.EngravingReported, tell_),
        ),
    )
    workshop = engraving.Workshop(engraving.Engraved())
    desk = OrderDesk.in_memory(
        house=HOUSE.with_(room), more={"engraver": workshop}
    )
    desk.submit(place())
    desk.submit(WISH)
    desk.work()
    (effect,) = (
        found
        for found in desk.effects("o1")
        if found.intent.port == "engraver"
    )
    assert effect.state is EffectState.ATTENTION
    (item,) = desk.get("o1").exceptions
    assert f"room engraving: {why}" in item.contradiction.observed


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"status": gives(3)}, "answering gave int: it must give str"),
        ({"status": breaks}, "breaks raised KeyError"),
    ],
)
def test_a_status_is_a_word(given: Any, why: str) -> None:
    """Asked of a view."""
    desk, _ = with_wrap(attrs.evolve(GIFT_WRAP, **given))
    with pytest.raises(RoomError, match=why):
        desk.get("o1").status_of("gift_wrap")


@pytest.mark.parametrize(
    ("offers", "why"),
    [
        (gives([wish()]), "gave AskForWrap: it must give offers, made by off"),
        (gives([("o1", "wrap it")]), "gave tuple: it must give offers"),
        (gives(None), "gave None: it must give a list or an iterator of off"),
        (gives([("o1", place())]), "gave tuple: it must give offers"),
        (
            gives([Offer("o1", place(), gives([]))]),
            None,
        ),
    ],
)
def test_an_offer_is_a_command_and_what_it_is_about(
    offers: Any, why: str | None
) -> None:
    """Of any room."""
    desk, _ = with_wrap(attrs.evolve(GIFT_WRAP, offers=offers))
    if why is None:
        assert desk.get("o1").allowed()
        return
    with pytest.raises(RoomError, match=why):
        desk.get("o1").allowed()


@pytest.mark.parametrize(
    ("choices", "why"),
    [
        (gives(["red"]), "gave str: it must give choices, made by the tr"),
        (gives(None), "gave None: it must give a list or an iterator of ch"),
        (breaks, "breaks raised KeyError"),
    ],
)
def test_what_a_command_may_be_given_is_a_choice(
    choices: Any, why: str
) -> None:
    """Of a command that is possible."""

    def offers(case: Case, context: Context) -> Any:
        return [Offer(case.order_id, wish(), choices)]

    desk, _ = with_wrap(attrs.evolve(GIFT_WRAP, offers=offers))
    with pytest.raises(RoomError, match=why):
        desk.get("o1").allowed()


def test_what_a_faulty_command_is_not_allowed_for_is_its_fault() -> None:
    """The others are told as ever."""
    room = attrs.evolve(
        GIFT_WRAP, commands=(on(AskForWrap, breaks), *GIFT_WRAP.commands[1:])
    )
    desk, _ = desk_of(room)
    view: OrderView = desk.get("o1")
    assert view.allowed()
    (refused,) = (n for n in view.not_allowed() if n.command is AskForWrap)
    assert "breaks, for AskForWrap, raised KeyError" in str(refused)


def test_an_offer_may_be_of_no_known_command() -> None:
    """Then it is told."""
    room = attrs.evolve(GIFT_WRAP, commands=GIFT_WRAP.commands[:1])
    desk, _ = with_wrap(room)
    with pytest.raises(RoomError, match="WrapIt, which is in no room's table"):
        desk.get("o1").allowed()


def test_a_sentence_is_told_or_left() -> None:
    """Anything else is not told."""
    room = attrs.evolve(GIFT_WRAP, sentences=gives("in red"))
    house = HOUSE.with_(room)
    desk, _ = with_wrap(room)
    case = desk.get("o1").case
    event = WrapDone(wrap_id="o1-w1")
    with pytest.raises(
        RoomError, match="gave str: it must give Told or None;"
    ):
        tell(event, case, house)
    for answer in (None, Told("it is done", "gift_wrap")):
        fine = HOUSE.with_(attrs.evolve(room, sentences=gives(answer)))
        assert tell(event, case, fine).what


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        (Invariants(case=(gives([True]),)), "gave bool: it must give violat"),
        (Invariants(case=(breaks,)), "breaks raised KeyError"),
        (Invariants(history=(gives(None),)), "a list or an iterator of viol"),
    ],
)
def test_what_must_hold_is_told_by_violations(rules: Any, why: str) -> None:
    """Of a case, and of its history."""
    room = attrs.evolve(GIFT_WRAP, invariants=rules)
    desk, _ = with_wrap(room)
    case, history = desk.get("o1").case, desk.history("o1")
    with pytest.raises(RoomError, match=why):
        check_invariants(case, history, HOUSE.with_(room))


def test_what_must_hold_before_an_event_is_watched() -> None:
    """A rule that breaks is named, as the history may be impossible."""
    never = precondition(WrapWanted, gives([Violation(1, "never")]))
    wrong = precondition(OrderPlaced, breaks)
    rules = Invariants(events=(never,))
    room = attrs.evolve(GIFT_WRAP, invariants=rules)
    desk, _ = with_wrap(room)
    case, history = desk.get("o1").case, desk.history("o1")
    with pytest.raises(InvariantError, match=r"invariant gift_wrap\.1: never"):
        check_invariants(case, history, HOUSE.with_(room))
    faulty = attrs.evolve(room, invariants=Invariants(events=(wrong, never)))
    with pytest.raises(InvariantError, match="breaks raised Key"):
        check_invariants(case, history, HOUSE.with_(faulty))


def test_whether_something_moves_an_order_on_is_yes_or_no() -> None:
    """Not how many things do."""
    rules = Invariants(moves_on=gives(1))
    house = HOUSE.with_(attrs.evolve(GIFT_WRAP, invariants=rules))
    moves_on = house.brought[0].invariants.moves_on
    assert moves_on is not None
    with pytest.raises(RoomError, match="gave int: it must give bool"):
        moves_on(Case(order_id="o1"))


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        (Trouble(TORN, {Remedy.RETRY: breaks}), "breaks raised KeyError"),
        (
            Trouble(TORN, {Remedy.RETRY: gives(7)}),
            "gave int: it must give a list or an iterator of events",
        ),
        (
            Trouble(TORN, {Remedy.RETRY: None}, knows=gives("yes")),
            "gave str: it must give bool",
        ),
    ],
)
def test_a_remedy_is_watched(trouble: Trouble, why: str) -> None:
    """And whether the room has the subject."""
    desk, _ = with_wrap(attrs.evolve(GIFT_WRAP, troubles=(trouble,)))
    view = desk.report(PaperTorn(order_id="o1", wrap_id="o1-w1"))
    (item,) = view.exceptions
    with pytest.raises(RoomError, match=why):
        desk.exceptions.resolve(
            "o1", item.exception_id, Remedy.RETRY, "new paper"
        )


@pytest.mark.parametrize(
    ("matter", "why"),
    [
        (breaks, "breaks raised KeyError"),
        (
            gives([WrapDone(wrap_id="o1-w1")]),
            "answering gave WrapDone: it must give steps; nothing",
        ),
        (gives(None), "answering gave None: it must give a list or an iter"),
    ],
)
def test_a_matter_at_rest_is_watched(matter: Any, why: str) -> None:
    """What it keeps from being recorded goes to a person, who reads why."""
    at_rest = {OrderState.CONFIRMED: (matter,)}
    house = HOUSE.with_(GIFT_WRAP, at_rest=at_rest)
    desk = OrderDesk.in_memory(house=house)
    desk.ports.inventory.receive("mug", "main", 5, "delivery")  # type: ignore[attr-defined]
    desk.submit(place())
    desk.work()
    (item,) = desk.get("o1").exceptions
    assert f"room gift_wrap: {why}" in item.contradiction.observed


def test_a_matter_may_wait() -> None:
    """``WAIT`` keeps its meaning."""
    at_rest = {OrderState.CONFIRMED: (gives(WAIT),)}
    house = HOUSE.with_(at_rest=at_rest)
    (first, *_) = house.matters[OrderState.CONFIRMED]
    assert first(None, None) is WAIT  # type: ignore[arg-type]


# What a house sees when it is made.


class Bare(AskForWrap):
    """Has no line of attrs above it."""

    ribbon: str = ""


def untold(case, command, context):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Say nothing of what it gives."""
    return []


def unreadable(
    case: Case, command: AskForWrap, context: Context
) -> list[Nowhere]:  # type: ignore[name-defined]  # noqa: F821
    """Name a class that is nowhere."""
    return []


class Untold:
    """A function that is an object."""

    def __call__(self, *_: object):  # type: ignore[no-untyped-def]  # noqa: ANN204
        """Say nothing of what it gives."""


def _with(**rows: Any) -> Room[Any]:
    return attrs.evolve(GIFT_WRAP, **rows)


MADE: dict[str, tuple[Room[Any], str]] = {
    "a comma is missing": (
        _with(silent=WrapLate),
        "silent is a type, and no tuple: is a comma missing",
    ),
    "a row of another kind": (
        _with(commands=(AskForWrap,)),
        "commands has a type: its rows are made by on() or about()",
    ),
    "an event among commands": (
        _with(commands=(on(WrapDone, gift_wrap.ask),)),  # type: ignore[arg-type]
        "commands has WrapDone, which is no Command",
    ),
    "no class at all": (
        _with(steps=(on("RunLate", gift_wrap.ask),)),  # type: ignore[arg-type]
        "steps has 'RunLate', which is no Step",
    ),
    "no attrs class": (
        _with(commands=(*GIFT_WRAP.commands, on(Bare, gift_wrap.ask))),
        "Bare is no attrs class of its own: put @attrs.frozen above it",
    ),
    "a function that does not say what it gives": (
        _with(commands=(on(AskForWrap, untold),)),
        "untold does not say what it gives: annotate it",
    ),
    "a partial one": (
        _with(commands=(on(AskForWrap, functools.partial(untold)),)),
        "untold does not say what it gives: annotate it",
    ),
    "an object that is called": (
        _with(commands=(on(AskForWrap, Untold()),)),
        "Untold does not say what it gives: annotate it",
    ),
    "an annotation that cannot be read": (
        _with(commands=(on(AskForWrap, unreadable),)),
        "the annotations of unreadable cannot be read: name 'Nowhere' is not",
    ),
    "what events ask for": (
        _with(asks=(asks(WrapWanted, untold),)),
        "untold does not say what it gives: annotate it",
    ),
}


@attrs.frozen(kw_only=True)
class WrapSent(Event):
    """Holds the address itself."""

    wrap_id: str
    to: Address


@attrs.frozen(kw_only=True)
class NoteFound(Fact):
    """Does not say that its note is personal."""

    wrap_id: str
    note: FreeText


MADE["an event that holds personal data"] = (
    _with(events=(*GIFT_WRAP.events, changes(WrapSent, gives(None)))),
    "WrapSent holds personal data in to: it may only refer to it",
)
MADE["a fact with personal data that it does not declare"] = (
    _with(facts=(hears(NoteFound, gives([]), unknown=gives([])),)),
    "NoteFound keeps personal data in note, and does not say so",
)


@pytest.mark.parametrize("name", MADE)
def test_a_house_names_the_row_that_is_wrong(name: str) -> None:
    """It is not made then."""
    room, why = MADE[name]
    with pytest.raises(LifecycleError) as raised:
        HOUSE.with_(room)
    assert f"room gift_wrap: {why}" in str(raised.value)


@pytest.mark.parametrize(
    ("at_rest", "why"),
    [
        ({"confirmed": ()}, "at_rest has 'confirmed', which is no OrderState"),
        (
            {OrderState.CONFIRMED: gift_wrap.wait_for_it},
            "at_rest of OrderState.CONFIRMED must be a tuple of functions",
        ),
    ],
)
def test_matters_at_rest_are_by_state(at_rest: Any, why: str) -> None:
    """Of the order."""
    with pytest.raises(LifecycleError, match=why):
        HOUSE.with_(GIFT_WRAP, at_rest=at_rest)


def test_the_room_itself_is_left_as_it_was() -> None:
    """Only the house has it watched; its functions are found behind."""
    house = HOUSE.with_(GIFT_WRAP)
    (ours,) = house.brought
    assert GIFT_WRAP.commands[0].do is gift_wrap.ask
    watched: Any = ours.commands[0].do
    assert watched.__wrapped__ is gift_wrap.ask
