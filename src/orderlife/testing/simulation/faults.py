"""What goes wrong with the calls of a simulated world, and how often."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs

from orderlife.engine.calls import Call
from orderlife.ports.base import Intent
from orderlife.testing.simulation.choices import Choices
from orderlife.testing.simulation.parts import ASIDE, Fault
from orderlife.testing.simulation.processes import Process, named
from orderlife.testing.simulation.shops import Shop

if TYPE_CHECKING:
    from orderlife.testing.simulation.world import World

__all__ = [
    "YEAR",
    "a_year_ahead",
    "fault_of",
    "faults_of_a_world",
    "power_fails",
    "refuse_at_times",
]

YEAR: Final = timedelta(days=365)
_OF_STORE: Final = (
    "crash before",
    "crash after",
    "timeout before",
    "timeout after",
    "full",
)
_OF_PROVIDER: Final = (
    "crash before",
    "crash after",
    "timeout before",
    "timeout after",
    "slow",
)
_WRITES: Final = frozenset(("commit", "claim", "settle", "deny", "postpone"))


def faults_of_a_world(
    choices: Choices, faults: frozenset[Fault]
) -> frozenset[Fault]:
    """Choose the faults of a world: with few kinds, it gets further."""
    names = sorted(faults - ASIDE)
    beside = frozenset(
        name for name in sorted(ASIDE & faults) if choices.aside(2)
    )
    if choices.below(2) == 0:
        return beside.union(names)
    return beside.union(name for name in names if choices.below(2))


def fault_of(world: World, call: Call[Any]) -> str:
    """What goes wrong with a call; empty: nothing."""
    possible = _possible(world, call)
    # A worker makes three calls of its store for each of another.
    rate = world.rate if call.port == "store" else 3 * world.rate
    chosen = world.choices.rarely(len(possible), rate)
    return possible[chosen - 1] if chosen else ""


def _possible(world: World, call: Call[Any]) -> tuple[str, ...]:
    """What can go wrong with a call, in this world."""
    kinds = _OF_STORE if call.port == "store" else _OF_PROVIDER
    return tuple(
        kind
        for kind in kinds
        if kind.partition(" ")[0] in world.faults
        and (kind != "full" or call.method in _WRITES)
        and (kind != "slow" or isinstance(call.argument, Intent))
    )


def refuse_at_times(world: World, shop: Shop, call: Call[Any]) -> None:
    """Have a message refused, at times."""
    if "refused" in world.faults and (how := world.choices.aside(5)) > 2:
        shop.journal.refuse_next(permanent=how > 3)
        world.inject("refused", named(call))


def a_year_ahead(world: World, call: Call[Any]) -> Call[Any]:
    """Change a call, at times, as if its clock were a year ahead."""
    blind = world.able.looks_up and not world.able.deduplicates
    if "year" not in world.faults or blind or world.choices.aside(8) < 7:
        return call
    world.inject("year", named(call))
    wanted: Any = call.argument
    if call.method == "settle":
        ahead = attrs.evolve(wanted, due_at=wanted.due_at + YEAR)
    else:
        latest = wanted.latest and wanted.latest + YEAR
        ahead = attrs.evolve(
            wanted,
            now=wanted.now + YEAR,
            until=wanted.until + YEAR,
            latest=latest,
        )
    return Call(call.port, call.method, ahead)


def power_fails(world: World, process: Process, call: Call[Any]) -> bool:
    """Cut the power at times: all processes die, and the claim is lost."""
    shop = process.shop
    name = getattr(call.argument, "operation_id", "")
    if call.port == "store" or not name or world.choices.aside(12) < 11:
        return False
    store: Any = shop.books.inner
    lost = store.forget(name)
    if not lost:
        return False
    world.inject("forgets", named(call))
    shop.books.forgotten(lost)
    for each in list(world.processes):
        world.restart(each)
    world.advance(timedelta(seconds=31))
    return True
