"""A clock is the application's: it may tell any zone, but a moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orderlife import AsyncOrderDesk, Line, Money, OrderDesk
from orderlife._flow import run
from orderlife.errors import ClockError
from orderlife.opening import find_stores
from orderlife.testing import (
    Clock,
    FakeCarrier,
    FakeGateway,
    FakeNotifier,
    InMemoryInventory,
    async_in_memory_ports,
    in_memory_ports,
)
from orderlife.testing.clock import START
from orderlife_adapters import postgres, sqlite
from orderlife_adapters.inventory_postgres import (
    AsyncPostgresInventory,
    PostgresInventory,
)
from orderlife_adapters.inventory_sqlite import SqliteInventory
from tests.desk.shop import ADDRESS, LOOKS_UP
from tests.zones import BERLIN

MUG = Line(sku="mug", quantity=1, unit_price=Money("1.00", "EUR"))
MIDDLE = datetime(2026, 10, 25, 0, 50, tzinfo=UTC)
"""Ten to three in Berlin, and in an hour so again."""


def naive() -> datetime:
    """What ``datetime.now`` tells."""
    return START.replace(tzinfo=None)


MAKERS: dict[str, Callable[[Path], object]] = {
    "desk": lambda _: OrderDesk(in_memory_ports(clock=Clock()), clock=naive),
    "async desk": lambda _: AsyncOrderDesk(
        async_in_memory_ports(clock=Clock()), clock=naive
    ),
    "in memory": lambda _: OrderDesk.in_memory(clock=naive),
    "async in memory": lambda _: AsyncOrderDesk.in_memory(clock=naive),
    "opened": lambda path: OrderDesk.open(path / "s.db", clock=naive),
    "found": lambda path: find_stores(path / "s.db", clock=naive),
    "sqlite": lambda path: sqlite.open_stores(str(path / "s.db"), clock=naive),
    "postgres": lambda _: postgres.open_stores(
        "postgresql://nobody@127.0.0.1:1/none", clock=naive
    ),
    "sqlite stock": lambda path: SqliteInventory(path / "s.db", clock=naive),
    "postgres stock": lambda _: PostgresInventory(nobody(), clock=naive),
    "async stock": lambda _: AsyncPostgresInventory(nobody(), clock=naive),
    "stock": lambda _: InMemoryInventory({}, naive),
    "gateway": lambda _: FakeGateway(naive),
    "carrier": lambda _: FakeCarrier(naive),
    "notifier": lambda _: FakeNotifier(naive),
    "ports": lambda _: in_memory_ports(clock=naive),
    "async ports": lambda _: async_in_memory_ports(clock=naive),
}


def nobody() -> Any:
    """A pool that is never asked."""
    return object()


@pytest.mark.parametrize("what", MAKERS)
def test_a_naive_clock_is_refused_at_once(what: str, tmp_path: Path) -> None:
    """Before anything is opened, or made."""
    with pytest.raises(ClockError, match="without a time zone"):
        MAKERS[what](tmp_path)

    assert [] == list(tmp_path.iterdir())


def local(clock: Clock) -> Callable[[], datetime]:
    """A clock on a wall in Berlin."""
    return lambda: clock().astimezone(BERLIN)


def placed(clock: Clock, **more: Any) -> OrderDesk:
    """An order that is not paid for, of a shop in Berlin."""
    capabilities = LOOKS_UP
    ports = in_memory_ports(clock=local(clock), capabilities=capabilities)
    desk = OrderDesk(ports, clock=local(clock), inline=False)
    desk.place([MUG], ship_to=ADDRESS, order_id="o1", **more)
    return desk


def test_an_hour_is_an_hour() -> None:
    """Also where the clock on the wall shows it twice."""
    clock = Clock(MIDDLE)
    desk = placed(clock)
    due = desk.get("o1").order.payment_due_at

    assert MIDDLE + timedelta(hours=1) == due
    clock.advance(minutes=59)
    assert desk.work().timers == 0
    clock.advance(minutes=1)
    assert desk.work().timers == 1


def test_a_claim_runs_out_when_it_does() -> None:
    """Two minutes are over after twenty, whatever the wall says."""
    clock = Clock(MIDDLE)
    desk = placed(clock, pay_with="tok_visa")
    desk.work(1)
    (claim,) = run(desk.engine.claim(1), desk.ports)
    assert MIDDLE + timedelta(minutes=2) == claim.until
    clock.advance(minutes=20)
    run(desk.engine.perform(claim.effect, claim.until), desk.ports)

    payment: Any = desk.ports.payment
    assert () == tuple(payment.effects)


class Failing:
    """A clock that is right until it fails."""

    def __init__(self) -> None:
        self.failed = False

    def __call__(self) -> datetime:
        """Tell the time."""
        return naive() if self.failed else START


def test_a_clock_that_goes_wrong_is_told_of() -> None:
    """What it would have dated is not stored."""
    clock = Failing()
    ports = in_memory_ports(clock=Clock())
    desk = OrderDesk(ports, clock=clock)
    clock.failed = True
    with pytest.raises(ClockError):
        desk.place([MUG], ship_to=ADDRESS, order_id="o1")
    with pytest.raises(ClockError):
        desk.work()

    assert ports.store.load("o1") is None


def test_a_fake_whose_clock_goes_wrong_tells_of_it() -> None:
    """It answers nothing of its own making."""
    clock = Failing()
    stock = InMemoryInventory({"mug": 1}, clock)
    clock.failed = True

    with pytest.raises(ClockError):
        stock.receive("mug", "main", 1, "delivery")
