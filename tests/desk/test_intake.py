"""What is stored of an input, to the last field."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from orderlife import (
    LabelReported,
    PaymentReported,
    Policy,
    Remedy,
    Retry,
    Unknown,
)
from orderlife.codec import fingerprint
from orderlife.engine.summary import summary_of
from orderlife.house import timers
from orderlife.ports.payment import Captured
from orderlife.ports.store import Commit, EffectState, Settle
from orderlife.testing import Decline, Script, TimeOut
from tests.desk.shop import NEITHER, Shop, Through

CAPTURE = "o1:capture:1"


def watched(shop: Shop) -> Through:
    """The shop's store, past somebody who watches it."""
    store = Through(shop.ports.store)
    shop.desk = shop.another(store=store)
    return store


def commits(store: Through) -> list[Commit[Any]]:
    """All that was to be stored so far."""
    return store.named("commit")


def test_a_decision_is_stored_with_all_that_is_found_by() -> None:
    """The state, its summary, its timers, and what it was based on."""
    shop = Shop()
    store = watched(shop)
    shop.place()
    shop.dispatch()
    version = 0
    for commit in commits(store):
        assert commit.order_id == "o1"
        assert commit.expected_version == version
        version += len(commit.events)
        assert commit.case.version == version
        assert commit.summary == summary_of(commit.case)
        assert commit.timers == timers(commit.case)
        assert commit.now == shop.clock()
    assert commits(store)[-1].case == shop.view().case


def test_a_decision_goes_on_from_the_digest_that_was_loaded() -> None:
    """Or stored a moment ago; so that the chain of events has no gap."""
    shop = Shop()
    shop.place()

    def load(order_id: str) -> Any:
        found = shop.ports.store.load(order_id)
        return found and attrs.evolve(found, head="abc")

    store = Through(shop.ports.store, load=load)
    shop.desk = shop.another(store=store)
    shop.dispatch()
    shop.desk.orders.hold("o1", "other")
    first = [each for each in commits(store) if each.input_id]
    assert {commit.head for commit in first} == {"abc"}


def test_people_are_stored_once_and_with_their_order() -> None:
    """What follows has none to store."""
    shop = Shop()
    store = watched(shop)
    shop.place()
    first, *rest = commits(store)
    assert len(first.personal) == 2
    assert {len(commit.personal) for commit in rest} == {0}


def test_an_input_with_an_id_is_known_by_its_content() -> None:
    """And one without an id by nothing."""
    shop = Shop()
    store = watched(shop)
    shop.place()
    first, *rest = commits(store)
    assert first.input_id.startswith("command:")
    assert len(first.fingerprint) == len(fingerprint(report()))
    assert {(c.input_id, c.fingerprint) for c in rest} == {("", "")}


def report() -> PaymentReported:
    """The money of an order was taken."""
    amount = Shop().place().case.placed.placement.lines[0].unit_price * 2
    return PaymentReported(
        order_id="o1",
        operation_id=CAPTURE,
        outcome=Captured(reference="r", amount=amount),
    )


def test_a_report_settles_what_waited_for_it() -> None:
    """From now on, and whoever has claimed it."""
    shop = Shop()
    store = watched(shop)
    shop.place(pay_with="tok_capture_pending")
    shop.dispatch()
    shop.desk.report(report())
    expected = Settle(
        order_id="o1",
        operation_id=CAPTURE,
        state=EffectState.DONE,
        due_at=shop.clock(),
    )
    assert commits(store)[-1].settles == (expected,)


def test_a_report_that_says_nothing_is_not_even_stored() -> None:
    """Nor does it settle anything, known or not."""
    shop = Shop()
    shop.place(pay_with="tok_capture_pending")
    shop.dispatch()
    store = watched(shop)
    shop.desk.report(attrs.evolve(report(), outcome=Unknown("nothing")))
    shop.desk.report(
        LabelReported(
            order_id="o1",
            subject="o1-s1",
            operation_id="o1-s1:label:1",
            outcome=Unknown("nothing"),
        )
    )
    assert commits(store) == []


@pytest.mark.parametrize("known", [True, False])
def test_what_a_person_wants_again_is_due_at_once(*, known: bool) -> None:
    """Under a new key where it was refused, and else under its own."""
    behaviour = Decline("busy", "never") if known else TimeOut("before")
    method = "send" if known else "capture"
    shop = Shop(
        capabilities=NEITHER,
        script=Script().on(method, behaviour),
        retry=Retry(attempts=1),
        policy=Policy(tell_staff=False),
    )
    shop.place()
    shop.dispatch()
    store = watched(shop)
    (item,) = shop.view().exceptions
    shop.desk.exceptions.resolve(
        "o1", item.exception_id, Remedy.RETRY, "again"
    )
    (settle,) = commits(store)[0].settles
    assert settle == Settle(
        order_id="o1",
        operation_id=item.contradiction.subject,
        state=EffectState.PENDING if known else EffectState.IN_DOUBT,
        due_at=shop.clock(),
        note="a person wants it tried again",
        renew=known,
    )
