"""Screening: accepted, looked at by a person, or rejected."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import pytest

from orderlife._kernel.messages import ExceptionKind as Kind
from orderlife.errors import NotAllowedError, NotFoundError
from orderlife.policy.model import Policy
from orderlife.ports.notifier import MessageKind
from orderlife.ports.payment import Capture, Void
from orderlife.rooms.order.messages import (
    FraudJudged,
    FraudScreened,
    OrderConfirmed,
    ReleaseHold,
)
from orderlife.rooms.order.model import Order, Screening
from orderlife.rooms.payment.messages import PayOrder
from orderlife.rooms.shipment.messages import DispatchShipment
from orderlife.testing.scenario import command, fact
from tests.order.shop import CARD, Shop, shop, unanswered

Verdict = Literal["accept", "review", "reject"]


def judging(verdict: Verdict, reason: str = "new customer") -> Policy:
    """A policy that judges all orders alike."""

    def screen(order: Order) -> Screening:
        return Screening(verdict=verdict, reason=reason)

    return Policy(screen=screen)


def judge(life: Shop, verdict: Verdict, reason: str = "seen") -> None:
    """Report somebody's judgement."""
    life.report(fact(FraudJudged, verdict=verdict, reason=reason))


def test_an_order_is_screened_once_before_it_is_confirmed() -> None:
    """Accepted: it goes on, and the judgement is kept."""
    life = shop(policy=judging("accept"))
    assert life.state == "confirmed"
    assert life.order.screening == Screening(
        verdict="accept", reason="new customer"
    )
    screened = [e for e in life.events if isinstance(e, FraudScreened)]
    assert len(screened) == 1


def test_no_rule_means_accepted() -> None:
    """A shop without a rule judges no order a fraud, and says so."""
    life = shop()
    assert life.order.screening == Screening(
        verdict="accept", reason="o1: no rule"
    )


def test_a_review_waits_for_a_person() -> None:
    """A hold on it is released by a person, and the order goes on."""
    life = shop(policy=judging("review"), stock={"mug": 2})
    (hold,) = life.order.holds
    assert (hold.reason, hold.blocks, hold.note) == (
        "fraud",
        ("confirm", "dispatch"),
        "new customer",
    )
    assert life.state == "placed"
    assert [m.message for m in life.messages] == [MessageKind.FRAUD_REVIEW]
    life.do(command(ReleaseHold, hold_id=hold.hold_id, note="a regular"))
    assert life.state == "confirmed"


def test_stock_does_not_run_out_while_somebody_thinks() -> None:
    """Paid-for stock is the order's during a review."""
    life = shop(policy=judging("review"), stock={"mug": 2})
    life.advance(timedelta(days=2))
    assert (life.state, life.stock) == ("placed", {"mug": 0})
    judge(life, "accept")
    assert life.state == "confirmed"


def test_a_review_that_nobody_ends_rejects_the_order() -> None:
    """All is given back when its time is up."""
    life = shop(policy=judging("review"), stock={"mug": 2})
    life.advance(timedelta(days=3))
    assert (life.state, life.stock) == ("rejected", {"mug": 2})
    assert life.payment == "voided"
    assert life.messages[-1].details == {"reason": "fraud"}


def test_a_review_may_have_no_end() -> None:
    """Policy may wait for a person for good."""
    policy = judging("review")
    policy = Policy(screen=policy.screen, review_within=None)
    life = shop(policy=policy)
    life.advance(timedelta(days=99))
    assert life.state == "placed"


def test_a_rejected_order_ends() -> None:
    """It is never confirmed, and its money is released."""
    life = shop(policy=judging("reject"), stock={"mug": 2})
    assert (life.state, life.stock) == ("rejected", {"mug": 2})
    assert OrderConfirmed() not in life.events
    assert len(life.of(Void)) == 1
    assert life.of(Capture) == []


@pytest.mark.parametrize(
    ("verdict", "state"), [("accept", "confirmed"), ("reject", "rejected")]
)
def test_a_service_may_judge_later(verdict: Verdict, state: str) -> None:
    """An external judgement ends a review either way."""
    life = shop(policy=judging("review"))
    judge(life, verdict)
    assert life.state == state


def test_the_same_judgement_again_changes_nothing() -> None:
    """A duplicate fact is harmless."""
    life = shop()
    judge(life, "accept")
    before = life.case
    judge(life, "accept")
    assert life.case == before


def test_a_judgement_may_come_before_the_money() -> None:
    """What was judged before is not judged again."""
    life = shop(tenders=(), policy=judging("review"))
    judge(life, "accept")
    life.do(command(PayOrder, tender=CARD))
    assert (life.state, life.order.holds) == ("confirmed", ())


def test_a_confirmed_order_may_be_reviewed() -> None:
    """Nothing leaves while somebody looks at it."""
    life = shop()
    life.pack()
    judge(life, "review", "stolen card")
    with pytest.raises(NotAllowedError, match=r"hold h1 \(fraud\)"):
        life.do(command(DispatchShipment, shipment_id="o1-s1"))
    judge(life, "accept")
    life.do(command(DispatchShipment, shipment_id="o1-s1"))


def test_a_confirmed_order_may_be_rejected() -> None:
    """Before anything has left, it ends."""
    life = shop(stock={"mug": 2})
    judge(life, "reject", "stolen card")
    assert (life.state, life.stock) == ("rejected", {"mug": 2})
    assert life.payment == "voided"


def test_goods_that_have_left_cannot_be_rejected() -> None:
    """It is held for a person: what is gone is gone."""
    life = shop()
    life.deliver()
    life.advance(timedelta(days=9))
    assert life.state == "completed"
    judge(life, "reject", "stolen card")
    assert (life.state, life.order.holds[0].reason) == ("confirmed", "fraud")
    life.advance(timedelta(days=4))
    assert (life.state, life.order.holds) == ("completed", ())


def test_a_judgement_on_an_ended_order_is_kept() -> None:
    """Nothing can follow from it, so somebody is told."""
    life = shop()
    life.cancel()
    judge(life, "reject", "stolen card")
    (item,) = life.open_items
    assert item.contradiction.kind is Kind.UNMATCHED_FACT
    assert "fraud verdict reject" in item.contradiction.observed


def test_a_judgement_on_nothing_is_refused() -> None:
    """There is no order that it could be written to."""
    with pytest.raises(NotFoundError):
        judge(Shop(), "reject")


def test_a_judgement_while_it_is_cancelled_is_written_down() -> None:
    """The order ends as it would have."""
    life = shop(answers={Void: unanswered})
    life.cancel()
    judge(life, "reject")
    assert life.state == "cancelling"
    (void,) = life.of(Void)
    life.answer(void.operation_id, life._succeed(void))
    assert life.state == "cancelled"
    assert life.order.screening == Screening(verdict="reject", reason="seen")
