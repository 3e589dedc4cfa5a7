"""The messages to the customer about stock: back-orders."""

from __future__ import annotations

from collections.abc import Iterable

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife.ports.notifier import MessageKind, Notify
from orderlife.rooms.notifications import customer
from orderlife.rooms.stock.messages import ReservationBackordered, StockHeld

__all__ = ["backordered", "held"]


def backordered(
    case: Case, event: ReservationBackordered, context: Context
) -> Iterable[Notify]:
    """Units are backordered."""
    if not case.placed.notify:
        return ()
    kind = MessageKind.BACKORDER_DELAY
    return customer(case, kind, event.reservation_id, context)


def held(case: Case, event: StockHeld, context: Context) -> Iterable[Notify]:
    """All units are backordered."""
    if not event.short or event.items or not case.placed.notify:
        return ()
    kind = MessageKind.BACKORDER_DELAY
    return customer(case, kind, event.reservation_id, context)
