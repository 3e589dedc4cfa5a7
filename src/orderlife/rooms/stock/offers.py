"""The smallest commands about stock that may be possible."""

from __future__ import annotations

from collections.abc import Iterator

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.offers import Offer, offer
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.messages import FillBackorder

__all__ = ["offers"]


def offers(case: Case, context: Context) -> Iterator[Offer]:
    """Offer to ask again for back-ordered units."""
    for reservation in case.reservations.values():
        if reservation.state is ReservationState.BACKORDERED:
            name = reservation.reservation_id
            yield offer(
                case, context.actor, FillBackorder, name, reservation_id=name
            )
