"""The sums over the ledgers, each against figures worked out by hand."""

from __future__ import annotations

import attrs
import pytest

from orderlife._kernel.messages import ExceptionKind, Remedy
from orderlife.rooms.order.model import Tender, Units
from orderlife.rooms.payment import ledger
from orderlife.rooms.payment.ledger import UNSETTLED, balance
from orderlife.rooms.payment.lifecycle import OperationState
from orderlife.rooms.payment.model import (
    Balance,
    Movement,
    MovementKind,
    Payment,
)
from tests.order.orders import BASE, counted, item, made
from tests.order.shop import CARD, cents, line, shop

M = MovementKind
S = OperationState


EVERYTHING = (
    (M.AUTHORIZED, 1000),
    (M.CAPTURED, 600),
    (M.CAPTURED, 20),
    (M.CAPTURE_REVERSED, 7),
    (M.VOIDED, 30),
    (M.LAPSED, 50),
    (M.REFUNDED, 100),
    (M.CREDITED, 11),
    (M.SETTLED_BY_HAND, 13),
    (M.REFUND_REVERSED, 3),
    (M.DISPUTED, 40),
    (M.DISPUTE_WON, 15),
)


def test_every_kind_of_movement_has_its_sum() -> None:
    """Each is added to one sum, and taken from no other than its own."""
    asked = (
        ("capture", 17, S.SUBMITTED),
        ("capture", 2, S.PENDING),
        ("refund", 19, S.UNKNOWN),
        ("credit", 23, S.REQUIRES_ACTION),
        ("refund", 999, S.SUCCEEDED),
        ("void", 5, S.PENDING),
    )
    expected = Balance(
        authorized=1000,
        captured=613,
        open=300,
        given_up=80,
        refunded=121,
        charged_back=25,
        capture_pending=19,
        refund_pending=42,
        capturable=281,
        refundable=613 - 121 - 42 - 25,
    )

    order = made(*EVERYTHING, asked=asked)

    assert expected == balance(order)
    assert expected == balance(order, "p1")
    assert Balance() == balance(order, "p2")


def test_no_sum_of_what_is_left_falls_below_nothing() -> None:
    """What was heard of out of order makes no debt."""
    early = balance(made((M.CAPTURED, 5), (M.DISPUTE_WON, 3)))
    eager = made((M.AUTHORIZED, 9), asked=(("capture", 10, S.PENDING),))
    spent = made((M.CAPTURED, 9), asked=(("refund", 10, S.PENDING),))

    assert (0, 0, 5) == (early.open, early.capturable, early.refundable)
    assert -3 == early.charged_back
    assert (9, 0) == (balance(eager).open, balance(eager).capturable)
    assert 0 == balance(spent).refundable


def test_an_order_without_payments_has_sums_of_nothing() -> None:
    """They are sums all the same."""
    assert Balance() == balance(BASE)
    assert Balance() == balance(BASE, "p1")


def test_two_payments_are_summed_apart_and_together() -> None:
    """Each has its own requests and movements."""
    one = made((M.CAPTURED, 5), asked=(("refund", 2, S.PENDING),))
    other = attrs.evolve(one.payments[0], payment_id="p2")
    moved = Movement(kind=M.CAPTURED, payment_id="p2", minor=7)
    both = attrs.evolve(
        one,
        payments=(*one.payments, other),
        movements=(*one.movements, moved),
    )
    first = Balance(captured=5, refund_pending=2, refundable=3)
    second = Balance(captured=7, refundable=7)

    assert first == balance(both, "p1")
    assert second == balance(both, "p2")
    assert Balance() == balance(both, "p3")
    assert Balance(captured=12, refund_pending=2, refundable=10) == balance(
        both
    )


def test_sums_are_worked_out_once_for_one_ledger() -> None:
    """The same values are handed out again."""
    order = made((M.CAPTURED, 5))

    assert balance(order) is balance(order)
    assert balance(order) is balance(order, "p1")


@pytest.mark.parametrize("state", OperationState)
def test_what_is_still_to_come_is_unsettled(state: OperationState) -> None:
    """Four states wait for their outcome, and no other."""
    waits = state.value in {
        "submitted",
        "pending",
        "unknown",
        "requires_action",
    }
    order = made(asked=(("refund", 9, state),))

    assert waits is (state in UNSETTLED)
    assert (9 if waits else 0) == balance(order).refund_pending


