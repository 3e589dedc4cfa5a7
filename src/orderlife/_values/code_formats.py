"""Numbers that say themselves what they are, and so are no cards.

A telephone number after a plus, an article's of 13 digits, an account
and a parcel of the US mail: the last three by their check digits.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["is_code"]

_REACH: Final = 60
"""How far before and behind a number such a code may begin and end."""

_PHONE: Final = re.compile(
    # 13 digits after a plus, as in +49 1511 …
    r"(?<![0-9])\+[-_]?[1-9](?:[-_]{0,2}[0-9]){12}(?![-_]{0,8}[0-9])"
)
_ACCOUNT: Final = re.compile(r"(?<![0-9a-z#])[a-z]{2}[0-9]{2}")
_PARCEL: Final = re.compile(
    # 9400 1118 9922 3300 0000 00
    r"(?<![0-9])9[1-5][0-9]{2}(?:[-_][0-9]{4}){4}[-_][0-9]{2}(?![0-9])"
)
_OTHER: Final = re.compile("[^0-9a-z]+")

_REGISTRY: Final = (
    "ad24 ae23 al28 at20 az28 ba20 be16 bg22 bh22 bi27 br29 by28 ch21 cr22 "
    "cy28 cz24 de22 dj27 dk18 do28 ee20 eg29 es24 fi18 fk18 fo18 fr27 gb22 "
    "ge22 gi23 gl18 gr27 gt28 hn28 hr21 hu28 ie22 il23 iq23 is26 it27 jo30 "
    "kw30 kz20 lb28 lc32 li21 lt20 lu20 lv21 ly25 mc27 md24 me22 mk19 mn20 "
    "mr27 mt31 mu30 ni28 nl18 no15 om23 pk24 pl28 ps29 pt25 qa29 ro24 rs22 "
    "ru33 sa24 sc31 sd18 se24 si19 sk24 sm27 so23 st25 sv28 tl23 tn24 tr26 "
    "ua29 va22 vg24 xk20 ye30"
)
"""Characters of an account's number by country, as SWIFT registers them."""
_IBAN_LENGTHS: Final = {code[:2]: int(code[2:]) for code in _REGISTRY.split()}


def is_code(flat: str, start: int, stop: int) -> bool:
    """Tell whether digits are of a code that is known by its form.

    Args:
        flat: a text, as ``cards`` flattens it.
        start: where the digits begin.
        stop: where they end.
    """
    number = flat[start:stop]
    if len(number) == 13 and number.isdigit() and _adds_up(number):
        return True  # an article's
    low, high = max(0, start - _REACH), stop + _REACH
    for found in _PHONE.finditer(flat, low, high):
        if found.start() <= start and stop <= found.end():
            return True
    for found in _PARCEL.finditer(flat, low, high):
        digits = _OTHER.sub("", found[0])
        if found.start() <= start < found.end() and _adds_up(digits):
            return True
    return any(
        _is_account(flat, found.start(), stop)
        for found in _ACCOUNT.finditer(flat, low, start)
    )


def _adds_up(digits: str) -> bool:
    """Whether the check digit is right: weights of three and one."""
    ones, threes = digits[::-2], digits[-2::-2]
    return (sum(map(int, ones)) + 3 * sum(map(int, threes))) % 10 == 0


def _is_account(flat: str, start: int, stop: int) -> bool:
    """Whether an account's number stands here, at least up to there."""
    length = _IBAN_LENGTHS.get(flat[start : start + 2])
    if length is None:
        return False
    iban = re.compile(
        rf"(?:[0-9a-z][-_]?){{{length - 1}}}[0-9a-z](?![0-9a-z])"
    )
    found = iban.match(flat, start)
    if found is None or found.end() < stop:
        return False
    code = _OTHER.sub("", found[0])
    turned = code[4:] + code[:4]
    return int("".join(str(int(place, 36)) for place in turned)) % 97 == 1
