"""The harness of a payment gateway, and the intents that checks make."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias, cast

import attrs

from orderlife._values.fast_enum import FastEnum
from orderlife._values.money import Money
from orderlife.memory.clock import Clock
from orderlife.ports.base import Intent
from orderlife.ports.payment import (
    AsyncPaymentGateway,
    Authorize,
    Authorized,
    Capture,
    Captured,
    CreditIssued,
    IssueCredit,
    PaymentGateway,
    PaymentIntent,
    Refund,
    Refunded,
    Tender,
    Void,
    Voided,
)
from orderlife.testing.conformance._kit import (
    Flow,
    ask,
    collector,
    equal,
    is_a,
)
from orderlife.testing.conformance._requests import (
    Kind,
    books,
    declared,
    request_checks,
)

__all__ = [
    "PAYMENT",
    "AnyPaymentGateway",
    "Books",
    "Gateway",
    "PaymentAbility",
    "PaymentHarness",
    "add_request_checks",
    "authorize",
    "booked",
    "capture",
    "captured",
    "credit",
    "refund",
    "secured",
    "void",
]

AnyPaymentGateway: TypeAlias = PaymentGateway | AsyncPaymentGateway
Gateway: TypeAlias = PaymentGateway
"""What the checks call it: whether it is awaited is the driver's."""


class PaymentAbility(FastEnum):
    """What not every provider, or not every harness, can do."""

    DEDUPLICATES = "deduplicates"
    """The same key again acts once; as its ``capabilities`` say."""
    LOOKS_UP = "looks_up"
    """It can be asked what it did; as its ``capabilities`` say."""
    CONCURRENT = "concurrent"
    """It may be used by several threads, or tasks, at once."""
    JOURNALS = "journals"
    """The harness can tell what has really moved: ``books``."""
    CAPTURES_PARTLY = "captures_partly"
    """An authorisation may be captured in several parts; as its
    ``capabilities`` say."""
    CREDITS = "credits"
    """There is store credit."""
    DECLINES = "declines"
    """There is a tender that is declined."""
    AUTHORIZES_PARTLY = "authorizes_partly"
    """There is a tender of which only a part is authorised."""
    PAYS_AT_ONCE = "pays_at_once"
    """There is a tender that is captured with its authorisation."""
    PENDS = "pends"
    """There is a tender that answers pending, until it is settled."""
    ASKS_CUSTOMER = "asks_customer"
    """There is a tender for which the customer must act first."""
    LAPSES = "lapses"
    """There is a tender that runs out, and time can be moved."""
    OVER_CAPTURES = "over_captures"
    """There is a tender of which more may be captured."""
    LOSES_ANSWERS = "loses_answers"
    """The harness can have it act, and its answer get lost."""
    LOSES_REQUESTS = "loses_requests"
    """The harness can have a request get lost on its way."""


@attrs.frozen(kw_only=True)
class Books:
    """What has really moved, over all payments, in minor units."""

    secured: int = 0
    """Authorised, and neither captured, given back, nor run out."""
    captured: int = 0
    refunded: int = 0
    credited: int = 0

    def doubled(self) -> Books:
        """Everything twice."""
        twice = {n: 2 * v for n, v in attrs.asdict(self).items()}
        return Books(**twice)


class PaymentHarness:
    """How to get at your gateway.  Every method may be ``async`` too."""

    abilities: frozenset[PaymentAbility] = frozenset(
        {PaymentAbility.CONCURRENT}
    )
    currencies: tuple[str, ...] = ("EUR",)
    """What it takes; all other checks are done in the first."""

    def __init__(self) -> None:
        self.clock = Clock()

    def make(self) -> AnyPaymentGateway | Awaitable[AnyPaymentGateway]:
        """A gateway at which nothing has moved yet."""
        raise NotImplementedError

    def tender(self, wish: PaymentAbility | None = None) -> Tender:
        """A means of payment that works, or that does as is wished."""
        raise NotImplementedError

    def books(self) -> Books | Awaitable[Books]:
        """What has really moved at the one that was made last."""
        raise NotImplementedError

    def settle(
        self, intent: PaymentIntent, *, succeed: bool
    ) -> Awaitable[None] | None:
        """Have the provider decide what was pending, or was acted on."""
        raise NotImplementedError

    def lose_answer(self, intent: Intent) -> Awaitable[None] | None:
        """Have it do this, which comes next, and its answer get lost."""
        raise NotImplementedError

    def lose_request(self, intent: Intent) -> Awaitable[None] | None:
        """Have this, which comes next, get lost before it arrives."""
        raise NotImplementedError

    def now(self) -> datetime:
        """What time it is for the gateway."""
        return self.clock()

    def advance(self, by: timedelta) -> object:
        """Let time pass for it."""
        return self.clock.advance(by)

    def close(self) -> Awaitable[None] | None:
        """Clear away what was made for a check."""
        return None


def _open(harness: PaymentHarness) -> Flow[Gateway]:
    return cast("Gateway", (yield from ask(harness.make)))


def _declared(gateway: Gateway) -> frozenset[FastEnum]:
    said = declared(PaymentAbility)(gateway)
    if gateway.capabilities.captures_in_parts:
        said |= {PaymentAbility.CAPTURES_PARTLY}
    return said


