"""Workers: perform what is due, after a crash, on a timer, for ever.

A worker needs no coordinator: effects are claimed in the store, and a
claim that ran out is taken over.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from datetime import timedelta

from orderlife.desk import AsyncOrderDesk, OrderDesk
from orderlife.errors import InvariantError
from orderlife.flows import Swept

__all__ = ["run", "run_async", "until_idle"]


def until_idle(
    desk: OrderDesk,
    *,
    advance: Callable[[timedelta], object] | None = None,
    rounds: int = 10_000,
) -> int:
    """Work until nothing is due; give how many things were done.

    Args:
        desk: whose store is worked on.
        advance: moves the desk's clock on, where it is set by hand: an
            idle round then moves it by ever longer steps, up to a year
            in all, so that waits and timers come to pass.
        rounds: after so many, something goes in circles.

    Raises:
        InvariantError: it does not come to rest.
    """
    done = 0
    step = timedelta(seconds=10)
    passed = timedelta()
    for _ in range(rounds):
        swept = desk.work()
        done += swept.timers + swept.effects
        if not swept.idle:
            step = timedelta(seconds=10)
            continue
        if advance is None or passed > timedelta(days=365):
            return done
        advance(step)
        passed += step
        step = min(step * 2, timedelta(days=1))
    message = f"no rest after {rounds} rounds of work"
    raise InvariantError(message)


def run(
    desk: OrderDesk,
    stop: threading.Event,
    *,
    poll: timedelta = timedelta(seconds=1),
    told: Callable[[Swept], object] | None = None,
) -> None:
    """Work until ``stop`` is set; finish the round that is under way.

    Args:
        desk: whose store is worked on.
        stop: set it, from a signal handler for example, to end.
        poll: how long to wait when nothing is due.
        told: is given what each round has done.
    """
    while not stop.is_set():
        swept = desk.work()
        if told is not None:
            told(swept)
        if swept.idle:
            stop.wait(poll.total_seconds())


async def run_async(
    desk: AsyncOrderDesk,
    stop: asyncio.Event,
    *,
    poll: timedelta = timedelta(seconds=1),
    told: Callable[[Swept], object] | None = None,
) -> None:
    """Work until ``stop`` is set; see ``run``."""
    while not stop.is_set():
        swept = await desk.work()
        if told is not None:
            told(swept)
        # Ports that never wait would keep the others from their turn.
        await asyncio.sleep(0)
        if swept.idle:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(poll.total_seconds()):
                    await stop.wait()
