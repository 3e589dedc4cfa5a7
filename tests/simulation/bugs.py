"""Bugs that others have had, each planted in a part of a simulated shop.

Each is a small change of a real part: of the store, of what a process
does, of a provider, of the warehouse, of the shop's rules.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from unittest import mock

import attrs

from orderlife import Capabilities, Case, OverloadedError, Policy
from orderlife.engine.calls import Flow
from orderlife.engine.engine import Engine, Retry
from orderlife.engine.inbox import Receipt
from orderlife.engine.performer import _NobodyKnows
from orderlife.house import HOUSE
from orderlife.memory._rows import Row
from orderlife.memory.carrier import FakeCarrier
from orderlife.memory.inventory import InMemoryInventory
from orderlife.memory.payment import FakeGateway
from orderlife.memory.store import InMemoryOrderStore
from orderlife.policy.answers import Answered
from orderlife.ports.base import Unknown
from orderlife.ports.inventory import (
    Demand,
    HeldStock,
    Release,
    Reserve,
    Restock,
    StockChanged,
    StockShort,
)
from orderlife.ports.payment import Declined
from orderlife.ports.store import (
    ClaimEffects,
    Commit,
    CommitOutcome,
    DueTimer,
    Effect,
    EffectState,
    FindDueTimers,
    Loaded,
    Repeated,
    Settle,
    Stale,
)
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import FinishClosing
from orderlife.rooms.payment.ledger import need_minor, to_capture_minor
from orderlife.rooms.payment.messages import RequestPayment
from orderlife.rooms.shipment.cancellation import unwind
from orderlife.rooms.stock.messages import ReleaseStock
from orderlife.testing.simulation import POLICIES, Parts
from tests.simulation import bugs_storage, fences

__all__ = ["BUGS", "Bug"]

_S = EffectState
_AGES: Final = timedelta(days=3650)
_AUTHORITY: Final = "orderlife.rooms.order.authority"


@attrs.frozen(kw_only=True)
class Bug:
    """A defect, and the rules of which one must be found broken."""

    name: str
    numbers: frozenset[int]
    parts: Callable[[], Parts]
    patches: tuple[tuple[str, Any], ...] = ()
    """Names in modules, and what is in their place."""

    @contextmanager
    def planted(self) -> Iterator[Parts]:
        """The bug is there as long as this lasts."""
        with ExitStack() as stack:
            for target, replacement in self.patches:
                stack.enter_context(mock.patch(target, replacement))
            yield self.parts()


# The store


class _Store(InMemoryOrderStore[Case]):
    """What is planted in a store starts from here."""


class SharedClaims(_Store):
    """A claim keeps nobody out."""

    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        for name, effect in self._effects.items():
            if effect.state is _S.CLAIMED:
                self._effects[name] = attrs.evolve(effect, due_at=request.now)
        return super().claim(request)


class EndlessClaims(_Store):
    """A claim never runs out."""

    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        return super().claim(
            attrs.evolve(request, until=request.until + _AGES)
        )


class LetsBeWhatIsFar(_Store):
    """What a wrong clock has made due in a year is due in a year."""

    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        return super().claim(attrs.evolve(request, latest=None))


class ForgetfulClaims(_Store):
    """Each claim counts its attempts from the start."""

    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        effects = super().claim(request)
        for effect in effects:
            named = effect.intent.order_id, effect.operation_id
            row = self._effects[named]
            self._effects[named] = attrs.evolve(row, attempts=1)
        return effects


class ArchivesOpenOrders(_Store):
    """What is not over is folded away with the rest, and nobody does it."""

    def _rest(self, row: Row[Case], commit: Commit[Case]) -> None:
        super()._rest(row, commit)
        row.closed_at = commit.now

    def _fold(self, order_id: str) -> bool:
        row = self._rows[order_id]
        named = [(order_id, each) for each in row.effects]
        row.folded = {each: self._effects.pop(each) for each in named}
        row.closed_at = None
        return True


class ForgetsWhatIsFolded(_Store):
    """An order that goes on has no effects but those of now."""

    def _unfold(self, row: Row[Case]) -> None:
        if row.folded:
            row.effects, row.folded = [], {}


class StaleCommits(_Store):
    """The last writer wins."""

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        outcome = super().commit(commit)
        if not isinstance(outcome, Stale):
            return outcome
        start = outcome.version + 1
        return super().commit(
            attrs.evolve(
                commit,
                expected_version=outcome.version,
                events=tuple(
                    attrs.evolve(event, sequence=number)
                    for number, event in enumerate(commit.events, start)
                ),
                intents=tuple(
                    intent
                    for intent in commit.intents
                    if (intent.order_id, intent.operation_id)
                    not in self._effects
                ),
            )
        )


class ZombieAnswers(_Store):
    """Whoever answers is taken down, whether its claim holds or not."""

    def _holds(self, request: Settle) -> bool:
        return True


class EventsAlone(_Store):
    """What an event asks for is to be stored later, and a crash comes."""

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        return super().commit(attrs.evolve(commit, intents=()))


class HalfACommit(_Store):
    """A commit that fails leaves the events behind."""

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        if len(commit.intents) > 1:
            super().commit(attrs.evolve(commit, intents=()))
            raise OverloadedError("the table of effects", 1.0)
        return super().commit(commit)


class NoAnswers(_Store):
    """What a command was answered is not stored with it."""

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        return super().commit(attrs.evolve(commit, input_id=""))


class AskedTwice(_Store):
    """A command that comes again is a new command."""

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        outcome = super().commit(commit)
        if isinstance(outcome, Repeated):
            del self._rows[commit.order_id].answered[commit.input_id]
            return super().commit(commit)
        return outcome


class LostTimers(_Store):
    """Timers live in memory, and a restart forgets them."""

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        return super().commit(attrs.evolve(commit, timers=()))


class LateTimers(_Store):
    """Nobody finds the timers that are due."""

    def due_timers(self, request: FindDueTimers, /) -> tuple[DueTimer, ...]:
        if request.order_id:
            return super().due_timers(request)
        return ()


class OutcomeApart(_Store):
    """An outcome is stored, and not what became of its effect."""

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        return super().commit(attrs.evolve(commit, settles=()))


class DeletedEffects(_Store):
    """An effect that fails is deleted."""

    def _settle(self, request: Settle) -> bool:
        settled = super()._settle(request)
        if settled and request.state in {_S.IN_DOUBT, _S.DECLINED}:
            named = request.order_id, request.operation_id
            self._effects.pop(named)
            self._open.pop(named, None)
            row = self._rows[request.order_id]
            row.effects.remove(request.operation_id)
        return settled


class NewKeyAfterDoubt(_Store):
    """An unknown outcome is taken for a refusal: it gets a new key."""

    def _settle(self, request: Settle) -> bool:
        if request.state is _S.IN_DOUBT:
            request = attrs.evolve(request, renew=True, doubt=False)
        return super()._settle(request)


class ForgetsDoubts(_Store):
    """A refusal is believed, though an answer was missing before it."""

    def _settle(self, request: Settle) -> bool:
        if request.renew:
            request = attrs.evolve(request, doubt=False)
        return super()._settle(request)


class Rewritten(_Store):
    """What was recorded is put right afterwards."""

    def commit(self, commit: Commit[Case], /) -> CommitOutcome:
        outcome = super().commit(commit)
        row = self._rows.get(commit.order_id)
        if row is not None and len(row.entries) > 3:
            told = row.entries[1]
            row.entries[1] = attrs.evolve(
                told,
                events=tuple(
                    attrs.evolve(event, cause="put right")
                    for event in told.events
                ),
            )
        return outcome


class OldReads(_Store):
    """Orders are read from a replica that is behind."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self._before: dict[str, Case] = {}

    def load(self, order_id: str, /) -> Loaded[Case] | None:
        loaded = super().load(order_id)
        if loaded is None:
            return None
        case = self._before.get(order_id, loaded.case)
        self._before[order_id] = loaded.case
        return Loaded(case=case)


