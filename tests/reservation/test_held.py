"""Stock is held, refused, back-ordered, allocated and let go of."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderlife.case import timers
from orderlife.errors import IllegalTransitionError, NotFoundError
from orderlife.messages import ExceptionKind, Remedy, TimerFired, TimerKind
from orderlife.order.lifecycle import OrderState
from orderlife.order.messages import (
    CancelLines,
    CancelOrder,
    FraudJudged,
    OpenHold,
    PayOrder,
)
from orderlife.order.model import Screening
from orderlife.policy import Policy
from orderlife.ports.base import Unknown
from orderlife.ports.inventory import (
    Allocate,
    Consume,
    Demand,
    HeldStock,
    Release,
    Reserve,
    StockChanged,
    StockGone,
    StockItem,
    StockShort,
)
from orderlife.ports.payment import Authorize, Declined
from orderlife.reservation.lifecycle import ReservationState
from orderlife.reservation.messages import (
    FillBackorder,
    StockReported,
)
from orderlife.testing.life import Life
from orderlife.testing.scenario import NOON, command, fact
from tests.helpers import (
    CARD,
    line,
    names,
    open_items,
    open_kinds,
    operations,
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


def mugs(quantity: int, place: str = "main", line_id: str = "1") -> StockItem:
    """Some mugs of a line at a place."""
    return StockItem(
        line_id=line_id, sku="mug", place=place, quantity=quantity
    )


def test_stock_is_held_before_money_is_asked_for() -> None:
    """An order asks for its stock first, and for money once it has it."""
    life = placed(answers={Reserve: silent})

    assert [Reserve] == [type(intent) for intent in life.intents]

    life.answer("o1-r1:reserve:1", HeldStock(items=(mugs(2),)))

    assert [Authorize] == [type(i) for i in life.intents[1:2]]


def test_one_reservation_asks_for_all_lines() -> None:
    """All lines are asked for at once, so one SKU is not promised twice."""
    life = placed(line(quantity=2), line(quantity=3), stock={"mug": 4})

    (asked,) = life.of(Reserve)
    assert [2, 3] == [demand.quantity for demand in asked.demands]
    assert OrderState.REJECTED is life.order.state
    assert {"mug": 4} == life.stock


def test_held_stock_has_a_time_limit() -> None:
    """Stock is held for as long as payment is awaited, and a little more."""
    life = placed(order={"tenders": ()})

    held = reservation(life)
    assert ReservationState.HELD is held.state
    assert held.until == NOON + timedelta(hours=2)
    assert life.of(Reserve)[0].until == held.until


def test_stock_that_is_not_there_rejects_the_order() -> None:
    """Without back-orders, a shortage ends the order before money moves."""
    life = placed(stock={"mug": 1})

    assert ReservationState.REFUSED is reservation(life).state
    assert OrderState.REJECTED is life.order.state
    assert [] == life.of(Authorize)
    assert {"mug": 1} == life.stock


def test_what_is_there_is_sent_and_the_rest_is_awaited() -> None:
    """With back-orders, a part is held and the rest back-ordered."""
    life = placed(line(quantity=3), policy=BACKORDERS, stock={"mug": 2})

    held, awaited = reservation(life, 1), reservation(life, 2)
    assert (ReservationState.ALLOCATED, 2) == (
        held.state,
        held.items[0].quantity,
    )
    assert (ReservationState.BACKORDERED, ()) == (awaited.state, awaited.items)
    assert (2, 1) == (units(life).allocated, units(life).backordered)
    assert {"1": 2} == shipment(life).items


def test_nothing_there_is_all_awaited() -> None:
    """With back-orders, an order without any stock is confirmed and waits."""
    life = placed(policy=BACKORDERS, stock={"mug": 0})

    held = reservation(life)
    assert ReservationState.BACKORDERED is held.state
    assert held.waited
    assert (0, 2) == (units(life).allocated, units(life).backordered)
    assert OrderState.CONFIRMED is life.order.state
    assert () == waiting(life)


def test_backordered_stock_is_asked_for_every_day() -> None:
    """A check that finds nothing is repeated at its next date."""
    life = placed(policy=BACKORDERS, stock={"mug": 0})

    life.advance(timedelta(days=3))

    assert [1, 2, 3, 4] == [
        int(operation[-1]) for operation in operations(life, Reserve)
    ]
    assert ReservationState.BACKORDERED is reservation(life).state
    assert reservation(life).check_at == NOON + timedelta(days=4)


def test_backordered_stock_is_sent_when_it_comes() -> None:
    """A check that finds the stock has it allocated and planned."""
    life = placed(policy=BACKORDERS, stock={"mug": 0})
    life.stock = {"mug": 2}

    life.advance(timedelta(days=1))

    assert ReservationState.ALLOCATED is reservation(life).state
    assert (2, 0) == (units(life).allocated, units(life).backordered)
    assert {"1": 2} == shipment(life).items


def test_backorder_can_be_filled_at_once() -> None:
    """FillBackorder asks without waiting for the next date."""
    life = placed(policy=BACKORDERS, stock={"mug": 0})
    life.stock = {"mug": 2}

    life.do(command(FillBackorder, reservation_id="o1-r1"))

    assert ReservationState.ALLOCATED is reservation(life).state


def test_backorder_is_asked_for_once_at_a_time() -> None:
    """While an answer is awaited, nobody asks again."""
    life = placed(policy=BACKORDERS, stock={"mug": 0})
    life.answers[Reserve] = silent
    life.do(command(FillBackorder, reservation_id="o1-r1"))
    before = names(life)

    life.do(command(FillBackorder, reservation_id="o1-r1"))
    life.advance(timedelta(days=3))

    assert before == names(life)


def test_partly_filled_backorder_waits_for_the_rest() -> None:
    """Should a check find a part, the rest is a back-order of its own."""
    life = placed(policy=BACKORDERS, stock={"mug": 0})
    life.answers[Reserve] = lambda _: HeldStock(items=(mugs(1),))

    life.do(command(FillBackorder, reservation_id="o1-r1"))

    assert (1, 1) == (units(life).allocated, units(life).backordered)
    assert 1 == reservation(life, 1).demands[0].quantity
    assert ReservationState.BACKORDERED is reservation(life, 2).state
    assert {"1": 1} == shipment(life).items


def test_a_check_that_brings_nothing_is_a_no() -> None:
    """An answer that holds nothing leaves the back-order as it is."""
    life = placed(policy=BACKORDERS, stock={"mug": 0})
    life.answers[Reserve] = lambda _: HeldStock(items=())

    life.do(command(FillBackorder, reservation_id="o1-r1"))

    assert ReservationState.BACKORDERED is reservation(life).state
    assert 2 == units(life).backordered


def test_only_a_backorder_can_be_filled() -> None:
    """FillBackorder is refused where nothing is awaited, or known."""
    life = placed()

    with pytest.raises(IllegalTransitionError, match="allocated"):
        life.do(command(FillBackorder, reservation_id="o1-r1"))
    with pytest.raises(NotFoundError, match="there is o1-r1"):
        life.do(command(FillBackorder, reservation_id="o1-r9"))


def test_cancelled_units_are_not_awaited_any_more() -> None:
    """Cancelling takes from what is awaited first, and holds what is there."""
    life = placed(line(quantity=5), policy=BACKORDERS, stock={"mug": 2})

    life.do(command(CancelLines, quantities={"1": 2}))

    assert 1 == reservation(life, 2).demands[0].quantity
    assert (2, 1) == (units(life).allocated, units(life).backordered)
    assert {"1": 2} == shipment(life).items
    assert [] == life.of(Release)


def test_a_backorder_of_which_nothing_is_wanted_ends() -> None:
    """When all awaited units are cancelled, nobody asks for them again."""
    life = placed(line(quantity=3), policy=BACKORDERS, stock={"mug": 2})

    life.do(command(CancelLines, quantities={"1": 1}))

    assert ReservationState.RELEASED is reservation(life, 2).state
    assert 0 == units(life).backordered


def test_several_backorders_shrink_together() -> None:
    """Units of two back-orders can be cancelled in one go."""
    life = placed(
        line(quantity=2),
        line(sku="cup", quantity=2),
        line(quantity=2),
        policy=BACKORDERS,
        stock={"mug": 1, "cup": 1},
    )
    life.answers[Reserve] = lambda _: HeldStock(items=(mugs(1, line_id="3"),))
    life.do(command(FillBackorder, reservation_id="o1-r2"))

    life.do(command(CancelLines, quantities={"1": 1, "2": 1, "3": 1}))

    backordered = [units(life, n).backordered for n in "123"]
    assert [0, 0, 0] == backordered
    assert all(
        held.state is not ReservationState.BACKORDERED
        for held in life.case.reservations.values()
    )


def test_units_cancelled_while_they_are_asked_for_are_given_back() -> None:
    """What comes beyond the need is released, and no count goes below 0."""
    life = placed(line(quantity=3), policy=BACKORDERS, stock={"mug": 0})
    life.answers[Reserve] = silent
    life.do(command(FillBackorder, reservation_id="o1-r1"))
    life.do(command(CancelLines, quantities={"1": 2}))

    life.answer("o1-r1:reserve:2", HeldStock(items=(mugs(3),)))

    assert [2] == [intent.items[0].quantity for intent in life.of(Release)]
    assert (1, 0) == (units(life).allocated, units(life).backordered)
    assert {"1": 1} == shipment(life).items


def test_units_cancelled_while_they_are_asked_for_are_not_asked_again() -> (
    None
):
    """When the answer is no, only what is still wanted is awaited."""
    life = placed(line(quantity=3), policy=BACKORDERS, stock={"mug": 0})
    life.answers[Reserve] = silent
    life.do(command(FillBackorder, reservation_id="o1-r1"))
    life.do(command(CancelLines, quantities={"1": 2}))

    life.answer("o1-r1:reserve:2", StockShort(shortages=()))

    assert 1 == reservation(life).demands[0].quantity
    assert 1 == units(life).backordered


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


def test_backordered_stock_that_is_lost_is_awaited_again() -> None:
    """Units that were back-ordered are counted once, whatever happens."""
    life = placed(policy=BACKORDERS, stock={"mug": 0})
    life.stock, life.answers = {"mug": 2}, {Allocate: silent}
    life.do(command(FillBackorder, reservation_id="o1-r1"))

    life.answer("o1-r1:allocate:3", StockGone())

    assert 2 == units(life).backordered
    assert ReservationState.BACKORDERED is reservation(life, 2).state


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


def test_filled_backorder_of_a_cancelling_order_is_given_back() -> None:
    """Back-ordered stock that comes too late is counted and given back."""
    life = placed(policy=BACKORDERS, stock={"mug": 0})
    life.answers[Reserve] = silent
    life.do(command(FillBackorder, reservation_id="o1-r1"))
    life.do(command(CancelOrder))

    life.answer("o1-r1:reserve:2", HeldStock(items=(mugs(2),)))

    assert OrderState.CANCELLED is life.order.state
    assert ReservationState.RELEASED is reservation(life).state
    assert 0 == units(life).backordered


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


@pytest.mark.parametrize(
    "outcome",
    [
        HeldStock(items=(mugs(2),)),
        StockShort(shortages=()),
        StockChanged(),
        StockGone(),
        Unknown(),
    ],
    ids=lambda outcome: type(outcome).__name__,
)
@pytest.mark.parametrize(
    "operation", ["o1-r1:reserve:1", "o1-r1:allocate:2", "o1-r1:consume:3"]
)
def test_an_answer_that_was_heard_changes_nothing(
    operation: str, outcome: object
) -> None:
    """Whatever is said again of an answered operation, nothing happens."""
    life = placed()
    sent(life)
    before = life.case

    life.report(
        fact(
            StockReported,
            reservation_id="o1-r1",
            operation_id=operation,
            outcome=outcome,
        )
    )

    assert before == life.case


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


def test_a_partial_answer_that_nobody_asked_for_is_completed() -> None:
    """What a stock keeper leaves out is missing, whatever it says."""
    life = placed(
        answers={Reserve: lambda _: HeldStock(items=(mugs(1), mugs(0)))}
    )

    assert (1, 1) == (units(life).allocated, units(life).backordered)
    assert (Demand(line_id="1", sku="mug", quantity=1),) == reservation(
        life, 2
    ).demands


def test_an_empty_yes_is_a_no() -> None:
    """A hold of nothing refuses the order, as a shortage does."""
    life = placed(answers={Reserve: lambda _: HeldStock(items=())})

    assert OrderState.REJECTED is life.order.state


def test_stock_of_another_line_is_an_exception() -> None:
    """Units that nobody asked for are not taken for the order's."""
    strange = StockItem(line_id="9", sku="cup", place="main", quantity=1)
    life = placed(
        answers={Reserve: lambda _: HeldStock(items=(mugs(2), strange))}
    )

    (item,) = open_items(life)
    assert ExceptionKind.UNMATCHED_FACT is item.contradiction.kind
    assert "1 x cup for line 9" in item.contradiction.observed
    assert {"1": 2} == shipment(life).items


