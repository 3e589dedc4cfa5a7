"""What was given back once does not go back again with its units."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from orderlife._kernel.messages import ExceptionKind as Kind, Remedy
from orderlife._values.money import Money
from orderlife.errors import OrderlifeError, ValidationError
from orderlife.policy.model import Parcelling, Policy, ReturnTerms
from orderlife.ports.carrier import VoidLabel, VoidRejected
from orderlife.ports.inventory import StockItem
from orderlife.ports.payment import Captured, DisputeOpened, Refund
from orderlife.rooms.order.messages import CancelOrder
from orderlife.rooms.order.model import Line, Order, Tender
from orderlife.rooms.payment.ledger import need_minor
from orderlife.rooms.payment.messages import (
    CapturePayment,
    RefundGranted,
    RefundPayment,
)
from orderlife.rooms.payment.model import RefundLine
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import BuyShipmentLabel
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.testing.scenario import command
from tests.deep import examples
from tests.order.shop import (
    AT_ONCE,
    CARD,
    Shop,
    cents,
    eur,
    line,
    shop,
    unanswered,
    unhurried,
)


def give(life: Shop, amount: str | Money, **fields: Any) -> RefundGranted:
    """Give money back, and say how that was granted."""
    money = eur(amount) if isinstance(amount, str) else amount
    life.do(command(RefundPayment, amount=money, reason="sorry", **fields))
    granted = [e for e in life.events if isinstance(e, RefundGranted)][-1]
    assert granted.minor == sum(each.minor for each in granted.lines)
    return granted


def delivered(*lines: Line, **fields: Any) -> Shop:
    """An order whose goods have all arrived."""
    life = shop(*lines, **fields)
    life.deliver()
    return life


def stated(granted: RefundGranted) -> list[tuple[str, str, int]]:
    """What it is made of."""
    return [(each.line_id, each.kind, each.minor) for each in granted.lines]


# --- what it is for -----------------------------------------------------


def test_postage_goes_back_once() -> None:
    """The parcel came late, and then an item comes back: 10 and 20."""
    life = delivered(line("20.00"), line("20.00"), shipping=eur("10.00"))
    late = give(life, "10.00", of="postage")
    assert [("1", "shipping", 500), ("2", "shipping", 500)] == stated(late)
    life.bring_back({"1": 1})
    assert 3000 == life.money.refunded
    life.bring_back({"2": 1})
    assert (5000, 0) == (life.money.refunded, life.money.net)


def test_postage_goes_back_with_the_tax_on_it() -> None:
    """Which is stated as tax; what is on the goods stays."""
    life = delivered(
        line("20.00", tax=eur("3.80")),
        shipping=eur("10.00"),
        shipping_tax=eur("1.90"),
    )
    late = give(life, "11.90", of="postage")
    assert [("1", "tax", 190), ("1", "shipping", 1000)] == stated(late)
    with pytest.raises(ValidationError, match=r"0\.00 EUR is left of postage"):
        give(life, "0.01", of="postage")
    life.bring_back({"1": 1})
    assert (3570, 0) == (life.money.refunded, life.money.net)


def test_contained_tax_falls_with_the_price() -> None:
    """It is no line of its own, and the unit's later refund has less."""
    life = delivered(line("11.90", tax=eur("1.90")), tax_included=True)
    assert [("1", "goods", 595)] == stated(give(life, "5.95"))
    assert 95 == life.order.line("1").tax(0, 1)
    assert 190 == life.order.placement.lines[0].tax(0, 1)


def test_an_allowance_for_a_unit_is_not_given_back_with_it() -> None:
    """5.00 for a scratch, and 15.00 when the item comes back after all."""
    life = delivered(line("20.00", 3), line("7.00"))
    scratch = give(life, "5.00", of={"1": 1})
    assert [("1", "goods", 500)] == stated(scratch)
    life.bring_back({"1": 1})
    assert 2000 == life.money.refunded
    life.bring_back({"1": 1})
    assert 4000 == life.money.refunded


