"""One small world: a shop, its processes, and all that can go wrong.

Every process is a generator of calls, so the world decides who makes
the next call, and what becomes of it.  There is no thread and no real
time: the same choices make the same world, to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import attrs

from orderlife import _flow
from orderlife._flow import Call, Flow
from orderlife.case import AnyCommand, AnyFact, Case
from orderlife.errors import (
    InputError,
    InvariantError,
    OverloadedError,
    PortError,
    RefusedError,
)
from orderlife.flows import Engine, Receipt, Swept
from orderlife.messages import Command
from orderlife.order.messages import PaymentReported
from orderlife.ports.base import Unknown
from orderlife.ports.payment import CaptureFailed, RefundFailed
from orderlife.shipment.messages import LabelReported
from orderlife.testing.clock import Clock
from orderlife.testing.simulation.books import Books
from orderlife.testing.simulation.choices import Choices
from orderlife.testing.simulation.found import Tally, ViolatedError
from orderlife.testing.simulation.journal import Journal
from orderlife.testing.simulation.parts import Fault, Parts
from orderlife.testing.simulation.people import People

__all__ = ["Process", "World"]

Message: TypeAlias = AnyCommand | AnyFact

_SKEW: Final = timedelta(seconds=2)
"""By how much the clocks of two processes differ, to either side."""
_ON_ITS_WAY: Final = timedelta(seconds=24)
"""How long a request may be on its way: adapters say that they settle
after 30 seconds, and the clocks differ."""
_S, _M, _H = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours"))
_STEPS: Final = (_S, _S, 7 * _S, 7 * _S, 25 * _S, 130 * _S, 31 * _M, 3 * _H)
_JUMPS: Final = (26 * _H, timedelta(days=8))
_BURSTS: Final = (1_000, 1, 2, 4, 8)
_RATES: Final = (0.02, 0.06, 0.2)
_DESKS: Final = 2
_SLEEPY: Final = 0.15
_MAIL_RATE: Final = 0.3
"""Reports are few, so something becomes of a third of them."""


class _Lost(Exception):  # noqa: N818
    """What a process sees when no answer comes."""


_EXPECTED: Final = (_Lost, OverloadedError, RefusedError, InputError)


@attrs.define(eq=False)
class Process:
    """A process of the shop: a desk or a worker."""

    name: str
    engine: Engine
    skew: timedelta
    flow: Flow[object] | None = None
    call: Call[Any] | None = None
    """What it is about to do."""
    since: datetime | None = None
    """Since when a request of its is on its way."""
    answer: object = None
    """What came, while it slept."""
    has_answer: bool = False
    asleep: int = 0
    """So many turns it misses."""


@attrs.define(eq=False)
class _Slow:
    """A request of which nobody awaits the answer any more."""

    call: Call[Any]
    since: datetime


class World:
    """A shop that lives as the choices say.

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
        self.faults = self._of_this_world(faults)
        self._rate = choices.one(_RATES)
        self.able = choices.one(parts.capabilities)
        self.policy = choices.one(parts.policies)
        self._room = 1 + choices.below(orders)
        units = choices.one((8, 4, 2, 1))
        refused: set[str] = set()
        stock = {"mug": units, "cup": units}
        self.books = Books(
            parts.store(),
            refused,
            self.tally,
            parts.retry.patience + timedelta(days=2),
        )
        clock, able = self.clock, self.able
        self.journal = Journal(
            parts.payment(clock, able),
            parts.carrier(clock, able),
            parts.inventory(stock, clock),
            parts.notifier(clock, able),
            books=self.books,
            refused=refused,
            tally=self.tally,
            calls=4 * parts.retry.attempts,
        )
        if choices.below(2):
            self._have_all_reported()
        self.people = People(choices)
        self.orders: list[str] = []
        self.mail: list[Message] = []
        self.late: list[Message] = []
        """Reports that come when everything is over."""
        self.poisoned = ""
        """All that is asked of a port for this order fails."""
        self._poison = "kills"
        self._taken: list[Message] = []
        self._open: list[Message] = []
        """What a client asked for and has no answer to."""
        self._answered: dict[str, tuple[AnyCommand, Receipt]] = {}
        self._slow: list[_Slow] = []
        self._started = 0
        workers = 1 + choices.below(workers)
        self.processes = [
            *(self._process(f"desk{n + 1}") for n in range(_DESKS)),
            *(self._process(f"worker{n + 1}") for n in range(workers)),
        ]

    def _have_all_reported(self) -> None:
        """Let webhooks race the answers: all is reported as well."""
        for method in ("authorize", "capture", "void", "refund"):
            self.journal.payment.script.report(method)
        for method in ("buy_label", "void_label", "intercept"):
            self.journal.carrier.script.report(method)

    def _of_this_world(self, faults: frozenset[Fault]) -> frozenset[Fault]:
        """A world with few kinds of faults gets further into them."""
        names = sorted(faults)
        if self.choices.below(2) == 0:
            return faults
        return frozenset(name for name in names if self.choices.below(2))

    def _process(self, name: str) -> Process:
        """Start a process, under an owner's name that is new."""
        self._started += 1
        process: Process
        skew = timedelta()
        if "clock" in self.faults:
            skew = self.choices.one((timedelta(), -_SKEW, _SKEW))
        # A clock is read as it is now: it is set right at times.
        engine = self.parts.engine(
            lambda: self.clock() + process.skew,
            self.policy,
            f"{name}.{self._started}",
            self.journal.capabilities,
        )
        process = Process(name=name, engine=engine, skew=skew)
        return process

    def _tell(self, *words: object) -> None:
        if self.told is not None:
            when = f"{self.clock():%d.%H:%M:%S}"
            self.told(" ".join((when, *map(str, words))))

    def _inject(self, kind: Fault, *words: object) -> None:
        self.tally.faults[kind] += 1
        self._tell("FAULT", kind, *words)

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
        while self._slow:
            self._arrive(self._slow[0])
        self.tally.orders = len(self.orders)

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
            self._outside()
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
            step = self.parts.lease + 10 * _S
            self._inject("lease", process.name, "sleeps for", step)
            self.advance(step)

    def _time_passes(self) -> None:
        step = self.choices.one(_STEPS)
        if "clock" in self.faults and (
            jump := self.choices.rarely(len(_JUMPS), self._rate)
        ):
            step = _JUMPS[jump - 1]
        busy = any(process.flow is not None for process in self.processes)
        if busy and step > self.parts.lease:
            if "lease" not in self.faults:
                step = _S
            else:
                self._inject("lease", f"everybody sleeps for {step}")
        elif step in _JUMPS:
            self._inject("clock", f"the clock jumps ahead by {step}")
        self.advance(step)

    def advance(self, step: timedelta) -> None:
        """Let time pass: what is on its way arrives, or never will."""
        end = self.clock() + step
        for slow in list(self._slow):
            latest = slow.since + _ON_ITS_WAY
            if latest < end:
                if latest > self.clock():
                    self.clock.set(latest)
                self._arrive(slow)
        for process in self.processes:
            since = process.since
            if since is not None and since + _ON_ITS_WAY < end:
                self._sleeps(process)
        self.clock.set(end)
        if "clock" in self.faults and self.choices.below(4) == 1:
            process = self.choices.one(self.processes)
            process.skew = self.choices.one((timedelta(), -_SKEW, _SKEW))
            self._inject("clock", process.name, "is off by", process.skew)

    def _sleeps(self, process: Process) -> None:
        """What a process was sending arrives now, or is lost."""
        process.since = None
        call = process.call
        assert call is not None
        process.has_answer = True
        if "timeout" in self.faults and self.choices.below(2):
            self._inject("timeout", call.port, call.method, "never arrives")
            process.answer = _Lost("it never arrived")
            return
        try:
            process.answer = self._made(call)
        except ViolatedError:
            raise
        except Exception as error:  # noqa: BLE001
            process.answer = error
        self._tell(process.name, _named(call), "arrives, and it sleeps")

    def _arrive(self, slow: _Slow) -> None:
        self._slow.remove(slow)
        self._tell("late:", _named(slow.call), "arrives")
        try:
            self._made(slow.call)
        except ViolatedError:
            raise
        except Exception as error:  # noqa: BLE001
            self._tell("and fails:", type(error).__name__)

    def _outside(self) -> None:
        """Banks, carriers and suppliers do something of their own."""
        which = self.choices.below(4)
        if which == 0 and self._slow:
            self._arrive(self.choices.one(self._slow))
        elif which == 1:
            self._delivery(1 + self.choices.below(3))
        else:
            self.settle(
                succeed=not self.choices.below(4), every=which == 2
            )

    def _delivery(self, units: int) -> None:
        sku = self.choices.one(("mug", "cup"))
        cause = f"delivery{len(self.journal.inventory.movements())}"
        self.journal.inventory.receive(sku, "main", units, cause)
        self._tell(units, "of", sku, "are delivered")

    def settle(self, *, succeed: bool = True, every: bool = True) -> None:
        """Banks and carriers decide what was pending with them."""
        bank, carrier = self.journal.payment, self.journal.carrier
        for operation_id in bank.waiting if every else bank.waiting[:1]:
            bank.settle(operation_id, succeed=succeed)
            self._tell("bank settles", operation_id, succeed)
        for operation_id in carrier.waiting if every else carrier.waiting[:1]:
            carrier.settle(operation_id, succeed=succeed)
            self._tell("carrier settles", operation_id, succeed)

    def post(self) -> None:
        """Take in what banks and carriers have to report."""
        for paid in self.journal.payment.reports(late=True):
            self.mail.append(
                PaymentReported(
                    order_id=paid.order_id,
                    operation_id=paid.operation_id,
                    outcome=paid.outcome,
                )
            )
        for label in self.journal.carrier.reports(late=True):
            self.mail.append(
                LabelReported(
                    order_id=label.order_id,
                    subject=label.subject,
                    operation_id=label.operation_id,
                    outcome=label.outcome,
                )
            )

    # Processes

    def _dies(self, process: Process) -> None:
        """Throw a process away; another one of its name starts."""
        self._inject("crash", process.name)
        self._restart(process)

    def _restart(self, process: Process) -> None:
        # Not closed: a process that is killed runs no `finally` either.
        new = self._process(process.name)
        self.processes[self.processes.index(process)] = new
        process.flow = process.call = process.since = None

    def _go_on(self, process: Process, *, safe: bool = False) -> None:
        """Begin something, or make the next call."""
        if process.flow is None:
            process.flow = self._task(process)
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
        fault = "" if safe else self._fault(call)
        order_id = getattr(call.argument, "order_id", "")
        if call.port != "store" and order_id and order_id == self.poisoned:
            if self._poison == "kills" and not safe:
                self._inject("poison", _named(call))
                self._restart(process)
            else:
                self._resume(process, _Lost("poisoned"))
            return
        if fault == "crash before":
            self._tell(process.name, _named(call), "is not made")
            self._dies(process)
            return
        if fault == "timeout before":
            self._inject("timeout", process.name, _named(call), "before")
            self._resume(process, _Lost("before"))
            return
        if fault == "slow":
            self._inject("slow", process.name, _named(call))
            self._slow.append(_Slow(call, self.clock()))
            self._resume(process, Unknown("slow"))
            return
        if fault == "full":
            self._inject("full", process.name, _named(call))
            self._resume(process, OverloadedError("the store", 1.0))
            return
        try:
            answer: object = self._made(call)
        except ViolatedError:
            raise
        except Exception as error:  # noqa: BLE001
            answer = error
        if call.method not in _READS or isinstance(answer, Exception):
            self._tell(process.name, _named(call), "->", _short(answer))
        if fault == "crash after":
            self._dies(process)
        elif fault == "timeout after":
            self._inject("timeout", process.name, _named(call), "after")
            self._resume(process, _Lost("after"))
        else:
            self._resume(process, answer)

    def _made(self, call: Call[Any]) -> object:
        self.tally.calls += 1
        now = self.clock()
        if call.port == "store":
            return self.books.call(call.method, call.argument, now)
        return self.journal.call(call.port, call.method, call.argument, now)

    def _fault(self, call: Call[Any]) -> str:
        possible = self._possible(call)
        # A worker makes three calls of its store for each of another.
        rate = self._rate if call.port == "store" else 3 * self._rate
        chosen = self.choices.rarely(len(possible), rate)
        return possible[chosen - 1] if chosen else ""

    def _possible(self, call: Call[Any]) -> tuple[str, ...]:
        """What can go wrong with a call, in this world."""
        kinds = _OF_STORE if call.port == "store" else _OF_PROVIDER
        return tuple(
            kind
            for kind in kinds
            if kind.partition(" ")[0] in self.faults
            and (kind != "full" or call.method in _WRITES)
        )

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
        except _EXPECTED as error:
            self._tell(process.name, "gives up:", type(error).__name__)
            process.flow = None
            return
        except Exception as error:  # noqa: BLE001
            name = f"{type(error).__name__}: {error}"
            what = f"{process.name} fails with {name}"
            raise ViolatedError(48, what) from error
        process.call = call
        able = self.journal.capabilities.get(call.port)
        forgets = able is not None and (
            not able.deduplicates or able.window is not None
        )
        if forgets:
            process.since = self.clock()

    # What they do

    def _task(self, process: Process) -> Flow[object]:
        if process.name.startswith("worker"):
            return self._sweep(process)
        tasks = (
            self._place,
            self._place,
            self._send,
            self._send,
            self._deliver,
            self._deliver,
            self._act,
            self._give_back,
            self._again,
            self._scan,
        )
        return self.choices.one(tasks)(process)

    def _sweep(self, process: Process) -> Flow[object]:
        swept: Swept = yield from process.engine.sweep(20)
        for failed in swept.failed:
            self._judge(failed)

    @staticmethod
    def _judge(failed: str) -> None:
        """What a worker could not do may only be what was injected."""
        for error in (InvariantError, PortError):
            if error.__name__ in failed:
                raise ViolatedError(48, failed)
        if not any(
            name in failed
            for name in ("_Lost", "OverloadedError", "ConflictError")
        ):
            raise ViolatedError(48, failed)

    def _place(self, process: Process) -> Flow[object]:
        if len(self.orders) >= self._room:
            yield from self._send(process)
            return
        order_id = f"o{len(self.orders) + 1}"
        self.orders.append(order_id)
        if "poison" in self.faults and self.choices.below(16) == 1:
            self.poisoned = order_id
            self._poison = self.choices.one(("kills", "raises"))
            self._inject("poison", order_id, self._poison)
        yield from self.ask(process, self.people.place(order_id))

    def _case(self) -> Flow[Case | None]:
        if not self.orders:
            return None
        order_id = self.choices.one(self.orders)
        loaded = yield from _flow.load(order_id)
        return None if loaded is None else loaded.case

    def _send(self, process: Process) -> Flow[object]:
        case = yield from self._case()
        if case is not None:
            message = self.people.send(case, self.clock())
            if message is None and case.shipments and self.choices.below(2):
                message = self.people.give_back(case, self.clock())
            yield from self._do(process, message)

    def _act(self, process: Process) -> Flow[object]:
        case = yield from self._case()
        if case is not None:
            message = self.people.act(case, self.clock())
            yield from self._do(process, message)

    def _give_back(self, process: Process) -> Flow[object]:
        case = yield from self._case()
        if case is not None:
            message = self.people.give_back(case, self.clock())
            if message is None:
                message = self.people.send(case, self.clock())
            yield from self._do(process, message)

    def _scan(self, process: Process) -> Flow[object]:
        case = yield from self._case()
        if case is not None and (
            found := self.people.scan(case, self.clock())
        ):
            self.mail.append(found)
            yield from self._deliver(process)

    def _do(self, process: Process, message: Message | None) -> Flow[object]:
        if message is not None:
            yield from self.ask(process, message)

    def _again(self, process: Process) -> Flow[object]:
        """A client asks again: it has no answer, or has forgotten it."""
        if self._open:
            message = self.choices.one(self._open)
            yield from self.ask(process, message)
            return
        known = [command for command, _ in self._answered.values()]
        if known:
            yield from self.ask(process, self.choices.one(known))

    def _deliver(self, process: Process) -> Flow[object]:
        """A report comes in: in its turn or not, once or more."""
        self.post()
        if not self.mail:
            return
        place = 0
        if "out_of_order" in self.faults and len(self.mail) > 1:
            place = self.choices.below(len(self.mail))
            if place:
                self._inject("out_of_order", _name(self.mail[place]))
        message = self.mail.pop(place)
        how = self.choices.rarely(len(_MAILS), _MAIL_RATE)
        kind = _MAILS[how - 1] if how else ""
        if kind == "lost_report" and _is_news(message):
            kind = "late"
        if kind in self.faults:
            self._inject(kind, _name(message))  # type: ignore[arg-type]
            if kind == "late":
                self.late.append(message)
            if kind in {"late", "lost_report"}:
                return
            self.mail.append(message)
        yield from self.hand_in(process, message)

    def hand_in(self, process: Process, message: Message) -> Flow[object]:
        """Report something until it is taken."""
        self.mail.insert(0, message)
        before = message in self._taken
        receipt = yield from process.engine.submit(message)
        if message in self.mail:
            self.mail.remove(message)
        self._taken.append(message)
        self.tally.checked[39] += 1
        if before and receipt.first_version != receipt.last_version:
            what = f"{_name(message)} came again, and changed something"
            raise ViolatedError(39, what)
        yield from process.engine.drive(message.order_id)

    def ask(self, process: Process, message: Message) -> Flow[object]:
        """Ask for something, and have it performed at once."""
        if message not in self._open:
            self._open.append(message)
        self._tell(process.name, "is asked:", _name(message))
        try:
            receipt: Receipt = yield from process.engine.submit(message)
        except (RefusedError, InputError) as error:
            self._close(message)
            self._tell(process.name, "refuses:", type(error).__name__)
            self._refusal(message)
            return
        self._close(message)
        if isinstance(message, Command):
            self._receipt(message, receipt)
        if "hint" in self.faults and self.choices.rarely(1, self._rate):
            self._inject("hint", message.order_id)
            return
        yield from process.engine.drive(message.order_id)

    def _close(self, message: Message) -> None:
        """A client has its answer; it may have asked twice at once."""
        if message in self._open:
            self._open.remove(message)

    def _refusal(self, message: Message) -> None:
        """What was answered once is never refused."""
        if isinstance(message, Command) and message.command_id in (
            self._answered
        ):
            what = f"{_name(message)} was done, and is refused now"
            raise ViolatedError(38, what)

    def _receipt(self, command: AnyCommand, receipt: Receipt) -> None:
        input_id = f"command:{command.command_id}"
        last = receipt.last_version
        self.books.stands_by(command.order_id, input_id, last)
        _, known = self._answered.setdefault(
            command.command_id, (command, receipt)
        )
        self.tally.checked[38] += 1
        if (known.first_version, known.last_version) != (
            receipt.first_version,
            last,
        ):
            what = f"{_name(command)} is answered otherwise than at first"
            raise ViolatedError(38, what)

    # Afterwards

    def finish(self, flow: Flow[object], process: Process) -> None:
        """Drive a flow to its end; nothing fails but what is poisoned."""
        process.flow = flow
        self._resume(process, None)
        while process.flow is not None:
            self._call(process, safe=True)

    def cases(self) -> Iterator[Case]:
        """The orders that came into being, as they stand."""
        for order_id in self.orders:
            seen = self.books.orders.get(order_id)
            if seen is not None:
                yield seen.case


