"""A house checks its rooms when it is made, and names what is missing."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import attrs
import pytest

from orderlife import (
    Address,
    Case,
    Command,
    Decision,
    Event,
    ExceptionKind,
    Fact,
    FreeText,
    InvariantError,
    LifecycleError,
    Policy,
    Refusal,
    Remedy,
)
from orderlife._kernel.annotations import may_give
from orderlife._kernel.context import Context
from orderlife._kernel.house import House
from orderlife._kernel.invariants import (
    Invariants,
    Violation,
    precondition,
)
from orderlife._kernel.lifecycle import Lifecycle, Rule as LifecycleRule
from orderlife._kernel.messages import Step
from orderlife._kernel.parts import Parts
from orderlife._kernel.personal import PERSONAL, REFERENCE
from orderlife._kernel.room import (
    WAIT,
    Matter,
    Room,
    about,
    changes,
    hears,
    makes,
    moves,
    objects,
    on,
    reports,
    tells,
    together,
)
from orderlife._values.fast_enum import FastEnum
from orderlife.codec import codec_of
from orderlife.errors import NotAllowedError, NotFoundError
from orderlife.house import HOUSE, ROOMS
from orderlife.ports.base import Intent
from orderlife.ports.inventory import Reserve
from orderlife.testing.scenario import NOON, STAFF
from tests.process import made
from tools import generate_choreography

T = TypeVar("T")


def by_pickle(value: T) -> T:
    """A value as another process reads it."""
    read: T = pickle.loads(pickle.dumps(value))  # noqa: S301, ours
    return read


@attrs.frozen(kw_only=True)
class Wrap:
    """A parcel that is wrapped."""

    wrap_id: str
    ribbons: int = 0


@attrs.frozen(kw_only=True)
class OrderWrap(Command):
    """Ask for a wrap."""

    wrap_id: str
    note: str = attrs.field(default="", metadata=PERSONAL)


@attrs.frozen(kw_only=True)
class TieRibbon(Step):
    """One ribbon more."""

    wrap_id: str


@attrs.frozen(kw_only=True)
class RibbonSeen(Fact):
    """Somebody has seen a ribbon."""

    wrap_id: str


@attrs.frozen(kw_only=True)
class WrapOrdered(Event):
    """A wrap is wanted."""

    wrap_id: str
    note: str = attrs.field(default="", metadata=REFERENCE)


@attrs.frozen(kw_only=True)
class RibbonTied(Event):
    """One ribbon more."""

    wrap_id: str


@attrs.frozen(kw_only=True)
class SendTo(Command):
    """Holds personal data, and does not say so."""

    wrap_id: str
    address: Address | None = None


@attrs.frozen(kw_only=True)
class SendNotes(Command):
    """Several texts, and an address that may be left out."""

    notes: tuple[FreeText, ...] = attrs.field(metadata=PERSONAL)
    address: Address | None = attrs.field(default=None, metadata=PERSONAL)


@attrs.frozen(kw_only=True)
class NotesSent(Event):
    """They were sent."""

    notes: tuple[str, ...] = attrs.field(metadata=REFERENCE)
    address: str | None = attrs.field(default=None, metadata=REFERENCE)


@attrs.frozen(kw_only=True)
class Unanswered(Step):
    """In nobody's table."""


@attrs.frozen(kw_only=True)
class Sold(Fact):
    """In nobody's table."""


@attrs.frozen(kw_only=True)
class BuyPaper(Intent):
    """Ask a shop for paper."""

    port = "paper"


WRAPS = Parts("wrap", Wrap, "wrap_id")


def order_wrap(
    case: Case, command: OrderWrap, context: Context
) -> Iterator[WrapOrdered | TieRibbon]:
    """Wrap it, with a ribbon."""
    ref = f"{command.wrap_id}:note" if command.note else ""
    yield WrapOrdered(wrap_id=command.wrap_id, note=ref)
    yield TieRibbon(wrap_id=command.wrap_id)


def tie(
    wrap: Wrap, asked: TieRibbon | RibbonSeen, context: Context
) -> list[RibbonTied]:
    """Tie one."""
    return [RibbonTied(wrap_id=wrap.wrap_id)]


def unseen(case: Case, fact: RibbonSeen, context: Context) -> list[RibbonTied]:
    """Nobody knows that wrap."""
    return []


