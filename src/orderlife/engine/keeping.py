"""Whether what an application's room records can be read back.

The fields of our events, intents and parts are held to their types by
a type checker, and their documents by a corpus.  Nobody knows what a
room that was brought has in its own: a float, or None in a field of
text, would be written, and no program could read its order from then
on.  So each is read back once before it is stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.decision import Decision
from orderlife._kernel.house import House
from orderlife._kernel.messages import Command, Fact
from orderlife._kernel.room import Room
from orderlife.errors import CodecError, RoomError

if TYPE_CHECKING:
    from orderlife.codec.documents import Codec

__all__ = ["check_kept"]


def check_kept(
    before: Case,
    message: Command | Fact,
    decision: Decision,
    house: House,
) -> None:
    """See that all that a decision stores of such rooms can be read back.

    That includes what other rooms record by it, as they may have been
    given it by a step.

    Args:
        before: the case that it was decided on.
        message: what was decided about.
        decision: what is to be stored.
        house: the rooms.

    Raises:
        RoomError: names the room, the class and the field.
    """
    from orderlife.codec import codec_of

    codec = codec_of(house)
    for room in house.brought:
        for value in _stored(room, before, message, decision, house):
            kind: Any = type(value)
            for field in attrs.fields(attrs.resolve_types(kind)):
                if why := _lost(codec, getattr(value, field.name), field):
                    what = f"{kind.__name__}.{field.name}"
                    raise RoomError(room.name, what, why)


def _lost(codec: Codec, value: object, field: Any) -> str:
    """Why a field cannot be read back; empty: it can, or is not stored."""
    if not field.eq:
        return ""
    try:
        read = codec.read_back(value, field.type)
    except CodecError as error:
        return f"cannot be read back: {error}"
    return "" if read == value else f"is read back as {type(read).__name__}"


def _stored(
    room: Room[Any],
    before: Case,
    message: Command | Fact,
    decision: Decision,
    house: House,
) -> Iterator[object]:
    """What is stored by a decision in which a room has a hand."""
    kinds = house.contents[room.name]
    events = [recorded.event for recorded in decision.events]
    if any(type(value) in kinds for value in (message, *events)):
        yield from events
        yield from decision.intents
    known = room.parts.of(before)
    for part_id, part in room.parts.of(decision.case).items():
        if known.get(part_id) is not part:
            yield part
