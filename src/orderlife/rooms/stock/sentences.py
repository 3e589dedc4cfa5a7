"""The sentences of reservation events in a timeline."""

from __future__ import annotations

from collections.abc import Iterable

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Event
from orderlife._kernel.sentences import Told
from orderlife.ports.inventory import Demand
from orderlife.rooms.sentences import items, units
from orderlife.rooms.stock.messages import (
    AllocationRequested,
    BackorderChecked,
    BackorderReduced,
    ReservationBackordered,
    ReservationExpired,
    ReservationRequested,
    StockAllocated,
    StockConsumed,
    StockContradicted,
    StockHeld,
    StockLost,
    StockRefused,
    StockReleased,
    StockReleaseRequested,
)

__all__ = ["tell"]


def tell(event: Event, case: Case) -> Told | None:
    """The sentence of a reservation's event; None: it is of another room."""
    match event:
        case ReservationRequested():
            what = f"asks to hold {_demands(event.demands)}"
            return Told(what, "stock", detail=True)
        case ReservationBackordered():
            return Told(f"waits for {_demands(event.demands)}", "stock")
        case BackorderChecked():
            what = f"asks again for {_demands(event.demands)}"
            return Told(what, "stock", detail=True)
        case BackorderReduced():
            what = f"waits for {units(case, event.quantities)} less"
            return Told(what, "stock")
        case StockHeld():
            return Told(_held(event), "stock")
        case StockRefused():
            found = ", ".join(
                f"{short.available} of {short.wanted} {short.sku}"
                for short in event.shortages
            )
            return Told(f"not enough: there is {found}", "stock")
        case AllocationRequested():
            what = f"asks to keep reservation {event.reservation_id} for good"
            return Told(what, "stock", detail=True)
        case StockAllocated():
            held = event.reservation_id
            return Told(f"reservation {held} is the order's for good", "stock")
        case StockLost():
            why = event.reason or "the hold had run out"
            what = f"reservation {event.reservation_id} is lost: {why}"
            return Told(what, "stock")
        case StockConsumed():
            how = "written off" if event.written_off else "off the shelf"
            return Told(f"{how}: {items(event.items)}", "stock", detail=True)
        case StockReleaseRequested():
            what = f"gives back {items(event.items)}"
            return Told(what, "stock", detail=True)
        case StockReleased():
            held = event.reservation_id
            what = f"what reservation {held} gave back is on the shelf"
            return Told(what, "stock")
        case ReservationExpired():
            what = f"the hold on {items(event.items)} has run out"
            return Told(what, "stock")
        case StockContradicted():
            return Told(event.contradiction.observed, "stock")
        case _:
            return None


def _held(event: StockHeld) -> str:
    said = []
    if event.items:
        said.append(f"held {items(event.items)}")
    if event.short:
        said.append(f"not there: {_demands(event.short)}")
    return "; ".join(said)


def _demands(demands: Iterable[Demand]) -> str:
    return ", ".join(f"{each.quantity} x {each.sku}" for each in demands)