def test_without_a_part_it_is_spread_over_all_units() -> None:
    """By what they cost; what was refunded before has no part in it."""
    life = delivered(line("10.00", 3), line("20.00"))
    life.bring_back({"1": 1})
    some = give(life, "4.00")
    assert [("1", "goods", 200), ("2", "goods", 200)] == stated(some)
    life.bring_back({"1": 1})
    assert 1000 + 400 + 900 == life.money.refunded
    life.bring_back({"1": 1, "2": 1})
    assert (5000, 0) == (life.money.refunded, life.money.net)


def test_goods_come_before_postage() -> None:
    """Postage is given back apart, and can be still."""
    life = delivered(line("20.00", 2), shipping=eur("10.00"))
    give(life, "30.00")
    give(life, "10.00", of="postage")
    assert [("1", "goods", 1000)] == stated(give(life, "10.00"))
    assert 0 == life.money.net


def test_goods_and_then_postage() -> None:
    """What exceeds the goods is of the postage."""
    life = delivered(line("20.00"), shipping=eur("10.00"))
    assert [("1", "goods", 2000), ("1", "shipping", 300)] == stated(
        give(life, "23.00")
    )


def test_beyond_what_units_cost_it_is_goodwill() -> None:
    """A restocking fee that was kept is given back out of goodwill."""
    terms = ReturnTerms(restocking_fee_percent=50)
    life = delivered(line("10.00"), policy=Policy(remorse=terms))
    life.bring_back({"1": 1})
    assert 500 == life.money.refunded
    assert [("", "goodwill", 500)] == stated(give(life, "5.00"))
    with pytest.raises(ValidationError, match=r"nothing and 0\.00 EUR"):
        give(life, "0.01")


def test_what_was_too_much_goes_back_first() -> None:
    """And the remedy that would give it back finds nothing any more."""
    life = delivered(line("20.00"))
    life.paid(Captured(reference="twice", amount=eur("3.00")), payment_id="p1")
    granted = give(life, "4.00")
    assert [("1", "goods", 100), ("", "overpaid", 300)] == stated(granted)
    with pytest.raises(OrderlifeError, match="nothing was taken beyond"):
        life.resolve(Remedy.REFUND)
    life.resolve(Remedy.ACCEPT)
    life.bring_back({"1": 1})
    assert (2300, 0) == (life.money.refunded, life.money.net)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"of": "postage", "amount": eur("4.01")}, r"4\.00 EUR is left of"),
        ({"of": {"1": 1}, "amount": eur("12.01")}, r"12\.00 EUR is left of"),
        ({"of": {"1": 3}}, r"of\[1\]: 3 named; 2 are wanted"),
        ({"of": {"1": 0}}, r"of\[1\]: must be 1 or more"),
        ({"of": {"9": 1}}, r"of\[9\]: is not a line of order o1: 1"),
        ({"of": "shipping"}, "of: must be one of: postage"),
        ({"of": 7}, "of: must be one of: postage"),
        ({"of": {"1": "1"}}, r"of\[1\]: must be a whole number"),
        ({"payment_id": "p2"}, r"'p2' is no payment of it; there is p1"),
        ({"tender_index": 1}, r"'1' is no payment of it; there is p1"),
        ({"tender_index": 1, "payment_id": "p1"}, "'p1' is none of tender 1"),
        ({"refund_order": "random"}, "refund_order: must be one of"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    fields: dict[str, Any], words: str
) -> None:
    """And what would be possible is said."""
    life = delivered(line("10.00", 2), shipping=eur("4.00"))
    with pytest.raises(ValidationError, match=words):
        give(life, **{"amount": eur("1.00"), **fields})
    assert 0 == life.money.refunded


def test_several_problems_are_named_at_once() -> None:
    """The part and the payment."""
    life = delivered()
    with pytest.raises(ValidationError) as caught:
        give(life, "1.00", of={"9": 1, "8": 1}, payment_id="p7")
    assert ["payment_id", "of[9]", "of[8]"] == [
        each.field for each in caught.value.problems
    ]


# --- what comes after ---------------------------------------------------


def test_a_cancellation_gives_back_what_is_left() -> None:
    """Of a unit that costs less by now."""
    life = shop(line("10.00", 2), policy=AT_ONCE)
    give(life, "4.00")
    life.cancel(quantities={"1": 1})
    assert 400 + 800 == life.money.refunded
    life.deliver()
    life.bring_back({"1": 1})
    assert (2000, 0) == (life.money.refunded, life.money.net)


