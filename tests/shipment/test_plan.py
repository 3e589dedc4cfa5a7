"""Shipments are planned, picked, packed, labelled and handed over."""

from __future__ import annotations

import pytest

from orderlife.errors import (
    IllegalTransitionError,
    NotAllowedError,
    NotFoundError,
    ValidationError,
)
from orderlife.messages import ExceptionKind, Remedy
from orderlife.money import Money
from orderlife.order.lifecycle import OrderState
from orderlife.order.messages import (
    CancelLines,
    CancelOrder,
    OpenHold,
    PaymentReported,
    ReleaseHold,
)
from orderlife.policy import Parcelling, Policy
from orderlife.ports.base import Unknown
from orderlife.ports.carrier import (
    BuyLabel,
    Label,
    LabelPending,
    LabelRefused,
    LabelVoided,
    Parcel,
    VoidLabel,
    VoidPending,
    VoidRejected,
)
from orderlife.ports.inventory import Consume, HeldStock, Reserve, StockItem
from orderlife.ports.payment import AuthorizationLapsed, Authorize, Capture
from orderlife.shipment.lifecycle import ShipmentState
from orderlife.shipment.messages import (
    BuyShipmentLabel,
    CancelShipment,
    DispatchShipment,
    LabelReported,
    PackShipment,
    PickShipment,
)
from orderlife.testing.life import Life
from orderlife.testing.scenario import NOON, command, fact
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
    sent,
    shipment,
    silent,
    told,
    units,
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


def test_lines_of_one_seller_and_place_go_together() -> None:
    """Shipments are planned by seller and place."""
    life = placed(
        line(seller="ada", place="a"),
        line(seller="bob", place="a"),
        line(seller="ada", place="b"),
        line(seller="ada", place="a", sku="cup"),
    )

    assert [
        ("a", "ada", {"1": 1, "4": 1}),
        ("a", "bob", {"2": 1}),
        ("b", "ada", {"3": 1}),
    ] == [
        (sent.place, sent.seller, sent.items)
        for sent in life.case.shipments.values()
    ]


def test_the_shop_may_part_its_shipments_otherwise() -> None:
    """What is sent together is for policy to say."""
    policy = Policy(
        parcel=lambda _, items: tuple(
            Parcelling(place=i.place, seller="", items={i.line_id: 1})
            for i in items
            for _ in range(i.quantity)
        )
    )
    life = placed(policy=policy)

    assert [{"1": 1}, {"1": 1}] == [
        sent.items for sent in life.case.shipments.values()
    ]


def test_no_unit_is_planned_twice() -> None:
    """However often shipments are cancelled, each unit is planned once."""
    life = placed(line(quantity=2, place="a"), line(quantity=2, place="b"))

    for number in (1, 2, 3):
        call_off(life, number)

    planned = [life.case.shipments[s].items for s in waiting(life)]
    assert [{"2": 2}, {"1": 2}] == planned


def test_an_order_without_goods_has_no_shipment() -> None:
    """Digital lines are delivered with the confirmation."""
    life = placed(line(digital=True), order={"ship_to": None})

    assert {} == life.case.shipments
    assert 1 == units(life).delivered


def test_goods_are_picked_packed_and_sent() -> None:
    """The states of a shipment up to its handover, and what they ask for."""
    life = placed()
    seen = [shipment(life).state]
    life.do(command(PickShipment, shipment_id="o1-s1"))
    seen.append(shipment(life).state)
    life.do(
        command(PackShipment, shipment_id="o1-s1", parcels=(PARCEL, PARCEL))
    )
    seen.append(shipment(life).state)
    buy(life)
    seen.append(shipment(life).state)
    dispatch(life)
    seen.append(shipment(life).state)

    assert seen == [
        ShipmentState.PLANNED,
        ShipmentState.PICKING,
        ShipmentState.PACKED,
        ShipmentState.READY,
        ShipmentState.DISPATCHED,
    ]
    assert 2 == units(life).shipped
    assert life.now == shipment(life).left_at
    assert ["o1-s1"] == [i.subject for i in life.of(BuyLabel)]
    assert 1 == len(life.of(Capture)) == len(life.of(Consume))


def test_dispatch_buys_the_label() -> None:
    """A packed shipment is sent as soon as it has its label."""
    life = placed(answers={BuyLabel: silent})
    packed(life)

    life.do(command(DispatchShipment, shipment_id="o1-s1", service="express"))

    (asked,) = life.of(BuyLabel)
    assert ("express", "outbound", "main", "o1:ship_to") == (
        asked.service,
        asked.purpose,
        asked.place,
        asked.address,
    )
    assert ShipmentState.PACKED is shipment(life).state

    life.answer("o1-s1:label:1", LABEL)

    assert ShipmentState.DISPATCHED is shipment(life).state


