"""Which event is told to whom: events to messages.

Whether a message goes out at all is for the command to say
(``notify=False``); its words are the notifier's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal

from orderlife._kernel.case import AnyEvent, Case
from orderlife._kernel.messages import Event, ExceptionKind
from orderlife._values.days import last_day
from orderlife._values.money import Money
from orderlife.planning import Context
from orderlife.ports.notifier import MessageKind, Notify
from orderlife.rooms.order.lifecycle import OperationTrigger
from orderlife.rooms.order.messages import (
    ExceptionOpened,
    FollowUpSent,
    HoldOpened,
    LinesCancelled,
    OrderCancelled,
    OrderConfirmed,
    OrderExpired,
    OrderRejected,
    PaymentRecorded,
)
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.messages import (
    ReturnApproved,
    ReturnDeclined,
    ReturnLabelIssued,
    ReturnParcelReceived,
    ReturnRequested,
)
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import (
    ShipmentDispatched,
    ShipmentScanned,
)
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.rooms.stock.messages import ReservationBackordered, StockHeld

__all__ = ["TELLING", "notices"]

_M = MessageKind

_PLAIN: Final[Mapping[type[Event], MessageKind]] = {
    OrderConfirmed: _M.ORDER_CONFIRMED,
    LinesCancelled: _M.ORDER_EDITED,
    FollowUpSent: _M.FOLLOW_UP,
    ReservationBackordered: _M.BACKORDER_DELAY,
    ShipmentDispatched: _M.SHIPPING_CONFIRMATION,
    ReturnRequested: _M.RETURN_REQUESTED,
    ReturnApproved: _M.RETURN_APPROVED,
    ReturnDeclined: _M.RETURN_DECLINED,
    ReturnLabelIssued: _M.RETURN_LABEL,
    ReturnParcelReceived: _M.RETURN_RECEIVED,
}
"""Events that are told as they are."""

_ARRIVALS: Final[Mapping[ShipmentState, MessageKind]] = {
    ShipmentState.IN_TRANSIT: _M.SHIPPING_UPDATE,
    ShipmentState.OUT_FOR_DELIVERY: _M.OUT_FOR_DELIVERY,
    ShipmentState.AVAILABLE_FOR_PICKUP: _M.READY_FOR_PICKUP,
    ShipmentState.ATTEMPT_FAILED: _M.DELIVERY_ATTEMPTED,
    ShipmentState.DELIVERED: _M.DELIVERED,
    ShipmentState.LOST: _M.SHIPMENT_EXCEPTION,
    ShipmentState.DAMAGED: _M.SHIPMENT_EXCEPTION,
    ShipmentState.RETURNING: _M.SHIPMENT_EXCEPTION,
}
_COMMENTS: Final[Mapping[ScanStatus, MessageKind]] = {
    ScanStatus.DELAYED: _M.DELIVERY_DELAYED,
    ScanStatus.EXCEPTION: _M.SHIPMENT_EXCEPTION,
}


TELLING: Final = frozenset(
    (
        *_PLAIN,
        ExceptionOpened,
        HoldOpened,
        OrderCancelled,
        OrderExpired,
        OrderRejected,
        PaymentRecorded,
        ShipmentScanned,
        StockHeld,
    )
)
"""The events that somebody may be told of."""


def notices(case: Case, event: AnyEvent, context: Context) -> Iterator[Notify]:
    """Give the messages that an event that was just recorded sends."""
    kind = _PLAIN.get(type(event))
    if kind is not None:
        if _is_wanted(case, event):
            subject = _subject(case, event)
            details = _dates(case, event, context)
            yield from _customer(case, kind, subject, details, context)
        return
    match event:
        case ShipmentScanned():
            yield from _scan(case, event, context)
        case PaymentRecorded():
            yield from _payment(case, event, context)
        case StockHeld() if (
            event.short and not event.items and case.placed.notify
        ):
            yield from _customer(
                case, _M.BACKORDER_DELAY, event.reservation_id, {}, context
            )
        case OrderCancelled() | OrderExpired() | OrderRejected():
            closing = case.placed.closing
            if closing is not None and closing.notify:
                details = {"reason": str(closing.reason)}
                yield from _customer(
                    case, _M.ORDER_CANCELLED, case.order_id, details, context
                )
        case HoldOpened() if event.hold.reason == "fraud":
            details = {"hold": event.hold.hold_id}
            yield from _staff(case, _M.FRAUD_REVIEW, details, context)
        case ExceptionOpened():
            what = event.item.contradiction.kind
            unsent = ":notify:" in event.item.contradiction.subject
            if unsent or what is ExceptionKind.MESSAGE_FAILED:
                return  # or a broken notifier would tell of itself for ever
            details = {
                "exception": event.item.exception_id,
                "kind": what.value,
            }
            disputed = what is ExceptionKind.DISPUTE
            message = _M.DISPUTE_OPENED if disputed else _M.EXCEPTION_OPENED
            yield from _staff(case, message, details, context)
        case _:
            pass  # nobody is told of it


def _is_wanted(case: Case, event: AnyEvent) -> bool:
    """Whether the command that it goes back to has not silenced it."""
    match event:
        case ShipmentDispatched():
            return event.notify
        case OrderConfirmed() | ReservationBackordered():
            return case.placed.notify
        case ReturnLabelIssued():
            back = case.returns[event.return_id]
            return back.notify and back.state is ReturnState.APPROVED
        case _:
            return True


def _dates(case: Case, event: AnyEvent, context: Context) -> Mapping[str, str]:
    """What a customer reads in a calendar: the days of where the shop is."""
    if not isinstance(event, ReturnApproved) or (
        case.returns[event.return_id].resolution == "keep"
    ):
        return {}
    day = last_day(event.expires_at, context.policy.time_zone)
    return {"last_day": day.isoformat()}


def _subject(case: Case, event: AnyEvent) -> str:
    for name in ("shipment_id", "return_id", "reservation_id"):
        found = getattr(event, name, None)
        if isinstance(found, str):
            return found
    return case.order_id


def _message(
    case: Case,
    message: MessageKind,
    audience: Literal["customer", "staff"],
    subject: str,
    details: Mapping[str, str],
) -> Notify:
    # The event's own number makes the key: one message an event.
    return Notify(
        operation_id=f"{case.order_id}:notify:{case.version}",
        order_id=case.order_id,
        message=message,
        audience=audience,
        subject=subject,
        contact=case.placed.placement.contact,
        details=details,
    )


def _customer(
    case: Case,
    message: MessageKind,
    subject: str,
    details: Mapping[str, str],
    context: Context,
) -> Iterator[Notify]:
    if context.notify and case.placed.placement.contact:
        yield _message(case, message, "customer", subject, details)


def _staff(
    case: Case,
    message: MessageKind,
    details: Mapping[str, str],
    context: Context,
) -> Iterator[Notify]:
    if context.notify and context.policy.tell_staff:
        yield _message(case, message, "staff", case.order_id, details)


def _scan(
    case: Case, event: ShipmentScanned, context: Context
) -> Iterator[Notify]:
    kind = _COMMENTS.get(event.scan.status)
    if kind is None and event.after is not event.before:
        kind = _ARRIVALS.get(event.after)
    if kind is not None and not _is_presumed(case, event):
        yield from _customer(case, kind, event.shipment_id, {}, context)


def _is_presumed(case: Case, event: ShipmentScanned) -> bool:
    """Whether nobody has seen it arrive."""
    sent = case.shipments.get(event.shipment_id)
    return sent is not None and sent.arrives_at == event.scan.at


def _payment(
    case: Case, event: PaymentRecorded, context: Context
) -> Iterator[Notify]:
    operation = case.placed.operations.get(event.operation_id)
    if operation is None or not operation.notify:
        return
    amount = Money.of_minor(operation.minor, case.placed.placement.currency)
    details = {"amount": str(amount)}
    kind = None
    back = operation.kind in {"refund", "credit"}
    match event.trigger:
        case OperationTrigger.ASK_CUSTOMER:
            kind = _M.PAYMENT_ACTION_REQUIRED
            details["url"] = event.detail
        case OperationTrigger.DECLINE if operation.kind == "authorize":
            if event.detail not in {"voided", "lapsed"}:
                kind = _M.PAYMENT_FAILED
                details["reason"] = event.detail
        case OperationTrigger.SUCCEED if back:
            kind = _M.ORDER_REFUNDED
        case OperationTrigger.REVERSE if back:
            kind = _M.REFUND_FAILED
        case _:
            pass
    if kind is not None:
        yield from _customer(case, kind, case.order_id, details, context)
