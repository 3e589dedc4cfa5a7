"""What is said of money: asked for, reported, and recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeAlias, Union

import attrs

from orderlife._kernel.messages import (
    NOTHING,
    Command,
    Event,
    Fact,
    Quantities,
    Step,
)
from orderlife._values.money import Money
from orderlife._values.times import utc, utc_or_none
from orderlife.ports.payment import PaymentReport, Tender
from orderlife.rooms.order.model import (
    Slice,
)
from orderlife.rooms.payment.lifecycle import OperationTrigger
from orderlife.rooms.payment.model import (
    Movement,
    OperationKind,
    RefundLine,
    RefundOrder,
)

__all__ = [
    "AwaitPayment",
    "CapturePayment",
    "GiveUpPayment",
    "GrantRefund",
    "LapseAuthorization",
    "PayOrder",
    "PaymentAwaited",
    "PaymentRecorded",
    "PaymentReported",
    "PaymentRequested",
    "RefundGranted",
    "RefundOf",
    "RefundPayment",
    "RequestAuthorizations",
    "RequestPayment",
    "SettleByHand",
    "TenderOffered",
]


RefundOf: TypeAlias = Union[Quantities, Literal["postage"]]  # noqa: UP007
"""What a refund is for: units by line, or the postage."""


@attrs.frozen(kw_only=True)
class PayOrder(Command):
    """Offer another means of payment, after a decline or for a rest."""

    tender: Tender


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
class PaymentReported(Fact):
    """The gateway answered, or reported on its own."""

    operation_id: str = ""
    """Ours; empty where the provider knows only its payment."""
    payment_id: str = ""
    """Ours (``p1``), for reports that belong to no operation."""
    outcome: PaymentReport


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
    """What the gateway answered or reported, as it was recorded."""

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
