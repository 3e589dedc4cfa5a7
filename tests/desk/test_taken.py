"""What is stored of an input and of an answer, value by value."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from orderlife._kernel.case import Case
from orderlife._kernel.decision import Decision, Refusal
from orderlife._kernel.messages import (
    SYSTEM,
    Actor,
    Contradiction,
    ExceptionKind,
    Timer,
    TimerFired,
    TimerKind,
)
from orderlife._values.personal import FreeText
from orderlife.codec import fingerprint
from orderlife.engine import calls as _flow
from orderlife.engine.inbox import (
    Receipt,
    again,
    answered_by,
    commit_of,
    fact_of,
    order_id_of,
    receipt,
    refused,
)
from orderlife.engine.summary import summary_of
from orderlife.errors import (
    CommandIdReusedError,
    DeniedError,
    NotAllowedError,
    Problem,
    ValidationError,
)
from orderlife.house import HOUSE, timers
from orderlife.ports.base import Unknown
from orderlife.ports.carrier import (
    BuyLabel,
    Intercept,
    InterceptAccepted,
    LabelPending,
    LabelRefused,
    VoidLabel,
    VoidRejected,
)
from orderlife.ports.inventory import (
    Allocate,
    Consume,
    Release,
    Reserve,
    Restock,
    StockChanged,
    StockGone,
    StockShort,
)
from orderlife.ports.notifier import MessageKind, Notify, Sent
from orderlife.ports.payment import Capture, Captured, Declined
from orderlife.ports.store import (
    Answer,
    Commit,
    Denial,
    EffectState,
    FindAnswer,
    Loaded,
    Settle,
)
from orderlife.rooms.order.messages import CancelOrder
from orderlife.rooms.payment.lifecycle import OperationState
from orderlife.rooms.payment.messages import PaymentReported
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import LabelReported
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.messages import StockReported
from orderlife.testing.scenario import NOON
from tests.order.orders import ADMIN, item, made
from tests.order.shop import cents
from tests.process.parts import STOCK, back, case, held, sent

S = EffectState
CANCEL = CancelOrder(order_id="o1", command_id="c1", actor=ADMIN)
TIMER = TimerFired(order_id="o1", timer=Timer(TimerKind.FOLLOW_UP, "o1", NOON))
ANSWER = Answer(
    fingerprint=fingerprint(CANCEL), first_version=3, last_version=7
)
AGAIN = Receipt(order_id="o1", first_version=3, last_version=7, repeated=True)


# --- inputs -------------------------------------------------------------


def test_an_input_names_its_order() -> None:
    """What is none, or can be no order's, is refused."""
    assert "o1" == order_id_of(CANCEL, HOUSE)
    assert "o1" == order_id_of(TIMER, HOUSE)
    with pytest.raises(ValidationError) as caught:
        order_id_of("o1", HOUSE)  # type: ignore[arg-type]
    assert ("str", (Problem("message", "must be a command or a fact"),)) == (
        caught.value.args
    )
    with pytest.raises(ValidationError):
        order_id_of(attrs.evolve(CANCEL, order_id="O 1"), HOUSE)


def test_an_answer_is_given_again_to_the_same_input() -> None:
    """Another command of its id is refused; a fact never is."""
    other = attrs.evolve(CANCEL, reason="staff")
    with pytest.raises(CommandIdReusedError) as caught:
        again(other, ANSWER, HOUSE)
    assert ("o1", "c1") == caught.value.args
    assert AGAIN == again(CANCEL, ANSWER, HOUSE)
    assert AGAIN == again(TIMER, ANSWER, HOUSE)


def test_a_receipt_names_both_versions() -> None:
    """That it was decided on, and that it led to."""
    assert Receipt(order_id="o1", first_version=2, last_version=5) == receipt(
        Case(order_id="o1", version=2), Case(order_id="o1", version=5)
    )


