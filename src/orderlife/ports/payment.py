"""The payment gateway: authorise, capture, void, refund, store credit.

What real providers do, and this port can say: any request may answer
``Pending`` (Adyen's captures always do); success may be undone (a
refund can fail after it succeeded); an authorisation may be for less
than was asked and runs out on a date; a decline has an advice what to
do; and a missing answer is ``Unknown``, which is no decline.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Final, Literal, Protocol, Self, TypeAlias

import attrs

from orderlife._values.money import Money
from orderlife._values.personal import Discreet
from orderlife._values.times import utc_or_none
from orderlife.ports.base import (
    Capabilities,
    Fate,
    Intent,
    NotKnown,
    Outcome,
    Unknown,
)
from orderlife.ports.port import Port

__all__ = [
    "PAYMENT",
    "AsyncPaymentGateway",
    "AuthorizationLapsed",
    "Authorize",
    "AuthorizeOutcome",
    "Authorized",
    "Capture",
    "CaptureFailed",
    "CaptureOutcome",
    "Captured",
    "CreditIssued",
    "CreditOutcome",
    "Declined",
    "DisputeLost",
    "DisputeOpened",
    "DisputeWon",
    "IssueCredit",
    "PaymentGateway",
    "PaymentIntent",
    "PaymentOutcome",
    "PaymentReport",
    "Pending",
    "Refund",
    "RefundFailed",
    "RefundOutcome",
    "Refunded",
    "RequiresAction",
    "Tender",
    "Void",
    "VoidOutcome",
    "Voided",
]


@attrs.frozen(weakref_slot=False)
class Tender(Discreet):
    """A means of payment that the customer offers."""

    kind: str
    """``card``, ``voucher``, ``bank_transfer``, ``boleto`` …"""
    token: str = attrs.field(repr=lambda _: "'***'")
    """The provider's token for it; never a card number."""
    amount: Money | None = None
    """How much of the order it pays; None: the rest."""
    instalments: int = 1


@attrs.frozen(kw_only=True)
class _PaymentIntent(Intent):
    port: ClassVar[str] = "payment"
    amount: Money


@attrs.frozen(kw_only=True)
class Authorize(_PaymentIntent):
    """Secure ``amount`` on a tender, without taking it yet."""

    payment_id: str
    tender: Tender


@attrs.frozen(kw_only=True)
class Capture(_PaymentIntent):
    """Take ``amount`` of an authorisation."""

    payment_id: str
    authorization: str
    """The gateway's reference of the authorisation."""
    final: bool
    """True: nothing more will be taken; give the remainder back."""


@attrs.frozen(kw_only=True)
class Void(_PaymentIntent):
    """Give back the rest of an authorisation, which is ``amount``."""

    payment_id: str
    authorization: str


@attrs.frozen(kw_only=True)
class Refund(_PaymentIntent):
    """Give ``amount`` of a captured payment back to its tender."""

    payment_id: str
    authorization: str
    reason: str = ""


@attrs.frozen(kw_only=True)
class IssueCredit(_PaymentIntent):
    """Give ``amount`` as store credit to the customer."""

    operation: ClassVar[str] = "credit"
    customer_id: str
    """Empty for a guest."""
    reason: str = ""


@attrs.frozen(kw_only=True)
class Authorized(Outcome):
    """The money is secured."""

    becomes: ClassVar[Fate] = Fate.DONE
    reference: str
    amount: Money
    """May be below what was asked (a partial authorisation)."""
    capture_before: datetime | None = attrs.field(
        default=None, converter=utc_or_none
    )
    """When the authorisation runs out, UTC; None: never."""
    max_capturable: Money | None = None
    """Above ``amount`` where over-capture is allowed."""
    captures_in_parts: bool | None = None
    """Whether it may be captured in several parts; None: as the
    gateway's ``capabilities`` say, which the driver fills in."""

    def told_by(self, able: Capabilities) -> Self:
        """Fill in from the gateway whether it may be captured in parts.

        Args:
            able: the gateway's capabilities.
        """
        if self.captures_in_parts is not None:
            return self
        return attrs.evolve(self, captures_in_parts=able.captures_in_parts)


@attrs.frozen(kw_only=True)
class Captured(Outcome):
    """The money is taken."""

    becomes: ClassVar[Fate] = Fate.DONE
    reference: str
    amount: Money


@attrs.frozen
class Voided(Outcome):
    """The rest of the authorisation is given back."""

    becomes: ClassVar[Fate] = Fate.DONE
    reference: str = ""


@attrs.frozen(kw_only=True)
class Refunded(Outcome):
    """The money is on its way back to the customer."""

    becomes: ClassVar[Fate] = Fate.DONE
    reference: str
    amount: Money


