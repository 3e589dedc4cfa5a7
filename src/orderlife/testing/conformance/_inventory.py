"""The harness of an inventory, and the intents that checks make."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, TypeAlias, cast

from orderlife._values.fast_enum import FastEnum
from orderlife.memory.clock import Clock
from orderlife.memory.inventory import Level
from orderlife.ports.base import Intent
from orderlife.ports.inventory import (
    Allocate,
    AsyncInventoryStore,
    Consume,
    Demand,
    HeldStock,
    InventoryIntent,
    InventoryOutcome,
    InventoryStore,
    Release,
    Reserve,
    Restock,
    StockItem,
)
from orderlife.testing.conformance._kit import (
    Call,
    Flow,
    ask,
    collector,
    require,
)

__all__ = [
    "CUP",
    "HOUR",
    "INVENTORY",
    "MUG",
    "NORTH",
    "STOCK",
    "AnyInventoryStore",
    "Inventory",
    "InventoryAbility",
    "InventoryHarness",
    "Moved",
    "Stock",
    "allocate",
    "consume",
    "demand",
    "do",
    "held",
    "item",
    "level",
    "levels",
    "release",
    "reserve",
    "restock",
]

AnyInventoryStore: TypeAlias = InventoryStore | AsyncInventoryStore
Inventory: TypeAlias = InventoryStore
"""What the checks call it: whether it is awaited is the driver's."""

Stock: TypeAlias = Mapping[tuple[str, str], int]
"""Units by SKU and place."""

MUG: Final = ("mug", "main")
NORTH: Final = ("mug", "north")
CUP: Final = ("cup", "main")
STOCK: Final[Stock] = {MUG: 10, NORTH: 4, CUP: 5}
"""What is there when a check begins."""
HOUR: Final = timedelta(hours=1)


class InventoryAbility(FastEnum):
    """What not every inventory, or not every harness, can do."""

    DEDUPLICATES = "deduplicates"
    """The same key again acts once; as its ``capabilities`` say."""
    LOOKS_UP = "looks_up"
    """It can be asked what it did; as its ``capabilities`` say."""
    QUEUES = "queues"
    """It serves who waits in line first; as its ``capabilities`` say."""
    CONCURRENT = "concurrent"
    """It may be used by several threads, or tasks, at once."""
    MOVES_TIME = "moves_time"
    """The harness can let time pass for it."""
    JOURNALS = "journals"
    """The harness can list its movements."""
    LOSES_ANSWERS = "loses_answers"
    """The harness can have it act, and its answer get lost."""
    TENANTS = "tenants"
    """There can be a second tenant in the same tables."""
    REOPENS = "reopens"
    """It survives: what was stored is there when it is opened anew."""


class Moved(Protocol):
    """A change of a number, as the inventory keeps it."""

    @property
    def sku(self) -> str:
        """What was moved."""
        ...

    @property
    def place(self) -> str:
        """Where it is."""
        ...

    @property
    def quantity(self) -> int:
        """How many units, above 0."""
        ...

    @property
    def source(self) -> str:
        """``outside``, ``available``, ``held``, ``allocated`` and so on."""
        ...

    @property
    def target(self) -> str:
        """Where to; the same words."""
        ...

    @property
    def cause(self) -> str:
        """The operation id that it was done for."""
        ...


class InventoryHarness:
    """How to get at your inventory.  Every method may be ``async`` too.

    ``clock`` is for inventories that are given one.
    """

    abilities: frozenset[InventoryAbility] = frozenset(
        {InventoryAbility.CONCURRENT}
    )

    def __init__(self) -> None:
        self.clock = Clock()

    def make(
        self, stock: Stock
    ) -> AnyInventoryStore | Awaitable[AnyInventoryStore]:
        """An inventory with these units on its shelves, and no others."""
        raise NotImplementedError

    def level(self, sku: str, place: str) -> Level | Awaitable[Level]:
        """How many units there are now, in the one that was made last."""
        raise NotImplementedError

    def now(self) -> datetime:
        """What time it is for the inventory."""
        return self.clock()

    def advance(self, by: timedelta) -> object:
        """Let time pass for it."""
        return self.clock.advance(by)

    def movements(self) -> Sequence[Moved] | Awaitable[Sequence[Moved]]:
        """Every change of a number, in order; the first stock included."""
        raise NotImplementedError

    def lose_answer(self, intent: Intent) -> Awaitable[None] | None:
        """Have it do this, which comes next, and its answer get lost."""
        raise NotImplementedError

    def other_tenant(
        self,
    ) -> AnyInventoryStore | Awaitable[AnyInventoryStore]:
        """A second tenant's, without stock, in the same tables."""
        raise NotImplementedError

    def again(self) -> AnyInventoryStore | Awaitable[AnyInventoryStore]:
        """The one that was made last, opened anew."""
        raise NotImplementedError

    def close(self) -> Awaitable[None] | None:
        """Clear away what was made for a check."""
        return None


