"""How events change a return, and by nothing else does it change."""

from __future__ import annotations

from typing import assert_never

from orderlife._values.replacing import replace
from orderlife.rooms.returns.lifecycle import (
    RETURN,
    ReturnState,
    ReturnTrigger,
)
from orderlife.rooms.returns.messages import (
    DispositionChanged,
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
    ReturnReceivingEnded,
    ReturnRequested,
    ReturnResolved,
)
from orderlife.rooms.returns.model import (
    Finding,
    Return,
    ReturnLine,
    seen_by_line,
)

__all__ = ["begin", "evolve"]

_S, _T = ReturnState, ReturnTrigger


def begin(event: ReturnRequested) -> Return:
    """Make the return that an event begins."""
    return Return(
        return_id=event.return_id,
        state=RETURN.initial,
        lines=event.lines,
        reason=event.reason,
        resolution=event.resolution,
        requested_at=event.at,
        comment=event.comment,
    )


def evolve(back: Return, event: ReturnEvent) -> Return:
    """Give the state after an event."""
    match event:
        case ReturnApproved():
            return _approved(back, event)
        case ReturnDeclined():
            return replace(
                back,
                state=RETURN.after(back.state, _T.DECLINE),
                explanation=event.explanation,
            )
        case ReturnLabelRequested():
            return replace(
                back,
                label_pending=event.operation_id,
                operations=back.operations + 1,
                notify=event.notify,
            )
        case ReturnLabelIssued():
            return replace(back, label=event.label, label_pending="")
        case ReturnLabelFailed():
            return replace(back, label_pending="")
        case ReturnHandedIn():
            return _handed_in(replace(back, handed_in_at=event.at))
        case ReturnParcelReceived():
            return _received(back, event)
        case ReturnReceivingEnded():
            ended = _moved(back, _T.END_RECEIVING)
            return _inspected(ended)
        case ReturnInspected():
            return _inspected(
                replace(
                    back,
                    lines=_without_missing(back, event.findings),
                    findings=back.findings + event.findings,
                    operations=back.operations + len(event.findings),
                )
            )
        case DispositionChanged():
            return replace(
                back,
                findings=_changed(back.findings, event),
                operations=back.operations + 1,
            )
        case ReturnResolved():
            return _moved(back, _T.RESOLVE)
        case ReturnClosed():
            return _moved(back, _T.CLOSE)
        case ReturnCancelled():
            return _moved(back, _T.CANCEL)
        case ReturnExpired():
            return _moved(back, _T.EXPIRE)
        case ReturnRequested():
            return begin(event)
        case _:
            assert_never(event)


def _approved(back: Return, event: ReturnApproved) -> Return:
    approved = replace(
        back,
        state=RETURN.after(back.state, _T.APPROVE),
        explanation=event.explanation,
        expires_at=event.expires_at,
        resolution="keep" if event.keep_items else back.resolution,
    )
    # The goods may be on their way before anybody has approved of it.
    return approved if back.handed_in_at is None else _handed_in(approved)


def _handed_in(back: Return) -> Return:
    if back.resolution == "keep" or not RETURN.can(back.state, _T.HAND_IN):
        return back
    return _moved(back, _T.HAND_IN)


def _moved(back: Return, trigger: ReturnTrigger) -> Return:
    return replace(back, state=RETURN.after(back.state, trigger))


def _received(back: Return, event: ReturnParcelReceived) -> Return:
    came = dict(event.quantities)
    lines = [
        replace(line, received=line.received + came.pop(line.line_id, 0))
        for line in back.lines
    ]
    # Units of lines that were never announced: nothing is lost.
    lines += [
        ReturnLine(line_id=line_id, quantity=0, received=units)
        for line_id, units in came.items()
    ]
    state = back.state
    if RETURN.can(state, _T.RECEIVE):
        state = RETURN.after(state, _T.RECEIVE)
    return replace(
        back,
        state=state,
        lines=tuple(lines),
        parcels=(*back.parcels, event.parcel_id),
        receiving_until=event.until,
        unexpected=(*back.unexpected, *event.unexpected),
    )


def _inspected(back: Return) -> Return:
    """Move on once every unit that came was looked at."""
    if back.state is _S.RECEIVED and back.inspected() >= back.received():
        return _moved(back, _T.INSPECT)
    return back


def _without_missing(
    back: Return, findings: tuple[Finding, ...]
) -> tuple[ReturnLine, ...]:
    """Correct what is said to have come, once nothing more is awaited.

    Units that are missing are those that did not come; beyond these, a
    parcel held less than it was reported with.
    """
    if back.state is not _S.RECEIVED:
        return back.lines
    missing: dict[str, int] = {}
    for finding in findings:
        if finding.condition == "missing":
            units = missing.get(finding.line_id, 0) + finding.quantity
            missing[finding.line_id] = units
    seen = seen_by_line((*back.findings, *findings))
    lines = []
    for line in back.lines:
        awaited = max(0, line.quantity - line.received)
        beyond = max(0, missing.get(line.line_id, 0) - awaited)
        received = max(seen.get(line.line_id, 0), line.received - beyond)
        lines.append(replace(line, received=received))
    return tuple(lines)


def _changed(
    findings: tuple[Finding, ...], event: DispositionChanged
) -> tuple[Finding, ...]:
    left = event.quantity
    result: list[Finding] = []
    for finding in findings:
        moved = 0
        if (
            finding.line_id == event.line_id
            and finding.disposition == event.before
            and finding.condition != "missing"
        ):
            moved = min(left, finding.quantity)
        if not moved:
            result.append(finding)
            continue
        left -= moved
        result.append(
            replace(finding, quantity=moved, disposition=event.after)
        )
        if moved < finding.quantity:
            rest = finding.quantity - moved
            result.append(replace(finding, quantity=rest))
    return tuple(result)
