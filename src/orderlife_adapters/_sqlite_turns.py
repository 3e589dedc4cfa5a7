"""The turn to write to a SQLite file: one connection has it at a time.

SQLite keeps no queue of those who wait.  Its own way is to ask ever more
seldom, after up to a tenth of a second, and the turn is nobody's until
then.  Here those who serve a person ask often; those who work on what is
due ask less often, and keep the turn for longer, as each change of it
costs: what others have written is read again.
"""

from __future__ import annotations

import random
import sqlite3
import time
from typing import Final

import attrs

__all__ = ["EAGER", "PATIENT", "Patience", "begin", "is_busy", "write_ahead"]


@attrs.frozen
class Patience:
    """How long to sleep until the turn is asked for again, in seconds."""

    first: float
    """The longest first nap; each one after it is up to twice as long."""
    longest: float
    """The longest of all."""


EAGER: Final = Patience(0.0005, 0.002)
PATIENT: Final = Patience(0.01, 0.1)
_SHARE: Final = 5
"""After a fifth of the time that it may wait, nobody is patient."""
_NO_TURN: Final = frozenset((sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED))


def is_busy(error: sqlite3.Error) -> bool:
    """Whether it says that it was another's turn."""
    # The low byte is the error code, the rest its details; an error that
    # is Python's own has none.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _NO_TURN


def begin(
    connection: sqlite3.Connection,
    wait_s: float,
    patience: Patience = EAGER,
) -> None:
    """Begin a transaction that writes, once it is this connection's turn.

    Args:
        connection: with no transaction, and no wait of its own.
        wait_s: for how long to wait for the turn.
        patience: how often to ask.

    Raises:
        sqlite3.OperationalError: it was not its turn in time.
    """
    began = time.monotonic()
    end = began + wait_s
    nap = patience.first
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > end:
                raise
            time.sleep(random.uniform(nap / 2, nap))  # noqa: S311
            nap = min(2 * nap, patience.longest)
            if time.monotonic() > began + wait_s / _SHARE:
                # Whoever writes without a pause would get each turn.
                nap = min(nap, EAGER.longest)
        else:
            return


def write_ahead(connection: sqlite3.Connection, wait_s: float) -> None:
    """Set the write-ahead mode of the file, which is permanent.

    SQLite does not wait for another connection that sets it.

    Args:
        connection: to the file.
        wait_s: for how long to wait for others that set it.

    Raises:
        sqlite3.OperationalError: others were setting it all the time.
    """
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    end = time.monotonic() + wait_s
    while mode != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > end:
                raise
            time.sleep(0.005)
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
