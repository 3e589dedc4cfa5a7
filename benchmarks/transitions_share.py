"""The share of a whole life that is spent in ``transitions``.

Every step that a life asks of a lifecycle's machine is taken down once.
Then whole lives and those very steps alone are measured in turns.
"""

from __future__ import annotations

import enum
import itertools
from typing import Any, TypeAlias
from unittest import mock

from benchmarks.life import Shop
from benchmarks.measure import Figure, cpu_us, in_turns
from orderlife._kernel.lifecycle import Lifecycle

__all__ = ["measure"]

Asked: TypeAlias = tuple[Lifecycle[Any, Any], str, enum.Enum, enum.Enum]


def measure(*, quick: bool) -> tuple[Figure, ...]:
    """Measure lives and their steps, in turns."""
    rounds, times = (3, 3) if quick else (15, 100)
    asked = steps_of_a_life()
    found = in_turns(
        {
            "life": lambda: _life(times),
            "steps": lambda: cpu_us(lambda: _again(asked), times),
            "table": lambda: cpu_us(lambda: _look_up(asked), times),
        },
        rounds,
    )
    life, steps = found["life"], found["steps"]
    return (
        Figure("steps of a machine in a life", len(asked)),
        Figure("CPU of a step", steps / len(asked), "µs"),
        Figure("CPU of a look-up instead", found["table"] / len(asked), "µs"),
        Figure("CPU of all steps of a life", steps, "µs"),
        Figure("CPU of a life", life, "µs"),
        Figure("share of a life spent in steps", 100 * steps / life, "%"),
    )


def steps_of_a_life() -> list[Asked]:
    """All steps that one life asks of the machines, in their order."""
    asked: list[Asked] = []
    step = Lifecycle.step

    def noted(self: Any, id: str, state: Any, trigger: Any) -> Any:
        asked.append((self, id, state, trigger))
        return step(self, id, state, trigger)

    with mock.patch.object(Lifecycle, "step", noted):
        Shop().live("o")
    return asked


def _life(times: int) -> float:
    shop = Shop()
    numbers = itertools.count()
    return cpu_us(lambda: shop.live(f"o{next(numbers)}"), times)


def _again(asked: list[Asked]) -> None:
    for lifecycle, id, state, trigger in asked:
        lifecycle.step(id, state, trigger)


def _look_up(asked: list[Asked]) -> None:
    for lifecycle, _, state, trigger in asked:
        lifecycle.after(state, trigger)
