"""Times that are told: in any zone, and from the future."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import attrs
import pytest
from hypothesis import given, settings, strategies as st

from orderlife._kernel.decision import Refusal
from orderlife._kernel.messages import (
    ExceptionKind,
    Fact,
    Remedy,
    TimerFired,
    heard,
)
from orderlife._values.limits import MAX_AHEAD
from orderlife._values.money import Money
from orderlife.house import handle
from orderlife.invariants import check_invariants
from orderlife.ports.payment import Authorize, Authorized
from orderlife.rooms.order.messages import OpenHold
from orderlife.rooms.payment.messages import PaymentReported
from orderlife.rooms.returns.lifecycle import ReturnState
from orderlife.rooms.returns.messages import ReturnReceived, ReturnShipped
from orderlife.rooms.shipment.lifecycle import ShipmentState
from orderlife.rooms.shipment.messages import Scanned
from orderlife.rooms.shipment.model import ScanStatus
from orderlife.testing.life import Life
from orderlife.testing.scenario import NOON, command, fact
from tests.deep import examples
from tests.helpers import (
    ask_back,
    back,
    come_back,
    delivered,
    line,
    open_items,
    open_kinds,
    place,
    placed,
    resolve,
    scan,
    sent,
    shipment,
)
from tests.zones import BERLIN, ZONES, moments, told

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_K = ExceptionKind


# In any zone


def lived(start: datetime, minutes: list[int], zones: list[tzinfo]) -> Life:
    """A life whose every time is told in another zone."""
    teller = iter(zones)

    def tell(at: datetime) -> datetime:
        return told(at, next(teller))

    answers: dict[Any, Any] = {
        Authorize: lambda intent: Authorized(
            reference="r",
            amount=intent.amount,
            capture_before=tell(start + 7 * DAY),
        ),
    }
    life = Life(answers=answers, now=tell(start))
    promised = {
        "promised_from": tell(start + DAY),
        "promised_by": tell(start + 4 * DAY),
    }
    life.do(place(line(quantity=2), **promised))
    hold = {"reason": "other", "blocks": ("refund",)}
    life.do(command(OpenHold, **hold, until=tell(start + HOUR)))
    sent(life)
    life.now = tell(start + 6 * HOUR)
    for status, after in zip(ScanStatus, minutes, strict=False):
        at = tell(start + timedelta(minutes=after))
        scan(life, status, at=at)
        scan(life, status, at=tell(at))  # once more, in another zone
    life.now = tell(start + 7 * HOUR)
    scan(life, ScanStatus.DELIVERED, at=tell(start + 6 * HOUR))
    ask_back(life)
    handed_in = tell(start + 6 * HOUR)
    life.report(fact(ReturnShipped, return_id="o1-t1", at=handed_in))
    come_back(life, at=tell(start + 7 * HOUR))
    return life


@given(
    st.data(),
    moments(),
    st.lists(st.integers(0, 300), min_size=10, max_size=10),
)
@settings(max_examples=examples(30), deadline=None)
def test_a_life_depends_on_no_zone(
    data: st.DataObject, start: datetime, minutes: list[int]
) -> None:
    """The same moments give the same events, to the letter."""
    drawn = data.draw(
        st.lists(st.sampled_from(ZONES), min_size=60, max_size=60)
    )
    here = lived(start, minutes, [UTC] * 60)
    there = lived(start, minutes, drawn)

    assert repr(here.history) == repr(there.history)
    assert here.case == there.case
    check_invariants(there.case, there.history)


def test_a_time_told_in_two_zones_is_told_once() -> None:
    """The second telling changes nothing."""
    life = placed()
    sent(life)
    scan(life, ScanStatus.IN_TRANSIT, at=told(NOON, BERLIN))
    decision = life.report(
        fact(
            Scanned,
            shipment_id="o1-s1",
            status=ScanStatus.IN_TRANSIT,
            at=told(NOON, ZONES[2]),
        )
    )

    assert () == decision.events
    assert "2026-01-05T12:00:00+00:00" in [
        each.at.isoformat() for each in shipment(life).scans
    ]


def test_a_timer_is_known_in_any_zone() -> None:
    """Also one that was stored when its zone was kept."""
    life = placed(order={"tenders": ()})
    due = life.order.payment_due_at
    assert due is not None
    (timer,) = [
        each for each in life_timers(life) if each.kind.value == "payment_due"
    ]
    life.now = told(due, BERLIN)
    fired = TimerFired(
        order_id="o1", timer=attrs.evolve(timer, at=told(due, BERLIN))
    )

    assert life.report(fired).events


def life_timers(life: Life) -> Any:
    """What is due on a date."""
    from orderlife.house import timers

    return timers(life.case)


def test_a_time_without_a_zone_is_refused() -> None:
    """Of the decision, and of what is decided on."""
    life = placed()
    naive = NOON.replace(tzinfo=None)
    report = PaymentReported(
        order_id="o1",
        operation_id="o1:authorize:1",
        outcome=Authorized(
            reference="r", amount=Money("20.00", "EUR"), capture_before=naive
        ),
    )
    for answer in (
        handle(life.case, report, NOON),
        handle(life.case, attrs.evolve(report, fact_id="f"), naive),
    ):
        assert isinstance(answer, Refusal)
        assert "needs a time zone, such as UTC" in str(answer.error)


# From the future


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (timedelta(), timedelta()),
        (-DAY, -DAY),
        (MAX_AHEAD, MAX_AHEAD),
        (MAX_AHEAD + timedelta(microseconds=1), timedelta()),
        (365 * DAY, timedelta()),
    ],
)
def test_clocks_differ_by_minutes(
    ahead: timedelta, expected: timedelta
) -> None:
    """What is further ahead has happened when it was heard of."""
    assert NOON + expected == heard(NOON + ahead, NOON)


def foretold(
    life: Life, status: ScanStatus, number: int = 1, *, at: datetime
) -> None:
    """Report a scan whose time has not come."""
    shipment_id = f"o1-s{number}"
    told = {"shipment_id": shipment_id, "status": status, "at": at}
    life.report(fact(Scanned, **told))


def on_its_way() -> Life:
    """A parcel on its way."""
    life = placed()
    sent(life)
    return life


def approved() -> Life:
    """A return that is approved of."""
    life = delivered()
    ask_back(life)
    return life


REPORTS: dict[str, tuple[Any, type[Fact], dict[str, Any], str]] = {
    "scanned": (
        on_its_way,
        Scanned,
        {"shipment_id": "o1-s1", "status": ScanStatus.DELIVERED},
        "Scanned: delivered at {}",
    ),
    "shipped": (
        approved,
        ReturnShipped,
        {"return_id": "o1-t1"},
        "ReturnShipped at {}",
    ),
    "received": (
        approved,
        ReturnReceived,
        {"return_id": "o1-t1", "parcel_id": "p1", "quantities": {"1": 1}},
        "ReturnReceived at {}",
    ),
}


@pytest.mark.parametrize("what", REPORTS)
def test_what_comes_from_the_future_is_taken_down_when_it_is_heard(
    what: str,
) -> None:
    """Somebody is asked about it, once; what was told is kept."""
    make, kind, fields, said = REPORTS[what]
    life = make()
    heard_at = life.now
    report = fact(kind, at=told(heard_at + 30 * DAY, BERLIN), **fields)
    life.report(report)

    (item,) = open_items(life)
    why = item.contradiction
    told_at = heard_at + 30 * DAY
    assert _K.FROM_THE_FUTURE is why.kind
    assert "what is reported has happened already" == why.expected
    assert said.format(told_at.isoformat()) == why.observed
    assert why.subject in {"o1-s1", "o1-t1"}
    event = next(
        getattr(each, "scan", each)
        for each in reversed(life.events)
        if getattr(getattr(each, "scan", each), "told_at", None)
    )
    assert (heard_at, told_at) == (event.at, event.told_at)
    check_invariants(life.case, life.history)

    # The same again, at once, settled, and when that time has come.
    before = len(life.history)
    life.report(report)
    assert before == len(life.history)
    resolve(life, Remedy.ACCEPT)
    before = len(life.history)
    life.now += DAY
    life.report(report)
    life.now = told_at
    life.report(report)
    assert before == len(life.history)


def test_what_is_a_little_ahead_is_taken_down_as_it_is() -> None:
    """The carrier's clock and ours differ."""
    life = on_its_way()
    foretold(life, ScanStatus.DELIVERED, at=life.now + MAX_AHEAD)

    assert () == open_kinds(life)
    (found,) = shipment(life).scans
    assert (life.now + MAX_AHEAD, None) == (found.at, found.told_at)
    assert found.at == found.told


