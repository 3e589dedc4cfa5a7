"""Watches the functions of a room that an application brings.

A type checker has seen the functions of our rooms; nobody knows what has
seen these.  One that raises an error of Python's own, or gives what a
house cannot use, would otherwise be told as a fault of the stored case.
A watched function raises a ``RoomError`` that names it, and nothing is
stored.  The error's text repeats no values, as they may be personal
data; its cause is the original error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

import attrs

from orderlife._checks.validation import check
from orderlife._kernel.annotations import name_of
from orderlife._kernel.choices import Choice
from orderlife._kernel.context import Context
from orderlife._kernel.invariants import Invariants, Violation
from orderlife._kernel.messages import (
    Command,
    Contradiction,
    Event,
    Fact,
    Step,
)
from orderlife._kernel.offers import Offer
from orderlife._kernel.parts import Parts
from orderlife._kernel.room import (
    WAIT,
    Again,
    Change,
    Deadline,
    Matter,
    PartRule,
    Report,
    Room,
    Rule,
    Trouble,
)
from orderlife._kernel.sentences import Told
from orderlife._values.limits import MAX_FOREIGN_ID
from orderlife.errors import (
    InputError,
    OrderlifeError,
    RefusedError,
    RoomError,
    ValidationError,
)
from orderlife.ports.base import Intent
from orderlife.ports.notifier import Notify
from orderlife.ports.store import ChannelNumber

if TYPE_CHECKING:
    from orderlife._kernel.tables import Tables

__all__ = ["Watch"]

_R = TypeVar("_R", bound=Rule | PartRule[Any])
_Read = Callable[..., Any]
"""Gives an answer as the house uses it, or raises ``_UnusableError``; it
is also given what the function was given."""

_STEPS: Final = "events, steps and facts"
_INTENTS: Final = "intents"
_HAPPENED: Final = "refused what has happened: open an exception item"
_ASKED: Final = "refused, and must answer: only a decision can be refused"


class _UnusableError(Exception):
    """An answer that cannot be used; its text ends "the function …"."""


class Watch:
    """Watches the functions of one room.

    Args:
        name: the room's.
        house: its house, which knows all messages and intents.
    """

    def __init__(self, name: str, house: Tables) -> None:
        self.name = name
        self.house = house

    def room(self, room: Room[Any]) -> Room[Any]:
        """Give the room with all of its functions watched."""
        return attrs.evolve(
            room,
            commands=tuple(
                self._rule(row, self._then) for row in room.commands
            ),
            facts=tuple(self._fact(row) for row in room.facts),
            steps=tuple(self._rule(row, self._then) for row in room.steps),
            objects=tuple(self._rule(row, _nothing) for row in room.objects),
            events=tuple(self._change(row, room.parts) for row in room.events),
            reacts=tuple(self._rule(row, self._then) for row in room.reacts),
            asks=tuple(self._rule(row, self._asked) for row in room.asks),
            tells=tuple(self._rule(row, self._told) for row in room.tells),
            reports=tuple(map(self._report, room.reports)),
            deadlines=tuple(map(self._deadline, room.deadlines)),
            troubles=tuple(map(self._trouble, room.troubles)),
            offers=self._if_there(room.offers, self._offered),
            awaits=self._if_there(room.awaits, _one_of(bool, type(None))),
            catches=self._if_there(room.catches, self._caught),
            claims=self._if_there(
                room.claims, _one_of(ChannelNumber, type(None))
            ),
            arrived=self._if_there(room.arrived, self._fact_for),
            marks=self._if_there(room.marks, _one_of(str)),
            gives_away=self._if_there(room.gives_away, _one_of(int)),
            invariants=self._invariants(room.invariants),
            status=self._if_there(room.status, _one_of(str)),
            sentences=self._if_there(
                room.sentences, _one_of(Told, type(None))
            ),
        )

    def matter(self, matter: Matter) -> Matter:
        """Give a matter at rest, watched."""
        return self._watched(matter, self._steps)

    def _watched(
        self,
        function: Callable[..., Any],
        read: _Read,
        kind: type | None = None,
        *,
        refused: str = "",
    ) -> Callable[..., Any]:
        """Give a function that calls another and checks its answer.

        Args:
            function: the one that is called.
            read: checks its answer.
            kind: the class of messages that it is for; None: of all.
            refused: what is said if it refuses; empty: it may, unless a
                fact is decided about.
        """
        name = name_of(function)
        about = f"{name}, for {kind.__name__}," if kind else name

        @wraps(function)
        def called(*given: Any) -> Any:
            try:
                return read(function(*given), *given)
            except _UnusableError as error:
                why = str(error)
                raise RoomError(self.name, about, why) from error.__cause__
            except (RefusedError, InputError) as error:
                why = _HAPPENED if _hears(given) else refused
                if not why:
                    raise
                raise RoomError(self.name, about, why) from error
            except OrderlifeError:
                raise
            except Exception as error:
                why = f"raised {type(error).__name__}"
                raise RoomError(self.name, about, why) from error

        return called

    def _if_there(
        self,
        function: Callable[..., Any] | None,
        read: _Read,
        *,
        refused: str = _ASKED,
    ) -> Callable[..., Any] | None:
        if function is None:
            return None
        return self._watched(function, read, refused=refused)

    # The rows of a table

    def _rule(self, rule: _R, read: _Read) -> _R:
        do = self._watched(rule.do, read, rule.kind)
        return attrs.evolve(rule, do=do)

    def _fact(self, rule: Rule | PartRule[Any]) -> Rule | PartRule[Any]:
        def watched(do: Callable[..., Any]) -> Callable[..., Any]:
            return self._watched(do, self._then, rule.kind)

        if isinstance(rule, PartRule) and rule.unknown is not None:
            unknown = watched(rule.unknown)
            return attrs.evolve(rule, do=watched(rule.do), unknown=unknown)
        return attrs.evolve(rule, do=watched(rule.do))

    def _change(self, change: Change[Any], parts: Parts[Any]) -> Change[Any]:
        def watched(do: Callable[..., Any]) -> Callable[..., Any]:
            return self._watched(do, read, change.kind, refused=_ASKED)

        def read(answer: object, *given: Any) -> object:
            if type(answer) is not parts.kind:
                _fail(answer, parts.kind.__name__)
            its_id = getattr(answer, parts.key, None) if parts.key else None
            if its_id not in {None, getattr(given[-1], parts.key, None)}:
                what = f"gave another's {parts.key} to {_name(answer)}"
                raise _UnusableError(what)
            return answer

        return attrs.evolve(
            change,
            apply=watched(change.apply),
            make=change.make and watched(change.make),
        )

    def _report(self, report: Report) -> Report:
        def read(answer: object, *_: object) -> object:
            if answer is not None and type(answer) is not report.fact:
                _fail(answer, f"{report.fact.__name__} or None")
            return answer

        tell = self._watched(
            report.tell, read, report.intent, refused=_HAPPENED
        )
        return attrs.evolve(report, tell=tell)

    def _deadline(self, deadline: Deadline) -> Deadline:
        return attrs.evolve(
            deadline,
            due=self._watched(deadline.due, _dates, refused=_ASKED),
            fires=self._watched(deadline.fires, self._then),
        )

    def _trouble(self, trouble: Trouble) -> Trouble:
        return attrs.evolve(
            trouble,
            knows=self._if_there(trouble.knows, _one_of(bool)),
            remedies={
                remedy: self._if_there(do, self._then, refused="")
                for remedy, do in trouble.remedies.items()
            },
        )

    def _invariants(self, rules: Invariants) -> Invariants:
        def watched(check: Callable[..., Any]) -> Callable[..., Any]:
            return self._watched(check, _violations, refused=_ASKED)

        return Invariants(
            case=tuple(map(watched, rules.case)),
            events=tuple(
                attrs.evolve(rule, check=watched(rule.check))
                for rule in rules.events
            ),
            history=tuple(map(watched, rules.history)),
            moves_on=self._if_there(rules.moves_on, _one_of(bool)),
        )

    # Their answers

    def _then(self, answer: object, *_: object) -> tuple[Any, ...]:
        """Messages, each of a kind that some room answers or applies."""
        given = _all_of(answer, _STEPS)
        for each in given:
            if isinstance(each, Event):
                self._check_known(each, self.house.changes)
            elif isinstance(each, Step | Fact):
                self._check_known(each, self.house.rules)
            else:
                _fail(each, _STEPS)
            for value in _values(each):
                self._check_item(value)
        return given

    def _caught(self, answer: object, *_: object) -> tuple[Any, ...] | None:
        return None if answer is None else self._then(answer)

    def _fact_for(self, answer: object, *_: object) -> Any:
        if not isinstance(answer, Fact):
            _fail(answer, "a fact")
        self._check_known(answer, self.house.rules)
        return answer

    def _steps(self, answer: object, *_: object) -> Any:
        """What a matter asks for: ``WAIT`` counts by its identity."""
        if answer is WAIT:
            return answer
        given = self._then(answer)
        for each in given:
            if not isinstance(each, Step):
                _fail(each, "steps")
        return given

    def _check_known(self, value: object, known: Mapping[type, Any]) -> None:
        if type(value) not in known:
            what = f"gave {_name(value)}, which is in no room's table"
            raise _UnusableError(what)

    def _check_item(self, value: object) -> None:
        """See that an item that is to be opened is one, and can be settled."""
        if not isinstance(value, Contradiction):
            return
        try:
            check(value)
        except ValidationError as error:
            wrong = (f"{each.field} {each.message}" for each in error.problems)
            what = f"opens an item that is none: {'; '.join(wrong)}"
            raise _UnusableError(what) from error
        if not self.house.remedies.get(value.kind):
            what = f"opens an item {value.kind.value}, which no room's "
            raise _UnusableError(f"{what}Trouble settles")

    def _asked(self, answer: object, case: Any, *_: object) -> Any:
        """Intents, each of which its port performs, for this order."""
        given = _all_of(answer, _INTENTS)
        for each in given:
            if not isinstance(each, Again):
                self._check_intent(each, case.order_id, self._operation(each))
        names = [each.operation_id for each in given]
        if len(set(names)) < len(names):
            raise _UnusableError("gave two intents of one operation_id")
        return given

    def _told(self, answer: object, case: Any, *_: object) -> Any:
        given = _all_of(answer, "notifications")
        for each in given:
            if not isinstance(each, Notify):
                _fail(each, "notifications")
            self._check_intent(each, case.order_id, "notify")
        return given

    def _operation(self, intent: object) -> str:
        """What an intent is called within operation ids."""
        if not isinstance(intent, Intent):
            _fail(intent, _INTENTS)
        if type(intent) not in self.house.methods:
            what = f"gave {_name(intent)}, which no port performs"
            raise _UnusableError(what)
        operations = self.house.ports[intent.port].operations
        (name,) = (n for n, of in operations.items() if of is type(intent))
        return name

    def _check_intent(self, intent: Intent, order_id: str, name: str) -> None:
        """See that an intent is this order's, and that its id can be kept."""
        what = f"gave {_name(intent)}"
        if intent.order_id != order_id:
            raise _UnusableError(f"{what}, which names another order")
        given: Any = intent.operation_id
        fits = (
            isinstance(given, str)
            and re.fullmatch(f".+:{name}:[^:]+", given)
            and given.isprintable()
            and len(given) <= MAX_FOREIGN_ID
        )
        if not fits:
            raise _UnusableError(
                f"{what} with an operation_id that is none: it must be "
                f"PART:{name}:NUMBER, of {MAX_FOREIGN_ID} characters at most"
            )

    def _offered(self, answer: object, *_: object) -> Any:
        return tuple(map(self._offer, _all_of(answer, "offers")))

    def _offer(self, each: object) -> Offer:
        match each:
            case Offer(str(), Command() as command, choices):
                self._check_known(command, self.house.rules)
            case _:
                _fail(each, "offers, made by offer()")
        watched = self._if_there(choices, _chosen)
        return attrs.evolve(each, choices=watched)


