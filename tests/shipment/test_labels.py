"""Labels are bought, refused, voided, and come late."""

from __future__ import annotations

import pytest

from orderlife._kernel.messages import ExceptionKind, Remedy
from orderlife.errors import NotAllowedError
from orderlife.ports.base import Unknown
from orderlife.ports.carrier import (
    BuyLabel,
    Label,
    LabelPending,
    LabelRefused,
    LabelVoided,
    VoidLabel,
    VoidPending,
    VoidRejected,
)
from orderlife.ports.inventory import HeldStock, Reserve, StockItem
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import CancelLines, CancelOrder
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import (
    BuyShipmentLabel,
    CancelShipment,
    DispatchShipment,
    LabelReported,
    PackShipment,
)
from orderlife.testing.life import Life
from orderlife.testing.scenario import command, fact
from tests.helpers import (
    PARCEL,
    line,
    open_items,
    open_kinds,
    operations,
    packed,
    placed,
    reservation,
    resolve,
    shipment,
    silent,
    waiting,
)

LABEL = Label(label_id="l1", carrier="post", tracking_number="t1")


def buy(life: Life, number: int = 1) -> None:
    """Buy the label of a packed shipment."""
    life.do(command(BuyShipmentLabel, shipment_id=f"o1-s{number}"))


def dispatch(life: Life, number: int = 1) -> None:
    """Hand a shipment over."""
    life.do(command(DispatchShipment, shipment_id=f"o1-s{number}"))


def call_off(life: Life, number: int = 1) -> None:
    """Cancel a shipment."""
    life.do(command(CancelShipment, shipment_id=f"o1-s{number}"))


def test_a_refused_label_opens_an_exception() -> None:
    """The carrier's reason is kept, and somebody asked."""
    refusal = LabelRefused(code="address", detail="no such street")
    life = placed(answers={BuyLabel: lambda _: refusal})
    packed(life)

    dispatch(life)

    (item,) = open_items(life)
    assert ExceptionKind.LABEL_FAILED is item.contradiction.kind
    assert "address: no such street" == item.contradiction.observed
    assert ShipmentState.PACKED is shipment(life).state


def test_a_refused_label_can_be_asked_for_again() -> None:
    """The remedy *retry* buys it anew, and sends what was to be sent."""
    life = placed(answers={BuyLabel: lambda _: LabelRefused(code="no")})
    packed(life)
    dispatch(life)
    life.answers.clear()

    resolve(life, Remedy.RETRY)

    assert ["o1-s1:label:1", "o1-s1:label:2"] == operations(life, BuyLabel)
    assert ShipmentState.DISPATCHED is shipment(life).state


def test_a_label_that_is_refused_once_more_asks_once_more() -> None:
    """The same refusal after a retry is no silence."""
    life = placed(answers={BuyLabel: lambda _: LabelRefused(code="no")})
    packed(life)
    buy(life)

    resolve(life, Remedy.RETRY)

    assert (ExceptionKind.LABEL_FAILED,) == open_kinds(life)


def test_a_label_bought_by_hand_is_reported() -> None:
    """The remedy *accept* waits for a label that somebody else buys."""
    life = placed(answers={BuyLabel: lambda _: LabelRefused(code="no")})
    packed(life)
    dispatch(life)
    resolve(life, Remedy.ACCEPT)

    life.report(fact(LabelReported, subject="o1-s1", outcome=LABEL))

    assert LABEL == shipment(life).label
    assert ShipmentState.DISPATCHED is shipment(life).state


@pytest.mark.parametrize("outcome", [LabelPending(), Unknown()])
def test_a_label_may_take_its_time(outcome: object) -> None:
    """While its answer is awaited, a shipment is not packed or bought anew."""
    life = placed(answers={BuyLabel: lambda _: outcome})
    packed(life)
    buy(life)

    with pytest.raises(NotAllowedError, match="label is being bought"):
        dispatch(life)
    with pytest.raises(NotAllowedError, match="label is being bought"):
        life.do(command(PackShipment, shipment_id="o1-s1", parcels=(PARCEL,)))
    life.answer("o1-s1:label:1", LABEL)

    assert ShipmentState.READY is shipment(life).state


