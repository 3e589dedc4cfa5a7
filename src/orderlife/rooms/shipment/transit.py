"""Goods that have left: how scans change the counts of units.

A carrier's report is never refused.  Units are counted by the state that
all scans lead to; a contradiction to the order opens an exception item.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import Contradiction, ExceptionKind
from orderlife.rooms.exceptions.messages import CloseExceptions, OpenException
from orderlife.rooms.exceptions.opening import stamp, unmatched
from orderlife.rooms.order.lifecycle import ORDER, OrderState
from orderlife.rooms.order.messages import RecordUnits
from orderlife.rooms.order.model import UnitCounter
from orderlife.rooms.payment.ledger import is_secured
from orderlife.rooms.shipment.lifecycle import (
    BEFORE_DISPATCH,
    SHIPMENT,
    ShipmentState,
)
from orderlife.rooms.shipment.messages import (
    Scanned,
    ShipmentDispatched,
    ShipmentScanned,
)
from orderlife.rooms.shipment.model import ScanStatus, Shipment
from orderlife.rooms.shipment.readings import has_label
from orderlife.rooms.shipment.tracking import troubles
from orderlife.rooms.stock.messages import ConsumeStock

__all__ = ["dispatched", "presumed", "scanned", "stray_scan", "untracked"]

_ON_ITS_WAY: Final = frozenset(
    (
        ShipmentState.DISPATCHED,
        ShipmentState.IN_TRANSIT,
        ShipmentState.OUT_FOR_DELIVERY,
    )
)


def dispatched(
    case: Case, event: ShipmentDispatched, context: Context
) -> Iterator[RecordUnits | ConsumeStock]:
    """Count the units as shipped, and take them off the stock."""
    return _departed(case.shipments[event.shipment_id])


def _departed(shipment: Shipment) -> Iterator[RecordUnits | ConsumeStock]:
    yield RecordUnits(
        counter="shipped",
        quantities=shipment.items,
        subject=shipment.shipment_id,
    )
    yield ConsumeStock(
        reservation_id=shipment.reservation_id,
        quantities=shipment.items,
        place=shipment.place,
        subject=shipment.shipment_id,
    )


_COUNTED: Final[Mapping[ShipmentState, UnitCounter]] = {
    ShipmentState.DELIVERED: "delivered",
    ShipmentState.LOST: "lost",
    ShipmentState.DAMAGED: "lost",
}
"""By state of a shipment, the counters of its units."""

_TROUBLE: Final[Mapping[ShipmentState, ExceptionKind]] = {
    ShipmentState.LOST: ExceptionKind.SHIPMENT_LOST,
    ShipmentState.DAMAGED: ExceptionKind.SHIPMENT_DAMAGED,
    ShipmentState.RETURNED_TO_SENDER: ExceptionKind.RETURNED_TO_SENDER,
}
"""By the carrier's report, the kind of exception item that opens."""


def scanned(
    case: Case, event: ShipmentScanned, context: Context
) -> Iterator[RecordUnits | ConsumeStock | OpenException | CloseExceptions]:
    """Count the units by the state that a scan leads to."""
    shipment = case.shipments[event.shipment_id]
    if event.contradiction is not None:
        yield OpenException(event.contradiction)
    if event.before is not event.after:
        yield from _moved(case, shipment, event)
    if not SHIPMENT.is_terminal(shipment.state):
        yield from _troubled(case, shipment, event)


def _moved(
    case: Case, shipment: Shipment, event: ShipmentScanned
) -> Iterator[RecordUnits | ConsumeStock | OpenException]:
    before, after = event.before, event.after
    if before in BEFORE_DISPATCH:
        yield from _departed(shipment)
        if not is_secured(case.placed):
            yield _unpaid(shipment)
    if before is ShipmentState.RETURNED_TO_SENDER:
        yield from _unwanted(case, shipment)
    if before is ShipmentState.DELIVERED:
        yield from _undelivered(case, shipment)
    counts: list[tuple[UnitCounter | None, bool]] = [
        (_COUNTED.get(before), True),
        (_COUNTED.get(after), False),
    ]
    if ShipmentState.RETURNED_TO_SENDER in {before, after}:
        undo = after is ShipmentState.RETURNED_TO_SENDER
        counts.append(("shipped", undo))
    for counter, undo in counts:
        if counter is not None:
            yield RecordUnits(
                counter=counter,
                quantities=shipment.items,
                subject=shipment.shipment_id,
                undo=undo,
            )


