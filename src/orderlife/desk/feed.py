"""The feed of a desk: all events of all orders, and who reads them.

``desk.feed`` gives events behind a position.  A *consumer* has a name,
under which the store keeps how far it has come: it reads on from there,
and acknowledges what it has dealt with.  If it dies in between, the same
entries come again: each is dealt with once or more, and none is left
out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

from orderlife._checks.quick import COMMAND_ID
from orderlife._checks.validation import check_count
from orderlife._values.limits import MAX_ID, MAX_PAGE
from orderlife.desk.settings import new_id
from orderlife.engine.calls import Call, Flow, arun, run
from orderlife.errors import (
    CodecError,
    ConflictError,
    NotAllowedError,
    NotFoundError,
    Problem,
    UncommittedError,
    ValidationError,
)
from orderlife.ports.store import (
    Cursor,
    FeedEntry,
    FindCursors,
    HoldCursor,
    MoveCursor,
    ReadFeed,
)

__all__ = [
    "LONGEST",
    "AsyncConsumer",
    "AsyncFeed",
    "Consumer",
    "Feed",
    "check_consumer",
    "check_lease",
]

_HIGHEST: Final = 2**63 - 1
LONGEST: Final = timedelta(days=1)
"""For no longer can a cursor be held."""


def check_consumer(name: object) -> None:
    """Refuse what can be no consumer's name.

    Raises:
        ValidationError: it is not of ``[a-z0-9_-]{1,64}``.
    """
    if isinstance(name, str):
        if len(name) <= MAX_ID and COMMAND_ID.match(name):
            return
        why = f"must be 1 to {MAX_ID} of a-z, 0-9, _ and -"
    else:
        why = f"must be text, not {type(name).__name__}"
    raise ValidationError("a consumer of the feed", [Problem("name", why)])


def _check_position(position: object, field: str) -> None:
    """Refuse what can be no position.

    Raises:
        ValidationError: it is no whole number from 0 to 2**63 - 1.
    """
    if type(position) is int and 0 <= position <= _HIGHEST:
        return
    why = "must be a position: a whole number from 0 to 2**63 - 1"
    raise ValidationError("the feed", [Problem(field, why)])


def _position_of(upto: FeedEntry | int) -> int:
    """The position that is meant.

    Raises:
        ValidationError: it is neither an entry nor a position.
    """
    position = upto.position if isinstance(upto, FeedEntry) else upto
    _check_position(position, "upto")
    return position


def check_lease(lease: object) -> None:
    """Refuse what is no time for which a cursor is held.

    Raises:
        ValidationError: it is none, negative, or longer than a day.
    """
    if isinstance(lease, timedelta) and timedelta() <= lease <= LONGEST:
        return
    problem = Problem("lease", "must be a timedelta of 0 to 24 hours")
    raise ValidationError("a consumer of the feed", [problem])


def _page(after: int, limit: int) -> ReadFeed:
    """A request for a page of the feed.

    Raises:
        ValidationError: it can be none; says why.
    """
    _check_position(after, "after")
    check_count(limit, "limit", "the feed")
    if limit > MAX_PAGE:
        why = f"is more than {MAX_PAGE}"
        raise ValidationError("the feed", [Problem("limit", why)])
    return ReadFeed(after=after, limit=limit)


def _read(request: ReadFeed) -> Call[tuple[FeedEntry, ...]]:
    return Call("store", "feed", request)


def _cursors(consumer: str | None = None) -> Call[tuple[Cursor, ...]]:
    return Call("store", "cursors", FindCursors(consumer=consumer))


def _forgetting(consumer: str) -> Flow[None]:
    check_consumer(consumer)
    forgotten: bool = yield from Call("store", "forget_cursor", consumer)
    if not forgotten:
        known = yield from _cursors()
        names = [each.consumer for each in known]
        raise NotFoundError("consumer of the feed", consumer, names)


class _Following:
    """What both kinds of consumer do, as flows."""

    def __init__(
        self, ports: object, name: str, clock: Callable[[], datetime]
    ) -> None:
        check_consumer(name)
        self.name = name
        self._ports = ports
        self._clock = clock
        self._owner = new_id()
        self._at: int | None = None
        """Where its cursor is, as it was read last."""
        self._given = 0
        """The last position that it was given."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    def _positioned(self) -> Flow[int]:
        found = yield from _cursors(self.name)
        self._at = found[0].position if found else 0
        return self._at

    def _reading(self, limit: int) -> Flow[tuple[FeedEntry, ...]]:
        request = _page(0, limit)
        after = yield from self._positioned()
        entries = yield from _read(_page(after, request.limit))
        if entries:
            self._given = entries[-1].position
        return entries

    def _acknowledging(self, upto: FeedEntry | int) -> Flow[None]:
        position = _position_of(upto)
        at = self._at
        if at is None:
            at = yield from self._positioned()
        asked = f"acknowledge position {position} as"
        if position < at:
            why = f"it is at {at} already"
            instead = f"rewind({position}) goes back"
            raise NotAllowedError(asked, self._named, why, instead)
        if position > max(at, self._given):
            try:
                there = yield from _is_there(position)
            except UncommittedError:
                # In a transaction nothing can be read; an entry was.
                there = position is not upto
                if not there:
                    raise
            if not there:
                why = "there is none yet, nor behind it"
                instead = "acknowledge what was read"
                raise NotAllowedError(asked, self._named, why, instead)
        yield from self._moving(at, position)

    def _rewinding(self, position: int) -> Flow[None]:
        _check_position(position, "position")
        at = yield from self._positioned()
        if position > at:
            asked = f"rewind to position {position} as"
            instead = f"acknowledge({position}) goes on to there"
            why = f"it is at {at}"
            raise NotAllowedError(asked, self._named, why, instead)
        yield from self._moving(at, position)

    def _moving(self, at: int, position: int) -> Flow[None]:
        if position == at:
            return
        request = MoveCursor(
            consumer=self.name, expected=at, position=position
        )
        moved: bool = yield from Call("store", "move_cursor", request)
        if not moved:
            now = yield from self._positioned()
            raise ConflictError(
                f"{self._named} was at {at}, and somebody has moved it to "
                f"{now} since: read again"
            )
        self._at = position

    def _holding(self, lease: timedelta) -> Flow[bool]:
        check_lease(lease)
        now = self._clock()
        request = HoldCursor(
            consumer=self.name, owner=self._owner, now=now, until=now + lease
        )
        held: bool = yield from Call("store", "hold_cursor", request)
        return held

    @property
    def _named(self) -> str:
        return f"consumer {self.name!r} of the feed"


