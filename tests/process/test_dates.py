"""What a case shows of itself: its dates, its parts and its summary."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderlife._kernel.case import Case
from orderlife._kernel.messages import ExceptionKind, Remedy, Timer, TimerKind
from orderlife._values.money import Money
from orderlife.engine.summary import summary_of
from orderlife.errors import NotFoundError
from orderlife.house import HOUSE, evolve, fold, timers
from orderlife.ports.inventory import Demand
from orderlife.ports.store import OrderSummary
from orderlife.rooms.order import messages as m
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.model import Hold, Units
from orderlife.rooms.payment.lifecycle import OperationState
from orderlife.rooms.payment.messages import PaymentAwaited
from orderlife.rooms.payment.model import MovementKind
from orderlife.rooms.returns import evolve as return_room, messages as b
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.status import returns_status
from orderlife.rooms.shipment import evolve as shipment_room, messages as s
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.status import Status
from orderlife.rooms.stock import evolve as reservation_room, messages as r
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.testing.scenario import NOON
from orderlife.views.order import OrderView
from tests.house import evolve as evolve_part
from tests.order.orders import BASE, counted, item, made, payment
from tests.process.parts import STOCK, back, case, held, sent

K, M, S = TimerKind, MovementKind, OrderState
DAY = timedelta(days=1)
SOON, LATER = NOON + DAY, NOON + 2 * DAY


UNPAID = attrs.evolve(made(), payment_due_at=None)


def due(order: Any, **parts: Any) -> list[tuple[str, str, Any]]:
    """The dates of a case."""
    return [
        (each.kind.value, each.subject, each.at)
        for each in timers(case(order, **parts))
    ]


@pytest.mark.parametrize("state", OrderState)
def test_an_order_has_its_dates_by_its_state(state: OrderState) -> None:
    """When to be paid, and when to be followed up."""
    order = made(state=state, payment_due_at=SOON, follow_up_at=LATER)
    expected = []
    if state is S.PLACED:
        expected.append(("payment_due", "o1", SOON))
    if state in {S.CONFIRMED, S.COMPLETED}:
        expected.append(("follow_up", "o1", LATER))

    assert expected == due(order)


def test_money_that_is_there_is_not_due() -> None:
    """Nor has what has no date one."""
    order = made((M.AUTHORIZED, 400), payment_due_at=SOON)

    assert [] == due(order)
    assert [] == due(UNPAID)
    assert () == timers(Case(order_id="o1"))


def test_dates_come_in_their_order() -> None:
    """By date, by kind and by what they are about."""
    hold = Hold(hold_id="h1", reason="other", blocks=("refund",), until=SOON)
    order = made(
        holds=(
            attrs.evolve(hold, hold_id="h9"),
            attrs.evolve(hold, hold_id="h2", until=LATER),
            attrs.evolve(hold, hold_id="h3", until=None),
            hold,
        ),
        payment_due_at=SOON,
    )

    assert (
        Timer(K.HOLD_ENDS, "h1", SOON),
        Timer(K.HOLD_ENDS, "h9", SOON),
        Timer(K.PAYMENT_DUE, "o1", SOON),
        Timer(K.HOLD_ENDS, "h2", LATER),
    ) == timers(case(order))


@pytest.mark.parametrize("state", OrderState)
def test_what_is_secured_runs_out(state: OrderState) -> None:
    """While the order is worked on, and while anything is left of it."""
    order = made(
        (M.AUTHORIZED, 400),
        state=state,
        payments=(
            payment(capture_before=SOON),
            payment("p2", capture_before=LATER),
            payment("p3"),
        ),
    )
    taken = attrs.evolve(
        order,
        movements=(
            *order.movements,
            attrs.evolve(order.movements[0], kind=M.CAPTURED),
        ),
    )
    active = state in {S.PLACED, S.CONFIRMED}

    assert ([("authorization_ends", "p1", SOON)] if active else []) == due(
        order
    )
    assert [] == due(taken)


@pytest.mark.parametrize("state", ReservationState)
@pytest.mark.parametrize("order_state", [S.PLACED, S.CONFIRMED, S.CANCELLING])
def test_stock_has_its_dates(
    state: ReservationState, order_state: OrderState
) -> None:
    """When a hold runs out, and when to ask again."""
    dates: dict[str, Any] = {"until": SOON, "check_at": LATER}
    expected: list[Any] = []
    if order_state is not S.CANCELLING:
        if state is ReservationState.HELD:
            expected = [("stock_hold_ends", "o1-r2", SOON)]
        elif state is ReservationState.BACKORDERED:
            expected = [("backorder_check", "o1-r3", LATER)]

    assert expected == due(
        attrs.evolve(UNPAID, state=order_state),
        reservations=(
            held(state, 1, pending="x", items=STOCK, **dates),
            held(state, 2, items=STOCK, **dates),
            held(state, 3, **dates),
        ),
    )


@pytest.mark.parametrize("state", ReturnState)
def test_returns_have_their_dates(state: ReturnState) -> None:
    """When an approval runs out, and when no more is awaited."""
    dates: dict[str, Any] = {"expires_at": SOON, "receiving_until": LATER}
    expected: list[Any] = []
    if state in {ReturnState.APPROVED, ReturnState.IN_TRANSIT}:
        expected = [("return_expires", "o1-t1", SOON)]
    elif state is ReturnState.RECEIVING:
        expected = [
            ("receiving_ends", "o1-t1", LATER),
            ("receiving_ends", "o1-t2", LATER),
        ]

    assert expected == due(
        UNPAID,
        returns=(
            back(state, **dates),
            back(state, 2, resolution="keep", **dates),
        ),
    )


# --- its parts ----------------------------------------------------------

WHOLE = case(
    made(),
    shipments=(sent(ShipmentState.PLANNED),),
    reservations=(held(ReservationState.HELD),),
    returns=(back(ReturnState.REQUESTED),),
    version=7,
)


@pytest.mark.parametrize(
    ("kind", "find", "known"),
    [
        ("shipment", WHOLE.shipment, "o1-s1"),
        ("reservation", WHOLE.reservation, "o1-r1"),
        ("return", WHOLE.return_, "o1-t1"),
    ],
)
def test_a_part_is_found_by_its_id(kind: str, find: Any, known: str) -> None:
    """If it is not there, it says what is."""
    assert getattr(find(known), f"{kind}_id") == known
    with pytest.raises(NotFoundError) as caught:
        find("x")
    assert (kind, "x", (known,)) == caught.value.args
    assert caught.value.__suppress_context__


def test_an_order_must_be_there() -> None:
    """Else it is not found."""
    with pytest.raises(NotFoundError) as caught:
        _ = Case(order_id="o1").placed
    assert ("order", "o1", ()) == caught.value.args


DEMANDS = (Demand(line_id="1", sku="mug", quantity=1),)


ROOMS: dict[str, Any] = {
    "reservations": reservation_room,
    "shipments": shipment_room,
    "returns": return_room,
}


@pytest.mark.parametrize(
    ("event", "field", "subject"),
    [
        (
            r.ReservationRequested(
                reservation_id="o1-r2",
                operation_id="x",
                demands=DEMANDS,
                until=NOON,
            ),
            "reservations",
            "o1-r2",
        ),
        (
            r.ReservationBackordered(
                reservation_id="o1-r2", demands=DEMANDS, check_at=NOON
            ),
            "reservations",
            "o1-r2",
        ),
        (
            r.AllocationRequested(reservation_id="o1-r1", operation_id="x"),
            "reservations",
            "o1-r1",
        ),
        (
            s.ShipmentPlanned(
                shipment_id="o1-s2",
                reservation_id="o1-r1",
                place="north",
                seller="",
                items={"1": 1},
            ),
            "shipments",
            "o1-s2",
        ),
        (
            s.ShipmentPicked(shipment_id="o1-s1", items={"1": 1}),
            "shipments",
            "o1-s1",
        ),
        (
            b.ReturnRequested(
                return_id="o1-t2",
                lines=(),
                reason="style",
                resolution="refund",
                at=NOON,
            ),
            "returns",
            "o1-t2",
        ),
        (
            b.ReturnDeclined(return_id="o1-t1", explanation="so"),
            "returns",
            "o1-t1",
        ),
    ],
)
def test_an_event_changes_the_part_that_it_names(
    event: Any, field: str, subject: str
) -> None:
    """And the version, and nothing else."""
    changed = evolve(WHOLE, event)
    before, after = getattr(WHOLE, field), getattr(changed, field)

    assert 8 == changed.version
    assert {*before, subject} == set(after)
    room = ROOMS[field]
    first = subject not in before
    part = room.begin(event) if first else evolve_part(before[subject], event)
    assert part == after[subject]
    assert attrs.evolve(WHOLE, version=8, **{field: after}) == changed
    assert 7 == WHOLE.version


def test_an_order_begins_and_goes_on() -> None:
    """By its events alone."""
    placed = m.OrderPlaced(order_id="o1", placement=BASE.placement, at=NOON)
    case_ = fold("o1", iter((placed, PaymentAwaited(until=SOON))))
    again = Case(order_id="o1")
    HOUSE.advance(again, placed)

    assert ("o1", 2) == (case_.order_id, case_.version)
    assert SOON == case_.placed.payment_due_at
    assert (1, None) == (again.version, again.placed.payment_due_at)
    assert Case(order_id="o9") == fold("o9", iter(()))


# --- what it looks like -------------------------------------------------


@pytest.mark.parametrize(
    ("units", "states", "expected"),
    [
        ((0, 0), (), "none"),
        ((3, 0), (ReturnState.CLOSED, ReturnState.DECLINED), "none"),
        ((3, 0), (ReturnState.REQUESTED,), "requested"),
        ((3, 0), (ReturnState.APPROVED,), "in_progress"),
        (
            (3, 0),
            (ReturnState.REQUESTED, ReturnState.RECEIVED),
            "in_progress",
        ),
        ((3, 1), (ReturnState.RESOLVED,), "partially_returned"),
        ((3, 2), (), "partially_returned"),
        ((3, 3), (), "returned"),
        ((2, 3), (ReturnState.REQUESTED,), "returned"),
    ],
)
def test_the_way_back_is_shown(
    units: tuple[int, int], states: Any, expected: str
) -> None:
    """By units, of all lines, and by open returns."""
    delivered, returned = units
    first = Units(ordered=3, delivered=min(1, delivered))
    second = Units(
        ordered=2, delivered=delivered - first.delivered, returned=returned
    )
    where = case(
        made(units=counted(first, second)),
        returns=tuple(
            back(state, number) for number, state in enumerate(states, 1)
        ),
    )

    assert expected == returns_status(where)
    swapped = case(
        made(units=counted(second, first)),
        returns=tuple(where.returns.values()),
    )
    assert expected == returns_status(swapped)


def test_an_order_is_found_by_where_it_stands() -> None:
    """On each axis; what is not there stands nowhere."""
    placement = attrs.evolve(
        BASE.placement,
        channel="web",
        channel_number="w-7",
        customer_id="c1",
    )
    order = made(
        (M.AUTHORIZED, 400),
        placement=placement,
        placed_at=SOON,
        state=S.CONFIRMED,
        exceptions=(
            item(ExceptionKind.DISPUTE),
            item(ExceptionKind.DISPUTE, number=2, remedy=Remedy.ACCEPT),
            item(ExceptionKind.DISPUTE, number=3),
        ),
    )
    where = case(order, returns=(back(ReturnState.REQUESTED),))

    assert OrderSummary(
        order_id="o1",
        placed_at=SOON,
        channel="web",
        channel_number="w-7",
        customer_id="c1",
        order_status="confirmed",
        payment_status="authorized",
        fulfilment_status="scheduled",
        returns_status="requested",
        open_exceptions=2,
        currency="EUR",
        total_minor=400,
    ) == summary_of(where)
    assert OrderSummary(order_id="o1") == summary_of(Case(order_id="o1"))


def test_a_view_shows_all_of_it() -> None:
    """Its money, its parts and where it stands."""
    hold = Hold(hold_id="h1", reason="other", blocks=("refund",))
    order = made(
        (M.AUTHORIZED, 400),
        (M.CAPTURED, 300),
        (M.REFUNDED, 70),
        (M.DISPUTED, 20),
        asked=(("authorize", 400, OperationState.SUCCEEDED),),
        units=counted(Units(ordered=3, cancelled=1)),
        holds=(hold,),
        exceptions=(
            item(ExceptionKind.DISPUTE),
            item(ExceptionKind.DISPUTE, number=2, remedy=Remedy.ACCEPT),
        ),
    )
    where = attrs.evolve(WHOLE, order=order)
    view = OrderView(where)
    status = Status(
        order="placed",
        payment="partially_refunded",
        fulfilment="unfulfilled",
        returns="requested",
    )

    assert ("o1", 7, order) == (view.id, view.version, view.order)
    assert order.placement.lines == view.lines
    assert status == view.status
    assert (
        "order=placed, payment=partially_refunded, "
        "fulfilment=unfulfilled, returns=requested"
    ) == str(status)
    assert [
        Money(amount, "EUR")
        for amount in ("4.00", "3.00", "3.00", "0.70", "2.10")
    ] == [view.total, view.cost, view.paid, view.refunded, view.kept]
    assert (
        tuple(where.shipments.values()),
        tuple(where.reservations.values()),
        tuple(where.returns.values()),
        (hold,),
        (item(ExceptionKind.DISPUTE),),
    ) == (
        view.shipments,
        view.reservations,
        view.returns,
        view.holds,
        view.exceptions,
    )
