"""Processes of a shop under load, to be killed at any time.

A nursery forks them: workers, who fold closed orders away, too; a clerk
who takes every step of many orders and begins anew from the first when
he is replaced; and a reader, who consumes the feed.  All of them use the
time of day, a short lease, and a provider elsewhere.
"""

from __future__ import annotations

import gc
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import attrs

from orderlife import OrderDesk, Policy, Ports
from orderlife._kernel.messages import Command
from orderlife.errors import InputError, OrderlifeError
from orderlife.ports.base import Capabilities
from orderlife.rooms.order.messages import FraudJudged
from orderlife.worker import Stop, run
from tests.crash.paths import PATHS, Steps
from tests.crash.provider import Remote
from tests.crash.rig import Database

__all__ = [
    "CONSUMER",
    "LEASE",
    "POLICY",
    "SHOP",
    "Nursery",
    "Soak",
    "alive",
    "now",
    "nursery",
]

SHOP: Final = "soaked"
CONSUMER: Final = "erp"
LEASE: Final = timedelta(seconds=1)
POLICY: Final = Policy(archive_after=timedelta(milliseconds=200))
_NAMES: Final = (
    "delivered",
    "cancelled_when_packed",
    "returned",
    "cancelled_when_confirmed",
)
_LONGEST: Final = 5.0
"""Seconds for which the clerk waits for an order to be folded away."""


def now() -> datetime:
    """The time of day."""
    return datetime.now(UTC)


@attrs.frozen(kw_only=True)
class Soak:
    """What every process of the shop knows."""

    database: Database
    address: tuple[str, int]
    able: Capabilities
    orders: int
    begun: datetime
    folder: Path
    """Where they write down what they have done."""
    first: int = 0
    """The number of the first order."""
    slow: str = ""
    """A call that a worker never comes back from, as port.method."""

    def names(self) -> Iterator[tuple[str, str]]:
        """The orders, and which path each of them takes."""
        for number in range(self.first, self.first + self.orders):
            yield f"o{number}", _NAMES[number % len(_NAMES)]

    def steps(self, order: str, path: str) -> Steps:
        """The steps of an order, the same in every process.

        What is cancelled and folded away is told one thing more: it is
        unfolded, and stays so, as somebody has to look at it.
        """
        steps = PATHS[path].steps_of(order, self.begun)
        if PATHS[path].ends == "cancelled":
            late = FraudJudged(
                order_id=order, fact_id=f"late-{order}", verdict="accept"
            )
            return (*steps, late)
        return steps

    @contextmanager
    def desk(self, clock: Any = now, **more: Any) -> Iterator[OrderDesk]:
        """A desk that leaves its work to workers."""
        remote = Remote(self.address, SHOP, self.able, clock)
        stores = self.database.open(SHOP, clock)
        try:
            ports: dict[str, Any] = {
                "store": stores.orders,
                "inventory": stores.inventory,
                **{
                    name: remote.port(name)
                    for name in ("payment", "carrier", "notifier")
                },
            }
            if self.slow:
                name, _, method = self.slow.partition(".")
                ports[name] = _Stuck(ports[name], method)
            yield OrderDesk(
                Ports(**ports),
                policy=POLICY,
                clock=clock,
                inline=False,
                lease=LEASE,
                **more,
            )
        finally:
            stores.close()

    def work(self) -> None:
        """Be a worker until somebody says no, or kills it."""
        stop = Stop()
        with (
            stop.on_signals(signal.SIGTERM),
            self.desk() as desk,
        ):
            poll = timedelta(milliseconds=20)
            run(desk, stop, concurrency=2, poll=poll)

    def clerk(self) -> None:
        """Take every step of every order, again and again until taken."""
        left = {order: self.steps(order, path) for order, path in self.names()}
        late: dict[str, float] = {}
        with self.desk() as desk:
            while left:
                for order, steps in list(left.items()):
                    if isinstance(steps[0], FraudJudged) and self._waits(
                        late.setdefault(order, time.monotonic()), order
                    ):
                        continue
                    left[order] = rest = self._go_on(desk, order, steps)
                    if not rest:
                        del left[order]
                time.sleep(0.01)

    def _waits(self, since: float, order: str) -> bool:
        """Whether a late fact is too early: it is told what is folded."""
        folded = self.database.is_folded(SHOP, order)
        if folded:
            self.write("folded", order)
        return not folded and time.monotonic() - since < _LONGEST

    def _go_on(self, desk: OrderDesk, order: str, steps: Steps) -> Steps:
        """Take the next step, if it can be taken by now."""
        step = steps[0]
        try:
            if isinstance(step, Command):
                desk.submit(step)
            elif _is_doubtful(desk, order):
                return steps
            else:
                desk.report(step)
        except InputError:
            raise
        except Exception:  # noqa: BLE001
            # Too early, or the database is away: he tries again.
            return steps
        return steps[1:]

    def read(self) -> None:
        """Consume the feed until somebody says no, or kills it."""
        stop = Stop()
        with stop.on_signals(signal.SIGTERM), self.desk() as desk:
            while not stop.is_set():
                self.consume(desk)
                stop.wait(0.02)

    def consume(self, desk: OrderDesk) -> None:
        """Write down what the feed has, as far as it can be read."""
        try:
            for entry in desk.feed.consumer(CONSUMER):
                line = f"{entry.position} {entry.order_id} {entry.version}"
                self.write("read", line)
        except OrderlifeError:
            # The database is away, or another was just killed while it
            # moved the cursor: it begins where the cursor is.
            return

    def write(self, name: str, line: str) -> None:
        """Write a line, of which a death leaves all or nothing."""
        with (self.folder / name).open("ab", buffering=0) as file:
            file.write(f"{line}\n".encode())

    def written(self, name: str) -> list[str]:
        """The lines that were written."""
        file = self.folder / name
        return file.read_text().splitlines() if file.exists() else []


