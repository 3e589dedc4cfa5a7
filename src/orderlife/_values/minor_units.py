"""Amounts as whole numbers of minor units: read, rounded and written."""

from __future__ import annotations

from decimal import (
    MAX_EMAX,
    MIN_EMIN,
    ROUND_05UP,
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    InvalidOperation,
)

from orderlife._values.currency_table import DIGITS
from orderlife._values.quoting import quoted
from orderlife.errors import (
    AmountOutOfRangeError,
    InvalidAmountError,
    MoneyError,
    TooManyDigitsError,
)

__all__ = [
    "EXACT",
    "MAX_MINOR",
    "QUANTA",
    "check_rounding",
    "checked_factor",
    "minor_of",
    "out_of_range",
    "plain",
]

MAX_MINOR = 2**53 - 1
"""The most minor units that one amount may be, in either direction.

Up to here every JSON reader takes whole numbers exactly, and every
database holds them.  A smaller bound would be a judgement on prices:
twelve thousand million rupiah, with two digits, are an ordinary order.
"""

_MAX_EXPONENT = len(str(MAX_MINOR)) - 1
"""Of ten, in an amount of a currency without digits after the dot."""

_MAX_TEXT = 40
"""The longest amount that is read: room for long fractions to round."""

_MAX_FACTOR = 40
"""The most digits of a factor on either side of its dot."""

_FINEST_FACTOR = Decimal((0, (1,), -_MAX_FACTOR))

QUANTA = tuple(Decimal((0, (1,), -digits)) for digits in range(5))
"""1, 0.1, 0.01 …: the minor unit, by its number of digits."""

# The thread's own context may have any precision and any traps. Here 100
# digits hold every product of an amount (16) and a factor (80) exactly.
EXACT = Context(
    prec=100,
    rounding=ROUND_DOWN,
    Emin=MIN_EMIN,
    Emax=MAX_EMAX,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[InvalidOperation],
)

_ROUNDINGS = (
    ROUND_HALF_UP,
    ROUND_HALF_EVEN,
    ROUND_HALF_DOWN,
    ROUND_UP,
    ROUND_DOWN,
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_05UP,
)


def plain(minor: int, code: str) -> str:
    """Write an amount with its dot, and without its currency."""
    digits = DIGITS[code]
    if not digits:
        return str(minor)
    sign = "-" if minor < 0 else ""
    text = f"{abs(minor):0{digits + 1}d}"
    return f"{sign}{text[:-digits]}.{text[-digits:]}"


def minor_of(amount: str | Decimal, code: str, rounding: str | None) -> int:
    """Read an amount; the caller checks that it is in range.

    Raises:
        MoneyError: it is no amount, is finer than the currency, or the
            rounding has no such name.
    """
    if rounding is not None:
        check_rounding(rounding)
    if isinstance(amount, str):
        return _minor_of_text(amount, code, rounding)
    if isinstance(amount, Decimal):
        return _minor_of_decimal(amount, code, rounding)
    raise _not_an_amount(amount, code)


def _minor_of_text(text: str, code: str, rounding: str | None) -> int:
    # Decimal itself takes "NaN", "1_0", "1e9" and Arabic digits, and to
    # make an int of "1e1000000" keeps it busy for half a minute.
    whole, dot, fraction = text.removeprefix("-").partition(".")
    if (
        len(text) > _MAX_TEXT
        or not text.isascii()
        or not whole.isdigit()
        or (dot and not fraction.isdigit())
    ):
        raise InvalidAmountError(
            f"{quoted(text)} is not an amount: use digits, with a minus "
            "before and a dot within where needed, "
            f"{_MAX_TEXT} characters at most, as in "
            f"Money('-1234.50', {code!r})"
        )
    digits = DIGITS[code]
    if len(fraction) > digits:
        return _minor_of_decimal(Decimal(text), code, rounding)
    minor = int(whole + fraction.ljust(digits, "0"))
    return -minor if text[0] == "-" else minor


def _minor_of_decimal(amount: Decimal, code: str, rounding: str | None) -> int:
    if not amount.is_finite():
        raise InvalidAmountError(
            f"{quoted(amount)} is not an amount: use a finite Decimal"
        )
    # Decided by the exponent, before anything that large is written out.
    if amount and amount.adjusted() > _MAX_EXPONENT:
        raise out_of_range(amount, code)
    digits = DIGITS[code]
    fitted = amount.quantize(QUANTA[digits], rounding or ROUND_DOWN, EXACT)
    if rounding is None and fitted != amount:
        raise TooManyDigitsError(
            f"{quoted(str(amount))} is finer than {code}, which has {digits} "
            "digits after the dot: round it, or name how, as in Money("
            f"amount, {code!r}, rounding=ROUND_HALF_UP)"
        )
    return int(fitted.scaleb(digits, EXACT))


def checked_factor(factor: Decimal | int) -> Decimal:
    """Return a factor whose products are exact, as a ``Decimal``.

    Raises:
        InvalidAmountError: it is a float, not finite, or has too many digits.
    """
    if (
        isinstance(factor, Decimal)
        and factor.is_finite()
        and factor.adjusted() < _MAX_FACTOR
    ):
        fitted = factor.quantize(_FINEST_FACTOR, ROUND_DOWN, EXACT)
        if fitted == factor:
            return fitted
    raise InvalidAmountError(
        f"{quoted(factor)} is not a factor: use an int or a finite Decimal "
        f"with {_MAX_FACTOR} digits at most before and after its dot, as in "
        "times(Decimal('0.19'), rounding=ROUND_HALF_UP)"
    )


def check_rounding(rounding: str) -> None:
    """Check that a rounding is the name of one in ``decimal``.

    Raises:
        MoneyError: it is not; lists those there are.
    """
    if rounding not in _ROUNDINGS:
        raise MoneyError(
            f"{quoted(rounding)} is not a rounding: use one of the module "
            f"decimal: {', '.join(_ROUNDINGS)}"
        )


def _not_an_amount(amount: object, code: str) -> InvalidAmountError:
    shown = quoted(amount)
    if isinstance(amount, float):
        return InvalidAmountError(
            f"{shown} is a float, which cannot hold most amounts exactly: "
            f"use a str or a Decimal, as in Money('{shown}', {code!r})"
        )
    if type(amount) is int:
        return InvalidAmountError(
            f"{shown} is an int, which may mean either unit: use "
            f"Money.of_minor({shown}, {code!r}) for minor units, or "
            f"Money('{shown}', {code!r})"
        )
    return InvalidAmountError(
        f"{shown} is not an amount: use a str or a Decimal, as in "
        "Money('12.50', 'EUR')"
    )


def out_of_range(amount: object, code: str) -> AmountOutOfRangeError:
    """Return the error for an amount that is too large."""
    unit = "minor units" if isinstance(amount, int) else "an amount"
    return AmountOutOfRangeError(
        f"{quoted(amount)} is out of range as {unit} of {code}: use "
        f"{plain(MAX_MINOR, code)} {code} at most, in either direction"
    )
