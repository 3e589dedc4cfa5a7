"""Stock in SQLite: the embedded default.

One file, any number of threads and processes.  Each operation is part
of one ``BEGIN IMMEDIATE`` transaction: who writes has the whole file.
The updates are conditional all the same.  What several threads ask for
at once is stored together, and answered when it is on the disk.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, TypeVar, cast

from orderlife._checks.validation import (
    check_choice,
    check_received,
    check_seconds,
    check_tenant,
)
from orderlife._values.forks import told_of_forks
from orderlife.errors import ForkedError, InputError, OverloadedError
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
from orderlife_adapters._inventory import CAPABILITIES, KEPT, Programs
from orderlife_adapters._inventory_sqlite import Tables
from orderlife_adapters._inventory_steps import Program
from orderlife_adapters._inventory_turns import (
    PART,
    WHOLE,
    Gate,
    Turn,
    gate_to,
    kept,
    opened_by,
    told,
)
from orderlife_adapters._migrations import Naming, named
from orderlife_adapters._sqlite import Connections, Opened, path_of, plain
from orderlife_adapters._sqlite_tables import check_tables, make_tables
from orderlife_adapters._sqlite_turns import begin

__all__ = ["Durability", "SqliteInventory"]

T = TypeVar("T")
Durability: TypeAlias = Literal["full", "normal"]
"""What survives a power cut: all that was answered, or nearly all."""

_inherited: Final[list[object]] = []
"""Connections of the process that this one was forked from."""

_AT_ONCE: Final = 64
"""How much is done in one transaction, at most."""


class SqliteInventory:
    """An :class:`~orderlife.ports.inventory.InventoryStore` in SQLite.

    It answers as :class:`~orderlife.testing.InMemoryInventory` does.
    Threads may share one; each process makes its own.  Call
    :meth:`migrate` once before anything else, and :meth:`close` in the
    end.

    Args:
        path_or_connect: the file, or a function that opens a connection
            to it (with ``check_same_thread=False``).  For stock that
            moves in the transactions of decisions, have the order store
            make it: ``orders.inventory(clock=now)``.
        clock: judges the time limits, at the moment of use.
        tenant: the tenant of the stock, where several share the tables.
        naming: schema and prefix of the tables.
        durability: ``"full"``: what was answered survives a power cut;
            ``"normal"``: it survives a killed process, and the last
            answers before a power cut may be lost.
        patience: for how many seconds to wait while others write.

    Every method of the port raises ``PortError`` for an operation id
    that comes again with another content, ``OverloadedError`` if others
    wrote for too long, and ``StoreVersionError`` if the tables do not
    fit this release.
    """

    def __init__(
        self,
        path_or_connect: str | Path | Callable[[], sqlite3.Connection],
        *,
        clock: Callable[[], datetime],
        tenant: str = "",
        naming: Naming | None = None,
        durability: Durability = "full",
        patience: float = 5.0,
    ) -> None:
        check_tenant(tenant)
        check_choice(durability, "durability", ("full", "normal"))
        check_seconds(patience, "patience")
        self._connect: Path | Callable[[], sqlite3.Connection]
        self._beside: Connections | None = None
        if callable(path_or_connect):
            self._connect, self._gate = path_or_connect, Gate()
        else:
            self._connect = path_of(path_or_connect)
            self._gate = gate_to(self._connect)
        self._tenant = tenant
        self._naming = named(naming)
        self._durability = durability
        self._patience = patience
        self._programs = Programs(clock)
        self._lock = threading.RLock()
        self._turns: deque[Turn[Any]] = deque()
        self._connection: sqlite3.Connection | None = None
        self._pid = 0
        self._fits = False
        self._joined = False
        self._opened: Opened | None = None
        told_of_forks(self)

    def before_fork(self) -> None:
        """Close the connection if it is ours and not in use.

        See ``orderlife_adapters._sqlite_forks`` for why.
        """
        if not self._joined and self._lock.acquire(blocking=False):
            try:
                mine = self._connection
                if mine is not None and not mine.in_transaction:
                    self.close()
            finally:
                self._lock.release()

    def after_fork(self) -> None:
        """Leave the parent's connection alone, and never use it."""
        _inherited.append(self._connection)
        self._lock = threading.RLock()
        self._turns = deque()
        if not self._joined:
            self._connection = None

    def joined(self, connection: sqlite3.Connection) -> SqliteInventory:
        """The same stock, as part of the application's transaction.

        All operations are stored when the application commits
        ``connection``, and undone when it rolls back.  Begin with
        ``BEGIN IMMEDIATE``.  The lock on the file is held until then:
        stock comes last in a transaction.

        Raises:
            InputError: no transaction has begun.
        """
        if not connection.in_transaction:
            raise InputError("no transaction has begun: BEGIN IMMEDIATE first")
        joined = SqliteInventory(
            lambda: connection,
            clock=self._programs.clock,
            tenant=self._tenant,
            naming=self._naming,
        )
        joined._connection = connection
        joined._pid = os.getpid()
        joined._joined = True
        joined._fits = self._fits
        return joined

    def put_on(self, connections: Connections) -> None:
        """Let it take part in transactions on connections to its file."""
        self._beside = connections

    def is_on(self, connections: Connections) -> bool:
        """Whether it can take part in transactions on these."""
        return self._beside is connections

    def within(self, opened: Opened) -> SqliteInventory:
        """The same stock, as part of an order store's transaction."""
        if not self._fits:
            check_tables(opened.inner, "inventory", self._naming)
            self._fits = True
        inside = copy(self)
        new = {"_lock": threading.RLock(), "_turns": deque()}
        vars(inside).update(new, _opened=opened)
        return inside

    def migrate(self) -> int:
        """Make the tables, or bring them up to date; give the steps made.

        Raises:
            StoreVersionError: they are of a later release.
        """
        with self._lock, self._transaction() as connection:
            steps, _ = make_tables(connection, "inventory", self._naming)
        return steps

    def close(self) -> None:
        """Close the connection; it is opened again if it is needed."""
        with self._lock:
            if self._connection is not None and not self._joined:
                self._connection.close()
                self._connection = None

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
        return self._run(self._programs.look_up(intent))

    def fillable(self, limit: int = 100, /) -> tuple[Fillable, ...]:
        """The reservations in line that can be served now, the first first."""
        return self._run(self._programs.fillable(limit))

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
        cell = (sku, place)
        program = self._programs.count("received", cell, quantity, cause)
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
        cell = (sku, place)
        return self._run(self._programs.count("adjusted", cell, delta, cause))

    def spread(self, sku: str, place: str, buckets: int = 16) -> None:
        """Turn the hot mode on, as in PostgreSQL; it has no effect here.

        Raises:
            InputError: not 1 to 64 buckets.
            NotFoundError: nothing was ever listed there.
        """
        self._run(self._programs.spread(sku, place, buckets))

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
        after: str | None = ""
        total = 0
        while after is not None:
            program = self._programs.prune_page(older_than, after)
            after, gone = self._run(program)
            total += gone
        return total

    # The books

    def level(self, sku: str, place: str | None = None) -> Level:
        """How many units there are, at a place or at all of them."""
        return self._run(self._programs.level(sku, place))

    def levels(self) -> Mapping[Cell, Level]:
        """The levels of all SKUs and places."""
        return self._run(self._programs.levels())

    def movements(
        self, *, after: int = 0, limit: int | None = None
    ) -> tuple[StockMovement, ...]:
        """Every change of a number after a sequence number, in order.

        A hold that runs out is recorded at the next read, with the time
        at which it ran out.
        """
        return self._run(self._programs.movements(after, limit))

    def check(self) -> None:
        """Prove that the numbers are right; reads all there is.

        Raises:
            InvariantError: names which of lines 12 to 15 of the
                invariants does not hold, and where.
        """
        self._run(self._programs.check())

    # Inside

    def _perform(self, intent: InventoryIntent) -> InventoryOutcome:
        return self._run(self._programs.perform(intent))

    def _run(self, program: Program[T]) -> T:
        """Perform a request, together with those of other threads.

        The thread with the lock performs all requests so far in one
        transaction; while it is written to the disk, the next requests
        gather.
        """
        turn: Turn[T] = Turn(program)
        self._turns.append(turn)
        with self._lock:
            if not turn.is_over:
                self._serve()
        return turn.result()

    def _serve(self) -> None:
        count = min(len(self._turns), _AT_ONCE)
        turns = [self._turns.popleft() for _ in range(count)]
        try:
            with self._transaction() as connection:
                if not self._fits:
                    check_tables(connection, "inventory", self._naming)
                    self._fits = True
                tables = Tables(connection, self._naming, self._tenant)
                for turn in turns:
                    turn.take(tables, connection, alone=count == 1)
        except Exception as error:  # noqa: BLE001
            # Nothing was stored of any of them.
            for turn in turns:
                turn.fail(error)
        except BaseException:
            for turn in turns:
                turn.fail(OverloadedError("the stock", 0))
            raise
        finally:
            for turn in turns:
                turn.is_over = True

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction; a joined one is ended by the application."""
        with told():
            if self._opened is not None:
                with self._opened.writing() as connection:
                    yield connection
                return
            if self._joined:
                with plain(self._open()) as connection:
                    connection.execute("SAVEPOINT orderlife_stock")
                    yield from kept(connection, *PART)
                return
            with (
                self._gate.passed(self._patience) as left,
                plain(self._open()) as connection,
            ):
                begin(connection, left)
                yield from kept(connection, *WHOLE)

    def _open(self) -> sqlite3.Connection:
        if self._joined and self._pid != os.getpid():
            remedy = "open a connection in this process, and join that"
            raise ForkedError("the joined transaction", remedy)
        if self._connection is None:
            self._connection = opened_by(
                self._connect, self._durability, self._patience
            )
            self._pid = os.getpid()
        return self._connection
