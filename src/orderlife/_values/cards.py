"""Finds card numbers in text, so that none is ever kept.

Luhn's check alone calls one in ten random 16-digit ids a card number;
together with the issuers' ranges and lengths it is one in thirty, and
of digits that do not stand as on a card it is next to none.

A text is *flattened* first, which undoes its disguises: digits of all
scripts become ``0`` to ``9``, letters small ones (``#`` where they are
not of a to z), blanks ``_``, other separators ``-`` and ``+``, and
what nobody sees goes.  A number begins and ends with a group of
digits, and its groups are as people write them: one alone, all of one
size with a shorter last one, or as an issuer prints them.

A letter that touches the number, as in ``YT8199003359653720``, makes
it part of something else, unless it is of a word for payment.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, TypeAlias

from orderlife._values.code_formats import is_code

__all__ = [
    "flattened",
    "has_digits",
    "holds_card_number",
    "holds_flat",
    "masked_cards",
]

_LENGTHS: Final = range(13, 20)

_ISSUERS: Final = (
    # American Express
    ("3[47]", (15,)),
    # Diners Club
    ("3(?:0[0-5]|095|[689])", (14, 16, 19)),
    # JCB
    ("35(?:2[89]|[3-8])", (16, 17, 18, 19)),
    # Visa
    ("4", (13, 16, 19)),
    # Mastercard
    ("5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)", (16,)),
    # Maestro
    ("5(?:018|020|038|893)|6(?:304|759|76[1-37])", _LENGTHS),
    # Verve
    ("50(?:609|61|7[89])", (16, 18, 19)),
    # Maestro, Dankort, Elo, RuPay, UzCard and others of a country
    ("5[06-8]|6[37]", (16,)),
    # Discover, UnionPay, Troy
    ("6(?:011|2|4[4-9]|5)|81", (16, 17, 18, 19)),
    # RuPay; Cabal, UkrCard, Hipercard
    ("60(?:69[89]|7|8[0-5])|820[01]", (16,)),
    ("60(?:4[0-4]|5474|6282)", (16, 19)),
    # Mir, Borica
    ("220[0-5]", (16, 17, 18, 19)),
    # UzCard, NAPAS, Troy, Humo
    ("8600|9704|9792|9860", (16, 19)),
)
"""How the issuers' numbers begin, and how long they are.

Those of shops' gift cards, such as 6006 and 6035, are none of them.
"""
_ISSUED: Final = {
    length: re.compile(
        "|".join(start for start, lengths in _ISSUERS if length in lengths)
    )
    for length in _LENGTHS
}


def holds_card_number(text: str, *, strict: bool = False) -> bool:
    """Tell whether a text holds what looks like a card number.

    Args:
        text: what somebody wrote.
        strict: letters that touch a number do not excuse it.
    """
    return has_digits(text) and holds_flat(flattened(text), strict=strict)


def holds_flat(flat: str, *, strict: bool = False) -> bool:
    """Tell whether a flattened text holds a card number; see above."""
    return any(
        next(_found(seen, strict=strict), None) is not None
        for seen in _seen(flat)
    )


def masked_cards(text: str) -> str:
    """Put asterisks for the digits of what looks like a card number.

    The last four stay, so that people can tell which it was, unless
    they make another such number with what stands beside them.  What
    is masked holds none, and is as long as it was.
    """
    for remaining in (4, 0):
        if not holds_card_number(text):
            return text
        text = _masked(text, remaining)
    if holds_card_number(text):  # made so that masks join what they part
        return "".join("*" if _pieces(c).isdigit() else c for c in text)
    return text


def _masked(text: str, remaining: int) -> str:
    flat = [_pieces(character) for character in text]
    masked = list(text)
    for unseen in ("", "-"):
        pieces = [piece.replace(".", unseen) for piece in flat]
        where = [i for i, piece in enumerate(pieces) for _ in piece]
        for start, stop in _found("".join(pieces), strict=False):
            digits = [i for i in where[start:stop] if pieces[i].isdigit()]
            for i in digits[: len(digits) - remaining]:
                masked[i] = "*"
    return "".join(masked)


def _pieces(character: str) -> str:
    return "#" if _RARE.match(character) else _FLATTENING[ord(character)]


# Flattening


class _Flattening(dict[int, str]):
    """What each character becomes; worked out when it first comes."""

    def __missing__(self, point: int) -> str:
        flat = self[point] = _flat(chr(point))
        return flat


_FLATTENING: Final = _Flattening()
_TAGS: Final = range(0xE0000, 0xE0200)
"""Invisible twins of ASCII, and of variation selectors."""
_FILLERS: Final = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters that nobody sees."""
_RARE: Final = re.compile("[\U00020000-\U000dffff\U000e0200-\U0010ffff]+")
"""Rare ideographs, and what is nothing yet: too many to keep, and none
of them is a digit."""


