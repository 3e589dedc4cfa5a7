"""Payment: secured, taken, and all that a gateway may report of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orderlife._kernel.messages import ExceptionKind as Kind, Remedy
from orderlife._values.limits import MAX_TENDERS
from orderlife.errors import (
    IllegalTransitionError,
    NotAllowedError,
    ValidationError,
)
from orderlife.invariants import check_invariants
from orderlife.policy.model import Policy
from orderlife.ports.base import Unknown
from orderlife.ports.inventory import Reserve
from orderlife.ports.payment import (
    AuthorizationLapsed,
    Authorize,
    Authorized,
    Capture,
    Captured,
    CaptureFailed,
    CreditIssued,
    Declined,
    DisputeLost,
    DisputeOpened,
    DisputeWon,
    Pending,
    Refund,
    Refunded,
    RefundFailed,
    RequiresAction,
    Void,
    Voided,
)
from orderlife.rooms.exceptions.messages import ResolveException
from orderlife.rooms.order.messages import CancelLines, OrderConfirmed
from orderlife.rooms.order.model import Tender
from orderlife.rooms.payment.messages import (
    CapturePayment,
    PaymentRequested,
    PayOrder,
)
from orderlife.rooms.shipment.messages import DispatchShipment
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.testing.scenario import NOON, STAFF, command
from tests.house import decide
from tests.order.shop import (
    AT_ONCE,
    BOLETO,
    CARD,
    Shop,
    cents,
    decline,
    eur,
    line,
    only,
    pend,
    shop,
    unanswered,
)

VOUCHER = Tender("voucher", "v-1", amount=eur("5.00"))


def asked(life: Shop, kind: type[Any]) -> list[tuple[str, int]]:
    """What was asked of the gateway: payments and amounts."""
    return [(i.payment_id, i.amount.minor) for i in life.of(kind)]


def pay(life: Shop, tender: Tender = CARD) -> None:
    """Offer another means of payment."""
    life.do(command(PayOrder, tender=tender))


# --- secured ------------------------------------------------------------


def test_an_order_is_confirmed_once_its_money_is_secured() -> None:
    """The whole amount is authorised, and nothing taken yet."""
    life = shop()
    assert asked(life, Authorize) == [("p1", 2000)]
    assert (life.state, life.payment) == ("confirmed", "authorized")
    assert life.of(Capture) == []


def test_stock_is_held_before_money_is_asked_for() -> None:
    """Reserve before anything becomes observable."""
    life = shop(answers={Reserve: unanswered})
    assert life.of(Authorize) == []
    del life.answers[Reserve]
    (held,) = life.of(Reserve)
    life.answer(held.operation_id, life._succeed(held))
    assert life.state == "confirmed"


def test_the_order_is_stored_before_money_moves() -> None:
    """No decision both begins an order and asks a gateway for anything."""
    life = shop(policy=AT_ONCE)
    placed = life.history[0]
    asked = next(
        r for r in life.history if isinstance(r.event, PaymentRequested)
    )
    assert placed.cause == "c1"
    assert asked.cause == "o1-r1:reserve:1"


def test_a_declined_payment_can_be_tried_again() -> None:
    """A decline is no end: the customer offers another means."""
    life = shop(answers={Authorize: decline})
    assert (life.state, life.payment) == ("placed", "unpaid")
    assert life.kinds == ["payment_failed"]
    assert life.trouble == []
    life.answers.clear()
    pay(life)
    assert asked(life, Authorize) == [("p1", 2000), ("p2", 2000)]
    assert (life.state, life.payment) == ("confirmed", "authorized")


def test_the_customer_may_have_to_act_first() -> None:
    """3-D Secure: the customer is told where, and then it goes on."""
    life = shop(answers={Authorize: unanswered})
    life.answer(
        "o1:authorize:1", RequiresAction(reference="a", url="https://x")
    )
    assert life.kinds == ["payment_action_required"]
    assert life.messages[0].details["url"] == "https://x"
    assert life.state == "placed"
    life.answer("o1:authorize:1", Authorized(reference="a", amount=eur("20")))
    assert life.state == "confirmed"


def test_a_boleto_is_paid_days_later() -> None:
    """A slow tender has days, and is secured and taken in one."""
    life = shop(tenders=(BOLETO,), answers={Authorize: pend})
    life.advance(timedelta(days=6))
    assert (life.state, life.payment) == ("placed", "unpaid")
    life.answer("o1:authorize:1", Captured(reference="b", amount=eur("20")))
    assert (life.state, life.payment) == ("confirmed", "paid")
    life.deliver()
    assert life.of(Capture) == []


def test_a_boleto_that_nobody_pays_expires_with_its_order() -> None:
    """Unpaid orders expire: the pending payment is called off."""
    life = shop(tenders=(BOLETO,), answers={Authorize: pend})
    life.advance(timedelta(days=8))
    assert asked(life, Void) == [("p1", 2000)]
    assert (life.state, life.payment) == ("expired", "unpaid")


def test_a_slow_tender_offered_later_gets_its_time() -> None:
    """After a declined card, a boleto has the days that it needs."""
    life = shop(answers={Authorize: decline})
    life.answers[Authorize] = pend
    pay(life, BOLETO)
    life.advance(timedelta(days=6))
    assert life.state == "placed"
    life.answer("o1:authorize:2", Captured(reference="b", amount=eur("20")))
    assert life.state == "confirmed"


def test_a_card_offered_after_a_boleto_takes_no_time_away() -> None:
    """Another tender never brings the date forward."""
    life = shop(tenders=(BOLETO,), answers={Authorize: decline})
    due = life.order.payment_due_at
    pay(life, CARD)
    assert life.order.payment_due_at == due


def test_an_unpaid_order_expires() -> None:
    """Nothing is secured in time: the order ends, the stock is free."""
    life = shop(tenders=(), stock={"mug": 2})
    assert life.stock == {"mug": 0}
    life.advance(timedelta(hours=1))
    assert (life.state, life.stock) == ("expired", {"mug": 2})


def test_an_order_is_paid_by_a_later_command_alone() -> None:
    """An order without tenders waits for PayOrder."""
    life = shop(tenders=())
    assert (life.state, life.intents[1:]) == ("placed", [])
    pay(life)
    assert life.state == "confirmed"


def test_an_order_of_nothing_needs_no_payment() -> None:
    """A total of zero is secured by nothing, and counts as paid."""
    life = shop(line("0.00"))
    assert life.order.payments == ()
    assert (life.state, life.payment) == ("confirmed", "paid")
    life.deliver()
    life.advance(timedelta(days=9))
    assert life.state == "completed"


def test_a_voucher_pays_a_part_and_is_taken_at_once() -> None:
    """Several tenders: those with an amount, and one for the rest."""

    def answer(intent: Authorize) -> Authorized | Captured:
        made = Authorized if intent.tender is CARD else Captured
        return made(reference=intent.payment_id, amount=intent.amount)

    life = shop(tenders=(CARD, VOUCHER), answers={Authorize: answer})
    assert asked(life, Authorize) == [("p1", 1500), ("p2", 500)]
    assert (life.state, life.payment) == ("confirmed", "partially_paid")
    life.ship()
    assert asked(life, Capture) == [("p1", 1500)]
    assert life.payment == "paid"


def test_one_of_several_tenders_is_declined() -> None:
    """What one tender did not bring is asked of another, no more."""

    def answer(intent: Authorize) -> Authorized | Declined:
        if intent.tender is VOUCHER:
            return Declined(code="spent")
        return Authorized(reference="a", amount=intent.amount)

    life = shop(tenders=(VOUCHER, CARD), answers={Authorize: answer})
    assert (life.state, life.payment) == ("placed", "authorized")
    pay(life)
    assert asked(life, Authorize)[-1] == ("p3", 500)
    assert life.state == "confirmed"


def test_a_partial_authorisation_leaves_a_rest_to_pay() -> None:
    """An amount below what was asked is kept, and somebody is told."""
    life = shop(answers={Authorize: only(eur("12.00"))})
    assert (life.state, life.trouble) == ("placed", [Kind.AMOUNT_MISMATCH])
    (item,) = life.open_items
    assert item.contradiction.minor == 800
    del life.answers[Authorize]
    pay(life)
    assert asked(life, Authorize)[-1] == ("p2", 800)
    assert life.state == "confirmed"
    life.resolve(Remedy.ACCEPT)
    life.ship()
    assert asked(life, Capture) == [("p1", 1200), ("p2", 800)]
    assert (life.payment, life.order.waived_minor) == ("paid", 0)


def test_the_shop_may_do_without_the_rest() -> None:
    """To accept too little waives it: the order costs so much less."""
    life = shop(answers={Authorize: only(eur("12.00"))})
    life.resolve(Remedy.ACCEPT)
    assert (life.state, life.order.waived_minor) == ("confirmed", 800)
    life.ship()
    assert asked(life, Capture) == [("p1", 1200)]
    assert life.payment == "paid"


def test_to_accept_a_mismatch_waives_that_and_no_more() -> None:
    """What another tender still owes is not waived with it."""
    life = shop(tenders=(VOUCHER, CARD), answers={Authorize: unanswered})
    life.answer("o1:authorize:1", Authorized(reference="v", amount=eur("4")))
    life.answer("o1:authorize:2", Declined(code="no_funds"))
    life.resolve(Remedy.ACCEPT)
    assert life.order.waived_minor == 100
    assert life.state == "placed"


def test_more_than_was_asked_for_is_a_mismatch() -> None:
    """An authorisation of too much is told, and only the need is taken."""
    life = shop(answers={Authorize: only(eur("25.00"))})
    assert life.trouble == [Kind.AMOUNT_MISMATCH]
    life.ship()
    assert asked(life, Capture) == [("p1", 2000)]
    assert life.money.captured == 2000
    assert life.money.open == 0


@pytest.mark.parametrize(
    ("tender", "field", "words"),
    [
        (Tender("", "t"), "tenders[0].kind", "not be empty"),
        (
            Tender("card", "t", amount=eur("20.01")),
            "tender.amount",
            "is 20.01 EUR, but 20.00 EUR is open",
        ),
        (
            Tender("card", "t", amount=eur("0.00")),
            "tender.amount",
            "is 0.00 EUR",
        ),
        (
            Tender("card", "t", amount=type(eur("1"))("1", "USD")),
            "tender.amount",
            "the order is in EUR",
        ),
    ],
)
def test_a_tender_must_fit_what_is_open(
    tender: Tender, field: str, words: str
) -> None:
    """PayOrder says what is wrong with a tender, and what is open."""
    life = shop(tenders=())
    with pytest.raises(ValidationError) as caught:
        pay(life, tender)
    (problem,) = caught.value.problems
    assert problem.field == field
    assert words in problem.message


def test_nobody_pays_twice() -> None:
    """While an answer is awaited there is nothing to pay."""
    life = shop(answers={Authorize: pend})
    with pytest.raises(NotAllowedError, match="being asked for"):
        pay(life)


def test_a_tender_offered_before_the_stock_is_held_counts() -> None:
    """What is offered is not asked for twice."""
    life = shop(answers={Reserve: unanswered})
    with pytest.raises(NotAllowedError, match="offered"):
        pay(life)


def test_means_of_payment_are_limited() -> None:
    """At most so many tenders, retries included."""
    life = shop(answers={Authorize: decline})
    for _ in range(MAX_TENDERS - 1):
        pay(life)
    with pytest.raises(ValidationError, match="means of payment"):
        pay(life)


def test_an_ended_order_is_not_paid() -> None:
    """PayOrder is refused where nothing can be paid any more."""
    life = shop(tenders=())
    life.cancel()
    with pytest.raises(IllegalTransitionError, match="cannot pay"):
        pay(life)


# --- taken --------------------------------------------------------------


def test_money_is_taken_at_confirmation_where_policy_says_so() -> None:
    """All of it at once, in one capture that is the last."""
    life = shop(policy=AT_ONCE)
    (capture,) = life.of(Capture)
    assert (capture.amount, capture.final) == (eur("20.00"), True)
    assert capture.authorization == "o1:authorize:1"
    assert life.payment == "paid"
    life.deliver()
    assert len(life.of(Capture)) == 1


def parted() -> Shop:
    """An order that leaves in two shipments, its amounts not round."""
    return shop(
        line("3.33", 3, place="north", tax=eur("0.10")),
        line("9.99", 1, place="south"),
        shipping=eur("1.01"),
    )


def test_money_is_taken_at_dispatch_once_for_each_shipment() -> None:
    """Each shipment is charged its units' shares, the last one final."""
    life = parted()
    north, south = life.order.placement.lines
    life.ship("o1-s1")
    assert life.payment == "partially_paid"
    life.ship("o1-s2")
    first, second = life.of(Capture)
    assert first.amount == cents(north.value(0, 3)) == eur("10.60")
    assert second.amount == cents(south.value(0, 1)) == eur("10.49")
    assert (first.final, second.final) == (False, True)
    assert life.money.captured == life.order.placement.total_minor
    assert life.payment == "paid"


