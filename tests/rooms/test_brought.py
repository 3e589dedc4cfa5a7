"""A room of an application's own is a room like ours, on every store."""

from __future__ import annotations

import asyncio
import inspect
import json
import pickle
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, assert_type

import attrs
import pytest

from orderlife import (
    Actor,
    Address,
    AsyncOrderDesk,
    Case,
    Contact,
    ExceptionKind,
    FreeText,
    Grant,
    LifecycleError,
    Line,
    Money,
    OrderDesk,
    OrderState,
    OrderView,
    Permissions,
    PlaceOrder,
    Policy,
    Ports,
    Recorded,
    Remedy,
    Tender,
    UnknownKeywordError,
    ValidationError,
)
from orderlife.building import Context, Trouble
from orderlife.codec import codec_of, loads
from orderlife.errors import (
    CodecError,
    DeniedError,
    InvariantError,
    NotAllowedError,
    NotFoundError,
    RoomMissingError,
)
from orderlife.house import HOUSE
from orderlife.invariants import check_invariants, violations
from orderlife.ports.store import Effect, EffectState, FindPeople
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import ShipmentDispatched
from orderlife.testing import START, Clock, FakeNotifier, in_memory_ports
from orderlife.timeline import Told, tell
from tests.rooms.gift_wrap import (
    GIFT_WRAP,
    LATE,
    TORN,
    WITH_WRAPS,
    WRAPPED,
    WRAPS,
    AskForWrap,
    PaperTorn,
    RunLate,
    WrapDone,
    WrapIt,
    WrapLate,
    WrapState,
    WrapVerbs,
    WrapWanted,
    wait_for_it,
)

STAFF = Actor("staff", "ada")
KINDS = ("memory", "sqlite", "postgresql")
GREETING = FindPeople(order_id="o1", refs=("o1-w1:greeting",))


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


def wish(number: int = 2, **fields: Any) -> AskForWrap:
    """A wish for a wrap."""
    return AskForWrap(
        order_id="o1",
        command_id=f"c{number}",
        actor=STAFF,
        paper="red",
        **fields,
    )


def wrapped(number: int = 3, wrap_id: str = "o1-w1") -> WrapIt:
    """It is wrapped."""
    return WrapIt(
        order_id="o1", command_id=f"c{number}", actor=STAFF, wrap_id=wrap_id
    )


@attrs.frozen
class World:
    """A desk, its clock and its notifier; and the same store, anew."""

    desk: OrderDesk
    clock: Clock
    url: str


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A desk with the room, over each store."""
    clock = Clock()
    url = str(tmp_path / "shop.db")
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    if request.param == "memory":
        yield World(
            OrderDesk.in_memory(clock=clock, house=WITH_WRAPS), clock, ""
        )
        return
    with OrderDesk.open(
        url, clock=clock, house=WITH_WRAPS, fakes=True
    ) as desk:
        desk.ports.inventory.receive("mug", "main", 5, "delivery")  # type: ignore[attr-defined]
        yield World(desk, clock, url)


def test_its_commands_are_followed_and_its_parts_kept(world: World) -> None:
    """As any room's are; the greeting stands apart."""
    desk = world.desk
    desk.submit(place())
    view = desk.submit(wish(greeting="for Ada"))
    assert WRAPS.of(view.case)["o1-w1"].state is WrapState.WANTED

    view = desk.submit(wrapped())
    assert WRAPS.of(view.case)["o1-w1"].state is WrapState.DONE
    assert WRAPS.of(desk.get("o1").case) == WRAPS.of(view.case)
    with pytest.raises(NotAllowedError, match="it is wrapped"):
        desk.submit(wrapped(4))
    kept = desk.ports.store.people(GREETING)
    assert kept == {"o1-w1:greeting": FreeText("for Ada")}


def test_the_same_command_again_gives_the_first_answer(world: World) -> None:
    """Its fingerprint is of its own kind."""
    world.desk.submit(place())
    first = world.desk.submit(wish())
    again = world.desk.submit(wish())
    assert first.version == again.version


