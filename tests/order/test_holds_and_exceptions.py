"""Exceptions: each remedy does what it says, and says who chose it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import attrs
import pytest

from orderlife._kernel.messages import Actor, ExceptionKind as Kind, Remedy
from orderlife.errors import NotAllowedError, NotFoundError
from orderlife.house import HOUSE
from orderlife.policy.model import Policy
from orderlife.ports.carrier import (
    BuyLabel,
    LabelRefused,
    VoidLabel,
    VoidRejected,
)
from orderlife.ports.inventory import Allocate, Reserve, Restock, StockGone
from orderlife.ports.notifier import Notify, NotSent
from orderlife.ports.payment import (
    AuthorizationLapsed,
    Authorize,
    Authorized,
    Capture,
    Captured,
    DisputeOpened,
    IssueCredit,
    Refund,
    RefundFailed,
    Void,
)
from orderlife.rooms.exceptions.messages import EffectFailed, ResolveException
from orderlife.rooms.exceptions.model import ExceptionItem
from orderlife.rooms.order.messages import OpenHold, ReleaseHold
from orderlife.rooms.payment.messages import (
    CapturePayment,
    PayOrder,
    RefundPayment,
)
from orderlife.rooms.returns.messages import RequestReturn, ReturnReceived
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import (
    BuyShipmentLabel,
    CancelShipment,
    DispatchShipment,
    PickShipment,
    Scanned,
)
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.testing.scenario import command, fact
from tests.order.shop import (
    AT_ONCE,
    BOLETO,
    CARD,
    Shop,
    decline,
    eur,
    line,
    pend,
    shop,
    unanswered,
)

S = ShipmentState

# --- how each kind comes about ------------------------------------------


def amount_mismatch() -> Shop:
    """3.00 more were taken than the order costs."""
    life = shop(policy=AT_ONCE)
    life.paid(Captured(reference="x", amount=eur("3")), payment_id="p1")
    return life


def captured_after_end() -> Shop:
    """A boleto was paid after its order was cancelled."""
    life = shop(tenders=(BOLETO,), answers={Authorize: pend})
    life.cancel()
    life.answer("o1:authorize:1", Captured(reference="b", amount=eur("20")))
    return life


def capture_failed() -> Shop:
    """The goods are gone, and the money could not be taken."""
    life = shop(answers={Capture: decline})
    life.ship()
    life.answers.clear()
    return life


def credit_failed() -> Shop:
    """Store credit of 5.00 was refused."""
    life = shop(policy=AT_ONCE, answers={IssueCredit: decline})
    life.do(
        command(RefundPayment, amount=eur("5"), reason="sorry", as_credit=True)
    )
    life.answers.clear()
    return life


def refund_failed() -> Shop:
    """A refund of 5.00 bounced."""
    life = shop(policy=AT_ONCE)
    life.do(command(RefundPayment, amount=eur("5"), reason="sorry"))
    life.answer("o1:refund:1", RefundFailed("closed"))
    return life


def void_failed() -> Shop:
    """A cancelled order's authorisation could not be released."""
    life = shop(answers={Void: decline})
    life.cancel()
    life.answers.clear()
    return life


def authorization_lapsed() -> Shop:
    """The money is not secured any more."""
    life = shop(policy=Policy(reauthorize=False))
    life.paid(AuthorizationLapsed(), payment_id="p1")
    return life


def dispute() -> Shop:
    """The customer's bank took the money back."""
    life = shop(policy=AT_ONCE)
    life.paid(DisputeOpened(reference="d", amount=eur("20")), payment_id="p1")
    return life


def stock_lost() -> Shop:
    """The stock had gone when it was wanted."""
    life = shop(
        stock={"mug": 2}, answers={Allocate: lambda _: StockGone("ran out")}
    )
    life.answers.clear()
    life.stock = {"mug": 2}
    return life


def short_pick() -> Shop:
    """One of two mugs was not on the shelf."""
    life = shop(stock={"mug": 3})
    life.do(command(PickShipment, shipment_id="o1-s1", picked={"1": 1}))
    return life


