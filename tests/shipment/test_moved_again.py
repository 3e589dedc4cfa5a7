"""Parcels that were back, and move once more although they are called off.

A carrier's word is never refused: the units count as shipped, nothing is
charged for them, and somebody is asked.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderlife._kernel.messages import ExceptionKind, Quantities, Remedy
from orderlife._values.money import Money
from orderlife.invariants import check_invariants
from orderlife.policy.model import Policy
from orderlife.ports.inventory import HeldStock, Release, Reserve
from orderlife.ports.payment import Authorize, Capture, Declined, Refund
from orderlife.rooms.exceptions.messages import OpenException, ResolveException
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import (
    CancellationAbandoned,
    CancelLines,
    CancelOrder,
)
from orderlife.rooms.payment.ledger import balance, is_secured
from orderlife.rooms.payment.messages import RefundPayment
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import BuyShipmentLabel, PickShipment
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.testing.life import Life
from orderlife.testing.scenario import command
from tests.helpers import (
    ask_back,
    come_back,
    delivered,
    line,
    mugs,
    open_items,
    open_kinds,
    packed,
    placed,
    resolve,
    scan,
    sent,
    shipment,
    silent,
    units,
)
from tests.house import context_of, evolve, react

_C = ScanStatus
_MOVED = ExceptionKind.MOVED_AFTER_CANCELLATION
RESUMED = CancellationAbandoned(why="too late")
HOUR = timedelta(hours=1)
EARLY = Policy(capture="confirmation")


def came_back(*lines: Any, **more: Any) -> Life:
    """A life whose first shipment has left, and is back."""
    life = placed(*lines, **more)
    sent(life)
    scan(life, _C.RETURNED)
    life.now += HOUR
    return life


def called_off(life: Life, quantity: int) -> Life:
    """Call units of line 1 off; then the parcel moves after all."""
    life.do(command(CancelLines, quantities={"1": quantity}))
    scan(life, _C.DELIVERED)
    return life


def moved(life: Life) -> list[Quantities]:
    """The units that somebody is asked about, exception by exception."""
    return [
        item.contradiction.quantities
        for item in open_items(life)
        if item.contradiction.kind is _MOVED
    ]


@pytest.mark.parametrize("quantity", [1, 2])
def test_units_that_were_called_off_arrive(quantity: int) -> None:
    """Exactly those are asked about that were called off."""
    life = called_off(came_back(), quantity)

    assert [{"1": quantity}] == moved(life)
    assert 2 == units(life).shipped == units(life).delivered
    check_invariants(life.case, life.history)


def test_a_cancelled_order_of_which_all_units_arrive() -> None:
    """No unit was wanted any more: the random life that CI found."""
    life = called_off(came_back(), 2)

    assert OrderState.CANCELLED is life.order.state
    assert [{"1": 2}] == moved(life)
    check_invariants(life.case, life.history)


def test_nothing_is_charged_for_what_was_called_off() -> None:
    """Though it has left, it is not the customer's to pay."""
    life = called_off(came_back(line(quantity=2), line(place="b")), 1)
    sent(life, 2)

    assert [2000] == [intent.amount.minor for intent in life.of(Capture)]
    check_invariants(life.case, life.history)


def test_a_parcel_that_comes_and_goes() -> None:
    """It is asked about once, and its units are counted once."""
    life = called_off(came_back(), 1)
    for status in (_C.RETURNED, _C.DELIVERED):
        life.now += HOUR
        scan(life, status)

    assert [{"1": 1}] == moved(life)
    assert 2 == units(life).shipped
    check_invariants(life.case, life.history)


def test_another_parcel_has_its_label_already() -> None:
    """It may go too: one unit more than is wanted is asked about."""
    here = HeldStock(items=(mugs(1, "a"), mugs(1, "b")))
    life = came_back(answers={Reserve: lambda _: here})
    packed(life, 2)
    life.do(command(BuyShipmentLabel, shipment_id="o1-s2"))
    called_off(life, 1)

    assert ShipmentState.READY is shipment(life, 2).state
    assert [{"1": 1}] == moved(life)
    check_invariants(life.case, life.history)


def test_lost_on_its_second_way() -> None:
    """Written off, its units still count as shipped, and are explained."""
    life = called_off(came_back(policy=Policy(follow_up_after=None)), 1)
    resolve_all(life, Remedy.ACCEPT)
    scan(life, _C.LOST, correction=True, at=life.now + HOUR)
    resolve(life, Remedy.REFUND)

    assert () == open_kinds(life)
    assert ShipmentState.WRITTEN_OFF is shipment(life).state
    check_invariants(life.case, life.history)


