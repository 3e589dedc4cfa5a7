"""The order store on PostgreSQL, on psycopg 3, sync and async.

::

    pool = ConnectionPool("postgresql:///shop", min_size=4, max_size=8)
    store = PostgresOrderStore(pool)
    store.migrate()

The pool is the application's: it opens, sizes and closes it.  Each
operation of the store is one statement: one round trip, one
transaction, and the connection is back in the pool before any port is
called.  ``joined`` makes a store's operations part of a transaction of
the application's own.

Needs the extra ``postgres``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from datetime import datetime
from typing import Any, Final, TypeVar

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.house import House
from orderlife._kernel.messages import Recorded
from orderlife._values.personal import Personal
from orderlife._values.times import utc_clock
from orderlife.codec import codec_of
from orderlife.desk.settings import utc_now
from orderlife.engine.discovery import as_url
from orderlife.errors import OrderlifeError
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
from orderlife_adapters._migrations import Naming, named
from orderlife_adapters._postgres_async import AsyncPostgresOrderStore
from orderlife_adapters._postgres_driver import (
    Connection,
    ConnectionPool,
    Program,
    check_committed,
    connected,
    run,
)
from orderlife_adapters._postgres_forks import Origin, OwnPool
from orderlife_adapters._postgres_orders import TRIES, Orders
from orderlife_adapters._postgres_tables import check, migrate, ready
from orderlife_adapters._postgres_units import run_as_one, unit
from orderlife_adapters.inventory_postgres import PostgresInventory

__all__ = [
    "AsyncPostgresOrderStore",
    "Naming",
    "PostgresOrderStore",
    "PostgresStores",
    "migrate_stores",
    "open_stores",
]

T = TypeVar("T")

_POOL: Final = 8
_PATIENCE: Final = 10.0
"""Seconds to wait for one of the connections of ``open_stores``."""


class PostgresOrderStore:
    """Keeps orders in PostgreSQL.

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
        source: ConnectionPool[Any] | Connection[Any] | OwnPool,
        *,
        tenant: str = "",
        naming: Naming | None = None,
        cases: int = 256,
        house: House = HOUSE,
    ) -> None:
        joined = isinstance(source, Connection)
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

    def joined(self, connection: Connection[Any]) -> PostgresOrderStore:
        """The same store, within the transaction of a connection.

        Nothing is tried again there: after an error, the application
        rolls its transaction back.  A desk on it performs no effects:
        they stay pending until a desk or a worker outside performs them
        after the commit.
        """
        orders = self._orders
        return PostgresOrderStore(
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
            isinstance(inventory, PostgresInventory)
            and not self._orders.joined
            and inventory.is_on(self._origin.source)
        )

    @contextlib.contextmanager
    def unit(
        self, inventory: PostgresInventory
    ) -> Iterator[tuple[PostgresOrderStore, PostgresInventory]]:
        """One transaction of the orders and the stock, for a desk.

        It gives both, to use within it.  An exception rolls all of it
        back; it also ends with the first error of the database, and a
        desk then stores the decision alone.

        Args:
            inventory: the stock; see ``is_beside``.
        """
        with unit(self._origin.now()) as connection:
            inside = copy(self)
            vars(inside).update(
                _origin=Origin(connection), _orders=self._united
            )
            yield inside, inventory.within(connection)

    def migrate(self) -> int:
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
            made, done = run_as_one(
                migrate("orders", self._orders.naming), self._origin.now()
            )
            steps += made
        return steps

    def check(self) -> None:
        """Check that this release can use the tables.

        Raises:
            StoreVersionError: they are missing, too old, or too new.
        """
        self._run(check("orders", self._orders.naming))

    def _run(self, program: Program[T]) -> T:
        return run(program, self._origin.now())

    @property
    def may_forget(self) -> bool:
        """Whether the last commits may be lost in a crash.

        It is so with ``synchronous_commit = off``.  The setting is read
        once; False while the database cannot be reached.
        """
        if self._orders.memory.forgets is None:
            with contextlib.suppress(OrderlifeError):
                return self._run(self._orders.may_forget())
        return bool(self._orders.memory.forgets)

    @property
    def id(self) -> str:
        """The id of the database, which is part of keys for providers."""
        return self._run(self._orders.id())

    def renew_id(self) -> str:
        """Give a database that is a copy of another an id of its own.

        Else requests of the copy would have the keys of the original's
        at their providers.  Stored effects keep their keys.

        Returns:
            The new id.
        """
        return self._run(self._orders.renew_id())

    def load(self, order_id: str, /) -> Loaded[Case] | None:
        """The case as it is stored; None: there is none."""
        return self._run(self._orders.load(order_id))

    def answer(self, request: FindAnswer, /) -> Answer | None:
        """The answer that an input of this id got; None: none yet."""
        return self._run(self._orders.answer(request))

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        """Store a decision, all of it or nothing."""
        return self._run(self._orders.commit(commit))

    def history(self, order_id: str, /) -> tuple[Recorded, ...]:
        """All events of an order, in sequence."""
        return self._run(self._orders.history(order_id))

    def effects(self, order_id: str, /) -> tuple[Effect, ...]:
        """All effects of an order, in the order they were asked for."""
        return self._run(self._orders.effects(order_id))

    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        """Claim due effects; each is given as it was before the claim.

        Raises:
            UncommittedError: on a connection, within a transaction.
        """
        check_committed(self._origin.now())
        return self._run(self._orders.claim(request))

    def settle(self, request: Settle, /) -> bool:
        """Store how an effect goes on; False: the claim was lost."""
        return self._run(self._orders.settle(request))

    def due_timers(self, request: FindDueTimers, /) -> tuple[DueTimer, ...]:
        """Timers that are due, the earliest first."""
        return self._run(self._orders.due_timers(request))

    def postpone(self, request: Postpone, /) -> bool:
        """Leave an order out of ``due_timers`` until then."""
        return self._run(self._orders.postpone(request))

    def people(self, request: FindPeople, /) -> Mapping[str, Personal]:
        """Personal data by reference; what was erased is not there."""
        return self._run(self._orders.people(request))

    def erase(self, request: Erase, /) -> int:
        """Erase personal data; give the number of values erased."""
        return self._run(self._orders.erase(request))

    def deny(self, denial: Denial, /) -> None:
        """Record that a command was denied."""
        return self._run(self._orders.deny(denial))

    def denials(self, order_id: str, /) -> tuple[Denial, ...]:
        """The commands that were denied, the oldest first."""
        return self._run(self._orders.denials(order_id))

    def links(self, order_id: str, /) -> tuple[Link, ...]:
        """The decisions on an order as they are stored, in sequence."""
        return self._run(self._orders.links(order_id))

    def kept(self, order_id: str, /) -> Kept[Case] | None:
        """All that is stored of an order, read anew; None: nothing."""
        return self._run(self._orders.kept(order_id))

    def archive(self, request: Archive, /) -> tuple[str, ...]:
        """Fold closed orders away; give their ids."""
        return self._run(self._orders.archive(request))

    def orders(self, request: FindOrders, /) -> tuple[OrderSummary, ...]:
        """A page of orders."""
        return self._run(self._orders.orders(request))

    def feed(self, request: ReadFeed, /) -> tuple[FeedEntry, ...]:
        """Events behind a position, in the order of their positions.

        Raises:
            CodecError: the next one cannot be read; names it.
            UncommittedError: on a connection, within a transaction.
        """
        check_committed(self._origin.now(), "read the feed")
        return self._run(self._orders.feed(request))

    def cursors(self, request: FindCursors, /) -> tuple[Cursor, ...]:
        """Where the consumers are."""
        return self._run(self._orders.cursors(request))

    def move_cursor(self, request: MoveCursor, /) -> bool:
        """Move a cursor; False: it is elsewhere, and stays there."""
        return self._run(self._orders.move_cursor(request))

    def hold_cursor(self, request: HoldCursor, /) -> bool:
        """Hold a cursor, still or anew; False: another holds it."""
        return self._run(self._orders.hold_cursor(request))

    def forget_cursor(self, consumer: str, /) -> bool:
        """Forget a consumer; False: there is none of that name."""
        return self._run(self._orders.forget_cursor(consumer))

    def backlog(self, request: FindBacklog, /) -> tuple[Backlog, ...]:
        """How many effects are not settled, by port and state."""
        return self._run(self._orders.backlog(request))


