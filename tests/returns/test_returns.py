"""Goods come back: asked for, approved, received, inspected, refunded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orderlife._kernel.messages import Actor, ExceptionKind, Remedy
from orderlife._values.money import Money
from orderlife.errors import (
    IllegalTransitionError,
    NotAllowedError,
    ValidationError,
)
from orderlife.policy.model import REASONS, Policy, ReturnTerms, ReturnVerdict
from orderlife.ports.carrier import BuyLabel, Label, LabelRefused, LabelVoided
from orderlife.ports.inventory import Restock
from orderlife.ports.notifier import MessageKind
from orderlife.ports.payment import Declined, Refund
from orderlife.rooms.order.messages import OpenHold, ReleaseHold
from orderlife.rooms.payment.messages import RefundGranted
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.messages import (
    ApproveReturn,
    ChangeDisposition,
    CloseReceiving,
    RequestReturn,
    ReturnShipped,
)
from orderlife.rooms.returns.model import UnexpectedItem
from orderlife.rooms.shipment.messages import LabelReported
from orderlife.testing.life import Life
from orderlife.testing.scenario import command, fact
from tests.helpers import (
    ask_back,
    back,
    come_back,
    delivered,
    found,
    inspect,
    line,
    open_items,
    open_kinds,
    operations,
    placed,
    resolve,
    shipment,
    silent,
    told,
    units,
)

DAYS = timedelta(days=1)
CUSTOMER = Actor("customer", "c1")
ASK = Policy(
    judge=lambda *_: ReturnVerdict(answer="ask", explanation="look at it")
)
LABEL = Label(label_id="r1", carrier="post", tracking_number="t1")


def answer(life: Life, kind: Any, **fields: Any) -> None:
    """Give a command about the first return."""
    life.do(command(kind, return_id="o1-t1", **fields))


def hand_in(life: Life) -> None:
    """Report that the customer has handed the first return in."""
    life.report(fact(ReturnShipped, return_id="o1-t1", at=life.now))


def refunds(life: Life) -> list[int]:
    """The minor units of all refunds so far."""
    return [intent.amount.minor for intent in life.of(Refund)]


# Asking and judging.


@pytest.mark.parametrize("reason", REASONS)
def test_the_library_brings_reasons(reason: str) -> None:
    """Each reason of the registry can be given."""
    assert reason == ask_back(delivered(), reason=reason).reason


def test_an_unknown_reason_is_refused() -> None:
    """The known reasons are named."""
    with pytest.raises(ValidationError, match="defective, not_as_desc"):
        ask_back(delivered(), reason="squeaks")


def test_the_window_ends() -> None:
    """A request after the last day is declined, and says so."""
    life = delivered()
    life.now += 30 * DAYS
    assert ReturnState.APPROVED is ask_back(life).state
    life.now += DAYS

    late = ask_back(life)

    assert ReturnState.DECLINED is late.state
    assert "the 30 days to return it ended on 2026-02-05" == late.explanation


@pytest.mark.parametrize(
    ("quantities", "field"),
    [
        ({}, "quantities"),
        ({"9": 1}, "quantities[9]"),
        ({"1": 0}, "quantities[1]"),
    ],
)
def test_a_request_names_its_lines(
    quantities: dict[str, int], field: str
) -> None:
    """Lines that are not there, and no units, are refused."""
    with pytest.raises(ValidationError) as caught:
        ask_back(delivered(), quantities=quantities)

    assert [field] == [problem.field for problem in caught.value.problems]


def test_an_order_that_has_not_begun_has_no_returns() -> None:
    """A return needs an order that is confirmed or completed."""
    life = placed(order={"tenders": ()})

    with pytest.raises(NotAllowedError, match="it is placed"):
        ask_back(life)


# Labels.


def test_a_return_may_come_to_a_place_of_its_own() -> None:
    """Policy says where returned goods come to."""
    life = delivered(policy=Policy(return_place="returns"))
    ask_back(life)
    come_back(life)
    inspect(life)

    assert "returns" == life.of(BuyLabel)[-1].place
    assert ["returns"] == [i.items[0].place for i in life.of(Restock)]


def test_a_return_label_may_be_bought_by_hand() -> None:
    """A label that is reported is taken where one is wanted."""
    life = delivered()
    life.answers[BuyLabel] = lambda _: LabelRefused(code="no")
    ask_back(life)
    resolve(life, Remedy.ACCEPT)

    life.report(fact(LabelReported, subject="o1-t1", outcome=LABEL))

    assert LABEL == back(life).label


def test_an_answer_to_something_else_is_an_exception() -> None:
    """A void is no answer to a purchase; somebody looks at the adapter."""
    life = delivered()
    life.answers[BuyLabel] = lambda _: LabelVoided()
    ask_back(life)

    (item,) = open_items(life)
    assert ExceptionKind.OUTCOME_UNKNOWN is item.contradiction.kind
    assert "o1-t1:label:1" == item.contradiction.subject


# Receiving.


def test_goods_come_back_inspected_and_refunded() -> None:
    """The whole way: handed in, received, inspected, refunded, closed."""
    life = delivered()
    ask_back(life)
    hand_in(life)
    come_back(life)
    assert ReturnState.RECEIVED is back(life).state
    assert 1 == units(life).returned

    inspect(life)

    assert ReturnState.CLOSED is back(life).state
    assert [1000] == refunds(life)
    assert 1 == units(life).refunded
    (put,) = life.of(Restock)
    assert ("restock", None, "main", 1) == (
        put.disposition,
        put.previous,
        put.items[0].place,
        put.items[0].quantity,
    )


def test_goods_come_in_several_parcels() -> None:
    """Until everything has come, further parcels are awaited."""
    life = delivered()
    ask_back(life, 2)

    come_back(life)
    assert ReturnState.RECEIVING is back(life).state
    assert back(life).receiving_until == life.now + 14 * DAYS
    come_back(life, parcel_id="p2")

    assert ReturnState.RECEIVED is back(life).state
    assert ("p1", "p2") == back(life).parcels


def test_the_same_parcel_comes_once() -> None:
    """A repeated receipt changes nothing."""
    life = delivered()
    ask_back(life, 2)
    come_back(life)
    before = life.case

    come_back(life)

    assert before == life.case


def test_receiving_ends_by_itself() -> None:
    """Further parcels are not awaited for ever."""
    life = delivered()
    ask_back(life, 2)
    come_back(life)

    life.advance(14 * DAYS)

    assert ReturnState.RECEIVED is back(life).state
    inspect(life)
    assert [1000] == refunds(life)


def test_receiving_ends_by_hand() -> None:
    """A person may say that nothing more will come."""
    life = delivered()
    ask_back(life, 2)
    come_back(life)

    answer(life, CloseReceiving)

    assert ReturnState.RECEIVED is back(life).state
    with pytest.raises(IllegalTransitionError):
        answer(life, CloseReceiving)


def test_an_empty_parcel_ends_in_no_refund() -> None:
    """Where nothing came, nothing is inspected and nothing is paid."""
    life = delivered()
    ask_back(life)
    come_back(life, 0)

    answer(life, CloseReceiving)

    assert ReturnState.CLOSED is back(life).state
    assert [] == refunds(life)


def test_unexpected_items_are_an_exception() -> None:
    """What nobody announced is listed, and somebody asked."""
    life = delivered()
    ask_back(life)

    come_back(life, unexpected=(UnexpectedItem(sku="shoe", quantity=1),))

    (item,) = open_items(life)
    assert ExceptionKind.UNEXPECTED_ITEMS is item.contradiction.kind
    assert "nothing of its lines, 1 x shoe" in item.contradiction.observed
    assert 1 == back(life).unexpected[0].quantity


def test_more_than_announced_is_an_exception() -> None:
    """The surplus is named; what came is counted and can be inspected."""
    life = delivered()
    ask_back(life)

    come_back(life, 2)

    (item,) = open_items(life)
    assert ExceptionKind.UNEXPECTED_ITEMS is item.contradiction.kind
    assert {"1": 1} == item.contradiction.quantities
    inspect(life, found(2))
    assert [2000] == refunds(life)


def test_a_line_that_was_not_announced_is_taken_in() -> None:
    """Units of another line of the order are counted and inspected too."""
    life = delivered(line(), line(sku="cup"))
    ask_back(life)

    come_back(life, quantities={"1": 1, "2": 1})

    assert [("1", 1, 1), ("2", 0, 1)] == [
        (item.line_id, item.quantity, item.received)
        for item in back(life).lines
    ]
    inspect(life, found(), found(line_id="2"))
    assert [2000] == refunds(life)


def test_a_line_of_another_order_is_kept_apart() -> None:
    """Units that the order never had are inspected, not paid or restocked."""
    life = delivered()
    ask_back(life)
    come_back(life, quantities={"1": 1, "9": 1})

    inspect(life, found(), found(line_id="9"))

    assert [1000] == refunds(life)
    assert ["1"] == [i.items[0].line_id for i in life.of(Restock)]


def test_more_than_was_delivered_is_an_exception() -> None:
    """No unit comes back that never arrived."""
    life = delivered()
    ask_back(life, 2)

    come_back(life, 3)

    assert {
        ExceptionKind.UNEXPECTED_ITEMS,
        ExceptionKind.OVER_RETURNED,
    } == set(open_kinds(life))
    inspect(life, found(3))
    assert [2000] == refunds(life)


def test_an_empty_parcel_that_belongs_to_no_return() -> None:
    """Even nothing at all is taken down."""
    life = delivered()

    come_back(life, 0, return_id="o1-t7")

    (item,) = open_items(life)
    assert item.contradiction.observed.endswith("brought nothing")


def test_goods_come_before_anybody_has_approved() -> None:
    """They are received, and somebody is asked."""
    life = delivered(policy=ASK)
    ask_back(life)

    come_back(life)

    assert (ExceptionKind.UNANNOUNCED_RETURN,) == open_kinds(life)
    assert ReturnState.RECEIVED is back(life).state
    inspect(life)
    assert [1000] == refunds(life)


# Inspecting.


def test_units_are_inspected_one_by_one() -> None:
    """Each unit has its condition and its place; one was worthless."""
    life = delivered(line(quantity=3))
    ask_back(life, 3)
    come_back(life, 3)

    inspect(
        life,
        found(1, condition="opened", disposition="refurbish", note="box"),
        found(1, condition="customer_damaged", disposition="scrap"),
    )
    assert ReturnState.RECEIVED is back(life).state
    assert [] == refunds(life)
    inspect(life, found(1))

    assert [2000] == refunds(life)
    assert ["refurbish", "scrap", "restock"] == [
        intent.disposition for intent in life.of(Restock)
    ]
    assert 3 == len(set(operations(life, Restock)))


def test_units_are_inspected_while_others_are_awaited() -> None:
    """What has come is looked at; the refund waits for the rest."""
    life = delivered()
    ask_back(life, 2)
    come_back(life)
    inspect(life)
    assert ReturnState.RECEIVING is back(life).state

    life.advance(14 * DAYS)

    assert ReturnState.CLOSED is back(life).state
    assert [1000] == refunds(life)


def test_missing_units_are_neither_refunded_nor_put_away() -> None:
    """An empty box is a finding, and no unit."""
    life = delivered()
    ask_back(life, 2)
    come_back(life)
    answer(life, CloseReceiving)

    inspect(life, found(), found(condition="missing", disposition="scrap"))

    assert [1000] == refunds(life)
    assert 1 == len(life.of(Restock))
    assert ReturnState.CLOSED is back(life).state


def test_only_what_came_is_inspected() -> None:
    """Nothing is inspected before it comes, nor after it was resolved."""
    life = delivered()
    ask_back(life)
    with pytest.raises(IllegalTransitionError, match="approved"):
        inspect(life)
    come_back(life)
    inspect(life)

    with pytest.raises(IllegalTransitionError, match="closed"):
        inspect(life)


def test_a_disposition_is_changed_later() -> None:
    """Inspected units are put somewhere else, and the stock follows."""
    life = delivered()
    ask_back(life, 2)
    come_back(life, 2)
    inspect(life, found(2))

    answer(
        life,
        ChangeDisposition,
        line_id="1",
        quantity=1,
        before="restock",
        after="quarantine",
    )

    assert [("quarantine", 1), ("restock", 1)] == [
        (finding.disposition, finding.quantity)
        for finding in back(life).findings
    ]
    moved = life.of(Restock)[-1]
    assert ("quarantine", "restock", 1) == (
        moved.disposition,
        moved.previous,
        moved.items[0].quantity,
    )
    assert [2000] == refunds(life)


def test_units_of_several_findings_change_together() -> None:
    """As many as are asked for are taken, from one finding after another."""
    life = delivered(line(quantity=3), line(sku="cup"))
    ask_back(life, quantities={"1": 3, "2": 1})
    come_back(life, quantities={"1": 3, "2": 1})
    inspect(life, found(1), found(line_id="2"), found(2, condition="opened"))

    answer(
        life,
        ChangeDisposition,
        line_id="1",
        quantity=3,
        before="restock",
        after="scrap",
    )

    assert ["scrap", "restock", "scrap"] == [
        finding.disposition for finding in back(life).findings
    ]


@pytest.mark.parametrize(
    ("quantity", "before"), [(0, "restock"), (2, "restock"), (1, "scrap")]
)
def test_only_units_that_are_there_change_their_disposition(
    quantity: int, before: str
) -> None:
    """The number of units in the old disposition is named."""
    life = delivered()
    ask_back(life)
    come_back(life)
    inspect(life)

    with pytest.raises(ValidationError, match="are in"):
        answer(
            life,
            ChangeDisposition,
            line_id="1",
            quantity=quantity,
            before=before,
            after="quarantine",
        )


# Refunding.


def test_the_refund_is_stated_line_by_line() -> None:
    """Goods, added tax and shipping go back; fees are kept."""
    terms = ReturnTerms(restocking_fee_percent=10, postage_minor=300)
    life = delivered(
        line(quantity=2, tax=Money("2.00", "EUR")),
        order={"shipping": Money("4.00", "EUR")},
        policy=Policy(remorse=terms),
    )
    ask_back(life)
    come_back(life)

    inspect(life)

    (granted,) = (e for e in life.events if isinstance(e, RefundGranted))
    assert [
        ("goods", 1000),
        ("tax", 100),
        ("shipping", 200),
        ("restocking_fee", -100),
        ("postage", -300),
    ] == [(part.kind, part.minor) for part in granted.lines]
    assert [900] == refunds(life)


def test_outbound_shipping_may_be_kept() -> None:
    """Where the terms say so, only the goods are paid back."""
    life = delivered(
        order={"shipping": Money("4.00", "EUR")},
        policy=Policy(remorse=ReturnTerms(refund_shipping=False)),
    )
    ask_back(life)
    come_back(life)
    inspect(life)

    assert [1000] == refunds(life)


def test_which_goods_are_worthless_is_for_policy() -> None:
    """A shop may pay for anything, or for less."""
    life = delivered(policy=Policy(worthless=frozenset(("opened",))))
    ask_back(life, 2)
    come_back(life, 2)

    inspect(
        life,
        found(condition="opened"),
        found(condition="customer_damaged", disposition="scrap"),
    )

    assert [1000] == refunds(life)


def test_the_shop_lets_the_item_stay() -> None:
    """Kept, the goods are refunded at once and no label is bought."""
    life = delivered(policy=ASK)
    labels = len(life.of(BuyLabel))
    ask_back(life)

    answer(life, ApproveReturn, keep_items=True, explanation="keep it")

    assert ReturnState.CLOSED is back(life).state
    assert ("keep", "keep it") == (
        back(life).resolution,
        back(life).explanation,
    )
    assert [1000] == refunds(life)
    assert labels == len(life.of(BuyLabel))
    assert 0 == units(life).returned


def test_staff_may_ask_to_keep_the_item_at_once() -> None:
    """A return that is asked for so needs no goods to come."""
    life = delivered()

    asked = ask_back(life, resolution="keep")

    assert ReturnState.CLOSED is asked.state
    assert [1000] == refunds(life)


def test_a_kept_item_waits_for_a_hold_and_for_nothing_else() -> None:
    """Held back, its refund neither expires nor waits for goods."""
    life = delivered()
    life.do(command(OpenHold, reason="other", blocks=("refund",)))
    ask_back(life, resolution="keep")
    hand_in(life)
    life.advance(40 * DAYS)
    assert ReturnState.APPROVED is back(life).state

    life.do(command(ReleaseHold, hold_id="h1"))

    assert ReturnState.CLOSED is back(life).state
    assert [1000] == refunds(life)


def test_a_return_closes_when_its_money_is_through() -> None:
    """A refund that is on its way, or failed, keeps its return open."""
    life = delivered()
    life.answers[Refund] = silent
    ask_back(life)
    come_back(life)
    inspect(life)
    assert ReturnState.RESOLVED is back(life).state

    life.answer("o1:refund:1", Declined(code="closed"))
    assert ReturnState.RESOLVED is back(life).state
    life.answers.clear()
    resolve(life, Remedy.RETRY)

    assert ReturnState.CLOSED is back(life).state
    assert [1000, 1000] == refunds(life)


def test_digital_goods_are_put_on_no_shelf() -> None:
    """What was delivered by wire comes back without a movement of stock."""
    life = delivered(line(digital=True), order={"ship_to": None})
    ask_back(life)
    come_back(life)
    inspect(life)

    assert [] == life.of(Restock)
    assert [1000] == refunds(life)


def test_what_was_never_shipped_comes_back_to_no_place() -> None:
    """A label for goods that no shipment brought names no place."""
    life = delivered(line(digital=True), order={"ship_to": None})
    ask_back(life)

    assert [""] == [asked.place for asked in life.of(BuyLabel)]


def test_goods_go_back_to_where_they_came_from() -> None:
    """Of several places, each line comes back to its own."""
    life = delivered(line(place="a"), line(place="b"))
    ask_back(life, quantities={"2": 1})
    come_back(life, quantities={"2": 1})
    inspect(life, found(line_id="2"))

    assert "b" == life.of(BuyLabel)[-1].place
    assert ["b"] == [i.items[0].place for i in life.of(Restock)]
    assert "a" == shipment(life, 1).place


# Telling.


def test_the_customer_is_told_of_each_step() -> None:
    """The messages of a return, in their order."""
    life = delivered()
    before = len(told(life))
    ask_back(life)
    come_back(life)
    inspect(life)

    assert told(life)[before:] == (
        MessageKind.RETURN_REQUESTED,
        MessageKind.RETURN_APPROVED,
        MessageKind.RETURN_LABEL,
        MessageKind.RETURN_RECEIVED,
        MessageKind.ORDER_REFUNDED,
    )


def test_an_approval_can_be_silent() -> None:
    """A person's silent yes is silent about its label too."""
    life = delivered(policy=ASK)
    ask_back(life)
    before = told(life)

    answer(life, ApproveReturn, notify=False)

    assert before == told(life)


def test_a_retried_label_stays_silent() -> None:
    """What was to be silent is silent when it is tried again."""
    life = delivered()
    life.answers[BuyLabel] = lambda _: LabelRefused(code="no")
    ask_back(life, notify=False)
    life.answers.clear()

    resolve(life, Remedy.RETRY)

    assert MessageKind.RETURN_LABEL not in told(life)


def test_a_comment_is_kept_apart() -> None:
    """What a customer writes is personal: the return holds a reference."""
    life = delivered()

    decision = life.do(
        command(
            RequestReturn,
            quantities={"1": 1},
            reason="other",
            comment="my aunt fell over it",
        )
    )

    assert "o1-t1:comment" == back(life).comment
    assert {"o1-t1:comment"} == set(decision.personal)
    assert "aunt" not in repr(decision)
