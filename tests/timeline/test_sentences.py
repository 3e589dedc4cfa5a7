"""The sentence of each event: one example of each, and its variations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from orderlife import (
    Case,
    Event,
    NotFoundError,
    OrderState,
    Screening,
    Tender,
    evolve,
)
from orderlife.house import HOUSE
from orderlife.ports.inventory import Demand
from orderlife.rooms.order.messages import FraudScreened, OrderPlaced
from orderlife.rooms.payment.lifecycle import OperationTrigger
from orderlife.rooms.payment.messages import PaymentRecorded, PaymentRequested
from orderlife.rooms.payment.model import (
    Movement,
    MovementKind,
    OperationKind,
)
from orderlife.rooms.stock.messages import StockHeld
from orderlife.timeline import About, Told, passed, tell
from tests.helpers import line, placed
from tests.timeline.said import (
    AT,
    CASE,
    DATE,
    HELD,
    ORDER,
    PAYMENT,
    PLACED,
    Example,
)
from tests.timeline.said_of_goods import RETURN, SHIPMENT, STOCK

BY_SUBJECT: dict[About, list[Example]] = {
    "order": ORDER,
    "payment": PAYMENT,
    "stock": STOCK,
    "shipment": SHIPMENT,
    "return": RETURN,
}
ALL = [
    pytest.param(event, Told(what, about, detail), id=what)
    for about, examples in BY_SUBJECT.items()
    for event, what, detail in examples
]


@pytest.mark.parametrize(("event", "told"), ALL)
def test_an_event_is_told(event: Event, told: Told) -> None:
    """In one sentence, under what it is about, as a detail or not."""
    assert told == tell(event, CASE)


def test_every_event_of_the_house_has_its_sentence() -> None:
    """A new one without a sentence is found here."""
    told = {
        type(event)
        for examples in BY_SUBJECT.values()
        for event, *_ in examples
    }

    assert told == set(HOUSE.events)


def _told(event: Event, case: Case = CASE) -> str:
    return tell(event, case).what


def _with_placement(**fields: Any) -> Case:
    whole = CASE.placed
    placement = attrs.evolve(whole.placement, **fields)
    return attrs.evolve(CASE, order=attrs.evolve(whole, placement=placement))


def _with_order(**fields: Any) -> Case:
    return attrs.evolve(CASE, order=attrs.evolve(CASE.placed, **fields))


JUST_PLACED = OrderPlaced(order_id="o1", placement=PLACED, at=AT)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"discount_minor": 150}, "30.00 EUR, 1.50 EUR off, by card"),
        (
            {"tax_minor": 240},
            "30.00 EUR, 2.40 EUR tax added, by card",
        ),
        (
            {"tax_minor": 240, "tax_included": True},
            "30.00 EUR, 2.40 EUR tax included, by card",
        ),
        (
            {"shipping_minor": 490},
            "30.00 EUR, 4.90 EUR for shipping, by card",
        ),
        ({"channel": "phone"}, "by card, through phone"),
        (
            {"channel": "mall", "channel_number": "M-7"},
            "by card, through mall (M-7)",
        ),
        ({"channel_number": "M-7"}, "by card (M-7)"),
        ({"promised_by": AT}, f"by card, promised by {DATE}"),
    ],
)
def test_what_is_special_about_an_order_is_said(
    fields: dict[str, Any], said: str
) -> None:
    """And nothing of what is not."""
    assert _told(JUST_PLACED, _with_placement(**fields)).endswith(said)


def test_how_an_order_is_paid_is_said() -> None:
    """By kind; never by the token."""
    none = _with_order(tenders=())
    two = (Tender("card", "tok_secret"), Tender("gift_card", "tok_gift"))

    assert _told(JUST_PLACED, none).endswith("30.00 EUR, not paid yet")
    assert _told(JUST_PLACED, _with_order(tenders=two)).endswith(
        "by card and gift card"
    )


def test_lines_that_are_no_goods_are_told_apart() -> None:
    """A service is no mug."""
    mugs, plate = PLACED.lines
    lines = (mugs, attrs.evolve(plate, kind="service"))

    assert _told(JUST_PLACED, _with_placement(lines=lines)).startswith(
        "placed: 2 x mug, 1 x plate (service); "
    )


def test_nothing_may_be_held_of_what_was_asked_for() -> None:
    """Then only what is not there is said."""
    short = Demand(line_id="2", sku="plate", quantity=1)
    held = StockHeld(
        reservation_id="r1", operation_id="op", items=(), short=(short,)
    )

    assert _told(held) == "not there: 1 x plate"


def test_an_order_that_is_waved_through_is_a_detail() -> None:
    """That it is judged otherwise, or that it is held, is none."""
    accepted = FraudScreened(screening=Screening(verdict="accept"))
    review = FraudScreened(screening=Screening(verdict="review"))
    fresh = _with_order(state=OrderState.PLACED)
    held = _with_order(state=OrderState.PLACED, holds=(HELD,))

    assert tell(accepted, fresh).detail
    assert not tell(accepted, held).detail
    assert not tell(review, fresh).detail


# Money


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("authorize", "secure 12.50 EUR on the card"),
        ("capture", "take 12.50 EUR from the card"),
        ("void", "give back the 12.50 EUR secured on the card"),
        ("refund", "refund 12.50 EUR to the card"),
        ("credit", "give 12.50 EUR as store credit, for the card"),
    ],
)
def test_what_the_gateway_is_asked_for_is_said(
    kind: OperationKind, said: str
) -> None:
    """How much of it, and of which means of payment."""
    asked = PaymentRequested(
        operation_id="op", kind=kind, payment_id="p1", minor=1250
    )

    assert _told(asked) == f"asks the gateway to {said}"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (MovementKind.AUTHORIZED, "authorized 5.00 EUR on the card"),
        (MovementKind.CAPTURED, "captured 5.00 EUR from the card"),
        (
            MovementKind.CAPTURE_REVERSED,
            "the capture of 5.00 EUR from the card came to nothing",
        ),
        (MovementKind.VOIDED, "let go of 5.00 EUR on the card"),
        (MovementKind.LAPSED, "5.00 EUR on the card have run out"),
        (MovementKind.REFUNDED, "refunded 5.00 EUR to the card"),
        (
            MovementKind.REFUND_REVERSED,
            "the 5.00 EUR did not get back to the card",
        ),
        (
            MovementKind.CREDITED,
            "gave 5.00 EUR as store credit, for the card",
        ),
        (
            MovementKind.SETTLED_BY_HAND,
            "5.00 EUR were paid back by hand, for the card",
        ),
        (MovementKind.DISPUTED, "disputed: 5.00 EUR taken back to the card"),
        (
            MovementKind.DISPUTE_WON,
            "dispute won: 5.00 EUR of the card are back",
        ),
    ],
)
def test_how_money_has_moved_is_said(kind: MovementKind, said: str) -> None:
    """Each kind of movement has its words."""
    moved = Movement(kind=kind, payment_id="p1", minor=500)

    assert _told(PaymentRecorded(movements=(moved,))) == said
    assert _told(PaymentRecorded(movements=(moved, moved))) == (
        f"{said}; {said}"
    )


def test_every_movement_has_its_words() -> None:
    """A new one without words is found here."""
    for kind in MovementKind:
        moved = Movement(kind=kind, payment_id="p1", minor=500)
        assert "5.00 EUR" in _told(PaymentRecorded(movements=(moved,)))


ASKED = "take 12.50 EUR from the card"


@pytest.mark.parametrize(
    ("trigger", "detail", "said"),
    [
        ("wait", "", f"the bank will say later whether to {ASKED}"),
        ("lose", "", f"no answer on whether to {ASKED}: nobody knows yet"),
        ("ask_customer", "", f"the customer must act, to {ASKED}"),
        ("decline", "lapsed", f"no longer waits to {ASKED}"),
        ("decline", "voided", f"no longer waits to {ASKED}"),
        ("decline", "", f"declined to {ASKED}: no reason given"),
        ("decline", "funds", f"declined to {ASKED}: funds"),
        ("reverse", "", "failed after all: no reason"),
        ("reverse", "funds", "failed after all: funds"),
        ("succeed", "", f"done: {ASKED}"),
    ],
)
def test_what_the_gateway_answered_is_said(
    trigger: str, detail: str, said: str
) -> None:
    """Of what it was asked for, with its reason where it gives one."""
    answered = PaymentRecorded(
        operation_id="op", trigger=OperationTrigger(trigger), detail=detail
    )

    assert _told(answered) == said


def test_an_answer_that_moves_money_says_the_movement() -> None:
    """It is not said twice that it was done."""
    moved = Movement(kind=MovementKind.CAPTURED, payment_id="p1", minor=1250)
    done = PaymentRecorded(
        operation_id="op",
        trigger=OperationTrigger.SUCCEED,
        movements=(moved,),
    )
    late = attrs.evolve(done, trigger=OperationTrigger.REVERSE, detail="funds")

    assert _told(done) == "captured 12.50 EUR from the card"
    assert _told(late) == (
        "captured 12.50 EUR from the card; failed after all: funds"
    )


def test_payments_of_one_kind_have_their_numbers() -> None:
    """Where there is one card, it is *the* card."""
    (card,) = CASE.placed.payments
    twin = attrs.evolve(card, payment_id="p2")
    gift = attrs.evolve(
        card, payment_id="p3", tender=Tender("gift_card", "tok_gift")
    )
    case = _with_order(payments=(card, twin, gift))

    def moved(payment_id: str) -> str:
        movement = Movement(
            kind=MovementKind.CAPTURED, payment_id=payment_id, minor=500
        )
        return _told(PaymentRecorded(movements=(movement,)), case)

    assert moved("p2") == "captured 5.00 EUR from card (p2)"
    assert moved("p3") == "captured 5.00 EUR from the gift card"
    assert moved("p9") == "captured 5.00 EUR from the payment"


# Others


class GiftWrapped(Event):
    """An event of a room that an application has brought."""


class SKUMoved3Times(Event):
    """One whose name is written oddly."""


def test_a_room_tells_its_own_events_and_no_other_s() -> None:
    """So it does not matter which room is asked first."""
    events = [event for told in BY_SUBJECT.values() for event, *_ in told]
    for room in HOUSE.rooms:
        assert room.sentences is not None
        own = {change.kind for change in room.events}
        for event in events:
            told = room.sentences(event, CASE)
            assert (told is not None) is (type(event) in own)


def test_an_event_of_another_room_is_told_by_its_name() -> None:
    """Whatever the case is, and only to those who want to see all."""
    assert tell(GiftWrapped(), CASE) == Told(
        "gift wrapped", "order", detail=True
    )
    assert tell(SKUMoved3Times(), Case(order_id="o9")) == Told(
        "sku moved3 times", "order", detail=True
    )


def test_a_sentence_about_an_order_needs_the_order() -> None:
    """A case that was not folded so far is a mistake."""
    with pytest.raises(NotFoundError):
        tell(JUST_PLACED, Case(order_id="o1"))


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (timedelta(), "  0d 00:00"),
        (timedelta(days=2, hours=3, minutes=4), "  2d 03:04"),
        (timedelta(days=120, seconds=5), "120d 00:00:05"),
    ],
)
def test_time_since_the_start_is_written(
    time: timedelta, expected: str
) -> None:
    """Days, hours and minutes; seconds only where there are some."""
    assert passed(int(time.total_seconds())) == expected


def test_a_history_is_told_from_its_start() -> None:
    """As the module says how."""
    life = placed(line(quantity=2))
    case, said = Case(order_id=life.case.order_id), []
    for recorded in life.history:
        case = evolve(case, recorded.event)
        said.append(tell(recorded.event, case).what)

    assert said[0] == "placed: 2 x mug; 20.00 EUR, by card"
    assert "authorized 20.00 EUR on the card" in said
