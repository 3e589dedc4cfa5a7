"""Questions about exception items, for the rules of all rooms."""

from __future__ import annotations

from collections.abc import Collection

from orderlife._kernel.messages import ExceptionKind
from orderlife.rooms.order.model import Order

__all__ = ["was_opened"]


def was_opened(
    order: Order, kinds: Collection[ExceptionKind], subject: str | None = None
) -> bool:
    """Whether such an item was ever opened, open or settled now.

    Args:
        order: the order.
        kinds: any of these.
        subject: what it is about; None: anything.
    """
    return any(
        item.contradiction.kind in kinds
        and subject in {None, item.contradiction.subject}
        for item in order.exceptions
    )
