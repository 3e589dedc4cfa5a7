"""Whatever happens, in the end the customer has paid for what was kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from orderlife._kernel.messages import ExceptionKind as Kind, Remedy
from orderlife.errors import OrderlifeError
from orderlife.policy.model import Policy
from orderlife.ports.payment import (
    AuthorizationLapsed,
    Authorize,
    Capture,
    Declined,
    IssueCredit,
    Pending,
    Refund,
    Void,
)
from orderlife.rooms.exceptions.messages import ResolveException
from orderlife.rooms.order.model import Line, Order, Tender
from orderlife.rooms.payment.messages import (
    CapturePayment,
    PayOrder,
    RefundGranted,
    RefundPayment,
)
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import DispatchShipment
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.testing.scenario import command
from tests.order.shop import CARD, Shop, cents, shop, unhurried

MONEY = (Authorize, Capture, Void, Refund, IssueCredit)
CURES = {
    Kind.CAPTURE_FAILED: Remedy.RETRY,
    Kind.REFUND_FAILED: Remedy.RETRY,
    Kind.CREDIT_FAILED: Remedy.RETRY,
    Kind.VOID_FAILED: Remedy.RETRY,
    Kind.AUTHORIZATION_LAPSED: Remedy.RETRY,
    Kind.CAPTURED_AFTER_END: Remedy.REFUND,
    Kind.SHIPMENT_LOST: Remedy.REFUND,
    Kind.RETURNED_TO_SENDER: Remedy.REFUND,
}
"""How an honest shop settles things."""


class Honest:
    """A gateway that tells the truth, though not always at once."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.willing = False

    def __call__(self, intent: Any) -> Any:
        """Do it, refuse it, promise it, or say nothing yet."""
        if self.willing:
            return None  # answered below, as if it had waited
        how = self.data.draw(
            st.sampled_from(["do", "do", "do", "refuse", "wait", "silent"])
        )
        if how == "refuse":
            return Declined(code="no")
        if how == "wait":
            return Pending(intent.operation_id)
        if how == "do":
            return done(intent)
        return None


def done(intent: Any) -> Any:
    """The success of a request."""
    return Shop()._succeed(intent)


orders = st.lists(
    st.tuples(st.integers(0, 999), st.integers(1, 3), st.integers(0, 99)),
    min_size=1,
    max_size=3,
)
STEPS = (
    "pay",
    "cancel",
    "ship",
    "ship",
    "deliver",
    "deliver",
    "lose",
    "turn back",
    "return",
    "goodwill",
    "capture",
    "answer",
    "answer",
    "lapse",
    "settle",
)


def step(life: Shop, what: str, data: st.DataObject) -> None:
    """Do one thing, if it can be done."""
    units = life.order.units
    line_id = data.draw(st.sampled_from(sorted(units)))
    match what:
        case "pay":
            life.do(command(PayOrder, tender=CARD))
        case "cancel":
            life.cancel(quantities={line_id: 1})
        case "ship":
            life.ship()
        case "deliver" | "lose" | "turn back":
            move(life, what, data)
        case "return":
            life.bring_back({line_id: 1})
        case "goodwill":
            of: Any = data.draw(st.sampled_from([{}, "postage", {line_id: 1}]))
            amount = cents(data.draw(st.integers(1, 40)))
            life.do(command(RefundPayment, amount=amount, reason="?", of=of))
        case "capture":
            life.do(command(CapturePayment))
        case "answer" if answerable(life):
            operation = data.draw(st.sampled_from(answerable(life)))
            life.answer(operation, done(life._known[operation]))
        case "lapse":
            open_ones = [p.payment_id for p in life.order.payments]
            if open_ones and not answerable(life):
                payment_id = data.draw(st.sampled_from(open_ones))
                life.paid(AuthorizationLapsed(), payment_id=payment_id)
        case _:
            cure(life)


def move(life: Shop, what: str, data: st.DataObject) -> None:
    """Report what became of a parcel that is on its way."""
    status = {
        "deliver": ScanStatus.DELIVERED,
        "lose": ScanStatus.LOST,
        "turn back": ScanStatus.RETURNED,
    }[what]
    gone = [
        sent.shipment_id
        for sent in life.case.shipments.values()
        if sent.state is ShipmentState.DISPATCHED
    ]
    if gone:
        life.scan(status, data.draw(st.sampled_from(gone)))


