"""What a return answers to a command, a step or a fact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import assert_never

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import Contradiction, ExceptionKind, heard
from orderlife.errors import Problem, ValidationError
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
    CancelReturn,
    ChangeDisposition,
    CloseReceiving,
    CloseReturn,
    DispositionChanged,
    EndReceiving,
    ExpireReturn,
    GrantReturn,
    InspectReturn,
    OrderReturnLabel,
    RefuseReturn,
    ResolveReturn,
    ReturnApproved,
    ReturnCancelled,
    ReturnClosed,
    ReturnDeclined,
    ReturnExpired,
    ReturnHandedIn,
    ReturnInspected,
    ReturnLabelFailed,
    ReturnLabelIssued,
    ReturnLabelRequested,
    ReturnParcelReceived,
    ReturnReceived,
    ReturnReceivingEnded,
    ReturnRequested,
    ReturnResolved,
    ReturnShipped,
    StartReturn,
)
from orderlife.rooms.returns.model import (
    Finding,
    Return,
    ReturnLine,
    seen_by_line,
)
from orderlife.rooms.shipment.decide import stray_label
from orderlife.rooms.shipment.messages import LabelReported

__all__ = [
    "cancel",
    "change_disposition",
    "close",
    "end_receiving",
    "expire",
    "grant",
    "inspect",
    "label",
    "order_label",
    "received",
    "refuse",
    "resolve",
    "shipped",
    "start",
]


def start(
    case: Case, step: StartReturn, context: Context
) -> list[ReturnRequested]:
    """Make a return, unless it is there already."""
    if step.return_id in case.returns:
        return []
    return [
        ReturnRequested(
            return_id=step.return_id,
            lines=tuple(
                ReturnLine(line_id=line_id, quantity=units)
                for line_id, units in step.quantities.items()
            ),
            reason=step.reason,
            resolution=step.resolution,
            at=step.at,
            comment=step.comment,
        )
    ]


def order_label(
    return_: Return, step: OrderReturnLabel, context: Context
) -> list[ReturnLabelRequested]:
    """Buy its label once more, unless one was bought by hand."""
    if return_.label is not None:
        return []
    _step(return_, ReturnTrigger.HAND_IN)
    return [_label(return_, notify=return_.notify)]


def refuse(
    return_: Return, step: RefuseReturn, context: Context
) -> list[ReturnDeclined]:
    """Let nothing come back."""
    _step(return_, ReturnTrigger.DECLINE)
    return [
        ReturnDeclined(
            return_id=return_.return_id, explanation=step.explanation
        )
    ]


def cancel(
    return_: Return, command: CancelReturn, context: Context
) -> list[ReturnCancelled]:
    """The customer keeps the goods after all."""
    _step(return_, ReturnTrigger.CANCEL)
    return [ReturnCancelled(return_id=return_.return_id)]


def expire(
    return_: Return, step: ExpireReturn, context: Context
) -> list[ReturnExpired]:
    """Nothing has come in time."""
    _step(return_, ReturnTrigger.EXPIRE)
    return [ReturnExpired(return_id=return_.return_id)]


def end_receiving(
    return_: Return, asked: CloseReceiving | EndReceiving, context: Context
) -> list[ReturnReceivingEnded]:
    """Wait for no more parcels of it."""
    _step(return_, ReturnTrigger.END_RECEIVING)
    return [ReturnReceivingEnded(return_id=return_.return_id)]


def resolve(
    return_: Return, step: ResolveReturn, context: Context
) -> list[ReturnResolved]:
    """Its money is granted."""
    _step(return_, ReturnTrigger.RESOLVE)
    return [ReturnResolved(return_id=return_.return_id)]


def close(
    return_: Return, step: CloseReturn, context: Context
) -> list[ReturnClosed]:
    """Its money is through."""
    _step(return_, ReturnTrigger.CLOSE)
    return [ReturnClosed(return_id=return_.return_id)]


def _step(return_: Return, trigger: ReturnTrigger) -> None:
    RETURN.step(return_.return_id, return_.state, trigger)


def _operation(return_: Return, kind: str) -> str:
    return f"{return_.return_id}:{kind}:{return_.operations + 1}"


def grant(
    return_: Return, step: GrantReturn, context: Context
) -> list[ReturnApproved | ReturnLabelRequested]:
    """Let the goods come back, or stay where they are."""
    _step(return_, ReturnTrigger.APPROVE)
    keep = step.keep_items or return_.resolution == "keep"
    events: list[ReturnApproved | ReturnLabelRequested] = [
        ReturnApproved(
            return_id=return_.return_id,
            explanation=step.explanation,
            expires_at=step.expires_at,
            keep_items=keep,
        )
    ]
    if step.label and not keep:
        events.append(_label(return_, notify=step.notify))
    return events


def _label(return_: Return, *, notify: bool) -> ReturnLabelRequested:
    return ReturnLabelRequested(
        return_id=return_.return_id,
        operation_id=_operation(return_, "label"),
        notify=notify,
    )


def inspect(
    return_: Return, command: InspectReturn, context: Context
) -> list[ReturnInspected]:
    """Say what has come, and where it goes."""
    if return_.state is not ReturnState.RECEIVING:
        _step(return_, ReturnTrigger.INSPECT)
    problems = _finding_problems(return_, command.findings)
    if problems:
        raise ValidationError(type(command).__name__, problems)
    return [
        ReturnInspected(
            return_id=return_.return_id,
            findings=command.findings,
            first_operation=return_.operations + 1,
        )
    ]


def _finding_problems(
    return_: Return, findings: tuple[Finding, ...]
) -> list[Problem]:
    problems = []
    seen = seen_by_line(return_.findings)
    left = {
        line.line_id: line.received - seen.get(line.line_id, 0)
        for line in return_.lines
    }
    for index, finding in enumerate(findings):
        field = f"findings[{index}]"
        line_id = finding.line_id
        if line_id not in left:
            known = ", ".join(left)
            problems.append(
                Problem(
                    f"{field}.line_id",
                    f"{line_id!r} is not on this return; there is {known}",
                )
            )
        elif finding.quantity < 1:
            problems.append(Problem(f"{field}.quantity", "must be 1 or more"))
        elif finding.condition != "missing":
            left[line_id] -= finding.quantity
            if left[line_id] < 0:
                problems.append(
                    Problem(
                        f"{field}.quantity",
                        f"{-left[line_id]} more than came of line {line_id}",
                    )
                )
    if not findings:
        problems.append(Problem("findings", "there must be at least one"))
    return problems


def change_disposition(
    return_: Return, command: ChangeDisposition, context: Context
) -> list[DispositionChanged]:
    """Put goods elsewhere that came back."""
    there = sum(
        finding.quantity
        for finding in return_.findings
        if finding.line_id == command.line_id
        and finding.disposition == command.before
        and finding.condition != "missing"
    )
    if not 1 <= command.quantity <= there:
        raise ValidationError(
            type(command).__name__,
            [
                Problem(
                    "quantity",
                    f"{command.quantity} of line {command.line_id}, where "
                    f"{there} are in {command.before}",
                )
            ],
        )
    return [
        DispositionChanged(
            return_id=return_.return_id,
            operation_id=_operation(return_, "restock"),
            line_id=command.line_id,
            quantity=command.quantity,
            before=command.before,
            after=command.after,
        )
    ]


def shipped(
    return_: Return, fact: ReturnShipped, context: Context
) -> Iterator[ReturnHandedIn | OpenException]:
    """Record that the goods are on their way.  Never refuses."""
    yield from _shipped(return_, fact, context.now)
    if heard(fact.at, context.now) != fact.at:
        yield from_the_future(fact.return_id, "ReturnShipped", fact.at)


def _shipped(
    return_: Return, fact: ReturnShipped, now: datetime
) -> list[ReturnHandedIn]:
    if return_.resolution == "keep":
        return []  # nobody waits for it: it is refunded all the same
    early = (
        return_.state is ReturnState.REQUESTED and return_.handed_in_at is None
    )
    if not early and not RETURN.can(return_.state, ReturnTrigger.HAND_IN):
        return []  # heard before, or overtaken by the goods themselves
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
    """A parcel of a return.

    Args:
        return_: the return it belongs to.
        fact: what came.
        now: when it was heard of.
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
    """Whether a label was bought that nobody has a use for."""
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
        return []  # heard before
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
