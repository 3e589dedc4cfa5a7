"""A port of an application's own is a port like ours, on every store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Protocol

import attrs
import pytest

from orderlife import (
    Actor,
    Address,
    AsyncOrderDesk,
    Case,
    Contact,
    Event,
    Fact,
    FreeText,
    Line,
    Money,
    OrderDesk,
    PlaceOrder,
    Remedy,
    Tender,
    ValidationError,
)
from orderlife.building import HOUSE, Context, Port, asks, hears, reports
from orderlife.codec import codec_of
from orderlife.errors import LifecycleError, RoomMissingError
from orderlife.ports.base import (
    Capabilities,
    Intent,
    NotKnown,
    PersonalIntent,
    Unknown,
)
from orderlife.ports.store import Effect, EffectState
from orderlife.testing import Clock, FakeCarrier, FakeGateway, FakeNotifier
from orderlife.worker import Providers
from tests.rooms.engraving import (
    ENGRAVER,
    ENGRAVING,
    ENGRAVINGS,
    OUR_HOUSE,
    AskForEngraving,
    AsyncWorkshop,
    Engrave,
    Engraved,
    EngravingAsked,
    EngravingReported,
    Queued,
    State,
    TooHard,
    Workshop,
    stray,
    told,
)

STAFF = Actor("staff", "ada")
NAME = "o1-e1:engrave:1"


def place() -> PlaceOrder:
    """An order of a mug."""
    return PlaceOrder(
        order_id="o1",
        command_id="c1",
        actor=STAFF,
        lines=(Line(sku="mug", quantity=1, unit_price=Money("9.00", "EUR")),),
        tenders=(Tender("card", "tok_visa"),),
        ship_to=Address(
            name="Ada", lines=("1 Way",), city="Bonn", country="DE"
        ),
        contact=Contact(email="ada@example.org"),
    )


WISH = AskForEngraving(
    order_id="o1", command_id="c2", actor=STAFF, text="For Ada"
)


@attrs.frozen
class World:
    """A desk with an engraver, over a store."""

    desk: OrderDesk
    workshop: Workshop
    clock: Clock

    @property
    def state(self) -> State:
        """Where the engraving is."""
        return ENGRAVINGS.of(self.desk.get("o1").case)["o1-e1"].state

    @property
    def effect(self) -> Effect:
        """What was asked of the engraver."""
        (found,) = (
            effect
            for effect in self.desk.effects("o1")
            if effect.intent.port == "engraver"
        )
        return found


@pytest.fixture(params=("memory", "sqlite", "postgresql"))
def open_world(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., World]]:
    """Makes a desk whose engraver answers so, over each store."""
    opened: list[OrderDesk] = []

    def make(*answers: Any) -> World:
        clock, workshop = Clock(), Workshop(*answers)
        more = {"engraver": workshop}
        if request.param == "memory":
            desk = OrderDesk.in_memory(clock=clock, more=more, house=OUR_HOUSE)
        else:
            url = str(tmp_path / "shop.db")
            if request.param == "postgresql":
                url = request.getfixturevalue("postgres_url")
            desk = OrderDesk.open(
                url, clock=clock, more=more, house=OUR_HOUSE, fakes=True
            )
        opened.append(desk)
        desk.submit(place())
        desk.submit(WISH)
        return World(desk, workshop, clock)

    yield make
    for desk in opened:
        desk.close()


def test_an_own_port_is_asked_and_its_answer_is_recorded(
    open_world: Callable[..., World],
) -> None:
    """With the person's text, which stands in no event and no effect."""
    world = open_world()

    (asked,) = world.workshop.asked
    assert dict(asked.people) == {"o1-e1:text": FreeText("For Ada")}
    assert asked.key
    assert (world.state, world.effect.state) == (State.DONE, EffectState.DONE)
    assert "For Ada" not in repr(world.desk.effects("o1"))
    assert world.desk.verify("o1")


def test_a_refusal_is_what_the_room_makes_of_it(
    open_world: Callable[..., World],
) -> None:
    """Nobody is asked about it."""
    world = open_world(TooHard())

    assert world.state is State.IMPOSSIBLE
    assert world.effect.state is EffectState.DECLINED
    assert world.desk.get("o1").exceptions == ()


def test_a_lost_answer_is_asked_for_again(
    open_world: Callable[..., World],
) -> None:
    """Under the same key."""
    world = open_world(Unknown("lost"))
    assert (world.state, world.effect.state) == (
        State.ASKED,
        EffectState.IN_DOUBT,
    )

    world.clock.advance(hours=1)
    world.desk.work()

    first, again = world.workshop.asked
    assert first.key == again.key
    assert world.state is State.DONE


def test_what_was_accepted_ends_with_its_report(
    open_world: Callable[..., World],
) -> None:
    """A webhook may bring it, and twice does no harm."""
    world = open_world(Queued())
    assert world.effect.state is EffectState.WAITING
    report = told(world.workshop.asked[0], Engraved())

    for _ in range(2):
        world.desk.report(report)
        assert world.state is State.DONE
        assert world.effect.state is EffectState.DONE


