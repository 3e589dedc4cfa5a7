"""What can be asked for next: for buttons, menus and error pages."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from orderlife._case import Case
from orderlife.messages import Command
from orderlife.order.ledger import (
    balance,
    covered_minor,
    is_secured,
    need_minor,
    to_capture_minor,
)
from orderlife.order.lifecycle import ORDER, OrderState, OrderTrigger
from orderlife.order.messages import (
    CancelLines,
    CancelOrder,
    CapturePayment,
    OpenHold,
    PayOrder,
    PlaceDraft,
    RefundPayment,
    ReleaseHold,
    ResolveException,
)
from orderlife.order.model import Order
from orderlife.planning import blocked
from orderlife.reservation.lifecycle import ReservationState
from orderlife.reservation.messages import FillBackorder
from orderlife.returns.lifecycle import RETURN, ReturnTrigger
from orderlife.returns.messages import (
    ApproveReturn,
    CancelReturn,
    CloseReceiving,
    DeclineReturn,
    InspectReturn,
    RequestReturn,
)
from orderlife.shipment.lifecycle import SHIPMENT, ShipmentTrigger
from orderlife.shipment.messages import (
    BuyShipmentLabel,
    CancelShipment,
    DispatchShipment,
    PackShipment,
    PickShipment,
)
from orderlife.shipment.model import Shipment

__all__ = ["Allowed", "allowed"]

_P = ShipmentTrigger


@attrs.frozen
class Allowed:
    """A command that would be followed now, and what it is about."""

    command: type[Command]
    subject: str
    """Id of the order, hold, exception, shipment … it is about."""

    def __str__(self) -> str:
        return f"{self.command.__name__} {self.subject}"


def allowed(case: Case) -> tuple[Allowed, ...]:
    """Everything that can be asked for next.

    Policy has not been asked: it may still forbid somebody something,
    or decline a return.
    """
    if case.order is None:
        return ()
    found = [
        *((command, case.order_id) for command in _of_order(case.order)),
        *_of_parts(case, case.order),
    ]
    return tuple(Allowed(command, subject) for command, subject in found)


def _of_order(order: Order) -> Iterator[type[Command]]:
    state = order.state
    confirmed = state is OrderState.CONFIRMED
    gone = any(units.shipped for units in order.units.values())
    if state is OrderState.DRAFT:
        yield PlaceDraft
    if ORDER.can(state, OrderTrigger.CANCEL) and not gone:
        yield CancelOrder
    if confirmed and any(u.unshipped for u in order.units.values()):
        yield CancelLines
    active = confirmed or state is OrderState.PLACED
    if active and need_minor(order) > covered_minor(order):
        yield PayOrder
    if confirmed and to_capture_minor(order, shipped_only=False):
        if balance(order).capturable:
            yield CapturePayment
    if balance(order).refundable and not blocked(order, "refund"):
        yield RefundPayment
    if confirmed or state is OrderState.COMPLETED:
        if any(u.delivered > u.returned for u in order.units.values()):
            yield RequestReturn
    if not ORDER.is_terminal(state):
        yield OpenHold


def _of_parts(case: Case, order: Order) -> Iterator[tuple[type[Command], str]]:
    for hold in order.holds:
        yield ReleaseHold, hold.hold_id
    for item in order.exceptions:
        if item.is_open:
            yield ResolveException, item.exception_id
    for held in case.reservations.values():
        waiting = held.state is ReservationState.BACKORDERED
        if waiting and not held.pending and not held.items:
            yield FillBackorder, held.reservation_id
    if order.state is OrderState.CONFIRMED:
        for sent in case.shipments.values():
            yield from _of_shipment(order, sent)
    for back in case.returns.values():
        for trigger, commands in _OF_RETURN.items():
            if RETURN.can(back.state, trigger):
                yield from ((c, back.return_id) for c in commands)


def _of_shipment(
    order: Order, sent: Shipment
) -> Iterator[tuple[type[Command], str]]:
    shipment_id = sent.shipment_id
    if sent.void_pending or sent.label_pending:
        return
    for trigger, command in _OF_SHIPMENT.items():
        if SHIPMENT.can(sent.state, trigger):
            yield command, shipment_id
    ready = SHIPMENT.can(sent.state, _P.DISPATCH) or SHIPMENT.can(
        sent.state, _P.LABEL
    )
    if ready and is_secured(order) and not blocked(order, "dispatch"):
        yield DispatchShipment, shipment_id


_OF_SHIPMENT = {
    _P.PICK: PickShipment,
    _P.PACK: PackShipment,
    _P.LABEL: BuyShipmentLabel,
    _P.CANCEL: CancelShipment,
}
_OF_RETURN: dict[ReturnTrigger, tuple[type[Command], ...]] = {
    ReturnTrigger.APPROVE: (ApproveReturn,),
    ReturnTrigger.DECLINE: (DeclineReturn,),
    ReturnTrigger.CANCEL: (CancelReturn,),
    ReturnTrigger.END_RECEIVING: (CloseReceiving, InspectReturn),
    ReturnTrigger.INSPECT: (InspectReturn,),
}
