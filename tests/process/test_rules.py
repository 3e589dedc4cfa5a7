"""Each rule: what breaks it, what just does not, and what is said."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from orderlife import invariants
from orderlife._kernel.case import Case
from orderlife._kernel.messages import SYSTEM, ExceptionKind, Recorded, Remedy
from orderlife._values.money import MAX_MINOR, Money
from orderlife.errors import InvariantError
from orderlife.house import HOUSE, evolve
from orderlife.invariants import Violation, check_invariants, violations
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import (
    LinesCancelled,
    OrderConfirmed,
    OrderPlaced,
)
from orderlife.rooms.order.model import Hold, Order
from orderlife.rooms.payment.lifecycle import OperationState
from orderlife.rooms.payment.messages import PaymentRequested, RefundGranted
from orderlife.rooms.payment.model import (
    Movement,
    MovementKind,
    PaymentOperation,
)
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.shipment.lifecycle import BEFORE_DISPATCH, ShipmentState
from orderlife.rooms.shipment.messages import ShipmentDispatched
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.messages import ReservationExpired
from orderlife.testing import a_movement
from orderlife.testing.scenario import NOON
from tests.process.made import (
    BASE,
    R1,
    S1,
    T1,
    WHOLE,
    back,
    case,
    excepted,
    held,
    item,
    order,
    payment,
    sent,
)

K, M = ExceptionKind, MovementKind
R, S, T = ReservationState, ShipmentState, ReturnState
HOLD = Hold(hold_id="h1", reason="other", blocks=("confirm",))
SETTLED = excepted(K.LABEL_FAILED, "o1-s9", 9, remedy=Remedy.ACCEPT)


def done(exceptions: Any = (), **fields: Any) -> Order:
    """An order that nothing has to move on, and that is not at rest.

    Somebody has settled something once, so that it need not be paid.
    """
    return order(
        OrderState.COMPLETED, exceptions=(*exceptions, SETTLED), **fields
    )


def broken(made: Case, history: Any = None) -> list[tuple[int, str]]:
    """The rules that do not hold, and what is said."""
    return [(v.number, v.what) for v in violations(made, history)]


def pending(kind: Any, minor: int) -> dict[str, PaymentOperation]:
    """A request to the gateway that is not answered yet."""
    asked = PaymentOperation(
        operation_id="x",
        kind=kind,
        payment_id="p1",
        minor=minor,
        state=OperationState.PENDING,
    )
    return {"x": asked}


FULL = a_movement(M.AUTHORIZED, WHOLE)
ALL = (FULL, a_movement(M.CAPTURED, WHOLE))


# --- money ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"movements": ALL}, []),
        (
            {"movements": (*ALL, a_movement(M.CAPTURED, 1))},
            [(2, "p1: captured 6001 of 6000 authorised")],
        ),
        (
            {"movements": (FULL, a_movement(M.CAPTURE_REVERSED, 1))},
            [
                (2, "p1: captured -1 of 6000 authorised"),
                (3, "p1: 0 goes back of -1 captured"),
            ],
        ),
        # The gateway may allow more than was authorised.
        (
            {
                "movements": (*ALL, a_movement(M.CAPTURED, 500)),
                "payments": (payment(max_capturable_minor=6500),),
            },
            [],
        ),
        (
            {
                "movements": (*ALL, a_movement(M.CAPTURED, 501)),
                "payments": (payment(max_capturable_minor=6500),),
            },
            [(2, "p1: captured 6501 of 6500 authorised")],
        ),
        ({"movements": (*ALL, a_movement(M.REFUNDED, WHOLE))}, []),
        (
            {"movements": (*ALL, a_movement(M.REFUNDED, WHOLE + 1))},
            [(3, "p1: 6001 goes back of 6000 captured")],
        ),
        (
            {
                "movements": (*ALL, a_movement(M.REFUNDED, 3000)),
                "operations": pending("refund", 3001),
            },
            [(3, "p1: 6001 goes back of 6000 captured")],
        ),
        (
            {
                "movements": (
                    *ALL,
                    a_movement(M.REFUNDED, 3000),
                    a_movement(M.DISPUTED, 3001),
                )
            },
            [(3, "p1: 6001 goes back of 6000 captured")],
        ),
        # What belongs to no payment is in no sum.
        (
            {"movements": (*ALL, a_movement(M.CAPTURED, 5, payment_id="p9"))},
            [(4, "captured less refunded is not what is paid")],
        ),
        (
            {"movements": (*ALL, a_movement(M.REFUNDED, 5, payment_id="p9"))},
            [
                (1, "the refunds' account differs from their sum"),
                (4, "captured less refunded is not what is paid"),
            ],
        ),
        ({"movements": (), "payments": ()}, []),
        # What one payment has too little of, another does not make up for.
        (
            {
                "payments": (payment("p1"), payment("p2")),
                "movements": (
                    *ALL,
                    a_movement(M.AUTHORIZED, 50, payment_id="p2"),
                    a_movement(M.CAPTURED, 51, payment_id="p2"),
                    a_movement(M.REFUNDED, 52, payment_id="p2"),
                ),
            },
            [
                (2, "p2: captured 51 of 50 authorised"),
                (3, "p2: 52 goes back of 51 captured"),
            ],
        ),
        ({"movements": (a_movement(M.AUTHORIZED, MAX_MINOR),)}, []),
        ({"movements": (a_movement(M.AUTHORIZED, 0),)}, []),
    ],
)
def test_sums_of_money(fields: dict[str, Any], found: Any) -> None:
    """No more is taken, or goes back, than there is."""
    assert found == broken(case(done(**fields)))


@pytest.mark.parametrize(
    ("kind", "excuses"),
    [
        (K.AMOUNT_MISMATCH, True),
        (K.CAPTURED_AFTER_END, True),
        (K.CAPTURE_FAILED, True),
        (K.DISPUTE, True),
        (K.REFUND_FAILED, False),
    ],
)
def test_what_somebody_was_told_of_is_no_fault(
    kind: ExceptionKind, excuses: bool
) -> None:
    """Of the payment that it is about, settled or not."""
    movements = (
        *ALL,
        a_movement(M.CAPTURED, 1),
        a_movement(M.REFUNDED, WHOLE + 2),
    )
    both = [
        (2, "p1: captured 6001 of 6000 authorised"),
        (3, "p1: 6002 goes back of 6001 captured"),
    ]
    for remedy in (None, Remedy.ACCEPT):
        told = excepted(kind, "p1", remedy=remedy)
        made = done(movements=movements, exceptions=(told,))
        assert ([] if excuses else both) == broken(case(made))
    other = done(movements=movements, exceptions=(excepted(kind, "p2"),))
    assert both == broken(case(other))


class Crooked(Movement):
    """A movement that prints shortly."""

    __slots__ = ()

    def __str__(self) -> str:
        """Its kind."""
        return self.kind.value


@pytest.mark.parametrize(
    ("minor", "found"),
    [
        (-1, [(9, "authorized is no amount")]),
        (MAX_MINOR + 1, [(9, "authorized is no amount")]),
        (1.0, [(9, "authorized is no amount")]),
        (True, [(9, "authorized is no amount")]),
        (
            float("nan"),
            [
                (1, "authorized does not balance"),
                (2, "p1: captured 0 of nan authorised"),
                (9, "authorized is no amount"),
            ],
        ),
    ],
)
def test_what_is_no_amount(minor: Any, found: Any) -> None:
    """A whole number of minor units, within reason."""
    bad = Crooked(kind=M.AUTHORIZED, payment_id="p1", minor=minor)
    made = done(movements=(bad, FULL))
    assert found == broken(case(made))


def placement(**fields: Any) -> dict[str, Any]:
    """The order's placement with another first line."""
    first, *rest = BASE.placement.lines
    lines = (attrs.evolve(first, **fields), *rest)
    return {"placement": attrs.evolve(BASE.placement, lines=lines)}


