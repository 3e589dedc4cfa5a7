"""What follows from each event, case by case and to the last field."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderlife._kernel.messages import Contradiction, ExceptionKind, Remedy
from orderlife.policy.model import ReturnVerdict
from orderlife.ports.carrier import (
    InterceptRejected,
    Label,
    LabelRefused,
    VoidRejected,
)
from orderlife.ports.inventory import Shortage, StockGone, StockShort
from orderlife.rooms.exceptions.messages import (
    CloseExceptions,
    ExceptionResolved,
    OpenException,
)
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import (
    AbandonClosing,
    BeginClosing,
    CancellationAbandoned,
    FraudScreened,
    LiftHold,
    OrderConfirmed,
    OrderPlaced,
    PlaceHold,
    RecordUnits,
    ScheduleFollowUp,
)
from orderlife.rooms.order.model import Hold, Screening, Tender
from orderlife.rooms.payment.lifecycle import OperationState, OperationTrigger
from orderlife.rooms.payment.messages import (
    AwaitPayment,
    PaymentRecorded,
    RequestAuthorizations,
    RequestPayment,
    TenderOffered,
)
from orderlife.rooms.payment.model import MovementKind, PaymentOperation
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.messages import (
    GrantReturn,
    RefuseReturn,
    ReturnLabelFailed,
    ReturnParcelReceived,
    ReturnRequested,
)
from orderlife.rooms.shipment.fulfilment import follow_up
from orderlife.rooms.shipment.lifecycle import BEFORE_DISPATCH, ShipmentState
from orderlife.rooms.shipment.messages import (
    DropShipment,
    LabelFailed,
    LabelReported,
    LabelVoidRejected,
    ShipmentDispatched,
    ShipmentPicked,
    ShipmentScanned,
)
from orderlife.rooms.shipment.model import Scan, ScanStatus
from orderlife.rooms.stock import backorders
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.messages import (
    AllocateStock,
    ConsumeStock,
    ReleaseStock,
    ReserveStock,
    StockAllocated,
    StockConsumed,
    StockHeld,
    StockLost,
    StockRefused,
    StockReleaseRequested,
    StockReported,
)
from orderlife.testing import a_movement
from orderlife.testing.scenario import NOON
from tests.house import react
from tests.process.made import (
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
    order,
    payment,
    sent,
)

K, R, S, T = ExceptionKind, ReservationState, ShipmentState, ReturnState
PLACED, CONFIRMED = OrderState.PLACED, OrderState.CONFIRMED
DRAFT, CANCELLING = OrderState.DRAFT, OrderState.CANCELLING
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PLACED_NOW = OrderPlaced(order_id="o1", placement=order().placement, at=NOON)
SCREENED = FraudScreened(screening=Screening(verdict="accept"))
RESUMED = CancellationAbandoned(why="too late")
DEPARTED = ShipmentDispatched(shipment_id=S1, at=NOON)
LABEL = Label(label_id="l1", carrier="post", tracking_number="t1")


def counted(
    counter: Any,
    quantities: dict[str, int],
    subject: str,
    *,
    undo: bool = False,
) -> RecordUnits:
    """A step that counts units."""
    return RecordUnits(
        counter=counter, quantities=quantities, subject=subject, undo=undo
    )


def waits(quantities: dict[str, int], *, undo: bool = False) -> RecordUnits:
    """A step that counts units of the first reservation as awaited."""
    return counted("backordered", quantities, R1, undo=undo)


def opened(
    kind: ExceptionKind,
    subject: str,
    expected: str,
    observed: str,
    quantities: Any = None,
) -> OpenException:
    """A step that asks a person."""
    return OpenException(
        Contradiction(kind, subject, expected, observed, quantities or {})
    )


def reserved(*demands: Any, number: int = 1, **fields: Any) -> ReserveStock:
    """A step that asks for stock."""
    settings: dict[str, Any] = {
        "reservation_id": f"o1-r{number}",
        "until": NOON + 2 * HOUR,
        "check_at": NOON + DAY,
    }
    return ReserveStock(demands=demands, **settings | fields)


def happened(kind: Any, **fields: Any) -> Any:
    """An event of the first reservation."""
    return kind(reservation_id=R1, **fields)


ASK = RequestAuthorizations(notify=True)
REJECT = OrderState.REJECTED
CAPTURE = RequestPayment(
    kind="capture",
    minor={"p1": WHOLE},
    subject="o1",
    final=True,
    notify=False,
)


# --- stock ---------------------------------------------------------------


def test_a_placed_order_holds_its_stock() -> None:
    """By the date to pay by; without goods, it asks for the money."""
    steps = list(react(case(order(PLACED)), PLACED_NOW, context()))
    expected = [
        AwaitPayment(until=NOON + HOUR),
        reserved(demand("1", 3), demand("2", 2, "south")),
    ]
    assert expected == steps
    off = order(PLACED, units={"1": {"cancelled": 3}, "2": {"cancelled": 2}})
    assert [expected[0], ASK] == list(react(case(off), PLACED_NOW, context()))
    quiet = attrs.evolve(off, notify=False)
    assert [expected[0], RequestAuthorizations(notify=False)] == list(
        react(case(quiet), PLACED_NOW, context())
    )


@pytest.mark.parametrize(
    ("state", "kind", "due", "until"),
    [
        (PLACED, "card", None, None),
        (PLACED, "boleto", None, NOON + 7 * DAY),
        (PLACED, "boleto", NOON + DAY, NOON + 7 * DAY),
        (PLACED, "boleto", NOON + 9 * DAY, NOON + 9 * DAY),
        (CONFIRMED, "boleto", None, None),
    ],
)
def test_a_tender_that_is_offered_is_asked(
    state: OrderState, kind: str, due: Any, until: Any
) -> None:
    """One that is slow is given its time, while the order waits for it."""
    tender = Tender(kind, "tok")
    made = order(state, tenders=(tender,), payment_due_at=due)
    steps = list(react(case(made), TenderOffered(tender=tender), context()))
    ask = RequestAuthorizations(notify=False)
    assert ([AwaitPayment(until=until), ask] if until else [ask]) == steps


def test_a_draft_asks_nobody() -> None:
    """It is not placed yet."""
    tender = Tender("boleto", "tok")
    steps = react(case(order(DRAFT)), TenderOffered(tender=tender), context())
    assert [] == list(steps)


ALLOCATE = AllocateStock(reservation_id=R1)
FIRST = (item("1", 1),)
SHORT = (demand("1", 2),)
MORE = reserved(demand("1", 2), number=2, backordered=True)


@pytest.mark.parametrize(
    ("state", "reservation", "items", "short", "steps"),
    [
        (PLACED, held(R.HELD), FIRST, (), [ASK]),
        (CONFIRMED, held(R.HELD), FIRST, (), [ALLOCATE]),
        (CANCELLING, held(R.HELD), FIRST, (), []),
        (PLACED, held(R.HELD), FIRST, SHORT, [MORE, ASK]),
        (CONFIRMED, held(R.HELD), FIRST, SHORT, [MORE, ALLOCATE]),
        (
            CONFIRMED,
            held(R.BACKORDERED, waited=True),
            FIRST,
            SHORT,
            [waits({"1": 2}, undo=True), MORE, ALLOCATE],
        ),
        (CONFIRMED, held(R.BACKORDERED, waited=True), FIRST, (), [ALLOCATE]),
        (PLACED, held(R.BACKORDERED), (), SHORT, [waits({"1": 2}), ASK]),
        (CONFIRMED, held(R.BACKORDERED), (), SHORT, [waits({"1": 2})]),
        (PLACED, held(R.EXPIRED), FIRST, SHORT, []),
        (CONFIRMED, held(R.RELEASED), FIRST, (), []),
    ],
)
def test_what_is_held_and_what_is_short(
    state: OrderState,
    reservation: Any,
    items: Any,
    short: Any,
    steps: list[Any],
) -> None:
    """The money is asked for, or the stock allocated; the rest waits."""
    event = happened(StockHeld, operation_id="x", items=items, short=short)
    made = case(order(state), reservation)
    assert steps == list(react(made, event, context()))


def test_the_customers_silence_is_kept() -> None:
    """It was the order that asked for it."""
    event = happened(StockHeld, operation_id="x", items=FIRST)
    made = case(order(PLACED, notify=False), held(R.HELD))
    assert [RequestAuthorizations(notify=False)] == list(
        react(made, event, context())
    )


NONE_LEFT = happened(
    StockRefused,
    shortages=(
        Shortage(sku="mug", wanted=3, available=1),
        Shortage(sku="cup", wanted=2, available=0),
    ),
)


@pytest.mark.parametrize(
    ("state", "reservation", "steps"),
    [
        (
            PLACED,
            held(R.REFUSED),
            [BeginClosing(reason="inventory", ends_in=REJECT)],
        ),
        (
            CONFIRMED,
            held(R.REFUSED, demands=(demand("1", 3), demand("2", 2))),
            [
                opened(
                    K.STOCK_LOST,
                    R1,
                    "stock for reservation o1-r1",
                    "there is 1 of 3 mug, 0 of 2 cup",
                    {"1": 3, "2": 2},
                )
            ],
        ),
        (CANCELLING, held(R.REFUSED), []),
        (PLACED, held(R.BACKORDERED), []),
    ],
)
def test_what_is_refused(
    state: OrderState, reservation: Any, steps: list[Any]
) -> None:
    """Nothing is promised before, and everything after confirmation."""
    made = case(order(state), reservation)
    assert steps == list(react(made, NONE_LEFT, context()))


@pytest.mark.parametrize(
    ("waited", "steps"),
    [(False, []), (True, [waits({"1": 2}, undo=True)])],
)
def test_what_is_allocated_is_counted(waited: bool, steps: list[Any]) -> None:
    """And no longer as awaited, if it was."""
    reservation = held(
        R.ALLOCATED,
        item("1", 1),
        item("2", 2),
        demands=SHORT,
        waited=waited,
    )
    made = case(None, reservation)
    event = happened(StockAllocated)
    expected = [*steps, counted("allocated", {"1": 1, "2": 2}, R1)]
    assert expected == list(react(made, event, context()))


LEAVING = {"x": FIRST}


@pytest.mark.parametrize(
    ("fields", "steps"),
    [
        ({}, []),
        ({"waited": True}, [waits({"1": 2}, undo=True)]),
        ({"waited": True, "leaving": LEAVING}, []),
        ({"leaving": LEAVING}, []),
    ],
)
def test_stock_that_is_lost_is_asked_for_anew(
    fields: dict[str, Any], steps: list[Any]
) -> None:
    """What of it has no stock by now."""
    made = case(
        None,
        held(R.EXPIRED, demands=SHORT, **fields),
        held(R.ALLOCATED, item("1", 2), number=2),
    )
    event = happened(StockLost, reason="gone")
    expected = [*steps, reserved(demand("1", 1), number=3)]
    assert expected == list(react(made, event, context()))


UNCOUNT = counted("allocated", {"1": 1}, R1, undo=True)
TAKEN = happened(StockConsumed, operation_id="x", items=FIRST, subject=S1)
LET_GO = happened(StockReleaseRequested, operation_id="x", items=FIRST)


@pytest.mark.parametrize(
    ("state", "event", "steps"),
    [
        (R.ALLOCATED, TAKEN, []),
        (R.ALLOCATED, attrs.evolve(TAKEN, written_off=True), [UNCOUNT]),
        (R.HELD, attrs.evolve(TAKEN, written_off=True), [UNCOUNT]),
        (R.ALLOCATED, LET_GO, [UNCOUNT]),
        (R.HELD, LET_GO, []),
        (R.BACKORDERED, LET_GO, [waits({"1": 1}, undo=True)]),
    ],
)
def test_what_is_taken_off_is_uncounted(
    state: ReservationState, event: Any, steps: list[Any]
) -> None:
    """What was shipped stays the order's."""
    made = case(None, held(state))
    assert steps == list(react(made, event, context()))


