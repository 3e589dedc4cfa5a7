"""The worker of a sync desk: one thread asks, others perform."""

from __future__ import annotations

import queue
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from orderlife.desk.desk import OrderDesk
from orderlife.engine.calls import run as drive
from orderlife.engine.engine import Claim
from orderlife.engine.results import RoundResult, failure
from orderlife.worker._pace import LIMIT, Pace, checked, could_not
from orderlife.worker._stop import Stopping

__all__ = ["run"]


def run(
    desk: OrderDesk,
    stop: Stopping,
    *,
    concurrency: int = 1,
    poll: timedelta = timedelta(seconds=1),
    told: Callable[[RoundResult], object] | None = None,
    once: bool = False,
) -> None:
    """Work until ``stop`` is set; finish what is under way.

    Nothing that happens to one order ends it, and neither does a store
    that has no room or is away: it waits, longer each time, up to
    ``BACK_OFF``, and says so in ``RoundResult.failed``.

    Args:
        desk: whose store is worked on.
        stop: set it, from another thread, to end; from a signal
            handler, use a ``Stop``.
        concurrency: how many effects are performed at once, each in a
            thread; 1: in this one.
        poll: how long to wait when nothing is due.
        told: is given what each round has done.
        once: end as soon as nothing is due, or can be done.

    What ends a process, such as ``KeyboardInterrupt``, goes on up, also
    out of another thread, once the others have finished: the claim of
    what was under way runs out, and others find out what became of it.

    Raises:
        InputError: the concurrency is less than 1.
        StoreVersionError: the tables are of another release.
    """
    pump = _Pump(desk, stop, checked(concurrency), poll)
    pace = Pace(poll)
    tell = told or (lambda _: None)
    try:
        while not stop.is_set():
            result = pump.round()
            if not result.overloaded:
                pace.eased()
            if pump.under_way == 0 or result != RoundResult():
                tell(result)
            pump.check()
            if once and result.idle and pump.under_way == 0:
                break
            pump.rest(result, pace)
    finally:
        last = pump.finish()
        if last != RoundResult():
            tell(last)


class _Pump:
    """Claims no more than it begins at once, and collects what ends.

    All its methods are called by one thread; effects are performed in
    others, which only put what they did into a queue.
    """

    def __init__(
        self,
        desk: OrderDesk,
        stop: Stopping,
        concurrency: int,
        poll: timedelta,
    ) -> None:
        self._engine = desk.engine
        self._ports = desk.ports
        self._stop = stop
        self._concurrency = concurrency
        self._patience = poll.total_seconds()
        self._ended = queue.SimpleQueue[RoundResult]()
        self._pool: ThreadPoolExecutor | None = None
        if concurrency > 1:
            self._pool = ThreadPoolExecutor(concurrency, "orderlife-worker")
        self.under_way = 0
        self._broken: BaseException | None = None

    def check(self) -> None:
        """See that nothing has come up that no thread may keep.

        Raises:
            BaseException: what has.
        """
        if self._broken is not None:
            raise self._broken

    def round(self) -> RoundResult:
        """Fire timers, begin what is due; say what has ended since."""
        total = RoundResult()
        begun = 0
        try:
            total += drive(self._engine.fire(LIMIT), self._ports)
            while begun < LIMIT and not total.overloaded:
                claims = self._claim()
                for claim in claims:
                    self._begin(claim)
                begun += len(claims)
                total += self._collect()
                if not claims:
                    break
        except Exception as error:  # noqa: BLE001
            total += could_not(error)
        return total

    def _claim(self) -> tuple[Claim, ...]:
        """As many as are begun at once: a claim runs while it waits."""
        free = self._concurrency - self.under_way
        if self._stop.is_set() or self._broken is not None or not free:
            return ()
        return drive(self._engine.claim(free), self._ports)

    def _begin(self, claim: Claim) -> None:
        self.under_way += 1
        if self._pool is None:
            self._perform(claim)
        else:
            self._pool.submit(self._perform, claim)

    def _perform(self, claim: Claim) -> None:
        try:
            result = drive(self._engine.attempt(claim), self._ports)
        except BaseException as error:  # noqa: BLE001
            # Nobody asks what became of a thread: ``check`` raises it.
            self._broken = error
            result = failure(error, claim.effect.operation_id)
        self._ended.put(result)

    def _collect(self) -> RoundResult:
        """What has ended; with no thread free, wait for one.

        But not for long: timers may come due meanwhile.
        """
        total = RoundResult()
        while self.under_way:
            full = self.under_way == self._concurrency
            try:
                total += self._ended.get(full, self._patience)
            except queue.Empty:
                break
            self.under_way -= 1
        return total

    def rest(self, result: RoundResult, pace: Pace) -> None:
        """Wait for the store to have room, an end, or the next poll."""
        if result.overloaded:
            self._stop.wait(pace.strained())
        elif self.under_way:
            try:
                # What ends makes room, and asks for what comes next.
                ended = self._ended.get(timeout=pace.idle())
            except queue.Empty:
                return
            self._ended.put(ended)
        elif result.idle:
            self._stop.wait(pace.idle())

    def finish(self) -> RoundResult:
        """Wait until all has ended that is under way."""
        if self._pool is not None:
            self._pool.shutdown(wait=True)
        total = RoundResult()
        for _ in range(self.under_way):
            total += self._ended.get()
        return total
