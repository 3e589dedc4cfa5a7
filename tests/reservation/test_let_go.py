"""Stock is lost, runs out, is given back and leaves."""

from __future__ import annotations

from datetime import timedelta

from orderlife._kernel.messages import (
    ExceptionKind,
    Remedy,
    TimerFired,
    TimerKind,
)
from orderlife.house import timers
from orderlife.policy.model import Policy
from orderlife.ports.inventory import (
    Allocate,
    Consume,
    HeldStock,
    Release,
    Reserve,
    StockChanged,
    StockGone,
    StockShort,
)
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.order.messages import (
    CancelLines,
    CancelOrder,
    FraudJudged,
    OpenHold,
)
from orderlife.rooms.order.model import Screening
from orderlife.rooms.payment.messages import PayOrder
from orderlife.rooms.shipment.messages import PickShipment
from orderlife.rooms.stock.lifecycle import ReservationState
from orderlife.testing.life import Life
from orderlife.testing.scenario import command, fact
from tests.helpers import (
    CARD,
    line,
    mugs,
    open_items,
    open_kinds,
    place,
    placed,
    reservation,
    resolve,
    sent,
    shipment,
    silent,
    units,
    waiting,
)

BACKORDERS = Policy(backorder=True)


def test_stock_lost_at_allocation_is_reserved_again() -> None:
    """A hold that had run out is asked for anew, and the order goes on."""
    first = iter([StockGone()])
    life = placed(answers={Allocate: lambda _: next(first, StockChanged())})

    assert ReservationState.EXPIRED is reservation(life, 1).state
    assert ReservationState.ALLOCATED is reservation(life, 2).state
    assert 2 == units(life).allocated
    assert {"1": 2} == shipment(life).items
    assert [] == life.of(Release)


def test_stock_lost_for_good_opens_an_exception() -> None:
    """A confirmed order whose stock is gone waits for somebody."""
    life = placed(answers={Allocate: silent})
    life.stock = {"mug": 0}

    life.answer("o1-r1:allocate:2", StockGone("it ran out"))

    assert (ExceptionKind.STOCK_LOST,) == open_kinds(life)
    assert {"1": 2} == open_items(life)[0].contradiction.quantities
    assert OrderState.CONFIRMED is life.order.state


def test_lost_stock_can_be_asked_for_again() -> None:
    """The remedy *retry* reserves what is still missing."""
    life = placed(answers={Allocate: silent})
    life.stock = {"mug": 0}
    life.answer("o1-r1:allocate:2", StockGone())
    life.do(command(CancelLines, quantities={"1": 1}))
    life.stock, life.answers = {"mug": 9}, {}

    resolve(life, Remedy.RETRY)

    assert {"1": 1} == shipment(life).items
    assert {"mug": 8} == life.stock


def test_lost_stock_can_be_cancelled() -> None:
    """The remedy *refund* cancels the units, and never more than there are."""
    life = placed(line(quantity=3), answers={Allocate: silent})
    life.stock = {"mug": 0}
    life.answer("o1-r1:allocate:2", StockGone())
    life.do(command(CancelLines, quantities={"1": 2}))

    resolve(life, Remedy.REFUND)

    assert (3, 0) == (units(life).cancelled, units(life).wanted)
    assert OrderState.CANCELLED is life.order.state


def test_lost_stock_that_nobody_wants_any_more_is_no_matter() -> None:
    """If all its units were cancelled meanwhile, the remedy does nothing."""
    life = placed(
        line(), line(sku="cup"), answers={Allocate: silent}, policy=BACKORDERS
    )
    life.stock = {"mug": 0, "cup": 1}
    life.answers[Reserve] = lambda _: StockShort(shortages=())
    life.answer("o1-r1:allocate:2", StockGone())
    life.do(command(CancelLines, quantities={"1": 1}))
    before = units(life)

    resolve(life, Remedy.REFUND)

    assert before == units(life)


