"""What a store has of an order, as it is stored."""

from __future__ import annotations

from datetime import datetime
from typing import Generic, TypeVar

import attrs

from orderlife._kernel.messages import Timer
from orderlife._values.times import utc_or_none
from orderlife.ports._commits import OrderSummary
from orderlife.ports._effects import Effect

__all__ = ["Kept", "Link", "Snapshot"]

C = TypeVar("C")


@attrs.frozen(kw_only=True)
class Link:
    """A decision as it is stored, in the chain of its order's decisions."""

    number: int
    """1, 2, 3 … without gaps within an order."""
    first_version: int
    """The order's version that was decided on."""
    last_version: int
    """The order's version after it: by so many events."""
    input_id: str
    """The id of the command or fact; empty: it has none."""
    fingerprint: str
    document: str
    """Its events, as ``Decided``; empty: it has none."""
    digest: str
    """The digest of the digest before it and of all this."""


@attrs.frozen(kw_only=True)
class Snapshot(Generic[C]):
    """A case as a store keeps it, so as not to fold all its events."""

    number: int
    """How many decisions it is the fold of."""
    version: int
    """How many events it is the fold of."""
    case: C


@attrs.frozen(kw_only=True)
class Kept(Generic[C]):
    """All that a store has of an order, for verification.

    It is read at one moment, and from the database: nothing comes from
    a cache.
    """

    version: int
    """The order's version: how many events there should be."""
    head: str = ""
    """As in ``Loaded``."""
    snapshot: Snapshot[C] | None
    """None: there is none of this release's schema, and it will be
    made anew."""
    summary: OrderSummary
    timers: tuple[Timer, ...]
    timer_at: datetime | None = attrs.field(converter=utc_or_none)
    """When the first timer is due, as the store has it."""
    asked: int
    """How many effects the order has asked for, ever."""
    links: tuple[Link, ...]
    effects: tuple[Effect, ...]
