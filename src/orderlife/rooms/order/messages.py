"""What an order is told, asked and what it records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeAlias, Union

import attrs

from orderlife._kernel.messages import (
    NOTHING,
    Command,
    Contradiction,
    Event,
    ExceptionKind,
    Fact,
    Quantities,
    Remedy,
    Step,
)
from orderlife._values.money import Money
from orderlife._values.personal import Address, Contact, Discreet, masked
from orderlife._values.times import utc, utc_or_none
from orderlife.ports.payment import PaymentReport, Tender
from orderlife.rooms.order.lifecycle import OperationTrigger, OrderState
from orderlife.rooms.order.model import (
    Blocks,
    CancelReason,
    Closing,
    Discount,
    ExceptionItem,
    Hold,
    HoldReason,
    Line,
    Movement,
    OperationKind,
    Placement,
    RefundLine,
    RefundOrder,
    Screening,
    Slice,
    UnitCounter,
)

__all__ = [
    "AbandonClosing",
    "AuthorityUsed",
    "AwaitPayment",
    "BeginClosing",
    "CancelLines",
    "CancelOrder",
    "CancelUnits",
    "CancellationAbandoned",
    "CancellationStarted",
    "CapturePayment",
    "CloseExceptions",
    "Complete",
    "Confirm",
    "DraftOrder",
    "ExceptionOpened",
    "ExceptionResolved",
    "FinishClosing",
    "FollowUpScheduled",
    "FollowUpSent",
    "FraudJudged",
    "FraudScreened",
    "GiveUpPayment",
    "GrantRefund",
    "HoldOpened",
    "HoldReleased",
    "LapseAuthorization",
    "LiftHold",
    "LinesCancelled",
    "OpenException",
    "OpenHold",
    "OrderCancelled",
    "OrderCommand",
    "OrderCompleted",
    "OrderConfirmed",
    "OrderDrafted",
    "OrderEvent",
    "OrderExpired",
    "OrderFact",
    "OrderPlaced",
    "OrderRejected",
    "OrderReopened",
    "OrderStep",
    "PayOrder",
    "PaymentAwaited",
    "PaymentRecorded",
    "PaymentReported",
    "PaymentRequested",
    "PlaceDraft",
    "PlaceHold",
    "PlaceOrder",
    "RecordScreening",
    "RecordUnits",
    "RefundGranted",
    "RefundOf",
    "RefundPayment",
    "ReleaseHold",
    "Reopen",
    "RequestAuthorizations",
    "RequestPayment",
    "ResolveException",
    "ScheduleFollowUp",
    "SendFollowUp",
    "SettleByHand",
    "TenderOffered",
    "UnitsRecorded",
]


RefundOf: TypeAlias = Union[Quantities, Literal["postage"]]  # noqa: UP007
"""What a refund is for: units by line, or the postage."""


# Commands


@attrs.frozen(kw_only=True)
class _OrderForm(Discreet, Command):
    """What a customer fills in."""

    lines: tuple[Line, ...]
    customer_id: str = ""
    """Empty: a guest."""
    contact: Contact | None = None
    ship_to: Address | None = None
    bill_to: Address | None = None
    """None: the same as ``ship_to``."""
    tenders: tuple[Tender, ...] = ()
    """How it is paid; none: by a later ``PayOrder``."""
    discounts: tuple[Discount, ...] = ()
    shipping: Money | None = None
    shipping_tax: Money | None = None
    shipping_method: str = ""
    tax_included: bool = False
    """True: prices contain their tax; False: it is added."""
    expected_total: Money | None = None
    """What the customer was shown; another total is refused."""
    promised_from: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )
    promised_by: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )
    channel: str = ""
    channel_number: str = ""
    priority: Literal["low", "normal", "high"] = "normal"
    gift_message: str = attrs.field(default="", repr=masked)
    instructions: str = attrs.field(default="", repr=masked)


@attrs.frozen(kw_only=True)
class PlaceOrder(_OrderForm):
    """Place an order: from here on the shop works on it."""


@attrs.frozen(kw_only=True)
class DraftOrder(_OrderForm):
    """Keep an order as a draft: a quote, an order by telephone."""


@attrs.frozen(kw_only=True)
class PlaceDraft(Command):
    """Place an order that was kept as a draft."""


@attrs.frozen(kw_only=True)
class PayOrder(Command):
    """Offer another means of payment, after a decline or for a rest."""

    tender: Tender


@attrs.frozen(kw_only=True)
class CancelOrder(Command):
    """Call the whole order off, before anything has left."""

    reason: CancelReason = "customer"


@attrs.frozen(kw_only=True)
class CancelLines(Command):
    """Call some units off, before they have left."""

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
    """Take a hold away: what it blocked goes on."""

    hold_id: str
    note: str = ""


@attrs.frozen(kw_only=True)
class CapturePayment(Command):
    """Take what is due now, where policy leaves it to a person."""


@attrs.frozen(kw_only=True)
class RefundPayment(Command):
    """Give money back that no return, loss or cancellation asks for.

    What it is for costs so much less from then on, and does not go back
    again when its units do.  What goes beyond what units cost is
    goodwill.
    """

    amount: Money
    reason: str
    """For people to read; nothing follows from it."""
    as_credit: bool = False
    of: RefundOf = NOTHING
    """What it is for: ``"postage"``, or units by line, of which the
    next that would be refunded are meant; empty: all units that are
    wanted and not refunded."""
    payment_id: str = ""
    """Which payment gives it back; empty: as policy says."""
    tender_index: int | None = None
    """The same, by its place among the order's tenders."""
    refund_order: RefundOrder | None = None
    """Which payment comes first; None: as policy says."""


