"""A return is asked for, judged, given a label, and may come to nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orderlife._kernel.messages import Actor, ExceptionKind, Remedy, TimerKind
from orderlife.errors import (
    IllegalTransitionError,
    NotAllowedError,
    NotFoundError,
    ValidationError,
)
from orderlife.house import timers
from orderlife.policy.model import (
    Policy,
    ReturnReason,
    ReturnTerms,
    ReturnVerdict,
)
from orderlife.ports.carrier import BuyLabel, Label, LabelPending, LabelRefused
from orderlife.ports.notifier import MessageKind
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.messages import (
    ApproveReturn,
    CancelReturn,
    DeclineReturn,
    RequestReturn,
    ReturnRequested,
    ReturnShipped,
    StartReturn,
)
from orderlife.rooms.returns.model import ReturnLine
from orderlife.rooms.shipment.messages import LabelReported
from orderlife.testing.life import Life
from orderlife.testing.scenario import NOON, command, fact
from tests.helpers import (
    ask_back,
    back,
    come_back,
    delivered,
    line,
    names,
    open_kinds,
    operations,
    placed,
    resolve,
    silent,
    told,
)
from tests.house import decide, evolve


def ask(*_: Any) -> ReturnVerdict:
    """Let a person decide."""
    return ReturnVerdict(answer="ask", explanation="worth a look")


ASK = Policy(judge=ask)
LABEL = Label(label_id="l1", carrier="post", tracking_number="t1")


def approve(life: Life, **fields: Any) -> None:
    """Say yes to the first return."""
    life.do(command(ApproveReturn, return_id="o1-t1", **fields))


def labelled(outcome: Any, operation_id: str = "o1-t1:label:1") -> Any:
    """Draft what the carrier says of a label."""
    return fact(
        LabelReported,
        subject="o1-t1",
        operation_id=operation_id,
        outcome=outcome,
    )


def refuse_once() -> Any:
    """Refuse the first label for a return, and give all others."""
    left = [LabelRefused(code="no_route")]

    def answer(intent: BuyLabel) -> Any:
        if intent.purpose == "return" and left:
            return left.pop()
        number = intent.operation_id
        return Label(label_id=number, carrier="post", tracking_number=number)

    return answer


# --- asking -------------------------------------------------------------


def test_a_request_is_kept_approved_and_given_a_label() -> None:
    """Within its window a return is approved, and its label is bought."""
    life = delivered()

    asked = ask_back(life, 2, comment="too tight for Ada")

    assert (ReturnLine(line_id="1", quantity=2),) == asked.lines
    assert ("too_small", "refund") == (asked.reason, asked.resolution)
    assert "o1-t1:comment" == asked.comment
    assert "Ada" not in repr(life.events)
    assert ReturnState.APPROVED is asked.state
    assert asked.expires_at == life.now + timedelta(days=30, hours=12)
    assert "o1-t1:label:1" == operations(life, BuyLabel)[-1]
    assert asked.label is not None
    assert told(life)[-3:] == (
        MessageKind.RETURN_REQUESTED,
        MessageKind.RETURN_APPROVED,
        MessageKind.RETURN_LABEL,
    )


def test_a_return_follows_a_delivery() -> None:
    """What is not delivered cannot come back."""
    life = placed(order={"tenders": ()})
    with pytest.raises(NotAllowedError, match="follows a delivery"):
        ask_back(life)
    life = placed()
    with pytest.raises(ValidationError, match="0 of 0"):
        ask_back(life)


def test_each_unit_comes_back_once() -> None:
    """What is on its way back is taken, until that comes to nothing."""
    life = delivered()
    ask_back(life, 2)
    with pytest.raises(ValidationError, match="0 of 2"):
        ask_back(life)
    life.do(command(CancelReturn, return_id="o1-t1"))

    assert "o1-t2" == ask_back(life, 2).return_id


def test_the_registry_of_reasons_is_open() -> None:
    """A shop's own reason is taken, with the terms of whose fault it is."""
    own = ReturnReason(code="smells", label="Smells", fault="shop")
    policy = Policy(reasons={"smells": own})
    life = delivered(policy=policy)
    life.now += timedelta(days=60)

    assert ReturnState.APPROVED is ask_back(life, reason="smells").state
    with pytest.raises(ValidationError, match="one of: smells"):
        ask_back(life, reason="too_small")


def test_a_customer_cannot_ask_to_keep_the_item() -> None:
    """Only the shop lets goods stay."""
    life = delivered()
    asked = command(
        RequestReturn,
        quantities={"1": 1},
        reason="other",
        resolution="keep",
        actor=Actor("customer", "c1"),
    )
    with pytest.raises(ValidationError, match="only the shop"):
        life.do(asked)


def test_a_return_that_is_there_is_not_started_again() -> None:
    """The step that begins a return does nothing the second time."""
    asked = ask_back(delivered())
    step = StartReturn(
        return_id="o1-t1",
        quantities={"1": 1},
        reason="other",
        resolution="refund",
        at=NOON,
    )
    assert [] == decide(asked, step)


