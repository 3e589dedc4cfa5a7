"""Refunds: to the cent, never more than was taken, to whom it was from."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from orderlife._kernel.messages import ExceptionKind as Kind, Remedy
from orderlife.errors import NotAllowedError, ValidationError
from orderlife.policy.model import Policy, ReturnTerms, ReturnVerdict
from orderlife.ports.payment import (
    Capture,
    Captured,
    CaptureFailed,
    CreditIssued,
    DisputeOpened,
    IssueCredit,
    Refund,
    Refunded,
    RefundFailed,
)
from orderlife.rooms.order.messages import OpenHold, ReleaseHold
from orderlife.rooms.order.model import Line, Tender
from orderlife.rooms.payment.messages import RefundGranted, RefundPayment
from orderlife.rooms.payment.model import RefundLine
from orderlife.rooms.returns.messages import (
    ApproveReturn,
    InspectReturn,
    RequestReturn,
    ReturnReceived,
)
from orderlife.rooms.returns.model import Condition, Finding
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.testing.scenario import command, fact
from tests.order.shop import (
    AT_ONCE,
    CARD,
    Shop,
    cents,
    decline,
    eur,
    line,
    pend,
    shop,
    unhurried,
)


def delivered(*lines: Line, **fields: Any) -> Shop:
    """An order whose goods have all arrived."""
    life = shop(*lines, **fields)
    life.deliver()
    return life


def refunded(life: Shop, kind: type[Any] = Refund) -> list[tuple[str, int]]:
    """What was asked to be given back: payments and amounts."""
    operations = life.order.operations
    return [
        (operations[i.operation_id].payment_id, i.amount.minor)
        for i in life.of(kind)
    ]


def grants(life: Shop) -> list[RefundGranted]:
    """All refunds that were granted."""
    return [e for e in life.events if isinstance(e, RefundGranted)]


def goodwill(life: Shop, amount: str, **fields: Any) -> None:
    """Give money back, whatever the units say."""
    life.do(
        command(RefundPayment, amount=eur(amount), reason="sorry", **fields)
    )


# --- units --------------------------------------------------------------


def test_a_refund_states_what_it_is_made_of() -> None:
    """Goods, added tax and shipping, line by line."""
    life = delivered(
        line("10.00", 3, tax=eur("1.00")),
        line("5.00", 1),
        shipping=eur("2.00"),
    )
    life.bring_back({"1": 2, "2": 1})
    (granted,) = grants(life)
    assert granted.lines == (
        RefundLine(kind="goods", minor=2000, line_id="1"),
        RefundLine(kind="tax", minor=66, line_id="1"),
        RefundLine(kind="shipping", minor=114, line_id="1"),
        RefundLine(kind="goods", minor=500, line_id="2"),
        RefundLine(kind="shipping", minor=29, line_id="2"),
    )
    assert granted.minor == sum(each.minor for each in granted.lines)
    assert granted.units == {"1": 2, "2": 1}
    assert refunded(life) == [("p1", granted.minor)]


def test_contained_tax_is_no_line_of_its_own() -> None:
    """What is in the price goes back with the price."""
    life = delivered(line("10.00", tax=eur("1.60")), tax_included=True)
    life.bring_back({"1": 1})
    assert [each.kind for each in grants(life)[0].lines] == ["goods"]
    assert life.money.net == 0


def test_penny_errors_do_not_add_up() -> None:
    """Allocated to each unit and frozen: three thirds are the whole."""
    life = delivered(line("3.33", 3, discount=eur("0.01")))
    for _ in range(3):
        life.bring_back({"1": 1})
    assert [minor for _, minor in refunded(life)] == [332, 333, 333]
    assert (life.money.net, life.payment) == (0, "refunded")


orders = st.lists(
    st.tuples(st.integers(0, 999), st.integers(1, 3), st.integers(0, 99)),
    min_size=1,
    max_size=3,
)


@pytest.mark.one_python
@unhurried
@given(orders, st.integers(0, 500), st.booleans(), st.data())
def test_all_partial_refunds_give_back_what_was_paid(
    made: list[tuple[int, int, int]],
    shipping: int,
    tax_included: bool,
    data: st.DataObject,
) -> None:
    """In any order: never more than was paid, and for all units exactly."""
    lines = [
        Line(
            sku="mug",
            quantity=quantity,
            unit_price=cents(price),
            tax=cents(tax),
        )
        for price, quantity, tax in made
    ]
    life = delivered(
        *lines, shipping=cents(shipping), tax_included=tax_included
    )
    paid = life.order.placement.total_minor
    assert life.money.captured == paid
    units = [
        line_id
        for line_id, counted in life.order.units.items()
        for _ in range(counted.delivered)
    ]
    left = data.draw(st.permutations(units))
    while left:
        parcel = left[: data.draw(st.integers(1, len(left)))]
        left = left[len(parcel) :]
        life.bring_back({line_id: parcel.count(line_id) for line_id in parcel})
        assert life.money.refunded <= paid
    assert life.money.refunded == paid
    assert life.trouble == []


# --- terms --------------------------------------------------------------


def test_fees_are_kept_by_the_shop() -> None:
    """A restocking fee of the goods, and postage for the label, once."""
    terms = ReturnTerms(restocking_fee_percent=15, postage_minor=499)
    life = delivered(
        line("9.99", 2), shipping=eur("1.00"), policy=Policy(remorse=terms)
    )
    life.bring_back({"1": 2})
    assert grants(life)[0].lines == (
        RefundLine(kind="goods", minor=1998, line_id="1"),
        RefundLine(kind="shipping", minor=100, line_id="1"),
        RefundLine(kind="restocking_fee", minor=-299),
        RefundLine(kind="postage", minor=-499),
    )
    assert life.money.refunded == 1300


def test_a_return_without_a_label_pays_no_postage() -> None:
    """Postage is for the shop's own label."""
    terms = ReturnTerms(postage_minor=499, label=False)
    life = delivered(policy=Policy(remorse=terms))
    life.bring_back({"1": 1})
    assert life.money.refunded == 1000


