"""Checks of a payment gateway: what moves, and what must not."""

from __future__ import annotations

from orderlife._values.money import Money
from orderlife.ports.payment import (
    Authorized,
    Captured,
    CreditIssued,
    Declined,
    Refunded,
    Voided,
)
from orderlife.testing.conformance._kit import (
    Flow,
    Together,
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
    add_request_checks,
    authorize,
    booked,
    capture,
    captured,
    credit,
    refund,
    secured,
    void,
)

__all__: list[str] = []


@PAYMENT()
def authorizes_what_was_asked(
    h: PaymentHarness, gateway: Gateway
) -> Flow[None]:
    """Money is secured, with a reference, and none is taken yet."""
    wanted = authorize(h)
    answer = yield from ask(gateway.authorize, wanted)
    got = is_a(Authorized, answer, "an authorisation")
    equal(wanted.amount, got.amount, "the amount")
    require(got.reference, "there is a reference")
    yield from booked(h, Books(secured=2_500), "authorised")


@PAYMENT()
def currency_is_kept(h: PaymentHarness, gateway: Gateway) -> Flow[None]:
    """Answers are in the currency, and its units, that was asked in."""
    for number, currency in enumerate(h.currencies):
        amount = Money.of_minor(1_234, currency)
        wanted = authorize(h, number=f"{number}", amount=amount)
        answer = yield from ask(gateway.authorize, wanted)
        got = is_a(Authorized, answer, f"an authorisation in {currency}")
        equal(amount, got.amount, "the authorised amount")
        take = capture(
            h,
            got.reference,
            number=f"{number}",
            amount=amount,
            payment_id=f"p{number}",
        )
        taken = is_a(
            Captured, (yield from ask(gateway.capture, take)), "a capture"
        )
        equal(amount, taken.amount, "the captured amount")


@PAYMENT()
def captures_what_was_asked(h: PaymentHarness, gateway: Gateway) -> Flow[None]:
    """Money is taken, and is not secured any more."""
    reference = yield from secured(h, gateway)
    wanted = capture(h, reference)
    answer = yield from ask(gateway.capture, wanted)
    got = is_a(Captured, answer, "a capture")
    equal(wanted.amount, got.amount, "the amount")
    yield from booked(h, Books(captured=2_500), "captured")


@PAYMENT(PaymentAbility.CAPTURES_PARTLY)
def captures_in_parts(h: PaymentHarness, gateway: Gateway) -> Flow[None]:
    """Until the final one, each part leaves the rest secured."""
    reference = yield from secured(h, gateway)
    parts = ((1_000, False, 1_500), (500, False, 1_000), (1_000, True, 0))
    taken = 0
    for number, (minor, final, open_minor) in enumerate(parts):
        wanted = capture(h, reference, minor, f"{number}", final=final)
        answer = yield from ask(gateway.capture, wanted)
        got = is_a(Captured, answer, f"part {number}")
        equal(wanted.amount, got.amount, "the amount")
        taken += minor
        expected = Books(secured=open_minor, captured=taken)
        yield from booked(h, expected, f"after part {number}")


@PAYMENT()
def captured_as_often_as_it_says(
    h: PaymentHarness, gateway: Gateway
) -> Flow[None]:
    """Once, or in parts: as the authorisation says, or the capabilities."""
    answer = yield from ask(gateway.authorize, authorize(h))
    got = is_a(Authorized, answer, "an authorisation")
    often = got.captures_in_parts
    if often is None:
        often = gateway.capabilities.captures_in_parts
    part = capture(h, got.reference, 1_000, final=False)
    is_a(Captured, (yield from ask(gateway.capture, part)), "a part")
    open_minor = 1_500 if often else 0
    expected = Books(secured=open_minor, captured=1_000)
    yield from booked(h, expected, "after a part")
    more = capture(h, got.reference, 500, "2", final=False)
    answer = yield from ask(gateway.capture, more)
    if often:
        is_a(Captured, answer, "a second part, where it captures in parts")
        expected = Books(secured=1_000, captured=1_500)
    else:
        is_a(Declined, answer, "a second part, where it captures once")
    yield from booked(h, expected, "after a second part")


