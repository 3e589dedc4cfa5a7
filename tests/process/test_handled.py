"""What ``handle`` makes of each kind of message, room by room."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderlife import case as core
from orderlife._kernel.messages import (
    SYSTEM,
    Contradiction,
    ExceptionKind,
    Recorded,
    TimerFired,
)
from orderlife._values.money import Money
from orderlife._values.personal import FreeText
from orderlife._kernel.case import Case
from orderlife._kernel.decision import Decision, Refusal
from orderlife.house import handle
from orderlife.errors import InvariantError, NotAllowedError, Problem
from orderlife.policy.model import Policy
from orderlife.ports.carrier import BuyLabel, Label, LabelRefused
from orderlife.ports.inventory import HeldStock, InLine
from orderlife.ports.payment import Authorized
from orderlife.rooms.exceptions.messages import EffectFailed, ExceptionOpened
from orderlife.rooms.exceptions.model import ExceptionItem
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import (
    CancellationStarted,
    CancelOrder,
    DraftOrder,
    FraudJudged,
    FraudScreened,
    HoldOpened,
    OpenHold,
    OrderDrafted,
    OrderExpired,
    OrderPlaced,
    PlaceDraft,
    PlaceOrder,
)
from orderlife.rooms.order.model import Hold, Screening, Tender
from orderlife.rooms.payment.lifecycle import OperationState, OperationTrigger
from orderlife.rooms.payment.messages import (
    PaymentRecorded,
    PaymentReported,
    PaymentRequested,
    PayOrder,
)
from orderlife.rooms.payment.model import (
    Movement,
    MovementKind,
    PaymentOperation,
)
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.messages import (
    CancelReturn,
    RequestReturn,
    ReturnCancelled,
    ReturnHandedIn,
    ReturnLabelFailed,
    ReturnLabelIssued,
    ReturnParcelReceived,
    ReturnReceived,
    ReturnRequested,
    ReturnShipped,
    StartReturn,
)
from orderlife.rooms.returns.model import ReturnLine
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import (
    DispatchShipment,
    LabelBought,
    LabelReported,
    PickShipment,
    Scanned,
    ShipmentDispatched,
    ShipmentPicked,
    ShipmentScanned,
)
from orderlife.rooms.shipment.model import Scan, ScanStatus
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.messages import (
    BackorderChecked,
    StockHeld,
    StockReported,
)
from orderlife.testing.scenario import NOON, STAFF
from tests.helpers import ADDRESS, CONTACT, line
from tests.process.made import (
    R1,
    S1,
    T1,
    back,
    case,
    context,
    demand,
    held,
    item,
    order,
    sent,
)

R, S, T = ReservationState, ShipmentState, ReturnState
LABEL = Label(label_id="l1", carrier="post", tracking_number="t1")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POLICY = Policy(receive_within=5 * DAY, return_place="the back door")
NOTHING = Case(order_id="o1")
DRAFT = case(order(OrderState.DRAFT, authorized=0, payments=()))
EMPTY = case(order(OrderState.DRAFT, authorized=0, payments=(), tenders=()))


def told(kind: Any, **fields: Any) -> Any:
    """A fact about the order."""
    return kind(order_id="o1", **fields)


def asked(kind: Any, **fields: Any) -> Any:
    """A command about the order."""
    return kind(order_id="o1", command_id="c1", actor=STAFF, **fields)


def decided(made: Case, message: Any, policy: Policy = POLICY) -> Decision:
    """What follows, which must be a decision."""
    answer = handle(made, message, NOON, policy)
    assert isinstance(answer, Decision), answer
    return answer


FORM: dict[str, Any] = {
    "lines": (line(),),
    "ship_to": ADDRESS,
    "contact": CONTACT,
}


def test_an_order_begins_with_its_placing() -> None:
    """At the time of the decision."""
    decision = decided(NOTHING, asked(PlaceOrder, **FORM))
    (first, *_) = decision.events
    assert isinstance(first.event, OrderPlaced)
    assert NOON == first.event.at
    assert {"o1:contact": CONTACT, "o1:ship_to": ADDRESS} == decision.personal
    (draft,) = decided(NOTHING, asked(DraftOrder, **FORM)).events
    assert isinstance(draft.event, OrderDrafted)


def test_an_order_is_placed_once() -> None:
    """Under its id; another one needs another."""
    answer = handle(case(), asked(PlaceOrder, **FORM), NOON)
    assert isinstance(answer, Refusal)
    assert isinstance(answer.error, NotAllowedError)
    assert "a new order needs a new id" in str(answer.error)


SCANNED = told(Scanned, shipment_id=S1, status=ScanStatus.DELIVERED, at=NOON)
SUBMITTED = PaymentOperation(
    operation_id="o1:authorize:1",
    kind="authorize",
    payment_id="p1",
    minor=6000,
    state=OperationState.SUBMITTED,
)
EUROS = Money("60.00", "EUR")


@pytest.mark.parametrize(
    ("made", "message", "event"),
    [
        (
            EMPTY,
            asked(PlaceDraft),
            OrderPlaced(
                order_id="o1",
                placement=EMPTY.placed.placement,
                at=NOON,
            ),
        ),
        (
            case(None, sent(S.PLANNED, {"1": 3})),
            asked(PickShipment, shipment_id=S1),
            ShipmentPicked(shipment_id=S1, items={"1": 3}),
        ),
        (
            case(None, held(), sent(S.READY, {"1": 3}, label=LABEL)),
            asked(DispatchShipment, shipment_id=S1, notify=False),
            ShipmentDispatched(shipment_id=S1, at=NOON, notify=False),
        ),
        (
            case(None, back(T.APPROVED)),
            asked(CancelReturn, return_id=T1),
            ReturnCancelled(return_id=T1),
        ),
        (
            case(
                order(
                    OrderState.PLACED,
                    authorized=0,
                    operations={SUBMITTED.operation_id: SUBMITTED},
                )
            ),
            told(
                PaymentReported,
                operation_id=SUBMITTED.operation_id,
                outcome=Authorized(reference="r", amount=EUROS),
            ),
            PaymentRecorded(
                operation_id=SUBMITTED.operation_id,
                trigger=OperationTrigger.SUCCEED,
                reference="r",
                movements=(
                    Movement(
                        kind=MovementKind.AUTHORIZED,
                        payment_id="p1",
                        minor=6000,
                        operation_id=SUBMITTED.operation_id,
                        reference="r",
                    ),
                ),
            ),
        ),
        # What nobody knows is put before somebody, with the time.
        (
            case(),
            told(
                PaymentReported,
                payment_id="p9",
                outcome=Authorized(reference="r", amount=EUROS),
            ),
            ExceptionOpened(
                item=ExceptionItem(
                    exception_id="x1",
                    contradiction=Contradiction(
                        ExceptionKind.UNMATCHED_FACT,
                        "p9",
                        "something that order o1 asked a gateway for",
                        "Authorized for p9, 60.00 EUR",
                    ),
                    opened_at=NOON,
                )
            ),
        ),
        (
            case(),
            told(
                EffectFailed, operation_id="o1:x:1", port="carrier", why="no"
            ),
            ExceptionOpened(
                item=ExceptionItem(
                    exception_id="x1",
                    contradiction=Contradiction(
                        ExceptionKind.EFFECT_FAILED,
                        "o1:x:1",
                        "carrier performs o1:x:1",
                        "no",
                    ),
                    opened_at=NOON,
                )
            ),
        ),
        (
            case(
                None,
                held(
                    R.REQUESTED,
                    pending=f"{R1}:reserve:1",
                    demands=(demand("1", 1),),
                ),
            ),
            told(
                StockReported,
                reservation_id=R1,
                operation_id=f"{R1}:reserve:1",
                outcome=HeldStock(items=(item("1", 1),)),
            ),
            StockHeld(
                reservation_id=R1,
                operation_id=f"{R1}:reserve:1",
                items=(item("1", 1),),
            ),
        ),
        (
            case(None, sent(S.IN_TRANSIT, {"1": 1})),
            SCANNED,
            ShipmentScanned(
                shipment_id=S1,
                scan=Scan(status=ScanStatus.DELIVERED, at=NOON),
                before=S.IN_TRANSIT,
                after=S.DELIVERED,
            ),
        ),
        (
            case(None, sent(S.PACKED, {}, label_pending=f"{S1}:label:1")),
            told(
                LabelReported,
                subject=S1,
                operation_id=f"{S1}:label:1",
                outcome=LABEL,
            ),
            LabelBought(shipment_id=S1, label=LABEL),
        ),
        (
            case(None, back(label_pending=f"{T1}:label:1")),
            told(
                LabelReported,
                subject=T1,
                operation_id=f"{T1}:label:1",
                outcome=LABEL,
            ),
            ReturnLabelIssued(return_id=T1, label=LABEL),
        ),
        (
            case(None, back(label_pending=f"{T1}:label:1")),
            told(
                LabelReported,
                subject=T1,
                operation_id=f"{T1}:label:1",
                outcome=LabelRefused(code="no"),
            ),
            ReturnLabelFailed(return_id=T1, code="no"),
        ),
        (
            case(None, back()),
            told(ReturnShipped, return_id=T1, at=NOON - DAY),
            ReturnHandedIn(return_id=T1, at=NOON - DAY),
        ),
        (
            case(order(units={"1": {"delivered": 3}}), back(T.IN_TRANSIT)),
            told(
                ReturnReceived,
                return_id=T1,
                parcel_id="p1",
                at=NOON - DAY,
                quantities={"1": 2},
            ),
            ReturnParcelReceived(
                return_id=T1,
                parcel_id="p1",
                at=NOON - DAY,
                quantities={"1": 2},
                until=NOON + 5 * DAY,
            ),
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_message_goes_to_its_room(
    made: Case, message: Any, event: Any
) -> None:
    """Which is told the time, and what policy says."""
    decision = decided(made, message)
    assert event == decision.events[0].event
    assert {NOON} == {recorded.at for recorded in decision.events}


def test_what_a_judgement_leads_to() -> None:
    """Step by step, each by whoever caused it, and numbered."""
    fact = told(FraudJudged, verdict="review", reason="a friend")
    decision = decided(case(), fact)
    hold = Hold(
        hold_id="h1",
        reason="fraud",
        blocks=("confirm", "dispatch"),
        note="a friend",
        by="system:orderlife",
        until=NOON + 3 * DAY,
    )
    screening = Screening(verdict="review", reason="a friend")
    assert (
        Recorded(1, NOON, SYSTEM, "", FraudScreened(screening=screening)),
        Recorded(2, NOON, SYSTEM, "", HoldOpened(hold=hold)),
    ) == decision.events
    assert 2 == decision.case.version
    assert (hold,) == decision.case.placed.holds
    assert {} == decision.personal
    assert () == decision.retried
    named = decided(case(), attrs.evolve(fact, fact_id="f1"))
    assert {"f1"} == {recorded.cause for recorded in named.events}


def test_a_timer_is_looked_at_with_the_time() -> None:
    """And with the policy of the shop."""
    unpaid = case(order(OrderState.PLACED, authorized=0, payment_due_at=NOON))
    (timer,) = core.timers(unpaid)
    decision = decided(unpaid, told(TimerFired, timer=timer))
    assert [CancellationStarted, OrderExpired] == [
        type(recorded.event) for recorded in decision.events
    ]
    assert {""} == {recorded.cause for recorded in decision.events}
    waiting = case(
        None, held(R.BACKORDERED, demands=(demand("1", 3),), check_at=NOON)
    )
    (timer,) = core.timers(waiting)
    checked = decided(waiting, told(TimerFired, timer=timer))
    assert (
        BackorderChecked(
            reservation_id=R1,
            operation_id=f"{R1}:reserve:1",
            demands=(demand("1", 3),),
            until=NOON + 2 * HOUR,
            check_at=NOON + DAY,
            in_line=InLine(since=NOON, until=NOON + 7 * DAY),
        )
        == checked.events[0].event
    )


def test_a_command_may_ask_for_silence() -> None:
    """All that follows from it keeps it."""
    unpaid = case(
        order(OrderState.PLACED, authorized=0, payments=(), tenders=())
    )
    tender = Tender("card", "tok_visa")
    for notify in (True, False):
        pay = asked(PayOrder, tender=tender, notify=notify)
        _, requested = decided(unpaid, pay).events
        assert (
            PaymentRequested(
                operation_id="o1:authorize:1",
                kind="authorize",
                payment_id="p1",
                minor=6000,
                subject="o1",
                tender=tender,
                tender_index=0,
                notify=notify,
            )
            == requested.event
        )


def test_a_return_brings_its_words_and_asks_for_its_label() -> None:
    """The words are stored apart; policy says where the goods go."""
    arrived = case(order(units={"1": {"delivered": 3, "shipped": 3}}))
    request = asked(
        RequestReturn,
        quantities={"1": 1},
        reason="too_small",
        comment="It hums",
        notify=False,
    )
    decision = decided(arrived, request)
    assert {"o1-t1:comment": FreeText("It hums")} == decision.personal
    label = BuyLabel(
        operation_id="o1-t1:label:1",
        order_id="o1",
        subject=T1,
        purpose="return",
        place="the back door",
        address="o1:ship_to",
    )
    assert (label,) == decision.intents
    silent = attrs.evolve(request, comment="")
    assert {} == decided(arrived, silent).personal


def test_what_is_no_message_is_refused() -> None:
    """As an input that is wrong, by its field."""
    nothing: Any = "cancel"
    answer = handle(case(), nothing, NOON)
    what = Problem("message", "must be a command or a fact")
    assert isinstance(answer, Refusal)
    assert ("str", (what,)) == answer.error.args
    other = attrs.evolve(asked(CancelOrder), order_id="o2")
    refused = handle(case(), other, NOON)
    assert isinstance(refused, Refusal)
    whose = Problem("order_id", "is not this case's, o1")
    assert ("CancelOrder", (whose,)) == refused.error.args


def test_steps_are_counted_to_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As many as may be, and not one more."""
    hold = asked(OpenHold, reason="other")
    monkeypatch.setattr(core, "MAX_STEPS", 1)
    (opened,) = decided(DRAFT, hold).events
    assert isinstance(opened.event, HoldOpened)
    monkeypatch.setattr(core, "MAX_STEPS", 0)
    with pytest.raises(InvariantError, match="no rest after 0 steps"):
        handle(DRAFT, hold, NOON)


def test_a_return_that_is_there_is_not_begun_again() -> None:
    """The step that begins it changes nothing then."""
    step = StartReturn(
        return_id=T1,
        quantities={"1": 1},
        reason="other",
        resolution="refund",
        at=NOON,
    )
    assert [] == core._decide(case(None, back()), step, context())
    expected = ReturnRequested(
        return_id=T1,
        lines=(ReturnLine(line_id="1", quantity=1),),
        reason="other",
        resolution="refund",
        at=NOON,
    )
    assert [expected] == core._decide(case(), step, context())
