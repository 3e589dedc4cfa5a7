"""The rules for commands, facts and steps about payments."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._values.limits import MAX_TENDERS
from orderlife._values.money import Money
from orderlife.errors import NotAllowedError, Problem, ValidationError
from orderlife.rooms.exceptions.messages import ExceptionOpened, OpenException
from orderlife.rooms.order.decide import illegal
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.model import Order
from orderlife.rooms.order.placement import tender_problems
from orderlife.rooms.order.readings import blocked, held_back
from orderlife.rooms.payment import refunds, reports, requests
from orderlife.rooms.payment.evolve import Recorded
from orderlife.rooms.payment.ledger import unasked_minor
from orderlife.rooms.payment.messages import (
    AwaitPayment,
    CapturePayment,
    GiveUpPayment,
    GrantRefund,
    LapseAuthorization,
    PaymentAwaited,
    PaymentRecorded,
    PaymentReported,
    PaymentRequested,
    PayOrder,
    RefundGranted,
    RefundPayment,
    RequestAuthorizations,
    RequestPayment,
    SettleByHand,
    TenderOffered,
)
from orderlife.rooms.payment.process import capture_early

__all__ = [
    "authorize",
    "await_payment",
    "capture_now",
    "give_up",
    "grant",
    "lapse",
    "pay",
    "refund",
    "report",
    "request",
    "settle_by_hand",
]


def pay(
    order: Order, command: PayOrder, context: Context
) -> list[TenderOffered]:
    """Offer one more means of payment, for the open amount.

    Raises:
        IllegalTransitionError: the order's state allows no payment.
        NotAllowedError: its whole amount is paid or being asked for.
        ValidationError: a field is wrong.
    """
    if order.state not in {
        OrderState.PLACED,
        OrderState.CONFIRMED,
        OrderState.DRAFT,
    }:
        raise illegal(order, "pay")
    open_minor = unasked_minor(order)
    if open_minor == 0:
        raise NotAllowedError(
            "pay for",
            f"order {order.order_id}",
            "its whole amount is paid, secured, offered or being asked for",
            "wait for the answer, or leave it",
        )
    rest = Money.of_minor(open_minor, order.placement.currency)
    amount = command.tender.amount
    problems = list(
        tender_problems((attrs.evolve(command.tender, amount=None),), rest)
    )
    if amount is not None and amount.currency != rest.currency:
        problems.append(
            Problem("tender.amount", f"the order is in {rest.currency}")
        )
    elif amount is not None and not 0 < amount.minor <= open_minor:
        problems.append(
            Problem("tender.amount", f"is {amount}, but {rest} is open")
        )
    if len(order.tenders) >= MAX_TENDERS:
        problems.append(
            Problem("tender", f"at most {MAX_TENDERS} means of payment")
        )
    if problems:
        raise ValidationError(type(command).__name__, problems)
    return [TenderOffered(tender=command.tender)]


def capture_now(
    case: Case, command: CapturePayment, context: Context
) -> Sequence[RequestPayment | OpenException]:
    """Capture what is authorised for all wanted units before they leave.

    Raises:
        IllegalTransitionError: the order is not confirmed.
        NotAllowedError: there is nothing to capture.
    """
    order = case.placed
    if order.state is not OrderState.CONFIRMED:
        raise illegal(order, "capture")
    steps = capture_early(case, context)
    if not steps:
        raise NotAllowedError(
            "capture",
            f"order {case.order_id}",
            "nothing is due that is authorised and not yet taken",
            "see its payments",
        )
    return steps


def refund(
    order: Order, command: RefundPayment, context: Context
) -> list[RefundGranted]:
    """Refund an amount, as a command asks.

    Raises:
        NotAllowedError: a hold blocks it.
        ValidationError: names each field that is wrong.
    """
    if blocked(order, "refund"):
        raise held_back(order, "refund", context.actor)
    return [refunds.refund(order, command)]


def grant(
    order: Order, step: GrantRefund, context: Context
) -> list[RefundGranted]:
    """Grant a refund of the process, as far as there is money."""
    return [refunds.granted(order, step)]


def await_payment(
    order: Order, step: AwaitPayment, context: Context
) -> list[PaymentAwaited]:
    """Set the date to pay by."""
    return [PaymentAwaited(until=step.until)]


def authorize(
    order: Order, step: RequestAuthorizations, context: Context
) -> list[PaymentRequested]:
    """Ask for money on the tenders that were not asked yet."""
    return requests.authorize(order, step)


def request(
    order: Order, step: RequestPayment, context: Context
) -> list[PaymentRequested]:
    """Ask for a capture, void, refund or credit."""
    return requests.request(order, step)


def lapse(
    order: Order, step: LapseAuthorization, context: Context
) -> list[PaymentRecorded]:
    """Write off the rest of an authorisation."""
    return requests.lapse(order, step)


def give_up(
    order: Order, step: GiveUpPayment, context: Context
) -> list[PaymentRecorded | ExceptionOpened]:
    """Stop waiting for an answer."""
    return requests.give_up(order, step, context.now)


def settle_by_hand(
    order: Order, step: SettleByHand, context: Context
) -> list[PaymentRecorded]:
    """Record a refund that was paid outside the gateway."""
    return requests.settle_by_hand(order, step)


def report(
    order: Order, fact: PaymentReported, context: Context
) -> Sequence[Recorded]:
    """Record what the gateway answered or reported.  Never refuses."""
    return reports.report(order, fact, context.now)
