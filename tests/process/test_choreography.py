"""Which event leads where, and what a case at rest asks for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderlife import reactions
from orderlife._kernel.messages import Contradiction, ExceptionKind, Remedy
from orderlife.ports.carrier import Label
from orderlife.process import at_rest, capture_early, react
from orderlife.remedy import settle
from orderlife.rooms.exceptions.messages import (
    ExceptionResolved,
    OpenException,
)
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import (
    BeginClosing,
    CancellationAbandoned,
    Complete,
    Confirm,
    FinishClosing,
    FraudScreened,
    LinesCancelled,
    OrderConfirmed,
    OrderPlaced,
    RecordScreening,
    Reopen,
    ScheduleFollowUp,
    UnitsRecorded,
)
from orderlife.rooms.order.model import Hold, Screening, Tender
from orderlife.rooms.payment.messages import (
    PaymentRecorded,
    RefundGranted,
    RequestPayment,
    TenderOffered,
)
from orderlife.rooms.payment.model import MovementKind
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.messages import (
    CloseReturn,
    ReturnLabelFailed,
    ReturnParcelReceived,
    ReturnRequested,
)
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import (
    DropShipment,
    LabelFailed,
    LabelVoidRejected,
    PlanShipment,
    SendShipment,
    ShipmentDispatched,
    ShipmentPacked,
    ShipmentPicked,
    ShipmentScanned,
)
from orderlife.rooms.shipment.model import Scan, ScanStatus
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.messages import (
    BackorderReduced,
    ReservationBackordered,
    ReserveStock,
    StockAllocated,
    StockConsumed,
    StockContradicted,
    StockHeld,
    StockLost,
    StockRefused,
    StockReleaseRequested,
)
from orderlife.testing.scenario import NOON
from tests.process.made import (
    BASE,
    R1,
    S1,
    T1,
    WHOLE,
    back,
    case,
    context,
    demand,
    excepted,
    held,
    item,
    moved,
    order,
    sent,
)

K, M = ExceptionKind, MovementKind
R, S, T = ReservationState, ShipmentState, ReturnState
DAY = timedelta(days=1)
WHY = Contradiction(K.STOCK_LOST, R1, "this", "that")
FIRST = (item("1", 1),)
SHORT = (demand("1", 2),)
POOR: dict[str, Any] = {"authorized": WHOLE - 1}
EARLY = context(capture="confirmation")
SCAN = Scan(status=ScanStatus.DELIVERED, at=NOON)
CARD = Tender("card", "tok_visa")


def stock(kind: Any, **fields: Any) -> Any:
    """An event of the first reservation."""
    return kind(reservation_id=R1, **fields)


PLACED = OrderPlaced(order_id="o1", placement=BASE.placement, at=NOON)
HELD = stock(StockHeld, operation_id="x", items=FIRST, short=SHORT)
REFUSED = stock(StockRefused, shortages=())
OFFERED = TenderOffered(tender=CARD)
LAPSED = PaymentRecorded(movements=(moved(M.LAPSED, 1),))
ALLOCATED = stock(StockAllocated)
LOST = stock(StockLost, reason="gone")
LET_GO = stock(StockReleaseRequested, operation_id="x", items=FIRST)
WRITTEN_OFF = stock(
    StockConsumed,
    operation_id="x",
    items=FIRST,
    subject=S1,
    written_off=True,
)
PICKED = ShipmentPicked(shipment_id=S1, items={"1": 1}, short={"1": 1})
NO_LABEL = LabelFailed(shipment_id=S1, code="no")
NO_RETURN = ReturnLabelFailed(return_id=T1, code="no")
TOO_LATE = LabelVoidRejected(shipment_id=S1)
SCANNED = ShipmentScanned(
    shipment_id=S1, scan=SCAN, before=S.IN_TRANSIT, after=S.DELIVERED
)
ASKED_BACK = ReturnRequested(
    return_id=T1, lines=(), reason="other", resolution="refund", at=NOON
)
CAME = ReturnParcelReceived(
    return_id=T1, parcel_id="p1", at=NOON, quantities={"1": 1}, until=NOON
)
GIVEN_UP = ExceptionResolved(
    exception_id="x1", remedy=Remedy.ACCEPT, note="", by="staff:ada"
)


@pytest.mark.parametrize(
    ("event", "part", "fields", "expected"),
    [
        (PLACED, None, {}, lambda c: reactions.placed(c, EARLY)),
        (
            HELD,
            held(R.HELD),
            {},
            lambda c: reactions.held(c, HELD, EARLY),
        ),
        (
            REFUSED,
            held(R.REFUSED),
            {},
            lambda c: reactions.refused(c, REFUSED),
        ),
        (
            OFFERED,
            None,
            {"state": OrderState.PLACED},
            lambda c: reactions.offered(c, OFFERED, EARLY),
        ),
        (LAPSED, None, POOR, lambda c: reactions.paid(c, LAPSED, EARLY)),
        (
            FraudScreened(screening=Screening(verdict="review")),
            None,
            {"screening": Screening(verdict="review")},
            lambda c: reactions.screened(c, EARLY),
        ),
        (OrderConfirmed(), None, {}, lambda c: reactions.confirmed(c, EARLY)),
        (
            ALLOCATED,
            held(R.ALLOCATED),
            {},
            lambda c: reactions.allocated(c, ALLOCATED),
        ),
        (
            LOST,
            held(R.EXPIRED, demands=SHORT),
            {},
            lambda c: reactions.lost(c, LOST, EARLY),
        ),
        (
            LET_GO,
            held(R.ALLOCATED),
            {},
            lambda c: reactions.taken_off(c, LET_GO),
        ),
        (
            WRITTEN_OFF,
            held(R.ALLOCATED),
            {},
            lambda c: reactions.taken_off(c, WRITTEN_OFF),
        ),
        (
            PICKED,
            sent(S.PICKING, {"1": 1}),
            {},
            lambda c: reactions.picked(c, PICKED),
        ),
        (
            NO_LABEL,
            sent(S.PACKED, {}),
            {},
            lambda c: reactions.label_failed(c, NO_LABEL),
        ),
        (
            NO_RETURN,
            back(),
            {},
            lambda c: reactions.label_failed(c, NO_RETURN),
        ),
        (
            TOO_LATE,
            sent(S.READY, {}),
            {},
            lambda c: reactions.too_late(c, TOO_LATE),
        ),
        (
            ShipmentDispatched(shipment_id=S1, at=NOON),
            sent(S.DISPATCHED, {"1": 1}),
            {},
            lambda c: reactions.left(c.shipments[S1]),
        ),
        (
            SCANNED,
            sent(S.DELIVERED, {"1": 1}),
            {},
            lambda c: reactions.scanned(c, SCANNED),
        ),
        (
            CancellationAbandoned(why="gone"),
            None,
            POOR,
            reactions.resumed,
        ),
        (
            ASKED_BACK,
            back(T.REQUESTED),
            {},
            lambda c: reactions.judged(c, ASKED_BACK, EARLY),
        ),
        (CAME, back(), {}, lambda c: reactions.came_back(c, CAME)),
        (
            GIVEN_UP,
            held(R.HELD),
            {"exceptions": (excepted(K.OUTCOME_UNKNOWN, f"{R1}:allocate:1"),)},
            lambda c: reactions.given_up(c, GIVEN_UP),
        ),
        (
            GIVEN_UP,
            None,
            {"exceptions": (excepted(K.VOID_FAILED, "p1"),)},
            lambda c: settle(c, GIVEN_UP, EARLY),
        ),
        (
            stock(ReservationBackordered, demands=SHORT, check_at=NOON),
            None,
            {},
            lambda _: [reactions.waits(R1, {"1": 2})],
        ),
        (
            stock(BackorderReduced, quantities={"1": 2}),
            None,
            {},
            lambda _: [reactions.waits_less(R1, {"1": 2})],
        ),
        (
            stock(StockContradicted, contradiction=WHY),
            None,
            {},
            lambda _: [OpenException(WHY)],
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_event_leads_to_its_reaction(
    event: Any, part: Any, fields: dict[str, Any], expected: Any
) -> None:
    """With the case, the event and the context, and never to nothing."""
    made = case(order(**fields), *([part] if part else []))
    steps = list(react(made, event, EARLY))
    assert list(expected(made)) == steps
    assert steps


def test_the_reaction_to_a_settlement_is_told_the_policy() -> None:
    """It says who bears what did not go back."""
    failed = excepted(K.AUTHORIZATION_LAPSED, "p1")
    made = case(order(**POOR, exceptions=(failed,)))
    again = attrs.evolve(GIVEN_UP, remedy=Remedy.RETRY)
    steps = list(react(made, again, EARLY))
    assert list(settle(made, again, EARLY)) == steps
    assert steps


def asked(kind: Any, minor: int, **fields: Any) -> RequestPayment:
    """A step that asks the gateway for something."""
    settings: dict[str, Any] = {"subject": "o1", "notify": False}
    return RequestPayment(kind=kind, minor={"p1": minor}, **settings | fields)


GONE = (moved(M.AUTHORIZED, WHOLE), moved(M.CAPTURED, WHOLE))


@pytest.mark.parametrize(
    ("event", "policy", "fields", "steps"),
    [
        # What has left is taken, where policy says so.
        (
            UnitsRecorded(counter="shipped", quantities={}, subject=S1),
            {},
            {"units": {"1": {"shipped": 1}}},
            [asked("capture", 1000, subject=S1)],
        ),
        (
            UnitsRecorded(counter="shipped", quantities={}, subject=S1),
            {"capture": "confirmation"},
            {"units": {"1": {"shipped": 1}}},
            [],
        ),
        (
            UnitsRecorded(
                counter="shipped", quantities={}, subject=S1, undo=True
            ),
            {},
            {"units": {"1": {"shipped": 1}}},
            [],
        ),
        (
            UnitsRecorded(counter="delivered", quantities={}, subject=S1),
            {},
            {"units": {"1": {"shipped": 1}}},
            [],
        ),
        # What was called off goes back.
        (
            LinesCancelled(
                quantities={"1": 1}, reason="staff", refund_minor=700
            ),
            {},
            {"movements": GONE},
            [asked("refund", 700, reason="staff")],
        ),
        (
            LinesCancelled(quantities={"1": 1}, reason="staff"),
            {},
            {"movements": GONE},
            [],
        ),
        (
            RefundGranted(
                subject=T1, lines=(), minor=700, reason="late", notify=True
            ),
            {},
            {"movements": GONE},
            [asked("refund", 700, subject=T1, reason="late", notify=True)],
        ),
        (
            RefundGranted(
                subject=T1,
                lines=(),
                minor=700,
                as_credit=True,
                notify=False,
            ),
            {},
            {"movements": GONE},
            [asked("credit", 700, subject=T1)],
        ),
        # And from others nothing follows by itself.
        (ShipmentPacked(shipment_id=S1, parcels=()), {}, {}, []),
    ],
)
def test_what_is_taken_and_what_goes_back(
    event: Any,
    policy: dict[str, Any],
    fields: dict[str, Any],
    steps: list[Any],
) -> None:
    """For what it is, and as silently as it was asked for."""
    made = case(order(**fields))
    assert steps == list(react(made, event, context(**policy)))


# --- at rest --------------------------------------------------------------

NONE_WANTED = {
    "1": {"cancelled": 3},
    "2": {"cancelled": 2},
    "3": {"cancelled": 1},
}
NOBODY = BeginClosing(
    reason="other", ends_in=OrderState.CANCELLED, notify=False
)
COVERED = (
    held(R.HELD, item("1", 3), item("2", 2)),
    held(R.EXPIRED, number=2),
)
FRAUD = BeginClosing(reason="fraud", ends_in=OrderState.REJECTED)
ACCEPTED = Screening(verdict="accept", reason="")
NO_RULE = RecordScreening(
    screening=Screening(verdict="accept", reason="o1: no rule")
)
HOLD = Hold(hold_id="h1", reason="other", blocks=("confirm",))
MISSING = ReserveStock(
    reservation_id="o1-r3",
    demands=(demand("1", 1),),
    until=NOON + timedelta(hours=2),
    check_at=NOON + DAY,
)


@pytest.mark.parametrize(
    ("fields", "parts", "steps"),
    [
        ({"units": NONE_WANTED}, (), [NOBODY]),
        ({"authorized": WHOLE - 1}, COVERED, []),
        ({}, COVERED, [NO_RULE]),
        (
            {},
            (*COVERED, held(R.REQUESTED, number=3)),
            [],
        ),
        # A hold that had run out before it was paid is asked for anew.
        (
            {},
            (held(R.HELD, item("1", 2), item("2", 2)), COVERED[1]),
            [MISSING],
        ),
        (
            {"screening": ACCEPTED},
            (held(R.HELD, item("1", 2), item("2", 2)), COVERED[1]),
            [MISSING],
        ),
        ({"screening": ACCEPTED}, COVERED, [Confirm()]),
        ({"screening": ACCEPTED, "holds": (HOLD,)}, COVERED, []),
        (
            {"screening": Screening(verdict="review")},
            COVERED,
            [Confirm()],
        ),
        ({"screening": Screening(verdict="reject")}, COVERED, [FRAUD]),
    ],
)
def test_what_a_placed_order_waits_for(
    fields: dict[str, Any], parts: Any, steps: list[Any]
) -> None:
    """Its money, its stock, its judgement, and nothing against it."""
    made = case(order(OrderState.PLACED, **fields), *parts)
    assert steps == list(at_rest(made, context()))


def test_policy_judges_the_order_that_is_there() -> None:
    """It is shown the order."""
    made = case(order(OrderState.PLACED), *COVERED)

    def screen(judged: Any) -> Screening:
        assert made.order is judged
        return Screening(verdict="review", reason="a hunch")

    expected = Screening(verdict="review", reason="a hunch")
    assert [RecordScreening(screening=expected)] == list(
        at_rest(made, context(screen=screen))
    )


ARRIVED = {
    "1": {"delivered": 3, "shipped": 3},
    "2": {"delivered": 2, "shipped": 2},
    "3": {"delivered": 1, "shipped": 1},
}
DONE: dict[str, Any] = {
    "units": ARRIVED,
    "movements": GONE,
    "followed_up": True,
}
LABEL = Label(label_id="l1", carrier="post", tracking_number="t1")
READY = sent(
    S.READY,
    {"1": 1},
    label=LABEL,
    dispatch_wanted=True,
)
PLAN = PlanShipment(
    shipment_id="o1-s2",
    reservation_id=R1,
    place="north",
    seller="",
    items={"1": 1},
)
STOCKED = held(R.ALLOCATED, item("1", 1))


@pytest.mark.parametrize(
    ("fields", "parts", "steps"),
    [
        ({"units": NONE_WANTED}, (), [NOBODY]),
        # One matter after the other: what was called off first,
        (
            {"units": {"1": {"cancelled": 3}}},
            (sent(S.PLANNED, {"1": 1}), STOCKED),
            [DropShipment(shipment_id=S1, reason="its units are cancelled")],
        ),
        # then what is there and not planned,
        ({}, (READY, held(R.ALLOCATED, item("1", 2))), [PLAN]),
        # then what is ready,
        ({}, (READY,), [SendShipment(shipment_id=S1)]),
        # then what came back,
        (
            {**DONE, "followed_up": False},
            (back(T.INSPECTED),),
            "resolve",
        ),
        (
            {**DONE, "followed_up": False},
            (back(T.RESOLVED),),
            [CloseReturn(return_id=T1)],
        ),
        # then what is not needed any more,
        (
            {
                **DONE,
                "followed_up": False,
                "movements": (*GONE, moved(M.AUTHORIZED, 100)),
            },
            (back(T.RESOLVED),),
            [
                CloseReturn(return_id=T1),
                asked("void", 100, notify=True),
            ],
        ),
        # then the customer is asked how it was,
        (
            {**DONE, "followed_up": False},
            (),
            [ScheduleFollowUp(at=NOON + DAY)],
        ),
        # and nothing is left to do.
        (DONE, (), [Complete()]),
        ({**DONE, "holds": (HOLD,)}, (), []),
        ({}, (), []),
    ],
)
def test_what_moves_a_confirmed_order_on(
    fields: dict[str, Any], parts: Any, steps: Any
) -> None:
    """One matter after the other."""
    found = list(at_rest(case(order(**fields), *parts), context()))
    if steps == "resolve":
        names = [type(step).__name__ for step in found]
        assert ["GrantRefund", "ResolveReturn"] == names
    else:
        assert steps == found


@pytest.mark.parametrize(
    ("state", "fields", "steps"),
    [
        (OrderState.COMPLETED, DONE, []),
        (
            OrderState.COMPLETED,
            {**DONE, "holds": (HOLD,)},
            [Reopen(why="a hold stands")],
        ),
        (OrderState.CANCELLING, {"authorized": 0}, [FinishClosing()]),
        (OrderState.CANCELLING, {}, [asked("void", WHOLE, notify=True)]),
        (OrderState.DRAFT, {}, []),
        (OrderState.CANCELLED, {}, []),
        (OrderState.EXPIRED, {}, []),
        (OrderState.REJECTED, {}, []),
    ],
)
def test_what_other_orders_wait_for(
    state: OrderState, fields: dict[str, Any], steps: list[Any]
) -> None:
    """Nothing, once they have ended."""
    made = case(order(state, **fields))
    assert steps == list(at_rest(made, context()))


def test_what_is_taken_early_is_all_that_is_wanted() -> None:
    """And nobody is asked about what is not there."""
    everything = asked("capture", WHOLE, final=True)
    assert [everything] == capture_early(case(), context())
    part = asked("capture", WHOLE - 1, final=True)
    assert [part] == capture_early(case(order(**POOR)), context())
    assert [] == capture_early(case(order(movements=GONE)), context())
