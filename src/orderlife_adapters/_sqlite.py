"""Connections to a SQLite file, and their transactions.

A connection belongs to one thread of one process, and is opened when
that thread first needs it.  Every write begins with ``BEGIN
IMMEDIATE``: it waits for its turn at the start, where nothing is lost
yet, and never has to be begun again in the middle.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal, Protocol, TypeAlias

import attrs

from orderlife._checks.validation import check_choice, check_seconds
from orderlife._values.forks import told_of_forks
from orderlife.engine.discovery import as_url
from orderlife.errors import ForkedError, InputError, PortError
from orderlife_adapters._sqlite_forks import check_not_carried
from orderlife_adapters._sqlite_turns import EAGER, PATIENT, begin, write_ahead

__all__ = [
    "PAGES",
    "Connections",
    "Durability",
    "Joined",
    "Opened",
    "Row",
    "Transactions",
    "as_text",
    "path_of",
    "plain",
]

Durability: TypeAlias = Literal["full", "normal"]
Row: TypeAlias = tuple[Any, ...]

PAGES: Final = "PRAGMA page_size = 2048"
"""Of a file that is made: a commit touches a few rows of many tables, and
writes a page of each into the log.  A file that is there keeps its own."""
_LOG: Final = "PRAGMA wal_autocheckpoint = 4000"
"""After so many pages (8 MB) a commit writes the log into the file.  While
others read, it cannot begin the log anew, and each commit after it would
try that again: so it is done seldom, and what a page was in between is
written once."""
_OLDEST: Final = (3, 37, 0)
"""The first SQLite with strict tables."""
_FULL: Final = 2
"""The level of ``PRAGMA synchronous`` at which each commit waits for
the disk, if there is a write-ahead log."""
_STATEMENTS: Final = 256
"""How many prepared statements a connection keeps."""

_inherited: Final[list[object]] = []
"""Connections of the process that this one was forked from.

They are never closed here: that would let go of its locks.
"""


class Transactions(Protocol):
    """Where a store reads and writes: its own file, or yours."""

    @property
    def what(self) -> str:
        """The name of the resource in an ``OverloadedError``."""
        ...

    @property
    def waited_s(self) -> float:
        """For how long a write waits for its turn, in seconds."""
        ...

    @property
    def joined(self) -> bool:
        """Whether the application ends the transaction."""
        ...

    def using(self) -> contextlib.AbstractContextManager[sqlite3.Connection]:
        """The connection of this thread, within a context."""
        ...

    def may_forget(self) -> bool:
        """Whether the last commits may be lost in a power cut."""
        ...

    def writing(self) -> contextlib.AbstractContextManager[sqlite3.Connection]:
        """A context in which all writes are stored, or none."""
        ...


class _Held:
    """A connection, which is closed when this object is collected."""

    __slots__ = ("__weakref__", "close", "connection", "lock", "pid")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.pid = os.getpid()
        self.lock = threading.RLock()
        """The lock that a thread holds while it uses the connection."""
        self.close = weakref.finalize(self, _close_own, connection, self.pid)


def as_text(stored: bytes) -> str:
    """A text of a file, whatever bytes a broken disk has left of it."""
    return stored.decode("utf-8", "replace")


def _close_own(connection: sqlite3.Connection, pid: int) -> None:
    """Close a connection, but in no process that has inherited it."""
    if os.getpid() == pid:
        connection.close()


class Connections:
    """The connections to one file, one for each thread.

    Args:
        path: of the file; it is made where there is none.
        durability: ``full`` keeps every commit whatever happens;
            ``normal`` may lose the last ones when the power fails.
        busy_timeout: how long a write waits for its turn, in seconds.

    Raises:
        InputError: it is no path of a file.
        PortError: this Python's SQLite is too old.
    """

    joined: Final = False

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        durability: Durability = "full",
        busy_timeout: float = 5.0,
    ) -> None:
        if sqlite3.sqlite_version_info < _OLDEST:
            raise PortError(
                f"SQLite {sqlite3.sqlite_version} is too old: a Python with "
                f"{'.'.join(map(str, _OLDEST))} or later is needed"
            )
        check_choice(durability, "durability", ("full", "normal"))
        check_seconds(busy_timeout, "busy_timeout")
        self.path = path_of(path)
        self.durability = durability
        self.what = f"the database {self.path.name}"
        self.waited_s = busy_timeout
        self._lock = threading.Lock()
        self._local = threading.local()
        self._all: weakref.WeakSet[_Held] = weakref.WeakSet()
        self._closed = False
        told_of_forks(self)

    def before_fork(self) -> None:
        """Close idle connections; they are opened again when needed.

        A connection that is open in two processes has its locks in only
        one of them, and what the other stores is lost.
        """
        for held in list(self._all):
            if held.lock.acquire(blocking=False):
                try:
                    # The last fork may have closed it already.
                    open_ = held.close.alive
                    if open_ and not held.connection.in_transaction:
                        held.close()
                finally:
                    held.lock.release()

    def after_fork(self) -> None:
        """Leave the parent's connections alone, and never use them."""
        _inherited.extend(self._all)
        self._lock = threading.Lock()
        self._local = threading.local()
        self._all = weakref.WeakSet()

    def may_forget(self) -> bool:
        """Whether commits do not wait for the disk."""
        return self.durability != "full"

    @contextlib.contextmanager
    def using(self) -> Iterator[sqlite3.Connection]:
        """The connection of this thread, opened if need be."""
        while True:
            held: _Held | None = getattr(self._local, "held", None)
            if held is None or not held.close.alive:
                held = self._local.held = self._open()
            with held.lock:
                if held.close.alive:
                    yield held.connection
                    return

    def _open(self) -> _Held:
        with self._lock:
            if self._closed:
                raise PortError(f"{self.what} is closed")
            held = _Held(self._connect())
            self._all.add(held)
        return held

    def _connect(self) -> sqlite3.Connection:
        check_not_carried(self.path, self.what)
        connection = sqlite3.connect(
            self.path,
            timeout=self.waited_s,
            isolation_level=None,
            # Another thread closes it; no other uses it.
            check_same_thread=False,
            cached_statements=_STATEMENTS,
        )
        try:
            connection.execute(PAGES)
            write_ahead(connection, self.waited_s)
            connection.execute(_LOG)
            connection.execute(f"PRAGMA synchronous = {self.durability}")
            connection.execute("PRAGMA secure_delete = ON")
            connection.text_factory = as_text
            # Whoever has the file open with its log waits for no reader
            # and, but for the turn to write, for no writer.
            connection.execute("PRAGMA busy_timeout = 0")
        except BaseException:
            connection.close()
            raise
        return connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction of its own."""
        with self.using() as connection:
            if connection.in_transaction:
                raise PortError(
                    f"{self.what}: inside a transaction use what it gave you"
                )
            patience = getattr(self._local, "patience", EAGER)
            begin(connection, self.waited_s, patience)
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                # A full disk has rolled it back already.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def patient(self) -> Iterator[None]:
        """While this thread lets others write first, where they wait.

        Nobody waits for what it does, and each change of the turn costs
        all of them.
        """
        before = getattr(self._local, "patience", EAGER)
        self._local.patience = PATIENT
        try:
            yield
        finally:
            self._local.patience = before

    def flush(self) -> bool:
        """Write the log to the file and empty it, if it is not being read.

        It waits for readers for ``busy_timeout``.
        """
        try:
            with self.using() as connection:
                patience = int(self.waited_s * 1_000)
                connection.execute(f"PRAGMA busy_timeout = {patience}")
                try:
                    emptied = "PRAGMA wal_checkpoint(TRUNCATE)"
                    (busy, *_) = connection.execute(emptied).fetchone()
                finally:
                    connection.execute("PRAGMA busy_timeout = 0")
        except sqlite3.OperationalError:
            return False
        return not busy

    def close(self) -> None:
        """Close the connections of all threads for good."""
        with self._lock:
            self._closed = True
            held = list(self._all)
            self._all.clear()
        for each in held:
            each.close()


@contextlib.contextmanager
def plain(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Have a connection of the application's make tuples and texts."""
    rows, texts = connection.row_factory, connection.text_factory
    connection.row_factory, connection.text_factory = None, as_text
    try:
        yield connection
    finally:
        connection.row_factory, connection.text_factory = rows, texts