def label_failed() -> Shop:
    """The carrier gave no label."""
    life = shop(answers={BuyLabel: lambda _: LabelRefused(code="address")})
    life.pack()
    life.do(command(DispatchShipment, shipment_id="o1-s1"))
    life.answers.clear()
    return life


def moved_before_dispatch() -> Shop:
    """A parcel moves that nobody has sent."""
    life = shop()
    life.scan(ScanStatus.IN_TRANSIT)
    return life


def moved_before_payment() -> Shop:
    """Something moves for an order that is not confirmed."""
    life = shop(tenders=())
    life.scan(ScanStatus.IN_TRANSIT)
    return life


def moved_after_cancellation() -> Shop:
    """A cancelled shipment moves all the same."""
    life = shop()
    life.do(command(CancelShipment, shipment_id="o1-s1"))
    life.scan(ScanStatus.IN_TRANSIT)
    return life


def cancelled_too_late() -> Shop:
    """The carrier had the parcel already."""
    life = shop(answers={VoidLabel: lambda _: VoidRejected("handed in")})
    life.pack()
    life.do(command(BuyShipmentLabel, shipment_id="o1-s1"))
    life.do(command(CancelShipment, shipment_id="o1-s1"))
    return life


def shipment_lost() -> Shop:
    """A parcel was lost."""
    life = shop(stock={"mug": 4})
    life.ship()
    life.scan(ScanStatus.LOST)
    return life


def shipment_damaged() -> Shop:
    """A parcel was damaged."""
    life = shop(stock={"mug": 4})
    life.ship()
    life.scan(ScanStatus.DAMAGED)
    return life


def returned_to_sender() -> Shop:
    """A parcel came back."""
    life = shop(stock={"mug": 2})
    life.ship()
    life.scan(ScanStatus.RETURNED)
    return life


def receive(life: Shop, **fields: Any) -> None:
    """A parcel of the customer arrives."""
    life.report(fact(ReturnReceived, parcel_id="p", at=life.now, **fields))


def over_returned() -> Shop:
    """Three mugs came back of two."""
    life = unexpected_items()
    first, _ = life.open_items
    resolve(life, first, Remedy.ACCEPT)
    return life


def unexpected_items() -> Shop:
    """Three mugs came back of one that was announced."""
    life = shop()
    life.deliver()
    life.do(command(RequestReturn, quantities={"1": 1}, reason="unwanted"))
    receive(life, return_id="o1-t1", quantities={"1": 3})
    return life


def unannounced_return() -> Shop:
    """A parcel came that says nothing of a return."""
    life = shop()
    life.deliver()
    receive(life, quantities={"1": 1})
    return life


def message_failed() -> Shop:
    """A message was refused."""
    life = shop(answers={Notify: lambda _: NotSent("mailbox full")})
    life.answers.clear()
    return life


def effect_failed() -> Shop:
    """A capture was given up: it certainly has not acted."""
    life = shop(policy=AT_ONCE, answers={Capture: unanswered})
    life.answers.clear()
    failing(life, unknown=False)
    return life


def outcome_unknown() -> Shop:
    """A capture was given up: nobody knows whether it has acted."""
    life = shop(policy=AT_ONCE, answers={Capture: unanswered})
    life.answers.clear()
    failing(life, unknown=True)
    return life


def failing(life: Shop, *, unknown: bool) -> None:
    """A worker gives the capture up."""
    life.report(
        fact(
            EffectFailed,
            operation_id="o1:capture:1",
            port="payment",
            why="no answer",
            unknown=unknown,
        )
    )


def unmatched_fact() -> Shop:
    """A report on an unknown payment."""
    life = shop()
    life.paid(Captured(reference="x", amount=eur("1")), payment_id="p9")
    return life


def from_the_future() -> Shop:
    """A scan of tomorrow."""
    life = shop()
    life.ship()
    life.report(
        fact(
            Scanned,
            shipment_id="o1-s1",
            status=ScanStatus.IN_TRANSIT,
            at=life.now + timedelta(days=1),
        )
    )
    return life