def test_shipping_may_stay_with_the_shop() -> None:
    """Policy says whether the way out is paid back."""
    terms = ReturnTerms(refund_shipping=False)
    life = delivered(shipping=eur("4.00"), policy=Policy(remorse=terms))
    life.bring_back({"1": 2})
    assert life.money.refunded == 2000


def test_who_is_not_at_fault_pays_no_fee() -> None:
    """Other terms where the shop or the carrier is at fault."""
    terms = ReturnTerms(restocking_fee_percent=50)
    life = delivered(policy=Policy(remorse=terms))
    life.bring_back({"1": 1}, "defective", reason="defective")
    life.bring_back({"1": 1})
    assert [minor for _, minor in refunded(life)] == [1000, 500]


def test_fees_never_make_the_customer_pay() -> None:
    """A refund is nothing at least."""
    terms = ReturnTerms(postage_minor=4999)
    life = delivered(policy=Policy(remorse=terms))
    life.bring_back({"1": 1})
    assert grants(life)[0].minor == 0
    assert refunded(life) == []
    life.advance(timedelta(days=40))
    assert life.state == "completed"


@pytest.mark.parametrize(
    ("condition", "minor"),
    [("opened", 1000), ("customer_damaged", 0), ("missing", 0)],
)
def test_what_is_worthless_is_not_paid(
    condition: Condition, minor: int
) -> None:
    """The ceiling comes from what was received, and in which state."""
    life = delivered()
    life.bring_back({"1": 1}, condition)
    assert life.money.refunded == minor


def test_three_units_back_of_two_are_refunded_as_two() -> None:
    """More than was sent is never paid for."""
    life = delivered()
    life.do(command(RequestReturn, quantities={"1": 2}, reason="unwanted"))
    life.report(
        fact(
            ReturnReceived,
            return_id="o1-t1",
            parcel_id="p",
            at=life.now,
            quantities={"1": 3},
        )
    )
    found = Finding(
        line_id="1", quantity=3, condition="sellable", disposition="restock"
    )
    life.do(command(InspectReturn, return_id="o1-t1", findings=(found,)))
    assert life.money.refunded == 2000
    assert life.order.units["1"].refunded == 2


# --- ways ---------------------------------------------------------------

TWO_PLACES = (line(place="north"), line(place="south"))
TWO = (Tender("voucher", "v", amount=eur("7.00")), CARD)


@pytest.mark.parametrize(
    ("order", "parts"),
    [
        ("last_first", [("p2", 1000), ("p2", 300), ("p1", 700)]),
        ("first_first", [("p1", 700), ("p2", 300), ("p2", 1000)]),
    ],
)
def test_several_tenders_get_their_money_back_in_turn(
    order: Any, parts: list[tuple[str, int]]
) -> None:
    """Policy says which goes first; none gets more than it gave."""
    life = delivered(tenders=TWO, policy=Policy(refund_order=order))
    life.bring_back({"1": 1})
    life.bring_back({"1": 1})
    assert refunded(life) == parts
    assert life.money.net == 0


