"""Refuses card numbers in what people write.

Every word of a command is read: notes, names, titles, options, the
lines of an address.  So is the token of a tender, more strictly.  What
people write in two fields that stand side by side is read as one too.

How much is read has its limit, so that no command takes longer than a
moment: the characters that a text has once its numerals are written
out, and all the texts of a command together.
"""

from __future__ import annotations

import collections.abc
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, Final, TypeAlias, Union, get_args, get_origin

import attrs

from orderlife._kernel.messages import Command
from orderlife._values.cards import flattened, has_digits, holds_flat
from orderlife._values.field_names import MADE_ELSEWHERE, NAMES, PLAIN_IDS
from orderlife._values.limits import (
    MAX_ENTRIES,
    MAX_ID,
    MAX_INPUT,
    MAX_READ,
    MAX_TEXT,
)
from orderlife._values.money import Money
from orderlife._values.personal import Address, Contact
from orderlife._values.replacing import maker
from orderlife.errors import Problem
from orderlife.ports.payment import Tender
from orderlife.rooms.order.model import Discount, Line

__all__ = ["judge"]


@attrs.frozen(weakref_slot=False)
class _Words:
    """What is to be read, and where it stands."""

    path: str
    text: str
    strict: bool = False
    joined: bool = False
    """Several fields as one: each of them is short enough."""


_said: Final = maker(_Words)
_Reader: TypeAlias = Callable[[Any, str, list[_Words]], None]
"""Adds the words of a value to a list."""


def judge(command: Command) -> Iterator[Problem]:
    """Name the texts of a command that hold a card number.

    What is not of its type is passed over: others refuse it.
    """
    words: list[_Words] = []
    _reader(type(command))(command, "", words)
    whole = sum(len(each.text) for each in words if not each.joined)
    if whole > MAX_INPUT:
        yield Problem("texts", f"are longer than {MAX_INPUT} in all")
        return
    read = 0
    named: set[str] = set()
    for each in words:
        if not has_digits(each.text):
            continue
        flat = flattened(each.text)
        read += len(flat)
        if read > MAX_READ:
            yield Problem("texts", _TOO_MUCH)
            return
        if len(flat) > MAX_TEXT and not each.joined:
            yield Problem(each.path, _TOO_LONG)
        elif holds_flat(flat, strict=each.strict):
            # Fields side by side are only named where neither is.
            if not each.joined:
                named.add(each.path)
                yield Problem(each.path, _HOLDS)
            elif not any(path.startswith(each.path) for path in named):
                named.add(each.path)
                yield Problem(each.path or "texts", _TOGETHER)


_HOLDS: Final = "holds a card number, which is never kept"
_TOGETHER: Final = (
    "holds a card number in fields side by side, which is never kept"
)
_TOO_LONG: Final = (
    f"is longer than {MAX_TEXT} characters, its numerals written out"
)
_TOO_MUCH: Final = (
    f"hold more than {MAX_READ} characters in which there may be a card number"
)


# What stands side by side


_STR: Final = {str}
_Sides: TypeAlias = Iterable[tuple[str, ...]]


def _address(address: Address) -> _Sides:
    lines = address.lines if isinstance(address.lines, tuple) else ()
    above = (address.name, *lines)
    city, postcode = address.city, address.postcode
    phone = _plus(address.phone)
    yield (*above, postcode, city, address.region, "", phone)
    yield (*above, city, postcode, address.region, "", phone)


def _contact(contact: Contact) -> _Sides:
    yield contact.name, contact.email, "", _plus(contact.phone)
    yield contact.name, "", _plus(contact.phone)


def _line(line: Line) -> _Sides:
    options = line.options
    if isinstance(options, collections.abc.Mapping):
        texts = (line.gift_message, line.instructions)
        yield (line.title, *options.values(), *texts)


def _discount(discount: Discount) -> _Sides:
    yield discount.code, discount.label


_SIDES: Final[Mapping[type, Callable[[Any], _Sides]]] = {
    Address: _address,
    Contact: _contact,
    Line: _line,
    Discount: _discount,
}
"""What is written or printed side by side, an empty text between two
that are apart: half a number is not glued to a telephone's."""


def _sides_of(wanted: Any) -> Callable[[Any], _Sides] | None:
    """How the texts of a class stand side by side; None: apart.

    So do the personal texts of a message, such as a gift message and
    instructions: a form asks for them in fields next to each other.
    """
    texts = [
        field.name
        for field in attrs.fields(wanted)
        if field.type is str and "personal" in field.metadata
    ]

    def written(message: Any) -> _Sides:
        yield tuple(getattr(message, name) for name in texts)

    return _SIDES.get(wanted) or (written if len(texts) > 1 else None)