def begun(event: WrapOrdered) -> Wrap:
    """A wrap begins."""
    return Wrap(wrap_id=event.wrap_id)


def tied(wrap: Wrap, event: RibbonTied) -> Wrap:
    """One more."""
    return attrs.evolve(wrap, ribbons=wrap.ribbons + 1)


ROOM: Room[Wrap] = Room(
    name="wrap",
    parts=WRAPS,
    commands=(on(OrderWrap, order_wrap, begins=True),),
    facts=(hears(RibbonSeen, tie, unknown=unseen),),
    steps=(about(TieRibbon, tie),),
    events=(makes(WrapOrdered, begun), changes(RibbonTied, tied)),
    silent=(WrapOrdered, RibbonTied),
)


def house(
    *rooms: Any, at_rest: dict[Any, tuple[Matter, ...]] | None = None
) -> House:
    """Ours, with more rooms."""
    return House(
        *ROOMS,
        *rooms,
        phase=lambda case: None,
        at_rest=at_rest or {},
        admits=lambda case, command, policy: None,
        concludes=lambda *_: (),
    )


def _placed() -> Case:
    """An order that is there."""
    return made.case()


def said(**fields: Any) -> OrderWrap:
    """A wish for a wrap."""
    return OrderWrap(order_id="o1", command_id="c1", actor=STAFF, **fields)


def decided(answer: Decision | Refusal) -> Decision:
    """What was decided."""
    assert isinstance(answer, Decision), answer
    return answer


def test_a_room_is_all_that_a_capability_needs() -> None:
    """Its command is answered, its part is kept, its step is followed."""
    answer = decided(house(ROOM).handle(_placed(), said(wrap_id="w1"), NOON))

    assert WRAPS.of(answer.case) == {"w1": Wrap(wrap_id="w1", ribbons=1)}
    assert [type(recorded.event) for recorded in answer.events] == [
        WrapOrdered,
        RibbonTied,
    ]


def test_personal_data_is_kept_by_its_reference() -> None:
    """The event names it, and does not hold it."""
    message = said(wrap_id="w1", note="for Ada")
    answer = decided(house(ROOM).handle(_placed(), message, NOON))

    assert list(answer.personal) == ["w1:note"]
    assert "Ada" not in repr(answer.events)


def test_each_of_several_is_kept_by_its_place() -> None:
    """As lines are by their ids; what is not said refers to nothing."""

    def send(
        case: Case, command: SendNotes, context: Context
    ) -> list[NotesSent]:
        return [NotesSent(notes=("w1:notes:1", "w1:notes:2"))]

    room = attrs.evolve(
        ROOM,
        commands=(*ROOM.commands, on(SendNotes, send)),
        events=(*ROOM.events, changes(NotesSent, lambda wrap, _: wrap)),
        silent=(*ROOM.silent, NotesSent),
        parts=attrs.evolve(WRAPS, key=""),
        facts=(),
        steps=(on(TieRibbon, lambda *_: ()),),
    )
    command = SendNotes(
        order_id="o1",
        command_id="c1",
        actor=STAFF,
        notes=(FreeText("for Ada"), FreeText("for Bob")),
    )
    case = attrs.evolve(_placed(), parts={"wrap": {"o1": Wrap(wrap_id="o1")}})
    answer = decided(house(room).handle(case, command, NOON))

    assert dict(answer.personal) == {
        "w1:notes:1": FreeText("for Ada"),
        "w1:notes:2": FreeText("for Bob"),
    }


def test_personal_data_that_no_event_refers_to_is_told() -> None:
    """It would be stored nowhere."""

    def forgetful(
        case: Case, command: OrderWrap, context: Context
    ) -> list[WrapOrdered]:
        return [WrapOrdered(wrap_id=command.wrap_id)]

    room = attrs.evolve(
        ROOM, commands=(on(OrderWrap, forgetful, begins=True),)
    )
    message = said(wrap_id="w1", note="for Ada")

    with pytest.raises(
        InvariantError, match="OrderWrap: nothing refers to note"
    ):
        house(room).handle(_placed(), message, NOON)


