"""The smallest commands about shipments that may be possible."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from orderlife._kernel.case import Case
from orderlife._kernel.choices import Choice, Trial, UnitLimit, units_of
from orderlife._kernel.context import Context
from orderlife._kernel.messages import Command
from orderlife._kernel.offers import Offer, offer
from orderlife.ports.carrier import Parcel
from orderlife.rooms.order.readings import line_labels
from orderlife.rooms.shipment.lifecycle import (
    BEFORE_DISPATCH,
    SHIPMENT,
    ShipmentState,
    ShipmentTrigger,
)
from orderlife.rooms.shipment.messages import (
    BuyShipmentLabel,
    CancelShipment,
    DispatchShipment,
    InterceptShipment,
    PackShipment,
    PickShipment,
)
from orderlife.rooms.shipment.model import Shipment

__all__ = ["offers"]

_LIGHT = (Parcel(weight_g=1),)


def offers(case: Case, context: Context) -> Iterator[Offer]:
    """Pick, pack, label, send, cancel and stop what the lifecycle lets."""
    for shipment_id, shipment in case.shipments.items():
        for kind in _kinds(shipment.state):
            more = {"parcels": _LIGHT} if kind is PackShipment else {}
            picks = kind is PickShipment
            yield offer(
                case,
                context.actor,
                kind,
                shipment_id,
                shipment_id=shipment_id,
                choices=partial(_to_pick, case, shipment) if picks else None,
                **more,
            )


def _kinds(state: ShipmentState) -> Iterator[type[Command]]:
    if state not in BEFORE_DISPATCH:
        if SHIPMENT.can(state, ShipmentTrigger.TURN_BACK):
            yield InterceptShipment
        return
    if SHIPMENT.can(state, ShipmentTrigger.PICK):
        yield PickShipment
    if SHIPMENT.can(state, ShipmentTrigger.PACK):
        yield PackShipment
    labelled = SHIPMENT.can(state, ShipmentTrigger.LABEL)
    if labelled:
        yield BuyShipmentLabel
    if labelled or SHIPMENT.can(state, ShipmentTrigger.DISPATCH):
        yield DispatchShipment
    yield CancelShipment


def _to_pick(case: Case, shipment: Shipment, trial: Trial) -> Iterator[Choice]:
    """As many units as were planned, or fewer, which is a short pick."""
    labels = line_labels(case.placed)
    yield from units_of(
        "picked",
        (
            UnitLimit(
                line_id=line_id,
                label=labels[line_id],
                smallest=0,
                largest=units,
            )
            for line_id, units in shipment.items.items()
        ),
    )
