"""The inventory store: hold, allocate, consume, release, restock.

Safety lives here and not in the callers: a reservation is one atomic
primitive, all or nothing, with the demand summed by SKU first, and a
check is the same primitive with ``dry_run``.  Time limits are judged
when the stock is read.  Every operation id moves stock at most once.

on_hand = available + held + allocated + unavailable, for each SKU and
place.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Final, Literal, Protocol, TypeAlias

import attrs

from orderlife._values.times import utc
from orderlife.ports.base import (
    Capabilities,
    Fate,
    Intent,
    NotKnown,
    Outcome,
    Unknown,
)
from orderlife.ports.port import Port

__all__ = [
    "INVENTORY",
    "Allocate",
    "AllocateOutcome",
    "AsyncInventoryLine",
    "AsyncInventoryStore",
    "Consume",
    "Demand",
    "Disposition",
    "Fillable",
    "HeldStock",
    "InLine",
    "InventoryIntent",
    "InventoryLine",
    "InventoryOutcome",
    "InventoryStore",
    "MoveOutcome",
    "Release",
    "Reserve",
    "ReserveOutcome",
    "Restock",
    "Shortage",
    "StockChanged",
    "StockGone",
    "StockItem",
    "StockShort",
]

Disposition: TypeAlias = Literal[
    "restock",
    "refurbish",
    "quarantine",
    "scrap",
    "return_to_vendor",
    "return_to_customer",
]
"""Where a returned unit goes after inspection."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class Demand:
    """Units that a line needs, of one SKU."""

    line_id: str
    sku: str
    quantity: int
    place: str = ""
    """The place it must come from; empty: any place."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class StockItem:
    """Units of one SKU at one place, for one line."""

    line_id: str
    sku: str
    place: str
    quantity: int


@attrs.frozen(kw_only=True)
class _InventoryIntent(Intent):
    port: ClassVar[str] = "inventory"


@attrs.frozen(kw_only=True, weakref_slot=False)
class InLine:
    """The place of a reservation that waits for stock."""

    since: datetime = attrs.field(converter=utc)
    """The reservation that has waited longest is served first."""
    until: datetime = attrs.field(converter=utc)
    """Until then it has precedence over others; asking again renews it."""


@attrs.frozen(kw_only=True)
class Reserve(_InventoryIntent):
    """Hold stock until a date."""

    reservation_id: str
    demands: tuple[Demand, ...]
    until: datetime = attrs.field(converter=utc)
    partial: bool = False
    """True: as much as there is; False: all or nothing."""
    dry_run: bool = False
    """True: only check; answer as else, and change nothing."""
    in_line: InLine | None = None
    """Its place in line if there is not enough; None: it leaves the line.

    An inventory that queues serves a reservation from the units that
    those before it in line cannot use; one without a place is served
    last.  A reservation in line waits for all of its units: it is not
    ``partial``.
    """


@attrs.frozen(kw_only=True)
class Allocate(_InventoryIntent):
    """Give held stock to its order for good, without a time limit."""

    reservation_id: str


@attrs.frozen(kw_only=True)
class Consume(_InventoryIntent):
    """Take allocated units off the stock: shipped, or never on the shelf."""

    reservation_id: str
    items: tuple[StockItem, ...]
    written_off: bool = False
    """True: they were not on the shelf; False: they were shipped."""


@attrs.frozen(kw_only=True)
class Release(_InventoryIntent):
    """Give held or allocated stock back, and leave the line."""

    reservation_id: str
    items: tuple[StockItem, ...]


@attrs.frozen(kw_only=True)
class Restock(_InventoryIntent):
    """Take goods in again, or move them to another disposition."""

    subject: str
    """The return or shipment that they came back with."""
    items: tuple[StockItem, ...]
    disposition: Disposition
    previous: Disposition | None = None
    """Their disposition until now, if it is changed."""


@attrs.frozen(kw_only=True)
class HeldStock(Outcome):
    """The stock is held; ``short`` lists the units that were missing."""

    becomes: ClassVar[Fate] = Fate.DONE
    items: tuple[StockItem, ...]
    short: tuple[Demand, ...] = ()


@attrs.frozen(kw_only=True)
class Shortage:
    """How much of a SKU was asked for, and how much there is."""

    sku: str
    wanted: int
    available: int


@attrs.frozen(kw_only=True)
class StockShort(Outcome):
    """Nothing was held: there is not enough of these."""

    becomes: ClassVar[Fate] = Fate.REFUSED
    shortages: tuple[Shortage, ...]


@attrs.frozen
class StockChanged(Outcome):
    """Done, now or at an earlier time under the same operation id."""

    becomes: ClassVar[Fate] = Fate.DONE


@attrs.frozen
class StockGone(Outcome):
    """Nothing was moved: the hold had run out, or there was none."""

    becomes: ClassVar[Fate] = Fate.REFUSED
    reason: str = ""

    @property
    def why(self) -> str:
        """That the stock is gone, and the inventory's note."""
        return f"there is nothing to move: {self.reason}"


