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
from typing import Generic, Protocol, TypeVar

import attrs

from orderlife._kernel.messages import Recorded, Timer
from orderlife._values.personal import Personal
from orderlife._values.times import utc, utc_or_none
from orderlife.ports._commits import (
    Answer,
    ChannelNumber,
    ClaimLost,
    Commit,
    CommitOutcome,
    Committed,
    FindAnswer,
    Loaded,
    NumberTaken,
    OrderSummary,
    Repeated,
    Stale,
)
from orderlife.ports._effects import (
    Backlog,
    ClaimEffects,
    Effect,
    EffectState,
    FindBacklog,
    Settle,
)

__all__ = [
    "Answer",
    "AsyncOrderStore",
    "Backlog",
    "ChannelNumber",
    "ClaimEffects",
    "ClaimLost",
    "Commit",
    "CommitOutcome",
    "Committed",
    "Denial",
    "DueTimer",
    "Effect",
    "EffectState",
    "Erase",
    "FindAnswer",
    "FindBacklog",
    "FindDueTimers",
    "FindOrders",
    "Kept",
    "Link",
    "Loaded",
    "NumberTaken",
    "OrderStore",
    "OrderSummary",
    "Repeated",
    "Settle",
    "Stale",
]

C = TypeVar("C")


@attrs.frozen(kw_only=True)
class FindDueTimers:
    """Which timers' dates have come."""

    now: datetime = attrs.field(converter=utc)
    limit: int = 100
    skip: int = 0
    """How many of the earliest to leave out: they failed just now."""
    order_id: str = ""
    """Of this order only; empty: of any."""


@attrs.frozen(kw_only=True)
class DueTimer:
    """A timer whose date has come, and whose it is."""

    order_id: str
    timer: Timer


@attrs.frozen(kw_only=True)
class FindOrders:
    """A page of orders, by their ids.

    What is left empty does not matter; what is given must all fit.
    Ids that sort by their time, as a desk makes them, give the pages
    in the order in which the orders came.
    """

    channel: str = ""
    channel_number: str = ""
    customer_id: str = ""
    order_status: str = ""
    payment_status: str = ""
    fulfilment_status: str = ""
    returns_status: str = ""
    with_exceptions: bool = False
    """Only those in which an exception waits for somebody."""
    after: str = ""
    """The last id of the page before; empty: from the start."""
    limit: int = 100


@attrs.frozen(kw_only=True)
class Erase:
    """Whose personal data is to be gone: an order's, or a customer's."""

    order_id: str = ""
    customer_id: str = ""


@attrs.frozen(kw_only=True)
class Denial:
    """A command that its actor may not give: all that is kept of it."""

    order_id: str
    command_id: str
    command: str
    """Its class: ``RefundPayment``."""
    actor: str
    why: str
    at: datetime = attrs.field(converter=utc)


@attrs.frozen(kw_only=True)
class Link:
    """An event as it is stored, in the chain of its order's events."""

    sequence: int
    document: str
    digest: str
    """Of the digest before it and of the document."""


@attrs.frozen(kw_only=True)
class Kept(Generic[C]):
    """All that a store keeps of an order, to be compared.

    It is read at one moment, and from the store itself: nothing of it
    is what was at hand.
    """

    version: int
    """How many events there should be."""
    head: str = ""
    """As in ``Loaded``."""
    case: C
    summary: OrderSummary
    timers: tuple[Timer, ...]
    timer_at: datetime | None = attrs.field(converter=utc_or_none)
    """When the first of them is due, as the store has it."""
    asked: int
    """How many effects the order has asked for, ever."""
    links: tuple[Link, ...]
    effects: tuple[Effect, ...]