def resolve_all(life: Life, remedy: Remedy, *kinds: ExceptionKind) -> None:
    """Settle every open exception item, or those of some kinds."""
    for item in open_items(life):
        if kinds and item.contradiction.kind not in kinds:
            continue
        life.do(
            command(
                ResolveException,
                exception_id=item.exception_id,
                remedy=remedy,
                note="settled",
            )
        )


def cancelling() -> Life:
    """One parcel is back, and the cancellation waits for the stock."""
    life = came_back(
        line(quantity=2), line(place="b"), answers={Release: silent}
    )
    life.do(command(CancelOrder))
    assert OrderState.CANCELLING is life.order.state
    return life


def test_a_cancellation_that_came_too_late_for_its_money() -> None:
    """The order goes on, and somebody sees to money that was let go of."""
    life = cancelling()
    scan(life, _C.DELIVERED)

    assert OrderState.CONFIRMED is life.order.state
    missing = open_items(life)[-1].contradiction
    assert ExceptionKind.AUTHORIZATION_LAPSED is missing.kind
    assert "p1" == missing.subject
    resolve_all(life, Remedy.ACCEPT, missing.kind)
    check_invariants(life.case, life.history)


def paid_for() -> Life:
    """All is captured, and one of two parcels is back."""
    return came_back(
        line(quantity=2),
        line(place="b"),
        policy=EARLY,
        answers={Release: silent},
    )


def refunded(answer: Any = None) -> Life:
    """A captured order is called off; then its parcel moves after all."""
    life = paid_for()
    if answer is not None:
        life.answers = {**life.answers, Refund: answer}
    life.do(command(CancelOrder))
    assert [3000] == [intent.amount.minor for intent in life.of(Refund)]
    scan(life, _C.DELIVERED)
    assert OrderState.CONFIRMED is life.order.state
    return life


def test_a_capture_that_was_refunded_secures_nothing_any_more() -> None:
    """Somebody is asked, and nothing else leaves before it is paid anew."""
    life = refunded()

    assert not is_secured(life.order)
    missing = open_items(life)[-1].contradiction
    assert ExceptionKind.AUTHORIZATION_LAPSED is missing.kind
    assert "p1" == missing.subject
    resolve_all(life, Remedy.RETRY, ExceptionKind.AUTHORIZATION_LAPSED)

    assert is_secured(life.order)
    assert [3000, 3000] == [i.amount.minor for i in life.of(Authorize)]
    assert 3000 == balance(life.order).net
    check_invariants(life.case, life.history)


def test_a_refund_still_to_come_secures_nothing_any_more() -> None:
    """What is asked back is as good as gone, though it should fail."""
    life = refunded(silent)
    assert not is_secured(life.order)

    life.answer("o1:refund:1", Declined(code="closed"))
    assert not is_secured(life.order)
    check_invariants(life.case, life.history)


def test_a_refund_that_failed_is_owed_still() -> None:
    """Whoever pays it back by hand must not give the goods away too."""
    life = refunded(lambda _: Declined(code="closed"))
    resolve_all(life, Remedy.ACCEPT, ExceptionKind.REFUND_FAILED)

    assert not is_secured(life.order)
    assert 0 == balance(life.order).net
    check_invariants(life.case, life.history)


def test_what_was_given_back_before_is_not_asked_for_anew() -> None:
    """Goodwill stays goodwill: only the cancellation's refund is undone."""
    life = paid_for()
    life.do(command(RefundPayment, amount=Money("1.00", "EUR"), reason="late"))
    life.do(command(CancelOrder))
    scan(life, _C.DELIVERED)
    resolve_all(life, Remedy.RETRY, ExceptionKind.AUTHORIZATION_LAPSED)

    assert [100, 2900] == [intent.amount.minor for intent in life.of(Refund)]
    assert 2900 == life.of(Authorize)[-1].amount.minor
    assert 2900 == balance(life.order).net
    check_invariants(life.case, life.history)


def test_an_order_that_was_never_paid_cannot_be_stopped() -> None:
    """There is no payment to name, and somebody is asked all the same."""
    life = placed(order={"tenders": ()}, answers={Release: silent})
    life.do(command(CancelOrder))
    life.case = attrs.evolve(
        life.case,
        order=evolve(life.order, CancellationAbandoned(why="it is gone")),
    )

    *_, step = react(life.case, RESUMED, context_of())
    assert isinstance(step, OpenException)
    assert "" == step.contradiction.subject


def test_money_that_is_missing_is_asked_about_once() -> None:
    """A capture that failed has asked about the same money."""
    life = cancelling()
    scan(life, _C.DELIVERED)
    assert [] == list(react(life.case, RESUMED, context_of()))


