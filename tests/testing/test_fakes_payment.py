"""The fake gateway: a little bank that keeps its books."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from orderlife._values.money import Money
from orderlife.errors import (
    InvariantError,
    NotAllowedError,
    NotFoundError,
    PortError,
)
from orderlife.ports.base import Capabilities, NotKnown, Unknown
from orderlife.ports.payment import (
    AuthorizationLapsed,
    Authorize,
    Authorized,
    Capture,
    Captured,
    CaptureFailed,
    CreditIssued,
    Declined,
    DisputeLost,
    DisputeOpened,
    DisputeWon,
    IssueCredit,
    PaymentGateway,
    PaymentIntent,
    PaymentOutcome,
    Pending,
    Refund,
    Refunded,
    RefundFailed,
    RequiresAction,
    Tender,
    Void,
    Voided,
)
from orderlife.testing import (
    Accept,
    AdapterCrashError,
    AskCustomer,
    Clock,
    Crash,
    Decline,
    FailLater,
    FakeGateway,
    Pend,
    Script,
    TimeOut,
)

REFERENCE = "ref-o1:authorize:1"
BLIND = Capabilities(captures_in_parts=True)


def eur(minor: int) -> Money:
    """Write an amount of euro shortly."""
    return Money.of_minor(minor, "EUR")


def authorize(token: str = "tok_visa", minor: int = 9000) -> Authorize:
    """Ask for money on a card."""
    return Authorize(
        operation_id="o1:authorize:1",
        order_id="o1",
        payment_id="p1",
        amount=eur(minor),
        tender=Tender("card", token),
    )


def capture(
    minor: int = 9000, number: int = 1, *, final: bool = False
) -> Capture:
    """Ask for the capture of some of it."""
    return Capture(
        operation_id=f"o1:capture:{number}",
        order_id="o1",
        payment_id="p1",
        amount=eur(minor),
        authorization=REFERENCE,
        final=final,
    )


def void(number: int = 1) -> Void:
    """Ask for the rest to be given back."""
    return Void(
        operation_id=f"o1:void:{number}",
        order_id="o1",
        payment_id="p1",
        amount=eur(9000),
        authorization=REFERENCE,
    )


def refund(minor: int = 9000, number: int = 1) -> Refund:
    """Ask for captured money to be given back."""
    return Refund(
        operation_id=f"o1:refund:{number}",
        order_id="o1",
        payment_id="p1",
        amount=eur(minor),
        authorization=REFERENCE,
    )


def credit(minor: int = 500) -> IssueCredit:
    """Ask for store credit."""
    return IssueCredit(
        operation_id="o1:credit:1",
        order_id="o1",
        amount=eur(minor),
        customer_id="c1",
    )


def paid(gateway: FakeGateway, token: str = "tok_visa") -> FakeGateway:
    """Authorise and capture 90.00."""
    gateway.authorize(authorize(token))
    gateway.capture(capture())
    return gateway


def test_is_a_payment_gateway() -> None:
    """The fake keeps to the port, as mypy can tell."""
    gateway: PaymentGateway = FakeGateway()
    assert gateway.capabilities.deduplicates
    assert gateway.capabilities.looks_up


def test_moves_money_and_keeps_the_books() -> None:
    """Authorise, capture, refund: sums and journal say the same."""
    gateway = FakeGateway(Clock())
    assert Authorized(
        reference=REFERENCE, amount=eur(9000)
    ) == gateway.authorize(authorize())
    assert gateway.open_minor("o1") == 9000
    assert Captured(
        reference="ref-o1:capture:1", amount=eur(6000)
    ) == gateway.capture(capture(6000))
    assert Refunded(
        reference="ref-o1:refund:1", amount=eur(1000)
    ) == gateway.refund(refund(1000))
    assert CreditIssued(
        reference="ref-o1:credit:1", amount=eur(500)
    ) == gateway.issue_credit(credit())
    sums = (
        gateway.open_minor("o1"),
        gateway.captured_minor("o1"),
        gateway.refunded_minor("o1"),
        gateway.credited_minor("o1"),
    )
    assert sums == (3000, 6000, 1000, 500)
    assert [(e.operation_id, e.kind, e.minor) for e in gateway.effects] == [
        ("o1:authorize:1", "authorized", 9000),
        ("o1:capture:1", "captured", 6000),
        ("o1:refund:1", "refunded", 1000),
        ("o1:credit:1", "credited", 500),
    ]
    assert (
        gateway.captured_minor(),
        gateway.captured_minor("o2"),
    ) == (6000, 0)
    gateway.check()


def test_same_operation_acts_once() -> None:
    """An operation id that comes again gets the first answer again."""
    gateway = FakeGateway()
    assert gateway.authorize(authorize()) == gateway.authorize(authorize())
    assert gateway.capture(capture()) == gateway.capture(capture())
    assert gateway.captured_minor("o1") == 9000
    assert gateway.doubled() == ()


def test_same_operation_with_other_content_is_an_error() -> None:
    """A key means one request: anything else is a defect of the driver."""
    gateway = FakeGateway()
    gateway.authorize(authorize())
    with pytest.raises(PortError, match="another content") as caught:
        gateway.authorize(authorize(minor=9001))
    assert "tok_visa" not in str(caught.value)
    with pytest.raises(PortError, match="another content"):
        gateway.look_up(authorize(minor=9001))


def test_without_deduplication_a_retry_is_caught_as_two_effects() -> None:
    """A driver that retries wrongly leaves two rows in the journal."""
    gateway = FakeGateway(capabilities=BLIND)
    gateway.authorize(authorize())
    first = gateway.capture(capture(1000))
    again = gateway.capture(capture(1000))
    assert isinstance(first, Captured)
    assert isinstance(again, Captured)
    assert first.reference != again.reference
    assert gateway.doubled() == ("o1:capture:1",)
    assert gateway.captured_minor("o1") == 2000


def test_forgets_operations_after_its_window() -> None:
    """A key that comes again after the window acts again."""
    clock = Clock()
    day = attrs.evolve(BLIND, deduplicates=True, window=timedelta(hours=24))
    gateway = FakeGateway(clock, day)
    gateway.authorize(authorize())
    gateway.capture(capture(1000))
    clock.advance(hours=23)
    gateway.capture(capture(1000))
    assert gateway.doubled() == ()
    clock.advance(hours=1)
    gateway.capture(capture(1000))
    assert gateway.doubled() == ("o1:capture:1",)


def test_doubled_effect_fails_the_check() -> None:
    """Books with two effects for one key are wrong, and say so."""
    gateway = paid(FakeGateway())
    gateway._bank.journal.append(gateway.effects[-1])
    with pytest.raises(InvariantError, match="invariant 24: o1:capture:1"):
        gateway.check()


@pytest.mark.parametrize(
    ("field", "value", "line"),
    [("captured", 9001, "invariant 2"), ("refunded", 9001, "invariant 3")],
)
def test_wrong_sums_fail_the_check(field: str, value: int, line: str) -> None:
    """More taken or given back than there is names its invariant."""
    gateway = paid(FakeGateway())
    (account,) = gateway._bank.accounts("o1")
    setattr(account, field, value)
    with pytest.raises(InvariantError, match=line):
        gateway.check()


@pytest.mark.parametrize(
    ("intent", "code"),
    [
        (capture(9001), "amount_too_large"),
        (capture(0), "invalid_amount"),
        (
            attrs.evolve(capture(), authorization="ref"),
            "unknown_authorization",
        ),
        (attrs.evolve(capture(), payment_id="p2"), "unknown_authorization"),
        (attrs.evolve(capture(), order_id="o2"), "unknown_authorization"),
        (attrs.evolve(capture(), amount=Money("1", "USD")), "wrong_currency"),
    ],
)
def test_refuses_captures_that_a_bank_would_refuse(
    intent: Capture, code: str
) -> None:
    """What does not fit the authorisation is declined, and moves nothing."""
    gateway = FakeGateway()
    gateway.authorize(authorize())
    answer = gateway.capture(intent)
    assert isinstance(answer, Declined)
    assert code == answer.code
    assert gateway.captured_minor() == 0


def test_refuses_to_take_or_give_back_too_much() -> None:
    """No over-capture, no over-refund, also not in two steps."""
    gateway = FakeGateway()
    gateway.authorize(authorize())
    too_much = Declined(code="amount_too_large", advice="fix_data")
    gateway.capture(capture(6000, 1))
    assert too_much == gateway.capture(capture(3001, 2))
    gateway.refund(refund(5000, 1))
    assert too_much == gateway.refund(refund(1001, 2))
    gateway.check()


def test_final_capture_gives_the_remainder_back() -> None:
    """After a final capture nothing is open and nothing can be taken."""
    gateway = FakeGateway()
    gateway.authorize(authorize())
    gateway.capture(capture(6000, final=True))
    assert gateway.open_minor("o1") == 0
    closed = Declined(code="authorization_closed", advice="never")
    assert closed == gateway.capture(capture(1, 2))
    assert closed == gateway.void(void())


def test_void_gives_the_rest_back() -> None:
    """A void releases what is left, once, and ends the authorisation."""
    gateway = FakeGateway()
    gateway.authorize(authorize())
    gateway.capture(capture(6000))
    assert Voided("ref-o1:void:1") == gateway.void(void())
    assert gateway.open_minor("o1") == 0
    assert gateway.effects[-1].minor == 3000
    assert isinstance(gateway.void(void(2)), Declined)
    assert isinstance(gateway.capture(capture(1, 2)), Declined)


def test_void_of_what_is_captured_or_unknown_is_declined() -> None:
    """There must be something left to give back."""
    gateway = paid(FakeGateway())
    assert Declined(code="nothing_left", advice="never") == gateway.void(
        void()
    )
    lost = attrs.evolve(void(2), authorization="")
    assert Declined(
        code="unknown_authorization", advice="fix_data"
    ) == gateway.void(lost)


def test_declined_token_secures_nothing() -> None:
    """A decline says what may be done about it."""
    gateway = FakeGateway()
    declined = Declined(code="declined", advice="never")
    assert declined == gateway.authorize(authorize("tok_declined_never"))
    assert gateway.effects == ()
    assert declined == gateway.look_up(authorize("tok_declined_never"))


@pytest.mark.parametrize("again", [False, True])
def test_time_out_before_acting_does_nothing(again: bool) -> None:
    """The look-up knows nothing, and the second try works."""
    gateway = FakeGateway()
    intent = authorize("tok_timeout_before")
    assert isinstance(gateway.authorize(intent), Unknown)
    assert gateway.effects == ()
    assert NotKnown() == gateway.look_up(intent)
    if again:
        assert isinstance(gateway.authorize(intent), Authorized)


def test_time_out_after_acting_has_acted() -> None:
    """The look-up tells what became of it, and so does a second try."""
    gateway = FakeGateway()
    intent = authorize("tok_timeout_after")
    assert isinstance(gateway.authorize(intent), Unknown)
    assert gateway.open_minor("o1") == 9000
    assert isinstance(gateway.look_up(intent), Authorized)
    assert isinstance(gateway.authorize(intent), Authorized)
    assert gateway.doubled() == ()


def test_crash_raises_before_or_after_acting() -> None:
    """An adapter may raise anything at any time."""
    script = Script().on("capture", Crash("before", OSError), Crash("after"))
    gateway = FakeGateway(script=script)
    gateway.authorize(authorize())
    with pytest.raises(OSError, match="crashed before capture"):
        gateway.capture(capture())
    assert gateway.captured_minor("o1") == 0
    with pytest.raises(AdapterCrashError, match="crashed after capture"):
        gateway.capture(capture())
    assert gateway.captured_minor("o1") == 9000


def test_token_steers_what_follows_the_authorisation() -> None:
    """A bank knows its card: a token can spoil the capture alone."""
    gateway = FakeGateway()
    token = "tok_capture_timeout_after"
    assert isinstance(gateway.authorize(authorize(token)), Authorized)
    assert isinstance(gateway.capture(capture()), Unknown)
    assert gateway.captured_minor("o1") == 9000


def test_provider_that_cannot_be_asked_answers_unknown() -> None:
    """Without looks_up nobody learns what became of an operation."""
    gateway = FakeGateway(capabilities=BLIND)
    gateway.authorize(authorize())
    assert isinstance(gateway.look_up(authorize()), Unknown)


def test_look_up_can_time_out_too() -> None:
    """An outage concerns look-ups as well."""
    gateway = FakeGateway(script=Script().on("look_up", TimeOut("before")))
    gateway.authorize(authorize())
    assert isinstance(gateway.look_up(authorize()), Unknown)
    assert isinstance(gateway.look_up(authorize()), Authorized)


def test_partial_authorisation_is_for_less() -> None:
    """A prepaid card gives what is on it."""
    gateway = FakeGateway()
    answer = gateway.authorize(authorize("tok_partial_5000"))
    assert isinstance(answer, Authorized)
    assert eur(5000) == answer.amount
    assert isinstance(gateway.capture(capture(5001)), Declined)


def test_over_capture_is_possible_where_it_is_allowed() -> None:
    """What can be captured comes back with the authorisation."""
    gateway = FakeGateway()
    answer = gateway.authorize(authorize("tok_over_300"))
    assert isinstance(answer, Authorized)
    assert eur(9300) == answer.max_capturable
    assert isinstance(gateway.capture(capture(9300)), Captured)
    gateway.check()


def test_authorisation_runs_out_on_its_date() -> None:
    """After capture_before nothing is secured any more."""
    clock = Clock()
    gateway = FakeGateway(clock)
    answer = gateway.authorize(authorize("tok_expires_7"))
    assert isinstance(answer, Authorized)
    assert clock() + timedelta(days=7) == answer.capture_before
    clock.advance(days=7)
    assert gateway.open_minor("o1") == 0
    expired = Declined(code="authorization_expired")
    assert expired == gateway.capture(capture())
    assert expired == gateway.void(void())


def test_voucher_is_paid_at_once() -> None:
    """The answer is Captured, it can be refunded, and nothing is open."""
    gateway = FakeGateway()
    answer = gateway.authorize(authorize("tok_paid_at_once"))
    assert Captured(reference=REFERENCE, amount=eur(9000)) == answer
    assert (gateway.captured_minor(), gateway.open_minor()) == (9000, 0)
    assert isinstance(gateway.refund(refund()), Refunded)


def test_customer_acts_and_the_authorisation_comes_by_report() -> None:
    """Until then nothing is secured and nothing can be captured."""
    gateway = FakeGateway()
    answer = gateway.authorize(authorize("tok_action"))
    assert isinstance(answer, RequiresAction)
    assert answer.reference == REFERENCE
    assert Declined(
        code="not_authorized_yet", advice="later"
    ) == gateway.capture(capture(1, 9))
    outcome = gateway.settle("o1:authorize:1")
    assert Authorized(reference=REFERENCE, amount=eur(9000)) == outcome
    assert (("o1", "o1:authorize:1", outcome),) == gateway.reports()
    assert gateway.reports() == ()
    assert outcome == gateway.look_up(authorize("tok_action"))
    assert isinstance(gateway.capture(capture()), Captured)


@pytest.mark.parametrize(
    ("intent", "expected"),
    [
        (capture(1000, 2), Captured),
        (void(), Voided),
        (refund(), Refunded),
        (credit(), CreditIssued),
    ],
)
def test_any_request_may_be_pending(
    intent: PaymentIntent, expected: type[PaymentOutcome]
) -> None:
    """It acts when it settles, and the outcome is reported."""
    method = intent.operation_id.split(":")[1].replace(
        "credit", "issue_credit"
    )
    gateway = FakeGateway(script=Script().on(method, Pend()))
    gateway.authorize(authorize(minor=10_000))
    if method != "capture":
        gateway.script.clear("capture")
        gateway.capture(capture())
    before = gateway.effects
    assert isinstance(getattr(gateway, method)(intent), Pending)
    assert before == gateway.effects
    assert (intent.operation_id,) == gateway.waiting
    assert isinstance(gateway.settle(intent.operation_id), expected)
    assert len(before) + 1 == len(gateway.effects)
    assert not gateway.waiting
    gateway.check()


def test_pending_operation_repeated_is_pending_still() -> None:
    """The first answer is given again; the look-up tells the truth."""
    gateway = FakeGateway()
    intent = authorize("tok_pending")
    first = gateway.authorize(intent)
    gateway.settle("o1:authorize:1", succeed=False)
    assert first == gateway.authorize(intent)
    assert Declined(code="declined") == gateway.look_up(intent)
    closed = Declined(code="authorization_closed", advice="never")
    assert closed == gateway.capture(capture())


def test_bank_transfer_settles_for_what_came_in() -> None:
    """A transfer can be for less than was asked, and is paid at once."""
    gateway = FakeGateway()
    gateway.authorize(authorize("tok_pending_paid"))
    outcome = gateway.settle("o1:authorize:1", minor=8000)
    assert Captured(reference=REFERENCE, amount=eur(8000)) == outcome
    assert gateway.captured_minor("o1") == 8000


def test_pending_amounts_are_kept_free() -> None:
    """What is pending cannot be asked for a second time."""
    script = Script().on("capture", Pend()).on("refund", Pend())
    gateway = FakeGateway(script=script)
    gateway.authorize(authorize())
    gateway.capture(capture(9000, 1))
    assert isinstance(gateway.capture(capture(1, 2)), Declined)
    assert isinstance(gateway.void(void()), Declined)
    gateway.settle("o1:capture:1")
    gateway.refund(refund(9000, 1))
    assert isinstance(gateway.refund(refund(1, 2)), Declined)
    gateway.settle("o1:refund:1", succeed=False)
    assert isinstance(gateway.refund(refund(9000, 3)), Refunded)
    gateway.check()


def test_voided_before_it_was_settled() -> None:
    """An authorisation that was voided while pending is never granted."""
    gateway = FakeGateway()
    gateway.authorize(authorize("tok_pending"))
    assert isinstance(gateway.void(void()), Voided)
    assert isinstance(gateway.settle("o1:authorize:1"), Declined)
    assert gateway.open_minor("o1") == 0


def test_settle_explains_what_it_cannot_do() -> None:
    """Only what waits can be settled, only transfers come in any amount."""
    gateway = FakeGateway(script=Script().on("capture", Pend()))
    gateway.authorize(authorize())
    with pytest.raises(NotFoundError, match="no operation 'o1:capture:1'"):
        gateway.settle("o1:capture:1")
    gateway.capture(capture())
    with pytest.raises(NotAllowedError, match="leave minor out"):
        gateway.settle("o1:capture:1", minor=1)
    assert isinstance(gateway.settle("o1:capture:1"), Captured)


def test_refund_fails_after_it_succeeded() -> None:
    """The money is the shop's again, a report says so, so does look-up."""
    gateway = paid(FakeGateway(), "tok_refund_fails")
    assert isinstance(gateway.refund(refund()), Refunded)
    assert gateway.refunded_minor("o1") == 0
    failed = RefundFailed("failed_later")
    assert (("o1", "o1:refund:1", failed),) == gateway.reports()
    assert Declined(code="refund_failed") == gateway.look_up(refund())
    assert [effect.kind for effect in gateway.effects[1:]] == [
        "captured",
        "refunded",
        "refund_failed",
    ]
    assert gateway.doubled() == ()
    gateway.check()


