"""The feed of the store in memory, and the cursors of its consumers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, Generic, TypeVar

from orderlife._kernel.messages import Recorded
from orderlife._values.replacing import replace
from orderlife.errors import UncommittedError
from orderlife.ports.store import (
    Cursor,
    FeedEntry,
    FindCursors,
    HoldCursor,
    MoveCursor,
    ReadFeed,
)

__all__ = ["AsyncFeedInMemory", "FeedInMemory"]

S = TypeVar("S", bound="FeedInMemory")

_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Until when a cursor is held that nobody holds."""


class FeedInMemory:
    """A feed whose positions are 1, 2, 3 and so on."""

    _lock: threading.RLock
    uncommitted: bool

    def __init__(self) -> None:
        self._feed: dict[int, FeedEntry] = {}
        """By position; in a transaction only its own, from 1 on."""
        self._cursors: dict[str, Cursor] = {}

    def _follow(self, events: Iterable[tuple[str, Recorded]]) -> None:
        """Put committed events of orders at the end of the feed."""
        for position, (order_id, recorded) in enumerate(
            events, len(self._feed) + 1
        ):
            self._feed[position] = FeedEntry(
                position=position,
                order_id=order_id,
                version=recorded.sequence,
                recorded=recorded,
            )

    def feed(self, request: ReadFeed, /) -> tuple[FeedEntry, ...]:
        """Events behind a position, in the order of their positions.

        Raises:
            UncommittedError: in a ``transaction``.
        """
        if self.uncommitted:
            what = "a transaction of the store in memory"
            raise UncommittedError(what, "read the feed")
        with self._lock:
            end = min(len(self._feed), request.after + request.limit)
            return tuple(
                self._feed[position]
                for position in range(request.after + 1, end + 1)
            )

    def cursors(self, request: FindCursors, /) -> tuple[Cursor, ...]:
        """Where the consumers are."""
        with self._lock:
            return tuple(
                self._cursors[name]
                for name in sorted(self._cursors)
                if request.consumer in {None, name}
            )

    def _cursor(self, consumer: str) -> Cursor:
        """The cursor of a consumer, or a new one."""
        new = Cursor(consumer=consumer, position=0, until=_NEVER)
        return self._cursors.get(consumer, new)

    def move_cursor(self, request: MoveCursor, /) -> bool:
        """Move a cursor; False: it is elsewhere, and stays there."""
        name = request.consumer
        with self._lock:
            cursor = self._cursor(name)
            fits = cursor.position == request.expected
            if fits:
                position = request.position
                self._cursors[name] = replace(cursor, position=position)
            return fits

    def hold_cursor(self, request: HoldCursor, /) -> bool:
        """Hold a cursor, still or anew; False: another holds it."""
        name = request.consumer
        with self._lock:
            cursor = self._cursor(name)
            own = cursor.owner == request.owner
            free = own or cursor.until <= request.now
            if free:
                self._cursors[name] = replace(
                    cursor, owner=request.owner, until=request.until
                )
            return free

    def forget_cursor(self, consumer: str, /) -> bool:
        """Forget a consumer; False: there is none of that name."""
        with self._lock:
            return self._cursors.pop(consumer, None) is not None


class AsyncFeedInMemory(Generic[S]):
    """Its async twin: waits one turn of the loop, and delegates."""

    inner: S

    async def feed(self, request: ReadFeed, /) -> tuple[FeedEntry, ...]:
        """Events behind a position, in the order of their positions."""
        await asyncio.sleep(0)
        return self.inner.feed(request)

    async def cursors(self, request: FindCursors, /) -> tuple[Cursor, ...]:
        """Where the consumers are."""
        await asyncio.sleep(0)
        return self.inner.cursors(request)

    async def move_cursor(self, request: MoveCursor, /) -> bool:
        """Move a cursor; False: it is elsewhere, and stays there."""
        await asyncio.sleep(0)
        return self.inner.move_cursor(request)

    async def hold_cursor(self, request: HoldCursor, /) -> bool:
        """Hold a cursor, still or anew; False: another holds it."""
        await asyncio.sleep(0)
        return self.inner.hold_cursor(request)

    async def forget_cursor(self, consumer: str, /) -> bool:
        """Forget a consumer; False: there is none of that name."""
        await asyncio.sleep(0)
        return self.inner.forget_cursor(consumer)