def test_what_lines_come_to() -> None:
    """The order's total, in the order's currency."""
    less = done(**placement(goods_minor=2999))
    assert [(5, "lines come to 5999, the order to another")] == broken(
        case(less)
    )
    dollars = Money("10.00", "USD")
    foreign = done(**placement(unit_price=dollars))
    assert [(8, "line 1 has another currency")] == broken(case(foreign))


@pytest.mark.parametrize(("quantity", "counted"), [(49, True), (50, False)])
def test_units_are_added_up_where_they_are_few(
    quantity: int, counted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty are too many to be looked at one by one."""
    made = done(**placement(quantity=quantity))
    line_class = type(made.placement.lines[0])
    value = line_class.value

    def rounded(self: Any, start: int, stop: int) -> int:
        single = self.line_id == "1" and stop - start == 1
        return value(self, start, stop) - single

    monkeypatch.setattr(line_class, "value", rounded)
    lost = [(6, "units of line 1 lose a cent")]
    assert (lost if counted else []) == broken(case(made))


# --- units ---------------------------------------------------------------

LOST = [K.RETURNED_TO_SENDER, K.SHIPMENT_LOST, K.SHIPMENT_DAMAGED]
EXTRA = [K.OVER_RETURNED, K.UNEXPECTED_ITEMS, K.UNANNOUNCED_RETURN]


def counted(
    units: dict[str, int],
    *parts: Any,
    kinds: Any = (),
    subject: str = "x",
    quantities: Any = None,
) -> Case:
    """The order with counts of the mugs, and exceptions."""
    exceptions = tuple(
        excepted(kind, subject, number, quantities=quantities or {})
        for number, kind in enumerate(kinds, 1)
    )
    return case(done(units={"1": units}, exceptions=exceptions), *parts)


@pytest.mark.parametrize(
    ("units", "found", "excuses"),
    [
        ({"shipped": 3}, [], []),
        ({"shipped": 2, "cancelled": 1}, [], []),
        (
            {"shipped": 3, "cancelled": 1},
            [(19, "line 1: 3 shipped of 2")],
            [],
        ),
        ({"shipped": 3, "delivered": 2, "lost": 1}, [], []),
        (
            {"shipped": 3, "delivered": 3, "lost": 1},
            [(19, "line 1: more arrived than was shipped")],
            [],
        ),
        ({"shipped": 3, "delivered": 2, "returned": 2}, [], []),
        (
            {"shipped": 3, "delivered": 2, "returned": 3},
            [(20, "line 1: more came back than arrived")],
            [*EXTRA, *LOST],
        ),
        ({"shipped": 2, "refunded": 2}, [], []),
        (
            {"shipped": 2, "refunded": 3},
            [(7, "line 1: refunded units that never left")],
            LOST,
        ),
    ],
)
def test_counts_of_units(
    units: dict[str, int], found: Any, excuses: Any
) -> None:
    """No more than was wanted leaves, arrives, comes back, is refunded."""
    assert found == broken(counted(units))
    for kind in (*EXTRA, *LOST, K.DISPUTE):
        left = [] if kind in excuses else found
        assert left == broken(counted(units, kinds=(kind,)))


def test_no_count_is_negative() -> None:
    """Whichever it is."""
    (found,) = broken(counted({"backordered": -1}))
    number, said = found
    assert 12 == number
    assert said.startswith("line 1 has a negative count: Units(ordered=3,")


MOVED = K.MOVED_AFTER_CANCELLATION


@pytest.mark.parametrize(
    ("kinds", "state", "quantities", "excused"),
    [
        ((MOVED,), S.IN_TRANSIT, {"1": 1}, True),
        ((MOVED,), S.IN_TRANSIT, {"1": 2}, True),
        ((MOVED,), S.IN_TRANSIT, {"2": 1}, False),
        ((MOVED,), S.CANCELLED, {"1": 1}, False),
        ((K.DISPUTE,), S.IN_TRANSIT, {"1": 1}, False),
        ((K.DISPUTE, MOVED), S.IN_TRANSIT, {"1": 1}, True),
    ],
)
def test_what_moved_after_it_was_called_off(
    kinds: Any, state: ShipmentState, quantities: Any, excused: bool
) -> None:
    """A carrier's word is never refused, once somebody was told."""
    made = counted(
        {"shipped": 3, "cancelled": 1},
        sent(state, {}),
        kinds=kinds,
        subject=S1,
        quantities=quantities,
    )
    found = [(19, "line 1: 3 shipped of 2")]
    assert ([] if excused else found) == broken(made)


def test_what_moved_is_added_up() -> None:
    """Over all that somebody was told of; of shipments that there are."""

    def made(subject: str) -> Case:
        items = (
            excepted(MOVED, S1, 1, quantities={"1": 1}),
            excepted(MOVED, subject, 2, quantities={"1": 1}),
        )
        units = {"1": {"shipped": 3, "cancelled": 2}}
        return case(
            done(units=units, exceptions=items),
            sent(S.IN_TRANSIT, {}),
            sent(S.IN_TRANSIT, {}, 2),
        )

    assert [] == broken(made("o1-s2"))
    assert [(19, "line 1: 3 shipped of 1")] == broken(made("o1-s9"))


# --- stock ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "found"),
    [
        (case(done(), sent(S.PLANNED, {"1": 3})), []),
        (
            case(
                done(),
                sent(S.PLANNED, {"1": 2}),
                sent(S.READY, {"1": 2}, 2),
                sent(S.DISPATCHED, {"1": 9}, 3),
            ),
            [(19, "line 1: 4 planned, fewer to be sent")],
        ),
        (
            case(done(), sent(S.PLANNED, {"9": 1, "1": 4})),
            [
                (19, "line 9: 1 planned, fewer to be sent"),
                (19, "line 1: 4 planned, fewer to be sent"),
            ],
        ),
        (
            case(
                done(units={"1": {"cancelled": 3}}),
                sent(S.PLANNED, {"1": 0}),
            ),
            [],
        ),
        (
            case(
                done(
                    units={"1": {"cancelled": 1, "shipped": 3}},
                    exceptions=(
                        excepted(MOVED, "o1-s2", quantities={"1": 1}),
                    ),
                ),
                sent(S.PLANNED, {"1": 0}),
                sent(S.IN_TRANSIT, {}, 2),
            ),
            [],
        ),
        (
            case(
                done(
                    units={"1": {"cancelled": 1}},
                    exceptions=(
                        excepted(MOVED, "o1-s2", quantities={"1": 1}),
                    ),
                ),
                sent(S.PLANNED, {"1": 3}),
                sent(S.IN_TRANSIT, {}, 2),
            ),
            [],
        ),
        (
            case(
                done(
                    units={"1": {"cancelled": 2, "shipped": 2}},
                    exceptions=(
                        excepted(MOVED, "o1-s2", quantities={"1": 1}),
                    ),
                ),
                sent(S.PLANNED, {"1": 1}),
                sent(S.IN_TRANSIT, {}, 2),
            ),
            [(19, "line 1: 1 planned, fewer to be sent")],
        ),
        (case(done(), held(R.ALLOCATED, item("1", 1))), []),
        (case(done(), held(R.RELEASED)), []),
        (
            case(done(), held(R.RELEASED, item("1", 1))),
            [(15, "o1-r1 has ended and holds stock")],
        ),
        (
            case(
                done(),
                held(R.ALLOCATED, item("1", 1), item("1", 0)),
            ),
            [(12, "o1-r1 holds nothing")],
        ),
    ],
)
def test_what_is_planned_and_held(made: Case, found: Any) -> None:
    """No more than is to be sent, and nothing after the end."""
    assert found == broken(made)


