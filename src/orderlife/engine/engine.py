"""What desks and workers do: decide, store, perform, take down.

The way of an effect: it is claimed in a transaction of its own,
performed with no transaction held, and its outcome is stored together
with the events that follow from it.  An answer that never came is
*in doubt*: it is looked up by its key, or asked again under the same
key where the adapter declares that safe, or handed to a person.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias, assert_never

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.decision import Refusal
from orderlife._kernel.house import House
from orderlife._kernel.integrity import Sound
from orderlife._kernel.messages import Command, Fact, TimerFired
from orderlife._values.replacing import replace
from orderlife._values.sanitizing import heard
from orderlife._values.times import as_utc_clock, utc
from orderlife.engine import calls as _flow
from orderlife.engine.calls import Flow
from orderlife.engine.durability import Memory
from orderlife.engine.inbox import (
    Receipt,
    again,
    answered_by,
    commit_of,
    fact_of,
    number_taken,
    order_id_of,
    provider,
    receipt,
    refused,
)
from orderlife.engine.stuck import Stuck
from orderlife.errors import (
    CodecError,
    ConflictError,
    InputError,
    InvariantError,
    NewerDocumentError,
    NotFoundError,
    OrderlifeError,
    OverloadedError,
    PortError,
    RefusedError,
    RoomMissingError,
    UncommittedError,
)
from orderlife.house import HOUSE
from orderlife.policy.model import Policy
from orderlife.ports.base import (
    Capabilities,
    Fate,
    Intent,
    NotKnown,
    Outcome,
    PersonalIntent,
    Unknown,
)
from orderlife.ports.carrier import Quoted, RateRequest
from orderlife.ports.inventory import Fillable
from orderlife.ports.known import METHODS, OUTCOMES
from orderlife.ports.store import (
    ClaimEffects,
    ClaimLost,
    Committed,
    Effect,
    EffectState,
    FindDueTimers,
    Loaded,
    NumberTaken,
    Repeated,
    Settle,
    Stale,
)
from orderlife.rooms.exceptions.messages import EffectFailed
from orderlife.rooms.stock.messages import StockArrived

__all__ = ["Claim", "Engine", "Receipt", "Retry", "Swept", "failure"]

_RACES: Final = 20
_ROUNDS: Final = 1_000
_MAX_WHY: Final = 500
_APART: Final = timedelta(hours=1)
"""By how much clocks may differ that nobody calls wrong."""
_S = EffectState


class _TooLate:
    """The claim has run out before the port was called."""


class _NobodyKnows:
    """It can be neither asked nor repeated."""


@attrs.frozen
class _Slip:
    """An adapter has answered what is no answer of its port.

    Nobody knows what it has done, and nothing says that it does better
    the next time: a person looks at it.
    """

    why: str


_Found: TypeAlias = Outcome | _TooLate | _NobodyKnows | _Slip


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

    jitter: int = 20
    """By how many per cent at most a wait is shortened, so that what
    failed together does not come again together."""

    def wait(self, attempts: int, operation_id: str = "") -> timedelta:
        """How long to wait after this many attempts; it grows.

        Args:
            attempts: how many there have been.
            operation_id: whose wait is shortened by its own share.
        """
        wait = self.first
        for _ in range(min(attempts, 20)):
            if wait >= self.most:
                break
            wait *= self.factor
        wait = min(self.most, wait)
        if not operation_id:
            return wait
        named = f"{operation_id}:{attempts}".encode()
        share = int.from_bytes(hashlib.sha256(named).digest()[:2])
        return wait * (100 - share * self.jitter / 65_536) / 100


@attrs.frozen(kw_only=True)
class Swept:
    """What one round of work has done."""

    timers: int = 0
    effects: int = 0
    failed: tuple[str, ...] = ()
    """What could not be worked on, and why; the rest went on."""
    overloaded: bool = False
    """The store had no room: it wants to be left alone for a while."""

    def __add__(self, other: Swept) -> Swept:
        """What both have done."""
        return Swept(
            timers=self.timers + other.timers,
            effects=self.effects + other.effects,
            failed=self.failed + other.failed,
            overloaded=self.overloaded or other.overloaded,
        )

    @property
    def idle(self) -> bool:
        """Whether nothing was done; see ``overloaded`` for why."""
        return not self.timers and not self.effects


@attrs.frozen
class Claim:
    """An effect that is ours to perform, until its claim runs out."""

    effect: Effect
    """As it was before the claim."""
    until: datetime = attrs.field(converter=utc)
    far: bool = False
    """Whether it is not ours, and was due later than any wait is long:
    it is due at ``until`` now."""


@attrs.frozen(kw_only=True)
class Engine:
    """The flows of a desk, with the settings that they share."""

    clock: Callable[[], datetime] = attrs.field(converter=as_utc_clock)
    policy: Policy
    owner: str
    """Who claims effects: unique among desks and workers."""
    capabilities: Mapping[str, Capabilities]
    """What each port's adapter can do about a lost answer."""
    house: House = attrs.field(default=HOUSE, repr=False)
    """The rooms that decide."""
    lease: timedelta = timedelta(minutes=2)
    """How long a claim holds; longer than the slowest call."""
    retry: Retry = Retry()
    memory: Memory = attrs.field(factory=Memory, eq=False, repr=False)
    """Whether the store may forget what was committed last."""
    stuck: Stuck = attrs.field(factory=Stuck, eq=False, repr=False)
    """Orders that cannot be read, and when to look at them again."""

    def submit(
        self,
        message: Command | Fact,
        settles: tuple[Settle, ...] = (),
    ) -> Flow[Receipt]:
        """Decide on an input and store the decision.

        Raises:
            RefusedError: a command that cannot be followed.
            InputError: an input that is wrong in itself.
            NumberTakenError: its channel's number is another order's.
            ConflictError: others kept changing the order meanwhile.
        """
        order_id = order_id_of(message, self.house)
        if isinstance(message, Fact):
            message = heard(message)  # before it is compared with others
        message = _with_word(message, self.capabilities, self.house)
        for _ in range(_RACES):
            loaded = yield from _flow.load(order_id)
            if loaded is None:
                loaded = Loaded(case=Case(order_id=order_id))
            case = loaded.case
            now = self.clock()
            decision = self.house.handle(case, message, now, self.policy)
            if isinstance(decision, Refusal):
                return (yield from refused(message, decision, now, self.house))
            with Sound(order_id):
                commit = commit_of(
                    loaded, message, decision, now, settles, self.house
                )
            if not (commit.events or commit.settles or commit.input_id):
                return receipt(case, decision.case)
            outcome = yield from _flow.commit(commit)
            match outcome:
                case Committed():
                    return receipt(case, decision.case)
                case Repeated():
                    return again(message, outcome.answer, self.house)
                case ClaimLost():
                    return receipt(case, case)
                case NumberTaken(order_id=owner):
                    raise number_taken(commit, owner)
                case Stale():
                    pass  # it is decided anew
                case _:
                    assert_never(outcome)
        error = f"order {order_id} kept changing: try again"
        raise ConflictError(error)

    @property
    def longest(self) -> timedelta:
        """The longest wait that there is for an effect."""
        late = (able.settles_after for able in self.capabilities.values())
        retry = self.retry
        return max(self.lease, retry.most, retry.patience, *late)

    def drive(self, order_id: str) -> Flow[int]:
        """Perform what is due for one order, until nothing is.

        What loses too many races, or finds no room in the store, is
        left to a worker: the input itself is stored by now.  So is all
        of it where the input is part of a transaction: it is performed
        when that is committed, and never if it is rolled back.
        """
        done = 0
        for _ in range(_ROUNDS):
            try:
                claims = yield from self.claim(1, order_id)
                if not claims:
                    break
                yield from self.perform(claims[0].effect, claims[0].until)
            except (ConflictError, OverloadedError, UncommittedError):
                break  # its claim runs out, and it is in doubt then
            done += 1
        return done

    def claim(
        self, limit: int = 1, order_id: str = ""
    ) -> Flow[tuple[Claim, ...]]:
        """Claim effects that are due, for as long as the lease says.

        Of any order, those that are due later than any wait is long come
        as well: a clock was wrong when that was said, and they are made
        due when a claim of now would run out.

        Args:
            limit: at most so many: no more than are performed at once,
                for a claim runs while its effect waits.
            order_id: of this order only; empty: of any.
        """
        now = self.clock()
        request = ClaimEffects(
            now=now,
            until=now + self.lease,
            owner=self.owner,
            limit=limit,
            order_id=order_id,
            latest=None if order_id else now + self.longest + _APART,
        )
        effects = yield from _flow.claim(request)
        return tuple(
            Claim(effect, request.until, far=effect.due_at > now)
            for effect in effects
        )

    def sweep(self, limit: int = 100) -> Flow[Swept]:
        """Fire timers and perform effects that are due, of any order.

        What fails does not keep the rest from being worked on, but for
        a store without room: it ends the round, and ``Swept.overloaded``
        says so beside what was done until then.
        """
        total = yield from self.fire(limit)
        while total.effects < limit and not total.overloaded:
            try:
                claims = yield from self.claim()
            except OverloadedError as error:
                return total + failure(error)
            if not claims:
                break
            total += yield from self.attempt(claims[0])
        return total

    def attempt(self, claim: Claim) -> Flow[Swept]:
        """Perform a claimed effect; say why, where that fails.

        Its claim runs out then, and it is in doubt.
        """
        if claim.far:
            return _was_far(claim)
        try:
            yield from self.perform(claim.effect, claim.until)
        except Exception as error:  # noqa: BLE001
            return failure(error, claim.effect.operation_id, effects=1)
        return Swept(effects=1)

    def fire(self, limit: int = 100) -> Flow[Swept]:
        """Fire so many timers; go on behind those that stay due.

        And have those ask for their stock for which it has come in.  An
        order that cannot be read is told of once, and looked at again
        after waits that grow.

        A store without room ends it, and ``Swept.overloaded`` says so.
        """
        total = yield from self._timers(limit)
        for port, able in self.capabilities.items():
            if able.queues and not total.overloaded:
                total += yield from self._fill(port, limit)
        return total

    def _fill(self, port: str, limit: int) -> Flow[Swept]:
        """Tell waiting orders that their stock is there.

        Whoever is told twice asks once, and nothing is lost if nobody
        is told: each asks once a day by itself.
        """
        total = Swept()
        try:
            found = yield from _flow.fillable(port, limit)
        except OverloadedError as error:
            # It is the stock that has no room: the store may have it.
            failed = failure(error, "who waits for stock").failed
            return Swept(failed=failed)
        except Exception as error:  # noqa: BLE001
            return failure(error, "who waits for stock")
        if isinstance(found, Unknown):
            return total  # its answer was lost: it is asked again
        if not isinstance(found, tuple) or not all(
            isinstance(each, Fillable) for each in found
        ):
            what = f"{type(found).__name__} does not tell"
            return failure(PortError(what), "who waits for stock")
        for each in found:
            fact = StockArrived(
                order_id=each.order_id,
                reservation_id=each.reservation_id,
                source=provider(port),
            )
            if self.stuck.waits(each.order_id, self.clock()):
                continue
            try:
                receipt = yield from self.submit(fact)
            except (CodecError, InvariantError) as error:
                total += self._met(each.order_id, error)
            except Exception as error:  # noqa: BLE001
                total += failure(error, each.order_id)
            else:
                self.stuck.free(each.order_id)
                moved = receipt.last_version > receipt.first_version
                total += Swept(timers=int(moved))
        return total

    def _timers(self, limit: int) -> Flow[Swept]:
        """Fire so many timers; go on behind those that stay due."""
        total = Swept()
        stuck = 0
        while total.timers < limit and not total.overloaded:
            request = FindDueTimers(
                now=self.clock(), limit=limit - total.timers, skip=stuck
            )
            try:
                due = yield from _flow.due_timers(request)
            except OverloadedError as error:
                return total + failure(error)
            if not due:
                break
            for found in due:
                if self.stuck.waits(found.order_id, self.clock()):
                    stuck += 1
                    continue
                fact = TimerFired(order_id=found.order_id, timer=found.timer)
                try:
                    receipt = yield from self.submit(fact)
                except (CodecError, InvariantError) as error:
                    total += self._met(found.order_id, error)
                    stuck += 1
                except Exception as error:  # noqa: BLE001
                    total += failure(error, found.order_id)
                    stuck += 1
                else:
                    self.stuck.free(found.order_id)
                    moved = receipt.last_version > receipt.first_version
                    total += Swept(timers=int(moved))
                    stuck += not moved
        return total

    def _met(self, order_id: str, error: Exception) -> Swept:
        """What is told of an order that cannot be read: once, each why."""
        told = failure(error, order_id)
        (why,) = told.failed
        is_news = self.stuck.met(order_id, why, self.clock(), self.retry.wait)
        return told if is_news else Swept()

    def perform(
        self, effect: Effect, until: datetime | None = None
    ) -> Flow[None]:
        """Perform a claimed effect and take its outcome down.

        Args:
            effect: as it was before the claim.
            until: when the claim runs out; None: it is not watched.
        """
        from orderlife.codec import is_request

        intent = effect.intent
        if not is_request(intent, effect.request_hash):
            why = "it is not the request that its key was made for"
            yield from self._give_up(effect, why, unknown=effect.attempts > 0)
            return
        if effect.state is _S.CLAIMED and (
            effect.attempts >= self.retry.attempts
        ):
            why = f"begun {effect.attempts} times and never ended"
            yield from self._give_up(effect, why, unknown=True)
            return
        if effect.state is _S.CLAIMED and (late := self._may_be_late(effect)):
            # Its last request may still be on its way: a look-up now
            # would take *not yet* for *never*.
            why = "its claim ran out"
            settle = self._settled(effect, _S.IN_DOUBT, late, why)
            yield from _flow.settle(settle)
            return
        asks = self._asks_first(effect) or effect.doubted
        if effect.state is _S.PENDING and not asks:
            outcome = yield from self._call(effect, until)
        else:
            outcome = yield from self._find_out(effect, until)
        if isinstance(outcome, _TooLate):
            return  # whoever takes it over asks
        if isinstance(outcome, _NobodyKnows):
            why = "no answer came, and it can be neither asked nor repeated"
            yield from self._give_up(effect, why, unknown=True)
        elif isinstance(outcome, _Slip):
            yield from self._give_up(effect, outcome.why, unknown=True)
        else:
            yield from self._answered(effect, outcome)

    def _asks_first(self, effect: Effect) -> bool:
        """Whether the store may have forgotten that it was sent before.

        Where the same key acts once, that does no harm: within the time
        for which the provider remembers it.
        """
        able = self.capabilities[effect.intent.port]
        if not self.memory.fails():
            return False
        if able.deduplicates:
            return not self._in_window(effect, able)
        return able.looks_up

    def _may_be_late(self, effect: Effect) -> timedelta:
        """How long a request without an answer may still take effect.

        Nothing where the same key acts once, or nobody can be asked.
        """
        able = self.capabilities[effect.intent.port]
        if able.looks_up and not able.deduplicates:
            return able.settles_after
        return timedelta()

    def _call(self, effect: Effect, until: datetime | None) -> Flow[_Found]:
        """Call the port; whatever it raises is no answer.

        What ends the process goes on up: the claim runs out then, and
        it is in doubt.

        A process that slept until its claim had run out calls nobody:
        another may have found by now that the request never arrived.
        """
        intent = _keyed(effect)
        if isinstance(intent, PersonalIntent):
            people = yield from _flow.people(_refs(intent))
            intent = replace(intent, people=people)
        if until is not None and self.clock() >= until:
            return _TooLate()
        try:
            answer = yield from _flow.perform(intent)
        except Exception as error:  # noqa: BLE001
            # Its text may hold anything; its type does not.
            return Unknown(type(error).__name__)
        return _answer_of(intent, METHODS[type(intent)], answer)

    def _find_out(
        self, effect: Effect, until: datetime | None
    ) -> Flow[_Found]:
        """What became of an intent, if anybody can tell."""
        able = self.capabilities[effect.intent.port]
        again = able.deduplicates and self._in_window(effect, able)
        accepted = effect.state is _S.WAITING
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
            found = yield from _flow.look_up(_keyed(effect))
        except Exception as error:  # noqa: BLE001
            return Unknown(type(error).__name__)
        if not isinstance(found, NotKnown):
            return _answer_of(effect.intent, "look_up", found)
        if again or not able.deduplicates:
            return (yield from self._call(effect, until))
        return _NobodyKnows()  # its key may not be used any more, nor another

    def _news(self, effect: Effect, outcome: _Found) -> Flow[_Found]:
        """What has become of a request that was accepted, by now.

        Whoever knows its key repeats what was answered the first time,
        whatever has happened since.
        """
        try:
            found = yield from _flow.look_up(_keyed(effect))
        except Exception:  # noqa: BLE001
            return outcome
        if isinstance(found, NotKnown):
            return outcome
        return _answer_of(effect.intent, "look_up", found)

    def _in_window(self, effect: Effect, able: Capabilities) -> bool:
        """Whether the provider will know the key when it arrives.

        Of what was begun in the future nobody knows when it was, and of
        what a store may have forgotten, whether that was the first time.
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
        settle = self._settled(effect, _S.IN_DOUBT, wait, outcome.why)
        yield from self._take_down(effect, outcome, settle)

    def _not_yet(self, effect: Effect, outcome: Outcome) -> Flow[None]:
        """It was refused this time, and is asked for again."""
        if effect.attempts + 1 >= self.retry.attempts:
            yield from self._give_up(effect, outcome.why, unknown=False)
            return
        wait = self.retry.wait(effect.attempts, effect.operation_id)
        # A new key, or the one of which an answer is still missing.
        doubted = _is_doubted(effect)
        state = _S.IN_DOUBT if doubted else _S.PENDING
        settle = self._settled(effect, state, wait, outcome.why)
        yield from _flow.settle(attrs.evolve(settle, renew=not doubted))

    def _refused(self, effect: Effect, why: str) -> Flow[None]:
        """A person is asked whether to try again what was refused.

        Where they have said so, and it was asked for once more under
        the key of which an answer had been missing: then its second
        refusal is believed, and it is tried under a new key.
        """
        if effect.state is _S.PENDING and effect.doubted:
            settle = self._settled(effect, _S.PENDING, note=why)
            settle = attrs.evolve(settle, renew=True, doubt=False)
            yield from _flow.settle(settle)
        else:
            yield from self._give_up(effect, why, unknown=False)

    def _answered(self, effect: Effect, outcome: Outcome) -> Flow[None]:
        """Go on as the outcome says."""
        match outcome.fate:
            case Fate.DONE:
                settle = self._settled(effect, _S.DONE)
                yield from self._take_down(effect, outcome, settle)
            case Fate.REFUSED:
                if fact_of(effect.intent, outcome, self.house) is None:
                    yield from self._refused(effect, outcome.why)
                    return
                settle = self._settled(effect, _S.DECLINED)
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
        """Await its report, for as long as there is patience."""
        waited = effect.state is _S.WAITING
        if waited and effect.attempts >= self.retry.attempts:
            why = "it was accepted, and never reported on"
            yield from self._give_up(effect, why, unknown=True)
            return
        settle = self._settled(effect, _S.WAITING, self.retry.patience)
        yield from self._take_down(effect, outcome, settle)

    def _take_down(
        self, effect: Effect, outcome: Outcome, settle: Settle
    ) -> Flow[None]:
        """Settle an effect, and tell the order if it wants to know."""
        fact = fact_of(effect.intent, outcome, self.house)
        if fact is None:
            yield from _flow.settle(settle)
            return
        try:
            yield from self.submit(fact, (settle,))
        except ConflictError:
            raise
        except (InputError, RefusedError) as error:
            why = f"its answer cannot be taken down: {error}"
            yield from self._give_up(effect, why, unknown=True)

    def _give_up(
        self, effect: Effect, why: str, *, unknown: bool
    ) -> Flow[None]:
        """Hand an effect to a person: it opens an exception.

        In an order that cannot be read nothing opens: then it waits for
        somebody in the backlog alone.
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
        settle = self._settled(effect, _S.ATTENTION, note=fact.why)
        settle = attrs.evolve(settle, doubt=unknown or None)
        try:
            yield from self.submit(fact, (settle,))
        except (NewerDocumentError, RoomMissingError):
            raise  # the workers of that release can read it
        except (CodecError, InvariantError) as error:
            note = f"{error}: {fact.why}"[:_MAX_WHY]
            yield from _flow.settle(attrs.evolve(settle, note=note))

    def _settled(
        self,
        effect: Effect,
        state: EffectState,
        wait: timedelta = timedelta(),
        note: str = "",
    ) -> Settle:
        """How it goes on, unless another has taken it over since."""
        return Settle(
            operation_id=effect.operation_id,
            state=state,
            due_at=self.clock() + wait,
            note=note[:_MAX_WHY],
            claimed_by=self.owner,
            attempts=effect.attempts + 1,
        )

    def quote(self, order_id: str, shipment_id: str) -> Flow[Quoted | Unknown]:
        """Ask what it would cost to send a shipment.

        Raises:
            NotFoundError: there is no such order or shipment.
            PortError: the carrier answered something else.
        """
        loaded = yield from _flow.load(order_id)
        if loaded is None:
            raise NotFoundError("order", order_id)
        case = loaded.case
        sent = case.shipment(shipment_id)
        address = case.placed.placement.ship_to
        request = RateRequest(
            subject=shipment_id,
            place=sent.place,
            address=address,
            parcels=sent.parcels,
            people=(yield from _flow.people((address,))),
        )
        try:
            answer = yield from _flow.quote(request)
        except Exception as error:  # noqa: BLE001
            return Unknown(type(error).__name__)
        if not isinstance(answer, Quoted | Unknown):
            message = f"{type(answer).__name__} is no answer to a quote"
            raise PortError(message)
        return answer


