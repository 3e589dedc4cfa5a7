"""The messages about payments: commands, facts, steps and events."""

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
    """Offer another means of payment, after a decline or for the rest."""

    tender: Tender


@attrs.frozen(kw_only=True)
class CapturePayment(Command):
    """Capture what is due now, where the policy leaves it to a person."""


@attrs.frozen(kw_only=True)
class RefundPayment(Command):
    """Refund an amount without a return, loss or cancellation.

    The cost of what it is for falls by the amount, which is not refunded
    again when the units are.  An amount beyond their cost is goodwill.
    """

    amount: Money
    reason: str
    """For people to read; no rule uses it."""
    as_credit: bool = False
    of: RefundOf = NOTHING
    """What it is for: ``"postage"``, or units by line (those that would be
    refunded next); empty: all units that are wanted and not refunded."""
    payment_id: str = ""
    """The payment to refund; empty: as the policy says."""
    tender_index: int | None = None
    """The same, by the index of its tender in the order."""
    refund_order: RefundOrder | None = None
    """Which payment is refunded first; None: as the policy says."""


@attrs.frozen(kw_only=True)
class PaymentReported(Fact):
    """The gateway answered, or reported on its own."""

    operation_id: str = ""
    """Our operation id; empty where the provider knows only the payment."""
    payment_id: str = ""
    """Our payment id (``p1``), for reports that belong to no operation."""
    outcome: PaymentReport


@attrs.frozen(kw_only=True)
class AwaitPayment(Step):
    """Set the date by which the order must be paid for."""

    until: datetime = attrs.field(converter=utc)


@attrs.frozen(kw_only=True)
class RequestAuthorizations(Step):
    """Authorise every tender that was not authorised yet."""

    again: str = ""
    """A payment id whose tender is authorised once more."""
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
    """True: it was paid too much; no unit's share is refunded."""
    reason: str = ""
    notify: bool = True


@attrs.frozen(kw_only=True)
class GiveUpPayment(Step):
    """Stop waiting for the answer to a request to the gateway."""

    operation_id: str


@attrs.frozen(kw_only=True)
class SettleByHand(Step):
    """Record that a person paid money back outside the gateway."""

    payment_id: str
    minor: int


@attrs.frozen(kw_only=True)
class LapseAuthorization(Step):
    """Record that an authorisation has run out."""

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
    """A request is made to the gateway."""

    operation_id: str
    kind: OperationKind
    payment_id: str
    minor: int
    subject: str = ""
    tender: Tender | None = None
    """For an authorisation: the index of the tender that it uses."""
    tender_index: int = -1
    final: bool = False
    reason: str = ""
    notify: bool = True


@attrs.frozen(kw_only=True, weakref_slot=False)
class PaymentRecorded(Event):
    """An answer or report of the gateway was recorded."""

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
    """Whether an authorisation can be captured in parts; None: unknown."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class RefundGranted(Event):
    """A refund to the customer was granted: its amount and its lines."""

    subject: str
    lines: tuple[RefundLine, ...]
    minor: int
    """The amount refunded: the sum of the lines.  Older events may have
    lines that sum to more than there was to refund."""
    waived_minor: int = 0
    """The amount not captured yet for the units, which never has to be."""
    units: Quantities = NOTHING
    as_credit: bool = False
    overpaid: bool = False
    """True: it was paid too much; no unit's share is refunded."""
    reason: str = ""
    notify: bool = True
    released_minor: int = 0
    """The part by which the order costs less from now on, or which was
    too much."""
    slices: Mapping[str, tuple[Slice, ...]] = NOTHING
    """The cost of these lines' units from now on."""
    payments: tuple[str, ...] = ()
    """The payments to refund; empty: as the policy says."""
    refund_order: RefundOrder | None = None
    """Which of them is refunded first; None: as the policy says."""
