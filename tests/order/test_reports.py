"""Reports in any order, any number of times, end in the same state."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from hypothesis import given, settings, strategies as st

from orderlife._kernel.case import Case
from orderlife.ports.base import Unknown
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
    Pending,
    Refund,
    Refunded,
    RefundFailed,
    RequiresAction,
    Void,
    Voided,
)
from orderlife.rooms.order.model import Order, Tender
from orderlife.rooms.payment import reports as payments
from orderlife.rooms.payment.evolve import after_events
from orderlife.rooms.payment.ledger import balance
from orderlife.rooms.payment.messages import PaymentReported
from orderlife.testing.scenario import NOON
from tests.order.shop import (
    AT_ONCE,
    BOLETO,
    Shop,
    cents,
    eur,
    line,
    pend,
    shop,
    unanswered,
    unhurried,
)

TWENTY = eur("20.00")
TEN = eur("10.00")


def said(
    outcome: Any, operation_id: str = "", payment_id: str = ""
) -> PaymentReported:
    """What a gateway says."""
    return PaymentReported(
        order_id="o1",
        operation_id=operation_id,
        payment_id=payment_id,
        outcome=outcome,
    )


def authorizing() -> Shop:
    """The authorisation was asked for."""
    return shop(answers={Authorize: unanswered})


def capturing() -> Shop:
    """The capture was asked for."""
    return shop(policy=AT_ONCE, answers={Capture: unanswered})


def capturing_twice() -> Shop:
    """Two shipments are gone, and both captures were asked for."""
    life = shop(
        line(place="north"), line(place="south"), answers={Capture: unanswered}
    )
    life.ship("o1-s1", "o1-s2")
    return life


def captured() -> Shop:
    """The money is taken."""
    return shop(policy=AT_ONCE)


def refunding() -> Shop:
    """A refund was asked for."""
    life = shop(answers={Refund: unanswered})
    life.deliver()
    life.bring_back({"1": 1})
    return life


def crediting() -> Shop:
    """Store credit was asked for."""
    life = shop(answers={IssueCredit: unanswered})
    life.deliver()
    life.bring_back({"1": 1}, resolution="store_credit")
    return life


def voiding() -> Shop:
    """A pending payment was called off."""
    life = shop(tenders=(BOLETO,), answers={Authorize: pend, Void: unanswered})
    life.cancel()
    return life


def two_tenders() -> Shop:
    """A voucher and a card were asked."""
    tenders = (Tender("voucher", "v", amount=TEN), Tender("card", "t"))
    return shop(tenders=tenders, answers={Authorize: unanswered})


AUTHORIZE, CAPTURE = "o1:authorize:1", "o1:capture:1"
REFUND, CREDIT = "o1:refund:1", "o1:credit:1"
STORIES: dict[str, tuple[Callable[[], Shop], list[PaymentReported]]] = {
    "authorised in the end": (
        authorizing,
        [
            said(Unknown(), AUTHORIZE),
            said(Pending("a"), AUTHORIZE),
            said(RequiresAction(reference="a", url="https://x"), AUTHORIZE),
            said(Authorized(reference="a", amount=TWENTY), AUTHORIZE),
        ],
    ),
    "authorised, taken and bounced": (
        authorizing,
        [
            said(Pending("a"), AUTHORIZE),
            said(Authorized(reference="a", amount=TWENTY), AUTHORIZE),
            said(Captured(reference="a", amount=TWENTY), AUTHORIZE),
            said(CaptureFailed("bounced"), AUTHORIZE),
        ],
    ),
    "authorised and lapsed": (
        authorizing,
        [
            said(Authorized(reference="a", amount=TWENTY), AUTHORIZE),
            said(AuthorizationLapsed(), payment_id="p1"),
        ],
    ),
    "authorised, and called off by the provider": (
        authorizing,
        [
            said(Authorized(reference="a", amount=TWENTY), AUTHORIZE),
            said(Voided("v"), AUTHORIZE),
        ],
    ),
    "two tenders": (
        two_tenders,
        [
            said(Authorized(reference="v", amount=TEN), AUTHORIZE),
            said(Captured(reference="v", amount=TEN), AUTHORIZE),
            said(Declined(code="no"), "o1:authorize:2"),
        ],
    ),
    "captured and bounced": (
        capturing,
        [
            said(Unknown(), CAPTURE),
            said(Pending("c"), CAPTURE),
            said(Captured(reference="c", amount=TWENTY), CAPTURE),
            said(CaptureFailed("bounced"), CAPTURE),
        ],
    ),
    "captured, told three ways": (
        capturing,
        [
            said(Captured(reference="c", amount=TWENTY), CAPTURE),
            said(Captured(reference="c", amount=TWENTY), AUTHORIZE),
            said(Captured(reference="c", amount=TWENTY), payment_id="p1"),
        ],
    ),
    "two captures": (
        capturing_twice,
        [
            said(Captured(reference="1", amount=TEN), CAPTURE),
            said(Pending("2"), "o1:capture:2"),
            said(Captured(reference="2", amount=TEN), "o1:capture:2"),
        ],
    ),
    "refunded and sent back": (
        refunding,
        [
            said(Pending("r"), REFUND),
            said(Refunded(reference="r", amount=TEN), REFUND),
            said(RefundFailed("account closed"), REFUND),
        ],
    ),
    "refunded, told two ways": (
        refunding,
        [
            said(Refunded(reference="r", amount=TEN), REFUND),
            said(Refunded(reference="r", amount=TEN), payment_id="p1"),
        ],
    ),
    "credited and taken back": (
        crediting,
        [
            said(CreditIssued(reference="k", amount=TEN), CREDIT),
            said(RefundFailed("no account"), CREDIT),
        ],
    ),
    "disputed and won": (
        captured,
        [
            said(DisputeOpened(reference="d", amount=TEN), payment_id="p1"),
            said(DisputeWon(reference="d", amount=TEN), CAPTURE),
            said(DisputeOpened(reference="e", amount=TEN), payment_id="p1"),
            said(DisputeLost(reference="e"), CAPTURE),
        ],
    ),
    "called off while pending": (
        voiding,
        [
            said(Voided("x"), "o1:void:1"),
            said(Authorized(reference="a", amount=TWENTY), AUTHORIZE),
        ],
    ),
    "voided late, declined first": (
        voiding,
        [said(Voided("x"), "o1:void:1"), said(Declined(code="x"), AUTHORIZE)],
    ),
}


@functools.cache
def beginning(story: str) -> Order:
    """The order as it is before anything is reported."""
    return STORIES[story][0]().order


def told(order: Order, reports: list[PaymentReported]) -> Order:
    """Tell an order, and nobody else, of some reports."""
    for report in reports:
        order = after_events(order, payments.report(order, report, NOON))
    return order


def plain(order: Order) -> Order:
    """An order without the sequence in which it was told things."""
    movements = sorted(order.movements, key=repr)
    items = sorted(repr(item.contradiction) for item in order.exceptions)
    counts = {**order.counts, "exception": 0}
    assert len(set(items)) == len(items)
    return attrs.evolve(
        order,
        movements=tuple(movements),
        exceptions=tuple(items),  # type: ignore[arg-type]
        counts=counts,
    )


@pytest.mark.parametrize("story", STORIES)
@unhurried
@given(st.data())
def test_reports_in_any_order_end_in_the_same_state(
    story: str, data: st.DataObject
) -> None:
    """Permuted and repeated, the same reports lead to an equal order."""
    order, reports = beginning(story), STORIES[story][1]
    shuffled = data.draw(
        st.permutations(
            [*reports, *data.draw(st.lists(st.sampled_from(reports)))]
        )
    )
    assert plain(told(order, shuffled)) == plain(told(order, reports))


@pytest.mark.one_python
@pytest.mark.parametrize(
    "story",
    [name for name in STORIES if STORIES[name][0] is not authorizing],
)
@settings(unhurried, max_examples=20)
@given(st.data())
def test_the_whole_house_ends_in_the_same_state(
    story: str, data: st.DataObject
) -> None:
    """The same holds of all that follows from the reports."""
    begin, reports = STORIES[story]
    ends = []
    for told_as in (reports, data.draw(st.permutations(reports))):
        life = begin()
        for report in told_as:
            life.report(report)
        ends.append(plain(life.order))
    assert ends[0] == ends[1]


amounts = st.integers(1, 3000)
references = st.sampled_from(["", "x", "y"])
operations = st.sampled_from(["", "o1:authorize:1", CAPTURE, REFUND, CREDIT])
payment_ids = st.sampled_from(["", "p1", "p2"])


@st.composite
def outcomes(draw: st.DrawFn) -> Any:
    """Anything that a gateway may say."""
    reference = draw(references)
    amount = cents(draw(amounts))
    return draw(
        st.sampled_from(
            [
                Authorized(reference=reference, amount=amount),
                Captured(reference=reference, amount=amount),
                Refunded(reference=reference, amount=amount),
                CreditIssued(reference=reference, amount=amount),
                DisputeOpened(reference=reference, amount=amount),
                DisputeWon(reference=reference, amount=amount),
                DisputeLost(reference=reference),
                Pending(reference),
                RequiresAction(reference=reference),
                Declined(code="no"),
                Unknown(),
                Voided(),
                AuthorizationLapsed(),
                CaptureFailed(),
                RefundFailed(),
            ]
        )
    )


@unhurried
@given(
    st.sampled_from([authorizing, capturing, capturing_twice, captured])
    | st.sampled_from([refunding, crediting, voiding, two_tenders]),
    st.lists(
        st.builds(said, outcomes(), operations, payment_ids), max_size=12
    ),
)
def test_whatever_a_gateway_says_is_taken_down(
    begin: Callable[[], Shop], reports: list[PaymentReported]
) -> None:
    """No report is refused, the second of two equal ones changes nothing,
    and no rule of the house is broken.
    """
    life = begin()
    for report in reports:
        life.report(report)
        before = plain(life.order)
        life.report(report)
        if not isinstance(report.outcome, Captured):
            assert plain(life.order) == before
        assert balance(life.order).open >= 0


def test_a_case_without_an_order_takes_no_report() -> None:
    """There is nothing that it could be written to."""
    with pytest.raises(LookupError):
        Shop().report(said(Unknown(), "o1:authorize:1"))
    assert Case(order_id="o1").order is None
