"""Everything to JSON and back, with a version.

cattrs is imported when a codec is first used, and not before.

A document is ``{"kind": …, "schema": N, "data": …}``.  An older schema
is upcast when it is read, one step at a time; a newer one is refused.
Values that are one of several types carry their type's name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeVar, get_args

from orderlife.admission import AnyCommand, AnyFact
from orderlife.case import AnyEvent, Case
from orderlife.errors import CodecError, NewerDocumentError, OrderlifeError
from orderlife.messages import Command, Event, Fact, Recorded, Timer
from orderlife.money import Money
from orderlife.personal import Address, Contact, FreeText, Personal
from orderlife.ports.base import Intent, PersonalIntent
from orderlife.ports.carrier import CarrierIntent, CarrierOutcome
from orderlife.ports.inventory import InventoryIntent, InventoryOutcome
from orderlife.ports.notifier import NotifierOutcome, Notify
from orderlife.ports.payment import PaymentIntent, PaymentReport

if TYPE_CHECKING:
    from cattrs import Converter

__all__ = [
    "SCHEMA",
    "configure_converter",
    "dumps",
    "fingerprint",
    "loads",
    "make_converter",
    "plain",
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
}
"""What a document may hold."""

_INTENTS: Final = (
    *get_args(PaymentIntent),
    *get_args(CarrierIntent),
    *get_args(InventoryIntent),
    Notify,
)
_TAG: Final = "type"


def _members(*unions: Any) -> dict[str, type]:
    return {
        member.__name__: member
        for union in unions
        for member in get_args(union)
    }


def make_converter() -> Converter:
    """A new cattrs converter that knows all of orderlife's values."""
    from cattrs import Converter  # noqa: PLC0415

    converter = Converter(
        omit_if_default=True,
        forbid_extra_keys=True,
        detailed_validation=False,
    )
    configure_converter(converter)
    return converter


def configure_converter(converter: Converter) -> None:
    """Teach a converter of the application's own all our values."""
    converter.register_unstructure_hook(Money, str)
    converter.register_structure_hook(Money, lambda v, _: _money(v))
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_structure_hook(datetime, lambda v, _: _time(v))
    converter.register_structure_hook(int, lambda v, _: _exact(v, int))
    converter.register_structure_hook(str, lambda v, _: _exact(v, str))
    converter.register_structure_hook(bool, lambda v, _: _exact(v, bool))
    _hide_people(converter)
    bases: tuple[tuple[Any, dict[str, type]], ...] = (
        (Event, _members(AnyEvent)),
        (Command, _members(AnyCommand)),
        (Fact, _members(AnyFact)),
        (Intent, {intent.__name__: intent for intent in _INTENTS}),
        (Personal, {c.__name__: c for c in (Address, Contact, FreeText)}),
        (PaymentReport, _members(PaymentReport)),
        (InventoryOutcome, _members(InventoryOutcome)),
        (CarrierOutcome, _members(CarrierOutcome)),
        (NotifierOutcome, _members(NotifierOutcome)),
    )
    for base, members in bases:
        _tag_union(converter, base, members)


def _hide_people(converter: Converter) -> None:
    """Personal data never goes into a stored intent."""
    from cattrs.gen import (  # noqa: PLC0415
        make_dict_unstructure_fn,
        override,
    )

    for intent in _INTENTS:
        if issubclass(intent, PersonalIntent):
            hook = make_dict_unstructure_fn(
                intent,
                converter,
                _cattrs_omit_if_default=True,
                people=override(omit=True),
            )
            converter.register_unstructure_hook(intent, hook)