def test_cancelled_units_are_one_slice() -> None:
    """However often less is wanted, and costs less: it is never asked
    for again by its units.
    """
    life = shop(line("10.00", 4), policy=AT_ONCE)
    for _ in range(3):
        give(life, "1.00")
        life.cancel(quantities={"1": 1})
    give(life, "1.00")
    row = life.order.line("1").slices
    assert [1, 3] == [each.units for each in row]
    assert row[0].goods_minor == life.money.net
    assert 4000 - 400 == sum(each.goods_minor for each in row)


def test_a_cancelled_order_gives_back_what_is_left() -> None:
    """All in all just what was taken."""
    life = shop(line("10.00", 2), shipping=eur("5.00"), policy=AT_ONCE)
    give(life, "5.00", of="postage")
    life.do(command(CancelOrder))
    assert ("cancelled", 2500) == (life.state, life.money.refunded)


@pytest.mark.parametrize("status", [ScanStatus.LOST, ScanStatus.RETURNED])
def test_a_parcel_that_never_arrives_gives_back_what_is_left(
    status: ScanStatus,
) -> None:
    """Whether it is lost or turns back."""
    life = shop(line("10.00", 2), shipping=eur("5.00"))
    life.ship()
    give(life, "7.00")
    life.scan(status)
    life.resolve(Remedy.REFUND)
    assert (2500, 0) == (life.money.refunded, life.money.net)


def test_what_goes_wrong_with_a_capture_does_not_come_twice() -> None:
    """An allowance before all was taken lowers what was taken first, so
    that units which are called off bring nothing out of balance.
    """
    life = shop(line("20.00", place="north"), line("20.00", place="south"))
    life.ship("o1-s1")
    assert [("1", "goods", 1000)] == stated(give(life, "10.00"))
    life.cancel(quantities={"2": 1})
    life.scan(ScanStatus.DELIVERED)
    life.advance(timedelta(days=40))
    assert ("completed", 1000) == (life.state, life.money.net)


def test_nothing_goes_back_for_units_that_are_not_paid_for() -> None:
    """They may still be called off, and it would be owed then."""
    life = shop(
        line("20.00", place="north"),
        line("20.00", place="south"),
        shipping=eur("10.00"),
    )
    life.ship("o1-s1")
    with pytest.raises(ValidationError, match=r"1 named; 0 are wanted, paid"):
        give(life, "1.00", of={"2": 1})
    with pytest.raises(ValidationError, match=r"5\.00 EUR is left of postage"):
        give(life, "5.01", of="postage")
    late = give(life, "5.00", of="postage")
    assert [("1", "shipping", 500)] == stated(late)
    life.cancel(quantities={"2": 1})
    life.scan(ScanStatus.DELIVERED)
    life.advance(timedelta(days=40))
    assert ("completed", 2000) == (life.state, life.money.net)


def test_what_exceeds_the_units_that_left_lowers_the_others() -> None:
    """Where more was taken than for those alone."""
    half = Tender("voucher", "tok_visa", amount=eur("30.00"))
    life = shop(
        line("20.00", place="north"),
        line("20.00", place="south"),
        tenders=(half, CARD),
        policy=Policy(reauthorize=False),
    )
    life.ship("o1-s1")
    life.do(command(CapturePayment))
    assert 4000 == life.money.captured
    granted = give(life, "30.00")
    assert [("1", "goods", 1500), ("2", "goods", 1500)] == stated(granted)
    life.deliver("o1-s2")
    life.bring_back({"2": 1})
    assert 3500 == life.money.refunded


def test_an_order_that_costs_less_is_secured_and_paid_by_less() -> None:
    """Its status does not change for an allowance that is on its way."""
    life = shop(line("20.00"), policy=AT_ONCE, answers={Refund: unanswered})
    give(life, "5.00")
    assert ("paid", 500) == (life.payment, life.money.refund_pending)
    life.ship()
    assert ShipmentState.DISPATCHED is life.case.shipments["o1-s1"].state


