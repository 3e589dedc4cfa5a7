"""What is due on a date, and what happens when nobody did anything."""

from __future__ import annotations

from datetime import timedelta

from orderlife._kernel.messages import (
    ExceptionKind,
    Remedy,
    TimerFired,
    TimerKind,
)
from orderlife.house import timers
from orderlife.policy.model import Policy
from orderlife.ports.inventory import Release, Reserve
from orderlife.ports.payment import Authorize, Authorized, Declined
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import (
    CancelOrder,
    FraudJudged,
    OpenHold,
    ReleaseHold,
)
from orderlife.rooms.order.model import Screening, Tender
from orderlife.rooms.payment.messages import PayOrder
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.testing.life import Life
from orderlife.testing.scenario import NOON, command, fact
from tests.helpers import (
    CARD,
    ask_back,
    come_back,
    delivered,
    open_kinds,
    place,
    placed,
    resolve,
    scan,
    sent,
    shipment,
    silent,
)

HOURS, DAYS = timedelta(hours=1), timedelta(days=1)
_T = TimerKind


def due(life: Life) -> list[tuple[TimerKind, str, timedelta]]:
    """What is due, of what, and in how long."""
    return [
        (timer.kind, timer.subject, timer.at - life.now)
        for timer in timers(life.case)
    ]


def test_an_order_that_is_not_there_has_no_timers() -> None:
    """Nothing is due before anything was placed."""
    assert () == timers(Life().case)


def test_payment_is_due_within_the_hour() -> None:
    """An order without money has its payment and its stock on a date."""
    life = placed(order={"tenders": ()})

    assert [
        (_T.PAYMENT_DUE, "o1", HOURS),
        (_T.STOCK_HOLD_ENDS, "o1-r1", 2 * HOURS),
    ] == due(life)

    life.advance(HOURS)

    assert OrderState.EXPIRED is life.order.state
    assert [] == due(life)


def test_slow_tenders_have_a_week() -> None:
    """A bank transfer takes its days, and its stock is held as long."""
    slow = Tender("bank_transfer", "tok_transfer")
    life = placed(order={"tenders": (slow,)}, answers={Authorize: silent})

    assert [
        (_T.PAYMENT_DUE, "o1", 7 * DAYS),
        (_T.STOCK_HOLD_ENDS, "o1-r1", 7 * DAYS + HOURS),
    ] == due(life)


def test_money_that_is_there_is_not_due() -> None:
    """A paid order that is held waits for its hold, not for its money."""
    life = Life()
    life.do(place(tenders=()))
    life.do(command(OpenHold, reason="address", until=NOON + 3 * DAYS))
    life.now += HOURS / 2
    life.do(command(PayOrder, tender=CARD))

    assert [_T.STOCK_HOLD_ENDS, _T.HOLD_ENDS] == [
        kind for kind, _, _ in due(life)
    ]


def test_a_hold_ends_by_itself() -> None:
    """When its time is up, what it blocked goes on."""
    life = Life(answers={Authorize: silent})
    life.do(place())
    until = NOON + 2 * HOURS / 4
    life.do(command(OpenHold, reason="delivery_date", until=until))
    life.answer("o1:authorize:1", life._succeed(life.of(Authorize)[0]))
    assert OrderState.PLACED is life.order.state

    life.advance(HOURS / 2)

    assert OrderState.CONFIRMED is life.order.state
    assert () == life.order.holds


def test_a_review_that_nobody_ends_rejects_the_order() -> None:
    """The hold goes with it, so that nothing stays due."""
    life = placed(policy=Policy(screen=lambda _: Screening(verdict="review")))
    assert [(_T.HOLD_ENDS, "h1", 3 * DAYS)] == due(life)

    life.advance(3 * DAYS)

    assert OrderState.REJECTED is life.order.state
    assert [] == due(life)


def test_a_review_may_take_for_ever() -> None:
    """Without a limit, only somebody ends it."""
    life = placed(
        policy=Policy(
            screen=lambda _: Screening(verdict="review"), review_within=None
        )
    )

    assert [] == due(life)

    life.do(command(ReleaseHold, hold_id="h1"))

    assert OrderState.CONFIRMED is life.order.state


def test_a_review_of_what_has_left_ends_quietly() -> None:
    """Goods that are gone are not called off when its time is up."""
    life = placed()
    sent(life)
    life.report(fact(FraudJudged, verdict="review"))

    life.advance(3 * DAYS)

    assert OrderState.CONFIRMED is life.order.state
    assert () == life.order.holds


