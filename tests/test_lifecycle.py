"""Lifecycles: one machine, one frozen table, and both say the same."""

from __future__ import annotations

import enum
import pickle
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import attrs
import pytest
import transitions

from orderlife._kernel.lifecycle import Lifecycle, Rule
from orderlife.diagram import LIFECYCLES
from orderlife.errors import (
    IllegalTransitionError,
    LifecycleError,
    RefusedError,
)
from orderlife.rooms.order.lifecycle import ORDER, OrderState, OrderTrigger
from orderlife.rooms.returns.lifecycle import ReturnState, ReturnTrigger

AnyLifecycle = Lifecycle[Any, Any]

every_lifecycle = pytest.mark.parametrize(
    "lifecycle", LIFECYCLES.values(), ids=LIFECYCLES
)


class Lamp(enum.Enum):
    """What may be with a lamp."""

    OFF = "off"
    ON = "on"
    BROKEN = "broken"
    GLUED = "glued"


class Act(enum.Enum):
    """What may be done to a lamp."""

    LIGHT = "light"
    DARKEN = "darken"
    DROP = "drop"
    GLUE = "glue"


LIGHT = Rule(Act.LIGHT, (Lamp.OFF,), Lamp.ON)
DARKEN = Rule(Act.DARKEN, (Lamp.ON,), Lamp.OFF)
DROP = Rule(Act.DROP, (Lamp.OFF, Lamp.ON), Lamp.BROKEN)
GLUE = Rule(Act.GLUE, (Lamp.BROKEN,), Lamp.GLUED)


def lamp(
    *rules: Rule[Lamp, Act], terminal: Sequence[Lamp] = (Lamp.GLUED,)
) -> Lifecycle[Lamp, Act]:
    """Make the lifecycle of a lamp by these rules."""
    return Lifecycle(
        "lamp",
        states=Lamp,
        triggers=Act,
        initial=Lamp.OFF,
        terminal=terminal,
        rules=rules,
    )


# --- the machine and the table ----------------------------------------


@every_lifecycle
def test_table_says_what_the_rules_say(lifecycle: AnyLifecycle) -> None:
    """Each source of a rule leads to its destination, and nothing else."""
    expected = {
        (source, rule.trigger): rule.dest
        for rule in lifecycle.rules
        for source in rule.sources
    }
    actual = {
        (state, trigger): lifecycle.after(state, trigger)
        for state in lifecycle.states
        for trigger in lifecycle.allowed(state)
    }

    assert expected == actual


@every_lifecycle
def test_machine_steps_as_the_table_says(lifecycle: AnyLifecycle) -> None:
    """For each state and trigger the machine does what the table says."""
    for state, trigger in product(lifecycle.states, lifecycle.triggers):
        if lifecycle.can(state, trigger):
            expected = lifecycle.after(state, trigger)
            assert expected is lifecycle.step("x1", state, trigger)
        else:
            with pytest.raises(IllegalTransitionError):
                lifecycle.step("x1", state, trigger)
            with pytest.raises(KeyError):
                lifecycle.after(state, trigger)


@every_lifecycle
def test_machine_steps_as_the_library_alone_would(
    lifecycle: AnyLifecycle,
) -> None:
    """Our trigger leaves out only what no rule has."""
    plain = transitions.Machine(
        model=None,
        states=type(lifecycle.initial),
        initial=lifecycle.initial,
        transitions=[
            {
                "trigger": rule.trigger.value,
                "source": list(rule.sources),
                "dest": rule.dest,
            }
            for rule in lifecycle.rules
        ],
        auto_transitions=False,
        send_event=True,
    )
    for state, trigger in product(lifecycle.states, lifecycle.triggers):
        model = SimpleNamespace(state=state)
        event = plain.events[trigger.value]
        try:
            event.trigger(model)
        except transitions.MachineError:
            with pytest.raises(IllegalTransitionError):
                lifecycle.step("x1", state, trigger)
        else:
            assert model.state is lifecycle.step("x1", state, trigger)


@every_lifecycle
def test_refusal_offers_what_the_table_allows(
    lifecycle: AnyLifecycle,
) -> None:
    """Whatever is refused, the refusal lists what would be possible."""
    for state, trigger in product(lifecycle.states, lifecycle.triggers):
        if not lifecycle.can(state, trigger):
            with pytest.raises(IllegalTransitionError) as refused:
                lifecycle.step("x1", state, trigger)
            allowed = {each.value for each in lifecycle.allowed(state)}
            assert allowed == set(refused.value.allowed)


@every_lifecycle
def test_allowed_comes_in_the_order_of_the_rules(
    lifecycle: AnyLifecycle,
) -> None:
    """What can be asked for is listed as the rules list it."""
    for state in lifecycle.states:
        listed = [r.trigger for r in lifecycle.rules if state in r.sources]
        assert tuple(listed) == lifecycle.allowed(state)