def _tag_union(
    converter: Converter, base: Any, members: Mapping[str, type]
) -> None:
    def unstructure(value: Any) -> Any:
        data = converter.unstructure(value, unstructure_as=type(value))
        return {_TAG: type(value).__name__, **data}

    def structure(data: Any, _: Any) -> Any:
        if not isinstance(data, dict) or _TAG not in data:
            message = f"expected an object with a {_TAG!r}, not {data!r:.80}"
            raise CodecError(message)
        rest = dict(data)
        member = members.get(str(rest.pop(_TAG)))
        if member is None:
            known = ", ".join(sorted(members))
            message = f"{data[_TAG]!r} is none of {known}"
            raise CodecError(message)
        return converter.structure(rest, member)

    def is_base(wanted: Any) -> bool:
        return bool(wanted is base or wanted == base)

    converter.register_unstructure_hook_func(is_base, unstructure)
    converter.register_structure_hook_func(is_base, structure)


def _money(value: Any) -> Money:
    amount, _, currency = _exact(value, str).partition(" ")
    return Money(amount, currency)


def _time(value: Any) -> datetime:
    found = datetime.fromisoformat(_exact(value, str))
    if found.tzinfo is None:
        message = f"{value!r} has no time zone"
        raise CodecError(message)
    return found


def _exact(value: Any, wanted: type[T]) -> T:
    if type(value) is not wanted:
        message = f"expected {wanted.__name__}, not {value!r:.80}"
        raise CodecError(message)
    return value


@cache
def _shared() -> Converter:
    return make_converter()


def plain(value: object, kind: str) -> Any:
    """Turn a value into what JSON can hold.

    Args:
        value: a case, a recorded event, an intent, a timer …
        kind: which of them, as in a document's ``kind``.
    """
    wanted = _KINDS[kind]
    return _shared().unstructure(value, unstructure_as=wanted)


def structure(data: Any, wanted: type[T]) -> T:
    """Turn what JSON held into a value.

    Raises:
        CodecError: it does not fit; says where.
    """
    try:
        return _shared().structure(data, wanted)
    except OrderlifeError:
        raise
    except Exception as error:
        message = f"cannot be read as {wanted.__name__}: {error!r:.300}"
        raise CodecError(message) from error


def dumps(value: object, kind: str) -> str:
    """Write a document: one line of JSON with its kind and schema."""
    document = {"kind": kind, "schema": SCHEMA, "data": plain(value, kind)}
    return json.dumps(
        document, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )


def loads(text: str | bytes, kind: str) -> Any:
    """Read a document.

    Raises:
        NewerDocumentError: a later release has written it.
        CodecError: it is not such a document.
    """
    document = parse(text)
    if not isinstance(document, dict) or document.get("kind") != kind:
        message = f"not a document of kind {kind!r}"
        raise CodecError(message)
    schema, data = document.get("schema"), document.get("data")
    if type(schema) is not int or schema < 1:
        message = f"schema {schema!r} is not a version"
        raise CodecError(message)
    if schema > SCHEMA:
        message = (
            f"written with schema {schema}; this release reads up to "
            f"{SCHEMA}: upgrade orderlife first"
        )
        raise NewerDocumentError(message)
    for version in range(schema, SCHEMA):
        data = UPCASTS[kind, version](data)
    return structure(data, _KINDS[kind])


def parse(text: str | bytes) -> Any:
    """Read strict JSON: no NaN, no key twice, no bottomless nesting.

    Raises:
        CodecError: it is not.
    """
    try:
        return json.loads(
            text, parse_constant=_no_constant, object_pairs_hook=_no_twice
        )
    except (ValueError, RecursionError) as error:
        if isinstance(error, CodecError):
            raise
        message = f"not JSON: {error}"
        raise CodecError(message) from error


def _no_constant(name: str) -> Any:
    message = f"{name} is not a number in JSON"
    raise CodecError(message)


def _no_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            message = f"key {name!r:.80} stands twice"
            raise CodecError(message)
        found[name] = value
    return found


def fingerprint(message: Command | Fact) -> str:
    """Tell two inputs apart by their content."""
    kind = "command" if isinstance(message, Command) else "fact"
    data = plain(message, kind)
    data.pop("expected_version", None)
    text = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()

