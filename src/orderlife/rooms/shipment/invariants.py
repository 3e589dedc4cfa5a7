"""What must hold of shipments, and of the units that leave.

A carrier's report is never refused.  So units may leave although they
were cancelled; then an exception item that counts them was opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.invariants import Invariants, Violation, precondition
from orderlife._kernel.messages import ExceptionKind
from orderlife.rooms.order.lifecycle import ORDER
from orderlife.rooms.payment.ledger import is_secured
from orderlife.rooms.shipment.lifecycle import BEFORE_DISPATCH, ShipmentState
from orderlife.rooms.shipment.messages import ShipmentDispatched
from orderlife.rooms.shipment.readings import planned_units

__all__ = ["INVARIANTS"]

_UNDER_WAY: Final = frozenset(
    (
        ShipmentState.DISPATCHED,
        ShipmentState.IN_TRANSIT,
        ShipmentState.OUT_FOR_DELIVERY,
        ShipmentState.AVAILABLE_FOR_PICKUP,
        ShipmentState.ATTEMPT_FAILED,
        ShipmentState.RETURNING,
        *BEFORE_DISPATCH,
    )
)
"""The states in which a shipment is planned or with the carrier."""


def units(case: Case) -> Iterator[Violation]:
    """No more units are shipped, planned or delivered than are wanted."""
    order = case.placed
    moved = _moved_after_cancellation(case)
    for line_id, count in order.units.items():
        name = f"line {line_id}"
        if count.shipped > count.wanted + moved.get(line_id, 0):
            yield Violation(
                19, f"{name}: {count.shipped} shipped of {count.wanted}"
            )
        if count.delivered + count.lost > count.shipped:
            yield Violation(19, f"{name}: more arrived than was shipped")
    for line_id, quantity in planned_units(case).items():
        known = order.units.get(line_id)
        if known is None or quantity > max(
            0, known.unshipped + moved.get(line_id, 0)
        ):
            yield Violation(
                19, f"line {line_id}: {quantity} planned, fewer to be sent"
            )


def _moved_after_cancellation(case: Case) -> Mapping[str, int]:
    """Units that left although they were cancelled, by line."""
    found: dict[str, int] = {}
    for item in case.placed.exceptions:
        why = item.contradiction
        shipment = case.shipments.get(why.subject)
        if why.kind is not ExceptionKind.MOVED_AFTER_CANCELLATION or (
            shipment is None or shipment.state is ShipmentState.CANCELLED
        ):
            continue
        for line_id, quantity in why.quantities.items():
            found[line_id] = found.get(line_id, 0) + quantity
    return found


def none_at_the_end(case: Case) -> Iterator[Violation]:
    """An order that has ended has no shipment under way."""
    if not ORDER.is_terminal(case.placed.state):
        return
    for shipment in case.shipments.values():
        if shipment.state in BEFORE_DISPATCH:
            yield Violation(21, f"{shipment.shipment_id} is still planned")


def paid(case: Case, event: ShipmentDispatched) -> Iterator[Violation]:
    """Nothing is dispatched before its money is secured."""
    if not is_secured(case.placed):
        yield Violation(18, f"{event.shipment_id} leaves unpaid")


def moves_on(case: Case) -> bool:
    """Whether a shipment is under way, or the carrier is to answer."""
    return any(
        shipment.state in _UNDER_WAY
        or shipment.label_pending
        or shipment.void_pending
        for shipment in case.shipments.values()
    )


INVARIANTS: Final = Invariants(
    case=(units, none_at_the_end),
    events=(precondition(ShipmentDispatched, paid),),
    moves_on=moves_on,
)