class OneQueue(_Store):
    """What is due waits behind what was asked for first."""

    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        first = next(iter(self._open), None)
        if first is None or self._effects[first].due_at > request.now:
            return ()
        order_id = self._effects[first].intent.order_id
        if request.order_id not in {"", order_id}:
            return ()
        return super().claim(attrs.evolve(request, order_id=order_id))


class ClaimsWithin(_Store):
    """What may be rolled back is claimed, and so performed."""

    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        self.uncommitted = False
        return super().claim(request)


class OwnersAlone(_Store):
    """A claim is known by its owner's name, which two may have."""

    def _holds(self, request: Settle) -> bool:
        effect = self._effects[request.order_id, request.operation_id]
        return request.claimed_by in {"", effect.claimed_by}


class KeepsTheLedger(_Store):
    """A rollback forgets an order, and not what it asked for."""

    def _contents(self) -> dict[str, dict[str, Any]]:
        found = super()._contents()
        del found["_effects"], found["_open"]
        return found


class _Parts(Parts):
    """The parts of a shop, some of them of another class."""

    def __init__(
        self,
        *,
        store: type[InMemoryOrderStore[Case]] = InMemoryOrderStore,
        engine: type[Engine] = Engine,
        retry: Retry | None = None,
        inventory: type[InMemoryInventory] = InMemoryInventory,
        payment: type[FakeGateway] = FakeGateway,
        carrier: type[FakeCarrier] = FakeCarrier,
        policies: Sequence[Policy] = POLICIES,
    ) -> None:
        super().__init__(policies=policies)
        self._store = store
        self._engine = engine
        self._retry = retry or self.retry
        self._inventory = inventory
        self._payment = payment
        self._carrier = carrier

    def store(self) -> InMemoryOrderStore[Case]:
        return self._store(id="")

    def engine(
        self,
        clock: Callable[[], datetime],
        policy: Policy,
        owner: str,
        capabilities: Mapping[str, Capabilities],
    ) -> Engine:
        return self._engine(
            clock=clock,
            policy=policy,
            owner=owner,
            capabilities=capabilities,
            lease=self.lease,
            retry=self._retry,
        )

    def inventory(
        self, stock: Mapping[str, int], clock: Callable[[], datetime]
    ) -> InMemoryInventory:
        return self._inventory(stock, clock)

    def payment(
        self, clock: Callable[[], datetime], able: Capabilities
    ) -> FakeGateway:
        return self._payment(clock, able)

    def carrier(
        self, clock: Callable[[], datetime], able: Capabilities
    ) -> FakeCarrier:
        return self._carrier(clock, able)


