"""Currencies of ISO 4217, and the codes that they are known by."""

from __future__ import annotations

from typing import final

import attrs

from orderlife._values.currency_table import DIGITS, NAMES
from orderlife._values.quoting import quoted
from orderlife.errors import UnknownCurrencyError

__all__ = ["CODES", "Currency", "code_of", "unknown_currency"]


CODES = {code: code for code in DIGITS}
"""Turns any equal string into the one that all amounts share."""


def code_of(currency: str) -> str:
    """Check a code, and return the string that all amounts share.

    Raises:
        UnknownCurrencyError: there is none.
    """
    try:
        return CODES[currency]
    except (KeyError, TypeError):
        raise unknown_currency(currency) from None


@final
@attrs.frozen
class Currency:
    """An active ISO 4217 currency that has a minor unit.

    Amounts name their currency by its code alone; this tells what the
    code stands for.

    Raises:
        UnknownCurrencyError: there is no such code, or it is lower case.
    """

    code: str = attrs.field(converter=code_of)
    """Three capital letters, as in ``EUR``."""

    @classmethod
    def of(cls, code: str) -> Currency:
        """Return the currency of a code; the same as ``Currency(code)``."""
        return cls(code)

    @property
    def digits(self) -> int:
        """Digits after the dot: 2 for EUR, 0 for JPY, 3 for BHD."""
        return DIGITS[self.code]

    @property
    def name(self) -> str:
        """The English name that the standard gives it."""
        return NAMES[self.code]

    def __str__(self) -> str:
        return self.code


def unknown_currency(currency: object) -> UnknownCurrencyError:
    """Return the error for a code that is none, with the nearest ones."""
    if not isinstance(currency, str):
        return UnknownCurrencyError(
            f"{quoted(currency)} is not a currency code: use a str such "
            "as 'EUR'"
        )
    likely = currency.strip().upper()
    if likely in CODES:
        return UnknownCurrencyError(
            f"{quoted(currency)} is not a currency code: these are three "
            f"capital letters alone; use {likely!r}"
        )
    close = _close_codes(likely)
    hint = f"did you mean {' or '.join(close)}?" if close else "as in 'EUR'"
    return UnknownCurrencyError(
        f"{quoted(currency)} is not an active ISO 4217 currency with a minor "
        f"unit: use the code of one; {hint}"
    )


def _close_codes(code: str) -> list[str]:
    # Nothing that long is close to a code, and to compare it takes time.
    if len(code) > 8:
        return []
    # Only here: it takes longer to import than all of this module.
    import difflib

    return difflib.get_close_matches(code, DIGITS)
