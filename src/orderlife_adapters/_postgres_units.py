"""Transactions of several statements on PostgreSQL.

A migration is one, and so is a decision with the stock that it moves.
The latter calls functions of a shop between two statements.  One that
asks the same database, on another connection, may wait for a row that
the transaction has locked, and the transaction for the function: the
server knows of no deadlock there.  So it ends the transaction after as
long as the pool lets anybody wait for a connection.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

from psycopg import AsyncCursor, Cursor, Error
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row

from orderlife.errors import (
    ConflictError,
    InDoubtError,
    InputError,
    OverloadedError,
    PortError,
)
from orderlife_adapters._postgres_driver import (
    AsyncConnection,
    AsyncConnectionPool,
    AsyncSource,
    Connection,
    ConnectionPool,
    Program,
    Source,
    aborrowed,
    arun,
    borrowed,
    fault_of,
    run,
)
from orderlife_adapters._postgres_faults import (
    DATABASE,
    NO_SCHEMA,
    STOOD_STILL,
    AgainError,
    ClashError,
    LostError,
    NoTablesError,
)

__all__ = ["arun_as_one", "aunit", "run_as_one", "unit"]

T = TypeVar("T")

_LIMITS: Final = ("lock_timeout", "idle_in_transaction_session_timeout")
"""What ends a transaction that waits for a row, and one that stands still."""
_UNSET: Final = (
    "SELECT current_setting('lock_timeout'), "
    "current_setting('idle_in_transaction_session_timeout')"
)
_begins: Final[WeakKeyDictionary[object, bytes]] = WeakKeyDictionary()
"""What begins a unit on a connection, once one has begun there."""
_LEAST: Final = 1_000
"""Milliseconds for which a transaction may wait in any case."""


@contextlib.contextmanager
def _as_one() -> Iterator[None]:
    """Make our error for a transaction that was rolled back."""
    began = time.monotonic()
    try:
        try:
            yield
        except Error as error:
            waited = time.monotonic() - began
            raise fault_of(error, waited, None, broken=False) from None
    except (LostError, AgainError) as error:
        message = f"{error}: the transaction was rolled back, try again"
        raise ConflictError(message) from None
    except NoTablesError as error:
        if error.state == NO_SCHEMA:
            message = "there is no such schema: create it"
            raise InputError(message) from None
        raise PortError(
            "a table is missing that an earlier step had made: restore it"
        ) from None
    except ClashError as error:
        raise PortError(f"it is there already: {error}") from None


def run_as_one(program: Program[T], source: Source) -> T:
    """Drive a program within one transaction."""
    with _as_one():
        if isinstance(source, Connection):
            with source.transaction():
                return run(program, source)
        with source.connection() as connection, connection.transaction():
            return run(program, connection)


async def arun_as_one(program: Program[T], source: AsyncSource) -> T:
    """Drive a program within one transaction; the same, awaited."""
    with _as_one():
        if isinstance(source, AsyncConnection):
            async with source.transaction():
                return await arun(program, source)
        async with source.connection() as connection, connection.transaction():
            return await arun(program, connection)


@contextlib.contextmanager
def _as_unit() -> Iterator[list[Any]]:
    """Make our error for a unit; it is told the connection.

    One that broke has rolled it back, unless it broke at the very end:
    who asks again finds out, as nothing is stored twice.
    """
    told: list[Any] = []
    with _as_one():
        try:
            yield told
        except (InDoubtError, OverloadedError) as error:
            stood_still = getattr(error, "what", "") == STOOD_STILL
            if told and told[0].closed and not stood_still:
                raise LostError(DATABASE) from None
            raise


def _begin(connection: object, limits: Any, patience: float) -> bytes:
    """What begins a transaction that waits for so many seconds at most.

    It is one message to the server.  What the application has set itself
    stays.

    Args:
        connection: it is remembered for.
        limits: the row of ``_UNSET``, as it is there.
        patience: how long the pool lets anybody wait.
    """
    milliseconds = max(_LEAST, round(1_000 * patience))
    set_here = (
        f"; SET LOCAL {name} = {milliseconds}"
        for name, found in zip(_LIMITS, limits or (), strict=True)
        if found == "0"
    )
    _begins[connection] = begin = f"BEGIN{''.join(set_here)}".encode()
    return begin


def _check_whole(connection: Connection[Any] | AsyncConnection[Any]) -> None:
    """Check that nothing has failed: the server would roll it back silently.

    Raises:
        AgainError: something has, and whoever asked has caught it.
    """
    if connection.info.transaction_status is TransactionStatus.INERROR:
        raise AgainError("a statement in it has failed")


@contextlib.contextmanager
def unit(pool: ConnectionPool[Any]) -> Iterator[Connection[Any]]:
    """A transaction of several statements, on a connection of a pool.

    Raises:
        ConflictError: it was rolled back, and can be begun again.
        OverloadedError: there was no connection in time, or no turn, or
            the transaction stood still between two statements.
    """
    with _as_unit() as told, borrowed(pool) as connection:
        told.append(connection)
        with Cursor(connection, row_factory=tuple_row) as cursor:
            begin = _begins.get(connection)
            if begin is None:
                limits = cursor.execute(_UNSET).fetchone()
                begin = _begin(connection, limits, pool.timeout)
            cursor.execute(begin, prepare=False)
        try:
            yield connection
            _check_whole(connection)
        except BaseException:
            with contextlib.suppress(Error):
                connection.rollback()
            raise
        connection.commit()


@contextlib.asynccontextmanager
async def aunit(
    pool: AsyncConnectionPool[Any],
) -> AsyncIterator[AsyncConnection[Any]]:
    """The same, awaited."""
    with _as_unit() as told:
        async with aborrowed(pool) as connection:
            told.append(connection)
            async with AsyncCursor(
                connection, row_factory=tuple_row
            ) as cursor:
                begin = _begins.get(connection)
                if begin is None:
                    await cursor.execute(_UNSET)
                    limits = await cursor.fetchone()
                    begin = _begin(connection, limits, pool.timeout)
                await cursor.execute(begin, prepare=False)
            try:
                yield connection
                _check_whole(connection)
            except BaseException:
                with contextlib.suppress(Error):
                    await connection.rollback()
                raise
            await connection.commit()