# What a process does


class NewKeyEachTime(Engine):
    """Each attempt has a key of its own."""

    def _call(self, effect: Effect, until: datetime | None) -> Flow[Any]:
        key = f"{effect.key}~{effect.attempts}"[:36]
        return super()._call(attrs.evolve(effect, key=key), until)


class LateZombies(Engine):
    """A process that slept past its claim calls all the same."""

    def perform(
        self, effect: Effect, until: datetime | None = None
    ) -> Flow[None]:
        return super().perform(effect)


class AsksTooLate(Engine):
    """A store that may forget is believed that it was not asked yet."""

    def _asks_first(self, effect: Effect) -> bool:
        return False


class HastyLookUps(Engine):
    """*Not known* is believed at once, though it may mean *not yet*."""

    def _may_be_late(self, effect: Effect) -> timedelta:
        return timedelta()


class NoWindow(Engine):
    """A key is used again after the provider has forgotten it."""

    def _in_window(self, effect: Effect, able: Capabilities) -> bool:
        return True


class TriedBlindly(Engine):
    """What can neither be asked after nor repeated is repeated."""

    def _find_out(self, effect: Effect, until: datetime | None) -> Flow[Any]:
        found = yield from super()._find_out(effect, until)
        if isinstance(found, _NobodyKnows):
            return (yield from self._call(effect, until))
        return found


class NoIsNo(Engine):
    """No answer is taken for a decline."""

    def _call(self, effect: Effect, until: datetime | None) -> Flow[Any]:
        outcome = yield from super()._call(effect, until)
        lost = isinstance(outcome, Unknown)
        if lost and effect.intent.port == "payment":
            return Declined(code="timeout")
        return outcome


