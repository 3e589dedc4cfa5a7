"""What a durable inventory does, whatever the database.

Each operation is a *program*: a generator that yields what it wants of
the tables (:class:`Read`, :class:`Write` …) and is sent the answer.
It never touches a connection, so it exists once for SQLite and for
PostgreSQL, with and without ``await``.

What happens is decided by :class:`~orderlife.warehouse.Warehouse`, as
in the inventory in memory.  It is filled with the few rows that matter,
and what it changed becomes a :class:`Change`: all of it is stored, or
nothing if the rows have moved on meanwhile; then it is decided anew.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, TypeAlias, TypeVar, cast

import attrs

from orderlife.codec import dumps, loads, request_hash
from orderlife.errors import (
    InputError,
    NotFoundError,
    OverloadedError,
    PortError,
)
from orderlife.ports.base import Capabilities, NotKnown
from orderlife.ports.inventory import (
    Allocate,
    Consume,
    InventoryIntent,
    InventoryOutcome,
    Release,
    Reserve,
    Restock,
    StockChanged,
    StockGone,
)
from orderlife.warehouse import (
    Bin,
    Cell,
    Held,
    Level,
    Reservation,
    Shelves,
    StockMovement,
    Warehouse,
    check_quantities,
)
from orderlife_adapters._inventory_rows import (
    Item,
    Racks,
    RowKey,
    StockRow,
)

__all__ = [
    "CAPABILITIES",
    "Audit",
    "Change",
    "Delta",
    "History",
    "Loaded",
    "Look",
    "Operation",
    "Program",
    "Programs",
    "Read",
    "Saved",
    "Spread",
    "Step",
    "Write",
]

T = TypeVar("T")

CAPABILITIES: Final = Capabilities(deduplicates=True, looks_up=True)
MOST_UNITS: Final = 10**12
"""The most units that one operation may name."""
MOST_IN_ROW: Final = 10**15
"""The most units that a row may count: no sum leaves 64 bits."""
AT_ONCE: Final = 200
"""How many holds that ran out are written down in one step."""
_TRIES: Final = 40
_MOST_BUCKETS: Final = 64
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_State: TypeAlias = Literal["held", "allocated", "expired"]


def to_micros(at: datetime) -> int:
    """A moment as the tables have it."""
    return (at - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """A moment, in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


# What a program asks for


@attrs.frozen(kw_only=True)
class Read:
    """Read the rows that an operation is about.

    They are: the answer to it, its reservation, all holds that have run
    out and have units of the SKUs (up to ``AT_ONCE``), the items of
    these, and the stock of all SKUs so found.
    """

    now: int
    key: str = ""
    """Of the operation; empty: none."""
    reservation_id: str = ""
    skus: tuple[str, ...] | None = ()
    """Beside those of the reservation; None: all there are."""


@attrs.frozen(kw_only=True)
class Operation:
    """A row of the table ``operations``: what was asked and answered."""

    key: str
    request_hash: str
    document: str


@attrs.frozen
class Saved:
    """A row of the table ``reservations``."""

    reservation_id: str
    version: int
    state: _State
    cause: str
    until: int
    consumed: bool


@attrs.frozen(kw_only=True)
class Loaded:
    """What :class:`Read` found."""

    operation: Operation | None = None
    reservations: tuple[Saved, ...] = ()
    items: tuple[Item, ...] = ()
    rows: tuple[StockRow, ...] = ()


@attrs.frozen
class Delta:
    """What is added to a row of the table ``stock``."""

    sku: str
    place: str
    bucket: int
    available: int
    held: int
    allocated: int
    unavailable: int


@attrs.frozen(kw_only=True)
class Change:
    """What an operation changes: all of it, or nothing.

    It fails if a reservation is at another version than ``version - 1``
    or if a row of the stock would fall below 0.
    """

    now: int
    operation: Operation | None
    fresh: tuple[Cell, ...]
    """Cells that are listed for the first time."""
    reservations: tuple[Saved, ...]
    """By id; with the version that they get."""
    items: tuple[tuple[Item, int | None], ...]
    """With the whole quantity, and the time limit of what is held."""
    stock: tuple[Delta, ...]
    """In the order in which rows are locked."""
    movements: tuple[StockMovement, ...]

    def __bool__(self) -> bool:
        return bool(self.operation or self.fresh or self.reservations)


@attrs.frozen
class Write:
    """Store a change; the program is sent whether it was."""

    change: Change


@attrs.frozen
class Look:
    """Read the answer to an operation, if there is one."""

    key: str


@attrs.frozen
class Spread:
    """Spread the available units of a cell over so many rows.

    The program is sent whether there is such a cell.
    """

    sku: str
    place: str
    buckets: int


@attrs.frozen
class History:
    """Read the movements after a number, in order, so many at most."""

    after: int
    limit: int | None


