"""The sentences of shipment events in a timeline."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Event
from orderlife._kernel.sentences import Told
from orderlife.ports.carrier import Parcel
from orderlife.rooms.sentences import date, failure, label, spaced, units
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
from orderlife.rooms.shipment.model import ScanStatus

__all__ = ["tell"]


def tell(event: Event, case: Case) -> Told | None:
    """The sentence of an event of a shipment; None: it is of another room."""
    detail = False
    match event:
        case ShipmentPlanned():
            whose = f", of {event.seller}" if event.seller else ""
            planned = units(case, event.items)
            what = f"planned from {event.place}{whose}: {planned}"
        case ShipmentPicked():
            what = f"picked {units(case, event.items)}"
            if event.short:
                what += f"; {units(case, event.short)} not found"
        case ShipmentPacked():
            what = f"packed: {_parcels(event.parcels)}"
        case LabelRequested():
            what, detail = "a label is being bought", True
        case LabelBought():
            what = f"label bought: {label(event.label)}"
        case LabelFailed():
            what = f"no label: {failure(event.code, event.detail)}"
        case LabelVoidRequested():
            what, detail = "its label is being given back", True
        case LabelVoidRejected():
            what = f"its label was not taken back: {event.reason}"
        case ShipmentDispatched():
            what = "has left the building"
        case ShipmentScanned():
            what = _scanned(event)
        case ShipmentCancelled():
            why = f": {event.reason}" if event.reason else ""
            what = f"is not sent{why}"
        case InterceptRequested():
            what, detail = "the carrier is asked to bring it back", True
        case InterceptAnswered():
            will = "will try" if event.accepted else "refuses"
            why = f": {event.reason}" if event.reason else ""
            what = f"the carrier {will} to bring it back{why}"
        case ShipmentWrittenOff():
            back = ", the goods are on the shelf" if event.operation_id else ""
            what = f"its file is closed{back}"
        case _:
            return None
    return Told(f"{event.shipment_id}: {what}", "shipment", detail=detail)


_COMMENTS: Final = frozenset(
    (ScanStatus.LABEL_CREATED, ScanStatus.DELAYED, ScanStatus.EXCEPTION)
)
"""Scan statuses that do not locate the goods."""


def _scanned(event: ShipmentScanned) -> str:
    scan = event.scan
    said = spaced(scan.status.value)
    if scan.detail:
        said += f", {scan.detail}"
    if scan.correction:
        said += " (a correction)"
    if event.after is event.before and scan.status not in _COMMENTS:
        state = spaced(event.after.value)
        said += f", as of {date(scan.at)}: it stays {state}"
    return said


def _parcels(parcels: Iterable[Parcel]) -> str:
    said = []
    for parcel in parcels:
        sides = (parcel.length_mm, parcel.width_mm, parcel.height_mm)
        size = f", {'x'.join(map(str, sides))} mm" if any(sides) else ""
        said.append(f"{parcel.weight_g} g{size}")
    return " and ".join(said)
