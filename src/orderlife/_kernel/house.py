"""A house: rooms in their order, and ``handle``, which knows no message.

``handle`` is pure and total.  It reads no clock, does no I/O and changes
nothing: it decides, evolves and reacts until no step is left.  What is
done about a message stands in the tables of the rooms.

The order of the rooms is the order in which they may know each other:
a room imports the contracts of earlier rooms, and sends them steps.
A house checks its rooms when it is made, and names what is missing.
"""

from __future__ import annotations

import functools
import pickle
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from typing import Any, Final, TypeAlias

from orderlife._checks.validation import check, check_time
from orderlife._kernel.case import Case
from orderlife._kernel.completeness import check_complete
from orderlife._kernel.context import Context
from orderlife._kernel.decision import Decision, Refusal
from orderlife._kernel.integrity import IntegrityCheck
from orderlife._kernel.messages import (
    SYSTEM,
    Actor,
    Command,
    Event,
    ExceptionKind,
    Fact,
    Remedy,
    Step,
    Timer,
    TimerFired,
)
from orderlife._kernel.offers import Allowed, NotAllowed
from orderlife._kernel.possible import Possible
from orderlife._kernel.room import WAIT, Again, Matter, Room, Then
from orderlife._kernel.run import Run
from orderlife._kernel.shape import is_no_function
from orderlife._kernel.tables import Given, Tables
from orderlife._kernel.watch import Watch
from orderlife._values.replacing import maker, replace
from orderlife._values.sanitizing import heard
from orderlife.errors import (
    IllegalTransitionError,
    InputError,
    LifecycleError,
    Problem,
    RefusedError,
    ValidationError,
)
from orderlife.policy.model import Policy, check_policy
from orderlife.ports.base import Intent

__all__ = ["House", "Matters"]

Matters: TypeAlias = Mapping[Any, Sequence[Matter]]
"""By phase of the case, the matters at rest, in their order."""

_DEFAULT_POLICY: Final = Policy()
_write: Final = object.__setattr__
_context: Final = maker(Context)


