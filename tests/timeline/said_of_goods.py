"""Examples of the sentences about stock, parcels and returns."""

from __future__ import annotations

import attrs

from orderlife import (
    Finding,
    Money,
    Parcel,
    ScanStatus,
    ShipmentState,
    UnexpectedItem,
)
from orderlife.ports.carrier import Label
from orderlife.ports.inventory import Demand, Shortage, StockItem
from orderlife.rooms.returns import messages as returns
from orderlife.rooms.returns.model import ReturnLine
from orderlife.rooms.shipment import messages as shipment
from orderlife.rooms.shipment.model import Scan
from orderlife.rooms.stock import messages as stock
from tests.timeline.said import AT, DATE, OPENED, Example

MUG = StockItem(line_id="1", sku="mug", place="main", quantity=2)
PLATE = Demand(line_id="2", sku="plate", quantity=1)
LABEL = Label(label_id="l1", carrier="royal_mail", tracking_number="RM1")


def scanned(
    status: ScanStatus = ScanStatus.DELIVERED,
    *,
    moved: bool = True,
    correction: bool = False,
    detail: str = "",
) -> shipment.ShipmentScanned:
    """A scan that moves a parcel, or does not."""
    after = (
        ShipmentState.DELIVERED if moved else ShipmentState.OUT_FOR_DELIVERY
    )
    return shipment.ShipmentScanned(
        shipment_id="s1",
        scan=Scan(status=status, at=AT, correction=correction, detail=detail),
        before=ShipmentState.OUT_FOR_DELIVERY,
        after=after,
    )


STOCK: list[Example] = [
    (
        stock.ReservationRequested(
            reservation_id="r1", operation_id="op", demands=(PLATE,), until=AT
        ),
        "asks to hold 1 x plate",
        True,
    ),
    (
        stock.ReservationBackordered(
            reservation_id="r1", demands=(PLATE,), check_at=AT
        ),
        "waits for 1 x plate",
        False,
    ),
    (
        stock.BackorderChecked(
            reservation_id="r1",
            operation_id="op",
            demands=(PLATE,),
            until=AT,
            check_at=AT,
        ),
        "asks again for 1 x plate",
        True,
    ),
    (
        stock.BackorderReduced(reservation_id="r1", quantities={}),
        "waits for nothing less",
        False,
    ),
    (
        stock.StockHeld(
            reservation_id="r1",
            operation_id="op",
            items=(MUG,),
            short=(PLATE,),
        ),
        "held 2 x mug at main; not there: 1 x plate",
        False,
    ),
    (
        stock.StockHeld(reservation_id="r1", operation_id="op", items=(MUG,)),
        "held 2 x mug at main",
        False,
    ),
    (
        stock.StockRefused(
            reservation_id="r1",
            shortages=(Shortage(sku="mug", wanted=2, available=1),),
        ),
        "not enough: there is 1 of 2 mug",
        False,
    ),
    (
        stock.AllocationRequested(reservation_id="r1", operation_id="op"),
        "asks to keep reservation r1 for good",
        True,
    ),
    (
        stock.StockAllocated(reservation_id="r1"),
        "reservation r1 is the order's for good",
        False,
    ),
    (
        stock.StockLost(reservation_id="r1", reason=""),
        "reservation r1 is lost: the hold had run out",
        False,
    ),
    (
        stock.StockLost(reservation_id="r1", reason="a fire"),
        "reservation r1 is lost: a fire",
        False,
    ),
    (
        stock.StockConsumed(
            reservation_id="r1", operation_id="op", items=(MUG,), subject="s1"
        ),
        "off the shelf: 2 x mug at main",
        True,
    ),
    (
        stock.StockConsumed(
            reservation_id="r1",
            operation_id="op",
            items=(MUG,),
            subject="s1",
            written_off=True,
        ),
        "written off: 2 x mug at main",
        True,
    ),
    (
        stock.StockReleaseRequested(
            reservation_id="r1", operation_id="op", items=(MUG,)
        ),
        "gives back 2 x mug at main",
        True,
    ),
    (
        stock.StockReleased(reservation_id="r1", operation_id="op"),
        "what reservation r1 gave back is on the shelf",
        False,
    ),
    (
        stock.ReservationExpired(
            reservation_id="r1", operation_id="op", items=(MUG,)
        ),
        "the hold on 2 x mug at main has run out",
        False,
    ),
    (
        stock.StockContradicted(reservation_id="r1", contradiction=OPENED),
        "1 mug is there",
        False,
    ),
]

