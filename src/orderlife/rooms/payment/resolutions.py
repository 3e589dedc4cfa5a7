"""The remedies of exception items about payments."""

from __future__ import annotations

from collections.abc import Iterator

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import Contradiction, ExceptionKind, Remedy
from orderlife.errors import NotAllowedError
from orderlife.rooms.exceptions.messages import OpenException
from orderlife.rooms.exceptions.model import ExceptionItem
from orderlife.rooms.order.lifecycle import ORDER, OrderState
from orderlife.rooms.order.model import Order
from orderlife.rooms.payment import terms
from orderlife.rooms.payment.ledger import balance, is_secured, surplus_minor
from orderlife.rooms.payment.messages import (
    GiveUpPayment,
    GrantRefund,
    LapseAuthorization,
    RequestAuthorizations,
    RequestPayment,
    SettleByHand,
)
from orderlife.rooms.payment.model import OperationKind, RefundLine
from orderlife.rooms.payment.process import capture

__all__ = [
    "give_back_surplus",
    "give_up",
    "is_ours",
    "paid_back_by_hand",
    "refund_again",
    "secure_again",
    "unwind_again",
    "void_again",
    "write_off",
]


def give_back_surplus(
    case: Case, item: ExceptionItem, context: Context
) -> list[GrantRefund]:
    """Refund what was captured beyond the order's cost.

    Raises:
        NotAllowedError: nothing was captured beyond it.
    """
    order = case.placed
    surplus = surplus_minor(order)
    if not surplus:
        raise NotAllowedError(
            "refund, to settle an amount of",
            f"order {order.order_id}",
            "nothing was taken beyond what it costs",
            "accept it, or give money back with RefundPayment",
        )
    return [
        GrantRefund(
            subject=order.order_id,
            lines=(RefundLine(kind="overpaid", minor=surplus),),
            overpaid=True,
            reason="paid too much",
            notify=context.notify,
        )
    ]


def secure_again(
    case: Case, item: ExceptionItem, context: Context
) -> Iterator[RequestPayment | RequestAuthorizations | OpenException]:
    """Capture what is authorised, or authorise again what is not any more.

    Raises:
        NotAllowedError: the order is over, or not placed yet.
    """
    order, why = case.placed, item.contradiction
    if order.state not in {OrderState.PLACED, OrderState.CONFIRMED}:
        raise NotAllowedError(
            "retry, to settle what became of",
            f"payment {why.subject}",
            f"order {order.order_id} is {order.state.value}",
            "accept it",
        )
    if why.kind is ExceptionKind.CAPTURE_FAILED and is_secured(order):
        yield from capture(case, context, order.order_id, most=why.minor)
    else:
        yield RequestAuthorizations(again=why.subject, notify=context.notify)


def unwind_again(
    case: Case, item: ExceptionItem, context: Context
) -> Iterator[RequestPayment]:
    """Void or refund what was authorised or captured after an order's end."""
    payment_id = item.contradiction.subject
    sums = balance(case.placed, payment_id)
    yield from _ask(case, "void", payment_id, sums.open)
    yield from _ask(case, "refund", payment_id, sums.refundable)


def void_again(
    case: Case, item: ExceptionItem, context: Context
) -> Iterator[RequestPayment]:
    """Void once more; an open order does so again by itself."""
    payment_id = item.contradiction.subject
    if ORDER.is_terminal(case.placed.state):
        sums = balance(case.placed, payment_id)
        yield from _ask(case, "void", payment_id, sums.open)


def write_off(
    case: Case, item: ExceptionItem, context: Context
) -> list[LapseAuthorization]:
    """Write off an authorisation that cannot be voided."""
    return [LapseAuthorization(payment_id=item.contradiction.subject)]


def refund_again(
    case: Case, item: ExceptionItem, context: Context
) -> Iterator[RequestPayment]:
    """Refund again what did not arrive, as money or as store credit."""
    why, remedy = item.contradiction, item.remedy
    credit = remedy is Remedy.STORE_CREDIT or (
        why.kind is ExceptionKind.CREDIT_FAILED and remedy is Remedy.RETRY
    )
    kind: OperationKind = "credit" if credit else "refund"
    for bearer, minor in _bearers(case.placed, why, context).items():
        yield from _ask(case, kind, bearer, minor)


def paid_back_by_hand(
    case: Case, item: ExceptionItem, context: Context
) -> Iterator[SettleByHand]:
    """Record a refund that was paid outside the gateway."""
    bearers = _bearers(case.placed, item.contradiction, context)
    for bearer, minor in bearers.items():
        yield SettleByHand(payment_id=bearer, minor=minor)


def _bearers(
    order: Order, why: Contradiction, context: Context
) -> dict[str, int]:
    """The payments that bear a failed refund.

    First the payment that it was of; the rest is borne by the others.
    """
    whole = balance(order).refundable
    limits = terms.refund_parts(context.policy, order, whole).answer
    remaining, parts = why.minor, {}
    for payment_id in dict.fromkeys((why.subject, *limits)):
        parts[payment_id] = min(remaining, limits.get(payment_id, 0))
        remaining -= parts[payment_id]
    return parts


def give_up(
    case: Case, item: ExceptionItem, context: Context
) -> list[GiveUpPayment]:
    """Stop waiting for the gateway, which may still have acted."""
    return [GiveUpPayment(operation_id=item.contradiction.subject)]


def is_ours(case: Case, operation_id: str) -> bool:
    """Whether an operation is one of the gateway's."""
    return operation_id in case.placed.operations


def _ask(
    case: Case, kind: OperationKind, payment_id: str, minor: int
) -> Iterator[RequestPayment]:
    if minor:
        yield RequestPayment(
            kind=kind,  # type: ignore[arg-type]
            minor={payment_id: minor},
            subject=case.order_id,
        )