def test_personal_data_of_what_changes_nothing_is_kept_nowhere() -> None:
    """It need not be referred to, as nothing is recorded."""

    def ignored(
        case: Case, command: OrderWrap, context: Context
    ) -> list[WrapOrdered]:
        return []

    room = attrs.evolve(ROOM, commands=(on(OrderWrap, ignored),))
    message = said(wrap_id="w1", note="for Ada")
    answer = decided(house(room).handle(_placed(), message, NOON))
    assert (answer.events, dict(answer.personal)) == ((), {})


def test_a_part_that_is_not_there_is_named() -> None:
    """And so are those that are."""
    case = attrs.evolve(_placed(), parts={"wrap": {"w1": Wrap(wrap_id="w1")}})
    with pytest.raises(NotFoundError) as raised:
        WRAPS.get(case, "w9")
    assert str(raised.value) == "no wrap 'w9'; there is w1"


def test_a_part_that_a_case_has_once_goes_by_the_order_s_id() -> None:
    """And there is none in an order that was not placed."""
    orders: Parts[Any] = Parts("order", object, "", "order")
    case = _placed()
    assert orders.of(case) == {"o1": case.placed}
    assert orders.of(Case(order_id="o1")) == {}


def test_a_fact_is_heard_by_the_room_that_knows() -> None:
    """And by none, if no room does: it is never refused."""
    case = attrs.evolve(_placed(), parts={"wrap": {}})
    fact = RibbonSeen(order_id="o1", wrap_id="w1")
    assert decided(house(ROOM).handle(case, fact, NOON)).events == ()

    known = attrs.evolve(case, parts={"wrap": {"w1": Wrap(wrap_id="w1")}})
    (recorded,) = decided(house(ROOM).handle(known, fact, NOON)).events
    assert recorded.event == RibbonTied(wrap_id="w1")


def test_a_room_may_object_to_a_command() -> None:
    """It is refused then, and nothing has changed."""

    def closed(case: Case, command: OrderWrap, context: Context) -> None:
        raise NotAllowedError("wrap", "order o1", "we are shut", "wait")

    room = attrs.evolve(ROOM, objects=(objects(OrderWrap, closed),))
    answer = house(room).handle(_placed(), said(wrap_id="w"), NOON)

    assert isinstance(answer, Refusal)
    assert "we are shut" in str(answer.error)


def test_the_first_matter_that_asks_is_the_only_one() -> None:
    """And one that waits lets no later one ask."""

    def asks(case: Case, context: Context) -> list[TieRibbon]:
        few = WRAPS.of(case)["w1"].ribbons < 3
        return [TieRibbon(wrap_id="w1")] if few else []

    def waits(case: Case, context: Context) -> Any:
        return WAIT

    def never(case: Case, context: Context) -> Any:
        raise AssertionError

    case = _placed()
    resting = house(ROOM, at_rest={None: (asks, waits, never)})
    answer = decided(resting.handle(case, said(wrap_id="w1"), NOON))
    assert WRAPS.of(answer.case)["w1"].ribbons == 3


def test_what_never_rests_is_a_contradiction() -> None:
    """It is told, and does not run for ever."""

    def more(case: Case, context: Context) -> list[TieRibbon]:
        return [TieRibbon(wrap_id="w1")]

    restless = house(ROOM, at_rest={None: (more,)})
    with pytest.raises(InvariantError, match="no rest"):
        restless.handle(_placed(), said(wrap_id="w1"), NOON)


def module(*kinds: type) -> ModuleType:
    """A module of messages."""
    made = ModuleType("messages")
    made.__dict__.update(
        {kind.__name__: kind for kind in kinds},
        __all__=[kind.__name__ for kind in kinds],
    )
    return made


def _twice(room: Room[Any]) -> tuple[Any, ...]:
    return room, attrs.evolve(room, name="again", events=(), silent=())


def _no_row(
    case: Case, command: SendTo, context: Context
) -> list[WrapOrdered]:
    return []


def _nobodys(
    case: Case, event: WrapOrdered, context: Context
) -> list[TieRibbon]:
    return []


def _never(case: Case, event: NotesSent) -> list[Violation]:
    raise AssertionError(case, event)


def _told(case: Case, event: WrapOrdered, context: Context) -> list[Any]:
    return []


def _said(intent: Intent, answer: object) -> None:
    return None


def _any_or_one(
    case: Case, event: WrapOrdered, context: Context
) -> list[Event | Unanswered]:
    return []


