"""What all messages share: commands, facts, steps, events and timers.

A *command* is what somebody asks for; it may be refused.
A *fact* is what has happened out there; it is never refused.
A *step* is what the process asks of an aggregate; it never leaves
``handle``.
An *event* is what was recorded; state changes by events alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

import attrs

from orderlife._values.fast_enum import FastEnum, OpenEnum
from orderlife._values.limits import MAX_AHEAD
from orderlife._values.times import utc

__all__ = [
    "DESK",
    "NOTHING",
    "SYSTEM",
    "Actor",
    "Command",
    "Contradiction",
    "Event",
    "ExceptionKind",
    "Fact",
    "Quantities",
    "Recorded",
    "Remedy",
    "Step",
    "Timer",
    "TimerFired",
    "TimerKind",
    "heard",
]

Quantities: TypeAlias = Mapping[str, int]
"""Units by line id."""

NOTHING: Final[Mapping[str, Any]] = {}
"""The empty mapping of all values that have none: never written to."""


@attrs.frozen(weakref_slot=False)
class Actor:
    """Who acts: a kind and an id, never a name or an address."""

    kind: Literal["customer", "staff", "system", "provider"]
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


SYSTEM = Actor("system", "orderlife")
"""The library itself: timers, policies and the process."""
DESK = Actor("staff", "desk")
"""Who asks, where a verb of a desk is not told."""


@attrs.frozen(kw_only=True)
class Command:
    """What somebody asks for of one order.

    The same ``command_id`` again gives the first answer again; with
    other content it raises ``CommandIdReusedError``.
    """

    order_id: str
    command_id: str
    actor: Actor
    notify: bool = True
    """False silences every message that this command would send."""
    expected_version: int | None = None
    """Refuse with ``StaleVersionError`` if the order is not there."""


@attrs.frozen(kw_only=True)
class Fact:
    """What has happened out there.  Never refused, only recorded."""

    order_id: str
    fact_id: str = ""
    """The reporter's own id; the same one again changes nothing."""
    source: Actor = SYSTEM


def heard(told: datetime, now: datetime) -> datetime:
    """When what is told to have happened is taken down.

    What has happened cannot be from the future: beyond ``MAX_AHEAD``,
    which allows for clocks that differ, it is when it was heard of.
    """
    return now if told > now + MAX_AHEAD else told


class Step:
    """What the process asks of an aggregate, inside one decision."""

    __slots__ = ()


class Event:
    """What was recorded."""

    __slots__ = ()


# There are more of them than of anything else: eight bytes each.
@attrs.frozen(weakref_slot=False)
class Recorded:
    """An event with its place in the order's history."""

    sequence: int
    """1, 2, 3 … without gaps within an order."""
    at: datetime = attrs.field(converter=utc)
    actor: Actor
    cause: str
    """The command id, fact id or operation id that led to it."""
    event: Event


class ExceptionKind(OpenEnum):
    """What kind of contradiction waits for somebody to settle it."""

    AMOUNT_MISMATCH = "amount_mismatch"
    CAPTURED_AFTER_END = "captured_after_end"
    CAPTURE_FAILED = "capture_failed"
    CREDIT_FAILED = "credit_failed"
    VOID_FAILED = "void_failed"
    REFUND_FAILED = "refund_failed"
    AUTHORIZATION_LAPSED = "authorization_lapsed"
    DISPUTE = "dispute"
    STOCK_LOST = "stock_lost"
    SHORT_PICK = "short_pick"
    LABEL_FAILED = "label_failed"
    MOVED_BEFORE_DISPATCH = "moved_before_dispatch"
    MOVED_BEFORE_PAYMENT = "moved_before_payment"
    MOVED_AFTER_CANCELLATION = "moved_after_cancellation"
    CANCELLED_TOO_LATE = "cancelled_too_late"
    SHIPMENT_LOST = "shipment_lost"
    SHIPMENT_DAMAGED = "shipment_damaged"
    RETURNED_TO_SENDER = "returned_to_sender"
    OVER_RETURNED = "over_returned"
    UNEXPECTED_ITEMS = "unexpected_items"
    UNANNOUNCED_RETURN = "unannounced_return"
    FROM_THE_FUTURE = "from_the_future"
    MESSAGE_FAILED = "message_failed"
    EFFECT_FAILED = "effect_failed"
    OUTCOME_UNKNOWN = "outcome_unknown"
    POLICY_FAULT = "policy_fault"
    UNMATCHED_FACT = "unmatched_fact"


class Remedy(FastEnum):
    """How a person settles an exception item."""

    ACCEPT = "accept"
    """Let it stand as it is; nothing more happens."""
    RETRY = "retry"
    """Ask the outside world again, as a new operation."""
    REFUND = "refund"
    """Give the money back, or cancel the units and give it back."""
    OVERTAKEN = "overtaken"
    """A later fact has undone what it is about; nobody can choose it."""
    RESHIP = "reship"
    """Send the units again."""
    RESTOCK = "restock"
    """Take goods that are back after all into stock, to be sold."""
    STORE_CREDIT = "store_credit"
    """Give it as store credit instead."""


@attrs.frozen(weakref_slot=False)
class Contradiction:
    """What was reported against what was expected."""

    kind: ExceptionKind
    subject: str
    """Id of the payment, shipment, return … that it is about."""
    expected: str
    observed: str
    quantities: Quantities = NOTHING
    """The units concerned, by line; empty where none are."""
    minor: int = 0
    """The money concerned, in minor units; 0 where none is."""
    reference: str = ""
    """Of the operation or the dispute it came of; empty: of neither."""


class TimerKind(OpenEnum):
    """What is due at a timer's date."""

    PAYMENT_DUE = "payment_due"
    FOLLOW_UP = "follow_up"
    HOLD_ENDS = "hold_ends"
    AUTHORIZATION_ENDS = "authorization_ends"
    STOCK_HOLD_ENDS = "stock_hold_ends"
    BACKORDER_CHECK = "backorder_check"
    UNTRACKED_ARRIVES = "untracked_arrives"
    RETURN_EXPIRES = "return_expires"
    RECEIVING_ENDS = "receiving_ends"


@attrs.frozen
class Timer:
    """Something that is due on a date.  Derived from the state."""

    kind: TimerKind
    subject: str
    at: datetime = attrs.field(converter=utc)


@attrs.frozen(kw_only=True)
class TimerFired(Fact):
    """A timer's date has come.  One that is not due changes nothing."""

    timer: Timer