def _is_there(position: int) -> Flow[bool]:
    """Whether there is an entry at a position, or behind it."""
    try:
        found = yield from _read(ReadFeed(after=position - 1, limit=1))
    except CodecError:
        return True  # there is, and nobody can read it
    return bool(found)


class Consumer(_Following):
    """A reader of the feed whose position the store keeps.

    In a ``for`` loop it gives what is there to be read, and acknowledges
    an entry when the next one is asked for: an entry in whose turn the
    loop is left comes again.
    """

    @property
    def position(self) -> int:
        """The last position that was acknowledged; 0: none."""
        return run(self._positioned(), self._ports)

    def read(self, limit: int = 100) -> tuple[FeedEntry, ...]:
        """What comes behind its position; the same until acknowledged.

        Raises:
            ValidationError: the limit is none.
            CodecError: the next entry cannot be read; names it.
            UncommittedError: the desk is part of a transaction.
        """
        return run(self._reading(limit), self._ports)

    def acknowledge(self, upto: FeedEntry | int) -> None:
        """Move its position up to an entry, or a position: all is done.

        In a transaction of the application's it holds if that is
        committed, together with what was done about the entries; there,
        name an entry, as the feed cannot be read.

        Raises:
            NotAllowedError: it is behind its position, or beyond the feed.
            ConflictError: somebody has moved it since it was read.
        """
        run(self._acknowledging(upto), self._ports)

    def rewind(self, position: int) -> None:
        """Go back to a position; 0: to the beginning.

        Raises:
            NotAllowedError: that would not be back.
            ConflictError: somebody moves it at the same time.
        """
        run(self._rewinding(position), self._ports)

    def hold(self, lease: timedelta) -> bool:
        """Keep others from holding it for so long; False: another does.

        It keeps nobody from reading: it is for processes that agree to
        work one at a time.  A lease of no time lets go.
        """
        return run(self._holding(lease), self._ports)

    def __iter__(self) -> Iterator[FeedEntry]:
        while entries := self.read():
            for entry in entries:
                yield entry
                self.acknowledge(entry)