# --- money ---------------------------------------------------------------

M = MovementKind
LAPSED = PaymentRecorded(
    movements=(a_movement(M.LAPSED, 1),), detail="its days are over"
)
DECLINED = PaymentRecorded(
    operation_id="o1:authorize:1",
    trigger=OperationTrigger.DECLINE,
    detail="no funds",
)


def operation(kind: Any) -> dict[str, PaymentOperation]:
    """A request to the gateway that was answered."""
    asked = PaymentOperation(
        operation_id="o1:authorize:1",
        kind=kind,
        payment_id="p2",
        minor=1,
        state=OperationState.DECLINED,
    )
    return {"o1:authorize:1": asked}


def unsecured(payment_id: str, why: str) -> OpenException:
    """A step that asks a person about money that is not there any more."""
    return opened(
        K.AUTHORIZATION_LAPSED,
        payment_id,
        f"payment {payment_id} secures a confirmed order",
        f"it does not any more: {why}",
    )


AGAIN = RequestAuthorizations(again="p1")
POOR: dict[str, Any] = {"authorized": WHOLE - 1}


@pytest.mark.parametrize(
    ("made", "event", "policy", "steps"),
    [
        # What was authorised late is captured where all is captured early.
        (
            order(),
            PaymentRecorded(movements=(a_movement(M.AUTHORIZED, 1),)),
            {"capture": "confirmation"},
            [CAPTURE],
        ),
        (
            order(),
            PaymentRecorded(movements=(a_movement(M.CAPTURED, 1),)),
            {"capture": "confirmation"},
            [],
        ),
        (
            order(PLACED),
            PaymentRecorded(movements=(a_movement(M.AUTHORIZED, 1),)),
            {"capture": "confirmation"},
            [],
        ),
        # A decline, where the order counted on it.
        (
            order(**POOR, operations=operation("authorize")),
            DECLINED,
            {},
            [unsecured("p2", "no funds")],
        ),
        (order(operations=operation("authorize")), DECLINED, {}, []),
        (order(**POOR, operations=operation("capture")), DECLINED, {}, []),
        (order(**POOR), DECLINED, {}, []),
        (
            order(**POOR, operations=operation("authorize")),
            attrs.evolve(DECLINED, trigger=OperationTrigger.SUCCEED),
            {},
            [],
        ),
        (
            order(PLACED, **POOR, operations=operation("authorize")),
            DECLINED,
            {},
            [],
        ),
        # What has run out is asked for again, or somebody is asked.
        (order(**POOR), LAPSED, {}, [AGAIN]),
        (order(PLACED, **POOR), LAPSED, {}, [AGAIN]),
        (
            order(**POOR),
            LAPSED,
            {"reauthorize": False},
            [unsecured("p1", "its days are over")],
        ),
        (order(), LAPSED, {}, []),
        (order(CANCELLING, **POOR), LAPSED, {}, []),
        (
            order(**POOR),
            attrs.evolve(LAPSED, trigger=OperationTrigger.DECLINE),
            {},
            [],
        ),
        (
            order(**POOR),
            PaymentRecorded(movements=(a_movement(M.VOIDED, 1),)),
            {},
            [],
        ),
    ],
)
def test_what_follows_from_a_payment(
    made: Any, event: Any, policy: dict[str, Any], steps: list[Any]
) -> None:
    """What is due is taken, and what is not secured any more is seen to."""
    assert steps == list(react(case(made), event, context(**policy)))