def test_cancelled_units_are_not_charged() -> None:
    """What is cancelled before it leaves is never taken, and given back."""
    life = parted()
    life.cancel(quantities={"1": 1})
    life.ship(life.waiting[-1])
    north, _ = life.order.placement.lines
    assert asked(life, Capture) == [("p1", north.value(0, 2))]
    life.cancel(quantities={"2": 1})
    assert life.money.captured == north.value(0, 2)
    assert asked(life, Void) == [("p1", life.money.given_up)]
    assert life.money.open == 0
    assert life.money.refunded == 0


def test_money_can_be_taken_early_by_a_person() -> None:
    """CapturePayment takes all that is due for all wanted units."""
    life = parted()
    life.do(command(CapturePayment))
    assert asked(life, Capture) == [("p1", 2109)]
    assert life.payment == "paid"
    with pytest.raises(NotAllowedError, match="not yet taken"):
        life.do(command(CapturePayment))
    life.ship("o1-s1", "o1-s2")
    assert len(life.of(Capture)) == 1


def test_nothing_is_taken_of_an_order_that_is_not_confirmed() -> None:
    """CapturePayment is for confirmed orders alone."""
    life = shop(tenders=())
    with pytest.raises(IllegalTransitionError):
        life.do(command(CapturePayment))


