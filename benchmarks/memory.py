"""Memory of an order: open and closed, with and without its history.

All that stays behind of many orders, divided by their number: the case,
its key in the dictionary and, with the history, every recorded event.
An open order is placed, paid and reviewed, and waits to be picked.
"""

from __future__ import annotations

import gc
import itertools
import tracemalloc
from collections.abc import Callable

from benchmarks.life import Shop, whole_life
from benchmarks.measure import Figure

__all__ = ["measure"]

_CONFIRMED = 2
"""So many messages of a life make a confirmed order."""


def measure(*, quick: bool) -> tuple[Figure, ...]:
    """Keep many orders, open and closed."""
    number = 10 if quick else 2000
    open_all, open_case = _kept(_begin, number)
    closed_all, closed_case = _kept(_end, number)
    return (
        Figure("an open order with its history", open_all, "bytes"),
        Figure("an open order alone", open_case, "bytes"),
        Figure(
            "a closed order with its history",
            closed_all,
            "bytes",
            at_most=12_000,
        ),
        Figure("a closed order alone", closed_case, "bytes"),
    )


def _begin(shop: Shop, order_id: str) -> None:
    first = itertools.islice(whole_life(order_id), _CONFIRMED)
    for now, message in first:
        shop.take(message, now)


def _end(shop: Shop, order_id: str) -> None:
    shop.live(order_id)


def _kept(
    live: Callable[[Shop, str], None], number: int
) -> tuple[float, float]:
    """Bytes of an order with its history, and of its case alone."""
    live(Shop(), "warm")
    shop = Shop()
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for n in range(number):
            live(shop, f"order-{n:06}")
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
        shop.histories.clear()
        gc.collect()
        without, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return (after - before) / number, (without - before) / number
