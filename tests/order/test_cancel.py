"""Calling off: at every phase, and never before all is back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from orderlife._kernel.messages import ExceptionKind as Kind, Remedy
from orderlife.errors import (
    IllegalTransitionError,
    NotAllowedError,
    ValidationError,
)
from orderlife.policy.model import Policy
from orderlife.ports.carrier import VoidLabel, VoidRejected
from orderlife.ports.inventory import Allocate, Release, Reserve
from orderlife.ports.payment import (
    Authorize,
    Authorized,
    Capture,
    Captured,
    Declined,
    DisputeOpened,
    Refund,
    RefundFailed,
    Void,
)
from orderlife.rooms.order.messages import (
    CancelLines,
    DraftOrder,
    OrderCancelled,
    OrderConfirmed,
    PlaceDraft,
)
from orderlife.rooms.order.model import CancelReason, Line, Tender
from orderlife.rooms.payment.messages import PayOrder, RefundPayment
from orderlife.rooms.shipment.messages import BuyShipmentLabel
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.testing.scenario import command
from tests.order.shop import (
    AT_ONCE,
    BOLETO,
    CARD,
    Shop,
    cents,
    decline,
    eur,
    line,
    pend,
    place,
    shop,
    unanswered,
    unhurried,
)


def test_before_money_is_secured_there_is_nothing_to_give_back() -> None:
    """An order without payment is cancelled when its stock is free."""
    life = shop(tenders=(), stock={"mug": 2})
    life.cancel()
    assert (life.state, life.stock) == ("cancelled", {"mug": 2})
    assert life.of(Void) == life.of(Refund) == []
    assert life.kinds == ["order_cancelled"]


def test_what_is_secured_is_voided() -> None:
    """Money that was not taken is released, not refunded."""
    life = shop(stock={"mug": 2})
    life.cancel()
    assert [v.amount for v in life.of(Void)] == [eur("20.00")]
    assert life.of(Refund) == []
    assert (life.state, life.payment) == ("cancelled", "voided")
    assert life.stock == {"mug": 2}


def test_what_is_taken_is_refunded() -> None:
    """Money that was taken is given back to where it came from."""
    life = shop(policy=AT_ONCE, stock={"mug": 2})
    life.cancel()
    assert [r.amount for r in life.of(Refund)] == [eur("20.00")]
    assert life.of(Void) == []
    assert (life.state, life.payment) == ("cancelled", "refunded")
    assert "order_refunded" not in life.kinds
    assert life.kinds[-1] == "order_cancelled"


@pytest.mark.parametrize("kind", [Void, Refund, Release])
def test_cancelling_ends_only_when_all_is_back(kind: type[Any]) -> None:
    """Cancelling is a phase: money and stock come back first."""
    policy = AT_ONCE if kind is Refund else Policy()
    life = shop(policy=policy, answers={kind: unanswered})
    life.cancel()
    assert life.state == "cancelling"
    assert OrderCancelled() not in life.events
    (intent,) = life.of(kind)
    life.answer(intent.operation_id, life._succeed(intent))
    assert life.state == "cancelled"


def test_a_provider_that_refuses_to_void_keeps_the_order_open() -> None:
    """It is cancelled once a person has settled what became of it."""
    life = shop(answers={Void: decline})
    life.cancel()
    assert (life.state, life.trouble) == ("cancelling", [Kind.VOID_FAILED])
    life.resolve(Remedy.RETRY)
    assert (life.state, life.trouble) == ("cancelling", [Kind.VOID_FAILED])
    assert len(life.of(Void)) == 2
    life.resolve(Remedy.ACCEPT)
    assert (life.state, life.money.open) == ("cancelled", 0)


@pytest.mark.parametrize(
    ("remedy", "refunded"),
    [(Remedy.RETRY, 2), (Remedy.STORE_CREDIT, 1), (Remedy.ACCEPT, 1)],
)
def test_a_refund_that_fails_keeps_the_order_open(
    remedy: Remedy, refunded: int
) -> None:
    """It is cancelled when the money is back, by whichever way."""
    life = shop(policy=AT_ONCE, answers={Refund: decline})
    life.cancel()
    assert (life.state, life.trouble) == ("cancelling", [Kind.REFUND_FAILED])
    life.answers.clear()
    life.resolve(remedy)
    assert len(life.of(Refund)) == refunded
    assert (life.state, life.money.net) == ("cancelled", 0)


def test_a_refund_may_fail_when_the_order_is_long_cancelled() -> None:
    """Success is not the end: the money is asked for again."""
    life = shop(policy=AT_ONCE)
    life.cancel()
    life.answer("o1:refund:1", RefundFailed("account closed"))
    assert (life.state, life.trouble) == ("cancelled", [Kind.REFUND_FAILED])
    life.resolve(Remedy.RETRY)
    assert (life.state, life.money.net) == ("cancelled", 0)
    assert len(life.of(Refund)) == 2


def test_an_answer_that_is_awaited_is_waited_for() -> None:
    """An authorisation under way is voided once it is there."""
    life = shop(answers={Authorize: unanswered})
    life.cancel()
    assert (life.state, life.of(Void)) == ("cancelling", [])
    life.answer("o1:authorize:1", Authorized(reference="a", amount=eur("20")))
    assert [v.amount for v in life.of(Void)] == [eur("20.00")]
    assert life.state == "cancelled"


def test_a_declined_authorisation_ends_the_waiting() -> None:
    """Nothing was secured, so nothing is given back."""
    life = shop(answers={Authorize: unanswered})
    life.cancel()
    life.answer("o1:authorize:1", Declined(code="no"))
    assert (life.state, life.of(Void)) == ("cancelled", [])


def test_a_pending_payment_is_called_off() -> None:
    """What may take days is voided at once."""
    life = shop(tenders=(BOLETO,), answers={Authorize: pend})
    life.cancel()
    assert [v.amount for v in life.of(Void)] == [eur("20.00")]
    assert (life.state, life.payment) == ("cancelled", "unpaid")


def test_a_pending_payment_that_cannot_be_called_off_may_lapse() -> None:
    """Somebody decides to wait no longer for it."""
    life = shop(tenders=(BOLETO,), answers={Authorize: pend, Void: decline})
    life.cancel()
    life.resolve(Remedy.ACCEPT)
    assert life.state == "cancelled"


@pytest.mark.parametrize("outcome", [Authorized, Captured])
def test_a_payment_that_comes_after_its_void_was_given_up(
    outcome: type[Authorized | Captured],
) -> None:
    """Nobody has called it off, so somebody hears that it is there."""
    life = shop(tenders=(BOLETO,), answers={Authorize: pend, Void: decline})
    life.cancel()
    life.resolve(Remedy.ACCEPT)
    assert (life.state, life.trouble) == ("cancelled", [])
    life.answer("o1:authorize:1", outcome(reference="a", amount=eur("20")))
    assert life.trouble == [Kind.CAPTURED_AFTER_END]
    life.answers.clear()
    life.resolve(Remedy.REFUND)
    assert life.trouble == []
    assert (life.money.open, life.money.net) == (0, 0)
    back = Void if outcome is Authorized else Refund
    assert life.of(back)[-1].amount == eur("20.00")


def test_a_capture_under_way_is_refunded_when_it_is_done() -> None:
    """What is being taken cannot be voided: it is given back after."""
    life = shop(policy=AT_ONCE, answers={Capture: pend})
    life.cancel()
    assert (life.state, life.of(Void)) == ("cancelling", [])
    life.answer("o1:capture:1", Captured(reference="c", amount=eur("20")))
    assert (life.state, life.money.net) == ("cancelled", 0)
    assert life.trouble == []


def test_a_capture_that_fails_meanwhile_is_voided() -> None:
    """What was not taken is released; nobody can ask to take it."""
    life = shop(policy=AT_ONCE, answers={Capture: pend})
    life.cancel()
    life.answer("o1:capture:1", Declined(code="no"))
    assert (life.state, life.money.open) == ("cancelled", 0)
    with pytest.raises(NotAllowedError, match="is cancelled; accept it"):
        life.resolve(Remedy.RETRY)
    life.resolve(Remedy.ACCEPT)


def test_what_is_disputed_is_not_refunded_too() -> None:
    """The bank has taken it back already."""
    life = shop(policy=AT_ONCE)
    life.paid(DisputeOpened(reference="d", amount=eur("15")), payment_id="p1")
    life.cancel()
    assert [r.amount for r in life.of(Refund)] == [eur("5.00")]
    assert life.state == "cancelled"


def test_what_was_given_in_goodwill_is_not_given_twice() -> None:
    """Cancelling gives back the rest."""
    life = shop(policy=AT_ONCE)
    life.do(command(RefundPayment, amount=eur("4.50"), reason="sorry"))
    life.cancel()
    assert [r.amount.minor for r in life.of(Refund)] == [450, 1550]
    assert life.money.net == 0


def test_several_tenders_are_given_back_each_its_own() -> None:
    """A voucher that was taken, and a card that was only secured."""
    voucher = Tender("voucher", "v", amount=eur("5.00"))

    def answer(intent: Authorize) -> Authorized | Captured:
        made = Captured if intent.tender == voucher else Authorized
        return made(reference=intent.payment_id, amount=intent.amount)

    life = shop(tenders=(voucher, CARD), answers={Authorize: answer})
    life.cancel()
    assert [(r.payment_id, r.amount.minor) for r in life.of(Refund)] == [
        ("p1", 500)
    ]
    assert [(v.payment_id, v.amount.minor) for v in life.of(Void)] == [
        ("p2", 1500)
    ]
    assert life.state == "cancelled"


# --- how it ends --------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        ("customer", "cancelled"),
        ("declined", "cancelled"),
        ("inventory", "cancelled"),
        ("staff", "cancelled"),
        ("other", "cancelled"),
        ("expired", "expired"),
        ("fraud", "rejected"),
    ],
)
def test_the_reason_decides_how_it_ends(
    reason: CancelReason, state: str
) -> None:
    """Cancelled, expired or rejected; the customer is told which."""
    life = shop()
    life.cancel(reason)
    assert life.state == state
    assert life.messages[-1].details == {"reason": reason}


def test_it_can_be_done_in_silence() -> None:
    """Every command that would send a message can say not to."""
    life = shop()
    life.cancel(notify=False)
    assert "order_cancelled" not in life.kinds


def test_sold_out_orders_are_rejected() -> None:
    """What is not there is not sold, and nobody is asked for money."""
    life = shop(stock={"mug": 1})
    assert (life.state, life.of(Authorize)) == ("rejected", [])
    assert life.messages[-1].details == {"reason": "inventory"}
    assert life.stock == {"mug": 1}


@pytest.mark.parametrize("answer", [Allocate, Reserve])
def test_stock_that_is_asked_for_comes_back_when_it_is_there(
    answer: type[Any],
) -> None:
    """An answer that comes while it is cancelled is waited for."""
    life = shop(answers={answer: unanswered}, stock={"mug": 2})
    life.cancel()
    assert life.state == "cancelling"
    (intent,) = life.of(answer)
    life.answer(intent.operation_id, life._succeed(intent))
    assert (life.state, life.stock) == ("cancelled", {"mug": 2})


def test_an_ended_order_is_not_cancelled_again() -> None:
    """It is over."""
    life = shop()
    life.cancel()
    with pytest.raises(IllegalTransitionError, match="this state is final"):
        life.cancel()
    with pytest.raises(IllegalTransitionError):
        life.cancel(quantities={"1": 1})


# --- too late -----------------------------------------------------------


def test_what_has_left_is_not_cancelled() -> None:
    """The refusal says what could be done instead."""
    life = shop()
    life.ship()
    with pytest.raises(NotAllowedError, match="2 units have left") as caught:
        life.cancel()
    assert "InterceptShipment" in str(caught.value)
    with pytest.raises(NotAllowedError, match="only 0 have neither left"):
        life.cancel(quantities={"1": 1})


def test_a_label_is_voided_first() -> None:
    """A bought label is given back before the order ends."""
    life = shop()
    life.pack()
    life.do(command(BuyShipmentLabel, shipment_id="o1-s1"))
    life.answers[VoidLabel] = unanswered
    life.cancel()
    assert (life.state, life.of(Void)) == ("cancelling", [])
    (void,) = life.of(VoidLabel)
    life.answer(void.operation_id, life._succeed(void))
    assert (life.state, len(life.of(Void))) == ("cancelled", 1)


def test_a_parcel_that_is_gone_already_ends_the_cancelling() -> None:
    """Too late: the order goes on, its money secured as before."""
    life = shop(answers={VoidLabel: lambda _: VoidRejected("handed in")})
    life.pack()
    life.do(command(BuyShipmentLabel, shipment_id="o1-s1"))
    life.cancel()
    assert (life.state, life.trouble) == (
        "confirmed",
        [Kind.CANCELLED_TOO_LATE],
    )
    assert (life.payment, life.of(Void)) == ("authorized", [])
    life.resolve(Remedy.ACCEPT)
    life.scan(ScanStatus.DELIVERED)
    assert life.payment == "paid"


def test_a_scan_while_it_is_cancelled_brings_it_back() -> None:
    """A physical fact counts: the goods are gone, and are charged."""
    life = shop(answers={VoidLabel: unanswered})
    life.pack()
    life.do(command(BuyShipmentLabel, shipment_id="o1-s1"))
    life.cancel()
    life.scan(ScanStatus.IN_TRANSIT)
    assert life.state == "confirmed"
    assert life.payment == "paid"


def test_a_refused_void_that_is_needed_again_is_not_retried() -> None:
    """Once the order goes on, its authorisation is wanted."""
    life = shop(
        line(place="north"), line(place="south"), answers={Void: decline}
    )
    life.cancel(quantities={"2": 1})
    life.ship("o1-s1")
    assert [c.final for c in life.of(Capture)] == [True]
    assert life.trouble == []


# --- lines --------------------------------------------------------------


@pytest.mark.parametrize(
    ("quantities", "words"),
    [
        ({}, "name at least one line"),
        ({"9": 1}, "is not a line of order o1: 1"),
        ({"1": 0}, "must be 1 or more"),
    ],
)
def test_lines_are_named_with_their_units(
    quantities: dict[str, int], words: str
) -> None:
    """What is wrong with the quantities is said line by line."""
    with pytest.raises(ValidationError, match=words):
        shop().do(command(CancelLines, quantities=quantities))


def test_no_more_is_cancelled_than_is_to_be_sent() -> None:
    """Units that are cancelled are not cancelled again."""
    life = shop()
    life.cancel(quantities={"1": 1})
    with pytest.raises(NotAllowedError, match="only 1 have neither left"):
        life.cancel(quantities={"1": 2})


def test_cancelling_a_line_gives_back_its_share_alone() -> None:
    """Allocations are frozen: the other lines cost what they cost."""
    life = shop(
        line("10.00", 3),
        line("5.00", 1),
        shipping=eur("1.00"),
        policy=AT_ONCE,
    )
    mugs, _ = life.order.placement.lines
    life.cancel(quantities={"1": 1})
    assert [r.amount.minor for r in life.of(Refund)] == [mugs.value(2, 3)]
    assert life.order.line("2").shipping_minor == 14
    assert life.state == "confirmed"
    life.deliver()
    assert life.money.net == 3600 - mugs.value(2, 3)


def test_cancelling_all_lines_ends_the_order() -> None:
    """Nothing is left of it: it is cancelled."""
    life = shop(policy=AT_ONCE)
    life.cancel(quantities={"1": 1})
    life.cancel(quantities={"1": 1})
    assert (life.state, life.money.net) == ("cancelled", 0)
    assert [r.amount.minor for r in life.of(Refund)] == [1000, 1000]


def test_an_order_cancelled_line_by_line_stays_silent_if_told() -> None:
    """The silence of the command covers the end of the order."""
    life = shop()
    life.cancel(quantities={"1": 2}, notify=False)
    assert life.state == "cancelled"
    assert life.kinds == ["order_confirmed"]


def test_lines_of_a_placed_order_are_not_asked_for() -> None:
    """Money and stock are for what is left of it."""
    life = shop(tenders=(), stock={"mug": 2})
    life.cancel(quantities={"1": 1})
    life.do(command(PayOrder, tender=CARD))
    assert [a.amount.minor for a in life.of(Authorize)] == [1000]
    assert (life.state, life.stock) == ("confirmed", {"mug": 1})
    life.deliver()
    assert life.payment == "paid"


def test_a_placed_order_of_which_nothing_is_left_is_cancelled() -> None:
    """It is never confirmed."""
    life = shop(tenders=(), stock={"mug": 2})
    life.cancel(quantities={"1": 2})
    assert (life.state, life.stock) == ("cancelled", {"mug": 2})
    assert OrderConfirmed() not in life.events


def test_lines_of_a_draft_are_never_asked_for() -> None:
    """A draft is placed without what was cancelled of it."""
    life = Shop(stock={"mug": 3})
    fields = place(line(quantity=2), line(digital=True)).fields
    life.do(command(DraftOrder, **fields))
    life.cancel(quantities={"1": 1, "2": 1})
    life.do(command(PlaceDraft))
    assert [a.amount.minor for a in life.of(Authorize)] == [1000]
    assert life.stock == {"mug": 2}
    assert life.order.units["2"].shipped == 0


def test_tenders_pay_no_more_than_what_is_left() -> None:
    """A tender that names its amount is asked for the need at most."""
    life = Shop()
    voucher = Tender("voucher", "v", amount=eur("15.00"))
    draft = place(tenders=(voucher, CARD))
    life.do(command(DraftOrder, **draft.fields))
    life.cancel(quantities={"1": 1})
    life.do(command(PlaceDraft))
    assert [a.amount.minor for a in life.of(Authorize)] == [1000]
    assert life.state == "confirmed"


def test_lines_cancelled_while_they_are_being_paid_are_given_back() -> None:
    """A capture that was asked for before brings too much: it goes back."""
    life = shop(policy=AT_ONCE, answers={Capture: pend})
    life.cancel(quantities={"1": 1})
    assert life.of(Refund) == []
    life.answer("o1:capture:1", Captured(reference="c", amount=eur("20")))
    assert [r.amount.minor for r in life.of(Refund)] == [1000]
    assert (life.money.net, life.trouble) == (1000, [])
    life.deliver()
    life.advance(timedelta(days=9))
    assert life.state == "completed"


def test_a_capture_that_fails_after_lines_were_cancelled_is_less() -> None:
    """What is asked for again is what the rest costs."""
    life = shop(policy=AT_ONCE, answers={Capture: pend})
    life.cancel(quantities={"1": 1})
    life.answer("o1:capture:1", Declined(code="no"))
    life.answers.clear()
    life.resolve(Remedy.RETRY)
    assert [c.amount.minor for c in life.of(Capture)] == [2000, 1000]
    assert life.payment == "paid"


def test_lines_of_an_order_that_was_waived_in_part() -> None:
    """What the shop does without is not given back in cash."""
    short = Authorized(reference="a", amount=eur("12.00"))
    life = shop(policy=AT_ONCE, answers={Authorize: lambda _: short})
    life.resolve(Remedy.ACCEPT)
    assert life.money.captured == 1200
    life.cancel(quantities={"1": 1})
    assert life.money.refunded == 1000
    life.cancel(quantities={"1": 1})
    assert (life.state, life.money.net) == ("cancelled", 0)


def test_the_remainder_is_voided_once_the_rest_has_left() -> None:
    """Units cancelled after the others were sent: their money is freed."""
    life = shop(line(place="north"), line(place="south"))
    life.ship("o1-s1")
    assert life.money.open == 1000
    life.cancel(quantities={"2": 1})
    assert [v.amount.minor for v in life.of(Void)] == [1000]
    life.scan(ScanStatus.DELIVERED)
    life.advance(timedelta(days=9))
    assert (life.state, life.payment) == ("completed", "paid")


def test_a_pending_payment_that_is_not_needed_any_more_is_voided() -> None:
    """A boleto for units that were cancelled: nobody should pay it."""
    tenders = (Tender("card", "t", amount=eur("10.00")), BOLETO)

    def answer(intent: Authorize) -> object:
        if intent.tender is BOLETO:
            return pend(intent)
        return Authorized(reference="a", amount=intent.amount)

    life = shop(
        line(place="north"),
        line(place="south"),
        tenders=tenders,
        answers={Authorize: answer},
    )
    assert life.state == "placed"
    life.cancel(quantities={"2": 1})
    assert life.state == "confirmed"
    life.deliver("o1-s1")
    assert [(v.payment_id, v.amount.minor) for v in life.of(Void)] == [
        ("p2", 1000)
    ]
    life.advance(timedelta(days=9))
    assert life.state == "completed"


def test_a_hold_that_runs_out_on_stock_is_renewed_without_the_cancelled() -> (
    None
):
    """Stock that is asked for again is for what is still wanted."""
    life = shop(tenders=(BOLETO,), answers={Authorize: pend})
    life.cancel(quantities={"1": 1})
    life.advance(timedelta(days=7, hours=-1))
    life.answer("o1:authorize:1", Captured(reference="b", amount=eur("20")))
    assert life.state == "confirmed"
    held = sum(
        item.quantity
        for kept in life.case.reservations.values()
        for item in kept.items
    )
    assert held == 1


# --- every cent ---------------------------------------------------------

orders = st.lists(
    st.tuples(st.integers(0, 3000), st.integers(1, 4), st.integers(0, 300)),
    min_size=1,
    max_size=3,
)


@unhurried
@given(orders, st.integers(0, 999), st.booleans(), st.data())
def test_whatever_is_cancelled_the_rest_costs_its_shares(
    made: list[tuple[int, int, int]],
    shipping: int,
    at_once: bool,
    data: st.DataObject,
) -> None:
    """Cancelled in any order, before and after the rest is paid: what is
    paid in the end is what the units cost that were sent.
    """
    lines = [
        Line(
            sku="mug",
            quantity=quantity,
            unit_price=cents(price),
            tax=cents(tax),
            place=f"place-{index}",
        )
        for index, (price, quantity, tax) in enumerate(made)
    ]
    policy = AT_ONCE if at_once else Policy()
    life = shop(*lines, shipping=cents(shipping), policy=policy)
    cancelled: dict[str, int] = {}
    for _ in range(data.draw(st.integers(0, 4))):
        left = {
            line_id: units.unshipped
            for line_id, units in life.order.units.items()
            if units.unshipped
        }
        if life.state != "confirmed" or not left:
            break
        line_id = data.draw(st.sampled_from(sorted(left)))
        units = data.draw(st.integers(1, left[line_id]))
        life.cancel(quantities={line_id: units})
        cancelled[line_id] = cancelled.get(line_id, 0) + units
        sends = data.draw(st.booleans())
        if life.waiting and sends:
            life.ship(data.draw(st.sampled_from(life.waiting)))
    life.deliver()
    cost = sum(
        placed.value(0, placed.quantity - cancelled.get(placed.line_id, 0))
        for placed in life.order.placement.lines
    )
    assert (life.money.net, life.money.open) == (cost, 0)
    assert life.trouble == []