def test_a_request_makes_the_same_return_again() -> None:
    """Replayed, the first event gives a return as it was asked for."""
    life = delivered(policy=ASK)
    asked = ask_back(life)
    (event,) = (e for e in life.events if isinstance(e, ReturnRequested))
    assert asked == evolve(asked, event)


# --- judging ------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "reason", "state"),
    [
        (30, "too_small", ReturnState.APPROVED),
        (31, "too_small", ReturnState.DECLINED),
        (90, "defective", ReturnState.APPROVED),
        (91, "damaged_in_transit", ReturnState.DECLINED),
    ],
)
def test_the_window_depends_on_whose_fault_it_is(
    days: int, reason: str, state: ReturnState
) -> None:
    """Thirty days for second thoughts, ninety for faults, then no."""
    life = delivered()
    life.now += timedelta(days=days)

    asked = ask_back(life, reason=reason)

    assert state is asked.state
    declined = state is ReturnState.DECLINED
    assert declined == ("ended on" in asked.explanation)
    assert declined == (MessageKind.RETURN_DECLINED in told(life))
    assert declined == (not asked.label)


def test_final_sale_comes_back_only_if_it_is_faulty() -> None:
    """A line that was sold as final is declined, unless at fault."""
    life = delivered(line(quantity=2, final_sale=True))

    assert ReturnState.DECLINED is ask_back(life).state
    assert "line 1 was sold as final" == back(life).explanation
    assert ReturnState.APPROVED is ask_back(life, reason="defective").state


def test_a_person_is_asked_and_says_yes() -> None:
    """Nothing happens until somebody approves it; then a label is bought."""
    life = delivered(policy=ASK)
    assert ReturnState.REQUESTED is ask_back(life).state
    assert MessageKind.RETURN_APPROVED not in told(life)

    approve(life, explanation="a good customer")

    assert ReturnState.APPROVED is back(life).state
    assert "a good customer" == back(life).explanation
    assert back(life).label is not None


def test_a_person_says_no() -> None:
    """A declined return ends with its explanation, and its units are free."""
    life = delivered(policy=ASK)
    ask_back(life, 2)

    no = command(DeclineReturn, return_id="o1-t1", explanation="worn")
    life.do(no)

    assert ReturnState.DECLINED is back(life).state
    assert "worn" == back(life).explanation
    assert MessageKind.RETURN_DECLINED is told(life)[-1]
    with pytest.raises(IllegalTransitionError):
        life.do(no)
    with pytest.raises(IllegalTransitionError):
        approve(life)


@pytest.mark.parametrize("kind", [ApproveReturn, CancelReturn])
def test_a_return_must_be_there(kind: Any) -> None:
    """A command on an unknown return names those there are."""
    life = delivered()
    ask_back(life)
    with pytest.raises(NotFoundError, match="o1-t1"):
        life.do(command(kind, return_id="o1-t9"))


def test_notify_false_is_silent_about_the_label_too() -> None:
    """An approval that is not told does not tell of its label."""
    life = delivered(policy=ASK)
    ask_back(life)
    before = told(life)

    approve(life, notify=False)

    assert before == told(life)
    assert back(life).label is not None


# --- coming to nothing --------------------------------------------------


def test_the_customer_thinks_better_of_it() -> None:
    """A return is cancelled for as long as the goods are not under way."""
    life = delivered()
    ask_back(life)
    life.do(command(CancelReturn, return_id="o1-t1"))
    assert ReturnState.CANCELLED is back(life).state

    ask_back(life)
    life.report(fact(ReturnShipped, return_id="o1-t2", at=life.now))
    with pytest.raises(IllegalTransitionError):
        life.do(command(CancelReturn, return_id="o1-t2"))


@pytest.mark.parametrize("handed_in", [False, True])
def test_an_approval_runs_out(handed_in: bool) -> None:
    """What has not come in time expires, handed in or not."""
    life = delivered()
    ask_back(life)
    if handed_in:
        life.report(fact(ReturnShipped, return_id="o1-t1", at=life.now))
    (timer,) = (
        t for t in timers(life.case) if t.kind is TimerKind.RETURN_EXPIRES
    )
    assert timer.at == life.now + timedelta(days=30, hours=12)

    life.advance(timedelta(days=30, hours=12))

    assert ReturnState.EXPIRED is back(life).state
    assert "completed" == life.order.state.value


# --- labels -------------------------------------------------------------


def test_the_shop_may_not_pay_for_the_label() -> None:
    """Terms without a label buy none."""
    life = delivered(policy=Policy(remorse=ReturnTerms(label=False)))
    ask_back(life)

    assert ["o1-s1:label:1"] == operations(life, BuyLabel)
    assert back(life).label is None


def test_a_label_goes_to_the_place_for_returns() -> None:
    """Goods go where they came from, unless the shop says where."""
    life = delivered()
    ask_back(life)
    assert "main" == life.of(BuyLabel)[-1].place
    assert "return" == life.of(BuyLabel)[-1].purpose

    life = delivered(policy=Policy(return_place="depot"))
    ask_back(life)
    assert "depot" == life.of(BuyLabel)[-1].place


