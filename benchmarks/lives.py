"""Whole lives a second, on one core: alone, and through a desk.

Alone is ``handle`` with a dictionary as its store, and every intent
answered at once.  The desk is ``OrderDesk.in_memory``: the same life
with its store, its ledger of effects, its clock, and fakes that keep
books of their own.
"""

from __future__ import annotations

import itertools
from datetime import datetime

from benchmarks.life import NOON, POLICY, Shop, whole_life
from benchmarks.measure import Figure, cpu_us, in_turns
from orderlife._kernel.messages import Command
from orderlife.desk.desk import OrderDesk
from orderlife.rooms.order.lifecycle import OrderState
from orderlife.rooms.returns.lifecycle import ReturnState

__all__ = ["measure"]


class Clock:
    """Shows what it was set to."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def measure(*, quick: bool) -> tuple[Figure, ...]:
    """Live many lives both ways, in turns."""
    rounds, times = (3, 3) if quick else (15, 100)
    decisions, events = _one_life()
    found = in_turns(
        {
            "alone": lambda: _alone(times),
            "desk": lambda: _through_a_desk(times),
        },
        rounds,
    )
    alone, desk = found["alone"], found["desk"]
    return (
        Figure("decisions in a life", decisions),
        Figure("events in a life", events),
        Figure("lives a second, handle alone", 1e6 / alone, at_least=2500),
        Figure("CPU of a life, handle alone", alone, "µs", at_most=400),
        Figure("CPU of a decision, handle alone", alone / decisions, "µs"),
        Figure("lives a second, through a desk", 1e6 / desk),
        Figure("CPU of a life, through a desk", desk, "µs"),
        Figure("a desk by handle alone", desk / alone, "times"),
    )


def _one_life() -> tuple[int, int]:
    """Warm up, see that the life is whole, and count its steps."""
    shop = Shop()
    case = shop.live("o")
    assert case.placed.state is OrderState.COMPLETED
    assert [r.state for r in case.returns.values()] == [ReturnState.CLOSED]
    return shop.decisions, case.version


def _alone(times: int) -> float:
    shop = Shop()
    numbers = itertools.count()
    return cpu_us(lambda: shop.live(f"o{next(numbers)}"), times)


def _through_a_desk(times: int) -> float:
    clock = Clock()
    desk = OrderDesk.in_memory(policy=POLICY, clock=clock)
    numbers = itertools.count()

    def live() -> None:
        clock.now = NOON
        for clock.now, message in whole_life(f"o{next(numbers)}"):
            if isinstance(message, Command):
                desk.submit(message)
            else:
                desk.report(message)

    return cpu_us(live, times)
