"""Bugs of a store whose unit is the decision: claims, asides, waits, feed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import attrs

from orderlife import Case
from orderlife.memory._ledger import name_of
from orderlife.memory.store import InMemoryOrderStore
from orderlife.ports.store import (
    ClaimEffects,
    ClaimNew,
    Commit,
    CommitOutcome,
    Committed,
    DueTimer,
    Effect,
    EffectState,
    FeedEntry,
    FindDueTimers,
    Postpone,
    ReadFeed,
)

__all__ = ["STORES"]

_S = EffectState
_YEARS: Final = timedelta(days=3650)


class _Store(InMemoryOrderStore[Case]):
    """What is planted in a store starts from here."""


class _Claiming(_Store):
    """It claims new effects otherwise than it is asked to."""

    def change(self, claim: ClaimNew, commit: Commit[Case]) -> Any:
        return claim

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        if commit.claim is not None:
            claim = self.change(commit.claim, commit)
            commit = attrs.evolve(commit, claim=claim)
        return super().commit(commit)


class ClaimsBeforeTheCommit(_Store):
    """New effects are claimed in a transaction that may be undone."""

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        within, self.uncommitted = self.uncommitted, False
        claim = commit.claim or ClaimNew(
            owner="me",
            until=commit.now + timedelta(minutes=2),
            operations=frozenset(e.operation_id for e in commit.intents),
        )
        try:
            return super().commit(attrs.evolve(commit, claim=claim))
        finally:
            self.uncommitted = within


class ClaimsWhatIsNotAsked(_Claiming):
    """All new effects are claimed, whoever is to perform them."""

    def change(self, claim: ClaimNew, commit: Commit[Case]) -> Any:
        every = frozenset(each.operation_id for each in commit.intents)
        return attrs.evolve(claim, operations=every)


class ClaimsForYears(_Claiming):
    """A claim that is made with a decision never runs out."""

    def change(self, claim: ClaimNew, commit: Commit[Case]) -> Any:
        del commit
        return attrs.evolve(claim, until=claim.until + _YEARS)


class ClaimsForAnother(_Claiming):
    """It takes down another owner than it is told."""

    def change(self, claim: ClaimNew, commit: Commit[Case]) -> Any:
        del commit
        return attrs.evolve(claim, owner="somebody")


class ToldAndNotMade(_Store):
    """It says that it has claimed what anybody can claim."""

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        outcome = super().commit(attrs.evolve(commit, claim=None))
        if not isinstance(outcome, Committed) or commit.claim is None:
            return outcome
        named = commit.claim.operations
        found = self.effects(commit.order_id)
        mine = tuple(e for e in found if e.operation_id in named)
        return attrs.evolve(outcome, claimed=mine)


class MadeAndNotTold(_Store):
    """It claims, and says nothing of it."""

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        outcome = super().commit(commit)
        if isinstance(outcome, Committed):
            return attrs.evolve(outcome, claimed=())
        return outcome


class AnotherKey(_Store):
    """The key in the answer is another than the one that it keeps."""

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        outcome = super().commit(commit)
        if not isinstance(outcome, Committed):
            return outcome
        other = tuple(
            attrs.evolve(each, key=f"{each.key}!"[-36:])
            for each in outcome.claimed
        )
        return attrs.evolve(outcome, claimed=other)


class CountsNoAttempt(_Store):
    """A claim that is made with a decision is not counted."""

    def _claim(self, effect: Effect, *rest: Any) -> None:
        super()._claim(effect, *rest)
        named = name_of(effect)
        if effect.attempts == 0:
            row = attrs.evolve(self._effects[named], attempts=0)
            self._effects[named] = row


class _Asides(_Store):
    """It settles what is told beside a decision otherwise."""

    def change(self, commit: Commit[Case]) -> Commit[Case]:
        return commit

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        return super().commit(self.change(commit))


class LosesAsides(_Asides):
    """What is to be settled beside a decision is not."""

    def change(self, commit: Commit[Case]) -> Commit[Case]:
        return attrs.evolve(commit, asides=())


class AsidesOfZombies(_Asides):
    """A claim that was lost settles beside a decision."""

    def change(self, commit: Commit[Case]) -> Commit[Case]:
        free = tuple(attrs.evolve(e, claimed_by="") for e in commit.asides)
        return attrs.evolve(commit, asides=free)


class AsidesStopDecisions(_Asides):
    """A lost claim beside a decision keeps half of it from being stored."""

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        lost = [
            each
            for each in commit.asides
            if (
                effect := self._effects.get((each.order_id, each.operation_id))
            )
            and (effect.claimed_by, effect.attempts)
            != (each.claimed_by, each.attempts)
        ]
        if lost:
            commit = attrs.evolve(commit, intents=())
        return super().commit(commit)


class SettlesAsidesAgain(_Asides):
    """What was settled beside a decision is due again."""

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        outcome = super().commit(commit)
        for each in commit.asides:
            named = each.order_id, each.operation_id
            row = self._effects.get(named)
            if row is not None and row.state is _S.DONE:
                self._effects[named] = attrs.evolve(row, state=_S.PENDING)
                self._open[named] = None
        return outcome


class PutsOffForEver(_Store):
    """An order that is put off is never looked at again."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._left: dict[str, None] = {}

    def postpone(self, request: Postpone, /) -> bool:
        self._left[request.order_id] = None
        return super().postpone(request)

    def due_timers(self, request: FindDueTimers, /) -> tuple[DueTimer, ...]:
        found = super().due_timers(request)
        if request.order_id:
            return found
        return tuple(e for e in found if e.order_id not in self._left)