def test_a_later_word_counts_after_one_from_the_future() -> None:
    """A date of next year does not outlast what comes tomorrow."""
    life = on_its_way()
    foretold(life, ScanStatus.DELIVERED, at=life.now + 365 * DAY)
    assert life.now == shipment(life).delivered_at
    life.now += DAY
    scan(life, ScanStatus.RETURNING)

    assert ShipmentState.RETURNING is shipment(life).state


def test_two_words_from_the_future_are_two() -> None:
    """They are told apart by what was told, not by when it was heard."""
    life = on_its_way()
    for days in (2, 3):
        at = life.now + days * DAY
        foretold(life, ScanStatus.IN_TRANSIT, at=at)

    assert 2 == len(shipment(life).scans)
    assert [_K.FROM_THE_FUTURE] * 2 == list(open_kinds(life))


def test_a_return_from_the_future_goes_on() -> None:
    """Goods that came are there, whenever that was."""
    life = approved()
    come_back(life, at=life.now + DAY)

    assert ReturnState.RECEIVED is back(life).state
    assert (_K.FROM_THE_FUTURE,) == open_kinds(life)


def test_what_nobody_knows_is_asked_about_once() -> None:
    """Its time is part of what is asked."""
    life = placed()
    foretold(life, ScanStatus.DELIVERED, 9, at=life.now + DAY)
    foretold(life, ScanStatus.DELIVERED, 9, at=life.now + DAY)

    (item,) = open_items(life)
    assert _K.UNMATCHED_FACT is item.contradiction.kind
    assert item.contradiction.observed.endswith("2026-01-06T12:00:00+00:00")
