"""Amounts of money: exact, in one currency, and split to the last unit.

An amount is a whole number of the currency's *minor units*, the smallest
that ISO 4217 knows of it: cents for EUR, yen for JPY, fils for BHD.
So nothing is ever rounded, unless a rounding is asked for by its name.

    >>> price = Money("12.50", "EUR")
    >>> price * 3
    Money('37.50', 'EUR')
    >>> Money("100.00", "EUR").allocate([1, 1, 1])
    (Money('33.34', 'EUR'), Money('33.33', 'EUR'), Money('33.33', 'EUR'))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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
from typing import NoReturn, final

import attrs

from orderlife._values.currency_table import DIGITS, NAMES
from orderlife.errors import (
    AmountOutOfRangeError,
    CurrencyMismatchError,
    InvalidAmountError,
    MoneyError,
    TooManyDigitsError,
    UnknownCurrencyError,
)

__all__ = [
    "MAX_MINOR",
    "Currency",
    "Money",
    "allocate_minor",
    "prefix_between",
    "share",
    "shares_between",
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

_CODES = {code: code for code in DIGITS}
"""Turns any equal string into the one that all amounts share."""

_QUANTA = tuple(Decimal((0, (1,), -digits)) for digits in range(5))
"""1, 0.1, 0.01 …: the minor unit, by its number of digits."""

# The thread's own context may have any precision and any traps. Here 100
# digits hold every product of an amount (16) and a factor (80) exactly.
_EXACT = Context(
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


def _code_of(currency: str) -> str:
    """Return the code itself, after a look at whether there is such."""
    try:
        return _CODES[currency]
    except (KeyError, TypeError):
        raise _unknown(currency) from None


@final
@attrs.frozen
class Currency:
    """An active ISO 4217 currency that has a minor unit.

    Amounts name their currency by its code alone; this tells what the
    code stands for.

    Raises:
        UnknownCurrencyError: there is no such code, or it is lower case.
    """

    code: str = attrs.field(converter=_code_of)
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


@final
@attrs.frozen(init=False, repr=False, weakref_slot=False)
class Money:
    """An exact amount in one currency; it cannot be changed.

    ``Money("12.50", "EUR")`` takes a string of ASCII digits, with a
    minus before and a dot within where needed, or a finite ``Decimal``.
    Zeros beyond the currency's digits are fine, since they say nothing:
    ``"12.500"`` is 12.50 EUR. Other digits there need a ``rounding``,
    the name of one in :mod:`decimal`, such as ``ROUND_HALF_UP``.

    Amounts of one currency add, subtract and compare. Those of two are
    never equal, and anything else raises. The builtin ``sum`` starts at
    the int 0, which has no currency, so that it raises too: use
    :meth:`Money.sum`. In a ``case``, the positions are
    ``Money(amount, currency)``; by keyword there is ``minor`` too.

    Raises:
        UnknownCurrencyError: not the code of a :class:`Currency`.
        InvalidAmountError: not such a string or ``Decimal``: floats
            cannot hold most amounts, and an int may mean either unit.
        TooManyDigitsError: finer than the minor unit, and no rounding.
        AmountOutOfRangeError: beyond :data:`MAX_MINOR`; any result may be.
        MoneyError: the rounding has no such name.
    """

    __match_args__ = ("amount", "currency")

    minor: int
    """The amount in minor units: 1250 for 12.50 EUR, 1250 for 1250 JPY."""
    currency: str
    """The ISO 4217 code, as in ``EUR``."""

    def __init__(
        self,
        amount: str | Decimal,
        currency: str,
        *,
        rounding: str | None = None,
    ) -> None:
        code = _code_of(currency)
        minor = _minor_of(amount, code, rounding)
        if not -MAX_MINOR <= minor <= MAX_MINOR:
            raise _out_of_range(amount, code)
        _set_minor(self, minor)
        _set_currency(self, code)

    @staticmethod
    def of_minor(minor: int, currency: str) -> Money:
        """Return an amount of so many minor units.

        Raises:
            UnknownCurrencyError: not the code of a :class:`Currency`.
            InvalidAmountError: not an int.
            AmountOutOfRangeError: beyond :data:`MAX_MINOR`.
        """
        try:
            code = _CODES[currency]
        except (KeyError, TypeError):
            raise _unknown(currency) from None
        if type(minor) is not int:
            raise InvalidAmountError(
                f"minor units are counted with an int, not {_shown(minor)}: "
                f"use Money.of_minor(1250, {code!r}), or Money('12.50', "
                "'EUR') for an amount with a dot"
            )
        return _made(minor, code)

    @staticmethod
    def zero(currency: str) -> Money:
        """Return no money, in a currency.

        Raises:
            UnknownCurrencyError: not the code of a :class:`Currency`.
        """
        return _made(0, _code_of(currency))

    @staticmethod
    def sum(amounts: Iterable[Money], currency: str | None = None) -> Money:
        """Add up amounts of one currency.

        Name the currency wherever there may be no amounts at all. Only
        the sum has to be in range, not what it is on the way there.

        Raises:
            CurrencyMismatchError: an amount is in another currency.
            InvalidAmountError: something else than money is in there, or
                nothing is and the currency was not named.
            AmountOutOfRangeError: the sum is beyond :data:`MAX_MINOR`.
        """
        code = None if currency is None else _code_of(currency)
        total = 0
        for amount in amounts:
            if type(amount) is not Money:
                raise InvalidAmountError(
                    f"Money.sum adds up Money, not {_shown(amount)}"
                )
            if code is None:
                code = amount.currency
            elif amount.currency != code:
                raise CurrencyMismatchError(
                    f"{amount} cannot go into a sum of {code}: convert it "
                    "first, or sum each currency by itself"
                )
            total += amount.minor
        if code is None:
            raise InvalidAmountError(
                "the sum of no amounts has no currency: name it, as in "
                "Money.sum(amounts, 'EUR')"
            )
        return _made(total, code)

    @property
    def amount(self) -> Decimal:
        """The amount as an exact ``Decimal``, with the currency's digits."""
        return Decimal(_plain(self.minor, self.currency))

    def times(self, factor: Decimal | int, *, rounding: str) -> Money:
        """Multiply, and round to the minor unit once, at the end.

        ``price.times(Decimal("0.19"), rounding=ROUND_HALF_UP)`` is 19 %.

        Raises:
            InvalidAmountError: the factor is a float, not finite, or has
                more than 40 digits before or after its dot.
            AmountOutOfRangeError: the result is beyond :data:`MAX_MINOR`.
            MoneyError: the rounding has no such name.
        """
        _check_rounding(rounding)
        if type(factor) is int:
            return self * factor
        exact = _EXACT.multiply(Decimal(self.minor), _checked_factor(factor))
        return _made(
            int(exact.quantize(_QUANTA[0], rounding, _EXACT)), self.currency
        )

    def allocate(self, weights: Sequence[int]) -> tuple[Money, ...]:
        """Divide in proportion to weights, to the last minor unit.

        The parts add up to the whole, and each is within one minor unit
        of its exact share; :func:`allocate_minor` tells how.

        Raises:
            InvalidAmountError: a weight is negative or not an int, or
                none is above 0.
        """
        code = self.currency
        parts = allocate_minor(self.minor, weights)
        return tuple([_made(part, code) for part in parts])

    def split(self, n: int) -> tuple[Money, ...]:
        """Divide into n parts that differ by one minor unit at most.

        The greater parts come first.

        Raises:
            InvalidAmountError: n is not an int of 1 or more.
        """
        _check_count(n)
        total, code = self.minor, self.currency
        return tuple([_made(share(total, n, k), code) for k in range(n)])

    def __add__(self, other: Money) -> Money:
        if type(other) is not Money:
            return NotImplemented
        if self.currency != other.currency:
            raise _mismatch(self, other)
        return _made(self.minor + other.minor, self.currency)

    def __radd__(self, other: int) -> NoReturn:
        # Python comes here with the 0 at which the builtin sum starts.
        # To accept it would let the sum of no amounts be a bare 0.
        raise InvalidAmountError(
            f"{_shown(other)} has no currency to add {self} to: for a sum, "
            f"use Money.sum(amounts, {self.currency!r})"
        )

    def __sub__(self, other: Money) -> Money:
        if type(other) is not Money:
            return NotImplemented
        if self.currency != other.currency:
            raise _mismatch(self, other)
        return _made(self.minor - other.minor, self.currency)

    def __mul__(self, factor: int) -> Money:
        if type(factor) is int:
            return _made(self.minor * factor, self.currency)
        if isinstance(factor, (bool, float, Decimal)):
            raise InvalidAmountError(
                f"{self} is multiplied by an int, not {_shown(factor)}: for "
                "a fraction, use times(Decimal('0.19'), "
                "rounding=ROUND_HALF_UP)"
            )
        return NotImplemented

    __rmul__ = __mul__

    def __neg__(self) -> Money:
        return _made(-self.minor, self.currency)

    def __abs__(self) -> Money:
        return _made(abs(self.minor), self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __lt__(self, other: Money) -> bool:
        if type(other) is not Money:
            return NotImplemented
        if self.currency != other.currency:
            raise _mismatch(self, other)
        return self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        if type(other) is not Money:
            return NotImplemented
        if self.currency != other.currency:
            raise _mismatch(self, other)
        return self.minor <= other.minor

    def __gt__(self, other: Money) -> bool:
        if type(other) is not Money:
            return NotImplemented
        if self.currency != other.currency:
            raise _mismatch(self, other)
        return self.minor > other.minor

    def __ge__(self, other: Money) -> bool:
        if type(other) is not Money:
            return NotImplemented
        if self.currency != other.currency:
            raise _mismatch(self, other)
        return self.minor >= other.minor

    def __str__(self) -> str:
        if not hasattr(self, "currency"):
            return repr(self)
        return f"{_plain(self.minor, self.currency)} {self.currency}"

    def __repr__(self) -> str:
        if not hasattr(self, "currency"):
            return "Money(of nothing yet)"  # in the middle of being made
        text = _plain(self.minor, self.currency)
        return f"Money({text!r}, {self.currency!r})"

    def __reduce__(self) -> tuple[Callable[[int, str], Money], object]:
        # What comes out of a pickle is checked like any other input.
        return Money.of_minor, (self.minor, self.currency)


_new = object.__new__
# The slots themselves: the only way past a frozen class's __setattr__
# that costs no more than a plain assignment.
_set_minor: Callable[[Money, int], None] = Money.__dict__["minor"].__set__
_set_currency: Callable[[Money, str], None] = Money.__dict__[
    "currency"
].__set__


def allocate_minor(total: int, weights: Sequence[int]) -> list[int]:
    """Divide minor units in proportion to weights, by largest remainder.

    Each part is its exact share rounded towards 0. The units that are
    left go one each to the parts that lost most, and among equals to
    the earlier. A weight of 0 gets exactly 0, and the parts of ``-total``
    are those of ``total`` with the sign turned.

    Raises:
        InvalidAmountError: a weight is negative or not an int, or none is
            above 0.
    """
    whole = _checked_sum(weights)
    size = abs(total)
    parts = [size * weight // whole for weight in weights]
    left = size - sum(parts)
    if left:
        lost = [size * weight % whole for weight in weights]
        # Sorting keeps equals in their order, in reverse as well.
        order = sorted(range(len(lost)), key=lost.__getitem__, reverse=True)
        for index in order[:left]:
            parts[index] += 1
    return parts if total >= 0 else [-part for part in parts]


def share(total: int, n: int, k: int) -> int:
    """Return what the k-th of n equal units has of a total; k is from 0.

    In minor units. It is the k-th part of ``allocate_minor(total, [1] *
    n)``: the first units get the one that does not divide. Since it
    depends on nothing else, units can be refunded in any order.

    Raises:
        InvalidAmountError: there is no k-th of n.
    """
    if not 0 <= k < n:
        raise _no_such_units(n, k, k + 1)
    if total < 0:
        return -share(-total, n, k)
    return total // n + (k < total % n)


def shares_between(total: int, n: int, start: int, stop: int) -> int:
    """Add up the shares of the units from ``start`` up to ``stop``.

    In minor units, ``stop`` not included, and as fast for a million
    units as for one.

    Raises:
        InvalidAmountError: there are no such units, or no units at all.
    """
    if not (0 <= start <= stop <= n and n):
        raise _no_such_units(n, start, stop)
    if total < 0:
        return -shares_between(-total, n, start, stop)
    each, extra = divmod(total, n)
    return each * (stop - start) + min(stop, extra) - min(start, extra)


def prefix_between(total: int, n: int, start: int, stop: int) -> int:
    """Add up what the units from ``start`` up to ``stop`` have of a total.

    In minor units, ``stop`` not included.  The first k of n units have
    k n-ths of the total, rounded down, whatever k is: no part of them is
    a minor unit or more away from what is its due, so that the units
    that do not divide are spread and not with the first ones.

    Raises:
        InvalidAmountError: there are no such units, or no units at all.
    """
    if not (0 <= start <= stop <= n and n):
        raise _no_such_units(n, start, stop)
    if total < 0:
        return -prefix_between(-total, n, start, stop)
    return total * stop // n - total * start // n


def _made(minor: int, code: str) -> Money:
    """Build an amount from an int and a code that is already known."""
    if -MAX_MINOR <= minor <= MAX_MINOR:
        money = _new(Money)
        _set_minor(money, minor)
        _set_currency(money, code)
        return money
    raise _out_of_range(minor, code)


def _plain(minor: int, code: str) -> str:
    digits = DIGITS[code]
    if not digits:
        return str(minor)
    sign = "-" if minor < 0 else ""
    text = f"{abs(minor):0{digits + 1}d}"
    return f"{sign}{text[:-digits]}.{text[-digits:]}"


def _minor_of(amount: str | Decimal, code: str, rounding: str | None) -> int:
    if rounding is not None:
        _check_rounding(rounding)
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
            f"{_shown(text)} is not an amount: use digits, with a minus "
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
            f"{_shown(amount)} is not an amount: use a finite Decimal"
        )
    # Decided by the exponent, before anything that large is written out.
    if amount and amount.adjusted() > _MAX_EXPONENT:
        raise _out_of_range(amount, code)
    digits = DIGITS[code]
    fitted = amount.quantize(_QUANTA[digits], rounding or ROUND_DOWN, _EXACT)
    if rounding is None and fitted != amount:
        raise TooManyDigitsError(
            f"{_shown(str(amount))} is finer than {code}, which has {digits} "
            "digits after the dot: round it, or name how, as in Money("
            f"amount, {code!r}, rounding=ROUND_HALF_UP)"
        )
    return int(fitted.scaleb(digits, _EXACT))


def _checked_factor(factor: Decimal | int) -> Decimal:
    if (
        isinstance(factor, Decimal)
        and factor.is_finite()
        and factor.adjusted() < _MAX_FACTOR
    ):
        fitted = factor.quantize(_FINEST_FACTOR, ROUND_DOWN, _EXACT)
        if fitted == factor:
            return fitted
    raise InvalidAmountError(
        f"{_shown(factor)} is not a factor: use an int or a finite Decimal "
        f"with {_MAX_FACTOR} digits at most before and after its dot, as in "
        "times(Decimal('0.19'), rounding=ROUND_HALF_UP)"
    )


def _checked_sum(weights: Sequence[int]) -> int:
    for weight in weights:
        if type(weight) is not int or weight < 0:
            raise InvalidAmountError(
                f"{_shown(weight)} is not a weight: use ints of 0 or more"
            )
    whole = sum(weights)
    if not whole:
        raise InvalidAmountError(
            f"of {len(weights)} weights none is above 0: there is nobody to "
            "get the amount; use one weight of 1 or more at least"
        )
    return whole


def _check_count(n: int) -> None:
    if type(n) is not int or n < 1:
        raise InvalidAmountError(
            f"cannot split into {_shown(n)} parts: use an int of 1 or more"
        )


def _check_rounding(rounding: str) -> None:
    if rounding not in _ROUNDINGS:
        raise MoneyError(
            f"{_shown(rounding)} is not a rounding: use one of the module "
            f"decimal: {', '.join(_ROUNDINGS)}"
        )


def _not_an_amount(amount: object, code: str) -> InvalidAmountError:
    shown = _shown(amount)
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


def _out_of_range(amount: object, code: str) -> AmountOutOfRangeError:
    unit = "minor units" if isinstance(amount, int) else "an amount"
    return AmountOutOfRangeError(
        f"{_shown(amount)} is out of range as {unit} of {code}: use "
        f"{_plain(MAX_MINOR, code)} {code} at most, in either direction"
    )


def _mismatch(left: Money, right: Money) -> CurrencyMismatchError:
    return CurrencyMismatchError(
        f"{left} and {right} are of two currencies, {left.currency} and "
        f"{right.currency}: convert one of them first"
    )


def _no_such_units(n: int, start: int, stop: int) -> InvalidAmountError:
    asked = f"units[{_shown(start)}:{_shown(stop)}]"
    return InvalidAmountError(
        f"{asked} are not among {_shown(n)} units: they are counted from 0, "
        "and there is one at least"
    )


def _unknown(currency: object) -> UnknownCurrencyError:
    if not isinstance(currency, str):
        return UnknownCurrencyError(
            f"{_shown(currency)} is not a currency code: use a str such "
            "as 'EUR'"
        )
    likely = currency.strip().upper()
    if likely in _CODES:
        return UnknownCurrencyError(
            f"{_shown(currency)} is not a currency code: these are three "
            f"capital letters alone; use {likely!r}"
        )
    close = _close_codes(likely)
    hint = f"did you mean {' or '.join(close)}?" if close else "as in 'EUR'"
    return UnknownCurrencyError(
        f"{_shown(currency)} is not an active ISO 4217 currency with a minor "
        f"unit: use the code of one; {hint}"
    )


def _close_codes(code: str) -> list[str]:
    # Nothing that long is close to a code, and to compare it takes time.
    if len(code) > 8:
        return []
    # Only here: it takes longer to import than all of this module.
    import difflib

    return difflib.get_close_matches(code, DIGITS)


def _shown(value: object) -> str:
    """Show what was given in a message, shortly and without failing."""
    # Python refuses to write out ints of more than 4300 digits, also
    # those within a list or the like.
    if isinstance(value, int) and value.bit_length() > 200:
        return f"an int of {value.bit_length()} bits"
    if isinstance(value, str):
        if sum(c.isdigit() for c in value[:99]) > 13:
            # No amount has so many; a card's number has, and a message
            # may go into a log.
            return f"a text of {len(value)} characters"
        return repr(value) if len(value) <= 60 else f"{value[:57]!r}..."
    if value is None or isinstance(value, (int, float, Decimal)):
        text = repr(value)
        return text if len(text) <= 70 else f"{text[:67]}..."
    return f"an object of the type {type(value).__name__}"