def test_a_capture_may_be_pending_for_days() -> None:
    """Pending is an answer of its own: not taken, and not asked again."""
    life = shop(answers={Capture: pend})
    life.deliver()
    assert life.payment == "authorized"
    assert life.money.capture_pending == 2000
    life.advance(timedelta(days=5))
    assert life.state == "confirmed"
    life.answer("o1:capture:1", Captured(reference="c", amount=eur("20")))
    assert (life.state, life.payment) == ("completed", "paid")


def test_a_declined_capture_is_tried_again_by_a_person() -> None:
    """The money is secured still: a new operation takes it."""
    life = shop(answers={Capture: decline})
    life.ship()
    assert life.trouble == [Kind.CAPTURE_FAILED]
    life.answers.clear()
    life.resolve(Remedy.RETRY)
    assert [c.operation_id for c in life.of(Capture)] == [
        "o1:capture:1",
        "o1:capture:2",
    ]
    assert (life.payment, life.trouble) == ("paid", [])


def test_a_retried_capture_takes_no_more_than_had_failed() -> None:
    """What has not left yet is not taken with it."""
    life = parted()
    life.answers[Capture] = decline
    life.ship("o1-s1")
    life.answers.clear()
    life.resolve(Remedy.RETRY)
    assert asked(life, Capture) == [("p1", 1060), ("p1", 1060)]
    life.ship("o1-s2")
    assert asked(life, Capture)[-1] == ("p1", 1049)
    assert life.payment == "paid"