def test_unpaid_order_gives_its_stock_back_in_time() -> None:
    """An order that nobody pays for expires and holds nothing."""
    life = placed(order={"tenders": ()}, stock={"mug": 2})

    life.advance(timedelta(hours=1))

    assert OrderState.EXPIRED is life.order.state
    assert ReservationState.RELEASED is reservation(life).state
    assert {"mug": 2} == life.stock


def test_a_hold_runs_out_only_while_the_order_is_unpaid() -> None:
    """An expiry frees the stock of an order that has no money."""
    life = placed(order={"tenders": ()}, stock={"mug": 2})
    held = reservation(life)
    stock_timer = next(
        timer
        for timer in timers(life.case)
        if timer.kind is TimerKind.STOCK_HOLD_ENDS
    )
    assert held.until is not None
    life.now = held.until

    life.report(fact(TimerFired, timer=stock_timer))

    assert ReservationState.RELEASED is not reservation(life).state
    assert ReservationState.EXPIRED is reservation(life).state
    assert {"mug": 2} == life.stock


def test_stock_that_ran_out_is_reserved_again_once_it_is_paid_for() -> None:
    """Money that comes after its hold had run out finds stock anew."""
    life = placed(order={"tenders": ()}, stock={"mug": 2})
    (stock_timer,) = (
        t for t in timers(life.case) if t.kind is TimerKind.STOCK_HOLD_ENDS
    )
    life.now = stock_timer.at
    life.report(fact(TimerFired, timer=stock_timer))

    life.do(command(PayOrder, tender=CARD))

    assert OrderState.CONFIRMED is life.order.state
    assert ReservationState.ALLOCATED is reservation(life, 2).state


def test_an_expiry_never_frees_the_stock_of_a_paid_order() -> None:
    """Where the money is there, the end of a hold allocates instead."""
    life = Life()
    life.do(place(tenders=()))
    life.do(command(OpenHold, reason="address"))
    life.do(command(PayOrder, tender=CARD))
    assert ReservationState.HELD is reservation(life).state

    life.advance(timedelta(hours=3))

    assert OrderState.PLACED is life.order.state
    assert ReservationState.ALLOCATED is reservation(life).state


def test_a_review_keeps_the_stock_of_a_paid_order() -> None:
    """While somebody looks for fraud, paid-for stock does not run out."""
    review = Policy(screen=lambda _: Screening(verdict="review"))
    life = placed(policy=review)

    assert OrderState.PLACED is life.order.state
    assert ReservationState.ALLOCATED is reservation(life).state
    assert () == waiting(life)

    life.report(fact(FraudJudged, verdict="accept"))

    assert OrderState.CONFIRMED is life.order.state
    assert {"1": 2} == shipment(life).items


def test_a_cancelled_order_gives_all_stock_back() -> None:
    """What is allocated is released, counted back and ends once."""
    life = placed(stock={"mug": 2})

    life.do(command(CancelOrder))

    assert ReservationState.RELEASED is reservation(life).state
    assert 0 == units(life).allocated
    assert {"mug": 2} == life.stock
    assert 1 == len(life.of(Release))


def test_a_cancelled_order_waits_for_nothing() -> None:
    """A back-order ends with its order."""
    life = placed(policy=BACKORDERS, stock={"mug": 0})

    life.do(command(CancelOrder))

    assert ReservationState.RELEASED is reservation(life).state
    assert 0 == units(life).backordered
    assert OrderState.CANCELLED is life.order.state


def test_cancelling_waits_for_an_answer_about_stock() -> None:
    """Stock that is being asked for is given back when it comes."""
    life = placed(answers={Reserve: silent}, stock={"mug": 2})
    life.do(command(CancelOrder))
    assert OrderState.CANCELLING is life.order.state

    life.answer("o1-r1:reserve:1", HeldStock(items=(mugs(2),)))

    assert OrderState.CANCELLED is life.order.state
    assert ReservationState.RELEASED is reservation(life).state
    assert [2] == [intent.items[0].quantity for intent in life.of(Release)]