def test_a_return_may_be_for_store_credit() -> None:
    """The customer gets credit in place of money."""
    life = delivered(customer_id="ada")
    life.bring_back({"1": 1}, resolution="store_credit")
    (credit,) = life.of(IssueCredit)
    assert (credit.amount, credit.customer_id) == (eur("10.00"), "ada")
    assert refunded(life) == []
    assert (life.money.refunded, life.payment) == (1000, "partially_refunded")


def test_the_customer_may_keep_the_item() -> None:
    """Refunded at once, with all its shares, and nothing comes back."""
    life = delivered(line("10.00", 2, tax=eur("1")), shipping=eur("2"))
    life.do(
        command(
            RequestReturn,
            quantities={"1": 1},
            reason="defective",
            resolution="keep",
        )
    )
    assert [e.minor for e in grants(life)] == [1150]
    assert life.order.units["1"].returned == 0


# --- goodwill -----------------------------------------------------------


def test_goodwill_needs_no_unit() -> None:
    """What is given back of goodwill, with a reason, is said to be of the
    goods, and brings none of them back.
    """
    life = delivered()
    goodwill(life, "2.50")
    (granted,) = grants(life)
    assert granted.lines == (RefundLine(kind="goods", minor=250, line_id="1"),)
    assert (granted.reason, granted.units) == ("sorry", {})
    (refund,) = life.of(Refund)
    assert refund.reason == "sorry"
    assert life.kinds[-1] == "order_refunded"


def test_goodwill_may_be_credit() -> None:
    """As store credit, and in silence."""
    life = delivered()
    goodwill(life, "2.50", as_credit=True, notify=False)
    assert refunded(life, IssueCredit) == [("p1", 250)]
    assert "order_refunded" not in life.kinds


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (eur("0.00"), "is 0.00 EUR; between nothing and 20.00 EUR"),
        (eur("20.01"), "is 20.01 EUR"),
        (type(eur("1"))("5", "USD"), "the order is in EUR"),
    ],
)
def test_goodwill_is_at_most_what_was_taken(amount: Any, words: str) -> None:
    """Between nothing and what is left, in the order's currency."""
    life = delivered()
    with pytest.raises(ValidationError, match=words):
        life.do(command(RefundPayment, amount=amount, reason="x"))


def test_nothing_is_given_back_that_was_not_taken() -> None:
    """What is only secured is no refund's."""
    life = shop()
    with pytest.raises(ValidationError, match=r"nothing and 0\.00 EUR"):
        goodwill(life, "1.00")


def test_what_is_pending_is_not_given_back_again() -> None:
    """A pending refund is neither done nor free."""
    life = delivered(answers={Refund: pend})
    goodwill(life, "15.00")
    assert (life.payment, life.money.refund_pending) == ("paid", 1500)
    with pytest.raises(ValidationError, match=r"nothing and 5\.00 EUR"):
        goodwill(life, "5.01")
    life.answer("o1:refund:1", Refunded(reference="r", amount=eur("15")))
    assert life.payment == "partially_refunded"


def test_goodwill_and_then_a_full_return() -> None:
    """Never more than was taken: the return is paid what is left."""
    life = delivered()
    goodwill(life, "4.00")
    life.bring_back({"1": 2})
    assert [minor for _, minor in refunded(life)] == [400, 1600]
    assert grants(life)[-1].minor == 1600
    assert (life.money.net, life.trouble) == (0, [])


def test_a_hold_keeps_money_from_going_back() -> None:
    """What a hold blocks goes on when it is released."""
    life = delivered()
    life.do(command(OpenHold, reason="other", blocks=("refund",)))
    with pytest.raises(NotAllowedError, match=r"hold h1 \(other\)"):
        goodwill(life, "1.00")
    life.bring_back({"1": 1})
    assert refunded(life) == []
    life.do(command(ReleaseHold, hold_id="h1"))
    assert refunded(life) == [("p1", 1000)]


def test_what_is_charged_back_is_not_refunded_too() -> None:
    """A return of disputed goods is paid what the bank left."""
    life = delivered()
    life.paid(DisputeOpened(reference="d", amount=eur("15")), payment_id="p1")
    life.bring_back({"1": 1})
    assert [minor for _, minor in refunded(life)] == [500]