@attrs.frozen(kw_only=True)
class Fillable:
    """A reservation in line for which all units are there now."""

    order_id: str
    reservation_id: str


ReserveOutcome: TypeAlias = HeldStock | StockShort | Unknown
AllocateOutcome: TypeAlias = StockChanged | StockGone | Unknown
MoveOutcome: TypeAlias = StockChanged | StockGone | Unknown
InventoryIntent: TypeAlias = Reserve | Allocate | Consume | Release | Restock
InventoryOutcome: TypeAlias = ReserveOutcome | AllocateOutcome


class InventoryStore(Protocol):
    """Keeps stock.  Adapters implement it for one database or service."""

    @property
    def capabilities(self) -> Capabilities:
        """The adapter's capabilities, above all about a lost answer."""
        ...

    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        """Hold stock, all or nothing unless told otherwise."""
        ...

    def allocate(self, intent: Allocate, /) -> AllocateOutcome:
        """Turn a hold into an allocation."""
        ...

    def consume(self, intent: Consume, /) -> MoveOutcome:
        """Take allocated units off the stock."""
        ...

    def release(self, intent: Release, /) -> MoveOutcome:
        """Give units back; nothing to give back is no error."""
        ...

    def restock(self, intent: Restock, /) -> MoveOutcome:
        """Take returned units in."""
        ...

    def look_up(
        self, intent: InventoryIntent, /
    ) -> InventoryOutcome | NotKnown:
        """Give the outcome of an intent, by its operation id."""
        ...


class AsyncInventoryStore(Protocol):
    """The async twin of ``InventoryStore``."""

    @property
    def capabilities(self) -> Capabilities:
        """The adapter's capabilities, above all about a lost answer."""
        ...

    async def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        """Hold stock, all or nothing unless told otherwise."""
        ...

    async def allocate(self, intent: Allocate, /) -> AllocateOutcome:
        """Turn a hold into an allocation."""
        ...

    async def consume(self, intent: Consume, /) -> MoveOutcome:
        """Take allocated units off the stock."""
        ...

    async def release(self, intent: Release, /) -> MoveOutcome:
        """Give units back; nothing to give back is no error."""
        ...

    async def restock(self, intent: Restock, /) -> MoveOutcome:
        """Take returned units in."""
        ...

    async def look_up(
        self, intent: InventoryIntent, /
    ) -> InventoryOutcome | NotKnown:
        """Give the outcome of an intent, by its operation id."""
        ...


class InventoryLine(Protocol):
    """The further method of an inventory whose capabilities say ``queues``.

    Without it, each waiting order asks once a day.
    """

    def fillable(self, limit: int, /) -> tuple[Fillable, ...]:
        """The reservations in line that can be served now, the first first.

        They are given each time until they reserve their units.
        """
        ...


class AsyncInventoryLine(Protocol):
    """The async twin of ``InventoryLine``."""

    async def fillable(self, limit: int, /) -> tuple[Fillable, ...]:
        """The reservations in line that can be served now, the first first."""
        ...


INVENTORY: Final = Port("inventory", InventoryStore, AsyncInventoryStore)
"""The port of stock."""
