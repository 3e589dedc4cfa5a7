"""What desks and workers do: decide, store, perform, take down.

The way of an effect: it is claimed in a transaction of its own,
performed with no transaction held, and its outcome is stored together
with the events that follow from it.  An answer that never came is
*in doubt*: it is looked up by its key, or asked again under the same
key where the adapter declares that safe, or handed to a person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import attrs

from orderlife._flow import Call, Flow
from orderlife.case import (
    AnyCommand,
    AnyFact,
    Case,
    Decision,
    Refusal,
    handle,
    timers,
)
from orderlife.errors import (
    CommandIdReusedError,
    ConflictError,
    InputError,
)
from orderlife.messages import (
    Actor,
    Command,
    EffectFailed,
    ExceptionKind,
    TimerFired,
)
from orderlife.order.messages import PaymentReported
from orderlife.personal import Personal
from orderlife.policy import Policy
from orderlife.ports.base import (
    Capabilities,
    Intent,
    NotKnown,
    PersonalIntent,
    Unknown,
)
from orderlife.ports.carrier import (
    CARRIER_METHODS,
    BuyLabel,
    Intercept,
    LabelPending,
    VoidLabel,
    VoidPending,
)
from orderlife.ports.inventory import (
    INVENTORY_METHODS,
    Allocate,
    Consume,
    Release,
    Reserve,
    Restock,
    StockGone,
)
from orderlife.ports.notifier import NOTIFIER_METHODS, NotSent, Sent
from orderlife.ports.payment import (
    PAYMENT_METHODS,
    Pending,
    RequiresAction,
)
from orderlife.ports.store import (
    Answer,
    ClaimEffects,
    Commit,
    CommitOutcome,
    Committed,
    DueTimer,
    Effect,
    EffectState,
    FindAnswer,
    FindDueTimers,
    Repeated,
    Settle,
    Stale,
)
from orderlife.reservation.messages import StockReported
from orderlife.shipment.messages import LabelReported

__all__ = ["Engine", "Receipt", "Retry", "Swept"]

_METHODS: Final[Mapping[type[Intent], str]] = {
    **PAYMENT_METHODS,
    **CARRIER_METHODS,
    **INVENTORY_METHODS,
    **NOTIFIER_METHODS,
}
_RACES: Final = 20
_ROUNDS: Final = 1_000
_S = EffectState
_PROVIDERS: Final = {
    port: Actor("provider", port)
    for port in ("payment", "carrier", "inventory", "notifier")
}
_ACCEPTED: TypeAlias = Pending | RequiresAction | LabelPending | VoidPending


@attrs.frozen(kw_only=True)
class Retry:
    """How often and after what waits an effect is tried again."""

    first: timedelta = timedelta(seconds=5)
    factor: int = 3
    most: timedelta = timedelta(hours=1)
    attempts: int = 8
    """After so many, a person is asked."""
    patience: timedelta = timedelta(days=10)
    """How long a report is awaited before it is asked after."""

    def wait(self, attempts: int) -> timedelta:
        """How long to wait after this many attempts; it grows."""
        times: int = self.factor ** min(attempts, 20)
        return min(self.most, self.first * times)


@attrs.frozen(kw_only=True)
class Receipt:
    """What became of an input."""

    order_id: str
    first_version: int
    """The version that it was decided on."""
    last_version: int
    """The version that it led to."""
    repeated: bool = False
    """True: its id was answered before, and this is that answer."""


@attrs.frozen(kw_only=True)
class Swept:
    """What one round of work has done."""

    timers: int = 0
    effects: int = 0
    failed: tuple[str, ...] = ()
    """What could not be worked on, and why; the rest went on."""

    @property
    def idle(self) -> bool:
        """Whether nothing was due."""
        return not self.timers and not self.effects


def _load(order_id: str) -> Call[Case | None]:
    return Call("store", "load", order_id)


def _commit(commit: Commit[Case]) -> Call[CommitOutcome]:
    return Call("store", "commit", commit)


def _find_answer(request: FindAnswer) -> Call[Answer | None]:
    return Call("store", "answer", request)


def _claim(request: ClaimEffects) -> Call[tuple[Effect, ...]]:
    return Call("store", "claim", request)


def _settle(request: Settle) -> Call[bool]:
    return Call("store", "settle", request)


def _people(refs: tuple[str, ...]) -> Call[Mapping[str, Personal]]:
    return Call("store", "people", refs)


def _due_timers(request: FindDueTimers) -> Call[tuple[DueTimer, ...]]:
    return Call("store", "due_timers", request)


@attrs.frozen(kw_only=True)
class Engine:
    """The flows of a desk, with the settings that they share."""

    clock: Callable[[], datetime]
    policy: Policy
    owner: str
    """Who claims effects: unique among desks and workers."""
    capabilities: Mapping[str, Capabilities]
    """What each port's adapter can do about a lost answer."""
    lease: timedelta = timedelta(minutes=2)
    """How long a claim holds; longer than the slowest call."""
    retry: Retry = Retry()

    def submit(
        self,
        message: AnyCommand | AnyFact,
        settles: tuple[Settle, ...] = (),
    ) -> Flow[Receipt]:
        """Decide on an input and store the decision.

        Raises:
            RefusedError: a command that cannot be followed.
            InputError: an input that is wrong in itself.
            ConflictError: others kept changing the order meanwhile.
        """
        order_id = message.order_id
        input_id, mark = _identity(message)
        settles = (*settles, *_reported(message, self.clock()))
        for _ in range(_RACES):
            case = (yield from _load(order_id)) or Case(order_id=order_id)
            now = self.clock()
            decision = handle(case, message, now, self.policy)
            if isinstance(decision, Refusal):
                if input_id:
                    found = FindAnswer(order_id=order_id, input_id=input_id)
                    answer = yield from _find_answer(found)
                    if answer is not None:
                        return _again(message, answer, mark)
                raise decision.error
            if not (decision.events or settles or input_id):
                return _receipt(case, decision)
            outcome = yield from _commit(
                _commit_of(case, decision, now, input_id, mark, settles)
            )
            match outcome:
                case Committed():
                    return _receipt(case, decision)
                case Repeated():
                    return _again(message, outcome.answer, mark)
                case Stale():
                    continue
        error = f"order {order_id} kept changing: try again"
        raise ConflictError(error)

    def drive(self, order_id: str) -> Flow[int]:
        """Perform what is due for one order, until nothing is."""
        done = 0
        for _ in range(_ROUNDS):
            effects = yield from self._claim_due(order_id, 1)
            if not effects:
                break
            yield from self.perform(effects[0])
            done += 1
        return done

    def _claim_due(self, order_id: str, limit: int) -> Flow[tuple[Effect, ...]]:
        now = self.clock()
        return (
            yield from _claim(
                ClaimEffects(
                    now=now,
                    until=now + self.lease,
                    owner=self.owner,
                    limit=limit,
                    order_id=order_id,
                )
            )
        )

    def sweep(self, limit: int = 100) -> Flow[Swept]:
        """Fire timers and perform effects that are due, of any order.

        What fails does not keep the rest from being worked on.
        """
        failed: list[str] = []
        due = yield from _due_timers(
            FindDueTimers(now=self.clock(), limit=limit)
        )
        for found in due:
            fact = TimerFired(order_id=found.order_id, timer=found.timer)
            try:
                yield from self.submit(fact)
            except Exception as error:  # noqa: BLE001
                failed.append(f"{found.order_id}: {error!r:.200}")
        performed = 0
        for _ in range(limit):
            effects = yield from self._claim_due("", 1)
            if not effects:
                break
            performed += 1
            try:
                yield from self.perform(effects[0])
            except Exception as error:  # noqa: BLE001
                # Its claim runs out and it is in doubt then.
                failed.append(f"{effects[0].operation_id}: {error!r:.200}")
        return Swept(
            timers=len(due), effects=performed, failed=tuple(failed)
        )

    def perform(self, effect: Effect) -> Flow[None]:
        """Perform a claimed effect and take its outcome down."""
        intent = effect.intent
        if effect.state is _S.PENDING:
            outcome = yield from self._call(intent)
        else:
            outcome = yield from self._find_out(effect)
        if outcome is None:
            why = "no answer came, and it can be neither asked nor repeated"
            yield from self._give_up(effect, why, unknown=True)
        elif isinstance(outcome, Unknown):
            yield from self._lost(effect, outcome)
        elif isinstance(outcome, NotSent | Sent):
            yield from self._sent(effect, outcome)
        else:
            yield from self._answered(effect, outcome)

    def _call(self, intent: Intent) -> Flow[Any]:
        """Call the port; whatever it raises is no answer."""
        if isinstance(intent, PersonalIntent):
            refs = tuple(
                ref
                for name in ("address", "contact")
                if (ref := getattr(intent, name, ""))
            )
            people = yield from _people(refs)
            intent = attrs.evolve(intent, people=people)
        call: Call[Any] = Call(intent.port, _METHODS[type(intent)], intent)
        try:
            return (yield from call)
        except Exception as error:  # noqa: BLE001
            # Its text may hold anything; its type does not.
            return Unknown(type(error).__name__)

    def _find_out(self, effect: Effect) -> Flow[Any]:
        """What became of an intent; None: nobody can tell."""
        intent = effect.intent
        able = self.capabilities[intent.port]
        if able.looks_up:
            call: Call[Any] = Call(intent.port, "look_up", intent)
            try:
                found = yield from call
            except Exception as error:  # noqa: BLE001
                return Unknown(type(error).__name__)
            if not isinstance(found, NotKnown):
                return found
            return (yield from self._call(intent))
        age = self.clock() - effect.created_at
        if able.deduplicates and (able.window is None or age < able.window):
            return (yield from self._call(intent))
        return None

    def _lost(self, effect: Effect, outcome: Unknown) -> Flow[None]:
        if effect.attempts + 1 >= self.retry.attempts:
            why = f"no answer after {effect.attempts + 1} attempts"
            yield from self._give_up(effect, why, unknown=True)
            return
        wait = self.retry.wait(effect.attempts)
        settle = self._settled(effect, _S.IN_DOUBT, wait, outcome.detail)
        if effect.intent.port == "payment" and effect.attempts == 0:
            yield from self.submit(_fact_of(effect.intent, outcome), (settle,))
        else:
            yield from _settle(settle)

    def _sent(self, effect: Effect, outcome: NotSent | Sent) -> Flow[None]:
        if isinstance(outcome, Sent):
            yield from _settle(self._settled(effect, _S.DONE))
        elif outcome.permanent or (
            effect.attempts + 1 >= self.retry.attempts
        ):
            yield from self._give_up(effect, outcome.reason, unknown=False)
        else:
            wait = self.retry.wait(effect.attempts)
            yield from _settle(
                self._settled(effect, _S.PENDING, wait, outcome.reason)
            )

    def _answered(self, effect: Effect, outcome: object) -> Flow[None]:
        intent = effect.intent
        moved = isinstance(intent, Consume | Restock)
        if moved and isinstance(outcome, StockGone):
            why = f"there is nothing to move: {outcome.reason}"
            yield from self._give_up(effect, why, unknown=False)
            return
        if isinstance(intent, Restock):
            yield from _settle(self._settled(effect, _S.DONE))
            return
        settle = self._settled(effect, _S.DONE)
        if isinstance(outcome, _ACCEPTED):
            if effect.attempts >= self.retry.attempts:
                why = "it was accepted, and never reported on"
                yield from self._give_up(effect, why, unknown=True)
                return
            patience = self.retry.patience
            settle = self._settled(effect, _S.WAITING, patience)
        try:
            yield from self.submit(_fact_of(intent, outcome), (settle,))
        except InputError as error:
            why = f"it answered what its port does not allow: {error!s:.200}"
            yield from self._give_up(effect, why, unknown=True)

    def _give_up(
        self, effect: Effect, why: str, *, unknown: bool
    ) -> Flow[None]:
        """Hand an effect to a person: it opens an exception."""
        fact = EffectFailed(
            order_id=effect.intent.order_id,
            operation_id=effect.operation_id,
            port=effect.intent.port,
            why=why,
            unknown=unknown,
            source=_PROVIDERS[effect.intent.port],
        )
        settle = self._settled(effect, _S.ATTENTION, note=why)
        yield from self.submit(fact, (settle,))

    def _settled(
        self,
        effect: Effect,
        state: EffectState,
        wait: timedelta = timedelta(),
        note: str = "",
    ) -> Settle:
        return Settle(
            operation_id=effect.operation_id,
            state=state,
            due_at=self.clock() + wait,
            note=note,
            claimed_by=self.owner,
        )


