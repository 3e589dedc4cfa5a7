"""What a return records of parcels, and of the carrier's answers.

Reports come in any order and any number of times.  None is refused, and
a repeat changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import assert_never

from orderlife._kernel.context import Context
from orderlife._kernel.messages import Contradiction, ExceptionKind, heard
from orderlife.ports.base import Unknown
from orderlife.ports.carrier import (
    CarrierOutcome,
    InterceptAccepted,
    InterceptRejected,
    Label,
    LabelPending,
    LabelRefused,
    LabelVoided,
    VoidPending,
    VoidRejected,
)
from orderlife.rooms.exceptions.messages import CloseExceptions, OpenException
from orderlife.rooms.exceptions.opening import answered, from_the_future
from orderlife.rooms.returns.lifecycle import (
    RETURN,
    ReturnState,
    ReturnTrigger,
)
from orderlife.rooms.returns.messages import (
    ReturnHandedIn,
    ReturnLabelFailed,
    ReturnLabelIssued,
    ReturnParcelReceived,
    ReturnReceived,
    ReturnReceivingEnded,
    ReturnShipped,
)
from orderlife.rooms.returns.model import Return
from orderlife.rooms.shipment.messages import LabelReported
from orderlife.rooms.shipment.reports import stray_label

__all__ = ["label", "received", "shipped"]


def shipped(
    return_: Return, fact: ReturnShipped, context: Context
) -> Iterator[ReturnHandedIn | OpenException]:
    """Record that the customer has handed the goods in.  Never refuses."""
    yield from _shipped(return_, fact, context.now)
    if heard(fact.at, context.now) != fact.at:
        yield from_the_future(fact.return_id, "ReturnShipped", fact.at)


def _shipped(
    return_: Return, fact: ReturnShipped, now: datetime
) -> list[ReturnHandedIn]:
    if return_.resolution == "keep":
        return []  # it is not awaited: the return is refunded without it
    early = (
        return_.state is ReturnState.REQUESTED and return_.handed_in_at is None
    )
    if not early and not RETURN.can(return_.state, ReturnTrigger.HAND_IN):
        return []  # reported before, or the goods have come already
    at = heard(fact.at, now)
    told_at = None if at == fact.at else fact.at
    return [
        ReturnHandedIn(return_id=return_.return_id, at=at, told_at=told_at)
    ]


def received(
    return_: Return, fact: ReturnReceived, context: Context
) -> Iterator[ReturnParcelReceived | ReturnReceivingEnded | OpenException]:
    """Record a parcel that came back.  Never refuses."""
    until = context.now + context.policy.receive_within
    yield from _received(return_, fact, context.now, until)
    if heard(fact.at, context.now) != fact.at:
        yield from_the_future(fact.return_id, "ReturnReceived", fact.at)


def _received(
    return_: Return, fact: ReturnReceived, now: datetime, until: datetime
) -> list[ReturnParcelReceived | ReturnReceivingEnded]:
    """The event that records a parcel of a return.

    Args:
        return_: the return that it belongs to.
        fact: the report of the parcel.
        now: the time of the report.
        until: how long further parcels are awaited, if it is the first.
    """
    if fact.parcel_id in return_.parcels:
        return []
    expected = {line.line_id: line.quantity for line in return_.lines}
    came = {line.line_id: line.received for line in return_.lines}
    for line_id, units in fact.quantities.items():
        came[line_id] = came.get(line_id, 0) + units
    at = heard(fact.at, now)
    events: list[ReturnParcelReceived | ReturnReceivingEnded] = [
        ReturnParcelReceived(
            return_id=return_.return_id,
            parcel_id=fact.parcel_id,
            at=at,
            quantities=fact.quantities,
            until=return_.receiving_until or until,
            unexpected=fact.unexpected,
            contradictions=tuple(
                _contradictions(return_, fact, expected, came)
            ),
            told_at=None if at == fact.at else fact.at,
        )
    ]
    complete = all(
        came[line_id] >= units for line_id, units in expected.items()
    )
    if complete and RETURN.can(return_.state, ReturnTrigger.RECEIVE):
        events.append(ReturnReceivingEnded(return_id=return_.return_id))
    return events


def _contradictions(
    return_: Return,
    fact: ReturnReceived,
    expected: dict[str, int],
    came: dict[str, int],
) -> list[Contradiction]:
    found = []
    surplus = {
        line_id: came[line_id] - expected.get(line_id, 0)
        for line_id in fact.quantities
        if came[line_id] > expected.get(line_id, 0)
    }
    if surplus or fact.unexpected:
        found.append(
            Contradiction(
                ExceptionKind.UNEXPECTED_ITEMS,
                return_.return_id,
                f"return {return_.return_id} announced {_units(expected)}",
                f"parcel {fact.parcel_id} brought {_units(surplus)}"
                + "".join(
                    f", {item.quantity} x {item.sku}"
                    for item in fact.unexpected
                )
                + " beyond that",
                surplus,
            )
        )
    if return_.state is ReturnState.REQUESTED or not RETURN.can(
        return_.state, ReturnTrigger.RECEIVE
    ):
        found.append(
            Contradiction(
                ExceptionKind.UNANNOUNCED_RETURN,
                return_.return_id,
                f"return {return_.return_id} is {return_.state.value}",
                f"parcel {fact.parcel_id} came back",
                fact.quantities,
            )
        )
    return found


def _units(quantities: dict[str, int]) -> str:
    if not quantities:
        return "nothing of its lines"
    return ", ".join(
        f"{units} of line {line}" for line, units in quantities.items()
    )


def label(
    return_: Return, fact: LabelReported, context: Context
) -> Iterator[
    ReturnLabelIssued | ReturnLabelFailed | OpenException | CloseExceptions
]:
    """Record what the carrier answered.  Never refuses."""
    events = _answered(return_, fact.operation_id, fact.outcome)
    if isinstance(fact.outcome, Label) and _is_stray(
        return_, fact.outcome, events
    ):
        yield stray_label(fact)
        return
    yield from events
    yield from answered(fact.operation_id, fact.outcome)


def _is_stray(
    return_: Return,
    label: Label,
    events: Sequence[ReturnLabelIssued | ReturnLabelFailed],
) -> bool:
    """Whether a label was bought that the return does not use."""
    if return_.label is not None:
        return return_.label.label_id != label.label_id
    return not events


def _answered(
    return_: Return, operation_id: str, outcome: CarrierOutcome
) -> list[ReturnLabelIssued | ReturnLabelFailed]:
    awaited = return_.label_pending and operation_id == return_.label_pending
    # By hand, or late, after it was refused once.
    by_hand = not operation_id or not return_.label_pending
    wanted = (
        by_hand
        and return_.state is ReturnState.APPROVED
        and return_.label is None
    )
    if not awaited and not (wanted and isinstance(outcome, Label)):
        return []  # reported before
    match outcome:
        case Label():
            return [
                ReturnLabelIssued(return_id=return_.return_id, label=outcome)
            ]
        case LabelRefused():
            return [
                ReturnLabelFailed(
                    return_id=return_.return_id,
                    code=outcome.code,
                    detail=outcome.detail,
                )
            ]
        case (
            LabelPending()
            | LabelVoided()
            | VoidPending()
            | VoidRejected()
            | InterceptAccepted()
            | InterceptRejected()
            | Unknown()
        ):
            return []
        case _:
            assert_never(outcome)
