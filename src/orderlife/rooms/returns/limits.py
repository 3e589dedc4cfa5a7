"""What a return that somebody grants gives away, for the limits of people.

A refund that follows from a return's terms counts for nobody: the terms
are the shop's.  To let the customer keep the goods is a decision.
"""

from __future__ import annotations

from collections.abc import Sequence

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import Event
from orderlife.rooms.payment.messages import RefundGranted
from orderlife.rooms.returns.messages import ReturnApproved
from orderlife.rooms.returns.terms import refund_lines

__all__ = ["gives_away"]


def gives_away(
    before: Case, after: Case, events: Sequence[Event], context: Context
) -> int:
    """What is refunded for goods that stay, now or later."""
    granted: dict[str, int] = {}
    kept: list[str] = []
    for event in events:
        match event:
            case RefundGranted():
                granted[event.subject] = event.minor + event.waived_minor
            case ReturnApproved():
                if after.return_(event.return_id).resolution == "keep":
                    kept.append(event.return_id)
            case _:
                pass
    return sum(
        granted[one] if one in granted else _to_come(after, one, context)
        for one in kept
    )


def _to_come(after: Case, return_id: str, context: Context) -> int:
    """What a return whose goods stay will be refunded, once it may be."""
    back = after.return_(return_id)
    lines, _ = refund_lines(context.policy, after.placed, back).answer
    return max(0, sum(line.minor for line in lines))
