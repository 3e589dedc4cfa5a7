"""Payment gateways with one defect each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs

from orderlife._values.money import Money
from orderlife.ports.base import Capabilities, NotKnown
from orderlife.ports.payment import (
    Authorize,
    Authorized,
    AuthorizeOutcome,
    Capture,
    Captured,
    CaptureOutcome,
    CreditIssued,
    CreditOutcome,
    Declined,
    IssueCredit,
    PaymentIntent,
    PaymentOutcome,
    Pending,
    Refund,
    Refunded,
    RefundOutcome,
    RequiresAction,
    Void,
    Voided,
    VoidOutcome,
)
from orderlife.testing import FakeGateway
from tests.conformance.fakes import PaymentFakes
from tests.conformance.mutants_requests import plant_request_mutants
from tests.conformance.planted import Planted

__all__ = ["PAYMENT"]

PAYMENT = Planted(PaymentFakes)

plant_request_mutants(
    PAYMENT,
    FakeGateway,
    {
        "authorize": "authorize",
        "capture": "capture",
        "void": "void",
        "refund": "refund",
        "issue_credit": "issue_credit",
    },
)


@PAYMENT("authorizes_what_was_asked")
class CapturesAtOnce(FakeGateway):
    def authorize(self, intent: Authorize, /) -> AuthorizeOutcome:
        answer = super().authorize(intent)
        if isinstance(answer, Authorized):
            self._bank.account_for(_taking(intent, answer))
            super().capture(_taking(intent, answer))
        return answer


def _taking(intent: Authorize, answer: Authorized) -> Capture:
    return Capture(
        operation_id=f"{intent.operation_id}:x",
        order_id=intent.order_id,
        amount=answer.amount,
        payment_id=intent.payment_id,
        authorization=answer.reference,
        final=True,
    )


@PAYMENT("currency_is_kept")
class ThinksInCents(FakeGateway):
    def authorize(self, intent: Authorize, /) -> AuthorizeOutcome:
        answer = super().authorize(intent)
        if isinstance(answer, Authorized):
            amount = Money.of_minor(answer.amount.minor, "EUR")
            return attrs.evolve(answer, amount=amount)
        return answer


@PAYMENT("captures_what_was_asked")
class CapturesNothing(FakeGateway):
    def capture(self, intent: Capture, /) -> CaptureOutcome:
        return Captured(reference="x", amount=intent.amount)


class CapturingOtherwise(FakeGateway):
    """It takes something else than it was asked for."""

    def change(self, intent: Capture) -> Capture:
        return intent

    def capture(self, intent: Capture, /) -> CaptureOutcome:
        return super().capture(self.change(intent))


@PAYMENT("captures_in_parts")
class EachCaptureIsFinal(CapturingOtherwise):
    def change(self, intent: Capture) -> Capture:
        return attrs.evolve(intent, final=True)


@PAYMENT("captured_as_often_as_it_says")
class SaysOnceAndHoldsOn(FakeGateway):
    """What it calls the only capture leaves the rest secured."""

    @property
    def capabilities(self) -> Capabilities:
        return attrs.evolve(super().capabilities, captures_in_parts=False)


@PAYMENT("final_capture_gives_the_rest_back")
class NoCaptureIsFinal(CapturingOtherwise):
    def change(self, intent: Capture) -> Capture:
        return attrs.evolve(intent, final=False)


class OverCapturing(FakeGateway):
    """It takes as much as it is asked to."""

    room = 0

    def capture(self, intent: Capture, /) -> CaptureOutcome:
        account = self._bank.account_for(intent)
        if account is not None and not account.closed:
            account.limit = account.authorized + self.room
        return super().capture(intent)


@PAYMENT("takes_no_more_than_is_secured")
class TakesMore(OverCapturing):
    room = 1


@PAYMENT("captures_at_once_take_no_more")
class TakesMoreAtOnce(OverCapturing):
    room = 9_999


@PAYMENT("over_capture_says_how_much")
class TakesAnyMore(OverCapturing):
    room = 9_999


@PAYMENT("strangers_take_nothing")
class RaisesForStrangers(FakeGateway):
    def refund(self, intent: Refund, /) -> RefundOutcome:
        if self._bank.account_for(intent) is None:
            raise KeyError(intent.authorization)
        return super().refund(intent)


@PAYMENT("void_gives_the_money_back")
class VoidsInName(FakeGateway):
    def void(self, intent: Void, /) -> VoidOutcome:
        return Voided(f"void-{intent.operation_id}")


@PAYMENT("void_keeps_what_was_taken")
class VoidsCapturesToo(FakeGateway):
    def void(self, intent: Void, /) -> VoidOutcome:
        account = self._bank.account_for(intent)
        answer = super().void(intent)
        if account is not None and isinstance(answer, Voided):
            account.captured = 0
        return answer


@PAYMENT("captured_money_cannot_be_voided")
class VoidsWhatWasTaken(FakeGateway):
    def void(self, intent: Void, /) -> VoidOutcome:
        answer = super().void(intent)
        return Voided() if isinstance(answer, Declined) else answer


@PAYMENT("refunds_in_parts")
class RefundsOnce(FakeGateway):
    def refund(self, intent: Refund, /) -> RefundOutcome:
        account = self._bank.account_for(intent)
        if account is not None and account.refunded:
            return Declined(code="already_refunded")
        return super().refund(intent)


class OverRefunding(FakeGateway):
    """It gives back as much as it is asked to."""

    def refund(self, intent: Refund, /) -> RefundOutcome:
        answer = super().refund(intent)
        if isinstance(answer, Declined):
            account = self._bank.account_for(intent)
            if account is not None:
                account.refunded += intent.amount.minor
                return Refunded(reference="x", amount=intent.amount)
        return answer


@PAYMENT("refunds_no_more_than_was_taken")
class RefundsMore(OverRefunding):
    pass


@PAYMENT("refunds_nothing_that_was_not_taken")
class RefundsWhatIsSecured(OverRefunding):
    pass


@PAYMENT("refunds_at_once_give_no_more")
class RefundsMoreAtOnce(OverRefunding):
    pass


@PAYMENT("issues_store_credit")
class KnowsNoGuests(FakeGateway):
    def issue_credit(self, intent: IssueCredit, /) -> CreditOutcome:
        if not intent.customer_id:
            return Declined(code="no_customer")
        answer = super().issue_credit(intent)
        assert isinstance(answer, CreditIssued)
        return answer


@PAYMENT("payments_are_apart")
class VoidsThemAll(FakeGateway):
    def void(self, intent: Void, /) -> VoidOutcome:
        answer = super().void(intent)
        for account in self._bank.accounts(intent.order_id):
            account.closed = True
        return answer


class AuthorizingOtherwise(FakeGateway):
    """It answers something else than what happened."""

    def change(self, intent: Authorize, answer: Any) -> Any:
        del intent
        return answer

    def authorize(self, intent: Authorize, /) -> AuthorizeOutcome:
        changed: AuthorizeOutcome = self.change(
            intent, super().authorize(intent)
        )
        return changed


@PAYMENT("decline_says_what_may_be_done")
class KeepsTheProvidersWords(AuthorizingOtherwise):
    def change(self, intent: Authorize, answer: Any) -> Any:
        del intent
        if isinstance(answer, Declined):
            words: Any = "do_not_honor"
            return attrs.evolve(answer, advice=words)
        return answer


@PAYMENT("declined_payment_can_be_tried_again")
class DeclinesForGood(FakeGateway):
    declined: frozenset[str] = frozenset()

    def authorize(self, intent: Authorize, /) -> AuthorizeOutcome:
        if intent.order_id in self.declined:
            return Declined(code="failed", advice="never")
        answer = super().authorize(intent)
        if isinstance(answer, Declined):
            self.declined |= {intent.order_id}
        return answer


@PAYMENT("partial_authorization_says_how_much")
class SaysWhatWasAsked(AuthorizingOtherwise):
    def change(self, intent: Authorize, answer: Any) -> Any:
        if isinstance(answer, Authorized):
            return attrs.evolve(answer, amount=intent.amount)
        return answer


@PAYMENT("paid_at_once_is_captured")
class SaysItIsSecured(AuthorizingOtherwise):
    def change(self, intent: Authorize, answer: Any) -> Any:
        del intent
        if isinstance(answer, Captured):
            return Authorized(reference=answer.reference, amount=answer.amount)
        return answer


@PAYMENT("pending_secures_nothing")
class TakesPendingForDone(AuthorizingOtherwise):
    def change(self, intent: Authorize, answer: Any) -> Any:
        if isinstance(answer, Pending):
            return Authorized(reference=answer.reference, amount=intent.amount)
        return answer


@PAYMENT("pending_is_found_until_it_is_settled")
class FindsTheFirstAnswer(FakeGateway):
    def look_up(self, intent: PaymentIntent, /) -> PaymentOutcome | NotKnown:
        done = self._operations._done.get(intent.key)
        if done is None:
            return NotKnown()
        answer: Any = done.answer
        return answer  # type: ignore[no-any-return]


@PAYMENT("customers_action_is_asked_for")
class SaysOnlyThatItWaits(AuthorizingOtherwise):
    def change(self, intent: Authorize, answer: Any) -> Any:
        del intent
        if isinstance(answer, RequiresAction):
            return Pending(answer.reference)
        return answer


@PAYMENT("authorization_says_when_it_runs_out")
class KeepsTheDateToItself(AuthorizingOtherwise):
    def change(self, intent: Authorize, answer: Any) -> Any:
        del intent
        if isinstance(answer, Authorized) and answer.capture_before:
            late = answer.capture_before - timedelta(days=1)
            return attrs.evolve(answer, capture_before=late)
        return answer