def _is_doubtful(desk: OrderDesk, order: str) -> bool:
    """Whether something is under way: the parcel cannot have moved yet."""
    return any(
        not effect.state.is_over and effect.intent.port != "notifier"
        for effect in desk.effects(order)
    )


class _Stuck:
    """A port with a call that never comes back."""

    def __init__(self, inner: Any, method: str) -> None:
        self._inner = inner
        self._method = method

    def __getattr__(self, name: str) -> Any:
        if name == self._method:
            return lambda _: threading.Event().wait()
        return getattr(self._inner, name)


def _serve(pipe: Connection) -> None:
    """The nursery: fork what it is told to; the dead are buried."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    while True:
        try:
            soak, role = pipe.recv()
        except EOFError:
            return
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                pipe.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                getattr(soak, role)()
                code = 0
            finally:
                os._exit(code)
        pipe.send(pid)


class Nursery:
    """Asks the nursery for processes, and knows them by their pids."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.pids: list[int] = []

    def fork(self, soak: Soak, role: str) -> int:
        """One more process; its pid."""
        self._pipe.send((soak, role))
        pid: int = self._pipe.recv()
        self.pids.append(pid)
        return pid

    def kill(self, pid: int) -> None:
        """Kill one of them with SIGKILL; it may have ended by itself."""
        self.pids.remove(pid)
        if alive(pid):
            os.kill(pid, signal.SIGKILL)


def alive(pid: int) -> bool:
    """Whether a process is still there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def nursery() -> Iterator[Nursery]:
    """Start a nursery; kill it and its children by their pids."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there,))
    process.start()
    there.close()
    found = Nursery(here)
    try:
        yield found
    finally:
        for pid in list(found.pids):
            found.kill(pid)
        here.close()
        process.join(10)
        if process.is_alive():
            process.kill()
            process.join()
        process.close()
