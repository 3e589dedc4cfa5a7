"""Cancellation of an order: its shipments, its stock and its money.

A closing order cancels its shipments first, then releases its stock and
refunds its money, and then ends.  If a parcel has left, or its label
cannot be voided, the order goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import Contradiction, ExceptionKind
from orderlife.rooms.exceptions.messages import OpenException
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import (
    AbandonClosing,
    CancellationAbandoned,
    FinishClosing,
)
from orderlife.rooms.payment.ledger import balance, unsettled
from orderlife.rooms.payment.messages import RequestPayment
from orderlife.rooms.payment.process import refund_all, void
from orderlife.rooms.shipment.lifecycle import BEFORE_DISPATCH
from orderlife.rooms.shipment.messages import DropShipment, LabelVoidRejected
from orderlife.rooms.shipment.readings import is_on_paper
from orderlife.rooms.shipment.shortfall import lacking
from orderlife.rooms.stock.lifecycle import RESERVATION
from orderlife.rooms.stock.messages import ReleaseStock

__all__ = ["resumed", "too_late", "unwind"]


def too_late(
    case: Case, event: LabelVoidRejected, context: Context
) -> Iterator[OpenException | AbandonClosing]:
    """Open an item about a parcel that could not be stopped."""
    yield OpenException(
        Contradiction(
            ExceptionKind.CANCELLED_TOO_LATE,
            event.shipment_id,
            f"shipment {event.shipment_id} is cancelled before it leaves",
            event.reason or "the carrier has it already",
        )
    )
    kept = case.shipments[event.shipment_id].state in BEFORE_DISPATCH
    if kept and case.placed.state is OrderState.CANCELLING:
        yield AbandonClosing(why=event.reason or "the carrier has it")


def resumed(
    case: Case, event: CancellationAbandoned, context: Context
) -> Iterator[OpenException]:
    """Open items about stock and money released before it was too late.

    As the customer had cancelled, nothing is authorised again or sent
    without a person's decision.
    """
    being = "the order was being cancelled"
    return lacking(case, f"it was let go of while {being}", being)


def unwind(
    case: Case, context: Context
) -> Sequence[
    AbandonClosing
    | DropShipment
    | ReleaseStock
    | RequestPayment
    | FinishClosing
]:
    """Release what a closing order still has, or end it."""
    order = case.placed
    if order.has_left:
        return [AbandonClosing(why="a parcel has left already")]
    live = [
        shipment
        for shipment in case.shipments.values()
        if shipment.state in BEFORE_DISPATCH
    ]
    reason = order.closing.reason if order.closing else "other"
    steps: list[
        DropShipment | ReleaseStock | RequestPayment | FinishClosing
    ] = [
        DropShipment(shipment_id=shipment.shipment_id, reason=reason)
        for shipment in live
        if not shipment.void_pending
    ]
    if live:
        return steps
    goods_out = any(map(is_on_paper, case.shipments.values()))
    for reservation in case.reservations.values():
        if reservation.leaving or reservation.pending:
            goods_out = True
        elif reservation.items or not RESERVATION.is_terminal(
            reservation.state
        ):
            steps.append(
                ReleaseStock(reservation_id=reservation.reservation_id)
            )
    steps += void(order)
    steps += refund_all(order)
    sums = balance(order)
    money = sums.open or sums.refundable or unsettled(order)
    if not steps and not goods_out and not money:
        return [FinishClosing()]
    return steps
