"""One order from its checkout to its return, event by event."""

from __future__ import annotations

from datetime import timedelta

from orderlife._values.money import Money
from orderlife.invariants import check_invariants
from orderlife.policy.model import Policy
from orderlife.ports.payment import Authorize, Capture
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.model import Line
from orderlife.rooms.order.status import fulfilment_status
from orderlife.rooms.payment.ledger import balance
from orderlife.rooms.payment.status import payment_status
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.messages import ReturnShipped
from orderlife.rooms.shipment.messages import (
    DispatchShipment,
    PackShipment,
    PickShipment,
)
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.testing.life import Life
from orderlife.testing.scenario import command, fact
from tests.helpers import (
    PARCEL,
    ask_back,
    back,
    come_back,
    inspect,
    line,
    names,
    place,
    placed,
    scan,
    sent,
    shipment,
    units,
)

DAY = timedelta(days=1)


def test_a_whole_life() -> None:
    """Placed, paid, sent, delivered, partly returned, completed."""
    life = Life(stock={"mug": 5})

    # Checkout: the stock is held, the money secured, the order confirmed.
    life.do(place(line(quantity=2), shipping=Money("4.99", "EUR")))
    assert OrderState.CONFIRMED is life.order.state
    assert ("authorized", "in_progress") == statuses(life)
    assert names(life) == [
        "OrderPlaced",
        "PaymentAwaited",
        "ReservationRequested",
        "StockHeld",
        "PaymentRequested",
        "PaymentRecorded",
        "FraudScreened",
        "OrderConfirmed",
        "AllocationRequested",
        "StockAllocated",
        "UnitsRecorded",
        "ShipmentPlanned",
    ]

    # The shelf, the box, the lorry: only now is the money taken.
    seen = len(life.events)
    life.do(command(PickShipment, shipment_id="o1-s1"))
    life.do(command(PackShipment, shipment_id="o1-s1", parcels=(PARCEL,)))
    life.do(command(DispatchShipment, shipment_id="o1-s1"))
    assert ("paid", "shipped") == statuses(life)
    assert names(life)[seen:] == [
        "ShipmentPicked",
        "ShipmentPacked",
        "LabelRequested",
        "LabelBought",
        "ShipmentDispatched",
        "UnitsRecorded",
        "PaymentRequested",
        "StockConsumed",
        "PaymentRecorded",
    ]

    # Three days later it is at the door, and a day after we ask how it was.
    seen = len(life.events)
    scan(life, ScanStatus.IN_TRANSIT)
    life.now += 3 * DAY
    scan(life, ScanStatus.DELIVERED)
    assert ("paid", "delivered") == statuses(life)
    life.advance(DAY)
    assert OrderState.COMPLETED is life.order.state
    assert names(life)[seen:] == [
        "ShipmentScanned",
        "ShipmentScanned",
        "UnitsRecorded",
        "FollowUpScheduled",
        "FollowUpSent",
        "OrderCompleted",
    ]

    # One of the two was too small: it comes back, and half of the money.
    seen = len(life.events)
    ask_back(life)
    life.report(fact(ReturnShipped, return_id="o1-t1", at=life.now))
    come_back(life)
    inspect(life)
    assert ReturnState.CLOSED is back(life).state
    assert OrderState.COMPLETED is life.order.state
    assert ("partially_refunded", "delivered") == statuses(life)
    assert names(life)[seen:] == [
        "ReturnRequested",
        "ReturnApproved",
        "ReturnLabelRequested",
        "OrderReopened",
        "ReturnLabelIssued",
        "ReturnHandedIn",
        "ReturnParcelReceived",
        "ReturnReceivingEnded",
        "UnitsRecorded",
        "ReturnInspected",
        "RefundGranted",
        "PaymentRequested",
        "ReturnResolved",
        "PaymentRecorded",
        "ReturnClosed",
        "OrderCompleted",
    ]

    # What the ledgers say in the end.
    counted = units(life)
    assert (2, 2, 2, 1, 1) == (
        counted.allocated,
        counted.shipped,
        counted.delivered,
        counted.returned,
        counted.refunded,
    )
    sums = balance(life.order)
    assert (2499, 2499, 1249, 1250) == (
        sums.authorized,
        sums.captured,
        sums.refunded,
        sums.net,
    )
    assert {"mug": 4} == life.stock
    assert shipment(life).delivered_at == shipment(life).scans[-1].at
    check_invariants(life.case, life.history)


def statuses(life: Life) -> tuple[str, str]:
    """Where the money and the goods are."""
    return payment_status(life.order), fulfilment_status(life.order)


def test_money_may_be_taken_with_the_confirmation() -> None:
    """Where policy captures at once, the dispatch takes nothing more."""
    life = placed(policy=Policy(capture="confirmation"))
    assert ("paid", "in_progress") == statuses(life)

    sent(life)

    assert ("paid", "shipped") == statuses(life)
    assert [2000] == [i.amount.minor for i in life.of(Capture)]


def test_a_digital_life_is_short() -> None:
    """Confirmed, delivered and paid in one go, without stock or parcel."""
    life = placed(
        line(digital=True),
        order={"ship_to": None},
        policy=Policy(follow_up_after=None),
    )

    assert OrderState.COMPLETED is life.order.state
    assert ("paid", "delivered") == statuses(life)
    assert ["Authorize", "Capture"] == [type(i).__name__ for i in life.intents]


def test_an_order_for_nothing_asks_for_no_money() -> None:
    """What costs nothing is confirmed once its stock is held."""
    free = Line(sku="flyer", quantity=1, unit_price=Money("0", "EUR"))
    life = placed(free, order={"tenders": ()})
    sent(life)
    scan(life, ScanStatus.DELIVERED)
    life.advance(DAY)

    assert OrderState.COMPLETED is life.order.state
    assert [] == life.of(Authorize) == life.of(Capture)