def flattened(text: str) -> str:
    """Write a text with 42 characters, its disguises undone.

    A character becomes at most three, and nearly always one.
    """
    if not text.isascii():
        text = _RARE.sub("\u6f22", text)
    return text.translate(_FLATTENING)


def _flat(character: str) -> str:
    if ord(character) in _TAGS:
        twin = chr(ord(character) - _TAGS.start)
        return twin if twin.isascii() and twin.isdigit() else "."
    if character in _FILLERS:
        return "."
    if character.isspace():
        return "_"
    pieces = unicodedata.normalize("NFKC", character).lower()
    flat = "".join(_flat_one(character) for character in pieces)
    if len(flat) < 2:
        return flat
    if any(piece == "#" or piece.isalpha() for piece in flat):
        return "#"  # such as the sign for the tenth of a month
    return "".join(filter(str.isdigit, flat)) or flat[0]


def _flat_one(character: str) -> str:
    if character.isascii():
        known = character.isalnum() or character == "+"
        return character if known else "-"
    number = unicodedata.numeric(character, -1.0)
    if number in range(100):
        return str(int(number))
    category = unicodedata.category(character)
    if category in {"Cf", "Mn", "Mc", "Me"}:
        return "."
    return "-" if category[0] in "PSZ" or category in {"Cc", "Co"} else "#"


_DIGITS: Final = re.compile(r"[^0-9]*+(?:[0-9][^0-9]*+){13}")


@cache
def _any_digits() -> re.Pattern[str]:
    """Matches what may hold 13 digits of any script.

    One character may be up to three of them.  Beyond the basic plane
    all are taken for digits, since telling them apart takes longer.
    """
    found = "".join(
        character
        for character in map(chr, range(0x80, 0x10000))
        if character.isnumeric()
        and any(piece.isdigit() for piece in _FLATTENING[ord(character)])
    )
    digit = f"0-9{found}\U00010000-\U0001ffff\U000e0000-\U000e01ff"
    return re.compile(rf"[^{digit}]*+(?:[{digit}][^{digit}]*+){{5}}")


def has_digits(text: str) -> bool:
    """Tell whether a text may have digits enough for a card number.

    Nearly none has, and this is told much sooner than all the rest.
    """
    if text.isascii():
        return len(text) >= _LENGTHS.start and bool(_DIGITS.match(text))
    return bool(_any_digits().match(text))


# Finding


def _seen(flat: str) -> Iterator[str]:
    """A text without what nobody sees, and with it as a separator."""
    if "." not in flat:
        yield flat
        return
    yield flat.replace(".", "")
    yield flat.replace(".", "-")


_Window: TypeAlias = tuple[int, int]
"""Where a number stands, in a flat text."""

_GAP: Final = "[-_+]{1,8}"
_MANY: Final = re.compile(rf"[0-9](?:(?:{_GAP})?[0-9]){{12,}}")
"""Digits that may be of one number: with at most eight separators
between two."""
_GROUP: Final = re.compile("[0-9]+")
_NO_DIGITS: Final = re.compile("[^0-9]+")
_PRINTED: Final = {4: ([4, 6, 5], [4, 6, 4]), 6: ([6, 13],)}
"""How American Express, Diners Club and UnionPay print theirs."""
_EVEN: Final = frozenset((1, 2, 3, 4, 5, 6, 8))
"""Sizes of the groups of numbers all of whose groups are of one size:
two of seven are of an order of Amazon."""
_ANY_GAPS: Final = frozenset((1, 4))
"""Groups of these sizes may have another separator each time."""
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz#"
_WORDS: Final = (
    "amex card carta carte cartao cc credit crd cvc cvn cvv debit exp jcb "
    "karte kk kreditkarte maestro mastercard mc no nr num pan tarjeta valid "
    "visa x"
)
_PAYMENT: Final = frozenset(_WORDS.split())
"""Words that say it is one, and the sign for a digit, or for *times*."""
_WORD: Final = 12
"""Letters of the longest of them, and one."""