def test_a_later_capture_takes_what_an_earlier_one_did_not() -> None:
    """What was due and failed is due again, and is waived no more."""
    life = parted()
    life.answers[Capture] = decline
    life.ship("o1-s1")
    life.answers.clear()
    life.ship("o1-s2")
    assert asked(life, Capture)[-1] == ("p1", 2109)
    life.resolve(Remedy.ACCEPT)
    assert (life.payment, life.order.waived_minor) == ("paid", 0)


def test_the_shop_may_do_without_what_could_not_be_taken() -> None:
    """To accept a failed capture waives it; the rest is given back."""
    life = shop(answers={Capture: decline})
    life.deliver()
    life.resolve(Remedy.ACCEPT)
    assert life.order.waived_minor == 2000
    assert asked(life, Void) == [("p1", 2000)]
    life.advance(timedelta(days=9))
    assert life.state == "completed"


def test_a_capture_of_less_is_a_failure_of_the_rest() -> None:
    """The missing amount can be asked for again."""

    def short(intent: Capture) -> Captured:
        return Captured(reference=intent.operation_id, amount=eur("10.00"))

    life = parted()
    life.answers[Capture] = short
    life.ship("o1-s1")
    (item,) = life.open_items
    assert item.contradiction.kind is Kind.CAPTURE_FAILED
    assert item.contradiction.minor == 60
    life.answers.clear()
    life.resolve(Remedy.RETRY)
    assert asked(life, Capture)[-1] == ("p1", 60)
    life.ship("o1-s2")
    assert life.payment == "paid"


def test_a_final_capture_gives_the_remainder_back() -> None:
    """What a final capture leaves is voided with it, and not asked for."""
    life = shop(answers={Authorize: only(eur("25.00"))})
    life.ship()
    assert life.of(Void) == []
    assert life.money.given_up == 500
    assert life.money.open == 0


def test_how_much_more_may_be_taken_is_kept() -> None:
    """Where a gateway allows over-capture, the payment says how much."""
    most = {"max_capturable": eur("23.00")}
    life = shop(answers={Authorize: only(eur("20.00"), **most)})
    assert life.order.payments[0].max_capturable_minor == 2300
    life.ship()
    assert life.money.captured == 2000


def test_the_orders_room_leaves_early_captures_to_the_process() -> None:
    """What is due, and of which payment, is not the order's to say."""
    early = CapturePayment(order_id="o1", command_id="c", actor=STAFF)
    assert decide(shop().order, early, NOON) == []


def test_a_final_capture_leaves_what_others_wait_for() -> None:
    """What an earlier capture still waits for is not given back."""
    life = parted()
    life.answers[Capture] = pend
    life.ship("o1-s1", "o1-s2")
    life.answer("o1:capture:2", Captured(reference="2", amount=eur("10.49")))
    assert life.money.open == 1060
    life.answer("o1:capture:1", Captured(reference="1", amount=eur("10.60")))
    assert (life.money.open, life.money.captured) == (0, 2109)


def test_captures_are_spread_over_several_tenders() -> None:
    """The first tender is used up first; the rest is given back."""
    tenders = (
        Tender("voucher", "v", amount=eur("12.00")),
        Tender("card", "t"),
    )
    life = shop(
        line("10.00", place="north"),
        line("10.00", place="south"),
        tenders=tenders,
    )
    life.ship("o1-s1")
    assert asked(life, Capture) == [("p1", 1000)]
    life.ship("o1-s2")
    assert asked(life, Capture)[1:] == [("p1", 200), ("p2", 800)]
    assert life.payment == "paid"


def test_goods_that_leave_unpaid_ask_for_what_is_missing() -> None:
    """A parcel that moves too soon: what is not secured is told."""
    life = shop(policy=Policy(reauthorize=False))
    life.pack()
    life.paid(AuthorizationLapsed(), payment_id="p1")
    life.scan(ScanStatus.IN_TRANSIT)
    assert set(life.trouble) == {
        Kind.AUTHORIZATION_LAPSED,
        Kind.MOVED_BEFORE_DISPATCH,
        Kind.MOVED_BEFORE_PAYMENT,
        Kind.CAPTURE_FAILED,
    }
    assert life.of(Capture) == []
    (failed,) = [
        item
        for item in life.open_items
        if item.contradiction.kind is Kind.CAPTURE_FAILED
    ]
    assert failed.contradiction.minor == 2000
    resolve(life, failed.exception_id, Remedy.RETRY)
    assert asked(life, Capture) == [("p2", 2000)]


# --- authorisations run out ---------------------------------------------


IN_THREE_DAYS = NOON + timedelta(days=3)


def lasting(intent: Authorize) -> Authorized:
    """Answer authorisations with a deadline."""
    answer: Authorized = only(intent.amount, capture_before=IN_THREE_DAYS)(
        intent
    )
    return answer


def test_an_authorisation_that_runs_out_is_asked_for_again() -> None:
    """Authorisations have a deadline, and a plan for it."""
    life = shop(answers={Authorize: lasting})
    del life.answers[Authorize]
    life.advance(timedelta(days=4))
    assert asked(life, Authorize) == [("p1", 2000), ("p2", 2000)]
    assert life.money.open == 2000
    life.ship()
    assert asked(life, Capture) == [("p2", 2000)]
    assert life.payment == "paid"


