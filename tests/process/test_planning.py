"""What the process works out before it asks, case by case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orderlife._kernel.case import Case
from orderlife.policy.model import Parcelling
from orderlife.ports.carrier import Label
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import RecordUnits
from orderlife.rooms.order.model import Hold, Tender
from orderlife.rooms.order.readings import blocked
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import (
    DropShipment,
    PlanShipment,
    SendShipment,
)
from orderlife.rooms.shipment.planning import (
    plan_shipments,
    release_lines,
    send_ready,
)
from orderlife.rooms.shipment.readings import has_label, last_delivery
from orderlife.rooms.shipment.resolutions import _take_back as take_back
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.messages import (
    ReduceBackorder,
    ReleaseStock,
    ReserveStock,
)
from orderlife.rooms.stock.process import reserve
from orderlife.rooms.stock.readings import quantities_of, uncovered
from orderlife.testing.scenario import NOON
from tests.process.made import (
    R1,
    S1,
    case,
    context,
    demand,
    held,
    item,
    order,
    sent,
)

R, S = ReservationState, ShipmentState
LABEL = Label(label_id="l1", carrier="post", tracking_number="t1")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WANTED = {"1": 3, "2": 2, "3": 1}


def hold(*blocks: Any, number: int = 1) -> Hold:
    """A hold against something."""
    return Hold(hold_id=f"h{number}", reason="other", blocks=blocks)


def test_units_are_added_up_by_line() -> None:
    """Whatever place they lie at, or are needed from."""
    items = (item("1", 1), item("2", 1), item("1", 2, "south"))
    assert {"1": 3, "2": 1} == quantities_of(items)
    assert {"1": 4} == quantities_of((demand("1", 4),))
    assert {} == quantities_of(())


def test_a_hold_blocks_what_it_says() -> None:
    """One of several is enough."""
    both = order(holds=(hold("confirm"), hold("refund", number=2)))
    assert blocked(both, "confirm")
    assert blocked(both, "refund")
    assert not blocked(both, "dispatch")
    assert not blocked(order(), "confirm")


def asked(*demands: Any, **fields: Any) -> ReserveStock:
    """A step that asks for stock."""
    settings: dict[str, Any] = {
        "reservation_id": R1,
        "until": NOON + 2 * HOUR,
        "check_at": NOON + DAY,
        "partial": False,
        "backordered": False,
    }
    return ReserveStock(demands=demands, **settings | fields)


@pytest.mark.parametrize("state", OrderState)
def test_only_an_order_that_is_worked_on_asks_for_stock(
    state: OrderState,
) -> None:
    """For what it wants of its goods, where they must come from."""
    steps = list(reserve(case(order(state)), context(), WANTED))
    expected = [asked(demand("1", 3), demand("2", 2, "south"))]
    working = state in {OrderState.PLACED, OrderState.CONFIRMED}
    assert (expected if working else []) == steps


@pytest.mark.parametrize(
    ("quantities", "demands"),
    [
        ({"1": 1}, [demand("1", 1)]),
        ({"1": 0, "2": 1}, [demand("2", 1, "south")]),
        ({"3": 1}, []),
        ({"1": -1}, []),
        ({}, []),
    ],
)
def test_stock_is_asked_for_units_of_goods(
    quantities: dict[str, int], demands: list[Any]
) -> None:
    """None, if there is nothing to put on a shelf."""
    steps = list(reserve(case(), context(), quantities))
    assert ([asked(*demands)] if demands else []) == steps


def test_how_long_stock_is_asked_for() -> None:
    """Until it must be paid, at least as long as a payment takes."""

    def until(**fields: Any) -> Any:
        made = case(order(**fields), held(), held(number=2))
        policy = context(
            payment_within=2 * HOUR,
            slow_payment_within=5 * DAY,
            hold_grace=HOUR,
            backorder=True,
            backorder_check=3 * DAY,
        )
        (step,) = reserve(made, policy, {"1": 1}, backordered=True)
        assert isinstance(step, ReserveStock)
        expected = asked(
            demand("1", 1),
            reservation_id="o1-r3",
            until=step.until,
            check_at=NOON + 3 * DAY,
            partial=True,
            backordered=True,
        )
        assert expected == step
        return expected.until

    slow = (Tender("boleto", "tok"),)
    assert NOON + 3 * HOUR == until()
    assert NOON + 3 * HOUR == until(payment_due_at=NOON)
    assert NOON + DAY + HOUR == until(payment_due_at=NOON + DAY)
    assert NOON + 5 * DAY + HOUR == until(tenders=slow)


@pytest.mark.parametrize(
    ("made", "quantities", "missing"),
    [
        (case(), {"1": 3, "2": 5}, {"1": 3, "2": 2}),
        (case(), {"1": 2}, {"1": 2}),
        (case(order(units={"1": {"shipped": 3}})), {"1": 3}, {}),
        (
            case(order(units={"1": {"shipped": 1, "cancelled": 1}})),
            {"1": 3},
            {"1": 1},
        ),
        (
            case(None, held(R.HELD, item("1", 1)), held(R.HELD, number=2)),
            {"1": 3},
            {"1": 2},
        ),
        (
            case(
                None,
                held(R.ALLOCATED, item("1", 1)),
                held(R.ALLOCATED, item("1", 1, "south"), number=2),
            ),
            {"1": 3},
            {"1": 1},
        ),
        # An order that asks, or waits, is covered by what it asks for.
        (
            case(None, held(R.REQUESTED, demands=(demand("1", 2),))),
            {"1": 3, "2": 1},
            {"1": 1, "2": 1},
        ),
        (
            case(None, held(R.BACKORDERED, demands=(demand("1", 2),))),
            {"1": 3},
            {"1": 1},
        ),
        (
            case(
                None,
                held(R.BACKORDERED, item("1", 1), demands=(demand("1", 2),)),
            ),
            {"1": 3},
            {"1": 2},
        ),
        (
            case(None, held(R.HELD, demands=(demand("1", 2),))),
            {"1": 3},
            {"1": 3},
        ),
        # What has ended covers nothing, and does not end the search.
        (
            case(
                None,
                held(R.EXPIRED, item("1", 2)),
                held(R.ALLOCATED, item("1", 1), number=2),
            ),
            {"1": 3},
            {"1": 2},
        ),
    ],
)
def test_units_that_have_no_stock(
    made: Case, quantities: dict[str, int], missing: dict[str, int]
) -> None:
    """Of those asked about, as many as are wanted and have none."""
    assert missing == uncovered(made, quantities)


def plan(number: int, items: dict[str, int], **fields: Any) -> PlanShipment:
    """A step that plans a shipment."""
    settings: dict[str, Any] = {
        "reservation_id": R1,
        "place": "north",
        "seller": "",
    }
    return PlanShipment(
        shipment_id=f"o1-s{number}", items=items, **settings | fields
    )


def gone(*items: Any, reservation_id: str = R1) -> ReleaseStock:
    """A step that gives stock back."""
    return ReleaseStock(reservation_id=reservation_id, items=items)


@pytest.mark.parametrize(
    ("made", "steps"),
    [
        (case(), []),
        (case(None, held(R.HELD, item("1", 3))), []),
        (case(None, held(R.ALLOCATED)), []),
        (
            case(None, held(R.ALLOCATED, item("1", 3))),
            [plan(1, {"1": 3})],
        ),
        # One shipment for what one seller has at one place.
        (
            case(
                None,
                held(
                    R.ALLOCATED,
                    item("1", 1),
                    item("1", 2, "south"),
                    item("2", 2, "south"),
                ),
            ),
            [
                plan(1, {"1": 1}),
                plan(2, {"1": 2}, place="south"),
                plan(3, {"2": 2}, place="south", seller="ada"),
            ],
        ),
        # Several reservations share what is wanted.
        (
            case(
                None,
                held(R.RELEASED, item("1", 1)),
                held(R.ALLOCATED, item("1", 2), number=2),
                held(R.ALLOCATED, item("1", 2), number=3),
            ),
            [
                plan(1, {"1": 2}, reservation_id="o1-r2"),
                gone(item("1", 1), reservation_id="o1-r3"),
                plan(2, {"1": 1}, reservation_id="o1-r3"),
            ],
        ),
        # Each takes of what is wanted what is left of it.
        (
            case(
                None,
                held(
                    R.ALLOCATED,
                    item("1", 1),
                    item("1", 1, "south"),
                    item("1", 2, "west"),
                ),
            ),
            [
                gone(item("1", 1, "west")),
                plan(1, {"1": 1}),
                plan(2, {"1": 1}, place="south"),
                plan(3, {"1": 1}, place="west"),
            ],
        ),
        # What is planned already is not planned again.
        (
            case(
                None,
                held(R.ALLOCATED, item("1", 3)),
                sent(S.PACKED, {"1": 3}),
            ),
            [],
        ),
        (
            case(
                None,
                held(R.ALLOCATED, item("1", 3)),
                sent(S.PLANNED, {"1": 1}),
                sent(S.PICKING, {"1": 1}, 2),
            ),
            [plan(3, {"1": 1})],
        ),
        (
            case(
                None,
                held(R.ALLOCATED, item("1", 1), item("1", 2)),
                sent(S.READY, {"1": 2}),
            ),
            [plan(2, {"1": 1})],
        ),
        # What has left is off the stock; what it was is not wanted again.
        (
            case(
                order(units={"1": {"shipped": 1}}),
                held(R.ALLOCATED, item("1", 2)),
                sent(S.DISPATCHED, {"1": 1}),
            ),
            [plan(2, {"1": 2})],
        ),
        (
            case(
                order(units={"1": {"shipped": 2}}),
                held(R.ALLOCATED, item("1", 3)),
            ),
            [gone(item("1", 2)), plan(1, {"1": 1})],
        ),
        (
            case(
                order(units={"1": {"cancelled": 3}}),
                held(R.ALLOCATED, item("1", 3), item("2", 1)),
            ),
            [gone(item("1", 3)), plan(1, {"2": 1}, seller="ada")],
        ),
        # Another place's, or another reservation's, are other units.
        (
            case(
                None,
                held(R.ALLOCATED, item("1", 1), item("1", 1, "south")),
                sent(S.PLANNED, {"1": 1}, place="south"),
            ),
            [plan(2, {"1": 1})],
        ),
        (
            case(
                None,
                held(R.ALLOCATED, item("1", 1)),
                sent(S.PLANNED, {"1": 1}, reservation_id="o1-r2"),
            ),
            [plan(2, {"1": 1})],
        ),
        (
            case(
                order(units={"1": {"cancelled": 2}}),
                held(R.ALLOCATED, item("1", 1)),
                sent(S.PLANNED, {"1": 1}, reservation_id="o1-r2"),
            ),
            [gone(item("1", 1))],
        ),
        # The rest of the reservations are looked at too.
        (
            case(
                None,
                held(R.ALLOCATED, item("1", 1)),
                held(R.ALLOCATED, item("2", 1), number=2),
                sent(S.PLANNED, {"1": 1}),
            ),
            [plan(2, {"2": 1}, seller="ada", reservation_id="o1-r2")],
        ),
    ],
)
def test_shipments_are_planned(made: Case, steps: list[Any]) -> None:
    """Of what is allocated, wanted and in no shipment yet."""
    assert steps == list(plan_shipments(made, context()))


def test_policy_may_send_less_and_in_parts() -> None:
    """A parcel of nothing is none; the last unit may go."""
    parcels = (
        Parcelling(place="north", seller="x", items={"1": 1}),
        Parcelling(place="north", seller="", items={}),
        Parcelling(place="north", seller="y", items={"1": 2}),
    )
    made = case(None, held(R.ALLOCATED, item("1", 2), item("1", 1)))
    steps = plan_shipments(made, context(parcel=lambda *_: parcels))
    assert [
        plan(1, {"1": 1}, seller="x"),
        plan(2, {"1": 2}, seller="y"),
    ] == steps


def test_a_label_is_bought_or_being_bought() -> None:
    """Either way there is one to give back."""
    assert not has_label(sent(S.PACKED, {}))
    assert has_label(sent(S.READY, {}, label=LABEL))
    assert has_label(sent(S.PACKED, {}, label_pending="o1-s1:label:1"))


def drop(number: int) -> DropShipment:
    """A step that cancels a shipment."""
    return DropShipment(
        shipment_id=f"o1-s{number}", reason="its units are cancelled"
    )


def less(quantities: dict[str, int], number: int = 1) -> ReduceBackorder:
    """A step that waits for fewer units."""
    return ReduceBackorder(
        reservation_id=f"o1-r{number}", quantities=quantities
    )


def off(line_1: int = 0, line_2: int = 0) -> Any:
    """The order, so many units of its lines called off."""
    return order(
        units={"1": {"cancelled": line_1}, "2": {"cancelled": line_2}}
    )


@pytest.mark.parametrize(
    ("made", "steps"),
    [
        (case(), []),
        (case(None, sent(S.PLANNED, {"1": 3})), []),
        # The last planned go first, as many as are too many.
        (
            case(
                off(1),
                sent(S.PLANNED, {"1": 1}),
                sent(S.PLANNED, {"1": 1}, 2),
                sent(S.PLANNED, {"1": 1, "2": 1}, 3),
            ),
            [drop(3)],
        ),
        (
            case(
                off(2),
                sent(S.PACKED, {"1": 1}),
                sent(S.PLANNED, {"2": 1}, 2),
                sent(S.PLANNED, {"1": 2}, 3),
            ),
            [drop(3)],
        ),
        (
            case(
                off(3),
                sent(S.PACKED, {"1": 1}),
                sent(S.PLANNED, {"2": 1}, 2),
                sent(S.PLANNED, {"1": 2}, 3),
            ),
            [drop(3), drop(1)],
        ),
        # What has its label, or has left, is not dropped.
        (
            case(
                off(1),
                sent(S.PACKED, {"1": 2}),
                sent(S.READY, {"1": 1}, 2, label=LABEL),
            ),
            [drop(1)],
        ),
        (
            case(
                off(3),
                sent(S.PACKED, {"1": 2}, label_pending="x"),
                sent(S.DISPATCHED, {"1": 1}, 2),
            ),
            [],
        ),
        # Nor is any other line's.
        (
            case(off(0, 2), sent(S.PLANNED, {"1": 1}), sent(S.PLANNED, {}, 2)),
            [],
        ),
        # A wait for more than is wanted beyond what is there.
        (
            case(
                off(1),
                held(R.BACKORDERED, demands=(demand("1", 3),)),
            ),
            [less({"1": 1})],
        ),
        (
            case(
                off(3, 1),
                sent(S.PLANNED, {"1": 1}),
                held(R.ALLOCATED, item("1", 1)),
                held(
                    R.BACKORDERED,
                    demands=(demand("1", 1), demand("2", 1)),
                    number=2,
                ),
                held(
                    R.BACKORDERED,
                    demands=(demand("1", 1), demand("2", 1)),
                    number=3,
                ),
            ),
            [drop(1), less({"1": 1, "2": 1}, 2), less({"1": 1}, 3)],
        ),
        (case(None, held(R.BACKORDERED, demands=(demand("1", 3),))), []),
        # What is being asked for, or has come, is given back later.
        (
            case(
                off(3),
                held(R.BACKORDERED, demands=(demand("1", 1),), pending="x"),
                held(R.REQUESTED, demands=(demand("1", 1),), number=2),
                held(
                    R.BACKORDERED,
                    item("1", 1),
                    demands=(demand("1", 1),),
                    number=3,
                ),
                held(R.BACKORDERED, demands=(demand("1", 1),), number=4),
            ),
            [less({"1": 1}, 4)],
        ),
        (
            case(off(3), held(R.REQUESTED, demands=(demand("1", 1),))),
            [],
        ),
    ],
)
def test_what_is_not_wanted_any_more_is_let_go(
    made: Case, steps: list[Any]
) -> None:
    """Shipments that were planned, and units that are waited for."""
    assert steps == release_lines(made, context())


READY = sent(S.READY, {"1": 1}, label=LABEL, dispatch_wanted=True)
SEND = SendShipment(shipment_id=S1)


@pytest.mark.parametrize(
    ("made", "steps"),
    [
        (case(), []),
        (case(None, READY), [SEND]),
        (
            case(
                None,
                sent(S.READY, {}, 2, dispatch_wanted=True),
                sent(S.READY, {}, 3),
                READY,
            ),
            [SendShipment(shipment_id="o1-s2")],
        ),
        (case(None, sent(S.READY, {})), []),
        (case(None, sent(S.PACKED, {}, dispatch_wanted=True)), []),
        (
            case(
                None, sent(S.READY, {}, dispatch_wanted=True, void_pending="x")
            ),
            [],
        ),
        (case(order(holds=(hold("dispatch"),)), READY), []),
        (case(order(holds=(hold("refund"),)), READY), [SEND]),
        (case(order(authorized=5999), READY), []),
    ],
)
def test_what_is_ready_is_sent(made: Case, steps: list[Any]) -> None:
    """Where somebody wanted it, and nothing stands against it."""
    assert steps == list(send_ready(made, context()))


@pytest.mark.parametrize("state", S)
def test_units_that_did_not_arrive_are_taken_back(
    state: ShipmentState,
) -> None:
    """Lost and shipped, they are counted as neither."""

    def uncount(counter: Any) -> RecordUnits:
        return RecordUnits(
            counter=counter, quantities={"1": 2}, subject=S1, undo=True
        )

    expected = [uncount("lost"), uncount("shipped")]
    trouble = state in {S.LOST, S.DAMAGED}
    steps = list(take_back(sent(state, {"1": 2})))
    assert (expected if trouble else []) == steps


def test_the_last_delivery_counts() -> None:
    """Whichever shipment it was."""
    assert last_delivery(case(None, sent(S.DISPATCHED, {}))) is None
    made = case(
        None,
        sent(S.DELIVERED, {}, delivered_at=NOON + HOUR),
        sent(S.DELIVERED, {}, 2, delivered_at=NOON),
        sent(S.DISPATCHED, {}, 3),
    )
    assert NOON + HOUR == last_delivery(made)