def test_a_closing_that_comes_too_late_counts_nothing_twice() -> None:
    """What was given back while the order was being called off: the
    order costs so much less, and is paid with so much less.
    """
    life = shop(line("20.00"), policy=AT_ONCE, answers={VoidLabel: unanswered})
    life.pack()
    life.do(command(BuyShipmentLabel, shipment_id="o1-s1"))
    life.do(command(CancelOrder))
    assert "cancelling" == life.state
    give(life, "5.00")
    life.answer("o1-s1:void:2", VoidRejected("it is gone"))
    assert "confirmed" == life.state
    assert (500, 1500) == (life.order.released_minor, need_minor(life.order))
    assert [Kind.CANCELLED_TOO_LATE] == life.trouble


# --- who gives it back --------------------------------------------------


def two_tenders(**fields: Any) -> Shop:
    """40.00: a voucher for 10.00 and a card for the rest."""
    voucher = Tender("voucher", "tok_visa", amount=eur("10.00"))
    return delivered(line("20.00", 2), tenders=(voucher, CARD), **fields)


def asked(life: Shop) -> list[tuple[str, int]]:
    """What was asked to be given back: payments and amounts."""
    operations = life.order.operations
    return [
        (operations[i.operation_id].payment_id, i.amount.minor)
        for i in life.of(Refund)
    ]


@pytest.mark.parametrize(
    ("fields", "parts"),
    [
        ({}, [("p2", 800)]),
        ({"payment_id": "p1"}, [("p1", 800)]),
        ({"tender_index": 0}, [("p1", 800)]),
        ({"tender_index": 1, "payment_id": "p2"}, [("p2", 800)]),
        ({"refund_order": "first_first"}, [("p1", 800)]),
        ({"refund_order": "last_first"}, [("p2", 800)]),
        ({"refund_order": "ratio"}, [("p1", 200), ("p2", 600)]),
    ],
)
def test_a_refund_may_name_who_gives_it_back(
    fields: dict[str, Any], parts: list[tuple[str, int]]
) -> None:
    """A payment, a tender, an order of them, or their ratio."""
    life = two_tenders()
    give(life, "8.00", **fields)
    assert parts == asked(life)


def test_a_payment_gives_back_no_more_than_it_took() -> None:
    """Though another has more."""
    life = two_tenders()
    with pytest.raises(ValidationError, match=r"10\.00 EUR of p1 can be"):
        give(life, "10.01", payment_id="p1")
    give(life, "10.00", payment_id="p1")


def test_a_policy_may_give_back_by_ratio() -> None:
    """Returns too, and to the cent."""
    life = two_tenders(policy=Policy(refund_order="ratio"))
    life.bring_back({"1": 1})
    life.bring_back({"1": 1})
    assert [("p1", 500), ("p2", 1500)] * 2 == asked(life)


# --- in any order -------------------------------------------------------

_STEPS = (
    "ship",
    "deliver",
    "refund",
    "refund",
    "postage",
    "units",
    "cancel",
    "return",
    "lose",
    "turn back",
    "capture",
)
MOST_SLICES = 12


def one_by_one(
    order: Order, items: Sequence[StockItem]
) -> tuple[Parcelling, ...]:
    """Each unit in a box of its own."""
    del order
    return tuple(
        Parcelling(place=item.place, seller="", items={item.line_id: 1})
        for item in items
        for _ in range(item.quantity)
    )


def step(life: Shop, what: str, data: st.DataObject) -> None:
    """Do one thing, if it can be done."""
    line_id = data.draw(st.sampled_from(sorted(life.order.units)))
    units = life.order.units[line_id]
    amount = cents(data.draw(st.integers(1, 60)))
    number = data.draw(st.integers(1, max(1, units.ordered)))
    on_their_way = [
        sent.shipment_id
        for sent in life.case.shipments.values()
        if sent.state is ShipmentState.DISPATCHED
    ]
    match what:
        case "ship" if life.waiting:
            life.ship(data.draw(st.sampled_from(life.waiting)))
        case "refund":
            give(life, amount)
        case "postage":
            give(life, amount, of="postage")
        case "units":
            give(life, amount, of={line_id: number})
        case "cancel":
            life.cancel(quantities={line_id: number})
        case "return":
            life.bring_back({line_id: number})
        case "capture":
            life.do(command(CapturePayment))
        case "deliver" | "lose" | "turn back" if on_their_way:
            status = {
                "deliver": ScanStatus.DELIVERED,
                "lose": ScanStatus.LOST,
            }.get(what, ScanStatus.RETURNED)
            life.scan(status, data.draw(st.sampled_from(on_their_way)))
            if what != "deliver":
                life.resolve(Remedy.REFUND)
        case _:
            pass


