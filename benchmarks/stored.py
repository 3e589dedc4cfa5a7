"""What a life costs beside 1,000, 10,000 and 100,000 stored orders.

Through a desk over the store in memory.  Flat: the number of orders
makes no difference.
"""

from __future__ import annotations

import itertools
from functools import partial

from benchmarks.life import NOON, POLICY, form, whole_life
from benchmarks.lives import Clock
from benchmarks.measure import Figure, cpu_us, in_turns
from orderlife._kernel.messages import Command
from orderlife.desk.desk import OrderDesk

__all__ = ["measure"]


def measure(*, quick: bool) -> tuple[Figure, ...]:
    """Fill stores, and live lives beside what they hold."""
    counts = (10, 100) if quick else (1_000, 10_000, 100_000)
    rounds, times = (2, 2) if quick else (9, 20)
    shops = {str(count): _Filled(count) for count in counts}
    found = in_turns(
        {name: partial(shop.lives, times) for name, shop in shops.items()},
        rounds,
    )
    few, many = counts[0], counts[-1]
    return (
        *(
            Figure(f"CPU of a life beside {n:,} orders", found[str(n)], "µs")
            for n in counts
        ),
        Figure(
            f"beside {many:,} by beside {few:,}",
            found[str(many)] / found[str(few)],
            "times",
            at_most=1.1,
        ),
    )


class _Filled:
    """A desk whose store holds so many open orders of one line."""

    def __init__(self, count: int) -> None:
        self._clock = Clock()
        self._desk = OrderDesk.in_memory(policy=POLICY, clock=self._clock)
        self._numbers = itertools.count()
        for number in range(count):
            self._desk.receipt(form(f"old-{number:06}", lines=1))

    def lives(self, times: int) -> float:
        """CPU of one of so many whole lives."""
        return cpu_us(self._live, times)

    def _live(self) -> None:
        self._clock.now = NOON
        order_id = f"new-{next(self._numbers):06}"
        for self._clock.now, message in whole_life(order_id):
            if isinstance(message, Command):
                self._desk.submit(message)
            else:
                self._desk.report(message)
