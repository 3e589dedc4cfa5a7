"""An order's requests to its gateway, each under its own key.

The event of a request names its operation; the answer to it is recorded
in ``orderlife.rooms.payment.reports``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from orderlife._kernel.messages import Contradiction, ExceptionKind
from orderlife._values.money import Money
from orderlife.rooms.exceptions.messages import ExceptionOpened
from orderlife.rooms.exceptions.opening import opened
from orderlife.rooms.order.model import Order, Tender
from orderlife.rooms.payment.ledger import (
    UNSETTLED,
    balance,
    covered_minor,
    due_minor,
)
from orderlife.rooms.payment.lifecycle import OperationTrigger
from orderlife.rooms.payment.messages import (
    GiveUpPayment,
    LapseAuthorization,
    PaymentRecorded,
    PaymentRequested,
    RequestAuthorizations,
    RequestPayment,
    SettleByHand,
)
from orderlife.rooms.payment.model import (
    Movement,
    MovementKind,
    OperationKind,
    PaymentOperation,
)
from orderlife.rooms.payment.single import is_single, room_minor

__all__ = [
    "authorize",
    "failed",
    "give_up",
    "given_up",
    "lapse",
    "lapsed",
    "request",
    "settle_by_hand",
]

_FAILED: Final[Mapping[OperationKind, ExceptionKind]] = {
    "capture": ExceptionKind.CAPTURE_FAILED,
    "void": ExceptionKind.VOID_FAILED,
    "refund": ExceptionKind.REFUND_FAILED,
    "credit": ExceptionKind.CREDIT_FAILED,
}
"""The exceptions of failed requests; a declined authorisation has none,
as another tender may pay."""


def authorize(
    order: Order, step: RequestAuthorizations
) -> list[PaymentRequested]:
    """Authorise the tenders that were not authorised yet."""
    events: list[PaymentRequested] = []
    for index, tender, minor in _shares(order, step.again):
        ordinal = order.counts.get("authorize", 0) + 1 + len(events)
        events.append(
            PaymentRequested(
                operation_id=f"{order.order_id}:authorize:{ordinal}",
                kind="authorize",
                payment_id=f"p{len(order.payments) + 1 + len(events)}",
                minor=minor,
                subject=order.order_id,
                tender=tender,
                tender_index=index,
                notify=step.notify,
            )
        )
    return events


def _shares(order: Order, again: str) -> list[tuple[int, Tender, int]]:
    """The amount for each tender; together no more than is open."""
    asked = {payment.tender_index for payment in order.payments}
    wanted = [
        (index, tender)
        for index, tender in enumerate(order.tenders)
        if index not in asked
    ]
    for payment in order.payments:
        if payment.payment_id == again:
            wanted = [(payment.tender_index, payment.tender)]
    remaining = max(0, due_minor(order) - covered_minor(order))
    shares: dict[int, int] = {}
    # Tenders with an amount come first: the others take the rest.
    for index, tender in sorted(wanted, key=lambda t: t[1].amount is None):
        named = (
            remaining if tender.amount is None else room_minor(order, index)
        )
        shares[index] = min(remaining, named)
        remaining -= shares[index]
    return [(i, tender, shares[i]) for i, tender in wanted if shares[i]]


def request(order: Order, step: RequestPayment) -> list[PaymentRequested]:
    """Request a capture, void, refund or credit, payment by payment.

    Where an authorisation can be captured only once, the capture is
    requested as final.
    """
    once = {p.payment_id for p in order.payments if is_single(p)}
    first = order.counts.get(step.kind, 0) + 1
    return [
        PaymentRequested(
            operation_id=f"{order.order_id}:{step.kind}:{first + ahead}",
            kind=step.kind,
            payment_id=payment_id,
            minor=minor,
            subject=step.subject,
            final=step.final
            or (step.kind == "capture" and payment_id in once),
            reason=step.reason,
            notify=step.notify,
        )
        for ahead, (payment_id, minor) in enumerate(step.minor.items())
    ]


def lapse(order: Order, step: LapseAuthorization) -> list[PaymentRecorded]:
    """Write off the rest of an authorisation by its date.

    Amounts being captured are left to the gateway's answer.  Of an
    authorisation without an answer and without a void nothing is written
    off, so that a late report of it opens an item.
    """
    remaining = balance(order, step.payment_id).capturable
    if not remaining:
        return given_up(order, step.payment_id, kind=MovementKind.LAPSED)
    return lapsed(order, step.payment_id, remaining)


def lapsed(order: Order, payment_id: str, minor: int) -> list[PaymentRecorded]:
    """Write off an amount of an authorisation.

    One without an answer yet is written off in advance, so that a late
    report of its success does not count it.
    """
    asked = _authorization(order, payment_id)
    awaited = not minor and asked.state in UNSETTLED
    moved = Movement(
        kind=MovementKind.LAPSED,
        payment_id=payment_id,
        minor=asked.minor if awaited else minor,
        operation_id=asked.operation_id,
    )
    if awaited:
        return given_up(order, payment_id, (moved,), kind=MovementKind.LAPSED)
    if not minor:
        return []  # reported before, or nothing remains
    return [
        PaymentRecorded(movements=(moved,), detail=MovementKind.LAPSED.value)
    ]


def given_up(
    order: Order,
    payment_id: str,
    movements: tuple[Movement, ...] = (),
    *,
    kind: MovementKind = MovementKind.VOIDED,
) -> list[PaymentRecorded]:
    """Stop waiting for the answer to an authorisation."""
    asked = _authorization(order, payment_id)
    if asked.state not in UNSETTLED:
        return []
    return [
        PaymentRecorded(
            operation_id=asked.operation_id,
            trigger=OperationTrigger.DECLINE,
            movements=movements,
            detail=kind.value,
        )
    ]


def _authorization(order: Order, payment_id: str) -> PaymentOperation:
    """The authorisation request that a payment began with."""
    return next(
        operation
        for operation in order.operations.values()
        if operation.payment_id == payment_id
    )


def settle_by_hand(order: Order, step: SettleByHand) -> list[PaymentRecorded]:
    """Record a refund that was paid outside the gateway."""
    minor = min(step.minor, balance(order, step.payment_id).refundable)
    if not minor:
        return []
    moved = Movement(
        kind=MovementKind.SETTLED_BY_HAND,
        payment_id=step.payment_id,
        minor=minor,
    )
    return [PaymentRecorded(movements=(moved,), detail="settled by hand")]


def give_up(
    order: Order, step: GiveUpPayment, now: datetime
) -> list[PaymentRecorded | ExceptionOpened]:
    """Stop waiting for an answer; a late success is recorded."""
    operation = order.operations[step.operation_id]
    if operation.state not in UNSETTLED:
        return []  # it was answered in the end
    why = "nobody knows what became of it"
    declined = PaymentRecorded(
        operation_id=operation.operation_id,
        trigger=OperationTrigger.DECLINE,
        detail=why,
    )
    return [declined, *failed(order, operation, why, now)]


def failed(
    order: Order,
    operation: PaymentOperation,
    why: str,
    now: datetime,
    *,
    kind: ExceptionKind | None = None,
    minor: int | None = None,
) -> list[ExceptionOpened]:
    """Open an item for a request that failed.

    Args:
        order: the order.
        operation: the request.
        why: the gateway's reason.
        now: the time.
        kind: of the item, if not by the kind of the request.
        minor: the amount that was not done; None: all of it.
    """
    kind = kind or _FAILED.get(operation.kind)
    if kind is None:
        return []
    asked = Money.of_minor(operation.minor, order.placement.currency)
    contradiction = Contradiction(
        kind,
        operation.payment_id,
        f"{operation.operation_id} of {asked}",
        why or "it failed; no reason given",
        minor=operation.minor if minor is None else minor,
        reference=operation.operation_id,
    )
    return opened(order, contradiction, now)