@attrs.frozen
class Audit:
    """Read all stock, what live reservations have, and the movements.

    At one moment.  Movements that differ in date, cause and number only
    are summed.
    """


Step: TypeAlias = Read | Write | Look | Spread | History | Audit
Program: TypeAlias = Generator[Step, Any, T]


# What it decides


class Book:
    """The rows of one operation, and what becomes of them."""

    def __init__(self, loaded: Loaded, now: datetime, key: str) -> None:
        self._loaded = loaded
        self._now = now
        self._start = zlib.crc32(key.encode("utf-8", "replace"))
        self.warehouse = Warehouse(lambda: now, place="", unlimited=False)
        rows = sorted(loaded.rows, key=_by_rank)
        for row in rows:
            self.warehouse.shelves.load((row.sku, row.place), row.bins)
        self._before = {
            each.reservation_id: each for each in loaded.reservations
        }
        items: dict[str, Counter[tuple[str, Cell]]] = {}
        for item in loaded.items:
            found = items.setdefault(item.reservation_id, Counter())
            found[item.line_id, (item.sku, item.place)] += item.quantity
        for each in loaded.reservations:
            self.warehouse.load(
                Reservation(
                    reservation_id=each.reservation_id,
                    cause=each.cause,
                    until=from_micros(each.until),
                    state=each.state,
                    items=items.get(each.reservation_id, Counter()),
                    consumed=each.consumed,
                )
            )

    def change(self, operation: Operation | None) -> Change:
        """What is to be stored.

        Raises:
            InputError: a row would count more units than it can.
        """
        movements = tuple(self.warehouse.shelves.movements)
        racks = Racks(self._loaded.rows, self._live(), self._start)
        for movement in movements:
            racks.move(movement)
        touched = self._touched(movements)
        known = {(row.sku, row.place) for row in self._loaded.rows}
        return Change(
            now=to_micros(self._now),
            operation=operation,
            fresh=tuple(
                cell
                for cell in self.warehouse.shelves.cells()
                if cell not in known
            ),
            reservations=tuple(self._saved(each) for each in touched),
            items=self._items(touched, racks),
            stock=self._deltas(racks),
            movements=movements,
        )

    def _live(self) -> list[Item]:
        """The items that are on the shelves: not those that expired."""
        return [
            item
            for item in self._loaded.items
            if self._before[item.reservation_id].state != "expired"
        ]

    def _touched(
        self, movements: tuple[StockMovement, ...]
    ) -> list[Reservation]:
        """The reservations that are not what they were."""
        moved = {row.reservation_id for row in movements}
        found = [
            each
            for id, each in self.warehouse.reservations.items()
            if id in moved or self._differs(each)
        ]
        return sorted(found, key=lambda each: each.reservation_id)

    def _differs(self, found: Reservation) -> bool:
        before = self._before.get(found.reservation_id)
        if before is None or before.cause != found.cause:
            return True
        if before.until != to_micros(found.until):
            return True
        had = sum(
            item.quantity
            for item in self._loaded.items
            if item.reservation_id == found.reservation_id
        )
        # Units only ever leave a reservation that stays the same one.
        return before.state != found.state or had != found.items.total()

    def _saved(self, found: Reservation) -> Saved:
        before = self._before.get(found.reservation_id)
        return Saved(
            found.reservation_id,
            before.version + 1 if before is not None else 1,
            found.state,
            found.cause,
            to_micros(found.until),
            found.consumed,
        )

    def _items(
        self, touched: list[Reservation], racks: Racks
    ) -> tuple[tuple[Item, int | None], ...]:
        """The items of these reservations, and those they had before."""
        changed: dict[tuple[object, ...], tuple[Item, int | None]] = {}
        ids = {each.reservation_id for each in touched}
        for item in self._loaded.items:
            if item.reservation_id in ids:
                gone = attrs.evolve(item, quantity=0)
                changed[(*item.holding, item.bucket)] = (gone, None)
        for each in touched:
            id, live = each.reservation_id, each.state != "expired"
            until = to_micros(each.until) if each.state == "held" else None
            for (line_id, cell), units in each.items.items():
                held = (id, line_id, cell)
                # One that expired has no row's units: it had some once.
                parts = racks.holdings[held] if live else {0: units}
                for bucket, share in parts.items():
                    row = Item(id, line_id, *cell, bucket, share)
                    changed[(*held, bucket)] = (row, until)
        return tuple(changed.values())

    def _deltas(self, racks: Racks) -> tuple[Delta, ...]:
        ranks = {(row.sku, row.place): row.rank for row in self._loaded.rows}
        rows: list[RowKey] = []
        for key, bins in racks.deltas.items():
            if any(bins.values()):
                rows.append(key)
                if max(racks.counts(key).values()) > MOST_IN_ROW:
                    raise InputError(
                        f"more than {MOST_IN_ROW} units of {key[0]} at "
                        f"{key[1]} cannot be counted"
                    )
        # The order in which rows are locked, here and everywhere.
        rows.sort(key=lambda key: (key[0], ranks.get(key[:2], 0), *key[1:]))
        return tuple(
            Delta(*key, *(racks.deltas[key][bin] for bin in _BINS))
            for key in rows
        )


