"""Everything to JSON and back, with a version.

cattrs is imported when a codec is first used, and not before.

A document is ``{"kind": …, "schema": N, "data": …}``.  An older schema
is upcast when it is read, one step at a time; a newer one is refused.
Values that are one of several types carry their type's name.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta, timezone
from functools import cache
from operator import attrgetter
from typing import (
    TYPE_CHECKING,
    Any,
    Final,
    TypeVar,
    get_args,
    get_origin,
)

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.messages import (
    Actor,
    Command,
    Event,
    Fact,
    Recorded,
    Timer,
)
from orderlife._values.limits import MAX_DOCUMENT, MAX_INPUT
from orderlife._values.money import Money
from orderlife._values.personal import Personal
from orderlife._values.spelling import meant
from orderlife._values.strict_json import mistyped, parse, write, write_sorted
from orderlife._values.times import utc
from orderlife.errors import CodecError, NewerDocumentError
from orderlife.house import HOUSE
from orderlife.ports.base import Intent, PersonalIntent
from orderlife.ports.inventory import INVENTORY, Reserve
from orderlife.ports.known import METHODS, PORTS
from orderlife.rooms.payment.messages import RefundOf

if TYPE_CHECKING:
    from cattrs import BaseConverter, Converter

__all__ = [
    "SCHEMA",
    "configure_converter",
    "dumps",
    "dumps_request",
    "fingerprint",
    "is_request",
    "loads",
    "make_converter",
    "parse",
    "plain",
    "receive",
    "request_hash",
    "structure",
]

T = TypeVar("T")

SCHEMA: Final = 1
"""The schema that this release writes."""

UPCASTS: Final[dict[tuple[str, int], Callable[[Any], Any]]] = {}
"""How data of a kind and schema becomes that of the next schema."""

_KINDS: Final[Mapping[str, Any]] = {
    "case": Case,
    "recorded": Recorded,
    "intent": Intent,
    "timer": Timer,
    "personal": Personal,
    "command": Command,
    "fact": Fact,
    "stock": INVENTORY.reports,
}
"""What a document may hold."""

_TAG: Final = "type"
_DOCUMENT: Final = {"kind", "schema", "data"}


def _named(kinds: Iterable[type]) -> dict[str, type]:
    return {kind.__name__: kind for kind in kinds}


def _members(union: Any) -> dict[str, type]:
    return _named(get_args(union))


_BASES: Final[tuple[tuple[Any, dict[str, type]], ...]] = (
    (Event, _named(HOUSE.events)),
    (Command, _named(HOUSE.commands)),
    (Fact, _named(HOUSE.facts)),
    (Intent, _named(METHODS)),
    (Personal, _members(Personal)),
    *((port.reports, _members(port.reports)) for port in PORTS),
)
"""What is one of several types, and which."""


def make_converter() -> Converter:
    """A new cattrs converter that knows all of orderlife's values.

    It is strict: nothing is converted but what is documented here, and
    a key that a class does not have is refused.
    """
    from cattrs import Converter

    converter = Converter(
        omit_if_default=True,
        forbid_extra_keys=True,
        detailed_validation=False,
    )
    for plain_type in (int, str, bool):
        converter.register_structure_hook(plain_type, _exactly(plain_type))
    converter.register_structure_hook_factory(_is_enum, _enum_hook)
    converter.register_structure_hook_factory(_is_tuple, _tuple_hook)
    # As cattrs writes them, with fewer steps for each.
    converter.register_unstructure_hook_func(_is_enum, _enum_value)
    converter.register_unstructure_hook_factory(_is_tuple, _tuple_writer)
    configure_converter(converter)
    return converter


def configure_converter(converter: Converter) -> None:
    """Teach a converter of the application's own all our values.

    It writes dates as ISO 8601 from then on, and money as
    ``"12.50 EUR"``.  How strict it is stays its own choice.
    """
    converter.register_unstructure_hook(Money, str)
    converter.register_structure_hook(Money, _money)
    converter.register_unstructure_hook(datetime, _written_time)
    converter.register_structure_hook(datetime, _time)
    _hide_filled(converter)
    _read_parts(converter)
    for base, members in _BASES:
        _tag_union(converter, base, members)


def _read_parts(converter: Converter) -> None:
    """What a refund is for: units by line, or a word."""
    units, word = get_args(RefundOf)

    def structure(value: Any, _: Any) -> Any:
        wanted = units if type(value) is dict else word
        return converter.structure(value, wanted)

    def is_part(wanted: Any) -> bool:
        return bool(wanted == RefundOf)

    converter.register_structure_hook_func(is_part, structure)


def _hide_filled(converter: Converter) -> None:
    """What the driver fills in never goes into a stored intent."""
    from cattrs.gen import (
        make_dict_structure_fn,
        make_dict_unstructure_fn,
        override,
    )

    for intent in METHODS:
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
    writers: dict[type, Callable[[Any], Any]] = {}
    readers: dict[str, Callable[[Any, Any], Any]] = {}

    def unstructure(value: Any) -> Any:
        kind = type(value)
        if kind not in writers:
            if members.get(kind.__name__) is not kind:
                message = f"{kind.__name__} is none of {', '.join(members)}"
                raise CodecError(message)
            writers[kind] = converter.get_unstructure_hook(kind)
        return {_TAG: kind.__name__, **writers[kind](value)}

    def structure(data: Any, _: Any) -> Any:
        if type(data) is not dict or type(data.get(_TAG)) is not str:
            message = f"expected an object with a {_TAG!r}"
            raise CodecError(message)
        rest = dict(data)
        tag = rest.pop(_TAG)
        if tag not in members:
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
    # Releases before this one kept the zone that they were told.
    return utc(found)


def _exactly(wanted: type) -> Callable[[Any, Any], Any]:
    def structure(value: Any, _: Any) -> Any:
        if type(value) is wanted:
            return value
        raise mistyped(value, wanted.__name__)

    return structure


def _is_enum(wanted: Any) -> bool:
    return isinstance(wanted, type) and issubclass(wanted, enum.Enum)


def _enum_hook(wanted: type[enum.Enum]) -> Callable[[Any, Any], Any]:
    members = {member.value: member for member in wanted}

    def structure(value: Any, _: Any) -> Any:
        if type(value) is str and value in members:
            return members[value]
        message = f"no {wanted.__name__}: {', '.join(members)}"
        raise CodecError(message)

    return structure


_enum_value: Final = attrgetter("_value_")
"""What ``value`` gives, without the property around it."""


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


@cache
def _shared() -> Converter:
    return make_converter()


def plain(value: object, kind: str) -> Any:
    """Turn a value into what JSON can hold.

    Args:
        value: a case, a recorded event, an intent, a timer …
        kind: which of them, as in a document's ``kind``.

    Raises:
        CodecError: it is none, or holds what no document can.
    """
    wanted = _type_of(kind)
    try:
        return _shared().unstructure(value, unstructure_as=wanted)
    except CodecError:
        raise
    except Exception as error:  # noqa: BLE001
        message = f"cannot be written: {_reason(error)}"
        raise CodecError(message) from None


def _type_of(kind: str) -> Any:
    try:
        return _KINDS[kind]
    except (KeyError, TypeError):
        known = isinstance(kind, str) and kind.isidentifier()
        shown = repr(kind[:20]) if known else "of that type"
        message = f"no kind {shown}; there is {', '.join(_KINDS)}"
        raise CodecError(message) from None


def structure(data: Any, wanted: type[T]) -> T:
    """Turn what JSON held into a value.

    Raises:
        CodecError: it does not fit; says why, and never what it held.
    """
    try:
        return _shared().structure(data, wanted)
    except CodecError:
        raise
    except Exception as error:  # noqa: BLE001
        # Whatever cattrs and the classes raise for what does not fit.
        message = f"cannot be read: {_reason(error)}"
        raise CodecError(message) from None


def _reason(error: Exception) -> str:
    # Others' texts may show what was read, and so do those of amounts.
    if isinstance(error, CodecError):
        return str(error)
    if isinstance(error, KeyError):
        return f"{error} is missing"
    if type(error).__name__ == "ForbiddenExtraKeysError":
        return _extra(error)
    return type(error).__name__


def _extra(error: Any) -> str:
    """Say of keys that a class does not have, which it has."""
    known = [field.name for field in attrs.fields(error.cl)]
    # A document need not be of JSON: a key may be no text at all.
    words = [key for key in error.extra_fields if isinstance(key, str)]
    near = meant(sorted(words), known)
    # The key itself may be anything, and is not repeated.
    return (
        f"{error.cl.__name__} has no such key; {near}it has {', '.join(known)}"
    )


def dumps(value: object, kind: str) -> str:
    """Write a document: one line of JSON with its kind and schema.

    Raises:
        CodecError: it holds what no document can.
    """
    return _document(plain(value, kind), kind)


def _document(data: Any, kind: str) -> str:
    document = {"kind": kind, "schema": SCHEMA, "data": data}
    try:
        return write(document)
    except (ValueError, TypeError, RecursionError) as error:
        message = f"cannot be written: {type(error).__name__}"
        raise CodecError(message) from None


def receive(text: str | bytes, actor: Actor) -> Command:
    """Read a command that comes from outside, such as a web request.

    Who gives it is for the application to say: what stands in the text
    about its actor is not believed, and need not be there.  It may be
    ``MAX_INPUT`` long, and ``MAX_DEPTH`` deep.

    Raises:
        CodecError: it is not such a document.
    """
    document = parse(text, limit=MAX_INPUT)
    if type(document) is dict and type(document.get("data")) is dict:
        # The text's own order of keys means nothing.
        document["data"]["actor"] = {"kind": actor.kind, "id": actor.id}
    command: Command = _read(document, "command")
    return command


def loads(text: str | bytes, kind: str) -> Any:
    """Read a document.

    Raises:
        NewerDocumentError: a later release has written it.
        CodecError: it is not such a document.
    """
    _type_of(kind)
    outside = kind in _FROM_OUTSIDE
    limit = MAX_INPUT if outside else MAX_DOCUMENT
    return _read(parse(text, limit=limit), kind)


_FROM_OUTSIDE: Final = frozenset(("command", "fact"))
"""What no store writes: it is limited like all that comes in."""


def _read(document: Any, kind: str) -> Any:
    wanted = _KINDS[kind]
    if type(document) is not dict or document.get("kind") != kind:
        message = f"not a document of kind {kind!r}"
        raise CodecError(message)
    schema = document.get("schema")
    if type(schema) is not int or schema < 1:
        message = "its schema is not a version"
        raise CodecError(message)
    if schema > SCHEMA:
        message = (
            f"written with schema {schema}; this release reads up to "
            f"{SCHEMA}: upgrade orderlife first"
        )
        raise NewerDocumentError(message)
    if document.keys() != _DOCUMENT:
        message = f"a document has {', '.join(sorted(_DOCUMENT))}"
        raise CodecError(message)
    return structure(_upcast(document["data"], kind, schema), wanted)


def _upcast(data: Any, kind: str, schema: int) -> Any:
    """Bring data to the schema of today, one step at a time."""
    for version in range(schema, SCHEMA):
        upcast = UPCASTS.get((kind, version))
        try:
            data = data if upcast is None else upcast(data)
        except Exception as error:  # noqa: BLE001
            message = f"schema {version} cannot be read: {_reason(error)}"
            raise CodecError(message) from None
    return data


def fingerprint(message: Command | Fact) -> str:
    """Tell two inputs apart by their content.

    Which version was expected is not part of it.
    """
    kind = "command" if isinstance(message, Command) else "fact"
    data = plain(message, kind)
    data.pop("expected_version", None)
    return _hashed(data)


def request_hash(intent: Intent) -> str:
    """Tell two requests apart by their content: 64 hex digits.

    The same request gives the same hash in every release.  Neither the
    key nor personal data is part of it.
    """
    return _hashed(plain(intent, "intent"))


def is_request(intent: Intent, known: str) -> bool:
    """Whether a stored ``request_hash`` is this request's.

    Releases before this one kept a time in the zone that they were
    told it in, and hashed it so: it is the same request.
    """
    if request_hash(intent) == known:
        return True
    if not isinstance(intent, Reserve):
        return False
    data = plain(intent, "intent")
    for quarters in _OFFSETS:
        zone = timezone(timedelta(minutes=15 * quarters))
        data["until"] = intent.until.astimezone(zone).isoformat()
        if _hashed(data) == known:
            return True
    return False


_OFFSETS: Final = range(-12 * 4, 14 * 4 + 1)
"""How far the zones of the world are from UTC, in quarters of an hour."""


def dumps_request(intent: Intent) -> tuple[str, str]:
    """An intent's document and its ``request_hash``, worked out as one.

    Raises:
        CodecError: it holds what no document can.
    """
    data = plain(intent, "intent")
    return _document(data, "intent"), _hashed(data)


def _hashed(data: Any) -> str:
    return hashlib.sha256(write_sorted(data)).hexdigest()
