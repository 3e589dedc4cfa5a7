"""Policy: the shop's choices, each with its reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderlife._kernel.messages import Actor, Command
from orderlife.errors import NotAllowedError
from orderlife.policy.model import (
    Policy,
    ReturnTerms,
    accept_all,
    allow_all,
    by_place_and_seller,
    judge_return,
)
from orderlife.ports.carrier import Label
from orderlife.ports.inventory import StockItem
from orderlife.rooms.order.messages import CancelOrder
from orderlife.rooms.order.model import OrderLine, Screening, Units
from orderlife.rooms.payment.model import Movement, MovementKind, RefundLine
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.messages import (
    InspectReturn,
    RequestReturn,
    ReturnReceived,
)
from orderlife.rooms.returns.model import (
    Condition,
    Finding,
    Return,
    ReturnLine,
)
from orderlife.testing.scenario import NOON, STAFF, command, fact
from tests.order.shop import BOLETO, CARD, cents, line, shop

ORDER = shop(
    line(quantity=2), line(line_id="final", final_sale=True, seller="b")
).order


def back(*line_ids: str, reason: str = "unwanted") -> Return:
    """A return that was asked for."""
    return Return(
        return_id="t1",
        state=ReturnState.REQUESTED,
        lines=tuple(ReturnLine(line_id=i, quantity=1) for i in line_ids),
        reason=reason,
        resolution="refund",
        requested_at=NOON,
    )


# --- returns ------------------------------------------------------------


def test_a_return_within_its_days_is_approved() -> None:
    """The last day counts; a day later it is declined, with the date."""
    policy = Policy()
    over = NOON + timedelta(days=30, hours=12)
    last = over - timedelta(microseconds=1)
    verdict = judge_return(policy, ORDER, back("1"), NOON, last)
    assert verdict.answer == "approve"
    assert verdict.explanation == "within 30 days of its delivery"
    late = judge_return(policy, ORDER, back("1"), NOON, over)
    assert late.answer == "decline"
    assert late.explanation == "the 30 days to return it ended on 2026-02-04"


def test_what_never_arrived_has_no_last_day() -> None:
    """Without a delivery the days have not begun."""
    verdict = judge_return(
        Policy(), ORDER, back("1"), None, NOON + timedelta(days=999)
    )
    assert verdict.answer == "approve"


def test_what_was_sold_as_final_stays_sold() -> None:
    """Unless it is the shop's fault: then other terms apply."""
    policy = Policy()
    verdict = judge_return(policy, ORDER, back("1", "final"), NOON, NOON)
    assert verdict.answer == "decline"
    assert verdict.explanation == "line final was sold as final"
    twice = judge_return(policy, ORDER, back("final", "final"), NOON, NOON)
    assert twice.explanation == "line final, final was sold as final"
    fault = judge_return(
        policy, ORDER, back("final", reason="defective"), NOON, NOON
    )
    assert fault.answer == "approve"


@pytest.mark.parametrize(
    ("reason", "days"),
    [
        ("unwanted", 30),
        ("too_small", 30),
        ("defective", 90),
        ("damaged_in_transit", 90),
        ("nobody knows this one", 30),
    ],
)
def test_terms_go_by_whose_fault_it_is(reason: str, days: int) -> None:
    """The registry of reasons says it; what it lacks is remorse."""
    assert Policy().terms(reason).days == days


def finding(line_id: str, quantity: int) -> Finding:
    """Sellable units."""
    return Finding(
        line_id=line_id,
        quantity=quantity,
        condition="sellable",
        disposition="restock",
    )


def test_units_are_refunded_up_to_what_was_sent() -> None:
    """Less what was refunded before, and nothing that was never sold."""
    sent = Units(ordered=2, shipped=2, delivered=2, refunded=1)
    none = Units(ordered=1, shipped=1, delivered=1, refunded=1)
    order = attrs.evolve(ORDER, units={"1": sent, "final": none})
    found = attrs.evolve(
        back("1"),
        findings=(
            finding("1", 1),
            finding("1", 1),
            finding("final", 1),
            finding("9", 1),
        ),
    )
    assert Policy().refundable_units(order, found) == {"1": 1}


def test_a_line_that_nobody_ordered_is_received_and_not_paid() -> None:
    """What comes back by mistake is looked at like everything else."""
    life = shop()
    life.deliver()
    life.do(command(RequestReturn, quantities={"1": 1}, reason="unwanted"))
    life.report(
        fact(
            ReturnReceived,
            return_id="o1-t1",
            parcel_id="p",
            at=NOON,
            quantities={"1": 1, "9": 1},
        )
    )
    found = (finding("1", 1), finding("9", 1))
    life.do(command(InspectReturn, return_id="o1-t1", findings=found))
    assert life.money.refunded == 1000


# --- money --------------------------------------------------------------


