"""Stock in PostgreSQL, on psycopg 3, sync and async.

::

    pool = ConnectionPool("postgresql:///shop", min_size=4, max_size=16)
    stock = PostgresInventory(pool, clock=now)
    stock.migrate()

The pool is the application's: it opens, sizes and closes it.  A
reservation of one SKU is one statement, and so one round trip; any
other operation reads in one statement and writes in another, which
changes nothing if the rows were changed meanwhile; then, and after
deadlocks and serialisation failures, it is tried again.

Needs the extra ``postgres``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from orderlife._checks.validation import check_received, check_tenant
from orderlife.ports.base import Capabilities, NotKnown
from orderlife.ports.inventory import (
    Allocate,
    AllocateOutcome,
    Consume,
    Fillable,
    InventoryIntent,
    InventoryOutcome,
    MoveOutcome,
    Release,
    Reserve,
    ReserveOutcome,
    Restock,
    StockChanged,
    StockGone,
)
from orderlife.warehouse import Cell, Level, StockMovement
from orderlife_adapters import _inventory_steps as inventory
from orderlife_adapters._inventory import CAPABILITIES, KEPT, Programs
from orderlife_adapters._inventory_postgres import TRIES, Stock
from orderlife_adapters._inventory_postgres_async import AsyncPostgresInventory
from orderlife_adapters._migrations import Naming, named
from orderlife_adapters._postgres_driver import (
    Connection,
    ConnectionPool,
    run,
)
from orderlife_adapters._postgres_forks import Origin, OwnPool
from orderlife_adapters._postgres_tables import migrate
from orderlife_adapters._postgres_units import run_as_one

__all__ = ["AsyncPostgresInventory", "PostgresInventory"]

T = TypeVar("T")


class PostgresInventory:
    """An :class:`~orderlife.ports.inventory.InventoryStore` in PostgreSQL.

    It answers as :class:`~orderlife.testing.InMemoryInventory` does.
    Any number of threads and processes may use the same tables.  Call
    :meth:`migrate` once before anything else.

    Args:
        source: a pool of the application's own; or a connection, whose
            transaction all that is done is then part of.
        clock: judges the time limits, at the moment of use.
        tenant: the tenant of the stock, where several share the tables.
        naming: schema and prefix of the tables.

    Every method of the port raises ``PortError`` for an operation id
    that comes again with another content, ``OverloadedError`` if others
    were faster too often, and ``InDoubtError`` if the connection broke
    and could not be had again: then look up, or ask again.
    """

    def __init__(
        self,
        source: ConnectionPool[Any] | Connection[Any] | OwnPool,
        *,
        clock: Callable[[], datetime],
        tenant: str = "",
        naming: Naming | None = None,
    ) -> None:
        tries = 1 if isinstance(source, Connection) else TRIES
        check_tenant(tenant)
        self._origin = Origin(source)
        programs = Programs(clock)
        self._stock = Stock(programs, named(naming), tenant, tries)
        self._united = Stock(programs, named(naming), tenant, 1)

    def joined(self, connection: Connection[Any]) -> PostgresInventory:
        """The same stock, within the transaction of a connection.

        Nothing is tried again there: after an error, the application
        rolls its transaction back.  Rows of the stock are locked until
        it ends: stock comes last in a transaction.
        """
        stock = self._stock
        return PostgresInventory(
            connection,
            clock=stock.programs.clock,
            tenant=stock.tenant,
            naming=stock.naming,
        )

    def is_on(self, source: object) -> bool:
        """Whether it takes its connections from this pool."""
        return self._origin.source is source

    def within(self, connection: Connection[Any]) -> PostgresInventory:
        """The same stock, in an order store's transaction."""
        inside = copy(self)
        vars(inside).update(_origin=Origin(connection), _stock=self._united)
        return inside

    def migrate(self) -> int:
        """Make the tables, or bring them up to date; all may at once.

        Returns:
            How many steps were made; 0 if all was up to date.

        Raises:
            StoreVersionError: a later release was here already.
        """
        steps, _ = run_as_one(
            migrate("inventory", self._stock.naming), self._origin.now()
        )
        return steps

    # The port

    @property
    def capabilities(self) -> Capabilities:
        """It deduplicates for 90 days at least, and can be looked up."""
        return CAPABILITIES

    def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        """Hold stock until a date: all, or as much as there is.

        Raises:
            PortError: a quantity below 1, a date without a time zone, or
                a reservation that has stock already.
        """
        return cast("ReserveOutcome", self._perform(intent))

    def allocate(self, intent: Allocate, /) -> AllocateOutcome:
        """Turn a hold into an allocation.

        One that has expired gets its units again if all of them are
        still there.
        """
        return cast("AllocateOutcome", self._perform(intent))

    def consume(self, intent: Consume, /) -> MoveOutcome:
        """Take units of a reservation off the stock: all of them or none.

        Goods of a hold that has expired may leave if they are there.
        """
        return cast("MoveOutcome", self._perform(intent))

    def release(self, intent: Release, /) -> MoveOutcome:
        """Give back what of these units the reservation still has."""
        return cast("MoveOutcome", self._perform(intent))

    def restock(self, intent: Restock, /) -> MoveOutcome:
        """Put units where their disposition says: all of them or none.

        ``StockGone`` if they are not where ``previous`` says they were.
        """
        return cast("MoveOutcome", self._perform(intent))

    def look_up(
        self, intent: InventoryIntent, /
    ) -> InventoryOutcome | NotKnown:
        """Give the answer to an operation; dry runs are not known."""
        return self._run(self._stock.programs.look_up(intent))

    def fillable(self, limit: int = 100, /) -> tuple[Fillable, ...]:
        """The reservations in line that can be served now, the first first."""
        return self._run(self._stock.programs.fillable(limit))

    # What the warehouse does by itself

    def receive(
        self, sku: str, place: str, quantity: int, cause: str
    ) -> StockChanged:
        """Take new goods in, once for each cause, SKU and place.

        Raises:
            InputError: fewer than one unit, or more than can be counted.
            PortError: the cause came before with another quantity.
        """
        check_received(sku, place, quantity, cause)
        count = self._stock.programs.count
        program = count("received", (sku, place), quantity, cause)
        return cast("StockChanged", self._run(program))

    def adjust(
        self, sku: str, place: str, delta: int, cause: str
    ) -> StockChanged | StockGone:
        """Correct the stock after a count, once for each cause.

        ``StockGone``, and nothing changes, if more is missing than is
        available: what is promised must be released first.

        Raises:
            InputError: more than can be counted.
            PortError: the cause came before with another quantity.
        """
        count = self._stock.programs.count
        program = count("adjusted", (sku, place), delta, cause)
        return self._run(program)

    def spread(self, sku: str, place: str, buckets: int = 16) -> None:
        """Turn the hot mode of a SKU at a place on; off with 1.

        Its available units are spread over so many rows, and buyers
        who come at once lock different ones.  Sales may go on.

        Raises:
            InputError: not 1 to 64 buckets.
            NotFoundError: nothing was ever listed there.
        """
        self._run(self._stock.programs.spread(sku, place, buckets))

    def prune(self, older_than: timedelta = KEPT) -> int:
        """Delete old answers; give how many were deleted.

        A request that comes again is known by its answer, so that it
        acts once.  No driver repeats one after 90 days (see
        ``capabilities``); what it did is then told by the movements
        alone.  Receipts and counts (``receive``, ``adjust``) are
        remembered for good.

        A request that is repeated by hand after that acts again: a
        ``Restock`` moves its units again, and a ``Consume`` or
        ``Release`` takes the units its reservation still has.  A
        ``Reserve`` with a past date expires at once, and an ``Allocate``
        may get units that were gone when it came first.

        Every thousand answers are a transaction of their own.  All of
        them are looked at, so that once a month is often enough.

        Args:
            older_than: how long ago they were given, at least.

        Raises:
            InputError: less than 91 days.
        """
        return self._run(self._stock.programs.prune(older_than))

    # The books

    def level(self, sku: str, place: str | None = None) -> Level:
        """How many units there are, at a place or at all of them."""
        return self._run(self._stock.programs.level(sku, place))

    def levels(self) -> Mapping[Cell, Level]:
        """The levels of all SKUs and places."""
        return self._run(self._stock.programs.levels())

    def movements(
        self, *, after: int = 0, limit: int | None = None
    ) -> tuple[StockMovement, ...]:
        """Every change of a number after a sequence number, in order.

        A hold that runs out is recorded at the next read, with the time
        at which it ran out.  The numbers have gaps, and a lower one may
        be stored later.
        """
        return self._run(self._stock.programs.movements(after, limit))

    def check(self) -> None:
        """Prove that the numbers are right; reads all there is.

        Raises:
            InvariantError: names which of lines 12 to 15 of the
                invariants does not hold, and where.
        """
        self._run(self._stock.programs.check())

    # Inside

    def _perform(self, intent: InventoryIntent) -> InventoryOutcome:
        return self._run(self._stock.programs.perform(intent))

    def _run(self, program: inventory.Program[T]) -> T:
        return run(self._stock.run(program), self._origin.now())
