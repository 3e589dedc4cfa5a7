"""How events change a return; nothing else changes it."""

from __future__ import annotations

from orderlife._kernel.room import Change, changes, makes, moves
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

__all__ = ["CHANGES", "begin"]


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


def _declined(return_: Return, event: ReturnDeclined) -> Return:
    return replace(
        return_,
        state=RETURN.after(return_.state, ReturnTrigger.DECLINE),
        explanation=event.explanation,
    )


def _label_asked(return_: Return, event: ReturnLabelRequested) -> Return:
    return replace(
        return_,
        label_pending=event.operation_id,
        operations=return_.operations + 1,
        notify=event.notify,
    )


def _label_issued(return_: Return, event: ReturnLabelIssued) -> Return:
    return replace(return_, label=event.label, label_pending="")


def _label_failed(return_: Return, event: ReturnLabelFailed) -> Return:
    return replace(return_, label_pending="")


def _on_its_way(return_: Return, event: ReturnHandedIn) -> Return:
    return _handed_in(replace(return_, handed_in_at=event.at))


def _all_received(return_: Return, event: ReturnReceivingEnded) -> Return:
    ended = _moved(return_, ReturnTrigger.END_RECEIVING)
    return _inspected(ended)


def _findings_noted(return_: Return, event: ReturnInspected) -> Return:
    return _inspected(
        replace(
            return_,
            lines=_without_missing(return_, event.findings),
            findings=return_.findings + event.findings,
            operations=return_.operations + len(event.findings),
        )
    )


def _disposed_otherwise(return_: Return, event: DispositionChanged) -> Return:
    return replace(
        return_,
        findings=_changed(return_.findings, event),
        operations=return_.operations + 1,
    )


def _approved(return_: Return, event: ReturnApproved) -> Return:
    approved = replace(
        return_,
        state=RETURN.after(return_.state, ReturnTrigger.APPROVE),
        explanation=event.explanation,
        expires_at=event.expires_at,
        resolution="keep" if event.keep_items else return_.resolution,
    )
    # The goods may be under way before the return is approved.
    return approved if return_.handed_in_at is None else _handed_in(approved)


def _handed_in(return_: Return) -> Return:
    if return_.resolution == "keep" or not RETURN.can(
        return_.state, ReturnTrigger.HAND_IN
    ):
        return return_
    return _moved(return_, ReturnTrigger.HAND_IN)


def _moved(return_: Return, trigger: ReturnTrigger) -> Return:
    return replace(return_, state=RETURN.after(return_.state, trigger))


def _received(return_: Return, event: ReturnParcelReceived) -> Return:
    came = dict(event.quantities)
    lines = [
        replace(line, received=line.received + came.pop(line.line_id, 0))
        for line in return_.lines
    ]
    # Units of lines that were never announced are kept, too.
    lines += [
        ReturnLine(line_id=line_id, quantity=0, received=units)
        for line_id, units in came.items()
    ]
    state = return_.state
    if RETURN.can(state, ReturnTrigger.RECEIVE):
        state = RETURN.after(state, ReturnTrigger.RECEIVE)
    return replace(
        return_,
        state=state,
        lines=tuple(lines),
        parcels=(*return_.parcels, event.parcel_id),
        receiving_until=event.until,
        unexpected=(*return_.unexpected, *event.unexpected),
    )


def _inspected(return_: Return) -> Return:
    """Move on once every unit that came was inspected."""
    if (
        return_.state is ReturnState.RECEIVED
        and return_.inspected() >= return_.received()
    ):
        return _moved(return_, ReturnTrigger.INSPECT)
    return return_


def _without_missing(
    return_: Return, findings: tuple[Finding, ...]
) -> tuple[ReturnLine, ...]:
    """Correct the received units, once no more parcels are awaited.

    Missing units are first those that did not come; beyond these, a
    parcel held fewer units than were reported.
    """
    if return_.state is not ReturnState.RECEIVED:
        return return_.lines
    missing: dict[str, int] = {}
    for finding in findings:
        if finding.condition == "missing":
            units = missing.get(finding.line_id, 0) + finding.quantity
            missing[finding.line_id] = units
    seen = seen_by_line((*return_.findings, *findings))
    lines = []
    for line in return_.lines:
        awaited = max(0, line.quantity - line.received)
        beyond = max(0, missing.get(line.line_id, 0) - awaited)
        received = max(seen.get(line.line_id, 0), line.received - beyond)
        lines.append(replace(line, received=received))
    return tuple(lines)


def _changed(
    findings: tuple[Finding, ...], event: DispositionChanged
) -> tuple[Finding, ...]:
    remaining = event.quantity
    result: list[Finding] = []
    for finding in findings:
        moved = 0
        if (
            finding.line_id == event.line_id
            and finding.disposition == event.before
            and finding.condition != "missing"
        ):
            moved = min(remaining, finding.quantity)
        if not moved:
            result.append(finding)
            continue
        remaining -= moved
        result.append(
            replace(finding, quantity=moved, disposition=event.after)
        )
        if moved < finding.quantity:
            rest = finding.quantity - moved
            result.append(replace(finding, quantity=rest))
    return tuple(result)


CHANGES: tuple[Change[Return], ...] = (
    makes(ReturnRequested, begin),
    changes(ReturnApproved, _approved),
    changes(ReturnDeclined, _declined),
    changes(ReturnLabelRequested, _label_asked),
    changes(ReturnLabelIssued, _label_issued),
    changes(ReturnLabelFailed, _label_failed),
    changes(ReturnHandedIn, _on_its_way),
    changes(ReturnParcelReceived, _received),
    changes(ReturnReceivingEnded, _all_received),
    changes(ReturnInspected, _findings_noted),
    changes(DispositionChanged, _disposed_otherwise),
    moves(ReturnResolved, RETURN, ReturnTrigger.RESOLVE),
    moves(ReturnClosed, RETURN, ReturnTrigger.CLOSE),
    moves(ReturnCancelled, RETURN, ReturnTrigger.CANCEL),
    moves(ReturnExpired, RETURN, ReturnTrigger.EXPIRE),
)
