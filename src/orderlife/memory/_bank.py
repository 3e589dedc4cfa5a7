"""The bank behind the fake gateway: accounts and a journal.

There is one account for each authorisation.  It refuses requests as a
bank would, and every movement of money is journalled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final, Literal, TypeAlias

import attrs

from orderlife._values.money import Money
from orderlife._values.times import utc
from orderlife.errors import NotAllowedError
from orderlife.memory._accounts import Account
from orderlife.memory._operations import find, repeated
from orderlife.memory.script import Accept
from orderlife.ports.payment import (
    Authorize,
    Authorized,
    Capture,
    Captured,
    CaptureFailed,
    CreditIssued,
    Declined,
    IssueCredit,
    PaymentIntent,
    Refund,
    Refunded,
    RefundFailed,
    Void,
    Voided,
)

__all__ = ["Bank", "EffectKind", "GatewayEffect"]

EffectKind: TypeAlias = Literal[
    "authorized",
    "captured",
    "capture_failed",
    "voided",
    "lapsed",
    "refunded",
    "refund_failed",
    "credited",
    "charged_back",
    "dispute_won",
]

_ACTS: Final = frozenset(
    ("authorized", "captured", "voided", "refunded", "credited")
)
"""The effects of requests; the bank itself has caused the others."""


@attrs.frozen(kw_only=True)
class GatewayEffect:
    """Money that moved at the fake gateway: a row of its journal."""

    operation_id: str
    """The operation that moved it; of a reversal, the one reversed."""
    kind: EffectKind
    order_id: str
    payment_id: str
    """Empty for store credit."""
    minor: int
    """How much, in minor units of the intent's currency."""
    at: datetime = attrs.field(converter=utc)


@attrs.frozen
class _Moved:
    """Money that may yet come back: a capture, a refund, a credit."""

    kind: EffectKind
    account: Account | None
    intent: PaymentIntent
    minor: int


