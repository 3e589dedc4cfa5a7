"""The statuses: each on its own axis, derived from the ledgers alone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import get_args

import attrs
import pytest
from hypothesis import given, strategies as st

from orderlife.rooms.order.lifecycle import ORDER, OrderState
from orderlife.rooms.order.model import Hold, Order, Units
from orderlife.rooms.order.status import FulfilmentStatus, fulfilment_status
from orderlife.rooms.payment.ledger import balance, postings
from orderlife.rooms.payment.model import Movement, MovementKind, Payment
from orderlife.rooms.payment.status import PaymentStatus, payment_status
from tests.order.shop import CARD, line, shop

M = MovementKind
BASE = shop(line("1.00", 2), tenders=()).order
"""Two units of 1.00, of which nothing was paid."""


def moved(*movements: tuple[MovementKind, int]) -> Order:
    """The order with these movements on its one payment."""
    payment = Payment(
        payment_id="p1", tender=CARD, tender_index=0, asked_minor=200
    )
    return attrs.evolve(
        BASE,
        payments=(payment,),
        movements=tuple(
            Movement(kind=kind, payment_id="p1", minor=minor)
            for kind, minor in movements
        ),
    )


AUTHORIZED, CAPTURED = (M.AUTHORIZED, 200), (M.CAPTURED, 200)


@pytest.mark.parametrize(
    ("movements", "status"),
    [
        ((), "unpaid"),
        ((AUTHORIZED,), "authorized"),
        (((M.AUTHORIZED, 50),), "authorized"),
        ((AUTHORIZED, (M.VOIDED, 200)), "voided"),
        ((AUTHORIZED, (M.LAPSED, 200)), "voided"),
        ((AUTHORIZED, (M.LAPSED, 150)), "authorized"),
        ((AUTHORIZED, (M.LAPSED, 200), AUTHORIZED), "authorized"),
        (((M.VOIDED, 200),), "unpaid"),
        ((AUTHORIZED, (M.CAPTURED, 50)), "partially_paid"),
        ((AUTHORIZED, (M.CAPTURED, 50), (M.VOIDED, 150)), "partially_paid"),
        ((AUTHORIZED, CAPTURED), "paid"),
        ((AUTHORIZED, CAPTURED, (M.CAPTURED, 1)), "overpaid"),
        ((AUTHORIZED, CAPTURED, (M.CAPTURE_REVERSED, 200)), "unpaid"),
        (
            (AUTHORIZED, CAPTURED, (M.CAPTURE_REVERSED, 50)),
            "partially_paid",
        ),
        ((AUTHORIZED, CAPTURED, (M.REFUNDED, 1)), "partially_refunded"),
        ((AUTHORIZED, CAPTURED, (M.CREDITED, 1)), "partially_refunded"),
        ((AUTHORIZED, CAPTURED, (M.DISPUTED, 1)), "partially_refunded"),
        (
            (AUTHORIZED, CAPTURED, (M.DISPUTED, 1), (M.REFUNDED, 1)),
            "partially_refunded",
        ),
        (
            (AUTHORIZED, CAPTURED, (M.SETTLED_BY_HAND, 1)),
            "partially_refunded",
        ),
        ((AUTHORIZED, CAPTURED, (M.REFUNDED, 200)), "refunded"),
        ((AUTHORIZED, CAPTURED, (M.DISPUTED, 200)), "refunded"),
        (
            (
                AUTHORIZED,
                CAPTURED,
                (M.REFUNDED, 50),
                (M.CREDITED, 50),
                (M.SETTLED_BY_HAND, 50),
                (M.DISPUTED, 50),
            ),
            "refunded",
        ),
        (
            (AUTHORIZED, CAPTURED, (M.REFUNDED, 9), (M.REFUND_REVERSED, 9)),
            "paid",
        ),
        (
            (AUTHORIZED, CAPTURED, (M.DISPUTED, 9), (M.DISPUTE_WON, 9)),
            "paid",
        ),
    ],
)
def test_the_payment_status_follows_from_the_ledger(
    movements: tuple[tuple[MovementKind, int], ...], status: PaymentStatus
) -> None:
    """One function derives it, whatever way the money went."""
    assert payment_status(moved(*movements)) == status


def test_part_paid_and_part_refunded_are_two_things() -> None:
    """States are not made of quantities: both are said of sums."""
    part_paid = moved(AUTHORIZED, (M.CAPTURED, 100))
    part_back = moved(AUTHORIZED, CAPTURED, (M.REFUNDED, 100))
    assert balance(part_paid).net == balance(part_back).net == 100
    assert payment_status(part_paid) == "partially_paid"
    assert payment_status(part_back) == "partially_refunded"


def test_an_order_that_costs_nothing_is_paid() -> None:
    """Whether it was free, waived, or nothing is left of it."""
    assert payment_status(shop(line("0.00")).order) == "paid"
    assert payment_status(attrs.evolve(BASE, waived_minor=200)) == "paid"
    none = {"1": Units(ordered=2, cancelled=2)}
    assert payment_status(attrs.evolve(BASE, units=none)) == "paid"


kinds = st.sampled_from(M)
histories = st.lists(st.tuples(kinds, st.integers(1, 300)), max_size=12)


@given(histories)
def test_every_ledger_has_a_payment_status(
    history: list[tuple[MovementKind, int]],
) -> None:
    """And its double entries sum to zero, account by account."""
    order = moved(*history)
    assert payment_status(order) in get_args(PaymentStatus)
    accounts: dict[str, int] = {}
    for movement in order.movements:
        for account, minor in postings(movement):
            accounts[account] = accounts.get(account, 0) + minor
    assert sum(accounts.values()) == 0
    assert accounts.get("captured", 0) == balance(order).net


@given(st.lists(st.tuples(kinds, st.integers(1, 300), st.booleans())))
def test_the_whole_is_the_sum_of_its_payments(
    history: list[tuple[MovementKind, int, bool]],
) -> None:
    """What one payment has too much of makes up for nothing of another."""
    two = tuple(
        Payment(payment_id=name, tender=CARD, tender_index=0, asked_minor=1)
        for name in ("p1", "p2")
    )
    order = attrs.evolve(
        BASE,
        payments=two,
        movements=tuple(
            Movement(
                kind=kind, payment_id="p1" if first else "p2", minor=minor
            )
            for kind, minor, first in history
        ),
    )
    whole = attrs.asdict(balance(order))
    one, other = (attrs.asdict(balance(order, p)) for p in ("p1", "p2"))
    assert whole == {name: one[name] + other[name] for name in whole}
    assert whole["open"] >= 0
    assert whole["refundable"] >= 0


# --- fulfilment ---------------------------------------------------------


def counted(state: OrderState, *units: Units, hold: bool = False) -> Order:
    """The order in a state, with these units on its lines."""
    holds = (Hold(hold_id="h1", reason="stock", blocks=("dispatch",)),)
    return attrs.evolve(
        BASE,
        state=state,
        units={str(i): each for i, each in enumerate(units)},
        holds=holds if hold else (),
    )


CONFIRMED = OrderState.CONFIRMED


@pytest.mark.parametrize(
    ("units", "status"),
    [
        ([Units(ordered=2)], "scheduled"),
        ([Units(ordered=2, allocated=1)], "in_progress"),
        (
            [Units(ordered=2, cancelled=1, shipped=1, delivered=1)],
            "delivered",
        ),
        ([Units(ordered=2, shipped=2, lost=2)], "shipped"),
    ],
)
def test_the_fulfilment_status_follows_from_the_units(
    units: list[Units], status: FulfilmentStatus
) -> None:
    """Cancelled units are left out: they are waited for by nobody.

    What has left and arrived is told below, of all ledgers there can be.
    """
    assert fulfilment_status(counted(CONFIRMED, *units)) == status


def test_a_shipment_with_every_unit_cancelled_is_not_shipped() -> None:
    """An order of which nothing is left was never sent."""
    none = Units(ordered=2, cancelled=2, allocated=2)
    for state in OrderState:
        if state is not CONFIRMED:
            status = fulfilment_status(counted(state, none))
            assert status == "unfulfilled"


@pytest.mark.parametrize("state", OrderState)
def test_what_has_not_left_is_on_hold_or_not(state: OrderState) -> None:
    """Only a hold on dispatch shows, and only until something has left."""
    ordered = Units(ordered=2)
    expected = "scheduled" if state is CONFIRMED else "unfulfilled"
    assert fulfilment_status(counted(state, ordered)) == expected
    expected = "unfulfilled" if ORDER.is_terminal(state) else "on_hold"
    assert fulfilment_status(counted(state, ordered, hold=True)) == expected
    gone = Units(ordered=2, shipped=1)
    held = counted(state, gone, hold=True)
    assert fulfilment_status(held) == "partially_shipped"


def ledgers() -> Iterator[Units]:
    """All ledgers of a line of two units."""
    for cancelled, shipped, delivered, lost in product(range(3), repeat=4):
        if cancelled + shipped <= 2 and delivered + lost <= shipped:
            yield Units(
                ordered=2,
                cancelled=cancelled,
                allocated=shipped,
                shipped=shipped,
                delivered=delivered,
                lost=lost,
            )


@pytest.mark.parametrize("state", OrderState)
def test_the_fulfilment_status_never_says_too_much(state: OrderState) -> None:
    """All lines of two units, two by two: every word is true of them."""
    for first, second in product(tuple(ledgers()), repeat=2):
        status = fulfilment_status(counted(state, first, second))
        wanted = first.wanted + second.wanted
        shipped = first.shipped + second.shipped
        delivered = first.delivered + second.delivered
        assert (status == "delivered") == (0 < wanted == delivered)
        assert (status == "partially_delivered") == (0 < delivered < wanted)
        assert (status == "shipped") == (
            0 < wanted == shipped and delivered == 0
        )
        assert (status == "partially_shipped") == (
            0 < shipped < wanted and delivered == 0
        )


@pytest.mark.parametrize("sent", [0, 1, 2])
def test_statuses_go_by_what_has_happened(sent: int) -> None:
    """On a life as on a made-up ledger."""
    life = shop(line("1.00", place="north"), line("1.00", place="south"))
    for number in range(sent):
        life.deliver(f"o1-s{number + 1}")
    assert (
        fulfilment_status(life.order)
        == (("in_progress", "partially_delivered", "delivered")[sent])
    )
    assert life.payment == ("authorized", "partially_paid", "paid")[sent]