def _identity(message: AnyCommand | AnyFact) -> tuple[str, str]:
    """The id of an input, and its content's fingerprint."""
    from orderlife.codec import fingerprint  # noqa: PLC0415

    if isinstance(message, Command):
        input_id = f"command:{message.command_id}"
    elif message.fact_id:
        input_id = f"fact:{message.fact_id}"
    else:
        return "", ""
    return input_id, fingerprint(message)


def _again(
    message: AnyCommand | AnyFact, answer: Answer, mark: str
) -> Receipt:
    """Give the first answer again, if it is the same input.

    A fact that comes twice under one id is never refused.
    """
    if answer.fingerprint != mark and isinstance(message, Command):
        raise CommandIdReusedError(message.order_id, message.command_id)
    return Receipt(
        order_id=message.order_id,
        first_version=answer.first_version,
        last_version=answer.last_version,
        repeated=True,
    )


def _receipt(case: Case, decision: Decision) -> Receipt:
    return Receipt(
        order_id=case.order_id,
        first_version=case.version,
        last_version=decision.case.version,
    )


def _commit_of(
    case: Case,
    decision: Decision,
    now: datetime,
    input_id: str,
    mark: str,
    settles: tuple[Settle, ...],
) -> Commit[Case]:
    return Commit(
        order_id=case.order_id,
        expected_version=case.version,
        case=decision.case,
        events=decision.events,
        intents=decision.intents,
        timers=timers(decision.case),
        now=now,
        personal=decision.personal,
        input_id=input_id,
        fingerprint=mark,
        settles=(*settles, *_retried(decision, now)),
    )


