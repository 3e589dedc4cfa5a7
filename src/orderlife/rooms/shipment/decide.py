"""What a shipment answers to a command or a step."""

from __future__ import annotations

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import NOTHING, Quantities
from orderlife.errors import NotAllowedError, Problem, ValidationError
from orderlife.ports.carrier import Label
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
    InterceptRequested,
    InterceptShipment,
    LabelRequested,
    LabelVoidRequested,
    OrderLabelAgain,
    PackShipment,
    PickShipment,
    PlanShipment,
    SendShipment,
    ShipmentCancelled,
    ShipmentDispatched,
    ShipmentPacked,
    ShipmentPicked,
    ShipmentPlanned,
    ShipmentWrittenOff,
    WriteOffShipment,
)
from orderlife.rooms.shipment.model import Shipment

__all__ = [
    "buy_label",
    "buy_label_again",
    "cancel",
    "dispatch",
    "intercept",
    "pack",
    "pick",
    "plan",
    "send",
    "void",
    "write_off",
]


def plan(
    case: Case, step: PlanShipment, context: Context
) -> list[ShipmentPlanned]:
    """Plan a shipment of units that are shipped together."""
    return [
        ShipmentPlanned(
            shipment_id=step.shipment_id,
            reservation_id=step.reservation_id,
            place=step.place,
            seller=step.seller,
            items=step.items,
        )
    ]


def buy_label(
    shipment: Shipment, command: BuyShipmentLabel, context: Context
) -> list[LabelRequested]:
    """Buy a label without dispatching the shipment yet."""
    return _label(shipment, command.service, dispatch=False, notify=True)


def buy_label_again(
    shipment: Shipment, step: OrderLabelAgain, context: Context
) -> list[LabelRequested]:
    """Buy a label that was refused once more."""
    return _label(
        shipment, "", dispatch=shipment.dispatch_wanted, notify=shipment.notify
    )


def send(
    shipment: Shipment, step: SendShipment, context: Context
) -> list[ShipmentDispatched]:
    """Dispatch a shipment that has its label and was to be dispatched."""
    SHIPMENT.step(
        shipment.shipment_id, shipment.state, ShipmentTrigger.DISPATCH
    )
    return [_left(shipment, context, notify=shipment.notify)]


def write_off(
    shipment: Shipment, step: WriteOffShipment, context: Context
) -> list[ShipmentWrittenOff]:
    """Write a parcel off, and restock its goods if they are back."""
    SHIPMENT.step(
        shipment.shipment_id, shipment.state, ShipmentTrigger.WRITE_OFF
    )
    operation_id = _operation(shipment, "restock")
    return [
        ShipmentWrittenOff(
            shipment_id=shipment.shipment_id,
            operation_id=operation_id if step.restock else "",
            restocked=step.restock,
        )
    ]


def _free(shipment: Shipment, asked: str) -> None:
    """Refuse while a void or a purchase is under way."""
    if shipment.void_pending:
        raise NotAllowedError(
            asked,
            f"shipment {shipment.shipment_id}",
            "it is being cancelled",
            "wait for the carrier's answer about its label",
        )
    if shipment.label_pending:
        raise NotAllowedError(
            asked,
            f"shipment {shipment.shipment_id}",
            "its label is being bought",
            "wait for the carrier's answer",
        )


def pick(
    shipment: Shipment, command: PickShipment, context: Context
) -> list[ShipmentPicked]:
    """Record the units picked from the shelf, which may be fewer.

    Raises:
        IllegalTransitionError: the shipment's state does not allow it.
        ValidationError: names each line with more units than planned.
    """
    SHIPMENT.step(shipment.shipment_id, shipment.state, ShipmentTrigger.PICK)
    picked = shipment.items if command.picked is None else command.picked
    problems = [
        Problem(
            f"picked[{line_id}]",
            f"{units} units, of {shipment.items.get(line_id, 0)} planned",
        )
        for line_id, units in picked.items()
        if not 0 <= units <= shipment.items.get(line_id, 0)
    ]
    if problems:
        raise ValidationError(type(command).__name__, problems)
    items: Quantities = shipment.items
    if picked != items:
        items = {line: units for line, units in picked.items() if units}
    return [
        ShipmentPicked(
            shipment_id=shipment.shipment_id,
            items=items,
            short=_short(shipment.items, items),
        )
    ]


def _short(planned: Quantities, picked: Quantities) -> Quantities:
    if planned == picked:
        return NOTHING
    missing = {
        line: units - picked.get(line, 0) for line, units in planned.items()
    }
    return {line: units for line, units in missing.items() if units}


