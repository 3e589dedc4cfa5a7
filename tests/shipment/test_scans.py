"""Scans come in any order and any number of times."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings, strategies as st

from orderlife._kernel.messages import ExceptionKind, Remedy
from orderlife.invariants import check_invariants
from orderlife.policy.model import Policy
from orderlife.ports.carrier import (
    BuyLabel,
    LabelRefused,
    LabelVoided,
    VoidLabel,
    VoidRejected,
)
from orderlife.ports.inventory import Consume, Release, StockChanged
from orderlife.ports.notifier import MessageKind
from orderlife.ports.payment import AuthorizationLapsed, Capture
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import CancelLines, CancelOrder
from orderlife.rooms.payment.messages import PaymentReported
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import BuyShipmentLabel, CancelShipment
from orderlife.rooms.shipment.model import Scan, ScanStatus
from orderlife.rooms.shipment.tracking import add_scan, delivered_at, fold
from orderlife.testing.life import Life
from orderlife.testing.scenario import NOON, command, fact
from tests.helpers import (
    delivered,
    line,
    open_items,
    open_kinds,
    packed,
    placed,
    resolve,
    scan,
    sent,
    shipment,
    silent,
    told,
    units,
)

_C, _S = ScanStatus, ShipmentState
HOUR = timedelta(hours=1)

SCANS = st.lists(
    st.builds(
        Scan,
        status=st.sampled_from(ScanStatus),
        at=st.integers(0, 5).map(lambda hours: NOON + hours * HOUR),
        detail=st.sampled_from(["", "x"]),
        correction=st.booleans(),
    ),
    max_size=6,
)


def report_all(life: Life, scans: list[Scan]) -> None:
    """Report scans in this order."""
    for one in scans:
        scan(
            life,
            one.status,
            at=one.at,
            detail=one.detail,
            correction=one.correction,
        )


def on_its_way() -> Life:
    """A life whose only shipment has left."""
    life = placed()
    sent(life)
    return life


@pytest.mark.one_python
@settings(max_examples=60, deadline=None)
@given(scans=SCANS, data=st.data())
def test_any_order_of_scans_ends_the_same(
    scans: list[Scan], data: st.DataObject
) -> None:
    """Invariant 23: permuted and repeated scans end in one state."""
    shuffled = data.draw(st.permutations(scans + scans[:3]))
    one, other = on_its_way(), on_its_way()

    report_all(one, scans)
    report_all(other, shuffled)

    assert shipment(one).scans == shipment(other).scans
    assert shipment(one).state is shipment(other).state
    assert shipment(one).delivered_at == shipment(other).delivered_at
    assert units(one) == units(other)
    check_invariants(other.case, other.history)


@settings(max_examples=40, deadline=None)
@given(scans=SCANS, data=st.data())
def test_any_order_of_scans_before_the_dispatch_ends_the_same(
    scans: list[Scan], data: st.DataObject
) -> None:
    """The same holds for a parcel that nobody had handed over."""
    shuffled = data.draw(st.permutations(scans))
    one, other = placed(), placed()

    report_all(one, scans)
    report_all(other, shuffled)

    assert shipment(one).state is shipment(other).state
    assert units(one) == units(other)


@pytest.mark.parametrize("status", ScanStatus)
def test_delivered_stays_delivered(status: ScanStatus) -> None:
    """Only what is on its way back was not delivered after all."""
    scans = add_scan((), Scan(status=_C.DELIVERED, at=NOON))
    scans = add_scan(scans, Scan(status=status, at=NOON + HOUR))
    undone = {
        _C.RETURNING: _S.RETURNING,
        _C.RETURNED: _S.RETURNED_TO_SENDER,
    }

    assert undone.get(status, _S.DELIVERED) is fold(scans)


def test_a_correction_withdraws_a_delivery() -> None:
    """A scan that says so undoes what was reported in error."""
    life = delivered()
    life.now += HOUR

    scan(life, _C.OUT_FOR_DELIVERY, correction=True)

    assert _S.OUT_FOR_DELIVERY is shipment(life).state
    assert None is shipment(life).delivered_at
    assert 0 == units(life).delivered


def test_the_delivery_that_stands_is_dated() -> None:
    """After a correction the later delivery counts."""
    scans: tuple[Scan, ...] = ()
    for hours, status, correction in (
        (0, _C.DELIVERED, False),
        (1, _C.IN_TRANSIT, True),
        (2, _C.DELIVERED, False),
        (3, _C.DELIVERED, False),
        (4, _C.DELAYED, False),
    ):
        at = NOON + hours * HOUR
        found = Scan(status=status, at=at, correction=correction)
        scans = add_scan(scans, found)

    assert NOON + 2 * HOUR == delivered_at(scans)
    assert None is delivered_at(scans[:2])
    assert None is delivered_at(())


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (_C.LABEL_CREATED, _S.DISPATCHED),
        (_C.PICKED_UP, _S.IN_TRANSIT),
        (_C.IN_TRANSIT, _S.IN_TRANSIT),
        (_C.DELAYED, _S.DISPATCHED),
        (_C.EXCEPTION, _S.DISPATCHED),
        (_C.OUT_FOR_DELIVERY, _S.OUT_FOR_DELIVERY),
        (_C.ATTEMPT_FAILED, _S.ATTEMPT_FAILED),
        (_C.AVAILABLE_FOR_PICKUP, _S.AVAILABLE_FOR_PICKUP),
        (_C.DELIVERED, _S.DELIVERED),
        (_C.LOST, _S.LOST),
        (_C.DAMAGED, _S.DAMAGED),
        (_C.RETURNING, _S.RETURNING),
        (_C.RETURNED, _S.RETURNED_TO_SENDER),
    ],
)
def test_a_scan_says_where_the_goods_are(
    status: ScanStatus, state: ShipmentState
) -> None:
    """Each status leads to its state, or only comments."""
    life = on_its_way()

    scan(life, status)

    assert state is shipment(life).state
    assert 1 == len(shipment(life).scans)


def test_a_late_scan_never_takes_a_parcel_back() -> None:
    """What happened before is kept, and changes nothing."""
    life = delivered()

    scan(life, _C.OUT_FOR_DELIVERY, at=life.now - HOUR)

    assert _S.DELIVERED is shipment(life).state
    assert 2 == len(shipment(life).scans)
    assert MessageKind.OUT_FOR_DELIVERY not in told(life)


def test_the_same_scan_twice_is_kept_once() -> None:
    """A repeat is no event."""
    life = on_its_way()
    scan(life, _C.IN_TRANSIT)
    before = life.case

    scan(life, _C.IN_TRANSIT)

    assert before == life.case


def test_delivered_before_it_was_dispatched() -> None:
    """Goods that arrived have left, whatever the books say."""
    life = placed()

    scan(life, _C.DELIVERED)

    assert _S.DELIVERED is shipment(life).state
    assert (2, 2) == (units(life).shipped, units(life).delivered)
    assert life.now == shipment(life).left_at
    assert 1 == len(life.of(Consume)) == len(life.of(Capture))
    (item,) = open_items(life)
    assert ExceptionKind.MOVED_BEFORE_DISPATCH is item.contradiction.kind


def test_moved_before_its_money_was_there() -> None:
    """A parcel that leaves unpaid is taken down, and somebody asked."""
    life = placed(policy=Policy(reauthorize=False))
    life.report(
        fact(PaymentReported, payment_id="p1", outcome=AuthorizationLapsed())
    )
    scan(life, _C.PICKED_UP)

    assert ExceptionKind.MOVED_BEFORE_PAYMENT in open_kinds(life)
    assert 2 == units(life).shipped


def test_moved_after_its_order_was_cancelled() -> None:
    """A cancelled shipment stays so; its goods are somebody's to find."""
    life = placed()
    life.do(command(CancelOrder))

    scan(life, _C.DELIVERED)
    scan(life, _C.DELAYED)

    assert _S.CANCELLED is shipment(life).state
    assert OrderState.CANCELLED is life.order.state
    assert (ExceptionKind.MOVED_AFTER_CANCELLATION,) == open_kinds(life)
    assert 0 == units(life).shipped


