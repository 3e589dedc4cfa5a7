"""Turns the rows of rooms' tables into functions of a case, once."""

from __future__ import annotations

from collections.abc import (
    Callable,
    Container,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from typing import Any, Final, NoReturn

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.context import Context
from orderlife._kernel.parts import Parts
from orderlife._kernel.room import Change, Do, Room
from orderlife._values.replacing import replace
from orderlife.errors import InvariantError, LifecycleError, NotFoundError
from orderlife.policy.registries import REGISTRIES, Registry
from orderlife.ports.notifier import Notify

__all__ = [
    "Sequel",
    "bound",
    "fail",
    "guarded",
    "refuse",
    "sequels",
    "several",
    "words",
]


_write: Final = object.__setattr__


@attrs.frozen
class Sequel:
    """What a house does when an event of one kind is recorded."""

    change: Callable[[Case, Any], None]
    asks: tuple[Do, ...] = ()
    tells: tuple[Do, ...] = ()
    reacts: tuple[Do, ...] = ()


def fail(room: Room[Any], kind: type, why: str) -> NoReturn:
    """Raise the error for a mistake in a room's table.

    Raises:
        LifecycleError: always.
    """
    refuse(room, f"{kind.__name__} {why}")


def refuse(room: Room[Any], why: str) -> NoReturn:
    """Raise the error for a mistake that is about no one class.

    Raises:
        LifecycleError: always.
    """
    message = f"room {room.name}: {why}"
    raise LifecycleError(message)


def several(
    rooms: Iterable[Room[Any]], place: str, known: Container[type]
) -> dict[type, tuple[Do, ...]]:
    """Collect rules by kind, where several rooms may have one, in order."""
    found: dict[type, tuple[Do, ...]] = {}
    for room in rooms:
        for rule in getattr(room, place):
            if rule.kind not in known:
                fail(room, rule.kind, "is nobody's")
            found[rule.kind] = (*found.get(rule.kind, ()), rule.do)
    return found


def sequels(
    rooms: Sequence[Room[Any]],
    changes: Mapping[type, tuple[Parts[Any], Change[Any]]],
    brought: Sequence[Room[Any]],
) -> dict[type, Sequel]:
    """Collect by event class all that is done when it is recorded.

    Args:
        rooms: all of them.
        changes: by event class, its parts and how it changes them.
        brought: those of an application.
    """
    reacts = several(rooms, "reacts", changes)
    asks = several(rooms, "asks", changes)
    tells = several(rooms, "tells", changes)
    # A room of ours sends one message about an event.
    for kind in {rule.kind for room in brought for rule in room.tells}:
        tells[kind] = (_apart(tells[kind]),)
    return {
        kind: Sequel(
            _applied(parts, change),
            asks.get(kind, ()),
            tells.get(kind, ()),
            reacts.get(kind, ()),
        )
        for kind, (parts, change) in changes.items()
    }


def _apart(tells: tuple[Do, ...]) -> Do:
    """Tell one event several times, each message under an id of its own.

    The event's number makes the id of the first; those of later ones
    end with -2, -3 …
    """

    def tell(case: Case, event: Any, context: Context) -> Iterator[Notify]:
        sent: dict[str, int] = {}
        for each in tells:
            for told in each(case, event, context):
                name = told.operation_id
                number = sent[name] = sent.get(name, 0) + 1
                if number > 1:
                    name = f"{name}-{number}"
                yield replace(told, operation_id=name)

    return tell


def words(rooms: Iterable[Room[Any]]) -> dict[Registry, tuple[str, ...]]:
    """The words that rooms add to each registry."""
    found: dict[Registry, tuple[str, ...]] = {}
    for room in rooms:
        for registry in REGISTRIES:
            if codes := [entry.code for entry in getattr(room, registry)]:
                found[registry] = (*found.get(registry, ()), *codes)
    return found


def guarded(do: Do, guards: tuple[Do, ...]) -> Do:
    """Put the guards of later rooms before a command's rule."""

    def answer(case: Case, message: Any, context: Context) -> Any:
        for guard in guards:
            guard(case, message, context)
        return do(case, message, context)

    return answer


def bound(
    parts: Parts[Any], key: str, do: Callable[[Any, Any, Context], Any]
) -> Do:
    """Make a rule of a part a rule of a case, by the part's id."""
    slot = parts.slot

    def answer(case: Case, message: Any, context: Context) -> Any:
        part_id = getattr(message, key) if key else case.order_id
        return do(parts.get(case, part_id), message, context)

    def answer_of_only(case: Case, message: Any, context: Context) -> Any:
        return do(getattr(case, slot), message, context)

    return answer_of_only if slot and not key else answer


def _applied(
    parts: Parts[Any], change: Change[Any]
) -> Callable[[Case, Any], None]:
    """Make the function that writes a kind of event into a case.

    Most events change a part in a field of the case, so these take the
    shortest way.
    """
    make, apply, key, slot = change.make, change.apply, parts.key, parts.slot

    def write(case: Case, event: Any) -> None:
        part_id = getattr(event, key) if key else case.order_id
        part = parts.of(case).get(part_id)
        if part is not None:
            parts.put(case, part_id, apply(part, event))
        elif make is not None:
            parts.put(case, part_id, make(event))
        else:
            raise _out_of_turn(parts, case, event, part_id)

    def write_in_field(case: Case, event: Any) -> None:
        known = getattr(case, slot)
        part_id = getattr(event, key)
        try:
            part = known[part_id]
        except KeyError:
            raise _out_of_turn(parts, case, event, part_id) from None
        _write(case, slot, {**known, part_id: apply(part, event)})

    def write_only(case: Case, event: Any) -> None:
        part = getattr(case, slot)
        try:
            part = apply(part, event)
        except Exception:
            if part is not None:
                raise
            raise _out_of_turn(parts, case, event, case.order_id) from None
        _write(case, slot, part)

    if make is not None or not slot:
        return write
    return write_in_field if key else write_only


def _out_of_turn(
    parts: Parts[Any], case: Case, event: Any, part_id: str
) -> InvariantError:
    """The error for an event that changes a part before it is made."""
    what = f"order {case.order_id}: {type(event).__name__}"
    missing = NotFoundError(parts.name, part_id, parts.of(case))
    return InvariantError(f"{what} changes what no event made: {missing}")