BEING = "the order was being cancelled"
SUNG = {"3": {"shipped": 1, "delivered": 1}}
"""The song is with the customer: it needs no stock."""


@pytest.mark.parametrize(
    ("fields", "payments"),
    [
        ({}, []),
        ({"movements": (a_movement(M.AUTHORIZED, 5999),)}, [""]),
        (
            {
                "movements": (
                    a_movement(M.AUTHORIZED, WHOLE),
                    a_movement(M.VOIDED, WHOLE),
                )
            },
            ["p1"],
        ),
        (
            {
                "movements": (
                    a_movement(M.AUTHORIZED, 3000),
                    a_movement(M.AUTHORIZED, 1000, payment_id="p2"),
                    a_movement(M.CAPTURED, 1000, payment_id="p2"),
                    a_movement(M.REFUNDED, 1000, payment_id="p2"),
                    a_movement(M.AUTHORIZED, 500, payment_id="p3"),
                    a_movement(M.LAPSED, 500, payment_id="p3"),
                ),
            },
            ["p2", "p3"],
        ),
        (
            {
                "movements": (a_movement(M.AUTHORIZED, 10, payment_id="p3"),),
                "operations": {
                    "x": PaymentOperation(
                        operation_id="x",
                        kind="refund",
                        payment_id="p3",
                        minor=1,
                        state=OperationState.PENDING,
                    )
                },
            },
            ["p3"],
        ),
        (
            {
                "movements": (a_movement(M.AUTHORIZED, 10),),
                "exceptions": (excepted(K.AUTHORIZATION_LAPSED, "p1"),),
            },
            [],
        ),
        (
            {
                "movements": (a_movement(M.AUTHORIZED, 10),),
                "exceptions": (excepted(K.CAPTURE_FAILED, "p1"),),
            },
            [],
        ),
        (
            {
                "movements": (a_movement(M.AUTHORIZED, 10),),
                "exceptions": (
                    excepted(K.DISPUTE, "p1"),
                    excepted(K.CAPTURE_FAILED, "p1", 2, remedy=Remedy.ACCEPT),
                ),
            },
            [""],
        ),
    ],
)
def test_money_that_was_given_back_too_early(
    fields: dict[str, Any], payments: list[str]
) -> None:
    """Somebody is asked about it, once; nobody is charged by itself."""
    three = tuple(payment(payment_id) for payment_id in ("p1", "p2", "p3"))
    made = order(payments=three, units=SUNG, **fields)
    stocked = case(made, held(R.ALLOCATED, item("1", 3), item("2", 2)))
    expected = [unsecured(payment_id, BEING) for payment_id in payments]
    assert expected == list(react(stocked, RESUMED, context()))


