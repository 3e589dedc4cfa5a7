"""Documents: a value with its kind and its schema, as JSON.

A document is ``{"kind": …, "schema": N, "data": …}``.  An older schema
is upcast when it is read, one step at a time; a newer one is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import timedelta, timezone
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs

from orderlife._kernel.case import Case
from orderlife._kernel.house import House
from orderlife._kernel.messages import Actor, Command, Fact, Recorded, Timer
from orderlife._values.limits import MAX_DOCUMENT, MAX_INPUT
from orderlife._values.personal import Personal
from orderlife._values.spelling import meant
from orderlife._values.strict_json import parse, write, write_sorted
from orderlife.codec.converter import make_converter
from orderlife.codec.showing import SHOWN, schema, shown
from orderlife.errors import CodecError, NewerDocumentError
from orderlife.ports.base import Intent
from orderlife.ports.inventory import INVENTORY, Reserve
from orderlife.ports.store import Decided

if TYPE_CHECKING:
    from cattrs import Converter

__all__ = ["SCHEMA", "UPCASTS", "Codec", "codec_of"]

T = TypeVar("T")

SCHEMA: Final = 1
"""The schema that this release writes."""

UPCASTS: Final[dict[tuple[str, int], Callable[[Any], Any]]] = {}
"""How data of a kind and schema becomes that of the next schema."""

_KINDS: Final[Mapping[str, Any]] = {
    "case": Case,
    "decision": Decided,
    "recorded": Recorded,
    "intent": Intent,
    "timer": Timer,
    "personal": Personal,
    "command": Command,
    "fact": Fact,
    "stock": INVENTORY.reports,
}
"""The kinds of values that a document may hold."""

_DOCUMENT: Final = {"kind", "schema", "data"}
_FROM_OUTSIDE: Final = frozenset(("command", "fact"))
"""Kinds that no store writes; they are limited as all inputs are."""
_OFFSETS: Final = range(-12 * 4, 14 * 4 + 1)
"""How far the zones of the world are from UTC, in quarters of an hour."""


class Codec:
    """Writes and reads the documents of a house.

    Args:
        house: the house whose messages and parts it knows.
    """

    def __init__(self, house: House) -> None:
        self.house = house

    def __reduce__(self) -> tuple[Callable[[House], Codec], tuple[House]]:
        return codec_of, (self.house,)

    @cached_property
    def _converter(self) -> Converter:
        return make_converter(self.house)

    def plain(
        self,
        value: object,
        kind: str,
        *,
        people: Mapping[str, Personal] | None = None,
    ) -> Any:
        """Turn a value into what JSON can hold.

        Of a kind of ``SHOWN`` it is what others may read, and cannot be
        read back: a ``view`` is what the customer may see of an order.

        Args:
            value: a case, a recorded event, an intent, a timer …; an
                ``OrderView``, an ``OrderSummary`` …
            kind: its kind, as in a document's ``kind``; or of ``SHOWN``.
            people: personal data, as ``desk.people`` gives it, to be
                shown in a ``view`` or a ``staff_view``; None: not shown.

        Raises:
            CodecError: it is of another kind, or cannot be converted.
        """
        if kind in SHOWN:
            return shown(value, kind, people)
        return self._plain(value, _type_of(kind))

    def schema(self, kind: str) -> dict[str, Any]:
        """The JSON Schema (2020-12) of what ``plain`` gives of a kind.

        Args:
            kind: of ``SHOWN``.

        Raises:
            CodecError: there is none of that name; names those there are.
        """
        return schema(kind)

    def read_back(self, value: object, wanted: Any) -> Any:
        """Give what comes of a value that is written and read again.

        Args:
            value: what a field holds.
            wanted: the type of the field.

        Raises:
            CodecError: it cannot be written, or not be read.
        """
        written = _document(self._plain(value, wanted), "")
        return self.structure(parse(written)["data"], wanted)

    def _plain(self, value: object, wanted: Any) -> Any:
        try:
            return self._converter.unstructure(value, unstructure_as=wanted)
        except CodecError:
            raise
        except Exception as error:  # noqa: BLE001
            message = f"cannot be written: {_reason(error)}"
            raise CodecError(message) from None

    def structure(self, data: Any, wanted: type[T]) -> T:
        """Turn what JSON held into a value.

        Raises:
            CodecError: it does not fit; names the reason, never the
                content.
        """
        try:
            return self._converter.structure(data, wanted)
        except CodecError:
            raise
        except Exception as error:  # noqa: BLE001
            # Any error that cattrs and the classes raise for wrong content.
            message = f"cannot be read: {_reason(error)}"
            raise CodecError(message) from None

    def dumps(self, value: object, kind: str) -> str:
        """Write a document: one line of JSON with its kind and schema.

        Raises:
            CodecError: it holds values that no document can hold.
        """
        return _document(self.plain(value, kind), kind)

    def is_current(self, text: str, kind: str) -> bool:
        """Whether a document is of the schema that this release writes.

        Of a document that a store has kept, as ``dumps`` has made it.

        Raises:
            CodecError: it is no document of this kind.
        """
        begin, _, rest = text.partition('"schema":')
        schema, _, _ = rest.partition(",")
        if begin != f'{{"kind":"{kind}",' or not schema.isdecimal():
            raise CodecError(f"not a document of kind {kind!r}")
        return schema == f"{SCHEMA}"

    def receive(self, text: str | bytes, actor: Actor) -> Command:
        """Read a command that comes from outside, such as a web request.

        The application names the actor: an actor in the text is ignored, and
        need not be there.  The text may be ``MAX_INPUT`` characters long and
        ``MAX_DEPTH`` levels deep.

        Raises:
            CodecError: it is not such a document.
        """
        document = parse(text, limit=MAX_INPUT)
        if type(document) is dict and type(document.get("data")) is dict:
            # The order of keys in the text has no meaning.
            document["data"]["actor"] = {"kind": actor.kind, "id": actor.id}
        command: Command = self._read(document, "command")
        return command

    def loads(self, text: str | bytes, kind: str) -> Any:
        """Read a document.

        Raises:
            NewerDocumentError: a later release has written it.
            CodecError: it is not such a document.
        """
        _type_of(kind)
        outside = kind in _FROM_OUTSIDE
        limit = MAX_INPUT if outside else MAX_DOCUMENT
        return self._read(parse(text, limit=limit), kind)

    _FROM_OUTSIDE: Final = frozenset(("command", "fact"))
    """Kinds that no store writes; they are limited as all inputs are."""

    def _read(self, document: Any, kind: str) -> Any:
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
        return self.structure(_upcast(document["data"], kind, schema), wanted)

    def fingerprint(self, message: Command | Fact) -> str:
        """Make a fingerprint of an input's content, to compare inputs.

        The expected version is not part of it.
        """
        kind = "command" if isinstance(message, Command) else "fact"
        data = self.plain(message, kind)
        data.pop("expected_version", None)
        return _hashed(data)

    def request_hash(self, intent: Intent) -> str:
        """Make a hash of a request's content: 64 hex digits.

        The same request gives the same hash in every release.  Neither the
        key nor personal data is part of it.
        """
        return _hashed(self.plain(intent, "intent"))

    def is_request(self, intent: Intent, known: str) -> bool:
        """Whether a stored ``request_hash`` is this request's.

        Earlier releases kept and hashed a time in the zone in which it
        was given: such a request counts as the same.
        """
        if self.request_hash(intent) == known:
            return True
        if not isinstance(intent, Reserve):
            return False
        data = self.plain(intent, "intent")
        for quarters in _OFFSETS:
            zone = timezone(timedelta(minutes=15 * quarters))
            data["until"] = intent.until.astimezone(zone).isoformat()
            if _hashed(data) == known:
                return True
        return False


@cache
def codec_of(house: House) -> Codec:
    """The codec of a house; the same object each time."""
    return Codec(house)


def _type_of(kind: str) -> Any:
    try:
        return _KINDS[kind]
    except (KeyError, TypeError):
        known = isinstance(kind, str) and kind.isidentifier()
        named = repr(kind[:20]) if known else "of that type"
        there = ", ".join((*_KINDS, *SHOWN))
        message = f"no kind {named}; there is {there}"
        raise CodecError(message) from None


def _reason(error: Exception) -> str:
    # Texts of foreign errors, and of amounts, may show the content.
    if isinstance(error, CodecError):
        return str(error)
    if isinstance(error, KeyError):
        return f"{error} is missing"
    if type(error).__name__ == "ForbiddenExtraKeysError":
        return _extra(error)
    return type(error).__name__


def _extra(error: Any) -> str:
    """Name the keys that a class has, if others were given."""
    known = [field.name for field in attrs.fields(error.cl)]
    # A document need not come from JSON: a key may be no text.
    words = [key for key in error.extra_fields if isinstance(key, str)]
    near = meant(sorted(words), known)
    # The unknown key may hold anything, and is not quoted.
    return (
        f"{error.cl.__name__} has no such key; {near}it has {', '.join(known)}"
    )


def _document(data: Any, kind: str) -> str:
    document = {"kind": kind, "schema": SCHEMA, "data": data}
    try:
        return write(document)
    except (ValueError, TypeError, RecursionError) as error:
        message = f"cannot be written: {type(error).__name__}"
        raise CodecError(message) from None


def _upcast(data: Any, kind: str, schema: int) -> Any:
    """Upcast data to the present schema, one step at a time."""
    for version in range(schema, SCHEMA):
        upcast = UPCASTS.get((kind, version))
        try:
            data = data if upcast is None else upcast(data)
        except Exception as error:  # noqa: BLE001
            message = f"schema {version} cannot be read: {_reason(error)}"
            raise CodecError(message) from None
    return data


def _hashed(data: Any) -> str:
    return hashlib.sha256(write_sorted(data)).hexdigest()
