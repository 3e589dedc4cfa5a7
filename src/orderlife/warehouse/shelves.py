"""The shelves, and the ledger of movements.

Each SKU has a cell at each place.  A movement carries units of a cell
from one bin to another (``outside`` is no bin of ours), and is the only
way in which a number changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final, Literal, TypeAlias

import attrs

from orderlife._values.times import utc
from orderlife.errors import InvariantError

__all__ = [
    "Bin",
    "Cell",
    "Held",
    "Level",
    "MovementKind",
    "Shelves",
    "StockMovement",
]

Cell: TypeAlias = tuple[str, str]
"""A SKU and a place."""

Bin: TypeAlias = Literal[
    "outside", "available", "held", "allocated", "unavailable"
]

MovementKind: TypeAlias = Literal[
    "received",
    "held",
    "released",
    "expired",
    "allocated",
    "consumed",
    "written_off",
    "returned",
    "adjusted",
    "moved",
]

_BINS: Final[tuple[Bin, ...]] = (
    *("available", "held", "allocated", "unavailable"),
)
_CAME: Final = frozenset(("received", "returned", "adjusted"))
_WENT: Final = frozenset(("consumed", "written_off"))


@attrs.frozen(kw_only=True)
class StockMovement:
    """Units that went from one bin to another: a row that never changes."""

    sequence: int
    """Rises; 1, 2, 3 … without gaps in memory and in SQLite."""
    at: datetime = attrs.field(converter=utc)
    kind: MovementKind
    sku: str
    place: str
    quantity: int
    """Always above 0; source and target tell the direction."""
    source: Bin
    target: Bin
    cause: str
    """The operation id, delivery note … that caused it."""
    reservation_id: str = ""
    line_id: str = ""


@attrs.frozen(kw_only=True)
class Level:
    """How many units of a SKU there are, at one place or at all."""

    on_hand: int = 0
    """Physically there: the sum of the other four."""
    available: int = 0
    held: int = 0
    """Reserved with a time limit, for orders that are not paid for yet."""
    allocated: int = 0
    """Reserved for orders for good."""
    unavailable: int = 0
    """Damaged, or in quality control."""


@attrs.frozen(kw_only=True)
class Held:
    """Units that a live reservation has, by the keeper's records."""

    reservation_id: str
    line_id: str
    cell: Cell
    bin: Bin
    quantity: int


