"""What each remedy asks for next, case by case and to the last field."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orderlife._kernel.case import Case
from orderlife._kernel.messages import ExceptionKind, Remedy
from orderlife.errors import NotAllowedError
from orderlife.house import HOUSE
from orderlife.rooms.exceptions.messages import ExceptionResolved
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import CancelUnits, RecordUnits
from orderlife.rooms.payment.lifecycle import OperationState
from orderlife.rooms.payment.messages import (
    GiveUpPayment,
    GrantRefund,
    LapseAuthorization,
    RequestAuthorizations,
    RequestPayment,
    SettleByHand,
)
from orderlife.rooms.payment.model import (
    MovementKind,
    PaymentOperation,
    RefundLine,
)
from orderlife.rooms.returns.messages import OrderReturnLabel
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import OrderLabelAgain, WriteOffShipment
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.messages import ReserveStock
from orderlife.testing import a_movement
from orderlife.testing.scenario import NOON
from tests.house import react
from tests.process.made import (
    R1,
    S1,
    T1,
    WHOLE,
    back,
    case,
    context,
    demand,
    excepted,
    held,
    item,
    order,
    payment,
    sent,
)

K, M, R, S = ExceptionKind, MovementKind, Remedy, ShipmentState
HELD, ALLOCATED = ReservationState.HELD, ReservationState.ALLOCATED
PLACED, CONFIRMED = OrderState.PLACED, OrderState.CONFIRMED
CANCELLED = OrderState.CANCELLED
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def steps(
    remedy: Remedy,
    kind: ExceptionKind,
    subject: str,
    *parts: Any,
    policy: dict[str, Any] | None = None,
    quantities: Any = None,
    minor: int = 0,
    **fields: Any,
) -> list[Any]:
    """What a remedy asks for, of an order with these fields and parts."""
    items = (
        excepted(K.DISPUTE, "p1"),
        excepted(kind, subject, 2, quantities=quantities or {}, minor=minor),
    )
    made = case(order(exceptions=items, **fields), *parts)
    return settled(made, remedy, **policy or {})


def settled(made: Case, remedy: Remedy, **policy: Any) -> list[Any]:
    """What the remedy of the second exception asks for."""
    event = ExceptionResolved(
        exception_id="x2", remedy=remedy, note="", by="staff:ada"
    )
    return list(react(HOUSE.evolve(made, event), event, context(**policy)))


def asked(kind: Any, minor: int, payment_id: str = "p1") -> RequestPayment:
    """A step that asks the gateway for something."""
    return RequestPayment(kind=kind, minor={payment_id: minor}, subject="o1")


# --- money ---------------------------------------------------------------

TAKEN = (a_movement(M.AUTHORIZED, WHOLE), a_movement(M.CAPTURED, 5000))
"""60.00 were authorised, of which 50.00 were taken."""


@pytest.mark.parametrize(
    ("kind", "remedy", "state", "expected"),
    [
        (K.VOID_FAILED, R.ACCEPT, CONFIRMED, "lapse"),
        (K.VOID_FAILED, R.RETRY, CONFIRMED, "nothing"),
        (K.VOID_FAILED, R.RETRY, CANCELLED, "void"),
        (K.REFUND_FAILED, R.ACCEPT, CONFIRMED, "by hand"),
        (K.CREDIT_FAILED, R.ACCEPT, CONFIRMED, "by hand"),
        (K.REFUND_FAILED, R.RETRY, CONFIRMED, "refund"),
        (K.REFUND_FAILED, R.STORE_CREDIT, CONFIRMED, "credit"),
        (K.CREDIT_FAILED, R.RETRY, CONFIRMED, "credit"),
        (K.CREDIT_FAILED, R.REFUND, CONFIRMED, "refund"),
        (K.CAPTURED_AFTER_END, R.ACCEPT, CANCELLED, "nothing"),
        (K.CAPTURED_AFTER_END, R.REFUND, CANCELLED, "both"),
        (K.AMOUNT_MISMATCH, R.ACCEPT, CONFIRMED, "nothing"),
        (K.CAPTURE_FAILED, R.ACCEPT, CONFIRMED, "nothing"),
        (K.CAPTURE_FAILED, R.RETRY, CONFIRMED, "capture"),
        (K.CAPTURE_FAILED, R.RETRY, PLACED, "capture"),
        (K.AUTHORIZATION_LAPSED, R.ACCEPT, CONFIRMED, "nothing"),
        (K.AUTHORIZATION_LAPSED, R.RETRY, CONFIRMED, "authorize"),
        (K.AUTHORIZATION_LAPSED, R.RETRY, PLACED, "authorize"),
        (K.DISPUTE, R.RETRY, CONFIRMED, "nothing"),
    ],
)
def test_what_becomes_of_money(
    kind: ExceptionKind, remedy: Remedy, state: OrderState, expected: str
) -> None:
    """It is asked for again, given back another way, or let be."""
    capture = RequestPayment(
        kind="capture", minor={"p1": 300}, subject="o1", notify=False
    )
    wanted: dict[str, list[Any]] = {
        "nothing": [],
        "lapse": [LapseAuthorization(payment_id="p1")],
        "void": [asked("void", 1000)],
        "refund": [asked("refund", 300)],
        "credit": [asked("credit", 300)],
        "by hand": [SettleByHand(payment_id="p1", minor=300)],
        "both": [asked("void", 1000), asked("refund", 5000)],
        "capture": [capture],
        "authorize": [RequestAuthorizations(again="p1", notify=False)],
    }
    assert wanted[expected] == steps(
        remedy, kind, "p1", minor=300, state=state, movements=TAKEN
    )


def test_what_was_taken_after_the_end_goes_back_whence_it_came() -> None:
    """Of that payment, and of no other."""
    found = steps(
        R.REFUND,
        K.CAPTURED_AFTER_END,
        "p2",
        payments=THREE,
        movements=(*SPREAD, a_movement(M.AUTHORIZED, 250, payment_id="p2")),
        state=CANCELLED,
    )
    assert [asked("void", 50, "p2"), asked("refund", 200, "p2")] == found


def test_what_is_not_secured_is_asked_for_before_it_is_taken() -> None:
    """Though it was the capture that failed."""
    again = RequestAuthorizations(again="p1", notify=False)
    assert [again] == steps(
        R.RETRY, K.CAPTURE_FAILED, "p1", minor=300, authorized=WHOLE - 1
    )


def test_what_has_ended_is_not_secured_again() -> None:
    """Somebody may only accept what became of it."""
    for kind in (K.CAPTURE_FAILED, K.AUTHORIZATION_LAPSED):
        with pytest.raises(NotAllowedError) as caught:
            steps(R.RETRY, kind, "p1", state=CANCELLED)
        assert (
            "retry, to settle what became of",
            "payment p1",
            "order o1 is cancelled",
            "accept it",
        ) == caught.value.args


THREE = tuple(payment(payment_id) for payment_id in ("p1", "p2", "p3"))
SPREAD = (
    a_movement(M.CAPTURED, 100, payment_id="p1"),
    a_movement(M.CAPTURED, 200, payment_id="p2"),
    a_movement(M.CAPTURED, 300, payment_id="p3"),
)


@pytest.mark.parametrize(
    ("minor", "first_first", "bearers"),
    [
        (150, False, [("p2", 150)]),
        (250, False, [("p2", 200), ("p3", 50)]),
        (250, True, [("p2", 200), ("p1", 50)]),
        (600, False, [("p2", 200), ("p3", 300), ("p1", 100)]),
        (900, False, [("p2", 200), ("p3", 300), ("p1", 100)]),
    ],
)
def test_who_bears_what_did_not_go_back(
    minor: int,
    first_first: bool,
    bearers: list[tuple[str, int]],
) -> None:
    """The one that was to, as far as it can; then policy's order."""
    policy = {"refund_order": "first_first"} if first_first else {}
    found = steps(
        R.RETRY,
        K.REFUND_FAILED,
        "p2",
        minor=minor,
        payments=THREE,
        movements=SPREAD,
        policy=policy,
    )
    assert [asked("refund", part, bearer) for bearer, part in bearers] == found


