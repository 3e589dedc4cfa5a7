"""The room of shipments: planned, picked, packed, sent and tracked."""

from __future__ import annotations

from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import ExceptionKind, Remedy, TimerKind
from orderlife._kernel.parts import Parts
from orderlife._kernel.room import (
    Deadline,
    Room,
    Trouble,
    about,
    asks,
    hears,
    objects,
    on,
    reports,
    tells,
)
from orderlife.errors import NotAllowedError
from orderlife.ports.carrier import CARRIER, BuyLabel, Intercept, VoidLabel
from orderlife.rooms.exceptions.messages import OpenException
from orderlife.rooms.order.decide import check_quantities
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import CancellationAbandoned, CancelLines
from orderlife.rooms.order.readings import blocked, held_back
from orderlife.rooms.payment.ledger import is_secured
from orderlife.rooms.shipment import (
    cancellation,
    decide,
    intents,
    limits,
    messages,
    notifications,
    process,
    resolutions,
    sentences,
    transit,
)
from orderlife.rooms.shipment.evolve import CHANGES
from orderlife.rooms.shipment.invariants import INVARIANTS
from orderlife.rooms.shipment.lifecycle import BEFORE_DISPATCH, SHIPMENT
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
    PlanShipment,
    Scanned,
    SendShipment,
    ShipmentCancelled,
    ShipmentDispatched,
    ShipmentPacked,
    ShipmentPicked,
    ShipmentPlanned,
    ShipmentScanned,
    ShipmentWrittenOff,
    WriteOffShipment,
)
from orderlife.rooms.shipment.model import Shipment
from orderlife.rooms.shipment.offers import offers
from orderlife.rooms.shipment.readings import has_label
from orderlife.rooms.shipment.reports import label, mark, scan, stray_label
from orderlife.rooms.stock.resolutions import not_there

__all__ = ["SHIPMENTS", "SHIPMENT_ROOM"]

SHIPMENTS: Final = Parts("shipment", Shipment, "shipment_id", "shipments")


def while_confirmed(
    case: Case,
    command: PickShipment
    | PackShipment
    | BuyShipmentLabel
    | DispatchShipment
    | CancelShipment,
    context: Context,
) -> None:
    """Refuse to handle goods unless their order is confirmed.

    Raises:
        NotFoundError: there is no such shipment.
        NotAllowedError: the order is not confirmed.
    """
    order = case.placed
    case.shipment(command.shipment_id)
    if order.state is not OrderState.CONFIRMED:
        raise NotAllowedError(
            type(command).__name__,
            f"shipment {command.shipment_id}",
            f"order {case.order_id} is {order.state.value}",
            "goods are handled while it is confirmed",
        )


def may_leave(case: Case, command: DispatchShipment, context: Context) -> None:
    """Refuse a dispatch if a hold blocks it or its money is not secured.

    Raises:
        NotAllowedError: names the holds, or says that the money is missing.
    """
    order = case.placed
    if blocked(order, "dispatch"):
        raise held_back(order, "dispatch", context.actor)
    if not is_secured(order):
        raise NotAllowedError(
            "dispatch",
            f"shipment {command.shipment_id}",
            "the money is not secured",
            "pay with PayOrder, or settle the open exception",
        )


def keep_what_has_its_label(
    case: Case, command: CancelLines, context: Context
) -> None:
    """Refuse to cancel units for which a label is bought.

    Raises:
        NotAllowedError: names the shipment that has its label.
        ValidationError: names each line that is not there.
    """
    order = case.placed
    check_quantities(order, command.quantities, type(command).__name__)
    free = {line: units.unshipped for line, units in order.units.items()}
    for shipment in case.shipments.values():
        if shipment.state not in BEFORE_DISPATCH or not has_label(shipment):
            continue
        for line_id, units in shipment.items.items():
            free[line_id] -= units
            wanted = command.quantities.get(line_id, 0)
            if 0 <= free[line_id] < wanted <= free[line_id] + units:
                raise NotAllowedError(
                    f"cancel {wanted} of",
                    f"line {line_id} of order {case.order_id}",
                    f"shipment {shipment.shipment_id} has its label already",
                    "cancel it with CancelShipment first",
                )


def unknown_label(
    case: Case, fact: LabelReported, context: Context
) -> list[OpenException]:
    """Open an item for an answer about an unknown parcel."""
    return [stray_label(fact)]


def _awaits(shipment: Shipment, operation_id: str) -> bool | None:
    waits = (
        shipment.label_pending,
        shipment.void_pending,
        shipment.intercept_pending,
    )
    return operation_id in waits or None