def test_stock_that_is_refused_while_cancelling_is_no_matter() -> None:
    """There is nothing to give back, and nobody to ask."""
    life = placed(answers={Reserve: silent})
    life.do(command(CancelOrder))

    life.answer("o1-r1:reserve:1", StockShort(shortages=()))

    assert OrderState.CANCELLED is life.order.state
    assert () == open_kinds(life)


def test_a_cancelled_order_asks_for_no_stock() -> None:
    """An exception that outlives its order reserves nothing for it."""
    life = placed(stock={"mug": 2})
    life.do(command(PickShipment, shipment_id="o1-s1", picked={"1": 1}))
    life.do(command(CancelOrder))
    assert OrderState.CANCELLED is life.order.state

    resolve(life, Remedy.RESHIP)

    assert 1 == len(life.of(Reserve))
    assert 1 == len(life.case.reservations)


def test_cancelled_units_are_given_back_in_part() -> None:
    """Part of an allocation is released; the rest stays and is sent."""
    life = placed(line(quantity=5), stock={"mug": 5})

    life.do(command(CancelLines, quantities={"1": 2}))

    assert {"mug": 2} == life.stock
    assert 3 == units(life).allocated
    assert [{"1": 3}] == [
        life.case.shipments[shipment_id].items for shipment_id in waiting(life)
    ]


def test_stock_leaves_in_several_shipments() -> None:
    """A reservation is consumed when its last unit has left."""
    life = placed(line(place="a"), line(place="b"))

    sent(life, 1)
    assert ReservationState.ALLOCATED is reservation(life).state
    sent(life, 2)

    assert ReservationState.CONSUMED is reservation(life).state
    assert [("1", "a"), ("2", "b")] == [
        (item.line_id, item.place)
        for intent in life.of(Consume)
        for item in intent.items
    ]


def test_a_reservation_ends_consumed_if_a_part_was_released() -> None:
    """Whatever comes last, a reservation of which units left is consumed."""
    life = placed(line(place="a"), line(place="b"))
    life.answers[Release] = silent
    life.do(command(CancelLines, quantities={"2": 1}))
    sent(life, 1)
    assert ReservationState.ALLOCATED is reservation(life).state

    life.answer("o1-r1:release:3", StockChanged())

    assert ReservationState.CONSUMED is reservation(life).state


def test_a_release_of_stock_that_ran_out_counts_as_done() -> None:
    """Nothing to give back is no error."""
    life = placed(answers={Release: lambda _: StockGone("it ran out")})

    life.do(command(CancelOrder))

    assert OrderState.CANCELLED is life.order.state


def test_stock_that_comes_after_a_no_is_given_back() -> None:
    """A late yes to a refused reservation is released at once, and once."""
    life = placed(answers={Reserve: silent})
    life.answer("o1-r1:reserve:1", StockShort(shortages=()))
    assert ReservationState.REFUSED is reservation(life).state
    yes = HeldStock(items=(mugs(2),))

    life.answer("o1-r1:reserve:1", yes)
    life.answer("o1-r1:reserve:1", yes)

    assert 1 == len(life.of(Release))
    assert ReservationState.REFUSED is reservation(life).state
    assert {} == reservation(life).leaving


def test_cancelled_units_free_the_shipment_that_has_no_label() -> None:
    """Of two shipments the later one without a label gives its units up."""
    life = placed(
        line(quantity=4),
        answers={
            Reserve: lambda _: HeldStock(items=(mugs(2, "a"), mugs(2, "b")))
        },
    )

    life.do(command(CancelLines, quantities={"1": 1}))

    assert {"o1-s1": {"1": 2}, "o1-s3": {"1": 1}} == {
        shipment_id: life.case.shipments[shipment_id].items
        for shipment_id in waiting(life)
    }
    assert [("b", 1)] == [
        (item.place, item.quantity)
        for intent in life.of(Release)
        for item in intent.items
    ]