def _troubled(
    case: Case, shipment: Shipment, event: ShipmentScanned
) -> Iterator[OpenException | CloseExceptions]:
    """Open items for new troubles, and close those that are over.

    Damage stays, wherever the parcel goes; if a person has accepted it and
    the parcel ends damaged again, a new item opens.
    """
    others = tuple(scan for scan in shipment.scans if scan != event.scan)
    was = troubles(others) | {event.before}
    now = troubles(shipment.scans) | {event.after}
    for wrong, kind in _TROUBLE.items():
        ends = wrong is event.after is not event.before
        asked_anew = ends and not _asked(case, kind, shipment)
        if wrong in now - was or asked_anew:
            yield OpenException(
                Contradiction(
                    kind,
                    shipment.shipment_id,
                    f"shipment {shipment.shipment_id} reaches the customer",
                    event.scan.detail or f"the carrier reports {wrong.value}",
                    shipment.items,
                )
            )
        elif wrong in was - now and wrong is not ShipmentState.DAMAGED:
            yield CloseExceptions(
                kinds=frozenset((kind,)),
                subject=shipment.shipment_id,
                note=f"the carrier reports {shipment.state.value}",
            )


def _asked(case: Case, kind: ExceptionKind, shipment: Shipment) -> bool:
    """Whether an item about a shipment's goods is open."""
    return any(
        item.is_open
        and item.contradiction.kind is kind
        and item.contradiction.subject == shipment.shipment_id
        for item in case.placed.exceptions
    )


def _undelivered(case: Case, shipment: Shipment) -> Iterator[OpenException]:
    """Open an item about returned units that had not been delivered."""
    ledger = case.placed.units
    over = {
        line_id: more
        for line_id, units in shipment.items.items()
        if (
            more := ledger[line_id].returned
            - ledger[line_id].delivered
            + units
        )
        > 0
    }
    if over:
        shipment_id = shipment.shipment_id
        yield OpenException(
            Contradiction(
                ExceptionKind.OVER_RETURNED,
                shipment_id,
                "no more comes back than was delivered",
                f"shipment {shipment_id} was not delivered after all, "
                f"and units of lines {', '.join(over)} have come back",
                over,
            )
        )


def _unwanted(case: Case, shipment: Shipment) -> Iterator[OpenException]:
    """Open an item about goods that were back and move once more."""
    over = {
        line_id: units - room
        for line_id, units in shipment.items.items()
        if units > (room := _room(case, line_id))
    }
    if over:
        yield OpenException(
            Contradiction(
                ExceptionKind.MOVED_AFTER_CANCELLATION,
                shipment.shipment_id,
                f"units of shipment {shipment.shipment_id} were called off "
                "when it had come back",
                f"the carrier reports {shipment.state.value}",
                over,
            )
        )


def _room(case: Case, line_id: str) -> int:
    """Units that are still to be sent, and for which no label is bought."""
    order = case.placed
    if ORDER.is_terminal(order.state):
        return 0
    labelled = sum(
        shipment.items.get(line_id, 0)
        for shipment in case.shipments.values()
        if shipment.state in BEFORE_DISPATCH and has_label(shipment)
    )
    return max(0, order.units[line_id].unshipped - labelled)


def _unpaid(shipment: Shipment) -> OpenException:
    return OpenException(
        Contradiction(
            ExceptionKind.MOVED_BEFORE_PAYMENT,
            shipment.shipment_id,
            "nothing leaves before its money is secured",
            f"shipment {shipment.shipment_id} has left",
            shipment.items,
        )
    )


def stray_scan(
    case: Case, fact: Scanned, context: Context
) -> list[OpenException]:
    """Open an item for a scan of an unknown parcel."""
    subject = fact.shipment_id
    observed = f"Scanned about {subject or 'nothing'}"
    observed += f": {fact.status.value} at {stamp(fact.at)}"
    if case.placed.state is OrderState.PLACED:
        return [
            unmatched(
                case.order_id,
                subject,
                observed,
                kind=ExceptionKind.MOVED_BEFORE_PAYMENT,
                expected="nothing leaves before its order is confirmed",
            )
        ]
    return [unmatched(case.order_id, subject, observed)]


def untracked(case: Case) -> Iterator[tuple[str, datetime | None]]:
    """When untracked shipments are presumed delivered."""
    if case.placed.state is OrderState.CONFIRMED:
        for shipment in case.shipments.values():
            if shipment.state in _ON_ITS_WAY:
                yield shipment.shipment_id, shipment.arrives_at


def presumed(case: Case, shipment_id: str, context: Context) -> list[Scanned]:
    """Presume a shipment delivered; a later scan may correct that."""
    at = case.shipments[shipment_id].arrives_at or context.now
    return [
        Scanned(
            order_id=case.order_id,
            shipment_id=shipment_id,
            status=ScanStatus.DELIVERED,
            at=at,
            detail="taken for delivered: nobody tracks it",
        )
    ]
