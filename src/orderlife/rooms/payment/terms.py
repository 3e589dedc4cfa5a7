"""What is asked of policy about money: by when, and by which payments.

What is asked on the way of an order gets the library's own answer where
policy has none, and an exception item opens: no order stands still over
a policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from orderlife.policy.answers import (
    Answered,
    NoAnswerError,
    asked,
    instance_of,
    moment,
    or_else,
    usual,
)
from orderlife.policy.model import Policy
from orderlife.rooms.order.model import Order
from orderlife.rooms.payment.ledger import balance, takeable_minor
from orderlife.rooms.payment.model import RefundOrder

__all__ = ["capture_parts", "payment_due", "refund_parts"]


def payment_due(
    policy: Policy, order: Order, now: datetime
) -> Answered[datetime]:
    """By when an order must be paid for."""
    return or_else(
        "payment_due",
        f"order {order.order_id}",
        lambda: asked(policy.payment_due, (order, now), moment),
        lambda: usual(policy).payment_due(order, now),
        "the policy's payment_within counts",
    )


def capture_parts(
    policy: Policy, order: Order, minor: int
) -> Answered[Mapping[str, int]]:
    """Which payments an amount is taken from."""
    limits = {
        payment.payment_id: takeable_minor(order, payment.payment_id)
        for payment in order.payments
    }
    return or_else(
        "split_capture",
        f"order {order.order_id}",
        lambda: asked(
            policy.split_capture,
            (order, minor),
            lambda parts: _parts(parts, minor, limits),
        ),
        lambda: usual(policy).split_capture(order, minor),
        "the first payment is taken first",
    )


def refund_parts(
    policy: Policy,
    order: Order,
    minor: int,
    payments: tuple[str, ...] = (),
    refund_order: RefundOrder | None = None,
) -> Answered[Mapping[str, int]]:
    """Which payments an amount goes back to.

    Args:
        policy: whose ``refund_order`` counts, if no other is named.
        order: whose payments they are.
        minor: how much.
        payments: these alone; none: all of them.
        refund_order: this one, for once.
    """
    named = bool(payments or refund_order)
    name = "split_among" if named else "split_refund"
    more = (payments, refund_order) if named else ()
    limits = {
        payment.payment_id: balance(order, payment.payment_id).refundable
        for payment in order.payments
        if not payments or payment.payment_id in payments
    }
    return or_else(
        name,
        f"order {order.order_id}",
        lambda: asked(
            getattr(policy, name),
            (order, minor, *more),
            lambda parts: _parts(parts, minor, limits),
        ),
        lambda: getattr(usual(policy), name)(order, minor, *more),
        "the policy's refund_order counts",
    )


def _parts(
    parts: Mapping[str, int], minor: int, limits: Mapping[str, int]
) -> Mapping[str, int]:
    """An amount by payments: all of it, as far as they can bear it."""
    instance_of(Mapping, parts)  # type: ignore[type-abstract]
    whole = min(minor, sum(limits.values()))
    for payment_id, part in parts.items():
        if payment_id not in limits:
            raise NoAnswerError("names a payment that there is not")
        most = limits[payment_id]
        if type(part) is not int or not 0 <= part <= most:
            raise NoAnswerError(
                f"asks for what payment {payment_id} cannot bear: from 0 to "
                f"{most} minor units"
            )
    if sum(parts.values()) != whole:
        raise NoAnswerError(
            f"comes to {sum(parts.values())} minor units, where {whole} are "
            "to be moved"
        )
    return {name: part for name, part in parts.items() if part}