def _open(harness: InventoryHarness) -> Flow[Inventory]:
    return cast("Inventory", (yield from ask(harness.make, STOCK)))


def _declared(inventory: Inventory) -> frozenset[FastEnum]:
    able, said = inventory.capabilities, set()
    if able.deduplicates:
        said.add(InventoryAbility.DEDUPLICATES)
    if able.looks_up:
        said.add(InventoryAbility.LOOKS_UP)
    if able.queues:
        said.add(InventoryAbility.QUEUES)
    return frozenset(said)


INVENTORY: Final = collector(
    _open,
    _declared,
    frozenset(
        (
            InventoryAbility.DEDUPLICATES,
            InventoryAbility.LOOKS_UP,
            InventoryAbility.QUEUES,
        )
    ),
)


def demand(
    quantity: int, sku: str = "mug", line_id: str = "1", place: str = ""
) -> Demand:
    """Units that a line needs."""
    return Demand(line_id=line_id, sku=sku, quantity=quantity, place=place)


def item(
    quantity: int, cell: tuple[str, str] = MUG, line_id: str = "1"
) -> StockItem:
    """Units at a place, for a line."""
    sku, place = cell
    return StockItem(line_id=line_id, sku=sku, place=place, quantity=quantity)


def _named(operation_id: str, more: dict[str, Any]) -> dict[str, Any]:
    """Give an intent its ids, and a key as a driver does."""
    given = {"order_id": "o1", "key": operation_id, **more}
    return {"operation_id": operation_id, **given}


def reserve(
    harness: InventoryHarness,
    *demands: Demand,
    operation: str = "r1:reserve:1",
    reservation: str = "r1",
    **more: Any,
) -> Reserve:
    """Hold stock for an hour."""
    fields: dict[str, Any] = {
        "reservation_id": reservation,
        "demands": demands or (demand(3, place="main"),),
        "until": harness.now() + HOUR,
        **_named(operation, more),
    }
    return Reserve(**fields)


def allocate(operation: str = "r1:allocate:1", **more: Any) -> Allocate:
    """Give held stock to its order for good."""
    fields = {"reservation_id": "r1", **_named(operation, more)}
    return Allocate(**fields)


def consume(
    *items: StockItem, operation: str = "r1:consume:1", **more: Any
) -> Consume:
    """Take units off the shelf."""
    fields = {"reservation_id": "r1", **_named(operation, more)}
    return Consume(items=items or (item(3),), **fields)


def release(
    *items: StockItem, operation: str = "r1:release:1", **more: Any
) -> Release:
    """Give units back."""
    fields = {"reservation_id": "r1", **_named(operation, more)}
    return Release(items=items or (item(3),), **fields)


def restock(
    *items: StockItem, operation: str = "b1:restock:1", **more: Any
) -> Restock:
    """Take units in again."""
    fields = {
        "subject": "b1",
        "disposition": "restock",
        **_named(operation, more),
    }
    return Restock(items=items or (item(2),), **fields)


_METHODS: Final = {
    Reserve: "reserve",
    Allocate: "allocate",
    Consume: "consume",
    Release: "release",
    Restock: "restock",
}


def do(
    inventory: Inventory, intent: InventoryIntent
) -> Call[InventoryOutcome]:
    """Have it perform an intent."""
    method = getattr(inventory, _METHODS[type(intent)])
    return ask(method, intent)


def held(
    harness: InventoryHarness, inventory: Inventory, *more: InventoryIntent
) -> Flow[None]:
    """Hold three mugs at ``main`` for r1; then do more with them."""
    answer = yield from ask(inventory.reserve, reserve(harness))
    expected = HeldStock(items=(item(3),))
    require(answer == expected, f"three mugs are held: {answer!r}")
    for intent in more:
        yield from do(inventory, intent)


def level(
    harness: InventoryHarness, cell: tuple[str, str] = MUG
) -> Flow[tuple[int, int, int, int, int]]:
    """On hand, available, held, allocated, unavailable."""
    found = yield from ask(harness.level, *cell)
    return (
        found.on_hand,
        found.available,
        found.held,
        found.allocated,
        found.unavailable,
    )


def levels(harness: InventoryHarness) -> Flow[dict[str, object]]:
    """All levels, to be compared later; their sums are right."""
    seen: dict[str, object] = {}
    for cell in STOCK:
        on_hand, *parts = yield from level(harness, cell)
        sums = on_hand == sum(parts) and min(on_hand, *parts) >= 0
        require(sums, f"{cell}: {on_hand} on hand, but {parts}")
        seen["/".join(cell)] = (on_hand, *parts)
    return seen
