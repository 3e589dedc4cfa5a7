"""A payment gateway that pays what the data say was paid, when they say.

Whoever orders is sent off to pay: each authorisation is *pending* until
the order's payments are approved.  Then a card's amount is secured, and
taken when the order is confirmed.  A boleto, a voucher or anything else
is taken at once, and so is a card that paid more than was asked for: what
is more (the interest of instalments, mostly) was never secured.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeVar, cast

import attrs

from orderlife import Actor, Money
from orderlife.ports.base import Capabilities, NotKnown
from orderlife.ports.payment import (
    Authorize,
    Authorized,
    AuthorizeOutcome,
    Capture,
    Captured,
    CaptureOutcome,
    CreditOutcome,
    Declined,
    IssueCredit,
    PaymentIntent,
    PaymentOutcome,
    Pending,
    Refund,
    Refunded,
    RefundOutcome,
    Void,
    Voided,
    VoidOutcome,
)
from orderlife.replay.olist_order import Ask
from orderlife.rooms.payment.messages import PaymentReported

__all__ = ["Account", "OlistGateway"]

_GATEWAY: Final = Actor("provider", "olist_gateway")

T = TypeVar("T", bound=PaymentOutcome)


@attrs.define(kw_only=True)
class Account:
    """What the gateway has of one order, in minor units."""

    will_pay: dict[str, int]
    """What each tender is going to pay, by its token."""
    waiting: list[Authorize] = attrs.field(factory=list)
    secured: dict[str, int] = attrs.field(factory=dict)
    """What is secured and not taken, by payment."""
    captured: int = 0
    refunded: int = 0


class OlistGateway:
    """A ``PaymentGateway`` that knows beforehand what will be paid."""

    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}
        self._answers: dict[str, PaymentOutcome] = {}

    @property
    def capabilities(self) -> Capabilities:
        """It remembers every operation, and captures in parts."""
        return Capabilities(
            deduplicates=True, looks_up=True, captures_in_parts=True
        )

    def expect(self, order_id: str, asks: Sequence[Ask]) -> None:
        """Learn what will be paid for an order, before it is placed."""
        will_pay = {ask.tender.token: ask.paid.minor for ask in asks}
        self._accounts[order_id] = Account(will_pay=will_pay)

    def account(self, order_id: str) -> Account:
        """What it has of an order."""
        return self._accounts[order_id]

    def approve(self, order_id: str) -> tuple[PaymentReported, ...]:
        """Have an order's payments made; give what it reports of them."""
        account = self._accounts[order_id]
        waiting, account.waiting = account.waiting, []
        return tuple(
            PaymentReported(
                order_id=order_id,
                source=_GATEWAY,
                operation_id=intent.operation_id,
                outcome=self._paid(account, intent),
            )
            for intent in waiting
        )

    def _paid(self, account: Account, intent: Authorize) -> PaymentOutcome:
        minor = account.will_pay[intent.tender.token]
        amount = Money.of_minor(minor, intent.amount.currency)
        reference = intent.operation_id
        outcome: PaymentOutcome
        if intent.tender.kind == "card" and minor <= intent.amount.minor:
            account.secured[intent.payment_id] = minor
            outcome = Authorized(reference=reference, amount=amount)
        else:
            account.captured += minor
            outcome = Captured(reference=reference, amount=amount)
        self._answers[intent.operation_id] = outcome
        return outcome

    def _once(self, intent: PaymentIntent, act: Callable[[Account], T]) -> T:
        """Act, or give the first answer again."""
        known = self._answers.get(intent.operation_id)
        if known is None:
            known = act(self._accounts[intent.order_id])
            self._answers[intent.operation_id] = known
        return cast("T", known)

    def authorize(self, intent: Authorize, /) -> AuthorizeOutcome:
        """Send the customer off to pay."""

        def act(account: Account) -> Pending:
            account.waiting.append(intent)
            return Pending(intent.operation_id)

        return self._once(intent, act)

    def capture(self, intent: Capture, /) -> CaptureOutcome:
        """Take what is secured, and no more."""

        def act(account: Account) -> Captured | Declined:
            secured = account.secured.get(intent.payment_id, 0)
            minor = intent.amount.minor
            if minor > secured:
                return Declined(code="not_secured")
            rest = 0 if intent.final else secured - minor
            account.secured[intent.payment_id] = rest
            account.captured += minor
            return Captured(
                reference=intent.operation_id, amount=intent.amount
            )

        return self._once(intent, act)

    def void(self, intent: Void, /) -> VoidOutcome:
        """Wait for a payment no longer, and give back what is secured."""

        def act(account: Account) -> Voided:
            account.secured.pop(intent.payment_id, None)
            for asked in account.waiting:
                if asked.payment_id == intent.payment_id:
                    declined = Declined(code="voided", advice="never")
                    self._answers[asked.operation_id] = declined
                    account.waiting.remove(asked)
                    break
            return Voided(intent.operation_id)

        return self._once(intent, act)

    def refund(self, intent: Refund, /) -> RefundOutcome:
        """Give back what was taken, and no more."""

        def act(account: Account) -> Refunded | Declined:
            if intent.amount.minor > account.captured - account.refunded:
                return Declined(code="not_captured")
            account.refunded += intent.amount.minor
            return Refunded(
                reference=intent.operation_id, amount=intent.amount
            )

        return self._once(intent, act)

    def issue_credit(self, intent: IssueCredit, /) -> CreditOutcome:
        """Decline: the data know of no store credit."""

        def act(_: Account) -> Declined:
            return Declined(code="no_store_credit", advice="never")

        return self._once(intent, act)

    def look_up(self, intent: PaymentIntent, /) -> PaymentOutcome | NotKnown:
        """Tell what became of an intent."""
        return self._answers.get(intent.operation_id, NotKnown())