def test_one_that_can_bear_nothing_bears_nothing() -> None:
    """The others do."""
    found = steps(
        R.RETRY,
        K.REFUND_FAILED,
        "p9",
        minor=350,
        payments=THREE,
        movements=SPREAD,
    )
    assert [asked("refund", 300, "p3"), asked("refund", 50, "p2")] == found


def test_what_was_too_much_goes_back() -> None:
    """As much as was taken beyond what the order costs."""
    movements = (a_movement(M.AUTHORIZED, 7000), a_movement(M.CAPTURED, 7000))
    expected = GrantRefund(
        subject="o1",
        lines=(RefundLine(kind="overpaid", minor=1000),),
        overpaid=True,
        reason="paid too much",
        notify=False,
    )
    assert [expected] == steps(
        R.REFUND, K.AMOUNT_MISMATCH, "p1", movements=movements
    )


def test_what_was_not_too_much_stays() -> None:
    """There is nothing to give back."""
    with pytest.raises(NotAllowedError) as caught:
        steps(R.REFUND, K.AMOUNT_MISMATCH, "p1", movements=TAKEN)
    assert (
        "refund, to settle an amount of",
        "order o1",
        "nothing was taken beyond what it costs",
        "accept it, or give money back with RefundPayment",
    ) == caught.value.args