_BINS: Final[tuple[Bin, ...]] = (
    "available",
    "held",
    "allocated",
    "unavailable",
)


def _by_rank(row: StockRow) -> tuple[object, ...]:
    return row.sku, row.rank, row.place, row.bucket


# The operations


@attrs.frozen
class Programs:
    """All that an inventory does, as programs.

    Args:
        clock: judges the time limits, at the moment of use.
    """

    clock: Callable[[], datetime]

    def perform(self, intent: InventoryIntent) -> Program[InventoryOutcome]:
        """Perform an intent, or give its first answer again."""
        check(intent)
        key, digest = key_of(intent), request_hash(intent)
        dry = isinstance(intent, Reserve) and intent.dry_run
        lost = 0
        while lost < _TRIES:
            now = self.clock()
            loaded = yield _reading(intent, key, now)
            if loaded.operation is not None:
                return again(loaded.operation, digest, intent)
            book = Book(loaded, now, key)
            book.warehouse.expire()
            if len(loaded.reservations) >= AT_ONCE:
                # There may be more: these first.
                lost += not (yield Write(book.change(None)))
                continue
            outcome = _apply(book.warehouse, intent)
            if dry:
                return outcome
            operation = Operation(
                key=key,
                request_hash=digest,
                document=dumps(outcome, "stock"),
            )
            if (yield Write(book.change(operation))):
                return outcome
            lost += 1
        raise OverloadedError("the stock", 0)

    def look_up(
        self, intent: InventoryIntent
    ) -> Program[InventoryOutcome | NotKnown]:
        """Give the answer to an operation, if there is one."""
        check(intent)
        found = yield Look(key_of(intent))
        if found is None:
            return NotKnown()
        return again(found, request_hash(intent), intent)

    def count(
        self,
        kind: Literal["received", "adjusted"],
        cell: Cell,
        delta: int,
        cause: str,
    ) -> Program[StockChanged | StockGone]:
        """Set a number right, once for each cause, SKU and place."""
        if abs(delta) > MOST_UNITS:
            raise InputError(
                f"{delta} units of {cell[0]}: {MOST_UNITS} at most"
            )
        key = json.dumps([kind, cause, *cell], ensure_ascii=False)
        lost = 0
        while lost < _TRIES:
            now = self.clock()
            loaded = yield Read(now=to_micros(now), key=key, skus=(cell[0],))
            if (known := loaded.operation) is not None:
                if known.request_hash == str(delta):
                    return StockChanged()
                raise PortError(
                    f"{cause} came again with {delta} units of {cell[0]} at "
                    f"{cell[1]}: they were {known.request_hash}"
                )
            book = Book(loaded, now, key)
            book.warehouse.expire()
            if len(loaded.reservations) >= AT_ONCE:
                lost += not (yield Write(book.change(None)))
                continue
            outcome = book.warehouse.count(kind, cell, delta, cause)
            counted = isinstance(outcome, StockChanged)
            operation = (
                Operation(
                    key=key,
                    request_hash=str(delta),
                    document=dumps(outcome, "stock"),
                )
                if counted
                else None
            )
            change = book.change(operation)
            if not change or (yield Write(change)):
                return outcome
            lost += 1
        raise OverloadedError("the stock", 0)

    def spread(self, sku: str, place: str, buckets: int) -> Program[None]:
        """Turn the hot mode of a SKU at a place on, or off with 1."""
        if not 1 <= buckets <= _MOST_BUCKETS:
            raise InputError(
                f"{buckets} buckets: from 1, which is off, to {_MOST_BUCKETS}"
            )
        if not (yield Spread(sku, place, buckets)):
            raise NotFoundError("stock", f"{sku} at {place}")

    def level(self, sku: str, place: str | None) -> Program[Level]:
        """The level of a SKU, at a place or at all of them."""
        rows = yield from self._settled((sku,))
        shelves = _shelves(rows)
        places = shelves.places(sku) if place is None else (place,)
        return shelves.level((sku, each) for each in places)

    def levels(self) -> Program[Mapping[Cell, Level]]:
        """The levels of all SKUs and places."""
        shelves = _shelves((yield from self._settled(None)))
        return {cell: shelves.level((cell,)) for cell in shelves.cells()}

    def movements(
        self, after: int, limit: int | None
    ) -> Program[tuple[StockMovement, ...]]:
        """The movements after a number."""
        yield from self._settled(None)
        return cast("tuple[StockMovement, ...]", (yield History(after, limit)))

    def check(self) -> Program[None]:
        """Prove that the numbers are right."""
        yield from self._settled(None)
        rows, live, movements = yield Audit()
        shelves = _shelves(rows)
        shelves.movements.extend(movements)
        shelves.check(live)

    def _settled(
        self, skus: tuple[str, ...] | None
    ) -> Program[tuple[StockRow, ...]]:
        """Write down what has run out, and read the stock."""
        lost = 0
        while lost < _TRIES:
            now = self.clock()
            loaded = yield Read(now=to_micros(now), skus=skus)
            if not loaded.reservations:
                return cast("tuple[StockRow, ...]", loaded.rows)
            book = Book(loaded, now, "")
            book.warehouse.expire()
            lost += not (yield Write(book.change(None)))
        raise OverloadedError("the stock", 0)


