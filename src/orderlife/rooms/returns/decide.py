"""What a return answers to a command or a step."""

from __future__ import annotations

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife.errors import Problem, ValidationError
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
    ReturnInspected,
    ReturnLabelRequested,
    ReturnReceivingEnded,
    ReturnRequested,
    ReturnResolved,
    StartReturn,
)
from orderlife.rooms.returns.model import (
    Finding,
    Return,
    ReturnLine,
    seen_by_line,
)

__all__ = [
    "cancel",
    "change_disposition",
    "close",
    "end_receiving",
    "expire",
    "grant",
    "inspect",
    "order_label",
    "refuse",
    "resolve",
    "start",
]


def start(
    case: Case, step: StartReturn, context: Context
) -> list[ReturnRequested]:
    """Start a return, unless it exists already."""
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
    """Decline the return."""
    _step(return_, ReturnTrigger.DECLINE)
    return [
        ReturnDeclined(
            return_id=return_.return_id, explanation=step.explanation
        )
    ]


def cancel(
    return_: Return, command: CancelReturn, context: Context
) -> list[ReturnCancelled]:
    """Cancel the return: the customer keeps the goods."""
    _step(return_, ReturnTrigger.CANCEL)
    return [ReturnCancelled(return_id=return_.return_id)]


def expire(
    return_: Return, step: ExpireReturn, context: Context
) -> list[ReturnExpired]:
    """Expire the return: no goods have come in time."""
    _step(return_, ReturnTrigger.EXPIRE)
    return [ReturnExpired(return_id=return_.return_id)]


def end_receiving(
    return_: Return, asked: CloseReceiving | EndReceiving, context: Context
) -> list[ReturnReceivingEnded]:
    """End the receiving: no further parcels are awaited."""
    _step(return_, ReturnTrigger.END_RECEIVING)
    return [ReturnReceivingEnded(return_id=return_.return_id)]


def resolve(
    return_: Return, step: ResolveReturn, context: Context
) -> list[ReturnResolved]:
    """Resolve the return: its refund is granted."""
    _step(return_, ReturnTrigger.RESOLVE)
    return [ReturnResolved(return_id=return_.return_id)]


def close(
    return_: Return, step: CloseReturn, context: Context
) -> list[ReturnClosed]:
    """Close the return: its refund has gone through."""
    _step(return_, ReturnTrigger.CLOSE)
    return [ReturnClosed(return_id=return_.return_id)]


def _step(return_: Return, trigger: ReturnTrigger) -> None:
    RETURN.step(return_.return_id, return_.state, trigger)


def _operation(return_: Return, kind: str) -> str:
    return f"{return_.return_id}:{kind}:{return_.operations + 1}"


def grant(
    return_: Return, step: GrantReturn, context: Context
) -> list[ReturnApproved | ReturnLabelRequested]:
    """Approve the return; the goods come back, or may be kept."""
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
    """Record what an inspection found, and where the goods go.

    Raises:
        IllegalTransitionError: the return's state allows no inspection.
        ValidationError: names each finding that is wrong.
    """
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
    remaining = {
        line.line_id: line.received - seen.get(line.line_id, 0)
        for line in return_.lines
    }
    for index, finding in enumerate(findings):
        field = f"findings[{index}]"
        line_id = finding.line_id
        if line_id not in remaining:
            known = ", ".join(remaining)
            problems.append(
                Problem(
                    f"{field}.line_id",
                    f"{line_id!r} is not on this return; there is {known}",
                )
            )
        elif finding.quantity < 1:
            problems.append(Problem(f"{field}.quantity", "must be 1 or more"))
        elif finding.condition != "missing":
            remaining[line_id] -= finding.quantity
            if remaining[line_id] < 0:
                problems.append(
                    Problem(
                        f"{field}.quantity",
                        f"{-remaining[line_id]} more than came of line "
                        f"{line_id}",
                    )
                )
    if not findings:
        problems.append(Problem("findings", "there must be at least one"))
    return problems


def change_disposition(
    return_: Return, command: ChangeDisposition, context: Context
) -> list[DispositionChanged]:
    """Change where returned goods go.

    Raises:
        ValidationError: fewer units were found to go there.
    """
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
