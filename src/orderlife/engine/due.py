"""What is due of any order: timers, stock that has come in, what is closed.

A round looks at each order apart: what one of them does keeps no other
from its turn.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import attrs

from orderlife._kernel.messages import Actor, Fact, Timer, TimerFired
from orderlife.engine import calls
from orderlife.engine.calls import Flow
from orderlife.engine.inbox import provider
from orderlife.engine.results import RoundResult, failure
from orderlife.engine.units import Units
from orderlife.errors import (
    CodecError,
    InvariantError,
    NewerDocumentError,
    OverloadedError,
    PortError,
    RoomMissingError,
)
from orderlife.ports.base import Unknown
from orderlife.ports.inventory import Fillable
from orderlife.ports.store import (
    Archive,
    DueTimer,
    FindDueTimers,
    Postpone,
)

__all__ = ["APART", "Due"]

APART: Final = timedelta(hours=1)
"""By how much the clocks of two machines may differ."""
_FOLDED: Final = 20
"""How many closed orders a round folds away: a moment's work."""


@attrs.frozen(kw_only=True)
class Due(Units):
    """Works on what is due, with the settings that all flows share."""

    def fire(self, limit: int = 100) -> Flow[RoundResult]:
        """Fire due timers, and have orders ask for stock that has come in.

        An order whose timer stays due is put off, for growing waits; one
        that cannot be read is reported once.  An overloaded store ends
        it, with ``RoundResult.overloaded``.  A few closed orders are
        folded away at the end, if policy wants that.
        """
        total = yield from self._timers(limit)
        for port, arrived in self.house.arrived.items():
            if self.capabilities[port].queues and not total.overloaded:
                total += yield from self._fill(port, arrived, limit)
        after = self.policy.archive_after
        if after is not None and not total.overloaded:
            try:
                yield from self.archive(after, min(limit, _FOLDED))
            except Exception as error:  # noqa: BLE001
                total += failure(error, "what is closed")
        return total

    def archive(self, after: timedelta, limit: int) -> Flow[int]:
        """Fold closed orders away; give how many.

        Args:
            after: for how long they have been left alone.
            limit: at most so many.
        """
        now = self.clock()
        request = Archive(now=now, closed_before=now - after, limit=limit)
        return len((yield from calls.archive(request)))

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
        """Fire up to ``limit`` due timers; put off those that stay due."""
        total = RoundResult()
        now = self.clock()
        seen: set[tuple[str, Timer, int]] = set()
        passed = 0
        while total.timers < limit and not total.overloaded:
            request = FindDueTimers(
                now=now,
                limit=limit - total.timers + passed,
                latest=now + self.retry.most + APART,
            )
            try:
                due = yield from calls.due_timers(request)
            except OverloadedError as error:
                return total + failure(error)
            # One that was not put off is met once a round.
            new = tuple(each for each in due if _met_as(each) not in seen)
            passed = len(due) - len(new)
            if not new and len(due) < request.limit:
                break
            for found in new:
                seen.add(_met_as(found))
                total += yield from self._fire(found)
        return total

    def _fire(self, found: DueTimer) -> Flow[RoundResult]:
        """Fire a timer; put its order off if it stays due.

        One of a later release, or of a room that this house does not
        have, is not put off: others can fire it.  It is looked at here
        after growing waits.
        """
        order_id = found.order_id
        told = RoundResult()
        if self.stuck.waits(order_id, self.clock()):
            return told
        try:
            fact = TimerFired(order_id=order_id, timer=found.timer)
            receipt = yield from self.submit(fact)
        except (NewerDocumentError, RoomMissingError) as error:
            return self._met(order_id, error)
        except (CodecError, InvariantError) as error:
            told = self._met(order_id, error, put_off=True)
        except Exception as error:  # noqa: BLE001
            told = failure(error, order_id)
        else:
            self.stuck.free(order_id)
            if receipt.last_version > receipt.first_version:
                return RoundResult(timers=1)
        if told.overloaded:
            return told
        try:
            yield from calls.postpone(self._put_off(found))
        except Exception as error:  # noqa: BLE001
            told += failure(error, order_id)
        return told

    def _put_off(self, found: DueTimer) -> Postpone:
        """Until when to put off an order whose timer stays due.

        For as long again as it has been due: so the waits grow, whoever
        fires it.  Its order's next timer is not put off.
        """
        now = self.clock()
        late = max(self.retry.first, now - found.timer.at)
        until = now + min(late, self.retry.most)
        return Postpone(
            order_id=found.order_id,
            version=found.version,
            until=min(until, found.next_at or until),
        )

    def _met(
        self, order_id: str, error: Exception, *, put_off: bool = False
    ) -> RoundResult:
        """The result for an unreadable order; each reason is told once.

        One that the store puts off needs no wait of its own: it would
        outlast that, and keep the order in every round.
        """
        told = failure(error, order_id)
        (why,) = told.failed
        wait = _no_wait if put_off else self.retry.wait
        is_news = self.stuck.met(order_id, why, self.clock(), wait)
        return told if is_news else RoundResult()


def _no_wait(_: int) -> timedelta:
    return timedelta()


def _met_as(found: DueTimer) -> tuple[str, Timer, int]:
    """By what a timer that was fired is known again."""
    return found.order_id, found.timer, found.version
