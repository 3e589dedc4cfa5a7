"""What each event makes of a shipment, and each scan of its track."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest

from orderlife.ports.carrier import Label, Parcel
from orderlife.rooms.shipment.evolve import begin
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import (
    InterceptAnswered,
    InterceptRequested,
    LabelBought,
    LabelFailed,
    LabelRequested,
    LabelVoidRejected,
    LabelVoidRequested,
    ShipmentCancelled,
    ShipmentDispatched,
    ShipmentPacked,
    ShipmentPicked,
    ShipmentPlanned,
    ShipmentScanned,
    ShipmentWrittenOff,
)
from orderlife.rooms.shipment.model import Scan, ScanStatus, Shipment
from orderlife.rooms.shipment.tracking import add_scan, delivered_at, fold
from orderlife.testing import a_shipment
from orderlife.testing.scenario import NOON
from tests.house import evolve

S, C = ShipmentState, ScanStatus
ID, OPERATION = "o1-s1", "o1-s1:any:4"
LABEL = Label(label_id="l1", carrier="post", tracking_number="t1")
PARCELS = (Parcel(weight_g=500),)


def at(hours: int) -> datetime:
    """So many hours after noon."""
    return NOON + timedelta(hours=hours)


def made(state: ShipmentState, **fields: Any) -> Shipment:
    """A shipment in the midst of everything."""
    settings: dict[str, Any] = {
        "place": "north",
        "seller": "ada",
        "items": {"1": 2, "2": 1},
        "label_pending": "label",
        "void_pending": "void",
        "intercept_pending": "intercept",
        "dispatch_wanted": True,
        "cancel_wanted": "why",
        "operations": 3,
    }
    return a_shipment(state, **settings | fields)


def happened(kind: Any, **fields: Any) -> Any:
    """An event of the shipment."""
    return kind(shipment_id=ID, **fields)


def test_it_begins_as_it_was_planned() -> None:
    """With its place, its seller and its units, and nothing besides."""
    fields: dict[str, Any] = {
        "reservation_id": "o1-r1",
        "place": "north",
        "seller": "ada",
        "items": {"1": 2},
    }
    expected = Shipment(shipment_id=ID, state=S.PLANNED, **fields)
    assert expected == begin(happened(ShipmentPlanned, **fields))


def requested(reason: str) -> Any:
    """The return of the label."""
    return happened(
        LabelVoidRequested,
        operation_id=OPERATION,
        label_id="l1",
        reason=reason,
    )


@pytest.mark.parametrize(
    ("state", "event", "changes"),
    [
        (
            S.PLANNED,
            happened(ShipmentPicked, items={"1": 1}),
            {"state": S.PICKING, "items": {"1": 1}},
        ),
        (
            S.PICKING,
            happened(ShipmentPacked, parcels=PARCELS),
            {"state": S.PACKED, "parcels": PARCELS},
        ),
        (
            S.PACKED,
            happened(
                LabelRequested,
                operation_id=OPERATION,
                dispatch=False,
                notify=False,
            ),
            {
                "label_pending": OPERATION,
                "operations": 4,
                "dispatch_wanted": False,
                "notify": False,
            },
        ),
        (
            S.PACKED,
            happened(LabelBought, label=LABEL),
            {"state": S.READY, "label": LABEL, "label_pending": ""},
        ),
        (
            S.IN_TRANSIT,
            happened(LabelBought, label=LABEL),
            {"label": LABEL, "label_pending": ""},
        ),
        (
            S.READY,
            happened(ShipmentDispatched, at=at(1), notify=False),
            {
                "state": S.DISPATCHED,
                "left_at": at(1),
                "dispatch_wanted": False,
                "notify": False,
            },
        ),
        (
            S.PACKED,
            happened(LabelFailed, code="no"),
            {"label_pending": ""},
        ),
        (
            S.READY,
            requested("address"),
            {
                "void_pending": OPERATION,
                "operations": 4,
                "cancel_wanted": "address",
            },
        ),
        (
            S.READY,
            requested(""),
            {
                "void_pending": OPERATION,
                "operations": 4,
                "cancel_wanted": "cancelled",
            },
        ),
        (
            S.READY,
            happened(LabelVoidRejected),
            {"void_pending": "", "cancel_wanted": ""},
        ),
        (
            S.READY,
            happened(ShipmentCancelled),
            {
                "state": S.CANCELLED,
                "void_pending": "",
                "dispatch_wanted": False,
            },
        ),
        (
            S.IN_TRANSIT,
            happened(ShipmentCancelled),
            {"void_pending": "", "dispatch_wanted": False},
        ),
        (
            S.IN_TRANSIT,
            happened(
                InterceptRequested, operation_id=OPERATION, tracking_number=""
            ),
            {"intercept_pending": OPERATION, "operations": 4},
        ),
        (
            S.IN_TRANSIT,
            happened(InterceptAnswered, accepted=True),
            {"intercept_pending": ""},
        ),
        (S.LOST, happened(ShipmentWrittenOff), {"state": S.WRITTEN_OFF}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_an_event_changes(
    state: ShipmentState, event: Any, changes: dict[str, Any]
) -> None:
    """These fields, and none besides."""
    before = made(state)
    assert attrs.evolve(before, **changes) == evolve(before, event)


def seen(status: ScanStatus, hours: int = 0, **fields: Any) -> Scan:
    """A scan, so many hours after noon."""
    return Scan(status=status, at=at(hours), **fields)


@pytest.mark.parametrize(
    ("before", "after", "status", "left", "arrived"),
    [
        (S.READY, S.IN_TRANSIT, C.IN_TRANSIT, at(2), None),
        (S.READY, S.READY, C.LABEL_CREATED, at(1), None),
        (S.DISPATCHED, S.IN_TRANSIT, C.IN_TRANSIT, at(1), None),
        (S.IN_TRANSIT, S.DELIVERED, C.DELIVERED, at(1), at(2)),
        (S.DELIVERED, S.RETURNING, C.RETURNING, at(1), None),
        (S.CANCELLED, S.CANCELLED, C.DELIVERED, at(1), None),
    ],
)
def test_a_scan_is_kept_and_moves_it(
    before: ShipmentState,
    after: ShipmentState,
    status: ScanStatus,
    left: datetime,
    arrived: datetime | None,
) -> None:
    """The first that sees it move says when it left."""
    old = seen(C.LABEL_CREATED, 1)
    scan = seen(status, 2)
    sent = made(before, scans=(old,), left_at=at(1), delivered_at=at(9))
    event = happened(ShipmentScanned, scan=scan, before=before, after=after)
    expected = attrs.evolve(
        sent,
        state=after,
        scans=(old, scan),
        left_at=left,
        delivered_at=arrived,
    )
    assert expected == evolve(sent, event)


@pytest.mark.parametrize(
    ("early", "late"),
    [
        (seen(C.DELIVERED, 1), seen(C.PICKED_UP, 2)),
        (seen(C.OUT_FOR_DELIVERY), seen(C.DELIVERED)),
        (seen(C.LOST), seen(C.LOST, correction=True)),
        (seen(C.DELAYED, detail="a"), seen(C.DELAYED, detail="b")),
        (
            seen(C.LOST, detail="b"),
            seen(C.LOST, detail="a", correction=True),
        ),
    ],
)
def test_scans_have_an_order(early: Scan, late: Scan) -> None:
    """By time, then by rank, then corrections last, then by their text."""
    assert (early, late) == add_scan((early,), late)
    assert (early, late) == add_scan((late,), early)
    assert (early, late) == add_scan((early, late), late)


WHERE = {
    C.LABEL_CREATED: None,
    C.PICKED_UP: S.IN_TRANSIT,
    C.IN_TRANSIT: S.IN_TRANSIT,
    C.DELAYED: None,
    C.EXCEPTION: None,
    C.OUT_FOR_DELIVERY: S.OUT_FOR_DELIVERY,
    C.ATTEMPT_FAILED: S.ATTEMPT_FAILED,
    C.AVAILABLE_FOR_PICKUP: S.AVAILABLE_FOR_PICKUP,
    C.DELIVERED: S.DELIVERED,
    C.LOST: S.LOST,
    C.DAMAGED: S.DAMAGED,
    C.RETURNING: S.RETURNING,
    C.RETURNED: S.RETURNED_TO_SENDER,
}


@pytest.mark.parametrize("status", C)
def test_where_one_scan_says_it_is(status: ScanStatus) -> None:
    """Some only comment."""
    assert WHERE[status] == fold((seen(status),))


@pytest.mark.parametrize(
    ("scans", "state", "arrived"),
    [
        ((), None, None),
        ((seen(C.IN_TRANSIT), seen(C.DELAYED, 1)), S.IN_TRANSIT, None),
        ((seen(C.DELIVERED), seen(C.IN_TRANSIT, 1)), S.DELIVERED, at(0)),
        ((seen(C.DELIVERED), seen(C.DELIVERED, 1)), S.DELIVERED, at(0)),
        ((seen(C.DELIVERED), seen(C.RETURNING, 1)), S.RETURNING, None),
        ((seen(C.DELIVERED), seen(C.RETURNED, 1)), S.RETURNED_TO_SENDER, None),
        (
            (seen(C.DELIVERED), seen(C.IN_TRANSIT, 1, correction=True)),
            S.IN_TRANSIT,
            None,
        ),
        (
            (
                seen(C.DELIVERED),
                seen(C.IN_TRANSIT, 1, correction=True),
                seen(C.DELIVERED, 2),
            ),
            S.DELIVERED,
            at(2),
        ),
        (
            (seen(C.DELIVERED), seen(C.DELAYED, 1, correction=True)),
            S.DELIVERED,
            at(0),
        ),
        ((seen(C.LOST), seen(C.DELIVERED, 1)), S.DELIVERED, at(1)),
    ],
)
def test_where_all_scans_say_it_is(
    scans: tuple[Scan, ...],
    state: ShipmentState | None,
    arrived: datetime | None,
) -> None:
    """Delivered stays delivered, unless it goes back or is corrected."""
    assert state == fold(scans)
    assert arrived == delivered_at(scans)
