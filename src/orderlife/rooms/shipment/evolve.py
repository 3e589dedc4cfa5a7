"""How events change a shipment; nothing else changes it."""

from __future__ import annotations

from orderlife._kernel.room import Change, changes, makes
from orderlife._values.replacing import replace
from orderlife.rooms.shipment.lifecycle import (
    BEFORE_DISPATCH,
    SHIPMENT,
    ShipmentState,
    ShipmentTrigger,
)
from orderlife.rooms.shipment.messages import (
    InterceptAnswered,
    InterceptRequested,
    LabelBought,
    LabelFailed,
    LabelRequested,
    LabelVoidRejected,
    LabelVoidRequested,
    ShipmentCancelled,
    ShipmentDispatched,
    ShipmentPacked,
    ShipmentPicked,
    ShipmentPlanned,
    ShipmentScanned,
    ShipmentWrittenOff,
)
from orderlife.rooms.shipment.model import Shipment
from orderlife.rooms.shipment.tracking import add_scan, delivered_at

__all__ = ["CHANGES", "begin"]


def begin(event: ShipmentPlanned) -> Shipment:
    """Make the shipment that an event begins."""
    return Shipment(
        shipment_id=event.shipment_id,
        state=SHIPMENT.initial,
        reservation_id=event.reservation_id,
        place=event.place,
        seller=event.seller,
        items=event.items,
    )


def _picked(shipment: Shipment, event: ShipmentPicked) -> Shipment:
    state = SHIPMENT.after(shipment.state, ShipmentTrigger.PICK)
    return replace(shipment, state=state, items=event.items)


def _packed(shipment: Shipment, event: ShipmentPacked) -> Shipment:
    state = SHIPMENT.after(shipment.state, ShipmentTrigger.PACK)
    return replace(shipment, state=state, parcels=event.parcels)


def _label_asked(shipment: Shipment, event: LabelRequested) -> Shipment:
    return replace(
        shipment,
        label_pending=event.operation_id,
        operations=shipment.operations + 1,
        dispatch_wanted=event.dispatch,
        notify=event.notify,
    )


def _dispatched(shipment: Shipment, event: ShipmentDispatched) -> Shipment:
    return replace(
        shipment,
        state=SHIPMENT.after(shipment.state, ShipmentTrigger.DISPATCH),
        left_at=event.at,
        arrives_at=event.arrives_at,
        dispatch_wanted=False,
        notify=event.notify,
    )


def _label_failed(shipment: Shipment, event: LabelFailed) -> Shipment:
    return replace(shipment, label_pending="")


def _void_asked(shipment: Shipment, event: LabelVoidRequested) -> Shipment:
    return replace(
        shipment,
        void_pending=event.operation_id,
        operations=shipment.operations + 1,
        cancel_wanted=event.reason or "cancelled",
    )


def _void_rejected(shipment: Shipment, event: LabelVoidRejected) -> Shipment:
    return replace(shipment, void_pending="", cancel_wanted="")


def _intercept_asked(
    shipment: Shipment, event: InterceptRequested
) -> Shipment:
    return replace(
        shipment,
        intercept_pending=event.operation_id,
        operations=shipment.operations + 1,
    )


def _intercept_answered(
    shipment: Shipment, event: InterceptAnswered
) -> Shipment:
    return replace(shipment, intercept_pending="")


def _written_off(shipment: Shipment, event: ShipmentWrittenOff) -> Shipment:
    state = SHIPMENT.after(shipment.state, ShipmentTrigger.WRITE_OFF)
    return replace(shipment, state=state, restocked=event.restocked)


def _bought(shipment: Shipment, event: LabelBought) -> Shipment:
    state = shipment.state
    if SHIPMENT.can(state, ShipmentTrigger.LABEL):
        state = SHIPMENT.after(state, ShipmentTrigger.LABEL)
    return replace(shipment, state=state, label=event.label, label_pending="")


def _cancelled(shipment: Shipment, event: ShipmentCancelled) -> Shipment:
    state = shipment.state
    if SHIPMENT.can(state, ShipmentTrigger.CANCEL):
        state = SHIPMENT.after(state, ShipmentTrigger.CANCEL)
    return replace(
        shipment, state=state, void_pending="", dispatch_wanted=False
    )


def _scanned(shipment: Shipment, event: ShipmentScanned) -> Shipment:
    left_at = shipment.left_at
    if event.before in BEFORE_DISPATCH and event.after != event.before:
        left_at = event.scan.at
    scans = add_scan(shipment.scans, event.scan)
    arrived = event.after is ShipmentState.DELIVERED
    return replace(
        shipment,
        state=event.after,
        scans=scans,
        left_at=left_at,
        delivered_at=delivered_at(scans) if arrived else None,
    )


CHANGES: tuple[Change[Shipment], ...] = (
    makes(ShipmentPlanned, begin),
    changes(ShipmentScanned, _scanned),
    changes(ShipmentPicked, _picked),
    changes(ShipmentPacked, _packed),
    changes(LabelRequested, _label_asked),
    changes(LabelBought, _bought),
    changes(ShipmentDispatched, _dispatched),
    changes(LabelFailed, _label_failed),
    changes(LabelVoidRequested, _void_asked),
    changes(LabelVoidRejected, _void_rejected),
    changes(ShipmentCancelled, _cancelled),
    changes(InterceptRequested, _intercept_asked),
    changes(InterceptAnswered, _intercept_answered),
    changes(ShipmentWrittenOff, _written_off),
)
