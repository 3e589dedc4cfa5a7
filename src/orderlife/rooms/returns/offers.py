"""The smallest commands about returns that may be possible."""

from __future__ import annotations

from collections.abc import Iterator

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import Actor, Command
from orderlife._kernel.offers import Offer, offer
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.returns.lifecycle import (
    RETURN,
    ReturnState,
    ReturnTrigger,
)
from orderlife.rooms.returns.messages import (
    ApproveReturn,
    CancelReturn,
    ChangeDisposition,
    CloseReceiving,
    DeclineReturn,
    InspectReturn,
    RequestReturn,
)
from orderlife.rooms.returns.model import Finding, Return

__all__ = ["offers"]

_SENT = frozenset((OrderState.CONFIRMED, OrderState.COMPLETED))
_OF_RETURN: tuple[tuple[type[Command], ReturnTrigger], ...] = (
    (ApproveReturn, ReturnTrigger.APPROVE),
    (DeclineReturn, ReturnTrigger.DECLINE),
    (CancelReturn, ReturnTrigger.CANCEL),
    (CloseReceiving, ReturnTrigger.END_RECEIVING),
)


def offers(case: Case, context: Context) -> Iterator[Offer]:
    """Offer to request, judge, receive, inspect and cancel returns."""
    order, actor = case.placed, context.actor
    if order.state in _SENT:
        reason = next(iter(context.policy.reasons), "other")
        for line_id, units in order.units.items():
            if units.delivered > 0:
                yield offer(
                    case,
                    actor,
                    RequestReturn,
                    quantities={line_id: 1},
                    reason=reason,
                )
    for return_id, return_ in case.returns.items():
        for kind, trigger in _OF_RETURN:
            if RETURN.can(return_.state, trigger):
                more = (
                    {"explanation": "tried"} if kind is DeclineReturn else {}
                )
                yield offer(
                    case, actor, kind, return_id, return_id=return_id, **more
                )
        yield from _of_goods(case, actor, return_)


def _of_goods(case: Case, actor: Actor, return_: Return) -> Iterator[Offer]:
    """Offer to inspect a unit, or to change a unit's disposition."""
    return_id = return_.return_id
    for finding in _findings(return_):
        yield offer(
            case,
            actor,
            InspectReturn,
            return_id,
            return_id=return_id,
            findings=(finding,),
        )
    for finding in return_.findings:
        if finding.condition != "missing":
            before = finding.disposition
            yield offer(
                case,
                actor,
                ChangeDisposition,
                return_id,
                return_id=return_id,
                line_id=finding.line_id,
                quantity=1,
                before=before,
                after="scrap" if before != "scrap" else "restock",
            )


def _findings(return_: Return) -> Iterator[Finding]:
    """A unit that has come, or one that is missing."""
    if return_.state is not ReturnState.RECEIVING and not RETURN.can(
        return_.state, ReturnTrigger.INSPECT
    ):
        return
    for line in return_.lines:
        there = line.received > return_.inspected(line.line_id)
        yield Finding(
            line_id=line.line_id,
            quantity=1,
            condition="sellable" if there else "missing",
            disposition="restock" if there else "scrap",
        )
