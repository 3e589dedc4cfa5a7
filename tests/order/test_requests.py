"""What an order asks its gateway for, request by request."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from orderlife._kernel.messages import ExceptionKind
from orderlife.ports.payment import Tender
from orderlife.rooms.exceptions.messages import ExceptionOpened
from orderlife.rooms.order.model import Order
from orderlife.rooms.payment.lifecycle import OperationState, OperationTrigger
from orderlife.rooms.payment.messages import (
    GiveUpPayment,
    LapseAuthorization,
    PaymentRecorded,
    PaymentRequested,
    RequestAuthorizations,
    RequestPayment,
    SettleByHand,
)
from orderlife.rooms.payment.model import Movement, MovementKind
from orderlife.rooms.payment.requests import (
    authorize,
    failed,
    give_up,
    given_up,
    lapse,
    lapsed,
    request,
    settle_by_hand,
)
from orderlife.testing.scenario import NOON
from tests.order.orders import contradiction, item, made, operation, payment
from tests.order.shop import CARD, cents

K, M, O = ExceptionKind, MovementKind, OperationState  # noqa: E741
DECLINE = OperationTrigger.DECLINE
AWAITED = [O.SUBMITTED, O.PENDING, O.UNKNOWN, O.REQUIRES_ACTION]


def bare(*tenders: Tender, **fields: Any) -> Order:
    """The order with means of payment, of which none was asked yet."""
    return made(tenders=tenders, payments=(), **fields)


def asked(order: Order, again: str = "") -> list[tuple[str, str, int, int]]:
    """What is asked for: of which payment, of which tender, how much."""
    return [
        (e.operation_id, e.payment_id, e.tender_index, e.minor)
        for e in authorize(order, RequestAuthorizations(again=again))
        if isinstance(e, PaymentRequested)
    ]


@pytest.mark.parametrize("notify", [True, False])
def test_money_is_asked_for_on_a_tender(*, notify: bool) -> None:
    """All that is due, under the next number."""
    order = bare(CARD, counts={"authorize": 4})

    assert [
        PaymentRequested(
            operation_id="o1:authorize:5",
            kind="authorize",
            payment_id="p1",
            minor=400,
            subject="o1",
            tender=CARD,
            tender_index=0,
            notify=notify,
        )
    ] == authorize(order, RequestAuthorizations(notify=notify))


def test_who_names_an_amount_comes_first() -> None:
    """The others take the rest, and all are asked in their order."""
    some = Tender("gift", "t", cents(150))
    more = Tender("gift", "t", cents(240))
    vast = Tender("gift", "t", cents(500))

    assert [
        ("o1:authorize:1", "p1", 0, 10),
        ("o1:authorize:2", "p2", 1, 150),
        ("o1:authorize:3", "p3", 2, 240),
    ] == asked(bare(CARD, some, more, counts={}))
    assert [
        ("o1:authorize:1", "p1", 0, 150),
        ("o1:authorize:2", "p2", 2, 250),
    ] == asked(bare(some, CARD, vast, counts={}))


def test_no_more_is_asked_for_than_is_open() -> None:
    """Whatever is waived, secured, or being secured."""
    secured = bare(CARD, waived_minor=401)
    used = made(
        (M.AUTHORIZED, 100),
        asked=(("authorize", 30, O.PENDING),),
        tenders=(CARD, CARD),
        counts={"authorize": 1},
    )

    assert [] == asked(secured)
    assert [("o1:authorize:2", "p2", 1, 270)] == asked(used)


def test_a_tender_may_be_asked_once_more() -> None:
    """By the payment that it was used for, and no other tender then."""
    order = made(
        tenders=(CARD, CARD, CARD),
        payments=(payment(), payment("p2", tender_index=1)),
        counts={"authorize": 2},
    )

    assert [("o1:authorize:3", "p3", 2, 400)] == asked(order)
    assert [("o1:authorize:3", "p3", 1, 400)] == asked(order, "p2")


@pytest.mark.parametrize("flag", [True, False])
def test_a_request_is_made_payment_by_payment(*, flag: bool) -> None:
    """Each under the next number of its kind."""
    fields: dict[str, Any] = {
        "kind": "refund",
        "subject": "t1",
        "final": flag,
        "reason": "so",
        "notify": not flag,
    }
    step = RequestPayment(minor={"p1": 70, "p2": 30}, **fields)
    expected = [
        PaymentRequested(
            operation_id="o1:refund:3", payment_id="p1", minor=70, **fields
        ),
        PaymentRequested(
            operation_id="o1:refund:4", payment_id="p2", minor=30, **fields
        ),
    ]

    assert expected == request(made(counts={"refund": 2, "capture": 9}), step)
    (first, _) = request(made(counts={}), step)
    assert isinstance(first, PaymentRequested)
    assert "o1:refund:1" == first.operation_id


def gone(kind: MovementKind, minor: int) -> Movement:
    """What is written off of the payment's authorisation."""
    return Movement(
        kind=kind,
        payment_id="p1",
        minor=minor,
        operation_id="o1:authorize:1",
    )


