"""The cattrs converter between values and what JSON can hold.

cattrs is imported when a converter is made, and not before.  A value of
one of several types carries its type's name, and a type of an
application's room carries the room's name before it.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from operator import attrgetter
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Any,
    Final,
    Literal,
    Union,
    get_args,
    get_origin,
)

from orderlife._kernel.house import House
from orderlife._kernel.messages import Command, Event, Fact
from orderlife._values.fast_enum import OpenEnum
from orderlife._values.money import Money
from orderlife._values.personal import Personal
from orderlife._values.strict_json import mistyped
from orderlife._values.times import utc
from orderlife.errors import CodecError, RoomMissingError
from orderlife.house import HOUSE
from orderlife.ports.base import Intent, PersonalIntent

if TYPE_CHECKING:
    from cattrs import BaseConverter, Converter

__all__ = ["configure_converter", "make_converter"]

_TAG: Final = "type"


def _named(kinds: Iterable[type]) -> dict[str, type]:
    return {kind.__name__: kind for kind in kinds}


def make_converter(house: House = HOUSE) -> Converter:
    """A new cattrs converter that knows all values of a house.

    It is strict: only documented types are converted, and a key that a
    class does not have is refused.
    """
    from cattrs import Converter

    converter = Converter(
        omit_if_default=True,
        forbid_extra_keys=True,
        detailed_validation=False,
    )
    for plain_type in (int, str, bool):
        converter.register_structure_hook(plain_type, _exactly(plain_type))
    converter.register_structure_hook_factory(
        _is_enum, partial(_enum_hook, house)
    )
    converter.register_structure_hook_factory(_is_tuple, _tuple_hook)
    # As cattrs writes them, with fewer steps for each.
    converter.register_unstructure_hook_func(_is_enum, _enum_value)
    converter.register_unstructure_hook_factory(_is_tuple, _tuple_writer)
    configure_converter(converter, house)
    return converter


def configure_converter(converter: Converter, house: House = HOUSE) -> None:
    """Register all our values with a converter of the application's.

    It writes dates as ISO 8601 from then on, and money as
    ``"12.50 EUR"``.  Its strictness is not changed.
    """
    converter.register_unstructure_hook(Money, str)
    converter.register_structure_hook(Money, _money)
    converter.register_unstructure_hook(datetime, _written_time)
    converter.register_structure_hook(datetime, _time)
    _hide_filled(converter, house)
    _read_parts(converter)
    _read_rooms(converter, house)
    for base, members in _unions(house):
        _tag_union(converter, base, members)


def _unions(house: House) -> Iterator[tuple[Any, dict[str, type]]]:
    """The unions of types, with the name of each member."""
    tags = house.tags
    yield Event, {tags[kind]: kind for kind in house.events}
    yield Command, {tags[kind]: kind for kind in house.commands}
    yield Fact, {tags[kind]: kind for kind in house.facts}
    yield Intent, {tags[kind]: kind for kind in house.methods}
    yield Personal, _named(get_args(Personal))
    for port in house.ports.values():
        yield port.reports, _named(get_args(port.reports))


def _check_room(tag: str, known: Iterable[str]) -> None:
    """Check that the house has the room that a type belongs to.

    Raises:
        RoomMissingError: it has not.
    """
    room, _, name = tag.rpartition(".")
    rooms = {each.rpartition(".")[0] for each in known}
    if room and name and room not in rooms:
        raise RoomMissingError(room)


def _read_rooms(converter: Converter, house: House) -> None:
    """The parts of rooms that have no field of the case, by room."""
    kinds = {
        room.parts.name: room.parts.kind
        for room in house.rooms
        if not room.parts.slot
    }

    def kind_of(room: str) -> Any:
        if room not in kinds:
            raise RoomMissingError(room)
        return kinds[room]

    def unstructure(value: Mapping[str, Mapping[str, Any]]) -> Any:
        return {
            room: {
                part_id: converter.unstructure(part, kind_of(room))
                for part_id, part in parts.items()
            }
            for room, parts in value.items()
        }

    def structure(data: Any, _: Any) -> Any:
        if type(data) is not dict:
            raise mistyped(data, "parts by room")
        return {
            room: {
                part_id: converter.structure(part, kind_of(room))
                for part_id, part in _by_id(parts).items()
            }
            for room, parts in data.items()
        }

    def is_parts(wanted: Any) -> bool:
        return bool(wanted == _PARTS)

    converter.register_unstructure_hook_func(is_parts, unstructure)
    converter.register_structure_hook_func(is_parts, structure)


_PARTS: Final = Mapping[str, Mapping[str, Any]]


def _by_id(parts: Any) -> dict[str, Any]:
    if type(parts) is not dict:
        raise mistyped(parts, "parts by their ids")
    return parts


def _read_parts(converter: Converter) -> None:
    """A mapping, or else a word: units by line, or the postage."""

    def structure(value: Any, wanted: Any) -> Any:
        mapping, word = get_args(wanted)
        return converter.structure(
            value, mapping if type(value) is dict else word
        )

    def is_either(wanted: Any) -> bool:
        if get_origin(wanted) not in {Union, UnionType}:
            return False
        kinds: tuple[Any, ...] = tuple(map(get_origin, get_args(wanted)))
        return kinds == (Mapping, Literal)

    converter.register_structure_hook_func(is_either, structure)


def _hide_filled(converter: Converter, house: House) -> None:
    """Leave out of a stored intent what the driver fills in."""
    from cattrs.gen import (
        make_dict_structure_fn,
        make_dict_unstructure_fn,
        override,
    )

    for intent in house.methods:
        filled: dict[str, Any] = {"key": override(omit=True)}
        if issubclass(intent, PersonalIntent):
            filled["people"] = override(omit=True)
        write = make_dict_unstructure_fn(
            intent,
            converter,
            _cattrs_omit_if_default=converter.omit_if_default,
            **filled,
        )
        read = make_dict_structure_fn(intent, converter, **filled)
        converter.register_unstructure_hook(intent, write)
        converter.register_structure_hook(intent, read)


def _tag_union(
    converter: Converter, base: Any, members: Mapping[str, type]
) -> None:
    tags = {kind: tag for tag, kind in members.items()}
    writers: dict[type, Callable[[Any], Any]] = {}
    readers: dict[str, Callable[[Any, Any], Any]] = {}

    def unstructure(value: Any) -> Any:
        kind = type(value)
        if kind not in writers:
            if kind not in tags:
                message = f"{kind.__name__} is none of {', '.join(members)}"
                raise CodecError(message)
            writers[kind] = converter.get_unstructure_hook(kind)
        return {_TAG: tags[kind], **writers[kind](value)}

    def structure(data: Any, _: Any) -> Any:
        if type(data) is not dict or type(data.get(_TAG)) is not str:
            message = f"expected an object with a {_TAG!r}"
            raise CodecError(message)
        rest = dict(data)
        tag = rest.pop(_TAG)
        if tag not in members:
            _check_room(tag, members)
            message = f"unknown {_TAG}, none of {', '.join(members)}"
            raise CodecError(message)
        if tag not in readers:
            readers[tag] = converter.get_structure_hook(members[tag])
        return readers[tag](rest, members[tag])

    def is_base(wanted: Any) -> bool:
        return bool(wanted is base or wanted == base)

    converter.register_unstructure_hook_func(is_base, unstructure)
    converter.register_structure_hook_func(is_base, structure)


def _money(value: Any, _: Any) -> Money:
    if type(value) is not str:
        raise mistyped(value, "an amount of money")
    amount, _, currency = value.partition(" ")
    return Money(amount, currency)


def _written_time(value: datetime) -> str:
    value = utc(value)
    if value.tzinfo is None:
        message = "a date and time without a time zone"
        raise CodecError(message)
    return value.isoformat()


def _time(value: Any, _: Any) -> datetime:
    if type(value) is not str:
        raise mistyped(value, "a date and time")
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        message = "a date and time without a time zone"
        raise CodecError(message)
    # Earlier releases kept the zone in which a time was given.
    return utc(found)


def _exactly(wanted: type) -> Callable[[Any, Any], Any]:
    def structure(value: Any, _: Any) -> Any:
        if type(value) is wanted:
            return value
        raise mistyped(value, wanted.__name__)

    return structure


def _is_enum(wanted: Any) -> bool:
    return isinstance(wanted, type) and issubclass(wanted, enum.Enum)


def _enum_hook(
    house: House, wanted: type[enum.Enum]
) -> Callable[[Any, Any], Any]:
    members: dict[str, Any] = {member.value: member for member in wanted}
    rooms = {room.name for room in house.rooms}

    def structure(value: Any, _: Any) -> Any:
        if type(value) is str and value in members:
            return members[value]
        room, _, word = str(value).rpartition(".")
        if room and word and issubclass(wanted, OpenEnum):
            if room not in rooms:
                raise RoomMissingError(room)
            members[value] = wanted(value)
            return members[value]
        message = f"no {wanted.__name__}: {', '.join(members)}"
        raise CodecError(message)

    return structure


_enum_value: Final = attrgetter("_value_")
"""The member's value, read without Enum's slow property."""


def _is_tuple(wanted: Any) -> bool:
    return get_origin(wanted) is tuple


def _tuple_hook(
    wanted: Any, converter: BaseConverter
) -> Callable[[Any, Any], Any]:
    item_type = get_args(wanted)[0]
    read = converter.get_structure_hook(item_type)

    def structure(value: Any, _: Any) -> Any:
        if type(value) is not list:
            raise mistyped(value, "list")
        return tuple([read(item, item_type) for item in value])

    return structure


def _tuple_writer(
    wanted: Any, converter: BaseConverter
) -> Callable[[Any], Any]:
    write = converter.get_unstructure_hook(get_args(wanted)[0])

    def unstructure(value: Any) -> Any:
        return [write(item) for item in value]

    return unstructure
