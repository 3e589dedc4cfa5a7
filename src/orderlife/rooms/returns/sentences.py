"""The sentences of return events in a timeline."""

from __future__ import annotations

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Event
from orderlife._kernel.sentences import Told
from orderlife.rooms.returns.messages import (
    DispositionChanged,
    ReturnApproved,
    ReturnCancelled,
    ReturnClosed,
    ReturnDeclined,
    ReturnExpired,
    ReturnHandedIn,
    ReturnInspected,
    ReturnLabelFailed,
    ReturnLabelIssued,
    ReturnLabelRequested,
    ReturnParcelReceived,
    ReturnReceivingEnded,
    ReturnRequested,
    ReturnResolved,
)
from orderlife.rooms.sentences import failure, label, sku, spaced, units

__all__ = ["tell"]


def tell(event: Event, case: Case) -> Told | None:
    """The sentence of an event of a return; None: it is of another room."""
    detail = False
    match event:
        case ReturnRequested():
            what = _requested(event, case)
        case ReturnApproved():
            keep = ", and the goods may stay" if event.keep_items else ""
            what = f"approved{keep}: {event.explanation}"
        case ReturnDeclined():
            what = f"declined: {event.explanation}"
        case ReturnCancelled():
            what = "the customer keeps the goods after all"
        case ReturnExpired():
            what = "nothing came in time"
        case ReturnLabelRequested():
            what, detail = "a label is being bought", True
        case ReturnLabelIssued():
            what = f"label for the way back: {label(event.label)}"
        case ReturnLabelFailed():
            what = f"no label: {failure(event.code, event.detail)}"
        case ReturnHandedIn():
            what = "the goods are on their way back"
        case ReturnParcelReceived():
            what = _received(event, case)
        case ReturnReceivingEnded():
            what, detail = "nothing more is awaited", True
        case ReturnInspected():
            what = _inspected(event, case)
        case DispositionChanged():
            moved = f"{event.quantity} x {sku(case, event.line_id)}"
            before, after = spaced(event.before), spaced(event.after)
            what = f"{moved} moved from {before} to {after}"
        case ReturnResolved():
            what, detail = "its refund is granted", True
        case ReturnClosed():
            what = "closed: the money is through"
        case _:
            return None
    return Told(f"{event.return_id}: {what}", "return", detail=detail)


def _requested(event: ReturnRequested, case: Case) -> str:
    lines = {line.line_id: line.quantity for line in event.lines}
    reason, wish = spaced(event.reason), spaced(event.resolution)
    return f"asked to give back {units(case, lines)} ({reason}), for {wish}"


def _received(event: ReturnParcelReceived, case: Case) -> str:
    brought = [units(case, event.quantities)] if event.quantities else []
    brought += [f"{each.quantity} x {each.sku}" for each in event.unexpected]
    inside = ", ".join(brought) or "nothing"
    return f"parcel {event.parcel_id} came with {inside}"


def _inspected(event: ReturnInspected, case: Case) -> str:
    return "inspected: " + ", ".join(
        f"{found.quantity} x {sku(case, found.line_id)} "
        f"{spaced(found.condition)}, to {spaced(found.disposition)}"
        for found in event.findings
    )
