"""Runs schedules, and reports the violations."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any, Final

import attrs

from orderlife.testing.simulation.calm import come_to_rest, judge
from orderlife.testing.simulation.choices import Choices
from orderlife.testing.simulation.found import Found, Tally, ViolatedError
from orderlife.testing.simulation.parts import FAULTS, Fault, Parts
from orderlife.testing.simulation.shrink import shortest
from orderlife.testing.simulation.world import World

__all__ = ["Lived", "Report", "Violation", "live", "simulate"]

_AT_EACH_COMMIT: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9, 19, 20, 21)
_MANY: Final = 10
"""Of violations: further ones are counted and not kept."""


@attrs.frozen(kw_only=True)
class Lived:
    """The result of one schedule."""

    made: tuple[int, ...]
    """The choices: give them to ``live`` to have the same again."""
    tally: Tally
    found: Found | None


@attrs.frozen(kw_only=True)
class Violation:
    """A rule that did not hold, and the choices that show it again."""

    number: int
    what: str
    seed: int
    schedule: int
    """Which schedule of this seed."""
    choices: tuple[int, ...]
    """The plainest choices that lead to it."""
    trace: tuple[str, ...]
    """All that happens then, up to the violation."""

    def to_json(self) -> dict[str, Any]:
        """The violation as one document of plain values."""
        return attrs.asdict(self)


@attrs.frozen(kw_only=True)
class Report:
    """What was injected, checked and found."""

    seed: int
    schedules: int
    seconds: float
    tally: Tally
    violations: tuple[Violation, ...]
    violated: int
    """In how many schedules a rule did not hold."""

    def to_json(self) -> dict[str, Any]:
        """The report as one document of plain values."""
        tally = self.tally
        checked = {str(n): tally.checked[n] for n in sorted(tally.checked)}
        return {
            "seed": self.seed,
            "schedules": self.schedules,
            "orders": tally.orders,
            "events": tally.events,
            "calls": tally.calls,
            "effects": tally.effects,
            "faults_injected": dict(sorted(tally.faults.items())),
            "checked": checked,
            "duplicate_effects": tally.duplicate_effects,
            "lost_effects": tally.lost_effects,
            "oversold_units": tally.oversold_units,
            "stuck_orders": tally.stuck_orders,
            "schedules_violated": self.violated,
            "violations": [found.to_json() for found in self.violations],
            "seconds": round(self.seconds, 3),
            "schedules_per_second": round(
                self.schedules / max(self.seconds, 1e-9), 1
            ),
        }


def live(
    choices: Choices,
    parts: Parts | None = None,
    *,
    faults: Collection[Fault] = FAULTS,
    orders: int = 3,
    workers: int = 3,
    told: Callable[[str], object] | None = None,
) -> Lived:
    """Live one schedule: with faults, then without, to its end.

    Args:
        choices: what happens; see ``Choices``.
        parts: what the shop is made of.
        faults: what may go wrong.
        orders: how many orders there are at most.
        workers: how many workers there are at most.
        told: is given each line of what happens.
    """
    world = World(
        choices,
        parts if parts is not None else Parts(),
        faults=frozenset(faults),
        orders=orders,
        workers=workers,
        told=told,
    )
    found = None
    try:
        world.live()
        come_to_rest(world)
        judge(world)
    except ViolatedError as error:
        found = Found(error.number, error.what)
        if told is not None:
            told(f"VIOLATION {found}")
    tally = world.tally
    tally.orders = sum(len(shop.tasks.orders) for shop in world.shops)
    for number in _AT_EACH_COMMIT:
        # Every one of them was asked of the case that was stored.
        tally.checked[number] += tally.commits
    return Lived(made=tuple(choices.made), tally=world.tally, found=found)


def simulate(
    *,
    orders: int | None = None,
    schedules: int | None = None,
    seed: int = 0,
    first: int = 0,
    parts: Parts | None = None,
    faults: Collection[Fault] = FAULTS,
    most_orders: int = 3,
    workers: int = 3,
    stop_at: int | None = None,
    shrink: int = 400,
    told: Callable[[int], object] | None = None,
) -> Report:
    """Live schedules, until there were as many orders or schedules as asked.

    Args:
        orders: how many orders at least; None: it does not matter.
        schedules: how many schedules; None: as many as it takes.
        seed: the same one makes the same schedules.
        first: the number of the first schedule.
        parts: what each shop is made of.
        faults: what may go wrong.
        most_orders: how many orders one schedule has at most.
        workers: how many workers one schedule has at most.
        stop_at: stop after so many violations; None: never.
        shrink: how many tries to spend on a shorter trace; 0: none.
        told: is given the number of orders after each schedule.

    Returns:
        What was injected, checked and found.
    """
    if orders is None and schedules is None:
        schedules = 100
    one = partial(
        live,
        parts=parts if parts is not None else Parts(),
        faults=faults,
        orders=most_orders,
        workers=workers,
    )
    tally, violated, number = Tally(), 0, first
    kept: list[tuple[int, Lived]] = []
    started = time.perf_counter()
    while (schedules is None or number < first + schedules) and (
        orders is None or tally.orders < orders
    ):
        lived = one(Choices(f"{seed}:{number}"))
        tally.add(lived.tally)
        if lived.found is not None:
            violated += 1
            if len(kept) < _MANY:
                kept.append((number, lived))
            if stop_at is not None and violated >= stop_at:
                number += 1
                break
        number += 1
        if told is not None:
            told(tally.orders)
    return Report(
        seed=seed,
        schedules=number - first,
        seconds=time.perf_counter() - started,
        tally=tally,
        violations=tuple(
            _explained(seed, schedule, lived, one, shrink)
            for schedule, lived in kept
        ),
        violated=violated,
    )


def _explained(
    seed: int,
    schedule: int,
    lived: Lived,
    one: Callable[..., Lived],
    tries: int,
) -> Violation:
    """Find the plainest choices, and tell what happens then."""
    assert lived.found is not None
    number = lived.found.number

    def again(given: Sequence[int]) -> tuple[int, ...] | None:
        found = one(Choices(given=given))
        same = found.found is not None and found.found.number == number
        return found.made if same else None

    made = shortest(lived.made, again, tries)
    trace: list[str] = []
    last = one(Choices(given=made), told=trace.append)
    what = last.found.what if last.found is not None else lived.found.what
    return Violation(
        number=number,
        what=what,
        seed=seed,
        schedule=schedule,
        choices=made,
        trace=tuple(trace),
    )