def _joined(
    sides: Iterable[tuple[str, ...]], path: str, words: list[_Words]
) -> None:
    for texts in sides:
        if {*map(type, texts)} != _STR and not all(
            isinstance(text, str) for text in texts
        ):
            continue
        if texts.count("") > len(texts) - 2:
            continue
        apart = "\n".join(texts)
        if has_digits(apart):
            words.append(_said(path, apart, joined=True))
            words.append(_said(path, _glued(texts), joined=True))


def _glued(texts: tuple[str, ...]) -> str:
    """Texts as one: a number that goes on in the next is in one piece."""
    pieces = list(texts[:1])
    for before, text in pairwise(texts):
        halves = before[-1:].isnumeric() and text[:1].isnumeric()
        pieces.append(text if halves else f"\n{text}")
    return "".join(pieces)


def _plus(phone: object) -> Any:
    """A telephone number as such: after a plus, 13 digits are none."""
    if not isinstance(phone, str) or not phone[:1].isdecimal():
        return phone
    return f"+{phone}"


# What is read of each class


def _words(value: Any, path: str, words: list[_Words]) -> None:
    if isinstance(value, str) and len(value) <= MAX_TEXT:
        words.append(_said(path, value))


def _phone(value: Any, path: str, words: list[_Words]) -> None:
    _words(_plus(value), path, words)


_GIFTS: Final = frozenset(
    (
        "gift",
        "giftcard",
        "giftcertificate",
        "giftvoucher",
        "storecredit",
        "voucher",
    )
)
"""Tenders whose numbers are shops' own, and often pass for a card's."""


def _token(tender: Tender, path: str, words: list[_Words]) -> None:
    kind, token = tender.kind, tender.token
    if isinstance(kind, str) and isinstance(token, str):
        plain = "".join(filter(str.isalpha, kind)).lower()
        if plain not in _GIFTS and len(token) <= MAX_TEXT:
            words.append(_said(f"{path}.token", token, strict=True))


def _sequence(inner: _Reader) -> _Reader:
    def read(value: Any, path: str, words: list[_Words]) -> None:
        if isinstance(value, tuple) and len(value) <= MAX_ENTRIES:
            for index, item in enumerate(value):
                inner(item, f"{path}[{index}]", words)

    return read


def _mapping(value: Any, path: str, words: list[_Words]) -> None:
    if not isinstance(value, collections.abc.Mapping):
        return
    if len(value) > MAX_ENTRIES:
        return
    for name, item in value.items():
        _words(name, f"{path}'s keys", words)
        shown = isinstance(name, str) and len(name) <= MAX_ID
        safe = shown and not has_digits(name)
        _words(item, f"{path}[{name if safe else '?'}]", words)


def _choice(readers: Mapping[type, _Reader]) -> _Reader:
    def read(value: Any, path: str, words: list[_Words]) -> None:
        reader = readers.get(type(value))
        if reader is not None:
            reader(value, path, words)

    return read


def _compile(annotation: Any, name: str) -> _Reader | None:
    """The reader of a field; None: there are no words in it."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation is str:
        names = name in NAMES or name in MADE_ELSEWHERE or name in PLAIN_IDS
        return None if names else (_phone if name == "phone" else _words)
    if origin is tuple:
        inner = _compile(arguments[0], "")
        return inner and _sequence(inner)
    if origin is collections.abc.Mapping:
        return None if arguments[1] is int else _mapping
    if origin in {Union, types.UnionType}:
        readers = {
            choice: _reader(choice)
            for choice in arguments
            if attrs.has(choice) and choice is not Money
        }
        return _choice(readers) if readers else None
    if attrs.has(annotation) and annotation is not Money:
        return _choice({annotation: _reader(annotation)})
    return None


_READERS: Final[dict[type, _Reader]] = {}


def _reader(wanted: type) -> _Reader:
    """The reader of an attrs class, made when it is first used."""
    known = _READERS.get(wanted)
    if known is None:
        known = _READERS[wanted] = _compile_attrs(wanted)
    return known


def _compile_attrs(wanted: type) -> _Reader:
    attrs.resolve_types(wanted)
    readers = [
        (field.name, reader, field.default)
        for field in attrs.fields(wanted)
        if (reader := _compile(field.type, field.name)) is not None
        and (wanted, field.name) != (Tender, "token")
    ]
    sides = _sides_of(wanted)

    def read(value: Any, path: str, words: list[_Words]) -> None:
        prefix = f"{path}." if path else ""
        for name, reader, default in readers:
            given = getattr(value, name)
            if given is not default:
                reader(given, prefix + name, words)
        if wanted is Tender:
            _token(value, path, words)
        if sides is not None:
            _joined(sides(value), path, words)

    return read
