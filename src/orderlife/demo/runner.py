"""Lives a written life: a file, the fakes, a clock, and passing time.

Between two steps the clock goes from one due date to the next, timers
fire and what failed is tried again, exactly as a worker would do it.
After each step everything that must hold is checked.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal
from urllib.parse import quote

from orderlife import (
    Actor,
    Command,
    Fact,
    OrderDesk,
    OrderView,
    Recorded,
    violations,
)
from orderlife.demo.ending import ended_otherwise, unlike_the_bank
from orderlife.demo.lived import Entry, Lived, Message
from orderlife.demo.scenario import (
    Outside,
    Scenario,
    ScenarioError,
    Scripted,
    Step,
)
from orderlife.errors import (
    InputError,
    InvariantError,
    OrderlifeError,
    RefusedError,
)
from orderlife.house import timers
from orderlife.ports.store import EffectState
from orderlife.rooms.payment.messages import PaymentReported, RefundGranted
from orderlife.rooms.shipment.messages import LabelReported, ShipmentDispatched
from orderlife.testing import (
    Clock,
    FakeCarrier,
    FakeGateway,
    FakeNotifier,
    InMemoryInventory,
    Script,
)
from orderlife.timeline import About, TimelineEntry

__all__ = ["live"]

_HORIZON: Final = timedelta(days=400)
"""How long after its last step a life may go on."""
_ROUNDS: Final = 1_000
_GATEWAY: Final = Actor("provider", "payment")
_CARRIER: Final = Actor("provider", "carrier")
_UNDER_WAY: Final = frozenset(
    (
        EffectState.PENDING,
        EffectState.CLAIMED,
        EffectState.WAITING,
        EffectState.IN_DOUBT,
    )
)


def live(scenario: Scenario) -> Lived:
    """Live a life, from its first step to its last consequence.

    Raises:
        ScenarioError: it places no order, and so there is no life.
    """
    with (
        TemporaryDirectory(prefix="orderlife-") as folder,
        contextlib.closing(_Life(scenario, Path(folder, "shop.db"))) as life,
    ):
        for step in scenario.steps:
            life.take(step)
        if not life.history:
            why = "; ".join(life.problems) or "no step does"
            raise ScenarioError(f"{scenario.name}: no order was placed: {why}")
        life.pass_time(scenario.steps[-1].at + _HORIZON, stop=True)
        life.end()
        return life.lived()


class _Life:
    """A life under way."""

    def __init__(self, scenario: Scenario, path: Path) -> None:
        self.scenario = scenario
        self.clock = Clock(scenario.start)
        self.script = Script()
        clock, script = self.clock, self.script
        self.gateway = FakeGateway(clock, script=script)
        self.carrier = FakeCarrier(clock, script=script)
        self.warehouse = InMemoryInventory(
            scenario.stock, clock, script=script
        )
        self.notifier = FakeNotifier(clock, script=script)
        # The file is gone when the life is over: it need not be safe.
        self.desk = OrderDesk.open(
            f"sqlite:///{quote(str(path))}?durability=normal",
            payment=self.gateway,
            carrier=self.carrier,
            inventory=self.warehouse,
            notifier=self.notifier,
            policy=scenario.policy,
            clock=clock,
            owner="demo",
        )
        self.told = 0
        self.entries: list[Entry] = []
        self.messages: list[Message] = []
        self.inputs: set[str] = set()
        self.silenced: set[str] = set()
        self.work = 0
        self.problems: list[str] = []
        self.violations: list[str] = []

    def close(self) -> None:
        """Let go of the file."""
        self.desk.close()

    @property
    def history(self) -> tuple[Recorded, ...]:
        return self.desk.history(self.scenario.order_id)

    # Steps

    def take(self, step: Step) -> None:
        """Let time pass until a step, take it, and see what came of it."""
        if step.asleep:
            self.clock.set(step.at)
        else:
            self.pass_time(step.at)
        if step.note:
            self._note(step)
        before = len(self.history)
        refused = self._act(step)
        self._watch()
        changed = len(self.history) > before
        for problem in self._unlike(step, refused, changed=changed):
            self._went_wrong(f"step {step.number} ({step.name}): {problem}")

    def _act(self, step: Step) -> OrderlifeError | None:
        action = step.action
        match action:
            case None:
                return None
            case Scripted():
                for target, behaviours in action.behaviours.items():
                    self.script.on(target, *behaviours)
                return None
            case Outside():
                return self._outside(step, action)
            case _:
                return self._submit(step, action)

    def _submit(
        self, step: Step, message: Command | Fact
    ) -> OrderlifeError | None:
        self.inputs.add(type(message).__name__)
        if isinstance(message, Command) and not message.notify:
            self.silenced.add(message.command_id)
        before = len(self.history)
        try:
            if isinstance(message, Command):
                self.desk.submit(message)
            else:
                self.desk.report(message)
        except (RefusedError, InputError) as error:
            self._say(step, message, "refused", f"refused: {error}")
            return error
        self._watch()
        if len(self.history) == before:
            what = f"{_words(step.name)}: nothing new, and nothing is done"
            self._say(step, message, "repeated", what)
        return None

    def _outside(self, step: Step, action: Outside) -> OrderlifeError | None:
        actor: Any = getattr(self, action.who)
        arguments = dict(action.arguments)
        if action.who == "warehouse":
            arguments["cause"] = f"step-{step.number}"
        try:
            getattr(actor, action.method)(**arguments)
        except OrderlifeError as error:
            return error
        return None

    def _unlike(
        self, step: Step, refused: OrderlifeError | None, *, changed: bool
    ) -> Iterator[str]:
        """Name what is otherwise than the step says."""
        found = "" if refused is None else type(refused).__name__
        if found != step.refused:
            actual = f"{found}: {refused}" if found else "no refusal"
            yield f"expected {step.refused or 'no refusal'}, was {actual}"
        elif step.says not in str(refused):
            yield f"expected {step.says!r} in: {refused}"
        message = not isinstance(step.action, Outside | Scripted | None)
        if message and not refused and changed is not step.changes:
            yield "nothing changed" if step.changes else "something changed"
        for name, expected in step.then.items():
            actual = self._state(name)
            if actual != expected:
                yield f"{name} is {actual}, not {expected}"

    def _state(self, name: str) -> str:
        """A status of the order, or the state of a part of it."""
        loaded = self.desk.ports.store.load(self.scenario.order_id)
        case = None if loaded is None else loaded.case
        if case is None:
            return "nowhere"
        status = OrderView(case).status
        if hasattr(status, name):
            return str(getattr(status, name))
        for parts in (case.shipments, case.reservations, case.returns):
            if name in parts:
                return str(parts[name].state.value)
        return "nowhere"

    # Time

    def pass_time(self, until: datetime, *, stop: bool = False) -> None:
        """Go from one due date to the next.

        Args:
            until: how far.
            stop: end when nothing is due any more.
        """
        for _ in range(_ROUNDS):
            self._work()
            due = self._next_due()
            if due is None or due > until:
                break
            self.clock.set(max(due, self.clock()))
        else:
            self._went_wrong("it does not come to rest")
        if not stop:
            self.clock.set(until)

    def _next_due(self) -> datetime | None:
        loaded = self.desk.ports.store.load(self.scenario.order_id)
        case = None if loaded is None else loaded.case
        if case is None:
            return None
        due = [timer.at for timer in timers(case)]
        due += [
            effect.due_at
            for effect in self.desk.effects(self.scenario.order_id)
            if effect.state in _UNDER_WAY
        ]
        return min(due, default=None)

    def _work(self) -> None:
        """Work off what is due now, and hand on what is reported."""
        for _ in range(_ROUNDS):
            result = self.desk.work()
            self.work += result.timers
            for failed in result.failed:
                self._went_wrong(f"work failed: {failed}")
            if not self._watch() and result.idle:
                return
        self._went_wrong("the worker goes in circles")

    def _watch(self) -> bool:
        """Note what has happened since; True: reports came in."""
        self._look()
        reports: list[Fact] = [
            PaymentReported(
                order_id=report.order_id,
                operation_id=report.operation_id,
                outcome=report.outcome,
                source=_GATEWAY,
            )
            for report in self.gateway.reports()
        ]
        reports += [
            LabelReported(
                order_id=report.order_id,
                subject=report.subject,
                operation_id=report.operation_id,
                outcome=report.outcome,
                source=_CARRIER,
            )
            for report in self.carrier.reports()
        ]
        for report in reports:
            self.desk.report(report)
            self._look()
        return bool(reports)

    # Taking down

    def _timeline(
        self, new: tuple[Recorded, ...]
    ) -> tuple[TimelineEntry, ...]:
        """The entries of the latest events, which are yet to be told."""
        if not new:
            return ()
        self.told += len(new)
        told = self.desk.timeline(self.scenario.order_id, details=True)
        return told[-len(new) :]

    def _look(self) -> None:
        new = self.history[self.told :]
        for recorded, told in zip(new, self._timeline(new), strict=True):
            self.entries.append(
                Entry(
                    at=recorded.at,
                    seconds=self._seconds(recorded.at),
                    who=str(recorded.actor),
                    what=told.sentence,
                    about=told.about,
                    event=told.event,
                    detail=told.is_detail,
                    silent=self._is_silent(recorded),
                )
            )
        now = self._seconds(self.clock())
        for sent in self.notifier.sent[len(self.messages) :]:
            self.messages.append(
                Message(
                    seconds=now,
                    message=sent.message.value,
                    audience=sent.audience,
                    subject=sent.subject,
                )
            )
        if new:
            self._check()

    def _is_silent(self, recorded: Recorded) -> bool:
        event = recorded.event
        if isinstance(event, ShipmentDispatched | RefundGranted):
            return not event.notify
        return recorded.cause in self.silenced

    def _seconds(self, at: datetime) -> int:
        return int((at - self.scenario.start).total_seconds())

    def _note(self, step: Step) -> None:
        self.entries.append(
            Entry(
                at=step.at,
                seconds=self._seconds(step.at),
                who="",
                what=step.note,
                about="order",
                event="note",
            )
        )

    def _say(
        self,
        step: Step,
        message: Command | Fact,
        event: Literal["refused", "repeated"],
        what: str,
    ) -> None:
        actor = (
            message.actor if isinstance(message, Command) else message.source
        )
        self.entries.append(
            Entry(
                at=step.at,
                seconds=self._seconds(step.at),
                who=str(actor),
                what=what,
                about=_about(message),
                event=event,
            )
        )

    def _check(self) -> None:
        """See whether all holds that must always hold."""
        case = self.desk.get(self.scenario.order_id).case
        broken = [str(v) for v in violations(case, self.history)]
        for books in (self.gateway, self.carrier, self.warehouse):
            try:
                books.check()
            except InvariantError as error:
                broken.append(str(error))
        self.violations += [b for b in broken if b not in self.violations]

    def _went_wrong(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)

    # The end

    def end(self) -> None:
        """Compare the end with what is written, and with the bank."""
        view = self.desk.get(self.scenario.order_id)
        for problem in ended_otherwise(
            self.scenario.ends, view, self.warehouse
        ):
            self._went_wrong(problem)
        self.violations += unlike_the_bank(view, self.gateway)
        for target, queue in self.script.left.items():
            self._went_wrong(f"never came to: {target} {queue}")

    def lived(self) -> Lived:
        return Lived(
            scenario=self.scenario,
            case=self.desk.get(self.scenario.order_id).case,
            history=self.history,
            timeline=tuple(self.entries),
            messages=tuple(self.messages),
            inputs=frozenset(self.inputs),
            work=self.work,
            problems=tuple(self.problems),
            violations=tuple(self.violations),
        )


def _words(name: str) -> str:
    """Make words of a class's name: ``PlaceOrder``, place order."""
    spaced = "".join(f" {c.lower()}" if c.isupper() else c for c in name)
    return spaced.strip()


def _about(message: Command | Fact) -> About:
    if hasattr(message, "shipment_id"):
        return "shipment"
    if hasattr(message, "return_id"):
        return "return"
    if hasattr(message, "reservation_id"):
        return "stock"
    if isinstance(message, PaymentReported) or hasattr(message, "tender"):
        return "payment"
    return "order"