@pytest.mark.parametrize(
    ("kind", "accounts"),
    [
        (M.AUTHORIZED, ("customer", "open")),
        (M.CAPTURED, ("open", "captured")),
        (M.CAPTURE_REVERSED, ("captured", "customer")),
        (M.VOIDED, ("open", "customer")),
        (M.LAPSED, ("open", "customer")),
        (M.REFUNDED, ("captured", "refunded")),
        (M.REFUND_REVERSED, ("refunded", "captured")),
        (M.CREDITED, ("captured", "refunded")),
        (M.SETTLED_BY_HAND, ("captured", "refunded")),
        (M.DISPUTED, ("captured", "charged_back")),
        (M.DISPUTE_WON, ("charged_back", "captured")),
    ],
)
def test_a_movement_is_a_double_entry(
    kind: MovementKind, accounts: tuple[str, str]
) -> None:
    """It says from where to where."""
    movement = Movement(kind=kind, payment_id="p1", minor=7)
    source, target = accounts

    assert ((source, -7), (target, 7)) == ledger.postings(movement)


def test_what_is_needed_is_what_wanted_units_cost() -> None:
    """Less what is waived, and less what is about to be cancelled."""
    cancelled = counted(Units(ordered=3, cancelled=1))
    order = made(units=cancelled)
    waived = made(units=cancelled, waived_minor=70)

    assert 400 == ledger.need_minor(made())
    assert 300 == ledger.need_minor(order)
    assert 100 == ledger.need_minor(order, {"1": 2})
    assert 150 == ledger.need_minor(order, {"1": 1, "2": 1})
    assert 350 == ledger.need_minor(made(), {"2": 1})
    assert 230 == ledger.need_minor(waived)
    assert 80 == ledger.need_minor(waived, {"1": 1, "2": 1})
    assert 230 == ledger.due_minor(waived)


def test_what_is_due_may_be_less_than_nothing() -> None:
    """What is needed may not."""
    order = made(waived_minor=410)

    assert -10 == ledger.due_minor(order)
    assert 0 == ledger.need_minor(order)
    assert 1 == ledger.need_minor(made(waived_minor=399))


def test_what_was_given_back_counts_what_is_still_owed() -> None:
    """Refunds that have failed are owed until somebody settles them."""
    K = ExceptionKind  # noqa: N806
    remedy = next(iter(Remedy))
    order = made(
        (M.CAPTURED, 400),
        (M.REFUNDED, 10),
        asked=(("refund", 200, S.PENDING),),
        exceptions=(
            item(K.REFUND_FAILED, 3),
            item(K.CREDIT_FAILED, 4),
            item(K.CREDIT_FAILED, 50, remedy=remedy),
            item(K.CAPTURE_FAILED, 60),
        ),
    )

    assert 217 == ledger.returned_minor(order)


def test_what_has_left_costs_its_units_from_the_first_on() -> None:
    """Less what is waived, and never less than nothing."""
    units = counted(Units(ordered=3, shipped=2), Units(ordered=2, shipped=1))

    assert 250 == ledger.shipped_minor(made(units=units))
    assert 240 == ledger.shipped_minor(made(units=units, waived_minor=10))
    assert 1 == ledger.shipped_minor(made(units=units, waived_minor=249))
    assert 0 == ledger.shipped_minor(made(units=units, waived_minor=251))
    assert 0 == ledger.shipped_minor(made())


def test_shares_of_units_are_those_of_their_places() -> None:
    """The later ones of an uneven price may cost a cent more."""
    uneven = shop(line("1.00", 3, discount=cents(100)), tenders=()).order
    first = {"1": Units(ordered=3, shipped=1)}
    less = {"1": Units(ordered=3, cancelled=1)}
    whole = uneven.placement.lines[0]

    assert 200 == whole.value(0, 3)
    assert whole.value(0, 1) == ledger.shipped_minor(
        attrs.evolve(uneven, units=first)
    )
    assert whole.value(0, 2) == ledger.need_minor(
        attrs.evolve(uneven, units=less)
    )
    assert whole.value(1, 2) == ledger.value_minor(
        attrs.evolve(uneven, units=less), {"1": 1}
    )
    assert 67 == whole.value(2, 3) == ledger.value_minor(uneven, {"1": 1})
    assert 66 == whole.value(0, 1)


def test_the_value_of_units_is_that_of_the_last_ones_wanted() -> None:
    """Of all lines that are named."""
    assert 0 == ledger.value_minor(BASE, {})
    assert 300 == ledger.value_minor(BASE, {"1": 2, "2": 2})


@pytest.mark.parametrize(
    ("authorized", "captured", "released", "is_secured"),
    [
        (400, 0, 0, True),
        (399, 0, 0, False),
        (400, 400, 0, True),
        (410, 400, 10, True),
        (400, 400, 1, False),
    ],
)
def test_an_order_is_secured_to_the_cent(
    authorized: int, captured: int, released: int, *, is_secured: bool
) -> None:
    """By what is authorised or captured, and not released."""
    order = made(
        (M.AUTHORIZED, authorized),
        (M.CAPTURED, captured),
        released_minor=released,
    )

    assert authorized - released == ledger.have_minor(order)
    assert is_secured is ledger.is_secured(order)


