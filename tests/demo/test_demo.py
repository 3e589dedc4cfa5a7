"""The demo's lives: each goes as it is written, and together they show all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from enum import Enum
from functools import cache
from typing import Any

import attrs
import pytest

from orderlife._kernel.lifecycle import Lifecycle
from orderlife._kernel.messages import (
    Event,
    ExceptionKind,
    Remedy,
)
from orderlife._values.money import Money
from orderlife.demo.document import document
from orderlife.demo.lived import Lived
from orderlife.demo.runner import live
from orderlife.demo.scenario import Ends, ScenarioError, Step, load, names
from orderlife.house import HOUSE, fold
from orderlife.invariants import check_invariants
from orderlife.ports.notifier import MessageKind
from orderlife.ports.payment import Captured
from orderlife.rooms.order.lifecycle import ORDER
from orderlife.rooms.payment.lifecycle import OPERATION, OperationState
from orderlife.rooms.payment.messages import PaymentReported
from orderlife.rooms.returns.lifecycle import RETURN
from orderlife.rooms.returns.messages import RequestReturn
from orderlife.rooms.shipment.lifecycle import SHIPMENT
from orderlife.rooms.stock.lifecycle import RESERVATION
from orderlife.rooms.stock.messages import BackorderChecked
from orderlife.timeline import tell

NAMES = names()

NOT_SHOWN: dict[str, str] = {}
"""What no life shows, by its name, and why: nothing, and so it shall be."""

KINDS_NOT_SHOWN = {
    "authorization_lapsed": "the usual policy asks the bank again by itself",
    "credit_failed": "as a refund that failed, which life 10 shows",
    "effect_failed": "as a message that failed, which life 07 shows",
    "policy_fault": "the demo's shop has a policy without faults",
    "from_the_future": "a carrier's clock that is wrong is no story to tell",
    "moved_before_payment": "as moved before dispatch, which life 15 shows",
}
"""Kinds of exceptions that no life shows, and why."""

EVENTS_NOT_SHOWN = {
    "AuthorityUsed": "the people of the demo's shop have no limits",
}
"""Classes of events that no life records, and why."""


@cache
def lived(name: str) -> Lived:
    """Live a life, once for all tests."""
    return live(load(name))


def all_lives() -> Iterator[Lived]:
    """Live all of them."""
    return map(lived, NAMES)


def names_of(kinds: Iterable[type]) -> set[str]:
    """Name classes of messages."""
    return {kind.__name__ for kind in kinds}


def missing(wanted: Iterable[str], shown: Iterable[str]) -> set[str]:
    """Name what no life shows, without what is excused."""
    return set(wanted) - set(shown) - set(NOT_SHOWN)


@pytest.mark.parametrize("name", NAMES)
def test_life_goes_as_it_is_written(name: str) -> None:
    """Every step does what its file says, and so does the end."""
    assert lived(name).problems == ()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_violated_in_a_life(name: str) -> None:
    """All that must hold holds after each step, and the bank agrees."""
    assert lived(name).violations == ()


@pytest.mark.parametrize("name", NAMES)
def test_history_of_a_life_holds_at_each_event(name: str) -> None:
    """The state after the last event is the fold of all events."""
    life = lived(name)

    check_invariants(life.case, life.history)


@pytest.mark.parametrize("name", NAMES)
def test_life_is_the_same_each_time(name: str) -> None:
    """No dice and no clock of the machine: two runs give one document."""
    again = live(load(name))

    assert document([lived(name)], 0) == document([again], 0)


@pytest.mark.parametrize("name", NAMES)
def test_life_comes_to_an_end(name: str) -> None:
    """No life is left where somebody or something still has to act."""
    life = lived(name)

    assert life.view.status.order not in {"draft", "placed", "cancelling"}
    assert life.view.exceptions == ()


def test_there_are_a_dozen_lives_or_some_more() -> None:
    """The lives can be read in one sitting, and have telling names."""
    assert len(NAMES) in range(12, 17)
    assert len(set(NAMES)) == len(NAMES)
    assert all(name.replace("-", "").isalpha() for name in NAMES)


def test_every_command_is_given() -> None:
    """Each class of commands occurs in a life."""
    shown = (kind for life in all_lives() for kind in life.inputs)

    assert missing(names_of(HOUSE.commands), shown) == set()


FACTS: dict[str, Callable[[Lived], bool]] = {
    "TimerFired": lambda life: life.work > 0,
    "EffectFailed": lambda life: bool(
        {"message_failed", "outcome_unknown"} & _kinds(life)
    ),
    "StockArrived": lambda life: any(
        isinstance(recorded.event, BackorderChecked)
        and recorded.actor.kind == "provider"
        for recorded in life.history
    ),
}
"""How to tell that a fact was reported which the driver reports."""


def _kinds(life: Lived) -> set[str]:
    items = life.case.placed.exceptions
    return {item.contradiction.kind.value for item in items}


def test_every_fact_is_reported() -> None:
    """Each class of facts occurs in a life, or the driver reports it."""
    shown = {kind for life in all_lives() for kind in life.inputs}
    shown |= {
        fact
        for fact, is_shown in FACTS.items()
        if any(is_shown(life) for life in all_lives())
    }

    assert missing(names_of(HOUSE.facts), shown) == set()


def test_every_event_is_recorded() -> None:
    """Each class of events occurs in a life's history."""
    shown = {
        type(recorded.event).__name__
        for life in all_lives()
        for recorded in life.history
    }

    assert missing(names_of(HOUSE.events), shown) == set(EVENTS_NOT_SHOWN)