def turned_away(message: Any, error: Any, *answers: Any) -> tuple[Any, Any]:
    """The calls of a refusal, and its end."""
    flow = refused(message, Refusal(error), NOON, HOUSE)
    calls: list[Any] = []
    try:
        call = next(flow)
        for answer in answers:
            calls.append(call)
            call = flow.send(answer)
    except StopIteration as stop:
        return calls, stop.value
    except type(error) as raised:
        return calls, raised
    raise AssertionError(calls)


NO = NotAllowedError("a", "b", "c", "d")


@pytest.mark.parametrize(
    ("message", "input_id"),
    [
        (CANCEL, "command:c1"),
        (attrs.evolve(TIMER, fact_id="f1"), "fact:f1"),
    ],
)
def test_what_is_refused_may_have_been_answered(
    message: Any, input_id: str
) -> None:
    """It is looked for by its id."""
    find = _flow.find_answer(FindAnswer(order_id="o1", input_id=input_id))

    assert ([find], AGAIN) == turned_away(message, NO, ANSWER)
    assert ([find], NO) == turned_away(message, NO, None)


def test_what_has_no_id_is_refused_at_once() -> None:
    """And what has a wrong shape has no content to compare."""
    assert ([], NO) == turned_away(TIMER, NO)
    wrong = attrs.evolve(CANCEL, reason=7)  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        turned_away(wrong, NO)


def test_who_is_denied_leaves_a_record() -> None:
    """Of all that was asked, and why not; facts are not denied."""
    error = DeniedError("a", "b", "so", "d")
    denial = Denial(
        order_id="o1",
        command_id="c1",
        command="CancelOrder",
        actor="staff:bob",
        why="so",
        at=NOON,
    )

    assert ([_flow.deny(denial)], error) == turned_away(CANCEL, error, None)
    assert ([], error) == turned_away(TIMER, error)


# --- decisions ----------------------------------------------------------

BEFORE = case(made(), version=5)
AFTER = case(
    made(
        exceptions=(
            item(
                ExceptionKind.OUTCOME_UNKNOWN,
                contradiction=Contradiction(
                    ExceptionKind.OUTCOME_UNKNOWN, "a", "", ""
                ),
            ),
            item(
                ExceptionKind.EFFECT_FAILED,
                number=2,
                contradiction=Contradiction(
                    ExceptionKind.EFFECT_FAILED, "b", "", ""
                ),
            ),
        )
    ),
    version=7,
)
CAPTURE = Capture(
    operation_id="o1:capture:1",
    order_id="o1",
    amount=cents(100),
    payment_id="p1",
    authorization="a",
    final=True,
)
RETRIED = (
    Settle(
        order_id="o1",
        operation_id="a",
        state=S.IN_DOUBT,
        due_at=NOON,
        note="a person wants it tried again",
    ),
    Settle(
        order_id="o1",
        operation_id="b",
        state=S.PENDING,
        due_at=NOON,
        note="a person wants it tried again",
        renew=True,
    ),
)


def decided(**fields: Any) -> Decision:
    """A decision that leads to the seventh version."""
    settings: dict[str, Any] = {
        field.name: ()
        for field in attrs.fields(Decision)
        if field.default is attrs.NOTHING
    }
    settings |= {"case": AFTER, "events": (), "intents": (CAPTURE,)}
    return Decision(**settings | fields)


@pytest.mark.parametrize(
    ("message", "input_id"), [(CANCEL, "command:c1"), (TIMER, "")]
)
def test_all_of_a_decision_is_stored(message: Any, input_id: str) -> None:
    """With what it settles, and what a person wants again."""
    settle = Settle(order_id="o1", operation_id="x", state=S.DONE, due_at=NOON)
    people = {"o1:comment": FreeText("so")}
    loaded = Loaded(case=BEFORE, head="h")
    decision = decided(personal=people, retried=("a", "b"))

    assert Commit(
        order_id="o1",
        expected_version=5,
        case=AFTER,
        summary=summary_of(AFTER),
        head="h",
        events=(),
        intents=(CAPTURE,),
        timers=timers(AFTER),
        now=NOON,
        personal=people,
        input_id=input_id,
        fingerprint=fingerprint(CANCEL) if input_id else "",
        settles=(settle, *RETRIED),
    ) == commit_of(loaded, message, decision, NOON, (settle,), HOUSE)


