"""The requests of threads to SQLite, and the errors there."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import Final, Generic, TypeVar
from weakref import WeakValueDictionary

from orderlife._values.forks import told_of_forks
from orderlife.errors import InputError, OverloadedError, PortError
from orderlife_adapters._inventory_sqlite import Tables
from orderlife_adapters._inventory_steps import Program
from orderlife_adapters._sqlite import PAGES
from orderlife_adapters._sqlite_faults import misused
from orderlife_adapters._sqlite_forks import check_not_carried
from orderlife_adapters._sqlite_turns import EAGER, is_busy

__all__ = [
    "PART",
    "WHOLE",
    "Gate",
    "Turn",
    "gate_to",
    "kept",
    "opened_by",
    "told",
]

T = TypeVar("T")

WHOLE: Final = (("COMMIT",), ("ROLLBACK",))
PART: Final = (
    ("RELEASE orderlife_stock",),
    ("ROLLBACK TO orderlife_stock", "RELEASE orderlife_stock"),
)
"""How all is kept that was done, or nothing."""

_FULL: Final = {
    sqlite3.SQLITE_FULL: "the disk",
    sqlite3.SQLITE_NOMEM: "the memory",
}


class Gate:
    """What the connections of this process to one file go through.

    SQLite has no queue: whoever wants to write asks again and again.
    So that not each of many threads does, one of them asks at a time,
    and the others wait here.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        told_of_forks(self)

    def before_fork(self) -> None:
        """Nothing: who is within goes on, in the parent."""

    def after_fork(self) -> None:
        """Open it: whoever was within is not in this process."""
        self._lock = threading.RLock()

    @contextmanager
    def passed(self, patience: float) -> Iterator[float]:
        """Wait to be the one that may ask; gives the patience left.

        Raises:
            OverloadedError: others of this process took too long.
        """
        lock, left = self._lock, patience
        if not lock.acquire(blocking=False):
            began = time.monotonic()
            if not lock.acquire(timeout=min(patience, threading.TIMEOUT_MAX)):
                raise OverloadedError("the stock", round(patience, 3))
            left = max(0.0, patience - (time.monotonic() - began))
        try:
            yield left
        finally:
            lock.release()


_gates: Final[WeakValueDictionary[Path, Gate]] = WeakValueDictionary()


def gate_to(path: Path) -> Gate:
    """The gate to a file, the same for all of this process."""
    return _gates.setdefault(path, Gate())


class Turn(Generic[T]):
    """One thread's request, and its result."""

    def __init__(self, program: Program[T]) -> None:
        self.program = program
        self.is_over = False
        self._answer: T
        self._error: Exception | None = None

    def fail(self, error: Exception) -> None:
        """Set the error of a request that failed."""
        # A copy for each thread, as several may raise it.
        self._error = copy(error)

    def take(
        self, tables: Tables, connection: sqlite3.Connection, *, alone: bool
    ) -> None:
        """Perform the request; if it fails, the others go on.

        Args:
            tables: of the stock.
            connection: to their file, in a transaction.
            alone: the transaction has no other request in it, and fails
                with this one.
        """
        if alone:
            self._answer = tables.run(self.program)
            return
        connection.execute("SAVEPOINT orderlife_turn")
        try:
            with told():
                self._answer = tables.run(self.program)
        except Exception as error:
            if not connection.in_transaction:
                raise  # the transaction failed: the disk is full, or the like
            connection.execute("ROLLBACK TO orderlife_turn")
            self.fail(error)
        connection.execute("RELEASE orderlife_turn")

    def result(self) -> T:
        """Give the answer, or raise the error."""
        if self._error is not None:
            raise self._error
        return self._answer


@contextmanager
def told() -> Iterator[None]:
    """Raise our error in place of SQLite's.

    Raises:
        OverloadedError: others wrote for too long, or the disk is full.
        InputError: a value that no column can hold.
        PortError: a constraint, or the file, does not allow it.
    """
    began = time.monotonic()
    try:
        yield
    except sqlite3.OperationalError as error:
        if is_busy(error):
            waited = round(time.monotonic() - began, 3)
            raise OverloadedError("the stock", waited) from None
        if full := _FULL.get(_code(error) & 0xFF):
            raise OverloadedError(f"{full} of the stock", 0.0) from None
        # An error without a code is Python's, and may show content.
        said = error if _code(error) else type(error).__name__
        raise PortError(f"SQLite answers: {said}") from None
    except sqlite3.ProgrammingError as error:
        raise PortError(misused(error, "the stock")) from None
    except sqlite3.Error as error:
        raise PortError(f"SQLite refuses it: {error}") from None
    except UnicodeEncodeError:
        raise InputError("text that is no text") from None
    except OverflowError:
        raise InputError("a number beyond 64 bits") from None


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0)


def _set_pragma(
    connection: sqlite3.Connection, pragma: str, patience: float
) -> None:
    """Set a pragma, and close the connection if that cannot be done."""
    # The first connection changes the file, and others wait for it.
    end = time.monotonic() + patience
    while True:
        try:
            connection.execute(f"PRAGMA {pragma}")
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > end:
                connection.close()
                raise
            time.sleep(EAGER.longest)
        else:
            return


def kept(
    connection: sqlite3.Connection,
    keep: Sequence[str],
    undo: Sequence[str],
) -> Iterator[sqlite3.Connection]:
    """Give the connection, and keep what is done with it, or nothing."""
    try:
        yield connection
        for statement in keep:
            connection.execute(statement)
    except BaseException:
        if connection.in_transaction:
            for statement in undo:
                connection.execute(statement)
        raise


def opened_by(
    connect: Path | Callable[[], sqlite3.Connection],
    durability: str,
    patience: float,
) -> sqlite3.Connection:
    """Open a connection to a file, with the settings of a stock.

    Args:
        connect: the file, or what opens it.
        durability: what survives a power cut, as ``SqliteInventory`` says.
        patience: for how many seconds to wait while others write.
    """
    if callable(connect):
        connection = connect()
    else:
        check_not_carried(connect, "the stock")
        connection = sqlite3.connect(connect, check_same_thread=False)
        connection.execute(PAGES)
    connection.isolation_level = None
    for pragma in (
        "busy_timeout = 0",
        "journal_mode = WAL",
        f"synchronous = {durability.upper()}",
    ):
        _set_pragma(connection, pragma, patience)
    return connection
