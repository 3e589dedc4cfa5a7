"""The messages to the customer about shipments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife.ports.notifier import MessageKind, Notify
from orderlife.rooms.notifications import customer
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import (
    ShipmentDispatched,
    ShipmentScanned,
)
from orderlife.rooms.shipment.model import ScanStatus

__all__ = ["dispatched", "scanned"]

_ARRIVALS: Final[Mapping[ShipmentState, MessageKind]] = {
    ShipmentState.IN_TRANSIT: MessageKind.SHIPPING_UPDATE,
    ShipmentState.OUT_FOR_DELIVERY: MessageKind.OUT_FOR_DELIVERY,
    ShipmentState.AVAILABLE_FOR_PICKUP: MessageKind.READY_FOR_PICKUP,
    ShipmentState.ATTEMPT_FAILED: MessageKind.DELIVERY_ATTEMPTED,
    ShipmentState.DELIVERED: MessageKind.DELIVERED,
    ShipmentState.LOST: MessageKind.SHIPMENT_EXCEPTION,
    ShipmentState.DAMAGED: MessageKind.SHIPMENT_EXCEPTION,
    ShipmentState.RETURNING: MessageKind.SHIPMENT_EXCEPTION,
}
"""By state of a shipment, the message that is sent."""
_COMMENTS: Final[Mapping[ScanStatus, MessageKind]] = {
    ScanStatus.DELAYED: MessageKind.DELIVERY_DELAYED,
    ScanStatus.EXCEPTION: MessageKind.SHIPMENT_EXCEPTION,
}
"""By scan status without a change of state, the message that is sent."""


def dispatched(
    case: Case, event: ShipmentDispatched, context: Context
) -> Iterable[Notify]:
    """The shipment has left."""
    if not event.notify:
        return ()
    kind = MessageKind.SHIPPING_CONFIRMATION
    return customer(case, kind, event.shipment_id, context)


def scanned(
    case: Case, event: ShipmentScanned, context: Context
) -> Iterable[Notify]:
    """The shipment's new state, if it has changed by a scan."""
    kind = _COMMENTS.get(event.scan.status)
    if kind is None and event.after is not event.before:
        kind = _ARRIVALS.get(event.after)
    shipment = case.shipments.get(event.shipment_id)
    presumed = shipment is not None and shipment.arrives_at == event.scan.at
    if kind is None or presumed:
        return ()
    return customer(case, kind, event.shipment_id, context)
