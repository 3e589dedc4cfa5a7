"""How many effects worker processes perform a second, on one database.

Orders are placed and left to workers, who begin together and end when
nothing is due.  Each has worked off a few of its own before, so that it
is not measured how a program starts.  Payment, carrier and notifier say
yes at once; the stock lies in the same database, so that nothing but it
is waited for.
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

_WARM: Final = 3
"""How many orders of its own each worker has worked off before: what is
measured is how they work, not how they start."""


def measure(*, quick: bool) -> tuple[Figure, ...]:
    """Have so many processes work off as many orders, turn by turn."""
    rounds, counts = (1, (1, 4)) if quick else (5, (1, 2, 4))
    figures: list[Figure] = []
    for name, made, orders in (
        ("SQLite", _file, 1_200),
        ("PostgreSQL", _server, 100),
    ):
        rates: dict[int, list[float]] = {count: [] for count in counts}
        with made() as where:
            for _ in range(rounds):
                for count, found in rates.items():
                    found.append(_rate(where, count, 4 if quick else orders))
        for count, found in rates.items():
            told = f"{name}, {count} worker{'s' * (count > 1)}"
            aim = 400.0 if (name, count) == ("SQLite", 1) else None
            figures.append(Figure(told, median(found), "a s", at_least=aim))
        figures += (
            Figure(
                f"  {count} by 1, turn by turn",
                median([a / b for a, b in zip(found, rates[1], strict=True)]),
                "times",
                at_least=1 if count == 4 else None,
            )
            for count, found in rates.items()
            if count > 1
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


def _desk(stores: Any, *, inline: bool = False) -> OrderDesk:
    fakes = in_memory_ports(clock=utc_now)
    ports = Ports(
        store=stores.orders,
        payment=fakes.payment,
        carrier=fakes.carrier,
        inventory=stores.inventory,
        notifier=fakes.notifier,
    )
    return OrderDesk(ports, inline=inline)


def _place(desk: OrderDesk) -> None:
    desk.place(
        [Line(sku="mug", quantity=1, unit_price=Money("10.00", "EUR"))],
        ship_to=ADDRESS,
        pay_with="tok_visa",
    )


def _rate(url: str, count: int, orders: int) -> float:
    """Effects a second of so many workers."""
    stores = _stores(url)
    ref = f"{time.monotonic_ns()}"
    stores.inventory.receive("mug", "main", orders + _WARM * count, ref)
    desk = _desk(stores)
    for _ in range(orders):
        _place(desk)
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

    for _ in range(_WARM):
        _place(_desk(stores, inline=True))
    _barriers[0].wait()
    began = ended = time.monotonic()
    run(desk, threading.Event(), told=tell, once=True)
    stores.close()
    return began, ended, done