class AsyncConsumer(_Following):
    """A ``Consumer`` of an async desk: the same, awaited."""

    @property
    def position(self) -> Awaitable[int]:
        """The last position that was acknowledged; 0: none."""
        return arun(self._positioned(), self._ports)

    async def read(self, limit: int = 100) -> tuple[FeedEntry, ...]:
        """What comes behind its position; see ``Consumer``."""
        return await arun(self._reading(limit), self._ports)

    async def acknowledge(self, upto: FeedEntry | int) -> None:
        """Move its position up to an entry; see ``Consumer``."""
        await arun(self._acknowledging(upto), self._ports)

    async def rewind(self, position: int) -> None:
        """Go back to a position; see ``Consumer``."""
        await arun(self._rewinding(position), self._ports)

    async def hold(self, lease: timedelta) -> bool:
        """Keep others from holding it for so long; see ``Consumer``."""
        return await arun(self._holding(lease), self._ports)

    async def __aiter__(self) -> AsyncIterator[FeedEntry]:
        while entries := await self.read():
            for entry in entries:
                yield entry
                await self.acknowledge(entry)


class Feed:
    """The events of all orders of a desk, by their positions."""

    def __init__(self, ports: object, clock: Callable[[], datetime]) -> None:
        self._ports = ports
        self._clock = clock

    def __call__(
        self, after: int = 0, limit: int = 100
    ) -> tuple[FeedEntry, ...]:
        """The events behind a position.

        Args:
            after: the last position that was read; 0: none.
            limit: how many at most, up to 1,000.

        Raises:
            ValidationError: one of them is none.
            CodecError: the next entry cannot be read; names it.
            UncommittedError: the desk is part of a transaction.
        """
        return run(iter(_read(_page(after, limit))), self._ports)

    def consumer(self, name: str) -> Consumer:
        """The consumer of a name; a new one begins at the beginning.

        Raises:
            ValidationError: it is not of ``[a-z0-9_-]{1,64}``.
        """
        return Consumer(self._ports, name, self._clock)

    def consumers(self) -> tuple[Cursor, ...]:
        """Where the consumers are that have acknowledged something."""
        return run(iter(_cursors()), self._ports)

    def forget(self, consumer: str) -> None:
        """Forget a consumer: one of its name would begin anew.

        Raises:
            NotFoundError: there is none; names those there are.
        """
        run(_forgetting(consumer), self._ports)


class AsyncFeed:
    """The ``Feed`` of an async desk: the same, awaited."""

    def __init__(self, ports: object, clock: Callable[[], datetime]) -> None:
        self._ports = ports
        self._clock = clock

    async def __call__(
        self, after: int = 0, limit: int = 100
    ) -> tuple[FeedEntry, ...]:
        """The events behind a position; see ``Feed``."""
        return await arun(iter(_read(_page(after, limit))), self._ports)

    def consumer(self, name: str) -> AsyncConsumer:
        """The consumer of a name; see ``Feed``."""
        return AsyncConsumer(self._ports, name, self._clock)

    async def consumers(self) -> tuple[Cursor, ...]:
        """Where the consumers are; see ``Feed``."""
        return await arun(iter(_cursors()), self._ports)

    async def forget(self, consumer: str) -> None:
        """Forget a consumer; see ``Feed``."""
        await arun(_forgetting(consumer), self._ports)
