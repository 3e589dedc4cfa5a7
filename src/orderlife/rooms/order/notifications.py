"""The messages to customers and staff about an order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife.ports.notifier import MessageKind, Notify
from orderlife.rooms.notifications import customer, staff
from orderlife.rooms.order.messages import (
    FollowUpSent,
    HoldOpened,
    LinesCancelled,
    OrderCancelled,
    OrderConfirmed,
    OrderExpired,
    OrderRejected,
)

__all__ = ["confirmed", "ended", "followed_up", "held", "lines_cancelled"]


def confirmed(
    case: Case, event: OrderConfirmed, context: Context
) -> Iterable[Notify]:
    """The order is confirmed."""
    if not case.placed.notify:
        return ()
    return customer(case, MessageKind.ORDER_CONFIRMED, case.order_id, context)


def lines_cancelled(
    case: Case, event: LinesCancelled, context: Context
) -> Iterator[Notify]:
    """Some of its lines were cancelled."""
    return customer(case, MessageKind.ORDER_EDITED, case.order_id, context)


def followed_up(
    case: Case, event: FollowUpSent, context: Context
) -> Iterator[Notify]:
    """Ask the customer how the order was."""
    return customer(case, MessageKind.FOLLOW_UP, case.order_id, context)


def ended(
    case: Case,
    event: OrderCancelled | OrderExpired | OrderRejected,
    context: Context,
) -> Iterable[Notify]:
    """The order was cancelled, rejected or has expired."""
    closing = case.placed.closing
    if closing is None or not closing.notify:
        return ()
    details = {"reason": str(closing.reason)}
    kind = MessageKind.ORDER_CANCELLED
    return customer(case, kind, case.order_id, context, details)


def held(case: Case, event: HoldOpened, context: Context) -> Iterable[Notify]:
    """Staff are to review the order."""
    if event.hold.reason != "fraud":
        return ()
    details = {"hold": event.hold.hold_id}
    return staff(case, MessageKind.FRAUD_REVIEW, details, context)
