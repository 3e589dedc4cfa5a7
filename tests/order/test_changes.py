"""How each event changes an order: what it names, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderlife._kernel.messages import ExceptionKind, Remedy
from orderlife.ports.payment import Tender
from orderlife.rooms.exceptions.messages import (
    ExceptionOpened,
    ExceptionResolved,
)
from orderlife.rooms.order import messages as m
from orderlife.rooms.order.evolve import begin
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.model import Closing, Hold, Order, Screening, Units
from orderlife.rooms.payment.lifecycle import OperationState, OperationTrigger
from orderlife.rooms.payment.messages import (
    PaymentAwaited,
    PaymentRecorded,
    PaymentRequested,
    RefundGranted,
    TenderOffered,
)
from orderlife.rooms.payment.model import (
    Movement,
    MovementKind,
    Payment,
    PaymentOperation,
    RefundLine,
)
from orderlife.testing.scenario import NOON
from tests.house import evolve
from tests.order.orders import BASE, counted, item, operation, payment
from tests.order.shop import CARD

O, P, S = OperationState, OperationTrigger, OrderState  # noqa: E741
LATER = NOON + timedelta(days=1)
HOLD = Hold(hold_id="h1", reason="other", blocks=("refund",))
FAILED = item(ExceptionKind.CAPTURE_FAILED, 30)
MOVED = Movement(kind=MovementKind.CAPTURED, payment_id="p1", minor=1)
FULL = attrs.evolve(
    BASE,
    payments=(payment(), payment("p2")),
    operations={
        "o1:authorize:1": operation("authorize", 400, O.SUBMITTED, 1),
        "o1:capture:1": operation(
            "capture", 400, O.SUBMITTED, 1, reference="r0"
        ),
    },
    movements=(MOVED,),
    waived_minor=3,
    released_minor=5,
    holds=(HOLD,),
    exceptions=(FAILED,),
    counts={"hold": 1, "exception": 1, "authorize": 1},
    units=counted(
        Units(ordered=3, cancelled=1, shipped=1, refunded=1),
        Units(ordered=2, cancelled=1),
    ),
    tenders=(CARD,),
)
"""An order with something in every field that is added to."""


def changed(order: Order, **fields: Any) -> Order:
    """The order with some fields changed."""
    return attrs.evolve(order, **fields)


CLOSING = Closing(reason="fraud", ends_in=S.REJECTED)
OTHER = Tender("card", "tok_other")


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        (PaymentAwaited(until=LATER), {"payment_due_at": LATER}),
        (
            m.FraudScreened(screening=Screening(verdict="review")),
            {"screening": Screening(verdict="review")},
        ),
        (m.OrderConfirmed(), {"state": S.CONFIRMED}),
        (
            m.CancellationStarted(closing=CLOSING),
            {"state": S.CANCELLING, "closing": CLOSING},
        ),
        (m.FollowUpScheduled(at=LATER), {"follow_up_at": LATER}),
        (
            RefundGranted(
                subject="t1",
                lines=(RefundLine(kind="goods", minor=120),),
                minor=70,
                waived_minor=50,
                units={"1": 1},
            ),
            {
                "units": counted(
                    Units(ordered=3, cancelled=1, shipped=1, refunded=2),
                    Units(ordered=2, cancelled=1),
                ),
                "waived_minor": 53,
            },
        ),
        (
            RefundGranted(subject="o1", lines=(), minor=70, overpaid=True),
            {"released_minor": 75},
        ),
        (
            m.LinesCancelled(
                quantities={"1": 2, "2": 1},
                reason="other",
                freed_minor=40,
                refund_minor=20,
            ),
            {
                "units": counted(
                    Units(ordered=3, cancelled=3, shipped=1, refunded=1),
                    Units(ordered=2, cancelled=2),
                ),
                "released_minor": 45,
            },
        ),
        (
            m.UnitsRecorded(
                counter="shipped", quantities={"1": 1, "2": 1}, subject="s"
            ),
            {
                "units": counted(
                    Units(ordered=3, cancelled=1, shipped=2, refunded=1),
                    Units(ordered=2, cancelled=1, shipped=1),
                )
            },
        ),
        (
            m.UnitsRecorded(
                counter="shipped",
                quantities={"1": 1},
                subject="s",
                undo=True,
            ),
            {
                "units": counted(
                    Units(ordered=3, cancelled=1, refunded=1),
                    Units(ordered=2, cancelled=1),
                )
            },
        ),
        (
            ExceptionOpened(item=item(ExceptionKind.DISPUTE, number=2)),
            {
                "exceptions": (FAILED, item(ExceptionKind.DISPUTE, number=2)),
                "counts": {"hold": 1, "exception": 2, "authorize": 1},
            },
        ),
        (
            ExceptionResolved(
                exception_id="x1",
                remedy=Remedy.ACCEPT,
                note="so",
                by="staff:bob",
                waived_minor=30,
            ),
            {
                "exceptions": (
                    item(
                        ExceptionKind.CAPTURE_FAILED,
                        30,
                        remedy=Remedy.ACCEPT,
                        note="so",
                        by="staff:bob",
                    ),
                ),
                "waived_minor": 33,
            },
        ),
        (
            ExceptionResolved(
                exception_id="x9", remedy=Remedy.ACCEPT, note="", by=""
            ),
            {},
        ),
        (
            m.HoldOpened(
                hold=Hold(hold_id="h2", reason="other", blocks=("refund",))
            ),
            {
                "holds": (
                    HOLD,
                    Hold(hold_id="h2", reason="other", blocks=("refund",)),
                ),
                "counts": {"hold": 2, "exception": 1, "authorize": 1},
            },
        ),
        (m.HoldReleased(hold_id="h1"), {"holds": ()}),
        (m.HoldReleased(hold_id="h2"), {}),
        (TenderOffered(tender=OTHER), {"tenders": (CARD, OTHER)}),
    ],
)
def test_an_event_changes_what_it_names(
    event: Any, fields: dict[str, Any]
) -> None:
    """Everything else stays as it was."""
    assert changed(FULL, **fields) == evolve(FULL, event)


@pytest.mark.parametrize(
    ("before", "event", "after"),
    [
        (S.CONFIRMED, m.OrderCompleted(), {"state": S.COMPLETED}),
        (S.COMPLETED, m.OrderReopened(why="so"), {"state": S.CONFIRMED}),
        (S.CANCELLING, m.OrderCancelled(), {"state": S.CANCELLED}),
        (S.CANCELLING, m.OrderExpired(), {"state": S.EXPIRED}),
        (S.CANCELLING, m.OrderRejected(), {"state": S.REJECTED}),
        (
            S.CANCELLING,
            m.CancellationAbandoned(why="so", returned_minor=7),
            {"state": S.CONFIRMED, "closing": None, "released_minor": 12},
        ),
    ],
)
def test_an_event_moves_it_along_its_lifecycle(
    before: OrderState, event: Any, after: dict[str, Any]
) -> None:
    """From the state that leads there."""
    order = changed(FULL, state=before, closing=CLOSING)

    assert changed(order, **after) == evolve(order, event)


def test_a_follow_up_is_sent_once() -> None:
    """It is not to come any more, and it is known to be sent."""
    order = changed(FULL, follow_up_at=LATER)

    assert changed(order, follow_up_at=None, followed_up=True) == evolve(
        order, m.FollowUpSent()
    )


def drafted(order: Order) -> m.OrderDrafted:
    """The event of a draft with this content."""
    return m.OrderDrafted(
        order_id="o7", placement=order.placement, tenders=(CARD, OTHER)
    )


@pytest.mark.parametrize("notify", [True, False])
def test_an_order_begins_as_it_was_placed(*, notify: bool) -> None:
    """Or as a draft, which waits to be placed and knows no silence yet."""
    draft = Order(
        order_id="o7",
        state=S.DRAFT,
        placement=BASE.placement,
        units=counted(Units(ordered=3)),
        tenders=(CARD, OTHER),
    )
    placed = m.OrderPlaced(
        order_id="o7",
        placement=BASE.placement,
        at=LATER,
        tenders=(CARD, OTHER),
        notify=notify,
    )
    expected = changed(draft, state=S.PLACED, placed_at=LATER, notify=notify)

    assert draft == begin(drafted(BASE))
    assert draft == evolve(FULL, drafted(BASE))
    assert expected == begin(placed)
    assert expected == evolve(draft, placed)


def test_lines_that_are_alike_are_one_value() -> None:
    """When they begin, and when they are counted alike."""
    twin = attrs.evolve(BASE.placement.lines[0], line_id="3")
    whole = attrs.evolve(BASE.placement, lines=(*BASE.placement.lines, twin))
    order = begin(drafted(changed(BASE, placement=whole)))
    event = m.UnitsRecorded(
        counter="allocated", quantities={"1": 1, "2": 2, "3": 1}, subject="s"
    )
    units = evolve(order, event).units

    assert order.units["1"] is order.units["3"]
    assert units["1"] is units["3"]
    assert {
        "1": Units(ordered=3, allocated=1),
        "2": Units(ordered=2, allocated=2),
        "3": Units(ordered=3, allocated=1),
    } == units


def test_lines_that_are_counted_apart_are_two_values() -> None:
    """Of one value, other quantities make another one."""
    units = {"1": Units(ordered=3), "2": Units(ordered=3)}
    units["2"] = units["1"]
    event = m.UnitsRecorded(
        counter="allocated", quantities={"1": 1, "2": 2}, subject="s"
    )

    assert {
        "1": Units(ordered=3, allocated=1),
        "2": Units(ordered=3, allocated=2),
    } == evolve(changed(BASE, units=units), event).units


@pytest.mark.parametrize("flag", [True, False])
def test_a_request_is_kept_as_it_was_asked(*, flag: bool) -> None:
    """Under its own id, waiting for its answer; and it is counted."""
    event = PaymentRequested(
        operation_id="o1:refund:1",
        kind="refund",
        payment_id="p1",
        minor=70,
        subject="t1",
        final=flag,
        reason="so",
        notify=not flag,
    )
    asked = PaymentOperation(
        operation_id="o1:refund:1",
        kind="refund",
        payment_id="p1",
        minor=70,
        state=O.SUBMITTED,
        subject="t1",
        final=flag,
        notify=not flag,
        reason="so",
    )

    assert changed(
        FULL,
        operations={**FULL.operations, "o1:refund:1": asked},
        counts={**FULL.counts, "refund": 1},
    ) == evolve(FULL, event)


def test_a_request_with_a_tender_begins_a_payment() -> None:
    """Which knows what was asked of it."""
    event = PaymentRequested(
        operation_id="o1:authorize:2",
        kind="authorize",
        payment_id="p3",
        minor=70,
        tender=OTHER,
        tender_index=1,
    )
    order = evolve(FULL, event)

    assert (
        *FULL.payments,
        Payment(payment_id="p3", tender=OTHER, tender_index=1, asked_minor=70),
    ) == order.payments
    assert 2 == order.counts["authorize"]


def test_an_answer_is_kept_with_its_request() -> None:
    """An authorisation's also with its payment, and with no other."""
    more = Movement(kind=MovementKind.AUTHORIZED, payment_id="p1", minor=9)
    event = PaymentRecorded(
        operation_id="o1:authorize:1",
        trigger=P.SUCCEED,
        reference="r1",
        movements=(more,),
        capture_before=LATER,
        max_capturable_minor=500,
    )
    authorized = operation("authorize", 400, O.SUCCEEDED, 1, reference="r1")
    paid = payment(
        reference="r1", capture_before=LATER, max_capturable_minor=500
    )
    expected = changed(
        FULL,
        operations={**FULL.operations, "o1:authorize:1": authorized},
        payments=(paid, payment("p2")),
        movements=(MOVED, more),
    )
    again = PaymentRecorded(operation_id="o1:authorize:1", reference="r2")
    order = evolve(FULL, event)

    assert expected == order
    assert (
        payment(
            reference="r2", capture_before=LATER, max_capturable_minor=500
        ),
        payment("p2"),
    ) == evolve(order, again).payments
    assert "r2" == evolve(order, again).operations["o1:authorize:1"].reference
    assert (
        O.SUCCEEDED is evolve(order, again).operations["o1:authorize:1"].state
    )


