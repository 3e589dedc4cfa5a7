"""What a house gives to the functions of a room, and what it says itself."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import attrs
import pytest

from orderlife import (
    CancelOrder,
    Case,
    Choice,
    Command,
    Decision,
    Event,
    OpenHold,
    OrderState,
    Policy,
    Refusal,
    ValidationError,
)
from orderlife._kernel.house import House
from orderlife._kernel.verbs import disagree
from orderlife.building import (
    HOUSE,
    Context,
    Offer,
    Trial,
    Verbs,
    asks,
    hears,
    objects,
    offer,
    on,
    verb,
)
from orderlife.errors import (
    LifecycleError,
    NotAllowedError,
    RoomError,
    UnknownKeywordError,
)
from orderlife.house import ROOMS
from orderlife.policy.registries import Reason
from orderlife.rooms.order.messages import AuthorityUsed
from orderlife.testing.scenario import NOON
from tests.process import made
from tests.rooms import engraving, gift_wrap
from tests.rooms.gift_wrap import (
    GIFT_WRAP,
    AskForWrap,
    PaperTorn,
    RunLate,
    WrapIt,
    WrapTerms,
    WrapWanted,
)
from tests.rooms.test_brought import STAFF, wish
from tests.rooms.test_faults import breaks

PLACED = made.case()


def decided(answer: Decision | Refusal) -> Decision:
    """What was decided."""
    assert isinstance(answer, Decision), answer
    return answer


def refused(answer: Decision | Refusal) -> str:
    """Why it was not."""
    assert isinstance(answer, Refusal), answer
    return str(answer.error)


class Seen(list[Any]):
    """Functions that keep the context that they are given."""

    def giving(self, answer: Any = ()) -> Any:
        """A function that keeps it, and gives this."""

        def function(*given: Any) -> Any:
            self.append(given[-1])
            return answer

        return function


@pytest.mark.parametrize("notify", [True, False])
def test_a_decision_about_a_command_has_one_context(*, notify: bool) -> None:
    """For all functions that have a part in it."""
    seen = Seen()
    room = attrs.evolve(
        GIFT_WRAP,
        objects=(on(AskForWrap, seen.giving(None)),),
        reacts=(on(WrapWanted, seen.giving()),),
        asks=(asks(WrapWanted, seen.giving()),),
        gives_away=seen.giving(0),
        hold_reasons=(Reason(code="gift_wrap.no_paper", label="No paper"),),
    )
    house = HOUSE.with_(room)
    policy = Policy(pages=(WrapTerms(),))
    command = attrs.evolve(wish(), notify=notify)
    decided(house.handle(PLACED, command, NOON, policy))
    context = Context(
        now=NOON,
        policy=policy,
        actor=STAFF,
        notify=notify,
        brought=house.words,
    )
    assert seen == [context] * 4


@pytest.mark.parametrize("known", [True, False])
def test_a_decision_about_a_fact_says_that_it_hears(*, known: bool) -> None:
    """By its context; its source is the actor."""
    seen = Seen()
    room = attrs.evolve(
        GIFT_WRAP,
        facts=(hears(PaperTorn, seen.giving(), unknown=seen.giving()),),
    )
    house = HOUSE.with_(room)
    case = decided(house.handle(PLACED, wish(), NOON)).case
    wrap_id = "o1-w1" if known else "o1-w9"
    fact = PaperTorn(order_id="o1", wrap_id=wrap_id)
    decided(house.handle(case, fact, NOON))
    assert seen == [
        Context(
            now=NOON,
            policy=Policy(),
            actor=fact.source,
            hears=True,
            brought=house.words,
        )
    ]


def test_what_catches_an_answer_has_the_context_of_the_fact() -> None:
    """Before the room that the answer is for."""
    seen = Seen()
    house = HOUSE.with_(
        attrs.evolve(engraving.ENGRAVING, catches=seen.giving([]))
    )
    fact = engraving.EngravingReported(
        order_id="o1",
        engraving_id="o1-e1",
        operation_id="o1-e1:engrave:1",
        outcome=engraving.Engraved(),
    )
    assert decided(house.handle(PLACED, fact, NOON)).events == ()
    (context,) = seen
    assert (context.now, context.hears) == (NOON, True)


def test_what_is_recorded_names_its_cause() -> None:
    """A fact without an id has none."""

    def torn(*_: object) -> list[RunLate]:
        return [RunLate(wrap_id="o1-w1")]

    facts: Any = (hears(PaperTorn, torn, unknown=gift_wrap.unknown),)
    house = HOUSE.with_(attrs.evolve(GIFT_WRAP, facts=facts))
    case = decided(house.handle(PLACED, wish(), NOON)).case
    for fact_id in ("", "f1"):
        fact = PaperTorn(order_id="o1", wrap_id="o1-w1", fact_id=fact_id)
        (recorded,) = decided(house.handle(case, fact, NOON)).events
        assert recorded.cause == fact_id
    (recorded,) = decided(house.handle(PLACED, wish(), NOON)).events
    assert recorded.cause == wish().command_id


def test_what_goes_out_is_concluded_with_the_case_as_it_would_be() -> None:
    """And what is concluded is recorded."""
    given: list[tuple[Case, int, Command, Policy]] = []

    def concludes(
        case: Case, minor: int, command: Command, policy: Policy
    ) -> Iterable[Event]:
        given.append((case, minor, command, policy))
        return [AuthorityUsed(actor="staff/ada", minor=minor)]

    house = House(
        *ROOMS,
        attrs.evolve(GIFT_WRAP, gives_away=lambda *_: 250),
        phase=lambda case: None,
        at_rest={},
        admits=lambda *_: None,
        concludes=concludes,
        own=len(ROOMS),
    )
    policy = Policy()
    answer = decided(house.handle(PLACED, wish(), NOON, policy))
    ((case, minor, command, asked_of),) = given
    assert case.parts["gift_wrap"]
    assert (minor, command) == (250, wish())
    assert asked_of is policy
    assert answer.events[-1].event == AuthorityUsed(
        actor="staff/ada", minor=250
    )


def test_offers_are_those_of_a_time_a_policy_and_an_actor() -> None:
    """Those about the order come before those about its parts."""
    seen: list[Context] = []

    def offers(case: Case, context: Context) -> Iterator[Offer]:
        seen.append(context)
        for wrap_id in case.parts["gift_wrap"]:
            yield offer(case, context.actor, WrapIt, wrap_id, wrap_id=wrap_id)
        yield offer(case, context.actor, AskForWrap, paper="red")

    reason = Reason(code="gift_wrap.no_paper", label="No paper")
    room = attrs.evolve(GIFT_WRAP, offers=offers, hold_reasons=(reason,))
    house = HOUSE.with_(room)
    case = decided(house.handle(PLACED, wish(), NOON)).case

    def permit(actor: object, command: Command) -> str:
        return "" if type(command) in {WrapIt, AskForWrap} else "not now"

    policy = Policy(permit=permit)
    allowed, refused_ = house.possible(case, NOON, policy, STAFF)
    assert [each.command for each in allowed] == [AskForWrap, WrapIt]
    assert all("not now" in str(each.error) for each in refused_)
    assert seen == [
        Context(now=NOON, policy=policy, actor=STAFF, brought=house.words)
    ]


def words_of(house: House, kind: type, field: str) -> list[str]:
    """The words that a field of an allowed command may be given."""
    allowed, _ = house.possible(PLACED, NOON, Policy(), STAFF)
    (found,) = (each for each in allowed if each.command is kind)
    choice = found.choice(field)
    assert choice is not None
    return [option.value for option in choice.options]


def test_what_a_room_objects_to_is_no_choice() -> None:
    """Of any command, ours as well: each word is tried then."""

    def no_fraud(case: Case, command: CancelOrder, context: Context) -> None:
        if command.reason == "fraud":
            raise NotAllowedError("cancel", "order o1", "no", "ask")

    room = attrs.evolve(GIFT_WRAP, objects=(objects(CancelOrder, no_fraud),))
    ours = words_of(HOUSE, CancelOrder, "reason")
    assert "fraud" in ours
    theirs = words_of(HOUSE.with_(room), CancelOrder, "reason")
    assert [word for word in ours if word != "fraud"] == theirs


def test_a_room_says_what_its_commands_may_be_given() -> None:
    """Words that its rules would follow, and labels for them."""

    def papers(trial: Trial) -> Iterator[Choice]:
        labels = {"red": "Red", "": "None"}
        yield from trial.words("paper", labels)
        yield from trial.words("greeting", {})

    def offers(case: Case, context: Context) -> Iterator[Offer]:
        yield offer(
            case, context.actor, AskForWrap, paper="red", choices=papers
        )

    house = HOUSE.with_(attrs.evolve(GIFT_WRAP, offers=offers))
    assert words_of(house, AskForWrap, "paper") == ["red", ""]
    allowed, _ = house.possible(PLACED, NOON, Policy(), STAFF)
    (found,) = (each for each in allowed if each.command is AskForWrap)
    assert found.label == "Ask for wrap"
    assert len(found.choices) == 1


def test_a_reason_of_a_room_has_its_label_or_its_word() -> None:
    """A word of the policy has the label that stands there."""
    reason = Reason(code="gift_wrap.no_paper", label="No paper")
    house = HOUSE.with_(attrs.evolve(GIFT_WRAP, hold_reasons=(reason,)))
    assert "gift_wrap.no_paper" in words_of(house, OpenHold, "reason")


def test_an_event_is_asked_about_with_its_context() -> None:
    """``House.asked`` gives what it asks of ports."""
    seen = Seen()
    room = attrs.evolve(GIFT_WRAP, asks=(asks(WrapWanted, seen.giving()),))
    house = HOUSE.with_(room)
    event = decided(house.handle(PLACED, wish(), NOON)).events[0].event
    context = Context(now=NOON, policy=Policy(), actor=STAFF)
    seen.clear()
    assert list(house.asked(PLACED, event, context)) == []
    assert seen == [context]


def test_a_policy_has_pages_of_the_house_s_rooms_alone() -> None:
    """A page of another is refused, and not ignored."""
    policy = Policy(pages=(WrapTerms(),))
    house = HOUSE.with_(GIFT_WRAP)
    assert decided(house.handle(PLACED, wish(), NOON, policy)).events
    command = made_hold()
    assert "WrapTerms" in refused(HOUSE.handle(PLACED, command, NOON, policy))


def made_hold() -> Command:
    """Any command of ours."""
    return OpenHold(
        order_id="o1", command_id="c9", actor=STAFF, reason="fraud"
    )


def test_only_commands_and_facts_are_handled() -> None:
    """A step is none, nor is a message of a room that is not there."""
    step: Any = RunLate(wrap_id="o1-w1")
    house = HOUSE.with_(GIFT_WRAP)
    for ours, message in ((house, step), (HOUSE, wish())):
        kind = type(message).__name__
        assert refused(ours.handle(PLACED, message, NOON)) == (
            f"{kind} is not valid:\n  message: must be a command or a fact"
        )


def test_a_message_is_about_the_order_of_the_case() -> None:
    """Or it is refused, and says which that is."""
    message = attrs.evolve(wish(), order_id="o2")
    answer = HOUSE.with_(GIFT_WRAP).handle(PLACED, message, NOON)
    assert refused(answer) == (
        "AskForWrap is not valid:\n  order_id: is not this case's, o1"
    )


def test_an_event_of_no_room_is_told() -> None:
    """A house with the room folds it."""
    event = WrapWanted(wrap_id="o1-w1", paper="red", until=NOON)
    with pytest.raises(ValidationError) as raised:
        HOUSE.evolve(PLACED, event)
    assert str(raised.value) == (
        "WrapWanted is not valid:\n  event: is of no room of this house: "
        "use the house that has it"
    )


def test_a_house_is_not_pickled_without_a_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Modules of any kind are looked through for one."""
    monkeypatch.setitem(sys.modules, "odd", None)
    house = HOUSE.with_(GIFT_WRAP)
    why = "^a house is pickled by its name: give it one in a module$"
    with pytest.raises(Exception, match=why):
        house.__reduce__()