@pytest.mark.parametrize(
    ("items", "parts", "missing"),
    [
        ((), (), {"1": 3, "2": 2}),
        ((), (held(R.ALLOCATED, item("1", 1)),), {"1": 2, "2": 2}),
        (
            (),
            (held(R.ALLOCATED, item("1", 3), item("2", 2)),),
            {},
        ),
        # Somebody is asked about these units already,
        (
            (excepted(K.STOCK_LOST, R1, quantities={"1": 2}),),
            (),
            {"1": 1, "2": 2},
        ),
        (
            (
                excepted(K.SHORT_PICK, S1, quantities={"1": 4}),
                excepted(K.STOCK_LOST, R1, 2, quantities={"2": 1}),
            ),
            (),
            {"2": 1},
        ),
        # was asked about them, or about something else,
        (
            (
                excepted(K.SHIPMENT_LOST, S1, quantities={"1": 2}),
                excepted(
                    K.STOCK_LOST,
                    R1,
                    2,
                    quantities={"1": 2},
                    remedy=Remedy.ACCEPT,
                ),
            ),
            (),
            {"1": 3, "2": 2},
        ),
        # or is asked about the parcel that they are in.
        (
            (),
            (
                sent(S.RETURNED_TO_SENDER, {"1": 1}),
                sent(S.RETURNED_TO_SENDER, {"1": 1}, 2),
                sent(S.WRITTEN_OFF, {"1": 1}, 3),
            ),
            {"1": 1, "2": 2},
        ),
    ],
)
def test_stock_that_was_let_go_of_too_early(
    items: Any, parts: Any, missing: dict[str, int]
) -> None:
    """Somebody is asked about it, once; nothing is sent by itself."""
    asked = opened(
        K.STOCK_LOST,
        "o1",
        "stock for all that order o1 is to send",
        "it was let go of while the order was being cancelled",
        missing,
    )
    made = case(order(units=SUNG, exceptions=items), *parts)
    assert ([asked] if missing else []) == list(
        react(made, RESUMED, context())
    )


# --- fraud ---------------------------------------------------------------


def hold(reason: Any, number: int = 1) -> Hold:
    """A hold for a reason."""
    return Hold(hold_id=f"h{number}", reason=reason, blocks=("confirm",))


def judged(verdict: Any) -> Screening:
    """A judgement."""
    return Screening(verdict=verdict, reason="so it is")


REVIEW = PlaceHold(
    reason="fraud",
    blocks=("confirm", "dispatch"),
    note="so it is",
    until=NOON + 3 * DAY,
)
FRAUD = BeginClosing(reason="fraud", ends_in=REJECT)
LEFT = {"2": {"shipped": 1}}
STOCK = (
    held(R.HELD, item("1", 1)),
    held(R.HELD, item("1", 1), number=2, pending="x"),
    held(R.HELD, number=3),
    held(R.ALLOCATED, item("1", 1), number=4),
    held(R.BACKORDERED, item("1", 1), number=5),
)
ALLOCATED = [ALLOCATE, AllocateStock(reservation_id="o1-r5")]


