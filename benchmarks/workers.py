"""How many effects worker processes perform a second, on one database.

Orders are placed and left to workers, who begin together and end when
nothing is due.  Payment, carrier and notifier say yes at once; the
stock lies in the same database, so that nothing but it is waited for.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any, Final

from benchmarks.measure import Figure, median
from orderlife._values.money import Money
from orderlife.desk.desk import OrderDesk
from orderlife.desk.settings import utc_now
from orderlife.engine.ports import Ports
from orderlife.engine.results import RoundResult
from orderlife.memory.ports import in_memory_ports
from orderlife.rooms.order.model import Line
from orderlife.worker import run
from orderlife_adapters import postgres, sqlite
from tests.desk.shop import ADDRESS

__all__ = ["measure"]

_COUNTS: Final = (1, 2, 4)


def measure(*, quick: bool) -> tuple[Figure, ...]:
    """Have so many processes work off the same orders."""
    rounds, orders = (1, 2) if quick else (3, 80)
    few = (1, 4) if quick else _COUNTS
    figures: list[Figure] = []
    for name, made in (("SQLite", _file), ("PostgreSQL", _server)):
        with made() as where:
            rates = {
                count: median(
                    [_rate(where, count, orders) for _ in range(rounds)]
                )
                for count in few
            }
        for count, rate in rates.items():
            told = f"{name}, {count} worker{'s' * (count > 1)}"
            aim = 400.0 if (name, count) == ("SQLite", 1) else None
            figures.append(Figure(told, rate, "a s", at_least=aim))
        figures.append(
            Figure("  4 by 1", rates[4] / rates[1], "times", at_least=1)
        )
    return tuple(figures)


@contextmanager
def _file() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="orderlife-bench-") as folder:
        yield f"sqlite:///{Path(folder, 'shop.db')}"


@contextmanager
def _server() -> Iterator[str]:
    url = os.environ.get("ORDERLIFE_TEST_POSTGRES")
    if url is not None:
        yield url
        return
    from tests.postgres import make_server

    server = make_server(durable=True)
    try:
        yield server.url
    finally:
        server.remove()


def _stores(url: str) -> Any:
    made: Any = sqlite if url.startswith("sqlite") else postgres
    return made.open_stores(url, clock=utc_now)


def _desk(stores: Any) -> OrderDesk:
    fakes = in_memory_ports(clock=utc_now)
    ports = Ports(
        store=stores.orders,
        payment=fakes.payment,
        carrier=fakes.carrier,
        inventory=stores.inventory,
        notifier=fakes.notifier,
    )
    return OrderDesk(ports, inline=False)


def _rate(url: str, count: int, orders: int) -> float:
    """Effects a second of so many workers."""
    stores = _stores(url)
    stores.inventory.receive("mug", "main", orders, f"{time.monotonic_ns()}")
    desk = _desk(stores)
    price = Money("10.00", "EUR")
    for _ in range(orders):
        desk.place(
            [Line(sku="mug", quantity=1, unit_price=price)],
            ship_to=ADDRESS,
            pay_with="tok_visa",
        )
    stores.close()
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(count)
    with context.Pool(count, _start, (barrier,)) as pool:
        spans = pool.map(_work, [url] * count, chunksize=1)
    began, ended = min(s[0] for s in spans), max(s[1] for s in spans)
    return sum(span[2] for span in spans) / (ended - began)


_barriers: list[Barrier] = []


def _start(barrier: Barrier) -> None:
    _barriers.append(barrier)


def _work(url: str) -> tuple[float, float, int]:
    """From when to when a worker performed effects, and how many."""
    stores = _stores(url)
    desk = _desk(stores)
    done, ended = 0, 0.0

    def tell(result: RoundResult) -> None:
        nonlocal done, ended
        assert not result.failed or result.overloaded, result.failed
        if result.effects:
            done, ended = done + result.effects, time.monotonic()

    _barriers[0].wait()
    began = ended = time.monotonic()
    run(desk, threading.Event(), told=tell, once=True)
    stores.close()
    return began, ended, done