def test_its_history_is_the_order_s(world: World) -> None:
    """Chained, verified, and folded by the same house."""
    desk = world.desk
    desk.submit(place())
    desk.submit(wish())
    desk.submit(wrapped())
    history = desk.history("o1")
    kinds = [type(recorded.event) for recorded in history]
    assert [WrapWanted, WrapDone] == [
        kind for kind in kinds if kind in {WrapWanted, WrapDone}
    ]
    check_invariants(desk.get("o1").case, history, WITH_WRAPS)
    assert desk.verify("o1")


def test_its_deadline_fires(world: World) -> None:
    """By the round of work of any desk or worker with the room."""
    desk = world.desk
    desk.submit(place())
    view = desk.submit(wish())
    assert LATE in {timer.kind for timer in WITH_WRAPS.timers(view.case)}
    world.clock.advance(timedelta(days=1))
    desk.work()
    found = desk.get("o1").case
    assert WRAPS.of(found)["o1-w1"].state is WrapState.LATE
    assert WrapLate in {type(r.event) for r in desk.history("o1")}


def test_its_exceptions_are_settled_by_its_remedies(world: World) -> None:
    """Its kind of item is one of the house's."""
    desk = world.desk
    desk.submit(place())
    desk.submit(wish())
    view = desk.report(PaperTorn(order_id="o1", wrap_id="o1-w1"))
    (item,) = view.exceptions
    assert item.contradiction.kind is TORN
    assert WITH_WRAPS.remedies[TORN] == (Remedy.RETRY, Remedy.ACCEPT)
    view = desk.exceptions.resolve(
        "o1", item.exception_id, Remedy.RETRY, "mend it"
    )
    assert view.exceptions == ()
    assert WRAPS.of(view.case)["o1-w1"].state is WrapState.LATE


def test_what_is_allowed_has_its_commands(world: World) -> None:
    """And says why the rest is not."""
    desk = world.desk
    desk.submit(place())
    desk.submit(wish())
    view = desk.submit(wrapped())
    assert "AskForWrap o1" in map(str, view.allowed())
    (why,) = [n for n in view.not_allowed() if n.command is WrapIt]
    assert "it is wrapped" in str(why)


def wrapped_case() -> tuple[Case, list[Recorded]]:
    """An order whose mug is wrapped, and all that was recorded of it."""
    desk = OrderDesk.in_memory(clock=Clock(), house=WITH_WRAPS)
    desk.submit(place())
    desk.submit(wish())
    view = desk.submit(wrapped())
    return view.case, list(desk.history("o1"))


def changed(case: Case, **fields: Any) -> Case:
    """The same order with another wrap."""
    wrap = attrs.evolve(WRAPS.of(case)["o1-w1"], **fields)
    return attrs.evolve(case, parts={"gift_wrap": {"o1-w1": wrap}})


def test_what_must_hold_of_its_part_is_checked() -> None:
    """By whoever checks with the house, and under the room's name."""
    case, history = wrapped_case()
    check_invariants(case, history, WITH_WRAPS)
    torn = changed(case, paper="")

    with pytest.raises(InvariantError) as caught:
        check_invariants(torn, None, WITH_WRAPS)
    assert "order o1: invariant gift_wrap.1: o1-w1 has no paper" == str(
        caught.value
    )
    (found,) = violations(torn, house=WITH_WRAPS)
    assert ("gift_wrap", 1) == (found.room, found.number)
    assert [] == list(violations(torn))  # ours does not know of wraps


def test_what_must_hold_before_an_event_is_checked() -> None:
    """Before its own events, and before those of our rooms."""
    case, history = wrapped_case()
    events = [recorded.event for recorded in history]
    gone = ShipmentDispatched(shipment_id="o1-s1", at=START)
    told = [
        attrs.evolve(history[0], sequence=number, event=event)
        for number, event in enumerate(
            [*events, WrapDone(wrap_id="o1-w1"), gone], 1
        )
    ]
    early = [*told[:-3], attrs.evolve(told[-1], sequence=len(told) - 2)]

    said = [str(found) for found in violations(case, told, WITH_WRAPS)]
    assert "invariant gift_wrap.2: o1-w1 is wrapped again" in said
    assert "invariant gift_wrap.3: o1-w1 is missed" not in said
    said = [str(found) for found in violations(case, early, WITH_WRAPS)]
    assert "invariant gift_wrap.3: o1-w1 is missed" in said


