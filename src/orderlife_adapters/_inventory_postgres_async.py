"""Stock in PostgreSQL, async."""

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
from orderlife_adapters._migrations import Naming, named
from orderlife_adapters._postgres_driver import (
    AsyncConnection,
    AsyncConnectionPool,
    arun,
)
from orderlife_adapters._postgres_forks import Origin
from orderlife_adapters._postgres_tables import migrate
from orderlife_adapters._postgres_units import arun_as_one

__all__ = ["AsyncPostgresInventory"]

T = TypeVar("T")


class AsyncPostgresInventory:
    """``PostgresInventory`` on an ``AsyncConnectionPool``.

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
        source: AsyncConnectionPool[Any] | AsyncConnection[Any],
        *,
        clock: Callable[[], datetime],
        tenant: str = "",
        naming: Naming | None = None,
    ) -> None:
        tries = 1 if isinstance(source, AsyncConnection) else TRIES
        check_tenant(tenant)
        self._origin = Origin(source)
        programs = Programs(clock)
        self._stock = Stock(programs, named(naming), tenant, tries)
        self._united = Stock(programs, named(naming), tenant, 1)

    def joined(
        self, connection: AsyncConnection[Any]
    ) -> AsyncPostgresInventory:
        """The same stock, within the transaction of a connection.

        Nothing is tried again there: after an error, the application
        rolls its transaction back.  Rows of the stock are locked until
        it ends: stock comes last in a transaction.
        """
        stock = self._stock
        return AsyncPostgresInventory(
            connection,
            clock=stock.programs.clock,
            tenant=stock.tenant,
            naming=stock.naming,
        )

    def is_on(self, source: object) -> bool:
        """Whether it takes its connections from this pool."""
        return self._origin.source is source

    def within(
        self, connection: AsyncConnection[Any]
    ) -> AsyncPostgresInventory:
        """The same stock, in an order store's transaction."""
        inside = copy(self)
        vars(inside).update(_origin=Origin(connection), _stock=self._united)
        return inside

    async def migrate(self) -> int:
        """Make the tables, or bring them up to date; all may at once.

        Returns:
            How many steps were made; 0 if all was up to date.

        Raises:
            StoreVersionError: a later release was here already.
        """
        steps, _ = await arun_as_one(
            migrate("inventory", self._stock.naming), self._origin.now()
        )
        return steps

    # The port

    @property
    def capabilities(self) -> Capabilities:
        """It deduplicates for 90 days at least, and can be looked up."""
        return CAPABILITIES

    async def reserve(self, intent: Reserve, /) -> ReserveOutcome:
        """Hold stock until a date: all, or as much as there is.

        Raises:
            PortError: a quantity below 1, a date without a time zone, or
                a reservation that has stock already.
        """
        return cast("ReserveOutcome", await self._perform(intent))

    async def allocate(self, intent: Allocate, /) -> AllocateOutcome:
        """Turn a hold into an allocation.

        One that has expired gets its units again if all of them are
        still there.
        """
        return cast("AllocateOutcome", await self._perform(intent))

    async def consume(self, intent: Consume, /) -> MoveOutcome:
        """Take units of a reservation off the stock: all of them or none.

        Goods of a hold that has expired may leave if they are there.
        """
        return cast("MoveOutcome", await self._perform(intent))

    async def release(self, intent: Release, /) -> MoveOutcome:
        """Give back what of these units the reservation still has."""
        return cast("MoveOutcome", await self._perform(intent))

    async def restock(self, intent: Restock, /) -> MoveOutcome:
        """Put units where their disposition says: all of them or none.

        ``StockGone`` if they are not where ``previous`` says they were.
        """
        return cast("MoveOutcome", await self._perform(intent))

    async def look_up(
        self, intent: InventoryIntent, /
    ) -> InventoryOutcome | NotKnown:
        """Give the answer to an operation; dry runs are not known."""
        return await self._run(self._stock.programs.look_up(intent))

    async def fillable(self, limit: int = 100, /) -> tuple[Fillable, ...]:
        """The reservations in line that can be served now, the first first."""
        return await self._run(self._stock.programs.fillable(limit))

    # What the warehouse does by itself

    async def receive(
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
        return cast("StockChanged", await self._run(program))

    async def adjust(
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
        return await self._run(program)

    async def spread(self, sku: str, place: str, buckets: int = 16) -> None:
        """Turn the hot mode of a SKU at a place on; off with 1.

        Its available units are spread over so many rows, and buyers
        who come at once lock different ones.  Sales may go on.

        Raises:
            InputError: not 1 to 64 buckets.
            NotFoundError: nothing was ever listed there.
        """
        await self._run(self._stock.programs.spread(sku, place, buckets))

    async def prune(self, older_than: timedelta = KEPT) -> int:
        """Delete old answers; see ``PostgresInventory.prune``."""
        return await self._run(self._stock.programs.prune(older_than))

    # The books

    async def level(self, sku: str, place: str | None = None) -> Level:
        """How many units there are, at a place or at all of them."""
        return await self._run(self._stock.programs.level(sku, place))

    async def levels(self) -> Mapping[Cell, Level]:
        """The levels of all SKUs and places."""
        return await self._run(self._stock.programs.levels())

    async def movements(
        self, *, after: int = 0, limit: int | None = None
    ) -> tuple[StockMovement, ...]:
        """Every change of a number after a sequence number, in order.

        A hold that runs out is recorded at the next read, with the time
        at which it ran out.  The numbers have gaps, and a lower one may
        be stored later.
        """
        return await self._run(self._stock.programs.movements(after, limit))

    async def check(self) -> None:
        """Prove that the numbers are right; reads all there is.

        Raises:
            InvariantError: names which of lines 12 to 15 of the
                invariants does not hold, and where.
        """
        await self._run(self._stock.programs.check())

    # Inside

    async def _perform(self, intent: InventoryIntent) -> InventoryOutcome:
        return await self._run(self._stock.programs.perform(intent))

    async def _run(self, program: inventory.Program[T]) -> T:
        return await arun(self._stock.run(program), self._origin.now())