@every_lifecycle
def test_terminal_states_are_those_without_an_exit(
    lifecycle: AnyLifecycle,
) -> None:
    """A state is terminal if, and only if, nothing is allowed in it."""
    for state in lifecycle.states:
        assert lifecycle.is_terminal(state) is not bool(
            lifecycle.allowed(state)
        )


@every_lifecycle
def test_lifecycle_names_all_states_and_triggers(
    lifecycle: AnyLifecycle,
) -> None:
    """States and triggers are those of the enumerations, in their order."""
    states: type[enum.Enum] = type(lifecycle.initial)
    triggers: type[enum.Enum] = type(lifecycle.triggers[0])

    assert tuple(states) == lifecycle.states
    assert tuple(triggers) == lifecycle.triggers


@every_lifecycle
def test_table_is_read_only(lifecycle: AnyLifecycle) -> None:
    """Nobody teaches a lifecycle a new way while the program runs."""
    table: Any = lifecycle._table
    for whole in (table, table[lifecycle.initial]):
        with pytest.raises(TypeError, match="does not support item"):
            whole[lifecycle.initial] = {}


def test_rule_is_frozen() -> None:
    """A rule cannot be bent after its lifecycle was made from it."""
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        LIGHT.dest = Lamp.OFF  # type: ignore[misc]


def test_lifecycle_may_have_several_rules_for_a_trigger() -> None:
    """One trigger leads to different places, each from another state."""
    lift = Rule(Act.GLUE, (Lamp.OFF,), Lamp.GLUED)

    glued = lamp(LIGHT, DARKEN, DROP, GLUE, lift)

    assert Lamp.GLUED is glued.step("l1", Lamp.OFF, Act.GLUE)
    assert Lamp.GLUED is glued.step("l1", Lamp.BROKEN, Act.GLUE)
    assert not glued.can(Lamp.ON, Act.GLUE)


# --- the refusal ------------------------------------------------------


def refusal(
    state: OrderState, trigger: OrderTrigger
) -> IllegalTransitionError:
    """Ask an order for what it cannot do."""
    with pytest.raises(IllegalTransitionError) as refused:
        ORDER.step("o-7", state, trigger)
    return refused.value


def test_refusal_explains_itself() -> None:
    """It says of what, which, in which state, what, and what instead."""
    error = refusal(OrderState.PLACED, OrderTrigger.COMPLETE)

    assert isinstance(error, RefusedError)
    assert error.aggregate == "order"
    assert error.id == "o-7"
    assert error.state == "placed"
    assert error.asked == "complete"
    assert error.allowed == ("cancel", "confirm")
    assert str(error) == (
        "order o-7 is placed: cannot complete; possible: cancel, confirm"
    )


def test_refusal_says_that_a_state_is_final() -> None:
    """Where nothing is possible any more, the refusal says so."""
    error = refusal(OrderState.EXPIRED, OrderTrigger.CANCEL)

    assert str(error) == (
        "order o-7 is expired: cannot cancel; possible: nothing: this "
        "state is final"
    )


def test_refusal_can_be_pickled() -> None:
    """A refusal crosses from one process to another unharmed."""
    error = refusal(OrderState.PLACED, OrderTrigger.COMPLETE)

    again = pickle.loads(pickle.dumps(error))  # noqa: S301, its own pickle

    assert (type(error), str(error)) == (type(again), str(again))
    assert vars(error) == vars(again)


def test_refusal_hides_the_machine() -> None:
    """The traceback does not show the machine's own error."""
    error = refusal(OrderState.PLACED, OrderTrigger.COMPLETE)

    assert error.__cause__ is None
    assert error.__suppress_context__


# --- a lifecycle checks itself ----------------------------------------

BROKEN_RULES: dict[
    str, tuple[str, tuple[Rule[Lamp, Act], ...], tuple[Lamp, ...]]
] = {
    "unreachable state": (
        "glued cannot be reached",
        (LIGHT, DARKEN, DROP, Rule(Act.GLUE, (Lamp.BROKEN,), Lamp.OFF)),
        (Lamp.GLUED,),
    ),
    "states that only reach each other": (
        "broken cannot be reached",
        (
            LIGHT,
            Rule(Act.DARKEN, (Lamp.ON,), Lamp.OFF),
            Rule(Act.DROP, (Lamp.GLUED,), Lamp.BROKEN),
            GLUE,
        ),
        (),
    ),
    "terminal state with an exit": (
        "glued is terminal and has an exit",
        (
            LIGHT,
            DARKEN,
            Rule(Act.DROP, (Lamp.ON, Lamp.GLUED), Lamp.BROKEN),
            GLUE,
        ),
        (Lamp.GLUED,),
    ),
    "state without an exit that is not terminal": (
        "glued has no exit, yet is not terminal",
        (LIGHT, DARKEN, DROP, GLUE),
        (),
    ),
    "two destinations": (
        "on has two rules for drop",
        (LIGHT, DARKEN, DROP, GLUE, Rule(Act.DROP, (Lamp.ON,), Lamp.OFF)),
        (Lamp.GLUED,),
    ),
    "one rule twice": (
        "off has two rules for light",
        (LIGHT, LIGHT, DARKEN, DROP, GLUE),
        (Lamp.GLUED,),
    ),
    "unused trigger": (
        "no rule uses the trigger darken",
        (LIGHT, DROP, GLUE),
        (Lamp.GLUED,),
    ),
}


