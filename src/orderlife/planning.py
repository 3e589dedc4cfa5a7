"""What the process works out before it asks: pure helpers of its page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

import attrs

from orderlife._case import Case
from orderlife._replace import replace
from orderlife.messages import (
    Actor,
    Contradiction,
    ExceptionKind,
    Quantities,
    Step,
)
from orderlife.order.ledger import (
    balance,
    is_secured,
    to_capture_minor,
    unsettled,
)
from orderlife.order.lifecycle import OperationState, OrderState
from orderlife.order.messages import (
    AbandonClosing,
    FinishClosing,
    GrantRefund,
    OpenException,
    RecordUnits,
    RequestPayment,
)
from orderlife.order.model import Order, RefundLine
from orderlife.policy import Policy
from orderlife.ports.inventory import Demand, StockItem
from orderlife.reservation.lifecycle import RESERVATION, ReservationState
from orderlife.reservation.messages import (
    ReduceBackorder,
    ReleaseStock,
    ReserveStock,
)
from orderlife.reservation.model import Reservation
from orderlife.returns.lifecycle import RETURN, ReturnState
from orderlife.returns.messages import CloseReturn, ResolveReturn
from orderlife.returns.model import Return
from orderlife.shipment.lifecycle import BEFORE_DISPATCH, ShipmentState
from orderlife.shipment.messages import (
    DropShipment,
    PlanShipment,
    SendShipment,
)
from orderlife.shipment.model import Shipment

__all__ = [
    "Context",
    "blocked",
    "capture",
    "close_returns",
    "completed_because",
    "credit_or_refund",
    "last_delivery",
    "lost_units_refund",
    "plan_shipments",
    "quantities_of",
    "release_lines",
    "reserve",
    "resolve_returns",
    "send_ready",
    "take_back",
    "uncovered",
    "unwind",
    "void_rest",
]

_S = OrderState
_WORKED_ON = frozenset((_S.PLACED, _S.CONFIRMED))
"""The states in which an order asks for stock."""


@attrs.frozen(kw_only=True)
class Context:
    """What stands around a decision: when, whose rules, who asks."""

    now: datetime
    policy: Policy
    actor: Actor
    notify: bool = True
    """False: the command asked for silence."""


def quantities_of(
    items: tuple[StockItem, ...] | tuple[Demand, ...],
) -> dict[str, int]:
    """Add units up by line."""
    found: dict[str, int] = {}
    for item in items:
        found[item.line_id] = found.get(item.line_id, 0) + item.quantity
    return found


def blocked(order: Order, what: str) -> bool:
    """Whether a hold keeps something from happening."""
    return any(what in hold.blocks for hold in order.holds)


def reserve(
    case: Case,
    context: Context,
    quantities: Quantities,
    *,
    backordered: bool = False,
) -> Iterator[Step]:
    """Ask for stock for some units of the order's lines."""
    order = case.placed
    policy = context.policy
    if order.state not in _WORKED_ON:
        return
    demands = tuple(
        Demand(
            line_id=line.line_id,
            sku=line.sku,
            quantity=quantities[line.line_id],
            place=line.place,
        )
        for line in order.placement.lines
        if not line.digital and quantities.get(line.line_id, 0) > 0
    )
    if not demands:
        return
    due = order.payment_due_at or policy.payment_due(order, context.now)
    yield ReserveStock(
        reservation_id=f"{case.order_id}-r{len(case.reservations) + 1}",
        demands=demands,
        until=max(due, context.now + policy.payment_within)
        + policy.hold_grace,
        partial=policy.backorder,
        backordered=backordered,
        check_at=context.now + policy.backorder_check,
    )


def uncovered(case: Case, quantities: Quantities) -> dict[str, int]:
    """Units of these that are wanted, have not left and have no stock."""
    covered = _covered(case)
    found: dict[str, int] = {}
    for line_id, quantity in quantities.items():
        missing = case.placed.units[line_id].unshipped
        missing -= covered.get(line_id, 0)
        if missing > 0:
            found[line_id] = min(quantity, missing)
    return found


def _covered(case: Case) -> dict[str, int]:
    """Units that are held, asked for or waited for, by line."""
    found: dict[str, int] = {}
    for held in case.reservations.values():
        if RESERVATION.is_terminal(held.state):
            continue
        awaited = held.state in _AWAITED and not held.items
        part = quantities_of(held.demands if awaited else held.items)
        for line_id, units in part.items():
            found[line_id] = found.get(line_id, 0) + units
    return found


