"""A case is the fold of its events, and its timers follow from it."""

from __future__ import annotations

import attrs
import pytest

from orderlife._kernel.case import Case
from orderlife._kernel.decision import Decision
from orderlife._kernel.house import House
from orderlife._kernel.messages import Event, Recorded, Remedy
from orderlife.errors import InvariantError, NotFoundError, ValidationError
from orderlife.house import HOUSE, fold, handle
from orderlife.invariants import check_invariants
from orderlife.ports.base import Intent
from orderlife.ports.notifier import Notify, NotSent
from orderlife.ports.payment import Authorize, Authorized
from orderlife.rooms.exceptions.messages import ResolveException
from orderlife.rooms.order.messages import (
    CancelLines,
    CancelOrder,
    LinesCancelled,
    OpenHold,
    OrderPlaced,
)
from orderlife.rooms.payment.messages import PaymentReported
from orderlife.rooms.shipment.messages import (
    DispatchShipment,
    PickShipment,
    ShipmentPicked,
)
from orderlife.testing.life import Life
from orderlife.testing.scenario import NOON, Draft, command
from tests.helpers import (
    line,
    open_items,
    placed,
    silent,
)
from tests.process.stages import lives
from tests.rooms.gift_wrap import GIFT_WRAP, WrapLate
from tools.generate_golden import sample

STAGES = tuple(lives())


def made() -> House:
    """A house that is made now, of our rooms and one of an application."""
    return HOUSE.with_(GIFT_WRAP)


@pytest.mark.parametrize("stage", STAGES)
def test_a_case_is_the_fold_of_its_events(stage: str) -> None:
    """Invariants 32 and 33, and all others, hold at every stage."""
    life = lives()[stage]

    assert life.case == fold("o1", iter(life.events))
    assert life.case == made().fold("o1", life.events)
    assert list(range(1, len(life.history) + 1)) == [
        recorded.sequence for recorded in life.history
    ]
    assert life.case.version == len(life.history)
    check_invariants(life.case, life.history)


@pytest.mark.parametrize("kind", made().events)
def test_no_event_changes_what_none_has_made(kind: type[Event]) -> None:
    """It is named, with the order or the part that is not there."""
    house = made()
    parts, change = house.changes[kind]
    event = sample(kind)
    part_id = getattr(event, parts.key) if parts.key else "o1"

    if change.make is not None:
        assert part_id in parts.of(house.fold("o1", [event]))
        return
    with pytest.raises(InvariantError) as caught:
        house.fold("o1", [event])
    assert f"{caught.value}" == (
        f"order o1: {kind.__name__} changes what no event made: "
        f"no {parts.name} {part_id!r}"
    )


def test_an_event_of_a_part_that_is_not_there_names_those_that_are() -> None:
    """As one does after events were left out, or put in another order."""
    case = lives()["planned"].case

    with pytest.raises(
        InvariantError, match=r"'o1-s7'; there is o1-s1, o1-s2$"
    ):
        made().evolve(case, sample(ShipmentPicked, shipment_id="o1-s7"))


def test_an_event_of_a_room_that_a_house_lacks_is_refused() -> None:
    """As by ``fold``, of the history of a desk with more rooms than ours."""
    with pytest.raises(ValidationError, match="WrapLate is not valid") as it:
        fold("o1", [WrapLate(wrap_id="o1-w1")])
    assert "is of no room of this house" in f"{it.value}"


def test_what_an_event_cannot_do_to_a_part_is_another_matter() -> None:
    """The error of the room's own code is left as it is."""
    case = lives()["planned"].case

    with pytest.raises(KeyError, match="'7'"):
        made().evolve(case, sample(LinesCancelled, quantities={"7": 1}))


@pytest.mark.parametrize("stage", STAGES)
def test_every_operation_has_an_id_of_its_own(stage: str) -> None:
    """Each intent is named once, and names its order."""
    life = lives()[stage]
    asked: list[Intent] = [*life.intents, *life.messages]
    operations = [intent.operation_id for intent in asked]

    assert len(operations) == len(set(operations))
    assert all(operation.startswith("o1") for operation in operations)
    assert {"o1"} >= {intent.order_id for intent in asked}


