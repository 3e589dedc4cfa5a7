"""The lifecycle of a shipment.

Up to *ready* the shop moves it on; from *dispatched* on the carrier's
scans do.  Scans come in any order and any number of times: they are
folded by the carrier's own time, and the shipment goes to the state of
the fold, from any state.  So every tracking trigger leads from every
state in which goods can move.  A parcel that was never dispatched and is
delivered nevertheless *is* delivered; a person settles the contradiction.

A cancelled shipment stays cancelled: goods that move all the same are
an exception.  *Written off* is the end of goods that were lost, damaged
or returned to the sender, once a person has settled it.
"""

from __future__ import annotations

from typing import Final

from orderlife._kernel.lifecycle import Lifecycle, Rule
from orderlife._values.fast_enum import FastEnum

__all__ = [
    "BEFORE_DISPATCH",
    "SHIPMENT",
    "ShipmentState",
    "ShipmentTrigger",
]


class ShipmentState(FastEnum):
    """The states of a shipment's lifecycle."""

    PLANNED = "planned"
    PICKING = "picking"
    PACKED = "packed"
    READY = "ready"
    DISPATCHED = "dispatched"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    AVAILABLE_FOR_PICKUP = "available_for_pickup"
    ATTEMPT_FAILED = "attempt_failed"
    DELIVERED = "delivered"
    LOST = "lost"
    DAMAGED = "damaged"
    RETURNING = "returning"
    RETURNED_TO_SENDER = "returned_to_sender"
    WRITTEN_OFF = "written_off"
    CANCELLED = "cancelled"


class ShipmentTrigger(FastEnum):
    """The triggers of a shipment's lifecycle."""

    PICK = "pick"
    PACK = "pack"
    LABEL = "label"
    DISPATCH = "dispatch"
    CANCEL = "cancel"
    MOVE = "move"
    GO_OUT = "go_out"
    AWAIT_PICKUP = "await_pickup"
    FAIL_ATTEMPT = "fail_attempt"
    DELIVER = "deliver"
    LOSE = "lose"
    DAMAGE = "damage"
    TURN_BACK = "turn_back"
    RETURN_TO_SENDER = "return_to_sender"
    WRITE_OFF = "write_off"


BEFORE_DISPATCH: Final = (
    ShipmentState.PLANNED,
    ShipmentState.PICKING,
    ShipmentState.PACKED,
    ShipmentState.READY,
)
"""The states in which the goods are still in the building."""

_MOVING: Final = (
    ShipmentState.DISPATCHED,
    ShipmentState.IN_TRANSIT,
    ShipmentState.OUT_FOR_DELIVERY,
    ShipmentState.AVAILABLE_FOR_PICKUP,
    ShipmentState.ATTEMPT_FAILED,
    ShipmentState.DELIVERED,
    ShipmentState.LOST,
    ShipmentState.DAMAGED,
    ShipmentState.RETURNING,
    ShipmentState.RETURNED_TO_SENDER,
)


def _tracked(
    trigger: ShipmentTrigger, dest: ShipmentState
) -> Rule[ShipmentState, ShipmentTrigger]:
    sources = (*BEFORE_DISPATCH, *_MOVING)
    return Rule(trigger, tuple(s for s in sources if s is not dest), dest)


SHIPMENT: Final = Lifecycle(
    "shipment",
    states=ShipmentState,
    triggers=ShipmentTrigger,
    initial=ShipmentState.PLANNED,
    terminal=(ShipmentState.WRITTEN_OFF, ShipmentState.CANCELLED),
    rules=(
        # Picked again after a correction: still picking.
        Rule(
            ShipmentTrigger.PICK,
            (ShipmentState.PLANNED, ShipmentState.PICKING),
            ShipmentState.PICKING,
        ),
        Rule(
            ShipmentTrigger.PACK,
            (ShipmentState.PICKING, ShipmentState.PACKED),
            ShipmentState.PACKED,
        ),
        Rule(
            ShipmentTrigger.LABEL, (ShipmentState.PACKED,), ShipmentState.READY
        ),
        Rule(
            ShipmentTrigger.DISPATCH,
            (ShipmentState.READY,),
            ShipmentState.DISPATCHED,
        ),
        Rule(ShipmentTrigger.CANCEL, BEFORE_DISPATCH, ShipmentState.CANCELLED),
        # Scans, folded by the carrier's time.
        _tracked(ShipmentTrigger.MOVE, ShipmentState.IN_TRANSIT),
        _tracked(ShipmentTrigger.GO_OUT, ShipmentState.OUT_FOR_DELIVERY),
        _tracked(
            ShipmentTrigger.AWAIT_PICKUP, ShipmentState.AVAILABLE_FOR_PICKUP
        ),
        _tracked(ShipmentTrigger.FAIL_ATTEMPT, ShipmentState.ATTEMPT_FAILED),
        _tracked(ShipmentTrigger.DELIVER, ShipmentState.DELIVERED),
        _tracked(ShipmentTrigger.LOSE, ShipmentState.LOST),
        _tracked(ShipmentTrigger.DAMAGE, ShipmentState.DAMAGED),
        _tracked(ShipmentTrigger.TURN_BACK, ShipmentState.RETURNING),
        _tracked(
            ShipmentTrigger.RETURN_TO_SENDER, ShipmentState.RETURNED_TO_SENDER
        ),
        # A person has settled what became of the goods.
        Rule(
            ShipmentTrigger.WRITE_OFF,
            # Goods that were delivered damaged are sent anew.
            (
                ShipmentState.LOST,
                ShipmentState.DAMAGED,
                ShipmentState.RETURNED_TO_SENDER,
                ShipmentState.DELIVERED,
            ),
            ShipmentState.WRITTEN_OFF,
        ),
    ),
)