def test_the_order_names_the_service() -> None:
    """Without a service of its own, a label is of the order's method."""
    life = placed(order={"shipping_method": "letter"})
    packed(life)
    buy(life)

    assert ["letter"] == [asked.service for asked in life.of(BuyLabel)]


def test_a_correction_may_be_picked_again() -> None:
    """Goods can be counted and packed once more."""
    life = placed()
    life.do(command(PickShipment, shipment_id="o1-s1"))
    packed(life)
    parcel = Parcel(weight_g=700)

    life.do(command(PackShipment, shipment_id="o1-s1", parcels=(parcel,)))

    assert (parcel,) == shipment(life).parcels


def test_a_short_pick_opens_an_exception() -> None:
    """Units that are not on the shelf are written off, and somebody asked."""
    life = placed(line(quantity=3))

    life.do(command(PickShipment, shipment_id="o1-s1", picked={"1": 1}))

    assert {"1": 1} == shipment(life).items
    (gone,) = life.of(Consume)
    assert (2, True) == (gone.items[0].quantity, gone.written_off)
    (item,) = open_items(life)
    assert ExceptionKind.SHORT_PICK is item.contradiction.kind
    assert {"1": 2} == item.contradiction.quantities
    assert 1 == units(life).allocated


def test_missing_units_are_sent_later() -> None:
    """The remedy *reship* reserves the missing units; the rest goes ahead."""
    life = placed(line(quantity=3), stock={"mug": 5})
    life.do(command(PickShipment, shipment_id="o1-s1", picked={"1": 1}))

    resolve(life, Remedy.RESHIP)

    assert [{"1": 1}, {"1": 2}] == [
        sent.items for sent in life.case.shipments.values()
    ]
    assert 3 == units(life).allocated


def test_missing_units_are_cancelled() -> None:
    """The remedy *refund* cancels them and keeps what was picked."""
    life = placed(line(quantity=3))
    life.do(command(PickShipment, shipment_id="o1-s1", picked={"1": 1}))

    resolve(life, Remedy.REFUND)

    assert (2, 1) == (units(life).cancelled, units(life).wanted)
    assert ShipmentState.PICKING is shipment(life).state
    assert {"1": 1} == shipment(life).items
    assert 1 == units(life).allocated


def test_a_shipment_of_nothing_is_cancelled() -> None:
    """If nothing was found, there is nothing to send."""
    life = placed()

    life.do(command(PickShipment, shipment_id="o1-s1", picked={"1": 0}))

    assert ShipmentState.CANCELLED is shipment(life).state
    assert () == waiting(life)
    assert OrderState.CONFIRMED is life.order.state

    resolve(life, Remedy.REFUND)

    assert OrderState.CANCELLED is life.order.state


def test_no_more_is_picked_than_was_planned() -> None:
    """Each line that does not add up is named."""
    life = placed()

    with pytest.raises(ValidationError) as caught:
        life.do(
            command(PickShipment, shipment_id="o1-s1", picked={"1": 3, "9": 1})
        )

    assert ["picked[1]", "picked[9]"] == [
        problem.field for problem in caught.value.problems
    ]


@pytest.mark.parametrize(
    ("parcels", "field"),
    [
        ((), "parcels"),
        ((Parcel(weight_g=0),), "parcels[0].weight_g"),
        ((PARCEL, Parcel(weight_g=-1)), "parcels[1].weight_g"),
        ((Parcel(weight_g=1, length_mm=-1),), "parcels[0].length_mm"),
        ((Parcel(weight_g=1, width_mm=10**7),), "parcels[0].width_mm"),
    ],
)
def test_a_parcel_has_a_weight_and_sides(
    parcels: tuple[Parcel, ...], field: str
) -> None:
    """Grams and millimetres are whole numbers within reason."""
    life = placed()
    life.do(command(PickShipment, shipment_id="o1-s1"))

    with pytest.raises(ValidationError) as caught:
        life.do(command(PackShipment, shipment_id="o1-s1", parcels=parcels))

    assert [field] == [problem.field for problem in caught.value.problems]


def test_a_shipment_is_handled_while_its_order_is_confirmed() -> None:
    """A command for a shipment of an order that is not confirmed fails."""
    life = placed(answers={VoidLabel: silent})
    packed(life)
    buy(life)
    life.do(command(CancelOrder))

    with pytest.raises(NotAllowedError, match="order o1 is cancelling"):
        dispatch(life)


