"""Whatever is reported of money after an end: it goes back, or one asks.

Every pair and triple of reports, on live payments and ended ones, with
and without our operation id, after every ending.  What a report does
not change is not gone into again, so that all of them are looked at.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from orderlife._kernel.decision import Decision
from orderlife._kernel.messages import ExceptionKind, Remedy
from orderlife._values.money import Money
from orderlife.errors import InputError, RefusedError
from orderlife.house import handle
from orderlife.invariants import violations
from orderlife.policy.model import Policy
from orderlife.ports.base import Unknown
from orderlife.ports.inventory import Release
from orderlife.ports.payment import (
    AuthorizationLapsed,
    Authorize,
    Authorized,
    Captured,
    CaptureFailed,
    Declined,
    DisputeLost,
    DisputeOpened,
    DisputeWon,
    PaymentReport,
    Pending,
    Refund,
    Refunded,
    RefundFailed,
    RequiresAction,
    Void,
    Voided,
)
from orderlife.rooms.exceptions.messages import ResolveException
from orderlife.rooms.order.lifecycle import ORDER, OrderState
from orderlife.rooms.order.messages import CancelOrder, FraudJudged
from orderlife.rooms.order.model import Order, Tender
from orderlife.rooms.payment.ledger import balance, unsettled
from orderlife.rooms.payment.messages import PaymentReported
from orderlife.testing.life import Life
from orderlife.testing.scenario import command, fact
from tests.deep import examples
from tests.helpers import delivered, line, open_items, placed, silent

pytestmark = pytest.mark.one_python
"""The same few rooms are gone through some ten thousand times."""

K, S = ExceptionKind, OrderState
TEN = Money("10.00", "EUR")
MORE = Money("11.00", "EUR")
LESS = Money("4.00", "EUR")

# --- how an order ends ------------------------------------------------------


def _cancelled(**more: Any) -> Life:
    life = placed(line(), **more)
    life.do(command(CancelOrder))
    return life


def _taken() -> Life:
    """It was paid in full, and all of it was given back."""
    return _cancelled(policy=Policy(capture="confirmation"))


def _charged_back() -> Life:
    """Its money was disputed when it was called off."""
    life = placed(line(), policy=Policy(capture="confirmation"))
    disputed = DisputeOpened(reference="e", amount=TEN)
    life.report(fact(PaymentReported, payment_id="p1", outcome=disputed))
    life.do(command(CancelOrder))
    return life


def _unvoided() -> Life:
    """Nobody knows yet whether its money can be let go of."""
    return _cancelled(answers={Void: silent})


def _unrefunded() -> Life:
    """Its refund is not answered yet."""
    now = Policy(capture="confirmation")
    return _cancelled(policy=now, answers={Refund: silent})


def _pending() -> Life:
    """It was called off before it was paid, and the void succeeded."""
    return _cancelled(answers={Authorize: lambda _: Pending("r")})


def _unanswered() -> Life:
    """It was called off before anything was heard of its payment."""
    return _cancelled(answers={Authorize: silent, Void: silent})


def _declined() -> Life:
    return _cancelled(answers={Authorize: lambda _: Declined(code="no")})


def _expired() -> Life:
    life = placed(line(), answers={Authorize: lambda _: Pending("r")})
    life.advance(timedelta(days=8))
    return life


def _rejected() -> Life:
    life = placed(line())
    life.report(fact(FraudJudged, verdict="reject"))
    return life


def _two_tenders() -> Life:
    tenders = (Tender("voucher", "v", amount=LESS), Tender("card", "c"))
    return _cancelled(
        order={"tenders": tenders},
        answers={Authorize: lambda _: Pending("r")},
    )


def _completed() -> Life:
    life = delivered(line())
    life.advance(timedelta(days=3))
    return life


def _closing() -> Life:
    """Its goods are not back yet."""
    return _cancelled(answers={Release: silent})


ENDINGS: dict[str, tuple[OrderState, Callable[[], Life]]] = {
    "cancelled": (S.CANCELLED, _cancelled),
    "cancelled_and_refunded": (S.CANCELLED, _taken),
    "cancelled_while_pending": (S.CANCELLED, _pending),
    "cancelled_and_declined": (S.CANCELLED, _declined),
    "cancelled_with_two_tenders": (S.CANCELLED, _two_tenders),
    "cancelled_and_charged_back": (S.CANCELLED, _charged_back),
    "expired": (S.EXPIRED, _expired),
    "rejected": (S.REJECTED, _rejected),
    "completed": (S.COMPLETED, _completed),
    "cancelling": (S.CANCELLING, _closing),
    "cancelling_unvoided": (S.CANCELLING, _unvoided),
    "cancelling_unrefunded": (S.CANCELLING, _unrefunded),
    "cancelling_unanswered": (S.CANCELLING, _unanswered),
}

DIFFERENT = (
    "cancelled_and_refunded",
    "cancelled_while_pending",
    "cancelled_and_declined",
    "cancelled_and_charged_back",
    "completed",
    "cancelling_unanswered",
)
"""Those that differ in more than their names: of the others, pairs do."""

# --- what is reported -------------------------------------------------------

FEW: tuple[PaymentReport, ...] = (
    Authorized(reference="r", amount=TEN),
    Authorized(reference="r", amount=MORE),
    Captured(reference="c", amount=TEN),
    Captured(reference="d", amount=LESS),
    Refunded(reference="b", amount=TEN),
    Voided("v"),
    Declined(code="no"),
    Pending("r"),
    RefundFailed("no"),
    CaptureFailed("no"),
    AuthorizationLapsed("late"),
    DisputeOpened(reference="e", amount=TEN),
    DisputeWon(reference="e", amount=TEN),
)
"""One of each kind, and more than was asked for."""

ALL: tuple[PaymentReport, ...] = (
    *FEW,
    Authorized(reference="r", amount=LESS),
    Captured(reference="c", amount=MORE),
    Captured(reference="c", amount=LESS),
    Refunded(reference="b", amount=LESS),
    RequiresAction(reference="r"),
    Unknown("lost"),
    DisputeOpened(reference="e", amount=LESS),
    DisputeWon(reference="e", amount=LESS),
    DisputeLost(reference="e"),
)


def _reports(
    life: Life, outcomes: tuple[PaymentReport, ...]
) -> Iterator[PaymentReported]:
    """Every outcome of every operation; and of a payment, without one."""
    names = [(op, "") for op in life.order.operations]
    names += [("", payment.payment_id) for payment in life.order.payments]
    for outcome in outcomes:
        for operation_id, payment_id in names:
            yield PaymentReported(
                order_id="o1",
                operation_id=operation_id,
                payment_id=payment_id,
                outcome=outcome,
            )


def _copied(life: Life) -> Life:
    other = copy.copy(life)
    other.history = list(life.history)
    other.intents, other.messages = list(life.intents), list(life.messages)
    other.unanswered = dict(life.unanswered)
    other._known = dict(life._known)
    return other


def _what(order: Order) -> Hashable:
    """What tells two orders apart: all but how they came about."""
    moved = Counter(order.movements).items()
    asked = [(name, op.state) for name, op in order.operations.items()]
    trouble = [
        (item.is_open, item.contradiction.kind, item.contradiction.observed)
        for item in order.exceptions
    ]
    return (
        order.state,
        frozenset(moved),
        tuple(asked),
        frozenset(trouble),
        order.released_minor,
        order.waived_minor,
    )


def _after(
    life: Life, depth: int, outcomes: tuple[PaymentReport, ...]
) -> Iterator[tuple[list[str], Life]]:
    """Each life that so many reports lead to, once, and what they were."""
    reached: list[tuple[list[str], Life]] = [([], life)]
    seen = {_what(life.order)}
    for _ in range(depth):
        further: list[tuple[list[str], Life]] = []
        for said, before in reached:
            for report in _reports(before, outcomes):
                answer = handle(before.case, report, before.now, before.policy)
                assert isinstance(answer, Decision), report
                if not answer.events:
                    continue  # it changes nothing
                other = _copied(before)
                other.report(report)
                if (what := _what(other.order)) in seen:
                    continue
                seen.add(what)
                name = report.operation_id or report.payment_id
                now = [*said, f"{name}: {report.outcome}"]
                further.append((now, other))
                yield now, other
        reached = further


# --- what must hold ---------------------------------------------------------

_SEEN_TO = frozenset(
    (K.CAPTURED_AFTER_END, K.CREDIT_FAILED, K.REFUND_FAILED, K.VOID_FAILED)
)
"""The kinds whose remedies give money back."""


def _unattended(life: Life) -> list[str]:
    """The payments of an ended order with money that nobody sees to."""
    order = life.order
    if not ORDER.is_terminal(order.state):
        return []
    asked = {
        item.contradiction.subject
        for item in open_items(life)
        if item.contradiction.kind in _SEEN_TO
    }
    asked |= {op.payment_id for op in unsettled(order)}
    found = []
    for payment in order.payments:
        sums = balance(order, payment.payment_id)
        if (sums.open or sums.refundable) and payment.payment_id not in asked:
            found.append(payment.payment_id)
    return found


def _settle(life: Life) -> None:
    """Have all that is open settled: by giving money back, if that does."""
    for item in open_items(life):
        for remedy in (Remedy.REFUND, Remedy.RETRY, Remedy.ACCEPT):
            resolve = command(
                ResolveException,
                exception_id=item.exception_id,
                remedy=remedy,
                note="settled",
            )
            try:
                life.do(resolve)
            except (RefusedError, InputError):
                continue
            break


def _left(life: Life) -> tuple[int, int]:
    """What is secured and taken, and not the shop's, once all is settled."""
    life.answers = {}
    _settle(life)
    if not ORDER.is_terminal(life.order.state):
        return 0, 0
    sums = balance(life.order)
    return sums.open, sums.refundable