# --- failures -----------------------------------------------------------


@pytest.mark.parametrize(
    ("remedy", "refunds", "credits"),
    [
        (Remedy.RETRY, 2, 0),
        (Remedy.STORE_CREDIT, 1, 1),
        (Remedy.ACCEPT, 1, 0),
    ],
)
def test_a_refund_may_fail_after_it_succeeded(
    remedy: Remedy, refunds: int, credits: int
) -> None:
    """The order opens again, and a person finds another way."""
    life = delivered()
    life.advance(timedelta(days=9))
    life.bring_back({"1": 1})
    assert life.state == "completed"
    life.answer("o1:refund:1", RefundFailed("account closed"))
    assert (life.state, life.money.refunded) == ("confirmed", 0)
    assert life.trouble == [Kind.REFUND_FAILED]
    assert life.kinds[-1] == "refund_failed"
    life.resolve(remedy)
    assert (len(life.of(Refund)), len(life.of(IssueCredit))) == (
        refunds,
        credits,
    )
    assert (life.state, life.money.refunded) == ("completed", 1000)


@pytest.mark.parametrize(
    ("remedy", "refunds", "credits"),
    [(Remedy.RETRY, 0, 2), (Remedy.REFUND, 1, 1), (Remedy.ACCEPT, 0, 1)],
)
def test_store_credit_may_fail(
    remedy: Remedy, refunds: int, credits: int
) -> None:
    """Again, as money, or by hand."""
    life = delivered(answers={IssueCredit: decline})
    goodwill(life, "5.00", as_credit=True)
    assert life.trouble == [Kind.CREDIT_FAILED]
    life.answers.clear()
    life.resolve(remedy)
    assert (len(life.of(Refund)), len(life.of(IssueCredit))) == (
        refunds,
        credits,
    )
    assert life.money.refunded == 500


@pytest.mark.parametrize("remedy", [Remedy.RETRY, Remedy.ACCEPT])
def test_another_tender_bears_what_the_first_cannot_any_more(
    remedy: Remedy,
) -> None:
    """What failed on a tender that was used up since is not lost."""
    life = delivered(tenders=TWO, answers={Refund: decline})
    goodwill(life, "13.00")
    life.answers.clear()
    goodwill(life, "7.00")
    life.resolve(remedy)
    assert life.money.net == 0
    retried = [("p2", 600), ("p1", 700)] if remedy is Remedy.RETRY else []
    assert refunded(life) == [("p2", 1300), ("p2", 700), *retried]


@pytest.mark.parametrize(
    ("paid", "remedy", "told"),
    [
        ("20.00", Remedy.STORE_CREDIT, [2000]),
        ("20.00", Remedy.ACCEPT, [2000]),
        ("20.00", Remedy.RETRY, [2000]),
        ("12.00", Remedy.STORE_CREDIT, [400]),
        ("7.00", Remedy.STORE_CREDIT, []),
    ],
)
def test_a_refund_arrives_that_was_settled_otherwise(
    paid: str, remedy: Remedy, told: list[int]
) -> None:
    """Whatever goes back beyond what was taken, somebody is told of.

    Of 100,000 simulated schedules, one found it.
    """
    life = delivered(answers={Refund: decline})
    goodwill(life, paid)
    life.answers.clear()
    life.resolve(remedy)
    amount = eur(paid)
    life.answer("o1:refund:1", Refunded(reference="late", amount=amount))

    assert life.money.refunded == 2 * amount.minor
    assert told == mismatches(life)


def mismatches(life: Shop) -> list[int]:
    """The sums that somebody is asked about."""
    return [
        item.contradiction.minor
        for item in life.open_items
        if item.contradiction.kind is Kind.AMOUNT_MISMATCH
    ]


def test_what_one_tender_gives_back_twice_is_not_another_ones() -> None:
    """All of the second tender went back, and went back once more."""
    life = delivered(tenders=TWO, answers={Refund: decline})
    goodwill(life, "13.00")
    life.answers.clear()
    life.resolve(Remedy.STORE_CREDIT)
    outcome = Refunded(reference="late", amount=eur("13.00"))
    life.answer("o1:refund:1", outcome)

    assert (2000, 2600) == (life.money.captured, life.money.refunded)
    assert mismatches(life) == [1300]


