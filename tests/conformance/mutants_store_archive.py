"""Order stores with one defect each in how they fold orders away."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import attrs

from orderlife import Case
from orderlife.memory._rows import Row
from orderlife.memory.store import InMemoryOrderStore
from orderlife.ports.store import (
    Archive,
    Commit,
    CommitOutcome,
    Effect,
    Erase,
    FeedEntry,
    ReadFeed,
)
from tests.conformance.fakes import DocumentStore
from tests.conformance.mutants_store_feed import STORE

__all__ = ["STORE"]


@STORE("closed_orders_are_archived")
class ArchivesAtOnce(DocumentStore):
    """It does not wait for as long as it was told."""

    def archive(self, request: Archive, /) -> tuple[str, ...]:
        return super().archive(
            attrs.evolve(request, closed_before=request.now)
        )


@STORE("open_orders_are_not_archived")
class ArchivesWhatIsOpen(DocumentStore):
    """It takes an order for closed that waits for its timer."""

    def _rest(self, row: Row[Any], commit: Commit[Any]) -> None:
        super()._rest(row, attrs.evolve(commit, timers=()))


@STORE("archived_orders_answer_alike")
class LeavesArchivedOutOfTheFeed(DocumentStore):
    def feed(self, request: ReadFeed, /) -> tuple[FeedEntry, ...]:
        found = super().feed(request)
        return tuple(e for e in found if not self._rows[e.order_id].folded)


@STORE("order_with_open_effects_is_not_archived")
class ArchivesWhateverIsOver(DocumentStore):
    """What was handed to a person counts as over."""

    def _fold(self, order_id: str) -> bool:
        row = self._rows[order_id]
        named = [(order_id, each) for each in row.effects]
        if not all(self._effects[each].state.is_over for each in named):
            return False
        row.folded = {each: self._effects.pop(each) for each in named}
        row.closed_at = None
        return True


@STORE("open_effects_keep_no_other_from_the_archive")
class GivesUpAtTheFirst(DocumentStore):
    def archive(self, request: Archive, /) -> tuple[str, ...]:
        for order_id, row in self._rows.items():
            if row.closed_at is not None and row.effects:
                self._rows[order_id].closed_at = request.now
                return ()
        return super().archive(request)


@STORE("archive_begins_with_the_longest_closed")
class ArchivesInTheOrderOfIds(DocumentStore):
    def archive(self, request: Archive, /) -> tuple[str, ...]:
        return tuple(sorted(super().archive(request)))


@STORE("decision_unfolds_an_archived_order")
class KeepsFoldedForGood(DocumentStore):
    """What a decision asks for is stored beside what is folded away."""

    def _unfold(self, row: Row[Any]) -> None:
        before = row.folded
        super()._unfold(row)
        row.folded = before


@STORE("archived_order_answers_a_repeated_input")
class ForgetsArchivedInputs(DocumentStore):
    def _fold(self, order_id: str) -> bool:
        folded = super()._fold(order_id)
        if folded:
            self._rows[order_id].answered = {}
        return folded


@STORE("effects_of_archived_orders_are_renewed")
class ChangesArchivedEffects(DocumentStore):
    """They are put back otherwise than they were."""

    def _unfold(self, row: Row[Any]) -> None:
        kept = dict(row.folded)
        super()._unfold(row)
        for name, effect in kept.items():
            self._effects[name] = attrs.evolve(effect, generation=7)


@STORE("erasing_reaches_archived_orders")
class KeepsArchivedPeople(DocumentStore):
    def erase(self, request: Erase, /) -> int:
        if any(row.folded for row in self._rows.values()):
            return 0
        return super().erase(request)


@STORE("archived_orders_survive")
class LosesWhatIsFolded(DocumentStore):
    def again(self) -> DocumentStore:
        other = super().again()
        for row in other._rows.values():
            row.folded = {}
        return other

    def effects(self, order_id: str, /) -> tuple[Effect, ...]:
        try:
            return super().effects(order_id)
        except KeyError:
            return ()


@STORE("tenants_archive_their_own")
class ArchivesByIdAlone(DocumentStore):
    """An id that one tenant has folded away is done with for the other."""

    done: set[str]

    def __init__(self, tenant: str = "", **more: Any) -> None:
        super().__init__(tenant, **more)
        if not tenant:
            type(self).done = set()

    def archive(self, request: Archive, /) -> tuple[str, ...]:
        found = set(super().archive(request)) - self.done
        self.done.update(found)
        return tuple(sorted(found))


@STORE("archive_is_undone_with_its_transaction")
class UndoesWhatIsCommitted(DocumentStore):
    """What was folded away in a transaction never is."""

    @contextlib.contextmanager
    def transaction(self) -> Iterator[InMemoryOrderStore[Case]]:
        before = {name: row.closed_at for name, row in self._rows.items()}
        with super().transaction() as inside:
            yield inside
        for name, row in self._rows.items():
            if row.folded:
                self._unfold(row)
                row.closed_at = before[name]


@STORE("archive_and_decision_meet")
class FoldsOverADecision(DocumentStore):
    """What was decided meanwhile is lost with what is folded away."""

    def _fold(self, order_id: str) -> bool:
        folded = super()._fold(order_id)
        self._rows[order_id].effects = self._rows[order_id].effects[:1]
        return folded

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        outcome = super().commit(commit)
        row = self._rows.get(commit.order_id)
        if row is not None and len(row.effects) > 1:
            self._fold(commit.order_id)
        return outcome