def _mixed() -> ModuleType:
    mixed = module(Wrap, SendTo)
    mixed.__dict__.update(NUMBER=1, Step=Step)
    mixed.__dict__["__all__"] = ["NUMBER", "Step", "Wrap", "SendTo"]
    return mixed


@attrs.frozen(kw_only=True)
class Parcel:
    """Holds personal data, deeper down."""

    to: Address


@attrs.frozen(kw_only=True)
class Card:
    """Holds a text that says to be personal."""

    text: str = attrs.field(metadata=PERSONAL)


@attrs.frozen(kw_only=True)
class SendParcels(Command):
    """Holds it in values of its own."""

    parcels: tuple[Parcel, ...] = ()


@attrs.frozen(kw_only=True)
class SendCard(Command):
    """Holds it in a value of its own."""

    card: Card | None = None


@attrs.frozen(kw_only=True)
class PackGift(Command):
    """Names no wrap."""


WRONG: dict[str, tuple[Callable[[], tuple[Any, ...]], str]] = {
    "answered twice": (
        lambda: _twice(ROOM),
        "room again: OrderWrap is answered twice",
    ),
    "a step answered twice": (
        lambda: (attrs.evolve(ROOM, steps=(*ROOM.steps, ROOM.steps[0])),),
        "room wrap: TieRibbon is answered twice",
    ),
    "a fact answered and heard": (
        lambda: (
            attrs.evolve(ROOM, facts=(about(RibbonSeen, tie), *ROOM.facts)),
        ),
        "room wrap: RibbonSeen is answered twice",
    ),
    "an intent reported twice": (
        lambda: (
            attrs.evolve(ROOM, reports=(reports(Reserve, RibbonSeen, _said),)),
        ),
        "room wrap: Reserve is reported twice",
    ),
    "an answer that nobody hears": (
        lambda: (
            attrs.evolve(ROOM, reports=(reports(BuyPaper, Sold, _said),)),
        ),
        "room wrap: BuyPaper is performed by no port",
    ),
    "nobody's event in what must hold before it": (
        lambda: (
            attrs.evolve(
                ROOM,
                invariants=Invariants(
                    events=(precondition(NotesSent, _never),)
                ),
            ),
        ),
        "room wrap: NotesSent is nobody's",
    ),
    "a step among those that may follow": (
        lambda: (attrs.evolve(ROOM, reacts=(on(WrapOrdered, _any_or_one),)),),
        "room wrap: Unanswered follows, and is nobody's",
    ),
    "forgotten behind what is no message": (
        lambda: (attrs.evolve(ROOM, contract=(_mixed(),)),),
        "room wrap: SendTo was forgotten",
    ),
    "applied twice": (
        lambda: (attrs.evolve(ROOM, events=(*ROOM.events, ROOM.events[0])),),
        "WrapOrdered is applied twice",
    ),
    "forgotten": (
        lambda: (attrs.evolve(ROOM, contract=(module(SendTo),)),),
        "room wrap: SendTo was forgotten",
    ),
    "told to nobody": (
        lambda: (attrs.evolve(ROOM, silent=(RibbonTied,)),),
        "WrapOrdered is told to nobody",
    ),
    "told and silent": (
        lambda: (attrs.evolve(ROOM, tells=(tells(WrapOrdered, _told),)),),
        "WrapOrdered is told and silent",
    ),
    "a part without a name": (
        lambda: (
            attrs.evolve(ROOM, parts=attrs.evolve(WRAPS, key="parcel_id")),
        ),
        "has no parcel_id",
    ),
    "a command without the field that names its part": (
        lambda: (attrs.evolve(ROOM, commands=(about(PackGift, _no_row),)),),  # type: ignore[arg-type]
        "room wrap: PackGift has no wrap_id",
    ),
    "nobody's event": (
        lambda: (
            attrs.evolve(
                ROOM, events=(), silent=(), reacts=(on(WrapOrdered, _nobodys),)
            ),
        ),
        "WrapOrdered is nobody's",
    ),
    "a step that nobody answers": (
        lambda: (attrs.evolve(ROOM, steps=()),),
        "TieRibbon follows, and is nobody's",
    ),
    "personal data in silence": (
        lambda: (
            attrs.evolve(ROOM, commands=(*ROOM.commands, on(SendTo, _no_row))),
        ),
        "SendTo keeps personal data in address, and does not say so",
    ),
    "personal data in the values of a field": (
        lambda: (attrs.evolve(ROOM, commands=(on(SendParcels, _no_row),)),),  # type: ignore[arg-type]
        "SendParcels keeps personal data in parcels, and does not say so",
    ),
    "a personal text in the value of a field": (
        lambda: (attrs.evolve(ROOM, commands=(on(SendCard, _no_row),)),),  # type: ignore[arg-type]
        "SendCard keeps personal data in card, and does not say so",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_house_names_what_is_missing(name: str) -> None:
    """It is not made then."""
    rooms, why = WRONG[name]
    with pytest.raises(LifecycleError, match=why):
        house(*rooms())


def test_every_kind_of_item_has_a_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Or it would wait for ever."""
    without = [
        attrs.evolve(room, troubles=()) if isinstance(room, Room) else room
        for room in ROOMS
    ]
    with pytest.raises(LifecycleError, match="has no remedy"):
        House(
            *without,
            phase=lambda case: None,
            at_rest={},
            admits=lambda case, command, policy: None,
            concludes=lambda *_: (),
        )


def test_every_kind_of_timer_is_due_by_one_deadline() -> None:
    """Or it would never be, or by whichever room comes last."""
    again = next(room for room in HOUSE.rooms if room.deadlines).deadlines[:1]
    with pytest.raises(LifecycleError, match=r"room wrap: \w+ is due twice"):
        house(attrs.evolve(ROOM, deadlines=again))

    without = [
        attrs.evolve(room, deadlines=()) if isinstance(room, Room) else room
        for room in ROOMS
    ]
    with pytest.raises(LifecycleError, match=r"a timer \w+ is never due"):
        House(
            *without,
            phase=lambda case: None,
            at_rest={},
            admits=lambda case, command, policy: None,
            concludes=lambda *_: (),
        )


def test_a_room_of_the_library_needs_no_field_of_the_case() -> None:
    """Its parts are kept by its name."""
    ours = house(ROOM)
    assert ours.brought == ()
    case = decided(ours.handle(_placed(), said(wrap_id="w1"), NOON)).case
    codec = codec_of(ours)
    assert codec.loads(codec.dumps(case, "case"), "case") == case


def test_remedies_are_named_in_the_order_of_the_rooms() -> None:
    """Each once, whichever rooms have it."""
    again = (Remedy.RETRY, Remedy.ACCEPT)
    assert HOUSE.remedies[ExceptionKind.EFFECT_FAILED] == again
    assert set(HOUSE.remedies) == set(ExceptionKind)


class Tying:
    """A function that is an object."""

    def __call__(self, *_: object) -> list[RibbonTied]:
        """Tie none."""
        return []


def test_what_may_follow_is_read_from_the_annotation() -> None:
    """Whatever it comes in."""

    def one(at: datetime) -> RibbonTied | None:
        return None

    assert may_give(order_wrap) == (WrapOrdered, TieRibbon)
    assert may_give(tie) == (RibbonTied,)
    assert may_give(one) == (RibbonTied,)
    assert may_give(partial(tie, Wrap(wrap_id="w1"))) == (RibbonTied,)
    assert may_give(Tying()) == (RibbonTied,)


def test_the_choreography_is_what_the_house_says(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And it notices where somebody has written in it."""
    assert generate_choreography.main(["--check"]) == 0
    target = tmp_path / "choreography.md"
    monkeypatch.setattr(generate_choreography, "TARGET", target)
    assert generate_choreography.main(["--check"]) == 1
    assert "differs from the tables" in capsys.readouterr().err
    assert generate_choreography.main([]) == 0
    assert generate_choreography.main(["--check"]) == 0
    for kind in HOUSE.events:
        assert f"| `{kind.__name__}` |" in target.read_text()


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, by_pickle])
def test_a_house_is_one_however_it_is_copied(
    again: Callable[[Any], Any],
) -> None:
    """So a view or a store that holds one can be cached and compared."""
    assert again(HOUSE) is HOUSE
    assert again(codec_of(HOUSE)) is codec_of(HOUSE)


