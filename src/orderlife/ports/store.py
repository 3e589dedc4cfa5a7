"""The order store: history, state, the ledger of effects, timers.

One rule carries everything: a decision is stored in **one**
transaction, its events, its state, what it asks of the ports, its
timers and the answer to its command id, all or nothing, and only if
the case is still at the version that was decided on.

The ledger of effects knows of each intent what has become of it.  An
effect is claimed in a transaction of its own, performed outside every
transaction, and settled together with the events that its outcome
leads to.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Generic, Protocol, TypeAlias, TypeVar

import attrs

from orderlife._word import Word
from orderlife.messages import Recorded, Timer
from orderlife.personal import Personal
from orderlife.ports.base import Intent

__all__ = [
    "Answer",
    "AsyncOrderStore",
    "ClaimEffects",
    "ClaimLost",
    "Commit",
    "CommitOutcome",
    "Committed",
    "DueTimer",
    "Effect",
    "EffectState",
    "FindAnswer",
    "FindDueTimers",
    "ListOrders",
    "OrderStore",
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
    ATTENTION = "attention"
    """Handed to a person."""


@attrs.frozen(kw_only=True)
class Effect:
    """An intent and what has become of it."""

    intent: Intent
    state: EffectState
    due_at: datetime
    """When it is to be performed, looked up or asked after."""
    created_at: datetime
    attempts: int = 0
    claimed_by: str = ""
    note: str = ""
    """Why it was not settled the last time."""

    @property
    def operation_id(self) -> str:
        """The intent's operation id."""
        return self.intent.operation_id


@attrs.frozen(kw_only=True)
class Settle:
    """How an effect goes on after it was performed.

    One that is done stays done.
    """

    operation_id: str
    state: EffectState
    due_at: datetime
    note: str = ""
    claimed_by: str = ""
    """Only if this claim still holds; empty: whoever holds it."""
    attempts: int = 0
    """Which of its claims: the attempts that were made with it."""


@attrs.frozen(kw_only=True)
class Commit(Generic[C]):
    """A decision, to be stored as one."""

    order_id: str
    expected_version: int
    """The version that was decided on; 0 for a new order."""
    case: C
    events: tuple[Recorded, ...]
    intents: tuple[Intent, ...]
    timers: tuple[Timer, ...]
    """All timers of the case; they replace those that were stored."""
    now: datetime
    personal: Mapping[str, Personal] = attrs.field(factory=dict, repr=False)
    input_id: str = ""
    """The command's or fact's id; empty: it has none."""
    fingerprint: str = ""
    settles: tuple[Settle, ...] = ()
    """Effects whose outcome this decision takes down.

    One of another order, or that is not there, is left out.  One that
    names a claim which does not hold any more: nothing is stored.
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
class Answer:
    """What a command or fact was answered the first time."""

    fingerprint: str
    first_version: int
    """The version that it was decided on."""
    last_version: int
    """The version that it led to."""


@attrs.frozen
class Repeated:
    """Nothing is stored: the input's id was answered before."""

    answer: Answer


CommitOutcome: TypeAlias = Committed | Stale | Repeated | ClaimLost


@attrs.frozen(kw_only=True)
class FindAnswer:
    """Which answer was given to an input of this id."""

    order_id: str
    input_id: str


@attrs.frozen(kw_only=True)
class ClaimEffects:
    """Claim what is due, in a transaction of its own."""

    now: datetime
    until: datetime
    """When the claim runs out."""
    owner: str
    limit: int = 1
    order_id: str = ""
    """Of this order only; empty: of any."""


@attrs.frozen(kw_only=True)
class FindDueTimers:
    """Which timers' dates have come."""

    now: datetime
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
class ListOrders:
    """A page of order ids, in their order."""

    after: str = ""
    """The last id of the page before; empty: from the start."""
    limit: int = 100


class OrderStore(Protocol[C]):
    """Keeps cases.  Adapters implement it for one database."""

    def load(self, order_id: str, /) -> C | None:
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
        """Claim due effects; each comes as it was before the claim."""
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

    def orders(self, request: ListOrders, /) -> tuple[str, ...]:
        """A page of order ids."""
        ...


class AsyncOrderStore(Protocol[C]):
    """The async twin of ``OrderStore``."""

    async def load(self, order_id: str, /) -> C | None:
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
        """Claim due effects; each comes as it was before the claim."""
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

    async def orders(self, request: ListOrders, /) -> tuple[str, ...]:
        """A page of order ids."""
        ...