def policy_fault() -> Shop:
    """The shop's rule for parcels answers none."""
    return shop(policy=Policy(parcel=lambda *_: ()))


COMES_ABOUT: dict[Kind, Callable[[], Shop]] = {
    Kind.AMOUNT_MISMATCH: amount_mismatch,
    Kind.CAPTURED_AFTER_END: captured_after_end,
    Kind.CAPTURE_FAILED: capture_failed,
    Kind.CREDIT_FAILED: credit_failed,
    Kind.REFUND_FAILED: refund_failed,
    Kind.VOID_FAILED: void_failed,
    Kind.AUTHORIZATION_LAPSED: authorization_lapsed,
    Kind.DISPUTE: dispute,
    Kind.STOCK_LOST: stock_lost,
    Kind.SHORT_PICK: short_pick,
    Kind.LABEL_FAILED: label_failed,
    Kind.MOVED_BEFORE_DISPATCH: moved_before_dispatch,
    Kind.MOVED_BEFORE_PAYMENT: moved_before_payment,
    Kind.MOVED_AFTER_CANCELLATION: moved_after_cancellation,
    Kind.CANCELLED_TOO_LATE: cancelled_too_late,
    Kind.SHIPMENT_LOST: shipment_lost,
    Kind.SHIPMENT_DAMAGED: shipment_damaged,
    Kind.RETURNED_TO_SENDER: returned_to_sender,
    Kind.OVER_RETURNED: over_returned,
    Kind.UNEXPECTED_ITEMS: unexpected_items,
    Kind.UNANNOUNCED_RETURN: unannounced_return,
    Kind.MESSAGE_FAILED: message_failed,
    Kind.EFFECT_FAILED: effect_failed,
    Kind.OUTCOME_UNKNOWN: outcome_unknown,
    Kind.UNMATCHED_FACT: unmatched_fact,
    Kind.FROM_THE_FUTURE: from_the_future,
    Kind.POLICY_FAULT: policy_fault,
}


def of(life: Shop, kind: Kind) -> ExceptionItem:
    """The open item of a kind."""
    items = [i for i in life.open_items if i.contradiction.kind is kind]
    return items[0]


def resolve(life: Shop, item: ExceptionItem, remedy: Remedy) -> None:
    """Settle an exception item."""
    life.do(
        command(
            ResolveException,
            exception_id=item.exception_id,
            remedy=remedy,
            note="looked at it",
        )
    )


# --- what each remedy does ----------------------------------------------


def sent(life: Shop, number: int = 1) -> ShipmentState:
    """The state of a shipment."""
    return life.case.shipments[f"o1-s{number}"].state


def count(life: Shop, kind: type[Any]) -> int:
    """How often something was asked for."""
    return len(life.of(kind))


