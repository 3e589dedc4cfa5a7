"""Executes statements on PostgreSQL, with and without ``await``.

What a store does is a *program*: a generator that yields an ``Ask``
and is sent the rows, or yields a ``Wait``.  It never touches a
connection, so it exists once, and its two drivers are a few lines
each.

On a pool, each ``Ask`` is a transaction of its own, and one round
trip.  The connection goes back to the pool with its rows.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Generator, Iterator, Mapping
from typing import Any, Final, TypeAlias, TypeVar

import attrs

from orderlife.errors import (
    ConflictError,
    InDoubtError,
    InputError,
    MissingExtraError,
    OrderlifeError,
    OverloadedError,
    PortError,
    UncommittedError,
)
from orderlife_adapters._postgres_faults import (
    DATABASE,
    IDLE,
    AgainError,
    ClashError,
    LostError,
    NoTablesError,
    told_of,
)

try:
    from psycopg import (
        AsyncConnection,
        AsyncCursor,
        Connection,
        Cursor,
        DataError,
        Error,
        OperationalError,
    )
    from psycopg.pq import TransactionStatus
    from psycopg.rows import tuple_row
    from psycopg.types.numeric import Int8
    from psycopg_pool import (
        AsyncConnectionPool,
        ConnectionPool,
        PoolTimeout,
        TooManyRequests,
    )
except ImportError:
    raise MissingExtraError(
        "psycopg", "postgres", "keeping orders in PostgreSQL"
    ) from None

__all__ = [
    "Ask",
    "AsyncConnection",
    "AsyncConnectionPool",
    "AsyncSource",
    "ClashError",
    "Connection",
    "ConnectionPool",
    "Int8",
    "NoTablesError",
    "Program",
    "Row",
    "Source",
    "Wait",
    "aborrowed",
    "arun",
    "borrowed",
    "check_committed",
    "connected",
    "fault_of",
    "run",
    "tried",
]

T = TypeVar("T")
Row: TypeAlias = tuple[Any, ...]
Source: TypeAlias = "ConnectionPool[Any] | Connection[Any]"
AsyncSource: TypeAlias = "AsyncConnectionPool[Any] | AsyncConnection[Any]"

_FIRST_WAIT: Final = 0.02
_NO_URL: Final = "no URL of a database: postgresql://user@host/database"


@attrs.frozen
class Ask:
    """A statement to be executed; the program is sent its rows."""

    statement: str
    parameters: Mapping[str, Any] | None = None


@attrs.frozen
class Wait:
    """So many seconds to wait."""

    seconds: float


Program: TypeAlias = Generator[Ask | Wait, Any, T]


_SIGNALS: Final = (LostError, AgainError, ClashError, NoTablesError)


def tried(
    ask: Ask, tries: int, *, writes: bool = False
) -> Program[tuple[list[Row], bool]]:
    """Execute a statement, several times if need be.

    Args:
        ask: the statement.
        tries: how often at most; 1: it is part of a transaction that
            only the application can begin again.
        writes: whether an unknown result matters.

    Returns:
        The rows, and whether an earlier try may have been executed.

    Raises:
        InDoubtError: the connection broke, and there is no other.
        OverloadedError: nothing was stored.
        ConflictError: nothing was stored; the application tries again.
    """
    began = time.monotonic()
    lost = False
    for attempt in range(tries):
        if attempt:
            # Statements that failed together must not retry together.
            longest = _FIRST_WAIT * 2**attempt
            yield Wait(random.uniform(longest / 2, longest))  # noqa: S311
        try:
            return (yield ask), lost
        except LostError:
            lost = True
        except AgainError as error:
            if tries == 1:
                raise ConflictError(
                    f"{error}: roll the transaction back and begin it again"
                ) from None
        except OverloadedError:
            if lost and writes:
                break
            raise
    if lost and writes:
        raise InDoubtError(DATABASE)
    what = f"{DATABASE}, to which the connection broke," if lost else DATABASE
    raise OverloadedError(what, round(time.monotonic() - began, 3))


_BEYOND: Final = "22003"
"""numeric_value_out_of_range: of a value, or of what we make of it."""


def fault_of(
    error: Error, waited: float, step: Ask | None, *, broken: bool
) -> Exception:
    """Give our error for the database's.

    The database's text is left out, as it may show a whole row.
    """
    state = error.sqlstate or ""
    if isinstance(error, PoolTimeout | TooManyRequests):
        return OverloadedError("the pool of connections", round(waited, 3))
    name = f"{type(error).__name__} {state}".rstrip()
    if broken and state != IDLE:
        return LostError(name)
    if isinstance(error, DataError) and not state:
        # The driver itself: a text with a zero in it.
        return InputError(f"no text or number for a database: {name}")
    if state == _BEYOND and step is not None and _is_beyond(step.parameters):
        return InputError(f"a number beyond 64 bits: {name}")
    rule = error.diag.constraint_name
    return told_of(state, name, rule=rule or "", waited=waited)


def _is_beyond(given: Any) -> bool:
    """Whether one of the values is a number that no column holds."""
    if isinstance(given, Mapping):
        return any(map(_is_beyond, given.values()))
    if isinstance(given, list):
        return any(map(_is_beyond, given))
    return isinstance(given, int) and not -(2**63) <= given < 2**63


def _unsaid(error: UnicodeError | OverflowError) -> Exception:
    """Give our error for a value that did not pass between us."""
    if isinstance(error, UnicodeEncodeError):
        return InputError("text that is no text")
    if isinstance(error, OverflowError):
        return InputError("a number beyond 64 bits")
    return PortError("the database answers with text that is no text")


def _executed(ask: Ask) -> dict[str, Any]:
    """How a statement is executed: one with parameters is prepared.

    A connection whose ``prepare_threshold`` is None prepares nothing.
    """
    return {
        "query": ask.statement,
        "params": ask.parameters,
        "prepare": ask.parameters is not None,
    }


def _has_rows(cursor: Cursor[Row] | AsyncCursor[Row]) -> bool:
    """Whether it answers with rows; ``description`` would name them all."""
    return bool(cursor.pgresult and cursor.pgresult.nfields)


def _ask(connection: Connection[Any], ask: Ask) -> list[Row]:
    # Whatever rows and cursors the application prefers on it.
    with Cursor(connection, row_factory=tuple_row) as cursor:
        cursor.execute(**_executed(ask))
        return cursor.fetchall() if _has_rows(cursor) else []


async def _aask(connection: AsyncConnection[Any], ask: Ask) -> list[Row]:
    async with AsyncCursor(connection, row_factory=tuple_row) as cursor:
        await cursor.execute(**_executed(ask))
        return await cursor.fetchall() if _has_rows(cursor) else []


def check_committed(
    source: Source | AsyncSource, asked: str = "claim effects"
) -> None:
    """Check that commits on a source are not part of a transaction.

    Args:
        source: the source.
        asked: what could be rolled back.

    Raises:
        UncommittedError: they are, in the application's transaction.
    """
    if not isinstance(source, Connection | AsyncConnection):
        return
    if source.closed or (source.autocommit and _idle(source)):
        return
    raise UncommittedError("a transaction of the application's", asked)


def _idle(connection: Connection[Any] | AsyncConnection[Any]) -> bool:
    return connection.info.transaction_status is TransactionStatus.IDLE


@contextlib.contextmanager
def borrowed(pool: ConnectionPool[Any]) -> Iterator[Connection[Any]]:
    """A connection on which a statement is a transaction."""
    with pool.connection() as connection:
        before = connection.autocommit
        if before:
            yield connection
            return
        connection.autocommit = True
        try:
            yield connection
        finally:
            if _idle(connection):
                connection.autocommit = before


@contextlib.asynccontextmanager
async def aborrowed(
    pool: AsyncConnectionPool[Any],
) -> AsyncIterator[AsyncConnection[Any]]:
    async with pool.connection() as connection:
        before = connection.autocommit
        if before:
            yield connection
            return
        await connection.set_autocommit(True)
        try:
            yield connection
        finally:
            if _idle(connection):
                await connection.set_autocommit(before)


def _perform(source: Source, step: Ask | Wait) -> list[Row] | None:
    if isinstance(step, Wait):
        time.sleep(step.seconds)
        return None
    began, connection = time.monotonic(), None
    try:
        if isinstance(source, Connection):
            connection = source
            return _ask(connection, step)
        with borrowed(source) as connection:
            return _ask(connection, step)
    except Error as error:
        broken = connection is not None and connection.closed
        told = fault_of(error, time.monotonic() - began, step, broken=broken)
    except (UnicodeError, OverflowError) as error:
        told = _unsaid(error)
    if isinstance(told, LostError) and isinstance(source, ConnectionPool):
        with contextlib.suppress(Error):
            source.check()  # the others may have broken with it
    raise told


async def _aperform(source: AsyncSource, step: Ask | Wait) -> list[Row] | None:
    if isinstance(step, Wait):
        await asyncio.sleep(step.seconds)
        return None
    began, connection = time.monotonic(), None
    try:
        if isinstance(source, AsyncConnection):
            connection = source
            return await _aask(connection, step)
        async with aborrowed(source) as connection:
            return await _aask(connection, step)
    except Error as error:
        broken = connection is not None and connection.closed
        told = fault_of(error, time.monotonic() - began, step, broken=broken)
    except (UnicodeError, OverflowError) as error:
        told = _unsaid(error)
    if isinstance(told, LostError) and isinstance(source, AsyncConnectionPool):
        with contextlib.suppress(Error):
            await source.check()
    raise told


def run(program: Program[T], source: Source) -> T:
    """Drive a program on a pool, or on one connection.

    Args:
        program: the program.
        source: on a pool each statement is a transaction; on a
            connection it is part of its transaction.
    """
    try:
        step = next(program)
        while True:
            try:
                rows = _perform(source, step)
            except (OrderlifeError, *_SIGNALS) as error:
                step = program.throw(error)
            else:
                step = program.send(rows)
    except StopIteration as stop:
        result: T = stop.value
        return result


async def arun(program: Program[T], source: AsyncSource) -> T:
    """Drive a program; the same, awaited."""
    try:
        step = next(program)
        while True:
            try:
                rows = await _aperform(source, step)
            except (OrderlifeError, *_SIGNALS) as error:
                step = program.throw(error)
            else:
                step = program.send(rows)
    except StopIteration as stop:
        result: T = stop.value
        return result


@contextlib.contextmanager
def connected(url: str) -> Iterator[Connection[Any]]:
    """Open a connection, and close it at the end.

    Raises:
        InputError: it is no URL; it is not shown, a password may be in it.
        PortError: the database cannot be reached; gives the reason.
    """
    if "\0" in url:
        raise InputError(_NO_URL)  # libpq would read what is before it
    try:
        connection = Connection.connect(url)
    except OperationalError as error:
        why = str(error).strip().rpartition("\n")[2].strip()
        raise PortError(f"PostgreSQL cannot be reached: {why}") from None
    except (Error, UnicodeError):
        raise InputError(_NO_URL) from None
    with connection:
        yield connection