def pack(
    shipment: Shipment, command: PackShipment, context: Context
) -> list[ShipmentPacked]:
    """Record that the units are packed in parcels.

    Raises:
        IllegalTransitionError: the shipment's state does not allow it.
        NotAllowedError: its label is being bought or voided.
        ValidationError: there is no parcel, or one weighs nothing.
    """
    SHIPMENT.step(shipment.shipment_id, shipment.state, ShipmentTrigger.PACK)
    _free(shipment, "pack")
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
        ShipmentPacked(
            shipment_id=shipment.shipment_id, parcels=command.parcels
        )
    ]


def _operation(shipment: Shipment, kind: str) -> str:
    return f"{shipment.shipment_id}:{kind}:{shipment.operations + 1}"


def _label(
    shipment: Shipment, service: str, *, dispatch: bool, notify: bool
) -> list[LabelRequested]:
    SHIPMENT.step(shipment.shipment_id, shipment.state, ShipmentTrigger.LABEL)
    _free(shipment, "buy a label for")
    return [
        LabelRequested(
            shipment_id=shipment.shipment_id,
            operation_id=_operation(shipment, "label"),
            service=service,
            dispatch=dispatch,
            notify=notify,
        )
    ]


def dispatch(
    shipment: Shipment, command: DispatchShipment, context: Context
) -> list[LabelRequested | ShipmentDispatched]:
    """Dispatch a parcel, or buy its label first.

    Raises:
        IllegalTransitionError: the shipment's state does not allow it.
        NotAllowedError: its label is being bought or voided.
    """
    if shipment.state is ShipmentState.PACKED:
        return [
            *_label(
                shipment, command.service, dispatch=True, notify=command.notify
            )
        ]
    SHIPMENT.step(
        shipment.shipment_id, shipment.state, ShipmentTrigger.DISPATCH
    )
    _free(shipment, "dispatch")
    return [_left(shipment, context, notify=command.notify)]


def _left(
    shipment: Shipment, context: Context, *, notify: bool
) -> ShipmentDispatched:
    """Record the dispatch; an untracked shipment gets a date of arrival."""
    seen = shipment.label is not None and shipment.label.tracking_number
    now, untracked = context.now, context.policy.untracked_within
    return ShipmentDispatched(
        shipment_id=shipment.shipment_id,
        at=now,
        notify=notify,
        arrives_at=None if seen or untracked is None else now + untracked,
    )


def cancel(
    shipment: Shipment, asked: CancelShipment | DropShipment, context: Context
) -> list[ShipmentCancelled | LabelVoidRequested]:
    """Cancel the shipment, and void its label.

    Raises:
        IllegalTransitionError: the shipment's state does not allow it.
        NotAllowedError: its label is being bought or voided.
    """
    SHIPMENT.step(shipment.shipment_id, shipment.state, ShipmentTrigger.CANCEL)
    if shipment.label is None:
        return [
            ShipmentCancelled(
                shipment_id=shipment.shipment_id, reason=asked.reason
            )
        ]
    _free(shipment, "cancel")
    return [void(shipment, shipment.label, asked.reason)]


def void(shipment: Shipment, label: Label, reason: str) -> LabelVoidRequested:
    """Ask the carrier to void a label."""
    return LabelVoidRequested(
        shipment_id=shipment.shipment_id,
        operation_id=_operation(shipment, "void"),
        label_id=label.label_id,
        reason=reason,
    )


def intercept(
    shipment: Shipment, command: InterceptShipment, context: Context
) -> list[InterceptRequested]:
    """Ask the carrier to turn a parcel back.

    Raises:
        IllegalTransitionError: the shipment's state does not allow it.
        NotAllowedError: it has not left, is delivered or back, or has no
            tracking number.
    """
    if shipment.state in BEFORE_DISPATCH:
        raise NotAllowedError(
            "intercept",
            f"shipment {shipment.shipment_id}",
            f"it has not left: it is {shipment.state.value}",
            "cancel it with CancelShipment",
        )
    SHIPMENT.step(
        shipment.shipment_id, shipment.state, ShipmentTrigger.TURN_BACK
    )
    if shipment.state is ShipmentState.RETURNED_TO_SENDER:
        raise NotAllowedError(
            "intercept",
            f"shipment {shipment.shipment_id}",
            "it is back",
            "settle the exception that says so with ResolveException",
        )
    number = shipment.label.tracking_number if shipment.label else ""
    if not number or shipment.state is ShipmentState.DELIVERED:
        raise NotAllowedError(
            "intercept",
            f"shipment {shipment.shipment_id}",
            "it is delivered" if number else "it has no tracking number",
            "ask for a return with RequestReturn",
        )
    if shipment.intercept_pending:
        return []
    return [
        InterceptRequested(
            shipment_id=shipment.shipment_id,
            operation_id=_operation(shipment, "intercept"),
            tracking_number=number,
        )
    ]
