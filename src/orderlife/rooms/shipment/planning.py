"""Planning: which units go in which shipment, and when it leaves.

A confirmed order is planned at rest.  Units that are not wanted any more
are dropped before others are planned.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._values.replacing import replace
from orderlife.ports.inventory import StockItem
from orderlife.rooms.exceptions.messages import OpenException
from orderlife.rooms.order.model import Order
from orderlife.rooms.order.readings import blocked
from orderlife.rooms.payment.ledger import is_secured
from orderlife.rooms.shipment import terms
from orderlife.rooms.shipment.lifecycle import BEFORE_DISPATCH, ShipmentState
from orderlife.rooms.shipment.messages import (
    DropShipment,
    PlanShipment,
    SendShipment,
)
from orderlife.rooms.shipment.readings import has_label, planned_units
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.messages import ReduceBackorder, ReleaseStock
from orderlife.rooms.stock.model import Reservation
from orderlife.rooms.stock.readings import covered, quantities_of

__all__ = ["plan_shipments", "release_lines", "send_ready"]


def release_lines(
    case: Case, context: Context
) -> Sequence[DropShipment | ReduceBackorder]:
    """Drop planned or back-ordered units that are not wanted any more.

    Their stock is released when shipments are planned anew.
    """
    steps: list[DropShipment | ReduceBackorder] = []
    planned = planned_units(case)
    if planned:
        ledger = case.placed.units
        over = {
            line_id: more
            for line_id, units in planned.items()
            if (more := units - ledger[line_id].unshipped) > 0
        }
        if over:
            steps += _drop_planned(case, over)
    for reservation in case.reservations.values():
        if reservation.state is ReservationState.BACKORDERED:
            return [*steps, *_shrink_backorders(case)]
    return steps


def _drop_planned(case: Case, over: dict[str, int]) -> Iterator[DropShipment]:
    """Drop the last shipments of surplus units."""
    for shipment in reversed(list(case.shipments.values())):
        mine = any(over.get(line_id, 0) > 0 for line_id in shipment.items)
        early = shipment.state in BEFORE_DISPATCH
        if mine and early and not has_label(shipment):
            for line_id, units in shipment.items.items():
                over[line_id] = over.get(line_id, 0) - units
            yield DropShipment(
                shipment_id=shipment.shipment_id,
                reason="its units are cancelled",
            )


def _shrink_backorders(case: Case) -> Iterator[ReduceBackorder]:
    """Reduce back-orders to the wanted units that have no stock."""
    over = {
        line_id: units - case.placed.units[line_id].unshipped
        for line_id, units in covered(case).items()
    }
    for reservation in case.reservations.values():
        if reservation.state is not ReservationState.BACKORDERED:
            continue
        if reservation.items or reservation.pending:
            continue  # surplus units are released when they come
        off = {
            line_id: min(units, over[line_id])
            for line_id, units in quantities_of(reservation.demands).items()
            if over[line_id] > 0
        }
        if off:
            for line_id, units in off.items():
                over[line_id] -= units
            yield ReduceBackorder(
                reservation_id=reservation.reservation_id, quantities=off
            )


def plan_shipments(
    case: Case, context: Context
) -> Sequence[ReleaseStock | PlanShipment | OpenException]:
    """Plan allocated units, and release those that are not wanted."""
    for reservation in case.reservations.values():
        there = reservation.state is ReservationState.ALLOCATED
        if there and reservation.items and _unplanned(case, reservation):
            return list(_plan_shipments(case, context))
    return ()


def _plan_shipments(
    case: Case, context: Context
) -> Iterator[ReleaseStock | PlanShipment | OpenException]:
    order = case.placed
    number = len(case.shipments)
    planned = planned_units(case)
    for reservation in case.reservations.values():
        if reservation.state is not ReservationState.ALLOCATED:
            continue
        unplanned = _unplanned(case, reservation)
        if not unplanned:
            continue
        wanted, surplus = _parted(order, unplanned, planned)
        if surplus:
            yield ReleaseStock(
                reservation_id=reservation.reservation_id,
                items=tuple(surplus),
            )
        parcels = terms.parcels(
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
                reservation_id=reservation.reservation_id,
                place=parcelling.place,
                seller=parcelling.seller,
                items=parcelling.items,
            )


def _parted(
    order: Order, unplanned: tuple[StockItem, ...], planned: dict[str, int]
) -> tuple[list[StockItem], list[StockItem]]:
    """Separate wanted units from surplus ones, and count them as planned."""
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
    return wanted, surplus


def _unplanned(case: Case, reservation: Reservation) -> tuple[StockItem, ...]:
    """Allocated units that are in no shipment that is yet to leave."""
    planned: dict[tuple[str, str], int] = {}
    for shipment in case.shipments.values():
        if (
            shipment.reservation_id == reservation.reservation_id
            and shipment.state in BEFORE_DISPATCH
        ):
            for line_id, units in shipment.items.items():
                key = (line_id, shipment.place)
                planned[key] = planned.get(key, 0) + units
    remaining = []
    for item in reservation.items:
        key = (item.line_id, item.place)
        taken = planned.get(key, 0)
        if taken >= item.quantity:
            planned[key] = taken - item.quantity
        elif taken:
            planned[key] = 0
            remaining.append(replace(item, quantity=item.quantity - taken))
        else:
            remaining.append(item)
    return tuple(remaining)


def send_ready(case: Case, context: Context) -> Sequence[SendShipment]:
    """Dispatch shipments that have their label and may leave.

    One after the other, as the capture for the first may leave the next
    without its money.
    """
    for shipment in case.shipments.values():
        if (
            shipment.state is ShipmentState.READY
            and shipment.dispatch_wanted
            and not shipment.void_pending
        ):
            order = case.placed
            if blocked(order, "dispatch") or not is_secured(order):
                return ()
            return [SendShipment(shipment_id=shipment.shipment_id)]
    return ()
