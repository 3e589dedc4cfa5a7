"""What each event asks of a port, to the last field."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderlife._values.money import Money
from orderlife.ports.carrier import BuyLabel, Intercept, Parcel, VoidLabel
from orderlife.ports.inventory import (
    Allocate,
    Consume,
    Release,
    Reserve,
    Restock,
)
from orderlife.ports.payment import (
    Authorize,
    Capture,
    IssueCredit,
    Refund,
    Void,
)
from orderlife.rooms.payment.messages import PaymentRequested
from orderlife.rooms.returns.messages import (
    DispositionChanged,
    ReturnInspected,
    ReturnLabelRequested,
)
from orderlife.rooms.returns.model import Finding, ReturnLine
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import (
    InterceptRequested,
    LabelRequested,
    LabelVoidRequested,
    ShipmentWrittenOff,
)
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.messages import (
    AllocationRequested,
    BackorderChecked,
    ReservationExpired,
    ReservationRequested,
    StockConsumed,
    StockReleaseRequested,
)
from orderlife.testing.scenario import NOON
from tests.house import asking, intents
from tests.process.made import (
    BASE,
    R1,
    S1,
    T1,
    back,
    case,
    context,
    demand,
    held,
    item,
    order,
    payment,
    sent,
)

S = ShipmentState
OPERATION = "o1:any:4"
COMMON: dict[str, Any] = {"operation_id": OPERATION, "order_id": "o1"}
LATER = NOON + timedelta(days=1)
PARCELS = (Parcel(weight_g=500),)
PLACEMENT = attrs.evolve(
    BASE.placement,
    customer_id="ada",
    shipping_method="express",
    ship_to="o1:ship_to",
)
MADE = case(
    order(
        placement=PLACEMENT,
        payments=(
            payment("p1", reference="first"),
            payment("p2", reference="second"),
        ),
    ),
    held(ReservationState.ALLOCATED),
    sent(S.DELIVERED, {"1": 1}, place="old", parcels=PARCELS),
    sent(
        S.DELIVERED,
        {"1": 1, "2": 2, "3": 1, "9": 1},
        2,
        place="new",
        parcels=(),
    ),
    sent(S.DELIVERED, {"3": 1}, 3, place="none"),
    back(
        lines=(
            ReturnLine(line_id="2", quantity=1),
            ReturnLine(line_id="3", quantity=1),
        )
    ),
)


def asks(event: Any, **policy: Any) -> list[Any]:
    """What an event asks for."""
    return list(intents(MADE, event, context(**policy).policy))


def requested(kind: Any, **fields: Any) -> PaymentRequested:
    """A request to the gateway, of the second payment."""
    return PaymentRequested(
        operation_id=OPERATION,
        kind=kind,
        payment_id="p2",
        minor=1234,
        **fields,
    )


AMOUNT = Money("12.34", "EUR")
PAID: dict[str, Any] = COMMON | {"amount": AMOUNT, "payment_id": "p2"}


@pytest.mark.parametrize(
    ("event", "intent"),
    [
        (
            requested("authorize"),
            Authorize(**PAID, tender=payment().tender),
        ),
        (
            requested("capture", final=True),
            Capture(**PAID, authorization="second", final=True),
        ),
        (
            requested("capture"),
            Capture(**PAID, authorization="second", final=False),
        ),
        (requested("void"), Void(**PAID, authorization="second")),
        (
            requested("refund", reason="late"),
            Refund(**PAID, authorization="second", reason="late"),
        ),
        (
            requested("credit", reason="late"),
            IssueCredit(
                **COMMON, amount=AMOUNT, customer_id="ada", reason="late"
            ),
        ),
        (
            ReservationRequested(
                reservation_id=R1,
                operation_id=OPERATION,
                demands=(demand("1", 1),),
                until=LATER,
                partial=True,
                check_at=NOON,
            ),
            Reserve(
                **COMMON,
                reservation_id=R1,
                demands=(demand("1", 1),),
                until=LATER,
                partial=True,
            ),
        ),
        (
            BackorderChecked(
                reservation_id=R1,
                operation_id=OPERATION,
                demands=(demand("1", 1),),
                until=LATER,
                check_at=NOON,
            ),
            Reserve(
                **COMMON,
                reservation_id=R1,
                demands=(demand("1", 1),),
                until=LATER,
                partial=False,
            ),
        ),
        (
            AllocationRequested(reservation_id=R1, operation_id=OPERATION),
            Allocate(**COMMON, reservation_id=R1),
        ),
        (
            StockConsumed(
                reservation_id=R1,
                operation_id=OPERATION,
                items=(item("1", 1),),
                subject=S1,
                written_off=True,
            ),
            Consume(
                **COMMON,
                reservation_id=R1,
                items=(item("1", 1),),
                written_off=True,
            ),
        ),
        (
            StockReleaseRequested(
                reservation_id=R1,
                operation_id=OPERATION,
                items=(item("1", 1),),
            ),
            Release(**COMMON, reservation_id=R1, items=(item("1", 1),)),
        ),
        (
            ReservationExpired(
                reservation_id=R1,
                operation_id=OPERATION,
                items=(item("1", 1),),
            ),
            Release(**COMMON, reservation_id=R1, items=(item("1", 1),)),
        ),
        (
            LabelRequested(shipment_id=S1, operation_id=OPERATION),
            BuyLabel(
                **COMMON,
                subject=S1,
                purpose="outbound",
                place="old",
                address="o1:ship_to",
                service="express",
                parcels=PARCELS,
            ),
        ),
        (
            LabelRequested(
                shipment_id="o1-s2", operation_id=OPERATION, service="slow"
            ),
            BuyLabel(
                **COMMON,
                subject="o1-s2",
                purpose="outbound",
                place="new",
                address="o1:ship_to",
                service="slow",
            ),
        ),
        (
            LabelVoidRequested(
                shipment_id=S1, operation_id=OPERATION, label_id="l1"
            ),
            VoidLabel(**COMMON, subject=S1, label_id="l1"),
        ),
        (
            InterceptRequested(
                shipment_id=S1, operation_id=OPERATION, tracking_number="t1"
            ),
            Intercept(**COMMON, subject=S1, tracking_number="t1"),
        ),
        (
            ReturnLabelRequested(return_id=T1, operation_id=OPERATION),
            BuyLabel(
                **COMMON,
                subject=T1,
                purpose="return",
                place="new",
                address="o1:ship_to",
            ),
        ),
        # Goods that are back go on the shelf; songs and strangers do not.
        (
            ShipmentWrittenOff(shipment_id="o1-s2", operation_id=OPERATION),
            Restock(
                **COMMON,
                subject="o1-s2",
                items=(item("1", 1, "new"), item("2", 2, "new")),
                disposition="restock",
            ),
        ),
        (
            DispositionChanged(
                return_id=T1,
                operation_id=OPERATION,
                line_id="1",
                quantity=2,
                before="restock",
                after="scrap",
            ),
            Restock(
                **COMMON,
                subject=T1,
                items=(item("1", 2, "new"),),
                disposition="scrap",
                previous="restock",
            ),
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_event_asks_for_one_thing(event: Any, intent: Any) -> None:
    """With all that the port must know, and nothing of another's."""
    assert [intent] == asks(event)
    assert asking(type(event))