@pytest.mark.parametrize(
    ("state", "fields", "policy", "steps"),
    [
        (PLACED, {"screening": judged("accept")}, {}, []),
        (
            PLACED,
            {
                "screening": judged("accept"),
                "holds": (
                    hold("other"),
                    hold("fraud", 2),
                    hold("fraud", 3),
                ),
            },
            {},
            [
                LiftHold(hold_id="h2", note="accepted"),
                LiftHold(hold_id="h3", note="accepted"),
            ],
        ),
        (
            PLACED,
            {"holds": (hold("fraud"),)},
            {},
            [
                LiftHold(hold_id="h1", note="accepted"),
            ],
        ),
        (
            PLACED,
            {"screening": judged("review")},
            {},
            [REVIEW, *ALLOCATED],
        ),
        (
            PLACED,
            {"screening": judged("review")},
            {"review_within": None},
            [attrs.evolve(REVIEW, until=None), *ALLOCATED],
        ),
        (
            CONFIRMED,
            {"screening": judged("reject"), "units": LEFT},
            {},
            [REVIEW, *ALLOCATED],
        ),
        (PLACED, {"screening": judged("reject")}, {}, [FRAUD]),
        (CONFIRMED, {"screening": judged("reject")}, {}, [FRAUD]),
        (OrderState.COMPLETED, {"screening": judged("reject")}, {}, []),
        (CANCELLING, {"screening": judged("review")}, {}, []),
    ],
)
def test_what_follows_from_a_judgement(
    state: OrderState,
    fields: dict[str, Any],
    policy: dict[str, Any],
    steps: list[Any],
) -> None:
    """It goes on, waits for a person with its stock, or is called off."""
    made = case(order(state, **fields), *STOCK)
    assert steps == list(react(made, SCREENED, context(**policy)))


# --- on its way ----------------------------------------------------------


def test_a_confirmed_order_gets_what_it_waits_for() -> None:
    """Its stock, what needs no carrier, and what is due."""
    made = case(order(), *STOCK)
    digital = [
        counted("shipped", {"3": 1}, "o1"),
        counted("delivered", {"3": 1}, "o1"),
    ]
    assert [*ALLOCATED, *digital] == list(
        react(made, OrderConfirmed(), context())
    )
    early = context(capture="confirmation")
    assert [*ALLOCATED, *digital, CAPTURE] == list(
        react(made, OrderConfirmed(), early)
    )
    off = case(order(units={"3": {"cancelled": 1}}))
    assert [] == list(react(off, OrderConfirmed(), context()))


def short_pick(units: str, missing: int, quantities: Any) -> OpenException:
    """A step that asks a person about goods that were not there."""
    return opened(
        K.SHORT_PICK,
        S1,
        units,
        f"{missing} of them were not there",
        quantities,
    )


def written_off(quantities: Any, place: str) -> ConsumeStock:
    """A step that takes goods off the stock that were not there."""
    return ConsumeStock(
        reservation_id=R1,
        quantities=quantities,
        place=place,
        subject=S1,
        written_off=True,
    )


@pytest.mark.parametrize(
    ("items", "short", "place", "steps"),
    [
        ({"1": 3}, {}, "north", []),
        (
            {"1": 2},
            {"1": 1, "2": 2},
            "north",
            [
                written_off({"1": 1, "2": 2}, "north"),
                short_pick("5 units at north", 3, {"1": 1, "2": 2}),
            ],
        ),
        (
            {},
            {"1": 3},
            "",
            [
                written_off({"1": 3}, ""),
                short_pick("3 units at the shelf", 3, {"1": 3}),
                DropShipment(shipment_id=S1, reason="nothing was picked"),
            ],
        ),
    ],
)
def test_what_was_not_on_the_shelf(
    items: dict[str, int],
    short: dict[str, int],
    place: str,
    steps: list[Any],
) -> None:
    """It is written off, and somebody decides."""
    made = case(None, sent(S.PICKING, items, place=place))
    event = ShipmentPicked(shipment_id=S1, items=items, short=short)
    assert steps == list(react(made, event, context()))


def no_label(subject: str, why: str) -> OpenException:
    """A step that asks a person about a label."""
    return opened(K.LABEL_FAILED, subject, f"a label for {subject}", why)


@pytest.mark.parametrize(
    ("part", "event", "steps"),
    [
        (
            sent(S.PACKED, {}),
            LabelFailed(shipment_id=S1, code="e1", detail="no such town"),
            [no_label(S1, "e1: no such town")],
        ),
        (
            sent(S.PACKED, {}),
            LabelFailed(shipment_id=S1, code="e1"),
            [no_label(S1, "e1: no reason given")],
        ),
        (
            sent(S.CANCELLED, {}),
            LabelFailed(shipment_id=S1, code="e1"),
            [],
        ),
        (
            back(T.APPROVED),
            ReturnLabelFailed(return_id=T1, code="e1"),
            [no_label(T1, "e1: no reason given")],
        ),
        (back(T.RECEIVING), ReturnLabelFailed(return_id=T1, code="e1"), []),
    ],
)
def test_a_label_that_was_refused(
    part: Any, event: Any, steps: list[Any]
) -> None:
    """Somebody is asked, while one is wanted."""
    assert steps == list(react(case(None, part), event, context()))


def late(why: str) -> OpenException:
    """A step that tells a person that it was too late."""
    return opened(
        K.CANCELLED_TOO_LATE,
        S1,
        "shipment o1-s1 is cancelled before it leaves",
        why,
    )


@pytest.mark.parametrize(
    ("state", "sent_state", "reason", "steps"),
    [
        (CONFIRMED, S.READY, "scanned", [late("scanned")]),
        (CONFIRMED, S.READY, "", [late("the carrier has it already")]),
        (
            CANCELLING,
            S.READY,
            "scanned",
            [late("scanned"), AbandonClosing(why="scanned")],
        ),
        (
            CANCELLING,
            S.READY,
            "",
            [
                late("the carrier has it already"),
                AbandonClosing(why="the carrier has it"),
            ],
        ),
        (CANCELLING, S.CANCELLED, "scanned", [late("scanned")]),
    ],
)
def test_a_parcel_that_could_not_be_stopped(
    state: OrderState,
    sent_state: ShipmentState,
    reason: str,
    steps: list[Any],
) -> None:
    """The order goes on, unless the parcel will not."""
    made = case(order(state), sent(sent_state, {}))
    event = LabelVoidRejected(shipment_id=S1, reason=reason)
    assert steps == list(react(made, event, context()))