K, R = Kind, Remedy
DOES: dict[tuple[Kind, Remedy], Callable[[Shop], bool]] = {
    (K.AMOUNT_MISMATCH, R.REFUND): lambda life: life.money.net == 2000,
    (K.AMOUNT_MISMATCH, R.ACCEPT): lambda life: (
        life.money.net == 2300 and life.payment == "overpaid"
    ),
    (K.CAPTURED_AFTER_END, R.REFUND): lambda life: life.money.net == 0,
    (K.CAPTURED_AFTER_END, R.ACCEPT): lambda life: life.money.net == 2000,
    (K.CAPTURE_FAILED, R.RETRY): lambda life: life.money.captured == 2000,
    (K.CAPTURE_FAILED, R.ACCEPT): lambda life: (
        life.money.captured == 0 and life.order.waived_minor == 2000
    ),
    (K.CREDIT_FAILED, R.RETRY): lambda life: count(life, IssueCredit) == 2,
    (K.CREDIT_FAILED, R.REFUND): lambda life: count(life, Refund) == 1,
    (K.CREDIT_FAILED, R.ACCEPT): lambda life: (
        life.money.refunded == 500 and count(life, Refund) == 0
    ),
    (K.REFUND_FAILED, R.RETRY): lambda life: count(life, Refund) == 2,
    (K.REFUND_FAILED, R.STORE_CREDIT): lambda life: (
        count(life, IssueCredit) == 1
    ),
    (K.REFUND_FAILED, R.ACCEPT): lambda life: (
        life.money.refunded == 500 and count(life, Refund) == 1
    ),
    (K.VOID_FAILED, R.RETRY): lambda life: (
        count(life, Void) == 2 and life.state == "cancelled"
    ),
    (K.VOID_FAILED, R.ACCEPT): lambda life: (
        count(life, Void) == 1 and life.state == "cancelled"
    ),
    (K.AUTHORIZATION_LAPSED, R.RETRY): lambda life: life.money.open == 2000,
    (K.AUTHORIZATION_LAPSED, R.ACCEPT): lambda life: (
        life.money.open == 0 and life.order.waived_minor == 2000
    ),
    (K.DISPUTE, R.ACCEPT): lambda life: life.money.net == 0,
    (K.STOCK_LOST, R.RETRY): lambda life: (
        life.stock == {"mug": 0} and sent(life) is S.PLANNED
    ),
    (K.STOCK_LOST, R.REFUND): lambda life: (
        life.stock == {"mug": 2} and life.state == "cancelled"
    ),
    (K.SHORT_PICK, R.RESHIP): lambda life: (
        life.stock == {"mug": 0} and sent(life, 2) is S.PLANNED
    ),
    (K.SHORT_PICK, R.REFUND): lambda life: (
        life.order.units["1"].wanted == 1 and sent(life) is S.PICKING
    ),
    (K.LABEL_FAILED, R.RETRY): lambda life: (
        count(life, BuyLabel) == 2 and sent(life) is S.DISPATCHED
    ),
    (K.LABEL_FAILED, R.ACCEPT): lambda life: (
        count(life, BuyLabel) == 1 and sent(life) is S.PACKED
    ),
    (K.MOVED_BEFORE_DISPATCH, R.ACCEPT): lambda life: (
        sent(life) is S.IN_TRANSIT and life.payment == "paid"
    ),
    (K.MOVED_BEFORE_PAYMENT, R.ACCEPT): lambda life: life.state == "placed",
    (K.MOVED_AFTER_CANCELLATION, R.ACCEPT): lambda life: (
        sent(life) is S.CANCELLED
    ),
    (K.CANCELLED_TOO_LATE, R.ACCEPT): lambda life: sent(life) is S.READY,
    **{
        (kind, remedy): check
        for kind in (K.SHIPMENT_LOST, K.SHIPMENT_DAMAGED)
        for remedy, check in {
            R.REFUND: lambda life: (
                life.money.net == 0 and sent(life) is S.WRITTEN_OFF
            ),
            R.RESHIP: lambda life: (
                life.stock == {"mug": 0}
                and sent(life, 2) is S.PLANNED
                and life.money.net == 2000
            ),
            R.ACCEPT: lambda life: (
                life.money.net == 2000 and sent(life) is S.WRITTEN_OFF
            ),
        }.items()
    },
    (K.RETURNED_TO_SENDER, R.REFUND): lambda life: (
        life.money.net == 0
        and life.stock == {"mug": 2}
        and life.state == "cancelled"
    ),
    (K.RETURNED_TO_SENDER, R.RESHIP): lambda life: (
        count(life, Restock) == 1
        and sent(life, 2) is S.PLANNED
        and count(life, Refund) == 0
    ),
    (K.OVER_RETURNED, R.ACCEPT): lambda life: (
        life.order.units["1"].returned == 3
    ),
    (K.UNEXPECTED_ITEMS, R.ACCEPT): lambda life: count(life, Refund) == 0,
    (K.UNANNOUNCED_RETURN, R.RESTOCK): lambda life: count(life, Restock) == 1,
    (K.UNANNOUNCED_RETURN, R.ACCEPT): lambda life: life.case.returns == {},
    (K.MESSAGE_FAILED, R.RETRY): lambda life: (
        life.messages[0].operation_id not in life.unanswered
    ),
    (K.MESSAGE_FAILED, R.ACCEPT): lambda life: life.state == "confirmed",
    (K.EFFECT_FAILED, R.RETRY): lambda life: (
        count(life, Capture) == 1 and life.payment == "paid"
    ),
    (K.EFFECT_FAILED, R.ACCEPT): lambda life: (
        life.trouble == [K.CAPTURE_FAILED]
    ),
    (K.OUTCOME_UNKNOWN, R.RETRY): lambda life: (
        count(life, Capture) == 1 and life.payment == "paid"
    ),
    (K.OUTCOME_UNKNOWN, R.ACCEPT): lambda life: (
        life.trouble == [K.CAPTURE_FAILED]
    ),
    (K.UNMATCHED_FACT, R.ACCEPT): lambda life: life.money.captured == 0,
    (K.FROM_THE_FUTURE, R.ACCEPT): lambda life: sent(life) is S.IN_TRANSIT,
    (K.POLICY_FAULT, R.ACCEPT): lambda life: sent(life) is S.PLANNED,
}