def _with_word(
    message: Command | Fact,
    capabilities: Mapping[str, Capabilities],
    house: House,
) -> Command | Fact:
    """Fill in the adapter's word where an answer leaves it to that.

    So it is kept with the order, whatever the adapter says later.
    """
    able = capabilities.get(answered_by(message, house))
    outcome = getattr(message, "outcome", None)
    if able is None or not isinstance(outcome, Outcome):
        return message
    told: Any = message
    said = outcome.told_by(able)
    return message if said is outcome else attrs.evolve(told, outcome=said)


def _keyed(effect: Effect) -> Intent:
    """The intent with the key that the provider is given."""
    return replace(effect.intent, key=effect.key)


def _was_far(claim: Claim) -> Swept:
    """Tell of an effect that no right clock had made due so late."""
    effect = claim.effect
    why = (
        f"{effect.operation_id}: it was due at {effect.due_at:%Y-%m-%d %H:%M}"
        ", later than any wait there is: a clock was wrong; it is due at "
        f"{claim.until:%Y-%m-%d %H:%M} now"
    )
    return Swept(failed=(why,))


def _answer_of(intent: Intent, method: str, answer: object) -> Outcome | _Slip:
    """What a port has answered, if it is an answer of its."""
    if isinstance(answer, OUTCOMES[type(intent)]):
        return heard(answer)  # its words go into notes and facts
    if answer is None:
        return _Slip(f"{method}() answered None: is a return missing?")
    return _Slip(f"{method}() answered {type(answer).__name__}")


def _is_doubted(effect: Effect) -> bool:
    """Whether an answer under its key is missing, as it was claimed."""
    return effect.doubted or effect.state is _S.CLAIMED


def _refs(intent: PersonalIntent) -> tuple[str, ...]:
    """Which personal data an intent needs."""
    names = ("address", "contact")
    return tuple(ref for name in names if (ref := getattr(intent, name, "")))


def failure(
    error: BaseException, what: str = "", *, effects: int = 0
) -> Swept:
    """What failed, and why.

    Others' texts may hold anything, so that only their type is told;
    ours hold nothing of anybody.
    """
    why = type(error).__name__
    if isinstance(error, OrderlifeError):
        why = f"{why}: {error}"
    return Swept(
        effects=effects,
        failed=(f"{what}: {why}" if what else why,),
        overloaded=isinstance(error, OverloadedError),
    )
