"""The order store on PostgreSQL, async."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from copy import copy
from typing import Any, TypeVar

from orderlife._kernel.case import Case
from orderlife._kernel.house import House
from orderlife._kernel.messages import Recorded
from orderlife._values.personal import Personal
from orderlife.codec import codec_of
from orderlife.house import HOUSE
from orderlife.ports.store import (
    Answer,
    Archive,
    Backlog,
    ClaimEffects,
    Commit,
    CommitOutcome,
    Cursor,
    Denial,
    DueTimer,
    Effect,
    Erase,
    FeedEntry,
    FindAnswer,
    FindBacklog,
    FindCursors,
    FindDueTimers,
    FindOrders,
    FindPeople,
    HoldCursor,
    Kept,
    Link,
    Loaded,
    MoveCursor,
    OrderSummary,
    Postpone,
    ReadFeed,
    Settle,
)
from orderlife_adapters._cases import Cases
from orderlife_adapters._inventory_postgres_async import AsyncPostgresInventory
from orderlife_adapters._migrations import Naming, named
from orderlife_adapters._postgres_driver import (
    AsyncConnection,
    AsyncConnectionPool,
    Program,
    arun,
    check_committed,
)
from orderlife_adapters._postgres_forks import Origin
from orderlife_adapters._postgres_orders import TRIES, Orders
from orderlife_adapters._postgres_tables import check, migrate
from orderlife_adapters._postgres_units import arun_as_one, aunit

__all__ = ["AsyncPostgresOrderStore"]

T = TypeVar("T")


class AsyncPostgresOrderStore:
    """``PostgresOrderStore`` on an ``AsyncConnectionPool``.

    Args:
        source: a pool of the application's own; or a connection, whose
            transaction the store's operations are then part of.
        tenant: the tenant of the orders.
        naming: schema and prefix of the tables.
        cases: how many cases are cached in memory, so that they are not
            sent and built again while they are current.
        house: the house of the orders, if it has more rooms than ours.

    Every method may raise ``OverloadedError``, if there was no connection
    or no turn in time: nothing was stored, try again later;
    ``InDoubtError``, if the connection broke while something was stored,
    and there was no other; ``ConflictError``, in a transaction of the
    application's that must be begun again; ``PortError``, if the database
    refuses it; and ``StoreVersionError``, if there are no tables.
    """

    def __init__(
        self,
        source: AsyncConnectionPool[Any] | AsyncConnection[Any],
        *,
        tenant: str = "",
        naming: Naming | None = None,
        cases: int = 256,
        house: House = HOUSE,
    ) -> None:
        joined = isinstance(source, AsyncConnection)
        self._origin = Origin(source)
        self._orders = Orders(
            naming=named(naming),
            tenant=tenant,
            tries=1 if joined else TRIES,
            joined=joined,
            cases=Cases(0 if joined else cases),
            codec=codec_of(house),
        )
        self._united = self._orders.as_unit()

    @property
    def house(self) -> House:
        """The house of the orders."""
        return self._orders.codec.house

    def joined(
        self, connection: AsyncConnection[Any]
    ) -> AsyncPostgresOrderStore:
        """The same store, within the transaction of a connection.

        Nothing is tried again there: after an error, the application
        rolls its transaction back.  A desk on it performs no effects:
        they stay pending until a desk or a worker outside performs them
        after the commit.
        """
        orders = self._orders
        return AsyncPostgresOrderStore(
            connection,
            tenant=orders.tenant,
            naming=orders.naming,
            house=orders.codec.house,
        )

    def is_beside(self, inventory: object, /) -> bool:
        """Whether a stock can move in this store's own transactions.

        It is one that takes its connections from the same pool.
        """
        return (
            isinstance(inventory, AsyncPostgresInventory)
            and not self._orders.joined
            and inventory.is_on(self._origin.source)
        )

    @contextlib.asynccontextmanager
    async def unit(
        self, inventory: AsyncPostgresInventory
    ) -> AsyncIterator[tuple[AsyncPostgresOrderStore, AsyncPostgresInventory]]:
        """One transaction of the orders and the stock, for a desk.

        It gives both, to use within it.  An exception rolls all of it
        back; it also ends with the first error of the database, and a
        desk then stores the decision alone.

        Args:
            inventory: the stock; see ``is_beside``.
        """
        async with aunit(self._origin.now()) as connection:
            inside = copy(self)
            vars(inside).update(
                _origin=Origin(connection), _orders=self._united
            )
            yield inside, inventory.within(connection)

    async def migrate(self) -> int:
        """Make the tables, or bring them up to date.

        Any number of processes may do so at once.  Orders of the first
        release are moved in several transactions; if it is interrupted,
        call it again, and it goes on.

        Returns:
            How many steps were made; 0 if all was up to date.

        Raises:
            StoreVersionError: a later release was here already.
        """
        steps, done = 0, False
        while not done:
            made, done = await arun_as_one(
                migrate("orders", self._orders.naming), self._origin.now()
            )
            steps += made
        await self._run(self._orders.may_forget())
        return steps

    async def check(self) -> None:
        """Check that this release can use the tables.

        Raises:
            StoreVersionError: they are missing, too old, or too new.
        """
        await self._run(check("orders", self._orders.naming))
        await self._run(self._orders.may_forget())

    async def _run(self, program: Program[T]) -> T:
        return await arun(program, self._origin.now())

    @property
    def may_forget(self) -> bool:
        """Whether the last commits may be lost in a crash.

        It is so with ``synchronous_commit = off``, and is known after
        ``check`` or ``migrate``, or after a claim.
        """
        return bool(self._orders.memory.forgets)

    async def get_id(self) -> str:
        """The id of the database, which is part of keys for providers."""
        return await self._run(self._orders.id())

    async def renew_id(self) -> str:
        """Give a database that is a copy of another an id of its own.

        Else requests of the copy would have the keys of the original's
        at their providers.  Stored effects keep their keys.

        Returns:
            The new id.
        """
        return await self._run(self._orders.renew_id())

    async def load(self, order_id: str, /) -> Loaded[Case] | None:
        """The case as it is stored; None: there is none."""
        return await self._run(self._orders.load(order_id))

    async def answer(self, request: FindAnswer, /) -> Answer | None:
        """The answer that an input of this id got; None: none yet."""
        return await self._run(self._orders.answer(request))

    async def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        """Store a decision, all of it or nothing."""
        return await self._run(self._orders.commit(commit))

    async def history(self, order_id: str, /) -> tuple[Recorded, ...]:
        """All events of an order, in sequence."""
        return await self._run(self._orders.history(order_id))

    async def effects(self, order_id: str, /) -> tuple[Effect, ...]:
        """All effects of an order, in the order they were asked for."""
        return await self._run(self._orders.effects(order_id))

    async def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        """Claim due effects; each is given as it was before the claim.

        Raises:
            UncommittedError: on a connection, within a transaction.
        """
        check_committed(self._origin.now())
        return await self._run(self._orders.claim(request))

    async def settle(self, request: Settle, /) -> bool:
        """Store how an effect goes on; False: the claim was lost."""
        return await self._run(self._orders.settle(request))

    async def due_timers(
        self, request: FindDueTimers, /
    ) -> tuple[DueTimer, ...]:
        """Timers that are due, the earliest first."""
        return await self._run(self._orders.due_timers(request))

    async def postpone(self, request: Postpone, /) -> bool:
        """Leave an order out of ``due_timers`` until then."""
        return await self._run(self._orders.postpone(request))

    async def people(self, request: FindPeople, /) -> Mapping[str, Personal]:
        """Personal data by reference; what was erased is not there."""
        return await self._run(self._orders.people(request))

    async def erase(self, request: Erase, /) -> int:
        """Erase personal data; give the number of values erased."""
        return await self._run(self._orders.erase(request))

    async def deny(self, denial: Denial, /) -> None:
        """Record that a command was denied."""
        return await self._run(self._orders.deny(denial))

    async def denials(self, order_id: str, /) -> tuple[Denial, ...]:
        """The commands that were denied, the oldest first."""
        return await self._run(self._orders.denials(order_id))

    async def links(self, order_id: str, /) -> tuple[Link, ...]:
        """The decisions on an order as they are stored, in sequence."""
        return await self._run(self._orders.links(order_id))

    async def kept(self, order_id: str, /) -> Kept[Case] | None:
        """All that is stored of an order, read anew; None: nothing."""
        return await self._run(self._orders.kept(order_id))

    async def archive(self, request: Archive, /) -> tuple[str, ...]:
        """Fold closed orders away; give their ids."""
        return await self._run(self._orders.archive(request))

    async def orders(self, request: FindOrders, /) -> tuple[OrderSummary, ...]:
        """A page of orders."""
        return await self._run(self._orders.orders(request))

    async def feed(self, request: ReadFeed, /) -> tuple[FeedEntry, ...]:
        """Events behind a position, in the order of their positions.

        Raises:
            CodecError: the next one cannot be read; names it.
            UncommittedError: on a connection, within a transaction.
        """
        check_committed(self._origin.now(), "read the feed")
        return await self._run(self._orders.feed(request))

    async def cursors(self, request: FindCursors, /) -> tuple[Cursor, ...]:
        """Where the consumers are."""
        return await self._run(self._orders.cursors(request))

    async def move_cursor(self, request: MoveCursor, /) -> bool:
        """Move a cursor; False: it is elsewhere, and stays there."""
        return await self._run(self._orders.move_cursor(request))

    async def hold_cursor(self, request: HoldCursor, /) -> bool:
        """Hold a cursor, still or anew; False: another holds it."""
        return await self._run(self._orders.hold_cursor(request))

    async def forget_cursor(self, consumer: str, /) -> bool:
        """Forget a consumer; False: there is none of that name."""
        return await self._run(self._orders.forget_cursor(consumer))

    async def backlog(self, request: FindBacklog, /) -> tuple[Backlog, ...]:
        """How many effects are not settled, by port and state."""
        return await self._run(self._orders.backlog(request))