def settles(where: Case, message: Any) -> tuple[Settle, ...]:
    """What a report settles."""
    decision = decided(case=where)
    return commit_of(
        Loaded(case=where), message, decision, NOON, (), HOUSE
    ).settles


def told(operation_id: str, state: EffectState) -> tuple[Settle, ...]:
    """An effect that is over."""
    settle = Settle(
        order_id="o1", operation_id=operation_id, state=state, due_at=NOON
    )
    return (settle,)


@pytest.mark.parametrize("state", OperationState)
@pytest.mark.parametrize(
    ("outcome", "over"),
    [
        (Captured(reference="r", amount=cents(1)), S.DONE),
        (Declined(code="no"), S.DECLINED),
    ],
)
def test_a_report_of_a_payment_settles_what_it_answers(
    state: OperationState, outcome: Any, over: EffectState
) -> None:
    """If that is over, and one of a payment of this order."""
    where = case(made(asked=(("capture", 100, state),)))
    message = PaymentReported(
        order_id="o1", operation_id="o1:capture:1", outcome=outcome
    )
    waits = state.value in {
        "submitted",
        "pending",
        "unknown",
        "requires_action",
    }

    assert (() if waits else told("o1:capture:1", over)) == settles(
        where, message
    )
    for operation_id in ("o1:notify:2", "o2:capture:1", ""):
        other = attrs.evolve(message, operation_id=operation_id)
        assert () == settles(where, other)


NAME = "o1-r1:reserve:1"


@pytest.mark.parametrize(
    ("fields", "outcome", "expected"),
    [
        ({}, StockChanged(), told(NAME, S.DONE)),
        ({}, StockGone(), told(NAME, S.DECLINED)),
        ({}, StockShort(shortages=()), told(NAME, S.DECLINED)),
        ({}, Unknown(), ()),
        ({"pending": NAME}, StockChanged(), ()),
        ({"leaving": {NAME: STOCK}}, StockChanged(), ()),
        ({"pending": "x"}, StockChanged(), told(NAME, S.DONE)),
    ],
)
def test_a_report_of_stock_settles_what_it_answers(
    fields: dict[str, Any], outcome: Any, expected: Any
) -> None:
    """Unless it is still awaited, or another's."""
    where = case(made(), reservations=(held(ReservationState.HELD, **fields),))
    message = StockReported(
        order_id="o1",
        reservation_id="o1-r1",
        operation_id=NAME,
        outcome=outcome,
    )

    assert expected == settles(where, message)
    for operation_id in ("o1-r2:reserve:1", "", "o1-r1"):
        other = attrs.evolve(message, operation_id=operation_id)
        assert () == settles(where, other)


@pytest.mark.parametrize(
    ("subject", "fields", "waits"),
    [
        ("o1-s1", {}, False),
        ("o1-s1", {"label_pending": "o1-s1:label:1"}, True),
        ("o1-s1", {"void_pending": "o1-s1:label:1"}, True),
        ("o1-s1", {"intercept_pending": "o1-s1:label:1"}, True),
        ("o1-t1", {}, False),
        ("o1-t1", {"label_pending": "o1-t1:label:1"}, True),
        ("o1-s9", {}, False),
    ],
)
@pytest.mark.parametrize(
    ("outcome", "over"),
    [
        (InterceptAccepted(), S.DONE),
        (LabelRefused(code="x"), S.DECLINED),
        (VoidRejected(), S.DECLINED),
    ],
)
def test_a_report_of_a_carrier_settles_what_it_answers(
    subject: str,
    fields: dict[str, str],
    outcome: Any,
    over: EffectState,
    *,
    waits: bool,
) -> None:
    """Of a shipment or of a return, unless that still waits for it."""
    given: dict[str, Any] = dict(fields)
    shipment, return_ = ({}, given) if "-t" in subject else (given, {})
    where = case(
        made(),
        shipments=(sent(ShipmentState.PACKED, **shipment),),
        returns=(back(ReturnState.APPROVED, **return_),),
    )
    message = LabelReported(
        order_id="o1",
        subject=subject,
        operation_id=f"{subject}:label:1",
        outcome=outcome,
    )

    assert (() if waits else told(f"{subject}:label:1", over)) == settles(
        where, message
    )
    assert () == settles(where, TIMER)


