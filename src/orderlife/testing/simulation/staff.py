"""The staff of a warehouse and the carrier: what they do with a shipment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Actor, Command, Fact
from orderlife.ports.carrier import Parcel
from orderlife.rooms.order.messages import PlaceOrder
from orderlife.rooms.payment.messages import PayOrder
from orderlife.rooms.returns.messages import RequestReturn
from orderlife.rooms.shipment.lifecycle import SHIPMENT, ShipmentState
from orderlife.rooms.shipment.messages import (
    BuyShipmentLabel,
    CancelShipment,
    DispatchShipment,
    InterceptShipment,
    PackShipment,
    PickShipment,
    Scanned,
)
from orderlife.rooms.shipment.model import ScanStatus, Shipment
from orderlife.testing.simulation.choices import Choices

__all__ = ["BUYER", "OF_SHIPMENT", "STAFF", "Message", "Staff"]

Message = Command | Fact

STAFF: Final = Actor("staff", "ada")
BUYER: Final = Actor("customer", "grace")
"""The customer of all orders, of each tenant."""
_CARRIER: Final = Actor("provider", "carrier")
_SERVICES: Final = (
    "",
    "",
    "express",
    "refuse",
    "pending",
    "void_rejected",
    "void_pending",
)
_SCANS: Final = tuple(ScanStatus)
OF_SHIPMENT: Final = frozenset(
    (
        "PickShipment",
        "PackShipment",
        "BuyShipmentLabel",
        "DispatchShipment",
        "CancelShipment",
        "InterceptShipment",
    )
)
"""What may be done with a shipment."""
_RESTS: Final = frozenset(
    (
        ShipmentState.DELIVERED,
        ShipmentState.LOST,
        ShipmentState.DAMAGED,
        ShipmentState.RETURNED_TO_SENDER,
        ShipmentState.PLANNED,
        ShipmentState.PICKING,
        ShipmentState.PACKED,
        ShipmentState.READY,
    )
)
"""Where a shipment is that no carrier moves on."""


class Staff:
    """Whoever brings shipments on their way, as the choices have them act.

    Args:
        choices: what they do.
    """

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self._commands = 0

    def _make(self, kind: type[Any], case_id: str, **fields: Any) -> Any:
        self._commands += 1
        by_buyer = kind in {PlaceOrder, PayOrder, RequestReturn}
        return kind(
            order_id=case_id,
            command_id=f"c{self._commands}",
            actor=BUYER if by_buyer else STAFF,
            **fields,
        )

    def send(self, case: Case, now: datetime) -> Message | None:
        """Bring a shipment one step further, from where it is."""
        for shipment in case.shipments.values():
            if message := self._sent(shipment, now, self.service):
                return message
        return None

    def service(self) -> str:
        """A carrier's service, at times an unwilling one."""
        return self._choices.one(_SERVICES)

    def _sent(
        self,
        shipment: Shipment,
        now: datetime,
        service: Callable[[], str],
    ) -> Message | None:
        message: Message
        match shipment.state:
            case ShipmentState.PLANNED:
                message = self._part(PickShipment, shipment, picked=None)
            case ShipmentState.PICKING:
                parcels = (Parcel(weight_g=500),)
                message = self._part(PackShipment, shipment, parcels=parcels)
            case ShipmentState.PACKED | ShipmentState.READY:
                free = not (shipment.label_pending or shipment.void_pending)
                if not free:
                    return None
                message = self._part(
                    DispatchShipment, shipment, service=service()
                )
            case state if state in _RESTS or SHIPMENT.is_terminal(state):
                return None
            case _:
                returning = shipment.state is ShipmentState.RETURNING
                status = "returned" if returning else "delivered"
                message = self._scan(shipment, ScanStatus(status), now)
        return message

    def _part(self, kind: type[Any], shipment: Shipment, **fields: Any) -> Any:
        order_id = shipment.shipment_id.rpartition("-")[0]
        return self._make(
            kind, order_id, shipment_id=shipment.shipment_id, **fields
        )

    @staticmethod
    def _scan(shipment: Shipment, status: ScanStatus, at: datetime) -> Scanned:
        return Scanned(
            order_id=shipment.shipment_id.rpartition("-")[0],
            shipment_id=shipment.shipment_id,
            status=status,
            at=at,
            source=_CARRIER,
        )

    def scan(self, case: Case, now: datetime) -> Scanned | None:
        """The carrier says anything at all of a shipment."""
        shipments = tuple(case.shipments.values())
        if not shipments:
            return None
        shipment = self._choices.one(shipments)
        hours = self._choices.one((0, -30, 30))
        at = now + timedelta(hours=hours)
        return self._scan(shipment, self._choices.one(_SCANS), at)

    def _handle(self, shipment: Shipment, name: str) -> Any:
        draw = self._choices.below
        match name:
            case "PickShipment":
                picked = dict(shipment.items)
                if draw(4) == 1:
                    first = next(iter(picked))
                    picked[first] = max(0, picked[first] - 1)
                return self._part(PickShipment, shipment, picked=picked)
            case "PackShipment":
                parcels = (Parcel(weight_g=500),)
                return self._part(PackShipment, shipment, parcels=parcels)
            case "BuyShipmentLabel":
                service = self.service()
                return self._part(BuyShipmentLabel, shipment, service=service)
            case "DispatchShipment":
                service = self.service()
                return self._part(DispatchShipment, shipment, service=service)
            case "CancelShipment":
                return self._part(CancelShipment, shipment, reason="")
            case _:
                return self._part(InterceptShipment, shipment)
