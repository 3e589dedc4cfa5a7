"""What broke in other systems, and does not break here.

One test for each rule of inventory, fulfilment and events that the
pure core can show.
"""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from orderlife._kernel.decision import Decision
from orderlife._kernel.messages import ExceptionKind, Remedy
from orderlife._values.money import Money
from orderlife.errors import NotAllowedError
from orderlife.house import handle
from orderlife.policy.model import Policy
from orderlife.ports.inventory import (
    Allocate,
    Consume,
    HeldStock,
    Release,
    Reserve,
    Restock,
    StockItem,
)
from orderlife.ports.payment import Authorize, Capture, Refund
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import CancelLines, CancelOrder
from orderlife.rooms.order.status import fulfilment_status
from orderlife.rooms.payment.messages import RefundPayment
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import CancelShipment, InterceptShipment
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.testing.life import Life
from orderlife.testing.scenario import NOON, command
from tests.helpers import (
    ask_back,
    back,
    come_back,
    delivered,
    found,
    inspect,
    line,
    open_kinds,
    operations,
    place,
    placed,
    reservation,
    resolve,
    scan,
    sent,
    shipment,
    silent,
    units,
    waiting,
)

DAY = timedelta(days=1)

# Inventory.


def test_check_and_reservation_are_one_question() -> None:
    """An order asks once: what it is told it has, it has."""
    life = placed()

    assert ["o1-r1:reserve:1"] == operations(life, Reserve)
    assert ["o1-r1:allocate:2"] == operations(life, Allocate)


def test_two_lines_of_one_sku_are_one_demand() -> None:
    """Both lines stand in one request, which is all or nothing."""
    life = placed(line(quantity=2), line(quantity=2), stock={"mug": 3})

    assert 1 == len(life.of(Reserve))
    assert OrderState.REJECTED is life.order.state
    assert {"mug": 3} == life.stock


def test_stock_is_reserved_before_anything_is_observable() -> None:
    """No money, label or message before the stock is held."""
    life = placed(answers={Reserve: silent})

    assert ["o1-r1:reserve:1"] == [i.operation_id for i in life.intents]
    assert [] == life.messages


def test_a_failed_order_gives_back_what_it_took_by_its_cause() -> None:
    """Each movement has one inverse, and names what it undoes."""
    life = placed(stock={"mug": 2})

    life.do(command(CancelOrder))

    (taken,), (given,) = life.of(Reserve), life.of(Release)
    assert taken.reservation_id == given.reservation_id
    assert [2] == [item.quantity for item in given.items]
    assert {"mug": 2} == life.stock


def test_goods_are_sent_from_where_they_were_reserved() -> None:
    """One algorithm: a shipment leaves from the place that held its stock."""
    items = tuple(
        StockItem(line_id="1", sku="mug", place=p, quantity=1) for p in "ab"
    )
    life = placed(answers={Reserve: lambda _: HeldStock(items=items)})
    sent(life, 1)
    sent(life, 2)

    assert ["a", "b"] == [i.items[0].place for i in life.of(Consume)]


def test_cancelling_touches_only_what_it_cancels() -> None:
    """A change after a dispatch re-reserves nothing that has left."""
    life = placed(line(quantity=2, place="a"), line(quantity=2, place="b"))
    sent(life, 1)

    life.do(command(CancelLines, quantities={"2": 1}))

    assert 1 == len(life.of(Reserve))
    assert [("2", 1)] == [
        (item.line_id, item.quantity)
        for intent in life.of(Release)
        for item in intent.items
    ]
    assert (2, 2) == (units(life, "1").shipped, units(life, "1").allocated)


def test_every_movement_is_named_after_its_cause() -> None:
    """Allocations neither double nor leak, whatever is undone in between."""
    life = placed(line(quantity=3), stock={"mug": 9})
    life.do(command(CancelShipment, shipment_id="o1-s1"))
    life.do(command(CancelLines, quantities={"1": 1}))
    life.do(command(CancelOrder))

    moves = [*operations(life, Allocate), *operations(life, Release)]
    assert len(moves) == len(set(moves))
    assert {"mug": 9} == life.stock
    assert 0 == units(life).allocated


def test_unpaid_orders_expire() -> None:
    """Nobody holds stock for ever without paying."""
    life = placed(order={"tenders": ()}, stock={"mug": 2})

    life.advance(DAY)

    assert OrderState.EXPIRED is life.order.state
    assert {"mug": 2} == life.stock


# Fulfilment, tracking, returns.


def test_waiting_is_no_state_of_an_order() -> None:
    """Editing, waiting for money and refunding leave an order confirmed."""
    life = placed(line(quantity=3), policy=Policy(capture="confirmation"))
    life.answers[Refund] = silent
    life.do(command(CancelLines, quantities={"1": 1}))
    assert OrderState.CONFIRMED is life.order.state
    fiver = Money("5.00", "EUR")
    life.do(command(RefundPayment, amount=fiver, reason="sorry"))

    assert OrderState.CONFIRMED is life.order.state


