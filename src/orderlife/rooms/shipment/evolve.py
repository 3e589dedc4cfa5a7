"""How events change a shipment, and by nothing else does it change."""

from __future__ import annotations

from typing import assert_never

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
    ShipmentChanged,
    ShipmentDispatched,
    ShipmentPacked,
    ShipmentPicked,
    ShipmentPlanned,
    ShipmentScanned,
    ShipmentWrittenOff,
)
from orderlife.rooms.shipment.model import Shipment
from orderlife.rooms.shipment.tracking import add_scan, delivered_at

__all__ = ["begin", "evolve"]

_S, _T = ShipmentState, ShipmentTrigger


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


def evolve(sent: Shipment, event: ShipmentChanged) -> Shipment:
    """Give the state after an event."""
    match event:
        case ShipmentScanned():
            return _scanned(sent, event)
        case ShipmentPicked():
            state = SHIPMENT.after(sent.state, _T.PICK)
            return replace(sent, state=state, items=event.items)
        case ShipmentPacked():
            state = SHIPMENT.after(sent.state, _T.PACK)
            return replace(sent, state=state, parcels=event.parcels)
        case LabelRequested():
            return replace(
                sent,
                label_pending=event.operation_id,
                operations=sent.operations + 1,
                dispatch_wanted=event.dispatch,
                notify=event.notify,
            )
        case LabelBought():
            return _bought(sent, event)
        case ShipmentDispatched():
            return replace(
                sent,
                state=SHIPMENT.after(sent.state, _T.DISPATCH),
                left_at=event.at,
                arrives_at=event.arrives_at,
                dispatch_wanted=False,
                notify=event.notify,
            )
        case LabelFailed():
            return replace(sent, label_pending="")
        case LabelVoidRequested():
            return replace(
                sent,
                void_pending=event.operation_id,
                operations=sent.operations + 1,
                cancel_wanted=event.reason or "cancelled",
            )
        case LabelVoidRejected():
            return replace(sent, void_pending="", cancel_wanted="")
        case ShipmentCancelled():
            return _cancelled(sent)
        case InterceptRequested():
            return replace(
                sent,
                intercept_pending=event.operation_id,
                operations=sent.operations + 1,
            )
        case InterceptAnswered():
            return replace(sent, intercept_pending="")
        case ShipmentWrittenOff():
            state = SHIPMENT.after(sent.state, _T.WRITE_OFF)
            return replace(sent, state=state, restocked=event.restocked)
        case _:
            assert_never(event)


def _bought(sent: Shipment, event: LabelBought) -> Shipment:
    state = sent.state
    if SHIPMENT.can(state, _T.LABEL):
        state = SHIPMENT.after(state, _T.LABEL)
    return replace(sent, state=state, label=event.label, label_pending="")


def _cancelled(sent: Shipment) -> Shipment:
    state = sent.state
    if SHIPMENT.can(state, _T.CANCEL):
        state = SHIPMENT.after(state, _T.CANCEL)
    return replace(sent, state=state, void_pending="", dispatch_wanted=False)


def _scanned(sent: Shipment, event: ShipmentScanned) -> Shipment:
    left_at = sent.left_at
    if event.before in BEFORE_DISPATCH and event.after != event.before:
        left_at = event.scan.at
    scans = add_scan(sent.scans, event.scan)
    arrived = event.after is _S.DELIVERED
    return replace(
        sent,
        state=event.after,
        scans=scans,
        left_at=left_at,
        delivered_at=delivered_at(scans) if arrived else None,
    )
