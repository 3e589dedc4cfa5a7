"""The feed of a database: its rows, and the cursors of its consumers.

A decision has a position for each of its events; its row has the last
one.
"""

# Statements are made of constants and of names that `Naming` has checked.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from orderlife.codec import Codec
from orderlife.engine.chain import recorded
from orderlife.errors import CodecError
from orderlife.ports.store import Cursor, FeedEntry, ReadFeed
from orderlife_adapters._rows import link_by, moment

__all__ = [
    "CURSORS",
    "FORGET",
    "HOLD",
    "MOVE",
    "cursor_of",
    "entries_of",
]

_OF: Final = "tenant = %(tenant)s AND consumer = %(consumer)s"
_KEY: Final = "ON CONFLICT (tenant, consumer) DO UPDATE SET"

CURSORS: Final = (
    "SELECT consumer, position, owner, until FROM {table}cursors "
    "WHERE tenant = %(tenant)s ORDER BY consumer"
)
MOVE: Final = (
    "INSERT INTO {table}cursors AS c "
    "(tenant, consumer, position, owner, until) "
    "SELECT %(tenant)s, %(consumer)s, %(position)s, '', 0 "
    "WHERE %(expected)s = 0 "
    f"OR EXISTS (SELECT 1 FROM {{table}}cursors WHERE {_OF}) "
    f"{_KEY} position = excluded.position "
    "WHERE c.position = %(expected)s RETURNING 1"
)
HOLD: Final = (
    "INSERT INTO {table}cursors AS c "
    "(tenant, consumer, position, owner, until) "
    "SELECT %(tenant)s, %(consumer)s, 0, %(owner)s, %(until)s WHERE true "
    f"{_KEY} owner = excluded.owner, until = excluded.until "
    "WHERE c.owner = excluded.owner OR c.until <= %(now)s RETURNING 1"
)
FORGET: Final = f"DELETE FROM {{table}}cursors WHERE {_OF} RETURNING 1"


def entries_of(
    rows: Iterable[Any], request: ReadFeed, codec: Codec
) -> tuple[FeedEntry, ...]:
    """The entries that were asked for.

    Args:
        rows: of decisions, each its last position, its order, and the
            columns ``LINK``.
        request: what was asked for.
        codec: reads them.

    Raises:
        CodecError: the first of them cannot be read; one behind it ends
            them.
    """
    found: list[FeedEntry] = []
    for position, order_id, *row in rows:
        if len(found) >= request.limit:
            break
        link = link_by(row)
        try:
            events = recorded(link, codec)
        except CodecError as error:
            if found:
                break
            message = (
                f"the decision of order {order_id} at position {position} "
                f"of the feed cannot be read: {error}; acknowledge "
                f"{position} to leave it out"
            )
            raise CodecError(message) from error
        first = position - len(events) + 1
        found += (
            FeedEntry(
                position=place,
                order_id=order_id,
                version=each.sequence,
                recorded=each,
            )
            for place, each in enumerate(events, first)
            if place > request.after
        )
    return tuple(found[: request.limit])


def cursor_of(row: Iterable[Any]) -> Cursor:
    """A cursor of its columns."""
    consumer, position, owner, until = row
    return Cursor(
        consumer=consumer,
        position=position,
        owner=owner,
        until=moment(until),
    )