SUBMITTED = PaymentOperation(
    operation_id="o1:capture:1",
    kind="capture",
    payment_id="p1",
    minor=1,
    state=OperationState.SUBMITTED,
)


@pytest.mark.parametrize(
    ("kind", "remedy", "subject", "given_up"),
    [
        (K.EFFECT_FAILED, R.ACCEPT, "o1:capture:1", True),
        (K.OUTCOME_UNKNOWN, R.ACCEPT, "o1:capture:1", True),
        (K.OUTCOME_UNKNOWN, R.RETRY, "o1:capture:1", False),
        (K.OUTCOME_UNKNOWN, R.ACCEPT, "o1:capture:2", False),
        (K.MESSAGE_FAILED, R.ACCEPT, "o1:capture:1", False),
    ],
)
def test_nobody_waits_for_what_was_given_up(
    kind: ExceptionKind,
    remedy: Remedy,
    subject: str,
    given_up: bool,
) -> None:
    """If the gateway was asked for it."""
    expected = [GiveUpPayment(operation_id="o1:capture:1")]
    found = steps(
        remedy, kind, subject, operations={"o1:capture:1": SUBMITTED}
    )
    assert (expected if given_up else []) == found


# --- goods ---------------------------------------------------------------


def reserved(*demands: Any, number: int = 1) -> ReserveStock:
    """A step that asks for stock."""
    return ReserveStock(
        reservation_id=f"o1-r{number}",
        demands=demands,
        until=NOON + 2 * HOUR,
        check_at=NOON + DAY,
    )


@pytest.mark.parametrize("kind", [K.STOCK_LOST, K.SHORT_PICK])
def test_stock_that_was_not_there(kind: ExceptionKind) -> None:
    """It is asked for again, or called off: what of it has none by now."""
    there = held(ALLOCATED, item("1", 1))
    again = R.RETRY if kind is K.STOCK_LOST else R.RESHIP
    assert [reserved(demand("1", 2), number=2)] == steps(
        again, kind, R1, there, quantities={"1": 3}
    )
    assert [CancelUnits(quantities={"1": 2}, reason="inventory")] == steps(
        R.REFUND, kind, R1, there, quantities={"1": 3}
    )
    for remedy in (again, R.REFUND):
        assert [] == steps(
            remedy,
            kind,
            R1,
            there,
            held(HELD, item("1", 2), number=2),
            quantities={"1": 3},
        )


@pytest.mark.parametrize(
    ("remedy", "subject", "expected"),
    [
        (R.RETRY, S1, [OrderLabelAgain(shipment_id=S1)]),
        (R.RETRY, T1, [OrderReturnLabel(return_id=T1)]),
        (R.ACCEPT, S1, []),
        (R.ACCEPT, T1, []),
    ],
)
def test_a_label_that_failed(
    remedy: Remedy, subject: str, expected: list[Any]
) -> None:
    """It is bought again, or not."""
    parts = (sent(S.PACKED, {}), back())
    assert expected == steps(remedy, K.LABEL_FAILED, subject, *parts)


def uncount(counter: Any) -> RecordUnits:
    """A step that takes a count of the shipment's units back."""
    return RecordUnits(
        counter=counter, quantities={"1": 2}, subject=S1, undo=True
    )


