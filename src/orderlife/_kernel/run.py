"""One decision under way: decide, evolve, react, until nothing is left."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.decision import Decision
from orderlife._kernel.messages import (
    Command,
    Event,
    Fact,
    Recorded,
    Step,
)
from orderlife._kernel.personal import personal_of
from orderlife._kernel.room import Again
from orderlife._values.limits import MAX_STEPS
from orderlife._values.replacing import maker, replace
from orderlife.errors import InvariantError
from orderlife.ports.base import Intent

if TYPE_CHECKING:
    from orderlife._kernel.house import House

__all__ = ["Run"]

_write: Final = object.__setattr__
_recorded: Final = maker(Recorded)
_decision: Final = maker(Decision)


class Run:
    """One decision under way: decide, evolve, react, to a fixpoint."""

    def __init__(
        self, house: House, case: Case, context: Context, cause: str
    ) -> None:
        self.house = house
        self.sequels = house.sequels
        self.case = case
        self.context = context
        self.cause = cause
        self.events: list[Recorded] = []
        self.intents: list[Intent] = []
        self.retried: list[str] = []

    def until_rest(self, first: Command | Fact) -> None:
        """Answer a message, and all that follows from it.

        Raises:
            InvariantError: steps lead to steps for ever.
        """
        house, context = self.house, self.context
        answer, record = house.answer, self.record
        # What comes next stands at the end.
        todo: list[Command | Fact | Step] = [first]
        for _ in range(MAX_STEPS):
            follows: list[Fact | Step] = []
            # All events of an answer are decided before any is recorded:
            # they belong together.
            for then in tuple(answer(self.case, todo.pop(), context)):
                if isinstance(then, Event):
                    follows += record(then)
                else:
                    follows.append(then)
            # Reactions to an event come before steps that wait already:
            # so each sees the state that led to it.
            todo += reversed(follows)
            if not todo:
                todo += reversed(house.asked_at_rest(self.case, context))
            if not todo:
                return
        what = f"no rest after {MAX_STEPS} steps"
        message = f"{what}; the next is {type(todo[-1]).__name__}"
        raise InvariantError(message)

    def record(self, event: Event) -> Iterable[Fact | Step]:
        """Record an event, and give what it asks for next."""
        if not self.events:
            self.case = replace(self.case)  # to be written into, from now on
        case, context = self.case, self.context
        sequel = self.sequels[type(event)]
        sequel.change(case, event)
        _write(case, "version", case.version + 1)
        self.events.append(
            _recorded(
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
        if not sequel.reacts:
            return ()
        follows: list[Fact | Step] = []
        for react in sequel.reacts:
            follows += react(case, event, context)
        return follows

    def decision(self, message: Command | Fact) -> Decision:
        """The decision that is to be stored."""
        return _decision(
            case=self.case,
            events=tuple(self.events),
            intents=tuple(self.intents),
            retried=tuple(self.retried),
            personal=personal_of(message, self.events),
        )