def test_what_must_hold_of_its_history_is_checked() -> None:
    """Where the history is given."""
    case, history = wrapped_case()
    others = [r for r in history if not isinstance(r.event, WrapWanted)]

    said = [str(found) for found in violations(case, others, WITH_WRAPS)]
    assert "invariant gift_wrap.4: 0 were wanted" in said


def test_it_may_move_an_order_on() -> None:
    """As our rooms do: then the order does not stand still."""
    case, _ = wrapped_case()
    (shipment,) = case.shipments.values()
    gone = attrs.evolve(shipment, state=ShipmentState.DELIVERED)
    still = attrs.evolve(case, shipments={shipment.shipment_id: gone})
    late = changed(still, state=WrapState.LATE)

    stands = (40, "nothing moves it on: it is confirmed")
    for case, expected in ((still, True), (late, False)):
        found = [
            (violation.number, violation.what)
            for violation in violations(case, house=WITH_WRAPS)
        ]
        assert expected is (stands in found)


def test_permissions_know_it() -> None:
    """A grant is of any command."""
    clock = Clock()
    policy = Policy(
        permit=Permissions(
            kinds={"staff": (Grant(PlaceOrder), Grant(AskForWrap))}
        )
    )
    ports = in_memory_ports(clock=clock, house=WITH_WRAPS)
    desk = OrderDesk(ports, policy=policy, clock=clock, house=WITH_WRAPS)
    desk.submit(place())
    desk.submit(wish())
    with pytest.raises(DeniedError, match="WrapIt is not granted"):
        desk.submit(wrapped())


def test_it_has_a_status_of_its_own(world: World) -> None:
    """In a word, beside ours; whoever has no such room reads of those."""
    desk = world.desk
    wraps = WrapVerbs(desk)
    none = desk.submit(place())
    wanted = wraps.ask("o1", "red")
    done = wraps.wrap("o1-w1")

    assert ["none", "wanted", "done"] == [
        view.status_of("gift_wrap") for view in (none, wanted, done)
    ]
    assert none.status == wanted.status
    with pytest.raises(
        NotFoundError, match="room 'ribbon'; there is gift_wrap"
    ):
        done.status_of("ribbon")
    read: OrderView = pickle.loads(pickle.dumps(done))  # noqa: S301
    with pytest.raises(NotFoundError, match=r"no status of room 'gift_wrap'$"):
        read.status_of("gift_wrap")


def test_a_timeline_has_its_sentences(world: World) -> None:
    """Told by the house; by its name, what has none or is not known."""
    desk = world.desk
    desk.submit(place())
    desk.submit(wish())
    world.clock.advance(timedelta(days=1))
    desk.work()
    desk.submit(wrapped())
    case, told, without = Case(order_id="o1"), [], []
    for recorded in desk.history("o1"):
        case = WITH_WRAPS.evolve(case, recorded.event)
        told.append(tell(recorded.event, case, desk.engine.house))
        without.append(tell(recorded.event, case))

    assert (
        told[0]
        == without[0]
        == Told("placed: 1 x mug; 9.00 EUR, by card", "order")
    )
    late = Told("wrap late", "order", detail=True)
    assert [Told("o1-w1: in red", "gift_wrap"), late] == [
        each for each in told if "w1: in" in each.what or "late" in each.what
    ]
    assert Told("o1-w1: is in red", "gift_wrap") == told[-1]
    assert Told("wrap wanted", "order", detail=True) in without
    assert Told("wrap done", "order", detail=True) == without[-1]


def test_its_message_is_sent() -> None:
    """Under a kind of its own."""
    clock = Clock()
    ports = in_memory_ports(clock=clock, house=WITH_WRAPS)
    desk = OrderDesk(ports, clock=clock, house=WITH_WRAPS)
    desk.submit(place())
    desk.submit(wish())
    desk.submit(wrapped())
    notifier = ports.notifier
    assert isinstance(notifier, FakeNotifier)
    assert "gift_wrap.wrapped" in {
        each.message.value for each in notifier.sent
    }


