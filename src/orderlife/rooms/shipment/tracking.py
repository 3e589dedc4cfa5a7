"""The state of a shipment by all of its scans.

They are folded by the carrier's time, then by rank.  The order in which
they arrive does not matter, nor how often.

Every scan is in the history.  The state keeps as many as a parcel usually
has, and of a larger number those that decide where the goods are whatever
is reported later; else the cost of a scan would grow with their number.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from orderlife._values.limits import MAX_SCANS
from orderlife.rooms.shipment.lifecycle import ShipmentState, ShipmentTrigger
from orderlife.rooms.shipment.model import Scan, ScanStatus

__all__ = [
    "TRIGGER_OF",
    "add_scan",
    "delivered_at",
    "fold",
    "kept",
    "troubles",
]


_RANK: Final = {status: rank for rank, status in enumerate(ScanStatus)}

_STATE_OF: Final = {
    ScanStatus.PICKED_UP: ShipmentState.IN_TRANSIT,
    ScanStatus.IN_TRANSIT: ShipmentState.IN_TRANSIT,
    ScanStatus.OUT_FOR_DELIVERY: ShipmentState.OUT_FOR_DELIVERY,
    ScanStatus.ATTEMPT_FAILED: ShipmentState.ATTEMPT_FAILED,
    ScanStatus.AVAILABLE_FOR_PICKUP: ShipmentState.AVAILABLE_FOR_PICKUP,
    ScanStatus.DELIVERED: ShipmentState.DELIVERED,
    ScanStatus.LOST: ShipmentState.LOST,
    ScanStatus.DAMAGED: ShipmentState.DAMAGED,
    ScanStatus.RETURNING: ShipmentState.RETURNING,
    ScanStatus.RETURNED: ShipmentState.RETURNED_TO_SENDER,
}
"""Statuses that locate the goods; the others only comment."""

TRIGGER_OF: Final = {
    ShipmentState.IN_TRANSIT: ShipmentTrigger.MOVE,
    ShipmentState.OUT_FOR_DELIVERY: ShipmentTrigger.GO_OUT,
    ShipmentState.AVAILABLE_FOR_PICKUP: ShipmentTrigger.AWAIT_PICKUP,
    ShipmentState.ATTEMPT_FAILED: ShipmentTrigger.FAIL_ATTEMPT,
    ShipmentState.DELIVERED: ShipmentTrigger.DELIVER,
    ShipmentState.LOST: ShipmentTrigger.LOSE,
    ShipmentState.DAMAGED: ShipmentTrigger.DAMAGE,
    ShipmentState.RETURNING: ShipmentTrigger.TURN_BACK,
    ShipmentState.RETURNED_TO_SENDER: ShipmentTrigger.RETURN_TO_SENDER,
}
"""The trigger that leads to each state of the fold."""

_OF_A_KIND: Final = 5
"""How many scans of one status are kept, whatever comes later."""
_TROUBLES: Final = {
    ShipmentState.LOST,
    ShipmentState.DAMAGED,
    ShipmentState.RETURNED_TO_SENDER,
}
_UNDELIVERS: Final = (
    ShipmentState.RETURNING,
    ShipmentState.RETURNED_TO_SENDER,
)


def _key(scan: Scan) -> tuple[object, ...]:
    rank = _RANK[scan.status]
    return (scan.at, rank, scan.correction, scan.detail, scan.told)


def _said(scan: Scan) -> tuple[object, ...]:
    """The content of a scan, by which a repeat is recognised."""
    return (scan.told, scan.status, scan.correction, scan.detail)


def add_scan(scans: tuple[Scan, ...], scan: Scan) -> tuple[Scan, ...]:
    """Add a scan; a repeat changes nothing.

    For a repeat the same tuple is given.
    """
    said = _said(scan)
    if any(_said(known) == said for known in scans):
        return scans
    return kept(tuple(sorted((*scans, scan), key=_key)))


def kept(scans: tuple[Scan, ...]) -> tuple[Scan, ...]:
    """The scans that the state keeps, in their order.

    The latest ``MAX_SCANS``; the latest few of each kind, which alone
    decide where the goods are; and of each run of deliveries the first,
    which dates it.
    """
    if len(scans) <= MAX_SCANS:
        return scans
    seen: dict[tuple[ScanStatus, bool], int] = {}
    of_use = set(range(len(scans) - MAX_SCANS, len(scans)))
    for place in reversed(range(len(scans))):
        kind = scans[place].status, scans[place].correction
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] <= _OF_A_KIND:
            of_use.add(place)
    arrived = False
    for place, scan in enumerate(scans):
        arrives = scan.status is ScanStatus.DELIVERED
        if arrives and not arrived:
            of_use.add(place)
        # Of many setbacks, the early ones separate no deliveries.
        set_back = place in of_use and _takes_back(scan)
        arrived = not set_back and (arrived or arrives)
    return tuple(scans[place] for place in sorted(of_use))


def _takes_back(scan: Scan) -> bool:
    """Whether a scan ends a delivery."""
    after = _STATE_OF.get(scan.status)
    corrects = scan.correction and after not in {None, ShipmentState.DELIVERED}
    return corrects or after in _UNDELIVERS


def fold(scans: tuple[Scan, ...]) -> ShipmentState | None:
    """The state of the goods by all scans; None: unknown.

    Delivered stays delivered, unless a later scan corrects it, or the
    goods are on their way back.
    """
    found = _fold(scans)
    return None if found is None else found[0]


def delivered_at(scans: tuple[Scan, ...]) -> datetime | None:
    """When the goods were delivered, by all scans; None: they are not."""
    found = _fold(scans)
    return found[1] if found and found[0] is ShipmentState.DELIVERED else None


def troubles(scans: tuple[Scan, ...]) -> frozenset[ShipmentState]:
    """The troubles by all scans: lost, damaged, on the way back.

    A damaged parcel stays damaged, delivered or not; a found one is not
    lost any more; and one that is lost after its delivery was not
    delivered.
    """
    found = _fold(scans)
    wrong = {found[0]} & _TROUBLES if found else set[ShipmentState]()
    for scan in scans:
        if scan.status is ScanStatus.DAMAGED:
            wrong.add(ShipmentState.DAMAGED)
        late = found is not None and scan.at > found[1]
        if scan.status is ScanStatus.LOST and late:
            wrong.add(ShipmentState.LOST)
    return frozenset(wrong)


def _fold(
    scans: tuple[Scan, ...],
) -> tuple[ShipmentState, datetime] | None:
    """The state of the goods by all scans, and since when."""
    found: tuple[ShipmentState, datetime] | None = None
    for scan in scans:
        before = found[0] if found else None
        after = _STATE_OF.get(scan.status)
        stays = (
            before is ShipmentState.DELIVERED
            and after not in _UNDELIVERS
            and not scan.correction
        )
        if after is not None and after is not before and not stays:
            found = after, scan.at
    return found