def test_a_refund_arrives_of_what_was_charged_back() -> None:
    """The bank has given it back, too."""
    life = delivered(answers={Refund: decline})
    goodwill(life, "20.00")
    life.paid(DisputeOpened(reference="d", amount=eur("20")), payment_id="p1")
    outcome = Refunded(reference="late", amount=eur("20.00"))
    life.answer("o1:refund:1", outcome)

    assert mismatches(life) == [2000]


def test_a_refund_that_failed_arrives_and_nothing_else_was_done() -> None:
    """It went back once: that is what was wanted."""
    life = delivered(answers={Refund: decline})
    goodwill(life, "20.00")
    amount = eur("20.00")
    life.answer("o1:refund:1", Refunded(reference="late", amount=amount))

    assert life.money.refunded == 2000
    assert life.trouble == []


def test_a_return_is_closed_once_its_money_is_through() -> None:
    """Pending and failed refunds keep it open."""
    life = delivered(answers={Refund: pend})
    return_id = life.bring_back({"1": 1})
    assert life.case.returns[return_id].state.value == "resolved"
    life.answer("o1:refund:1", RefundFailed("closed"))
    assert life.case.returns[return_id].state.value == "resolved"
    life.answers.clear()
    life.resolve(Remedy.RETRY)
    assert life.case.returns[return_id].state.value == "closed"


def test_a_refund_of_less_is_a_failure_of_the_rest() -> None:
    """What did not go back can be asked for again."""

    def short(intent: Refund) -> Refunded:
        return Refunded(reference=intent.operation_id, amount=eur("6.00"))

    life = delivered(answers={Refund: short})
    goodwill(life, "10.00")
    (item,) = life.open_items
    assert item.contradiction.kind is Kind.REFUND_FAILED
    assert item.contradiction.minor == 400
    life.answers.clear()
    life.resolve(Remedy.RETRY)
    assert (refunded(life)[-1], life.money.refunded) == (("p1", 400), 1000)


def test_a_credit_of_more_is_told() -> None:
    """More than was asked for has gone: somebody should know."""

    def much(intent: IssueCredit) -> CreditIssued:
        return CreditIssued(reference="k", amount=eur("6.00"))

    life = delivered(answers={IssueCredit: much})
    goodwill(life, "5.00", as_credit=True)
    assert life.trouble == [Kind.AMOUNT_MISMATCH]
    assert life.money.refunded == 600


def test_what_was_settled_by_hand_is_not_settled_twice() -> None:
    """By hand too, no more goes back than was taken."""
    life = delivered(answers={Refund: decline})
    goodwill(life, "20.00")
    life.answers.clear()
    goodwill(life, "15.00")
    life.resolve(Remedy.ACCEPT)
    assert (life.money.refunded, life.money.net) == (2000, 0)
    life = delivered(answers={Refund: decline})
    goodwill(life, "20.00")
    life.answers.clear()
    goodwill(life, "20.00")
    life.resolve(Remedy.ACCEPT)
    assert life.money.refunded == 2000


def test_a_capture_that_bounced_leaves_nothing_to_refund() -> None:
    """What is not there any more is not given back."""
    life = delivered()
    life.answer("o1:capture:1", CaptureFailed("bounced"))
    with pytest.raises(ValidationError, match=r"nothing and 0\.00 EUR"):
        goodwill(life, "1.00")


def test_what_is_still_being_taken_goes_back_when_it_is_taken() -> None:
    """A return may be faster than a pending capture: nothing is kept."""
    life = delivered(answers={Capture: pend})
    life.bring_back({"1": 1})
    assert refunded(life) == []
    life.answer("o1:capture:1", Captured(reference="c", amount=eur("20")))
    assert refunded(life) == [("p1", 1000)]
    assert (life.money.net, life.trouble) == (1000, [])
    life.bring_back({"1": 1})
    assert (life.money.net, life.payment) == (0, "refunded")


def test_what_could_not_be_taken_is_not_asked_for_once_it_is_returned() -> (
    None
):
    """A failed capture is retried for what the customer keeps."""
    life = delivered(answers={Capture: decline})
    life.bring_back({"1": 1})
    assert refunded(life) == []
    life.answers.clear()
    life.resolve(Remedy.RETRY)
    assert [c.amount.minor for c in life.of(Capture)] == [2000, 1000]
    assert (life.money.net, life.payment) == (1000, "paid")


def test_goodwill_is_no_reason_not_to_take_the_rest() -> None:
    """What was given before is not waived of the other units' price."""
    life = shop(*TWO_PLACES)
    life.deliver("o1-s1")
    goodwill(life, "4.00")
    life.bring_back({"1": 1})
    life.deliver("o1-s2")
    assert [c.amount.minor for c in life.of(Capture)] == [1000, 1000]
    assert life.money.net == 1000


