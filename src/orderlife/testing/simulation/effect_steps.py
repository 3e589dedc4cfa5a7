"""The steps that an effect may take, from one look at it to the next."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import attrs

from orderlife.ports.store import ClaimEffects, Effect, EffectState, Settle
from orderlife.testing.simulation.found import Tally, ViolatedError

__all__ = ["EffectSteps", "holds"]

_FINAL: Final = frozenset((EffectState.DONE, EffectState.DECLINED))


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
        self._doubts: dict[str, int] = {}
        """Keys of which an answer was missing, and how often they had
        been refused for good by then."""
        self._refused = refused
        self._tally = tally
        self._longest = longest

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
        over = before.state in _FINAL and not settle.renew
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
        if row.state not in _FINAL | {EffectState.ATTENTION} and (
            row.due_at > now + self._longest
        ):
            what = f"{name} waits until {row.due_at:%Y-%m-%d}"
            raise ViolatedError(41, what)
        if row.state is EffectState.IN_DOUBT:
            self.doubt(before)
        if row.attempts < before.attempts:
            raise ViolatedError(28, f"{name} forgets its attempts")
        if any(not settle.claimed_by for settle in settles):
            if row.state not in _FINAL:
                self.retried[name] = self.retried.get(name, 0) + 1
        elif before.state in _FINAL:
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
