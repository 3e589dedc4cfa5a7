"""What is asked of policy about returns: whether, on what terms, how much.

What is asked about a command is answered by an error that names the
policy, where the policy has no answer.  What a return is refunded is
asked on its way: the library's own answer counts then, and an exception
item opens.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from orderlife.policy.answers import (
    Answered,
    NoAnswerError,
    asked,
    check_word,
    instance_of,
    moment,
    or_else,
    or_error,
    text_of,
    usual,
)
from orderlife.policy.model import Policy, ReturnTerms, ReturnVerdict
from orderlife.rooms.order.model import Order
from orderlife.rooms.payment.model import RefundLine
from orderlife.rooms.returns.model import Return

__all__ = ["approval_ends", "refund_lines", "return_terms", "verdict"]

_Statement: TypeAlias = tuple[tuple[RefundLine, ...], dict[str, int]]


def verdict(
    policy: Policy,
    order: Order,
    back: Return,
    delivered_at: datetime | None,
    now: datetime,
) -> ReturnVerdict:
    """What policy says of a request for a return.

    Raises:
        PolicyError: its judge has no answer.
    """
    given = (policy, order, back, delivered_at, now)
    about = f"return {back.return_id}"
    return or_error("judge", about, policy.judge, given, _verdict)


def _verdict(answer: object) -> ReturnVerdict:
    found = instance_of(ReturnVerdict, answer)
    check_word(found.answer, "verdict", ("approve", "decline", "ask"))
    text_of(found.explanation, "explanation")
    return found


def return_terms(policy: Policy, reason: str) -> ReturnTerms:
    """The terms that apply to a reason.

    Raises:
        PolicyError: there are none.
    """
    about = f"the reason {reason}"
    return or_error("terms", about, policy.terms, (reason,), _terms)


def _terms(answer: object) -> ReturnTerms:
    return instance_of(ReturnTerms, answer)


def approval_ends(policy: Policy, now: datetime) -> datetime:
    """When an approval of a return ends that is given now.

    Raises:
        PolicyError: it is no moment.
    """
    about = "the end of an approval"
    ask = policy.approval_ends
    return or_error("approval_ends", about, ask, (now,), moment)


def refund_lines(
    policy: Policy, order: Order, back: Return
) -> Answered[_Statement]:
    """What a return is refunded: the statement, and the units."""

    def read(answer: Any) -> _Statement:
        lines, units = answer
        return _statement(order, lines, units)

    return or_else(
        "refund_lines",
        f"return {back.return_id}",
        lambda: asked(policy.refund_lines, (order, back), read),
        lambda: usual(policy).refund_lines(order, back),
        "the policy's terms count",
    )


def _statement(
    order: Order, lines: Iterable[RefundLine], units: Mapping[str, int]
) -> _Statement:
    known = order.units
    for line in lines:
        instance_of(RefundLine, line)
        if type(line.minor) is not int or line.line_id not in {"", *known}:
            raise NoAnswerError("has a line that is no amount, or of no line")
    for line_id, quantity in units.items():
        if line_id not in known:
            raise NoAnswerError("gives back units of a line that there is not")
        left = known[line_id].shipped - known[line_id].refunded
        if type(quantity) is not int or not 0 < quantity <= left:
            raise NoAnswerError(
                f"gives back units of line {line_id} that are not there: "
                f"from 1 to {left}"
            )
    return tuple(lines), dict(units)