IN_ONE_CASE = {
    # Goods that came back are not accepted away: see below.
    (K.RETURNED_TO_SENDER, R.ACCEPT),
    # What was cancelled is in stock: see tests/process/test_restocking.py.
    (K.MOVED_AFTER_CANCELLATION, R.RESTOCK),
}
POSSIBLE = [
    (kind, remedy)
    for kind, remedies in HOUSE.remedies.items()
    for remedy in remedies
    if (kind, remedy) not in IN_ONE_CASE
]


@pytest.mark.parametrize(
    ("kind", "remedy"), POSSIBLE, ids=lambda each: each.value
)
def test_each_remedy_does_what_it_says(kind: Kind, remedy: Remedy) -> None:
    """For each kind of exception, each remedy that it knows."""
    life = COMES_ABOUT[kind]()
    item = of(life, kind)
    resolve(life, item, remedy)
    assert DOES[kind, remedy](life)
    (settled,) = [
        each
        for each in life.order.exceptions
        if each.exception_id == item.exception_id
    ]
    assert not settled.is_open


def test_every_kind_has_its_remedies() -> None:
    """No exception waits for somebody who can do nothing about it."""
    assert set(HOUSE.remedies) == set(Kind) == set(COMES_ABOUT)
    assert all(HOUSE.remedies.values())
    assert set(DOES) == set(POSSIBLE)


WRONG = [
    (kind, remedy)
    for kind, remedy in product(Kind, Remedy)
    if remedy not in HOUSE.remedies[kind]
]


@pytest.mark.parametrize(
    ("kind", "remedy"), WRONG, ids=lambda each: each.value
)
def test_a_wrong_remedy_is_refused(kind: Kind, remedy: Remedy) -> None:
    """And the refusal names those there are."""
    life = COMES_ABOUT[kind]()
    before = life.case
    with pytest.raises(NotAllowedError, match="no remedy for that") as caught:
        resolve(life, of(life, kind), remedy)
    for possible in HOUSE.remedies[kind]:
        assert possible.value in str(caught.value)
    assert life.case == before


# --- who and how --------------------------------------------------------


def test_who_settled_it_and_how_is_kept() -> None:
    """The actor, the remedy and the note stand with the item."""
    life = dispute()
    (item,) = life.open_items
    life.do(
        command(
            ResolveException,
            exception_id=item.exception_id,
            remedy=Remedy.ACCEPT,
            note="we lost it",
            actor=Actor("staff", "grace"),
        )
    )
    (settled,) = life.order.exceptions
    assert settled == attrs.evolve(
        item, remedy=Remedy.ACCEPT, note="we lost it", by="staff:grace"
    )


def test_an_item_is_settled_once() -> None:
    """The second is told who was first."""
    life = dispute()
    (item,) = life.open_items
    resolve(life, item, Remedy.ACCEPT)
    with pytest.raises(NotAllowedError, match="staff:ada has resolved it"):
        resolve(life, item, Remedy.ACCEPT)


def test_only_an_item_that_is_there_is_settled() -> None:
    """A wrong id is refused, with those that are open."""
    life = dispute()
    (item,) = life.open_items
    wrong = attrs.evolve(item, exception_id="x9")
    with pytest.raises(NotFoundError, match="no exception 'x9'; there is x1"):
        resolve(life, wrong, Remedy.ACCEPT)


