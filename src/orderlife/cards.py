"""Finds card numbers in text, so that none is ever kept.

Luhn's check alone calls one in ten random 16-digit ids a card number;
together with the issuers' ranges and lengths it is one in thirty, and
no time in milliseconds.  Disguises are undone first: any separators,
other scripts' digits, invisible characters.

A text is looked at as a whole, in time that grows with its length
alone: a digit to a byte of one large integer, so that one addition
adds up every digit of the text.  All windows of 13 to 19 digits that
begin and end with a group of digits are judged together that way.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

__all__ = ["holds_card_number", "is_card_number"]

_LENGTHS: Final = range(13, 20)
_ID_LENGTHS: Final = frozenset((14, 15, 16, 19))
"""Shops' platforms number their orders with 13 and with 17 digits;
cards of such lengths are not issued any more, or hardly."""

_GAP: Final = 8
"""How many characters may stand between two digits of a number."""

_SUSPECTS: Final = 200
"""So many near misses in one text are not told apart any more."""

_ISSUERS: Final = (
    # American Express
    (re.compile(r"3[47]"), (15,)),
    # Diners Club
    (re.compile(r"3(?:0[0-5]|[689])"), (14, 16, 19)),
    # JCB
    (re.compile(r"35(?:2[89]|[3-8])"), (16, 17, 18, 19)),
    # Visa
    (re.compile(r"4"), (13, 16, 19)),
    # Mastercard
    (re.compile(r"5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)"), (16,)),
    # Maestro
    (re.compile(r"5[06-8]|6[37]"), (13, 14, 15, 16, 17, 18, 19)),
    # Discover, UnionPay, RuPay
    (re.compile(r"6(?:0|2|4[4-9]|5)|8[12]"), (16, 17, 18, 19)),
    # Mir
    (re.compile(r"220[0-4]"), (16, 17, 18, 19)),
)
_PHONE: Final = re.compile(
    # 13 digits after a plus are a telephone number, as in +49 1511 …
    rf"(?<![0-9])\+-?[1-9](?:-{{0,2}}[0-9]){{12}}(?!-{{0,{_GAP}}}[0-9])"
)
_LONG: Final = re.compile(r"[0-9]{20,}")
_APART: Final = re.compile(rf"[^0-9]*x[^0-9]*|-{{{_GAP + 1},}}")
_MANY: Final = re.compile(r"--+")
_NON_ZERO: Final = re.compile(rb"[^\0]")


def holds_card_number(text: str) -> bool:
    """Tell whether a text holds what looks like a card number."""
    if text.isascii() and len(text) < _LENGTHS.start:
        return False
    plain = _PHONE.sub("x", _folded(text)).replace("+", "-")
    plain = _APART.sub("x", _LONG.sub("x", plain))
    plain = _MANY.sub("-", plain).replace("-", ",").strip("x,")
    if len(plain) < _LENGTHS.start:
        return False
    # Every second character is a digit now, the others say what stands
    # between two: nothing, a separator, or what parts two numbers.
    pairs = "+".join(plain).replace("+,+", ",").replace("+x+", "x")
    digits, marks = pairs[::2], pairs[1::2]
    for seen, (start, stop) in enumerate(_suspects(digits, f"x{marks}x")):
        number = digits[start:stop]
        is_code = len(number) == 13 and (
            marks[start : stop - 1] == "+" * 12 and _is_gtin(number)
        )
        if seen > _SUSPECTS or (_is_issued(number) and not is_code):
            return True
    return False


def is_card_number(id: str) -> bool:
    """Tell whether an id as a whole is what looks like a card number.

    Of 14, 15, 16 or 19 digits, and no letter with them.
    """
    if id.isascii() and (len(id) < _LENGTHS.start or id[0].isalpha()):
        return False  # as nearly all of them: nothing to unfold
    plain = _folded(id)
    if "x" in plain:
        return False
    digits = plain.replace("-", "").replace("+", "")
    return len(digits) in _ID_LENGTHS and _luhn(digits) and _is_issued(digits)


class _Folding(dict[int, str | None]):
    """What is left of each character once its disguise is undone.

    A digit, ``+``, ``-`` for any other separator, ``x`` for whatever
    parts two numbers; None, nothing, for what nobody sees.
    """

    def __missing__(self, point: int) -> str | None:
        if point >= 0x20000 and point not in _TAGS:
            return "x"  # too many to keep, as are Han and Hangul
        if (
            0x3400 <= point <= 0x9FFF or 0xAC00 <= point <= 0xD7A3
        ) and unicodedata.numeric(chr(point), -1.0) < 0:
            return "x"
        folded = self[point] = _fold(chr(point))
        return folded


_TAGS: Final = range(0xE0000, 0xE0200)
"""Invisible twins of ASCII, and of variation selectors."""
_FILLERS: Final = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters that nobody sees."""


