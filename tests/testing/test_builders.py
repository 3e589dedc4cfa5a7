"""Builders give whole parts: what a life would have come to."""

from __future__ import annotations

import re
from collections.abc import Callable

import attrs
import pytest

from orderlife import Money, check_invariants
from orderlife._kernel.case import Case
from orderlife._kernel.messages import ExceptionKind, Remedy
from orderlife.codec import dumps, loads
from orderlife.errors import ValidationError
from orderlife.ports.inventory import Demand
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.model import Units
from orderlife.rooms.payment.ledger import balance
from orderlife.rooms.payment.lifecycle import OperationState
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.testing import (
    Part,
    a_case,
    a_contact,
    a_finding,
    a_line,
    a_movement,
    a_payment,
    a_payment_operation,
    a_reservation,
    a_return,
    a_return_line,
    a_shipment,
    a_stock_item,
    an_address,
    an_exception_item,
    an_order,
    place_order,
)
from tests.order.shop import Shop


def named(part: Part) -> str:
    """What it is, and in which state."""
    return f"{type(part).__name__} {part.state.value}"


PARTS: list[Part] = [
    *map(a_shipment, ShipmentState),
    *map(a_return, ReturnState),
    *map(a_reservation, ReservationState),
]
CASES = [
    *(
        pytest.param(
            a_case(part), id=f"{type(part).__name__} {part.state.value}"
        )
        for part in PARTS
    ),
    *(
        pytest.param(a_case(state=state), id=f"order {state.value}")
        for state in OrderState
    ),
]


@pytest.mark.parametrize("case", CASES)
def test_a_case_of_any_state_keeps_the_rules(case: Case) -> None:
    """And is stored and read as any other."""
    check_invariants(case)
    assert case == loads(dumps(case, "case"), "case")


@pytest.mark.parametrize("part", PARTS, ids=named)
def test_a_part_is_in_its_case_as_it_was_given(part: Part) -> None:
    """Whatever was made to fit it."""
    case = a_case(part)
    parts = [
        *case.reservations.values(),
        *case.shipments.values(),
        *case.returns.values(),
    ]
    assert part in parts


def given_back(life: Shop) -> None:
    """All of it was delivered, and came back."""
    life.deliver()
    life.bring_back({"1": 2}, reason="too_small")


LIVES: list[tuple[Callable[[Shop], object], Case]] = [
    (lambda life: None, a_case()),
    (Shop.pack, a_case(a_shipment("packed"))),
    (Shop.ship, a_case(a_shipment("dispatched"))),
    (Shop.deliver, a_case(a_shipment("delivered"))),
    (given_back, a_case(a_return("closed"))),
]


@pytest.mark.parametrize(("live", "built"), LIVES)
def test_a_case_is_what_a_life_comes_to(
    live: Callable[[Shop], object], built: Case
) -> None:
    """To the last field; but nothing has been counted of its history."""
    life = Shop()
    life.do(place_order())
    live(life)
    assert attrs.evolve(life.case, version=0) == built


@pytest.mark.parametrize(
    "status",
    [
        ScanStatus.IN_TRANSIT,
        ScanStatus.OUT_FOR_DELIVERY,
        ScanStatus.AVAILABLE_FOR_PICKUP,
        ScanStatus.ATTEMPT_FAILED,
        ScanStatus.LOST,
        ScanStatus.DAMAGED,
        ScanStatus.RETURNING,
        ScanStatus.RETURNED,
    ],
)
def test_a_shipment_is_what_the_scans_come_to(status: ScanStatus) -> None:
    """With the label, the times and the units of its state."""
    life = Shop()
    life.do(place_order())
    life.ship()
    life.scan(status)
    lived = life.case.shipments["o1-s1"]
    built = a_case(a_shipment(lived.state))
    assert lived == built.shipments["o1-s1"]
    assert life.order.units == built.placed.units
    assert life.trouble == [
        item.contradiction.kind for item in built.placed.exceptions
    ]


def test_what_is_named_wins() -> None:
    """Over what would fit the state."""
    shipment = a_shipment("delivered", items={"1": 1}, label=None)
    assert {"1": 1} == shipment.items
    assert shipment.label is None
    assert OperationState.PENDING is a_payment_operation(state="pending").state
    assert "p2" == a_movement("captured", 5, payment_id="p2").payment_id
    assert "p2" == a_payment("p2").payment_id
    assert "ada" == a_line(seller="ada").seller
    assert "Bob" == an_address(name="Bob").name
    assert "b@example.org" == a_contact(email="b@example.org").email
    with pytest.raises(TypeError, match="no_field"):
        a_shipment(no_field=1)
    with pytest.raises(ValueError, match="'gone'"):
        a_shipment("gone")