def test_what_was_retried_and_fails_again_opens_again() -> None:
    """Retries end in an exception item, never in silence."""
    life = effect_failed()
    life.answers[Capture] = unanswered
    life.resolve(Remedy.RETRY)
    assert life.trouble == []
    failing(life, unknown=False)
    assert life.trouble == [Kind.EFFECT_FAILED]
    failing(life, unknown=False)
    assert life.trouble == [Kind.EFFECT_FAILED]


# --- remedies that come too late ----------------------------------------


def test_goods_that_came_back_are_not_accepted_away() -> None:
    """They are sent again or paid back, until they have turned up."""
    life = returned_to_sender()
    with pytest.raises(NotAllowedError, match="send it again or give"):
        life.resolve(Remedy.ACCEPT)
    life.scan(ScanStatus.DELIVERED, days=3)
    assert life.trouble == []
    assert (sent(life), life.money.net) == (S.DELIVERED, 2000)


def test_what_has_turned_up_is_not_paid_back_as_lost() -> None:
    """A lost parcel that arrives is found: nobody is asked any more."""
    life = shipment_lost()
    life.scan(ScanStatus.DELIVERED, days=3)
    assert life.trouble == []
    assert (life.money.net, life.order.units["1"].lost) == (2000, 0)


def test_damaged_and_then_back_is_settled_once() -> None:
    """Two items on one parcel: what the first settled stays so."""
    life = shipment_damaged()
    life.scan(ScanStatus.RETURNED, days=3)
    first, second = life.open_items
    resolve(life, first, Remedy.REFUND)
    assert life.money.net == 0
    for item in life.open_items:
        resolve(life, item, HOUSE.remedies[item.contradiction.kind][0])
    assert (life.money.refunded, second.exception_id) == (2000, "x2")


def test_short_units_that_were_cancelled_meanwhile_stay_so() -> None:
    """No unit is called off twice."""
    life = short_pick()
    life.cancel(quantities={"1": 1})
    life.resolve(Remedy.REFUND)
    assert life.order.units["1"].wanted == 1


def test_stock_of_an_order_that_has_ended_is_not_asked_for() -> None:
    """A cancelled order wants nothing any more."""
    life = stock_lost()
    life.cancel()
    asked = count(life, Reserve)
    life.resolve(Remedy.RETRY)
    assert count(life, Reserve) == asked


@pytest.mark.parametrize("setup", [capture_failed, authorization_lapsed])
def test_an_ended_order_asks_for_no_money(
    setup: Callable[[], Shop],
) -> None:
    """What it was to be paid is not asked for after its end."""
    life = authorization_lapsed()
    if setup is capture_failed:
        life = shop(policy=AT_ONCE, answers={Capture: decline})
    life.cancel()
    asked = (count(life, Authorize), count(life, Capture))
    with pytest.raises(NotAllowedError, match="is cancelled; accept it"):
        life.resolve(Remedy.RETRY)
    assert (count(life, Authorize), count(life, Capture)) == asked
    life.resolve(Remedy.ACCEPT)


def test_a_void_that_fails_after_the_end_is_asked_for_again() -> None:
    """An ended order does nothing by itself: a person does."""
    life = shop(tenders=(), answers={Authorize: decline, Void: decline})
    life.do(command(PayOrder, tender=CARD))
    life.cancel()
    life.answer("o1:authorize:1", Authorized(reference="a", amount=eur("20")))
    life.resolve(Remedy.REFUND)
    assert life.trouble == [Kind.VOID_FAILED]
    life.answers.clear()
    life.resolve(Remedy.RETRY)
    assert (count(life, Void), life.money.open) == (2, 0)


def test_a_label_for_a_return_is_asked_for_again() -> None:
    """A refused return label is no dead end either."""
    life = shop()
    life.deliver()
    life.answers[BuyLabel] = lambda _: LabelRefused(code="address")
    life.do(command(RequestReturn, quantities={"1": 1}, reason="unwanted"))
    life.answers.clear()
    life.resolve(Remedy.RETRY)
    assert life.case.returns["o1-t1"].label is not None