SHIPMENT: list[Example] = [
    (
        shipment.ShipmentPlanned(
            shipment_id="s1",
            reservation_id="r1",
            place="main",
            seller="",
            items={"1": 2},
        ),
        "s1: planned from main: 2 x mug",
        False,
    ),
    (
        shipment.ShipmentPlanned(
            shipment_id="s1",
            reservation_id="r1",
            place="main",
            seller="potter",
            items={"1": 2},
        ),
        "s1: planned from main, of potter: 2 x mug",
        False,
    ),
    (
        shipment.ShipmentPicked(shipment_id="s1", items={"1": 2}),
        "s1: picked 2 x mug",
        False,
    ),
    (
        shipment.ShipmentPicked(
            shipment_id="s1", items={"1": 1}, short={"1": 1}
        ),
        "s1: picked 1 x mug; 1 x mug not found",
        False,
    ),
    (
        shipment.ShipmentPacked(
            shipment_id="s1",
            parcels=(
                Parcel(weight_g=500),
                Parcel(
                    weight_g=300, length_mm=200, width_mm=100, height_mm=50
                ),
            ),
        ),
        "s1: packed: 500 g and 300 g, 200x100x50 mm",
        False,
    ),
    (
        shipment.LabelRequested(shipment_id="s1", operation_id="op"),
        "s1: a label is being bought",
        True,
    ),
    (
        shipment.LabelBought(shipment_id="s1", label=LABEL),
        "s1: label bought: royal mail RM1",
        False,
    ),
    (
        shipment.LabelBought(
            shipment_id="s1",
            label=attrs.evolve(LABEL, cost=Money("3.20", "EUR")),
        ),
        "s1: label bought: royal mail RM1, 3.20 EUR",
        False,
    ),
    (
        shipment.LabelFailed(shipment_id="s1", code="bad_address"),
        "s1: no label: bad_address",
        False,
    ),
    (
        shipment.LabelFailed(
            shipment_id="s1", code="bad_address", detail="no such street"
        ),
        "s1: no label: bad_address, no such street",
        False,
    ),
    (
        shipment.LabelVoidRequested(
            shipment_id="s1", operation_id="op", label_id="l1"
        ),
        "s1: its label is being given back",
        True,
    ),
    (
        shipment.LabelVoidRejected(shipment_id="s1", reason="it has left"),
        "s1: its label was not taken back: it has left",
        False,
    ),
    (
        shipment.ShipmentDispatched(shipment_id="s1", at=AT),
        "s1: has left the building",
        False,
    ),
    (scanned(), "s1: delivered", False),
    (
        scanned(detail="at the door", correction=True),
        "s1: delivered, at the door (a correction)",
        False,
    ),
    (
        scanned(ScanStatus.IN_TRANSIT, moved=False),
        f"s1: in transit, as of {DATE}: it stays out for delivery",
        False,
    ),
    (scanned(ScanStatus.DELAYED, moved=False), "s1: delayed", False),
    (shipment.ShipmentCancelled(shipment_id="s1"), "s1: is not sent", False),
    (
        shipment.ShipmentCancelled(shipment_id="s1", reason="called off"),
        "s1: is not sent: called off",
        False,
    ),
    (
        shipment.InterceptRequested(
            shipment_id="s1", operation_id="op", tracking_number="RM1"
        ),
        "s1: the carrier is asked to bring it back",
        True,
    ),
    (
        shipment.InterceptAnswered(shipment_id="s1", accepted=True),
        "s1: the carrier will try to bring it back",
        False,
    ),
    (
        shipment.InterceptAnswered(
            shipment_id="s1", accepted=False, reason="too late"
        ),
        "s1: the carrier refuses to bring it back: too late",
        False,
    ),
    (
        shipment.ShipmentWrittenOff(shipment_id="s1"),
        "s1: its file is closed",
        False,
    ),
    (
        shipment.ShipmentWrittenOff(shipment_id="s1", operation_id="op"),
        "s1: its file is closed, the goods are on the shelf",
        False,
    ),
]