def test_an_authorisation_is_asked_for_again() -> None:
    """Money that runs out before it is used is secured anew."""
    before = NOON + 5 * DAYS
    life = placed(
        answers={
            Authorize: lambda i: Authorized(
                reference="r", amount=i.amount, capture_before=before
            )
        }
    )
    assert [(_T.AUTHORIZATION_ENDS, "p1", 5 * DAYS)] == due(life)
    life.answers.clear()

    life.advance(5 * DAYS)

    assert ["p1", "p2"] == [i.payment_id for i in life.of(Authorize)]
    assert () == open_kinds(life)
    assert [] == due(life)


def test_an_authorisation_that_is_refused_again_is_an_exception() -> None:
    """A confirmed order that is not secured any more waits for somebody."""
    life = placed(
        answers={
            Authorize: lambda i: Authorized(
                reference="r", amount=i.amount, capture_before=NOON + DAYS
            )
        }
    )
    life.answers[Authorize] = lambda _: Declined(code="no")

    life.advance(DAYS)

    assert (ExceptionKind.AUTHORIZATION_LAPSED,) == open_kinds(life)


def test_a_backorder_is_checked_daily() -> None:
    """The next check is a day after the last, while nothing is awaited."""
    life = placed(policy=Policy(backorder=True), stock={"mug": 0})
    assert [(_T.BACKORDER_CHECK, "o1-r1", DAYS)] == due(life)

    life.advance(DAYS)
    assert [(_T.BACKORDER_CHECK, "o1-r1", DAYS)] == due(life)
    life.answers[Reserve] = silent
    life.advance(DAYS)

    assert [] == due(life)


def test_returns_have_their_dates() -> None:
    """An approval runs out; so does the wait for further parcels."""
    life = delivered(policy=Policy(follow_up_after=None))
    ask_back(life, 2)
    # It was noon: the last day is whole.
    stands = 30 * DAYS + 12 * HOURS
    assert [(_T.RETURN_EXPIRES, "o1-t1", stands)] == due(life)

    come_back(life)

    assert [(_T.RECEIVING_ENDS, "o1-t1", 14 * DAYS)] == due(life)


def test_the_follow_up_is_sent_once() -> None:
    """A day after the delivery, and never again."""
    life = delivered()
    assert [(_T.FOLLOW_UP, "o1", DAYS)] == due(life)
    life.advance(DAYS)
    assert OrderState.COMPLETED is life.order.state

    scan(life, ScanStatus.RETURNING)
    scan(life, ScanStatus.DELIVERED, at=life.now + HOURS)

    assert [] == due(life)
    assert OrderState.COMPLETED is life.order.state


def test_a_shop_may_follow_nothing_up() -> None:
    """Without a follow-up, the order is complete when it has arrived."""
    life = delivered(policy=Policy(follow_up_after=None))

    assert OrderState.COMPLETED is life.order.state
    assert [] == due(life)


def test_a_cancelled_order_has_no_timers() -> None:
    """Nobody is asked how it was, and no stock runs out."""
    life = delivered()
    scan(life, ScanStatus.RETURNED, at=life.now + HOURS)
    resolve(life, Remedy.REFUND)

    assert OrderState.CANCELLED is life.order.state
    assert [] == due(life)


def test_stock_that_is_given_back_does_not_run_out() -> None:
    """A timer goes with its cause."""
    life = Life()
    life.do(place(tenders=()))
    life.answers[Release] = silent
    life.do(command(CancelOrder))

    assert OrderState.CANCELLING is life.order.state
    assert [] == due(life)


def test_timers_come_in_the_order_of_their_dates() -> None:
    """The earliest is first; those of one date are sorted by name."""
    life = placed(order={"tenders": ()})
    for days in (2, 1):
        until = NOON + days * DAYS
        life.do(command(OpenHold, reason="other", until=until))

    subjects = [subject for _, subject, _ in due(life)]

    assert ["o1", "o1-r1", "h2", "h1"] == subjects


def test_a_timer_whose_cause_is_gone_changes_nothing() -> None:
    """Fired late, or twice, it is not due any more."""
    life = placed(order={"tenders": ()})
    (timer, _) = timers(life.case)
    life.advance(DAYS)
    before = life.case

    life.report(fact(TimerFired, timer=timer))

    assert before is life.case


def test_timers_do_not_touch_what_moves() -> None:
    """A shipment on its way waits for its carrier."""
    life = placed()
    sent(life)

    life.advance(365 * DAYS)

    assert OrderState.CONFIRMED is life.order.state
    assert 0 == len(shipment(life).scans)