def test_a_report_in_doubt_ends_nothing(
    open_world: Callable[..., World],
) -> None:
    """Nor does one of another operation."""
    world = open_world(Queued())
    known = told(world.workshop.asked[0], Unknown())
    for report in (
        known,
        attrs.evolve(known, outcome=Engraved(), operation_id="o1:capture:1"),
        attrs.evolve(known, outcome=Engraved(), engraving_id="o1-e9"),
    ):
        world.desk.report(report)
        assert world.effect.state is EffectState.WAITING


def test_an_answer_that_answers_something_else_goes_to_a_person(
    open_world: Callable[..., World],
) -> None:
    """And the effect is not over by it."""
    world = open_world(Queued())
    world.desk.report(
        attrs.evolve(
            told(world.workshop.asked[0], Engraved()),
            operation_id="o1-e1:polish:1",
        )
    )

    (item,) = world.desk.get("o1").exceptions
    assert item.contradiction.subject == "o1-e1:polish:1"
    assert world.state is State.ASKED


def test_what_is_never_answered_is_given_up_and_tried_again(
    open_world: Callable[..., World],
) -> None:
    """By a person, as with any port."""
    world = open_world(*[Unknown("lost")] * 8)
    for _ in range(12):
        world.clock.advance(hours=2)
        world.desk.work()
    (item,) = world.desk.get("o1").exceptions
    assert item.contradiction.expected == f"engraver performs {NAME}"

    world.desk.exceptions.resolve(
        "o1", item.exception_id, Remedy.RETRY, "it works now"
    )
    world.desk.work()

    assert world.state is State.DONE


def test_an_async_desk_has_own_ports_too() -> None:
    """Awaited."""

    async def live() -> None:
        workshop = Workshop()
        desk = AsyncOrderDesk.in_memory(
            more={"engraver": AsyncWorkshop(workshop)}, house=OUR_HOUSE
        )
        await desk.submit(place())
        view = await desk.submit(WISH)
        assert ENGRAVINGS.of(view.case)["o1-e1"].state is State.DONE
        assert len(workshop.asked) == 1

    asyncio.run(live())


def test_a_worker_takes_own_ports() -> None:
    """Among the adapters that an application gives it."""
    desk = OrderDesk.in_memory(more={"engraver": Workshop()}, house=OUR_HOUSE)
    more = {"engraver": Workshop()}
    providers = Providers(
        payment=FakeGateway(desk.engine.clock),
        carrier=FakeCarrier(desk.engine.clock),
        notifier=FakeNotifier(desk.engine.clock),
        more=more,
    )
    ports = providers.ports(desk.ports.store, desk.ports.inventory)
    assert ports.more == more
    assert OrderDesk(ports, house=OUR_HOUSE).engine.capabilities.keys() == {
        *HOUSE.ports,
        "engraver",
    }


def test_a_desk_without_the_adapter_says_so() -> None:
    """Before it has promised anything."""
    with pytest.raises(ValidationError, match=r"ports\.engraver: is a None"):
        OrderDesk.in_memory(house=OUR_HOUSE)


@pytest.mark.parametrize(
    ("name", "house", "why"),
    [
        (
            "engraver",
            HOUSE,
            r"of a room of yours: the house has no port but ours; give the",
        ),
        ("polisher", OUR_HOUSE, r"of a room of yours; those are: engraver$"),
        ("payment", OUR_HOUSE, r"a port of ours: give its adapter as payment"),
    ],
)
def test_an_adapter_of_no_port_is_refused(
    name: str, house: Any, why: str
) -> None:
    """Nothing that is given is dropped in silence."""
    more = {"engraver": Workshop(), name: Workshop()}
    why = rf"ports\.more\['{name}'\]: is .*{why}"
    with pytest.raises(ValidationError, match=why):
        OrderDesk.in_memory(more=more, house=house)


def test_a_port_moves_something_unless_it_only_informs() -> None:
    """So does one that the house does not know."""
    ours = HOUSE.with_(ENGRAVING)
    moving = {port: ours.moves(port) for port in ("engraver", "notifier", "x")}
    assert moving == {"engraver": True, "notifier": False, "x": True}


def test_an_intent_carries_the_rooms_name() -> None:
    """So that a house without the room can say which one it lacks."""
    codec = codec_of(OUR_HOUSE)
    intent = Engrave(
        operation_id=NAME, order_id="o1", engraving_id="o1-e1", text="o1:x"
    )
    document = codec.dumps(intent, "intent")
    assert '"engraving.Engrave"' in document
    assert codec.loads(document, "intent") == intent
    with pytest.raises(RoomMissingError) as caught:
        codec_of(HOUSE).loads(document, "intent")
    assert caught.value.room == "engraving"


# --- what a house sees to -----------------------------------------------


@attrs.frozen(kw_only=True)
class Polish(Intent):
    """Of no port."""

    port: ClassVar[str] = "polisher"