def test_lamp_is_sound() -> None:
    """The rules that are broken below are sound as they stand."""
    assert Lamp.OFF is lamp(LIGHT, DARKEN, DROP, GLUE).initial


@pytest.mark.parametrize(
    ("culprit", "rules", "terminal"), BROKEN_RULES.values(), ids=BROKEN_RULES
)
def test_broken_rules_are_found_at_once(
    culprit: str,
    rules: tuple[Rule[Lamp, Act], ...],
    terminal: tuple[Lamp, ...],
) -> None:
    """A lifecycle that contradicts itself cannot be made, and says why."""
    with pytest.raises(LifecycleError) as found:
        lamp(*rules, terminal=terminal)

    assert f"lifecycle lamp: {culprit}" == str(found.value)


def test_mistyped_destination_never_becomes_a_lifecycle() -> None:
    """Mypy refuses what is no state of this lifecycle, and so does Python.

    Mypy would complain here of each ``type: ignore`` that it does not need.
    """
    text = Rule(Act.LIGHT, (Lamp.OFF,), "on")  # type: ignore[type-var]
    found = "lifecycle lamp: 'on' is none of its states"
    with pytest.raises(LifecycleError, match=rf"\A{found}\Z"):
        lamp(text, DARKEN, DROP, GLUE)  # type: ignore[arg-type]

    strange = Rule(Act.LIGHT, (Lamp.OFF,), ReturnState.RECEIVED)
    with pytest.raises(LifecycleError, match="RECEIVED"):
        lamp(strange, DARKEN, DROP, GLUE)  # type: ignore[arg-type]


def test_namesake_of_another_lifecycle_is_refused() -> None:
    """A trigger of another lifecycle does not pass for one of ours."""
    strange = Rule(ReturnTrigger.APPROVE, (Lamp.OFF,), Lamp.ON)
    with pytest.raises(LifecycleError) as refused:
        lamp(strange, DARKEN, DROP, GLUE)  # type: ignore[arg-type]
    assert (
        f"lifecycle lamp: {ReturnTrigger.APPROVE!r} is none of its triggers"
        == str(refused.value)
    )


# --- nothing is shared ------------------------------------------------


@every_lifecycle
def test_machine_holds_no_object(lifecycle: AnyLifecycle) -> None:
    """However many objects were stepped, the machine has none of them."""
    (first, *_) = lifecycle.allowed(lifecycle.initial)

    for number in range(3):
        lifecycle.step(f"x{number}", lifecycle.initial, first)

    assert lifecycle._machine.models == []


def test_machine_is_made_as_we_say() -> None:
    """For no object, without triggers of its own, callbacks or a queue."""
    machine: Any = lamp(LIGHT, DARKEN, DROP, GLUE)._machine

    assert [] == machine.models
    assert ("lamp: ", "OFF") == (machine.name, machine.initial)
    assert set(machine.events) == {act.value for act in Act}
    assert machine.auto_transitions is False
    assert machine.send_event is True
    assert machine.has_queue is False


def test_machine_says_what_it_does_not_know() -> None:
    """Whoever looks for the fault in it reads which trigger, and where."""
    machine = lamp(LIGHT, DARKEN, DROP, GLUE)._machine
    cursor = SimpleNamespace(state=Lamp.GLUED)

    with pytest.raises(transitions.MachineError) as unknown:
        machine.events["light"].trigger(cursor)
    assert "no light from GLUED" == unknown.value.value
    cursor.state = Lamp.OFF
    assert machine.events["light"].trigger(cursor) is True
    assert Lamp.ON is cursor.state


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Let threads take turns as often as Python can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("hasty_threads")
def test_threads_share_nothing() -> None:
    """Two orders walked at once through one machine never meet."""
    reopened = (OrderTrigger.COMPLETE, OrderTrigger.REOPEN)
    resumed = (OrderTrigger.CANCEL, OrderTrigger.RESUME)
    start = Barrier(2, timeout=60)

    def walk(triggers: tuple[OrderTrigger, ...]) -> list[OrderState]:
        start.wait()
        state, seen = OrderState.CONFIRMED, []
        for trigger in triggers * 500:
            state = ORDER.step("o-1", state, trigger)
            seen.append(state)
        return seen

    with ThreadPoolExecutor(max_workers=2) as pool:
        first, second = pool.map(walk, (reopened, resumed))

    assert first == [OrderState.COMPLETED, OrderState.CONFIRMED] * 500
    assert second == [OrderState.CANCELLING, OrderState.CONFIRMED] * 500
