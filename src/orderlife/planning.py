"""What the process works out before it asks: pure helpers of its page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Actor, Quantities, Step
from orderlife._values.replacing import replace
from orderlife._values.times import utc
from orderlife.policy import consult
from orderlife.policy.model import Policy
from orderlife.ports.inventory import Demand, InLine, StockItem
from orderlife.rooms.order.ledger import is_secured
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import RecordUnits
from orderlife.rooms.order.model import Order
from orderlife.rooms.shipment.lifecycle import BEFORE_DISPATCH, ShipmentState
from orderlife.rooms.shipment.messages import (
    DropShipment,
    PlanShipment,
    SendShipment,
)
from orderlife.rooms.shipment.model import Shipment
from orderlife.rooms.stock.lifecycle import RESERVATION, ReservationState
from orderlife.rooms.stock.messages import (
    CheckBackorder,
    ReduceBackorder,
    ReleaseStock,
    ReserveStock,
)
from orderlife.rooms.stock.model import Reservation

__all__ = [
    "Context",
    "blocked",
    "check_backorder",
    "has_label",
    "last_delivery",
    "plan_shipments",
    "quantities_of",
    "release_lines",
    "reserve",
    "send_ready",
    "take_back",
    "uncovered",
]

_S = OrderState
_WORKED_ON = frozenset((_S.PLACED, _S.CONFIRMED))
"""The states in which an order asks for stock."""
_CHECKS_MISSED = 7
"""For how many checks that did not come a place in line is kept."""


@attrs.frozen(kw_only=True)
class Context:
    """What stands around a decision: when, whose rules, who asks."""

    now: datetime = attrs.field(converter=utc)
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
    return bool(order.holds) and any(
        what in hold.blocks for hold in order.holds
    )


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
        if line.kind == "goods" and quantities.get(line.line_id, 0) > 0
    )
    if not demands:
        return
    due = order.payment_due_at
    if due is None:
        asked = consult.payment_due(policy, order, context.now)
        due = asked.answer
        yield from asked.faults
    yield ReserveStock(
        reservation_id=f"{case.order_id}-r{len(case.reservations) + 1}",
        demands=demands,
        until=max(due, context.now + policy.payment_within)
        + policy.hold_grace,
        partial=policy.backorder,
        backordered=backordered,
        check_at=context.now + policy.backorder_check,
    )


def check_backorder(
    case: Case, reservation_id: str, context: Context
) -> CheckBackorder:
    """Ask again for what a reservation waits for, and until when."""
    policy, now = context.policy, context.now
    in_line = None
    if _may_use_it(case.placed):
        in_line = InLine(
            since=case.placed.placed_at or now,
            until=now + policy.backorder_check * _CHECKS_MISSED,
        )
    return CheckBackorder(
        reservation_id=reservation_id,
        until=now + policy.payment_within + policy.hold_grace,
        check_at=now + policy.backorder_check,
        in_line=in_line,
    )


def _may_use_it(order: Order) -> bool:
    """Whether an order keeps goods from others while it waits.

    One that is not paid for, or is held, could not send them: it takes
    what nobody in line can use, and its place when it can.
    """
    return (
        order.state is OrderState.CONFIRMED
        and not blocked(order, "dispatch")
        and is_secured(order)
    )


def queue_up(case: Case, context: Context) -> Sequence[Step]:
    """Take one's place in line, or leave it to those who can use it."""
    waiting = [
        held
        for held in case.reservations.values()
        if held.state is ReservationState.BACKORDERED
        and not (held.items or held.pending)
    ]
    if not waiting:
        return ()
    in_line = _may_use_it(case.placed)
    return [
        check_backorder(case, held.reservation_id, context)
        for held in waiting
        if in_line is (held.in_line is None)
    ]


def uncovered(case: Case, quantities: Quantities) -> dict[str, int]:
    """Units of these that are wanted, have not left and have no stock."""
    covered = _covered(case)
    found: dict[str, int] = {}
    goods = case.placed.units_but("digital", "service", "charge")
    for line_id, quantity in quantities.items():
        if line_id not in goods:
            continue
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


def plan_shipments(case: Case, context: Context) -> Sequence[Step]:
    """Plan what is allocated, and give back what is not wanted."""
    for held in case.reservations.values():
        if held.state is ReservationState.ALLOCATED and held.items:
            return list(_plan_shipments(case, context))
    return ()


def _plan_shipments(case: Case, context: Context) -> Iterator[Step]:
    order = case.placed
    number = len(case.shipments)
    allocated = [
        held
        for held in case.reservations.values()
        if held.state is ReservationState.ALLOCATED and held.items
    ]
    planned = _planned_units(case)
    for held in allocated:
        unplanned = _unplanned(case, held)
        if not unplanned:
            continue
        wanted: list[StockItem] = []
        surplus: list[StockItem] = []
        for item in unplanned:
            line_id = item.line_id
            room = order.units[line_id].unshipped - planned.get(line_id, 0)
            units = max(0, min(item.quantity, room))
            if units:
                planned[line_id] = planned.get(line_id, 0) + units
                wanted.append(replace(item, quantity=units))
            if units < item.quantity:
                over = item.quantity - units
                surplus.append(replace(item, quantity=over))
        if surplus:
            yield ReleaseStock(
                reservation_id=held.reservation_id, items=tuple(surplus)
            )
        parcels = consult.parcels(
            case,
            wanted,
            context.policy,
            planned=number > len(case.shipments),
        )
        yield from parcels.faults
        for parcelling in parcels.answer:
            number += 1
            yield PlanShipment(
                shipment_id=f"{case.order_id}-s{number}",
                reservation_id=held.reservation_id,
                place=parcelling.place,
                seller=parcelling.seller,
                items=parcelling.items,
            )


def has_label(sent: Shipment) -> bool:
    """Whether a label for it is bought, or being bought."""
    return sent.label is not None or bool(sent.label_pending)


def release_lines(case: Case) -> Sequence[Step]:
    """Drop what was planned, or is waited for, and is not wanted any more.

    The stock of it is given back when shipments are planned anew.
    """
    steps: list[Step] = []
    planned = _planned_units(case)
    if planned:
        ledger = case.placed.units
        over = {
            line_id: more
            for line_id, units in planned.items()
            if (more := units - ledger[line_id].unshipped) > 0
        }
        if over:
            steps += _drop_planned(case, over)
    for held in case.reservations.values():
        if held.state is ReservationState.BACKORDERED:
            return [*steps, *_shrink_backorders(case)]
    return steps


def _drop_planned(case: Case, over: dict[str, int]) -> Iterator[Step]:
    """Drop the last shipments of units that are too many."""
    for sent in reversed(list(case.shipments.values())):
        mine = any(over.get(line_id, 0) > 0 for line_id in sent.items)
        if mine and sent.state in BEFORE_DISPATCH and not has_label(sent):
            for line_id, units in sent.items.items():
                over[line_id] = over.get(line_id, 0) - units
            yield DropShipment(
                shipment_id=sent.shipment_id,
                reason="its units are cancelled",
            )


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


def send_ready(case: Case) -> Sequence[Step]:
    """Send what has its label, was wanted to go, and may.

    One after the other: what is taken for the first may leave the next
    without its money.
    """
    order = case.placed
    ready = [
        sent.shipment_id
        for sent in case.shipments.values()
        if sent.state is ShipmentState.READY
        and sent.dispatch_wanted
        and not sent.void_pending
    ]
    if not ready or blocked(order, "dispatch") or not is_secured(order):
        return ()
    return [SendShipment(shipment_id=ready[0])]


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