class OrderStore(Protocol[C]):
    """Keeps cases.  Adapters implement it for one database."""

    @property
    def may_forget(self) -> bool:
        """Whether its last moments may be gone after a power cut.

        What was committed then, claims too, is as if it had never been;
        what providers did is done.  At the latest it is known once
        something was claimed.
        """
        ...

    def load(self, order_id: str, /) -> Loaded[C] | None:
        """The case as it stands; None: there is none."""
        ...

    def answer(self, request: FindAnswer, /) -> Answer | None:
        """What an input of this id was answered; None: nothing yet."""
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
        """Claim due effects; each comes as it was before the claim.

        Behind them come those that were made due nearer.

        Raises:
            UncommittedError: the store is part of a transaction that
                somebody else ends: whatever was performed now, a
                rollback would forget.
        """
        ...

    def settle(self, request: Settle, /) -> bool:
        """Say how an effect goes on; False: the claim was lost."""
        ...

    def due_timers(self, request: FindDueTimers, /) -> tuple[DueTimer, ...]:
        """Timers whose dates have come, the earliest first."""
        ...

    def people(self, refs: tuple[str, ...], /) -> Mapping[str, Personal]:
        """Personal data by reference; what was erased is not there."""
        ...

    def erase(self, request: Erase, /) -> int:
        """Erase personal data, and say how many values.

        The fingerprints that were made over them go with them, and
        nothing else does.

        Raises:
            TracesLeftError: they are erased, and a trace of them is
                left for the moment; says where, and how it goes.
        """
        ...

    def deny(self, denial: Denial, /) -> None:
        """Record that a command was denied.

        Of an order id the first and the last of ``MAX_DENIALS`` are
        kept, half of each.
        """
        ...

    def denials(self, order_id: str, /) -> tuple[Denial, ...]:
        """The commands that were denied, in their order."""
        ...

    def links(self, order_id: str, /) -> tuple[Link, ...]:
        """The events of an order as they are stored, in sequence."""
        ...

    def kept(self, order_id: str, /) -> Kept[C] | None:
        """All that is kept of an order, read anew; None: nothing."""
        ...

    def orders(self, request: FindOrders, /) -> tuple[OrderSummary, ...]:
        """A page of orders."""
        ...

    def backlog(self, request: FindBacklog, /) -> tuple[Backlog, ...]:
        """What the ports have not settled yet, or a person must."""
        ...


class AsyncOrderStore(Protocol[C]):
    """The async twin of ``OrderStore``."""

    @property
    def may_forget(self) -> bool:
        """Whether its last moments may be gone after a power cut.

        What was committed then, claims too, is as if it had never been;
        what providers did is done.  At the latest it is known once
        something was claimed.
        """
        ...

    async def load(self, order_id: str, /) -> Loaded[C] | None:
        """The case as it stands; None: there is none."""
        ...

    async def answer(self, request: FindAnswer, /) -> Answer | None:
        """What an input of this id was answered; None: nothing yet."""
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
        """Claim due effects; each comes as it was before the claim.

        Behind them come those that were made due nearer.

        Raises:
            UncommittedError: the store is part of a transaction that
                somebody else ends: whatever was performed now, a
                rollback would forget.
        """
        ...

    async def settle(self, request: Settle, /) -> bool:
        """Say how an effect goes on; False: the claim was lost."""
        ...

    async def due_timers(
        self, request: FindDueTimers, /
    ) -> tuple[DueTimer, ...]:
        """Timers whose dates have come, the earliest first."""
        ...

    async def people(self, refs: tuple[str, ...], /) -> Mapping[str, Personal]:
        """Personal data by reference; what was erased is not there."""
        ...

    async def erase(self, request: Erase, /) -> int:
        """Erase personal data, and say how many values.

        The fingerprints that were made over them go with them, and
        nothing else does.

        Raises:
            TracesLeftError: they are erased, and a trace of them is
                left for the moment; says where, and how it goes.
        """
        ...

    async def deny(self, denial: Denial, /) -> None:
        """Record that a command was denied.

        Of an order id the first and the last of ``MAX_DENIALS`` are
        kept, half of each.
        """
        ...

    async def denials(self, order_id: str, /) -> tuple[Denial, ...]:
        """The commands that were denied, in their order."""
        ...

    async def links(self, order_id: str, /) -> tuple[Link, ...]:
        """The events of an order as they are stored, in sequence."""
        ...

    async def kept(self, order_id: str, /) -> Kept[C] | None:
        """All that is kept of an order, read anew; None: nothing."""
        ...

    async def orders(self, request: FindOrders, /) -> tuple[OrderSummary, ...]:
        """A page of orders."""
        ...

    async def backlog(self, request: FindBacklog, /) -> tuple[Backlog, ...]:
        """What the ports have not settled yet, or a person must."""
        ...
