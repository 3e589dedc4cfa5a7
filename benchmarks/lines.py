"""What ``handle`` costs at 1, 10, 100 and 1,000 lines.

Of a whole life in which one unit of every line comes back, and of the
decision that places the order.  Linear: ten times the lines cost no
more than ten times as much.
"""

from __future__ import annotations

import itertools
from functools import partial

from benchmarks.life import NOON, Shop, form
from benchmarks.measure import Figure, cpu_us, in_turns

__all__ = ["measure"]

_COUNTS = (1, 10, 100, 1000)


def measure(*, quick: bool) -> tuple[Figure, ...]:
    """Live lives of few and of many lines, in turns."""
    rounds = 2 if quick else 7
    counts = _COUNTS[:-1] if quick else _COUNTS
    lives = in_turns({str(n): partial(_life, n) for n in counts}, rounds)
    placed = in_turns({str(n): partial(_place, n) for n in counts}, rounds)
    figures = []
    for what, found in (("a life", lives), ("placing", placed)):
        figures += [
            Figure(f"CPU of {what}, {n:,} lines", found[str(n)], "µs")
            for n in counts
        ]
        figures += [
            Figure(
                f"{what}, {n:,} lines by {few:,}",
                _by(found, few, n),
                "times",
                at_most=10,
            )
            for few, n in itertools.pairwise(counts)
        ]
    return tuple(figures)


def _by(found: dict[str, float], few: int, many: int) -> float:
    return found[str(many)] / found[str(few)]


def _life(lines: int) -> float:
    shop = Shop()
    numbers = itertools.count()
    return cpu_us(
        lambda: shop.live(f"o{next(numbers)}", lines, returned=lines),
        max(1, 100 // lines),
    )


def _place(lines: int) -> float:
    shop = Shop()
    forms = iter([form(f"o{n}", lines) for n in range(max(1, 200 // lines))])
    number = max(1, 200 // lines)
    return cpu_us(lambda: shop.decide(next(forms), NOON), number)
