"""Who is told what, when, and when not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from orderlife._kernel.messages import ExceptionKind, Remedy
from orderlife._values.money import Money
from orderlife.policy.model import Policy, ReturnVerdict
from orderlife.ports.inventory import HeldStock, Reserve
from orderlife.ports.notifier import MessageKind, Notify, NotSent
from orderlife.ports.payment import (
    Authorize,
    Declined,
    DisputeOpened,
    IssueCredit,
    Pending,
    Refund,
    RefundFailed,
    RequiresAction,
    Void,
)
from orderlife.rooms.order.messages import (
    CancelLines,
    CancelOrder,
    DraftOrder,
    FraudJudged,
    OpenHold,
    PlaceDraft,
)
from orderlife.rooms.payment.messages import (
    PaymentReported,
    PayOrder,
    RefundPayment,
)
from orderlife.rooms.returns.messages import (
    ApproveReturn,
    DeclineReturn,
    InspectReturn,
)
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.rooms.stock.messages import FillBackorder
from orderlife.testing.life import Life
from orderlife.testing.scenario import Draft, command, fact
from tests.helpers import (
    CARD,
    ask_back,
    come_back,
    delivered,
    found,
    inspect,
    line,
    open_kinds,
    place,
    placed,
    resolve,
    scan,
    sent,
    silent,
    told,
)

_M, _C = MessageKind, ScanStatus
DAY = timedelta(days=1)
ASK = Policy(judge=lambda *_: ReturnVerdict(answer="ask", explanation="?"))
FIVER = Money("5.00", "EUR")
NO = Declined(code="no")
ACTION = RequiresAction(reference="r", url="https://bank.example/3ds")


def new(life: Life, draft: Draft, *, fact_: bool = False) -> list[Notify]:
    """What is sent when a message is handed in."""
    before = len(life.messages)
    if fact_:
        life.report(draft)
    else:
        life.do(draft)
    return life.messages[before:]


def kinds(messages: list[Notify]) -> list[MessageKind]:
    """The kinds of some messages."""
    return [message.message for message in messages]


# Each at its step.


def test_a_quiet_life_is_told_in_five_messages() -> None:
    """From the confirmation to the follow-up, in their order."""
    life = placed()
    sent(life)
    scan(life, _C.IN_TRANSIT)
    scan(life, _C.OUT_FOR_DELIVERY, at=life.now + DAY)
    scan(life, _C.DELIVERED, at=life.now + DAY)
    life.advance(3 * DAY)

    assert told(life) == (
        _M.ORDER_CONFIRMED,
        _M.SHIPPING_CONFIRMATION,
        _M.SHIPPING_UPDATE,
        _M.OUT_FOR_DELIVERY,
        _M.DELIVERED,
        _M.FOLLOW_UP,
    )
    assert {"customer"} == {m.audience for m in life.messages}
    assert {"o1:contact"} == {m.contact for m in life.messages}
    assert ["o1", "o1-s1", "o1-s1", "o1-s1", "o1-s1", "o1"] == [
        m.subject for m in life.messages
    ]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (_C.IN_TRANSIT, _M.SHIPPING_UPDATE),
        (_C.PICKED_UP, _M.SHIPPING_UPDATE),
        (_C.OUT_FOR_DELIVERY, _M.OUT_FOR_DELIVERY),
        (_C.AVAILABLE_FOR_PICKUP, _M.READY_FOR_PICKUP),
        (_C.ATTEMPT_FAILED, _M.DELIVERY_ATTEMPTED),
        (_C.DELAYED, _M.DELIVERY_DELAYED),
        (_C.EXCEPTION, _M.SHIPMENT_EXCEPTION),
        (_C.DELIVERED, _M.DELIVERED),
        (_C.RETURNING, _M.SHIPMENT_EXCEPTION),
    ],
)
def test_a_scan_is_told(status: ScanStatus, kind: MessageKind) -> None:
    """Each step of a parcel has its message."""
    life = placed()
    sent(life)
    before = len(told(life))

    scan(life, status)

    assert (kind,) == told(life)[before:]


@pytest.mark.parametrize("status", [_C.LOST, _C.DAMAGED])
def test_a_parcel_in_trouble_is_told_to_both(status: ScanStatus) -> None:
    """The customer hears of it, and so do staff."""
    life = placed()
    sent(life)
    before = len(life.messages)

    scan(life, status)

    assert [
        (_M.SHIPMENT_EXCEPTION, "customer"),
        (_M.EXCEPTION_OPENED, "staff"),
    ] == [(m.message, m.audience) for m in life.messages[before:]]


@pytest.mark.parametrize("status", [_C.LABEL_CREATED, _C.RETURNED])
def test_some_scans_are_no_news(status: ScanStatus) -> None:
    """The customer is not told what tells them nothing."""
    life = placed()
    sent(life)
    before = len(life.messages)

    scan(life, status)

    customers = [m for m in life.messages[before:] if m.audience == "customer"]
    assert [] == customers


def test_a_declined_payment_is_told() -> None:
    """With its reason, and how much it was about."""
    life = placed(answers={Authorize: lambda _: NO})

    (message,) = life.messages
    assert _M.PAYMENT_FAILED is message.message
    assert {"amount": "20.00 EUR", "reason": "no (other_method)"} == (
        message.details
    )


def test_a_payment_that_is_called_off_has_not_failed() -> None:
    """A pending authorisation that is voided is no news of its own."""
    life = placed(answers={Authorize: lambda _: Pending("r1")})

    assert [_M.ORDER_CANCELLED] == kinds(new(life, command(CancelOrder)))
    assert ["r1"] == [void.authorization for void in life.of(Void)]


def test_an_action_is_asked_for() -> None:
    """The customer gets the address where to confirm."""
    life = placed(answers={Authorize: lambda _: ACTION})

    (message,) = life.messages
    assert _M.PAYMENT_ACTION_REQUIRED is message.message
    assert "https://bank.example/3ds" == message.details["url"]


def test_what_is_back_ordered_is_told() -> None:
    """The customer hears of a delay once for each part that waits."""
    life = placed(
        line(quantity=3), policy=Policy(backorder=True), stock={"mug": 1}
    )
    assert 1 == told(life).count(_M.BACKORDER_DELAY)

    other = placed(policy=Policy(backorder=True), stock={"mug": 0})
    assert 1 == told(other).count(_M.BACKORDER_DELAY)


def test_fewer_back_ordered_units_are_no_news() -> None:
    """A customer who cancels is not told of a delay again."""
    life = placed(
        line(quantity=3), policy=Policy(backorder=True), stock={"mug": 0}
    )

    cancel = command(CancelLines, quantities={"1": 1})

    assert [_M.ORDER_EDITED] == kinds(new(life, cancel))


@pytest.mark.parametrize("reason", ["customer", "fraud", "expired"])
def test_the_end_of_an_order_is_told(reason: str) -> None:
    """Cancelled, rejected or expired: one message, with its reason."""
    life = placed()

    (message,) = new(life, command(CancelOrder, reason=reason))

    assert _M.ORDER_CANCELLED is message.message
    assert {"reason": reason} == message.details


def test_a_refund_is_told_when_it_is_through() -> None:
    """Asked for is not paid: the message waits for the gateway."""
    life = delivered()
    life.answers[Refund] = silent
    goodwill = command(RefundPayment, amount=FIVER, reason="sorry")
    assert [] == new(life, goodwill)
    before = len(told(life))

    life.answer("o1:refund:1", life._succeed(life.of(Refund)[0]))

    assert (_M.ORDER_REFUNDED,) == told(life)[before:]
    assert {"amount": "5.00 EUR"} == life.messages[-1].details


def test_a_refund_that_fails_later_is_told() -> None:
    """The customer hears that the money is not coming after all."""
    life = delivered()
    life.do(command(RefundPayment, amount=FIVER, reason="sorry"))

    life.answer("o1:refund:1", RefundFailed("account closed"))

    assert _M.REFUND_FAILED in told(life)


def test_a_cancellation_tells_its_refund_once() -> None:
    """The money that goes back with it has no message of its own."""
    life = placed(policy=Policy(capture="confirmation"))

    assert [_M.ORDER_CANCELLED] == kinds(new(life, command(CancelOrder)))
    assert 1 == len(life.of(Refund))


def test_a_void_is_no_news() -> None:
    """That money was not taken after all is told by the cancellation."""
    life = placed()

    assert [_M.ORDER_CANCELLED] == kinds(new(life, command(CancelOrder)))
    assert 1 == len(life.of(Void))


def test_a_declined_return_is_told() -> None:
    """A no is told like a yes."""
    life = delivered(policy=ASK)
    ask_back(life)

    no = command(DeclineReturn, return_id="o1-t1", explanation="worn")

    assert [_M.RETURN_DECLINED] == kinds(new(life, no))


# To staff.


def test_staff_hear_of_exceptions() -> None:
    """They are told which, and of what kind."""
    life = placed()
    sent(life)
    scan(life, _C.LOST)

    message = life.messages[-1]
    assert ("staff", {"exception": "x1", "kind": "shipment_lost"}) == (
        message.audience,
        message.details,
    )


def test_staff_hear_of_reviews_and_disputes() -> None:
    """Each has a message of its own."""
    life = placed()
    review = fact(FraudJudged, verdict="review")
    assert [_M.FRAUD_REVIEW] == kinds(new(life, review, fact_=True))
    assert {"hold": "h1"} == life.messages[-1].details
    dispute = fact(
        PaymentReported,
        payment_id="p1",
        outcome=DisputeOpened(reference="d", amount=FIVER),
    )

    assert [_M.DISPUTE_OPENED] == kinds(new(life, dispute, fact_=True))


def test_a_hold_is_no_news() -> None:
    """Only what waits for a judgement is told."""
    life = placed()

    assert [] == new(life, command(OpenHold, reason="address"))


def test_a_shop_may_tell_its_staff_nothing() -> None:
    """Where policy says so, exceptions wait to be looked for."""
    life = placed(policy=Policy(tell_staff=False))
    sent(life)
    scan(life, _C.LOST)

    assert _M.EXCEPTION_OPENED not in told(life)


def test_a_customer_without_a_contact_is_told_nothing() -> None:
    """Somebody who left no address gets no letter."""
    life = placed(order={"contact": None})

    assert () == told(life)


def test_a_message_that_was_not_sent_is_an_exception() -> None:
    """It does not tell itself for ever, and can be tried again."""
    life = placed(answers={Notify: lambda _: NotSent("bounced")})

    assert (ExceptionKind.MESSAGE_FAILED,) == open_kinds(life)
    life.answers.clear()
    before = len(life.messages)
    resolve(life, Remedy.RETRY)

    assert before == len(life.messages)


def test_each_message_has_a_key_of_its_own() -> None:
    """The event's number makes it, so one event tells once."""
    life = delivered()
    ask_back(life)
    come_back(life)
    inspect(life)
    ids = [message.operation_id for message in life.messages]

    assert len(ids) == len(set(ids)) > 5
    assert all(key.startswith("o1:notify:") for key in ids)


