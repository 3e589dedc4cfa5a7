"""The messages of an order: commands, facts, steps and events."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import attrs

from orderlife._kernel.messages import (
    Command,
    Event,
    Fact,
    Quantities,
    Step,
)
from orderlife._kernel.personal import PERSONAL, REFERENCE
from orderlife._values.money import Money
from orderlife._values.personal import Address, Contact, Discreet, masked
from orderlife._values.times import utc, utc_or_none
from orderlife.ports.payment import Tender
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.model import (
    Blocks,
    CancelReason,
    Closing,
    Discount,
    Hold,
    HoldReason,
    Line,
    Placement,
    Screening,
    UnitCounter,
)

__all__ = [
    "AbandonClosing",
    "AuthorityUsed",
    "BeginClosing",
    "CancelLines",
    "CancelOrder",
    "CancelUnits",
    "CancellationAbandoned",
    "CancellationStarted",
    "Complete",
    "Confirm",
    "DraftOrder",
    "FinishClosing",
    "FollowUpScheduled",
    "FollowUpSent",
    "FraudJudged",
    "FraudScreened",
    "HoldOpened",
    "HoldReleased",
    "LiftHold",
    "LinesCancelled",
    "OpenHold",
    "OrderCancelled",
    "OrderCompleted",
    "OrderConfirmed",
    "OrderDrafted",
    "OrderExpired",
    "OrderPlaced",
    "OrderRejected",
    "OrderReopened",
    "PlaceDraft",
    "PlaceHold",
    "PlaceOrder",
    "RecordScreening",
    "RecordUnits",
    "ReleaseHold",
    "Reopen",
    "ScheduleFollowUp",
    "SendFollowUp",
    "UnitsRecorded",
]


# Commands


@attrs.frozen(kw_only=True)
class _OrderForm(Discreet, Command):
    """The order form of a customer."""

    lines: tuple[Line, ...] = attrs.field(metadata=PERSONAL)
    customer_id: str = ""
    """Empty: a guest."""
    contact: Contact | None = attrs.field(default=None, metadata=PERSONAL)
    ship_to: Address | None = attrs.field(default=None, metadata=PERSONAL)
    bill_to: Address | None = attrs.field(default=None, metadata=PERSONAL)
    """None: the same as ``ship_to``."""
    tenders: tuple[Tender, ...] = ()
    """The means of payment; empty: named by a later ``PayOrder``."""
    discounts: tuple[Discount, ...] = ()
    shipping: Money | None = None
    shipping_tax: Money | None = None
    shipping_method: str = ""
    tax_included: bool = False
    """True: prices contain their tax; False: it is added."""
    expected_total: Money | None = None
    """The total that the customer was shown; another one is refused."""
    promised_from: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )
    promised_by: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )
    channel: str = ""
    channel_number: str = ""
    priority: Literal["low", "normal", "high"] = "normal"
    gift_message: str = attrs.field(default="", repr=masked, metadata=PERSONAL)
    instructions: str = attrs.field(default="", repr=masked, metadata=PERSONAL)


@attrs.frozen(kw_only=True)
class PlaceOrder(_OrderForm):
    """Place an order, which the shop then works on."""


@attrs.frozen(kw_only=True)
class DraftOrder(_OrderForm):
    """Keep an order as a draft: a quote, an order by telephone."""


@attrs.frozen(kw_only=True)
class PlaceDraft(Command):
    """Place an order that was kept as a draft."""


@attrs.frozen(kw_only=True)
class CancelOrder(Command):
    """Cancel the whole order, before anything has left."""

    reason: CancelReason = "customer"


@attrs.frozen(kw_only=True)
class CancelLines(Command):
    """Cancel some units, before they have left."""

    quantities: Quantities
    reason: CancelReason = "customer"


@attrs.frozen(kw_only=True)
class OpenHold(Command):
    """Keep the order from being confirmed, dispatched or refunded."""

    reason: HoldReason
    blocks: tuple[Blocks, ...] = ("confirm", "dispatch")
    note: str = ""
    until: datetime | None = attrs.field(default=None, converter=utc_or_none)


@attrs.frozen(kw_only=True)
class ReleaseHold(Command):
    """Release a hold: the steps that it blocked go on."""

    hold_id: str
    note: str = ""


# Facts


@attrs.frozen(kw_only=True)
class FraudJudged(Fact):
    """A person or a service has judged the order."""

    verdict: Literal["accept", "review", "reject"]
    reason: str = ""


# Steps


@attrs.frozen(kw_only=True)
class RecordScreening(Step):
    """Record the judgement on fraud."""

    screening: Screening


@attrs.frozen(kw_only=True)
class PlaceHold(Step):
    """Open a hold on behalf of policy."""

    reason: HoldReason
    blocks: tuple[Blocks, ...]
    note: str = ""
    until: datetime | None = attrs.field(default=None, converter=utc_or_none)


@attrs.frozen(kw_only=True)
class LiftHold(Step):
    """Release a hold on behalf of policy."""

    hold_id: str
    note: str


@attrs.frozen
class Confirm(Step):
    """Confirm the order: it is secured, reserved and not blocked."""


@attrs.frozen(kw_only=True)
class BeginClosing(Step):
    """Start to give goods and money back."""

    reason: CancelReason
    ends_in: OrderState
    notify: bool = True


@attrs.frozen(kw_only=True)
class AbandonClosing(Step):
    """A parcel is gone already: the order goes on."""

    why: str


@attrs.frozen
class FinishClosing(Step):
    """Goods and money are back."""


@attrs.frozen
class Complete(Step):
    """Nothing is left to do."""


@attrs.frozen(kw_only=True)
class Reopen(Step):
    """There is something to do again."""

    why: str


@attrs.frozen(kw_only=True)
class RecordUnits(Step):
    """Count units in the ledger, or take a count back."""

    counter: UnitCounter
    quantities: Quantities
    subject: str
    undo: bool = False


@attrs.frozen(kw_only=True)
class CancelUnits(Step):
    """Cancel units that will not be sent."""

    quantities: Quantities
    reason: CancelReason
    came_back: bool = False
    """True: they had left and been paid for; the money is refunded now,
    whatever else is still to be paid."""


@attrs.frozen(kw_only=True)
class ScheduleFollowUp(Step):
    """Set the date of the follow-up."""

    at: datetime = attrs.field(converter=utc)


@attrs.frozen
class SendFollowUp(Step):
    """The date of the follow-up has come."""


# Events


@attrs.frozen(kw_only=True, weakref_slot=False)
class OrderDrafted(Event):
    """A draft was kept."""

    order_id: str
    placement: Placement = attrs.field(metadata=REFERENCE)
    tenders: tuple[Tender, ...] = ()


@attrs.frozen(kw_only=True, weakref_slot=False)
class OrderPlaced(Event):
    """The order was placed."""

    order_id: str
    placement: Placement = attrs.field(metadata=REFERENCE)
    at: datetime = attrs.field(converter=utc)
    tenders: tuple[Tender, ...] = ()
    notify: bool = True
    """False: no messages about its confirmation and its payment either."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class FraudScreened(Event):
    """The order was judged."""

    screening: Screening