def test_capture_fails_later_when_it_is_told() -> None:
    """A capture that did not settle is taken back, once."""
    gateway = paid(FakeGateway())
    assert CaptureFailed("no funds") == gateway.fail_later(
        "o1:capture:1", reason="no funds"
    )
    assert gateway.captured_minor("o1") == 0
    assert isinstance(gateway.refund(refund()), Declined)
    with pytest.raises(NotFoundError):
        gateway.fail_later("o1:capture:1")
    gateway.check()


def test_store_credit_can_fail_later() -> None:
    """A credit that fails is gone from the books."""
    script = Script().on("issue_credit", FailLater())
    gateway = FakeGateway(script=script)
    assert isinstance(gateway.issue_credit(credit()), CreditIssued)
    assert gateway.credited_minor("o1") + gateway.credited_minor() == 0
    assert isinstance(gateway.reports()[0].outcome, RefundFailed)


def test_refunded_capture_does_not_fail() -> None:
    """The books never show more refunded than captured."""
    gateway = paid(FakeGateway())
    gateway.refund(refund())
    with pytest.raises(NotAllowedError, match="fail the refund first"):
        gateway.fail_later("o1:capture:1")
    gateway.fail_later("o1:refund:1")
    gateway.fail_later("o1:capture:1")
    gateway.check()