# --- the end, and what moves it on ---------------------------------------

CANCELLED = OrderState.CANCELLED
VOIDED = (FULL, a_movement(M.VOIDED, WHOLE))


@pytest.mark.parametrize(
    ("fields", "parts", "found"),
    [
        ({"movements": VOIDED}, (), []),
        ({"movements": (*ALL, a_movement(M.REFUNDED, WHOLE))}, (), []),
        ({}, (), [(21, "p1: its money is not back")]),
        ({"movements": ALL}, (), [(21, "p1: its money is not back")]),
        (
            {"movements": VOIDED},
            (
                sent(S.PLANNED, {}),
                sent(S.CANCELLED, {}, 2),
                held(R.HELD),
                held(R.RELEASED, number=2),
            ),
            [
                (21, "o1-r1 is still held"),
                (21, "o1-s1 is still planned"),
            ],
        ),
    ],
)
def test_what_an_end_leaves(
    fields: dict[str, Any], parts: Any, found: Any
) -> None:
    """Neither goods nor money."""
    assert found == broken(case(order(CANCELLED, **fields), *parts))
    assert [] == broken(case(done(**fields), *parts))


@pytest.mark.parametrize(
    ("kind", "excuses"),
    [
        (K.CAPTURED_AFTER_END, True),
        (K.CREDIT_FAILED, True),
        (K.DISPUTE, True),
        (K.REFUND_FAILED, True),
        (K.VOID_FAILED, False),
    ],
)
def test_what_may_bring_money_back_after_the_end(
    kind: ExceptionKind, excuses: bool
) -> None:
    """Somebody was told of it, about this very payment."""
    made = order(CANCELLED, exceptions=(excepted(kind, "p1"),))
    found = [(21, "p1: its money is not back")]
    assert ([] if excuses else found) == broken(case(made))
    other = order(CANCELLED, exceptions=(excepted(kind, "p2"),))
    assert found == broken(case(other))


