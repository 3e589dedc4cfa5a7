"""What follows for returns from events, and from returns themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import (
    Contradiction,
    ExceptionKind,
    Quantities,
)
from orderlife.rooms.exceptions.messages import CloseExceptions, OpenException
from orderlife.rooms.exceptions.opening import (
    asking_about,
    stamp,
    unmatched,
)
from orderlife.rooms.order.messages import RecordUnits
from orderlife.rooms.order.model import Order
from orderlife.rooms.order.readings import blocked
from orderlife.rooms.payment.ledger import unsettled
from orderlife.rooms.payment.messages import GrantRefund
from orderlife.rooms.returns import terms
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.messages import (
    CloseReturn,
    EndReceiving,
    ExpireReturn,
    GrantReturn,
    RefuseReturn,
    ResolveReturn,
    ReturnLabelFailed,
    ReturnLabelIssued,
    ReturnParcelReceived,
    ReturnReceived,
    ReturnRequested,
    ReturnShipped,
)
from orderlife.rooms.returns.model import Return
from orderlife.rooms.shipment.readings import last_delivery

__all__ = [
    "close_returns",
    "expire",
    "expiries",
    "judged",
    "label_failed",
    "labelled",
    "received",
    "receiving_ends",
    "resolve_returns",
    "stop_receiving",
    "stray_shipped",
    "unannounced",
]

_AWAITED: Final = frozenset((ReturnState.APPROVED, ReturnState.IN_TRANSIT))


def judged(
    case: Case, event: ReturnRequested, context: Context
) -> Iterator[GrantReturn | RefuseReturn]:
    """Have the policy judge a return."""
    policy, order = context.policy, case.placed
    return_ = case.returns[event.return_id]
    delivered_at = last_delivery(case)
    verdict = terms.verdict(policy, order, return_, delivered_at, context.now)
    if verdict.answer == "approve":
        yield GrantReturn(
            return_id=event.return_id,
            explanation=verdict.explanation,
            expires_at=terms.approval_ends(policy, context.now),
            label=terms.return_terms(policy, event.reason).label,
            notify=context.notify,
        )
    elif verdict.answer == "decline":
        yield RefuseReturn(
            return_id=event.return_id, explanation=verdict.explanation
        )


def label_failed(
    case: Case, event: ReturnLabelFailed, context: Context
) -> Iterator[OpenException]:
    """Open an item, unless no label is wanted any more."""
    subject = event.return_id
    if case.returns[subject].state is ReturnState.APPROVED:
        yield OpenException(
            Contradiction(
                ExceptionKind.LABEL_FAILED,
                subject,
                f"a label for {subject}",
                f"{event.code}: {event.detail or 'no reason given'}",
            )
        )


def labelled(
    case: Case, event: ReturnLabelIssued, context: Context
) -> Sequence[CloseExceptions]:
    """Close the items about a label that was bought after all."""
    if not case.placed.exceptions:
        return ()
    note = f"label {event.label.label_id} is there"
    kinds = frozenset((ExceptionKind.LABEL_FAILED,))
    return [CloseExceptions(kinds=kinds, subject=event.return_id, note=note)]


def received(
    case: Case, event: ReturnParcelReceived, context: Context
) -> Iterator[RecordUnits | OpenException]:
    """Count units that came back, and open items for contradictions."""
    order = case.placed
    known: Quantities = event.quantities
    if not known.keys() <= order.units.keys():
        known = {
            line_id: units
            for line_id, units in known.items()
            if line_id in order.units
        }
    for contradiction in event.contradictions:
        yield OpenException(contradiction)
    if known:
        yield RecordUnits(
            counter="returned", quantities=known, subject=event.return_id
        )
    over = {
        line_id: order.units[line_id].returned + units
        for line_id, units in known.items()
        if order.units[line_id].returned + units
        > order.units[line_id].delivered
    }
    if over:
        yield OpenException(
            Contradiction(
                ExceptionKind.OVER_RETURNED,
                event.return_id,
                "no more comes back than was delivered",
                f"{sum(over.values())} units of lines {', '.join(over)} "
                f"have come back with parcel {event.parcel_id}",
                over,
            )
        )


def stray_shipped(
    case: Case, fact: ReturnShipped, context: Context
) -> list[OpenException]:
    """Open an item for a report about an unknown return."""
    subject = fact.return_id
    observed = f"ReturnShipped about {subject or 'nothing'}"
    return [unmatched(case.order_id, subject, observed)]


def unannounced(
    case: Case, fact: ReturnReceived, context: Context
) -> list[OpenException]:
    """Open an item about a parcel that belongs to no return."""
    brought = [f"{n} of line {line}" for line, n in fact.quantities.items()]
    brought += [f"{item.quantity} x {item.sku}" for item in fact.unexpected]
    return [
        unmatched(
            case.order_id,
            fact.return_id or case.order_id,
            f"parcel {fact.parcel_id} of {stamp(fact.at)} brought "
            f"{', '.join(brought) or 'nothing'}",
            kind=ExceptionKind.UNANNOUNCED_RETURN,
            expected="a parcel that comes back belongs to a return",
            quantities=fact.quantities,
        )
    ]


# At rest


def resolve_returns(
    case: Case, context: Context
) -> Sequence[GrantRefund | ResolveReturn | OpenException]:
    """Refund inspected returns, unless a hold blocks that."""
    order = case.placed
    if not case.returns or blocked(order, "refund"):
        return ()
    steps: list[GrantRefund | ResolveReturn | OpenException] = []
    for return_ in case.returns.values():
        keep = return_.state is ReturnState.APPROVED and (
            return_.resolution == "keep"
        )
        if keep or return_.state is ReturnState.INSPECTED:
            steps += _refund_of(order, return_, context)
            steps.append(ResolveReturn(return_id=return_.return_id))
    return steps


def _refund_of(
    order: Order, return_: Return, context: Context
) -> Iterator[GrantRefund | OpenException]:
    asked = terms.refund_lines(context.policy, order, return_)
    yield from asked.faults
    lines, units = asked.answer
    yield GrantRefund(
        subject=return_.return_id,
        lines=lines,
        units=units,
        as_credit=return_.resolution == "store_credit",
        reason=return_.reason,
        notify=context.notify,
    )


def close_returns(case: Case, context: Context) -> Sequence[CloseReturn]:
    """Close resolved returns once their refund has gone through."""
    if not case.returns:
        return ()
    order = case.placed
    resolved = [
        return_.return_id
        for return_ in case.returns.values()
        if return_.state is ReturnState.RESOLVED
    ]
    if not resolved:
        return ()
    busy = any(op.kind in {"refund", "credit"} for op in unsettled(order))
    failed = asking_about(
        order, ExceptionKind.REFUND_FAILED, ExceptionKind.CREDIT_FAILED
    )
    if busy or failed:
        return ()
    return [CloseReturn(return_id=return_id) for return_id in resolved]


# Dates


def expiries(case: Case) -> Iterator[tuple[str, datetime | None]]:
    """When approvals expire without goods."""
    for return_ in case.returns.values():
        if return_.state in _AWAITED and return_.resolution != "keep":
            yield return_.return_id, return_.expires_at


def expire(case: Case, return_id: str, context: Context) -> list[ExpireReturn]:
    """Expire a return of which no goods have come in time."""
    return [ExpireReturn(return_id=return_id)]


def receiving_ends(case: Case) -> Iterator[tuple[str, datetime | None]]:
    """Until when further parcels are awaited."""
    for return_ in case.returns.values():
        if return_.state is ReturnState.RECEIVING:
            yield return_.return_id, return_.receiving_until


def stop_receiving(
    case: Case, return_id: str, context: Context
) -> list[EndReceiving]:
    """End the receiving of a return."""
    return [EndReceiving(return_id=return_id)]