RETURN: list[Example] = [
    (
        returns.ReturnRequested(
            return_id="t1",
            lines=(ReturnLine(line_id="1", quantity=1),),
            reason="too_small",
            resolution="store_credit",
            at=AT,
        ),
        "t1: asked to give back 1 x mug (too small), for store credit",
        False,
    ),
    (
        returns.ReturnApproved(
            return_id="t1", explanation="in time", expires_at=AT
        ),
        "t1: approved: in time",
        False,
    ),
    (
        returns.ReturnApproved(
            return_id="t1",
            explanation="broken",
            expires_at=AT,
            keep_items=True,
        ),
        "t1: approved, and the goods may stay: broken",
        False,
    ),
    (
        returns.ReturnDeclined(return_id="t1", explanation="too late"),
        "t1: declined: too late",
        False,
    ),
    (
        returns.ReturnCancelled(return_id="t1"),
        "t1: the customer keeps the goods after all",
        False,
    ),
    (
        returns.ReturnExpired(return_id="t1"),
        "t1: nothing came in time",
        False,
    ),
    (
        returns.ReturnLabelRequested(return_id="t1", operation_id="op"),
        "t1: a label is being bought",
        True,
    ),
    (
        returns.ReturnLabelIssued(return_id="t1", label=LABEL),
        "t1: label for the way back: royal mail RM1",
        False,
    ),
    (
        returns.ReturnLabelFailed(return_id="t1", code="closed"),
        "t1: no label: closed",
        False,
    ),
    (
        returns.ReturnHandedIn(return_id="t1", at=AT),
        "t1: the goods are on their way back",
        False,
    ),
    (
        returns.ReturnParcelReceived(
            return_id="t1", parcel_id="q1", at=AT, quantities={}, until=AT
        ),
        "t1: parcel q1 came with nothing",
        False,
    ),
    (
        returns.ReturnParcelReceived(
            return_id="t1",
            parcel_id="q1",
            at=AT,
            quantities={"1": 1},
            until=AT,
            unexpected=(UnexpectedItem(sku="shoe", quantity=2),),
        ),
        "t1: parcel q1 came with 1 x mug, 2 x shoe",
        False,
    ),
    (
        returns.ReturnReceivingEnded(return_id="t1"),
        "t1: nothing more is awaited",
        True,
    ),
    (
        returns.ReturnInspected(
            return_id="t1",
            findings=(
                Finding(
                    line_id="1",
                    quantity=1,
                    condition="carrier_damaged",
                    disposition="return_to_vendor",
                ),
                Finding(
                    line_id="2",
                    quantity=1,
                    condition="sellable",
                    disposition="restock",
                ),
            ),
            first_operation=1,
        ),
        (
            "t1: inspected: 1 x mug carrier damaged, to return to vendor, "
            "1 x plate sellable, to restock"
        ),
        False,
    ),
    (
        returns.DispositionChanged(
            return_id="t1",
            operation_id="op",
            line_id="1",
            quantity=1,
            before="return_to_vendor",
            after="scrap",
        ),
        "t1: 1 x mug moved from return to vendor to scrap",
        False,
    ),
    (
        returns.ReturnResolved(return_id="t1"),
        "t1: its refund is granted",
        True,
    ),
    (
        returns.ReturnClosed(return_id="t1"),
        "t1: closed: the money is through",
        False,
    ),
]
