"""What a shipment answers, event by event and to the last field."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderlife._kernel.messages import Actor, Contradiction, ExceptionKind
from orderlife.errors import (
    IllegalTransitionError,
    NotAllowedError,
    Problem,
    ValidationError,
)
from orderlife.ports.base import Unknown
from orderlife.ports.carrier import (
    InterceptAccepted,
    InterceptRejected,
    Label,
    LabelPending,
    LabelRefused,
    LabelVoided,
    Parcel,
    VoidPending,
    VoidRejected,
)
from orderlife.rooms.shipment.lifecycle import ShipmentState
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
from orderlife.rooms.shipment.model import Scan, ScanStatus, Shipment
from orderlife.testing import a_shipment
from orderlife.testing.scenario import NOON
from tests.house import decide, decide_first

LATER = NOON + timedelta(hours=1)

S = ShipmentState
ID = "o1-s1"
LABEL = Label(label_id="l1", carrier="post", tracking_number="t1")
PARCELS = (Parcel(weight_g=500),)
PLANNED: dict[str, Any] = {
    "place": "north",
    "seller": "ada",
    "items": {"1": 2, "2": 1},
    "operations": 3,
}


def made(state: ShipmentState = S.PACKED, **fields: Any) -> Shipment:
    """A shipment of two units of one line and one of another."""
    return a_shipment(state, **PLANNED | fields)


def asked(kind: Any, **fields: Any) -> Any:
    """A command about the shipment."""
    return kind(
        order_id="o1",
        command_id="c1",
        actor=Actor("staff", "ada"),
        shipment_id=ID,
        **fields,
    )


def told(outcome: Any, operation_id: str = "") -> LabelReported:
    """What the carrier answered."""
    return LabelReported(
        order_id="o1",
        subject=ID,
        operation_id=operation_id,
        outcome=outcome,
    )


def scanned(status: ScanStatus, **fields: Any) -> Scanned:
    """What the carrier saw."""
    return Scanned(
        order_id="o1", shipment_id=ID, status=status, at=NOON, **fields
    )


def requested(**fields: Any) -> LabelRequested:
    """The purchase of a label, the fourth operation."""
    settings: dict[str, Any] = {
        "service": "",
        "dispatch": False,
        "notify": True,
    }
    return LabelRequested(
        shipment_id=ID, operation_id=f"{ID}:label:4", **settings | fields
    )


def test_it_is_planned_as_it_is_told() -> None:
    """With its place, its seller and its units."""
    fields: dict[str, Any] = {
        "shipment_id": ID,
        "reservation_id": "o1-r1",
        "place": "north",
        "seller": "ada",
        "items": {"1": 2},
    }
    assert [ShipmentPlanned(**fields)] == decide_first(PlanShipment(**fields))


@pytest.mark.parametrize(
    ("picked", "items", "short"),
    [
        (None, {"1": 2, "2": 1}, {}),
        ({"1": 2, "2": 1}, {"1": 2, "2": 1}, {}),
        ({"1": 1, "2": 1}, {"1": 1, "2": 1}, {"1": 1}),
        ({"1": 0, "2": 1}, {"2": 1}, {"1": 2}),
        ({"1": 2}, {"1": 2}, {"2": 1}),
    ],
)
def test_what_was_not_picked_is_short(
    picked: Any, items: dict[str, int], short: dict[str, int]
) -> None:
    """A line of which nothing was picked is no part of it any more."""
    events = decide(made(S.PLANNED), asked(PickShipment, picked=picked), NOON)
    assert [ShipmentPicked(shipment_id=ID, items=items, short=short)] == events


def test_all_that_is_wrong_with_a_pick_is_named() -> None:
    """More than was planned, less than nothing, and no line of it."""
    command = asked(PickShipment, picked={"1": 3, "2": -1, "9": 1})
    with pytest.raises(ValidationError) as caught:
        decide(made(S.PLANNED), command, NOON)
    assert "PickShipment" == caught.value.what
    assert (
        Problem("picked[1]", "3 units, of 2 planned"),
        Problem("picked[2]", "-1 units, of 1 planned"),
        Problem("picked[9]", "1 units, of 0 planned"),
    ) == caught.value.problems


def test_it_is_packed_in_parcels() -> None:
    """Each of which weighs something."""
    command = asked(PackShipment, parcels=PARCELS)
    light = asked(PackShipment, parcels=(Parcel(weight_g=1),))
    packed = ShipmentPacked(shipment_id=ID, parcels=PARCELS)
    assert [packed] == decide(made(S.PICKING), command, NOON)
    assert 1 == len(decide(made(S.PICKING), light, NOON))


@pytest.mark.parametrize(
    ("parcels", "problems"),
    [
        ((), [("parcels", "there must be at least one")]),
        (
            (Parcel(weight_g=5), Parcel(weight_g=0)),
            [("parcels[1].weight_g", "must be above 0")],
        ),
    ],
)
def test_all_that_is_wrong_with_parcels_is_named(
    parcels: tuple[Parcel, ...], problems: list[tuple[str, str]]
) -> None:
    """Each by its place."""
    command = asked(PackShipment, parcels=parcels)
    with pytest.raises(ValidationError) as caught:
        decide(made(S.PICKING), command, NOON)
    assert "PackShipment" == caught.value.what
    assert tuple(Problem(*each) for each in problems) == caught.value.problems


@pytest.mark.parametrize(
    ("message", "state", "verb"),
    [
        (asked(PackShipment, parcels=PARCELS), S.PICKING, "pack"),
        (asked(BuyShipmentLabel), S.PACKED, "buy a label for"),
        (asked(DispatchShipment), S.READY, "dispatch"),
        (asked(CancelShipment), S.READY, "cancel"),
    ],
)
@pytest.mark.parametrize(
    ("pending", "why", "instead"),
    [
        (
            {"void_pending": "v", "label_pending": "l"},
            "it is being cancelled",
            "wait for the carrier's answer about its label",
        ),
        (
            {"label_pending": "l"},
            "its label is being bought",
            "wait for the carrier's answer",
        ),
    ],
)
def test_nothing_is_done_while_the_carrier_is_asked(
    message: Any,
    state: ShipmentState,
    verb: str,
    pending: dict[str, str],
    why: str,
    instead: str,
) -> None:
    """It says what is under way, and what to wait for."""
    with pytest.raises(NotAllowedError) as caught:
        decide(made(state, label=LABEL, **pending), message, NOON)
    assert (verb, f"shipment {ID}", why, instead) == caught.value.args


def test_a_label_is_bought_for_what_is_packed() -> None:
    """By the service that is named, and as the dispatch wants it."""
    buy = asked(BuyShipmentLabel, service="fast")
    send = asked(DispatchShipment, service="fast", notify=False)
    again = OrderLabelAgain(shipment_id=ID)
    wanted = made(dispatch_wanted=True, notify=False)
    assert [requested(service="fast")] == decide(made(), buy, NOON)
    assert [requested(service="fast", dispatch=True, notify=False)] == decide(
        made(), send, NOON
    )
    assert [requested()] == decide(made(), again, NOON)
    assert [requested(dispatch=True, notify=False)] == decide(
        wanted, again, NOON
    )


def test_what_has_its_label_leaves_at_once() -> None:
    """By a command, or because its label has come."""
    sent = made(S.READY, label=LABEL, notify=False)
    left = ShipmentDispatched(shipment_id=ID, at=NOON, notify=True)
    silent = attrs.evolve(left, notify=False)
    send = SendShipment(shipment_id=ID)
    assert [left] == decide(sent, asked(DispatchShipment), NOON)
    assert [silent] == decide(
        sent, asked(DispatchShipment, notify=False), NOON
    )
    assert [silent] == decide(sent, send, NOON)
    assert [left] == decide(attrs.evolve(sent, notify=True), send, NOON)


def test_without_a_label_it_is_cancelled_at_once() -> None:
    """With one, that is given back first."""
    cancel = asked(CancelShipment, reason="damp")
    drop = DropShipment(shipment_id=ID, reason="damp")
    gone = ShipmentCancelled(shipment_id=ID, reason="damp")
    void = LabelVoidRequested(
        shipment_id=ID,
        operation_id=f"{ID}:void:4",
        label_id="l1",
        reason="damp",
    )
    for message in (cancel, drop):
        assert [gone] == decide(made(), message, NOON)
        assert [void] == decide(made(S.READY, label=LABEL), message, NOON)


def test_it_is_written_off_with_or_without_its_goods() -> None:
    """Goods that are back are put away by an operation."""
    restock = WriteOffShipment(shipment_id=ID, restock=True)
    lost = WriteOffShipment(shipment_id=ID, restock=False)
    sent = made(S.LOST, label=LABEL)
    assert [
        ShipmentWrittenOff(
            shipment_id=ID, operation_id=f"{ID}:restock:4", restocked=True
        )
    ] == decide(sent, restock, NOON)
    assert [
        ShipmentWrittenOff(shipment_id=ID, operation_id="", restocked=False)
    ] == decide(sent, lost, NOON)


@pytest.mark.parametrize(
    ("message", "state", "trigger"),
    [
        (asked(PickShipment), S.DELIVERED, "pick"),
        (asked(PackShipment, parcels=PARCELS), S.DELIVERED, "pack"),
        (asked(BuyShipmentLabel), S.PLANNED, "label"),
        (asked(DispatchShipment), S.PLANNED, "dispatch"),
        (SendShipment(shipment_id=ID), S.PLANNED, "dispatch"),
        (asked(CancelShipment), S.DELIVERED, "cancel"),
        (asked(InterceptShipment), S.RETURNING, "turn_back"),
        (
            WriteOffShipment(shipment_id=ID, restock=True),
            S.PLANNED,
            "write_off",
        ),
    ],
)
def test_a_step_that_the_lifecycle_does_not_have_is_named(
    message: Any, state: ShipmentState, trigger: str
) -> None:
    """With the shipment and its state."""
    with pytest.raises(IllegalTransitionError) as caught:
        decide(made(state, label=LABEL), message, NOON)
    text = str(caught.value)
    assert ID in text
    assert state.value in text
    assert trigger in text.replace(" ", "_")


def test_what_is_on_its_way_can_be_stopped_once() -> None:
    """By its tracking number."""
    sent = made(S.IN_TRANSIT, label=LABEL)
    asked_already = attrs.evolve(sent, intercept_pending="i")
    assert [
        InterceptRequested(
            shipment_id=ID,
            operation_id=f"{ID}:intercept:4",
            tracking_number="t1",
        )
    ] == decide(sent, asked(InterceptShipment), NOON)
    assert [] == decide(asked_already, asked(InterceptShipment), NOON)


@pytest.mark.parametrize(
    ("sent", "why", "instead"),
    [
        (
            made(S.PACKED, label=LABEL),
            "it has not left: it is packed",
            "cancel it with CancelShipment",
        ),
        (
            made(S.DELIVERED, label=LABEL),
            "it is delivered",
            "ask for a return with RequestReturn",
        ),
        (
            made(S.RETURNED_TO_SENDER, label=LABEL),
            "it is back",
            "settle the exception that says so with ResolveException",
        ),
        (
            made(S.IN_TRANSIT, label=None),
            "it has no tracking number",
            "ask for a return with RequestReturn",
        ),
    ],
)
def test_what_cannot_be_stopped_says_what_to_do(
    sent: Shipment, why: str, instead: str
) -> None:
    """Before it has left, and once it has arrived."""
    with pytest.raises(NotAllowedError) as caught:
        decide(sent, asked(InterceptShipment), NOON)
    assert ("intercept", f"shipment {ID}", why, instead) == caught.value.args


def seen(fact: Scanned) -> Scan:
    """What is kept of a scan."""
    return Scan(
        status=fact.status,
        at=fact.at,
        detail=fact.detail,
        correction=fact.correction,
    )


def kept(fact: Scanned, **fields: Any) -> ShipmentScanned:
    """The event of a scan."""
    return ShipmentScanned(shipment_id=ID, scan=seen(fact), **fields)


def test_a_scan_moves_what_has_left() -> None:
    """With all that the carrier said; the same scan changes nothing."""
    sent = made(S.DISPATCHED, label=LABEL)
    fact = scanned(ScanStatus.IN_TRANSIT, detail="Bonn", correction=False)
    moved = kept(
        fact, before=S.DISPATCHED, after=S.IN_TRANSIT, contradiction=None
    )
    assert [moved] == decide(sent, fact, LATER)
    assert [] == decide(attrs.evolve(sent, scans=(seen(fact),)), fact, LATER)


def test_a_correction_is_kept_as_one() -> None:
    """It withdraws what was delivered in error."""
    first = scanned(ScanStatus.DELIVERED)
    sent = made(S.DELIVERED, label=LABEL, scans=(seen(first),))
    fact = attrs.evolve(
        scanned(ScanStatus.IN_TRANSIT, correction=True),
        at=NOON + timedelta(hours=1),
    )
    moved = kept(
        fact, before=S.DELIVERED, after=S.IN_TRANSIT, contradiction=None
    )
    assert [moved] == decide(sent, fact, LATER)


def test_a_scan_may_say_nothing_of_where_it_is() -> None:
    """It is kept, and the state stays."""
    sent = made(S.READY, label=LABEL)
    fact = scanned(ScanStatus.LABEL_CREATED, detail="printed")
    same = kept(fact, before=S.READY, after=S.READY, contradiction=None)
    assert [same] == decide(sent, fact, LATER)


@pytest.mark.parametrize(
    ("state", "after", "kind"),
    [
        (S.CANCELLED, S.CANCELLED, ExceptionKind.MOVED_AFTER_CANCELLATION),
        (S.PACKED, S.IN_TRANSIT, ExceptionKind.MOVED_BEFORE_DISPATCH),
        (S.READY, S.IN_TRANSIT, ExceptionKind.MOVED_BEFORE_DISPATCH),
    ],
)
def test_what_moves_and_should_not_is_a_contradiction(
    state: ShipmentState, after: ShipmentState, kind: ExceptionKind
) -> None:
    """It says what the books say, and what the carrier reports."""
    fact = scanned(ScanStatus.IN_TRANSIT)
    sent = made(state, label=LABEL)
    contradiction = Contradiction(
        kind,
        ID,
        f"shipment {ID} is {state.value}",
        "the carrier reports in_transit",
        {"1": 2, "2": 1},
    )
    assert [
        kept(fact, before=state, after=after, contradiction=contradiction)
    ] == decide(sent, fact, LATER)


def test_what_was_heard_of_a_cancelled_one_is_no_news() -> None:
    """The same news at another time is kept, and nobody is asked."""
    first = scanned(ScanStatus.IN_TRANSIT)
    sent = made(S.CANCELLED, label=LABEL, scans=(seen(first),))
    later = attrs.evolve(first, at=NOON + timedelta(hours=1))
    assert [
        kept(later, before=S.CANCELLED, after=S.CANCELLED, contradiction=None)
    ] == decide(sent, later, LATER)


CANCELLED = ShipmentCancelled(shipment_id=ID, reason="damp")
BOUGHT = LabelBought(shipment_id=ID, label=LABEL)
FAILED = LabelFailed(shipment_id=ID, code="no_way", detail="too big")
REJECTED = LabelVoidRejected(shipment_id=ID, reason="scanned")
GIVEN_BACK = LabelVoidRequested(
    shipment_id=ID,
    operation_id=f"{ID}:void:4",
    label_id="l1",
    reason="cancelled before its label",
)
STOPPED = InterceptAnswered(shipment_id=ID, accepted=True, reason="")
NOT_STOPPED = InterceptAnswered(shipment_id=ID, accepted=False, reason="late")
REFUSED = LabelRefused(code="no_way", detail="too big")
BUYING = made(label_pending="a")
VOIDING = made(S.READY, label=LABEL, void_pending="a", cancel_wanted="damp")
STOPPING = made(S.IN_TRANSIT, label=LABEL, intercept_pending="a")
OFF = made(S.CANCELLED)


@pytest.mark.parametrize(
    ("sent", "outcome", "operation_id", "events"),
    [
        (BUYING, LABEL, "a", [BOUGHT]),
        (BUYING, LABEL, "b", []),
        (BUYING, LABEL, "", [BOUGHT]),
        (made(), LABEL, "", [BOUGHT]),
        (made(), LABEL, "b", [BOUGHT]),
        (made(S.PICKING), LABEL, "", []),
        (made(S.PICKING), LABEL, "b", []),
        (made(S.PICKING, label_pending="a"), LABEL, "a", [BOUGHT]),
        (made(label=LABEL), LABEL, "", []),
        (made(label=LABEL, label_pending="a"), LABEL, "a", []),
        (OFF, LABEL, "b", [BOUGHT, GIVEN_BACK]),
        (
            attrs.evolve(OFF, label_pending="a"),
            LABEL,
            "a",
            [BOUGHT, GIVEN_BACK],
        ),
        (BUYING, REFUSED, "a", [FAILED]),
        (BUYING, REFUSED, "b", []),
        (made(), REFUSED, "", []),
        (VOIDING, LabelVoided(), "a", [CANCELLED]),
        (VOIDING, LabelVoided(), "b", []),
        (made(), LabelVoided(), "", []),
        (VOIDING, VoidRejected(reason="scanned"), "a", [REJECTED]),
        (VOIDING, VoidRejected(reason="scanned"), "b", []),
        (made(), VoidRejected(reason="scanned"), "", []),
        (STOPPING, InterceptAccepted(), "a", [STOPPED]),
        (STOPPING, InterceptAccepted(), "b", []),
        (made(), InterceptAccepted(), "", []),
        (STOPPING, InterceptRejected(reason="late"), "a", [NOT_STOPPED]),
        (STOPPING, InterceptRejected(reason="late"), "b", []),
        (BUYING, LabelPending(), "a", []),
        (VOIDING, VoidPending(), "a", []),
        (STOPPING, Unknown("?"), "a", []),
    ],
)
def test_only_what_is_awaited_is_answered(
    sent: Shipment, outcome: Any, operation_id: str, events: list[Any]
) -> None:
    """A label also by hand, and late: that is worth having."""
    assert events == decide(sent, told(outcome, operation_id))
