"""Requests that arrive late, or never."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlife.testing.simulation.found import ViolatedError
from orderlife.testing.simulation.processes import (
    LostError,
    Process,
    Slow,
    named,
)

if TYPE_CHECKING:
    from orderlife.testing.simulation.world import World

__all__ = ["arrive", "fall_asleep"]


def arrive(world: World, slow: Slow) -> None:
    """What was sent long ago arrives, and nobody hears the answer."""
    world.slow.remove(slow)
    world.tell("late:", named(slow.call), "arrives")
    try:
        world.made(slow.call, slow.shop)
    except ViolatedError:
        raise
    except Exception as error:  # noqa: BLE001
        world.tell("and fails:", type(error).__name__)


def fall_asleep(world: World, process: Process) -> None:
    """What a process was sending arrives now, or is lost."""
    process.since = None
    call = process.call
    assert call is not None
    process.has_answer = True
    if "timeout" in world.faults and world.choices.below(2):
        world.inject("timeout", call.port, call.method, "never arrives")
        process.answer = LostError("it never arrived")
        return
    try:
        process.answer = world.made(call, process.shop)
    except ViolatedError:
        raise
    except Exception as error:  # noqa: BLE001
        process.answer = error
    world.tell(process.name, named(call), "arrives, and it sleeps")