class SilentAnswers(Engine):
    """An effect is done, and its outcome goes nowhere."""

    def _take_down(
        self, effect: Effect, outcome: object, settle: Settle
    ) -> Flow[None]:
        from orderlife.engine import calls as _flow

        yield from _flow.settle(settle)


class DeafToTheStore(Engine):
    """A store that has no room is taken for one that has stored."""

    def submit(self, message: Any, settles: Any = ()) -> Flow[Receipt]:
        try:
            return (yield from super().submit(message, settles))
        except OverloadedError:
            return Receipt(
                order_id=message.order_id, first_version=0, last_version=3
            )


class GivesUpInSilence(Engine):
    """What fails too often is dropped, and nobody hears of it."""

    def _give_up(
        self, effect: Effect, why: str, *, unknown: bool
    ) -> Flow[None]:
        from orderlife.engine import calls as _flow

        settle = self._settled(effect, _S.DECLINED, note=why)
        yield from _flow.settle(settle)


def deaf_to_the_word(message: Any, able: Any, house: Any) -> Any:
    """Whether a gateway captures once is not kept with the order."""
    del able, house
    return message


# Warehouses


class StaleShelves(InMemoryInventory):
    """Whether there is enough is looked up first, and taken later."""

    def reserve(self, intent: Reserve, /) -> Any:
        warehouse = self._warehouse
        now = warehouse._free(intent.demands)
        before = getattr(self, "_seen", now)
        self._seen = now
        seen = {**now, **before}
        with mock.patch.object(warehouse, "_free", return_value=seen):
            return super().reserve(intent)


def apart(demands: Sequence[Demand], free: Mapping[Any, int]) -> Any:
    """Two lines of one SKU are checked apart."""
    from orderlife.warehouse.sourcing import Plan, source

    plans = [source((demand,), free) for demand in demands]
    taken: dict[Any, int] = {}
    for plan in plans:
        taken.update(plan.taken)
    return Plan(
        taken,
        tuple(short for plan in plans for short in plan.short),
        tuple(short for plan in plans for short in plan.shortages),
    )


class ReleasedTwice(InMemoryInventory):
    """What is released may be released again."""

    def release(self, intent: Release, /) -> Any:
        again = attrs.evolve(
            intent, key="", operation_id=f"{intent.operation_id}:again"
        )
        answer = super().release(intent)
        found = self._warehouse._reservations.get(intent.reservation_id)
        if found is not None and isinstance(answer, StockChanged):
            for item in again.items:
                cell = (item.sku, item.place)
                found.items[item.line_id, cell] += item.quantity
            super().release(again)
        return answer


class RestockedTwice(InMemoryInventory):
    """Goods that come back are counted each time they are reported."""

    def restock(self, intent: Restock, /) -> Any:
        self._operations._done.pop(intent.key, None)
        return super().restock(intent)


class ConsumedTwice(InMemoryInventory):
    """A key that comes again acts again."""

    def reserve(self, intent: Reserve, /) -> HeldStock | StockShort | Any:
        self._operations._done.pop(intent.key, None)
        known = self._warehouse._reservations.pop(intent.reservation_id, None)
        answer = super().reserve(intent)
        if known is not None and isinstance(answer, StockShort):
            self._warehouse._reservations[intent.reservation_id] = known
        return answer


# Providers that do not keep their word


class ForgetfulGateway(FakeGateway):
    """It says that it knows keys again, and does not."""

    def capture(self, intent: Any, /) -> Any:
        self._operations._done.pop(intent.key, None)
        return super().capture(intent)

    def authorize(self, intent: Any, /) -> Any:
        self._operations._done.pop(intent.key, None)
        return super().authorize(intent)


class ForgetfulCarrier(FakeCarrier):
    """A label is bought each time that it is asked for."""

    def buy_label(self, intent: Any, /) -> Any:
        self._operations._done.pop(intent.key, None)
        return super().buy_label(intent)


# The shop's rules


def _generous(
    policy: Any, order: Any, minor: int, *_: object
) -> Answered[Any]:
    """Refunds are more than what was taken, and nobody looks."""
    parts = policy.split_refund(order, minor)
    return Answered({name: 2 * part + 500 for name, part in parts.items()})


