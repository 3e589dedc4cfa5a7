"""The ledger of effects: each intent with its state."""

from __future__ import annotations

from datetime import datetime

import attrs

from orderlife._values.fast_enum import FastEnum
from orderlife._values.times import utc, utc_or_none
from orderlife.ports.base import Intent

__all__ = [
    "Backlog",
    "ClaimEffects",
    "ClaimNew",
    "Effect",
    "EffectState",
    "FindBacklog",
    "Settle",
]


class EffectState(FastEnum):
    """The states of an effect."""

    PENDING = "pending"
    """To be performed at its due time."""
    CLAIMED = "claimed"
    """A worker performs it; when its claim runs out, it is in doubt."""
    WAITING = "waiting"
    """The provider has accepted it and will report the outcome."""
    IN_DOUBT = "in_doubt"
    """Whether it took effect is unknown; to be looked up or repeated."""
    DONE = "done"
    """Its outcome is recorded in the history."""
    DECLINED = "declined"
    """It was refused for good, which is recorded in the history."""
    ATTENTION = "attention"
    """Handed to a person."""

    @property
    def is_over(self) -> bool:
        """Whether workers are done with it."""
        return self in _OVER

    @property
    def is_settled(self) -> bool:
        """Whether its outcome is recorded, for good."""
        return self in _SETTLED


_SETTLED = frozenset((EffectState.DONE, EffectState.DECLINED))
_OVER = _SETTLED | {EffectState.ATTENTION}


@attrs.frozen(kw_only=True)
class Effect:
    """An intent and its state in the ledger."""

    intent: Intent
    state: EffectState
    due_at: datetime = attrs.field(converter=utc)
    """When it is to be performed, or its outcome looked up."""
    created_at: datetime = attrs.field(converter=utc)
    attempts: int = 0
    claimed_by: str = ""
    note: str = ""
    """Why the last attempt did not settle it."""
    begun_at: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )
    """When its key was used first; None: not yet."""
    generation: int = 1
    """Rises after a definitive refusal, never after an unknown outcome."""
    doubted: bool = False
    """Whether an answer under its key is unknown.

    A claim that ran out counts as such an answer.  While this is True,
    the effect keeps its key.
    """
    key: str = ""
    """The key that the provider is given: by tenant, order, operation and
    generation."""
    altered: bool = False
    """Whether its document is not the one that the key was made for."""

    @property
    def operation_id(self) -> str:
        """The intent's operation id."""
        return self.intent.operation_id


@attrs.frozen(kw_only=True)
class Settle:
    """How an effect goes on after it was performed.

    One that is done or declined stays so, unless it is renewed.
    """

    order_id: str
    operation_id: str
    state: EffectState
    due_at: datetime = attrs.field(converter=utc)
    note: str = ""
    claimed_by: str = ""
    """The owner whose claim must still hold; empty: any owner."""
    attempts: int = 0
    """Which of the owner's claims: the attempts counted with it."""
    renew: bool = False
    """True: raise the generation, as a refused effect is a new request to
    the provider, under a new key.  One that is doubted keeps its key."""
    doubt: bool | None = None
    """Whether an answer under its key is unknown; None: as it was.

    An effect ``in_doubt`` is doubted without it.  False ends the doubt:
    the effect was refused twice under one key.
    """

    @property
    def doubted(self) -> bool | None:
        """Whether the effect is doubted from now on; None: as it was."""
        if self.doubt is None and self.state is EffectState.IN_DOUBT:
            return True
        return self.doubt


@attrs.frozen(kw_only=True)
class ClaimNew:
    """Claim effects of a decision in the very commit that makes them.

    As if they had been made first, and claimed at once.  Within a
    transaction that the application ends none is claimed: all of them
    are pending until it is committed.
    """

    owner: str
    until: datetime = attrs.field(converter=utc)
    """When the claims run out."""
    operations: frozenset[str]
    """The operation ids of those that are to be claimed."""


@attrs.frozen(kw_only=True)
class ClaimEffects:
    """Claim what is due, in a transaction of its own."""

    now: datetime = attrs.field(converter=utc)
    until: datetime = attrs.field(converter=utc)
    """When the claim runs out."""
    owner: str
    limit: int = 1
    order_id: str = ""
    """Only effects of this order; empty: of any."""
    latest: datetime | None = attrs.field(default=None, converter=utc_or_none)
    """The longest wait: an effect due later was stored by a wrong clock.

    Such effects of any order, within the limit, are made due at ``until``
    and given as they were, unclaimed; an existing claim holds until then.
    One in doubt counts as claimed until then: the worker that takes it
    over waits first, by its own clock.  None: leave them as they are.
    """


@attrs.frozen(kw_only=True)
class FindBacklog:
    """A request for effects that are not settled, of one port or of all."""

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
