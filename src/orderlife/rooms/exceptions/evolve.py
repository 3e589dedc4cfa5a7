"""How events change the exception items of an order."""

from __future__ import annotations

from orderlife._kernel.room import Change, changes
from orderlife._values.replacing import replace
from orderlife.rooms.exceptions.messages import (
    ExceptionOpened,
    ExceptionResolved,
)
from orderlife.rooms.order.evolve import next_count
from orderlife.rooms.order.model import Order

__all__ = ["CHANGES", "opened", "resolved"]


def opened(order: Order, event: ExceptionOpened) -> Order:
    """Add an item to the order's."""
    return replace(
        order,
        exceptions=(*order.exceptions, event.item),
        counts=next_count(order.counts, "exception"),
    )


def resolved(order: Order, event: ExceptionResolved) -> Order:
    """Set how an item was settled, and by whom."""
    exceptions = tuple(
        replace(item, remedy=event.remedy, note=event.note, by=event.by)
        if item.exception_id == event.exception_id
        else item
        for item in order.exceptions
    )
    return replace(
        order,
        exceptions=exceptions,
        waived_minor=order.waived_minor + event.waived_minor,
    )


CHANGES: tuple[Change[Order], ...] = (
    changes(ExceptionOpened, opened),
    changes(ExceptionResolved, resolved),
)