def test_every_message_is_sent() -> None:
    """Each kind of message is sent in a life."""
    shown = {m.message for life in all_lives() for m in life.messages}

    assert missing((kind.value for kind in MessageKind), shown) == set()


def _parts(life: Lived) -> dict[str, list[Enum]]:
    case = life.case
    return {
        "order": [case.placed.state],
        "reservation": [held.state for held in case.reservations.values()],
        "shipment": [sent.state for sent in case.shipments.values()],
        "return": [back.state for back in case.returns.values()],
        "payment operation": [
            operation.state for operation in case.placed.operations.values()
        ],
    }


@pytest.mark.parametrize(
    "lifecycle",
    [ORDER, RESERVATION, SHIPMENT, RETURN, OPERATION],
    ids=lambda lifecycle: lifecycle.name,
)
def test_every_terminal_state_is_reached(
    lifecycle: Lifecycle[Any, Any],
) -> None:
    """Each way in which something can end occurs at a life's end."""
    shown = {
        state.value
        for life in all_lives()
        for state in _parts(life)[lifecycle.name]
    }
    wanted = {state.value for state in lifecycle.terminal}

    assert missing(wanted, shown) == set()


def test_orders_complete_and_operations_are_declined() -> None:
    """What is no terminal state, and yet an end, occurs as well."""
    states = [
        state
        for life in all_lives()
        for states in _parts(life).values()
        for state in states
    ]

    assert {"completed", "delivered"} <= {state.value for state in states}
    assert OperationState.DECLINED in states


def test_exceptions_of_nearly_every_kind_are_settled() -> None:
    """Each kind of contradiction occurs, but those that are listed."""
    shown = set().union(*map(_kinds, all_lives()))
    wanted = {kind.value for kind in ExceptionKind}

    assert wanted - shown == set(KINDS_NOT_SHOWN)


def test_every_remedy_is_used() -> None:
    """A person settles something in each way that there is."""
    shown = {
        item.remedy
        for life in all_lives()
        for item in life.case.placed.exceptions
    }

    assert shown == set(Remedy)


def test_settled_exceptions_say_who_and_how() -> None:
    """Nobody settles anything without a name and a word; nor does a fact."""
    items = [x for life in all_lives() for x in life.case.placed.exceptions]

    assert all(item.note for item in items)
    assert all(
        item.by.startswith("provider:")
        if item.remedy is Remedy.OVERTAKEN
        else item.by.startswith("staff:")
        for item in items
    )


