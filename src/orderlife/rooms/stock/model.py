"""The values of a reservation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import attrs

from orderlife._kernel.messages import NOTHING
from orderlife._values.times import utc_or_none
from orderlife.ports.inventory import Demand, InLine, Shortage, StockItem
from orderlife.rooms.stock.lifecycle import ReservationState

__all__ = ["Reservation"]


@attrs.frozen(kw_only=True, weakref_slot=False)
class Reservation:
    """Stock held for, or allocated to, an order."""

    reservation_id: str
    state: ReservationState
    demands: tuple[Demand, ...]
    """The units to hold; once it holds stock, no more than those."""
    items: tuple[StockItem, ...] = ()
    """The units that it holds now, by line and place."""
    leaving: Mapping[str, tuple[StockItem, ...]] = NOTHING
    """The units being released, by operation id."""
    until: datetime | None = attrs.field(default=None, converter=utc_or_none)
    """When the hold runs out."""
    check_at: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )
    """When back-ordered units are asked for again."""
    pending: str = ""
    """Id of the reserve or allocate operation without an answer yet."""
    operations: int = 0
    """How many operations there have been, for deterministic ids."""
    partial: bool = False
    """Whether less than all units were accepted in the request."""
    refused: str = ""
    """Id of the reserve operation that was refused."""
    shortages: tuple[Shortage, ...] = attrs.field(default=(), eq=False)
    """What was short when it was refused; empty once it holds stock.
    A remark, as ``why_not`` of an operation; missing in older documents."""
    waited: bool = False
    """Whether its units were back-ordered."""
    in_line: InLine | None = None
    """Its place in line, as last sent to the inventory."""
    consumed: bool = False
    """Whether any unit of it has left the building."""