def check(life: Shop) -> None:
    """What holds after each step."""
    order, money = life.order, life.money
    assert 0 <= money.refunded <= money.captured
    for each in order.lines().values():
        assert len(each.slices) <= MOST_SLICES
        for unit in range(each.quantity):
            one = (unit, unit + 1)
            assert min(each.goods(*one), each.tax(*one)) >= 0
            assert min(each.shipping(*one), each.value(*one)) >= 0


@pytest.mark.one_python
@settings(unhurried, max_examples=examples(30))
@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(1, 6), st.integers(0, 9)),
        min_size=1,
        max_size=3,
    ),
    st.integers(0, 90),
    st.integers(0, 9),
    st.booleans(),
    st.booleans(),
    st.data(),
)
def test_all_units_back_is_all_money_back(
    made: list[tuple[int, int, int]],
    shipping: int,
    shipping_tax: int,
    at_once: bool,
    included: bool,
    data: st.DataObject,
) -> None:
    """Dispatches, refunds of all kinds, cancellations, returns and losses
    in any order: never more goes back than was taken, no unit's share
    is below nothing, and in the end just all of it is back.
    """
    life = shop(
        *(
            Line(
                sku="mug",
                quantity=quantity,
                unit_price=cents(price),
                tax=cents(tax),
            )
            for price, quantity, tax in made
        ),
        shipping=cents(shipping),
        shipping_tax=cents(shipping_tax),
        tax_included=included,
        policy=Policy(
            capture="confirmation" if at_once else "dispatch",
            parcel=one_by_one,
        ),
        stock={"mug": 99},
    )
    for what in data.draw(st.lists(st.sampled_from(_STEPS), max_size=14)):
        try:
            step(life, what, data)
        except OrderlifeError:
            continue
        check(life)
    finish(life)
    check(life)
    assert 0 == life.money.net
    assert [] == life.trouble


def finish(life: Shop) -> None:
    """Send all that is to be sent, and bring all of it back."""
    if life.state == "confirmed":
        life.ship()
    for sent in life.case.shipments.values():
        if sent.state is ShipmentState.DISPATCHED:
            life.scan(ScanStatus.DELIVERED, sent.shipment_id)
    back = {
        line_id: left
        for line_id, units in life.order.units.items()
        if (left := units.delivered - units.returned) > 0
    }
    if back:
        life.bring_back(back)


@pytest.mark.parametrize(
    ("percent", "last"),
    [
        (0, RefundLine(kind="postage", minor=-1000)),
        (40, RefundLine(kind="postage", minor=-600)),
        (100, RefundLine(kind="restocking_fee", minor=-1000)),
    ],
)
def test_fees_are_stated_as_far_as_there_is_money(
    percent: int, last: RefundLine
) -> None:
    """A statement sums to what goes back, and that is nothing at least."""
    terms = ReturnTerms(restocking_fee_percent=percent, postage_minor=4999)
    life = delivered(policy=Policy(remorse=terms))
    life.bring_back({"1": 1})
    (granted,) = [e for e in life.events if isinstance(e, RefundGranted)]
    assert 0 == granted.minor == sum(each.minor for each in granted.lines)
    assert last == granted.lines[-1]


def test_what_was_not_taken_is_stated() -> None:
    """A bank took some of it back: the rest goes back for the unit."""
    life = delivered(line("10.00"))
    life.paid(
        DisputeOpened(reference="d", amount=eur("4.00"), reason="fraud"),
        payment_id="p1",
    )
    life.bring_back({"1": 1})
    (granted,) = [e for e in life.events if isinstance(e, RefundGranted)]
    assert [("1", "goods", 1000), ("", "not_taken", -400)] == stated(granted)