class Shelves:
    """Cells and movements; the caller must hold a lock."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._bins: dict[Cell, dict[Bin, int]] = {}
        self._on_hand: dict[Cell, int] = {}
        self._places: dict[str, list[str]] = {}
        self.movements: list[StockMovement] = []

    def add(self, cell: Cell) -> None:
        """List a SKU at a place; places keep their order."""
        if cell not in self._bins:
            sku, place = cell
            self._bins[cell] = dict.fromkeys(_BINS, 0)
            self._on_hand[cell] = 0
            self._places.setdefault(sku, []).append(place)

    def load(self, cell: Cell, bins: Mapping[Bin, int]) -> None:
        """Set a cell's numbers from storage, without a movement."""
        self.add(cell)
        mine = self._bins[cell]
        for bin, units in bins.items():
            mine[bin] += units
            self._on_hand[cell] += units

    def places(self, sku: str) -> tuple[str, ...]:
        """The places of a SKU, in the order in which it was listed there."""
        return tuple(self._places.get(sku, ()))

    def cells(self) -> Iterator[Cell]:
        """All SKUs and places."""
        return iter(self._bins)

    def count(self, cell: Cell, bin: Bin) -> int:
        """How many units are in a bin."""
        return self._bins[cell][bin] if cell in self._bins else 0

    def level(self, cells: Iterable[Cell]) -> Level:
        """Sum the levels of some cells."""
        bins: Counter[Bin] = Counter()
        on_hand = 0
        for cell in cells:
            on_hand += self._on_hand.get(cell, 0)
            for name, units in self._bins.get(cell, {}).items():
                bins[name] += units
        return Level(
            on_hand=on_hand,
            available=bins["available"],
            held=bins["held"],
            allocated=bins["allocated"],
            unavailable=bins["unavailable"],
        )

    def move(
        self,
        kind: MovementKind,
        cell: Cell,
        quantity: int,
        route: tuple[Bin, Bin],
        *,
        cause: str,
        at: datetime | None = None,
        reservation_id: str = "",
        line_id: str = "",
    ) -> None:
        """Move units from one bin to another, and record the movement.

        The caller has to check first that there are enough.
        """
        source, target = route
        self.add(cell)
        sku, place = cell
        if source == "outside":
            self._on_hand[cell] += quantity
        else:
            self._bins[cell][source] -= quantity
        if target == "outside":
            self._on_hand[cell] -= quantity
        else:
            self._bins[cell][target] += quantity
        self.movements.append(
            StockMovement(
                sequence=len(self.movements) + 1,
                at=at if at is not None else self._clock(),
                kind=kind,
                sku=sku,
                place=place,
                quantity=quantity,
                source=source,
                target=target,
                cause=cause,
                reservation_id=reservation_id,
                line_id=line_id,
            )
        )

    def check(self, live: Iterable[Held]) -> None:
        """Prove that the numbers are right.

        Args:
            live: the units of live reservations.

        Raises:
            InvariantError: names which of lines 12 to 15 does not hold.
        """
        held = list(live)
        promised: Counter[tuple[Cell, Bin]] = Counter()
        for units in held:
            promised[units.cell, units.bin] += units.quantity
        flow = self._flow()
        for cell in self._bins:
            self._check_level(cell)
            self._check_flow(cell, flow[cell])
            self._check_promised(cell, promised)
        self._check_ends(held)

    def _check_level(self, cell: Cell) -> None:
        level = self.level((cell,))
        parts = (
            level.available,
            level.held,
            level.allocated,
            level.unavailable,
        )
        if level.on_hand != sum(parts) or min(level.on_hand, *parts) < 0:
            raise InvariantError(f"invariant 12, {_named(cell)}: {level}")

    def _flow(self) -> Mapping[Cell, int]:
        """The sums of units in less units out, by movements."""
        flow: Counter[Cell] = Counter()
        for row in self.movements:
            cell = (row.sku, row.place)
            if row.kind in _CAME:
                inwards = row.target != "outside"
                flow[cell] += row.quantity if inwards else -row.quantity
            elif row.kind in _WENT:
                flow[cell] -= row.quantity
        return flow

    def _check_flow(self, cell: Cell, flow: int) -> None:
        if flow != self._on_hand[cell]:
            raise InvariantError(
                f"invariant 13, {_named(cell)}: {flow} received, returned "
                "and adjusted less shipped and written off, but "
                f"{self._on_hand[cell]} on hand"
            )

    def _check_promised(
        self, cell: Cell, promised: Mapping[tuple[Cell, Bin], int]
    ) -> None:
        for name in _PROMISED:
            expected = promised.get((cell, name), 0)
            actual = self.count(cell, name)
            if expected != actual:
                raise InvariantError(
                    f"invariant 14, {_named(cell)}: live reservations have "
                    f"{expected} {name}, the shelf has {actual}"
                )

    def _check_ends(self, live: Iterable[Held]) -> None:
        """Check that units taken less units ended are those reserved."""
        remaining: Counter[tuple[str, str, Cell]] = Counter()
        for row in self.movements:
            key = (row.reservation_id, row.line_id, (row.sku, row.place))
            taken = row.target in _PROMISED
            given = row.source in _PROMISED
            remaining[key] += row.quantity * (taken - given)
        for held in live:
            remaining[held.reservation_id, held.line_id, held.cell] -= (
                held.quantity
            )
        for (reservation_id, line_id, cell), units in remaining.items():
            if units:
                raise InvariantError(
                    f"invariant 15, {_named(cell)}: {units} units of line "
                    f"{line_id} of reservation {reservation_id} have not "
                    "ended exactly once"
                )


_PROMISED: Final[tuple[Bin, ...]] = ("held", "allocated")


def _named(cell: Cell) -> str:
    sku, place = cell
    return f"{sku} at {place}"
