"""Channel numbers under which more than one order was placed.

A store claims each number once.  Orders that an earlier release, without
that rule, has placed under one number stay, and are found here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from orderlife.ports.store import ChannelNumber, FindOrders, OrderSummary

__all__ = ["DuplicateNumber", "Duplicates"]


@attrs.frozen(kw_only=True)
class DuplicateNumber:
    """A channel's number, and the orders that were placed with it."""

    channel: str
    channel_number: str
    order_ids: tuple[str, ...]
    """Ids of the orders: the first has the number; check the others."""


@attrs.define
class Duplicates:
    """Finds duplicate numbers among all orders, read page by page.

    Args:
        page: how many orders are read at once.
    """

    page: int
    _placed: dict[ChannelNumber, list[tuple[datetime, str]]] = attrs.field(
        factory=dict, init=False
    )
    _last: str = attrs.field(default="", init=False)

    def request(self) -> FindOrders:
        """The request for the next page."""
        return FindOrders(after=self._last, limit=self.page)

    def take(self, found: Iterable[OrderSummary]) -> bool:
        """Add a page of orders; False: it was empty, there are no more."""
        last = self._last
        for each in found:
            self._last = each.order_id
            if each.channel_number and each.placed_at is not None:
                number = ChannelNumber(each.channel, each.channel_number)
                placed = self._placed.setdefault(number, [])
                placed.append((each.placed_at, each.order_id))
        return self._last != last

    def found(self) -> tuple[DuplicateNumber, ...]:
        """The numbers that several orders have, by channel and number."""
        several = (
            DuplicateNumber(
                channel=number.channel,
                channel_number=number.number,
                order_ids=tuple(order_id for _, order_id in sorted(placed)),
            )
            for number, placed in self._placed.items()
            if len(placed) > 1
        )
        return tuple(
            sorted(several, key=lambda one: (one.channel, one.channel_number))
        )