def answerable(life: Shop) -> list[str]:
    """The operations that the gateway has not answered for good."""
    return [
        operation.operation_id
        for operation in life.order.operations.values()
        if operation.state.value in {"submitted", "pending", "unknown"}
    ]


def cure(life: Shop) -> None:
    """Settle every exception as an honest shop does."""
    for item in life.open_items:
        remedy = CURES.get(item.contradiction.kind, Remedy.ACCEPT)
        resolve(life, item.exception_id, remedy)


def resolve(life: Shop, exception_id: str, remedy: Remedy) -> None:
    """Settle one; a refusal to retry what has ended is accepted."""
    for choice in (remedy, Remedy.ACCEPT):
        try:
            life.do(
                command(
                    ResolveException,
                    exception_id=exception_id,
                    remedy=choice,
                    note="",
                )
            )
        except OrderlifeError:
            continue
        return


def finish(life: Shop, gateway: Honest) -> None:
    """From now on all goes well: bring it to its end."""
    gateway.willing = True
    for _ in range(12):
        for operation in answerable(life):
            life.answer(operation, done(life._known[operation]))
        cure(life)
        if life.state == "placed":
            attempt(life, command(PayOrder, tender=CARD))
        if life.state == "confirmed" and not answerable(life):
            life.ship()
        for sent in life.case.shipments.values():
            if sent.state is ShipmentState.PACKED:
                dispatch = command(
                    DispatchShipment, shipment_id=sent.shipment_id
                )
                attempt(life, dispatch)
            elif sent.state is ShipmentState.DISPATCHED:
                life.scan(ScanStatus.DELIVERED, sent.shipment_id)
    life.advance(timedelta(days=40))


def attempt(life: Shop, draft: Any) -> None:
    """Do it if it is allowed."""
    try:
        life.do(draft)
    except OrderlifeError:
        return


def fair(order: Order, life: Shop) -> int:
    """What the units cost that were sent and not given back, less what
    went back beyond that.
    """
    kept = sum(
        line.value(min(order.units[line_id].refunded, wanted), wanted)
        for line_id, line in order.lines().items()
        if (wanted := order.units[line_id].wanted) is not None
    )
    goodwill = sum(
        line.minor
        for event in life.events
        if isinstance(event, RefundGranted)
        for line in event.lines
        if line.kind == "goodwill"
    )
    return kept - goodwill


@pytest.mark.one_python
@settings(unhurried, max_examples=60)
@given(orders, st.integers(0, 500), st.booleans(), st.booleans(), st.data())
def test_the_customer_pays_for_what_was_kept(
    made: list[tuple[int, int, int]],
    shipping: int,
    at_once: bool,
    two_tenders: bool,
    data: st.DataObject,
) -> None:
    """Declines, delays, cancellations, losses and returns in any order:
    in the end it is the price of the units, less what was given in
    goodwill, and nothing is left open.
    """
    lines = [
        Line(
            sku="mug",
            quantity=quantity,
            unit_price=cents(price),
            tax=cents(tax),
            place=f"place-{index}",
        )
        for index, (price, quantity, tax) in enumerate(made)
    ]
    total = sum(p * q + t for p, q, t in made) + shipping
    tenders: tuple[Tender, ...] = (CARD,)
    if two_tenders and total > 1:
        half = Tender("voucher", "v", amount=cents(total // 2))
        tenders = (half, CARD)
    gateway = Honest(data)
    policy = Policy(capture="confirmation" if at_once else "dispatch")
    life = shop(
        *lines,
        shipping=cents(shipping),
        tenders=tenders,
        policy=policy,
        answers=dict.fromkeys(MONEY, gateway),
    )
    for what in data.draw(st.lists(st.sampled_from(STEPS), max_size=20)):
        try:
            step(life, what, data)
        except OrderlifeError:
            continue
    finish(life, gateway)
    order = life.order
    assert answerable(life) == []
    assert life.trouble == []
    assert life.money.open == 0
    if life.state in {"cancelled", "expired", "rejected"}:
        assert life.money.net == 0
    else:
        assert life.money.net == max(0, fair(order, life))