_OF_STORE: Final = (
    "crash before",
    "crash after",
    "timeout before",
    "timeout after",
    "full",
)
_OF_PROVIDER: Final = (
    "crash before",
    "crash after",
    "timeout before",
    "timeout after",
    "slow",
)
_WRITES: Final = frozenset(("commit", "claim", "settle"))
_READS: Final = frozenset(("load", "people", "answer", "due_timers"))
_MAILS: Final = ("duplicate", "late", "lost_report")


def _is_news(message: Message) -> bool:
    """Whether nobody who asks would hear of it but by this report.

    Providers send these until they are taken, and rightly so.
    """
    outcome = getattr(message, "outcome", None)
    return isinstance(outcome, RefundFailed | CaptureFailed)


def _name(message: Message) -> str:
    what = type(message).__name__
    for name in ("command_id", "operation_id", "shipment_id", "return_id"):
        if found := getattr(message, name, ""):
            return f"{what} {message.order_id} {found}"
    return f"{what} {message.order_id}"


def _named(call: Call[Any]) -> str:
    argument = call.argument
    for name in ("operation_id", "order_id"):
        if found := getattr(argument, name, ""):
            return f"{call.port}.{call.method} {found}"
    shown = argument if isinstance(argument, str) else ""
    return f"{call.port}.{call.method} {shown}".rstrip()


def _short(answer: object) -> str:
    if isinstance(answer, tuple):
        names = [getattr(each, "operation_id", "") for each in answer]
        return ", ".join(filter(None, names)) or f"{len(answer)} found"
    if hasattr(answer, "version"):
        return f"{type(answer).__name__} {answer.version}"
    return type(answer).__name__
