"""The remedies of exception items about parcels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import ExceptionKind, Quantities, Remedy
from orderlife.errors import NotAllowedError
from orderlife.ports.carrier import (
    CarrierOutcome,
    InterceptRejected,
    LabelRefused,
    VoidRejected,
)
from orderlife.rooms.exceptions.messages import OpenException
from orderlife.rooms.exceptions.model import ExceptionItem
from orderlife.rooms.order.messages import CancelUnits, RecordUnits
from orderlife.rooms.payment.messages import GrantRefund
from orderlife.rooms.payment.model import RefundLine
from orderlife.rooms.shipment.lifecycle import (
    SHIPMENT,
    ShipmentState,
    ShipmentTrigger,
)
from orderlife.rooms.shipment.messages import (
    LabelReported,
    OrderLabelAgain,
    WriteOffShipment,
)
from orderlife.rooms.shipment.model import Shipment
from orderlife.rooms.shipment.tracking import troubles
from orderlife.rooms.stock.messages import ReserveStock
from orderlife.rooms.stock.process import reserve
from orderlife.rooms.stock.readings import uncovered

__all__ = [
    "NO",
    "given_up",
    "is_ours",
    "is_shipment",
    "label_again",
    "parcel",
]

_HARM: Final = {
    ExceptionKind.SHIPMENT_DAMAGED: ShipmentState.DAMAGED,
    ExceptionKind.SHIPMENT_LOST: ShipmentState.LOST,
}
NO: Final[dict[str, CarrierOutcome]] = {
    "label": LabelRefused(code="given_up"),
    "void": VoidRejected("given up"),
    "intercept": InterceptRejected("given up"),
}
"""The answers that are assumed when a person stops waiting."""


def parcel(
    case: Case, item: ExceptionItem, context: Context
) -> Iterator[
    RecordUnits
    | GrantRefund
    | WriteOffShipment
    | ReserveStock
    | CancelUnits
    | OpenException
]:
    """Settle the goods of a parcel by its present state.

    Raises:
        NotAllowedError: the remedy does not fit its present state.
    """
    why, remedy = item.contradiction, item.remedy or Remedy.ACCEPT
    shipment = case.shipments[why.subject]
    came_back = shipment.state is ShipmentState.RETURNED_TO_SENDER
    arrived = shipment.state is ShipmentState.DELIVERED
    if arrived and _HARM.get(why.kind) in troubles(shipment.scans):
        yield from _harmed(case, shipment, remedy, context)
        return
    gone = not arrived and SHIPMENT.can(
        shipment.state, ShipmentTrigger.WRITE_OFF
    )
    let_be = remedy is Remedy.ACCEPT
    if SHIPMENT.is_terminal(shipment.state) or (let_be and not gone):
        return  # it was settled, or was found since
    if not gone or (came_back and let_be):
        raise _otherwise(shipment, remedy)
    if remedy is Remedy.RESHIP:
        yield from _take_back(shipment)
    elif remedy is Remedy.REFUND and not came_back:
        yield lost_units_refund(
            case, shipment.items, shipment.shipment_id, notify=context.notify
        )
    yield WriteOffShipment(shipment_id=shipment.shipment_id, restock=came_back)
    still = uncovered(case, shipment.items) if came_back else shipment.items
    if remedy is Remedy.RESHIP:
        yield from reserve(case, context, still)
    elif remedy is Remedy.REFUND and came_back and still:
        yield CancelUnits(quantities=still, reason="other", came_back=True)


def _harmed(
    case: Case, shipment: Shipment, remedy: Remedy, context: Context
) -> Iterator[
    GrantRefund | RecordUnits | WriteOffShipment | ReserveStock | OpenException
]:
    """Settle goods that were delivered, and are damaged or lost.

    Only for units that the customer has not returned or been refunded.
    """
    if remedy is Remedy.ACCEPT:
        return
    kept = {}
    for line_id, units in shipment.items.items():
        ledger = case.placed.units[line_id]
        back = max(ledger.returned, ledger.refunded)
        if (remaining := min(units, ledger.delivered - back)) > 0:
            kept[line_id] = remaining
    whole = kept == dict(shipment.items)
    if not kept or (remedy is Remedy.RESHIP and not whole):
        raise NotAllowedError(
            f"{remedy.value} to settle what became of",
            f"shipment {shipment.shipment_id}",
            "units of it have come back or been refunded since",
            "give back the rest, or accept it" if kept else "accept it",
        )
    if remedy is Remedy.REFUND:
        yield lost_units_refund(
            case, kept, shipment.shipment_id, notify=context.notify
        )
        return
    for counter in ("delivered", "shipped"):
        yield RecordUnits(
            counter=counter,
            quantities=kept,
            subject=shipment.shipment_id,
            undo=True,
        )
    yield WriteOffShipment(shipment_id=shipment.shipment_id)
    yield from reserve(case, context, kept)


def _take_back(shipment: Shipment) -> Iterator[RecordUnits]:
    """Subtract units that did not arrive, so that they can be sent again."""
    if shipment.state in {ShipmentState.LOST, ShipmentState.DAMAGED}:
        for counter in ("lost", "shipped"):
            yield RecordUnits(
                counter=counter,
                quantities=shipment.items,
                subject=shipment.shipment_id,
                undo=True,
            )


def _otherwise(shipment: Shipment, remedy: Remedy) -> NotAllowedError:
    back = shipment.state is ShipmentState.RETURNED_TO_SENDER
    return NotAllowedError(
        f"{remedy.value} to settle what became of",
        f"shipment {shipment.shipment_id}",
        f"it is {shipment.state.value} now",
        "send it again or give the money back" if back else "accept it",
    )


def lost_units_refund(
    case: Case, quantities: Quantities, subject: str, *, notify: bool
) -> GrantRefund:
    """Refund units that will never arrive, with all their shares."""
    order = case.placed
    known = order.lines()
    lines: list[RefundLine] = []
    units: dict[str, int] = {}
    for line_id, quantity in quantities.items():
        line = known[line_id]
        start = order.units[line_id].refunded
        stop = min(start + quantity, order.units[line_id].shipped)
        if stop <= start:
            continue
        units[line_id] = stop - start
        parts = (
            ("goods", line.goods(start, stop)),
            ("tax", line.tax(start, stop) if line.tax_added else 0),
            ("shipping", line.shipping(start, stop)),
        )
        lines += [
            RefundLine(kind=kind, minor=minor, line_id=line_id)  # type: ignore[arg-type]
            for kind, minor in parts
            if minor
        ]
    return GrantRefund(
        subject=subject,
        lines=tuple(lines),
        units=units,
        reason="undelivered",
        notify=notify,
    )


def label_again(
    case: Case, item: ExceptionItem, context: Context
) -> list[OrderLabelAgain]:
    """Buy a label that was refused once more."""
    return [OrderLabelAgain(shipment_id=item.contradiction.subject)]


def given_up(
    case: Case, item: ExceptionItem, context: Context
) -> Iterator[LabelReported]:
    """Stop waiting for the carrier, as if it had refused.

    A later success is recorded as any late answer is.
    """
    operation_id = item.contradiction.subject
    subject, _, kind = operation_id.rpartition(":")[0].rpartition(":")
    if kind in NO:
        yield LabelReported(
            order_id=case.order_id,
            subject=subject,
            operation_id=operation_id,
            outcome=NO[kind],
        )


def is_shipment(case: Case, subject: str) -> bool:
    """Whether an item is about a shipment."""
    return subject in case.shipments


def is_ours(case: Case, operation_id: str) -> bool:
    """Whether an operation is one of a shipment's."""
    return is_shipment(
        case, operation_id.rpartition(":")[0].rpartition(":")[0]
    )