def check(intent: InventoryIntent) -> None:
    """See that an intent makes sense.

    Raises:
        PortError: a quantity below 1 or beyond counting, or a date
            without a time zone.
    """
    if isinstance(intent, Allocate):
        return
    check_quantities(intent)
    rows = intent.demands if isinstance(intent, Reserve) else intent.items
    for row in rows:
        if row.quantity > MOST_UNITS:
            raise PortError(
                f"operation {intent.operation_id} asks for {row.quantity} "
                f"units of {row.sku}: {MOST_UNITS} at most"
            )
    if isinstance(intent, Reserve) and intent.until.utcoffset() is None:
        raise PortError(
            f"operation {intent.operation_id}: {intent.until} has no time zone"
        )


def key_of(intent: InventoryIntent) -> str:
    """What tells a request apart: its key, if the driver gave it one."""
    return intent.key or intent.operation_id


def again(
    known: Operation, digest: str, intent: InventoryIntent
) -> InventoryOutcome:
    """Give the first answer again.

    Raises:
        PortError: the id was used for something else before.
    """
    if known.request_hash != digest:
        raise PortError(
            f"operation {intent.operation_id} came again with another content"
        )
    return cast("InventoryOutcome", loads(known.document, "stock"))


def _reading(intent: InventoryIntent, key: str, now: datetime) -> Read:
    micros = to_micros(now)
    if isinstance(intent, Restock):
        skus = {item.sku for item in intent.items}
        return Read(now=micros, key=key, skus=tuple(sorted(skus)))
    skus = set()
    if isinstance(intent, Reserve):
        skus = {demand.sku for demand in intent.demands}
    return Read(
        now=micros,
        key=key,
        reservation_id=intent.reservation_id,
        skus=tuple(sorted(skus)),
    )


def _apply(warehouse: Warehouse, intent: InventoryIntent) -> InventoryOutcome:
    match intent:
        case Reserve():
            return warehouse.reserve(intent)
        case Allocate():
            return warehouse.allocate(intent)
        case Consume():
            return warehouse.consume(intent)
        case Release():
            return warehouse.release(intent)
        case Restock():
            return warehouse.restock(intent)


def _shelves(rows: tuple[StockRow, ...]) -> Shelves:
    """Shelves with these units on them."""
    shelves = Shelves(lambda: _EPOCH)
    for row in sorted(rows, key=_by_rank):
        shelves.load((row.sku, row.place), row.bins)
    return shelves


def check_received(sku: str, quantity: int) -> None:
    """See that something is received.

    Raises:
        InputError: fewer than one unit.
    """
    if quantity < 1:
        raise InputError(f"{quantity} units of {sku} cannot be received")


def saved_of(row: Sequence[Any]) -> Saved:
    """A reservation, from its columns in the table's order."""
    id, version, state, cause, until, consumed = row
    return Saved(id, version, state, cause, until, bool(consumed))


def movement_of(row: Sequence[Any]) -> StockMovement:
    """A movement, from its columns in the table's order."""
    names = (
        *("sequence", "at", "kind", "sku", "place", "quantity", "source"),
        *("target", "cause", "reservation_id", "line_id"),
    )
    values: dict[str, Any] = dict(zip(names, row, strict=True))
    return StockMovement(**{**values, "at": from_micros(values["at"])})


def audited(
    rows: tuple[StockRow, ...],
    live: Iterable[Sequence[Any]],
    flow: Iterable[Sequence[Any]],
) -> tuple[tuple[StockRow, ...], list[Held], list[StockMovement]]:
    """What :class:`Audit` is answered with."""
    held = [
        Held(
            reservation_id=id,
            line_id=line_id,
            cell=(sku, place),
            bin=state,
            quantity=quantity,
        )
        for id, line_id, sku, place, state, quantity in live
    ]
    return rows, held, [movement_of(row) for row in flow]