def test_a_lapsed_authorisation_is_never_captured() -> None:
    """Once it has run out, dispatch is refused until there is money."""
    life = shop(policy=Policy(reauthorize=False))
    life.pack()
    life.paid(AuthorizationLapsed("expired"), payment_id="p1")
    assert life.trouble == [Kind.AUTHORIZATION_LAPSED]
    with pytest.raises(NotAllowedError, match="not secured"):
        life.do(command(DispatchShipment, shipment_id="o1-s1"))
    life.resolve(Remedy.RETRY)
    life.do(command(DispatchShipment, shipment_id="o1-s1"))
    assert asked(life, Capture) == [("p2", 2000)]


def test_a_lapse_and_no_second_authorisation_waits_for_a_person() -> None:
    """If asking again is declined, the exception says so."""
    life = shop()
    life.answers[Authorize] = decline
    life.paid(AuthorizationLapsed(), "o1:authorize:1")
    (item,) = life.open_items
    assert item.contradiction.kind is Kind.AUTHORIZATION_LAPSED
    assert item.contradiction.subject == "p2"
    life.answers.clear()
    pay(life)
    assert life.trouble == []
    assert life.order.waived_minor == 0
    life.ship()
    assert life.payment == "paid"


def test_a_lapse_may_be_accepted() -> None:
    """The goods go out for nothing, by somebody's decision."""
    life = shop(policy=Policy(reauthorize=False))
    life.paid(AuthorizationLapsed(), payment_id="p1")
    life.resolve(Remedy.ACCEPT)
    life.deliver()
    assert life.of(Capture) == []
    assert life.order.waived_minor == 2000
    life.advance(timedelta(days=9))
    assert life.state == "completed"


def test_what_is_being_captured_does_not_run_out_by_our_calendar() -> None:
    """While a capture is pending the gateway says what becomes of it."""
    life = shop(answers={Authorize: lasting, Capture: pend})
    life.ship()
    life.advance(timedelta(days=4))
    assert asked(life, Authorize) == [("p1", 2000)]
    life.answer("o1:capture:1", Captured(reference="c", amount=eur("20")))
    assert life.payment == "paid"


def test_a_capture_that_fails_after_the_deadline_lets_it_lapse() -> None:
    """A declined capture of an old authorisation is secured anew."""
    life = shop(answers={Authorize: lasting, Capture: pend})
    life.ship()
    life.answers.clear()
    life.advance(timedelta(days=4))
    life.answer("o1:capture:1", Declined(code="expired"))
    life.advance(timedelta())
    assert asked(life, Authorize) == [("p1", 2000), ("p2", 2000)]
    assert asked(life, Capture)[-1] == ("p2", 2000)
    life.resolve(Remedy.ACCEPT)
    assert (life.payment, life.order.waived_minor) == ("paid", 0)


def test_a_lapse_while_a_capture_is_pending_is_taken_down() -> None:
    """The gateway knows best: new money is asked for, none taken twice."""
    life = shop(answers={Capture: pend})
    life.ship()
    life.paid(AuthorizationLapsed(), payment_id="p1")
    assert asked(life, Authorize) == [("p1", 2000), ("p2", 2000)]
    life.answers.clear()
    life.answer("o1:capture:1", Captured(reference="c", amount=eur("20")))
    assert life.money.captured == 2000
    assert asked(life, Void) == [("p2", 2000)]
    assert life.payment == "paid"


def test_a_provider_may_call_an_authorisation_off() -> None:
    """Voided by the provider is as gone as lapsed."""
    life = shop(policy=Policy(reauthorize=False))
    life.paid(Voided("x"), "o1:authorize:1")
    assert life.trouble == [Kind.AUTHORIZATION_LAPSED]
    assert life.money.open == 0
    life = shop(tenders=(BOLETO,), answers={Authorize: pend})
    life.paid(Voided("x"), "o1:authorize:1")
    assert life.state == "placed"
    life.answers.clear()
    pay(life)
    assert life.state == "confirmed"


# --- too late, too much, too often --------------------------------------


def test_a_success_after_a_decline_counts() -> None:
    """Money that moved has moved; what is not needed goes back."""
    life = shop(answers={Authorize: decline})
    life.answers.clear()
    pay(life)
    life.answer("o1:authorize:1", Authorized(reference="1", amount=eur("20")))
    assert life.money.open == 4000
    life.deliver()
    life.advance(timedelta(days=9))
    assert asked(life, Capture) == [("p1", 2000)]
    assert asked(life, Void) == [("p2", 2000)]
    assert (life.state, life.payment) == ("completed", "paid")


def test_an_authorisation_heard_of_when_all_is_done_is_given_back() -> None:
    """A completed order opens again for it, and closes."""
    life = shop(answers={Authorize: decline})
    life.answers.clear()
    pay(life)
    life.deliver()
    life.advance(timedelta(days=9))
    assert life.state == "completed"
    life.answer("o1:authorize:1", Authorized(reference="1", amount=eur("20")))
    assert asked(life, Void) == [("p1", 2000)]
    assert life.state == "completed"


def test_a_capture_that_succeeds_after_its_retry_is_too_much() -> None:
    """Taken twice: a person gives the one back, and no more."""
    life = shop(answers={Capture: decline})
    life.ship()
    life.answers.clear()
    life.resolve(Remedy.RETRY)
    life.answer("o1:capture:1", Captured(reference="1", amount=eur("20")))
    assert life.payment == "overpaid"
    assert life.trouble == [Kind.AMOUNT_MISMATCH]
    life.resolve(Remedy.REFUND)
    assert asked(life, Refund) == [("p1", 2000)]
    assert life.money.net == 2000


