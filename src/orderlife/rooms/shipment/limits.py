"""What goods cost that are sent twice, for the limits of people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.messages import Event, ExceptionKind, Remedy
from orderlife.rooms.exceptions.messages import ExceptionResolved
from orderlife.rooms.exceptions.opening import find_exception
from orderlife.rooms.shipment.messages import ShipmentWrittenOff

__all__ = ["gives_away"]

_GONE: Final = frozenset(
    (ExceptionKind.SHIPMENT_LOST, ExceptionKind.SHIPMENT_DAMAGED)
)


def gives_away(
    before: Case, after: Case, events: Sequence[Event], context: Context
) -> int:
    """What goods cost that are lost, and are sent once more for nothing."""
    again = any(
        isinstance(event, ExceptionResolved)
        and event.remedy is Remedy.RESHIP
        and _is_gone(after, event.exception_id)
        for event in events
    )
    if not again:
        return 0
    lines = before.placed.lines()
    return sum(
        lines[line_id].value(0, units)
        for event in events
        if isinstance(event, ShipmentWrittenOff)
        for line_id, units in before.shipment(event.shipment_id).items.items()
    )


def _is_gone(case: Case, exception_id: str) -> bool:
    item = find_exception(case.placed, exception_id)
    return item.contradiction.kind in _GONE
