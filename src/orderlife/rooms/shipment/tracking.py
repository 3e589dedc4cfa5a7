"""What the scans of a shipment say together.

Fold by the carrier's time, then by rank.  The order in which they
arrive does not matter, nor how often.

Every scan is in the history.  The state keeps those that a parcel has
in a lifetime, and of a flood of them what decides where the goods are
whatever else is still reported: or each would cost as much as there
are.
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
"""Statuses that say where the goods are; the others only comment."""

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
"""Which trigger leads to a state that the fold names."""

_OF_A_KIND: Final = 5
"""Scans of one status that are kept, however many newer ones there are."""
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
    """What the carrier said: the same again is a repeat."""
    return (scan.told, scan.status, scan.correction, scan.detail)


def add_scan(scans: tuple[Scan, ...], scan: Scan) -> tuple[Scan, ...]:
    """Put a scan among the others; one that is there changes nothing.

    Then the very same tuple comes back.
    """
    said = _said(scan)
    if any(_said(known) == said for known in scans):
        return scans
    return kept(tuple(sorted((*scans, scan), key=_key)))


def kept(scans: tuple[Scan, ...]) -> tuple[Scan, ...]:
    """The scans that the state keeps, of these in their order.

    The latest ``MAX_SCANS``; the latest few of each kind, on which
    alone it depends where the goods are; and of deliveries the first
    one each time, which says since when.
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
        # Of a flood of setbacks the early ones part no deliveries.
        set_back = place in of_use and _takes_back(scan)
        arrived = not set_back and (arrived or arrives)
    return tuple(scans[place] for place in sorted(of_use))


def _takes_back(scan: Scan) -> bool:
    """Whether it ends that the goods are delivered."""
    after = _STATE_OF.get(scan.status)
    corrects = scan.correction and after not in {None, ShipmentState.DELIVERED}
    return corrects or after in _UNDELIVERS


def fold(scans: tuple[Scan, ...]) -> ShipmentState | None:
    """Where the goods are by all scans; None: none says it.

    Delivered stays delivered, unless a later scan says that the goods
    are on their way back, or corrects it.
    """
    found = _fold(scans)
    return None if found is None else found[0]


def delivered_at(scans: tuple[Scan, ...]) -> datetime | None:
    """When the goods were delivered; None: they are not, by all scans."""
    found = _fold(scans)
    return found[1] if found and found[0] is ShipmentState.DELIVERED else None


def troubles(scans: tuple[Scan, ...]) -> frozenset[ShipmentState]:
    """What is wrong by all scans: lost, damaged, on its way back.

    Whoever was damaged stays so, delivered or not; whoever is found is
    lost no more; and what is lost after its delivery never was there.
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
    """Where the goods are by all scans, and since when."""
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