def test_who_when_and_why_is_recorded() -> None:
    """An event names its actor, its time and what it goes back to."""
    life = placed()
    life.do(command(CancelOrder))
    first, last = life.history[0], life.history[-1]

    assert (1, NOON, "staff:ada", "c1") == (
        first.sequence,
        first.at,
        str(first.actor),
        first.cause,
    )
    assert isinstance(first.event, OrderPlaced)
    # It ended when the last operation was answered.
    assert ("system:orderlife", "o1:void:1") == (str(last.actor), last.cause)


def test_a_fact_may_name_itself() -> None:
    """A reporter's own id is the cause of what follows."""
    life = placed(answers={Authorize: silent})
    amount = life.of(Authorize)[0].amount
    reported = PaymentReported(
        order_id="o1",
        operation_id="o1:authorize:1",
        fact_id="evt_7",
        outcome=Authorized(reference="r", amount=amount),
    )

    answer = handle(life.case, reported, NOON)

    assert isinstance(answer, Decision)
    assert {"evt_7"} == {recorded.cause for recorded in answer.events}


def test_a_decision_shares_nothing_with_the_case_before() -> None:
    """A case that was handed in stays as it was."""
    life = placed(line(quantity=2))
    before, copy = life.case, attrs.evolve(life.case)

    life.do(command(CancelLines, quantities={"1": 1}))

    assert copy == before
    assert before != life.case


@pytest.mark.parametrize(
    ("stage", "draft"),
    [
        ("planned", command(CancelLines, quantities={"1": 1})),
        ("planned", command(OpenHold, reason="other", blocks=("refund",))),
        ("planned", command(PickShipment, shipment_id="o1-s1")),
        ("labelled", command(DispatchShipment, shipment_id="o1-s1")),
    ],
)
def test_a_house_that_is_made_anew_decides_the_same(
    stage: str, draft: Draft
) -> None:
    """Each rule is given its part, and guards come before it."""
    life = lives()[stage]
    message = draft.message("o1", 99)

    decision = handle(life.case, message, life.now)

    assert isinstance(decision, Decision)
    assert decision == made().handle(life.case, message, life.now)


def test_what_is_to_be_tried_again_is_named() -> None:
    """The remedy *retry* hands the same operation to its driver."""
    life = placed(answers={Notify: lambda _: NotSent("bounced")})
    (item,) = open_items(life)
    assert item.contradiction.subject.startswith("o1:notify:")

    decision = life.do(
        command(
            ResolveException,
            exception_id=item.exception_id,
            remedy=Remedy.RETRY,
            note="",
        )
    )

    assert (item.contradiction.subject,) == decision.retried


def test_what_is_let_be_is_not_tried_again() -> None:
    """The remedy *accept* asks nobody for anything."""
    life = placed(answers={Notify: lambda _: NotSent("bounced")})
    (item,) = open_items(life)

    decision = life.do(
        command(
            ResolveException,
            exception_id=item.exception_id,
            remedy=Remedy.ACCEPT,
            note="",
        )
    )

    assert () == decision.retried


def test_parts_are_found_by_their_ids() -> None:
    """What is not there is told apart from what is."""
    case = Case(order_id="o1")
    for look in (case.shipment, case.reservation, case.return_):
        with pytest.raises(NotFoundError, match="'x'"):
            look("x")
    with pytest.raises(NotFoundError, match="no order 'o1'"):
        _ = case.placed


def test_a_decision_that_never_rests_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Steps that lead to steps for ever are a defect, and it says so."""
    monkeypatch.setattr("orderlife._kernel.run.MAX_STEPS", 3)

    with pytest.raises(
        InvariantError, match="no rest after 3 steps; the next is A"
    ):
        placed()


def test_a_recorded_event_is_a_value() -> None:
    """Two records of the same event in the same place are equal."""
    one = placed().history[0]

    assert one == attrs.evolve(one)
    assert isinstance(one, Recorded)
    assert Life().events == ()