class GivesTwice(_Store):
    """An effect is in a batch twice."""

    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        found = super().claim(request)
        return (*found, *found[:1]) if request.limit > 1 else found


class FeedSkips(_Store):
    """Each seventh event is not in the feed."""

    def feed(self, request: ReadFeed, /) -> tuple[FeedEntry, ...]:
        return tuple(e for e in super().feed(request) if e.position % 7)


class FeedRepeats(_Store):
    """The event at the position that was read comes again."""

    def feed(self, request: ReadFeed, /) -> tuple[FeedEntry, ...]:
        before = max(0, request.after - 1)
        return super().feed(attrs.evolve(request, after=before))


class FeedTurnsRound(_Store):
    """The events of a decision come from the last to the first."""

    def feed(self, request: ReadFeed, /) -> tuple[FeedEntry, ...]:
        found = super().feed(request)
        turned = reversed(found)
        return tuple(
            attrs.evolve(new, position=old.position)
            for old, new in zip(found, turned, strict=True)
        )


class FeedForgetsPositions(_Store):
    """Positions begin anew with each read."""

    def feed(self, request: ReadFeed, /) -> tuple[FeedEntry, ...]:
        return tuple(
            attrs.evolve(each, position=number)
            for number, each in enumerate(super().feed(request), 1)
        )


STORES: Final[dict[str, tuple[Any, tuple[int, ...]]]] = {
    "claimed before the commit": (ClaimsBeforeTheCommit, (30, 28)),
    "claims what nobody asked it to": (ClaimsWhatIsNotAsked, (28,)),
    "claims for years with a decision": (ClaimsForYears, (41,)),
    "claims for another with a decision": (ClaimsForAnother, (28,)),
    "a claim is told and not made": (ToldAndNotMade, (28,)),
    "a claim is made and not told": (MadeAndNotTold, (37,)),
    "another key is told than is kept": (AnotherKey, (28,)),
    "a claim with a decision is not counted": (CountsNoAttempt, (28,)),
    "asides are lost": (LosesAsides, (37,)),
    "asides of zombies are taken down": (AsidesOfZombies, (28,)),
    "a lost aside takes intents with it": (AsidesStopDecisions, (37,)),
    "asides are due again": (SettlesAsidesAgain, (28, 37, 41)),
    "put off for ever": (PutsOffForEver, (40, 42)),
    "a batch has an effect twice": (GivesTwice, (24, 28)),
    "the feed skips an event": (FeedSkips, (55,)),
    "the feed repeats an event": (FeedRepeats, (55,)),
    "the feed turns a decision round": (FeedTurnsRound, (55,)),
    "the feed forgets positions": (FeedForgetsPositions, (55,)),
}
