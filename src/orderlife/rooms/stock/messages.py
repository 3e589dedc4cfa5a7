"""The messages of a reservation: commands, facts, steps and events."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

import attrs

from orderlife._kernel.messages import (
    Command,
    Contradiction,
    Event,
    Fact,
    Quantities,
    Step,
)
from orderlife._values.times import utc, utc_or_none
from orderlife.ports.inventory import (
    Demand,
    InLine,
    InventoryOutcome,
    Shortage,
    StockItem,
)

__all__ = [
    "AllocateStock",
    "AllocationRequested",
    "BackorderChecked",
    "BackorderReduced",
    "CheckBackorder",
    "ConsumeStock",
    "ExpireStock",
    "FillBackorder",
    "HeldStep",
    "ReduceBackorder",
    "ReleaseStock",
    "ReservationBackordered",
    "ReservationBegun",
    "ReservationChanged",
    "ReservationExpired",
    "ReservationRequested",
    "ReserveStock",
    "StockAllocated",
    "StockArrived",
    "StockConsumed",
    "StockContradicted",
    "StockHeld",
    "StockLost",
    "StockRefused",
    "StockReleaseRequested",
    "StockReleased",
    "StockReported",
]


@attrs.frozen(kw_only=True)
class FillBackorder(Command):
    """Ask for back-ordered stock now, as when goods have come in."""

    reservation_id: str


@attrs.frozen(kw_only=True)
class StockReported(Fact):
    """The inventory answered."""

    reservation_id: str
    operation_id: str
    outcome: InventoryOutcome


@attrs.frozen(kw_only=True)
class StockArrived(Fact):
    """All units are there that a reservation waits for."""

    reservation_id: str


@attrs.frozen(kw_only=True)
class ReserveStock(Step):
    """Hold stock for these demands."""

    reservation_id: str
    demands: tuple[Demand, ...]
    until: datetime = attrs.field(converter=utc)
    partial: bool = False
    backordered: bool = False
    """True: the stock is known to be missing; wait for it."""
    check_at: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )


@attrs.frozen(kw_only=True)
class CheckBackorder(Step):
    """Ask again for back-ordered stock."""

    reservation_id: str
    until: datetime = attrs.field(converter=utc)
    check_at: datetime = attrs.field(converter=utc)
    in_line: InLine | None = None
    """The place in line; None: it has none."""


@attrs.frozen(kw_only=True)
class AllocateStock(Step):
    """Give the held stock to the order for good."""

    reservation_id: str


@attrs.frozen(kw_only=True)
class ConsumeStock(Step):
    """Units have left the building, or are not on the shelf."""

    reservation_id: str
    quantities: Quantities
    place: str
    subject: str
    written_off: bool = False


@attrs.frozen(kw_only=True)
class ReleaseStock(Step):
    """Release stock, or stop waiting for it."""

    reservation_id: str
    items: tuple[StockItem, ...] | None = None
    """None: all of it."""


@attrs.frozen(kw_only=True)
class ReduceBackorder(Step):
    """Wait for fewer units."""

    reservation_id: str
    quantities: Quantities


@attrs.frozen(kw_only=True)
class ExpireStock(Step):
    """The hold has run out."""

    reservation_id: str


@attrs.frozen(kw_only=True, weakref_slot=False)
class ReservationRequested(Event):
    """Stock was asked for."""

    reservation_id: str
    operation_id: str
    demands: tuple[Demand, ...]
    until: datetime = attrs.field(converter=utc)
    partial: bool = False
    check_at: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )


@attrs.frozen(kw_only=True, weakref_slot=False)
class ReservationBackordered(Event):
    """There is no stock now; the order waits for it."""

    reservation_id: str
    demands: tuple[Demand, ...]
    check_at: datetime = attrs.field(converter=utc)


@attrs.frozen(kw_only=True, weakref_slot=False)
class BackorderChecked(Event):
    """Stock was asked for again."""

    reservation_id: str
    operation_id: str
    demands: tuple[Demand, ...]
    until: datetime = attrs.field(converter=utc)
    check_at: datetime = attrs.field(converter=utc)
    in_line: InLine | None = None
    """The order's place in line; None: it has none."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class BackorderReduced(Event):
    """Fewer units are waited for."""

    reservation_id: str
    quantities: Quantities
    """Units that are not wanted any more, by line."""
    left_by: str = ""
    """Id of the operation that leaves the line; empty: it is not left."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class StockHeld(Event):
    """The stock is held."""

    reservation_id: str
    operation_id: str
    items: tuple[StockItem, ...]
    short: tuple[Demand, ...] = ()


@attrs.frozen(kw_only=True, weakref_slot=False)
class StockRefused(Event):
    """There is not enough stock; nothing is held."""

    reservation_id: str
    shortages: tuple[Shortage, ...]


@attrs.frozen(kw_only=True, weakref_slot=False)
class AllocationRequested(Event):
    """The allocation of the stock was asked for."""

    reservation_id: str
    operation_id: str


@attrs.frozen(kw_only=True, weakref_slot=False)
class StockAllocated(Event):
    """The stock is allocated to the order."""

    reservation_id: str


@attrs.frozen(kw_only=True, weakref_slot=False)
class StockLost(Event):
    """The hold had run out when the stock was to be allocated."""

    reservation_id: str
    reason: str


@attrs.frozen(kw_only=True, weakref_slot=False)
class StockConsumed(Event):
    """Units have left the building."""

    reservation_id: str
    operation_id: str
    items: tuple[StockItem, ...]
    subject: str
    written_off: bool = False


@attrs.frozen(kw_only=True, weakref_slot=False)
class StockReleaseRequested(Event):
    """The release of stock was asked for."""

    reservation_id: str
    operation_id: str
    items: tuple[StockItem, ...]


@attrs.frozen(kw_only=True, weakref_slot=False)
class StockReleased(Event):
    """Stock was released."""

    reservation_id: str
    operation_id: str


@attrs.frozen(kw_only=True, weakref_slot=False)
class ReservationExpired(Event):
    """The hold has run out."""

    reservation_id: str
    operation_id: str
    items: tuple[StockItem, ...]


@attrs.frozen(kw_only=True, weakref_slot=False)
class StockContradicted(Event):
    """The inventory's answer does not fit the request."""

    reservation_id: str
    contradiction: Contradiction


HeldStep: TypeAlias = (
    CheckBackorder
    | AllocateStock
    | ConsumeStock
    | ReleaseStock
    | ReduceBackorder
    | ExpireStock
)
"""The steps of an existing reservation."""
ReservationBegun: TypeAlias = ReservationRequested | ReservationBackordered
ReservationChanged: TypeAlias = (
    BackorderChecked
    | BackorderReduced
    | StockHeld
    | StockRefused
    | AllocationRequested
    | StockAllocated
    | StockLost
    | StockConsumed
    | StockReleaseRequested
    | StockReleased
    | ReservationExpired
    | StockContradicted
)