@PAYMENT()
def final_capture_gives_the_rest_back(
    h: PaymentHarness, gateway: Gateway
) -> Flow[None]:
    """After it nothing is secured, and nothing more can be taken."""
    reference = yield from secured(h, gateway)
    yield from ask(gateway.capture, capture(h, reference, 1_000))
    yield from booked(h, Books(captured=1_000), "captured for good")
    more = capture(h, reference, 1_500, "2")
    answer = yield from ask(gateway.capture, more)
    is_a(Declined, answer, "a capture after the final one")
    yield from booked(h, Books(captured=1_000), "afterwards")


@PAYMENT()
def takes_no_more_than_is_secured(
    h: PaymentHarness, gateway: Gateway
) -> Flow[None]:
    """A capture above the authorisation is declined, and takes nothing."""
    reference = yield from secured(h, gateway)
    answer = yield from ask(gateway.capture, capture(h, reference, 2_501))
    is_a(Declined, answer, "2501 of 2500")
    yield from booked(h, Books(secured=2_500), "afterwards")
    rest = capture(h, reference, 2_500, "2")
    answer = yield from ask(gateway.capture, rest)
    is_a(Captured, answer, "2500 of 2500, after the decline")


@PAYMENT()
def strangers_take_nothing(h: PaymentHarness, gateway: Gateway) -> Flow[None]:
    """A reference that the provider never gave is declined."""
    yield from secured(h, gateway)
    for answer in (
        (yield from ask(gateway.capture, capture(h, "no-such-ref", 1))),
        (yield from ask(gateway.void, void(h, "no-such-ref", 1))),
        (yield from ask(gateway.refund, refund(h, "no-such-ref", 1))),
    ):
        is_a(Declined, answer, "an unknown reference")
    yield from booked(h, Books(secured=2_500), "afterwards")


@PAYMENT()
def void_gives_the_money_back(
    h: PaymentHarness, gateway: Gateway
) -> Flow[None]:
    """After it nothing is secured, and nothing can be taken."""
    reference = yield from secured(h, gateway)
    answer = yield from ask(gateway.void, void(h, reference))
    is_a(Voided, answer, "a void")
    yield from booked(h, Books(), "voided")
    answer = yield from ask(gateway.capture, capture(h, reference))
    is_a(Declined, answer, "a capture after the void")
    yield from booked(h, Books(), "afterwards")


@PAYMENT(PaymentAbility.CAPTURES_PARTLY)
def void_keeps_what_was_taken(
    h: PaymentHarness, gateway: Gateway
) -> Flow[None]:
    """A void gives back the rest, and not what was captured of it."""
    reference = yield from secured(h, gateway)
    part = capture(h, reference, 1_000, final=False)
    yield from ask(gateway.capture, part)
    answer = yield from ask(gateway.void, void(h, reference, 1_500))
    is_a(Voided, answer, "a void of the rest")
    yield from booked(h, Books(captured=1_000), "voided")


@PAYMENT()
def captured_money_cannot_be_voided(
    h: PaymentHarness, gateway: Gateway
) -> Flow[None]:
    """What was taken for good is refunded, not voided."""
    reference = yield from captured(h, gateway)
    answer = yield from ask(gateway.void, void(h, reference))
    is_a(Declined, answer, "a void of captured money")
    yield from booked(h, Books(captured=2_500), "afterwards")


@PAYMENT()
def refunds_in_parts(h: PaymentHarness, gateway: Gateway) -> Flow[None]:
    """What was captured can be given back, in any parts, to its end."""
    reference = yield from captured(h, gateway)
    back = 0
    for number, minor in enumerate((1, 1_499, 1_000)):
        wanted = refund(h, reference, minor, f"{number}")
        answer = yield from ask(gateway.refund, wanted)
        got = is_a(Refunded, answer, f"refund {number}")
        equal(wanted.amount, got.amount, "the amount")
        back += minor
        expected = Books(captured=2_500, refunded=back)
        yield from booked(h, expected, f"after refund {number}")


