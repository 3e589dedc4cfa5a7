"""What is asked of policy about an order: whether it may be fraud.

What is asked on the way of an order gets the library's own answer where
policy has none, and an exception item opens: no order stands still over
a policy.
"""

from __future__ import annotations

from orderlife.policy.answers import (
    Answered,
    asked,
    check_word,
    instance_of,
    or_else,
    text_of,
)
from orderlife.policy.model import Policy
from orderlife.rooms.order.model import Order, Screening

__all__ = ["screening"]


def screening(policy: Policy, order: Order) -> Answered[Screening]:
    """The judgement on fraud; a person looks at it, where there is none."""
    return or_else(
        "screen",
        f"order {order.order_id}",
        lambda: asked(policy.screen, (order,), _screening),
        lambda: Screening(
            verdict="review", reason="the policy's screen has no answer"
        ),
        "somebody is to review it",
    )


def _screening(answer: object) -> Screening:
    found = instance_of(Screening, answer)
    check_word(found.verdict, "verdict", ("accept", "review", "reject"))
    text_of(found.reason, "reason")
    return found
