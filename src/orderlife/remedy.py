"""What follows when a person settles an exception item."""

from __future__ import annotations

from collections.abc import Iterator

from orderlife._case import Case
from orderlife.messages import (
    Contradiction,
    ExceptionKind,
    Remedy,
    Step,
)
from orderlife.order.ledger import balance, surplus_minor
from orderlife.order.lifecycle import OrderState
from orderlife.order.messages import (
    CancelUnits,
    ExceptionResolved,
    LapseAuthorization,
    RequestAuthorizations,
    RequestPayment,
    SettleByHand,
)
from orderlife.planning import (
    Context,
    capture,
    credit_or_refund,
    lost_units_refund,
    reserve,
    take_back,
)
from orderlife.returns.messages import OrderReturnLabel
from orderlife.shipment.lifecycle import SHIPMENT, ShipmentTrigger
from orderlife.shipment.messages import OrderLabelAgain, WriteOffShipment

__all__ = ["settle"]

_K, _R = ExceptionKind, Remedy

_PAYMENT = frozenset(
    (
        _K.AMOUNT_MISMATCH,
        _K.CAPTURED_AFTER_END,
        _K.CAPTURE_FAILED,
        _K.CREDIT_FAILED,
        _K.VOID_FAILED,
        _K.REFUND_FAILED,
        _K.AUTHORIZATION_LAPSED,
    )
)
_PARCEL = frozenset(
    (_K.SHIPMENT_LOST, _K.SHIPMENT_DAMAGED, _K.RETURNED_TO_SENDER)
)


def settle(
    case: Case, event: ExceptionResolved, context: Context
) -> Iterator[Step]:
    """Say what a remedy asks for next."""
    item = next(
        item
        for item in case.placed.exceptions
        if item.exception_id == event.exception_id
    )
    why = item.contradiction
    if why.kind in _PAYMENT:
        yield from _payment(case, why, event.remedy, context)
    elif why.kind in _PARCEL:
        yield from _parcel(case, why, event.remedy, context)
    elif why.kind in {_K.STOCK_LOST, _K.SHORT_PICK}:
        if event.remedy is _R.REFUND:
            yield CancelUnits(
                quantities=why.quantities, reason="inventory"
            )
        else:
            yield from reserve(case, context, why.quantities)
    elif why.kind is _K.LABEL_FAILED and event.remedy is _R.RETRY:
        if why.subject in case.shipments:
            yield OrderLabelAgain(shipment_id=why.subject)
        else:
            yield OrderReturnLabel(return_id=why.subject)


def _payment(
    case: Case, why: Contradiction, remedy: Remedy, context: Context
) -> Iterator[Step]:
    order = case.placed
    payment_id = why.subject
    sums = balance(order, payment_id)
    match why.kind, remedy:
        case (_K.VOID_FAILED, _R.ACCEPT):
            yield LapseAuthorization(payment_id=payment_id)
        case (_K.REFUND_FAILED | _K.CREDIT_FAILED, _R.ACCEPT):
            yield SettleByHand(payment_id=payment_id, minor=why.minor)
        case (_, _R.ACCEPT):
            return
        case (_K.AMOUNT_MISMATCH, _):
            yield from credit_or_refund(
                case,
                context,
                order.order_id,
                surplus_minor(order),
                as_credit=False,
                reason="paid too much",
                notify=context.notify,
            )
        case (_K.AUTHORIZATION_LAPSED, _):
            yield RequestAuthorizations(again=payment_id)
        case (_K.CAPTURE_FAILED, _):
            if sums.capturable:
                yield from capture(case, context, order.order_id)
            else:
                yield RequestAuthorizations(again=payment_id)
        case (_K.CAPTURED_AFTER_END, _):
            yield from _ask(case, "void", payment_id, sums.open)
            yield from _ask(case, "refund", payment_id, sums.refundable)
        case (_K.VOID_FAILED, _) if order.state is not OrderState.CANCELLING:
            yield from _ask(case, "void", payment_id, sums.open)
        case (_K.REFUND_FAILED | _K.CREDIT_FAILED, _):
            credit = remedy is _R.STORE_CREDIT or (
                why.kind is _K.CREDIT_FAILED and remedy is _R.RETRY
            )
            minor = min(why.minor, sums.refundable)
            kind = "credit" if credit else "refund"
            yield from _ask(case, kind, payment_id, minor)
        case _:
            return  # a cancellation asks again by itself


def _ask(
    case: Case, kind: str, payment_id: str, minor: int
) -> Iterator[Step]:
    if minor:
        yield RequestPayment(
            kind=kind,  # type: ignore[arg-type]
            minor={payment_id: minor},
            subject=case.order_id,
        )


def _parcel(
    case: Case, why: Contradiction, remedy: Remedy, context: Context
) -> Iterator[Step]:
    sent = case.shipments[why.subject]
    came_back = why.kind is _K.RETURNED_TO_SENDER
    gone = SHIPMENT.can(sent.state, ShipmentTrigger.WRITE_OFF)
    if remedy is _R.ACCEPT and not gone:
        return  # it has turned up since
    if remedy is _R.RESHIP:
        yield from take_back(sent)
    elif remedy is _R.REFUND and not came_back:
        yield lost_units_refund(
            case, sent.items, sent.shipment_id, notify=context.notify
        )
    yield WriteOffShipment(shipment_id=sent.shipment_id, restock=came_back)
    if remedy is _R.RESHIP:
        yield from reserve(case, context, sent.items)
    elif remedy is _R.REFUND and came_back:
        yield CancelUnits(quantities=sent.items, reason="other")