def test_what_is_being_authorised_covers_too() -> None:
    """What is asked for otherwise does not, nor what was answered."""
    order = made(
        (M.AUTHORIZED, 100),
        asked=(
            ("authorize", 30, S.PENDING),
            ("authorize", 5, S.UNKNOWN),
            ("authorize", 900, S.DECLINED),
            ("capture", 50, S.PENDING),
        ),
    )

    assert 100 == ledger.have_minor(order)
    assert 135 == ledger.covered_minor(order)
    assert 265 == ledger.unasked_minor(order)


def test_tenders_not_used_yet_offer_the_rest() -> None:
    """One without an amount offers whatever is missing."""
    some = Tender("card", "tok_other", cents(150))
    more = Tender("card", "tok_third", cents(400))

    assert 400 == ledger.unasked_minor(made(tenders=(CARD,)))
    assert 250 == ledger.unasked_minor(made(tenders=(CARD, some)))
    assert 0 == ledger.unasked_minor(made(tenders=(some, CARD)))
    assert 0 == ledger.unasked_minor(made(tenders=(CARD, more)))
    assert 0 == ledger.unasked_minor(made(tenders=(CARD, some, more)))
    assert 1 == ledger.unasked_minor(made(waived_minor=399))
    assert 0 == ledger.unasked_minor(made(waived_minor=401))


@pytest.mark.parametrize(
    ("captured", "asked", "released", "all", "shipped"),
    [
        (0, 0, 0, 400, 200),
        (100, 0, 0, 300, 100),
        (100, 30, 0, 270, 70),
        (100, 30, 20, 290, 90),
        (199, 0, 0, 201, 1),
        (390, 0, 0, 10, 0),
        (399, 0, 0, 1, 0),
        (410, 0, 0, 0, 0),
    ],
)
def test_what_to_capture_is_what_is_not_taken(
    captured: int, asked: int, released: int, all: int, shipped: int
) -> None:
    """For all units, or for the two that have left."""
    order = made(
        (M.CAPTURED, captured),
        asked=(("capture", asked, S.PENDING),),
        released_minor=released,
        units=counted(Units(ordered=3, shipped=2)),
    )

    assert all == ledger.to_capture_minor(order, shipped_only=False)
    assert shipped == ledger.to_capture_minor(order, shipped_only=True)


def test_nothing_is_captured_for_what_was_called_off() -> None:
    """Though it has left."""
    units = counted(
        Units(ordered=3, cancelled=2, shipped=3),
        Units(ordered=2, cancelled=2),
    )

    assert 100 == ledger.to_capture_minor(made(units=units), shipped_only=True)


def test_the_surplus_is_what_was_captured_beyond_the_need() -> None:
    """And not released; there is no negative one."""
    assert 0 == ledger.surplus_minor(made((M.CAPTURED, 399)))
    assert 1 == ledger.surplus_minor(made((M.CAPTURED, 401)))
    assert 7 == ledger.surplus_minor(made((M.CAPTURED, 410), released_minor=3))
    assert 400 == ledger.surplus_minor(
        made((M.CAPTURED, 400), waived_minor=500)
    )


def test_what_is_being_let_go_of_is_as_good_as_gone() -> None:
    """No more than is open, and of that payment alone."""
    voids = (("void", 70, S.PENDING), ("void", 5, S.UNKNOWN))
    order = made(
        (M.AUTHORIZED, 400),
        asked=(*voids, ("void", 900, S.SUCCEEDED), ("capture", 9, S.PENDING)),
    )
    more = made((M.AUTHORIZED, 60), (M.CAPTURED, 20), asked=voids)

    assert 325 == ledger.have_minor(order)
    assert 316 == ledger.takeable_minor(order, "p1")
    assert 0 == ledger.takeable_minor(order, "p2")
    assert 20 == ledger.have_minor(more)
    assert 0 == ledger.takeable_minor(more, "p1")


VOID_OF_75 = (("void", 75, S.PENDING),)


def test_what_one_payment_lets_go_of_is_not_another_ones() -> None:
    """A void that asks for more than is open there takes no more."""
    one = made((M.AUTHORIZED, 60), (M.CAPTURED, 20), asked=VOID_OF_75)
    order = attrs.evolve(
        one,
        payments=(
            *one.payments,
            Payment(
                payment_id="p2", tender=CARD, tender_index=1, asked_minor=500
            ),
        ),
        movements=(
            *one.movements,
            Movement(kind=M.AUTHORIZED, payment_id="p2", minor=500),
        ),
    )

    assert 520 == ledger.have_minor(order)