@attrs.frozen(kw_only=True)
class Silent(Fact):
    """It has no operation."""

    engraving_id: str


@attrs.frozen(kw_only=True)
class Narrow(Fact):
    """It cannot hold every answer."""

    engraving_id: str
    operation_id: str
    outcome: Engraved


def polish(
    case: Case, event: EngravingAsked, context: Context
) -> Iterator[Polish]:
    """Ask nobody."""
    raise NotImplementedError


def hear(part: Any, fact: Any, context: Context) -> Iterator[Event]:
    """Hear it."""
    raise NotImplementedError


def hearing(fact: type[Fact]) -> Any:
    """The room, whose engraver is answered by another fact."""
    return attrs.evolve(
        ENGRAVING,
        facts=(*ENGRAVING.facts, hears(fact, hear, unknown=stray)),  # type: ignore[arg-type]
        reports=(reports(Engrave, fact, lambda *_: None),),
    )


def named(name: str) -> Any:
    """The room, with a port of that name."""

    @attrs.frozen(kw_only=True)
    class Ask(Intent):
        port: ClassVar[str] = name

    class Asked(Protocol):
        @property
        def capabilities(self) -> Capabilities: ...

        def ask(self, intent: Ask, /) -> Engraved | Unknown: ...

        def look_up(self, intent: Ask, /) -> Engraved | Unknown | NotKnown: ...

    globals()["Ask"] = Ask
    return attrs.evolve(ENGRAVING, ports=(ENGRAVER, Port(name, Asked)))


def faceless() -> Any:
    """The room, with an intent that refers to nobody."""

    @attrs.frozen(kw_only=True)
    class Write(PersonalIntent):
        port: ClassVar[str] = "writer"

    class Writer(Protocol):
        @property
        def capabilities(self) -> Capabilities: ...

        def write(self, intent: Write, /) -> Engraved | Unknown: ...

        def look_up(
            self, intent: Write, /
        ) -> Engraved | Unknown | NotKnown: ...

    globals()["Write"] = Write
    return attrs.evolve(ENGRAVING, ports=(ENGRAVER, Port("writer", Writer)))


WRONG: dict[str, tuple[Callable[[], Any], str]] = {
    "an intent of no port": (
        lambda: attrs.evolve(ENGRAVING, asks=(asks(EngravingAsked, polish),)),
        "room engraving: Polish is performed by no port",
    ),
    "a port twice": (
        lambda: attrs.evolve(ENGRAVING, ports=(ENGRAVER, ENGRAVER)),
        "room engraving: Engraver is port engraver twice",
    ),
    "a port of ours": (
        lambda: attrs.evolve(
            ENGRAVING, ports=(ENGRAVER, HOUSE.ports["payment"])
        ),
        "room engraving: PaymentGateway is port payment twice",
    ),
    "an answer that is reported nowhere": (
        lambda: attrs.evolve(ENGRAVING, reports=()),
        "room engraving: Engrave is answered by port engraver, and reported",
    ),
    "a fact that nobody hears": (
        lambda: attrs.evolve(ENGRAVING, facts=()),
        "room engraving: EngravingReported is nobody's",
    ),
    "a fact without an operation": (
        lambda: hearing(Silent),
        "room engraving: Silent has no operation_id",
    ),
    "a fact that is too narrow": (
        lambda: hearing(Narrow),
        "room engraving: Narrow needs an outcome: all that port engraver",
    ),
    "a name that is taken": (
        lambda: named("store"),
        "room engraving: no port can be 'store'",
    ),
    "a name that is none": (
        lambda: named("Engraver 2"),
        "room engraving: no port can be 'Engraver 2'",
    ),
    "an intent that refers to nobody": (
        faceless,
        "room engraving: Write says not which of its fields refers to a",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_house_names_what_is_wrong_with_a_port(name: str) -> None:
    """It is not made then."""
    room, why = WRONG[name]
    with pytest.raises(LifecycleError, match=why):
        HOUSE.with_(room())


def test_an_own_port_is_told_of_in_the_fact() -> None:
    """As those of the library are."""
    assert OUR_HOUSE.answered_by[EngravingReported] == "engraver"
    assert OUR_HOUSE.methods[Engrave] == "engrave"


def test_what_was_accepted_waits_without_a_word_of_the_room() -> None:
    """Its answer alone says that there is another to come."""
    quiet = attrs.evolve(ENGRAVING, awaits=None)
    workshop = Workshop(Queued())
    desk = OrderDesk.in_memory(
        more={"engraver": workshop}, house=HOUSE.with_(quiet)
    )
    desk.submit(place())
    desk.submit(WISH)
    (effect,) = (
        each for each in desk.effects("o1") if each.operation_id == NAME
    )
    assert effect.state is EffectState.WAITING

    desk.report(told(workshop.asked[0], Engraved()))
    (effect,) = (
        each for each in desk.effects("o1") if each.operation_id == NAME
    )
    assert effect.state is EffectState.DONE
