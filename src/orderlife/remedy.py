"""What follows when a person settles an exception item."""

from __future__ import annotations

from collections.abc import Iterator

from orderlife._kernel.case import Case
from orderlife._kernel.messages import (
    Contradiction,
    ExceptionKind,
    Remedy,
    Step,
)
from orderlife.errors import NotAllowedError
from orderlife.planning import Context, reserve, take_back, uncovered
from orderlife.policy import consult
from orderlife.restocking import check_restock
from orderlife.rooms.order.ledger import balance, is_secured, surplus_minor
from orderlife.rooms.order.lifecycle import ORDER, OrderState
from orderlife.rooms.order.messages import (
    CancelUnits,
    ExceptionResolved,
    GiveUpPayment,
    GrantRefund,
    LapseAuthorization,
    RecordUnits,
    RequestAuthorizations,
    RequestPayment,
    SettleByHand,
)
from orderlife.rooms.order.model import Order, RefundLine
from orderlife.rooms.returns.messages import OrderReturnLabel
from orderlife.rooms.shipment.lifecycle import (
    SHIPMENT,
    ShipmentState,
    ShipmentTrigger,
)
from orderlife.rooms.shipment.messages import OrderLabelAgain, WriteOffShipment
from orderlife.rooms.shipment.model import Shipment
from orderlife.rooms.shipment.tracking import troubles
from orderlife.settling import capture, lost_units_refund

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
_UNANSWERED = frozenset((_K.EFFECT_FAILED, _K.OUTCOME_UNKNOWN))
_HARM = {
    _K.SHIPMENT_DAMAGED: ShipmentState.DAMAGED,
    _K.SHIPMENT_LOST: ShipmentState.LOST,
}
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
    if event.remedy is _R.OVERTAKEN:
        return
    if why.kind in _PAYMENT:
        yield from _payment(case, why, event.remedy, context)
    elif why.kind in _PARCEL:
        yield from _parcel(case, why, event.remedy, context)
    elif why.kind in {_K.STOCK_LOST, _K.SHORT_PICK}:
        # Some of them may have been cancelled or found meanwhile.
        left = uncovered(case, why.quantities)
        if event.remedy is not _R.REFUND:
            yield from reserve(case, context, left)
        elif left:
            yield CancelUnits(quantities=left, reason="inventory")
    elif why.kind is _K.LABEL_FAILED and event.remedy is _R.RETRY:
        if why.subject in case.shipments:
            yield OrderLabelAgain(shipment_id=why.subject)
        else:
            yield OrderReturnLabel(return_id=why.subject)
    elif event.remedy is _R.RESTOCK:
        check_restock(case, event.exception_id, why)
    elif why.kind in _UNANSWERED and event.remedy is _R.ACCEPT:
        yield from _give_up(case, why)


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
            for bearer, minor in _bearers(order, why, context).items():
                yield SettleByHand(payment_id=bearer, minor=minor)
        case (_, _R.ACCEPT):
            return
        case (_K.AMOUNT_MISMATCH, _):
            yield _give_back(order, context)
        case (_K.AUTHORIZATION_LAPSED | _K.CAPTURE_FAILED, _):
            yield from _secure(case, why, context)
        case (_K.CAPTURED_AFTER_END, _):
            yield from _ask(case, "void", payment_id, sums.open)
            yield from _ask(case, "refund", payment_id, sums.refundable)
        case (_K.VOID_FAILED, _) if ORDER.is_terminal(order.state):
            yield from _ask(case, "void", payment_id, sums.open)
        case (_K.REFUND_FAILED | _K.CREDIT_FAILED, _):
            credit = remedy is _R.STORE_CREDIT or (
                why.kind is _K.CREDIT_FAILED and remedy is _R.RETRY
            )
            kind = "credit" if credit else "refund"
            for bearer, minor in _bearers(order, why, context).items():
                yield from _ask(case, kind, bearer, minor)
        case _:
            return  # while an order is worked on, it asks again by itself


def _bearers(
    order: Order, why: Contradiction, context: Context
) -> dict[str, int]:
    """Which payments bear what did not go back.

    First the one that was to; what it cannot bear any more, the others.
    """
    whole = balance(order).refundable
    limits = consult.refund_parts(context.policy, order, whole).answer
    left, parts = why.minor, {}
    for payment_id in dict.fromkeys((why.subject, *limits)):
        parts[payment_id] = min(left, limits.get(payment_id, 0))
        left -= parts[payment_id]
    return parts


def _give_up(case: Case, why: Contradiction) -> Iterator[Step]:
    """Wait no longer for the gateway; it may still have acted."""
    if why.subject in case.placed.operations:
        yield GiveUpPayment(operation_id=why.subject)


