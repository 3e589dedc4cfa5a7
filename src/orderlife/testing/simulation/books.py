"""A model of a store that checks each of its answers.

It keeps all that a store must remember in the simplest way, and compares
after every call.  A store that loses, doubles, overwrites or half stores
anything is found at the call that does it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Recorded, Timer
from orderlife._values.personal import Personal
from orderlife.house import evolve
from orderlife.invariants import violations
from orderlife.ports.store import (
    Answer,
    ClaimEffects,
    Commit,
    CommitOutcome,
    Committed,
    Denial,
    Effect,
    FindAnswer,
    FindDueTimers,
    OrderStore,
    Repeated,
    Settle,
)
from orderlife.testing.simulation.effect_steps import EffectSteps, holds
from orderlife.testing.simulation.fence import Fence
from orderlife.testing.simulation.found import Tally, ViolatedError
from orderlife.testing.simulation.reader import Reader

__all__ = ["Books"]

_END_OF_TIME: Final = datetime(9999, 1, 1, tzinfo=UTC)


@attrs.define
class _Order:
    """The contents that a store must have of an order."""

    case: Case
    events: list[Recorded] = attrs.field(factory=list)
    answers: dict[str, Answer] = attrs.field(factory=dict)
    effects: dict[str, Effect] = attrs.field(factory=dict)
    timers: tuple[Timer, ...] = ()


class Books:
    """Calls a store, and checks its answers and its contents.

    Args:
        store: the store, empty.
        refused: keys that the providers have refused, and how often
            for good.
        tally: where what is checked and lost is counted.
        longest: how long anything may wait.
        tenant: whose store it is, as each order's channel says.
        others: those of the other tenants, to be told of this one.
    """

    def __init__(
        self,
        store: OrderStore[Case],
        refused: dict[str, int],
        tally: Tally,
        longest: timedelta,
        *,
        tenant: str = "",
        others: Sequence[Books] = (),
    ) -> None:
        self.tenant = tenant
        self.inner = store
        """The store itself, without anybody who looks on."""
        fence = Fence(store, tally)
        self.fence = fence
        self.store: OrderStore[Case] = store
        if others:
            self.store = fence
            fence.mine = self
        for other in others:
            fence.others.append(other)
            other.fence.mine = other
            other.fence.others.append(self)
            other.store = other.fence
        self.orders: dict[str, _Order] = {}
        self._steps = steps = EffectSteps(refused, tally, longest)
        self.used = steps.used
        """Keys that a provider was given."""
        self.retried = steps.retried
        """How often a person wanted an operation tried again."""
        self.people: dict[tuple[str, str], Personal] = {}
        """Personal data by order and reference."""
        self.denied: dict[str, list[Denial]] = {}
        """The commands that were denied, by their orders."""
        self._undone: OrderStore[Case] | None = None
        self._reader = Reader(store, tally)
        self._joined = False
        """Whether it is part of a transaction."""
        self._tally = tally
        self._longest = longest

    def call(self, method: str, argument: Any, now: datetime) -> Any:
        """Call the store; ``now`` is the true time.

        Raises:
            ViolatedError: it did what it must not.
        """
        if self._undone is not None:
            return getattr(self._undone, method)(argument)
        match method:
            case "commit":
                return self._commit(argument, now)
            case "claim":
                return self._claim(argument, now)
            case "settle":
                return self._settle(argument, now)
            case "load":
                return self._load(argument)
            case "answer":
                return self._answer(argument)
            case "deny":
                self.denied.setdefault(argument.order_id, []).append(argument)
                return self.store.deny(argument)
            case _:
                return getattr(self.store, method)(argument)

    @contextlib.contextmanager
    def within(
        self, inside: OrderStore[Case], *, keep: bool
    ) -> Iterator[None]:
        """What is called meanwhile is part of a transaction.

        Args:
            inside: the store, in that transaction.
            keep: whether it will be committed; else nothing of it is
                taken for true.
        """
        store = self.store
        self._joined = True
        if keep:
            self.store = inside
        else:
            self._undone = inside
        try:
            yield
        finally:
            self.store, self._undone = store, None
            self._joined = False

    def check_unchanged(self, order_id: str) -> None:
        """Check that an order stands as it was seen last.

        Raises:
            ViolatedError: something is left of what was undone.
        """
        self._unchanged(order_id, self.orders.get(order_id))

    def effect(self, operation_id: str, order_id: str) -> Effect | None:
        """What is known of an effect; None: nobody ever asked for it."""
        seen = self.orders.get(order_id)
        return None if seen is None else seen.effects.get(operation_id)

    def forgotten(self, effects: Iterable[Effect]) -> None:
        """The store has forgotten that these were claimed.

        And the doubts of claims that had run out: whoever had them is
        gone with the power, and what they have sent has arrived by now.
        """
        for effect in effects:
            seen = self.orders[effect.intent.order_id]
            seen.effects[effect.operation_id] = effect
            if not effect.doubted:
                self._steps.dispel(effect.key)

    def has_key(self, key: str) -> bool:
        """Whether a key stands for an operation of this tenant's."""
        return key in self._steps.key_of

    def timers(self, order_id: str) -> tuple[Timer, ...]:
        """All timers of an order, whether they are due or not."""
        return self.orders[order_id].timers

    def stands_by(self, order_id: str, input_id: str, last: int) -> None:
        """Check that what a client was told is stored.

        Raises:
            ViolatedError: it is not.
        """
        self._tally.checked[37] += 1
        seen = self.orders.get(order_id)
        answer = seen.answers.get(input_id) if seen is not None else None
        if answer is None or answer.last_version != last:
            what = f"{input_id} of {order_id} was said to be done: it is not"
            self._tally.lost_effects += 1
            raise ViolatedError(37, what)

    def _load(self, order_id: str) -> Any:
        loaded = self.store.load(order_id)
        seen = self.orders.get(order_id)
        self._tally.checked[43] += 1
        if (loaded and loaded.case) != (seen and seen.case):
            what = f"{order_id} was read as it is not"
            raise ViolatedError(43, what)
        return loaded

    def _answer(self, request: FindAnswer) -> Answer | None:
        answer = self.store.answer(request)
        seen = self.orders.get(request.order_id)
        self._tally.checked[38] += 1
        if answer != (seen and seen.answers.get(request.input_id)):
            what = f"{request.input_id} is answered otherwise than at first"
            raise ViolatedError(38, what)
        return answer

    # Commits

    def _commit(self, commit: Commit[Case], now: datetime) -> CommitOutcome:
        seen = self.orders.get(commit.order_id)
        try:
            outcome = self.store.commit(commit)
        except ViolatedError:
            raise
        except Exception:
            self._unchanged(commit.order_id, seen)
            raise
        if not isinstance(outcome, Committed):
            self._unchanged(commit.order_id, seen)
            if isinstance(outcome, Repeated):
                known = seen and seen.answers.get(commit.input_id)
                if known != outcome.answer:
                    what = f"{commit.input_id} is answered otherwise"
                    raise ViolatedError(38, what)
            return outcome
        if seen is None:
            seen = _Order(case=Case(order_id=commit.order_id))
            self.orders[commit.order_id] = seen
        self.people.update(
            {(commit.order_id, ref): p for ref, p in commit.personal.items()}
        )
        self._allowed(commit, seen)
        self._stored(commit, seen)
        self._asked(commit, outcome, seen)
        rows = self.store.effects(commit.order_id)
        asides = self._steps.asides(commit, seen.effects, rows)
        settles = (*commit.settles, *asides)
        self._look_at(commit.order_id, seen, settles, now)
        self._reader.heard(commit.order_id, commit.events)
        if not self._joined:
            self._reader.read()
        return outcome

    def _unchanged(self, order_id: str, seen: _Order | None) -> None:
        events = [] if seen is None else seen.events
        effects = () if seen is None else tuple(seen.effects.values())
        self._tally.checked[37] += 1
        if (
            list(self.store.history(order_id)) != events
            or self.store.effects(order_id) != effects
        ):
            what = f"{order_id}: a commit that failed left something"
            raise ViolatedError(37, what)

    def _allowed(self, commit: Commit[Case], seen: _Order) -> None:
        """Check that this commit could be taken at all."""
        self._tally.checked[32] += 1
        self._tally.checked[28] += 1
        if commit.expected_version != len(seen.events):
            what = (
                f"{commit.order_id}: a decision on version "
                f"{commit.expected_version} was stored at version "
                f"{len(seen.events)}"
            )
            raise ViolatedError(32, what)
        if commit.input_id and commit.input_id in seen.answers:
            what = f"{commit.input_id} of {commit.order_id} was done twice"
            raise ViolatedError(38, what)
        for settle in commit.settles:
            effect = seen.effects.get(settle.operation_id)
            if effect is not None and not holds(settle, effect):
                what = (
                    f"{settle.operation_id}: the answer of {settle.claimed_by}"
                    f" is recorded, and {effect.claimed_by or 'nobody'} "
                    "holds it"
                )
                raise ViolatedError(28, what)

    def _stored(self, commit: Commit[Case], seen: _Order) -> None:
        """Check the history, and the state that it folds to."""
        order_id = commit.order_id
        for number in (32, 33, 36):
            self._tally.checked[number] += 1
        history = list(self.store.history(order_id))
        if history[: len(seen.events)] != seen.events:
            what = f"{order_id}: what was recorded is not what is there"
            raise ViolatedError(36, what)
        if history != [*seen.events, *commit.events]:
            what = f"{order_id}: the events of a commit are not there"
            self._tally.lost_effects += 1
            raise ViolatedError(37, what)
        seen.events = history
        if [recorded.sequence for recorded in history] != list(
            range(1, len(history) + 1)
        ):
            raise ViolatedError(32, f"{order_id}: the sequence has gaps")
        case = seen.case
        for recorded in commit.events:
            case = evolve(case, recorded.event)
        loaded = self.store.load(order_id)
        found = None if loaded is None else loaded.case
        if case != commit.case or (found is not commit.case and found != case):
            what = f"{order_id}: the state is not the fold of its events"
            raise ViolatedError(33, what)
        seen.case = commit.case
        self._tally.commits += 1
        self._tally.events += len(commit.events)
        for violation in violations(commit.case):
            raise ViolatedError(
                violation.number, f"{order_id}: {violation.what}"
            )

    def _asked(
        self, commit: Commit[Case], outcome: Committed, seen: _Order
    ) -> None:
        """Check the answer, the timers, and what was asked for."""
        order_id, input_id = commit.order_id, commit.input_id
        if input_id:
            request = FindAnswer(order_id=order_id, input_id=input_id)
            seen.answers[input_id] = _answer_to(commit)
            answer = self.store.answer(request)
            if answer is None or not _is_of(answer, commit):
                what = f"{input_id} of {order_id} has no answer"
                raise ViolatedError(37, what)
            seen.answers[input_id] = answer
        every = FindDueTimers(
            now=_END_OF_TIME, order_id=order_id, limit=10_000
        )
        seen.timers = commit.timers
        timers = tuple(due.timer for due in self.store.due_timers(every))
        if sorted(map(_at, timers)) != sorted(map(_at, commit.timers)):
            what = f"{order_id}: its timers are not those of its state"
            raise ViolatedError(37, what)
        if commit.intents:
            rows = {e.operation_id: e for e in self.store.effects(order_id)}
            new = self._steps.made(commit, outcome, rows, within=self._joined)
            seen.effects.update(new)

    # Effects

    def _claim(self, request: ClaimEffects, now: datetime) -> Any:
        effects = self.store.claim(request)
        if request.until - request.now > self._longest:
            what = f"a claim until {request.until}"
            raise ViolatedError(41, what)
        # Several may be of one order: each is compared with what it was.
        names = [(e.operation_id, e.intent.order_id) for e in effects]
        before = [self.effect(*name) for name in names]
        for effect, known in zip(effects, before, strict=True):
            order_id = effect.intent.order_id
            self._tally.checked[28] += 1
            if known is None:
                what = f"{effect.operation_id} was never asked for"
                raise ViolatedError(25, what)
            far = request.latest is not None and known.due_at > request.latest
            if known.state.is_over or (known.due_at > request.now and not far):
                what = (
                    f"{effect.operation_id} is {known.state.value} until "
                    f"{known.due_at:%H:%M:%S}, and is claimed"
                )
                raise ViolatedError(28, what)
            rows = {e.operation_id: e for e in self.store.effects(order_id)}
            row = rows[known.operation_id]
            if known.due_at > request.now:
                self._steps.neared(request, known, row)
            else:
                self._steps.claimed(request, known, row)
        for order_id in {name[1]: None for name in names}:
            self._look_at(order_id, self.orders[order_id], (), now)
        return effects

    def _settle(self, request: Settle, now: datetime) -> bool:
        order_id = request.order_id
        seen = self.orders.get(order_id)
        known = self.effect(request.operation_id, order_id)
        done = self.store.settle(request)
        self._tally.checked[28] += 1
        if seen is None or known is None:
            return done
        if done and not holds(request, known):
            what = f"{request.operation_id}: a claim that was lost settles it"
            raise ViolatedError(28, what)
        self._look_at(order_id, seen, (request,) if done else (), now)
        return done

    def _look_at(
        self,
        order_id: str,
        seen: _Order,
        settles: tuple[Settle, ...],
        now: datetime,
    ) -> None:
        """Compare all effects of an order with what they were."""
        rows = {e.operation_id: e for e in self.store.effects(order_id)}
        wanted: dict[str, list[Settle]] = {}
        for settle in settles:
            wanted.setdefault(settle.operation_id, []).append(settle)
        for operation_id, before in seen.effects.items():
            row = rows.get(operation_id)
            if row is None:
                self._tally.lost_effects += 1
                what = f"{operation_id} is gone, and was {before.state.value}"
                raise ViolatedError(41, what)
            if row is not before and row != before:
                self._steps.moved(
                    before, row, wanted.get(operation_id, []), now
                )
            elif operation_id in wanted:
                self._steps.same(before, wanted[operation_id][-1])
        seen.effects = {name: rows[name] for name in seen.effects}


def _at(timer: Timer) -> tuple[str, str, datetime]:
    return timer.kind.value, timer.subject, timer.at


def _answer_to(commit: Commit[Case]) -> Answer:
    """The answer that an input gets, but for what a store salts it with."""
    first = commit.expected_version
    return Answer(
        fingerprint=commit.fingerprint,
        first_version=first,
        last_version=first + len(commit.events),
    )


def _is_of(answer: Answer, commit: Commit[Case]) -> bool:
    """Whether a store has kept the answer to this input."""
    expected = _answer_to(commit)
    if answer.salt and answer.fits(commit.fingerprint):
        answer = attrs.evolve(answer, fingerprint=commit.fingerprint, salt="")
    return answer == expected
