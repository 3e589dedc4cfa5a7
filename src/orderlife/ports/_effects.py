"""The ledger of effects: what has become of each intent."""

from __future__ import annotations

from datetime import datetime

import attrs

from orderlife._values.fast_enum import FastEnum
from orderlife._values.times import utc, utc_or_none
from orderlife.ports.base import Intent

__all__ = [
    "Backlog",
    "ClaimEffects",
    "Effect",
    "EffectState",
    "FindBacklog",
    "Settle",
]


class EffectState(FastEnum):
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