def test_a_boleto_paid_after_all_is_given_back() -> None:
    """Paid twice by the customer: the second goes back."""
    life = shop(tenders=(BOLETO,), answers={Authorize: decline})
    life.answers.clear()
    pay(life)
    life.deliver()
    life.answer("o1:authorize:1", Captured(reference="b", amount=eur("20")))
    assert life.trouble == [Kind.AMOUNT_MISMATCH]
    life.resolve(Remedy.REFUND)
    assert (life.money.captured, life.money.net) == (4000, 2000)


def test_the_same_surplus_is_not_given_back_twice() -> None:
    """Two exceptions on one surplus: the second finds nothing to give."""
    life = shop(policy=AT_ONCE)
    for reference in ("x", "y"):
        life.paid(
            Captured(reference=reference, amount=eur("1.00")),
            payment_id="p1",
        )
    assert life.trouble == [Kind.AMOUNT_MISMATCH] * 2
    first, second = life.open_items
    resolve(life, first.exception_id, Remedy.REFUND)
    assert life.money.refunded == 200
    with pytest.raises(NotAllowedError, match="nothing was taken beyond"):
        resolve(life, second.exception_id, Remedy.REFUND)
    resolve(life, second.exception_id, Remedy.ACCEPT)
    assert life.money.net == 2000


def resolve(life: Shop, exception_id: str, remedy: Remedy) -> None:
    """Settle one exception item of several."""
    life.do(
        command(
            ResolveException,
            exception_id=exception_id,
            remedy=remedy,
            note="",
        )
    )


def test_a_success_reported_again_changes_nothing() -> None:
    """A duplicate fact is harmless."""
    life = shop(policy=AT_ONCE)
    before = life.case
    life.answer(
        "o1:authorize:1",
        Authorized(reference="o1:authorize:1", amount=eur("20")),
    )
    again = Captured(reference="o1:capture:1", amount=eur("20"))
    life.answer("o1:capture:1", again)
    life.paid(again, "o1:authorize:1")
    life.paid(again, payment_id="p1")
    life.answer("o1:capture:1", Captured(reference="", amount=eur("20")))
    assert life.case == before


def test_a_second_capture_under_one_key_is_told() -> None:
    """Money taken once more is taken down, and somebody is asked."""
    life = shop(policy=AT_ONCE)
    life.answer("o1:capture:1", Captured(reference="other", amount=eur("20")))
    assert life.trouble == [Kind.AMOUNT_MISMATCH]
    (item,) = life.open_items
    assert "once more" in item.contradiction.observed
    assert item.contradiction.minor == 2000
    life.resolve(Remedy.REFUND)
    assert (life.money.captured, life.money.net) == (4000, 2000)


def test_a_report_may_be_faster_than_the_answer() -> None:
    """A webhook without our id races the answer: money counts once."""
    life = shop(policy=AT_ONCE, answers={Capture: unanswered})
    life.paid(Captured(reference="c", amount=eur("20")), payment_id="p1")
    assert (life.payment, life.trouble) == ("paid", [])
    life.answer("o1:capture:1", Captured(reference="c", amount=eur("20")))
    assert life.money.captured == 2000
    assert life.trouble == []


def test_a_void_may_be_reported_before_it_is_answered() -> None:
    """Told of twice, it is gone once, and nothing is asked for anew."""
    life = shop(answers={Void: unanswered})
    life.cancel()
    life.paid(Voided("v"), payment_id="p1")
    life.answer("o1:void:1", Voided("v"))
    assert (life.state, life.money.given_up) == ("cancelled", 2000)
    assert asked(life, Authorize) == [("p1", 2000)]


def two_alike() -> Shop:
    """An order whose two captures of the same amount are unanswered."""
    life = shop(
        line(place="north"),
        line(place="south"),
        answers={Capture: unanswered},
    )
    life.ship("o1-s1", "o1-s2")
    return life


def test_a_report_that_may_answer_two_requests_counts_once() -> None:
    """Which of two it answers shows when the answers come."""
    life = two_alike()
    for reference in ("c1", "c2"):
        life.paid(
            Captured(reference=reference, amount=eur("10")), payment_id="p1"
        )
    assert life.money.captured == 2000
    life.answer("o1:capture:1", Captured(reference="c1", amount=eur("10")))
    life.answer("o1:capture:2", Captured(reference="c2", amount=eur("10")))
    assert life.money.captured == 2000
    assert (life.payment, life.trouble) == ("paid", [])
    life.answer("o1:capture:2", CaptureFailed("no_funds"))
    assert life.money.captured == 1000


def test_a_provider_may_capture_on_its_own() -> None:
    """At its end an authorisation may be taken: it counts as paid."""
    life = shop()
    life.paid(Captured(reference="auto", amount=eur("20")), "o1:authorize:1")
    assert (life.payment, life.trouble) == ("paid", [])
    life.deliver()
    assert life.of(Capture) == []


def test_a_capture_that_nobody_asked_for_is_told() -> None:
    """More than is open is taken down, and a person is asked."""
    life = shop(policy=AT_ONCE)
    life.paid(Captured(reference="x", amount=eur("3")), payment_id="p1")
    (item,) = life.open_items
    assert item.contradiction.kind is Kind.AMOUNT_MISMATCH
    assert item.contradiction.minor == 300
    assert life.payment == "overpaid"