def test_a_reservation_holds_what_it_demands() -> None:
    """And demands what it is said to hold, wherever that is."""
    wanted = Demand(line_id="2", sku="cup", quantity=3, place="north")
    item = a_stock_item(3, "north", line_id="2", sku="cup")
    assert (item,) == a_reservation(demands=(wanted,)).items
    found = a_reservation("held", items=(item,))
    assert (attrs.evolve(wanted, place=""),) == found.demands
    assert () == a_reservation("released", demands=(wanted,)).items


def test_a_return_is_inspected_as_it_came() -> None:
    """What was not received is not looked at."""
    lines = (a_return_line(2, "1", 1), a_return_line(1, "2"))
    assert (a_finding(1),) == a_return("inspected", lines=lines).findings


def test_an_exception_item_says_what_it_is_about() -> None:
    """Its own fields, and those of the contradiction."""
    item = an_exception_item(
        "dispute", minor=300, observed="it was", remedy=Remedy.ACCEPT
    )
    assert ExceptionKind.DISPUTE is item.contradiction.kind
    assert ("p1", "this", "it was", 300) == (
        item.contradiction.subject,
        item.contradiction.expected,
        item.contradiction.observed,
        item.contradiction.minor,
    )
    assert not item.is_open


def test_lines_are_placed_as_the_house_does() -> None:
    """With their amounts, or refused as it refuses them."""
    song = a_line("song", digital=True, unit_price=Money("2", "EUR"))
    order = an_order(lines=[a_line(quantity=3), song])
    assert 3200 == order.placement.total_minor == balance(order).authorized
    assert Units(ordered=3, allocated=3) == order.units["1"]
    assert Units(ordered=1, shipped=1, delivered=1) == order.units["2"]
    with pytest.raises(ValidationError, match="quantity"):
        an_order(lines=[a_line(quantity=0)])


def test_a_charge_is_never_delivered() -> None:
    """And a service when all is over."""
    lines = [a_line(), a_line(kind="service"), a_line(kind="charge")]
    order = an_order("completed", lines=lines)
    assert [1, 1, 0] == [units.delivered for units in order.units.values()]
    check_invariants(a_case(state="completed", lines=lines))


def test_a_case_of_several_parts_counts_them_together() -> None:
    """The rest is planned, and its stock is held where it is sent from."""
    case = a_case(
        a_shipment("delivered", items={"1": 2}),
        a_shipment("cancelled", shipment_id="o1-s2", items={"2": 1}),
        lines=[a_line(quantity=3), a_line("cup", place="south")],
    )
    check_invariants(case)
    assert {"1": 1, "2": 1} == case.shipments["o1-s3"].items
    (held,) = case.reservations.values()
    assert [("1", 1, "main"), ("2", 1, "main")] == [
        (item.line_id, item.quantity, item.place) for item in held.items
    ]
    assert (
        Units(ordered=3, allocated=3, shipped=2, delivered=2)
        == (case.placed.units["1"])
    )


def test_a_refund_of_a_return_is_of_its_units() -> None:
    """By store credit, if that was wanted, and still to be answered."""
    lines = (a_return_line(1, received=1),)
    first = a_return("closed", lines=lines)
    second = a_return(
        "resolved",
        return_id="o1-t2",
        lines=lines,
        resolution="store_credit",
    )
    case = a_case(first, second, lines=[a_line(quantity=2)])
    check_invariants(case)
    assert 1000 == balance(case.placed).refunded
    assert 1000 == balance(case.placed).refund_pending
    assert "credit" == list(case.placed.operations.values())[-1].kind


def test_a_case_without_goods_needs_no_stock() -> None:
    """Nothing is held, and nothing is sent."""
    case = a_case(lines=[a_line("song", digital=True)])
    assert ({}, {}) == (case.reservations, case.shipments)
    check_invariants(case)


def test_with_an_order_nothing_is_made_to_fit() -> None:
    """The case is the order and the parts."""
    order = an_order("placed", order_id="o7")
    back = a_return()
    expected = Case(order_id="o7", order=order, returns={"o1-t1": back})
    assert expected == a_case(back, order=order)


def test_fields_of_the_order_are_those_of_the_case() -> None:
    """A state, an id and holds, beside what fits the parts."""
    item = an_exception_item("dispute")
    case = a_case(a_shipment("packed"), order_id="o7", exceptions=(item,))
    assert ("o7", (item,)) == (case.placed.order_id, case.placed.exceptions)
    assert re.match("o7:authorize:1", next(iter(case.placed.operations)))
    placement = an_order(lines=[a_line(quantity=7)]).placement
    assert placement == a_case(placement=placement).placed.placement