@attrs.frozen(kw_only=True, weakref_slot=False)
class HoldOpened(Event):
    """A hold was opened: it blocks some steps."""

    hold: Hold


@attrs.frozen(kw_only=True, weakref_slot=False)
class HoldReleased(Event):
    """A hold was released."""

    hold_id: str
    note: str = ""


@attrs.frozen(weakref_slot=False)
class OrderConfirmed(Event):
    """The shop has accepted the order."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class LinesCancelled(Event):
    """Units were cancelled."""

    quantities: Quantities
    reason: CancelReason
    freed_minor: int = 0
    """The amount that had been captured for them."""
    refund_minor: int = 0
    """The part of it to refund: all that was not refunded before."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class UnitsRecorded(Event):
    """Units were counted in the ledger, or a count taken back."""

    counter: UnitCounter
    quantities: Quantities
    subject: str
    undo: bool = False


@attrs.frozen(kw_only=True, weakref_slot=False)
class CancellationStarted(Event):
    """Goods and money are being given back."""

    closing: Closing


@attrs.frozen(kw_only=True, weakref_slot=False)
class CancellationAbandoned(Event):
    """The cancellation came too late: the order goes on."""

    why: str
    returned_minor: int = 0
    """Captured, and refunded by the cancellation: the order is not paid
    with this amount any more."""


@attrs.frozen(weakref_slot=False)
class OrderCancelled(Event):
    """The order was cancelled; goods and money are back."""


@attrs.frozen(weakref_slot=False)
class OrderExpired(Event):
    """The order was not paid for in time."""


@attrs.frozen(weakref_slot=False)
class OrderRejected(Event):
    """The shop did not accept the order."""


@attrs.frozen(weakref_slot=False)
class OrderCompleted(Event):
    """Nothing is left to do."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class OrderReopened(Event):
    """There is something to do again."""

    why: str


@attrs.frozen(kw_only=True, weakref_slot=False)
class FollowUpScheduled(Event):
    """The customer will be asked how it was."""

    at: datetime = attrs.field(converter=utc)


@attrs.frozen(weakref_slot=False)
class FollowUpSent(Event):
    """The customer is asked how it was."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class AuthorityUsed(Event):
    """An actor with a limit has moved money, by whichever command."""

    actor: str
    minor: int
    """The amount refunded, waived or given away."""