@PAYMENT()
def refunds_no_more_than_was_taken(
    h: PaymentHarness, gateway: Gateway
) -> Flow[None]:
    """A refund above what is left is declined, and gives nothing."""
    reference = yield from captured(h, gateway)
    answer = yield from ask(gateway.refund, refund(h, reference, 2_501))
    is_a(Declined, answer, "2501 of 2500")
    part = refund(h, reference, 2_000, "2")
    is_a(Refunded, (yield from ask(gateway.refund, part)), "2000 of 2500")
    rest = refund(h, reference, 501, "3")
    is_a(Declined, (yield from ask(gateway.refund, rest)), "501 of 500")
    yield from booked(h, Books(captured=2_500, refunded=2_000), "afterwards")


@PAYMENT()
def refunds_nothing_that_was_not_taken(
    h: PaymentHarness, gateway: Gateway
) -> Flow[None]:
    """What is only secured cannot be refunded."""
    reference = yield from secured(h, gateway)
    answer = yield from ask(gateway.refund, refund(h, reference, 1))
    is_a(Declined, answer, "a refund before the capture")
    yield from booked(h, Books(secured=2_500), "afterwards")


@PAYMENT(PaymentAbility.CREDITS)
def issues_store_credit(h: PaymentHarness, gateway: Gateway) -> Flow[None]:
    """Credit is given to customers, and to guests, without a payment."""
    for number, customer in enumerate(("ada", "")):
        wanted = credit(h, 700, f"{number}", customer_id=customer)
        answer = yield from ask(gateway.issue_credit, wanted)
        got = is_a(CreditIssued, answer, f"credit for {customer!r}")
        equal(wanted.amount, got.amount, "the amount")
    yield from booked(h, Books(credited=1_400), "credited")


@PAYMENT()
def payments_are_apart(h: PaymentHarness, gateway: Gateway) -> Flow[None]:
    """What is done to one payment of an order leaves the other alone."""
    first = yield from secured(h, gateway, 2_500, "1")
    second = yield from secured(h, gateway, 1_000, "2")
    require(first != second, "each has a reference of its own")
    yield from ask(gateway.void, void(h, first))
    yield from booked(h, Books(secured=1_000), "after the first is void")
    wanted = capture(h, second, 1_000, "2", payment_id="p2")
    answer = yield from ask(gateway.capture, wanted)
    is_a(Captured, answer, "a capture of the second")


@PAYMENT(PaymentAbility.CONCURRENT, PaymentAbility.CAPTURES_PARTLY)
def captures_at_once_take_no_more(
    h: PaymentHarness, gateway: Gateway
) -> Flow[None]:
    """Parts that are taken at the same time are together within it."""
    reference = yield from secured(h, gateway)
    flows = tuple(
        iter(
            ask(
                gateway.capture,
                capture(h, reference, 600, f"{number}", final=False),
            )
        )
        for number in range(8)
    )
    answers = yield from Together(flows)
    got = [each for each in answers if isinstance(each, Captured)]
    equal(4, len(got), "captures of 600 of 2500")
    yield from booked(h, Books(secured=100, captured=2_400), "afterwards")


@PAYMENT(PaymentAbility.CONCURRENT)
def refunds_at_once_give_no_more(
    h: PaymentHarness, gateway: Gateway
) -> Flow[None]:
    """Parts that are given back at the same time are within it."""
    reference = yield from captured(h, gateway)
    flows = tuple(
        iter(ask(gateway.refund, refund(h, reference, 600, f"{number}")))
        for number in range(8)
    )
    answers = yield from Together(flows)
    got = [each for each in answers if isinstance(each, Refunded)]
    equal(4, len(got), "refunds of 600 of 2500")
    expected = Books(captured=2_500, refunded=2_400)
    yield from booked(h, expected, "afterwards")


add_request_checks()
