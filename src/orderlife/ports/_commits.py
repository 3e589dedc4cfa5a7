"""Decisions as they are stored, and what a store answers to one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Generic, TypeAlias, TypeVar

import attrs

from orderlife._kernel.messages import Recorded, Timer
from orderlife._values.personal import Personal
from orderlife._values.times import utc, utc_or_none
from orderlife.ports._effects import Settle
from orderlife.ports.base import Intent

__all__ = [
    "Answer",
    "ChannelNumber",
    "ClaimLost",
    "Commit",
    "CommitOutcome",
    "Committed",
    "FindAnswer",
    "Loaded",
    "NumberTaken",
    "OrderSummary",
    "Repeated",
    "Stale",
]

C = TypeVar("C")


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
    """Effects whose outcome this decision records.

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