# In silence.

SILENT: list[tuple[str, Callable[[], Life], Draft]] = [
    ("cancelled", placed, command(CancelOrder)),
    (
        "lines cancelled",
        placed,
        command(CancelLines, quantities={"1": 1}),
    ),
    (
        "all lines cancelled",
        placed,
        command(CancelLines, quantities={"1": 2}),
    ),
    (
        "refunded",
        delivered,
        command(RefundPayment, amount=FIVER, reason="sorry"),
    ),
]


@pytest.mark.parametrize(
    ("begin", "draft"),
    [case[1:] for case in SILENT],
    ids=[case[0] for case in SILENT],
)
def test_a_command_can_be_silent(
    begin: Callable[[], Life], draft: Draft
) -> None:
    """With ``notify=False`` nobody hears of it; without it, somebody does."""
    loud, quiet = begin(), begin()

    assert new(loud, draft)
    assert [] == new(
        quiet, Draft(draft.kind, {**draft.fields, "notify": False})
    )
    assert loud.order.state is quiet.order.state


def test_an_order_can_be_placed_in_silence() -> None:
    """Neither its confirmation nor its payment is told, however late."""
    life = placed(
        order={"notify": False}, answers={Authorize: lambda _: ACTION}
    )
    assert () == told(life)

    life.answer("o1:authorize:1", NO)
    life.answers.clear()
    life.do(command(PayOrder, tender=CARD, notify=False))

    assert () == told(life)
    assert "confirmed" == life.order.state.value