def test_an_async_desk_takes_it_too() -> None:
    """The same house, awaited."""

    async def live() -> None:
        desk = AsyncOrderDesk.in_memory(clock=Clock(), house=WITH_WRAPS)
        await desk.submit(place())
        view = await desk.submit(wish())
        assert list(WRAPS.of(view.case)) == ["o1-w1"]
        assert await desk.verify("o1")

    asyncio.run(live())


def test_its_verbs_are_asked_of_a_desk(world: World) -> None:
    """By the very base that the verbs of our rooms stand on."""
    desk = world.desk
    desk.submit(place())
    wraps = WrapVerbs(desk)
    view = wraps.ask("o1", "red", "for Ada", actor=STAFF, command_id="c2")
    assert view.version == desk.submit(wish(greeting="for Ada")).version
    assert_type(view, OrderView)
    (item,) = wraps.tear("o1-w1", fact_id="f1").exceptions
    assert item.contradiction.kind is TORN
    view = wraps.wrap("o1-w1")
    assert WRAPS.of(view.case)["o1-w1"].state is WrapState.DONE
    assert desk.history("o1")[-1].actor == Actor("staff", "desk")
    with pytest.raises(UnknownKeywordError, match="did you mean 'paper'"):
        wraps.ask("o1", papier="red")  # type: ignore[call-arg]
    with pytest.raises(NotAllowedError, match="it is wrapped"):
        wraps.wrap("o1-w1")


def test_its_verbs_are_awaited_of_an_async_desk() -> None:
    """They are the same ones."""

    async def live() -> None:
        desk = AsyncOrderDesk.in_memory(clock=Clock(), house=WITH_WRAPS)
        await desk.submit(place())
        wraps = WrapVerbs(desk)
        view = await wraps.ask("o1", "red")
        assert_type(view, OrderView)
        await wraps.tear("o1-w1")
        view = await wraps.wrap("o1-w1")
        assert WRAPS.of(view.case)["o1-w1"].state is WrapState.DONE

    asyncio.run(live())


@pytest.mark.parametrize(
    ("parts", "why"),
    [([], "parts by room"), ({"gift_wrap": []}, "parts by their ids")],
)
def test_parts_of_another_shape_are_refused(parts: Any, why: str) -> None:
    """They say where it is."""
    desk = OrderDesk.in_memory(clock=Clock(), house=WITH_WRAPS)
    desk.submit(place())
    codec = codec_of(WITH_WRAPS)
    document = json.loads(codec.dumps(desk.submit(wish()).case, "case"))
    document["data"]["parts"] = parts
    with pytest.raises(CodecError, match=why):
        codec.loads(json.dumps(document), "case")


