"""What may refuse, what may not, and what is right in a brought room."""

from __future__ import annotations

import enum
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from orderlife import (
    Case,
    Event,
    Fact,
    LifecycleError,
    NotAllowedError,
    OrderDesk,
    OrderState,
    Remedy,
    ValidationError,
)
from orderlife.building import (
    HOUSE,
    Context,
    Deadline,
    Invariants,
    Told,
    Trouble,
    about,
    hears,
    makes,
    objects,
    on,
)
from orderlife.errors import PolicyError, RoomError
from orderlife.ports.base import Capabilities
from orderlife.ports.inventory import Fillable
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
    Wrap,
    WrapDone,
    WrapLate,
    WrapWanted,
)
from tests.rooms.test_brought import STAFF, place, wish
from tests.rooms.test_faults import desk_of, gives, refuses, with_wrap

NOW = datetime(2026, 1, 5, tzinfo=UTC)


class Word(enum.StrEnum):
    """A word, and an enumeration."""

    TIED = "tied"


class Count(enum.IntEnum):
    """A number, and an enumeration."""

    THREE = 3


def test_a_part_is_the_one_that_its_event_names() -> None:
    """Or the next event would find none."""

    def wanted(event: WrapWanted) -> Wrap:
        return attrs.evolve(gift_wrap.wanted(event), wrap_id="o1-w7")

    events = (makes(WrapWanted, wanted), *GIFT_WRAP.events[1:])
    desk, _ = desk_of(attrs.evolve(GIFT_WRAP, events=events))
    with pytest.raises(RoomError, match="gave another's wrap_id to Wrap"):
        desk.submit(wish())


def test_a_room_may_have_one_part_of_each_order() -> None:
    """No event names it then."""
    parts = attrs.evolve(GIFT_WRAP.parts, key="")
    desk, _ = desk_of(
        attrs.evolve(
            GIFT_WRAP,
            parts=parts,
            commands=(GIFT_WRAP.commands[0],),
            facts=(on(PaperTorn, gift_wrap.unknown),),
        )
    )
    assert parts.of(desk.submit(wish()).case)["o1"].paper == "red"


@pytest.mark.parametrize("subject", ["a\n", "x" * 129])
def test_a_timer_is_about_what_can_be_named(subject: str) -> None:
    """It would never fire, and nobody would hear of it."""
    due = gives([(subject, NOW)])
    room = attrs.evolve(
        GIFT_WRAP, deadlines=(Deadline(LATE, due, gift_wrap.fires),)
    )
    with pytest.raises(RoomError, match="pairs of a subject and its date"):
        desk_of(room)


# What may be of a class of one's own.


def test_an_answer_may_be_of_a_class_below() -> None:
    """Of text, of a number, or of what is told."""

    class Said(Told):
        """A sentence of a room's own kind."""

    house = HOUSE.with_(
        attrs.evolve(
            GIFT_WRAP,
            status=gives(Word.TIED),
            marks=gives(Word.TIED),
            gives_away=gives(Count.THREE),
            sentences=gives(Said("tied", "gift_wrap")),
        )
    )
    desk = OrderDesk.in_memory(clock=Clock(), house=house)
    desk.submit(place())
    desk.submit(wish())
    view = desk.report(PaperTorn(order_id="o1", wrap_id="o1-w1"))
    assert view.status_of("gift_wrap") == "tied"
    event: Event = WrapDone(wrap_id="o1-w1")
    assert tell(event, view.case, house).what == "tied"


# What has happened is not refused, by whatever follows from it.


def late(wrap: Wrap, step: RunLate, context: Context) -> list[WrapLate]:
    """Refuse it."""
    raise NotAllowedError("wrap", "wrap o1-w1", "it is late", "wait")


def torn(wrap: Wrap, fact: PaperTorn, context: Context) -> list[RunLate]:
    """It takes its time."""
    return [RunLate(wrap_id=wrap.wrap_id)]


def test_a_step_may_not_refuse_a_fact() -> None:
    """It is the room that is wrong, not who reports."""
    room = attrs.evolve(
        GIFT_WRAP,
        facts=(hears(PaperTorn, torn, unknown=gift_wrap.unknown),),
        steps=(about(RunLate, late),),
    )
    desk, clock = with_wrap(room)
    with pytest.raises(RoomError, match="late, for RunLate, refused what has"):
        desk.report(PaperTorn(order_id="o1", wrap_id="o1-w1"))
    clock.advance(days=3)
    (failed,) = desk.work().failed
    assert "RoomError: room gift_wrap: late, for RunLate, refused" in failed


def test_a_step_may_refuse_a_command() -> None:
    """As its rule could have done."""

    def ask(
        case: Case, command: AskForWrap, context: Context
    ) -> list[WrapWanted | RunLate]:
        return [
            *gift_wrap.ask(case, command, context),
            RunLate(wrap_id="o1-w1"),
        ]

    commands = (on(AskForWrap, ask),)
    steps = (about(RunLate, late),)
    desk, _ = desk_of(attrs.evolve(GIFT_WRAP, commands=commands, steps=steps))
    with pytest.raises(NotAllowedError, match="it is late"):
        desk.submit(wish())


def test_a_remedy_may_be_refused() -> None:
    """The item stays open then: a person has asked for it."""
    room = attrs.evolve(
        GIFT_WRAP, troubles=(Trouble(TORN, {Remedy.RETRY: refuses}),)
    )
    desk, _ = with_wrap(room)
    view = desk.report(PaperTorn(order_id="o1", wrap_id="o1-w1"))
    (item,) = view.exceptions
    with pytest.raises(NotAllowedError, match="it is late"):
        desk.exceptions.resolve("o1", item.exception_id, Remedy.RETRY, "now")
    assert desk.get("o1").exceptions[0].is_open