def test_unknown_shipments_are_named() -> None:
    """A shipment that is not there is told apart from those that are."""
    life = placed()

    with pytest.raises(NotFoundError, match="there is o1-s1"):
        dispatch(life, 9)


def test_nothing_is_dispatched_against_a_hold() -> None:
    """A hold stops the handover, and its release lets it go on."""
    life = placed()
    packed(life)
    life.do(command(OpenHold, reason="address", blocks=("dispatch",)))

    with pytest.raises(NotAllowedError, match=r"hold h1 \(address\)"):
        dispatch(life)

    life.do(command(ReleaseHold, hold_id="h1"))
    dispatch(life)

    assert ShipmentState.DISPATCHED is shipment(life).state


def test_a_hold_stops_what_waits_for_its_label() -> None:
    """A label that comes while a hold stands is used once it is released."""
    life = placed(answers={BuyLabel: silent})
    packed(life)
    dispatch(life)
    life.do(command(OpenHold, reason="address", blocks=("dispatch",)))
    life.answer("o1-s1:label:1", LABEL)
    assert ShipmentState.READY is shipment(life).state

    life.do(command(ReleaseHold, hold_id="h1"))

    assert ShipmentState.DISPATCHED is shipment(life).state


def test_nothing_is_dispatched_before_its_money_is_secured() -> None:
    """Money that has gone stops the handover."""
    life = placed(policy=Policy(reauthorize=False))
    packed(life)
    life.report(
        fact(PaymentReported, payment_id="p1", outcome=AuthorizationLapsed())
    )

    with pytest.raises(NotAllowedError, match="money is not secured"):
        dispatch(life)

    resolve(life, Remedy.RETRY)
    dispatch(life)

    assert ShipmentState.DISPATCHED is shipment(life).state


def test_what_waits_for_its_label_waits_for_its_money_too() -> None:
    """A label that comes after the money has gone does not send it."""
    life = placed(answers={BuyLabel: silent})
    packed(life)
    dispatch(life)
    life.answers[Authorize] = silent
    life.report(
        fact(PaymentReported, payment_id="p1", outcome=AuthorizationLapsed())
    )
    life.answer("o1-s1:label:1", LABEL)
    assert ShipmentState.READY is shipment(life).state
    life.answers.clear()

    asked = life.unanswered["o1:authorize:2"]
    life.answer("o1:authorize:2", life._succeed(asked))

    assert ShipmentState.DISPATCHED is shipment(life).state


def test_two_shipments_that_go_at_once_are_each_paid_for_once() -> None:
    """Released together, each shipment captures its own share."""
    life = placed(line(place="a"), line(place="b"), answers={BuyLabel: silent})
    for number in (1, 2):
        packed(life, number)
        dispatch(life, number)
    life.do(command(OpenHold, reason="address", blocks=("dispatch",)))
    for number in (1, 2):
        life.answer(f"o1-s{number}:label:1", LABEL)

    life.do(command(ReleaseHold, hold_id="h1"))

    assert [("o1:capture:1", 1000), ("o1:capture:2", 1000)] == [
        (capture.operation_id, capture.amount.minor)
        for capture in life.of(Capture)
    ]


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


def test_what_has_left_cannot_be_cancelled() -> None:
    """Nor picked, packed or handed over once more."""
    life = placed()
    sent(life)

    for kind in (CancelShipment, PickShipment, DispatchShipment):
        with pytest.raises(IllegalTransitionError, match="dispatched"):
            life.do(command(kind, shipment_id="o1-s1"))


def test_each_dispatch_captures_its_share() -> None:
    """Shipping is captured with the units that it was allocated to."""
    life = placed(
        line(place="a"),
        line(place="b"),
        order={"shipping": Money("4.99", "EUR")},
    )

    sent(life, 1)
    assert [1250] == [i.amount.minor for i in life.of(Capture)]
    sent(life, 2)

    assert [1250, 1249] == [i.amount.minor for i in life.of(Capture)]
    assert [False, True] == [i.final for i in life.of(Capture)]


def test_a_dispatch_can_be_silent() -> None:
    """``notify=False`` holds its confirmation back, later too."""
    life = placed(answers={BuyLabel: silent})
    packed(life)
    life.do(command(DispatchShipment, shipment_id="o1-s1", notify=False))
    before = told(life)

    life.answer("o1-s1:label:1", LABEL)

    assert ShipmentState.DISPATCHED is shipment(life).state
    assert before == told(life)


def test_nothing_goes_by_itself() -> None:
    """A label that was only bought does not send its shipment."""
    life = placed()
    packed(life)
    buy(life)

    assert ShipmentState.READY is shipment(life).state
    assert None is shipment(life).left_at
    assert NOON == life.now