def _secure(
    case: Case, why: Contradiction, context: Context
) -> Iterator[Step]:
    """Take what is secured, or ask for what is not any more."""
    order = case.placed
    if order.state not in {OrderState.PLACED, OrderState.CONFIRMED}:
        raise NotAllowedError(
            "retry, to settle what became of",
            f"payment {why.subject}",
            f"order {order.order_id} is {order.state.value}",
            "accept it",
        )
    if why.kind is _K.CAPTURE_FAILED and is_secured(order):
        yield from capture(case, context, order.order_id, most=why.minor)
    else:
        yield RequestAuthorizations(again=why.subject, notify=context.notify)


def _give_back(order: Order, context: Context) -> GrantRefund:
    """Give back what was taken beyond what the order costs."""
    surplus = surplus_minor(order)
    if not surplus:
        raise NotAllowedError(
            "refund, to settle an amount of",
            f"order {order.order_id}",
            "nothing was taken beyond what it costs",
            "accept it, or give money back with RefundPayment",
        )
    return GrantRefund(
        subject=order.order_id,
        lines=(RefundLine(kind="overpaid", minor=surplus),),
        overpaid=True,
        reason="paid too much",
        notify=context.notify,
    )


def _ask(case: Case, kind: str, payment_id: str, minor: int) -> Iterator[Step]:
    if minor:
        yield RequestPayment(
            kind=kind,  # type: ignore[arg-type]
            minor={payment_id: minor},
            subject=case.order_id,
        )


def _parcel(
    case: Case, why: Contradiction, remedy: Remedy, context: Context
) -> Iterator[Step]:
    """Settle where the goods are now, whatever was reported before."""
    sent = case.shipments[why.subject]
    came_back = sent.state is ShipmentState.RETURNED_TO_SENDER
    harm = _HARM.get(why.kind)
    arrived = sent.state is ShipmentState.DELIVERED
    if arrived and harm in troubles(sent.scans):
        yield from _harmed(case, sent, remedy, context)
        return
    gone = not arrived and SHIPMENT.can(sent.state, ShipmentTrigger.WRITE_OFF)
    if SHIPMENT.is_terminal(sent.state) or (remedy is _R.ACCEPT and not gone):
        return  # it was settled, or has turned up since
    if not gone or (came_back and remedy is _R.ACCEPT):
        raise _otherwise(sent, remedy)
    if remedy is _R.RESHIP:
        yield from take_back(sent)
    elif remedy is _R.REFUND and not came_back:
        yield lost_units_refund(
            case, sent.items, sent.shipment_id, notify=context.notify
        )
    yield WriteOffShipment(shipment_id=sent.shipment_id, restock=came_back)
    left = uncovered(case, sent.items) if came_back else sent.items
    if remedy is _R.RESHIP:
        yield from reserve(case, context, left)
    elif remedy is _R.REFUND and came_back and left:
        yield CancelUnits(quantities=left, reason="other", came_back=True)


def _harmed(
    case: Case, sent: Shipment, remedy: Remedy, context: Context
) -> Iterator[Step]:
    """Settle goods that were delivered, and are damaged or not there.

    For what the customer still has of them, or should have.
    """
    if remedy is _R.ACCEPT:
        return
    kept = {}
    for line_id, units in sent.items.items():
        ledger = case.placed.units[line_id]
        back = max(ledger.returned, ledger.refunded)
        if (left := min(units, ledger.delivered - back)) > 0:
            kept[line_id] = left
    whole = kept == dict(sent.items)
    if not kept or (remedy is _R.RESHIP and not whole):
        raise NotAllowedError(
            f"{remedy.value} to settle what became of",
            f"shipment {sent.shipment_id}",
            "units of it have come back or been refunded since",
            "give back the rest, or accept it" if kept else "accept it",
        )
    if remedy is _R.REFUND:
        yield lost_units_refund(
            case, kept, sent.shipment_id, notify=context.notify
        )
        return
    for counter in ("delivered", "shipped"):
        yield RecordUnits(
            counter=counter,
            quantities=kept,
            subject=sent.shipment_id,
            undo=True,
        )
    yield WriteOffShipment(shipment_id=sent.shipment_id)
    yield from reserve(case, context, kept)


def _otherwise(sent: Shipment, remedy: Remedy) -> NotAllowedError:
    back = sent.state is ShipmentState.RETURNED_TO_SENDER
    return NotAllowedError(
        f"{remedy.value} to settle what became of",
        f"shipment {sent.shipment_id}",
        f"it is {sent.state.value} now",
        "send it again or give the money back" if back else "accept it",
    )
