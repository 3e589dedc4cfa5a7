"""What can be asked for next: command by command, state by state."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from orderlife._kernel.case import Case
from orderlife._kernel.messages import Contradiction, ExceptionKind, Remedy
from orderlife._values.limits import MAX_TENDERS
from orderlife.desk.allowed import allowed
from orderlife.ports.carrier import Label
from orderlife.ports.payment import Tender
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.model import Hold, Order, Units
from orderlife.rooms.payment.lifecycle import OperationState
from orderlife.rooms.payment.model import MovementKind
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.model import Finding, ReturnLine
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.stock.lifecycle import ReservationState
from tests.order.orders import counted, item, made
from tests.order.shop import cents
from tests.process.parts import STOCK, back, case, held, sent

M, S, SS = MovementKind, OrderState, ShipmentState
LABEL = Label(label_id="l1", carrier="post", tracking_number="t1")
HOLD = Hold(hold_id="h1", reason="other", blocks=("refund", "dispatch"))


def possible(where: Case) -> list[str]:
    """All that can be asked for, in its order."""
    return [str(each) for each in allowed(where)]


def asked(where: Case) -> list[str]:
    """What can be asked of the order, and what nobody sees of its parts."""
    return [
        each.command.__name__
        for each in allowed(where)
        if each.subject == "o1"
    ]


def about(where: Case, subject: str) -> list[str]:
    """What can be asked of a part of it."""
    return [
        each.command.__name__
        for each in allowed(where)
        if each.subject == subject
    ]


# --- the order ----------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (S.DRAFT, "PlaceDraft CancelOrder CancelLines PayOrder OpenHold"),
        (S.PLACED, "CancelOrder CancelLines PayOrder OpenHold"),
        (S.CONFIRMED, "CancelOrder CancelLines PayOrder OpenHold"),
        (S.COMPLETED, "OpenHold"),
        (S.CANCELLING, "OpenHold"),
        (S.CANCELLED, ""),
        (S.EXPIRED, ""),
        (S.REJECTED, ""),
    ],
)
def test_an_order_can_be_asked_by_its_state(
    state: OrderState, expected: str
) -> None:
    """Of which nothing was paid, and nothing has left."""
    assert expected.split() == asked(case(made(state=state)))


def test_nothing_is_possible_of_nothing() -> None:
    """There is no order."""
    assert () == allowed(Case(order_id="o1"))


GONE = counted(Units(ordered=3, shipped=3), Units(ordered=2, shipped=1))
ARRIVED = counted(Units(ordered=3, shipped=3, delivered=3))


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (made(state=S.CONFIRMED, units=GONE), "CancelLines PayOrder OpenHold"),
        (
            made((M.AUTHORIZED, 400), state=S.CONFIRMED),
            "CancelOrder CancelLines CapturePayment OpenHold",
        ),
        (made((M.AUTHORIZED, 400)), "CancelOrder CancelLines OpenHold"),
        (
            made((M.AUTHORIZED, 400), (M.CAPTURED, 400), state=S.CONFIRMED),
            "CancelOrder CancelLines RefundPayment OpenHold",
        ),
        (
            made((M.CAPTURED, 400), state=S.COMPLETED, units=ARRIVED),
            "RefundPayment RequestReturn OpenHold",
        ),
        (
            made((M.CAPTURED, 400), state=S.CONFIRMED, units=ARRIVED),
            "CancelLines RefundPayment RequestReturn OpenHold",
        ),
        (
            made((M.CAPTURED, 400), state=S.CANCELLED, units=ARRIVED),
            "RefundPayment",
        ),
        (made((M.CAPTURED, 400), state=S.CANCELLED, holds=(HOLD,)), ""),
        (
            made(
                (M.AUTHORIZED, 400),
                (M.CAPTURED, 100),
                asked=(("capture", 300, OperationState.PENDING),),
                state=S.CONFIRMED,
            ),
            "CancelOrder CancelLines RefundPayment OpenHold",
        ),
    ],
)
def test_an_order_can_be_asked_by_its_money(
    order: Order, expected: str
) -> None:
    """And by what has left and arrived."""
    if order.movements and order.movements[0].kind is M.CAPTURED:
        secured = attrs.evolve(order.movements[0], kind=M.AUTHORIZED)
        order = attrs.evolve(order, movements=(secured, *order.movements))
    assert expected.split() == asked(case(order))


@pytest.mark.parametrize(("short", "room"), [(1, True), (0, False)])
def test_means_of_payment_have_room_or_not(short: int, *, room: bool) -> None:
    """So many, and no more."""
    order = made(tenders=(Tender("a", "t", cents(1)),) * (MAX_TENDERS - short))

    assert room is ("PayOrder" in asked(case(order)))


@pytest.mark.parametrize(
    ("state", "fields", "expected"),
    [
        (SS.READY, {"label": LABEL}, False),
        (SS.PACKED, {"label_pending": "x"}, False),
        (SS.PACKED, {}, True),
        (SS.CANCELLED, {"label": LABEL}, True),
        (SS.READY, {"label": LABEL, "items": {"1": 2}}, True),
    ],
)
def test_lines_with_a_label_are_not_cancelled(
    state: ShipmentState, fields: dict[str, Any], *, expected: bool
) -> None:
    """Others are."""
    settings: dict[str, Any] = {"items": {"1": 3}}
    order = made(
        state=S.CONFIRMED,
        units=counted(Units(ordered=3), Units(ordered=2, cancelled=2)),
    )
    ship = sent(state, **settings | fields)

    assert expected is ("CancelLines" in asked(case(order, shipments=(ship,))))


@pytest.mark.parametrize(
    ("state", "quantity", "received", "expected"),
    [
        (ReturnState.REQUESTED, 2, 0, True),
        (ReturnState.REQUESTED, 3, 0, False),
        (ReturnState.RECEIVED, 1, 3, False),
        (ReturnState.CLOSED, 3, 1, False),
        (ReturnState.DECLINED, 3, 0, True),
        (ReturnState.CANCELLED, 3, 0, True),
        (ReturnState.EXPIRED, 3, 0, True),
    ],
)
def test_what_comes_back_does_not_come_back_again(
    state: ReturnState, quantity: int, received: int, *, expected: bool
) -> None:
    """Nor does a line that was never ordered."""
    lines = (
        ReturnLine(line_id="9", quantity=1),
        ReturnLine(line_id="1", quantity=quantity, received=received),
    )
    where = case(
        made(state=S.COMPLETED, units=ARRIVED),
        returns=(back(state, lines=lines),),
    )

    assert expected is ("RequestReturn" in asked(where))


# --- its parts ----------------------------------------------------------


def test_holds_and_exceptions_can_be_ended() -> None:
    """Those that stand."""
    what = Contradiction(ExceptionKind.DISPUTE, "p1", "", "")
    order = made(
        state=S.CANCELLED,
        holds=(HOLD, attrs.evolve(HOLD, hold_id="h2")),
        exceptions=(
            item(ExceptionKind.DISPUTE, remedy=Remedy.ACCEPT),
            item(ExceptionKind.DISPUTE, number=2, contradiction=what),
        ),
    )

    assert [
        "ReleaseHold h1",
        "ReleaseHold h2",
        "ResolveException x2",
    ] == possible(case(order))


@pytest.mark.parametrize("state", ReservationState)
def test_a_backorder_can_be_filled(state: ReservationState) -> None:
    """While it waits, and nothing is asked or found for it."""
    where = case(
        made(),
        reservations=(
            held(state),
            held(state, 2, pending="x"),
            held(state, 3, items=STOCK),
        ),
    )
    expected = (
        ["FillBackorder o1-r1"]
        if state is ReservationState.BACKORDERED
        else []
    )

    assert expected == [
        each for each in possible(where) if "FillBackorder" in each
    ]


INSIDE = {
    SS.PLANNED: "PickShipment CancelShipment",
    SS.PICKING: "PickShipment PackShipment CancelShipment",
    SS.PACKED: (
        "PackShipment BuyShipmentLabel DispatchShipment CancelShipment"
    ),
    SS.READY: "DispatchShipment CancelShipment",
}


@pytest.mark.parametrize("state", ShipmentState)
@pytest.mark.parametrize("order_state", [S.CONFIRMED, S.CANCELLING])
def test_goods_in_the_building_can_be_handled(
    state: ShipmentState, order_state: OrderState
) -> None:
    """While the order is confirmed."""
    order = made((M.AUTHORIZED, 400), state=order_state)
    is_open = order_state is S.CONFIRMED

    assert (INSIDE.get(state, "") if is_open else "").split() == about(
        case(order, shipments=(sent(state),)), "o1-s1"
    )


@pytest.mark.parametrize(
    ("state", "fields", "expected"),
    [
        (
            SS.PICKING,
            {"label_pending": "x"},
            "PickShipment CancelShipment",
        ),
        (SS.PACKED, {"label_pending": "x"}, "CancelShipment"),
        (SS.PACKED, {"void_pending": "x"}, "CancelShipment"),
        (SS.READY, {"void_pending": "x"}, "CancelShipment"),
        (SS.READY, {"void_pending": "x", "label": LABEL}, ""),
        (SS.READY, {"label_pending": "x", "label": LABEL}, ""),
        (SS.READY, {"label": LABEL}, "DispatchShipment CancelShipment"),
    ],
)
def test_what_the_carrier_is_asked_is_waited_for(
    state: ShipmentState, fields: dict[str, Any], expected: str
) -> None:
    """Nothing else is done meanwhile."""
    order = made((M.AUTHORIZED, 400), state=S.CONFIRMED)

    assert expected.split() == about(
        case(order, shipments=(sent(state, **fields),)), "o1-s1"
    )


@pytest.mark.parametrize(
    "order",
    [
        made(state=S.CONFIRMED),
        made((M.AUTHORIZED, 400), state=S.CONFIRMED, holds=(HOLD,)),
    ],
)
def test_what_is_held_or_not_paid_does_not_leave(order: Order) -> None:
    """It can be cancelled."""
    ready = sent(SS.READY, label=LABEL)

    assert ["CancelShipment"] == about(
        case(order, shipments=(ready,)), "o1-s1"
    )


MOVING = {
    SS.DISPATCHED,
    SS.IN_TRANSIT,
    SS.OUT_FOR_DELIVERY,
    SS.AVAILABLE_FOR_PICKUP,
    SS.ATTEMPT_FAILED,
    SS.LOST,
    SS.DAMAGED,
}


@pytest.mark.parametrize("state", ShipmentState)
@pytest.mark.parametrize(
    ("fields", "can"),
    [
        ({"label": LABEL}, True),
        ({}, False),
        ({"label": LABEL, "intercept_pending": "x"}, False),
    ],
)
def test_a_parcel_can_be_called_back_on_its_way(
    state: ShipmentState, fields: dict[str, Any], *, can: bool
) -> None:
    """If the carrier knows it, and was not asked already."""
    found = about(
        case(made(state=S.CANCELLED), shipments=(sent(state, **fields),)),
        "o1-s1",
    )

    assert (["InterceptShipment"] if can and state in MOVING else []) == found


BACK = {
    ReturnState.REQUESTED: "ApproveReturn DeclineReturn CancelReturn",
    ReturnState.APPROVED: "CancelReturn",
    ReturnState.RECEIVING: "CloseReceiving InspectReturn",
    ReturnState.RECEIVED: "InspectReturn",
}


@pytest.mark.parametrize("state", ReturnState)
@pytest.mark.parametrize(
    ("condition", "more"),
    [("", ""), ("missing", ""), ("sellable", " ChangeDisposition")],
)
def test_a_return_can_be_judged(
    state: ReturnState, condition: Any, more: str
) -> None:
    """And what was inspected can be put elsewhere."""
    found = Finding(
        line_id="1", quantity=1, condition=condition, disposition="restock"
    )
    where = case(
        made(),
        returns=(back(state, findings=(found,) if condition else ()),),
    )

    assert (BACK.get(state, "") + more).split() == about(where, "o1-t1")