@attrs.define(kw_only=True)
class Joined:
    """A transaction that the application begins and ends."""

    inner: sqlite3.Connection
    what: str = "the joined transaction"
    waited_s: float = 0.0
    joined: Final = True
    erased: int = 0
    """How many values were erased in it, for the work at its end."""

    pid: int = attrs.field(init=False, factory=os.getpid)

    @contextlib.contextmanager
    def using(self) -> Iterator[sqlite3.Connection]:
        """The connection that the transaction is on.

        The application may have it make of rows and texts what it will;
        for as long as it is used here, it makes tuples and texts.

        Raises:
            ForkedError: it is another process's.
        """
        if self.pid != os.getpid():
            remedy = "open a connection in this process, and join that"
            raise ForkedError(self.what, remedy)
        with plain(self.inner) as inner:
            yield inner

    def may_forget(self) -> bool:
        """Whether the application's commits do not wait for the disk."""
        with self.using() as inner:
            (level,) = inner.execute("PRAGMA synchronous").fetchone()
        return bool(level < _FULL)

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A part of that transaction: all of its writes are kept, or none.

        Raises:
            PortError: no transaction has been begun.
        """
        with self.using() as connection:
            if not connection.in_transaction:
                raise PortError("begin a transaction first: BEGIN IMMEDIATE")
            connection.execute("SAVEPOINT orderlife")
            try:
                yield connection
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK TO orderlife")
                    connection.execute("RELEASE orderlife")
                raise
            connection.execute("RELEASE orderlife")


@attrs.define(kw_only=True)
class Opened:
    """A transaction that a store has begun, and ends itself.

    All that is written in it is kept, or nothing: an error of any part
    ends all of it, also if the error was caught meanwhile.
    """

    inner: sqlite3.Connection
    what: str
    waited_s: float
    forgets: bool
    joined: Final = False
    failed: BaseException | None = None
    """Why it cannot be committed; None: it can."""

    @contextlib.contextmanager
    def using(self) -> Iterator[sqlite3.Connection]:
        """The connection that the transaction is on."""
        yield self.inner

    def may_forget(self) -> bool:
        """Whether its commit does not wait for the disk."""
        return self.forgets

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A part of the transaction."""
        try:
            yield self.inner
        except BaseException as error:
            self.failed = error
            raise

    def check(self) -> None:
        """Check that it can be committed.

        Raises:
            BaseException: the error of a part of it.
        """
        if self.failed is not None:
            raise self.failed


def path_of(path: str | os.PathLike[str]) -> Path:
    """The absolute path of the file.

    Raises:
        InputError: it is no file, but memory, or nothing.
    """
    named = as_url(path)
    if not named or named.startswith((":memory:", "file:")) or "\0" in named:
        raise InputError(
            f"{named!r} is no path of a file; to keep nothing, use "
            "OrderDesk.in_memory()"
        )
    return Path(named)