def test_authorisation_lapses_when_it_is_told() -> None:
    """What is left is gone, and a report says so."""
    gateway = FakeGateway()
    gateway.authorize(authorize())
    gateway.capture(capture(6000))
    lapsed = gateway.lapse("o1:authorize:1")
    assert AuthorizationLapsed("expired") == lapsed
    assert (("o1", "o1:authorize:1", lapsed),) == gateway.reports()
    assert gateway.open_minor("o1") == 0
    assert (
        gateway.effects[-1].kind,
        gateway.effects[-1].minor,
    ) == ("lapsed", 3000)


def test_disputes_take_money_and_may_be_won() -> None:
    """Disputed money cannot be refunded, and comes back when won."""
    gateway = paid(FakeGateway())
    first = gateway.dispute("o1:capture:1", minor=2000)
    assert (
        DisputeOpened(
            reference="dispute-1", amount=eur(2000), reason="fraudulent"
        )
        == first
    )
    assert isinstance(gateway.refund(refund()), Declined)
    won = gateway.close_dispute("dispute-1", won=True)
    assert DisputeWon(reference="dispute-1", amount=eur(2000)) == won
    assert gateway.charged_back_minor("o1") == 0
    second = gateway.dispute("o1:capture:1")
    assert DisputeLost(reference=second.reference) == gateway.close_dispute(
        second.reference, won=False
    )
    assert gateway.charged_back_minor("o1") == 9000
    assert len(gateway.reports()) == 4
    with pytest.raises(NotFoundError, match="open dispute"):
        gateway.close_dispute("dispute-1", won=True)
    with pytest.raises(NotAllowedError, match="0 minor units are left"):
        gateway.dispute("o1:capture:1")
    gateway.check()


