"""Order stores with one defect each in their feed and its cursors."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from orderlife import Case, Recorded
from orderlife.memory.store import InMemoryOrderStore
from orderlife.ports.store import (
    Cursor,
    FeedEntry,
    FindCursors,
    HoldCursor,
    MoveCursor,
    ReadFeed,
)
from tests.conformance.fakes import DocumentStore
from tests.conformance.mutants_store_born import STORE

__all__ = ["STORE"]


@STORE("feed_tells_every_event")
class SkipsAnEvent(DocumentStore):
    def _follow(self, events: Iterable[tuple[str, Recorded]]) -> None:
        told = list(events)
        super()._follow(told[:1] + told[2:])


@STORE("feed_is_read_in_pages")
class ReadsWholeDecisions(DocumentStore):
    """What is behind the last entry of a page, in its decision, is lost."""

    def feed(self, request: ReadFeed, /) -> tuple[FeedEntry, ...]:
        last = self._feed.get(request.after)
        if last is None:
            return super().feed(request)
        (decision,) = (
            entry
            for entry in self._rows[last.order_id].entries
            if entry.first_version < last.version <= entry.last_version
        )
        left = decision.last_version - last.version
        after = request.after + left
        return super().feed(attrs.evolve(request, after=after))


@STORE("positions_stay")
class SortsByOrder(DocumentStore):
    def feed(self, request: ReadFeed, /) -> tuple[FeedEntry, ...]:
        every = super().feed(ReadFeed(limit=999))
        by_order = sorted(every, key=lambda e: (e.order_id, e.version))
        numbered = (
            attrs.evolve(entry, position=number)
            for number, entry in enumerate(by_order, 1)
        )
        found = (e for e in numbered if e.position > request.after)
        return tuple(found)[: request.limit]


@STORE("feeds_of_tenants_are_apart")
class SharesCursors(DocumentStore):
    everyone: dict[str, Cursor]

    def __init__(self, tenant: str = "", **more: Any) -> None:
        super().__init__(tenant, **more)
        if not tenant:
            type(self).everyone = self._cursors
        self._cursors = type(self).everyone


@STORE("nothing_is_fed_before_its_commit")
class FeedsWhatMayBeUndone(DocumentStore):
    inside: InMemoryOrderStore[Case] | None = None

    @contextlib.contextmanager
    def transaction(self) -> Iterator[InMemoryOrderStore[Case]]:
        with super().transaction() as inside:
            self.inside = inside
            try:
                yield inside
            finally:
                self.inside = None

    def feed(self, request: ReadFeed, /) -> tuple[FeedEntry, ...]:
        found = super().feed(request)
        begun = self.inside._feed.values() if self.inside else ()
        return found + tuple(
            attrs.evolve(each, position=len(self._feed) + number)
            for number, each in enumerate(begun, 1)
        )


@STORE("late_commit_is_fed", "versions_are_fed_in_order")
class NumbersWhenItBegins(DocumentStore):
    """A transaction's events have the positions of its beginning."""

    @contextlib.contextmanager
    def transaction(self) -> Iterator[InMemoryOrderStore[Case]]:
        begun = len(self._feed)
        with super().transaction() as inside:
            yield inside
        found = list(self._feed.values())
        ended = len(found) - len(inside._feed)
        found[begun:] = found[ended:] + found[begun:ended]
        for position, each in enumerate(found, 1):
            self._feed[position] = attrs.evolve(each, position=position)


@STORE("open_transaction_stops_no_feed")
class WaitsForTheOldest(DocumentStore):
    """Nothing is fed from behind the beginning of an open transaction."""

    def __init__(self, tenant: str = "", **more: Any) -> None:
        super().__init__(tenant, **more)
        self.begun: list[int] = []

    @contextlib.contextmanager
    def transaction(self) -> Iterator[InMemoryOrderStore[Case]]:
        self.begun.append(len(self._feed))
        try:
            with super().transaction() as inside:
                yield inside
        finally:
            self.begun.pop()

    def feed(self, request: ReadFeed, /) -> tuple[FeedEntry, ...]:
        found = super().feed(request)
        end = min(self.begun, default=len(self._feed))
        return tuple(each for each in found if each.position <= end)


@STORE("feed_survives_a_dump")
class NeverSeesRestoredRows(DocumentStore):
    """What nobody had read before the dump seems to be of the future."""

    def restored(self) -> DocumentStore:
        other = super().restored()
        read = max(each.position for each in self._cursors.values())
        for position in range(read + 1, len(self._feed) + 1):
            del other._feed[position]
        return other


@STORE("many_readers_read_the_same")
class HandsEachOutOnce(DocumentStore):
    def __init__(self, tenant: str = "", **more: Any) -> None:
        super().__init__(tenant, **more)
        self.handed: set[int] = set()

    def feed(self, request: ReadFeed, /) -> tuple[FeedEntry, ...]:
        found = super().feed(request)
        fresh = tuple(e for e in found if e.position not in self.handed)
        self.handed.update(each.position for each in fresh)
        return fresh


@STORE("cursor_moves_by_comparison", "one_of_many_moves_wins")
class MovesFromAnywhere(DocumentStore):
    def move_cursor(self, request: MoveCursor, /) -> bool:
        at = self._cursor(request.consumer).position
        return super().move_cursor(attrs.evolve(request, expected=at))


@STORE("cursors_are_apart")
class KeepsNamesInSmallLetters(DocumentStore):
    def move_cursor(self, request: MoveCursor, /) -> bool:
        small = request.consumer.lower()
        return super().move_cursor(attrs.evolve(request, consumer=small))


@STORE("cursor_is_forgotten")
class ForgetsThemAll(DocumentStore):
    def forget_cursor(self, consumer: str, /) -> bool:
        known = consumer in self._cursors
        self._cursors.clear()
        return known


@STORE("cursor_survives")
class ForgetsPositions(DocumentStore):
    def again(self) -> DocumentStore:
        other = super().again()
        other._cursors = {}
        return other


@STORE("cursor_moves_with_its_transaction")
class MovesAtOnce(DocumentStore):
    @contextlib.contextmanager
    def transaction(self) -> Iterator[InMemoryOrderStore[Case]]:
        moved: tuple[Cursor, ...] = ()
        try:
            with super().transaction() as inside:
                try:
                    yield inside
                finally:
                    moved = inside.cursors(FindCursors())
        finally:
            self._cursors.update((each.consumer, each) for each in moved)


@STORE("one_holds_a_cursor")
class HoldsForAnybody(DocumentStore):
    def hold_cursor(self, request: HoldCursor, /) -> bool:
        self._cursors.pop(request.consumer, None)
        return super().hold_cursor(request)
