"""The values of a shipment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import attrs

from orderlife._values.fast_enum import FastEnum
from orderlife._values.limits import MAX_SCANS
from orderlife._values.times import utc, utc_or_none
from orderlife.ports.carrier import Label, Parcel
from orderlife.rooms.shipment.lifecycle import ShipmentState

__all__ = ["Scan", "ScanStatus", "Shipment"]


class ScanStatus(FastEnum):
    """The statuses of a carrier's scans."""

    LABEL_CREATED = "label_created"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    DELAYED = "delayed"
    EXCEPTION = "exception"
    OUT_FOR_DELIVERY = "out_for_delivery"
    ATTEMPT_FAILED = "attempt_failed"
    AVAILABLE_FOR_PICKUP = "available_for_pickup"
    DELIVERED = "delivered"
    LOST = "lost"
    DAMAGED = "damaged"
    RETURNING = "returning"
    RETURNED = "returned"


@attrs.frozen(kw_only=True, weakref_slot=False)
class Scan:
    """One tracking event; the history has all of them."""

    status: ScanStatus
    at: datetime = attrs.field(converter=utc)
    """The carrier's own time, UTC; if in the future, the time of receipt."""
    detail: str = ""
    correction: bool = False
    """True: withdraws a delivery that was reported in error."""
    told_at: datetime | None = attrs.field(default=None, converter=utc_or_none)
    """The carrier's time, if it was in the future."""

    @property
    def told(self) -> datetime:
        """The time that the carrier gave, to recognise a repeat."""
        return self.told_at or self.at


def _kept(scans: tuple[Scan, ...]) -> tuple[Scan, ...]:
    """Reduce the scans of an earlier release's document to those kept."""
    if len(scans) <= MAX_SCANS:
        return scans
    from orderlife.rooms.shipment.tracking import kept

    return kept(scans)


@attrs.frozen(kw_only=True, weakref_slot=False)
class Shipment:
    """Goods of one seller, from one place, to the customer."""

    shipment_id: str
    state: ShipmentState
    reservation_id: str
    place: str
    seller: str
    items: Mapping[str, int]
    """Units by line."""
    parcels: tuple[Parcel, ...] = ()
    label: Label | None = None
    label_pending: str = ""
    """Id of the purchase without an answer yet."""
    void_pending: str = ""
    """Id of the void without an answer yet."""
    intercept_pending: str = ""
    """Id of the intercept without an answer yet."""
    dispatch_wanted: bool = False
    """True: it is dispatched as soon as it has its label."""
    cancel_wanted: str = ""
    """The reason to cancel it once its label is void; empty: none."""
    notify: bool = True
    operations: int = 0
    scans: tuple[Scan, ...] = attrs.field(default=(), converter=_kept)
    """Sorted by the carrier's time, then by rank: the latest
    ``MAX_SCANS``, and of older ones those that decide."""
    left_at: datetime | None = attrs.field(default=None, converter=utc_or_none)
    """When the goods left the building."""
    arrives_at: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )
    """When it is presumed delivered, as it is not tracked; None: never."""
    delivered_at: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )
    restocked: bool | None = None
    """Whether its goods were back when it was written off; None: it
    was not, or an earlier release did not say."""