def test_outcomes_are_reported_twice() -> None:
    """A webhook may say what was answered, and say it again."""
    gateway = FakeGateway()
    answer = gateway.authorize(authorize("tok_reported_twice"))
    row = ("o1", "o1:authorize:1", answer)
    assert (row, row) == gateway.reports()


def test_reports_come_late_and_out_of_order() -> None:
    """A late report is overtaken by one of a later operation."""
    script = Script().report("o1:capture:1", late=1).report("refund")
    gateway = paid(FakeGateway(script=script))
    gateway.refund(refund(100))
    first = [r.operation_id for r in gateway.reports()]
    then = [r.operation_id for r in gateway.reports()]
    assert (first, then) == (["o1:refund:1"], ["o1:capture:1"])


def test_late_reports_can_be_hurried() -> None:
    """At the end of a test nothing is left on its way."""
    script = Script().report("capture", late=9)
    gateway = paid(FakeGateway(script=script))
    assert gateway.reports() == ()
    assert len(gateway.reports(late=True)) == 1
    assert gateway.reports(late=True) == ()


def test_report_can_be_lost() -> None:
    """Settled, and nobody says so: only a look-up tells."""
    script = Script().report("authorize", copies=0)
    gateway = FakeGateway(script=script)
    gateway.authorize(authorize("tok_pending"))
    gateway.settle("o1:authorize:1")
    assert gateway.reports(late=True) == ()