def test_a_refused_label_is_tried_again() -> None:
    """A person is asked, and a retry is an operation of its own."""
    life = delivered()
    life.answers[BuyLabel] = refuse_once()
    ask_back(life)
    assert (ExceptionKind.LABEL_FAILED,) == open_kinds(life)
    assert (None, "") == (back(life).label, back(life).label_pending)

    resolve(life, Remedy.RETRY)

    assert ["o1-t1:label:1", "o1-t1:label:2"] == operations(life, BuyLabel)[1:]
    assert back(life).label is not None
    assert MessageKind.RETURN_LABEL is told(life)[-1]


def test_a_label_that_was_bought_by_hand_is_not_bought_again() -> None:
    """Its report closes the item, and nobody has to try again."""
    life = delivered()
    life.answers[BuyLabel] = refuse_once()
    ask_back(life)
    assert (ExceptionKind.LABEL_FAILED,) == open_kinds(life)
    life.report(labelled(LABEL, ""))
    assert () == open_kinds(life)

    assert ["o1-t1:label:1"] == operations(life, BuyLabel)[1:]
    assert LABEL == back(life).label


def test_a_label_that_is_not_wanted_any_more_is_not_tried_again() -> None:
    """A retry for a cancelled return is refused; to accept it is not."""
    life = delivered()
    life.answers[BuyLabel] = refuse_once()
    ask_back(life)
    life.do(command(CancelReturn, return_id="o1-t1"))
    with pytest.raises(IllegalTransitionError):
        resolve(life, Remedy.RETRY)

    resolve(life, Remedy.ACCEPT)

    assert () == open_kinds(life)


def test_a_pending_label_is_awaited() -> None:
    """Pending is no answer yet; the label comes later, and only once."""
    life = delivered()
    life.answers[BuyLabel] = lambda _: LabelPending()
    ask_back(life)
    assert "o1-t1:label:1" == back(life).label_pending
    assert back(life).label is None

    life.report(labelled(LABEL))
    again = life.report(labelled(LABEL))

    assert (LABEL, "") == (back(life).label, back(life).label_pending)
    assert () == again.events
    assert () == open_kinds(life)


def test_a_late_refusal_of_a_settled_label_changes_nothing() -> None:
    """What was answered once is not taken back by a repetition."""
    life = delivered()
    ask_back(life)

    again = life.report(labelled(LabelRefused(code="no_route")))

    assert () == again.events
    assert back(life).label is not None


def test_a_label_that_was_refused_may_come_after_all() -> None:
    """A late label of a refused operation is taken, if none is awaited."""
    life = delivered()
    life.answers[BuyLabel] = refuse_once()
    ask_back(life)

    life.report(labelled(LABEL))

    assert LABEL == back(life).label


def test_a_label_for_a_cancelled_return_is_told_to_nobody() -> None:
    """A label that comes too late is kept, without a message."""
    life = delivered()
    life.answers[BuyLabel] = silent
    ask_back(life)
    life.do(command(CancelReturn, return_id="o1-t1"))
    before = told(life)

    life.answer("o1-t1:label:1", LABEL)

    assert LABEL == back(life).label
    assert before == told(life)


def test_a_label_that_is_refused_too_late_troubles_nobody() -> None:
    """A refusal for a return that came to nothing opens no exception."""
    life = delivered()
    life.answers[BuyLabel] = silent
    ask_back(life)
    life.do(command(CancelReturn, return_id="o1-t1"))

    life.answer("o1-t1:label:1", LabelRefused(code="no_route"))

    assert "" == back(life).label_pending
    assert () == open_kinds(life)


def test_a_stray_label_is_kept_for_a_person() -> None:
    """A second label that nobody asked for is no label of the return."""
    life = delivered()
    ask_back(life)
    first = back(life).label

    life.report(labelled(LABEL, ""))

    assert first == back(life).label
    assert (ExceptionKind.UNMATCHED_FACT,) == open_kinds(life)


# --- handing in ---------------------------------------------------------


def test_the_goods_are_handed_in_once() -> None:
    """The same report again changes nothing."""
    life = delivered()
    ask_back(life)
    shipped = fact(ReturnShipped, return_id="o1-t1", at=life.now)

    life.report(shipped)
    again = life.report(shipped)

    assert ReturnState.IN_TRANSIT is back(life).state
    assert () == again.events
    come_back(life)
    assert () == life.report(shipped).events


def test_handed_in_before_approval_decides_nothing() -> None:
    """Goods under way are no approval: a person still says yes or no."""
    life = delivered(policy=ASK)
    ask_back(life)

    life.report(fact(ReturnShipped, return_id="o1-t1", at=life.now))
    assert ReturnState.REQUESTED is back(life).state

    approve(life)
    assert ReturnState.IN_TRANSIT is back(life).state
    assert 1 == names(life).count("ReturnHandedIn")


def test_an_unknown_return_that_is_handed_in_is_kept() -> None:
    """A report about a return that nobody knows waits for a person."""
    life = delivered()
    life.report(fact(ReturnShipped, return_id="o1-t7", at=life.now))

    assert (ExceptionKind.UNMATCHED_FACT,) == open_kinds(life)
    assert "ReturnHandedIn" not in names(life)