def test_a_matter_at_rest_is_told_of_by_its_rooms() -> None:
    """Or as one at rest, if it was brought without a room."""
    at_rest = {OrderState.CONFIRMED: (breaks,)}
    named = {
        "at_rest": HOUSE.with_(at_rest=at_rest),
        "gift_wrap, engraving": HOUSE.with_(
            GIFT_WRAP, engraving.ENGRAVING, at_rest=at_rest
        ),
    }
    nothing: Any = None
    for name, house in named.items():
        (first, *_) = house.matters[OrderState.CONFIRMED]
        with pytest.raises(RoomError, match=f"^room {name}: breaks raised"):
            first(nothing, nothing)


def test_a_matter_is_of_a_phase_of_the_house() -> None:
    """Whatever phases there are."""

    def nothing_to_do(case: Case, context: Context) -> Sequence[RunLate]:
        return ()

    house = House(
        *ROOMS,
        phase=lambda case: None,
        at_rest={None: (), OrderState.DRAFT: ()},
        admits=lambda *_: None,
        concludes=lambda *_: (),
    )
    with pytest.raises(LifecycleError, match="is no NoneType or OrderState"):
        house.with_(at_rest={"x": (nothing_to_do,)})


# What verbs say


def test_two_words_for_one_thing_that_disagree_are_told() -> None:
    """By the message, the field and the other one."""
    error = disagree(AskForWrap, "sheet", "paper", hint="take one")
    assert str(error) == (
        "AskForWrap is not valid:\n"
        "  sheet: says otherwise than paper: take one"
    )