REFUND = GrantRefund(
    subject=S1,
    lines=(RefundLine(kind="goods", minor=2000, line_id="1"),),
    units={"1": 2},
    reason="undelivered",
    notify=False,
)
CLOSED = WriteOffShipment(shipment_id=S1)
SHELVED = WriteOffShipment(shipment_id=S1, restock=True)
AGAIN = reserved(demand("1", 2))
RESENT = [uncount("lost"), uncount("shipped"), CLOSED, AGAIN]
PARCELS = [K.SHIPMENT_LOST, K.SHIPMENT_DAMAGED, K.RETURNED_TO_SENDER]


@pytest.mark.parametrize(
    ("state", "remedy", "expected"),
    [
        (S.LOST, R.ACCEPT, [CLOSED]),
        (S.DAMAGED, R.ACCEPT, [CLOSED]),
        (S.LOST, R.REFUND, [REFUND, CLOSED]),
        (S.DAMAGED, R.REFUND, [REFUND, CLOSED]),
        (S.LOST, R.RESHIP, RESENT),
        (S.DAMAGED, R.RESHIP, RESENT),
        # What has turned up, or was settled, is let be.
        (S.DELIVERED, R.ACCEPT, []),
        (S.IN_TRANSIT, R.ACCEPT, []),
        (S.WRITTEN_OFF, R.ACCEPT, []),
        (S.WRITTEN_OFF, R.REFUND, []),
        (S.CANCELLED, R.RESHIP, []),
    ],
)
@pytest.mark.parametrize("kind", PARCELS)
def test_what_becomes_of_a_parcel(
    kind: ExceptionKind,
    state: ShipmentState,
    remedy: Remedy,
    expected: list[Any],
) -> None:
    """Its units are paid back or sent again, by where they are now."""
    units = {"1": {"shipped": 2, "lost": 2}}
    parcel = sent(state, {"1": 2})
    assert expected == steps(remedy, kind, S1, parcel, units=units)


@pytest.mark.parametrize(
    ("remedy", "cancelled", "expected"),
    [
        (R.RESHIP, 0, [SHELVED, AGAIN]),
        (R.RESHIP, 2, [SHELVED, reserved(demand("1", 1))]),
        (R.RESHIP, 3, [SHELVED]),
        (
            R.REFUND,
            0,
            [
                SHELVED,
                CancelUnits(
                    quantities={"1": 2}, reason="other", came_back=True
                ),
            ],
        ),
        (
            R.REFUND,
            2,
            [
                SHELVED,
                CancelUnits(
                    quantities={"1": 1}, reason="other", came_back=True
                ),
            ],
        ),
        (R.REFUND, 3, [SHELVED]),
    ],
)
def test_what_becomes_of_goods_that_are_back(
    remedy: Remedy, cancelled: int, expected: list[Any]
) -> None:
    """They go on the shelf; what of them is wanted is seen to."""
    parcel = sent(S.RETURNED_TO_SENDER, {"1": 2})
    assert expected == steps(
        remedy,
        K.RETURNED_TO_SENDER,
        S1,
        parcel,
        units={"1": {"cancelled": cancelled}},
    )


@pytest.mark.parametrize(
    ("state", "remedy", "why"),
    [
        (
            S.RETURNED_TO_SENDER,
            R.ACCEPT,
            (
                "accept to settle what became of",
                "shipment o1-s1",
                "it is returned_to_sender now",
                "send it again or give the money back",
            ),
        ),
        (
            S.DELIVERED,
            R.RESHIP,
            (
                "reship to settle what became of",
                "shipment o1-s1",
                "it is delivered now",
                "accept it",
            ),
        ),
        (
            S.IN_TRANSIT,
            R.REFUND,
            (
                "refund to settle what became of",
                "shipment o1-s1",
                "it is in_transit now",
                "accept it",
            ),
        ),
    ],
)
def test_a_remedy_that_does_not_fit(
    state: ShipmentState, remedy: Remedy, why: tuple[str, ...]
) -> None:
    """It is refused, and the one that does is named."""
    with pytest.raises(NotAllowedError) as caught:
        steps(remedy, K.SHIPMENT_LOST, S1, sent(state, {"1": 2}))
    assert why == caught.value.args