EACH = pytest.mark.parametrize(
    ("state", "make"), ENDINGS.values(), ids=ENDINGS
)


@EACH
def test_they_have_ended(state: OrderState, make: Callable[[], Life]) -> None:
    """Or are about to: else the rest would prove nothing."""
    life = make()
    assert state is life.order.state
    assert [] == list(violations(life.case, life.history))


@EACH
def test_what_pairs_of_reports_bring_can_be_given_back(
    state: OrderState, make: Callable[[], Life]
) -> None:
    """Whoever settles what opens is left with no money of an ended order."""
    del state
    for said, life in _after(make(), 2, FEW):
        assert (0, 0) == _left(life), said
        assert [] == list(violations(life.case, life.history)), said


@EACH
def test_no_pair_of_reports_brings_money_unseen(
    state: OrderState, make: Callable[[], Life]
) -> None:
    """What they bring goes back, or somebody is asked."""
    del state
    for said, life in _after(make(), 2, ALL):
        assert [] == list(violations(life.case)), said
        assert [] == _unattended(life), said


@pytest.mark.parametrize("name", ENDINGS if examples(0) else DIFFERENT)
def test_no_triple_of_reports_brings_money_unseen(name: str) -> None:
    """Nor do three, of one of each kind; after every ending in a deep run."""
    _, make = ENDINGS[name]
    for said, life in _after(make(), 3, FEW):
        assert [] == list(violations(life.case)), said
        assert [] == _unattended(life), said
