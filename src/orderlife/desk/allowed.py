"""What can be asked for next: for buttons, menus and error pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Command
from orderlife._values.limits import MAX_TENDERS
from orderlife.rooms.exceptions.messages import ResolveException
from orderlife.rooms.order.lifecycle import ORDER, OrderState, OrderTrigger
from orderlife.rooms.order.messages import (
    CancelLines,
    CancelOrder,
    OpenHold,
    PlaceDraft,
    ReleaseHold,
)
from orderlife.rooms.order.model import Order
from orderlife.rooms.order.readings import blocked
from orderlife.rooms.payment.ledger import (
    balance,
    is_secured,
    takeable_minor,
    to_capture_minor,
    unasked_minor,
)
from orderlife.rooms.payment.messages import (
    CapturePayment,
    PayOrder,
    RefundPayment,
)
from orderlife.rooms.returns.lifecycle import (
    RETURN,
    ReturnState,
    ReturnTrigger,
)
from orderlife.rooms.returns.messages import (
    ApproveReturn,
    CancelReturn,
    ChangeDisposition,
    CloseReceiving,
    DeclineReturn,
    InspectReturn,
    RequestReturn,
)
from orderlife.rooms.returns.model import Return
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
    InterceptShipment,
    PackShipment,
    PickShipment,
)
from orderlife.rooms.shipment.model import Shipment
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.messages import FillBackorder

__all__ = ["Allowed", "allowed"]

_P = ShipmentTrigger
_GONE: Final = (
    ReturnState.DECLINED,
    ReturnState.CANCELLED,
    ReturnState.EXPIRED,
)
"""What is in such a return can be asked back again."""


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
    order = case.order
    if order is None:
        return ()
    found = [
        *((command, case.order_id) for command in _of_order(case, order)),
        *_of_parts(case, order),
    ]
    return tuple(Allowed(command, subject) for command, subject in found)


_PAYABLE: Final = (OrderState.DRAFT, OrderState.PLACED, OrderState.CONFIRMED)


def _of_order(case: Case, order: Order) -> Iterator[type[Command]]:
    state = order.state
    confirmed = state is OrderState.CONFIRMED
    if state is OrderState.DRAFT:
        yield PlaceDraft
    open_ = ORDER.can(state, OrderTrigger.CANCEL)
    if open_ and not order.has_left:
        yield CancelOrder
    if open_ and _can_be_cancelled(case, order):
        yield CancelLines
    room = len(order.tenders) < MAX_TENDERS
    if state in _PAYABLE and unasked_minor(order) and room:
        yield PayOrder
    sums = balance(order)
    due = confirmed and to_capture_minor(order, shipped_only=False)
    if due and any(
        takeable_minor(order, p.payment_id) for p in order.payments
    ):
        yield CapturePayment
    if sums.refundable and not blocked(order, "refund"):
        yield RefundPayment
    arrived = confirmed or state is OrderState.COMPLETED
    if arrived and _can_come_back(case, order):
        yield RequestReturn
    if not ORDER.is_terminal(state):
        yield OpenHold


def _can_be_cancelled(case: Case, order: Order) -> bool:
    """Whether a unit has neither left nor a label."""
    left = {line: units.unshipped for line, units in order.units.items()}
    for sent in case.shipments.values():
        labelled = sent.label is not None or sent.label_pending
        if sent.state in BEFORE_DISPATCH and labelled:
            for line_id, units in sent.items.items():
                left[line_id] -= units
    return any(units > 0 for units in left.values())


def _can_come_back(case: Case, order: Order) -> bool:
    """Whether a unit was delivered that no return names yet."""
    left = {line: units.delivered for line, units in order.units.items()}
    for back in case.returns.values():
        if back.state not in _GONE:
            for line in back.lines:
                taken = max(line.quantity, line.received)
                left[line.line_id] = left.get(line.line_id, 0) - taken
    return any(units > 0 for units in left.values())


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
    for sent in case.shipments.values():
        if order.state is OrderState.CONFIRMED:
            yield from ((c, sent.shipment_id) for c in _inside(order, sent))
        if _can_turn_back(sent):
            yield InterceptShipment, sent.shipment_id
    for back in case.returns.values():
        yield from ((command, back.return_id) for command in _of_return(back))


def _inside(order: Order, sent: Shipment) -> Iterator[type[Command]]:
    """What can be done with goods that are in the building."""
    free = not (sent.void_pending or sent.label_pending)
    packed = SHIPMENT.can(sent.state, _P.LABEL)
    if SHIPMENT.can(sent.state, _P.PICK):
        yield PickShipment
    if SHIPMENT.can(sent.state, _P.PACK) and free:
        yield PackShipment
    if packed and free:
        yield BuyShipmentLabel
    ready = (packed or SHIPMENT.can(sent.state, _P.DISPATCH)) and free
    if ready and is_secured(order) and not blocked(order, "dispatch"):
        yield DispatchShipment
    if SHIPMENT.can(sent.state, _P.CANCEL) and (free or sent.label is None):
        yield CancelShipment


_NOT_ON_ITS_WAY: Final = frozenset(
    (ShipmentState.DELIVERED, ShipmentState.RETURNED_TO_SENDER)
)


def _can_turn_back(sent: Shipment) -> bool:
    return (
        SHIPMENT.can(sent.state, _P.TURN_BACK)
        and sent.state not in BEFORE_DISPATCH
        and sent.state not in _NOT_ON_ITS_WAY
        and sent.label is not None
        and bool(sent.label.tracking_number)
        and not sent.intercept_pending
    )


def _of_return(back: Return) -> Iterator[type[Command]]:
    for trigger, commands in _OF_RETURN.items():
        if RETURN.can(back.state, trigger):
            yield from commands
    if back.inspected():
        yield ChangeDisposition


_OF_RETURN: Final[Mapping[ReturnTrigger, tuple[type[Command], ...]]] = {
    ReturnTrigger.APPROVE: (ApproveReturn,),
    ReturnTrigger.DECLINE: (DeclineReturn,),
    ReturnTrigger.CANCEL: (CancelReturn,),
    ReturnTrigger.END_RECEIVING: (CloseReceiving, InspectReturn),
    ReturnTrigger.INSPECT: (InspectReturn,),
}
