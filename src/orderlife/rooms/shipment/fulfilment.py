"""What follows once all units of an order are settled."""

from __future__ import annotations

from collections.abc import Sequence

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife.rooms.order.messages import RecordUnits, ScheduleFollowUp
from orderlife.rooms.order.model import Units
from orderlife.rooms.shipment.readings import DONE, last_delivery

__all__ = ["follow_up", "is_settled", "perform_services"]


def follow_up(case: Case, context: Context) -> Sequence[ScheduleFollowUp]:
    """Schedule a follow-up once no more units can arrive."""
    order = case.placed
    after = context.policy.follow_up_after
    if after is None or order.follow_up_at or order.followed_up:
        return ()
    units = order.delivered_units.values()
    done = all(u.delivered >= u.arriving for u in units)
    if not done or not any(u.delivered for u in units):
        return ()
    # A carrier's clock may be ahead of ours.
    when = min(last_delivery(case) or context.now, context.now)
    return [ScheduleFollowUp(at=when + after)]


def perform_services(case: Case, context: Context) -> Sequence[RecordUnits]:
    """Count services as delivered once no goods are under way any more."""
    order = case.placed
    services = order.of_kind("service")
    if not services:
        return ()
    done = {
        line.line_id: units
        for line in services
        if (units := order.units[line.line_id].unshipped) > 0
    }
    if not done:
        return ()
    goods = order.units_but("digital", "service", "charge").values()
    settled = all(is_settled(units) for units in goods)
    moving = any(
        shipment.state not in DONE for shipment in case.shipments.values()
    )
    if not settled or moving:
        return ()
    return [
        RecordUnits(
            counter="shipped", quantities=done, subject=order.order_id
        ),
        RecordUnits(
            counter="delivered", quantities=done, subject=order.order_id
        ),
    ]


def is_settled(units: Units) -> bool:
    """Whether each unit has arrived, is lost or was cancelled."""
    return units.delivered + units.lost + units.cancelled >= units.ordered