def test_a_house_without_a_name_is_not_pickled() -> None:
    """It says so, since it could not be found again."""
    with pytest.raises(pickle.PicklingError, match="give it one in a module"):
        pickle.dumps(HOUSE.with_())


def test_each_function_is_given_what_it_is_about() -> None:
    """The case or the part, the very message, and the context."""
    seen: list[tuple[str, object, object, Context]] = []

    def watch(name: str, answer: Any = ()) -> Callable[..., Any]:
        def do(about: Any, message: Any, context: Context) -> Any:
            seen.append((name, about, message, context))
            return answer

        return do

    def note(wrap: Wrap, event: RibbonTied) -> Wrap:
        counted.append(event)
        return tied(wrap, event)

    def again(
        case: Case, event: WrapOrdered, context: Context
    ) -> list[TieRibbon]:
        return [TieRibbon(wrap_id=event.wrap_id)]

    counted: list[RibbonTied] = []
    ribbon = RibbonTied(wrap_id="w1")
    room = attrs.evolve(
        ROOM,
        steps=(about(TieRibbon, watch("step", [ribbon])),),
        events=(makes(WrapOrdered, begun), changes(RibbonTied, note)),
        objects=(objects(OrderWrap, watch("first")),),
        asks=(on(WrapOrdered, watch("asks")),),
        tells=(tells(WrapOrdered, watch("tells")),),
        reacts=(on(WrapOrdered, watch("reacts")),),
        silent=(RibbonTied,),
    )
    behind: Room[Wrap] = Room(
        name="behind",
        parts=Parts("behind", Wrap, "wrap_id"),
        objects=(objects(OrderWrap, watch("second")),),
        asks=(on(WrapOrdered, watch("asks behind")),),
        tells=(tells(WrapOrdered, watch("tells behind")),),
        reacts=(
            on(WrapOrdered, again),
            on(WrapOrdered, watch("reacts behind")),
        ),
    )
    case, command = _placed(), said(wrap_id="w1")
    answer = decided(house(room, behind).handle(case, command, NOON))

    begins = WrapOrdered(wrap_id="w1")
    with_wrap = house(ROOM).evolve(case, begins)
    tie_ = TieRibbon(wrap_id="w1")
    wrap = Wrap(wrap_id="w1")
    assert [(name, message) for name, _, message, _ in seen] == [
        ("first", command),
        ("second", command),
        ("asks", begins),
        ("asks behind", begins),
        ("tells", begins),
        ("tells behind", begins),
        ("reacts", begins),
        ("reacts behind", begins),
        ("step", tie_),
        ("step", tie_),
    ]
    assert all(each is case for _, each, _, _ in seen[:2])
    assert [each for name, each, _, _ in seen if name == "step"] == [
        wrap,
        tied(wrap, ribbon),
    ]
    context = Context(now=NOON, policy=Policy(), actor=STAFF, notify=True)
    assert all(each == context for *_, each in seen)
    assert counted == [ribbon, ribbon]
    assert with_wrap.version == case.version + 1
    assert answer.case.version == case.version + 3