@attrs.frozen(kw_only=True)
class CreditIssued(Outcome):
    """The customer has the store credit."""

    becomes: ClassVar[Fate] = Fate.DONE
    reference: str
    amount: Money


@attrs.frozen
class Pending(Outcome):
    """The request is accepted; the outcome is reported, perhaps days later."""

    becomes: ClassVar[Fate] = Fate.WAITING
    reference: str = ""


@attrs.frozen(kw_only=True)
class RequiresAction(Outcome):
    """The customer must do something first (3-D Secure, a redirect)."""

    becomes: ClassVar[Fate] = Fate.WAITING
    reference: str
    url: str = ""


@attrs.frozen(kw_only=True)
class Declined(Outcome):
    """The request is refused; ``advice`` says what to do about it."""

    becomes: ClassVar[Fate] = Fate.REFUSED
    code: str
    advice: Literal["never", "later", "fix_data", "other_method"] = (
        "other_method"
    )


@attrs.frozen
class RefundFailed:
    """A refund did not arrive, perhaps after it was reported done."""

    reason: str = ""


@attrs.frozen
class CaptureFailed:
    """A capture did not settle, perhaps after it was reported done."""

    reason: str = ""


@attrs.frozen
class AuthorizationLapsed:
    """The authorisation has run out at the provider."""

    reason: str = ""


@attrs.frozen(kw_only=True)
class DisputeOpened:
    """The customer's bank has taken money back for now."""

    reference: str
    amount: Money
    reason: str = ""


@attrs.frozen(kw_only=True)
class DisputeWon:
    """The disputed money came back to the shop."""

    reference: str
    amount: Money


@attrs.frozen(kw_only=True)
class DisputeLost:
    """The disputed money is gone for good."""

    reference: str


AuthorizeOutcome: TypeAlias = (
    Authorized | Captured | Pending | RequiresAction | Declined | Unknown
)
"""``Captured`` where the tender is paid at once, as with vouchers."""
CaptureOutcome: TypeAlias = Captured | Pending | Declined | Unknown
VoidOutcome: TypeAlias = Voided | Pending | Declined | Unknown
RefundOutcome: TypeAlias = Refunded | Pending | Declined | Unknown
CreditOutcome: TypeAlias = CreditIssued | Pending | Declined | Unknown

PaymentIntent: TypeAlias = Authorize | Capture | Void | Refund | IssueCredit
PaymentOutcome: TypeAlias = AuthorizeOutcome | Voided | Refunded | CreditIssued
PaymentReport: TypeAlias = (
    PaymentOutcome
    | RefundFailed
    | CaptureFailed
    | AuthorizationLapsed
    | DisputeOpened
    | DisputeWon
    | DisputeLost
)
"""All that a provider can report of a payment, at any time."""


class PaymentGateway(Protocol):
    """Moves money.  Adapters implement it for one provider."""

    @property
    def capabilities(self) -> Capabilities:
        """The adapter's capabilities, above all about a lost answer."""
        ...

    def authorize(self, intent: Authorize, /) -> AuthorizeOutcome:
        """Secure an amount on a tender."""
        ...

    def capture(self, intent: Capture, /) -> CaptureOutcome:
        """Take an amount of an authorisation."""
        ...

    def void(self, intent: Void, /) -> VoidOutcome:
        """Give back the rest of an authorisation."""
        ...

    def refund(self, intent: Refund, /) -> RefundOutcome:
        """Give captured money back."""
        ...

    def issue_credit(self, intent: IssueCredit, /) -> CreditOutcome:
        """Give store credit."""
        ...

    def look_up(self, intent: PaymentIntent, /) -> PaymentOutcome | NotKnown:
        """Give the outcome of an intent, by its operation id."""
        ...


class AsyncPaymentGateway(Protocol):
    """The async twin of ``PaymentGateway``."""

    @property
    def capabilities(self) -> Capabilities:
        """The adapter's capabilities, above all about a lost answer."""
        ...

    async def authorize(self, intent: Authorize, /) -> AuthorizeOutcome:
        """Secure an amount on a tender."""
        ...

    async def capture(self, intent: Capture, /) -> CaptureOutcome:
        """Take an amount of an authorisation."""
        ...

    async def void(self, intent: Void, /) -> VoidOutcome:
        """Give back the rest of an authorisation."""
        ...

    async def refund(self, intent: Refund, /) -> RefundOutcome:
        """Give captured money back."""
        ...

    async def issue_credit(self, intent: IssueCredit, /) -> CreditOutcome:
        """Give store credit."""
        ...

    async def look_up(
        self, intent: PaymentIntent, /
    ) -> PaymentOutcome | NotKnown:
        """Give the outcome of an intent, by its operation id."""
        ...


PAYMENT: Final = Port(
    "payment", PaymentGateway, AsyncPaymentGateway, reports=PaymentReport
)
"""The port of money."""