def test_a_verb_knows_its_words_and_those_of_its_kind_of_message() -> None:
    """A command has options that a fact has not."""

    class Wraps(Verbs[object]):
        @verb(AskForWrap, sheet="paper")
        def ask(self, order_id: str, sheet: str, **options: Any) -> object:
            return order_id, sheet, options

        @verb(PaperTorn)
        def torn(self, wrap_id: str, **options: Any) -> object:
            return wrap_id, options

    nobody: Any = SimpleNamespace()
    wraps = Wraps(nobody)
    assert wraps.ask("o1", sheet="red", notify=False) == (
        "o1",
        "red",
        {"notify": False},
    )
    with pytest.raises(UnknownKeywordError, match="sheet") as raised:
        wraps.ask("o1", sheat="red")  # type: ignore[call-arg]
    assert str(raised.value).startswith("ask")
    with pytest.raises(UnknownKeywordError):
        wraps.torn("o1-w1", notify=False)
    assert wraps.torn("o1-w1", fact_id="f1") == ("o1-w1", {"fact_id": "f1"})
    made_of: Any = Wraps.ask
    about = made_of.__verb__
    assert (about.makes, about.says) == (AskForWrap, {"sheet": "paper"})
    assert about.words[:2] == ("order_id", "sheet")
    assert "command_id" in about.words