def test_a_change_that_gives_something_else_is_told_with_its_class() -> None:
    """Whatever it is."""
    events = (makes(WrapWanted, gives("red")), *GIFT_WRAP.events[1:])
    desk, _ = desk_of(attrs.evolve(GIFT_WRAP, events=events))
    with pytest.raises(RoomError, match="gave str: it must give Wrap"):
        desk.submit(wish())


def test_a_timer_may_be_about_a_name_as_long_as_can_be_kept() -> None:
    """And no longer."""
    due = gives([("x" * 128, NOW)])
    room = attrs.evolve(
        GIFT_WRAP, deadlines=(Deadline(LATE, due, gift_wrap.fires),)
    )
    assert desk_of(room)


def test_a_value_that_cannot_be_made_refuses_no_fact() -> None:
    """It refuses a command."""

    def wrong(case: Case, message: Any, context: Context) -> list[RunLate]:
        raise ValidationError("paper", [])

    room = attrs.evolve(
        GIFT_WRAP,
        commands=(on(AskForWrap, wrong),),
        facts=(on(PaperTorn, wrong),),
    )
    desk, _ = desk_of(room)
    with pytest.raises(ValidationError, match="paper"):
        desk.submit(wish())
    fact: Fact = PaperTorn(order_id="o1", wrap_id="o1-w1")
    with pytest.raises(RoomError, match="wrong, for PaperTorn, refused what"):
        desk.report(fact)


def test_what_is_only_asked_cannot_refuse() -> None:
    """Nor can what an event changes: it has been recorded."""
    rules = Invariants(case=(refuses,))
    room = attrs.evolve(
        GIFT_WRAP,
        events=(makes(WrapWanted, refuses), *GIFT_WRAP.events[1:]),
        deadlines=(Deadline(LATE, refuses, gift_wrap.fires),),
        offers=refuses,
        invariants=rules,
    )
    house = HOUSE.with_(room)
    (ours,) = house.brought
    nothing: Any = None
    for asked in (
        ours.events[0].make,
        ours.deadlines[0].due,
        ours.offers,
        ours.invariants.case[0],
    ):
        call: Any = asked
        with pytest.raises(RoomError, match="refused, and must answer: only"):
            call(nothing)


# What is right is let through.


def test_an_arrival_that_cannot_be_told_is_reported_by_the_worker() -> None:
    """And the round goes on."""

    class Queueing(engraving.Workshop):
        capabilities = Capabilities(deduplicates=True, queues=True)

        def fillable(self, limit: int) -> tuple[Fillable, ...]:
            return (Fillable(order_id="o1", reservation_id="o1-e1"),)

    room = attrs.evolve(engraving.ENGRAVING, arrived=gives(None))
    desk = OrderDesk.in_memory(
        house=HOUSE.with_(room), more={"engraver": Queueing()}
    )
    desk.submit(place())
    (told,) = desk.work().failed
    assert "room engraving: answering gave None: it must give a fact" in told


def test_what_arrives_is_a_fact_of_its_room() -> None:
    """As it was given."""
    fact = engraving.EngravingReported(
        order_id="o1",
        engraving_id="o1-e1",
        operation_id="o1-e1:engrave:1",
        outcome=engraving.Engraved(),
    )
    room = attrs.evolve(engraving.ENGRAVING, arrived=gives(fact))
    told = HOUSE.with_(room).arrived["engraver"]
    assert told(Fillable(order_id="o1", reservation_id="o1-e1"), STAFF) is fact


def test_a_matter_gives_steps_and_an_objection_nothing() -> None:
    """As many as there are."""
    step = RunLate(wrap_id="o1-w1")
    room = attrs.evolve(GIFT_WRAP, objects=(objects(AskForWrap, gives(None)),))
    house = HOUSE.with_(room, at_rest={OrderState.CONFIRMED: (gives([step]),)})
    nothing: Any = None
    (first, *_) = house.matters[OrderState.CONFIRMED]
    assert first(nothing, nothing) == (step,)
    desk = OrderDesk.in_memory(clock=Clock(), house=HOUSE.with_(room))
    desk.submit(place())
    assert desk.submit(wish()).case.parts["gift_wrap"]


def test_a_fault_of_the_policy_is_the_policys() -> None:
    """A room that asks it only hands on the error."""

    def ask(
        case: Case, command: AskForWrap, context: Context
    ) -> list[WrapWanted]:
        raise PolicyError("patience", "a wrap", "gave None")

    desk, _ = desk_of(attrs.evolve(GIFT_WRAP, commands=(on(AskForWrap, ask),)))
    with pytest.raises(PolicyError, match="patience"):
        desk.submit(wish())


@pytest.mark.parametrize(
    ("at_rest", "why"),
    [
        ([gift_wrap.wait_for_it], "at_rest must be a mapping by state"),
        (
            {OrderState.CONFIRMED: (5,)},
            "at_rest of OrderState.CONFIRMED: 5 is no function",
        ),
    ],
)
def test_matters_at_rest_are_functions_by_state(
    at_rest: Any, why: str
) -> None:
    """A house says so when it is made."""
    with pytest.raises(LifecycleError, match=why):
        HOUSE.with_(GIFT_WRAP, at_rest=at_rest)
