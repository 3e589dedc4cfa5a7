"""Checks of a payment gateway: what only some tenders do."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from orderlife.ports.payment import (
    Authorized,
    Captured,
    Declined,
    Pending,
    Refunded,
    RequiresAction,
)
from orderlife.testing.conformance._kit import (
    Broken,
    Flow,
    ask,
    equal,
    is_a,
    require,
)
from orderlife.testing.conformance._payment import (
    PAYMENT,
    Books,
    Gateway,
    PaymentAbility,
    PaymentHarness,
    authorize,
    booked,
    capture,
    refund,
)

__all__: list[str] = []

_ADVICE: Final = ("never", "later", "fix_data", "other_method")


@PAYMENT(PaymentAbility.DECLINES)
def decline_says_what_may_be_done(
    h: PaymentHarness, gateway: Gateway
) -> Flow[None]:
    """A decline has a code, and one of our advices; nothing moves."""
    wanted = authorize(h, tender=h.tender(PaymentAbility.DECLINES))
    answer = yield from ask(gateway.authorize, wanted)
    got = is_a(Declined, answer, "a tender that is declined")
    require(got.code, "there is a code")
    require(got.advice in _ADVICE, f"{got.advice!r} is one of {_ADVICE}")
    yield from booked(h, Books(), "declined")


@PAYMENT(PaymentAbility.DECLINES)
def declined_payment_can_be_tried_again(
    h: PaymentHarness, gateway: Gateway
) -> Flow[None]:
    """After a decline, another tender of the same order works."""
    wanted = authorize(h, tender=h.tender(PaymentAbility.DECLINES))
    is_a(Declined, (yield from ask(gateway.authorize, wanted)), "a decline")
    again = authorize(h, number="2")
    answer = yield from ask(gateway.authorize, again)
    is_a(Authorized, answer, "another tender")
    yield from booked(h, Books(secured=2_500), "authorised")


@PAYMENT(PaymentAbility.AUTHORIZES_PARTLY)
def partial_authorization_says_how_much(
    h: PaymentHarness, gateway: Gateway
) -> Flow[None]:
    """The answer has the amount that is secured, not what was asked."""
    wanted = authorize(h, tender=h.tender(PaymentAbility.AUTHORIZES_PARTLY))
    answer = yield from ask(gateway.authorize, wanted)
    got = is_a(Authorized, answer, "a part of it")
    minor = got.amount.minor
    require(0 < minor < 2_500, f"{minor} is a part of 2500")
    yield from booked(h, Books(secured=minor), "authorised in part")
    more = capture(h, got.reference, minor + 1)
    answer = yield from ask(gateway.capture, more)
    is_a(Declined, answer, "more than the part")
    part = capture(h, got.reference, minor, "2")
    answer = yield from ask(gateway.capture, part)
    is_a(Captured, answer, "the part")


@PAYMENT(PaymentAbility.PAYS_AT_ONCE)
def paid_at_once_is_captured(
    h: PaymentHarness, gateway: Gateway
) -> Flow[None]:
    """It says that the money is taken, and it can be refunded."""
    wanted = authorize(h, tender=h.tender(PaymentAbility.PAYS_AT_ONCE))
    answer = yield from ask(gateway.authorize, wanted)
    got = is_a(Captured, answer, "a tender that is paid at once")
    equal(wanted.amount, got.amount, "the amount")
    yield from booked(h, Books(captured=2_500), "paid at once")
    back = refund(h, got.reference, 2_500)
    answer = yield from ask(gateway.refund, back)
    is_a(Refunded, answer, "its refund")


@PAYMENT(PaymentAbility.PENDS)
def pending_secures_nothing(h: PaymentHarness, gateway: Gateway) -> Flow[None]:
    """What is pending is neither done nor declined, and takes nothing."""
    wanted = authorize(h, tender=h.tender(PaymentAbility.PENDS))
    answer = yield from ask(gateway.authorize, wanted)
    got = is_a(Pending, answer, "a tender that is pending")
    yield from booked(h, Books(), "pending")
    early = capture(h, got.reference or "none", 1)
    answer = yield from ask(gateway.capture, early)
    is_a(Declined, answer, "a capture of what is pending")
    yield from booked(h, Books(), "afterwards")


@PAYMENT(PaymentAbility.PENDS, PaymentAbility.LOOKS_UP)
def pending_is_found_until_it_is_settled(
    h: PaymentHarness, gateway: Gateway
) -> Flow[None]:
    """A look-up says pending, and then what became of it."""
    for number, succeed in (("1", True), ("2", False)):
        wanted = authorize(
            h, number=number, tender=h.tender(PaymentAbility.PENDS)
        )
        yield from ask(gateway.authorize, wanted)
        found = yield from ask(gateway.look_up, wanted)
        is_a(Pending, found, "looked up while it is pending")
        yield from ask(h.settle, wanted, succeed=succeed)
        found = yield from ask(gateway.look_up, wanted)
        what = "looked up after it was settled"
        is_a(Authorized if succeed else Declined, found, what)
    yield from booked(h, Books(secured=2_500), "one of two settled")


@PAYMENT(PaymentAbility.ASKS_CUSTOMER)
def customers_action_is_asked_for(
    h: PaymentHarness, gateway: Gateway
) -> Flow[None]:
    """It says where the customer goes, and secures nothing meanwhile."""
    wanted = authorize(h, tender=h.tender(PaymentAbility.ASKS_CUSTOMER))
    answer = yield from ask(gateway.authorize, wanted)
    got = is_a(RequiresAction, answer, "a tender that is challenged")
    require(got.reference, "there is a reference")
    yield from booked(h, Books(), "before the customer acted")
    yield from ask(h.settle, wanted, succeed=True)
    yield from booked(h, Books(secured=2_500), "after the customer acted")


@PAYMENT(PaymentAbility.LAPSES)
def authorization_says_when_it_runs_out(
    h: PaymentHarness, gateway: Gateway
) -> Flow[None]:
    """After the date that it names, nothing can be taken."""
    wanted = authorize(h, tender=h.tender(PaymentAbility.LAPSES))
    answer = yield from ask(gateway.authorize, wanted)
    got = is_a(Authorized, answer, "a tender that runs out")
    ends = got.capture_before
    if ends is None or ends.tzinfo is None:
        raise Broken(f"capture_before is a moment, not {ends!r}")
    require(ends > h.now(), f"{ends} is to come")
    yield from ask(h.advance, ends - h.now() + timedelta(seconds=1))
    answer = yield from ask(gateway.capture, capture(h, got.reference))
    is_a(Declined, answer, "a capture that comes too late")
    yield from booked(h, Books(), "after it ran out")


@PAYMENT(PaymentAbility.OVER_CAPTURES)
def over_capture_says_how_much(
    h: PaymentHarness, gateway: Gateway
) -> Flow[None]:
    """``max_capturable`` can be taken, and not a unit more."""
    wanted = authorize(h, tender=h.tender(PaymentAbility.OVER_CAPTURES))
    answer = yield from ask(gateway.authorize, wanted)
    got = is_a(Authorized, answer, "a tender that allows more")
    top = got.max_capturable
    if top is None or top <= got.amount:
        raise Broken(f"{top!r} is more than {got.amount!r}")
    more = capture(h, got.reference, top.minor + 1)
    answer = yield from ask(gateway.capture, more)
    is_a(Declined, answer, "a unit more")
    all_of_it = capture(h, got.reference, top.minor, "2")
    answer = yield from ask(gateway.capture, all_of_it)
    is_a(Captured, answer, "all of it")
    yield from booked(h, Books(captured=top.minor), "captured")