def _fold(character: str) -> str | None:
    if ord(character) in _TAGS:
        twin = chr(ord(character) - _TAGS.start)
        return twin if twin.isascii() and twin.isdigit() else None
    if character in _FILLERS:
        return None
    folded = [_fold_one(c) for c in unicodedata.normalize("NFKC", character)]
    return "".join(folded) or None


def _fold_one(character: str) -> str:
    number = unicodedata.numeric(character, -1.0)
    if number in range(100):
        return str(int(number))
    category = unicodedata.category(character)
    if category in {"Cf", "Mn", "Mc", "Me"}:
        return ""
    if character == "+":
        return character
    return "-" if category[0] in "PSZ" or category in {"Cc", "Co"} else "x"


_FOLDING: Final = _Folding()


def _folded(text: str) -> str:
    return text.translate(_FOLDING)


_DIGITS: Final = bytes.maketrans(b"0123456789", bytes(range(10)))
_DOUBLED: Final = bytes.maketrans(b"0123456789", b"\0\2\4\6\10\1\3\5\7\11")
_GROUPED: Final = bytes.maketrans(b"+,x", b"\0\177\177")
_PARTED: Final = bytes.maketrans(b"+,x", b"\0\0\177")


def _bit(length: int) -> int:
    """The bit that stands for a length, in a byte."""
    return 1 << (length - _LENGTHS.start)


_BEGINNINGS: Final = bytes(
    sum(
        _bit(length)
        for length in _LENGTHS
        if any(
            length in lengths and prefix.match(f"{pair:02}{rest:02}")
            for prefix, lengths in _ISSUERS
            for rest in range(100)
        )
    )
    if pair < 100
    else 0
    for pair in range(256)
)
"""Of which lengths a number that begins with these two digits may be."""
_SUMS: Final = {
    length: bytes(0 if s % 10 else _bit(length) for s in range(256))
    for length in _LENGTHS
}


def _suspects(digits: str, marks: str) -> Iterator[tuple[int, int]]:
    """Where numbers stand that may be a card's, by Luhn and two digits.

    Args:
        digits: all digits of a text.
        marks: what stands before each, and after the last.
    """
    size = len(digits)
    text, before = digits.encode(), marks.encode()
    plain = _number(text.translate(_DIGITS))
    doubled = _number(text.translate(_DOUBLED))
    pairs = (plain * 10 + (plain >> 8)).to_bytes(size + 1, "little")
    grouped = before.translate(_GROUPED)
    starts = _number(pairs.translate(_BEGINNINGS)) & _number(grouped[:-1])
    stops = _number(grouped[1:])
    parted = _number(before[:-1].translate(_PARTED))
    sums = broken = 0
    # In step k all windows of k digits, by the place of their last one.
    for length in range(1, _LENGTHS.stop):
        at = 8 * (length - 1)
        sums += (plain if length % 2 else doubled) << at
        if length in _LENGTHS:
            room = size + _LENGTHS.stop
            good = sums.to_bytes(room, "little").translate(_SUMS[length])
            found = _number(good[:size]) & (starts << at) & stops & ~broken
            for hit in _NON_ZERO.finditer(found.to_bytes(size, "little")):
                yield hit.end() - length, hit.end()
        broken |= parted << at


def _number(lanes: bytes) -> int:
    return int.from_bytes(lanes, "little")


def _is_issued(digits: str) -> bool:
    return any(
        prefix.match(digits) and len(digits) in lengths
        for prefix, lengths in _ISSUERS
    )


def _luhn(digits: str) -> bool:
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit)
        if index % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def _is_gtin(digits: str) -> bool:
    """Tell whether 13 digits are an article's, by its check digit."""
    return sum(map(int, digits[::2] + digits[1::2] * 3)) % 10 == 0
