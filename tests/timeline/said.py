"""A case, and examples of the sentences about its order and its money."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeAlias

import attrs

from orderlife import (
    Case,
    Contradiction,
    Event,
    ExceptionItem,
    ExceptionKind,
    Hold,
    OrderState,
    Remedy,
    Screening,
    Tender,
)
from orderlife.rooms.exceptions import messages as exceptions
from orderlife.rooms.order import messages as order
from orderlife.rooms.order.model import Closing
from orderlife.rooms.payment import messages as payment
from orderlife.rooms.payment.lifecycle import OperationState
from orderlife.rooms.payment.model import (
    PaymentOperation,
    RefundLine,
)
from tests.helpers import line, placed

Example: TypeAlias = tuple[Event, str, bool]
"""An event, its sentence, and whether that is a detail."""

AT = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
DATE = "2026-03-04 05:06"


def _case() -> Case:
    """Two mugs and a plate, paid by card, and a gift card not used yet."""
    case = placed(line(quantity=2), line("plate")).case
    operation = PaymentOperation(
        operation_id="op",
        kind="capture",
        payment_id="p1",
        minor=1250,
        state=OperationState.SUBMITTED,
    )
    whole = attrs.evolve(case.placed, operations={"op": operation})
    return attrs.evolve(case, order=whole)


CASE = _case()
PLACED = CASE.placed.placement
OPENED = Contradiction(
    kind=ExceptionKind.SHORT_PICK,
    subject="o1-s1",
    expected="2 mugs",
    observed="1 mug is there",
)
HELD = Hold(hold_id="h1", reason="customer_request", blocks=("dispatch",))


ORDER: list[Example] = [
    (
        order.OrderDrafted(order_id="o1", placement=PLACED),
        "kept as a draft: 2 x mug, 1 x plate; 30.00 EUR, by card",
        False,
    ),
    (
        order.OrderPlaced(order_id="o1", placement=PLACED, at=AT),
        "placed: 2 x mug, 1 x plate; 30.00 EUR, by card",
        False,
    ),
    (order.OrderConfirmed(), "confirmed", False),
    (order.OrderCompleted(), "completed: nothing is left to do", False),
    (
        order.OrderReopened(why="a hold stands"),
        "open again: a hold stands",
        False,
    ),
    (
        order.CancellationStarted(
            closing=Closing(reason="customer", ends_in=OrderState.CANCELLED)
        ),
        "being called off (customer): goods and money go back",
        False,
    ),
    (
        order.CancellationAbandoned(why="it has left"),
        "too late to call it off: it has left",
        False,
    ),
    (order.OrderCancelled(), "cancelled: goods and money are back", False),
    (order.OrderExpired(), "expired: it was not paid for in time", False),
    (order.OrderRejected(), "rejected by the shop", False),
    (
        order.LinesCancelled(quantities={"1": 1}, reason="customer"),
        "called off 1 x mug (customer)",
        False,
    ),
    (
        order.LinesCancelled(
            quantities={"1": 1, "2": 1}, reason="staff", refund_minor=2000
        ),
        "called off 1 x mug, 1 x plate (staff); 20.00 EUR go back",
        False,
    ),
    (
        order.UnitsRecorded(
            counter="shipped", quantities={"2": 1}, subject="s1"
        ),
        "counts 1 x plate as shipped",
        True,
    ),
    (
        order.UnitsRecorded(
            counter="lost", quantities={"9": 1}, subject="s1", undo=True
        ),
        "counts 1 x line 9 as no longer lost",
        True,
    ),
    (
        order.FraudScreened(screening=Screening(verdict="accept")),
        "judged for fraud: accept",
        False,
    ),
    (
        order.FraudScreened(
            screening=Screening(verdict="reject", reason="on a list")
        ),
        "judged for fraud: reject: on a list",
        False,
    ),
    (
        order.HoldOpened(hold=HELD),
        "hold h1 (customer request) blocks dispatch",
        False,
    ),
    (
        order.HoldOpened(
            hold=attrs.evolve(
                HELD, blocks=("confirm", "refund"), until=AT, note="away"
            )
        ),
        (
            "hold h1 (customer request) blocks confirm and refund, "
            f"until {DATE}: away"
        ),
        False,
    ),
    (order.HoldReleased(hold_id="h1"), "hold h1 is released", False),
    (
        order.HoldReleased(hold_id="h1", note="is back"),
        "hold h1 is released: is back",
        False,
    ),
    (
        order.FollowUpScheduled(at=AT),
        f"to be asked how it was, on {DATE}",
        True,
    ),
    (order.FollowUpSent(), "asks the customer how it was", False),
    (
        exceptions.ExceptionOpened(
            item=ExceptionItem(
                exception_id="x1", contradiction=OPENED, opened_at=AT
            )
        ),
        "x1 to be settled, short pick: 2 mugs; but 1 mug is there",
        False,
    ),
    (
        exceptions.ExceptionResolved(
            exception_id="x1",
            remedy=Remedy.STORE_CREDIT,
            note="as she wished",
            by="staff:ada",
        ),
        "settled x1, store credit: as she wished",
        False,
    ),
]

PAYMENT: list[Example] = [
    (
        order.AuthorityUsed(actor="staff:ada", minor=500),
        "counts 5.00 EUR as moved by staff:ada",
        True,
    ),
    (
        payment.PaymentAwaited(until=AT),
        f"to be paid for until {DATE}",
        True,
    ),
    (
        payment.TenderOffered(tender=Tender("gift_card", "tok_secret")),
        "offers to pay by gift_card",
        False,
    ),
    (
        payment.PaymentRequested(
            operation_id="op", kind="authorize", payment_id="p1", minor=3000
        ),
        "asks the gateway to secure 30.00 EUR on the card",
        True,
    ),
    (
        payment.PaymentRecorded(detail="a stray report"),
        "a stray report",
        False,
    ),
    (
        payment.RefundGranted(subject="o1", lines=(), minor=0),
        "grants no refund: nothing is due",
        False,
    ),
    (
        payment.RefundGranted(
            subject="o1-t1",
            lines=(
                RefundLine(kind="goods", minor=1000),
                RefundLine(kind="restocking_fee", minor=-100),
            ),
            minor=900,
        ),
        (
            "grants a refund of 9.00 EUR: goods 10.00 EUR, "
            "restocking fee -1.00 EUR"
        ),
        False,
    ),
    (
        payment.RefundGranted(
            subject="o1",
            lines=(RefundLine(kind="goodwill", minor=500),),
            minor=500,
            as_credit=True,
        ),
        "grants a store credit of 5.00 EUR: goodwill 5.00 EUR",
        False,
    ),
]
