"""Finds card numbers in text, so that none is ever kept.

Luhn's check alone calls one in ten random 16-digit ids a card number;
together with the issuers' ranges and lengths it is one in thirty, and
no time in milliseconds.  Disguises are undone first: separators, other
scripts' digits, invisible characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

__all__ = ["holds_card_number"]

_MIN_DIGITS: Final = 13
_MAX_DIGITS: Final = 19
_RUN: Final = re.compile(r"[0-9]+(?:[\s._/\-]{1,2}[0-9]+)*")
_GROUP: Final = re.compile(r"[0-9]+")
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


def holds_card_number(text: str) -> bool:
    """Tell whether a text holds what looks like a card number."""
    if len(text) < _MIN_DIGITS or not any(c.isdigit() for c in text):
        return False
    plain = text if text.isascii() else _undisguised(text)
    return any(
        _is_card(digits)
        for run in _RUN.finditer(plain)
        for digits in _joined(_GROUP.findall(run.group()))
    )


def _joined(groups: list[str]) -> Iterator[str]:
    """All numbers of fitting length that neighbouring groups make.

    A card number may stand next to its date.
    """
    for first in range(len(groups)):
        digits = ""
        for group in groups[first:]:
            digits += group
            if len(digits) > _MAX_DIGITS:
                break
            if len(digits) >= _MIN_DIGITS:
                yield digits


def _undisguised(text: str) -> str:
    plain = []
    for character in unicodedata.normalize("NFKC", text):
        category = unicodedata.category(character)
        if category == "Cf":
            continue  # invisible
        if category == "Nd":
            plain.append(str(unicodedata.digit(character)))
        elif category in {"Zs", "Pd"}:
            plain.append("-")
        else:
            plain.append(character)
    return "".join(plain)


def _is_card(digits: str) -> bool:
    return _luhn(digits) and any(
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
