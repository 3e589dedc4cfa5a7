"""Questions about shipments, for the rules of all rooms."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from orderlife._kernel.case import Case
from orderlife.rooms.shipment.lifecycle import BEFORE_DISPATCH, ShipmentState
from orderlife.rooms.shipment.model import Shipment

__all__ = [
    "DONE",
    "came_from",
    "has_label",
    "is_on_paper",
    "last_delivery",
    "planned_units",
]

DONE: Final = frozenset(
    (
        ShipmentState.DELIVERED,
        ShipmentState.WRITTEN_OFF,
        ShipmentState.CANCELLED,
    )
)
"""The states in which no goods of a shipment are under way."""


def has_label(shipment: Shipment) -> bool:
    """Whether a shipment's label is bought, or being bought."""
    return shipment.label is not None or bool(shipment.label_pending)


def is_on_paper(shipment: Shipment) -> bool:
    """Whether the carrier owes an answer about a label."""
    return bool(shipment.label_pending or shipment.void_pending)


def planned_units(case: Case) -> dict[str, int]:
    """Units in shipments that are yet to leave, by line."""
    planned: dict[str, int] = {}
    for shipment in case.shipments.values():
        if shipment.state in BEFORE_DISPATCH:
            for line_id, units in shipment.items.items():
                planned[line_id] = planned.get(line_id, 0) + units
    return planned


def last_delivery(case: Case) -> datetime | None:
    """When the last shipment arrived; None: none has."""
    return max(
        (
            shipment.delivered_at
            for shipment in case.shipments.values()
            if shipment.delivered_at is not None
        ),
        default=None,
    )


def came_from(case: Case, line_id: str) -> str:
    """The place that a line was sent from, the latest first."""
    for shipment in reversed(list(case.shipments.values())):
        if line_id in shipment.items:
            return shipment.place
    return ""
