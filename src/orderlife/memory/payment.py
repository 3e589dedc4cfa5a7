"""A payment gateway in memory, with a small bank behind it.

It keeps an account for each authorisation and a journal of every effect,
refuses what a bank would refuse, and can be made to misbehave: see
:mod:`orderlife.memory.script`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple, TypeVar, cast

import attrs

from orderlife._values.money import Money
from orderlife.errors import NotAllowedError
from orderlife.memory._accounts import Account
from orderlife.memory._bank import GatewayEffect
from orderlife.memory._gateway_books import GatewayBooks
from orderlife.memory._operations import Outbox, find
from orderlife.memory._pending import PendingOperation, PendingOperations
from orderlife.memory.script import (
    Accept,
    AskCustomer,
    Behaviour,
    Decline,
    FailLater,
    Pend,
    Reporting,
    Script,
    behaviour_of_token,
    reporting_of_token,
    unsupported,
)
from orderlife.ports.base import Capabilities, NotKnown, Unknown
from orderlife.ports.payment import (
    PAYMENT,
    AuthorizationLapsed,
    Authorize,
    Authorized,
    AuthorizeOutcome,
    Capture,
    Captured,
    CaptureFailed,
    CaptureOutcome,
    CreditOutcome,
    Declined,
    DisputeLost,
    DisputeOpened,
    DisputeWon,
    IssueCredit,
    PaymentIntent,
    PaymentOutcome,
    PaymentReport,
    Pending,
    Refund,
    RefundFailed,
    RefundOutcome,
    RequiresAction,
    Void,
    VoidOutcome,
)

__all__ = ["FakeGateway", "GatewayEffect", "GatewayReport"]

_SAFE: Final = Capabilities(
    deduplicates=True, looks_up=True, captures_in_parts=True
)
_ONCE: Final = Reporting()

IntentT = TypeVar("IntentT", bound=PaymentIntent)
DoneT = TypeVar("DoneT", bound=PaymentOutcome)


class GatewayReport(NamedTuple):
    """What a gateway reports on its own, as in a webhook."""

    order_id: str
    operation_id: str
    """The operation that it is about."""
    outcome: PaymentReport


@attrs.frozen
class _Dispute:
    intent: PaymentIntent
    amount: Money


class FakeGateway(GatewayBooks):
    """A :class:`~orderlife.ports.payment.PaymentGateway` in memory.

    Args:
        clock: judges when authorisations run out; None: the machine's time.
        capabilities: without ``deduplicates``, or after ``window``, the
            same operation id acts again; without ``looks_up``,
            ``look_up`` is ``Unknown``; without ``captures_in_parts``,
            the first capture of an authorisation is its last.
        script: its faults, besides those that tokens ask for.

    Every method raises ``PortError`` for an operation id that comes
    again with another content.  It may be used from many threads.
    """

    def __init__(
        self,
        clock: Callable[[], datetime] | None = None,
        capabilities: Capabilities = _SAFE,
        script: Script | None = None,
    ) -> None:
        super().__init__(clock, capabilities, script)
        self._outbox = Outbox[GatewayReport]()
        self._references: set[str] = set()
        self._waiting = PendingOperations()
        self._disputes: dict[str, _Dispute] = {}

    # The port

    def authorize(self, intent: Authorize, /) -> AuthorizeOutcome:
        """Secure an amount on a tender, whose token steers it."""

        def act(
            steer: Behaviour | None,
        ) -> Authorized | Captured | Pending | RequiresAction | Declined:
            reference = self._reference(intent.operation_id)
            account = Account(intent=intent, reference=reference)
            grant = partial(self._bank.grant, account, _accept(steer))
            answer = self._act(intent, account, steer, reference, grant)
            if isinstance(steer, AskCustomer) and answer == Pending(reference):
                return RequiresAction(reference=reference, url=steer.url)
            return answer

        magic = behaviour_of_token(intent.tender.token, "authorize")
        return self._operations.perform("authorize", intent, act, magic=magic)

    def capture(self, intent: Capture, /) -> CaptureOutcome:
        """Take an amount of an authorisation."""
        return self._perform(intent, self._bank.capture)

    def void(self, intent: Void, /) -> VoidOutcome:
        """Give back the rest of an authorisation, pending ones too."""
        return self._perform(intent, self._bank.void)

    def refund(self, intent: Refund, /) -> RefundOutcome:
        """Give captured money back."""
        return self._perform(intent, self._bank.refund)

    def issue_credit(self, intent: IssueCredit, /) -> CreditOutcome:
        """Give store credit, to guests too."""
        return self._perform(intent, self._bank.credit)

    def look_up(self, intent: PaymentIntent, /) -> PaymentOutcome | NotKnown:
        """Give the present outcome of an intent, whatever was answered.

        A refund or capture that failed later is ``Declined``.
        """
        return cast(
            "PaymentOutcome | NotKnown", self._operations.look_up(intent)
        )

    # What the bank does by itself

    @property
    def script(self) -> Script:
        """The script of its faults, which can be added to."""
        return self._operations.script

    @property
    def waiting(self) -> tuple[str, ...]:
        """The operation ids that wait to be settled, the oldest first."""
        with self._lock:
            return self._waiting.operation_ids

    def settle(
        self,
        operation_id: str,
        *,
        succeed: bool = True,
        minor: int | None = None,
    ) -> PaymentReport:
        """Decide a pending operation, or one that the customer acts on.

        The outcome is reported, and returned as well.

        Args:
            operation_id: the operation.
            succeed: False declines it.
            minor: what was paid, in minor units, where that is not what
                was asked for: bank transfers come in any amount.

        Raises:
            NotFoundError: it is not waiting.
            NotAllowedError: ``minor`` is only for authorisations.
        """
        with self._lock:
            waiting = self._waiting.first(operation_id)
            if minor is not None and not isinstance(waiting.intent, Authorize):
                raise NotAllowedError(
                    "settle for another amount",
                    operation_id,
                    "only authorisations come in any amount",
                    "leave minor out",
                )
            self._waiting.take(operation_id)
            outcome = waiting.decided(minor, succeed=succeed)
            self._operations.became(operation_id, outcome)
            self._report(waiting.intent, outcome, _ONCE)
            return outcome

    def fail_later(
        self, operation_id: str, *, reason: str = "failed_later"
    ) -> RefundFailed | CaptureFailed:
        """Let a refund, credit or capture fail after it succeeded.

        The failure is reported, and returned.

        Raises:
            NotFoundError: nothing has moved under this operation id.
            NotAllowedError: a capture that was refunded or disputed.
        """
        with self._lock:
            intent = self._bank.moved(operation_id)
            return self._fail(intent, reason)

    def lapse(self, operation_id: str) -> AuthorizationLapsed:
        """Let an authorisation run out now; it is reported and returned.

        Raises:
            NotFoundError: nothing was authorised under this id.
        """
        with self._lock:
            intent = self._bank.lapse(operation_id)
            lapsed = AuthorizationLapsed("expired")
            self._report(intent, lapsed, _ONCE)
            return lapsed

    def dispute(
        self,
        operation_id: str,
        *,
        minor: int | None = None,
        reason: str = "fraudulent",
    ) -> DisputeOpened:
        """Have the customer's bank take money back; reported and returned.

        Args:
            operation_id: what captured the money.
            minor: the amount, in minor units; None: all that remains.
            reason: what the customer says.

        Raises:
            NotFoundError: nothing was captured under this id.
            NotAllowedError: less than the amount remains.
        """
        with self._lock:
            intent = self._bank.moved(operation_id)
            amount = self._bank.charge_back(intent, minor)
            reference = f"dispute-{len(self._disputes) + 1}"
            self._disputes[reference] = _Dispute(intent, amount)
            opened = DisputeOpened(
                reference=reference, amount=amount, reason=reason
            )
            self._report(intent, opened, _ONCE)
            return opened

    def close_dispute(
        self, reference: str, *, won: bool
    ) -> DisputeWon | DisputeLost:
        """Decide a dispute; the outcome is reported and returned.

        Raises:
            NotFoundError: no such dispute is open.
        """
        with self._lock:
            found = find(reference, self._disputes, "open dispute")
            closed: DisputeWon | DisputeLost
            if won:
                self._bank.give_again(found.intent, found.amount.minor)
                closed = DisputeWon(reference=reference, amount=found.amount)
            else:
                closed = DisputeLost(reference=reference)
            del self._disputes[reference]
            self._report(found.intent, closed, _ONCE)
            return closed

    def reports(self, *, late: bool = False) -> tuple[GatewayReport, ...]:
        """Hand out a round of reports, each of them once.

        Args:
            late: hand out also those that a script made late.
        """
        with self._lock:
            return self._outbox.drain(late=late)

    # Inside

    def _perform(
        self,
        intent: IntentT,
        apply: Callable[[IntentT, str], DoneT],
    ) -> DoneT | Pending | Declined | Unknown:
        """Perform all but an authorisation."""
        method = PAYMENT.methods[type(intent)]
        with self._lock:
            account, magic = None, None
            if isinstance(intent, Capture | Void | Refund):
                account = self._bank.account_for(intent)
            if account is not None:
                magic = behaviour_of_token(account.token, method)

            def act(steer: Behaviour | None) -> DoneT | Pending | Declined:
                if isinstance(steer, AskCustomer):
                    raise unsupported(method, steer)
                reference = self._reference(intent.operation_id)
                return self._act(intent, account, steer, reference, apply)

            return self._operations.perform(method, intent, act, magic=magic)

    def _act(
        self,
        intent: IntentT,
        account: Account | None,
        steer: Behaviour | None,
        reference: str,
        apply: Callable[[IntentT, str], DoneT],
    ) -> DoneT | Pending | Declined:
        """Act by a behaviour, as far as the bank allows."""
        outcome: DoneT | Declined
        refused = self._bank.refusal(intent, account)
        if isinstance(steer, Decline):
            outcome = Declined(code=steer.code, advice=steer.advice)
        elif refused is not None:
            outcome = refused
        elif isinstance(steer, Pend | AskCustomer):
            self._wait(intent, account, reference, apply)
            return Pending(reference)
        elif steer is None or isinstance(steer, Accept):
            outcome = apply(intent, reference)
        elif isinstance(steer, FailLater) and not isinstance(
            intent, Authorize | Void
        ):
            outcome = apply(intent, reference)
            self._report(intent, outcome)
            self._fail(intent, steer.reason)
            return outcome
        else:
            raise unsupported(PAYMENT.methods[type(intent)], steer)
        self._report(intent, outcome)
        return outcome

    def _wait(
        self,
        intent: IntentT,
        account: Account | None,
        reference: str,
        apply: Callable[[IntentT, str], PaymentOutcome],
    ) -> None:
        def settle(minor: int | None) -> PaymentOutcome:
            paid = intent
            if minor is not None:
                amount = Money.of_minor(minor, intent.amount.currency)
                paid = attrs.evolve(intent, amount=amount)
            return apply(paid, reference)

        if account is not None and isinstance(intent, Authorize):
            account.waiting = True
            self._bank.add(account)
        self._waiting.put(
            PendingOperation(intent=intent, account=account, apply=settle)
        )

    def _fail(
        self, intent: PaymentIntent, reason: str
    ) -> RefundFailed | CaptureFailed:
        failed = self._bank.undo(intent.operation_id, reason)
        code = (
            "capture_failed"
            if isinstance(failed, CaptureFailed)
            else "refund_failed"
        )
        # A look-up has no other answer for it.
        self._operations.became(intent.operation_id, Declined(code=code))
        self._report(intent, failed, _ONCE)
        return failed

    def _reference(self, operation_id: str) -> str:
        """Make a reference: the same in every run, new for each act."""
        first = reference = f"ref-{operation_id}"
        number = 1
        while reference in self._references:
            number += 1
            reference = f"{first}-{number}"
        self._references.add(reference)
        return reference

    def _report(
        self,
        intent: PaymentIntent,
        outcome: PaymentReport,
        default: Reporting | None = None,
    ) -> None:
        """Report an outcome by the script or the token."""
        method = PAYMENT.methods[type(intent)]
        how = self.script.reporting(method, intent.operation_id)
        if how is None:
            how = reporting_of_token(self._token(intent)) or default
        if how is not None:
            report = GatewayReport(
                intent.order_id, intent.operation_id, outcome
            )
            self._outbox.put(report, how)

    def _token(self, intent: PaymentIntent) -> str:
        if isinstance(intent, Authorize):
            return intent.tender.token
        if isinstance(intent, IssueCredit):
            return ""
        account = self._bank.account_for(intent)
        return account.token if account else ""


def _accept(steer: Behaviour | None) -> Accept:
    """The terms on which an authorisation is granted, now or later."""
    if isinstance(steer, Pend):
        return steer.then
    return steer if isinstance(steer, Accept) else Accept()
