"""What is taken, given back and still to be done, step by step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderlife._kernel.messages import Contradiction, ExceptionKind, Remedy
from orderlife.house import completed_because
from orderlife.rooms.exceptions.messages import OpenException
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import AbandonClosing, FinishClosing
from orderlife.rooms.order.model import Closing, Hold, Order, Units
from orderlife.rooms.payment.lifecycle import OperationState
from orderlife.rooms.payment.messages import GrantRefund, RequestPayment
from orderlife.rooms.payment.model import MovementKind, RefundLine
from orderlife.rooms.payment.process import (
    capture,
    credit_or_refund,
    void_rest,
)
from orderlife.rooms.returns.lifecycle import RETURN, ReturnState
from orderlife.rooms.returns.messages import CloseReturn, ResolveReturn
from orderlife.rooms.returns.model import Finding
from orderlife.rooms.returns.process import close_returns, resolve_returns
from orderlife.rooms.shipment.cancellation import unwind
from orderlife.rooms.shipment.lifecycle import BEFORE_DISPATCH, ShipmentState
from orderlife.rooms.shipment.messages import DropShipment
from orderlife.rooms.shipment.resolutions import lost_units_refund
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.messages import ReleaseStock
from orderlife.rooms.stock.model import Reservation
from orderlife.testing.scenario import NOON
from tests.order.orders import counted, item, made, operation, payment
from tests.order.shop import cents, line, shop
from tests.process.parts import STOCK, back, case, context, held, sent

K, M, S = ExceptionKind, MovementKind, OrderState
O = OperationState  # noqa: E741
SECURED = ("authorize", 400, O.SUCCEEDED)


def request(kind: Any, minor: dict[str, int], **fields: Any) -> RequestPayment:
    """What is asked of a gateway."""
    settings: dict[str, Any] = {"subject": "o1"}
    return RequestPayment(kind=kind, minor=minor, **settings | fields)


# --- taking -------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "shipped", "options", "minor", "final"),
    [
        ("dispatch", 0, {}, 0, False),
        ("dispatch", 2, {}, 200, False),
        ("dispatch", 3, {}, 300, False),
        ("confirmation", 0, {}, 400, True),
        ("confirmation", 2, {}, 400, True),
        ("dispatch", 0, {"early": True}, 400, True),
        ("dispatch", 0, {"most": 70}, 70, False),
        ("dispatch", 0, {"most": 400}, 400, True),
        ("dispatch", 2, {"most": 900}, 400, True),
        ("dispatch", 2, {"most": 0}, 0, False),
    ],
)
@pytest.mark.parametrize("notify", [True, False])
def test_what_is_due_is_taken(
    when: Any,
    shipped: int,
    options: dict[str, Any],
    minor: int,
    *,
    final: bool,
    notify: bool,
) -> None:
    """As policy says, or whoever wants it early."""
    order = made(
        (M.AUTHORIZED, 400), units=counted(Units(ordered=3, shipped=shipped))
    )
    steps = capture(
        case(order), context(capture=when, notify=notify), "x", **options
    )
    asked = request(
        "capture", {"p1": minor}, subject="x", final=final, notify=notify
    )

    assert ([asked] if minor else []) == list(steps)


@pytest.mark.parametrize(
    ("authorized", "payments", "subject"),
    [
        (150, (payment("p0"), payment("p9"), payment()), "p1"),
        (0, (), ""),
    ],
)
def test_what_is_not_authorised_is_told(
    authorized: int, payments: Any, subject: str
) -> None:
    """What there is, is taken; the rest is for a person."""
    order = made((M.AUTHORIZED, authorized), payments=payments)
    steps = capture(case(order), context(capture="confirmation"), "x")
    asked = request("capture", {"p1": authorized}, subject="x", final=True)
    told = OpenException(
        Contradiction(
            K.CAPTURE_FAILED,
            subject,
            "400 minor units are due for x",
            f"{400 - authorized} of them are not authorised",
            minor=400 - authorized,
        )
    )

    assert ([asked, told] if authorized else [told]) == list(steps)


# --- giving up ----------------------------------------------------------

GONE = counted(Units(ordered=3, shipped=3), Units(ordered=2, shipped=2))
VOID = request("void", {"p1": 70})


@pytest.mark.parametrize(
    ("captured", "asked", "units", "expected"),
    [
        (400, (), GONE, [VOID]),
        (399, (), GONE, []),
        (400, (), counted(Units(ordered=3, shipped=2)), []),
        (
            400,
            (),
            counted(Units(ordered=3, shipped=2), Units(ordered=2, shipped=2)),
            [],
        ),
        (
            400,
            (),
            counted(
                Units(ordered=3, shipped=2, cancelled=1),
                Units(ordered=2, shipped=2),
            ),
            [VOID],
        ),
        (400, (("capture", 9, O.PENDING),), GONE, []),
        (400, (("refund", 9, O.PENDING),), GONE, []),
        (470, (), GONE, []),
    ],
)
def test_what_is_not_needed_any_more_is_given_up(
    captured: int, asked: Any, units: Any, expected: list[Any]
) -> None:
    """Once all has left and is taken, and nothing is under way."""
    order = made(
        (M.AUTHORIZED, 470),
        (M.CAPTURED, captured),
        asked=(SECURED, *asked),
        units=units,
    )

    assert expected == list(void_rest(case(order), context()))


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (O.PENDING, [request("void", {"p1": 250})]),
        (O.REQUIRES_ACTION, [request("void", {"p1": 250})]),
        (O.SUBMITTED, []),
        (O.UNKNOWN, []),
        (O.DECLINED, []),
    ],
)
def test_what_is_awaited_is_called_off(
    state: OperationState, expected: list[Any]
) -> None:
    """If the provider has it, and not if it may not."""
    none = counted(
        Units(ordered=3, cancelled=3), Units(ordered=2, cancelled=2)
    )
    order = made(asked=(("authorize", 250, state),), units=none)

    assert expected == list(void_rest(case(order), context()))


def test_what_is_open_is_voided_and_not_what_is_awaited() -> None:
    """Where some of it was told before."""
    order = made(
        (M.AUTHORIZED, 470),
        (M.CAPTURED, 400),
        asked=(("authorize", 250, O.PENDING),),
        units=GONE,
    )

    assert [VOID] == list(void_rest(case(order), context()))


@pytest.mark.parametrize(
    ("remedy", "expected"), [(None, []), (Remedy.ACCEPT, [VOID])]
)
def test_a_void_that_failed_waits_for_a_person(
    remedy: Any, expected: list[Any]
) -> None:
    """It is not asked for again by itself."""
    order = made(
        (M.AUTHORIZED, 470),
        (M.CAPTURED, 400),
        units=GONE,
        exceptions=(
            item(K.DISPUTE),
            item(K.VOID_FAILED, number=2, remedy=remedy),
        ),
    )

    assert expected == list(void_rest(case(order), context()))


def test_a_capture_that_is_awaited_may_need_another_payment() -> None:
    """If it fails, what is secured is taken instead."""
    order = made((M.AUTHORIZED, 70), payments=(payment(), payment("p2")))
    awaited = operation("capture", 9, O.PENDING, 1, payment_id="p2")
    order = attrs.evolve(
        order,
        operations={awaited.operation_id: awaited},
        waived_minor=400,
        units=GONE,
    )

    assert [] == list(void_rest(case(order), context()))


def test_payments_are_voided_one_by_one() -> None:
    """Those that are busy or wait for a person are left alone."""
    order = made((M.AUTHORIZED, 70), payments=(payment("p1"),))
    entries = [
        attrs.evolve(order.movements[0], payment_id=f"p{number}")
        for number in range(1, 6)
    ]
    busy = operation("refund", 9, O.PENDING, 1, payment_id="p2")
    waits = attrs.evolve(item(K.VOID_FAILED).contradiction, subject="p3")
    order = attrs.evolve(
        order,
        payments=tuple(payment(f"p{number}") for number in range(1, 6)),
        movements=tuple(entries),
        operations={busy.operation_id: busy},
        exceptions=(item(K.VOID_FAILED, contradiction=waits),),
        waived_minor=400,
        units=GONE,
    )

    assert [
        request("void", {name: 70}) for name in ("p1", "p4", "p5")
    ] == list(void_rest(case(order), context()))


# --- giving back --------------------------------------------------------


@pytest.mark.parametrize("flag", [True, False])
def test_an_amount_goes_back(*, flag: bool) -> None:
    """As money or as credit, where there is any."""
    order = made((M.CAPTURED, 400))
    fields: dict[str, Any] = {"reason": "so", "notify": not flag}
    asked = request(
        "credit" if flag else "refund", {"p1": 70}, subject="x", **fields
    )

    assert [asked] == list(
        credit_or_refund(
            case(order), context(), "x", 70, as_credit=flag, **fields
        )
    )
    assert [] == list(
        credit_or_refund(
            case(made()), context(), "x", 70, as_credit=flag, **fields
        )
    )


CLOSING = Closing(reason="staff", ends_in=S.CANCELLED)


def closing(*movements: Any, **fields: Any) -> Order:
    """An order that is being cancelled."""
    settings: dict[str, Any] = {"state": S.CANCELLING, "closing": CLOSING}
    return made(*movements, **settings | fields)


def test_what_has_left_ends_the_closing() -> None:
    """The order goes on."""
    order = closing(units=counted(Units(ordered=3, shipped=1)))

    assert [AbandonClosing(why="a parcel has left already")] == (
        unwind(case(order), context())
    )


@pytest.mark.parametrize("state", ShipmentState)
def test_what_has_not_left_is_dropped_first(state: ShipmentState) -> None:
    """Everything else waits for that."""
    order = closing((M.AUTHORIZED, 400), (M.CAPTURED, 400))
    bare = attrs.evolve(order, closing=None)
    ships = (
        sent(state),
        sent(state, 2, void_pending="v"),
        sent(ShipmentState.CANCELLED, 3),
    )
    dropped = DropShipment(shipment_id="o1-s1", reason="staff")
    refund = request("refund", {"p1": 400}, reason="staff", notify=False)

    if state in BEFORE_DISPATCH:
        assert [dropped] == unwind(case(order, shipments=ships), context())
        assert [attrs.evolve(dropped, reason="other")] == unwind(
            case(bare, shipments=ships), context()
        )
        assert [] == unwind(case(order, shipments=ships[1:]), context())
    else:
        assert [refund] == unwind(case(order, shipments=ships), context())


@pytest.mark.parametrize(
    ("reservation", "released", "ends"),
    [
        (held(ReservationState.HELD), True, False),
        (held(ReservationState.BACKORDERED), True, False),
        (held(ReservationState.HELD, pending="x"), False, False),
        (held(ReservationState.ALLOCATED, leaving={"x": STOCK}), False, False),
        (held(ReservationState.RELEASED), False, True),
        (held(ReservationState.RELEASED, leaving={"x": STOCK}), False, False),
        (held(ReservationState.EXPIRED, items=STOCK), True, False),
        (held(ReservationState.REFUSED), False, True),
    ],
)
def test_stock_is_given_back_before_it_ends(
    reservation: Reservation, *, released: bool, ends: bool
) -> None:
    """What is being answered is waited for."""
    steps = unwind(case(closing(), reservations=(reservation,)), context())
    asked: list[Any] = [ReleaseStock(reservation_id="o1-r1")]

    assert (asked if released else [FinishClosing()] if ends else []) == steps


@pytest.mark.parametrize("field", ["label_pending", "void_pending"])
def test_an_answer_about_a_label_is_waited_for(field: str) -> None:
    """Though the shipment is cancelled by now."""
    pending: dict[str, Any] = {field: "x"}
    ship = sent(ShipmentState.CANCELLED, **pending)

    assert [] == unwind(case(closing(), shipments=(ship,)), context())


@pytest.mark.parametrize(
    ("movements", "asked", "expected"),
    [
        ((), (), [FinishClosing()]),
        (((M.AUTHORIZED, 70),), (), [VOID]),
        (
            ((M.AUTHORIZED, 470), (M.CAPTURED, 400)),
            (),
            [
                VOID,
                request("refund", {"p1": 400}, reason="staff", notify=False),
            ],
        ),
        (
            ((M.CAPTURED, 400), (M.REFUNDED, 330)),
            (),
            [request("refund", {"p1": 70}, reason="staff", notify=False)],
        ),
        (((M.CAPTURED, 400), (M.REFUNDED, 400)), (), [FinishClosing()]),
        (
            ((M.CAPTURED, 400),),
            (("refund", 400, O.PENDING),),
            [],
        ),
        ((), (("authorize", 70, O.SUBMITTED),), []),
        (((M.AUTHORIZED, 70),), (("void", 70, O.PENDING),), []),
    ],
)
def test_money_is_given_back_before_it_ends(
    movements: Any, asked: Any, expected: list[Any]
) -> None:
    """What is under way is waited for."""
    assert expected == unwind(
        case(closing(*movements, asked=asked)), context()
    )


def test_a_closing_that_nobody_knows_of_gives_no_reason() -> None:
    """And gives back all the same."""
    order = closing((M.CAPTURED, 70), closing=None)

    assert [request("refund", {"p1": 70}, notify=False)] == unwind(
        case(order), context()
    )


@pytest.mark.parametrize(
    ("kind", "remedy", "waits"),
    [
        (K.REFUND_FAILED, None, True),
        (K.CREDIT_FAILED, None, True),
        (K.REFUND_FAILED, Remedy.RETRY, False),
        (K.VOID_FAILED, None, False),
    ],
)
def test_a_refund_that_failed_waits_for_a_person(
    kind: ExceptionKind, remedy: Any, *, waits: bool
) -> None:
    """Other payments go back meanwhile, and the order does not end."""
    order = closing((M.CAPTURED, 70), exceptions=(item(kind, remedy=remedy),))
    second = attrs.evolve(order.movements[0], payment_id="p2")
    both = attrs.evolve(
        order,
        payments=(payment(), payment("p2")),
        movements=(*order.movements, second),
    )
    first, other = (
        request("refund", {name: 70}, reason="staff", notify=False)
        for name in ("p1", "p2")
    )

    assert ([other] if waits else [first, other]) == unwind(
        case(both), context()
    )
    assert ([] if waits else [first]) == unwind(case(order), context())


# --- what is left to do -------------------------------------------------

ARRIVED = counted(
    Units(ordered=3, shipped=3, delivered=2, lost=1),
    Units(ordered=2, shipped=1, delivered=1, cancelled=1),
)


def done(**fields: Any) -> Order:
    """An order of which nothing is left to do."""
    settings: dict[str, Any] = {"units": ARRIVED, "state": S.CONFIRMED}
    return made((M.AUTHORIZED, 350), (M.CAPTURED, 350), **settings | fields)


def test_what_is_done_is_complete() -> None:
    """Whatever has come of its parts."""
    whole = case(
        done(
            exceptions=(item(K.DISPUTE, remedy=Remedy.ACCEPT),),
            asked=(SECURED,),
        ),
        returns=(back(ReturnState.CLOSED), back(ReturnState.DECLINED, 2)),
        shipments=(
            sent(ShipmentState.DELIVERED),
            sent(ShipmentState.WRITTEN_OFF, 2),
            sent(ShipmentState.CANCELLED, 3),
        ),
        reservations=(
            held(ReservationState.CONSUMED),
            held(ReservationState.RELEASED, 2),
        ),
    )

    assert "" == completed_because(whole)


HOLD = Hold(hold_id="h1", reason="other", blocks=("refund",))


@pytest.mark.parametrize(
    ("fields", "parts", "why"),
    [
        (
            {
                "units": counted(
                    Units(ordered=3, shipped=3, delivered=2),
                    Units(ordered=2, cancelled=2),
                )
            },
            {},
            "line 1 is not delivered",
        ),
        (
            {
                "units": counted(
                    Units(ordered=3, delivered=3), Units(ordered=2)
                )
            },
            {},
            "line 2 is not delivered",
        ),
        ({"holds": (HOLD,)}, {}, "a hold stands"),
        (
            {
                "exceptions": (
                    item(K.DISPUTE, remedy=Remedy.ACCEPT),
                    item(K.DISPUTE, number=2),
                )
            },
            {},
            "an exception is open",
        ),
        (
            {"follow_up_at": NOON + timedelta(days=1)},
            {},
            "the follow-up is to come",
        ),
        (
            {},
            {
                "returns": (
                    back(ReturnState.CLOSED),
                    back(ReturnState.RESOLVED, 2),
                )
            },
            "return o1-t2 is resolved",
        ),
        (
            {},
            {
                "shipments": (
                    sent(ShipmentState.DELIVERED),
                    sent(ShipmentState.LOST, 2),
                )
            },
            "shipment o1-s2 is lost",
        ),
        (
            {},
            {"shipments": (sent(ShipmentState.CANCELLED, void_pending="v"),)},
            "shipment o1-s1 is cancelled",
        ),
        (
            {},
            {"shipments": (sent(ShipmentState.CANCELLED, label_pending="v"),)},
            "shipment o1-s1 is cancelled",
        ),
        (
            {},
            {
                "reservations": (
                    held(ReservationState.CONSUMED),
                    held(ReservationState.ALLOCATED, 2),
                )
            },
            "reservation o1-r2 is allocated",
        ),
        (
            {},
            {
                "reservations": (
                    held(ReservationState.RELEASED, leaving={"x": STOCK}),
                )
            },
            "reservation o1-r1 is released",
        ),
        (
            {"asked": (SECURED, ("refund", 9, O.PENDING))},
            {},
            "a payment is not settled",
        ),
        ({"waived_minor": -1}, {}, "a payment is not settled"),
    ],
)
def test_it_says_what_is_left_to_do(
    fields: dict[str, Any], parts: dict[str, Any], why: str
) -> None:
    """The first thing that is not over."""
    assert why == completed_because(case(done(**fields), **parts))


def test_what_is_still_secured_is_not_settled() -> None:
    """It is to be given up first."""
    order = made((M.AUTHORIZED, 351), (M.CAPTURED, 350), units=ARRIVED)

    assert "a payment is not settled" == completed_because(case(order))


# --- returns ------------------------------------------------------------

FOUND = Finding(
    line_id="1", quantity=1, condition="sellable", disposition="restock"
)


@pytest.mark.parametrize(
    ("state", "resolution", "as_credit"),
    [
        (ReturnState.INSPECTED, "refund", False),
        (ReturnState.INSPECTED, "store_credit", True),
        (ReturnState.APPROVED, "keep", False),
    ],
)
@pytest.mark.parametrize("notify", [True, False])
def test_what_came_back_is_refunded(
    state: ReturnState, resolution: Any, *, as_credit: bool, notify: bool
) -> None:
    """Or what the customer is to keep; and then it is resolved."""
    order = made(units=counted(Units(ordered=3, shipped=3)))
    mine = back(
        state, 2, resolution=resolution, findings=(FOUND,), reason="style"
    )
    others = back(ReturnState.RECEIVED), back(ReturnState.APPROVED, 3)

    assert [
        GrantRefund(
            subject="o1-t2",
            lines=(RefundLine(kind="goods", minor=100, line_id="1"),),
            units={"1": 1},
            as_credit=as_credit,
            reason="style",
            notify=notify,
        ),
        ResolveReturn(return_id="o1-t2"),
    ] == list(
        resolve_returns(
            case(order, returns=(others[0], mine, others[1])),
            context(notify=notify),
        )
    )


def test_a_hold_keeps_money_from_going_back() -> None:
    """Until it is released."""
    order = made(holds=(HOLD,))
    mine = back(ReturnState.INSPECTED, findings=(FOUND,))
    other = attrs.evolve(HOLD, blocks=("dispatch",))

    assert [] == list(resolve_returns(case(order, returns=(mine,)), context()))
    assert 2 == len(
        resolve_returns(case(made(holds=(other,)), returns=(mine,)), context())
    )


@pytest.mark.parametrize(
    ("asked", "exceptions", "closes"),
    [
        ((), (), True),
        ((("capture", 9, O.PENDING),), (), True),
        ((("refund", 9, O.PENDING),), (), False),
        ((("credit", 9, O.UNKNOWN),), (), False),
        ((("refund", 9, O.SUCCEEDED),), (), True),
        ((), (item(K.REFUND_FAILED),), False),
        ((), (item(K.CREDIT_FAILED),), False),
        ((), (item(K.REFUND_FAILED, remedy=Remedy.ACCEPT),), True),
        ((), (item(K.DISPUTE),), True),
    ],
)
def test_what_is_resolved_is_closed_with_its_money(
    asked: Any, exceptions: Any, *, closes: bool
) -> None:
    """Once nothing is under way and nothing has failed."""
    order = made(asked=(SECURED, *asked), exceptions=exceptions)
    whole = case(
        order,
        returns=(
            back(ReturnState.RESOLVED),
            back(ReturnState.INSPECTED, 2),
            back(ReturnState.RESOLVED, 3),
        ),
    )
    closed = [
        CloseReturn(return_id="o1-t1"),
        CloseReturn(return_id="o1-t3"),
    ]

    assert (closed if closes else []) == list(close_returns(whole, context()))


@pytest.mark.parametrize("state", ReturnState)
def test_only_what_is_resolved_is_closed(state: ReturnState) -> None:
    """Nothing else, and nothing where there is no return."""
    closes = state is ReturnState.RESOLVED
    whole = case(made(), returns=(back(state),))

    assert closes is bool(close_returns(whole, context()))
    assert () == close_returns(case(made()), context())
    assert RETURN.name == "return"


# --- what never arrives -------------------------------------------------

COSTLY = shop(
    line("1.00", 3, tax=cents(19), shipping=cents(31)),
    line("0.50", 2),
    line("1.00", 2, tax=cents(8)),
    tenders=(),
).order


@pytest.mark.parametrize("notify", [True, False])
def test_lost_units_are_refunded_with_their_shares(*, notify: bool) -> None:
    """From the first that was not refunded to the last that has left."""
    order = attrs.evolve(
        COSTLY,
        units={
            "1": Units(ordered=3, shipped=3, refunded=1),
            "2": Units(ordered=2, shipped=1),
            "3": Units(ordered=2, shipped=2, refunded=2),
        },
    )
    first = order.line("1")
    step = lost_units_refund(
        case(order), {"3": 1, "1": 1, "2": 2}, "o1-s1", notify=notify
    )

    assert (
        GrantRefund(
            subject="o1-s1",
            lines=(
                RefundLine(kind="goods", minor=100, line_id="1"),
                RefundLine(kind="tax", minor=first.tax(1, 2), line_id="1"),
                RefundLine(
                    kind="shipping", minor=first.shipping(1, 2), line_id="1"
                ),
                RefundLine(kind="goods", minor=50, line_id="2"),
            ),
            units={"1": 1, "2": 1},
            reason="undelivered",
            notify=notify,
        )
        == step
    )
    assert first.tax(1, 2) > 0
    assert first.shipping(1, 2) > 0


def test_contained_tax_is_no_line_of_its_own() -> None:
    """It is in the goods."""
    order = shop(line("1.19", 1, tax=cents(19)), tax_included=True).order
    gone = attrs.evolve(order, units={"1": Units(ordered=1, shipped=1)})
    step = lost_units_refund(case(gone), {"1": 1}, "o1-s1", notify=True)

    assert (RefundLine(kind="goods", minor=119, line_id="1"),) == step.lines
