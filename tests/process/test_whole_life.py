"""One order from its checkout to its return, event by event."""

from __future__ import annotations

from datetime import timedelta

from orderlife.invariants import check_invariants
from orderlife.money import Money
from orderlife.order.ledger import balance
from orderlife.order.lifecycle import OrderState
from orderlife.order.status import fulfilment_status, payment_status
from orderlife.returns.lifecycle import ReturnState
from orderlife.returns.messages import ReturnShipped
from orderlife.shipment.messages import (
    DispatchShipment,
    PackShipment,
    PickShipment,
)
from orderlife.shipment.model import ScanStatus
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
    scan,
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
    assert (2499, 2499, 1250, 1249) == (
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
