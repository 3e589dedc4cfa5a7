"""Shipments are planned, picked and packed."""

from __future__ import annotations

import pytest

from orderlife._kernel.messages import ExceptionKind, Remedy
from orderlife.errors import ValidationError
from orderlife.policy.model import Parcelling, Policy
from orderlife.ports.carrier import BuyLabel, Label, Parcel
from orderlife.ports.inventory import Consume
from orderlife.ports.payment import Capture
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import (
    BuyShipmentLabel,
    CancelShipment,
    DispatchShipment,
    PackShipment,
    PickShipment,
)
from orderlife.testing.life import Life
from orderlife.testing.scenario import command
from tests.helpers import (
    PARCEL,
    line,
    open_items,
    packed,
    placed,
    resolve,
    shipment,
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


def test_a_part_of_the_parcels_is_planned_anew() -> None:
    """Of units that are sent apart, only those of a cancelled parcel move."""
    policy = Policy(
        parcel=lambda _, items: tuple(
            Parcelling(place=i.place, seller="", items={i.line_id: 1})
            for i in items
            for _ in range(i.quantity)
        )
    )
    life = placed(line(quantity=3), policy=policy)

    call_off(life, 2)

    assert ("o1-s1", "o1-s3", "o1-s4") == waiting(life)
    assert 3 == units(life).allocated


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