def test_policy_says_where_returned_goods_go() -> None:
    """Else they go to where they came from, the latest first."""
    event = ReturnLabelRequested(return_id=T1, operation_id=OPERATION)
    (label,) = asks(event, return_place="the back door")
    assert "the back door" == label.place
    unsent = case(None, back())
    (nowhere,) = intents(unsent, event, context().policy)
    assert isinstance(nowhere, BuyLabel)
    assert "" == nowhere.place


def test_what_is_not_back_is_not_put_away() -> None:
    """A parcel that is written off as lost asks for nothing."""
    assert [] == asks(ShipmentWrittenOff(shipment_id=S1))


def found(line_id: str, quantity: int, **fields: Any) -> Finding:
    """Units that were found defective, for scrap."""
    settings: dict[str, Any] = {
        "condition": "defective",
        "disposition": "scrap",
    }
    return Finding(line_id=line_id, quantity=quantity, **settings | fields)


def put(number: int, *items: Any, **fields: Any) -> Restock:
    """A movement of goods that came back."""
    settings: dict[str, Any] = {"disposition": "scrap"}
    return Restock(
        operation_id=f"{T1}:restock:{number}",
        order_id="o1",
        subject=T1,
        items=items,
        **settings | fields,
    )


def test_each_finding_is_a_movement() -> None:
    """With an ordinal of its own, used or not."""
    event = ReturnInspected(
        return_id=T1,
        findings=(
            found("1", 2),
            found("1", 1, condition="missing"),
            found("3", 1),
            found("9", 1),
            found("2", 1, disposition="restock"),
        ),
        first_operation=7,
    )
    assert [
        put(7, item("1", 2, "new")),
        put(11, item("2", 1, "new"), disposition="restock"),
    ] == asks(event)
    assert [
        put(7, item("1", 2, "back")),
        put(11, item("2", 1, "back"), disposition="restock"),
    ] == asks(event, return_place="back")