def test_slow_tenders_have_days_to_be_paid() -> None:
    """One that is slow gives the whole order its time."""
    policy = Policy()
    assert policy.payment_due(ORDER, NOON) == NOON + timedelta(hours=1)
    slow = attrs.evolve(ORDER, tenders=(CARD, BOLETO))
    assert policy.payment_due(slow, NOON) == NOON + timedelta(days=7)


def test_amounts_are_split_no_further_than_they_go() -> None:
    """What no payment can bear is left over."""
    policy = Policy()
    assert policy.split_capture(ORDER, 1000) == {"p1": 1000}
    assert policy.split_capture(ORDER, 99999) == {"p1": 3000}
    assert policy.split_capture(ORDER, 0) == {}
    assert policy.split_refund(ORDER, 1000) == {}


def placed_line(line_id: str, tax_added: bool, **fields: Any) -> OrderLine:
    """Three units that cost 10.00, with 1.00 of tax and 0.50 of shipping."""
    settings: dict[str, Any] = {
        "sku": "mug",
        "quantity": 3,
        "unit_price": cents(400),
        "goods_minor": 1000,
        "tax_minor": 100,
        "shipping_minor": 50,
    }
    return OrderLine(line_id=line_id, tax_added=tax_added, **settings | fields)


SOLD = attrs.evolve(
    ORDER,
    placement=attrs.evolve(
        ORDER.placement,
        lines=(
            placed_line("1", tax_added=True),
            placed_line("2", tax_added=False),
            placed_line("3", tax_added=True, tax_minor=0, shipping_minor=0),
        ),
    ),
    units={
        "1": Units(ordered=3, shipped=3, delivered=3, refunded=1),
        "2": Units(ordered=3, shipped=3, delivered=3),
        "3": Units(ordered=3, shipped=3, delivered=3),
    },
)


def refund(kind: Any, minor: int, line_id: str = "") -> RefundLine:
    """A line of a statement."""
    return RefundLine(kind=kind, minor=minor, line_id=line_id)


@pytest.mark.parametrize(
    ("reason", "terms", "label", "findings", "lines", "units"),
    [
        ("unwanted", {}, True, (), (), {}),
        (
            "unwanted",
            {"postage_minor": 300},
            True,
            (),
            (),
            {},
        ),
        # The units after those that were refunded; no tax that is inside.
        (
            "unwanted",
            {},
            False,
            (("1", 1), ("2", 2), ("3", 1)),
            (
                refund("goods", 333, "1"),
                refund("tax", 33, "1"),
                refund("shipping", 17, "1"),
                refund("goods", 667, "2"),
                refund("shipping", 34, "2"),
                refund("goods", 334, "3"),
            ),
            {"1": 1, "2": 2, "3": 1},
        ),
        # The fee is of the goods of all lines, rounded for the customer.
        (
            "unwanted",
            {
                "restocking_fee_percent": 10,
                "refund_shipping": False,
                "postage_minor": 300,
            },
            True,
            (("1", 1), ("2", 2)),
            (
                refund("goods", 333, "1"),
                refund("tax", 33, "1"),
                refund("goods", 667, "2"),
                refund("restocking_fee", -100),
                refund("postage", -300),
            ),
            {"1": 1, "2": 2},
        ),
        (
            "unwanted",
            {"restocking_fee_percent": 10, "postage_minor": 300},
            False,
            (("3", 2),),
            (refund("goods", 667, "3"), refund("restocking_fee", -66)),
            {"3": 2},
        ),
        (
            "unwanted",
            {"restocking_fee_percent": 50},
            False,
            (("1", 1),),
            (
                refund("goods", 333, "1"),
                refund("tax", 33, "1"),
                refund("shipping", 17, "1"),
                refund("restocking_fee", -166),
            ),
            {"1": 1},
        ),
        (
            "unwanted",
            {"restocking_fee_percent": 1},
            True,
            (("3", 0),),
            (),
            {},
        ),
        # Whose fault it is decides on the terms.
        (
            "defective",
            {"restocking_fee_percent": 10, "postage_minor": 300},
            True,
            (("3", 1),),
            (refund("goods", 334, "3"),),
            {"3": 1},
        ),
    ],
)
def test_what_a_return_is_refunded(
    reason: str,
    terms: dict[str, Any],
    label: bool,
    findings: tuple[tuple[str, int], ...],
    lines: tuple[RefundLine, ...],
    units: dict[str, int],
) -> None:
    """The statement, line by line, and the units."""
    policy = Policy(remorse=ReturnTerms(**terms))
    bought = Label(label_id="l1", carrier="post", tracking_number="t1")
    found = attrs.evolve(
        back("1", reason=reason),
        label=bought if label else None,
        findings=tuple(
            finding(line_id, quantity) for line_id, quantity in findings
        ),
    )
    assert (lines, units) == policy.refund_lines(SOLD, found)