def test_a_cancellation_that_came_too_late_for_nothing_but_itself() -> None:
    """All the money is there still: nobody is asked about it."""
    life = placed()
    assert [] == list(react(life.case, RESUMED, context_of()))


@pytest.mark.parametrize("status", [_C.PICKED_UP, _C.LOST])
def test_all_was_called_off_and_a_parcel_moves_while_it_ends(
    status: ScanStatus,
) -> None:
    """It goes on without end no more: it waits for what left.

    Of 100,000 simulated schedules, four found it.
    """
    life = came_back(answers={Refund: silent}, policy=EARLY)
    life.do(command(CancelLines, quantities={"1": 2}))
    assert OrderState.CANCELLING is life.order.state
    scan(life, status)

    assert OrderState.CONFIRMED is life.order.state
    assert [{"1": 2}] == moved(life)
    check_invariants(life.case, life.history)


def test_all_was_called_off_and_its_parcel_comes_back_twice() -> None:
    """Nothing is wanted and nothing is out: it is cancelled after all."""
    life = came_back(answers={Refund: silent}, policy=EARLY)
    life.do(command(CancelLines, quantities={"1": 2}))
    for status in (_C.PICKED_UP, _C.RETURNED):
        life.now += HOUR
        scan(life, status)

    assert OrderState.CANCELLING is life.order.state
    check_invariants(life.case, life.history)


def stopped(*lines: Any, **more: Any) -> Life:
    """A cancellation that a parcel has stopped, its stock let go of."""
    life = came_back(*lines, answers={Release: silent}, **more)
    life.do(command(CancelOrder))
    scan(life, _C.DELIVERED)
    assert OrderState.CONFIRMED is life.order.state
    return life


def without_stock(life: Life) -> list[Quantities]:
    """The units without stock that somebody is asked about."""
    return [
        item.contradiction.quantities
        for item in open_items(life)
        if item.contradiction.kind is ExceptionKind.STOCK_LOST
    ]


def test_stock_that_was_let_go_of_is_asked_about() -> None:
    """Nothing would have moved the order on: a simulated life found it."""
    life = stopped(line(quantity=2), line(quantity=3, place="b"))
    assert [{"2": 3}] == without_stock(life)
    check_invariants(life.case, life.history)


@pytest.mark.parametrize(
    ("remedy", "wanted", "asked"),
    [(Remedy.RETRY, 2, 1), (Remedy.REFUND, 0, 0)],
)
def test_stock_that_was_let_go_of_is_had_again_or_called_off(
    remedy: Remedy, wanted: int, asked: int
) -> None:
    """As somebody decides; nothing is sent by itself."""
    life = stopped(line(quantity=2), line(quantity=2, place="b"))
    before = len(life.of(Reserve))
    resolve_all(life, remedy, ExceptionKind.STOCK_LOST)

    assert wanted == units(life, "2").wanted
    assert asked == len(life.of(Reserve)) - before
    check_invariants(life.case, life.history)


def test_what_somebody_is_asked_about_already_is_asked_about_once() -> None:
    """A parcel that is back is settled by itself."""
    life = placed(line(quantity=2), line(place="b"), line(place="c"))
    for number in (1, 2):
        sent(life, number)
        scan(life, _C.RETURNED, number=number)
        life.now += HOUR
    life.answers = {**life.answers, Release: silent}
    life.do(command(CancelOrder))
    scan(life, _C.DELIVERED)

    assert [{"3": 1}] == without_stock(life)
    check_invariants(life.case, life.history)


def test_what_was_not_on_the_shelf_is_asked_about_once() -> None:
    """Only the units that were there once were let go of."""
    life = came_back(
        line(quantity=2),
        line(quantity=3, place="b"),
        answers={Release: silent},
    )
    life.do(command(PickShipment, shipment_id="o1-s2", picked={"2": 2}))
    assert ExceptionKind.SHORT_PICK in open_kinds(life)
    life.do(command(CancelOrder))
    scan(life, _C.DELIVERED)

    assert [{"2": 2}] == without_stock(life)
    check_invariants(life.case, life.history)


@pytest.mark.parametrize(("came", "asked"), [(0, []), (1, [{"1": 1}])])
def test_delivered_no_more_although_units_came_back(
    came: int, asked: list[Quantities]
) -> None:
    """What has come back had arrived, whatever the carrier says now."""
    life = delivered()
    ask_back(life)
    if came:
        come_back(life, came)
    life.now += HOUR
    scan(life, _C.RETURNING)

    assert asked == [
        item.contradiction.quantities
        for item in open_items(life)
        if item.contradiction.kind is ExceptionKind.OVER_RETURNED
    ]
    check_invariants(life.case, life.history)
