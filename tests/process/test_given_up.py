"""What somebody takes for not having happened, and the order goes on."""

from __future__ import annotations

import pytest

from orderlife._kernel.messages import ExceptionKind, Remedy
from orderlife.policy.model import Policy
from orderlife.ports.base import Intent
from orderlife.ports.carrier import (
    BuyLabel,
    Intercept,
    Label,
    LabelVoided,
    VoidLabel,
)
from orderlife.ports.inventory import (
    Allocate,
    Consume,
    HeldStock,
    Release,
    Reserve,
    StockChanged,
    StockItem,
)
from orderlife.ports.payment import Authorize, Void
from orderlife.rooms.exceptions.messages import EffectFailed
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import CancelOrder
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import (
    BuyShipmentLabel,
    CancelShipment,
    InterceptShipment,
)
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.rooms.stock.messages import FillBackorder
from orderlife.testing.life import Life
from orderlife.testing.scenario import command, fact
from tests.helpers import (
    ask_back,
    back,
    delivered,
    open_items,
    open_kinds,
    packed,
    placed,
    reservation,
    resolve,
    sent,
    shipment,
    silent,
    units,
)

LABEL = Label(label_id="l1", carrier="post", tracking_number="t1")


def give_up(life: Life, operation: str, *, unknown: bool = True) -> None:
    """Report that nobody will answer, and let it be."""
    fail(life, operation, unknown=unknown)
    kind = (
        ExceptionKind.OUTCOME_UNKNOWN
        if unknown
        else ExceptionKind.EFFECT_FAILED
    )
    assert (kind,) == open_kinds(life)
    resolve(life, Remedy.ACCEPT)


def fail(life: Life, operation: str, *, unknown: bool = True) -> None:
    """Report that nobody will answer."""
    port = life.unanswered[operation].port
    life.report(
        fact(
            EffectFailed,
            operation_id=operation,
            port=port,
            why="no answer after 8 attempts",
            unknown=unknown,
        )
    )


@pytest.mark.parametrize("unknown", [True, False])
def test_a_reservation_that_is_given_up_ends_the_order(unknown: bool) -> None:
    """An unpaid order without its stock is rejected."""
    life = placed(answers={Reserve: silent})

    give_up(life, "o1-r1:reserve:1", unknown=unknown)

    assert ReservationState.REFUSED is reservation(life).state
    assert OrderState.REJECTED is life.order.state


def test_stock_that_was_held_all_the_same_is_given_back() -> None:
    """A late yes finds nobody waiting, and is released."""
    life = placed(answers={Reserve: silent})
    give_up(life, "o1-r1:reserve:1")
    item = StockItem(line_id="1", sku="mug", place="main", quantity=2)

    life.answer("o1-r1:reserve:1", HeldStock(items=(item,)))

    assert [(item,)] == [intent.items for intent in life.of(Release)]


def test_a_check_that_is_given_up_is_repeated() -> None:
    """A back-order is asked for again at its next date."""
    life = placed(policy=Policy(backorder=True), stock={"mug": 0})
    life.answers[Reserve] = silent
    life.do(command(FillBackorder, reservation_id="o1-r1"))

    give_up(life, "o1-r1:reserve:3")

    assert ReservationState.BACKORDERED is reservation(life).state
    assert "" == reservation(life).pending


def test_an_allocation_that_is_given_up_is_asked_for_anew() -> None:
    """What may have been allocated is let go of; new stock is reserved."""
    life = placed(answers={Allocate: silent}, stock={"mug": 4})
    life.answers[Release] = lambda _: StockChanged()

    give_up(life, "o1-r1:allocate:2")
    life.answer("o1-r2:allocate:2", StockChanged())

    assert ReservationState.EXPIRED is reservation(life, 1).state
    assert {} == reservation(life, 1).leaving
    assert 1 == len(life.of(Release))
    assert {"1": 2} == shipment(life).items
    assert 2 == units(life).allocated


def test_a_backordered_allocation_that_is_given_up_is_counted_once() -> None:
    """Units that wait again are waited for once."""
    life = placed(policy=Policy(backorder=True), stock={"mug": 0})
    life.stock, life.answers = {"mug": 2}, {Allocate: silent}
    life.do(command(FillBackorder, reservation_id="o1-r1"))
    life.answers[Release] = silent

    give_up(life, "o1-r1:allocate:4")

    assert 2 == units(life).backordered
    assert ReservationState.BACKORDERED is reservation(life, 2).state