def test_what_is_left_lapses() -> None:
    """But for what is being captured."""
    order = made(
        (M.AUTHORIZED, 400),
        (M.CAPTURED, 100),
        asked=(
            ("authorize", 400, O.SUCCEEDED),
            ("capture", 30, O.PENDING),
        ),
    )

    assert [
        PaymentRecorded(movements=(gone(M.LAPSED, 270),), detail="lapsed")
    ] == lapse(order, LapseAuthorization(payment_id="p1"))
    assert [
        PaymentRecorded(movements=(gone(M.LAPSED, 1),), detail="lapsed")
    ] == lapsed(order, "p1", 1)
    assert [] == lapsed(order, "p1", 0)


def test_each_payment_is_written_off_for_itself() -> None:
    """Whatever is open of another, or can be given back of it."""
    second = operation("authorize", 400, O.SUCCEEDED, 9, payment_id="p2")
    first = made((M.AUTHORIZED, 70), (M.CAPTURED, 70))
    order = made(
        asked=(("authorize", 400, O.SUCCEEDED),),
        payments=(payment(), payment("p2")),
    )
    order = attrs.evolve(
        order,
        operations={**order.operations, second.operation_id: second},
        movements=(
            *(attrs.evolve(each, payment_id="p2") for each in first.movements),
            attrs.evolve(first.movements[0], payment_id="p2", minor=9),
        ),
    )

    assert [] == lapse(order, LapseAuthorization(payment_id="p1"))
    assert [] == settle_by_hand(order, SettleByHand(payment_id="p1", minor=5))


@pytest.mark.parametrize("state", AWAITED)
def test_what_is_awaited_is_waited_for_no_longer(
    state: OperationState,
) -> None:
    """By our calendar nothing is written off; by the gateway's all is."""
    order = made(asked=(("authorize", 400, state),))
    waiting = PaymentRecorded(
        operation_id="o1:authorize:1", trigger=DECLINE, detail="lapsed"
    )
    written_off = PaymentRecorded(
        operation_id="o1:authorize:1",
        trigger=DECLINE,
        movements=(gone(M.LAPSED, 400),),
        detail="lapsed",
    )
    voided = PaymentRecorded(
        operation_id="o1:authorize:1", trigger=DECLINE, detail="voided"
    )

    assert [waiting] == lapse(order, LapseAuthorization(payment_id="p1"))
    assert [written_off] == lapsed(order, "p1", 0)
    assert [
        PaymentRecorded(movements=(gone(M.LAPSED, 9),), detail="lapsed")
    ] == lapsed(order, "p1", 9)
    assert [voided] == given_up(order, "p1")


@pytest.mark.parametrize("state", [O.SUCCEEDED, O.DECLINED, O.REVERSED])
def test_what_was_answered_is_not_given_up(state: OperationState) -> None:
    """There is nothing to wait for."""
    order = made(asked=(("authorize", 400, state),))

    assert [] == given_up(order, "p1")
    assert [] == lapse(order, LapseAuthorization(payment_id="p1"))
    assert [] == give_up(
        order, GiveUpPayment(operation_id="o1:authorize:1"), NOON
    )


