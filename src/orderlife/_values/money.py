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
from decimal import Decimal
from typing import NoReturn, final

import attrs

from orderlife._values.allocation import (
    allocate_minor,
    prefix_between,
    share,
    shares_between,
)
from orderlife._values.currencies import (
    CODES,
    Currency,
    code_of,
    unknown_currency,
)
from orderlife._values.minor_units import (
    EXACT,
    MAX_MINOR,
    QUANTA,
    check_rounding,
    checked_factor,
    minor_of,
    out_of_range,
    plain,
)
from orderlife._values.quoting import quoted
from orderlife.errors import CurrencyMismatchError, InvalidAmountError

__all__ = [
    "MAX_MINOR",
    "Currency",
    "Money",
    "allocate_minor",
    "prefix_between",
    "share",
    "shares_between",
]


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
        code = code_of(currency)
        minor = minor_of(amount, code, rounding)
        if not -MAX_MINOR <= minor <= MAX_MINOR:
            raise out_of_range(amount, code)
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
            code = CODES[currency]
        except (KeyError, TypeError):
            raise unknown_currency(currency) from None
        if type(minor) is not int:
            raise InvalidAmountError(
                f"minor units are counted with an int, not {quoted(minor)}: "
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
        return _made(0, code_of(currency))

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
        code = None if currency is None else code_of(currency)
        total = 0
        for amount in amounts:
            if type(amount) is not Money:
                raise InvalidAmountError(
                    f"Money.sum adds up Money, not {quoted(amount)}"
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
        return Decimal(plain(self.minor, self.currency))

    def times(self, factor: Decimal | int, *, rounding: str) -> Money:
        """Multiply, and round to the minor unit once, at the end.

        ``price.times(Decimal("0.19"), rounding=ROUND_HALF_UP)`` is 19 %.

        Raises:
            InvalidAmountError: the factor is a float, not finite, or has
                more than 40 digits before or after its dot.
            AmountOutOfRangeError: the result is beyond :data:`MAX_MINOR`.
            MoneyError: the rounding has no such name.
        """
        check_rounding(rounding)
        if type(factor) is int:
            return self * factor
        exact = EXACT.multiply(Decimal(self.minor), checked_factor(factor))
        return _made(
            int(exact.quantize(QUANTA[0], rounding, EXACT)), self.currency
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
            f"{quoted(other)} has no currency to add {self} to: for a sum, "
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
                f"{self} is multiplied by an int, not {quoted(factor)}: for "
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
        return f"{plain(self.minor, self.currency)} {self.currency}"

    def __repr__(self) -> str:
        if not hasattr(self, "currency"):
            return "Money(of nothing yet)"  # in the middle of being made
        text = plain(self.minor, self.currency)
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


def _made(minor: int, code: str) -> Money:
    """Build an amount from an int and a code that is already known."""
    if -MAX_MINOR <= minor <= MAX_MINOR:
        money = _new(Money)
        _set_minor(money, minor)
        _set_currency(money, code)
        return money
    raise out_of_range(minor, code)


def _check_count(n: int) -> None:
    if type(n) is not int or n < 1:
        raise InvalidAmountError(
            f"cannot split into {quoted(n)} parts: use an int of 1 or more"
        )


def _mismatch(left: Money, right: Money) -> CurrencyMismatchError:
    return CurrencyMismatchError(
        f"{left} and {right} are of two currencies, {left.currency} and "
        f"{right.currency}: convert one of them first"
    )