def _greedy(policy: Any, order: Any, minor: int) -> Answered[Any]:
    """Captures are asked of the first payment, whatever is open."""
    del policy
    return Answered({p.payment_id: minor for p in order.payments[:1]})


def _all_of_it(order: Any, *, shipped_only: bool) -> int:
    """What is due now: at confirmation, and again at dispatch."""
    if sys._getframe(1).f_code.co_name == "capture":
        return need_minor(order)
    return to_capture_minor(order, shipped_only=shipped_only)


def _unwound_without(kind: Any) -> dict[OrderState, Any]:
    """Cancelling forgets steps of a kind, and ends all the same."""

    def forgetful(case: Case, context: Any) -> list[Any]:
        steps = unwind(case, context)
        left = [step for step in steps if not kind(step)]
        still = kind is _is_void and any(
            held.leaving or held.pending for held in case.reservations.values()
        )
        if steps and not left and not still:
            return [FinishClosing()]
        return left

    return {**HOUSE.matters, OrderState.CANCELLING: (forgetful,)}


def _is_void(step: Any) -> bool:
    return isinstance(step, RequestPayment) and step.kind == "void"


def _is_release(step: Any) -> bool:
    return isinstance(step, ReleaseStock)


def _bug(name: str, *numbers: int, patches: Any = (), **parts: Any) -> Bug:
    return Bug(
        name=name,
        numbers=frozenset(numbers),
        parts=partial(_Parts, **parts),
        patches=tuple(patches),
    )


