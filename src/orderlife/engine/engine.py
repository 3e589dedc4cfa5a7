"""The engine: what desks and workers do, as flows.

It decides on inputs (``intake``), performs their effects
(``performer``), and works on what is due, of any order.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import attrs

from orderlife._kernel.messages import Actor, Fact, TimerFired
from orderlife._values.times import utc
from orderlife.engine import calls
from orderlife.engine.calls import Flow
from orderlife.engine.inbox import Receipt, provider
from orderlife.engine.performer import Performer
from orderlife.engine.results import RoundResult, failure
from orderlife.engine.retry import Retry
from orderlife.errors import (
    CodecError,
    ConflictError,
    InvariantError,
    OverloadedError,
    PortError,
    UncommittedError,
)
from orderlife.ports.base import Unknown
from orderlife.ports.inventory import Fillable
from orderlife.ports.store import ClaimEffects, Effect, FindDueTimers

__all__ = ["Claim", "Engine", "Receipt", "Retry", "RoundResult", "failure"]

_ROUNDS: Final = 1_000
_APART: Final = timedelta(hours=1)
"""By how much the clocks of two machines may differ."""


@attrs.frozen
class Claim:
    """An effect that this worker may perform until the claim runs out."""

    effect: Effect
    """The effect as it was before the claim."""
    until: datetime = attrs.field(converter=utc)
    far: bool = False
    """True: not claimed, but it was due later than any wait is long, and
    is due at ``until`` now."""


@attrs.frozen(kw_only=True)
class Engine(Performer):
    """The flows of a desk, with the settings that they share."""

    @property
    def longest(self) -> timedelta:
        """The longest wait for any effect."""
        late = (able.settles_after for able in self.capabilities.values())
        retry = self.retry
        return max(self.lease, retry.most, retry.patience, *late)

    def drive(self, order_id: str) -> Flow[int]:
        """Perform an order's effects until none is due.

        An effect that loses too many races, or finds the store
        overloaded, is left to a worker: the input itself is stored.
        So are all effects of an input within a transaction: they are
        performed once it is committed, and never if it is rolled back.
        """
        done = 0
        for _ in range(_ROUNDS):
            try:
                claims = yield from self.claim(1, order_id)
                if not claims:
                    break
                yield from self.perform(claims[0].effect, claims[0].until)
            except (ConflictError, OverloadedError, UncommittedError):
                break  # its claim runs out, and it is in doubt then
            done += 1
        return done

    def claim(
        self, limit: int = 1, order_id: str = ""
    ) -> Flow[tuple[Claim, ...]]:
        """Claim effects that are due, for the time of the lease.

        Without an order id, effects due later than any wait is long are
        given too: a clock was wrong when they were stored.  They are made
        due when a claim of now would run out.

        Args:
            limit: at most so many; no more than are performed at once,
                as a claim runs while its effect waits.
            order_id: of this order only; empty: of any.
        """
        now = self.clock()
        request = ClaimEffects(
            now=now,
            until=now + self.lease,
            owner=self.owner,
            limit=limit,
            order_id=order_id,
            latest=None if order_id else now + self.longest + _APART,
        )
        effects = yield from calls.claim(request)
        return tuple(
            Claim(effect, request.until, far=effect.due_at > now)
            for effect in effects
        )

    def sweep(self, limit: int = 100) -> Flow[RoundResult]:
        """Fire timers and perform effects that are due, of any order.

        A failure does not keep the others from being worked on.  Only an
        overloaded store ends the round, with ``RoundResult.overloaded``
        and what was done until then.
        """
        total = yield from self.fire(limit)
        while total.effects < limit and not total.overloaded:
            try:
                claims = yield from self.claim()
            except OverloadedError as error:
                return total + failure(error)
            if not claims:
                break
            total += yield from self.attempt(claims[0])
        return total

    def attempt(self, claim: Claim) -> Flow[RoundResult]:
        """Perform a claimed effect; the result holds the reason of a failure.

        After a failure its claim runs out, and the effect is in doubt.
        """
        if claim.far:
            return _was_far(claim)
        try:
            yield from self.perform(claim.effect, claim.until)
        except Exception as error:  # noqa: BLE001
            return failure(error, claim.effect.operation_id, effects=1)
        return RoundResult(effects=1)

    def fire(self, limit: int = 100) -> Flow[RoundResult]:
        """Fire due timers, and have orders ask for stock that has come in.

        Timers that stay due are skipped.  An order that cannot be read
        is reported once, and tried again after growing waits.  An
        overloaded store ends it, with ``RoundResult.overloaded``.
        """
        total = yield from self._timers(limit)
        for port, arrived in self.house.arrived.items():
            if self.capabilities[port].queues and not total.overloaded:
                total += yield from self._fill(port, arrived, limit)
        return total

    def _fill(
        self,
        port: str,
        arrived: Callable[[Fillable, Actor], Fact],
        limit: int,
    ) -> Flow[RoundResult]:
        """Report to waiting orders that their stock is there.

        An order that is told twice asks once.  A lost report does no
        harm, as each waiting order asks once a day by itself.
        """
        total = RoundResult()
        try:
            found = yield from calls.fillable(port, limit)
        except OverloadedError as error:
            # The inventory is overloaded, the order store may not be.
            failed = failure(error, "who waits for stock").failed
            return RoundResult(failed=failed)
        except Exception as error:  # noqa: BLE001
            return failure(error, "who waits for stock")
        if isinstance(found, Unknown):
            return total  # its answer was lost: it is asked again
        if not isinstance(found, tuple) or not all(
            isinstance(each, Fillable) for each in found
        ):
            what = f"{type(found).__name__} does not tell"
            return failure(PortError(what), "who waits for stock")
        for each in found:
            if self.stuck.waits(each.order_id, self.clock()):
                continue
            try:
                fact = arrived(each, provider(port))
                receipt = yield from self.submit(fact)
            except (CodecError, InvariantError) as error:
                total += self._met(each.order_id, error)
            except Exception as error:  # noqa: BLE001
                total += failure(error, each.order_id)
            else:
                self.stuck.free(each.order_id)
                moved = receipt.last_version > receipt.first_version
                total += RoundResult(timers=int(moved))
        return total

    def _timers(self, limit: int) -> Flow[RoundResult]:
        """Fire up to ``limit`` due timers; skip those that stay due."""
        total = RoundResult()
        stuck = 0
        while total.timers < limit and not total.overloaded:
            request = FindDueTimers(
                now=self.clock(), limit=limit - total.timers, skip=stuck
            )
            try:
                due = yield from calls.due_timers(request)
            except OverloadedError as error:
                return total + failure(error)
            if not due:
                break
            for found in due:
                if self.stuck.waits(found.order_id, self.clock()):
                    stuck += 1
                    continue
                fact = TimerFired(order_id=found.order_id, timer=found.timer)
                try:
                    receipt = yield from self.submit(fact)
                except (CodecError, InvariantError) as error:
                    total += self._met(found.order_id, error)
                    stuck += 1
                except Exception as error:  # noqa: BLE001
                    total += failure(error, found.order_id)
                    stuck += 1
                else:
                    self.stuck.free(found.order_id)
                    moved = receipt.last_version > receipt.first_version
                    total += RoundResult(timers=int(moved))
                    stuck += not moved
        return total

    def _met(self, order_id: str, error: Exception) -> RoundResult:
        """The result for an unreadable order; each reason is told once."""
        told = failure(error, order_id)
        (why,) = told.failed
        is_news = self.stuck.met(order_id, why, self.clock(), self.retry.wait)
        return told if is_news else RoundResult()


def _was_far(claim: Claim) -> RoundResult:
    """The result for an effect that a wrong clock has made due too late."""
    effect = claim.effect
    why = (
        f"{effect.operation_id}: it was due at {effect.due_at:%Y-%m-%d %H:%M}"
        ", later than any wait there is: a clock was wrong; it is due at "
        f"{claim.until:%Y-%m-%d %H:%M} now"
    )
    return RoundResult(failed=(why,))
