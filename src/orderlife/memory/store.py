"""An order store in memory, as strict as a durable one."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import secrets
import threading
from collections.abc import Iterator, Mapping
from copy import copy
from typing import Any, Generic, TypeVar

import attrs

from orderlife._checks.validation import check_tenant
from orderlife._kernel.house import House
from orderlife._kernel.messages import Recorded, Timer
from orderlife._values.forks import told_of_forks
from orderlife._values.limits import MAX_DENIALS
from orderlife._values.personal import Personal
from orderlife._values.replacing import replace
from orderlife.codec import codec_of, request_hash
from orderlife.engine.chain import START, chained
from orderlife.errors import PortError, UncommittedError
from orderlife.house import HOUSE
from orderlife.ports.base import Intent, provider_key
from orderlife.ports.store import (
    Answer,
    Backlog,
    ChannelNumber,
    ClaimEffects,
    ClaimLost,
    Commit,
    CommitOutcome,
    Committed,
    Denial,
    DueTimer,
    Effect,
    EffectState,
    Erase,
    FindAnswer,
    FindBacklog,
    FindDueTimers,
    FindOrders,
    Kept,
    Link,
    Loaded,
    NumberTaken,
    OrderSummary,
    Repeated,
    Settle,
    Stale,
)

__all__ = ["AsyncInMemoryOrderStore", "InMemoryOrderStore"]

C = TypeVar("C")


@attrs.define
class _Row(Generic[C]):
    case: C
    summary: OrderSummary
    history: list[Recorded]
    timers: tuple[Timer, ...] = ()
    effects: list[str] = attrs.field(factory=list)
    people: list[str] = attrs.field(factory=list)
    answers: dict[str, Answer] = attrs.field(factory=dict)
    telling: list[str] = attrs.field(factory=list)
    """Inputs whose fingerprints were made over personal data."""
    asked: int = 0


class InMemoryOrderStore(Generic[C]):
    """Keeps everything in dictionaries, behind one lock.

    Args:
        tenant: whose orders they are; part of each effect's key.
        id: the store's own, which is part of each key as well; None:
            made up, so that no other store of any process has it.
            Give one where the same keys are to come each time.
        forgets: whether it says that it may forget its last moments, as
            a database does that does not wait for its disk; ``forget``
            makes it so.
    """

    def __init__(
        self,
        tenant: str = "",
        *,
        id: str | None = None,
        forgets: bool = False,
        house: House = HOUSE,
    ) -> None:
        check_tenant(tenant)
        self._codec = codec_of(house)
        self._tenant = tenant
        self.id = secrets.token_hex(6) if id is None else id
        self.may_forget = forgets
        """What it says of itself; by itself it ends with its process, and
        then nothing is left that could be done once more."""
        self._lock = threading.RLock()
        self._fresh: dict[str, Effect] = {}
        self.uncommitted = False
        self._rows: dict[str, _Row[C]] = {}
        self._effects: dict[str, Effect] = {}
        self._open: dict[str, None] = {}
        self._timed: dict[str, None] = {}
        self._people: dict[str, Personal] = {}
        self._denials: dict[str, list[Denial]] = {}
        self._numbers: dict[ChannelNumber, str] = {}
        told_of_forks(self)

    def before_fork(self) -> None:
        """Each process has a store of its own from then on."""

    def after_fork(self) -> None:
        """Whoever held the lock is not in this process."""
        self._lock = threading.RLock()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[InMemoryOrderStore[C]]:
        """Several commands in one unit of work: all of it, or nothing.

        What it gives is the store to use meanwhile, in this thread;
        others wait until it ends.  An exception rolls all of it back.
        A desk on it performs nothing.
        """
        with self._lock:
            before = self._contents()
            inside = copy(self)
            inside.uncommitted = True
            try:
                yield inside
            except BaseException:
                for name, contents in before.items():
                    kept = vars(self)[name]
                    kept.clear()
                    kept.update(contents)
                raise

    def _contents(self) -> dict[str, dict[str, Any]]:
        """All that is kept, as it is now."""
        return {
            name: {key: _copied(value) for key, value in kept.items()}
            for name, kept in vars(self).items()
            if isinstance(kept, dict)
        }

    def forget(self, operation_id: str) -> tuple[Effect, ...]:
        """Lose a claim and those after it, as a power cut may.

        Unless something was committed or settled since.

        Returns:
            The effects as they are again.
        """
        with self._lock:
            names = list(self._fresh)
            if operation_id not in names:
                return ()
            lost = names[names.index(operation_id) :]
            found = {name: self._fresh.pop(name) for name in lost}
            self._effects.update(found)
            return tuple(found.values())

    def load(self, order_id: str, /) -> Loaded[C] | None:
        """The case as it stands; None: there is none."""
        with self._lock:
            row = self._rows.get(order_id)
            return None if row is None else Loaded(case=row.case)

    def answer(self, request: FindAnswer, /) -> Answer | None:
        """What an input of this id was answered; None: nothing yet."""
        with self._lock:
            row = self._rows.get(request.order_id)
            if row is None:
                return None
            return row.answers.get(request.input_id)

    def commit(self, commit: Commit[C], /) -> CommitOutcome:
        """Store a decision, all of it or nothing."""
        with self._lock:
            row = self._rows.get(commit.order_id)
            version = 0 if row is None else len(row.history)
            if row is not None and commit.input_id in row.answers:
                return Repeated(row.answers[commit.input_id])
            if version != commit.expected_version:
                return Stale(version=version)
            settles = self._settles(commit)
            if not all(self._holds(settle) for settle in settles):
                return ClaimLost()
            if taken_by := self._taken(commit):
                return NumberTaken(order_id=taken_by)
            _check(commit, self._effects)
            if row is None:
                row = _Row(commit.case, commit.summary, [])
                if commit.events:
                    self._rows[commit.order_id] = row
            self._store(row, commit)
            self._fresh.clear()
            for settle in settles:
                self._settle(settle)
            return Committed(version=len(row.history))

    def _taken(self, commit: Commit[C]) -> str:
        """The other order whose number it claims; empty: none."""
        if commit.number is None:
            return ""
        owner = self._numbers.get(commit.number, commit.order_id)
        return "" if owner == commit.order_id else owner

    def _settles(self, commit: Commit[C]) -> list[Settle]:
        """Leave out what is not there, or another order's."""
        return [
            settle
            for settle in commit.settles
            if settle.operation_id in self._effects
            and self._effects[settle.operation_id].intent.order_id
            == commit.order_id
        ]

    def _holds(self, request: Settle) -> bool:
        """Whether a settle's claim still holds, if it names one."""
        effect = self._effects[request.operation_id]
        claim = (effect.claimed_by, effect.attempts)
        return not request.claimed_by or claim == (
            request.claimed_by,
            request.attempts,
        )

    def _store(self, row: _Row[C], commit: Commit[C]) -> None:
        before = len(row.history)
        row.case = commit.case
        row.summary = commit.summary
        row.history.extend(commit.events)
        row.timers = commit.timers
        if commit.timers:
            self._timed[commit.order_id] = None
        else:
            self._timed.pop(commit.order_id, None)
        for intent in commit.intents:
            operation_id = intent.operation_id
            row.effects.append(operation_id)
            self._open[operation_id] = None
            self._effects[operation_id] = Effect(
                intent=intent,
                state=EffectState.PENDING,
                due_at=commit.now,
                created_at=commit.now,
                key=self._key(intent),
                request_hash=request_hash(intent),
            )
        if commit.number is not None:
            self._numbers[commit.number] = commit.order_id
        row.asked += len(commit.intents)
        self._people.update(commit.personal)
        row.people.extend(commit.personal)
        if commit.personal:
            row.telling.append(commit.input_id)
        if commit.input_id:
            row.answers[commit.input_id] = Answer(
                fingerprint=commit.fingerprint,
                first_version=before,
                last_version=len(row.history),
            )

    def _settle(self, request: Settle) -> bool:
        effect = self._effects.get(request.operation_id)
        if effect is None or not self._holds(request):
            return False
        settled = effect.state in {EffectState.DONE, EffectState.DECLINED}
        if settled and not request.renew:
            return False
        doubted = request.doubted
        effect = replace(
            effect,
            state=request.state,
            due_at=request.due_at,
            note=request.note,
            claimed_by="",
            doubted=effect.doubted if doubted is None else doubted,
        )
        if request.renew and not effect.doubted:
            generation = effect.generation + 1
            effect = replace(
                effect,
                generation=generation,
                key=self._key(effect.intent, generation),
                begun_at=None,
            )
        self._effects[request.operation_id] = effect
        if request.state.is_over:
            self._open.pop(request.operation_id, None)
        else:
            self._open[request.operation_id] = None
        return True

    def _key(self, intent: Intent, generation: int = 1) -> str:
        return provider_key(
            intent.operation_id,
            tenant=self._tenant,
            generation=generation,
            store=self.id,
        )

    def history(self, order_id: str, /) -> tuple[Recorded, ...]:
        """All events of an order, in sequence."""
        with self._lock:
            row = self._rows.get(order_id)
            return () if row is None else tuple(row.history)

    def effects(self, order_id: str, /) -> tuple[Effect, ...]:
        """All effects of an order, in the order they were asked for."""
        with self._lock:
            row = self._rows.get(order_id)
            operations = [] if row is None else row.effects
            return tuple(self._effects[each] for each in operations)

    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        """Claim due effects; each comes as it was before the claim.

        Raises:
            UncommittedError: in a ``transaction``.
        """
        if self.uncommitted:
            raise UncommittedError("a transaction of the store in memory")
        with self._lock:
            if request.order_id:
                row = self._rows.get(request.order_id)
                candidates = [] if row is None else row.effects
            else:
                candidates = list(self._open)
            due = [
                self._effects[operation]
                for operation in candidates
                if operation in self._open
                and self._effects[operation].due_at <= request.now
            ]
            due.sort(key=lambda effect: effect.due_at)
            due = due[: request.limit]
            far = self._far(request, candidates)[: request.limit - len(due)]
            for effect in far:
                doubtful = effect.state is EffectState.IN_DOUBT
                self._effects[effect.operation_id] = replace(
                    effect,
                    due_at=request.until,
                    state=EffectState.CLAIMED if doubtful else effect.state,
                )
            for effect in due:
                self._fresh.setdefault(effect.operation_id, effect)
                self._effects[effect.operation_id] = replace(
                    effect,
                    state=EffectState.CLAIMED,
                    due_at=request.until,
                    claimed_by=request.owner,
                    attempts=effect.attempts + 1,
                    begun_at=effect.begun_at or request.now,
                    doubted=effect.doubted
                    or effect.state is EffectState.CLAIMED,
                )
            return (*due, *far)

    def _far(
        self, request: ClaimEffects, candidates: list[str]
    ) -> list[Effect]:
        """What is due later than any wait, the nearest first."""
        latest = request.latest
        if latest is None or request.order_id:
            return []
        far = [
            self._effects[operation]
            for operation in candidates
            if operation in self._open
            and self._effects[operation].due_at > latest
        ]
        return sorted(far, key=lambda effect: effect.due_at)

    def settle(self, request: Settle, /) -> bool:
        """Say how an effect goes on; False: the claim was lost."""
        with self._lock:
            self._fresh.clear()
            return self._settle(request)

    def due_timers(self, request: FindDueTimers, /) -> tuple[DueTimer, ...]:
        """Timers whose dates have come, the earliest first."""
        with self._lock:
            wanted = (
                [request.order_id] if request.order_id else list(self._timed)
            )
            due = [
                DueTimer(order_id=order_id, timer=timer)
                for order_id in wanted
                if order_id in self._rows
                for timer in self._rows[order_id].timers
                if timer.at <= request.now
            ]
        due.sort(key=lambda found: found.timer.at)
        return tuple(due[request.skip : request.skip + request.limit])

    def people(self, refs: tuple[str, ...], /) -> Mapping[str, Personal]:
        """Personal data by reference; what was erased is not there."""
        with self._lock:
            known = self._people
            return {ref: known[ref] for ref in refs if ref in known}

    def erase(self, request: Erase, /) -> int:
        """Erase personal data, and nothing else; say how many values."""
        with self._lock:
            erased = 0
            for order_id, row in self._rows.items():
                customer = row.summary.customer_id
                if order_id == request.order_id or (
                    customer and customer == request.customer_id
                ):
                    for ref in row.people:
                        erased += self._people.pop(ref, None) is not None
                    for input_id in row.telling:
                        _forget(row.answers, input_id)
            return erased

    def deny(self, denial: Denial, /) -> None:
        """Record that a command was denied."""
        with self._lock:
            kept = self._denials.setdefault(denial.order_id, [])
            kept.append(denial)
            if len(kept) > MAX_DENIALS:
                del kept[MAX_DENIALS // 2]

    def denials(self, order_id: str, /) -> tuple[Denial, ...]:
        """The commands that were denied, in their order."""
        with self._lock:
            return tuple(self._denials.get(order_id, ()))

    def links(self, order_id: str, /) -> tuple[Link, ...]:
        """The events of an order, written and chained as it is asked."""
        history = self.history(order_id)
        documents = [
            self._codec.dumps(recorded, "recorded") for recorded in history
        ]
        digests = chained(START, documents)
        return tuple(
            Link(sequence=number, document=document, digest=digest)
            for number, (document, digest) in enumerate(
                zip(documents, digests, strict=True), start=1
            )
        )

    def kept(self, order_id: str, /) -> Kept[C] | None:
        """All that is kept of an order; None: nothing."""
        with self._lock:
            row = self._rows.get(order_id)
            if row is None:
                return None
            return Kept(
                version=len(row.history),
                case=row.case,
                summary=row.summary,
                timers=row.timers,
                timer_at=min((each.at for each in row.timers), default=None),
                asked=row.asked,
                links=self.links(order_id),
                effects=self.effects(order_id),
            )

    def orders(self, request: FindOrders, /) -> tuple[OrderSummary, ...]:
        """A page of orders."""
        with self._lock:
            found = sorted(
                (row.summary for row in self._rows.values()),
                key=lambda summary: summary.order_id,
            )
        return tuple(
            itertools.islice(
                (one for one in found if _fits(one, request)), request.limit
            )
        )

    def backlog(self, request: FindBacklog, /) -> tuple[Backlog, ...]:
        """What the ports have not settled yet, or a person must."""
        over = {EffectState.DONE, EffectState.DECLINED}
        with self._lock:
            effects = [
                effect
                for effect in self._effects.values()
                if effect.state not in over
                and request.port in {None, effect.intent.port}
            ]
        groups: dict[tuple[str, EffectState], list[Effect]] = {}
        for effect in effects:
            group = (effect.intent.port, effect.state)
            groups.setdefault(group, []).append(effect)
        return tuple(
            Backlog(
                port=port,
                state=state,
                count=len(group),
                since=min(effect.created_at for effect in group),
                next_at=min(effect.due_at for effect in group),
            )
            for (port, state), group in sorted(
                groups.items(), key=lambda item: (item[0][0], item[0][1].value)
            )
        )


def _forget(answers: dict[str, Answer], input_id: str) -> None:
    """Leave of a fingerprint nothing that would confirm a guess."""
    if input_id in answers:
        answers[input_id] = attrs.evolve(answers[input_id], fingerprint="")


def _copied(value: Any) -> Any:
    """What is changed in its place is copied; all else is frozen."""
    if isinstance(value, _Row):
        parts = {
            k: copy(v) for k, v in attrs.asdict(value, recurse=False).items()
        }
        return _Row(**parts)
    return copy(value) if isinstance(value, list) else value


def _fits(summary: OrderSummary, request: FindOrders) -> bool:
    """Whether an order is one of those that are asked for."""
    wanted = {
        name: getattr(request, name)
        for name in (
            "channel",
            "channel_number",
            "customer_id",
            "order_status",
            "payment_status",
            "fulfilment_status",
            "returns_status",
        )
    }
    return (
        summary.order_id > request.after
        and (summary.open_exceptions > 0 or not request.with_exceptions)
        and all(
            not value or value == getattr(summary, name)
            for name, value in wanted.items()
        )
    )


def _check(commit: Commit[C], known: Mapping[str, Effect]) -> None:
    """Refuse what a database's constraints would refuse."""
    expected = commit.expected_version
    for recorded in commit.events:
        expected += 1
        if recorded.sequence != expected:
            message = f"event {recorded.sequence} where {expected} is due"
            raise PortError(message)
    new: set[str] = set()
    for intent in commit.intents:
        if intent.operation_id in known or intent.operation_id in new:
            message = f"operation {intent.operation_id} is there already"
            raise PortError(message)
        new.add(intent.operation_id)


class AsyncInMemoryOrderStore(Generic[C]):
    """Its async twin: waits one turn of the loop, and delegates."""

    def __init__(self, inner: InMemoryOrderStore[C] | None = None) -> None:
        self.inner = inner if inner is not None else InMemoryOrderStore[C]()

    @property
    def may_forget(self) -> bool:
        """Whether it says so; see ``InMemoryOrderStore``."""
        return self.inner.may_forget

    async def load(self, order_id: str, /) -> Loaded[C] | None:
        """The case as it stands; None: there is none."""
        await asyncio.sleep(0)
        return self.inner.load(order_id)

    async def answer(self, request: FindAnswer, /) -> Answer | None:
        """What an input of this id was answered; None: nothing yet."""
        await asyncio.sleep(0)
        return self.inner.answer(request)

    async def commit(self, commit: Commit[C], /) -> CommitOutcome:
        """Store a decision, all of it or nothing."""
        await asyncio.sleep(0)
        return self.inner.commit(commit)

    async def history(self, order_id: str, /) -> tuple[Recorded, ...]:
        """All events of an order, in sequence."""
        await asyncio.sleep(0)
        return self.inner.history(order_id)

    async def effects(self, order_id: str, /) -> tuple[Effect, ...]:
        """All effects of an order, in the order they were asked for."""
        await asyncio.sleep(0)
        return self.inner.effects(order_id)

    async def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        """Claim due effects; each comes as it was before the claim."""
        await asyncio.sleep(0)
        return self.inner.claim(request)

    async def settle(self, request: Settle, /) -> bool:
        """Say how an effect goes on; False: the claim was lost."""
        await asyncio.sleep(0)
        return self.inner.settle(request)

    async def due_timers(
        self, request: FindDueTimers, /
    ) -> tuple[DueTimer, ...]:
        """Timers whose dates have come, the earliest first."""
        await asyncio.sleep(0)
        return self.inner.due_timers(request)

    async def people(self, refs: tuple[str, ...], /) -> Mapping[str, Personal]:
        """Personal data by reference; what was erased is not there."""
        await asyncio.sleep(0)
        return self.inner.people(refs)

    async def erase(self, request: Erase, /) -> int:
        """Erase personal data, and nothing else; say how many values."""
        await asyncio.sleep(0)
        return self.inner.erase(request)

    async def deny(self, denial: Denial, /) -> None:
        """Record that a command was denied."""
        await asyncio.sleep(0)
        self.inner.deny(denial)

    async def denials(self, order_id: str, /) -> tuple[Denial, ...]:
        """The commands that were denied, in their order."""
        await asyncio.sleep(0)
        return self.inner.denials(order_id)

    async def links(self, order_id: str, /) -> tuple[Link, ...]:
        """The events of an order as they are stored, in sequence."""
        await asyncio.sleep(0)
        return self.inner.links(order_id)

    async def kept(self, order_id: str, /) -> Kept[C] | None:
        """All that is kept of an order; None: nothing."""
        await asyncio.sleep(0)
        return self.inner.kept(order_id)

    async def orders(self, request: FindOrders, /) -> tuple[OrderSummary, ...]:
        """A page of orders."""
        await asyncio.sleep(0)
        return self.inner.orders(request)

    async def backlog(self, request: FindBacklog, /) -> tuple[Backlog, ...]:
        """What the ports have not settled yet, or a person must."""
        await asyncio.sleep(0)
        return self.inner.backlog(request)