BUGS: Final = (
    *(
        _bug(name, *numbers, store=kind)
        for name, (kind, numbers) in bugs_storage.STORES.items()
    ),
    _bug("claims are shared", 28, store=SharedClaims),
    _bug("claims never run out", 41, store=EndlessClaims),
    _bug("wrong clocks are believed", 40, store=LetsBeWhatIsFar),
    _bug("claims forget attempts", 28, store=ForgetfulClaims),
    _bug("stale commits are stored", 32, store=StaleCommits),
    _bug("open orders are folded away", 62, store=ArchivesOpenOrders),
    _bug(
        "unfolded orders lose effects", 28, 37, 41, store=ForgetsWhatIsFolded
    ),
    _bug("zombies are taken down", 28, store=ZombieAnswers),
    _bug("events without intents", 37, store=EventsAlone),
    _bug("half a commit", 37, store=HalfACommit),
    _bug("answers are not stored", 37, store=NoAnswers),
    _bug("commands are done twice", 38, store=AskedTwice),
    _bug("timers are lost", 37, store=LostTimers),
    _bug("timers are not found", 40, store=LateTimers),
    _bug("outcomes stored apart", 37, store=OutcomeApart),
    _bug("failed effects are deleted", 41, store=DeletedEffects),
    _bug("a new key after a doubt", 27, store=NewKeyAfterDoubt),
    _bug("doubts are forgotten", 27, store=ForgetsDoubts),
    _bug("claims are known by a name alone", 28, store=OwnersAlone),
    _bug("performed within a transaction", 30, store=ClaimsWithin),
    _bug("a rollback leaves the ledger", 25, 37, 48, store=KeepsTheLedger),
    _bug("history is rewritten", 36, store=Rewritten),
    _bug("reads are old", 33, 43, store=OldReads),
    # An effect whose clock was wrong blocks them as a poisoned one does.
    _bug(
        "a poisoned effect blocks others",
        40,
        42,
        store=OneQueue,
        retry=Retry(attempts=10**9),
    ),
    _bug("a new key at each retry", 27, engine=NewKeyEachTime),
    _bug("zombies call late", 24, 27, 29, engine=LateZombies),
    # What it forgot is asked for again, or again after the key's window.
    _bug("a store that forgets is believed", 24, 29, engine=AsksTooLate),
    _bug("look-ups believed too early", 24, engine=HastyLookUps),
    _bug("retries after the window", 29, engine=NoWindow),
    _bug("retries in the blind", 29, 31, engine=TriedBlindly),
    _bug("no answer is a decline", 11, 21, 40, engine=NoIsNo),
    _bug("answers go nowhere", 11, 40, engine=SilentAnswers),
    # A stranger is told then, too, that what it may not do was done.
    _bug("a full store is ignored", 37, 46, engine=DeafToTheStore),
    _bug("gives up in silence", 11, 40, engine=GivesUpInSilence),
    _bug("retries without end", 40, 41, retry=Retry(attempts=10**9)),
    _bug("checked, then taken", 17, inventory=StaleShelves),
    _bug(
        "two lines checked apart",
        17,
        patches=[("orderlife.warehouse.keeper.source", apart)],
    ),
    _bug(
        "expired holds are allocated",
        17,
        patches=[
            (
                "orderlife.warehouse.keeper.Warehouse._regain",
                lambda *_: True,
            )
        ],
    ),
    _bug("released twice", 12, 14, 15, 24, inventory=ReleasedTwice),
    _bug("restocked twice", 24, inventory=RestockedTwice),
    _bug("reserved twice", 14, 15, 24, inventory=ConsumedTwice),
    _bug("the gateway forgets keys", 24, payment=ForgetfulGateway),
    _bug("the carrier forgets keys", 24, carrier=ForgetfulCarrier),
    _bug(
        "refunds too much",
        3,
        patches=[("orderlife.rooms.payment.terms.refund_parts", _generous)],
    ),
    _bug(
        "captured at confirmation and at dispatch",
        2,
        10,
        policies=(Policy(capture="confirmation"), Policy()),
        patches=[
            ("orderlife.rooms.payment.process.to_capture_minor", _all_of_it),
            ("orderlife.rooms.payment.terms.capture_parts", _greedy),
        ],
    ),
    _bug(
        "captured twice where a gateway captures once",
        10,
        patches=[("orderlife.engine.intake._with_word", deaf_to_the_word)],
    ),
    _bug(
        "voids are forgotten at cancelling",
        21,
        patches=[
            ("orderlife.house.HOUSE.matters", _unwound_without(_is_void))
        ],
    ),
    _bug(
        "stock is forgotten at cancelling",
        21,
        patches=[
            ("orderlife.house.HOUSE.matters", _unwound_without(_is_release))
        ],
    ),
    _bug(
        "webhooks count twice",
        2,
        3,
        11,
        39,
        patches=[
            ("orderlife.rooms.payment.movements._is_known", lambda *_: False)
        ],
    ),
    *(
        Bug(
            name=name,
            numbers=frozenset((45,)),
            parts=partial(fences.Neighbours, kind),
        )
        for name, kind in {
            "orders of another tenant": fences.OthersOrders,
            "answers of another tenant": fences.OthersAnswers,
            "effects of another tenant": fences.OthersEffects,
            "another tenant's effects are settled": fences.OthersSettled,
            "timers of another tenant": fences.OthersTimers,
            "people of another tenant": fences.OthersRead,
            "people are kept for all tenants": fences.OthersPeople,
            "orders are found of all tenants": fences.OthersFound,
            "people are erased of all tenants": fences.OthersErased,
            "what waits is counted of all tenants": fences.OthersCounted,
            "denials of another tenant": fences.OthersDenials,
            "one key for two tenants": fences.OneKey,
        }.items()
    ),
    _bug(
        "async desks are deaf to errors",
        48,
        patches=[("orderlife.engine.calls.arun", fences.deaf)],
    ),
    _bug("denials are not recorded", 46, store=fences.NoRecord),
    _bug("denials are answers", 46, store=fences.DenialAnswered),
    _bug(
        "strangers are told another's answer",
        46,
        patches=[("orderlife.engine.intake.refused", fences.answered_first)],
    ),
    _bug(
        "strangers learn which orders there are",
        46,
        patches=[("orderlife.house.HOUSE.admits", fences.looked_up_first)],
    ),
    _bug(
        "whose order it is, is not asked",
        46,
        patches=[
            (
                f"{_AUTHORITY}.concerns_own",
                fences.all_are_own,
            )
        ],
    ),
    _bug(
        "orders are placed in another's name",
        46,
        patches=[
            (
                f"{_AUTHORITY}.concerns_own",
                fences.named_or_not,
            )
        ],
    ),
)
"""Each with the rule, or the few rules, that it breaks."""
