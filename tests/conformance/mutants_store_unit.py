"""Order stores with one defect each in how stock moves with a decision."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any
from unittest import mock

import attrs

from orderlife import Case
from orderlife.errors import OverloadedError
from orderlife.ports.store import Commit, CommitOutcome
from tests.conformance.fakes import DocumentStore
from tests.conformance.mutants_store_archive import STORE
from tests.conformance.united import Shelf

__all__ = ["STORE"]


@STORE("unit_stores_decision_and_stock")
class KeepsNoStock(DocumentStore):
    """What a unit has moved is undone at its end, whatever that is."""

    @contextlib.contextmanager
    def unit(self, shelf: Shelf) -> Iterator[tuple[Any, Any]]:
        before = tuple(map(dict, shelf.contents()))
        with super().unit(shelf) as both:
            yield both
        self.put_back(shelf, before)


@STORE("unit_is_undone_as_a_whole")
class KeepsStock(DocumentStore):
    """What was moved stays moved, though the decision is undone."""

    def put_back(self, shelf: Shelf, before: Any) -> None:
        return None


@STORE("unit_is_seen_by_nobody_before_its_end")
class StoresAtOnce(DocumentStore):
    """A unit is no transaction: each decision in it is stored at once."""

    def begun_unit(self) -> Any:
        return self

    def keep(self, inside: Any) -> None:
        return None


@STORE("unit_leaves_stock_to_others_until_it_asks")
class LocksStockFirst(DocumentStore):
    """Nobody else gets any while a unit is open."""

    @contextlib.contextmanager
    def unit(self, shelf: Shelf) -> Iterator[tuple[Any, Any]]:
        within = Shelf({})
        vars(within).update(vars(shelf))
        busy = OverloadedError("the stock", 1)
        with (
            mock.patch.object(shelf, "reserve", side_effect=busy),
            super().unit(within) as both,
        ):
            yield both


@STORE("unit_refuses_what_any_commit_refuses")
class ForgetsWhatWasDecided(DocumentStore):
    """Within a unit, an input is decided about as if for the first time."""

    def begun_unit(self) -> Any:
        inside = super().begun_unit()
        for row in inside._rows.values():
            row.answered = {}
        return inside


@STORE("unit_claims_new_effects")
class LeavesClaimsToOthers(DocumentStore):
    """As in a transaction of the application's, all of it is pending."""

    def begun_unit(self) -> Any:
        inside = super().begun_unit()
        commit = inside.commit

        def unclaimed(wanted: Commit[Case]) -> CommitOutcome:
            found: CommitOutcome = commit(attrs.evolve(wanted, claim=None))
            return found

        inside.commit = unclaimed
        return inside


@STORE("stock_elsewhere_is_not_beside")
class HasAnyStockBesideIt(DocumentStore):
    """It does not look at whose connection it is."""

    def is_beside(self, inventory: object, /) -> bool:
        return hasattr(inventory, "reserve")
