"""Contradictions in reports of money that has moved.

A person settles most of them; an amount that was paid while its units
were cancelled is refunded without one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, TypeAlias

from orderlife._kernel.messages import Contradiction, ExceptionKind
from orderlife._values.money import Money
from orderlife.ports.payment import (
    Authorized,
    Captured,
    CreditIssued,
    DisputeWon,
    PaymentReport,
    Refunded,
)
from orderlife.rooms.exceptions.opening import opened
from orderlife.rooms.order.lifecycle import ORDER, OrderState
from orderlife.rooms.order.model import Order
from orderlife.rooms.payment.evolve import Recorded, after_events
from orderlife.rooms.payment.ledger import UNSETTLED, balance, need_minor
from orderlife.rooms.payment.lifecycle import OperationState
from orderlife.rooms.payment.messages import (
    PaymentRecorded,
    PaymentReported,
    RefundGranted,
)
from orderlife.rooms.payment.model import (
    MovementKind,
    PaymentOperation,
    RefundLine,
)
from orderlife.rooms.payment.requests import failed

__all__ = [
    "Moved",
    "after_end",
    "doubts",
    "implausible",
    "unasked",
    "unmatched",
]

_BRINGS: Final[Mapping[type[PaymentReport], str]] = {
    Authorized: "authorized",
    Captured: "captured",
    DisputeWon: "disputed and won",
}
"""The reports that bring money, or the right to it, with their names."""

_TAKES: Final = {MovementKind.CAPTURED: 1, MovementKind.CAPTURE_REVERSED: -1}

Moved: TypeAlias = Authorized | Captured | Refunded | CreditIssued
"""The reports that money, or the right to it, has moved."""


def unmatched(
    order: Order, fact: PaymentReported, now: datetime
) -> Sequence[Recorded]:
    """Open an item for a report about an unknown payment or operation."""
    subject = fact.operation_id or fact.payment_id or "no payment"
    observed = f"{type(fact.outcome).__name__} for {subject}"
    amount: Money | None = getattr(fact.outcome, "amount", None)
    if amount is not None:
        observed += f", {amount}"
    return opened(
        order,
        Contradiction(
            ExceptionKind.UNMATCHED_FACT,
            subject,
            f"something that order {order.order_id} asked a gateway for",
            observed,
        ),
        now,
    )


def implausible(
    order: Order,
    fact: PaymentReported,
    operation: PaymentOperation | None,
    now: datetime,
) -> Sequence[Recorded]:
    """Open an item for a report of an impossible amount.

    It does not count as the answer that is awaited.
    """
    outcome = fact.outcome
    if not isinstance(outcome, Moved) or (
        operation is None or operation.state not in UNSETTLED
    ):
        return unmatched(order, fact, now)
    return opened(
        order,
        Contradiction(
            ExceptionKind.OUTCOME_UNKNOWN,
            operation.operation_id,
            f"an answer to {operation.operation_id}",
            f"{type(outcome).__name__}, {outcome.amount}, which cannot be",
        ),
        now,
    )


def unasked(
    order: Order,
    payment_id: str,
    outcome: Captured | Refunded,
    recorded: PaymentRecorded,
    now: datetime,
    *,
    awaited: bool,
) -> Sequence[Recorded]:
    """The items for money that moved without a request.

    Args:
        order: the order before the report was recorded.
        payment_id: the payment.
        outcome: the reported outcome.
        recorded: the event that records it.
        now: the time.
        awaited: it may be the answer to one of several requests.
    """
    taken = isinstance(outcome, Captured)
    if taken and ORDER.is_terminal(order.state):
        return []  # ``after_end`` sees to it
    sums = balance(order, payment_id)
    limit = 0
    if taken:
        # An amount that is being captured cannot be captured again.
        limit = sums.open if awaited else sums.capturable
    if outcome.amount.minor <= limit and not _extra(order, recorded):
        return []
    remaining = Money.of_minor(limit, order.placement.currency)
    what = "captured" if taken else "refunded"
    contradiction = Contradiction(
        ExceptionKind.AMOUNT_MISMATCH,
        payment_id,
        f"nothing asked for; {remaining} of it could be {what}",
        f"{outcome.amount} {what} ({outcome.reference})",
        minor=outcome.amount.minor,
    )
    return opened(order, contradiction, now)


def doubts(
    order: Order,
    operation: PaymentOperation,
    outcome: Moved,
    recorded: PaymentRecorded,
    now: datetime,
) -> Sequence[Recorded]:
    """The items and refunds for a success that does not fit the order."""
    minor, asked = outcome.amount.minor, operation.minor
    if operation.state is OperationState.REVERSED:
        return []  # its failure has opened the exception
    if operation.kind in {"authorize", "capture"} and ORDER.is_terminal(
        order.state
    ):
        return []  # ``after_end`` sees to it
    if recorded.trigger is None:
        return _mismatch(order, operation, outcome, minor, " once more", now)
    if minor > asked or (minor < asked and operation.kind == "authorize"):
        return _mismatch(order, operation, outcome, minor - asked, "", now)
    if back := _back_twice(order, operation, recorded):
        return _mismatch(order, operation, outcome, back, " as well", now)
    if minor < asked:
        why = f"only {outcome.amount} ({outcome.reference})"
        return failed(order, operation, why, now, minor=asked - minor)
    extra = _extra(order, recorded)
    if not extra:
        return []
    if operation.state is OperationState.DECLINED or order.state is not (
        OrderState.CONFIRMED
    ):
        return _mismatch(order, operation, outcome, extra, " too late", now)
    return [_give_back(order, extra)]


def after_end(
    order: Order,
    payment_id: str,
    outcome: PaymentReport,
    events: Sequence[Recorded],
    now: datetime,
) -> Sequence[Recorded]:
    """Open an item for money that a report brings after an order's end.

    Whichever report it is and whatever came before it: the shop may not
    keep what it authorises or captures.

    Args:
        order: the order before the report was recorded.
        payment_id: the payment that it is about.
        outcome: the reported outcome.
        events: the events recorded of it, with the items opened so far.
        now: the time.
    """
    what = _BRINGS.get(type(outcome))
    amount: Money | None = getattr(outcome, "amount", None)
    if what is None or amount is None or not ORDER.is_terminal(order.state):
        return []
    before, after = balance(order, payment_id), order
    after = after_events(after, events)
    kinds = {
        moved.kind
        for event in events
        if isinstance(event, PaymentRecorded)
        for moved in event.movements
    }
    taken = MovementKind.CAPTURED in kinds
    failed_too = MovementKind.CAPTURE_REVERSED in kinds
    sums = balance(after, payment_id)
    there = sums.open > before.open or sums.refundable > before.refundable
    if not there and (not taken or failed_too):
        return []
    contradiction = Contradiction(
        ExceptionKind.CAPTURED_AFTER_END,
        payment_id,
        f"order {order.order_id} is {order.state.value}",
        f"{amount} {what} ({getattr(outcome, 'reference', '')})",
        minor=amount.minor,
    )
    return opened(order, contradiction, now)


def _mismatch(
    order: Order,
    operation: PaymentOperation,
    outcome: Moved,
    difference: int,
    how: str,
    now: datetime,
) -> Sequence[Recorded]:
    asked = Money.of_minor(operation.minor, order.placement.currency)
    contradiction = Contradiction(
        ExceptionKind.AMOUNT_MISMATCH,
        operation.payment_id,
        f"{operation.operation_id} asked for {asked}",
        f"{outcome.amount} {type(outcome).__name__.lower()}{how} "
        f"({outcome.reference})",
        minor=abs(difference),
    )
    return opened(order, contradiction, now)


def _give_back(order: Order, extra: int) -> RefundGranted:
    """Refund what was captured for units cancelled meanwhile."""
    return RefundGranted(
        subject=order.order_id,
        lines=(RefundLine(kind="overpaid", minor=extra),),
        minor=extra,
        overpaid=True,
        reason="cancelled while it was being paid",
    )


def _back_twice(
    order: Order, operation: PaymentOperation, recorded: PaymentRecorded
) -> int:
    """By how much refunds exceed captures with this report.

    A refund that was given up as failed, and settled in another way, may
    arrive after all.
    """
    if operation.kind not in {"refund", "credit"}:
        return 0
    after = balance(after_events(order, [recorded]), operation.payment_id)
    back = after.refunded + after.refund_pending + after.charged_back
    return max(0, back - after.captured)


def _extra(order: Order, recorded: PaymentRecorded) -> int:
    """By how much captures exceed the order's cost with this report.

    A cancellation refunds all captures, so that none is too much then.
    """
    taken = any(m.kind is MovementKind.CAPTURED for m in recorded.movements)
    if order.state is OrderState.CANCELLING or not taken:
        return 0
    more = sum(
        _TAKES.get(moved.kind, 0) * moved.minor for moved in recorded.movements
    )
    # It changes nothing else that the surplus is made of.
    before = balance(order).captured - order.released_minor
    over = before - need_minor(order)
    return max(0, over + more) - max(0, over)