_PARCEL: Final = {
    Remedy.REFUND: resolutions.parcel,
    Remedy.RESHIP: resolutions.parcel,
    Remedy.ACCEPT: resolutions.parcel,
}
_GIVEN_UP: Final = {Remedy.RETRY: None, Remedy.ACCEPT: resolutions.given_up}

SHIPMENT_ROOM: Final[Room[Shipment]] = Room(
    name="shipment",
    parts=SHIPMENTS,
    lifecycles={"shipment": SHIPMENT},
    contract=(messages,),
    commands=(
        about(PickShipment, decide.pick),
        about(PackShipment, decide.pack),
        about(BuyShipmentLabel, decide.buy_label),
        about(DispatchShipment, decide.dispatch),
        about(CancelShipment, decide.cancel),
        about(InterceptShipment, decide.intercept),
    ),
    objects=(
        objects(PickShipment, while_confirmed),
        objects(PackShipment, while_confirmed),
        objects(BuyShipmentLabel, while_confirmed),
        objects(DispatchShipment, while_confirmed),
        objects(DispatchShipment, may_leave),
        objects(CancelShipment, while_confirmed),
        objects(CancelLines, keep_what_has_its_label),
    ),
    facts=(
        hears(Scanned, scan, unknown=transit.stray_scan),
        hears(
            LabelReported,
            label,
            key="subject",
            unknown=unknown_label,
        ),
    ),
    steps=(
        on(PlanShipment, decide.plan),
        about(SendShipment, decide.send),
        about(OrderLabelAgain, decide.buy_label_again),
        about(DropShipment, decide.cancel),
        about(WriteOffShipment, decide.write_off),
    ),
    events=CHANGES,
    offers=offers,
    gives_away=limits.gives_away,
    invariants=INVARIANTS,
    sentences=sentences.tell,
    reacts=(
        on(ShipmentPicked, process.picked),
        on(LabelFailed, process.label_failed),
        on(LabelBought, process.labelled),
        on(LabelVoidRejected, cancellation.too_late),
        on(ShipmentDispatched, transit.dispatched),
        on(ShipmentScanned, transit.scanned),
        on(CancellationAbandoned, cancellation.resumed),
    ),
    asks=(
        asks(LabelRequested, intents.buy_label),
        asks(LabelVoidRequested, intents.void_label),
        asks(InterceptRequested, intents.intercept),
        asks(ShipmentWrittenOff, intents.restock),
    ),
    ports=(CARRIER,),
    reports=(
        reports(BuyLabel, LabelReported, intents.reported),
        reports(VoidLabel, LabelReported, intents.reported),
        reports(Intercept, LabelReported, intents.reported),
    ),
    tells=(
        tells(ShipmentDispatched, notifications.dispatched),
        tells(ShipmentScanned, notifications.scanned),
    ),
    silent=(
        ShipmentPlanned,
        ShipmentPicked,
        ShipmentPacked,
        LabelRequested,
        LabelBought,
        LabelFailed,
        LabelVoidRequested,
        LabelVoidRejected,
        ShipmentCancelled,
        InterceptRequested,
        InterceptAnswered,
        ShipmentWrittenOff,
    ),
    deadlines=(
        Deadline(
            TimerKind.UNTRACKED_ARRIVES, transit.untracked, transit.presumed
        ),
    ),
    troubles=(
        Trouble(ExceptionKind.SHIPMENT_LOST, _PARCEL),
        Trouble(ExceptionKind.SHIPMENT_DAMAGED, _PARCEL),
        # Accept: only once they were found, or are settled otherwise.
        Trouble(ExceptionKind.RETURNED_TO_SENDER, _PARCEL),
        Trouble(
            ExceptionKind.SHORT_PICK,
            {Remedy.RESHIP: not_there, Remedy.REFUND: not_there},
        ),
        # Accept: the label is bought by hand and reported.
        Trouble(
            ExceptionKind.LABEL_FAILED,
            {Remedy.RETRY: resolutions.label_again, Remedy.ACCEPT: None},
            knows=resolutions.is_shipment,
        ),
        Trouble(ExceptionKind.MOVED_BEFORE_DISPATCH, {Remedy.ACCEPT: None}),
        Trouble(ExceptionKind.MOVED_BEFORE_PAYMENT, {Remedy.ACCEPT: None}),
        Trouble(ExceptionKind.CANCELLED_TOO_LATE, {Remedy.ACCEPT: None}),
        Trouble(
            ExceptionKind.EFFECT_FAILED,
            _GIVEN_UP,
            knows=resolutions.is_ours,
        ),
        Trouble(
            ExceptionKind.OUTCOME_UNKNOWN,
            _GIVEN_UP,
            knows=resolutions.is_ours,
        ),
    ),
    awaits=_awaits,
    marks=mark,
)
"""The room of shipments."""
