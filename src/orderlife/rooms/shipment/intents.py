"""The intents of shipment events for carrier and stock; their answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import Quantities
from orderlife.ports.base import Unknown
from orderlife.ports.carrier import (
    BuyLabel,
    CarrierOutcome,
    Intercept,
    VoidLabel,
)
from orderlife.ports.inventory import Restock, StockItem
from orderlife.rooms.order.model import OrderLine
from orderlife.rooms.shipment.messages import (
    InterceptRequested,
    LabelReported,
    LabelRequested,
    LabelVoidRequested,
    ShipmentWrittenOff,
)

__all__ = [
    "buy_label",
    "goods_among",
    "intercept",
    "reported",
    "restock",
    "void_label",
]


def buy_label(
    case: Case, event: LabelRequested, context: Context
) -> list[BuyLabel]:
    """Buy a label for a shipment."""
    shipment = case.shipments[event.shipment_id]
    placement = case.placed.placement
    return [
        BuyLabel(
            operation_id=event.operation_id,
            order_id=case.order_id,
            subject=event.shipment_id,
            purpose="outbound",
            place=shipment.place,
            address=placement.ship_to,
            service=event.service or placement.shipping_method,
            parcels=shipment.parcels,
        )
    ]


def void_label(
    case: Case, event: LabelVoidRequested, context: Context
) -> list[VoidLabel]:
    """Give a label back."""
    return [
        VoidLabel(
            operation_id=event.operation_id,
            order_id=case.order_id,
            subject=event.shipment_id,
            label_id=event.label_id,
        )
    ]


def intercept(
    case: Case, event: InterceptRequested, context: Context
) -> list[Intercept]:
    """Have a parcel turned back."""
    return [
        Intercept(
            operation_id=event.operation_id,
            order_id=case.order_id,
            subject=event.shipment_id,
            tracking_number=event.tracking_number,
        )
    ]


def restock(
    case: Case, event: ShipmentWrittenOff, context: Context
) -> Iterator[Restock]:
    """Take the goods of a parcel that came back into stock."""
    if not event.operation_id:
        return
    shipment = case.shipments[event.shipment_id]
    yield Restock(
        operation_id=event.operation_id,
        order_id=case.order_id,
        subject=event.shipment_id,
        items=goods_among(case.placed.lines(), shipment.items, shipment.place),
        disposition="restock",
    )


def goods_among(
    lines: Mapping[str, OrderLine], quantities: Quantities, place: str
) -> tuple[StockItem, ...]:
    """The units that are goods; unknown lines and others are left out."""
    return tuple(
        StockItem(
            line_id=line_id,
            sku=lines[line_id].sku,
            place=place,
            quantity=units,
        )
        for line_id, units in quantities.items()
        if line_id in lines and lines[line_id].kind == "goods"
    )


def reported(
    intent: BuyLabel | VoidLabel | Intercept, outcome: CarrierOutcome
) -> LabelReported | None:
    """The carrier's answer as a fact, for shipments and returns."""
    if isinstance(outcome, Unknown):
        return None
    return LabelReported(
        order_id=intent.order_id,
        subject=intent.subject,
        operation_id=intent.operation_id,
        outcome=outcome,
    )
