"""The feed of orders in SQLite, and the cursors of its consumers."""

from __future__ import annotations

import contextlib
import re
from typing import Any, Final

from orderlife.errors import UncommittedError
from orderlife.ports.store import (
    Cursor,
    FeedEntry,
    FindCursors,
    HoldCursor,
    MoveCursor,
    ReadFeed,
)
from orderlife_adapters._archives import Unfolding
from orderlife_adapters._feed import (
    CURSORS,
    FORGET,
    HOLD,
    MOVE,
    cursor_of,
    entries_of,
)
from orderlife_adapters._rows import micros
from orderlife_adapters._sqlite_effects import SqliteEffects

__all__ = ["SqliteFeed"]

_NAMED: Final = re.compile(r"%\((\w+)\)s")
"""A parameter as PostgreSQL's driver names it."""


class SqliteFeed(SqliteEffects):
    """An order store that tells its feed.

    There is one writer at a time, up to its commit: so the positions
    that a decision is stored with are those of its commit.
    """

    def feed(self, request: ReadFeed, /) -> tuple[FeedEntry, ...]:
        """Events behind a position, in the order of their positions.

        Raises:
            CodecError: the next one cannot be read; names it.
            UncommittedError: within the application's transaction.
        """
        asked = (self._tenant, request.after, request.limit)
        with self._reading() as connection:
            if self._at.joined or connection.in_transaction:
                raise UncommittedError(self._at.what, "read the feed")
            found = connection.execute(self._sql.feed, asked)
            with contextlib.closing(found) as rows:
                unfolding = Unfolding(self._document)
                told = (
                    (position, order_id, *unfolding.told(order_id, row))
                    for position, order_id, *row in rows
                )
                return entries_of(told, request, self._codec)

    def _document(self, order_id: str) -> bytes | None:
        """What an order has folded away."""
        row = self._row(self._sql.archive, (self._tenant, order_id))
        return None if row is None else row[0]

    def cursors(self, request: FindCursors, /) -> tuple[Cursor, ...]:
        """Where the consumers are."""
        rows = self._rows(self._text(CURSORS), {"tenant": self._tenant})
        return tuple(
            cursor
            for cursor in map(cursor_of, rows)
            if request.consumer in {None, cursor.consumer}
        )

    def move_cursor(self, request: MoveCursor, /) -> bool:
        """Move a cursor; False: it is elsewhere, and stays there."""
        return self._written(
            MOVE,
            consumer=request.consumer,
            expected=request.expected,
            position=request.position,
        )

    def hold_cursor(self, request: HoldCursor, /) -> bool:
        """Hold a cursor, still or anew; False: another holds it."""
        return self._written(
            HOLD,
            consumer=request.consumer,
            owner=request.owner,
            now=micros(request.now),
            until=micros(request.until),
        )

    def forget_cursor(self, consumer: str, /) -> bool:
        """Forget a consumer; False: there is none of that name."""
        return self._written(FORGET, consumer=consumer)

    def _text(self, statement: str) -> str:
        return self._sql.naming.fill(_NAMED.sub(r":\1", statement))

    def _written(self, statement: str, **values: Any) -> bool:
        """Whether a statement on a cursor has found what it changes."""
        self._check()
        with self._faults, self._at.writing() as connection:
            values["tenant"] = self._tenant
            rows = connection.execute(self._text(statement), values)
            return bool(rows.fetchall())
