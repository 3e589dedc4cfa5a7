"""The messages of a shipment: commands, facts, steps and events."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

import attrs

from orderlife._kernel.messages import (
    NOTHING,
    Command,
    Contradiction,
    Event,
    Fact,
    Quantities,
    Step,
)
from orderlife._values.times import utc, utc_or_none
from orderlife.ports.carrier import CarrierOutcome, Label, Parcel
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.model import Scan, ScanStatus

__all__ = [
    "BuyShipmentLabel",
    "CancelShipment",
    "DispatchShipment",
    "DropShipment",
    "InterceptAnswered",
    "InterceptRequested",
    "InterceptShipment",
    "LabelBought",
    "LabelFailed",
    "LabelReported",
    "LabelRequested",
    "LabelVoidRejected",
    "LabelVoidRequested",
    "OrderLabelAgain",
    "PackShipment",
    "PickShipment",
    "PlanShipment",
    "PlannedStep",
    "Scanned",
    "SendShipment",
    "ShipmentCancelled",
    "ShipmentChanged",
    "ShipmentDispatched",
    "ShipmentPacked",
    "ShipmentPicked",
    "ShipmentPlanned",
    "ShipmentScanned",
    "ShipmentWrittenOff",
    "WriteOffShipment",
]


# Commands


@attrs.frozen(kw_only=True)
class _ShipmentCommand(Command):
    shipment_id: str


@attrs.frozen(kw_only=True)
class PickShipment(_ShipmentCommand):
    """The goods were taken from the shelf."""

    picked: Quantities | None = None
    """Units by line; None: all.  Fewer is a short pick."""


@attrs.frozen(kw_only=True)
class PackShipment(_ShipmentCommand):
    """The goods are in their boxes."""

    parcels: tuple[Parcel, ...]


@attrs.frozen(kw_only=True)
class BuyShipmentLabel(_ShipmentCommand):
    """Buy the label, without sending the shipment yet."""

    service: str = ""


@attrs.frozen(kw_only=True)
class DispatchShipment(_ShipmentCommand):
    """Hand over to the carrier; buys the label if there is none."""

    service: str = ""


@attrs.frozen(kw_only=True)
class CancelShipment(_ShipmentCommand):
    """Cancel a shipment before it leaves; its units are planned anew."""

    reason: str = ""


@attrs.frozen(kw_only=True)
class InterceptShipment(_ShipmentCommand):
    """Ask the carrier to bring a parcel back."""


# Facts


@attrs.frozen(kw_only=True)
class Scanned(Fact):
    """The carrier scanned a parcel."""

    shipment_id: str
    status: ScanStatus
    at: datetime = attrs.field(converter=utc)
    """The carrier's own time, UTC."""
    detail: str = ""
    correction: bool = False


@attrs.frozen(kw_only=True)
class LabelReported(Fact):
    """The carrier answered about a label, a void or an intercept."""

    subject: str
    """The shipment's or return's id."""
    operation_id: str = ""
    """Our operation id; empty for a label bought by hand."""
    outcome: CarrierOutcome


# Steps


@attrs.frozen(kw_only=True)
class PlanShipment(Step):
    """Plan a shipment of these units."""

    shipment_id: str
    reservation_id: str
    place: str
    seller: str
    items: Quantities


@attrs.frozen(kw_only=True)
class SendShipment(Step):
    """Dispatch a shipment that has its label."""

    shipment_id: str


@attrs.frozen(kw_only=True)
class OrderLabelAgain(Step):
    """Buy a label after a refusal."""

    shipment_id: str


@attrs.frozen(kw_only=True)
class DropShipment(Step):
    """Cancel it, because its order or its units are cancelled."""

    shipment_id: str
    reason: str


@attrs.frozen(kw_only=True)
class WriteOffShipment(Step):
    """A person has settled what became of the goods."""

    shipment_id: str
    restock: bool = False
    """True: they are back, and are restocked."""


# Events


@attrs.frozen(kw_only=True, weakref_slot=False)
class ShipmentPlanned(Event):
    """A shipment was planned of units that are shipped together."""

    shipment_id: str
    reservation_id: str
    place: str
    seller: str
    items: Quantities


@attrs.frozen(kw_only=True, weakref_slot=False)
class ShipmentPicked(Event):
    """The goods were taken from the shelf."""

    shipment_id: str
    items: Quantities
    short: Quantities = NOTHING
    """Units that were not found."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class ShipmentPacked(Event):
    """The goods are in their boxes."""

    shipment_id: str
    parcels: tuple[Parcel, ...]


@attrs.frozen(kw_only=True, weakref_slot=False)
class LabelRequested(Event):
    """A label is being bought."""

    shipment_id: str
    operation_id: str
    service: str = ""
    dispatch: bool = False
    notify: bool = True


@attrs.frozen(kw_only=True, weakref_slot=False)
class LabelBought(Event):
    """The shipment has its label."""

    shipment_id: str
    label: Label


@attrs.frozen(kw_only=True, weakref_slot=False)
class LabelFailed(Event):
    """The carrier gave no label."""

    shipment_id: str
    code: str
    detail: str = ""


@attrs.frozen(kw_only=True, weakref_slot=False)
class LabelVoidRequested(Event):
    """The label is being given back."""

    shipment_id: str
    operation_id: str
    label_id: str
    reason: str = ""


@attrs.frozen(kw_only=True, weakref_slot=False)
class LabelVoidRejected(Event):
    """The void was refused: the carrier has the parcel."""

    shipment_id: str
    reason: str = ""


@attrs.frozen(kw_only=True, weakref_slot=False)
class ShipmentDispatched(Event):
    """The goods have left the building."""

    shipment_id: str
    at: datetime = attrs.field(converter=utc)
    notify: bool = True
    arrives_at: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )
    """When it is presumed delivered, as it is not tracked; None: it is
    tracked."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class ShipmentScanned(Event):
    """The carrier scanned it: the scan, and the state that follows."""

    shipment_id: str
    scan: Scan
    before: ShipmentState
    after: ShipmentState
    contradiction: Contradiction | None = None


@attrs.frozen(kw_only=True, weakref_slot=False)
class ShipmentCancelled(Event):
    """The shipment was cancelled."""

    shipment_id: str
    reason: str = ""


@attrs.frozen(kw_only=True, weakref_slot=False)
class InterceptRequested(Event):
    """The carrier is asked to bring it back."""

    shipment_id: str
    operation_id: str
    tracking_number: str


@attrs.frozen(kw_only=True, weakref_slot=False)
class InterceptAnswered(Event):
    """The carrier has answered whether it will try."""

    shipment_id: str
    accepted: bool
    reason: str = ""


@attrs.frozen(kw_only=True, weakref_slot=False)
class ShipmentWrittenOff(Event):
    """The shipment was written off."""

    shipment_id: str
    operation_id: str = ""
    """Id of the restock operation, if the goods are back; else empty."""
    restocked: bool | None = None
    """Whether they were back; None: of an earlier release, unknown."""


PlannedStep: TypeAlias = (
    SendShipment | OrderLabelAgain | DropShipment | WriteOffShipment
)
"""The steps of an existing shipment."""
ShipmentChanged: TypeAlias = (
    ShipmentPicked
    | ShipmentPacked
    | LabelRequested
    | LabelBought
    | LabelFailed
    | LabelVoidRequested
    | LabelVoidRejected
    | ShipmentDispatched
    | ShipmentScanned
    | ShipmentCancelled
    | InterceptRequested
    | InterceptAnswered
    | ShipmentWrittenOff
)