def _hears(given: tuple[Any, ...]) -> bool:
    """Whether a function was called because something has happened."""
    context = given[-1]
    return isinstance(context, Context) and context.hears


def _all_of(answer: object, wanted: str) -> tuple[Any, ...]:
    if isinstance(answer, str) or not isinstance(answer, Iterable):
        _fail(answer, f"a list or an iterator of {wanted}")
    return tuple(answer)


def _chosen(answer: object, *_: object) -> Any:
    given = _all_of(answer, "choices")
    for each in given:
        if not isinstance(each, Choice):
            _fail(each, "choices, made by the trial")
    return given


def _fail(answer: object, wanted: str) -> NoReturn:
    raise _UnusableError(f"gave {_name(answer)}: it must give {wanted}")


def _name(value: object) -> str:
    return "None" if value is None else type(value).__name__


def _values(message: Any) -> Iterator[object]:
    for field in attrs.fields(type(message)):
        yield getattr(message, field.name)


def _nothing(answer: object, *_: object) -> None:
    if answer is not None:
        _fail(answer, "nothing, and refuse by raising an error")


def _one_of(*kinds: type) -> _Read:
    """Read an answer that must be of one of some classes."""
    names = " or ".join(
        "None" if kind is type(None) else kind.__name__ for kind in kinds
    )

    def read(answer: object, *_: object) -> object:
        if not isinstance(answer, kinds):
            _fail(answer, names)
        return answer

    return read


def _dates(answer: object, *_: object) -> tuple[Any, ...]:
    """Subjects and their dates, each of which is a moment or None."""
    given = _all_of(answer, "pairs of a subject and its date")
    for each in given:
        match each:
            case (str() as subject, None | datetime() as at) if _is_due(
                subject, at
            ):
                pass
            case _:
                _fail(each, "pairs of a subject and its date, in UTC, or None")
    return given


def _is_due(subject: str, at: datetime | None) -> bool:
    """Whether a timer can be kept: its subject is an id, its date a moment."""
    is_id = subject.isprintable() and len(subject) <= MAX_FOREIGN_ID
    return is_id and (at is None or at.tzinfo is not None)


def _violations(answer: object, *_: object) -> tuple[Any, ...]:
    given = _all_of(answer, "violations")
    for each in given:
        if not isinstance(each, Violation):
            _fail(each, "violations")
    return given
