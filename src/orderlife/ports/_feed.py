"""The feed of a store: each event once, in the order of its positions.

A position is given to an event once it is committed, and stays its own.
Positions rise, and need not follow one another; in one order they rise
with its versions.  Whoever reads on from the last position that it was
given misses no event: none is ever given a position before one that was
handed out.

Where a consumer of the feed is, its *cursor*, is kept beside it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import attrs

from orderlife._kernel.messages import Recorded
from orderlife._values.times import utc

__all__ = [
    "AsyncFeedStore",
    "Cursor",
    "FeedEntry",
    "FeedStore",
    "FindCursors",
    "HoldCursor",
    "MoveCursor",
    "ReadFeed",
]


@attrs.frozen(kw_only=True)
class ReadFeed:
    """A request for the events behind a position."""

    after: int = 0
    """The last position that was read; 0: from the beginning."""
    limit: int = 100


@attrs.frozen(kw_only=True)
class FeedEntry:
    """An event, and its place in the feed."""

    position: int
    order_id: str
    version: int
    """The order's version with it: its sequence in the order."""
    recorded: Recorded


@attrs.frozen(kw_only=True)
class Cursor:
    """Where a consumer of the feed is."""

    consumer: str
    position: int
    """The last position that it has acknowledged; 0: none."""
    owner: str = ""
    """Who holds it, or held it last; empty: nobody."""
    until: datetime = attrs.field(converter=utc)
    """Until when it is held."""


@attrs.frozen(kw_only=True)
class FindCursors:
    """A request for cursors."""

    consumer: str | None = None
    """None: all of them, by their consumers."""


@attrs.frozen(kw_only=True)
class MoveCursor:
    """A request to move a cursor, if it is where it is expected."""

    consumer: str
    expected: int
    """Where it is; 0: there may be none."""
    position: int


@attrs.frozen(kw_only=True)
class HoldCursor:
    """A request to be the only one who works with a cursor, for a time."""

    consumer: str
    owner: str
    now: datetime = attrs.field(converter=utc)
    until: datetime = attrs.field(converter=utc)
    """Until when it is held; ``now``: it is let go."""


class FeedStore(Protocol):
    """What an order store tells of all orders, in one sequence."""

    def feed(self, request: ReadFeed, /) -> tuple[FeedEntry, ...]:
        """Events behind a position, in the order of their positions.

        Raises:
            CodecError: the next one cannot be read; names it.
            UncommittedError: the store is part of the application's
                transaction: a rollback would take back what was read.
        """
        ...

    def cursors(self, request: FindCursors, /) -> tuple[Cursor, ...]:
        """Where the consumers are."""
        ...

    def move_cursor(self, request: MoveCursor, /) -> bool:
        """Move a cursor; False: it is elsewhere, and stays there."""
        ...

    def hold_cursor(self, request: HoldCursor, /) -> bool:
        """Hold a cursor, still or anew; False: another holds it."""
        ...

    def forget_cursor(self, consumer: str, /) -> bool:
        """Forget a consumer; False: there is none of that name."""
        ...


class AsyncFeedStore(Protocol):
    """The async twin of ``FeedStore``."""

    async def feed(self, request: ReadFeed, /) -> tuple[FeedEntry, ...]:
        """Events behind a position, in the order of their positions.

        Raises:
            CodecError: the next one cannot be read; names it.
            UncommittedError: the store is part of the application's
                transaction: a rollback would take back what was read.
        """
        ...

    async def cursors(self, request: FindCursors, /) -> tuple[Cursor, ...]:
        """Where the consumers are."""
        ...

    async def move_cursor(self, request: MoveCursor, /) -> bool:
        """Move a cursor; False: it is elsewhere, and stays there."""
        ...

    async def hold_cursor(self, request: HoldCursor, /) -> bool:
        """Hold a cursor, still or anew; False: another holds it."""
        ...

    async def forget_cursor(self, consumer: str, /) -> bool:
        """Forget a consumer; False: there is none of that name."""
        ...
