"""Questions about an order, for the rules of all rooms."""

from __future__ import annotations

from orderlife._kernel.messages import Actor
from orderlife.errors import NotAllowedError
from orderlife.rooms.order.model import Blocks, Order

__all__ = ["blocked", "held_back", "is_wanted", "line_labels"]


def blocked(order: Order, what: Blocks) -> bool:
    """Whether a hold blocks a step."""
    return bool(order.holds) and any(
        what in hold.blocks for hold in order.holds
    )


def held_back(order: Order, what: Blocks, actor: Actor) -> NotAllowedError:
    """Why something cannot be done: the holds that stand against it.

    A customer is not told what an order is held for.
    """
    if actor.kind == "customer":
        return NotAllowedError(
            what,
            f"order {order.order_id}",
            "the shop has still to look at it",
            "ask the shop",
        )
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


def line_labels(order: Order) -> dict[str, str]:
    """By line, what is in it: its title, or its SKU if it has none."""
    return {
        line.line_id: line.title or line.sku for line in order.placement.lines
    }


def is_wanted(order: Order) -> bool:
    """Whether a unit of what the order is about was not called off."""
    for units in order.main_units.values():  # noqa: SIM110, often asked
        if units.wanted:
            return True
    return False