def _retried(decision: Decision, now: datetime) -> tuple[Settle, ...]:
    """What a person wants tried again: under its key, never a new one."""
    order = decision.case.placed
    doubtful = {
        item.contradiction.subject
        for item in order.exceptions
        if item.contradiction.kind is ExceptionKind.OUTCOME_UNKNOWN
    }
    return tuple(
        Settle(
            operation_id=operation_id,
            state=(
                _S.IN_DOUBT if operation_id in doubtful else _S.PENDING
            ),
            due_at=now,
            note="a person wants it tried again",
        )
        for operation_id in decision.retried
    )


def _reported(
    message: AnyCommand | AnyFact, now: datetime
) -> tuple[Settle, ...]:
    """A report that settles an effect which was waiting for it."""
    if not isinstance(message, PaymentReported | LabelReported | StockReported):
        return ()
    unfinished = isinstance(message.outcome, Unknown | _ACCEPTED)
    if unfinished or not message.operation_id:
        return ()
    done = Settle(
        operation_id=message.operation_id, state=_S.DONE, due_at=now
    )
    return (done,)


def _fact_of(intent: Intent, outcome: Any) -> AnyFact:
    """The fact that an outcome is."""
    source = _PROVIDERS[intent.port]
    match intent:
        case Reserve() | Allocate() | Consume() | Release():
            return StockReported(
                order_id=intent.order_id,
                reservation_id=intent.reservation_id,
                operation_id=intent.operation_id,
                outcome=outcome,
                source=source,
            )
        case BuyLabel() | VoidLabel() | Intercept():
            return LabelReported(
                order_id=intent.order_id,
                subject=intent.subject,
                operation_id=intent.operation_id,
                outcome=outcome,
                source=source,
            )
        case _:
            return PaymentReported(
                order_id=intent.order_id,
                operation_id=intent.operation_id,
                outcome=outcome,
                source=source,
            )

