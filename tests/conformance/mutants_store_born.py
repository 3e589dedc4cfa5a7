"""Order stores with one defect each about effects claimed as they are made."""

from __future__ import annotations

from datetime import timedelta

import attrs

from orderlife import Case
from orderlife.ports.store import (
    Commit,
    CommitOutcome,
    Committed,
    Settle,
)
from tests.conformance.fakes import DocumentStore
from tests.conformance.mutants_store_rooms import STORE

__all__ = ["STORE"]


class Answering(DocumentStore):
    """It answers otherwise than it should."""

    def change(self, outcome: Committed) -> Committed:
        return outcome

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        outcome = super().commit(commit)
        if isinstance(outcome, Committed):
            return self.change(outcome)
        return outcome


@STORE("new_effects_are_claimed_with_their_decision")
class GivesWhatIsClaimed(Answering):
    def change(self, outcome: Committed) -> Committed:
        now = tuple(
            self._effects[each.intent.order_id, each.operation_id]
            for each in outcome.claimed
        )
        return attrs.evolve(outcome, claimed=now)


@STORE("claim_made_with_a_decision_runs_out")
class ClaimsForEver(DocumentStore):
    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        if commit.claim is not None:
            late = commit.claim.until + timedelta(days=1)
            claim = attrs.evolve(commit.claim, until=late)
            commit = attrs.evolve(commit, claim=claim)
        return super().commit(commit)


@STORE("claim_made_with_a_decision_is_exclusive")
class TellsAClaimAndMakesNone(DocumentStore):
    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        outcome = super().commit(attrs.evolve(commit, claim=None))
        if not isinstance(outcome, Committed) or commit.claim is None:
            return outcome
        named = commit.claim.operations
        found = tuple(
            each
            for each in self.effects(commit.order_id)
            if each.operation_id in named
        )
        return attrs.evolve(outcome, claimed=found)


@STORE("nothing_is_claimed_with_a_decision_unless_asked")
class ClaimsAllThatIsNew(DocumentStore):
    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        if commit.claim is not None:
            names = frozenset(each.operation_id for each in commit.intents)
            claim = attrs.evolve(commit.claim, operations=names)
            commit = attrs.evolve(commit, claim=claim)
        return super().commit(commit)


@STORE("nothing_is_claimed_with_a_decision_before_the_commit")
class ClaimsWithWhatIsNotCommitted(DocumentStore):
    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        within, self.uncommitted = self.uncommitted, False
        try:
            return super().commit(commit)
        finally:
            self.uncommitted = within


@STORE("claim_of_a_decision_that_is_not_stored_is_none")
class AsksThoughStale(DocumentStore):
    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        outcome = super().commit(commit)
        row = self._rows.get(commit.order_id)
        if row is not None and not isinstance(outcome, Committed):
            for intent in commit.intents:
                row.effects.append(intent.operation_id)
                list(self._enter(intent, commit.now, commit.claim))
        return outcome


@STORE("decision_goes_on_from_the_head_that_it_gave")
class GivesTheHeadBefore(DocumentStore):
    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        outcome = super().commit(commit)
        if isinstance(outcome, Committed):
            return attrs.evolve(outcome, head=commit.head)
        return outcome


class Asides(DocumentStore):
    """It does something else with what is to be settled beside."""

    def change(self, commit: Commit[Case]) -> Commit[Case]:
        return commit

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        if commit.asides:
            commit = self.change(commit)
        return super().commit(commit)


@STORE("asides_are_settled_with_a_decision")
class ForgetsAsides(Asides):
    def change(self, commit: Commit[Case]) -> Commit[Case]:
        return attrs.evolve(commit, asides=())


@STORE("aside_whose_claim_was_lost_is_left_out")
class TakesAsidesForOutcomes(Asides):
    def change(self, commit: Commit[Case]) -> Commit[Case]:
        settles = (*commit.settles, *commit.asides)
        return attrs.evolve(commit, settles=settles, asides=())


@STORE("asides_of_other_orders_are_left_out")
class SettlesAsidesOfOtherOrders(DocumentStore):
    def _known(
        self, commit: Commit[Case], settles: tuple[Settle, ...]
    ) -> list[Settle]:
        return [
            each
            for each in settles
            if (each.order_id, each.operation_id) in self._effects
        ]


@STORE("asides_of_a_decision_that_is_not_stored_are_not_settled")
class SettlesAsidesFirst(DocumentStore):
    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        for each in commit.asides:
            self.settle(each)
        return super().commit(commit)


@STORE("aside_and_outcome_of_one_effect_are_settled_once")
class AsidesHaveTheLastWord(DocumentStore):
    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        outcome = super().commit(commit)
        for each in commit.asides:
            self.settle(attrs.evolve(each, claimed_by=""))
        return outcome