def test_repeated_operation_is_not_reported_again() -> None:
    """Reports are of what was done, and it was done once."""
    gateway = FakeGateway()
    gateway.authorize(authorize("tok_reported"))
    gateway.authorize(authorize("tok_reported"))
    assert len(gateway.reports()) == 1


def test_script_comes_before_the_token() -> None:
    """What a script says of an operation overrules its token."""
    script = Script().on("o1:authorize:1", Decline("stolen", "never"))
    gateway = FakeGateway(script=script)
    assert Declined(code="stolen", advice="never") == gateway.authorize(
        authorize("tok_timeout_before")
    )


def test_fault_strikes_on_top_of_what_the_token_says() -> None:
    """A decline whose answer was lost is a decline."""
    script = Script().on("authorize", TimeOut("after"))
    gateway = FakeGateway(script=script)
    intent = authorize("tok_declined")
    assert isinstance(gateway.authorize(intent), Unknown)
    assert Declined(code="declined") == gateway.look_up(intent)


def test_impossible_scripts_are_refused() -> None:
    """No void fails later, no capture asks the customer."""
    script = Script().on("void", FailLater()).on("capture", AskCustomer())
    gateway = FakeGateway(script=script)
    gateway.authorize(authorize())
    with pytest.raises(PortError, match="void cannot FailLater"):
        gateway.void(void())
    with pytest.raises(PortError, match="capture cannot AskCustomer"):
        gateway.capture(capture())