OUT = [
    counted("shipped", {"1": 2}, S1),
    ConsumeStock(
        reservation_id=R1, quantities={"1": 2}, place="north", subject=S1
    ),
]


def test_what_has_left_is_off_the_stock() -> None:
    """And counted as shipped."""
    assert OUT == list(
        react(case(None, sent(S.DISPATCHED, {"1": 2})), DEPARTED, context())
    )


def scanned(
    before: ShipmentState, after: ShipmentState, **fields: Any
) -> ShipmentScanned:
    """A scan that moved the shipment."""
    scan = Scan(
        status=ScanStatus.EXCEPTION,
        at=NOON,
        detail=fields.pop("detail", ""),
    )
    return ShipmentScanned(
        shipment_id=S1, scan=scan, before=before, after=after, **fields
    )


def on(counter: str) -> RecordUnits:
    """Count the shipment's units."""
    return counted(counter, {"1": 2}, S1)


def un(counter: str) -> RecordUnits:
    """Take their count back."""
    return counted(counter, {"1": 2}, S1, undo=True)


def trouble(kind: ExceptionKind, why: str) -> OpenException:
    """A step that asks a person what becomes of the goods."""
    return opened(
        kind, S1, "shipment o1-s1 reaches the customer", why, {"1": 2}
    )


def past(kind: ExceptionKind, where: str) -> CloseExceptions:
    """A step that asks nobody any more."""
    return CloseExceptions(
        kinds=frozenset((kind,)),
        subject=S1,
        note=f"the carrier reports {where}",
    )


STRANGE = Contradiction(K.UNMATCHED_FACT, S1, "this", "that")


@pytest.mark.parametrize(
    ("before", "after", "fields", "steps"),
    [
        (S.IN_TRANSIT, S.IN_TRANSIT, {}, []),
        (
            S.IN_TRANSIT,
            S.IN_TRANSIT,
            {"contradiction": STRANGE},
            [OpenException(STRANGE)],
        ),
        (
            S.IN_TRANSIT,
            S.OUT_FOR_DELIVERY,
            {"contradiction": STRANGE},
            [OpenException(STRANGE)],
        ),
        (S.READY, S.IN_TRANSIT, {}, OUT),
        (S.READY, S.DELIVERED, {}, [*OUT, on("delivered")]),
        (S.IN_TRANSIT, S.DELIVERED, {}, [on("delivered")]),
        (S.DELIVERED, S.RETURNING, {}, [un("delivered")]),
        (
            S.IN_TRANSIT,
            S.LOST,
            {},
            [
                on("lost"),
                trouble(K.SHIPMENT_LOST, "the carrier reports lost"),
            ],
        ),
        (
            S.DELIVERED,
            S.DAMAGED,
            {"detail": "wet"},
            [
                un("delivered"),
                on("lost"),
                trouble(K.SHIPMENT_DAMAGED, "wet"),
            ],
        ),
        (
            S.LOST,
            S.IN_TRANSIT,
            {},
            [un("lost"), past(K.SHIPMENT_LOST, "in_transit")],
        ),
        (S.DAMAGED, S.DELIVERED, {}, [un("lost"), on("delivered")]),
        (
            S.RETURNING,
            S.RETURNED_TO_SENDER,
            {},
            [
                un("shipped"),
                trouble(
                    K.RETURNED_TO_SENDER,
                    "the carrier reports returned_to_sender",
                ),
            ],
        ),
        (
            S.RETURNED_TO_SENDER,
            S.DELIVERED,
            {},
            [
                on("delivered"),
                on("shipped"),
                past(K.RETURNED_TO_SENDER, "delivered"),
            ],
        ),
    ],
)
def test_what_a_scan_says_of_the_units(
    before: ShipmentState,
    after: ShipmentState,
    fields: dict[str, Any],
    steps: list[Any],
) -> None:
    """They are counted, and what is wrong is put before somebody."""
    arrived = {"1": {"shipped": 0, "delivered": 2}}
    made = case(order(units=arrived), sent(after, {"1": 2}))
    event = scanned(before, after, **fields)
    assert steps == list(react(made, event, context()))


def test_what_moved_before_it_was_paid_is_put_before_somebody() -> None:
    """When it has left the building, and not again."""
    unpaid = opened(
        K.MOVED_BEFORE_PAYMENT,
        S1,
        "nothing leaves before its money is secured",
        "shipment o1-s1 has left",
        {"1": 2},
    )
    made = case(order(**POOR), sent(S.IN_TRANSIT, {"1": 2}))
    for before in BEFORE_DISPATCH:
        event = scanned(before, S.IN_TRANSIT)
        assert [*OUT, unpaid] == list(react(made, event, context()))
    event = scanned(S.DISPATCHED, S.IN_TRANSIT)
    assert [] == list(react(made, event, context()))


