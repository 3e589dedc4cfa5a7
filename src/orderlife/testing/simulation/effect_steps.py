"""The steps that an effect may take, from one look at it to the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import attrs

from orderlife._kernel.case import Case
from orderlife.ports.store import (
    ClaimEffects,
    Commit,
    Committed,
    Effect,
    EffectState,
    Settle,
)
from orderlife.testing.simulation.found import Tally, ViolatedError

__all__ = ["EffectSteps", "holds"]


class EffectSteps:
    """Checks each step of an effect.

    Args:
        refused: keys that the providers have refused, and how often
            for good.
        tally: where what is checked is counted.
        longest: how long anything may wait.
    """

    def __init__(
        self, refused: dict[str, int], tally: Tally, longest: timedelta
    ) -> None:
        self.used: set[str] = set()
        """Keys that a provider was given."""
        self.retried: dict[str, int] = {}
        """How often a person wanted an operation tried again."""
        self.key_of: dict[str, str] = {}
        """The operations that keys stand for."""
        self._doubts: dict[str, int] = {}
        """Keys of which an answer was missing, and how often they had
        been refused for good by then."""
        self._refused = refused
        self._tally = tally
        self._longest = longest

    def made(
        self,
        commit: Commit[Case],
        outcome: Committed,
        rows: Mapping[str, Effect],
        *,
        within: bool,
    ) -> dict[str, Effect]:
        """Check the effects that a decision has made, and their claims.

        Args:
            commit: the decision.
            outcome: what the store says.
            rows: the effects of its order, as they are stored.
            within: whether it is part of a transaction.

        Returns:
            The new effects by their operation ids, as they are stored.

        Raises:
            ViolatedError: one is not there, or another than was asked for;
                or it is claimed, and must not be.
        """
        claimed = {each.operation_id: each for each in outcome.claimed}
        if claimed and within:
            what = f"{', '.join(claimed)}: claimed before the commit"
            raise ViolatedError(30, what)
        made: dict[str, Effect] = {}
        for intent in commit.intents:
            name = intent.operation_id
            self._tally.checked[26] += 1
            self._tally.effects += 1
            row = rows.get(name)
            effect = claimed.get(name, row)
            pending = effect and effect.state is EffectState.PENDING
            if row is None or effect is None or not pending:
                self._tally.lost_effects += 1
                what = f"{name} was asked for and is not there"
                raise ViolatedError(37, what)
            if effect.intent != intent or effect.key in self.key_of:
                what = f"{name} is not what was asked for"
                raise ViolatedError(26, what)
            self.key_of[effect.key] = name
            made[name] = row
            if name in claimed:
                self._born(commit, effect, row)
        return made

    def _born(self, commit: Commit[Case], effect: Effect, row: Effect) -> None:
        """Check that a new effect is claimed as it was asked, if it was."""
        self._tally.checked[28] += 1
        claim = commit.claim
        if claim is None or effect.operation_id not in claim.operations:
            what = f"{effect.operation_id} is claimed, and nobody asked"
            raise ViolatedError(28, what)
        if claim.until - commit.now > self._longest:
            raise ViolatedError(41, f"a claim until {claim.until}")
        asked = ClaimEffects(
            now=commit.now, until=claim.until, owner=claim.owner
        )
        self.claimed(asked, effect, row)

    @staticmethod
    def asides(
        commit: Commit[Case],
        known: Mapping[str, Effect],
        rows: Iterable[Effect],
    ) -> tuple[Settle, ...]:
        """The asides of a decision whose claims held; it settles no others.

        Args:
            commit: the decision.
            known: the effects of its order before it.
            rows: the effects after it.

        Raises:
            ViolatedError: it has settled one whose claim was lost.
        """
        held = tuple(
            each
            for each in commit.asides
            if (before := known.get(each.operation_id)) and holds(each, before)
        )
        # One may have been claimed, and performed, more than once.
        settled = {each.operation_id for each in (*commit.settles, *held)}
        now = {each.operation_id: each for each in rows}
        for aside in commit.asides:
            name = aside.operation_id
            if name not in settled and known.get(name) != now.get(name):
                what = f"{name}: a claim that was lost settles it"
                raise ViolatedError(28, what)
        return held

    def neared(
        self, request: ClaimEffects, known: Effect, row: Effect
    ) -> None:
        """Check that what was far off is due in time, and no more.

        Raises:
            ViolatedError: it is something else, or something else is changed
                too.
        """
        self._tally.checked[57] += 1
        doubtful = known.state is EffectState.IN_DOUBT
        expected = attrs.evolve(
            known,
            due_at=request.until,
            state=EffectState.CLAIMED if doubtful else known.state,
        )
        if row != expected:
            what = f"{known.operation_id} is not brought nearer"
            raise ViolatedError(57, what)

    def claimed(
        self, request: ClaimEffects, known: Effect, row: Effect
    ) -> None:
        """Check that what was due is claimed as it was asked.

        Raises:
            ViolatedError: it is claimed otherwise, or for too long.
        """
        if known.state is EffectState.CLAIMED:
            self.doubt(known)
        expected = attrs.evolve(
            known,
            state=EffectState.CLAIMED,
            claimed_by=request.owner,
            attempts=known.attempts + 1,
            due_at=row.due_at,
            begun_at=known.begun_at or request.now,
            doubted=known.doubted or known.state is EffectState.CLAIMED,
        )
        if row != expected or row.due_at > request.until:
            what = f"{known.operation_id} is not claimed as it was asked"
            raise ViolatedError(41 if row.due_at > request.until else 28, what)

    @staticmethod
    def same(before: Effect, settle: Settle) -> None:
        """Check that a settle which changed nothing had nothing to change.

        Raises:
            ViolatedError: what was to be stored is not.
        """
        over = before.state.is_settled and not settle.renew
        same = (before.state, before.due_at) == (settle.state, settle.due_at)
        if not over and not same:
            what = f"{before.operation_id}: how it goes on was not stored"
            raise ViolatedError(37, what)

    def moved(
        self,
        before: Effect,
        row: Effect,
        settles: list[Settle],
        now: datetime,
    ) -> None:
        """Check one step of an effect.

        Raises:
            ViolatedError: the step is one that an effect never takes.
        """
        name = before.operation_id
        for number in (27, 41):
            self._tally.checked[number] += 1
        if (row.intent, row.created_at) != (before.intent, before.created_at):
            raise ViolatedError(26, f"{name} is another request now")
        if settles and row.state not in [each.state for each in settles]:
            what = f"{name} is {row.state.value}: nobody said so"
            raise ViolatedError(37, what)
        if not row.state.is_over and (row.due_at > now + self._longest):
            what = f"{name} waits until {row.due_at:%Y-%m-%d}"
            raise ViolatedError(41, what)
        if row.state is EffectState.IN_DOUBT:
            self.doubt(before)
        if row.attempts < before.attempts:
            raise ViolatedError(28, f"{name} forgets its attempts")
        if any(not settle.claimed_by for settle in settles):
            if not row.state.is_settled:
                self.retried[name] = self.retried.get(name, 0) + 1
        elif before.state.is_settled:
            raise ViolatedError(28, f"{name} was over, and goes on")
        self._renewed(before, row)

    def _renewed(self, before: Effect, row: Effect) -> None:
        """Check that a key is only left after a refusal that is certain."""
        name = before.operation_id
        if (row.key, row.generation) == (before.key, before.generation):
            return
        if row.generation <= before.generation or row.key == before.key:
            what = f"{name} has key {row.key} in generation {row.generation}"
            raise ViolatedError(26, what)
        if before.key in self.used and before.key not in self._refused:
            what = f"{name} gets a new key, and was not refused under its old"
            raise ViolatedError(27, what)
        since = self._doubts.get(before.key)
        if since is not None and (
            self._refused.get(before.key, 0) < since + 2
        ):
            what = f"{name} gets a new key, and may have acted under its old"
            raise ViolatedError(27, what)

    def doubt(self, effect: Effect) -> None:
        """An answer under its key is missing."""
        refused = self._refused.get(effect.key, 0)
        self._doubts.setdefault(effect.key, refused)

    def dispel(self, key: str) -> None:
        """No answer under this key is missing any more."""
        self._doubts.pop(key, None)


def holds(settle: Settle, effect: Effect) -> bool:
    """Whether a settle's claim still holds, if it names one."""
    claim = (effect.claimed_by, effect.attempts)
    return not settle.claimed_by or claim == (
        settle.claimed_by,
        settle.attempts,
    )