# --- answers ------------------------------------------------------------


def intent(kind: Any, **fields: Any) -> Any:
    """An intent of which only its names matter."""
    settings: dict[str, Any] = {
        field.name: None
        for field in attrs.fields(kind)
        if field.default is attrs.NOTHING
    }
    settings |= {"order_id": "o1", "operation_id": "op"}
    return kind(**settings | fields)


@pytest.mark.parametrize("kind", [Reserve, Allocate, Consume, Release])
def test_an_answer_about_stock_is_a_fact(kind: Any) -> None:
    """Of its reservation, by the inventory."""
    assert StockReported(
        order_id="o1",
        reservation_id="o1-r1",
        operation_id="op",
        outcome=StockChanged(),
        source=Actor("provider", "inventory"),
    ) == fact_of(intent(kind, reservation_id="o1-r1"), StockChanged(), HOUSE)


@pytest.mark.parametrize("kind", [BuyLabel, VoidLabel, Intercept])
def test_an_answer_of_a_carrier_is_a_fact(kind: Any) -> None:
    """Of its shipment or return, by the carrier."""
    assert LabelReported(
        order_id="o1",
        subject="o1-s1",
        operation_id="op",
        outcome=LabelPending(),
        source=Actor("provider", "carrier"),
    ) == fact_of(intent(kind, subject="o1-s1"), LabelPending(), HOUSE)


def test_an_answer_of_a_gateway_is_a_fact() -> None:
    """Of its operation, by the gateway; and it is not ours."""
    fact = fact_of(CAPTURE, Declined(code="no"), HOUSE)

    assert (
        PaymentReported(
            order_id="o1",
            operation_id="o1:capture:1",
            outcome=Declined(code="no"),
            source=Actor("provider", "payment"),
        )
        == fact
    )
    assert fact is not None
    assert SYSTEM != fact.source


@pytest.mark.parametrize(
    ("asked", "outcome"),
    [
        (intent(Notify, message=MessageKind.DELIVERED), Sent()),
        (intent(Restock, items=()), StockChanged()),
        (intent(Consume, reservation_id="o1-r1"), StockGone()),
        (intent(Consume, reservation_id="o1-r1"), Unknown()),
        (intent(BuyLabel, subject="o1-s1"), Unknown()),
    ],
)
def test_some_answers_are_nothing_that_an_order_knows(
    asked: Any, outcome: Any
) -> None:
    """The ledger of effects has them alone, or a person is asked."""
    assert fact_of(asked, outcome, HOUSE) is None


def test_that_a_gateway_did_not_answer_is_a_fact() -> None:
    """Nothing else may be asked of that money meanwhile."""
    fact = fact_of(CAPTURE, Unknown("lost"), HOUSE)

    assert isinstance(fact, PaymentReported)
    assert fact.outcome == Unknown("lost")


def test_facts_name_the_port_that_answers_so() -> None:
    """What no port answers is nobody's."""
    assert answered_by(
        PaymentReported(order_id="o1", outcome=Unknown()), HOUSE
    ) == ("payment")
    assert answered_by(TIMER, HOUSE) == ""