STILL = [(40, "nothing moves it on: it is placed")]


@pytest.mark.parametrize(
    ("fields", "parts", "moves"),
    [
        ({}, (), False),
        ({"operations": pending("void", 1)}, (), True),
        ({"holds": (HOLD,)}, (), True),
        ({"exceptions": (excepted(K.DISPUTE, "p1"),)}, (), True),
        (
            {"exceptions": (excepted(K.DISPUTE, "p1", remedy=Remedy.ACCEPT),)},
            (),
            False,
        ),
        ({"authorized": 0, "payment_due_at": NOON}, (), True),
        ({}, (sent(S.DELIVERED, {}, label_pending="x"),), True),
        ({}, (sent(S.DELIVERED, {}, void_pending="x"),), True),
        ({}, (sent(S.DELIVERED, {}, intercept_pending="x"),), False),
        ({}, (held(R.HELD, pending="x"),), True),
        ({}, (held(R.HELD, leaving={"x": ()}),), True),
        ({}, (held(R.ALLOCATED, item("1", 1)),), False),
        ({}, (back(T.REQUESTED),), True),
        ({}, (back(T.CLOSED),), False),
    ],
)
def test_what_moves_an_order_on(
    fields: dict[str, Any], parts: Any, moves: bool
) -> None:
    """Somebody, a date, or an answer that is to come."""
    made = case(order(OrderState.PLACED, **fields), *parts)
    assert ([] if moves else STILL) == broken(made)