def test_a_release_that_is_given_up_is_taken_for_done() -> None:
    """A cancellation does not wait for ever for its stock."""
    life = placed(answers={Release: silent})
    life.do(command(CancelOrder))

    give_up(life, "o1-r1:release:3")

    assert OrderState.CANCELLED is life.order.state


def test_goods_that_left_need_no_answer() -> None:
    """Nothing waits for a consumption; its exception is just closed."""
    life = placed(answers={Consume: silent})
    sent(life)
    before = reservation(life)

    give_up(life, "o1-r1:consume:3")

    assert before == reservation(life)


def test_a_purchase_that_is_given_up_is_a_refusal() -> None:
    """Somebody is asked about the label; a late one is used."""
    life = placed(answers={BuyLabel: silent})
    packed(life)
    life.do(command(BuyShipmentLabel, shipment_id="o1-s1"))

    give_up(life, "o1-s1:label:1")
    assert (ExceptionKind.LABEL_FAILED,) == open_kinds(life)
    life.answer("o1-s1:label:1", LABEL)

    assert LABEL == shipment(life).label


def test_a_void_that_is_given_up_is_too_late() -> None:
    """The shipment is kept, and can be cancelled again."""
    life = placed(answers={VoidLabel: silent})
    packed(life)
    life.do(command(BuyShipmentLabel, shipment_id="o1-s1"))
    life.do(command(CancelShipment, shipment_id="o1-s1"))

    give_up(life, "o1-s1:void:2")

    assert (ExceptionKind.CANCELLED_TOO_LATE,) == open_kinds(life)
    assert ShipmentState.READY is shipment(life).state
    life.answers[VoidLabel] = lambda _: LabelVoided()
    life.do(command(CancelShipment, shipment_id="o1-s1"))
    assert ShipmentState.CANCELLED is shipment(life).state


def test_an_intercept_that_is_given_up_can_be_asked_again() -> None:
    """The parcel goes on; nobody waits for its carrier."""
    life = placed(answers={Intercept: silent})
    sent(life)
    life.do(command(InterceptShipment, shipment_id="o1-s1"))

    give_up(life, "o1-s1:intercept:2")

    assert "" == shipment(life).intercept_pending


def test_a_return_label_that_is_given_up_is_a_refusal() -> None:
    """Somebody is asked about it."""
    life = delivered()
    life.answers[BuyLabel] = silent
    ask_back(life)

    give_up(life, "o1-t1:label:1")

    assert (ExceptionKind.LABEL_FAILED,) == open_kinds(life)
    assert "" == back(life).label_pending


@pytest.mark.parametrize("kind", [Authorize, Void])
def test_a_payment_operation_is_no_label(kind: type[Intent]) -> None:
    """An order's own operations are given up with its money alone."""
    life = placed(answers={kind: silent})
    life.do(command(CancelOrder))
    (operation,) = life.unanswered

    fail(life, operation)
    resolve(life, Remedy.ACCEPT)

    assert ExceptionKind.LABEL_FAILED not in open_kinds(life)


def test_what_is_tried_again_is_still_awaited() -> None:
    """The remedy *retry* gives nothing up, and may fail once more."""
    life = placed(answers={Reserve: silent})
    fail(life, "o1-r1:reserve:1")
    resolve(life, Remedy.RETRY)
    assert "o1-r1:reserve:1" == reservation(life).pending

    fail(life, "o1-r1:reserve:1")

    assert (ExceptionKind.OUTCOME_UNKNOWN,) == open_kinds(life)
    assert 2 == len(life.order.exceptions)


def test_an_answer_that_came_meanwhile_stands() -> None:
    """What nobody knew is known: there is nothing to let be."""
    life = placed(answers={Reserve: silent})
    fail(life, "o1-r1:reserve:1")
    item = StockItem(line_id="1", sku="mug", place="main", quantity=2)
    life.answer("o1-r1:reserve:1", HeldStock(items=(item,)))

    assert () == open_items(life)
    assert OrderState.CONFIRMED is life.order.state
    assert ReservationState.ALLOCATED is reservation(life).state


def test_a_failure_is_reported_once() -> None:
    """The same failure again, open or let be, is not another one."""
    life = placed(answers={Consume: silent})
    sent(life)
    fail(life, "o1-r1:consume:3")
    fail(life, "o1-r1:consume:3")
    assert 1 == len(open_items(life))
    resolve(life, Remedy.ACCEPT)

    fail(life, "o1-r1:consume:3")

    assert () == open_items(life)