def test_all_of_an_answer_has_consequences() -> None:
    """The first event's come before the second's."""

    def two(
        case: Case, command: OrderWrap, context: Context
    ) -> list[WrapOrdered]:
        return [WrapOrdered(wrap_id="w1"), WrapOrdered(wrap_id="w2")]

    def with_ribbon(
        case: Case, event: WrapOrdered, context: Context
    ) -> list[TieRibbon]:
        return [TieRibbon(wrap_id=event.wrap_id)]

    room = attrs.evolve(
        ROOM,
        commands=(on(OrderWrap, two),),
        reacts=(on(WrapOrdered, with_ribbon),),
    )
    answer = decided(house(room).handle(_placed(), said(wrap_id="w1"), NOON))
    assert [recorded.event for recorded in answer.events] == [
        WrapOrdered(wrap_id="w1"),
        WrapOrdered(wrap_id="w2"),
        RibbonTied(wrap_id="w1"),
        RibbonTied(wrap_id="w2"),
    ]


def test_an_event_may_begin_a_part_once_more() -> None:
    """With what is there, where the room says so; or else anew."""
    begins = WrapOrdered(wrap_id="w1")
    case = _placed()
    for again, ribbons in ((None, 0), (lambda wrap, _: wrap, 1)):
        events = (makes(WrapOrdered, begun, again), changes(RibbonTied, tied))
        ours = house(attrs.evolve(ROOM, events=events))
        after = case
        for event in (begins, RibbonTied(wrap_id="w1"), begins):
            after = ours.evolve(after, event)
        assert WRAPS.of(after)["w1"].ribbons == ribbons


