"""A clock that is wrong by a year holds nothing up, and somebody is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from orderlife import Capabilities, OrderDesk, Unknown
from orderlife.engine.calls import run
from orderlife.ports.payment import Pending
from orderlife.ports.store import EffectState
from tests.desk.shop import LOOKS_UP, Shop, Through, always

YEAR = timedelta(days=365)
DAY = timedelta(days=1)
HOLD = "o1-r1:reserve:1"
PAY = "o1:authorize:1"
TOLD = "later than any wait there is: a clock was wrong"
S = EffectState


def off_by(shop: Shop, by: timedelta, **more: Any) -> OrderDesk:
    """A desk of this shop whose clock is wrong."""
    clock = shop.clock

    def wrong() -> datetime:
        return clock() + by

    shop._settings["clock"] = wrong
    desk = shop.another(**more)
    shop._settings["clock"] = clock
    return desk


def said(shop: Shop, time: timedelta) -> list[str]:
    """What a worker could not do in that time."""
    failed: list[str] = []
    for _ in range(60):
        while not (swept := shop.desk.work()).idle or swept.failed:
            failed += swept.failed
        shop.clock.advance(time / 60)
    return failed


def test_a_claim_of_a_year_ahead_runs_out_in_time() -> None:
    """Its holder may have died; who is told says what and until when."""
    shop = Shop(inline=False)
    shop.place()
    ahead = off_by(shop, YEAR)
    run(ahead.engine.claim(5), ahead.ports)
    failed = said(shop, timedelta(hours=1))

    due, now = "2027-01-05 09:02", "2026-01-05 09:02"
    (said_so,) = failed
    assert f"{HOLD}: it was due at {due}, {TOLD}; it is due at {now} now" == (
        said_so
    )
    assert "confirmed" == shop.view().status.order


@pytest.mark.parametrize(
    ("answer", "state"),
    [(Unknown("lost"), S.IN_DOUBT), (Pending(), S.WAITING)],
)
def test_what_waits_for_a_year_is_asked_after_in_time(
    answer: Any, state: EffectState
) -> None:
    """Whether nobody knows of it, or it was accepted."""
    shop = Shop()
    bank = Through(shop.bank, authorize=always(answer))
    shop.desk = off_by(shop, YEAR, payment=bank)
    shop.place()
    assert state is shop.effect(PAY).state
    assert shop.effect(PAY).created_at > shop.clock() + YEAR - DAY
    shop.desk = shop.another()
    failed = said(shop, DAY)

    assert [PAY] == [each.partition(": ")[0] for each in failed]
    assert S.DONE is shop.effect(PAY).state
    assert 1 == len(shop.bank.effects)


def test_what_was_begun_in_the_future_is_not_sent_again() -> None:
    """Nobody knows whether the provider still remembers its key."""
    able = Capabilities(
        deduplicates=True, window=timedelta(hours=2), looks_up=True
    )
    shop = Shop(capabilities=able)
    bank = Through(shop.bank, authorize=always(Unknown("lost")))
    shop.desk = off_by(shop, YEAR, payment=bank)
    shop.place()
    watched = Through(shop.bank)
    shop.desk = shop.another(payment=watched)
    said(shop, DAY)

    assert ["look_up"] == [name for name, _ in watched.calls[:1]]
    assert [] == watched.named("authorize")
    assert ["outcome_unknown"] == [each.value for each in shop.open_kinds()]


def test_a_clock_that_is_behind_believes_no_look_up_too_early() -> None:
    """It takes a wait for too long; whoever comes next waits by his own.

    The request may still be on its way, where keys act twice.
    """
    shop = Shop(capabilities=LOOKS_UP)
    bank = Through(shop.bank, authorize=always(Unknown("slow")))
    shop.desk = shop.another(payment=bank)
    shop.place()
    due = shop.effect(PAY).due_at
    behind = off_by(shop, -YEAR)
    assert TOLD in str(behind.work().failed)
    watched = Through(shop.bank)
    shop.desk = shop.another(payment=watched)
    shop.rest()

    assert [] == watched.calls
    assert due <= shop.effect(PAY).due_at
    shop.clock.set(shop.effect(PAY).due_at)
    shop.rest()
    assert ["look_up", "authorize"] == [name for name, _ in watched.calls][:2]


def test_one_order_alone_is_left_to_the_workers() -> None:
    """Who performs what one order asks for hears of no other clock."""
    shop = Shop(inline=False)
    shop.place()
    ahead = off_by(shop, YEAR)
    run(ahead.engine.claim(5), ahead.ports)
    run(shop.desk.engine.drive("o1"), shop.desk.ports)

    assert shop.effect(HOLD).due_at > shop.clock() + YEAR - DAY
