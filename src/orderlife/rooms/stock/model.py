"""The values that a reservation is made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import attrs

from orderlife._kernel.messages import NOTHING
from orderlife._values.times import utc_or_none
from orderlife.ports.inventory import Demand, InLine, StockItem
from orderlife.rooms.stock.lifecycle import ReservationState

__all__ = ["Reservation"]


@attrs.frozen(kw_only=True, weakref_slot=False)
class Reservation:
    """Stock held for, or given to, an order."""

    reservation_id: str
    state: ReservationState
    demands: tuple[Demand, ...]
    """What it is to hold; once it holds stock, no more than that."""
    items: tuple[StockItem, ...] = ()
    """What it holds now, by line and place."""
    leaving: Mapping[str, tuple[StockItem, ...]] = NOTHING
    """What is being given back, by operation id."""
    until: datetime | None = attrs.field(default=None, converter=utc_or_none)
    """When the hold runs out."""
    check_at: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )
    """When the stock is asked again for what is back-ordered."""
    pending: str = ""
    """The reserve or allocate operation whose answer is to come."""
    operations: int = 0
    """How many operations there have been, for deterministic ids."""
    partial: bool = False
    """Whether it was asked for as much as there is."""
    refused: str = ""
    """The reserve operation that was answered with a no."""
    waited: bool = False
    """Whether its units were back-ordered."""
    in_line: InLine | None = None
    """Where it waits, as the stock keeper was last told."""
    consumed: bool = False
    """Whether any unit of it has left the building."""