def test_what_was_answered_meanwhile_is_not_given_up() -> None:
    """The answer came after all: nobody is asked any more."""
    life = outcome_unknown()
    life.answer("o1:capture:1", Captured(reference="c", amount=eur("20")))
    assert (life.payment, life.trouble) == ("paid", [])


def test_what_was_given_up_counts_if_it_comes() -> None:
    """An attempt of unknown outcome is never deleted."""
    life = outcome_unknown()
    life.resolve(Remedy.ACCEPT)
    life.answer("o1:capture:1", Captured(reference="c", amount=eur("20")))
    assert life.payment == "paid"
    assert life.trouble == []
    assert life.order.waived_minor == 0


def test_a_refund_that_was_given_up_is_not_asked_for_by_itself() -> None:
    """Nobody knows whether it went: a person decides, not the house."""
    life = shop(policy=AT_ONCE, answers={Refund: unanswered})
    life.cancel()
    life.report(
        fact(
            EffectFailed,
            operation_id="o1:refund:1",
            port="payment",
            why="no answer",
            unknown=True,
        )
    )
    life.resolve(Remedy.ACCEPT)
    assert (life.state, life.trouble) == ("cancelling", [Kind.REFUND_FAILED])
    assert count(life, Refund) == 1
    life.resolve(Remedy.ACCEPT)
    assert (life.state, life.money.net) == ("cancelled", 0)


def test_what_is_no_payment_is_not_given_up_as_one() -> None:
    """The stock that it was about is the reservation's business."""
    life = shop()
    life.report(
        fact(
            EffectFailed,
            operation_id="o1-r1:consume:9",
            port="inventory",
            why="no answer",
        )
    )
    life.resolve(Remedy.ACCEPT)
    assert (life.state, life.trouble) == ("confirmed", [])


def test_an_authorisation_that_was_given_up_frees_the_order() -> None:
    """The customer may pay in another way."""
    life = shop(answers={Authorize: unanswered})
    life.report(
        fact(
            EffectFailed,
            operation_id="o1:authorize:1",
            port="payment",
            why="no answer",
            unknown=True,
        )
    )
    life.resolve(Remedy.ACCEPT)
    life.answers.clear()
    life.do(command(PayOrder, tender=CARD))
    assert life.state == "confirmed"


# --- holds --------------------------------------------------------------


def test_a_hold_keeps_an_order_from_being_confirmed() -> None:
    """What is secured and reserved waits, until it is released."""
    life = shop(tenders=())
    life.do(command(OpenHold, reason="address", blocks=("confirm",)))
    life.do(command(PayOrder, tender=CARD))
    assert (life.state, life.payment) == ("placed", "authorized")
    life.do(command(ReleaseHold, hold_id="h1"))
    assert life.state == "confirmed"


def test_a_hold_keeps_goods_from_leaving() -> None:
    """Dispatch is refused and says which hold stands against it."""
    life = shop()
    life.pack()
    life.do(command(OpenHold, reason="customer_request"))
    dispatch = command(DispatchShipment, shipment_id="o1-s1")
    with pytest.raises(NotAllowedError, match=r"h1 \(customer_request\)"):
        life.do(dispatch)
    life.do(command(ReleaseHold, hold_id="h1"))
    life.do(dispatch)
    assert life.payment == "paid"


def test_money_is_taken_whatever_is_held() -> None:
    """A hold on dispatch is none on what is due by hand."""
    life = shop(line(quantity=1))
    life.do(command(OpenHold, reason="stock", blocks=("dispatch",)))
    life.do(command(CapturePayment))
    assert life.payment == "paid"


def test_a_completed_order_opens_again_for_a_hold() -> None:
    """Something is to be done about it: it is not complete."""
    life = shop()
    life.deliver()
    life.advance(timedelta(days=9))
    life.do(command(OpenHold, reason="other"))
    assert life.state == "confirmed"
    life.do(command(ReleaseHold, hold_id="h1"))
    assert life.state == "completed"