@pytest.mark.parametrize(
    ("units", "over"),
    [
        ({"delivered": 3, "returned": 1}, {}),
        ({"delivered": 3, "returned": 2}, {"1": 1}),
        ({"delivered": 2, "returned": 2}, {"1": 2}),
    ],
)
def test_units_that_came_back_and_had_not_arrived(
    units: dict[str, int], over: dict[str, int]
) -> None:
    """More came back than is left delivered: somebody is asked."""
    ledger = {"1": units, "2": {"delivered": 1}}
    made = case(order(units=ledger), sent(S.IN_TRANSIT, {"1": 2, "2": 1}))
    steps = list(react(made, scanned(S.DELIVERED, S.IN_TRANSIT), context()))
    asked = opened(
        K.OVER_RETURNED,
        S1,
        "no more comes back than was delivered",
        "shipment o1-s1 was not delivered after all, "
        "and units of lines 1 have come back",
        over,
    )
    uncounted = counted("delivered", {"1": 2, "2": 1}, S1, undo=True)
    assert ([asked] if over else []) + [uncounted] == steps


@pytest.mark.parametrize(
    ("made", "parts", "over"),
    [
        (order(), (), {}),
        (order(units={"1": {"cancelled": 1}}), (), {}),
        (order(units={"1": {"cancelled": 2}}), (), {"1": 1}),
        (order(units={"1": {"cancelled": 2, "shipped": 2}}), (), {"1": 2}),
        (order(OrderState.CANCELLED), (), {"1": 2, "2": 1}),
        # What has its label is sent by that; what has none can wait.
        (
            order(),
            (sent(S.READY, {"1": 2, "2": 1}, 2, label=LABEL),),
            {"1": 1},
        ),
        (
            order(),
            (
                sent(S.PACKED, {"1": 1}, 2, label_pending="x"),
                sent(S.PACKED, {"1": 1}, 3, label_pending="x"),
                sent(S.DELIVERED, {"1": 1}, 4, label=LABEL),
                sent(S.PACKED, {"1": 1}, 5),
            ),
            {"1": 1},
        ),
        (
            order(units={"1": {"cancelled": 2}}),
            (sent(S.READY, {"1": 3}, 2, label=LABEL),),
            {"1": 2},
        ),
    ],
)
def test_goods_that_were_back_and_move_once_more(
    made: Any, parts: tuple[Any, ...], over: dict[str, int]
) -> None:
    """Somebody is asked about units that were called off meanwhile."""
    mine = sent(S.DELIVERED, {"1": 2, "2": 1})
    steps = list(
        react(
            case(made, mine, *parts),
            scanned(S.RETURNED_TO_SENDER, S.DELIVERED),
            context(),
        )
    )
    asked = opened(
        K.MOVED_AFTER_CANCELLATION,
        S1,
        "units of shipment o1-s1 were called off when it had come back",
        "the carrier reports delivered",
        over,
    )
    again = [
        counted(counter, {"1": 2, "2": 1}, S1)
        for counter in ("delivered", "shipped")
    ]
    found = past(K.RETURNED_TO_SENDER, "delivered")
    assert ([asked] if over else []) + [*again, found] == steps


# --- afterwards ----------------------------------------------------------

ARRIVED = {
    "1": {"delivered": 3, "shipped": 3},
    "2": {"delivered": 1, "shipped": 2, "lost": 1, "refunded": 1},
    "3": {"delivered": 1},
}


def arrived(days: int) -> Any:
    """A shipment that arrived so many days before noon."""
    return sent(S.DELIVERED, {}, delivered_at=NOON - days * DAY)


@pytest.mark.parametrize(
    ("made", "part", "policy", "at"),
    [
        (order(units=ARRIVED), arrived(2), {}, NOON - DAY),
        (order(units=ARRIVED), arrived(-2), {}, NOON + DAY),
        (order(units=ARRIVED), sent(S.PLANNED, {}), {}, NOON + DAY),
        (
            order(units=ARRIVED),
            arrived(2),
            {"follow_up_after": 9 * DAY},
            NOON + 7 * DAY,
        ),
        (order(units=ARRIVED), arrived(2), {"follow_up_after": None}, None),
        (order(units=ARRIVED, followed_up=True), arrived(2), {}, None),
        (order(units=ARRIVED, follow_up_at=NOON), arrived(2), {}, None),
        (
            order(units=ARRIVED | {"1": {"delivered": 2}}),
            arrived(2),
            {},
            None,
        ),
        (
            order(
                units={
                    "1": {"cancelled": 3},
                    "2": {"cancelled": 2},
                    "3": {"cancelled": 1},
                }
            ),
            arrived(2),
            {},
            None,
        ),
    ],
)
def test_the_customer_is_asked_how_it_was(
    made: Any, part: Any, policy: dict[str, Any], at: Any
) -> None:
    """Once, some time after the last that could arrive has arrived."""
    steps = list(follow_up(case(made, part), context(**policy)))
    assert ([] if at is None else [ScheduleFollowUp(at=at)]) == steps


def asked_back(reason: str = "too_small") -> ReturnRequested:
    """A return that was asked for."""
    return ReturnRequested(
        return_id=T1,
        lines=(),
        reason=reason,
        resolution="refund",
        at=NOON,
    )


@pytest.mark.parametrize(
    ("answer", "steps"),
    [
        (
            "approve",
            [
                GrantReturn(
                    return_id=T1,
                    explanation="because",
                    expires_at=NOON + 8 * DAY + 12 * HOUR,
                    label=True,
                    notify=False,
                )
            ],
        ),
        ("decline", [RefuseReturn(return_id=T1, explanation="because")]),
        ("ask", []),
    ],
)
def test_policy_judges_a_return(answer: Any, steps: list[Any]) -> None:
    """It is shown all there is to know, and its answer is taken."""
    made = case(None, back(T.REQUESTED), arrived(2))
    shown: list[Any] = []

    def judge(*given: Any) -> ReturnVerdict:
        shown.extend(given)
        return ReturnVerdict(answer=answer, explanation="because")

    asked = context(judge=judge, return_within=8 * DAY)
    assert steps == list(react(made, asked_back(), asked))
    assert [
        asked.policy,
        made.order,
        made.returns[T1],
        NOON - 2 * DAY,
        NOON,
    ] == shown