_AWAITED = frozenset(
    (ReservationState.REQUESTED, ReservationState.BACKORDERED)
)


def _unplanned(case: Case, held: Reservation) -> tuple[StockItem, ...]:
    """What is allocated and in no shipment that is yet to leave."""
    planned: dict[tuple[str, str], int] = {}
    for sent in case.shipments.values():
        if (
            sent.reservation_id == held.reservation_id
            and sent.state in BEFORE_DISPATCH
        ):
            for line_id, units in sent.items.items():
                key = (line_id, sent.place)
                planned[key] = planned.get(key, 0) + units
    left = []
    for item in held.items:
        key = (item.line_id, item.place)
        taken = min(item.quantity, planned.get(key, 0))
        planned[key] = planned.get(key, 0) - taken
        if taken == 0:
            left.append(item)
        elif taken < item.quantity:
            left.append(replace(item, quantity=item.quantity - taken))
    return tuple(left)


def _planned_units(case: Case) -> dict[str, int]:
    planned: dict[str, int] = {}
    for sent in case.shipments.values():
        if sent.state in BEFORE_DISPATCH:
            for line_id, units in sent.items.items():
                planned[line_id] = planned.get(line_id, 0) + units
    return planned


def plan_shipments(case: Case, context: Context) -> Iterator[Step]:
    """Plan what is allocated, and give back what is not wanted."""
    order = case.placed
    number = len(case.shipments)
    planned = _planned_units(case)
    for held in case.reservations.values():
        if held.state is not ReservationState.ALLOCATED:
            continue
        wanted: list[StockItem] = []
        surplus: list[StockItem] = []
        for item in _unplanned(case, held):
            line_id = item.line_id
            room = order.units[line_id].unshipped - planned.get(line_id, 0)
            units = max(0, min(item.quantity, room))
            if units:
                planned[line_id] = planned.get(line_id, 0) + units
                wanted.append(replace(item, quantity=units))
            if units < item.quantity:
                over = item.quantity - units
                surplus.append(attrs.evolve(item, quantity=over))
        if surplus:
            yield ReleaseStock(
                reservation_id=held.reservation_id, items=tuple(surplus)
            )
        for parcelling in context.policy.parcel(order, wanted):
            number += 1
            yield PlanShipment(
                shipment_id=f"{case.order_id}-s{number}",
                reservation_id=held.reservation_id,
                place=parcelling.place,
                seller=parcelling.seller,
                items=parcelling.items,
            )


def release_lines(case: Case) -> Iterator[Step]:
    """Drop what was planned, or is waited for, and is not wanted any more.

    The stock of it is given back when shipments are planned anew.
    """
    order = case.placed
    over = {
        line_id: units - order.units[line_id].unshipped
        for line_id, units in _planned_units(case).items()
    }
    for sent in reversed(list(case.shipments.values())):
        mine = any(over.get(line_id, 0) > 0 for line_id in sent.items)
        bought = sent.label is not None or sent.label_pending
        if mine and sent.state in BEFORE_DISPATCH and not bought:
            for line_id, units in sent.items.items():
                over[line_id] -= units
            yield DropShipment(
                shipment_id=sent.shipment_id,
                reason="its units are cancelled",
            )
    yield from _shrink_backorders(case)


def _shrink_backorders(case: Case) -> Iterator[Step]:
    """Wait for no more than what is wanted beyond what is there."""
    over = {
        line_id: units - case.placed.units[line_id].unshipped
        for line_id, units in _covered(case).items()
    }
    for held in case.reservations.values():
        if held.state is not ReservationState.BACKORDERED:
            continue
        if held.items or held.pending:
            continue  # what comes beyond the need is given back then
        off = {
            line_id: min(units, over[line_id])
            for line_id, units in quantities_of(held.demands).items()
            if over[line_id] > 0
        }
        if off:
            for line_id, units in off.items():
                over[line_id] -= units
            yield ReduceBackorder(
                reservation_id=held.reservation_id, quantities=off
            )