def test_what_may_be_kept_is_refunded_as_it_was_asked() -> None:
    """Up to what was sent; nobody inspects it."""
    kept = attrs.evolve(
        back("1", "2", "9"),
        resolution="keep",
        lines=(
            ReturnLine(line_id="1", quantity=3),
            ReturnLine(line_id="2", quantity=2),
            ReturnLine(line_id="9", quantity=1),
        ),
    )
    assert Policy().refundable_units(SOLD, kept) == {"1": 2, "2": 2}


def test_what_is_worthless_is_not_refunded() -> None:
    """Nor what is missing, whatever policy says."""

    def units(policy: Policy) -> dict[str, int]:
        conditions: tuple[Condition, ...] = (
            "missing",
            "customer_damaged",
            "defective",
        )
        found = attrs.evolve(
            back("2"),
            findings=tuple(
                attrs.evolve(finding("2", 1), condition=condition)
                for condition in conditions
            ),
        )
        return policy.refundable_units(SOLD, found)

    assert units(Policy()) == {"2": 1}
    assert units(Policy(worthless=frozenset())) == {"2": 2}
    assert units(Policy(worthless=frozenset(("defective",)))) == {"2": 1}


def test_amounts_are_split_over_payments_in_their_order() -> None:
    """Taken from the first first, given back to the last first."""
    payments = tuple(
        attrs.evolve(ORDER.payments[0], payment_id=payment_id)
        for payment_id in ("p1", "p2", "p3")
    )
    movements = tuple(
        Movement(kind=kind, payment_id=payment_id, minor=minor)
        for payment_id, minor in (("p1", 100), ("p2", 0), ("p3", 300))
        for kind in (MovementKind.AUTHORIZED, MovementKind.CAPTURED)
        if minor
    )
    order = attrs.evolve(
        ORDER, payments=payments, operations={}, movements=movements
    )
    assert Policy().split_refund(order, 350) == {"p3": 300, "p1": 50}
    assert Policy().split_refund(order, 300) == {"p3": 300}
    assert Policy().split_refund(order, 0) == {}
    first = Policy(refund_order="first_first")
    assert first.split_refund(order, 350) == {"p1": 100, "p3": 250}
    ratio = Policy(refund_order="ratio")
    assert ratio.split_refund(order, 200) == {"p1": 50, "p3": 150}
    assert ratio.split_refund(order, 1) == {"p3": 1}
    assert ratio.split_refund(order, 9999) == {"p1": 100, "p3": 300}
    assert ratio.split_refund(order, 0) == {}
    assert ratio.split_among(order, 200, ("p1",)) == {"p1": 100}
    assert first.split_among(order, 9, (), "last_first") == {"p3": 9}
    opened = attrs.evolve(order, movements=movements[::2])
    assert Policy().split_capture(opened, 350) == {"p1": 100, "p3": 250}
    assert Policy().split_capture(opened, 100) == {"p1": 100}
    assert Policy().split_capture(opened, 101) == {"p1": 100, "p3": 1}


# --- goods --------------------------------------------------------------


def test_goods_go_together_by_place_and_seller() -> None:
    """One parcel for what one seller has at one place."""

    def item(line_id: str, place: str, quantity: int) -> StockItem:
        return StockItem(
            line_id=line_id, sku="mug", place=place, quantity=quantity
        )

    parcels = by_place_and_seller(
        ORDER,
        [
            item("1", "north", 1),
            item("final", "north", 1),
            item("1", "south", 1),
            item("1", "north", 2),
        ],
    )
    assert [(p.place, p.seller, p.items) for p in parcels] == [
        ("north", "", {"1": 3}),
        ("north", "b", {"final": 1}),
        ("south", "", {"1": 1}),
    ]


# --- people -------------------------------------------------------------


def test_everybody_may_do_everything_unless_told_otherwise() -> None:
    """The defaults judge nobody."""
    cancel = CancelOrder(order_id="o1", command_id="c", actor=STAFF)
    assert allow_all(STAFF, cancel) == ""
    judged = Screening(verdict="accept", reason="o1: no rule")
    assert accept_all(ORDER) == judged


def test_a_shop_may_say_who_does_what() -> None:
    """A command that is not permitted is refused, with the reason."""

    def permit(actor: Actor, asked: Command) -> str:
        if actor.kind == "customer" and isinstance(asked, CancelOrder):
            return "customers call us"
        return ""

    life = shop(policy=Policy(permit=permit))
    ada = Actor("customer", "ada")
    with pytest.raises(NotAllowedError, match="customers call us"):
        life.do(command(CancelOrder, actor=ada))
    life.cancel()
    assert life.state == "cancelled"


def test_terms_are_values() -> None:
    """Two shops with equal terms are of one mind."""
    assert ReturnTerms(days=14) == ReturnTerms(days=14)
    assert Policy(capture="dispatch").capture == "dispatch"