@pytest.mark.parametrize(
    ("remedy", "net"), [(Remedy.ACCEPT, -1000), (Remedy.RETRY, 1000)]
)
def test_a_capture_fails_after_some_of_it_was_given_back(
    remedy: Remedy, net: int
) -> None:
    """Done without or taken anew, the order goes on with what is wanted."""
    life = shop(policy=AT_ONCE)
    life.do(command(CancelLines, quantities={"1": 1}))
    assert [r.amount for r in life.of(Refund)] == [eur("10.00")]
    life.answer("o1:capture:1", CaptureFailed("late"))
    assert life.trouble == [Kind.CAPTURE_FAILED]
    life.resolve(remedy)
    check_invariants(life.case, life.history)
    life.deliver()
    life.advance(timedelta(days=9))
    assert (life.state, life.money.net) == ("completed", net)


def test_a_capture_beside_one_under_way_is_told() -> None:
    """What is being taken is not there to be taken once more."""
    life = shop(policy=AT_ONCE, answers={Capture: pend})
    life.paid(Captured(reference="x", amount=eur("3")), payment_id="p1")
    assert life.trouble == [Kind.AMOUNT_MISMATCH]
    life.answer("o1:capture:1", Captured(reference="c", amount=eur("20")))
    assert life.money.captured == 2300
    assert [r.amount for r in life.of(Refund)] == [eur("3.00")]
    life.resolve(Remedy.ACCEPT)
    check_invariants(life.case, life.history)


def test_a_refund_that_nobody_asked_for_is_told() -> None:
    """Somebody refunded at the provider: it counts, and is told."""
    life = shop(policy=AT_ONCE)
    life.paid(Refunded(reference="x", amount=eur("3")), payment_id="p1")
    assert life.trouble == [Kind.AMOUNT_MISMATCH]
    assert (life.payment, life.money.net) == ("partially_refunded", 1700)
    with pytest.raises(NotAllowedError, match="nothing was taken beyond"):
        life.resolve(Remedy.REFUND)
    life.resolve(Remedy.ACCEPT)
    assert life.money.net == 1700


def test_money_taken_after_the_end_is_given_back() -> None:
    """A cancelled order that is paid nevertheless: nothing is kept."""
    life = shop(tenders=(BOLETO,), answers={Authorize: pend})
    life.cancel()
    assert life.state == "cancelled"
    life.answer("o1:authorize:1", Captured(reference="b", amount=eur("20")))
    assert life.trouble == [Kind.CAPTURED_AFTER_END]
    life.resolve(Remedy.REFUND)
    assert life.money.net == 0
    assert life.state == "cancelled"


def test_money_secured_after_the_end_is_released() -> None:
    """An authorisation heard of too late is voided by a person."""
    life = shop(tenders=(), answers={Authorize: decline})
    pay(life)
    life.cancel()
    life.answer("o1:authorize:1", Authorized(reference="a", amount=eur("20")))
    assert life.trouble == [Kind.CAPTURED_AFTER_END]
    life.resolve(Remedy.REFUND)
    assert asked(life, Void) == [("p1", 2000)]
    assert life.money.open == 0


def test_what_a_provider_takes_by_itself_after_the_end_is_told() -> None:
    """An unasked capture of an ended order asks for a person."""
    life = shop(answers={Authorize: decline})
    life.cancel()
    life.paid(Captured(reference="x", amount=eur("1")), payment_id="p1")
    assert life.trouble == [Kind.CAPTURED_AFTER_END]
    life.resolve(Remedy.REFUND)
    assert life.money.net == 0


# --- failures that come late --------------------------------------------


def test_a_capture_may_fail_after_it_succeeded() -> None:
    """Success is not the end: what bounced is secured and taken anew."""
    life = shop()
    life.deliver()
    life.advance(timedelta(days=9))
    assert life.state == "completed"
    life.answer("o1:capture:1", CaptureFailed("bounced"))
    assert life.trouble == [Kind.CAPTURE_FAILED]
    assert (life.state, life.payment) == ("confirmed", "unpaid")
    life.resolve(Remedy.RETRY)
    assert asked(life, Authorize)[-1] == ("p2", 2000)
    assert asked(life, Capture)[-1] == ("p2", 2000)
    assert (life.state, life.payment) == ("completed", "paid")


def test_a_direct_debit_may_bounce() -> None:
    """What was paid at once and fails later is an exception too."""
    life = shop(tenders=(BOLETO,), answers={Authorize: pend})
    life.answer("o1:authorize:1", Captured(reference="b", amount=eur("20")))
    life.answer("o1:authorize:1", CaptureFailed("returned"))
    assert life.trouble == [Kind.CAPTURE_FAILED]
    assert life.money.captured == 0
    life.pack()
    with pytest.raises(NotAllowedError, match="not secured"):
        life.do(command(DispatchShipment, shipment_id="o1-s1"))


def test_a_failure_reported_twice_is_one() -> None:
    """A failure that is heard of again takes nothing more back."""
    life = shop(policy=AT_ONCE)
    life.answer("o1:capture:1", CaptureFailed("bounced"))
    before = life.case
    life.answer("o1:capture:1", CaptureFailed("bounced"))
    assert life.case == before


def test_a_declined_capture_that_fails_again_is_one_exception() -> None:
    """Declined and then failed is one thing, told once."""
    life = shop(policy=AT_ONCE, answers={Capture: decline})
    life.answer("o1:capture:1", CaptureFailed("bounced"))
    assert life.trouble == [Kind.CAPTURE_FAILED]


# --- disputes -----------------------------------------------------------


