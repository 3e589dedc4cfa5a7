"""The order store: history, state, the ledger of effects, timers.

One rule carries everything: a decision is stored in **one**
transaction, its events, its state, what it asks of the ports, its
timers and the answer to its command id, all or nothing, and only if
the case is still at the version that was decided on.

The ledger of effects knows of each intent what has become of it.  An
effect is claimed in a transaction of its own, performed outside every
transaction, and settled together with the events that its outcome
leads to.

A store belongs to one tenant.  What another tenant has is not there
for it: it is not found, and cannot be changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol, TypeVar

import attrs

from orderlife._kernel.messages import Recorded
from orderlife._values.personal import Personal
from orderlife._values.times import utc
from orderlife.ports._archive import Archive, is_closed
from orderlife.ports._commits import (
    Answer,
    ChannelNumber,
    ClaimLost,
    Commit,
    CommitOutcome,
    Committed,
    Decided,
    FindAnswer,
    Loaded,
    NumberTaken,
    OrderSummary,
    Repeated,
    Stale,
    salted,
)
from orderlife.ports._effects import (
    Backlog,
    ClaimEffects,
    ClaimNew,
    Effect,
    EffectState,
    FindBacklog,
    Settle,
)
from orderlife.ports._feed import (
    AsyncFeedStore,
    Cursor,
    FeedEntry,
    FeedStore,
    FindCursors,
    HoldCursor,
    MoveCursor,
    ReadFeed,
)
from orderlife.ports._kept import Kept, Link, Snapshot
from orderlife.ports._timers import (
    DueTimer,
    FindDueTimers,
    Postpone,
    due_of,
)

__all__ = [
    "Answer",
    "Archive",
    "AsyncFeedStore",
    "AsyncOrderStore",
    "Backlog",
    "ChannelNumber",
    "ClaimEffects",
    "ClaimLost",
    "ClaimNew",
    "Commit",
    "CommitOutcome",
    "Committed",
    "Cursor",
    "Decided",
    "Denial",
    "DueTimer",
    "Effect",
    "EffectState",
    "Erase",
    "FeedEntry",
    "FeedStore",
    "FindAnswer",
    "FindBacklog",
    "FindCursors",
    "FindDueTimers",
    "FindOrders",
    "FindPeople",
    "HoldCursor",
    "Kept",
    "Link",
    "Loaded",
    "MoveCursor",
    "NumberTaken",
    "OrderStore",
    "OrderSummary",
    "Postpone",
    "ReadFeed",
    "Repeated",
    "Settle",
    "Snapshot",
    "Stale",
    "due_of",
    "is_closed",
    "salted",
]

C = TypeVar("C")


@attrs.frozen(kw_only=True)
class FindOrders:
    """A page of orders, by their ids.

    Empty fields match all orders; all the others must match.  Ids that
    sort by time, as a desk makes them, give the pages in the order in
    which the orders came.
    """

    channel: str = ""
    channel_number: str = ""
    customer_id: str = ""
    order_status: str = ""
    payment_status: str = ""
    fulfilment_status: str = ""
    returns_status: str = ""
    with_exceptions: bool = False
    """True: only orders with an open exception item."""
    after: str = ""
    """The last id of the page before; empty: from the start."""
    limit: int = 100


@attrs.frozen(kw_only=True)
class Erase:
    """A request to erase the personal data of an order or of a customer."""

    order_id: str = ""
    customer_id: str = ""


@attrs.frozen(kw_only=True)
class Denial:
    """The record of a command that was denied to its actor."""

    order_id: str
    command_id: str
    command: str
    """The command's class, such as ``RefundPayment``."""
    actor: str
    why: str
    at: datetime = attrs.field(converter=utc)


@attrs.frozen(kw_only=True)
class FindPeople:
    """A request for personal data of an order."""

    order_id: str
    refs: tuple[str, ...]
    """The references of its events, such as ``o1:ship_to``."""


