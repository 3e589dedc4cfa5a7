"""Questions about an order, for the rules of all rooms."""

from __future__ import annotations

from orderlife.errors import NotAllowedError
from orderlife.rooms.order.model import Blocks, Order

__all__ = ["blocked", "held_back", "is_wanted"]


def blocked(order: Order, what: Blocks) -> bool:
    """Whether a hold blocks a step."""
    return bool(order.holds) and any(
        what in hold.blocks for hold in order.holds
    )


def held_back(order: Order, what: Blocks) -> NotAllowedError:
    """Why something cannot be done: the holds that stand against it."""
    holds = [
        f"{hold.hold_id} ({hold.reason})"
        for hold in order.holds
        if what in hold.blocks
    ]
    return NotAllowedError(
        what,
        f"order {order.order_id}",
        f"hold {', '.join(holds)} stands against it",
        "release it with ReleaseHold first",
    )


def is_wanted(order: Order) -> bool:
    """Whether a unit of what the order is about was not called off."""
    for units in order.main_units.values():  # noqa: SIM110, often asked
        if units.wanted:
            return True
    return False
