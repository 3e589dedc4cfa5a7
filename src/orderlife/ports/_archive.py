"""Closed orders that are folded away, and how they are asked for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

import attrs

from orderlife._kernel.messages import Timer
from orderlife._values.times import utc
from orderlife.ports._commits import OrderSummary

__all__ = ["CLOSED", "Archive", "is_closed"]

CLOSED: Final = frozenset(("completed", "cancelled", "expired", "rejected"))
"""The states of an order in which nothing more is expected of it."""


@attrs.frozen(kw_only=True)
class Archive:
    """A request to fold closed orders away.

    An order is folded away if it is closed, no decision on it was stored
    since a moment, and all its effects are done or declined.
    """

    now: datetime = attrs.field(converter=utc)
    """An order that cannot be folded away is looked at again when it has
    been left alone for as long from then on."""
    closed_before: datetime = attrs.field(converter=utc)
    """Only orders that were closed and left alone before that moment."""
    limit: int = 100
    """At most so many."""


def is_closed(summary: OrderSummary, timers: Collection[Timer]) -> bool:
    """Whether an order may be folded away once its effects are over.

    Nothing is due of it, and it waits for nobody.

    Args:
        summary: where it stands.
        timers: all its timers.
    """
    return (
        summary.order_status in CLOSED
        and not summary.open_exceptions
        and not timers
    )
