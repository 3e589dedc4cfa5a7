"""What must hold of payments, and of requests to the gateway.

Money moves between accounts, and each movement is a double entry.
What a provider reports is recorded even where it breaks a rule: then an
exception item about the payment has been opened, and the order does not
count as breaking the rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.invariants import Invariants, Violation, precondition
from orderlife._kernel.messages import ExceptionKind, Recorded
from orderlife._values.money import MAX_MINOR
from orderlife.rooms.exceptions.readings import was_opened
from orderlife.rooms.order.lifecycle import ORDER, OrderState
from orderlife.rooms.payment.evolve import after_events
from orderlife.rooms.payment.ledger import (
    balance,
    due_minor,
    postings,
    unsettled,
)
from orderlife.rooms.payment.messages import PaymentRequested, RefundGranted
from orderlife.rooms.payment.single import is_single

__all__ = ["INVARIANTS"]

_MONEY_TROUBLE: Final = frozenset(
    (
        ExceptionKind.AMOUNT_MISMATCH,
        ExceptionKind.CAPTURED_AFTER_END,
        ExceptionKind.CAPTURE_FAILED,
        ExceptionKind.DISPUTE,
    )
)
"""The items that explain captures or refunds beyond the requests."""
_BACK_TROUBLE: Final = frozenset(
    (
        ExceptionKind.CAPTURED_AFTER_END,
        ExceptionKind.CREDIT_FAILED,
        ExceptionKind.DISPUTE,
        ExceptionKind.REFUND_FAILED,
    )
)
"""The items that explain money of the shop after an order's end."""
_AMOUNTS: Final = ("goods_minor", "tax_minor", "shipping_minor")


def double_entries(case: Case) -> Iterator[Violation]:
    """Movements balance, and the accounts are the sums of the order."""
    order = case.placed
    accounts: dict[str, int] = {}
    for movement in order.movements:
        sides = postings(movement)
        if sum(minor for _, minor in sides):
            yield Violation(1, f"{movement} does not balance")
        for account, minor in sides:
            accounts[account] = accounts.get(account, 0) + minor
    sums = balance(order)
    if accounts.get("refunded", 0) != sums.refunded:
        yield Violation(1, "the refunds' account differs from their sum")
    if accounts.get("captured", 0) != sums.net:
        yield Violation(4, "captured less refunded is not what is paid")


def limits(case: Case) -> Iterator[Violation]:
    """No payment moves more than its limits."""
    order = case.placed
    for payment in order.payments:
        trouble = was_opened(order, _MONEY_TROUBLE, payment.payment_id)
        one = balance(order, payment.payment_id)
        limit = max(one.authorized, payment.max_capturable_minor)
        if not 0 <= one.captured <= limit and not trouble:
            yield Violation(
                2,
                f"{payment.payment_id}: captured {one.captured} of "
                f"{limit} authorised",
            )
        back = one.refunded + one.refund_pending + one.charged_back
        if back > one.captured and not trouble:
            yield Violation(
                3,
                f"{payment.payment_id}: {back} goes back of "
                f"{one.captured} captured",
            )


def slices(case: Case) -> Iterator[Violation]:
    """The present cost of units is at most the one that was agreed."""
    for line in case.placed.lines().values():
        if not line.slices:
            continue
        name = f"line {line.line_id}"
        if sum(one.units for one in line.slices) != line.quantity:
            yield Violation(51, f"{name}: its slices have other units")
        for amount in _AMOUNTS:
            parts = [getattr(one, amount) for one in line.slices]
            if min(parts) < 0 or sum(parts) > getattr(line, amount):
                yield Violation(51, f"{name}: {parts} of its {amount}")


def whole_amounts(case: Case) -> Iterator[Violation]:
    """Movements are whole numbers of minor units."""
    for movement in case.placed.movements:
        minor = movement.minor
        if type(minor) is not int or not 0 <= minor <= MAX_MINOR:
            yield Violation(9, f"{movement} is no amount")


def given_back_at_the_end(case: Case) -> Iterator[Violation]:
    """An order that has ended keeps no money."""
    order = case.placed
    if not ORDER.is_terminal(order.state):
        return
    for payment in order.payments:
        payment_id = payment.payment_id
        one = balance(order, payment_id)
        kept = one.open or one.refundable
        if kept and not was_opened(order, _BACK_TROUBLE, payment_id):
            yield Violation(21, f"{payment_id}: its money is not back")


def available(case: Case, event: PaymentRequested) -> Iterator[Violation]:
    """No request is for more than is available at the time."""
    order = case.placed
    there = balance(order, event.payment_id)
    single = any(
        payment.payment_id == event.payment_id and is_single(payment)
        for payment in order.payments
    )
    again = there.captured or there.capture_pending
    if event.kind == "capture" and single and again:
        what = f"{event.operation_id} takes twice of what is captured once"
        yield Violation(10, what)
    if event.kind == "capture" and event.minor > there.capturable:
        yield Violation(10, f"{event.operation_id} takes what is not open")
    back = event.kind in {"refund", "credit"}
    if back and event.minor > there.refundable:
        yield Violation(3, f"{event.operation_id} gives back too much")


def allowed_off(case: Case, event: RefundGranted) -> Iterator[Violation]:
    """The cost of units falls by the amount refunded for them."""
    if not event.slices:
        return
    order = case.placed
    after = after_events(order, [event])
    less = due_minor(order) - due_minor(after)
    if less != sum(line.minor for line in event.lines if line.line_id):
        yield Violation(51, f"{event.lines} given back, and {less} off")


def given_back_once(
    case: Case, history: Sequence[Recorded]
) -> Iterator[Violation]:
    """Kept units are paid for, and no part of a line is refunded twice."""
    order = case.placed
    taken = balance(order).captured - order.released_minor
    at_rest = order.state is OrderState.COMPLETED and not order.exceptions
    if at_rest and taken != due_minor(order):
        yield Violation(51, f"{taken} is paid, {due_minor(order)} is due")
    back: Counter[tuple[str, str]] = Counter()
    for recorded in history:
        if isinstance(recorded.event, RefundGranted):
            for part in recorded.event.lines:
                back[part.line_id, f"{part.kind}_minor"] += part.minor
    for line in order.placement.lines:
        for amount in _AMOUNTS:
            minor = back[line.line_id, amount]
            if minor > getattr(line, amount):
                yield Violation(
                    51, f"line {line.line_id}: {minor} back of its {amount}"
                )


def moves_on(case: Case) -> bool:
    """Whether the gateway still has to answer a request."""
    return any(unsettled(case.placed))


INVARIANTS: Final = Invariants(
    case=(
        double_entries,
        limits,
        slices,
        whole_amounts,
        given_back_at_the_end,
    ),
    events=(
        precondition(PaymentRequested, available),
        precondition(RefundGranted, allowed_off),
    ),
    history=(given_back_once,),
    moves_on=moves_on,
)