def test_a_label_that_comes_late_is_used() -> None:
    """A yes that follows a no is a label that was paid for."""
    life = placed(answers={BuyLabel: lambda _: LabelRefused(code="no")})
    packed(life)
    buy(life)

    life.answer("o1-s1:label:1", LABEL)

    assert LABEL == shipment(life).label
    assert ShipmentState.READY is shipment(life).state


def test_a_second_label_is_an_exception() -> None:
    """A label that is bought twice is somebody's to sort out."""
    life = placed()
    packed(life)
    buy(life)
    first = shipment(life)

    life.report(fact(LabelReported, subject="o1-s1", outcome=LABEL))

    assert first == shipment(life)
    (item,) = open_items(life)
    assert ExceptionKind.UNMATCHED_FACT is item.contradiction.kind
    assert "Label l1" in item.contradiction.observed


def test_a_label_for_what_is_not_packed_is_an_exception() -> None:
    """A label that nobody asked for and nobody can use is kept in view."""
    life = placed()

    life.report(fact(LabelReported, subject="o1-s1", outcome=LABEL))

    assert None is shipment(life).label
    assert (ExceptionKind.UNMATCHED_FACT,) == open_kinds(life)


def test_a_repeated_label_changes_nothing() -> None:
    """The same label again is no second one."""
    life = placed(answers={BuyLabel: silent})
    packed(life)
    buy(life)
    life.answer("o1-s1:label:1", LABEL)
    before = life.case

    life.answer("o1-s1:label:1", LABEL)
    life.answer("o1-s1:label:1", LabelRefused(code="no"))

    assert before == life.case


def test_a_cancelled_shipment_is_planned_anew() -> None:
    """Its units go with another shipment, and its stock is kept."""
    life = placed()
    packed(life)

    call_off(life)

    assert ShipmentState.CANCELLED is shipment(life, 1).state
    assert {"1": 2} == shipment(life, 2).items
    assert 2 == reservation(life).items[0].quantity


def test_a_label_is_voided_before_its_shipment_is_cancelled() -> None:
    """A shipment with a label is cancelled once the carrier agrees."""
    life = placed(answers={VoidLabel: silent})
    packed(life)
    buy(life)

    call_off(life)

    assert ShipmentState.READY is shipment(life).state
    (asked,) = life.of(VoidLabel)
    assert "o1-s1:label:1" == asked.label_id
    life.answer(asked.operation_id, LabelVoided())

    assert ShipmentState.CANCELLED is shipment(life, 1).state
    assert {"1": 2} == shipment(life, 2).items


def test_a_shipment_is_not_touched_while_it_is_being_cancelled() -> None:
    """Until the carrier has answered, it neither goes nor is cancelled."""
    life = placed(answers={VoidLabel: lambda _: VoidPending()})
    packed(life)
    buy(life)
    call_off(life)

    with pytest.raises(NotAllowedError, match="it is being cancelled"):
        dispatch(life)
    with pytest.raises(NotAllowedError, match="it is being cancelled"):
        call_off(life)


def test_too_late_to_cancel_a_shipment() -> None:
    """If the carrier has it, the shipment goes on, and somebody knows."""
    life = placed(
        answers={VoidLabel: lambda _: VoidRejected("already scanned")}
    )
    packed(life)
    buy(life)

    call_off(life)

    assert ShipmentState.READY is shipment(life).state
    (item,) = open_items(life)
    assert ExceptionKind.CANCELLED_TOO_LATE is item.contradiction.kind
    assert "already scanned" == item.contradiction.observed
    dispatch(life)
    assert ShipmentState.DISPATCHED is shipment(life).state