@attrs.frozen(kw_only=True)
class ResolveException(Command):
    """Settle an exception item: who is the actor, how the remedy."""

    exception_id: str
    remedy: Remedy
    note: str


# Facts


@attrs.frozen(kw_only=True)
class PaymentReported(Fact):
    """The gateway answered, or reported on its own."""

    operation_id: str = ""
    """Ours; empty where the provider knows only its payment."""
    payment_id: str = ""
    """Ours (``p1``), for reports that belong to no operation."""
    outcome: PaymentReport


@attrs.frozen(kw_only=True)
class FraudJudged(Fact):
    """A person or a service has judged the order."""

    verdict: Literal["accept", "review", "reject"]
    reason: str = ""


# Steps


@attrs.frozen(kw_only=True)
class AwaitPayment(Step):
    """Set the date by which the order must be paid for."""

    until: datetime = attrs.field(converter=utc)


@attrs.frozen(kw_only=True)
class RequestAuthorizations(Step):
    """Ask for money on every tender that was not asked yet."""

    again: str = ""
    """A payment id whose tender is asked once more."""
    notify: bool = True


@attrs.frozen(kw_only=True)
class RequestPayment(Step):
    """Capture, void, refund or credit: amounts by payment."""

    kind: Literal["capture", "void", "refund", "credit"]
    minor: Mapping[str, int]
    subject: str
    final: bool = False
    reason: str = ""
    notify: bool = True


@attrs.frozen(kw_only=True)
class GrantRefund(Step):
    """Grant a refund; the money is asked for next."""

    subject: str
    lines: tuple[RefundLine, ...]
    units: Quantities = NOTHING
    as_credit: bool = False
    overpaid: bool = False
    """True: it was too much; no unit's share goes back."""
    reason: str = ""
    notify: bool = True


@attrs.frozen(kw_only=True)
class GiveUpPayment(Step):
    """Stop waiting for the answer to a request to the gateway."""

    operation_id: str


@attrs.frozen(kw_only=True)
class SettleByHand(Step):
    """Write down that somebody paid money back outside the gateway."""

    payment_id: str
    minor: int


@attrs.frozen(kw_only=True)
class LapseAuthorization(Step):
    """Write down that an authorisation has run out."""

    payment_id: str


@attrs.frozen(kw_only=True)
class RecordScreening(Step):
    """Write the judgement on fraud down."""

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
    """Call units off that will not be sent."""

    quantities: Quantities
    reason: CancelReason
    came_back: bool = False
    """True: they had left and been paid for; that goes back now,
    whatever else is still to be paid."""


@attrs.frozen
class OpenException(Step):
    """Open an exception item, unless the very same one is open."""

    contradiction: Contradiction
    once: bool = False
    """True: nor if it was ever settled, other than to be retried."""


@attrs.frozen(kw_only=True)
class CloseExceptions(Step):
    """Close what is open of these kinds: a later fact has undone it."""

    kinds: frozenset[ExceptionKind]
    subject: str
    note: str


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
    placement: Placement
    tenders: tuple[Tender, ...] = ()


