"""The worker of a sync desk: one thread claims, others perform."""

from __future__ import annotations

import queue
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from orderlife.desk.desk import OrderDesk
from orderlife.engine.calls import run as drive
from orderlife.engine.hand import Claim
from orderlife.engine.ports import in_background
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

    No failure of one order ends it, and neither does a store that is
    overloaded or away: then it waits, longer each time, up to
    ``BACK_OFF``, and reports it in ``RoundResult.failed``.

    Args:
        desk: the desk to work for.
        stop: set it, from another thread, to end; from a signal
            handler, use a ``Stop``.
        concurrency: how many effects are performed at once, each in a
            thread; 1: in this one.
        poll: how long to wait when nothing is due.
        told: is given the result of each round.
        once: end as soon as nothing is due, or can be done.

    An exception that ends the process, such as ``KeyboardInterrupt``, is
    raised, also from another thread, once the others have finished: the
    claim of its effect runs out, and a worker finds out the outcome.

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
    """Claims effects, has them performed, and collects the results.

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
        self._batch = desk.engine.batch()
        self._ended = queue.SimpleQueue[RoundResult]()
        self._pool: ThreadPoolExecutor | None = None
        if concurrency > 1:
            self._pool = ThreadPoolExecutor(concurrency, "orderlife-worker")
        self.under_way = 0
        self._broken: BaseException | None = None
        self._finishing = False

    def check(self) -> None:
        """Raise an error of another thread that must not be kept there.

        Raises:
            BaseException: the error.
        """
        if self._broken is not None:
            raise self._broken

    def round(self) -> RoundResult:
        """Fire timers, begin due effects; give the result since last time."""
        total = RoundResult()
        begun = 0
        try:
            with in_background(self._ports):
                total += drive(self._engine.fire(LIMIT), self._ports)
            while begun < LIMIT and not total.overloaded:
                began = self._engine.clock()
                claims = self._claim()
                for of_one in self._engine.by_order(claims):
                    self._begin(of_one)
                self._batch.took(self._engine.clock() - began)
                ended = self._collect()
                begun += max(len(claims), ended.effects)
                total += ended
                if not claims:
                    break
        except Exception as error:  # noqa: BLE001
            total += could_not(error)
        return total

    def _claim(self) -> tuple[Claim, ...]:
        """Claim as many effects as can begin at once, as claims run out.

        Without other threads, a few that are performed one by one.
        """
        free = self._concurrency - self.under_way
        if self._ends or not free:
            return ()
        wanted = free if self._pool is not None else self._batch.size
        with in_background(self._ports):
            return drive(self._engine.claim(wanted), self._ports)

    @property
    def _ends(self) -> bool:
        ends = self._finishing or self._broken is not None
        return ends or self._stop.is_set()

    def _begin(self, claims: tuple[Claim, ...]) -> None:
        """Perform effects of one order, or have them performed."""
        self.under_way += 1
        if self._pool is None:
            self._perform(claims)
        else:
            self._pool.submit(self._perform, claims)

    def _perform(self, claims: tuple[Claim, ...]) -> None:
        """Perform effects; what is left at the end is given back."""
        try:
            did = self._engine.attempt(*claims, more=self._goes_on)
            with in_background(self._ports):
                result = drive(did, self._ports)
        except BaseException as error:  # noqa: BLE001
            # A thread's error would be lost: ``check`` raises it.
            self._broken = error
            result = failure(error, claims[0].effect.intent.order_id)
        self._ended.put(result)

    def _goes_on(self, _: int) -> bool:
        return not self._ends

    def _collect(self) -> RoundResult:
        """The result of effects that have ended; waits if no thread is free.

        It waits for ``poll`` at most, as timers may come due meanwhile.
        """
        total = RoundResult()
        while self.under_way:
            full = self.under_way >= self._concurrency
            try:
                total += self._ended.get(full, self._patience)
            except queue.Empty:
                break
            self.under_way -= 1
        return total

    def rest(self, result: RoundResult, pace: Pace) -> None:
        """Wait for an overloaded store, an effect's end, or the next poll."""
        if result.overloaded:
            self._stop.wait(pace.strained())
        elif self.under_way:
            try:
                # An effect that ends makes room, and may lead to others.
                ended = self._ended.get(timeout=pace.idle())
            except queue.Empty:
                return
            self._ended.put(ended)
        elif result.idle:
            self._stop.wait(pace.idle())

    def finish(self) -> RoundResult:
        """Wait until all effects under way have ended."""
        self._finishing = True
        if self._pool is not None:
            self._pool.shutdown(wait=True)
        total = RoundResult()
        for _ in range(self.under_way):
            total += self._ended.get()
        return total