def test_a_disputed_payment_is_the_banks_until_it_is_won() -> None:
    """What is charged back is not refunded; when won it is there again."""
    life = shop(policy=AT_ONCE)
    opened = DisputeOpened(reference="d", amount=eur("8"), reason="fraud")
    life.paid(opened, payment_id="p1")
    assert life.trouble == [Kind.DISPUTE]
    assert (life.money.charged_back, life.money.refundable) == (800, 1200)
    assert life.payment == "partially_refunded"
    life.paid(opened, payment_id="p1")
    assert len(life.order.exceptions) == 1
    life.resolve(Remedy.ACCEPT)
    won = DisputeWon(reference="d", amount=eur("8"))
    life.paid(won, payment_id="p1")
    life.paid(won, payment_id="p1")
    assert (life.money.charged_back, life.money.net) == (0, 2000)


def test_a_lost_dispute_changes_nothing_more() -> None:
    """The money went when the dispute was opened."""
    life = shop(policy=AT_ONCE)
    life.paid(DisputeOpened(reference="d", amount=eur("20")), "o1:capture:1")
    before = life.case
    life.paid(DisputeLost(reference="d"), "o1:capture:1")
    assert life.case == before
    assert life.payment == "refunded"


def test_two_payments_may_have_disputes_of_one_name() -> None:
    """A dispute is known by its payment and its own id."""
    tenders = (VOUCHER, CARD)
    life = shop(policy=AT_ONCE, tenders=tenders)
    for payment_id in ("p1", "p2"):
        opened = DisputeOpened(reference="", amount=eur("5"))
        life.paid(opened, payment_id=payment_id)
    assert life.money.charged_back == 1000


# --- what belongs nowhere -----------------------------------------------

DOLLARS = type(eur("1"))("20", "USD")


@pytest.mark.parametrize(
    ("outcome", "operation_id", "payment_id"),
    [
        (Captured(reference="x", amount=DOLLARS), "o1:authorize:1", ""),
        (Captured(reference="x", amount=DOLLARS), "", "p1"),
        (DisputeOpened(reference="x", amount=DOLLARS), "", "p1"),
        (Captured(reference="x", amount=cents(0)), "", "p1"),
        (Captured(reference="x", amount=eur("20")), "", "p9"),
        (Captured(reference="x", amount=eur("20")), "o1:capture:7", ""),
        (AuthorizationLapsed(), "", ""),
        (DisputeLost(reference="x"), "", "p7"),
        (Authorized(reference="x", amount=eur("20")), "", "p1"),
        (CreditIssued(reference="x", amount=eur("1")), "", "p1"),
        (Refunded(reference="x", amount=eur("20")), "o1:authorize:1", ""),
        (RefundFailed(), "o1:capture:1", ""),
        (Voided(), "o1:capture:1", ""),
        (Declined(code="no"), "", "p1"),
        (Unknown(), "", "p1"),
    ],
)
def test_a_report_that_fits_nowhere_is_kept(
    outcome: object, operation_id: str, payment_id: str
) -> None:
    """Another currency, an unknown payment: told once, and no money moved."""
    life = shop(answers={Capture: unanswered})
    life.ship()
    before = life.order.movements
    for _ in range(2):
        life.paid(outcome, operation_id, payment_id)
    assert life.trouble == [Kind.UNMATCHED_FACT]
    assert life.order.movements == before
    life.resolve(Remedy.ACCEPT)
    life.answer("o1:capture:1", Declined(code="no"))
    life.resolve(Remedy.RETRY)
    life.paid(outcome, operation_id, payment_id)
    assert life.trouble == []


def test_an_unknown_outcome_is_no_decline() -> None:
    """No answer came: it is waited for, and the customer not told."""
    life = shop(answers={Authorize: unanswered})
    life.answer("o1:authorize:1", Unknown("timeout"))
    life.answer("o1:authorize:1", Unknown("timeout"))
    assert life.order.operations["o1:authorize:1"].state.value == "unknown"
    assert life.kinds == []
    with pytest.raises(NotAllowedError, match="being asked for"):
        pay(life)
    life.answer("o1:authorize:1", Authorized(reference="a", amount=eur("20")))
    assert life.state == "confirmed"


def test_requests_are_numbered_by_kind() -> None:
    """The key names the logical attempt and is stored before the call."""
    life = shop(tenders=(VOUCHER, CARD), policy=AT_ONCE)
    keys = [
        event.operation_id
        for event in life.events
        if isinstance(event, PaymentRequested)
    ]
    assert keys == [
        "o1:authorize:1",
        "o1:authorize:2",
        "o1:capture:1",
        "o1:capture:2",
    ]
    assert [i.operation_id for i in life.of(Authorize)] == keys[:2]


def test_an_order_is_confirmed_once() -> None:
    """However often it is secured."""
    life = shop(answers={Authorize: decline})
    life.answers.clear()
    pay(life)
    life.answer("o1:authorize:1", Authorized(reference="1", amount=eur("20")))
    assert life.events.count(OrderConfirmed()) == 1


def test_pending_says_the_gateways_own_name_of_it() -> None:
    """A pending payment is voided by the name that the gateway gave it."""
    life = shop(tenders=(BOLETO,), answers={Authorize: unanswered})
    life.answer("o1:authorize:1", Pending("boleto-7"))
    life.cancel()
    (void,) = life.of(Void)
    assert void.authorization == "boleto-7"