def _found(flat: str, *, strict: bool) -> Iterator[_Window]:
    """Where card numbers stand in a flat text; some may overlap."""
    for many in _MANY.finditer(flat):
        groups = [
            group.span()
            for group in _GROUP.finditer(flat, many.start(), many.end())
        ]
        for start, stop in _windows(flat, groups):
            number = _NO_DIGITS.sub("", flat[start:stop])
            if (
                _ISSUED[len(number)].match(number)
                and _sum(number) % 10 == 0
                and (strict or not _is_touched(flat, start, stop))
                and not is_code(flat, start, stop)
            ):
                yield start, stop


def _windows(flat: str, groups: Sequence[_Window]) -> Iterator[_Window]:
    """Where numbers stand whose groups are as people write them."""
    sizes = [stop - start for start, stop in groups]
    first, count = 0, len(groups)
    while first < count:
        size = sizes[first]
        if size in _LENGTHS:
            yield groups[first]
        if size in _PRINTED:
            for printed in _PRINTED[size]:
                end = first + len(printed)
                if sizes[first:end] == printed:
                    yield groups[first][0], groups[end - 1][1]
        last = first + 1
        if last < count and sizes[last] == size:
            last = _block(flat, groups, sizes, first)
            yield from _of_block(flat, groups, sizes, first, last)
        first = last


def _block(
    flat: str, groups: Sequence[_Window], sizes: Sequence[int], first: int
) -> int:
    """The end of the groups of one size, with the same separator."""
    size = sizes[first]
    gap = ""
    last = first + 1
    while last < len(groups) and sizes[last] == size:
        between = flat[groups[last - 1][1] : groups[last][0]]
        if size not in _ANY_GAPS and between != (gap or between):
            break
        gap = between
        last += 1
    return last


def _of_block(
    flat: str,
    groups: Sequence[_Window],
    sizes: Sequence[int],
    first: int,
    last: int,
) -> Iterator[_Window]:
    """The numbers in groups of one size, and a shorter one behind them."""
    size = sizes[first]
    if size not in _EVEN:
        return
    ends = [(last, size * (last - first))]
    if last < len(groups) and sizes[last] < size:
        gap = flat[groups[last - 1][1] : groups[last][0]]
        before = flat[groups[first][1] : groups[first + 1][0]]
        if size in _ANY_GAPS or gap == before:
            ends.append((last + 1, ends[0][1] + sizes[last]))
    if size != 4:
        for end, length in ends:
            if length in _LENGTHS:
                yield groups[first][0], groups[end - 1][1]
        return
    # As on nearly all cards: other numbers of four may stand beside it.
    sums = [_SUMS[flat[start:stop]] for start, stop in groups[first:last]]
    for end in range(first + 4, last + 1):
        # Nine in ten go by Luhn already, before anything is cut out.
        if sum(sums[end - first - 4 : end - first]) % 10 == 0:
            yield groups[end - 4][0], groups[end - 1][1]
    for end, _ in ends[1:]:
        for begin in (last - 3, last - 4):
            if begin >= first:
                yield groups[begin][0], groups[end - 1][1]


class _Sums(dict[str, int]):
    """What four digits add to Luhn's sum."""

    def __missing__(self, digits: str) -> int:
        a, b, c, d = map(int, digits)
        found = self[digits] = sum(map(int, f"{2 * a}{b}{2 * c}{d}"))
        return found


_SUMS: Final = _Sums()


def _sum(number: str) -> int:
    """Luhn's sum of at most twenty digits."""
    whole = number.zfill(20)
    return (
        _SUMS[whole[:4]]
        + _SUMS[whole[4:8]]
        + _SUMS[whole[8:12]]
        + _SUMS[whole[12:16]]
        + _SUMS[whole[16:]]
    )


def _is_touched(flat: str, start: int, stop: int) -> bool:
    """Whether a letter touches it that is of no word for payment."""
    before = flat[max(0, start - _WORD) : start]
    behind = flat[stop : stop + _WORD]
    words = (
        before[len(before.rstrip(_LETTERS)) :],
        behind[: len(behind) - len(behind.lstrip(_LETTERS))],
    )
    return any(word and word not in _PAYMENT for word in words)