@pytest.mark.parametrize("state", S)
def test_goods_that_have_not_arrived_move_an_order_on(
    state: ShipmentState,
) -> None:
    """Wherever they are on their way."""
    settled = {
        S.DELIVERED,
        S.LOST,
        S.DAMAGED,
        S.RETURNED_TO_SENDER,
        S.WRITTEN_OFF,
        S.CANCELLED,
    }
    made = case(order(OrderState.PLACED), sent(state, {}))
    assert (STILL if state in settled else []) == broken(made)
    assert set(BEFORE_DISPATCH).isdisjoint(settled)


@pytest.mark.parametrize("state", OrderState)
def test_which_orders_need_nothing(state: OrderState) -> None:
    """Those that have ended, are complete, or were put aside."""
    made = case(order(state, movements=VOIDED, exceptions=(SETTLED,)))
    at_work = {
        OrderState.PLACED,
        OrderState.CONFIRMED,
        OrderState.CANCELLING,
    }
    found = [(40, f"nothing moves it on: it is {state.value}")]
    if state is OrderState.CONFIRMED:
        lacks = (40, "it lacks money or stock, and nobody is asked")
        found = [lacks, *found]
    assert (found if state in at_work else []) == broken(made)


# --- the history ---------------------------------------------------------


def recorded(*events: Any, first: int = 1) -> list[Recorded]:
    """A history of these events."""
    return [
        Recorded(number, NOON, SYSTEM, "c", event)
        for number, event in enumerate(events, first)
    ]


PLACED = OrderPlaced(
    order_id="o1",
    placement=BASE.placement,
    at=NOON,
    tenders=BASE.tenders,
)


def asked(kind: Any, minor: int) -> PaymentRequested:
    """A request to the gateway."""
    return PaymentRequested(
        operation_id="o1:x:1", kind=kind, payment_id="p1", minor=minor
    )


UNPAID = order(authorized=0)
RESOLVED = case(None, back(T.RESOLVED))
GRANTED = RefundGranted(subject=T1, lines=(), minor=1)


