"""The worker of an async desk: one task claims, others perform."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import timedelta

from orderlife.desk.async_desk import AsyncOrderDesk
from orderlife.engine.calls import arun as drive
from orderlife.engine.hand import Claim
from orderlife.engine.results import RoundResult, failure
from orderlife.worker._pace import LIMIT, Pace, checked, could_not

__all__ = ["run_async"]


async def run_async(
    desk: AsyncOrderDesk,
    stop: asyncio.Event,
    *,
    concurrency: int = 1,
    poll: timedelta = timedelta(seconds=1),
    told: Callable[[RoundResult], object] | None = None,
    once: bool = False,
) -> None:
    """Work until ``stop`` is set; see ``run``.

    If it is cancelled, the effects under way are abandoned: their claims
    run out, and another worker finds out their outcomes.  A
    ``CancelledError`` of an adapter ends the worker as well.
    """
    pace = Pace(poll)
    tell = told or (lambda _: None)
    broken: BaseException | None = None
    concurrency = checked(concurrency)
    async with asyncio.TaskGroup() as group:
        pump = _Pump(desk, stop, concurrency, poll, group)
        try:
            while not stop.is_set():
                result = await pump.round()
                if not result.overloaded:
                    pace.eased()
                if not pump.under_way or result != RoundResult():
                    tell(result)
                if (broken := pump.broken) is not None:
                    break
                if once and result.idle and not pump.under_way:
                    break
                # Ports that never wait would keep others from their turn.
                await asyncio.sleep(0)
                await pump.rest(result, pace)
        except Exception as error:  # noqa: BLE001
            # What is under way ends; and a group would wrap the error.
            pump.broken = broken = error
    last = pump.ended()
    if last != RoundResult():
        tell(last)
    if broken is not None:
        raise broken


class _Pump:
    """Claims no more effects than it begins at once; collects results."""

    def __init__(
        self,
        desk: AsyncOrderDesk,
        stop: asyncio.Event,
        concurrency: int,
        poll: timedelta,
        group: asyncio.TaskGroup,
    ) -> None:
        self._engine = desk.engine
        self._ports = desk.ports
        self._stop = stop
        self._concurrency = concurrency
        self._patience = poll.total_seconds()
        self._group = group
        self._tasks: set[asyncio.Task[None]] = set()
        self._total = RoundResult()
        self.broken: BaseException | None = None
        """An error in a task that must be raised."""

    @property
    def under_way(self) -> int:
        """How many effects are being performed."""
        return len(self._tasks)

    async def round(self) -> RoundResult:
        """Fire timers, begin due effects; give the result since last time."""
        total = RoundResult()
        begun = 0
        try:
            total += await drive(self._engine.fire(LIMIT), self._ports)
            while begun < LIMIT and not total.overloaded:
                claims = await self._claim()
                for of_one in self._engine.by_order(claims):
                    self._begin(of_one)
                if not claims:
                    break
                if len(self._tasks) == self._concurrency:
                    # Not for long: timers may come due meanwhile.
                    await self._one(self._patience)
                ended = self.ended()
                begun += max(len(claims), ended.effects)
                total += ended
        except Exception as error:  # noqa: BLE001
            total += could_not(error)
        return total + self.ended()

    async def _claim(self) -> tuple[Claim, ...]:
        free = self._concurrency - self.under_way
        if self._stop.is_set() or self.broken is not None or not free:
            return ()
        return await drive(self._engine.claim(free), self._ports)

    def _begin(self, claims: tuple[Claim, ...]) -> None:
        task = self._group.create_task(self._perform(claims))
        self._tasks.add(task)

    async def _perform(self, claims: tuple[Claim, ...]) -> None:
        """Perform effects; what is left at the end is given back."""
        try:
            did = self._engine.attempt(*claims, more=self._goes_on)
            result = await drive(did, self._ports)
        except BaseException as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            # Neither the loop nor the group would raise it unchanged.
            self.broken = error
            result = failure(error, claims[0].effect.intent.order_id)
        self._total += result

    def _goes_on(self, _: int) -> bool:
        return not self._stop.is_set() and self.broken is None

    async def _one(self, timeout: float) -> None:  # noqa: ASYNC109
        """Wait until one task has ended."""
        first = asyncio.FIRST_COMPLETED
        await asyncio.wait(self._tasks, timeout=timeout, return_when=first)

    def ended(self) -> RoundResult:
        """The result of the tasks that have ended since the last call."""
        self._tasks = {task for task in self._tasks if not task.done()}
        total, self._total = self._total, RoundResult()
        return total

    async def rest(self, result: RoundResult, pace: Pace) -> None:
        """Wait for an overloaded store, an effect's end, or the next poll."""
        if result.overloaded:
            await self._wait(pace.strained())
        elif self._tasks:
            await self._one(pace.idle())
        elif result.idle:
            await self._wait(pace.idle())

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stop.wait()
