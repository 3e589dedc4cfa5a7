"""What a return answers to a command, a step or a fact."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias, assert_never

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
    ReturnEvent,
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
    ReturnStep,
    StartReturn,
)
from orderlife.rooms.returns.model import (
    Finding,
    Return,
    ReturnLine,
    seen_by_line,
)

__all__ = [
    "ReturnMessage",
    "decide",
    "decide_first",
    "decide_label",
    "decide_receipt",
    "decide_shipped",
]

_S, _T = ReturnState, ReturnTrigger

ReturnMessage: TypeAlias = (
    CancelReturn
    | CloseReceiving
    | InspectReturn
    | ChangeDisposition
    | ReturnStep
)


def decide_first(step: StartReturn) -> list[ReturnEvent]:
    """Answer the step that makes a return."""
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


def decide(back: Return, message: ReturnMessage) -> list[ReturnEvent]:
    """Answer a command or a step.

    Raises:
        IllegalTransitionError: the lifecycle has no such step.
        ValidationError: findings or units that do not add up.
    """
    match message:
        case GrantReturn():
            return _grant(back, message)
        case OrderReturnLabel():
            if back.label is not None:
                return []  # one was bought by hand meanwhile
            _step(back, _T.HAND_IN)
            return [_label(back, notify=back.notify)]
        case RefuseReturn():
            _step(back, _T.DECLINE)
            return [
                ReturnDeclined(
                    return_id=back.return_id, explanation=message.explanation
                )
            ]
        case CancelReturn():
            _step(back, _T.CANCEL)
            return [ReturnCancelled(return_id=back.return_id)]
        case ExpireReturn():
            _step(back, _T.EXPIRE)
            return [ReturnExpired(return_id=back.return_id)]
        case CloseReceiving() | EndReceiving():
            _step(back, _T.END_RECEIVING)
            return [ReturnReceivingEnded(return_id=back.return_id)]
        case InspectReturn():
            return _inspect(back, message)
        case ChangeDisposition():
            return _change(back, message)
        case ResolveReturn():
            _step(back, _T.RESOLVE)
            return [ReturnResolved(return_id=back.return_id)]
        case CloseReturn():
            _step(back, _T.CLOSE)
            return [ReturnClosed(return_id=back.return_id)]
        case StartReturn():
            return []  # it is there already
        case _:
            assert_never(message)


def _step(back: Return, trigger: ReturnTrigger) -> None:
    RETURN.step(back.return_id, back.state, trigger)


def _grant(back: Return, step: GrantReturn) -> list[ReturnEvent]:
    _step(back, _T.APPROVE)
    keep = step.keep_items or back.resolution == "keep"
    events: list[ReturnEvent] = [
        ReturnApproved(
            return_id=back.return_id,
            explanation=step.explanation,
            expires_at=step.expires_at,
            keep_items=keep,
        )
    ]
    if step.label and not keep:
        events.append(_label(back, notify=step.notify))
    return events


def _label(back: Return, *, notify: bool) -> ReturnLabelRequested:
    return ReturnLabelRequested(
        return_id=back.return_id,
        operation_id=f"{back.return_id}:label:{back.operations + 1}",
        notify=notify,
    )


def _inspect(back: Return, command: InspectReturn) -> list[ReturnEvent]:
    if back.state is not _S.RECEIVING:
        _step(back, _T.INSPECT)
    problems = _finding_problems(back, command.findings)
    if problems:
        raise ValidationError(type(command).__name__, problems)
    return [
        ReturnInspected(
            return_id=back.return_id,
            findings=command.findings,
            first_operation=back.operations + 1,
        )
    ]


def _finding_problems(
    back: Return, findings: tuple[Finding, ...]
) -> list[Problem]:
    problems = []
    seen = seen_by_line(back.findings)
    left = {
        line.line_id: line.received - seen.get(line.line_id, 0)
        for line in back.lines
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


def _change(back: Return, command: ChangeDisposition) -> list[ReturnEvent]:
    there = sum(
        finding.quantity
        for finding in back.findings
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
            return_id=back.return_id,
            operation_id=f"{back.return_id}:restock:{back.operations + 1}",
            line_id=command.line_id,
            quantity=command.quantity,
            before=command.before,
            after=command.after,
        )
    ]


def decide_shipped(
    back: Return, fact: ReturnShipped, now: datetime
) -> list[ReturnEvent]:
    """Take down that the goods are on their way.  Never refuses."""
    if back.resolution == "keep":
        return []  # nobody waits for it: it is refunded all the same
    early = back.state is _S.REQUESTED and back.handed_in_at is None
    if not early and not RETURN.can(back.state, _T.HAND_IN):
        return []  # heard before, or overtaken by the goods themselves
    at = heard(fact.at, now)
    told_at = None if at == fact.at else fact.at
    return [ReturnHandedIn(return_id=back.return_id, at=at, told_at=told_at)]


def decide_receipt(
    back: Return, fact: ReturnReceived, now: datetime, until: datetime
) -> list[ReturnEvent]:
    """Take down a parcel that came back.  Never refuses.

    Args:
        back: the return it belongs to.
        fact: what came.
        now: when it was heard of.
        until: how long further parcels are awaited, if it is the first.
    """
    if fact.parcel_id in back.parcels:
        return []
    expected = {line.line_id: line.quantity for line in back.lines}
    came = {line.line_id: line.received for line in back.lines}
    for line_id, units in fact.quantities.items():
        came[line_id] = came.get(line_id, 0) + units
    at = heard(fact.at, now)
    events: list[ReturnEvent] = [
        ReturnParcelReceived(
            return_id=back.return_id,
            parcel_id=fact.parcel_id,
            at=at,
            quantities=fact.quantities,
            until=back.receiving_until or until,
            unexpected=fact.unexpected,
            contradictions=tuple(_contradictions(back, fact, expected, came)),
            told_at=None if at == fact.at else fact.at,
        )
    ]
    complete = all(
        came[line_id] >= units for line_id, units in expected.items()
    )
    if complete and RETURN.can(back.state, _T.RECEIVE):
        events.append(ReturnReceivingEnded(return_id=back.return_id))
    return events


def _contradictions(
    back: Return,
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
                back.return_id,
                f"return {back.return_id} announced {_units(expected)}",
                f"parcel {fact.parcel_id} brought {_units(surplus)}"
                + "".join(
                    f", {item.quantity} x {item.sku}"
                    for item in fact.unexpected
                )
                + " beyond that",
                surplus,
            )
        )
    if back.state is _S.REQUESTED or not RETURN.can(back.state, _T.RECEIVE):
        found.append(
            Contradiction(
                ExceptionKind.UNANNOUNCED_RETURN,
                back.return_id,
                f"return {back.return_id} is {back.state.value}",
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


def decide_label(
    back: Return, operation_id: str, outcome: CarrierOutcome
) -> list[ReturnEvent]:
    """Take down what the carrier answered.  Never refuses."""
    awaited = back.label_pending and operation_id == back.label_pending
    # By hand, or late, after it was refused once.
    by_hand = not operation_id or not back.label_pending
    wanted = by_hand and back.state is _S.APPROVED and back.label is None
    if not awaited and not (wanted and isinstance(outcome, Label)):
        return []  # heard before
    match outcome:
        case Label():
            return [ReturnLabelIssued(return_id=back.return_id, label=outcome)]
        case LabelRefused():
            return [
                ReturnLabelFailed(
                    return_id=back.return_id,
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
