"""Post that nobody tracks, and parcels without papers, come to an end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orderlife import Allowed
from orderlife._kernel.messages import ExceptionKind, Remedy, TimerKind
from orderlife._values.money import Money
from orderlife.errors import NotAllowedError
from orderlife.house import timers
from orderlife.invariants import check_invariants
from orderlife.policy.model import Policy
from orderlife.ports.base import Unknown
from orderlife.ports.carrier import BuyLabel, Intercept, Label, LabelRefused
from orderlife.ports.notifier import MessageKind
from orderlife.ports.payment import (
    Capture,
    Captured,
    Declined,
    DisputeOpened,
    Pending,
    Voided,
)
from orderlife.rooms.exceptions.messages import EffectFailed
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import (
    DispatchShipment,
    InterceptShipment,
    LabelReported,
)
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.testing.life import Life
from orderlife.testing.scenario import command, fact
from tests.helpers import (
    ask_back,
    back,
    come_back,
    delivered,
    inspect,
    line,
    open_kinds,
    packed,
    placed,
    resolve,
    scan,
    sent,
    shipment,
    silent,
    told,
    units,
)
from tests.house import allowed

C, K, R, S = ScanStatus, ExceptionKind, Remedy, ShipmentState

DAY = timedelta(days=1)
STAMP = Label(label_id="stamp", carrier="post", tracking_number="")


def letter(**more: Any) -> Life:
    """A letter with a stamp has left."""
    life = placed(line(), answers={BuyLabel: lambda _: STAMP}, **more)
    sent(life)
    return life


def by_itself(life: Life) -> list[tuple[str, timedelta]]:
    """When which parcel is taken for delivered, from now on."""
    return [
        (timer.subject, timer.at - life.now)
        for timer in timers(life.case)
        if timer.kind is TimerKind.UNTRACKED_ARRIVES
    ]


def sound(life: Life) -> None:
    """All that must hold does."""
    check_invariants(life.case, life.history)


def test_what_nobody_tracks_is_taken_for_delivered() -> None:
    """After the time that policy says, and the order ends."""
    life = letter()
    assert [("o1-s1", 14 * DAY)] == by_itself(life)
    life.advance(14 * DAY)
    assert S.DELIVERED is shipment(life).state
    assert shipment(life).delivered_at == life.now
    assert 1 == units(life).delivered
    assert MessageKind.DELIVERED not in told(life)
    sound(life)
    life.advance(2 * DAY)
    assert OrderState.COMPLETED is life.order.state
    assert MessageKind.FOLLOW_UP in told(life)


def test_policy_says_after_how_long() -> None:
    """Each shop knows its post."""
    life = letter(policy=Policy(untracked_within=3 * DAY))
    assert [("o1-s1", 3 * DAY)] == by_itself(life)


def test_what_is_tracked_is_waited_for() -> None:
    """The carrier has more to tell."""
    life = placed(line())
    sent(life)
    assert [] == by_itself(life)
    life.advance(60 * DAY)
    assert S.DISPATCHED is shipment(life).state


def test_a_person_may_know_better() -> None:
    """It came back, or has arrived before: that is told as a scan."""
    life = letter()
    scan(life, C.RETURNED, at=life.now + DAY)
    assert [] == by_itself(life)
    life.advance(30 * DAY)
    assert S.RETURNED_TO_SENDER is shipment(life).state

    life = letter()
    scan(life, C.DELIVERED, at=life.now + DAY)
    assert [] == by_itself(life)
    assert MessageKind.DELIVERED in told(life)

    life = letter()
    scan(life, C.IN_TRANSIT, at=life.now + DAY)
    assert 1 == len(by_itself(life))


def test_what_was_taken_for_delivered_may_come_back() -> None:
    """A later scan counts, as after any delivery."""
    life = letter()
    life.advance(14 * DAY)
    scan(life, C.RETURNED, at=life.now + DAY)
    assert S.RETURNED_TO_SENDER is shipment(life).state
    assert 0 == units(life).delivered
    resolve(life, R.REFUND)
    sound(life)


def test_it_leaves_once_it_may() -> None:
    """A letter that waits for its label's answer is no other."""
    life = placed(line(), answers={BuyLabel: silent})
    packed(life)
    life.do(command(DispatchShipment, shipment_id="o1-s1"))
    life.answer("o1-s1:label:1", STAMP)
    assert 1 == len(by_itself(life))


def test_what_has_no_number_cannot_be_stopped() -> None:
    """No carrier knows which it is."""
    life = letter()
    assert Allowed(InterceptShipment, "o1-s1") not in allowed(life.case)
    with pytest.raises(NotAllowedError, match="no tracking number"):
        life.do(command(InterceptShipment, shipment_id="o1-s1"))
    assert [] == life.of(Intercept)