@attrs.frozen(kw_only=True, weakref_slot=False)
class OrderPlaced(Event):
    """The order was placed."""

    order_id: str
    placement: Placement
    at: datetime = attrs.field(converter=utc)
    tenders: tuple[Tender, ...] = ()
    notify: bool = True
    """False: silence about its confirmation and its payment too."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class PaymentAwaited(Event):
    """The order must be paid for by a date."""

    until: datetime = attrs.field(converter=utc)


@attrs.frozen(kw_only=True, weakref_slot=False)
class TenderOffered(Event):
    """Another means of payment was offered."""

    tender: Tender


@attrs.frozen(kw_only=True, weakref_slot=False)
class PaymentRequested(Event):
    """The gateway is asked for something."""

    operation_id: str
    kind: OperationKind
    payment_id: str
    minor: int
    subject: str = ""
    tender: Tender | None = None
    """For an authorisation: of which a payment is made."""
    tender_index: int = -1
    final: bool = False
    reason: str = ""
    notify: bool = True


@attrs.frozen(kw_only=True, weakref_slot=False)
class PaymentRecorded(Event):
    """What the gateway answered or reported, as it was taken down."""

    operation_id: str = ""
    trigger: OperationTrigger | None = None
    """How the operation's state changed; None: it did not."""
    reference: str = ""
    movements: tuple[Movement, ...] = ()
    capture_before: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )
    max_capturable_minor: int = 0
    detail: str = ""
    captures_in_parts: bool | None = None
    """Of an authorisation, what its gateway says; None: nothing."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class FraudScreened(Event):
    """The order was judged."""

    screening: Screening


@attrs.frozen(kw_only=True, weakref_slot=False)
class HoldOpened(Event):
    """Something is kept from happening."""

    hold: Hold


@attrs.frozen(kw_only=True, weakref_slot=False)
class HoldReleased(Event):
    """A hold was taken away."""

    hold_id: str
    note: str = ""


@attrs.frozen(weakref_slot=False)
class OrderConfirmed(Event):
    """The shop has accepted the order."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class LinesCancelled(Event):
    """Units were called off."""

    quantities: Quantities
    reason: CancelReason
    freed_minor: int = 0
    """What had been captured for them."""
    refund_minor: int = 0
    """What of it goes back: all that has not gone back before."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class UnitsRecorded(Event):
    """Units were counted in the ledger, or a count taken back."""

    counter: UnitCounter
    quantities: Quantities
    subject: str
    undo: bool = False


@attrs.frozen(kw_only=True, weakref_slot=False)
class RefundGranted(Event):
    """The customer gets money back: how much, and made up of what."""

    subject: str
    lines: tuple[RefundLine, ...]
    minor: int
    """What goes back: the sum of the lines.  Older events may have
    lines that sum to more than there was to give back."""
    waived_minor: int = 0
    """What was not taken yet for the units, and never has to be."""
    units: Quantities = NOTHING
    as_credit: bool = False
    overpaid: bool = False
    """True: it was too much; no unit's share goes back."""
    reason: str = ""
    notify: bool = True
    released_minor: int = 0
    """What of it the order is not paid with any more: it costs so much
    less, or it was too much."""
    slices: Mapping[str, tuple[Slice, ...]] = NOTHING
    """What the units of these lines cost from now on."""
    payments: tuple[str, ...] = ()
    """Which payments give it back; none: as policy says."""
    refund_order: RefundOrder | None = None
    """Which of them comes first; None: as policy says."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class CancellationStarted(Event):
    """Goods and money are being given back."""

    closing: Closing


@attrs.frozen(kw_only=True, weakref_slot=False)
class CancellationAbandoned(Event):
    """It was too late: the order goes on."""

    why: str
    returned_minor: int = 0
    """Captured, and given back by it: the order is not paid with that
    any more."""


@attrs.frozen(weakref_slot=False)
class OrderCancelled(Event):
    """The order was called off; goods and money are back."""


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
class ExceptionOpened(Event):
    """Two things contradict each other; somebody must settle it."""

    item: ExceptionItem


@attrs.frozen(kw_only=True, weakref_slot=False)
class ExceptionResolved(Event):
    """Somebody has settled a contradiction."""

    exception_id: str
    remedy: Remedy
    note: str
    by: str
    waived_minor: int = 0
    """What the shop does without from now on."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class AuthorityUsed(Event):
    """Somebody with a limit has moved money, by whatever command."""

    actor: str
    minor: int
    """What went back, was done without or was given away."""


OrderCommand: TypeAlias = (
    PlaceOrder
    | DraftOrder
    | PlaceDraft
    | PayOrder
    | CancelOrder
    | CancelLines
    | OpenHold
    | ReleaseHold
    | CapturePayment
    | RefundPayment
    | ResolveException
)
OrderFact: TypeAlias = PaymentReported | FraudJudged
OrderStep: TypeAlias = (
    AwaitPayment
    | RequestAuthorizations
    | RequestPayment
    | GrantRefund
    | GiveUpPayment
    | SettleByHand
    | LapseAuthorization
    | RecordScreening
    | PlaceHold
    | LiftHold
    | Confirm
    | BeginClosing
    | AbandonClosing
    | FinishClosing
    | Complete
    | Reopen
    | RecordUnits
    | OpenException
    | CloseExceptions
    | CancelUnits
    | ScheduleFollowUp
    | SendFollowUp
)
OrderEvent: TypeAlias = (
    OrderDrafted
    | OrderPlaced
    | PaymentAwaited
    | TenderOffered
    | PaymentRequested
    | PaymentRecorded
    | FraudScreened
    | HoldOpened
    | HoldReleased
    | OrderConfirmed
    | LinesCancelled
    | UnitsRecorded
    | RefundGranted
    | CancellationStarted
    | CancellationAbandoned
    | OrderCancelled
    | OrderExpired
    | OrderRejected
    | OrderCompleted
    | OrderReopened
    | FollowUpScheduled
    | FollowUpSent
    | ExceptionOpened
    | ExceptionResolved
    | AuthorityUsed
)
