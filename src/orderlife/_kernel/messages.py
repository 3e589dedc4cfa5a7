"""What all messages share: commands, facts, steps, events and timers.

A *command* asks for something; it may be refused.
A *fact* reports what has happened outside; it is never refused.
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
from orderlife._values.plain import Shown
from orderlife._values.times import utc

__all__ = [
    "DESK",
    "NOTHING",
    "SYSTEM",
    "Actor",
    "Command",
    "Contradiction",
    "EffectFailed",
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
"""The empty mapping that values share as a default; never written to."""


@attrs.frozen(weakref_slot=False)
class Actor(Shown):
    """Who acts: a kind and an id, never a name or an address."""

    kind: Literal["customer", "staff", "system", "provider"]
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


SYSTEM = Actor("system", "orderlife")
"""The library itself: timers, policies and the process."""
DESK = Actor("staff", "desk")
"""Who asks, if a verb of a desk is given no actor."""


@attrs.frozen(kw_only=True)
class Command:
    """A request about one order, which may be refused.

    The same ``command_id`` again gives the first answer again; with
    other content it raises ``CommandIdReusedError``.
    """

    order_id: str
    command_id: str
    actor: Actor
    notify: bool = True
    """False silences every message that this command would send."""
    expected_version: int | None = None
    """The version the order must have, or ``StaleVersionError`` is raised."""


@attrs.frozen(kw_only=True)
class Fact:
    """A report of what has happened outside.  Never refused, only recorded."""

    order_id: str
    fact_id: str = ""
    """The reporter's own id; the same one again changes nothing."""
    source: Actor = SYSTEM


def heard(told: datetime, now: datetime) -> datetime:
    """The time that is recorded for what a fact reports.

    Nothing has happened in the future.  A reported time that is further
    ahead than ``MAX_AHEAD``, which allows for clocks that differ, is
    replaced by the time at which the fact was received.
    """
    return now if told > now + MAX_AHEAD else told


class Step:
    """A request of the process to an aggregate, inside one decision."""

    __slots__ = ()


class Event:
    """A recorded change; the state is made of events alone."""

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
    """The kinds of contradictions that a person has to settle."""

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
    """The ways in which a person settles an exception item."""

    ACCEPT = "accept"
    """Let it stand as it is; nothing more happens."""
    RETRY = "retry"
    """Ask the port again, as a new operation."""
    REFUND = "refund"
    """Give the money back, or cancel the units and give it back."""
    OVERTAKEN = "overtaken"
    """A later fact has undone the contradiction; no person chooses this."""
    RESHIP = "reship"
    """Send the units again."""
    RESTOCK = "restock"
    """Take goods that came back after all into stock, to be sold."""
    STORE_CREDIT = "store_credit"
    """Give the money as store credit instead."""


@attrs.frozen(weakref_slot=False)
class Contradiction:
    """What was reported against what was expected."""

    kind: ExceptionKind
    subject: str
    """Id of the payment, shipment, return … concerned."""
    expected: str
    observed: str
    quantities: Quantities = NOTHING
    """The units concerned, by line; empty where none are."""
    minor: int = 0
    """The money concerned, in minor units; 0 where none is."""
    reference: str = ""
    """Reference of the operation or dispute that led to it, if any did."""


class TimerKind(OpenEnum):
    """The kinds of timers: what is due when one fires."""

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
    """What is due on a date, derived from the state."""

    kind: TimerKind
    subject: str
    at: datetime = attrs.field(converter=utc)


@attrs.frozen(kw_only=True)
class TimerFired(Fact):
    """A timer's date has come.  A timer that is not due changes nothing."""

    timer: Timer


@attrs.frozen(kw_only=True)
class EffectFailed(Fact):
    """An intent was given up, or its outcome is unknown."""

    operation_id: str
    port: str
    why: str
    unknown: bool = False
    """True: it may have taken effect; False: it certainly has not."""
