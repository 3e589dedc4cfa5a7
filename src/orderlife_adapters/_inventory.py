"""The operations of a durable inventory, for any database.

Each operation is a *program*: a generator that yields requests to the
tables (:class:`Read`, :class:`Write` …) and is sent the answers.  It
never touches a connection, so it exists once for SQLite and for
PostgreSQL, with and without ``await``.

What happens is decided by :class:`~orderlife.warehouse.Warehouse`, as
in the inventory in memory.  It is filled with the few rows that matter,
and its changes become a :class:`Change`: all of it is stored, or nothing
if the rows were changed meanwhile; then it is decided anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Final, Literal, cast

import attrs

from orderlife._checks.validation import (
    check_count,
    check_counted,
    check_texts,
)
from orderlife._values.times import utc_clock
from orderlife.codec import dumps, is_request, loads, request_hash
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
    Fillable,
    HeldStock,
    InventoryIntent,
    InventoryOutcome,
    Release,
    Reserve,
    Restock,
    StockChanged,
    StockGone,
    StockItem,
)
from orderlife.warehouse import (
    Cell,
    Level,
    StockMovement,
    Warehouse,
    check_dates,
    check_quantities,
)
from orderlife_adapters._inventory_book import Book, shelves_of
from orderlife_adapters._inventory_rows import StockRow
from orderlife_adapters._inventory_steps import (
    AT_ONCE,
    MOST_UNITS,
    Audit,
    Awaited,
    Change,
    History,
    Loaded,
    Look,
    Operation,
    Program,
    Prune,
    Read,
    Spread,
    Take,
    Write,
    to_micros,
)

__all__ = [
    "CAPABILITIES",
    "KEPT",
    "Programs",
    "check",
]

CAPABILITIES: Final = Capabilities(
    deduplicates=True,
    looks_up=True,
    window=timedelta(days=90),
    queues=True,
    local=True,
)
"""After this time no driver repeats a key, and answers can be pruned."""
LEAST_AGE: Final = timedelta(days=91)
"""The window, and a day for clocks that differ."""
KEPT: Final = timedelta(days=180)
"""For how long answers are kept by default."""
_A_PAGE: Final = 1_000
_TRIES: Final = 40
_MOST_BUCKETS: Final = 64


@attrs.frozen
class Programs:
    """The operations of an inventory, as programs.

    Args:
        clock: judges the time limits, at the moment of use.
    """

    clock: Callable[[], datetime] = attrs.field(converter=utc_clock)

    def perform(self, intent: InventoryIntent) -> Program[InventoryOutcome]:
        """Perform an intent, or give its first answer again."""
        check(intent)
        # Checks that need no row are made before a lock is taken.
        key, digest = key_of(intent), request_hash(intent)
        if isinstance(intent, Reserve) and _is_simple(intent):
            return self._take(intent, key, digest)
        return self._perform(intent, key, digest)

    def _take(
        self, intent: Reserve, key: str, digest: str
    ) -> Program[InventoryOutcome]:
        """Reserve units of one SKU in one step, the most frequent case."""
        (demand,) = intent.demands
        before, after = _answer_of(demand.line_id, demand.sku, demand.quantity)
        place = yield Take(
            now=to_micros(self.clock()),
            key=key,
            request_hash=digest,
            cause=intent.operation_id,
            reservation_id=intent.reservation_id,
            until=to_micros(intent.until),
            demand=demand,
            before=before,
            after=after,
        )
        if place is not None:
            return _held(demand.line_id, demand.sku, demand.quantity, place)
        return (yield from self._perform(intent, key, digest))

    def _perform(
        self, intent: InventoryIntent, key: str, digest: str
    ) -> Program[InventoryOutcome]:
        dry = isinstance(intent, Reserve) and intent.dry_run
        lost = 0
        while lost < _TRIES:
            now = self.clock()
            loaded = yield _reading(intent, key, now)
            if loaded.operation is not None:
                return again(loaded.operation, digest, intent)
            book = Book(loaded, now, key)
            book.warehouse.expire()
            if first := _first(loaded, book):
                lost += not (yield Write(first))
                continue
            outcome = _apply(book.warehouse, intent)
            if dry:
                return outcome
            operation = Operation(
                key=key,
                request_hash=digest,
                document=dumps(outcome, "stock"),
            )
            if (yield Write(book.change(operation, _entry_of(intent)))):
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

    def fillable(self, limit: int) -> Program[tuple[Fillable, ...]]:
        """The reservations in line that can be served now."""
        now = self.clock()
        skus = yield Awaited(to_micros(now))
        if not skus:
            return ()
        loaded = yield Read(now=to_micros(now), skus=skus, line=True)
        book = Book(loaded, now, "")
        book.warehouse.expire()
        return tuple(islice(book.warehouse.fillable(), limit))

    def count(
        self,
        kind: Literal["received", "adjusted"],
        cell: Cell,
        delta: int,
        cause: str,
    ) -> Program[StockChanged | StockGone]:
        """Book the difference of a count, once by cause, SKU and place."""
        check_counted(*cell, delta, cause)
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
            if first := _first(loaded, book):
                lost += not (yield Write(first))
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
        check_texts("stock", sku=sku, place=place)
        check_count(buckets, "buckets")
        if not 1 <= buckets <= _MOST_BUCKETS:
            raise InputError(
                f"{buckets} buckets: from 1, which is off, to {_MOST_BUCKETS}"
            )
        if not (yield Spread(sku, place, buckets)):
            raise NotFoundError("stock", f"{sku} at {place}")

    def prune(self, older_than: timedelta) -> Program[int]:
        """Delete old answers, page by page; give how many."""
        after: str | None = ""
        total = 0
        while after is not None:
            after, gone = yield from self.prune_page(older_than, after)
            total += gone
        return total

    def prune_page(
        self, older_than: timedelta, after: str
    ) -> Program[tuple[str | None, int]]:
        """Delete old answers among the keys that follow one."""
        if not isinstance(older_than, timedelta) or older_than < LEAST_AGE:
            raise InputError(
                f"answers are kept for at least {LEAST_AGE.days} days: "
                "until then a request may come again"
            )
        try:
            before = self.clock() - older_than
        except OverflowError:
            return None, 0
        last, gone = yield Prune(to_micros(before), after, _A_PAGE)
        return last, gone

    def level(self, sku: str, place: str | None) -> Program[Level]:
        """The level of a SKU, at a place or at all of them."""
        check_texts("stock", sku=sku, place="" if place is None else place)
        rows = yield from self._settled((sku,))
        shelves = shelves_of(rows)
        places = shelves.places(sku) if place is None else (place,)
        return shelves.level((sku, each) for each in places)

    def levels(self) -> Program[Mapping[Cell, Level]]:
        """The levels of all SKUs and places."""
        shelves = shelves_of((yield from self._settled(None)))
        return {cell: shelves.level((cell,)) for cell in shelves.cells()}

    def movements(
        self, after: int, limit: int | None
    ) -> Program[tuple[StockMovement, ...]]:
        """The movements after a number."""
        check_count(after, "after")
        if limit is not None:
            check_count(limit, "limit")
        yield from self._settled(None)
        return cast("tuple[StockMovement, ...]", (yield History(after, limit)))

    def check(self) -> Program[None]:
        """Prove that the numbers are right."""
        yield from self._settled(None)
        rows, live, movements = yield Audit()
        shelves = shelves_of(rows)
        shelves.movements.extend(movements)
        shelves.check(live)

    def _settled(
        self, skus: tuple[str, ...] | None
    ) -> Program[tuple[StockRow, ...]]:
        """Record the holds that have run out, and read the stock."""
        lost = 0
        while lost < _TRIES:
            now = self.clock()
            loaded = yield Read(now=to_micros(now), skus=skus)
            if not loaded.reservations:
                return cast("tuple[StockRow, ...]", loaded.rows)
            book = Book(loaded, now, "")
            book.warehouse.expire()
            if not (change := book.change(None)):
                return cast("tuple[StockRow, ...]", loaded.rows)
            lost += not (yield Write(change))
        raise OverloadedError("the stock", 0)


def _first(loaded: Loaded, book: Book) -> Change | None:
    """Record some of the holds that have run out; there may be more."""
    if len(loaded.reservations) < AT_ONCE:
        return None
    return book.change(None)


def check(intent: InventoryIntent) -> None:
    """Check the quantities and dates of an intent.

    Raises:
        PortError: a quantity below 1 or beyond counting, a date
            without a time zone, or a partial reservation in line.
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
    if isinstance(intent, Reserve):
        check_dates(intent)


