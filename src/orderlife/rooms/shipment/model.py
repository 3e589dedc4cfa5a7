"""The values that a shipment is made of."""

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
    """What a carrier's scan says, in our words."""

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
    """The carrier's own time, UTC; of one ahead of us, when we heard."""
    detail: str = ""
    correction: bool = False
    """True: withdraws a delivery that was reported in error."""
    told_at: datetime | None = attrs.field(default=None, converter=utc_or_none)
    """What the carrier said, where that was from the future."""

    @property
    def told(self) -> datetime:
        """The time that the carrier said: a repeat says it again."""
        return self.told_at or self.at


def _kept(scans: tuple[Scan, ...]) -> tuple[Scan, ...]:
    """Of a document of an earlier release, what is kept today."""
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
    """The purchase whose answer is to come."""
    void_pending: str = ""
    """The void whose answer is to come."""
    intercept_pending: str = ""
    """The intercept whose answer is to come."""
    dispatch_wanted: bool = False
    """It goes as soon as it has its label."""
    cancel_wanted: str = ""
    """Why it is to be cancelled as soon as its label is void."""
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
    """When it is taken for delivered, as nobody tracks it; None: never."""
    delivered_at: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )
    restocked: bool | None = None
    """Whether its goods were back when it was written off; None: it
    was not, or an earlier release did not say."""