def test_a_shipment_of_cancelled_units_is_not_shipped() -> None:
    """Status follows from units, with cancelled ones left out."""
    life = placed(line(place="a"), line(place="b"))
    life.do(command(CancelLines, quantities={"1": 1}))

    assert "in_progress" == fulfilment_status(life.order)
    sent(life, 2)
    assert "shipped" == fulfilment_status(life.order)
    assert ShipmentState.CANCELLED is shipment(life, 1).state


def test_what_has_left_is_not_cancelled() -> None:
    """The refusal says what can be done instead."""
    life = placed()
    sent(life)

    with pytest.raises(NotAllowedError, match="InterceptShipment"):
        life.do(command(CancelOrder))
    life.do(command(InterceptShipment, shipment_id="o1-s1"))


def test_a_cancelled_order_that_is_sent_all_the_same() -> None:
    """What a warehouse does is recorded; somebody has to settle it."""
    life = placed()
    life.do(command(CancelOrder))

    scan(life, ScanStatus.IN_TRANSIT)
    scan(life, ScanStatus.DELIVERED, at=life.now + DAY)

    assert OrderState.CANCELLED is life.order.state
    assert 2 == len(shipment(life).scans)
    assert {ExceptionKind.MOVED_AFTER_CANCELLATION} == set(open_kinds(life))


def test_a_late_scan_takes_nothing_back() -> None:
    """Delivered stays delivered, and keeps its tracking number."""
    life = delivered()
    before = shipment(life)

    scan(life, ScanStatus.PICKED_UP, at=NOON - DAY)
    scan(life, ScanStatus.IN_TRANSIT, at=life.now + DAY)

    after = shipment(life)
    assert ShipmentState.DELIVERED is after.state
    assert before.label == after.label
    assert before.delivered_at == after.delivered_at


def test_stock_is_undone_by_units_never_by_money() -> None:
    """A partly refunded order can be cancelled, and gives all back."""
    life = placed(policy=Policy(capture="confirmation"), stock={"mug": 2})
    fiver = Money("5.00", "EUR")
    life.do(command(RefundPayment, amount=fiver, reason="sorry"))

    life.do(command(CancelOrder))

    assert OrderState.CANCELLED is life.order.state
    assert {"mug": 2} == life.stock
    assert [500, 1500] == [i.amount.minor for i in life.of(Refund)]


def test_a_return_is_physical() -> None:
    """Expected, received, inspected, put away; only then is it paid."""
    life = delivered(stock={"mug": 2})
    ask_back(life, 2)
    assert [] == life.of(Restock)
    come_back(life, 2)
    assert ReturnState.RECEIVED is back(life).state
    assert ({"mug": 0}, []) == (life.stock, life.of(Refund))

    inspect(life, found(1), found(1, disposition="scrap"))

    assert {"mug": 1} == life.stock
    assert [2000] == [i.amount.minor for i in life.of(Refund)]


def test_no_more_is_refunded_than_was_received() -> None:
    """Three asked for, two came: two are paid back."""
    life = delivered(line(quantity=3))
    ask_back(life, 3)
    come_back(life, 2)
    life.advance(14 * DAY)

    inspect(life, found(2))

    assert [2000] == [i.amount.minor for i in life.of(Refund)]
    assert 2 == units(life).refunded


def test_an_order_can_change_after_a_delivery() -> None:
    """What has not left can be cancelled though other units have arrived."""
    life = placed(line(place="a"), line(place="b"))
    sent(life, 1)
    scan(life, ScanStatus.DELIVERED, 1)

    life.do(command(CancelLines, quantities={"2": 1}))
    life.advance(3 * DAY)

    assert OrderState.COMPLETED is life.order.state
    assert () == waiting(life)


def test_a_lost_parcel_ends_somewhere() -> None:
    """Neither its units nor its money are left in between."""
    life = placed()
    sent(life)
    scan(life, ScanStatus.LOST)

    resolve(life, Remedy.REFUND)

    assert OrderState.COMPLETED is life.order.state
    assert ReservationState.CONSUMED is reservation(life).state


# Payment, where goods wait for it.


def test_money_that_runs_out_on_back_ordered_goods_is_asked_again() -> None:
    """An authorisation has a date, and a plan for it."""
    life = Life(policy=Policy(backorder=True), stock={"mug": 0})
    yes = life._succeed
    life.answers[Authorize] = lambda intent: attrs.evolve(
        yes(intent), capture_before=life.now + 5 * DAY
    )
    life.do(place())

    life.advance(12 * DAY)
    life.stock = {"mug": 2}
    life.advance(DAY)
    sent(life)

    assert 3 == len(life.of(Authorize))
    assert [2000] == [i.amount.minor for i in life.of(Capture)]


# Events.


def test_events_leave_with_the_state_that_they_made() -> None:
    """One answer holds state, events and intents: none without the others."""
    life = Life()

    answer = handle(life.case, place().message("o1", 1), NOON)

    assert isinstance(answer, Decision)
    assert answer.case.version == len(answer.events)
    assert life.case.version == 0
    assert [1, 2, 3] == [recorded.sequence for recorded in answer.events]