def test_documents_carry_the_room_s_name() -> None:
    """So that whoever lacks it can say so."""
    codec = codec_of(WITH_WRAPS)
    document = codec.dumps(wish(), "command")
    assert '"gift_wrap.AskForWrap"' in document
    assert codec.loads(document, "command") == wish()
    with pytest.raises(RoomMissingError, match="'gift_wrap'") as caught:
        loads(document, "command")
    assert caught.value.room == "gift_wrap"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_house_without_the_room_never_writes_over_it(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """It says which room is missing, and leaves the order as it is."""
    clock = Clock()
    url = str(tmp_path / "shop.db")
    if kind == "postgresql":
        url = request.getfixturevalue("postgres_url")
    with OrderDesk.open(
        url, clock=clock, house=WITH_WRAPS, fakes=True
    ) as desk:
        desk.submit(place())
        before = desk.submit(wish(greeting="for Ada"))

    with OrderDesk.open(url, clock=clock, fakes=True) as without:
        with pytest.raises(RoomMissingError, match="'gift_wrap'"):
            without.get("o1")
        with pytest.raises(RoomMissingError, match="'gift_wrap'"):
            without.cancel("o1", "customer")
        without.work()
        # A person's data is found all the same.
        assert without.erase(order_id="o1") >= 3

    with OrderDesk.open(
        url, clock=clock, house=WITH_WRAPS, fakes=True
    ) as desk:
        assert desk.get("o1").version == before.version
        assert desk.ports.store.people(GREETING) == {}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_a_missing_room_asks_for_is_left_to_who_has_it(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Nobody is asked about it meanwhile, and nothing of it is lost."""
    clock = Clock()
    url = str(tmp_path / "shop.db")
    if kind == "postgresql":
        url = request.getfixturevalue("postgres_url")
    with OrderDesk.open(
        url, clock=clock, house=WITH_WRAPS, inline=False, fakes=True
    ) as desk:
        desk.submit(place())
        desk.submit(wish())
        desk.submit(wrapped())

    with OrderDesk.open(url, clock=clock, fakes=True) as without:
        without.work()

    clock.advance(timedelta(minutes=10))  # a claim that ran out by then
    with OrderDesk.open(
        url, clock=clock, house=WITH_WRAPS, fakes=True
    ) as desk:
        (told,) = _wraps_told(desk)
        assert told.state is EffectState.PENDING
        desk.work()
        (told,) = _wraps_told(desk)
        assert told.state is EffectState.DONE


def _wraps_told(desk: OrderDesk) -> list[Effect]:
    return [
        effect
        for effect in desk.effects("o1")
        if getattr(effect.intent, "message", None) is WRAPPED
    ]


def test_kinds_are_a_room_s_own() -> None:
    """No room takes another's, and no name is taken twice."""
    with pytest.raises(LifecycleError, match="needs a name of its own"):
        HOUSE.with_(attrs.evolve(GIFT_WRAP, name="order"))
    with pytest.raises(LifecycleError, match=r"gift_wrap.torn is another's"):
        HOUSE.with_(attrs.evolve(GIFT_WRAP, name="wraps", deadlines=()))
    with pytest.raises(LifecycleError, match=r"gift_wrap.late is another's"):
        HOUSE.with_(attrs.evolve(GIFT_WRAP, name="wraps"))
    assert TORN is ExceptionKind("gift_wrap.torn")
    assert TORN not in set(ExceptionKind)
    assert (TORN.room, ExceptionKind.DISPUTE.room) == ("gift_wrap", "")
    with pytest.raises(ValueError, match="not a valid"):
        ExceptionKind("torn")


def test_a_house_with_a_room_is_ours_and_the_room() -> None:
    """Behind ours, and before them at rest; what ours decide, stays."""

    def more(case: Case, item: object, context: Context) -> list[RunLate]:
        return []

    known = ExceptionKind.EFFECT_FAILED
    room = attrs.evolve(
        GIFT_WRAP,
        troubles=(*GIFT_WRAP.troubles, Trouble(known, {Remedy.RESHIP: more})),
    )
    at_rest = {OrderState.CONFIRMED: (wait_for_it,), OrderState.DRAFT: ()}
    ours = HOUSE.with_(room, at_rest=at_rest)

    assert HOUSE.brought == ()
    assert [room.name for room in ours.brought] == ["gift_wrap"]
    assert ours.inputs - HOUSE.inputs == {AskForWrap, WrapIt, PaperTorn}
    assert ours.answered_by == HOUSE.answered_by
    assert {*ours.deadlines} - {*HOUSE.deadlines} == {LATE}
    assert ours.remedies[TORN] == (Remedy.RETRY, Remedy.ACCEPT)
    assert ours.remedies[known] == (*HOUSE.remedies[known], Remedy.RESHIP)
    draft, confirmed = OrderState.DRAFT, OrderState.CONFIRMED
    assert ours.matters[draft] == HOUSE.matters.get(draft, ())
    first, *rest = ours.matters[confirmed]
    assert inspect.unwrap(first) is wait_for_it
    assert tuple(rest) == HOUSE.matters[confirmed]

    clock = Clock()
    desk = OrderDesk.in_memory(clock=clock, house=ours)
    desk.submit(place())
    view = desk.submit(wish())
    plain = OrderDesk.in_memory(clock=clock).submit(place()).status
    assert plain == view.status
    assert "wanted" == view.status_of("gift_wrap")
    clock.advance(timedelta(days=3))
    desk.work()
    assert any(isinstance(r.event, WrapLate) for r in desk.history("o1"))


def test_a_house_is_a_house() -> None:
    """Anything else is refused when the desk is made."""
    wrong: Any = GIFT_WRAP
    ports: Ports = in_memory_ports(clock=Clock())
    with pytest.raises(ValidationError, match="is a Room, and no House"):
        OrderDesk(ports, house=wrong)
