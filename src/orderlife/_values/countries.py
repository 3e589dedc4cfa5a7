"""Countries: the codes that an address may name, and what was meant.

They are those of ISO 3166-1, of two capital letters.  ``XK`` is none of
them: it is one of the codes that ISO leaves to its users, and the one
that post offices, carriers and the European Union use for Kosovo.  No
other of those has one meaning everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from orderlife._values.country_table import ALPHA_2, NAMES

__all__ = ["country_problem", "is_country"]

_BY_USE: Final[Mapping[str, str]] = {"XK": "Kosovo"}

_MEANT: Final[Mapping[str, str]] = {
    # Others' codes, for what ISO has one for.
    "AC": "SH",
    "DG": "IO",
    "EA": "ES",
    "EL": "GR",
    "FX": "FR",
    "IC": "ES",
    "KS": "XK",
    "RKS": "XK",
    "TA": "SH",
    "UK": "GB",
    "XI": "GB",
    "XKX": "XK",
    # Those of countries that are not there any more.
    "AN": "CW",
    "BU": "MM",
    "CS": "RS",
    "DD": "DE",
    "SU": "RU",
    "TP": "TL",
    "YU": "RS",
    "ZR": "CD",
    # Names that are not ISO's.
    "ENGLAND": "GB",
    "GREAT BRITAIN": "GB",
    "HOLLAND": "NL",
    "RUSSIA": "RU",
    "SCOTLAND": "GB",
    "TURKEY": "TR",
    "USA": "US",
    "WALES": "GB",
}


def is_country(code: str) -> bool:
    """Whether a code is that of a country: ``DE``, and not ``de``."""
    return code in NAMES or code in _BY_USE


def country_problem(code: str) -> str:
    """Why a code is no country's; empty: it is one.

    What was given is not repeated: it may be anything.
    """
    if is_country(code):
        return ""
    meant = _meant(code)
    near = f"did you mean {meant!r}?" if meant else "as in 'DE'"
    return f"must be two capital letters of ISO 3166-1; {near}"


def _meant(code: str) -> str:
    """The code that was meant by one that is none; empty: who knows."""
    if len(code) > _LONGEST:
        return ""
    word = code.strip().upper()
    if is_country(word):
        return word
    found = _MEANT.get(word) or ALPHA_2.get(word) or _NAMED.get(word)
    if found:
        return found
    from difflib import get_close_matches

    (near, *_) = (*get_close_matches(word, _NAMED, n=1, cutoff=0.8), "")
    return _NAMED.get(near, "")


_LONGEST: Final = 60
_NAMED: Final[Mapping[str, str]] = {
    name.upper(): code for code, name in {**NAMES, **_BY_USE}.items()
}
