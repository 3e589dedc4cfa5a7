"""The case: an order with its reservations, shipments and returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from orderlife._kernel.messages import NOTHING
from orderlife.errors import NotFoundError
from orderlife.rooms.order.model import Order
from orderlife.rooms.returns.model import Return
from orderlife.rooms.shipment.model import Shipment
from orderlife.rooms.stock.model import Reservation

__all__ = ["Case"]


@attrs.frozen(kw_only=True, weakref_slot=False)
class Case:
    """All that ``handle`` reads and answers about one order."""

    order_id: str
    version: int = 0
    """How many events there are."""
    order: Order | None = None
    """None: nothing has been placed under this id."""
    reservations: Mapping[str, Reservation] = NOTHING
    shipments: Mapping[str, Shipment] = NOTHING
    returns: Mapping[str, Return] = NOTHING
    parts: Mapping[str, Mapping[str, Any]] = NOTHING
    """The parts of rooms that have no field here, by room."""

    @property
    def placed(self) -> Order:
        """The order.

        Raises:
            NotFoundError: nothing has been placed under this id.
        """
        if self.order is None:
            raise NotFoundError("order", self.order_id)
        return self.order

    def shipment(self, shipment_id: str) -> Shipment:
        """The shipment of that id.

        Raises:
            NotFoundError: there is none; names those there are.
        """
        try:
            return self.shipments[shipment_id]
        except KeyError:
            raise NotFoundError(
                "shipment", shipment_id, self.shipments
            ) from None

    def reservation(self, reservation_id: str) -> Reservation:
        """The reservation of that id.

        Raises:
            NotFoundError: there is none; names those there are.
        """
        try:
            return self.reservations[reservation_id]
        except KeyError:
            raise NotFoundError(
                "reservation", reservation_id, self.reservations
            ) from None

    def return_(self, return_id: str) -> Return:
        """The return of that id.

        Raises:
            NotFoundError: there is none; names those there are.
        """
        try:
            return self.returns[return_id]
        except KeyError:
            raise NotFoundError("return", return_id, self.returns) from None