PAYMENT: Final = collector(
    _open,
    _declared,
    frozenset(
        (
            PaymentAbility.DEDUPLICATES,
            PaymentAbility.LOOKS_UP,
            PaymentAbility.CAPTURES_PARTLY,
        )
    ),
)


def _money(h: PaymentHarness, minor: int) -> Money:
    return Money.of_minor(minor, h.currencies[0])


def _named(kind: str, number: str, more: dict[str, Any]) -> dict[str, Any]:
    operation_id = f"o1:{kind}:{number}"
    given = {"order_id": "o1", "key": operation_id, **more}
    return {"operation_id": operation_id, **given}


def authorize(
    h: PaymentHarness, minor: int = 2_500, number: str = "1", **more: Any
) -> Authorize:
    """Secure 25.00 on a tender that works."""
    fields: dict[str, Any] = {
        "amount": _money(h, minor),
        "payment_id": f"p{number}",
        "tender": h.tender(),
        **_named("authorize", number, more),
    }
    return Authorize(**fields)


def capture(
    h: PaymentHarness,
    authorization: str,
    minor: int = 2_500,
    number: str = "1",
    **more: Any,
) -> Capture:
    """Take money of an authorisation, and give the rest back."""
    fields: dict[str, Any] = {
        "amount": _money(h, minor),
        "payment_id": "p1",
        "authorization": authorization,
        "final": True,
        **_named("capture", number, more),
    }
    return Capture(**fields)


def void(
    h: PaymentHarness,
    authorization: str,
    minor: int = 2_500,
    number: str = "1",
    **more: Any,
) -> Void:
    """Give the rest of an authorisation back."""
    fields: dict[str, Any] = {
        "amount": _money(h, minor),
        "payment_id": "p1",
        "authorization": authorization,
        **_named("void", number, more),
    }
    return Void(**fields)


def refund(
    h: PaymentHarness,
    authorization: str,
    minor: int = 2_500,
    number: str = "1",
    **more: Any,
) -> Refund:
    """Give captured money back."""
    fields: dict[str, Any] = {
        "amount": _money(h, minor),
        "payment_id": "p1",
        "authorization": authorization,
        **_named("refund", number, more),
    }
    return Refund(**fields)


def credit(
    h: PaymentHarness, minor: int = 2_500, number: str = "1", **more: Any
) -> IssueCredit:
    """Give store credit."""
    fields: dict[str, Any] = {
        "amount": _money(h, minor),
        "customer_id": "ada",
        **_named("credit", number, more),
    }
    return IssueCredit(**fields)


def secured(
    h: PaymentHarness, gateway: Gateway, minor: int = 2_500, number: str = "1"
) -> Flow[str]:
    """Authorise, and give the reference."""
    wanted = authorize(h, minor, number)
    answer = yield from ask(gateway.authorize, wanted)
    return is_a(Authorized, answer, "an authorisation").reference


def captured(
    h: PaymentHarness, gateway: Gateway, minor: int = 2_500, number: str = "1"
) -> Flow[str]:
    """Authorise and capture, and give the authorisation's reference."""
    reference = yield from secured(h, gateway, minor, number)
    wanted = capture(h, reference, minor, number, payment_id=f"p{number}")
    answer = yield from ask(gateway.capture, wanted)
    is_a(Captured, answer, "a capture")
    return reference


def booked(h: PaymentHarness, expected: Books, what: str) -> Flow[None]:
    """Compare with what has really moved, if the harness can tell."""
    seen = yield from books(h)
    if seen is not None:
        equal(expected, seen, f"what has moved, {what}")


def _authorizing(
    h: PaymentHarness, _: Gateway, number: str
) -> Flow[Authorize]:
    yield from ()
    return authorize(h, number=number)


def _capturing(h: PaymentHarness, g: Gateway, number: str) -> Flow[Capture]:
    reference = yield from secured(h, g, number=number)
    return capture(h, reference, number=number, payment_id=f"p{number}")


def _voiding(h: PaymentHarness, g: Gateway, number: str) -> Flow[Void]:
    reference = yield from secured(h, g, number=number)
    return void(h, reference, number=number, payment_id=f"p{number}")


def _refunding(h: PaymentHarness, g: Gateway, number: str) -> Flow[Refund]:
    reference = yield from captured(h, g, number=number)
    return refund(h, reference, 900, number, payment_id=f"p{number}")


def _crediting(
    h: PaymentHarness, _: Gateway, number: str
) -> Flow[IssueCredit]:
    yield from ()
    return credit(h, number=number)


def _dearer(intent: Authorize) -> Authorize:
    amount = Money.of_minor(intent.amount.minor + 1, intent.amount.currency)
    return attrs.evolve(intent, amount=amount)


def add_request_checks() -> None:
    """Add the checks of keys, look-ups and lost answers."""
    request_checks(
        PAYMENT,
        PaymentAbility,
        {
            "authorize": Kind(
                method="authorize", ready=_authorizing, done=Authorized
            ),
            "capture": Kind(method="capture", ready=_capturing, done=Captured),
            "void": Kind(method="void", ready=_voiding, done=Voided),
            "refund": Kind(method="refund", ready=_refunding, done=Refunded),
            "issue_credit": Kind(
                method="issue_credit",
                ready=_crediting,
                done=CreditIssued,
                needs=(PaymentAbility.CREDITS,),
            ),
        },
        _dearer,
    )
