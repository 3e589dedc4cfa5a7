"""What follows from picking, and from a carrier's answer about a label."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import Contradiction, ExceptionKind
from orderlife.rooms.exceptions.messages import CloseExceptions, OpenException
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import (
    DropShipment,
    LabelBought,
    LabelFailed,
    ShipmentPicked,
)
from orderlife.rooms.stock.messages import ConsumeStock

__all__ = ["label_failed", "labelled", "picked"]


def picked(
    case: Case, event: ShipmentPicked, context: Context
) -> Iterator[ConsumeStock | OpenException | DropShipment]:
    """Write off units missing on the shelf, and open an item about them."""
    if not event.short:
        return
    shipment = case.shipments[event.shipment_id]
    yield ConsumeStock(
        reservation_id=shipment.reservation_id,
        quantities=event.short,
        place=shipment.place,
        subject=shipment.shipment_id,
        written_off=True,
    )
    missing = sum(event.short.values())
    yield OpenException(
        Contradiction(
            ExceptionKind.SHORT_PICK,
            shipment.shipment_id,
            f"{missing + sum(shipment.items.values())} units at "
            f"{shipment.place or 'the shelf'}",
            f"{missing} of them were not there",
            event.short,
        )
    )
    if not shipment.items:
        yield DropShipment(
            shipment_id=shipment.shipment_id, reason="nothing was picked"
        )


def label_failed(
    case: Case, event: LabelFailed, context: Context
) -> Iterator[OpenException]:
    """Open an item, unless no label is wanted any more."""
    subject = event.shipment_id
    if case.shipments[subject].state is ShipmentState.PACKED:
        yield OpenException(
            Contradiction(
                ExceptionKind.LABEL_FAILED,
                subject,
                f"a label for {subject}",
                f"{event.code}: {event.detail or 'no reason given'}",
            )
        )


def labelled(
    case: Case, event: LabelBought, context: Context
) -> Sequence[CloseExceptions]:
    """Close the items about a label that was bought after all."""
    if not case.placed.exceptions:
        return ()
    note = f"label {event.label.label_id} is there"
    kinds = frozenset((ExceptionKind.LABEL_FAILED,))
    return [CloseExceptions(kinds=kinds, subject=event.shipment_id, note=note)]
