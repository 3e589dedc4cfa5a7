"""Lifecycles: rules as data, one shared machine, one frozen table.

This is the only file that imports ``transitions``.

An aggregate's rules are typed data.  From them one shared machine is
made for each lifecycle, and no object belongs to it: a step moves a
throw-away cursor, so that the machine keeps nothing and nothing is shared
between objects or threads.  ``decide`` asks the machine.  From the
machine a read-only table is frozen, which ``evolve``, ``allowed`` and
the diagrams read; a test walks states times triggers and proves both
equal.

A lifecycle checks itself when it is made, which is when its module is
imported: a mistake in the rules never waits for a customer to find it.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

import attrs
from transitions import Event, Machine, MachineError

from orderlife.errors import IllegalTransitionError, LifecycleError

__all__ = ["Lifecycle", "Rule"]

S = TypeVar("S", bound=enum.Enum)
T = TypeVar("T", bound=enum.Enum)


@attrs.frozen
class Rule(Generic[S, T]):
    """A transition: from any of ``sources``, ``trigger`` leads to ``dest``."""

    trigger: T
    sources: tuple[S, ...]
    dest: S


@attrs.define(eq=False)
class _Cursor:
    """The object whose state ``transitions`` changes, for one step."""

    state: enum.Enum


class _Event(Event):
    """A trigger of a machine without callbacks, conditions or a queue.

    The library would look for each of them at every step, and log that
    it found none: nine tenths of what a step costs.
    """

    def trigger(self, model: Any, *_: object, **__: object) -> bool:
        """Move the cursor as the machine's own transitions say."""
        moves = self.transitions.get(model.state.name)
        if not moves:
            message = f"no {self.name} from {model.state.name}"
            raise MachineError(message)
        dest: Any = moves[0].dest
        model.state = self.machine.states[dest].value
        return True


class _Machine(Machine):
    """The library's machine, with our kind of trigger."""

    event_cls: type[Event] = _Event


class Lifecycle(Generic[S, T]):
    """The states of one kind of aggregate, and its transitions.

    Raises:
        LifecycleError: a state that cannot be reached, a terminal
            state with an exit, a state that is neither terminal nor
            has one, two destinations for one state and trigger, a
            trigger that no rule uses.
    """

    def __init__(
        self,
        name: str,
        *,
        states: type[S],
        triggers: type[T],
        initial: S,
        terminal: Iterable[S],
        rules: Sequence[Rule[S, T]],
    ) -> None:
        self.name: Final = name
        self.initial: Final = initial
        self.terminal: Final = frozenset(terminal)
        self.rules: Final = tuple(rules)
        self.states: Final = tuple(states)
        self.triggers: Final = tuple(triggers)
        _check_members(name, states, triggers, initial, rules)
        _check_destinations(name, rules)
        self._machine: Final = _Machine(
            model=None,
            name=name,
            states=states,
            initial=initial,
            transitions=[
                {
                    "trigger": rule.trigger.value,
                    "source": list(rule.sources),
                    "dest": rule.dest,
                }
                for rule in rules
            ],
            auto_transitions=False,
            queued=False,
            send_event=True,
        )
        self._table: Final = self._freeze(states, triggers)
        self._check()
        self._events: Final = {
            trigger: self._machine.events[trigger.value]
            for trigger in triggers
        }

    def _freeze(
        self, states: type[S], triggers: type[T]
    ) -> Mapping[S, Mapping[T, S]]:
        table: dict[S, dict[T, S]] = {state: {} for state in states}
        for name, event in self._machine.events.items():
            for source, moves in event.transitions.items():
                for move in moves:
                    row = table[states[str(source)]]
                    row[triggers(name)] = states[str(move.dest)]
        return MappingProxyType(
            {state: MappingProxyType(row) for state, row in table.items()}
        )

    def _check(self) -> None:
        used = {rule.trigger for rule in self.rules}
        for trigger in self.triggers:
            if trigger not in used:
                self._fail(f"no rule uses the trigger {trigger.value}")
        reached = {self.initial}
        todo = [self.initial]
        while todo:
            for state in self._table[todo.pop()].values():
                if state not in reached:
                    reached.add(state)
                    todo.append(state)
        for state in self.states:
            if state not in reached:
                self._fail(f"{state.value} cannot be reached")
            if state in self.terminal and self._table[state]:
                self._fail(f"{state.value} is terminal and has an exit")
            if state not in self.terminal and not self._table[state]:
                self._fail(f"{state.value} has no exit, yet is not terminal")

    def _fail(self, why: str) -> None:
        message = f"lifecycle {self.name}: {why}"
        raise LifecycleError(message)

    def step(self, id: str, state: S, trigger: T) -> S:
        """Ask the machine where ``trigger`` leads from ``state``.

        Args:
            id: of the aggregate, for the error.
            state: where the aggregate is now.
            trigger: what is asked.

        Raises:
            IllegalTransitionError: the lifecycle has no such step.
        """
        cursor: Any = _Cursor(state)
        try:
            self._events[trigger].trigger(cursor)
        except MachineError:
            raise IllegalTransitionError(
                self.name,
                id,
                state.value,
                trigger.value,
                (t.value for t in self._table[state]),
            ) from None
        led_to: S = cursor.state
        return led_to

    def after(self, state: S, trigger: T) -> S:
        """The state that a recorded step led to; for ``evolve`` and replay."""
        return self._table[state][trigger]

    def can(self, state: S, trigger: T) -> bool:
        """Whether ``trigger`` is possible in ``state``."""
        return trigger in self._table[state]

    def allowed(self, state: S) -> tuple[T, ...]:
        """The triggers possible in ``state``, in the order of the rules."""
        return tuple(self._table[state])

    def is_terminal(self, state: S) -> bool:
        """Whether no transition leads out of ``state``."""
        return state in self.terminal


def _check_members(
    name: str,
    states: type[S],
    triggers: type[T],
    initial: S,
    rules: Sequence[Rule[S, T]],
) -> None:
    """Refuse rules with states of another lifecycle.

    The machine knows states by name, and would take one of equal name.
    """
    for rule in rules:
        for state in (initial, *rule.sources, rule.dest):
            if not isinstance(state, states):
                message = f"lifecycle {name}: {state!r} is none of its states"
                raise LifecycleError(message)
        if not isinstance(rule.trigger, triggers):
            message = (
                f"lifecycle {name}: {rule.trigger!r} is none of its triggers"
            )
            raise LifecycleError(message)


def _check_destinations(name: str, rules: Sequence[Rule[S, T]]) -> None:
    """Refuse rules that lead one state and trigger to two places.

    Checked on the rules: the machine would keep both in silence and
    take the first.
    """
    seen: set[tuple[S, T]] = set()
    for rule in rules:
        for source in rule.sources:
            if (source, rule.trigger) in seen:
                message = (
                    f"lifecycle {name}: {source.value} has two rules "
                    f"for {rule.trigger.value}"
                )
                raise LifecycleError(message)
            seen.add((source, rule.trigger))
