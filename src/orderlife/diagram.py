"""Lifecycles as diagrams and tables, drawn from the rules themselves.

Whatever is drawn here is read from the rules that the library obeys,
so it cannot say anything else than they do.

A scan may take a parcel from nearly every state to nearly every other:
as arrows, these ways hide all the others.  So a rule with many sources
is drawn once, for all of them together, and so are rules that only
differ in where they lead.  A group never leads from a state to itself;
where a rule does, that way is drawn on its own.
"""

from __future__ import annotations

import enum
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias, TypeVar

from orderlife._kernel.house import House
from orderlife._kernel.lifecycle import Lifecycle, Rule
from orderlife.house import HOUSE

__all__ = ["LIFECYCLES", "Style", "draw", "lifecycles"]

S = TypeVar("S", bound=enum.Enum)
T = TypeVar("T", bound=enum.Enum)

Style: TypeAlias = Literal["mermaid", "text"]
"""How a lifecycle is drawn: as a diagram's source, or as a table."""

_FEW: Final = 3
"""A rule from more states than these is drawn once, for all of them."""

_HEADER: Final = ("state", "trigger", "next state")


def lifecycles(house: House = HOUSE) -> Mapping[str, Lifecycle[Any, Any]]:
    """Every lifecycle of a house, by a short name, in its rooms' order.

    Args:
        house: the library's, or one with rooms of an application's own.
    """
    return MappingProxyType(
        {
            name: lifecycle
            for room in house.rooms
            for name, lifecycle in room.lifecycles.items()
        }
    )


LIFECYCLES: Final = lifecycles()
"""Those of the library."""


def draw(lifecycle: Lifecycle[S, T], style: Style) -> str:
    """Draw a lifecycle; without a newline at the end.

    Args:
        lifecycle: one of those of a house, or any other.
        style: ``"mermaid"`` for the source of a state diagram, in which
            states are named by their values; ``"text"`` for a table of
            state, trigger and next state.

    Raises:
        ValueError: the style is neither of them.
    """
    match style:
        case "mermaid":
            return "\n".join(_mermaid(lifecycle))
        case "text":
            return "\n".join(_text(lifecycle))
        case _:
            raise ValueError(
                f"no style {style!r}: a lifecycle is drawn as 'mermaid' "
                "or as 'text'"
            )


# --- what is drawn together -------------------------------------------


def _groups(
    lifecycle: Lifecycle[S, T], least: int
) -> list[Sequence[Rule[S, T]]]:
    """Put rules together that have the same many sources.

    A rule's own destination does not count: to go where one is already
    is no way.

    Args:
        lifecycle: whose rules they are.
        least: how many rules make a group.
    """
    found: dict[frozenset[S], list[Rule[S, T]]] = {}
    for rule in lifecycle.rules:
        if len({*rule.sources} - {rule.dest}) > _FEW:
            states = frozenset((*rule.sources, rule.dest))
            found.setdefault(states, []).append(rule)
    return [rules for rules in found.values() if len(rules) >= least]


def _sources(
    lifecycle: Lifecycle[S, T], rules: Sequence[Rule[S, T]]
) -> list[S]:
    """Say from where the rules of a group lead, in the states' order."""
    sources = {source for rule in rules for source in rule.sources}
    return [state for state in lifecycle.states if state in sources]


def _alone(
    lifecycle: Lifecycle[S, T], groups: Sequence[Sequence[Rule[S, T]]]
) -> Iterator[tuple[S, T, S]]:
    """Give the ways that no group stands for."""
    grouped = {
        (source, rule.trigger)
        for rules in groups
        for rule in rules
        for source in rule.sources
        if source is not rule.dest
    }
    for state in lifecycle.states:
        for trigger in lifecycle.allowed(state):
            if (state, trigger) not in grouped:
                yield state, trigger, lifecycle.after(state, trigger)


# --- mermaid ----------------------------------------------------------


def _mermaid(lifecycle: Lifecycle[S, T]) -> Iterator[str]:
    groups = _groups(lifecycle, least=1)
    yield "stateDiagram-v2"
    yield f"    [*] --> {lifecycle.initial.value}"
    arrows: dict[tuple[str, str], list[str]] = {}
    for state, trigger, dest in _alone(lifecycle, groups):
        ends = (state.value, dest.value)
        arrows.setdefault(ends, []).append(trigger.value)
    for number, rules in enumerate(groups, start=1):
        yield from _box(lifecycle, rules, f"any_{number}")
        for rule in rules:
            ends = (f"any_{number}", rule.dest.value)
            arrows.setdefault(ends, []).append(rule.trigger.value)
    for (start, end), triggers in arrows.items():
        yield f"    {start} --> {end} : {', '.join(triggers)}"
    for state in lifecycle.states:
        if lifecycle.is_terminal(state):
            yield f"    {state.value} --> [*]"


def _box(
    lifecycle: Lifecycle[S, T], rules: Sequence[Rule[S, T]], id: str
) -> Iterator[str]:
    """Draw the box that a group's arrows start from, and list its states."""
    sources = _sources(lifecycle, rules)
    known = {*sources, *(rule.dest for rule in rules)}
    others = [s.value for s in lifecycle.states if s not in known]
    title = "any of these"
    if 2 * len(others) < len(sources):  # shorter to say which are not
        title = " but ".join(filter(None, ("any state", ", ".join(others))))
    yield f'    state "{title}" as {id}'
    listed = ", ".join(source.value for source in sources)
    for line in textwrap.wrap(listed, width=48, break_on_hyphens=False):
        yield f"    {id} : {line}"


# --- text -------------------------------------------------------------


def _text(lifecycle: Lifecycle[S, T]) -> Iterator[str]:
    # One rule alone takes no more rows written out than put together.
    groups = _groups(lifecycle, least=2)
    rows = list(_rows(lifecycle, groups))
    widths = [
        max(map(len, column)) for column in zip(_HEADER, *rows, strict=True)
    ]
    yield _line(_HEADER, widths)
    yield "-+-".join("-" * width for width in widths)
    for row in rows:
        yield _line(row, widths)
    for number, _ in enumerate(groups, start=1):
        yield ""
        yield (
            f"all of ({number}): each way that begins at ({number}), "
            "but never to the state itself."
        )


def _rows(
    lifecycle: Lifecycle[S, T], groups: Sequence[Sequence[Rule[S, T]]]
) -> Iterator[tuple[str, str, str]]:
    alone = list(_alone(lifecycle, groups))
    for state in lifecycle.states:
        ways = [
            (trigger.value, dest.value)
            for source, trigger, dest in alone
            if source is state
        ]
        for number, rules in enumerate(groups, start=1):
            if state in _sources(lifecycle, rules):
                ways.append((f"all of ({number})", ""))
        yield from _block(_marked(lifecycle, state), ways or [("", "")])
    for number, rules in enumerate(groups, start=1):
        yield from _block(
            f"({number})",
            [(rule.trigger.value, rule.dest.value) for rule in rules],
        )


def _block(
    name: str, ways: Sequence[tuple[str, str]]
) -> Iterator[tuple[str, str, str]]:
    """Write a name once, and its ways below each other."""
    for trigger, dest in ways:
        yield name, trigger, dest
        name = ""


def _marked(lifecycle: Lifecycle[S, T], state: S) -> str:
    name = str(state.value)
    if state is lifecycle.initial:
        name += " (initial)"
    if lifecycle.is_terminal(state):
        name += " (terminal)"
    return name


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = map(str.ljust, cells, widths)
    return " | ".join(padded).rstrip()
