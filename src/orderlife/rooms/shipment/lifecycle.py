"""The lifecycle of a shipment.

Up to *ready* the shop moves it on; from *dispatched* on the carrier's
scans do.  Scans come in any order and any number of times: they are
folded by the carrier's own time, and the shipment goes to whatever the
fold says, from wherever it is.  So every tracking trigger leads from
every state in which goods can move.  A parcel that was never
dispatched and is delivered nevertheless *is* delivered; what that
contradicts is for a person to settle.

A cancelled shipment stays cancelled: goods that move all the same are
an exception.  *Written off* closes the file on goods that were lost,
damaged or returned to the sender, once somebody has settled it.
"""

from __future__ import annotations

from typing import Final

from orderlife._kernel.lifecycle import Lifecycle, Rule
from orderlife._values.fast_enum import Word

__all__ = [
    "BEFORE_DISPATCH",
    "SHIPMENT",
    "ShipmentState",
    "ShipmentTrigger",
]


class ShipmentState(Word):
    """Where a shipment is in its lifecycle."""

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


class ShipmentTrigger(Word):
    """What moves a shipment on."""

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


_S, _T = ShipmentState, ShipmentTrigger
BEFORE_DISPATCH: Final = (_S.PLANNED, _S.PICKING, _S.PACKED, _S.READY)
"""The states in which the goods are still in the building."""

_MOVING: Final = (
    _S.DISPATCHED,
    _S.IN_TRANSIT,
    _S.OUT_FOR_DELIVERY,
    _S.AVAILABLE_FOR_PICKUP,
    _S.ATTEMPT_FAILED,
    _S.DELIVERED,
    _S.LOST,
    _S.DAMAGED,
    _S.RETURNING,
    _S.RETURNED_TO_SENDER,
)


def _tracked(
    trigger: ShipmentTrigger, dest: ShipmentState
) -> Rule[ShipmentState, ShipmentTrigger]:
    sources = (*BEFORE_DISPATCH, *_MOVING)
    return Rule(trigger, tuple(s for s in sources if s is not dest), dest)


SHIPMENT: Final = Lifecycle(
    "shipment",
    states=_S,
    triggers=_T,
    initial=_S.PLANNED,
    terminal=(_S.WRITTEN_OFF, _S.CANCELLED),
    rules=(
        # Picked again after a correction: still picking.
        Rule(_T.PICK, (_S.PLANNED, _S.PICKING), _S.PICKING),
        Rule(_T.PACK, (_S.PICKING, _S.PACKED), _S.PACKED),
        Rule(_T.LABEL, (_S.PACKED,), _S.READY),
        Rule(_T.DISPATCH, (_S.READY,), _S.DISPATCHED),
        Rule(_T.CANCEL, BEFORE_DISPATCH, _S.CANCELLED),
        # Scans, folded by the carrier's time.
        _tracked(_T.MOVE, _S.IN_TRANSIT),
        _tracked(_T.GO_OUT, _S.OUT_FOR_DELIVERY),
        _tracked(_T.AWAIT_PICKUP, _S.AVAILABLE_FOR_PICKUP),
        _tracked(_T.FAIL_ATTEMPT, _S.ATTEMPT_FAILED),
        _tracked(_T.DELIVER, _S.DELIVERED),
        _tracked(_T.LOSE, _S.LOST),
        _tracked(_T.DAMAGE, _S.DAMAGED),
        _tracked(_T.TURN_BACK, _S.RETURNING),
        _tracked(_T.RETURN_TO_SENDER, _S.RETURNED_TO_SENDER),
        # Somebody has settled what became of the goods.
        Rule(
            _T.WRITE_OFF,
            # What was delivered damaged is sent anew.
            (_S.LOST, _S.DAMAGED, _S.RETURNED_TO_SENDER, _S.DELIVERED),
            _S.WRITTEN_OFF,
        ),
    ),
)
