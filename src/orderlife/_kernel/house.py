"""A house: rooms in their order, and ``handle``, which knows no message.

``handle`` is pure and total.  It reads no clock, asks nobody and changes
nothing: it decides, evolves and reacts until no step is left.  What is
done about a message stands in the tables of the rooms.

The order of the rooms is the order in which they may know each other:
a room imports the contracts of earlier rooms, and asks them by steps.
A house checks its rooms when it is made, and names what is missing.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NoReturn, TypeAlias

import attrs

from orderlife._checks.validation import check, check_time
from orderlife._kernel.annotations import may_give
from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.decision import Decision, Refusal
from orderlife._kernel.integrity import Sound
from orderlife._kernel.messages import (
    SYSTEM,
    Actor,
    Command,
    Event,
    ExceptionKind,
    Fact,
    Recorded,
    Remedy,
    Step,
    Timer,
    TimerFired,
    TimerKind,
)
from orderlife._kernel.offers import Allowed, NotAllowed, tried
from orderlife._kernel.parts import Parts
from orderlife._kernel.personal import personal_of, undeclared
from orderlife._kernel.room import (
    WAIT,
    Again,
    Change,
    Deadline,
    Do,
    Matter,
    PartRule,
    Report,
    Room,
    Rule,
    Then,
    Trouble,
    rows,
)
from orderlife._values.fast_enum import OpenWord
from orderlife._values.limits import MAX_STEPS
from orderlife._values.replacing import replace
from orderlife._values.sanitizing import heard
from orderlife.errors import (
    InputError,
    InvariantError,
    LifecycleError,
    Problem,
    RefusedError,
    ValidationError,
)
from orderlife.policy.model import Policy, check_policy
from orderlife.ports.base import Intent

__all__ = ["House", "Matters"]

_Given: TypeAlias = "Room[Any] | Callable[[House], Room[Any]]"
"""A room; or what makes it, if it needs what all rooms say together."""
Matters: TypeAlias = Mapping[Any, Sequence[Matter]]
"""By phase, the matters at rest in their order."""

_DEFAULT_POLICY: Final = Policy()
_MESSAGE: Final = (Command, Event, Fact, Step)
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_write: Final = object.__setattr__


@attrs.frozen
class _Sequel:
    """All that is done when an event of a kind is recorded."""

    change: Callable[[Case, Any], None]
    asks: tuple[Do, ...] = ()
    tells: tuple[Do, ...] = ()
    reacts: tuple[Do, ...] = ()


class House:
    """Rooms in their order.  It checks them when it is made.

    Args:
        given: the rooms.
        phase: what a case is in, such as its order's state.
        at_rest: by phase, the matters in their order: the first that
            asks for something is the only one that does, and ``WAIT``
            lets none ask.
        admits: refuses a command, before any room is asked.
        concludes: what is recorded of a command beyond its events.
        own: how many of the rooms are the library's; None: all of them.

    Raises:
        LifecycleError: something is missing, or there twice.
    """

    def __init__(
        self,
        *given: _Given,
        phase: Callable[[Case], Any],
        at_rest: Callable[[House], Matters],
        admits: Callable[[Case, Command, Policy], None],
        concludes: Callable[
            [Case, Case, Sequence[Event], Command, Policy], Iterable[Event]
        ],
        own: int | None = None,
    ) -> None:
        self._given, self._phase, self._at_rest = given, phase, at_rest
        self._own = len(given) if own is None else own
        self._admits, self._concludes = admits, concludes
        self.troubles: dict[
            ExceptionKind, list[tuple[Room[Any], Trouble]]
        ] = {}
        self.remedies: dict[ExceptionKind, tuple[Remedy, ...]] = {}
        self.rooms: tuple[Room[Any], ...] = tuple(
            room if isinstance(room, Room) else room(self) for room in given
        )
        self.changes: dict[type, tuple[Parts[Any], Change[Any]]] = {}
        self.reports: dict[type[Intent], Report] = {}
        self._answers: dict[type, Rule] = {
            TimerFired: Rule(TimerFired, self._fired)
        }
        self._hearing: dict[type, list[tuple[Parts[Any], PartRule[Any]]]] = {}
        for room in self.rooms:
            self._settle_in(room)
        self.inputs = frozenset((*self.commands, *self.facts))
        """All kinds of commands and facts."""
        self.answered_by: dict[type, str] = {
            report.fact: report.intent.port for report in self.reports.values()
        }
        """The facts that answers of ports are, and of which port."""
        self.matters = at_rest(self)
        self.deadlines: dict[TimerKind, Deadline] = {
            deadline.kind: deadline
            for room in self.rooms
            for deadline in room.deadlines
        }
        self._catches = self._several("catches", self._answers)
        self._sequels = self._prepared()
        for kind, guards in self._several("objects", self._answers).items():
            rule = self._answers[kind]
            self._answers[kind] = attrs.evolve(
                rule, do=_guarded(rule.do, guards)
            )
        for room in self.rooms:
            self._complete(room)
        self._check_names()
        for exception in ExceptionKind:
            if not self.remedies.get(exception):
                message = f"an item {exception.value} has no remedy"
                raise LifecycleError(message)

    def with_(self, *given: _Given, at_rest: Matters | None = None) -> House:
        """The house with rooms of an application's own behind ours.

        What their kinds are called carries the room's name.

        Args:
            given: the rooms.
            at_rest: by the state of the order, their matters: they come
                before ours.
        """
        first = at_rest or {}

        def matters(house: House) -> Matters:
            ours = self._at_rest(house)
            return {
                phase: (*first.get(phase, ()), *ours.get(phase, ()))
                for phase in {**first, **ours}
            }

        return House(
            *self._given,
            *given,
            phase=self._phase,
            at_rest=matters,
            admits=self._admits,
            concludes=self._concludes,
            own=self._own,
        )

    @property
    def brought(self) -> tuple[Room[Any], ...]:
        """The rooms that an application has brought."""
        return self.rooms[self._own :]

    # Making it

    def _settle_in(self, room: Room[Any]) -> None:
        """Take the rows of a room's table over."""
        for change in room.events:
            if change.kind in self.changes:
                self._fail(room, change.kind, "is applied twice")
            self.changes[change.kind] = room.parts, change
        for report in room.reports:
            if report.intent in self.reports:
                self._fail(room, report.intent, "is reported twice")
            self.reports[report.intent] = report
        for rule in rows(room):
            if isinstance(rule, PartRule):
                self._place(room, rule)
            elif rule.kind in self._answers:
                self._fail(room, rule.kind, "is answered twice")
            else:
                self._answers[rule.kind] = rule
        for trouble in room.troubles:
            self.troubles.setdefault(trouble.kind, []).append((room, trouble))
            known = self.remedies.get(trouble.kind, ())
            self.remedies[trouble.kind] = tuple(
                dict.fromkeys((*known, *trouble.remedies))
            )

    def _place(self, room: Room[Any], rule: PartRule[Any]) -> None:
        key = rule.key or room.parts.key
        if key and key not in attrs.fields_dict(rule.kind):
            self._fail(room, rule.kind, f"has no {key}")
        if rule.unknown is not None:
            heard_by = self._hearing.setdefault(rule.kind, [])
            heard_by.append((room.parts, attrs.evolve(rule, key=key)))
            self._answers[rule.kind] = Rule(rule.kind, self._heard)
        elif rule.kind in self._answers:
            self._fail(room, rule.kind, "is answered twice")
        else:
            do = _bound(room.parts, key, rule.do)
            self._answers[rule.kind] = Rule(rule.kind, do)

    def _several(
        self, place: str, known: Mapping[type, Any]
    ) -> dict[type, tuple[Do, ...]]:
        found: dict[type, tuple[Do, ...]] = {}
        for room in self.rooms:
            for rule in getattr(room, place):
                if rule.kind not in known:
                    self._fail(room, rule.kind, "is nobody's")
                found[rule.kind] = (*found.get(rule.kind, ()), rule.do)
        return found

    def _prepared(self) -> dict[type, _Sequel]:
        """All that follows from an event's class, as one look-up."""
        reacts = self._several("reacts", self.changes)
        asks = self._several("asks", self.changes)
        tells = self._several("tells", self.changes)
        return {
            kind: _Sequel(
                _applied(parts, change),
                asks.get(kind, ()),
                tells.get(kind, ()),
                reacts.get(kind, ()),
            )
            for kind, (parts, change) in self.changes.items()
        }

    def _complete(self, room: Room[Any]) -> None:
        """Find what a room has forgotten."""
        for rule in room.commands:
            for field in undeclared(rule.kind):
                why = f"keeps personal data in {field}, and does not say so"
                self._fail(room, rule.kind, why)
        followed = [
            *(rule.do for rule in (*rows(room), *room.reacts)),
            *(deadline.fires for deadline in room.deadlines),
            *(
                do
                for trouble in room.troubles
                for do in trouble.remedies.values()
                if do is not None
            ),
        ]
        for do in followed:
            for kind in may_give(do):
                known = (
                    self.changes if issubclass(kind, Event) else self._answers
                )
                if issubclass(kind, _MESSAGE) and not (
                    kind in known or kind in _MESSAGE
                ):
                    self._fail(room, kind, "follows, and is nobody's")
        for module in room.contract:
            for name in module.__all__:
                kind = getattr(module, name)
                if not isinstance(kind, type):
                    continue
                if issubclass(kind, _MESSAGE) and not self._knows(kind):
                    self._fail(room, kind, "was forgotten")
        for report in room.reports:
            if report.fact not in self._answers:
                self._fail(room, report.fact, "is nobody's")
        told = {rule.kind for each in self.rooms for rule in each.tells}
        for change in room.events:
            silent = change.kind in room.silent
            if (change.kind in told) is silent:
                why = "is told and silent" if silent else "is told to nobody"
                self._fail(room, change.kind, why)

    def _check_names(self) -> None:
        """See that each room has a name of its own, and its kinds carry it."""
        names = [room.name for room in self.rooms]
        for room in self.brought:
            if names.count(room.name) > 1 or not _NAME.fullmatch(room.name):
                message = f"room {room.name!r}: needs a name of its own"
                raise LifecycleError(message)
            kinds: list[OpenWord] = [d.kind for d in room.deadlines]
            kinds += [trouble.kind for trouble in room.troubles]
            for kind in kinds:
                if kind.room not in {"", room.name}:
                    message = f"room {room.name}: {kind.value} is another's"
                    raise LifecycleError(message)

    def _knows(self, kind: type) -> bool:
        """Whether a message is somebody's, or any at all."""
        known = kind in self._answers or kind in self.changes
        return known or kind in _MESSAGE

    @staticmethod
    def _fail(room: Room[Any], kind: type, why: str) -> NoReturn:
        message = f"room {room.name}: {kind.__name__} {why}"
        raise LifecycleError(message)

    # What there is

    @property
    def events(self) -> tuple[type[Event], ...]:
        """All kinds of events, room by room."""
        return tuple(
            change.kind for room in self.rooms for change in room.events
        )

    @property
    def tags(self) -> Mapping[type, str]:
        """What each kind of message is called in a document."""
        found: dict[type, str] = {TimerFired: TimerFired.__name__}
        for number, room in enumerate(self.rooms):
            prefix = f"{room.name}." if number >= self._own else ""
            for row in (*room.commands, *room.facts, *room.events):
                found.setdefault(row.kind, f"{prefix}{row.kind.__name__}")
        return found

    @property
    def commands(self) -> tuple[type[Command], ...]:
        """All kinds of commands, room by room."""
        return tuple(
            rule.kind for room in self.rooms for rule in room.commands
        )

    @property
    def facts(self) -> tuple[type[Fact], ...]:
        """All kinds of facts, room by room, those of timers last."""
        found = [rule.kind for room in self.rooms for rule in room.facts]
        return (*dict.fromkeys(found), TimerFired)

    # Cases

    def evolve(self, case: Case, event: Event) -> Case:
        """Give the case after an event."""
        changed = replace(case)
        self.advance(changed, event)
        return changed

    def fold(self, order_id: str, events: Iterable[Event]) -> Case:
        """Replay a history: the case is always the fold of its events."""
        case = Case(order_id=order_id)
        for event in events:
            self.advance(case, event)
        return case

    def asked(
        self, case: Case, event: Event, context: Context
    ) -> Iterator[Intent]:
        """What an event that was just recorded asks of a port."""
        for ask in self._sequels[type(event)].asks:
            for asked in ask(case, event, context):
                if not isinstance(asked, Again):
                    yield asked

    def told(
        self, case: Case, event: Event, context: Context
    ) -> Iterator[Intent]:
        """Whom an event that was just recorded is told to."""
        for tell in self._sequels[type(event)].tells:
            yield from tell(case, event, context)

    def reactions(
        self, case: Case, event: Event, context: Context
    ) -> Sequence[Step | Fact]:
        """What an event that was just recorded asks for next."""
        follows: list[Step | Fact] = []
        for react in self._sequels[type(event)].reacts:
            follows += react(case, event, context)
        return follows

    def advance(self, case: Case, event: Event) -> None:
        """Write an event into a case that nobody else knows of yet."""
        self._sequels[type(event)].change(case, event)
        _write(case, "version", case.version + 1)

    def timers(self, case: Case) -> tuple[Timer, ...]:
        """All that is due on a date, the earliest first.

        Derived from the state alone: a timer needs no cancelling, it is
        gone when its cause is.
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

    def awaited(self, case: Case) -> Iterator[str]:
        """Every operation of whose answer a part waits."""
        for room in self.rooms:
            if room.awaits is not None:
                for part in room.parts.of(case).values():
                    yield from room.awaits(part)

    def awaited_by(self, case: Case, subject: str) -> Iterable[str]:
        """The operations of whose answers the part of this id waits."""
        for room in self.rooms:
            if room.awaits is not None:
                part = room.parts.of(case).get(subject)
                if part is not None:
                    return room.awaits(part)
        return ()

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
            check_policy(policy)
            with Sound(case.order_id):
                return self._decided(case, message, now, policy)
        except (RefusedError, InputError) as error:
            return Refusal(error)

    def _check(self, case: Case, message: Command | Fact) -> None:
        what = type(message).__name__
        if type(message) not in self._answers or isinstance(message, Step):
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
            self._admits(case, message, policy)
            actor, cause = message.actor, message.command_id
            notify = message.notify
        else:
            actor, notify = message.source, True
            cause = message.fact_id or getattr(message, "operation_id", "")
        context = Context(now=now, policy=policy, actor=actor, notify=notify)
        run = _Run(self, case, context, cause)
        run.until_rest(message)
        if isinstance(message, Command):
            events = [recorded.event for recorded in run.events]
            for event in self._concludes(
                case, run.case, events, message, policy
            ):
                run.record(event)
        return run.decision(message)

    def answer(self, case: Case, message: Any, context: Context) -> Then:
        """What is done about a command, a fact or a step."""
        rule = self._answers[type(message)]
        if case.order is None and not rule.begins:
            _ = case.placed  # says which order there is not
        then: Then = rule.do(case, message, context)
        return then

    def _heard(self, case: Case, fact: Fact, context: Context) -> Then:
        """Have the room record a fact that knows what it is about."""
        for catch in self._catches.get(type(fact), ()):
            caught: Then | None = catch(case, fact, context)
            if caught is not None:
                return caught
        rooms = self._hearing[type(fact)]
        for parts, rule in rooms:
            part = parts.of(case).get(getattr(fact, rule.key))
            if part is not None:
                known: Then = rule.do(part, fact, context)
                return known
        unknown = rooms[0][1].unknown
        stray: Then = () if unknown is None else unknown(case, fact, context)
        return stray

    def _fired(self, case: Case, fact: TimerFired, context: Context) -> Then:
        """A date has come.  What is not due, or is gone, changes nothing."""
        timer = fact.timer
        if timer.at > context.now or timer not in self.timers(case):
            return ()
        return self.deadlines[timer.kind].fires(case, timer.subject, context)

    def asked_at_rest(self, case: Case, context: Context) -> Sequence[Step]:
        """One matter after the other: the first that asks."""
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
        if case.order is None:
            return (), ()
        context = Context(now=now, policy=policy, actor=actor)
        offers = [
            offer
            for room in self.rooms
            if room.offers is not None
            for offer in room.offers(case, context)
        ]
        # What is about the order comes before what is about its parts.
        offers.sort(key=lambda offer: offer[0] != case.order_id)
        return tried(
            offers, lambda command: self.handle(case, command, now, policy)
        )

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


class _Run:
    """One decision under way: decide, evolve, react, to a fixpoint."""

    def __init__(
        self, house: House, case: Case, context: Context, cause: str
    ) -> None:
        self.house = house
        self.case = case
        self.context = context
        self.cause = cause
        self.events: list[Recorded] = []
        self.intents: list[Intent] = []
        self.retried: list[str] = []

    def until_rest(self, first: Command | Fact) -> None:
        """Answer a message, and all that follows from it."""
        house, context = self.house, self.context
        todo: deque[Command | Fact | Step] = deque((first,))
        for _ in range(MAX_STEPS):
            follows: list[Fact | Step] = []
            # All of an answer is decided before any of it is recorded:
            # its events belong together.
            answer = house.answer(self.case, todo.popleft(), context)
            for then in tuple(answer):
                if isinstance(then, Event):
                    follows += self.record(then)
                else:
                    follows.append(then)
            if follows:
                # What follows from it comes before what was asked already:
                # each reaction sees the state that it was asked in.
                todo.extendleft(reversed(follows))
            if not todo:
                todo.extend(house.asked_at_rest(self.case, context))
            if not todo:
                return
        message = f"no rest after {MAX_STEPS} steps"
        raise InvariantError(message)

    def record(self, event: Event) -> list[Fact | Step]:
        """Record an event, and give what it asks for next."""
        if not self.events:
            self.case = replace(self.case)  # to be written into, from now on
        case, context = self.case, self.context
        sequel = self.house._sequels[type(event)]  # noqa: SLF001
        sequel.change(case, event)
        _write(case, "version", case.version + 1)
        self.events.append(
            Recorded(
                case.version, context.now, context.actor, self.cause, event
            )
        )
        for ask in sequel.asks:
            for asked in ask(case, event, context):
                if isinstance(asked, Again):
                    self.retried.append(asked.operation_id)
                else:
                    self.intents.append(asked)
        for tell in sequel.tells:
            self.intents += tell(case, event, context)
        follows: list[Fact | Step] = []
        for react in sequel.reacts:
            follows += react(case, event, context)
        return follows

    def decision(self, message: Command | Fact) -> Decision:
        """What is to be stored."""
        return Decision(
            case=self.case,
            events=tuple(self.events),
            intents=tuple(self.intents),
            retried=tuple(self.retried),
            personal=personal_of(message, self.events),
        )


def _guarded(do: Do, guards: tuple[Do, ...]) -> Do:
    def answer(case: Case, message: Any, context: Context) -> Any:
        for guard in guards:
            guard(case, message, context)
        return do(case, message, context)

    return answer


def _bound(
    parts: Parts[Any], key: str, do: Callable[[Any, Any, Context], Any]
) -> Do:
    def answer(case: Case, message: Any, context: Context) -> Any:
        part_id = getattr(message, key) if key else case.order_id
        return do(parts.get(case, part_id), message, context)

    return answer


def _applied(
    parts: Parts[Any], change: Change[Any]
) -> Callable[[Case, Any], None]:
    """How a kind of event is written into a case."""
    make, apply = change.make, change.apply

    def write(case: Case, event: Any) -> None:
        part_id = getattr(event, parts.key) if parts.key else case.order_id
        known = parts.of(case)
        if apply is not None and (make is None or part_id in known):
            parts.put(case, part_id, apply(known[part_id], event))
        elif make is not None:
            parts.put(case, part_id, make(event))

    return write
