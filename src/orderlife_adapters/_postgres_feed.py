"""The feed of orders on PostgreSQL, and the cursors of its consumers.

Transactions are committed in another order than they began in, and than
their rows were written in.  So a commit only leaves a row in
``arrivals``, which nobody sees before it.  Whoever reads the feed first
moves the arrivals that are committed into ``feed``, behind all that is
there: it holds the lock of the tenant's row in ``sequencers`` until its
own commit, so that a position is seen before any higher one is given.
"""

# Statements are made of constants and of names that `Naming` has checked.
# ruff: noqa: S608

from __future__ import annotations

from typing import Final

import attrs

from orderlife.errors import OverloadedError
from orderlife.ports.store import (
    Cursor,
    FeedEntry,
    FindCursors,
    HoldCursor,
    MoveCursor,
    ReadFeed,
)
from orderlife_adapters._archives import Unfolding, is_folded
from orderlife_adapters._feed import (
    CURSORS,
    FORGET,
    HOLD,
    MOVE,
    cursor_of,
    entries_of,
)
from orderlife_adapters._postgres_driver import Int8, Program, Row
from orderlife_adapters._postgres_reading import ReadOrders
from orderlife_adapters._postgres_rows import stored
from orderlife_adapters._postgres_sql import FORGETS
from orderlife_adapters._rows import LINK, link_by

__all__ = ["READ", "SEQUENCE", "SEQUENCER", "FeedOrders"]

_BATCH: Final = 1_000
"""How many decisions are given their positions at once."""
_ROUNDS: Final = 100
_MOST_EVENTS: Final = 1_000_000
"""More than any decision has: a larger number is corrupt."""

READ: Final = f"""
SELECT news.there, page.* FROM (
    SELECT (
        SELECT arrival FROM {{table}}arrivals
        WHERE tenant = %(tenant)s ORDER BY arrival LIMIT 1
    ) IS NOT NULL AS there
) AS news LEFT JOIN (
    SELECT f.position, f.order_id, {", ".join(f"d.{name}" for name in LINK)}
    FROM {{table}}feed AS f JOIN {{table}}decisions AS d
        ON d.tenant = %(tenant)s AND d.order_id = f.order_id
        AND d.number = f.number
    WHERE f.tenant = %(tenant)s AND f.position > %(after)s
    ORDER BY f.position LIMIT %(limit)s
) AS page ON true ORDER BY page.position"""
"""A page of the feed, and whether there are arrivals."""

SEQUENCE: Final = f"""
WITH last AS MATERIALIZED (
    SELECT position, CASE WHEN {FORGETS}
        THEN set_config('synchronous_commit', 'on', true) END
    FROM {{table}}sequencers WHERE tenant = %(tenant)s FOR UPDATE
), news AS MATERIALIZED (
    SELECT a.arrival FROM last, {{table}}arrivals AS a
    WHERE a.tenant = %(tenant)s ORDER BY a.arrival LIMIT %(batch)s
), taken AS (
    DELETE FROM {{table}}arrivals WHERE tenant = %(tenant)s
    AND arrival = ANY (ARRAY(SELECT arrival FROM news))
    RETURNING arrival, order_id, number
), placed AS MATERIALIZED (
    SELECT t.order_id, t.number, (
        (SELECT position FROM last) + sum(least(
            d.last_version::numeric - d.first_version, {_MOST_EVENTS}
        )) OVER (ORDER BY t.arrival)
    )::bigint AS position
    FROM taken AS t CROSS JOIN LATERAL (
        SELECT first_version, last_version FROM {{table}}decisions
        WHERE tenant = %(tenant)s AND order_id = t.order_id
        AND number = t.number LIMIT 1
    ) AS d WHERE d.last_version > d.first_version
), fed AS (
    INSERT INTO {{table}}feed (tenant, position, order_id, number)
    SELECT %(tenant)s, position, order_id, number FROM placed
), counted AS (
    UPDATE {{table}}sequencers SET position = (
        SELECT max(position) FROM placed
    )
    WHERE tenant = %(tenant)s AND EXISTS (SELECT FROM placed)
)
SELECT 1 FROM last"""
"""Give positions to arrivals, if there is a sequencer.

The arrivals are looked for once its lock is there, and are those of when
the statement began.  What another sequencer has taken since is not
there to be deleted, and so is not taken twice.

Its own commit waits for the disk, and with it all before it: a position
that somebody has read is never given to another event after a crash.
"""

