"""Which event is told to whom, message by message and to the last field."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Any

import attrs
import pytest

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Contradiction, ExceptionKind
from orderlife.ports.carrier import Label
from orderlife.ports.inventory import Demand
from orderlife.ports.notifier import MessageKind, Notify
from orderlife.rooms.exceptions.messages import ExceptionOpened
from orderlife.rooms.order import messages as m
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.model import Closing, Hold
from orderlife.rooms.payment.lifecycle import OperationState, OperationTrigger
from orderlife.rooms.payment.messages import PaymentRecorded
from orderlife.rooms.returns import messages as b
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.shipment import messages as s
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.model import Scan, ScanStatus
from orderlife.rooms.stock import messages as r
from orderlife.testing.scenario import NOON
from tests.house import notices, telling
from tests.order.orders import item, made, operation
from tests.process.parts import STOCK, back, case, context
from tests.zones import BERLIN

K, M, P, SS = ExceptionKind, MessageKind, OperationTrigger, ShipmentState
LABEL = Label(label_id="l1", carrier="post", tracking_number="t1")
DEMANDS = (Demand(line_id="1", sku="mug", quantity=1),)


def whole(**fields: Any) -> Case:
    """A case of seven events, with a return that is approved."""
    return case(
        made(**fields), returns=(back(ReturnState.APPROVED),), version=7
    )


def message(
    kind: MessageKind,
    subject: str = "o1",
    audience: Any = "customer",
    /,
    **details: str,
) -> Notify:
    """A message that is sent of the seventh event."""
    return Notify(
        operation_id="o1:notify:7",
        order_id="o1",
        message=kind,
        audience=audience,
        subject=subject,
        contact="o1:contact",
        details=details,
    )


def told(where: Case, event: Any, **fields: Any) -> list[Notify]:
    """What is told of an event."""
    return list(notices(where, event, context(**fields)))


HELD = r.StockHeld(
    reservation_id="o1-r1", operation_id="x", items=(), short=DEMANDS
)
APPROVED = b.ReturnApproved(
    return_id="o1-t1", explanation="so", expires_at=NOON
)
PLAIN: list[tuple[Any, MessageKind, str]] = [
    (m.OrderConfirmed(), M.ORDER_CONFIRMED, "o1"),
    (
        m.LinesCancelled(quantities={"1": 1}, reason="other"),
        M.ORDER_EDITED,
        "o1",
    ),
    (m.FollowUpSent(), M.FOLLOW_UP, "o1"),
    (
        r.ReservationBackordered(
            reservation_id="o1-r1", demands=DEMANDS, check_at=NOON
        ),
        M.BACKORDER_DELAY,
        "o1-r1",
    ),
    (HELD, M.BACKORDER_DELAY, "o1-r1"),
    (
        s.ShipmentDispatched(shipment_id="o1-s1", at=NOON),
        M.SHIPPING_CONFIRMATION,
        "o1-s1",
    ),
    (
        b.ReturnRequested(
            return_id="o1-t1",
            lines=(),
            reason="style",
            resolution="refund",
            at=NOON,
        ),
        M.RETURN_REQUESTED,
        "o1-t1",
    ),
    (
        b.ReturnDeclined(return_id="o1-t1", explanation="so"),
        M.RETURN_DECLINED,
        "o1-t1",
    ),
    (
        b.ReturnLabelIssued(return_id="o1-t1", label=LABEL),
        M.RETURN_LABEL,
        "o1-t1",
    ),
    (
        b.ReturnParcelReceived(
            return_id="o1-t1",
            parcel_id="x",
            at=NOON,
            quantities={},
            until=NOON,
        ),
        M.RETURN_RECEIVED,
        "o1-t1",
    ),
]


@pytest.mark.parametrize(("event", "kind", "subject"), PLAIN)
def test_an_event_is_told_to_the_customer(
    event: Any, kind: MessageKind, subject: str
) -> None:
    """Under a key of its own; unless silence is asked for."""
    silent = attrs.evolve(whole().placed.placement, contact="")

    assert [message(kind, subject)] == told(whole(), event)
    assert [message(kind, subject)] == told(whole(), event, tell_staff=False)
    assert [] == told(whole(), event, notify=False)
    assert [] == told(whole(placement=silent), event)
    assert telling(type(event))


@pytest.mark.parametrize(
    ("end", "zone", "last"),
    [
        (NOON, UTC, "2026-01-05"),
        (datetime(2026, 1, 5, tzinfo=UTC), UTC, "2026-01-04"),
        (datetime(2026, 1, 4, 23, tzinfo=UTC), BERLIN, "2026-01-04"),
    ],
)
def test_the_last_day_is_told(end: datetime, zone: tzinfo, last: str) -> None:
    """As the calendar has it where the shop is."""
    event = attrs.evolve(APPROVED, expires_at=end)
    assert [message(M.RETURN_APPROVED, "o1-t1", last_day=last)] == told(
        whole(), event, time_zone=zone
    )


def test_what_may_be_kept_has_no_last_day() -> None:
    """Nobody waits for it."""
    kept = back(ReturnState.APPROVED, resolution="keep")
    where = case(made(), returns=(kept,), version=7)

    assert [message(M.RETURN_APPROVED, "o1-t1")] == told(where, APPROVED)


@pytest.mark.parametrize("number", [0, 3, 4])
def test_an_order_may_be_silent(number: int) -> None:
    """About its confirmation, and about what it waits for."""
    event = PLAIN[number][0]

    assert [] == told(whole(notify=False), event)


@pytest.mark.parametrize(
    "event",
    [
        attrs.evolve(PLAIN[5][0], notify=False),
        attrs.evolve(HELD, items=STOCK),
        attrs.evolve(HELD, short=()),
        m.OrderPlaced(order_id="o1", placement=made().placement, at=NOON),
        m.HoldOpened(
            hold=Hold(hold_id="h1", reason="other", blocks=("refund",))
        ),
        m.OrderCancelled(),
    ],
)
def test_some_events_are_no_news(event: Any) -> None:
    """Whoever might hear of them."""
    assert [] == told(whole(), event)


@pytest.mark.parametrize(
    "fields",
    [{"notify": False}, {"state": ReturnState.IN_TRANSIT}],
)
def test_a_label_is_told_where_it_is_wanted(fields: dict[str, Any]) -> None:
    """Not in silence, nor once the goods are on their way."""
    settings: dict[str, Any] = {"state": ReturnState.APPROVED}
    parts = back(**settings | fields)

    assert [] == told(case(made(), returns=(parts,), version=7), PLAIN[8][0])


@pytest.mark.parametrize(
    "event", [m.OrderCancelled(), m.OrderExpired(), m.OrderRejected()]
)
def test_the_end_is_told_with_its_reason(event: Any) -> None:
    """Unless it was to be silent."""
    closing = Closing(reason="staff", ends_in=OrderState.CANCELLED)
    silent = attrs.evolve(closing, notify=False)

    assert [message(M.ORDER_CANCELLED, reason="staff")] == told(
        whole(closing=closing), event
    )
    assert [] == told(whole(closing=silent), event)


# --- the staff ----------------------------------------------------------


def opened(kind: ExceptionKind, subject: str = "p1") -> Any:
    """An exception item about something."""
    about = Contradiction(kind, subject, "this", "that")
    return ExceptionOpened(item=item(kind, number=4, contradiction=about))


@pytest.mark.parametrize(
    ("event", "kind", "details"),
    [
        (
            m.HoldOpened(
                hold=Hold(hold_id="h1", reason="fraud", blocks=("refund",))
            ),
            M.FRAUD_REVIEW,
            {"hold": "h1"},
        ),
        (
            opened(K.DISPUTE),
            M.DISPUTE_OPENED,
            {"exception": "x4", "kind": "dispute"},
        ),
        (
            opened(K.VOID_FAILED),
            M.EXCEPTION_OPENED,
            {"exception": "x4", "kind": "void_failed"},
        ),
    ],
)
def test_the_staff_hears_of_trouble(
    event: Any, kind: MessageKind, details: dict[str, str]
) -> None:
    """Though the customer has no contact; unless they want to hear none."""
    silent = attrs.evolve(whole().placed.placement, contact="")
    expected = message(kind, "o1", "staff", **details)

    assert [expected] == told(whole(), event)
    assert [attrs.evolve(expected, contact="")] == told(
        whole(placement=silent), event
    )
    assert [] == told(whole(), event, notify=False)
    assert [] == told(whole(), event, tell_staff=False)


@pytest.mark.parametrize(
    "event",
    [opened(K.MESSAGE_FAILED), opened(K.EFFECT_FAILED, "o1:notify:3")],
)
def test_a_message_that_was_not_sent_sends_none(event: Any) -> None:
    """Or a broken notifier would tell of itself for ever."""
    assert [] == told(whole(), event)


# --- parcels ------------------------------------------------------------


def scanned(
    status: ScanStatus, before: ShipmentState, after: ShipmentState
) -> s.ShipmentScanned:
    """A scan that was folded in."""
    fields: dict[str, Any] = {
        field.name: None
        for field in attrs.fields(s.ShipmentScanned)
        if field.default is attrs.NOTHING
    }
    fields |= {
        "shipment_id": "o1-s1",
        "scan": Scan(status=status, at=NOON),
        "before": before,
        "after": after,
    }
    return s.ShipmentScanned(**fields)


ARRIVALS = {
    SS.IN_TRANSIT: M.SHIPPING_UPDATE,
    SS.OUT_FOR_DELIVERY: M.OUT_FOR_DELIVERY,
    SS.AVAILABLE_FOR_PICKUP: M.READY_FOR_PICKUP,
    SS.ATTEMPT_FAILED: M.DELIVERY_ATTEMPTED,
    SS.DELIVERED: M.DELIVERED,
    SS.LOST: M.SHIPMENT_EXCEPTION,
    SS.DAMAGED: M.SHIPMENT_EXCEPTION,
    SS.RETURNING: M.SHIPMENT_EXCEPTION,
}


@pytest.mark.parametrize("after", ShipmentState)
def test_a_parcel_is_told_where_it_comes_to(after: ShipmentState) -> None:
    """Once: what changes nothing is no news."""
    kind = ARRIVALS.get(after)
    status = ScanStatus.PICKED_UP

    assert ([message(kind, "o1-s1")] if kind else []) == told(
        whole(), scanned(status, SS.PLANNED, after)
    )
    assert [] == told(whole(), scanned(status, after, after))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (ScanStatus.DELAYED, M.DELIVERY_DELAYED),
        (ScanStatus.EXCEPTION, M.SHIPMENT_EXCEPTION),
    ],
)
@pytest.mark.parametrize("after", [SS.IN_TRANSIT, SS.OUT_FOR_DELIVERY])
def test_what_a_carrier_says_by_the_way_is_told(
    status: ScanStatus, kind: MessageKind, after: ShipmentState
) -> None:
    """Each time, and instead of where it is."""
    assert [message(kind, "o1-s1")] == told(
        whole(), scanned(status, SS.IN_TRANSIT, after)
    )


# --- money --------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "trigger", "detail", "expected", "details"),
    [
        (
            "authorize",
            P.ASK_CUSTOMER,
            "u",
            M.PAYMENT_ACTION_REQUIRED,
            {"url": "u"},
        ),
        ("authorize", P.DECLINE, "no", M.PAYMENT_FAILED, {"reason": "no"}),
        ("authorize", P.DECLINE, "voided", None, {}),
        ("authorize", P.DECLINE, "lapsed", None, {}),
        ("authorize", P.SUCCEED, "", None, {}),
        ("authorize", P.REVERSE, "", None, {}),
        ("capture", P.DECLINE, "no", None, {}),
        ("capture", P.SUCCEED, "", None, {}),
        ("capture", P.REVERSE, "", None, {}),
        ("void", P.SUCCEED, "", None, {}),
        ("refund", P.SUCCEED, "", M.ORDER_REFUNDED, {}),
        ("credit", P.SUCCEED, "", M.ORDER_REFUNDED, {}),
        ("refund", P.REVERSE, "", M.REFUND_FAILED, {}),
        ("credit", P.REVERSE, "", M.REFUND_FAILED, {}),
        ("refund", P.DECLINE, "no", None, {}),
        ("refund", P.WAIT, "", None, {}),
        ("refund", None, "", None, {}),
    ],
)
def test_money_is_told_with_its_amount(
    kind: Any,
    trigger: Any,
    detail: str,
    expected: MessageKind | None,
    details: dict[str, str],
) -> None:
    """Unless its request was made in silence."""
    name = f"o1:{kind}:1"
    asked = operation(kind, 70, OperationState.PENDING, 1)
    silent = attrs.evolve(asked, notify=False)
    event = PaymentRecorded(operation_id=name, trigger=trigger, detail=detail)
    other = attrs.evolve(event, operation_id="")

    assert (
        [message(expected, amount="0.70 EUR", **details)] if expected else []
    ) == told(whole(operations={name: asked}), event)
    assert [] == told(whole(operations={name: silent}), event)
    assert [] == told(whole(operations={name: asked}), other)
