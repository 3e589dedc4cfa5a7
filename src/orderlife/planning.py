"""What the process works out before it asks: pure helpers of its page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

import attrs

from orderlife._case import Case
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
from orderlife.reservation.messages import ReleaseStock, ReserveStock
from orderlife.reservation.model import Reservation
from orderlife.returns.lifecycle import RETURN, ReturnState
from orderlife.returns.messages import CloseReturn, ResolveReturn
from orderlife.returns.model import Return
from orderlife.shipment.lifecycle import BEFORE_DISPATCH, ShipmentState
from orderlife.shipment.messages import DropShipment, PlanShipment
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
    "take_back",
    "unwind",
    "void_rest",
]

_S = OrderState


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
            left.append(attrs.evolve(item, quantity=item.quantity - taken))
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
    if order.state is not _S.CONFIRMED:
        return
    number = len(case.shipments)
    planned = _planned_units(case)
    for held in case.reservations.values():
        if held.state is not ReservationState.ALLOCATED:
            continue
        wanted: list[StockItem] = []
        surplus: dict[str, int] = {}
        for item in _unplanned(case, held):
            line_id = item.line_id
            room = order.units[line_id].unshipped - planned.get(line_id, 0)
            units = max(0, min(item.quantity, room))
            if units:
                planned[line_id] = planned.get(line_id, 0) + units
                wanted.append(attrs.evolve(item, quantity=units))
            if units < item.quantity:
                over = surplus.get(line_id, 0) + item.quantity - units
                surplus[line_id] = over
        if surplus:
            yield ReleaseStock(
                reservation_id=held.reservation_id, quantities=surplus
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


def release_lines(
    case: Case, context: Context, quantities: Quantities, reason: str
) -> Iterator[Step]:
    """Give stock of cancelled units back; shrink what was planned."""
    left = dict(quantities)
    for held in case.reservations.values():
        if held.state is ReservationState.BACKORDERED and not held.items:
            yield from _shrink_backorder(case, context, held, left)
    for held in case.reservations.values():
        mine: dict[str, int] = {}
        for item in held.items:
            units = min(item.quantity, left.get(item.line_id, 0))
            if units:
                left[item.line_id] -= units
                mine[item.line_id] = mine.get(item.line_id, 0) + units
        if not mine:
            continue
        free = quantities_of(_unplanned(case, held))
        yield ReleaseStock(
            reservation_id=held.reservation_id, quantities=mine
        )
        if held.state is ReservationState.ALLOCATED:
            yield RecordUnits(
                counter="allocated",
                quantities=mine,
                subject=held.reservation_id,
                undo=True,
            )
        short = {line for line, n in mine.items() if n > free.get(line, 0)}
        for sent in case.shipments.values():
            if (
                sent.reservation_id == held.reservation_id
                and sent.state in BEFORE_DISPATCH
                and short.intersection(sent.items)
            ):
                yield DropShipment(
                    shipment_id=sent.shipment_id, reason=reason
                )


def _shrink_backorder(
    case: Case, context: Context, held: Reservation, left: dict[str, int]
) -> Iterator[Step]:
    """Wait for fewer units: instead of one reservation, a smaller one."""
    wanted = quantities_of(held.demands)
    off = {
        line_id: min(units, left.get(line_id, 0))
        for line_id, units in wanted.items()
        if left.get(line_id, 0)
    }
    if not off:
        return
    for line_id, units in off.items():
        left[line_id] -= units
    yield RecordUnits(
        counter="backordered",
        quantities=off,
        subject=held.reservation_id,
        undo=True,
    )
    if held.pending:
        return  # what comes beyond the need is given back then
    yield ReleaseStock(reservation_id=held.reservation_id)
    rest = {
        line_id: units - off.get(line_id, 0)
        for line_id, units in wanted.items()
    }
    yield from reserve(case, context, rest, backordered=True)


def capture(
    case: Case, context: Context, subject: str, *, early: bool = False
) -> Iterator[Step]:
    """Take what is due now, of the payments in their order."""
    order = case.placed
    shipped_only = context.policy.capture == "dispatch" and not early
    minor = to_capture_minor(order, shipped_only=shipped_only)
    if not minor:
        return
    parts = context.policy.split_capture(order, minor)
    if parts:
        last = not shipped_only or not any(
            units.unshipped for units in order.units.values()
        )
        yield RequestPayment(
            kind="capture",
            minor=parts,
            subject=subject,
            final=last,
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
    sums = balance(order)
    if not sums.open or to_capture_minor(order, shipped_only=False):
        return
    if sums.capture_pending:
        return
    yield from _void(order)


def _void(order: Order) -> Iterator[Step]:
    waiting = {
        item.contradiction.subject
        for item in order.exceptions
        if item.is_open and item.contradiction.kind is ExceptionKind.VOID_FAILED
    }
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
    open_stock = False
    for held in case.reservations.values():
        if held.leaving or held.pending:
            open_stock = True
        elif held.items or not RESERVATION.is_terminal(held.state):
            open_stock = True
            steps.append(ReleaseStock(reservation_id=held.reservation_id))
    steps += _void(order)
    steps += _refund_all(order)
    sums = balance(order)
    money = sums.open or sums.refundable or any(unsettled(order))
    if not steps and not open_stock and not money:
        return [FinishClosing()]
    return steps


def _refund_all(order: Order) -> Iterator[Step]:
    waiting = {
        item.contradiction.subject
        for item in order.exceptions
        if item.is_open
        and item.contradiction.kind
        in {ExceptionKind.REFUND_FAILED, ExceptionKind.CREDIT_FAILED}
    }
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
        if sent.state not in _DONE_SHIPMENT or sent.void_pending:
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
    failed = any(
        item.is_open
        and item.contradiction.kind
        in {ExceptionKind.REFUND_FAILED, ExceptionKind.CREDIT_FAILED}
        for item in order.exceptions
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


def secured(case: Case) -> bool:
    """Whether the money for all wanted units is secured."""
    return is_secured(case.placed)