@pytest.mark.parametrize("begins", [True, False])
def test_only_a_command_that_begins_an_order_needs_none(begins: bool) -> None:
    """Any other is refused, and says which order there is not."""
    commands = (
        on(OrderWrap, order_wrap, begins=True)
        if begins
        else on(OrderWrap, order_wrap),
    )
    ours = house(attrs.evolve(ROOM, commands=commands))
    nothing, context = (
        Case(order_id="o1"),
        Context(now=NOON, policy=Policy(), actor=STAFF),
    )
    if begins:
        assert list(ours.answer(nothing, said(wrap_id="w1"), context))
        return
    with pytest.raises(NotFoundError, match="no order 'o1'"):
        ours.answer(nothing, said(wrap_id="w1"), context)


@attrs.frozen(kw_only=True)
class RibbonLost(Fact):
    """Names its wrap in a field of another name."""

    parcel: str


def test_a_fact_may_name_its_part_by_another_field() -> None:
    """The row says which."""

    def lost(
        wrap: Wrap, fact: RibbonLost, context: Context
    ) -> list[RibbonTied]:
        return [RibbonTied(wrap_id=wrap.wrap_id)]

    def stray(
        case: Case, fact: RibbonLost, context: Context
    ) -> list[RibbonTied]:
        return []

    facts = (hears(RibbonLost, lost, key="parcel", unknown=stray),)
    ours = house(attrs.evolve(ROOM, facts=facts))
    case = decided(ours.handle(_placed(), said(wrap_id="w1"), NOON)).case
    for parcel, events in (("w1", 1), ("w2", 0)):
        fact = RibbonLost(order_id="o1", parcel=parcel)
        assert len(decided(ours.handle(case, fact, NOON)).events) == events


class Knot(FastEnum):
    """How a knot is."""

    LOOSE = "loose"
    TIGHT = "tight"


class Pull(FastEnum):
    """What happens to it."""

    ONCE = "once"


def test_an_event_may_only_move_its_part_on() -> None:
    """By the lifecycle, and nothing else of it changes."""

    @attrs.frozen(kw_only=True)
    class Ribbon:
        wrap_id: str
        colour: str
        state: Knot

    lifecycle = Lifecycle(
        "knot",
        states=Knot,
        triggers=Pull,
        initial=Knot.LOOSE,
        terminal=[Knot.TIGHT],
        rules=[LifecycleRule(Pull.ONCE, (Knot.LOOSE,), Knot.TIGHT)],
    )
    row = moves(RibbonTied, lifecycle, Pull.ONCE)
    assert (row.kind, row.make) == (RibbonTied, None)
    loose = Ribbon(wrap_id="w1", colour="red", state=Knot.LOOSE)
    tight = row.apply(loose, RibbonTied(wrap_id="w1"))
    assert tight == attrs.evolve(loose, state=Knot.TIGHT)


def test_matters_together_ask_for_what_each_asks_for() -> None:
    """In their order, of the same case."""
    given: list[tuple[Case, Context]] = []

    def asks_for(wrap_id: str) -> Matter:
        def matter(case: Case, context: Context) -> list[TieRibbon]:
            given.append((case, context))
            return [TieRibbon(wrap_id=wrap_id)]

        return matter

    case = _placed()
    context = Context(now=NOON, policy=Policy(), actor=STAFF)
    asked = together(asks_for("w1"), asks_for("w2"))(case, context)
    assert asked == [TieRibbon(wrap_id="w1"), TieRibbon(wrap_id="w2")]
    assert given == [(case, context)] * 2


@pytest.mark.parametrize("wrong", ["wrap", None, lambda house: "wrap"])
def test_a_house_is_made_of_rooms(wrong: Any) -> None:
    """Or of functions that make one of the house."""
    kind = "NoneType" if wrong is None else "str"
    with pytest.raises(LifecycleError, match=f"{kind} is no room"):
        HOUSE.with_(wrong)