@pytest.mark.parametrize(
    ("event", "state", "reference"),
    [
        (
            PaymentRecorded(operation_id="o1:capture:1", trigger=P.SUCCEED),
            O.SUCCEEDED,
            "r0",
        ),
        (
            PaymentRecorded(operation_id="o1:capture:1", reference="r9"),
            O.SUBMITTED,
            "r9",
        ),
        (
            PaymentRecorded(
                operation_id="o1:capture:1", trigger=P.DECLINE, reference=""
            ),
            O.DECLINED,
            "r0",
        ),
    ],
)
def test_what_is_not_told_anew_stays(
    event: Any, state: OperationState, reference: str
) -> None:
    """A request keeps its reference, and its payment is left alone."""
    asked = operation("capture", 400, state, 1, reference=reference)

    assert changed(
        FULL, operations={**FULL.operations, "o1:capture:1": asked}
    ) == evolve(FULL, event)


def test_an_authorisation_that_names_nothing_changes_no_payment() -> None:
    """A decline has no reference."""
    event = PaymentRecorded(operation_id="o1:authorize:1", trigger=P.DECLINE)

    assert FULL.payments == evolve(FULL, event).payments


def test_what_moves_by_no_request_is_kept_all_the_same() -> None:
    """At the end of the ledger."""
    more = Movement(kind=MovementKind.DISPUTED, payment_id="p1", minor=9)

    assert changed(FULL, movements=(MOVED, more)) == evolve(
        FULL, PaymentRecorded(movements=(more,))
    )