@pytest.mark.parametrize(
    ("before", "event", "found"),
    [
        (case(), asked("capture", WHOLE), []),
        (
            case(),
            asked("capture", WHOLE + 1),
            [(10, "o1:x:1 takes what is not open")],
        ),
        (
            case(
                order(
                    movements=(FULL, a_movement(M.CAPTURED, 50)),
                    payments=(payment(captures_in_parts=False),),
                )
            ),
            asked("capture", 50),
            [(10, "o1:x:1 takes twice of what is captured once")],
        ),
        (case(), asked("void", WHOLE + 1), []),
        (
            case(
                order(
                    payments=(payment("p1"), payment("p2")),
                    movements=(
                        FULL,
                        a_movement(M.AUTHORIZED, 50, payment_id="p2"),
                    ),
                )
            ),
            asked("capture", WHOLE + 1),
            [(10, "o1:x:1 takes what is not open")],
        ),
        (case(order(movements=ALL)), asked("refund", WHOLE), []),
        (
            case(order(movements=ALL)),
            asked("refund", WHOLE + 1),
            [(3, "o1:x:1 gives back too much")],
        ),
        (
            case(order(movements=ALL)),
            asked("credit", WHOLE + 1),
            [(3, "o1:x:1 gives back too much")],
        ),
        (case(), ShipmentDispatched(shipment_id=S1, at=NOON), []),
        (
            case(UNPAID),
            ShipmentDispatched(shipment_id=S1, at=NOON),
            [(18, "o1-s1 leaves unpaid")],
        ),
        (
            case(UNPAID),
            ReservationExpired(reservation_id=R1, operation_id="x", items=()),
            [],
        ),
        (
            case(),
            ReservationExpired(reservation_id=R1, operation_id="x", items=()),
            [(16, "o1-r1 is paid for")],
        ),
        (RESOLVED, GRANTED, [(22, "o1-t1 is refunded again")]),
        (
            case(None, back(T.CLOSED)),
            GRANTED,
            [(22, "o1-t1 is refunded again")],
        ),
        (case(None, back(T.INSPECTED)), GRANTED, []),
        (RESOLVED, attrs.evolve(GRANTED, subject="o1"), []),
        (RESOLVED, OrderConfirmed(), []),
    ],
)
def test_what_may_not_happen_now(before: Case, event: Any, found: Any) -> None:
    """By the state that it happens in."""
    said = [
        (v.number, v.what) for v in invariants._before(before, event, HOUSE)
    ]
    assert found == said


def test_a_history_is_replayed() -> None:
    """Its numbers, what may not happen, and where it leads."""
    history = recorded(PLACED)
    made = evolve(Case(order_id="o1"), PLACED)
    waiting = attrs.evolve(
        made, order=attrs.evolve(made.placed, payment_due_at=NOON)
    )
    assert [(40, "nothing moves it on: it is placed")] == broken(made, history)
    assert [(33, "the state is not the fold of its events")] == broken(
        waiting, history
    )
    gap = [(32, "the sequence has gaps: [2]")]
    still = [(40, "nothing moves it on: it is placed")]
    assert [*gap, *still] == broken(made, recorded(PLACED, first=2))
    gone = ShipmentDispatched(shipment_id=S1, at=NOON)
    why = "order o1: ShipmentDispatched changes what no event made"
    assert [
        (18, "o1-s1 leaves unpaid"),
        (33, f"event 2 has no place: {why}: no shipment 'o1-s1'"),
        *still,
    ] == broken(made, recorded(PLACED, gone))
    lines = LinesCancelled(quantities={"7": 1}, reason="other")
    assert [(33, "event 2 has no place: KeyError"), *still] == broken(
        made, recorded(PLACED, lines)
    )
    nothing = Case(order_id="o1")
    assert [(33, "the state is not the fold of its events")] == broken(
        nothing, history
    )
    assert [] == broken(nothing, [])


def test_all_that_is_wrong_is_said_at_once() -> None:
    """In one error, or none is raised."""
    check_invariants(case(done()))
    made = case(None, held(R.RELEASED, item("1", 0)))
    with pytest.raises(InvariantError) as caught:
        check_invariants(made, recorded(PLACED))
    assert (
        "order o1: "
        "invariant 33: the state is not the fold of its events; "
        "invariant 15: o1-r1 has ended and holds stock; "
        "invariant 12: o1-r1 holds nothing; "
        "invariant 40: it lacks money or stock, and nobody is asked; "
        "invariant 40: nothing moves it on: it is confirmed"
    ) == str(caught.value)
    assert "invariant 7: so it is" == str(Violation(7, "so it is"))