def test_moved_while_its_order_is_being_cancelled() -> None:
    """The order goes on, for a parcel has left."""
    life = placed(answers={VoidLabel: silent})
    packed(life)
    life.do(command(BuyShipmentLabel, shipment_id="o1-s1"))
    life.do(command(CancelOrder))
    assert OrderState.CANCELLING is life.order.state

    scan(life, _C.PICKED_UP)

    assert OrderState.CONFIRMED is life.order.state
    assert 1 == len(life.of(Capture))

    life.answer("o1-s1:void:2", VoidRejected())
    scan(life, _C.DELIVERED, at=life.now + HOUR)

    assert 2 == units(life).delivered


def test_a_void_that_succeeds_although_it_moved() -> None:
    """A parcel on its way is not cancelled by its label."""
    life = placed(answers={VoidLabel: silent})
    packed(life)
    life.do(command(BuyShipmentLabel, shipment_id="o1-s1"))
    life.do(command(CancelShipment, shipment_id="o1-s1"))
    scan(life, _C.PICKED_UP)

    life.answer("o1-s1:void:2", LabelVoided())

    assert _S.IN_TRANSIT is shipment(life).state
    assert "" == shipment(life).void_pending
    assert 1 == len(life.case.shipments)


def test_a_label_that_is_still_awaited_keeps_its_order_open() -> None:
    """Delivered, yet somebody is owed an answer."""
    life = placed(
        answers={BuyLabel: silent}, policy=Policy(follow_up_after=None)
    )
    packed(life)
    life.do(command(BuyShipmentLabel, shipment_id="o1-s1"))
    scan(life, _C.DELIVERED)
    resolve(life, Remedy.ACCEPT)
    assert OrderState.CONFIRMED is life.order.state

    life.answer("o1-s1:label:1", LabelRefused(code="too late"))

    assert OrderState.COMPLETED is life.order.state


def test_stock_that_is_still_given_back_keeps_its_order_open() -> None:
    """Everything has arrived, but not the last answer."""
    life = placed(
        line(place="a"),
        line(place="b"),
        answers={Release: silent},
        policy=Policy(follow_up_after=None),
    )
    life.do(command(CancelLines, quantities={"2": 1}))
    sent(life, 1)
    scan(life, _C.DELIVERED, 1)
    assert OrderState.CONFIRMED is life.order.state

    life.answer("o1-r1:release:3", StockChanged())

    assert OrderState.COMPLETED is life.order.state


def test_the_follow_up_comes_a_day_after_the_last_delivery() -> None:
    """It is dated by the carrier's own time of the last parcel."""
    life = placed(line(place="a"), line(place="b"))
    sent(life, 1)
    sent(life, 2)
    scan(life, _C.DELIVERED, 2, at=NOON + 2 * HOUR)
    assert None is life.order.follow_up_at

    life.advance(3 * HOUR)
    scan(life, _C.DELIVERED, 1, at=NOON + HOUR)

    assert NOON + timedelta(days=1, hours=2) == life.order.follow_up_at


def test_labels_are_bought_once_for_each_shipment() -> None:
    """Each label has an operation of its own."""
    life = placed(line(place="a"), line(place="b"))
    sent(life, 1)
    sent(life, 2)

    assert ["o1-s1:label:1", "o1-s2:label:1"] == [
        intent.operation_id for intent in life.of(BuyLabel)
    ]