class Bank:
    """Accounts and the journal; its caller must hold a lock."""

    def __init__(
        self, clock: Callable[[], datetime], *, in_parts: bool
    ) -> None:
        self._clock = clock
        self._in_parts = in_parts
        self.journal: list[GatewayEffect] = []
        self._accounts: dict[str, Account] = {}
        self._of_order: dict[str, list[Account]] = {}
        self._of_operation: dict[str, Account] = {}
        self._moved: dict[str, list[_Moved]] = {}
        self._credited: dict[str, int] = {}

    # Queries

    def accounts(self, order_id: str | None) -> Iterable[Account]:
        """The accounts of an order, or all of them."""
        if order_id is None:
            return self._accounts.values()
        return self._of_order.get(order_id, ())

    def account_for(self, intent: Capture | Void | Refund) -> Account | None:
        """The account that an intent names, if it is of the same payment."""
        found = self._accounts.get(intent.authorization)
        if found is None or found.intent.order_id != intent.order_id:
            return None
        same = found.intent.payment_id == intent.payment_id
        return found if same else None

    def _named(self, intent: Capture | Void | Refund) -> Account:
        account = self.account_for(intent)
        assert account is not None, "refusal() comes first"
        return account

    def moved(self, operation_id: str) -> PaymentIntent:
        """The intent that last moved money which can come back.

        Raises:
            NotFoundError: none under this id; names those that have.
        """
        return find(operation_id, self._moved)[-1].intent

    def credited(self, order_id: str | None) -> int:
        """Store credit for an order, or for all."""
        if order_id is None:
            return sum(self._credited.values())
        return self._credited.get(order_id, 0)

    def doubled(self) -> tuple[str, ...]:
        """The operation ids whose requests took effect twice."""
        return repeated(
            e.operation_id for e in self.journal if e.kind in _ACTS
        )

    def refusal(
        self, intent: PaymentIntent, account: Account | None
    ) -> Declined | None:
        """The bank's refusal of a request; None: it accepts."""
        if isinstance(intent, Void):
            return self._void_refusal(account)
        if intent.amount.minor <= 0:
            return Declined(code="invalid_amount", advice="fix_data")
        if isinstance(intent, Authorize | IssueCredit):
            return None
        if account is None:
            return _UNKNOWN
        if account.currency != intent.amount.currency:
            return Declined(code="wrong_currency", advice="fix_data")
        if isinstance(intent, Refund):
            remaining = account.refundable
        else:
            if refused := self._closed(account):
                return refused
            if account.single and account.capture_pending:
                return Declined(code="captured_once", advice="never")
            remaining = (
                account.limit - account.captured - account.capture_pending
            )
        if intent.amount.minor > remaining:
            return Declined(code="amount_too_large", advice="fix_data")
        return None

    def _void_refusal(self, account: Account | None) -> Declined | None:
        if account is None:
            return _UNKNOWN
        if account.waiting and not account.closed:
            return None
        if refused := self._closed(account):
            return refused
        if account.open(self._clock()) <= account.capture_pending:
            return Declined(code="nothing_left", advice="never")
        return None

    def _closed(self, account: Account) -> Declined | None:
        if account.closed:
            once = account.single and account.captured
            code = "captured_once" if once else "authorization_closed"
            return Declined(code=code, advice="never")
        if account.waiting:
            return Declined(code="not_authorized_yet", advice="later")
        if account.has_lapsed(self._clock()):
            return Declined(code="authorization_expired")
        return None

    # Movements

    def add(self, account: Account) -> None:
        """Open an account, unless it is open."""
        if account.reference not in self._accounts:
            self._accounts[account.reference] = account
            mine = self._of_order.setdefault(account.intent.order_id, [])
            mine.append(account)

    def grant(
        self,
        account: Account,
        accept: Accept,
        intent: Authorize,
        reference: str,
    ) -> Authorized | Captured | Declined:
        """Secure money, or take it at once.

        ``Declined`` is for an authorisation that was voided before it
        was settled.
        """
        if account.closed:
            return Declined(code="authorization_closed", advice="never")
        minor = intent.amount.minor
        if accept.at_most_minor is not None:
            minor = min(minor, accept.at_most_minor)
        amount = Money.of_minor(minor, account.currency)
        self.add(account)
        account.waiting = False
        account.authorized, account.limit = minor, minor + accept.over_minor
        said = accept.in_parts
        account.single = not (self._in_parts if said is None else said)
        if accept.at_once:
            account.captured, account.closed = minor, True
            self._record("captured", intent, account, minor)
            return Captured(reference=reference, amount=amount)
        if accept.within is not None:
            account.capture_before = self._clock() + accept.within
        self._record("authorized", intent, account, minor)
        top = Money.of_minor(account.limit, account.currency)
        return Authorized(
            reference=reference,
            amount=amount,
            capture_before=account.capture_before,
            max_capturable=top if accept.over_minor else None,
            captures_in_parts=accept.in_parts,
        )

    def capture(self, intent: Capture, reference: str) -> Captured:
        """Take money; give the remainder back if it is the last of it."""
        account = self._named(intent)
        account.captured += intent.amount.minor
        last = intent.final or account.single
        account.closed = account.closed or last
        self._record("captured", intent, account, intent.amount.minor)
        return Captured(reference=reference, amount=intent.amount)

    def void(self, intent: Void, reference: str) -> Voided:
        """Give back all that is left."""
        account = self._named(intent)
        remaining = account.open(self._clock()) - account.capture_pending
        account.voided += max(0, remaining)
        account.closed, account.waiting = True, False
        self._record("voided", intent, account, max(0, remaining))
        return Voided(reference)

    def refund(self, intent: Refund, reference: str) -> Refunded:
        """Give captured money back."""
        account = self._named(intent)
        account.refunded += intent.amount.minor
        self._record("refunded", intent, account, intent.amount.minor)
        return Refunded(reference=reference, amount=intent.amount)

    def credit(self, intent: IssueCredit, reference: str) -> CreditIssued:
        """Give store credit."""
        self._credit(intent, intent.amount.minor)
        self._record("credited", intent, None, intent.amount.minor)
        return CreditIssued(reference=reference, amount=intent.amount)

    def _credit(self, intent: IssueCredit, minor: int) -> None:
        known = self._credited.get(intent.order_id, 0)
        self._credited[intent.order_id] = known + minor

    # Reversals

    def undo(
        self, operation_id: str, reason: str
    ) -> RefundFailed | CaptureFailed:
        """Reverse the last movement of an operation.

        Raises:
            NotFoundError: it has moved nothing that can be reversed.
            NotAllowedError: a capture that was refunded or disputed.
        """
        moves = find(operation_id, self._moved)
        moved = moves[-1]
        account, minor = moved.account, moved.minor
        failed: RefundFailed | CaptureFailed = RefundFailed(reason)
        kind: EffectKind = "refund_failed"
        if moved.kind == "captured" and account is not None:
            if account.refundable < minor:
                raise NotAllowedError(
                    "fail",
                    operation_id,
                    "its money was refunded or disputed",
                    "fail the refund first",
                )
            account.capture_failed += minor
            failed, kind = CaptureFailed(reason), "capture_failed"
        elif account is not None:
            account.refunded -= minor
        elif isinstance(moved.intent, IssueCredit):
            self._credit(moved.intent, -minor)
        moves.pop()
        if not moves:
            del self._moved[operation_id]
        self._record(kind, moved.intent, account, minor)
        return failed

    def lapse(self, operation_id: str) -> Authorize:
        """Let an authorisation run out, and give its intent.

        Raises:
            NotFoundError: nothing was authorised under this id.
        """
        account = find(operation_id, self._of_operation)
        remaining = account.open(self._clock())
        account.closed = True
        self._record("lapsed", account.intent, account, remaining)
        return account.intent

    def charge_back(self, intent: PaymentIntent, minor: int | None) -> Money:
        """Take disputed money back: an amount, or all that remains.

        Raises:
            NotFoundError: nothing was captured under its id.
            NotAllowedError: less than the amount remains.
        """
        account = find(intent.operation_id, self._of_operation)
        remaining = account.refundable
        minor = remaining if minor is None else minor
        if not 0 < minor <= remaining:
            raise NotAllowedError(
                "dispute",
                intent.operation_id,
                f"{remaining} minor units are left of it",
                "dispute at most those",
            )
        account.charged_back += minor
        self._record("charged_back", intent, account, minor)
        return Money.of_minor(minor, account.currency)

    def give_again(self, intent: PaymentIntent, minor: int) -> None:
        """Give disputed money back to the shop."""
        account = find(intent.operation_id, self._of_operation)
        account.charged_back -= minor
        self._record("dispute_won", intent, account, minor)

    def _record(
        self,
        kind: EffectKind,
        intent: PaymentIntent,
        account: Account | None,
        minor: int,
    ) -> None:
        if account is not None:
            self._of_operation[intent.operation_id] = account
        if kind in {"captured", "refunded", "credited"}:
            moved = _Moved(kind, account, intent, minor)
            self._moved.setdefault(intent.operation_id, []).append(moved)
        self.journal.append(
            GatewayEffect(
                operation_id=intent.operation_id,
                kind=kind,
                order_id=intent.order_id,
                payment_id=account.intent.payment_id if account else "",
                minor=minor,
                at=self._clock(),
            )
        )


_UNKNOWN: Final = Declined(code="unknown_authorization", advice="fix_data")