class House(Tables):
    """The rooms in their order, checked when the house is made.

    Args:
        given: the rooms.
        phase: what a case is in, such as its order's state.
        at_rest: by phase, the matters in their order: the first that
            asks for something is the only one that does, and ``WAIT``
            lets none ask.
        admits: refuses a command, before any room is asked.
        concludes: what is recorded of a command beyond its events, by
            how much it gives away.
        own: how many of the rooms are the library's; None: all of them.

    Raises:
        LifecycleError: names what is missing, or there twice.
    """

    def __init__(
        self,
        *given: Given,
        phase: Callable[[Case], Any],
        at_rest: Matters,
        admits: Callable[[Case, Command, Policy], None],
        concludes: Callable[[Case, int, Command, Policy], Iterable[Event]],
        own: int | None = None,
    ) -> None:
        self._given, self._phase, self.matters = given, phase, at_rest
        self.admits, self._concludes = admits, concludes
        super().__init__(
            given,
            len(given) if own is None else own,
            fired=self._fired,
            heard=self._heard,
        )
        check_complete(self)

    def with_(self, *given: Given, at_rest: Matters | None = None) -> House:
        """The house with rooms of an application's own behind ours.

        What their kinds are called carries the room's name.

        Args:
            given: the rooms.
            at_rest: by the state of the order, their matters: they come
                before ours.
        """
        made = House(
            *self._given,
            *given,
            phase=self._phase,
            at_rest=self.matters,
            admits=self.admits,
            concludes=self._concludes,
            own=self._own,
        )
        made._come_first(at_rest or {}, made.rooms[len(self.rooms) :])
        return made

    def _come_first(self, first: Matters, rooms: Sequence[Room[Any]]) -> None:
        """Put the matters of rooms that were brought before those there."""
        watch = Watch(", ".join(r.name for r in rooms) or "at_rest", self)
        if not isinstance(first, Mapping):
            message = f"room {watch.name}: at_rest must be a mapping by state"
            raise LifecycleError(message)
        known, matters = {type(phase) for phase in self.matters}, {}
        for phase, given in first.items():
            if known and type(phase) not in known:
                wanted = " or ".join(sorted(kind.__name__ for kind in known))
                message = f"room {watch.name}: at_rest has {phase!r}, "
                raise LifecycleError(f"{message}which is no {wanted}")
            if not isinstance(given, tuple | list):
                message = f"room {watch.name}: at_rest of {phase} must be a "
                raise LifecycleError(f"{message}tuple of functions")
            for why in filter(None, map(is_no_function, given)):
                message = f"room {watch.name}: at_rest of {phase}: {why}"
                raise LifecycleError(message)
            matters[phase] = tuple(map(watch.matter, given))
        self.matters = {
            phase: (*matters.get(phase, ()), *self.matters.get(phase, ()))
            for phase in {**matters, **self.matters}
        }

    def __copy__(self) -> House:
        return self

    def __deepcopy__(self, memo: object) -> House:
        return self

    def __reduce__(self) -> tuple[Callable[..., House], tuple[str, str]]:
        """Pickle a house by its module and name, as functions are pickled."""
        for module in tuple(sys.modules.values()):
            for name, value in tuple(getattr(module, "__dict__", {}).items()):
                if value is self:
                    return _named, (module.__name__, name)
        message = "a house is pickled by its name: give it one in a module"
        raise pickle.PicklingError(message)

    # Cases

    def evolve(self, case: Case, event: Event) -> Case:
        """Give the case after an event.

        Raises:
            InvariantError: the event changes a part that is not there.
            ValidationError: it is an event of no room of this house.
        """
        changed = replace(case)
        self.advance(changed, event)
        return changed

    def fold(self, order_id: str, events: Iterable[Event]) -> Case:
        """Replay a history: the case is always the fold of its events.

        Raises:
            InvariantError: an event changes a part, such as the order or
                a shipment, that no event before it has made.
            ValidationError: one is of no room of this house.
        """
        case = Case(order_id=order_id)
        for event in events:
            self.advance(case, event)
        return case

    def asked(
        self, case: Case, event: Event, context: Context
    ) -> Iterator[Intent]:
        """The intents that a newly recorded event asks of ports."""
        for ask in self.sequels[type(event)].asks:
            for asked in ask(case, event, context):
                if not isinstance(asked, Again):
                    yield asked

    def told(
        self, case: Case, event: Event, context: Context
    ) -> Iterator[Intent]:
        """The notifications of a newly recorded event."""
        for tell in self.sequels[type(event)].tells:
            yield from tell(case, event, context)

    def advance(self, case: Case, event: Event) -> None:
        """Write an event into a case that is not shared yet.

        Raises:
            InvariantError: the event changes a part that is not there.
            ValidationError: it is an event of no room of this house.
        """
        kind = type(event)
        try:
            change = self.sequels[kind].change
        except KeyError:
            why = "is of no room of this house: use the house that has it"
            raise ValidationError(
                kind.__name__, [Problem("event", why)]
            ) from None
        change(case, event)
        _write(case, "version", case.version + 1)

    def timers(self, case: Case) -> tuple[Timer, ...]:
        """All timers of a case, the earliest first.

        Derived from the state alone: a timer needs no cancelling, it
        ends with its cause.
        """
        if case.order is None:
            return ()
        found = [
            Timer(deadline.kind, subject, at)
            for deadline in self.deadlines.values()
            for subject, at in deadline.due(case)
            if at is not None
        ]
        found.sort(
            key=lambda timer: (timer.at, timer.kind.value, timer.subject)
        )
        return tuple(found)

    def awaits(self, case: Case, operation_id: str) -> bool | None:
        """Whether a part waits for the answer to an operation.

        None: no room can tell.
        """
        for room in self.rooms:
            if room.awaits is not None:
                for part_id, part in room.parts.of(case).items():
                    if operation_id.startswith(f"{part_id}:"):
                        return room.awaits(part, operation_id)
        return None

    def subject_of(self, message: Command | Fact) -> str:
        """The id of the part that a message is about, or of its order."""
        key = self.keys.get(type(message), "")
        subject: str = getattr(message, key) if key else message.order_id
        return subject

    # Decisions

    def handle(
        self,
        case: Case,
        message: Command | Fact,
        now: datetime,
        policy: Policy = _DEFAULT_POLICY,
    ) -> Decision | Refusal:
        """Decide what follows from a command or a fact.

        Args:
            case: the order as it stands; ``Case(order_id=…)`` for a new
                one.
            message: what is asked, or what has happened.
            now: the time of the decision, aware.
            policy: the shop's choices.

        Returns:
            A decision, to be stored in one transaction; or a refusal
            that holds the error to raise.  A fact about an order that is
            there is never refused, unless its very shape is wrong.

        Raises:
            InvariantError: the case contradicts itself.
            PolicyError: the policy has no answer to what a command asks.
        """
        try:
            now = check_time(now)
            if isinstance(message, Fact):
                message = heard(message)
            self._check(case, message)
            check_policy(policy, self.terms)
            with IntegrityCheck(case.order_id):
                return self._decided(case, message, now, policy)
        except (RefusedError, InputError) as error:
            # A fact is refused by no lifecycle.
            if isinstance(error, IllegalTransitionError) and isinstance(
                message, Command
            ):
                could = Possible(self, case, now, policy, message.actor)
                error.asks(functools.partial(could.commands, error.id))
            return Refusal(error)

    def _check(self, case: Case, message: Command | Fact) -> None:
        what = type(message).__name__
        if type(message) not in self.rules or isinstance(message, Step):
            problem = Problem("message", "must be a command or a fact")
            raise ValidationError(what, [problem])
        check(message)
        if message.order_id != case.order_id:
            why = f"is not this case's, {case.order_id}"
            raise ValidationError(what, [Problem("order_id", why)])

    def _decided(
        self,
        case: Case,
        message: Command | Fact,
        now: datetime,
        policy: Policy,
    ) -> Decision:
        if isinstance(message, Command):
            self.admits(case, message, policy)
            actor, cause = message.actor, message.command_id
            notify, hears = message.notify, False
        else:
            actor, notify, hears = message.source, True, True
            cause = message.fact_id or getattr(message, "operation_id", "")
        context = _context(
            now=now,
            policy=policy,
            actor=actor,
            notify=notify,
            hears=hears,
            brought=self.words,
        )
        run = Run(self, case, context, cause)
        run.until_rest(message)
        if isinstance(message, Command):
            events = [recorded.event for recorded in run.events]
            minor = 0
            for gives_away in self.giving:
                minor += gives_away(case, run.case, events, context)
            for event in self._concludes(run.case, minor, message, policy):
                run.record(event)
        return run.decision(message)

    def answer(self, case: Case, message: Any, context: Context) -> Then:
        """What is done about a command, a fact or a step."""
        rule = self.rules[type(message)]
        if case.order is None and not rule.begins:
            _ = case.placed  # says which order there is not
        then: Then = rule.do(case, message, context)
        return then

    def _heard(self, case: Case, fact: Fact, context: Context) -> Then:
        """Record a fact in the room that knows the part it names."""
        if type(fact) in self.answered_by:
            for catch in self.catches:
                caught = catch(case, fact, context)
                if caught is not None:
                    return caught
        rooms = self.hearing[type(fact)]
        for parts, rule in rooms:
            part = parts.of(case).get(getattr(fact, rule.key))
            if part is not None:
                known: Then = rule.do(part, fact, context)
                return known
        unknown = rooms[0][1].unknown
        stray: Then = () if unknown is None else unknown(case, fact, context)
        return stray

    def _fired(self, case: Case, fact: TimerFired, context: Context) -> Then:
        """Fire a timer.  One that is not due, or is gone, changes nothing."""
        timer = fact.timer
        if timer.at > context.now or timer not in self.timers(case):
            return ()
        return self.deadlines[timer.kind].fires(case, timer.subject, context)

    def asked_at_rest(self, case: Case, context: Context) -> Sequence[Step]:
        """What the first matter that asks for something asks for."""
        for matter in self.matters.get(self._phase(case), ()):
            steps = matter(case, context)
            if steps or steps is WAIT:
                return steps
        return ()

    def possible(
        self,
        case: Case,
        now: datetime,
        policy: Policy = _DEFAULT_POLICY,
        actor: Actor = SYSTEM,
    ) -> tuple[tuple[Allowed, ...], tuple[NotAllowed, ...]]:
        """What can be asked for next, and what cannot, and why.

        Args:
            case: the order as it stands.
            now: the time at which it would be asked for, aware.
            policy: the shop's choices, and who may do what.
            actor: who would ask.
        """
        return Possible(self, case, now, policy, actor).all()

    def resolve(
        self,
        case: Case,
        kind: ExceptionKind,
        subject: str,
        remedy: Remedy,
        item: object,
        context: Context,
    ) -> Then:
        """What a remedy asks for, in the rooms that know the subject."""
        for _, trouble in self.troubles[kind]:
            if trouble.knows is None or trouble.knows(case, subject):
                do = trouble.remedies.get(remedy)
                if do is not None:
                    yield from do(case, item, context)


def _named(module: str, name: str) -> House:
    house: House = getattr(import_module(module), name)
    return house