def migrate_stores(url: str) -> dict[str, int]:
    """Bring the tables of a database up to date, or make them.

    Args:
        url: ``postgresql://user@host/database``, or a conninfo string.

    Returns:
        How many steps were made of the ``orders`` and the ``inventory``.

    Raises:
        InputError: it is no such URL.
        PortError: the database cannot be reached; gives the reason.
        StoreVersionError: the tables are of a later release.
    """
    with connected(as_url(url)) as connection:
        orders = PostgresOrderStore(connection)
        inventory = PostgresInventory(connection, clock=utc_now)
        return {"orders": orders.migrate(), "inventory": inventory.migrate()}


@attrs.frozen(kw_only=True)
class PostgresStores:
    """The stores of one database, on a pool of their own."""

    orders: PostgresOrderStore
    inventory: PostgresInventory
    own: OwnPool = attrs.field(repr=False)

    @property
    def pool(self) -> ConnectionPool[Any]:
        """The pool of this process; a child opens one of its own."""
        return self.own.pool()

    def close(self) -> None:
        """Close the pool of this process, and its connections."""
        self.own.close()


def open_stores(
    url: str,
    *,
    clock: Callable[[], datetime],
    tenant: str = "",
    house: House = HOUSE,
    naming: Naming | None = None,
    make: bool = True,
) -> PostgresStores:
    """Open the stores of a database, on a small pool of their own.

    Where there are no tables at all, they are made.

    Args:
        url: ``postgresql://user@host/database``, or a conninfo string.
        clock: gives the time, in any time zone.
        tenant: the tenant of the orders and the stock.
        house: the house of the orders, if it has more rooms than ours.
        naming: schema and prefix of the tables.
        make: False: the tables are left as they are.

    Raises:
        InputError: it is no such URL.
        PortError: the database cannot be reached; gives the reason.
        StoreVersionError: the tables are of another release.
    """
    clock = utc_clock(clock)
    naming = named(naming)
    url = as_url(url)
    with connected(url) as connection:
        opened = ready if make else check
        run_as_one(opened("orders", naming), connection)
        run_as_one(opened("inventory", naming), connection)
    own = OwnPool(
        lambda: ConnectionPool(
            url,
            min_size=1,
            max_size=_POOL,
            timeout=_PATIENCE,
            kwargs={"autocommit": True},
            open=True,
        )
    )
    return PostgresStores(
        orders=PostgresOrderStore(
            own, tenant=tenant, naming=naming, house=house
        ),
        inventory=PostgresInventory(
            own, clock=clock, tenant=tenant, naming=naming
        ),
        own=own,
    )
