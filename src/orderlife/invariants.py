"""Checks of the invariants of a case and its history.

The numbers are those of the list in the reference pages.  The rules of
a room's part stand in the room's own table; here are those of every
case, whatever rooms there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, get_args, get_origin

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.house import House
from orderlife._kernel.invariants import Violation
from orderlife._kernel.messages import Event, Recorded
from orderlife._kernel.room import Room
from orderlife.errors import InvariantError
from orderlife.house import HOUSE

__all__ = ["Violation", "check_invariants", "violations"]


def check_invariants(
    case: Case,
    history: Sequence[Recorded] | None = None,
    house: House = HOUSE,
) -> None:
    """Check a case, and its history where it is given.

    Args:
        case: the case.
        history: all recorded events; None: they are not checked.
        house: the house of the case, if it has more rooms than ours.

    Raises:
        InvariantError: names every rule that does not hold.
        RoomError: a function of an application's room is wrong.
    """
    found = tuple(violations(case, history, house))
    if found:
        listed = "; ".join(str(violation) for violation in found)
        message = f"order {case.order_id}: {listed}"
        raise InvariantError(message)


def violations(
    case: Case,
    history: Sequence[Recorded] | None = None,
    house: House = HOUSE,
) -> Iterator[Violation]:
    """Give every rule that does not hold, without raising."""
    if history is not None:
        yield from _history(case, history, house)
        yield from _zones(tuple(history), "the history")
    yield from _zones(case, "the case")
    if case.order is None:
        return
    for room in house.rooms:
        yield from _named(room, house, _of_case(room, case, history))
    yield from _liveness(case, house)


def _of_case(
    room: Room[Any], case: Case, history: Sequence[Recorded] | None
) -> Iterator[Violation]:
    """The violations of a room's rules by its part and the history."""
    for check in room.invariants.case:
        yield from check(case)
    if history:
        for check_history in room.invariants.history:
            yield from check_history(case, history)


def _named(
    room: Room[Any], house: House, found: Iterable[Violation]
) -> Iterator[Violation]:
    """Violations of a room; those of an application's room have its name."""
    for violation in found:
        if room in house.brought:
            yield attrs.evolve(violation, room=room.name)
        else:
            yield violation


def _zones(value: object, what: str) -> Iterator[Violation]:
    for path in _strays(value):
        yield Violation(56, f"{what}{path} is not told in UTC")


def _strays(value: Any) -> Iterator[str]:
    """The fields with times that are not in UTC."""
    kind: Any = type(value)
    if isinstance(value, datetime):
        if value.tzinfo != UTC:
            yield ""
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            for path in _strays(item):
                yield f"[{index}]{path}"
    elif isinstance(value, Mapping):
        for key, item in value.items():
            for path in _strays(item):
                yield f"[{key}]{path}"
    elif attrs.has(kind):
        for name in _timed_fields(kind):
            for path in _strays(getattr(value, name)):
                yield f".{name}{path}"


@cache
def _timed_fields(wanted: Any) -> tuple[str, ...]:
    """The fields of a class that may hold a time, by their types."""
    attrs.resolve_types(wanted)
    return tuple(
        field.name
        for field in attrs.fields(wanted)
        if _may_hold_time(field.type)
    )


def _may_hold_time(annotation: Any) -> bool:
    if get_origin(annotation) is not None:
        return any(map(_may_hold_time, get_args(annotation)))
    if attrs.has(annotation):
        return bool(_timed_fields(annotation))
    return annotation in {datetime, Event}


def _liveness(case: Case, house: House) -> Iterator[Violation]:
    """Every order that has not ended is moved on by something."""
    moved = any(
        room.invariants.moves_on(case)
        for room in house.rooms
        if room.invariants.moves_on is not None
    )
    if not moved and not house.timers(case):
        state = case.placed.state.value
        yield Violation(40, f"nothing moves it on: it is {state}")


def _before(case: Case, event: Event, house: House) -> Iterator[Violation]:
    """The violations by an event in the state before it."""
    for room in house.rooms:
        for rule in room.invariants.events:
            if rule.kind is type(event):
                yield from _named(room, house, rule.check(case, event))


def _history(
    case: Case, history: Sequence[Recorded], house: House
) -> Iterator[Violation]:
    numbers = [recorded.sequence for recorded in history]
    if numbers != list(range(1, len(history) + 1)):
        yield Violation(32, f"the sequence has gaps: {numbers}")
    events = [recorded.event for recorded in history]
    replayed = Case(order_id=case.order_id)
    try:
        for event in events:
            yield from _before(replayed, event, house)
            replayed = house.evolve(replayed, event)
    except Exception as error:  # noqa: BLE001
        # Rooms may raise any error for an impossible history.
        ours = isinstance(error, InvariantError)
        why = error if ours else type(error).__name__
        what = f"event {replayed.version + 1} has no place"
        yield Violation(33, f"{what}: {why}")
    else:
        if replayed != case:
            yield Violation(33, "the state is not the fold of its events")
