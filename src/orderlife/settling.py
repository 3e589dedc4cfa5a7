"""Money and ends: what is taken, given back, and still to be done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from orderlife._kernel.case import Case
from orderlife._kernel.messages import (
    Contradiction,
    ExceptionKind,
    Quantities,
    Step,
)
from orderlife.planning import Context, blocked
from orderlife.policy import consult
from orderlife.rooms.order.ledger import balance, to_capture_minor, unsettled
from orderlife.rooms.order.lifecycle import OperationState
from orderlife.rooms.order.messages import (
    AbandonClosing,
    FinishClosing,
    GrantRefund,
    OpenException,
    RecordUnits,
    RequestPayment,
)
from orderlife.rooms.order.model import Order, RefundLine, RefundOrder, Units
from orderlife.rooms.order.single import taken_whole
from orderlife.rooms.returns.lifecycle import RETURN, ReturnState
from orderlife.rooms.returns.messages import CloseReturn, ResolveReturn
from orderlife.rooms.returns.model import Return
from orderlife.rooms.shipment.lifecycle import BEFORE_DISPATCH, ShipmentState
from orderlife.rooms.shipment.messages import DropShipment
from orderlife.rooms.shipment.model import Shipment
from orderlife.rooms.stock.lifecycle import RESERVATION
from orderlife.rooms.stock.messages import ReleaseStock

__all__ = [
    "capture",
    "close_returns",
    "completed_because",
    "credit_or_refund",
    "lost_units_refund",
    "perform_services",
    "resolve_returns",
    "unwind",
    "void_rest",
]


def capture(
    case: Case,
    context: Context,
    subject: str,
    *,
    early: bool = False,
    most: int | None = None,
) -> Iterator[Step]:
    """Take what is due now, of the payments in their order.

    Args:
        case: the order.
        context: whose policy says what is due.
        subject: what it is taken for.
        early: take it for all wanted units, whatever policy says.
        most: the same, and no more than this.
    """
    order = case.placed
    whole = to_capture_minor(order, shipped_only=False)
    minor = whole if most is None else min(most, whole)
    if context.policy.capture == "dispatch" and not early and most is None:
        minor = to_capture_minor(order, shipped_only=True)
    if not minor:
        return
    taken = consult.capture_parts(context.policy, order, minor)
    yield from taken.faults
    parts = taken.answer
    asked = minor
    if context.policy.single_capture == "take_all":
        parts = taken_whole(order, parts, whole)
        asked = max(minor, sum(parts.values()))
    if parts:
        yield RequestPayment(
            kind="capture",
            minor=parts,
            subject=subject,
            final=asked == whole,
            notify=context.notify,
        )
    missing = asked - sum(parts.values())
    if missing:
        yield OpenException(
            Contradiction(
                ExceptionKind.CAPTURE_FAILED,
                order.payments[-1].payment_id if order.payments else "",
                f"{minor} minor units are due for {subject}",
                f"{missing} of them are not authorised",
                minor=missing,
            )
        )


def void_rest(case: Case) -> Iterable[Step]:
    """Give back what is authorised and not needed any more."""
    order = case.placed
    sums = balance(order)
    if sums.capture_pending or not (sums.open or unsettled(order)):
        return ()
    for units in order.units_but("charge").values():
        if units.unshipped > 0:
            return ()
    if to_capture_minor(order, shipped_only=False):
        return ()
    return _void(order)


def _asking(order: Order, *kinds: ExceptionKind) -> set[str]:
    """What open exceptions of these kinds ask a person about."""
    return {
        item.contradiction.subject
        for item in order.exceptions
        if item.is_open and item.contradiction.kind in kinds
    }


def _void(order: Order) -> Iterator[Step]:
    waiting = _asking(order, ExceptionKind.VOID_FAILED)
    busy = {op.payment_id for op in unsettled(order) if op.kind != "authorize"}
    asked = {
        op.payment_id: op for op in unsettled(order) if op.kind == "authorize"
    }
    for payment in order.payments:
        payment_id = payment.payment_id
        if payment_id in busy or payment_id in waiting:
            continue
        minor = balance(order, payment_id).open
        awaited = asked.get(payment_id)
        if awaited is not None and awaited.state in {
            OperationState.PENDING,
            OperationState.REQUIRES_ACTION,
        }:
            minor = minor or awaited.minor
        if minor:
            yield RequestPayment(
                kind="void",
                minor={payment_id: minor},
                subject=order.order_id,
            )


def credit_or_refund(
    case: Case,
    context: Context,
    subject: str,
    minor: int,
    *,
    as_credit: bool,
    reason: str,
    notify: bool,
    payments: tuple[str, ...] = (),
    refund_order: RefundOrder | None = None,
) -> Iterator[Step]:
    """Give an amount back, to the tenders that policy names, or these."""
    order, policy = case.placed, context.policy
    asked = consult.refund_parts(policy, order, minor, payments, refund_order)
    yield from asked.faults
    parts = asked.answer
    if parts:
        yield RequestPayment(
            kind="credit" if as_credit else "refund",
            minor=parts,
            subject=subject,
            reason=reason,
            notify=notify,
        )


def unwind(case: Case) -> list[Step]:
    """What is still to be given back before a closing can end."""
    order = case.placed
    if order.has_left:
        return [AbandonClosing(why="a parcel has left already")]
    live = [
        sent
        for sent in case.shipments.values()
        if sent.state in BEFORE_DISPATCH
    ]
    reason = order.closing.reason if order.closing else "other"
    steps: list[Step] = [
        DropShipment(shipment_id=sent.shipment_id, reason=reason)
        for sent in live
        if not sent.void_pending
    ]
    if live:
        return steps
    goods_out = any(_on_paper(sent) for sent in case.shipments.values())
    for held in case.reservations.values():
        if held.leaving or held.pending:
            goods_out = True
        elif held.items or not RESERVATION.is_terminal(held.state):
            steps.append(ReleaseStock(reservation_id=held.reservation_id))
    steps += _void(order)
    steps += _refund_all(order)
    sums = balance(order)
    money = sums.open or sums.refundable or unsettled(order)
    if not steps and not goods_out and not money:
        return [FinishClosing()]
    return steps


def _on_paper(sent: Shipment) -> bool:
    """Whether the carrier owes an answer about a label."""
    return bool(sent.label_pending or sent.void_pending)


def _refund_all(order: Order) -> Iterator[Step]:
    waiting = _asking(
        order, ExceptionKind.REFUND_FAILED, ExceptionKind.CREDIT_FAILED
    )
    for payment in order.payments:
        payment_id = payment.payment_id
        left = balance(order, payment_id).refundable
        if left and payment_id not in waiting:
            yield RequestPayment(
                kind="refund",
                minor={payment_id: left},
                subject=order.order_id,
                reason=order.closing.reason if order.closing else "",
                notify=False,  # the cancellation's own message tells it
            )


_DONE_SHIPMENT = frozenset(
    (
        ShipmentState.DELIVERED,
        ShipmentState.WRITTEN_OFF,
        ShipmentState.CANCELLED,
    )
)


def _is_settled(units: Units) -> bool:
    """Whether each of them has arrived, is lost or was called off."""
    return units.delivered + units.lost + units.cancelled >= units.ordered


def perform_services(case: Case) -> Sequence[Step]:
    """Count services as done once no goods are on their way any more."""
    order = case.placed
    done = {
        line.line_id: units
        for line in order.of_kind("service")
        if (units := order.units[line.line_id].unshipped) > 0
    }
    goods = order.units_but("digital", "service", "charge").values()
    settled = all(_is_settled(units) for units in goods)
    moving = any(
        sent.state not in _DONE_SHIPMENT for sent in case.shipments.values()
    )
    if not done or not settled or moving:
        return ()
    return [
        RecordUnits(counter=counter, quantities=done, subject=order.order_id)
        for counter in ("shipped", "delivered")
    ]


def completed_because(case: Case) -> str:
    """What is left to do; empty: nothing, the order is complete."""
    order = case.placed
    for line_id, units in order.units_but("charge").items():
        if not _is_settled(units):
            return f"line {line_id} is not delivered"
    if order.holds:
        return "a hold stands"
    if order.exceptions and any(item.is_open for item in order.exceptions):
        return "an exception is open"
    if order.follow_up_at is not None:
        return "the follow-up is to come"
    for back in case.returns.values():
        if not RETURN.is_terminal(back.state):
            return f"return {back.return_id} is {back.state.value}"
    for sent in case.shipments.values():
        if sent.state not in _DONE_SHIPMENT or _on_paper(sent):
            return f"shipment {sent.shipment_id} is {sent.state.value}"
    for held in case.reservations.values():
        if held.leaving or not RESERVATION.is_terminal(held.state):
            return f"reservation {held.reservation_id} is {held.state.value}"
    owed = to_capture_minor(order, shipped_only=False)
    if unsettled(order) or balance(order).open or owed:
        return "a payment is not settled"
    return ""


def resolve_returns(case: Case, context: Context) -> Sequence[Step]:
    """Refund what was inspected, unless a hold stands against it."""
    order = case.placed
    if not case.returns or blocked(order, "refund"):
        return ()
    steps: list[Step] = []
    for back in case.returns.values():
        keep = back.state is ReturnState.APPROVED and (
            back.resolution == "keep"
        )
        if keep or back.state is ReturnState.INSPECTED:
            steps += _refund_of(order, back, context)
            steps.append(ResolveReturn(return_id=back.return_id))
    return steps


def _refund_of(order: Order, back: Return, context: Context) -> Iterator[Step]:
    asked = consult.refund_lines(context.policy, order, back)
    yield from asked.faults
    lines, units = asked.answer
    yield GrantRefund(
        subject=back.return_id,
        lines=lines,
        units=units,
        as_credit=back.resolution == "store_credit",
        reason=back.reason,
        notify=context.notify,
    )


def close_returns(case: Case) -> Sequence[Step]:
    """Close what is resolved once its money is through."""
    if not case.returns:
        return ()
    order = case.placed
    resolved = [
        back.return_id
        for back in case.returns.values()
        if back.state is ReturnState.RESOLVED
    ]
    if not resolved:
        return ()
    busy = any(op.kind in {"refund", "credit"} for op in unsettled(order))
    failed = _asking(
        order, ExceptionKind.REFUND_FAILED, ExceptionKind.CREDIT_FAILED
    )
    if busy or failed:
        return ()
    return [CloseReturn(return_id=return_id) for return_id in resolved]


def lost_units_refund(
    case: Case, quantities: Quantities, subject: str, *, notify: bool
) -> GrantRefund:
    """Refund units that will never arrive, with all their shares."""
    order = case.placed
    known = order.lines()
    lines: list[RefundLine] = []
    units: dict[str, int] = {}
    for line_id, quantity in quantities.items():
        line = known[line_id]
        start = order.units[line_id].refunded
        stop = min(start + quantity, order.units[line_id].shipped)
        if stop <= start:
            continue
        units[line_id] = stop - start
        parts = (
            ("goods", line.goods(start, stop)),
            ("tax", line.tax(start, stop) if line.tax_added else 0),
            ("shipping", line.shipping(start, stop)),
        )
        lines += [
            RefundLine(kind=kind, minor=minor, line_id=line_id)  # type: ignore[arg-type]
            for kind, minor in parts
            if minor
        ]
    return GrantRefund(
        subject=subject,
        lines=tuple(lines),
        units=units,
        reason="undelivered",
        notify=notify,
    )
