"""What a shipment is told, asked and what it records."""

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
    """Take a shipment back before it goes; its units are planned anew."""

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
    """Ours; empty for a label that somebody bought by hand."""
    outcome: CarrierOutcome


# Steps


@attrs.frozen(kw_only=True)
class PlanShipment(Step):
    """Send these units together."""

    shipment_id: str
    reservation_id: str
    place: str
    seller: str
    items: Quantities


@attrs.frozen(kw_only=True)
class SendShipment(Step):
    """It has its label and somebody wanted it sent."""

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
    """Somebody has settled what became of the goods."""

    shipment_id: str
    restock: bool = False
    """True: they are back, and go on the shelf again."""


# Events


@attrs.frozen(kw_only=True, weakref_slot=False)
class ShipmentPlanned(Event):
    """Units will be sent together."""

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
    """Too late: the carrier has the parcel."""

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
    """When it is taken for delivered, as nobody will track it; None: it
    is tracked."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class ShipmentScanned(Event):
    """The carrier scanned it: where that leaves it."""

    shipment_id: str
    scan: Scan
    before: ShipmentState
    after: ShipmentState
    contradiction: Contradiction | None = None


@attrs.frozen(kw_only=True, weakref_slot=False)
class ShipmentCancelled(Event):
    """It is not sent."""

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
    """The carrier will try, or will not."""

    shipment_id: str
    accepted: bool
    reason: str = ""


@attrs.frozen(kw_only=True, weakref_slot=False)
class ShipmentWrittenOff(Event):
    """The file is closed."""

    shipment_id: str
    operation_id: str = ""
    """Of the restock, where the goods are back; else empty."""
    restocked: bool | None = None
    """Whether they were back; None: an earlier release did not say."""


PlannedStep: TypeAlias = (
    SendShipment | OrderLabelAgain | DropShipment | WriteOffShipment
)
"""Steps of a shipment that is there."""
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