def test_operation_that_pends_twice_settles_twice() -> None:
    """Without deduplication there are two of it, one after the other."""
    gateway = FakeGateway(capabilities=BLIND)
    gateway.script.on("capture", Pend(), Pend())
    gateway.authorize(authorize())
    gateway.capture(capture(4000))
    gateway.capture(capture(4000))
    assert gateway.settle("o1:capture:1") != gateway.settle("o1:capture:1")
    assert gateway.captured_minor("o1") == 8000
    assert not gateway.waiting


def test_operation_that_acted_twice_can_fail_twice() -> None:
    """Each of its movements comes back by itself."""
    gateway = FakeGateway(capabilities=BLIND)
    gateway.authorize(authorize())
    gateway.capture(capture(4000))
    gateway.capture(capture(4000))
    gateway.fail_later("o1:capture:1")
    assert gateway.captured_minor("o1") == 4000
    gateway.fail_later("o1:capture:1")
    assert gateway.captured_minor("o1") == 0
    gateway.check()


ONCE = Capabilities(deduplicates=True, looks_up=True)


def test_what_captures_once_leaves_nothing_secured() -> None:
    """The first capture ends the authorisation, final or not."""
    gateway = FakeGateway(capabilities=ONCE)
    gateway.authorize(authorize())
    assert isinstance(gateway.capture(capture(1000)), Captured)
    assert gateway.open_minor("o1") == 0
    again = gateway.capture(capture(1000, number=2))
    assert again == Declined(code="captured_once", advice="never")


def test_what_captures_once_takes_one_pending_capture() -> None:
    """Another is declined while it waits; if it fails, it was none."""
    script = Script().on("capture", Pend())
    gateway = FakeGateway(capabilities=ONCE, script=script)
    gateway.authorize(authorize())
    assert isinstance(gateway.capture(capture(1000)), Pending)
    script.clear("capture")
    again = gateway.capture(capture(1000, number=2))
    assert again == Declined(code="captured_once", advice="never")
    gateway.settle("o1:capture:1", succeed=False)
    assert isinstance(gateway.capture(capture(1000, number=3)), Captured)


@pytest.mark.parametrize("able", [ONCE, BLIND])
@pytest.mark.parametrize("said", [True, False])
def test_an_authorisation_can_be_of_another_kind(
    able: Capabilities, said: bool
) -> None:
    """It says so, and it is so."""
    script = Script().on("authorize", Accept(in_parts=said))
    gateway = FakeGateway(capabilities=able, script=script)
    answer = gateway.authorize(authorize())
    assert isinstance(answer, Authorized)
    assert answer.captures_in_parts is said
    gateway.capture(capture(1000))
    assert gateway.open_minor("o1") == (8000 if said else 0)