def test_the_terms_say_who_buys_the_label() -> None:
    """Those of the reason that was given."""
    made = case(None, back(T.REQUESTED))
    plain = context()
    alone = attrs.evolve(plain.policy.remorse, label=False)
    asked = context(remorse=alone)
    (remorse,) = react(made, asked_back(), asked)
    (fault,) = react(made, asked_back("defective"), asked)
    assert [False, True] == [
        remorse.label,
        fault.label,
    ]


def over(total: int, quantities: dict[str, int]) -> OpenException:
    """A step that asks a person about more than was delivered."""
    return opened(
        K.OVER_RETURNED,
        T1,
        "no more comes back than was delivered",
        f"{total} units of lines {', '.join(quantities)} "
        "have come back with parcel p1",
        quantities,
    )


@pytest.mark.parametrize(
    ("quantities", "steps"),
    [
        ({}, []),
        ({"1": 2}, [counted("returned", {"1": 2}, T1)]),
        (
            {"1": 2, "9": 1},
            [counted("returned", {"1": 2}, T1)],
        ),
        ({"9": 1}, []),
        (
            {"1": 3, "2": 1},
            [
                counted("returned", {"1": 3, "2": 1}, T1),
                over(5, {"1": 4, "2": 1}),
            ],
        ),
    ],
)
def test_what_came_back_is_counted(
    quantities: dict[str, int], steps: list[Any]
) -> None:
    """What nobody ordered is not; more than was delivered is asked about."""
    ledger = {"1": {"delivered": 3, "returned": 1}}
    event = ReturnParcelReceived(
        return_id=T1,
        parcel_id="p1",
        at=NOON,
        quantities=quantities,
        until=NOON,
        contradictions=(STRANGE,),
    )
    made = case(order(units=ledger), back())
    assert [OpenException(STRANGE), *steps] == list(
        react(made, event, context())
    )


# --- given up ------------------------------------------------------------


def stock_answer(kind: str, outcome: Any) -> StockReported:
    """What the stock keeper is taken to have answered."""
    return StockReported(
        order_id="o1",
        reservation_id=R1,
        operation_id=f"{R1}:{kind}:1",
        outcome=outcome,
    )


def label_answer(subject: str, kind: str, outcome: Any) -> LabelReported:
    """What the carrier is taken to have answered."""
    return LabelReported(
        order_id="o1",
        subject=subject,
        operation_id=f"{subject}:{kind}:1",
        outcome=outcome,
    )


REFUSED = LabelRefused(code="given_up")
UNKNOWN = K.OUTCOME_UNKNOWN


@pytest.mark.parametrize(
    ("kind", "subject", "remedy", "steps"),
    [
        (
            UNKNOWN,
            f"{R1}:reserve:1",
            Remedy.ACCEPT,
            [stock_answer("reserve", StockShort(shortages=()))],
        ),
        (
            K.EFFECT_FAILED,
            f"{R1}:allocate:1",
            Remedy.ACCEPT,
            [
                ReleaseStock(reservation_id=R1),
                stock_answer("allocate", StockGone("given up")),
            ],
        ),
        (
            UNKNOWN,
            f"{R1}:release:1",
            Remedy.ACCEPT,
            [stock_answer("release", StockGone("given up"))],
        ),
        (UNKNOWN, f"{R1}:consume:1", Remedy.ACCEPT, []),
        (
            UNKNOWN,
            f"{S1}:label:1",
            Remedy.ACCEPT,
            [label_answer(S1, "label", REFUSED)],
        ),
        (
            UNKNOWN,
            f"{T1}:label:1",
            Remedy.ACCEPT,
            [label_answer(T1, "label", REFUSED)],
        ),
        (
            UNKNOWN,
            f"{S1}:void:1",
            Remedy.ACCEPT,
            [label_answer(S1, "void", VoidRejected("given up"))],
        ),
        (
            UNKNOWN,
            f"{S1}:intercept:1",
            Remedy.ACCEPT,
            [label_answer(S1, "intercept", InterceptRejected("given up"))],
        ),
        (UNKNOWN, f"{S1}:restock:1", Remedy.ACCEPT, []),
        (UNKNOWN, "o1:void:1", Remedy.ACCEPT, []),
        (UNKNOWN, f"{S1}:label:1", Remedy.RETRY, []),
        (K.MESSAGE_FAILED, f"{S1}:label:1", Remedy.ACCEPT, []),
    ],
)
def test_what_is_given_up_counts_as_a_no(
    kind: ExceptionKind, subject: str, remedy: Remedy, steps: list[Any]
) -> None:
    """To the question that was asked, and to no other."""
    made = case(
        order(
            exceptions=(excepted(K.DISPUTE, "p1"), excepted(kind, subject, 2))
        ),
        held(R.HELD),
        sent(S.PACKED, {}),
        back(),
    )
    event = ExceptionResolved(
        exception_id="x2", remedy=remedy, note="", by="staff:ada"
    )
    assert steps == list(react(made, event, context()))


def test_a_wait_is_counted_and_uncounted() -> None:
    """By the reservation that waits."""
    assert waits({"1": 2}) == backorders.waits(R1, {"1": 2})
    assert waits({"1": 2}, undo=True) == backorders.waits_less(R1, {"1": 2})