def test_a_parcel_without_papers_is_sent_by_hand() -> None:
    """No label was to be had; somebody reports what it goes with."""
    refused = LabelRefused(code="address")
    life = placed(line(), answers={BuyLabel: lambda _: refused})
    packed(life)
    life.do(command(DispatchShipment, shipment_id="o1-s1"))
    assert (K.LABEL_FAILED,) == open_kinds(life)
    own = Label(label_id="our own van", carrier="us", tracking_number="")
    life.report(fact(LabelReported, subject="o1-s1", outcome=own))
    assert () == open_kinds(life)
    assert S.DISPATCHED is shipment(life).state
    life.advance(30 * DAY)
    assert OrderState.COMPLETED is life.order.state
    sound(life)


def test_a_return_without_papers_comes_in() -> None:
    """Its label is refused, and the goods come all the same."""
    life = delivered(line())
    life.answers[BuyLabel] = lambda _: LabelRefused(code="no")
    ask_back(life)
    come_back(life)
    inspect(life)
    assert ReturnState.CLOSED is back(life).state
    resolve(life, R.ACCEPT)
    life.advance(3 * DAY)
    assert OrderState.COMPLETED is life.order.state
    sound(life)


def test_a_return_whose_label_never_comes_runs_out() -> None:
    """As any does that nothing came of."""
    life = delivered(line(), answers={})
    life.answers[BuyLabel] = silent
    ask_back(life)
    life.advance(40 * DAY)
    assert ReturnState.EXPIRED is back(life).state
    assert OrderState.COMPLETED is life.order.state


# --- what nobody knew, and is answered ---------------------------------------


def unknown(life: Life, operation_id: str, port: str) -> None:
    """The driver gives an operation up, and nobody knows what it did."""
    life.report(
        fact(
            EffectFailed,
            operation_id=operation_id,
            port=port,
            why="no answer",
            unknown=True,
        )
    )


def test_an_answer_closes_what_nobody_knew() -> None:
    """Money, labels, stock: the item is about nothing any more."""
    life = placed(line(), answers={Capture: silent})
    sent(life)
    unknown(life, "o1:capture:1", "payment")
    assert (K.OUTCOME_UNKNOWN,) == open_kinds(life)
    for outcome in (Pending("p"), Unknown("lost")):
        life.answer("o1:capture:1", outcome)
        assert (K.OUTCOME_UNKNOWN,) == open_kinds(life)
    amount = life.of(Capture)[0].amount
    life.answer("o1:capture:1", Captured(reference="c", amount=amount))
    assert () == open_kinds(life)
    item = life.order.exceptions[-1]
    assert (R.OVERTAKEN, "it was answered: Captured") == (
        item.remedy,
        item.note,
    )
    sound(life)


@pytest.mark.parametrize(
    "outcome",
    [
        DisputeOpened(reference="d", amount=Money("10.00", "EUR")),
        Captured(reference="c", amount=Money("10.00", "USD")),
        Voided(),
    ],
)
def test_what_is_no_answer_leaves_it_open(outcome: Any) -> None:
    """It tells of the same payment, and not what became of the request."""
    life = placed(line(), answers={Capture: silent})
    sent(life)
    unknown(life, "o1:capture:1", "payment")
    life.answer("o1:capture:1", outcome)
    assert K.OUTCOME_UNKNOWN in open_kinds(life)
    amount = life.of(Capture)[0].amount
    life.answer("o1:capture:1", Captured(reference="c", amount=amount))
    assert K.OUTCOME_UNKNOWN not in open_kinds(life)


def test_an_answer_that_says_no_opens_its_own() -> None:
    """That nobody knew is settled; that it failed is not."""
    life = placed(line(), answers={Capture: silent})
    sent(life)
    unknown(life, "o1:capture:1", "payment")
    life.answer("o1:capture:1", Declined(code="no"))
    assert (K.CAPTURE_FAILED,) == open_kinds(life)


def test_a_label_that_comes_after_all_closes_it() -> None:
    """And the parcel leaves, as was wanted."""
    life = placed(line(), answers={BuyLabel: silent})
    packed(life)
    life.do(command(DispatchShipment, shipment_id="o1-s1"))
    unknown(life, "o1-s1:label:1", "carrier")
    assert (K.OUTCOME_UNKNOWN,) == open_kinds(life)
    life.answer("o1-s1:label:1", STAMP)
    assert () == open_kinds(life)
    assert S.DISPATCHED is shipment(life).state
