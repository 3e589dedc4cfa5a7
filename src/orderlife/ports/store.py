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
from typing import Generic, Protocol, TypeAlias, TypeVar

import attrs

from orderlife._kernel.messages import Recorded, Timer
from orderlife._values.fast_enum import Word
from orderlife._values.personal import Personal
from orderlife._values.times import utc, utc_or_none
from orderlife.ports.base import Intent

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


class EffectState(Word):
    """What has become of an intent."""

    PENDING = "pending"
    """To be performed at its due time."""
    CLAIMED = "claimed"
    """Somebody performs it; when the claim runs out, it is in doubt."""
    WAITING = "waiting"
    """The outside has accepted it and will report."""
    IN_DOUBT = "in_doubt"
    """Nobody knows whether it acted; to be looked up or repeated."""
    DONE = "done"
    """Its outcome is in the history."""
    DECLINED = "declined"
    """It was refused for good, and that is in the history."""
    ATTENTION = "attention"
    """Handed to a person."""

    @property
    def is_over(self) -> bool:
        """Whether nobody performs it any more by itself."""
        return self in _OVER


_OVER = frozenset(
    (EffectState.DONE, EffectState.DECLINED, EffectState.ATTENTION)
)


@attrs.frozen(kw_only=True)
class Effect:
    """An intent and what has become of it."""

    intent: Intent
    state: EffectState
    due_at: datetime = attrs.field(converter=utc)
    """When it is to be performed, looked up or asked after."""
    created_at: datetime = attrs.field(converter=utc)
    attempts: int = 0
    claimed_by: str = ""
    note: str = ""
    """Why it was not settled the last time."""
    begun_at: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )
    """When its key was used first; None: not yet."""
    generation: int = 1
    """Rises after a definitive refusal, never after an unknown outcome."""
    doubted: bool = False
    """Whether an answer under its key was ever unknown.

    A claim that ran out is such an answer.  While it is so, no other
    key is taken.
    """
    key: str = ""
    """The key that the provider is given: by tenant, operation and
    generation."""
    request_hash: str = ""
    """SHA-256 of the request that the key stands for."""

    @property
    def operation_id(self) -> str:
        """The intent's operation id."""
        return self.intent.operation_id


@attrs.frozen(kw_only=True)
class Settle:
    """How an effect goes on after it was performed.

    One that is done or declined stays so, unless it is renewed.
    """

    operation_id: str
    state: EffectState
    due_at: datetime = attrs.field(converter=utc)
    note: str = ""
    claimed_by: str = ""
    """Only if this claim still holds; empty: whoever holds it."""
    attempts: int = 0
    """Which of its claims: the attempts that were made with it."""
    renew: bool = False
    """Raise the generation: it was refused, and is a new request to the
    provider, under a new key.  One that is doubted keeps its key."""
    doubt: bool | None = None
    """Whether an answer under its key is unknown; None: as it was.

    Who is ``in_doubt`` is doubted without it.  False says that there
    is no doubt any more: it was refused, and refused again.
    """

    @property
    def doubted(self) -> bool | None:
        """What it says of the doubt; None: nothing."""
        if self.doubt is None and self.state is EffectState.IN_DOUBT:
            return True
        return self.doubt


@attrs.frozen(kw_only=True)
class Loaded(Generic[C]):
    """A case as it stands."""

    case: C
    head: str = ""
    """The digest of its last event, which the next one is chained to;
    empty where a store keeps no chain."""


@attrs.frozen(kw_only=True)
class OrderSummary:
    """What an order is found by: where it stands on each axis."""

    order_id: str
    placed_at: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )
    channel: str = ""
    channel_number: str = ""
    customer_id: str = ""
    order_status: str = ""
    payment_status: str = ""
    fulfilment_status: str = ""
    returns_status: str = ""
    open_exceptions: int = 0
    currency: str = ""
    total_minor: int = 0


@attrs.frozen
class ChannelNumber:
    """What a sales channel calls an order: unique within the channel."""

    channel: str
    """Empty: the shop's only one, which has no name."""
    number: str


@attrs.frozen(kw_only=True)
class Commit(Generic[C]):
    """A decision, to be stored as one."""

    order_id: str
    expected_version: int
    """The version that was decided on; 0 for a new order."""
    case: C
    summary: OrderSummary
    """What the order is found by from now on."""
    head: str = ""
    """As it was loaded: what the events are chained to."""
    events: tuple[Recorded, ...]
    intents: tuple[Intent, ...]
    timers: tuple[Timer, ...]
    """All timers of the case; they replace those that were stored."""
    now: datetime = attrs.field(converter=utc)
    personal: Mapping[str, Personal] = attrs.field(factory=dict, repr=False)
    input_id: str = ""
    """The command's or fact's id; empty: it has none."""
    fingerprint: str = ""
    settles: tuple[Settle, ...] = ()
    """Effects whose outcome this decision takes down.

    One of another order, or that is not there, is left out.  One that
    names a claim which does not hold any more: nothing is stored.
    """
    number: ChannelNumber | None = None
    """What the order that is placed claims for good.

    If it is another order's, nothing is stored.
    """


@attrs.frozen(kw_only=True)
class Committed:
    """It is stored."""

    version: int


@attrs.frozen(kw_only=True)
class Stale:
    """Nothing is stored: the case has moved on."""

    version: int


@attrs.frozen
class ClaimLost:
    """Nothing is stored: another has taken the effect over since."""


@attrs.frozen(kw_only=True)
class NumberTaken:
    """Nothing is stored: its number is another order's."""

    order_id: str
    """The order that was placed with it first."""


@attrs.frozen(kw_only=True)
class Answer:
    """What a command or fact was answered the first time."""

    fingerprint: str
    """Of its content; empty: it told of a person who was erased."""
    first_version: int
    """The version that it was decided on."""
    last_version: int
    """The version that it led to."""


@attrs.frozen
class Repeated:
    """Nothing is stored: the input's id was answered before."""

    answer: Answer


CommitOutcome: TypeAlias = (
    Committed | Stale | Repeated | ClaimLost | NumberTaken
)


@attrs.frozen(kw_only=True)
class FindAnswer:
    """Which answer was given to an input of this id."""

    order_id: str
    input_id: str


@attrs.frozen(kw_only=True)
class ClaimEffects:
    """Claim what is due, in a transaction of its own."""

    now: datetime = attrs.field(converter=utc)
    until: datetime = attrs.field(converter=utc)
    """When the claim runs out."""
    owner: str
    limit: int = 1
    order_id: str = ""
    """Of this order only; empty: of any."""
    latest: datetime | None = attrs.field(default=None, converter=utc_or_none)
    """No wait is longer: what is due after it was so by a wrong clock.

    Of any order, and within the limit, it is made due at ``until``, and
    comes along as it was, unclaimed; whoever holds it holds it until
    then.  What is in doubt is as if claimed until then: whoever takes
    it over waits first, by a clock of his own.  None: let it be.
    """


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


@attrs.frozen(kw_only=True)
class FindBacklog:
    """What is not settled, of one port or of all."""

    port: str | None = None


@attrs.frozen(kw_only=True)
class Backlog:
    """How many effects of a port are in one state, and since when."""

    port: str
    state: EffectState
    count: int
    since: datetime = attrs.field(converter=utc)
    """When the oldest of them was asked for."""
    next_at: datetime = attrs.field(converter=utc)
    """When the first of them is due."""


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
        """Take down that a command was denied.

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
        """Take down that a command was denied.

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
