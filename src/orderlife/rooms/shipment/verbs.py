"""The verbs of a desk for shipments, from picking to delivery."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar, Unpack, cast

from orderlife._kernel.messages import Quantities
from orderlife._kernel.verbs import (
    FactOptions,
    Options,
    Verbs,
    as_tuple,
    disagree,
    order_of,
    verb,
)
from orderlife.errors import Problem, ValidationError
from orderlife.ports.carrier import Parcel
from orderlife.rooms.shipment.messages import (
    BuyShipmentLabel,
    CancelShipment,
    DispatchShipment,
    InterceptShipment,
    PackShipment,
    PickShipment,
    Scanned,
)
from orderlife.rooms.shipment.model import ScanStatus

__all__ = ["ShipmentVerbs"]

R = TypeVar("R")


class ShipmentVerbs(Verbs[R]):
    """The verbs of shipments: ``desk.shipments``."""

    @verb(PickShipment)
    def pick(
        self,
        shipment_id: str,
        picked: Quantities | None = None,
        **options: Unpack[Options],
    ) -> R:
        """Report the units picked from the shelf; None: all."""
        return self._desk.submit(
            PickShipment(
                order_id=order_of(shipment_id),
                shipment_id=shipment_id,
                picked=picked,
                **self._envelope(options),
            )
        )

    @verb(PackShipment, weight_g="parcels")
    def pack(
        self,
        shipment_id: str,
        weight_g: int = 0,
        *,
        parcels: Sequence[Parcel] = (),
        **options: Unpack[Options],
    ) -> R:
        """Report the packed parcels: one weight in grams, or each parcel.

        Raises:
            ValidationError: the weight is not that of all the parcels.
        """
        boxes = _parcels_of(weight_g, as_tuple(parcels))
        return self._desk.submit(
            PackShipment(
                order_id=order_of(shipment_id),
                shipment_id=shipment_id,
                parcels=boxes,
                **self._envelope(options),
            )
        )

    @verb(BuyShipmentLabel)
    def buy_label(
        self, shipment_id: str, service: str = "", **options: Unpack[Options]
    ) -> R:
        """Buy the label without sending the shipment yet."""
        return self._desk.submit(
            BuyShipmentLabel(
                order_id=order_of(shipment_id),
                shipment_id=shipment_id,
                service=service,
                **self._envelope(options),
            )
        )

    @verb(DispatchShipment)
    def dispatch(
        self, shipment_id: str, service: str = "", **options: Unpack[Options]
    ) -> R:
        """Hand over to the carrier; buys the label if there is none."""
        return self._desk.submit(
            DispatchShipment(
                order_id=order_of(shipment_id),
                shipment_id=shipment_id,
                service=service,
                **self._envelope(options),
            )
        )

    @verb(CancelShipment)
    def cancel(
        self, shipment_id: str, reason: str = "", **options: Unpack[Options]
    ) -> R:
        """Cancel a shipment before it leaves."""
        return self._desk.submit(
            CancelShipment(
                order_id=order_of(shipment_id),
                shipment_id=shipment_id,
                reason=reason,
                **self._envelope(options),
            )
        )

    @verb(InterceptShipment)
    def intercept(self, shipment_id: str, **options: Unpack[Options]) -> R:
        """Ask the carrier to bring a parcel back."""
        return self._desk.submit(
            InterceptShipment(
                order_id=order_of(shipment_id),
                shipment_id=shipment_id,
                **self._envelope(options),
            )
        )

    @verb(Scanned)
    def scan(
        self,
        shipment_id: str,
        status: ScanStatus | str,
        at: datetime,
        detail: str = "",
        *,
        correction: bool = False,
        **options: Unpack[FactOptions],
    ) -> R:
        """Report a carrier's scan.

        Raises:
            ValidationError: there is no such status.
        """
        return self._desk.report(
            Scanned(
                order_id=order_of(shipment_id),
                shipment_id=shipment_id,
                status=_status(status),
                at=at,
                detail=detail,
                correction=correction,
                **options,
            )
        )


def _status(status: ScanStatus | str) -> ScanStatus:
    if isinstance(status, ScanStatus):
        return status
    known = [each.value for each in ScanStatus]
    if status in known:
        return ScanStatus(status)
    problem = Problem("status", f"must be one of: {', '.join(known)}")
    raise ValidationError("Scanned", [problem])


def _parcels_of(
    weight_g: int, parcels: tuple[Parcel, ...]
) -> tuple[Parcel, ...]:
    """The parcels, of ``parcels`` or of ``weight_g``."""
    if not parcels:
        return (Parcel(weight_g=weight_g),)
    if not isinstance(parcels, tuple):
        return parcels  # left to be refused
    weights = [getattr(box, "weight_g", None) for box in parcels]
    if weight_g and all(type(weight) is int for weight in weights):
        whole = sum(cast("list[int]", weights))
        if whole != weight_g:
            hint = f"together they weigh {whole}"
            raise disagree(PackShipment, "weight_g", "parcels", hint=hint)
    return parcels
