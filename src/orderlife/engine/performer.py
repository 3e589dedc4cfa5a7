"""The performer: how an effect is performed, and how it ends.

An effect is claimed in a transaction of its own, performed with no
transaction held, and its outcome is stored together with the events that
follow from it.  An effect without an answer is *in doubt*: it is looked
up, or asked again under the same key where the adapter declares that
safe, or handed to a person.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, TypeAlias, assert_never

import attrs

from orderlife._kernel.messages import EffectFailed
from orderlife._kernel.personal import references
from orderlife._values.replacing import replace
from orderlife._values.sanitizing import heard
from orderlife.engine import calls
from orderlife.engine.calls import Flow
from orderlife.engine.inbox import fact_of, provider
from orderlife.engine.intake import Intake
from orderlife.errors import (
    CodecError,
    ConflictError,
    InputError,
    InvariantError,
    NewerDocumentError,
    RefusedError,
    RoomError,
    RoomMissingError,
)
from orderlife.ports.base import (
    Capabilities,
    Fate,
    Intent,
    NotKnown,
    Outcome,
    PersonalIntent,
    Unknown,
)
from orderlife.ports.store import Effect, EffectState, FindPeople, Settle

__all__ = ["Performer", "is_doubted"]

_MAX_WHY: Final = 500


class _TooLate:
    """The claim has run out before the port was called."""


class _NobodyKnows:
    """The outcome can neither be looked up nor asked for again."""


@attrs.frozen
class _Slip:
    """An adapter gave an answer that its port does not have.

    What it has done is unknown, and it may answer so again: a person
    looks at it.
    """

    why: str


_Found: TypeAlias = Outcome | _TooLate | _NobodyKnows | _Slip


@attrs.frozen(kw_only=True)
class Performer(Intake):
    """Performs effects, and stores their outcomes."""

    def perform(
        self, effect: Effect, until: datetime | None = None
    ) -> Flow[None]:
        """Perform a claimed effect and store its outcome.

        Args:
            effect: as it was before the claim.
            until: when the claim runs out; None: without a limit.
        """
        if effect.altered:
            why = "it is not the request that its key was made for"
            yield from self._give_up(effect, why, unknown=effect.attempts > 0)
            return
        if effect.state is EffectState.CLAIMED and (
            effect.attempts >= self.retry.attempts
        ):
            why = f"begun {effect.attempts} times and never ended"
            yield from self._give_up(effect, why, unknown=True)
            return
        if effect.state is EffectState.CLAIMED and (
            late := self._may_be_late(effect)
        ):
            # Its last request may still arrive: a look-up now would take
            # *not yet* for *never*.
            why = "its claim ran out"
            settle = self._settled(effect, EffectState.IN_DOUBT, late, why)
            yield from calls.settle(settle)
            return
        asks = self._asks_first(effect) or effect.doubted
        if effect.state is EffectState.PENDING and not asks:
            outcome = yield from self._call(effect, until)
        else:
            outcome = yield from self._find_out(effect, until)
        if isinstance(outcome, _TooLate):
            return  # the next worker that claims it asks
        if isinstance(outcome, _NobodyKnows):
            why = "no answer came, and it can be neither asked nor repeated"
            yield from self._give_up(effect, why, unknown=True)
        elif isinstance(outcome, _Slip):
            yield from self._give_up(effect, outcome.why, unknown=True)
        else:
            yield from self._answered(effect, outcome)

    def _asks_first(self, effect: Effect) -> bool:
        """Whether to look up first, as the store may have lost a request.

        That is needless where the provider deduplicates by key, within
        the time for which it remembers a key.
        """
        able = self.capabilities[effect.intent.port]
        if not self.memory.fails():
            return False
        if able.deduplicates:
            return not self._in_window(effect, able)
        return able.looks_up

    def _may_be_late(self, effect: Effect) -> timedelta:
        """How long a request without an answer may still take effect.

        Zero where the provider deduplicates, or cannot be looked up.
        """
        able = self.capabilities[effect.intent.port]
        if able.looks_up and not able.deduplicates:
            return able.settles_after
        return timedelta()

    def _call(self, effect: Effect, until: datetime | None) -> Flow[_Found]:
        """Call the port; an exception of it counts as ``Unknown``.

        An exception that ends the process is raised: the claim runs out
        then, and the effect is in doubt.

        If the claim has run out before the call, the port is not called:
        another worker may have found that the request never arrived.
        """
        intent = _keyed(effect)
        method = self.house.methods[type(intent)]
        if isinstance(intent, PersonalIntent):
            refs = tuple(filter(None, references(intent)))
            people = yield from calls.people(
                FindPeople(order_id=intent.order_id, refs=refs)
            )
            intent = replace(intent, people=people)
        if until is not None and self.clock() >= until:
            return _TooLate()
        try:
            answer = yield from calls.perform(intent, method)
        except Exception as error:  # noqa: BLE001
            # Its text may hold personal data; its type does not.
            return Unknown(type(error).__name__)
        return self._answer_of(intent, method, answer)

    def _find_out(
        self, effect: Effect, until: datetime | None
    ) -> Flow[_Found]:
        """Look up the outcome of an intent, or ask for it again."""
        able = self.capabilities[effect.intent.port]
        again = able.deduplicates and self._in_window(effect, able)
        accepted = effect.state is EffectState.WAITING
        if again and not (accepted and able.looks_up):
            outcome = yield from self._call(effect, until)
            accepted = (
                isinstance(outcome, Outcome) and outcome.fate is Fate.WAITING
            )
            if able.looks_up and accepted:
                return (yield from self._news(effect, outcome))
            return outcome
        if not able.looks_up:
            return _NobodyKnows()
        try:
            found = yield from calls.look_up(_keyed(effect))
        except Exception as error:  # noqa: BLE001
            return Unknown(type(error).__name__)
        if not isinstance(found, NotKnown):
            return self._answer_of(effect.intent, "look_up", found)
        if again or not able.deduplicates:
            return (yield from self._call(effect, until))
        return _NobodyKnows()  # Neither its key nor a new one may be used.

    def _news(self, effect: Effect, outcome: _Found) -> Flow[_Found]:
        """Look up the outcome of a request that was accepted.

        Asked again under its key, the provider would only repeat its
        first answer.
        """
        try:
            found = yield from calls.look_up(_keyed(effect))
        except Exception:  # noqa: BLE001
            return outcome
        if isinstance(found, NotKnown):
            return outcome
        return self._answer_of(effect.intent, "look_up", found)

    def _in_window(self, effect: Effect, able: Capabilities) -> bool:
        """Whether the provider still remembers the key of a request.

        False where the first use is dated in the future, as its time is
        unknown, and where the store may have lost an earlier use.
        """
        if able.window is None:
            return True
        begun = effect.begun_at or effect.created_at
        if self.memory.fails():
            begun = effect.created_at
        latest = self.clock() + self.lease + able.margin
        return timedelta() <= latest - begun < able.window

    def _lost(self, effect: Effect, outcome: Outcome) -> Flow[None]:
        attempts = effect.attempts + 1
        if attempts >= self.retry.attempts:
            why = f"no answer after {attempts} attempts"
            yield from self._give_up(effect, why, unknown=True)
            return
        wait = self.retry.wait(effect.attempts, effect.operation_id)
        wait = max(wait, self._may_be_late(effect))
        settle = self._settled(effect, EffectState.IN_DOUBT, wait, outcome.why)
        yield from self._take_down(effect, outcome, settle)

    def _not_yet(self, effect: Effect, outcome: Outcome) -> Flow[None]:
        """Try again later what was refused for now."""
        if effect.attempts + 1 >= self.retry.attempts:
            yield from self._give_up(effect, outcome.why, unknown=False)
            return
        wait = self.retry.wait(effect.attempts, effect.operation_id)
        # Under a new key, or the one of which an answer is missing.
        doubted = is_doubted(effect)
        state = EffectState.IN_DOUBT if doubted else EffectState.PENDING
        settle = self._settled(effect, state, wait, outcome.why)
        yield from calls.settle(attrs.evolve(settle, renew=not doubted))

    def _refused(self, effect: Effect, why: str) -> Flow[None]:
        """Have a person decide whether to try again what was refused.

        If they have, and it was asked for under the key of which an
        answer was missing, this second refusal ends the doubt, and it
        is tried under a new key.
        """
        if effect.state is EffectState.PENDING and effect.doubted:
            settle = self._settled(effect, EffectState.PENDING, note=why)
            settle = attrs.evolve(settle, renew=True, doubt=False)
            yield from calls.settle(settle)
        else:
            yield from self._give_up(effect, why, unknown=False)

    def _answered(self, effect: Effect, outcome: Outcome) -> Flow[None]:
        """Settle an effect by the fate that its outcome names."""
        match outcome.fate:
            case Fate.DONE:
                settle = self._settled(effect, EffectState.DONE)
                yield from self._take_down(effect, outcome, settle)
            case Fate.REFUSED:
                settle = self._settled(effect, EffectState.DECLINED)
                yield from self._take_down(effect, outcome, settle)
            case Fate.AGAIN:
                yield from self._not_yet(effect, outcome)
            case Fate.WAITING:
                yield from self._accepted(effect, outcome)
            case Fate.IN_DOUBT:
                yield from self._lost(effect, outcome)
            case _:
                assert_never(outcome.fate)

    def _accepted(self, effect: Effect, outcome: Outcome) -> Flow[None]:
        """Await the report of an accepted request, for ``Retry.patience``."""
        waited = effect.state is EffectState.WAITING
        if waited and effect.attempts >= self.retry.attempts:
            why = "it was accepted, and never reported on"
            yield from self._give_up(effect, why, unknown=True)
            return
        settle = self._settled(
            effect, EffectState.WAITING, self.retry.patience
        )
        yield from self._take_down(effect, outcome, settle)

    def _take_down(
        self, effect: Effect, outcome: Outcome, settle: Settle
    ) -> Flow[None]:
        """Settle an effect, and report its outcome to the order.

        A refusal of which the order is not told is a person's to settle.
        """
        try:
            fact = fact_of(effect.intent, outcome, self.house)
            if fact is not None:
                yield from self.submit(fact, (settle,))
            elif outcome.fate is Fate.REFUSED:
                yield from self._refused(effect, outcome.why)
            elif not self._keeps_back(settle, effect):
                yield from calls.settle(settle)
        except ConflictError:
            raise
        except (InputError, RefusedError, RoomError) as error:
            why = f"its answer cannot be taken down: {error}"
            yield from self._give_up(effect, why, unknown=True)

    def _keeps_back(self, settle: Settle, effect: Effect) -> bool:
        """Keep a settle back, to be stored with the driver's next decision.

        If the driver stops before, the effect's claim runs out, and its
        outcome is found out once more.  So it has to be one that can be.

        Returns:
            False: it is not kept back, and has to be stored now.
        """
        hand = self.hand
        if hand is None or not hand.claims:
            return False  # nobody drives the order, or it is about to end
        if hand.within:
            return False  # it is part of the transaction that is open
        if settle.state is not EffectState.DONE:
            return False
        if not self.finds_out(effect.intent.port):
            return False
        hand.asides.append(settle)
        return True

    def _give_up(
        self, effect: Effect, why: str, *, unknown: bool
    ) -> Flow[None]:
        """Hand an effect to a person: an exception is opened.

        In an order that cannot be read none is opened: the effect then
        waits for a person in the backlog only.
        """
        told = EffectFailed(
            order_id=effect.intent.order_id,
            operation_id=effect.operation_id,
            port=effect.intent.port,
            why=why[:_MAX_WHY],
            unknown=unknown,
            source=provider(effect.intent.port),
        )
        fact = heard(told)
        settle = self._settled(effect, EffectState.ATTENTION, note=fact.why)
        settle = attrs.evolve(settle, doubt=unknown or None)
        try:
            yield from self.submit(fact, (settle,))
        except (NewerDocumentError, RoomMissingError):
            raise  # a worker of the later release can read it
        except (CodecError, InvariantError) as error:
            note = f"{error}: {fact.why}"[:_MAX_WHY]
            yield from calls.settle(attrs.evolve(settle, note=note))

    def _settled(
        self,
        effect: Effect,
        state: EffectState,
        wait: timedelta = timedelta(),
        note: str = "",
    ) -> Settle:
        """Store how an effect goes on, unless its claim was lost."""
        return Settle(
            order_id=effect.intent.order_id,
            operation_id=effect.operation_id,
            state=state,
            due_at=self.clock() + wait,
            note=note[:_MAX_WHY],
            claimed_by=self.owner,
            attempts=effect.attempts + 1,
        )

    def _answer_of(
        self, intent: Intent, method: str, answer: object
    ) -> Outcome | _Slip:
        """Check that an answer is one of its port's; sanitize its texts."""
        if isinstance(answer, self.house.outcomes[type(intent)]):
            return heard(answer)  # its words go into notes and facts
        if answer is None:
            return _Slip(f"{method}() answered None: is a return missing?")
        return _Slip(f"{method}() answered {type(answer).__name__}")


def _keyed(effect: Effect) -> Intent:
    """The intent with the provider's key filled in."""
    return replace(effect.intent, key=effect.key)


def is_doubted(effect: Effect) -> bool:
    """Whether an answer under its key was missing when it was claimed."""
    return effect.doubted or effect.state is EffectState.CLAIMED