# --- lost, and turned back ----------------------------------------------


def test_units_that_are_lost_are_paid_back_with_all_their_shares() -> None:
    """Whatever the terms of returns: they never arrived."""
    terms = ReturnTerms(restocking_fee_percent=50, refund_shipping=False)
    life = shop(
        line("10.00", 2, tax=eur("1.00")),
        shipping=eur("3.00"),
        policy=Policy(remorse=terms),
    )
    life.ship()
    life.scan(ScanStatus.LOST)
    life.resolve(Remedy.REFUND)
    (granted,) = grants(life)
    assert [(each.kind, each.minor) for each in granted.lines] == [
        ("goods", 2000),
        ("tax", 100),
        ("shipping", 300),
    ]
    assert (life.money.net, life.payment) == (0, "refunded")


def test_lost_units_are_not_paid_back_twice() -> None:
    """What was refunded before is not refunded as lost."""
    life = shop(line(place="north", quantity=2))
    life.deliver()
    life.do(
        command(
            RequestReturn,
            quantities={"1": 2},
            reason="defective",
            resolution="keep",
        )
    )
    life.scan(ScanStatus.LOST, days=3, correction=True)
    life.resolve(Remedy.REFUND)
    assert life.money.refunded == 2000


def test_a_parcel_that_turns_back_is_cancelled_and_paid_back() -> None:
    """Its units are called off: the others cost what they cost."""
    life = shop(
        line("10.00", place="north"),
        line("3.00", place="south"),
        shipping=eur("1.30"),
    )
    life.ship()
    life.scan(ScanStatus.DELIVERED, "o1-s2")
    life.scan(ScanStatus.RETURNED, "o1-s1")
    life.resolve(Remedy.REFUND)
    assert [minor for _, minor in refunded(life)] == [1100]
    assert life.order.units["1"].cancelled == 1
    life.advance(timedelta(days=9))
    assert (life.state, life.payment) == ("completed", "partially_refunded")


@pytest.mark.parametrize("status", [ScanStatus.LOST, ScanStatus.RETURNED])
def test_what_is_sent_again_is_not_charged_again(status: ScanStatus) -> None:
    """The money that was taken for the first parcel pays the second."""
    life = shop()
    life.ship()
    life.scan(status)
    life.resolve(Remedy.RESHIP)
    life.deliver()
    life.advance(timedelta(days=9))
    assert [c.amount.minor for c in life.of(Capture)] == [2000]
    assert (life.state, life.payment) == ("completed", "paid")


def kept(*lines: Line, policy: Policy | None = None) -> Shop:
    """The first line arrived, and the customer may keep it for nothing."""
    life = shop(*lines, policy=policy)
    life.deliver("o1-s1")
    life.do(
        command(
            RequestReturn,
            quantities={"1": 1},
            reason="defective",
            resolution="keep",
        )
    )
    assert life.money.refunded == 1000
    return life


def test_what_was_to_be_kept_and_turns_back_is_paid_back_once() -> None:
    """A parcel that the carrier brings back after its refund."""
    life = kept(*TWO_PLACES, policy=AT_ONCE)
    life.scan(ScanStatus.RETURNED, "o1-s1", days=3)
    life.resolve(Remedy.REFUND)
    assert life.money.refunded == 1000
    life.deliver("o1-s2")
    assert life.money.net == 1000


def test_money_that_went_back_pays_for_nothing_else() -> None:
    """What the turned back unit had cost does not pay the other line."""
    life = kept(*TWO_PLACES)
    life.scan(ScanStatus.RETURNED, "o1-s1", days=3)
    life.resolve(Remedy.REFUND)
    life.deliver("o1-s2")
    assert [c.amount.minor for c in life.of(Capture)] == [1000, 1000]
    assert life.money.net == 1000


def asking(*_: object) -> ReturnVerdict:
    """Leave every return to a person."""
    return ReturnVerdict(answer="ask", explanation="somebody looks")


def test_a_refund_that_somebody_approves_may_keep_the_item() -> None:
    """A person may let the goods stay, without a label."""
    life = delivered(policy=Policy(judge=asking))
    life.do(command(RequestReturn, quantities={"1": 1}, reason="unwanted"))
    life.do(command(ApproveReturn, return_id="o1-t1", keep_items=True))
    assert life.money.refunded == 1000