def key_of(intent: InventoryIntent) -> str:
    """What identifies a request: its key, if the driver gave it one."""
    return intent.key or intent.operation_id


def again(
    known: Operation, digest: str, intent: InventoryIntent
) -> InventoryOutcome:
    """Give the first answer again.

    Raises:
        PortError: the id was used for something else before.
    """
    if known.request_hash != digest and not is_request(
        intent, known.request_hash
    ):
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
        # Their read rows are not all of their stock.
        line=isinstance(intent, Reserve | Allocate),
    )


def _entry_of(intent: InventoryIntent) -> str:
    """The reservation whose place in line an intent changes."""
    if isinstance(intent, Reserve | Release):
        return intent.reservation_id
    return ""


def _is_simple(intent: Reserve) -> bool:
    return len(intent.demands) == 1 and not intent.dry_run


def _held(line_id: str, sku: str, quantity: int, place: str) -> HeldStock:
    """The answer if all of it comes from one place."""
    item = StockItem(line_id=line_id, sku=sku, place=place, quantity=quantity)
    return HeldStock(items=(item,))


@lru_cache(maxsize=1024)
def _answer_of(line_id: str, sku: str, quantity: int) -> tuple[str, str]:
    """The text before and after the place in the stored answer."""
    for number in range(0xE000, 0xF8FF):
        # An unused character, to find the place again.
        mark = chr(number)
        text = dumps(_held(line_id, sku, quantity, mark), "stock")
        if text.count(mark) == 1:
            before, _, after = text.partition(f'"{mark}"')
            return before, after
    raise InputError("a SKU and a line of all private characters there are")


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