def test_refused_commands_are_shown_with_an_alternative() -> None:
    """The timelines show refusals, and what could be done instead."""
    said = [
        entry.what
        for life in all_lives()
        for entry in life.timeline
        if entry.event == "refused"
    ]

    assert any("take it back with RequestReturn" in what for what in said)
    assert any("read it again" in what for what in said)
    assert any("a new command needs a new id" in what for what in said)


def test_some_commands_are_silent() -> None:
    """A command that says so sends no message, and its entries tell."""
    life = lived("backorder")

    silent = [entry.event for entry in life.timeline if entry.silent]
    assert silent[0] == "LinesCancelled"
    assert "order_edited" not in {m.message for m in life.messages}
    phone = lived("phone-draft")
    (left,) = (e for e in phone.timeline if e.event == "ShipmentDispatched")
    assert left.silent
    sent = {m.message for m in phone.messages}
    assert "shipping_confirmation" not in sent


def test_a_life_without_its_notes_is_its_history() -> None:
    """The timeline has a row for each event, in their order."""
    for life in all_lives():
        rows = [
            entry.event
            for entry in life.timeline
            if entry.event not in {"note", "refused", "repeated"}
        ]

        assert rows == [type(r.event).__name__ for r in life.history]


def test_every_event_makes_a_sentence() -> None:
    """No sentence is empty, and none shows how it is made."""
    for life in all_lives():
        for entry in life.timeline:
            assert entry.what.strip() == entry.what != ""
            assert not set("<>{}=") & set(entry.what), entry.what
            assert "None" not in entry.what


def test_sentence_depends_on_event_and_case_alone() -> None:
    """The same event after the same history gives the same words."""
    life = lived("guest-mug")
    events: list[Event] = [recorded.event for recorded in life.history]
    placed = events[0]
    case = fold(life.case.order_id, iter([placed]))

    assert tell(placed, case) == tell(placed, case)
    assert tell(placed, case).what == (
        "placed: 2 x mug-blue; 29.90 EUR, 4.90 EUR for shipping, by card"
    )


def test_money_is_that_of_the_ledger() -> None:
    """Kept is what was paid less what went back."""
    for life in all_lives():
        money = life.money

        assert money["kept"] == money["paid"] - money["refunded"]


def test_store_credit_is_part_of_what_went_back() -> None:
    """What was given as credit is told apart."""
    assert lived("phone-draft").store_credit == Money("50.00", "EUR")
    assert lived("guest-mug").store_credit == Money("0.00", "EUR")


def test_variations_of_the_form_are_shown() -> None:
    """Guests and customers, gifts, discounts, tax of both kinds, all of it."""
    placements = [life.case.placed.placement for life in all_lives()]
    lines = [line for placed in placements for line in placed.lines]
    tenders = [life.case.placed.tenders for life in all_lives()]

    assert {bool(placed.customer_id) for placed in placements} == {True, False}
    assert {placed.tax_included for placed in placements} == {True, False}
    assert len({placed.currency for placed in placements}) > 1
    for field in (
        *("bill_to", "discounts", "gift_message", "instructions"),
        *("promised_from", "promised_by", "channel", "channel_number"),
        *("shipping_method", "shipping_minor", "tax_minor"),
    ):
        assert any(getattr(placed, field) for placed in placements), field
    for field in (
        *("options", "gift_message", "instructions", "discount_minor"),
        *("seller", "place", "digital", "final_sale", "weight_g", "title"),
    ):
        assert any(getattr(line, field) for line in lines), field
    assert any(placed.priority == "high" for placed in placements)
    assert any(len(each) > 1 for each in tenders)