def test_more_than_was_asked_for_is_given_back() -> None:
    """Units beyond the demand are released when shipments are planned."""
    life = placed(answers={Reserve: lambda _: HeldStock(items=(mugs(5),))})

    assert [3] == [intent.items[0].quantity for intent in life.of(Release)]
    assert {"1": 2} == shipment(life).items
    assert 2 == units(life).allocated


def test_stock_from_several_places_is_one_reservation() -> None:
    """Held from two places, a line is sent in two shipments."""
    life = placed(
        answers={
            Reserve: lambda _: HeldStock(items=(mugs(1, "a"), mugs(1, "b")))
        }
    )

    assert [("a", {"1": 1}), ("b", {"1": 1})] == [
        (sent.place, sent.items) for sent in life.case.shipments.values()
    ]


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


def test_a_declined_payment_keeps_the_stock() -> None:
    """Another means of payment can be tried while the hold stands."""
    life = placed(answers={Authorize: lambda _: Declined(code="no")})

    assert ReservationState.HELD is reservation(life).state

    life.answers.clear()
    life.do(command(PayOrder, tender=CARD))

    assert ReservationState.ALLOCATED is reservation(life).state
    assert 1 == len(life.of(Reserve))


def test_digital_lines_need_no_stock() -> None:
    """Nothing is reserved for what cannot be put on a shelf."""
    life = placed(line(digital=True), line(sku="cup"))

    (asked,) = life.of(Reserve)
    assert ["cup"] == [demand.sku for demand in asked.demands]