def test_too_late_to_cancel_the_order() -> None:
    """If a parcel is with its carrier, the order is confirmed once more."""
    life = placed(
        line(place="a"),
        line(place="b"),
        answers={VoidLabel: lambda _: VoidRejected()},
    )
    packed(life, 1)
    buy(life, 1)

    life.do(command(CancelOrder))

    assert OrderState.CONFIRMED is life.order.state
    assert (ExceptionKind.CANCELLED_TOO_LATE,) == open_kinds(life)
    # The other one was cancelled already, and is planned again.
    assert ("o1-s1", "o1-s3") == waiting(life)


def test_cancelling_the_order_voids_its_labels() -> None:
    """An order is cancelled when its labels are void and its stock back."""
    life = placed(answers={VoidLabel: silent}, stock={"mug": 2})
    packed(life)
    buy(life)

    life.do(command(CancelOrder))
    assert OrderState.CANCELLING is life.order.state
    assert {"mug": 0} == life.stock

    life.answer("o1-s1:void:2", LabelVoided())

    assert OrderState.CANCELLED is life.order.state
    assert {"mug": 2} == life.stock


def test_a_label_of_a_cancelled_shipment_is_given_back() -> None:
    """Bought while its shipment was cancelled, a label is voided at once."""
    life = placed(answers={BuyLabel: silent, VoidLabel: silent})
    packed(life)
    buy(life)
    life.do(command(CancelOrder))
    assert ShipmentState.CANCELLED is shipment(life).state
    assert OrderState.CANCELLING is life.order.state

    life.answer("o1-s1:label:1", LABEL)

    assert ["l1"] == [asked.label_id for asked in life.of(VoidLabel)]
    assert OrderState.CANCELLING is life.order.state
    life.answer("o1-s1:void:2", LabelVoided())
    assert OrderState.CANCELLED is life.order.state


def test_a_void_that_is_rejected_late_does_not_bring_an_order_back() -> None:
    """A cancelled shipment stays so, whatever becomes of its label."""
    life = placed(
        answers={BuyLabel: silent, VoidLabel: lambda _: VoidRejected()}
    )
    packed(life)
    buy(life)
    life.do(command(CancelOrder))

    life.answer("o1-s1:label:1", LABEL)

    assert OrderState.CANCELLED is life.order.state
    assert (ExceptionKind.CANCELLED_TOO_LATE,) == open_kinds(life)


def test_a_refusal_for_a_cancelled_shipment_is_no_matter() -> None:
    """Nobody is asked about a label that is not wanted any more."""
    life = placed(answers={BuyLabel: silent})
    packed(life)
    buy(life)
    call_off(life)

    life.answer("o1-s1:label:1", LabelRefused(code="no"))

    assert () == open_kinds(life)
    assert "" == shipment(life).label_pending


def test_a_void_answer_that_nobody_waits_for_changes_nothing() -> None:
    """Repeated answers about a void are heard once."""
    life = placed()
    packed(life)
    buy(life)
    call_off(life)
    before = life.case

    life.answer("o1-s1:void:2", LabelVoided())
    life.answer("o1-s1:void:2", VoidRejected())

    assert before == life.case


def test_a_shipment_with_a_label_keeps_its_units() -> None:
    """Lines are not cancelled out of a shipment whose label is bought."""
    life = placed(line(quantity=3))
    packed(life)
    buy(life)

    with pytest.raises(NotAllowedError, match="o1-s1 has its label already"):
        life.do(command(CancelLines, quantities={"1": 1}))


def test_cancelled_lines_leave_a_labelled_shipment_alone() -> None:
    """Only the shipment without a label gives its units up."""
    two = (
        StockItem(line_id="1", sku="mug", place="a", quantity=2),
        StockItem(line_id="1", sku="mug", place="b", quantity=2),
    )
    life = placed(
        line(quantity=4), answers={Reserve: lambda _: HeldStock(items=two)}
    )
    packed(life, 1)
    buy(life, 1)

    with pytest.raises(NotAllowedError, match="label"):
        life.do(command(CancelLines, quantities={"1": 3}))
    life.do(command(CancelLines, quantities={"1": 2}))

    assert ("o1-s1",) == waiting(life)
    assert [] == life.of(VoidLabel)