class OrderStore(FeedStore, Protocol[C]):
    """Keeps cases.  Adapters implement it for one database.

    A store that has its ``House`` as ``house`` is refused by a desk of
    another one.
    """

    @property
    def may_forget(self) -> bool:
        """Whether the last commits may be lost in a power cut.

        Such commits and claims would be lost, while providers have acted
        on them.  The store knows at the latest after a claim.
        """
        ...

    def load(self, order_id: str, /) -> Loaded[C] | None:
        """The case as it is stored; None: there is none."""
        ...

    def answer(self, request: FindAnswer, /) -> Answer | None:
        """The answer that an input of this id got; None: none yet."""
        ...

    def commit(self, commit: Commit[C], /) -> CommitOutcome:
        """Store a decision, all of it or nothing."""
        ...

    def history(self, order_id: str, /) -> tuple[Recorded, ...]:
        """All events of an order, in sequence."""
        ...

    def effects(self, order_id: str, /) -> tuple[Effect, ...]:
        """All effects of an order, in the order they were asked for."""
        ...

    def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        """Claim due effects; each is given as it was before the claim.

        Effects that were due too late, and are due earlier now, follow.

        Raises:
            UncommittedError: the store is part of the application's
                transaction: a rollback would forget effects that were
                performed now.
        """
        ...

    def settle(self, request: Settle, /) -> bool:
        """Store how an effect goes on; False: the claim was lost."""
        ...

    def due_timers(self, request: FindDueTimers, /) -> tuple[DueTimer, ...]:
        """Timers that are due, the earliest first.

        Those of orders that were put off follow, once that is over.
        However many are put off, it takes no longer.
        """
        ...

    def postpone(self, request: Postpone, /) -> bool:
        """Leave an order out of ``due_timers`` until then.

        False: there are later events of it, and it is not put off.
        """
        ...

    def people(self, request: FindPeople, /) -> Mapping[str, Personal]:
        """Personal data by reference; what was erased is not there."""
        ...

    def erase(self, request: Erase, /) -> int:
        """Erase personal data; give the number of values erased.

        The salts go too that the fingerprints of inputs which held them
        were made with, and nothing else does.

        Raises:
            TracesLeftError: they are erased, but a trace of them is
                left for now; names where, and how to remove it.
        """
        ...

    def deny(self, denial: Denial, /) -> None:
        """Record that a command was denied.

        At most ``MAX_DENIALS`` are kept for an order id: half of them
        the first ones, half the last.
        """
        ...

    def denials(self, order_id: str, /) -> tuple[Denial, ...]:
        """The commands that were denied, the oldest first."""
        ...

    def links(self, order_id: str, /) -> tuple[Link, ...]:
        """The decisions on an order as they are stored, in sequence."""
        ...

    def kept(self, order_id: str, /) -> Kept[C] | None:
        """All that is stored of an order, read anew; None: nothing."""
        ...

    def orders(self, request: FindOrders, /) -> tuple[OrderSummary, ...]:
        """A page of orders."""
        ...

    def archive(self, request: Archive, /) -> tuple[str, ...]:
        """Fold closed orders away, the longest closed first; give their ids.

        Nothing is lost: all that is read of such an order, its inputs'
        answers and the feed are as before, and a decision on it unfolds
        it again.  Whoever changes an order meanwhile is first.  One that
        still has an effect which is not over, or whose decisions do not
        fit its head, is left as it is.
        """
        ...

    def backlog(self, request: FindBacklog, /) -> tuple[Backlog, ...]:
        """How many effects are not settled, by port and state."""
        ...


class AsyncOrderStore(AsyncFeedStore, Protocol[C]):
    """The async twin of ``OrderStore``."""

    @property
    def may_forget(self) -> bool:
        """Whether the last commits may be lost in a power cut.

        Such commits and claims would be lost, while providers have acted
        on them.  The store knows at the latest after a claim.
        """
        ...

    async def load(self, order_id: str, /) -> Loaded[C] | None:
        """The case as it is stored; None: there is none."""
        ...

    async def answer(self, request: FindAnswer, /) -> Answer | None:
        """The answer that an input of this id got; None: none yet."""
        ...

    async def commit(self, commit: Commit[C], /) -> CommitOutcome:
        """Store a decision, all of it or nothing."""
        ...

    async def history(self, order_id: str, /) -> tuple[Recorded, ...]:
        """All events of an order, in sequence."""
        ...

    async def effects(self, order_id: str, /) -> tuple[Effect, ...]:
        """All effects of an order, in the order they were asked for."""
        ...

    async def claim(self, request: ClaimEffects, /) -> tuple[Effect, ...]:
        """Claim due effects; each is given as it was before the claim.

        Effects that were due too late, and are due earlier now, follow.

        Raises:
            UncommittedError: the store is part of the application's
                transaction: a rollback would forget effects that were
                performed now.
        """
        ...

    async def settle(self, request: Settle, /) -> bool:
        """Store how an effect goes on; False: the claim was lost."""
        ...

    async def due_timers(
        self, request: FindDueTimers, /
    ) -> tuple[DueTimer, ...]:
        """Timers that are due, the earliest first.

        Those of orders that were put off follow, once that is over.
        However many are put off, it takes no longer.
        """
        ...

    async def postpone(self, request: Postpone, /) -> bool:
        """Leave an order out of ``due_timers`` until then.

        False: there are later events of it, and it is not put off.
        """
        ...

    async def people(self, request: FindPeople, /) -> Mapping[str, Personal]:
        """Personal data by reference; what was erased is not there."""
        ...

    async def erase(self, request: Erase, /) -> int:
        """Erase personal data; give the number of values erased.

        The salts go too that the fingerprints of inputs which held them
        were made with, and nothing else does.

        Raises:
            TracesLeftError: they are erased, but a trace of them is
                left for now; names where, and how to remove it.
        """
        ...

    async def deny(self, denial: Denial, /) -> None:
        """Record that a command was denied.

        At most ``MAX_DENIALS`` are kept for an order id: half of them
        the first ones, half the last.
        """
        ...

    async def denials(self, order_id: str, /) -> tuple[Denial, ...]:
        """The commands that were denied, the oldest first."""
        ...

    async def links(self, order_id: str, /) -> tuple[Link, ...]:
        """The decisions on an order as they are stored, in sequence."""
        ...

    async def kept(self, order_id: str, /) -> Kept[C] | None:
        """All that is stored of an order, read anew; None: nothing."""
        ...

    async def orders(self, request: FindOrders, /) -> tuple[OrderSummary, ...]:
        """A page of orders."""
        ...

    async def archive(self, request: Archive, /) -> tuple[str, ...]:
        """Fold closed orders away, the longest closed first; give their ids.

        Nothing is lost: all that is read of such an order, its inputs'
        answers and the feed are as before, and a decision on it unfolds
        it again.  Whoever changes an order meanwhile is first.  One that
        still has an effect which is not over, or whose decisions do not
        fit its head, is left as it is.
        """
        ...

    async def backlog(self, request: FindBacklog, /) -> tuple[Backlog, ...]:
        """How many effects are not settled, by port and state."""
        ...
