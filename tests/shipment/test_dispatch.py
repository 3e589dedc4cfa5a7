"""Nothing leaves before it may, and what leaves is paid for."""

from __future__ import annotations

import pytest

from orderlife._kernel.messages import Remedy
from orderlife._values.money import Money
from orderlife.errors import (
    IllegalTransitionError,
    NotAllowedError,
    NotFoundError,
)
from orderlife.policy.model import Policy
from orderlife.ports.carrier import BuyLabel, Label, VoidLabel
from orderlife.ports.payment import AuthorizationLapsed, Authorize, Capture
from orderlife.rooms.order.messages import CancelOrder, OpenHold, ReleaseHold
from orderlife.rooms.payment.messages import PaymentReported
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import (
    BuyShipmentLabel,
    CancelShipment,
    DispatchShipment,
    PickShipment,
)
from orderlife.testing.life import Life
from orderlife.testing.scenario import NOON, command, fact
from tests.helpers import (
    line,
    packed,
    placed,
    resolve,
    sent,
    shipment,
    silent,
    told,
)

LABEL = Label(label_id="l1", carrier="post", tracking_number="t1")


def buy(life: Life, number: int = 1) -> None:
    """Buy the label of a packed shipment."""
    life.do(command(BuyShipmentLabel, shipment_id=f"o1-s{number}"))


def dispatch(life: Life, number: int = 1) -> None:
    """Hand a shipment over."""
    life.do(command(DispatchShipment, shipment_id=f"o1-s{number}"))


def test_dispatch_buys_the_label() -> None:
    """A packed shipment is sent as soon as it has its label."""
    life = placed(answers={BuyLabel: silent})
    packed(life)

    life.do(command(DispatchShipment, shipment_id="o1-s1", service="express"))

    (asked,) = life.of(BuyLabel)
    assert ("express", "outbound", "main", "o1:ship_to") == (
        asked.service,
        asked.purpose,
        asked.place,
        asked.address,
    )
    assert ShipmentState.PACKED is shipment(life).state

    life.answer("o1-s1:label:1", LABEL)

    assert ShipmentState.DISPATCHED is shipment(life).state


def test_the_order_names_the_service() -> None:
    """Without a service of its own, a label is of the order's method."""
    life = placed(order={"shipping_method": "letter"})
    packed(life)
    buy(life)

    assert ["letter"] == [asked.service for asked in life.of(BuyLabel)]


def test_a_shipment_is_handled_while_its_order_is_confirmed() -> None:
    """A command for a shipment of an order that is not confirmed fails."""
    life = placed(answers={VoidLabel: silent})
    packed(life)
    buy(life)
    life.do(command(CancelOrder))

    with pytest.raises(NotAllowedError, match="order o1 is cancelling"):
        dispatch(life)


def test_unknown_shipments_are_named() -> None:
    """A shipment that is not there is told apart from those that are."""
    life = placed()

    with pytest.raises(NotFoundError, match="there is o1-s1"):
        dispatch(life, 9)


def test_nothing_is_dispatched_against_a_hold() -> None:
    """A hold stops the handover, and its release lets it go on."""
    life = placed()
    packed(life)
    life.do(command(OpenHold, reason="address", blocks=("dispatch",)))

    with pytest.raises(NotAllowedError, match=r"hold h1 \(address\)"):
        dispatch(life)

    life.do(command(ReleaseHold, hold_id="h1"))
    dispatch(life)

    assert ShipmentState.DISPATCHED is shipment(life).state


def test_a_hold_stops_what_waits_for_its_label() -> None:
    """A label that comes while a hold stands is used once it is released."""
    life = placed(answers={BuyLabel: silent})
    packed(life)
    dispatch(life)
    life.do(command(OpenHold, reason="address", blocks=("dispatch",)))
    life.answer("o1-s1:label:1", LABEL)
    assert ShipmentState.READY is shipment(life).state

    life.do(command(ReleaseHold, hold_id="h1"))

    assert ShipmentState.DISPATCHED is shipment(life).state


def test_nothing_is_dispatched_before_its_money_is_secured() -> None:
    """Money that has gone stops the handover."""
    life = placed(policy=Policy(reauthorize=False))
    packed(life)
    life.report(
        fact(PaymentReported, payment_id="p1", outcome=AuthorizationLapsed())
    )

    with pytest.raises(NotAllowedError, match="money is not secured"):
        dispatch(life)

    resolve(life, Remedy.RETRY)
    dispatch(life)

    assert ShipmentState.DISPATCHED is shipment(life).state


def test_what_waits_for_its_label_waits_for_its_money_too() -> None:
    """A label that comes after the money has gone does not send it."""
    life = placed(answers={BuyLabel: silent})
    packed(life)
    dispatch(life)
    life.answers[Authorize] = silent
    life.report(
        fact(PaymentReported, payment_id="p1", outcome=AuthorizationLapsed())
    )
    life.answer("o1-s1:label:1", LABEL)
    assert ShipmentState.READY is shipment(life).state
    life.answers.clear()

    asked = life.unanswered["o1:authorize:2"]
    life.answer("o1:authorize:2", life._succeed(asked))

    assert ShipmentState.DISPATCHED is shipment(life).state


def test_two_shipments_that_go_at_once_are_each_paid_for_once() -> None:
    """Released together, each shipment captures its own share."""
    life = placed(line(place="a"), line(place="b"), answers={BuyLabel: silent})
    for number in (1, 2):
        packed(life, number)
        dispatch(life, number)
    life.do(command(OpenHold, reason="address", blocks=("dispatch",)))
    for number in (1, 2):
        life.answer(f"o1-s{number}:label:1", LABEL)

    life.do(command(ReleaseHold, hold_id="h1"))

    assert [("o1:capture:1", 1000), ("o1:capture:2", 1000)] == [
        (capture.operation_id, capture.amount.minor)
        for capture in life.of(Capture)
    ]


def test_what_has_left_cannot_be_cancelled() -> None:
    """Nor picked, packed or handed over once more."""
    life = placed()
    sent(life)

    for kind in (CancelShipment, PickShipment, DispatchShipment):
        with pytest.raises(IllegalTransitionError, match="dispatched"):
            life.do(command(kind, shipment_id="o1-s1"))


def test_each_dispatch_captures_its_share() -> None:
    """Shipping is captured with the units that it was allocated to."""
    life = placed(
        line(place="a"),
        line(place="b"),
        order={"shipping": Money("4.99", "EUR")},
    )

    sent(life, 1)
    assert [1250] == [i.amount.minor for i in life.of(Capture)]
    sent(life, 2)

    assert [1250, 1249] == [i.amount.minor for i in life.of(Capture)]
    assert [False, True] == [i.final for i in life.of(Capture)]


def test_a_dispatch_can_be_silent() -> None:
    """``notify=False`` holds its confirmation back, later too."""
    life = placed(answers={BuyLabel: silent})
    packed(life)
    life.do(command(DispatchShipment, shipment_id="o1-s1", notify=False))
    before = told(life)

    life.answer("o1-s1:label:1", LABEL)

    assert ShipmentState.DISPATCHED is shipment(life).state
    assert before == told(life)


def test_nothing_goes_by_itself() -> None:
    """A label that was only bought does not send its shipment."""
    life = placed()
    packed(life)
    buy(life)

    assert ShipmentState.READY is shipment(life).state
    assert None is shipment(life).left_at
    assert NOON == life.now