def test_the_request_of_that_payment_is_given_up() -> None:
    """And not that of another one."""
    other = operation("authorize", 9, O.PENDING, 2, payment_id="p2")
    order = made(asked=(("authorize", 400, O.SUCCEEDED),))
    both = made(
        payments=(payment(), payment("p2")),
        operations={**order.operations, other.operation_id: other},
    )

    assert [] == given_up(both, "p1")
    assert [
        PaymentRecorded(
            operation_id="o1:authorize:2", trigger=DECLINE, detail="voided"
        )
    ] == given_up(both, "p2")


@pytest.mark.parametrize(
    ("asked_for", "settled"), [(70, 70), (300, 300), (301, 300), (900, 300)]
)
def test_what_was_settled_by_hand_is_written_down(
    asked_for: int, settled: int
) -> None:
    """No more than could be given back."""
    order = made((M.CAPTURED, 400), (M.REFUNDED, 100))
    moved = Movement(kind=M.SETTLED_BY_HAND, payment_id="p1", minor=settled)
    step = SettleByHand(payment_id="p1", minor=asked_for)

    assert [
        PaymentRecorded(movements=(moved,), detail="settled by hand")
    ] == settle_by_hand(order, step)
    assert [] == settle_by_hand(made((M.REFUNDED, 100)), step)


def opened(kind: ExceptionKind, **fields: Any) -> ExceptionOpened:
    """An exception item about a request that failed."""
    what = contradiction(kind)
    return ExceptionOpened(
        item=item(kind, contradiction=_with(what, **fields))
    )


def _with(what: Any, **fields: Any) -> Any:
    return type(what)(what.kind, what.subject, **fields)


@pytest.mark.parametrize("state", AWAITED)
def test_who_gives_up_tells_a_person(state: OperationState) -> None:
    """Unless it was for an authorisation: another tender may do."""
    order = made(
        asked=(("authorize", 400, state), ("capture", 70, state)), counts={}
    )
    why = "nobody knows what became of it"

    assert [
        PaymentRecorded(
            operation_id="o1:capture:2", trigger=DECLINE, detail=why
        ),
        opened(
            K.CAPTURE_FAILED,
            expected="o1:capture:2 of 0.70 EUR",
            observed=why,
            minor=70,
            reference="o1:capture:2",
        ),
    ] == give_up(order, GiveUpPayment(operation_id="o1:capture:2"), NOON)
    assert [
        PaymentRecorded(
            operation_id="o1:authorize:1", trigger=DECLINE, detail=why
        )
    ] == give_up(order, GiveUpPayment(operation_id="o1:authorize:1"), NOON)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("capture", K.CAPTURE_FAILED),
        ("void", K.VOID_FAILED),
        ("refund", K.REFUND_FAILED),
        ("credit", K.CREDIT_FAILED),
    ],
)
def test_what_failed_is_told_by_its_kind(
    kind: Any, expected: ExceptionKind
) -> None:
    """With what it was about, or with as much as is missing."""
    order = made(asked=((kind, 70, O.PENDING),), counts={})
    asked_for = order.operations[f"o1:{kind}:1"]
    named = {
        "expected": f"o1:{kind}:1 of 0.70 EUR",
        "reference": f"o1:{kind}:1",
    }

    assert [opened(expected, **named, observed="so", minor=70)] == failed(
        order, asked_for, "so", NOON
    )
    assert [
        opened(
            expected,
            **named,
            observed="it failed; no reason given",
            minor=0,
        )
    ] == failed(order, asked_for, "", NOON, minor=0)
    assert [opened(K.DISPUTE, **named, observed="so", minor=7)] == failed(
        order, asked_for, "so", NOON, kind=K.DISPUTE, minor=7
    )


def test_an_authorisation_that_failed_is_told_to_nobody() -> None:
    """Unless its kind is named."""
    order = made(asked=(("authorize", 70, O.PENDING),), counts={})
    asked_for = order.operations["o1:authorize:1"]

    assert [] == failed(order, asked_for, "so", NOON)
    assert 1 == len(
        failed(order, asked_for, "so", NOON, kind=K.CAPTURE_FAILED)
    )