def send_ready(case: Case) -> Iterator[Step]:
    """Send what has its label, was wanted to go, and may."""
    order = case.placed
    ready = [
        sent.shipment_id
        for sent in case.shipments.values()
        if sent.state is ShipmentState.READY
        and sent.dispatch_wanted
        and not sent.void_pending
    ]
    if not ready or blocked(order, "dispatch") or not is_secured(order):
        return
    for shipment_id in ready:
        yield SendShipment(shipment_id=shipment_id)


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
    parts = context.policy.split_capture(order, minor)
    if parts:
        yield RequestPayment(
            kind="capture",
            minor=parts,
            subject=subject,
            final=minor == whole,
            notify=context.notify,
        )
    missing = minor - sum(parts.values())
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


def void_rest(case: Case) -> Iterator[Step]:
    """Give back what is authorised and not needed any more."""
    order = case.placed
    if any(units.unshipped for units in order.units.values()):
        return
    if to_capture_minor(order, shipped_only=False):
        return
    if not balance(order).capture_pending:
        yield from _void(order)


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
) -> Iterator[Step]:
    """Give an amount back, to the tenders that policy names."""
    parts = context.policy.split_refund(case.placed, minor)
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
    if any(units.shipped for units in order.units.values()):
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
            goods_out = True
            steps.append(ReleaseStock(reservation_id=held.reservation_id))
    steps += _void(order)
    steps += _refund_all(order)
    sums = balance(order)
    money = sums.open or sums.refundable or any(unsettled(order))
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


def completed_because(case: Case) -> str:
    """What is left to do; empty: nothing, the order is complete."""
    order = case.placed
    for line_id, units in order.units.items():
        if units.delivered + units.lost < units.wanted:
            return f"line {line_id} is not delivered"
    if order.holds:
        return "a hold stands"
    if any(item.is_open for item in order.exceptions):
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
    if any(unsettled(order)) or balance(order).open:
        return "a payment is not settled"
    if to_capture_minor(order, shipped_only=False):
        return "money is still to be captured"
    return ""


def resolve_returns(case: Case, context: Context) -> Iterator[Step]:
    """Refund what was inspected, unless a hold stands against it."""
    order = case.placed
    if blocked(order, "refund"):
        return
    for back in case.returns.values():
        keep = back.state is ReturnState.APPROVED and (
            back.resolution == "keep"
        )
        if keep or back.state is ReturnState.INSPECTED:
            yield _refund_of(order, back, context)
            yield ResolveReturn(return_id=back.return_id)


def _refund_of(order: Order, back: Return, context: Context) -> GrantRefund:
    lines, units = context.policy.refund_lines(order, back)
    return GrantRefund(
        subject=back.return_id,
        lines=lines,
        units=units,
        as_credit=back.resolution == "store_credit",
        reason=back.reason,
        notify=context.notify,
    )


def close_returns(case: Case) -> Iterator[Step]:
    """Close what is resolved once its money is through."""
    order = case.placed
    busy = any(op.kind in {"refund", "credit"} for op in unsettled(order))
    failed = _asking(
        order, ExceptionKind.REFUND_FAILED, ExceptionKind.CREDIT_FAILED
    )
    if busy or failed:
        return
    for back in case.returns.values():
        if back.state is ReturnState.RESOLVED:
            yield CloseReturn(return_id=back.return_id)


def lost_units_refund(
    case: Case, quantities: Quantities, subject: str, *, notify: bool
) -> GrantRefund:
    """Refund units that will never arrive, with all their shares."""
    order = case.placed
    lines: list[RefundLine] = []
    units: dict[str, int] = {}
    for line_id, quantity in quantities.items():
        line = order.line(line_id)
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


def take_back(sent: Shipment) -> Iterator[Step]:
    """Uncount units that did not arrive, so that they can be sent again."""
    if sent.state in {ShipmentState.LOST, ShipmentState.DAMAGED}:
        for counter in ("lost", "shipped"):
            yield RecordUnits(
                counter=counter,
                quantities=sent.items,
                subject=sent.shipment_id,
                undo=True,
            )


def last_delivery(case: Case) -> datetime | None:
    """When the last shipment arrived; None: none has."""
    times: Mapping[str, datetime] = {
        sent.shipment_id: sent.delivered_at
        for sent in case.shipments.values()
        if sent.delivered_at is not None
    }
    return max(times.values(), default=None)
