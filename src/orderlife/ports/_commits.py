"""The commit of a decision, and what a store answers to it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Generic, TypeAlias, TypeVar

import attrs

from orderlife._kernel.messages import Actor, Event, Recorded, Timer
from orderlife._values.personal import Personal
from orderlife._values.plain import Shown
from orderlife._values.times import utc, utc_or_none
from orderlife.ports._effects import ClaimNew, Effect, Settle
from orderlife.ports.base import Intent

__all__ = [
    "Answer",
    "ChannelNumber",
    "ClaimLost",
    "Commit",
    "CommitOutcome",
    "Committed",
    "Decided",
    "FindAnswer",
    "Loaded",
    "NumberTaken",
    "OrderSummary",
    "Repeated",
    "Stale",
    "salted",
]

C = TypeVar("C")


@attrs.frozen(kw_only=True)
class Loaded(Generic[C]):
    """A case as it is stored."""

    case: C
    head: str = ""
    """The digest of its last decision, which the next one is chained to;
    empty where a store keeps no chain."""


@attrs.frozen
class Decided:
    """The events of one decision, as a store keeps them.

    All of them have one time, one actor and one cause.
    """

    at: datetime = attrs.field(converter=utc)
    actor: Actor
    cause: str
    events: tuple[Event, ...]


@attrs.frozen(kw_only=True)
class OrderSummary(Shown):
    """What orders are searched by: number, customer, status on each axis."""

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
    """The number that a sales channel gives an order; unique within it."""

    channel: str
    """The channel's name; empty: the shop's only channel."""
    number: str


@attrs.frozen(kw_only=True)
class Commit(Generic[C]):
    """A decision, to be stored whole or not at all."""

    order_id: str
    expected_version: int
    """The order's version that was decided on; 0 for a new order."""
    case: C
    summary: OrderSummary
    """The order's summary from now on."""
    head: str = ""
    """The last digest, as loaded: the decision is chained to it."""
    events: tuple[Recorded, ...]
    """In sequence, with one time, one actor and one cause."""
    intents: tuple[Intent, ...]
    claim: ClaimNew | None = None
    """Which of the intents are claimed in this commit; None: none."""
    timers: tuple[Timer, ...]
    """All timers of the case; they replace those that were stored."""
    now: datetime = attrs.field(converter=utc)
    personal: Mapping[str, Personal] = attrs.field(factory=dict, repr=False)
    input_id: str = ""
    """The id of the command or fact; empty: it has none."""
    fingerprint: str = ""
    settles: tuple[Settle, ...] = ()
    """Effects whose outcome this decision records.

    An effect of another order, or an unknown one, is left out.  If one
    names a claim that does not hold any more, nothing is stored.
    """
    asides: tuple[Settle, ...] = ()
    """Effects of this order that are over, and of which it is not told.

    Each has a claim.  If that does not hold any more, it is left out,
    and all else is stored.
    """
    number: ChannelNumber | None = None
    """The channel number that a placed order claims for good.

    If another order has it, nothing is stored.
    """


@attrs.frozen(kw_only=True)
class Committed:
    """The decision is stored."""

    version: int
    head: str | None = attrs.field(default=None, eq=False)
    """As in ``Loaded``, for the decision that follows; None: it is not
    known here, and the order is read again for it."""
    claimed: tuple[Effect, ...] = ()
    """The effects that were claimed in it, as before the claim."""


@attrs.frozen(kw_only=True)
class Stale:
    """Nothing is stored: the case has changed since it was loaded."""

    version: int


@attrs.frozen
class ClaimLost:
    """Nothing is stored: another worker has claimed the effect since."""


@attrs.frozen(kw_only=True)
class NumberTaken:
    """Nothing is stored: another order has its number."""

    order_id: str
    """Id of the order that was placed with it first."""


@attrs.frozen(kw_only=True)
class Answer:
    """The answer that a command or fact got the first time."""

    fingerprint: str
    """Of its content; empty: it held personal data that was erased."""
    first_version: int
    """The order's version that it was decided on."""
    last_version: int
    """The order's version after it."""
    salt: str = ""
    """What the fingerprint was made with, if its content held personal
    data; empty: with nothing."""

    def fits(self, fingerprint: str) -> bool:
        """Whether an input of this fingerprint may be the one answered.

        True of any input, if the first one's personal data was erased:
        there is nothing left to compare it with.
        """
        return self.fingerprint in {"", salted(fingerprint, self.salt)}


def salted(fingerprint: str, salt: str) -> str:
    """Make of a fingerprint one that nobody can guess without the salt.

    Args:
        fingerprint: of the content of an input.
        salt: which goes with the person; empty: none, nothing is made.
    """
    if not (fingerprint and salt):
        return fingerprint
    return hashlib.sha256(f"{salt}\n{fingerprint}".encode()).hexdigest()


@attrs.frozen
class Repeated:
    """Nothing is stored: the input's id was answered before."""

    answer: Answer


CommitOutcome: TypeAlias = (
    Committed | Stale | Repeated | ClaimLost | NumberTaken
)


@attrs.frozen(kw_only=True)
class FindAnswer:
    """A request for the answer that an input of this id got."""

    order_id: str
    input_id: str
