"""The dates of an order: its follow-up, and the ends of its holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import Event
from orderlife.ports.store import ChannelNumber
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import (
    BeginClosing,
    LiftHold,
    OrderPlaced,
    SendFollowUp,
)

__all__ = [
    "claimed",
    "follow_up_due",
    "hold_ended",
    "holds_end",
    "send_follow_up",
]

_FOLLOWED: Final = frozenset((OrderState.CONFIRMED, OrderState.COMPLETED))
_WAITING: Final = frozenset((OrderState.PLACED, OrderState.CONFIRMED))


def claimed(event: Event) -> ChannelNumber | None:
    """The channel's number that an order claims when it is placed.

    A draft claims none, as it may never be placed.  An order without a
    channel is one of the shop's own.
    """
    if not isinstance(event, OrderPlaced):
        return None
    placed = event.placement
    if not placed.channel_number:
        return None
    return ChannelNumber(placed.channel, placed.channel_number)


def follow_up_due(case: Case) -> Iterator[tuple[str, datetime | None]]:
    """When the follow-up is due."""
    order = case.placed
    if order.state in _FOLLOWED:
        yield case.order_id, order.follow_up_at


def send_follow_up(
    case: Case, subject: str, context: Context
) -> list[SendFollowUp]:
    """Send the follow-up."""
    return [SendFollowUp()]


def holds_end(case: Case) -> Iterator[tuple[str, datetime | None]]:
    """When each hold ends."""
    for hold in case.placed.holds:
        yield hold.hold_id, hold.until


def hold_ended(
    case: Case, hold_id: str, context: Context
) -> list[BeginClosing | LiftHold]:
    """Release a hold that has run out; after a fraud review, reject."""
    order = case.placed
    hold = next(hold for hold in order.holds if hold.hold_id == hold_id)
    lift = LiftHold(hold_id=hold_id, note="its time is up")
    waiting = order.state in _WAITING
    if hold.reason == "fraud" and waiting and not order.has_left:
        rejected = OrderState.REJECTED
        return [BeginClosing(reason="fraud", ends_in=rejected), lift]
    return [lift]