def test_a_draft_can_be_placed_in_silence() -> None:
    """The command that places it decides."""
    life = Life()
    life.do(command(DraftOrder, **place().fields))

    life.do(command(PlaceDraft, notify=False))

    assert () == told(life)


def test_a_silent_order_waits_in_silence() -> None:
    """Whoever placed it tells its customer of delays too."""
    for stock in (0, 1):
        life = placed(
            policy=Policy(backorder=True),
            stock={"mug": stock},
            order={"notify": False},
        )

        assert () == told(life)


def test_another_payment_can_be_offered_in_silence() -> None:
    """A silent tender that is declined is not told of."""
    life = placed(answers={Authorize: lambda _: NO})
    before = told(life)

    life.do(command(PayOrder, tender=CARD, notify=False))

    assert before == told(life)


@pytest.mark.parametrize("notify", [True, False])
def test_a_late_end_is_as_silent_as_its_command(notify: bool) -> None:
    """``order_cancelled`` waits for money and stock, and stays silent."""
    life = placed(answers={Void: silent})
    life.do(command(CancelOrder, notify=notify))
    before = len(told(life))

    life.answer("o1:void:1", life._succeed(life.of(Void)[0]))

    assert ([_M.ORDER_CANCELLED] if notify else []) == list(
        told(life)[before:]
    )


