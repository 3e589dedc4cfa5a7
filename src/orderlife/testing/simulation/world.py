"""A simulated world: its shops, their processes, and the faults.

Every process is a generator of calls, so the world decides which process
makes the next call, and what becomes of it.  There is no thread and no
real time: the same choices always give the same world.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import attrs

from orderlife._kernel.case import Case
from orderlife.engine.calls import Call, Flow
from orderlife.engine.durability import Memory
from orderlife.errors import OverloadedError
from orderlife.memory.clock import Clock
from orderlife.policy.model import Policy
from orderlife.ports.base import Unknown
from orderlife.ports.store import OrderStore
from orderlife.testing.simulation.choices import Choices
from orderlife.testing.simulation.faults import (
    YEAR,
    a_year_ahead,
    fault_of,
    faults_of_a_world,
    power_fails,
    refuse_at_times,
)
from orderlife.testing.simulation.found import Tally, ViolatedError
from orderlife.testing.simulation.lateness import arrive, fall_asleep
from orderlife.testing.simulation.outside import act_outside, report_everything
from orderlife.testing.simulation.parts import Fault, Parts
from orderlife.testing.simulation.processes import (
    EXPECTED,
    LostError,
    Process,
    Slow,
    named,
    short,
)
from orderlife.testing.simulation.shops import Shop

__all__ = ["World"]

_SKEW: Final = timedelta(seconds=2)
"""By how much the clocks of two processes differ, to either side."""
_ON_ITS_WAY: Final = timedelta(seconds=24)
"""How long a request may be on its way: adapters say that they settle
after 30 seconds, and the clocks differ."""
_SECOND: Final = timedelta(seconds=1)
_HOUR: Final = timedelta(hours=1)
_STEPS: Final = (
    _SECOND,
    _SECOND,
    7 * _SECOND,
    7 * _SECOND,
    25 * _SECOND,
    130 * _SECOND,
    timedelta(minutes=31),
    3 * _HOUR,
)
_JUMPS: Final = (26 * _HOUR, timedelta(days=8))
_BURSTS: Final = (1_000, 1, 2, 4, 8)
_RATES: Final = (0.02, 0.06, 0.2)
_DESKS: Final = 2
_SLEEPY: Final = 0.15
_READS: Final = frozenset(("load", "people", "answer", "due_timers"))


class World:
    """A shop whose course the choices decide.

    Args:
        choices: what happens.
        parts: what the shop is made of.
        faults: what may go wrong.
        orders: how many orders there may be at most.
        workers: how many workers there are at most.
        told: is given each line of what happens; None: nobody reads.
    """

    def __init__(
        self,
        choices: Choices,
        parts: Parts,
        *,
        faults: frozenset[Fault],
        orders: int = 3,
        workers: int = 3,
        told: Callable[[str], object] | None = None,
    ) -> None:
        self.choices = choices
        self.parts = parts
        self.tally = Tally()
        self.told = told
        self.clock = Clock()
        self.faults = faults_of_a_world(choices, faults)
        self.ahead = YEAR if "year" in self.faults else timedelta()
        """By how much what is due may be too late, until that is seen."""
        self.rate = choices.one(_RATES)
        self.able = choices.one(parts.capabilities)
        policy = self._captured(choices.one(parts.policies))
        room = 1 + choices.below(orders)
        units = choices.one((6, 3, 2, 1))
        store = parts.store()
        shop = Shop(self, "shop", store, policy, room=room, units=units)
        self.shops = [shop]
        if choices.below(2):
            report_everything(shop)
        able = self.able.looks_up or self.able.deduplicates
        self.forgets = (
            "forgets" in self.faults and able and hasattr(store, "forget")
        )
        """Whether the store may forget its last moments."""
        self._power(store)
        self.slow: list[Slow] = []
        self._started = 0
        workers = 1 + choices.below(workers)
        self.processes = [
            *(self._process(f"desk{n + 1}", shop) for n in range(_DESKS)),
            *(self._process(f"worker{n + 1}", shop) for n in range(workers)),
        ]
        if "fork" in self.faults and choices.aside(3) == 1:
            self._fork(self.processes[-1])
        self.strangers = choices.aside(2) == 1
        """Whether somebody asks for what is not theirs to ask."""
        if choices.aside(5) == 1:
            beside = parts.neighbour(store)
            if beside is not None:
                self._let_in(beside, policy, units)

    def _captured(self, policy: Policy) -> Policy:
        """Have the gateway capture once, in some worlds; policy chooses."""
        if self.able.captures_in_parts and self.choices.aside(3) == 1:
            self.able = attrs.evolve(self.able, captures_in_parts=False)
        if self.choices.aside(2) == 1:
            return attrs.evolve(policy, single_capture="secure_rest")
        return policy

    def _power(self, store: OrderStore[Case]) -> None:
        """Have a store say that it may forget, where it does."""
        if self.forgets:
            store.may_forget = True  # type: ignore[misc]

    def _let_in(
        self, store: OrderStore[Case], policy: Policy, units: int
    ) -> None:
        """Another tenant of the same store lives at the same time."""
        self._power(store)
        room = 1 + self.choices.aside(2)
        shop = Shop(
            self,
            "neighbour",
            store,
            policy,
            room=room,
            units=units,
            others=self.shops,
        )
        self.shops.append(shop)
        for name in ("desk of the neighbour", "worker of the neighbour"):
            self.processes.append(self._process(name, shop))

    def _process(self, name: str, shop: Shop) -> Process:
        """Start a process, under an owner's name that is new."""
        self._started += 1
        process: Process
        skew = timedelta()
        if "clock" in self.faults:
            skew = self.choices.one((timedelta(), -_SKEW, _SKEW))
        # A clock is read as it is now: it is set right at times.
        engine = self.parts.engine(
            lambda: self.clock() + process.skew,
            shop.policy,
            f"{name}.{self._started}",
            shop.journal.capabilities,
        )
        memory = Memory(shop.books.inner, shop.journal.capabilities)
        process = Process(
            name=name,
            shop=shop,
            engine=attrs.evolve(engine, memory=memory),
            skew=skew,
            awaits=self.choices.aside(8) == 1,
        )
        return process

    def _fork(self, process: Process) -> None:
        """Start a process under the owner's name of another."""
        self.inject("fork", process.name)
        child = Process(
            name=f"{process.name} forked",
            shop=process.shop,
            engine=process.engine,
            skew=process.skew,
        )
        self.processes.append(child)

    def tell(self, *words: object) -> None:
        """Tell what happens, if anybody reads it."""
        if self.told is not None:
            when = f"{self.clock():%d.%H:%M:%S}"
            self.told(" ".join((when, *map(str, words))))

    def inject(self, kind: Fault, *words: object) -> None:
        """Count a fault, and tell of it."""
        self.tally.faults[kind] += 1
        self.tell("FAULT", kind, *words)

    # Time and the outside

    def live(self) -> None:
        """Live for some steps, with everything that may go wrong."""
        for _ in range(self.choices.one((80, 30, 160))):
            if not self._step():
                break
        for process in self.processes:
            # Who is under way finishes, or is gone.
            killed = "crash" in self.faults and self.choices.below(2)
            if process.flow is not None and killed:
                self._dies(process)
            while process.flow is not None:
                self._go_on(process, safe=True)
        while self.slow:
            arrive(self, self.slow[0])

    def _step(self) -> bool:
        """Have somebody do something; False: nobody does any more."""
        number = len(self.processes)
        which = self.choices.upto(number + _DESKS + 3) - 1
        if which < 0:
            return False
        if which < number + _DESKS:
            # There is more to do for desks than for workers.
            self._burst(which if which < number else which - number)
        elif which == number + _DESKS:
            self._time_passes()
        else:
            act_outside(self)
        return True

    def _burst(self, which: int) -> None:
        """A process makes some calls, and at times falls asleep then."""
        process = self.processes[which]
        if process.asleep:
            process.asleep -= 1
            return
        for _ in range(self.choices.one(_BURSTS)):
            self._go_on(process)
            process = self.processes[which]
            if process.flow is None:
                return
        if "lease" in self.faults and self.choices.rarely(1, _SLEEPY):
            process.asleep = 3
            step = self.parts.lease + 10 * _SECOND
            self.inject("lease", process.name, "sleeps for", step)
            self.advance(step)

    def _time_passes(self) -> None:
        step = self.choices.one(_STEPS)
        if "clock" in self.faults and (
            jump := self.choices.rarely(len(_JUMPS), self.rate)
        ):
            step = _JUMPS[jump - 1]
        busy = any(process.flow is not None for process in self.processes)
        if busy and step > self.parts.lease:
            if "lease" not in self.faults:
                step = _SECOND
            else:
                self.inject("lease", f"everybody sleeps for {step}")
        elif step in _JUMPS:
            self.inject("clock", f"the clock jumps ahead by {step}")
        self.advance(step)

    def advance(self, step: timedelta) -> None:
        """Let time pass: what is on its way arrives, or never will."""
        end = self.clock() + step
        for slow in list(self.slow):
            latest = slow.since + _ON_ITS_WAY
            if latest < end:
                if latest > self.clock():
                    self.clock.set(latest)
                arrive(self, slow)
        for process in self.processes:
            since = process.since
            if since is not None and since + _ON_ITS_WAY < end:
                fall_asleep(self, process)
        self.clock.set(end)
        if "clock" in self.faults and self.choices.below(4) == 1:
            process = self.choices.one(self.processes)
            process.skew = self.choices.one((timedelta(), -_SKEW, _SKEW))
            self.inject("clock", process.name, "is off by", process.skew)

    # Processes

    def _dies(self, process: Process) -> None:
        """Throw a process away; another one of its name starts."""
        self.inject("crash", process.name)
        self.restart(process)

    def restart(self, process: Process) -> None:
        """Start a process of the same name in place of one that is gone."""
        # Not closed: a process that is killed runs no `finally` either.
        new = self._process(process.name, process.shop)
        self.processes[self.processes.index(process)] = new
        process.flow = process.call = process.since = None

    def _go_on(self, process: Process, *, safe: bool = False) -> None:
        """Begin something, or make the next call."""
        if process.flow is None:
            process.begin(process.shop.tasks.next(process))
            self._resume(process, None)
        elif process.has_answer:
            answer, process.answer = process.answer, None
            process.has_answer = False
            self._resume(process, answer)
        else:
            self._call(process, safe=safe)

    def _call(self, process: Process, *, safe: bool) -> None:
        call = process.call
        assert call is not None
        process.since = None
        fault = "" if safe else fault_of(self, call)
        order_id = getattr(call.argument, "order_id", "")
        tasks = process.shop.tasks
        if call.port != "store" and order_id and order_id == tasks.poisoned:
            if tasks.kills and not safe:
                self.inject("poison", named(call))
                self.restart(process)
            else:
                self._resume(process, LostError("poisoned"))
            return
        if fault == "crash before":
            self.tell(process.name, named(call), "is not made")
            self._dies(process)
            return
        if fault == "timeout before":
            self.inject("timeout", process.name, named(call), "before")
            self._resume(process, LostError("before"))
            return
        if fault == "slow":
            self.inject("slow", process.name, named(call))
            self.slow.append(Slow(call, self.clock(), process.shop))
            self._resume(process, Unknown("slow"))
            return
        if fault == "full":
            self.inject("full", process.name, named(call))
            self._resume(process, OverloadedError("the store", 1.0))
            return
        if call.method == "send":
            refuse_at_times(self, process.shop, call)
        if call.method in {"claim", "settle"} and not safe:
            call = a_year_ahead(self, call)
        try:
            answer: object = self.made(call, process.shop)
        except ViolatedError:
            raise
        except Exception as error:  # noqa: BLE001
            answer = error
        process.shop.journal.refuse_no_more()
        if call.method not in _READS or isinstance(answer, Exception):
            self.tell(process.name, named(call), "->", short(answer))
        if self.forgets and not safe and power_fails(self, process, call):
            return
        if fault == "crash after":
            self._dies(process)
        elif fault == "timeout after":
            self.inject("timeout", process.name, named(call), "after")
            self._resume(process, LostError("after"))
        else:
            self._resume(process, answer)

    def made(self, call: Call[Any], shop: Shop) -> object:
        """Make a call: the outside or the store is asked now."""
        self.tally.calls += 1
        now = self.clock()
        if call.port == "store":
            return shop.books.call(call.method, call.argument, now)
        return shop.journal.call(call.port, call.method, call.argument, now)

    def _resume(self, process: Process, answer: object) -> None:
        """Give a process its answer, and hear what it wants next."""
        flow = process.flow
        assert flow is not None
        process.call = process.since = None
        try:
            if isinstance(answer, Exception):
                call = flow.throw(answer)
            else:
                call = flow.send(answer)
        except StopIteration:
            process.flow = None
            return
        except ViolatedError:
            raise
        except EXPECTED as error:
            self.tell(process.name, "gives up:", type(error).__name__)
            process.flow = None
            return
        except Exception as error:
            name = f"{type(error).__name__}: {error}"
            what = f"{process.name} fails with {name}"
            raise ViolatedError(48, what) from error
        process.call = call
        able = process.shop.journal.capabilities.get(call.port)
        forgets = able is not None and (
            not able.deduplicates or able.window is not None
        )
        if forgets:
            process.since = self.clock()

    # Afterwards

    def finish(self, flow: Flow[None], process: Process) -> None:
        """Drive a flow to its end; nothing fails but what is poisoned."""
        process.begin(flow)
        self._resume(process, None)
        while process.flow is not None:
            self._call(process, safe=True)
