"""Work until nothing is due: for tests, and for a job that ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from orderlife.desk.desk import OrderDesk
from orderlife.errors import InvariantError, OverloadedError

__all__ = ["until_idle"]


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
        OverloadedError: the store has no room: what was done stands,
            and it can be gone on with later.
    """
    done = 0
    step = timedelta(seconds=10)
    passed = timedelta()
    for _ in range(rounds):
        result = desk.work()
        done += result.timers + result.effects
        if result.overloaded:
            what = f"after {done} things were done, the store"
            raise OverloadedError(what, 0.0)
        if not result.idle:
            step = timedelta(seconds=10)
            continue
        if advance is None or passed > timedelta(days=365):
            return done
        advance(step)
        passed += step
        step = min(step * 2, timedelta(days=1))
    message = f"no rest after {rounds} rounds of work"
    raise InvariantError(message)
