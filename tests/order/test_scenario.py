"""Given, when, then: a test that fails says what is different."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderlife.errors import IllegalTransitionError, NotFoundError
from orderlife.ports.base import Unknown
from orderlife.ports.inventory import Release, Reserve
from orderlife.ports.notifier import MessageKind
from orderlife.ports.payment import Authorize
from orderlife.rooms.order.messages import (
    CancellationStarted,
    CancelOrder,
    OrderCancelled,
    OrderDrafted,
    OrderPlaced,
    ReleaseHold,
)
from orderlife.rooms.payment.messages import PaymentAwaited
from orderlife.rooms.stock.messages import ReservationRequested
from orderlife.testing.life import Life
from orderlife.testing.scenario import (
    NOON,
    STAFF,
    Scenario,
    command,
    difference,
    given,
)
from tests.order.shop import place, unanswered


def ordered() -> Scenario:
    """An order was placed, and its stock asked for."""
    return given().when(place())


def test_a_scenario_reads_as_a_sentence() -> None:
    """Events fold to a case; each then looks at a part of the answer."""
    asked = ordered().then(OrderPlaced, PaymentAwaited, ReservationRequested)
    asked.then_intents(Reserve).then_messages()
    events = [recorded.event for recorded in asked.decision.events]
    again = given(*events)
    assert again.case == asked.case
    again.when(command(CancelOrder)).then(CancellationStarted).then_intents()


def test_what_every_scenario_repeats_is_filled_in() -> None:
    """Order, command id and actor, unless they are named."""
    (first, *_) = ordered().decision.events
    assert (first.actor, first.cause, first.at) == (STAFF, "c1", NOON)
    named = command(CancelOrder, command_id="mine", order_id="o2")
    scenario = given(order_id="o2").when(place()).and_when(named)
    assert scenario.decision.events[0].cause == "mine"
    later = ordered().later(timedelta(hours=1)).when(command(CancelOrder))
    assert later.decision.events[0].at == NOON + timedelta(hours=1)


def test_nothing_is_nothing() -> None:
    """A message that changes nothing leads to no event and no intent."""
    refused = ordered().when(command(ReleaseHold, hold_id="h1"))
    refused.then_refused(NotFoundError, match="no hold 'h1'")
    assert refused.case == ordered().case
    with pytest.raises(AssertionError, match="refused: no hold 'h1'"):
        refused.then_nothing()
    with pytest.raises(AssertionError, match="use when"):
        given().then_nothing()


def test_a_difference_names_the_fields() -> None:
    """Expected on the left, actual on the right, row by row."""
    scenario = ordered()
    with pytest.raises(AssertionError) as caught:
        scenario.then(
            OrderPlaced, PaymentAwaited(until=NOON), OrderCancelled()
        )
    text = str(caught.value)
    assert text.startswith("events, expected != actual:\n    OrderPlaced\n")
    assert f"! PaymentAwaited.until: {NOON!r} != " in text
    assert "! OrderCancelled() != ReservationRequested(" in text
    with pytest.raises(AssertionError, match="! Release != Reserve"):
        scenario.then_intents(Release)
    with pytest.raises(AssertionError, match=r"! .*DELIVERED.* != nothing"):
        scenario.then_messages(MessageKind.DELIVERED)
    assert difference([OrderDrafted], []) == ["! OrderDrafted != nothing"]
    assert difference([1, 2], [1, 2]) == ["  int", "  int"]


def test_a_refusal_is_of_one_class_with_some_words() -> None:
    """Another class, other words, or no refusal at all: it says so."""
    refused = ordered().when(command(ReleaseHold, hold_id="h1"))
    with pytest.raises(AssertionError, match="IllegalTransitionError != NotF"):
        refused.then_refused(IllegalTransitionError)
    with pytest.raises(AssertionError, match="'xyz' is not in: no hold"):
        refused.then_refused(NotFoundError, match="xyz")
    with pytest.raises(AssertionError, match="not refused: OrderPlaced, Pay"):
        ordered().then_refused(NotFoundError)


# --- lives --------------------------------------------------------------


def test_a_life_answers_what_is_asked() -> None:
    """Everything succeeds unless told otherwise, and is written down."""
    life = Life(stock={"mug": 5})
    decision = life.do(place())
    assert decision.case.version < life.case.version
    assert [type(i).__name__ for i in life.intents][:2] == [
        "Reserve",
        "Authorize",
    ]
    assert life.stock == {"mug": 3}
    assert life.order.state.value == "confirmed"
    life.do(command(CancelOrder))
    assert life.stock == {"mug": 5}
    assert OrderCancelled() in life.events
    assert [m.message.value for m in life.messages][-1] == "order_cancelled"


def test_a_life_leaves_unanswered_what_it_is_told_to() -> None:
    """The answer may come later, and more than once."""
    life = Life(answers={Authorize: unanswered})
    life.do(place())
    assert list(life.unanswered) == ["o1:authorize:1"]
    life.answer("o1:authorize:1", Unknown("timeout"))
    assert life.unanswered == {}
    (intent,) = life.of(Authorize)
    life.answer("o1:authorize:1", life._succeed(intent))
    assert life.order.state.value == "confirmed"


def test_a_life_fires_what_comes_due() -> None:
    """Time passes from one timer to the next."""
    life = Life(answers={Authorize: unanswered})
    life.do(place(tenders=()))
    life.advance(timedelta(days=3))
    assert life.order.state.value == "expired"
    expired = next(r for r in life.history if r.at > NOON)
    assert expired.at == NOON + timedelta(hours=1)
    assert life.now == NOON + timedelta(days=3)