@pytest.mark.parametrize("notify", [True, False])
@pytest.mark.parametrize(
    "draft",
    [
        command(RefundPayment, amount=FIVER, reason="sorry"),
        command(RefundPayment, amount=FIVER, reason="sorry", as_credit=True),
    ],
    ids=["refund", "credit"],
)
def test_a_late_refund_is_as_silent_as_its_command(
    draft: Draft, notify: bool
) -> None:
    """``order_refunded`` waits for the gateway, and stays silent."""
    life = delivered()
    life.answers = {Refund: silent, IssueCredit: silent}
    life.do(Draft(draft.kind, {**draft.fields, "notify": notify}))
    before = len(told(life))
    ((operation, intent),) = life.unanswered.items()

    life.answer(operation, life._succeed(intent))

    assert ([_M.ORDER_REFUNDED] if notify else []) == list(told(life)[before:])


@pytest.mark.parametrize("notify", [True, False])
def test_a_late_refund_of_cancelled_lines_is_as_silent(notify: bool) -> None:
    """What was captured for cancelled units goes back as quietly."""
    life = placed(policy=Policy(capture="confirmation"))
    life.answers[Refund] = silent
    life.do(command(CancelLines, quantities={"1": 1}, notify=notify))
    before = len(told(life))

    life.answer("o1:refund:1", life._succeed(life.of(Refund)[0]))

    assert ([_M.ORDER_REFUNDED] if notify else []) == list(told(life)[before:])


@pytest.mark.parametrize("notify", [True, False])
def test_a_late_refund_of_a_return_is_as_silent(notify: bool) -> None:
    """The inspection decides whether its refund is told."""
    life = delivered()
    ask_back(life)
    come_back(life)
    life.answers[Refund] = silent
    _inspect(life, notify=notify)
    before = len(told(life))

    life.answer("o1:refund:1", life._succeed(life.of(Refund)[0]))

    assert ([_M.ORDER_REFUNDED] if notify else []) == list(told(life)[before:])


@pytest.mark.parametrize("notify", [True, False])
def test_an_exception_is_settled_as_silently(notify: bool) -> None:
    """A lost parcel's refund is told, or not, as its remedy was."""
    life = placed()
    sent(life)
    scan(life, _C.LOST)
    before = len(told(life))

    resolve(life, Remedy.REFUND, notify=notify)

    assert ([_M.ORDER_REFUNDED] if notify else []) == list(told(life)[before:])


def test_a_return_can_be_approved_in_silence() -> None:
    """Neither the yes nor the label is told."""
    life = delivered(policy=ASK)
    ask_back(life)

    yes = command(ApproveReturn, return_id="o1-t1", notify=False)

    assert [] == new(life, yes)


def test_a_filled_backorder_is_no_news() -> None:
    """What was delayed and has come is told when it is sent."""
    life = placed(policy=Policy(backorder=True), stock={"mug": 0})
    life.stock = {"mug": 2}

    fill = command(FillBackorder, reservation_id="o1-r1")

    assert [] == new(life, fill)


def test_a_check_that_finds_nothing_is_no_news() -> None:
    """The customer is not told every day that it takes longer."""
    life = placed(policy=Policy(backorder=True), stock={"mug": 0})
    life.answers[Reserve] = lambda _: HeldStock(items=())
    before = told(life)

    life.advance(5 * DAY)

    assert before == told(life)


def _inspect(life: Life, **more: Any) -> None:
    life.do(
        command(InspectReturn, return_id="o1-t1", findings=(found(),), **more)
    )
