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
    """Work until nothing is due; give how many timers and effects were done.

    Args:
        desk: the desk to work for.
        advance: moves a clock on that is set by hand: idle rounds then
            move it by growing steps, up to a year in all, so that
            waits end and timers come due.
        rounds: how many rounds to work at most.

    Raises:
        InvariantError: something is still due after these rounds.
        OverloadedError: the store is overloaded; what was done stands,
            and the rest can be done later.
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
