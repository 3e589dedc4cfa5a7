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

from orderlife._checks.validation import check_tenant
from orderlife._kernel.house import House
from orderlife._kernel.messages import Recorded
from orderlife._values.forks import told_of_forks
from orderlife._values.limits import MAX_DENIALS
from orderlife._values.personal import Personal
from orderlife.engine.chain import check_commit, entry_of, link_of
from orderlife.house import HOUSE
from orderlife.memory._archive import ArchiveInMemory
from orderlife.memory._feed import AsyncFeedInMemory, FeedInMemory
from orderlife.memory._ledger import Ledger, Named
from orderlife.memory._rows import Row, copied, fits
from orderlife.ports.store import (
    Answer,
    Archive,
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
    Erase,
    FeedEntry,
    FindAnswer,
    FindBacklog,
    FindDueTimers,
    FindOrders,
    FindPeople,
    Kept,
    Link,
    Loaded,
    NumberTaken,
    OrderSummary,
    Postpone,
    Repeated,
    Settle,
    Snapshot,
    Stale,
    due_of,
)

__all__ = ["AsyncInMemoryOrderStore", "InMemoryOrderStore"]

C = TypeVar("C")


class InMemoryOrderStore(Ledger, ArchiveInMemory, FeedInMemory, Generic[C]):
    """Keeps everything in dictionaries, behind one lock.

    Args:
        tenant: the tenant; part of each effect's key.
        id: the store's id, which is part of each key as well; None: a
            random one.  Give one to get the same keys each time.
        forgets: what ``may_forget`` answers: True, as of a database that
            does not wait for its disk; ``forget`` loses commits.
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
        super().__init__(tenant, id, house)
        FeedInMemory.__init__(self)
        self.may_forget = forgets
        """The value of ``forgets``; False by default, as the store ends with
        its process, and no effect is left to be performed twice."""
        self._rows: dict[str, Row[C]] = {}
        self._timed: dict[str, None] = {}
        self._denials: dict[str, list[Denial]] = {}
        self._numbers: dict[ChannelNumber, str] = {}
        told_of_forks(self)

    def before_fork(self) -> None:
        """Do nothing: each process has its own store from then on."""

    def after_fork(self) -> None:
        """Make a new lock: the old one's holder is not in this process."""
        self._lock = threading.RLock()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[InMemoryOrderStore[C]]:
        """Several commands in one transaction: all of them, or none.

        It gives the store to use within it, in this thread; other
        threads wait until it ends.  An exception rolls all of it back.
        A desk on the given store performs no effects.
        """
        with self._lock:
            before = self._contents()
            inside = copy(self)
            fresh: dict[int, FeedEntry] = {}
            vars(inside).update(uncommitted=True, _feed=fresh)
            try:
                yield inside
            except BaseException:
                for name, contents in before.items():
                    kept = vars(self)[name]
                    kept.clear()
                    kept.update(contents)
                raise
            self._follow((e.order_id, e.recorded) for e in fresh.values())

    def _contents(self) -> dict[str, dict[str, Any]]:
        """A copy of all contents."""
        return {
            name: {key: copied(value) for key, value in kept.items()}
            for name, kept in vars(self).items()
            if isinstance(kept, dict)
        }

    def load(self, order_id: str, /) -> Loaded[C] | None:
        """The case as it is stored; None: there is none."""
        with self._lock:
            row = self._rows.get(order_id)
            return None if row is None else Loaded(case=row.case)

    def answer(self, request: FindAnswer, /) -> Answer | None:
        """The answer that an input of this id got; None: none yet."""
        with self._lock:
            row = self._rows.get(request.order_id)
            return None if row is None else row.answer(request.input_id)

    def commit(self, commit: Commit[C], /) -> CommitOutcome:
        """Store a decision, all of it or nothing."""
        with self._lock:
            row = self._rows.get(commit.order_id)
            version = 0 if row is None else row.version
            if row is not None and (answer := row.answer(commit.input_id)):
                return Repeated(answer)
            if version != commit.expected_version:
                return Stale(version=version)
            if row is not None:
                self._unfold(row)
            settles = self._settles(commit)
            if not all(self._holds(settle) for settle in settles):
                return ClaimLost()
            if taken_by := self._taken(commit):
                return NumberTaken(order_id=taken_by)
            check_commit(commit, () if row is None else row.effects)
            if row is None:
                row = Row(commit.case, commit.summary)
                if commit.events:
                    self._rows[commit.order_id] = row
            claimed = self._store(row, commit)
            self._fresh.clear()
            for settle in (*settles, *self._known(commit, commit.asides)):
                self._settle(settle)
            return Committed(version=row.version, head="", claimed=claimed)

    def _taken(self, commit: Commit[C]) -> str:
        """Id of the other order that has the claimed number; empty: none."""
        if commit.number is None:
            return ""
        owner = self._numbers.get(commit.number, commit.order_id)
        return "" if owner == commit.order_id else owner

    def _store(self, row: Row[C], commit: Commit[C]) -> tuple[Effect, ...]:
        """Store a decision; give the effects that are claimed in it."""
        row.case = commit.case
        row.summary = commit.summary
        salt = secrets.token_hex(16) if commit.personal else ""
        entry = entry_of(commit, salt)
        if entry is not None:
            row.add(entry, salt)
        self._follow((commit.order_id, each) for each in commit.events)
        row.timers = commit.timers
        row.put_off = None
        self._rest(row, commit)
        if commit.timers:
            self._timed[commit.order_id] = None
        else:
            self._timed.pop(commit.order_id, None)
        claimed: list[Effect] = []
        for intent in commit.intents:
            row.effects.append(intent.operation_id)
            claimed += self._enter(intent, commit.now, commit.claim)
        if commit.number is not None:
            self._numbers[commit.number] = commit.order_id
        row.asked += len(commit.intents)
        row.people.update(commit.personal)
        return tuple(claimed)

    def _operations(self, order_id: str) -> list[str]:
        row = self._rows.get(order_id)
        return [] if row is None else row.effects

    def _folded(self, order_id: str) -> Mapping[Named, Effect]:
        row = self._rows.get(order_id)
        return {} if row is None else row.folded

    def history(self, order_id: str, /) -> tuple[Recorded, ...]:
        """All events of an order, in sequence."""
        with self._lock:
            row = self._rows.get(order_id)
            return () if row is None else row.history()

    def due_timers(self, request: FindDueTimers, /) -> tuple[DueTimer, ...]:
        """Timers that are due, the earliest first; see ``OrderStore``."""
        with self._lock:
            wanted = (
                [request.order_id] if request.order_id else list(self._timed)
            )
            rows = {
                order_id: self._rows[order_id]
                for order_id in wanted
                if order_id in self._rows
            }
            due = [
                (row.put_off is not None, found.timer.at, found)
                for order_id, row in rows.items()
                if request.order_id or not _waits(row, request)
                for found in due_of(
                    order_id, row.version, row.timers, request.now
                )
            ]
        due.sort(key=lambda each: each[:2])
        return tuple(found for *_, found in due[: request.limit])

    def postpone(self, request: Postpone, /) -> bool:
        """Leave an order out of ``due_timers`` until then."""
        with self._lock:
            row = self._rows.get(request.order_id)
            if row is None or row.version != request.version:
                return False
            row.put_off = request.until
            return True

    def people(self, request: FindPeople, /) -> Mapping[str, Personal]:
        """Personal data by reference; what was erased is not there."""
        with self._lock:
            row = self._rows.get(request.order_id)
            known = {} if row is None else row.people
            return {ref: known[ref] for ref in request.refs if ref in known}

    def erase(self, request: Erase, /) -> int:
        """Erase personal data, and nothing else; give the number of values."""
        with self._lock:
            erased = 0
            for order_id, row in self._rows.items():
                customer = row.summary.customer_id
                if order_id == request.order_id or (
                    customer and customer == request.customer_id
                ):
                    erased += len(row.people)
                    row.people.clear()
                    row.salts.clear()
            return erased

    def deny(self, denial: Denial, /) -> None:
        """Record that a command was denied."""
        with self._lock:
            kept = self._denials.setdefault(denial.order_id, [])
            kept.append(denial)
            if len(kept) > MAX_DENIALS:
                del kept[MAX_DENIALS // 2]

    def denials(self, order_id: str, /) -> tuple[Denial, ...]:
        """The commands that were denied, the oldest first."""
        with self._lock:
            return tuple(self._denials.get(order_id, ()))

    def links(self, order_id: str, /) -> tuple[Link, ...]:
        """The decisions on an order, chained on each call."""
        with self._lock:
            row = self._rows.get(order_id)
            entries = () if row is None else tuple(row.entries)
        links: list[Link] = []
        before = ""
        for number, entry in enumerate(entries, 1):
            link = link_of(order_id, number, before, entry, self._codec)
            before = link.digest
            links.append(link)
        return tuple(links)

    def kept(self, order_id: str, /) -> Kept[C] | None:
        """All that is stored of an order; None: nothing."""
        with self._lock:
            row = self._rows.get(order_id)
            if row is None:
                return None
            return Kept(
                version=row.version,
                snapshot=Snapshot(
                    number=len(row.entries),
                    version=row.version,
                    case=row.case,
                ),
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
                (one for one in found if fits(one, request)), request.limit
            )
        )