def test_wrong_end_is_a_problem() -> None:
    """A life that does not end as it is written says in what."""
    scenario = load("guest-mug")
    ends = attrs.evolve(
        scenario.ends,
        statuses={"order": "cancelled"},
        amounts={"kept": Money("1.00", "EUR")},
        exceptions=("short_pick: reship",),
        on_hand={"mug-blue": 40},
    )

    life = live(attrs.evolve(scenario, ends=ends))

    assert life.problems == (
        "it ends with order completed, not cancelled",
        "it ends with kept 29.90 EUR, not 1.00 EUR",
        "it ends with exceptions none, not short_pick: reship",
        "it ends with on hand of mug-blue 38, not 40",
    )
    assert life.violations == ()


def test_wrong_step_is_a_problem() -> None:
    """A step that goes otherwise than it is written is named."""
    scenario = load("guest-mug")
    steps = list(scenario.steps)
    steps[1] = attrs.evolve(steps[1], refused="NotAllowedError")
    steps[2] = attrs.evolve(steps[2], then={"mug-1-s1": "lost"}, changes=False)

    life = live(attrs.evolve(scenario, steps=tuple(steps)))

    assert life.problems == (
        "step 2 (PickShipment): expected NotAllowedError, was no refusal",
        "step 3 (PackShipment): something changed",
        "step 3 (PackShipment): mug-1-s1 is packed, not lost",
    )


def test_unexpected_refusal_is_a_problem() -> None:
    """A command that is refused, and is not written to be, says why."""
    scenario = load("guest-mug")
    steps = (scenario.steps[0], scenario.steps[2])

    life = live(attrs.evolve(scenario, steps=steps, ends=Ends()))

    (problem,) = life.problems
    assert problem.startswith(
        "step 3 (PackShipment): expected no refusal, was "
        "IllegalTransitionError: shipment mug-1-s1 is planned: cannot pack; "
    )


def test_life_without_an_order_is_an_error() -> None:
    """Where nothing is placed nothing can be told, and it says why."""
    scenario = load("guest-mug")

    with pytest.raises(ScenarioError, match=r"^guest-mug: no order was pl"):
        live(attrs.evolve(scenario, steps=scenario.steps[1:3]))
    with pytest.raises(ScenarioError, match="no step does"):
        live(attrs.evolve(scenario, steps=()))


def test_scripted_trouble_that_never_comes_is_a_problem() -> None:
    """A script that nothing meets is a mistake in the file."""
    scenario = load("wrong-way-round")
    late = scenario.start + timedelta(days=900)
    script = attrs.evolve(scenario.steps[0], number=99, at=late)
    steps = (*scenario.steps[:2], script)

    life = live(attrs.evolve(scenario, steps=steps, ends=Ends()))

    assert any(
        problem.startswith("never came to: reserve")
        for problem in life.problems
    )


def test_books_that_differ_from_the_bank_are_a_violation() -> None:
    """Money that only we know of is found at the end."""
    scenario = load("wrong-way-round")
    made_up = Step(
        number=5,
        at=scenario.steps[3].at,
        action=PaymentReported(
            order_id=scenario.order_id,
            payment_id="p1",
            outcome=Captured(reference="made-up", amount=Money("7", "EUR")),
        ),
    )
    steps = (*scenario.steps[:4], made_up)

    life = live(attrs.evolve(scenario, steps=steps, ends=Ends()))

    assert life.violations == (
        "invariant 11: we say 11300 secured, the bank says 12000",
        "invariant 11: we say 700 captured, the bank says 0",
    )


def test_returns_show_every_condition_of_policy() -> None:
    """Approved, declined by window and by final sale, fees and postage."""
    requested = Counter(
        type(step.action).__name__
        for name in NAMES
        for step in load(name).steps
        if isinstance(step.action, RequestReturn)
    )
    refunds = {
        line.kind
        for life in all_lives()
        for recorded in life.history
        for line in getattr(recorded.event, "lines", ())
        if hasattr(line, "kind")
    }
    said = " ".join(e.what for life in all_lives() for e in life.timeline)

    assert requested["RequestReturn"] > 8
    assert "was sold as final" in said
    assert "days to return it ended on" in said
    assert refunds >= {
        *("goods", "tax", "shipping"),
        *("restocking_fee", "postage"),
    }
