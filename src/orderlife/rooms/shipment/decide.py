"""What a shipment answers to a command, a step or a fact."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never

from orderlife._kernel.messages import (
    NOTHING,
    Contradiction,
    ExceptionKind,
    Quantities,
    heard,
)
from orderlife.errors import NotAllowedError, Problem, ValidationError
from orderlife.ports.base import Unknown
from orderlife.ports.carrier import (
    InterceptAccepted,
    InterceptRejected,
    Label,
    LabelPending,
    LabelRefused,
    LabelVoided,
    VoidPending,
    VoidRejected,
)
from orderlife.rooms.shipment.lifecycle import (
    BEFORE_DISPATCH,
    SHIPMENT,
    ShipmentState,
    ShipmentTrigger,
)
from orderlife.rooms.shipment.messages import (
    BuyShipmentLabel,
    CancelShipment,
    DispatchShipment,
    DropShipment,
    InterceptAnswered,
    InterceptRequested,
    InterceptShipment,
    LabelBought,
    LabelFailed,
    LabelReported,
    LabelRequested,
    LabelVoidRejected,
    LabelVoidRequested,
    OrderLabelAgain,
    PackShipment,
    PickShipment,
    PlannedStep,
    PlanShipment,
    Scanned,
    SendShipment,
    ShipmentCancelled,
    ShipmentCommand,
    ShipmentDispatched,
    ShipmentEvent,
    ShipmentPacked,
    ShipmentPicked,
    ShipmentPlanned,
    ShipmentScanned,
    ShipmentWrittenOff,
    WriteOffShipment,
)
from orderlife.rooms.shipment.model import Scan, Shipment
from orderlife.rooms.shipment.tracking import (
    TRIGGER_OF,
    add_scan,
    fold,
    troubles,
)

__all__ = ["decide", "decide_first", "decide_label", "decide_scan"]

_S, _T = ShipmentState, ShipmentTrigger


def decide_first(step: PlanShipment) -> list[ShipmentEvent]:
    """Answer the step that makes a shipment."""
    return [
        ShipmentPlanned(
            shipment_id=step.shipment_id,
            reservation_id=step.reservation_id,
            place=step.place,
            seller=step.seller,
            items=step.items,
        )
    ]


def decide(
    sent: Shipment,
    message: ShipmentCommand | PlannedStep,
    now: datetime,
    untracked: timedelta | None = None,
) -> list[ShipmentEvent]:
    """Answer a command or a step.

    Args:
        sent: the shipment.
        message: what is asked of it.
        now: the time.
        untracked: after how long what nobody tracks is taken for
            delivered; None: never.

    Raises:
        IllegalTransitionError: the lifecycle has no such step.
        NotAllowedError: it is being cancelled, or already in hand.
        ValidationError: more was picked than there is, or no parcel.
    """
    match message:
        case PickShipment():
            return _pick(sent, message)
        case PackShipment():
            return _pack(sent, message)
        case BuyShipmentLabel():
            return _label(sent, message.service, dispatch=False, notify=True)
        case DispatchShipment():
            return _dispatch(sent, message, now, untracked)
        case CancelShipment() | DropShipment():
            return _cancel(sent, message.reason)
        case InterceptShipment():
            return _intercept(sent)
        case SendShipment():
            SHIPMENT.step(sent.shipment_id, sent.state, _T.DISPATCH)
            return [_left(sent, now, untracked, notify=sent.notify)]
        case OrderLabelAgain():
            return _label(
                sent, "", dispatch=sent.dispatch_wanted, notify=sent.notify
            )
        case WriteOffShipment():
            SHIPMENT.step(sent.shipment_id, sent.state, _T.WRITE_OFF)
            operation_id = _operation(sent, "restock")
            return [
                ShipmentWrittenOff(
                    shipment_id=sent.shipment_id,
                    operation_id=operation_id if message.restock else "",
                    restocked=message.restock,
                )
            ]
        case _:
            assert_never(message)


def _free(sent: Shipment, asked: str) -> None:
    """Refuse while a void or a purchase is under way."""
    if sent.void_pending:
        raise NotAllowedError(
            asked,
            f"shipment {sent.shipment_id}",
            "it is being cancelled",
            "wait for the carrier's answer about its label",
        )
    if sent.label_pending:
        raise NotAllowedError(
            asked,
            f"shipment {sent.shipment_id}",
            "its label is being bought",
            "wait for the carrier's answer",
        )


def _pick(sent: Shipment, command: PickShipment) -> list[ShipmentEvent]:
    SHIPMENT.step(sent.shipment_id, sent.state, _T.PICK)
    picked = sent.items if command.picked is None else command.picked
    problems = [
        Problem(
            f"picked[{line_id}]",
            f"{units} units, of {sent.items.get(line_id, 0)} planned",
        )
        for line_id, units in picked.items()
        if not 0 <= units <= sent.items.get(line_id, 0)
    ]
    if problems:
        raise ValidationError(type(command).__name__, problems)
    items: Quantities = sent.items
    if picked != items:
        items = {line: units for line, units in picked.items() if units}
    return [
        ShipmentPicked(
            shipment_id=sent.shipment_id,
            items=items,
            short=_short(sent.items, items),
        )
    ]


def _short(planned: Quantities, picked: Quantities) -> Quantities:
    if planned == picked:
        return NOTHING
    missing = {
        line: units - picked.get(line, 0) for line, units in planned.items()
    }
    return {line: units for line, units in missing.items() if units}


def _pack(sent: Shipment, command: PackShipment) -> list[ShipmentEvent]:
    SHIPMENT.step(sent.shipment_id, sent.state, _T.PACK)
    _free(sent, "pack")
    problems = [
        Problem(f"parcels[{index}].weight_g", "must be above 0")
        for index, parcel in enumerate(command.parcels)
        if parcel.weight_g <= 0
    ]
    if not command.parcels:
        problems.append(Problem("parcels", "there must be at least one"))
    if problems:
        raise ValidationError(type(command).__name__, problems)
    return [
        ShipmentPacked(shipment_id=sent.shipment_id, parcels=command.parcels)
    ]


def _operation(sent: Shipment, kind: str) -> str:
    return f"{sent.shipment_id}:{kind}:{sent.operations + 1}"


def _label(
    sent: Shipment, service: str, *, dispatch: bool, notify: bool
) -> list[ShipmentEvent]:
    SHIPMENT.step(sent.shipment_id, sent.state, _T.LABEL)
    _free(sent, "buy a label for")
    return [
        LabelRequested(
            shipment_id=sent.shipment_id,
            operation_id=_operation(sent, "label"),
            service=service,
            dispatch=dispatch,
            notify=notify,
        )
    ]


def _dispatch(
    sent: Shipment,
    command: DispatchShipment,
    now: datetime,
    untracked: timedelta | None,
) -> list[ShipmentEvent]:
    if sent.state is _S.PACKED:
        return _label(
            sent, command.service, dispatch=True, notify=command.notify
        )
    SHIPMENT.step(sent.shipment_id, sent.state, _T.DISPATCH)
    _free(sent, "dispatch")
    return [_left(sent, now, untracked, notify=command.notify)]


def _left(
    sent: Shipment,
    now: datetime,
    untracked: timedelta | None,
    *,
    notify: bool,
) -> ShipmentEvent:
    seen = sent.label is not None and sent.label.tracking_number
    return ShipmentDispatched(
        shipment_id=sent.shipment_id,
        at=now,
        notify=notify,
        arrives_at=None if seen or untracked is None else now + untracked,
    )


def _cancel(sent: Shipment, reason: str) -> list[ShipmentEvent]:
    SHIPMENT.step(sent.shipment_id, sent.state, _T.CANCEL)
    if sent.label is None:
        return [ShipmentCancelled(shipment_id=sent.shipment_id, reason=reason)]
    _free(sent, "cancel")
    return [_void(sent, sent.label, reason)]


def _void(sent: Shipment, label: Label, reason: str) -> ShipmentEvent:
    return LabelVoidRequested(
        shipment_id=sent.shipment_id,
        operation_id=_operation(sent, "void"),
        label_id=label.label_id,
        reason=reason,
    )


def _intercept(sent: Shipment) -> list[ShipmentEvent]:
    if sent.state in BEFORE_DISPATCH:
        raise NotAllowedError(
            "intercept",
            f"shipment {sent.shipment_id}",
            f"it has not left: it is {sent.state.value}",
            "cancel it with CancelShipment",
        )
    SHIPMENT.step(sent.shipment_id, sent.state, _T.TURN_BACK)
    if sent.state is _S.RETURNED_TO_SENDER:
        raise NotAllowedError(
            "intercept",
            f"shipment {sent.shipment_id}",
            "it is back",
            "settle the exception that says so with ResolveException",
        )
    number = sent.label.tracking_number if sent.label else ""
    if not number or sent.state is _S.DELIVERED:
        raise NotAllowedError(
            "intercept",
            f"shipment {sent.shipment_id}",
            "it is delivered" if number else "it has no tracking number",
            "ask for a return with RequestReturn",
        )
    if sent.intercept_pending:
        return []
    return [
        InterceptRequested(
            shipment_id=sent.shipment_id,
            operation_id=_operation(sent, "intercept"),
            tracking_number=number,
        )
    ]


def decide_scan(
    sent: Shipment, fact: Scanned, now: datetime
) -> list[ShipmentEvent]:
    """Take down a scan.  Never refuses; a repeat changes nothing."""
    at = heard(fact.at, now)
    scan = Scan(
        status=fact.status,
        at=at,
        detail=fact.detail,
        correction=fact.correction,
        told_at=None if at == fact.at else fact.at,
    )
    scans = add_scan(sent.scans, scan)
    if scans is sent.scans:
        return []
    after = fold(scans) or sent.state
    contradiction = None
    if SHIPMENT.is_terminal(sent.state):
        said, known = troubles(scans), troubles(sent.scans)
        if fold(scans) is not fold(sent.scans) or said != known:
            contradiction = Contradiction(
                ExceptionKind.MOVED_AFTER_CANCELLATION,
                sent.shipment_id,
                f"shipment {sent.shipment_id} is {sent.state.value}",
                f"the carrier reports {scan.status.value}",
                sent.items,
            )
        after = sent.state
    elif after is not sent.state:
        SHIPMENT.step(sent.shipment_id, sent.state, TRIGGER_OF[after])
        if sent.state in BEFORE_DISPATCH:
            contradiction = Contradiction(
                ExceptionKind.MOVED_BEFORE_DISPATCH,
                sent.shipment_id,
                f"shipment {sent.shipment_id} is {sent.state.value}",
                f"the carrier reports {scan.status.value}",
                sent.items,
            )
    return [
        ShipmentScanned(
            shipment_id=sent.shipment_id,
            scan=scan,
            before=sent.state,
            after=after,
            contradiction=contradiction,
        )
    ]


def decide_label(sent: Shipment, fact: LabelReported) -> list[ShipmentEvent]:
    """Take down what the carrier answered.  Never refuses."""
    outcome = fact.outcome
    match outcome:
        case Label():
            return _bought(sent, fact, outcome)
        case LabelRefused():
            if not _awaits_label(sent, fact):
                return []
            failed = LabelFailed(
                shipment_id=sent.shipment_id,
                code=outcome.code,
                detail=outcome.detail,
            )
            return [failed]
        case LabelVoided():
            if not _is_void(sent, fact):
                return []
            return [
                ShipmentCancelled(
                    shipment_id=sent.shipment_id, reason=sent.cancel_wanted
                )
            ]
        case VoidRejected():
            if not _is_void(sent, fact):
                return []
            return [
                LabelVoidRejected(
                    shipment_id=sent.shipment_id, reason=outcome.reason
                )
            ]
        case InterceptAccepted():
            return _intercepted(sent, fact, accepted=True, reason="")
        case InterceptRejected():
            return _intercepted(
                sent, fact, accepted=False, reason=outcome.reason
            )
        case LabelPending() | VoidPending() | Unknown():
            return []  # the answer is still to come
        case _:
            assert_never(outcome)


def _is_void(sent: Shipment, fact: LabelReported) -> bool:
    return bool(sent.void_pending) and fact.operation_id == sent.void_pending


def _awaits_label(sent: Shipment, fact: LabelReported) -> bool:
    return bool(sent.label_pending) and (
        fact.operation_id == sent.label_pending
    )


def _bought(
    sent: Shipment, fact: LabelReported, label: Label
) -> list[ShipmentEvent]:
    # By hand, or late, after it was refused once.
    by_hand = not fact.operation_id or not sent.label_pending
    wanted = by_hand and sent.state in {_S.PACKED, _S.CANCELLED}
    awaited = sent.label_pending and fact.operation_id == sent.label_pending
    if sent.label is not None or not (wanted or awaited):
        return []  # heard before
    bought = LabelBought(shipment_id=sent.shipment_id, label=label)
    if sent.state is _S.CANCELLED:
        # Cancelled while it was being bought: give it back.
        return [bought, _void(sent, label, "cancelled before its label")]
    return [bought]


def _intercepted(
    sent: Shipment, fact: LabelReported, *, accepted: bool, reason: str
) -> list[ShipmentEvent]:
    if not sent.intercept_pending or (
        fact.operation_id != sent.intercept_pending
    ):
        return []
    return [
        InterceptAnswered(
            shipment_id=sent.shipment_id, accepted=accepted, reason=reason
        )
    ]
