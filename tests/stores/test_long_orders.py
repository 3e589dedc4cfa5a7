"""What a command on a long order writes: as much as on a short one."""

from __future__ import annotations

import itertools

import pytest

from orderlife import Line, Money, OrderDesk, Policy
from orderlife.engine.ports import Ports
from orderlife.memory.clock import Clock
from orderlife.memory.ports import in_memory_ports
from orderlife_adapters._rows import every_at
from orderlife_adapters.sqlite import SqliteOrderStore
from tests.desk.shop import ADDRESS
from tests.stores.sqlite import path, store

__all__ = ["path", "store"]

CENT = Money("0.01", "EUR")
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


@pytest.fixture
def desk(store: SqliteOrderStore) -> OrderDesk:
    """A shop that takes the money at once."""
    clock = Clock()
    fakes = in_memory_ports(clock=clock)
    ports = Ports(
        store=store,
        payment=fakes.payment,
        carrier=fakes.carrier,
        inventory=fakes.inventory,
        notifier=fakes.notifier,
    )
    policy = Policy(capture="confirmation")
    return OrderDesk(ports, policy=policy, clock=clock)


def test_a_refund_writes_as_much_after_any_number_of_them(
    store: SqliteOrderStore, desk: OrderDesk
) -> None:
    """As many statements, and no more bytes than its numbers have digits.

    A snapshot has the whole order; it is stored now and then.
    """
    desk.place(
        [Line(sku="mug", quantity=1, unit_price=Money("90.00", "EUR"))],
        order_id="o1",
        ship_to=ADDRESS,
        pay_with="tok_visa",
    )
    connection = store._connection()
    asked: list[int] = []
    written: list[int] = []
    for _ in range(300):
        texts: list[str] = []
        connection.set_trace_callback(texts.append)
        desk.refund("o1", CENT, reason="late")
        connection.set_trace_callback(None)
        if any("_snapshots" in text for text in texts):
            continue
        asked.append(len(texts))
        writes = [text for text in texts if text.startswith(WRITES)]
        written.append(sum(map(len, writes)))
    assert len(asked) > 150
    assert set(asked[:10]) == set(asked)
    assert max(written) < min(written) * 1.05


@pytest.mark.parametrize(
    ("version", "every"),
    [(1, 16), (255, 16), (511, 16), (512, 32), (1_024, 64), (4_095, 128)],
)
def test_snapshots_of_a_long_order_are_seldom(
    version: int, every: int
) -> None:
    """What they cost an event does not grow with them."""
    assert every_at(version) == every


def test_all_snapshots_of_an_order_are_a_few_times_its_size() -> None:
    """However long it becomes, and on PostgreSQL as well."""
    sizes = [
        version
        for version in range(1, 20_000)
        if version // every_at(version) > (version - 1) // every_at(version)
    ]
    assert len(sizes) < 400
    assert sum(sizes) < 32 * 20_000
    gaps = [later - sooner for sooner, later in itertools.pairwise(sizes)]
    assert all(
        gap <= max(16, later // 16)
        for gap, later in zip(gaps, sizes[1:], strict=True)
    )