def _waits(row: Row[Any], request: FindDueTimers) -> bool:
    """Whether an order is put off, by a clock that can be right."""
    if row.put_off is None or row.put_off <= request.now:
        return False
    return request.latest is None or row.put_off <= request.latest


class AsyncInMemoryOrderStore(
    AsyncFeedInMemory[InMemoryOrderStore[C]], Generic[C]
):
    """Its async twin: waits one turn of the loop, and delegates."""

    def __init__(self, inner: InMemoryOrderStore[C] | None = None) -> None:
        self.inner = inner if inner is not None else InMemoryOrderStore[C]()

    @property
    def house(self) -> House:
        """The house of the orders."""
        return self.inner.house

    @property
    def may_forget(self) -> bool:
        """Whether commits may be lost; see ``InMemoryOrderStore``."""
        return self.inner.may_forget

    async def load(self, order_id: str, /) -> Loaded[C] | None:
        """The case as it is stored; None: there is none."""
        await asyncio.sleep(0)
        return self.inner.load(order_id)

    async def answer(self, request: FindAnswer, /) -> Answer | None:
        """The answer that an input of this id got; None: none yet."""
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
        """Claim due effects; each is given as it was before the claim."""
        await asyncio.sleep(0)
        return self.inner.claim(request)

    async def settle(self, request: Settle, /) -> bool:
        """Store how an effect goes on; False: the claim was lost."""
        await asyncio.sleep(0)
        return self.inner.settle(request)

    async def due_timers(
        self, request: FindDueTimers, /
    ) -> tuple[DueTimer, ...]:
        """Timers that are due, the earliest first."""
        await asyncio.sleep(0)
        return self.inner.due_timers(request)

    async def postpone(self, request: Postpone, /) -> bool:
        """Leave an order out of ``due_timers`` until then."""
        await asyncio.sleep(0)
        return self.inner.postpone(request)

    async def people(self, request: FindPeople, /) -> Mapping[str, Personal]:
        """Personal data by reference; what was erased is not there."""
        await asyncio.sleep(0)
        return self.inner.people(request)

    async def erase(self, request: Erase, /) -> int:
        """Erase personal data, and nothing else; give the number of values."""
        await asyncio.sleep(0)
        return self.inner.erase(request)

    async def deny(self, denial: Denial, /) -> None:
        """Record that a command was denied."""
        await asyncio.sleep(0)
        self.inner.deny(denial)

    async def denials(self, order_id: str, /) -> tuple[Denial, ...]:
        """The commands that were denied, the oldest first."""
        await asyncio.sleep(0)
        return self.inner.denials(order_id)

    async def links(self, order_id: str, /) -> tuple[Link, ...]:
        """The decisions on an order, chained on each call."""
        await asyncio.sleep(0)
        return self.inner.links(order_id)

    async def kept(self, order_id: str, /) -> Kept[C] | None:
        """All that is stored of an order; None: nothing."""
        await asyncio.sleep(0)
        return self.inner.kept(order_id)

    async def archive(self, request: Archive, /) -> tuple[str, ...]:
        """Fold closed orders away; give their ids."""
        await asyncio.sleep(0)
        return self.inner.archive(request)

    async def orders(self, request: FindOrders, /) -> tuple[OrderSummary, ...]:
        """A page of orders."""
        await asyncio.sleep(0)
        return self.inner.orders(request)

    async def backlog(self, request: FindBacklog, /) -> tuple[Backlog, ...]:
        """How many effects are not settled, by port and state."""
        await asyncio.sleep(0)
        return self.inner.backlog(request)