SEQUENCER: Final = """
INSERT INTO {table}sequencers (tenant, position)
SELECT %(tenant)s, coalesce(max(position), 0) FROM {table}feed
WHERE tenant = %(tenant)s ON CONFLICT (tenant) DO NOTHING"""
"""Make a tenant's sequencer, which goes on where the feed ends."""

_EVENTS: Final = slice(3, 5)
"""Where in a row of ``READ`` the versions before and after stand."""


@attrs.frozen
class FeedOrders(ReadOrders):
    """The programs of the feed."""

    def feed(self, request: ReadFeed) -> Program[tuple[FeedEntry, ...]]:
        """Events behind a position; first, arrivals are moved there."""
        lost: set[str] = set()
        for _ in range(_ROUNDS):
            rows = yield from self._asked(
                self.naming.fill(READ),
                after=Int8(request.after),
                limit=Int8(request.limit),
            )
            ((news, *_),) = rows[:1]
            page = [row[1:] for row in rows if row[1] is not None]
            if news and _events(page) < request.limit:
                yield from self._sequence()
                continue
            told, left = yield from self._unfolded(page)
            if left <= lost:
                return entries_of(told, request, self.codec)
            lost = left  # unfolded meanwhile, or lost for good
        # Others were first each time.
        raise OverloadedError("the feed", 0.0)

    def _unfolded(
        self, page: list[Row]
    ) -> Program[tuple[list[Row], set[str]]]:
        """The same page, with what orders have folded away.

        And the orders whose rows are empty, and that have nothing folded
        away: they were unfolded after the page was read.
        """
        emptied = {
            order_id for _, order_id, *row in page if is_folded(link_by(row))
        }
        if not emptied:
            return page, emptied
        known = yield from self._archives(*emptied)
        unfolding = Unfolding(known.get)
        told = [
            (position, order_id, *unfolding.told(order_id, row))
            for position, order_id, *row in page
        ]
        return told, emptied - known.keys()

    def _sequence(self) -> Program[None]:
        sequence = self.naming.fill(SEQUENCE)
        batch = Int8(_BATCH)
        while not (yield from self._asked(sequence, batch=batch)):
            yield from self._asked(self.naming.fill(SEQUENCER))

    def cursors(self, request: FindCursors) -> Program[tuple[Cursor, ...]]:
        """Where the consumers are."""
        rows = yield from self._asked(self.naming.fill(CURSORS))
        return tuple(
            cursor
            for cursor in map(cursor_of, rows)
            if request.consumer in {None, cursor.consumer}
        )

    def move_cursor(self, request: MoveCursor) -> Program[bool]:
        """Move a cursor, if it is where it is expected."""
        rows, lost = yield from self._tried(
            self.naming.fill(MOVE),
            writes=True,
            consumer=request.consumer,
            expected=Int8(request.expected),
            position=Int8(request.position),
        )
        if rows or not lost:
            return bool(rows)
        # A try without an answer may have been the one that moved it.
        found = yield from self.cursors(FindCursors(consumer=request.consumer))
        return [each.position for each in found] == [request.position]

    def hold_cursor(self, request: HoldCursor) -> Program[bool]:
        """Hold a cursor, still or anew."""
        rows = yield from self._asked(
            self.naming.fill(HOLD),
            writes=True,
            consumer=request.consumer,
            owner=request.owner,
            now=stored(request.now),
            until=stored(request.until),
        )
        return bool(rows)

    def forget_cursor(self, consumer: str) -> Program[bool]:
        """Forget a consumer."""
        rows = yield from self._asked(
            self.naming.fill(FORGET), writes=True, consumer=consumer
        )
        return bool(rows)


def _events(page: list[Row]) -> int:
    """How many events the decisions of a page have."""
    return sum(
        max(0, last - first) for first, last in (row[_EVENTS] for row in page)
    )
